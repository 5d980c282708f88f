"""THE table of primitives: each one's value and its partial derivatives, said once.

A rule is generic in the arithmetic `xp`, so the same line computes floats, builds graphs that can be
differentiated again, and prints itself as a formula. `x, y` are the inputs and `z` is the output,
used wherever it is cheaper or safer. To add a primitive is to add one `declare(...)` here: it is then
drawn, printed, stepped and tested without another edit.

Conventions where no derivative exists stand beside the rule, in `convention`; they are tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.engine.rule import Rule, declare, define
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from typing import Any


# Arithmetic

declare("add", lambda xp, x, y: x + y, lambda xp, z, x, y: (1.0, 1.0), symbol="+")
declare("sub", lambda xp, x, y: x - y, lambda xp, z, x, y: (1.0, -1.0), symbol="-")
declare("mul", lambda xp, x, y: x * y, lambda xp, z, x, y: (y, x), symbol="×")
declare(
    "div",
    lambda xp, x, y: xp.div(x, y),
    lambda xp, z, x, y: (xp.div(1.0, y), -xp.div(z, y)),
    symbol="/",
    domain=lambda xp, x, y: abs(y),
)
declare("neg", lambda xp, x: -x, lambda xp, z, x: (-1.0,), symbol="-")
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


def power(n: float) -> Rule:
    """The rule of x^n for a constant n: right at negative x too, since no log(x) is taken.

    >>> from autograd_mini.engine.arithmetic import floats
    >>> power(3.0).partials(floats, -8.0, -2.0)
    (12.0,)
    """
    slope = (lambda xp, z, x: (n * xp.pow(x, n - 1.0),)) if n else lambda xp, z, x: (0.0,)
    everywhere = n.is_integer() and n >= 0
    return Rule(
        "power",
        lambda xp, x: xp.pow(x, n),
        slope,
        symbol=f"^{number(n)}",
        domain=None if everywhere else (lambda xp, x: abs(x)) if n.is_integer() else lambda xp, x: x,
        exponent=n,
    )


# Elementary functions

declare("exp", lambda xp, x: xp.exp(x), lambda xp, z, x: (z,))
declare("log", lambda xp, x: xp.log(x), lambda xp, z, x: (xp.div(1.0, x),), domain=lambda xp, x: x)
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
# With the output: 1 - z² never overflows, where 1 / cosh(x)² does inside.
declare("tanh", lambda xp, x: xp.tanh(x), lambda xp, z, x: (1.0 - z * z,))

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


def _leads(xp: Any, xs: tuple[Any, ...]) -> tuple[Any, ...]:
    """By how much each input leads the best of the others: 0 in a tie for the largest."""
    rivals = [(x, xs[:i] + xs[i + 1 :]) for i, x in enumerate(xs)]
    return tuple(x - xp.max(others) for x, others in rivals if others)


declare(
    "max",
    lambda xp, *xs: xp.max(xs),
    lambda xp, z, *xs: xp.first_max(xs),
    kinks=lambda xp, *xs: _leads(xp, xs),
    convention="of equal largest inputs the first takes the whole gradient",
    choice=True,
)
