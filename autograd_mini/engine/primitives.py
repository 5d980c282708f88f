"""THE table of primitives: each one's value and its partial derivatives, said once.

A rule is generic in the arithmetic `xp`, so the same line computes floats, builds graphs that can be
differentiated again, and prints itself as a formula. `x, y` are the inputs and `z` is the output,
used wherever it is cheaper or safer. To add a primitive is to add one `declare(...)` here: it is then
drawn, printed, stepped and tested without another edit.

Conventions where no derivative exists stand beside the rule, in `convention`; they are tested.
"""

from __future__ import annotations

from functools import reduce
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import INF
from autograd_mini.engine.rule import Rule, declare, define
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


# Arithmetic

declare("add", lambda xp, x, y: x + y, lambda xp, z, x, y: (1.0, 1.0), symbol="+")
declare("sub", lambda xp, x, y: x - y, lambda xp, z, x, y: (1.0, -1.0), symbol="−")
declare("mul", lambda xp, x, y: x * y, lambda xp, z, x, y: (y, x), symbol="×")
declare(
    "div",
    lambda xp, x, y: xp.div(x, y),
    lambda xp, z, x, y: (xp.div(1.0, y), -xp.div(z, y)),
    symbol="/",
    domain=lambda xp, x, y: abs(y),
)
declare("neg", lambda xp, x: -x, lambda xp, z, x: (-1.0,), symbol="−")
declare(
    "abs",
    lambda xp, x: abs(x),
    lambda xp, z, x: (xp.sign(x),),
    symbol="|·|",
    kinks=lambda xp, x: (x,),
    convention="abs'(0) = 0",
)


def _pow_partials(xp: Any, z: Any, x: Any, y: Any) -> tuple[Any, Any]:
    # Unguarded, y x^(y-1) is 0 · inf at x = y = 0, and z log(x) is 0 · -inf at x = 0 < y.
    exponent = xp.guard(xp.equal(abs(x) + abs(y), 0.0), 1.0, y - 1.0)
    base = xp.guard(xp.equal(x, 0.0), xp.where(y >= 0.0, 1.0, x), x)
    return y * xp.pow(x, exponent), z * xp.log(base)


declare(
    "pow",
    lambda xp, x, y: xp.pow(x, y),
    _pow_partials,
    symbol="^",
    domain=lambda xp, x, y: x,
    convention="∂/∂y = 0 at x = 0 for every y ≥ 0",
)


def power_slope(xp: Any, x: Any, n: Any) -> Any:
    """The derivative of x^n by x, for n ≠ 0."""
    return n * xp.pow(x, n - 1.0)


def power(n: float) -> Rule:
    """The rule of x^n for a constant n: right at negative x too, since no log(x) is taken.

    >>> from autograd_mini.engine.arithmetic import floats
    >>> power(3.0).partials(floats, -8.0, -2.0)
    (12.0,)
    """
    slope = (lambda xp, z, x: (power_slope(xp, x, n),)) if n else lambda xp, z, x: (0.0,)
    everywhere = n.is_integer() and n >= 0
    return Rule(
        "power",
        lambda xp, x: xp.pow(x, n),
        slope,
        symbol=f"^{number(n)}".replace("-", "−"),
        domain=None if everywhere else (lambda xp, x: abs(x)) if n.is_integer() else lambda xp, x: x,
        exponent=n,
    )


# Elementary functions

declare("exp", lambda xp, x: xp.exp(x), lambda xp, z, x: (z,))
define("exp2", lambda xp, x: xp.pow(2.0, x), lambda xp, z, x: (z * xp.log(2.0),))
# z + 1 would have lost the digits of a small exp(x).
declare("expm1", lambda xp, x: xp.expm1(x), lambda xp, z, x: (xp.exp(x),))
declare("log", lambda xp, x: xp.log(x), lambda xp, z, x: (xp.div(1.0, x),), domain=lambda xp, x: x)
declare(
    "log2",
    lambda xp, x: xp.log2(x),
    lambda xp, z, x: (xp.div(1.0, x * xp.log(2.0)),),
    domain=lambda xp, x: x,
)
declare(
    "log10",
    lambda xp, x: xp.log10(x),
    lambda xp, z, x: (xp.div(1.0, x * xp.log(10.0)),),
    domain=lambda xp, x: x,
)
declare(
    "log1p",
    lambda xp, x: xp.log1p(x),
    lambda xp, z, x: (xp.div(1.0, 1.0 + x),),
    domain=lambda xp, x: 1.0 + x,
)
declare(
    "sqrt", lambda xp, x: xp.sqrt(x), lambda xp, z, x: (xp.div(0.5, z),), symbol="√", domain=lambda xp, x: x
)
declare("sin", lambda xp, x: xp.sin(x), lambda xp, z, x: (xp.cos(x),))
declare("cos", lambda xp, x: xp.cos(x), lambda xp, z, x: (-xp.sin(x),))
declare(
    "tan",
    lambda xp, x: xp.tan(x),
    lambda xp, z, x: (1.0 + z * z,),
    domain=lambda xp, x: abs(xp.cos(x)),
)
# 1 - x² as a product: near x = ±1 it keeps its digits.
declare(
    "arcsin",
    lambda xp, x: xp.arcsin(x),
    lambda xp, z, x: (xp.div(1.0, xp.sqrt((1.0 - x) * (1.0 + x))),),
    domain=lambda xp, x: 1.0 - abs(x),
)
declare(
    "arccos",
    lambda xp, x: xp.arccos(x),
    lambda xp, z, x: (xp.div(-1.0, xp.sqrt((1.0 - x) * (1.0 + x))),),
    domain=lambda xp, x: 1.0 - abs(x),
)
declare("arctan", lambda xp, x: xp.arctan(x), lambda xp, z, x: (xp.div(1.0, 1.0 + x * x),))


