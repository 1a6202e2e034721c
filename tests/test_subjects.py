"""Species, tissues and cells that a question is about, and texts that are about others."""

import pytest

from assistant.subjects import asked_about, not_named
from index.tokenizing import terms


def lacking(question: str, text: str) -> list[str]:
    said = set(terms(text))
    return not_named(asked_about(set(terms(question))), said.__contains__)


@pytest.mark.parametrize(
    ("question", "text", "others"),
    [
        ("Does it heal in rats?", "Wounds of mice heal.", ["rats"]),
        ("Do dental pulp cells secrete HGF?", "Bone marrow cells secrete HGF.", ["dental pulp"]),
        ("Do adipose-derived and amniotic cells differ?", "Adipose-derived cells grow.", ["amnion"]),
        ("Does it help T cells?", "It helps natural killer cells.", ["T cells"]),
    ],
    ids=["species", "tissue", "one of two", "cells"],
)
def test_a_text_about_another_subject_is_told(question: str, text: str, others: list[str]) -> None:
    assert lacking(question, text) == others


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Does it heal in mice?", "In a murine model it heals."),
        ("Do hepatocytes respond?", "Liver cells respond."),
        ("Are marrow cells used?", "BM-MSCs are used."),
        ("Is the umbilical cord a source?", "WJ-hMSCs are one."),
        ("Which tests are done?", "Serology is vital."),
        ("How does it work?", "Rats were given nothing."),
    ],
    ids=["adjective", "tissue of a cell", "abbreviation", "part of it", "a word that only looks alike", "none asked"],
)
def test_other_words_for_the_same_subject_name_it(question: str, text: str) -> None:
    assert lacking(question, text) == []
