"""Uploads: what is taken, what is refused and why, and that no name from outside ever becomes a path."""

import os
import socket
import time
import tracemalloc
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.jobs.records import Job, JobFile, Jobs
from api.jobs.uploading import Receiver, UploadLimits
from api.jobs.uploads import LONGEST_NAME, Uploads, clean_name, is_upload
from api.service import Service, open_service
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder
from tests.servers import running

LIMITS = ApiSettings(max_upload_bytes=20_000, max_upload_files=3)
BOUNDARY = "limit-between-parts"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Receives, and has nobody who does the jobs."""
    return service_at(tmp_path_factory.mktemp("state"))


def service_at(state_dir: Path) -> Service:
    settings = IndexSettings(state_dir=state_dir, max_file_bytes=5_000)
    parts = Parts(settings, answering=AssistantSettings(profile="fast"), notify=print)
    parts._embedder = HashingEmbedder()
    return open_service(Settings(settings, AssistantSettings(), LIMITS, flags={}), parts)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    yield TestClient(create_app(service), raise_server_exceptions=False)
    service.jobs.close()


def part(name: str | bytes, content: bytes = b"Wounds heal.", *, field: str = "files") -> bytes:
    name = name if isinstance(name, bytes) else name.encode()
    return b"".join(
        [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="'.encode(),
            name.replace(b"\\", b"\\\\").replace(b'"', b'\\"'),
            b'"\r\nContent-Type: text/plain\r\n\r\n',
            content,
            b"\r\n",
        ]
    )


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def post(client: TestClient, body: bytes, headers: dict[str, str] = FORM) -> Any:
    return client.post("/v1/documents", content=body, headers=headers)


def received(service: Service) -> set[Path]:
    root = service.parts.settings.state_dir / "uploads"
    return {path for path in root.rglob("*") if path.is_file() and path.name != "lock"}


NAMES = [
    ("report.txt", "report.txt"),
    ("../../etc/passwd.txt", "passwd.txt"),
    ("/etc/cron.d/job.txt", "job.txt"),
    ("..\\..\\windows\\system.txt", "system.txt"),
    ("C:\\Users\\me\\notes.md", "notes.md"),
    ("a/b\\c.txt", "c.txt"),
    ("nul\x00byte.txt", "nulbyte.txt"),
    ("line\r\nbreak.txt", "line break.txt"),
    ("bell\x07\x1b[31mred.txt", "bell[31mred.txt"),
    ("\u202etxt.exe\u202c.md", "txt.exe.md"),
    ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
    ("e\u0301tude.txt", "\u00e9tude.txt"),
    ("  many   spaces .txt ", "many spaces .txt"),
    ("dots.txt...", "dots.txt"),
    ("...hidden.txt", "hidden.txt"),
    ("CON.txt", "_CON.txt"),
    ("com1.md", "_com1.md"),
    ("nul.tar.txt", "_nul.tar.txt"),
    ("console.txt", "console.txt"),
    ("Füße 創傷 🧬.txt", "Füße 創傷 🧬.txt"),
    ('say "x" <b>.txt', 'say "x" <b>.txt'),
    ("%2e%2e%2fa.txt", "%2e%2e%2fa.txt"),
    ("~root.txt", "~root.txt"),
    ("..", ""),
    (".", ""),
    ("/", ""),
    ("dir/", ""),
    ("\u200b\u202e", ""),
    ("   ", ""),
]


@pytest.mark.parametrize(("name", "shown"), NAMES, ids=[ascii(name) for name, _ in NAMES])
def test_a_name_is_cleaned_for_showing(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def test_a_name_of_5000_characters_is_cut_and_stays_apart_from_others() -> None:
    one, other = clean_name("a" * 5000 + "1.txt"), clean_name("a" * 5000 + "2.txt")
    assert len(one) <= LONGEST_NAME
    assert one.endswith(".txt")
    assert one != other


@given(st.text(max_size=300))
def test_no_name_leads_out_of_its_folder_or_hides_anything(name: str) -> None:
    shown = clean_name(name)
    assert clean_name(shown) in {shown, f"_{shown}"}
    assert shown == unicodedata.normalize("NFC", shown)
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)
    assert "/" not in shown
    assert "\\" not in shown
    assert shown not in {".", ".."}
    place = Uploads(Path("/state")).placed("default", f"a{shown}.txt")
    assert place.parent.parent == Path("/state/uploads/default")
    assert place.name == "document.txt"
    assert is_upload(str(place))


@pytest.mark.parametrize(("name", "shown"), [pair for pair in NAMES if pair[1]], ids=ascii)
def test_no_name_of_an_upload_becomes_a_path(client: TestClient, service: Service, name: str, shown: str) -> None:
    before = received(service)
    name = name.replace("\r\n", " ")  # a header cannot hold a line end
    response = post(client, form(part(name)))
    assert response.status_code == 202, response.text
    assert response.json()["files"][0]["name"] == shown
    (new,) = received(service) - before
    assert new.parent.name == response.json()["id"]
    assert new.name in {"0.txt", "0.md"}
    assert new.read_bytes() == b"Wounds heal."


BAD = {
    "no file": (form(), "upload", "no file"),
    "an empty file field": (form(part("", b"")), "upload", "no file"),
    "a file without a name": (form(part("", b"text")), "upload", "no name"),
    "only dots": (form(part("..")), "upload", "no name"),
    "only invisible characters": (form(part("\u202e\u200b")), "upload", "no name"),
    "the same name twice": (form(part("a.txt"), part("b.txt"), part("a.txt")), "upload", "'a.txt'"),
    "the same name in two Unicode forms": (form(part("e\u0301.txt"), part("\u00e9.txt")), "upload", "'\u00e9.txt'"),
    "the same name in two folders": (form(part("one/a.txt"), part("two/a.txt")), "upload", "'a.txt'"),
    "another field": (form(part("a.txt", field="file")), "upload", "'file'"),
    "an empty file": (form(part("a.txt", b"")), "upload", "empty"),
    "text for a file": (
        form(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"\r\n\r\ntext\r\n'.encode()),
        "upload",
        "expected",
    ),
    "a book": (form(part("a.epub", b"PK")), "unsupported-type", "electronic book"),
    "no type": (form(part("README")), "unsupported-type", "without a type"),
    "a programme": (form(part("a.exe"), part("b.sh")), "unsupported-type", "None of the 2 files"),
    "a file that is too large": (form(part("a.txt", b"x" * 5001)), "too-large", "5,000 bytes"),
    "too many files": (form(*(part(f"{n}.txt") for n in range(4))), "too-large", "3 files"),
    "too much in all": (form(*(part(f"{n}.txt", b"y" * 7000) for n in range(3))), "too-large", "20,000 bytes"),
    "the end missing": (part("a.txt"), "malformed-upload", "ends in the middle"),
    "half a header": (part("a.txt")[:60], "malformed-upload", "ends in the middle"),
    "nothing at all": (b"", "malformed-upload", "ends in the middle"),
    "no multipart": (b"Wounds heal.", "malformed-upload", "not multipart"),
    "a header without an end": (
        f"--{BOUNDARY}\r\nContent-Disposition: {'x' * 19_000}".encode(), "malformed-upload", "middle",
    ),
}  # fmt: skip
STATUS = {"upload": 422, "unsupported-type": 415, "too-large": 413, "malformed-upload": 400}


@pytest.mark.parametrize(("body", "kind", "said"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("sent", ["at once", "in pieces"])
def test_what_cannot_be_taken_is_refused_with_the_reason_and_leaves_nothing(
    client: TestClient, service: Service, body: bytes, kind: str, said: str, sent: str
) -> None:
    before, jobs = received(service), service.jobs.page(None, offset=0, limit=1)[0]
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    response = client.post("/v1/documents", content=body if sent == "at once" else pieces, headers=FORM)
    problem = response.json()
    assert (response.status_code, problem["type"]) == (STATUS[kind], f"urn:citespan:problem:{kind}"), problem
    assert said in problem["detail"]
    assert received(service) == before
    assert service.jobs.page(None, offset=0, limit=1)[0] == jobs


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "application/json"}, {"Content-Type": "multipart/form-data"}, {}], ids=str
)
def test_another_content_type_is_told_how_files_come(client: TestClient, headers: dict[str, str]) -> None:
    response = post(client, b"{}", headers)
    assert response.status_code == 415
    assert "curl -F files=@" in response.json()["detail"]


@pytest.mark.parametrize("name", ["UPPER", "a/b", "..", "", "-a", "a" * 64, "a\n"])
def test_a_collection_that_could_not_be_made_is_refused(client: TestClient, name: str) -> None:
    response = client.post("/v1/documents", params={"collection": name}, files={"files": ("a.txt", b"x")})
    assert response.status_code == 422
    assert response.json()["type"] == "urn:citespan:problem:invalid-request"


def test_what_can_be_taken_is_taken_beside_what_cannot(client: TestClient, service: Service) -> None:
    body = form(part("good.txt"), part("bad.epub"), part("empty.md", b""))
    answer = post(client, body).json()
    assert [(file["name"], file["state"]) for file in answer["files"]] == [
        ("good.txt", "waiting"), ("bad.epub", "skipped"), ("empty.md", "skipped"),
    ]  # fmt: skip
    assert "electronic book" in answer["files"][1]["message"]
    assert answer["progress"]["total_bytes"] == len(b"Wounds heal.")
    folder = service.uploads.received(answer["id"])
    assert folder is not None
    assert [path.name for path in folder.iterdir()] == ["0.txt"]


@pytest.mark.parametrize(
    ("disposition", "shown"),
    [
        (b"filename=plain.txt", "plain.txt"),
        (b"filename*=UTF-8''na%C3%AFve%20r%C3%A9sum%C3%A9.txt", "naïve résumé.txt"),
        (b'filename="caf\xe9.txt"', "café.txt"),
        (b'filename="quote\\"d.txt"', 'quote"d.txt'),
    ],
    ids=["a bare word", "RFC 5987", "Latin-1 bytes", "a quote"],
)
def test_names_are_read_however_clients_send_them(client: TestClient, disposition: bytes, shown: str) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; '.encode()
    response = post(client, form(head + disposition + b"\r\n\r\ntext\r\n"))
    assert response.json()["files"][0]["name"] == shown


def test_an_upload_never_stands_in_memory(tmp_path: Path) -> None:
    receiver = Receiver(tmp_path, BOUNDARY.encode(), UploadLimits(10**9, 10, 10**9))
    piece = b"Wounds heal within days.\n" * 2000
    receiver.write(part("large.txt", b"")[:-2])
    tracemalloc.start()
    try:
        for _ in range(400):
            receiver.write(piece)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    receiver.write(b"\r\n" + form())
    assert receiver.finish()[0].size == (tmp_path / "0.txt").stat().st_size == 400 * len(piece)
    assert peak < 1_000_000


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(state_dir: Path) -> None:
    service = service_at(state_dir)
    before = received(service)
    with running(create_app(service)) as server:
        host, port = "127.0.0.1", server.port
        with socket.create_connection((host, port)) as connection:
            head = f"POST /v1/documents HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM['Content-Type']}\r\n"
            connection.sendall(head.encode() + b"Content-Length: 9000\r\n\r\n" + part("a.txt", b"x" * 3000))
            wait_for(lambda: received(service) != before)
        wait_for(lambda: received(service) == before)


def test_a_refusal_is_heard_by_a_client_that_is_still_sending(state_dir: Path) -> None:
    with running(create_app(service_at(state_dir))) as server:
        host, port = "127.0.0.1", server.port
        with socket.create_connection((host, port)) as connection:
            head = f"POST /v1/documents HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM['Content-Type']}\r\n"
            connection.sendall(head.encode() + b"Content-Length: 3000000\r\n\r\n")
            for _ in range(30):
                connection.sendall(b"x" * 100_000)
            assert b" 413 " in connection.recv(4000)


def test_what_a_dead_process_received_is_swept_unless_a_job_counts_on_it(tmp_path: Path) -> None:
    jobs, uploads = Jobs(tmp_path), Uploads(tmp_path)
    incoming = tmp_path / "uploads" / ".incoming"
    for process, job in (("dead", "job_wanted"), ("dead", "job_lost"), ("living", "job_lost"), ("young", "job_lost")):
        (incoming / process / job).mkdir(parents=True)
        (incoming / process / job / "0.txt").write_text("text")
    mine = uploads.receive("job_mine")
    jobs.add(Job("job_wanted", "upload", "default", [JobFile("a.txt", 4)]))
    long_ago = time.time() - 3600
    for process in ("dead", "living"):
        os.utime(incoming / process, (long_ago, long_ago))
    with FileLock(incoming / "living" / "lock"):
        os.utime(incoming / "living", (long_ago, long_ago))
        uploads.sweep(lambda: {job.id for job in jobs.unfinished()})
    assert (incoming / "dead" / "job_wanted" / "0.txt").exists()
    assert not (incoming / "dead" / "job_lost").exists()
    assert (incoming / "living" / "job_lost").exists()
    assert (incoming / "young" / "job_lost").exists()
    assert mine.exists()
    jobs.close()
    uploads.release()


def test_the_form_is_in_the_openapi_document(client: TestClient) -> None:
    upload = client.get("/openapi.json").json()["paths"]["/v1/documents"]["post"]
    schema = upload["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert schema["required"] == ["files"]
    assert schema["properties"]["files"]["items"] == {"type": "string", "format": "binary"}
    assert ".md" in schema["properties"]["files"]["description"]
    assert {"202", "400", "413", "415", "422", "507"} <= set(upload["responses"])


def wait_for(holds: Any, *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "that does not come about"
        time.sleep(0.02)
