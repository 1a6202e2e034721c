"""The service over a real index: answers that can be checked in the files, documents and texts, and a real server."""

import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.problems.errors import TextRangeError
from api.problems.kinds import KINDS
from api.routes.documents import LONGEST_TEXT, USUAL_TEXT, text_span
from api.routes.reading import again
from api.service import open_service
from api.serving import check_host, listen
from api.settings import ApiSettings, Settings
from api.shapes.answers import AskResponse
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from assistant.verifying import verify
from index.embedding import Embedder
from index.errors import SettingsError, StaleRead
from index.models import Span
from index.settings import IndexSettings
from tests.servers import running

HEALING = """Cytokines in wound repair

Background

Wound healing is mediated by IL-6, IL-8 and MCP-1, which enhance the migration of monocytes into injured
sites. Fibroblasts follow them and deposit a new extracellular matrix within days. The effect was absent in
mice that lacked the receptor for MCP-1.

Methods

Full-thickness wounds of 6 mm were made in the dorsal skin of 24 mice and photographed every second day.
"""

VESSELS = (
    "Growth of vessels \U0001f9ec\r\n\r\n"
    "VEGF promotes angiogenesis \U0001fac0 in ischaemic muscle of rats (1×10⁶ cells).\r\n"
    "Hepatocyte growth factor reduces fibrosis of the liver after injury.\r\n\r\n"
    "Blood flow had recovered \U0001f9ea fully by the fourth week of treatment.\r\n"
)

CARTILAGE = """Cartilage

Exosomes of synovial stem cells protect cartilage from osteoarthritis by carrying miR-140-5p. Chondrocytes that
took them up produced more type II collagen and less aggrecanase.
"""

LONG = "A note on sampling\n\n" + "Samples were frozen at -80 °C and thawed once before the assay. \n" * 1800

QUESTIONS = [
    "which factors mediate wound healing?",
    "What promotes angiogenesis in ischaemic muscle?",
    "How do exosomes protect cartilage?",
    "Who won the 2018 football world cup?",
]
UNBOUNDED = re.compile(rb',"timings_ms":\{[^}]*\}')


@dataclass(frozen=True)
class Library:
    """Documents on disk, and the service over their index."""

    folder: Path
    parts: Parts
    app: FastAPI

    @property
    def client(self) -> TestClient:
        return TestClient(self.app, raise_server_exceptions=False)

    def ask(self, question: str, **options: Any) -> Any:
        response = self.client.post("/v1/ask", json={"question": question, **options})
        assert response.status_code == 200, response.text
        return response.json()

    def id_of(self, name: str) -> str:
        return f"sha256:{sha256((self.folder / name).read_bytes()).hexdigest()}"


def parts_at(state_dir: Path, embedder: Embedder | None = None) -> Parts:
    parts = Parts(IndexSettings(state_dir=state_dir), notify=lambda _message: None)
    parts._embedder = embedder
    return parts


def app_over(parts: Parts, **api: Any) -> FastAPI:
    settings = Settings(parts.settings, AssistantSettings(), ApiSettings(**api), flags={})
    return create_app(open_service(settings, parts))


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """The real model, from the cache that people use: it is converted once."""
    return parts_at(tmp_path_factory.mktemp("unused")).embedder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Library:
    folder = tmp_path_factory.mktemp("library")
    (folder / "healing.txt").write_bytes(HEALING.encode())
    (folder / "vessels.txt").write_bytes(b"\xef\xbb\xbf" + VESSELS.encode())
    (folder / "cartilage.txt").write_bytes(CARTILAGE.encode("utf-16"))
    (folder / "long.txt").write_bytes(LONG.encode())
    parts = parts_at(tmp_path_factory.mktemp("state"), embedder)
    assert len(parts.builder("default").add([folder]).added) == 4
    parts.builder("trials").add([folder / "cartilage.txt"])
    return Library(folder, parts, app_over(parts))


