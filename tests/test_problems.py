"""Every error is one of a few kinds of RFC 9457 problems, and none says more than a client should know."""

import json
import logging
from typing import cast, get_args

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from api.app import create_app
from api.problems.errors import TextRangeError
from api.problems.kinds import KINDS, KindName, kind_of
from api.service import open_service
from api.settings import ApiSettings, Settings
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.errors import Abandoned, CitationError, QuestionError
from assistant.models import Question, Reply
from assistant.settings import AssistantSettings
from assistant.stages import Waiting
from index.errors import (
    CitespanError,
    DocumentNotFound,
    IndexLocked,
    IndexMismatch,
    IndexMissing,
    ModelError,
    StaleRead,
    StoreError,
)
from index.settings import IndexSettings

SECRET = "/home/someone/.citespan/chroma.sqlite3"


class Raising:
    """An assistant that always fails in the same way."""

    reader = None

    def __init__(self, error: Exception) -> None:
        self.error = error

    def ask(self, question: Question, *, waiting: Waiting) -> Reply:
        raise self.error


def client_of(error: Exception | None = None) -> TestClient:
    error = error or AssertionError("the assistant was asked")
    settings = Settings(IndexSettings(), AssistantSettings(), ApiSettings(), flags={})
    parts = Parts(settings.index, notify=print)
    app = create_app(open_service(settings, parts, cast("Assistant", Raising(error))))
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (QuestionError("told"), "question", 422),
        (CitationError("told"), "citation", 500),
        (TextRangeError("told"), "text-range", 422),
        (DocumentNotFound("told"), "document-not-found", 404),
        (IndexMissing("told"), "index-missing", 404),
        (IndexMismatch("told"), "index-mismatch", 503),
        (StaleRead("told"), "stale-read", 503),
        (StoreError(SECRET), "store", 503),
        (ModelError(SECRET), "model", 503),
        (CitespanError(SECRET), "internal", 500),
        (IndexLocked(SECRET), "internal", 500),
        (RuntimeError(SECRET), "internal", 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_error_is_one_kind_of_problem(error: Exception, kind: KindName, status: int) -> None:
    response = client_of(error).post("/v1/ask", json={"question": "why?"})
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:citespan:problem:{kind}"
    assert problem["title"] == KINDS[kind].title
    assert problem["instance"] == "/v1/ask"
    assert (problem["detail"] == "told") == kind_of(error).told


def test_a_subclass_is_the_kind_of_its_nearest_ancestor() -> None:
    class TooLong(QuestionError):
        pass

    assert kind_of(TooLong()).name == "question"


def test_only_a_stale_read_says_when_to_come_back() -> None:
    assert client_of(StaleRead("gone")).post("/v1/ask", json={"question": "why?"}).headers["retry-after"] == "1"
    assert "retry-after" not in client_of(StoreError("")).post("/v1/ask", json={"question": "why?"}).headers


@pytest.mark.parametrize("error", [RuntimeError(SECRET), StoreError(SECRET), ModelError(SECRET)], ids=repr)
def test_what_the_client_is_not_told_is_in_the_log_under_the_id_it_got(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="api.problems.details"):
        response = client_of(error).post("/v1/ask", json={"question": "a private question"})
    problem = response.json()
    for word in (SECRET, "Traceback", "Error", ".py", "line "):
        assert word not in response.text
    assert problem["log_id"] in problem["detail"]
    (record,) = [record for record in caplog.records if record.name == "api.problems.details"]
    assert problem["log_id"] in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is error
    assert "a private question" not in caplog.text


def test_an_answer_that_nobody_waited_for_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    response = client_of(Abandoned("given up")).post("/v1/ask", json={"question": "why?"})
    assert (response.status_code, response.content) == (499, b"")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_there_is_a_kind_for_every_name_and_no_two_share_a_title() -> None:
    assert set(KINDS) == set(get_args(KindName))
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize(
    ("body", "detail", "suggestion", "pointer"),
    [
        (
            {"qestion": "a", "question": "b"},
            "Unknown field 'qestion'. Did you mean 'question'?",
            "question",
            "/qestion",
        ),
        ({"question": "b", "max_sentence": 2}, "Unknown field 'max_sentence'", "max_sentences", "/max_sentence"),
        (
            {"question": "b", "history": [{"role": "user", "content": "x", "contents": "y"}]},
            "Unknown field 'contents'. Did you mean 'content'?",
            "content",
            "/history/0/contents",
        ),
        ({"question": "b", "zzz": 1}, "Unknown field 'zzz'. There is: question, history, collection", None, "/zzz"),
        ({"question": "b", "a/b~c": 1}, "Unknown field 'a/b~c'", None, "/a~1b~0c"),
        ({}, "question: Field required", None, "/question"),
        ({"question": 7}, "question: Input should be a valid string", None, "/question"),
        ({"question": ""}, "question: String should have at least 1 character", None, "/question"),
        ({"question": "x" * 2001}, "question: String should have at most 2000 characters", None, "/question"),
        ({"question": None}, "question: Input should be a valid string", None, "/question"),
        ({"question": "\ud800"}, "question: ", None, "/question"),
        ({"question": "b", "max_sentences": 0}, "max_sentences: Input should be greater", None, "/max_sentences"),
        ({"question": "b", "max_sentences": "many"}, "max_sentences: Input should be", None, "/max_sentences"),
        ({"question": "b", "caution": "bold"}, "caution: Input should be 'cautious'", None, "/caution"),
        ({"question": "b", "generator": 1}, "generator: Input should be a valid string", None, "/generator"),
        ({"question": "b", "generator": "g" * 201}, "generator: String should have at most", None, "/generator"),
        (
            {"question": "b", "history": [{"role": "user", "content": "\ud800"}]},
            "history.0.content: ",
            None,
            "/history/0/content",
        ),
        ({"question": "b", "documents": "all"}, "documents: Input should be a valid list", None, "/documents"),
        ({"question": "b", "history": [{"role": "root", "content": ""}]}, "history.0.role: ", None, "/history/0/role"),
        ({"question": "b", "collection": ""}, "collection: String should have at least 1", None, "/collection"),
        ([], "body: ", None, ""),
        ("text", "body: ", None, ""),
        (None, "body: ", None, ""),
    ],
)
def test_a_bad_request_is_told_what_is_wrong_and_where(
    body: object, detail: str, suggestion: str | None, pointer: str
) -> None:
    response = client_of().post("/v1/ask", content=json.dumps(body), headers={"content-type": "application/json"})
    problem = response.json()
    assert response.status_code == 422
    assert problem["type"] == "urn:citespan:problem:invalid-request"
    assert problem["detail"].startswith(detail)
    (error,) = problem["errors"]
    assert error["location"] == "body"
    assert error["pointer"] == pointer
    assert error.get("suggestion") == suggestion


def test_several_mistakes_are_all_listed_and_counted_up_to_a_limit() -> None:
    problem = client_of().post("/v1/ask", json={"max_sentences": 99, "caution": "x"}).json()
    assert [error["pointer"] for error in problem["errors"]] == ["/question", "/max_sentences", "/caution"]
    assert problem["detail"].endswith("(and 2 more)")
    problem = client_of().post("/v1/ask", json={"question": "b"} | {f"field{n}": n for n in range(1000)}).json()
    assert len(problem["errors"]) == 20
    assert problem["detail"].endswith("(and 999 more)")


def test_names_that_are_long_or_no_text_are_said_back_short_and_as_text() -> None:
    problem = client_of().post("/v1/ask", json={"question": "b", "x" * 100_000: 1}).json()
    assert len(problem["detail"]) < 300
    assert "…" in problem["detail"]
    body = '{"question": "b", "\\ud800": 1}'
    response = client_of().post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == ""


def test_an_unknown_parameter_is_an_error_with_a_suggestion() -> None:
    problem = client_of().get("/v1/documents?colection=trials").json()
    assert problem["detail"] == "Unknown field 'colection'. Did you mean 'collection'?"
    assert problem["errors"][0]["location"] == "query"
    problem = client_of().get("/v1/documents/sha256:00/text?form=3").json()
    assert problem["detail"] == "Unknown field 'form'. There is: collection, start, end."


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"question": }', b"\xff\xfe", b"[" * 200_000, b'{"question": ' + b"1" * 5000 + b"}"],
    ids=["cut off", "no value", "no UTF-8", "too deep", "too large a number"],
)
def test_a_body_that_is_not_json_is_a_400(body: bytes) -> None:
    response = client_of().post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:citespan:problem:malformed-json"
    assert response.json()["detail"].startswith("The body ")


