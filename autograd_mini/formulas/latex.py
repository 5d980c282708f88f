r"""Formulas for TeX, where mathematics has marks of its own: fractions, powers, roots, indices below.

>>> print(latex.div(latex.symbol("t1"), 2) + latex.exp(latex.symbol("w[1,2]")))
\frac{t_{1}}{2} + e^{w_{1,2}}

What TeX would obey in a name is escaped; letters of other alphabets stay, for whoever sets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.formulas.names import MARKS, indexed
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
from autograd_mini.formulas.roles import PRIME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Latex(Printed):
    r"""Formulas for TeX: u \times v, x^{2}, \frac{x}{y}; the name t1 is written t_{1}."""

    minus = "-"
    times = r"\times"
    cdot = r"\cdot"
    odot = r"\odot"
    at_least = r"\ge"
    at_most = r"\le"
    dots = r"\dots"
    placeholder = r"\square"
    infinity = r"\infty"
    functions = frozenset(  # TeX has a word for
        {"log", "ln", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min"}
    )
    pi = property(lambda self: Formula(r"\pi", ATOM, self))

    def symbol(self, name: str) -> Formula:
        parts = indexed(name)
        if parts is None:
            return Formula(rf"\mathtt{{{_escaped(name)}}}", ATOM, self)
        letters, layer, index = parts
        base = letters.rstrip(PRIME)
        letter, *marks = [*normalize("NFD", base)]
        if len(marks) == 1 and marks[0] in _ACCENTS:
            base = rf"\{_ACCENTS[marks[0]]}{{{letter}}}"
        elif len(base) > 1:
            base = rf"\mathit{{{base}}}"
        base += "'" * (len(letters) - len(letters.rstrip(PRIME)))
        base = f"{base}^{{({layer})}}" if layer else base
        below = rf"\mathrm{{{index}}}" if index.isalpha() and len(index) > 1 else _escaped(index)
        return Formula(f"{base}_{{{below}}}" if index else base, ATOM, self)

    def written_digits(self, digits: str) -> str:
        return r"\mathrm{nan}" if digits == "nan" else self.localised(digits).replace(",", "{,}")

    def power_of_ten(self, exponent: int) -> str:
        return f"10^{{{exponent}}}"

    def times_power(self, digits: str, power_of_ten: str) -> str:
        return rf"{digits} \cdot {power_of_ten}"

    def bracketed(self, content: str) -> str:
        return rf"\left({content}\right)"

    def in_words(self, pieces: Sequence[str]) -> str:
        return "".join([rf"\text{{{x}}}" if x and not i % 2 else x for i, x in enumerate(pieces)])

    def named_below(self, content: str, name: str) -> str:
        return rf"\underbrace{{{content}}}_{{{name}}}"

    def spaced(self, *contents: str) -> str:
        return r"\,".join(contents)

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        lines = r" \\ ".join([" & ".join(row) for row in rows])
        return rf"\begin{{bmatrix}}{lines}\end{{bmatrix}}"

    def turned(self, content: str) -> str:
        return rf"{{{content}}}^{{\top}}"

    def placed(self, content: str, index: str) -> str:
        return f"{{{content}}}_{{{index}}}"

    def between_bars(self, content: str, index: str) -> str:
        return rf"\left\|{content}\right\|" + ("_{1}" if index else "")

    def quotient(self, z: str, x: str) -> str:
        return rf"\frac{{\partial {z}}}{{\partial {x}}}"

    def head(self, name: str) -> str:
        return rf"\{name}" if name in self.functions else rf"\operatorname{{{_escaped(name)}}}"

    def div(self, x: Any, y: Any) -> Formula:
        return self.write(r"\frac{%s}{%s}", [x, y], CHOICE, FRACTION)

    def raised(self, x: Any, y: Any) -> Formula:
        base = self.operand(x, ATOM)
        if "^" in base and not base.startswith(r"\left("):  # TeX allows one superscript
            base = f"{{{base}}}"
        return Formula(f"{base}^{{{self.operand(y)}}}", POWER, self)

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
        return self.write("1_{%s > 0}", [x], SUM, POWER)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, otherwise = (rf"& \text{{{words}}}" for words in (self.word("if") + " ", self.word("otherwise")))
        cases = rf"\begin{{cases}} %s {if_} %s \\ %s {otherwise} \end{{cases}}"
        return self.write(cases, [x, condition, y], CHOICE, CHOICE)


class Inline(Latex):
    r"""Formulas for TeX that are no higher than a line of text: x / y, \partial f/\partial x, a choice in words."""

    def quotient(self, z: str, x: str) -> str:
        return rf"\partial {z}/\partial {x}"

    def matrix(self, rows: Sequence[Sequence[str]]) -> str:
        return Printed.matrix(self, rows)  # type: ignore[no-any-return]

    def div(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "/", y, PRODUCT)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, else_ = (rf"\text{{ {self.word(key)} }}" for key in ("if", "else"))
        return self.write(f"%s{if_}%s{else_}%s", [x, condition, y], RELATION, CHOICE)


_ACCENTS = {mark: name for name, mark in MARKS.items()}
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
