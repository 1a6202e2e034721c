"""How lines without gaps between them are laid out: wrapped, one paragraph a line, or a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.segmenting.lines import Line, ends_sentence, first_letter
from index.segmenting.patterns import BARE_LABEL, METADATA
from index.segmenting.words import AUXILIARIES, FUNCTION_WORDS, words_of

__all__ = ["Shape", "hangs", "is_heading_line", "is_stepped"]

_LONG_LINE = 200
_NARROW = 40


@dataclass(frozen=True, slots=True)
class Shape:
    """How the lines of a chunk are laid out."""

    width: int
    one_per_line: bool
    list_like: bool

    @classmethod
    def of(cls, bodies: Sequence[str]) -> "Shape":
        """The shape of a chunk of at least one line."""
        width = sorted(map(len, bodies))[(len(bodies) * 3) // 4]
        inner = bodies[:-1]
        closed = sum(map(ends_sentence, inner))
        narrow = max(map(len, bodies)) <= _NARROW
        fresh = sum(not first_letter(body).islower() for body in bodies[1:])
        return cls(
            width=width,
            one_per_line=closed >= 0.6 * len(inner),
            list_like=(len(inner) > 1 or (narrow and len(inner) == 1))
            and fresh >= 0.75 * len(inner)
            and closed <= 0.34 * len(inner)
            and width < _LONG_LINE,
        )


def is_stepped(lines: Sequence[Line], number: int) -> bool:
    """Whether one extra space sets the line off from both neighbours: the trace of a page or column break."""
    around = [lines[near].indent for near in (number - 1, number + 1) if near < len(lines)]
    return lines[number].indent == 1 and not any(around)


def is_heading_line(bodies: Sequence[str], number: int, shape: Shape) -> bool:
    """Whether a line inside a chunk is clearly a heading: short, after a full stop, before a longer fresh line."""
    if number + 1 >= len(bodies):
        return False
    body, after = bodies[number], bodies[number + 1]
    before = bodies[number - 1] if number else "."
    if len(body) > min(80, 0.75 * len(after)) or len(after) < _NARROW or shape.list_like:
        return False
    words = words_of(body)
    return (
        ends_sentence(before)
        and _is_title(body, words)
        and not first_letter(after).islower()
        and not METADATA.match(body)
        and not BARE_LABEL.match(body)
    )


def _is_title(body: str, words: Sequence[str]) -> bool:
    if not words or len(words) > 12 or body[-1] in ".,;:?!-–" or words[-1].lower() in FUNCTION_WORDS:
        return False
    if not AUXILIARIES.isdisjoint(words) or body.count("(") != body.count(")") or any(w.isdigit() for w in words[1:]):
        return False
    letters = sum(character.isalpha() for character in body)
    return first_letter(body).upper() == first_letter(body) and letters > 0.6 * len(body) and letters > 3


def hangs(body: str) -> bool:
    """Whether the end of a line asks for more: a comma, a hyphen, a word that links."""
    words = words_of(body[-40:])
    return body[-1] in ",-–(;" or (bool(words) and words[-1].lower() in FUNCTION_WORDS)
