"""What can be set about answering."""

from pydantic import Field, SecretStr

from assistant.cross_encoding import BUILT_IN
from assistant.models import Caution
from assistant.profiles import ProfileName
from index.settings import LayeredSettings, Words

__all__ = ["AssistantSettings"]


class AssistantSettings(LayeredSettings):
    """Settings of the assistant: how much it says, and how sure it must be."""

    generator: str = Field(
        "extractive",
        description="What writes answers: extractive (quotes sentences), provider:model, or gguf:FILE.",
    )
    generators: Words = Field((), description="Others that a question may ask for: names, with commas.")
    generator_url: str | None = Field(None, description="URL of the OpenAI-compatible server that openai:MODEL means.")
    generator_key: SecretStr | None = Field(
        None, description="Key for that server; providers read their own variables."
    )
    generator_seconds: float = Field(
        60, gt=0, description="How long a model may take over an answer, retries included."
    )
    generator_window: int | None = Field(
        None,
        ge=512,
        description="Tokens that a model can read and write; else what is known of it, or 4096.",
    )
    generator_tokens: int = Field(512, ge=32, description="Longest draft that a model may write, in tokens.")
    claim_judge: str = Field(
        "built-in", description="What checks a model's claims: built-in, or the name of an NLI model."
    )
    langsmith_tracing: bool = Field(
        default=False, description="Whether prompts and answers may go to LangSmith, where its own variables say so."
    )
    profile: ProfileName = Field(
        "best", description="How much work a question is worth: best, or fast (no cross-encoder, fewer candidates)."
    )
    cross_encoder: str = Field(
        BUILT_IN, description="What reads question and sentence together in `best`: citespan's own, or a model's name."
    )
    max_sentences: int = Field(4, ge=1, le=10, description="Longest answer, in sentences.")
    caution: Caution = Field("balanced", description="How sure an answer must be: cautious, balanced or eager.")
