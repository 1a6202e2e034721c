"""One page with everything about a run: verdict, figures, plots, and every case with its quotations in context.

The page fetches nothing, and its content security policy forbids it to; documents may hold any text.
"""

import math
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evals.comparing import Comparison, Difference, Flip
from evals.measuring import Figure
from evals.metrics import fact_coverage, supports
from evals.models import Case, Dataset, Place, Quoted, Scored
from evals.policy import BY_NAME
from evals.rendering.plots import across, make_plots, path, up
from evals.rendering.words import GROUPS, interval, left_aside, number, smallest, verdict_line
from evals.report import Report

__all__ = ["html_page"]

ANSWERED = (
    ("Right", "overall/right", None, ""),
    ("Evidence in the first sentence", "answering/evidence_first", "extracting/evidence_first", "refusals set aside"),
    ("Evidence in any sentence", "answering/evidence_any", "extracting/evidence_any", "refusals set aside"),
    ("Citation precision", "answering/citation_precision", "extracting/citation_precision", "refusals set aside"),
    ("All facts stated", "answering/all_facts", "extracting/all_facts", "refusals set aside"),
    ("False answers", "refusing/false_answer_rate", None, ""),
    ("False refusals", "refusing/false_refusal_rate", None, ""),
    ("AUROC of the confidence", "refusing/AUROC", None, ""),
    ("Calibration error (ECE)", "calibration/ECE", "calibration/ECE_perfect", "for a perfectly calibrated model"),
)
RANKED = tuple((f"{name} of documents", f"documents/{name}", None, "") for name in ("nDCG@10", "Recall@10", "MRR"))
"""Headline figures, of answers or else of rankings: title, metric, one to hold it against, and what that is."""
TONES = {"right": "good", "rightly refused": "good", "refused, though answerable": "warn", "ranked": "plain"}
VERDICTS = ("right", "evidence not cited", "refused, though answerable", "rightly refused")
"""The order in which verdicts are listed; others follow."""
MOST_RELEVANT = 20
"""How many relevant documents of a case are named."""
UNPRINTABLE: Mapping[int, int] = (
    {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}
    | dict.fromkeys((*range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), 0xFFFD)
    | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
)
"""What HTML or UTF-8 cannot hold, or what would turn the reading direction, by what is shown for it."""


class Tile(NamedTuple):
    """A headline figure, with another to hold it against."""

    title: str
    metric: str
    figure: Figure
    beside: Figure | None
    beside_meaning: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A case as the page lists it; ``case`` is None where the data set does not have it any more."""

    scored: Scored
    case: Case | None
    flip: Flip | None

    @property
    def scores(self) -> dict[str, list[tuple[str, float]]]:
        """Names and values by group."""
        grouped: dict[str, list[tuple[str, float]]] = {}
        for metric, value in self.scored.scores.items():
            group, _, name = metric.partition("/")
            grouped.setdefault(group, []).append((name, value))
        return grouped

    @property
    def relevant(self) -> list[tuple[str, int]]:
        """Relevant files and their grades, best first, for cases that have no evidence."""
        graded = self.case.relevant.items() if self.case and not self.case.evidence else ()
        return sorted(((file, grade) for file, grade in graded if grade > 0), key=lambda pair: -pair[1])

    def quotes(self, place: Place) -> bool:
        """Whether a chosen sentence quotes the place."""
        return any(supports(said, [place]) for said in self.scored.sentences)

    def states(self, fact: tuple[str, ...]) -> bool:
        """Whether the fact stands in the chosen sentences."""
        return self.case is not None and fact_coverage(self.scored.sentences, replace(self.case, facts=(fact,))) == 1


def html_page(report: Report, dataset: Dataset, comparison: Comparison | None) -> str:
    """The report as one HTML page; with a comparison, the gate's verdict comes first."""
    cases = {case.id: case for case in dataset.cases}
    flips = {flip.after.id: flip for flip in comparison.flips} if comparison else {}
    judged = [case for case in report.cases if case.right is not None]
    template = _environment().get_template("report.html.jinja")
    return template.render(
        report=report,
        dataset=dataset,
        cases=cases,
        comparison=comparison,
        flips=_by_outcome(comparison.flips) if comparison else {},
        reach=_reach(comparison.differences) if comparison else 1.0,
        tiles=_tiles(report),
        verdicts=_verdicts(judged),
        figures=_by_group(report),
        kinds=_kinds(report.kinds, judged) if len(report.kinds) > 1 else {},
        plots=make_plots(report, judged) if judged else None,
        entries=[Entry(case, cases.get(case.id), flips.get(case.id)) for case in report.cases],
        choices=_choices(report.cases),
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "BY_NAME": BY_NAME,
        "MOST_RELEVANT": MOST_RELEVANT,
        "is_evidence": _is_evidence,
        "left_aside": left_aside,
        "verdict_line": verdict_line,
    }
    environment.filters |= {
        "across": across,
        "digest": _digest,
        "fragment": _fragment,
        "interval": interval,
        "number": _number,
        "path": path,
        "smallest": smallest,
        "tone": _tone,
        "up": up,
    }
    environment.tests["nan"] = math.isnan
    return environment


