"""The display text and the search view of a source text, each aligned with the source.

Three texts, never confused: the *source* is cited, the *display* text is what people read, the *search* view is what
is looked in. A view is a list of edits that tile the source and the view in the same order; each edit says by its
class in which way the two differ there.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from index.models import Span

__all__ = ["Difference", "Edit", "View", "display", "search_view"]

Difference = Literal["same", "white_space", "hyphenation", "compatibility", "case", "punctuation", "superscript"]
"""In which way a stretch of a view differs from its source. A display text has the first three only.

``white_space`` a run of it became one space, or nothing at either end of the text · ``hyphenation`` the line break
after a hyphen went, or both went · ``compatibility`` NFKC of a character with its combining marks, case folded ·
``case`` folded · ``punctuation`` typographic became ASCII, an invisible character went · ``superscript`` a raised,
lowered or fraction character after a digit was set off by ``^``, ``_`` or a space, so that 10⁶ is not 106.
"""

_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
_SMALL = "⁻⁰¹²³⁴-⁹₋₀-₉"
_HYPHENS = "-\u00ad\u2010\u2011"
_AFTER_SUSPENDED_HYPHEN = frozenset({"and", "or", "to", "nor", "versus", "vs", "und", "oder"})
_SHORTEST_FRAGMENT, _LONGEST_FRAGMENT = 2, 64
_LONGEST_CLUSTER = 31  # a character and thirty marks (UAX #15, stream-safe text): sorting marks takes quadratic time

_DISPLAY_GAP = re.compile(r"\A\s+|(?! \S)\s+")
_SEARCHED = re.compile(
    rf"(?P<gap>\A[\s{_INVISIBLE}]+|(?! [!-~])[\s{_INVISIBLE}]+)"
    rf"|(?P<small>⁻?[⁰¹²³⁴-⁹]+|₋?[₀-₉]+|[⁻₋])"
    rf"|(?P<run>[!-~]?[^\x00-\x7f\s{_INVISIBLE}{_SMALL}]+)"
    r"|(?P<capital>[A-Z])"
)
_SPACE = re.compile(r"\s")
_LINE_BREAK = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
_LETTERS = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f])+")

_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b\u2032\u2035\u00b4\u02b9\u02bb\u02bc\u2039\u203a"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2e3a\u2e3b"
_PUNCTUATION = dict.fromkeys(_SINGLE_QUOTES, "'") | dict.fromkeys(_DOUBLE_QUOTES, '"') | dict.fromkeys(_DASHES, "-")
_NO_WORD_ENDS_IN = frozenset("-\u00ad([{</\\|.,;:!?=_" + _DASHES)
_PUNCTUATION_TABLE = str.maketrans(_PUNCTUATION)


class Edit(NamedTuple):
    """The stretch of a view that one stretch of the source became; the view's may be empty, the source's is not."""

    source_start: int
    source_end: int
    view_start: int
    view_end: int
    difference: Difference


_SOURCE_START = attrgetter("source_start")
_VIEW_START = attrgetter("view_start")


@dataclass(frozen=True, slots=True)
class View:
    """A text made from a source, with the edits that made it: total, in order, and identical runs kept whole."""

    text: str
    edits: tuple[Edit, ...]

    def to_source(self, span: Span) -> Span:
        """The smallest stretch of the source that yields this stretch of the view; no edit is cut in two.

        It starts and ends on characters that are seen in the view. ValueError if the span reaches beyond the view.
        """
        if span.end > len(self.text):
            raise ValueError(f"the span ends at {span.end}, the view at {len(self.text)}")
        first = self.edits[bisect_right(self.edits, span.start, key=_VIEW_START) - 1]
        last = self.edits[bisect_right(self.edits, span.end - 1, key=_VIEW_START) - 1]
        before = span.start - first.view_start if first.difference == "same" else 0
        after = last.view_end - span.end if last.difference == "same" else 0
        return Span(first.source_start + before, last.source_end - after)

    def to_view(self, span: Span) -> Span | None:
        """The stretch of the view in which this stretch of the source is seen; None if nothing of it is.

        ValueError if the span reaches beyond the source.
        """
        length = self.edits[-1].source_end if self.edits else 0
        if span.end > length:
            raise ValueError(f"the span ends at {span.end}, the source at {length}")
        first = self.edits[bisect_right(self.edits, span.start, key=_SOURCE_START) - 1]
        last = self.edits[bisect_right(self.edits, span.end - 1, key=_SOURCE_START) - 1]
        start = first.view_start + (span.start - first.source_start if first.difference == "same" else 0)
        end = last.view_end - (last.source_end - span.end if last.difference == "same" else 0)
        return Span(start, end) if start < end else None


class _Draft:
    """A view under way, written from left to right; what is not replaced stays the same."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._done = 0
        self._length = 0
        self._pieces: list[str] = []
        self._edits: list[Edit] = []

    def replace(self, start: int, end: int, text: str, difference: Difference) -> None:
        if self.source[start:end] == text:
            return
        if self._done < start:
            self._add(start, self.source[self._done : start], "same")
        self._add(end, text, difference)

    def last(self, start: int) -> str:
        """The character of the view before the one that source offset ``start`` will yield; empty at its start."""
        if self._done < start:
            return self.source[start - 1]
        return self._pieces[-1][-1] if self._pieces else ""

    def finish(self) -> View:
        if self._done < len(self.source):
            self._add(len(self.source), self.source[self._done :], "same")
        return View("".join(self._pieces), tuple(self._edits))

    def _add(self, end: int, text: str, difference: Difference) -> None:
        length = self._length + len(text)
        self._edits.append(Edit(self._done, end, self._length, length, difference))
        if text:
            self._pieces.append(text)
        self._done, self._length = end, length


