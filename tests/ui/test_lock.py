"""The lock: nothing of the caller can be read while nobody is there, and the call goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from triage.desk import Desk
from triage.desk.door import NOBODY, Door
from triage.library.staff import StaffFile
from triage.model import Staff
from triage.settings import ROLES
from triage.staff import Member
from triage.store.access import Access
from triage.ui.app import TriageApp
from triage.ui.gate import Gate

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]
SECRET = "mum leaves the gas on"


class Watch:
    """A watch that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(autouse=True)
def quick_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: what is tested is who gets in."""
    from argon2 import PasswordHasher

    monkeypatch.setattr("triage.desk.door.hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def app_of(pilot: Pilot[None]) -> TriageApp:
    assert isinstance(pilot.app, TriageApp)
    return pilot.app


def shown(pilot: Pilot[None]) -> str:
    """Everything that can be read on the terminal."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


async def on_a_call(pilot: Pilot[None]) -> None:
    await pilot.press("f2")
    await pilot.press(*SECRET.replace(" ", "_"))
    await pilot.pause()
    assert SECRET.replace(" ", "_") in shown(pilot)


async def minutes_later(pilot: Pilot[None], minutes: float) -> None:
    app = app_of(pilot)
    watch: Any = app.idle_clock
    watch.at += timedelta(minutes=minutes)
    await app.look_at_idleness()
    await pilot.pause()


@pytest.fixture
def watched(open_desk: Callable[[], Desk]) -> Callable[..., AbstractAsyncContextManager[Pilot[None]]]:
    """The app with a watch that only the test moves."""

    def start(desk: Desk | None = None) -> AbstractAsyncContextManager[Pilot[None]]:
        app = TriageApp(desk or open_desk())
        app.idle_clock = Watch()  # type: ignore[method-assign]
        return app.run_test(size=(100, 30))

    return start


@pytest.fixture
def shared(open_desk: Callable[[], Desk], tmp_path: Path, quick_pins: None) -> Desk:
    """A desk whose account Pat, Hannah and an editor of the directory share."""
    from triage.desk import door

    desk = open_desk()
    roll = StaffFile(tmp_path / "staff.toml", "desk")
    for who, name, roles, pin in (
        ("pat", "Pat Lee", ("handler",), "314159"),
        ("hannah", "Hannah Ward", ("handler",), "271828"),
        ("erin", "Erin Moss", ("directory editor",), "161803"),
    ):
        roll.put(Member(who, name, roles, "desk", door.hashed(pin)))
    desk.door = Door(roll, tmp_path, desk.clock, desk.store.write)
    desk.store = Access(desk.store, lambda: desk.staff, desk.clock)
    return desk


async def test_after_ten_minutes_without_a_key_nothing_of_the_caller_can_be_read(watched: Start) -> None:
    async with watched() as pilot:
        await on_a_call(pilot)
        await minutes_later(pilot, 9.9)
        assert not app_of(pilot).locked
        await minutes_later(pilot, 0.2)
        assert app_of(pilot).locked
        assert "mum" not in shown(pilot)
        assert app_of(pilot).call.ref not in shown(pilot)  # type: ignore[union-attr]
        assert "locked" in shown(pilot)


async def test_a_key_begins_the_ten_minutes_again(watched: Start) -> None:
    async with watched() as pilot:
        await on_a_call(pilot)
        await minutes_later(pilot, 9)
        await pilot.press("x")
        await minutes_later(pilot, 9)
        assert not app_of(pilot).locked


async def test_a_key_pressed_after_the_time_is_up_does_not_reach_the_call(watched: Start) -> None:
    """A laptop that slept: the first key finds the lock, not the field."""
    async with watched() as pilot:
        await on_a_call(pilot)
        app_of(pilot).idle_clock.at += timedelta(hours=8)  # type: ignore[attr-defined]
        await pilot.press("z")
        assert app_of(pilot).locked
        await pilot.press("enter")
        assert f"{SECRET.replace(' ', '_')}z" not in shown(pilot)


