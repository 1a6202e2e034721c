"""What can be wrong with a request, whoever finds it. What each is over HTTP stands in ``kinds.py``."""

from index.errors import CitespanError

__all__ = [
    "CrossOrigin",
    "FileUnavailable",
    "Forbidden",
    "GeneratorUnknown",
    "HeadTooLarge",
    "MalformedUpload",
    "ModelUnknown",
    "Overloaded",
    "RateLimited",
    "SignatureError",
    "TextRangeError",
    "TooLarge",
    "TooSlow",
    "Unauthorized",
    "UnsupportedType",
    "UploadError",
    "WrongHost",
]


class SignatureError(CitespanError):
    """A request to the path for Slack was not signed by Slack, or too long ago."""


class TextRangeError(CitespanError):
    """The range of text that was asked for is empty, too long or not in the document."""


class FileUnavailable(CitespanError):
    """The file of a document is gone, or is not what was indexed any more."""


class ModelUnknown(CitespanError):
    """The model that a chat client names is none of ours."""


class GeneratorUnknown(CitespanError):
    """The generator that a question names is none that may be asked for here."""


class UploadError(CitespanError):
    """The files of an upload cannot be taken as they are: none, nameless, empty, or two of one name."""


class MalformedUpload(CitespanError):
    """The body is no multipart form, or ends too early."""


class UnsupportedType(CitespanError):
    """A body or all files of an upload are of a type that is not read."""


class TooLarge(CitespanError):
    """More came than one request, or one file, may hold."""


class Unauthorized(CitespanError):
    """A key is needed, and none that is known came with the request."""


class Forbidden(CitespanError):
    """The key is known and may not do this."""


class WrongHost(CitespanError):
    """The request names a host that the service is not."""


class CrossOrigin(CitespanError):
    """A web page elsewhere made a browser send this."""


class HeadTooLarge(CitespanError):
    """The address and the headers have more bytes than are taken."""


class TooSlow(CitespanError):
    """The request did not arrive in time."""


class RateLimited(CitespanError):
    """The client asks too often."""


class Overloaded(CitespanError):
    """As much is being worked on as the service takes on."""