def _arctan2_partials(xp: Any, _z: Any, y: Any, x: Any) -> tuple[Any, Any]:
    # Divided by r twice: r² overflows or vanishes where r does not.
    r = xp.hypot(x, y)
    by_y, by_x = xp.div(x, r) * xp.div(1.0, r), xp.div(-y, r) * xp.div(1.0, r)
    at_origin = xp.equal(r, 0.0)
    return xp.guard(at_origin, 0.0, by_y), xp.guard(at_origin, 0.0, by_x)


declare(
    "arctan2",
    lambda xp, y, x: xp.arctan2(y, x),
    _arctan2_partials,
    kinks=lambda xp, y, x: (xp.hypot(x, y) + x,),
    convention="on the cut x < 0 = y the slopes are those of either side; at x = y = 0 both are 0",
)
declare("sinh", lambda xp, x: xp.sinh(x), lambda xp, z, x: (xp.cosh(x),))
declare("cosh", lambda xp, x: xp.cosh(x), lambda xp, z, x: (xp.sinh(x),))
# With the output: 1 - z² never overflows, where 1 / cosh(x)² does inside.
declare("tanh", lambda xp, x: xp.tanh(x), lambda xp, z, x: (1.0 - z * z,))
declare("arcsinh", lambda xp, x: xp.arcsinh(x), lambda xp, z, x: (xp.div(1.0, xp.hypot(1.0, x)),))
declare(
    "arccosh",
    lambda xp, x: xp.arccosh(x),
    lambda xp, z, x: (xp.div(1.0, xp.sqrt(x - 1.0) * xp.sqrt(x + 1.0)),),
    domain=lambda xp, x: x - 1.0,
)
declare(
    "arctanh",
    lambda xp, x: xp.arctanh(x),
    lambda xp, z, x: (xp.div(1.0, (1.0 - x) * (1.0 + x)),),
    domain=lambda xp, x: 1.0 - abs(x),
)


def _bell(xp: Any, x: Any) -> Any:
    """The slope of erf, 2/√π exp(-x²)."""
    return xp.div(2.0, xp.sqrt(xp.pi)) * xp.exp(-xp.pow(x, 2.0))


declare("erf", lambda xp, x: xp.erf(x), lambda xp, z, x: (_bell(xp, x),))
declare("erfc", lambda xp, x: xp.erfc(x), lambda xp, z, x: (-_bell(xp, x),))


