"""A reader sees the newest committed state, and nothing of a document that left."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build import Builder, BuildOptions, Summary
from index.chroma import open_store
from index.errors import DocumentNotFound, IndexMismatch, IndexMissing, StaleRead
from index.making import check_state, making_of
from index.models import Span
from index.reading import IndexReader, Snapshot
from index.store import CollectionState, Store, Volume
from tests.fake_store import FakeStore
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder()


@pytest.fixture(params=["memory", "embedded"])
def store(request: pytest.FixtureRequest, state_dir: Path) -> Store:
    return FakeStore() if request.param == "memory" else open_store(state_dir=state_dir, chroma_url=None)


def builder_of(store: Store, state_dir: Path, *, tokens: int = 64, collection: str = "default") -> Builder:
    options = BuildOptions(tokens=tokens, max_bytes=10_000_000, fallback_encoding="cp1252")
    return Builder(store, EMBEDDER, collection=collection, state_dir=state_dir, options=options)


def reader_of(store: Store, state_dir: Path, *, tokens: int = 64) -> IndexReader:
    making = making_of(EMBEDDER, tokens=tokens)
    return IndexReader(store, state_dir=state_dir, check=lambda state: check_state(state, making))


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(f"{name.title()} report\n\n{text}\n", encoding="utf-8")


def dense(snapshot: Snapshot, question: str) -> set[str]:
    hits = snapshot.dense(EMBEDDER.embed_query(question), limit=50, documents=None)
    return titles(snapshot, [name for name, _ in hits])


def lexical(snapshot: Snapshot, question: str) -> set[str]:
    return titles(snapshot, [name for name, _ in snapshot.lexical(question, limit=50, documents=None)])


def titles(snapshot: Snapshot, ids: list[str]) -> set[str]:
    found, records = snapshot.passages(ids)
    return {records[passage.document_key].title.partition(" ")[0] for passage, _, _ in found.values()}


def test_every_passage_is_found_both_ways(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, first="Macrophages clear debris.", second="Fibroblasts lay down collagen.")
    builder_of(store, state_dir).add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    assert lexical(snapshot, "debris") == {"First"}
    assert dense(snapshot, "anything") == {"First", "Second"}
    assert [record.path for record in snapshot.records()] == ["first.txt", "second.txt"]


def test_the_next_question_sees_what_was_committed(store: Store, state_dir: Path, documents_dir: Path) -> None:
    builder, reader = builder_of(store, state_dir), reader_of(store, state_dir)
    write(documents_dir, first="Macrophages clear debris.")
    builder.add([documents_dir])
    assert lexical(reader.snapshot("default"), "zebra") == set()
    write(documents_dir, second="A zebra heals quickly.")
    builder.add([documents_dir])
    assert lexical(reader.snapshot("default"), "zebra") == dense(reader.snapshot("default"), "zebra") - {"First"}
    builder.remove(lambda record: record.path == "second.txt")
    assert lexical(reader.snapshot("default"), "zebra") == set()
    assert dense(reader.snapshot("default"), "zebra") == {"First"}


def test_an_unchanged_index_is_not_opened_again(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, first="Macrophages clear debris.")
    builder_of(store, state_dir).add([documents_dir])
    reader = reader_of(store, state_dir)
    assert reader.snapshot("default") is reader.snapshot("default")


def test_an_old_snapshot_never_answers_from_what_left(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, first="Macrophages clear debris.", second="A zebra heals quickly.")
    builder = builder_of(store, state_dir)
    builder.add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    (record,) = [record for record in snapshot.records() if record.title.startswith("Second")]
    write(documents_dir, second="A lion heals slowly.")
    builder.add([documents_dir])
    assert lexical(snapshot, "zebra") == set()
    assert dense(snapshot, "zebra") == {"First"}
    assert snapshot.passages([f"{record.key}/0"]) == ({}, {})
    with pytest.raises(DocumentNotFound, match=record.id):
        snapshot.record(record.id)
    assert snapshot.locate(record, Span(0, 6)).text == "Second", "whoever has found it may still quote it"
    builder.remove(lambda record: record.path == "second.txt")
    with pytest.raises(StaleRead, match="Ask again"):
        snapshot.locate(record, Span(0, 6))


def test_what_is_removed_but_not_yet_deleted_does_not_answer(
    store: Store, state_dir: Path, documents_dir: Path
) -> None:
    write(documents_dir, first="Macrophages clear debris.", second="A zebra heals quickly.")
    builder_of(store, state_dir).add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    (record,) = [record for record in snapshot.records() if record.title.startswith("Second")]
    snapshot.volume.commit([], [record])
    assert snapshot.derived.passages.get(f"{record.key}/0"), "its passages are still there"
    assert snapshot.passages([f"{record.key}/0"]) == ({}, {})
    assert (lexical(snapshot, "zebra"), dense(snapshot, "zebra")) == (set(), {"First"})


def test_a_passage_comes_with_a_vector_for_each_sentence(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, first="Macrophages clear debris. They come first.", second="A zebra heals quickly.")
    builder_of(store, state_dir).add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    names = [f"{record.key}/{record.passages - 1}" for record in snapshot.records()]
    found, _ = snapshot.passages(names)
    assert sorted(found) == sorted(names)
    for passage, vectors, shown in found.values():
        assert len(vectors) == len(shown) == len(passage.sentences) > 0


def test_a_span_is_read_with_its_place(store: Store, state_dir: Path, documents_dir: Path) -> None:
    text = "\ufeffTitle\r\n\r\nCaf\u00e9 \U0001f9ec cells grow.\r\n" + "Filler line.\r\n" * 700 + "The end is here.\r\n"
    (documents_dir / "a.txt").write_bytes(text.encode())
    builder_of(store, state_dir).add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    (record,) = snapshot.records()
    start = text.index("The end") - 1
    found = snapshot.locate(record, Span(start, start + 16))
    assert (found.text, found.start_line, found.end_line) == ("The end is here.", 704, 704)
    assert text.encode()[found.start_byte : found.end_byte].decode() == "The end is here."
    assert snapshot.record(record.id) == record


def test_a_question_may_be_kept_to_documents(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, first="Zebras run.", second="Zebras heal.")
    builder_of(store, state_dir).add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    key = snapshot.records()[0].key
    for hits in (
        snapshot.lexical("zebras", limit=9, documents=[key]),
        snapshot.dense(EMBEDDER.embed_query("zebras"), limit=9, documents=[key]),
    ):
        assert {name.partition("/")[0] for name, _ in hits} == {key}


def test_no_index_names_the_command(store: Store, state_dir: Path, documents_dir: Path) -> None:
    reader = reader_of(store, state_dir)
    with pytest.raises(IndexMissing, match=r"'default' yet\. Run: citespan index add FOLDER$"):
        reader.snapshot("default")
    write(documents_dir, first="Macrophages clear debris.")
    builder_of(store, state_dir, collection="papers").add([documents_dir])
    with pytest.raises(IndexMissing, match=r"There is: papers\. Run: citespan index add FOLDER --collection notes$"):
        reader.snapshot("notes")
    assert [state.name for state in reader.collections()] == ["papers"]


def test_an_index_made_otherwise_is_refused(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, first="Macrophages clear debris.")
    builder_of(store, state_dir, tokens=32).add([documents_dir])
    with pytest.raises(IndexMismatch, match="citespan index rebuild"):
        reader_of(store, state_dir, tokens=64).snapshot("default")
    assert lexical(reader_of(store, state_dir, tokens=32).snapshot("default"), "debris") == {"First"}


def test_an_empty_index_is_searched_in_vain(store: Store, state_dir: Path, documents_dir: Path) -> None:
    builder_of(store, state_dir).add([documents_dir])
    snapshot = reader_of(store, state_dir).snapshot("default")
    assert dense(snapshot, "anything") == lexical(snapshot, "anything") == set()
    assert snapshot.records() == []


def test_collections_are_read_apart(store: Store, state_dir: Path, documents_dir: Path) -> None:
    for collection in ("a", "b"):
        write(documents_dir, **{collection: "Zebras run."})
        builder_of(store, state_dir, collection=collection).add([documents_dir / f"{collection}.txt"])
    reader = reader_of(store, state_dir)
    assert lexical(reader.snapshot("a"), "zebras") == {"A"}
    assert lexical(reader.snapshot("b"), "zebras") == {"B"}


class SwitchedMeanwhile(FakeStore):
    """A rebuild finishes between a reader's look at the state and its look at the volume."""

    between: Callable[[], None] | None = None

    def volume(self, state: CollectionState) -> Volume:  # type: ignore[override]
        between, self.between = self.between, None
        if between is not None:
            between()
        return super().volume(state)


def test_a_rebuild_that_finishes_while_a_reader_opens_is_what_it_reads(state_dir: Path, documents_dir: Path) -> None:
    store = SwitchedMeanwhile()
    write(documents_dir, first="Macrophages clear debris.")
    builder = builder_of(store, state_dir)
    builder.add([documents_dir])
    reader = reader_of(store, state_dir)

    rebuilt: list[Summary] = []
    store.between = lambda: rebuilt.append(builder.rebuild())
    snapshot = reader.snapshot("default")
    assert len(rebuilt) == 1
    assert lexical(snapshot, "debris") == {"First"}
    assert snapshot.state == store.state("default")


def test_a_reader_serves_many_threads(store: Store, state_dir: Path, documents_dir: Path) -> None:
    write(documents_dir, **{f"n{number}": f"Zebra number {number} runs." for number in range(10)})
    builder_of(store, state_dir).add([documents_dir])
    reader = reader_of(store, state_dir)
    answers: list[set[str]] = []

    def ask() -> None:
        answers.append(lexical(reader.snapshot("default"), "zebra"))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 16
    assert all(len(answer) == 10 for answer in answers)
