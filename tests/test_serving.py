"""A real server, spoken to in bytes: what is hostile or broken is refused, what is running is finished."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
from fastapi.responses import StreamingResponse

from api.door.keys import KeyFile
from api.serving import Protocol, check_host
from assistant.bootstrap import Parts
from index.errors import SettingsError
from tests.servers import quick_app, running, say, small_parts

BODY = b'{"question": "which factors mediate wound healing?"}'


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return small_parts(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def port(parts: Parts) -> Iterator[int]:
    """A service without keys."""
    with running(quick_app(parts, max_body_bytes=10_000)) as server:
        yield server.port


@pytest.fixture(scope="module")
def token_and_port(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A service with a key, and the key."""
    token, key = KeyFile(tmp_path_factory.mktemp("keys")).create("ada", "ask")
    with running(quick_app(parts, api_keys=key.entry, requests_per_minute=10_000)) as server:
        yield token, server.port


def request(start: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body else []
    return b"\r\n".join([start, *headers, b"Connection: close", *length, b"", body])


def status(answer: bytes) -> int:
    match = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(match[1]) if match else 0


JSON = b"Content-Type: application/json"
HERE = b"Host: localhost"
ASK = b"POST /v1/ask HTTP/1.1"
LIST = b"GET /v1/documents HTTP/1.1"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (request(ASK, HERE, JSON, body=BODY), 200),
        (request(LIST, HERE), 200),
        (request(LIST), 400),
        (request(b"GET /v1/documents HTTP/1.0"), 421),
        (request(LIST, b"Host: evil.example:8080"), 421),
        (request(LIST, HERE, b"Host: evil.example"), 400),
        (request(LIST, b"Host: \xff\xfe"), 421),
        (request(LIST, b"Host: localhost\x00.evil.example"), 400),
        (request(b"GET http://evil.example/v1/documents HTTP/1.1", b"Host: evil.example"), 421),
        (request(LIST, HERE, b"X: " + b"x" * 100_000), 431),
        (request(LIST, HERE, *(b"X-%d: y" % n for n in range(5000))), 431),
        (request(b"GET /" + b"x" * 100_000 + b" HTTP/1.1", HERE), 431),
        (request(ASK, HERE, JSON, b"Content-Length: 99999999"), 413),
        (request(ASK, HERE, JSON, b"Content-Length: " + b"9" * 19), 413),
        (request(ASK, HERE, JSON, b"Content-Length: -1"), 400),
        (request(ASK, HERE, JSON, b"Content-Length: 5", b"Content-Length: 6", body=BODY), 400),
        (request(ASK, HERE, JSON, b"Transfer-Encoding: gzip, chunked"), 400),
        (request(ASK, HERE, JSON, b"Transfer-Encoding: chunked") + (b"1000\r\n" + b"x" * 4096 + b"\r\n") * 8, 413),
        (request(ASK, HERE, JSON, b"Transfer-Encoding: chunked") + b"zz\r\n", 400),
        (request(ASK, HERE, b"Content-Type: text/plain", b"Origin: https://evil.example", body=BODY), 403),
        (request(ASK, HERE, JSON, b"Origin: https://evil.example\xff", body=BODY), 403),
        (request(LIST, HERE, b"Sec-Fetch-Site: cross-site"), 403),
        (request(b"GET /static/../v1/documents HTTP/1.1", HERE), 404),
        (request(b"GET //v1/documents HTTP/1.1", HERE), 404),
        (request(b"GET /v1/documents/..%2f..%2fetc%2fpasswd HTTP/1.1", HERE), 404),
        (request(b"TRACE /v1/documents HTTP/1.1", HERE), 405),
        (request(LIST, HERE, b"Upgrade: websocket", b"Connection: Upgrade"), 200),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 421),
        (b"\r\n" * 1000, 400),
    ],
    ids=range(30),
)
def test_a_keyless_service_among_hostile_bytes(port: int, sent: bytes, expected: int) -> None:
    answer = say(port, sent)
    assert status(answer) == expected, answer[:400]
    assert (b"healing.txt" in answer) == (expected == 200)
    assert status(say(port, request(b"GET /healthz HTTP/1.1", HERE))) == 200


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([b"Authorization: Bearer {token}"], 200),
        ([b"authorization:bearer {token}"], 200),
        ([], 401),
        ([b"Authorization: Bearer {token}", b"Authorization: Bearer {token}"], 401),
        ([b"Authorization: Bearer {token}", b"Authorization: Bearer other"], 401),
        ([b"Authorization: Bearer {token}, Bearer {token}"], 401),
        ([b"Authorization: Bearer {token}\xc3\xa9"], 401),
        ([b"Authorization: Bearer \xff\xff\xff"], 401),
        ([b"Authorization: Bearer {token}\x00"], 400),
        ([b"Authorization: Bearer", b" {token}"], 200),
        ([b"Cookie: key={token}"], 401),
        ([b"X-Forwarded-For: 127.0.0.1", b"X-Forwarded-Host: localhost"], 401),
    ],
    ids=range(12),
)
def test_a_key_is_one_header_and_nothing_else(
    token_and_port: tuple[str, int], headers: list[bytes], expected: int
) -> None:
    token, port = token_and_port
    sent = [header.replace(b"{token}", token.encode()) for header in headers]
    answer = say(port, request(LIST, HERE, *sent))
    assert status(answer) == expected, answer[:400]
    assert token.encode() not in answer


def test_a_key_in_the_address_is_not_read(token_and_port: tuple[str, int]) -> None:
    token, port = token_and_port
    answer = say(port, request(b"GET /v1/documents?key=%s HTTP/1.1" % token.encode(), HERE))
    assert status(answer) == 401
    assert token.encode() not in answer


