"""Dense search is exact, whatever came and went, and whatever a killed process left."""

import json
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store import Vectors
from index.vectors import VectorFile

DIMENSION = 6


def some_vectors(number: int, *, seed: int = 0) -> Vectors:
    """Few different directions, so that there are ties."""
    rows = np.random.default_rng(seed).integers(-1, 2, size=(number, DIMENSION)).astype(np.float32)
    rows[~rows.any(axis=1)] = 1
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def by_hand(
    documents: Mapping[str, Vectors], vector: Vectors, *, limit: int, among: Collection[str] | None = None
) -> list[tuple[str, float]]:
    scored = [
        (f"{key}/{place}", float(np.dot(row, vector)))
        for key, rows in documents.items()
        for place, row in enumerate(rows)
        if among is None or key in among
    ]
    return sorted(scored, key=lambda pair: (-round(pair[1], 5), pair[0]))[:limit]


def check(
    file: VectorFile, documents: Mapping[str, Vectors], *, limit: int = 7, among: Collection[str] | None = None
) -> None:
    assert set(file.keys) == documents.keys()
    for vector in some_vectors(4, seed=99):
        found = file.search(vector, limit=limit, documents=among)
        wanted = by_hand(documents, vector, limit=limit, among=among)
        assert sorted(found, key=lambda pair: (-pair[1], pair[0])) == found
        np.testing.assert_allclose([score for _, score in found], [score for _, score in wanted], atol=1e-5)
        lowest = wanted[-1][1] if wanted else 0.0
        surely = {name for name, score in wanted if score > lowest + 1e-4}
        assert (
            surely
            <= {name for name, _ in found}
            <= {f"{k}/{n}" for k, rows in documents.items() for n in range(len(rows))}
        )


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 30), st.booleans()), max_size=12),
    st.integers(1, 40),
    st.none() | st.sets(st.sampled_from("abcdefghz")),
)
def test_search_is_exact_after_any_history(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, bool]], limit: int, among: set[str] | None
) -> None:
    folder = tmp_path_factory.mktemp("vectors") / "v"
    file = VectorFile.empty(folder, dimension=DIMENSION)
    documents: dict[str, Vectors] = {}
    for seed, (key, number, reopen) in enumerate(steps):
        removed = [key] if key in documents else []
        documents.pop(key, None)
        added = {} if removed else {key: some_vectors(number, seed=seed)}
        documents |= added
        file = file.replaced(added.items(), removed)
        if reopen:
            file = VectorFile.open(folder, dimension=DIMENSION)
        check(file, documents, limit=limit, among=among)


def test_equals_are_ordered_by_id(tmp_path: Path) -> None:
    same = np.tile(some_vectors(1), (12, 1))
    file = VectorFile.empty(tmp_path / "v", dimension=DIMENSION).replaced([("b", same), ("a", same[:1])], [])
    names = [name for name, _ in file.search(same[0], limit=20)]
    assert names == sorted(names)
    assert [name for name, _ in file.search(same[0], limit=3)] == names[:3]


def test_the_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    documents = {key: some_vectors(9, seed=seed) for seed, key in enumerate("abcde")}
    one = VectorFile.empty(tmp_path / "1", dimension=DIMENSION).replaced(documents.items(), [])
    other = VectorFile.empty(tmp_path / "2", dimension=DIMENSION)
    for key in ("z", *reversed(documents)):
        other = other.replaced([(key, documents.get(key, some_vectors(40)))], [])
    other = other.replaced([], ["z"])
    for vector in some_vectors(10, seed=5):
        assert one.search(vector, limit=45) == other.search(vector, limit=45)


def test_many_removals_shrink_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    documents = {str(number): some_vectors(10, seed=number) for number in range(10)}
    file = VectorFile.empty(folder, dimension=DIMENSION).replaced(documents.items(), [])
    for key, rows_left in (("0", 100), ("1", 100), ("2", 100), ("3", 100), ("4", 100), ("5", 40), ("6", 40)):
        del documents[key]
        file = file.replaced([], [key])
        check(VectorFile.open(folder, dimension=DIMENSION), documents)
        (data,) = folder.glob("rows-*.bin")
        assert data.stat().st_size == rows_left * DIMENSION * 4
    documents["new"] = some_vectors(1)
    file = file.replaced([("new", documents["new"])], [])
    check(VectorFile.open(folder, dimension=DIMENSION), documents)


