"""Answers as server-sent events, and clients that leave before the end, against a real server."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import api.streaming
import assistant.answering
from api.shapes.answers import AskResponse
from api.shapes.events import RetrievedEvent, SentenceEvent
from api.streaming import wants_events
from assistant.bootstrap import Parts
from assistant.citing import cite_answer
from assistant.errors import Abandoned
from assistant.judging import confidence
from assistant.models import Question, Reply
from assistant.stages import Stages
from index.errors import StaleRead, StoreError
from tests.servers import Running, quick_app, quick_parts, running

QUESTION = {"question": "What attracts monocytes to wounds?", "caution": "eager"}
EVENTS = {"accept": "text/event-stream"}
SEEDS = Path(__file__).parent.parent / "seeds"
STAGES = ["understand", "embed", "retrieve", "gather", "rank", "judge", "answer"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return quick_parts(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def server(parts: Parts) -> Iterator[Running]:
    with running(quick_app(parts)) as server:
        yield server


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the stages that were run to their end."""
    ended: list[str] = []
    end = Stages.end

    def end_and_tell(self: Stages, name: str) -> None:
        ended.append(name)
        end(self, name)

    monkeypatch.setattr(Stages, "end", end_and_tell)
    return ended


class Gate:
    """Something that is held up where it is called, until it is let through."""

    def __init__(self, called: Callable[..., Any]) -> None:
        self._called = called
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.reached.set()
        assert self.open.wait(30)
        return self._called(*arguments, **options)


def events_in(text: str) -> list[tuple[str, Any]]:
    """Names and data, comments left out."""
    return [(name, json.loads(data)) for name, data in re.findall(r"^event: (\w+)\ndata: (.*)\n\n", text, re.MULTILINE)]


def asked(server: Running, question: dict[str, Any] = QUESTION, **headers: str) -> httpx.Response:
    return httpx.post(f"{server.url}/v1/ask", json=question, headers={**EVENTS, **headers}, timeout=60)


def without_timings(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "timings_ms"}


def test_an_answer_comes_as_what_was_found_each_sentence_and_the_whole(server: Running, parts: Parts) -> None:
    response = asked(server)
    assert response.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store"
    (first, _), *sentences, (last, done) = events_in(response.text)
    assert (first, last) == ("retrieved", "done")
    plain = asked(server, accept="application/json").json()
    assert without_timings(done) == without_timings(plain)
    assert AskResponse.model_validate(done).answered
    assert [name for name, _ in sentences] == ["sentence"] * len(done["sentences"])
    for number, (_, event) in enumerate(sentences):
        assert (event["number"], event["sentence"]) == (number, done["sentences"][number])
        assert [citation["id"] for citation in event["citations"]] == event["sentence"]["citations"]
        documents = {document["index"]: document for document in event["documents"]}
        assert set(documents) == {citation["document_index"] for citation in event["citations"]}
        assert all(done["documents"][place] == document for place, document in documents.items())


def test_what_was_found_says_where_it_stands(server: Running, parts: Parts) -> None:
    (_, retrieved), *_ = events_in(asked(server).text)
    assert (retrieved["collection"], retrieved["searched_for"]) == ("default", None)
    source = parts.settings.state_dir.parent / "source"
    for passage in retrieved["passages"]:
        assert "text" not in passage
        data = (source / passage["path"]).read_bytes()
        cut = data.decode()[passage["start_char_index"] : passage["end_char_index"]]
        assert data[passage["start_byte"] : passage["end_byte"]].decode() == cut


