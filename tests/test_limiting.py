"""Nobody gets more than their share: requests a minute, bytes, seconds, questions at once."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.door.keys import KeyFile
from api.door.limiting import LimitBody, LimitQuestions, Rate
from api.watching.metrics import Metrics
from tests.servers import QUESTION, quick_app, small_parts


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FastAPI]:
    return partial(quick_app, small_parts(tmp_path_factory.mktemp("small")))


@given(per_minute=st.integers(1, 500), gaps=st.lists(st.floats(0, 30), max_size=200))
def test_no_client_gets_more_than_a_burst_and_its_pace(per_minute: int, gaps: list[float]) -> None:
    rate, now, passed = Rate(per_minute), 1000.0, 0
    for gap in gaps:
        now += gap
        passed += rate.wait("ada", now) == 0
    assert passed <= per_minute + (now - 1000) * per_minute / 60 + 1


@given(per_minute=st.integers(1, 500), used=st.integers(0, 600))
def test_who_waits_as_long_as_told_is_let_in(per_minute: int, used: int) -> None:
    rate = Rate(per_minute)
    for _ in range(used):
        rate.wait("ada", 1000.0)
    seconds = rate.wait("ada", 1000.0)
    assert (seconds > 0) == (used >= per_minute)
    assert rate.wait("ada", 1000.0 + seconds) == 0 or seconds == 0
    assert rate.wait("grace", 1000.0) == 0


def test_a_client_that_has_been_quiet_is_forgotten() -> None:
    rate = Rate(60)
    for number in range(25_000):
        rate.wait(str(number), number / 10)
    assert len(rate._over) <= 10_000


def test_each_key_has_a_rate_of_its_own(
    build: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = KeyFile(tmp_path_factory.mktemp("keys"))
    (ada, first), (grace, second) = file.create("ada", "ask"), file.create("grace", "ask")
    client = TestClient(build(api_keys=f"{first.entry},{second.entry}", requests_per_minute=3))
    asked = [client.get("/v1/documents", headers={"Authorization": f"Bearer {ada}"}) for _ in range(4)]
    assert [response.status_code for response in asked] == [200, 200, 200, 429]
    problem = asked[3].json()
    assert problem["type"] == "urn:citespan:problem:rate-limited"
    assert re.fullmatch(r"More than 3 requests in a minute\. Wait (1\d|20) s\.", problem["detail"])
    assert asked[3].headers["retry-after"] in {"19", "20"}
    assert client.get("/v1/documents", headers={"Authorization": f"Bearer {grace}"}).status_code == 200


def test_guessing_keys_is_limited_by_address_and_health_is_not(
    build: Callable[..., FastAPI], tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, key = KeyFile(tmp_path_factory.mktemp("keys")).create("ada", "ask")
    app = build(api_keys=key.entry, requests_per_minute=3)
    near, far = TestClient(app, client=("2001:db8::1", 1)), TestClient(app, client=("192.0.2.7", 1))
    guesses = [near.get("/v1/documents", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(5)]
    assert guesses == [401, 401, 401, 429, 429]
    assert TestClient(app, client=("2001:db8::2", 1)).get("/v1/documents").status_code == 429
    assert far.get("/v1/documents").status_code == 401
    assert {near.get("/healthz").status_code for _ in range(10)} == {200}


def test_this_machine_is_not_limited_while_no_keys_are_asked_for(build: Callable[..., FastAPI]) -> None:
    app = build(requests_per_minute=1)
    here, behind_a_proxy = TestClient(app), TestClient(app, client=("192.0.2.7", 1))
    assert {here.get("/v1/documents").status_code for _ in range(5)} == {200}
    assert [behind_a_proxy.get("/v1/documents").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("chunked", [False, True], ids=["length told", "chunked"])
@pytest.mark.parametrize("path", ["/v1/ask", "/slack/events", "/nowhere"])
def test_a_large_body_is_refused(build: Callable[..., FastAPI], path: str, chunked: bool) -> None:  # noqa: FBT001
    client = TestClient(build(max_body_bytes=1000))
    body = b'{"question": "' + b"x" * 2000 + b'"}'
    content: Any = (body[at : at + 100] for at in range(0, len(body), 100)) if chunked else body
    response = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["detail"] == "The request has more than 1000 bytes, the most that is taken here."


def test_a_body_up_to_the_limit_arrives_whole_in_pieces(build: Callable[..., FastAPI]) -> None:
    client = TestClient(build(max_body_bytes=1000))
    body = b'{"question": "which factors mediate wound healing?"}'.ljust(1000)
    response = client.post(
        "/v1/ask", content=(body[at : at + 7] for at in range(0, 1000, 7)), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8080")


def test_a_slow_body_is_given_up() -> None:
    async def slow() -> Any:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    async def ask() -> httpx.Response:
        async with client_of(LimitBody(PlainTextResponse("done"), most_bytes=1000, seconds=0.05)) as client:
            return await client.post("/v1/ask", content=slow())

    response = asyncio.run(ask())
    assert response.status_code == 408
    assert response.headers["connection"] == "close"


def test_a_client_that_leaves_while_it_sends_is_not_answered() -> None:
    async def leave() -> list[object]:
        sent: list[object] = []
        reached = PlainTextResponse("reached")

        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/v1/ask", "headers": []}
        await LimitBody(reached, most_bytes=1000)(scope, receive, send)
        return sent

    assert asyncio.run(leave()) == []


def test_after_the_body_the_application_hears_that_the_client_left() -> None:
    async def listen(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        heard.append(await request.body())
        heard.append((await receive())["type"])

    heard: list[object] = []
    messages = [{"type": "http.request", "body": b"all of it"}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None: ...

    scope = {"type": "http", "method": "POST", "path": "/v1/ask", "headers": []}
    asyncio.run(LimitBody(listen, most_bytes=1000)(scope, receive, send))
    assert heard == [b"all of it", "http.disconnect"]


class Gate:
    """An application that answers a question when it is let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.most = self.now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        if scope["path"] == "/v1/ask":
            await self.open.wait()
        self.now -= 1
        await PlainTextResponse("answered")(scope, receive, send)


