"""Numbers of sixty digits, on which functions and rules run unchanged: differences are then exact to the eye.

`Digits` is a decimal number of sixty digits beside the float that the same computation makes. `precise` is the
arithmetic in which rules are read on them, IEEE-754 in its infinities and nans, and `Precise` the Value that
carries them through a function, derivatives included. Comparisons look at the floats, and at the decimals
where the floats are equal: so a function takes the branches it takes on floats, and at a kink each side its own.
"""

from __future__ import annotations

import operator
from contextvars import ContextVar
from decimal import Decimal
from typing import TYPE_CHECKING

from autograd_mini.derivatives import decimals
from autograd_mini.derivatives.decimals import CONTEXT
from autograd_mini.derivatives.tracers import Tracer, dispatch_operators
from autograd_mini.engine.arithmetic import Floats, floats
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule


_decide: ContextVar[Callable[[bool], bool]] = ContextVar("_decide")  # of a comparison, given what it says


class Digits:
    """A number to sixty digits, and the float that the same computation makes in its place."""

    __slots__ = ("exact", "float")

    def __init__(self, exact: Decimal, float: float) -> None:  # noqa: A002
        self.exact = exact
        self.float = float

    def __add__(self, other: Any) -> Digits:
        y = digits(other)
        return Digits(CONTEXT.add(self.exact, y.exact), self.float + y.float)

    def __radd__(self, other: Any) -> Digits:
        return digits(other) + self

    def __sub__(self, other: Any) -> Digits:
        y = digits(other)
        return Digits(CONTEXT.subtract(self.exact, y.exact), self.float - y.float)

    def __rsub__(self, other: Any) -> Digits:
        return digits(other) - self

    def __mul__(self, other: Any) -> Digits:
        y = digits(other)
        return Digits(CONTEXT.multiply(self.exact, y.exact), self.float * y.float)

    def __rmul__(self, other: Any) -> Digits:
        return digits(other) * self

    def __truediv__(self, other: Any) -> Digits:
        return precise.div(self, other)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: Any) -> Digits:
        return precise.div(other, self)  # type: ignore[no-any-return]

    def __pow__(self, other: Any) -> Digits:
        return precise.pow(self, other)  # type: ignore[no-any-return]

    def __neg__(self) -> Digits:
        return Digits(self.exact.copy_negate(), -self.float)

    def __abs__(self) -> Digits:
        return -self if self < 0.0 else self

    def __bool__(self) -> bool:
        return self != 0.0

    def compare(self, other: Any, relation: Callable[[float, float], bool]) -> bool:
        """The relation as the floats have it; as the decimals have it if the floats are equal."""
        y = digits(other)
        pair = self.float, y.float
        if self.float == y.float:
            pair = float(CONTEXT.compare(self.exact, y.exact)), 0.0
        return _decide.get(bool)(relation(*pair))

    def __lt__(self, other: Any) -> bool:
        return self.compare(other, operator.lt)

    def __le__(self, other: Any) -> bool:
        return self.compare(other, operator.le)

    def __gt__(self, other: Any) -> bool:
        return self.compare(other, operator.gt)

    def __ge__(self, other: Any) -> bool:
        return self.compare(other, operator.ge)

    def __eq__(self, other: object) -> bool:
        return self.compare(other, operator.eq)

    def __ne__(self, other: object) -> bool:
        return self.compare(other, operator.ne)

    __hash__ = object.__hash__


def digits(x: Any) -> Digits:
    """A Value, a tracer or a number in sixty digits; a float stands for exactly the number it is."""
    while isinstance(x, Value):
        if x.__class__ is Precise:
            return Digits(x.exact, x.primal)
        x = x.data if x.primal is None else x.primal  # the first raises: an unbound variable
    if x.__class__ is Digits:
        return x
    number = as_float(x)
    return Digits(Decimal.from_float(number), number)  # noqa: FURB164 (it leaves the caller's context alone)


def _paired(name: str, function: Callable[..., Decimal]) -> Any:
    """A function of Digits: one function for their decimals, and that of the floats for the floats."""
    of_floats = getattr(floats, name)

    def paired(*xs: Any) -> Digits:
        pairs = [digits(x) for x in xs]
        return Digits(function(*[x.exact for x in pairs]), of_floats(*[x.float for x in pairs]))

    return staticmethod(paired)


