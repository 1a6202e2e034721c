"""A run against a baseline, case by case, and the gate that turns red when something got worse.

Yes/no metrics are compared by McNemar's exact test, all others by a paired bootstrap of the difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from evals import statistics
from evals.measuring import METRICS, Metric
from evals.models import EvalError, Scored
from evals.policy import BY_NAME, COMPARED, Gate, Policy
from evals.report import of_split

__all__ = ["Comparison", "Difference", "Flip", "Run", "compare", "comparison_json"]

ENOUGH = 4
"""Cases falling together from which on a bootstrap shows it: (1 - 4/n)^n < 0.025."""

Sign = Literal["worse", "better", "no difference shown"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric before and after, on the cases that both runs have.

    ``change`` is after minus before with its interval; ``p`` is McNemar's, for yes/no metrics; ``smallest`` is the
    smallest worsening that this set could have shown, None where it could show none; ``gate`` is the gate on it, and
    ``red`` whether that is broken.
    """

    metric: str
    split: str
    count: int
    before: float
    after: float
    low: float
    high: float
    p: float | None
    smallest: float | None
    sign: Sign
    gate: Gate | None = None

    @property
    def title(self) -> str:
        """The metric, and the split where it is not all cases."""
        return self.metric if self.split == "all" else f"{self.metric} ({self.split})"

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
        return self.gate is not None and (self.over_limit or self.sign == "worse")

    @property
    def over_limit(self) -> bool:
        """Whether the loss is larger than the gate allows, shown or not."""
        return self.gate is not None and self.worsening > self.gate.may_worsen + 1e-9

    @property
    def verdict(self) -> str:
        """The sign, and where that alone does not say why a gate broke, that it did."""
        return f"over the limit, {self.sign}" if self.over_limit and self.sign != "worse" else self.sign


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


class Run(Protocol):
    """What is compared: a report, or what a result file kept of one."""

    @property
    def cases(self) -> Sequence[Scored]:
        """The cases that were asked."""
        ...

    @property
    def setup(self) -> Mapping[str, Any]:
        """How they were asked."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, gated ones first, and what flipped, among the ``compared`` cases that both runs have.

    ``added``, ``removed`` and ``changed`` are the ids of the others; ``not_gated`` are gates that no case is about;
    ``setup`` is what was not the same in the way of asking.
    """

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    compared: int
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    not_gated: tuple[Gate, ...] = ()
    setup: tuple[str, ...] = ()

    @property
    def red(self) -> list[Difference]:
        """The broken gates."""
        return [difference for difference in self.differences if difference.red]


def compare(before: Run, after: Run, policy: Policy) -> Comparison:
    """What changed from one run to the other.

    Raises EvalError when they share no case, when more of the baseline's cases are gone than the policy lets, or when
    no gate is about these cases.
    """
    old, new = ({case.id: case for case in run.cases} for run in (before, after))
    shared = {name for name in new if name in old and new[name].fingerprint == old[name].fingerprint}
    pairs = [(old[name], case) for name, case in new.items() if name in shared]
    _must_be_enough(len(pairs), len(old), after, policy)
    gated = {gate: _gated(gate, pairs, policy.alpha) for gate in policy.gate}
    if not any(gated.values()):
        raise EvalError("No gate of the policy is about these cases. Name a policy that is: --policy FILE")
    seen = {(gate.metric, gate.split) for gate in policy.gate}
    others = [
        _difference(metric, "all", pairs, policy.alpha) for metric in COMPARED if (metric.name, "all") not in seen
    ]
    flips = [flip for old_case, new_case in pairs if (flip := _flip(old_case, new_case))]
    return Comparison(
        differences=tuple(found for found in (*gated.values(), *others) if found),
        flips=tuple(sorted(flips, key=lambda flip: not flip.lost)),
        compared=len(pairs),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(name for name in new if name in old and name not in shared),
        not_gated=tuple(gate for gate, found in gated.items() if not found),
        setup=tuple(_setup(before.setup, after.setup)),
    )


def _must_be_enough(shared: int, known: int, after: Run, policy: Policy) -> None:
    accept = "Accept a new baseline: citespan eval accept --help"
    if not shared:
        raise EvalError(f"The baseline has none of these cases. {accept}")
    if not after.setup.get("selection") and known - shared > policy.may_lose_cases * known:
        raise EvalError(f"Only {shared} of the baseline's {known} cases are here as they were. {accept}")


def _setup(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What of the way of asking is not the same."""
    for name, unsaid in {"caution": None, "max_sentences": None, "generator": "extractive"}.items():
        was, now = before.get(name, unsaid), after.get(name, unsaid)
        if was != now:
            yield f"{name}: {was} → {now}"


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON has it."""
    return {
        "regression": bool(comparison.red),
        "red": [found.title for found in comparison.red],
        "compared": comparison.compared,
        "setup": comparison.setup,
        "not_gated": [f"{gate.metric} ({gate.split})" for gate in comparison.not_gated],
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
                "smallest": None if found.smallest is None else round(found.smallest, 4),
                "verdict": found.verdict,
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
    clusters = [case.cluster for case in after]

    def change(drawn: NDArray[np.intp]) -> float:
        return now(drawn) - was(drawn)

    interval = statistics.bootstrap(change, clusters)
    better, p = 0, None
    if metric.form == "share":
        better, worse = _flipped(metric, before, after)
        p = statistics.mcnemar(better, worse)
        shown = p < alpha
    else:
        at_alpha = statistics.bootstrap(change, clusters, alpha=alpha) if alpha != 0.05 else interval
        shown = at_alpha.low > 0 or at_alpha.high < 0
    sign: Sign = "no difference shown"
    if shown:
        sign = "better" if (values[1] > values[0]) == (metric.better == "higher") else "worse"
    smallest = _smallest(metric, before, better, alpha)
    return Difference(metric.name, split, len(after), *values, *interval, p, smallest, sign, gate)


def _smallest(metric: Metric, before: Sequence[Scored], better: int, alpha: float) -> float | None:
    """The smallest worsening that these cases can show; None where they can show none.

    Of a yes/no metric: the fewest flips that McNemar's test shows. Of a mean: the loss of all they have in four
    cases, the fewest that a bootstrap shows (hardly any resample is without one). Of the whole set: half of the
    metric's own interval, which is more than is needed, for a comparison is paired.
    """
    if metric.whole:
        low, high = statistics.bootstrap(metric.over(before), [case.cluster for case in before])
        return (high - low) / 2
    values = [case.scores[metric.name] for case in before]
    if metric.form == "share":
        good = 1 if metric.better == "higher" else 0
        return statistics.smallest_fall(better, values.count(good), len(values), alpha=alpha)
    nonzero = [value for value in values if value > 0]
    return ENOUGH * sum(nonzero) / len(nonzero) / len(values) if len(nonzero) >= ENOUGH else None


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
