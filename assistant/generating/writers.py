"""Who writes an answer, by name. What writing takes is imported when a model is first asked for, not to quote."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.claims.judge import ClaimJudge
from assistant.generating.chat import ChatModel

if TYPE_CHECKING:
    from assistant.generating.writing import Writer

__all__ = ["Writers"]


class Writers:
    """Models by the names that they are asked by, with what judges their claims. ``usual`` is who writes usually."""

    def __init__(
        self,
        open_model: Callable[[str | None], ChatModel | None],
        open_judge: Callable[[], ClaimJudge],
        *,
        tokens: int,
        usual: str,
    ) -> None:
        self.usual = usual
        self._open_model = open_model
        self._open_judge = open_judge
        self._tokens = tokens

    def writer(self, name: str | None) -> "Writer | None":
        """The writer of that name, None for the extractive one; the usual one where no name is given.

        Raises GeneratorError when it cannot be had, or may not be asked for.
        """
        model = self._open_model(name)
        if model is None:
            return None
        from assistant.generating.writing import Writer

        return Writer(model, self._open_judge(), tokens=self._tokens)
