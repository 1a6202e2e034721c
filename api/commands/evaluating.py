"""``citespan eval``: measure answers, hold them against a baseline, accept a new one, make cases."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.indexing import GIVEN_PATH, parts_of
from api.settings import Settings
from evals.models import EvalError

if TYPE_CHECKING:
    from assistant.models import Caution
    from evals.comparing import Comparison
    from evals.models import Dataset
    from evals.report import Report
    from evals.runner import Way

__all__ = ["evaluate"]

REGRESSION = 1
CASES, DOCUMENTS, BASELINE = Path("evals/cases.jsonl"), Path("seeds"), Path("evals/baseline.json")

cases_option = click.option("--cases", type=GIVEN_PATH, default=CASES, show_default=True, help="Known questions.")
documents_option = click.option(
    "--documents", type=GIVEN_PATH, default=DOCUMENTS, show_default=True, help="Folder that the cases are about."
)


@click.group("eval", invoke_without_command=True)
@documents_option
@cases_option
@click.option(
    "--dataset", type=GIVEN_PATH, metavar="DIR", help="A BEIR folder (retrieval only) or a QA folder instead."
)
@click.option("--against", type=GIVEN_PATH, metavar="FILE", help="Compare with this earlier result, and gate.")
@click.option("--policy", type=GIVEN_PATH, metavar="FILE", help="What may not get worse; default: citespan's own.")
@click.option("--kind", "kinds", multiple=True, help="Only cases of this kind; may be repeated.")
@click.option("--sample", type=click.IntRange(1), help="Only so many cases, drawn at random.")
@click.option("--seed", default=7, show_default=True, help="Seed of --sample.")
@click.option("--limit", type=click.IntRange(1), help="Only the first so many cases.")
@click.option("--caution", type=click.Choice(["cautious", "balanced", "eager"]), help="How sure an answer must be.")
@click.option("--max-sentences", type=click.IntRange(1, 10), help="Longest answer.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64), help="Questions asked at a time.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
@click.option("--out", type=GIVEN_PATH, metavar="FILE", help="Keep the whole result, for --against and accept.")
@click.option("--junit", type=GIVEN_PATH, metavar="FILE", help="Write JUnit XML.")
@click.option("--markdown", type=GIVEN_PATH, metavar="FILE", help="Write Markdown for a pull request.")
@click.option("--html", type=GIVEN_PATH, metavar="FILE", help="Write one page with everything.")
@click.pass_context
def evaluate(  # noqa: PLR0913  one argument an option
    context: click.Context,
    *,
    documents: Path,
    cases: Path,
    dataset: Path | None,
    against: Path | None,
    policy: Path | None,
    kinds: tuple[str, ...],
    sample: int | None,
    seed: int,
    limit: int | None,
    caution: "Caution | None",
    max_sentences: int | None,
    jobs: int,
    as_json: bool,
    out: Path | None,
    junit: Path | None,
    markdown: Path | None,
    html: Path | None,
) -> int:
    """Measure answers and refusals over known questions; with --against, fail when they got worse.

    \b
    Exit codes: 0 done and nothing got worse, 1 a gated metric got worse, 2 could not run.
    """  # noqa: D301  click wants the backspace character itself
    if context.invoked_subcommand:
        return 0
    from evals.comparing import compare
    from evals.datasets import Selection, chosen
    from evals.policy import POLICY, read_policy
    from evals.report import read_report
    from evals.runner import Way

    settings: Settings = context.obj
    files = {"out": out, "junit": junit, "markdown": markdown, "html": html}
    _must_be_writable([path for path in files.values() if path], inputs=[against, policy, cases])
    rules = read_policy(policy or POLICY)
    before = read_report(against) if against else None
    asked = chosen(_opened(settings, dataset, cases, documents), Selection(kinds, sample, seed, limit))
    way = Way(caution or settings.assistant.caution, max_sentences or settings.assistant.max_sentences, jobs)
    report = _measured(settings, asked, way)
    comparison = compare(before, report, rules) if before else None
    for path, content in _renderings(files, report, asked, comparison).items():
        path.write_bytes(content())
    _show(report, comparison, as_json=as_json)
    return REGRESSION if comparison and comparison.red else 0


@evaluate.command()
@click.argument("result", type=GIVEN_PATH)
@click.option("--baseline", type=GIVEN_PATH, default=BASELINE, show_default=True, help="The file to write.")
@click.option("--because", required=True, metavar="REASON", help="Why these figures are the ones to hold from now on.")
@click.option("--by", help="Who accepts it; default: git's user.name.")
def accept(result: Path, baseline: Path, because: str, by: str | None) -> int:
    """Make RESULT (of `citespan eval --out`) the baseline, and log who changed which figure by how much."""
    from evals.accepting import accept as take
    from evals.accepting import whoami

    log = take(result, baseline, who=by or whoami(), why=because, today=date.today())  # noqa: DTZ011  the writer's day
    click.echo(f"{result} is the baseline now: {baseline}. What changed stands in {log}.", err=True)
    return 0


@evaluate.command()
@click.argument("question")
@click.option("--quote", "quotes", multiple=True, help="What answers it, copied from a document; each is required.")
@click.option("--fact", "facts", multiple=True, help="What the answer must say; wordings with | between.")
@click.option("--kind", default="question", show_default=True, help="Figures are shown by kind.")
@cases_option
@documents_option
@click.pass_obj
def case(
    settings: Settings,
    *,
    question: str,
    quotes: Sequence[str],
    facts: Sequence[str],
    kind: str,
    cases: Path,
    documents: Path,
) -> int:
    """Add a case: QUESTION with the quotes that answer it, or without a quote, one that must be refused."""
    from evals.cases import read_rows, write_rows
    from evals.scaffolding import new_row

    known = read_rows(cases, may_be_empty=True) if cases.exists() else []
    row = new_row(question, quotes, facts, kind=kind, known=known, texts=_texts(settings, documents))
    cases.parent.mkdir(parents=True, exist_ok=True)
    write_rows(cases, [*known, row])
    places = [f"{found.file} [{found.start}, {found.end})" for part in row.evidence for found in part]
    click.echo(f"{row.id} ({row.split}) is in {cases}: {', '.join(places) or 'unanswerable'}")
    return 0


@evaluate.command()
@cases_option
@documents_option
@click.pass_obj
def relocate(settings: Settings, *, cases: Path, documents: Path) -> int:
    """Move the quotes of all cases to where their documents hold them now."""
    from evals.cases import read_rows, write_rows
    from evals.scaffolding import relocated

    texts = _texts(settings, documents)
    rows = read_rows(cases)
    moved = [relocated(row, texts) for row in rows]
    write_rows(cases, moved)
    count = sum(old != new for old, new in zip(rows, moved, strict=True))
    click.echo(f"{count} of {len(rows)} cases have moved.")
    return 0


def _texts(settings: Settings, documents: Path) -> dict[str, str]:
    from evals.scaffolding import read_texts

    return read_texts(
        documents, max_bytes=settings.index.max_file_bytes, fallback_encoding=settings.index.fallback_encoding
    )


def _opened(settings: Settings, dataset: Path | None, cases: Path, documents: Path) -> "Dataset":
    from evals.datasets import open_cases, open_folder

    if dataset:
        return open_folder(dataset, cache_dir=settings.index.cache_dir)
    if not cases.exists():
        raise EvalError(
            f"There are no cases {cases}. Name yours (--cases FILE --documents DIR, or --dataset DIR), "
            "or make the first one: citespan eval case --help"
        )
    return open_cases(cases, documents)


def _measured(settings: Settings, dataset: "Dataset", way: "Way") -> "Report":
    from api.commands.presenting import asking, building, console
    from evals.runner import evaluate as measure
    from evals.runner import prepare

    out = console(stderr=True)
    parts = parts_of(settings)
    with building(out) as progress:
        prepared = prepare(dataset, parts, progress=progress)
    with asking(out) as asked:
        return measure(prepared, way, asked=asked)


def _renderings(
    wanted: Mapping[str, Path | None], report: "Report", dataset: "Dataset", comparison: "Comparison | None"
) -> dict[Path, Callable[[], bytes]]:
    """What makes the content of each file that was asked for."""
    from evals.rendering.html import html_page
    from evals.rendering.junit import junit_xml
    from evals.rendering.markdown import markdown_text
    from evals.report import report_json, report_text

    makers: dict[str, Callable[[], bytes]] = {
        "out": lambda: report_text(report_json(report)).encode(),
        "junit": lambda: junit_xml(report, comparison),
        "markdown": lambda: markdown_text(report, comparison).encode(),
        "html": lambda: html_page(report, dataset, comparison).encode(),
    }
    return {path: makers[name] for name, path in wanted.items() if path}


def _must_be_writable(paths: Sequence[Path], *, inputs: Sequence[Path | None]) -> None:
    """Raises EvalError now rather than after minutes of work."""
    taken = {path.resolve() for path in inputs if path}
    for path in paths:
        if path.resolve() in taken:
            raise EvalError(f"{path} is read or written by this command already. Name another file.")
        taken.add(path.resolve())
        if path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise EvalError(f"{path} cannot be written. Name a file in a folder that exists and that you may write to.")


def _show(report: "Report", comparison: "Comparison | None", *, as_json: bool) -> None:
    if as_json:
        from evals.comparing import comparison_json
        from evals.report import report_json

        compared = {"comparison": comparison_json(comparison)} if comparison else {}
        click.echo(json.dumps(report_json(report) | compared, ensure_ascii=False, indent=1).encode())
        return
    from api.commands.presenting import console
    from api.commands.presenting_evaluations import show_comparison, show_report

    show_report(report, console())
    if comparison:
        show_comparison(comparison, console())
