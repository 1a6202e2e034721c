"""``citespan feedback``: what people thought of answers, to read and to make cases of."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from api.commands.indexing import GIVEN_PATH, collection_option, parts_of
from api.settings import Settings

__all__ = ["feedback"]


@click.group()
def feedback() -> None:
    """Read what people thought of answers, and make cases for `citespan eval` of it."""


@feedback.command("list")
@click.option("--collection", help="Only that on this library of documents.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_feedback(settings: Settings, collection: str | None, as_json: bool) -> int:
    """List what people said, the newest first."""
    from api.feedback.records import FeedbackStore

    store = FeedbackStore(settings.index.state_dir)
    _, kept = store.page(collection)
    store.close()
    if as_json:
        click.echo(json.dumps([asdict(item) for item in kept], indent=2))
        return 0
    from api.commands.presenting import show_feedback

    if not kept:
        click.echo("Nobody has said anything yet. It comes in by POST /v1/feedback, the web page and Slack.")
    show_feedback(kept)
    return 0


@feedback.command()
@click.option("--out", type=GIVEN_PATH, metavar="FILE", help="Write the candidates to FILE.")
@collection_option
@click.pass_obj
def export(settings: Settings, out: Path | None, collection: str) -> int:
    """Make candidate cases of the feedback on a collection, a JSON object a line; a person decides about each.

    What to decide is said in each line under "candidate". Once that is done and "candidate" is taken out, the line is a
    case: citespan eval --cases FILE --documents FOLDER
    """
    from api.feedback.candidates import Candidates
    from api.feedback.records import FeedbackStore

    store = FeedbackStore(settings.index.state_dir)
    _, kept = store.page(collection)
    store.close()
    usual = settings.assistant
    maker = Candidates(
        parts_of(settings).assistant(), collection, max_sentences=usual.max_sentences, caution=usual.caution
    )
    rows = maker.of(reversed(kept))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if out is None:
        click.echo(lines.encode(), nl=False)
    else:
        out.write_text(lines, encoding="utf-8", newline="\n")
        click.echo(f'{len(rows)} candidates are in {out}. Each says under "candidate" what to decide.', err=True)
    return 0
