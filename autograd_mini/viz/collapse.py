"""Which parts of a large graph are drawn as one box: neurons, layers, crowds of inputs, unless asked for by name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autograd_mini.errors import shown

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.viz.frames import Path


LARGE = 120  # nodes, and arrows between boxes, that one can still read
CROWD = 50  # inputs of one operation that one can still read
SEPARATOR = " > "  # in the name of a frame inside another: "layer 1 > neuron 3"


def boxes(
    order: Sequence[Value], frames: Mapping[Value, Path], expand: str | Sequence[str] | None
) -> dict[Value, Path]:
    """The box for every node that is not drawn itself.

    expand: "all" for no boxes; names of frames to be opened, all others being closed; None to open
    everything in a graph of at most 120 nodes, and beyond it as much as stays readable.

    Raises ValueError for a name that no frame has.
    """
    known = {path[: k + 1] for path in frames.values() for k in range(len(path))}
    if expand == "all" or (expand is None and len(order) <= LARGE):
        return {}
    if expand is not None:
        return _closed(frames, _asked_for([expand] if isinstance(expand, str) else expand, known))
    for depth in (1, 0):  # boxes of neurons, else boxes of layers
        closed = _closed(frames, {path for path in known if len(path) <= depth})
        if _is_readable(order, closed):
            break
    return closed


def crowds(
    order: Sequence[Value], called: Mapping[Value, str], framed: Container[Value] = ()
) -> dict[Value, Path]:
    """In a large graph a frame around the inputs of each array, and of each operation, that has more than 50 to itself.

    So a sum of ten thousand numbers has a picture. framed: what has frames already.
    """
    if len(order) <= LARGE:
        return {}
    inputs = [node for node in order if node.rule is None and node not in framed]
    arrays = {node: node.label.partition("[")[0] for node in inputs if "[" in node.label}
    users: dict[Value, Value | None] = {}  # of each leaf the one operation that takes it, None if several do
    for node in order:
        for parent in node.parents:
            if parent.rule is None and parent not in framed:
                users[parent] = node if users.get(parent, node) is node else None
    of_user, of_array = Counter(map(id, users.values())), Counter(arrays.values())
    found: dict[Value, Path] = {}
    for leaf in inputs:
        user = users.get(leaf)
        if of_array[arrays.get(leaf, "")] > CROWD:
            found[leaf] = (arrays[leaf],)
        elif user is not None and of_user[id(user)] > CROWD:
            found[leaf] = (f"inputs of {called[user]}",)
    return found


def _closed(frames: Mapping[Value, Path], opened: set[Path]) -> dict[Value, Path]:
    """For every node its outermost frame that is not opened, if there is one."""
    result = {}
    one: dict[Path, Path] = {}  # one tuple for each box: boxes, like nodes, are compared by identity
    for node, path in frames.items():
        prefixes = [path[: k + 1] for k in range(len(path))]
        box = next((prefix for prefix in prefixes if prefix not in opened), None)
        if box is not None:
            result[node] = one.setdefault(box, box)
    return result


def _is_readable(order: Sequence[Value], closed: Mapping[Value, Path]) -> bool:
    """Whether neither the boxes and nodes nor the arrows between them are too many."""
    shown = {closed.get(node, node) for node in order}
    arrows = {(closed.get(x, x), closed.get(node, node)) for node in order for x in node.parents}
    return max(len(shown), len([1 for tail, head in arrows if tail is not head])) <= LARGE


def _asked_for(wanted: Sequence[str], known: set[Path]) -> set[Path]:
    """The frames of these names and those around them."""
    named = {SEPARATOR.join(path): path for path in known}
    for name in wanted:
        if not isinstance(name, str) or name not in named:
            msg = f"no frame is called {shown(name)}; this graph has: {', '.join(sorted(named)) or 'none'}"
            raise ValueError(msg)
    return {named[name][: k + 1] for name in wanted for k in range(len(named[name]))}
