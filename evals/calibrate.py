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
import platformdirs
from numpy.typing import NDArray

from assistant.answering import HITS
from assistant.bootstrap import Parts
from assistant.extracting import Candidate, gather, weigh_terms
from assistant.judging import THRESHOLDS, Features, observe
from assistant.retrieving import retrieve
from evals.datasets import Case, file_of, read_cases, write_documents
from index.reading import Snapshot
from index.settings import IndexSettings

CACHE = Path(platformdirs.user_cache_dir("citespan")) / "evals"


@dataclass(frozen=True, slots=True)
class Observed:
    """One case: its features, whether it is answerable, and whether the first (one of three) sentences answers it."""

    features: tuple[float, ...]
    answerable: bool
    first: bool
    third: bool


def observe_folder(folder: Path, *, sample: int) -> list[Observed]:
    """Index the folder (once, in the cache) and look at what is found for each question."""
    documents = CACHE / folder.name / "documents"
    if not documents.exists():
        write_documents(folder, documents)
    parts = Parts(IndexSettings(state_dir=CACHE / folder.name), notify=print)
    parts.builder("default").add([documents], mirror=True)
    snapshot, names = parts.reader().snapshot("default"), file_of(folder)
    cases = read_cases(folder, sample=sample)
    seen = []
    for number, case in enumerate(cases, 1):
        seen.append(_observe(case, parts, snapshot, names))
        print(f"\r{folder.name}: {number}/{len(cases)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return seen


def _observe(case: Case, parts: Parts, snapshot: Snapshot, names: dict[str, str]) -> Observed:
    vector = parts.embedder.embed_query(case.question)
    hits = retrieve(case.question, vector, snapshot, limit=HITS)
    candidates = gather(hits, weigh_terms(case.question, snapshot), vector, snapshot)
    right = [_answers(candidate, case, names) for candidate in candidates[:3]]
    return Observed(astuple(observe(hits, candidates)), case.answerable, right[:1] == [True], any(right))


def _answers(candidate: Candidate, case: Case, names: dict[str, str]) -> bool:
    path = candidate.hit.record.path
    return any(
        names[document] == path and any(part.overlaps(span) for part in candidate.sentence.parts)
        for document, span in case.gold
    )


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
        f"AUROC right {auroc(sure, right):.3f} answerable {auroc(sure, answerable):.3f} "
        f"ECE {calibration_error(sure, right):.3f} "
        f"false answers/refusals: {points}"
    )


def auroc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Probability that a positive scores above a negative, ties counting half (Mann-Whitney)."""
    above, below = scores[positive], scores[~positive]
    if not len(above) or not len(below):
        return math.nan
    return float(np.mean((above[:, None] > below[None, :]) + 0.5 * (above[:, None] == below[None, :])))


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_], *, bins: int = 10) -> float:
    """Expected calibration error over bins of equal size (Naeini et al. 2015)."""
    groups = np.array_split(np.argsort(sure, kind="stable"), min(bins, len(sure)))
    return float(sum(len(group) * abs(sure[group].mean() - right[group].mean()) for group in groups) / len(sure))


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
