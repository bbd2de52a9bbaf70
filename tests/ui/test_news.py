"""What other desks do shows at home by itself, and so does a record that can't be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from tests import servers
from triage.desk import Desk
from triage.desk.tools import Tools
from triage.errors import StoreAway, StoreError
from triage.model import Staff
from triage.script.form import Script
from triage.store import open_store
from triage.ui.app import TriageApp
from triage.ui.call import CallScreen
from triage.ui.home import HomePane


async def test_a_call_that_another_desk_opens_or_closes_shows_at_home_and_the_cursor_stays(
    open_desk: Callable[[], Desk],
) -> None:
    mine, other = open_desk(), open_desk()
    app = TriageApp(mine)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        assert isinstance(screen, CallScreen)
        first = other.open()
        second = other.open()
        screen.query_one(HomePane)._look()
        await pilot.pause()
        assert [call.id for call in screen.home.calls] == [second.id, first.id]
        await pilot.press("down", "down")
        third = other.open()
        screen.query_one(HomePane)._look()
        await pilot.pause()
        assert [call.id for call in screen.home.calls] == [third.id, second.id, first.id]
        assert screen.home.calls[screen.home.cursor - 1].id == first.id


async def test_home_looks_by_itself_several_times_a_second(
    open_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    every: list[float] = []
    real = HomePane.set_interval

    def noted(self: HomePane, interval: float, *rest: object, **more: object) -> object:
        every.append(interval)
        return real(self, interval, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(HomePane, "set_interval", noted)
    async with TriageApp(open_desk()).run_test():
        assert every
        assert max(every) <= 0.5


@pytest.mark.parametrize(
    ("start", "keys"),
    [("call", ["f7"]), ("call", ["r"]), ("call", ["f7", "f6"]), ("supervise", [])],
    ids=["diary", "call-backs", "to do in the diary", "figures"],
)
async def test_every_screen_of_the_record_reads_again_what_another_desk_added(
    open_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch, start: str, keys: list[str]
) -> None:
    mine, other = open_desk(), open_desk()
    async with TriageApp(mine, start=start).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
        following = pilot.app.screen.following  # type: ignore[attr-defined]
        read: list[str] = []
        monkeypatch.setattr(following, "_reload", lambda: read.append("read"))
        following.look()
        read.clear()
        other.open()
        following.look()
        following.look()
        assert read == ["read"]


async def test_a_record_that_cannot_be_read_is_said_once_and_the_screen_stays(
    open_desk: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = open_desk()
    app = TriageApp(mine, start="supervise")
    async with app.run_test(size=(120, 40)):
        await app.workers.wait_for_complete()
        said: list[str] = []
        monkeypatch.setattr(app, "say", said.append)

        def broken() -> bool:
            raise StoreError("line 3 doesn't match its checksum")

        monkeypatch.setattr(mine.store, "refresh", broken)
        app.screen.following.look()  # type: ignore[attr-defined]
        app.screen.following.look()  # type: ignore[attr-defined]
        assert said == ["line 3 doesn't match its checksum"]


@pytest.fixture
def away(tmp_path: Path, script: Script, shared_tools: Tools) -> Iterator[Desk]:
    """A desk started while its record's server isn't there."""
    pytest.importorskip("psycopg")
    tools = Tools(tmp_path)
    tools.__dict__.update(shared_tools.__dict__ | {"data_dir": tmp_path})
    store = open_store(f"postgresql://127.0.0.1:{servers.free_port()}/triage", outbox=tmp_path / "outbox")
    yield Desk(store, script, Staff("pat", "Pat Lee"), tools, store._clock)  # type: ignore[attr-defined]
    store.close()


async def test_a_desk_started_while_the_server_is_away_says_so_and_takes_calls(away: Desk) -> None:
    app = TriageApp(away)
    async with app.run_test(size=(100, 30)) as pilot:
        words = str(app.screen.query_one("#away", Static).render())
        assert "can't be reached" in words
        assert "kept on this machine" in words
        assert "Times can't be booked" in words
        await pilot.press("enter")
        assert app.call is not None
        assert app.trouble == ""
        with pytest.raises(StoreAway, match="nothing was booked"):
            away.store.write(release=[("S", app.call.id)])