def test_every_byte_of_a_head_that_is_cut_off_leaves_the_service_alive(port: int) -> None:
    whole = request(ASK, HERE, JSON, body=BODY)
    for length in range(0, len(whole), 7):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(whole[:length])
    assert status(say(port, whole)) == 200


def test_a_head_that_never_ends_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.serving.HEAD_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert connection.recv(1) == b""


def test_an_answer_that_takes_longer_than_a_head_may_is_given(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.serving.HEAD_SECONDS", 0.1)
    app = quick_app(parts)
    app.add_api_route("/v1/slow", lambda: time.sleep(0.5))
    with running(app) as server:
        assert status(say(server.port, request(b"GET /v1/slow HTTP/1.1", HERE))) == 200


def test_what_is_streamed_arrives_piece_by_piece(parts: Parts) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first\n"
        time.sleep(1)
        yield b"second\n"

    app = quick_app(parts)
    app.add_api_route("/v1/stream", lambda: StreamingResponse(pieces()))
    with running(app) as server, httpx.stream("GET", f"{server.url}/v1/stream") as response:
        arrived = [(time.monotonic(), line) for line in response.iter_lines()]
    assert [line for _, line in arrived] == ["first", "second"]
    assert arrived[1][0] - arrived[0][0] > 0.5


SERVE = """
import sys, time
import api.app, api.cli
from assistant.bootstrap import Parts
from fastapi.responses import StreamingResponse
from tests.fakes import HashingEmbedder

Parts.embedder = property(lambda self: HashingEmbedder())
create = api.app.create_app

def pieces():
    for number in range(4):
        yield f"{number}\\n"
        time.sleep(0.5)

def with_slow(service):
    app = create(service)
    app.add_api_route("/v1/slow", lambda: time.sleep(2))
    app.add_api_route("/v1/stuck", lambda: time.sleep(60))
    app.add_api_route("/v1/stream", lambda: StreamingResponse(pieces()))
    return app

api.app.create_app = with_slow
api.cli.main(sys.argv[1:])
"""


@contextmanager
def served(parts: Parts, *extra: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`citespan serve` in a process of its own, with paths that take a while, and its address."""
    state = parts.settings.state_dir
    command = [sys.executable, "-c", SERVE, "--set", f"state_dir={state}", "--set", "profile=fast", "serve"]
    with subprocess.Popen(
        [*command, "--port", "0", *extra],
        env={**os.environ, **environment},
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = _stdout(process).readline()
            match = re.fullmatch(r"citespan is listening on (http://\S+)\n", line)
            assert match is not None, (line, process.communicate(timeout=5))
            yield process, match[1]
        finally:
            process.kill()


def _stdout(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def _say_get(url: str, path: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.sendall(request(b"GET %s HTTP/1.1" % path.encode(), HERE))
    return connection


def _rest(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_what_runs_is_finished_nothing_new_is_taken_and_a_person_reads_what_happens(parts: Parts) -> None:
    with served(parts) as (process, url):
        with _say_get(url, "/v1/slow") as slow, _say_get(url, "/v1/stream") as stream:
            time.sleep(0.4)
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            with pytest.raises(OSError, match="refused"):
                _say_get(url, "/healthz")
            assert status(_rest(slow)) == 200
            assert _rest(stream).endswith(b"3\n\r\n0\r\n\r\n")
        out, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    lines = [re.sub(r"^[\d:]+ ", "", line) for line in said.splitlines()]
    assert lines[0] == f"info    Open {url} in a browser. Ctrl-C stops the service"
    assert lines[1] == "info    Finishing 2 requests, for 30 s at most. Ctrl-C again stops at once"
    assert [re.sub(r"ms=\S+", "ms=…", line.partition("  request=")[0]) for line in sorted(lines[2:4])] == [
        "info    request  method=GET  route=/v1/slow  status=200  ms=…",
        "info    request  method=GET  route=/v1/stream  status=200  ms=…",
    ]
    assert lines[4:] == ["info    Stopped"]


def test_the_second_interrupt_stops_at_once(parts: Parts) -> None:
    with served(parts) as (process, url), _say_get(url, "/v1/stuck"):
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
        time.sleep(0.4)
        before = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert time.monotonic() - before < 2
    assert process.returncode == 130
    assert "Stopped at once" in said


def test_with_keys_others_are_served_and_with_json_every_line_of_the_log_is_json(parts: Parts, tmp_path: Path) -> None:
    token, key = KeyFile(tmp_path).create("ada", "ask")
    settings = {"CITESPAN_API_KEYS": key.entry, "CITESPAN_LOG_FORMAT": "json"}
    with served(parts, "--host", "0.0.0.0", **settings) as (process, url):
        port = int(url.rpartition(":")[2])
        there: dict[str, Any] = {"url": f"http://127.0.0.1:{port}/v1/documents"}
        assert httpx.get(**there).status_code == 401
        assert httpx.get(**there, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert status(say(port, b"nonsense\r\n\r\n")) == 400
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGTERM
    logged = [json.loads(line) for line in said.splitlines()]
    assert {"api.serving", "api.watching.requests", "uvicorn.error"} <= {line["logger"] for line in logged}, logged
    assert any("put TLS in front of it" in line["message"] for line in logged)
    assert token not in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "example.org"])
def test_without_keys_another_address_is_refused_with_the_way_out(host: str) -> None:
    with pytest.raises(SettingsError, match="citespan keys create NAME"):
        check_host(host)
    check_host(host, keyed=True)


def test_the_protocol_is_the_strict_one() -> None:
    assert Protocol.__mro__[1].__module__ == "uvicorn.protocols.http.h11_impl"