def text_of(data: bytes) -> tuple[str, str, int]:
    """What this file's own test data is: text, codec of its bytes, and bytes before the text."""
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode(), "utf-8", 3
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le"), "utf-16-le", 2
    return data.decode(), "utf-8", 0


def line_of(text: str, position: int) -> int:
    """1-based; an LF after its CR is still on the line that the two end."""
    return len(re.findall("\r\n|\r(?!\n)|\n", text[:position])) + 1


def check_citation(citation: dict[str, Any], body: dict[str, Any], folder: Path) -> None:
    document = body["documents"][citation["document_index"]]
    data = (folder / document["path"]).read_bytes()
    text, codec, _ = text_of(data)
    start, end = citation["start_char_index"], citation["end_char_index"]
    assert data.decode(document["encoding"]) == text
    assert text[start:end] == citation["cited_text"]
    assert data[citation["start_byte"] : citation["end_byte"]].decode(codec) == citation["cited_text"]
    assert citation["start_line"] == line_of(text, start)
    assert citation["end_line"] == line_of(text, end - 1)
    assert citation["document_id"] == document["id"] == f"sha256:{sha256(data).hexdigest()}"
    assert document["text_sha256"] == sha256(text.encode()).hexdigest()
    assert citation["file_name"] == document["path"].rsplit("/", 1)[-1]
    assert citation["document_title"] == document["title"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_field_of_the_schema_is_there_and_no_other(library: Library, question: str) -> None:
    body = library.ask(question)
    assert list(body) == [
        "schema", "id", "question", "searched_for", "rewritten", "answered", "confidence", "answer", "sentences",
        "citations", "documents", "refusal", "dropped", "generator", "index", "timings_ms",
    ]  # fmt: skip
    for sentence in body["sentences"]:
        assert set(sentence) == {"text", "start", "end", "citations", "focus", "generated"}
    for citation in body["citations"] + ((body["refusal"] or {}).get("nearest") or []):
        assert set(citation) == {
            "id", "type", "role", "cited_text", "document_index", "document_title", "start_char_index",
            "end_char_index", "document_id", "file_name", "start_byte", "end_byte", "start_line", "end_line",
            "start_page", "end_page", "boxes", "source_url", "section", "passage_id", "score",
        }  # fmt: skip
    for document in body["documents"]:
        assert set(document) == {
            "index", "id", "path", "title", "media_type", "encoding", "extractor", "text_sha256",
        }  # fmt: skip
    assert set(body["generator"]) == {"name", "model", "usage", "fallback", "message"}
    assert set(body["index"]) == {"collection", "revision", "documents", "passages"}
    assert set(body["timings_ms"]) >= {"embed", "retrieve", "rank", "answer", "total"}
    assert body["refusal"] is None or set(body["refusal"]) == {"reason", "message", "missing", "nearest"}


@pytest.mark.parametrize(
    ("question", "file", "quoted"),
    [
        (QUESTIONS[0], "healing.txt", "IL-6, IL-8 and MCP-1"),
        (QUESTIONS[1], "vessels.txt", "VEGF promotes angiogenesis \U0001fac0 in ischaemic"),
        (QUESTIONS[2], "cartilage.txt", "carrying miR-140-5p"),
    ],
)
def test_an_answer_quotes_the_file_character_by_character_and_byte_by_byte(
    library: Library, question: str, file: str, quoted: str
) -> None:
    body = library.ask(question)
    assert body["schema"] == 1
    assert body["question"] == question
    assert re.fullmatch(r"ask_[0-9a-f]{20}", body["id"])
    assert body["answered"] is True
    assert body["refusal"] is None
    assert body["searched_for"] is None
    assert body["dropped"] == []
    assert 0 < body["confidence"] <= 1
    assert body["generator"] == {
        "name": "extractive", "model": None, "usage": None, "fallback": None, "message": None,
    }  # fmt: skip
    assert (body["index"]["collection"], body["index"]["documents"]) == ("default", 4)
    first = body["citations"][0]
    assert quoted in " ".join(first["cited_text"].split())
    assert first["file_name"] == file
    assert [document["index"] for document in body["documents"]] == list(range(len(body["documents"])))
    for citation in body["citations"]:
        assert citation["type"] == "char_location"
        assert citation["role"] in {"source", "part", "agrees"}
        assert citation["start_page"] is citation["end_page"] is citation["boxes"] is None
        check_citation(citation, body, library.folder)


@pytest.mark.parametrize("question", QUESTIONS[:3])
def test_sentences_index_the_answer_with_the_markers_left_out(library: Library, question: str) -> None:
    body = library.ask(question)
    rebuilt = []
    for sentence in body["sentences"]:
        assert body["answer"][sentence["start"] : sentence["end"]] == sentence["text"]
        assert sentence["citations"]
        rebuilt.append(sentence["text"] + " " + "".join(f"[{number}]" for number in sentence["citations"]))
    assert body["answer"] == " ".join(rebuilt)
    numbers = [number for sentence in body["sentences"] for number in sentence["citations"]]
    assert numbers == [citation["id"] for citation in body["citations"]] == list(range(1, len(numbers) + 1))


def test_a_refusal_is_a_200_with_a_reason_and_what_is_missing(library: Library) -> None:
    body = library.ask("Who won the 2018 football world cup?")
    assert body["answered"] is False
    assert body["answer"] is None
    assert body["sentences"] == body["citations"] == []
    assert body["refusal"]["reason"] in {"nothing_relevant", "not_answered"}
    assert "football" in body["refusal"]["missing"]
    assert body["refusal"]["message"]
    for citation in body["refusal"]["nearest"]:
        check_citation(citation, body, library.folder)


def test_what_is_no_question_is_refused(library: Library) -> None:
    assert library.ask("?!")["refusal"]["reason"] == "not_a_question"


def test_max_sentences_collection_and_documents_narrow_the_answer(library: Library) -> None:
    assert len(library.ask(QUESTIONS[0], max_sentences=1)["sentences"]) == 1
    assert library.ask(QUESTIONS[2], collection="trials")["index"]["documents"] == 1
    only = library.ask(QUESTIONS[0], documents=[library.id_of("cartilage.txt")])
    assert {document["path"] for document in only["documents"]} <= {"cartilage.txt"}


def test_null_for_an_option_means_the_server_s_own(library: Library) -> None:
    plain = library.ask(QUESTIONS[0])
    nulls = library.ask(QUESTIONS[0], max_sentences=None, caution=None, generator=None, history=[], documents=[])
    assert without_timings(plain) == without_timings(nulls)


def test_the_same_question_gets_the_same_bytes_but_for_timings(library: Library) -> None:
    for question in QUESTIONS:
        first, second = (library.client.post("/v1/ask", json={"question": question}).content for _ in range(2))
        assert UNBOUNDED.search(first)
        assert UNBOUNDED.sub(b"", first) == UNBOUNDED.sub(b"", second)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ({"question": "   "}, "question", "The question is empty"),
        ({"question": "why?", "collection": "nowhere"}, "index-missing", "There is: default, trials."),
        ({"question": "why?", "collection": "\x00../.."}, "index-missing", "There is: default, trials."),
        ({"question": "why?", "documents": ["sha256:00"]}, "question", "No document sha256:00"),
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_says_why(
    library: Library, body: dict[str, Any], kind: str, said: str
) -> None:
    response = library.client.post("/v1/ask", json=body)
    assert response.json()["type"] == f"urn:citespan:problem:{kind}"
    assert said in response.json()["detail"]


@pytest.mark.parametrize(
    "question",
    ["NUL \x00 inside?", "\u202eright to left?", "e\u0301" * 900, "\U0001f9ec" * 2000, 'AND OR NOT (" : * ^2 ~ \\'],
    ids=["NUL", "bidi", "combining", "astral", "query syntax"],
)
def test_odd_questions_get_an_answer_or_a_refusal(library: Library, question: str) -> None:
    assert library.ask(question)["question"] == question


def without_timings(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "timings_ms"}


def test_documents_are_listed_by_path_a_page_at_a_time(library: Library) -> None:
    everything = library.client.get("/v1/documents").json()
    paths = [document["path"] for document in everything["documents"]]
    assert paths == ["cartilage.txt", "healing.txt", "long.txt", "vessels.txt"]
    assert {name: everything[name] for name in ("collection", "total", "offset")} == {
        "collection": "default", "total": 4, "offset": 0,
    }  # fmt: skip
    page = library.client.get("/v1/documents?offset=1&limit=2").json()
    assert [document["path"] for document in page["documents"]] == paths[1:3]
    assert (page["total"], page["offset"]) == (4, 1)
    assert library.client.get(f"/v1/documents?offset={10**9}").json()["documents"] == []
    trials = library.client.get("/v1/documents?collection=trials").json()
    assert [document["path"] for document in trials["documents"]] == ["cartilage.txt"]


def test_a_document_says_what_its_file_is(library: Library) -> None:
    data = (library.folder / "vessels.txt").read_bytes()
    document = library.client.get(f"/v1/documents/{library.id_of('vessels.txt')}").json()
    assert set(document) == {
        "id", "path", "file_name", "title", "media_type", "encoding", "extractor", "text_sha256", "size",
        "characters", "passages", "metadata", "origin", "newer_version", "file_available",
    }  # fmt: skip
    assert document["id"] == f"sha256:{sha256(data).hexdigest()}"
    assert document["size"] == len(data)
    assert document["characters"] == len(VESSELS)
    assert document["encoding"] == "utf-8-sig"
    assert document["text_sha256"] == sha256(VESSELS.encode()).hexdigest()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/documents/sha256:00", "document-not-found"),
        ("/v1/documents/sha256:00/text", "document-not-found"),
        ("/v1/documents/%00", "document-not-found"),
        ("/v1/documents?collection=nowhere", "index-missing"),
        ("/v1/documents/sha256:00?collection=nowhere", "index-missing"),
        ("/v1/documents?collection=", "invalid-request"),
        ("/v1/documents?limit=0", "invalid-request"),
        ("/v1/documents?limit=1001", "invalid-request"),
        ("/v1/documents?offset=-1", "invalid-request"),
        ("/v1/documents/sha256:00/text?start=x", "invalid-request"),
        ("/v1/documents/a/b", "not-found"),
    ],
)
def test_what_is_not_there_is_a_problem(library: Library, path: str, kind: str) -> None:
    response = library.client.get(path)
    assert response.json()["type"] == f"urn:citespan:problem:{kind}"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["healing.txt", "vessels.txt", "cartilage.txt"])
