"""``citespan chat``: questions one after the other, each understood from those before it."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.indexing import GIVEN_PATH, build, collection_option, parts_of
from api.settings import Settings
from index.errors import IndexingError

if TYPE_CHECKING:
    from assistant.bootstrap import Parts
    from assistant.models import Caution

__all__ = ["chat"]

BUSY_SECONDS = 600.0
"""How long `--documents` waits for another process that indexes the same files."""


@click.command()
@click.option("--documents", multiple=True, type=GIVEN_PATH, help="Ask these files or folders instead.")
@click.option("--max-sentences", type=click.IntRange(1, 10), help="Longest answer.")
@click.option("--caution", type=click.Choice(["cautious", "balanced", "eager"]), help="How sure an answer must be.")
@click.option("--generator", metavar="NAME", help="What writes the answers, of what the settings allow.")
@collection_option
@click.pass_obj
def chat(
    settings: Settings,
    documents: Sequence[Path],
    max_sentences: int | None,
    caution: "Caution | None",
    generator: str | None,
    collection: str,
) -> int:
    """Ask one question after the other; "and in mice?" means what it means after the question before.

    /sources shows the quotations of the last answer, /open N the place that one of them is from, /clear forgets the
    conversation, /quit ends it. Ctrl-C stops an answer. Questions may also be piped in, one a line.
    """
    from api.commands.presenting import console
    from api.commands.questions_typed import lines
    from api.commands.talk import Talk
    from assistant.models import Question

    parts, collection = (
        (over(parts_of(settings), documents), "default") if documents else (parts_of(settings), collection)
    )
    with closing(parts.generators):
        parts.generators.open(generator)  # what is wrong with it is told now, and not with the first question
        assistant = parts.assistant()
        state = assistant.reader.snapshot(collection).state
        usual = Question(
            text="",
            collection=collection,
            max_sentences=max_sentences or settings.assistant.max_sentences,
            caution=caution or settings.assistant.caution,
            generator=generator,
        )
        talk = Talk(assistant, usual, console())
        talk.welcome(state.documents)
        for line in lines(settings.index.state_dir):
            if not talk.hear(line):
                break
    return 0


def over(parts: "Parts", files: Sequence[Path]) -> "Parts":
    """The parts for questions about just these files, which are indexed in the cache."""
    chosen = parts.over(files)
    build(chosen, "default", lambda builder: builder.add(files, mirror=True), wait=BUSY_SECONDS, quiet=True)
    if not chosen.reader().snapshot("default").documents:
        raise IndexingError("There is no text in the files given with --documents. Give .txt or .md files.")
    return chosen
