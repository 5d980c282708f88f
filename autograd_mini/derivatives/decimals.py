"""Elementary functions of decimal numbers, to sixty digits. Decimal has its own exp, ln, log10, sqrt and power."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from autograd_mini.engine.arithmetic import floats

DIGITS = 60
GUARD = 20  # more digits inside the elementary functions
LARGEST = 1000  # digits before the point: sin and cos of a larger number are nan (floats have 309)


def _context(digits: int) -> Context:
    return Context(prec=digits, traps=[], Emax=MAX_EMAX, Emin=MIN_EMIN)


CONTEXT = _context(DIGITS)
WIDE = _context(DIGITS + GUARD)
ONE, TWO, NAN = Decimal(1), Decimal(2), Decimal("nan")


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


PI = _pi(DIGITS + GUARD)
HALF_PI = WIDE.divide(PI, TWO)


def _is_tiny(x: Decimal) -> bool:
    """Whether an odd function of slope 1 at 0 is x itself there, to the last digit; so is nan."""
    return not x or x.is_nan() or (x.is_finite() and x.adjusted() < -DIGITS)


def _inside(x: Decimal) -> Context:
    """Digits enough for what is left where x, or 1 - x, is small beside 1."""
    return _more(2 * max(0, -x.adjusted()) if x.is_finite() else 0)


def exp_minus_one(x: Decimal) -> Decimal:
    if _is_tiny(x):
        return x
    context = _inside(x)
    return CONTEXT.plus(context.subtract(context.exp(x), ONE))


def binary_log(x: Decimal) -> Decimal:
    return CONTEXT.divide(WIDE.ln(x), WIDE.ln(TWO))


def hyperbolic_sine(x: Decimal) -> Decimal:
    if _is_tiny(x) or x.is_infinite():
        return x
    context = _inside(x)
    e = context.exp(x)
    return CONTEXT.divide(context.subtract(e, context.divide(ONE, e)), TWO)


def hyperbolic_cosine(x: Decimal) -> Decimal:
    e = WIDE.exp(x.copy_abs())
    return CONTEXT.divide(WIDE.add(e, WIDE.divide(ONE, e)), TWO)


def _arc_tangent(x: Decimal) -> Decimal:
    """With all guard digits: of half the angle, eight times, and then its series."""
    if x.copy_abs() > ONE:
        return WIDE.subtract(HALF_PI.copy_sign(x), _arc_tangent(WIDE.divide(ONE, x)))
    for _ in range(8):
        x = WIDE.divide(x, WIDE.add(ONE, WIDE.sqrt(WIDE.add(ONE, WIDE.multiply(x, x)))))
    minus_square = WIDE.multiply(x, x).copy_negate()
    power = total = x
    n, previous = 1, None
    while total != previous:
        power, n, previous = WIDE.multiply(power, minus_square), n + 2, total
        total = WIDE.add(total, WIDE.divide(power, Decimal(n)))
    return WIDE.multiply(total, Decimal(2**8))


def arc_tangent(x: Decimal) -> Decimal:
    return x if _is_tiny(x) else CONTEXT.plus(_arc_tangent(x))


def _leg(x: Decimal) -> Decimal:
    """The root of 1 - x², where 1 - x keeps all its digits."""
    context = _more(DIGITS)
    return context.sqrt(context.multiply(context.subtract(ONE, x), context.add(ONE, x)))


def _is_beyond_one(x: Decimal) -> bool:
    return x.is_nan() or x.copy_abs() > ONE


def arc_sine(x: Decimal) -> Decimal:
    if _is_beyond_one(x):
        return NAN
    return x if _is_tiny(x) else CONTEXT.plus(_arc_tangent(WIDE.divide(x, _leg(x))))


def arc_cosine(x: Decimal) -> Decimal:
    if _is_beyond_one(x):
        return NAN
    context = _more(DIGITS)
    half = WIDE.sqrt(context.divide(context.subtract(ONE, x), context.add(ONE, x)))
    return CONTEXT.multiply(TWO, _arc_tangent(half))


def angle(y: Decimal, x: Decimal) -> Decimal:
    if not (x and y and x.is_finite() and y.is_finite()):
        parts = floats.arctan2(float(y), float(x)) / floats.pi * 4  # quarters of π, or nan
        quarters = Decimal(f"{parts:.0f}").copy_sign(y)
        return CONTEXT.multiply(PI, WIDE.divide(quarters, Decimal(4)))
    turn = PI.copy_sign(y) if x < 0 else Decimal(0)
    return CONTEXT.add(turn, _arc_tangent(WIDE.divide(y, x)))


def area_sine(x: Decimal) -> Decimal:
    if _is_tiny(x) or x.is_infinite():
        return x
    size, context = x.copy_abs(), _more(0)
    square = context.multiply(size, size)
    part = context.divide(square, context.add(ONE, context.sqrt(context.add(ONE, square))))
    return log_of_one_plus(context.add(size, part)).copy_sign(x)


def area_cosine(x: Decimal) -> Decimal:
    if x.is_nan() or x < ONE:
        return NAN
    context = _more(DIGITS)
    above = context.subtract(x, ONE)
    part = context.sqrt(context.multiply(above, context.add(x, ONE)))
    return log_of_one_plus(context.add(above, part))


def area_tangent(x: Decimal) -> Decimal:
    if _is_beyond_one(x):
        return NAN
    if _is_tiny(x):
        return x
    context = _more(DIGITS)
    ratio = context.divide(context.multiply(TWO, x.copy_abs()), context.subtract(ONE, x.copy_abs()))
    return CONTEXT.divide(log_of_one_plus(ratio), TWO).copy_sign(x)


def _bell(x: Decimal) -> Decimal:
    """exp(-x²) / √π."""
    return WIDE.divide(WIDE.exp(_more(DIGITS).multiply(x, x).copy_negate()), WIDE.sqrt(PI))


def error(x: Decimal) -> Decimal:
    if not x or x.is_nan():
        return x
    if x.copy_abs() > 12:  # where 1 - erf is below the last digit
        return ONE.copy_sign(x)
    twice_square = WIDE.multiply(TWO, WIDE.multiply(x, x))
    term = total = x
    n, previous = 1, None
    while total != previous:
        term, n, previous = WIDE.divide(WIDE.multiply(term, twice_square), Decimal(n + 2)), n + 2, total
        total = WIDE.add(total, term)
    return CONTEXT.multiply(WIDE.multiply(TWO, total), _bell(x))


def error_complement(x: Decimal) -> Decimal:
    if x.is_nan() or x < 2:
        return WIDE.subtract(ONE, error(x))
    if x.is_infinite() or x.adjusted() > LARGEST:
        return Decimal(0)
    # Its continued fraction, from so deep inside that the rest is below the last digit (Abramowitz, 7.1.14).
    depth = 20 + int((70 / float(min(x, Decimal(100)))) ** 2)
    fraction = x
    for n in range(depth, 0, -1):
        fraction = WIDE.add(x, WIDE.divide(Decimal(n) / TWO, fraction))
    return CONTEXT.divide(_bell(x), fraction)


def length(x: Decimal, y: Decimal) -> Decimal:
    if x.is_infinite() or y.is_infinite():
        return Decimal("Infinity")
    return CONTEXT.sqrt(WIDE.add(WIDE.multiply(x, x), WIDE.multiply(y, y)))


def floor(x: Decimal) -> Decimal:
    return x.to_integral_value(ROUND_FLOOR)


def floor_divide(x: Decimal, y: Decimal) -> Decimal:
    if not (y and x.is_finite() and y.is_finite()):
        return Decimal(floats.floor_divide(float(x), float(y)))
    return floor(_more(x.adjusted() - y.adjusted()).divide(x, y))


def remainder(x: Decimal, y: Decimal) -> Decimal:
    if not (y and x.is_finite() and y.is_finite()):
        return Decimal(floats.mod(float(x), float(y)))
    context = _more(DIGITS + x.adjusted() - y.adjusted())
    rest = CONTEXT.plus(context.subtract(x, context.multiply(y, floor_divide(x, y))))
    return rest or rest.copy_sign(y)
