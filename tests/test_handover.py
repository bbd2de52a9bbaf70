"""What leaves the call: the leaflet, the calendar file, the case note and the words read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from icalendar import Calendar

from triage.diary.diary import LOCAL
from triage.handover import Handover, NextStep, case_note, ics, leaflet, lineage, read_back, withheld
from triage.handover import words as plain
from triage.handover.note import SOMEBODY
from triage.model import AppointmentType, Call, Event, Listing, Schedule, Slot
from triage.settings import Organisation

TODAY = date(2026, 11, 21)
COUNCIL = Organisation()
KIND = AppointmentType(
    "carers", "Carers’ conversation", "carers’ conversation", 45, where="On the phone", tell="The desk will ring you."
)


def a_slot(start: datetime = datetime(2026, 12, 1, 10, tzinfo=LOCAL)) -> Slot:
    return Slot(f"carers.desk.{start:%Y-%m-%dT%H:%M}", KIND, "desk", start, start + timedelta(minutes=45))


def crafts(**changes: Any) -> Listing:
    return Listing(
        **{
            "id": "crafts",
            "name": "Let’s Get Crafty",
            "kind": "activity",
            "description": "Craft club for older people, about twelve regulars; tea and a chat, bring nothing.",
            "organisation": "Willenhall Makers",
            "address": "Willenhall library",
            "postcode": "CV3 3DB",
            "eligibility": "Beginners welcome",
            "minimum_age": 55,
            "free": True,
            "schedules": (Schedule(("WE",), time(14), time(16), description="term time"),),
            "accessibility": ("ramp", "hearing loop"),
            "transportation": "21 bus",
            "application_process": "Turn up, or ring",
            "phone": "01632 960 123",
            "assured_date": date(2026, 10, 12),
            "demonstration": False,
            **changes,
        }
    )


def printed(*listings: Listing, **more: Any) -> str:
    given = {"organisation": COUNCIL, "today": TODAY, "call_ref": "K7QM2FX", "demonstration": False, **more}
    return leaflet(listings, given.pop("steps", ()), **given)


class Page(HTMLParser):
    """The text of a page, its headings, and whether every tag that opens is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


