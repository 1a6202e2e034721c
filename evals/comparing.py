"""A run against a baseline, case by case, and the gate that turns red when something got worse.

Yes/no metrics are compared by McNemar's exact test, all others by a paired bootstrap of the difference.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evals import statistics
from evals.measuring import METRICS, Metric
from evals.models import EvalError, Scored
from evals.report import of_split

__all__ = ["POLICY", "Comparison", "Difference", "Flip", "Gate", "Policy", "compare", "comparison_json", "read_policy"]

POLICY = Path(__file__).with_name("policy.toml")
"""The policy where none is named."""
BY_NAME = {metric.name: metric for metric in METRICS}
ENOUGH = 4
"""Cases falling together from which on a bootstrap shows it: (1 - 4/n)^n < 0.025."""

Sign = Literal["worse", "better", "no difference shown"]


class Gate(BaseModel):
    """One metric that may not get worse by more than ``may_worsen``, on a split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    split: Literal["all", "dev", "test"] = "all"
    may_worsen: float = Field(0.0, ge=0)

    @field_validator("metric")
    @classmethod
    def _is_measured(cls, name: str) -> str:
        if name not in BY_NAME or BY_NAME[name].better is None:
            gated = ", ".join(metric.name for metric in METRICS if metric.better is not None)
            raise ValueError(f"there is no metric {name!r} to gate. There are: {gated}")
        return name


class Policy(BaseModel):
    """What may not get worse; ``alpha`` is the level from which on a difference counts as shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    alpha: float = Field(0.05, gt=0, lt=1)
    gate: tuple[Gate, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric before and after, on the cases that both runs have.

    ``change`` is after minus before with its interval; ``p`` is McNemar's, for yes/no metrics; ``smallest`` is the
    smallest worsening that this set could have shown; ``gate`` is the gate on it, and ``red`` whether that is broken.
    """

    metric: str
    split: str
    count: int
    before: float
    after: float
    low: float
    high: float
    p: float | None
    smallest: float
    sign: Sign
    gate: Gate | None = None

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def worsening(self) -> float:
        """The change, positive where it is for the worse."""
        return -self.change if BY_NAME[self.metric].better == "higher" else self.change

    @property
    def red(self) -> bool:
        """Whether the gate on it is broken: too large a loss, or a smaller one that is shown."""
        if self.gate is None:
            return False
        return self.worsening > self.gate.may_worsen + 1e-9 or self.sign == "worse"


@dataclass(frozen=True, slots=True)
class Flip:
    """A case of which some yes/no metric changed."""

    before: Scored
    after: Scored
    metrics: tuple[str, ...]

    @property
    def lost(self) -> bool:
        """Whether the user was served before and is not any more."""
        return bool(self.before.right and not self.after.right)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, gated ones first; what flipped; and the ids that only one of the two runs has as they are."""

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def red(self) -> list[Difference]:
        """The broken gates."""
        return [difference for difference in self.differences if difference.red]


def read_policy(path: Path) -> Policy:
    """The policy in a TOML file. Raises EvalError."""
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvalError(f"The policy {path} cannot be read: {error}") from error
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in found["loc"])
        raise EvalError(f"The policy {path}: {where}: {str(found['msg']).removeprefix('Value error, ')}") from error


def compare(before: Sequence[Scored], after: Sequence[Scored], policy: Policy) -> Comparison:
    """What changed from one run to the other. Raises EvalError when they share no case, or a gate has none."""
    old, new = {case.id: case for case in before}, {case.id: case for case in after}
    shared = [name for name in new if name in old and new[name].fingerprint == old[name].fingerprint]
    if not shared:
        raise EvalError("The baseline has none of these cases. Accept a new one: citespan eval accept --help")
    pairs = [(old[name], new[name]) for name in shared]
    gated = [_gated(gate, pairs, policy.alpha) for gate in policy.gate]
    seen = {(gate.metric, gate.split) for gate in policy.gate}
    others = [
        _difference(metric, "all", pairs, policy.alpha)
        for metric in METRICS
        if (metric.name, "all") not in seen and metric.better is not None
    ]
    flips = [flip for old_case, new_case in pairs if (flip := _flip(old_case, new_case))]
    return Comparison(
        differences=tuple(found for found in (*gated, *others) if found),
        flips=tuple(sorted(flips, key=lambda flip: not flip.lost)),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in new if name in old and name not in set(shared)),
    )


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON has it."""
    return {
        "regression": bool(comparison.red),
        "red": [found.metric for found in comparison.red],
        "metrics": [
            {
                "metric": found.metric,
                "split": found.split,
                "n": found.count,
                "before": round(found.before, 4),
                "after": round(found.after, 4),
                "change": round(found.change, 4),
                "low": round(found.low, 4),
                "high": round(found.high, 4),
                "p": found.p,
                "smallest": round(found.smallest, 4),
                "verdict": found.sign,
                "may_worsen": found.gate.may_worsen if found.gate else None,
                "red": found.red,
            }
            for found in comparison.differences
        ],
        "flipped": [
            {"id": flip.after.id, "metrics": flip.metrics, "before": flip.before.verdict, "after": flip.after.verdict}
            for flip in comparison.flips
        ],
        "not_compared": {
            "added": comparison.added,
            "removed": comparison.removed,
            "changed": comparison.changed,
        },
    }


