"""The staff list in ``staff.toml``: read with the line of what is wrong in it, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from triage.errors import BadAnswer, BadData, StoreError
from triage.staff.members import Member, _nearest, checked

HEAD = """\
# Who works here and what each of them may do. “triage staff” changes this file; so may you, in an editor.
# roles: one or more of those that “triage staff roles” names. account: the operating system's account, when it isn't
# the id. pin: written by “triage staff pin”, never by hand. left: the day somebody was taken off; they can't sign in.
"""
FIELDS = ("name", "roles", "account", "pin", "left")


class StaffFile:
    """A :class:`triage.staff.members.Roll` in a file; ``account`` is the operating system's at this desk."""

    def __init__(self, path: Path, account: str) -> None:
        self.path, self.where, self.account = path, str(path), account

    def members(self) -> tuple[Member, ...]:
        """Everybody on the list; :class:`BadData` names the line, the field and what was meant."""
        try:
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            return ()
        except UnicodeDecodeError as error:
            raise BadData(self.where, 0, f"it isn't text ({error})") from error
        except OSError as error:
            raise StoreError(f"The staff list {self.where} can't be read ({error.strerror or error}).") from error
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadData(self.where, 0, f"it isn't TOML ({error})") from error
        odd = next((key for key in found if key != "staff"), None)
        if odd is not None:
            meant = "staff" if _nearest(odd, ["staff"]) else ""
            raise BadData(
                self.where, _line(text, odd, top=True), f"“{odd}” isn't known here; people are [staff.ID]", meant
            )
        people = found.get("staff", {})
        if not isinstance(people, dict) or not all(isinstance(told, dict) for told in people.values()):
            raise BadData(self.where, 1, "every person is a table, [staff.ID]")
        return tuple(self._member(text, member, told) for member, told in people.items())

    def _member(self, text: str, member: str, told: Mapping[str, Any]) -> Member:
        def wrong(field: str, why: str, nearest: str = "") -> BadData:
            return BadData(self.where, _line(text, member, field), f"{field} of “{member}”: {why}", nearest)

        for field, value in told.items():
            if field not in FIELDS:
                raise wrong(field, "no such field", _nearest(field, FIELDS))
            if field == "roles" and not (isinstance(value, list) and all(isinstance(role, str) for role in value)):
                raise wrong(field, 'a list of words, such as ["handler"]')
            if field == "left" and type(value) is not date:
                raise wrong(field, "a day, such as 2026-11-21")
            if field in ("name", "account", "pin") and not isinstance(value, str):
                raise wrong(field, "words in quotes")
        try:
            roles = checked(told.get("roles", ()))
        except BadAnswer as error:
            raise wrong("roles", error.why, error.nearest) from error
        return Member(
            member, told.get("name") or member, roles, told.get("account", ""), told.get("pin", ""), told.get("left")
        )

    def put(self, member: Member) -> None:
        """Add or change somebody."""
        people = {m.id: m for m in self.members()}
        people[member.id] = member
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _write(self.path, HEAD + "".join(map(_table, people.values())))
        except OSError as error:
            raise StoreError(
                f"The staff list {self.where} can't be written ({error.strerror or error}); nothing was changed."
            ) from error


def _line(text: str, member: str, field: str = "", *, top: bool = False) -> int:
    """The number of the line that begins this person, or has this field of theirs; with ``top``, a table's."""
    here, start = False, 0
    for number, line in enumerate(text.splitlines(), 1):
        key = line.partition("=")[0].strip().strip("\"'")
        if line.strip().startswith("["):
            keys = _keys(line)
            here = keys[:1] == [member] if top else keys == ["staff", member]
            start = number if here and not start else start
        elif (top and not here and key == member) or (here and field and key == field):
            return number
    return start


def _keys(header: str) -> list[str]:
    """The keys of ``[staff.hannah]``."""
    found: Any = {}
    with suppress(tomllib.TOMLDecodeError):
        found = tomllib.loads(header)
    keys = []
    while isinstance(found, dict) and found:
        keys.append(next(iter(found)))
        found = found[keys[-1]]
    return keys


def _table(member: Member) -> str:
    lines = [f"\n[staff.{_key(member.id)}]", f"name = {_quoted(member.name)}"]
    lines.append(f"roles = [{', '.join(map(_quoted, member.roles))}]")
    lines += [f"{field} = {_quoted(value)}" for field in ("account", "pin") if (value := getattr(member, field))]
    lines += [f"left = {member.left.isoformat()}"] if member.left else []
    return "\n".join(lines) + "\n"


def _key(word: str) -> str:
    plain = word and all(c.isascii() and (c.isalnum() or c in "-_") for c in word)
    return word if plain else _quoted(word)


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON's is one, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> None:
    """Whole under its name or not at all, for its owner alone where the platform has modes."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def names(members: Iterable[Member]) -> dict[str, str]:
    """What people are called, by id."""
    return {member.id: member.name for member in members}
