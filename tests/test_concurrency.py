"""While one process adds, changes, removes and rebuilds, others ask: no error, nothing stale, the newest at once."""

import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.build import Builder, BuildOptions
from index.chroma import open_store
from index.errors import StaleRead
from index.reading import IndexReader
from tests.fakes import HashingEmbedder

DOCUMENTS = 12

WRITER = """
import random, sys
from pathlib import Path
from tests.test_concurrency import builder_of, write

state_dir, documents, draw = Path(sys.argv[1]), Path(sys.argv[2]), random.Random(5)
builder = builder_of(state_dir)
for line in sys.stdin:
    action, number, step = line.split()
    if action == "rebuild":
        builder.rebuild()
    elif action == "remove":
        (documents / f"{number}.txt").unlink()
        builder.remove(lambda record: record.path == f"{number}.txt")
    else:
        write(documents, int(number), int(step))
        builder.add([documents])
    print("committed", flush=True)
"""

ASKER = """
import json, sys
from pathlib import Path
from tests.test_concurrency import Asker

asker = Asker(Path(sys.argv[1]))
floor = Path(sys.argv[2])
print("ready", flush=True)
asked = 0
while not floor.with_name("stop").exists():
    asker.ask({int(number): step for number, step in json.loads(floor.read_text()).items()})
    asked += 1
print(asked)
"""


def builder_of(state_dir: Path) -> Builder:
    options = BuildOptions(tokens=48, max_bytes=10_000_000, fallback_encoding="cp1252")
    store = open_store(state_dir=state_dir, chroma_url=None)
    return Builder(store, HashingEmbedder(), collection="default", state_dir=state_dir, options=options)


def write(documents: Path, number: int, step: int) -> None:
    """A document that names itself and the step in which it was written, in every sentence."""
    text = "\n\n".join(f"Wounds heal as document {number} says since step {step} part {part}." for part in range(6))
    (documents / f"{number}.txt").write_text(f"Report {number}\n\n{text}\n", encoding="utf-8")


class Asker:
    """Asks with a store of its own, and checks every answer."""

    def __init__(self, state_dir: Path) -> None:
        store = open_store(state_dir=state_dir, chroma_url=None)
        self._reader = IndexReader(store, state_dir=state_dir, check=lambda _: None)
        self._vector = HashingEmbedder().embed_query("wounds heal as document says")

    def ask(self, floor: dict[int, int], *, exact: bool = False) -> None:
        """``floor`` is what was committed before the question: the step of each document, negative when removed."""
        for attempt in range(5):
            try:
                self._check(floor, exact=exact)
            except StaleRead:
                assert attempt < 4, "asking again helps"
            else:
                return

    def _check(self, floor: dict[int, int], *, exact: bool) -> None:
        snapshot = self._reader.snapshot("default")
        dense = [name for name, _ in snapshot.dense(self._vector, limit=1000, documents=None)]
        lexical = [name for name, _ in snapshot.lexical("wounds document", limit=1000, documents=None)]
        found: dict[int, set[int]] = {}
        passages, records = snapshot.passages([*dense, *lexical])
        for passage, _, _ in passages.values():
            record = records[passage.document_key]
            assert snapshot.locate(record, passage.span).text == passage.text
            if "since step" in passage.text:
                words = passage.text.split()
                found.setdefault(int(words[words.index("document") + 1]), set()).add(
                    int(words[words.index("step") + 1])
                )
        for number, steps in found.items():
            assert len(steps) == 1, f"document {number} answers from steps {steps} at once"
            assert min(steps) >= abs(floor.get(number, 0)), (
                f"document {number} answers from {steps}, not {floor[number]}"
            )
        if exact:
            assert set(dense) == set(passages), "nothing is found that is not there"
            assert set(lexical) <= set(passages)
            assert found == {number: {step} for number, step in floor.items() if step > 0}


@contextmanager
def process(script: str, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as started:
        try:
            yield started
        finally:
            started.kill()


def line_of(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    return started.stdout.readline().strip()


def steps_to_take() -> Iterator[tuple[str, int, int]]:
    """First every document, then changes and removals in turn, and rebuilds between."""
    step = 0
    for number in range(DOCUMENTS):
        step += 1
        yield "add", number, step
    for round_ in range(18):
        step += 1
        action = "rebuild" if round_ % 9 == 8 else ("add", "remove", "add")[round_ % 3]
        yield action, (round_ // 3 * 5 + (round_ % 3 == 0)) % DOCUMENTS, step


@pytest.mark.slow
def test_readers_and_a_writer_work_at_once(tmp_path: Path) -> None:
    state_dir, documents, floor_file = tmp_path / "state", tmp_path / "documents", tmp_path / "floor.json"
    documents.mkdir()
    write(documents, 0, 1)
    builder_of(state_dir).add([documents])
    floor = {0: 1}
    floor_file.write_text(json.dumps(floor))
    errors: list[BaseException] = []
    asked = [0, 0]
    stop = threading.Event()
    watcher, shared = Asker(state_dir), Asker(state_dir)

    def keep_asking(place: int) -> None:
        try:
            while not stop.is_set():
                shared.ask(dict(floor))
                asked[place] += 1
        except BaseException as error:  # noqa: BLE001  handed to the main thread
            errors.append(error)

    threads = [threading.Thread(target=keep_asking, args=(place,)) for place in range(2)]
    with process(WRITER, state_dir, documents) as writer, process(ASKER, state_dir, floor_file) as asker:
        assert line_of(asker) == "ready"
        for thread in threads:
            thread.start()
        try:
            for action, number, step in steps_to_take():
                assert writer.stdin is not None
                writer.stdin.write(f"{action} {number} {step}\n")
                assert line_of(writer) == "committed"
                if action != "rebuild":
                    floor[number] = -step if action == "remove" else step
                watcher.ask(floor, exact=True)
                partial = floor_file.with_suffix(".partial")
                partial.write_text(json.dumps(floor))
                partial.replace(floor_file)
                assert asker.poll() is None, "the other process still asks"
                assert not errors
            time.sleep(0.2)
        finally:
            stop.set()
            (tmp_path / "stop").touch()
            for thread in threads:
                thread.join()
        asked_elsewhere = int(line_of(asker))
    assert errors == []
    print(f"asked {asked} times in threads, {asked_elsewhere} times in another process")
    assert min(*asked, asked_elsewhere) > 5


def test_a_reader_of_another_process_needs_no_derived_files(tmp_path: Path) -> None:
    """They are made again by whoever asks, from what another process wrote after the reader had opened the store."""

    state_dir, documents = tmp_path / "state", tmp_path / "documents"
    documents.mkdir()
    write(documents, 0, 1)
    builder_of(state_dir).add([documents])
    asker = Asker(state_dir)
    asker.ask({0: 1}, exact=True)
    floor = {0: 1}
    with process(WRITER, state_dir, documents) as writer:
        for action, number, step in (("add", 1, 2), ("add", 0, 3), ("remove", 1, 4), ("rebuild", 0, 5), ("add", 2, 6)):
            assert writer.stdin is not None
            writer.stdin.write(f"{action} {number} {step}\n")
            assert line_of(writer) == "committed"
            if action != "rebuild":
                floor[number] = -step if action == "remove" else step
            shutil.rmtree(state_dir / "derived")
            asker.ask(floor, exact=True)
