"""Every figure that this project publishes, in one file.

    python -m evals.results FOLDER… --half-trained MODEL --chain ../shared/bench/tutorial_chain.py --chain-python PYTHON

Writes evals/RESULTS.md: our own cases and the development sets, with what the tutorial chain retrieves beside ours,
the profile `fast`, and what every component is worth. A set that the shipped cross-encoder was trained on is asked with
one that was trained on the questions about one half of the documents (``training/README.md``), about the other half.
Indexes and the chain's stores are kept in the cache; the first run takes about half an hour on two cores.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from evals.ablations import ablations
from evals.datasets import Selection, chosen, half_of, open_cases, open_folder
from evals.measuring import Figure, measure
from evals.models import Scored
from evals.publishing import kept_parts
from evals.rendering.words import interval, number
from evals.report import Report
from evals.runner import Way, evaluate, prepare
from evals.tutorial_chain import TutorialChain
from index.settings import IndexSettings

ROOT = Path(__file__).parent.parent
RANKING = ("documents/nDCG@10", "documents/Recall@10", "documents/Recall@100", "documents/MRR", "passages/MRR")
ANSWERS = (
    "extracting/evidence_first",
    "extracting/evidence_top3",
    "extracting/evidence_any",
    "answering/evidence_first",
    "answering/evidence_any",
    "answering/citation_precision",
    "answering/citation_recall",
    "answering/fact_coverage",
    "answering/all_facts",
    "answering/answer_words",
)
REFUSALS = ("refusing/false_answer_rate", "refusing/false_refusal_rate", "refusing/AUROC", "refusing/AURC")
FAST = (
    "documents/nDCG@10",
    "extracting/evidence_first",
    "extracting/evidence_top3",
    "extracting/evidence_any",
    "answering/citation_precision",
    "refusing/false_answer_rate",
    "refusing/false_refusal_rate",
    "refusing/AUROC",
)
TRAINED_ON = ("covidqa", "scifact", "bioasq_dev")
"""What the cross-encoder that ships was trained on: training/README.md."""
ABLATED = 150
"""Cases of each set that are asked again without each component."""
CALIBRATION = ("calibration/ECE", "calibration/ECE_perfect", "calibration/ECE_debiased")
HEAD = """# Results

Written by `make results`; do not edit:

    {command}

Profile: `best`, the default one, unless a table says `fast`. Intervals are 95 %: Wilson's for shares, else a bootstrap
over documents, or over cases where fewer than 20 documents share cases. The judge is overlap with the accepted
evidence, no model. `extracting/…` sets refusals aside; in `answering/…` a refusal scores 0. The tutorial chain's
passages are its chunks of 1,000 characters, ours are shorter.

**What was tuned on what.** The cross-encoder that ships was trained on {trained}: for these
sets the figures are those of a cross-encoder that was trained on the questions about one half of the documents, over
the other half. The confidence was fitted on that half of covidqa and bioasq_dev and on the development half of our
cases (`python -m evals.calibrate` prints what it does on a set that was left out), not on squad2. Fusion, extraction
and the weights of a score were chosen while looking at all four public sets and at the development half of our cases.
Nothing was trained, fitted or chosen on the test half. BioASQ's documents are rebuilt from gold snippets, so its
scores run high.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A data set, or a split of one, and what was measured on it; ``chain`` is the tutorial chain's ranking."""

    name: str
    figures: Mapping[str, Figure]
    chain: Mapping[str, Figure]


def columns_of(report: Report, ranked: Sequence[Scored]) -> Iterator[Column]:
    """A column for each split, or for all cases where there are no splits."""
    for split in [split for split in report.splits if split != "all"] or ["all"]:
        kept = {case.id for case in report.of(split)}
        name = report.name if split == "all" else f"{report.name}, {split}"
        yield Column(name, report.splits[split], measure([case for case in ranked if case.id in kept]))


def pooled(reports: Sequence[Report]) -> dict[str, Figure]:
    """The calibration of the confidence over all sets with answers together."""
    cases = [
        replace(case, id=f"{report.name} {case.id}", cluster=f"{report.name} {case.cluster}")
        for report in reports
        for case in report.cases
        if case.right is not None
    ]
    return {name: figure for name, figure in measure(cases).items() if name in CALIBRATION}


def table(names: Sequence[str], columns: Sequence[Column], *, chain: bool = False) -> Iterator[str]:
    """One row a metric; with ``chain``, the tutorial chain's figure under ours."""
    kept = [column for column in columns if any(name in column.figures for name in names)]
    yield f"| | {' | '.join(column.name for column in kept)} |"
    yield "|---" * (len(kept) + 1) + "|"
    for name in names:
        yield f"| {name} | {' | '.join(_cell(column.figures.get(name)) for column in kept)} |"
        if chain:
            yield f"| – *tutorial chain* | {' | '.join(_cell(column.chain.get(name)) for column in kept)} |"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    between = f" ({interval(figure)})" if interval(figure) else ""
    return f"{number(figure.value)}{between} n={figure.count}"


