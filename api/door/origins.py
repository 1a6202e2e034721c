"""Which addresses and which web pages a request may come through.

A service on loopback without keys trusts whoever reaches it, and every page that this machine's browser shows can
reach it. Two things give such a page away. Its own name, made to point here (DNS rebinding), stands in ``Host``. And
browsers say where a request comes from: ``Origin`` with everything that is not a plain GET, ``Sec-Fetch-Site`` with
everything. Other programs send neither, and are not held up.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

__all__ = ["Authority", "authority_of", "is_cross_origin", "is_loopback", "origin_of"]

AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
USUAL_PORTS = {"http": 80, "https": 443}
ELSEWHERE = {"cross-site", "same-site"}
"""What ``Sec-Fetch-Site`` says of other pages. Another port of this machine is the same site, but another page."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A host, in lower case and without brackets, and the port where one is named."""

    host: str
    port: int | None


def authority_of(text: str) -> Authority | None:
    """The host and port that a ``Host`` header names; None when it names none."""
    match = AUTHORITY.fullmatch(text)
    if match is None or not 0 < int(match["port"] or 1) < 65536:
        return None
    if match["six"] is not None and not (":" in match["six"] and _is_address(match["six"])):
        return None
    return Authority((match["six"] or match["name"]).lower(), int(match["port"]) if match["port"] else None)


def origin_of(text: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin; None for ``null`` and everything else that names no place on the web."""
    scheme, separator, rest = text.lower().partition("://")
    authority = authority_of(rest)
    if not separator or scheme not in USUAL_PORTS or authority is None:
        return None
    return scheme, authority.host, authority.port or USUAL_PORTS[scheme]


def is_loopback(host: str) -> bool:
    """Whether a name or an address, as written, can only mean this machine."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_cross_origin(headers: Headers, trusted: Sequence[str], *, linked: bool) -> bool:
    """Whether a browser says that a page elsewhere sent this. Pages that may be ``linked`` to are fetched from there.

    An origin is compared with ``Host``, under the origin's own scheme: TLS may end before it reaches us.
    """
    origins = headers.getlist("origin")
    if len(origins) > 1:
        return True
    if origins:
        origin = origin_of(origins[0])
        if origin is None:
            return True
        if origin in {origin_of(known) for known in trusted}:
            return False
        if origin != origin_of(f"{origin[0]}://{headers.get('host', '')}"):
            return True
    return not linked and headers.get("sec-fetch-site", "none").lower() in ELSEWHERE


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
