"""What passages should be: their length, their overlap, the title in them, their neighbours at a question.

    python -m evals.passage_sizes ../shared/data/covidqa ../shared/data/scifact --half-trained MODEL --sample 300

Prints a row for each way, with the change from the way that is in force; a star where the paired comparison shows it
(``evals/comparing.py``). Our own cases are their development half. Each way indexes the sets anew, in the cache: some
minutes a set.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from assistant.bootstrap import Parts
from assistant.extracting import Candidate, gather
from assistant.models import Hit
from assistant.profiles import PROFILES
from assistant.questioning import Understood
from assistant.settings import AssistantSettings
from evals.comparing import compare
from evals.datasets import Selection, chosen, half_of, open_cases, open_folder
from evals.models import Dataset
from evals.policy import Gate, Policy
from evals.report import Report
from evals.results import ROOT, TRAINED_ON
from evals.runner import Way, evaluate, prepare
from index import chunking
from index.models import Sentence
from index.reading import Snapshot
from index.settings import IndexSettings
from index.store import Vectors

__all__ = ["WAYS", "Passages", "neighbours", "overlapping"]

SHOWN = (
    "documents/nDCG@10",
    "extracting/evidence_first",
    "extracting/evidence_top3",
    "extracting/evidence_any",
    "extracting/citation_precision",
    "refusing/AUROC",
)
StandIn = Any


@dataclass(frozen=True, slots=True)
class Passages:
    """A way to make passages and to use them: ``looked_at`` of them have their sentences looked at.

    ``stand_ins`` replace what makes them, by where it is used; ``making`` names that for the cache.
    """

    name: str
    tokens: int = 256
    looked_at: int = 20
    making: str = ""
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)


def overlapping(sentences: int) -> Callable[..., Iterator[tuple[int, int]]]:
    """Passages as they are, each after the last ``sentences`` of the one before where that is of its section."""
    runs = chunking._runs  # noqa: SLF001 - what is replaced

    def overlapped(*given: Any) -> Iterator[tuple[int, int]]:  # noqa: ANN401 - what ``_runs`` takes
        known: Sequence[Sentence] = given[1]
        for first, last in runs(*given):
            start = first
            while first - start < sentences and start and last - start < chunking.MOST_SENTENCES:
                run = known[start - 1 : last]
                if not all(chunking._continues(run[0], one, other) for one, other in pairwise(run)):  # noqa: SLF001
                    break
                start -= 1
            yield start, last

    return overlapped


def neighbours(best: int, share: float) -> Callable[..., list[Candidate]]:
    """Sentences from the passages beside the ``best`` hits, too; these count ``share`` of the hit's score."""

    def gathered(hits: Sequence[Hit], asked: Understood, vector: Vectors, snapshot: Snapshot) -> list[Candidate]:
        known = {hit.passage.id for hit in hits}
        scores: dict[str, float] = {}
        for hit in hits[:best]:
            for ordinal in (hit.passage.ordinal - 1, hit.passage.ordinal + 1):
                name = f"{hit.passage.document_key}/{ordinal}"
                if 0 <= ordinal < hit.record.passages and name not in known:
                    scores.setdefault(name, share * hit.score)
        stored, records = snapshot.passages(list(scores))
        beside = [
            Hit(
                passage=found.passage,
                sentence_vectors=found.sentence_vectors,
                shown=found.shown,
                record=records[found.passage.document_key],
                score=scores[name],
                dense=0.0,
                lexical=0.0,
            )
            for name, found in stored.items()
        ]
        return gather([*hits, *beside], asked, vector, snapshot)

    return gathered


def _overlap(tokens: int, sentences: int) -> Passages:
    stand_ins = {"index.chunking._runs": overlapping(sentences)}
    return Passages(f"{tokens} tokens, {sentences} more of the one before", tokens, 20, f"+{sentences}", stand_ins)


