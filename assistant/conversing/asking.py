"""A follow-up as a question that stands alone, by a model; what it adds, drops or gets wrong is never used."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice

from assistant.conversing.following import stand_alone
from assistant.conversing.guarding import LONGEST, is_faithful, is_same
from assistant.errors import GeneratorFailed
from assistant.generating.chat import ChatModel, Message
from assistant.models import Turn
from assistant.stages import Waiting

__all__ = ["INSTRUCTIONS", "SCHEMA", "TASK", "ask_for_stand_alone", "messages_for", "parsed"]

INSTRUCTIONS = (
    "You rewrite the last question of a conversation so that it can be understood without the conversation. "
    "Replace words that point back (it, they, this, the drug, what about …) by what they mean. "
    "Use only words from the conversation. Do not answer. If the question can be understood alone, repeat it. "
    'Reply with JSON: {"question": "…"}'
)
TASK = "Conversation:\n{conversation}\n\nLast question: {question}\n\nRewrite the last question."
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"question": {"type": "string", "maxLength": 500}},
    "required": ["question"],
    "additionalProperties": False,
}
TURNS = 6
"""The last ones, which a model is told."""
LONGEST_TURN = 300
LIMIT = 160
"""Tokens of the answer."""
LONGEST_REPLY = 4000
"""Code points that are read of it, however many come."""
SPEAKERS = {"user": "User", "assistant": "Assistant"}
_WRITTEN = re.compile(r'"question"\s*:\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
_BEHIND = re.compile(r"\?[^\w?]*\Z")
_LABEL = re.compile(r"(?:(?:rewritten|stand-?alone|last)\s+)?question\s*:\s*", re.IGNORECASE)


def ask_for_stand_alone(question: str, history: Sequence[Turn], model: ChatModel, waiting: Waiting) -> str:
    """What a model makes of a follow-up; what the rules make of it where it fails, repeats it or is not faithful.

    Raises Abandoned when nobody waits any more.
    """
    if len(question) > LONGEST:
        return stand_alone(question, history)
    try:
        pieces = model.stream(messages_for(question, history), limit=LIMIT, waiting=waiting, schema=SCHEMA)
        reply = "".join(piece.text[:LONGEST_REPLY] for piece in islice(pieces, LONGEST_REPLY))
    except GeneratorFailed:
        return stand_alone(question, history)
    found = parsed(reply[:LONGEST_REPLY])
    if not is_faithful(found, question, history) or is_same(found, question):
        return stand_alone(question, history)
    return found


def messages_for(question: str, history: Sequence[Turn]) -> list[Message]:
    """What the model is told."""
    said = "\n".join(f"{SPEAKERS[turn.role]}: {_short(turn.text)}" for turn in history[-TURNS:])
    return [Message("system", INSTRUCTIONS), Message("user", TASK.format(conversation=said, question=question))]


def parsed(reply: str) -> str:
    """The question in a model's reply: in JSON, in the beginnings of it, or as the first line of plain text."""
    written = _WRITTEN.search(reply)
    if written:
        try:
            return _BEHIND.sub("?", " ".join(str(json.loads(written[1], strict=False)).split()))
        except ValueError:
            return ""
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    first = _LABEL.sub("", lines[0], count=1) if lines else ""
    return _BEHIND.sub("?", first.strip(" \"'`*“”"))


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= LONGEST_TURN else folded[:LONGEST_TURN].rsplit(" ", 1)[0] + " …"
