"""What would be sent is looked at first: the e-mail and the text message at the wrap-up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from triage.desk import Desk
from triage.ui.app import TriageApp
from triage.ui.preview import Preview
from triage.ui.wrapup import WrapUpScreen

Start = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


async def wrap_up(pilot: Pilot[None], *, unsafe: bool = False) -> TriageApp:
    app = pilot.app
    assert isinstance(app, TriageApp)
    await pilot.press("f2")
    await pilot.pause()
    assert app.call is not None
    assert app.do(app.desk.keep, "men-shed")
    if unsafe:
        assert app.do(app.desk.flag, "F-UNSAFE", True, "the husband reads the post")
    await pilot.press("f10")
    await pilot.pause()
    assert isinstance(app.screen, WrapUpScreen)
    return app


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_an_e_mail_is_seen_word_for_word_and_saved_as_a_draft(
    sit_down: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with sit_down(size=size) as pilot:
        app = await wrap_up(pilot)
        await pilot.press("e")
        await pilot.pause()
        shown = app.screen
        assert isinstance(shown, Preview)
        assert shown.size.height >= shown.query_one("Lines").region.bottom
        await pilot.press("pagedown", "1")
        await pilot.pause()
        assert len(list((tmp_path / "leaflets").glob("*.eml"))) == 1
        assert app.call is not None
        assert app.call.of_kind("handed")[-1].data["what"] == "e-mail"


@pytest.mark.parametrize("key", ["e", "t", "p"])
async def test_nothing_is_shown_for_somebody_whom_it_is_not_safe_to_contact(
    sit_down: Start, open_desk: Callable[[], Desk], tmp_path: Path, key: str
) -> None:
    async with sit_down() as pilot:
        app = await wrap_up(pilot, unsafe=True)
        await pilot.press(key)
        await pilot.pause()
        assert not isinstance(app.screen, Preview)
        assert "isn’t safe" in app.status
        assert not list(tmp_path.rglob("*.eml"))
