"""Fit the confidence of answers on question-answering folders, and report it on folders it was not fitted on.

    python -m evals.calibrate ../shared/data/covidqa ../shared/data/bioasq_dev ../shared/data/squad2

Prints, for each folder left out in turn: how often the first sentence (one of the first three) overlaps the gold
answer; AUROC of the confidence for "one of the first three answers" and for "the question can be answered"; and the
expected calibration error of the former; false answers on unanswerable and false refusals on answerable questions at
each caution. Then the weights fitted on all folders, which ``assistant/judging.py`` carries.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering import HITS
from assistant.bootstrap import Parts
from assistant.extracting import Candidate, gather, weigh_terms
from assistant.judging import THRESHOLDS, Features, observe
from assistant.retrieving import retrieve
from evals import statistics
from evals.datasets import Selection, chosen, open_folder
from evals.models import Case, Place
from evals.runner import prepare
from index.reading import Snapshot
from index.settings import IndexSettings


@dataclass(frozen=True, slots=True)
class Observed:
    """One case: its features, whether it is answerable, and whether the first (one of three) sentences answers it."""

    features: tuple[float, ...]
    answerable: bool
    first: bool
    third: bool


def observe_folder(folder: Path, *, sample: int) -> list[Observed]:
    """Index the folder (once, in the cache) and look at what is found for each question."""
    settings = IndexSettings()
    parts = Parts(settings, notify=print)
    dataset = chosen(open_folder(folder, cache_dir=settings.cache_dir), Selection(sample=sample))
    snapshot = prepare(dataset, parts).assistant.reader.snapshot("default")
    seen = []
    for number, case in enumerate(dataset.cases, 1):
        seen.append(_observe(case, parts, snapshot))
        print(f"\r{folder.name}: {number}/{len(dataset.cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return seen


def _observe(case: Case, parts: Parts, snapshot: Snapshot) -> Observed:
    vector = parts.embedder.embed_query(case.question)
    hits = retrieve(case.question, vector, snapshot, limit=HITS)
    candidates = gather(hits, weigh_terms(case.question, snapshot), vector, snapshot)
    right = [_answers(candidate, case) for candidate in candidates[:3]]
    return Observed(astuple(observe(hits, candidates)), case.answerable, right[:1] == [True], any(right))


def _answers(candidate: Candidate, case: Case) -> bool:
    places = [Place(candidate.hit.record.path, part) for part in candidate.sentence.parts]
    return any(place.overlaps(accepted) for place in places for accepted in case.places)


def fit(sets: Sequence[Sequence[Observed]]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression of "one of the first three sentences answers", each folder weighing the same."""
    from sklearn.linear_model import LogisticRegression

    rows = np.array([case.features for cases in sets for case in cases])
    labels = np.array([case.third for cases in sets for case in cases])
    weights = np.concatenate([np.full(len(cases), 1 / len(cases)) for cases in sets])
    model = LogisticRegression(C=100.0, max_iter=1000).fit(rows, labels, sample_weight=weights * len(rows) / len(sets))
    return model.coef_[0], float(model.intercept_[0])


def report(name: str, cases: Sequence[Observed], weights: NDArray[np.float64], bias: float) -> str:
    """A line of figures for one folder under weights that were fitted elsewhere."""
    sure = np.array([1 / (1 + math.exp(-(bias + float(weights @ np.array(case.features))))) for case in cases])
    right = np.array([case.third for case in cases])
    first = np.array([case.first for case in cases])
    answerable = np.array([case.answerable for case in cases])
    found, in_three = first[answerable].mean(), right[answerable].mean()
    interval = 1.96 * math.sqrt(found * (1 - found) / max(1, answerable.sum()))
    points = " ".join(
        f"{caution} {np.mean(sure[~answerable] >= least):.3f}/{np.mean(sure[answerable] < least):.3f}"
        for caution, least in THRESHOLDS.items()
    )
    return (
        f"{name:<12} n={len(cases):<5} first {found:.3f}±{interval:.3f} three {in_three:.3f} "
        f"AUROC right {statistics.auroc(sure, right):.3f} answerable {statistics.auroc(sure, answerable):.3f} "
        f"ECE {statistics.calibration_error(sure, right):.3f} "
        f"false answers/refusals: {points}"
    )


def main() -> None:
    """Print the figures and the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=500, help="questions per folder")
    options = parser.parse_args()
    sets = [observe_folder(folder, sample=options.sample) for folder in options.folders]
    for number, folder in enumerate(options.folders):
        others = [cases for other, cases in enumerate(sets) if other != number] or sets
        print(report(folder.name, sets[number], *fit(others)))
    weights, bias = fit(sets)
    named = dict(zip(Features.__slots__, (round(float(weight), 2) for weight in weights), strict=True))
    print(json.dumps({"bias": round(bias, 2), **named}))


if __name__ == "__main__":
    main()
