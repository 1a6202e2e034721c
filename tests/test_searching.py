"""``POST /v1/search``: passages that can be cut out of the files, with the scores they are ordered by."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.locating import locate_hits
from assistant.models import Question
from tests.servers import quick_app, quick_parts

FINDINGS = {f"note{n}.txt": f"Note {n}\n\nAssay {n} of monocytes in wounds took {n} days ⏱.\r\n" * 20 for n in range(9)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest.fixture(scope="module")
def client(folder: Path) -> TestClient:
    return TestClient(quick_app(quick_parts(folder, FINDINGS, collections=("trials",))), raise_server_exceptions=False)


def search(client: TestClient, **wanted: Any) -> Any:
    response = client.post("/v1/search", json={"question": "monocytes in wounds", **wanted})
    assert response.status_code == 200, response.text
    return response.json()


def test_passages_are_cut_from_the_files(client: TestClient, folder: Path) -> None:
    body = search(client, limit=100)
    assert list(body) == ["schema", "question", "searched_for", "index", "passages"]
    assert (body["schema"], body["question"], body["index"]["documents"]) == (1, "monocytes in wounds", len(FINDINGS))
    assert len({passage["passage_id"] for passage in body["passages"]}) == len(body["passages"]) > len(FINDINGS)
    for passage in body["passages"]:
        data = (folder / "source" / passage["path"]).read_bytes()
        text = data.decode()
        start, end = passage["start_char_index"], passage["end_char_index"]
        assert text[start:end] == passage["text"]
        assert data[passage["start_byte"] : passage["end_byte"]].decode() == passage["text"]
        lines = text.replace("\r\n", "\n").split("\n")
        first = lines[passage["start_line"] - 1 : passage["end_line"]]
        assert "".join(passage["text"].split()) in "".join("".join(first).split())
        assert passage["document_id"].startswith("sha256:")


def test_the_best_come_first_and_both_scores_are_told(client: TestClient) -> None:
    body = search(client)
    assert len(body["passages"]) == 10
    assert all(passage["similarity"] is not None or passage["bm25"] is not None for passage in body["passages"])
    scores = [passage["score"] for passage in search(client, limit=5)["passages"]]
    assert scores == sorted(scores, reverse=True)


def test_collection_documents_and_limit_narrow_the_search(client: TestClient) -> None:
    assert search(client, collection="trials", limit=1)["index"]["collection"] == "trials"
    only = search(client)["passages"][0]["document_id"]
    assert {passage["document_id"] for passage in search(client, documents=[only])["passages"]} == {only}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"question": "  "}, "question"),
        ({"question": "why?", "limit": 0}, "invalid-request"),
        ({"question": "why?", "limit": 101}, "invalid-request"),
        ({"question": "why?", "k": 3}, "invalid-request"),
        ({"question": "why?", "collection": "nowhere"}, "index-missing"),
        ({"question": "why?", "documents": ["sha256:00"]}, "question"),
        ({"question": "\ud800"}, "invalid-request"),
    ],
)
def test_what_cannot_be_searched_is_a_problem(client: TestClient, body: dict[str, Any], kind: str) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/v1/search", content=json.dumps(body), headers=headers)
    assert response.json()["type"] == f"urn:citespan:problem:{kind}"


def test_a_question_without_a_word_finds_nothing_or_something_but_no_error(client: TestClient) -> None:
    assert search(client, question="?!")["question"] == "?!"


def test_passages_of_a_document_that_left_meanwhile_are_left_out(tmp_path: Path) -> None:
    parts = quick_parts(tmp_path)
    found = parts.assistant().find(Question("monocytes wounds angiogenesis"), limit=10)
    assert len({hit.record.path for hit, _ in locate_hits(found.hits, found.snapshot)}) == 2
    parts.builder("default").remove(lambda record: record.path.endswith("wounds.txt"))
    assert {hit.record.path for hit, _ in locate_hits(found.hits, found.snapshot)} == {"vessels.txt"}
