"""Each requirement of PRIVACY stands in docs/privacy.md with a test, and each test named there exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")
START, END = "<!-- requirements -->", "<!-- end of requirements -->"
ROWS = {
    cells[1].strip(): [cell.strip() for cell in cells[2:-1]]
    for line in PAGE.partition(START)[2].partition(END)[0].splitlines()
    if len(cells := re.split(r"(?<!\\)\|", line)) >= 4 and re.match(r"[PAS]\d|§", cells[1].strip())
}
NEEDED = [*(f"P{n}" for n in range(1, 19)), *(f"A{n}" for n in range(1, 7)), "§6"]
CITED = sorted({(row, cited) for row, cells in ROWS.items() for cited in re.findall(r"`(tests/[^`]+)`", cells[-1])})


def named_in(path: str) -> list[str]:
    return re.findall(r"^(?:async )?def (test_\w+)", (ROOT / path).read_text("utf-8"), re.M)


@pytest.mark.parametrize("number", NEEDED)
def test_each_requirement_has_a_row_that_says_what_is_done_and_by_which_test(number: str) -> None:
    assert number in ROWS, f"{number} has no row between the marks in docs/privacy.md"
    done, cited = ROWS[number][-2:]
    assert done
    assert "`tests/" in cited or done.startswith("not in triage"), f"{number} names no test"


@pytest.mark.parametrize(("number", "cited"), CITED, ids=[f"{row} {cited}" for row, cited in CITED])
def test_each_test_that_is_cited_is_there(number: str, cited: str) -> None:
    path, _, name = cited.partition("::")
    assert (ROOT / path).is_file(), f"{number} cites {path}, which isn't there"
    if name:
        there = named_in(path)
        found = [test for test in there if (test.startswith(name[:-1]) if name.endswith("…") else test == name)]
        assert found, f"{number} cites {cited}, and no test of that name is there"
