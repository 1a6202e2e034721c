"""Quotations are found exactly, whatever the layout did to the letters, or else not at all."""

import numpy as np
import pytest

from assistant.generating.parsing import Quote
from assistant.generating.prompting import Given, Line
from assistant.generating.quoting import Located, NearMiss, Quotable
from assistant.models import Hit
from index.models import DocumentRecord, Passage, Sentence, Span

SENTENCES = (
    "Interleukin 6 did not improve wound healing in diabetic mice.",
    "The eﬃcacy of 10⁶ BM-MSCs (“stem cells”) was 12.5 % after 30 days.",
    "2 of 5 patients with well-known non-healing ulcers recovered.",
)
OTHER = ("VEGF promotes angiogenesis in muscle.", "Growth factors act for minutes, not days.")


def given(number: int, sentences: tuple[str, ...]) -> Given:
    """A passage of these sentences; nothing but their texts matters here."""
    text = " ".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    tiles = tuple(
        Sentence((Span(start, start + len(sentence)),), "prose", "")
        for start, sentence in zip(starts, sentences, strict=True)
    )
    record = DocumentRecord(f"k{number}", "sha256:0", "/a", "a.txt", "A", "utf-8", 1, "text/plain", "text 1", "0", 1, 1)
    passage = Passage(record.key, 0, Span(0, len(text)), text, "", "prose", tiles)
    hit = Hit(passage, np.zeros((len(tiles), 2), np.float32), [None] * len(tiles), record, 1.0, 1.0, 1.0)
    return Given(number, tuple(Line(hit, tile, sentence) for tile, sentence in zip(tiles, sentences, strict=True)))


@pytest.fixture(scope="module")
def quotable() -> Quotable:
    return Quotable([given(1, SENTENCES), given(2, OTHER)])


def shown(found: Located | NearMiss | None) -> list[str]:
    assert isinstance(found, Located), found
    return [line.shown for line in found.lines]


@pytest.mark.parametrize(
    "text",
    [
        "the efficacy of 10^6 BM-MSCs",
        "The  eﬃcacy\nof 10⁶ BM-\nMSCs ('stem cells') WAS 12.5 % after 30 days.",
        '"efficacy of 10⁶ BMMSCs ("stem cells")"',
        "was 12.5% after 30 days",
        "… was 12.5 % after 30 days …",
        "The efficacy ... after 30 days",
    ],
    ids=["ligature", "line breaks", "hyphens and marks", "space before %", "ellipsis around", "ellipsis within"],
)
def test_the_layout_of_a_quotation_does_not_matter(quotable: Quotable, text: str) -> None:
    assert shown(quotable.find(Quote(text, 1))) == [SENTENCES[1]]


@pytest.mark.parametrize(
    "text",
    [
        "was 125 % after 30 days",
        "efficacy of 106 BM-MSCs",
        "was 12.5 % after 3 days",
        "was 12.5 % after 3 0 days",
        "Interleukin 6 did improve wound healing",
        "after 30 days ... The efficacy",
        "healing in diabetic mice. Growth factors act",
    ],
    ids=["decimal point", "exponent", "digit", "digits apart", "word left out", "wrong order", "two passages"],
)
def test_what_is_written_differently_is_not_found(quotable: Quotable, text: str) -> None:
    assert not isinstance(quotable.find(Quote(text, 1)), Located)


def test_a_piece_of_a_sentence_brings_the_whole_with_its_negation(quotable: Quotable) -> None:
    assert shown(quotable.find(Quote("improve wound healing in diabetic mice", 1))) == [SENTENCES[0]]


def test_a_quotation_may_run_over_sentences(quotable: Quotable) -> None:
    assert shown(quotable.find(Quote("12.5 % after 30 days. 2 of 5 patients", 1))) == list(SENTENCES[1:])


def test_the_wrong_number_of_a_passage_does_no_harm(quotable: Quotable) -> None:
    for number in (1, 2, 7, None):
        assert shown(quotable.find(Quote("VEGF promotes angiogenesis", number))) == [OTHER[0]]


def test_a_near_miss_names_the_closest_sentence(quotable: Quotable) -> None:
    found = quotable.find(Quote("VEGF strongly promotes angiogenesis in muscle", 1))
    assert isinstance(found, NearMiss)
    assert found.line.shown == OTHER[0]
    assert 80 <= found.similarity < 100


@pytest.mark.parametrize("text", ["", "…", "mice", "in", "Honey cures all wounds for ever."])
def test_what_stands_nowhere_or_could_stand_anywhere_is_not_found(quotable: Quotable, text: str) -> None:
    assert quotable.find(Quote(text, 1)) is None


def test_nothing_is_found_where_nothing_was_given() -> None:
    assert Quotable([]).find(Quote("VEGF promotes angiogenesis", 1)) is None
