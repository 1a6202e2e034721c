"""Models by name: which may be asked, what is sent where, and to whom it is never sent."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.errors import GeneratorError
from assistant.generating.chat import ChatModel, Message, Piece
from assistant.generating.failures import failure_of
from assistant.generating.opening import Generators
from assistant.generating.thoughts import without_thoughts
from assistant.settings import AssistantSettings
from assistant.stages import always
from tests.scripted_model import Text, scripted_model

MESSAGES = [
    Message("system", "Answer from {passages}."),
    Message("user", "What heals?"),
    Message("assistant", "Time."),
    Message("user", "And how?"),
]
SCHEMA = {
    "type": "object",
    "properties": {"claims": {"type": "array", "items": {"type": "string"}}},
    "required": ["claims"],
    "additionalProperties": False,
}


def generators(generator: str = "openai:scripted", **settings: Any) -> Generators:
    return Generators(AssistantSettings(generator=generator, **settings), notify=lambda _message: None)


def opened(generator: str = "openai:scripted", **settings: Any) -> ChatModel:
    model = generators(generator, **{"generator_seconds": 5.0, **settings}).open()
    assert model is not None
    return model


def asked(model: ChatModel, **options: Any) -> list[Piece]:
    return list(model.stream(MESSAGES, **{"limit": 64, "waiting": always, **options}))


def text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def test_names_are_the_usual_one_quoting_and_what_the_operator_allows() -> None:
    some = generators("openai:a", generators=("anthropic:b", "openai:a", "extractive"))
    assert some.usual == "openai:a"
    assert some.names == ("openai:a", "extractive", "anthropic:b")


def test_quoting_is_no_model() -> None:
    assert generators("extractive").open() is None
    assert generators("openai:a").open("extractive") is None


def test_a_model_that_is_not_allowed_is_refused_with_those_that_are() -> None:
    with pytest.raises(GeneratorError, match=r"only: openai:a, extractive\..*CITESPAN_GENERATORS"):
        generators("openai:a").open("openai:b")


@pytest.mark.parametrize("name", ["gpt-5", "openai:", ":gpt-5"])
def test_a_name_without_provider_and_model_says_how_names_look(name: str) -> None:
    with pytest.raises(GeneratorError, match="provider:model"):
        generators(name).open()


@pytest.mark.parametrize(
    ("name", "near"), [("opena:x", "openai"), ("mistral:x", "mistralai"), ("google:x", "google_genai")]
)
def test_an_unknown_provider_suggests_near_ones(name: str, near: str) -> None:
    with pytest.raises(GeneratorError, match=f"did you mean .*{near}"):
        generators(name).open()


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("anthropic:claude", r"citespan\[anthropic\]"),
        ("google_genai:gemini", r"citespan\[google\]"),
        ("mistralai:small", r"citespan\[mistral\]"),
        ("ollama:llama", r"citespan\[ollama\]"),
        ("groq:llama", "langchain-groq"),
    ],
)
def test_a_missing_package_is_named(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = name.partition(":")[0]
    monkeypatch.setitem(sys.modules, f"langchain_{provider}", None)
    with pytest.raises(GeneratorError, match=f"pip install .*{package}"):
        generators(name).open()


def test_a_missing_key_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_ADMIN_KEY", raising=False)
    with pytest.raises(GeneratorError, match="OPENAI_API_KEY"):
        generators("openai:gpt-5-mini").open()


@pytest.mark.parametrize(("key", "lacks"), [("", True), ("k", False)])
def test_an_empty_key_is_none(*, key: str, lacks: bool) -> None:
    from langchain_core.language_models import FakeListChatModel

    from assistant.generating.langchain_chat import _lacks_key

    class Keyed(FakeListChatModel):
        some_api_key: SecretStr

        @property
        def lc_secrets(self) -> dict[str, str]:
            return {"some_api_key": "SOME_API_KEY"}

    assert _lacks_key(Keyed(responses=[], some_api_key=SecretStr(key))) == lacks


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://127.0.0.1/v1", "http://", "nonsense"])
def test_a_url_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(GeneratorError, match="CITESPAN_GENERATOR_URL"):
        generators(generator_url=url).open()


def test_a_model_is_opened_once_whoever_asks() -> None:
    some = generators(generator_url="http://127.0.0.1:9/v1")
    with ThreadPoolExecutor(4) as threads:
        models = list(threads.map(lambda _: some.open(), range(8)))
    assert len({id(model) for model in models}) == 1
    some.close()
    some.close()


def test_window_is_what_is_set_then_what_is_known_then_4096() -> None:
    url = "http://127.0.0.1:9/v1"
    assert opened("openai:gpt-4o", generator_url=url, generator_window=2000).window == 2000
    assert opened("openai:gpt-4o", generator_url=url).window == 128_000
    assert opened("openai:scripted", generator_url=url).window == 4096


def test_what_is_asked_on_the_wire() -> None:
    with scripted_model([Text('{"claims": []}')]) as server:
        model = opened(generator_url=server.url)
        assert (model.name, model.model) == ("openai:scripted", "scripted")
        assert text(asked(model, limit=77, schema=SCHEMA)) == '{"claims": []}'
        (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.body == {
        "model": "scripted",
        "messages": [message._asdict() for message in MESSAGES],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 77,
        "temperature": 0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
        },
    }


def test_a_model_known_to_refuse_temperature_is_not_sent_one() -> None:
    with scripted_model([Text("fine")]) as server:
        asked(opened("openai:gpt-5-mini", generator_url=server.url))
        assert "temperature" not in server.requests[0].body


def test_usage_comes_last_where_it_is_counted() -> None:
    with scripted_model([Text("fine", usage=(12, 3)), Text("fine", usage=None)]) as server:
        model = opened(generator_url=server.url)
        assert asked(model)[-1] == Piece("", {"input": 12, "output": 3})
        assert all(piece.usage is None for piece in asked(model))


def test_text_comes_as_it_is_written() -> None:
    with scripted_model([Text("one two three four", size=4, pause=0.1)]) as server:
        model = opened(generator_url=server.url)
        asked(model)
        arrivals = [(piece.text, time.monotonic()) for piece in model.stream(MESSAGES, limit=64, waiting=always)]
    assert [bit for bit, _ in arrivals if bit] == ["one ", "two ", "thre", "e fo", "ur"]
    assert arrivals[4][1] - arrivals[0][1] > 0.3


def test_an_answer_cut_at_its_limit_is_passed_on_and_reasoning_is_not() -> None:
    with scripted_model([Text('{"claims": ["a', reasoning="Let me see.", finish="length")]) as server:
        assert text(asked(opened(generator_url=server.url), schema=SCHEMA)) == '{"claims": ["a'


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<think>\nhm, </thi</think>\n\nfine", "fine"),
        ("\n<think></think>fine", "fine"),
        ("fine <think>x</think>", "fine <think>x</think>"),
        ("<thin air>", "<thin air>"),
        ("<think>for ever", ""),
        ("<thi", "<thi"),
        (" ", " "),
        ("", ""),
    ],
)
def test_thoughts_before_the_answer_are_left_out(raw: str, clean: str, size: int) -> None:
    assert "".join(without_thoughts(raw[i : i + size] for i in range(0, len(raw), size))) == clean


def test_content_in_blocks_is_read_for_its_text() -> None:
    from langchain_core.messages import AIMessageChunk

    from assistant.generating.langchain_chat import _Reading

    blocks = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "fi"}, {"type": "text", "text": "ne"}]
    chunks = [AIMessageChunk(content=blocks), AIMessageChunk(content="!")]
    assert "".join(_Reading(iter(chunks)).texts()) == "fine!"


def test_a_date_to_try_again_at_is_understood() -> None:
    class Response:
        status_code = 503
        headers = {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}  # noqa: RUF012

    class Refusal(Exception):
        response = Response()

    failure = failure_of(Refusal())
    assert (failure.status, failure.retry_after, failure.retryable) == (503, 0.0, True)


ELSEWHERE = "http://127.0.0.1:9"
OPENAI_ENVIRONMENT = {
    "OPENAI_API_KEY": "sk-environment",
    "OPENAI_ADMIN_KEY": "sk-environment",
    "OPENAI_ORG_ID": "environment",
    "OPENAI_ORGANIZATION": "environment",
    "OPENAI_PROJECT_ID": "environment",
    "OPENAI_CUSTOM_HEADERS": "X-Environment: 1\nAuthorization: Bearer sk-environment",
    "OPENAI_BASE_URL": ELSEWHERE,
    "OPENAI_API_BASE": ELSEWHERE,
    "OPENAI_PROXY": ELSEWHERE,
    "HTTP_PROXY": ELSEWHERE,
    "HTTPS_PROXY": ELSEWHERE,
    "ALL_PROXY": ELSEWHERE,
    "LANGSMITH_GATEWAY": ELSEWHERE,
    "LANGSMITH_GATEWAY_API_KEY": "sk-environment",
}


@pytest.mark.parametrize(("key", "sent"), [("own", "Bearer own"), (None, "Bearer none")])
def test_a_server_of_ones_own_gets_its_key_and_nothing_of_openai(
    key: str | None, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in OPENAI_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with scripted_model([Text("fine")]) as server:
        assert text(asked(opened(generator_url=server.url, generator_key=key))) == "fine"
        (request,) = server.requests
    assert request.headers["authorization"] == sent
    assert "environment" not in repr(request).lower()
    assert request.headers.keys() <= {
        "host",
        "authorization",
        "accept",
        "accept-encoding",
        "connection",
        "content-type",
        "content-length",
    }


def test_the_provider_itself_gets_its_own_key_and_not_that_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_model([Text("fine")]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
        assert text(asked(opened(generator_key="own"))) == "fine"
        assert server.requests[0].headers["authorization"] == "Bearer sk-openai"


def test_nothing_heavy_is_imported_before_a_model_is_opened() -> None:
    script = """
