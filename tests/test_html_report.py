"""The page is read here as a browser reads it, by its elements; how it looks is for people to see."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals.comparing import Comparison, compare
from evals.measuring import score_all
from evals.models import Case, Dataset, Outcome, Place, Quoted, Said, Scored
from evals.policy import Gate, Policy
from evals.rendering.html import html_page
from evals.report import Report, make_report
from evals.statistics import wilson
from index.models import Span

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}\x00\x07\x85\u202e\ud800 end"
SHOWN = "</script><img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}␀␇��� end"
VOID = {"meta", "link", "img", "input", "br", "wbr", "hr", "base"}
EVIDENCE = Place("a.txt", Span(10, 20))
ELSEWHERE = Place("a.txt", Span(50, 60))


class Page(HTMLParser):
    """A page's elements with their attributes, what each script holds, the text, and what is left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def named(self, tag: str, class_name: str = "") -> list[dict[str, str | None]]:
        """Attributes of the elements of a name and class."""
        return [found for name, found in self.elements if name == tag and class_name in f" {found.get('class') or ''} "]

    def values(self, attribute: str) -> list[str]:
        """What an attribute holds, wherever it is."""
        return [found[attribute] or "" for _, found in self.elements if attribute in found]

    @property
    def text(self) -> str:
        """What people read, in one line."""
        parts = [part for tag, found in self.texts.items() if tag not in {"script", "style"} for part in found]
        return " ".join(" ".join(parts).split())


def said(place: Place, text: str = "Cells keep.") -> Said:
    return Said(text, (Quoted(place, f"[{text}]", before="Before it. ", after=" After it."),))


def answerable(name: str, kind: str = "number") -> Case:
    return Case(
        name,
        f"How about {name}?",
        answerable=True,
        kind=kind,
        split="test",
        evidence=((EVIDENCE,),),
        facts=(("cells keep", "cells last"),),
        relevant={"a.txt": 1},
        cluster="a.txt",
    )


def unanswerable(name: str) -> Case:
    return Case(name, f"What of {name}?", answerable=False, kind="nonsense", split="dev", cluster=name)


def outcome(case: Case, confidence: float, *sentences: Said, reason: str | None = None) -> Outcome:
    return Outcome(
        case,
        answered=reason is None,
        confidence=confidence,
        reason=reason,
        sentences=sentences,
        documents=("a.txt",),
        passages=(),
        evidence=(),
        milliseconds=12.0,
    )


SECTIONS = {"gate", "headline", "figures", "confidence", "kinds", "cautions", "cases"}
OUTCOMES = (
    outcome(answerable("one"), 0.9, said(EVIDENCE)),
    outcome(answerable("two", kind="list"), 0.8, said(ELSEWHERE)),
    outcome(answerable("three"), 0.4, said(EVIDENCE, "It was kept back."), reason="not_answered"),
    outcome(unanswerable("four"), 0.1, reason="nothing_relevant"),
)
"""By falling confidence: right, wrong, right but withheld, unanswerable."""


def dataset_of(outcomes: Sequence[Outcome], *, answering: bool = True) -> Dataset:
    cases = tuple(found.case for found in outcomes)
    return Dataset(
        "cells", Path("docs"), cases, answering=answering, quotes={EVIDENCE: "cells keep"}, notes=("A note.",)
    )


def run(outcomes: Sequence[Outcome], *, answering: bool = True) -> tuple[Report, Dataset]:
    dataset = dataset_of(outcomes, answering=answering)
    setup = {"caution": "balanced", "making": {"model": "tiny", "sizes": [1, 2], "at": None}}
    return make_report(dataset, score_all(outcomes, answering=answering), setup), dataset


def read(report: Report, dataset: Dataset, comparison: Comparison | None = None) -> Page:
    return Page(html_page(report, dataset, comparison))


@pytest.fixture(scope="module")
def made() -> tuple[Report, Dataset]:
    return run(OUTCOMES)


@pytest.fixture(scope="module")
def html(made: tuple[Report, Dataset]) -> str:
    return html_page(*made, None)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def compared(made: tuple[Report, Dataset], *, before: Sequence[Scored]) -> Comparison:
    policy = Policy(gate=(Gate(metric="overall/right"),))
    return compare(replace(made[0], cases=tuple(before)), made[0], policy)


