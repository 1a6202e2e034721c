"""The HTTP application: its paths, its OpenAPI document, its problems."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api.examples import ASK_EXAMPLES
from api.problems import Problem, handle_problems
from api.routes import routers
from api.service import Service

__all__ = ["Application", "create_app"]


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
        return super().openapi()


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

    return lifespan
