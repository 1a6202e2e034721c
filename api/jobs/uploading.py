"""Receiving files over HTTP: the body goes to disk as it arrives, and an answer means that it is kept.

What can be taken is taken, and the job says of each other file why not. Where nothing can be, the request is refused.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from api.jobs.records import Job, JobFile, Jobs, new_job_id
from api.jobs.uploads import Uploads, clean_name, sync_folder
from api.problems.errors import MalformedUpload, TooLarge, UnsupportedType, UploadError
from api.problems.kinds import KindName
from index.errors import FileSkipped
from index.formats import check_type

__all__ = ["FIELD", "ReceivedFile", "Receiver", "UploadLimits", "receive_upload"]

FIELD = "files"
"""The form field that every file comes in."""
LONGEST_HEADER = 64_000
"""Most bytes of a line before a file, its name among them."""
DRAINED_BYTES = 64_000_000
"""Most bytes that are read and thrown away before a refusal: a client that is still sending would not hear it."""

_EXTENDED_NAME = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much may come in one upload. ``file_bytes`` is the largest file that can be indexed."""

    upload_bytes: int
    files: int
    file_bytes: int


@dataclass(slots=True)
class ReceivedFile:
    """A file as it came in; ``left_out`` says why it is not taken, and as what kind of problem."""

    name: str
    size: int = 0
    left_out: tuple[KindName, str] | None = None

    def leave_out(self, kind: KindName, message: str) -> None:
        """Take no more of it. The first reason stays."""
        self.left_out = self.left_out or (kind, message)


class Receiver:
    """Takes a multipart body in, a piece at a time, and puts its files into a folder: ``0.txt``, ``1.md`` and so on."""

    def __init__(self, folder: Path, boundary: bytes, limits: UploadLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._files: list[ReceivedFile] = []
        self._open: BinaryIO | None = None
        self._total = 0
        self._ended = False
        self._unnamed = False
        self._header, self._value, self._disposition = b"", b"", b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_begin": self._on_part_begin,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
            max_header_size=LONGEST_HEADER,
        )

    def write(self, data: bytes) -> None:
        """Take the next piece of the body. Raises UploadError, TooLarge and MalformedUpload."""
        self._total += len(data)
        check_size(self._total, self._limits)
        if self._ended:
            return  # an epilogue
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise MalformedUpload(
                "The body is not multipart/form-data as it says. Send it with a client's form upload."
            ) from error

    def finish(self) -> list[ReceivedFile]:
        """What came, all of it on disk. Raises like ``write``, and when nothing of it can be taken."""
        if not self._ended:
            raise MalformedUpload("The body ends in the middle of a file. Send it again.")
        if not self._files:
            raise UploadError(f"There is no file in the upload. Send at least one in the form field {FIELD!r}.")
        if all(file.left_out for file in self._files):
            raise _refusal(self._files)
        sync_folder(self._folder)
        sync_folder(self._folder.parent)
        return self._files

    def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _on_part_begin(self) -> None:
        self._disposition = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        given = _file_name(self._disposition)
        self._unnamed = not given
        name = clean_name(given)
        if given and not name:
            raise UploadError(
                f"File {len(self._files) + 1} has no name that can be shown. Give it one and send it again."
            )
        if name in {file.name for file in self._files}:
            raise UploadError(f"Two files of the upload are called {name!r}. Rename one, or send it in another upload.")
        if given and len(self._files) >= self._limits.files:
            raise TooLarge(f"The upload has more than {self._limits.files:,} files. Send the others in another upload.")
        if given:
            self._begin(name)

    def _begin(self, name: str) -> None:
        file = ReceivedFile(name)
        try:
            check_type(name)
        except FileSkipped as error:
            file.leave_out("unsupported-type", str(error))
        else:
            self._open = (self._folder / stored_name(len(self._files), name)).open("xb")
        self._files.append(file)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._unnamed:
            raise UploadError(f"A file has no name. Send it with one, in the form field {FIELD!r}.")
        file = self._files[-1]
        file.size += end - start
        if file.size > self._limits.file_bytes:
            limit = f"{self._limits.file_bytes:,}"
            file.leave_out("too-large", f"{file.name} has more than {limit} bytes, the limit for one file. Split it.")
            self._discard()
        if self._open is not None:
            self._open.write(memoryview(data)[start:end])

    def _on_part_end(self) -> None:
        if self._unnamed:
            return  # a form whose file field was left empty sends a nameless, empty file
        file = self._files[-1]
        if not file.size:
            file.leave_out("upload", f"{file.name} is empty. Fill it, or leave it out.")
            self._discard()
        if self._open is not None:
            self._open.flush()
            os.fsync(self._open.fileno())
        self.close()

    def _on_end(self) -> None:
        self._ended = True

    def _discard(self) -> None:
        if self._open is not None:
            Path(self._open.name).unlink(missing_ok=True)
        self.close()


