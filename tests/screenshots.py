"""Writes the README's pictures of the page anew: ``python -m tests.screenshots``, or ``make screenshots``."""

import tempfile
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from tests.browsing import app_over, chromium, parts_at
from tests.servers import running

ROOT = Path(__file__).parent.parent
QUESTION = "Which growth factors does the secretome contain and what are exosomes?"
NOTE = "Minutes\n\nThe secretome batches of spring were thawed once and pooled before the wound assay.\n"


def picture(page: Page, name: str) -> None:
    """As small as a browser makes it."""
    path = ROOT / "docs" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def answer(page: Page) -> None:
    page.fill("#question", QUESTION)
    page.press("#question", "Enter")
    page.locator(".sentences .chip").first.click()
    expect(page.locator("mark.current").first).to_be_in_viewport()
    page.mouse.move(0, 0)
    picture(page, "page-answer")


def documents(page: Page) -> None:
    page.click("#nav-documents")
    files: list[FilePayload] = [
        {"name": "minutes.txt", "mimeType": "text/plain", "buffer": NOTE.encode()},
        {"name": "gel.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n\0\0"},
    ]
    page.set_input_files("#files", files)
    expect(page.locator(".job[data-state=done]")).to_be_visible()
    expect(page.locator(".document")).to_have_count(6)
    page.evaluate("scrollTo(0, 0)")
    picture(page, "page-documents")


def main() -> None:
    with tempfile.TemporaryDirectory() as state:
        parts = parts_at(Path(state))
        parts.builder("default").add([ROOT / "seeds"])
        with running(app_over(parts)) as server, chromium() as browser:
            expect.set_options(timeout=60_000)
            page = browser.new_page(viewport={"width": 1120, "height": 660})
            page.goto(server.url)
            answer(page)
            documents(page)


if __name__ == "__main__":
    main()
