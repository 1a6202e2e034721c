"""The nouns as rows of the store and back: flat metadata, as Chroma wants it."""

import json
from collections.abc import Mapping
from typing import Any

from index.models import DocumentRecord, Passage, Sentence, Span
from index.quantizing import dequantized, quantized
from index.store import CollectionState, Piece, RecordState, Vectors

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
        "encoding": record.encoding,
        "size": record.size,
        "media_type": record.media_type,
        "extractor": record.extractor,
        "text_sha256": record.text_sha256,
        "characters": record.characters,
        "passages": record.passages,
        "metadata": json.dumps(dict(record.metadata), sort_keys=True, ensure_ascii=False),
    }


def record_from(key: str, row: Mapping[str, Any]) -> DocumentRecord:
    """The record in a row."""
    fields = {name: value for name, value in row.items() if name not in {"state", "metadata"}}
    return DocumentRecord(key=key, metadata=json.loads(row["metadata"]), **fields)


def piece_row(key: str, piece: Piece) -> Row:
    """The row of a piece; its text is stored beside it."""
    return {
        "document_key": key,
        "number": piece.number,
        "start": piece.start,
        "start_byte": piece.start_byte,
        "start_line": piece.start_line,
    }


def piece_from(row: Mapping[str, Any], text: str) -> Piece:
    """The piece in a row."""
    return Piece(row["number"], row["start"], row["start_byte"], row["start_line"], text)


def passage_row(passage: Passage, sentence_vectors: Vectors) -> Row:
    """The row of a passage: its text is stored beside it, section and label are its sentences' too."""
    packed = quantized(sentence_vectors)
    cuts = range(0, len(packed), VALUE_LENGTH)
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
        "vectors": len(cuts),  # an upsert leaves the values of the row before it that it does not name
        **{f"vectors_{number}": packed[at : at + VALUE_LENGTH] for number, at in enumerate(cuts)},
    }


def passage_from(row: Mapping[str, Any], text: str) -> Passage:
    """The passage in a row."""
    label, section = row["label"], row["section"]
    return Passage(
        document_key=row["document_key"],
        ordinal=row["ordinal"],
        span=Span(row["start"], row["end"]),
        text=text,
        section=section,
        label=label,
        sentences=tuple(
            Sentence(tuple(Span(start, end) for start, end in parts), label, section)
            for parts in json.loads(row["sentences"])
        ),
    )


def sentence_vectors_from(row: Mapping[str, Any]) -> Vectors:
    """The vectors of a passage's sentences in its row."""
    packed = "".join(row[f"vectors_{number}"] for number in range(row["vectors"]))
    return dequantized(packed, rows=len(json.loads(row["sentences"])))
