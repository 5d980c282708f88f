"""Formulas in one line of Unicode, for terminals and pictures.

>>> u, v = text.symbol("u"), text.symbol("v")
>>> print(text.maximum(0.0, u - v) * text.pow(u, 2.0), text.derivative(u, v), sep="; ")
max(0, u − v) × u^2; ∂u/∂v
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.formulas.printing import ATOM, CHOICE, POWER, PRODUCT, RELATION, SUM, Printed

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.formulas.printing import Formula


class Text(Printed):
    """Formulas in one line of Unicode: u × v, x^2, |x|, max(0, x)."""

    times = "×"
    cdot = "·"
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

    def sqrt(self, x: Any) -> Formula:
        return self.write("√%s", [x], ATOM, POWER)

    def heaviside(self, x: Any) -> Formula:
        return self.write("1_{%s > 0}", [x], SUM, POWER)


text = Text()
