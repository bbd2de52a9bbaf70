"""Roles at the desk: before a public method does anything, the table of :mod:`triage.staff` is asked.

Every public method of a guarded class is checked, also one that was written later: without a row it is refused to
everybody, with words that say where the row belongs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

from triage.model import Staff
from triage.staff import action_of
from triage.staff.roles import permit

C = TypeVar("C")


def methods(cls: type) -> tuple[str, ...]:
    """The public methods of a class, inherited ones too, by name."""
    found = {name for base in cls.__mro__ for name, value in vars(base).items() if isinstance(value, FunctionType)}
    return tuple(sorted(name for name in found if not name.startswith("_")))


def guarded(staff: Callable[[Any], Staff], prefix: str = "") -> Callable[[type[C]], type[C]]:
    """Guards the methods of a class; ``staff`` says of an instance who is there, ``prefix`` stands before the names."""

    def guard(cls: type[C]) -> type[C]:
        for name in methods(cls):
            setattr(cls, name, _checked(getattr(cls, name), prefix + name, staff))
        return cls

    return guard


def _checked(method: Callable[..., Any], name: str, staff: Callable[[Any], Staff]) -> Callable[..., Any]:
    action = action_of("desk", name)

    @wraps(method)
    def checked(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        permit(staff(self), action, name)
        return method(self, *args, **kwargs)

    return checked
