"""What every store must do, on the one in memory, on embedded Chroma and on a Chroma server."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.boxes import line_boxes
from index.chroma import ChromaStore, ChromaVolume, open_store
from index.chunking import MOST_SENTENCES
from index.errors import SettingsError, StaleRead, StoreError
from index.models import Document, DocumentRecord, Element, Passage, Sentence, Span
from index.rows import passage_row
from index.store import PIECE_LENGTH, WRITE_LIMIT, CollectionState, Piece, Store, Vectors, Volume
from index.texts import pieces_of, read_all, restored, split_text
from tests.fake_store import FakeStore

DIMENSION = 8
AWKWARD = {
    "nul": "a\x00b \x00",
    "astral": "\U0001f9ec DNA \U0001d7d8",
    "combining": "e\u0301 \u0915\u094d\u0937 a\u0308\u0323",
    "right-to-left": "\u05d4\u05ea\u05d0\u05d9\u05dd \u202eabc\u202c \u0627\u0644\u062e\u0644\u0627\u064a\u0627",
    "lone carriage return": "one\rtwo\r\nthree\n\r",
    "quotes and escapes": '"it\'s" \\ %s {} \x1b[0m\x7f\ufeff\uffff',
}
_numbers = count()


@pytest.fixture(params=["memory", "embedded", "server"])
def store(request: pytest.FixtureRequest, state_dir: Path) -> Store:
    if request.param == "memory":
        return FakeStore()
    url = request.getfixturevalue("chroma_server") if request.param == "server" else None
    return open_store(state_dir=state_dir, chroma_url=url)


def state_of(name: str | None = None, *, volume: str = "v1", **changes: Any) -> CollectionState:
    """A state under a name of its own: the server is shared by the tests."""
    making = {"model": "some/model \u03b2", "dimension": str(DIMENSION)}
    state = CollectionState(name or f"library-{next(_numbers)}", 1, volume, making, "empty", 0, 0)
    return replace(state, **changes)


def record_of(key: str, **changes: Any) -> DocumentRecord:
    record = DocumentRecord(
        key=key,
        id=f"sha256:{key}",
        location=f"/somewhere/{key}.txt",
        path=f"{key}.txt",
        title=f"Title of {key}",
        encoding="utf-8",
        size=10,
        media_type="text/plain",
        extractor="text 1",
        text_sha256="0" * 64,
        characters=10,
        passages=1,
        metadata={"doi": "10.1000/182", "journal": "\u0416\u0443\u0440\u043d\u0430\u043b"},
    )
    return replace(record, **changes)


def passage_of(key: str, ordinal: int = 0, text: str = "Some text.") -> Passage:
    span = Span(100 * ordinal, 100 * ordinal + len(text))
    whole = Sentence((span,), "prose", "Results")
    broken = Sentence((Span(span.start, span.start + 1), Span(5000, 5007)), "prose", "Results")
    return Passage(key, ordinal, span, text, "Results", "prose", (whole, broken))


def unit_vectors(number: int, *, seed: int = 0) -> Vectors:
    rows = np.random.default_rng(seed).normal(size=(number, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def inner_vectors(passages: Sequence[Passage], *, seed: int = 0) -> list[Vectors]:
    """For each passage, a row for each of its sentences."""
    return [unit_vectors(len(passage.sentences), seed=seed + number) for number, passage in enumerate(passages)]


def write(volume: Volume, pieces: Mapping[str, Sequence[Piece]], passages: Sequence[Passage], vectors: Vectors) -> None:
    volume.write(pieces, passages, vectors, inner_vectors(passages))


def add(
    volume: Volume,
    *records: DocumentRecord,
    removing: Sequence[DocumentRecord] = (),
    superseding: Sequence[DocumentRecord] = (),
) -> None:
    passages = [passage_of(record.key) for record in records]
    volume.begin(records)
    write(
        volume,
        {record.key: split_text("Some text.", "utf-8") for record in records},
        passages,
        unit_vectors(len(passages)),
    )
    volume.commit(records, removing, superseding)


def keys(records: Sequence[DocumentRecord]) -> list[str]:
    return [record.key for record in records]


def test_a_state_comes_back_as_it_was_put(store: Store) -> None:
    state = state_of(revision="abc", documents=3, passages=1_000_000)
    assert store.state(state.name) is None
    store.put_state(state)
    assert store.state(state.name) == state
    store.put_state(replace(state, volume="v2", making={}))
    assert store.state(state.name) == replace(state, volume="v2", making={})


def test_states_are_listed_by_name(store: Store) -> None:
    names = sorted(state_of().name for _ in range(3))
    for name in reversed(names):
        store.put_state(state_of(name))
    assert [state.name for state in store.states() if state.name in names] == names


def test_a_document_is_visible_from_its_commit_on(store: Store) -> None:
    volume, record = store.volume(state_of()), record_of("one")
    volume.begin([record])
    assert (volume.records(), volume.committed(["one"]), volume.with_ids([record.id])) == ([], {}, [])
    assert volume.unfinished() == ["one"]
    write(volume, {"one": split_text("Some text.", "utf-8")}, [passage_of("one")], unit_vectors(1))
    assert (volume.records(), volume.unfinished()) == ([], ["one"])
    volume.commit([record], [])
    assert volume.records() == volume.with_ids([record.id]) == [record]
    assert volume.committed(["one", "two"]) == {"one": record}
    assert volume.unfinished() == []


def test_one_commit_shows_the_new_and_hides_the_old(store: Store) -> None:
    volume = store.volume(state_of())
    old, new = record_of("old"), record_of("new")
    add(volume, old)
    add(volume, new, removing=[old])
    assert volume.records() == [new]
    assert volume.committed(["old", "new"]) == {"new": new}
    assert volume.with_ids([old.id, new.id]) == [new]
    assert volume.unfinished() == ["old"]


def test_what_is_superseded_is_read_by_its_id_and_otherwise_gone(store: Store) -> None:
    volume = store.volume(state_of())
    old, new = record_of("old"), record_of("new", location=record_of("old").location)
    add(volume, old)
    add(volume, new, superseding=[old])
    for step in ("with passages", "without"):
        assert volume.records() == volume.with_ids([old.id, new.id]) == [new], step
        assert volume.committed(["old", "new"]) == {"new": new}
        assert volume.superseded() == volume.superseded([old.id, new.id, "sha256:none"]) == [old]
        assert volume.superseded([new.id]) == volume.superseded([]) == []
        assert volume.at(old.location) == new
        assert volume.unfinished() == []
        assert volume.pieces({"old": [0]})["old"] == split_text("Some text.", "utf-8")
        assert volume.retiring() == (["old"] if step == "with passages" else [])
        volume.retire(volume.retiring())
    assert [len(found) for found, _ in volume.passages_of(["old", "new"]).values()] == [0, 1]
    volume.purge(["old"])
    assert volume.superseded() == []
    with pytest.raises(StaleRead):
        volume.pieces({"old": [0]})


def test_what_is_superseded_stays_readable_while_it_is_written_again(store: Store) -> None:
    volume = store.volume(state_of())
    old, new = record_of("old"), record_of("new")
    add(volume, old)
    add(volume, new, superseding=[old])
    volume.retire(["old"])
    volume.begin([old, record_of("other")])
    write(volume, {"old": split_text("Some text.", "utf-8")}, [passage_of("old")], unit_vectors(1))
    assert volume.superseded([old.id]) == [old]
    assert (volume.unfinished(), volume.retiring()) == (["other"], ["old"])
    volume.purge(volume.unfinished())
    volume.retire(volume.retiring())
    assert volume.passages_of(["old"])["old"][0] == []
    assert volume.pieces({"old": [0]})["old"] == split_text("Some text.", "utf-8")
    add(volume, old, superseding=[new])
    assert (volume.records(), volume.superseded()) == ([old], [new])


def test_a_place_without_a_document_has_none(store: Store) -> None:
    volume, record = store.volume(state_of()), record_of("one")
    assert volume.at(record.location) is None
    add(volume, record)
    assert volume.at(record.location) == record
    volume.commit([], [], [record])
    assert volume.at(record.location) is None


def test_a_commit_replaces_what_is_said_of_a_document(store: Store) -> None:
    volume = store.volume(state_of())
    add(volume, record_of("one"))
    moved = record_of("one", path="elsewhere/one.txt", metadata={})
    volume.commit([moved], [])
    assert volume.records() == [moved]


def read(volume: Volume, key: str) -> list[Passage]:
    return [stored.passage for stored in volume.passages_of([key])[key][0]]


def test_purging_leaves_nothing_and_touches_no_other(store: Store) -> None:
    volume = store.volume(state_of())
    add(volume, record_of("one"), record_of("two"))
    volume.purge(["one", "never there"])
    assert keys(volume.records()) == ["two"]
    assert read(volume, "one") == []
    assert len(read(volume, "two")) == 1
    with pytest.raises(StaleRead, match="Ask again"):
        volume.pieces({"one": [0]})
    volume.purge([])
    volume.purge(["two"])
    assert (volume.records(), volume.unfinished()) == ([], [])


def test_an_unfinished_document_can_be_purged_and_written_again(store: Store) -> None:
    volume, record = store.volume(state_of()), record_of("one")
    volume.begin([record])
    write(volume, {"one": split_text("Some text.", "utf-8")}, [passage_of("one", 3)], unit_vectors(1))
    volume.purge(volume.unfinished())
    add(volume, record)
    assert volume.records() == [record]
    assert [passage.ordinal for passage in read(volume, "one")] == [0]


def test_records_are_listed_by_path(store: Store) -> None:
    volume = store.volume(state_of())
    add(volume, record_of("1", path="b"), record_of("2", path="a/z"), record_of("3", path="a"))
    assert [record.path for record in volume.records()] == ["a", "a/z", "b"]


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_any_text_comes_back_as_it_was(store: Store, text: str) -> None:
    volume = store.volume(state_of())
    record = record_of("one", path=text, title=text, location=text, metadata={"note": text, text: "name"})
    passage = replace(passage_of("one", text=text), section=text)
    passage = replace(passage, sentences=tuple(replace(sentence, section=text) for sentence in passage.sentences))
    pieces = split_text(text * 3000, "utf-8")
    volume.begin([record])
    write(volume, {"one": pieces}, [passage], unit_vectors(1))
    volume.commit([record], [])
    assert volume.records() == [record]
    assert read(volume, "one") == [passage]
    assert volume.pieces({"one": range(len(pieces))})["one"] == pieces


def test_a_section_may_be_empty_and_a_passage_without_sentences(store: Store) -> None:
    volume = store.volume(state_of())
    passage = Passage("one", 0, Span(0, 1), " ", "", "boilerplate", ())
    write(volume, {}, [passage], unit_vectors(1))
    assert read(volume, "one") == [passage]


def test_more_than_one_write_holds_is_written_and_read(store: Store) -> None:
    volume = store.volume(state_of())
    number = 2 * WRITE_LIMIT + 7
    passages = [passage_of("one", ordinal, f"Passage {ordinal}.") for ordinal in range(number)]
    text = "".join(f"{place:09d}\n" for place in range(PIECE_LENGTH * (WRITE_LIMIT + 5) // 10))
    pieces, vectors = split_text(text, "utf-8"), unit_vectors(number)
    volume.begin([record_of("one")])
    write(volume, {"one": pieces}, passages, vectors)
    assert read(volume, "one") == passages
    np.testing.assert_allclose(volume.passages_of(["one"])["one"][1], vectors, atol=1e-6)
    assert volume.pieces({"one": range(len(pieces))})["one"] == pieces
    volume.purge(["one"])
    assert read(volume, "one") == []


def test_many_documents_are_asked_for_at_once(store: Store) -> None:
    volume = store.volume(state_of())
    records = [record_of(f"{number:04d}") for number in range(WRITE_LIMIT + 20)]
    for at in range(0, len(records), WRITE_LIMIT):
        volume.commit(records[at : at + WRITE_LIMIT], [])
    assert volume.records() == records
    assert volume.committed(keys(records)) == {record.key: record for record in records}
    assert sorted(keys(volume.with_ids([record.id for record in records]))) == keys(records)
    volume.purge(keys(records))
    assert volume.records() == []


def test_vectors_come_back_within_a_millionth(store: Store) -> None:
    volume = store.volume(state_of())
    vectors = unit_vectors(50, seed=3)
    order = list(np.random.default_rng(1).permutation(50))
    passages = [passage_of("one", ordinal) for ordinal in range(50)]
    write(volume, {}, [passages[at] for at in order], vectors[order])
    _, stored = volume.passages_of(["one"])["one"]
    assert read(volume, "one") == passages
    assert stored.dtype == np.float32
    np.testing.assert_allclose(stored, vectors, atol=1e-6)


def test_the_vectors_of_sentences_come_back_in_their_direction(store: Store) -> None:
    volume = store.volume(state_of())
    passages = [passage_of("one", ordinal) for ordinal in range(WRITE_LIMIT + 7)]
    inner = inner_vectors(passages, seed=5)
    volume.write({}, passages, unit_vectors(len(passages)), inner)
    found, _ = volume.passages_of(["one"])["one"]
    for stored, passage, vectors in zip(found, passages, inner, strict=True):
        assert stored.passage == passage
        assert stored.sentence_vectors.dtype == np.float32
        assert np.einsum("ij,ij->i", stored.sentence_vectors, vectors).min() > 0.998


@pytest.mark.parametrize("number", [0, 1, MOST_SENTENCES])
def test_a_passage_may_have_any_number_of_sentences_up_to_the_most(store: Store, number: int) -> None:
    volume = store.volume(state_of())
    sentences = tuple(Sentence((Span(at, at + 1),), "prose", "Results") for at in range(number))
    passage = replace(passage_of("one"), sentences=sentences)
    vectors = np.asarray(np.random.default_rng(1).normal(size=(number, 1536)), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    volume.write({}, [passage], unit_vectors(1), [vectors])
    assert read(volume, "one") == [passage]
    assert len(volume.passages_of(["one"])["one"][0][0].sentence_vectors) == number
    row = passage_row(passage, vectors)
    assert len(row) <= 32
    assert max(len(str(value).encode()) for value in row.values()) <= 4096


def test_writing_again_replaces(store: Store) -> None:
    volume = store.volume(state_of())
    for text, seed in (("Old text.", 1), ("New text.", 2)):
        write(volume, {"one": split_text(text, "utf-8")}, [passage_of("one", text=text)], unit_vectors(1, seed=seed))
    assert [passage.text for passage in read(volume, "one")] == ["New text."]
    np.testing.assert_allclose(volume.passages_of(["one"])["one"][1], unit_vectors(1, seed=2), atol=1e-6)
    assert [piece.text for piece in volume.pieces({"one": [0]})["one"]] == ["New text."]


def test_writing_again_replaces_the_vectors_of_more_sentences(store: Store) -> None:
    volume = store.volume(state_of())
    for number in (40, 3):
        sentences = tuple(Sentence((Span(at, at + 1),), "prose", "Results") for at in range(number))
        vectors = np.repeat(np.eye(1, 384, k=number, dtype=np.float32), number, axis=0)
        volume.write({}, [replace(passage_of("one"), sentences=sentences)], unit_vectors(1), [vectors])
    np.testing.assert_allclose(volume.passages_of(["one"])["one"][0][0].sentence_vectors, vectors, atol=1e-6)


def test_what_is_not_there_is_left_out(store: Store) -> None:
    volume = store.volume(state_of())
    add(volume, record_of("one"))
    assert volume.committed([]) == {}
    assert volume.with_ids(["sha256:none"]) == volume.with_ids([]) == []
    assert volume.passages_of(["two"])["two"][0] == []
    assert len(volume.passages_of(["two"])["two"][1]) == 0


def test_pieces_of_several_documents_are_read_at_once(store: Store) -> None:
    volume = store.volume(state_of())
    texts = {key: split_text(key * (2 * PIECE_LENGTH), "utf-8") for key in ("one", "two")}
    write(volume, texts, [], np.zeros((0, DIMENSION), dtype=np.float32))
    assert volume.pieces({"one": [1], "two": {5, 0}}) == {
        "one": [texts["one"][1]],
        "two": [texts["two"][0], texts["two"][5]],
    }
    assert volume.pieces({}) == {}


def test_pieces_are_read_by_number_and_a_missing_one_is_told(store: Store) -> None:
    volume = store.volume(state_of())
    pieces = split_text("\U0001f9ec" * (3 * PIECE_LENGTH), "utf-8")
    write(volume, {"one": pieces}, [], np.zeros((0, DIMENSION), dtype=np.float32))
    assert volume.pieces({"one": [1]})["one"] == pieces[1:2]
    assert volume.pieces({"one": range(1, 3)})["one"] == pieces[1:]
    assert all(len(piece.text.encode()) <= 16 * 1024 for piece in volume.pieces({"one": range(3)})["one"])
    with pytest.raises(StaleRead):
        volume.pieces({"one": [2, 3]})
    with pytest.raises(StaleRead):
        volume.pieces({"two": [0]})


def test_the_layout_of_an_extracted_text_comes_back_with_its_pieces(store: Store) -> None:
    draw = np.random.default_rng(7)
    text = "Wound healing. " * 600
    spans = [Span(at, at + 15) for at in range(0, len(text), 15)]
    elements = tuple(Element(span, "row", 2, ((Span(0, 5),), (Span(6, 14),)), soft=True) for span in spans)
    boxes = draw.integers(0, 9000, (len(text), 5), dtype=np.int32)
    document = Document("one", "/one", "one", "One", text, None, 10, elements=elements, boxes=boxes)
    volume = store.volume(state_of())
    record = replace(record_of("one"), key="one", encoding=None, characters=len(text))
    add(volume, record)
    write(volume, {"one": pieces_of(document)}, [], np.zeros((0, DIMENSION), dtype=np.float32))
    assert volume.with_ids([record.id])[0].encoding is None
    found = restored(volume, record)
    assert (found.text, found.encoding, found.elements) == (text, None, elements)
    assert found.boxes is not None
    np.testing.assert_array_equal(found.boxes, boxes)
    span = Span(PIECE_LENGTH - 5, PIECE_LENGTH + 5)
    [location] = read_all(volume, [(record, span)])
    assert location.boxes == line_boxes(boxes[span.start : span.end])
    assert (location.start_byte, location.end_byte, location.extracted) == (None, None, True)
    with_plain_text = split_text("Plain.", "utf-8")
    write(volume, {"one": with_plain_text}, [], np.zeros((0, DIMENSION), dtype=np.float32))
    [piece] = volume.pieces({"one": [0]})["one"]
    assert (piece.text, piece.elements, piece.boxes) == ("Plain.", (), None)


def test_collections_are_apart(store: Store) -> None:
    first, second = state_of(), state_of()
    for state in (first, second):
        store.put_state(state)
    add(store.volume(first), record_of("one"))
    add(store.volume(second), record_of("one", path="other.txt"), record_of("two"))
    assert [record.path for record in store.volume(first).records()] == ["one.txt"]
    store.drop(first.name)
    assert store.state(first.name) is None
    assert store.state(second.name) == second
    assert keys(store.volume(second).records()) == ["one", "two"]
    assert store.volume(first).records() == []


def test_dropping_a_collection_leaves_one_whose_name_starts_the_same(store: Store) -> None:
    short = state_of()
    longer = [replace(short, name=f"{short.name}{end}") for end in ("-2", ".v1", ".v2")]
    for state in (short, *longer):
        store.put_state(state)
        add(store.volume(state), record_of("one"))
    store.drop(short.name)
    assert [keys(store.volume(state).records()) for state in longer] == [["one"]] * 3


def test_volumes_are_apart_and_dropped_but_one(store: Store) -> None:
    state = state_of()
    other = replace(state, volume="v1-2")
    add(store.volume(state), record_of("one"))
    add(store.volume(other), record_of("two"))
    store.drop_volumes(state.name, keep="v1-2")
    assert keys(store.volume(other).records()) == ["two"]
    assert store.volume(state).records() == []
    assert store.volume(state).passages_of(["one"])["one"][0] == []


def test_a_volume_opened_again_is_the_same(store: Store) -> None:
    state = state_of()
    add(store.volume(state), record_of("one"))
    assert keys(store.volume(state).records()) == ["one"]


def test_a_dropped_volume_asks_to_ask_again(state_dir: Path) -> None:
    store = open_store(state_dir=state_dir, chroma_url=None)
    state = state_of()
    volume = store.volume(state)
    add(volume, record_of("one"))
    store.drop(state.name)
    with pytest.raises(StaleRead, match="Ask again"):
        volume.records()


@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_passages_are_compared_by_cosine(kind: str, request: pytest.FixtureRequest, state_dir: Path) -> None:
    url = request.getfixturevalue("chroma_server") if kind == "server" else None
    volume = open_store(state_dir=state_dir, chroma_url=url).volume(state_of())
    assert isinstance(volume, ChromaVolume)
    assert (volume._passages.configuration["hnsw"] or {})["space"] == "cosine"


def test_more_records_than_one_atomic_write_holds_are_refused(state_dir: Path) -> None:
    volume = open_store(state_dir=state_dir, chroma_url=None).volume(state_of())
    with pytest.raises(ValueError, match="one atomic write"):
        volume.commit([record_of(str(number)) for number in range(WRITE_LIMIT + 1)], [])
    assert volume.records() == []


def test_stores_have_identities(state_dir: Path, chroma_server: str) -> None:
    here = open_store(state_dir=state_dir, chroma_url=None)
    assert here.identity == open_store(state_dir=state_dir / "x" / "..", chroma_url=None).identity
    assert here.identity != open_store(state_dir=state_dir / "other", chroma_url=None).identity
    assert open_store(state_dir=state_dir, chroma_url=chroma_server).identity == f"server:{chroma_server}"


OTHER_PROCESS = """
import sys
from pathlib import Path
from index.chroma import open_store
from index.models import DocumentRecord, Passage, Span
from index.store import CollectionState, Piece
import numpy as np

