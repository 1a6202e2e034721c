"""Lines of a text as the layout left them: where each one is, how far it is indented, what lies before it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["CLOSED", "Gap", "Line", "ends_sentence", "first_letter", "page_furniture", "split_lines"]

Gap = Literal["line", "blank", "page"]
"""What parts a line from the one before: a line break only, at least one blank line, or a form feed."""

CLOSED = re.compile(r"[.?!…。][\"'”’»)\]]*(?:\s?(?:\[?\d{1,3}(?:[,–-]\s?\d{1,3})*\]?))?\Z")
"""Sentence punctuation at the end, closing quotes and a reference number after it included."""

_LINE = re.compile(r"([^\r\n\f\v\x85\u2028\u2029]*)(\r\n|[\r\n\f\v\x85\u2028\u2029]|\Z)")
_PAGE_NUMBER = re.compile(r"(?:page\s+)?\W{0,2}\d{1,4}\W{0,2}(?:\s?(?:of|/)\s?\d{1,4})?\Z", re.IGNORECASE)
_EDGE_STAMP = re.compile(r"https?://|www\.|\bdoi\b|©|\bcopyright\b|\bISSN\b|^volume \d", re.IGNORECASE)
_EDGE = 2
_FOOT = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line with visible characters; ``start`` and ``end`` leave the white space around it out."""

    start: int
    end: int
    indent: int
    gap: Gap

    def body(self, text: str) -> str:
        """The line without the white space around it."""
        return text[self.start : self.end]


def split_lines(text: str) -> list[Line]:
    """Every line that is not blank, whatever the line breaks are; a form feed starts a page."""
    return list(_visible_lines(text))


def _visible_lines(text: str) -> Iterator[Line]:
    gap: Gap = "blank"
    for match in _LINE.finditer(text):
        body, stop = match.group(1), match.group(2)
        kept = body.strip()
        if kept:
            indent = len(body) - len(body.lstrip())
            start = match.start() + indent
            yield Line(start, start + len(kept), indent, gap)
            gap = "line"
        elif gap == "line":
            gap = "blank"
        if stop == "\f":
            gap = "page"


def ends_sentence(body: str) -> bool:
    """Whether ``body`` ends in sentence punctuation."""
    return CLOSED.search(body[-40:]) is not None


def first_letter(body: str) -> str:
    """The first letter or digit, opening brackets and quotes passed over; empty when there is none early on."""
    return next((character for character in body[:6] if character.isalnum()), "")


def page_furniture(text: str, lines: Sequence[Line]) -> frozenset[int]:
    """Numbers of the lines that the page layout added: running heads, page numbers, stamps at the foot."""
    pages = _pages(lines)
    if len(pages) < _EDGE:
        return frozenset(number for number in range(len(lines)) if _is_page_number(text, lines, number))
    edges = [number for page in pages for number in {*page[:_EDGE], *page[-_EDGE:]}]
    heads = [number for number in edges if not lines[number].body(text).endswith((".", ",", ";"))]
    bare = {number for number in heads if _PAGE_NUMBER.match(lines[number].body(text)[:20])}
    counts = Counter(_undated(lines[number].body(text)) for number in heads)
    repeated = {number for number in heads if counts[_undated(lines[number].body(text))] >= _EDGE}
    feet = {number for page in pages for number in _foot(text, lines, page)}
    return frozenset(bare | repeated | feet)


def _pages(lines: Sequence[Line]) -> list[range]:
    starts = [0, *(number for number, line in enumerate(lines) if line.gap == "page" and number)]
    return [range(start, stop) for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True) if stop > start]


def _is_page_number(text: str, lines: Sequence[Line], number: int) -> bool:
    """Whether a line is a number that stands alone between blank lines, where no form feed tells the pages."""
    line = lines[number]
    if line.end - line.start > 16 or line.gap == "line" or not _PAGE_NUMBER.match(line.body(text)):
        return False
    return number + 1 == len(lines) or lines[number + 1].gap != "line"


def _undated(body: str) -> str:
    """The line without its digits; a key that no other line has when nothing is left to compare."""
    key = " ".join(re.sub(r"\d+", " ", body[:160]).split()).casefold()
    return key if len(key) > 3 else body


def _foot(text: str, lines: Sequence[Line], page: range) -> list[int]:
    """The last lines of a page from its first short stamp-like line on, when the page ends in a stamp."""
    found: list[int] = []
    for number in reversed(page[-_FOOT:]):
        body = lines[number].body(text)
        stamp = len(body) < 160 and (_EDGE_STAMP.search(body) or _PAGE_NUMBER.match(body))
        named = found and len(body) < 60 and not ends_sentence(body) and _is_title_case(body)
        if not stamp and not named:
            break
        found.append(number)
    return found


def _is_title_case(body: str) -> bool:
    words = [word for word in body.split() if len(word) > 3]
    return bool(words) and all(word[:1].isupper() for word in words)
