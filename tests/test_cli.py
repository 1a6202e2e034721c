"""The command line as people and scripts use it: what is printed where, and the exit codes."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from api.cli import cli, main

SEEDS = Path(__file__).parent.parent / "seeds"
QUESTION = "which factors mediate wound healing?"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> Ran:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(int(exit_.value.code or 0), captured.out, captured.err)

    return call


@pytest.fixture
def on_seeds(seeded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CITESPAN_STATE_DIR", str(seeded))


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory without an index."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _environment(state: Path) -> dict[str, str]:
    return {**os.environ, "CITESPAN_STATE_DIR": str(state)}


@pytest.mark.usefixtures("on_seeds")
def test_an_answer_is_readable_without_a_terminal(run: Run) -> None:
    """No colour, no bar, 80 columns, quotation with title, section, file and lines; exit code 0."""
    ran = run("ask", QUESTION)
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    assert max(len(line) for line in ran.out.splitlines()) <= 80
    folded = " ".join(ran.out.split())
    assert folded.startswith("Wound healing capacity of the secretome may be attributed to the presence of IL-6")
    assert "[1] Therapeutic uses of post-partum tissue-derived mesenchymal stromal cell secretome" in folded
    assert "Growth factors and cytokines · 001_e3af9324cdf7ef5e.txt, lines 128–134" in folded
    assert "confidence 0." in folded
    assert ran.err == ""


@pytest.mark.usefixtures("on_seeds")
def test_a_refusal_has_exit_code_3_and_says_what_is_missing(run: Run) -> None:
    ran = run("ask", "Who won the 2018 football world cup?")
    assert ran.code == 3
    assert "The documents hold nothing on this. They do not contain:" in " ".join(ran.out.split())


@pytest.mark.usefixtures("on_seeds")
def test_a_corrected_question_says_what_was_searched_for(run: Run) -> None:
    ran = run("ask", "Which growth factors mediate wuond healing?")
    assert ran.out.startswith("Searched for: Which growth factors mediate wound healing?\n\n")
    body = json.loads(run("ask", "--json", "Which growth factors mediate wuond healing?").out)
    assert body["searched_for"] == "Which growth factors mediate wound healing?"
    assert body["question"] == "Which growth factors mediate wuond healing?"


@pytest.mark.usefixtures("on_seeds")
def test_a_question_is_read_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(QUESTION + "\n"))
    assert "IL-6, IL-8 and MCP-1" in " ".join(run("ask").out.split())


@pytest.mark.usefixtures("on_seeds")
def test_unquoted_words_are_one_question(run: Run) -> None:
    assert json.loads(run("ask", *QUESTION.split(), "--json").out)["question"] == QUESTION


@pytest.mark.usefixtures("on_seeds")
def test_json_is_the_public_shape_and_verifies(run: Run, tmp_path: Path) -> None:
    ran = run("ask", "--json", QUESTION)
    answer = json.loads(ran.out)
    assert answer["schema"] == 1
    assert answer["answered"] is True
    (tmp_path / "answer.json").write_text(ran.out, encoding="utf-8")
    verified = run("verify", tmp_path / "answer.json", "--documents", SEEDS)
    assert verified.code == 0
    assert "all hold" in verified.out


@pytest.mark.usefixtures("on_seeds")
def test_a_question_can_be_kept_to_one_document(run: Run) -> None:
    answer = json.loads(
        run("ask", "--json", "What is the stem cell secretome?", "--only", "004_9eed8aa1bbb39f45.txt").out
    )
    assert {document["path"] for document in answer["documents"]} == {"004_9eed8aa1bbb39f45.txt"}
    unknown = run("ask", "What?", "--only", "nothing.txt")
    assert (unknown.code, "citespan index list" in unknown.err) == (2, True)


def test_an_empty_folder_is_noted(run: Run, elsewhere: Path) -> None:
    (elsewhere / "empty").mkdir()
    assert "There is no file to read there; read are .txt" in run("index", "add", "empty").err


def test_an_empty_path_is_not_the_working_folder(run: Run, elsewhere: Path) -> None:
    (elsewhere / "one.txt").write_text("Monocytes.\n", encoding="utf-8")
    ran = run("index", "add", "")
    assert (ran.code, "cannot be empty" in ran.err) == (2, True)


def test_files_without_text_are_an_error_and_no_refusal(run: Run, elsewhere: Path) -> None:
    (elsewhere / "scan.pdf").write_bytes(b"%PDF-1.7")
    ran = run("ask", "What is it?", "--documents", "scan.pdf")
    assert (ran.code, "There is no text in the files" in ran.err) == (2, True)


def test_documents_are_asked_again_after_the_settings_changed(run: Run, elsewhere: Path) -> None:
    """Their cache is another one then: there is nothing to rebuild by hand."""
    (elsewhere / "one.txt").write_text("Monocytes clear debris from wounds.\n", encoding="utf-8")
    for tokens in ("256", "64"):
        ran = run("--set", f"passage_tokens={tokens}", "ask", "What do monocytes clear?", "--documents", "one.txt")
        assert ran.code == 0


def test_a_file_may_stand_before_a_question_on_standard_input(
    run: Run, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (elsewhere / f"{name}.txt").write_text(f"Monocytes clear debris {name}.\n", encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("What do monocytes clear?"))
    assert json.loads(run("ask", "--json", "--documents", "one.txt", "two.txt").out)["index"]["documents"] == 2


def test_a_reader_that_stops_reading_is_no_failure(seeded: Path) -> None:
    asked = subprocess.run(
        f"{sys.executable} -m api ask {QUESTION!r} | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        env=_environment(seeded),
        cwd=SEEDS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in asked.stderr


@pytest.mark.usefixtures("on_seeds")
def test_status_and_list_show_what_is_indexed(run: Run) -> None:
    assert "documents       5" in run("index", "status").out
    assert json.loads(run("index", "status", "--json").out)[0]["name"] == "default"
    listed = run("index", "list").out.splitlines()
    assert [line.split("\t")[1] for line in listed] == sorted(path.name for path in SEEDS.glob("*.txt"))
    assert json.loads(run("index", "list", "--json").out)[2]["metadata"]["year"] == "2021"


@pytest.mark.usefixtures("on_seeds")
def test_adding_again_embeds_nothing(run: Run) -> None:
    ran = run("index", "add", SEEDS)
    assert ran.code == 0
    assert "5 unchanged" in ran.err


@pytest.mark.usefixtures("on_seeds")
def test_another_model_setting_names_the_command(run: Run) -> None:
    ran = run("--set", "passage_tokens=64", "ask", QUESTION)
    assert ran.code == 2
    assert "citespan index rebuild" in ran.err
    assert "passage_tokens 256" in ran.err


def test_without_an_index_it_says_what_to_run(run: Run, elsewhere: Path) -> None:
    ran = run("ask", QUESTION)
    assert ran.code == 2
    assert ran.err.strip().endswith("Run: citespan index add FOLDER")
    assert not (elsewhere / ".citespan" / "derived").exists()


def test_documents_are_asked_without_an_index(run: Run, elsewhere: Path) -> None:
    """Indexed into a cache of its own, which follows the files."""
    (elsewhere / "notes.md").write_text(
        "# Lab notes\n\nThe centrifuge runs at 300 g for ten minutes.\n", encoding="utf-8"
    )
    (elsewhere / "more.txt").write_text("Freezers are kept at minus eighty degrees.\n", encoding="utf-8")
    first = run("ask", "How fast does the centrifuge run?", "--documents", "notes.md", "more.txt", "--json")
    assert json.loads(first.out)["answer"].startswith("The centrifuge runs at 300 g")
    (elsewhere / "notes.md").write_text("# Lab notes\n\nThe centrifuge runs at 500 g for an hour.\n", encoding="utf-8")
    again = run("ask", "How fast does the centrifuge run?", "--documents", "notes.md", "more.txt", "--json")
    assert json.loads(again.out)["answer"].startswith("The centrifuge runs at 500 g")
    assert json.loads(again.out)["index"]["documents"] == 2
    assert not (elsewhere / ".citespan").exists()


def test_files_that_cannot_be_read_are_named_and_the_others_indexed(run: Run, elsewhere: Path) -> None:
    papers = elsewhere / "papers"
    papers.mkdir()
    (papers / "good.txt").write_text("Monocytes clear debris from wounds.\n", encoding="utf-8")
    (papers / "empty.txt").write_bytes(b"")
    (papers / "scan.pdf").write_bytes(b"%PDF-1.7 ...")
    ran = run("index", "add", papers)
    assert ran.code == 4
    assert "empty.txt is empty" in ran.err
    assert "scan.pdf is damaged" in ran.err
    assert "1 added, 2 skipped" in ran.err


def test_nothing_in_a_document_reaches_the_terminal_as_a_command(run: Run, elsewhere: Path) -> None:
    (elsewhere / "one.txt").write_text(
        "Monocytes \x1b[31mclear\x1b]0;owned\x07 debris from wounds.\n", encoding="utf-8"
    )
    ran = run("ask", "What do monocytes clear from wounds?", "--documents", "one.txt", "--caution", "eager")
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out
    assert "␛[31mclear" in ran.out


def test_a_path_that_does_not_exist_is_an_error(run: Run, elsewhere: Path) -> None:
    ran = run("index", "add", elsewhere / "nowhere")
    assert (ran.code, "does not exist" in ran.err) == (2, True)


def test_documents_are_removed_by_path_and_when_missing(run: Run, elsewhere: Path) -> None:
    for name in ("one", "two", "three"):
        (elsewhere / f"{name}.txt").write_text(f"Report {name} is about monocytes.\n", encoding="utf-8")
    run("index", "add", "one.txt", "two.txt", "three.txt")
    assert "1 removed" in run("index", "remove", "two.txt").err
    (elsewhere / "three.txt").unlink()
    assert "no longer on disk" in run("index", "add", "one.txt").err
    assert "1 removed" in run("index", "remove", "--missing").err
    assert [line.split("\t")[1] for line in run("index", "list").out.splitlines()] == ["one.txt"]
    assert run("index", "remove").code == 2


@pytest.mark.parametrize("name", ["a b", "../..", "", "UPPER", "x" * 64])
def test_a_collection_name_that_cannot_be_stored_is_refused_before_anything_is(
    run: Run, elsewhere: Path, name: str
) -> None:
    (elsewhere / "one.txt").write_text("Monocytes clear debris from wounds.\n", encoding="utf-8")
    ran = run("index", "add", "one.txt", "--collection", name)
    assert (ran.code, "A collection cannot be called" in ran.err) == (2, True)
    assert run("index", "status", "--json").out == "[]\n"


def test_collections_are_apart(run: Run, elsewhere: Path) -> None:
    (elsewhere / "one.txt").write_text("Monocytes clear debris from wounds.\n", encoding="utf-8")
    run("index", "add", "one.txt", "--collection", "team")
    assert run("ask", "What clears debris from wounds?", "--collection", "team").code == 0
    missing = run("ask", "What clears debris from wounds?")
    assert "There is: team." in missing.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "modell=x", "config"], "Did you mean --set model?"),
        (["--set", "model", "config"], "NAME=VALUE"),
        (["--set", "max_sentences=99", "config"], "max_sentences"),
        (["ask", "--max-sentences", "0", "why"], "0 is not in the range"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
    ],
)
@pytest.mark.usefixtures("elsewhere")
def test_wrong_options_are_explained(run: Run, arguments: list[str], says: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert says in ran.err


def _commands(command: click.Command, name: str) -> list[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        return [(name, command)] + [
            found for child, sub in command.commands.items() for found in _commands(sub, f"{name} {child}")
        ]
    return [(name, command)]


@pytest.mark.parametrize(("name", "command"), _commands(cli, "citespan"))
def test_every_command_and_option_has_help(name: str, command: click.Command) -> None:
    assert command.help, name
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.name}"


def test_interrupting_says_that_nothing_is_lost(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    ran = run("config")
    assert ran.code == 130
    assert "run the command again" in ran.err


def test_a_defect_of_ours_is_no_verdict(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 says that answers got worse, or that a citation differs: never that the program broke."""

    def broken(flags: object) -> None:
        raise RuntimeError("what nobody thought of")

    monkeypatch.setattr("api.cli.load_settings", broken)
    ran = run("config")
    assert ran.code == 2
    assert "what nobody thought of" in ran.err
    assert ran.err.endswith("Please report it with the lines above.\n")
