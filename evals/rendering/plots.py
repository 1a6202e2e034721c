"""The risk-coverage plot and the reliability diagram: what they show, and where it lies in SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evals.measuring import Figure, rate
from evals.models import Scored
from evals.report import Report
from evals.statistics import Curve, calibration_bins, risk_coverage

__all__ = ["Plots", "across", "make_plots", "path", "up"]

PLOT = 300.0
LEFT, TOP = 44.0, 12.0
"""Side and corner of a plot's area, in SVG units; both of its axes run from 0 to 1."""


class Stop(NamedTuple):
    """Where a caution stops on the risk-coverage curve."""

    caution: str
    threshold: float
    coverage: float
    risk: float


class Calibrated(NamedTuple):
    """A bin of the reliability diagram; ``right`` has Wilson's interval."""

    confidence: float
    right: Figure


@dataclass(frozen=True, slots=True)
class Plots:
    """What the two plots show, in shares; ``base`` is the share of all cases that is right."""

    curve: Curve
    stops: tuple[Stop, ...]
    bins: tuple[Calibrated, ...]
    base: float


def make_plots(report: Report, judged: Sequence[Scored]) -> Plots:
    """What is drawn of the judged cases; right is that the answer, shown or withheld, quotes evidence."""
    confidence = np.array([case.confidence for case in judged])
    right = np.array([bool(case.scores.get("extracting/evidence_any")) for case in judged])
    stops = []
    for point in report.points.get("all", ()):
        answered = confidence >= point.threshold
        if answered.any():
            risk = float(1 - right[answered].mean())
            stops.append(Stop(point.caution, point.threshold, float(answered.mean()), risk))
    bins = [
        Calibrated(found.confidence, rate(round(found.right * found.size), found.size))
        for found in calibration_bins(confidence, right)
    ]
    return Plots(risk_coverage(confidence, right), tuple(stops), tuple(bins), float(right.mean()))


def across(share: float) -> float:
    """Where a share lies from left to right."""
    return round(LEFT + share * PLOT, 1)


def up(share: float) -> float:
    """Where a share lies from the bottom to the top."""
    return round(TOP + (1 - share) * PLOT, 1)


def path(curve: Curve) -> str:
    """The curve as SVG's path data."""
    points = zip(curve.coverage.tolist(), curve.risk.tolist(), strict=True)
    return "M" + " ".join(f"{across(coverage)},{up(risk)}" for coverage, risk in points)
