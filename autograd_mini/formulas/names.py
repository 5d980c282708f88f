r"""What the nodes of a graph are called, fit to be shown, and how such a name is taken apart.

>>> from autograd_mini import Value
>>> u = Value(2.0, label="u")
>>> order = [u, u * u, u * u + 1]
>>> [*names(order).values()]
['u', 't1', 'f']
"""

from __future__ import annotations

import re
from collections import Counter
from math import inf, pi
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.words.numbers import number
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.engine.value import Value


_WRITTEN_OUT = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
GREEK = dict(zip(_WRITTEN_OUT.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}  # above the one letter before
PRIME = "′"
_INPUT = re.compile(r"x(\[\d+\])")  # as a layer labels its inputs
_NAME = re.compile(
    rf"""((?:[^\W\d_][\u0300-\u036f]*)+)      # letters, which may be those of a Greek one
    (?:_({"|".join(MARKS)}))?
    (?:(\d+)(?=\[))?                       # a layer
    (?:_?(\d+) | _([^\W\d_]+) | \[([\w,]+)\])?
    ({PRIME}*)""",
    re.VERBOSE,
)


def indexed(name: str) -> tuple[str, str, str] | None:
    """Letters, layer and index of a name such as t1, w_A, w[1,2] or w1[1,2], the weight of layer 1.

    Greek letters and marks are put in place: rho, y_hat and h_tilde are ρ, ŷ and h̃. Only one letter can have a
    mark or letters as its index. What a name lacks is empty; None for a name that is not of this form.

    >>> indexed("t1"), indexed("w1[3,2]"), indexed("theta_hat2"), indexed("learning_rate")
    (('t', '', '1'), ('w', '1', '3,2'), ('θ̂', '', '2'), None)
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    letters, mark, layer, number, word, entries, primes = (part or "" for part in found.groups())
    letters = GREEK.get(letters, letters)
    if (mark or word) and len(normalize("NFC", letters)) > 1:
        return None
    return normalize("NFC", letters + MARKS.get(mark, "")) + primes, layer, number or word or entries


def names(order: Sequence[Value]) -> dict[Value, str]:
    """A name to show for every node of a topological order.

    A node keeps its label, with what cannot be shown written out. Unnamed results are t1, t2, ... as in
    the lectures, in the order in which they are written, and an unnamed last one is f; unnamed inputs are x1, x2, ...;
    a constant is called by its number. Given names never repeat a label, and what would look the same, as x1 and x_1 do, gets primes; but
    the inputs x[1], x[2], ... of several examples are x1[1], x1[2], ..., x2[1], ...: shown as x⁽¹⁾₁ and so on.
    """
    taken = {node.label for node in order}
    taken |= {f"{parts[0]}{parts[2]}" for label in taken if (parts := indexed(label)) and not parts[1]}

    def fresh(letter: str, count: int) -> tuple[str, int]:
        while (name := f"{letter}{count}") in taken:
            count += 1
        return name, count + 1

    result: dict[Value, str] = {}
    looks: Counter[object] = Counter()
    examples = _examples(order)
    inputs = results = 1
    numbered: dict[Value, str] = {}
    for node in as_written(order):
        if node.rule is not None and not node.label and (node is not order[-1] or "f" in taken):
            numbered[node], results = fresh("t", results)
    for node in order:
        if node.label:
            name = label = examples.get(node) or visible(node.label)
            look = indexed(label) or label
            while (again := looks[look]) and (name := label + _primes(again)) in taken:
                looks[look] += 1
            looks[look] += 1
        elif node.is_constant:
            name = "π" if node.data == pi else number(node.data)
        elif node is order[-1] and "f" not in taken:
            name = "f"
        elif node in numbered:
            name = numbered[node]
        else:
            name, inputs = fresh("x", inputs)
        result[node] = name
    return result


def as_written(order: Sequence[Value]) -> list[Value]:
    """The inputs and then the operations of a topological order, as the text has them that they come from.

    Inputs, data among them, come in the order of the places of their labels; operations with the first definition
    that they are part of, and still after their inputs. What has no place stays where it is. Linear but for sorting.
    """
    inputs = [node for node in order if node.rule is None and (node.label or not node.is_constant)]
    placed = iter(sorted([node for node in inputs if _place(node) < inf], key=_entry))
    inputs = [next(placed) if _place(node) < inf else node for node in inputs]
    first: dict[Value, float] = {}  # of each operation the place of the first definition above it, or its own
    for node in reversed(order):
        here = first[node] = min(first.get(node, inf), _place(node))
        for parent in node.parents:
            first[parent] = min(first.get(parent, inf), here)
    return inputs + sorted([node for node in order if node.rule is not None], key=first.__getitem__)


def _place(node: Value) -> float:
    """Where its label stands in the text it comes from; inf if it comes from none."""
    return getattr(node.label, "place", inf)


def _entry(node: Value) -> tuple[float, list[int]]:
    """The place of an array, and which of its entries it is."""
    return _place(node), [int(index) for index in re.findall(r"\d+", node.label.partition("[")[2])]


def _examples(order: Sequence[Value]) -> dict[Value, str]:
    """The inputs of a batch with the number of their example, if all examples have the same ones in the same order."""
    found = [(node, part[1]) for node in order if (part := _INPUT.fullmatch(node.label))]
    indices = [index for _, index in found]
    each = len({*indices}) or 1
    if len(indices) == each or indices != indices[:each] * (len(indices) // each):
        return {}
    return {node: f"x{i // each + 1}{index}" for i, (node, index) in enumerate(found)}


def _primes(count: int) -> str:
    return PRIME * count if count < 4 else f"{PRIME}{count}"
