"""The nouns: spans that cannot be wrong, ids and revisions that depend on content alone."""

import random
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Document, DocumentRecord, Passage, Sentence, Span, revision_of


def record_of(name: str, **changes: str) -> DocumentRecord:
    record = DocumentRecord(
        key=name,
        id=f"sha256:{name}",
        location=f"/x/{name}.txt",
        path=f"x/{name}.txt",
        title="Title",
        encoding="utf-8",
        size=1,
        media_type="text/plain",
        extractor="text 1",
        text_sha256="",
        characters=1,
        passages=1,
    )
    return replace(record, **changes)  # type: ignore[arg-type]  # all of them are strings


@pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 3), (4, 3), (-1, 2), (-2, -1)])
def test_an_empty_or_negative_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="span"):
        Span(start, end)


@given(st.text(min_size=1), st.data())
def test_a_span_cuts_what_it_covers(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Span(start, end)
    assert span.cut(text) == text[start:end]
    assert len(span) == len(span.cut(text))
    assert span.shift(3).cut("abc" + text) == text[start:end]


def test_a_span_beyond_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="ends at 4, the text at 3"):
        Span(0, 4).cut("abc")
    with pytest.raises(ValueError, match="span"):
        Span(0, 4).shift(-1)


@given(*[st.tuples(st.integers(0, 12), st.integers(1, 6))] * 2)
def test_spans_overlap_and_contain_as_sets_do(one: tuple[int, int], other: tuple[int, int]) -> None:
    first, second = Span(one[0], sum(one)), Span(other[0], sum(other))
    these, those = set(range(one[0], sum(one))), set(range(other[0], sum(other)))
    assert first.overlaps(second) == bool(these & those)
    assert first.contains(second) == (those <= these)


def test_spans_are_ordered_by_place() -> None:
    assert sorted([Span(2, 3), Span(0, 9), Span(0, 2)]) == [Span(0, 2), Span(0, 9), Span(2, 3)]


def test_nouns_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Span(0, 1).start = 2  # type: ignore[misc]


def test_a_sentence_starts_with_its_first_part() -> None:
    assert Sentence((Span(9, 12), Span(0, 3)), "prose", "").span == Span(9, 12)


def test_a_passage_is_named_by_its_document_and_place() -> None:
    assert Passage("key", 7, Span(0, 1), "x", "", "prose", ()).id == "key/7"


def test_a_document_knows_the_digest_of_its_text() -> None:
    document = Document("id", "/a", "a", "A", "abc", "utf-16", 8)
    assert document.text_sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_name_is_the_end_of_the_path() -> None:
    assert record_of("a").file_name == "a.txt"
    assert record_of("a", path="a.txt").file_name == "a.txt"


def test_a_revision_does_not_depend_on_the_order() -> None:
    records = [record_of(str(number)) for number in range(20)]
    shuffled = random.Random(1).sample(records, k=20)
    assert revision_of(records) == revision_of(shuffled)


@pytest.mark.parametrize(
    "change", [{"key": "z"}, {"path": "y/a.txt"}, {"title": "Another"}], ids=lambda c: next(iter(c))
)
def test_a_revision_changes_with_what_is_shown(change: dict[str, str]) -> None:
    assert revision_of([record_of("a")]) != revision_of([record_of("a", **change)])
    assert revision_of([record_of("a")]) != revision_of([])
