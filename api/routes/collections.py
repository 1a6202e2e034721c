"""``/v1/collections``: the libraries of documents that there are."""

from fastapi import APIRouter

from api.problems.details import responses_for
from api.service import Service
from api.shapes.collections import CollectionList, collection_out

__all__ = ["Collections"]


class Collections:
    """What can be asked."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader

    def collections(self) -> CollectionList:
        """Every collection, by name. A new one begins with the first document that is uploaded to it."""
        return CollectionList(collections=[collection_out(state) for state in self._reader.collections()])

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        path = "/v1/collections"
        responses = responses_for(path, "store", "internal")
        router.add_api_route(path, self.collections, operation_id="list_collections", responses=responses)
        return router
