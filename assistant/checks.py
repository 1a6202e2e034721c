"""The single checks of `citespan verify`: a citation against its file, a shown sentence against its quotations.

A sentence is the source's own and exactly its quotations, or it says that a model generated it: then its quotations are
checked and its words are not. Nothing in between holds.

Whatever JSON may hold can stand where a number or a text should: then the check does not hold, and nothing is raised.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from reprlib import repr as brief
from typing import Any, Literal

from index.boxes import line_boxes
from index.decoding import unmarked
from index.models import Document
from index.views import display

__all__ = ["Check", "Finding", "check_answer", "check_citation", "is_place", "plain"]

Check = Literal[
    "document",
    "hash",
    "extractor",
    "text",
    "name",
    "characters",
    "bytes",
    "lines",
    "pages",
    "boxes",
    "sentence",
    "range",
]
SHOWN = 60
GENERATED = (
    "a model's words, not the source's own: that what it cites stands there is checked, that it follows from it is not"
)

Result = tuple[Check, str]
"""A check and what is wrong; nothing when it holds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. ``citation`` is its id or its place in the list from 1, "sentence 1", or "answer".

    ``detail`` is what is wrong, or what else should be known; ``generated`` marks a sentence that is a model's.
    """

    citation: str
    file: str
    check: Check
    holds: bool
    detail: str = ""
    generated: bool = False


def plain(value: object) -> str:
    """A JSON value in a few characters that can be printed anywhere: lone surrogates cannot."""
    text = value if isinstance(value, str) else brief(value)
    return text.encode("utf-8", "replace").decode()


def is_place(value: object) -> bool:
    """Whether it is a whole number; JSON's true is none, though Python would count with it."""
    return type(value) is int


def check_citation(described: Mapping[str, Any], document: Document, raw: bytes, problem: str) -> Iterator[Result]:
    """The checks of a citation against the file that it means; ``problem`` is one with the encoding it states."""
    if described.get("document_id") is not None:
        yield "hash", _changed(described["document_id"], document.id)
    if problem:
        yield "text", problem
    elif described.get("text_sha256") is not None:
        yield from _check_text(described, document)
    if described.get("file_name") is not None and isinstance(described.get("path"), str):
        last = described["path"].rsplit("/", 1)[-1]
        yield "name", "" if described["file_name"] == last else f"the file of this path is called {plain(last)}"
    yield _check_characters(described, document.text)
    if described.get("start_byte") is not None or described.get("end_byte") is not None:
        yield _check_bytes(described, raw, document.encoding)
    if described.get("start_line") is not None or described.get("end_line") is not None:
        yield "lines", _check_lines(described, document.text)
    if any(described.get(key) is not None for key in ("start_page", "end_page", "boxes")):
        yield from _check_pages(described, document)


def _check_text(described: Mapping[str, Any], document: Document) -> Iterator[Result]:
    """Whether the file is read as it was; where it is not, whether that is the extractor's doing."""
    same = described["text_sha256"] == document.text_sha256
    said = described.get("extractor")
    if not same and document.encoding is None and said is not None and said != document.extractor:
        changed = f"its text was extracted by {plain(said)}, now {document.extractor} extracts it, and otherwise"
        yield "extractor", f"{changed}: index the file anew and ask again, or check with the version that is stated"
        return
    yield "text", "" if same else "the decoded text has changed"


def _check_pages(described: Mapping[str, Any], document: Document) -> Iterator[Result]:
    """The pages and boxes that are stated against those of the characters under the span."""
    span = _range(described, "char_index", len(document.text))
    if span is None or document.boxes is None:
        why = "the file has no pages" if document.boxes is None else "no characters are cited"
        yield "pages", f"pages or boxes are stated, but {why}"
        return
    found = line_boxes(document.boxes[slice(*span)])
    pages = [box.page for box in found]
    expected = (min(pages), max(pages)) if pages else (None, None)
    said = described.get("start_page"), described.get("end_page")
    stated = f"pages {brief(said[0])} to {brief(said[1])} are stated"
    yield "pages", "" if said == expected else f"{stated}, it stands on {expected[0]} to {expected[1]}"
    if described.get("boxes") is not None:
        same = described["boxes"] == [[box.page, box.left, box.top, box.right, box.bottom] for box in found]
        yield "boxes", "" if same else "the boxes that are stated are not those of the characters"


