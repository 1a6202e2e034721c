"""The gold of a folder of PDFs with their publishers' XML: sentences, their pages, and which follow each other."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals.pdf_folding import fold
from index.segmenting import segment

__all__ = ["Gold", "GoldSentence", "read_gold"]


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence of the XML, folded, with the page that it is on; ``number`` counts those of its document."""

    number: int
    text: str
    folded: str
    page: int


@dataclass(frozen=True, slots=True)
class Gold:
    """One PDF: its sentences in the order of the XML, and pairs of numbers that follow each other in a paragraph.

    ``sentences`` are those that a raw extraction had on one page; ``every`` are all of the XML's paragraphs, folded,
    those that a page or column breaks and those that raw extractions lose included.
    """

    name: str
    path: Path
    sentences: tuple[GoldSentence, ...]
    neighbours: tuple[tuple[int, int], ...]
    every: tuple[str, ...] = ()


def read_gold(folder: Path) -> Iterator[Gold]:
    """The gold of ``gold.jsonl`` and ``verified_sentences.jsonl``, document by document."""
    verified: dict[str, list[GoldSentence]] = {}
    for row in _rows(folder / "verified_sentences.jsonl"):
        known = verified.setdefault(row["pdf"], [])
        known.append(GoldSentence(len(known), row["sentence"], fold(row["sentence"]), row["page"]))
    for row in _rows(folder / "gold.jsonl"):
        sentences = tuple(verified.get(row["id"], ()))
        paragraphs = row["paragraphs"]
        listed = ast.literal_eval(paragraphs) if isinstance(paragraphs, str) else paragraphs
        running = "\n".join(fold(paragraph) for paragraph in listed)
        neighbours = tuple(
            (one.number, other.number) for one, other in pairwise(sentences) if one.folded + other.folded in running
        )
        every = tuple(filter(None, (fold(one) for paragraph in listed for one in _sentences(paragraph))))
        yield Gold(row["id"], folder / row["file"], sentences, neighbours, every)


def _sentences(paragraph: str) -> Iterator[str]:
    for sentence in segment(paragraph):
        if len(sentence.parts) == 1 and sentence.label in ("prose", "caption"):
            yield sentence.span.cut(paragraph)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
