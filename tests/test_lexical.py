"""BM25 finds what was written in any spelling, and the same documents always score the same."""

import json
import math
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from index.abbreviations import Definition
from index.lexical import Entry, LexicalIndex

TEXTS = {
    "il6": "IL-6 and other cytokines recruit macrophages.",
    "tgf": "TGF-\u03b21 induces myofibroblasts in the scar.",
    "heal": "Wound healing needs growth factors and oxygen.",
    "heals": "A wound heals faster when growth factors are applied to the wound.",
    "none": "The weather was fine all week.",
    "rtl": "\u05d4\u05ea\u05d0\u05d9\u05dd \u05de\u05e4\u05e8\u05d9\u05e9\u05d9\u05dd \u05d7\u05dc\u05d1\u05d5\u05df",
    "odd": "A stray\x00nul and 1\u00d710\u2076 cells",
}


def filled(folder: Path, texts: Mapping[str, str] = TEXTS) -> LexicalIndex:
    return LexicalIndex.empty(folder).replaced(((key, [Entry(f"{key}/0", text)]) for key, text in texts.items()), [])


def found(index: LexicalIndex, question: str, **options: object) -> list[str]:
    return [name.partition("/")[0] for name, _ in index.search(question, limit=10, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("IL6", "il6"),
        ("il-6", "il6"),
        ("IL\u20116", "il6"),
        ("TGF-beta1", "tgf"),
        ("tgf \u03b21", "tgf"),
        ("TGF\u03b21", "tgf"),
        ("Tgf-B1 myofibroblast", "tgf"),
        ("macrophage recruitment", "il6"),
        ("\u05d7\u05dc\u05d1\u05d5\u05df", "rtl"),
        ("10^6 cell", "odd"),
        ("nul", "odd"),
    ],
)
def test_a_thing_is_found_by_its_other_spellings(tmp_path: Path, question: str, expected: str) -> None:
    assert found(filled(tmp_path), question)[:1] == [expected]


def test_scores_are_bm25(tmp_path: Path) -> None:
    texts = {"a": "zebra zebra lion", "b": "zebra tiger tiger", "c": "tiger", "d": "lion"}
    index = filled(tmp_path, texts)
    rarity = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))

    def score(frequency: int, length: int) -> float:
        return rarity * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / 2))

    hits = dict(index.search("zebra", limit=5))
    assert hits == {"a/0": pytest.approx(score(2, 3), rel=1e-4), "b/0": pytest.approx(score(1, 3), rel=1e-4)}


def test_more_of_what_was_asked_comes_first(tmp_path: Path) -> None:
    assert found(filled(tmp_path), "wound growth factors")[:2] == ["heals", "heal"]


@pytest.mark.parametrize("question", ["", "   ", "the of and", "\x00", "x" * 300, "?!"], ids=repr)
def test_a_question_without_terms_finds_nothing(tmp_path: Path, question: str) -> None:
    assert found(filled(tmp_path), question) == []


def test_operators_are_words(tmp_path: Path) -> None:
    assert "heal" in found(filled(tmp_path), 'wound AND (healing OR "x') or found(filled(tmp_path), "+wound -healing *")


def test_search_keeps_to_the_documents_it_is_given(tmp_path: Path) -> None:
    index = filled(tmp_path)
    everywhere = dict(index.search("wound", limit=10))
    assert found(index, "wound", documents=["heal", "unknown"]) == ["heal"]
    assert found(index, "wound", documents=["none"]) == found(index, "wound", documents=[]) == []
    ((name, score),) = index.search("wound", limit=10, documents=["heal"])
    assert score == pytest.approx(everywhere[name]), "a restriction does not change scores"


def test_a_restriction_may_name_many_documents(tmp_path: Path) -> None:
    index = filled(tmp_path, {f"{number}": "wound" for number in range(3000)})
    assert len(index.search("wound", limit=4000, documents=[str(number) for number in range(2000)])) == 2000


def test_removed_documents_are_not_found(tmp_path: Path) -> None:
    index = filled(tmp_path).replaced([], ["heals"])
    assert found(index, "wound") == ["heal"]
    assert "heals" not in index.keys
    assert found(LexicalIndex.open(tmp_path), "wound") == ["heal"]


def test_a_changed_document_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    index = filled(tmp_path).replaced([("heal2", [Entry("heal2/0", "Burns blister.")])], ["heal"])
    assert found(index, "blister") == ["heal2"]
    assert found(index, "oxygen") == []


def test_equals_are_ordered_by_id_however_they_came(tmp_path: Path) -> None:
    names = [f"{number:02d}" for number in range(8)]
    for seed in range(2):
        shuffled = random.Random(seed).sample(names, k=len(names))
        index = LexicalIndex.empty(tmp_path / str(seed))
        for name in shuffled:
            index = index.replaced([(name, [Entry(f"{name}/0", "The same words.")])], [])
        assert [name for name, _ in index.search("same words", limit=5)] == [f"{name}/0" for name in names[:5]]


