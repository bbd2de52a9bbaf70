"""The house keeps its order: what may know what, and what the papers promise."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def imported(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after ``statement``."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_core_can_be_used_without_the_screens() -> None:
    assert not imported("import triage.desk, triage.training.rehearse") & {"textual", "rich"}


def test_nothing_heavy_is_loaded_before_the_first_frame() -> None:
    assert not imported("import triage.ui.app, triage.ui.call, triage.ui.home") & {"numpy", "jinja2", "icalendar"}


def test_only_the_journal_loads_tinydb() -> None:
    assert "tinydb" not in imported("import triage.library.scripts, triage.directory.search, triage.diary")


def test_the_readme_names_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    names = [re.match(r"[\w-]+", line)[0] for line in project["dependencies"]]  # type: ignore[index]
    short = {"python-dateutil": "dateutil"}
    assert [n for n in names if short.get(n, n) not in readme] == []


def test_the_readme_lists_every_command() -> None:
    from triage.cli import parser

    (commands,) = [a for a in parser()._subparsers._group_actions if a.choices]  # type: ignore[union-attr]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in commands.choices if f"triage {name}" not in readme] == []  # type: ignore[union-attr]


@pytest.mark.parametrize("pattern", [r"/work/|/opt/tv|/tmp/team", r"BEGIN (RSA|OPENSSH) PRIVATE"])
def test_no_machine_is_named_in_the_repository(pattern: str) -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    texts = [ROOT / name for name in kept if name.endswith((".py", ".md", ".yaml", ".toml", ".svg", "run"))]
    own = Path(__file__)
    guilty = [p for p in texts if p.is_file() and p != own and re.search(pattern, p.read_text(encoding="utf-8"))]
    assert guilty == []
