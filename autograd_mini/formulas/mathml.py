"""Formulas for browsers: MathML, made as trees and printed last.

A tree is a tag and what is inside, text or more trees; so a page can take a formula apart and nothing in a
name can become markup.

>>> half = mathml.div(mathml.symbol("t1"), 2)
>>> print(half)
<mfrac><msub><mi>t</mi><mn>1</mn></msub><mn>2</mn></mfrac>
>>> half.content
('mfrac', ('msub', ('mi', 't'), ('mn', '1')), ('mn', '2'))
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from autograd_mini.formulas.names import indexed
from autograd_mini.formulas.printing import ATOM, CHOICE, FRACTION, POWER, PRODUCT, SUM, Formula, Printed
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Tree = tuple[Any, ...]  # ("mi", "u"), or ("mfrac", tree, tree)


GROWING = re.compile(r"<mo>([()|])</mo>")


class Mathml(Printed):
    """Formulas as MathML, without the <math> around them; every name is escaped."""

    times = "×"
    cdot = "·"
    at_least = "≥"
    at_most = "≤"
    dots = ("mo", "…")

    def printed(self, content: Tree) -> str:
        tag, *parts = content
        inside = "".join([escape(part) if isinstance(part, str) else self.printed(part) for part in parts])
        if (
            tag == "mrow" and "<mfrac>" not in inside
        ):  # what need not grow must not: Chromium leaves gaps around it
            inside = GROWING.sub(r'<mo stretchy="false">\1</mo>', inside)
        return f"<{tag}>{inside}</{tag}>"

    def symbol(self, name: str) -> Formula:
        letters, layer, index = indexed(name) or (name, "", "")
        base, below = ("mi", letters), ("mn" if index.isdecimal() else "mi", index)
        if layer:
            return Formula(("msubsup", base, below, ("mn", f"({layer})")), ATOM, self)
        return Formula(("msub", base, below) if index else base, ATOM, self)

    def constant(self, x: float) -> Formula:
        digits, power, exponent = number(abs(float(x))).partition("e")
        shown: Tree = ("mi", "∞") if digits == "inf" else ("mn", self.localised(digits))
        if power:
            shown = self.joined([shown, ("msup", ("mn", "10"), ("mn", f"{int(exponent)}"))], "×")
        if x < 0:
            return Formula(self.negated(shown), SUM, self)
        return Formula(shown, PRODUCT if power else ATOM, self)

    def bracketed(self, content: Tree) -> Tree:
        return ("mrow", ("mo", "("), content, ("mo", ")"))

    def negated(self, content: Tree) -> Tree:
        return ("mrow", ("mo", "-"), content)

    def joined(self, contents: Sequence[Tree], sign: str) -> Tree:
        return ("mrow", contents[0], *[part for each in contents[1:] for part in (("mo", sign), each)])

    def applied_to(self, name: str, contents: Sequence[Tree]) -> Tree:
        arguments = self.joined(contents, self.separator.strip())[1:]
        return ("mrow", ("mi", name), ("mrow", ("mo", "("), *arguments, ("mo", ")")))

    def remarked(self, x: Tree, before: str, name: Tree, after: str) -> Tree:
        words = [("mtext", text.replace(" ", "\xa0")) for text in (f" {before}", after)]
        return ("mrow", x, words[0], name, words[1])

    def quotient(self, z: Tree, x: Tree) -> Tree:
        return ("mfrac", ("mrow", ("mi", "∂"), z), ("mrow", ("mi", "∂"), x))

    def div(self, x: Any, y: Any) -> Formula:
        return Formula(("mfrac", self.operand(x), self.operand(y)), FRACTION, self)

    def raised(self, x: Any, y: Any) -> Formula:
        return Formula(("msup", self.operand(x, ATOM), self.operand(y)), POWER, self)

    def abs(self, x: Any) -> Formula:
        return Formula(("mrow", ("mo", "|"), self.operand(x), ("mo", "|")), ATOM, self)

    def exp(self, x: Any) -> Formula:
        return Formula(("msup", ("mi", "e"), self.operand(x)), POWER, self)

    def sqrt(self, x: Any) -> Formula:
        return Formula(("msqrt", self.operand(x)), ATOM, self)

    def sigmoid(self, x: Any) -> Formula:
        return self.call("σ", [x])

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, else_ = (("mtext", f"\xa0{self.word(key)}\xa0") for key in ("if", "else"))
        x, condition, y = (self.operand(piece, SUM) for piece in (x, condition, y))
        return Formula(("mrow", x, if_, condition, else_, y), CHOICE, self)

    def through(self, gradient: Any, user: Any) -> Formula:
        rest = ("mrow", self.operand(gradient), ("mo", "|"))
        return Formula(("msub", rest, self.operand(user)), ATOM, self)


mathml = Mathml()
