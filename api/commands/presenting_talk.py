"""What a conversation shows in a terminal: answers with short references, and the places they are from."""

import re

from rich.console import Console
from rich.text import Text

from api.commands.visible import VISIBLE
from api.wording import left_out, placed
from assistant.models import Answer, Citation, Reply, Stated
from index.models import Span
from index.reading import Snapshot
from index.texts import LINE_END
from index.views import display

__all__ = [
    "show_error",
    "show_help",
    "show_place",
    "show_quotation",
    "show_result",
    "show_stated",
    "show_understood",
    "show_welcome",
]

AROUND = 2000
"""Code points read on either side of a citation, to show the lines around it."""
LINES_OF = re.compile(rf".*?(?:{LINE_END.pattern})|.+\Z", re.DOTALL)
LINES = 6
"""Lines shown before and behind those of a citation."""
HELP = """\
/sources   the quotations of the last answer in full
/open N    the place in its document that source N is from
/clear     forget the conversation: the next question stands alone
/help      this list
/quit      end (or Ctrl-D); Ctrl-C stops an answer, or clears the line"""


def show_welcome(documents: int, out: Console) -> None:
    """How many documents answer, and where to find out more."""
    counted = f"{documents} document{'' if documents == 1 else 's'}"
    out.print(Text(f"{counted}. Ask a question; /help shows what else there is.", style="dim"))


def show_help(out: Console) -> None:
    """Every command."""
    out.print(Text(HELP))


def show_error(message: str, out: Console) -> None:
    """What went wrong; the conversation goes on."""
    _show(Text(message, style="yellow"), out)


def show_understood(question: str, out: Console) -> None:
    """The question as it is searched for, where that is not how it was asked."""
    _show(Text.assemble(("Understood as: ", "yellow"), question), out)


def show_stated(step: Stated, out: Console) -> None:
    """A sentence that a model wrote and that is verified."""
    marks = "".join(f"[{number}]" for number in step.sentence.citations)
    _show(Text(f"{step.sentence.text} {marks}", style="bold"), out)


def show_result(reply: Reply, out: Console, *, stated: int) -> None:
    """The answer, unless its sentences are ``stated`` already, and a line for each source; or why there is none."""
    result = reply.result
    if reply.writing.message:
        _show(Text(reply.writing.message, style="yellow"), out)
    if isinstance(result, Answer):
        if stated < len(result.sentences):
            _show(Text(result.text, style="bold"), out)
        sources = result.citations
    else:
        _show(Text(result.message, style="bold yellow"), out)
        sources = result.nearest
        if sources:
            out.print("What came closest:")
    if reply.writing.dropped:
        _show(Text(left_out(len(reply.writing.dropped)), style="dim"), out)
    for citation in sources:
        _show(Text.assemble((f"[{citation.number}] ", "bold cyan"), (_where(citation), "cyan")), out)
    out.print()


def show_quotation(citation: Citation, snapshot: Snapshot, out: Console) -> None:
    """A source with all that is quoted of it."""
    _head(citation, out)
    quoted = display(citation.cited_text, known=snapshot.derived.lexical.knows).text
    _show(Text.assemble("“", (quoted, "bold green"), "”"), out, indent=4)
    out.print()


def show_place(citation: Citation, snapshot: Snapshot, out: Console) -> None:
    """The lines of the document that a source is from, numbered, with those around it; what is quoted stands out.

    Raises StaleRead when the document is no longer in the index.
    """
    span = citation.location.span
    wide = Span(max(0, span.start - AROUND), min(citation.record.characters, span.end + AROUND))
    around = snapshot.locate(citation.record, wide)
    _head(citation, out)
    number, place = around.start_line, wide.start
    first, last = citation.location.start_line - LINES, citation.location.end_line + LINES
    for line in LINES_OF.findall(around.text):
        if first <= number <= last:
            shown = Text(line.rstrip("\r\n").replace("\t", " "))
            shown.stylize("bold green", max(0, span.start - place), max(0, span.end - place))
            _show(shown, out, indent=8, gutter="" if around.extracted else f"{number:>6}  ")
        number, place = number + 1, place + len(line)
    out.print()


def _head(citation: Citation, out: Console) -> None:
    _show(Text.assemble((f"[{citation.number}] ", "bold cyan"), (citation.record.title, "italic")), out)
    where = [part for part in (citation.section, placed(citation)) if part]
    _show(Text(" · ".join(where), style="cyan"), out, indent=4)


def _where(citation: Citation) -> str:
    return f"{citation.record.title} — {placed(citation)}"


def _show(text: Text, out: Console, *, indent: int = 0, gutter: str = "") -> None:
    """Wrapped to the width, with nothing in it that a terminal would obey; ``gutter`` stands before the first line."""
    text.plain = text.plain.translate(VISIBLE)
    for number, line in enumerate(text.wrap(out, max(out.width - indent, 20))):
        line.rstrip()
        before = gutter if number == 0 and gutter else " " * indent
        out.print(Text.assemble((before, "dim"), line))
