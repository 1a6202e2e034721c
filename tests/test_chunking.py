"""Passages: every sentence once, verbatim, within one section, and no longer than the model reads."""

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import LONGEST_SPAN, LONGEST_TITLE, MOST_SENTENCES, Chunk, chunk
from index.models import Document, Sentence, Span
from index.segmenting import segment
from index.texts import locate, piece_numbers, split_text
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder()
BLOCKS = [
    "# Results",
    "Introduction",
    "REFERENCES",
    "1. Smith J, Doe A. A title. J Cell Biol. 2001;12:34-56.",
    "Smith J (2001) Wounds.",
    "IL: interleukin; TGF: transforming growth factor",
    "Skip to main content",
    "doi: 10.1000/182",
    "Keywords: wound, healing",
    "Fig. 1. A caption of a figure.",
    "- an item\n- another item",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```\ncode\n```",
    "\x0c",
    "12",
]
SENTENCES = [
    "Wounds heal in phases.",
    "IL-6 (ref. 22) rose, e.g. in mice.",
    "The exo-\nsomes carried\nmicroRNA22.",
    "Caf\u0065\u0301 \U0001f9ec \U0001d7d8 cells grow\u2002fast.",
    "\u05d4\u05ea\u05d0\u05d9\u05dd \u05de\u05e4\u05e8\u05d9\u05e9\u05d9\u05dd.",
    "\u0627\u0644\u062e\u0644\u0627\u064a\u0627 \u202eabc\u202c.",
    "A \x00nul\x00.",
    "\u0915\u094d\u0937\u0947\u0924\u094d\u0930\u0964",
    "\u7ec6\u80de\u751f\u957f\u3002",
    "and that is where the page",
    "breaks off.",
    "It was p < 0.05!",
    "Really?",
    "word " * 90 + "end.",
    "x" * 300,
    "\u200b",
]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Text as it comes out of files: sections, lists and sentences in any order, with any line ends."""
    paragraphs = st.lists(st.sampled_from(SENTENCES) | st.text(max_size=30), min_size=1, max_size=6)
    blocks = st.lists(st.sampled_from(BLOCKS) | paragraphs.map(" ".join), min_size=1, max_size=12)
    text = draw(st.sampled_from(["\n\n", "\n", "\n\n\n"])).join(draw(blocks))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))
    text = text.encode("utf-8", "replace").decode()
    media_type = draw(st.sampled_from(["text/plain", "text/markdown"]))
    title = draw(st.sampled_from(["", "A title", "Long title " * 60]))
    return Document("sha256:0", "/a", "a", title, text, "utf-8", len(text.encode()), media_type)


def chunks_of(document: Document, *, tokens: int = 40) -> tuple[Sequence[Sentence], list[Chunk]]:
    sentences = segment(document.text, media_type=document.media_type)
    return sentences, chunk(document, "key", sentences, EMBEDDER, tokens=tokens)


@given(documents(), st.integers(16, 80))
def test_every_sentence_is_in_exactly_one_passage(document: Document, tokens: int) -> None:
    sentences, chunks = chunks_of(document, tokens=tokens)
    assert [sentence for each in chunks for sentence in each.passage.sentences] == list(sentences)
    assert [each.passage.ordinal for each in chunks] == list(range(len(chunks)))


@given(documents(), st.integers(16, 80))
def test_a_passage_is_verbatim_and_holds_its_sentences(document: Document, tokens: int) -> None:
    for each in chunks_of(document, tokens=tokens)[1]:
        passage = each.passage
        assert passage.text == passage.span.cut(document.text)
        assert passage.sentences
        for sentence in passage.sentences:
            assert passage.span.contains(sentence.span)
            assert (sentence.section, sentence.label) == (passage.section, passage.label)
        starts = [sentence.span for sentence in passage.sentences]
        assert all(not earlier.overlaps(later) for earlier, later in pairwise(starts))
        assert len(passage.text.encode()) <= 16 * 1024


@given(documents(), st.integers(16, 80))
def test_only_a_single_sentence_is_longer_than_allowed(document: Document, tokens: int) -> None:
    for each in chunks_of(document, tokens=tokens)[1]:
        if len(each.passage.sentences) > 1:
            assert EMBEDDER.count_tokens([each.embedded])[0] <= tokens
            assert len(each.passage.span) <= LONGEST_SPAN


@given(documents(), st.integers(16, 80))
def test_sentences_stand_in_the_embedded_text_one_after_the_other(document: Document, tokens: int) -> None:
    for each in chunks_of(document, tokens=tokens)[1]:
        assert len(each.places) == len(each.passage.sentences)
        shown = [each.embedded[start:end] for start, end in each.places]
        assert each.embedded[: each.places[0][0]] + " ".join(shown) == each.embedded


@given(documents())
def test_every_visible_character_can_be_reached(document: Document) -> None:
    covered = bytearray(len(document.text))
    for each in chunks_of(document)[1]:
        for sentence in each.passage.sentences:
            for part in sentence.parts:
                assert not any(covered[part.start : part.end]), "no character is in two sentences"
                covered[part.start : part.end] = b"\x01" * len(part)
    left = {char for char, seen in zip(document.text, covered, strict=True) if not seen}
    assert not {char for char in left if char.isalnum()}


@given(documents())
def test_any_sentence_is_where_the_file_has_it(document: Document) -> None:
    data = document.text.encode()
    pieces = split_text(document.text, "utf-8")
    for sentence in segment(document.text, media_type=document.media_type):
        for part in sentence.parts:
            numbers = piece_numbers(part)
            found = locate(pieces[numbers.start : numbers.stop], part, "utf-8")
            assert data[found.start_byte : found.end_byte].decode() == found.text == part.cut(document.text)


@given(documents())
def test_the_same_text_is_cut_the_same(document: Document) -> None:
    assert chunks_of(document) == chunks_of(document)


def test_the_title_and_section_are_embedded_and_not_quoted() -> None:
    text = "# Results\n\nWounds heal in phases. They close in days.\n"
    document = Document("sha256:0", "/a", "a", "Of wounds", text, "utf-8", len(text), "text/markdown")
    (prose,) = [each for each in chunks_of(document)[1] if each.passage.label == "prose"]
    assert prose.embedded == "Of wounds. Results. Wounds heal in phases. They close in days."
    assert prose.passage.text == "Wounds heal in phases. They close in days."
    assert prose.passage.section == "Results"
    assert [prose.embedded[start:end] for start, end in prose.places] == [
        "Wounds heal in phases.",
        "They close in days.",
    ]


def test_a_long_title_leaves_room_for_the_text() -> None:
    document = Document("sha256:0", "/a", "a", "t" * 1000, "Wounds heal.", "utf-8", 12)
    (each,) = chunks_of(document)[1]
    assert each.embedded == "t" * LONGEST_TITLE + ". Wounds heal."


def test_the_embedded_text_is_display_text() -> None:
    text = "The mesenchy-\nmal cells\u2002are\nmesenchymal."
    document = Document("sha256:0", "/a", "a", "", text, "utf-8", len(text))
    (each,) = chunks_of(document)[1]
    assert each.embedded == "The mesenchymal cells are mesenchymal."
    assert each.passage.text == text


def test_a_section_or_kind_is_never_mixed() -> None:
    spans = [Span(10 * at, 10 * at + 9) for at in range(6)]
    kinds = [("prose", "A"), ("prose", "A"), ("prose", "B"), ("caption", "B"), ("prose", "B"), ("prose", "B")]
    sentences = [Sentence((s,), label, section) for s, (label, section) in zip(spans, kinds, strict=True)]  # type: ignore[arg-type]
    document = Document("sha256:0", "/a", "a", "", "Wounds go.".replace(".", ". ")[:10] * 6, "utf-8", 60)
    found = chunk(document, "key", sentences, EMBEDDER, tokens=100)
    assert [len(each.passage.sentences) for each in found] == [2, 1, 1, 2]


def test_many_short_sentences_are_several_passages() -> None:
    text = "Yes. " * (2 * MOST_SENTENCES + 5)
    document = Document("sha256:0", "/a", "a", "", text, "utf-8", len(text))
    sentences = [Sentence((Span(5 * at, 5 * at + 4),), "prose", "") for at in range(2 * MOST_SENTENCES + 5)]
    found = chunk(document, "key", sentences, EMBEDDER, tokens=256)
    assert [len(each.passage.sentences) for each in found] == [MOST_SENTENCES, MOST_SENTENCES, 5]


def test_a_text_without_sentences_has_no_passages() -> None:
    document = Document("sha256:0", "/a", "a", "Title", "\u200b", "utf-8", 3)
    assert chunk(document, "key", [], EMBEDDER, tokens=100) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    ["Wounds heal in phases. ", "x", "word ", "\U0001f9ec ", "\u05d4\u05ea\u05d0\u05d9\u05dd. ", "a\x00 ", "1.2.3 "],
    ids=["sentences", "one word", "no sentence end", "astral", "right-to-left", "nul", "numbers"],
)
def test_a_megabyte_in_one_line_is_cut(unit: str) -> None:
    text = (unit * (1_000_000 // len(unit.encode()) + 1)).strip()
    document = Document("sha256:0", "/a", "a", "One line", text, "utf-8", len(text.encode()))
    started = time.monotonic()
    sentences, chunks = chunks_of(document, tokens=256)
    assert [sentence for each in chunks for sentence in each.passage.sentences] == list(sentences)
    assert all(len(each.passage.text.encode()) <= 16 * 1024 for each in chunks)
    assert all(each.passage.text == each.passage.span.cut(text) for each in chunks)
    assert sum(len(part) for sentence in sentences for part in sentence.parts) > 0.8 * len(text)
    assert time.monotonic() - started < 60
