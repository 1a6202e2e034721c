"""The HTTP client for OpenAI's SDK: its connections can be cut while they are silent, and carry only what they must."""

import contextlib
import socket
from contextvars import ContextVar
from typing import Any

from assistant.generating.patience import Stop

__all__ = ["cuttable_client", "stop_of_this_thread"]

stop_of_this_thread: ContextVar[Stop | None] = ContextVar("stop_of_this_thread", default=None)
"""What cuts the connections that this thread opens."""

_NEEDED = frozenset(
    {"host", "accept", "accept-encoding", "connection", "content-length", "content-type", "transfer-encoding"}
)


def cuttable_client(*, only_key: str | None = None) -> Any:  # noqa: ANN401  httpx or httpx2, as the SDK has it
    """A client whose requests end when the thread's Stop is called.

    With ``only_key`` it is for a server of the operator's own: that key and nothing else of the environment reaches it
    (no organisation, headers or proxies of OpenAI's), and no redirect leads away from it.
    """
    from openai import DefaultHttpxClient

    def prepare(request: Any) -> None:  # noqa: ANN401
        request.headers["connection"] = "close"  # a fresh connection each time, so that it is known and can be cut
        request.extensions = {**request.extensions, "trace": _note_connection}
        if only_key is not None:
            for name in [name for name in request.headers if name.lower() not in _NEEDED]:
                del request.headers[name]
            request.headers["authorization"] = f"Bearer {only_key}"

    hooks = {"request": [prepare]}
    if only_key is None:
        return DefaultHttpxClient(event_hooks=hooks)
    return DefaultHttpxClient(event_hooks=hooks, trust_env=False, follow_redirects=False)


def _note_connection(event: str, info: dict[str, Any]) -> None:
    """The client tells when a connection has been made, or made secure."""
    stop = stop_of_this_thread.get()
    if stop is not None and event.endswith(("connect_tcp.complete", "start_tls.complete")):
        connection = info["return_value"].get_extra_info("socket")
        stop.cutting(lambda: _cut(connection))


def _cut(connection: socket.socket) -> None:
    """End it in both directions, which wakes a thread that waits for it; closing it is that thread's business."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # not SSLSocket's own, which is no other thread's business