def _changed(said: object, now: str) -> str:
    return "" if said == now else f"the file has changed: it was {plain(said)[:19]}…, it is {now[:19]}…"


def _range(described: Mapping[str, Any], unit: str, length: int) -> tuple[int, int] | None:
    start, end = described.get(f"start_{unit}"), described.get(f"end_{unit}")
    if type(start) is int and type(end) is int and 0 <= start < end <= length:
        return start, end
    return None


def _not_in(described: Mapping[str, Any], unit: str, whole: str) -> Result:
    start, end = brief(described.get(f"start_{unit}")), brief(described.get(f"end_{unit}"))
    return "range", f"[{start}, {end}) is not in {whole}"


def _check_characters(described: Mapping[str, Any], text: str) -> Result:
    span = _range(described, "char_index", len(text))
    if span is None:
        return _not_in(described, "char_index", f"a text of {len(text)} characters")
    return "characters", _compare(described.get("cited_text"), text[slice(*span)])


def _check_bytes(described: Mapping[str, Any], raw: bytes, encoding: str | None) -> Result:
    if encoding is None:
        return "bytes", "bytes are stated, but the text is extracted and is no stretch of the file's bytes"
    span = _range(described, "byte", len(raw))
    if span is None:
        return _not_in(described, "byte", f"{len(raw)} bytes")
    try:
        return "bytes", _compare(described.get("cited_text"), raw[slice(*span)].decode(unmarked(encoding, raw)))
    except UnicodeError as error:
        return "bytes", str(error)


def _compare(quoted: object, found: str) -> str:
    if quoted == found:
        return ""
    if not isinstance(quoted, str):
        return f'"cited_text" is not a text but {brief(quoted)}'
    differing = (place for place, (a, b) in enumerate(zip(quoted, found, strict=False)) if a != b)
    begin = max(0, next(differing, min(len(quoted), len(found))) - 15)
    return f"quoted {quoted[begin : begin + SHOWN]!r}, the file has {found[begin : begin + SHOWN]!r}"


def _check_lines(described: Mapping[str, Any], text: str) -> str:
    span = _range(described, "char_index", len(text))
    if span is None:
        return "the lines of no characters cannot be checked"
    said = described.get("start_line"), described.get("end_line")
    start, end = _line_of(text, span[0]), _line_of(text, span[1] - 1)
    if is_place(said[0]) and is_place(said[1]) and said == (start, end):
        return ""
    return f"lines {brief(said[0])} to {brief(said[1])} are stated, it stands in {start} to {end}"


def _line_of(text: str, position: int) -> int:
    """The line of a character, from 1; a line end belongs to the line that it ends."""
    ends = text.count("\n", 0, position) + text.count("\r", 0, position) - text.count("\r\n", 0, position)
    within = position > 0 and text[position - 1 : position + 1] == "\r\n"
    return 1 + ends - within


