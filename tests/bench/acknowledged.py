"""Desks that are killed at random, and the count of what they were told is saved: shared by the store's benches.

Each writer works as a desk does: calls opened, answered, held for, booked for and closed. It writes down what it is
about to do and what it was told; a killed one is started again and repeats what it was doing. Then :func:`check` opens
the store anew and compares it with all of that: an acknowledged save that is missing is *lost*, one that is there with
other words or that nobody tried is *wrong*, a time confirmed to two calls is *double*.

A store may be broken on purpose, for which the check must find loss: ``forget`` drops every twentieth save, ``ack``
acknowledges before it saves, ``taken`` confirms bookings that were refused, ``lock`` works without the lock.
"""

from __future__ import annotations

import json
import os
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any, Protocol

from triage.errors import SlotTaken, StoreAway, StoreBusy, StoreError
from triage.model import Claim, Event
from triage.store import open_store
from triage.store.lock import StoreLock
from triage.store.move import EVER

SLOTS = [f"PHONE.R{r}.2099-12-{d:02}T{h:02}:00" for d in range(1, 29) for h in range(9, 17) for r in range(8)]
HOLD = 0.5
"""Seconds a hold lasts."""
Op = dict[str, Any]
Said = list[list[Any]]
"""A writer's log: ``["try", op]``, ``["ack", {id, ms, t}]``, ``["taken" or "away", id]``, ``["error", words]``."""


class Kept(Protocol):
    """A store as a bench sees it."""

    def keep(self, op: Op) -> None: ...
    def contents(self) -> dict[str, tuple[str, str, Any]]: ...
    def owners(self) -> dict[str, str]: ...
    def faults(self) -> list[str]: ...


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Ours:
    """A store of ours, a folder or an address; a second's hold on ``clock`` lasts ``pace`` seconds."""

    def __init__(
        self, where: Path | str, outbox: Path | None = None, clock: Callable[[], datetime] = utc_now, pace: float = 1
    ) -> None:
        self.store, self._clock, self._pace = open_store(where, desk="bench", clock=clock, outbox=outbox), clock, pace

    def keep(self, op: Op) -> None:
        claim = None
        if "slot" in op:
            until = self._clock() + timedelta(seconds=HOLD * self._pace) if op.get("hold") else None
            claim = Claim(op["slot"], op["call"], (op["slot"],), until)
        at = datetime.fromisoformat(op["at"])
        self.store.write(Event(op["id"], op["call"], at, "bench", op["kind"], op["data"]), claim=claim)

    def contents(self) -> dict[str, tuple[str, str, Any]]:
        return {
            e.id: (e.call, e.kind, json.loads(json.dumps(dict(e.data))))
            for call in self.store.every()
            for e in call.events
        }

    def owners(self) -> dict[str, str]:
        return {claim.slot: claim.call for claim in self.store.claims(*EVER) if claim.until is None}

    def faults(self) -> list[str]:
        return self.store.verify()


class Opens:
    """Opens a store; can be handed to another process."""

    def __init__(self, kind: Callable[..., Any], *where: Any) -> None:
        self.kind, self.where = kind, where

    def __call__(self) -> Any:
        return self.kind(*self.where)


class Log:
    """What one writer tried and was told; survives a kill, as the page cache does."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            os.write(self._fd, b"\n")

    def say(self, what: str, told: Any) -> None:
        os.write(self._fd, json.dumps([what, told]).encode() + b"\n")


def read_log(path: Path) -> Said:
    """The log's whole lines; a kill may have cut one off."""
    said = []
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        try:
            said.append(json.loads(line))
        except ValueError:
            continue
    return said


def steps(chance: random.Random) -> Iterator[Op]:
    """The work of one desk: a call after another, each with answers, sometimes a booking, then closed."""
    while True:
        call = f"20991121T120000-{uuid.uuid4().hex[:12]}"
        yield {"call": call, "kind": "opened", "data": {"mode": "live"}}
        for number in range(chance.randrange(2, 8)):
            words = "“she’s fallen again” " * chance.randrange(1, 40)
            yield {"call": call, "kind": "answered", "data": {"step": f"S{number}", "answers": {"notes": words}}}
        if chance.random() < 0.5:
            slot = chance.choice(SLOTS)
            yield {"call": call, "kind": "held", "data": {"slot": slot}, "slot": slot, "hold": True}
            yield {"call": call, "kind": "booked", "data": {"slot": slot}, "slot": slot}
        yield {"call": call, "kind": "closed", "data": {"outcome": "IAG", "pathways": []}}


