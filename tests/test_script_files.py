"""Scripts as officers write them: what is accepted, what is refused and how, and what a run without a screen says."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from triage.cli import run
from triage.errors import BadAnswer, BadData
from triage.library.outcomes import load_outcomes
from triage.library.scripts import load_script
from triage.library.yaml import load
from triage.model import DECLINED, NOT_KNOWN
from triage.script.drawing import dot, mermaid, tree
from triage.script.form import Route, When
from triage.script.values import read_answers
from triage.script.walk import walk

FIXTURES = Path(__file__).parent / "fixtures"
SMALL = FIXTURES / "scripts" / "small.yaml"
TODAY = date(2026, 11, 21)

Edited = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """The small script with some of its text changed."""

    def write(old: str = "", new: str = "") -> Path:
        text = SMALL.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "edited.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


# What an officer may write


def test_a_route_may_be_written_as_the_step_it_leads_to() -> None:
    assert load_script(SMALL).steps["G1"].routes == (Route("G2"),)


def test_an_option_may_be_written_as_a_word() -> None:
    field = load_script(SMALL).steps["G2"].fields[0]
    assert [o.value for o in field.options] == ["no", "yes", "not sure"]


def test_yes_and_no_are_words_and_a_yes_no_question_has_them_by_itself() -> None:
    field = load_script(SMALL).steps["C2"].fields[0]
    assert [o.value for o in field.options] == ["yes", "no"]


def test_an_inner_list_of_needs_means_any_one_will_do() -> None:
    (rule,) = [r for r in load_script(SMALL).outcomes if r.code == "CCA"]
    assert rule.needs == (("sent", "message"), ("hours",))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{caller: self}", When("caller", ("self",))),
        ("{caller: [self, child]}", When("caller", ("self", "child"))),
        ("{caller: not known}", When("caller", (NOT_KNOWN,))),
        ("{p_age: {under: 18}}", When("p_age", under=18)),
        ("{savings: {over: 3.5}}", When("savings", over=3.5)),
        ("{reason: {count: 2}}", When("reason", count=2)),
        ("{hours: {answered: no}}", When("hours", answered=False)),
        ("{account: {says: [care worker, staff]}}", When("account", says=("care worker", "staff"))),
        ("{reached: S2}", When(reached="S2")),
        ("{flag: F-CAP}", When(flag="F-CAP")),
        ("{action: A-999}", When(action="A-999")),
        ("{all: [{agree: yes}, {flag: F-CAP}]}", When(every=(When("agree", ("yes",)), When(flag="F-CAP")))),
        ("{any: [{agree: yes}, {flag: F-CAP}]}", When(some=(When("agree", ("yes",)), When(flag="F-CAP")))),
        ("{none: {agree: yes}}", When(none=(When("agree", ("yes",)),))),
        ("{agree: yes, caller: self}", When(every=(When("agree", ("yes",)), When("caller", ("self",))))),
    ],
)
def test_a_condition_says_what_an_answer_must_be(edited: Edited, written: str, meant: When) -> None:
    path = edited("when: {savings: {over: 23250}}", f"when: {written}")
    (rule,) = [r for r in load_script(path).outcomes if r.code == "SFD"]
    assert rule.when == meant


def test_a_script_may_be_written_in_parts(tmp_path: Path) -> None:
    head, steps = SMALL.read_text(encoding="utf-8").split("steps:\n", 1)
    (tmp_path / "parts").mkdir()
    (tmp_path / "head.yaml").write_text(f"{head}parts: [parts/all.yaml, parts/last.yaml]\n", encoding="utf-8")
    (tmp_path / "parts" / "all.yaml").write_text(f"steps:\n{steps.split('close_blocks')[0]}", encoding="utf-8")
    last = "section: wrap\nsteps:\n  - {id: Z9, title: Bye}\n"
    (tmp_path / "parts" / "last.yaml").write_text(last, encoding="utf-8")
    script = load_script(tmp_path / "head.yaml")
    assert script.steps["Z9"].section == "wrap"
    assert set(script.steps) == {*load_script(SMALL).steps, "Z9"}


# What is refused: the file, the line, the key, and the nearest there is


@pytest.mark.parametrize(
    ("old", "new", "why", "nearest"),
    [
        ("    title: Hello", "    titel: Hello", "“titel” is not a key of a step", "title"),
        ("type: text, required", "tpye: text, required", "“tpye” is not a key of a field", "type"),
        ("type: many, options", "type: mny, options", "“mny” is not one of", "many"),
        ("    routes: G2", "    routes: G22", "“G22” is not a step", "G2"),
        ("first: E1", "first: E11", "“E11” is not a step", "E1"),
        ("then: C1", "then: C11", "“C11” is not a step", "C1"),
        ("{value: caring, to: C1}", "{value: caring, to: C12}", "“C12” is not a step", "C1"),
        ("to: E1, letter", "to: E12, letter", "“E12” is not a step", "E1"),
        ("who rang, go: E7", "who rang, go: E77", "“E77” is not a step", "E7"),
        ("start: G1", "start: G111", "“G111” is not a step", "G1"),
        ("when: {caller: self}", "when: {callr: self}", "“callr” is not a key of this script", "caller"),
        ("when: {caller: self}", "when: {caller: slef}", "caller: “slef” is not one of its answers", "self"),
        ("when: {caller: self}", "when: {caller: {undr: 3}}", "“undr” is not one of under", "under"),
        ("when: {caller: self}", "when: {caller: {under: 3}}", "“under” can't be asked of an answer of type one", ""),
        ("when: {caller: self}", "when: {}", "a condition needs a key", ""),
        ("when: {action: A-999", "when: {action: A-99", "“A-99” is not an action", "A-999"),
        ("sets: F-CAP", "sets: F-CAPP", "“F-CAPP” is not a flag or action", "F-CAP"),
        ("sets: A-CAROFF", "sets: A-CAROF", "“A-CAROF” is not a flag or action", "A-CAROFF"),
        ("needs: [message]", "needs: [mesage]", "“mesage” is not a key of this script", "message"),
        ("{code: SFD", "{code: SFDD", "“SFDD” is not an outcome of the code list", "SFD"),
        ("reason: message}, asks", "reason: mesage}, asks", "“mesage” is not one of its answers", "message"),
        ("asks: [message]", "asks: [mesage]", "“mesage” is not a key of this script", "message"),
        (
            "section: money\n    title: Pressure",
            "section: mony\n    title: Pressure",
            "“mony” is not a section",
            "money",
        ),
        ("{id: Z2, section", "{id: Z1, section", "two steps are called “Z1”", ""),
        ("options: [hospital, slow]", "options: [slow, Slow]", "change: “Slow” stands here twice", ""),
        ("{key: caller_age,", "{key: caller_name,", "step T1 asks for “caller_name” twice", ""),
        ("{key: hours,", "{key: reached,", "“reached” is a word of conditions", ""),
        ("start: G1\n", "", "“start” is missing from a script file", ""),
    ],
)
def test_a_wrong_script_is_refused_where_it_is_wrong(
    edited: Edited, old: str, new: str, why: str, nearest: str
) -> None:
    path = edited(old, new)
    with pytest.raises(BadData) as refused:
        load_script(path)
    assert why in str(refused.value)
    assert refused.value.nearest == nearest
    assert refused.value.where == str(path)
    changed = next(n for n, (old_line, line) in enumerate(both(path), 1) if old_line != line)
    assert changed - 8 <= refused.value.line <= changed or not new


def both(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of the small script beside those of another."""
    before, after = (p.read_text(encoding="utf-8").splitlines() for p in (SMALL, path))
    return zip(before, after, strict=False)


