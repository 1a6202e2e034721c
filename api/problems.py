"""What went wrong, told over HTTP as RFC 9457 problem details. Only here does an error meet a status code.

Each kind has a ``type`` of its own, ``urn:citespan:problem:<kind>``, that never changes. Errors of ours carry a message
for people, which becomes ``detail``; what may name files, addresses or code of the server is logged instead, and the
client gets the id to look for there.
"""

import errno
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.jobs import JobNotFound
from api.openai_errors import openai_error, openai_status, speaks_openai
from api.validation import FieldProblem, field_problems
from assistant.errors import Abandoned, CitationError, QuestionError
from index.errors import (
    CitespanError,
    DocumentNotFound,
    IndexMismatch,
    IndexMissing,
    ModelError,
    StaleRead,
    StoreError,
)

__all__ = [
    "KINDS",
    "Kind",
    "KindName",
    "MalformedUpload",
    "ModelUnknown",
    "Problem",
    "TextRangeError",
    "TooLarge",
    "UnsupportedType",
    "UploadError",
    "explained",
    "handle_problems",
    "kind_of",
    "problem_of",
    "problem_response",
    "responses_for",
]

MEDIA_TYPE = "application/problem+json"
CLIENT_LEFT = 499
"""What proxies log, and nobody receives, when a client closed its connection before the response began."""

logger = logging.getLogger(__name__)

KindName = Literal[
    "invalid-request",
    "malformed-json",
    "question",
    "text-range",
    "upload",
    "malformed-upload",
    "unsupported-type",
    "too-large",
    "no-space",
    "document-not-found",
    "model-not-found",
    "job-not-found",
    "index-missing",
    "index-mismatch",
    "stale-read",
    "store",
    "model",
    "citation",
    "not-found",
    "method-not-allowed",
    "internal",
]


class TextRangeError(CitespanError):
    """The range of text that was asked for is empty, too long or not in the document."""


class ModelUnknown(CitespanError):
    """The model that a chat client names is none of ours."""


class UploadError(CitespanError):
    """The files of an upload cannot be taken as they are: none, nameless, empty, or two of one name."""


class MalformedUpload(CitespanError):
    """The body is no multipart form, or ends too early."""


class UnsupportedType(CitespanError):
    """A body or all files of an upload are of a type that is not read."""


class TooLarge(CitespanError):
    """More came than one request, or one file, may hold."""


class Problem(BaseModel):
    """RFC 9457 problem details. ``type`` is stable; ``detail`` is for people and may change."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    errors: list[FieldProblem] | None = Field(
        default=None, description="invalid-request only: everything that is wrong."
    )
    log_id: str | None = Field(default=None, description="Where the server's log says more, its id there.")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. ``example`` is a detail; where not ``told``, it is the only one, and the error is logged."""

    name: KindName
    status: int
    title: str
    example: str
    told: bool = True
    retry_after: int | None = None

    @property
    def type(self) -> str:
        """The URI that names this kind, for good."""
        return f"urn:citespan:problem:{self.name}"


