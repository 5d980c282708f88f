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
    """Raise ValueError unless this can be the number of inputs or units."""
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        msg = f"the number of {what} must be a whole number of 1 or more, got {size!r}"
        raise ValueError(msg)


def check_count(configuration: dict[str, Any], given: int) -> None:
    """Raise ValueError unless a network of these sizes has `given` parameters."""
    outputs = configuration.get("outputs", 1)
    sizes = [configuration["inputs"], *(outputs if isinstance(outputs, list) else [outputs])]
    for size in sizes:
        check_size(size, "units")
    expected = parameter_count(sizes[0], sizes[1:], bool(configuration.get("bias", True)))
    if expected != given:
        msg = f"its sizes {sizes} need {expected} parameters, but it has {given}; save the model again"
        raise ValueError(msg)
