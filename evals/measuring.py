"""From outcomes to figures: every metric over the cases it is about, with an interval."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals import metrics, statistics
from evals.models import Case, Outcome, Said, Scored

__all__ = ["METRICS", "Figure", "Metric", "measure", "rate", "score_all"]

Form = Literal["share", "mean", "whole"]
"""``share`` of the cases for which something holds · ``mean`` of a number of each case · of the ``whole`` set."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value over ``count`` cases, with its 95 % interval; nan where there is none."""

    value: float
    low: float
    high: float
    count: int


Values = Callable[[NDArray[np.intp]], float]
"""A metric's value over the cases at some indices."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A name (``group/name``), its form, what it says, and which way is better; None where none is compared.

    ``spread`` is whether a bootstrap tells its interval: not where resampling itself moves the figure, as it does
    errors of calibration. ``whole`` computes what no single case has, from three arrays: confidence, whether it is
    answerable, and whether the answer, shown or withheld, quotes evidence (that is what a confidence is about).
    """

    name: str
    form: Form
    better: Literal["higher", "lower"] | None
    meaning: str
    whole: Callable[[statistics.Floats, statistics.Flags, statistics.Flags], float] | None = None
    spread: bool = True

    def over(self, scored: Sequence[Scored]) -> Values:
        """Computes the metric over any of these cases, each of which it is about."""
        if not self.whole:
            values = np.array([case.scores[self.name] for case in scored])
            return lambda drawn: float(values[drawn].mean())
        whole = self.whole
        confidence = np.array([case.confidence for case in scored])
        answerable = np.array([case.answerable for case in scored])
        right = np.array([bool(case.scores.get("extracting/evidence_any")) for case in scored])
        return lambda drawn: whole(confidence[drawn], answerable[drawn], right[drawn])

    def of(self, scored: Sequence[Scored]) -> float:
        """The value over all these cases."""
        return self.over(scored)(np.arange(len(scored)))

    def about(self, scored: Sequence[Scored]) -> list[Scored]:
        """The cases that it is about; none where what it tells apart is not there."""
        if not self.whole:
            return [case for case in scored if self.name in case.scores]
        judged = [case for case in scored if case.right is not None]
        both = len({case.answerable for case in judged}) == 2
        return judged if both or self.name != "refusing/AUROC" else []


def _ranking(group: str, of: str) -> tuple[Metric, ...]:
    return (
        Metric(f"{group}/nDCG@10", "mean", "higher", f"ranking of {of}: nDCG of the first 10"),
        Metric(f"{group}/Recall@10", "mean", "higher", f"share of the relevant {of} among the first 10"),
        Metric(f"{group}/Recall@100", "mean", "higher", f"share of the relevant {of} among the first 100"),
        Metric(f"{group}/MRR", "mean", "higher", f"1 / rank of the first relevant one of the {of}, on average"),
    )


def _answers(group: str, whose: str) -> tuple[Metric, ...]:
    return (
        Metric(f"{group}/evidence_first", "share", "higher", f"the first sentence {whose} quotes evidence"),
        Metric(
            f"{group}/evidence_top3", "share", "higher", f"one of the first three sentences {whose} quotes evidence"
        ),
        Metric(f"{group}/evidence_any", "share", "higher", f"some sentence {whose} quotes evidence"),
        Metric(f"{group}/citation_precision", "mean", "higher", f"share of the sentences {whose} that quote evidence"),
        Metric(
            f"{group}/citation_recall", "mean", "higher", f"share of the required parts that sentences {whose} quote"
        ),
        Metric(
            f"{group}/fact_coverage",
            "mean",
            "higher",
            f"share of the required facts that stand in the sentences {whose}",
        ),
        Metric(f"{group}/all_facts", "share", "higher", f"every required fact stands in the sentences {whose}"),
    )


