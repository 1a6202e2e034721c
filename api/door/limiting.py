"""How much one client, and all together, may ask of the service."""

import asyncio
import ipaddress
import math
import time
from collections.abc import MutableMapping

from anyio.to_thread import current_default_thread_limiter
from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door.keys import Key, KeyRing
from api.door.origins import is_loopback
from api.door.security import rule_for
from api.problems.details import problem_response
from api.problems.errors import HeadTooLarge, Overloaded, RateLimited, TooLarge, TooSlow
from api.watching.metrics import Metrics

__all__ = ["LimitBody", "LimitHead", "LimitQuestions", "LimitRate", "Rate"]

UPLOADS = {("POST", "/v1/documents")}
"""What has a limit of its own, and is not held in memory."""
MOST_HEAD_BYTES = 32_768
"""Of an address and headers. The server takes what comes in one piece, up to some 250 KB, before it counts."""
BODY_SECONDS = 30.0
"""How long a client may take to send a body that is no upload."""
WAIT_SECONDS = 2.0
"""How long a question waits for its turn."""
COME_BACK_SECONDS = 2
SPARE_THREADS = 32
"""Threads for everything but questions."""
MOST_CLIENTS = 10_000
"""Clients that are remembered before those that have been quiet are forgotten."""


class Rate:
    """So many requests a minute for each client, all at once or spread: a generic cell rate algorithm (ITU-T I.371).

    Of a client one number is kept: when what it has asked for would be over, at an even pace.
    """

    def __init__(self, per_minute: int) -> None:
        self._each = 60.0 / per_minute
        self._over: MutableMapping[str, float] = {}

    def wait(self, client: str, now: float) -> float:
        """Seconds until this client may ask; 0 counts as having asked."""
        over = max(self._over.get(client, now), now)
        early = over + self._each - 60.0 - now
        if early > 1e-6:
            return early
        if len(self._over) >= MOST_CLIENTS:
            self._over = {known: until for known, until in self._over.items() if until > now}
        self._over[client] = over + self._each
        return 0.0


class LimitRate:
    """Refuses a client that asks too often: a key, else an address. What is open to all is not counted.

    Neither is this machine, while no keys are asked for: it is whoever runs the service.
    """

    def __init__(self, app: ASGIApp, *, per_minute: int, keys: KeyRing) -> None:
        self._app = app
        self._keys = keys
        self._rate = Rate(per_minute)
        self._per_minute = per_minute

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not too much."""
        seconds = 0.0
        if scope["type"] == "http" and rule_for(scope["method"], scope["path"]).need not in {"open", "signed"}:
            client = self._client(scope)
            seconds = self._rate.wait(client, time.monotonic()) if client is not None else 0.0
        if seconds > 0:
            error = RateLimited(f"More than {self._per_minute} requests in a minute. Wait {math.ceil(seconds)} s.")
            headers = {"Retry-After": str(math.ceil(seconds))}
            await problem_response(Request(scope), error, headers=headers)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _client(self, scope: Scope) -> str | None:
        key: Key | None = scope["state"]["key"]
        if key is not None:
            return key.sha256
        address = scope["client"][0] if scope.get("client") else "unknown"
        return None if is_loopback(address) and not self._keys.demanded else _network(address)


class LimitHead:
    """Refuses an address and headers that are larger than any honest ones."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small."""
        if scope["type"] == "http" and _head_bytes(scope) > MOST_HEAD_BYTES:
            error = HeadTooLarge(f"The address and headers have more than {MOST_HEAD_BYTES} bytes.")
            await problem_response(Request(scope), error, headers={"Connection": "close"})(scope, receive, send)
            return
        await self._app(scope, receive, send)


class LimitBody:
    """Reads a body that is no upload before anything is done about it: a large one is refused, a slow one given up.

    So neither holds a turn, or a thread, that a question could have.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._most = most_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what has come whole."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) in UPLOADS:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(Headers(scope=scope), receive)
        except TimeoutError:
            error: TooLarge | TooSlow = TooSlow(
                f"The request did not arrive within {self._seconds:g} s. Send it again."
            )
        except TooLarge as large:
            error = large
        else:
            if body is not None:
                await self._app(scope, _again(body, receive), send)
            return
        await problem_response(Request(scope), error, headers={"Connection": "close"})(scope, receive, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body; None when the client left meanwhile."""
        said = headers.get("content-length", "0")
        body = bytearray()
        more = True
        while more:
            if len(body) > self._most or (said.isdecimal() and int(said[:20]) > self._most):
                raise TooLarge(f"The request has more than {self._most} bytes, the most that is taken here.")
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > self._most:
            raise TooLarge(f"The request has more than {self._most} bytes, the most that is taken here.")
        return bytes(body)


class LimitQuestions:
    """Lets so many questions be worked on, as many wait a moment for their turn, and refuses the others at once."""

    def __init__(self, app: ASGIApp, *, most: int, metrics: Metrics, wait: float = WAIT_SECONDS) -> None:
        self._app = app
        self._most = most
        self._wait = wait
        self._in_flight = metrics.questions_in_flight
        self._turns = asyncio.Semaphore(most)
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is no question, and questions when it is their turn."""
        if scope["type"] != "http" or not rule_for(scope["method"], scope["path"]).question:
            await self._app(scope, receive, send)
            return
        self._here += 1
        try:
            await self._in_turn(scope, receive, send)
        finally:
            self._here -= 1

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._here > 2 * self._most or not await self._turn_comes():
            error = Overloaded(f"{self._most} questions are being worked on, and others wait. Ask again in a moment.")
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        threads = current_default_thread_limiter()
        threads.total_tokens = max(threads.total_tokens, self._most + SPARE_THREADS)
        try:
            with self._in_flight.track_inprogress():
                await self._app(scope, receive, send)
        finally:
            self._turns.release()

    async def _turn_comes(self) -> bool:
        try:
            async with asyncio.timeout(self._wait):
                return await self._turns.acquire()
        except TimeoutError:
            return False


def _head_bytes(scope: Scope) -> int:
    headers = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
    return len(scope["path"]) + len(scope["query_string"]) + headers


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read, once more; then whatever comes, such as that the client has left."""
    told = False

    async def tell() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return tell


def _network(address: str) -> str:
    """Whoever has one IPv6 address has all of its /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((int(found), 64), strict=False))
