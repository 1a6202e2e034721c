"""The HTTP service: an application over one assistant, and the server that runs it."""

import ipaddress
import socket
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.examples import ASK_EXAMPLES
from api.problems import Problem, handle_problems
from api.routes import Service
from api.settings import Settings
from assistant.answering import Assistant
from index.errors import SettingsError

__all__ = ["Application", "Server", "check_host", "create_app", "listen", "serve"]

GRACE_SECONDS = 30
"""How long running answers may take after the server was told to stop."""


class Application(FastAPI):
    """FastAPI whose OpenAPI document knows the problem details, and examples of answers with their nulls."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made at the first request for it."""
        if self.openapi_schema is None:
            reference = "#/components/schemas/{model}"
            problem = Problem.model_json_schema(ref_template=reference, mode="serialization")
            inner = problem.pop("$defs")
            document = super().openapi()
            document["components"]["schemas"].update(inner, Problem=problem)
            given = document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]["application/json"]
            given["examples"] = ASK_EXAMPLES  # FastAPI would leave out what is null
        return super().openapi()


class Server(uvicorn.Server):
    """Says on standard output where it listens, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then say so."""
        await super().startup(sockets)
        for listening in sockets or []:
            print(f"citespan is listening on {_address(listening)}", flush=True)


def create_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """The service over an assistant. The interactive pages are off: they load scripts from elsewhere."""
    app = Application(
        title="citespan",
        version=version("citespan"),
        summary="Answers from your documents; every sentence carries the exact span of the file it came from.",
        description="Offsets are 0-based Unicode code points, end exclusive; lines and pages are 1-based, inclusive. "
        "Errors are RFC 9457 problem details whose `type` never changes.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(Service(assistant, settings).router())
    handle_problems(app)
    return app


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until interrupted or terminated; running answers are finished. Port 0 picks a free one.

    Raises SettingsError when the address cannot be listened on, or must not be.
    """
    check_host(host)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=GRACE_SECONDS
    )
    with listen(host, port) as listening, suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])


def check_host(host: str) -> None:
    """Raises SettingsError for an address that others can reach: whoever reaches the service can read the documents."""
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SettingsError(
            f"The setting host is {host!r}, an address that other machines may reach, and the service has no keys yet: "
            "anyone there could read the documents. Use 127.0.0.1; for others, put a proxy with a login before it."
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises SettingsError when the port is taken or the address is not this machine's."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingsError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. Choose another with --host and --port; "
            "port 0 picks a free one."
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
