"""What is wrong with a request, field by field, with the name that was probably meant."""

import difflib
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field

__all__ = ["FieldProblem", "field_problems"]

MOST_ERRORS = 20
LONGEST_NAME = 60


class FieldProblem(BaseModel):
    """One thing that is wrong with the request, and where."""

    location: str = Field(description="body, query or path")
    pointer: str = Field(description="JSON Pointer (RFC 6901) to the field inside that location")
    detail: str
    suggestion: str | None = Field(default=None, description="The name that was probably meant.")


def field_problems(found: Sequence[Mapping[str, Any]], endpoint: object) -> list[FieldProblem]:
    """What pydantic found wrong with a request to ``endpoint``, the first ``MOST_ERRORS`` of it."""
    models = _models_of(endpoint)
    return [_field_problem(item, models) for item in found[:MOST_ERRORS]]


def _field_problem(found: Mapping[str, Any], models: Sequence[type[BaseModel]]) -> FieldProblem:
    location, *place = found["loc"]
    steps = [_printable(str(step)) for step in place]
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
    if found["type"] == "extra_forbidden":
        known = _known_fields(models, place[:-1])
        close = difflib.get_close_matches(steps[-1], known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There is: {', '.join(known)}."
        detail = f"Unknown field {steps[-1]!r}. {hint}"
        return FieldProblem(location=location, pointer=pointer, detail=detail, suggestion=close[0] if close else None)
    message = str(found["msg"]).removeprefix("Value error, ")
    detail = f"{'.'.join(steps) or location}: {_printable(message, longest=500)}"
    return FieldProblem(location=location, pointer=pointer, detail=detail)


def _printable(text: str, *, longest: int = LONGEST_NAME) -> str:
    """What a client sent, short enough to say back, lone surrogates replaced."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return short.encode("utf-8", "replace").decode()


def _known_fields(models: Sequence[type[BaseModel]], place: Iterable[object]) -> list[str]:
    """The fields that there are at a place inside these models; numbers in ``place`` are items of lists."""
    for step in place:
        inner = [model.model_fields[step].annotation for model in models if step in model.model_fields]
        models = [found for annotation in inner for found in _models_in(annotation)] if inner else models
    return list(dict.fromkeys(name for model in models for name in model.model_fields))


def _models_of(endpoint: object) -> list[type[BaseModel]]:
    """The models that a route reads its request into."""
    hints = get_type_hints(endpoint) if callable(endpoint) else {}
    return [model for name, hint in hints.items() if name != "return" for model in _models_in(hint)]


def _models_in(annotation: object) -> list[type[BaseModel]]:
    """``list[Turn] | None`` holds ``Turn``."""
    if get_origin(annotation) in {list, Union, types.UnionType}:
        return [model for part in get_args(annotation) for model in _models_in(part)]
    return [annotation] if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []
