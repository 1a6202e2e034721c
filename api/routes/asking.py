"""``POST /v1/ask``: a question, and its answer or refusal."""

from fastapi import APIRouter

from api.routes.reading import Responses, reading_responses
from api.schemas import AskRequest, AskResponse, ask_response
from api.service import Service

__all__ = ["Asking"]


class Asking:
    """Answers. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._assistant = service.assistant
        self._note = service.note
        self._usual = service.settings.assistant

    def ask(self, question: AskRequest) -> AskResponse:
        """Answer a question from the documents, each sentence with the place that it was taken from, or refuse."""
        asked = question.question_with(max_sentences=self._usual.max_sentences, caution=self._usual.caution)
        reply = self._assistant.ask(asked)
        self._note(reply)
        return ask_response(reply)

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        router.add_api_route("/v1/ask", self.ask, methods=["POST"], operation_id="ask", responses=_responses())
        return router


def _responses() -> Responses:
    problems = reading_responses("/v1/ask", "question", "malformed-json", "model", "citation")
    return {200: {"description": "An answer, or a refusal: `answered` says which."}, **problems}
