"""``citespan index``: the commands that build and look after the index, and what other commands share with them."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.settings import Settings
from index.errors import SettingsError
from index.placing import is_gone

if TYPE_CHECKING:
    from assistant.bootstrap import Parts
    from index.build import Builder, Summary
    from index.reading import Snapshot

__all__ = ["GIVEN_PATH", "build", "collection_option", "ids_of", "index", "parts_of"]

SKIPPED = 4


class GivenPath(click.Path):
    """A path that someone gave. An empty one, as of a variable that is not set, is not the working folder."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # type: ignore[override]
        """The path. Raises BadParameter for an empty one."""
        if value == "":
            self.fail("a path cannot be empty", param, ctx)
        return Path(value)


GIVEN_PATH = GivenPath()
collection_option = click.option("--collection", default="default", show_default=True, help="Library of documents.")
wait_option = click.option("--wait", default=0.0, metavar="SECONDS", help="How long to wait for another writer.")


@click.group()
def index() -> None:
    """Build and look after the index."""


@index.command()
@click.argument("paths", nargs=-1, required=True, type=GIVEN_PATH)
@click.option("--mirror", is_flag=True, help="Also remove documents that are not under PATHS any more.")
@wait_option
@collection_option
@click.pass_obj
def add(settings: Settings, paths: Sequence[Path], mirror: bool, wait: float, collection: str) -> int:
    """Index the files and folders PATHS. Known files cost a hash; run it again whenever they change."""
    return build(parts_of(settings), collection, lambda builder: builder.add(paths, mirror=mirror), wait=wait)


@index.command()
@click.argument("documents", nargs=-1, metavar="[DOCUMENT]...")
@click.option("--missing", is_flag=True, help="Remove the documents whose files are no longer on disk.")
@wait_option
@collection_option
@click.pass_obj
def remove(settings: Settings, documents: Sequence[str], missing: bool, wait: float, collection: str) -> int:
    """Take documents (path, place or id) out of the index. The files themselves are not touched."""
    if not documents and not missing:
        raise click.UsageError("Name the documents to remove (see `citespan index list`), or give --missing.")
    parts = parts_of(settings)
    snapshot = parts.reader().snapshot(collection)
    chosen = set(ids_of(documents, snapshot))
    if missing:
        chosen |= {record.id for record in snapshot.records() if is_gone(record.location)}
    return build(parts, collection, lambda builder: builder.remove(lambda record: record.id in chosen), wait=wait)


@index.command()
@wait_option
@collection_option
@click.pass_obj
def rebuild(settings: Settings, wait: float, collection: str) -> int:
    """Make a collection anew with the settings in force, from the texts it holds; until then the old one answers."""
    return build(parts_of(settings), collection, lambda builder: builder.rebuild(), wait=wait)


@index.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@collection_option
@click.pass_obj
def list_documents(settings: Settings, as_json: bool, collection: str) -> int:
    """List the documents of a collection."""
    records = parts_of(settings).reader().snapshot(collection).records()
    if as_json:
        from api.shapes.documents import document_out

        click.echo(json.dumps([document_out(record).model_dump() for record in records], indent=2))
    else:
        from api.commands.presenting import console, show_documents

        show_documents(records, console())
    return 0


@index.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> int:
    """Show every collection: what it holds, how it is made."""
    states = parts_of(settings).store.states()
    if as_json:
        click.echo(json.dumps([asdict(state) for state in states], indent=2))
        return 0
    from api.commands.presenting import console, show_states

    if not states:
        click.echo("There is no index yet. Run: citespan index add FOLDER")
    show_states(states, console())
    return 0


def parts_of(settings: Settings) -> "Parts":
    """The parts that the settings call for; what takes long is said on standard error."""
    from assistant.bootstrap import Parts

    return Parts(settings.index, answering=settings.assistant, notify=lambda line: click.echo(line, err=True))


def build(
    parts: "Parts", collection: str, work: "Callable[[Builder], Summary]", *, wait: float = 0.0, quiet: bool = False
) -> int:
    """Do a build with a progress bar, show what it did, and return the exit code."""
    from api.commands.presenting import building, console, show_summary

    out = console(stderr=True)
    with building(out) as progress:
        summary = work(parts.builder(collection, wait_seconds=wait, progress=progress))
    if not quiet or summary.skipped:
        show_summary(summary, out)
    return SKIPPED if summary.skipped else 0


def ids_of(names: Sequence[str], snapshot: "Snapshot") -> tuple[str, ...]:
    """Ids of documents given by path, place, id or the beginning of an id."""
    records = snapshot.records()
    found: list[str] = []
    for name in names:
        place = os.path.abspath(name)  # noqa: PTH100  as find_files makes places
        matching = [
            record.id
            for record in records
            if name in {record.path, record.file_name} or record.location == place or _is_id(name, record.id)
        ]
        if len(matching) != 1:
            how = "No document" if not matching else f"{len(matching)} documents"
            raise SettingsError(f"{how} of this collection match {name!r}. See: citespan index list")
        found += matching
    return tuple(found)


def _is_id(name: str, document_id: str) -> bool:
    digest = document_id.removeprefix("sha256:")
    return len(name.removeprefix("sha256:")) >= 6 and digest.startswith(name.removeprefix("sha256:"))
