"""Around everything else: each request gets an id, each answer its security headers, a log line and its figures."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.door.keys import Key
from api.door.security import rule_for
from api.watching.logs import REQUEST_ID
from api.watching.metrics import Metrics

__all__ = ["SECURITY_HEADERS", "Watch"]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""With every answer. Scripts and styles come from files of the service's own, and no page shows it in a frame."""

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
LEFT = 499
"""The status that is counted when the client left before an answer began, as nginx has it."""

logger = logging.getLogger(__name__)


class Watch:
    """Outermost, so that also what goes wrong is counted, and answered with the same headers."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on every request; nothing else than HTTP is spoken."""
        if scope["type"] == "http":
            await self._watched(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(Headers(scope=scope))
        began, status = time.perf_counter(), LEFT

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), request_id, path=scope["path"])
            await send(message)

        token = REQUEST_ID.set(request_id)
        try:
            await self._app(scope, receive, sending)
        finally:
            self._note(scope, status, time.perf_counter() - began)
            REQUEST_ID.reset(token)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], _route_of(scope)
        self._metrics.request(method=method, route=route, status=status, seconds=seconds)
        key: Key | None = scope.get("state", {}).get("key")
        milliseconds = round(seconds * 1000, 1)
        fields = {"method": method[:16], "route": route, "status": status, "ms": milliseconds}
        logger.info("request", extra={**fields, "key": key.name if key else None})


def _request_id(headers: Headers) -> str:
    """The id that the client, or a proxy, gave it, if it can be written anywhere; else a new one."""
    given = headers.getlist("x-request-id")
    return given[0] if len(given) == 1 and SANE_ID.fullmatch(given[0]) else uuid4().hex


def _add_headers(headers: MutableHeaders, request_id: str, *, path: str) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith("/v1/"):
        headers["Cache-Control"] = "no-store"
    headers["X-Request-Id"] = request_id


def _route_of(scope: Scope) -> str:
    """The template of the path: of the route that took it, else of the rule that stopped it."""
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else rule_for(scope["method"], scope["path"]).path
