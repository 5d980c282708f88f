"""What a page carries to compute its graph again: the graph as data, and its rules as a script.

A page puts `graph_of(nodes)` and `leaves_of(nodes)` into a block of data, gives `program_of(nodes)` to
`document(..., program=...)`, and adds the asset stepping/assets/live.js, which has

    sweepForward(graph)                  [values, partials of each node]
    sweepBackward(graph, that, root)     gradients of one node by all that it is made from
    numberText(x, point)                 a number as pictures show it

A changed number is a new entry of the graph, and both sweeps again, which takes 1,000 nodes about a millisecond:

    graph[i] = 2.5;
    const sweep = sweepForward(graph);
    const gradients = sweepBackward(graph, sweep);
    write(boxOf(i), numberText(gradients[i], ","));

Where `program_of` is None a node has no formula, and the page stays as it was printed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.formulas.javascript import is_printable, key_of, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.engine.value import Value


def graph_of(nodes: Sequence[Value]) -> list[Any]:
    """A topological order as data: the number of an input, or its rule and the places of its inputs.

    An unknown number is None, one that JSON lacks is text.

    >>> from autograd_mini import parse
    >>> from autograd_mini.engine.graph import toposort
    >>> graph_of(toposort(parse("(u + v) * w", u=2, w=4)))
    [2.0, None, ['add', 0, 1], 4.0, ['mul', 2, 3]]
    """
    places = {node: i for i, node in enumerate(nodes)}
    return [
        number_of(node.primal)
        if node.rule is None
        else [key_of(node.rule, len(node.parents)), *[places[parent] for parent in node.parents]]
        for node in nodes
    ]


def leaves_of(nodes: Sequence[Value]) -> dict[str, list[int]]:
    """The places of what a reader may change: inputs, and data, which are named constants without a gradient.

    >>> from autograd_mini import parse
    >>> from autograd_mini.engine.graph import toposort
    >>> leaves_of(toposort(parse("(u + 2) * v")))
    {'inputs': [0, 3], 'data': []}
    """
    leaves = [(i, node) for i, node in enumerate(nodes) if not node.parents]
    return {
        "inputs": [i for i, node in leaves if not node.is_constant],
        "data": [i for i, node in leaves if node.is_constant and node.label],
    }


def number_of(x: float | None) -> float | str | None:
    """A number as JSON knows it, and `Number` of JavaScript reads it."""
    if x is None or math.isfinite(x):
        return x
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def program_of(nodes: Sequence[Value]) -> str | None:
    """The script of the rules that the nodes apply; None if one of them has no form in JavaScript.

    >>> from autograd_mini import parse
    >>> from autograd_mini.engine.graph import toposort
    >>> program_of(toposort(parse("u + v")))
    'const rules={add:{f:(x,y)=>x+y,p:()=>[1,1]}};'
    """
    applied = {(node.rule, len(node.parents)): None for node in nodes if node.rule is not None}
    return table_of(applied) if all(is_printable(*each) for each in applied) else None