def test_a_refusal_has_no_sentences(server: Running) -> None:
    names = [name for name, _ in events_in(asked(server, {"question": "Who won the football cup?"}).text)]
    assert names == ["retrieved", "done"]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"question": ""}, 422, "invalid-request"),
        ({"question": "  "}, 422, "question"),
        ({"question": "why?", "collection": "nowhere"}, 404, "index-missing"),
    ],
)
def test_what_goes_wrong_before_the_first_event_is_an_ordinary_problem(
    server: Running, body: dict[str, Any], status: int, kind: str
) -> None:
    response = asked(server, body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith(kind)


def test_what_goes_wrong_later_is_the_last_event(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("/secret/path")

    monkeypatch.setattr(assistant.answering, "cite_answer", fail)
    response = asked(server)
    assert response.status_code == 200
    names, (*_, problem) = zip(*events_in(response.text), strict=True)
    assert names == ("retrieved", "error")
    assert (problem["type"], problem["status"]) == ("urn:citespan:problem:store", 503)
    assert "/secret" not in response.text
    assert problem["log_id"]


def test_what_was_found_comes_again_when_the_index_changed(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = iter([StaleRead("a document left")])

    def cite_at_last(*arguments: Any) -> Any:
        for change in changes:
            raise change
        return cite_answer(*arguments)

    monkeypatch.setattr(assistant.answering, "cite_answer", cite_at_last)
    names = [name for name, _ in events_in(asked(server).text)]
    assert names[:3] == ["retrieved", "retrieved", "sentence"]
    assert names[-1] == "done"


def test_comments_keep_the_connection_open_while_a_stage_takes_long(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(confidence)
    monkeypatch.setattr(assistant.answering, "confidence", gate)
    monkeypatch.setattr(api.streaming, "PING_SECONDS", 0.02)
    text = ""
    with httpx.stream("POST", f"{server.url}/v1/ask", json=QUESTION, headers=EVENTS, timeout=30) as response:
        for chunk in response.iter_text():
            text += chunk
            if text.count(": ping\n\n") > 2:
                gate.open.set()
    assert [name for name, _ in events_in(text)][-1] == "done"


def ask_and_leave(server: Running, gate: Gate, accept: str) -> None:
    """Ask over a socket of our own, close it once the gate is reached, and open the gate when the server knows."""
    body = json.dumps(QUESTION).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert gate.reached.wait(30)
    server.wait_until_alone()
    gate.open.set()


def wait_for(ended: list[str], last: str) -> None:
    """Until a stage has ended, and long enough after it for another to end."""
    deadline = time.monotonic() + 30
    while last not in ended and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_client_that_leaves_stops_the_work_at_the_next_stage(
    server: Running, parts: Parts, stages: list[str], monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    gate = Gate(parts.embedder.embed_query)
    monkeypatch.setattr(parts.embedder, "embed_query", gate)
    ask_and_leave(server, gate, accept)
    wait_for(stages, "embed")
    assert stages == ["understand", "embed"]


def test_a_client_that_leaves_after_the_first_event_stops_the_rest(
    server: Running, stages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(confidence)
    monkeypatch.setattr(assistant.answering, "confidence", gate)
    ask_and_leave(server, gate, "text/event-stream")
    wait_for(stages, "judge")
    assert stages == STAGES[:-1]


def test_a_client_that_stays_gets_all_stages(server: Running, stages: list[str]) -> None:
    for accept in ("application/json", "text/event-stream"):
        asked(server, accept=accept)
        assert stages == STAGES
        stages.clear()


def test_the_server_answers_others_when_many_have_left(
    server: Running, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of those who left is kept: threads, connections."""
    for _ in range(20):
        with httpx.stream("POST", f"{server.url}/v1/ask", json=QUESTION, headers=EVENTS, timeout=30):
            pass  # leaves with the first bytes
    server.wait_until_alone()
    assert asked(server).status_code == 200


def test_openapi_shows_the_events_and_every_shape_that_they_have(server: Running) -> None:
    document = httpx.get(f"{server.url}/openapi.json").json()
    content = document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]
    assert list(content) == ["application/json", "text/event-stream"]
    shown = dict(events_in(content["text/event-stream"]["example"]))
    assert list(shown) == ["retrieved", "sentence", "done"]
    retrieved = RetrievedEvent.model_validate(shown["retrieved"])
    sentence, done = SentenceEvent.model_validate(shown["sentence"]), AskResponse.model_validate(shown["done"])
    assert [sentence.sentence] == done.sentences
    (passage,), (cited,) = retrieved.passages, sentence.citations
    data = (SEEDS / passage.path).read_bytes()
    text = data.decode()
    assert passage.start_char_index <= cited.start_char_index < cited.end_char_index <= passage.end_char_index
    assert data[: passage.start_byte].decode() == text[: passage.start_char_index]
    assert data[: passage.end_byte].decode() == text[: passage.end_char_index]
    lines = [len(re.findall("\r\n|\r|\n", text[:at])) + 1 for at in (passage.start_char_index, passage.end_char_index)]
    assert lines == [passage.start_line, passage.end_line]


@pytest.mark.parametrize("stage", range(1, len(STAGES) + 1))
def test_whoever_asks_can_give_up_after_any_stage(parts: Parts, stages: list[str], stage: int) -> None:
    """The seam itself, without a server."""
    with pytest.raises(Abandoned, match=STAGES[stage - 1]):
        parts.assistant().ask(Question(QUESTION["question"]), waiting=lambda: len(stages) < stage)
    assert stages == STAGES[:stage]


def test_steps_end_with_the_reply_that_ask_gives(parts: Parts) -> None:
    question = Question("What attracts monocytes to wounds?")
    answering = parts.assistant()
    found, reply = answering.steps(question)
    assert isinstance(reply, Reply)
    assert not isinstance(found, Reply)
    assert reply.result == answering.ask(question).result


@pytest.mark.parametrize(
    ("accept", "events"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-stream, */*", False),
        ("application/json, text/event-stream", False),
        ("text/event-stream, application/json;q=0.9", True),
        ("text/event-stream;q=0.5, application/json;q=0.9", False),
        ("text/event-stream;q=0.5, application/*;q=0.4, */*", True),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=x", False),
        ("text/*", False),
        ("text/html, application/xhtml+xml, */*;q=0.8", False),
        (";;,=;q=,,", False),
    ],
)
def test_events_are_for_who_asks_for_them_above_json(accept: str, *, events: bool) -> None:
    assert wants_events(accept) is events
