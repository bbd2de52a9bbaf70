"""Takes a call file's acts as a handler would: one key after the other, each chosen by what the screen shows.

Every function here yields key names and is asked for the next one only when the one before has done its
work, so that it can look before it presses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from triage.model import Value
from triage.script import telling
from triage.script.values import read_answers
from triage.training.callfile import Act, Book, Search
from triage.training.rehearse import Difference
from triage.ui.app import TriageApp
from triage.ui.call import CallScreen
from triage.ui.diary import DiaryScreen
from triage.ui.directory import DirectoryScreen
from triage.ui.widgets.step import StepView

NAMED = {" ": "space", "\n": "ctrl+j"}
DIRECT = {"danger": "f12", "safeguarding": "f9"}
"""Standing rules with a key of their own; the others are behind ctrl+o and their letter."""
PATIENCE = 40
"""How many keys a search for a row or a field may take before the demo says it is lost."""


def keys(app: TriageApp, act: Act) -> Iterator[str]:
    """The keys that do one act."""
    call, walk = app.call, app.walk
    if act.at and (walk is None or walk.step != act.at):
        raise Difference(f"line {act.line}: the call stands at {walk.step if walk else 'no step'}, not at {act.at}.")
    if act.answer is not None:
        yield from _answer(app, act.answer)
    elif act.raises:
        yield from [DIRECT[act.raises]] if act.raises in DIRECT else ["ctrl+o", _letter(app, act.raises)]
    elif act.go:
        yield from ("ctrl+g", *_typed(act.go), "enter")
    elif act.note:
        lead = "\n" if call and call.notes else ""
        yield from ("f8", *_typed(lead + act.note), "f8")
    elif act.check:
        while any(p.kind == act.check.kind for p in app.unchecked):
            yield from ("f4", *_typed(act.check.note), "enter")
    elif act.search:
        yield from _search(app, act.search)
    elif act.book:
        yield from _book(app, act.book)
    elif act.outcome:
        yield from ("f10", "o", *_typed(act.outcome.code), "enter", *_typed(act.outcome.reason), "enter", "ctrl+l")
    elif act.back:
        yield "ctrl+l"
    elif act.undo:
        yield "ctrl+r"
    elif act.close:
        yield from ("f10", "f10")


def _typed(text: str) -> Iterator[str]:
    for letter in text:
        yield NAMED.get(letter, letter)


def _letter(app: TriageApp, name: str) -> str:
    return next(i.letter for i in app.desk.script.interrupts if i.name == name)


def _answer(app: TriageApp, given: Mapping[str, str | tuple[str, ...]]) -> Iterator[str]:
    screen = app.screen
    if not isinstance(screen, CallScreen):
        raise Difference("an answer needs the call on the screen.")
    view = screen.step
    wanted = read_answers(app.desk.script, given, today=app.desk.today)
    left = {k: wanted.get(k, v) for k, v in given.items()}
    for _ in range(PATIENCE):
        if not left or view.field is None:
            break
        key = view.field.key
        if key not in left:
            yield "tab"
            continue
        value = left.pop(key)
        at = view.at
        yield from _field(view, value, str(given[key]) if isinstance(given[key], str) else "")
        if left and view.at == at and view.field and view.field.key == key:
            yield "tab"
    if left:
        raise Difference(f"step {view.step.id if view.step else ''} does not ask for {', '.join(left)}.")
    here = app.walk.step if app.walk else None
    yield "enter"
    if not given and app.walk and app.walk.step == here:
        yield "enter"


def _field(view: StepView, value: Value, typed: str) -> Iterator[str]:
    """Fill the field in hand."""
    field = view.field
    options = telling.options(field) if field else ()
    if value == "not known":
        yield "n" if options else "ctrl+k"
    elif value == "declined":
        yield "d" if options else "ctrl+d"
    elif not options:
        yield from _typed(typed or str(value))
    else:
        for one in value if isinstance(value, tuple) else (str(value),):
            at = next((i for i, option in enumerate(options) if option.value == one), None)
            if at is None:
                raise Difference(f"“{one}” is not among the answers.")
            if field is None or one not in view.values.get(field.key, ()):  # type: ignore[operator]
                yield from ("0" * (at // 9) + str(at % 9 + 1))


def _search(app: TriageApp, search: Search) -> Iterator[str]:
    yield "f3"
    screen = app.screen
    if not isinstance(screen, DirectoryScreen):
        raise Difference("F3 did not open the directory.")
    if screen.box.value:
        yield from ("end", "ctrl+u")
    yield from _typed(search.words)
    if search.keep:
        for _ in range(PATIENCE):
            if screen.chosen is None or screen.chosen.listing.id == search.keep:
                break
            yield "down"
        if screen.chosen is None or screen.chosen.listing.id != search.keep:
            raise Difference(f"“{search.words}” does not show {search.keep}.")
        yield "plus"
    yield "f3"


def _book(app: TriageApp, book: Book) -> Iterator[str]:
    yield "f7"
    screen = app.screen
    if not isinstance(screen, DiaryScreen):
        raise Difference("F7 did not open the diary.")
    types = list(screen.diary.types)
    if screen.type != book.type:
        yield str(types.index(book.type) + 1)
        yield "n"
    yield from ("enter", "enter", "f7")
