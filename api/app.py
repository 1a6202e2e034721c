"""The HTTP application: its paths, its OpenAPI document, its problems."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api.door.keys import open_keys
from api.door.limiting import LimitBody, LimitHead, LimitQuestions, LimitRate
from api.door.security import AskForKey, CheckOrigin, LookUpKey
from api.problems.details import handle_problems
from api.routes import routers
from api.service import Service
from api.shapes.describing import describe
from api.watching.metrics import Metrics
from api.watching.requests import Watch

__all__ = ["Application", "create_app"]


class Application(FastAPI):
    """FastAPI whose OpenAPI document knows the problem details, and examples of answers with their nulls."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made at the first request for it."""
        if self.openapi_schema is None:
            describe(super().openapi())
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
        lifespan=_working(service),
    )
    app.state.stopping = service.worker.stopping
    for router in routers(service):
        app.include_router(router)
    handle_problems(app)
    _guard(app, service)
    return app


def _working(service: Service) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Jobs are done as long as the application serves."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.worker.start()
        try:
            yield
        finally:
            await run_in_threadpool(service.worker.stop)
            service.jobs.close()
            service.feedback.close()
            await run_in_threadpool(service.parts.generators.close)

    return lifespan


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
