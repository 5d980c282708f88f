"""Formulas that simplify themselves, no further than a teacher would without a word.

A rule read in `terms` gives a Term: numbers multiplied and put first, signs gathered in front, 1 · and + 0 gone, equal
factors as a power, x · (1/y) as x/y, equal terms counted. Nothing clever: no bracket is ever multiplied out. `read`
says a Term in any arithmetic, in print or in numbers.

>>> from autograd_mini.engine.rule import RULES
>>> from autograd_mini.formulas.text import text
>>> y, h = symbol("y"), symbol("h")
>>> loss = terms.div(terms.pow(y - h, 2.0), 2.0)
>>> print(loss.read(text, text.symbol), "and", (h * (1.0 - h) * 1.0 + 0.0).read(text, text.symbol))
(y − h)^2 / 2 and h (1 − h)
"""

from __future__ import annotations

import math
from functools import reduce
from operator import add, mul
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.formulas.printing import Formula, Printed

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule

    Shape = tuple[int, ...]
    Factors = tuple[tuple["Term", float], ...]  # bases and their exponents


class Term:
    """A formula that is taken apart: its head, its parts, and the shape of what it stands for, () for a number.

    "symbol": what it is the name of. "number": a numerator and a denominator. "sum": terms. "product": a number, as
    numerator and denominator, and factors with exponents. "call": the name of a function of the arithmetic it is
    read in, and what it is given.
    """

    __slots__ = ("_hash", "head", "parts", "shape")

    def __init__(self, head: str, parts: tuple[Any, ...], shape: Shape = ()) -> None:
        self.head = head
        self.parts = parts
        self.shape = shape
        self._hash = hash((head, parts))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Term) and self._hash == other._hash and self._same(other)

    def _same(self, other: Term) -> bool:
        return (self.head, self.shape, self.parts) == (other.head, other.shape, other.parts)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<term {self.head} {self.parts}>"

    def __add__(self, other: Any) -> Term:
        return _sum(self, term(other))

    def __radd__(self, other: Any) -> Term:
        return _sum(term(other), self)

    def __sub__(self, other: Any) -> Term:
        return _sum(self, -term(other))

    def __rsub__(self, other: Any) -> Term:
        return _sum(term(other), -self)

    def __mul__(self, other: Any) -> Term:
        return _product(self, term(other))

    def __rmul__(self, other: Any) -> Term:
        return _product(term(other), self)

    def __neg__(self) -> Term:
        return _product(number(-1.0), self)

    def __abs__(self) -> Term:
        return call("abs", self)

    def __gt__(self, other: Any) -> Term:
        return call("greater", self, term(other))

    def __lt__(self, other: Any) -> Term:
        return call("less", self, term(other))

    def __ge__(self, other: Any) -> Term:
        return call("at_least", self, term(other))

    def __le__(self, other: Any) -> Term:
        return call("at_most", self, term(other))

    def __bool__(self) -> bool:
        msg = "a rule asked whether a formula is true; use xp.where"
        raise TypeError(msg)

    def read(self, xp: Any, of: Callable[[Any], Any]) -> Any:
        """The Term in another arithmetic, where `of` says what stands for each symbol."""

        def said(part: Term) -> Any:
            return part.read(xp, of)

        if self.head == "symbol":
            return of(self.parts[0])
        if self.head == "number":
            return _fraction(xp, *self.parts)
        if self.head == "sum":
            first, *others = self.parts
            return reduce(
                lambda so_far, x: so_far - said(-x) if x.is_negative else so_far + said(x),
                others,
                said(first),
            )
        if self.head == "product":
            return self._read_product(xp, said)
        name, *arguments = self.parts
        pieces = [said(x) if isinstance(x, Term) else x for x in arguments]
        if name in _COMPARISONS:
            return _COMPARISONS[name](*pieces)
        if not pieces:  # π
            return getattr(xp, name)
        return abs(*pieces) if name == "abs" else getattr(xp, name)(*pieces)

    def _read_product(self, xp: Any, said: Callable[[Term], Any]) -> Any:
        above, below, factors = self.parts
        upper = _factors(xp, abs(above), [(base, n) for base, n in factors if n > 0], said)
        lower = _factors(xp, below, [(base, -n) for base, n in factors if n < 0], said)
        whole = upper if upper is not None else _number(xp, 1.0)
        if lower is not None:
            whole = xp.div(whole, lower)
        return -whole if above < 0 else whole

    @property
    def is_negative(self) -> bool:
        """Whether it has a sign that a sum writes in front of it."""
        return self.head in ("number", "product") and self.parts[0] < 0

    @property
    def symbols(self) -> set[Any]:
        """What it names."""
        found: set[Any] = set()
        todo: list[Any] = [self]
        while todo:
            each = todo.pop()
            if isinstance(each, Term):
                if each.head == "symbol":
                    found.add(each.parts[0])
                else:
                    todo += each.parts
            elif isinstance(each, tuple):
                todo += each
        return found


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "greater": lambda x, y: x > y,
    "less": lambda x, y: x < y,
    "at_least": lambda x, y: x >= y,
    "at_most": lambda x, y: x <= y,
}


