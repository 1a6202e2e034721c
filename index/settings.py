"""What can be set about the index, and where settings come from.

Flags win over ``CITESPAN_…`` in the environment, which win over ``citespan.toml`` in the working directory, which wins
over the defaults.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

import platformdirs
from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

__all__ = ["DEFAULT_MODEL", "IndexSettings", "LayeredSettings", "Words"]

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"


def _parts(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parts)]
"""Several values in one setting, with commas between."""


class LayeredSettings(BaseSettings):
    """Flags, environment, ``citespan.toml``, defaults: the first that says something wins."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="CITESPAN_", toml_file="citespan.toml", extra="ignore", frozen=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The layers, strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


class IndexSettings(LayeredSettings):
    """Settings of the index: where it lives, what it is made with."""

    state_dir: Path = Field(Path(".citespan"), description="Folder that holds the index.")
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("citespan")),
        description="Folder for what can be made again: converted models, indexes of `ask --documents`.",
    )
    chroma_url: str | None = Field(None, description="URL of a Chroma server; without it Chroma runs in the process.")
    model: str = Field(DEFAULT_MODEL, description="Embedding model: a Hugging Face name or a local folder.")
    precision: Literal["f32", "bf16"] = Field("f32", description="Arithmetic of the embedding model.")
    device: str = Field("auto", description="Where the model runs: auto, cpu, cuda, mps.")
    passage_tokens: int = Field(256, ge=16, description="Longest passage, in tokens, up to the model's window.")
    max_file_bytes: int = Field(50_000_000, ge=1, description="Larger files are skipped.")
    fallback_encoding: str = Field("cp1252", description="Decodes files that are not Unicode: a single-byte codec.")

    @field_validator("state_dir", "cache_dir", mode="before")
    @classmethod
    def _names_a_folder(cls, value: object) -> object:
        if value == "":
            raise ValueError("it is empty; give a folder, or leave it out")
        return Path(value).expanduser() if isinstance(value, (str, Path)) else value

    @field_validator("fallback_encoding")
    @classmethod
    def _is_single_byte(cls, name: str) -> str:
        if sum(_stands_alone(byte, name) for byte in range(256)) < 200:
            raise ValueError(f"{name!r} is not a single-byte encoding; try cp1252, cp1251 or iso8859-7")
        return name


def _stands_alone(byte: int, encoding: str) -> bool:
    try:
        return len(bytes([byte]).decode(encoding)) == 1
    except (LookupError, UnicodeDecodeError):
        return False
