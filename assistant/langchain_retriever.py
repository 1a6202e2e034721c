"""citespan's retrieval as a LangChain retriever, for chains of your own. LangChain stops at this file."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from assistant.answering import Assistant
from assistant.models import Hit, Question

__all__ = ["CitespanRetriever"]


class CitespanRetriever(BaseRetriever):
    """Passages as LangChain documents; the metadata says where each stands in its file.

    ``page_content`` is the source text from ``start_char_index`` to ``end_char_index`` of the document, unchanged.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    collection: str = "default"
    documents: tuple[str, ...] = Field(default=(), description="Ids of the only documents to look in.")
    k: int = Field(default=4, ge=1, description="How many passages to return.")

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
