"""How much work a question is worth: ``best``, which every published figure is for, or ``fast``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["PROFILES", "Profile", "ProfileName"]

ProfileName = Literal["best", "fast"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How deep each of the two searches goes, and how much of what they find is looked at.

    ``depth`` counts passages of a search, ``passages`` those whose sentences are candidates for an answer, and
    ``sentences_read`` the candidates that a cross-encoder reads together with the question.
    """

    name: ProfileName
    depth: int
    passages: int
    sentences_read: int


PROFILES: Mapping[ProfileName, Profile] = {
    "best": Profile("best", depth=300, passages=20, sentences_read=6),
    "fast": Profile("fast", depth=100, passages=8, sentences_read=0),
}
