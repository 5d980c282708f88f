"""Numbers inside functions and results: flatten nested lists, tuples and dicts, and build them again.

A leaf is a Value or a plain number. `[1.0, {"w": 2.0}]` has the leaves 1.0 and 2.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.engine.interop import as_float
from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Number = Value | float


MAX_DEPTH = 100  # lists inside lists; a list that contains itself has no end


def flatten(structure: Any, depth: int = MAX_DEPTH) -> tuple[list[Number], Callable[[Iterable[Any]], Any]]:
    """The leaves of a structure in order, and a function that puts as many others in their places.

    Plain numbers come out as floats. Dicts go by insertion order.
    Raises NotANumberError for a leaf that is neither a Value nor a number, ValueError for what is nested
    deeper than 100 lists, tuples and dicts.

    >>> leaves, rebuild = flatten([1, {"w": (2, 3)}])
    >>> leaves, rebuild("abc")
    ([1.0, 2.0, 3.0], ['a', {'w': ('b', 'c')}])
    """
    if isinstance(structure, Value):
        return [structure], _only
    if depth < 0:
        msg = f"numbers are nested more than {MAX_DEPTH} deep, or a list contains itself; give a flat list"
        raise ValueError(msg)
    if isinstance(structure, dict):
        leaves, rebuild = flatten(list(structure.values()), depth)
        return leaves, lambda new: dict(zip(structure, rebuild(new), strict=True))
    if isinstance(structure, list | tuple):
        parts = [flatten(part, depth - 1) for part in structure]

        def build(new: Iterable[Any]) -> Any:
            rest = iter(new)
            items = [rebuild([next(rest) for _ in leaves]) for leaves, rebuild in parts]
            if hasattr(structure, "_make"):  # a named tuple takes its fields one by one
                return structure._make(items)
            return type(structure)(items)

        return [leaf for leaves, _ in parts for leaf in leaves], build
    return [as_float(structure)], _only


def flatten_like(structure: Any, model: Any, what: str) -> list[Number]:
    """The leaves of a structure, in the order of a model of the same shape.

    Raises ValueError, which says `what` was asked for, if a number is missing or too many.

    >>> flatten_like({"b": 2.0, "a": 1.0}, {"a": 0.0, "b": 0.0}, "the tangent must be shaped like its primal")
    [1.0, 2.0]
    """
    leaves = flatten(structure)[0]
    found = dict(zip(paths(structure), leaves, strict=True))
    wanted = paths(model)
    missing = [path or "there" for path in wanted if path not in found]
    extra = [path or "there" for path in found if path not in wanted]
    if missing or extra:
        faults = [f"a number is missing at {missing[0]}"] if missing else []
        faults += [f"one is too many at {extra[0]}"] if extra else []
        msg = f"{what}: {', '.join(faults)}; expected {len(wanted)} numbers, got {len(found)}"
        raise ValueError(msg)
    return [found[path] for path in wanted]


def paths(structure: Any) -> list[str]:
    """Where each leaf stands, as it would be written behind the name of the structure.

    >>> paths([1.0, {"w": (2.0, 3.0)}])
    ['[0]', "[1]['w'][0]", "[1]['w'][1]"]
    """
    if isinstance(structure, dict):
        return [f"[{key!r}]{path}" for key, part in structure.items() for path in paths(part)]
    if isinstance(structure, list | tuple):
        return [f"[{i}]{path}" for i, part in enumerate(structure) for path in paths(part)]
    return [""]


def _only(new: Iterable[Any]) -> Any:
    (leaf,) = new
    return leaf
