"""What can be set about the ways in, and all settings together with where each value came from."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import TomlConfigSettingsSource

from assistant.settings import AssistantSettings
from index.errors import SettingsError
from index.settings import IndexSettings, LayeredSettings

__all__ = ["ApiSettings", "Origin", "Settings", "load_settings"]

PREFIX = "CITESPAN_"


class ApiSettings(LayeredSettings):
    """Settings of the HTTP service."""

    host: str = Field("127.0.0.1", description="Address that `citespan serve` listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port that `citespan serve` listens on.")


GROUPS: tuple[type[LayeredSettings], ...] = (IndexSettings, AssistantSettings, ApiSettings)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting in force, by package."""

    index: IndexSettings
    assistant: AssistantSettings
    api: ApiSettings
    flags: Mapping[str, str]

    def origins(self) -> Iterator["Origin"]:
        """Each setting's value and where it came from."""
        for group in (self.index, self.assistant, self.api):
            for name, field in type(group).model_fields.items():
                yield Origin(name, getattr(group, name), _origin(name, self.flags), field.description or "")


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting: its value in force, the layer that said so, and what it is for."""

    name: str
    value: object
    source: str
    description: str


def load_settings(flags: Mapping[str, str] | None = None) -> Settings:
    """Flags over environment over ``citespan.toml`` over defaults. Raises SettingsError, with a suggestion."""
    given = dict(flags or {})
    known = {name for group in GROUPS for name in group.model_fields}
    _refuse_unknown(given, known, "--set {}")
    _refuse_unknown(_from_file(), known, "citespan.toml: {}")
    in_environment = [key[len(PREFIX) :].lower() for key in os.environ if key.upper().startswith(PREFIX)]
    _refuse_unknown(in_environment, known, PREFIX + "{}", upper=True)
    try:
        return Settings(
            index=IndexSettings(**_those_of(IndexSettings, given)),
            assistant=AssistantSettings(**_those_of(AssistantSettings, given)),
            api=ApiSettings(**_those_of(ApiSettings, given)),
            flags=given,
        )
    except ValidationError as error:
        raise SettingsError(_explained(error, given)) from error


def _those_of(group: type[LayeredSettings], given: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in group.model_fields}


def _from_file() -> dict[str, Any]:
    try:
        return dict(TomlConfigSettingsSource(IndexSettings)())
    except (ValueError, OSError) as error:
        raise SettingsError(f"citespan.toml cannot be read: {error}. Correct it, or move it away.") from error


def _refuse_unknown(
    names: "Mapping[str, Any] | list[str]", known: set[str], shown: str, *, upper: bool = False
) -> None:
    for name in names:
        if name in known:
            continue
        close = difflib.get_close_matches(name, known, n=1)
        written = [shown.format(word.upper() if upper else word) for word in (name, *close)]
        hint = f" Did you mean {written[1]}?" if close else " `citespan config` lists all settings."
        raise SettingsError(f"Unknown setting {written[0]}.{hint}")


def _explained(error: ValidationError, flags: Mapping[str, str]) -> str:
    found = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in found["loc"])
    message = str(found["msg"]).removeprefix("Value error, ")
    return f"The setting {name} cannot be {found.get('input')!r}: {message}. Set by: {_origin(name, flags)}."


def _origin(name: str, flags: Mapping[str, str]) -> str:
    """The layer that says what a setting is."""
    if name in flags:
        return "flag"
    variable = next((key for key in os.environ if key.upper() == PREFIX + name.upper()), None)
    if variable is not None:
        return f"environment {variable}"
    return "citespan.toml" if name in _from_file() else "default"
