"""Which nodes of a graph make up which neuron and which layer, for the frames of pictures.

Nothing is guessed: a network applies rules of its own, and `node.rule.frame` says whose they are. A graph
that no network made has no frames.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.roles import parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.engine.value import Value
    from autograd_mini.nn.frame import Frame

    Path = tuple[str, ...]


def frames(*outputs: Value) -> dict[Value, Path]:
    """The titles of the frames around every node that a network made, outermost first.

    ("layer 1", "neuron 3") in an MLP, ("layer", "neuron 3") in a Layer of its own, ("neuron",) for a
    Neuron of its own, and ("layer 2",) for the softmax of that layer; parameters stand beside what they
    are used for. A neuron that was called several times, as over a batch, has one frame for all its
    nodes. Inputs, losses and whatever else was written by hand have no entry.

    Of two layers with one title the second is called "layer 1 (2)". Linear in nodes plus edges.

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
    framed: dict[Value, Frame] = {}
    for node in order:
        if node.rule is not None and node.rule.frame is not None and node.rule.frame.kind != "dropout":
            framed[node] = node.rule.frame
            for parent in parameters(node):
                if parent.rule is None:
                    framed.setdefault(parent, node.rule.frame)
    paths = _paths(framed.values())  # in the order of operations: data reaches the first network first
    return {node: paths[framed[node]] for node in order if node in framed}


def _paths(found: Iterable[Frame]) -> dict[Frame, Path]:
    """The titles from the outermost frame to this one; a title that was given before gets a number."""
    paths: dict[Frame, Path] = {}
    times: Counter[Path] = Counter()

    def path(frame: Frame) -> Path:
        if frame not in paths:
            outer = path(frame.outer) if frame.outer else ()
            alike = (*outer, frame.title)
            times[alike] += 1
            paths[frame] = alike if times[alike] == 1 else (*outer, f"{frame.title} ({times[alike]})")
        return paths[frame]

    for frame in found:
        path(frame)
    return paths
