"""Hybrid retrieval: passages by meaning and by words, fused.

Each list's scores are scaled to [0, 1] by its own minimum and maximum and averaged (the min-max fusion of Bruch, Gai &
Ingber 2023), which beat reciprocal ranks on every development set (DECISIONS.md).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from assistant.models import Hit
from index.reading import Snapshot
from index.store import Vectors

__all__ = ["Ranking", "fuse", "rank", "retrieve"]

DEPTH = 300
"""How many passages each of the two searches contributes."""


class Ranking(NamedTuple):
    """Passage ids with their fused scores, best first; and the scores of each search that found them."""

    fused: list[tuple[str, float]]
    dense: Mapping[str, float]
    lexical: Mapping[str, float]


def rank(question: str, vector: Vectors, snapshot: Snapshot, *, documents: Collection[str] | None = None) -> Ranking:
    """Every passage that one of the two searches finds; ``vector`` is the question's, ``documents`` are keys."""
    dense = dict(snapshot.dense(vector, limit=DEPTH, documents=documents))
    lexical = dict(snapshot.lexical(question, limit=DEPTH, documents=documents))
    return Ranking(fuse([dense, lexical]), dense, lexical)


def retrieve(
    question: str, vector: Vectors, snapshot: Snapshot, *, limit: int, documents: Collection[str] | None = None
) -> list[Hit]:
    """The ``limit`` best passages, best first, as ``rank`` ranks them."""
    fused, dense, lexical = rank(question, vector, snapshot, documents=documents)
    passages, records = snapshot.passages([passage_id for passage_id, _ in fused[: limit * 2]])
    hits = [
        Hit(
            passage=passages[passage_id],
            record=records[passages[passage_id].document_key],
            score=score,
            dense=dense.get(passage_id, 0.0),
            lexical=lexical.get(passage_id, 0.0),
        )
        for passage_id, score in fused
        if passage_id in passages
    ]
    return hits[:limit]


def fuse(lists: Sequence[Mapping[str, float]]) -> list[tuple[str, float]]:
    """The mean of min-max scaled scores, best first, ties by id; what a list does not have scores 0 there."""
    total: dict[str, float] = {}
    for scores in lists:
        if not scores:
            continue
        low, high = min(scores.values()), max(scores.values())
        for name, score in scores.items():
            scaled = (score - low) / (high - low) if high > low else 1.0
            total[name] = total.get(name, 0.0) + scaled / len(lists)
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
