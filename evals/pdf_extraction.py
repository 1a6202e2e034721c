"""How well PDFs are read, against the sentences of their publishers' XML and against two other ways to read them.

``python -m evals.pdf_extraction ../shared/data/pdf_ccby`` prints, for citespan, pdfminer.six, and the raw texts of
pdfium and pypdf that lie beside the PDFs: the share of every sentence of the XML's paragraphs found in one piece; the
same of the sentences whose page is known, which a raw extraction had on one page; of those, on the right page;
errors of reading order (sentences that follow each other in the XML and do not in the text); and the share that is
exactly one sentence of citespan's segmentation. Then, over 500 sampled sentences as citations: whether the characters
that pdfminer.six finds under the boxes are the quote. ``--failures`` lists what was not found.

All texts are folded alike: see evals/pdf_folding.py. Intervals: Wilson's, 95 %.
"""

import argparse
import logging
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from evals.pdf_agreement import Glyph, agrees, glyphs_of, text_under
from evals.pdf_folding import Folded, fold, fold_all
from evals.pdf_gold import Gold, read_gold
from evals.publishing import publish
from evals.statistics import wilson
from index.boxes import line_boxes
from index.extracting.pdf import extract
from index.models import Element, Reading
from index.segmenting import segment

__all__ = ["Found", "main"]

_COMMAND = "python -m evals.pdf_extraction ../shared/data/pdf_ccby --publish"
_SAMPLE = 500
_SEED = 17
_GAP = 12
"""Folded characters, as a reference or note, that may stand between two sentences that follow each other."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text as some reader made it: pages per character where it knows them, elements where it has them."""

    text: str
    pages: Sequence[int] | None = None
    elements: tuple[Element, ...] = ()


@dataclass
class Found:
    """Counts over documents, and what failed."""

    every: int = 0
    every_pieces: int = 0
    sentences: int = 0
    pieces: int = 0
    unspaced: int = 0
    paged: int = 0
    pages: int = 0
    neighbours: int = 0
    ordered: int = 0
    adjacent: int = 0
    whole: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, gold: Gold, text: Text) -> None:
        """Count what a document's text has of its gold."""
        folded = fold_all(text.text)
        places = {sentence.number: folded.places(sentence.folded) for sentence in gold.sentences}
        units = _units(text)
        self.every += len(gold.every)
        self.every_pieces += sum(sentence in folded.text for sentence in gold.every)
        self.failures += [f"{gold.name} LOST {sentence}" for sentence in gold.every if sentence not in folded.text]
        unspaced = folded.text.replace(" ", "")
        for sentence in gold.sentences:
            found = places[sentence.number]
            self.sentences += 1
            self.pieces += bool(found)
            self.unspaced += sentence.folded.replace(" ", "") in unspaced
            self.whole += sentence.folded in units
            if not found:
                self.failures.append(f"{gold.name} p{sentence.page} NOT FOUND {sentence.text}")
            elif sentence.folded not in units:
                self.failures.append(f"{gold.name} p{sentence.page} NOT ONE SENTENCE {sentence.text}")
            if found and text.pages is not None:
                pages = {text.pages[place] for start, end in found for place in (start, end - 1)}
                self._add_page(gold.name, sentence.page, pages, sentence.text)
        self._add_order(gold, places, folded)

    def _add_page(self, name: str, page: int, pages: set[int], sentence: str) -> None:
        self.paged += 1
        self.pages += page in pages
        if page not in pages:
            self.failures.append(f"{name} p{page} ON PAGE {pages} {sentence}")

    def _add_order(self, gold: Gold, places: dict[int, list[tuple[int, int]]], folded: Folded) -> None:
        for one, other in gold.neighbours:
            if not places[one] or not places[other]:
                continue
            self.neighbours += 1
            end, start = _closest(places[one], places[other])
            between = sum(end <= offset < start for offset in folded.offsets) if start >= end else -1
            self.ordered += between >= 0
            self.adjacent += 0 <= between <= _GAP
            if not 0 <= between <= _GAP:
                self.failures.append(f"{gold.name} ORDER {between} before {gold.sentences[other].text}")


_XML_LABEL = re.compile(r"(?:(?:fig(?:ure|\.)?|table|additional file)\s*\d+[.:]?|\d{1,2}[.)])\s+", re.IGNORECASE)
"""What this XML keeps apart from the caption or list item that it stands before."""


def _units(text: Text) -> set[str]:
    """The sentences that citespan makes of a text, folded, with and without the label before them."""
    sentences = [
        "\n".join(part.cut(text.text) for part in sentence.parts)
        for sentence in segment(text.text, elements=text.elements)
    ]
    return {fold(sentence) for sentence in sentences} | {fold(_XML_LABEL.sub("", one, count=1)) for one in sentences}


