"""What Prometheus is told, with labels from short lists only."""

import re
from collections.abc import Callable
from functools import partial
from typing import cast, get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.watching.metrics import Metrics
from assistant.models import Question, Refusal, RefusalReason, Reply, Writing
from index.errors import StoreError
from index.reading import IndexReader
from tests.servers import QUESTION, quick_app, small_parts


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FastAPI]:
    return partial(quick_app, small_parts(tmp_path_factory.mktemp("small")))


def figures(client: TestClient) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(response.text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_replies_stages_and_holdings_are_counted(build: Callable[..., FastAPI]) -> None:
    client = TestClient(build())
    client.post("/v1/ask", json=QUESTION)
    client.post("/v1/ask", json={"question": "who won the football world cup of 2018?"})
    client.post("/v1/ask", json={})
    client.get("/v1/documents/sha256:00/text")
    found = figures(client)
    ask = (("method", "POST"), ("route", "/v1/ask"))
    assert found["citespan_requests_total", (*ask, ("status", "200"))] == 2
    assert found["citespan_requests_total", (*ask, ("status", "422"))] == 1
    assert found["citespan_request_seconds_count", ask] == 3
    text = (("method", "GET"), ("route", "/v1/documents/{document_id}/text"), ("status", "404"))
    assert found["citespan_requests_total", text] == 1
    replies = {dict(labels)["result"]: n for (name, labels), n in found.items() if name == "citespan_replies_total"}
    assert sum(replies.values()) == 2
    assert set(replies) <= {"answered", *get_args(RefusalReason)}
    assert found["citespan_stage_seconds_count", (("stage", "retrieve"),)] == 2
    assert found["citespan_documents", (("collection", "default"),)] == 1
    assert found["citespan_passages", (("collection", "default"),)] >= 1
    assert found["citespan_questions_in_flight", ()] == 0
    assert found["process_resident_memory_bytes", ()] > 1e6


def test_nothing_that_a_client_makes_up_becomes_a_label(build: Callable[..., FastAPI]) -> None:
    client = TestClient(build())
    for number in range(20):
        client.get(f"/made/up/{number}")
        client.request(f"METHOD{number}", "/v1/ask")
        client.get(f"/v1/documents/made-up-{number}")
        client.get(f"/v1/jobs/made-up-{number}")
        client.get("/healthz", headers={"Host": f"made-up-{number}.example"})
    text = client.get("/metrics").text
    assert not re.search(r"METHOD\d|made", text)
    assert 'method="other"' in text
    assert 'route="(unlisted)"' in text


def test_two_services_in_one_process_do_not_mix(build: Callable[..., FastAPI]) -> None:
    first, second = TestClient(build()), TestClient(build())
    first.post("/v1/ask", json=QUESTION)
    assert not any(name == "citespan_replies_total" for name, _ in figures(second))


def test_while_the_store_is_away_the_rest_is_told() -> None:
    class Away:
        def collections(self) -> None:
            raise StoreError("away")

    told = Metrics().exposition(cast("IndexReader", Away())).decode()
    assert "citespan_questions_in_flight" in told
    assert "citespan_documents" not in told


def test_tokens_of_a_generator_that_is_not_allowed_have_no_label_of_their_own() -> None:
    metrics = Metrics(["openai:known"])
    for name in ("openai:known", "openai:made-up"):
        writing = Writing(name, "m", {"input": 3, "output": 2, "cached": 9})
        refusal = Refusal("nothing_relevant", "No.")
        metrics.reply(Reply("ask_0", Question("why?"), refusal, 0.1, "default", "r", 1, 1, writing=writing))
    labels = [
        tuple(sorted(sample.labels.items()))
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "citespan_tokens_total"
    ]
    assert sorted(labels) == [
        (("direction", direction), ("generator", name))
        for direction in ("input", "output")
        for name in ("openai:known", "other")
    ]
