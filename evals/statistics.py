"""Intervals, tests and curves over many cases. Everything random has a fixed seed: the same numbers every time."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Curve",
    "Interval",
    "auroc",
    "bootstrap",
    "calibration_bins",
    "calibration_error",
    "debiased_calibration_error",
    "mcnemar",
    "perfect_calibration_error",
    "risk_coverage",
    "smallest_fall",
    "wilson",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
RESAMPLES = 1000
SEED = 20
FEWEST_CLUSTERS = 20
"""With fewer documents that share cases a bootstrap over them is not to be trusted (Cameron, Gelbach, Miller 2008)."""


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


class Curve(NamedTuple):
    """Risk (share wrong among the answered) at each coverage (share answered), from the most confident case on."""

    coverage: Floats
    risk: Floats
    area: float


class Bin(NamedTuple):
    """Cases of similar confidence: their number, mean confidence, and the share that is right."""

    size: int
    confidence: float
    right: float


def wilson(successes: int, total: int) -> Interval:
    """Wilson's score interval (1927) of a proportion, 95 %."""
    from scipy.stats import binomtest

    found = binomtest(successes, total).proportion_ci(0.95, method="wilson")
    return Interval(float(found.low), float(found.high))


def mcnemar(better: int, worse: int) -> float:
    """Two-sided p of the exact McNemar test: of the cases that changed, a coin decides which way."""
    from scipy.stats import binomtest

    return float(binomtest(worse, better + worse).pvalue) if better + worse else 1.0


def smallest_fall(better: int, can_fall: int, total: int, *, alpha: float) -> float | None:
    """The smallest net fall of a yes/no metric that McNemar's test shows, when ``better`` of ``total`` cases rose.

    None where it could show none, even if all of the ``can_fall`` cases that hold now did not any more.
    """
    shown = (worse for worse in range(better + 1, can_fall + 1) if mcnemar(better, worse) < alpha)
    worse = next(shown, None)
    return None if worse is None else (worse - better) / total


def resampling(clusters: Sequence[str]) -> Literal["document", "case"]:
    """What a bootstrap of these cases draws: documents when enough of them share cases, else single cases."""
    sharing = sum(count > 1 for count in Counter(clusters).values())
    return "document" if sharing >= FEWEST_CLUSTERS else "case"


def bootstrap(
    statistic: Callable[[NDArray[np.intp]], float], clusters: Sequence[str], *, alpha: float = 0.05
) -> Interval:
    """Percentile bootstrap (Efron 1979) of a statistic of the cases at given indices.

    Cases of one cluster are drawn together (see ``resampling``). Resamples where the statistic is undefined are left
    out.
    """
    values = np.array([statistic(drawn) for drawn in _resamples(tuple(clusters))])
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(math.nan, math.nan)
    low, high = np.quantile(values, [alpha / 2, 1 - alpha / 2])
    return Interval(float(low), float(high))


@lru_cache(maxsize=16)
def _resamples(clusters: tuple[str, ...]) -> list[NDArray[np.intp]]:
    """Indices of the cases in each resample."""
    generator = np.random.default_rng(SEED)
    if resampling(clusters) == "case":
        return list(generator.integers(len(clusters), size=(RESAMPLES, len(clusters))))
    names = np.array(clusters)
    groups = [np.flatnonzero(names == name) for name in dict.fromkeys(clusters)]
    draws = generator.integers(len(groups), size=(RESAMPLES, len(groups)))
    return [np.concatenate([groups[index] for index in draw]) for draw in draws]


def auroc(scores: Floats, positive: Flags) -> float:
    """Probability that a positive scores above a negative, ties counting half (Mann-Whitney); nan without either."""
    if positive.all() or not positive.any():
        return math.nan
    from scipy.stats import rankdata

    positives = int(positive.sum())
    above = rankdata(scores)[positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(scores) - positives)))


def risk_coverage(confidence: Floats, right: Flags) -> Curve:
    """The risk-coverage curve and its area (El-Yaniv & Wiener 2010); equal confidences are answered together."""
    order = np.argsort(-confidence, kind="stable")
    last = np.append(np.flatnonzero(np.diff(confidence[order])), len(order) - 1)
    answered = last + 1.0
    risk = np.cumsum(~right[order])[last] / answered
    steps = np.diff(answered, prepend=0.0) / len(order)
    return Curve(answered / len(order), risk, float(risk @ steps))


def calibration_bins(confidence: Floats, right: Flags, *, bins: int = 10) -> list[Bin]:
    """Bins of equal size, by confidence."""
    groups = np.array_split(np.argsort(confidence, kind="stable"), min(bins, len(confidence)))
    return [Bin(len(group), float(confidence[group].mean()), float(right[group].mean())) for group in groups]


def calibration_error(confidence: Floats, right: Flags) -> float:
    """Expected calibration error over ten bins of equal size (Naeini et al. 2015)."""
    bins = calibration_bins(confidence, right)
    return sum(found.size * abs(found.confidence - found.right) for found in bins) / len(confidence)


def perfect_calibration_error(confidence: Floats, *, draws: int = 200) -> float:
    """The calibration error that a perfectly calibrated model with these confidences would show on average."""
    generator = np.random.default_rng(SEED)
    labels = generator.random((draws, len(confidence))) < confidence
    return float(np.mean([calibration_error(confidence, drawn) for drawn in labels]))


def debiased_calibration_error(confidence: Floats, right: Flags, *, draws: int = 1000) -> float:
    """The calibration error less the bias of estimating it from few cases a bin (Kumar, Liang & Ma 2019), from 0 up."""
    bins = calibration_bins(confidence, right)
    count, sure, share = (np.array(column, dtype=float) for column in zip(*bins, strict=True))
    noise = np.random.default_rng(SEED).normal(size=(draws, len(bins))) * np.sqrt(share * (1 - share) / count)
    plain = calibration_error(confidence, right)
    resampled = float(np.mean(np.abs(share + noise - sure) @ (count / count.sum())))
    return max(0.0, 2 * plain - resampled)
