"""``POST /v1/search``: the passages that a question finds, for who builds on retrieval alone."""

from fastapi import APIRouter, Request

from api.routes.reading import again, reading_responses
from api.service import Service
from api.shapes.passages import SearchRequest, SearchResponse, search_response
from api.streaming import Client

__all__ = ["Searching"]


class Searching:
    """Finds. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._assistant = service.assistant

    def search(self, wanted: SearchRequest, request: Request) -> SearchResponse:
        """The passages that a question finds, best first, each with its scores and its place in its file."""
        waiting, question = Client(request).waits, wanted.as_question()
        found = again(lambda: self._assistant.find(question, limit=wanted.limit, waiting=waiting))
        return search_response(wanted.question, found, limit=wanted.limit)

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        problems = reading_responses("/v1/search", "question", "malformed-json", "model")
        router.add_api_route("/v1/search", self.search, methods=["POST"], operation_id="search", responses=problems)
        return router
