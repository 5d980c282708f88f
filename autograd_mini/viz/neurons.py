"""The neurons of a graph that was written as formulas, so that it can be drawn as students draw a network.

A neuron is a sum of weights times what it reads, with a bias or without, and an activation or none. What is a weight
follows from the graph: of a product it is the leaf that is no data; of two leaves the one with the more indices where
they are a matrix and a vector, else the left one, as in W @ x and w * x.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.graph import toposort

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd_mini.engine.value import Value

ACTIVATIONS = {"sigmoid", "tanh", "relu", "softplus", "heaviside", "sign"}
MOST_EXAMPLES = 6
MOST_UNITS, MOST_WEIGHTS = 8, 8  # of a layer, and of a unit


class Product(NamedTuple):
    """A weight, what it is multiplied with, and the data that switch the product on and off, as dropout does."""

    weight: Value
    read: Value
    masks: tuple[Value, ...]


@dataclass
class Neuron:
    """A neuron. Of each example: what it reads, its sum, and what comes out, which is the sum if it has no activation."""

    weights: tuple[Value, ...]
    masks: tuple[tuple[Value, ...], ...]  # of each weight
    biases: tuple[Value, ...]
    reads: list[tuple[Value, ...]] = field(default_factory=list)
    sums: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)


def layers_of(*roots: Value) -> list[list[Neuron]]:
    """The neurons of a graph, layer by layer, each reading all of the one before; none if it is no network, or one of a model.

    >>> from autograd_mini import parse
    >>> f = parse("h = tanh(w1*x1 + w2*x2 + b); f = (h - 1)**2")
    >>> [[len(neuron.weights) for neuron in layer] for layer in layers_of(f)]
    [[2]]
    """
    order = toposort(*roots)
    if any(node.rule and node.rule.frame and node.rule.frame.kind for node in order):
        return []  # made by a model, which network.py draws
    users: dict[Value, list[Value]] = {}
    for node in order:
        for parent in dict.fromkeys(node.parents):
            users.setdefault(parent, []).append(node)
    probabilities = {score: node for node in order if (score := _score_of(node))}
    sums: dict[Value, tuple[list[Product], list[Value]]] = {}
    inside: set[Value] = set()
    for node in reversed(order):
        if node not in inside and (found := _sum_of(node, inside)):
            sums[node] = found
    neurons: dict[tuple[Value, ...], Neuron] = {}
    depth: dict[Value, int] = {}  # of what comes out of a neuron
    layers: dict[int, list[Neuron]] = {}
    for node in order:
        if node not in sums or any(p.read.parents and p.read not in depth for p in sums[node][0]):
            continue
        products, biases = sums[node]
        weights = tuple([product.weight for product in products])
        layer = max([depth.get(product.read, 0) for product in products]) + 1
        if weights not in neurons:
            neurons[weights] = Neuron(weights, tuple([p.masks for p in products]), tuple(biases))
            layers.setdefault(layer, []).append(neurons[weights])
        neuron = neurons[weights]
        neuron.reads.append(tuple([product.read for product in products]))
        neuron.sums.append(node)
        neuron.outputs.append(_output_of(node, users.get(node, []), probabilities))
        depth[neuron.outputs[-1]] = layer
    found_layers = [layers[k] for k in sorted(layers)]
    return found_layers if _is_network(found_layers) else []


def _is_network(layers: Sequence[Sequence[Neuron]]) -> bool:
    """Whether each layer reads all of the one before, nothing has two roles, and some neuron adds something up."""
    neurons = [neuron for layer in layers for neuron in layer]
    if not neurons:
        return False
    own = [leaf for neuron in neurons for leaf in (*neuron.weights, *neuron.biases)]
    examples = len(neurons[0].outputs)
    before = [set(reads) for reads in neurons[0].reads]
    leaves = {leaf for reads in before for leaf in reads}
    for layer in layers:
        for neuron in layer:
            if len(neuron.outputs) != examples or [set(reads) for reads in neuron.reads] != before:
                return False
        before = [{neuron.outputs[e] for neuron in layer} for e in range(examples)]
    return (
        len({*own}) == len(own)
        and leaves.isdisjoint(own)
        and examples <= MOST_EXAMPLES
        and max(map(len, layers)) <= MOST_UNITS
        and max([len(neuron.weights) for neuron in neurons]) <= MOST_WEIGHTS
        and any(len(neuron.weights) > 1 for neuron in neurons)
    )


def _output_of(node: Value, users: Sequence[Value], probabilities: Mapping[Value, Value]) -> Value:
    """What the activation makes of a sum, or the sum."""
    if node in probabilities:
        return probabilities[node]
    only = users[0] if len(users) == 1 else None
    return only if only is not None and only.rule is not None and only.rule.name in ACTIVATIONS else node


def _score_of(node: Value) -> Value | None:
    """What this is the softmax of, if it is one."""
    for name in ("div", "exp", "shift"):
        if node.rule is None or node.rule.name != name:
            return None
        node = node.parents[0]
    return node


def _sum_of(node: Value, inside: set[Value]) -> tuple[list[Product], list[Value]] | None:
    """The products and the biases that a node adds up, if it does nothing else; what is between is then inside."""
    products: list[Product] = []
    biases: list[Value] = []
    between: list[Value] = []
    todo = [node]
    while todo:
        each = todo.pop()
        name = each.rule.name if each.rule else ""
        if name in ("add", "sum"):
            todo += reversed(each.parents)
        elif name in ("dot", "mul"):
            half = len(each.parents) // 2
            pairs = zip(each.parents[:half], each.parents[half:], strict=True)
            for factors in [_factors(each, between)] if name == "mul" else pairs:
                rest = [x for x in factors if not _is_one(x)]
                if len(rest) == 1 < len(factors) and _is_weight(rest[0]):  # as b @ [[1, 1, 1]] has it
                    biases += rest
                elif product := _product(rest):
                    products.append(product)
                else:
                    return None
        elif name or each.is_constant:
            return None
        else:
            biases.append(each)
        between += [each] if name and each is not node else []
    if not products or len(biases) > 1:
        return None
    inside.update(between)
    return products, biases


def _factors(product: Value, between: list[Value]) -> list[Value]:
    """What is multiplied, also where it is as v * h * mask."""
    factors: list[Value] = []
    todo = [product]
    while todo:
        each = todo.pop()
        if each.rule and each.rule.name == "mul":
            todo += reversed(each.parents)
            between += [each] if each is not product else []
        else:
            factors.append(each)
    return factors


def _product(factors: Sequence[Value]) -> Product | None:
    """Which of the factors is the weight; None if none is, or if several may be."""
    weights = [x for x in factors if _is_weight(x)]
    if not 1 <= len(weights) <= 2 or len(factors) < 2:
        return None
    weight = weights[0]
    if len(weights) == 2 and [_indices(x) for x in weights] == [1, 2]:
        weight = weights[1]
    others = [x for x in factors if x is not weight]
    read = next((x for x in others if not x.is_constant), others[0]) if others else weight
    masks = tuple([x for x in others if x is not read])
    is_read = bool(read.label or read.parents) and read is not weight
    return Product(weight, read, masks) if is_read and all(x.is_constant and x.label for x in masks) else None


def _is_weight(x: Value) -> bool:
    return not (x.parents or x.is_constant)


def _is_one(x: Value) -> bool:
    return x.is_constant and not x.label and x.primal == 1


def _indices(x: Value) -> int:
    """How many indices its label has: 2 of an entry of a matrix."""
    return (x.label.count(",") + 1) * ("[" in x.label)
