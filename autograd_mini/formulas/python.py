"""The arithmetic whose numbers are Python source: a rule read in it prints the program that computes it.

The source calls NumPy by the name `np`, on floats or on arrays of a whole batch; where `np` is
`jax.numpy`, or under `numba.njit(error_model="numpy")`, the same lines are compiled. NumPy has no erf and
erfc: they are those of `special`, which is `scipy.special` beside NumPy, `jax.scipy.special` beside
`jax.numpy`, and `math` for numba. Brackets follow the graph and numbers keep all their digits, so the
program does what the floats do.

>>> x, y = source.symbol("x"), source.symbol("y")
>>> print(source.div(x, y * 0.1) + source.softplus(-x))
x / (y * 0.1) + (np.maximum(-x, 0.0) + np.log1p(np.exp(-np.abs(-x))))
"""

from __future__ import annotations

import math
from functools import reduce
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.formulas.printing import ATOM, CHOICE, PRODUCT, RELATION, SUM, Formula, Printed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule


class Source(Printed):
    """Python that computes with NumPy: every function is NumPy's, and every choice is np.where."""

    minus = "-"
    times = "*"
    pi = property(lambda self: Formula("np.pi", ATOM, self))
    at_least = ">="
    at_most = "<="

    def head(self, name: str) -> str:
        return f"np.{name}"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A function NumPy has by that name, unless a primitive says what it is made of."""
        if name in self.definitions:
            return Arithmetic.__getattr__(self, name)
        return super().__getattr__(name)

    def constant(self, x: Any) -> Formula:
        digits = repr(float(x)) if math.isfinite(x) else f"{'-' if x < 0 else ''}np.{abs(x)}"
        return Formula(digits, SUM if digits.startswith("-") else ATOM, self)

    def div(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "/", y, PRODUCT)

    def raised(self, x: Any, y: Any) -> Formula:
        return self.call("float_power", [x, y])  # np.power(x, 0.5) is sqrt(x), which differs at -inf

    def abs(self, x: Any) -> Formula:
        return self.call("abs", [x])

    def equal(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "==", y, RELATION)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        return self.call("where", [condition, x, y])

    guard = where

    def maximum(self, x: Any, y: Any) -> Formula:
        return self.call("maximum", [x, y])

    def minimum(self, x: Any, y: Any) -> Formula:
        return self.call("minimum", [x, y])

    def erf(self, x: Any) -> Formula:
        return self.write("special.erf(%s)", [x], CHOICE, ATOM)

    def erfc(self, x: Any) -> Formula:
        return self.write("special.erfc(%s)", [x], CHOICE, ATOM)

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
        """For each whether it is z, and none before it is."""

        def wins(i: int) -> Any:
            is_z = self.where(self.equal(xs[i], z), 1.0, 0.0)
            return reduce(lambda wins, x: self.where(self.equal(x, z), 0.0, wins), xs[:i], is_z)

        return tuple([wins(i) for i in range(len(xs))])


source = Source()


def source_of(rule: Rule, arity: int | None = None, name: str | None = None) -> str:
    """A Python function that returns the value of a primitive and all its partials.

    arity: how many inputs, for a rule that takes any number. name: of the function, if not the rule's.
    A partial that is one number for all inputs is printed, and returned, as that number.

    Raises ValueError if the arity is missing, or is not the one of the rule.

    >>> from autograd_mini.engine.rule import RULES
    >>> print(source_of(RULES["sigmoid"]), end="")
    def sigmoid(x):
        z = 1.0 / (1.0 + np.exp(-x))
        return z, z * (1.0 - z)
    """
    count = rule.arity if arity is None else arity
    if count is None or rule.arity not in (None, count):
        wanted = "any number of" if rule.arity is None else rule.arity
        msg = f"{rule.name!r} takes {wanted} inputs, got arity = {arity}; say how many, as in arity=2"
        raise ValueError(msg)
    inputs = rule.parameters
    if inputs is None or {"np", "special", "z"} & {*inputs}:
        inputs = tuple([f"x{i + 1}" for i in range(count)])
    symbols = [source.symbol(x) for x in inputs]
    z = rule.forward(source, *symbols)
    results = rule.partials(source, source.symbol("z"), *symbols)
    return (
        f"def {name or rule.name}({', '.join(inputs)}):\n"
        f"    z = {source.formula(z)}\n"
        f"    return {', '.join(['z', *[str(source.formula(x)) for x in results]])}{'' if results else ','}\n"
    )
