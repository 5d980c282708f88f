"""The operations of ALPHABET as functions of NumPy's arrays that write where they are told.

>>> import numpy as np
>>> out = np.empty(2)
>>> functions(np)["maximum"](np.array([0.0, np.nan]), np.array([-0.0, 1.0]), out=out)
>>> out.tolist()
[0.0, nan]
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from autograd_mini.compiler.program import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.compiler.kernel import Array


def functions(np: Any) -> dict[str, Callable[..., Any]]:
    """For each name a function (*reads, out): NumPy's own where it does what floats do."""

    def select(c: Array, x: Array, y: Array, out: Array) -> None:
        np.copyto(out, y)
        np.copyto(out, x, where=np.not_equal(c, 0.0))

    def first_of_equals(function: Callable[..., Any]) -> Callable[..., None]:
        def chosen(x: Array, y: Array, out: Array) -> None:
            function(x, y, out=out)
            np.copyto(out, x, where=np.equal(x, y))  # of 0.0 and -0.0 NumPy takes one or the other

        return chosen

    def power(x: Array, y: Array, out: Array) -> None:
        # NumPy takes the root for one exponent 0.5, which differs at -inf and -0.0.
        (np.float_power if y.size == 1 and y == 0.5 else np.power)(x, y, out=out)

    try:
        from scipy import special
    except ImportError:
        erf, erfc = (partial(np.frompyfunc(f, 1, 1), casting="unsafe") for f in (math.erf, math.erfc))
    else:
        erf, erfc = special.erf, special.erfc
    names = {"sub": "subtract", "mul": "multiply", "neg": "negative", "abs": "absolute", "div": "divide"}
    own: dict[str, Callable[..., Any]] = {
        "select": select,
        "maximum": first_of_equals(np.maximum),
        "minimum": first_of_equals(np.minimum),
        "pow": power,
        "erf": erf,
        "erfc": erfc,
    }
    return {name: own.get(name) or getattr(np, names.get(name, name)) for name in ALPHABET}