def _closest(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The end of one and the start of the other where they are nearest, in order if they ever are."""
    pairs = [(end, start) for _, end in one for start, _ in other]
    return min(pairs, key=lambda pair: (pair[1] < pair[0], abs(pair[1] - pair[0])))


def _ours(gold: Gold) -> Text:
    reading = _reading(gold)
    assert reading.boxes is not None  # noqa: S101 - a PDF has pages
    return Text(reading.text, _pages_started(reading), reading.elements)


def _pages_started(reading: Reading) -> list[int]:
    assert reading.boxes is not None  # noqa: S101
    return [int(page) for page in reading.boxes[:, 0]]


def _reading(gold: Gold) -> Reading:
    if gold.name not in _READ:
        started = time.process_time()
        _READ[gold.name] = extract(gold.path.name, gold.path.read_bytes())
        _SECONDS.append(time.process_time() - started)
    return _READ[gold.name]


_READ: dict[str, Reading] = {}
_SECONDS: list[float] = []


def _pdfminer(gold: Gold) -> Text:
    from pdfminer.high_level import extract_text

    text = extract_text(gold.path)
    pages = np.cumsum(np.array([character == "\f" for character in text])) + 1
    return Text(text, [int(page) for page in pages])


def _raw(library: str) -> Callable[[Gold], Text]:
    def read(gold: Gold) -> Text:
        path = gold.path.parent.parent / "pdf_text" / f"{gold.name}.{library}.txt"
        return Text(path.read_text(encoding="utf-8"))

    return read


_READERS: dict[str, Callable[[Gold], Text]] = {
    "citespan": _ours,
    "pdfminer.six": _pdfminer,
    "raw pdfium": _raw("pdfium"),
    "raw pypdf": _raw("pypdf"),
}


_ROWS: dict[str, Callable[[Found], tuple[int, int]]] = {
    "every sentence of the XML's paragraphs, in one piece": lambda one: (one.every_pieces, one.every),
    "sentences with a known page, in one piece": lambda one: (one.pieces, one.sentences),
    "the same, spaces ignored": lambda one: (one.unspaced, one.sentences),
    "of those found, on the right page": lambda one: (one.pages, one.paged),
    "neighbours in the right order": lambda one: (one.ordered, one.neighbours),
    "neighbours with nothing between them": lambda one: (one.adjacent, one.neighbours),
    "exactly one sentence of the segmentation": lambda one: (one.whole, one.sentences),
}


def _share(successes: int, total: int) -> str:
    if not total:
        return "–"
    low, high = wilson(successes, total)
    return f"{successes:,} of {total:,}: {successes / total:.3f} ({low:.3f}–{high:.3f})"


def _table(found: dict[str, Found]) -> list[str]:
    """Shares with Wilson's 95 % intervals, in Markdown."""
    head = ["", *found]
    rows = [[what, *(_share(*count(counts)) for counts in found.values())] for what, count in _ROWS.items()]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _agreement(golds: Sequence[Gold], *, failures: bool) -> str:
    """Sampled sentences as citations."""
    places: list[tuple[Gold, int, int, int]] = []
    for gold in golds:
        folded = fold_all(_reading(gold).text)
        for sentence in gold.sentences:
            places += [(gold, sentence.page, *place) for place in folded.places(sentence.folded)[:1]]
    sample = random.Random(_SEED).sample(places, min(_SAMPLE, len(places)))
    right = sum(_check(*place, failures=failures) for place in sample)
    shares = _share(right, len(sample))
    return f"Sampled as citations, quote, page and boxes agree with the page's own characters: {shares}."


def _check(gold: Gold, page: int, start: int, end: int, *, failures: bool) -> bool:
    reading = _reading(gold)
    assert reading.boxes is not None  # noqa: S101
    boxes = line_boxes(reading.boxes[start:end])
    quote, printed = reading.text[start:end], text_under(boxes, _glyphs(gold.path))
    right = agrees(quote, printed) and page in {box.page for box in boxes}
    if failures and not right:
        print(f"{gold.name} p{page} boxes on {sorted({box.page for box in boxes})}\n  {quote!r}\n  {printed!r}")
    return right


@cache
def _glyphs(path: Path) -> dict[int, list[Glyph]]:
    return glyphs_of(path)


def main() -> None:
    """Print the figures of a folder of PDFs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--failures", action="store_true", help="list what citespan did not find")
    parser.add_argument("--only", choices=list(_READERS), help="one way to read")
    parser.add_argument("--document", help="one document")
    parser.add_argument("--publish", action="store_true", help="write the part of evals/RESULTS.md")
    options = parser.parse_args()
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    golds = [gold for gold in read_gold(options.folder) if options.document in (None, gold.name)]
    found = {name: Found() for name in _READERS if options.only in (None, name)}
    for gold in golds:
        for name, counts in found.items():
            counts.add(gold, _READERS[name](gold))
    if options.failures:
        print("\n".join(found["citespan"].failures))
    lines = _table(found)
    if "citespan" in found:
        lines += ["", _agreement(golds, failures=options.failures), _speed()]
    print("\n".join(lines))
    if options.publish:
        about = f"{len(golds)} PDFs with their publishers' XML; evals/pdf_extraction.py says how."
        publish("pdf_extraction", _COMMAND, ["## What is read of a PDF", "", about, "", *lines])


def _speed() -> str:
    pages = sum(int(reading.boxes[:, 0].max()) for reading in _READ.values() if reading.boxes is not None)
    return f"{pages} pages took {sum(_SECONDS):.1f} s of a processor: {pages / sum(_SECONDS):.0f} pages a second."


if __name__ == "__main__":
    main()
