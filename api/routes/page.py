"""The web page: ``/``, what it is made of under ``/static/``, and ``/d/{document_id}``, where links to sources lead."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from api.service import Service

__all__ = ["STATIC", "Page"]

STATIC = Path(__file__).parent.parent / "static"
PDFJS = STATIC / "pdfjs"
"""What draws PDF pages; empty or not there where the package was built without a connection."""
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""What the page is made of. The system's own table is not asked: on some systems it calls a script plain text."""


PDFJS_MEDIA_TYPES = {
    ".mjs": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".bcmap": "application/octet-stream",
    ".icc": "application/octet-stream",
    ".pfb": "application/octet-stream",
    ".ttf": "font/ttf",
}
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""For the worker that reads PDFs, which has a policy of its own: what decodes their images is WebAssembly."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent."""

    body: bytes
    media_type: str
    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request: Request) -> Response:
        """The file, or word that the browser's copy of it is still good: browsers ask each time."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache", **self.headers}
        if self.etag in request.headers.get("If-None-Match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(self.body, media_type=self.media_type, headers=headers)


class Page:
    """Serves files that were read when the service started; what is asked for never becomes a path."""

    def __init__(self, _service: Service) -> None:
        self._files = {path.name: _read(path) for path in STATIC.iterdir() if path.suffix in MEDIA_TYPES}
        found = [path for path in PDFJS.rglob("*") if path.suffix in PDFJS_MEDIA_TYPES]
        self._pdfjs = {path.relative_to(PDFJS).as_posix(): _read(path) for path in found}

    def page(self, request: Request) -> Response:
        """The page; which of its views is shown, it tells from the address itself."""
        return self._files["index.html"].response(request)

    def static(self, name: str, request: Request) -> Response:
        """A style sheet, a script or data of the page."""
        if name not in self._files:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._files[name].response(request)

    def pdfjs(self, name: str, request: Request) -> Response:
        """A part of pdf.js."""
        if name not in self._pdfjs:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._pdfjs[name].response(request)

    def router(self) -> APIRouter:
        """The paths; no part of the API, so OpenAPI does not list them."""
        router = APIRouter(include_in_schema=False)
        paths: dict[str, Callable[..., Response]] = {
            "/": self.page,
            "/d/{document_id}": self.page,
            "/static/{name}": self.static,
            "/static/pdfjs/{name:path}": self.pdfjs,
        }
        for path, serve in paths.items():
            router.add_api_route(path, serve, methods=["GET", "HEAD"], response_model=None)
        return router


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    media_type = {**MEDIA_TYPES, **PDFJS_MEDIA_TYPES}[path.suffix]
    headers = {"Content-Security-Policy": WORKER_POLICY} if path.name == "pdf.worker.min.mjs" else {}
    return StaticFile(body, media_type, f'"{sha256(body).hexdigest()[:32]}"', headers)