def test_every_range_is_what_the_file_holds_there(library: Library, name: str) -> None:
    """Lines, CR LF pairs cut in two, single astral characters: all ranges of one and of 50 characters."""
    data = (library.folder / name).read_bytes()
    text, codec, mark = text_of(data)
    client, path = library.client, f"/v1/documents/{library.id_of(name)}/text"
    ranges = [(start, start + 1) for start in range(0, len(text), 3)]
    ranges += [(start, min(start + 50, len(text))) for start in range(0, len(text), 11)]
    for start, end in ranges:
        body = client.get(path, params={"start": start, "end": end}).json()
        assert body == {
            "document_id": library.id_of(name),
            "start": start,
            "end": end,
            "text": text[start:end],
            "start_byte": mark + len(text[:start].encode(codec)),
            "end_byte": mark + len(text[:end].encode(codec)),
            "start_line": line_at(text, start),
            "end_line": line_at(text, end - 1),
            "start_page": None,
            "end_page": None,
            "boxes": None,
        }
        assert data[body["start_byte"] : body["end_byte"]].decode(codec) == text[start:end]


def test_without_a_range_it_is_the_whole_of_a_short_text(library: Library) -> None:
    body = library.client.get(f"/v1/documents/{library.id_of('vessels.txt')}/text").json()
    assert body["text"] == VESSELS
    assert (body["start"], body["end"], body["start_byte"]) == (0, len(VESSELS), 3)


