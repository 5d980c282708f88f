r"""Two arithmetics whose numbers are formulas: `text` for terminals and pictures, `latex` for print.

A rule read in one of them prints itself, so a formula on a slide is the very line that computes.

>>> x, y = text.symbol("x"), text.symbol("y")
>>> print((x + 1) * -y, text.div(x, y - x), sep="; ")
(x + 1) × (-y); x / (y - x)
>>> print(latex.div(latex.symbol("t1"), 2) + latex.exp(latex.symbol("w[1,2]")))
\frac{t_{1}}{2} + e^{w_{1,2}}

Brackets follow the graph: floating-point sums do not associate, so `a + (b + c)` keeps its own.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING

from autograd_mini.arithmetic import Arithmetic, number
from autograd_mini.errors import RuleError
from autograd_mini.graph import names, toposort
from autograd_mini.messages import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.value import Value

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

    def max(self, xs: Sequence[Any]) -> Formula:
        return self.call("max", xs)

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

    def first_max(self, xs: Sequence[Any]) -> tuple[Formula, ...]:
        return tuple([self.where(self.equal(x, self.max(xs)), 1.0, 0.0) for x in xs])


class Text(Printed):
    """Formulas in one line of Unicode: u × v, x^2, |x|, max(0, x)."""

    times = "×"
    cdot = "·"
    fraction = "∂%s/∂%s"
    at_least = "≥"
    at_most = "≤"

    def div(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "/", y, PRODUCT)

    def raised(self, x: Any, y: Any) -> Formula:
        return self.write("%s^%s", [x, y], ATOM, POWER)

    def abs(self, x: Any) -> Formula:
        return self.write("|%s|", [x], CHOICE, ATOM)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        template = f"%s {self.word('if')} %s {self.word('else')} %s"
        return self.write(template, [x, condition, y], RELATION, CHOICE)

    def through(self, gradient: Any, user: Any) -> Formula:
        return self.write(f"%s {self.word('through')} %s", [gradient, user], CHOICE, ATOM)


def indexed(name: str) -> tuple[str, str, str] | None:
    """Letters, layer and index of a name such as t1, w_A, w[1,2] or w1[1,2], the weight of layer 1.

    What a name lacks is empty; None for a name that is not of this form.

    >>> indexed("t1"), indexed("w1[3,2]"), indexed("a-b")
    (('t', '', '1'), ('w', '1', '3,2'), None)
    """
    letters, index = r"([^\W\d_]+)", r"\[([\w,]+)\]"
    if found := re.fullmatch(rf"{letters}(\d+){index}", name):
        return found[1], found[2], found[3]
    found = re.fullmatch(rf"{letters}(?:_?(\d+)|_([^\W\d_]+)|{index})?", name)
    return (found[1], "", found[2] or found[3] or found[4] or "") if found else None


class Latex(Printed):
    r"""Formulas for TeX and MathML: u \times v, x^{2}, \frac{x}{y}; the name t1 is written t_{1}."""

    times = r"\times"
    cdot = r"\cdot"
    fraction = r"\frac{\partial %s}{\partial %s}"
    at_least = r"\ge"
    at_most = r"\le"
    brackets = r"\left(%s\right)"
    functions = frozenset({"log", "sin", "cos", "tan", "tanh", "max", "min"})  # TeX has a word for

    def symbol(self, name: str) -> Formula:
        parts = indexed(name)
        if parts is None:
            return Formula(rf"\mathtt{{{_escaped(name)}}}", ATOM, self)
        letters, layer, index = parts
        base = letters if len(letters) == 1 else rf"\mathit{{{letters}}}"
        base += f"^{{({layer})}}" if layer else ""
        return Formula(f"{base}_{{{_escaped(index)}}}" if index else base, ATOM, self)

    def constant(self, x: float) -> Formula:
        digits, power, exponent = number(float(x)).partition("e")
        digits = self.localised(digits).replace(",", "{,}")
        words = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}
        if power:
            return Formula(rf"{digits} \times 10^{{{int(exponent)}}}", SUM if x < 0 else PRODUCT, self)
        return Formula(words.get(digits, digits), SUM if x < 0 else ATOM, self)

    def head(self, name: str) -> str:
        return rf"\{name}" if name in self.functions else rf"\operatorname{{{_escaped(name)}}}"

    def div(self, x: Any, y: Any) -> Formula:
        return self.write(r"\frac{%s}{%s}", [x, y], CHOICE, FRACTION)

    def raised(self, x: Any, y: Any) -> Formula:
        base = self.write("%s", [x], ATOM, ATOM)
        return self.write("%s^{%s}", [base, y], CHOICE, POWER)

    def abs(self, x: Any) -> Formula:
        return self.write(r"\left|%s\right|", [x], CHOICE, ATOM)

    def exp(self, x: Any) -> Formula:
        return self.write("e^{%s}", [x], CHOICE, POWER)

    def sqrt(self, x: Any) -> Formula:
        return self.write(r"\sqrt{%s}", [x], CHOICE, ATOM)

    def sigmoid(self, x: Any) -> Formula:
        return self.write(r"\sigma\left(%s\right)", [x], CHOICE, ATOM)

    def heaviside(self, x: Any) -> Formula:
        return self.write(r"\mathbf{1}_{%s > 0}", [x], SUM, ATOM)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        condition_is = rf"& \text{{{self.word('if')} }}"
        otherwise = rf"& \text{{{self.word('otherwise')}}}"
        cases = rf"\begin{{cases}} %s {condition_is} %s \\ %s {otherwise} \end{{cases}}"
        return self.write(cases, [x, condition, y], CHOICE, CHOICE)

    def through(self, gradient: Any, user: Any) -> Formula:
        return self.write(r"\left.%s\right|_{%s}", [gradient, user], CHOICE, ATOM)


_SPECIAL = {c: "\\" + c for c in "#$%&_{}"} | {
    "\\": r"\backslash{}",
    "^": r"\hat{\ }",
    "~": r"\sim{}",
    " ": r"\ ",
}


def _escaped(name: str) -> str:
    """The name with every character that TeX would obey made to be shown."""
    return "".join(_SPECIAL.get(c, c) for c in name)


text = Text()
latex = Latex()

LONGEST = 100  # characters: in the expression of a node, what is longer is called by its name


def expression_of(node: Value) -> str:
    """How a node was made, in text, down to the nodes with labels (t1, t2, ... do not count as such).

    >>> from autograd_mini import variables
    >>> u, v = variables(u=2, v=3)
    >>> expression_of((u + v) * u)
    '(u + v) × u'
    """
    return expressions(node)[node].text


def expressions(node: Value) -> dict[Value, Formula]:
    """How a node and everything below it was made, in text; what has a label stands there by its label.

    The t1, t2, ... that unnamed results are given are not such labels.
    """
    order = toposort(node)
    called = names(order)
    written: dict[Value, Formula] = {}
    for each in order:
        name = text.symbol(called[each])
        whole = name
        is_named = each.label and not re.fullmatch(r"t\d+", each.label)
        if each.rule is not None and (each is node or not is_named):
            whole = each.rule.formula(text, *[written[parent] for parent in each.parents])
        written[each] = whole if each is node or len(whole.text) <= LONGEST else name
    return written
