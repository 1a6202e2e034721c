"""How each provider is told the length of an answer, its form and the time: the names differ, the meaning does not."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["OPENAI_LIKE", "Optional", "Request", "constructing", "dropped", "requesting"]

OPENAI_LIKE = frozenset({"openai", "azure_openai"})
Optional = Literal["schema", "temperature", "usage"]
"""What a model may refuse, and can be asked without."""


@dataclass(frozen=True)
class Request:
    """Arguments for LangChain, and what of them can be left out."""

    arguments: Mapping[str, Any]
    optional: tuple[Optional, ...] = ()


def constructing(provider: str, *, seconds: float, tokens: int) -> dict[str, Any]:
    """What a provider's model is made with: no retries of its own, an end to every wait.

    ``tokens`` is for the providers that cannot be told with each request.
    """
    match provider:
        case "openai" | "azure_openai" | "anthropic":
            return {"max_retries": 0, "timeout": seconds}
        case "google_genai":
            return {"max_retries": 1, "timeout": seconds}  # it takes 0 for "as Google's package likes"
        case "mistralai":
            return {"max_retries": 0, "timeout": math.ceil(seconds)}
        case "ollama":
            return {"client_kwargs": {"timeout": seconds}}
    return {"max_retries": 0, "timeout": seconds, "temperature": 0, "max_tokens": tokens}


def requesting(
    provider: str,
    *,
    limit: int,
    schema: Mapping[str, object] | None,
    window: int,
    left: float,
    without: frozenset[Optional],
) -> Request:
    """What a provider is asked with each time; ``left`` are the seconds that are left."""
    warmth = {} if "temperature" in without else {"temperature": 0}
    if provider in OPENAI_LIKE:
        return _openai(limit, schema, left, without)
    match provider:
        case "ollama":
            options = {"options": {**warmth, "num_predict": limit, "num_ctx": window}}
            held = schema is not None and "schema" not in without
            return Request({**options, "format": schema} if held else options, ("schema",) if held else ())
        case "google_genai":
            return Request({**warmth, "max_output_tokens": limit}, _present(temperature=bool(warmth)))
        case "anthropic" | "mistralai":
            return Request({**warmth, "max_tokens": limit}, _present(temperature=bool(warmth)))
    return Request({})


def dropped(request: Request, said: str) -> Optional | None:
    """What to ask without after a refusal in these words."""
    if "temperature" in said and "temperature" in request.optional:
        return "temperature"
    if "stream_options" in said and "usage" in request.optional:
        return "usage"
    return "schema" if "schema" in request.optional else None


def _openai(limit: int, schema: Mapping[str, object] | None, left: float, without: frozenset[Optional]) -> Request:
    """``response_format`` goes round the SDK, whose own support of it fails when an answer is cut at its limit."""
    held = schema is not None and "schema" not in without
    warm, counted = "temperature" not in without, "usage" not in without
    arguments: dict[str, Any] = {"max_tokens": limit, "timeout": left + 1, "stream_usage": counted}
    if warm:
        arguments["temperature"] = 0
    if schema is not None and held:
        form = {"name": "answer", "schema": schema, "strict": schema.get("additionalProperties") is False}
        arguments["extra_body"] = {"response_format": {"type": "json_schema", "json_schema": form}}
    return Request(arguments, _present(schema=held, temperature=warm, usage=counted))


def _present(**options: bool) -> tuple[Any, ...]:
    return tuple(name for name, present in options.items() if present)
