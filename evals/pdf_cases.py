"""Known questions over a folder of PDFs with their publishers' XML; none of the articles' text is kept with them.

    {"id": "reason-hpmc", "kind": "reason", "split": "test", "question": "Why …?", "answerable": true,
     "document": "PMC4738709", "evidence": [[{"pdf": "PMC4738709", "pages": [3], "paragraph": 12, "sentence": 40}]],
     "facts": [["dehydrating effect of dextran"]]}

``evidence`` and ``facts`` are as in ``evals/cases.py``, but a place is a reference into the data: the ``sentence`` of
that number, from 0, among those that ``verified_sentences.jsonl`` has of the PDF, or what reaches in the XML from the
words of ``start`` to the next ones of ``end`` (a row of a table, a caption, what a page break parts). An unanswerable
case names the document that it is near to, and ``why`` that does not answer it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.models import EvalError, Split
from evals.rows import QuestionText, explained
from index.views import search_view

__all__ = [
    "Gold",
    "PdfCase",
    "SentencePlace",
    "WordsPlace",
    "agrees",
    "between",
    "gold_of",
    "letters",
    "on_its_page",
    "read_cases",
]

LEAST = 20
"""So many letters and digits must be the same in a row; all of them where the gold has fewer."""
MOST = 1500
"""Letters and digits from ``start`` to ``end``; further apart, one of them means another place."""


class _Place(BaseModel):
    """Where something stands in a PDF; pages count from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pdf: str = Field(min_length=1)
    pages: tuple[int, ...] = Field(min_length=1)


class SentencePlace(_Place):
    """A sentence by its number, and by the paragraph that the data states for it."""

    paragraph: int = Field(ge=0)
    sentence: int = Field(ge=0)


class WordsPlace(_Place):
    """What reaches from some words of the XML to the next of some others."""

    start: str = Field(min_length=1, max_length=40)
    end: str = Field(min_length=1, max_length=40)


class PdfCase(BaseModel):
    """One line of the cases file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    split: Split
    question: QuestionText
    answerable: bool
    document: str = Field(min_length=1)
    evidence: tuple[tuple[SentencePlace | WordsPlace, ...], ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    why: str = ""

    @model_validator(mode="after")
    def _says_what_is_right(self) -> Self:
        if self.answerable and not (self.evidence and all(self.evidence)):
            raise ValueError("an answerable case needs evidence, and each part of it at least one place")
        if not self.answerable and (self.evidence or self.facts or not self.why):
            raise ValueError("an unanswerable case has neither evidence nor facts, and says why")
        return self


@dataclass(frozen=True, slots=True)
class Gold:
    """The letters and digits of an accepted place, in the publisher's text, and the pages that it stands on."""

    pdf: str
    pages: tuple[int, ...]
    letters: str


def read_cases(path: Path) -> list[PdfCase]:
    """The cases of a file. Raises EvalError with the line that is wrong."""
    found: dict[str, PdfCase] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            case = PdfCase.model_validate_json(line)
        except ValidationError as error:
            raise EvalError(f"{path}, line {number}{explained(error)}") from error
        if case.id in found:
            raise EvalError(f"{path}, line {number}: there is a case {case.id!r} already.")
        found[case.id] = case
    return list(found.values())


def letters(text: str) -> str:
    """The letters and digits of the search view: hyphens, spaces, signs and how they are set say nothing here."""
    return "".join(filter(str.isalnum, search_view(text).text))


def gold_of(cases: Iterable[PdfCase], folder: Path) -> dict[SentencePlace | WordsPlace, Gold]:
    """What the data has at every place of the cases. Raises EvalError for a place that it does not have."""
    places = dict.fromkeys(place for case in cases for part in case.evidence for place in part)
    sentences: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for line in (folder / "verified_sentences.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences[row["pdf"]].append((row["page"], row["paragraph"], row["sentence"]))
    texts = {pdf: _xml_letters(folder / "xml" / f"{pdf}.xml") for pdf in {place.pdf for place in places}}
    return {
        place: Gold(
            place.pdf,
            place.pages,
            _sentence(place, sentences[place.pdf])
            if isinstance(place, SentencePlace)
            else between(texts[place.pdf], place),
        )
        for place in places
    }


def agrees(cited: str, gold: Gold) -> bool:
    """Whether the two have half of the shorter one's letters in a row, as a part of a sentence that is broken has."""
    said = letters(cited)
    same = SequenceMatcher(None, said, gold.letters, autojunk=False).find_longest_match().size
    return same >= max(min(LEAST, len(gold.letters)), min(len(said), len(gold.letters)) / 2)


def on_its_page(pages: tuple[int, int] | None, gold: Gold) -> bool:
    """Whether a citation's first to last page meets those of the gold; what has no pages is on none."""
    return pages is not None and any(pages[0] <= page <= pages[1] for page in gold.pages)


def between(text: str, place: WordsPlace) -> str:
    """The letters of a text from the first ``start`` to the next ``end``. Raises EvalError where there are none."""
    first, last = letters(place.start), letters(place.end)
    begin = text.find(first)
    end = text.find(last, begin + len(first)) + len(last)
    if begin < 0 or not begin < end <= begin + MOST:
        raise EvalError(f"{place.pdf}: nothing reaches from {place.start!r} to {place.end!r}.")
    return text[begin:end]


def _sentence(place: SentencePlace, sentences: list[tuple[int, int, str]]) -> str:
    if place.sentence >= len(sentences):
        raise EvalError(f"{place.pdf} has {len(sentences)} sentences, none of number {place.sentence}.")
    page, paragraph, sentence = sentences[place.sentence]
    if (page, paragraph) != (place.pages[0], place.paragraph):
        raise EvalError(f"{place.pdf}: sentence {place.sentence} is on page {page} in paragraph {paragraph}.")
    return letters(sentence)


def _xml_letters(path: Path) -> str:
    return letters(unescape(re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8"))))