def baseline(made: tuple[Report, Dataset]) -> list[Scored]:
    """The same run, but that the second case was right and the third was wrong."""
    better = outcome(OUTCOMES[1].case, 0.8, said(EVIDENCE, "This was better."))
    return [*score_all([OUTCOMES[0], better], answering=True), *made[0].cases[2:]]


def test_page_fetches_nothing(html: str, page: Page) -> None:
    assert not page.values("src")
    assert page.values("href")
    assert all(address.startswith("#") for address in page.values("href"))
    assert not page.named("link")
    assert "url(" not in html
    assert "@import" not in html


def test_content_security_policy_allows_the_pages_own_style_and_script_only(page: Page) -> None:
    policy = next(found["content"] or "" for found in page.named("meta") if "http-equiv" in found)
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        digest = b64encode(sha256("".join(page.texts[tag]).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not page.values("style")
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]


def test_elements_are_closed_in_order_and_ids_are_unique(page: Page) -> None:
    assert page.open == []
    assert len(page.values("id")) == len(set(page.values("id")))


def test_links_within_the_page_lead_somewhere(page: Page) -> None:
    targets = {address[1:] for address in page.values("href") if "=" not in address}
    assert targets <= set(page.values("id"))


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    """Control characters are shown as symbols, and no text from outside becomes an element."""
    place = Place(HOSTILE, Span(0, 9))
    case = Case(HOSTILE, HOSTILE, answerable=True, kind=HOSTILE, evidence=((place,),), facts=((HOSTILE,),))
    quoted = Quoted(place, HOSTILE, HOSTILE, HOSTILE)
    refused = outcome(case, 0.3, Said(HOSTILE, (quoted,)), reason=HOSTILE)
    dataset = Dataset(HOSTILE, Path("docs"), (case,), quotes={place: HOSTILE}, notes=(HOSTILE,))
    report = make_report(dataset, score_all([refused], answering=True), {HOSTILE: HOSTILE, "more": {HOSTILE: HOSTILE}})
    written = html_page(report, dataset, compared((report, dataset), before=report.cases))
    found = Page(written)
    assert len(found.named("script")) == 1
    assert not found.named("img")
    assert found.text.count(SHOWN) > 10
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", written)
    assert found.open == []


def test_every_case_stands_in_the_page_under_its_id(page: Page) -> None:
    listed = page.named("details", "case")
    assert [found["id"] for found in listed] == ["case-one", "case-two", "case-three", "case-four"]
    assert [found["data-split"] for found in listed] == ["test", "test", "test", "dev"]
    assert all(f" {case.case.question} " in page.text for case in OUTCOMES)


def test_verdicts_are_words_and_not_only_colours(page: Page) -> None:
    for verdict in ("✓ right", "✗ evidence not cited", "✗ refused, though answerable", "✓ rightly refused"):
        assert verdict in page.texts["span"]


def test_quotations_stand_in_their_context(html: str) -> None:
    assert "<bdi>Before it. </bdi><mark>[Cells keep.]</mark><bdi> After it.…</bdi>" in html
    assert "a.txt · 10–20" in html


def test_refusal_shows_its_reason_and_marks_what_was_withheld(html: str) -> None:
    refused = html[html.index('id="case-three"') :]
    reason, withheld = refused.index("Refused: not answered."), refused.index("Withheld: the user did not see this.")
    assert reason < withheld < refused.index("It was kept back.")


def test_evidence_and_facts_say_whether_the_answer_has_them(html: str) -> None:
    first, second = (html[html.index(f'id="case-{name}"') :] for name in ("one", "two"))
    for found, words in ((first, ("✓ accepted evidence", "✓ quoted")), (second, ("– not accepted", "– not quoted"))):
        assert all(word in found[: found.index("Scores")] for word in words)
    assert "cells keep / cells last" in first
    assert "✓ stated" in first[: first.index("Scores")]


def test_risk_coverage_curve_goes_through_the_computed_points(page: Page) -> None:
    """Right, wrong, right, wrong: risks 0, 1/2, 1/3, 1/2 at each quarter of the coverage."""
    curve = next(found["d"] for found in page.named("path", "curve"))
    assert curve == "M119.0,312.0 194.0,162.0 269.0,212.0 344.0,162.0"


def test_cautions_stop_on_the_curve(page: Page) -> None:
    """From 0.5 on two are answered, from 0.35 and from 0.2 on three."""
    dots = [found for found in page.named("circle", " dot ") if " bin " not in f" {found['class']} "]
    assert [(dot["cx"], dot["cy"]) for dot in dots] == [("194.0", "162.0"), ("269.0", "212.0"), ("269.0", "212.0")]


def test_reliability_diagram_shows_each_bin_and_its_interval(page: Page) -> None:
    """Four cases are four bins of one, by rising confidence: wrong, right, wrong, right."""
    dots = [(found["cx"], found["cy"]) for found in page.named("circle", " bin ")]
    assert dots == [("74.0", "312.0"), ("164.0", "12.0"), ("284.0", "312.0"), ("314.0", "12.0")]
    high = 12 + 300 * (1 - wilson(0, 1).high)
    assert page.named("path", "error")[0]["d"] == f"M74.0,312.0V{high:.1f}"


def test_kinds_of_answerable_and_unanswerable_questions_stand_apart(page: Page) -> None:
    assert {"Answerable questions", "Unanswerable questions"} <= set(page.texts["caption"])
    assert [found["width"] for found in page.named("rect", "bar")] == ["100.0", "0.0", "200.0"]
    assert "#kind=nonsense" in page.values("href")


def test_list_can_be_narrowed_to_what_there_is(page: Page) -> None:
    assert {"number (2)", "list (1)", "right (1)", "dev (1)", "test (3)"} <= set(page.texts["option"])
    assert [found["name"] for found in page.named("select")] == ["verdict", "kind", "split", "order"]
    assert "hidden" in page.named("form")[0], "without a script there is nothing to narrow with"


def test_setup_notes_and_headline_stand_in_the_page(page: Page) -> None:
    assert all(words in page.text for words in ("A note.", "balanced", "tiny", "1, 2", "for a perfectly calibrated"))


def test_mere_ranking_has_its_figures_and_no_empty_sections() -> None:
    case = Case("one", "How about one?", answerable=True, relevant={"a.txt": 1})
    found = read(*run([outcome(case, 0.9, said(EVIDENCE))], answering=False))
    assert {"headline", "figures", "cases"} == {name for name in found.values("id") if name in SECTIONS}
    assert "Ranking of documents" in found.texts["th"]
    assert "· ranked" in found.texts["span"]
    assert "a.txt (1)" in found.text


def test_no_case_at_all_is_still_a_page() -> None:
    assert "0 cases." in read(*run([])).text


def test_case_that_the_data_set_does_not_have_is_listed_without_its_evidence(made: tuple[Report, Dataset]) -> None:
    report, dataset = made
    found = read(report, replace(dataset, cases=()))
    assert len(found.named("details", "case")) == 4
    assert "Accepted evidence" not in found.texts["h4"]


def test_comparison_starts_with_the_broken_gate_and_lists_what_flipped(made: tuple[Report, Dataset]) -> None:
    html = html_page(*made, compared(made, before=baseline(made)))
    assert html.index("REGRESSION: overall/right") < html.index("Headline figures")
    assert "✗ broken" in html
    flip = html[html.index('id="flip-two"') : html.index("The case with its evidence")]
    assert flip.index("This was better.") < flip.index("After</h4>") < flip.index("Cells keep.")
    assert "overall/right 1 → 0" in flip
    assert [found["id"] for found in Page(html).named("details", "case") if "data-flipped" in found] == ["case-two"]


def test_unchanged_run_passes_and_has_no_flips(made: tuple[Report, Dataset]) -> None:
    found = read(*made, compared(made, before=made[0].cases))
    assert "PASSED" in found.text
    assert "No question changed its outcome." in found.text
    assert "flipped" in [field["name"] for field in found.named("input")]
