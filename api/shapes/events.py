"""An answer in the making as server-sent events: ``retrieved``, ``sentence``…, ``done``, or ``error``."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from api.shapes.passages import PassagePlace, passage_places
from api.shapes.schemas import AskResponse, CitationOut, CitedDocument, SentenceOut, ask_response
from api.streaming import event
from assistant.finding import Found
from assistant.models import Reply

__all__ = ["RetrievedEvent", "SentenceEvent", "answer_events"]


class RetrievedEvent(BaseModel):
    """``retrieved``: where the answer is looked for. It may come again, and then replaces the one before."""

    collection: str
    revision: str
    searched_for: str | None = Field(description="The question as it was searched for, where that differs.")
    passages: list[PassagePlace]


class SentenceEvent(BaseModel):
    """``sentence``: one that is shown, with its proof. ``done`` follows, and holds everything once more."""

    number: int = Field(description="From 0.")
    sentence: SentenceOut
    citations: list[CitationOut]
    documents: list[CitedDocument]


def answer_events(steps: Iterator[Found | Reply]) -> Iterator[bytes]:
    """The events of an answer. A refusal has no sentences: ``done`` says why."""
    for step in steps:
        if isinstance(step, Found):
            yield event("retrieved", _retrieved(step))
        else:
            response = ask_response(step)
            for number, sentence in enumerate(response.sentences):
                yield event("sentence", _sentence(number, sentence, response))
            yield event("done", response)


def _retrieved(found: Found) -> RetrievedEvent:
    return RetrievedEvent(
        collection=found.snapshot.state.name,
        revision=found.snapshot.derived.revision,
        searched_for=found.asked.text if found.asked.corrected else None,
        passages=passage_places(found),
    )


def _sentence(number: int, sentence: SentenceOut, response: AskResponse) -> SentenceEvent:
    citations = [citation for citation in response.citations if citation.id in sentence.citations]
    places = sorted({citation.document_index for citation in citations})
    documents = [response.documents[place] for place in places]
    return SentenceEvent(number=number, sentence=sentence, citations=citations, documents=documents)
