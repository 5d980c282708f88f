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
from autograd_mini.formulas.printing import ATOM, CHOICE, FRACTION, POWER, Formula, Printed

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
    placeholder = ("mi", "□")
    infinity = ("mi", "∞")

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
        base, below = ("mi", letters), ("mi" if index.isalpha() else "mn", index)
        if layer:
            return Formula(("msubsup", base, below, ("mn", f"({layer})")), ATOM, self)
        return Formula(("msub", base, below) if index else base, ATOM, self)

    def written_digits(self, digits: str) -> Tree:
        return ("mn", self.localised(digits))

    def power_of_ten(self, exponent: int) -> Tree:
        return ("msup", self.written_digits("10"), ("mn", f"{exponent}".replace("-", self.minus)))

    def times_power(self, digits: Tree, power_of_ten: Tree) -> Tree:
        return self.joined([digits, power_of_ten], self.cdot)

    def bracketed(self, content: Tree) -> Tree:
        return ("mrow", ("mo", "("), content, ("mo", ")"))

    def negated(self, content: Tree) -> Tree:
        return ("mrow", ("mo", self.minus), content)

    def side_by_side(self, *contents: Tree) -> Tree:
        return ("mrow", *contents)

    def joined(self, contents: Sequence[Tree], sign: str) -> Tree:
        return ("mrow", contents[0], *[part for each in contents[1:] for part in (("mo", sign), each)])

    def applied_to(self, name: str, contents: Sequence[Tree]) -> Tree:
        arguments = self.joined(contents, self.separator.strip())[1:]
        return ("mrow", ("mi", name), ("mrow", ("mo", "("), *arguments, ("mo", ")")))

    def in_words(self, pieces: Sequence[Any]) -> Tree:
        words = [("mtext", x.replace(" ", "\xa0")) if not i % 2 else x for i, x in enumerate(pieces)]
        *before, last = [x for x in words if x[1]]
        # A product stays a row of its parts, and its factors the last of them.
        return ("mrow", *before, *(last[1:] if last[0] == "mrow" else [last])) if before else last

    def named_below(self, content: Tree, name: Tree) -> Tree:
        return ("munder", ("munder", content, ("mo", "⏟")), name)

    def spaced(self, *contents: Tree) -> Tree:
        first, *others = contents
        return ("mrow", first, *[part for each in others for part in (("mtext", "\u2009"), each)])

    def listed(self, contents: Sequence[Tree]) -> Tree:
        return ("mrow", ("mo", "["), *self.joined(contents, self.separator.strip())[1:], ("mo", "]"))

    def matrix(self, rows: Sequence[Sequence[Tree]]) -> Tree:
        cells = [("mtr", *[("mtd", entry) for entry in row]) for row in rows]
        return ("mrow", ("mo", "["), ("mtable", *cells), ("mo", "]"))

    def turned(self, content: Tree) -> Tree:
        return ("msup", content, ("mi", "⊤"))

    def placed(self, content: Tree, index: str) -> Tree:
        return ("msub", content, ("mn", index))

    def between_bars(self, content: Tree, index: str) -> Tree:
        bars = ("mrow", ("mo", "‖"), content, ("mo", "‖"))
        return ("msub", bars, ("mn", index)) if index else bars

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

    def heaviside(self, x: Any) -> Formula:
        return Formula(("msub", self.written_digits("1"), (self.formula(x) > 0.0).content), POWER, self)

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, otherwise = (("mtd", ("mtext", self.word(key))) for key in ("if", "otherwise"))
        x, condition, y = (("mtd", self.operand(piece)) for piece in (x, condition, y))
        rows = ("mtable", ("mtr", x, if_, condition), ("mtr", y, otherwise))
        return Formula(("mrow", ("mo", "{"), rows), CHOICE, self)


mathml = Mathml()
