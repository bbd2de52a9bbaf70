"""``triage report``: the figures of a number of days, or one call on a page."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from triage.cli import command
from triage.errors import NotFound, TriageError

if TYPE_CHECKING:
    from triage.desk import Desk
    from triage.reports import Figure, Group, Window
    from triage.reports.sheet import Sheet


def add(commands: Any) -> None:
    """Declare the commands."""
    made = command(commands, "report", "figures of the calls, each with what it is of; or one call on a page")
    made.add_argument("--from", dest="since", metavar="DATE", help="first day, as 2026-11-01 (28 days up to --to)")
    made.add_argument("--to", dest="until", metavar="DATE", help="last day (today)")
    made.add_argument("--by", choices=("day", "handler", "pathway", "outcome"), default="day")
    made.add_argument("--format", choices=("table", "json", "csv", "html"), default="table")
    made.add_argument("--call", metavar="REF", help="one call on a page, by its reference or id")
    made.set_defaults(handler=report)


def report(args: argparse.Namespace) -> int:
    """Print it; 1 when there are no calls in those days."""
    from triage.cli.identity import desk_of
    from triage.reports import figures, tally

    desk = desk_of(args)
    if args.call:
        print(_page(desk, args.call), end="")
        return 0
    since, until = _days(args.since, args.until, desk.today)
    window = desk.window(since, until)
    if not window.calls:
        raise NotFound(f"No calls were taken from {since} to {until}.")
    print(_FORMATS[args.format](window, figures(window), tally(window, args.by), args.by), end="")
    return 0


def _page(desk: Desk, ref: str) -> str:
    from triage.desk.auditing import page_read
    from triage.desk.safety import to_send

    call = desk.store.call(desk.store.find(ref))
    if why := to_send(desk.walk(call).flags):
        raise TriageError(f"Call {call.ref} can't be printed. {why} The supervisor's screen still shows it.")
    return page_read(desk, call).text()


def _days(since: str | None, until: str | None, today: date) -> tuple[date, date]:
    from triage.reports import last_days

    last = _date(until, "--to") if until else today
    first = _date(since, "--from") if since else last_days(last)[0]
    if first > last:
        raise TriageError(f"--from {first} is after --to {last}.")
    return first, last


def _date(words: str, option: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise TriageError(f"{option} {words} is not a date. Write it as 2026-11-21.") from None


def _sheets(figures: tuple[Figure, ...], groups: tuple[Group, ...], by: Any, shared: bool) -> tuple[Sheet, Sheet]:
    from triage.reports.sheet import figures_sheet, groups_sheet

    return figures_sheet(figures, shared=shared), groups_sheet(groups, by, shared=shared)


def _table(window: Window, figures: tuple[Figure, ...], groups: tuple[Group, ...], by: str) -> str:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    with console.capture() as capture:
        console.print(
            f"{len(window.calls)} call{'s' * (len(window.calls) != 1)} from {window.since} to {window.until}. "
            "Demo and practice calls never count."
        )
        for sheet in _sheets(figures, groups, by, shared=False):
            table = Table(title=sheet.title, title_justify="left", box=None, pad_edge=False, header_style="bold")
            for n, column in enumerate(sheet.columns):
                numeric = column in ("calls", "open", "of", "median minutes")
                table.add_column(column, justify="right" if numeric else "left", no_wrap=n == 0)
            for row in sheet.rows:
                table.add_row(*row)
            console.print()
            console.print(table)
        console.print()
        console.print("--format json names the calls behind each number and gives each definition.")
    return capture.get()


def _json(window: Window, figures: tuple[Figure, ...], groups: tuple[Group, ...], by: str) -> str:
    found = {
        "from": window.since.isoformat(),
        "to": window.until.isoformat(),
        "calls": len(window.calls),
        "figures": [_figure(f) for f in figures],
        "by": by,
        "groups": [
            {
                by: g.name,
                "calls": g.calls,
                "open": g.open,
                "met": g.met.met,
                "of": g.met.of,
                "median_minutes": g.minutes.median,
            }
            for g in groups
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _figure(figure: Figure) -> dict[str, Any]:
    from triage.reports import Share, Spread

    found: dict[str, Any] = {"id": figure.id, "name": figure.name, "definition": figure.definition}
    if isinstance(figure, Share):
        not_met = [{"why": p.why, "calls": p.calls} for p in figure.not_met]
        found |= {"share": figure.part, "met": figure.met, "of": figure.of, "not_met": not_met}
    elif isinstance(figure, Spread):
        found |= {"unit": figure.unit, "n": len(figure.values), "mean": figure.mean, "median": figure.median}
        found |= {"p90": figure.p90, "calls": figure.calls}
    else:
        return found | {"count": len(figure.calls), "calls": figure.calls}
    return found | {"left_out": [{"why": p.why, "calls": p.calls} for p in figure.left_out]}


def _csv(window: Window, figures: tuple[Figure, ...], groups: tuple[Group, ...], by: str) -> str:
    from triage.reports.sheet import to_csv

    return to_csv(_sheets(figures, groups, by, shared=True))


def _html(window: Window, figures: tuple[Figure, ...], groups: tuple[Group, ...], by: str) -> str:
    title = f"Calls from {window.since} to {window.until}"
    body = "".join(_html_sheet(s) for s in _sheets(figures, groups, by, shared=True))
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;color:#222}"
        "table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;padding:.3rem .8rem .3rem 0;"
        "border-bottom:1px solid #ccc;vertical-align:top}li{color:#444}"
    )
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    page = f"<head>{head}</head>\n<body><h1>{escape(title)}</h1>\n{body}</body>"
    return f'<!doctype html>\n<html lang="en-GB">{page}</html>\n'


def _html_sheet(sheet: Sheet) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in sheet.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>\n" for row in sheet.rows)
    notes = "".join(f"<li>{escape(note)}</li>" for note in sheet.notes)
    table = f"<table><thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
    return f"<h2>{escape(sheet.title)}</h2>\n{table}\n<ul>{notes}</ul>\n"


_FORMATS = {"table": _table, "json": _json, "csv": _csv, "html": _html}