class PreciseArithmetic(Floats):
    """Sixty digits with the results of IEEE-754: inf and nan, never an exception. Choices are those of floats.

    >>> precise.exp(1.0).exact
    Decimal('2.71828182845904523536028747135266249775724709369995957496697')
    >>> precise.log(0.0).exact, precise.div(1.0, -0.0).exact
    (Decimal('-Infinity'), Decimal('-Infinity'))
    """

    pi = Digits(decimals.PI, floats.pi)  # type: ignore[assignment]
    div = _paired("div", CONTEXT.divide)
    pow = _paired("pow", decimals.power)
    exp = _paired("exp", CONTEXT.exp)
    expm1 = _paired("expm1", decimals.exp_minus_one)
    log = _paired("log", CONTEXT.ln)
    log2 = _paired("log2", decimals.binary_log)
    log10 = _paired("log10", CONTEXT.log10)
    log1p = _paired("log1p", decimals.log_of_one_plus)
    sqrt = _paired("sqrt", CONTEXT.sqrt)
    sin = _paired("sin", decimals.sine)
    cos = _paired("cos", decimals.cosine)
    tan = _paired("tan", decimals.tangent)
    arcsin = _paired("arcsin", decimals.arc_sine)
    arccos = _paired("arccos", decimals.arc_cosine)
    arctan = _paired("arctan", decimals.arc_tangent)
    arctan2 = _paired("arctan2", decimals.angle)
    sinh = _paired("sinh", decimals.hyperbolic_sine)
    cosh = _paired("cosh", decimals.hyperbolic_cosine)
    tanh = _paired("tanh", decimals.hyperbolic_tangent)
    arcsinh = _paired("arcsinh", decimals.area_sine)
    arccosh = _paired("arccosh", decimals.area_cosine)
    arctanh = _paired("arctanh", decimals.area_tangent)
    erf = _paired("erf", decimals.error)
    erfc = _paired("erfc", decimals.error_complement)
    hypot = _paired("hypot", decimals.length)
    floor = _paired("floor", decimals.floor)
    floor_divide = _paired("floor_divide", decimals.floor_divide)
    mod = _paired("mod", decimals.remainder)


precise = PreciseArithmetic()


class Precise(Value):
    """A Value whose number is known to sixty digits, `exact`; its `data` is the float of the same computation."""

    __slots__ = ("exact",)
    exact: Decimal
    level = 0.5  # above captured Values, below every transform

    def __init__(self, number: Digits) -> None:
        super().__init__(number.float)
        self.exact = number.exact

    def apply(self, rule: Rule, arguments: Sequence[Any]) -> Precise:
        return Precise(digits(rule.forward(precise, *map(digits, arguments))))

    def __lt__(self, other: Any) -> bool:
        return digits(self).compare(other, operator.lt)

    def __le__(self, other: Any) -> bool:
        return digits(self).compare(other, operator.le)

    def __gt__(self, other: Any) -> bool:
        return digits(self).compare(other, operator.gt)

    def __ge__(self, other: Any) -> bool:
        return digits(self).compare(other, operator.ge)

    def __eq__(self, other: object) -> bool:
        is_number = isinstance(other, Value | float | int)
        return digits(self).compare(other, operator.eq) if is_number else NotImplemented

    def __bool__(self) -> bool:
        return bool(digits(self))

    __hash__ = object.__hash__


dispatch_operators(Precise)


def exactly(function: Callable[[list[Any]], Sequence[Any]], at: Sequence[Any]) -> Any:
    """The function with factors of 1 in sixty digits, for transforms at numbers of that kind; else as it is.

    The factors make the products of a sweep exact: of constants alone they would be products of floats.
    """
    numbers = list(at)
    while any(isinstance(x, Tracer) for x in numbers):
        numbers = [x.primal if isinstance(x, Tracer) else x for x in numbers]
    if not any(isinstance(x, Precise) for x in numbers):
        return function
    one = Precise(digits(1.0))
    return lambda xs: [y * one for y in function([x * one for x in xs])]


def run(
    function: Callable[[list[Any]], Sequence[Any]], at: Sequence[Digits], branches: Sequence[bool] = ()
) -> tuple[list[Digits], list[bool]]:
    """The results of a function of a list, in sixty digits, and the outcome of every comparison it made.

    branches: the outcomes that the first comparisons are given, whatever the numbers say.
    """
    given, taken = iter(branches), []

    def decide(outcome: bool) -> bool:
        taken.append(next(given, outcome))
        return taken[-1]

    token = _decide.set(decide)
    try:
        results = function([Precise(x) for x in at])
    finally:
        _decide.reset(token)
    return [digits(y) for y in results], taken