def check_answer(answer: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether what is shown is what the citations quote: each sentence, and all of them as the answer."""
    sentences, citations = answer.get("sentences"), answer.get("citations")
    if answer.get("answered") is False:
        if answer.get("answer") is not None or sentences not in (None, []) or citations not in (None, []):
            yield _shown("answer", "a refusal has no answer, no sentences and no citations")
        return
    cited = {found["id"]: found for found in _objects(citations) if is_place(found.get("id"))}
    problem = _whole_problem(answer, cited)
    for number, sentence in enumerate(sentences if isinstance(sentences, list) else [], 1):
        own = _own(sentence, cited)
        file = plain(own[0].get("file_name", "?")) if own else "?"
        wrong, generated = _sentence_problem(sentence, cited, own), _is_generated(sentence)
        yield Finding(
            f"sentence {number}",
            file,
            "sentence",
            holds=not wrong,
            detail=wrong or (GENERATED if generated else ""),
            generated=generated,
        )
    yield _shown("answer", problem)


def _shown(name: str, problem: str) -> Finding:
    return Finding(name, "?", "sentence", holds=not problem, detail=problem)


def _objects(found: object) -> list[Mapping[str, Any]]:
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _numbers(sentence: object) -> list[int]:
    """The ids that a sentence cites; none when one of them is no number."""
    found = sentence.get("citations") if isinstance(sentence, dict) else None
    return found if isinstance(found, list) and all(is_place(item) for item in found) else []


def _is_generated(sentence: object) -> bool:
    """Whether it says so; what says neither yes nor no in so many words counts as the source's own."""
    return isinstance(sentence, dict) and sentence.get("generated") is True


def _own(sentence: object, cited: Mapping[int, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The citations that a sentence is made of, or that a model's rests on; what agrees with it is others' words."""
    found = [cited[number] for number in _numbers(sentence) if number in cited]
    roles = ("supports",) if _is_generated(sentence) else ("source", "part")
    return [citation for citation in found if citation.get("role") in roles]


def _sentence_problem(
    sentence: object, cited: Mapping[int, Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> str:
    if not isinstance(sentence, dict) or not isinstance(sentence.get("text"), str):
        return f"a sentence is an object with a text, not {brief(sentence)}"
    if not isinstance(sentence.get("generated"), bool | None):
        return f'"generated" is neither true nor false but {brief(sentence.get("generated"))}'
    if not own or any(number not in cited for number in _numbers(sentence)):
        return "the sentence cites nothing that it could be made of, or what is not among the citations"
    if _is_generated(sentence):
        alien = [number for number in _numbers(sentence) if cited[number].get("role") in ("source", "part")]
        return "a model's words have no source that they are made of, and cite one" if alien else ""
    quotes = [quote for citation in own if isinstance(quote := citation.get("cited_text"), str)]
    pattern = " ".join(map(_display_pattern, quotes))
    same = len(quotes) == len(own) and re.fullmatch(pattern, sentence["text"])
    return "" if same else "the sentence shown is not what its citations quote"


def _display_pattern(quote: str) -> str:
    """What may be shown of a quotation: its display text, with or without each hyphen that ends a line in a word."""
    view = display(quote, known=bool)
    pieces: list[str] = []
    for edit in view.edits:
        hyphen = edit.difference == "hyphenation" and not quote[edit.source_start].isspace()
        kept = re.escape(quote[edit.source_start]) + "?" if hyphen else ""
        pieces.append(kept + re.escape(view.text[edit.view_start : edit.view_end]))
    return "".join(pieces)


def _whole_problem(answer: Mapping[str, Any], cited: Mapping[int, Mapping[str, Any]]) -> str:
    """Why the answer is not its sentences, each with the markers of its citations behind it, and nothing else."""
    if answer.get("answered") is not True:
        return '"answered" is neither true nor false'
    sentences, citations, generator = answer.get("sentences"), answer.get("citations"), answer.get("generator")
    if not isinstance(sentences, list) or not sentences or len(_objects(sentences)) < len(sentences):
        return '"sentences" is not a list of sentences, or there are none'
    written = any(map(_is_generated, sentences))
    if written and isinstance(generator, dict) and generator.get("name") == "extractive":
        return "a model wrote a sentence of it, and its generator is said to be extractive, which writes none"
    used = set(chain.from_iterable(map(_numbers, sentences)))
    if not isinstance(citations, list) or len(cited) < len(citations) or used != set(cited):
        return '"citations" is not a list of the citations that the sentences have, each with a number of its own'
    expected: list[str] = []
    for sentence in sentences:
        start = len(" ".join(expected)) + bool(expected)
        text = sentence["text"] if isinstance(sentence.get("text"), str) else ""
        if (sentence.get("start"), sentence.get("end")) != (start, start + len(text)):
            return "a sentence is not where it says in the answer"
        expected.append(f"{text} " + "".join(f"[{number}]" for number in _numbers(sentence)))
    same = answer.get("answer") == " ".join(expected)
    return "" if same else "the answer is not exactly its sentences with their markers"