METRICS: tuple[Metric, ...] = (
    Metric("overall/right", "share", "higher", "evidence is cited, or an unanswerable question refused"),
    *_ranking("documents", "documents"),
    *_ranking("passages", "passages"),
    *_answers("answering", "shown (a refusal shows none)"),
    *_answers("extracting", "chosen, refusals set aside,"),
    Metric("answering/answer_words", "mean", None, "words in an answer, withheld ones included"),
    Metric("refusing/false_answer_rate", "share", "lower", "unanswerable questions that are answered"),
    Metric("refusing/false_refusal_rate", "share", "lower", "answerable questions that are refused"),
    Metric(
        "refusing/AUROC",
        "whole",
        "higher",
        "confidence tells answerable from unanswerable",
        lambda sure, answerable, _: statistics.auroc(sure, answerable),
    ),
    Metric(
        "refusing/AURC",
        "whole",
        "lower",
        "area under the risk-coverage curve",
        lambda sure, _, right: statistics.risk_coverage(sure, right).area,
    ),
    Metric(
        "calibration/ECE",
        "whole",
        "lower",
        "expected calibration error of the confidence",
        lambda sure, _, right: statistics.calibration_error(sure, right),
        spread=False,
    ),
    Metric(
        "calibration/ECE_perfect",
        "whole",
        None,
        "ECE of a perfectly calibrated model here",
        lambda sure, *_: statistics.perfect_calibration_error(sure),
        spread=False,
    ),
    Metric(
        "calibration/ECE_debiased",
        "whole",
        None,
        "ECE less the bias of few cases a bin",
        lambda sure, _, right: statistics.debiased_calibration_error(sure, right),
        spread=False,
    ),
)


def score_all(outcomes: Sequence[Outcome], *, answering: bool) -> list[Scored]:
    """Every metric of every case; ``answering`` is False where only a ranking is scored."""
    documents = metrics.rankings([(outcome.case.id, outcome.case.relevant, outcome.documents) for outcome in outcomes])
    passages = metrics.rankings(
        [(outcome.case.id, dict.fromkeys(outcome.evidence, 1), outcome.passages) for outcome in outcomes]
    )
    return [
        _scored(
            outcome,
            _grouped("documents", documents.get(outcome.case.id, {}))
            | _grouped("passages", passages.get(outcome.case.id, {}))
            | (_answer_scores(outcome) if answering else {}),
        )
        for outcome in outcomes
    ]


def measure(scored: Sequence[Scored]) -> dict[str, Figure]:
    """The figure of every metric that some of the cases are about."""
    found = {}
    for metric in METRICS:
        meant = metric.about(scored)
        if meant:
            found[metric.name] = _figure(metric, meant)
    return found


def rate(holding: int, total: int) -> Figure:
    """A share with Wilson's interval; nan of none."""
    if not total:
        return Figure(math.nan, math.nan, math.nan, 0)
    return Figure(holding / total, *statistics.wilson(holding, total), total)


def _figure(metric: Metric, scored: Sequence[Scored]) -> Figure:
    value = metric.of(scored)
    if metric.form == "share":
        return rate(round(value * len(scored)), len(scored))
    if not metric.spread:
        return Figure(value, math.nan, math.nan, len(scored))
    return Figure(value, *statistics.bootstrap(metric.over(scored), [case.cluster for case in scored]), len(scored))


def _scored(outcome: Outcome, scores: Mapping[str, float]) -> Scored:
    case = outcome.case
    return Scored(
        id=case.id,
        kind=case.kind,
        split=case.split,
        question=case.question,
        answerable=case.answerable,
        cluster=case.cluster,
        fingerprint=case.fingerprint,
        answered=outcome.answered,
        confidence=outcome.confidence,
        reason=outcome.reason,
        sentences=outcome.sentences,
        scores={name: round(value, 6) for name, value in scores.items()},
        milliseconds=outcome.milliseconds,
    )


def _grouped(group: str, values: Mapping[str, float]) -> dict[str, float]:
    return {f"{group}/{name}": value for name, value in values.items()}


def _answer_scores(outcome: Outcome) -> dict[str, float]:
    if not outcome.case.answerable:
        return {"overall/right": float(not outcome.answered), "refusing/false_answer_rate": float(outcome.answered)}
    shown = _of_sentences(outcome.shown, outcome.case)
    return {
        "overall/right": shown["evidence_any"],
        **_grouped("answering", shown),
        **_grouped("extracting", _of_sentences(outcome.sentences, outcome.case)),
        "answering/answer_words": metrics.answer_words(outcome.sentences),
        "refusing/false_refusal_rate": float(not outcome.answered),
    }


def _of_sentences(sentences: Sequence[Said], case: Case) -> dict[str, float]:
    found = {
        "evidence_first": float(metrics.evidence_within(sentences[:1], case)),
        "evidence_top3": float(metrics.evidence_within(sentences[:3], case)),
        "evidence_any": float(metrics.evidence_within(sentences, case)),
        "citation_precision": metrics.citation_precision(sentences, case),
        "citation_recall": metrics.citation_recall(sentences, case),
    }
    if case.facts:
        covered = metrics.fact_coverage(sentences, case)
        found |= {"fact_coverage": covered, "all_facts": float(covered == 1)}
    return found
