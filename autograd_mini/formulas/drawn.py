"""Formulas for pictures: one line of Unicode in which names look as mathematics writes them.

>>> print(drawn.symbol("t1") + drawn.pow(drawn.symbol("w1[3,2]"), 2.0), drawn.constant(-2e-5), sep="; ")
t₁ + w⁽¹⁾₃,₂²; −2·10⁻⁵

Few fonts have all these small digits, so a picture may set ordinary ones in their places: see viz/lettering.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd_mini.formulas.names import indexed
from autograd_mini.formulas.printing import ATOM, POWER, Formula
from autograd_mini.formulas.text import Text
from autograd_mini.words.visible import lowered, raised

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
        name = _NUMBERED.fullmatch(content)  # of w₂, the weights of layer 2, the first row is w⁽²⁾₁
        return (
            f"{name[1]}{raised(f'({name[2].translate(_PLAIN)})')}{lowered(index)}"
            if name
            else content + lowered(index)
        )

    def raised(self, x: Any, y: Any) -> Formula:
        if isinstance(y, int | float) and float(y).is_integer():
            return Formula(f"{self.operand(x, ATOM)}{raised(f'{y:.0f}')}", POWER, self)
        return super().raised(x, y)


_NUMBERED = re.compile("(.*?)([₀-₉]+)")
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

drawn = Drawn()