def test_a_step_without_a_section_is_refused(edited: Edited) -> None:
    with pytest.raises(BadData, match="this step stands in no section"):
        load_script(edited("    section: greeting\n    title: Hello", "    title: Hello"))


def test_an_outcome_list_with_a_doubled_code_is_refused(tmp_path: Path) -> None:
    line = "- {code: IAG, name: n, rank: 1, definition: d}\n"
    (tmp_path / "o.yaml").write_text(line * 2, encoding="utf-8")
    with pytest.raises(BadData, match="line 2: the outcome IAG stands here twice"):
        load_outcomes(tmp_path / "o.yaml")


# Answers as people give them


@pytest.mark.parametrize(
    ("key", "given", "read"),
    [
        ("caller", "Self", "self"),
        ("caller", " RELATIVE ", "relative/friend"),
        ("caller", "relative / friend", "relative/friend"),
        ("caller", "not-known", NOT_KNOWN),
        ("caller", "don’t know", NOT_KNOWN),
        ("caller", "Prefer not to say", DECLINED),
        ("danger_now", "not sure", "not sure"),
        ("danger_now", "not_sure", "not sure"),
        ("danger_now", True, "yes"),
        ("consent", False, "no/refuses"),
        ("agree", True, "yes"),
        ("agree", "N", "no"),
        ("agree", "refused", DECLINED),
        ("reason", "caring", ("caring",)),
        ("reason", "Money; caring", ("money", "caring")),
        ("reason", "money, caring, money", ("money", "caring")),
        ("reason", ["caring", None], ("caring",)),
        ("reason", "money (bills, charges), caring", ("money", "caring")),
        ("reason", "unknown", NOT_KNOWN),
        ("p_dob", "1944-03-05", "1944-03-05"),
        ("p_dob", "05/03/1944", "1944-03-05"),
        ("p_dob", "5 March 1944", "1944-03-05"),
        ("p_dob", "5th Mar 44", "1944-03-05"),
        ("p_dob", "dk", NOT_KNOWN),
        ("hours", 35, 35),
        ("hours", "about 35 hours", 35),
        ("savings", "£14,250.50", 14_250.5),
        ("words", "  Hello\nthere ", "Hello\nthere"),
        ("Caller-Name", "Ann", "Ann"),
    ],
)
def test_an_answer_is_read_as_the_script_has_it(key: str, given: object, read: object) -> None:
    (value,) = read_answers(load_script(SMALL), {key: given}, today=TODAY).values()
    assert value == read


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_nothing_given_is_left_out(nothing: object) -> None:
    assert read_answers(load_script(SMALL), {"caller": nothing, "reason": nothing}) == {}


