"""Which numbers of a graph no longer follow from its inputs: somebody has set `.data` since they were computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.arithmetic import NAN, floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.engine.value import Value


class Outdated(NamedTuple):
    """The nodes whose number `forward()` would change, the edges (node, position) whose partial it would
    change, and the nodes whose gradient came through such an edge.
    """

    values: frozenset[Value]
    partials: frozenset[tuple[Value, int]]
    gradients: frozenset[Value]


NOTHING = Outdated(frozenset(), frozenset(), frozenset())


def outdated(order: Sequence[Value]) -> Outdated:
    """What a graph holds, in topological order, that is not what `forward()` would give.

    Each rule is computed once more, on what `forward()` would give its inputs: about the cost of a forward
    pass. What is not known yet is not outdated; nor is a number of a transform, which nobody can set.

    >>> from autograd_mini import Value
    >>> u, v = Value(2.0), Value(3.0)
    >>> f = u * v
    >>> u.data = 5
    >>> outdated([u, v, f]).values == {f}
    True
    """
    new: dict[Value, float] = {}  # where it is not what the node holds
    partials: set[tuple[Value, int]] = set()
    for node in order:
        if node.rule is None or node.primal is None or node.level:
            continue
        arguments = [new.get(parent, parent.primal) for parent in node.parents]
        if None in arguments:
            continue
        try:
            z = node.rule.forward(floats, *arguments)
            slopes = node.rule.partials(floats, z, *arguments)
        except Exception:  # noqa: BLE001  a function of the user refuses these numbers: then nothing follows from them
            z, slopes = NAN, (NAN,) * len(arguments)
        if not _same(z, node.primal):
            new[node] = z
        if slopes != node.partials:
            pairs = zip(slopes, node.partials)
            partials.update([(node, i) for i, (a, b) in enumerate(pairs) if not _same(a, b)])
    if not new and not partials:
        return NOTHING
    gradients: set[Value] = set()
    for node in reversed(order):
        if node.adjoint is not None:
            for position, parent in enumerate(node.parents):
                by_partial = (node, position) in partials and node.adjoint != 0.0
                if by_partial or (node in gradients and node.partials[position] != 0.0):
                    gradients.add(parent)
    return Outdated(frozenset(new), frozenset(partials), frozenset(gradients))


def _same(x: float, y: float) -> bool:
    return x == y or (x != x and y != y)
