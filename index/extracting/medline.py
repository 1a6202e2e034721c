"""Records of PubMed as it exports them (.nbib): each a section of its own, title over abstract."""

import re
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import Any

from index.decoding import decode
from index.errors import FileSkipped
from index.extracting import extractor_of
from index.extracting.gathering import Gathering, clean, folded
from index.models import Reading

__all__ = ["extract"]

_CONTINUED = re.compile(r"(?:\r\n?|\n)[ \t]{6}\s*")
_DOI = re.compile(r"(10\.\d{4,9}/\S+)(?:\s+\[doi\])?", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")

Record = dict[str, str | list[str]]


def extract(path: str, data: bytes, *, fallback_encoding: str = "cp1252") -> Reading:
    """All records of a file. Raises FileSkipped where there is none."""
    if not data.strip():
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    records = list(_records(decode(path, data, fallback_encoding)[0]))
    if not records:
        message = f"{path} holds no record as PubMed exports it. In PubMed: Save, or Send to, Format: PubMed."
        raise FileSkipped("format", message)
    gathering = Gathering()
    for record in records:
        _add(gathering, record)
    one = records[0] if len(records) == 1 else None
    return Reading(
        gathering.text,
        None,
        "application/nbib",
        extractor_of("medline"),
        title=_text(one, "TI") if one else path.rsplit("/", 1)[-1],
        metadata=_metadata(one) if one else {},
        elements=tuple(gathering.elements),
    )


def _records(text: str) -> Iterator[Record]:
    """The records that have a title. Lines that go on are joined first, as the parser joins them one by one."""
    from Bio import Medline

    parse: Callable[[Any], Iterator[Record]] = Medline.parse
    unfolded = _CONTINUED.sub(" ", text.lstrip("\ufeff \t\r\n"))
    for record in parse(StringIO(unfolded.replace("\r\n", "\n").replace("\r", "\n"))):
        if _text(record, "TI") or _text(record, "BTI"):
            yield record


def _add(gathering: Gathering, record: Record) -> None:
    gathering.add("heading", _text(record, "TI") or _text(record, "BTI"), level=1)
    for line in (_text(record, "SO"), ", ".join(_texts(record, "AU") or _texts(record, "CN")), _identifiers(record)):
        gathering.add("metadata", line)
    for key in ("AB", "OAB"):
        gathering.add("paragraph", _text(record, key))
    for name, key in (("Keywords", "OT"), ("MeSH terms", "MH"), ("Publication types", "PT")):
        found = _texts(record, key)
        gathering.add("metadata", f"{name}: {'; '.join(found)}" if found else "")
    gathering.add("paragraph", _text(record, "COIS"))


def _metadata(record: Record) -> dict[str, str]:
    year = _YEAR.search(_text(record, "DP"))
    found = {
        "authors": "; ".join(_texts(record, "AU") or _texts(record, "CN")),
        "year": year.group() if year else "",
        "journal": _text(record, "JT") or _text(record, "TA"),
        "doi": _doi(record),
        "pmid": _text(record, "PMID"),
        "pmcid": _text(record, "PMC"),
    }
    return {key: value for key, value in found.items() if value}


def _identifiers(record: Record) -> str:
    named = (("PMID", _text(record, "PMID")), ("PMCID", _text(record, "PMC")), ("DOI", _doi(record)))
    return ". ".join(f"{name}: {value}" for name, value in named if value)


def _doi(record: Record) -> str:
    stated = (_DOI.search(text) for text in [*_texts(record, "LID"), *_texts(record, "AID")] if "[doi]" in text.lower())
    return next((found.group(1) for found in stated if found), "")


def _text(record: Record | None, key: str) -> str:
    return " ".join(_texts(record, key)) if record else ""


def _texts(record: Record, key: str) -> Sequence[str]:
    """The values of a key, white space folded."""
    stated = record.get(key, [])
    return [folded([clean(value)]) for value in ([stated] if isinstance(stated, str) else stated)]