def symbol(name: Hashable, shape: Shape = ()) -> Term:
    """The Term of a name, or of whatever a name stands for."""
    return Term("symbol", (name,), shape)


def number(above: float, below: float = 1.0) -> Term:
    """The Term of a number, a fraction in lowest terms if it is one of whole numbers."""
    return Term("number", _reduced(float(above), float(below)))


def term(x: Any) -> Term:
    """A Term as it is, a number as one."""
    return x if isinstance(x, Term) else number(x)


def call(name: str, *arguments: Any, shape: Shape | None = None) -> Term:
    """The Term of a function; its shape is that which its arguments are broadcast to, if it is not said."""
    if shape is None:
        shape = broadcast(*[x.shape for x in arguments if isinstance(x, Term)])
    return Term("call", (name, *arguments), shape)


def broadcast(*shapes: Shape) -> Shape:
    """The shape of an operation entry by entry: that of the largest."""
    return max(shapes, key=len, default=())


pi = call("pi")


class Terms(Arithmetic):
    """The arithmetic whose numbers are Terms."""

    pi = pi

    def applied(self, rule: Rule, *pieces: Any) -> Any:
        """An application: the forward rule, or the primitive by its name if that is a word of every arithmetic."""
        if rule.name in self.definitions or rule.owner or not _is_printable(rule):
            return call(rule.name, *map(term, pieces))
        return rule.forward(self, *pieces)

    def slopes(self, rule: Rule, z: Term, pieces: Sequence[Term]) -> Sequence[Any]:
        """The partials of an application; of a root 1/(2z), as one expects, and not 0.5/z."""
        if rule.name == "sqrt" and not rule.owner:
            return (self.div(1.0, 2.0 * z),)
        return rule.partials(self, z, *pieces)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *xs: call(name, *map(term, xs))

    def div(self, x: Any, y: Any) -> Term:
        below = term(y)
        if below.head == "number" and below.parts[0] == 0.0:
            return call("div", term(x), below)
        return _product(term(x), _raised(below, -1.0))

    def pow(self, x: Any, y: Any) -> Term:
        exponent = term(y)
        if exponent.head != "number":
            return call("pow", term(x), exponent)
        above, below = exponent.parts
        return _raised(term(x), above / below)

    def where(self, condition: Any, x: Any, y: Any) -> Term:
        return term(x) if term(x) == term(y) else call("where", condition, term(x), term(y))

    def guard(self, *condition_safe_plain: Any) -> Term:
        return term(condition_safe_plain[-1])

    def sum(self, xs: Sequence[Any]) -> Term:
        return reduce(add, map(term, xs), number(0.0))

    def dot(self, xs: Sequence[Any], ys: Sequence[Any]) -> Term:
        return self.sum([term(x) * y for x, y in zip(xs, ys, strict=True)])

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Term, ...]:
        return tuple([self.where(self.equal(x, z), 1.0, 0.0) for x in xs])


terms = Terms()


def _is_printable(rule: Rule) -> bool:
    return rule.name not in ("maximum", "minimum", "max", "min", "norm")


def _reduced(above: float, below: float) -> tuple[float, float]:
    """A fraction in lowest terms if both are whole; a division that leaves few digits is done."""
    if below < 0:
        above, below = -above, -below
    if above.is_integer() and below.is_integer() and max(abs(above), below) < 2**53:
        shared = math.gcd(int(above), int(below)) or 1
        return above / shared, below / shared
    ratio = above / below if below else math.nan
    return (ratio, 1.0) if below == 1.0 or len(repr(ratio)) <= len(repr(above)) + 2 else (above, below)


