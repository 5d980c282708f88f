"""How large a network is: sizes that can be, and how many parameters they need."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from autograd_mini.engine.interop import whole
from autograd_mini.errors import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


MOST = 10_000_000  # parameters; as many Values take gigabytes


def parameter_count(inputs: int, outputs: Sequence[int], bias: bool = True) -> int:
    """How many parameters MLP(inputs, outputs) has, without building it.

    >>> parameter_count(784, [100, 10])
    79510
    """
    pairs = itertools.pairwise([inputs, *outputs])
    return sum((before + bias) * after for before, after in pairs)


def checked_sizes(inputs: Any, outputs: Sequence[Any]) -> list[int]:
    """The sizes [inputs, *outputs] as ints. Raises ValueError unless each and their parameters can be."""
    sizes = [whole(inputs, "the number of inputs", most=MOST)]
    sizes += [whole(size, "the number of outputs", most=MOST) for size in outputs]
    if (count := parameter_count(sizes[0], sizes[1:])) > MOST:
        msg = f"the sizes {shown(sizes)} need {count:,} parameters; at most {MOST:,} fit one Value each"
        raise ValueError(msg)
    return sizes
