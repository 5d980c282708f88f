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
from functools import lru_cache
from math import inf, pi
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.formulas.roles import PRIME, primes, roles
from autograd_mini.words.numbers import number
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Self

    from autograd_mini.engine.value import Value


class Name(str):
    """A label that knows its place in the text it was read from; a plain str in every other respect.

    place: names count from 0 as they are read, a definition when it is complete; all entries of an array
    have the place of the array.

    >>> Name("h", place=3), Name("h", place=3) == "h", Name("h", place=3).place
    ('h', True, 3)
    """

    __slots__ = ("place",)
    place: int

    def __new__(cls, text: str, place: int) -> Self:
        name = super().__new__(cls, text)
        name.place = place
        return name

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (str(self),)  # a label of a saved leaf stands in no text


_WRITTEN_OUT = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
GREEK = dict(zip(_WRITTEN_OUT.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
MARKS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}  # above the one letter before
_LAMBDA = re.compile(r"^lambda_(?!\w)")
_INPUT = re.compile(r"x(\[\d+\])")  # as a layer labels its inputs
_NAME = re.compile(
    rf"""((?:[^\W\d_][\u0300-\u036f]*)+)      # letters, which may be those of a Greek one
    (?:_({"|".join(MARKS)}))?
    (?:(\d+)(?=\[))?                       # a layer
    (?:_?(\d+) | _([^\W_]+) | \[([\w,]+)\])?
    ({PRIME}*)""",
    re.VERBOSE,
)


@lru_cache(maxsize=1 << 15)  # a picture asks for each name several times
def indexed(name: str) -> tuple[str, str, str] | None:
    """Letters, layer and index of a name such as t1, w_A, w[1,2] or w1[1,2], the weight of layer 1.

    Greek letters and marks are put in place: rho, y_hat and h_tilde are ρ, ŷ and h̃. Only one letter can have a
    mark or letters as its index. What a name lacks is empty; None for a name that is not of this form. lambda_ is
    lambda, which Python does not allow as a name.

    >>> indexed("t1"), indexed("w1[3,2]"), indexed("theta_hat2"), indexed("learning_rate")
    (('t', '', '1'), ('w', '1', '3,2'), ('θ̂', '', '2'), None)
    >>> indexed("lambda_"), indexed("lambda_11"), indexed("lambda_[2]")
    (('λ', '', ''), ('λ', '', '11'), ('λ', '', '2'))
    """
    found = _NAME.fullmatch(_LAMBDA.sub("lambda", name))
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
    as h1[2], see roles.py. Other unnamed results are t1, t2, ... as in the lectures, in the order in which they are
    written, and an unnamed last one is f; unnamed inputs are x1, x2, ...; a constant is called by its number. Given
    names never repeat a label, and what would look the same, as x1 and x_1 do, gets primes; but the inputs x[1],
    x[2], ... of several examples are x1[1], x1[2], ..., x2[1], ...: shown as x⁽¹⁾₁ and so on. What a network gives is
    f only if nothing else is a result.
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
    examples = examples_of(order)
    inputs = results = 1
    numbered: dict[Value, str] = {}
    for node in as_written(order):
        if node.rule is None or node.label or node in made:
            continue
        if node is not order[-1] or "f" in taken:
            numbered[node], results = fresh("t", results)
    for node in order:
        if node.label:
            name = label = examples.get(node) or made.get(node) or visible(_LAMBDA.sub("lambda", node.label))
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


def examples_of(order: Sequence[Value]) -> dict[Value, str]:
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
