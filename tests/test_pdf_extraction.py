"""The figures of evals/pdf_extraction.py, on a document that the test prints itself."""

import json
import sys
from pathlib import Path

import pytest

from evals.pdf_agreement import Glyph, agrees, text_under
from evals.pdf_extraction import main
from evals.pdf_folding import fold, fold_all
from index.models import Box
from tests.printing import Printer, pdf_of


@pytest.mark.parametrize(
    ("xml", "pdf"),
    [
        ("shown before 1 .", "shown before [1]."),
        ("nonpharmacotherapies", "non-\npharmacotherapies"),
        ("“left–ventricular”", '"left-ventricular"'),
        ("at 37 °C", "at 37∘C"),
    ],
    ids=["reference", "hyphen", "punctuation", "degrees"],
)
def test_what_xml_and_pdf_write_differently_folds_alike(xml: str, pdf: str) -> None:
    assert fold(xml) == fold(pdf)


def test_two_words_run_together_are_not_those_words() -> None:
    assert fold("heart failure") != fold("heartfailure")


def test_a_place_in_a_folded_text_is_one_in_its_source() -> None:
    text = "It was non-\npharmacological  [1], they said."
    (start, end), *others = fold_all(text).places(fold("nonpharmacological"))
    assert text[start:end] == "non-\npharmacological"
    assert not others


def test_text_under_boxes_is_read_box_by_box() -> None:
    glyphs = {1: [Glyph("b", 20, 10), Glyph("a", 10, 10), Glyph("c", 10, 22), Glyph("x", 10, 40)]}
    boxes = [Box(1, 5, 5, 25, 15), Box(1, 5, 17, 25, 27)]
    assert text_under(boxes, glyphs) == "abc"
    assert agrees("a b\nc", "abc")
    assert not agrees("a b", "abc")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_figures_are_printed_for_every_way_to_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ["Cells were grown in a dish for a week.", "Most of them had died by the end of it."]

    def page(printer: Printer) -> None:
        printer.column(60, 100, " ".join(said), width=300)

    (tmp_path / "pdf").mkdir()
    (tmp_path / "pdf" / "one.pdf").write_bytes(pdf_of(page))
    (tmp_path / "pdf_text").mkdir()
    for library in ("pdfium", "pypdf"):
        (tmp_path / "pdf_text" / f"one.{library}.txt").write_text(said[0])
    gold = {"id": "one", "file": "pdf/one.pdf", "paragraphs": [" ".join(said)]}
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold))
    rows = [{"pdf": "one", "page": 1, "paragraph": 0, "sentence": sentence} for sentence in said]
    (tmp_path / "verified_sentences.jsonl").write_text("\n".join(map(json.dumps, rows)))
    monkeypatch.setattr(sys, "argv", ["pdf_extraction", str(tmp_path), "--failures"])
    main()
    printed = capsys.readouterr().out
    assert "2 of 2: 1.000" in printed
    assert "1 of 2: 0.500" in printed
    assert "quote, page and boxes agree" in printed
