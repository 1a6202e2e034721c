"""An assistant for which a model seems to write: what it says is given, and every quotation is a real one."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.finding import Found
from assistant.models import Answer, AnswerSentence, Citation, Dropped, Fallback, Question, Reply, Stated, Writing
from assistant.stages import Waiting, always
from index.models import DocumentRecord, Passage, Span

__all__ = ["MODEL", "WRITER", "Script", "Written", "writing_parts"]

WRITER = "openai:clear-1"
MODEL = "clear-1-2026"


@dataclass(frozen=True)
class Script:
    """What the model says: claims with what they quote, and claims that are dropped with the nearest words."""

    claims: Sequence[tuple[str, Sequence[str]]] = ()
    dropped: Sequence[tuple[Dropped, str]] = ()
    rewritten: str | None = None
    fallback: Fallback | None = None
    usage: dict[str, int] = field(default_factory=lambda: {"input": 812, "output": 64})


class Written(Assistant):
    """Says what ``script`` has to whoever asks for ``WRITER``; ``heard`` are the questions.

    With ``hold`` it waits for a release before each sentence; ``restarts`` is how often the index changes meanwhile.
    """

    def __init__(self, parts: Parts, script: Script) -> None:
        super().__init__(parts.reader(), parts.finder, parts.writers)
        self.usual = parts.answering.generator
        self.script = script
        self.heard: list[Question] = []
        self.hold: threading.Semaphore | None = None
        self.restarts = 0

    def steps(self, question: Question, *, waiting: Waiting = always) -> Iterator[Any]:
        self.heard.append(question)
        writes = (question.generator or self.usual) == WRITER
        reply, found = self.extractive(question, waiting)
        yield found
        reply = replace(reply, question=question, rewritten=self.script.rewritten)
        if not writes or not isinstance(reply.result, Answer):
            yield reply
            return
        for _ in range(self.restarts):
            yield from self.stated(found)
            yield found
        stated = list[Stated]()
        for step in self.stated(found):
            stated.append(step)
            yield step
        yield self.whole(reply, found, stated)

    def extractive(self, question: Question, waiting: Waiting) -> tuple[Reply, Found]:
        steps = list(super().steps(replace(question, generator="extractive"), waiting=waiting))
        (reply,) = (step for step in steps if isinstance(step, Reply))
        *_, found = (step for step in steps if isinstance(step, Found))
        return reply, found

    def stated(self, found: Found) -> Iterator[Stated]:
        citations: dict[str, Citation] = {}
        place = 0
        for number, (text, quotes) in enumerate(self.script.claims):
            if self.hold is not None:
                assert self.hold.acquire(timeout=30)
            cited = [self.quoted(found, quote, citations) for quote in quotes]
            numbers = tuple(citation.number for citation in cited)
            yield Stated(number, AnswerSentence(text, place, place + len(text), numbers, generated=True), tuple(cited))
            place += len(f"{text} {''.join(f'[{each}]' for each in numbers)} ")

    def quoted(self, found: Found, quote: str, before: dict[str, Citation]) -> Citation:
        record, passage, span = place_of(found, quote)
        if quote not in before:
            (location,) = found.snapshot.locate_all([(record, span)])
            number = len(before) + 1
            before[quote] = Citation(number, "supports", record, location, passage.section, passage.id, score=0.9)
        return before[quote]

    def whole(self, reply: Reply, found: Found, stated: Sequence[Stated]) -> Reply:
        citations = {citation.number: citation for step in stated for citation in step.citations}
        dropped = tuple(
            replace(claim, nearest=self.quoted(found, words, {}) if words else None)
            for claim, words in self.script.dropped
        )
        writing = Writing(WRITER, MODEL, self.script.usage, dropped)
        if not stated:
            message = "None of what the model wrote could be verified; these are the documents' own sentences."
            return replace(reply, writing=replace(writing, fallback=self.script.fallback, message=message))
        text = " ".join(
            f"{step.sentence.text} {''.join(f'[{number}]' for number in step.sentence.citations)}" for step in stated
        )
        answer = Answer(text, tuple(step.sentence for step in stated), tuple(citations.values()))
        return replace(reply, result=answer, writing=writing)


def place_of(found: Found, quote: str) -> tuple[DocumentRecord, Passage, Span]:
    """Where the first passage that was found has these words."""
    for hit in found.hits:
        at = hit.passage.text.find(quote)
        if at >= 0:
            return hit.record, hit.passage, Span(at, at + len(quote)).shift(hit.passage.span.start)
    raise AssertionError(f"none of {[hit.passage.text for hit in found.hits]} has {quote!r}")


def writing_parts(parts: Parts, *, usual: str = "extractive", others: Sequence[str] = (WRITER,)) -> Parts:
    """The same parts where a model may be asked for."""
    answering = parts.answering.model_copy(update={"generator": usual, "generators": tuple(others)})
    made = Parts(parts.settings, answering=answering, notify=lambda _message: None)
    made._embedder, made._finder, made._store = parts.embedder, parts._finder, parts._store
    return made
