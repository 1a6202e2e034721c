"""The child of index/extracting/apart.py: reads requests, extracts, answers, until there are no more."""

import gc
import json
import os
import select
import struct
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.models import Reading

__all__ = ["main"]

_LENGTHS = struct.Struct("<QQ")
_IDLE = 120.0
"""Seconds without a request after which the child ends; the next request starts another."""
_WATCH = 1.0


def main() -> None:
    """Serve until the parent closes the pipe, ends, or asks for nothing for a while."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    _silence()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    while _waits(requests) and (lengths := requests.read(_LENGTHS.size)):
        head, length = _LENGTHS.unpack(lengths)
        request = json.loads(requests.read(head))
        gc.disable()  # millions of characters in hand, none of them in circles
        answer, attached = _answer(request, requests.read(length))
        gc.enable()
        body = json.dumps(answer).encode()
        answers.write(_LENGTHS.pack(len(body), len(attached)) + body + attached)
        answers.flush()


def _silence() -> None:
    """What libraries print must not come between the answers, and nothing reads what is asked of a person."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(0)


def _waits(requests: IO[bytes]) -> bool:
    """Whether a request came in time. Where pipes cannot be waited for (Windows) the child waits forever."""
    if sys.platform == "win32":
        return True
    return bool(select.select([requests], [], [], _IDLE)[0])


def _answer(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from index.errors import FileSkipped

    path, name = request["path"], request["name"]
    try:
        extract = import_module(name if "." in name else f"index.extracting.{name}").extract
        _limit(request["memory"], request["processor_seconds"])
        return _packed(extract(path, data, **request["options"]))
    except FileSkipped as skipped:
        return {"skipped": [skipped.reason, str(skipped)]}, b""
    except MemoryError:
        message = f"{path} needs more memory than one file may take. Split it, or save it anew, and index that."
        return {"skipped": ["too_large", message]}, b""
    except Exception as error:  # noqa: BLE001 - whatever a hostile file brings about is that file's
        message = f"{path} cannot be read ({type(error).__name__}: {str(error)[:200]}). Save it anew and index that."
        return {"skipped": ["damaged", message]}, b""


def _limit(memory: int, seconds: int) -> None:
    """Limits from now on: memory beyond what is in use, processor time beyond what was used."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        _, hardest = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, hardest))
        _, hardest = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (_mapped() + memory, hardest))


def _mapped() -> int:
    """Bytes of memory that this process has mapped. Raises OSError where the system does not say."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - the child imports no more than it needs
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _packed(reading: "Reading") -> tuple[dict[str, Any], bytes]:
    from index.elements import element_listed

    answer = {
        "text": reading.text,
        "media_type": reading.media_type,
        "extractor": reading.extractor,
        "title": reading.title,
        "metadata": dict(reading.metadata),
        "elements": [element_listed(element) for element in reading.elements],
        "boxed": reading.boxes is not None,
    }
    return answer, b"" if reading.boxes is None else reading.boxes.astype("<i4").tobytes()