async def test_the_same_person_goes_on_with_a_key_and_the_half_typed_words_are_there(watched: Start) -> None:
    async with watched() as pilot:
        await on_a_call(pilot)
        await pilot.press("ctrl+backslash")
        assert app_of(pilot).locked
        kept = app_of(pilot).desk.store.open_calls()
        assert [c.drafts["reason_verbatim"] for c in kept] == [SECRET.replace(" ", "_")]
        await pilot.press("enter")
        await pilot.pause()
        assert not app_of(pilot).locked
        await pilot.press("s")
        assert f"{SECRET.replace(' ', '_')}s" in shown(pilot)


@pytest.mark.parametrize("key", ["f1", "ctrl+p", "ctrl+s", "f12", "f3", "v", "escape", "f10"])
async def test_no_other_key_does_anything_while_it_is_locked(watched: Start, key: str) -> None:
    async with watched() as pilot:
        await on_a_call(pilot)
        await pilot.press("ctrl+backslash")
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(pilot.app.screen, Gate)
        assert "mum" not in shown(pilot)


async def test_a_held_slot_keeps_its_time_behind_the_lock(watched: Start, open_desk: Callable[[], Desk]) -> None:
    desk = open_desk()
    async with watched(desk) as pilot:
        await on_a_call(pilot)
        app = app_of(pilot)
        kind = next(t.id for t in desk.tools.diary.types.values() if t.mode == "phone")
        slot = desk.free_slots(kind, desk.clock() + timedelta(days=2), desk.clock() + timedelta(days=9))[0].id
        app.do(desk.hold, slot)
        until = desk.held(app.call)[1]  # type: ignore[arg-type, index]
        await pilot.press("ctrl+backslash")
        assert "A held appointment keeps its time until" in shown(pilot)
        await pilot.press("enter")
        assert desk.held(app.call) == (slot, until)  # type: ignore[arg-type]


