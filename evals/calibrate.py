r"""Fit the confidence of answers on question-answering folders, and report it on folders it was not fitted on.

    CITESPAN_CROSS_ENCODER=half-int8 python -m evals.calibrate ../shared/data/covidqa ../shared/data/bioasq_dev \
        ../shared/data/squad2 --report-only squad2 --half odd --sample 400 --cases evals/cases.jsonl

(``half-int8``: a cross-encoder that has not seen that half, ``training/README.md``; again with CITESPAN_PROFILE=fast.)
Prints, for each set left out in turn: how often the first sentence (one that is shown) overlaps the gold answer; AUROC
of the confidence for "a sentence that is shown answers" and for "the question can be answered"; and the
expected calibration error of the former; false answers on unanswerable and false refusals on answerable questions at
each caution. Then the weights fitted on all folders, which ``assistant/judging.py`` carries.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.bootstrap import Parts
from assistant.extracting import Candidate
from assistant.finding import Finder
from assistant.judging import THRESHOLDS, Features, observe
from assistant.listing import asks_for_list
from assistant.selecting import select
from evals import statistics
from evals.datasets import Selection, chosen, half_of, open_cases, open_folder
from evals.models import Case, Dataset, Place
from evals.runner import COLLECTION, Way, prepare
from index.reading import Snapshot
from index.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Observed:
    """One case: its features, whether it is answerable, and whether the first sentence, or a shown one, answers it."""

    features: tuple[float, ...]
    answerable: bool
    first: bool
    shown: bool


def observe_all(dataset: Dataset, parts: Parts) -> list[Observed]:
    """Index the documents (once, in the cache) and look at what is found for each question."""
    snapshot = prepare(dataset, parts).assistant.reader.snapshot(COLLECTION)
    seen = []
    for number, case in enumerate(dataset.cases, 1):
        seen.append(_observe(case, parts.finder, snapshot))
        print(f"\r{dataset.name}: {number}/{len(dataset.cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return seen


def _observe(case: Case, finder: Finder, snapshot: Snapshot) -> Observed:
    found = finder.find(case.question, snapshot)
    chosen = select(found.candidates, limit=Way().max_sentences, listed=asks_for_list(found.asked.text))
    right = [any(overlaps(each, case.places) for each in (evidence.best, *evidence.agreeing)) for evidence in chosen]
    features = tuple(value or 0.0 for value in astuple(observe(found)))
    return Observed(features, case.answerable, right[:1] == [True], any(right))


def overlaps(candidate: Candidate, accepted: Sequence[Place]) -> bool:
    """Whether some part of a sentence overlaps one of these places."""
    places = [Place(candidate.hit.record.path, part) for part in candidate.sentence.parts]
    return any(place.overlaps(other) for place in places for other in accepted)


def fit(sets: Sequence[tuple[float, Sequence[Observed]]]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression of "a sentence that is shown answers" on sets with what each weighs.

    No feature speaks against an answer: one whose weight would be negative is left out, and the others fitted anew.
    """
    from sklearn.linear_model import LogisticRegression

    rows = np.array([case.features for _, cases in sets for case in cases])
    labels = np.array([case.shown for _, cases in sets for case in cases])
    weights = np.concatenate([np.full(len(cases), weight / len(cases)) for weight, cases in sets])
    weights *= len(rows) / weights.sum()
    kept = np.ones(rows.shape[1], dtype=bool)
    while True:
        model = LogisticRegression(max_iter=1000)
        model.fit(rows[:, kept], labels, sample_weight=weights)
        if model.coef_.min() >= 0:
            found = np.zeros(rows.shape[1])
            found[kept] = model.coef_[0]
            return found, float(model.intercept_[0])
        kept[np.flatnonzero(kept)[model.coef_[0].argmin()]] = False


def report(name: str, cases: Sequence[Observed], weights: NDArray[np.float64], bias: float) -> str:
    """A line of figures for one folder under weights that were fitted elsewhere."""
    sure = np.array([1 / (1 + math.exp(-(bias + float(weights @ np.array(case.features))))) for case in cases])
    right = np.array([case.shown for case in cases])
    first = np.array([case.first for case in cases])
    answerable = np.array([case.answerable for case in cases])
    found, some_shown = first[answerable].mean(), right[answerable].mean()
    interval = 1.96 * math.sqrt(found * (1 - found) / max(1, answerable.sum()))
    points = " ".join(
        f"{caution} {np.mean(sure[~answerable] >= least):.3f}/{np.mean(sure[answerable] < least):.3f}"
        for caution, least in THRESHOLDS.items()
    )
    return (
        f"{name:<12} n={len(cases):<5} first {found:.3f}±{interval:.3f} shown {some_shown:.3f} "
        f"AUROC right {statistics.auroc(sure, right):.3f} answerable {statistics.auroc(sure, answerable):.3f} "
        f"ECE {statistics.calibration_error(sure, right):.3f} "
        f"false answers/refusals: {points}"
    )


def main() -> None:
    """Print the figures and the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=500, help="questions per folder")
    parser.add_argument("--cases", type=Path, help="its development half weighs as much as all folders")
    parser.add_argument("--documents", type=Path, default=Path("seeds"), help="what the cases are about")
    parser.add_argument("--half", choices=["even", "odd"], help="only the questions about half of the documents")
    parser.add_argument("--report-only", action="append", default=[], help="name of a set that is never fitted on")
    options = parser.parse_args()
    settings = IndexSettings()
    parts = Parts(settings, notify=print)
    folders = (open_folder(folder, cache_dir=settings.cache_dir) for folder in options.folders)
    if options.half:
        folders = (half_of(folder, options.half) for folder in folders)
    sets = {
        folder.name: (1.0, observe_all(chosen(folder, Selection(sample=options.sample)), parts)) for folder in folders
    }
    if options.cases:
        cases = open_cases(options.cases, options.documents)
        half = replace(cases, cases=tuple(case for case in cases.cases if case.split == "dev"))
        near_misses = max(1.0, float(len(sets.keys() - set(options.report_only))))
        sets[f"{cases.name}, dev"] = (near_misses, observe_all(half, parts))
    fitted = {name: seen for name, seen in sets.items() if name not in options.report_only}
    for name, (_, seen) in sets.items():
        others = [other for known, other in fitted.items() if known != name] or list(sets.values())
        print(report(name, seen, *fit(others)))
    weights, bias = fit(list(fitted.values()))
    named = dict(zip(Features.__slots__, (round(float(weight), 2) for weight in weights), strict=True))
    print(json.dumps({"bias": round(bias, 2), **named}))


if __name__ == "__main__":
    main()
