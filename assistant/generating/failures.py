"""What went wrong at a provider, told from the errors of six SDKs; none of their texts is passed on.

They may quote the key or the prompt, so what people read is written here.
"""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

__all__ = ["KEY_VARIABLES", "Failure", "explained", "failure_of"]

KEY_VARIABLES = {
    "openai": "OPENAI_API_KEY",
    "azure_openai": "AZURE_OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
}
"""Where the packages of the providers look for a key."""

_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})
_CONNECTIONS = frozenset({"TransportError", "APIConnectionError", "OSError"})
"""Classes of errors that mean the connection, by name: httpx (and httpx2), OpenAI and Anthropic, Python have theirs."""


@dataclass(frozen=True)
class Failure:
    """An HTTP status, or a connection that was lost, or neither: an answer that cannot be read."""

    status: int | None
    lost: bool
    retry_after: float | None
    said: str
    """What the provider said, for looking up words in; never to be shown."""

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later."""
        if self.status is None:
            return self.lost
        return self.status in _WORTH_ANOTHER_TRY or self.status >= 500

    @property
    def refused(self) -> bool:
        """Whether the request itself was not understood, so that another form of it may be."""
        return self.status in {400, 422, 501}


def failure_of(error: BaseException) -> Failure:
    """What this error, or one that led to it, says about the provider."""
    chain = _chain(error)
    status = next((found for found in map(_status, chain) if found is not None), None)
    return Failure(
        status=status,
        lost=any(kind.__name__ in _CONNECTIONS for one in chain for kind in type(one).__mro__),
        retry_after=next((found for found in map(_retry_after, chain) if found is not None), None),
        said=" ".join(str(one) for one in chain).lower(),
    )


def explained(failure: Failure, *, place: str, key: str, attempts: int = 1) -> str:
    """What happened and what to do, in words for people; ``key`` says where the key is set."""
    if failure.status is not None:
        what, advice = _by_status(failure.status, key)
        status = f" (HTTP {failure.status})"
    elif failure.lost:
        what, advice, status = "cannot be reached, or the connection was lost", "is it running, and the URL right?", ""
    elif "api_key" in failure.said:
        what, advice, status = "was given no key", f"set {key}.", ""
    else:
        what, advice, status = "sent what is no answer of a chat model", "check its URL and the model's name.", ""
    if failure.refused and "context" in failure.said:
        advice = "its window may be smaller than assumed; set CITESPAN_GENERATOR_WINDOW."
    times = f" {attempts} times" if attempts > 1 else ""
    return f"{place} {what}{status}{times}: {advice}"


def _by_status(status: int, key: str) -> tuple[str, str]:
    if status in {401, 403}:
        return "does not accept the key", f"check {key}."
    if status == 404:
        return "does not know the model, or nothing is served at this URL", "check both."
    if status == 429:
        return "takes no more requests at present", "try again later, or check the quota."
    if status >= 500:
        return "failed", "try again later."
    return "refused the request", "does the model take chat messages, and is the URL right?"


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return chain


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    found = (getattr(error, "status_code", None), getattr(response, "status_code", None), getattr(error, "code", None))
    return next((code for code in found if isinstance(code, int) and 300 <= code < 600), None)


def _retry_after(error: BaseException) -> float | None:
    """Seconds to wait, as the provider says: a number, or a date."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    value = str(headers.get("retry-after") or "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
