"""What can be set about answering."""

from typing import Literal

from pydantic import Field

from assistant.cross_encoding import BUILT_IN
from assistant.models import Caution
from assistant.profiles import ProfileName
from index.settings import LayeredSettings

__all__ = ["AssistantSettings"]


class AssistantSettings(LayeredSettings):
    """Settings of the assistant: how much it says, and how sure it must be."""

    generator: Literal["extractive"] = Field(
        "extractive", description="What writes answers: extractive quotes sentences."
    )
    profile: ProfileName = Field(
        "best", description="How much work a question is worth: best, or fast (no cross-encoder, fewer candidates)."
    )
    cross_encoder: str = Field(
        BUILT_IN, description="What reads question and sentence together in `best`: citespan's own, or a model's name."
    )
    max_sentences: int = Field(4, ge=1, le=10, description="Longest answer, in sentences.")
    caution: Caution = Field("balanced", description="How sure an answer must be: cautious, balanced or eager.")
