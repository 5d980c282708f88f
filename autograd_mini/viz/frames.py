"""Which nodes of a graph make up which neuron and which layer, for the frames of pictures.

It is read off the graph: a neuron is what begins with products of its own weights, goes on with its bias
and ends in its activation. The labels of weights and biases say which: `w1[3,2]` and `b1[3]` are unit 3
of layer 1, as modules and lectures write them. Nothing is recorded while a network computes, so who
draws nothing pays nothing, and a graph written by hand with such labels is framed too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort

if TYPE_CHECKING:
    from autograd_mini.engine.value import Value

    Path = tuple[str, ...]


PARAMETER = re.compile(r"(?P<letter>[wb])(?P<layer>\w*)(?:\[(?P<unit>\d+)(?:,(?P<input>\d+))?\])?")
ACTIVATIONS = frozenset({"relu", "tanh", "sigmoid", "softplus"})


def frames(*outputs: Value) -> dict[Value, Path]:
    """The frames around every node that is part of a neuron, outermost first.

    ("layer 1", "neuron 3") in an MLP, ("layer", "neuron 3") in a Layer of its own and ("neuron",) for a
    Neuron of its own; the parameters are among the nodes. A neuron that was called several times, as
    over a batch, has one frame for all its nodes. Nodes outside, such as inputs, the loss and the
    softmax of a layer, have no entry.

    An activation is a relu, tanh, sigmoid or softplus that is the only user of w · x + b.
    Linear in nodes plus edges.

    >>> from autograd_mini.nn import Layer
    >>> from autograd_mini.formulas.expressions import expression_of
    >>> f = Layer(1, 1, "tanh", init=1.0)(2.0)
    >>> for node, path in frames(2 * f).items():
    ...     print(" > ".join(path), expression_of(node), sep=": ")
    layer > neuron 1: w[1,1]
    layer > neuron 1: w[1,1] × x[1]
    layer > neuron 1: b[1]
    layer > neuron 1: w[1,1] × x[1] + b[1]
    layer > neuron 1: tanh(w[1,1] × x[1] + b[1])
    """
    order = toposort(*outputs)
    parameters = {node: path for node in order if (path := _parameter(node))}
    weights = {node for node in parameters if node.label.startswith("w")}
    neurons = {parameters[w] for w in weights}
    framed = {node: path for node, path in parameters.items() if path in neurons}
    uses = dict.fromkeys(order, 0)
    for node in order:
        for parent in node.parents:
            uses[parent] += 1
    sums: dict[Value, Value | None] = {}  # w · x so far: its first weight, or None once the bias is in
    for node in order:
        if node.rule is None:
            continue
        left, right = node.parents[0], node.parents[-1]
        if node.rule.name in ("dot", "mul"):
            own = [parent for parent in node.parents if parent in weights]
            if 2 * len(own) == len(node.parents) and len({parameters[w] for w in own}) == 1:
                framed[node], sums[node] = parameters[own[0]], own[0]
        elif node.rule.name == "add" and sums.get(left) is not None and framed[left] == framed.get(right):
            if right in sums and sums[right] not in (None, sums[left]):
                framed[node], sums[node] = framed[left], sums[left]
            elif right in parameters and right not in weights:
                framed[node], sums[node] = framed[left], None
        elif node.rule.name in ACTIVATIONS and left in sums and uses[left] == 1:
            framed[node] = framed[left]
    return {node: framed[node] for node in order if node in framed}


def _parameter(node: Value) -> Path | None:
    """The frames of a weight or bias, by its label."""
    found = PARAMETER.fullmatch(node.label) if node.rule is None else None
    if found is None:
        return None
    letter, layer, unit, column = found.groups()
    if letter == "w" and unit is None:
        return None
    if (letter == "w" and column is None) or (letter == "b" and unit is None):
        return (f"neuron {layer}".strip(),)
    return (f"layer {layer}".strip(), f"neuron {unit}")
