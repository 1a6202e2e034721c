"""What the command line shows of answers that a model writes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from rich.console import Console

from api.cli import cli
from api.commands.presenting import show_reply
from api.commands.presenting_writing import awaited
from api.shapes.answers import ask_response
from api.wording import why_dropped
from assistant.bootstrap import Parts
from assistant.models import Dropped, DropReason, Question, Turn
from tests.drafts import MODEL, WRITER, claim, draft, writing_parts
from tests.fakes import ScriptedModel
from tests.servers import quick_parts

ROOT = Path(__file__).parent.parent
CALLS = "Interleukin 6 attracts monocytes to wounds."
ALONE = "What attracts monocytes to wounds?"
ASKED = Question(
    "And to wounds?", caution="eager", history=(Turn("user", "What attracts monocytes?"),), generator=WRITER
)
SAID = "Monocytes are attracted to wounds by interleukin 6 <source>."
DROPPED = (
    claim("Interleukin 8 attracts them.\x1b[2J", "Interleukin 8 attracts monocytes to wounds"),
    claim("So be it."),
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return quick_parts(tmp_path_factory.mktemp("library"))


def shown(parts: Parts, *pieces: str, question: Question = ASKED, dropped: bool = False, terminal: bool = False) -> str:
    """What is shown of the answer to a question where a model writes this."""
    assistant, out = writing_parts(parts, ScriptedModel(*pieces)).assistant(), io.StringIO()
    console = Console(file=out, width=100, force_terminal=terminal, markup=False, highlight=False)
    reply = awaited(assistant.steps(question), console)
    show_reply(reply, assistant.reader.snapshot("default"), console, dropped=dropped)
    return out.getvalue()


def test_an_answer_says_how_the_question_was_understood_who_wrote_it_and_what_it_cost(parts: Parts) -> None:
    lines = shown(parts, draft(claim(SAID, CALLS), *DROPPED)).splitlines()
    assert lines[0] == f"Understood as: {ALONE}"
    assert lines[2:4] == [
        f"{SAID} [1]",
        f"Written by {MODEL}; each sentence was checked against the sources it cites.",
    ]
    assert any(line.strip().endswith("wounds.txt, line 3 · supports it") for line in lines)
    assert lines[-2] == "2 of the model's claims were left out. To see them: --dropped"
    assert lines[-1].endswith(f" ms · {MODEL}, 2 tokens read and 1 written")


def test_dropped_claims_are_listed_where_they_are_asked_for(parts: Parts) -> None:
    told = " ".join(shown(parts, draft(claim(SAID, CALLS), *DROPPED), dropped=True).split())
    assert (
        "2 of the model's claims were left out. ✗ Interleukin 8 attracts them. [2J its quotation is not quite" in told
    )
    assert f"“Interleukin 8 attracts monocytes to wounds” — closest, in wounds.txt, line 3: “{CALLS}”" in told
    assert "✗ So be it. quotes nothing" in told


@pytest.mark.parametrize("reason", get_args(DropReason))
def test_each_reason_that_a_claim_is_left_out_for_is_told(reason: DropReason) -> None:
    assert why_dropped(Dropped(reason, "So be it."))
    assert f"  {reason}: " in (ROOT / "api" / "static" / "writing.js").read_text(encoding="utf-8")


def test_an_answer_in_the_documents_own_sentences_says_why(parts: Parts) -> None:
    told = shown(parts, "")
    assert "Nothing that the model wrote is supported by the documents." in told
    assert CALLS in told
    assert "Written by" not in told
    assert "left out" not in told


def test_a_terminal_shows_how_it_understands_then_each_sentence_once_it_is_verified(parts: Parts) -> None:
    told = shown(parts, draft(claim(SAID, CALLS), *DROPPED), dropped=True, terminal=True)
    before, *after = told.split(f"{SAID} [1]")
    assert f"Understood as: {ALONE}" in before
    assert "Written by" not in after[0]
    assert "Written by" in after[-1]


def test_a_terminal_shows_nothing_that_it_would_obey(tmp_path: Path) -> None:
    texts = {"wounds.txt": "Wounds\n\nInterleukin 6 attracts \x1b]2;monocytes to wounds.\n"}
    said = claim(f"{SAID}\x1b", "Interleukin 6 attracts")
    told = shown(quick_parts(tmp_path, texts), draft(said, *DROPPED), dropped=True, terminal=True)
    assert "\x1b[2J" not in told
    assert "\x1b]" not in told
    assert "␛]2;monocytes" in told


def test_an_extractive_answer_says_nothing_of_models(parts: Parts) -> None:
    told = shown(parts, question=Question(ALONE, caution="eager"))
    assert CALLS in told
    assert "model" not in told
    assert told.splitlines()[-1].endswith(" ms")


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: serving sets up logging for good."""
    given = {f"CITESPAN_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, "CITESPAN_STATE_DIR": str(folder / "state"), "PYTHONPATH": str(ROOT), **given}
    command = [sys.executable, "-m", "api", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_generator_that_is_not_allowed_is_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "wounds.txt").write_text(CALLS)
    ran = run(tmp_path, "ask", "why?", "--generator", WRITER, "--documents", "wounds.txt")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"citespan: '{WRITER}' may not write answers here, only: extractive." in ran.stderr


def test_a_service_whose_usual_generator_cannot_be_had_does_not_start(tmp_path: Path) -> None:
    ran = run(tmp_path, "serve", "--port", "0", generator=f"gguf:{tmp_path}/nothing.gguf")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "nothing.gguf" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("options", [[], ["--json"]], ids=str)
def test_the_key_of_a_generator_is_never_shown(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITESPAN_GENERATOR_KEY", "sk-very-secret")
    told = CliRunner().invoke(cli, ["config", *options]).output
    assert "generator_key" in told
    assert "very-secret" not in told
    if options:
        assert json.loads(told)["generator_key"]["source"] == "environment CITESPAN_GENERATOR_KEY"


def test_verify_says_which_sentences_are_a_models(parts: Parts, tmp_path: Path) -> None:
    reply = writing_parts(parts, ScriptedModel(draft(claim(SAID, CALLS)))).assistant().ask(ASKED)
    answer = tmp_path / "answer.json"
    answer.write_text(ask_response(reply).model_dump_json(by_alias=True))
    source = str(parts.settings.state_dir.parent / "source")
    ran = CliRunner().invoke(cli, ["verify", str(answer), "--documents", source], standalone_mode=False)
    assert ran.return_value == 0
    told = " ".join(ran.output.split())
    assert "1 sentence is a model's: what is quoted is checked, what is made of it is not." in told
    assert "all hold" in told
    listed = CliRunner().invoke(cli, ["verify", str(answer), "--documents", source, "--json"], standalone_mode=False)
    assert [found["citation"] for found in json.loads(listed.output) if found["generated"]] == ["sentence 1"]
