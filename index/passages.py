"""Passages as a question wants them, in a memory-mapped file derived from the store: gathering asks the store nothing.

A document's entry is the number of its passages, where each ends, and the passages: the length of a JSON text, that
text, and the vectors of its sentences as signed bytes.
"""

import json
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.appending import AppendedFile
from index.models import Passage, Sentence, Span
from index.quantizing import restored, rounded
from index.store import Vectors
from index.table_rows import heads_from, heads_listed
from index.tokenizing import terms
from index.views import display

__all__ = ["PassageFile", "ReadyPassage", "Shown", "shown_anyway", "shown_of"]

FORM = "passages 2"
"""Changes whenever the same passages would be written differently; what is on disk is then made anew."""
_NUMBER = struct.Struct("<I")


class Shown(NamedTuple):
    """A sentence as people read it, and the terms in it."""

    text: str
    terms: frozenset[str]


class ReadyPassage(NamedTuple):
    """A passage, a row for each of its sentences, and each as it is shown.

    None is where that depends on the words of all documents: a hyphen at a line end.
    """

    passage: Passage
    sentence_vectors: Vectors
    shown: Sequence[Shown | None]


def shown_of(parts: Iterable[str], *, known: Callable[[str], bool], headings: Iterable[str] = ()) -> Shown:
    """How a sentence of these source texts is shown; ``known`` tells the words that the documents have.

    Of a table's row, the terms of its ``headings`` are terms of it too.
    """
    text = " ".join(display(part, known=known).text for part in parts)
    over = (term for heading in headings for term in terms(display(heading, known=known).text))
    return Shown(text, frozenset(terms(text)).union(over))


def shown_anyway(parts: Iterable[str], *, headings: Iterable[str] = ()) -> Shown | None:
    """How a sentence is shown, whatever words the documents have; None where it depends on them."""
    asked_for: list[str] = []

    def note(word: str) -> bool:
        asked_for.append(word)
        return False

    shown = shown_of(parts, known=note, headings=headings)
    return None if asked_for else shown


class PassageFile:
    """The passages of a volume. An opened object never changes: ``open`` another one."""

    def __init__(self, file: AppendedFile) -> None:
        self._file = file

    @classmethod
    def open(cls, folder: Path) -> "PassageFile":
        """What is on disk. Raises OSError or ValueError where it is missing, damaged or of another form."""
        return cls(AppendedFile.open(folder, form=FORM, width=1))

    @classmethod
    def empty(cls, folder: Path) -> "PassageFile":
        """Start anew, dropping whatever is on disk."""
        return cls(AppendedFile.empty(folder, form=FORM, width=1))

    @property
    def keys(self) -> Collection[str]:
        """The documents whose passages are here."""
        return self._file.ranges.keys()

    def replaced(self, added: Iterable[tuple[str, Sequence[ReadyPassage]]], removed: Collection[str]) -> "PassageFile":
        """Without the documents ``removed``, with those ``added``; on disk when this returns. One writer at a time."""
        return PassageFile(self._file.replaced(((key, _entry(passages)) for key, passages in added), removed))

    def get(self, passage_id: str) -> ReadyPassage | None:
        """The passage of that id, if it is here."""
        key, _, ordinal = passage_id.partition("/")
        return self._read(key, int(ordinal)) if key in self._file.ranges else None

    def of(self, key: str) -> Iterator[ReadyPassage]:
        """All passages of a document, in order."""
        for ordinal in range(self._number(self._file.ranges[key][0])):
            found = self._read(key, ordinal)
            if found:
                yield found

    def _read(self, key: str, ordinal: int) -> ReadyPassage | None:
        start = self._file.ranges[key][0]
        count = self._number(start)
        if ordinal >= count:
            return None
        ends = start + _NUMBER.size
        first = ends + _NUMBER.size * count
        end = first + self._number(ends + _NUMBER.size * ordinal)
        begin = first + self._number(ends + _NUMBER.size * (ordinal - 1)) if ordinal else first
        return _unpacked(key, ordinal, self._file.data[begin:end].tobytes())

    def _number(self, at: int) -> int:
        return int(_NUMBER.unpack(self._file.data[at : at + _NUMBER.size].tobytes())[0])


def _entry(passages: Sequence[ReadyPassage]) -> bytes:
    packed = [_packed(passage) for passage in passages]
    ends = accumulate(map(len, packed))
    return b"".join([*map(_NUMBER.pack, [len(packed), *ends]), *packed])


def _packed(ready: ReadyPassage) -> bytes:
    passage = ready.passage
    sentences = [
        [
            [[part.start, part.end] for part in sentence.parts],
            shown and [shown.text, " ".join(sorted(shown.terms))],
            *([heads_listed(sentence.heads)] if sentence.heads else []),
        ]
        for sentence, shown in zip(passage.sentences, ready.shown, strict=True)
    ]
    span = passage.span
    facts = [span.start, span.end, passage.text, passage.section, passage.label, sentences]
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    return _NUMBER.pack(len(text)) + text + rounded(ready.sentence_vectors).tobytes()


def _unpacked(key: str, ordinal: int, packed: bytes) -> ReadyPassage:
    end = _NUMBER.size + _NUMBER.unpack_from(packed)[0]
    start, stop, text, section, label, sentences = json.loads(packed[_NUMBER.size : end])
    passage = Passage(
        document_key=key,
        ordinal=ordinal,
        span=Span(start, stop),
        text=text,
        section=section,
        label=label,
        sentences=tuple(
            Sentence(tuple(Span(*part) for part in parts), label, section, heads_from(*heads))
            for parts, _, *heads in sentences
        ),
    )
    vectors = restored(np.frombuffer(packed, dtype=np.int8, offset=end), rows=len(sentences))
    return ReadyPassage(passage, vectors, [_shown(shown) for _, shown, *_ in sentences])


def _shown(stored: Any) -> Shown | None:  # noqa: ANN401  JSON
    return Shown(stored[0], frozenset(stored[1].split(" ") if stored[1] else ())) if stored else None
