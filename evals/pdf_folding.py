"""Texts made comparable: what the XML, a PDF and two libraries write differently for one and the same page."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain

from index.views import search_view

__all__ = ["Folded", "fold", "fold_all"]

_DROPPED = re.compile(r"(?<=\d),(?=\s?\d)|[-\[\]^_\ufffd]+|(?<![^\W\d_])\s+|\s+(?![^\W\d_])")
"""Commas between numbers, which this XML has only in some lists of references; hyphens (those at line ends have two
readings); brackets of reference numbers, which this XML leaves out; marks of raised numbers; and white space that is
not between two letters, which this XML puts around references."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and for each of its characters the offset in its source."""

    text: str
    offsets: tuple[int, ...]

    def places(self, wanted: str) -> list[tuple[int, int]]:
        """Where ``wanted``, folded, is: start and end in the source."""
        found: list[tuple[int, int]] = []
        at = self.text.find(wanted) if wanted else -1
        while at >= 0:
            found.append((self.offsets[at], self.offsets[at + len(wanted) - 1] + 1))
            at = self.text.find(wanted, at + 1)
        return found


def fold(text: str) -> str:
    """The search view without what ``_DROPPED`` names."""
    return _DROPPED.sub("", _DROPPED.sub("", search_view(_plain(text)).text))


def _plain(text: str) -> str:
    """The ring that TeX sets for degrees, and the marks that pdfium's own text has for a hyphen at a line end."""
    return text.replace("∘", "°").replace("\x02", "\u00ad").replace("\ufffe", "\u00ad")


def fold_all(text: str) -> Folded:
    """The same with the offsets kept."""
    view = search_view(_plain(text))
    starts = [edit.view_start for edit in view.edits]
    kept = list(range(len(view.text)))
    folded = view.text
    for _ in range(2):
        spans = [match.span() for match in _DROPPED.finditer(folded)]
        edges = [0, *chain.from_iterable(spans), len(folded)]
        pairs = list(zip(edges[::2], edges[1::2], strict=True))
        kept = [kept[number] for start, end in pairs for number in range(start, end)]
        folded = "".join(folded[start:end] for start, end in pairs)
    offsets: list[int] = []
    for place in kept:
        edit = view.edits[bisect_right(starts, place) - 1]
        inside = place - edit.view_start if edit.difference == "same" else 0
        offsets.append(edit.source_start + inside)
    return Folded(folded, tuple(offsets))
