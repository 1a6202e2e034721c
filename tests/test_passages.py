"""Passages read from the derived file are those of the store, and shown as they would be made from the text."""

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Passage, Sentence, Span
from index.passages import PassageFile, ReadyPassage, Shown, shown_anyway, shown_of
from index.quantizing import restored, rounded
from index.store import Vectors
from index.tokenizing import terms

TEXTS = ("IL-6 heals wounds. ", "10⁶ cells,\n  of rats. ", "🧬 “quoted” \\ text\x00. ", "The differ-\nence. ", "   ")


def passage_of(key: str, ordinal: int, texts: Sequence[str], *, start: int = 0) -> Passage:
    """Sentences one after the other; each but the first has a further part, at the start of the passage."""
    text, ends = "", [start]
    for each in texts:
        text += each
        ends.append(start + len(text))
    spans = [Span(begin, end) for begin, end in itertools.pairwise(ends)]
    sentences = tuple(
        Sentence((span, *spans[:1]) if number else (span,), "prose", "A “section”") for number, span in enumerate(spans)
    )
    return Passage(key, ordinal, Span(start, ends[-1]), text, "A “section”", "prose", sentences)


def sources(passage: Passage, sentence: Sentence) -> list[str]:
    return [part.shift(-passage.span.start).cut(passage.text) for part in sentence.parts]


def ready(passage: Passage, *, seed: int = 0) -> ReadyPassage:
    vectors = np.random.default_rng(seed).normal(size=(len(passage.sentences), 16)).astype(np.float32)
    stored = restored(rounded(vectors), rows=len(vectors))
    return ReadyPassage(passage, stored, [shown_anyway(sources(passage, each)) for each in passage.sentences])


def document(key: str, passages: Sequence[Sequence[str]]) -> list[ReadyPassage]:
    return [ready(passage_of(key, number, texts, start=7 * number)) for number, texts in enumerate(passages)]


def check(file: PassageFile, documents: Mapping[str, Sequence[ReadyPassage]]) -> None:
    assert set(file.keys) == documents.keys()
    for key, passages in documents.items():
        same(list(file.of(key)), passages)
        for expected in passages:
            found = file.get(expected.passage.id)
            assert found is not None
            same([found], [expected])
        assert file.get(f"{key}/{len(passages)}") is None


def same(found: Sequence[ReadyPassage], expected: Sequence[ReadyPassage]) -> None:
    """To the bit: the same question gets the same answer, whether a passage was just put in or read."""
    assert [each.passage for each in found] == [each.passage for each in expected]
    assert [list(each.shown) for each in found] == [list(each.shown) for each in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.sentence_vectors, other.sentence_vectors)


some_passages = st.lists(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=5), max_size=4)


@given(st.lists(st.tuples(st.sampled_from("abcd"), some_passages, st.booleans()), max_size=10))
def test_passages_are_what_they_were_after_any_history(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[list[str]], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("passages") / "p"
    file = PassageFile.empty(folder)
    documents: dict[str, list[ReadyPassage]] = {}
    for key, passages, reopen in steps:
        removed = [key] if key in documents else []
        documents.pop(key, None)
        added = {} if removed else {key: document(key, passages)}
        documents |= added
        file = file.replaced(added.items(), removed)
        if reopen:
            file = PassageFile.open(folder)
        check(file, documents)
    assert file.get("never there/0") is None


def test_a_passage_may_have_no_sentence(tmp_path: Path) -> None:
    empty = ReadyPassage(
        Passage("a", 0, Span(0, 1), " ", "", "boilerplate", ()), np.zeros((0, 0), dtype=np.float32), []
    )
    check(PassageFile.empty(tmp_path / "p").replaced([("a", [empty])], []), {"a": [empty]})


def test_only_a_hyphen_at_a_line_end_waits_for_the_words_of_the_documents() -> None:
    assert shown_anyway(["The differ-\nence."]) is None
    assert shown_of(["The differ-\nence."], known=lambda _: True).text == "The difference."
    assert shown_of(["The differ-\nence."], known=lambda _: False).text == "The differ-ence."
    shown = shown_anyway(["Long-term\n use", " of  IL-6."])
    assert shown == Shown("Long-term use of IL-6.", frozenset(terms("Long-term use of IL-6.")))


@given(st.lists(st.sampled_from(TEXTS), max_size=3), st.booleans())
def test_what_does_not_wait_is_shown_alike_whatever_is_known(parts: list[str], known: bool) -> None:  # noqa: FBT001
    shown = shown_anyway(parts)
    assert shown is None or shown == shown_of(parts, known=lambda _: known)


def test_another_form_is_told_when_opening(tmp_path: Path) -> None:
    PassageFile.empty(tmp_path / "p").replaced([("a", document("a", [TEXTS]))], [])
    listing = tmp_path / "p" / "rows.json"
    listing.write_text(json.dumps(json.loads(listing.read_text()) | {"form": "passages 0"}))
    with pytest.raises(ValueError, match="rows of passages 2"):
        PassageFile.open(tmp_path / "p")


def test_rounding_what_was_restored_gives_the_same_bytes() -> None:
    """So that vectors which the store gave may be rounded again."""
    vectors: Vectors = np.random.default_rng(3).normal(size=(500, 384)).astype(np.float32)
    vectors[0] = 0
    once = rounded(vectors)
    np.testing.assert_array_equal(rounded(restored(once, rows=len(once))), once)
