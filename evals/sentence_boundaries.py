"""Precision, recall and F1 of sentence boundaries against a folder of gold offsets.

``python -m evals.sentence_boundaries DIR`` reads ``DIR/docs.jsonl``, one ``{text, sentences: [[start, end], …]}`` a
line. A boundary is the end of a sentence without white space after it; the last one of a document is given and
left out. The interval is a percentile bootstrap that draws whole documents.
"""

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.segmenting import segment

__all__ = ["BoundaryCounts", "bootstrap_interval", "count_boundaries", "main", "total"]


@dataclass(frozen=True, slots=True)
class BoundaryCounts:
    """Boundaries found and right, found, and right in all."""

    hits: int
    found: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of the found boundaries that are right; 1 when none was found."""
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the right boundaries that were found; 1 when there is none."""
        return self.hits / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.found + self.gold
        return 2 * self.hits / both if both else 1.0


def count_boundaries(found: Iterable[int], gold: Iterable[int]) -> BoundaryCounts:
    """Compares the ends of sentences of one document, the last one of each side left out."""
    ours, right = set(sorted(found)[:-1]), set(sorted(gold)[:-1])
    return BoundaryCounts(len(ours & right), len(ours), len(right))


def total(counts: Iterable[BoundaryCounts]) -> BoundaryCounts:
    """The sum over documents."""
    every = list(counts)
    return BoundaryCounts(sum(c.hits for c in every), sum(c.found for c in every), sum(c.gold for c in every))


def bootstrap_interval(counts: Sequence[BoundaryCounts], *, draws: int = 1000, seed: int = 17) -> tuple[float, float]:
    """The 95% percentile interval of F1 over documents drawn with replacement."""
    chance = random.Random(seed)
    scores = sorted(total(chance.choices(counts, k=len(counts))).f1 for _ in range(draws))
    return scores[int(0.025 * draws)], scores[int(0.975 * draws) - 1]


def _ends(text: str) -> list[int]:
    return [sentence.parts[-1].end for sentence in segment(text)]


def _stripped_end(text: str, end: int) -> int:
    return len(text[:end].rstrip())


def _measure(path: Path) -> list[BoundaryCounts]:
    counts = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            text = document["text"]
            gold = [_stripped_end(text, end) for _, end in document["sentences"]]
            counts.append(count_boundaries(_ends(text), gold))
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints one line of figures; 0 when the folder could be read."""
    parser = argparse.ArgumentParser(prog="python -m evals.sentence_boundaries", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder that holds docs.jsonl")
    path = parser.parse_args(arguments).folder / "docs.jsonl"
    if not path.is_file():
        parser.error(f"{path} is not a file; name a folder that holds docs.jsonl")
    counts = _measure(path)
    if not counts:
        parser.error(f"{path} holds no documents")
    score = total(counts)
    low, high = bootstrap_interval(counts)
    print(
        f"precision {score.precision:.4f}  recall {score.recall:.4f}  F1 {score.f1:.4f} "
        f"(95% {low:.4f} to {high:.4f})  {len(counts)} documents, {score.gold} boundaries"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
