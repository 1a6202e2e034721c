"""A Word document opened within limits: its body, notes, styles and properties, or why it cannot be had."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from index.errors import FileSkipped
from index.extracting.trees import parse_xml
from index.extracting.walking import Node

__all__ = ["Style", "WordPackage", "open_package", "outline_level", "word_value"]

_MOST_PARTS = 10_000
_MOST_BYTES = 300_000_000
_MOST_XML = 40_000_000
"""Bytes of all parts, and of one that is parsed, when they are unpacked."""
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says: its English name in lower case, outline level from 0, and whether it is a list's."""

    name: str
    level: int | None
    listed: bool


@dataclass(frozen=True, slots=True)
class WordPackage:
    """What is read of a file. ``notes`` are by the name of the element that refers to them, and their id."""

    body: Node
    notes: Mapping[tuple[str, str], Node]
    styles: Mapping[str, Style]
    title: str
    authors: str


def open_package(path: str, data: bytes) -> WordPackage:
    """The parts of a document. Raises FileSkipped: encrypted, damaged, too_large or empty."""
    if not data:
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    if data.startswith(_OLD):
        message = f"{path} has a password, or Word's old format. Open it in Word and save it without a password"
        raise FileSkipped("encrypted", f"{message}, as Word document (.docx).")
    try:
        _check_sizes(path, data)
        return _opened(path, data)
    except FileSkipped:
        raise
    except Exception as error:  # whatever a library makes of bytes that are no document
        what = " ".join(str(error).split())[:120] or type(error).__name__
        message = f"{path} is damaged, or no Word document ({what}). Open it in Word, have it mended, and save it anew."
        raise FileSkipped("damaged", message) from error


def _check_sizes(path: str, data: bytes) -> None:
    """Before anything is unpacked; what is unpacked is never more than the file says here."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise FileSkipped("encrypted", f"{path} has a password. Save it without one.")
    largest = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_BYTES or largest > _MOST_XML:
        message = f"{path} unpacks to more than is read ({_MOST_BYTES:,} bytes, {_MOST_XML:,} in one part)."
        raise FileSkipped("too_large", f"{message} Split it, or take its pictures out.")


def _opened(path: str, data: bytes) -> WordPackage:
    """The trees are parsed once more: the elements of python-docx have a text of their own."""
    import docx

    document = docx.Document(BytesIO(data))
    properties = document.core_properties
    body = parse_xml(path, document.part.blob).find(f"{_W}body")
    if body is None:
        raise ValueError("it has no body")
    return WordPackage(
        body=body,
        notes={**_notes(path, document, "footnote"), **_notes(path, document, "endnote")},
        styles=_styles(document.styles.element),
        title=properties.title or "",
        authors=properties.author or "",
    )


def _notes(path: str, document: Any, kind: str) -> dict[tuple[str, str], Node]:  # noqa: ANN401  python-docx
    """Notes by id; separators between text and notes are none."""
    related = [relation for relation in document.part.rels.values() if relation.reltype == f"{_NOTES}{kind}s"]
    if not related or related[0].is_external:
        return {}
    notes = parse_xml(path, related[0].target_part.blob)
    return {
        (f"{kind}Reference", note.get(f"{_W}id", "")): note
        for note in notes
        if isinstance(note.tag, str) and note.get(f"{_W}type") in (None, "normal")
    }


def _styles(root: Node) -> dict[str, Style]:
    elements = {node.get(f"{_W}styleId", ""): node for node in root.iterchildren(f"{_W}style")}
    return {name: _style(node, elements) for name, node in elements.items()}


def _style(node: Node, elements: Mapping[str, Node]) -> Style:
    """A style with what it takes over from those that it is based on."""
    names, level, listed = list[str](), None, False
    at: Node | None = node
    for _ in range(_LONGEST_CHAIN):
        if at is None:
            break
        names.append((word_value(at, "name") or "").lower())
        level = outline_level(at) if level is None else level
        listed = listed or at.find(f"{_W}pPr/{_W}numPr") is not None
        at = elements.get(word_value(at, "basedOn") or "")
    known = next((name for name in names if name.startswith(_KNOWN)), names[0])
    return Style(known, level, listed)


_KNOWN = ("heading ", "title", "subtitle", "caption", "toc", "table of figures", "list", "bibliography")


def outline_level(node: Node) -> int | None:
    """The level of a paragraph or style in the outline, from 0; 9 is body text, None where nothing is said."""
    stated = word_value(node, "pPr/outlineLvl") or ""
    return int(stated) if len(stated) == 1 and "0" <= stated <= "9" else None


def word_value(node: Node, path: str) -> str | None:
    """The value of the element of Word at a path below, "pPr/pStyle"; None where it is not there."""
    found = node.find("/".join(f"{_W}{step}" for step in path.split("/")))
    return None if found is None else found.get(f"{_W}val", "")
