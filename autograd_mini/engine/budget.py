"""How many leaf Values may still be made: a bound on what a file can make us build."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


left: ContextVar[list[int] | None] = ContextVar("left", default=None)
leaves_left = left.get  # asked by every new leaf; None where nothing is bounded


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """A context in which more new leaves than `count` are a ValueError.

    >>> from autograd_mini import Value
    >>> with at_most(100):
    ...     [Value(0.0) for _ in range(10**9)]
    Traceback (most recent call last):
    ValueError: more than 100 Values would be made
    """
    token = left.set([count, count])
    try:
        yield
    finally:
        left.reset(token)


def spend(left: list[int]) -> None:
    """Take one from what is left."""
    left[0] -= 1
    if left[0] < 0:
        msg = f"more than {left[1]} Values would be made"
        raise ValueError(msg)