KINDS: Mapping[KindName, Kind] = {
    kind.name: kind
    for kind in (
        Kind("invalid-request", 422, "The request is not valid", "Unknown field 'qestion'. Did you mean 'question'?"),
        Kind("malformed-json", 400, "The body is not JSON", "The body is not JSON: Expecting value at character 13."),
        Kind("question", 422, "The question cannot be taken", "The question is empty. Ask something."),
        Kind(
            "text-range", 422, "The range of text cannot be given", "The text has 5012 characters; 9000 is not in it."
        ),
        Kind(
            "upload", 422, "The upload cannot be taken", "Two files of the upload are called 'report.txt'. Rename one."
        ),
        Kind("malformed-upload", 400, "The body is no upload", "The body ends in the middle of a file. Send it again."),
        Kind(
            "unsupported-type",
            415,
            "Files of this type are not read",
            "report.pdf is a PDF, which is not read yet. Export its text (for example: pdftotext) and index that.",
        ),
        Kind(
            "too-large",
            413,
            "The request is too large",
            "The upload has more than 200,000,000 bytes, the limit for all its files together. "
            "Send them in several uploads.",
        ),
        Kind(
            "no-space",
            507,
            "The server's disk is full",
            "There is no room left on the server's disk. Free some, then send it again.",
            told=False,
        ),
        Kind("document-not-found", 404, "No such document", "No document sha256:00 is in the collection 'default'."),
        Kind("model-not-found", 404, "No such model", "There is no model 'gpt-4o'. There is: citespan."),
        Kind("job-not-found", 404, "No such job", "No job job_00 is known here."),
        Kind(
            "index-missing",
            404,
            "No such collection",
            "There is no index for the collection 'trials' yet. There is: default. "
            "Run: citespan index add FOLDER --collection trials",
        ),
        Kind(
            "index-mismatch",
            503,
            "The index does not fit the settings in force",
            "This index has the older format 1 (now 2). Run: citespan index rebuild",
        ),
        Kind(
            "stale-read",
            503,
            "The index changed while it was being read",
            "A document left the index while it was being read. Ask again.",
            retry_after=1,
        ),
        Kind(
            "store", 503, "The store cannot be used", "The store of documents cannot be used at the moment.", told=False
        ),
        Kind("model", 503, "A model cannot be used", "A model that answering needs cannot be used.", told=False),
        Kind(
            "citation",
            500,
            "A quotation could not be proved",
            "A sentence of 001_e3af9324cdf7ef5e.txt differs from the stored text of the document. "
            "Run: citespan index rebuild",
        ),
        Kind("not-found", 404, "There is nothing here", "There is nothing at /v2/ask. What there is: /openapi.json"),
        Kind("method-not-allowed", 405, "This path does not take that method", "/v1/ask does not take GET; use POST."),
        Kind("internal", 500, "Something went wrong in the server", "An unexpected error; it was logged.", told=False),
    )
}

BY_ERROR: Mapping[type[BaseException], KindName] = {
    QuestionError: "question",
    CitationError: "citation",
    TextRangeError: "text-range",
    UploadError: "upload",
    MalformedUpload: "malformed-upload",
    UnsupportedType: "unsupported-type",
    TooLarge: "too-large",
    DocumentNotFound: "document-not-found",
    ModelUnknown: "model-not-found",
    JobNotFound: "job-not-found",
    IndexMissing: "index-missing",
    IndexMismatch: "index-mismatch",
    StaleRead: "stale-read",
    StoreError: "store",
    ModelError: "model",
}


def kind_of(error: Exception) -> Kind:
    """The kind of problem that an error is to a client; ``internal`` when it is none that a client should know."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return KINDS["no-space"]
    names = (BY_ERROR[ancestor] for ancestor in type(error).__mro__ if ancestor in BY_ERROR)
    return KINDS[next(names, "internal")]


def problem_response(request: Request, error: Exception, *, status: int | None = None) -> Response:
    """The problem that an error is, under its own status or another. Logs what the client is not told."""
    return _response(request, problem_of(request, error, status=status), _headers(kind_of(error)))


def problem_of(request: Request, error: Exception, *, status: int | None = None) -> Problem:
    """What ``problem_response`` says, for where it is too late for a response of its own."""
    kind = _under(kind_of(error), status)
    if kind.told:
        return _problem(request, kind, str(error))
    log_id = uuid4().hex
    logger.error("%s %s failed; log id %s", request.method, _instance(request), log_id, exc_info=error)
    return _problem(request, kind, f"{kind.example} Log id: {log_id}", log_id=log_id)


def explained(error: Exception, what: str) -> str:
    """What people are told of an error outside of a request. Logs what they are not told."""
    kind = kind_of(error)
    if kind.told:
        return str(error)
    log_id = uuid4().hex
    logger.error("%s failed; log id %s", what, log_id, exc_info=error)
    return f"{kind.example} Log id: {log_id}"


def handle_problems(app: FastAPI) -> None:
    """Make every error of an application a problem."""
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Abandoned, _on_abandoned)
    app.add_exception_handler(CitespanError, problem_response)
    app.add_exception_handler(Exception, problem_response)


def responses_for(path: str, *names: KindName, status: int | None = None) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the problems that a path can have, by status, with an example of each kind.

    ``status`` takes the place of the kinds' own, save for 500.
    """
    found: dict[int | str, dict[str, Any]] = {}
    for kind in (_under(KINDS[name], status) for name in names):
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        entry = found.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: content}})
        entry["description"] = "; or: ".join(filter(None, [entry["description"], kind.title]))
        example = Problem(type=kind.type, title=kind.title, status=kind.status, detail=kind.example, instance=path)
        value = {"summary": kind.title, "value": example.model_dump(exclude_none=True)}
        entry["content"][MEDIA_TYPE]["examples"][kind.name] = value
        if kind.retry_after is not None:
            header = {"description": f"Seconds to wait, after {kind.name}.", "schema": {"type": "integer"}}
            entry["headers"] = {"Retry-After": header}
    return found


