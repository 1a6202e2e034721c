"""How sure an answer is, and whether that is enough."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.extracting import Candidate
from assistant.models import Caution, Hit

__all__ = ["THRESHOLDS", "Features", "confidence", "observe"]

THRESHOLDS: Mapping[Caution, float] = {"cautious": 0.5, "balanced": 0.35, "eager": 0.2}
"""The confidence from which on an answer is given; what each costs is in DECISIONS.md."""


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for an answer, each in about [0, 1]: similarities are cosines, coverages shares of rare terms."""

    passage_dense: float
    sentence_dense: float
    sentence_covered: float
    passages_covered: float


def observe(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> Features:
    """The features of the best evidence found."""
    return Features(
        passage_dense=max((hit.dense for hit in hits), default=0.0),
        sentence_dense=max((candidate.dense for candidate in candidates), default=0.0),
        sentence_covered=candidates[0].covered if candidates else 0.0,
        passages_covered=max((candidate.covered for candidate in candidates), default=0.0),
    )


WEIGHTS = Features(passage_dense=3.95, sentence_dense=0.58, sentence_covered=0.55, passages_covered=2.41)
BIAS = -4.09
"""Fitted by ``python -m evals.calibrate`` on 300 questions each of covidqa, squad2 and bioasq_dev (DECISIONS.md)."""


def confidence(features: Features) -> float:
    """The probability, by logistic regression, that an answer is supported and answers the question."""
    total = BIAS + sum(getattr(WEIGHTS, name) * getattr(features, name) for name in Features.__slots__)
    return 1 / (1 + math.exp(-total))
