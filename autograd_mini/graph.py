"""Walking a graph of nodes: topological order, variables and names. Knows nothing of derivatives.

A node is anything with an ordered tuple `parents`. There is no recursion here or anywhere else: a
training loop makes chains of a million nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.arithmetic import number
from autograd_mini.errors import UnknownVariableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd_mini.value import Value


def toposort(*roots: Value) -> list[Value]:
    """All nodes the roots are made from, each once, inputs before users.

    Depth-first from the first parent to the last, so the same graph gives the same order.
    Linear in nodes plus edges.

    >>> from autograd_mini import parse
    >>> [node.label for node in toposort(parse("f = (u + v) * w"))]
    ['u', 'v', 't1', 'w', 'f']
    """
    order: list[Value] = []
    seen: set[Value] = set()
    # A None on the stack says: the node below it has all its parents in `order` already.
    stack: list[Value | None] = [*roots[::-1]]
    push, pop = stack.append, stack.pop
    while stack:
        node = pop()
        if node is None:
            order.append(pop())  # type: ignore[arg-type]  # a node always stands below its None
        elif node not in seen:
            seen.add(node)
            if node.parents:
                push(node)
                push(None)
                stack += node.parents[::-1]
            else:
                order.append(node)
    return order


def leaves(order: Iterable[Value]) -> list[Value]:
    """The variables among the nodes: those made from nothing that are not constants."""
    return [node for node in order if not node.parents and not node.is_constant]


def find_variable(order: Sequence[Value], name: str) -> Value:
    """The one variable with that name among the nodes of a graph.

    Raises UnknownVariableError if there is none, or more than one.
    """
    variables = leaves(order)
    found = [leaf for leaf in variables if leaf.label == name]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted({leaf.label for leaf in variables if leaf.label})) or "none with a name"
    if found:
        msg = f"{len(found)} variables are called {name!r}; give them different labels, or set .data"
    else:
        msg = f"no variable is called {name!r}; this graph has: {known}"
    raise UnknownVariableError(msg)


def names(order: Sequence[Value]) -> dict[Value, str]:
    """A name to show for every node of a topological order.

    A node keeps its label. Unnamed results are t1, t2, ... as in the lectures and an unnamed last
    one is f; unnamed inputs are x1, x2, ...; a constant is called by its number. Given names never
    repeat a label.
    """
    taken = {node.label for node in order}

    def fresh(letter: str, count: int) -> tuple[str, int]:
        while (name := f"{letter}{count}") in taken:
            count += 1
        return name, count + 1

    result: dict[Value, str] = {}
    inputs = results = 1
    for node in order:
        if node.label:
            name = node.label
        elif node.is_constant:
            name = number(node.data)
        elif node is order[-1] and "f" not in taken:
            name = "f"
        elif node.parents:
            name, results = fresh("t", results)
        else:
            name, inputs = fresh("x", inputs)
        result[node] = name
    return result
