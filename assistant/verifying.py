"""Re-checking citations against files, with nothing taken on trust: not the index, not the answer, not us.

Takes citespan's answers and bare ``char_location`` citations of other systems alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from index.decoding import unmarked
from index.errors import CitespanError, FileSkipped
from index.loading import Source, find_files, load
from index.models import Document

__all__ = ["Check", "Finding", "VerifyError", "verify"]

Check = Literal["document", "hash", "text", "characters", "bytes", "sentence", "range"]
SHOWN = 60


class VerifyError(CitespanError):
    """What was given holds no citations that can be checked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check of one citation found. ``citation`` is its id or its place in the list, from 1."""

    citation: str
    file: str
    check: Check
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is now."""

    source: Source
    raw: bytes
    document: Document | None
    problem: str = ""


def verify(answer: object, roots: Sequence[Path], *, max_bytes: int, fallback_encoding: str) -> list[Finding]:
    """Check every citation in ``answer`` (parsed JSON) against the files under ``roots``.

    Raises VerifyError when there is nothing to check, IndexingError when a root does not exist.
    """
    citations = list(_citations(answer))
    if not citations and not _is_refusal(answer):
        raise VerifyError(
            "There are no citations in this JSON. Give the output of `citespan ask --json`, or a list of objects with "
            '"cited_text", "start_char_index" and "end_char_index".'
        )
    files = [_read(found, max_bytes, fallback_encoding) for found in find_files(roots) if isinstance(found, Source)]
    listed = answer.get("documents", []) if isinstance(answer, dict) else []
    findings: list[Finding] = []
    for number, citation in enumerate(citations, 1):
        findings += _check(str(citation.get("id", number)), citation, _described(citation, listed), files)
    if isinstance(answer, dict):
        findings += _check_sentences(answer)
    return findings


def _is_refusal(answer: object) -> bool:
    return isinstance(answer, dict) and answer.get("answered") is False


def _citations(found: object) -> Iterator[Mapping[str, Any]]:
    """Everything in the JSON that looks like a citation of characters, in order."""
    if isinstance(found, list):
        for item in found:
            yield from _citations(item)
    elif isinstance(found, dict):
        if "start_char_index" in found and "cited_text" in found:
            yield found
        else:
            for value in found.values():
                yield from _citations(value)


def _described(citation: Mapping[str, Any], listed: object) -> Mapping[str, Any]:
    """What the answer says of the citation's document: its own fields over those of ``documents``."""
    index = citation.get("document_index")
    found: Mapping[str, Any] = {}
    if isinstance(listed, list) and isinstance(index, int):
        found = next((item for item in listed if isinstance(item, dict) and item.get("index") == index), {})
    return {**found, **citation}


def _read(source: Source, max_bytes: int, fallback_encoding: str) -> File:
    try:
        document = load(source, max_bytes=max_bytes, fallback_encoding=fallback_encoding)
        return File(source, source.location.read_bytes(), document)
    except (FileSkipped, OSError) as error:
        return File(source, b"", None, str(error))


def _find(described: Mapping[str, Any], files: Sequence[File]) -> tuple[File | None, str]:
    """The file a citation means, by whatever it says of it, most telling first; else why there is none."""
    by_path = [file for file in files if described.get("path") == file.source.path]
    by_id = [file for file in files if file.document and described.get("document_id") == file.document.id]
    name = described.get("file_name")
    by_name = [file for file in files if name is not None and file.source.location.name == name]
    title = described.get("document_title")
    by_title = [file for file in files if title and title in _names(file)]
    for found in (by_path, by_id, by_name, by_title):
        if len(found) == 1:
            return found[0], ""
        if len(found) > 1:
            return (
                None,
                f"{len(found)} files could be meant, {found[0].source.path} and {found[1].source.path} among them",
            )
    index = described.get("document_index")
    if name is None and "document_id" not in described and isinstance(index, int) and 0 <= index < len(files):
        return files[index], ""
    return None, f"no such file among the {len(files)} given"


def _names(file: File) -> set[str]:
    location = file.source.location
    title = {file.document.title} if file.document else set()
    return {location.name, location.stem, file.source.path} | title


