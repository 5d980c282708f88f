"""Numbers inside functions and results: flatten nested structures of them, and build these again.

A leaf is a Value or a plain number: `[1.0, {"w": 2.0}]` has the leaves 1.0 and 2.0. Lists, tuples, dicts,
dataclasses, what is derived from them, and NumPy arrays are opened, and built again as what they were. None
and text hold no number: they stay in their places, and in a derivative None stands there.
"""

from __future__ import annotations

import sys
from copy import copy
from itertools import islice
from operator import setitem
from typing import TYPE_CHECKING

from autograd_mini.engine.interop import array_class, as_float, elementwise, is_array
from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    Number = Value | float


MAX_DEPTH = 100  # lists inside lists; a list that contains itself has no end
TOO_DEEP = f"numbers are nested more than {MAX_DEPTH} deep, or a list contains itself; give a flat list"


def flatten(
    structure: Any, number: Callable[[Any], float] = as_float
) -> tuple[list[Number], Callable[..., Any]]:
    """The leaves of a structure in order, and a function that puts as many others in their places.

    number: what makes a float of a leaf that is no Value. Dicts go by insertion order, arrays row by row.

    The function is rebuild(new, keep=True, at=None). keep: whether None and text stay; else all are None.
    at: makes what stands for one number, given as a list of one and None, or for an array, given as the
    list of its entries and its shape. Dataclasses are copied, not initialised.

    Raises NotANumberError for a leaf that is neither a Value nor a number, ValueError for what is nested
    deeper than 100 containers.

    >>> leaves, rebuild = flatten([1, {"w": (2, 3)}, "text"])
    >>> leaves, rebuild("abc"), rebuild("abc", keep=False)
    ([1.0, 2.0, 3.0], ['a', {'w': ('b', 'c')}, 'text'], ['a', {'w': ('b', 'c')}, None])
    """
    leaves: list[Number] = []
    build = _taken(structure, leaves, number, MAX_DEPTH)

    def rebuild(new: Iterable[Any], *, keep: bool = True, at: Callable[..., Any] | None = None) -> Any:
        return build(iter(new), keep, at)

    return leaves, rebuild


def _taken(x: Any, leaves: list[Number], number: Callable[[Any], float], depth: int) -> Callable[..., Any]:
    """Add the leaves of a structure to the list; return what builds it again."""
    if x.__class__ is float or isinstance(x, Value):
        leaves.append(x)
        return _next
    if depth < 0:
        raise ValueError(TOO_DEEP)
    if container := opened(x):
        parts, make = container
        builds = [_taken(part, leaves, number, depth - 1) for part in parts]
        return lambda new, keep, at: make([build(new, keep, at) for build in builds])
    if is_static(x):
        return lambda new, keep, at: x if keep else None
    if is_array(x) and x.dtype.kind in "biufO":
        entries = (x.astype(float) if x.dtype.kind in "iuf" else x).ravel().tolist()
        leaves += [entry if isinstance(entry, Value) else number(entry) for entry in entries]
        return lambda new, keep, at: (at or array_of)(list(islice(new, len(entries))), x.shape)
    leaves.append(number(x))
    return _next


def _next(new: Iterator[Any], keep: bool, at: Callable[..., Any] | None) -> Any:  # noqa: ARG001
    return at([next(new)], None) if at else next(new)


def is_static(x: Any) -> bool:
    """Whether this may stand among numbers without being one."""
    return x is None or isinstance(x, str)


def array_of(entries: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """An array of this shape: of floats, or of objects. If the entries are arrays, their axes come first."""
    numpy = sys.modules["numpy"]
    stacked = numpy.array(entries)
    array = numpy.moveaxis(stacked, 0, -1).reshape(stacked.shape[1:] + shape)
    return array.view(array_class()) if array.dtype == object else array


def opened(x: Any) -> tuple[Sequence[Any], Callable[[list[Any]], Any]] | None:
    """The parts of a container, and what makes another such container of as many; None for all else."""
    if isinstance(x, list | tuple):
        return x, getattr(x, "_make", type(x))  # a named tuple takes its fields one by one
    if isinstance(x, dict):
        keys, twin = list(x), copy(x)
        return list(x.values()), lambda parts: _filled(copy(twin), setitem, keys, parts)
    if names := _fields(x):
        parts = [getattr(x, name) for name in names]
        return parts, lambda parts: _filled(copy(x), object.__setattr__, names, parts)
    return None


def _fields(x: Any) -> list[str]:
    """The names of the fields of a dataclass; none for all else."""
    if not hasattr(type(x), "__dataclass_fields__"):
        return []
    from dataclasses import fields  # loaded already: somebody made a dataclass

    return [field.name for field in fields(x)]


def _filled(twin: Any, put: Callable[..., None], keys: Sequence[Any], parts: Sequence[Any]) -> Any:
    for key, part in zip(keys, parts, strict=True):
        put(twin, key, part)
    return twin


def map_values(function: Callable[[Value], Any], x: Any, depth: int = MAX_DEPTH) -> Any:
    """A structure with what a function makes of each Value in its place; all else is handed on as it is.

    >>> map_values(lambda x: x.data, {"x": [Value(1.0)], "path": open})
    {'x': [1.0], 'path': <built-in function open>}
    """
    if isinstance(x, Value):
        return function(x)
    if is_array(x) and x.dtype == object:
        return elementwise(lambda entry: map_values(function, entry, depth - 1), [x])
    if depth < 0 or not (container := opened(x)):
        return x
    parts, make = container
    mapped = [map_values(function, part, depth - 1) for part in parts]
    return x if all(new is old for new, old in zip(mapped, parts, strict=True)) else make(mapped)


def flatten_like(structure: Any, model: Any, what: str) -> list[Number]:
    """The leaves of a structure, in the order of a model of the same shape.

    Raises ValueError, which says `what` was asked for, if a number is missing or too many.

    >>> flatten_like({"b": 2.0, "a": 1.0}, {"a": 0.0, "b": 0.0}, "the tangent must be shaped like its primal")
    [1.0, 2.0]
    """
    leaves, given, wanted = flatten(structure)[0], paths(structure), paths(model)
    if given == wanted:
        return leaves
    found = dict(zip(given, leaves, strict=True))
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
    if structure.__class__ is float or isinstance(structure, Value):
        return [""]
    if isinstance(structure, list | tuple):
        return [f"[{i}]{path}" for i, part in enumerate(structure) for path in paths(part)]
    if isinstance(structure, dict):
        return [f"[{key!r}]{path}" for key, part in structure.items() for path in paths(part)]
    if is_array(structure):
        places = sys.modules["numpy"].ndindex(structure.shape)
        return ["".join(f"[{i}]" for i in place) for place in places]
    if names := _fields(structure):
        return [f".{name}{path}" for name in names for path in paths(getattr(structure, name))]
    return [] if is_static(structure) else [""]
