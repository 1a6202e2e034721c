"""Rows of tables are found by the headings of their cells, and are shown and cited as they stand."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.models import Answer, Question
from index.chunking import chunk
from index.extracting.gathering import Gathering
from index.extracting.tables import Cell, add_table
from index.folders import Source
from index.loading import load
from index.models import Heads, Passage, Sentence, Span
from index.rows import VALUE_LENGTH, passage_from, passage_row
from index.segmenting import segment
from index.table_rows import cells_of, searched_row
from tests.fakes import HashingEmbedder
from tests.test_answering import build

TABLE = """<html><head><title>Trial of a balm</title></head><body><main><h1>Trial of a balm</h1>
<p>The wards were visited daily by the same nurse, who wrote down what she saw in a book.</p>
<h2>Outcome</h2>
<table><caption>Table 2. Outcome by arm.</caption>
<thead><tr><th>Dose</th><th>Patients</th><th>Survival</th></tr></thead>
<tbody><tr><td>5 mg</td><td>41</td><td>80 %</td></tr><tr><td>10 mg</td><td>39</td><td>64 %</td></tr></tbody></table>
<h2>Closing words</h2><p>The nurse was thanked by all of the wards for her patience and her book.</p>
</main></body></html>"""


def rows_of(rows: list[list[Cell]], *, heading_rows: int | None = None) -> list[tuple[str, list[list[str]]]]:
    """The rows that a table becomes, and the headings over each cell."""
    gathering = Gathering()
    add_table(gathering, rows, heading_rows=heading_rows)
    return [
        (element.span.cut(gathering.text), [[span.cut(gathering.text) for span in over] for over in element.heads])
        for element in gathering.elements
    ]


def cells(*texts: str, head: bool = False) -> list[Cell]:
    """A row of plain cells."""
    return [Cell(text, head) for text in texts]


def test_a_row_is_one_line_and_each_cell_has_the_heading_of_its_column() -> None:
    """The headings are a row of their own."""
    assert rows_of([cells("Dose", "Survival", head=True), cells("5 mg", "80 %")]) == [
        ("Dose | Survival", []),
        ("5 mg | 80 %", [["Dose"], ["Survival"]]),
    ]


def test_a_cell_that_reaches_down_is_a_heading_of_the_rows_that_it_reaches() -> None:
    """Its text stands once; the rows below are found by it all the same."""
    table = [cells("Arm", "Day", "Closed", head=True), [Cell("Honey", down=2), *cells("7", "3")], cells("14", "9")]
    assert rows_of(table)[2] == ("| 14 | 9", [["Arm", "Honey"], ["Day"], ["Closed"]])


def test_a_row_of_one_cell_is_a_heading_of_the_rows_below_it() -> None:
    """Tables name groups of rows so."""
    table = [cells("Event", "Balm", head=True), [Cell("Skin", across=2)], cells("Rash", "3")]
    assert rows_of(table)[1:] == [("Skin", []), ("Rash | 3", [["Skin", "Event"], ["Balm"]])]


@pytest.mark.parametrize(
    ("table", "first"),
    [
        pytest.param(
            [cells("Dose", "Survival"), cells("5 mg", "80 %")], [["Dose"], ["Survival"]], id="words over figures"
        ),
        pytest.param([cells("Ada", "Porto"), cells("Bo", "Umea")], [], id="words over words"),
        pytest.param([cells("5", "6"), cells("7", "8")], [], id="figures over figures"),
    ],
)
def test_headings_that_are_not_marked_are_told_by_figures_below_them(
    table: list[list[Cell]], first: list[list[str]]
) -> None:
    """Where nothing tells, a row is just a row."""
    assert rows_of(table)[1][1] == first


@pytest.mark.parametrize(
    "table",
    [
        pytest.param([[Cell("a", head=True)] * 50, [Cell("1")] * 50], id="columns"),
        pytest.param([[Cell("a", head=True)] * 2] * 9 + [[Cell("1")] * 2], id="rows of headings"),
        pytest.param([[Cell("a", head=True, across=100, down=2000)] * 900, [Cell("1")] * 900], id="wide cells"),
    ],
)
def test_a_table_for_machines_has_rows_without_headings(table: list[list[Cell]]) -> None:
    """Its headings would be repeated without end."""
    assert rows_of(table)[-1][1] == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a | b", ["a", "b"]),
        ("a |  | b", ["a", "", "b"]),
        ("a | | b", ["a", "", "b"]),
        ("|  | b |", ["", "", "b", ""]),
        ("|x| | y|z", ["|x|", "y|z"]),
        ("alone", ["alone"]),
    ],
)
def test_cells_are_told_by_what_parts_them(row: str, expected: list[str]) -> None:
    """White space folded or not."""
    assert cells_of(row) == expected


def searched(row: str, *over: str) -> str:
    """A row as it is searched, below headings that are given as texts."""
    spans = {Span(at, at + 1): text for at, text in enumerate(over) if text}
    heads: Heads = tuple(tuple(span for span in spans if span.start == at) for at in range(len(over)))
    return searched_row(row, heads, spans)


def test_a_row_is_searched_as_pairs_of_heading_and_cell() -> None:
    """A cell without a heading stands alone; an empty one goes on from the cell above, or says nothing."""
    assert searched("Early | 5 mg | 80 %", "", "Dose", "Survival") == "Early; Dose: 5 mg; Survival: 80 %"
    assert searched("| 5 mg |", "Early", "Dose", "") == "Early; Dose: 5 mg"


def test_a_part_of_a_row_comes_after_all_its_headings() -> None:
    """As when it is longer than a sentence may be, or a cell has a stroke of its own."""
    assert searched("5 mg", "Dose", "Survival") == "Dose, Survival: 5 mg"


def test_a_row_is_embedded_with_its_headings_and_is_the_passage_as_it_stands(tmp_path: Path) -> None:
    """Text embedded is not text quoted."""
    (tmp_path / "a.html").write_text(TABLE)
    document = load(Source(tmp_path / "a.html", "a.html"), max_bytes=10_000, fallback_encoding="cp1252")
    sentences = segment(document.text, media_type=document.media_type, elements=document.elements)
    (found,) = [
        each for each in chunk(document, "k", sentences, HashingEmbedder(), tokens=200) if "80 %" in each.embedded
    ]
    assert found.passage.text == "Dose | Patients | Survival\n5 mg | 41 | 80 %\n10 mg | 39 | 64 %"
    assert [found.embedded[start:end] for start, end in found.places] == [
        "Dose | Patients | Survival",
        "Dose: 5 mg; Patients: 41; Survival: 80 %",
        "Dose: 10 mg; Patients: 39; Survival: 64 %",
    ]


def made(*heads: Heads) -> Passage:
    """A passage with a sentence for each of these headings."""
    spans = [Span(at * 10, at * 10 + 5) for at in range(len(heads))]
    sentences = tuple(Sentence((span,), "prose", "s", over) for span, over in zip(spans, heads, strict=True))
    return Passage("k", 0, Span(0, 100), "x" * 100, "s", "prose", sentences)


def test_a_passage_is_read_from_its_row_with_its_headings() -> None:
    """In a value of its own, which a passage without any does not have."""
    passage = made(((Span(200, 205),), (), (Span(210, 215), Span(220, 225))), ())
    row = passage_row(passage, np.zeros((2, 4), dtype=np.float32))
    assert passage_from(row, passage.text) == passage
    assert not [key for key in passage_row(made((), ()), np.zeros((2, 4), dtype=np.float32)) if "heads" in key]


def test_the_headings_of_the_longest_passage_take_one_value() -> None:
    """A record of the store has few values to spare."""
    columns = tuple(tuple(Span(at * 9, at * 9 + 7) for at in range(column, column + 3)) for column in range(40))
    row = passage_row(made(*[columns] * 48), np.zeros((48, 4), dtype=np.float32))
    assert row["heads"] == 1
    assert len(row["heads_0"]) <= VALUE_LENGTH
    assert all(isinstance(value, str | int) for value in row.values())
    assert json.dumps(row).isascii()


def test_a_row_answers_a_question_in_the_words_of_its_headings(documents_dir: Path, state_dir: Path) -> None:
    """What is shown and cited is the row itself."""
    (documents_dir / "trial.html").write_text(TABLE)
    reply = build(documents_dir, state_dir).ask(Question("What was the survival at a dose of 5 mg?", caution="eager"))
    assert isinstance(reply.result, Answer)
    assert reply.result.sentences[0].text == "5 mg | 41 | 80 %"
    assert reply.result.citations[0].cited_text == "5 mg | 41 | 80 %"
