"""What a PDF states of itself: in its metadata packet, in its information dictionary, on its first page.

Publishers fill the first two with anything ("untitled", a file name, one of twelve authors, a typesetter's job), so a
title counts only where the first page prints it, and authors where they are whole names. Keys as in index/manifest.py.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from index.extracting.pdf_flow import Piece
from index.extracting.pdf_lines import Line
from index.views import search_view

__all__ = ["About", "about"]

_PACKET = re.compile(rb"<x:xmpmeta.{0,200000}?</x:xmpmeta>", re.DOTALL)
_MOST_PACKETS = 50
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:\w]*\w", re.ASCII)
_DATED = re.compile(
    r"(?:published|publication|©|\(c\)|copyright|volume|citation|cite this|accepted|epub|first online|available online)"
    r"(?:[^\d]|\b\d{1,2}\b){0,60}?\b((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ISSUED = re.compile(r"\(((?:19|20)\d\d)\)|\b((?:19|20)\d\d)\s?[;,:]\s?\d")
_NAME = re.compile(r"[^\W\d_a-z][\w.’'´`¨-]*(?:\s(?:[^\W\d_][\w.’'´`¨-]*)){1,4}\Z")
_SEPARATOR = re.compile(r"\s*(?:[,;&•·|]|\band\b)\s*")
_NO_NAME = re.compile(
    r"\b(?:university|department|institute|hospital|school|centre|center|investigators?|group|administrator|user|"
    r"author|unknown|admin|open|access|received|published)\b",
    re.IGNORECASE,
)
_FEWEST_WORDS = 3
_LONGEST_TITLE = 400
_MARKS = "*†‡§¶#∗"


@dataclass(frozen=True, slots=True)
class About:
    """A title, if there is one, and the rest by the keys of the manifest."""

    title: str | None
    metadata: Mapping[str, str]


def about(information: Mapping[str, str], data: bytes, pieces: Sequence[Piece]) -> About:
    """What the document states; ``pieces`` are its text, ``data`` its bytes."""
    stated = _stated(data)
    first = [piece for piece in pieces if piece.paragraphs[0].page == 1 and piece.kind != "reference"]
    printed = " ".join(_text(piece) for piece in first)
    title = _title([*stated.get("title", ()), information.get("Title", "")], first, printed)
    found = {
        "authors": "; ".join(_authors(stated.get("creator", ()), first)),
        "year": _year(first, printed),
        "journal": next(iter(stated.get("publicationName", ())), ""),
        "doi": _doi(
            [*stated.get("doi", ()), *stated.get("identifier", ()), information.get("Subject", ""), _unbroken(first)]
        ),
    }
    return About(title, {key: value for key, value in found.items() if value})


def _stated(data: bytes) -> dict[str, list[str]]:
    """What the document's metadata packet says; images and older versions have packets too, without a title."""
    for number, packet in enumerate(_PACKET.finditer(data)):
        if number == _MOST_PACKETS:
            break
        text = packet[0].decode("utf-8", "replace")
        values = {key: list(_values(text, key)) for key in ("title", "creator", "identifier", "publicationName", "doi")}
        if values["title"]:
            return values
    return {}


def _values(packet: str, key: str) -> Iterator[str]:
    entry = re.search(rf"<(?:dc|prism):{key}[^>]*>(.*?)</(?:dc|prism):{key}>", packet, re.DOTALL)
    if entry:
        items = re.findall(r"<rdf:li[^>]*>(.*?)</rdf:li>", entry[1], re.DOTALL) or [entry[1]]
        yield from filter(None, (" ".join(unescape(re.sub(r"<[^>]+>", " ", item)).split()) for item in items))


def _title(candidates: Sequence[str], first: Sequence[Piece], printed: str) -> str | None:
    """A stated title that is printed on the first page, else what is printed there as one."""
    page = _key(printed)
    for candidate in candidates:
        folded = " ".join(candidate.split())
        if len(folded.split()) >= _FEWEST_WORDS and len(folded) <= _LONGEST_TITLE and _key(folded) in page:
            return folded
    shown = next((_text(piece) for piece in first if piece.kind == "title"), None)
    return shown if shown and len(shown) <= _LONGEST_TITLE else None


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, search_view(text).text))


def _text(piece: Piece) -> str:
    return " ".join(paragraph.text for paragraph in piece.paragraphs)


def _authors(stated: Sequence[str], first: Sequence[Piece]) -> list[str]:
    """The names printed below the title; those of the packet where it has several, or none are printed."""
    titles = [number for number, piece in enumerate(first) if piece.kind == "title"]
    printed = _printed_authors(first[titles[-1] + 1 : titles[-1] + 4]) if titles else []
    named = [name for name in stated if _is_name(name)]
    if len(named) == len(stated) and len(named) >= max(len(printed), 1) and (len(named) > 1 or not printed):
        return named
    return printed


def _printed_authors(below: Sequence[Piece]) -> list[str]:
    for piece in below:
        if piece.kind not in ("metadata", "paragraph", "heading"):
            continue
        lines = [line for paragraph in piece.paragraphs for line in paragraph.lines]
        names = [name.strip(_MARKS + " .,") for name in _SEPARATOR.split(" ".join(map(_unraised, lines)))]
        names = [name for name in names if len(name) > 1]
        named = [name for name in names if _is_name(name)]
        if named and len(named) >= 0.7 * len(names):
            return named
    return []


def _unraised(line: Line) -> str:
    """The line with a comma for what is raised and for digits: numbers of addresses stand between names."""
    return "".join(
        " " * character.spaced + ("," if _is_raised(line, character.style.size, character.text) else character.text)
        for character in line.characters
    )


def _is_raised(line: Line, size: float, text: str) -> bool:
    return size < 0.87 * line.size or text.isdigit() or text in _MARKS


def _is_name(text: str) -> bool:
    return _NAME.match(text) is not None and _NO_NAME.search(text) is None and text.upper() != text.lower()


def _year(first: Sequence[Piece], printed: str) -> str:
    dated = _DATED.search(printed)
    if dated:
        return dated[1]
    edges = " ".join(_text(piece) for piece in first if piece.kind in ("furniture", "metadata"))
    issued = _ISSUED.search(edges)
    return (issued[1] or issued[2]) if issued else ""


def _unbroken(pieces: Sequence[Piece]) -> str:
    """The text with numbers that go on in the next line after a full stop or stroke put together."""
    lines = (line.text for piece in pieces for paragraph in piece.paragraphs for line in paragraph.lines)
    return re.sub(r"(?<=[./_-])\n(?=\d)", "", "\n".join(lines))


def _doi(texts: Sequence[str]) -> str:
    found = (_DOI.search(text) for text in texts)
    return next((match[0] for match in found if match), "")
