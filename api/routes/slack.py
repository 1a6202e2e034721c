"""``POST /slack/events``: events, commands and buttons that Slack sends, each signed by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response

from api.service import Service

__all__ = ["Slack"]

PATH = "/slack/events"


async def body_of(request: Request) -> bytes:
    """The bytes as they came: the signature is over them."""
    return await request.body()


class Slack:
    """Where Slack comes in, if there is a secret to know it by."""

    def __init__(self, service: Service) -> None:
        self._slack = service.slack

    def events(self, request: Request, body: Annotated[bytes, Depends(body_of)]) -> Response:
        """Take what Slack sends. It is not part of the public API."""
        if self._slack is None:
            raise HTTPException(404)
        try:
            answer = self._slack.deliver(body, request.headers)
        except ValueError as error:
            raise HTTPException(400) from error
        return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))

    def router(self) -> APIRouter:
        """The path, where there is a secret; answers under way are finished when the service stops."""
        if self._slack is None:
            return APIRouter()
        router = APIRouter(lifespan=self._open)
        router.add_api_route(PATH, self.events, methods=["POST"], include_in_schema=False)
        return router

    @asynccontextmanager
    async def _open(self, _app: FastAPI) -> AsyncIterator[None]:
        yield
        if self._slack is not None:
            await asyncio.to_thread(self._slack.close)