store = open_store(state_dir=Path(sys.argv[1]), chroma_url=None)
volume = store.volume(CollectionState("shared", 1, "v1", {}, "empty", 0, 0))
for line in sys.stdin:
    action, key = line.split()
    record = DocumentRecord(key, key, key, key, key, "utf-8", 1, "text/plain", "text 1", "", 1, 1)
    if action == "add":
        volume.begin([record])
        passage = Passage(key, 0, Span(0, 5), "Text.", "", "prose", ())
        vector = np.eye(8, dtype=np.float32)[[int(key)]]
        volume.write({key: [Piece(0, 0, 0, 1, "Text.")]}, [passage], vector, [np.zeros((0, 8))])
        volume.commit([record], [])
    else:
        volume.commit([], [record])
        volume.purge([key])
    print("done", flush=True)
"""


def test_what_another_process_writes_is_read_at_once(state_dir: Path) -> None:
    volume = open_store(state_dir=state_dir, chroma_url=None).volume(state_of("shared"))
    command = [sys.executable, "-c", OTHER_PROCESS, str(state_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for action, key in (("add", "1"), ("add", "2"), ("remove", "1"), ("add", "3"), ("add", "1"), ("remove", "3")):
            other.stdin.write(f"{action} {key}\n")
            assert other.stdout.readline() == "done\n"
            there = action == "add"
            assert (key in volume.committed([key])) == there
            passages, vectors = volume.passages_of([key])[key]
            assert len(passages) == there
            if there:
                np.testing.assert_allclose(vectors, np.eye(8, dtype=np.float32)[[int(key)]], atol=1e-6)
                assert volume.pieces({key: [0]})[key] == [Piece(0, 0, 0, 1, "Text.")]
    assert keys(volume.records()) == ["1", "2"]


def test_a_server_that_does_not_answer_is_told_with_what_to_do(state_dir: Path) -> None:
    with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:9.*chroma run"):
        open_store(state_dir=state_dir, chroma_url="http://127.0.0.1:9")


def test_a_server_that_went_away_is_told_with_what_to_do(state_dir: Path, chroma_server: str) -> None:
    store = open_store(state_dir=state_dir, chroma_url=chroma_server)
    gone = open_store(state_dir=state_dir, chroma_url=chroma_server)
    gone._client._server._api_url = "http://127.0.0.1:9/api/v2"  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="CITESPAN_CHROMA_URL"):
        gone.states()
    assert isinstance(store.states(), list)


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host", "http://", "", "http://host:port", "http://host:99999"]
)
def test_a_url_that_cannot_be_used_is_told_with_an_example(url: str, state_dir: Path) -> None:
    with pytest.raises(SettingsError, match=r"CITESPAN_CHROMA_URL.*http://host:8000"):
        open_store(state_dir=state_dir, chroma_url=url)


def test_a_state_directory_that_cannot_be_used_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreError, match="CITESPAN_STATE_DIR"):
        open_store(state_dir=tmp_path / "file", chroma_url=None)


def test_a_damaged_store_is_told(state_dir: Path) -> None:
    (state_dir / "chroma").mkdir()
    (state_dir / "chroma" / "chroma.sqlite3").write_bytes(b"this is no database" * 1000)
    with pytest.raises(StoreError, match=str(state_dir)):
        open_store(state_dir=state_dir, chroma_url=None)


def test_a_store_is_opened_by_many_threads_at_once(state_dir: Path) -> None:
    def opened(number: int) -> ChromaStore:
        return open_store(state_dir=state_dir / str(number % 3), chroma_url=None)

    with ThreadPoolExecutor(8) as pool:
        assert len({store.identity for store in pool.map(opened, range(24))}) == 3
