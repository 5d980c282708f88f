"""Roles: what a node does in a network, which says what it is called: h1[2] is what neuron 2 of layer 1 gives.

Nothing is stored for it and nothing guessed: a network applies rules of its own, and `node.rule.frame` tells
whose a node is.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from autograd_mini.engine.value import Value


PRIME = "′"
OF_UNITS = {"shift": "c", "exp": "e", "div": "p"}  # in a softmax
OF_ALL = {"max": "m", "sum": "Z"}


class Call:
    """One use of a neuron: whose, in which layer, what it reads, and for which example, if there are several."""

    __slots__ = ("example", "layer", "name", "read", "unit")

    def __init__(self, frame: Any, read: Sequence[Value]) -> None:
        self.layer = frame.outer or frame
        self.unit = frame.name if frame.outer else ""
        self.read = [*read]
        self.example = ""
        self.name = ""  # of its nodes, without the letter


def roles(order: Sequence[Value]) -> dict[Value, str]:
    """What the nodes are called that a network made, such as a1[2] for neuron 2 of layer 1.

    a: what the activation is applied to, h: its result. s: the sum before the bias; if each product is a node,
    s1[2,3] is the third, and S1[2,3] the sum of the first three. For a softmax m: the largest score, c: how far
    others lie below it, e: the exponentials, Z: their sum, p: the probabilities. d: what a Dropout left.

    A layer without a name has a[2], a neuron of its own a. What a layer made for several examples has their
    number first: row 4 of h1 begins with h1[4,1]. A second layer of the same name gets primes, with those of its
    parameters whose labels the package gave. Linear in nodes plus edges.
    """
    letters: dict[Value, str] = {}
    calls: dict[Value, Call] = {}
    terms: dict[Value, int] = {}  # which product, or how many of them have been added up
    for node in order:
        rule = node.rule
        if rule is None or rule.frame is None:
            continue
        frame, operation, inputs = rule.frame, rule.name, node.parents
        call, letter = calls.get(inputs[0]), "h"
        if frame.kind == "dropout":
            letter, call = "d", call or Call(frame, inputs[:1])
        elif operation in ("dot", "mul") or call is None:
            letter, call = "a", Call(frame, inputs[len(inputs) // 2 :])
        elif frame.kind == "layer":
            letter = OF_UNITS.get(operation) or OF_ALL.get(operation, "a")
        elif operation == "add":
            letter, (first, second) = "a", inputs
            letters[first] = "s"
            if second.rule is not None and second.rule.frame is frame:  # a product, no bias
                if len(call.read) > 1:
                    letters[first] = "S"
                terms[first] = len(call.read)
                call.read += calls[second].read
                letters[second], terms[second], calls[second] = "s", len(call.read), call
        letters[node], calls[node] = letter, call
    found = dict.fromkeys(calls.values())
    _count(found)
    marks = _primes_of({call.layer: None for call in found})
    for call in found:
        call.name = _joined(call.layer.name, [call.example, call.unit], marks[call.layer])
    result: dict[Value, str] = {}
    for node, letter in letters.items():
        call = calls[node]
        if node in terms:
            index = [call.example, call.unit, f"{terms[node]}"]
            result[node] = letter + _joined(call.layer.name, index, marks[call.layer])
        elif letter in "mZ":
            result[node] = _joined(letter, [call.example], marks[call.layer])
        else:
            result[node] = letter + call.name
    return result | _relabelled(letters, calls, marks) if any(marks.values()) else result


def _relabelled(
    made: Iterable[Value], calls: Mapping[Value, Call], marks: Mapping[Any, str]
) -> dict[Value, str]:
    """The parameters of layers with primes; labels that the user chose stay."""
    result: dict[Value, str] = {}
    for node in made:
        layer = calls[node].layer
        given = (f"w{layer.name}[", f"b{layer.name}[", f"b{layer.name}")[: 2 + (layer.kind == "neuron")]
        for parameter in parameters(node) if marks[layer] else ():
            if parameter.rule is None and parameter.label.startswith(given):
                result.setdefault(parameter, visible(parameter.label) + marks[layer])
    return result


def _joined(name: str, index: Iterable[str], marks: str) -> str:
    """1[3,2]′, from 1, 3 and 2, and ′; an empty index is none."""
    name = visible(name)
    inside = ",".join(filter(None, index))
    return f"{name}[{inside}]{marks}" if inside else f"{name}{marks}"


def parameters(node: Value) -> Sequence[Value]:
    """Those inputs that a neuron takes from itself: w in w · x and in w x, and b in (w · x) + b."""
    assert node.rule is not None
    operation, inputs = node.rule.name, node.parents
    if operation == "dot":
        return inputs[: len(inputs) // 2]
    return inputs[:1] if operation == "mul" else inputs[1:] if operation == "add" else ()


def _count(found: Iterable[Call]) -> None:
    """Give each call the number of its example, if its layer has several; neurons that read the same have one."""
    met: dict[object, int] = {}
    examples: dict[Any, dict[object, int]] = {}
    for call in found:
        read = tuple(map(id, call.read))
        again = met[call.layer, call.unit, read] = met.get((call.layer, call.unit, read), 0) + 1
        known = examples.setdefault(call.layer, {})
        call.example = f"{known.setdefault((read, again), len(known) + 1)}"
    for call in found:
        if len(examples[call.layer]) == 1:
            call.example = ""


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
