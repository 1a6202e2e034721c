"""Who may ask for what: hosts, origins, keys and scopes, each a layer around the application.

The layers are plain ASGI, so that nothing of a streamed answer waits for its end.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.door.keys import TOKEN, Key, KeyRing
from api.door.keys import Scope as KeyScope
from api.door.origins import authority_of, is_cross_origin, is_loopback
from api.problems.details import problem_response
from api.problems.errors import CrossOrigin, Forbidden, Unauthorized, WrongHost
from api.settings import ApiSettings

__all__ = ["TABLE", "AskForKey", "CheckOrigin", "LookUpKey", "Need", "Rule", "rule_for"]

Need = Literal["open", "signed"] | KeyScope
"""``open``: no key. ``signed``: the route checks a signature of its own. Otherwise a key of that scope or more."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a request needs. A path that ends in ``*`` stands for all that begin so. ``question``: it is answered."""

    method: str
    path: str
    need: Need
    question: bool = False

    def covers(self, method: str, path: str) -> bool:
        """Whether it is about that request. HEAD is a GET."""
        if self.method != ("GET" if method == "HEAD" else method):
            return False
        return path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path


TABLE: tuple[Rule, ...] = (
    Rule("GET", "/", "open"),
    Rule("GET", "/static/*", "open"),
    Rule("GET", "/d/*", "open"),
    Rule("GET", "/healthz", "open"),
    Rule("GET", "/readyz", "open"),
    Rule("GET", "/openapi.json", "open"),
    Rule("POST", "/slack/events", "signed"),
    Rule("POST", "/v1/ask", "ask", question=True),
    Rule("POST", "/v1/search", "ask", question=True),
    Rule("POST", "/v1/verify", "ask", question=True),
    Rule("POST", "/v1/chat/completions", "ask", question=True),
    Rule("POST", "/v1/feedback", "ask"),
    Rule("GET", "/v1/models", "ask"),
    Rule("GET", "/v1/models/*", "ask"),
    Rule("GET", "/v1/collections", "ask"),
    Rule("GET", "/v1/generators", "ask"),
    Rule("GET", "/v1/documents", "ask"),
    Rule("GET", "/v1/documents/*", "ask"),
    Rule("GET", "/v1/jobs", "ask"),
    Rule("GET", "/v1/jobs/*", "ask"),
    Rule("POST", "/v1/documents", "write"),
    Rule("POST", "/v1/documents/reindex", "write"),
    Rule("DELETE", "/v1/documents/*", "write"),
    Rule("GET", "/v1/feedback", "admin"),
    Rule("GET", "/metrics", "admin"),
)
"""The first rule that covers a request holds. A test fails for a route that is not here."""

UNLISTED = Rule("*", "(unlisted)", "admin")
BEARER = re.compile(rb"bearer +(\S+) *", re.IGNORECASE)


def rule_for(method: str, path: str) -> Rule:
    """What a request needs; what is not listed needs everything."""
    return next((rule for rule in TABLE if rule.covers(method, path)), UNLISTED)


class CheckOrigin:
    """Refuses other names of this machine while no keys are asked for, and pages that are elsewhere at all times."""

    def __init__(self, app: ASGIApp, *, settings: ApiSettings, keys: KeyRing) -> None:
        self._app = app
        self._keys = keys
        public = [settings.public_url] if settings.public_url else []
        self._public = ["/".join(url.split("/")[:3]) for url in public]
        self._trusted = [*settings.cors_origins, *self._public]
        hosts = [*settings.allowed_hosts, *(url.partition("://")[2] for url in self._public)]
        self._hosts = [found for found in map(authority_of, hosts) if found is not None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes the right way."""
        if scope["type"] == "http":
            rule, headers = rule_for(scope["method"], scope["path"]), Headers(scope=scope)
            error: WrongHost | CrossOrigin | None = None
            if rule.need != "signed" and not self._keys.demanded and not self._is_ours(headers.getlist("host")):
                error = WrongHost(
                    "The service was reached by a name that it does not know. Use localhost or 127.0.0.1; "
                    "another name is made known by the setting allowed_hosts."
                )
            elif is_cross_origin(headers, self._trusted, linked=rule.need == "open"):
                error = CrossOrigin(
                    "A web page at another address sent this. Pages that may are named by the setting cors_origins; "
                    "behind a proxy, public_url names the service's own."
                )
            if error is not None:
                await problem_response(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_ours(self, hosts: list[str]) -> bool:
        found = authority_of(hosts[0]) if len(hosts) == 1 else None
        if found is None:
            return False
        return is_loopback(found.host) or any(
            found.host == known.host and known.port in {None, found.port} for known in self._hosts
        )


class LookUpKey:
    """Puts the key that a request came with beside it, as ``request.state.key``; None without a good one."""

    def __init__(self, app: ASGIApp, *, keys: KeyRing) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        if scope["type"] == "http":
            token = _token(scope["headers"]) if self._keys.demanded else None
            scope.setdefault("state", {})["key"] = None if token is None else self._keys.find(token)
        await self._app(scope, receive, send)


class AskForKey:
    """Refuses what the table asks a key for and has none, or one of too small a scope."""

    def __init__(self, app: ASGIApp, *, keys: KeyRing) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        refused = self._refusal(scope) if scope["type"] == "http" and self._keys.demanded else None
        if refused is None:
            await self._app(scope, receive, send)
            return
        headers = {"WWW-Authenticate": 'Bearer realm="citespan"'} if isinstance(refused, Unauthorized) else None
        await problem_response(Request(scope), refused, headers=headers)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Unauthorized | Forbidden | None:
        need = rule_for(scope["method"], scope["path"]).need
        key: Key | None = scope["state"]["key"]
        if need == "open" or need == "signed":  # noqa: PLR1714  mypy narrows no set
            return None
        if key is None:
            return Unauthorized(_why_not(scope["headers"]))
        if not key.may(need):
            return Forbidden(f"This needs a key of the scope {need}; {key.name!r} has {key.scope}.")
        return None


def _sent(headers: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    return [value for name, value in headers if name == b"authorization"]


def _token(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    sent = _sent(headers)
    match = BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
    return match[1] if match else None


def _why_not(headers: Iterable[tuple[bytes, bytes]]) -> str:
    sent, token = _sent(headers), _token(headers)
    if not sent:
        return "Send a key in the header Authorization: Bearer csp_…; who runs the service makes one: citespan keys."
    if len(sent) > 1:
        return "There are several Authorization headers. Send one."
    if token is None or not TOKEN.fullmatch(token):
        return "The header Authorization holds no key of this service: Authorization: Bearer csp_…, 77 characters."
    return "This key is not known here, or was revoked. Ask who runs the service for another."
