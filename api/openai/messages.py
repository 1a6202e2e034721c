"""An answer as the text of a chat message: sentences with their markers, then the sources and what is said of them."""

import re

from api.openai.chat_completions import SOURCES, Annotation, Message, UrlCitation
from api.shapes.answers import AskResponse, SentenceOut
from api.shapes.citations import CitationOut
from api.wording import numbered, written_by

__all__ = ["annotations_of", "inert", "message_of", "piece_of", "pieces_of"]

SHORT_QUOTE = 200
"""Code points of a quotation that are shown in a list of sources; the whole stands in the structured field."""
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def message_of(reply: AskResponse, public_url: str | None) -> Message:
    """The whole message."""
    content = "".join(pieces_of(reply, public_url))
    return Message(content=content, annotations=annotations_of(reply, public_url), citespan=reply)


def pieces_of(reply: AskResponse, public_url: str | None) -> list[str]:
    """The message in the order that it is sent in: each sentence with its markers, then the sources.

    Chat clients render it as Markdown, and would fetch what a document names as an image: see ``inert``.
    """
    if reply.refusal is not None:
        return ["\n\n".join([inert(reply.refusal.message), *_asked_otherwise(reply)])]
    return [*map(piece_of, reply.sentences), _sources(reply, public_url)]


def piece_of(sentence: SentenceOut) -> str:
    """A sentence with its markers, as it stands in ``answer``; what comes before it ends without a blank."""
    before = " " if sentence.start else ""
    return inert(f"{before}{sentence.text} " + "".join(f"[{number}]" for number in sentence.citations))


def inert(text: str) -> str:
    """Text in which Markdown sees no image and no tag: where one would begin, its first character is a wide one.

    As long as before, so that offsets hold; the text to the letter stands in ``citespan``.
    """
    return _TAG.sub("＜", text.replace("![", "！["))


def annotations_of(reply: AskResponse, public_url: str | None) -> list[Annotation]:
    """A link for each citation, on the sentence that it proves; none where nobody said how sources are reached."""
    if public_url is None:
        return []
    numbered = {citation.id: citation for citation in reply.citations}
    return [
        Annotation(
            url_citation=UrlCitation(
                start_index=sentence.start,
                end_index=sentence.end,
                title=numbered[number].document_title,
                url=_link(numbered[number], public_url),
            )
        )
        for sentence in reply.sentences
        for number in sentence.citations
    ]


def _sources(reply: AskResponse, public_url: str | None) -> str:
    lines = [_source(citation, public_url) for citation in reply.citations]
    lines += _asked_otherwise(reply)
    if any(sentence.generated for sentence in reply.sentences):
        lines.append(written_by(reply.generator.name, reply.generator.model))
    if reply.generator.message is not None:
        lines.append(inert(reply.generator.message))
    return SOURCES + "\n".join(f"- {line}" for line in lines)


def _asked_otherwise(reply: AskResponse) -> list[str]:
    """The question as it was understood and searched for, where that differs from what was asked."""
    said = {"Understood as": reply.rewritten, "Searched for": reply.searched_for}
    return [inert(f"{how}: {question}") for how, question in said.items() if question is not None]


def _source(citation: CitationOut, public_url: str | None) -> str:
    quote = " ".join(citation.cited_text.split())
    short = quote if len(quote) <= SHORT_QUOTE else quote[: SHORT_QUOTE - 1].rstrip() + "…"
    said = f"[{citation.id}] {citation.document_title} ({citation.file_name}{_place(citation)}): “{short}”"
    return inert(said) if public_url is None else f"{inert(said)} {_link(citation, public_url)}"


def _place(citation: CitationOut) -> str:
    for what, first, last in (
        ("page", citation.start_page, citation.end_page),
        ("line", citation.start_line, citation.end_line),
    ):
        if first is not None and last is not None:
            return f", {numbered(what, first, last)}"
    return ""


def _link(citation: CitationOut, public_url: str) -> str:
    place = f"#char={citation.start_char_index},{citation.end_char_index}"
    return f"{public_url.rstrip('/')}/d/{citation.document_id}{place}"