def test_without_an_end_a_long_text_is_given_in_parts(library: Library) -> None:
    path = f"/v1/documents/{library.id_of('long.txt')}/text"
    assert library.client.get(path).json()["text"] == LONG[:USUAL_TEXT]
    body = library.client.get(path, params={"start": len(LONG) - 5}).json()
    assert (body["text"], body["end"]) == (LONG[-5:], len(LONG))
    body = library.client.get(path, params={"start": 5000, "end": 5000 + LONGEST_TEXT}).json()
    assert body["text"] == LONG[5000 : 5000 + LONGEST_TEXT]
    assert body["end_line"] == line_at(LONG, 5000 + LONGEST_TEXT - 1)


def test_a_range_that_cannot_be_given_is_a_problem_that_says_why(library: Library) -> None:
    response = library.client.get(f"/v1/documents/{library.id_of('long.txt')}/text?start=7&end=100008")
    assert response.status_code == 422
    assert response.json()["type"] == "urn:citespan:problem:text-range"
    assert "at most 100000" in response.json()["detail"]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (10, None, "cannot start at 10"),
        (10**30, 10**31, "cannot start at"),
        (0, 11, "cannot end at 11"),
        (4, 4, "is empty"),
        (4, 3, "is empty"),
    ],
)
def test_a_range_outside_the_text_or_empty_is_refused(start: int, end: int | None, said: str) -> None:
    with pytest.raises(TextRangeError, match=said):
        text_span(start, end, characters=10)


