"""Arguments of a compiled function: batches of examples as columns of numbers, and results as arrays again.

Each argument holds one example a row: an array or (nested) lists with the examples along the first axis. A plain
number is the same for all examples; dicts, dataclasses and named tuples are opened, None and text stay. The function
is given what a row is: a number, an array, or nested lists.
"""

from __future__ import annotations

from itertools import count
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.derivatives.pytree import MAX_DEPTH, TOO_DEEP, array_of, is_static, opened
from autograd_mini.engine.interop import as_float, is_array, is_number
from autograd_mini.engine.value import Value
from autograd_mini.errors import MissingExtraError, NotANumberError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Array = Any  # of NumPy, which is optional
    Build = Callable[[Iterator[Any]], Any]


def numpy() -> Any:
    """The module. Raises MissingExtraError if it is not installed."""
    try:
        import numpy as np
    except ImportError as error:
        msg = "compiled functions compute with arrays; install them: pip install 'autograd-mini[fast]'"
        raise MissingExtraError(msg) from error
    return np


class Batch(NamedTuple):
    """The arguments of one call.

    key: what the structure of the arguments is; calls with one key share programs.
    columns: an array of float64 for each number of an example. examples: how many; None if all are plain numbers.
    shape: puts the numbers of one example into the arguments, (args, kwargs).
    """

    key: Any
    columns: list[Array]
    examples: int | None
    shape: Callable[[Sequence[Any]], tuple[list[Any], dict[str, Any]]]

    @property
    def width(self) -> int:
        return len(self.columns)