def _printable(value: object) -> object:
    """What is about to be written, with characters that a page cannot hold as symbols; markup of our own as it is."""
    return value if isinstance(value, Markup) else str(value).translate(UNPRINTABLE)


def _tone(verdict: str) -> str:
    return TONES.get(verdict, "bad")


def _is_evidence(quoted: Quoted, case: Case) -> bool:
    return any(quoted.place.overlaps(place) for place in case.places)


def _number(value: float, *, signed: bool = False) -> str:
    """A figure as everywhere, but with a minus sign that is as wide as the plus."""
    return number(value, signed=signed).replace("-", "−")


def _digest(text: str) -> str:
    """A style's or script's digest, by which the content security policy knows it."""
    return b64encode(sha256(text.encode()).digest()).decode()


def _fragment(text: str) -> str:
    """Any text as part of a URL's fragment, and as an element's id."""
    return quote(text, safe="", errors="backslashreplace")


def _tiles(report: Report) -> list[Tile]:
    figures = report.splits["all"]
    return [
        Tile(title, metric, figures[metric], figures.get(beside) if beside else None, meaning)
        for title, metric, beside, meaning in (ANSWERED if "overall/right" in figures else RANKED)
        if metric in figures
    ]


def _verdicts(judged: Sequence[Scored]) -> dict[str, dict[str, int]]:
    """How many cases came to each verdict, answerable and unanswerable ones apart."""
    counted = {
        title: Counter(case.verdict for case in judged if case.answerable == answerable)
        for title, answerable in (("answerable", True), ("unanswerable", False))
    }
    return {title: {name: counts[name] for name in _ordered(counts)} for title, counts in counted.items() if counts}


def _ordered(verdicts: Iterable[str]) -> list[str]:
    return sorted(verdicts, key=lambda name: VERDICTS.index(name) if name in VERDICTS else len(VERDICTS))


def _by_group(report: Report) -> dict[str, list[str]]:
    """Metrics by the title of their group."""
    return {
        title: metrics
        for group, title in GROUPS.items()
        if (metrics := [name for name in report.splits["all"] if name.startswith(f"{group}/")])
    }


def _kinds(kinds: Mapping[str, Figure], judged: Sequence[Scored]) -> dict[str, dict[str, Figure]]:
    """Figures of the kinds of answerable, of unanswerable, and of both sorts of question."""
    sorts: dict[str, set[bool]] = {kind: set() for kind in kinds}
    for case in judged:
        sorts[case.kind].add(case.answerable)
    titles = {"Answerable questions": {True}, "Unanswerable questions": {False}, "Of both sorts": {True, False}}
    grouped = {
        title: {kind: kinds[kind] for kind, found in sorts.items() if found == sort} for title, sort in titles.items()
    }
    return {title: figures for title, figures in grouped.items() if figures}


def _by_outcome(flips: Sequence[Flip]) -> dict[str, list[Flip]]:
    """Flips by what they mean to a user; what means nothing to one comes last."""
    grouped: dict[str, list[Flip]] = {"lost": [], "gained": [], "otherwise changed": []}
    for flip in flips:
        gained = flip.after.right and not flip.before.right
        grouped["lost" if flip.lost else "gained" if gained else "otherwise changed"].append(flip)
    return {title: found for title, found in grouped.items() if found}


def _reach(differences: Sequence[Difference]) -> float:
    """The largest change to be drawn, so that all intervals share a scale."""
    ends = [abs(end) for found in differences for end in (found.change, found.low, found.high)]
    ends += [found.gate.may_worsen for found in differences if found.gate]
    return max((end for end in ends if end > 0), default=1.0)


def _choices(cases: Sequence[Scored]) -> dict[str, dict[str, int]]:
    """What the list can be narrowed to, with the number of cases; only where there is a choice."""
    columns: dict[str, Iterable[str]] = {
        "verdict": (case.verdict for case in cases),
        "kind": (case.kind for case in cases),
        "split": (case.split or "none" for case in cases),
    }
    counted = {name: Counter(column) for name, column in columns.items()}
    return {name: dict(counts) for name, counts in counted.items() if len(counts) > 1}
