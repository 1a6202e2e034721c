"""Hybrid retrieval: passages by meaning and by words, fused.

Each list's scores are scaled to [0, 1] by its own minimum and maximum and averaged (the min-max fusion of Bruch, Gai &
Ingber 2023), which beat reciprocal ranks on every development set (DECISIONS.md).
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from assistant.models import Hit
from assistant.questioning import Understood
from index.reading import Snapshot
from index.store import Vectors

__all__ = ["Ranking", "fuse", "rank", "take"]

DEFINING = 5
"""How many passages that define an abbreviation come first where its meaning is asked for."""


class Ranking(NamedTuple):
    """Passage ids with their fused scores, best first; and the scores of each search that found them."""

    fused: list[tuple[str, float]]
    dense: Mapping[str, float]
    lexical: Mapping[str, float]


def rank(
    asked: Understood, vector: Vectors, snapshot: Snapshot, *, depth: int, documents: Collection[str] | None = None
) -> Ranking:
    """Every passage among the ``depth`` best of a search, those that define what is asked for before all others.

    ``vector`` is the question's, ``documents`` are document keys.
    """
    dense = dict(snapshot.dense(vector, limit=depth, documents=documents))
    lexical = dict(snapshot.lexical(asked.text, limit=depth, documents=documents, ways=asked.ways))
    return Ranking(_first(_defining(asked, snapshot, documents), fuse([dense, lexical])), dense, lexical)


def take(ranking: Ranking, snapshot: Snapshot, *, limit: int) -> list[Hit]:
    """The ``limit`` best passages of a ranking, read, best first."""
    fused, dense, lexical = ranking
    hits: list[Hit] = []
    for start in range(0, len(fused), limit):  # the second time where documents have left the index meanwhile
        batch = fused[start : start + limit]
        stored, records = snapshot.passages([passage_id for passage_id, _ in batch])
        hits += [
            Hit(
                passage=stored[passage_id].passage,
                sentence_vectors=stored[passage_id].sentence_vectors,
                shown=stored[passage_id].shown,
                record=records[stored[passage_id].passage.document_key],
                score=score,
                dense=dense.get(passage_id, 0.0),
                lexical=lexical.get(passage_id, 0.0),
            )
            for passage_id, score in batch
            if passage_id in stored
        ]
        if len(hits) >= limit:
            break
    return hits[:limit]


def _defining(asked: Understood, snapshot: Snapshot, documents: Collection[str] | None) -> list[str]:
    lexical = snapshot.derived.lexical
    found = (lexical.defining(pair, limit=DEFINING, documents=documents) for pair in sorted(asked.definitions))
    return list(dict.fromkeys(name for names in found for name in names))


def _first(names: Collection[str], ranked: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    scores = dict(ranked)
    first = sorted(((name, scores.get(name, 0.0)) for name in names), key=lambda pair: (-pair[1], pair[0]))
    return [*first, *(pair for pair in ranked if pair[0] not in names)]


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
