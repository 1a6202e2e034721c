"""``GET /v1/generators``: what may write answers here."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.problems.details import responses_for
from api.service import Service

__all__ = ["GeneratorList", "GeneratorName", "Generators"]


class GeneratorName(BaseModel):
    """Something that writes answers."""

    name: str = Field(description="What a question asks for it by, as `generator`.")
    usual: bool = Field(description="Whether it writes where a question asks for none.")


class GeneratorList(BaseModel):
    """All that a question may ask for."""

    generators: list[GeneratorName]


class Generators:
    """What may write."""

    def __init__(self, service: Service) -> None:
        usual = service.parts.generators.usual
        self._found = [GeneratorName(name=name, usual=name == usual) for name in service.generators]

    def generators(self) -> GeneratorList:
        """What may write answers: `extractive` quotes sentences of the documents, the others are language models."""
        return GeneratorList(generators=self._found)

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        path = "/v1/generators"
        responses = responses_for(path, "internal")
        router.add_api_route(path, self.generators, operation_id="list_generators", responses=responses)
        return router
