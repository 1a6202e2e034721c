"""Server-sent events: which clients want them, how they are written, and how they are sent while somebody listens."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from anyio import from_thread
from fastapi import Request
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from assistant.errors import Abandoned

__all__ = ["EVENT_STREAM", "HEADERS", "PING_SECONDS", "Client", "event", "event_stream_of", "stream", "wants_events"]

EVENT_STREAM = "text/event-stream"
PING_SECONDS = 15.0
"""After so long without an event a comment is sent: proxies close connections on which nothing happens."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Neither kept nor, by nginx, held back until there is more."""


class Client:
    """Whoever made a request, for as long as they wait for the response."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._gone = threading.Event()

    def waits(self) -> bool:
        """Whether the connection still stands. For worker threads of the framework: it asks the event loop."""
        return not self._gone.is_set() and not from_thread.run(self._request.is_disconnected)

    def wants_events(self) -> bool:
        """Whether they ask for events rather than for JSON."""
        return wants_events(",".join(self._request.headers.getlist("accept")))

    def leave(self) -> None:
        """Nothing more will be sent to them."""
        self._gone.set()


def wants_events(accept: str) -> bool:
    """Whether an Accept header names ``text/event-stream`` and prefers it to JSON; wildcards count for JSON only."""
    asked = dict(_ranges(accept))
    json = next((asked[name] for name in ("application/json", "application/*", "*/*") if name in asked), 0.0)
    return asked.get(EVENT_STREAM, 0.0) > json


def event(name: str | None, data: BaseModel) -> bytes:
    """One event; its data is JSON on a line. Without a name it is what OpenAI's API sends."""
    return format_sse_event(data_str=data.model_dump_json(by_alias=True), event=name)


def event_stream_of(
    shapes: Iterable[tuple[str | None, str]], description: str, *, end: str | None = None, **more: object
) -> dict[str, Any]:
    """What OpenAPI says of a stream: the name of each kind of event, and of the schema of its data.

    ``end`` is the data of a last event that is no JSON.
    """
    kinds = [_kind_of_event(name, schema) for name, schema in shapes]
    if end is not None:
        kinds.append({"required": ["data"], "properties": {"data": {"const": end}}})
    return {EVENT_STREAM: {"itemSchema": {"type": "object", "description": description, "anyOf": kinds}, **more}}


def stream(events: Iterator[bytes], client: Client, *, failed: Callable[[Exception], bytes]) -> StreamingResponse:
    """A response that sends events as they come, with comments in between while they take long.

    What is raised before the first event is raised here, and so an ordinary problem; what is raised later becomes the
    event that ``failed`` makes of it, the last one.
    """
    begun = chain([next(events)], _until_failure(events, failed))
    return StreamingResponse(_kept_alive(begun, client), media_type=EVENT_STREAM, headers=HEADERS)


def _kind_of_event(name: str | None, schema: str) -> dict[str, Any]:
    held = {"$ref": f"#/components/schemas/{schema}"}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": held}
    named = {} if name is None else {"event": {"const": name}}
    return {"required": ["data", *named], "properties": {"data": data, **named}}


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Media ranges with their weights; a weight that is none counts as 0."""
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        given = {key.strip(): value.strip() for key, _, value in (each.partition("=") for each in parameters)}
        try:
            yield name, float(given.get("q", "1"))
        except ValueError:
            yield name, 0.0


def _until_failure(events: Iterator[bytes], failed: Callable[[Exception], bytes]) -> Iterator[bytes]:
    try:
        yield from events
    except Abandoned:
        return
    except Exception as error:  # noqa: BLE001  the response has begun: there is no other way to say it
        yield failed(error)


async def _kept_alive(events: Iterator[bytes], client: Client) -> AsyncIterator[bytes]:
    """Each event, worked out in a thread; when the response is cancelled, the thread learns that its client left."""
    try:
        while True:
            following = asyncio.create_task(run_in_threadpool(next, events, None))
            while not (await asyncio.wait({following}, timeout=PING_SECONDS))[0]:
                yield KEEPALIVE_COMMENT
            sent = following.result()
            if sent is None:
                return
            yield sent
    finally:
        client.leave()