Pairs = Sequence[tuple[Scored, Scored]]


def _gated(gate: Gate, pairs: Pairs, alpha: float) -> Difference | None:
    """The difference that a gate is about; None where the baseline does not measure it (a ranking has no answers).

    Raises EvalError when only the new run does not: a gate must not open because its metric has gone.
    """
    metric = BY_NAME[gate.metric]
    found = _difference(metric, gate.split, pairs, alpha, gate)
    if found is None and metric.about(of_split([old for old, _ in pairs], gate.split)):
        raise EvalError(f"{gate.metric} on {gate.split} is gated and in the baseline, yet not measured any more.")
    return found


def _difference(metric: Metric, split: str, pairs: Pairs, alpha: float, gate: Gate | None = None) -> Difference | None:
    before, after = _about(metric, split, pairs)
    if not before:
        return None
    values = metric.of(before), metric.of(after)
    was, now = metric.over(before), metric.over(after)
    low, high = statistics.bootstrap(
        lambda drawn: now(drawn) - was(drawn), [case.cluster for case in after], alpha=alpha
    )
    if metric.form == "share":
        better, worse = _flipped(metric, before, after)
        p = statistics.mcnemar(better, worse)
        shown, smallest = p < alpha, statistics.smallest_fall(better, len(after), alpha=alpha)
    else:
        p, shown = None, low > 0 or high < 0
        smallest = (high - low) / 2 or ENOUGH * abs(values[0]) / len(after)
    sign: Sign = "no difference shown"
    if shown:
        sign = "better" if (values[1] > values[0]) == (metric.better == "higher") else "worse"
    return Difference(metric.name, split, len(after), *values, low, high, p, smallest, sign, gate)


def _about(metric: Metric, split: str, pairs: Pairs) -> tuple[list[Scored], list[Scored]]:
    """The cases of a split that the metric is about in both runs, before and after."""
    after = {case.id: case for case in metric.about(of_split([new for _, new in pairs], split))}
    before = [case for case in metric.about([old for old, _ in pairs]) if case.id in after]
    return before, [after[case.id] for case in before]


def _flipped(metric: Metric, before: Sequence[Scored], after: Sequence[Scored]) -> tuple[int, int]:
    """How many cases became better and how many worse by a yes/no metric."""
    rose = sum(new.scores[metric.name] > old.scores[metric.name] for old, new in zip(before, after, strict=True))
    fell = sum(new.scores[metric.name] < old.scores[metric.name] for old, new in zip(before, after, strict=True))
    return (rose, fell) if metric.better == "higher" else (fell, rose)


def _flip(before: Scored, after: Scored) -> Flip | None:
    changed = tuple(
        metric.name
        for metric in METRICS
        if metric.form == "share" and before.scores.get(metric.name) != after.scores.get(metric.name)
    )
    return Flip(before, after, changed) if changed else None
