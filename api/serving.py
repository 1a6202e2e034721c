"""Listening on an address and serving an application there until told to stop."""

import asyncio
import logging
import os
import signal
import socket
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.door.keys import KeyRing
from api.door.origins import is_loopback
from index.errors import SettingsError

__all__ = ["Server", "check_host", "listen", "notice", "serve"]

GRACE_SECONDS = 30
"""How long running answers may take after the server was told to stop."""
HEAD_SECONDS = 15
"""How long a client may take to send the head of a request."""
INTERRUPTED, UNFINISHED = 130, 1

logger = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Says where it listens once it does, and, when told to stop, what it waits for. Told twice, it stops at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start serving, then say so."""
        await super().startup(sockets)
        for listening in sockets or []:
            print(f"citespan is listening on {_address(listening)}", flush=True)
            logger.info("Open %s in a browser. Ctrl-C stops the service", _address(listening))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, tell jobs to stop where it is safe, and finish answers, for ``GRACE_SECONDS`` at most."""
        if isinstance(self.config.app, FastAPI):
            self.config.app.state.stopping.set()
        running = len(self.server_state.tasks)
        if running:
            grace = self.config.timeout_graceful_shutdown
            logger.info("Finishing %d requests, for %s s at most. Ctrl-C again stops at once", running, grace)
        await super().shutdown(sockets)
        await asyncio.sleep(0)  # what was cancelled ends here, unless it waits for a thread
        if any(not task.done() for task in self.server_state.tasks):
            logger.error("Stopped with %d requests unfinished", len(self.server_state.tasks))
            leave(UNFINISHED)  # a thread cannot be cancelled, and would be waited for
        logger.info("Stopped")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note that it is to stop; the second Ctrl-C does not wait for threads, which survive everything milder."""
        if self.should_exit and sig == signal.SIGINT:
            with suppress(RuntimeError):  # it may come in the middle of another line
                logger.warning("Stopped at once")
            leave(INTERRUPTED)
        super().handle_exit(sig, frame)


class Protocol(H11Protocol):
    """HTTP/1.1 as h11 reads it, strictly, from clients that do not dawdle."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to watch for a head that never ends."""
        super().connection_made(transport)
        self._watch = self.loop.call_later(HEAD_SECONDS, self._look, None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self, last: object) -> None:
        """Close the connection if no request has begun since the last look, and none is being answered."""
        if self.cycle is last and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()
            return
        self._watch = self.loop.call_later(HEAD_SECONDS, self._look, self.cycle)


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until interrupted or terminated; running answers are finished. Port 0 picks a free one.

    Raises SettingsError when the address cannot be listened on, or must not be.
    """
    keys: KeyRing = app.state.keys
    check_host(host, keyed=keys.demanded)
    if not is_loopback(host):
        logger.warning("Other machines can reach this. Keys and documents travel in the clear: put TLS in front of it")
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with listen(host, port) as listening, suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listening])


def check_host(host: str, *, keyed: bool = False) -> None:
    """Raises SettingsError for an address that others can reach, while the service asks for no keys."""
    if not keyed and not is_loopback(host):
        raise SettingsError(
            f"The setting host is {host!r}, an address that other machines may reach, and the service has no keys yet: "
            "anyone there could read the documents. Make a key first: citespan keys create NAME. "
            "Or use 127.0.0.1, which only this machine reaches."
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


def notice(line: str) -> None:
    """Log what takes long while the service starts."""
    logger.info("%s", line)


def leave(code: int) -> None:
    """End the process, whatever its threads do: what is kept on disk is safe against worse."""
    logging.shutdown()
    os._exit(code)


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
