"""Slack's threads as the history of a question."""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypedDict

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from api.slack.blocks import MORE_SOURCES
from api.slack.text import question_in, shorten, unescape

__all__ = ["HistoryTurn", "is_by_person", "read_thread"]

MOST_TURNS = 20
LONGEST_TURN = 5000
OURS = re.compile(r"<@\w+> asked: (?P<question>.*)", re.DOTALL)
"""What ``asked_message`` says of a question that was asked with /ask."""
MARKERS = re.compile(r" ?(\[\d+\])+")
PAGE = 100
MOST_PAGES = 5

logger = logging.getLogger(__name__)


class HistoryTurn(TypedDict):
    """One earlier turn, as ``POST /v1/ask`` takes it."""

    role: Literal["user", "assistant"]
    content: str


def is_by_person(event: Mapping[str, Any]) -> bool:
    """Whether a message was written by somebody and just now: not by a bot, no edit, no deletion, no notice."""
    plain = event.get("subtype") in {None, "file_share", "thread_broadcast"}
    return plain and not event.get("bot_id") and not event.get("edited") and bool(event.get("user"))


def read_thread(client: WebClient, *, channel: str, thread: str, before: str, bot_user_id: str) -> list[HistoryTurn]:
    """What was said in a thread before a message, oldest first; nothing where Slack does not let the bot read it."""
    try:
        messages = list(_messages(client, channel, thread, before))
    except SlackApiError as error:
        logger.warning("A thread could not be read (%s): the question is taken by itself.", error.response["error"])
        return []
    turns = [turn for message in messages if (turn := _turn(message, bot_user_id))]
    return turns[-MOST_TURNS:]


def _messages(client: WebClient, channel: str, thread: str, before: str) -> Iterator[Mapping[str, Any]]:
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = client.conversations_replies(channel=channel, ts=thread, latest=before, limit=PAGE, cursor=cursor)
        yield from (message for message in page["messages"] if message["ts"] != before)
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


def _turn(message: Mapping[str, Any], bot_user_id: str) -> HistoryTurn | None:
    if message.get("user") == bot_user_id:
        content, role = _ours(message.get("text") or "")
    elif message.get("bot_id") or not message.get("user"):
        return None
    else:
        content, role = question_in(message.get("text") or "", bot_user_id), "user"
    if not content:
        return None
    return {"role": "assistant" if role == "assistant" else "user", "content": shorten(content, LONGEST_TURN)}


def _ours(said: str) -> tuple[str, str]:
    """What the bot said, and for whom: a question that somebody asked with /ask, or an answer without its markers."""
    if asked := OURS.fullmatch(said):
        return unescape(asked["question"]), "user"
    return "" if said == MORE_SOURCES else MARKERS.sub("", unescape(said)), "assistant"
