"""Text that a terminal does not obey."""

__all__ = ["VISIBLE"]

VISIBLE = {code: 0x2400 + code for code in range(32) if chr(code) != "\n"} | dict.fromkeys(range(127, 160), 65533)
"""Control characters, which documents, models and file names may hold, as the symbols that stand for them."""