def test_beyond_the_questions_at_once_some_wait_and_the_others_are_told_to_come_back() -> None:
    async def ask_ten() -> tuple[list[httpx.Response], httpx.Response, int]:
        gate = Gate()
        async with client_of(LimitQuestions(gate, most=3, metrics=Metrics(), wait=5)) as client:
            asking = [asyncio.create_task(client.post("/v1/ask", json=QUESTION)) for _ in range(10)]
            await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            other = await client.get("/v1/documents")
            await asyncio.sleep(0.05)
            gate.open.set()
            return await asyncio.gather(*asking), other, gate.most

    responses, other, most = asyncio.run(ask_ten())
    assert sorted(response.status_code for response in responses) == [200] * 6 + [503] * 4
    assert other.status_code == 200
    assert most <= 4  # the three, and the documents
    refused = next(response for response in responses if response.status_code == 503)
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["type"] == "urn:citespan:problem:overloaded"
    assert refused.json()["detail"].startswith("3 questions are being worked on")


def test_who_waits_too_long_is_told_to_come_back_and_the_turns_are_all_given_back() -> None:
    async def ask() -> list[int]:
        gate, metrics = Gate(), Metrics()
        async with client_of(LimitQuestions(gate, most=2, metrics=metrics, wait=0.05)) as client:
            first = [asyncio.create_task(client.post("/v1/ask")) for _ in range(2)]
            late = await asyncio.gather(*(client.post("/v1/ask") for _ in range(2)))
            gate.open.set()
            rest = await asyncio.gather(*first, *(client.post("/v1/ask") for _ in range(2)))
        assert metrics.registry.get_sample_value("citespan_questions_in_flight") == 0
        return [response.status_code for response in (*late, *rest)]

    assert asyncio.run(ask()) == [503, 503, 200, 200, 200, 200]


def test_a_question_that_fails_gives_its_turn_back() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("broken")

    async def ask() -> None:
        async with client_of(LimitQuestions(fail, most=1, metrics=Metrics(), wait=0.05)) as client:
            for _ in range(3):
                with pytest.raises(RuntimeError, match="broken"):
                    await client.post("/v1/ask")

    asyncio.run(ask())
