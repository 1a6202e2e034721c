"""What a stated confidence has meant: of the cases at each level, how many answers were right. The page shows it.

    python -m evals.levels

writes ``api/static/confidence.json`` from ``evals/baseline.json``; ``make accept`` runs it. The words follow from the
measured share, not from the confidence, so that they stay true when the baseline changes.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals.report import read_report
from evals.statistics import wilson

__all__ = ["BASELINE", "PUBLISHED", "levels", "levels_text"]

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "evals" / "baseline.json"
PUBLISHED = ROOT / "api" / "static" / "confidence.json"

BOUNDS = (0.0, 0.1, 0.4, 0.5, 0.7, 1.0)
"""Few levels, each with enough cases to say something; 0.4 is where the default caution starts to answer."""
WORDS = ((0.9, "high"), (0.7, "good"), (0.5, "fair"), (0.2, "low"), (0.0, "very low"))
"""The word for a share of right answers, from the first bound that it reaches."""


def levels(baseline: Path) -> dict[str, Any]:
    """The levels over a result's cases; an answer, shown or withheld, is right when it quotes accepted evidence."""
    kept = read_report(baseline)
    judged = [(case.confidence, bool(case.scores.get("extracting/evidence_any"))) for case in kept.cases]
    found = []
    for low, high in pairwise(BOUNDS):
        here = [right for sure, right in judged if low <= sure < high or sure == high == BOUNDS[-1]]
        if here:
            found.append({"from": low, "to": high, **_measured(sum(here), len(here))})
    unanswerable = sum(not case.answerable for case in kept.cases)
    documents = kept.setup["documents"]
    return {"cases": len(judged), "unanswerable": unanswerable, "documents": documents, "levels": found}


def levels_text(content: Mapping[str, Any]) -> str:
    """The levels as the page reads them."""
    return json.dumps(content, indent=1) + "\n"


def _measured(right: int, cases: int) -> dict[str, Any]:
    share, interval = right / cases, wilson(right, cases)
    word = next(word for least, word in WORDS if share >= least)
    return {
        "word": word,
        "right": right,
        "cases": cases,
        "share": round(share, 3),
        "low": round(interval.low, 3),
        "high": round(interval.high, 3),
    }


if __name__ == "__main__":
    PUBLISHED.write_text(levels_text(levels(BASELINE)), encoding="utf-8")
    print(f"{PUBLISHED.relative_to(ROOT)} says what confidence has meant in {BASELINE.relative_to(ROOT)}")
