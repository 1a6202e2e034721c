"""What the command line shows of answers that a model writes."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from api.cli import cli, main
from api.commands.presenting import show_reply
from api.commands.presenting_writing import awaited
from assistant.bootstrap import Parts
from assistant.models import Dropped, Question
from tests.servers import quick_parts
from tests.written import MODEL, WRITER, Script, Written, writing_parts

CALLS = "Interleukin 6 attracts monocytes to wounds."
GROWS = "VEGF promotes angiogenesis in muscle."
ASKED = Question("What attracts monocytes to wounds?", caution="eager", generator=WRITER)
SCRIPT = Script(
    claims=[("IL-6 draws monocytes.\x1b[2J", [CALLS])],
    dropped=[
        (Dropped("near_miss", "IL-8 draws them.", "Interleukin 8"), CALLS),
        (Dropped("no_quote", "So be it."), ""),
    ],
    rewritten="What attracts monocytes to wounds of mice?",
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return writing_parts(quick_parts(tmp_path_factory.mktemp("library")))


def shown(parts: Parts, script: Script, *, dropped: bool = False, terminal: bool = False) -> str:
    written, out = Written(parts, script), io.StringIO()
    console = Console(file=out, width=100, force_terminal=terminal, markup=False, highlight=False)
    reply = awaited(written.steps(ASKED), console)
    show_reply(reply, written.reader.snapshot("default"), console, dropped=dropped)
    return out.getvalue()


def test_an_answer_says_how_the_question_was_understood_who_wrote_it_and_what_it_cost(parts: Parts) -> None:
    lines = shown(parts, SCRIPT).splitlines()
    assert lines[0] == "Understood as: What attracts monocytes to wounds of mice?"
    assert lines[2:4] == [
        "IL-6 draws monocytes.␛[2J [1]",
        f"Written by {MODEL}; each sentence was checked against the sources it cites.",
    ]
    assert any(line.strip().endswith("wounds.txt, line 3 · supports it") for line in lines)
    assert lines[-2] == "2 of the model's claims were left out. To see them: --dropped"
    assert lines[-1].endswith(f" ms · {MODEL}, 812 tokens read and 64 written")


def test_dropped_claims_are_listed_where_they_are_asked_for(parts: Parts) -> None:
    told = " ".join(shown(parts, SCRIPT, dropped=True).split())
    assert "2 of the model's claims were left out. ✗ IL-8 draws them. its quotation is not quite" in told
    assert f"“Interleukin 8” — closest, in wounds.txt, line 3: “{CALLS}”" in told
    assert "✗ So be it. quotes nothing" in told


def test_an_answer_in_the_documents_own_sentences_says_why(parts: Parts) -> None:
    told = shown(parts, Script(fallback="no_claim_survived"))
    assert "None of what the model wrote could be verified" in told
    assert "Written by" not in told
    assert "left out" not in told


def test_a_terminal_shows_each_sentence_once_it_is_verified_and_nothing_that_it_would_obey(parts: Parts) -> None:
    told = shown(parts, SCRIPT, terminal=True)
    awaiting, _, answer = told.partition("Understood as")
    assert "IL-6 draws monocytes.␛[2J [1]" in awaiting
    assert "IL-6 draws monocytes.␛[2J [1]" in answer
    assert "\x1b[2J" not in told


def test_an_extractive_answer_says_nothing_of_models(parts: Parts) -> None:
    written, out = Written(parts, Script()), io.StringIO()
    console = Console(file=out, width=100)
    question = Question(ASKED.text, caution="eager")
    show_reply(awaited(written.steps(question), console), written.reader.snapshot("default"), console)
    assert CALLS in out.getvalue()
    assert "model" not in out.getvalue()
    assert out.getvalue().splitlines()[-1].endswith(" ms")


@pytest.mark.parametrize(
    "command", [["ask", "why?", "--generator", "openai:clear-1"], ["serve", "--port", "0"]], ids=str
)
def test_a_generator_that_is_not_allowed_or_cannot_be_had_is_told_at_once(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wounds.txt").write_text(CALLS)
    monkeypatch.setenv("CITESPAN_STATE_DIR", str(tmp_path / "state"))
    if command[0] == "serve":
        monkeypatch.setenv("CITESPAN_GENERATOR", f"gguf:{tmp_path}/nothing.gguf")
    else:
        command = [*command, "--documents", "wounds.txt"]
    with pytest.raises(SystemExit) as left:
        main(command)
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert "nothing.gguf" in said if command[0] == "serve" else "'openai:clear-1' may not write answers here" in said


@pytest.mark.parametrize("options", [[], ["--json"]], ids=str)
def test_the_key_of_a_generator_is_never_shown(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITESPAN_GENERATOR_KEY", "sk-very-secret")
    told = CliRunner().invoke(cli, ["config", *options]).output
    assert "generator_key" in told
    assert "very-secret" not in told
    if options:
        assert json.loads(told)["generator_key"]["source"] == "environment CITESPAN_GENERATOR_KEY"


def test_verify_says_which_sentences_are_a_models(parts: Parts, tmp_path: Path) -> None:
    from api.shapes.answers import ask_response

    reply = Written(parts, Script(claims=[("IL-6 draws monocytes.", [CALLS])])).ask(ASKED)
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
