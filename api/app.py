"""The HTTP application: its paths, its OpenAPI document, its problems."""

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api.examples import ASK_EXAMPLES
from api.keys import open_keys
from api.limiting import LimitBody, LimitHead, LimitQuestions, LimitRate
from api.metrics import Metrics
from api.problems import KindName, Problem, handle_problems, responses_for
from api.routes import routers
from api.security import AskForKey, CheckOrigin, LookUpKey, Rule, rule_for
from api.service import Service
from api.watching import Watch

__all__ = ["Application", "create_app"]

KEY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key of `citespan keys create`. A service without keys, which only its own machine reaches, "
    "asks for none.",
}


class Application(FastAPI):
    """FastAPI whose OpenAPI document knows the problem details, and examples of answers with their nulls."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made at the first request for it."""
        if self.openapi_schema is None:
            reference = "#/components/schemas/{model}"
            problem = Problem.model_json_schema(ref_template=reference, mode="serialization")
            inner = problem.pop("$defs")
            document = super().openapi()
            document["components"]["schemas"].update(inner, Problem=problem)
            given = document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]["application/json"]
            given["examples"] = ASK_EXAMPLES  # FastAPI would leave out what is null
            document["components"]["securitySchemes"] = {"key": KEY_SCHEME}
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _add_door(operation, rule_for(method.upper(), path), path)
        return super().openapi()

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's layers, its last resort for errors among them, watched from outside."""
        metrics: Metrics = self.state.metrics
        return Watch(super().build_middleware_stack(), metrics=metrics)


def create_app(service: Service) -> FastAPI:
    """The application over a service. The interactive pages are off: they load scripts from elsewhere."""
    app = Application(
        title="citespan",
        version=version("citespan"),
        summary="Answers from your documents; every sentence carries the exact span of the file it came from.",
        description="Offsets are 0-based Unicode code points, end exclusive; lines and pages are 1-based, inclusive. "
        "Errors are RFC 9457 problem details whose `type` never changes.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in routers(service):
        app.include_router(router)
    handle_problems(app)
    _guard(app, service)
    return app


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


def _guard(app: FastAPI, service: Service) -> None:
    """Put the layers around the paths, the innermost first: a request passes them from the last to the first."""
    settings, metrics = service.settings.api, service.metrics
    keys = open_keys(service.settings.index.state_dir, settings.api_keys)
    app.state.metrics, app.state.keys = metrics, keys
    app.add_middleware(LimitQuestions, most=settings.concurrent_questions, metrics=metrics)
    app.add_middleware(LimitBody, most_bytes=settings.max_body_bytes)
    app.add_middleware(AskForKey, keys=keys)
    app.add_middleware(LimitRate, per_minute=settings.requests_per_minute, keys=keys)
    app.add_middleware(LookUpKey, keys=keys)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
            expose_headers=["Retry-After", "X-Request-Id"],
        )
    app.add_middleware(CheckOrigin, settings=settings, keys=keys)
    app.add_middleware(LimitHead)