def text(
    command: str, reports: Sequence[Report], columns: Sequence[Column], fast: Sequence[Report], ablated: Sequence[str]
) -> str:
    """The whole file."""
    kinds = reports[0].kinds
    lines = [
        HEAD.format(command=command, trained=", ".join(TRAINED_ON)),
        "## Retrieval\n",
        *table(RANKING, columns, chain=True),
        "\n## Answers\n",
        *table(ANSWERS, columns),
        "\n## Refusals\n",
        *table(REFUSALS, columns),
        "\nWhat each caution costs, false answers / false refusals:\n",
        *_points(reports),
        "\n## The stated confidence\n",
        *table(CALIBRATION, columns),
        "\nPooled over every set with answers:\n",
        *(f"- {name}: {_cell(figure)}" for name, figure in pooled(reports).items()),
        "\n## Our cases by kind (share right, dev and test)\n",
        "| kind | right |",
        "|---|---|",
        *(f"| {kind} | {_cell(figure)} |" for kind, figure in kinds.items()),
        "\n## The profile `fast`\n",
        *table(FAST, [column for report in fast for column in columns_of(report, [])]),
        "\n## What each component is worth\n",
        "Without a component, the change of each figure; the first row has the figures with all of them.\n",
        *ablated,
        "\n## Milliseconds a question on this machine, one at a time\n",
        "| | passages | median | 95 % within | median, `fast` |",
        "|---|---|---|---|---|",
        *(
            f"| {report.name} | {report.setup['passages']} | {_milliseconds(report, 0.5)} "
            f"| {_milliseconds(report, 0.95)} | {_milliseconds(quick, 0.5)} |"
            for report, quick in zip(reports, fast, strict=True)
        ),
    ]
    return "\n".join(lines) + "\n"


def _milliseconds(report: Report, share: float) -> str:
    return f"{report.percentile(share):.0f}"


def _points(reports: Sequence[Report]) -> Iterator[str]:
    shown = [
        (report.name if split == "all" else f"{report.name}, {split}", points)
        for report in reports
        for split, points in report.points.items()
    ]
    yield "| | " + " | ".join(name for name, _ in shown) + " |"
    yield "|---" * (len(shown) + 1) + "|"
    for rows in zip(*(points for _, points in shown), strict=True):
        cells = [f"{number(point.false_answers.value)} / {number(point.false_refusals.value)}" for point in rows]
        yield f"| {rows[0].caution} (from {rows[0].threshold}) | {' | '.join(cells)} |"


def _indexed(*, done: int, total: int, passages: int) -> None:
    print(f"\rindexing: {done * 100 // max(total, 1)} %, {passages} passages ", end="", file=sys.stderr, flush=True)


def _asked(*, done: int, total: int) -> None:
    print(f"\rasking: {done} of {total}" + " " * 20, end="\n" if done == total else "", file=sys.stderr, flush=True)


def main() -> None:
    """Measure everything and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, help="BEIR and QA folders")
    parser.add_argument("--chain", type=Path, help="tutorial_chain.py")
    parser.add_argument("--chain-python", type=Path, default=Path(sys.executable), help="has what the chain needs")
    parser.add_argument("--out", type=Path, default=Path("evals/RESULTS.md"))
    parser.add_argument("--half-trained", help="cross-encoder trained on the even half of the sets in training/")
    options = parser.parse_args()
    if not options.half_trained and any(folder.name in TRAINED_ON for folder in options.folders):
        parser.error(f"{', '.join(TRAINED_ON)} were trained on: give --half-trained MODEL (training/README.md)")
    settings = IndexSettings()
    shipped, quick = (_parts(settings, profile=profile) for profile in ("best", "fast"))
    half_trained = _parts(settings, cross_encoder=options.half_trained) if options.half_trained else shipped
    chain = options.chain and TutorialChain(options.chain, options.chain_python, settings.cache_dir / "evals" / "chain")
    ours = replace(open_cases(ROOT / "evals" / "cases.jsonl", ROOT / "seeds"), name="our cases")
    sets = [(ours, ROOT / "seeds", shipped)]
    for folder in options.folders:
        dataset, held_out = open_folder(folder, cache_dir=settings.cache_dir), folder.name in TRAINED_ON
        sets.append((half_of(dataset, "odd") if held_out else dataset, folder, half_trained if held_out else shipped))
    reports: list[Report] = []
    fast: list[Report] = []
    columns: list[Column] = []
    for dataset, source, parts in sets:
        print(f"{dataset.name}: {len(dataset.cases)} cases", file=sys.stderr, flush=True)
        report = evaluate(prepare(dataset, parts, progress=_indexed), Way(), asked=_asked)
        reports.append(report)
        columns += columns_of(report, chain.rank(dataset, report.cases, source=source) if chain else [])
        fast.append(evaluate(prepare(dataset, quick), Way(), asked=_asked))
    compared = [prepare(chosen(dataset, Selection(sample=ABLATED)), parts) for dataset, _, parts in sets]
    ablated = []
    for row in ablations([each for each in compared if each.dataset.answering]):
        print(row, file=sys.stderr, flush=True)
        ablated.append(row)
    command = "python -m evals.results " + " ".join(sys.argv[1:])
    written = kept_parts(text(command, reports, columns, fast, ablated), options.out)
    options.out.write_text(written, encoding="utf-8")


def _parts(settings: IndexSettings, **answering: Any) -> Parts:  # noqa: ANN401 - settings of the assistant
    return Parts(settings, answering=AssistantSettings(**answering), notify=print)


if __name__ == "__main__":
    main()
