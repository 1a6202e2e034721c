"""Killed at any instant, again and again, an index ends as if nothing had happened.

Runs are forked from one process that has everything imported, so that a kill costs a tenth of a second. A run says on a
pipe what it is about to do; it is killed a random moment after a random one of these words, or at a random time.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.chroma import ChromaStore, ChromaVolume, open_store
from index.derived import derived_folder, open_derived
from index.models import DocumentRecord, Passage
from index.reading import IndexReader
from index.store import PIECE_LENGTH, Vectors
from tests.fakes import HashingEmbedder

PHASES = ("begin", "write", "commit", "retire", "purge", "publish", "put_state")
QUESTIONS = ("wound healing", "macrophage growth factor", "scar tissue of report 7", "changed 3 times")
WORDS = ["wound", "healing", "macrophage", "growth", "factor", "scar", "tissue", "oxygen", "burn", "cell", "of", "the"]

RUNNER = f"""
import json, os, sys
from pathlib import Path
import chromadb, chromadb.config, httpx, tantivy, numpy
from index import writing
from index.build import Builder, BuildOptions
from index.chroma import ChromaStore, ChromaVolume, open_store
from tests.fakes import HashingEmbedder

def say(words):
    os.write(1, (words + "\\n").encode())

def telling(owner, name):
    inner = getattr(owner, name)
    def outer(*args, **options):
        say("enter " + name)
        result = inner(*args, **options)
        say("leave " + name)
        return result
    setattr(owner, name, outer)

def work(job):
    for owner in (ChromaVolume, ChromaStore, writing.VolumeWriter):
        for name in {PHASES!r}:
            if hasattr(owner, name):
                telling(owner, name)
    writing.BATCH_DOCUMENTS = job["batch"]
    state_dir = Path(job["state_dir"])
    options = BuildOptions(job["tokens"], 10**8, "cp1252", publish_seconds=job["publish_seconds"])
    store = open_store(state_dir=state_dir, chroma_url=None)
    builder = Builder(store, HashingEmbedder(), collection="default", state_dir=state_dir, options=options)
    if job["action"] == "rebuild":
        builder.rebuild()
    else:
        builder.add([Path(job["documents"])], mirror=True)

say("ready")
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        say("child " + str(os.getpid()))
        try:
            work(json.loads(line))
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    say("ended")
    sys.stdin.readline()
    say("end " + str(os.waitpid(child, 0)[1]))
