"""A question from Slack, and the messages that answer it, whatever happens on the way."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from api.problems.kinds import kind_of
from api.shapes.asking import AskRequest
from api.slack.blocks import Links, Message, render
from api.slack.database import Channels
from api.slack.proving import prove
from api.slack.text import escape
from api.slack.threads import HistoryTurn
from assistant.answering import LONGEST_QUESTION, Assistant
from assistant.errors import QuestionError
from assistant.settings import AssistantSettings
from index.errors import IndexMissing, StaleRead

__all__ = ["HELP", "Asker", "Done", "explained", "notice"]

logger = logging.getLogger(__name__)

HELP = (
    "Ask me something about the documents: mention me in a channel, write to me directly, or use `/ask`. Every "
    "sentence of an answer comes with the place in the documents that it was taken from.\n"
    "`/ask which factors mediate wound healing?` asks.\n"
    "`/ask collection` tells which collection of documents this channel asks, and which there are.\n"
    "`/ask use NAME` makes this channel ask another collection; `/ask reset` takes that back."
)
COMMAND = re.compile(r"(?P<verb>use|collection|reset|help)(?:\s+(?P<name>\S+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Done:
    """What an order did, in words; ``for_all`` in the channel, when it changes what they are answered from."""

    said: str
    for_all: bool = False


class Asker:
    """Answers questions and looks after the collections that channels ask."""

    def __init__(self, assistant: Assistant, usual: AssistantSettings, channels: Channels, links: Links) -> None:
        self.reader = assistant.reader
        self._assistant = assistant
        self._usual = usual
        self._channels = channels
        self._links = links

    def answer(self, question: str, *, channel: str, history: Sequence[HistoryTurn] = ()) -> list[Message]:
        """The messages that answer a question, or say why there is no answer and what to do. Never raises."""
        try:
            return self._answer(question, self._channels.collection_of(channel), history)
        except IndexMissing:
            return [notice(self._missing(self._channels.collection_of(channel)))]
        except Exception as error:  # noqa: BLE001  somebody waits for an answer
            return [notice(explained(error))]

    def command(self, text: str, channel: str) -> Done | None:
        """Do what a text orders, and say what was done; None when it is a question. Never raises."""
        try:
            return self._command(text, channel)
        except Exception as error:  # noqa: BLE001  somebody waits for an answer
            return Done(explained(error))

    def _command(self, text: str, channel: str) -> Done | None:
        found = COMMAND.fullmatch(text.strip() or "help")
        match (found["verb"].lower(), found["name"]) if found else ("", None):
            case "help", None:
                return Done(HELP)
            case "reset", None:
                self._channels.unbind(channel)
                asked = _code(self._channels.collection_of(channel))
                return Done(f"This channel asks the collection {asked} again.", for_all=True)
            case "use" | "collection", None:
                asked = _code(self._channels.collection_of(channel))
                return Done(
                    f"This channel asks the collection {asked}. {self._there_is()} To change it: `/ask use NAME`"
                )
            case "use" | "collection", str(name):
                return self._use(name, channel)
        return None

    def _answer(self, question: str, collection: str, history: Sequence[HistoryTurn]) -> list[Message]:
        if len(question) > LONGEST_QUESTION:
            raise QuestionError(f"The question has {len(question)} characters; at most {LONGEST_QUESTION} are read.")
        request = AskRequest.model_validate({"question": question, "collection": collection, "history": [*history]})
        try:
            return self._proved(request)
        except StaleRead:
            return self._proved(request)

    def _proved(self, request: AskRequest) -> list[Message]:
        asked = request.question_with(max_sentences=self._usual.max_sentences, caution=self._usual.caution)
        reply = self._assistant.ask(asked)
        return render(prove(reply, self.reader.snapshot(reply.collection)), self._links)

    def _use(self, name: str, channel: str) -> Done:
        if name not in self._names():
            return Done(f"There is no collection {_code(name)}. {self._there_is()}")
        self._channels.bind(channel, name)
        said = f"From now on this channel asks the collection {_code(name)}. To take that back: `/ask reset`"
        return Done(said, for_all=True)

    def _missing(self, collection: str) -> str:
        return f"There is no collection {_code(collection)} to ask. {self._there_is()} To choose one: `/ask use NAME`"

    def _there_is(self) -> str:
        names = ", ".join(map(_code, self._names()))
        return f"There is: {names}." if names else "There is none yet: no documents have been indexed."

    def _names(self) -> list[str]:
        return [state.name for state in self.reader.collections()]


def notice(text: str) -> Message:
    """Words of ours, in mrkdwn; what comes from elsewhere in them was escaped."""
    said = {"type": "mrkdwn", "text": text, "verbatim": True}
    return Message(text, [{"type": "section", "text": said}])


def explained(error: Exception) -> str:
    """What somebody who waits is told of an error: what to do, and nothing of the inside. The log has the rest."""
    match kind_of(error).name:
        case "question":
            return escape(str(error), 2000)
        case "stale-read" | "document-not-found":
            return "The documents changed while I was reading them. Please ask again."
    log_id = uuid4().hex[:12]
    logger.error("A question from Slack failed; log id %s", log_id, exc_info=error)
    return (
        "I could not answer: something is wrong on my side. Please ask again in a minute; if it stays like this, "
        f"whoever runs me finds the reason in the log under `{log_id}`."
    )


def _code(name: str) -> str:
    return f"`{escape(name, 80).replace('`', '')}`"