def test_what_is_open_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    before = {"a": some_vectors(5, seed=1), "b": some_vectors(5, seed=2)}
    file = VectorFile.empty(folder, dimension=DIMENSION).replaced(before.items(), [])
    later = file
    for step in range(6):
        later = later.replaced([(f"n{step}", some_vectors(20, seed=step))], [f"n{step - 1}"])
    later.replaced([], ["a", "b"])
    VectorFile.empty(folder, dimension=DIMENSION).replaced([("c", some_vectors(40, seed=9))], [])
    check(file, before)


@pytest.mark.parametrize(
    "tear",
    [
        lambda folder: _extend(folder, b"\x01" * 7),
        lambda folder: _extend(folder, bytes(10 * DIMENSION * 4)),
        lambda folder: (folder / "rows.partial").write_bytes(b'{"half'),
        lambda folder: (folder / "rows-7.bin").write_bytes(b"orphan"),
    ],
    ids=["half a row", "whole rows", "half a listing", "a file that was never listed"],
)
def test_what_a_killed_writer_left_is_passed_over(tmp_path: Path, tear: object) -> None:
    folder = tmp_path / "v"
    documents = {"a": some_vectors(5, seed=1), "b": some_vectors(5, seed=2)}
    VectorFile.empty(folder, dimension=DIMENSION).replaced(documents.items(), [])
    assert callable(tear)
    tear(folder)
    file = VectorFile.open(folder, dimension=DIMENSION)
    check(file, documents)
    documents["c"] = some_vectors(3, seed=3)
    check(file.replaced([("c", documents["c"])], []), documents)
    check(VectorFile.open(folder, dimension=DIMENSION), documents)


def _extend(folder: Path, more: bytes) -> None:
    with (folder / "rows-1.bin").open("ab") as file:
        file.write(more)


def _relist(folder: Path, *, content: bytes) -> None:
    (folder / "rows.json").write_bytes(content)


def _truncate(folder: Path) -> None:
    with (folder / "rows-1.bin").open("r+b") as file:
        file.truncate(9 * DIMENSION * 4)


DAMAGE = {
    "listing gone": lambda folder: (folder / "rows.json").unlink(),
    "vectors gone": lambda folder: (folder / "rows-1.bin").unlink(),
    "vectors cut short": _truncate,
    **{
        f"listing is {content!r}": partial(_relist, content=content)
        for content in (b"", b"{", b"{}", b"[]", b"null", b"\xff\xff", b'{"ranges": {"a": 1}}', b'{"ranges": []}')
    },
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_told_when_opening(tmp_path: Path, damage: object) -> None:
    VectorFile.empty(tmp_path / "v", dimension=DIMENSION).replaced([("a", some_vectors(10))], [])
    assert callable(damage)
    damage(tmp_path / "v")
    with pytest.raises((OSError, ValueError)):
        VectorFile.open(tmp_path / "v", dimension=DIMENSION)


def test_another_dimension_is_told_when_opening(tmp_path: Path) -> None:
    VectorFile.empty(tmp_path / "v", dimension=DIMENSION).replaced([("a", some_vectors(10))], [])
    with pytest.raises(ValueError, match="20 bytes each"):
        VectorFile.open(tmp_path / "v", dimension=5)


def test_nothing_to_search_finds_nothing(tmp_path: Path) -> None:
    file = VectorFile.empty(tmp_path / "v", dimension=DIMENSION)
    vector = some_vectors(1)[0]
    assert file.search(vector, limit=5) == []
    file = file.replaced([("a", some_vectors(0)), ("b", some_vectors(2))], [])
    assert file.search(vector, limit=0) == file.search(vector, limit=5, documents=[]) == []
    assert file.search(vector, limit=5, documents=["a", "unknown"]) == []
    assert len(file.search(vector, limit=5)) == 2


def test_an_empty_start_drops_what_was_there(tmp_path: Path) -> None:
    VectorFile.empty(tmp_path / "v", dimension=DIMENSION).replaced([("a", some_vectors(10))], [])
    assert set(VectorFile.empty(tmp_path / "v", dimension=DIMENSION).keys) == set()
    assert not (tmp_path / "v").exists()


def test_the_listing_is_readable(tmp_path: Path) -> None:
    VectorFile.empty(tmp_path / "v", dimension=DIMENSION).replaced([("a", some_vectors(10))], [])
    listing = json.loads((tmp_path / "v" / "rows.json").read_text())
    assert listing == {
        "file": "rows-1.bin",
        "form": "float32",
        "width": 4 * DIMENSION,
        "total": 10,
        "ranges": {"a": [0, 10]},
    }
