"""The nouns as rows of the store and back: flat metadata, as Chroma wants it."""

import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Mapping
from typing import Any

from index.boxes import pack_boxes, unpack_boxes
from index.elements import element_from, element_listed
from index.models import CharacterBoxes, DocumentRecord, Element, Passage, Sentence, Span
from index.quantizing import dequantized, quantized
from index.store import CollectionState, Piece, RecordState, Vectors
from index.table_rows import heads_from, heads_listed

__all__ = [
    "passage_from",
    "passage_row",
    "piece_from",
    "piece_row",
    "record_from",
    "record_row",
    "sentence_vectors_from",
    "state_from",
    "state_row",
]

Row = dict[str, Any]
VALUE_LENGTH = 4096
"""Bytes in one value of a row, hosted Chroma's limit. A row has at most 32: see MOST_SENTENCES of index/chunking.py."""


def state_row(state: CollectionState) -> Row:
    """The row of a collection's state."""
    return {
        "name": state.name,
        "format": state.format,
        "volume": state.volume,
        "making": json.dumps(dict(state.making), sort_keys=True),
        "revision": state.revision,
        "documents": state.documents,
        "passages": state.passages,
    }


def state_from(row: Mapping[str, Any]) -> CollectionState:
    """The state in a row."""
    return CollectionState(
        name=row["name"],
        format=row["format"],
        volume=row["volume"],
        making=json.loads(row["making"]),
        revision=row["revision"],
        documents=row["documents"],
        passages=row["passages"],
    )


def record_row(record: DocumentRecord, state: RecordState) -> Row:
    """The row of a document, and how far it is written."""
    return {
        "state": state,
        "id": record.id,
        "location": record.location,
        "path": record.path,
        "title": record.title,
        "encoding": record.encoding or "",
        "size": record.size,
        "media_type": record.media_type,
        "extractor": record.extractor,
        "text_sha256": record.text_sha256,
        "characters": record.characters,
        "passages": record.passages,
        "stated": record.stated,
        "metadata": json.dumps(dict(record.metadata), sort_keys=True, ensure_ascii=False),
    }


def record_from(key: str, row: Mapping[str, Any]) -> DocumentRecord:
    """The record in a row."""
    fields = {name: value for name, value in row.items() if name not in {"state", "metadata", "encoding"}}
    return DocumentRecord(key=key, encoding=row["encoding"] or None, metadata=json.loads(row["metadata"]), **fields)


def piece_row(key: str, piece: Piece) -> Row:
    """The row of a piece; its text is stored beside it."""
    return {
        "document_key": key,
        "number": piece.number,
        "start": piece.start,
        "start_byte": piece.start_byte,
        "start_line": piece.start_line,
        **_in_values("layout", _layout(piece)),
    }


def piece_from(row: Mapping[str, Any], text: str) -> Piece:
    """The piece in a row; one that an older citespan wrote has no layout."""
    layout = _from_values("layout", row) if "layout" in row else ""
    elements, boxes = _from_layout(layout) if layout else ((), None)
    return Piece(row["number"], row["start"], row["start_byte"], row["start_line"], text, elements, boxes)


def _layout(piece: Piece) -> str:
    """Elements and boxes of a piece of an extracted text; empty where there are none."""
    if not piece.elements and piece.boxes is None:
        return ""
    elements = json.dumps([element_listed(element) for element in piece.elements], separators=(",", ":")).encode()
    boxes = b"" if piece.boxes is None else pack_boxes(piece.boxes)
    return b85encode(zlib.compress(len(elements).to_bytes(4, "little") + elements + boxes, 9)).decode()


def _from_layout(layout: str) -> tuple[tuple[Element, ...], CharacterBoxes | None]:
    packed = zlib.decompress(b85decode(layout))
    end = 4 + int.from_bytes(packed[:4], "little")
    elements = tuple(map(element_from, json.loads(packed[4:end])))
    return elements, unpack_boxes(packed[end:]) if packed[end:] else None


def _in_values(name: str, text: str) -> Row:
    """An ASCII text in as many values as it needs, and their number under its name.

    An upsert leaves the values of the row before it that it does not name.
    """
    cuts = range(0, len(text), VALUE_LENGTH)
    return {
        name: len(cuts),
        **{f"{name}_{number}": text[at : at + VALUE_LENGTH] for number, at in enumerate(cuts)},
    }


def _from_values(name: str, row: Mapping[str, Any]) -> str:
    return "".join(row[f"{name}_{number}"] for number in range(row[name]))


def passage_row(passage: Passage, sentence_vectors: Vectors) -> Row:
    """The row of a passage: its text is stored beside it, section and label are its sentences' too."""
    return {
        "document_key": passage.document_key,
        "ordinal": passage.ordinal,
        "start": passage.span.start,
        "end": passage.span.end,
        "section": passage.section,
        "label": passage.label,
        "sentences": json.dumps(
            [[[part.start, part.end] for part in sentence.parts] for sentence in passage.sentences]
        ),
        **_in_values("vectors", quantized(sentence_vectors)),
        **_headings(passage),
    }


def _headings(passage: Passage) -> Row:
    """The headings of a passage's table rows; nothing at all where there are none."""
    if not any(sentence.heads for sentence in passage.sentences):
        return {}
    listed = json.dumps([heads_listed(sentence.heads) for sentence in passage.sentences], separators=(",", ":"))
    return _in_values("heads", b85encode(zlib.compress(listed.encode(), 9)).decode())


def _headings_from(row: Mapping[str, Any], sentences: int) -> list[Any]:
    if "heads" not in row:
        return [[]] * sentences
    listed: list[Any] = json.loads(zlib.decompress(b85decode(_from_values("heads", row))))
    return listed


def passage_from(row: Mapping[str, Any], text: str) -> Passage:
    """The passage in a row."""
    label, section = row["label"], row["section"]
    sentences = json.loads(row["sentences"])
    return Passage(
        document_key=row["document_key"],
        ordinal=row["ordinal"],
        span=Span(row["start"], row["end"]),
        text=text,
        section=section,
        label=label,
        sentences=tuple(
            Sentence(tuple(Span(start, end) for start, end in parts), label, section, heads_from(heads))
            for parts, heads in zip(sentences, _headings_from(row, len(sentences)), strict=True)
        ),
    )


def sentence_vectors_from(row: Mapping[str, Any]) -> Vectors:
    """The vectors of a passage's sentences in its row."""
    return dequantized(_from_values("vectors", row), rows=len(json.loads(row["sentences"])))
