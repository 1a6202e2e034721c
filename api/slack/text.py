"""Text on its way into Slack and out of it. Slack counts UTF-16 units; so do all limits here."""

import re

__all__ = ["escape", "printable", "question_in", "shorten", "unescape", "units"]

ELLIPSIS = "…"
CONTROL = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"} | dict.fromkeys(
    range(127, 160), 0xFFFD
)
"""Control characters, which documents may hold and Slack refuses, as the symbols that stand for them."""
MARKUP = re.compile(r"<([^<>]*)>")


def units(text: str) -> int:
    """How long Slack takes a text to be."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int) -> str:
    """The text, or as much of its start as fits into ``limit`` units with an ellipsis behind it."""
    if units(text) <= limit:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * max(limit - 1, 0)]
    return (kept.decode("utf-16-le", "ignore") + ELLIPSIS)[: max(limit, 0)]


def printable(text: str) -> str:
    """The text with nothing in it that is no character for people: controls and half characters become symbols."""
    return text.translate(CONTROL).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def escape(text: str, limit: int | None = None) -> str:
    """The text as mrkdwn in which nobody is called and nothing is linked; no escape is cut in two at ``limit``."""
    escaped = _escaped(printable(text))
    if limit is None or units(escaped) <= limit:
        return escaped
    kept, room = [], limit - 1
    for character in printable(text):
        piece = _escaped(character)
        room -= units(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + ELLIPSIS


def unescape(text: str) -> str:
    """The inverse of ``escape``."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def question_in(text: str, bot_user_id: str) -> str:
    """What a person wrote: without the mention of the bot, links and channels by their names, nothing escaped."""
    return printable(unescape(MARKUP.sub(lambda found: _named(found[1], bot_user_id), text))).strip()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _named(markup: str, bot_user_id: str) -> str:
    target, _, label = markup.partition("|")
    if target == f"@{bot_user_id}":
        return ""
    return label or target.lstrip("!#")
