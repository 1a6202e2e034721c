"""``/healthz`` and ``/readyz``: whether the process lives, and whether questions can be answered."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.problems.details import problem_response, responses_for
from api.routes.reading import DEFAULT_COLLECTION
from api.service import Service
from api.shapes.collections import CollectionOut, collection_out
from index.errors import CitespanError

__all__ = ["Health", "Healthy", "Readiness"]


class Health(BaseModel):
    """The process lives."""

    status: str = "ok"


class Readiness(BaseModel):
    """Questions can be answered."""

    status: str = "ready"
    collections: list[CollectionOut]


class Healthy:
    """What whoever runs the service asks it."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader

    def healthz(self) -> Health:
        """Whether the process lives."""
        return Health()

    def readyz(self, request: Request) -> Readiness | Response:
        """Whether questions to the default collection can be answered; if not, what to do."""
        try:
            self._reader.snapshot(DEFAULT_COLLECTION)
            return Readiness(collections=[collection_out(state) for state in self._reader.collections()])
        except CitespanError as error:
            return problem_response(request, error, status=503)

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        router.add_api_route("/healthz", self.healthz, operation_id="healthz")
        path = "/readyz"
        found = responses_for(path, "index-missing", "index-mismatch", "store", "internal", status=503)
        router.add_api_route(path, self.readyz, operation_id="readyz", response_model=Readiness, responses=found)
        return router
