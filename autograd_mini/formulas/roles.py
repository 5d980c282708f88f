"""Roles: what a node does in a network, which says what it is called: h1[2] is what neuron 2 of layer 1 gives.

Nothing is stored for it and nothing guessed: a network applies rules of its own, and `node.rule.frame` tells
whose a node is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd_mini.engine.value import Value


PRIME = "′"
SOFTMAX = {"max": "m", "shift": "c", "exp": "e", "sum": "Z", "div": "p"}


@dataclass(slots=True)
class Role:
    """A letter, whose the node is, and of which call: the list of what the neuron reads in it."""

    letter: str
    layer: Any  # a Frame: of a layer, or of a neuron that is in none
    unit: str  # which neuron; empty for what belongs to none or to the only one
    call: list[Value]
    term: int = 0  # which product, or how many of them have been added up


def roles(order: Sequence[Value]) -> dict[Value, str]:
    """What the nodes are called that a network made, such as a1[2] for neuron 2 of layer 1.

    a: what the activation is applied to, h: its result. s: the sum before the bias; if each product is a node,
    s1[2,3] is the third, and S1[2,3] the sum of the first three. For a softmax m: the largest score, c: how far
    others lie below it, e: the exponentials, Z: their sum, p: the probabilities. d: what a Dropout left.

    A layer without a name has a[2], a neuron of its own a. What a layer made for several examples has their
    number first: row 4 of h1 begins with h1[4,1]. A second layer of the same name gets primes, with those of its
    parameters whose labels the package gave. Linear in nodes plus edges.
    """
    found: dict[Value, Role] = {}
    for node in order:
        if node.rule is not None and node.rule.frame is not None:
            found[node] = _role(node, found)
    examples, several = _examples(found.values())
    marks = _primes_of({role.layer: None for role in found.values()})
    result = {}
    for node, role in found.items():
        example = examples[id(role.call)] if role.layer in several else ""
        index = ",".join([str(part) for part in (example, role.unit, role.term) if part])
        name = f"{role.letter}{visible(role.layer.name)}"
        result[node] = (f"{name}[{index}]" if index else name) + marks[role.layer]
        if marks[role.layer]:
            for parameter in parameters(node):
                given = (f"w{role.layer.name}[", f"b{role.layer.name}")
                if parameter.rule is None and parameter.label.startswith(given):
                    result.setdefault(parameter, visible(parameter.label) + marks[role.layer])
    return result


def parameters(node: Value) -> Sequence[Value]:
    """Those inputs that a neuron takes from itself: w in w · x and in w x, and b in (w · x) + b."""
    assert node.rule is not None
    operation, inputs = node.rule.name, node.parents
    if operation == "dot":
        return inputs[: len(inputs) // 2]
    return inputs[:1] if operation == "mul" else inputs[1:] if operation == "add" else ()


def _role(node: Value, found: dict[Value, Role]) -> Role:
    """The role of a node whose inputs have theirs; it tells them if they turn out to be part of a sum."""
    assert node.rule is not None
    frame, operation, inputs = node.rule.frame, node.rule.name, node.parents
    first = found.get(inputs[0])
    if frame.kind == "dropout":
        return replace(first, letter="d", term=0) if first else Role("d", frame, "", [inputs[0]])
    layer, unit = frame.outer or frame, frame.name if frame.kind == "neuron" else ""
    if operation in ("dot", "mul") or first is None:
        read = inputs[len(inputs) // 2 :]
        return Role("a", layer, unit, [*read])
    if frame.kind == "layer":
        return Role(SOFTMAX.get(operation, "a"), layer, "" if operation in ("max", "sum") else first.unit, first.call)
    if operation == "add":
        is_product = inputs[1].rule is not None and inputs[1].rule.frame is frame
        _added(first, found[inputs[1]] if is_product else None)
        return Role("a", layer, unit, first.call)
    return Role("h", layer, unit, first.call)


def _added(first: Role, product: Role | None) -> None:
    """Something is added to this sum or first product: the next product, or a bias."""
    if product is None:
        first.letter = "s"
        return
    read = first.call
    first.letter, first.term = "sS"[len(read) > 1], len(read)
    read += product.call
    product.letter, product.term, product.call = "s", len(read), read


def _examples(found: Iterable[Role]) -> tuple[dict[int, int], set[Any]]:
    """For each call which of its layer it is, and the layers with several; neurons that read the same are in one."""
    met: Counter[object] = Counter()
    calls: dict[Any, dict[object, int]] = {}
    numbers: dict[int, int] = {}
    for role in found:
        if id(role.call) not in numbers:
            read = tuple(map(id, role.call))
            again = met[role.layer, role.unit, read]
            met[role.layer, role.unit, read] += 1
            known = calls.setdefault(role.layer, {})
            numbers[id(role.call)] = known.setdefault((read, again), len(known) + 1)
    return numbers, {layer for layer, known in calls.items() if len(known) > 1}


def _primes_of(layers: Iterable[Any]) -> dict[Any, str]:
    """None for the first layer of a name, one for the second, and so on."""
    times: Counter[str] = Counter()
    result = {}
    for layer in layers:
        result[layer] = primes(times[layer.title])
        times[layer.title] += 1
    return result


def primes(count: int) -> str:
    """So many primes, from four on as a number."""
    return PRIME * count if count < 4 else f"{PRIME}{count}"