WAYS = (
    Passages("256 tokens"),
    Passages("192 tokens", 192),
    Passages("128 tokens", 128),
    Passages("128 tokens, 40 looked at", 128, 40),
    Passages("64 tokens", 64),
    Passages("64 tokens, 80 looked at", 64, 80),
    _overlap(192, 1),
    _overlap(128, 1),
    _overlap(128, 2),
    Passages("256 tokens, no title or section", making="-head", stand_ins={"index.chunking._head": lambda *_: ""}),
    Passages("neighbours of the first 3", stand_ins={"assistant.finding.gather": neighbours(3, 0.5)}),
    Passages("neighbours of all 20", stand_ins={"assistant.finding.gather": neighbours(20, 0.5)}),
    Passages("256 tokens, 40 looked at", looked_at=40),
)
"""What is in force first."""


def measured(dataset: Dataset, way: Passages, cross_encoder: str | None) -> Report:
    """The data set with passages made that way."""
    settings = IndexSettings(passage_tokens=way.tokens)
    answering = AssistantSettings(cross_encoder=cross_encoder) if cross_encoder else AssistantSettings()
    best = replace(PROFILES["best"], passages=way.looked_at)
    stand_ins = {"index.making.CHUNKING": chunking.CHUNKING + way.making, **way.stand_ins}
    with ExitStack() as stack:
        stack.enter_context(patch.dict("assistant.bootstrap.PROFILES", {"best": best}))
        for target, stand_in in stand_ins.items():
            stack.enter_context(patch(target, stand_in))
        return evaluate(prepare(dataset, Parts(settings, answering=answering, notify=print)), Way())


def rows(dataset: Dataset, ways: Sequence[Passages], cross_encoder: str | None) -> Iterator[str]:
    """The table of one data set; rows come as they are measured."""
    yield f"| {dataset.name}, {len(dataset.cases)} | passages | {' | '.join(SHOWN)} | ms |"
    yield "|---" * (len(SHOWN) + 3) + "|"
    before: Report | None = None
    for way in ways:
        report = measured(dataset, way, cross_encoder)
        cells = " | ".join(_cell(name, report, before) for name in SHOWN)
        yield f"| {way.name} | {report.setup['passages']} | {cells} | {report.percentile(0.5):.0f} |"
        before = before or report


def _cell(name: str, report: Report, before: Report | None) -> str:
    if name not in report.splits["all"]:
        return "–"
    if before is None:
        return f"{report.splits['all'][name].value:.3f}"
    gate = Gate(metric=name, split="all", may_worsen=1.0)
    found = compare(before, report, Policy(gate=(gate,))).differences[0]
    return f"{found.change:+.3f}{'' if found.sign == 'no difference shown' else '*'}"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="BEIR and QA folders")
    parser.add_argument("--half-trained", help="cross-encoder trained on the even half of the sets in training/")
    parser.add_argument("--sample", type=int, default=300, help="questions of each folder")
    parser.add_argument(
        "--way", action="append", default=[], help="words in the names of ways; all where none is given"
    )
    options = parser.parse_args()
    ways = [*WAYS[:1], *(way for way in WAYS[1:] if not options.way or any(word in way.name for word in options.way))]
    cases = open_cases(ROOT / "evals" / "cases.jsonl", ROOT / "seeds")
    ours = replace(cases, name="ours, dev", cases=tuple(case for case in cases.cases if case.split == "dev"))
    sets = [(ours, None)]
    for folder in options.folders:
        dataset = open_folder(folder, cache_dir=IndexSettings().cache_dir)
        trained_on = folder.name in TRAINED_ON
        dataset = chosen(half_of(dataset, "odd") if trained_on else dataset, Selection(sample=options.sample))
        sets.append((dataset, options.half_trained if trained_on else None))
    for dataset, cross_encoder in sets:
        for row in rows(dataset, ways, cross_encoder):
            print(row, flush=True)
        print(flush=True)


if __name__ == "__main__":
    main()
