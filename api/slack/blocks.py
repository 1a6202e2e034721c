"""Answers and refusals as Slack messages. Only what was proved can be rendered.

Text of documents stands in rich text elements, which Slack shows as they are: no mrkdwn is read in them, nobody is
called and nothing becomes a link. Slack refuses a message of more than 50 blocks, and one whose blocks hold more than
some 12,000 characters, containers included (slackapi/bolt-js 2509 and 2867), so a long list of sources goes on in
further messages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent

from api.slack.buttons import Pressed, button
from api.slack.proving import Proved, Quote, Refused
from api.slack.rich_text import Block, link, quotation, rich, section, text
from api.slack.text import escape, printable, shorten, units
from api.wording import place_in, written_by
from assistant.models import AnswerSentence, CitationRole, Reply

__all__ = ["MORE_SOURCES", "Links", "Message", "asked_message", "place_of", "render"]

MOST_BLOCKS = 45
MOST_UNITS = 10_000
"""Of one message, with ``CONTAINER`` for each object in it."""
CONTAINER = 30
MORE_SOURCES = "More sources"
LONGEST_ANSWER = 3600
LONGEST_SECTION = 2900
LONGEST_QUOTE = 1200
LONGEST_LABEL = 150
LONGEST_FALLBACK = 3500
LONGEST_URL = 600
LONGEST_NOTE = 500
HEAVIEST_ANSWER = 4900
"""Of the answer with links in its markers; without them it is lighter."""
ROLES: Mapping[CitationRole, str] = {
    "source": "",
    "part": "part of the sentence",
    "agrees": "says the same",
    "supports": "supports it",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage takes: blocks, and the text for notifications and screen readers."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Links:
    """Links into the source viewer; none where nobody said where the service is reached."""

    public_url: str | None

    def to(self, quote: Quote, collection: str) -> str | None:
        """The viewer at the quotation."""
        if self.public_url is None:
            return None
        span, document = quote.citation.location.span, percent(quote.citation.record.id, safe=":")
        where = "" if collection == "default" else f"?collection={percent(collection)}"
        url = f"{self.public_url.rstrip('/')}/d/{document}{where}#char={span.start},{span.end}"
        return url if units(url) <= LONGEST_URL else None


def render(reply: Proved | Refused, links: Links) -> list[Message]:
    """The messages that show an answer or a refusal, in order."""
    match reply:
        case Proved():
            before, after = list(_asked_otherwise(reply.reply)), list(_written(reply))
            fallback, first = _answer_text(reply), [*before, *_sentences(reply, links), *after]
            if _weight(first) > HEAVIEST_ANSWER:
                first = [*before, *_sentences(reply, Links(None)), *after]
            about = _pressed(reply.reply)
            last = _actions(button("helpful", "Helpful", about), button("not_helpful", "Not helpful", about))
        case Refused():
            fallback = escape(reply.message, LONGEST_FALLBACK)
            first = [*_asked_otherwise(reply.reply), *_refusal(reply), *_written(reply)]
            last = _actions(button("missing_answer", "The documents do say it", _pressed(reply.reply)))
        case _:
            raise TypeError("only what was proved is rendered")
    groups = [first, *(_source(quote, reply, links) for quote in reply.quotes), [last]]
    return [Message(fallback if not number else MORE_SOURCES, blocks) for number, blocks in enumerate(_packed(groups))]


def asked_message(question: str, user_id: str) -> Message:
    """Who asked what with /ask: the message that the answer is put below."""
    said = printable(shorten(question, LONGEST_SECTION)) or "?"
    elements = [{"type": "user", "user_id": user_id}, text(" asked: "), text(said)]
    return Message(f"<@{user_id}> asked: {escape(question, LONGEST_FALLBACK)}", [rich(section(elements))])


def place_of(quote: Quote) -> str:
    """File, and pages or lines."""
    path = shorten(printable(quote.citation.record.path), LONGEST_LABEL)
    return ", ".join(filter(None, [path, place_in(quote.citation.location)]))


def _packed(groups: Sequence[list[Block]]) -> Iterator[list[Block]]:
    """The groups in as few messages as Slack takes; no group is torn apart."""
    blocks: list[Block] = []
    heavy = 0
    for group in groups:
        if blocks and (len(blocks) + len(group) > MOST_BLOCKS or heavy + _weight(group) > MOST_UNITS):
            yield blocks
            blocks, heavy = [], 0
        blocks, heavy = blocks + group, heavy + _weight(group)
    yield blocks


def _weight(value: object) -> int:
    """How much of a message something is: its text, and something for each container."""
    match value:
        case str():
            return units(value)
        case dict():
            return CONTAINER + sum(map(_weight, value.values()))
        case list():
            return sum(map(_weight, value))
    return 0


def _answer_text(reply: Proved) -> str:
    marked = (
        f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}" for sentence in reply.sentences
    )
    return escape(" ".join(marked), LONGEST_FALLBACK)


def _asked_otherwise(reply: Reply) -> Iterator[Block]:
    """The question as it was understood and searched for, where that differs from what was asked."""
    for how, question in {"Understood as": reply.rewritten, "Searched for": reply.searched_for}.items():
        if question is not None:
            yield _note(f"{how}: {question}")


def _written(reply: Proved | Refused) -> Iterator[Block]:
    """Whose words the answer is, and why they are not a model's where it was to write."""
    writing = reply.reply.writing
    if isinstance(reply, Proved) and any(sentence.generated for sentence in reply.sentences):
        yield _note(written_by(writing.generator, writing.model))
    if writing.message is not None:
        yield _note(writing.message)