class TestTheLeaflet:
    @pytest.mark.parametrize("form", ["text", "html"])
    def test_it_answers_the_questions_somebody_has_before_they_set_out(self, form: str) -> None:
        page = printed(crafts(), format=form, distances={"crafts": 0.97})
        for said in (
            "Let’s Get Crafty", "Beginners welcome; aged 55 and over", "Free", "Wednesday, 2pm to 4pm, term time",
            "Willenhall library, CV3 3DB, about 0.6 miles away", "21 bus; ramp, hearing loop", "Turn up, or ring",
            "01632 960 123", "Last checked on Monday 12 October 2026",
        ):  # fmt: skip
            assert said in page
        assert "Ask before you go" not in page

    @pytest.mark.parametrize("form", ["text", "html"])
    def test_it_says_what_was_agreed_who_does_what_by_when_and_the_appointment(self, form: str) -> None:
        steps = [NextStep("send the form", "Sam at the council", date(2026, 11, 27)), "keep this leaflet"]
        page = printed(steps=steps, agreed=["you want a break"], appointments=[a_slot()], person="Joan", format=form)
        for said in (
            "You want a break.", "Send the form.", "Who: Sam at the council", "By: Friday 27 November 2026",
            "Keep this leaflet.", "Carers’ conversation", "Tuesday 1 December 2026, 10am to 10:45am", "On the phone",
            "The desk will ring you.", "Joan", "K7QM2FX", "Saturday 21 November 2026",
        ):  # fmt: skip
            assert said in page.replace("<bdi>", "").replace("</bdi>", "")

    @pytest.mark.parametrize("form", ["text", "html"])
    def test_it_says_whom_to_ring_if_it_gets_worse_and_how_to_complain(self, form: str) -> None:
        page = " ".join(printed(format=form).split())
        for number in ("999", "111", COUNCIL.phone, COUNCIL.out_of_hours, COUNCIL.relay):
            assert f"{number}." in page
        assert "Ombudsman" in page
        assert COUNCIL.email in page

    @pytest.mark.parametrize("form", ["text", "html"])
    def test_it_says_demonstration_when_anything_in_it_is_invented(self, form: str) -> None:
        assert "DEMONSTRATION" not in printed(crafts(), format=form)
        assert "DEMONSTRATION" in printed(format=form, demonstration=True)
        assert "DEMONSTRATION" in printed(crafts(), crafts(demonstration=True), format=form)

    @pytest.mark.parametrize(
        ("listing", "said"),
        [
            (crafts(assured_date=date(2026, 1, 2)), "this may be out of date"),
            (crafts(assured_date=None), "this may be out of date"),
            (crafts(status="temporarily closed"), "down as temporarily closed"),
            (crafts(check=True), "not sure of every detail"),
            (crafts(room=False), "It was full when we last heard"),
            (crafts(alert="moved to the annexe"), "Moved to the annexe."),
        ],
    )
    def test_a_listing_that_may_be_wrong_says_so(self, listing: Listing, said: str) -> None:
        assert said in printed(listing)
        assert f'class="ask">{plain.warnings(listing, TODAY)[0]}' in printed(listing, format="html")

    def test_what_nobody_knows_is_to_be_asked(self) -> None:
        bare = Listing("x", "X", "care", "", demonstration=False)
        page = printed(bare)
        for label in ("Who it is for", "Cost", "When", "Where", "How to join"):
            assert f"{label}: please ask" in page
        assert "Phone:" not in page

    def test_twelve_listings_all_fit_in_their_order(self) -> None:
        page = printed(*(crafts(id=f"c{n}", name=f"Club {n}") for n in range(1, 13)))
        assert [page.index(f"{n}. Club {n}, ") for n in range(1, 13)] == sorted(
            page.index(f"{n}. Club {n}, ") for n in range(1, 13)
        )
        large = Page(printed(*(crafts(id=f"c{n}") for n in range(12)), format="html", large=True))
        assert large.headings.count("h3") == 12

    @pytest.mark.parametrize("length", [60, 200])
    def test_no_line_of_the_text_is_wider_than_72_columns(self, length: int) -> None:
        word = "Llanfair" + "x" * (length - 8)
        long = crafts(name=word, description=f"a {word} b", url="https://example.org/" + "a-" * 60, address=word)
        page = printed(long, steps=[NextStep(word, word)], agreed=[word], person=word, appointments=[a_slot()])
        assert max(map(len, page.splitlines())) <= 72
        assert word in page.replace("\n   ", "").replace("   ", "")

    def test_a_phone_number_is_never_cut_in_two(self) -> None:
        for filler in range(60):
            page = printed(crafts(description="x" * filler + " ring 01632 960 123 or 18001 024 7683 3003 today"))
            assert page.count("01632 960 123") == 2
            assert page.count("18001 024 7683 3003") == 2

    def test_a_right_to_left_name_keeps_to_itself(self) -> None:
        page = printed(crafts(name="مقهى الأصدقاء", organisation="", url=""), person="شیرین")
        assert "\u2068مقهى الأصدقاء\u2069" in page
        assert "\u2068شیرین\u2069 – Saturday" in page
        assert "<bdi>مقهى الأصدقاء</bdi>" in printed(crafts(name="مقهى الأصدقاء"), format="html")

    def test_names_of_every_language_survive(self) -> None:
        names = ["Zoë Łukasiewicz", "ਗੁਰਪ੍ਰੀਤ", "李小龙", "Nguyễn Thị Hà", "Ọlá 👩‍👧"]
        for name in names:
            assert name in printed(crafts(name=name))
            assert name in printed(crafts(name=name), format="html")

    def test_markup_and_control_characters_of_a_feed_are_only_text(self) -> None:
        nasty = crafts(name="<script>alert(1)</script>", description='a "b" & <i>c</i>\n\x1b[31m\u202ered', phone="<b>")
        page = Page(printed(nasty, format="html"))
        assert "<script>alert(1)</script>" in page.text
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in page.attributes)
        assert not {"\x1b", "\u202e"} & set(printed(nasty))

    @pytest.mark.parametrize("large", [False, True])
    def test_the_page_is_well_formed_and_needs_nothing_else(self, large: bool) -> None:
        page = printed(crafts(), crafts(), steps=["x"], appointments=[a_slot()], format="html", large=large)
        read = Page(page)
        assert read.open == []
        assert read.headings[0] == "h1"
        assert read.headings.count("h1") == 1
        assert ("lang", "en-GB") in read.attributes
        assert not any(wanted in page for wanted in ("http:", "https:", "url(", "@import", "<img", "<link", "<script"))
        assert ("font-size: 18pt" in page) is large

    def test_nothing_to_do_is_said_rather_than_left_empty(self) -> None:
        assert "You do not need to do anything." in printed()
        assert "PLACES THAT MAY HELP" not in printed()


