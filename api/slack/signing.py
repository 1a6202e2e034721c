"""Whether a request comes from Slack: its signature, and its time."""

from collections.abc import Mapping

from slack_sdk.signature import SignatureVerifier

from api.problems.errors import SignatureError

__all__ = ["check_signature"]


def check_signature(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> None:
    """Raises SignatureError unless Slack signed these bytes within the last five minutes."""
    try:
        signed = verifier.is_valid_request(body, headers)
    except (ValueError, TypeError):  # the time is no number, or something is not the text that it should be
        signed = False
    if not signed:
        raise SignatureError(
            "The request is not signed by Slack, or was signed more than five minutes ago. If it was Slack that sent "
            "it, compare the setting slack_signing_secret with the app's Signing Secret, and this machine's clock."
        )
