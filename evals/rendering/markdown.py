"""Markdown for a pull-request comment and a step summary: verdict, gates, flipped questions, figures folded away."""

from collections.abc import Iterator, Sequence

from evals.comparing import Comparison, Difference, Flip
from evals.measuring import Figure
from evals.models import Scored
from evals.rendering.words import changed_in_words, interval, left_aside, number, shown_answer, smallest, verdict_line
from evals.report import Report

__all__ = ["markdown_text"]

MOST_FLIPS = 100
LONGEST_ANSWER = 600
ESCAPES = {ord(sign): f"&#{ord(sign)};" for sign in "&<>\\`*_[]|#~@$"}
LONGEST_TEXT = 60_000
"""A comment on GitHub holds 65,536 characters."""


def markdown_text(report: Report, comparison: Comparison | None) -> str:
    """The report as GitHub's Markdown, short enough for a comment."""
    lines = [f"### citespan eval: {_escaped(report.name)}", ""]
    lines += [line for note in report.notes for line in (f"> {_escaped(note)}", "")]
    if comparison:
        lines += [f"**{'❌' if comparison.red else '✅'} {_escaped(verdict_line(comparison))}**", ""]
        lines += [_escaped(left_aside(comparison)), ""] if left_aside(comparison) else []
        lines += [*_gates([found for found in comparison.differences if found.gate]), ""]
        lines += [*_flips(comparison.flips), ""]
    lines += _folded("All figures", _figures(report), is_open=comparison is None)
    text = "\n".join(lines) + "\n"
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rsplit("\n", 1)[0] + "\n\n… cut short.\n"


def _gates(differences: Sequence[Difference]) -> Iterator[str]:
    yield "| | metric | cases | before | after | change (95 %) | smallest that could be shown | verdict |"
    yield "|---|---|---|---|---|---|---|---|"
    for found in differences:
        change = f"{number(found.low, signed=True)} to {number(found.high, signed=True)}"
        cells = (
            "❌" if found.red else "✅",
            f"{found.metric} ({found.split})",
            str(found.count),
            number(found.before),
            number(found.after),
            f"{number(found.change, signed=True)} ({change})",
            smallest(found),
            found.verdict,
        )
        yield f"| {' | '.join(cells)} |"


def _flips(flips: Sequence[Flip]) -> Iterator[str]:
    if not flips:
        yield "No question changed its outcome."
        return
    lines = ["| question | before | after |", "|---|---|---|"]
    lines += [
        f"| **{_escaped(flip.after.question)}**<br>{_escaped(flip.after.id)} · {changed_in_words(flip)} "
        f"| *{flip.before.verdict}*<br>{_answer(flip.before)} | *{flip.after.verdict}*<br>{_answer(flip.after)} |"
        for flip in flips[:MOST_FLIPS]
    ]
    if len(flips) > MOST_FLIPS:
        lines.append(f"| … and {len(flips) - MOST_FLIPS} more | | |")
    lost = sum(flip.lost for flip in flips)
    yield from _folded(f"{len(flips)} questions changed their outcome, {lost} of them lost", lines, is_open=lost > 0)


def _figures(report: Report) -> Iterator[str]:
    yield f"| metric | {' | '.join(f'{split} | 95 %' for split in report.splits)} |"
    yield "|---" + "|---|---" * len(report.splits) + "|"
    for metric in report.splits["all"]:
        cells = [figures.get(metric) for figures in report.splits.values()]
        shown = " | ".join(_cell(cell) for cell in cells)
        yield f"| {metric} | {shown} |"


def _cell(figure: Figure | None) -> str:
    return f"{number(figure.value)} | {interval(figure)} n={figure.count}" if figure else "–| "


def _folded(title: str, lines: "Sequence[str] | Iterator[str]", *, is_open: bool) -> list[str]:
    return [f"<details{' open' if is_open else ''}><summary>{title}</summary>", "", *lines, "", "</details>", ""]


def _answer(case: Scored) -> str:
    text = shown_answer(case)
    return _escaped(text if len(text) <= LONGEST_ANSWER else text[:LONGEST_ANSWER] + " …")


def _escaped(text: str) -> str:
    """Text that neither Markdown nor HTML reads anything into, in one line."""
    return " ".join(text.split()).translate(ESCAPES)