def display(source: str, *, known: Callable[[str], bool]) -> View:
    """The source with white space folded and line-end hyphenation undone; no other character is changed.

    A hyphen at a line end is dropped only where ``known`` says that the joined word, NFKC and case folded, occurs
    elsewhere in the documents and its capitals allow it: BM-⏎SCs is BM-SCs even where BMSCs is known.
    """
    draft = _Draft(source)
    for match in _DISPLAY_GAP.finditer(source):
        _fold_gap(draft, *match.span(), known)
    return draft.finish()


def search_view(source: str) -> View:
    """The source folded for search: white space, compatibility characters, case, typographic punctuation.

    A hyphen at a line end stays, without its line break, since only the tokenizer can afford both readings; a soft
    hyphen goes. Spacing accents, which NFKC would open with a space, are left alone.
    """
    draft = _Draft(source)
    for match in _SEARCHED.finditer(source):
        start, end = match.span()
        if match.lastgroup == "gap":
            _fold_gap(draft, start, end, None)
        elif match.lastgroup == "small":
            _fold_small(draft, start, end)
        elif match.lastgroup == "run":
            _fold_run(draft, start, end)
        else:
            draft.replace(start, end, match[0].lower(), "case")
    return draft.finish()


def _fold_gap(draft: _Draft, start: int, end: int, known: Callable[[str], bool] | None) -> None:
    """Replace a run of white space, in the search view also of invisible characters, all of it at once."""
    source = draft.source
    space = _SPACE.search(source, start, end)
    if space is None:
        draft.replace(start, end, "", "punctuation")
    elif start == 0 or end == len(source):
        draft.replace(start, end, "", "white_space")
    elif not _is_hyphenation(source, space.start(), end):
        draft.replace(start, end, " ", "white_space")
    else:
        word = _joined_word(source, start - 1, end) if known is not None else None
        hyphens = 1 if known is not None and word is not None and known(word) else 0
        draft.replace(start - hyphens, end, "", "hyphenation")


def _is_hyphenation(source: str, start: int, end: int) -> bool:
    """Whether the white space is a line end after a hyphen inside a word; not so in "marrow-⏎and adipose-derived"."""
    if source[start - 1] not in _HYPHENS or not _LINE_BREAK.search(source, start, end):
        return False
    before, after = source[max(0, start - 2)], source[end]
    if before.isspace() or before in _NO_WORD_ENDS_IN or not after.isalnum():
        return False
    word = _LETTERS.match(source, end, end + _LONGEST_FRAGMENT)
    return word is None or word[0].casefold() not in _AFTER_SUSPENDED_HYPHEN


def _joined_word(source: str, hyphen: int, after: int) -> str | None:
    """The letters on both sides as one word, folded; None where too few or where capitals speak against it."""
    left = _LETTERS.match(source[max(0, hyphen - _LONGEST_FRAGMENT) : hyphen][::-1])
    right = _LETTERS.match(source, after, after + _LONGEST_FRAGMENT)
    if left is None or right is None or min(len(left[0]), len(right[0])) < _SHORTEST_FRAGMENT:
        return None
    joined = left[0][::-1] + right[0]
    if right[0] != right[0].lower() and joined != joined.upper():
        return None
    return unicodedata.normalize("NFKC", joined).casefold()


def _fold_small(draft: _Draft, start: int, end: int) -> None:
    """Bring raised or lowered digits to the line, set off from a digit before them: 10⁻⁶ is 10^-6, H₂O is H2O."""
    small = draft.source[start:end]
    text = unicodedata.normalize("NFKC", small).translate(_PUNCTUATION_TABLE)
    if text[-1].isdigit() and draft.last(start).isdigit():
        draft.replace(start, end, ("_" if "₀" <= small[-1] <= "₉" else "^") + text, "superscript")
    else:
        draft.replace(start, end, text, "compatibility")


def _fold_run(draft: _Draft, start: int, end: int) -> None:
    """Fold a run of characters beyond ASCII, each with its combining marks, so that 3½ is not 31 halves."""
    for cluster in _clusters(draft.source[start:end]):
        difference, text = _folded(cluster)
        if text != cluster and text[0].isdigit() and not cluster[0].isdecimal() and draft.last(start).isdigit():
            difference, text = "superscript", f" {text}"
        draft.replace(start, start + len(cluster), text, difference)
        start += len(cluster)


def _clusters(run: str) -> Iterator[str]:
    start = 0
    for position in range(1, len(run)):
        if position - start == _LONGEST_CLUSTER or not _composes(run[position]):
            yield run[start:position]
            start = position
    yield run[start:]


@lru_cache(maxsize=4096)
def _composes(character: str) -> bool:
    """Whether NFKC may fuse the character with the one before: marks, Hangul vowels and final consonants."""
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or "\u1161" <= first <= "\u1175" or "\u11a8" <= first <= "\u11c2"


@lru_cache(maxsize=16384)
def _folded(cluster: str) -> tuple[Difference, str]:
    if cluster in _PUNCTUATION:
        return "punctuation", _PUNCTUATION[cluster]
    plain = unicodedata.normalize("NFKC", cluster).translate(_PUNCTUATION_TABLE)
    if plain.startswith(" "):
        return "same", cluster
    return "case" if plain == cluster else "compatibility", unicodedata.normalize("NFKC", plain.casefold())
