"""An answer in the making as server-sent events: ``retrieved``, ``sentence``…, ``done``, or ``error``."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from api.shapes.answers import AskResponse, SentenceOut, ask_response, sentence_out
from api.shapes.citations import CitationOut, CitedDocument, Listed
from api.shapes.passages import PassagePlace, passage_places
from api.streaming import event
from assistant.finding import Found
from assistant.models import Reply, Stated

__all__ = ["RetrievedEvent", "SentenceEvent", "answer_events"]


class RetrievedEvent(BaseModel):
    """``retrieved``: where the answer is looked for. It may come again, and then replaces all that came before."""

    collection: str
    revision: str
    rewritten: str | None = Field(description="The follow-up as a question that stands alone.")
    searched_for: str | None = Field(description="The question as it was searched for, where that differs.")
    passages: list[PassagePlace]


class SentenceEvent(BaseModel):
    """``sentence``: one that is shown, with its proof. ``done`` follows, and holds everything once more."""

    number: int = Field(description="From 0.")
    sentence: SentenceOut
    citations: list[CitationOut]
    documents: list[CitedDocument]


def answer_events(steps: Iterator[Found | Stated | Reply]) -> Iterator[bytes]:
    """The events of an answer: a sentence that a model writes comes once it is verified, the others with the whole.

    None comes twice, unless it changed. A refusal has no sentences: ``done`` says why.
    """
    listed, sent = Listed(), dict[int, SentenceOut]()
    for step in steps:
        match step:
            case Found():
                listed, sent = Listed(), {}
                yield event("retrieved", _retrieved(step))
            case Stated():
                sent[step.number] = sentence_out(step.sentence)
                yield event("sentence", _stated(step, listed))
            case Reply():
                response = ask_response(step)
                for number, sentence in enumerate(response.sentences):
                    if sent.get(number) != sentence:
                        yield event("sentence", _sentence(number, sentence, response))
                yield event("done", response)


def _retrieved(found: Found) -> RetrievedEvent:
    return RetrievedEvent(
        collection=found.snapshot.state.name,
        revision=found.snapshot.derived.revision,
        rewritten=found.rewritten,
        searched_for=found.searched_for,
        passages=passage_places(found),
    )


def _stated(stated: Stated, listed: Listed) -> SentenceEvent:
    citations = listed.cite(stated.citations)
    return SentenceEvent(
        number=stated.number,
        sentence=sentence_out(stated.sentence),
        citations=citations,
        documents=listed.those_of(citations),
    )


def _sentence(number: int, sentence: SentenceOut, response: AskResponse) -> SentenceEvent:
    citations = [citation for citation in response.citations if citation.id in sentence.citations]
    places = sorted({citation.document_index for citation in citations})
    documents = [response.documents[place] for place in places]
    return SentenceEvent(number=number, sentence=sentence, citations=citations, documents=documents)
