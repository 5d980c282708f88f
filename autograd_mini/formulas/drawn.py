"""Formulas for pictures: one line of Unicode in which names look as mathematics writes them.

>>> print(drawn.symbol("t1") + drawn.pow(drawn.symbol("w1[3,2]"), 2.0), drawn.constant(-2e-5), sep="; ")
t₁ + w⁽¹⁾₃,₂²; −2·10⁻⁵

Few fonts have all these small digits, so a picture may set ordinary ones in their places: see viz/lettering.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.formulas.names import indexed
from autograd_mini.formulas.printing import ATOM, POWER, Formula
from autograd_mini.formulas.text import Text
from autograd_mini.words.visible import LOWERED, lowered, raised

if TYPE_CHECKING:
    from typing import Any


class Drawn(Text):
    """Formulas in one line of Unicode: t₁ × w, x², ρ, ŷ; an index of letters stays w_A."""

    infinity = "∞"

    def symbol(self, name: str) -> Formula:
        letters, layer, index = indexed(name) or (name, "", "")
        below = lowered(index) if index.replace(",", "").isdecimal() else f"_{index}" * bool(index)
        return Formula(f"{letters}{raised(f'({layer})') if layer else ''}{below}", ATOM, self)

    def placed(self, content: str, index: str) -> str:
        return f"{content}[{index}]" if content[-1:] in LOWERED else f"{content}{lowered(index)}"

    def raised(self, x: Any, y: Any) -> Formula:
        if isinstance(y, int | float) and float(y).is_integer():
            return Formula(f"{self.operand(x, ATOM)}{raised(f'{y:.0f}')}", POWER, self)
        return super().raised(x, y)


drawn = Drawn()
