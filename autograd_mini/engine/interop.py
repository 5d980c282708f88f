"""Numbers from outside: what counts as one, and what is said of anything else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from autograd_mini.errors import NotANumberError

if TYPE_CHECKING:
    from typing import Any


def is_number(x: Any) -> bool:
    """Whether this is a real number: an int, float, bool or NumPy scalar."""
    if isinstance(x, (float, int)):
        return True
    numpy = sys.modules.get("numpy")  # no NumPy scalar exists unless NumPy was imported
    return numpy is not None and isinstance(x, numpy.generic) and isinstance(x.item(), (float, int))


def as_float(x: Any) -> float:
    """The float that an int, float, bool or NumPy scalar stands for.

    Raises NotANumberError (a TypeError) for anything else, and for an int too large for a float.
    """
    if is_number(x):
        try:
            return float(x)
        except OverflowError:
            bits = int(x).bit_length()
            msg = f"an int of {bits} bits does not fit a float (at most 1024 bits); divide it down first"
            raise NotANumberError(msg) from None
    shown = repr(x) if len(repr(x)) < 60 else repr(x)[:57] + "..."
    msg = (
        f"expected a Value or a number (int, float, bool, NumPy scalar), got {type(x).__name__} {shown};"
        " convert it with float(), or work on its entries one by one"
    )
    raise NotANumberError(msg)
