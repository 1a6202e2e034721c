"""The order of candidates and of passages, once sentences have been looked at.

A cross-encoder reads the most promising sentences together with the question; a passage is as good as what retrieval
says of it and the best sentence in it.
"""

from collections.abc import Sequence
from dataclasses import replace

from assistant.cross_encoding import CrossEncoder
from assistant.extracting import Candidate, in_order
from assistant.models import Hit

__all__ = ["read", "reorder"]

READING = 0.04
"""What a logit of the cross-encoder counts for in a candidate's score."""
SENTENCE = 1.5
"""What the best sentence of a passage counts for in the passage's score, beside retrieval's 1."""


def read(candidates: Sequence[Candidate], question: str, cross_encoder: CrossEncoder, *, limit: int) -> list[Candidate]:
    """All candidates, best first, after the ``limit`` best of them have been read with the question.

    Those that were not read count like the least of those that were.
    """
    best = candidates[:limit]
    if not best:
        return []
    logits = [float(logit) for logit in cross_encoder.score(question, [candidate.shown for candidate in best])]
    least = min(logits)
    scored = [
        replace(candidate, relevance=logit, score=candidate.score + READING * logit)
        for candidate, logit in zip(best, logits, strict=True)
    ]
    unread = [replace(candidate, score=candidate.score + READING * least) for candidate in candidates[limit:]]
    return in_order([*scored, *unread])


def reorder(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Hit]:
    """Hits by their own score and that of the best candidate in each, scaled back to about [0, 1]; best first."""
    best: dict[str, float] = {}
    for candidate in candidates:
        best.setdefault(candidate.hit.passage.id, candidate.score)
    scored = [
        replace(hit, score=(hit.score + SENTENCE * best.get(hit.passage.id, 0.0)) / (1 + SENTENCE)) for hit in hits
    ]
    return sorted(scored, key=lambda hit: (-round(hit.score, 6), hit.passage.id))