def _direction(xp: Any, z: Any, xs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The parts x / z of a vector of length z, 0 for the length 0."""
    return tuple([xp.guard(xp.equal(z, 0.0), 0.0, xp.div(x, z)) for x in xs])


declare(
    "hypot",
    lambda xp, x, y: xp.hypot(x, y),
    lambda xp, z, x, y: _direction(xp, z, (x, y)),
    kinks=lambda xp, x, y: (xp.hypot(x, y),),
    convention="at x = y = 0 both partials are 0",
)

# Rounding and remainders


def _to_whole(xp: Any, x: Any) -> tuple[Any, Any]:
    """How far x is above and below a whole number: both are 0 where floor and ceil jump."""
    return x - xp.floor(x), xp.ceil(x) - x


def _to_multiple(xp: Any, x: Any, y: Any) -> tuple[Any, Any]:
    return xp.mod(x, y), xp.mod(-x, y)


declare(
    "floor",
    lambda xp, x: xp.floor(x),
    lambda xp, z, x: (0.0,),
    kinks=_to_whole,
    convention="the slope is 0 everywhere, at the jumps too",
    choice=True,
)
define(
    "ceil",
    lambda xp, x: -xp.floor(-x),
    lambda xp, z, x: (0.0,),
    kinks=_to_whole,
    convention="the slope is 0 everywhere, at the jumps too",
    choice=True,
)
declare(
    "floor_divide",
    lambda xp, x, y: xp.floor_divide(x, y),
    lambda xp, z, x, y: (0.0, 0.0),
    symbol="//",
    domain=lambda xp, x, y: abs(y),
    kinks=_to_multiple,
    convention="the slopes are 0 everywhere, at the jumps too",
    choice=True,
)
declare(
    "mod",
    lambda xp, x, y: xp.mod(x, y),
    lambda xp, z, x, y: (1.0, -xp.floor_divide(x, y)),
    domain=lambda xp, x, y: abs(y),
    kinks=_to_multiple,
    convention="where x is a multiple of y the slopes are those above the jump",
    choice=True,
)

# Activations, made from the functions above

# exp(-x) may be inf: 1 / (1 + inf) is the right 0, so no second form for negative x is needed.
define("sigmoid", lambda xp, x: xp.div(1.0, 1.0 + xp.exp(-x)), lambda xp, z, x: (z * (1.0 - z),))
# log(1 + exp(x)) overflows from x = 710 on; this form never does.
define(
    "softplus",
    lambda xp, x: xp.maximum(x, 0.0) + xp.log1p(xp.exp(-abs(x))),
    lambda xp, z, x: (xp.sigmoid(x),),
)
define(
    "relu",
    lambda xp, x: xp.maximum(x, 0.0),
    lambda xp, z, x: (xp.heaviside(x),),
    kinks=lambda xp, x: (x,),
    convention="relu'(0) = 0",
    choice=True,
)
# Where a hinge of two slopes meets 0 the slope is the left one, as that of relu is.
define(
    "leaky_relu",
    lambda xp, x: xp.maximum(x, 0.01 * x),
    lambda xp, z, x: (xp.where(x > 0.0, 1.0, 0.01),),
    kinks=lambda xp, x: (x,),
    convention="leaky_relu'(0) = 0.01",
)
define(
    "elu",
    lambda xp, x: xp.maximum(x, 0.0) + xp.expm1(xp.minimum(x, 0.0)),
    lambda xp, z, x: (xp.exp(xp.minimum(x, 0.0)),),
    kinks=lambda xp, x: (x,),
    convention="elu'(0) = 1, and elu''(0) = 1 of 1 and 0",
)


# The limits at infinity of what would be 0 · inf.
define(
    "silu",
    lambda xp, x: xp.guard(xp.equal(x, -INF), 0.0, x * xp.sigmoid(x)),
    lambda xp, z, x: (xp.guard(xp.equal(abs(x), INF), xp.sigmoid(x), xp.sigmoid(x) + z * xp.sigmoid(-x)),),
)


def _below(xp: Any, x: Any) -> Any:
    """The probability that a standard normal number is below x, with all digits where it is small."""
    return 0.5 * xp.erfc(xp.div(-x, xp.sqrt(2.0)))


def _density(xp: Any, x: Any) -> Any:
    return xp.div(xp.exp(-0.5 * xp.pow(x, 2.0)), xp.sqrt(2.0 * xp.pi))


define(
    "gelu",
    lambda xp, x: xp.guard(xp.equal(x, -INF), 0.0, x * _below(xp, x)),
    lambda xp, z, x: (xp.guard(xp.equal(abs(x), INF), _below(xp, x), _below(xp, x) + x * _density(xp, x)),),
)
define(
    "softsign",
    lambda xp, x: xp.guard(xp.equal(abs(x), INF), xp.sign(x), xp.div(x, 1.0 + abs(x))),
    lambda xp, z, x: (xp.div(1.0, xp.pow(1.0 + abs(x), 2.0)),),
    kinks=lambda xp, x: (x,),
    convention="softsign'(0) = 1, and softsign''(0) = 0 between -2 and 2",
)
define(
    "hard_sigmoid",
    lambda xp, x: xp.clip(xp.div(x + 3.0, 6.0), 0.0, 1.0),
    lambda xp, z, x: (xp.where(abs(x) < 3.0, xp.div(1.0, 6.0), 0.0),),
    kinks=lambda xp, x: (x - 3.0, x + 3.0),
    convention="at ±3 the slope is 0, as relu'(0) = 0",
    choice=True,
)
# The last branch of the next two hands on nan, as NumPy does.
define(
    "heaviside",
    lambda xp, x: xp.where(x > 0.0, 1.0, xp.where(x <= 0.0, 0.0, x)),
    lambda xp, z, x: (0.0,),
    kinks=lambda xp, x: (x,),
    convention="heaviside(0) = 0 and heaviside'(0) = 0",
    choice=True,
)
define(
    "sign",
    lambda xp, x: xp.where(x > 0.0, 1.0, xp.where(x < 0.0, -1.0, x)),
    lambda xp, z, x: (0.0,),
    kinks=lambda xp, x: (x,),
    convention="sign(0) = 0 and sign'(0) = 0",
    choice=True,
)

# Choices


def _first_wins(chosen: Any, xp: Any) -> tuple[Any, Any]:
    return xp.where(chosen, 1.0, 0.0), xp.where(chosen, 0.0, 1.0)


declare(
    "maximum",
    lambda xp, x, y: xp.maximum(x, y),
    lambda xp, z, x, y: _first_wins(x >= y, xp),
    symbol="max",
    kinks=lambda xp, x, y: (x - y,),
    convention="of equal inputs the first takes the whole gradient",
    choice=True,
)
declare(
    "minimum",
    lambda xp, x, y: xp.minimum(x, y),
    lambda xp, z, x, y: _first_wins(x <= y, xp),
    symbol="min",
    kinks=lambda xp, x, y: (x - y,),
    convention="of equal inputs the first takes the whole gradient",
    choice=True,
)
declare(
    "where",
    lambda xp, c, x, y: xp.where(c, x, y),
    lambda xp, z, c, x, y: (0.0, xp.where(c, 1.0, 0.0), xp.where(c, 0.0, 1.0)),
    kinks=lambda xp, c, x, y: (c,),
    convention="c = 0 chooses y; the condition has no gradient",
    choice=True,
)


def _clip_partials(xp: Any, _z: Any, x: Any, low: Any, high: Any) -> tuple[Any, Any, Any]:
    inside = xp.where(x > low, xp.where(x < high, 1.0, 0.0), 0.0)
    at_low = xp.where(x <= low, xp.where(low < high, 1.0, 0.0), 0.0)
    at_high = xp.where(xp.maximum(x, low) >= high, 1.0, 0.0)
    return inside, at_low, at_high


define(
    "clip",
    lambda xp, x, low, high: xp.minimum(xp.maximum(x, low), high),
    _clip_partials,
    kinks=lambda xp, x, low, high: (x - low, x - high, low - high),
    convention="at a bound the bound takes the gradient and x has none, as relu'(0) = 0",
    choice=True,
)

# Any number of inputs

declare("sum", lambda xp, *xs: xp.sum(xs), lambda xp, z, *xs: (1.0,) * len(xs), symbol="Σ")


def _dot_partials(_xp: Any, _z: Any, *xs_ys: Any) -> tuple[Any, ...]:
    half = len(xs_ys) // 2
    return xs_ys[half:] + xs_ys[:half]


declare(
    "dot",
    lambda xp, *xs_ys: xp.dot(xs_ys[: len(xs_ys) // 2], xs_ys[len(xs_ys) // 2 :]),
    _dot_partials,
    symbol="·",
)


def _prod_partials(_xp: Any, _z: Any, *xs: Any) -> tuple[Any, ...]:
    """The product of all others, from the products before and behind each: without a division by 0."""
    if len(xs) < 2:
        return (1.0,) * len(xs)
    before = [*accumulate(xs, mul)]
    behind = [*accumulate(xs[::-1], lambda product, x: x * product)][::-1]
    return (behind[1], *map(mul, before[:-2], behind[2:]), before[-2])


declare("prod", lambda xp, *xs: reduce(mul, xs) if xs else 1.0, _prod_partials, symbol="Π")
define(
    "norm",
    lambda xp, *xs: reduce(xp.hypot, xs, 0.0),
    lambda xp, z, *xs: _direction(xp, z, xs),
    kinks=lambda xp, *xs: (xp.norm(*xs),),
    convention="at 0 all partials are 0",
)


def _leads(best: Callable[..., Any], xs: tuple[Any, ...]) -> tuple[Any, ...]:
    """By how much each input leads the best of the others: 0 in a tie."""
    rivals = [(x, xs[:i] + xs[i + 1 :]) for i, x in enumerate(xs)]
    return tuple(x - reduce(best, others) for x, others in rivals if others)


define(
    "max",
    lambda xp, *xs: reduce(xp.maximum, xs),
    lambda xp, z, *xs: xp.first(z, xs),
    kinks=lambda xp, *xs: _leads(xp.maximum, xs),
    convention="of equal largest inputs the first takes the whole gradient",
    choice=True,
)
define(
    "min",
    lambda xp, *xs: reduce(xp.minimum, xs),
    lambda xp, z, *xs: xp.first(z, xs),
    kinks=lambda xp, *xs: _leads(xp.minimum, xs),
    convention="of equal smallest inputs the first takes the whole gradient",
    choice=True,
)

# What derivatives do not see

define(
    "stop_gradient",
    lambda xp, x: x,
    lambda xp, z, x: (0.0,),
    kinks=lambda xp, x: (0.0,),
    convention="a constant for every derivative",
    choice=True,
)
