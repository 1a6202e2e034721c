"""``GET /metrics``: figures for Prometheus."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from api.service import Service

__all__ = ["Measured"]


class Measured:
    """Figures of this process since it started."""

    def __init__(self, service: Service) -> None:
        self._metrics = service.metrics
        self._reader = service.assistant.reader

    def metrics(self) -> Response:
        """Figures in Prometheus' text format: requests, durations, answers and refusals, what is held."""
        return Response(self._metrics.exposition(self._reader), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        router.add_api_route(
            "/metrics", self.metrics, operation_id="metrics", response_class=PlainTextResponse, response_model=None
        )
        return router
