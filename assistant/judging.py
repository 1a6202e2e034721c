"""How sure an answer is, and whether that is enough."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.expecting import lacks_kind
from assistant.extracting import Candidate
from assistant.finding import Found
from assistant.models import Caution

__all__ = ["THRESHOLDS", "Features", "confidence", "observe"]

THRESHOLDS: Mapping[Caution, float] = {"cautious": 0.55, "balanced": 0.4, "eager": 0.25}
"""The confidence from which on an answer is given, chosen on development data; evals/RESULTS.md has what each costs."""
LOOKED_AT = 2
"""How many of the best sentences may together name the subjects, or hold the number or the date, that are asked for."""


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for an answer.

    Similarities are cosines, coverages shares of rare terms, both in about [0, 1]; ``relevance`` is the best logit of a
    cross-encoder, None where none has read. ``subject`` is 1 unless the best sentence is not about a species, a tissue
    or a cell that is asked about (where several are, the best two together), ``kind`` unless a quantity or a time is
    asked for and the best two have none.
    """

    passage_dense: float
    sentence_dense: float
    sentence_covered: float
    passages_covered: float
    relevance: float | None
    subject: float
    kind: float


class Model(NamedTuple):
    """A logistic regression."""

    bias: float
    weights: Features


READ = Model(
    -7.41,
    Features(
        passage_dense=1.57,
        sentence_dense=1.32,
        sentence_covered=1.05,
        passages_covered=0.91,
        relevance=0.31,
        subject=2.8,
        kind=2.12,
    ),
)
UNREAD = Model(
    -8.45,
    Features(
        passage_dense=1.74,
        sentence_dense=2.5,
        sentence_covered=0.43,
        passages_covered=2.59,
        relevance=None,
        subject=2.64,
        kind=2.0,
    ),
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
        subject=float(not _lacking(candidates[: LOOKED_AT if len(found.asked.subjects) > 1 else 1])),
        kind=float(not lacks_kind(found.asked.text, [candidate.shown for candidate in candidates[:LOOKED_AT]])),
    )


def _lacking(best: Sequence[Candidate]) -> set[str]:
    """The subjects that none of these is about."""
    return set(best[0].not_about).intersection(*(other.not_about for other in best[1:])) if best else set()


def confidence(features: Features) -> float:
    """The probability, by logistic regression, that an answer is supported and answers the question."""
    model = UNREAD if features.relevance is None else READ
    total = model.bias + sum(
        (getattr(model.weights, name) or 0.0) * (getattr(features, name) or 0.0) for name in Features.__slots__
    )
    return 1 / (1 + math.exp(-total))
