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
from math import pi
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.formulas.roles import PRIME, primes, roles
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
    letters, mark, layer, number, word, entries, strokes = (part or "" for part in found.groups())
    letters = GREEK.get(letters, letters)
    if (mark or word) and len(normalize("NFC", letters)) > 1:
        return None
    return normalize("NFC", letters + MARKS.get(mark, "")) + strokes, layer, number or word or entries


def names(order: Sequence[Value]) -> dict[Value, str]:
    """A name to show for every node of a topological order.

    A node keeps its label, with what cannot be shown written out. What a network made is called by its role, such
    as h1[2], see roles.py. Other unnamed results are t1, t2, ... as in the lectures and an unnamed last one is f;
    unnamed inputs are x1, x2, ...; a constant is called by its number. Given names never repeat a label, and what
    would look the same, as x1 and x_1 do, gets primes; but the inputs x[1], x[2], ... of several examples are
    x1[1], x1[2], ..., x2[1], ...: shown as x⁽¹⁾₁ and so on. What a network gives is f only if nothing else is a result.
    """
    taken = {node.label for node in order}
    known = [parts for label in taken if (parts := indexed(label))]
    taken |= {f"{letters}{index}" for letters, layer, index in known if not layer}
    taken |= {f"{letters}{layer}[{index}]" for letters, layer, index in known}
    made = _made(order, taken)

    def fresh(letter: str, count: int) -> tuple[str, int]:
        while (name := f"{letter}{count}") in taken:
            count += 1
        return name, count + 1

    result: dict[Value, str] = {}
    looks: Counter[object] = Counter()
    examples = _examples(order)
    inputs = results = 1
    for node in order:
        if node.label:
            name = label = examples.get(node) or made.get(node) or visible(node.label)
            look = indexed(label) or label
            while (again := looks[look]) and (name := label + primes(again)) in taken:
                looks[look] += 1
            looks[look] += 1
        elif node.is_constant:
            name = "π" if node.data == pi else number(node.data)
        elif node is order[-1] and "f" not in taken and (node not in made or _is_only_result(order)):
            name = "f"
        elif node in made:
            name = made[node]
        elif node.parents:
            name, results = fresh("t", results)
        else:
            name, inputs = fresh("x", inputs)
        result[node] = name
    return result


def _made(order: Sequence[Value], taken: set[str]) -> dict[Value, str]:
    """What a network made, without a label of the user, by its role; none of these names is taken, then all are."""
    result = {}
    times: Counter[str] = Counter()
    for node, role in roles(order).items():
        if not (node.label and node.parents):
            name = role
            while name in taken:
                times[role] += 1
                name = role + primes(times[role])
            taken.add(name)
            result[node] = name
    return result


def _is_only_result(order: Sequence[Value]) -> bool:
    """Whether all nodes but one are used by others."""
    return len({x for node in order for x in node.parents}) == len(order) - 1


def _examples(order: Sequence[Value]) -> dict[Value, str]:
    """The inputs of a batch with the number of their example, if all examples have the same ones in the same order.

    They are counted as they are used: what a neuron reads that reads its own result comes in the order of time.
    """
    found = [(node, part[1]) for node in order if (part := _INPUT.fullmatch(node.label))]
    indices = [index for _, index in found]
    each = len({*indices}) or 1
    if len(indices) == each or indices != indices[:each] * (len(indices) // each):
        return {}
    example = {node: i // each for i, (node, _) in enumerate(found)}
    used = [example[x] for node in order for x in node.parents if x in example]
    number = {i: k for k, i in enumerate(dict.fromkeys([*used, *example.values()]), 1)}
    return {node: f"x{number[example[node]]}{index}" for node, index in found}
