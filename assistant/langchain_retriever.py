"""citespan's retrieval as a LangChain retriever, for chains of your own. LangChain stops at this file."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langsmith import tracing_context
from pydantic import ConfigDict, Field

from assistant.answering import Assistant
from assistant.models import Hit, Question
from assistant.settings import AssistantSettings

__all__ = ["CitespanRetriever"]


class CitespanRetriever(BaseRetriever):
    """Passages as LangChain documents; the metadata says where each stands in its file.

    ``page_content`` is the source text from ``start_char_index`` to ``end_char_index`` of the document, unchanged.
    LangSmith hears of it only where ``langsmith_tracing`` allows it, whatever its own variables say; callbacks that a
    chain passes on are as ever.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    collection: str = "default"
    documents: tuple[str, ...] = Field(default=(), description="Ids of the only documents to look in.")
    k: int = Field(default=4, ge=1, description="How many passages to return.")
    langsmith_tracing: bool = Field(
        default_factory=lambda: AssistantSettings().langsmith_tracing, description="Whether LangSmith may hear of it."
    )

    def invoke(
        self,
        input: str,  # noqa: A002  LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401  LangChain's too
    ) -> list[Document]:
        """The passages for a question."""
        with tracing_context(enabled=None if self.langsmith_tracing else False):
            return super().invoke(input, config, **kwargs)

    async def ainvoke(
        self,
        input: str,  # noqa: A002  LangChain's name
        config: RunnableConfig | None = None,
        **kwargs: Any,  # noqa: ANN401  LangChain's too
    ) -> list[Document]:
        """The passages for a question, found in another thread."""
        with tracing_context(enabled=None if self.langsmith_tracing else False):
            return await super().ainvoke(input, config, **kwargs)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        """The ``k`` best passages; ``run_manager`` is LangChain's and not needed."""
        del run_manager
        question = Question(query, collection=self.collection, documents=self.documents)
        return [_document(hit) for hit in self.assistant.search(question, limit=self.k)]


def _document(hit: Hit) -> Document:
    return Document(
        id=hit.passage.id,
        page_content=hit.passage.text,
        metadata={
            "document_id": hit.record.id,
            "document_title": hit.record.title,
            "source": hit.record.path,
            "section": hit.passage.section,
            "start_char_index": hit.passage.span.start,
            "end_char_index": hit.passage.span.end,
            "score": hit.score,
        },
    )
