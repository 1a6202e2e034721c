"""What can be set about answering."""

from typing import Literal

from pydantic import Field

from assistant.models import Caution
from index.settings import LayeredSettings

__all__ = ["AssistantSettings"]


class AssistantSettings(LayeredSettings):
    """Settings of the assistant: how much it says, and how sure it must be."""

    generator: Literal["extractive"] = Field(
        "extractive", description="What writes answers: extractive quotes sentences."
    )
    max_sentences: int = Field(4, ge=1, le=10, description="Longest answer, in sentences.")
    caution: Caution = Field("balanced", description="How sure an answer must be: cautious, balanced or eager.")
