r"""Formulas for TeX, where mathematics has marks of its own: fractions, powers, roots, indices below.

>>> print(latex.div(latex.symbol("t1"), 2) + latex.exp(latex.symbol("w[1,2]")))
\frac{t_{1}}{2} + e^{w_{1,2}}

What TeX would obey in a name is escaped; letters of other alphabets stay, for whoever sets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.formulas.names import indexed
from autograd_mini.formulas.printing import (
    ATOM,
    CHOICE,
    FRACTION,
    POWER,
    PRODUCT,
    RELATION,
    SUM,
    Formula,
    Printed,
)
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from typing import Any


class Latex(Printed):
    r"""Formulas for TeX: u \times v, x^{2}, \frac{x}{y}; the name t1 is written t_{1}."""

    times = r"\times"
    cdot = r"\cdot"
    at_least = r"\ge"
    at_most = r"\le"
    dots = r"\dots"
    functions = frozenset(  # TeX has a word for
        {"log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min"}
    )
    pi = property(lambda self: Formula(r"\pi", ATOM, self))

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

    def bracketed(self, content: str) -> str:
        return rf"\left({content}\right)"

    def remarked(self, x: str, before: str, name: str, after: str) -> str:
        return rf"{x} \text{{ {before}}}{name}\text{{{after}}}"

    def quotient(self, z: str, x: str) -> str:
        return rf"\frac{{\partial {z}}}{{\partial {x}}}"

    def head(self, name: str) -> str:
        return rf"\{name}" if name in self.functions else rf"\operatorname{{{_escaped(name)}}}"

    def div(self, x: Any, y: Any) -> Formula:
        return self.write(r"\frac{%s}{%s}", [x, y], CHOICE, FRACTION)

    def raised(self, x: Any, y: Any) -> Formula:
        return Formula(f"{self.operand(x, ATOM)}^{{{self.operand(y)}}}", POWER, self)

    def abs(self, x: Any) -> Formula:
        return self.write(r"\left|%s\right|", [x], CHOICE, ATOM)

    def exp(self, x: Any) -> Formula:
        return self.write("e^{%s}", [x], CHOICE, POWER)

    def exp2(self, x: Any) -> Formula:
        return self.raised(2.0, x)

    def log2(self, x: Any) -> Formula:
        return self.write(r"\log_{2}\left(%s\right)", [x], CHOICE, ATOM)

    def log10(self, x: Any) -> Formula:
        return self.write(r"\log_{10}\left(%s\right)", [x], CHOICE, ATOM)

    def floor(self, x: Any) -> Formula:
        return self.write(r"\left\lfloor %s\right\rfloor", [x], CHOICE, ATOM)

    def ceil(self, x: Any) -> Formula:
        return self.write(r"\left\lceil %s\right\rceil", [x], CHOICE, ATOM)

    def floor_divide(self, x: Any, y: Any) -> Formula:
        return self.floor(self.div(x, y))

    def mod(self, x: Any, y: Any) -> Formula:
        return self.infix(x, r"\bmod", y, PRODUCT)

    def sqrt(self, x: Any) -> Formula:
        return self.write(r"\sqrt{%s}", [x], CHOICE, ATOM)

    def sigmoid(self, x: Any) -> Formula:
        return self.write(r"\sigma\left(%s\right)", [x], CHOICE, ATOM)

    def heaviside(self, x: Any) -> Formula:
        return self.write(r"\mathbf{1}_{%s > 0}", [x], SUM, ATOM)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, otherwise = (rf"& \text{{{words}}}" for words in (self.word("if") + " ", self.word("otherwise")))
        cases = rf"\begin{{cases}} %s {if_} %s \\ %s {otherwise} \end{{cases}}"
        return self.write(cases, [x, condition, y], CHOICE, CHOICE)

    def through(self, gradient: Any, user: Any) -> Formula:
        return self.write(r"\left.%s\right|_{%s}", [gradient, user], CHOICE, ATOM)


class Inline(Latex):
    r"""Formulas for TeX that are no higher than a line of text: x / y, \partial f/\partial x, a choice in words."""

    def quotient(self, z: str, x: str) -> str:
        return rf"\partial {z}/\partial {x}"

    def div(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "/", y, PRODUCT)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, else_ = (rf"\text{{ {self.word(key)} }}" for key in ("if", "else"))
        return self.write(f"%s{if_}%s{else_}%s", [x, condition, y], RELATION, CHOICE)


_SPECIAL = {c: "\\" + c for c in "#$%&_{}"} | {
    "\\": r"\backslash{}",
    "^": r"\hat{\ }",
    "~": r"\sim{}",
    " ": r"\ ",
}


def _escaped(name: str) -> str:
    """The name with every character that TeX would obey made to be shown."""
    return "".join(_SPECIAL.get(c, c) for c in name)


latex = Latex()