class TestPlainWords:
    @pytest.mark.parametrize(
        ("at", "said"),
        [
            (time(9), "9am"), (time(0, 30), "12:30am"), (time(12), "midday"), (time(12, 15), "12:15pm"),
            (time(14, 30), "2:30pm"), (time(0), "midnight"), (time(23, 45), "11:45pm"),
        ],
    )  # fmt: skip
    def test_times_are_said_as_people_say_them(self, at: time, said: str) -> None:
        assert plain.clock(at) == said

    @pytest.mark.parametrize(
        ("schedules", "said"),
        [
            ((), ""),
            ((Schedule(("MO", "TU", "WE", "TH", "FR"), time(9), time(17)),), "Monday to Friday, 9am to 5pm"),
            (tuple(Schedule((d,), time(9), time(10)) for d in ("MO", "TH")), "Monday and Thursday, 9am to 10am"),
            ((Schedule(("SA", "SU", "MO"), time(9)),), "Monday, Saturday and Sunday, from 9am"),
            ((Schedule(tuple("MO TU WE TH FR SA SU".split())),), "every day"),  # noqa: SIM905
            ((Schedule(("2MO", "-1FR"), freq="MONTHLY"),), "second Monday and last Friday of the month"),
            ((Schedule(("1SA",), time(10), time(12), "MONTHLY"),), "first Saturday of the month, 10am to midday"),
            ((Schedule(("WE",), time(10), time(11), interval=2),), "every other week, Wednesday, 10am to 11am"),
            ((Schedule(description="drop in"),), "drop in"),
            ((Schedule(freq="MONTHLY"),), "once a month"),
        ],
    )  # fmt: skip
    def test_opening_times_are_said_in_words(self, schedules: tuple[Schedule, ...], said: str) -> None:
        assert plain.times(schedules) == said

    @pytest.mark.parametrize(
        ("km", "said"),
        [(0.8, "0.5 miles"), (1.6, "1 mile"), (15.9, "9.9 miles"), (40, "25 miles"), (0.02, "0.1 miles")],
    )
    def test_distances_are_in_miles(self, km: float, said: str) -> None:
        assert plain.distance(km) == said

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"eligibility": "", "minimum_age": 18, "maximum_age": 64}, "People aged 18 to 64"),
            ({"eligibility": "", "minimum_age": None, "maximum_age": 25}, "People aged up to 25"),
            ({"eligibility": "Anyone over 55"}, "Anyone over 55"),
        ],
    )
    def test_who_it_is_for(self, changes: dict[str, Any], said: str) -> None:
        assert plain.who_for(crafts(**changes)) == said


