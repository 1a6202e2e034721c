"""Jobs: done once, in order, whatever happens to the processes; and what people see of them meanwhile."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.jobs import records as jobs_module
from api.jobs import working
from api.jobs.records import Job, JobFile, JobNotFound, Jobs
from api.service import Service, open_service
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from assistant.verifying import verify
from index.errors import ModelError, StoreError
from index.locking import writing
from index.pooling import Places
from index.reading import Snapshot
from index.settings import IndexSettings
from index.store import Vectors
from tests.fakes import HashingEmbedder
from tests.servers import running
from tests.test_api import CARTILAGE, HEALING, VESSELS

ROOT = Path(__file__).parent.parent
ENDED = {"done", "failed"}
PASSAGES = 7
"""Of the texts about healing and about vessels."""


class Waiting(HashingEmbedder):
    """Does not embed a text with this word in it before it is let."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.reached = threading.Event()
        self.let = threading.Event()

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        if any(self.word in text for text in texts):
            self.reached.set()
            assert self.let.wait(30)
        return super().embed_passages(texts, places)


class Failing(HashingEmbedder):
    """Raises an error for a text with the word "poison" in it."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        if self.errors and any("poison" in text for text in texts):
            raise self.errors.pop(0)
        return super().embed_passages(texts, places)


@dataclass
class Site:
    """A service that does jobs, and a client of it."""

    service: Service
    client: TestClient

    @property
    def state_dir(self) -> Path:
        return self.service.parts.settings.state_dir

    def upload(self, files: dict[str, str], collection: str = "default") -> Any:
        sent = [("files", (name, text.encode())) for name, text in files.items()]
        response = self.client.post("/v1/documents", params={"collection": collection}, files=sent)
        assert response.status_code == 202, response.text
        return response.json()

    def delete(self, document_id: str) -> Any:
        response = self.client.delete(f"/v1/documents/{document_id}")
        assert response.status_code == 202, response.text
        return response.json()

    def ended(self, job: Any) -> Any:
        return until(lambda: self.job(job), lambda found: found["state"] in ENDED)

    def job(self, job: Any) -> Any:
        return self.client.get(f"/v1/jobs/{job['id']}").json()

    def documents(self, **query: Any) -> dict[str, str]:
        found = self.client.get("/v1/documents", params=query).json()["documents"]
        return {document["path"]: document["id"] for document in found}

    def stored(self) -> list[bytes]:
        return sorted(path.read_bytes() for path in (self.state_dir / "uploads").rglob("document.*"))


def until(look: Callable[[], Any], holds: Callable[[Any], bool], *, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not holds(found := look()):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def id_of(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def service_at(state_dir: Path, embedder: HashingEmbedder | None = None) -> Service:
    settings = IndexSettings(state_dir=state_dir)
    answering = AssistantSettings(profile="fast")
    parts = Parts(settings, answering=answering, notify=print)
    parts._embedder = embedder or HashingEmbedder()
    return open_service(Settings(settings, answering, ApiSettings(), flags={}), parts)


@contextmanager
def site_at(state_dir: Path, embedder: HashingEmbedder | None = None) -> Iterator[Site]:
    service = service_at(state_dir, embedder)
    with TestClient(create_app(service)) as client:
        yield Site(service, client)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_at(tmp_path / "state") as found:
        yield found


def test_the_first_upload_makes_the_collection_that_is_asked(site: Site) -> None:
    readiness = site.client.get("/readyz")
    assert (readiness.status_code, readiness.json()["type"]) == (503, "urn:citespan:problem:index-missing")
    assert site.client.get("/v1/collections").json() == {"collections": []}
    job = site.upload({"healing.txt": HEALING, "vessels.md": VESSELS})
    assert job["state"] == "queued"
    ended = site.ended(job)
    assert (ended["state"], ended["message"], ended["kind"]) == ("done", None, "upload")
    assert ended["created"] <= ended["started"] <= ended["finished"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ended["finished"])
    size = len(HEALING.encode()) + len(VESSELS.encode())
    assert ended["progress"] == {"done_bytes": size, "total_bytes": size, "passages": PASSAGES}
    assert [(file["name"], file["state"], file["document_id"]) for file in ended["files"]] == [
        ("healing.txt", "added", id_of(HEALING)),
        ("vessels.md", "added", id_of(VESSELS)),
    ]
    assert site.client.get("/readyz").status_code == 200
    (collection,) = site.client.get("/v1/collections").json()["collections"]
    assert (collection["name"], collection["documents"], collection["passages"]) == ("default", 2, PASSAGES)
    document = site.client.get(f"/v1/documents/{id_of(HEALING)}").json()
    assert (document["path"], document["origin"]) == ("healing.txt", "upload")
    assert site.client.get(f"/v1/documents/{id_of(HEALING)}/text").json()["text"] == HEALING


def test_the_same_name_again_is_a_new_version_of_that_document(site: Site) -> None:
    site.ended(site.upload({"a.txt": HEALING}))
    again = site.ended(site.upload({"a.txt": CARTILAGE}))
    assert again["files"][0]["state"] == "changed"
    assert site.documents() == {"a.txt": id_of(CARTILAGE)}
    assert site.stored() == [CARTILAGE.encode()]
    assert site.ended(site.upload({"a.txt": CARTILAGE}))["files"][0]["state"] == "unchanged"


def test_the_same_bytes_under_another_name_are_stored_once(site: Site) -> None:
    site.ended(site.upload({"a.txt": HEALING}))
    (file,) = site.ended(site.upload({"b.txt": HEALING}))["files"]
    assert (file["state"], file["document_id"]) == ("unchanged", id_of(HEALING))
    assert "same bytes as a.txt" in file["message"]
    assert site.stored() == [HEALING.encode()]


def test_a_new_version_that_cannot_be_read_leaves_the_one_before(site: Site) -> None:
    site.ended(site.upload({"a.txt": HEALING}))
    ended = site.ended(site.upload({"a.txt": " \n "}))
    assert ended["state"] == "failed"
    assert "white space" in ended["message"]
    assert "still answers" in ended["message"]
    assert ended["files"][0]["state"] == "skipped"
    assert site.documents() == {"a.txt": id_of(HEALING)}
    assert site.stored() == [HEALING.encode()]


def test_a_file_that_cannot_be_indexed_says_so_beside_those_that_can(site: Site) -> None:
    ended = site.ended(site.upload({"a.txt": HEALING, "b.txt": "%PDF-1.7 in disguise"}))
    assert ended["state"] == "done"
    assert ended["message"].startswith("1 of 2 files")
    assert [file["state"] for file in ended["files"]] == ["added", "skipped"]
    assert "PDF" in ended["files"][1]["message"]
    assert site.stored() == [HEALING.encode()]


def test_no_empty_collection_is_made_for_files_that_cannot_be_read(site: Site) -> None:
    assert site.ended(site.upload({"a.txt": " "}, collection="trials"))["state"] == "failed"
    assert site.client.get("/v1/collections").json() == {"collections": []}


def test_an_uploaded_name_that_a_folder_has_already_stays_apart(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text(HEALING)
    site.service.parts.builder("default").add([folder])
    site.ended(site.upload({"a.txt": CARTILAGE}))
    assert site.documents() == {"a.txt": id_of(HEALING), "uploaded/a.txt": id_of(CARTILAGE)}
    assert site.client.get(f"/v1/documents/{id_of(HEALING)}").json()["origin"] == "file"
    assert str(tmp_path) not in site.client.get("/v1/documents").text
    site.ended(site.delete(id_of(HEALING)))
    assert (folder / "a.txt").read_text() == HEALING
    assert site.documents() == {"uploaded/a.txt": id_of(CARTILAGE)}


def test_a_deleted_document_is_gone_with_its_stored_file(site: Site) -> None:
    site.ended(site.upload({"a.txt": HEALING, "b.txt": CARTILAGE}))
    job = site.delete(id_of(HEALING))
    assert (job["kind"], job["files"][0]["name"], job["files"][0]["state"]) == ("delete", "a.txt", "waiting")
    ended = site.ended(job)
    assert (ended["state"], ended["files"][0]["state"], ended["message"]) == ("done", "removed", None)
    assert site.documents() == {"b.txt": id_of(CARTILAGE)}
    assert site.stored() == [CARTILAGE.encode()]
    assert site.client.get(f"/v1/documents/{id_of(HEALING)}/text").status_code == 404
    unknown = site.client.delete(f"/v1/documents/{id_of(HEALING)}")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:citespan:problem:document-not-found")


def test_deleting_twice_does_no_harm_to_what_took_the_name(tmp_path: Path) -> None:
    embedder = Waiting("Chondrocytes")
    with site_at(tmp_path / "state", embedder) as site:
        site.ended(site.upload({"a.txt": HEALING}))
        upload = site.upload({"a.txt": CARTILAGE})
        assert embedder.reached.wait(30)
        deletes = [site.delete(id_of(HEALING)) for _ in range(2)]
        assert [site.job(job)["state"] for job in deletes] == ["queued", "queued"]
        embedder.let.set()
        assert [site.ended(job)["state"] for job in (upload, *deletes)] == ["done"] * 3
        assert site.documents() == {"a.txt": id_of(CARTILAGE)}
        assert site.stored() == [CARTILAGE.encode()]


def test_reindexing_makes_a_collection_anew_with_the_settings_in_force(site: Site, tmp_path: Path) -> None:
    assert site.client.post("/v1/documents/reindex").status_code == 404
    site.ended(site.upload({"a.txt": HEALING, "b.txt": CARTILAGE}))
    before = site.client.get("/v1/collections").json()
    response = site.client.post("/v1/documents/reindex")
    assert response.status_code == 202
    ended = site.ended(response.json())
    assert (ended["kind"], ended["state"], ended["files"]) == ("reindex", "done", [])
    assert ended["progress"]["passages"] == before["collections"][0]["passages"]
    assert site.client.get("/v1/collections").json() == before


def test_an_index_of_other_settings_can_be_reindexed_and_fails_an_upload_with_the_reason(tmp_path: Path) -> None:
    class Other(HashingEmbedder):
        fingerprint = "hashing of another day"

    with site_at(tmp_path / "state") as site:
        site.ended(site.upload({"a.txt": HEALING}))
    with site_at(tmp_path / "state", Other()) as site:
        failed = site.ended(site.upload({"b.txt": CARTILAGE}))
        assert failed["state"] == "failed"
        assert "citespan index rebuild" in failed["message"]
        site.ended(site.client.post("/v1/documents/reindex").json())
        assert site.ended(site.upload({"b.txt": CARTILAGE}))["state"] == "done"
        assert set(site.documents()) == {"a.txt", "b.txt"}


def test_a_writer_in_another_process_is_waited_for(site: Site) -> None:
    with writing(site.state_dir, wait_seconds=10):
        job = site.upload({"a.txt": HEALING})
        waiting = until(lambda: site.job(job), lambda found: found["message"] is not None)
        assert (waiting["state"], waiting["message"]) == ("running", "waiting for another writer")
    ended = site.ended(job)
    assert (ended["state"], ended["message"]) == ("done", None)


@pytest.mark.parametrize("error", [RuntimeError("/secret/path"), ModelError("/secret/path")], ids=repr)
def test_a_job_that_fails_says_so_and_the_next_one_is_done(tmp_path: Path, error: Exception) -> None:
    with site_at(tmp_path / "state", Failing(error)) as site:
        failed = site.ended(site.upload({"a.txt": "A poison among others."}))
        assert failed["state"] == "failed"
        assert "Log id: " in failed["message"]
        assert "secret" not in failed["message"]
        assert site.ended(site.upload({"b.txt": HEALING}))["state"] == "done"
        assert site.documents() == {"b.txt": id_of(HEALING)}


def test_a_store_that_is_away_for_a_moment_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site_at(tmp_path / "state", Failing(StoreError("no answer from 10.0.0.7"))) as site:
        ended = site.ended(site.upload({"a.txt": "A poison among others."}))
        assert (ended["state"], ended["files"][0]["state"]) == ("done", "added")
        monkeypatch.setattr(working, "STORE_SECONDS", 0.0)
        cast("Failing", site.service.parts.embedder).errors.append(StoreError("no answer from 10.0.0.7"))
        failed = site.ended(site.upload({"a.txt": "More poison."}))
        assert failed["state"] == "failed"
        assert "10.0.0.7" not in failed["message"]


def test_what_runs_when_the_service_stops_is_finished_at_the_next_start(tmp_path: Path) -> None:
    embedder = Waiting("Chondrocytes")
    with site_at(tmp_path / "state", embedder) as site:
        job = site.upload({"a.txt": HEALING, "b.txt": CARTILAGE})
        later = site.upload({"c.txt": VESSELS})
        assert embedder.reached.wait(30)
        site.service.worker.stopping.set()
        embedder.let.set()
    with site_at(tmp_path / "state") as site:
        assert site.ended(later)["state"] == site.job(job)["state"] == "done"
        assert site.job(job)["finished"] <= site.job(later)["started"]
        assert set(site.documents()) == {"a.txt", "b.txt", "c.txt"}
        assert not list((site.state_dir / "uploads" / ".incoming").rglob("*.txt"))


def test_of_two_services_over_one_state_directory_one_works_and_the_other_takes_over(tmp_path: Path) -> None:
    started: list[str] = []

    class Counted(Jobs):
        def start(self, job: Job) -> None:
            started.append(job.id)
            super().start(job)

    with site_at(tmp_path / "state") as one, site_at(tmp_path / "state") as other:
        for site in (one, other):
            object.__setattr__(site.service.worker, "_jobs", Counted(site.state_dir))
        jobs = [site.upload({f"{number}{place}.txt": f"Report {number} of {place}."})
                for number in range(3) for place, site in enumerate((one, other))]  # fmt: skip
        assert [one.ended(job)["state"] for job in jobs] == ["done"] * 6
        assert started == [job["id"] for job in jobs]
        one.service.worker.stop()
        assert other.ended(one.upload({"last.txt": HEALING}))["state"] == "done"
        assert len(other.documents()) == 7


def test_progress_comes_as_events(tmp_path: Path) -> None:
    embedder = Waiting("Chondrocytes")
    service = service_at(tmp_path / "state", embedder)
    with running(create_app(service)) as server, httpx.Client(base_url=server.url, timeout=60) as client:
        job = client.post("/v1/documents", files={"files": ("a.txt", CARTILAGE.encode())}).json()
        assert embedder.reached.wait(30)
        with client.stream("GET", f"/v1/jobs/{job['id']}", headers={"Accept": "text/event-stream"}) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            assert next(lines) == "event: progress"
            assert json.loads(next(lines).removeprefix("data: "))["state"] == "running"
            embedder.let.set()
            events = [line for line in lines if line]
        assert events[-2] == "event: done"
        assert json.loads(events[-1].removeprefix("data: ")) == client.get(f"/v1/jobs/{job['id']}").json()


def test_events_of_a_job_do_not_hold_up_a_server_that_stops(tmp_path: Path) -> None:
    embedder = Waiting("Chondrocytes")
    service = service_at(tmp_path / "state", embedder)
    with ThreadPoolExecutor(1) as pool:
        with running(create_app(service)) as server:
            job = httpx.post(
                f"{server.url}/v1/documents", files={"files": ("a.txt", CARTILAGE.encode())}, timeout=60
            ).json()
            assert embedder.reached.wait(30)
            headers = {"Accept": "text/event-stream"}
            listening = pool.submit(httpx.get, f"{server.url}/v1/jobs/{job['id']}", headers=headers, timeout=60)
            time.sleep(0.5)
            threading.Timer(1, embedder.let.set).start()
        assert "event: progress" in listening.result().text


def test_jobs_are_listed_the_newest_first_by_collection(site: Site) -> None:
    made = [site.upload({"a.txt": HEALING}, collection=name)["id"] for name in ("one", "two", "one")]
    page = site.client.get("/v1/jobs").json()
    assert (page["total"], [job["id"] for job in page["jobs"]]) == (3, made[::-1])
    page = site.client.get("/v1/jobs", params={"collection": "one", "offset": 1, "limit": 5}).json()
    assert (page["total"], page["offset"], [job["id"] for job in page["jobs"]]) == (2, 1, made[:1])
    missing = site.client.get("/v1/jobs/job_00")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:citespan:problem:job-not-found")


def test_only_so_many_ended_jobs_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "KEPT_JOBS", 3)
    jobs = Jobs(tmp_path)
    made = [jobs.add(Job(f"job_{number}", "upload", "default", [JobFile("a.txt", 1)])) for number in range(7)]
    for job in made[:5]:
        jobs.finish(job, state="done")
    assert [job.id for job in jobs.page(None, offset=0, limit=10)[1]] == [f"job_{n}" for n in (6, 5, 4, 3, 2)]
    with pytest.raises(JobNotFound):
        jobs.job("job_1")
    jobs.close()


def test_documents_are_searched_by_words_of_path_title_and_metadata(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "one.txt").write_text(HEALING)
    (folder / "manifest.toml").write_text(
        '[[documents]]\nfile = "one.txt"\ntitle = "Zwölf Wunden"\nauthors = ["Ødegård", "Ito"]\n'
    )
    site.service.parts.builder("default").add([folder])
    site.ended(site.upload({"CARTILAGE-2024.txt": CARTILAGE, "vessels.txt": VESSELS}))
    assert set(site.documents(search="cartilage")) == {"CARTILAGE-2024.txt"}
    assert set(site.documents(search="ZWÖLF ødegård")) == {"one.txt"}
    assert set(site.documents(search="txt  growth")) == {"vessels.txt"}
    assert set(site.documents(search=" ")) == {"CARTILAGE-2024.txt", "one.txt", "vessels.txt"}
    assert site.documents(search="wunden cartilage") == {}
    page = site.client.get("/v1/documents", params={"search": "txt", "offset": 1, "limit": 1}).json()
    assert (page["total"], [document["path"] for document in page["documents"]]) == (3, ["one.txt"])


def test_pages_of_a_listing_read_the_store_once_and_a_change_reads_what_is_new(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.ended(site.upload({f"{number}.txt": f"Report {number}." for number in range(5)}))
    read = []
    everything = Snapshot.records
    monkeypatch.setattr(Snapshot, "records", lambda snapshot: read.append(snapshot) or everything(snapshot))  # type: ignore[func-returns-value]
    assert len(site.documents()) == 5
    assert site.documents(offset=1, limit=2, search="report").keys() == {"1.txt", "2.txt"}
    assert len(read) == 1
    site.ended(site.upload({"5.txt": "Report 5.", "2.txt": "Report 2 again."}))
    site.ended(site.delete(site.documents()["4.txt"]))
    assert site.documents().keys() == {"0.txt", "1.txt", "2.txt", "3.txt", "5.txt"}
    assert site.documents()["2.txt"] == id_of("Report 2 again.")
    assert len(read) == 1


# --- real processes -----------------------------------------------------------------------------------------------


@contextmanager
def serving(state_dir: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """``python -m api serve`` with the real model, over a state directory."""
    quiet = {"CITESPAN_LOG_LEVEL": "warning"}  # nobody reads its log while it runs, and a full pipe would stop it
    environment = os.environ | quiet | {"CITESPAN_STATE_DIR": str(state_dir)}
    command = [sys.executable, "-m", "api", *options, "serve", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = cast("Any", process.stdout).readline()
            match = re.search(r"(http://127\.0\.0\.1:\d+)", line)
            assert match is not None, line + cast("Any", process.stderr).read()
            with httpx.Client(base_url=match[1], timeout=120) as client:
                yield process, client
        finally:
            process.kill()
            process.communicate()


def articles(count: int, *, words: int = 250) -> dict[str, str]:
    """Different documents, each of which says one thing that can be asked for."""
    draw = random.Random(7)
    vocabulary = [
        "cell",
        "tissue",
        "oxygen",
        "repair",
        "dose",
        "growth",
        "protein",
        "marrow",
        "serum",
        "animal",
        "week",
    ]
    filler = [" ".join(draw.choice(vocabulary) for _ in range(12)).capitalize() + "." for _ in range(words // 12)]
    return {
        f"study {number}.txt": f"Study {number}\n\nZebrafish strain Q{number} regenerated its fin within {number + 3} "
        f"days of amputation.\n\n" + "\n".join(draw.sample(filler, len(filler)))
        for number in range(count)
    }


@pytest.mark.slow
def test_killed_while_it_indexes_the_service_finishes_at_the_next_start_and_its_answers_can_be_verified(
    tmp_path: Path,
) -> None:
    state, texts = tmp_path / "state", articles(12)
    files = [("files", (name, text.encode())) for name, text in [("healing.txt", HEALING), *texts.items()]]
    with serving(state) as (process, client):
        assert client.get("/readyz").status_code == 503
        job = client.post("/v1/documents", files=files).json()
        until(lambda: client.get(f"/v1/jobs/{job['id']}").json(), lambda found: found["state"] != "queued")
        process.send_signal(signal.SIGKILL)
    with serving(state) as (process, client):
        ended = until(lambda: client.get(f"/v1/jobs/{job['id']}").json(), lambda found: found["state"] in ENDED)
        assert ended["state"] == "done"
        listed = client.get("/v1/documents").json()["documents"]
        assert {found["path"]: found["id"] for found in listed} == {
            "healing.txt": id_of(HEALING), **{name: id_of(text) for name, text in texts.items()},
        }  # fmt: skip
        answer = client.post("/v1/ask", json={"question": "which factors mediate wound healing?"}).json()
        assert answer["answered"] is True
        assert answer["citations"][0]["file_name"] == "healing.txt"
        (tmp_path / "healing.txt").write_bytes(HEALING.encode())
        findings = verify(answer, [tmp_path / "healing.txt"], max_bytes=10**6, fallback_encoding="cp1252")
        assert all(finding.holds for finding in findings)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_kills_under_questions_and_uploads_lose_nothing_and_nothing_half_indexed_answers(
    tmp_path: Path,
) -> None:
    """15 kills at random instants, of a service that answers, while documents are uploaded, replaced and deleted."""
    draw = random.Random(11)
    state, texts = tmp_path / "state", articles(80, words=900)
    waiting = list(texts.items())
    wanted: dict[str, str] = {}
    accepted: list[str] = []
    asked = 0
    for _ in range(15):
        with serving(state) as (process, client):
            _ask_and_check(client, draw, texts)  # the first one waits for the model to load
            killer = threading.Timer(draw.uniform(0.2, 6), process.kill)
            killer.start()
            try:
                while True:
                    _change(client, draw, waiting, wanted, accepted)
                    asked += sum(_ask_and_check(client, draw, texts) for _ in range(3))
            except httpx.TransportError:
                pass
            killer.join()
    with serving(state) as (_, client):
        for job_id in accepted:
            ended = until(
                lambda job_id=job_id: client.get(f"/v1/jobs/{job_id}").json(),  # type: ignore[misc]
                lambda found: found["state"] in ENDED,
                seconds=300,
            )
            assert ended["state"] == "done", ended
        found = client.get("/v1/documents", params={"limit": 1000}).json()["documents"]
        listed = {document["path"]: document["id"] for document in found}
        assert wanted.items() <= listed.items()
        for document in found:
            text = client.get(f"/v1/documents/{document['id']}/text", params={"end": document["characters"]}).json()
            assert id_of(text["text"]) == document["id"]
        asked += sum(_ask_and_check(client, draw, texts) for _ in range(10))
    print(f"{len(accepted)} jobs accepted, {asked} answers checked, {len(listed)} documents")
    assert asked > 30
    stored = {f"sha256:{sha256(path.read_bytes()).hexdigest()}" for path in (state / "uploads").rglob("document.txt")}
    assert stored == set(listed.values())


def _change(
    client: httpx.Client, draw: random.Random, waiting: list[tuple[str, str]], wanted: dict[str, str], jobs: list[str]
) -> None:
    """Upload some documents, or delete one; what the server did not answer may or may not have been accepted."""
    if wanted and draw.random() < 0.2:
        name = draw.choice(sorted(wanted))
        document_id = wanted.pop(name)  # from here on it may be gone
        response = client.delete(f"/v1/documents/{document_id}")
        assert response.status_code in {202, 404}, response.text  # 404: its upload waits for its turn
        if response.status_code == 202:
            jobs.append(response.json()["id"])
            waiting.append((name, f"{name.removesuffix('.txt').capitalize()}, again\n\nNothing else is known."))
        else:
            wanted[name] = document_id
        return
    batch = [waiting.pop(0) for _ in range(min(len(waiting), draw.randint(1, 3)))]
    if not batch:
        return
    response = client.post("/v1/documents", files=[("files", (name, text.encode())) for name, text in batch])
    assert response.status_code == 202, response.text
    jobs.append(response.json()["id"])
    wanted.update({name: id_of(text) for name, text in batch})


def _ask_and_check(client: httpx.Client, draw: random.Random, texts: dict[str, str]) -> int:
    """Ask about one of the studies; whatever answers must be a whole document, quoted as it is."""
    number = draw.randrange(len(texts))
    question = f"Within how many days did Zebrafish strain Q{number} regenerate its fin?"
    response = client.post("/v1/ask", json={"question": question})
    if response.status_code == 404:
        assert response.json()["type"] == "urn:citespan:problem:index-missing"
        return 0
    assert response.status_code == 200, response.text
    answer = response.json()
    for citation in answer["citations"]:
        text = texts[citation["file_name"]]
        assert citation["document_id"] == id_of(text) or "again" in citation["document_title"]
        if citation["document_id"] == id_of(text):
            assert text[citation["start_char_index"] : citation["end_char_index"]] == citation["cited_text"]
    return int(answer["answered"])