@pytest.mark.parametrize(
    ("key", "given", "why", "nearest"),
    [
        ("caler", "self", "no such key", "caller"),
        ("caller", "slef", "“slef” is not one of its answers", "self"),
        ("reason", "caring, mony", "“mony” is not one of its answers", "money"),
        ("caller", ["self", "child"], "takes one answer", ""),
        ("hours", "lots", "not a number", ""),
        ("hours", "20-30", "not a number", ""),
        ("p_dob", "sometime", "not a date", ""),
        ("p_dob", "1944", "needs a day, a month and a year", ""),
        ("p_dob", "31/02/1944", "not a date", ""),
    ],
)
def test_an_answer_that_fits_nothing_is_refused(key: str, given: object, why: str, nearest: str) -> None:
    with pytest.raises(BadAnswer, match=why) as refused:
        read_answers(load_script(SMALL), {key: given}, today=TODAY)
    assert (refused.value.key, refused.value.nearest) == (key, nearest)


def test_a_birthday_in_two_figures_is_never_to_come() -> None:
    script = load_script(SMALL)
    assert read_answers(script, {"p_dob": "1.1.27"}, today=TODAY) == {"p_dob": "1927-01-01"}
    with pytest.raises(BadAnswer, match="year in four figures"):
        read_answers(script, {"p_dob": "1.1.27"})


# The command line


