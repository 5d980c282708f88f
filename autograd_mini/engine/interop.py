"""Numbers from outside: what counts as one, and what is said of anything else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from autograd_mini.errors import NotANumberError

if TYPE_CHECKING:
    from typing import Any


def as_float(x: Any) -> float:
    """The float that an int, float, bool or NumPy scalar stands for.

    Raises NotANumberError (a TypeError) for anything else, and for an int too large for a float.
    """
    if isinstance(x, (float, int)):
        try:
            return float(x)
        except OverflowError:
            bits = int(x).bit_length()
            msg = f"an int of {bits} bits does not fit a float (at most 1024 bits); divide it down first"
            raise NotANumberError(msg) from None
    numpy = sys.modules.get("numpy")  # no NumPy scalar exists unless NumPy was imported
    if numpy is not None and isinstance(x, numpy.generic) and isinstance(x.item(), (float, int)):
        return float(x)
    shown = repr(x) if len(repr(x)) < 60 else repr(x)[:57] + "..."
    msg = (
        f"expected a Value or a number (int, float, bool, NumPy scalar), got {type(x).__name__} {shown};"
        " convert it with float(), or work on its entries one by one"
    )
    raise NotANumberError(msg)