def write(
    open_it: Callable[[], Kept],
    log_path: Path,
    broken: str,
    think: float,
    stop: Path,
    now: Callable[[], datetime] = utc_now,
) -> None:
    """One desk, until it is killed or the stop file is there. A save that fails is tried again."""
    if broken == "lock":
        StoreLock.held = _unlocked  # type: ignore[method-assign]
    said = read_log(log_path)
    told = {entry[1]["id"] for entry in said if entry[0] == "ack"} | {entry[1] for entry in said if entry[0] == "taken"}
    tried = [entry[1] for entry in said if entry[0] == "try"]
    again = tried[-1] if tried and tried[-1]["id"] not in told else None
    log, chance, count = Log(log_path), random.Random(), 0
    fresh = steps(chance)
    try:
        store = open_it()
    except StoreError:
        if broken:
            return
        raise
    while not stop.exists():
        op = again or {**next(fresh), "id": uuid.uuid4().hex, "at": now().isoformat()}
        if again is None:
            log.say("try", op)
        again, count = None, count + 1
        if broken == "ack":
            log.say("ack", {"id": op["id"], "ms": 0, "t": time.time()})
        began = time.perf_counter()
        try:
            if broken != "forget" or count % 20:
                store.keep(op)
        except SlotTaken:
            confirmed = {"id": op["id"], "ms": 0, "t": time.time()}
            log.say(*(("ack", confirmed) if broken == "taken" else ("taken", op["id"])))
            continue
        except (StoreAway, StoreBusy):
            log.say("away", op["id"])
            again = op
            time.sleep(0.05)
            continue
        except StoreError as error:
            log.say("error", f"{type(error).__name__}: {error}")
            if broken:
                return
            continue
        if broken != "ack":
            took = round((time.perf_counter() - began) * 1000, 2)
            log.say("ack", {"id": op["id"], "ms": took, "t": time.time()})
        if think:
            time.sleep(chance.uniform(0, 2 * think))


@contextmanager
def _unlocked(self: StoreLock) -> Iterator[None]:
    yield


class Desks:
    """Processes at work, to be killed and started again. ``works`` are functions and their arguments, one a process."""

    def __init__(self, works: list[tuple[Callable[..., None], tuple[Any, ...]]], stop: Path) -> None:
        self._context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
        self._works, self._stop, self._chance = works, stop, random.Random()
        self._desks = [self._start(number) for number in range(len(works))]
        self.killed = 0

    def _start(self, number: int) -> Any:
        work, words = self._works[number]
        desk = self._context.Process(target=work, args=words)
        desk.start()
        return desk

    def kill_one(self, pause: float) -> None:
        """Wait a little, kill -9 one of them, start it again."""
        time.sleep(self._chance.uniform(pause / 4, pause))
        number = self._chance.randrange(len(self._desks))
        self._desks[number].kill()
        self._desks[number].join()
        self.killed += 1
        self._desks[number] = self._start(number)

    def finish(self) -> None:
        """Let each finish what it is doing."""
        self._stop.touch()
        for desk in self._desks:
            desk.join(60)
            desk.kill()
            desk.join()


def check(open_it: Callable[[], Kept], said: Said) -> dict[str, Any]:
    """Compare the store, opened anew, with what the writers were told."""
    tries = [told for what, told in said if what == "try"]
    tried = {told["id"]: told for told in tries}
    assert len(tried) == len(tries), "the bench itself gave one id to two saves"
    acked = {told["id"]: told["ms"] for what, told in said if what == "ack"}
    found: dict[str, Any] = {
        "acknowledged": len(acked),
        "refused": sum(what == "taken" for what, _ in said),
        "tried_again": sum(what == "away" for what, _ in said),
        "errors": dict(Counter(told.split(":")[0] for what, told in said if what == "error")),
    }
    try:
        store = open_it()
        there = store.contents()
    except StoreError as error:
        return {**found, "unreadable": str(error), "lost": len(acked), "wrong": 0, "double": 0, "bookings_lost": 0}
    wrong = [
        {"id": key, "there": kept, "tried": tried.get(key)}
        for key, kept in there.items()
        if key not in tried or kept != (tried[key]["call"], tried[key]["kind"], tried[key]["data"])
    ]
    booked = [(tried[key]["slot"], tried[key]["call"]) for key in acked if tried[key]["kind"] == "booked"]
    given = Counter(slot for slot, _ in set(booked))
    owners = store.owners()
    lost = Counter(tried[key]["kind"] for key in acked if key not in there)
    return {
        **found,
        "bookings": len(booked),
        "lost": sum(lost.values()),
        "lost_kinds": dict(lost),
        "wrong": len(wrong),
        "wrongs": wrong[:3],
        "double": sum(count > 1 for count in given.values()),
        "bookings_lost": sum(owners.get(slot) != call for slot, call in booked),
        "faults": store.faults()[:5],
        **_times(sorted(ms for key, ms in acked.items() if tried[key]["kind"] == "answered")),
    }


def _times(times: list[float]) -> dict[str, float | None]:
    places = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1}
    return {name: times[min(int(len(times) * at), len(times) - 1)] if times else None for name, at in places.items()}


def bad(found: dict[str, Any]) -> int:
    """How much is wrong."""
    kinds = ("lost", "wrong", "double", "bookings_lost")
    return int(sum(found[kind] for kind in kinds) + len(found.get("faults", ())))
