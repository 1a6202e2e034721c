"""A soak of the service: questions at the concurrency limit while documents are uploaded, changed and deleted.

``python -m benchmarks.soak --minutes 15`` starts a server of its own on the given documents. Every citation of every
answer is cut from the text that its document had, and compared; an answer that cites a document whose deletion was
done before the question was sent is wrong. Printed are requests by status, latency, wrong citations and memory.
"""

import argparse
import itertools
import json
import os
import queue
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

BUSY = {429, 503}
"""The only refusals that overload may cause."""
WORDS = (
    "fibroblast",
    "keratinocyte",
    "macrophage",
    "exosome",
    "cytokine",
    "collagen",
    "integrin",
    "laminin",
    "platelet",
)


@dataclass
class Record:
    """What happened, counted by all threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    citations: int = 0
    wrong: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)

    def count(self, what: str, status: int, seconds: float) -> None:
        """Book one request."""
        with self.lock:
            self.statuses[f"{what} {status}"] += 1
            if what == "ask" and status == 200:
                self.seconds.append(seconds)


class Library:
    """What this client knows of the documents: their texts by id, and when each was gone."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._texts: dict[str, str] = {}
        self.gone: dict[str, float] = {}

    def text(self, document_id: str) -> str | None:
        """A document's whole text; None when the service no longer has it."""
        if document_id not in self._texts:
            parts: list[str] = []
            start = 0
            while True:
                answer = self._client.get(f"/v1/documents/{document_id}/text", params={"start": start})
                if answer.status_code == 422:
                    break
                if answer.status_code != 200:
                    return None
                parts.append(answer.json()["text"])
                start = answer.json()["end"]
            self._texts[document_id] = "".join(parts)
        return self._texts[document_id]

    def knows(self, document_id: str, text: str) -> None:
        """Remember the text of a document that was uploaded."""
        self._texts[document_id] = text


def asking(library: Library, client: httpx.Client, questions: Iterator[str], record: Record, until: float) -> None:
    """Ask one question after the other and check each answer."""
    while time.monotonic() < until:
        question = next(questions)
        sent = time.monotonic()
        try:
            answer = client.post("/v1/ask", json={"question": question})
        except httpx.HTTPError as error:
            record.failures.append(f"ask: {error!r}")
            continue
        record.count("ask", answer.status_code, time.monotonic() - sent)
        if answer.status_code == 200:
            check(answer.json(), sent, library, record)
        elif answer.status_code in BUSY:
            time.sleep(min(2.0, float(answer.headers.get("Retry-After", "1"))))
        else:
            record.failures.append(f"ask: {answer.status_code} {answer.text[:300]}")


def check(body: dict[str, Any], sent: float, library: Library, record: Record) -> None:
    """Compare every quotation with the text of its document."""
    for citation in body["citations"] or body["refusal"]["nearest"]:
        document = citation["document_id"]
        text = library.text(document)
        with record.lock:
            record.citations += 1
        if library.gone.get(document, sent) < sent:
            record.wrong.append(f"{document} was deleted before the question was sent: {body['question']}")
        elif (
            text is not None
            and text[citation["start_char_index"] : citation["end_char_index"]] != citation["cited_text"]
        ):
            record.wrong.append(f"{document} does not say {citation['cited_text'][:80]!r} there")


def writing(library: Library, client: httpx.Client, record: Record, until: float, seed: int) -> None:
    """Upload a document, ask for it, change it, delete it, and again."""
    random_ = random.Random(seed)
    for number in itertools.count():
        if time.monotonic() > until:
            return
        name, code = f"note-{seed}-{number}.txt", f"zeta{seed}q{number}"
        for version in ("first", "second"):
            document = upload(client, name, note(random_, code, version), record, library)
            if document is None:
                break
            body = post(
                client, "/v1/ask", {"question": f"Which factor is raised by {code} in the {version} trial?"}, record
            )
            if body is not None and document not in {found["id"] for found in body["documents"]}:
                with record.lock:
                    record.statuses["uploaded, then not found by its own code"] += 1
        else:
            deleted = client.delete(f"/v1/documents/{document}")
            record.count("delete", deleted.status_code, 0)
            if deleted.status_code == 202 and finished(client, deleted.json()["id"], record) is not None and document:
                library.gone[document] = time.monotonic()


def note(random_: random.Random, code: str, version: str) -> str:
    """A small document with a fact of its own."""
    filler = " ".join(
        f"The {random_.choice(WORDS)} count of sample {random_.randrange(999)} was {random_.randrange(99)} per field."
        for _ in range(random_.randrange(5, 60))
    )
    return (
        f"Notes on {code}\n\nIn the {version} trial {code} raised the level of {random_.choice(WORDS)}.\n\n{filler}\n"
    )


def upload(client: httpx.Client, name: str, text: str, record: Record, library: Library) -> str | None:
    """Upload a document and wait until it is indexed; its id."""
    sent = client.post("/v1/documents", files=[("files", (name, text.encode(), "text/plain"))])
    record.count("upload", sent.status_code, 0)
    if sent.status_code in BUSY:
        time.sleep(1)
        return None
    if sent.status_code != 202:
        record.failures.append(f"upload: {sent.status_code} {sent.text[:300]}")
        return None
    job = finished(client, sent.json()["id"], record)
    if job is None:
        return None
    document = job["files"][0]["document_id"]
    library.knows(document, text)
    return str(document)


