"""How large a network is: sizes that can be, and how many parameters they need."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def parameter_count(inputs: int, outputs: Sequence[int], bias: bool = True) -> int:
    """How many parameters MLP(inputs, outputs) has, without building it.

    >>> parameter_count(784, [100, 10])
    79510
    """
    pairs = itertools.pairwise([inputs, *outputs])
    return sum((before + bias) * after for before, after in pairs)


def check_size(size: Any, what: str) -> None:
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        msg = f"the number of {what} must be a whole number of 1 or more, got {size!r}"
        raise ValueError(msg)
