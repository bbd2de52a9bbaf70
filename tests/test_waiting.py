"""The waiting list, who came, who is away: on every store, and by the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.test_store import STORES, Clock
from triage import booking, cli
from triage.diary import Asked, Diary, Find, Pattern, Resource, helping
from triage.diary.attendance import attendance, missed
from triage.diary.diary import LOCAL
from triage.diary.finding import read
from triage.diary.waiting import Wait, waits
from triage.errors import BadAnswer, NotFound, SlotTaken
from triage.library.diary import load_diary
from triage.model import DIARY, AppointmentType, Call, Event
from triage.store.base import Store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""A Monday, eight in the morning."""
TUESDAY = date(2026, 11, 24)
CALL = AppointmentType("call", "Call", "phone", 30)
NINE, TEN, LATE = (f"call.desk.2026-11-24T{t}" for t in ("09:00", "10:00", "14:00"))


def a_diary() -> Diary:
    days = ("mon", "tue", "wed", "thu", "fri")
    desk = Resource("desk", "the desk", (Pattern("call", days, time(9), time(16)),))
    asha = Resource("asha", "Asha", (Pattern("help", days, time(8), time(18)),), helps=("interpreter: Punjabi",))
    visit = AppointmentType("visit", "Visit", "home visit", 60)
    dean = Resource("dean", "Dean", (Pattern("visit", ("tue",), time(9), time(12)),), areas=("CV6",))
    return Diary({"call": CALL, "visit": visit}, {r.id: r for r in (desk, asha, dean)})


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    made = STORES[request.param](tmp_path, clock)()
    yield made
    assert made.verify() == []
    made.close()


ANY_CALL = Find("call")


