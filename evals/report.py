"""A run's figures together, as one object and as the JSON that is kept, printed and compared.

Two runs of the same commit write the same bytes, but for what is under ``time``.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.judging import THRESHOLDS
from evals.measuring import Figure, measure, rate
from evals.models import Dataset, EvalError, Place, Quoted, Said, Scored
from index.models import Span

__all__ = [
    "Kept",
    "OperatingPoint",
    "Report",
    "make_report",
    "of_split",
    "read_report",
    "report_json",
    "report_text",
]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a caution costs: the answers and refusals it gives from a confidence on."""

    caution: str
    threshold: float
    false_answers: Figure
    false_refusals: Figure


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured in one run.

    ``setup`` says what was run: data set, settings, how the index is made. ``splits`` has the figures of "all" cases
    and of each split; ``kinds`` the share of each kind of question that was right; ``points`` what each caution
    costs, by split.
    """

    name: str
    notes: tuple[str, ...]
    setup: Mapping[str, Any]
    cases: tuple[Scored, ...]
    splits: Mapping[str, Mapping[str, Figure]]
    kinds: Mapping[str, Figure]
    points: Mapping[str, tuple[OperatingPoint, ...]]

    def of(self, split: str) -> list[Scored]:
        """The cases of a split, or "all"."""
        return of_split(self.cases, split)

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the questions were answered."""
        return float(np.quantile([case.milliseconds for case in self.cases], share)) if self.cases else math.nan


def of_split(cases: Sequence[Scored], split: str) -> list[Scored]:
    """The cases of a split, or "all"."""
    return [case for case in cases if split in {"all", case.split}]


def make_report(dataset: Dataset, cases: Sequence[Scored], setup: Mapping[str, Any]) -> Report:
    """The figures of some scored cases."""
    splits = ["all", *sorted({case.split for case in cases if case.split})]
    judged = [case for case in cases if case.right is not None]
    return Report(
        name=dataset.name,
        notes=dataset.notes,
        setup=setup,
        cases=tuple(cases),
        splits={split: measure(of_split(cases, split)) for split in splits},
        kinds={kind: _right([case for case in judged if case.kind == kind]) for kind in _in_order(judged)},
        points={split: _points(of_split(judged, split)) for split in splits} if judged else {},
    )


def _in_order(cases: Sequence[Scored]) -> list[str]:
    """Kinds, those of answerable cases first, as they appear."""
    return list(dict.fromkeys(case.kind for case in sorted(cases, key=lambda case: not case.answerable)))


def _right(cases: Sequence[Scored]) -> Figure:
    return rate(sum(bool(case.right) for case in cases), len(cases))


def _points(cases: Sequence[Scored]) -> tuple[OperatingPoint, ...]:
    good = [case.confidence for case in cases if case.answerable]
    bad = [case.confidence for case in cases if not case.answerable]
    return tuple(
        OperatingPoint(
            caution,
            least,
            false_answers=rate(sum(sure >= least for sure in bad), len(bad)),
            false_refusals=rate(sum(sure < least for sure in good), len(good)),
        )
        for caution, least in THRESHOLDS.items()
    )


def report_json(report: Report) -> dict[str, Any]:
    """The report as JSON has it: metrics nested by group, numbers rounded, nothing that is not a number."""
    return {
        "format": FORMAT,
        "name": report.name,
        "notes": list(report.notes),
        "setup": dict(report.setup),
        "metrics": _nested(report.splits["all"]),
        "splits": {split: _nested(figures) for split, figures in report.splits.items() if split != "all"},
        "kinds": {kind: _figure(figure) for kind, figure in report.kinds.items()},
        "operating_points": {
            split: {point.caution: _point(point) for point in points} for split, points in report.points.items()
        },
        "cases": [_case(case) for case in report.cases],
        "time": {
            "median_ms": _number(report.percentile(0.5), digits=1),
            "p95_ms": _number(report.percentile(0.95), digits=1),
            "cases_ms": {case.id: _number(case.milliseconds, digits=1) for case in report.cases},
        },
    }


def report_text(content: Mapping[str, Any]) -> str:
    """What ``report_json`` made as text, a case to a line, so that a changed case is a changed line."""
    lines = [
        f'"{name}": ' + (_lines(value) if name == "cases" else json.dumps(value, ensure_ascii=False))
        for name, value in content.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(rows: Sequence[Any]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a result file holds: the whole of it, and its cases and set-up to compare with."""

    content: Mapping[str, Any]
    cases: tuple[Scored, ...]
    setup: Mapping[str, Any]


def read_report(path: Path) -> Kept:
    """A result file. Raises EvalError when it is none."""
    make_one = "Make one: citespan eval --out FILE"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvalError(f"The result {path} cannot be read: {error}. {make_one}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise EvalError(f"{path} is not a result of this version of citespan. {make_one}")
    try:
        cases = tuple(
            Scored(**{**row, "sentences": tuple(_said_from(said) for said in row["sentences"])})
            for row in content["cases"]
        )
        kept = Kept(content, cases, dict(content["setup"]))
        _figures_are_there(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EvalError(f"The result {path} is damaged: {type(error).__name__} {error}. {make_one}") from error
    return kept


def _figures_are_there(content: Mapping[str, Any]) -> None:
    for figures in (content["metrics"], *content["splits"].values()):
        for group in figures.values():
            for figure in group.values():
                figure["value"], figure["n"]


def _nested(figures: Mapping[str, Figure]) -> dict[str, dict[str, Any]]:
    nested: dict[str, dict[str, Any]] = {}
    for metric, figure in figures.items():
        group, _, name = metric.partition("/")
        nested.setdefault(group, {})[name] = _figure(figure)
    return nested


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": _number(figure.value),
        "low": _number(figure.low),
        "high": _number(figure.high),
        "n": figure.count,
    }


def _point(point: OperatingPoint) -> dict[str, Any]:
    return {
        "threshold": point.threshold,
        "false_answer_rate": _figure(point.false_answers),
        "false_refusal_rate": _figure(point.false_refusals),
    }


def _number(value: float, *, digits: int = 4) -> float | None:
    return None if math.isnan(value) else round(value, digits)


def _case(case: Scored) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "split": case.split,
        "question": case.question,
        "answerable": case.answerable,
        "cluster": case.cluster,
        "fingerprint": case.fingerprint,
        "answered": case.answered,
        "confidence": case.confidence,
        "reason": case.reason,
        "sentences": [_said(said) for said in case.sentences],
        "scores": dict(case.scores),
    }


def _said(said: Said) -> dict[str, Any]:
    quotes = [
        {"file": quote.place.file, "start": quote.place.span.start, "end": quote.place.span.end, "quote": quote.text}
        for quote in said.quotes
    ]
    return {"text": said.text, "citations": quotes}


def _said_from(row: Mapping[str, Any]) -> Said:
    return Said(
        row["text"],
        tuple(
            Quoted(Place(quote["file"], Span(quote["start"], quote["end"])), quote["quote"])
            for quote in row["citations"]
        ),
    )
