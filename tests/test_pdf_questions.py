"""Questions over PDFs: the cases file is what it says, and citations are judged by the publisher's words and pages."""

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.bootstrap import Parts
from evals.models import EvalError
from evals.pdf_asking import Asking
from evals.pdf_cases import Gold, PdfCase, WordsPlace, agrees, between, gold_of, letters, on_its_page, read_cases
from evals.pdf_questions import CASES, figures, shown
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder

OURS = read_cases(CASES)
DATA = Path(__file__).parent.parent.parent / "shared" / "data" / "pdf_ccby"
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the PDFs are not part of the project")

SENTENCE = "Frost heave lifted the northern fence by eleven centimetres in one winter."


def gold(text: str, *, pages: tuple[int, ...] = (2,)) -> Gold:
    return Gold("frost", pages, letters(text))


def test_half_of_our_cases_are_unanswerable_and_all_are_only_reported() -> None:
    assert len(OURS) == 60
    assert sum(case.answerable for case in OURS) == 30
    assert {case.split for case in OURS} == {"test"}


def test_our_questions_are_distinct_of_many_kinds_and_over_most_documents() -> None:
    assert len({case.question.casefold() for case in OURS}) == len(OURS)
    for answerable in (True, False):
        group = [case for case in OURS if case.answerable == answerable]
        assert len({case.document for case in group}) >= 20
        assert len({case.kind for case in group}) >= 5
        assert max(Counter(case.document for case in group).values()) <= 2


def test_our_cases_hold_no_text_of_the_articles_but_a_few_words() -> None:
    """What could be copied: the words that a place starts and ends with, and the facts."""
    for case in OURS:
        words = [wording for fact in case.facts for wording in fact]
        places = [place for part in case.evidence for place in part if isinstance(place, WordsPlace)]
        words += [text for place in places for text in (place.start, place.end)]
        assert all(len(text.split()) <= 7 for text in words)


def test_our_evidence_lies_in_the_case_s_own_document() -> None:
    assert all(place.pdf == case.document for case in OURS for part in case.evidence for place in part)


@with_data
def test_our_evidence_is_in_the_data_and_states_our_facts() -> None:
    golds = gold_of(OURS, DATA)
    for case in OURS:
        said = " ".join(golds[place].letters for part in case.evidence for place in part)
        assert all(any(letters(wording) in said for wording in fact) for fact in case.facts), case.id


@with_data
def test_our_questions_are_not_the_articles_own_sentences() -> None:
    golds = gold_of(OURS, DATA)
    for case in OURS:
        assert not any(letters(case.question) in golds[place].letters for part in case.evidence for place in part)


@pytest.mark.parametrize(
    ("cited", "agreeing"),
    [
        (SENTENCE, True),
        ("Frost heave lifted the north-\nern fence by eleven centi-\nmetres in one winter.", True),
        ("3.2 Results. " + SENTENCE, True),
        ("Frost heave lifted the northern fence", True),
        ("by eleven centimetres in one winter. Nothing else moved.", True),
        ("Frost heave lifted", False),
        ("The southern fence stood still all winter.", False),
        ("Frost heave is common where the soil is wet and the winter long, and it can be prevented by drains.", False),
    ],
    ids=["whole", "broken", "more", "fragment", "end", "too short", "other", "a few words"],
)
def test_a_citation_agrees_with_half_of_the_words_in_a_row(cited: str, *, agreeing: bool) -> None:
    assert agrees(cited, gold(SENTENCE)) == agreeing


def test_a_short_row_of_a_table_must_be_there_whole() -> None:
    assert agrees("Depth (cm) 11 8 0.02", gold("Depth (cm) 11 8"))
    assert not agrees("Depth (cm) 12 9", gold("Depth (cm) 11 8"))


@pytest.mark.parametrize(
    ("cited", "expected"),
    [((2, 2), True), ((1, 2), True), ((3, 3), True), ((4, 5), False), ((1, 1), False), (None, False)],
)
def test_a_citation_is_on_one_of_the_pages_or_not(cited: tuple[int, int] | None, *, expected: bool) -> None:
    assert on_its_page(cited, gold(SENTENCE, pages=(2, 3))) == expected


def test_words_name_the_first_stretch_that_they_start_and_end() -> None:
    text = letters(f"Fences. {SENTENCE} Fences fell. {SENTENCE}")
    assert between(text, WordsPlace(pdf="frost", pages=(1,), start="Frost heave", end="one winter")) == letters(
        SENTENCE
    )
    with pytest.raises(EvalError, match="nothing reaches from 'Frost' to 'summer'"):
        between(text, WordsPlace(pdf="frost", pages=(1,), start="Frost", end="summer"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evidence": []}, "needs evidence"),
        ({"answerable": False}, "neither evidence nor facts"),
        ({"answerable": False, "evidence": [], "why": ""}, "says why"),
        ({"split": "all"}, "split"),
    ],
)
def test_a_case_that_contradicts_itself_is_refused(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    (tmp_path / "cases.jsonl").write_text(json.dumps(row(**changes)) + "\n", encoding="utf-8")
    with pytest.raises(EvalError, match=message):
        read_cases(tmp_path / "cases.jsonl")


def row(**changes: object) -> dict[str, object]:
    place = {"pdf": "frost", "pages": [1], "paragraph": 0, "sentence": 0}
    question = "How far did frost heave lift the northern fence?"
    given = {"id": "frost", "kind": "number", "split": "test", "question": question, "answerable": True}
    return {**given, "document": "frost", "evidence": [[place]], "facts": [], **changes}


def test_what_is_cited_is_judged_by_the_publishers_sentences(tmp_path: Path) -> None:
    documents, data = tmp_path / "documents", tmp_path / "data"
    (data / "xml").mkdir(parents=True)
    documents.mkdir()
    others = " ".join(f"Gate number {number} was painted green by the parish." for number in range(12))
    (documents / "frost.txt").write_text(f"{SENTENCE} {others}", encoding="utf-8")
    (data / "xml" / "frost.xml").write_text(f"<p>{SENTENCE}</p>", encoding="utf-8")
    line = {"pdf": "frost", "page": 1, "paragraph": 0, "sentence": SENTENCE}
    (data / "verified_sentences.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    answered = PdfCase.model_validate(row(facts=[["eleven centimetres"], ["twelve"]]))
    changed = {"answerable": False, "evidence": [], "why": "It is in none."}
    unanswered = PdfCase.model_validate(row(id="rain", question="Which moons does Neptune have?", **changed))
    cases, golds = [answered, unanswered], gold_of([answered, unanswered], data)
    parts = Parts(IndexSettings(state_dir=tmp_path / "state"), notify=print)
    parts._embedder = HashingEmbedder()
    asking = Asking(documents, parts)
    judged = [asking.ask(case, golds) for case in cases]
    found = figures(judged)
    assert found["extracting/evidence_first"].value == 1
    assert found["extracting/all_facts"].value == 0
    assert found["refusing/false_answer_rate"].value == 0
    assert (found["text/evidence_in_one_piece"].value, found["text/evidence_in_one_piece"].count) == (1, 1)
    assert (found["citations/verified"].value, found["citations/on_its_page"].count) == (1, 0)
    lines = list(shown(judged))
    assert f"  * {SENTENCE}" in lines
    assert lines[0].startswith("frost: ")
