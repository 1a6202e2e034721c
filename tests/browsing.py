"""A real Chromium, and the service as it is started, for tests of the page and for its screenshots."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from playwright.sync_api import Browser, sync_playwright

from api.app import create_app
from api.service import open_service
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.embedding import Embedder
from index.settings import IndexSettings

__all__ = ["app_over", "chromium", "parts_at"]


def parts_at(state_dir: Path, embedder: Embedder | None = None) -> Parts:
    """Parts over a state folder; the real model unless another is given."""
    parts = Parts(IndexSettings(state_dir=state_dir), notify=lambda _message: None)
    parts._embedder = embedder
    return parts


def app_over(parts: Parts, **settings: Any) -> FastAPI:
    """The service as it is started, over these parts; ``settings`` are those of its ways in."""
    in_force = Settings(parts.settings, AssistantSettings(), ApiSettings(**settings), flags={})
    return create_app(open_service(in_force, parts))


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium. Playwright's own is a download, and tests make none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("Tests of the page need Chromium, and there is none here. Run: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