def test_a_body_that_does_not_say_it_is_json_is_told_the_header() -> None:
    response = client_of().post("/v1/ask", content=b'{"question": "b"}', headers={"content-type": "text/plain"})
    assert response.status_code == 422
    assert "Content-Type: application/json" in response.json()["detail"]


def test_a_path_that_is_not_there_is_a_404_that_says_what_is() -> None:
    response = client_of().get("/v2/ask%0aInjected%ff")
    problem = response.json()
    assert response.status_code == 404
    assert problem["type"] == "urn:citespan:problem:not-found"
    assert problem["instance"] == "/v2/ask%0AInjected%EF%BF%BD"
    assert "/openapi.json" in problem["detail"]
    assert client_of().get("/v1/documents/", follow_redirects=False).status_code == 404


def test_a_method_that_a_path_does_not_take_is_a_405_that_names_the_right_one() -> None:
    response = client_of().get("/v1/ask")
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["type"] == "urn:citespan:problem:method-not-allowed"
    assert response.json()["detail"] == "/v1/ask does not take GET; use POST."


def test_a_status_without_a_kind_is_about_blank() -> None:
    response = client_of(HTTPException(413, "too much")).post("/v1/ask", json={"question": "b"})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "about:blank"
    assert response.json()["detail"] == "too much"
