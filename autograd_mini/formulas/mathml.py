"""A third arithmetic whose numbers are formulas: MathML, which browsers draw by themselves.

>>> print(mathml.div(mathml.symbol("t1"), 2))
<mfrac><msub><mi>t</mi><mn>1</mn></msub><mn>2</mn></mfrac>
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from autograd_mini.formulas.names import indexed
from autograd_mini.formulas.printing import ATOM, CHOICE, FRACTION, POWER, PRODUCT, SUM, Formula, Printed
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def operator(sign: str) -> str:
    """The sign as MathML."""
    return f"<mo>{escape(sign)}</mo>"


class Mathml(Printed):
    """Formulas as MathML, without the <math> around them; every name is escaped."""

    times = "×"
    cdot = "·"
    fraction = f"<mfrac><mrow>{operator('∂')}%s</mrow><mrow>{operator('∂')}%s</mrow></mfrac>"
    at_least = "≥"
    at_most = "≤"
    minus = f"<mrow>{operator('-')}%s</mrow>"
    brackets = f"<mrow>{operator('(')}%s{operator(')')}</mrow>"

    def symbol(self, name: str) -> Formula:
        letters, layer, index = indexed(name) or (name, "", "")
        base = f"<mi>{escape(letters)}</mi>"
        if not index:
            return Formula(base, ATOM, self)
        tag = "mn" if index.isdecimal() else "mi"
        below = f"<{tag}>{escape(index)}</{tag}>"
        if layer:
            return Formula(f"<msubsup>{base}{below}<mn>({layer})</mn></msubsup>", ATOM, self)
        return Formula(f"<msub>{base}{below}</msub>", ATOM, self)

    def constant(self, x: float) -> Formula:
        digits, power, exponent = number(abs(float(x))).partition("e")
        shown = f"<mn>{self.localised(digits)}</mn>".replace("<mn>inf</mn>", "<mi>∞</mi>")
        if power:
            ten = f"<msup><mn>10</mn><mn>{int(exponent)}</mn></msup>"
            shown = f"<mrow>{shown}{operator('×')}{ten}</mrow>"
        if x < 0:
            return Formula(self.minus % shown, SUM, self)
        return Formula(shown, PRODUCT if power else ATOM, self)

    def joined(self, left: Formula, sign: str, right: Formula) -> str:
        return f"<mrow>{left}{operator(sign)}{right}</mrow>"

    def head(self, name: str) -> str:
        return f"<mi>{escape(name)}</mi>"

    def call(self, name: str, pieces: Sequence[Any]) -> Formula:
        separator = operator(self.word("between arguments").strip())
        arguments = self.write(separator.join(["%s"] * len(pieces)), pieces, CHOICE, CHOICE)
        return Formula(f"<mrow>{self.head(name)}{self.brackets % arguments}</mrow>", ATOM, self)

    def div(self, x: Any, y: Any) -> Formula:
        return self.write("<mfrac>%s%s</mfrac>", [x, y], CHOICE, FRACTION)

    def raised(self, x: Any, y: Any) -> Formula:
        base = self.write("%s", [x], ATOM, ATOM)
        return self.write("<msup>%s%s</msup>", [base, y], CHOICE, POWER)

    def abs(self, x: Any) -> Formula:
        return self.write(f"<mrow>{operator('|')}%s{operator('|')}</mrow>", [x], CHOICE, ATOM)

    def exp(self, x: Any) -> Formula:
        return self.write("<msup><mi>e</mi>%s</msup>", [x], CHOICE, POWER)

    def sqrt(self, x: Any) -> Formula:
        return self.write("<msqrt>%s</msqrt>", [x], CHOICE, ATOM)

    def sigmoid(self, x: Any) -> Formula:
        return self.call("σ", [x])

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        if_, else_ = (f"<mtext>&nbsp;{self.word(key)}&nbsp;</mtext>" for key in ("if", "else"))
        return self.write(f"<mrow>%s{if_}%s{else_}%s</mrow>", [x, condition, y], SUM, CHOICE)

    def through(self, gradient: Any, user: Any) -> Formula:
        return self.write(f"<msub><mrow>%s{operator('|')}</mrow>%s</msub>", [gradient, user], CHOICE, ATOM)


mathml = Mathml()
