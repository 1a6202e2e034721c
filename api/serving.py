"""Listening on an address and serving an application there until told to stop."""

import ipaddress
import socket
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from index.errors import SettingsError

__all__ = ["Server", "check_host", "listen", "serve"]

GRACE_SECONDS = 30
"""How long running answers may take after the server was told to stop."""


class Server(uvicorn.Server):
    """Says on standard output where it listens, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then say so."""
        await super().startup(sockets)
        for listening in sockets or []:
            print(f"citespan is listening on {_address(listening)}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; what would go on for long, jobs and their events, is told before answers are waited for."""
        if isinstance(self.config.app, FastAPI):
            self.config.app.state.stopping.set()
        await super().shutdown(sockets)


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
