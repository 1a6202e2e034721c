"""Sentences into passages: whole sentences up to the embedder's window, inside one section and of one kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from index.embedding import Embedder
from index.models import Document, Passage, Sentence, Span
from index.table_rows import head_spans, searched_row
from index.tokenizing import words
from index.views import display

__all__ = ["CHUNKING", "Chunk", "chunk"]

CHUNKING = "2"
"""Changes whenever the same document would be cut or embedded differently."""
LONGEST_SPAN = 3500
"""Code points from a passage's first character to its last, so that its text fits one record of the store."""
LONGEST_TITLE = 200
MOST_SENTENCES = 48
"""In a passage, so that their vectors fit one record of the store (index/rows.py) up to 1,536 dimensions."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage, and the text that is embedded for it: title, section and sentences, white space folded.

    ``places`` says where each sentence stands in that text, from code point to code point, end exclusive.
    """

    passage: Passage
    embedded: str
    places: tuple[tuple[int, int], ...]


def chunk(
    document: Document, key: str, sentences: Sequence[Sentence], embedder: Embedder, *, tokens: int
) -> list[Chunk]:
    """Passages of a document in the order of the file, each at most ``tokens`` long with its title and section.

    A single sentence that is longer is a passage of its own, of which the model reads the beginning.
    """
    vocabulary = frozenset(words(document.text))
    shown = [_shown(document.text, sentence, vocabulary.__contains__) for sentence in sentences]
    special = embedder.count_tokens([""])[0]
    lengths = [length - special for length in embedder.count_tokens(shown)]
    return [
        _made(document, key, ordinal, sentences[first:last], shown[first:last])
        for ordinal, (first, last) in enumerate(_runs(document, sentences, lengths, embedder, tokens))
    ]


def _runs(
    document: Document, sentences: Sequence[Sentence], lengths: Sequence[int], embedder: Embedder, tokens: int
) -> Iterator[tuple[int, int]]:
    """Which sentences go together, as half-open ranges."""
    heads = _head_lengths(document, sentences, embedder)
    limit = min(tokens, embedder.window)
    first, used = 0, 0
    for number, sentence in enumerate(sentences):
        full = used + lengths[number] > limit or number - first >= MOST_SENTENCES
        if number > first and (full or not _continues(sentences[first], sentences[number - 1], sentence)):
            yield first, number
            first = number
        used = lengths[number] + (used if number > first else heads[sentence.section])
    if sentences:
        yield first, len(sentences)


def _continues(first: Sentence, previous: Sentence, sentence: Sentence) -> bool:
    return (
        sentence.section == first.section
        and sentence.label == first.label
        and sentence.span.start >= previous.span.end
        and sentence.span.end - first.span.start <= LONGEST_SPAN
    )


def _head_lengths(document: Document, sentences: Sequence[Sentence], embedder: Embedder) -> dict[str, int]:
    sections = list(dict.fromkeys(sentence.section for sentence in sentences))
    counted = embedder.count_tokens([_head(document.title, section) for section in sections])
    return dict(zip(sections, counted, strict=True))


def _head(title: str, section: str) -> str:
    return "".join(f"{part[:LONGEST_TITLE]}. " for part in (title, section) if part)


def _shown(text: str, sentence: Sentence, known: Callable[[str], bool]) -> str:
    """A sentence as it is embedded: as it is shown, a table's row with the headings of its cells."""
    shown = _displayed(text, sentence.parts, known)
    if not sentence.heads:
        return shown
    return searched_row(
        shown, sentence.heads, {span: _displayed(text, (span,), known) for span in head_spans(sentence.heads)}
    )


def _displayed(text: str, parts: Sequence[Span], known: Callable[[str], bool]) -> str:
    return " ".join(display(part.cut(text), known=known).text for part in parts)


def _made(document: Document, key: str, ordinal: int, sentences: Sequence[Sentence], shown: Sequence[str]) -> Chunk:
    span = Span(sentences[0].span.start, sentences[-1].span.end)
    section, label = sentences[0].section, sentences[0].label
    passage = Passage(key, ordinal, span, span.cut(document.text), section, label, tuple(sentences))
    head = _head(document.title, section)
    starts = list(accumulate((len(text) + 1 for text in shown), initial=len(head)))
    places = tuple((start, start + len(text)) for start, text in zip(starts, shown, strict=False))
    return Chunk(passage, head + " ".join(shown), places)
