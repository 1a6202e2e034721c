"""One line for each request, for people or machines, without what is private."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.door.keys import KeyFile
from api.watching.logs import REQUEST_ID, JsonFormatter, OnceForEachError, TextFormatter, set_up_logs
from tests.servers import QUESTION, quick_app, small_parts


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FastAPI]:
    return partial(quick_app, small_parts(tmp_path_factory.mktemp("small")))


@pytest.fixture
def logging_kept() -> Iterator[None]:
    """What `set_up_logs` changes is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)  # `force` would close pytest's own
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("api", "assistant", "index"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("logging_kept")
def test_each_request_is_one_line_of_json_without_the_question_or_the_key(
    build: Callable[..., FastAPI], capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    token, key = KeyFile(tmp_path_factory.mktemp("keys")).create("ada", "ask")
    client = TestClient(build(api_keys=key.entry))
    set_up_logs("info", "json")
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "abc"}
    client.post("/v1/ask", json=QUESTION, headers=headers)
    client.get(f"/v1/documents/{token}?secret={token}")
    logged = capsys.readouterr().err
    asked, refused = lines(logged)
    assert list(asked) == [
        "time", "level", "logger", "message", "method", "route", "status", "ms", "key", "request",
    ]  # fmt: skip
    assert (asked["method"], asked["route"], asked["status"]) == ("POST", "/v1/ask", 200)
    assert (asked["key"], asked["request"]) == ("ada", "abc")
    assert (refused["route"], refused["status"], refused["key"]) == ("/v1/documents/*", 401, None)
    assert token not in logged
    assert "wound" not in logged


@pytest.mark.usefixtures("logging_kept")
def test_the_question_is_logged_when_that_is_asked_for(
    build: Callable[..., FastAPI], capsys: pytest.CaptureFixture[str]
) -> None:
    client = TestClient(build(log_questions=True))
    set_up_logs("info", "json")
    client.post("/v1/ask", json=QUESTION)
    question, request = lines(capsys.readouterr().err)
    assert question["question"] == QUESTION["question"]
    assert question["request"] == request["request"]


@pytest.mark.usefixtures("logging_kept")
def test_a_failure_is_told_once_with_the_id_that_the_client_got(
    build: Callable[..., FastAPI], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    app = build()
    app.add_api_route("/v1/fail", fail)
    set_up_logs("info", "json")
    with pytest.raises(RuntimeError) as raised:
        TestClient(app).get("/v1/fail", headers={"X-Request-Id": "mine"})
    logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=raised.value)
    failed, request = lines(capsys.readouterr().err)
    assert "RuntimeError: broken" in str(failed["exception"])
    assert "log id" in str(failed["message"])
    assert failed["request"] == request["request"] == "mine"
    assert request["status"] == 500


@pytest.mark.usefixtures("logging_kept")
def test_others_are_heard_from_warnings_on_and_python_s_warnings_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("debug", "text")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("api.serving").debug("ours")
    told = capsys.readouterr().err
    assert "Started" not in told
    assert "warning Invalid HTTP request received." in told
    assert "debug   ours" in told


def record(message: str, **extra: object) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "api", "levelname": "INFO", "msg": message, **extra})


def test_a_line_for_people_is_one_line_and_obeyed_by_no_terminal() -> None:
    line = TextFormatter().format(record("done\nERROR forged \x1b[2J", key=None, route="/v1/ask\r"))
    assert line.endswith(r"info    done\nERROR forged \x1b[2J  route=/v1/ask\r")
    assert "\n" not in line


def test_a_line_of_json_takes_anything() -> None:
    token = REQUEST_ID.set("abc")
    try:
        line = json.loads(JsonFormatter().format(record("é\n\ud800", thing=object, error=ValueError("no"))))
    finally:
        REQUEST_ID.reset(token)
    assert line["request"] == "abc"
    assert line["error"] == "no"
    assert line["time"].endswith("Z")


def test_a_traceback_follows_its_line() -> None:
    try:
        json.loads("{")
    except ValueError:
        text = TextFormatter().format(record("failed", exc_info=sys.exc_info()))
    assert text.splitlines()[0].endswith("failed")
    assert text.splitlines()[-1].startswith("json.decoder.JSONDecodeError")


def test_an_error_is_told_once() -> None:
    once, error = OnceForEachError(), ValueError()
    told = [once.filter(record("failed", exc_info=(ValueError, error, None))) for _ in range(2)]
    assert told == [True, False]
    assert once.filter(record("without an error"))
