"""What each component is worth: everything measured again without it, one table a data set, one row a component.

A component is taken out by replacing it where it is used, which only an evaluation may do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from evals.report import Report
from evals.runner import Prepared, Way, evaluate

__all__ = ["COMPONENTS", "ablations"]

SHOWN = (
    "documents/nDCG@10",
    "extracting/evidence_first",
    "extracting/evidence_top3",
    "extracting/evidence_any",
    "extracting/citation_precision",
    "refusing/AUROC",
)
NEVER = re.compile(r"(?!)")

StandIn = Any
COMPONENTS: Mapping[str, Mapping[str, StandIn]] = {
    "nothing: the profile `best`": {},
    "cross-encoder": {"assistant.finding.read": lambda candidates, *_, **__: list(candidates)},
    "passages reordered by their sentences": {"assistant.finding.reorder": lambda hits, _: list(hits)},
    "BM25": {"index.reading.Snapshot.lexical": lambda *_, **__: []},
    "passage vectors": {"index.reading.Snapshot.dense": lambda *_, **__: []},
    "sentence vectors": {"assistant.extracting.DENSE": 0.0},
    "words in common": {"assistant.extracting.COVERED": 0.0},
    "the passage's score in a sentence's": {"assistant.extracting.PASSAGE": 0.0},
    "reading the label of a text": {"assistant.extracting.PENALTY": {}},
    "questions about publications": {"assistant.questioning._ABOUT_A_PUBLICATION": NEVER},
    "spelling": {"assistant.questioning.correct": lambda text, _: text},
    "abbreviations": {
        "assistant.questioning._ways": lambda *_: {},
        "assistant.questioning._asked_for": lambda *_: frozenset(),
    },
    "species, tissues and cells asked about": {"assistant.questioning.asked_about": lambda _: ()},
    "numbers and dates asked for": {"assistant.judging.lacks_kind": lambda *_: None},
    "lists asked for": {"assistant.answering.asks_for_list": lambda _: False},
    "agreeing sentences as one": {"assistant.selecting._same": lambda *_: False},
    "predecessors of leaning sentences": {"assistant.selecting._leading": lambda *_: None},
    "further sentences": {"assistant.selecting.ALSO": 1.0},
}
"""By what is taken out, what stands in its places."""


def ablations(sets: Sequence[Prepared]) -> Iterator[str]:
    """A table for each data set, a row for each component, as Markdown; rows come as they are measured."""
    for prepared in sets:
        whole = _measured(prepared, {})
        kept = [name for name in SHOWN if name in whole.splits["all"]]
        yield f"### {whole.name}"
        yield ""
        yield f"| without | {' | '.join(kept)} |"
        yield "|---" * (len(kept) + 1) + "|"
        for component, stand_ins in COMPONENTS.items():
            report = _measured(prepared, stand_ins) if stand_ins else whole
            yield f"| {component} | {' | '.join(_cell(report, whole, name) for name in kept)} |"
        yield ""


def _measured(prepared: Prepared, stand_ins: Mapping[str, StandIn]) -> Report:
    with ExitStack() as stack:
        for target, stand_in in stand_ins.items():
            stack.enter_context(patch(target, stand_in))
        return evaluate(prepared, Way())


def _cell(report: Report, whole: Report, name: str) -> str:
    """The figure itself for everything, else its difference from that."""
    value, before = report.splits["all"][name].value, whole.splits["all"][name].value
    return f"{value:.3f}" if report is whole else f"{value - before:+.3f}"