def test_the_end_is_10_000_on_or_the_end_of_the_text() -> None:
    assert text_span(0, None, characters=10) == Span(0, 10)
    assert text_span(3, None, characters=10**6) == Span(3, 3 + USUAL_TEXT)
    assert text_span(0, LONGEST_TEXT, characters=10**6) == Span(0, LONGEST_TEXT)


def test_a_read_that_went_stale_is_tried_once_more_and_no_more() -> None:
    assert again(failing(1)) == "read"
    with pytest.raises(StaleRead):
        again(failing(2))


def line_at(text: str, position: int) -> int:
    """The line that a character stands on; both halves of a CR LF stand on the line that they end."""
    return len(re.findall("\r\n|\r|\n", text[: position + 1])) + 1 - (text[position] in "\r\n")


def failing(times: int) -> Callable[[], str]:
    left = iter(range(times))

    def read() -> str:
        if next(left, None) is not None:
            raise StaleRead("gone")
        return "read"

    return read


def test_a_living_process_with_an_index_is_ready(library: Library) -> None:
    assert library.client.get("/healthz").json() == {"status": "ok"}
    body = library.client.get("/readyz").json()
    assert body["status"] == "ready"
    assert [(state["name"], state["documents"]) for state in body["collections"]] == [("default", 4), ("trials", 1)]
    assert set(body["collections"][0]) == {"name", "revision", "documents", "passages"}


def test_without_an_index_it_lives_and_says_what_to_run_and_needs_no_restart(
    tmp_path: Path, library: Library, embedder: Embedder
) -> None:
    parts = parts_at(tmp_path, embedder)
    client = TestClient(app_over(parts))
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == response.json()["status"] == 503
    assert response.json()["type"] == "urn:citespan:problem:index-missing"
    assert "citespan index add" in response.json()["detail"]
    assert client.post("/v1/ask", json={"question": "why?"}).status_code == 404
    parts.builder("default").add([library.folder / "healing.txt"])
    assert client.get("/readyz").status_code == 200


