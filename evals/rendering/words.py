"""Figures and outcomes in words, the same in every rendering."""

import math

from evals.comparing import Comparison, Difference, Flip
from evals.measuring import Figure
from evals.models import Scored

__all__ = [
    "GROUPS",
    "change_in_words",
    "changed_in_words",
    "interval",
    "left_aside",
    "number",
    "shown_answer",
    "smallest",
    "verdict_line",
]

GROUPS = {
    "overall": "Overall",
    "documents": "Ranking of documents",
    "passages": "Ranking of passages",
    "answering": "Answers, as users see them",
    "extracting": "Sentences chosen, refusals set aside",
    "refusing": "Refusing",
    "calibration": "The stated confidence",
}
"""Titles of the groups of metrics, in the order in which they are shown."""


def number(value: float, *, signed: bool = False) -> str:
    """A figure with three decimals, or one from ten on; a dash where there is none."""
    if math.isnan(value):
        return "–"
    digits = 3 if abs(value) < 10 else 1
    return f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"


def interval(figure: Figure) -> str:
    """The 95 % interval of a figure; nothing where there is none."""
    return "" if math.isnan(figure.low) else f"{number(figure.low)}–{number(figure.high)}"


def change_in_words(difference: Difference) -> str:
    """What happened to a gated metric, and what this set of cases can show at all."""
    allowed = f"; allowed to worsen by {number(difference.gate.may_worsen)}" if difference.gate else ""
    tested = f", p = {difference.p:.3g}" if difference.p is not None else ""
    return (
        f"{difference.metric} on {difference.split}: {number(difference.before)} → {number(difference.after)} "
        f"({number(difference.change, signed=True)}, 95 % {number(difference.low, signed=True)} to "
        f"{number(difference.high, signed=True)}{tested}, {difference.count} cases): {difference.verdict}{allowed}; "
        f"the smallest that this set could show: {smallest(difference)}"
    )


def changed_in_words(flip: Flip) -> str:
    """Which yes/no metrics of a case changed, each name once."""
    return ", ".join(dict.fromkeys(name.partition("/")[2] for name in flip.metrics))


def verdict_line(comparison: Comparison) -> str:
    """The gate's verdict in one line."""
    if not comparison.red:
        gates = sum(difference.gate is not None for difference in comparison.differences)
        return f"PASSED: none of {gates} gated metrics got worse on {comparison.compared} cases"
    names = ", ".join(dict.fromkeys(difference.title for difference in comparison.red))
    return f"REGRESSION: {names} on {comparison.compared} cases"


def smallest(difference: Difference) -> str:
    """The smallest worsening that could have been shown."""
    return "none" if difference.smallest is None else number(difference.smallest)


def left_aside(comparison: Comparison) -> str:
    """What could not be compared, and what was not asked the same way; nothing when all is as it was."""
    parts = [
        f"{len(names)} {what}"
        for names, what in (
            (comparison.added, "only in this run"),
            (comparison.removed, "only in the baseline"),
            (comparison.changed, "changed since"),
        )
        if names
    ]
    said = [f"Not compared: {', '.join(parts)}."] if parts else []
    if comparison.not_gated:
        gates = ", ".join(f"{gate.metric} ({gate.split})" for gate in comparison.not_gated)
        said.append(f"Not gated, because no case is about it: {gates}.")
    if comparison.setup:
        said.append(f"Not asked the same way: {'; '.join(comparison.setup)}.")
    return " ".join(said)


def shown_answer(case: Scored) -> str:
    """What the user saw: the answer, or that it was refused and why."""
    if not case.answered:
        return f"(refused: {(case.reason or '').replace('_', ' ')})"
    return " ".join(said.text for said in case.sentences)
