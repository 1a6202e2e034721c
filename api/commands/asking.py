"""``citespan ask``: a question, and its answer or refusal."""

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from api.commands.indexing import GIVEN_PATH, build, collection_option, ids_of, parts_of
from api.settings import Settings
from index.errors import IndexingError

if TYPE_CHECKING:
    from assistant.models import Caution

__all__ = ["ask"]

REFUSED = 3
BUSY_SECONDS = 600.0
"""How long `ask --documents` waits for another process that indexes the same files."""


class Wanted(TypedDict):
    """How the answer should be; None is as the settings say."""

    max_sentences: int | None
    caution: "Caution | None"
    generator: str | None


@click.command()
@click.argument("words", nargs=-1, metavar="QUESTION")
@click.option("--documents", multiple=True, type=GIVEN_PATH, help="Ask these files or folders instead.")
@click.option("--only", multiple=True, metavar="DOCUMENT", help="Look only in this document of the index (path or id).")
@click.option("--max-sentences", type=click.IntRange(1, 10), help="Longest answer.")
@click.option("--caution", type=click.Choice(["cautious", "balanced", "eager"]), help="How sure an answer must be.")
@click.option("--generator", metavar="NAME", help="What writes the answer, of what the settings allow.")
@click.option("--dropped", is_flag=True, help="List what a model said and its sources do not support.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@collection_option
@click.pass_obj
def ask(
    settings: Settings,
    words: Sequence[str],
    documents: Sequence[Path],
    only: Sequence[str],
    collection: str,
    dropped: bool,
    as_json: bool,
    **wanted: Unpack[Wanted],
) -> int:
    """Answer QUESTION from the index, or from the files given with --documents.

    Without QUESTION, or with "-", it is read from standard input. After --documents further arguments are files too:
    citespan ask "which factors mediate wound healing?" --documents papers/ notes.md
    """
    from assistant.models import Answer, Question

    text, files = _question_and_files(words, documents)
    parts = parts_of(settings)
    if files:
        parts = parts.over(files)
        build(parts, "default", lambda builder: builder.add(files, mirror=True), wait=BUSY_SECONDS, quiet=True)
        if not parts.reader().snapshot("default").documents:
            raise IndexingError("There is no text in the files given with --documents. Give .txt or .md files.")
        collection = "default"
    assistant = parts.assistant()
    question = Question(
        text=text,
        collection=collection,
        documents=ids_of(only, assistant.reader.snapshot(collection)) if only else (),
        max_sentences=wanted["max_sentences"] or settings.assistant.max_sentences,
        caution=wanted["caution"] or settings.assistant.caution,
        generator=wanted["generator"],
    )
    with closing(parts.generators):
        if as_json:
            from api.shapes.answers import ask_response

            reply = assistant.ask(question)
            click.echo(ask_response(reply).model_dump_json(by_alias=True, indent=2).encode())
        else:
            from api.commands.presenting import console, show_reply
            from api.commands.presenting_writing import awaited

            reply = awaited(assistant.steps(question), console())
            show_reply(reply, assistant.reader.snapshot(collection), console(), dropped=dropped)
    return 0 if isinstance(reply.result, Answer) else REFUSED


def _question_and_files(words: Sequence[str], documents: Sequence[Path]) -> tuple[str, list[Path]]:
    """The question and the files to ask. With --documents, arguments that are files are files as well."""
    files = [*documents, *(Path(word) for word in words if documents and os.path.exists(word))]  # noqa: PTH110  never raises
    rest = [word for word in words if not documents or not os.path.exists(word)]  # noqa: PTH110
    if documents and len(rest) > 1:
        raise click.UsageError(f"There is no file {rest[1]!r}; the question was taken to be {rest[0]!r}. Quote it.")
    question = " ".join(rest) or "-"
    if question == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise click.UsageError("Ask a question, for example: citespan ask 'which factors mediate wound healing?'")
        question = sys.stdin.read()
    return question, files
