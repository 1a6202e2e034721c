"""A model's draft, read while it comes: claims with their quotations, out of JSON or of whatever it wrote instead.

An object that holds a claim is taken as soon as its last brace is there, wherever it stands; text without any such
object is read as prose with quotation marks. What cannot be read is left out, never guessed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from index.segmenting.boundaries import sentence_spans

__all__ = ["Claim", "DraftReader", "Quote"]

CLAIM_KEYS = ("claim", "text", "statement", "sentence", "answer")
QUOTES_KEYS = ("quotes", "quote", "evidence", "citations", "sources")
QUOTE_KEYS = ("quote", "text", "cited_text", "evidence", "content")
PASSAGE_KEYS = ("passage", "number", "id", "source", "passage_number")
MOST_CLAIMS, MOST_QUOTES = 20, 8
LONGEST_CLAIM, LONGEST_QUOTE, LONGEST_OBJECT, DEEPEST = 1000, 2000, 20_000, 20
LONGEST_NOTHING = 100
"""Characters of a draft that claims nothing, whatever stands around its JSON."""
FEWEST_WORDS = 3
"""A sentence of prose has at least so many."""
SHORTEST_QUOTED = 12
"""Characters between quotation marks that are taken for a quotation; shorter ones are terms."""

_MARKER = re.compile(r"\s*(?:\[(?:passages?\s*)?\d+(?:\s*[,;–-]\s*\d+)*\]|\((?:see )?passages? \d+\))", re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_QUOTED = re.compile(rf"[\"“«]([^\"“”«»\n]{{{SHORTEST_QUOTED},{LONGEST_QUOTE}}})[\"”»]")
_LIST_MARK = re.compile(r"^\s*(?:[-*•>#]+|\d{1,2}[.)])\s+")
_NOTHING = re.compile(r'\A\W*(?:json)?\W*\{\s*"claims"\s*:\s*\[\s*\]\s*\}\W*\Z', re.IGNORECASE)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a model says stand in a passage; ``passage`` is the number it gives, None where it gives none."""

    text: str
    passage: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a model says, and what it quotes for it."""

    text: str
    quotes: tuple[Quote, ...] = ()


class DraftReader:
    """Reads one draft. ``feed`` it as it comes, then ``finish``: each gives the claims that are complete by then."""

    def __init__(self) -> None:
        self.found_nothing = False
        self._text = ""
        self._open: list[int] = []
        self._in_string = self._escaped = False
        self._claims = 0

    def feed(self, piece: str) -> Iterator[Claim]:
        """Take a stretch of the draft."""
        begin = len(self._text)
        self._text += piece
        for place in range(begin, len(self._text)):
            ended = self._object_ended_at(place)
            claim = _claim_in(ended) if ended else None
            if claim and self._claims < MOST_CLAIMS:
                self._claims += 1
                yield claim

    def finish(self) -> Iterator[Claim]:
        """The claims of a draft without any object that holds one; ``found_nothing`` says whether it claims nothing."""
        if self._claims:
            return
        self.found_nothing = _NOTHING.match(self._text[:LONGEST_NOTHING]) is not None
        if "{" not in self._text:
            yield from _prose(self._text)

    def _object_ended_at(self, place: int) -> str | None:
        """The object that the character there ends, if it ends one that is not too long."""
        character = self._text[place]
        if self._in_string:
            self._in_string = self._escaped or character != '"'
            self._escaped = character == "\\" and not self._escaped
        elif character == '"':
            self._in_string = bool(self._open)
        elif character == "{":
            self._open = [*self._open[-DEEPEST:], place]
        elif character == "}" and self._open:
            start = self._open.pop()
            return self._text[start : place + 1] if place - start < LONGEST_OBJECT else None
        return None


def _claim_in(text: str) -> Claim | None:
    found = _read(text)
    said = _first_text(found, CLAIM_KEYS)
    given = [found[key] for key in QUOTES_KEYS if key in found]
    claim = _plain(said)[:LONGEST_CLAIM]
    return Claim(claim, tuple(_quotes(given[0], found))) if claim and given else None


def _read(text: str) -> Mapping[str, object]:
    for attempt in (text, _TRAILING_COMMA.sub("", text)):
        try:
            found = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else {}
    return {}


def _quotes(given: object, around: Mapping[str, object]) -> Iterator[Quote]:
    for item in (given if isinstance(given, list) else [given])[:MOST_QUOTES]:
        fields = item if isinstance(item, dict) else {**around, "quote": item}
        text = _first_text(fields, QUOTE_KEYS)
        number = next((fields[key] for key in PASSAGE_KEYS if type(fields.get(key)) is int), None)
        quoted = _plain(text)[:LONGEST_QUOTE]
        if quoted:
            yield Quote(quoted, number if isinstance(number, int) else None)


def _first_text(fields: Mapping[str, object], keys: Iterable[str]) -> str:
    return next((value for key in keys if isinstance(value := fields.get(key), str)), "")


def _prose(text: str) -> Iterator[Claim]:
    """Each sentence as a claim, with what stands in quotation marks in it, or else itself, as its quotation."""
    text = text[: MOST_CLAIMS * LONGEST_CLAIM]
    claims = 0
    for line in text.splitlines():
        said = _plain(_LIST_MARK.sub("", line))
        for span in sentence_spans(said, 0, len(said)) if said else ():
            sentence = span.cut(said)
            quotes = tuple(Quote(_plain(match)) for match in _QUOTED.findall(sentence)[:MOST_QUOTES])
            if claims < MOST_CLAIMS and len(sentence) <= LONGEST_CLAIM and len(sentence.split()) >= FEWEST_WORDS:
                claims += 1
                yield Claim(sentence, quotes or (Quote(sentence),))


def _plain(text: str) -> str:
    """One line without markers of its own, and without characters that nobody sees."""
    return " ".join(_MARKER.sub("", _UNSEEN.sub(" ", text)).split())