def _note(said: str) -> Block:
    words = shorten(printable(said), LONGEST_NOTE)
    return {"type": "context", "elements": [{"type": "plain_text", "text": words, "emoji": False}]}


def _sentences(reply: Proved, links: Links) -> Iterator[Block]:
    """The answer's sentences with their markers, a block for as many as fit in one."""
    whole = sum(units(sentence.text) for sentence in reply.sentences) <= LONGEST_ANSWER
    longest = LONGEST_SECTION if whole else LONGEST_ANSWER // len(reply.sentences)
    elements: list[Block] = []
    length = 0
    for sentence in reply.sentences:
        markers = [text(" "), *_markers(sentence, reply, links), text(" ")]
        room = LONGEST_SECTION - _length(markers)
        made = [*_words(sentence, min(longest, room)), *markers]
        if elements and length + _length(made) > LONGEST_SECTION:
            yield rich(section(elements))
            elements, length = [], 0
        elements, length = elements + made, length + _length(made)
    yield rich(section(elements))


def _words(sentence: AnswerSentence, longest: int) -> Iterator[Block]:
    """The sentence, bold where it says what was asked for."""
    if units(sentence.text) > longest:
        yield text(printable(shorten(sentence.text, longest)))
        return
    done = 0
    for start, end in sentence.focus[:5]:
        if start > done:
            yield text(printable(sentence.text[done:start]))
        yield text(printable(sentence.text[start:end]), bold=True)
        done = end
    if done < len(sentence.text):
        yield text(printable(sentence.text[done:]))


def _markers(sentence: AnswerSentence, reply: Proved, links: Links) -> Iterator[Block]:
    if links.public_url is None:
        yield text("".join(f"[{number}]" for number in sentence.citations))
        return
    for quote in reply.quotes:
        if quote.citation.number in sentence.citations:
            yield link(f"[{quote.citation.number}]", links.to(quote, reply.reply.collection))


def _length(elements: Sequence[Block]) -> int:
    return sum(units(element["text"]) for element in elements)


def _refusal(reply: Refused) -> Iterator[Block]:
    yield rich(section([text(shorten(printable(reply.message), LONGEST_SECTION), bold=True)]))
    if reply.quotes:
        yield rich(section([text("What came closest, and does not answer it:")]))


def _source(quote: Quote, reply: Proved | Refused, links: Links) -> list[Block]:
    """A source: its number, file and lines, its words, and what can be done about it."""
    citation = quote.citation
    notes = (citation.section, ROLES[citation.role])
    note = "".join(f" · {shorten(printable(part), LONGEST_LABEL)}" for part in notes if part)
    title = [text(f"[{citation.number}] ", bold=True), link(place_of(quote), links.to(quote, reply.reply.collection))]
    quoted = quotation([text(shorten(printable(quote.shown), LONGEST_QUOTE))])
    about = _pressed(reply.reply, quote)
    wrong = [button("wrong_source", "Wrong source", about)] if isinstance(reply, Proved) else []
    return [
        rich(section([*title, *([text(note)] if note else [])]), quoted),
        _actions(button("context", "Show more context", about), *wrong),
    ]


def _pressed(reply: Reply, quote: Quote | None = None) -> Pressed:
    span = quote.citation.location.span if quote else None
    return Pressed(
        question=reply.question.text,
        collection=reply.collection,
        answer_id=reply.id,
        document_id=quote.citation.record.id if quote else None,
        start=span.start if span else None,
        end=span.end if span else None,
    )


def _actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}
