"""Walking a graph of nodes: topological order, variables and names. Knows nothing of derivatives.

A node is anything with an ordered tuple `parents`. There is no recursion here or anywhere else: a
training loop makes chains of a million nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.engine.native import quick
from autograd_mini.errors import MENTIONED, UnknownVariableError, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any, Protocol, TypeVar

    class Node(Protocol):
        """What can be walked. Only those without parents are asked for a label, and whether they are constants."""

        parents: tuple[Any, ...]
        label: str
        is_constant: bool

    N = TypeVar("N", bound=Node)


@quick
def toposort(*roots: N) -> list[N]:
    """All nodes the roots are made from, each once, inputs before users.

    Depth-first from the first parent to the last, so the same graph gives the same order.
    Linear in nodes plus edges.

    >>> from autograd_mini import parse
    >>> [node.label for node in toposort(parse("t = u + v; f = t * w"))]
    ['u', 'v', 't', 'w', 'f']
    """
    order: list[N] = []
    seen: set[N] = set()
    # A None on the stack says: the node below it has all its parents in `order` already.
    stack: list[N | None] = [*roots[::-1]]
    push, pop = stack.append, stack.pop
    while stack:
        node = pop()
        if node is None:
            order.append(pop())  # type: ignore[arg-type]  # a node always stands below its None
        elif node not in seen:
            seen.add(node)
            if parents := node.parents:
                push(node)
                push(None)
                # Of the inputs of a dot most have been met; for one or two it is quicker not to ask.
                stack += parents[::-1] if len(parents) < 3 else [x for x in parents[::-1] if x not in seen]
            else:
                order.append(node)
    return order


def leaves(order: Iterable[N]) -> list[N]:
    """The variables among the nodes: those made from nothing that are not constants."""
    return [node for node in order if not node.parents and not node.is_constant]


@quick
def inputs(order: Iterable[N]) -> list[N]:
    """What a graph can be given numbers for: its variables, and data, which are constants with a label."""
    return [node for node in order if not node.parents and (node.label or not node.is_constant)]


def find_variable(order: Iterable[N], name: str) -> N:
    """The one variable with that name among the nodes of a graph.

    Raises as `find_inputs`, and for data, by which nobody differentiates.
    """
    (found,) = find_inputs(order, [name])
    if found.is_constant:
        msg = f"{shown(name)} is data, by which nothing is differentiated; choose a variable, or leave it out of data"
        raise UnknownVariableError(msg)
    return found


def find_inputs(order: Iterable[N], names: Collection[str]) -> list[N]:
    """The variables and data with these names among the nodes of a graph. Linear in nodes plus names.

    Raises UnknownVariableError for a name that none has, or more than one.
    """
    called: dict[str, list[N]] = {}
    for leaf in inputs(order):
        called.setdefault(leaf.label, []).append(leaf)
    for name in names:
        if len(called.get(name, ())) != 1:
            raise UnknownVariableError(_trouble(name, called))
    return [called[name][0] for name in names]


def _trouble(name: str, called: dict[str, list[N]]) -> str:
    """Why no variable, or no single one, is found by that name."""
    if name in called:
        return f"{len(called[name])} variables are called {shown(name)}; give them different labels, or set .data"
    known = sorted(filter(None, called))
    some = ", ".join(known[:MENTIONED] + ["..."] * (len(known) > MENTIONED)) or "none with a name"
    if entry := next((label for label in known if label.startswith(f"{name}[")), None):
        return f"{shown(name)} is an array: name its entries one by one, such as {entry!r}; this graph has: {some}"
    return f"no variable is called {shown(name)}; this graph has: {some}"