class Front:
    """A desk with a waiting list: short words for what happens there. Its clock is the store's."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock, self.diary = store, clock, a_diary()

    @property
    def who(self) -> dict[str, object]:
        return {"by": "sam", "now": self.clock.now}

    def book(self, slot: str, call: str) -> None:
        booking.book(self.store, self.diary, slot, call, **self.who)  # type: ignore[arg-type]

    def cancel(self, slot: str) -> Wait | None:
        booking.cancel(self.store, self.diary, slot, **self.who)  # type: ignore[arg-type]
        return self.offer(slot)

    def offer(self, slot: str, allowed: Callable[[Call], str] = lambda call: "") -> Wait | None:
        return booking.offer(self.store, self.diary, slot, allowed=allowed, **self.who)  # type: ignore[arg-type]

    def wait(self, call: str, find: Find = ANY_CALL, last: date | None = None) -> Wait:
        self.clock.now += timedelta(seconds=1)
        return booking.wait(self.store, self.diary, call, find, last=last, **self.who)  # type: ignore[arg-type]

    def say(self, call: str, said: str) -> Wait | None:
        offer = [o for w in waits(self.store.call(call)) for o in w.offers if not o.answer][-1]
        return booking.answer(self.store, self.diary, offer.id, call, said, **self.who)  # type: ignore[arg-type]

    @property
    def list(self) -> list[str]:
        return [w.call for w in booking.waiting(self.store, self.clock.now)]

    @property
    def kept(self) -> dict[str, str]:
        """Who has what slot, held or booked."""
        return {c.slot: c.call for c in self.store.claims(NOW - timedelta(days=9), NOW + timedelta(days=60))}


@pytest.fixture
def front(store: Store, clock: Clock) -> Front:
    return Front(store, clock)


class TestTheWaitingList:
    def test_a_slot_that_was_cancelled_is_kept_for_who_came_first_and_then_for_the_next(self, front: Front) -> None:
        for call in ("A", "B", "C"):
            front.wait(call)
        front.book(TEN, "X")
        first = front.cancel(TEN)
        assert first is not None
        assert (first.call, front.kept) == ("A", {TEN: "A"})
        with pytest.raises(SlotTaken):
            front.book(TEN, "Y")
        second = front.say("A", "declined")
        assert second is not None
        assert (second.call, front.kept) == ("B", {TEN: "B"})
        front.say("B", "accepted")
        assert front.store.call("B").bookings == (TEN,)
        assert front.list == ["A", "C"], "who declined keeps their place; who has a time waits no longer"

    def test_who_was_offered_what_they_said_and_who_is_next_can_be_read_back(self, front: Front) -> None:
        for call in ("A", "B"):
            front.wait(call)
        front.offer(TEN)
        front.say("A", "no answer")
        [told] = waits(front.store.call("A"))
        assert [(o.slot, o.answer) for o in told.offers] == [(TEN, "no answer")]
        [next_] = waits(front.store.call("B"))
        assert [(o.slot, o.answer) for o in next_.offers] == [(TEN, "")]
        assert front.offer(TEN) is None, "nobody is offered the same time twice"

    def test_only_times_that_fit_are_offered(self, front: Front) -> None:
        front.wait("mornings", Find("call", part="morning"))
        front.wait("fridays", Find("call", days=("fri",)))
        front.wait("soon", Find("call"), last=TUESDAY - timedelta(days=1))
        front.wait("visits", Find("visit", near="CV6"))
        assert front.offer(LATE) is None
        made = front.offer(TEN)
        assert made is not None
        assert made.call == "mornings"
        visit = front.offer("visit.dean.2026-11-24T09:00")
        assert visit is not None
        assert visit.call == "visits"

    def test_one_time_is_kept_for_one_person_at_a_time_and_runs_out(self, front: Front) -> None:
        front.wait("A")
        assert front.offer(NINE) is not None
        assert front.offer(TEN) is None, "they are being asked about another"
        front.clock.now = NOW + timedelta(hours=5)
        assert front.kept == {}
        made = front.offer(TEN)
        assert made is not None
        assert made.call == "A"

    def test_an_answer_after_it_ran_out_books_it_if_it_is_still_free(self, front: Front) -> None:
        for call in ("A", "B"):
            front.wait(call)
        front.offer(NINE)
        front.clock.now = NOW + timedelta(hours=5)
        front.book(NINE, "Y")
        with pytest.raises(SlotTaken):
            front.say("A", "accepted")
        assert front.list == ["A", "B"]
        front.offer(TEN)
        front.clock.now += timedelta(hours=5)
        front.say("A", "accepted")
        assert front.kept == {NINE: "Y", TEN: "A"}

    def test_who_has_a_later_time_and_waits_for_an_earlier_one_is_moved(self, front: Front) -> None:
        front.book(LATE, "A")
        front.wait("A")
        front.offer(NINE)
        front.say("A", "accepted")
        call = front.store.call("A")
        assert call.bookings == (NINE,)
        assert call.of_kind("moved")[0].data == {"slot": NINE, "was": LATE}

    def test_who_may_not_be_rung_is_passed_over_and_keeps_their_place(self, front: Front) -> None:
        for call in ("unsafe", "B"):
            front.wait(call)
        made = front.offer(TEN, allowed=lambda call: "not safe" if call.id == "unsafe" else "")
        assert made is not None
        assert made.call == "B"
        assert front.list == ["unsafe", "B"]

    def test_said_again_is_one_place_and_taken_off_is_none(self, front: Front) -> None:
        front.wait("A", Find("call", part="morning"))
        front.wait("A", Find("call", part="afternoon"))
        assert front.list == ["A"]
        assert [w.find.part for w in waits(front.store.call("A")) if w.stands(NOW)] == ["afternoon"]
        front.offer(LATE)
        assert booking.stop(front.store, "A", **front.who) == 1  # type: ignore[arg-type]
        assert (front.list, front.kept) == ([], {}), "and what was kept is free again"

    def test_a_slot_with_its_interpreter_is_kept_with_them(self, front: Front) -> None:
        booking.wait(front.store, front.diary, "A", Find("call"), needs=("interpreter: Punjabi",), **front.who)  # type: ignore[arg-type]
        front.offer(TEN)
        [claim] = front.store.claims(NOW, NOW + timedelta(days=9))
        assert helping(claim) == ("asha",)

    def test_another_hold_of_the_same_call_lets_go_of_what_was_kept(self, front: Front) -> None:
        front.wait("A")
        front.offer(TEN)
        booking.hold(front.store, front.diary, NINE, "A", **front.who)  # type: ignore[arg-type]
        assert [o.answer for w in waits(front.store.call("A")) for o in w.offers] == ["let go"]


class TestDidNotAttend:
    def test_it_is_said_after_the_time_and_not_before(self, front: Front) -> None:
        front.book(TEN, "A")
        with pytest.raises(BadAnswer, match="not come yet"):
            booking.missed(front.store, TEN, "A", **front.who)  # type: ignore[arg-type]
        front.clock.now = NOW + timedelta(days=2)
        with pytest.raises(NotFound, match="no appointment"):
            booking.missed(front.store, NINE, "A", **front.who)  # type: ignore[arg-type]
        for _ in range(2):
            call = booking.missed(front.store, TEN, "A", "no answer at the door", **front.who)  # type: ignore[arg-type]
        assert [e.kind for e in call.events] == ["booked", "missed"]
        assert missed(call) == (TEN,)
        assert missed(booking.came(front.store, TEN, "A", **front.who)) == ()  # type: ignore[arg-type]

    def test_rebooked_it_still_counts_and_only_the_slot_has_changed(self, front: Front) -> None:
        asked = Asked("CV6", ("interpreter: Punjabi",))
        booking.book(front.store, front.diary, TEN, "A", asked=asked, **front.who)  # type: ignore[arg-type]
        front.book(NINE, "B")
        front.clock.now = NOW + timedelta(days=2)
        booking.missed(front.store, TEN, "A", **front.who)  # type: ignore[arg-type]
        later = "call.desk.2026-11-27T10:00"
        booking.move(front.store, front.diary, TEN, later, "A", **front.who)  # type: ignore[arg-type]
        call = front.store.call("A")
        assert (call.bookings, booking.asked_of(call, later)) == ((later,), asked)
        counted = attendance([call, front.store.call("B")], front.clock.now)
        assert (counted["call"].past, counted["call"].missed, counted["call"].calls) == (2, 1, ("A",))
        assert attendance([call], front.clock.now, "resource")["desk"].missed == 1


class TestLeaveAndExceptions:
    def away(self, front: Front, who: str = "desk", **more: object) -> list[tuple[str, str]]:
        booking.away(front.store, a_diary(), who, TUESDAY, **more, **front.who)  # type: ignore[arg-type]
        front.diary = booking.diary_of(front.store, a_diary())
        return [(claim.call, why) for claim, why in booking.stranded(front.store, front.diary, NOW)]

    def test_leave_takes_its_slots_away_and_names_the_bookings_it_touches(self, front: Front) -> None:
        front.book(TEN, "A")
        front.book("call.desk.2026-11-25T10:00", "B")
        assert self.away(front, why="sickness") == [("A", "the desk: sickness")]
        assert front.diary.day(TUESDAY, "call") == []
        with pytest.raises(NotFound, match="sickness"):
            front.book(NINE, "C")
        booking.move(front.store, front.diary, TEN, "call.desk.2026-11-25T11:00", "A", **front.who)  # type: ignore[arg-type]
        assert booking.stranded(front.store, front.diary, NOW) == ()

    def test_some_hours_touch_only_what_lies_in_them(self, front: Front) -> None:
        front.book(TEN, "A")
        front.book(LATE, "B")
        assert self.away(front, between=(time(12), time(16)), why="training") == [("B", "the desk: training")]

    def test_a_closed_day_touches_everybody_and_an_interpreter_away_their_bookings(self, front: Front) -> None:
        booking.book(front.store, front.diary, TEN, "A", asked=Asked("", ("interpreter: Punjabi",)), **front.who)  # type: ignore[arg-type]
        front.book(LATE, "B")
        assert self.away(front, "asha") == [("A", "Asha: leave")]
        assert [call for call, _ in self.away(front, "", why="closed")] == ["A", "B"]

    def test_taken_back_it_never_was(self, front: Front) -> None:
        self.away(front)
        [change] = booking.said(front.store)
        booking.take_back(front.store, change.id, **front.who)  # type: ignore[arg-type]
        assert booking.said(front.store) == ()
        assert booking.diary_of(front.store, a_diary()).day(TUESDAY, "call") != []
        with pytest.raises(NotFound):
            booking.take_back(front.store, change.id, **front.who)  # type: ignore[arg-type]

    def test_an_extra_session_on_a_saturday_is_given_once(self, front: Front) -> None:
        saturday = date(2026, 11, 28)
        booking.extra(front.store, a_diary(), "desk", "call", saturday, (time(9), time(10)), **front.who)  # type: ignore[arg-type]
        diary = booking.diary_of(front.store, a_diary())
        assert [s.id for s in diary.day(saturday)] == [f"call.desk.{saturday}T{t}" for t in ("09:00", "09:30")]
        assert diary.day(saturday + timedelta(days=7)) == []
        booking.book(front.store, diary, f"call.desk.{saturday}T09:00", "A", **front.who)  # type: ignore[arg-type]

    def test_an_extra_session_beside_the_usual_hours_is_no_second_desk(self, front: Front) -> None:
        booking.extra(front.store, a_diary(), "desk", "call", TUESDAY, (time(15), time(18)), **front.who)  # type: ignore[arg-type]
        front.diary = booking.diary_of(front.store, a_diary())
        front.book("call.desk.2026-11-24T15:00", "A")
        with pytest.raises(SlotTaken):
            front.book("call.desk.2026-11-24T15:00", "B")
        front.book("call.desk.2026-11-24T17:30", "B")

    @pytest.mark.parametrize(
        ("who", "more", "why"),
        [
            ("dsk", {}, "Did you mean “desk”"),
            ("desk", {"until": TUESDAY - timedelta(days=1)}, "before"),
            ("desk", {"why": "flu"}, "leave, sickness"),
            ("desk", {"between": (time(12), time(9))}, "later one second"),
            ("desk", {"between": (time(9, 10), time(12))}, "quarter hour"),
        ],
    )
    def test_what_cannot_be_said_is_refused(self, front: Front, who: str, more: dict[str, object], why: str) -> None:
        with pytest.raises(BadAnswer, match=why):
            self.away(front, who, **more)
        with pytest.raises(NotFound):
            front.store.call(DIARY)


class TestTheWeekTheClocksChange:
    def test_bookings_over_it_keep_their_local_time_and_real_length(self, store: Store, clock: Clock) -> None:
        desk = Resource("desk", "the desk", (Pattern("call", ("sat", "sun", "mon"), time(0), time(4)),))
        diary = Diary({"call": AppointmentType("call", "Call", "phone", 30, horizon=400)}, {"desk": desk})
        for sunday, gone in ((date(2026, 10, 25), "01:00"), (date(2027, 3, 28), "01:00")):
            clock.now = datetime(sunday.year, sunday.month, 1, tzinfo=UTC)
            for n, day in enumerate((sunday - timedelta(days=1), sunday, sunday + timedelta(days=1))):
                at_three = f"call.desk.{day}T03:00"
                slot = booking.book(store, diary, at_three, f"{sunday}-{n}", by="s", now=clock.now)
                assert (f"{slot.start:%H:%M}", slot.end - slot.start) == ("03:00", timedelta(minutes=30))
                assert slot.end.astimezone(UTC) - slot.start.astimezone(UTC) == timedelta(minutes=30)
            with pytest.raises(NotFound):
                booking.book(store, diary, f"call.desk.{sunday}T{gone}", "lost", by="s", now=clock.now)
            moved = f"call.desk.{sunday + timedelta(days=1)}T02:00"
            booking.move(store, diary, f"call.desk.{sunday - timedelta(days=1)}T03:00", moved, by="s", now=clock.now)
            window = [datetime.combine(sunday + timedelta(days=n), time(), LOCAL) for n in (0, 1, 2)]
            kept = [sorted(c.slot[-5:] for c in store.claims(*window[n : n + 2])) for n in (0, 1)]
            assert kept == [["03:00"], ["02:00", "03:00"]]
            hours = (window[1] - window[0].astimezone(UTC)).total_seconds() / 3600
            assert hours in (23, 25)


class TestWords:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("carers cv6 tue pm", Find("carers", "CV6", ("tue",), "afternoon")),
            ("next carers’ conversation near CV6 on a Tuesday afternoon", Find("carers", "CV6", ("tue",), "afternoon")),
            ("pm tu cv6 car", Find("carers", "CV6", ("tue",), "afternoon")),
            ("ot mon wed", Find("ot", "", ("mon", "wed"))),
            ("home visit thurs morning", Find("home-visit", "", ("thu",), "morning")),
            ("phone eve", Find("phone", "", (), "evening")),
            ("CV3 3DB am", Find("", "CV3", (), "morning")),
            ("office purple", Find("office", lost=("purple",))),
        ],
    )
    def test_a_time_is_found_in_the_words_people_use(self, words: str, found: Find) -> None:
        assert read(words, load_diary()) == found

    def test_what_is_not_said_stays_as_it_was(self) -> None:
        assert read("wed", load_diary(), was=Find("carers", "CV6", ("tue",), "afternoon")) == Find(
            "carers", "CV6", ("wed",), "afternoon"
        )


Command = Callable[..., tuple[int, str, str]]
CARERS = "carers.dean-h.2026-12-01T14:00"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """``triage diary …`` at :data:`NOW`."""
    times = {"now": NOW}
    monkeypatch.setattr("triage.settings.now", lambda: times["now"])

    def run(*words: str, later: timedelta = timedelta()) -> tuple[int, str, str]:
        times["now"] = NOW + later
        code = cli.run(["--data-dir", str(tmp_path), "diary", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


class TestTheCommand:
    def test_a_cancelled_slot_is_kept_for_who_waits_and_their_answer_books_it(self, command: Command) -> None:
        command("book", CARERS, "--call", "X")
        waiting = json.loads(
            command("wait", "carers", "--call", "A", "--on", "tue", "--part", "afternoon", "--json")[1]
        )
        assert (waiting["type"], waiting["days"], waiting["offers"]) == ("carers", ["tue"], [])
        command("wait", "carers", "--call", "B", "--near", "CV6", later=timedelta(minutes=1))
        gone = json.loads(command("cancel", CARERS, "--json", later=timedelta(minutes=2))[1])
        assert (gone["cancelled"], gone["offered"]["call"]) == (True, "A")
        said = json.loads(command("answer", "declined", "--call", "A", "--json", later=timedelta(minutes=3))[1])
        assert said["offered"]["call"] == "B"
        assert json.loads(command("answer", "accepted", "--call", "B", "--json", later=timedelta(minutes=4))[1])[
            "booked"
        ]
        [left] = json.loads(command("waiting", "--json", later=timedelta(minutes=5))[1])
        assert (left["call"], [o["answer"] for o in left["offers"]]) == ("A", ["declined"])
        assert command("unwait", "--call", "A")[0] == 0
        assert command("waiting")[0] == 1

    def test_not_attended_offers_three_other_times_and_counts(self, command: Command) -> None:
        command("book", CARERS, "--call", "X")
        assert command("dna", CARERS)[0] == 2
        after = timedelta(days=9)
        told = json.loads(command("dna", CARERS, "--json", later=after)[1])
        assert (told["missed"], told["times"], len(told["rebook"])) == (True, 1, 3)
        assert command("move", CARERS, told["rebook"][0], later=after)[0] == 0

    def test_sickness_lists_what_is_to_be_moved(self, command: Command) -> None:
        command("book", CARERS, "--call", "X")
        words = ("leave", "dean-h", "--from", "2026-12-01", "--why", "sickness", "--json")
        said = json.loads(command(*words)[1])
        assert said["stranded"] == [{"slot": CARERS, "call": "X", "why": "Dean Hallam: sickness"}]
        listed = command("list", "--from", "2026-12-01", "--to", "2026-12-01", "--json")[1]
        assert "dean-h" not in listed
        assert command("move", CARERS, "carers.carers-desk.2026-12-01T14:00")[0] == 0
        assert json.loads(command("stranded", "--json")[1]) == []
        back = json.loads(command("leave", "--back", said["changes"][0]["id"], "--json")[1])
        assert back["changes"] == []

    def test_an_extra_session_can_be_booked(self, command: Command) -> None:
        words = ("extra", "willow-room", "office", "--on", "2026-12-05", "--between", "09:00-12:00", "--json")
        slots = json.loads(command(*words)[1])["slots"]
        assert len(slots) == 3
        assert command("book", slots[0], "--call", "X")[0] == 0

    def test_a_place_and_a_helper_are_booked_with_it(self, command: Command) -> None:
        day = ("--from", "2026-12-01", "--to", "2026-12-01", "--type", "home-visit", "--free", "--json")
        slots = json.loads(command("list", *day, "--near", "cv2", "--with", "second person")[1])
        assert slots
        assert {s["resource"] for s in slots} <= {"folake-a", "marie-k"}
        assert command("book", slots[0]["slot"], "--call", "X", "--near", "CV2", "--with", "second person")[0] == 0
        assert command("book", slots[0]["slot"], "--call", "X", "--with", "a dragon")[0] == 2
        left = json.loads(command("list", *day, "--with", "second person")[1])
        assert slots[0]["slot"] not in [s["slot"] for s in left]


def test_events_of_the_diarys_own_page_are_no_call(front: Front) -> None:
    front.wait("A")
    assert front.store.open_calls() == ()
    assert list(front.store.summaries(date(2026, 11, 1), date(2026, 12, 1))) == []
    assert isinstance(front.store.call(DIARY).events[0], Event)


class TestTheCalendar:
    def test_booked_moved_and_given_up_it_is_one_entry_that_calendars_update(self, front: Front) -> None:
        from icalendar import Calendar

        from triage.handover import ics, lineage
        from triage.settings import Organisation

        front.book(NINE, "A")
        told = []
        for slot, gone in ((NINE, False), (TEN, False), (TEN, True)):
            if slot == TEN and not gone:
                booking.move(front.store, front.diary, NINE, TEN, "A", **front.who)  # type: ignore[arg-type]
            elif gone:
                booking.cancel(front.store, front.diary, TEN, "A", **front.who)  # type: ignore[arg-type]
            made, times = lineage(front.store.call("A"), slot)
            file = ics(
                front.diary.was(slot), "A", Organisation(), now=NOW, sequence=times, booking=made, cancelled=gone
            )
            calendar = Calendar.from_ical(file)
            told.append((str(calendar["METHOD"]), calendar.walk("VEVENT")[0]))
        assert [method for method, _ in told] == ["REQUEST", "REQUEST", "CANCEL"]
        events = [event for _, event in told]
        assert len({str(event["UID"]) for event in events}) == 1
        assert [int(event["SEQUENCE"]) for event in events] == [0, 1, 2]
        assert [event["DTSTART"].dt.hour for event in events] == [9, 10, 10]
        for event in events:
            assert str(event["ORGANIZER"]).startswith("mailto:")
            assert str(event["ATTENDEE"]).startswith("urn:uuid:"), "an address that says nothing about them"
            assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
