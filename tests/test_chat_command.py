"""``citespan chat`` as people use it, in a terminal and through pipes."""

import io
import os
import pty
import re
import selectors
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.commands.questions_typed import COMMANDS
from api.commands.talk import Talk
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.models import Question
from index.settings import IndexSettings
from tests.drafts import WRITER, claim, piecewise, writing_parts
from tests.fakes import ScriptedModel

QUESTION = "which factors mediate wound healing?"
QUOTE = "IL-6, IL-8 and MCP-1"


@pytest.fixture(scope="module")
def parts(seeded: Path) -> Parts:
    return Parts(IndexSettings(state_dir=seeded), notify=lambda _message: None)


def talking(assistant: Assistant, **options: Any) -> tuple[Talk, io.StringIO]:
    out = io.StringIO()
    return Talk(assistant, Question("", **options), Console(file=out, width=110)), out


def piped(state: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api", "chat", *options],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "CITESPAN_STATE_DIR": str(state), "COLUMNS": "110"},
        check=False,
        timeout=120,
    )


def test_piped_lines_are_answered_one_after_the_other(seeded: Path) -> None:
    done = piped(seeded, f"{QUESTION}\n\nand in mice?\nwhy?\n/quit\nnever asked\n")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.split("> and in mice?\n")
    assert first.startswith(f"> {QUESTION}\nWound healing capacity")
    assert "[1] Therapeutic uses" in first
    assert second.startswith("Understood as: which factors mediate wound healing in mice?\n")
    assert "Understood as: why: which factors mediate wound healing in mice?\n" in second  # it was refused
    assert "never asked" not in done.stdout


def test_an_index_that_is_not_there_is_said_before_the_first_question(tmp_path: Path) -> None:
    done = piped(tmp_path, f"{QUESTION}\n")
    assert done.returncode == 2
    assert done.stderr.startswith("citespan: ")


def test_a_generator_that_is_not_allowed_is_said_before_the_first_question(seeded: Path) -> None:
    done = piped(seeded, f"{QUESTION}\n", "--generator", "openai:gpt-nobody")
    assert done.returncode == 2
    assert "openai:gpt-nobody" in done.stderr


