"""Whatever a model's server does, an answer or a clear error comes within the time budget."""

import itertools
import threading
import time
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from assistant.errors import Abandoned, GeneratorFailed
from assistant.generating.chat import ChatModel, Message, Piece
from assistant.generating.opening import Generators
from assistant.settings import AssistantSettings
from assistant.stages import always
from tests.scripted_model import Behaviour, Bytes, Dropping, Scripted, Silence, Status, Text, Unless, scripted_model

KEY = "sk-not-to-be-told"
PROMPT = "the-prompt-is-nobody's-business"
MESSAGES = [Message("system", "Be brief."), Message("user", PROMPT)]
SCHEMA = {"type": "object", "properties": {"claims": {"type": "array", "items": {"type": "string"}}}}


def opened(url: str, **settings: Any) -> ChatModel:
    """The scripted model, with 2 seconds for everything."""
    own = AssistantSettings(
        generator="openai:scripted",
        generator_url=url,
        generator_key=KEY,
        **{"generator_seconds": 2.0, **settings},
    )
    model = Generators(own, notify=lambda _message: None).open()
    assert model is not None
    return model


def said(model: ChatModel, **options: Any) -> str:
    return "".join(piece.text for piece in pieces(model, **options))


def pieces(model: ChatModel, **options: Any) -> Iterator[Piece]:
    return model.stream(MESSAGES, **{"limit": 64, "waiting": always, **options})


def failure(*script: Behaviour, **settings: Any) -> tuple[str, Scripted, float]:
    """The message of the failure, the server, the seconds it took; neither key nor prompt is in the message."""
    with scripted_model(script) as server:
        model = opened(server.url, **settings)
        began = time.monotonic()
        with pytest.raises(GeneratorFailed) as raised:
            said(model)
        seconds = time.monotonic() - began
    message = str(raised.value)
    assert KEY not in message
    assert PROMPT not in message
    return message, server, seconds