def _under(kind: Kind, status: int | None) -> Kind:
    return kind if status is None or kind.status == HTTPStatus.INTERNAL_SERVER_ERROR else replace(kind, status=status)


def _problem(
    request: Request,
    kind: Kind,
    detail: str,
    *,
    errors: list[FieldProblem] | None = None,
    log_id: str | None = None,
) -> Problem:
    return Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=detail.encode("utf-8", "replace").decode(),  # a client may have sent half a character
        instance=_instance(request),
        errors=errors,
        log_id=log_id,
    )


def _headers(kind: Kind) -> Mapping[str, str]:
    return {} if kind.retry_after is None else {"Retry-After": str(kind.retry_after)}


def _response(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem; on the paths of OpenAI's, the error that their clients know."""
    if speaks_openai(request.scope["path"]):
        body, status = openai_error(problem).model_dump_json(), openai_status(problem.status)
        return Response(body, status_code=status, headers=headers, media_type="application/json")
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def _on_abandoned(request: Request, error: Exception) -> Response:
    """Nobody reads this; the access log and the metrics do."""
    logger.debug("%s %s: %s", request.method, _instance(request), error)
    return Response(status_code=CLIENT_LEFT)


def _instance(request: Request) -> str:
    return quote(request.scope["path"], safe="/:@!$&'()*+,;=~")


def _on_http(request: Request, error: Exception) -> Response:
    """What the framework raises by itself."""
    if not isinstance(error, HTTPException):  # pragma: no cover  registered for nothing else
        raise error
    where = _instance(request)
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            kind, detail = KINDS["not-found"], f"There is nothing at {where}. What there is: /openapi.json"
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = _methods(request) or (error.headers or {}).get("Allow", "another method")
            detail = f"{where} does not take {request.method}; use {allowed}."
            return _response(request, _problem(request, KINDS["method-not-allowed"], detail), {"Allow": allowed})
        case HTTPStatus.BAD_REQUEST:
            kind, detail = KINDS["malformed-json"], "The body cannot be read as JSON in UTF-8."
        case _:
            return _unnamed(request, error)
    return _response(request, _problem(request, kind, detail), error.headers)


def _methods(request: Request) -> str:
    """Every method that the path takes: the framework names those of the first route that has it."""
    path, paths = request.scope["path"], request.app.openapi()["paths"]
    found = set(paths.get(path, ()))
    for template, operations in paths.items() if not found else ():
        if re.fullmatch("[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", template)), path):
            found.update(operations)
    return ", ".join(sorted(name.upper() for name in found))


def _unnamed(request: Request, error: HTTPException) -> Response:
    """A status without a kind of its own: RFC 9457 calls it ``about:blank``, with the status phrase as the title."""
    phrase = HTTPStatus(error.status_code).phrase
    problem = Problem(
        type="about:blank", title=phrase, status=error.status_code, detail=error.detail, instance=_instance(request)
    )
    return _response(request, problem, error.headers)


def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):  # pragma: no cover  registered for nothing else
        raise error
    found = error.errors()
    if found[0]["type"] == "json_invalid":
        detail = f"The body is not JSON: {found[0]['ctx']['error']} at character {found[0]['loc'][1]}."
        return _response(request, _problem(request, KINDS["malformed-json"], detail))
    if found[0]["loc"] == ("body",) and isinstance(error.body, bytes):
        found = [{**found[0], "msg": "send JSON, with the header Content-Type: application/json"}]
    errors = field_problems(found, request.scope.get("endpoint"))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return _response(request, _problem(request, KINDS["invalid-request"], errors[0].detail + more, errors=errors))
