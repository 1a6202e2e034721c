"""Evaluation reports as people read them in a terminal."""

import math
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.commands.visible import VISIBLE
from evals.comparing import Comparison, Difference, Flip
from evals.measuring import Figure
from evals.rendering.words import GROUPS, changed_in_words, left_aside, number, shown_answer, smallest, verdict_line
from evals.report import Report

__all__ = ["show_comparison", "show_report"]

MOST_FLIPS = 40
LONGEST_ANSWER = 240
SIGNS = {"worse": "worse", "better": "better", "no difference shown": "–"}


def show_report(report: Report, out: Console) -> None:
    """Every figure with its interval, the kinds of question, what each caution costs, and the time."""
    unanswerable = sum(not case.answerable for case in report.cases)
    about = f" ({unanswerable} unanswerable)" if unanswerable else ""
    out.print(Text(f"{report.name}: {len(report.cases)} cases{about}", style="bold"))
    for note in report.notes:
        out.print(Text(note, style="dim"))
    for group, title in GROUPS.items():
        _show_group(group, title, report.splits, out)
    if len(report.kinds) > 1:
        _show_kinds(report.kinds, out)
    if report.points:
        _show_points(report, out)
    out.print(
        Text(f"\n{report.percentile(0.5):.0f} ms a question (median), 95 % within {report.percentile(0.95):.0f} ms")
    )


def show_comparison(comparison: Comparison, out: Console) -> None:
    """The flipped questions, the gates, and the verdict last, where a person looks first."""
    for flip in comparison.flips[:MOST_FLIPS]:
        _show_flip(flip, out)
    if len(comparison.flips) > MOST_FLIPS:
        out.print(Text(f"… and {len(comparison.flips) - MOST_FLIPS} more: see --markdown or --html.", style="dim"))
    table = _table("Against the baseline")
    table.add_column("")
    table.add_column("metric", no_wrap=True)
    for name in ("before", "after", "change", "95 %", "could show"):
        table.add_column(name, justify="right", no_wrap=name == "95 %")
    table.add_column("verdict")
    for found in comparison.differences:
        if found.gate or found.sign != "no difference shown":
            table.add_row(*_difference(found), style="red" if found.red else "")
    out.print(table)
    if left_aside(comparison):
        out.print(Text(left_aside(comparison), style="yellow"))
    out.print(Text(f"\n{verdict_line(comparison)}", style="bold red" if comparison.red else "bold green"))


def _difference(found: Difference) -> tuple[str, ...]:
    mark = "✗" if found.red else "✓" if found.gate else " "
    return (
        mark,
        found.title,
        number(found.before),
        number(found.after),
        number(found.change, signed=True),
        f"{found.low:+.2f}…{found.high:+.2f}",
        smallest(found),
        SIGNS.get(found.verdict, "over limit"),
    )


def _show_group(group: str, title: str, splits: Mapping[str, Mapping[str, Figure]], out: Console) -> None:
    names = [name for name in splits["all"] if name.startswith(f"{group}/")]
    if not names:
        return
    table = _table(title)
    table.add_column("", min_width=19)
    for split in splits:
        table.add_column(split, min_width=17)
    table.add_column("n", justify="right")
    for name in names:
        cells = [_cell(figures[name]) if name in figures else "–" for figures in splits.values()]
        table.add_row(name.partition("/")[2], *cells, str(splits["all"][name].count))
    out.print(table)


def _table(title: str) -> Table:
    return Table(box=None, padding=(0, 1, 0, 0), title=f"\n{title}" if title else None, title_justify="left")


def _cell(figure: Figure) -> str:
    """A figure with its interval, as narrow as it can be read."""
    digits = 2 if figure.high < 10 else 0
    between = "" if math.isnan(figure.low) else f" ({figure.low:.{digits}f}–{figure.high:.{digits}f})"
    return number(figure.value) + between


def _show_kinds(kinds: Mapping[str, Figure], out: Console) -> None:
    table = _table("Right, by kind of question")
    table.add_column("", min_width=19)
    table.add_column("right", min_width=17)
    table.add_column("n", justify="right")
    table.add_column("")
    for kind, figure in kinds.items():
        table.add_row(kind, _cell(figure), str(figure.count), "█" * round(20 * figure.value))
    out.print(table)


def _show_points(report: Report, out: Console) -> None:
    table = _table("What each caution costs: false answers / false refusals")
    table.add_column("", min_width=19)
    for split in report.points:
        table.add_column(split, min_width=17)
    table.add_column("from", justify="right")
    for points in zip(*report.points.values(), strict=True):
        cells = [f"{number(point.false_answers.value)} / {number(point.false_refusals.value)}" for point in points]
        table.add_row(points[0].caution, *cells, f"{points[0].threshold:.2f}")
    out.print(table)


def _show_flip(flip: Flip, out: Console) -> None:
    out.print()
    out.print(
        Text.assemble(
            (_visible(flip.after.question), "bold"), (f"  {_visible(flip.after.id)} · {changed_in_words(flip)}", "dim")
        )
    )
    for when, case in (("before", flip.before), ("after", flip.after)):
        text = shown_answer(case)
        cut = text if len(text) <= LONGEST_ANSWER else text[:LONGEST_ANSWER] + " …"
        style = "green" if case.right else "red"
        out.print(Text.assemble((f"  {when:<7}", "dim"), (case.verdict, style), f": {_visible(cut)}"))


def _visible(text: str) -> str:
    """Text in one line with nothing in it that a terminal would obey."""
    return " ".join(text.split()).translate(VISIBLE)