def no_threads_left() -> bool:
    """Whether no thread that waits for a model is left, within a second."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        if not any(thread.name == "citespan-model" for thread in threading.enumerate()):
            return True
        time.sleep(0.01)
    return False


def test_too_many_requests_are_asked_again_when_the_server_says() -> None:
    with scripted_model([Status(429, retry_after=0.6), Text("fine")]) as server:
        assert said(opened(server.url)) == "fine"
        first, second = server.requests
        assert 0.6 <= second.at - first.at < 1.2


def test_a_wait_longer_than_the_budget_is_not_begun() -> None:
    message, server, seconds = failure(Status(429, retry_after=60))
    assert "HTTP 429" in message
    assert len(server.requests) == 1
    assert seconds < 1


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 503, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with scripted_model([Status(status, retry_after=0.01), Text("fine")]) as server:
        assert said(opened(server.url)) == "fine"


def test_a_server_that_fails_for_ever_is_given_up_within_the_budget() -> None:
    message, server, seconds = failure(Status(500))
    assert "HTTP 500" in message
    assert "times" in message
    assert 2 <= len(server.requests) <= 5
    assert seconds < 2.5
    assert all(later.at - earlier.at >= 0.25 for earlier, later in itertools.pairwise(server.requests))


def test_attempts_end_though_there_is_time_left() -> None:
    message, server, seconds = failure(Status(500, retry_after=0.01), generator_seconds=30)
    assert "5 times" in message
    assert len(server.requests) == 5
    assert seconds < 2


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "refused the request"),
        (401, "CITESPAN_GENERATOR_KEY"),
        (403, "CITESPAN_GENERATOR_KEY"),
        (404, "does not know the model"),
        (307, "refused the request"),
    ],
)
def test_what_will_not_pass_fails_at_once_with_advice(status: int, advice: str) -> None:
    script = Status(status, f"{PROMPT} {KEY}", headers={"Location": "http://127.0.0.1:9/elsewhere"})
    message, server, seconds = failure(script)
    assert advice in message
    assert f"HTTP {status}" in message
    assert "openai:scripted" in message
    assert len(server.requests) == 1
    assert seconds < 1


def test_a_prompt_that_is_too_long_names_the_window() -> None:
    message, _server, _seconds = failure(Status(400, "This model's maximum context length is 512 tokens"))
    assert "CITESPAN_GENERATOR_WINDOW" in message


def test_a_silent_server_ends_with_the_budget_and_its_thread_too() -> None:
    message, server, seconds = failure(Silence(60), generator_seconds=0.5)
    assert "CITESPAN_GENERATOR_SECONDS" in message
    assert 0.4 < seconds < 1
    assert no_threads_left()
    assert server.gone == 1


def test_silence_in_the_middle_ends_with_the_budget() -> None:
    message, server, seconds = failure(Silence(60, after="Half of"), generator_seconds=0.5)
    assert "CITESPAN_GENERATOR_SECONDS" in message
    assert 0.4 < seconds < 1
    assert no_threads_left()
    assert server.gone == 1


def test_slow_drips_end_with_the_budget_too() -> None:
    _message, _server, seconds = failure(Text("drip " * 100, size=5, pause=0.1), generator_seconds=0.5)
    assert seconds < 1
    assert no_threads_left()


@pytest.mark.parametrize("after", [None, "", "Half of"], ids=["headers", "no text", "text"])
def test_a_client_that_goes_away_ends_the_request(after: str | None) -> None:
    went = threading.Event()
    with scripted_model([Silence(60, after=after)]) as server:
        model = opened(server.url, generator_seconds=30)
        threading.Timer(0.3, went.set).start()
        began = time.monotonic()
        with pytest.raises(Abandoned):
            said(model, waiting=lambda: not went.is_set())
        assert time.monotonic() - began < 1
        assert no_threads_left()
    assert server.gone == 1


def test_nobody_waiting_while_a_retry_is_due_ends_the_wait() -> None:
    went = threading.Event()
    with scripted_model([Status(503, retry_after=20)]) as server:
        model = opened(server.url, generator_seconds=30)
        threading.Timer(0.3, went.set).start()
        began = time.monotonic()
        with pytest.raises(Abandoned):
            said(model, waiting=lambda: not went.is_set())
        assert time.monotonic() - began < 1


def test_reading_no_further_ends_the_request() -> None:
    with scripted_model([Text("word " * 1000, pause=0.02)]) as server:
        reading = pieces(opened(server.url, generator_seconds=30), limit=4000)
        assert next(reading).text.startswith("word")
        assert isinstance(reading, Generator)
        reading.close()
        assert no_threads_left()
        deadline = time.monotonic() + 1
        while not server.gone:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_connection_that_drops_before_the_answer_is_tried_again() -> None:
    with scripted_model([Dropping(), Dropping(after=""), Text("fine")]) as server:
        assert said(opened(server.url)) == "fine"
        assert len(server.requests) == 3


def test_a_connection_that_drops_in_the_middle_is_no_end_of_the_answer() -> None:
    with scripted_model([Dropping(after="Half of"), Text("fine")]) as server:
        reading = pieces(opened(server.url))
        assert next(reading).text == "Half of"
        with pytest.raises(GeneratorFailed, match="in the middle"):
            next(reading)
        assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_named_as_such() -> None:
    with scripted_model([Text("")]) as server:
        url = server.url
    with pytest.raises(GeneratorFailed, match="cannot be reached"):
        said(opened(url, generator_seconds=1.0))


@pytest.mark.parametrize(
    "body",
    [
        b"data: {garbage\n\n",
        b"\xff\xfe\x00\x01" * 200,
        b'data: {"choices": "none"}\n\ndata: [DONE]\n\n',
        b"data: [1, 2]\n\n",
        b"data: null\n\ndata: [DONE]\n\n",
        b"<html>It works!</html>",
        b"",
        b'data: {"error": {"message": "the-prompt-is-nobody\'s-business", "code": 500}}\n\n',
    ],
    ids=["half", "binary", "wrong shape", "list", "null", "page", "nothing", "error"],
)
def test_what_is_no_stream_of_a_chat_model_is_a_clear_failure(body: bytes) -> None:
    message, _server, seconds = failure(Bytes(body))
    assert "openai:scripted" in message
    assert seconds < 2.5


def test_garbage_after_text_is_a_failure_in_the_middle() -> None:
    good = b'data: {"choices": [{"index": 0, "delta": {"content": "Half of"}}]}\n\n'
    message, _server, _seconds = failure(Bytes(good + b"data: {garbage\n\n"))
    assert "in the middle" in message


@pytest.mark.parametrize(
    "text", ["", "half a JS", '{"claims": [{"te', "I'm sorry, I can't help with that.", "\x00\U0001f9ec�"]
)
def test_text_of_any_kind_is_passed_on_as_it_is(text: str) -> None:
    with scripted_model([Text(text)]) as server:
        assert said(opened(server.url)) == text


def test_an_answer_without_end_is_cut() -> None:
    with scripted_model([Text("a" * 200_000, size=500)]) as server:
        assert said(opened(server.url), limit=100) == "a" * 800
        assert no_threads_left()


@pytest.mark.parametrize("status", [400, 422])
def test_a_server_without_response_format_is_asked_without_from_then_on(status: int) -> None:
    with scripted_model([Unless("response_format", Text("fine"), status)]) as server:
        model = opened(server.url)
        assert said(model, schema=SCHEMA) == "fine"
        assert said(model, schema=SCHEMA) == "fine"
        assert ["response_format" in request.body for request in server.requests] == [True, False, False]


@pytest.mark.parametrize("field", ["temperature", "stream_options"])
def test_a_model_that_refuses_an_option_is_asked_without_it(field: str) -> None:
    with scripted_model([Unless(field, Text("fine"))]) as server:
        model = opened(server.url)
        assert said(model, schema=SCHEMA) == "fine"
        assert said(model, schema=SCHEMA) == "fine"
        assert [field in request.body for request in server.requests] == [True, False, False]
        assert all("response_format" in request.body for request in server.requests)


def test_a_refusal_that_is_not_about_the_form_changes_nothing_for_later() -> None:
    with scripted_model([Status(400, "too long"), Status(400, "too long"), Text("fine")]) as server:
        model = opened(server.url)
        with pytest.raises(GeneratorFailed):
            said(model, schema=SCHEMA)
        assert said(model, schema=SCHEMA) == "fine"
        assert "response_format" in server.requests[-1].body
