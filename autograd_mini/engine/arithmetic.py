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


class Floats(Arithmetic):
    """Python floats with the results of IEEE-754, as NumPy gives them: inf and nan, never an exception.

    >>> floats.exp(1000.0), floats.log(0.0), floats.div(1.0, -0.0), floats.pow(-8.0, 0.5)
    (inf, -inf, -inf, nan)
    """

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

    @staticmethod
    def exp(x: float) -> float:
        try:
            return math.exp(x)
        except OverflowError:
            return INF

    @staticmethod
    def log(x: float) -> float:
        try:
            return math.log(x)
        except ValueError:
            return -INF if x == 0 else NAN

    @staticmethod
    def log1p(x: float) -> float:
        try:
            return math.log1p(x)
        except ValueError:
            return -INF if x == -1 else NAN

    @staticmethod
    def sqrt(x: float) -> float:
        try:
            return math.sqrt(x)
        except ValueError:
            return NAN

    @staticmethod
    def sin(x: float) -> float:
        try:
            return math.sin(x)
        except ValueError:  # an infinity
            return NAN

    @staticmethod
    def cos(x: float) -> float:
        try:
            return math.cos(x)
        except ValueError:
            return NAN

    @staticmethod
    def tan(x: float) -> float:
        try:
            return math.tan(x)
        except ValueError:
            return NAN

    tanh = staticmethod(math.tanh)

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
    def max(xs: Sequence[float]) -> float:
        return reduce(Floats.maximum, xs)

    @staticmethod
    def first_max(xs: Sequence[float]) -> tuple[float, ...]:
        """1.0 for the first of the largest, 0.0 for all others."""
        first = xs.index(Floats.max(xs))
        return tuple([1.0 if i == first else 0.0 for i in range(len(xs))])


floats = Floats()
