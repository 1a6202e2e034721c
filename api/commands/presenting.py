"""Replies, documents and build summaries as people read them in a terminal, plain when it is none."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from api.commands.presenting_writing import asked_otherwise, dropped_lines, used, written_lines
from api.commands.visible import VISIBLE
from api.feedback.records import Feedback
from api.wording import placed
from assistant.models import Answer, Citation, CitationRole, Refusal, Reply
from assistant.verifying import Finding
from index.build import Progress as BuildProgress
from index.build import Summary
from index.models import DocumentRecord, Span
from index.reading import Snapshot
from index.store import CollectionState
from index.views import display

if TYPE_CHECKING:
    from evals.runner import Asked

__all__ = [
    "asking",
    "building",
    "console",
    "show_documents",
    "show_feedback",
    "show_findings",
    "show_reply",
    "show_states",
    "show_summary",
]

ROLES: Mapping[CitationRole, str] = {
    "source": "",
    "part": "part of the sentence",
    "agrees": "says the same",
    "supports": "supports it",
}
CONTEXT = 160
"""Code points shown on either side of a quotation."""
WIDEST = 110


class QuietConsole(Console):
    """A console that stops without a word, and without a failure, when its reader (``| head``) has seen enough."""

    def on_broken_pipe(self) -> None:
        """Called by rich in place of its own exit code 1."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0)