class TestTheCalendarFile:
    NOW = datetime(2026, 11, 21, 9, 44, tzinfo=UTC)

    def made(self, slot: Slot, **more: Any) -> Any:
        return Calendar.from_ical(ics(slot, "K7QM2FX", COUNCIL, now=self.NOW, **more))

    @pytest.mark.parametrize("start", [datetime(2026, 12, 1, 10, tzinfo=LOCAL), datetime(2026, 6, 1, 10, tzinfo=LOCAL)])
    def test_it_is_at_the_right_time_winter_and_summer(self, start: datetime) -> None:
        calendar = self.made(a_slot(start))
        (event,) = calendar.walk("VEVENT")
        assert event["DTSTART"].dt == start
        assert event["DTSTART"].dt.utcoffset() == start.utcoffset()
        assert event["DTSTART"].params["TZID"] == "Europe/London"
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=45)
        assert event["DTSTAMP"].dt == self.NOW
        assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]

    def test_a_shared_calendar_gives_nothing_away(self) -> None:
        (event,) = self.made(a_slot()).walk("VEVENT")
        shown = f"{event['SUMMARY']} {event['DESCRIPTION']} {event['UID']}".lower()
        assert "carer" not in shown
        assert "k7qm2fx" not in str(event["UID"]).lower()
        assert event["CLASS"] == "PRIVATE"

    def test_moved_and_cancelled_the_same_entry_changes(self) -> None:
        call = Call("20261121T094402-k7qm2fx", (
            Event("b1", "c", self.NOW, "sam", "booked", {"slot": "a"}),
            Event("m1", "c", self.NOW, "sam", "moved", {"slot": "b", "was": "a"}),
            Event("b2", "c", self.NOW, "sam", "booked", {"slot": "a"}),
            Event("m2", "c", self.NOW, "sam", "moved", {"slot": "c", "was": "b"}),
            Event("x1", "c", self.NOW, "sam", "cancelled", {"slot": "c", "reason": "ill"}),
        ))  # fmt: skip
        assert lineage(call, "c") == ("b1", 3)
        assert lineage(call, "a") == ("b2", 0), "booking the old time afresh is another booking"
        assert lineage(call, "z") == ("", 0)
        later = a_slot(datetime(2026, 12, 2, 10, tzinfo=LOCAL))
        first = self.made(a_slot(), booking="b1").walk("VEVENT")[0]
        moved = self.made(later, booking="b1", sequence=1).walk("VEVENT")[0]
        gone = self.made(later, booking="b1", sequence=2, cancelled=True)
        event = gone.walk("VEVENT")[0]
        assert first["UID"] == moved["UID"] == event["UID"]
        assert [int(e["SEQUENCE"]) for e in (first, moved, event)] == [0, 1, 2]
        assert (first["STATUS"], event["STATUS"], gone["METHOD"]) == ("CONFIRMED", "CANCELLED", "CANCEL")
        assert self.made(a_slot(), booking="b2").walk("VEVENT")[0]["UID"] != first["UID"]

    def test_lines_end_as_the_standard_says_and_none_is_too_long(self) -> None:
        made = ics(a_slot(), "K7QM2FX", COUNCIL, now=self.NOW)
        assert made.count(b"\n") == made.count(b"\r\n")
        assert max(map(len, made.split(b"\r\n"))) <= 75


CALL = Handover(
    ref="K7QM2FX",
    at=datetime(2026, 11, 21, 9, 44),
    handler="Sam Okafor",
    caller="daughter, unpaid carer",
    person="Joan P.",
    need=("mum leaves the gas on and walks about at night",),
    done=("checked for danger: the gas is off now and a neighbour is in",),
    steps=(
        NextStep("ring about the carers’ talk", "the Carers Trust desk", date(2026, 12, 1)),
        NextStep("ask the GP about the memory clinic", "you", date(2026, 11, 27)),
    ),
    appointments=(a_slot(),),
    shortlist=("Dementia Navigators", "Willenhall Carers’ Café"),
    outcome="Carers’ contact assessment",
    also=("Assessment requested",),
    flags=("F-COMM", "F-RISK"),
    notes="hearing aid\nspeak slowly",
)