import sys
from assistant.generating.opening import Generators
from assistant.settings import AssistantSettings
assert Generators(AssistantSettings(), notify=print).open() is None
print(sorted({"langchain", "langchain_core", "langsmith", "openai", "xllamacpp", "torch"} & sys.modules.keys()))
"""
    assert run(script, {}) == "[]"


@contextmanager
def collector() -> Iterator[tuple[str, list[str]]]:
    """A server that takes whatever LangSmith's client sends, and the paths that it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = _take  # noqa: N815  the names are http.server's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", paths
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


CALL = """
from assistant.generating.chat import Message
from assistant.generating.opening import Generators
from assistant.settings import AssistantSettings
model = Generators(AssistantSettings(generator="openai:scripted"), notify=print).open()
print("".join(piece.text for piece in model.stream([Message("user", "Hello")], limit=9, waiting=lambda: True)))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


def run(script: str, environment: dict[str, str]) -> str:
    """What a process of its own prints: LangSmith's client remembers its environment."""
    root = str(Path(__file__).parent.parent)
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": root, "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=kept | environment,
        cwd=root,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("allowed", [False, True], ids=["not allowed", "allowed"])
def test_langsmith_hears_of_a_call_only_when_citespan_allows_it(*, allowed: bool) -> None:
    with collector() as (langsmith, paths), scripted_model([Text("fine")]) as server:
        environment = {
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_TRACING_V2": "true",
            "LANGCHAIN_TRACING_V2": "true",
            "LANGCHAIN_TRACING": "true",
            "LANGSMITH_ENDPOINT": langsmith,
            "LANGSMITH_API_KEY": "lsv2_fake",
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "sk-openai",
        }
        environment |= {"CITESPAN_LANGSMITH_TRACING": "true"} if allowed else {"LANGSMITH_GATEWAY": langsmith}
        assert run(CALL, environment) == "fine"
        assert len(server.requests) == 1
        assert any("runs" in path for path in paths) if allowed else not paths


RETRIEVE = """
import asyncio, tempfile
from pathlib import Path
from assistant.langchain_retriever import CitespanRetriever
from tests.servers import small_parts
retriever = CitespanRetriever(assistant=small_parts(Path(tempfile.mkdtemp())).assistant(), k=1)
asked = "which factors mediate wound healing?"
print(len(retriever.invoke(asked)) + len(asyncio.run(retriever.ainvoke(asked))))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


@pytest.mark.parametrize("allowed", [False, True], ids=["not allowed", "allowed"])
def test_langsmith_hears_of_retrieval_only_when_citespan_allows_it(*, allowed: bool) -> None:
    with collector() as (langsmith, paths):
        environment = {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": langsmith, "LANGSMITH_API_KEY": "lsv2_fake"}
        environment |= {"CITESPAN_LANGSMITH_TRACING": "true"} if allowed else {}
        assert run(RETRIEVE, environment) == "2"
        assert any("runs" in path for path in paths) if allowed else not paths
