"""Re-checking citations against files, with nothing taken on trust: not the index, not the answer, not us.

Takes citespan's answers and bare ``char_location`` citations of other systems alike.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.checks import Check, Finding, check_answer, check_citation, is_place, plain
from assistant.cited_files import File, FilesFor, files_under
from assistant.errors import VerifyError

__all__ = ["Check", "Finding", "VerifyError", "citations_in", "verify", "verify_against"]


def verify(answer: object, roots: Sequence[Path], *, max_bytes: int, fallback_encoding: str) -> list[Finding]:
    """Check every citation in ``answer`` (parsed JSON) against the files under ``roots``.

    Raises VerifyError when there is nothing to check, IndexingError when a root does not exist.
    """
    return verify_against(answer, files_under(roots, max_bytes=max_bytes, fallback_encoding=fallback_encoding))


def verify_against(answer: object, files_for: FilesFor, *, most: int | None = None) -> list[Finding]:
    """Check every citation in ``answer`` (parsed JSON) against the files that it may mean.

    Raises VerifyError when there is nothing to check, or there are more than ``most`` citations.
    """
    citations = citations_in(answer)
    own = answer if isinstance(answer, dict) and not {"answered", "sentences"}.isdisjoint(answer) else None
    if not citations and own is None:
        raise VerifyError(
            "There are no citations in this JSON. Give the output of `citespan ask --json`, or a list of objects with "
            '"cited_text", "start_char_index" and "end_char_index".'
        )
    if most is not None and len(citations) > most:
        raise VerifyError(f"There are {len(citations)} citations; at most {most} are checked at once. Send fewer.")
    listed = _listed(own.get("documents") if own else None)
    described = [_described(citation, listed) for citation in citations]
    files = files_for(described)
    findings: list[Finding] = []
    for number, (citation, said) in enumerate(zip(citations, described, strict=True), 1):
        stated = citation.get("id")
        name = plain(stated if isinstance(stated, str) or is_place(stated) else number)
        findings += _check(name, said, files)
    return findings + list(check_answer(own)) if own else findings


def citations_in(answer: object) -> list[Mapping[str, Any]]:
    """Everything in the JSON that looks like a citation, in order, however deep."""
    citations: list[Mapping[str, Any]] = []
    left = [answer]
    while left:
        found = left.pop()
        if isinstance(found, dict) and ("cited_text" in found or "start_char_index" in found):
            citations.append(found)
        elif isinstance(found, dict):
            left += reversed(found.values())
        elif isinstance(found, list):
            left += reversed(found)
    return citations


def _listed(documents: object) -> Mapping[int, Mapping[str, Any]]:
    """What the answer says of each document, by its index; of two with one index, the first."""
    found = [item for item in documents if isinstance(item, dict)] if isinstance(documents, list) else []
    return {item["index"]: item for item in reversed(found) if is_place(item.get("index"))}


def _described(citation: Mapping[str, Any], listed: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the answer says of the citation's document: its own fields over those of ``documents``."""
    index = citation.get("document_index")
    found = listed.get(index, {}) if type(index) is int else {}
    return {"document_id": found.get("id"), **found, **citation}


def _check(name: str, described: Mapping[str, Any], files: Sequence[File]) -> list[Finding]:
    keys = ("path", "file_name", "document_title")
    said = next((plain(described[key]) for key in keys if described.get(key) is not None), "?")
    if "start_char_index" not in described:
        return [Finding(name, said, "range", holds=False, detail="not checked: only char_location citations can be")]
    file, problem = _find(described, files)
    if file is None or file.document is None:
        return [Finding(name, said, "document", holds=False, detail=problem or (file.problem if file else ""))]
    document, problem = file.as_recorded(file.document, described.get("encoding"))
    results = check_citation(described, document, file.raw, problem)
    return [
        Finding(name, file.source.path, check, holds=not detail, detail="; ".join(filter(None, [detail, file.note])))
        for check, detail in results
    ]


def _find(described: Mapping[str, Any], files: Sequence[File]) -> tuple[File | None, str]:
    """The file a citation means, by all that it says of it together; else why there is none.

    Any file with the right bytes will do. Without them, among several, it is the one that has the quotation in place.
    """
    same = [file for file in files if file.document and file.document.id == described.get("document_id")]
    if same:
        return next((file for file in same if file.source.path == described.get("path")), same[0]), ""
    candidates, problem = _narrow(described, files)
    if len(candidates) > 1:
        cutting = [file for file in candidates if file.document and _cuts(described, file.document.text)]
        if not cutting:
            paths = f"{candidates[0].source.path} and {candidates[1].source.path} among them"
            return None, f"{len(candidates)} files could be meant, {paths}; none has the quotation in this place"
        candidates = cutting
    return (candidates[0], "") if candidates else (None, problem)


def _narrow(described: Mapping[str, Any], files: Sequence[File]) -> tuple[Sequence[File], str]:
    """The files that fit path, name and title, the more telling first; what fits no file is passed over but the last.

    Only a citation that says none of them, nor a hash, counts: its file is the n-th.
    """
    path, name, title = (described.get(key) for key in ("path", "file_name", "document_title"))
    if path is None and name is None and title is None:
        return _counted(described, files)
    last = path.rsplit("/", 1)[-1] if name is None and isinstance(path, str) else name
    fits: list[tuple[object, Callable[[File], bool]]] = [
        (path, lambda file: file.source.path == path),
        (last, lambda file: file.name == last),
        (title if last is None else None, lambda file: title in list(file.names)),
    ]
    found: Sequence[File] = []
    for value, fit in fits:
        if value is not None:
            found = list(filter(fit, found or files)) or found
    if len(found) > 1:
        found = [file for file in found if title in list(file.names)] or found
    return found, f"no file is called {plain(path or name or title)}"


def _counted(described: Mapping[str, Any], files: Sequence[File]) -> tuple[Sequence[File], str]:
    index = described.get("document_index")
    if described.get("document_id") is not None:
        return [], f"none of the {len(files)} files has this SHA-256"
    numbered = [file for file in files if is_place(index) and file.number == index]
    return numbered, f"no such file among the {len(files)} given"


def _cuts(described: Mapping[str, Any], text: str) -> bool:
    start, end = described.get("start_char_index"), described.get("end_char_index")
    whole = type(start) is int and type(end) is int and 0 <= start < end
    return whole and text[start:end] == described.get("cited_text")
