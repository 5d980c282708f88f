"""What a rule may compute with, and the first arithmetic to read it in: IEEE-754 floats.

A rule is written once against an arithmetic `xp`, with the operators + - * and comparisons, and with
the functions below for everything else. Read in `floats` it gives numbers; read in `text` or `latex`
(formula.py) the same line gives its own formula, and read in `values` (value.py) a graph.
"""

from __future__ import annotations

import math
from functools import partial, reduce
from operator import add, mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, ClassVar


INF = math.inf
NAN = math.nan


class Arithmetic:
    """Base of all arithmetics: a function it does not have itself is read from its definition.

    So `floats.sigmoid(x)` is the forward rule of the primitive `sigmoid`, read in floats.
    """

    definitions: ClassVar[dict[str, Callable[..., Any]]] = {}  # filled by the table of primitives

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self.definitions:
            msg = f"{type(self).__name__} has no function {name!r}, and no primitive has that name"
            raise AttributeError(msg)
        method = partial(self.definitions[name], self)
        setattr(self, name, method)
        return method


def _total(function: Callable[[float], float], otherwise: Callable[[float], float]) -> Any:
    """The function of `math` everywhere: what IEEE-754 says where `math` raises."""

    def total(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError):
            return otherwise(x)

    return staticmethod(total)


class Floats(Arithmetic):
    """Python floats with the results of IEEE-754, as NumPy gives them: inf and nan, never an exception.

    >>> floats.exp(1000.0), floats.log(0.0), floats.div(1.0, -0.0), floats.pow(-8.0, 0.5)
    (inf, -inf, -inf, nan)
    """

    pi = math.pi

    @staticmethod
    def div(x: float, y: float) -> float:
        try:
            return x / y
        except ZeroDivisionError:
            if x == 0 or x != x:
                return NAN
            return math.copysign(INF, x) * math.copysign(1.0, y)

    @staticmethod
    def pow(x: float, y: float) -> float:
        try:
            return math.pow(x, y)
        except OverflowError:
            return -INF if x < 0 and y % 2 == 1 else INF
        except ValueError:
            if x != 0:
                return NAN
            return math.copysign(INF, x) if y % 2 == 1 else INF

    # `math` raises where IEEE-754 has an answer; tanh, arctan, arctan2, hypot and the like never do.
    exp = _total(math.exp, lambda x: INF)
    expm1 = _total(math.expm1, lambda x: INF)
    log = _total(math.log, lambda x: NAN if x else -INF)
    log2 = _total(math.log2, lambda x: NAN if x else -INF)
    log10 = _total(math.log10, lambda x: NAN if x else -INF)
    log1p = _total(math.log1p, lambda x: NAN if x < -1.0 else -INF)
    sqrt = _total(math.sqrt, lambda x: NAN)
    sin = _total(math.sin, lambda x: NAN)  # of an infinity
    cos = _total(math.cos, lambda x: NAN)
    tan = _total(math.tan, lambda x: NAN)
    arcsin = _total(math.asin, lambda x: NAN)
    arccos = _total(math.acos, lambda x: NAN)
    arctan = staticmethod(math.atan)
    arctan2 = staticmethod(math.atan2)
    sinh = _total(math.sinh, lambda x: math.copysign(INF, x))
    cosh = _total(math.cosh, lambda x: INF)
    tanh = staticmethod(math.tanh)
    arcsinh = staticmethod(math.asinh)
    arccosh = _total(math.acosh, lambda x: NAN)
    arctanh = _total(math.atanh, lambda x: math.copysign(INF, x) if abs(x) == 1.0 else NAN)
    erf = staticmethod(math.erf)
    erfc = staticmethod(math.erfc)
    hypot = staticmethod(math.hypot)
    # The sign is that of x, as floor(-0.0) is -0.0; infinities and nan are themselves.
    floor = _total(lambda x: math.copysign(math.floor(x), x), lambda x: x)

    @staticmethod
    def mod(x: float, y: float) -> float:
        try:
            return x % y
        except ZeroDivisionError:
            return NAN

    @staticmethod
    def floor_divide(x: float, y: float) -> float:
        try:
            return x // y
        except ZeroDivisionError:
            return Floats.div(x, y)

    @staticmethod
    def maximum(x: float, y: float) -> float:
        return x if x >= y or x != x else y

    @staticmethod
    def minimum(x: float, y: float) -> float:
        return x if x <= y or x != x else y

    @staticmethod
    def equal(x: float, y: float) -> bool:
        return x == y

    @staticmethod
    def where(condition: float, x: float, y: float) -> float:
        return x if condition else y

    guard = where  # a choice that steps around a trap of floats; formulas show only the last term

    @staticmethod
    def sum(xs: Sequence[float]) -> float:
        return reduce(add, xs, 0.0)  # not sum(): since Python 3.12 it rounds otherwise than single additions

    @staticmethod
    def dot(xs: Sequence[float], ys: Sequence[float]) -> float:
        return reduce(add, map(mul, xs, ys), 0.0)

    @staticmethod
    def first(z: float, xs: Sequence[float]) -> tuple[float, ...]:
        """1.0 for the first of xs that is z, or is nan, 0.0 for all others."""
        first = next(i for i, x in enumerate(xs) if x == z or x != x)
        return tuple([1.0 if i == first else 0.0 for i in range(len(xs))])


floats = Floats()