class TestTheCaseNote:
    def test_it_reads_as_a_handler_would_write_it(self) -> None:
        assert case_note(CALL).splitlines() == [
            "Daughter, unpaid carer, rang about Joan P. on Saturday 21 November 2026 at 9:44am (ref K7QM2FX). "
            "Taken by Sam Okafor.",
            "Keep in mind: Needs information or talk in a particular way.",
            "Need: Mum leaves the gas on and walks about at night.",
            "Done on the call: Checked for danger: the gas is off now and a neighbour is in.",
            "Told about: Dementia Navigators. Willenhall Carers’ Café.",
            "Booked: Carers’ conversation, Tuesday 1 December 2026, 10am to 10:45am, on the phone.",
            "Next: Ring about the carers’ talk – the Carers Trust desk, by Tuesday 1 December 2026. "
            "Ask the GP about the memory clinic – the caller, by Friday 27 November 2026.",
            "Outcome: Carers’ contact assessment; also Assessment requested.",
            "Notes: Hearing aid. Speak slowly.",
        ]

    @pytest.mark.parametrize(
        ("caller", "person", "said"),
        [
            ("", "Joan P.", "Joan P. rang on Saturday"),
            ("", "", "A caller who gave no name rang on"),
            ("neighbour", "", "Neighbour rang, without giving the person’s name, on"),
            ("neighbour", "Joan", "Neighbour rang about Joan on"),
        ],
    )
    def test_it_says_who_rang(self, caller: str, person: str, said: str) -> None:
        note = case_note(Handover("K1", datetime(2026, 11, 21, 12), caller=caller, person=person))
        assert note.startswith(said)
        assert note.count("\n") == 0, "nothing is said about what there isn't"

    def test_a_risk_marker_stays_with_the_supervisor(self) -> None:
        assert "F-RISK" not in case_note(CALL)

    def test_unsafe_contact_comes_before_anything_else(self) -> None:
        note = case_note(Handover("K1", datetime(2026, 11, 21), person="J", need=("help",), flags=("F-UNSAFE",)))
        assert note.splitlines()[0].startswith("UNSAFE TO CONTACT. Do not ring")
        assert note.splitlines()[2].startswith("Keep in mind: Not safe to ring")


class TestReadingBack:
    def test_it_says_who_what_we_do_by_when_and_what_the_caller_does(self) -> None:
        assert read_back(CALL, COUNCIL) == (
            "Let me read that back to you.",
            "You are ringing about Joan P.",
            "You told me: Mum leaves the gas on and walks about at night.",
            "Checked for danger: the gas is off now and a neighbour is in.",
            "I have told you about Dementia Navigators and Willenhall Carers’ Café.",
            "Your appointment is on Tuesday 1 December 2026, 10am to 10:45am. The desk will ring you.",
            "What we do: Ring about the carers’ talk. The Carers Trust desk will do that by Tuesday 1 December 2026.",
            "What you do: Ask the GP about the memory clinic. Please do that by Friday 27 November 2026.",
            "Have I got that right?",
        )

    def test_somebody_who_rang_for_themselves_is_told_so(self) -> None:
        said = read_back(Handover("K1", datetime(2026, 11, 21), steps=(NextStep("send the form"),)), COUNCIL)
        assert said[1] == "You are ringing for yourself."
        assert said[2] == f"What we do: Send the form. {COUNCIL.name} will do that."

    def test_who_rang_about_whom_is_not_claimed_before_it_was_asked(self) -> None:
        said = read_back(Handover("K1", datetime(2026, 11, 21), caller=SOMEBODY, need=("a bath rail",)), COUNCIL)
        assert said[1] == "You told me: A bath rail."
        named = read_back(Handover("K1", datetime(2026, 11, 21), caller=SOMEBODY, person="Joan P"), COUNCIL)
        assert named[1] == "You are ringing about Joan P."

    def test_flags_are_not_read_out_but_unsafe_contact_is_promised(self) -> None:
        said = " ".join(read_back(Handover("K1", datetime(2026, 11, 21), flags=("F-UNSAFE", "F-CAP")), COUNCIL))
        assert "until we know that it is safe" in said
        assert "decide" not in said


def test_p8_nothing_may_leave_when_contact_is_unsafe() -> None:
    assert withheld(("F-COMM", "F-UNSAFE"))
    assert withheld(("F-COMM",)) == ""