def stored_name(number: int, name: str) -> str:
    """What the received file of this place in its upload is called on disk."""
    return f"{number}{Path(name).suffix.lower()}"


def check_size(size: int, limits: UploadLimits) -> None:
    """Raises TooLarge for an upload of more bytes than may come at once."""
    if size > limits.upload_bytes:
        raise TooLarge(
            f"The upload has more than {limits.upload_bytes:,} bytes, the limit for all its files together. "
            "Send them in several uploads."
        )


async def receive_upload(
    request: Request, *, collection: str, uploads: Uploads, jobs: Jobs, limits: UploadLimits
) -> Job:
    """Take the files of a request in and write down the job to index them: from then on they are not lost.

    Raises UploadError, UnsupportedType, TooLarge and MalformedUpload; nothing is kept then.
    """
    job_id = new_job_id()
    body = request.stream()
    folder = receiver = None
    recorded = False

    def record(receiver: Receiver) -> Job:
        nonlocal recorded
        job = jobs.add(Job(job_id, "upload", collection, [_job_file(file) for file in receiver.finish()]))
        recorded = True  # set here: a request that is cancelled meanwhile must not take the files away again
        return job

    try:
        boundary = _boundary(request)
        _check_length(request, limits)
        folder = await run_in_threadpool(uploads.receive, job_id)
        receiver = Receiver(folder, boundary, limits)
        async for piece in body:
            await run_in_threadpool(receiver.write, piece)
        return await run_in_threadpool(record, receiver)
    except ClientDisconnect as error:
        raise MalformedUpload("The client left before all of its upload had come.") from error
    except (UploadError, UnsupportedType, TooLarge, MalformedUpload):
        await _drain(request, body)
        raise
    finally:
        if receiver is not None:
            receiver.close()
        if folder is not None and not recorded:
            shutil.rmtree(folder, ignore_errors=True)


def _job_file(file: ReceivedFile) -> JobFile:
    if file.left_out is None:
        return JobFile(file.name, file.size)
    return JobFile(file.name, file.size, "skipped", message=file.left_out[1])


def _refusal(files: list[ReceivedFile]) -> UploadError | UnsupportedType | TooLarge:
    """Why nothing can be taken: what is wrong with the first file, and how many others there are."""
    kind, message = next(file.left_out for file in files if file.left_out)
    detail = message if len(files) == 1 else f"None of the {len(files)} files can be taken. {message}"
    match kind:
        case "unsupported-type":
            return UnsupportedType(detail)
        case "too-large":
            return TooLarge(detail)
        case _:
            return UploadError(detail)


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UnsupportedType(
            f"Files come as multipart/form-data in the form field {FIELD!r}, for example: "
            f"curl -F {FIELD}=@report.txt {request.url.path}"
        )
    return options[b"boundary"]


def _check_length(request: Request, limits: UploadLimits) -> None:
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        check_size(int(length[:20]), limits)


def _file_name(disposition: bytes) -> str:
    """The name that a file comes with; empty where it has none. Raises UploadError for any other field."""
    _, options = parse_options_header(disposition)
    field = _decoded(options.get(b"name", b""))
    if field != FIELD:
        raise UploadError(f"Unknown field {field[:60]!r}. Send every file in the form field {FIELD!r}.")
    if b"filename" in options:
        return _decoded(options[b"filename"])
    extended = _EXTENDED_NAME.search(_decoded(disposition))
    if extended is None:
        raise UploadError(f"The field {FIELD!r} holds text where a file is expected. Send it as a file, with a name.")
    return unquote(extended[1])


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


async def _drain(request: Request, body: AsyncIterator[bytes]) -> None:
    """Read on for a while, unless the client waits for leave to send."""
    if "expect" in request.headers:
        return
    left = DRAINED_BYTES
    with suppress(ClientDisconnect):
        async for piece in body:
            left -= len(piece)
            if left < 0:
                return
