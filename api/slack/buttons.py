"""Buttons, and what a press of one says: what was asked, and which source it is about."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.feedback.records import Verdict
from api.slack.text import printable, shorten, units

__all__ = ["ActionName", "Pressed", "button"]

ActionName = Literal["context"] | Verdict

LONGEST_VALUE = 1100
"""Slack takes 2,000; two of them stand beside each source, whose message has a limit too."""
LONGEST_QUESTIONS = (800, 600, 400)
"""The first that fits: some characters take two in JSON."""
LONGEST_BUTTON = 75


class Pressed(BaseModel):
    """What a button stands for. Slack keeps it with the message, so nothing is kept here."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    question: str
    collection: str
    answer_id: str
    document_id: str | None = None
    start: int | None = None
    end: int | None = None


def button(name: ActionName, label: str, pressed: Pressed) -> dict[str, Any]:
    """A button that says this when it is pressed."""
    question = printable(pressed.question)
    values = [_value(pressed, shorten(question, limit)) for limit in LONGEST_QUESTIONS]
    return {
        "type": "button",
        "action_id": name,
        "text": {"type": "plain_text", "text": shorten(label, LONGEST_BUTTON), "emoji": False},
        "value": next((value for value in values if units(value) <= LONGEST_VALUE), values[-1]),
    }


def _value(pressed: Pressed, question: str) -> str:
    return pressed.model_copy(update={"question": question}).model_dump_json(exclude_none=True)
