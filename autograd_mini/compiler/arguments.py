"""Arguments of a compiled function: batches of examples as columns of numbers, and results as arrays again.

Each argument holds one example a row: an array or (nested) lists with the examples along the first axis. A plain
number is the same for all examples; dicts, dataclasses and named tuples are opened, None and text stay. The function
is given what a row is: a number, an array, or nested lists.
"""

from __future__ import annotations

from functools import lru_cache
from inspect import signature
from itertools import count
from math import prod
from typing import TYPE_CHECKING, Any

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


class Batch:
    """The arguments of one call.

    key: what the structure of the arguments is; calls with one key share programs.
    parts: for each argument the places of its numbers among those of an example, and the numbers: an array with a row
    for each place and a column for each example, an array of the examples for a single place, or one float for all.
    width: how many numbers an example has. examples: how many there are; None if all arguments are plain numbers.
    """

    def __init__(self, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        self.parts: list[tuple[slice | int, Array | float]] = []
        self.names_of_parts: list[str | int] = []
        self.width = 0
        self.examples: int | None = None
        self.first: str | int = 0  # the argument that said how many examples there are
        self.args, self.names = len(args), tuple(kwargs)
        np = numpy()
        given = [_argument(np, self, i, x) for i, x in enumerate(args)]
        if kwargs:
            given += [_argument(np, self, name, x) for name, x in kwargs.items()]
        self.key = (tuple([key for key, _ in given]), self.names)
        self.builds = [build for _, build in given]

    def add(self, name: str | int, rows: Array, width: int | None) -> None:
        """Take in an array of examples, each of so many numbers, or of one for None."""
        if self.examples is None:
            self.examples, self.first = len(rows), name
            if not self.examples:
                msg = f"{_called(name)} has no example; give one row or more"
                raise ValueError(msg)
        elif len(rows) != self.examples:
            msg = (
                f"{_called(self.first)} has {self.examples} examples and {_called(name)} has {len(rows)}; give one row"
                " each, or a plain number for what all examples share"
            )
            raise ValueError(msg)
        self.names_of_parts.append(name)
        if width is None:
            self.parts.append((self.width, rows))
            self.width += 1
        else:
            self.parts.append((slice(self.width, self.width + width), rows.reshape(len(rows), width).T))
            self.width += width

    def labels(self, function: Any) -> list[str]:
        """What the numbers of an example are called, after the parameters of the function: x, or x1, x2, ..."""
        try:
            parameters = [*signature(function).parameters.values()]
        except (TypeError, ValueError):  # some callables have no signature that Python knows
            parameters = []
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        labels = []
        for name, (places, _) in zip(self.names_of_parts, self.parts):
            called = (named[name : name + 1] or [""])[0] if isinstance(name, int) else name
            if isinstance(places, slice):
                labels += [f"{called}{i + 1}" if called else "" for i in range(places.stop - places.start)]
            else:
                labels.append(called)
        return labels

    def columns(self) -> list[Array]:
        """An array of float64 for each number of an example."""
        columns: list[Any] = []
        for _, numbers in self.parts:
            if numbers.__class__ is float:
                columns.append(numpy().broadcast_to(numbers, (self.examples or 1,)))
            elif numbers.ndim == 1:  # type: ignore[union-attr]
                columns.append(numbers)
            else:
                columns += list(numbers)  # type: ignore[arg-type]
        return columns

    def shape(self, numbers: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments, (args, kwargs), for one example with these numbers."""
        entries = iter(numbers)
        built = [build(entries) for build in self.builds]
        return built[: self.args], dict(zip(self.names, built[self.args :]))


def _called(name: str | int) -> str:
    return f"argument {name + 1}" if isinstance(name, int) else name


def _argument(np: Any, batch: Batch, name: str | int, x: Any, depth: int = MAX_DEPTH) -> tuple[Any, Build]:
    """The key of an argument, and what builds it for one example; its numbers are added to the batch."""
    if x.__class__ is np.ndarray and x.dtype.char == "d" and x.ndim:  # the commonest, without a question more
        key, width, build = _row_of(x.shape[1:])
        batch.add(name, x, width)
        return key, build
    if isinstance(x, list) or type(x) is tuple or is_array(x):
        rows = _rows(np, _called(name), x)
        shape, lists = rows.shape[1:], _lists(x) - 1
        batch.add(name, rows, prod(shape) if shape else None)
        return (lists, shape), _row(shape, lists)
    if is_number(x):
        batch.names_of_parts.append(name)
        batch.parts.append((batch.width, as_float(x)))
        batch.width += 1
        return "number", next
    if is_static(x):
        return ("static", x), lambda entries: x
    if container := opened(x):
        parts, make = container
        if not depth:
            raise ValueError(TOO_DEEP)
        entries = [_argument(np, batch, name, part, depth - 1) for part in parts]
        keys, builds = [key for key, _ in entries], [build for _, build in entries]
        own = tuple(x) if isinstance(x, dict) else None
        return (type(x), own, *keys), lambda numbers: make([build(numbers) for build in builds])
    if isinstance(x, Value):
        raise TypeError(_no_values(_called(name), x))
    msg = (
        f"{_called(name)} of a compiled function must be a batch: an array or lists of numbers, got {type(x).__name__}"
        f" {shown(x)}"
    )
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


@lru_cache(maxsize=256)
def _row_of(shape: tuple[int, ...]) -> tuple[Any, int | None, Build]:
    """The key of an array whose rows have this shape, how many numbers these are, and what builds one."""
    return (0, shape), prod(shape) if shape else None, _row(shape, 0)


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
        if not shape:
            return lambda results: results[taken[0]]
        rows = slice(taken[0], taken[-1] + 1) if taken else slice(0)
        if len(shape) == 1:
            return lambda results: results[rows].T
        return lambda results: results[rows].T.reshape(results.shape[1], *shape)
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
