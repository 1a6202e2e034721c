"""Parts of the results keep their place, whoever writes the rest."""

from pathlib import Path

import pytest

from evals.publishing import kept_parts, publish


@pytest.fixture
def results(tmp_path: Path) -> Path:
    file = tmp_path / "RESULTS.md"
    file.write_text("# Results\n\nFigures.\n", encoding="utf-8")
    return file


def test_a_part_is_added_with_its_command_and_replaced_the_next_time(results: Path) -> None:
    publish("mutations", "python -m evals.mutations a", ["## Changed", "| 1 |"], file=results)
    publish("mutations", "python -m evals.mutations b", ["## Changed", "| 2 |"], file=results)
    text = results.read_text(encoding="utf-8")
    assert text.startswith("# Results\n\nFigures.\n")
    assert "    python -m evals.mutations b\n" in text
    assert "| 2 |" in text
    assert "| 1 |" not in text
    assert text.count("mutations: begin") == 1


def test_parts_stand_in_one_order(results: Path) -> None:
    for name in ("followups", "generation", "mutations"):
        publish(name, "command", [f"## {name}"], file=results)
    text = results.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## generation",
        "## mutations",
        "## followups",
    ]


def test_who_writes_the_file_anew_keeps_its_parts(results: Path) -> None:
    publish("generation", "command", ["## Written"], file=results)
    text = kept_parts("# New\n", results)
    assert text.startswith("# New\n\n<!-- generation: begin -->\n## Written")
    assert "Figures." not in text
    assert kept_parts("# New\n", results.parent / "none.md") == "# New\n"