def cli(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit code, and what was said on both streams."""
    code = run([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def facts(tmp_path: Path, **given: Any) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(given), encoding="utf-8")
    return path


def test_a_run_prints_one_json_document(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = facts(tmp_path, words="hi", danger_now=False, caller="SELF", reason="caring", agree=True, hours="20")
    code, out, err = cli(capsys, "script", "run", SMALL, "--facts", given, "--json")
    said = json.loads(out)
    assert (code, err) == (0, "")
    assert said["path"] == ["G1", "G2", "G5", "R1", "R2", "C1", "C2", "Z1", "Z2"]
    assert (said["outcome"], said["also"], said["route"]) == ("CCA", [], "RA-COM")
    assert (said["flags"], said["actions"], said["prompts"]) == ([], ["A-CAROFF"], [])
    assert said["blocked"] == ["CCA can’t be saved without “Send” or “message”"]
    assert said["not_asked"] == ["change", "p_dob", "readback", "sent"]
    assert (said["because"], said["pathways"]) == ("the carer agreed", ["carers", "wrap_up"])


def test_a_run_reads_standard_input_and_can_say_it_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"danger_type": ["medical"]}'))
    code, out, _ = cli(capsys, "script", "run", SMALL, "--facts", "-")
    assert code == 0
    assert "EMG" in out
    assert "A-999 rang 999" in out


def test_texts_are_screened_as_they_are_at_the_desk(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    story = "My brother takes all her pension money and she has bruises on her arms."
    for key in ("words", "notes"):
        code, out, _ = cli(capsys, "script", "run", SMALL, "--facts", facts(tmp_path, **{key: story}), "--json")
        said = json.loads(out)
        assert code == 0
        assert {p["key"] for p in said["prompts"]} == {key}
        assert "safeguarding" in {p["kind"] for p in said["prompts"]}
        assert any(said["prompts"][0]["words"] in why for why in said["blocked"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"caler": "self"}', "caler: this script has no such key. Did you mean “caller”?"),
        ('{"caller": "slef"}', "Did you mean “self”?"),
        ('{"caller": ', "line 1: this is not JSON"),
        ('["caller"]', "the facts must be one object"),
    ],
)
def test_bad_facts_are_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "facts.json"
    path.write_text(text, encoding="utf-8")
    code, out, err = cli(capsys, "script", "run", SMALL, "--facts", path, "--json")
    assert (code, out) == (2, "")
    assert said in err


def test_missing_facts_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = cli(capsys, "script", "run", SMALL, "--facts", tmp_path / "none.json")
    assert code == 2
    assert "none.json" in err


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        ("routes: Z2", "routes: Z1", "unreachable step", "no answer leads to Z2"),
        (
            "      - {when: {caller: self}, go: R1}\n      - T1",
            "      - T1\n      - {when: {caller: self}, go: R1}",
            "route never taken",
            "whatever is answered at G5 the call goes to T1",
        ),
        ("type: one, options: [hospital, slow]", "type: one", "field without options", "nothing to choose from"),
        ("{key: sent, type: text}", "{key: hours, type: text}", "key with two meanings", "num at C1, text at Z2"),
        ("{code: UPD,", "{code: IAG,", "outcome without a rule", "no rule ever proposes UPD"),
    ],
)
def test_a_faulty_script_is_told_its_fault(
    capsys: pytest.CaptureFixture[str], edited: Edited, old: str, new: str, kind: str, said: str
) -> None:
    text = edited(old, new).read_text(encoding="utf-8")
    for gone in ("change: hospital", "needs: [[sent, message], hours]"):
        text = text.replace(gone, {"change: hospital": "caller: self"}.get(gone, "needs: [hours]"))
    edited().write_text(text, encoding="utf-8")
    path = edited().with_name("faulty.yaml")
    path.write_text(text, encoding="utf-8")
    code, out, _ = cli(capsys, "script", "check", path)
    assert code == 1
    assert kind in out
    assert said in out
    _, out, _ = cli(capsys, "script", "check", path, "--json")
    assert kind in {p["kind"] for p in json.loads(out)["problems"]}


def test_the_drawing_carries_the_conditions() -> None:
    script = load_script(SMALL)
    assert "caller = self → R1" in tree(script)
    assert 'G5 -->|"caller = self"| R1' in mermaid(script)
    assert '"G5" -> "R1" [label="caller = self"];' in dot(script)
    assert "savings #gt; 23250" not in mermaid(script)
    assert tree(script).count("\n") > len(script.steps)


@pytest.mark.parametrize("form", ["tree", "mermaid", "dot"])
def test_the_shipped_script_can_be_drawn(capsys: pytest.CaptureFixture[str], form: str) -> None:
    code, out, _ = cli(capsys, "script", "show", "--as", form)
    assert code == 0
    assert "S12" in out


# The shipped script


CALLS = sorted((FIXTURES / "facts").glob("*.json"))
EXPECTED = json.loads((FIXTURES / "facts_expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CALLS, ids=[path.stem for path in CALLS])
def test_a_call_ends_with_the_outcome_it_must(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    code, out, err = cli(capsys, "script", "run", "--facts", path, "--json")
    assert (code, err) == (0, "")
    said = {"call": EXPECTED[path.stem]["call"], **json.loads(out)}
    assert {key: said[key] for key in EXPECTED[path.stem]} == EXPECTED[path.stem]


@pytest.mark.parametrize("path", CALLS, ids=[path.stem for path in CALLS])
def test_a_call_taken_step_by_step_ends_as_the_run_without_a_screen_says(path: Path) -> None:
    script = load_script()
    facts = read_answers(script, json.loads(path.read_text(encoding="utf-8")), today=TODAY)
    answers = {key: value for key, value in facts.items() if key not in script.askable}
    passed: list[str] = []
    there = walk(script, answers, today=TODAY, passed=passed)
    while there.step:
        step = script.steps[there.step]
        passed.append(step.id)
        answers |= {f.key: facts.get(f.key, NOT_KNOWN) for f in step.fields if f.type != "auto"}
        there = walk(script, answers, today=TODAY, passed=passed)
    told = walk(script, facts, today=TODAY)
    assert (there.outcome, there.also, there.path) == (told.outcome, told.also, told.path)
    assert (there.flags, there.actions, there.route) == (told.flags, told.actions, told.route)


def test_five_calls_are_kept_with_their_outcomes() -> None:
    assert {path.stem for path in CALLS} == set(EXPECTED)
    assert {case["outcome"] for case in EXPECTED.values()} >= {"IAG", "CCA", "SGC", "ASN", "UPD"}


def test_every_outcome_of_the_code_list_has_its_rank() -> None:
    ranks = [line.rank for line in load_outcomes()]
    assert ranks == list(range(1, len(ranks) + 1))


def test_a_file_with_a_key_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(BadData, match="line 2: “a” stands here twice"):
        load(tmp_path / "twice.yaml")
