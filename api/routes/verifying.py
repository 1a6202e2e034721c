"""``POST /v1/verify``: whether what an answer quotes stands where it says, in the files as they are now."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.routes.reading import DEFAULT_COLLECTION, again, reading_responses
from api.service import Service
from assistant.checks import Check, Finding
from assistant.cited_files import files_of_index
from assistant.verifying import citations_in, verify_against

__all__ = ["MOST_BYTES", "MOST_CITATIONS", "FindingOut", "VerifyRequest", "VerifyResponse", "Verifying"]

MOST_CITATIONS = 500
MOST_BYTES = 100_000_000
"""Size of all files that one request may have read."""


class VerifyRequest(BaseModel):
    """An answer whose citations are to be checked."""

    model_config = ConfigDict(extra="forbid")
    answer: dict[str, Any] | list[Any] = Field(
        description="An answer of `POST /v1/ask`, or char_location citations of any system, however deep they are."
    )
    collection: str = Field(
        DEFAULT_COLLECTION, min_length=1, description="The library of documents that the citations are of."
    )


class FindingOut(BaseModel):
    """What one check found. ``citation`` is its id or its place in the list from 1, "sentence 1", or "answer"."""

    citation: str
    document: str = Field(description="Path of the document; ? where none could be meant.")
    check: Check
    holds: bool
    detail: str = Field(
        description="What is wrong; also, that a text in the index took the place of the file, or that a sentence is a "
        "model's words."
    )
    generated: bool = Field(
        description="Whether it is of a sentence that a model wrote: its quotations are checked, not its own words."
    )


class VerifyResponse(BaseModel):
    """Every check, and whether all of them hold."""

    model_config = ConfigDict(populate_by_name=True)
    schema_: Literal[1] = Field(1, alias="schema", serialization_alias="schema")
    holds: bool
    citations: int
    checks: int
    findings: list[FindingOut]


class Verifying:
    """Checks citations. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader
        self._settings = service.settings.index

    def verify(self, request: VerifyRequest) -> VerifyResponse:
        """Re-check every citation against the files that the documents were read from: hash, text, characters, bytes.

        A sentence is exactly what its citations quote, or it is marked as generated and cites what it rests on: of such
        a one only the quotations are checked, and the finding says so.

        Only documents of the collection that are cited are looked at. Where a file is gone, or holds a newer version,
        the text that is stored in the index takes its place, and the finding says so.
        """
        findings = again(lambda: self._findings(request))
        return VerifyResponse(
            holds=all(finding.holds for finding in findings),
            citations=len(citations_in(request.answer)),
            checks=len(findings),
            findings=[
                FindingOut(
                    citation=finding.citation,
                    document=finding.file,
                    check=finding.check,
                    holds=finding.holds,
                    detail=finding.detail,
                    generated=finding.generated,
                )
                for finding in findings
            ],
        )

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        path = "/v1/verify"
        found = reading_responses(path, "verify", "malformed-json")
        router.add_api_route(path, self.verify, methods=["POST"], operation_id="verify", responses=found)
        return router

    def _findings(self, request: VerifyRequest) -> list[Finding]:
        files = files_of_index(
            self._reader.snapshot(request.collection),
            max_bytes=self._settings.max_file_bytes,
            fallback_encoding=self._settings.fallback_encoding,
            most_bytes=MOST_BYTES,
        )
        return verify_against(request.answer, files, most=MOST_CITATIONS)
