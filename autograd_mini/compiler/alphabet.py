"""The operations of ALPHABET read in another arithmetic, as rules are.

>>> from autograd_mini.formulas.python import source
>>> print(read_in(source, "less", source.symbol("x"), source.symbol("y")))
x < y
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "neg": operator.neg,
    "abs": operator.abs,
    "less": operator.lt,
    "less_equal": operator.le,
}


def read_in(xp: Any, name: str, *reads: Any) -> Any:
    """The operation of that name on numbers of the arithmetic; comparisons are truths there, not 1.0 and 0.0."""
    function = OPERATORS.get(name) or getattr(xp, "where" if name == "select" else name)
    return function(*reads)
