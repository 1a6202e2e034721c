"""How sure an answer is, and whether that is enough."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from assistant.finding import Found
from assistant.models import Caution

__all__ = ["THRESHOLDS", "Features", "confidence", "observe"]

THRESHOLDS: Mapping[Caution, float] = {"cautious": 0.55, "balanced": 0.4, "eager": 0.25}
"""The confidence from which on an answer is given, chosen on development data; evals/RESULTS.md has what each costs."""


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for an answer.

    Similarities are cosines, coverages shares of rare terms, both in about [0, 1]; ``relevance`` is the best logit of a
    cross-encoder, None where none has read.
    """

    passage_dense: float
    sentence_dense: float
    sentence_covered: float
    passages_covered: float
    relevance: float | None


class Model(NamedTuple):
    """A logistic regression."""

    bias: float
    weights: Features


READ = Model(
    -4.25,
    Features(passage_dense=2.17, sentence_dense=2.66, sentence_covered=1.44, passages_covered=1.24, relevance=0.21),
)
UNREAD = Model(
    -5.49,
    Features(passage_dense=1.75, sentence_dense=4.34, sentence_covered=0.0, passages_covered=3.53, relevance=None),
)
"""Fitted by ``python -m evals.calibrate`` where a cross-encoder has read candidates, and where none has."""


def observe(found: Found) -> Features:
    """The features of the best evidence found."""
    candidates = found.candidates
    return Features(
        passage_dense=max((hit.dense for hit in found.hits), default=0.0),
        sentence_dense=max((candidate.dense for candidate in candidates), default=0.0),
        sentence_covered=candidates[0].covered if candidates else 0.0,
        passages_covered=max((candidate.covered for candidate in candidates), default=0.0),
        relevance=max((each.relevance for each in candidates if each.relevance is not None), default=None),
    )


def confidence(features: Features) -> float:
    """The probability, by logistic regression, that an answer is supported and answers the question."""
    model = UNREAD if features.relevance is None else READ
    total = model.bias + sum(
        (getattr(model.weights, name) or 0.0) * (getattr(features, name) or 0.0) for name in Features.__slots__
    )
    return 1 / (1 + math.exp(-total))
