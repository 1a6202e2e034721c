"""``POST /v1/ask``: a question, and its answer or refusal, at once or as it is made."""

from fastapi import APIRouter, Request, Response

from api.problems.details import problem_of
from api.routes.reading import Responses, reading_responses
from api.service import Service
from api.shapes.answers import AskResponse, ask_response
from api.shapes.asking import AskRequest
from api.shapes.events import answer_events
from api.shapes.examples import EVENTS_EXAMPLE
from api.streaming import Client, event, event_stream_of, stream

__all__ = ["Asking"]


class Asking:
    """Answers. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._usual = service.settings.assistant

    def ask(self, question: AskRequest, request: Request) -> AskResponse | Response:
        """Answer a question from the documents, each sentence with the place that it was taken from, or refuse.

        A follow-up is read with the `history` of its conversation. Where a model writes, its sentences are `generated`,
        and only those are shown that what they cite was found to support.

        With `Accept: text/event-stream` the answer comes as server-sent events while it is made. Whoever closes the
        connection stops the work at its next stage.
        """
        client = Client(request)
        asked = question.question_with(max_sentences=self._usual.max_sentences, caution=self._usual.caution)
        if not client.wants_events():
            return ask_response(self._service.ask(asked, waiting=client.waits))
        events = answer_events(self._service.steps(asked, waiting=client.waits))
        return stream(events, client, failed=lambda error: event("error", problem_of(request, error)))

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        router.add_api_route(
            "/v1/ask",
            self.ask,
            methods=["POST"],
            operation_id="ask",
            response_model=AskResponse,
            responses=_responses(),
        )
        return router


def _responses() -> Responses:
    shapes = [
        ("retrieved", "RetrievedEvent"),
        ("sentence", "SentenceEvent"),
        ("done", "AskResponse"),
        ("error", "Problem"),
    ]
    told = (
        "`retrieved`, which may come again and then replaces all that came before; `sentence` for each sentence, one "
        "that a model wrote as soon as it is verified; last `done` or `error`. Lines that begin with a colon keep the "
        "connection open."
    )
    content = event_stream_of(shapes, told, example=EVENTS_EXAMPLE)
    found = {"description": "An answer, or a refusal: `answered` says which.", "content": content}
    return {200: found, **reading_responses("/v1/ask", "question", "generator", "malformed-json", "model", "citation")}
