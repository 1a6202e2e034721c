"""The models that may write answers here, by name, each opened when it is first asked for."""

import difflib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from assistant.errors import GeneratorError
from assistant.generating.chat import ChatModel
from assistant.generating.failures import KEY_VARIABLES
from assistant.settings import AssistantSettings

if TYPE_CHECKING:
    from assistant.generating.local_models import LocalServer

__all__ = ["EXTRACTIVE", "Generators"]

EXTRACTIVE = "extractive"
_EXTRAS = {
    "openai": "openai",
    "azure_openai": "openai",
    "anthropic": "anthropic",
    "google_genai": "google",
    "mistralai": "mistral",
    "ollama": "ollama",
    "gguf": "gguf",
}


class Generators:
    """What an operator allowed to write answers. Safe to use from several threads."""

    def __init__(self, settings: AssistantSettings, *, notify: Callable[[str], None]) -> None:
        self.usual = settings.generator.strip()
        self.names = tuple(dict.fromkeys((self.usual, EXTRACTIVE, *settings.generators)))
        self._settings = settings
        self._notify = notify
        self._lock = threading.Lock()
        self._models: dict[str, ChatModel] = {}
        self._servers: dict[str, LocalServer] = {}

    def open(self, name: str | None = None) -> ChatModel | None:
        """The model of this name, the usual one for None; None where sentences are quoted and nothing is written.

        Raises GeneratorError when it is not allowed here or cannot be had.
        """
        name = self.usual if name is None else name.strip()
        if name not in self.names:
            allowed = ", ".join(self.names)
            raise GeneratorError(
                f"{name!r} may not write answers here, only: {allowed}. An operator allows others with "
                "CITESPAN_GENERATORS."
            )
        if name == EXTRACTIVE:
            return None
        with self._lock:
            self._forget_if_ended(name)
            if name not in self._models:
                self._models[name] = self._opened(name)
            return self._models[name]

    def close(self) -> None:
        """Stop the local models; again does no harm. What is opened afterwards is opened anew."""
        with self._lock:
            self._models.clear()
            servers, self._servers = self._servers, {}
        for server in servers.values():
            server.close()

    def _forget_if_ended(self, name: str) -> None:
        server = self._servers.get(name)
        if server is not None and not server.running:
            server.close()
            del self._servers[name], self._models[name]

    def _opened(self, name: str) -> ChatModel:
        provider, _, model = name.partition(":")
        if not provider or not model:
            raise GeneratorError(
                f"{name!r} names no model: give provider:model (openai:gpt-5-mini), gguf:FILE, or {EXTRACTIVE}."
            )
        if provider == "gguf":
            return self._local(name, Path(model).expanduser())
        own_url = _checked(self._settings.generator_url) if provider == "openai" else None
        secret = self._settings.generator_key
        key = secret.get_secret_value() if secret else "none"
        place = "CITESPAN_GENERATOR_KEY" if own_url else _variable(provider)
        return self._chat(name, provider, model, url=own_url, key=key, key_place=place)

    def _local(self, name: str, path: Path) -> ChatModel:
        from assistant.generating.local_models import LocalServer

        self._notify(f"Loading {path.name} …")
        server = LocalServer(path, window=self._settings.generator_window)
        try:
            chat = self._chat(
                name, "openai", path.name, url=server.url, key=server.key, key_place="gguf", window=server.window
            )
        except GeneratorError:
            server.close()
            raise
        self._servers[name] = server
        return chat

    def _chat(
        self,
        name: str,
        provider: str,
        model: str,
        *,
        url: str | None,
        key: str,
        key_place: str,
        window: int | None = None,
    ) -> ChatModel:
        from assistant.generating.langchain_chat import LangChainChat, build, known_providers

        settings = self._settings
        known = known_providers()
        if known and provider not in known:
            raise GeneratorError(_unknown(provider, known))
        try:
            chat = build(
                provider,
                model,
                seconds=settings.generator_seconds,
                tokens=settings.generator_tokens,
                tracing=settings.langsmith_tracing,
                url=url,
                key=key,
            )
        except ImportError as error:
            raise GeneratorError(_missing(name, error)) from None
        except Exception as error:  # noqa: BLE001  each provider's package has its own
            raise GeneratorError(
                f"{name} cannot be opened ({type(error).__name__}): is {key_place} set, and the name right?"
            ) from None
        return LangChainChat(
            chat,
            name=name,
            model=model,
            window=window or settings.generator_window,
            seconds=settings.generator_seconds,
            tracing=settings.langsmith_tracing,
            key_place=key_place,
        )


def _checked(url: str | None) -> str | None:
    if url and not (urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname):
        raise GeneratorError("CITESPAN_GENERATOR_URL is no URL: give one like http://127.0.0.1:8000/v1.")
    return url or None


def _unknown(provider: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(provider.lower(), (*known, "gguf"), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are gguf, {', '.join(known)}."
    return f"{provider!r} is no provider of models: {hint}"


def _missing(name: str, error: ImportError) -> str:
    """LangChain names the packages that are no extras of ours."""
    extra = _EXTRAS.get(name.partition(":")[0])
    return f"{name} needs a package that is not installed: pip install 'citespan[{extra}]'" if extra else f"{error}"


def _variable(provider: str) -> str:
    return KEY_VARIABLES.get(provider, "the variable that the provider's package reads its key from")