def test_files_can_be_asked_without_an_index(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("Interleukin 6 attracts monocytes to wounds.\n", encoding="utf-8")
    done = piped(
        tmp_path / "state", "what attracts monocytes to wounds?\n/open 1\n", "--documents", str(tmp_path / "note.md")
    )
    assert "     1  Interleukin 6 attracts monocytes to wounds." in done.stdout


def test_starting_other_commands_does_not_import_the_prompt() -> None:
    code = "import sys, api.cli; print([m for m in ('prompt_toolkit', 'torch', 'langchain') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_turns_go_with_the_next_question_as_they_were_said(parts: Parts) -> None:
    model = ScriptedModel("")
    talk, _ = talking(writing_parts(parts, model).assistant(), generator=WRITER)
    talk.hear(QUESTION)
    talk.hear("who won the world cup in 1998?")
    model.asked.clear()
    talk.hear("and in mice?")
    said = model.asked[0][1].content.splitlines()
    assert said[1] == f"User: {QUESTION}"
    assert said[2].startswith("Assistant: Wound healing capacity")
    assert "[1]" not in said[2]
    assert said[3] == "User: who won the world cup in 1998?"
    assert said[4].startswith("Assistant: The documents ")


def test_after_clear_the_next_question_stands_alone(parts: Parts) -> None:
    model = ScriptedModel("")
    talk, out = talking(writing_parts(parts, model).assistant(), generator=WRITER)
    talk.hear(QUESTION)
    model.asked.clear()
    assert talk.hear("/clear")
    talk.hear("and in mice?")
    assert not any("Conversation" in message.content for messages in model.asked for message in messages)
    assert "forgotten" in out.getvalue()
    assert "Understood as" not in out.getvalue()


def test_sources_are_shown_in_full_and_opened_where_they_stand(parts: Parts) -> None:
    talk, out = talking(parts.assistant())
    talk.hear("/sources")
    assert out.getvalue() == "There is no answer with sources yet.\n"
    talk.hear(QUESTION)
    out.truncate(0)
    talk.hear("/sources")
    assert "“Wound healing capacity of the secretome" in out.getvalue()
    assert "secretome24.”" in out.getvalue()
    out.truncate(0)
    talk.hear("/open [1]")
    shown = out.getvalue()
    assert re.search(r"001_\w+\.txt, lines 128–134", shown)
    assert "   122  as a range of cytokines" in shown
    assert "   128  Wound healing capacity of the secretome may be" in shown
    assert "   140" in shown
    assert "   141" not in shown


@pytest.mark.parametrize("line", ["/open", "/open 9", "/open one", "/nothing", "/", "/sources please"])
def test_a_line_that_is_no_command_says_what_there_is(parts: Parts, line: str) -> None:
    talk, out = talking(parts.assistant())
    talk.hear(QUESTION)
    out.truncate(0)
    assert talk.hear(line)
    if line.startswith("/open"):
        assert "The last answer has: 1" in out.getvalue()
    elif line in {"/nothing", "/"}:
        assert all(command in out.getvalue() for command in COMMANDS)


def test_a_question_that_cannot_be_taken_does_not_end_the_conversation(parts: Parts) -> None:
    talk, out = talking(parts.assistant())
    assert talk.hear("x" * 2001)
    assert "at most 2000" in out.getvalue()
    assert talk.hear("/help")
    assert "/sources" in out.getvalue()
    assert not talk.hear("/quit")


def test_documents_cannot_command_the_terminal(parts: Parts, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("Interleukin 6 \x1b[2Jattracts monocytes to wounds.\n", encoding="utf-8")
    over = parts.over([tmp_path])
    over.builder("default").add([tmp_path])
    talk, out = talking(over.assistant())
    for line in ("what attracts monocytes to wounds?", "/sources", "/open 1", "/\x1b[2J"):
        talk.hear(line)
    assert "attracts" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_a_models_sentences_are_shown_as_they_are_verified(parts: Parts) -> None:
    seen: list[str] = []
    said = [
        "IL-6, IL-8 and MCP-1 may enhance monocyte migration into injured sites.",
        "The wound healing capacity of the secretome may be attributed to IL-6, IL-8 and MCP-1.",
    ]
    first, second, end = piecewise(*(claim(text, QUOTE) for text in said))
    model = ScriptedModel(first, lambda: seen.append(out.getvalue()), second, end)
    talk, out = talking(writing_parts(parts, model).assistant(), generator=WRITER)
    talk.hear(QUESTION)
    assert seen[0].splitlines() == [f"{said[0]} [1]"]
    assert out.getvalue().count(f"{said[0]} [1]") == 1
    assert out.getvalue().splitlines()[:2] == [f"{text} [1]" for text in said]
    assert "[1] Therapeutic uses" in out.getvalue()


def test_what_the_model_could_not_show_is_said(parts: Parts) -> None:
    talk, out = talking(writing_parts(parts, ScriptedModel("")).assistant(), generator=WRITER)
    talk.hear(QUESTION)
    assert out.getvalue().startswith("Nothing that the model wrote is supported by the documents.")
    assert "Wound healing capacity" in out.getvalue()


def test_ctrl_c_stops_the_answer_and_keeps_the_conversation(parts: Parts) -> None:
    before = signal.getsignal(signal.SIGINT)
    model = ScriptedModel("{", lambda: os.kill(os.getpid(), signal.SIGINT), *["x"] * 1000)
    talk, out = talking(writing_parts(parts, model).assistant(), generator=WRITER)
    assert talk.hear(QUESTION)
    assert out.getvalue().strip() == "Stopped."
    assert signal.getsignal(signal.SIGINT) is before


class Terminal:
    """The command in a pseudo-terminal; ``screen`` is what it has written, without control sequences."""

    def __init__(self, state: Path) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "CITESPAN_STATE_DIR": str(state), "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "api", "chat"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment | {"COLUMNS": "110"},
            start_new_session=True,
        )
        os.close(slave)
        self.ready = selectors.DefaultSelector()  # unlike select() it takes descriptors beyond 1024
        self.ready.register(self.master, selectors.EVENT_READ)
        self.raw = b""

    @property
    def screen(self) -> str:
        return re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78])|\r", "", self.raw.decode(errors="replace"))

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def wait_for(self, text: str, *, times: int = 1) -> None:
        self._wait(lambda: self.screen.count(text) >= times, text)

    def wait_for_prompt(self, times: int) -> None:
        self._wait(lambda: self.raw.count(b"\x1b[?2004h") >= times, "prompt")  # it turns bracketed pastes on

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, f"no {what!r} on the screen: {self.screen[-2000:]}"
            if self.ready.select(0.2):
                self.raw += os.read(self.master, 65536)


@pytest.fixture
def terminal(seeded: Path) -> Iterator[Terminal]:
    opened = Terminal(seeded)
    yield opened
    opened.process.kill()
    opened.process.wait()
    opened.ready.close()
    os.close(opened.master)


def test_in_a_terminal_lines_are_edited_remembered_and_left(terminal: Terminal, seeded: Path) -> None:
    terminal.wait_for("/help shows what else there is.")
    terminal.wait_for_prompt(1)
    terminal.type("which nonsense\x03")
    terminal.wait_for_prompt(2)
    terminal.type("x" + QUESTION + "\x01\x1b[3~\r")  # to the beginning, and away with the x
    terminal.wait_for("Therapeutic uses")
    terminal.wait_for_prompt(3)
    terminal.type("and in mice?\r")
    terminal.wait_for("Understood as: which factors mediate wound healing in mice?")
    terminal.wait_for("They do not contain: mice.")
    terminal.wait_for_prompt(4)
    terminal.type("/clear\r")
    terminal.wait_for("forgotten")
    terminal.wait_for_prompt(5)
    terminal.type("\x1b[A\x1b[A\x1b[A\r")  # three lines up is the first question
    terminal.wait_for_prompt(6)
    terminal.type("\x04")
    assert terminal.process.wait(timeout=30) == 0
    assert "which nonsense\nWound" not in terminal.screen
    kept = seeded / "chat_history"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert f"+{QUESTION}" in kept.read_text(encoding="utf-8")


def test_a_history_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    from api.commands.questions_typed import _history

    kept = tmp_path / "chat_history"
    kept.write_text("")
    kept.chmod(0o644)
    assert isinstance(_history(kept), FileHistory)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert isinstance(_history(tmp_path / "chat_history" / "below"), InMemoryHistory)
