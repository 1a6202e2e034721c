"""What can be set about the ways in, and all settings together with where each value came from."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import TomlConfigSettingsSource

from api.door.keys import key_of_entry
from api.door.origins import authority_of, origin_of
from assistant.settings import AssistantSettings
from index.errors import SettingsError
from index.settings import IndexSettings, LayeredSettings, Words

__all__ = ["ApiSettings", "Origin", "Settings", "load_settings"]

PREFIX = "CITESPAN_"


class ApiSettings(LayeredSettings):
    """Settings of the ways in: HTTP and Slack."""

    host: str = Field("127.0.0.1", description="Address that `citespan serve` listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port that `citespan serve` listens on.")
    public_url: str | None = Field(None, description="Where people reach the service, for links to sources.")
    api_keys: Words = Field(
        (), description="Keys besides those of `citespan keys`, as it prints them: name:scope:hash."
    )
    requests_per_minute: int = Field(120, ge=1, description="Requests that one key, or one address, may make.")
    concurrent_questions: int = Field(8, ge=1, description="Questions worked on at once; the next ones get a 503.")
    max_body_bytes: int = Field(1_000_000, ge=1000, description="Largest request that is no upload.")
    max_upload_bytes: int = Field(200_000_000, ge=1000, description="Largest upload, all its files together.")
    max_upload_files: int = Field(200, ge=1, description="Most files in one upload.")
    cors_origins: Words = Field((), description="Origins of other web pages that may use the service: https://host.")
    allowed_hosts: Words = Field((), description="Names that the service is reached by, besides its own address.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What `serve` logs.")
    log_format: Literal["text", "json"] = Field("text", description="How `serve` logs.")
    log_questions: bool = Field(default=False, description="Whether the text of questions is logged.")
    slack_bot_token: SecretStr | None = Field(None, description="Slack's bot token, xoxb-….")
    slack_app_token: SecretStr | None = Field(None, description="Slack's app token for Socket Mode, xapp-….")
    slack_signing_secret: SecretStr | None = Field(None, description="Slack's secret that signs /slack/events.")
    slack_collections: Words = Field((), description="Collections of Slack channels: C0123=trials, with commas.")

    @field_validator("api_keys")
    @classmethod
    def _are_entries(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        names = [key_of_entry(entry).name for entry in entries]
        if len(set(names)) < len(names):
            raise ValueError("two keys have the same name")
        return entries

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin_of(origin) is None:
                raise ValueError(f"{origin!r} is not an origin: https://host or http://host:port, and nothing after it")
        return origins

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if authority_of(host) is None:
                raise ValueError(f"{host!r} is not a host: a name or an address, as in assistant.example or [::1]:8080")
        return hosts

    @field_validator("public_url")
    @classmethod
    def _is_a_place(cls, url: str | None) -> str | None:
        if url is not None and origin_of("/".join(url.split("/")[:3])) is None:
            raise ValueError("give the address that people type, for example https://assistant.example")
        return url.rstrip("/") if url else None


NEVER_SAID = {"api_keys", "generator_key", "slack_bot_token", "slack_app_token", "slack_signing_secret"}
"""Settings whose values may be secrets, also where they are wrong."""

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
    value = "what it is" if name.partition(".")[0] in NEVER_SAID else repr(found.get("input"))
    return f"The setting {name} cannot be {value}: {message}. Set by: {_origin(name, flags)}."


def _origin(name: str, flags: Mapping[str, str]) -> str:
    """The layer that says what a setting is."""
    if name in flags:
        return "flag"
    variable = next((key for key in os.environ if key.upper() == PREFIX + name.upper()), None)
    if variable is not None:
        return f"environment {variable}"
    return "citespan.toml" if name in _from_file() else "default"
