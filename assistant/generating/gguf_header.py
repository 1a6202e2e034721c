"""What a GGUF file says about its model before it is loaded.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from pathlib import Path
from typing import BinaryIO

from assistant.errors import GeneratorError

__all__ = ["trained_window"]

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of the fixed types: integers of 8 to 32 bits, float, bool, integers of 64 bits, double."""
_STRING, _ARRAY = 8, 9
_INTEGERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
_MOST_ENTRIES = 10_000


def trained_window(path: Path) -> int | None:
    """The tokens that the model was trained to read at once, where the file says so.

    Raises GeneratorError when the file cannot be read or is not GGUF.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise GeneratorError(f"{path} is no GGUF file: give one that llama.cpp can load.")
            return _context_length(file)
    except OSError as error:
        raise GeneratorError(f"{path} cannot be read ({error.strerror}): give a GGUF file after `gguf:`.") from None
    except (struct.error, ValueError):
        raise GeneratorError(f"{path} is a damaged or unknown kind of GGUF file: get it once more.") from None


def _context_length(file: BinaryIO) -> int | None:
    _version, _tensors, entries = _number(file, "<I"), _number(file, "<Q"), _number(file, "<Q")
    for _ in range(min(entries, _MOST_ENTRIES)):
        name, kind = _string(file), _number(file, "<I")
        if name.endswith(b".context_length") and kind in _INTEGERS:
            return _number(file, _INTEGERS[kind])
        _skip(file, kind)
    return None


def _number(file: BinaryIO, form: str) -> int:
    (value,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return int(value)


def _string(file: BinaryIO) -> bytes:
    length = _number(file, "<Q")
    if length > 65_535:
        raise ValueError("no name of an entry is so long")
    return file.read(length)


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _STRING:
        file.seek(_number(file, "<Q"), 1)
    elif kind == _ARRAY:
        inner, count = _number(file, "<I"), _number(file, "<Q")
        if inner in _SIZES:
            file.seek(_SIZES[inner] * count, 1)
        else:
            for _ in range(count):
                _skip(file, inner)
    elif kind in _SIZES:
        file.seek(_SIZES[kind], 1)
    else:
        raise ValueError(f"unknown type {kind}")
