"""A run as Markdown, as JUnit and in a terminal: what machines need is there, and no text can break the form."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from api.commands.presenting_evaluations import show_comparison, show_report
from evals.comparing import Comparison, compare
from evals.models import Dataset, Said, Scored
from evals.policy import Gate, Policy
from evals.rendering.junit import junit_xml
from evals.rendering.markdown import LONGEST_TEXT, markdown_text
from evals.report import Report, make_report

HOSTILE = "a | b <script> `x` **y** \x1b[31m \x00 ]]> & @someone"


class Made(NamedTuple):
    """A run made by hand."""

    cases: Sequence[Scored]
    setup: Mapping[str, Any] = {}


def against(before: Sequence[Scored], after: Sequence[Scored], policy: Policy) -> Comparison:
    return compare(Made(before), Made(after), policy)


def scored(number: int, *, right: bool, answerable: bool = True) -> Scored:
    found = float(right)
    about = {"extracting/evidence_any": found, "answering/evidence_any": found} if answerable else {}
    return Scored(
        id=f"case-{number}",
        kind="list" if answerable else "nonsense",
        split="dev" if number % 2 else "test",
        question=f"{HOSTILE} {number}?",
        answerable=answerable,
        cluster=str(number),
        fingerprint="same",
        answered=right if answerable else not right,
        confidence=0.5,
        reason="not_answered",
        sentences=(Said(HOSTILE, ()),),
        scores={"overall/right": found, **about},
        milliseconds=12.0,
    )


BEFORE = [scored(number, right=True, answerable=number < 8) for number in range(12)]
AFTER = [replace(BEFORE[0], answered=False, scores=scored(0, right=False).scores), *BEFORE[1:]]
GATES = Policy(gate=(Gate(metric="overall/right"), Gate(metric="extracting/evidence_any", may_worsen=1)))


@pytest.fixture
def report() -> Report:
    return make_report(Dataset("ours", Path(), ()), AFTER, {})


@pytest.fixture
def broken() -> Comparison:
    return against(BEFORE, AFTER, GATES)


@pytest.fixture
def held() -> Comparison:
    return against(AFTER, AFTER, GATES)


def shown(report: Report, comparison: Comparison | None) -> str:
    out = StringIO()
    console = Console(file=out, width=80, highlight=False, markup=False)
    show_report(report, console)
    if comparison:
        show_comparison(comparison, console)
    return out.getvalue()


def test_junit_fails_for_broken_gates_and_the_cases_they_lost(report: Report, broken: Comparison) -> None:
    tests = ET.fromstring(junit_xml(report, broken)).findall(".//testcase")
    failed = [test.get("name", "") for test in tests if test.find("failure") is not None]
    assert failed[0] == "overall/right (all)"
    assert failed[1].startswith("case-0: ")
    assert len(failed) == 2
    assert len(tests) == 2 + 12


def test_junit_without_a_broken_gate_only_skips_what_is_not_right(report: Report, held: Comparison) -> None:
    root = ET.fromstring(junit_xml(report, held))
    assert root.get("failures") == "0"
    assert [test.find("skipped") is not None for test in root.iter("testcase")].count(True) == 1


def test_markdown_names_the_verdict_the_gates_and_both_answers(report: Report, broken: Comparison) -> None:
    text = markdown_text(report, broken)
    assert "**❌ REGRESSION: overall/right on 12 cases**" in text
    assert "| ❌ | overall/right (all) | 12 | 1.000 | 0.917 |" in text
    assert "*right*" in text
    assert "*refused, though answerable*<br>(refused: not answered)" in text


def test_markdown_of_a_held_gate_says_so(report: Report, held: Comparison) -> None:
    text = markdown_text(report, held)
    assert "**✅ PASSED: none of 2 gated metrics got worse on 12 cases**" in text
    assert "No question changed its outcome." in text


def test_markdown_reads_nothing_into_documents(report: Report, broken: Comparison) -> None:
    row = next(line for line in markdown_text(report, broken).splitlines() if "case-0" in line)
    assert "<script>" not in row
    assert "@someone" not in row
    assert row.count(" | ") == 2


def test_markdown_keeps_signs_as_they_are(report: Report) -> None:
    note = replace(report, notes=("5 % of a_b & $x$ are #1",))
    text = markdown_text(note, None)
    assert "> 5 % of a&#95;b &#38; &#36;x&#36; are &#35;1\n\n" in text


def test_markdown_fits_a_comment(report: Report) -> None:
    cases = [replace(scored(number, right=False), id=f"case-{number}" * 50) for number in range(2000)]
    before = [replace(case, scores={**case.scores, "overall/right": 1.0}) for case in cases]
    long = [replace(case, sentences=(Said("words " * 500, ()),), answered=True) for case in cases]
    text = markdown_text(report, against(before, long, GATES))
    assert len(text) < LONGEST_TEXT + 100


def test_a_terminal_shows_figures_flips_and_the_verdict_last(report: Report, broken: Comparison) -> None:
    text = shown(report, broken)
    assert "right               0.917 (" in text
    assert "case-0 · right, evidence_any" in text
    assert text.rstrip().endswith("REGRESSION: overall/right on 12 cases")


def test_a_terminal_is_not_obeyed_by_what_documents_hold(report: Report, broken: Comparison) -> None:
    assert "\x1b" not in shown(report, broken)
    assert "\x00" not in shown(report, broken)


def test_nothing_is_wider_than_eighty_columns(report: Report, broken: Comparison) -> None:
    assert max(map(len, shown(report, broken).splitlines())) <= 80


def test_a_mere_ranking_shows_no_kinds_and_no_cautions() -> None:
    cases = [replace(case, scores={"documents/nDCG@10": 0.5}) for case in BEFORE]
    report = make_report(Dataset("beir", Path(), ()), cases, {})
    text = shown(report, None) + markdown_text(report, None) + junit_xml(report, None).decode()
    assert "nDCG@10" in text
    assert "caution" not in text
