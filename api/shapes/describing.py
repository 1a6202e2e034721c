"""What the framework does not know of the paths: problems, events, keys, and examples with their nulls."""

from typing import Any

from pydantic import BaseModel

from api.door.security import Rule, rule_for
from api.openai.chat_completions import ChatChunk
from api.problems.details import Problem, responses_for
from api.problems.kinds import KindName
from api.shapes.events import RetrievedEvent, SentenceEvent
from api.shapes.examples import ASK_EXAMPLES

__all__ = ["describe"]

KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `citespan keys create`. A service without keys, which only its own machine reaches, "
    "asks for none.",
}


def describe(document: dict[str, Any]) -> None:
    """Complete the OpenAPI document that the framework made."""
    document["components"]["schemas"].update(_schemas(Problem, RetrievedEvent, SentenceEvent, ChatChunk))
    _forget_the_frameworks_own(document)
    given = document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]["application/json"]
    given["examples"] = ASK_EXAMPLES  # FastAPI would leave out what is null
    document["components"]["securitySchemes"] = {"key": KEY_SCHEME}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _add_door(operation, rule_for(method.upper(), path), path)


def _schemas(*models: type[BaseModel]) -> dict[str, Any]:
    """JSON schemas by name of what the framework does not see: problems, and events."""
    found: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        found |= {**schema.pop("$defs", {}), model.__name__: schema}
    return found


def _forget_the_frameworks_own(document: dict[str, Any]) -> None:
    """FastAPI tells of a 422 of its own wherever none is told of; ours are problems, or errors of OpenAI's form."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)


def _add_door(operation: dict[str, Any], rule: Rule, path: str) -> None:
    """Say of an operation what it takes to reach it, and the problems of those who do not."""
    names: list[KindName] = ["wrong-host", "cross-origin", "head-too-large", "too-large", "too-slow"]
    if rule.need not in {"open", "signed"}:
        operation["security"] = [{"key": []}, {}]
        names += ["unauthorized", "forbidden", "rate-limited"]
    names += ["overloaded"] if rule.question else []
    for status, response in responses_for(path, *names).items():
        known = operation["responses"].setdefault(str(status), response)
        if known is not response:
            known["description"] += f"; or: {response['description']}"
            for media_type, content in response["content"].items():
                there = known.setdefault("content", {}).setdefault(media_type, {"schema": content["schema"]})
                there.setdefault("examples", {}).update(content["examples"])