async def test_the_settings_say_after_how_many_minutes(watched: Start, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("lock_after_minutes = 2\n", encoding="utf-8")
    async with watched() as pilot:
        await on_a_call(pilot)
        await minutes_later(pilot, 2)
        assert app_of(pilot).locked


async def test_the_terminal_is_told_to_forget_and_its_title_names_nobody(
    watched: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRIVACY S1."""
    said: list[str] = []
    monkeypatch.setattr(TriageApp, "_terminal", lambda self, words: said.append(words))
    async with watched() as pilot:
        await on_a_call(pilot)
        await pilot.press("ctrl+backslash")
    assert said == ["\x1b]2;triage\x07", "\x1b]2;triage\x07\x1b[3J"]


async def test_at_a_shared_account_the_pin_opens_it_and_a_wrong_one_does_not(watched: Start, shared: Desk) -> None:
    async with watched(shared) as pilot:
        await on_a_call(pilot)
        await pilot.press("ctrl+backslash")
        await pilot.press(*"000000", "enter")
        await pilot.pause()
        assert app_of(pilot).locked
        assert "isn’t Pat Lee’s PIN" in shown(pilot)
        assert "000000" not in shown(pilot)
        await pilot.press(*"314159", "enter")
        await pilot.pause()
        assert not app_of(pilot).locked
        assert SECRET.replace(" ", "_") in shown(pilot)


async def test_somebody_else_signs_in_and_takes_the_call_over(watched: Start, shared: Desk) -> None:
    async with watched(shared) as pilot:
        await on_a_call(pilot)
        call = app_of(pilot).call
        assert call is not None
        await pilot.press("ctrl+backslash", "f2", "down", "enter")
        await pilot.press(*"271828", "enter")
        await pilot.pause()
        now = app_of(pilot).call
        assert now is not None
        assert (now.id, now.owner, app_of(pilot).desk.staff.id) == (call.id, "hannah", "hannah")
        assert SECRET.replace(" ", "_") in shown(pilot)
        kinds = [e.kind for c in shared.store.inner.every() for e in c.events if e.kind.startswith("sign")]  # type: ignore[attr-defined]
        assert {"signed out", "signed in"} <= set(kinds)


async def test_somebody_who_takes_no_calls_finds_nothing_of_it(watched: Start, shared: Desk) -> None:
    async with watched(shared) as pilot:
        await on_a_call(pilot)
        await pilot.press("ctrl+backslash", "f2", "down", "down", "enter")
        await pilot.press(*"161803", "enter")
        await pilot.pause()
        assert app_of(pilot).call is None
        assert "mum" not in shown(pilot)
        assert "Answer the phone" not in shown(pilot)
        assert "Here as directory editor" in shown(pilot)
        await pilot.press("f2", "v")
        assert app_of(pilot).call is None
        assert app_of(pilot).current_mode == "call"


async def test_nobody_sees_the_desk_before_they_have_signed_in(watched: Start, shared: Desk) -> None:
    shared.staff = NOBODY
    async with watched(shared) as pilot:
        await pilot.pause()
        assert "Who is here?" in shown(pilot)
        await pilot.press("f2", "f3", "ctrl+p")
        assert isinstance(pilot.app.screen, Gate)
        await pilot.press("down", "enter", *"271828", "enter")
        await pilot.pause()
        assert shared.staff.id == "hannah"
        assert "Answer the phone" in shown(pilot)


async def test_a_leaver_can_not_unlock(watched: Start, shared: Desk) -> None:
    async with watched(shared) as pilot:
        await on_a_call(pilot)
        await pilot.press("ctrl+backslash")
        assert shared.door is not None
        roll = shared.door.roll
        pat = next(m for m in roll.members() if m.id == "pat")
        roll.put(pat.leaves(datetime(2026, 11, 23).date()))
        await pilot.press(*"314159", "enter")
        await pilot.pause()
        assert app_of(pilot).locked
        assert "Nobody called “pat”" in shown(pilot)


async def test_a_leavers_open_call_is_taken_over_from_a_list_that_says_nothing_of_it(
    watched: Start, shared: Desk, open_desk: Callable[[], Desk]
) -> None:
    left = open_desk()
    left.staff = Staff("hannah", "Hannah Ward", ("handler",))
    call = left.answer(left.open(), "G1", {"reason_verbatim": SECRET})
    assert shared.door is not None
    roll = shared.door.roll
    hannah = next(m for m in roll.members() if m.id == "hannah")
    roll.put(hannah.leaves(datetime(2026, 11, 23).date()))
    async with watched(shared) as pilot:
        await pilot.press("o")
        await pilot.pause()
        assert call.ref in shown(pilot)
        assert "Hannah Ward, who has left" in shown(pilot)
        assert "mum" not in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        now = app_of(pilot).call
        assert now is not None
        assert (now.id, now.owner) == (call.id, "pat")


async def test_a_demo_locks_too_and_is_not_unlocked_by_its_own_player(tmp_path: Path) -> None:
    from triage.training.callfile import load_callfile, shipped_callfiles
    from triage.training.rehearse import call_clock
    from triage.ui.demo import DemoApp

    file = load_callfile(next(iter(shipped_callfiles().values())))
    app = DemoApp(file, tmp_path, call_clock(file), speed=20)
    app.idle_clock = Watch()  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)) as pilot:
        await app.lock()
        at = app.at
        for _ in range(5):
            await pilot.pause()
        assert app.locked
        assert app.at in (at, at + 1)
        await pilot.press("enter")
        await pilot.pause()
        assert not app.locked


async def test_whoever_runs_it_first_is_told_once_that_they_may_do_everything(
    watched: Start, open_desk: Callable[[], Desk], tmp_path: Path
) -> None:
    desk = open_desk()
    desk.door = Door(StaffFile(tmp_path / "staff.toml", "sam.green"), tmp_path, desk.clock)
    entered = desk.door.enter()
    assert entered == Staff("sam.green", "Sam Green", ROLES)
    desk.staff = entered
    async with watched(desk) as pilot:
        await pilot.pause()
        assert "may do everything here" in shown(pilot)
    again = replace(desk, door=Door(StaffFile(tmp_path / "staff.toml", "sam.green"), tmp_path, desk.clock))
    assert again.door is not None
    assert again.door.enter() == entered
    assert again.door.said == ""