def test_scores_do_not_depend_on_history(tmp_path: Path) -> None:
    """Removed passages must not linger in the statistics, or an answer would depend on what was once indexed."""
    straight = filled(tmp_path / "straight")
    winding = filled(tmp_path / "winding", {f"gone{number}": "wound wound healing macrophage" for number in range(30)})
    for key, text in reversed(TEXTS.items()):
        winding = winding.replaced([(key, [Entry(f"{key}/0", text)])], [])
    winding = winding.replaced([], [f"gone{number}" for number in range(30)])
    for question in ("wound healing", "macrophages", "growth factor of TGF-\u03b21"):
        assert winding.search(question, limit=10) == straight.search(question, limit=10)
    assert winding.passages == straight.passages
    assert winding.passages_with("wound") == straight.passages_with("wound") == 2


def test_what_is_open_stays_as_it_was(tmp_path: Path) -> None:
    index = filled(tmp_path)
    before = index.search("wound", limit=10)
    later = index.replaced([], ["heal", "heals"]).replaced([("x", [Entry("x/0", "wound")])], ["il6"])
    assert found(later, "wound") == ["x"]
    assert index.search("wound", limit=10) == before


def test_words_and_terms_are_counted(tmp_path: Path) -> None:
    index = filled(tmp_path)
    assert index.passages == len(TEXTS)
    assert index.passages_with("wound") == 2
    assert index.passages_with("zebra") == 0
    assert index.knows("Macrophages")
    assert not index.knows("macrophage"), "words are not stemmed"
    assert not index.knows("zebra")


def test_a_long_term_is_left_out(tmp_path: Path) -> None:
    index = filled(tmp_path, {"a": "x" * 100_000 + " wound", "b": "\u0915" * 70_000})
    assert found(index, "wound") == ["a"]


def test_it_opens_as_it_was_left(tmp_path: Path) -> None:
    index = filled(tmp_path)
    opened = LexicalIndex.open(tmp_path)
    assert opened.keys == index.keys == TEXTS.keys()
    assert opened.search("wound healing", limit=5) == index.search("wound healing", limit=5)


def test_a_writer_that_fails_leaves_it_interrupted(tmp_path: Path) -> None:
    index = filled(tmp_path)

    def failing() -> object:
        yield "new", [Entry("new/0", "text")]
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        index.replaced(failing(), [])  # type: ignore[arg-type]
    with pytest.raises(OSError, match="keys"):
        LexicalIndex.open(tmp_path)
    assert filled(tmp_path).search("new text", limit=5) == []


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"[]", b"null", b"\xff", b'{"keys": 1}', b'["il6"]'], ids=repr)
def test_a_damaged_listing_is_told_when_opening(tmp_path: Path, content: bytes) -> None:
    filled(tmp_path)
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises((OSError, ValueError)):
        LexicalIndex.open(tmp_path)


def test_a_listing_without_its_index_is_told_when_opening(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "tantivy" / "meta.json").unlink()
    with pytest.raises(ValueError, match="does not hold the passages"):
        LexicalIndex.open(tmp_path)


def test_an_empty_start_drops_what_was_there(tmp_path: Path) -> None:
    filled(tmp_path)
    index = LexicalIndex.empty(tmp_path)
    assert index.search("wound", limit=5) == []
    assert index.keys == frozenset()


def test_all_words_near_another_are_found_with_their_passages(tmp_path: Path) -> None:
    texts = {"a": "tissue tissues", "b": "Tissue issue", "c": "tisane"}
    index = filled(tmp_path, texts)
    assert index.words_near("tisue", distance=1) == [("tissue", 2)]
    assert index.words_near("tisseu", distance=2) == [("tissue", 2), ("tissues", 1)]
    assert index.words_near("zebra", distance=2) == []


def test_words_of_removed_documents_are_not_near(tmp_path: Path) -> None:
    index = filled(tmp_path, {"a": "tissue", "b": "tisane"}).replaced([], ["a"])
    assert index.words_near("tisue", distance=1) == []


def test_a_term_is_also_found_where_it_is_said_in_another_way(tmp_path: Path) -> None:
    index = filled(tmp_path, {"a": "msc grow", "b": "mesenchymal stromal cells grow", "c": "stromal grow", "d": "x"})
    ways = {"msc": [frozenset({"mesenchym", "stromal", "cell"})]}
    assert found(index, "msc") == ["a"]
    assert found(index, "msc", ways=ways) == ["a", "b"]


def test_definitions_are_counted_by_passage_and_leave_with_it(tmp_path: Path) -> None:
    cells, care = Definition("msc", "mesenchym_stromal_cell"), Definition("msc", "main_servic_centr")
    entries = {"a": [care], "b": [cells], "c": [cells, care], "d": [cells]}
    index = LexicalIndex.empty(tmp_path).replaced(
        ((key, [Entry(f"{key}/0", "text", defined)]) for key, defined in entries.items()), []
    )
    assert index.meanings("msc") == [(cells, 3), (care, 2)]
    assert index.abbreviations("main_servic_centr") == [(care, 2)]
    assert index.meanings("ms") == index.abbreviations("main") == []
    assert index.defining(cells, limit=2) == ["b/0", "d/0"]
    assert index.defining(cells, limit=9, documents=["d", "a"]) == ["d/0"]
    index = index.replaced([], ["b", "c", "d"])
    assert index.meanings("msc") == [(care, 1)]


def test_an_index_of_another_format_is_not_opened(tmp_path: Path) -> None:
    filled(tmp_path)
    listing = json.loads((tmp_path / "keys.json").read_text())
    (tmp_path / "keys.json").write_text(json.dumps(listing | {"format": 1}))
    with pytest.raises(ValueError, match="does not hold"):
        LexicalIndex.open(tmp_path)