def _check(
    name: str, citation: Mapping[str, Any], described: Mapping[str, Any], files: Sequence[File]
) -> list[Finding]:
    file, problem = _find(described, files)
    said = str(described.get("path") or described.get("file_name") or described.get("document_title") or "?")
    if file is None or file.document is None:
        return [Finding(name, said, "document", holds=False, detail=problem or (file.problem if file else ""))]
    shown = file.source.path
    findings = [*_check_hashes(name, shown, described, file.document, file.raw)]
    text = _text(file, described.get("encoding"))
    findings.append(_check_characters(name, shown, citation, text))
    if citation.get("start_byte") is not None:
        findings.append(
            _check_bytes(name, shown, citation, file.raw, str(described.get("encoding") or file.document.encoding))
        )
    return findings


def _text(file: File, encoding: object) -> str:
    """The file decoded the way the answer recorded, or as detected now."""
    if isinstance(encoding, str):
        try:
            return file.raw.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass
    return file.document.text if file.document else ""


def _check_hashes(
    name: str, shown: str, described: Mapping[str, Any], document: Document, raw: bytes
) -> Iterator[Finding]:
    if isinstance(described.get("document_id"), str):
        now = "sha256:" + sha256(raw).hexdigest()
        holds = described["document_id"] == now
        detail = "" if holds else f"the file has changed: it was {described['document_id'][:19]}…, it is {now[:19]}…"
        yield Finding(name, shown, "hash", holds, detail)
    if isinstance(described.get("text_sha256"), str):
        holds = described["text_sha256"] == document.text_sha256
        yield Finding(name, shown, "text", holds, "" if holds else "the decoded text has changed")


def _check_characters(name: str, shown: str, citation: Mapping[str, Any], text: str) -> Finding:
    start, end, quoted = citation["start_char_index"], citation.get("end_char_index"), citation["cited_text"]
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        return Finding(name, shown, "range", holds=False, detail=f"[{start}, {end}) is not in a text of {len(text)}")
    return _compared(name, shown, "characters", quoted, text[start:end])


def _check_bytes(name: str, shown: str, citation: Mapping[str, Any], raw: bytes, encoding: str) -> Finding:
    start, end = citation["start_byte"], citation.get("end_byte")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(raw):
        return Finding(name, shown, "range", holds=False, detail=f"bytes [{start}, {end}) are not in {len(raw)}")
    try:
        found = raw[start:end].decode(unmarked(encoding))
    except (LookupError, UnicodeDecodeError) as error:
        return Finding(name, shown, "bytes", holds=False, detail=str(error))
    return _compared(name, shown, "bytes", citation["cited_text"], found)


def _compared(name: str, shown: str, check: Check, quoted: object, found: str) -> Finding:
    if quoted == found:
        return Finding(name, shown, check, holds=True)
    at = next((i for i, (a, b) in enumerate(zip(str(quoted), found, strict=False)) if a != b), 0)
    begin = max(0, at - 15)
    detail = f"quoted {str(quoted)[begin : begin + SHOWN]!r}, the file has {found[begin : begin + SHOWN]!r}"
    return Finding(name, shown, check, holds=False, detail=detail)


def _check_sentences(answer: Mapping[str, Any]) -> Iterator[Finding]:
    """Each sentence shown must be what its citations quote, white space and line-end hyphens apart."""
    cited = {found.get("id"): found for found in answer.get("citations") or [] if isinstance(found, dict)}
    for number, sentence in enumerate(answer.get("sentences") or [], 1):
        if not isinstance(sentence, dict):
            continue
        own = [
            cited[key] for key in sentence.get("citations", []) if cited.get(key, {}).get("role") in {"source", "part"}
        ]
        quoted = "".join(str(citation["cited_text"]) for citation in own)
        holds = bool(own) and _bare(str(sentence.get("text"))) == _bare(quoted) and _in_answer(answer, sentence)
        shown = str(own[0].get("file_name", "?")) if own else "?"
        detail = "" if holds else "the sentence shown is not what its citations quote"
        yield Finding(f"sentence {number}", shown, "sentence", holds, detail)


def _in_answer(answer: Mapping[str, Any], sentence: Mapping[str, Any]) -> bool:
    whole, start, end = answer.get("answer"), sentence.get("start"), sentence.get("end")
    return isinstance(whole, str) and isinstance(start, int) and whole[start:end] == sentence.get("text")


def _bare(text: str) -> str:
    return re.sub(r"[\s-]+", "", text)
