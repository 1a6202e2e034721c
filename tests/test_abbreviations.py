"""What the documents define is found in every way that they write it."""

import pytest

from index.abbreviations import find_definitions, long_key, short_key
from index.models import Label


@pytest.mark.parametrize(
    ("sentence", "defined"),
    [
        ("Human mesenchymal stromal cells (MSCs) were used.", [("MSC", "mesenchymal stromal cells")]),
        ("MSCs (mesenchymal stromal cells) were used.", [("MSCs", "mesenchymal stromal cell")]),
        ("Transforming growth factor-\u03b2 (TGF-\u03b2) acts.", [("TGF\u03b2", "transforming growth factor-\u03b2")]),
        ("Levels of heat shock factor 1 (HSF1; see above) rose.", [("HSF-1", "heat shock factor 1")]),
        (
            "Umbilical cord (UC) and cord blood (CB) were kept.",
            [("UC", "umbilical cord"), ("CB", "cord blood")],
        ),
        ("Extracellular vesicles (EVs), again extracellular vesicles (EVs).", [("EV", "extracellular vesicles")]),
        ("Results (Fig 2) of mice (n = 3) were clear (see text) in Berlin (Germany).", []),
        ("The cells (HGF) and the factor VEGF (which is bound) differ ().", []),
        ("GitHub (https://github.com/a) and Figs (Fig. 2a, shown).", []),
        ("Blood from UC (UC) was kept.", []),
        ("\u0130stanbul medical centre (IMC).", []),
        ("", []),
    ],
)
def test_running_text(sentence: str, defined: list[tuple[str, str]]) -> None:
    assert find_definitions(sentence, "prose") == [(short_key(short), long_key(long)) for short, long in defined]


@pytest.mark.parametrize(
    ("line", "defined"),
    [
        ("TSG-6: TNF-\u03b1 stimulated gene/protein 6", ("TSG6", "TNF-\u03b1 stimulated gene/protein 6")),
        ("VEFG = Vascular endothelial growth factor;", ("VEFG", "vascular endothelial growth factors")),
        ("UC \u2013 Umbilical cord.", ("UC", "umbilical cord")),
        ("MicroRNAs: miRNAs", ("miRNA", "microRNA")),
    ],
)
def test_a_line_of_a_list_defines_whatever_its_letters(line: str, defined: tuple[str, str]) -> None:
    assert find_definitions(line, "abbreviation") == [(short_key(defined[0]), long_key(defined[1]))]


@pytest.mark.parametrize("label", ["abbreviation", "prose"])
def test_a_line_without_a_meaning_defines_nothing(label: Label) -> None:
    assert find_definitions("Abbreviations", label) == []


@pytest.mark.parametrize("spelling", ["TSG-6", "TSG6", "tsg-6", "TSG\u20116"])
def test_spellings_of_an_abbreviation_have_one_key(spelling: str) -> None:
    assert short_key(spelling) == "tsg6"
