"""What may not get worse: the gates in a small TOML file."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evals.measuring import METRICS
from evals.models import EvalError
from evals.rows import explained

__all__ = ["BY_NAME", "COMPARED", "POLICY", "Gate", "Policy", "read_policy"]

POLICY = Path(__file__).with_name("policy.toml")
"""The policy where none is named."""
BY_NAME = {metric.name: metric for metric in METRICS}
COMPARED = [metric for metric in METRICS if metric.better and metric.spread]


class Gate(BaseModel):
    """One metric that may not get worse by more than ``may_worsen``, on a split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: str
    split: Literal["all", "dev", "test"] = "all"
    may_worsen: float = Field(0.0, ge=0)

    @field_validator("metric")
    @classmethod
    def _is_measured(cls, name: str) -> str:
        if BY_NAME.get(name) not in COMPARED:
            gated = ", ".join(metric.name for metric in COMPARED)
            raise ValueError(f"there is no metric {name!r} to gate. There are: {gated}")
        return name


class Policy(BaseModel):
    """What may not get worse.

    ``alpha`` is the level from which on a difference counts as shown; ``may_lose_cases`` the share of the baseline's
    cases that may be gone or changed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    alpha: float = Field(0.05, gt=0, lt=1)
    may_lose_cases: float = Field(0.1, ge=0, le=1)
    gate: tuple[Gate, ...] = Field(min_length=1)


def read_policy(path: Path) -> Policy:
    """The policy in a TOML file. Raises EvalError."""
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvalError(f"The policy {path} cannot be read: {error}") from error
    except ValidationError as error:
        raise EvalError(f"The policy {path}{explained(error)}") from error
