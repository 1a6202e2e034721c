"""The kinds of problems, and which error is of which kind. Only here does an error meet a status code.

Each kind has a ``type`` of its own, ``urn:citespan:problem:<kind>``, that never changes.
"""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from api.jobs.records import JobNotFound
from api.problems.errors import (
    CrossOrigin,
    FileUnavailable,
    Forbidden,
    GeneratorUnknown,
    HeadTooLarge,
    MalformedUpload,
    ModelUnknown,
    Overloaded,
    RateLimited,
    SignatureError,
    TextRangeError,
    TooLarge,
    TooSlow,
    Unauthorized,
    UnsupportedType,
    UploadError,
    WrongHost,
)
from assistant.errors import CitationError, GeneratorError, GeneratorFailed, QuestionError, VerifyError
from index.errors import (
    DocumentNotFound,
    IndexMismatch,
    IndexMissing,
    ModelError,
    StaleRead,
    StoreError,
)

__all__ = ["KINDS", "Kind", "KindName", "kind_of"]

KindName = Literal[
    "invalid-request",
    "malformed-json",
    "question",
    "generator",
    "text-range",
    "verify",
    "upload",
    "malformed-upload",
    "unsupported-type",
    "too-large",
    "no-space",
    "document-not-found",
    "file-unavailable",
    "model-not-found",
    "job-not-found",
    "index-missing",
    "index-mismatch",
    "stale-read",
    "store",
    "model",
    "citation",
    "slack-signature",
    "not-found",
    "method-not-allowed",
    "unauthorized",
    "forbidden",
    "wrong-host",
    "cross-origin",
    "head-too-large",
    "too-slow",
    "rate-limited",
    "overloaded",
    "internal",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. ``example`` is a detail; where not ``told``, it is the only one, and the error is logged."""

    name: KindName
    status: int
    title: str
    example: str
    told: bool = True
    retry_after: int | None = None

    @property
    def type(self) -> str:
        """The URI that names this kind, for good."""
        return f"urn:citespan:problem:{self.name}"


KINDS: Mapping[KindName, Kind] = {
    kind.name: kind
    for kind in (
        Kind("invalid-request", 422, "The request is not valid", "Unknown field 'qestion'. Did you mean 'question'?"),
        Kind("malformed-json", 400, "The body is not JSON", "The body is not JSON: Expecting value at character 13."),
        Kind("question", 422, "The question cannot be taken", "The question is empty. Ask something."),
        Kind(
            "generator",
            422,
            "No such generator",
            "The generator 'openai:gpt-5' cannot be asked for here. There is: extractive.",
        ),
        Kind(
            "text-range", 422, "The range of text cannot be given", "The text has 5012 characters; 9000 is not in it."
        ),
        Kind(
            "upload", 422, "The upload cannot be taken", "Two files of the upload are called 'report.txt'. Rename one."
        ),
        Kind("malformed-upload", 400, "The body is no upload", "The body ends in the middle of a file. Send it again."),
        Kind(
            "unsupported-type",
            415,
            "Files of this type are not read",
            "report.doc is a word processor's document, which is not read yet. Save it as Word's .docx and index that.",
        ),
        Kind(
            "too-large",
            413,
            "The request is too large",
            "The upload has more than 200,000,000 bytes, the limit for all its files together. "
            "Send them in several uploads.",
        ),
        Kind(
            "no-space",
            507,
            "The server's disk is full",
            "There is no room left on the server's disk. Free some, then send it again.",
            told=False,
        ),
        Kind(
            "verify",
            422,
            "There are no citations that can be checked",
            "There are 512 citations; at most 500 are checked at once. Send fewer.",
        ),
        Kind("document-not-found", 404, "No such document", "No document sha256:00 is in the collection 'default'."),
        Kind(
            "file-unavailable",
            404,
            "The file of this document cannot be had",
            "The file report.pdf was changed after it was indexed. Its stored text can still be read: "
            "/v1/documents/sha256:00/text",
        ),
        Kind("model-not-found", 404, "No such model", "There is no model 'gpt-4o'. There is: citespan."),
        Kind("job-not-found", 404, "No such job", "No job job_00 is known here."),
        Kind(
            "index-missing",
            404,
            "No such collection",
            "There is no index for the collection 'trials' yet. There is: default. "
            "Run: citespan index add FOLDER --collection trials",
        ),
        Kind(
            "index-mismatch",
            503,
            "The index does not fit the settings in force",
            "This index has the older format 1 (now 2). Run: citespan index rebuild",
        ),
        Kind(
            "stale-read",
            503,
            "The index changed while it was being read",
            "A document left the index while it was being read. Ask again.",
            retry_after=1,
        ),
        Kind(
            "store", 503, "The store cannot be used", "The store of documents cannot be used at the moment.", told=False
        ),
        Kind("model", 503, "A model cannot be used", "A model that answering needs cannot be used.", told=False),
        Kind(
            "citation",
            500,
            "A quotation could not be proved",
            "A sentence of 001_e3af9324cdf7ef5e.txt differs from the stored text of the document. "
            "Run: citespan index rebuild",
        ),
        Kind(
            "slack-signature",
            401,
            "Slack did not sign this",
            "The request is not signed by Slack, or was signed more than five minutes ago.",
        ),
        Kind("not-found", 404, "There is nothing here", "There is nothing at /v2/ask. What there is: /openapi.json"),
        Kind("method-not-allowed", 405, "This path does not take that method", "/v1/ask does not take GET; use POST."),
        Kind(
            "unauthorized",
            401,
            "A key is needed",
            "This key is not known here, or was revoked.",
        ),
        Kind("forbidden", 403, "The key may not do this", "This needs a key of the scope write; 'ada' has ask."),
        Kind("wrong-host", 421, "The service has another name", "The service was reached by a name it does not know."),
        Kind("cross-origin", 403, "Another web page sent this", "A web page at another address sent this."),
        Kind("head-too-large", 431, "The headers are too large", "The address and headers have more than 32768 bytes."),
        Kind("too-slow", 408, "The request came too slowly", "The request had not arrived after 30 s."),
        Kind("rate-limited", 429, "Too many requests", "More than 120 requests in a minute. Wait 3 s.", retry_after=1),
        Kind(
            "overloaded",
            503,
            "Too many questions at once",
            "8 questions are being worked on, and others wait. Ask again in a moment.",
            retry_after=2,
        ),
        Kind("internal", 500, "Something went wrong in the server", "An unexpected error; it was logged.", told=False),
    )
}

BY_ERROR: Mapping[type[BaseException], KindName] = {
    QuestionError: "question",
    GeneratorUnknown: "generator",
    GeneratorError: "model",
    GeneratorFailed: "model",
    CitationError: "citation",
    TextRangeError: "text-range",
    SignatureError: "slack-signature",
    VerifyError: "verify",
    UploadError: "upload",
    MalformedUpload: "malformed-upload",
    UnsupportedType: "unsupported-type",
    TooLarge: "too-large",
    DocumentNotFound: "document-not-found",
    FileUnavailable: "file-unavailable",
    ModelUnknown: "model-not-found",
    JobNotFound: "job-not-found",
    IndexMissing: "index-missing",
    IndexMismatch: "index-mismatch",
    StaleRead: "stale-read",
    StoreError: "store",
    ModelError: "model",
    Unauthorized: "unauthorized",
    Forbidden: "forbidden",
    WrongHost: "wrong-host",
    CrossOrigin: "cross-origin",
    HeadTooLarge: "head-too-large",
    TooSlow: "too-slow",
    RateLimited: "rate-limited",
    Overloaded: "overloaded",
}


def kind_of(error: Exception) -> Kind:
    """The kind of problem that an error is to a client; ``internal`` when it is none that a client should know."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return KINDS["no-space"]
    names = (BY_ERROR[ancestor] for ancestor in type(error).__mro__ if ancestor in BY_ERROR)
    return KINDS[next(names, "internal")]
