"""One conversation in a terminal: what was said, the last reply, and what each line leads to."""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from api.commands.interrupting import Interruptible
from api.commands.presenting_talk import (
    show_error,
    show_help,
    show_place,
    show_quotation,
    show_result,
    show_stated,
    show_understood,
    show_welcome,
)
from api.commands.questions_typed import COMMANDS
from assistant.answering import Assistant
from assistant.errors import Abandoned
from assistant.finding import Found
from assistant.models import Answer, Citation, Question, Reply, Stated, Turn
from index.errors import CitespanError
from index.reading import Snapshot

__all__ = ["Talk", "said"]

REMEMBERED = 40
"""Turns that go with a question."""


class Talk:
    """A conversation with an assistant, which keeps nothing of it. ``usual`` is how every question is asked."""

    def __init__(self, assistant: Assistant, usual: Question, out: Console) -> None:
        self._assistant = assistant
        self._usual = usual
        self._out = out
        self._history: list[Turn] = []
        self._reply: Reply | None = None
        self._snapshot: Snapshot | None = None

    def welcome(self, documents: int) -> None:
        """What there is to ask, and how, where somebody sits before it."""
        if self._out.is_terminal:
            show_welcome(documents, self._out)

    def hear(self, line: str) -> bool:
        """Do what a line says; False when it ends the conversation. What goes wrong is shown."""
        text = line.strip()
        try:
            if text.startswith("/"):
                return self._obey(text)
            if text:
                self._ask(text)
        except Abandoned:
            self._out.print(Text("\nStopped.", style="yellow"))
        except CitespanError as error:
            show_error(str(error), self._out)
        return True

    def _obey(self, text: str) -> bool:
        command, _, rest = text.partition(" ")
        match command.lower():
            case "/sources":
                self._show_sources()
            case "/open":
                self._open(rest.strip())
            case "/clear":
                self._history, self._reply = [], None
                self._out.print("The conversation is forgotten; the next question stands alone.")
            case "/help":
                show_help(self._out)
            case "/quit":
                return False
            case _:
                show_error(f"There is no {command}. There are: {', '.join(COMMANDS)}.", self._out)
        return True

    def _ask(self, text: str) -> None:
        question = replace(self._usual, text=text, history=tuple(self._history[-REMEMBERED:]))
        with Interruptible() as until:
            reply = self._followed(question, until)
        self._reply = reply
        self._history += [Turn("user", text), Turn("assistant", said(reply))]

    def _followed(self, question: Question, until: Interruptible) -> Reply:
        """The reply; what a model states is shown as soon as it is verified, and anew when the documents changed."""
        shown, understood = 0, ""
        for step in self._assistant.steps(question, waiting=until.waiting):
            match step:
                case Found():
                    self._snapshot, shown = step.snapshot, 0
                    if step.asked.text not in {understood, question.text}:
                        understood = step.asked.text
                        show_understood(understood, self._out)
                case Stated():
                    shown += 1
                    show_stated(step, self._out)
                case Reply():
                    show_result(step, self._out, stated=shown)
                    return step
        raise RuntimeError("the last step of an answer is the reply")

    def _citations(self) -> Sequence[Citation]:
        if self._reply is None:
            return ()
        result = self._reply.result
        return result.citations if isinstance(result, Answer) else result.nearest

    def _show_sources(self) -> None:
        citations = self._citations()
        if not citations:
            self._out.print("There is no answer with sources yet." if self._reply is None else "It has no sources.")
        for citation in citations:
            if self._snapshot is not None:
                show_quotation(citation, self._snapshot, self._out)

    def _open(self, number: str) -> None:
        found = {str(citation.number): citation for citation in self._citations()}
        citation = found.get(number.strip("[]"))
        if citation is None or self._snapshot is None:
            there = f"The last answer has: {', '.join(found)}." if found else "The last answer has no sources."
            show_error(f"/open takes the number of a source. {there}", self._out)
            return
        show_place(citation, self._snapshot, self._out)


def said(reply: Reply) -> str:
    """What the assistant said, without the numbers of its sources: a turn of the conversation."""
    if isinstance(reply.result, Answer):
        return " ".join(sentence.text for sentence in reply.result.sentences)
    return reply.result.message