def test_an_index_made_otherwise_is_not_ready(tmp_path: Path, library: Library, embedder: Embedder) -> None:
    parts_at(tmp_path, embedder).builder("default").add([library.folder / "healing.txt"])
    other = Parts(IndexSettings(state_dir=tmp_path, passage_tokens=64), notify=lambda _message: None)
    other._embedder = embedder
    response = TestClient(app_over(other)).get("/readyz")
    assert response.status_code == 503
    assert response.json()["type"] == "urn:citespan:problem:index-mismatch"
    assert "citespan index rebuild" in response.json()["detail"]


def test_ask_shows_a_request_an_answer_a_refusal_and_every_problem(library: Library) -> None:
    document = library.client.get("/openapi.json").json()
    ask = document["paths"]["/v1/ask"]["post"]
    assert document["components"]["schemas"]["AskRequest"]["examples"][0]["question"]
    examples = ask["responses"]["200"]["content"]["application/json"]["examples"]
    assert set(examples) == {"answer", "written", "refusal"}
    for example in examples.values():
        shape = AskResponse.model_validate(example["value"])
        assert json.loads(shape.model_dump_json(by_alias=True)) == example["value"]
    shown = {
        kind
        for response in ask["responses"].values()
        for kind in response["content"].get("application/problem+json", {}).get("examples", {})
    }
    elsewhere = {
        *("text-range", "document-not-found", "model-not-found", "slack-signature", "not-found", "method-not-allowed"),
        *("job-not-found", "upload", "malformed-upload", "unsupported-type", "no-space", "verify", "file-unavailable"),
    }
    assert shown == set(KINDS) - elsewhere


def test_the_examples_hold_together(library: Library) -> None:
    ask = library.client.get("/openapi.json").json()["paths"]["/v1/ask"]["post"]
    examples = ask["responses"]["200"]["content"]["application/json"]["examples"]
    answer, refusal = examples["answer"]["value"], examples["refusal"]["value"]
    (sentence,) = answer["sentences"]
    assert answer["answer"][sentence["start"] : sentence["end"]] == sentence["text"]
    ((start, end),) = sentence["focus"]
    assert sentence["text"][start:end] == "IL-6, IL-8 and MCP-1"
    seeds = Path(__file__).parent.parent / "seeds"
    for told in (answer, examples["written"]["value"]):
        findings = verify(told, [seeds], max_bytes=10**7, fallback_encoding="cp1252")
        assert [finding for finding in findings if not finding.holds] == []
    check_citation(answer["citations"][0], answer, seeds)
    check_citation(refusal["refusal"]["nearest"][0], refusal, seeds)


def test_every_reference_leads_somewhere_and_every_path_has_a_name(library: Library) -> None:
    document = library.client.get("/openapi.json").json()
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert references <= set(document["components"]["schemas"])
    names = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert names >= {"ask", "list_documents", "get_document", "get_document_text", "healthz", "readyz"}


@pytest.mark.slow
def test_32_clients_at_once_get_the_answers_of_one_by_one(library: Library) -> None:
    alone = [library.client.post("/v1/ask", json={"question": question}).content for question in QUESTIONS]

    def visit(client_number: int) -> list[tuple[int, bytes]]:
        order = [(client_number + turn) % len(QUESTIONS) for turn in range(len(QUESTIONS))]
        together.wait()
        with httpx.Client(base_url=url, timeout=120) as client:
            return [(n, client.post("/v1/ask", json={"question": QUESTIONS[n]}).content) for n in order]

    together = threading.Barrier(32)
    with running(app_over(library.parts, concurrent_questions=32)) as server, ThreadPoolExecutor(32) as pool:
        url = server.url
        visits = list(pool.map(visit, range(32)))
    for number, content in (answer for visit in visits for answer in visit):
        assert UNBOUNDED.sub(b"", content) == UNBOUNDED.sub(b"", alone[number])


