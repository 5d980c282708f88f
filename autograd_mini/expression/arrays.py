"""Operations on arrays, which are nested lists of Values: a vector is a list, a matrix the list of its rows.

A single Value has the shape (), a vector of n entries (n,), a matrix of r rows and c columns (r, c). Arrays that do
not fit together are ShapeError, which says what is needed; who reads the text adds the shapes and the place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Folded, Value, apply, lift
from autograd_mini.errors import ExpressionError
from autograd_mini.formulas.names import Name
from autograd_mini.words.numbers import number as written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    Array: TypeAlias = Value | list[Value] | list[list[Value]]
    Operation: TypeAlias = Callable[..., Array]

MAX_WRITTEN = 8  # operations in a folded number that is still shown as it was written


class ShapeError(ExpressionError):
    """Arrays that an operation cannot take. The message is what it needs.

    shows_shapes: whether a reader has to know which shapes the arrays have.
    """

    def __init__(self, need: str, *, shows_shapes: bool = True) -> None:
        super().__init__(need)
        self.shows_shapes = shows_shapes


# What an array is


def shape(x: Any) -> tuple[int, ...]:
    """() of a single Value, (n,) of a vector, (rows, columns) of a matrix.

    >>> x = Value(1.0)
    >>> shape(x), shape([x, x]), shape([[x, x]])
    ((), (2,), (1, 2))
    """
    if isinstance(x, Value):
        return ()
    return (len(x), *shape(x[0]))


def size(x: Any) -> int:
    """How many entries it has."""
    return math.prod(shape(x))


def entries(x: Any) -> list[Value]:
    """The entries in one list, row by row."""
    if isinstance(x, Value):
        return [x]
    return [each for row in x for each in row] if isinstance(x[0], list) else x


def in_words(shape: tuple[int, ...]) -> str:
    """A shape as messages say it.

    >>> in_words(()), in_words((1,)), in_words((2,)), in_words((2, 3))
    ('is a number', 'has 1 entry', 'has 2 entries', 'is 2 x 3')
    """
    if len(shape) == 2:
        return f"is {shape[0]} x {shape[1]}"
    return f"has {shape[0]} entr{'y' if shape[0] == 1 else 'ies'}" if shape else "is a number"


def label(x: Any, name: str, place: int) -> None:
    """Give every entry without a label its own: W[2,1], or the name itself where there is one entry alone."""
    if isinstance(x, Value):
        x.label = x.label or Name(name, place)
        return
    for i, row in enumerate(x, 1):
        for index, each in [(f"{i}", row)] if isinstance(row, Value) else _columns(i, row):
            each.label = each.label or Name(f"{name}[{index}]", place)


def _columns(i: int, row: list[Value]) -> list[tuple[str, Value]]:
    return [(f"{i},{j}", each) for j, each in enumerate(row, 1)]


# Constants are computed when the text is read


def is_plain(x: Value) -> bool:
    """Whether it is a number of the text, and neither a variable nor data."""
    return x.is_constant and not x.label


def folding(operation: Operation) -> Operation:
    """The operation, which of plain numbers alone makes a plain number that remembers how it was written."""

    def folded(*xs: Any) -> Any:
        made = operation(*xs)
        if not all(map(is_plain, xs)):
            return made
        plain = _folded(entries(made))
        return plain[0] if isinstance(made, Value) else plain

    return folded


def _folded(results: list[Value]) -> list[Value]:
    """Plain numbers in place of results that only depend on such."""
    made: dict[Value, Value] = {}
    lengths: dict[Value, int] = {}
    for each in toposort(*results):
        number: Any = each if each.is_constant else lift(each.data)
        length = _length(number)
        if each.rule is not None:
            inputs: Any = tuple([made[x] for x in each.parents])
            length = 1 + sum(lengths[x] for x in inputs)
            number = Folded(each.data, written=(each.rule, inputs) if length <= MAX_WRITTEN else None)
        made[each], lengths[number] = number, length
    return [made[each] for each in results]


def _length(x: Any) -> int:
    """Of how many operations a plain number is made; too many if it does not say so."""
    if not isinstance(x, Folded):
        return 0
    return 1 + sum(map(_length, x.written[1])) if x.written else MAX_WRITTEN


# Entry by entry


def elementwise(operation: Operation) -> Operation:
    """The operation on every entry: a single number goes with each of them, a vector with each row of a matrix."""

    def spread(*xs: Any) -> Any:
        shapes = [shape(x) for x in xs]
        whole = max(shapes, key=len)
        if not all(each in ((), whole, whole[1:]) for each in shapes):
            if len(whole) == 1:
                raise ShapeError("they need the same number of entries")
            raise ShapeError("they need the same shape; a vector goes with every row, and needs its length")
        if not whole:
            return operation(*xs)
        lies = [len(each) == len(whole) for each in shapes]
        one = operation if len(whole) == 1 else spread
        return [one(*[x[i] if along else x for x, along in zip(xs, lies)]) for i in range(whole[0])]

    return spread


# Products


_dot = folding(lambda *xs: apply(RULES["dot"], xs))
_mul = folding(lambda *xs: apply(RULES["mul"], xs))


def matmul(left: Any, right: Any) -> Any:
    """The product of matrices and vectors, every entry one `dot`; of two vectors their scalar product."""
    rows, columns = shape(left), shape(right)
    if not rows or not columns:
        raise ShapeError("@ multiplies matrices and vectors: a number is multiplied with *")
    if rows[-1] != columns[0]:
        raise ShapeError("they need the same inner size")
    if len(columns) == 1:
        return _dot(*left, *right) if len(rows) == 1 else [_dot(*row, *right) for row in left]
    by_column = [[*column] for column in zip(*right)]
    if len(rows) == 1:
        return [_dot(*left, *column) for column in by_column]
    return [[_dot(*row, *column) for column in by_column] for row in left]


def products(left: Any, right: Any) -> int:
    """How many products `matmul` takes."""
    rows = shape(left)
    return size(left) * size(right) // rows[-1] if rows else 0


def outer(u: Any, v: Any) -> Any:
    """The matrix of all products of an entry of u and one of v: u vᵀ."""
    if len(shape(u)) != 1 or len(shape(v)) != 1:
        raise ShapeError("outer(u, v) needs two vectors")
    return [[_mul(x, y) for y in v] for x in u]


# Parts, and what is made of parts


def transpose(x: Any) -> Any:
    """The matrix with rows and columns exchanged."""
    if len(shape(x)) != 2:
        need = ".T exchanges the rows and columns of a matrix"
        if shape(x):
            need += ": u @ v is the scalar product of two vectors, outer(u, v) their matrix"
        raise ShapeError(need)
    return [[*column] for column in zip(*x)]


def part(x: Any, *indices: Value) -> Any:
    """x[i] of a vector, W[i, j] or the row W[i] of a matrix, counted from 1."""
    sizes = shape(x)
    if not sizes:
        raise ShapeError("only an array has entries: give it a list of numbers, or a shape such as '[2]'")
    if not indices:
        raise ShapeError("its index is a whole number from 1, as in x[1]", shows_shapes=False)
    if len(indices) > len(sizes):
        raise ShapeError("a vector has one index" if len(sizes) == 1 else "a matrix has two indices")
    for index, count, what in zip(indices, sizes, ("row" if len(sizes) == 2 else "entry", "column")):
        x = x[_whole(index, what, count) - 1]
    return x


def _whole(index: Any, what: str, count: float = math.inf) -> int:
    """An index as an int from 1 to count. Raises ShapeError if it is none, or not known when the text is read."""
    if shape(index):
        raise ShapeError(f"the {what} is a whole number, not an array")
    variable = next((leaf for leaf in toposort(index) if not leaf.parents and not leaf.is_constant), None)
    if variable is not None:
        msg = f"the {what} would depend on {variable.label}, a variable; write a whole number, or a name given one"
        raise ShapeError(msg, shows_shapes=False)
    if index.primal is None:
        msg = f"{index.label or 'it'} has no number, and the {what} is chosen when the text is read: give it one"
        raise ShapeError(msg, shows_shapes=False)
    number = index.data
    if not number.is_integer():
        raise ShapeError(f"the {what} must be a whole number, not {written(number)}", shows_shapes=False)
    if number < 1:
        msg = f"there is no {what} {written(number)}: they are counted from 1, as in the labels and the lectures"
        raise ShapeError(msg, shows_shapes=False)
    if number > count:
        raise ShapeError(f"there is no {what} {written(number)}, the last is {count}", shows_shapes=False)
    return int(number)


def display(*xs: Any) -> Any:
    """The array that [a, b, c] stands for: a vector of numbers, or a matrix of vectors as its rows."""
    if not xs:
        raise ShapeError("an array has one entry or more")
    first = shape(xs[0])
    for i, x in enumerate(xs, 1):
        if len(shape(x)) == 2:
            msg = f"entry {i} {in_words(shape(x))}: arrays have at most two levels, as in [[1, 2], [3, 4]]"
            raise ShapeError(msg, shows_shapes=False)
        if shape(x) != first:
            msg = f"entry {i} {in_words(shape(x))}, entry 1 {in_words(first)}: all need the same shape"
            raise ShapeError(msg, shows_shapes=False)
    return [*xs]


def onehot(y: Any, m: Any) -> Any:
    """The vector of m numbers that is 1 at place y, else 0; for a vector of places the matrix of these rows."""
    count = _whole(m, "number of classes")
    if len(shape(y)) == 2:
        raise ShapeError("onehot(y, m) needs a class, or a vector of them")
    if shape(y):
        return [_onehot(_whole(each, "class", count), count) for each in y]
    return _onehot(_whole(y, "class", count), count)


def _onehot(place: int, count: int) -> list[Value]:
    return [lift(1.0 if i == place else 0.0) for i in range(1, count + 1)]


# Many entries become one, row by row or all


def by_row(name: str, operation: Callable[[list[Value]], list[Value]]) -> Operation:
    """A function of a vector that gives a vector: of a matrix it takes every row."""
    of_row: Any = folding(lambda *xs: operation([*xs]))

    def each_row(x: Any) -> Any:
        if not shape(x):
            raise ShapeError(f"{name} needs a vector or a matrix, such as [a, b, c]")
        return of_row(*x) if len(shape(x)) == 1 else [of_row(*row) for row in x]

    return each_row


def gathering(name: str, operation: Callable[[list[Value]], Value]) -> Operation:
    """A function of all entries of an array, or of several numbers."""
    of_all: Any = folding(lambda *xs: operation([*xs]))

    def gathered(*xs: Any) -> Any:
        if len(xs) == 1:
            return of_all(*entries(xs[0]))
        if any(map(shape, xs)):
            need = f"{name} takes one array, or several numbers"
            if name in ("max", "min"):
                need += f"; entry by entry it is {name}imum(x, y)"
            raise ShapeError(need)
        return of_all(*xs)

    return gathered


def sum_rows(x: Any) -> Any:
    """The sum of the rows of a matrix: a vector with an entry for each column."""
    return sum_cols(transpose(_matrix(x, "sum_rows")))


def sum_cols(x: Any) -> Any:
    """The sum of the columns of a matrix: a vector with an entry for each row."""
    return [_sum(*row) for row in _matrix(x, "sum_cols")]


_sum = folding(lambda *xs: apply(RULES["sum"], xs))


def _matrix(x: Any, name: str) -> Any:
    if len(shape(x)) != 2:
        raise ShapeError(f"{name} needs a matrix; sum(x) adds all entries")
    return x


def norm1(xs: Sequence[Value]) -> Value:
    """|x1| + |x2| + ..."""
    return apply(RULES["sum"], [apply(RULES["abs"], (x,)) for x in xs])
