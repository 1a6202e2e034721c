"""Slips are corrected by the documents' own words; what is merely absent stays as it was asked."""

from pathlib import Path

import pytest

from assistant.spelling import correct, is_slip
from index.lexical import Entry, LexicalIndex

DOCUMENTS = (
    "Mesenchymal stromal cells from post-partum tissue limit hypotension and microcytosis. The therapy uses rice. "
    "Hepatocyte growth factor regenerates cardioprotective tissues. Leukaemia was treated with prednisolone. "
    "Johannsen isolated lectin, insulin and osteonectin; periventricular cells divide. Results: cytotoxic, protocol."
)


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return LexicalIndex.empty(tmp_path_factory.mktemp("lexical")).replaced([("key", [Entry("key/0", DOCUMENTS)])], [])


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("mesenchimal tisue?", "mesenchymal tissue?"),
        ("Mesenchimal cells", "Mesenchymal cells"),
        ("What theraphy regenrates post-partum tisseu?", "What therapy regenerates post-partum tissue?"),
        ("mesenchimal-like, (cardioprotectve)", "mesenchymal-like, (cardioprotective)"),
        ("cardoiprotectve", "cardioprotective"),
        ("leukemia", "leukaemia"),
        ("te\u00efssue", "te\u00efssue"),
    ],
)
def test_slips_are_corrected_in_place(lexical: LexicalIndex, asked: str, searched: str) -> None:
    assert correct(asked, lexical) == searched


@pytest.mark.parametrize(
    "asked",
    [
        "mice",  # rice
        "Are mesenchymal stromal cells therapies limiting growth?",
        "hypertension",
        "macrocytosis",
        "paraventricular",
        "prednisone",
        "Did Johansen",
        "leptin",
        "osteolectin",
        "cytosolic",
        "propofol",
        "VEGFR, TISUE, IL-6, p53, tisue7",
        "don't we're aren't o'tisue",
        "",
    ],
)
def test_what_is_absent_stays_absent(lexical: LexicalIndex, asked: str) -> None:
    assert correct(asked, lexical) == asked


def test_the_nearest_word_wins_then_the_most_frequent(tmp_path: Path) -> None:
    texts = ["platelet platinlet", "platinlet", "citokines cytokines", "cytokines"]
    index = LexicalIndex.empty(tmp_path).replaced(
        [(str(n), [Entry(f"{n}/0", text)]) for n, text in enumerate(texts)], []
    )
    assert correct("plattelet", index) == "platelet"
    assert correct("cetokines", index) == "cytokines"


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("healng", "healing", True),
        ("haeling", "healing", True),
        ("healling", "healing", True),
        ("fealing", "healing", False),
        ("ilium", "ileum", False),
        ("citokine", "cytokine", True),
        ("cydokine", "cytokine", True),
        ("cyfokine", "cytokine", False),
        ("statin", "stating", False),
        ("transpozabels", "transposable", False),
    ],
)
def test_slips_are_what_hands_and_ears_do(written: str, meant: str, slip: bool) -> None:  # noqa: FBT001  a table
    assert is_slip(written, meant) is slip
