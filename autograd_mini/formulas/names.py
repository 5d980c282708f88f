r"""What the nodes of a graph are called, fit to be shown, and how such a name is taken apart.

>>> from autograd_mini import Value
>>> u = Value(2.0, label="u")
>>> order = [u, u * u, u * u + 1]
>>> [*names(order).values()]
['u', 't1', 'f']
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd_mini.words.numbers import number
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.engine.value import Value


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


def names(order: Sequence[Value]) -> dict[Value, str]:
    """A name to show for every node of a topological order.

    A node keeps its label, with what cannot be shown written out. Unnamed results are t1, t2, ... as in
    the lectures and an unnamed last one is f; unnamed inputs are x1, x2, ...; a constant is called by its
    number. Given names never repeat a label.
    """
    taken = {node.label for node in order}

    def fresh(letter: str, count: int) -> tuple[str, int]:
        while (name := f"{letter}{count}") in taken:
            count += 1
        return name, count + 1

    result: dict[Value, str] = {}
    inputs = results = 1
    for node in order:
        if node.label:
            name = visible(node.label)
        elif node.is_constant:
            name = number(node.data)
        elif node is order[-1] and "f" not in taken:
            name = "f"
        elif node.parents:
            name, results = fresh("t", results)
        else:
            name, inputs = fresh("x", inputs)
        result[node] = name
    return result
