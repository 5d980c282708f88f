"""Numbers and arrays from outside: what counts as one, and what is said of anything else.

NumPy is never imported here: without it there is nothing of its making to meet.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import cache
from operator import index
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import NotANumberError, require, shown

if TYPE_CHECKING:
    from collections.abc import Callable


def is_number(x: Any) -> bool:
    """Whether this is a real number: an int, float, bool or NumPy scalar."""
    if isinstance(x, (float, int)):
        return True
    numpy = sys.modules.get("numpy")  # no NumPy scalar exists unless NumPy was imported
    return numpy is not None and isinstance(x, numpy.generic) and isinstance(x.item(), (float, int))


def is_bool(x: Any) -> bool:
    """Whether this is a truth, of Python or of NumPy."""
    return is_number(x) and isinstance(x.item() if hasattr(x, "item") else x, bool)


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
    msg = (
        f"expected a Value or a number (int, float, bool, NumPy scalar), got {type(x).__name__} {shown(x)};"
        " convert it with float(), or work on its entries one by one"
    )
    raise NotANumberError(msg)


def real(x: Any, wanted: str, fits: Callable[[float], bool] = lambda x: True) -> float:
    """A setting as a float: a finite number that fits.

    Raises ValueError with what was wanted and what was given, TypeError if that is no number.

    >>> real(2, "the factor must be a positive number", lambda x: x > 0)
    2.0
    """
    require(is_number(x), wanted, x)
    try:
        number = float(x)
    except OverflowError:
        number = math.inf
    if not (math.isfinite(number) and fits(number)):
        msg = f"{wanted}, got {shown(x)}"
        raise ValueError(msg)
    return number


def whole(x: Any, what: str, least: int = 1, most: int = 10**9) -> int:
    """A setting as an int between least and most. Raises ValueError for anything else.

    >>> whole(3, "epochs")
    3
    """
    try:
        number = None if isinstance(x, bool) else index(x)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        limits = f"{least} or more" if number is None or number < least else f"{least} to {most:,}"
        msg = f"{what} must be a whole number of {limits}, got {shown(x)}"
        raise ValueError(msg)
    return number


def flag(x: Any, what: str) -> bool:
    """A setting as a bool. Raises TypeError for anything but True and False, 1 and 0.

    >>> flag(True, "bias")
    True
    """
    require(is_number(x) and x in (0, 1), f"{what} must be True or False", x)
    return bool(x)


def is_sequence(x: Any) -> bool:
    """Whether this is a list, tuple or array: what has an order and a length, and is no text."""
    if isinstance(x, (list, tuple)):
        return True
    if not hasattr(x, "__len__") or isinstance(x, (str, bytes, bytearray)):
        return False
    return isinstance(x, Sequence) or getattr(x, "ndim", 0) > 0


hooks: dict[str, Any] = {}  # by which NumPy asks before it computes with Values; arrays.py fills them in


@cache
def array_class() -> Any:
    """The arrays that hold Values: NumPy's own, but for the hooks. A function, as NumPy may come later."""
    return type("Array", (sys.modules["numpy"].ndarray,), hooks)


def is_array(x: Any) -> bool:
    """Whether this is an array of NumPy or of ours; other subclasses may mean something else by * or ==."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(x, numpy.ndarray):
        return False
    return type(x) is numpy.ndarray or type(x) is array_class()


def boxed(x: Any) -> Any:
    """The same for NumPy to compute with, without asking us: a scalar in an array of dimension 0."""
    numpy = sys.modules["numpy"]
    if is_array(x):
        return x.view(numpy.ndarray)
    if isinstance(x, list | tuple):
        return x
    box = numpy.empty((), dtype=object)
    box[()] = x.item() if isinstance(x, numpy.generic) else x
    return box


def unboxed(x: Any) -> Any:
    """What NumPy computed: an array of objects as one of ours, or what is in it if it has no dimension."""
    if not is_array(x) or x.dtype != object:
        return x
    return x.view(array_class()) if x.ndim else x.item()


def elementwise(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """The array of what a function makes of each entry, by NumPy's broadcasting: of floats, or of objects."""
    numpy = sys.modules["numpy"]
    with numpy.errstate(all="ignore"):  # as everywhere here: inf and nan, and no warning
        result = numpy.frompyfunc(function, len(arguments), 1)(*map(boxed, arguments))
    are_floats = is_array(result) and all(x.__class__ is float for x in result.flat)
    return result.astype(float) if are_floats else unboxed(result)
