"""The command line. ``main`` is the console script ``citespan``."""

import io
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from api.commands.asking import ask
from api.commands.chatting import chat
from api.commands.evaluating import evaluate
from api.commands.feedback import feedback
from api.commands.indexing import GIVEN_PATH, index
from api.commands.keys import keys
from api.commands.slack import slack
from api.settings import Settings, load_settings
from index.errors import CitespanError, SettingsError

__all__ = ["main"]

FAILED, INTERRUPTED = 2, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--set", "flags", multiple=True, metavar="NAME=VALUE", help="Override a setting; see `citespan config`.")
@click.version_option(package_name="citespan")
@click.pass_context
def cli(context: click.Context, flags: Sequence[str]) -> None:
    """Answers from your documents. Every sentence carries the exact span of the file it came from.

    \b
    Exit codes: 0 answered or done, 1 verify found a difference, 2 error,
    3 refused (the documents do not say), 4 done but files were skipped.
    """  # noqa: D301  click wants the backspace character itself
    pairs = [flag.partition("=") for flag in flags]
    if any(not equals for _, equals, _ in pairs):
        raise SettingsError("--set takes NAME=VALUE, for example: citespan --set caution=cautious ask QUESTION")
    context.obj = load_settings({name.lower().replace("-", "_"): value for name, _, value in pairs})


@cli.command()
@click.option("--host", help="Address to listen on; default 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default 8080, 0 picks a free one.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> int:
    """Answer over HTTP and show the page in a browser; what programs can ask stands in /openapi.json.

    Other machines can reach it when there are keys (`citespan keys create NAME`) and --host names an address of theirs.
    """
    from api.app import create_app
    from api.door.keys import open_keys
    from api.service import open_service
    from api.serving import check_host, notice
    from api.serving import serve as run
    from api.watching.logs import set_up_logs
    from assistant.bootstrap import Parts

    set_up_logs(settings.api.log_level, settings.api.log_format)
    host, port = host or settings.api.host, settings.api.port if port is None else port
    check_host(host, keyed=open_keys(settings.index.state_dir, settings.api.api_keys).demanded)
    parts = Parts(settings.index, answering=settings.assistant, notify=notice)
    parts.generators.open(None)  # what is wrong with it is told now, and not with the first question
    run(create_app(open_service(settings, parts)), host=host, port=port)
    return 0


@cli.command()
@click.argument("answer", type=click.File("rb"))
@click.option("--documents", multiple=True, type=GIVEN_PATH, help="Files or folders that are cited.")
@click.option("--json", "as_json", is_flag=True, help="Print every check as JSON.")
@click.pass_obj
def verify(settings: Settings, answer: BinaryIO, documents: Sequence[Path], as_json: bool) -> int:
    """Re-check every citation in ANSWER.json ("-" for standard input) against the files: hash, characters, bytes, text.

    Takes the output of `citespan ask --json`, and char_location citations made by other systems. Without --documents
    the files are looked for in the working directory.
    """
    from assistant.verifying import VerifyError
    from assistant.verifying import verify as check

    try:
        parsed = json.loads(answer.read().removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise VerifyError(f"{answer.name} is not JSON: {error}") from error
    findings = check(
        parsed,
        documents or [Path()],
        max_bytes=settings.index.max_file_bytes,
        fallback_encoding=settings.index.fallback_encoding,
    )
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        from api.commands.presenting import console, show_findings

        show_findings(findings, console())
    return 0 if all(finding.holds for finding in findings) else 1


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def config(settings: Settings, as_json: bool) -> int:
    """Show the settings in force and where each value came from."""
    origins = list(settings.origins())
    if as_json:
        click.echo(
            json.dumps({found.name: {"value": str(found.value), "source": found.source} for found in origins}, indent=2)
        )
        return 0
    for found in origins:
        click.echo(f"{found.name:<18} {found.value!s:<45} {found.source}")
        click.secho(f"{'':<18} {found.description}", dim=True)
    click.echo(
        "\nSet with: CITESPAN_NAME in the environment, name = value in citespan.toml, or citespan --set name=value …"
    )
    return 0


cli.add_command(chat)
cli.add_command(ask)
cli.add_command(index)
cli.add_command(evaluate)
cli.add_command(feedback)
cli.add_command(keys)
cli.add_command(slack)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every foreseen error is one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows "?"
    try:
        code = cli.main(
            args=list(arguments) if arguments is not None else None, prog_name="citespan", standalone_mode=False
        )
    except CitespanError as error:
        click.echo(f"citespan: {error}", err=True)
        sys.exit(FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except (OSError, RecursionError) as error:
        click.echo(f"citespan: {error or type(error).__name__}. Correct that and run the command again.", err=True)
        sys.exit(FAILED)
    except click.ClickException as error:
        error.show()
        sys.exit(FAILED)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\ncitespan: interrupted. What was finished is kept; run the command again to go on.", err=True)
        sys.exit(INTERRUPTED)
    except Exception:  # noqa: BLE001  a defect of ours must not look like one of the exit codes above
        traceback.print_exc()
        click.echo("citespan: that is a defect of citespan. Please report it with the lines above.", err=True)
        sys.exit(FAILED)
    sys.exit(code or 0)
