"""Problems as the clients of OpenAI's API expect errors, on the paths that are compatible with it."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from api.problems.details import Problem

__all__ = ["OpenAIError", "OpenAIErrorBody", "openai_error", "openai_status", "speaks_openai"]

PATHS = re.compile(r"/v1/(chat|models)(/|$)")


class OpenAIError(BaseModel):
    """What went wrong, as OpenAI's API says it."""

    message: str
    type: str
    param: str | None = Field(description="The field of the request that it is about: messages[0].content")
    code: str = Field(description="The kind of problem that it is on the other paths, with underscores.")


class OpenAIErrorBody(BaseModel):
    """The body of an error response, and of the last event of a stream that failed."""

    error: OpenAIError


def speaks_openai(path: str) -> bool:
    """Whether a path is one of those compatible with OpenAI's API."""
    return PATHS.match(path) is not None


def openai_error(problem: "Problem") -> OpenAIErrorBody:
    """The same problem in OpenAI's words."""
    return OpenAIErrorBody(
        error=OpenAIError(
            message=problem.detail,
            type=_type_of(problem.status),
            param=_param(problem.errors[0].pointer) if problem.errors else None,
            code=problem.type.rpartition(":")[2].replace("-", "_"),
        )
    )


def openai_status(status: int) -> int:
    """OpenAI's API answers 400 to a body that it cannot take."""
    return HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else status


def _type_of(status: int) -> str:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return "authentication_error"
        case HTTPStatus.FORBIDDEN:
            return "permission_error"
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "rate_limit_error"
        case _:
            return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"


def _param(pointer: str) -> str | None:
    """``/messages/0/content`` is ``messages[0].content`` there."""
    steps = pointer.split("/")[1:]
    return "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps).removeprefix(".") or None
