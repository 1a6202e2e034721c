"""The Bolt app: what it listens to, and who answers. Listeners say that they heard, and leave the work to the pool."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError
from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse, Respond
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from api.feedback.records import Feedback, FeedbackStore, Verdict
from api.slack.asking import Asker, explained, notice
from api.slack.blocks import Message, asked_message
from api.slack.buttons import Pressed
from api.slack.context import context_view, notice_view
from api.slack.database import Deliveries
from api.slack.signing import check_signature
from api.slack.text import question_in
from api.slack.threads import HistoryTurn, is_by_person, read_thread
from api.slack.work import Work
from index.errors import CitespanError, DocumentNotFound

__all__ = ["SlackApp", "SlackResponse"]

LISTENERS = 8
"""Threads that say to Slack that something was heard, and open modals."""
WAITING = 4
"""Questions that may wait for each one that is worked on."""
BUSY = "I am answering as many questions as I can at the moment. Please ask again in a minute."
LATE = "Slack did not open the window in time. Please press the button again."
NOT_THERE = {"not_in_channel", "channel_not_found", "is_archived", "restricted_action"}
"""Why the bot may not write where /ask was used."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackResponse:
    """What Slack is answered over HTTP."""

    status: int
    body: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message to the bot: ``thread`` is where to answer, ``time`` Slack's name for the message."""

    text: str
    channel: str
    thread: str
    time: str
    bot_user_id: str