"""


@dataclass
class Runner:
    """Does one run after another, each in a process of its own, and kills some."""

    process: subprocess.Popen[str]
    draw: random.Random
    last: Counter[str] = field(default_factory=Counter)
    """How far the killed runs came: within which phase, or after which."""
    actions: Counter[str] = field(default_factory=Counter)

    def finish(self, **job: Any) -> None:
        """A run that nobody disturbs."""
        end, _ = self._run(job, after=None, delay=0)
        assert end == 0

    def kill(self, *, after: int, delay: float, **job: Any) -> bool:
        """A run killed ``delay`` seconds after its ``after``-th word; False when it had ended by then."""
        end, words = self._run(job, after=after, delay=delay)
        if end == 0:
            return False
        assert end == signal.SIGKILL
        act, _, phase = (words[-1] if words else "leave start").partition(" ")
        self.actions[job["action"]] += 1
        self.last[phase if act == "enter" else f"after {phase}"] += 1
        return True

    def _run(self, job: dict[str, Any], *, after: int | None, delay: float) -> tuple[int, list[str]]:
        self._tell(json.dumps(job))
        words: list[str] = []
        child = int(self._word().removeprefix("child "))
        while True:
            if after is not None and len(words) == after:
                time.sleep(delay)
                os.kill(child, signal.SIGKILL)  # it still has its number: the runner waits to be told to reap it
                after = None
            word = self._word()
            if word == "ended":
                self._tell("reap")
                continue
            if word.startswith("end "):
                return int(word.removeprefix("end ")), words
            words.append(word)

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _word(self) -> str:
        assert self.process.stdout is not None
        word = self.process.stdout.readline().rstrip("\n")
        assert word, "the runner itself has ended"
        return word


@contextmanager
def runner(draw: random.Random) -> Iterator[Runner]:
    command = [sys.executable, "-c", RUNNER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        made = Runner(process, draw)
        assert made._word() == "ready"
        yield made
        assert process.stdin is not None
        process.stdin.close()


class Folder:
    """Files that change from round to round; no two have the same bytes, so the end does not depend on the way."""

    def __init__(self, path: Path, draw: random.Random) -> None:
        self.path = path
        self.draw = draw
        self.number = 0
        self.recent: list[Path] = []
        self.rewritten: dict[Path, set[str]] = {}
        """What each file held that has been in its place all along."""
        path.mkdir()
        for _ in range(64):
            self.add()

    def add(self) -> None:
        self.number += 1
        name = f"{self.draw.choice(['', 'deep/', 'deep/er/'])}{self.number}.{self.draw.choice(['txt', 'md'])}"
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        self.write(self.path / name, f"Report {self.number}")
        self.recent.append(self.path / name)

    def write(self, path: Path, title: str) -> None:
        self.number += 1
        paragraphs = [f"# {title}", f"It changed {self.number} times."]
        for _ in range(self.draw.choice([1, 2, 3, 5, 30])):
            sentences = [" ".join(self.draw.choices(WORDS, k=self.draw.randint(3, 20))) + "." for _ in range(8)]
            paragraphs.append(" ".join(sentence.capitalize() for sentence in sentences))
        line_end = self.draw.choice(["\n", "\r\n"])
        data = (line_end * 2).join(paragraphs).encode(self.draw.choice(["utf-8", "utf-8-sig", "utf-16"]))
        path.write_bytes(data)
        self.rewritten.setdefault(path, set()).add(f"sha256:{sha256(data).hexdigest()}")

    def files(self) -> list[Path]:
        return sorted(path for path in self.path.rglob("*") if path.is_file())

    def mutate(self) -> None:
        again = [path for path in self.recent if path.exists()]  # a killed run may have left half of them
        self.recent = self.draw.sample(again, k=min(2, len(again)))
        others = [path for path in self.files() if path not in self.recent]
        chosen = [*self.recent, *self.draw.sample(others, k=8 - len(self.recent))]
        self.draw.shuffle(chosen)
        self.recent = chosen[:4]
        for path in chosen[:4]:
            self.write(path, f"Report {path.stem}")
        for path in chosen[4:6]:
            path.unlink()
            del self.rewritten[path]
        for path in chosen[6:]:
            self.number += 1
            path.rename(moved := path.with_name(f"moved-{self.number}{path.suffix}"))
            self.rewritten[moved] = {f"sha256:{sha256(moved.read_bytes()).hexdigest()}"}
            del self.rewritten[path]
        for _ in range(3):
            self.add()


@dataclass
class Contents:
    """All that an index holds and answers."""

    revision: str
    records: list[DocumentRecord]
    passages: list[Passage]
    texts: list[str]
    superseded: dict[str, DocumentRecord]
    sentence_vectors: dict[str, list[float]]
    vectors: Vectors
    answers: list[Any]
    counts: Counter[str]
    unfinished: list[str]


def contents_of(store: ChromaStore, state_dir: Path) -> Contents:
    state = store.state("default")
    assert state is not None
    volume = store.volume(state)
    records = volume.records()
    superseded = volume.superseded()
    of_documents = [volume.passages_of([record.key])[record.key] for record in records]
    snapshot = IndexReader(store, state_dir=state_dir, check=lambda _: None).snapshot("default")
    for record, (stored, _) in zip(records, of_documents, strict=True):
        assert [each.passage for each in snapshot.derived.passages.of(record.key)] == [each.passage for each in stored]
    answers: list[Any] = []
    for question in QUESTIONS:
        answers.append(snapshot.lexical(question, limit=30, documents=None))
        hits = snapshot.dense(HashingEmbedder().embed_query(question), limit=30, documents=None)
        answers.append([(name, round(score, 5)) for name, score in hits])
    return Contents(
        revision=state.revision,
        records=records,
        passages=[found.passage for stored, _ in of_documents for found in stored],
        texts=[text_of(volume, record) for record in records],
        superseded={record.id: record for record in superseded},
        sentence_vectors={
            found.passage.id: np.round(found.sentence_vectors, 4).ravel().tolist()
            for stored, _ in of_documents
            for found in stored
        },
        vectors=np.concatenate([vectors for _, vectors in of_documents]),
        answers=answers,
        counts=Counter({found.name.rpartition(".")[2]: found.count() for found in store._client.list_collections()})
        - Counter(catalogue=len(superseded), texts=sum(pieces_in(record) for record in superseded)),
        unfinished=volume.unfinished() + volume.retiring(),
    )


def text_of(volume: ChromaVolume, record: DocumentRecord) -> str:
    return "".join(piece.text for piece in volume.pieces({record.key: range(pieces_in(record))})[record.key])


def pieces_in(record: DocumentRecord) -> int:
    return (record.characters - 1) // PIECE_LENGTH + 1


def check_same(found: Contents, expected: Contents) -> None:
    assert found.unfinished == expected.unfinished == []
    assert len({passage.id for passage in found.passages}) == len(found.passages)
    assert found.records == expected.records
    assert found.passages == expected.passages
    assert found.texts == expected.texts
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-5)
    assert found.sentence_vectors == expected.sentence_vectors
    assert found.sentence_vectors.keys() == {passage.id for passage in found.passages}
    assert found.revision == expected.revision
    assert found.answers == expected.answers
    assert found.counts == expected.counts, "nothing is left over that is not listed"


def check_readable(store: ChromaStore, state_dir: Path) -> None:
    """What a reader that has been open all along finds after a kill is whole, and each document there once."""
    state = store.state("default")
    if state is None:
        return
    snapshot = IndexReader(store, state_dir=state_dir, check=lambda _: None).snapshot("default")
    names = [name for name, _ in snapshot.lexical("wound healing report", limit=300, documents=None)]
    passages, records = snapshot.passages(names)
    assert len({record.id for record in records.values()}) == len({record.location for record in records.values()})
    for passage, _, _ in list(passages.values())[:20]:
        record = records[passage.document_key]
        assert snapshot.locate(record, passage.span).text == passage.text


def check_versions(store: ChromaStore, folder: Folder, committed: set[tuple[str, str]]) -> None:
    """What was ever committed of a file that is still in its place is there still, and names what the file holds.

    A file that was renamed and rewritten before anything was committed of it at its new place is a new file there.
    """
    state = store.state("default")
    assert state is not None
    volume = store.volume(state)
    superseded = {record.id: record for record in volume.superseded()}
    assert len(superseded) == len(volume.superseded())
    for path, held in folder.rewritten.items():
        newest = volume.at(str(path))
        assert newest is not None
        assert newest.id in held
        for document_id in {each for each in held if (str(path), each) in committed} - {newest.id}:
            record = superseded[document_id]
            assert record.location == str(path)
            assert sha256(text_of(volume, record).encode()).hexdigest() == record.text_sha256
            assert volume.passages_of([record.key])[record.key][0] == []
    assert {record.location for record in superseded.values()} <= {str(path) for path in folder.rewritten}


def committed_in(store: ChromaStore) -> set[tuple[str, str]]:
    """Where and what each committed document is."""
    state = store.state("default")
    return set() if state is None else {(record.location, record.id) for record in store.volume(state).records()}


def torment(tmp_path: Path, *, seed: int, kills: int) -> Counter[str]:
    print(f"seed {seed}")
    draw = random.Random(seed)
    folder = Folder(tmp_path / "documents", draw)
    state_dir = tmp_path / "state"
    store = open_store(state_dir=state_dir, chroma_url=None)
    tokens, done, rebuilding = 48, 0, False
    committed: set[tuple[str, str]] = set()
    with runner(draw) as runs:
        while done < kills or not runs.actions["rebuild"]:
            due = done > kills // 4 and (draw.random() < 0.25 or not runs.actions["rebuild"])
            rebuilding = due and not rebuilding
            if rebuilding:
                tokens = 80 - tokens
                if store.state("default") is None:
                    continue
                runs.finish(**_job("add", folder, state_dir, tokens=80 - tokens))
            else:
                folder.mutate()
            for _ in range(draw.randint(1, 5)):
                job = _job("rebuild" if rebuilding else "add", folder, state_dir, tokens=tokens)
                job["batch"] = draw.choice([3, 10, 100])
                job["publish_seconds"] = draw.choice([0.0, 15.0])
                delay = draw.choice([0.0, draw.uniform(0, 0.005), draw.uniform(0, 0.03), draw.uniform(0, 0.3)])
                killed = runs.kill(after=draw.choice([*range(16), 30]), delay=delay, **job)
                done += killed
                check_readable(store, state_dir)
                committed |= committed_in(store)
                if not killed:
                    break
            if rebuilding:
                runs.finish(**_job("rebuild", folder, state_dir, tokens=tokens))
        runs.finish(**_job("add", folder, state_dir, tokens=tokens))
        runs.finish(**_job("add", folder, tmp_path / "undisturbed", tokens=tokens))
        print(f"{done} kills, {dict(runs.actions)}: {dict(sorted(runs.last.items()))}")
    undisturbed = open_store(state_dir=tmp_path / "undisturbed", chroma_url=None)
    found, expected = contents_of(store, state_dir), contents_of(undisturbed, tmp_path / "undisturbed")
    check_same(found, expected)
    assert found.superseded
    check_versions(store, folder, committed)
    state = store.state("default")
    assert state is not None
    assert open_derived(derived_folder(state_dir, store, state), state) is not None
    shutil.rmtree(state_dir / "derived")
    check_same(contents_of(store, state_dir), expected)
    return runs.last


def _job(action: str, folder: Folder, state_dir: Path, *, tokens: int) -> dict[str, Any]:
    return {
        "action": action,
        "documents": str(folder.path),
        "state_dir": str(state_dir),
        "tokens": tokens,
        "batch": 100,
        "publish_seconds": 15.0,
    }


@pytest.mark.slow
def test_an_index_that_was_killed_often_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    last = torment(tmp_path, seed=random.SystemRandom().randrange(10**6), kills=12)
    assert sum(last.values()) >= 12
    assert any(last[phase] for phase in PHASES), f"too few kills within a phase: {last}"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_an_index_that_was_killed_two_hundred_times_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    last = torment(tmp_path, seed=random.SystemRandom().randrange(10**6), kills=200)
    assert sum(last.values()) >= 200
    assert last.keys() >= set(PHASES), f"not every phase was hit: {last}"
