"""What went wrong, told over HTTP as RFC 9457 problem details.

Errors of ours carry a message for people, which becomes ``detail``; what may name files, addresses or code of the
server is logged instead, and the client gets the id to look for there.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.openai.errors import openai_error, openai_status, speaks_openai
from api.problems.kinds import KINDS, Kind, KindName, kind_of
from api.problems.validation import FieldProblem, field_problems
from assistant.errors import Abandoned
from index.errors import CitespanError

__all__ = ["Problem", "explained", "handle_problems", "problem_of", "problem_response", "responses_for"]

MEDIA_TYPE = "application/problem+json"
CLIENT_LEFT = 499
"""What proxies log, and nobody receives, when a client closed its connection before the response began."""
LONGEST_PATH = 1000
"""Characters of a path that are said back."""

logger = logging.getLogger(__name__)


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


def problem_response(
    request: Request, error: Exception, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The problem that an error is, under its own status or another. Logs what the client is not told."""
    found = {**_headers(kind_of(error)), **(headers or {})}
    return _response(request, problem_of(request, error, status=status), found)


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
    return quote(request.scope["path"][:LONGEST_PATH], safe="/:@!$&'()*+,;=~")


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
