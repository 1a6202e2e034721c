"""What a person sees who asks the seed documents, with the real model."""

from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.langchain_retriever import CitespanRetriever
from assistant.models import Answer, Question, Refusal
from index.settings import IndexSettings

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="module")
def assistant(seeded: Path) -> Assistant:
    return Parts(IndexSettings(state_dir=seeded), notify=lambda _: None).assistant()


def test_wound_healing_is_answered_with_the_interleukins_first(assistant: Assistant) -> None:
    result = assistant.ask(Question("which factors mediate wound healing?")).result
    assert isinstance(result, Answer)
    assert "IL-6, IL-8 and MCP-1" in result.sentences[0].text
    first = result.citations[0]
    assert first.record.path == "001_e3af9324cdf7ef5e.txt"
    assert (first.location.span.start, first.location.span.end) == (6062, 6392)
    assert (first.location.start_byte, first.location.end_byte) == (6331, 6679)
    assert (first.location.start_line, first.location.end_line) == (128, 134)


@pytest.mark.parametrize(
    "question",
    ["Who won the 2018 football world cup?", "How do I bake sourdough bread?", "What is the capital of Peru?"],
)
def test_the_unrelated_is_refused(assistant: Assistant, question: str) -> None:
    assert isinstance(assistant.ask(Question(question)).result, Refusal)


def test_an_abbreviation_is_answered_with_term_and_meaning(assistant: Assistant) -> None:
    result = assistant.ask(Question("What does TSG-6 stand for?")).result
    assert isinstance(result, Answer)
    assert result.sentences[0].text == "TSG-6: TNF-α stimulated gene/protein 6"


def test_the_retriever_works_in_a_langchain_chain(assistant: Assistant) -> None:
    """Documents carry the source text and where it stands."""
    retriever = CitespanRetriever(assistant=assistant, k=3)
    seen: list[Document] = []

    def joined(documents: list[Document]) -> str:
        seen.extend(documents)
        return "\n\n".join(document.page_content for document in documents)

    prompt = ChatPromptTemplate.from_template("{context}\n\nQuestion: {question}")
    chain = {"context": retriever | joined, "question": RunnablePassthrough()} | prompt
    rendered = chain.invoke("which factors mediate wound healing?").to_string()
    assert "IL-6, IL-8 and MCP-1" in rendered
    assert rendered.endswith("Question: which factors mediate wound healing?")
    assert len(seen) == 3
    for document in seen:
        text = (SEEDS / document.metadata["source"]).read_bytes().decode()
        start, end = document.metadata["start_char_index"], document.metadata["end_char_index"]
        assert text[start:end] == document.page_content