def console(*, stderr: bool = False) -> Console:
    """A console for results, or for everything else; colours and bars only where there is a terminal."""
    made = QuietConsole(stderr=stderr, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if made.width > WIDEST and made.is_terminal:
        made.width = WIDEST
    return made


def show_reply(reply: Reply, snapshot: Snapshot, out: Console, *, dropped: bool = False) -> None:
    """The answer with its quotations in context, or the refusal with what came closest; first, what was searched for.

    Nothing is said of that where it is the question as it was asked. ``dropped``: the claims that a model made and that
    were left out are listed, and not only counted.
    """
    _show_all(asked_otherwise(reply), out, before_more=True)
    if isinstance(reply.result, Answer):
        _show(_emphasised(reply.result), out)
        quotations = reply.result.citations
    else:
        _show(Text(reply.result.message, style="bold yellow"), out)
        quotations = reply.result.nearest
    _show_all(written_lines(reply), out)
    if isinstance(reply.result, Refusal) and quotations:
        out.print(Text("\nWhat came closest:"))
    for citation in quotations:
        out.print()
        _show_quotation(citation, snapshot, out)
    out.print()
    _show_all(dropped_lines(reply.writing, listed=dropped), out)
    out.print(Text(_footer(reply), style="dim"))


def _emphasised(answer: Answer) -> Text:
    """The answer, what is asked for underlined where the question tells."""
    text = Text(answer.text, style="bold")
    for sentence in answer.sentences:
        for start, end in sentence.focus:
            text.stylize("underline", sentence.start + start, sentence.start + end)
    return text


def _show_quotation(citation: Citation, snapshot: Snapshot, out: Console) -> None:
    _show(Text.assemble((f"[{citation.number}] ", "bold cyan"), (citation.record.title, "italic")), out)
    where = " · ".join(part for part in (citation.section, placed(citation), _role(citation)) if part)
    for text in (Text(where, style="cyan"), _in_context(citation, snapshot)):
        _show(text, out, indent=4)


def _show(text: Text, out: Console, *, indent: int = 0, whole: bool = False) -> None:
    """Wrapped to the width, without blanks at line ends, and with nothing in it that a terminal would obey.

    A ``whole`` line is left whole where there is no terminal: somebody may look for it in a log.
    """
    text.plain = text.plain.translate(VISIBLE)
    if whole and not out.is_terminal:
        out.print(text, soft_wrap=True)
        return
    for line in text.wrap(out, max(out.width - indent, 20)):
        line.rstrip()
        out.print(Text(" " * indent) + line)


def _show_all(lines: Iterable[Text], out: Console, *, before_more: bool = False) -> None:
    """Each on a line; ``before_more``: a line is left free below, if there is any."""
    shown = list(lines)
    for line in shown:
        _show(line, out)
    if shown and before_more:
        out.print()


def _role(citation: Citation) -> str:
    return ROLES[citation.role]


def _in_context(citation: Citation, snapshot: Snapshot) -> Text:
    span, known = citation.location.span, snapshot.derived.lexical.knows
    wide = Span(max(0, span.start - CONTEXT), min(citation.record.characters, span.end + CONTEXT))
    around = snapshot.locate(citation.record, wide).text
    before = display(around[: span.start - wide.start], known=known).text
    after = display(around[span.end - wide.start :], known=known).text
    text = Text("“")
    if before:
        text.append(("…" if wide.start else "") + _from_word(before, whole=wide.start == 0) + " ", style="dim")
    text.append(display(citation.cited_text, known=known).text, style="bold green")
    if after:
        cut = wide.end < citation.record.characters
        text.append(" " + (after.rsplit(" ", 1)[0] + "…" if cut else after), style="dim")
    return text.append("”")


def _from_word(text: str, *, whole: bool) -> str:
    """Without the piece of a word that the cut left at the start."""
    return text if whole else text.partition(" ")[2]


def _footer(reply: Reply) -> str:
    documents = f"{reply.documents} document{'' if reply.documents == 1 else 's'}"
    asked = f"{documents}, {reply.passages} passages · {reply.timings['total']:.0f} ms"
    return f"confidence {reply.confidence:.2f} · {asked}{used(reply.writing)}"


@contextmanager
def building(out: Console) -> Iterator[BuildProgress | None]:
    """A bar with rate and remaining time while a build runs; nothing where there is no terminal."""
    if not out.is_terminal:
        yield None
        return
    columns = (
        TextColumn("Indexing"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[passages]} passages, {task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("index", total=None, passages=0, rate=0.0)

        def report(*, done: int, total: int, passages: int) -> None:
            elapsed = bar.tasks[0].elapsed or 1.0
            bar.update(task, completed=done, total=total, passages=passages, rate=passages / elapsed)

        yield report


@contextmanager
def asking(out: Console) -> "Iterator[Asked | None]":
    """A bar with remaining time while cases are asked; nothing where there is no terminal."""
    if not out.is_terminal:
        yield None
        return
    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("ask", total=None)
        yield lambda *, done, total: bar.update(task, completed=done, total=total)


def show_summary(summary: Summary, out: Console) -> None:
    """What a build did, every file that was left out with its reason, and where the collection stands now."""
    for skipped in summary.skipped:
        _show(Text.assemble(("skipped  ", "yellow"), skipped.message), out, whole=True)
    for notice in summary.notices:
        _show(Text.assemble(("note     ", "cyan"), notice), out, whole=True)
    counts = {
        "added": len(summary.added),
        "changed": len(summary.changed),
        "removed": len(summary.removed),
        "skipped": len(summary.skipped),
    }
    done = [f"{count} {word}" for word, count in counts.items() if count]
    if summary.unchanged:
        done.append(f"{summary.unchanged} unchanged")
    if summary.ignored:
        done.append(f"{summary.ignored} of other types ignored")
    line = ", ".join(done) or "nothing to do"
    if summary.state is not None:
        line += f" — {summary.state.name}: {summary.state.documents} documents, {summary.state.passages} passages"
    _show(Text(f"{line} ({summary.seconds:.1f} s)"), out, whole=True)


def show_documents(records: Sequence[DocumentRecord], out: Console) -> None:
    """A table of documents; a line each, separated by tabs, where there is no terminal."""
    if not out.is_terminal:
        for record in records:
            fields = (record.id, record.path, str(record.passages), record.title)
            sys.stdout.write("\t".join(field.translate(VISIBLE) for field in fields) + "\n")
        return
    table = Table("path", "title", "passages", "id", box=None, pad_edge=False)
    for record in records:
        path, title = (Text(field.translate(VISIBLE)) for field in (record.path, record.title))
        table.add_row(path, title, str(record.passages), record.id[:19])
    out.print(table)


def show_feedback(kept: Sequence[Feedback]) -> None:
    """A line each, separated by tabs: when, verdict, collection, question, document and place, comment."""
    for item in kept:
        place = f"{item.document_id}#char={item.start},{item.end}" if item.document_id else "-"
        fields = (item.created, item.verdict, item.collection, item.question, place, item.comment or "-")
        sys.stdout.write("\t".join(" ".join(field.split()).translate(VISIBLE) for field in fields) + "\n")


def show_states(states: Sequence[CollectionState], out: Console) -> None:
    """Each collection: what it holds and how it is made."""
    for state in states:
        out.print(Text(state.name, style="bold"))
        for name, value in {
            "documents": state.documents,
            "passages": state.passages,
            "revision": state.revision,
            "format": state.format,
            **state.making,
        }.items():
            _show(Text(f"  {name:<15} {value}"), out, whole=True)


def show_findings(findings: Sequence[Finding], out: Console) -> None:
    """What does not hold, as a table, and a count."""
    wrong = [finding for finding in findings if not finding.holds]
    if wrong:
        table = Table("citation", "file", "check", "what differs", box=None, pad_edge=False)
        for finding in wrong:
            table.add_row(finding.citation, Text(finding.file), finding.check, Text(finding.detail))
        out.print(table)
    written = sum(finding.generated for finding in findings)
    if written:
        said = "sentence is a model's" if written == 1 else "sentences are a model's"
        _show(Text(f"{written} {said}: what is quoted is checked, what is made of it is not.", style="yellow"), out)
    cited = len({finding.citation for finding in findings if finding.check != "sentence"})
    failed = len({finding.citation for finding in wrong})
    verdict = f"{failed} do not hold" if wrong else "all hold"
    out.print(
        Text(
            f"{cited} citation{'' if cited == 1 else 's'}, {len(findings)} checks: {verdict}",
            style="bold red" if wrong else "bold green",
        )
    )
