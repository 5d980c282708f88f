"""The arithmetic whose numbers are formulas: what all styles of print share."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.errors import RuleError
from autograd_mini.words.messages import message
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule


# How tightly a formula holds together: an operand that is looser than its place gets brackets.
CHOICE, RELATION, SUM, PRODUCT, FRACTION, POWER, ATOM = range(7)


class Formula:
    """A piece of formula: its text, how tightly it holds together, and the style it is written in."""

    __slots__ = ("strength", "style", "text")

    def __init__(self, text: str, strength: int, style: Printed) -> None:
        self.text = text
        self.strength = strength
        self.style = style

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def __add__(self, other: Any) -> Formula:
        return self.style.infix(self, "+", other, SUM)

    def __radd__(self, other: Any) -> Formula:
        return self.style.infix(other, "+", self, SUM)

    def __sub__(self, other: Any) -> Formula:
        return self.style.infix(self, "-", other, SUM)

    def __rsub__(self, other: Any) -> Formula:
        return self.style.infix(other, "-", self, SUM)

    def __mul__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.times, other, PRODUCT)

    def __rmul__(self, other: Any) -> Formula:
        return self.style.infix(other, self.style.times, self, PRODUCT)

    def __truediv__(self, other: Any) -> Formula:
        return self.style.div(self, other)

    def __rtruediv__(self, other: Any) -> Formula:
        return self.style.div(other, self)

    def __pow__(self, exponent: Any) -> Formula:
        if isinstance(exponent, int | float) and exponent == int(exponent):
            return self.style.pow(self, exponent)  # type: ignore[no-any-return]
        msg = (
            f"a rule raised {self!s} to the power {exponent} with **, which on floats makes complex numbers;"
            " use xp.pow(x, y), or xp.sqrt(x)"
        )
        raise RuleError(msg)

    def __neg__(self) -> Formula:
        return self.style.write(self.style.minus, [self], needs=PRODUCT, strength=SUM)

    def __abs__(self) -> Formula:
        return self.style.abs(self)

    def __gt__(self, other: Any) -> Formula:
        return self.style.infix(self, ">", other, RELATION)

    def __lt__(self, other: Any) -> Formula:
        return self.style.infix(self, "<", other, RELATION)

    def __ge__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.at_least, other, RELATION)

    def __le__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.at_most, other, RELATION)

    def __bool__(self) -> bool:
        msg = (
            f"a rule asked whether {self.text!r} is true, but it must also be read as a formula; use xp.where"
        )
        raise RuleError(msg)


class Printed(Arithmetic):
    """What the two styles share: how pieces are bracketed and joined."""

    times: str
    cdot: str
    fraction: str
    at_least: str
    at_most: str
    through: Callable[[Any, Any], Formula]  # the part of a gradient that comes by one of several users
    abs: Callable[[Any], Formula]
    div: Callable[[Any, Any], Formula]
    raised: Callable[[Any, Any], Formula]
    where: Callable[[Any, Any, Any], Formula]
    minus = "-%s"
    brackets = "(%s)"

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.separator = self.word("between arguments")

    def word(self, key: str) -> str:
        return message(key, self.language)

    def localised(self, digits: str) -> str:
        """A written number with the decimal point of the language."""
        return digits.replace(".", self.word("decimal point"))

    @property
    def pi(self) -> Formula:
        return self.symbol("π")

    def symbol(self, name: str) -> Formula:
        """The name of a node, as an atom."""
        return Formula(name, ATOM, self)

    def constant(self, x: float) -> Formula:
        """A number with the digits it needs; a negative one is bracketed inside a product."""
        return Formula(self.localised(number(float(x))), SUM if x < 0 else ATOM, self)

    def write(self, template: str, pieces: Sequence[Any], needs: int, strength: int) -> Formula:
        """The %-template filled with the pieces, each in brackets if looser than `needs`."""
        texts = []
        for piece in pieces:
            formula = piece if isinstance(piece, Formula) else self.constant(piece)
            texts.append(self.brackets % formula.text if formula.strength < needs else formula.text)
        return Formula(template % tuple(texts), strength, self)

    def infix(self, left: Any, sign: str, right: Any, strength: int) -> Formula:
        left = self.write("%s", [left], strength, strength)
        right = self.write("%s", [right], strength + 1, strength)
        return Formula(self.joined(left, sign, right), strength, self)

    def joined(self, left: Formula, sign: str, right: Formula) -> str:
        return f"{left} {sign} {right}"

    def call(self, name: str, pieces: Sequence[Any]) -> Formula:
        """name(piece, piece, ...)."""
        arguments = self.write(self.separator.join(["%s"] * len(pieces)), pieces, CHOICE, CHOICE)
        return Formula(self.head(name) + self.brackets % arguments, ATOM, self)

    def head(self, name: str) -> str:
        return name

    def applied(self, rule: Rule, *pieces: Any) -> Formula:
        """How an application is shown: the forward rule, or name(pieces) if the primitive has a word."""
        if rule.name in self.definitions:
            return getattr(self, rule.name)(*pieces)  # type: ignore[no-any-return]
        return rule.forward(self, *pieces)  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *pieces: self.call(name, pieces)

    def equal(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "=", y, RELATION)

    def sum(self, xs: Sequence[Any]) -> Formula:
        if not xs:
            return self.constant(0.0)
        return reduce(lambda total, x: self.infix(total, "+", x, SUM), xs)  # type: ignore[no-any-return]

    def dot(self, xs: Sequence[Any], ys: Sequence[Any]) -> Formula:
        return self.sum([self.infix(x, self.times, y, PRODUCT) for x, y in zip(xs, ys, strict=True)])

    def maximum(self, x: Any, y: Any) -> Formula:
        return self.call("max", [x, y])

    def minimum(self, x: Any, y: Any) -> Formula:
        return self.call("min", [x, y])

    def pow(self, x: Any, y: Any) -> Any:
        """The power x^y, where a first power is x itself."""
        return x if y == 1.0 else self.raised(x, y)

    def derivative(self, z: Any, x: Any) -> Formula:
        """∂z/∂x, as an atom."""
        return self.write(self.fraction, [z, x], CHOICE, ATOM)

    def chain(self, local: Any, upstream: Any) -> Formula:
        """One product of the chain rule: local partial · upstream gradient."""
        return self.infix(local, self.cdot, upstream, PRODUCT)

    def guard(self, *condition_safe_plain: Any) -> Any:
        return condition_safe_plain[-1]

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Formula, ...]:
        return tuple([self.where(self.equal(x, z), 1.0, 0.0) for x in xs])
