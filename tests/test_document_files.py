"""The files of documents over HTTP: the bytes that were indexed or none, and nothing that a browser would run."""

import os
from collections.abc import Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.originals import Originals
from tests.servers import quick_app, quick_parts

TEXT = "Wounds\n\nInterleukin 6 attracts monocytes to wounds.\n"
NAME = 'a "wound" \N{EN DASH} <b>.txt'


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    parts = quick_parts(tmp_path, {NAME: TEXT}, collections=("trials",))
    with TestClient(quick_app(parts), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "source" / NAME


ID = f"sha256:{sha256(TEXT.encode()).hexdigest()}"
PATH = f"/v1/documents/{ID}/file"


def available(client: TestClient) -> bool:
    return bool(client.get(f"/v1/documents/{ID}").json()["file_available"])


def test_the_bytes_are_those_that_were_indexed(client: TestClient) -> None:
    for collection in ("default", "trials"):
        response = client.get(PATH, params={"collection": collection})
        assert response.content == TEXT.encode()
        assert response.headers["etag"] == f'"{ID}"'
        assert response.headers["content-length"] == str(len(TEXT.encode()))
    assert available(client)


def test_what_is_no_pdf_is_saved_and_not_shown(client: TestClient) -> None:
    headers = client.get(PATH).headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["content-disposition"].startswith("attachment; filename*=utf-8''a%20%22wound%22")
    assert "<" not in headers["content-disposition"]


def test_a_part_is_given_to_who_asks_for_one(client: TestClient) -> None:
    response = client.get(PATH, headers={"Range": "bytes=8-20"})
    assert (response.status_code, response.content) == (206, TEXT.encode()[8:21])
    assert client.get(PATH, headers={"Range": "bytes=9000-"}).status_code == 416


def test_who_has_it_is_not_sent_it_again(client: TestClient) -> None:
    response = client.get(PATH, headers={"If-None-Match": f'W/"x", "{ID}"'})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("how", ["gone", "a folder", "changed", "as long as before", "of the same time"])
def test_a_file_that_is_not_what_was_indexed_is_not_given(client: TestClient, file: Path, how: str) -> None:
    assert available(client)
    times = file.stat()
    file.unlink()
    match how:
        case "a folder":
            file.mkdir()
        case "changed":
            file.write_text("Something else.")
        case "as long as before" | "of the same time":
            file.write_text(TEXT.replace("6", "7"))
    if how == "of the same time":
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    response = client.get(PATH)
    assert response.status_code == 404
    assert response.json()["type"] == "urn:citespan:problem:file-unavailable"
    assert "stored text can still be read" in response.json()["detail"]
    assert not available(client)
    assert client.get(f"/v1/documents/{ID}/text").json()["text"] == TEXT


def test_a_file_that_comes_back_is_given_again(client: TestClient, file: Path) -> None:
    file.rename(file.with_suffix(".away"))
    assert client.get(PATH).status_code == 404
    file.with_suffix(".away").rename(file)
    assert client.get(PATH).content == TEXT.encode()


def test_a_document_that_is_not_there_has_no_file(client: TestClient) -> None:
    response = client.get("/v1/documents/sha256:00/file")
    assert response.json()["type"] == "urn:citespan:problem:document-not-found"


def test_a_file_is_read_through_once_for_many_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = quick_parts(tmp_path, {"wounds.txt": TEXT})
    record = parts.assistant().reader.snapshot("default").version(ID).record
    originals, read = Originals(), []

    def counting(*given: Any) -> Any:
        read.append(given)
        return file_digest(*given)

    monkeypatch.setattr("api.originals.file_digest", counting)
    assert [originals.has(record) for _ in range(3)] == [True] * 3
    assert len(read) == 1