def _taken_apart(x: Term) -> tuple[float, float, Factors]:
    """A Term as numerator, denominator and factors."""
    if x.head == "number":
        return (*x.parts, ())
    return x.parts if x.head == "product" else (1.0, 1.0, ((x, 1.0),))


def _multiplied(above: float, below: float, factors: Factors) -> Term:
    """The product of a number and factors, in the simplest form."""
    above, below = _reduced(above, below)
    shape = broadcast(*[base.shape for base, _ in factors])
    if above == 0.0 or not factors:
        return number(above, below)
    if (above, below) == (1.0, 1.0) and len(factors) == 1 and factors[0][1] == 1.0:
        return factors[0][0]
    return Term("product", (above, below, factors), shape)


def _product(x: Term, y: Term) -> Term:
    above, below, factors = _taken_apart(x)
    more_above, more_below, more = _taken_apart(y)
    exponents = dict(factors)
    for base, n in more:
        exponents[base] = exponents.get(base, 0.0) + n
    left = tuple([(base, n) for base, n in exponents.items() if n])
    return _multiplied(above * more_above, below * more_below, left)


def _raised(x: Term, n: float) -> Term:
    if n == 1.0:
        return x
    if n == 0.0:
        return number(1.0)
    above, below, factors = _taken_apart(x)
    if not float(n).is_integer() and (above, below) != (1.0, 1.0):
        return (
            Term("product", (1.0, 1.0, ((x, n),)), x.shape)
            if factors
            else number(floats.pow(above / below, n))
        )
    if n < 0:
        if above == 0.0:
            return call("pow", x, number(n))
        above, below = below, above
    powers = (floats.pow(above, abs(n)), floats.pow(below, abs(n)))
    if not all(map(math.isfinite, powers)) or 0.0 in powers:
        return call("pow", x, number(n))
    return _multiplied(*powers, tuple([(base, m * n) for base, m in factors]))


def _sum(x: Term, y: Term) -> Term:
    """The sum, with the terms of both in a row; equal ones are counted, and what is 0 is gone."""
    row: dict[tuple[Factors, Shape], tuple[float, float]] = {}
    for part in (*terms_of(x), *terms_of(y)):
        above, below, factors = _taken_apart(part)
        key = (factors, part.shape)
        if key in row:
            a, b = row[key]
            row[key] = _reduced(a * below + above * b, b * below)
        else:
            row[key] = above, below
    parts = [_multiplied(*ratio, factors) for (factors, _), ratio in row.items() if ratio[0] != 0.0]
    if len(parts) < 2:
        return parts[0] if parts else number(0.0)
    return Term("sum", tuple(parts), broadcast(*[part.shape for part in parts]))


def terms_of(x: Term) -> Sequence[Term]:
    """What a sum adds; of another Term itself alone."""
    return x.parts if x.head == "sum" else [x]


def _number(xp: Any, x: float) -> Any:
    return xp.constant(x) if isinstance(xp, Printed) else x


def _fraction(xp: Any, above: float, below: float) -> Any:
    """A fraction: the sign in front of it in print."""
    if below == 1.0:
        return _number(xp, above)
    whole = xp.div(_number(xp, abs(above)), _number(xp, below))
    return -whole if above < 0 else whole


def _factors(
    xp: Any, first: float, factors: Sequence[tuple[Term, float]], said: Callable[[Term], Any]
) -> Any:
    """A product of a number and powers, those of arrays entry by entry; None for nothing but 1."""
    pieces = [] if first == 1.0 else [_number(xp, first)]
    pieces += [_power(xp, said(base), n) for base, n in factors if not base.shape]
    arrays = [_power(xp, said(base), n) for base, n in factors if base.shape]
    if not isinstance(xp, Printed):
        return reduce(mul, pieces + arrays) if pieces + arrays else None
    if arrays:
        pieces.append(xp.entrywise(arrays))
    return xp.beside(pieces) if pieces else None


def _power(xp: Any, base: Any, n: float) -> Any:
    if n == 1.0:
        return base
    return xp.sqrt(base) if n == 0.5 and isinstance(base, Formula) else xp.pow(base, n)
