"""Rich text of Block Kit: what stands in it is shown as it is."""

from typing import Any

__all__ = ["Block", "link", "quotation", "rich", "section", "text"]

Block = dict[str, Any]


def rich(*elements: Block) -> Block:
    """A block of sections and quotations."""
    return {"type": "rich_text", "elements": list(elements)}


def section(elements: list[Block]) -> Block:
    """A paragraph."""
    return {"type": "rich_text_section", "elements": elements}


def quotation(elements: list[Block]) -> Block:
    """A paragraph with a bar before it."""
    return {"type": "rich_text_quote", "elements": elements}


def text(words: str, *, bold: bool = False) -> Block:
    """Words; Slack refuses none at all."""
    return {"type": "text", "text": words} | ({"style": {"bold": True}} if bold else {})


def link(words: str, url: str | None) -> Block:
    """Words that lead somewhere, where there is an address."""
    return text(words) if url is None else {"type": "link", "url": url, "text": words}