def finished(client: httpx.Client, job: str, record: Record) -> dict[str, Any] | None:
    """The job when it is done; a failed one is a failure of the soak."""
    while True:
        answer = client.get(f"/v1/jobs/{job}")
        record.count("job", answer.status_code, 0)
        if answer.status_code in BUSY:
            time.sleep(1)
        elif answer.status_code != 200 or answer.json()["state"] == "failed":
            record.failures.append(f"job: {answer.status_code} {answer.text[:300]}")
            return None
        elif answer.json()["state"] == "done":
            return dict(answer.json())
        time.sleep(0.1)


def post(client: httpx.Client, path: str, body: dict[str, Any], record: Record) -> dict[str, Any] | None:
    """The JSON that a request got, or None."""
    answer = client.post(path, json=body)
    record.count("ask of a writer", answer.status_code, 0)
    if answer.status_code not in {200} | BUSY:
        record.failures.append(f"{path}: {answer.status_code} {answer.text[:300]}")
    return dict(answer.json()) if answer.status_code == 200 else None


def resident(pid: int) -> float:
    """Memory of a process that is in use, in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


def collect(lines: Iterable[str], said: "queue.SimpleQueue[str]") -> None:
    """Read what a process says, so that it never waits to say it."""
    for line in lines:
        said.put(line)


@contextmanager
def served(documents: Path, settings: Sequence[str]) -> Iterator[tuple[str, int]]:
    """A server over an index of these documents: its URL and process id."""
    with tempfile.TemporaryDirectory() as folder:
        flags = [part for setting in (f"state_dir={folder}", *settings) for part in ("--set", setting)]
        command = [sys.executable, "-m", "api", *flags]
        subprocess.run([*command, "index", "add", str(documents)], check=True)
        with subprocess.Popen([*command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
            said = queue.SimpleQueue[str]()
            threading.Thread(target=collect, args=(process.stdout or (), said), daemon=True).start()
            found = None
            while found is None:
                found = re.search(r"http://127\.0\.0\.1:\d+", said.get(timeout=120))
            try:
                yield found[0], process.pid
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)


def soak(url: str, pid: int, questions: Sequence[str], *, minutes: float, clients: int, writers: int) -> Record:
    """Run it."""
    record = Record()
    until = time.monotonic() + 60 * minutes
    with httpx.Client(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        library = Library(client)
        threads = [
            threading.Thread(
                target=asking,
                args=(
                    library,
                    client,
                    itertools.cycle(random.Random(n).sample(questions, len(questions))),
                    record,
                    until,
                ),
            )
            for n in range(clients)
        ]
        threads += [threading.Thread(target=writing, args=(library, client, record, until, n)) for n in range(writers)]
        for thread in threads:
            thread.start()
        started = time.monotonic()
        while time.monotonic() < until:
            record.memory.append((time.monotonic() - started, resident(pid)))
            time.sleep(min(10.0, max(0.1, until - time.monotonic())))
        for thread in threads:
            thread.join()
        record.memory.append((time.monotonic() - started, resident(pid)))
    return record


def shown(record: Record, *, minutes: float, clients: int, writers: int) -> str:
    """The figures for people."""
    percentile = [1000 * value for value in statistics.quantiles([0.0, *record.seconds], n=100)]
    settled = [size for at, size in record.memory if at > 60 * minutes / 5] or [size for _, size in record.memory]
    third = max(1, len(settled) // 3)
    early, late = statistics.median(settled[:third]), statistics.median(settled[-third:])
    rate = len(record.seconds) / (60 * minutes)
    change = 100 * (late / early - 1)
    return "\n".join(
        [
            f"{minutes:g} minutes, {clients} clients, {writers} writers, {os.cpu_count()} cores",
            *(f"  {name}: {count}" for name, count in sorted(record.statuses.items())),
            f"ask: p50 {percentile[49]:.0f} ms, p95 {percentile[94]:.0f}, p99 {percentile[98]:.0f}; {rate:.1f} per s",
            f"citations checked: {record.citations}, wrong: {len(record.wrong)}",
            f"memory: {early:.0f} MB after a fifth of the time, {late:.0f} at the end ({change:+.1f} %)",
            f"other failures: {len(record.failures)}",
            *(f"  {line}" for line in (record.wrong + record.failures)[:10]),
        ]
    )


def main() -> None:
    """Run a soak and print what it found; exit code 1 for a wrong citation or a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=Path, default=Path("seeds"))
    parser.add_argument("--cases", type=Path, default=Path("evals/cases.jsonl"))
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--writers", type=int, default=2)
    usual = ["requests_per_minute=1000000", "log_level=warning"]
    parser.add_argument("--set", dest="settings", action="append", default=usual)
    given = parser.parse_args()
    questions = [json.loads(line)["question"] for line in given.cases.read_text(encoding="utf-8").splitlines() if line]
    ways = {"minutes": given.minutes, "clients": given.clients, "writers": given.writers}
    with served(given.documents, given.settings) as (url, pid):
        record = soak(url, pid, questions, **ways)
    print(shown(record, **ways))
    sys.exit(1 if record.wrong or record.failures else 0)


if __name__ == "__main__":
    main()
