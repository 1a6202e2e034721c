"""``citespan eval`` as a team uses it: cases from quotes, a baseline, a gate, and what is written where."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import main
from assistant.judging import THRESHOLDS

TEXT = """# Healing of wounds

Interleukin 6 attracts monocytes to injured skin within six hours.
Fibroblasts then lay down collagen, which gives the scar its strength.

# Feeding

The mice were fed twice a day with a standard diet of grain.
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main(["eval", *arguments])
        captured = capsys.readouterr()
        return int(exit_.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Path:
    """A team's folder with documents and three cases."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "wounds.md").write_text(TEXT, encoding="utf-8")
    run(
        "case",
        "What attracts monocytes?",
        "--quote",
        "Interleukin 6 attracts monocytes",
        "--fact",
        "Interleukin 6|IL-6",
    )
    run("case", "What gives a scar its strength?", "--quote", "collagen, which gives the scar its strength")
    run("case", "How long do elephants sleep in winter?")
    return tmp_path


def test_cases_from_quotes_are_measured(team: Path, run: Run) -> None:
    code, out, _ = run("--out", "result.json")
    assert code == 0
    assert "cases: 3 cases (1 unanswerable)" in out
    result = json.loads((team / "result.json").read_text(encoding="utf-8"))
    assert result["metrics"]["extracting"]["evidence_first"]["value"] == 1.0
    assert [case["id"] for case in result["cases"]] == ["question-01", "question-02", "question-03"]


def test_json_on_standard_output_is_the_whole_result(team: Path, run: Run) -> None:
    code, out, _ = run("--json", "--out", "result.json")
    assert code == 0
    shown, kept = json.loads(out), json.loads((team / "result.json").read_text(encoding="utf-8"))
    assert shown["metrics"]["documents"]["nDCG@10"]["value"] == 1.0
    assert shown == kept


def test_two_runs_write_the_same_bytes_but_for_the_time(team: Path, run: Run) -> None:
    for name in ("1.json", "2.json"):
        run("--out", name)
    one, two = (json.loads((team / name).read_text(encoding="utf-8")) for name in ("1.json", "2.json"))
    assert one.pop("time").keys() == two.pop("time").keys()
    assert json.dumps(one) == json.dumps(two)


@pytest.mark.slow
def test_an_accepted_baseline_is_held_and_a_damaged_build_is_red(
    team: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("--out", "result.json")
    assert run("accept", "result.json", "--because", "the first", "--by", "Ada")[0] == 0
    assert run("--against", "evals/baseline.json")[0] == 0
    monkeypatch.setattr("assistant.answering.THRESHOLDS", dict.fromkeys(THRESHOLDS, 1.1))
    code, out, _ = run("--against", "evals/baseline.json", "--junit", "j.xml", "--markdown", "m.md", "--html", "h.html")
    assert code == 1
    assert "refusing/false_refusal_rate" in out.splitlines()[-1] + out.splitlines()[-2]
    assert 'failures="0"' not in (team / "j.xml").read_text(encoding="utf-8")[:100]
    assert "REGRESSION" in (team / "m.md").read_text(encoding="utf-8")
    assert "<html" in (team / "h.html").read_text(encoding="utf-8")


def test_quotes_are_moved_along_with_an_edited_document(team: Path, run: Run) -> None:
    (team / "seeds" / "wounds.md").write_text("New words.\n\n" + TEXT, encoding="utf-8")
    code, _, err = run()
    assert code == 2
    assert "citespan eval relocate" in err
    assert run("relocate")[1] == "2 of 3 cases have moved.\n"
    assert run()[0] == 0


def test_a_place_in_a_document_that_is_gone_is_an_error(team: Path, run: Run) -> None:
    (team / "seeds" / "wounds.md").rename(team / "seeds" / "other.md")
    code, _, err = run()
    assert code == 2
    assert "there is no document 'wounds.md'" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--cases", "none.jsonl"), "citespan eval case --help"),
        (("--documents", "nowhere"), "There is no folder of documents nowhere"),
        (("--dataset", "seeds"), "holds no data set"),
        (("--against", "none.json"), "none.json cannot be read"),
        (("--policy", "none.toml"), "none.toml cannot be read"),
        (("--kind", "riddle"), "There is no case of the kind 'riddle'"),
        (("--out", "no/such/folder.json"), "no/such/folder.json cannot be written"),
        (("--html", "seeds"), "seeds cannot be written"),
        (("accept", "none.json", "--because", "x"), "none.json cannot be read"),
        (("case", "Where?", "--quote", "nowhere at all"), "No document holds 'nowhere at all'"),
        (("case", " "), "This is no case: question: a question needs words"),
        (("--out", "evals/cases.jsonl"), "evals/cases.jsonl is read or written by this command already"),
        (("--out", "x", "--html", "x"), "x is read or written by this command already"),
    ],
)
def test_what_cannot_run_says_why_and_exits_with_2(
    team: Path, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert message in err


def test_a_part_of_the_cases_can_be_asked_but_not_accepted(team: Path, run: Run) -> None:
    assert "cases: 2 cases" in run("--limit", "2", "--out", "part.json")[1]
    code, _, err = run("accept", "part.json", "--because", "x")
    assert code == 2
    assert "only some of its cases" in err


def test_a_beir_folder_is_ranked_only(team: Path, run: Run) -> None:
    folder = team / "beir"
    folder.mkdir()
    rows = [{"_id": "d1", "title": "Wounds", "text": TEXT}, {"_id": "d2", "title": "", "text": "Bread rises."}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "why bread rises"}), encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td2\t1\n", encoding="utf-8")
    code, out, _ = run("--dataset", "beir", "--json")
    assert code == 0
    assert set(json.loads(out)["metrics"]) == {"documents"}
    assert json.loads(out)["metrics"]["documents"]["nDCG@10"]["value"] == 1.0
