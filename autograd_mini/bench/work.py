"""Work to be timed: what contenders a row of the table has, and how the packages of others are asked for."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Task = Callable[[], Any]

OURS = "autograd_mini"


class Work(NamedTuple):
    """One row: what is computed, by whom, and what our speed should be beside theirs.

    contenders: each by name makes a task, a function that computes once and returns numbers, or a `Measured`; None
    if its package is not installed. reach: how many times faster than that contender ours should be.
    """

    name: str
    contenders: dict[str, Callable[[], Task | None]]
    reach: dict[str, float]
    tolerance: float = 1e-9


class Measured(NamedTuple):
    """What a task says it took, where that is not the time of its call, and the numbers it computed."""

    seconds: float
    numbers: Any


def is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def jax_in_doubles() -> Any:
    """The module, in double precision; None if it is not installed."""
    if not is_installed("jax"):
        return None
    import jax

    jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
    return jax


def torch_on_one_thread() -> Any:
    """The module; None if it is not installed."""
    if not is_installed("torch"):
        return None
    import torch

    torch.set_num_threads(1)
    return torch


def total(xs: Any) -> Any:
    """The sum of numbers or arrays of any kind, and 0.0 for nothing."""
    result = 0.0
    for x in xs:
        result = result + x
    return result