def test_documents_that_another_process_adds_and_removes_count_at_the_next_question(
    tmp_path: Path, embedder: Embedder
) -> None:
    folder, state = tmp_path / "folder", tmp_path / "state"
    folder.mkdir()
    (folder / "healing.txt").write_text(HEALING)
    parts = parts_at(state, embedder)
    parts.builder("default").add([folder])
    with running(app_over(parts)) as server, httpx.Client(base_url=server.url, timeout=120) as client:
        asked = {"question": "How do exosomes protect cartilage?"}
        assert client.post("/v1/ask", json=asked).json()["answered"] is False
        (folder / "cartilage.txt").write_text(CARTILAGE)
        in_another_process(f"parts.builder('default').add([Path({str(folder)!r})])", state)
        body = client.post("/v1/ask", json=asked).json()
        assert body["answered"] is True
        assert body["documents"][0]["path"] == "cartilage.txt"
        assert client.get("/v1/documents").json()["total"] == 2
        gone = body["documents"][0]["id"]
        in_another_process("parts.builder('default').remove(lambda record: 'cart' in record.path)", state)
        assert client.post("/v1/ask", json=asked).json()["answered"] is False
        assert client.get(f"/v1/documents/{gone}/text").status_code == 404


def test_it_says_where_it_listens_and_stops_when_told_to(library: Library, tmp_path: Path) -> None:
    state = library.parts.settings.state_dir
    program = "\n".join(
        [
            "from api.app import create_app",
            "from api.service import open_service",
            "from api.serving import serve",
            "from api.settings import load_settings",
            "from assistant.bootstrap import Parts",
            f"settings = load_settings({{'state_dir': {str(state)!r}}})",
            "parts = Parts(settings.index, notify=print)",
            "serve(create_app(open_service(settings, parts)), '127.0.0.1', 0)",
        ]
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        line = cast("Any", process.stdout).readline()
        match = re.fullmatch(r"citespan is listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert match is not None, line
        with httpx.Client(base_url=match[1], timeout=60) as client:
            assert client.post("/v1/ask", json={"question": QUESTIONS[0]}).json()["answered"] is True
            process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
        assert (process.returncode, rest, errors) == (0, "", "")


def test_a_running_answer_is_finished_before_it_stops(library: Library) -> None:
    class Slow(Assistant):
        def ask(self, question: Any, **options: Any) -> Any:
            started.set()
            time.sleep(1)
            return super().ask(question, **options)

    started = threading.Event()
    settings = Settings(library.parts.settings, AssistantSettings(), ApiSettings(), flags={})
    slow = Slow(library.parts.reader(), library.parts.finder, library.parts.writers)
    app = create_app(open_service(settings, library.parts, slow))
    with ThreadPoolExecutor(1) as pool:
        with running(app) as server:
            answer = pool.submit(httpx.post, f"{server.url}/v1/ask", json={"question": QUESTIONS[0]}, timeout=60)
            assert started.wait(30)
        assert answer.result().json()["answered"] is True


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_addresses_are_served(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "example.org", "127.0.0.1.example.org"])
def test_other_addresses_are_refused_until_there_are_keys(host: str) -> None:
    with pytest.raises(SettingsError, match="host"):
        check_host(host)


def test_a_port_that_is_taken_is_an_error_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError, match="--port"):
        listen("127.0.0.1", taken.getsockname()[1])


def in_another_process(work: str, state: Path) -> None:
    program = "\n".join(
        [
            "from pathlib import Path",
            "from assistant.bootstrap import Parts",
            "from index.settings import IndexSettings",
            f"parts = Parts(IndexSettings(state_dir=Path({str(state)!r})), notify=print)",
            work,
        ]
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.parametrize(
    "field", ['"documents": ["\\ud800"]', '"collection": "\\ud800"'], ids=["document", "collection"]
)
def test_half_a_character_in_a_name_is_a_problem_of_the_client(library: Library, field: str) -> None:
    answered = library.client.post(
        "/v1/ask", content=f'{{"question": "Which cells?", {field}}}', headers={"Content-Type": "application/json"}
    )
    assert answered.status_code in {404, 422}
    assert answered.json()["type"].rpartition(":")[2] in {"question", "invalid-request"}