class SlackApp:
    """What Slack's requests come to, over HTTP or a socket. Safe to use from several threads."""

    def __init__(
        self,
        client: WebClient,
        asker: Asker,
        deliveries: Deliveries,
        feedback: FeedbackStore,
        *,
        workers: int,
        signing_secret: str | None = None,
    ) -> None:
        self.client = client
        self._asker = asker
        self._deliveries = deliveries
        self._feedback = feedback
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None
        self._work = Work(workers=workers, waiting=WAITING * workers)
        self._listeners = ThreadPoolExecutor(LISTENERS, thread_name_prefix="slack-listener")
        self.bolt = self._made()

    def deliver(self, body: bytes, headers: Mapping[str, str]) -> SlackResponse:
        """Take a request of Slack's. Raises SignatureError, and ValueError for a body that cannot be read."""
        if self._verifier is None:
            raise CitespanError("Requests cannot be checked without the setting slack_signing_secret.")
        check_signature(self._verifier, body, headers)
        answer = self.bolt.dispatch(BoltRequest(body=body.decode(), headers=dict(headers)))
        return SlackResponse(answer.status, answer.body or "", answer.first_headers_without_set_cookie())

    def close(self) -> None:
        """Finish the answers that are under way."""
        self._listeners.shutdown(wait=True)
        self._work.close()

    def _made(self) -> App:
        bolt = App(
            name="citespan",
            client=self.client,
            logger=logger,
            token_verification_enabled=False,
            request_verification_enabled=False,  # deliver() has done it, also for what this cannot read
            raise_error_for_unhandled_request=True,  # else Bolt writes the request, question and all, to the log
            listener_executor=self._listeners,
        )
        bolt.use(self._once)
        bolt.event("app_mention")(self._mentioned)
        bolt.event("message")(self._written)
        bolt.command("/ask")(self._commanded)
        bolt.action("context")(self._context)
        for verdict in get_args(Verdict):
            bolt.action(verdict)(self._judged)
        bolt.error(self._failed)
        return bolt

    def _once(self, body: Mapping[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
        """What was delivered before is acknowledged and left."""
        name = body.get("event_id") or body.get("trigger_id")
        if name and not self._deliveries.take(str(name)):
            return BoltResponse(status=200, body="", headers={"x-slack-no-retry": "1"})
        return next_()

    def _mentioned(self, event: Mapping[str, Any], context: BoltContext) -> None:
        if is_by_person(event):
            self._hear(event, context)

    def _written(self, event: Mapping[str, Any], context: BoltContext) -> None:
        """Messages in channels are for somebody else, unless they mention the bot."""
        if event.get("channel_type") == "im" and is_by_person(event):
            self._hear(event, context)

    def _hear(self, event: Mapping[str, Any], context: BoltContext) -> None:
        bot, time = context.bot_user_id or "", str(event["ts"])
        text = question_in(event.get("text") or "", bot)
        heard = Heard(text, str(event["channel"]), str(event.get("thread_ts") or time), time, bot)
        if not self._work.submit(lambda: self._answer(heard)):
            self._post([notice(BUSY)], heard.channel, heard.thread)

    def _answer(self, heard: Heard) -> None:
        done = self._asker.command(heard.text, heard.channel)
        if done is not None:
            self._post([notice(done.said)], heard.channel, heard.thread)
            return
        try:
            history = [] if heard.thread == heard.time else self._history(heard)
            messages = self._asker.answer(heard.text, channel=heard.channel, history=history)
        except Exception as error:  # noqa: BLE001  somebody waits for an answer
            messages = [notice(explained(error))]
        self._post(messages, heard.channel, heard.thread)

    def _history(self, heard: Heard) -> list[HistoryTurn]:
        return read_thread(
            self.client, channel=heard.channel, thread=heard.thread, before=heard.time, bot_user_id=heard.bot_user_id
        )

    def _commanded(self, ack: Ack, command: Mapping[str, Any], respond: Respond) -> None:
        question = question_in(command.get("text") or "", "")
        if self._work.submit(lambda: self._command(question, command, respond)):
            ack()
        else:
            ack(BUSY)

    def _command(self, question: str, command: Mapping[str, Any], respond: Respond) -> None:
        channel = str(command["channel_id"])
        done = self._asker.command(question, channel)
        if done is not None:
            self._respond([notice(done.said)], respond, for_all=done.for_all)
            return
        try:
            thread = self._open_thread(question, channel, str(command["user_id"]))
        except Exception as error:  # noqa: BLE001  somebody waits for an answer
            self._respond([notice(explained(error))], respond)
            return
        messages = self._asker.answer(question, channel=channel)
        if thread is None:
            self._respond(messages, respond)
        else:
            self._post(messages, channel, thread)

    def _open_thread(self, question: str, channel: str, user: str) -> str | None:
        """Say in the channel who asked what; None where the bot cannot write."""
        asked = asked_message(question, user)
        try:
            posted = self.client.chat_postMessage(channel=channel, text=asked.text, blocks=asked.blocks)
        except SlackApiError as error:
            if error.response["error"] in NOT_THERE:
                return None
            raise
        return str(posted["ts"])

    def _context(self, ack: Ack, body: Mapping[str, Any], respond: Respond) -> None:
        """Open the modal; Slack takes it for three seconds after the press."""
        ack()
        try:
            view = context_view(_pressed(body), self._asker.reader)
        except (DocumentNotFound, ValidationError, ValueError):
            view = notice_view("The document is not in the collection any more, or not in this version. Ask again.")
        except Exception as error:  # noqa: BLE001  somebody waits for an answer
            view = notice_view(explained(error).replace("`", ""))
        try:
            self.client.views_open(trigger_id=str(body["trigger_id"]), view=view)
        except SlackApiError:
            logger.warning("A modal could not be opened.", exc_info=True)
            respond(text=LATE, response_type="ephemeral", replace_original=False)

    def _judged(self, ack: Ack, body: Mapping[str, Any], action: Mapping[str, Any], respond: Respond) -> None:
        ack()
        try:
            self._feedback.add(Feedback(action["action_id"], **_pressed(body).model_dump()))
            said = "Thank you. Your judgement is kept, and helps to make answers better."
        except Exception as error:  # noqa: BLE001  somebody waits for an answer
            said = explained(error)
        respond(text=said, response_type="ephemeral", replace_original=False)

    def _post(self, messages: Sequence[Message], channel: str, thread: str) -> None:
        """Write into a thread. A failure is logged: there is nobody left to tell."""
        try:
            for message in messages:
                self.client.chat_postMessage(
                    channel=channel, thread_ts=thread, text=message.text, blocks=message.blocks, **QUIET
                )
        except Exception:
            logger.exception("A message could not be posted to Slack.")

    def _respond(self, messages: Sequence[Message], respond: Respond, *, for_all: bool = False) -> None:
        """Tell the one who asked, or all in the channel, also where the bot is no member."""
        kind = "in_channel" if for_all else "ephemeral"
        try:
            for message in messages:
                respond(text=message.text, blocks=message.blocks, response_type=kind, **QUIET)
        except Exception:
            logger.exception("An answer could not be sent to Slack.")

    def _failed(self, error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):  # something we did not ask for
            return BoltResponse(status=200, body="")
        logger.error("A request of Slack's could not be handled.", exc_info=error)
        return BoltResponse(status=500, body="")


QUIET: Mapping[str, Any] = {"unfurl_links": False, "unfurl_media": False}


def _pressed(body: Mapping[str, Any]) -> Pressed:
    return Pressed.model_validate_json(body["actions"][0]["value"])