def batch_of(args: Sequence[Any], kwargs: dict[str, Any]) -> Batch:
    """The arguments as a batch.

    Raises TypeError for what holds no numbers, ValueError for rows of different lengths or numbers of examples.
    """
    np = numpy()
    columns: list[Any] = []
    counts: list[tuple[str, int]] = []
    keys, builds = [], []
    for name, x in [*[(f"argument {i + 1}", x) for i, x in enumerate(args)], *kwargs.items()]:
        key, build = _argument(np, name, x, columns, counts)
        keys.append(key)
        builds.append(build)
    examples = counts[0][1] if counts else None
    for name, n in counts:
        if n != examples:
            msg = (
                f"{counts[0][0]} has {examples} examples and {name} has {n}; give one row each, or a plain number"
                " for what all examples share"
            )
            raise ValueError(msg)
    if examples == 0:
        msg = f"{counts[0][0]} has no example; give one row or more"
        raise ValueError(msg)
    if any(column.__class__ is float for column in columns):
        columns = [np.broadcast_to(x, (examples or 1,)) if x.__class__ is float else x for x in columns]
    names = tuple(kwargs)

    def shape(numbers: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        entries = iter(numbers)
        built = [build(entries) for build in builds]
        return built[: len(args)], dict(zip(names, built[len(args) :]))

    return Batch((tuple(keys), names), columns, examples, shape)


def _argument(
    np: Any, name: str, x: Any, columns: list[Any], counts: list[tuple[str, int]], depth: int = MAX_DEPTH
) -> tuple[Any, Build]:
    """The key of an argument, and what builds it for one example; its columns and rows are added to the lists."""
    if is_number(x):
        columns.append(as_float(x))
        return "number", next
    if isinstance(x, list) or type(x) is tuple or is_array(x):
        rows = _rows(np, name, x)
        counts.append((name, len(rows)))
        shape, lists = rows.shape[1:], _lists(x) - 1
        columns += [rows] if not shape else list(rows.reshape(len(rows), prod(shape)).T)
        return (lists, shape), _row(shape, lists)
    if is_static(x):
        return ("static", x), lambda entries: x
    if container := opened(x):
        parts, make = container
        if not depth:
            raise ValueError(TOO_DEEP)
        entries = [_argument(np, name, part, columns, counts, depth - 1) for part in parts]
        keys, builds = [key for key, _ in entries], [build for _, build in entries]
        own = tuple(x) if isinstance(x, dict) else None
        return (type(x), own, *keys), lambda numbers: make([build(numbers) for build in builds])
    if isinstance(x, Value):
        raise TypeError(_no_values(name, x))
    msg = f"{name} of a compiled function must be a batch: an array or lists of numbers, got {type(x).__name__} {shown(x)}"
    raise NotANumberError(msg)


def _rows(np: Any, name: str, x: Any) -> Any:
    """A list or array as float64, with at least one axis."""
    try:
        rows = np.asarray(x)
    except (TypeError, ValueError, OverflowError):
        rows = np.empty(0, dtype=object)
    if rows.dtype.kind not in "biuf":  # text, objects, lists of different lengths
        if values := [entry for entry in rows.ravel().tolist() if isinstance(entry, Value)]:
            raise TypeError(_no_values(name, values[0]))
        msg = f"{name} must hold numbers, in rows of one length, got {type(x).__name__} {shown(x)}; compile wants one example a row"
        raise NotANumberError(msg)
    rows = rows.astype(float, copy=False)
    if not rows.ndim:
        msg = f"{name} is an array without an axis; give an array of examples, or a plain number for all of them"
        raise ValueError(msg)
    return rows


def _no_values(name: str, x: Value) -> str:
    if x.level:
        return (
            "a compiled function was called inside a transform (grad, jvp, ...), which cannot look into it; compile the"
            " whole: compile(grad(f)), not grad(compile(f))"
        )
    return (
        f"{name} of a compiled function has a Value, whose graph would end there; give its number x.data, or compile"
        " the function that makes it"
    )


def _lists(x: Any) -> int:
    """How many lists are inside each other before a number or an array comes."""
    depth = 0
    while isinstance(x, list | tuple) and x:
        x, depth = x[0], depth + 1
    return depth


def _row(shape: tuple[int, ...], lists: int) -> Build:
    """What builds one row of a batch: a number, an array, or lists of these nested so deep."""
    if not shape:
        return next
    if lists > 0:
        inner = _row(shape[1:], lists - 1)
        return lambda entries: [inner(entries) for _ in range(shape[0])]
    return lambda entries: array_of([next(entries) for _ in range(prod(shape))], shape)


def structure(x: Any) -> Any:
    """What two results have in common if one can stand for the other: containers, names and texts, not numbers."""
    if (shape := _list_shape(x)) is not None:
        return shape
    if is_static(x):
        return x
    parts, _ = opened(x) or ((), None)
    return type(x), tuple(x) if isinstance(x, dict) else None, *map(structure, parts)


def result_builder(result: Any) -> Callable[[Array], Any]:
    """What makes of the results, an array with a row for each number and a column for each example, one of its kind.

    Numbers become arrays of the examples, lists and arrays get the examples as first axis, and in other containers
    stands the array of each part.
    """
    return _builder(result, count())


def _builder(x: Any, places: Iterator[int]) -> Callable[[Array], Any]:
    if (shape := _list_shape(x)) is not None:
        taken = [next(places) for _ in range(prod(shape))]
        rows = slice(taken[0], taken[-1] + 1) if taken else slice(0)
        return lambda results: results[rows].T.reshape(results.shape[1], *shape).copy()
    if is_static(x):
        return lambda results: x
    parts, make = opened(x) or ((), lambda new: x)
    builds = [_builder(part, places) for part in parts]
    return lambda results: make([build(results) for build in builds])


def _list_shape(x: Any) -> tuple[int, ...] | None:
    """The shape of a number, an array, or lists of one length all the way down; None for anything else."""
    if isinstance(x, Value) or is_number(x):
        return ()
    if is_array(x):
        return x.shape  # type: ignore[no-any-return]
    if type(x) is not list:
        return None
    shapes = {_list_shape(part) for part in x}
    return (len(x), *shapes.pop()) if len(shapes) == 1 and None not in shapes else None  # type: ignore[misc]
