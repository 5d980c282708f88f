"""Numbers of sixty digits, on which functions and rules run unchanged: differences are then exact to the eye.

`Digits` is a decimal number of sixty digits beside the float that the same computation makes. `precise` is the
arithmetic in which rules are read on them, IEEE-754 in its infinities and nans, and `Precise` the Value that
carries them through a function, derivatives included. Comparisons look at the floats, and at the decimals
where the floats are equal: so a function takes the branches it takes on floats, and at a kink each side its own.
"""

from __future__ import annotations

import operator
from contextvars import ContextVar
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from autograd_mini.derivatives.tracers import Tracer, dispatch_operators
from autograd_mini.engine.arithmetic import Floats, floats
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule


DIGITS = 60
GUARD = 20  # more digits inside the elementary functions
LARGEST = 1000  # digits before the point: sin and cos of a larger number are nan (floats have 309)


def _context(digits: int) -> Context:
    return Context(prec=digits, traps=[], Emax=MAX_EMAX, Emin=MIN_EMIN)


CONTEXT = _context(DIGITS)
WIDE = _context(DIGITS + GUARD)
ONE, TWO, NAN = Decimal(1), Decimal(2), Decimal("nan")

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


# Elementary functions of decimals. Decimal has its own exp, ln, sqrt and power, each right to the last digit.


def _more(count: int) -> Context:
    return _context(DIGITS + GUARD + max(0, count))


@lru_cache
def _pi(count: int) -> Decimal:
    """π to so many digits: 16 arctan(1/5) - 4 arctan(1/239) (Machin, 1706)."""
    context = _context(count + 10)

    def arctan_of_one_over(n: int) -> Decimal:
        power = total = context.divide(ONE, Decimal(n))
        k, previous = 1, None
        while total != previous:
            power, k, previous = context.divide(power, Decimal(-n * n)), k + 2, total
            total = context.add(total, context.divide(power, Decimal(k)))
        return total

    fifth = context.multiply(Decimal(16), arctan_of_one_over(5))
    return context.subtract(fifth, context.multiply(Decimal(4), arctan_of_one_over(239)))


def _sine_and_cosine(x: Decimal) -> tuple[Decimal, Decimal]:
    """Both, from their series at what is left of x after quarter turns, divided by 8."""
    if not x.is_finite() or x.adjusted() > LARGEST:
        return NAN, NAN
    # A number of sixty digits can come that near to a quarter turn, and what is left needs sixty digits too.
    context = _more(DIGITS + x.adjusted())
    quarter = context.divide(_pi(context.prec), TWO)
    turns = context.divide(x, quarter).to_integral_value(ROUND_HALF_EVEN)
    eighth = WIDE.divide(context.subtract(x, context.multiply(turns, quarter)), Decimal(8))
    minus_square = WIDE.multiply(eighth, eighth).copy_negate()

    def series(term: Decimal, n: int) -> Decimal:
        total, previous = term, None
        while total != previous:
            term = WIDE.divide(WIDE.multiply(term, minus_square), Decimal((n + 1) * (n + 2)))
            n, previous, total = n + 2, total, WIDE.add(total, term)
        return total

    sine, cosine = series(eighth, 1), series(ONE, 0)
    for _ in range(3):
        double = WIDE.multiply(TWO, sine)
        sine, cosine = WIDE.multiply(double, cosine), WIDE.subtract(ONE, WIDE.multiply(double, sine))
    minus_sine, minus_cosine = sine.copy_negate(), cosine.copy_negate()
    quadrants = ((sine, cosine), (cosine, minus_sine), (minus_sine, minus_cosine), (minus_cosine, sine))
    return quadrants[int(turns) % 4]


def sine(x: Decimal) -> Decimal:
    return CONTEXT.plus(_sine_and_cosine(x)[0]) if x else x


def cosine(x: Decimal) -> Decimal:
    return CONTEXT.plus(_sine_and_cosine(x)[1])


def tangent(x: Decimal) -> Decimal:
    return CONTEXT.divide(*_sine_and_cosine(x)) if x else x


def log_of_one_plus(x: Decimal) -> Decimal:
    if not x or (x.is_finite() and x.adjusted() < -DIGITS - 2):
        return x  # to the last digit
    context = _more(-x.adjusted() if x.is_finite() else 0)
    return CONTEXT.plus(context.ln(context.add(ONE, x)))


def hyperbolic_tangent(x: Decimal) -> Decimal:
    if not x or x.is_nan() or x.adjusted() < -DIGITS:
        return x
    context = _more(-x.adjusted() if x.is_finite() else 0)
    e = context.exp(context.multiply(-TWO, x.copy_abs()))
    return CONTEXT.divide(context.subtract(ONE, e), context.add(ONE, e)).copy_sign(x)


def power(x: Decimal, y: Decimal) -> Decimal:
    if x and x.is_finite() and y.is_finite():
        return CONTEXT.power(x, y) if y else ONE
    return Decimal(floats.pow(float(x), float(y)))  # 0, inf and nan as IEEE-754 has them


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

    div = _paired("div", CONTEXT.divide)
    pow = _paired("pow", power)
    exp = _paired("exp", CONTEXT.exp)
    log = _paired("log", CONTEXT.ln)
    log1p = _paired("log1p", log_of_one_plus)
    sqrt = _paired("sqrt", CONTEXT.sqrt)
    sin = _paired("sin", sine)
    cos = _paired("cos", cosine)
    tan = _paired("tan", tangent)
    tanh = _paired("tanh", hyperbolic_tangent)


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
