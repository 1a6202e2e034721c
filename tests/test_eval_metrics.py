"""What is measured of a case, on cases computed by hand."""

import math

import pytest

from evals.metrics import (
    answer_words,
    citation_precision,
    citation_recall,
    evidence_within,
    fact_coverage,
    rankings,
)
from evals.models import Case, Place, Quoted, Said
from index.models import Span


def place(start: int, end: int, file: str = "a.txt") -> Place:
    return Place(file, Span(start, end))


def said(text: str, *places: Place) -> Said:
    return Said(text, tuple(Quoted(where, text) for where in places))


TWO_PARTS = Case(
    "1",
    "Which two?",
    answerable=True,
    evidence=((place(0, 10), place(100, 110)), (place(50, 60),)),
    facts=(("IL-6", "interleukin 6"), ("3 days",)),
)


def test_evidence_is_found_when_a_quotation_shares_one_character_with_it() -> None:
    assert evidence_within([said("x", place(9, 20))], TWO_PARTS)
    assert not evidence_within([said("x", place(10, 20))], TWO_PARTS)
    assert not evidence_within([said("x", place(0, 10, "b.txt"))], TWO_PARTS)


def test_an_alternative_is_as_good_as_the_first_place() -> None:
    assert evidence_within([said("x", place(105, 106))], TWO_PARTS)


def test_precision_is_the_share_of_sentences_that_quote_evidence() -> None:
    sentences = [said("a", place(0, 5)), said("b", place(20, 30)), said("c", place(20, 30), place(55, 56))]
    assert citation_precision(sentences, TWO_PARTS) == pytest.approx(2 / 3)


def test_recall_is_the_share_of_required_parts_that_are_quoted() -> None:
    assert citation_recall([said("a", place(0, 5)), said("b", place(100, 105))], TWO_PARTS) == 0.5
    assert citation_recall([said("a", place(0, 60))], TWO_PARTS) == 1.0


def test_an_answer_without_sentences_scores_nothing_and_does_not_vanish() -> None:
    assert citation_precision([], TWO_PARTS) == citation_recall([], TWO_PARTS) == fact_coverage([], TWO_PARTS) == 0.0
    assert not evidence_within([], TWO_PARTS)
    assert answer_words([]) == 0


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("Interleukin 6 is viable for 3 days.", 1.0),
        ("INTERLEUKIN\n6 attracts monocytes", 0.5),
        ("IL\u20116 rises", 0.5),
        ("IL-6", 0.5),
        ("IL-63 rises after 13 days", 0.0),
        ("after 3 days12 the wound closed", 0.5),
        ("3 daysx", 0.0),
        ("", 0.0),
    ],
    ids=["both", "case and line break", "dash", "alone", "longer words", "glued reference", "glued word", "empty"],
)
def test_a_fact_is_covered_by_whole_words_in_any_wording(text: str, share: float) -> None:
    assert fact_coverage([said(text, place(0, 1))], TWO_PARTS) == share


def test_rankings_are_trec_evals() -> None:
    """One relevant of two at rank 2: DCG 1/log2(3), ideal 1 + 1/log2(3)."""
    found = rankings([("q", {"a": 1, "b": 1}, ["x", "a", "y"])])["q"]
    gain = 1 / math.log2(3)
    assert found["nDCG@10"] == pytest.approx(gain / (1 + gain))
    assert found["Recall@10"] == found["Recall@100"] == 0.5
    assert found["MRR"] == 0.5


def test_a_query_that_ranks_nothing_relevant_scores_0_and_stays() -> None:
    found = rankings([("none", {"a": 1}, []), ("wrong", {"a": 1}, ["b"]), ("unjudged", {"a": 0}, ["a"])])
    assert found == {name: {"nDCG@10": 0, "Recall@10": 0, "Recall@100": 0, "MRR": 0} for name in ("none", "wrong")}


def test_recall_at_10_ignores_what_comes_later() -> None:
    names = [f"x{number}" for number in range(10)]
    found = rankings([("q", {"a": 1}, [*names, "a"])])["q"]
    assert (found["Recall@10"], found["Recall@100"]) == (0.0, 1.0)
    assert found["MRR"] == pytest.approx(1 / 11)


@pytest.mark.parametrize("name", ["\ud800", "nul\x00", "", "two words"])
def test_any_id_can_be_ranked(name: str) -> None:
    assert rankings([(name, {name: 1}, [name])])[name]["nDCG@10"] == 1
