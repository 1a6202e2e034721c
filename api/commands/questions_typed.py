"""Where the lines of a conversation come from: a prompt that can be edited, or a pipe."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.visible import VISIBLE

if TYPE_CHECKING:
    from prompt_toolkit.history import History

__all__ = ["COMMANDS", "lines"]

COMMANDS = ("/sources", "/open", "/clear", "/help", "/quit")
PROMPT = "> "


def lines(state_dir: Path) -> Iterator[str]:
    """Each line that is typed or piped in, until the input ends. What is typed is remembered in ``state_dir``."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        yield from _typed(state_dir)
    else:
        yield from _piped()


def _piped() -> Iterator[str]:
    """Lines of standard input, repeated before what they lead to, so that the output can be read alone."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    for line in sys.stdin or ():
        if line.strip():
            click.echo(PROMPT + line.strip().translate(VISIBLE))
        yield line


def _typed(state_dir: Path) -> Iterator[str]:
    """Lines with editing and history; Ctrl-C leaves the line, Ctrl-D ends."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import WordCompleter

    session: PromptSession[str] = PromptSession(
        PROMPT,
        history=_history(state_dir / "chat_history"),
        auto_suggest=AutoSuggestFromHistory(),
        completer=WordCompleter(list(COMMANDS), sentence=True),
        complete_while_typing=False,
    )
    while True:
        try:
            yield session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _history(path: Path) -> "History":
    """What was typed before, readable by its owner only; of this conversation alone where that cannot be kept."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)
