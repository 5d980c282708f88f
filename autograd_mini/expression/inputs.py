"""The inputs of an expression: what a name is bound to, read into Values, one for every entry of an array."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.engine.interop import as_float, is_array, is_sequence
from autograd_mini.engine.value import Constant, Value
from autograd_mini.errors import MENTIONED, ExpressionError, NotANumberError, nearest, require, shown
from autograd_mini.expression.arrays import label
from autograd_mini.expression.text import MAX_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, NoReturn

SHAPE = re.compile(r"\s*\[\s*(\d{1,9})\s*(?:[,x×*]\s*(\d{1,9})\s*)?\]\s*")


class Inputs:
    """The inputs by name, each made when the text first asks for it.

    numbers, named: what names are bound to. data: names and patterns of inputs that nobody differentiates by, and
    indices are more of them: names that stand in an index.
    """

    def __init__(
        self, numbers: Mapping[str, Any], named: Mapping[str, Any], data: Any, indices: Collection[str]
    ) -> None:
        require(isinstance(numbers, Mapping), "numbers are given by name, as in {'u': 2}", numbers)
        for name in numbers:
            require(isinstance(name, str), "the name of a number is text", name)
        given = [*numbers, *named]
        self.bound = {as_read(name): x for name, x in [*numbers.items(), *named.items()]}
        if len(self.bound) < len(given):
            twice = next((name for name in numbers if name in named), "")
            what = f"{twice} is given two numbers" if twice else "two of these names are one in the text"
            msg = f"{what}, leave out one of them: {', '.join(given)}"
            raise ExpressionError(msg)
        self.patterns = _patterns(data)
        self.indices = indices
        self.made: dict[str, Any] = {}

    def numbers(self, name: str) -> Any:
        """What a name is bound to: a float or a nested list of floats, with None for a number it does not have."""
        x = self.bound.get(name, _UNBOUND)
        return None if x is _UNBOUND else _declared(x, name) if isinstance(x, str) else _numbers(x, name)

    def make(self, name: str, numbers: Any, place: int) -> Any:
        """The input of that name: a Value, or a nested list of Values labelled W[2,1]."""
        made = self._leaves(name, numbers)
        label(made, name, place)
        return made

    def given(self, name: str, x: Any) -> Any:
        """The input that the text itself gives its numbers, as in u = 2."""
        return self._leaves(name, _each(lambda node: node.data, x))

    def _leaves(self, name: str, numbers: Any) -> Any:
        is_data = name in self.indices or any(fnmatchcase(name, pattern) for pattern in self.patterns)
        self.made[name] = made = _each(Constant if is_data else Value, numbers)
        return made

    def check(self, results: Collection[str]) -> None:
        """Raise ExpressionError for a number or a pattern of data that no input of the text has asked for."""
        known = _listed(self.made)
        for name in self.bound:
            if name not in self.made:
                hint = "; ".join(filter(None, [nearest(name, self.made), f"the expression has: {known}"]))
                msg = f"no variable is called {shown(name)}; {hint}"
                raise ExpressionError(msg)
        for pattern in self.patterns:
            if not any(fnmatchcase(name, pattern) for name in self.made):
                why = f"{pattern} is computed here" if pattern in results else ""
                hint = "; ".join(filter(None, [nearest(pattern, self.made), f"the inputs are: {known}"]))
                msg = f"data {shown(pattern)}: {why or 'no input is called so'}; {hint}"
                raise ExpressionError(msg)


_UNBOUND: Any = object()


def _each(make: Callable[[Any], Any], numbers: Any) -> Any:
    """What is made of every number in a nested list."""
    return [_each(make, x) for x in numbers] if isinstance(numbers, list) else make(numbers)


def number_count(numbers: Any) -> int:
    """How many numbers a nested list has."""
    return sum(map(number_count, numbers)) if isinstance(numbers, list) else 1


def _listed(names: Collection[str]) -> str:
    few = sorted(names)[:MENTIONED]
    return ", ".join(few + ["..."] * (len(names) > MENTIONED)) or "none"


def as_read(name: str) -> str:
    """A name as Python's parser gives it back; lambda, which it does not take for one, stands in the text as lambda_.

    >>> as_read("lambda"), as_read("lambda[2]"), as_read("lambda2")
    ('lambda_', 'lambda_[2]', 'lambda2')
    """
    return normalize("NFKC", re.sub(r"^lambda(?=\[|$)", "lambda_", name))


def _patterns(data: Any) -> list[str]:
    """The names and patterns in a list of them, or in a text with commas between."""
    expected = "data are names of inputs, such as ['x', 'y*'] or 'x, y*'"
    require(isinstance(data, str | AbstractSet) or is_sequence(data), expected, data)
    patterns = data.split(",") if isinstance(data, str) else [*data]
    for pattern in patterns:
        require(isinstance(pattern, str), expected, pattern)
    return [as_read(pattern.strip()) for pattern in patterns if pattern.strip()]


def _declared(text: str, name: str) -> Any:
    """None for every entry of an array that is declared by its shape alone, as "[2]" or "[3,2]"."""
    found = SHAPE.fullmatch(text)
    if not found:
        msg = (
            f"the number for {name}: {shown(text)} is text; give a number, a list of numbers, or the shape of an"
            " array without numbers, such as '[2]' or '[3,2]'"
        )
        raise NotANumberError(msg)
    rows, columns = int(found[1]), int(found[2] or 1)
    if not 1 <= rows * columns <= MAX_OPERATIONS:
        _refuse(name, f"the shape {text.strip()} has {rows * columns:,} entries, not 1 to {MAX_OPERATIONS:,}")
    return [[None] * columns for _ in range(rows)] if found[2] else [None] * rows


def _numbers(x: Any, name: str) -> Any:
    """A number as a float, a list as a list of floats, a list of equal lists as that."""
    if is_array(x):
        x = x.tolist()
    if not is_sequence(x):
        return _number(x, name)
    rows = [*x]
    are_rows = [is_sequence(row) for row in rows]
    if not rows:
        _refuse(name, "it is empty; an array has one entry or more")
    if not any(are_rows):
        return [_number(each, f"{name}[{i}]") for i, each in enumerate(rows, 1)]
    if not all(are_rows):
        i, j = are_rows.index(True) + 1, are_rows.index(False) + 1
        _refuse(name, f"entry {i} is a list and entry {j} is none; a matrix is a list of its rows")
    matrix = [[*row] for row in rows]
    for i, row in enumerate(matrix, 1):
        if not row:
            _refuse(name, f"row {i} is empty; a row has one entry or more")
        if len(row) != len(matrix[0]):
            _refuse(
                name, f"row 1 has {len(matrix[0])} entries, row {i} has {len(row)}; all rows need as many"
            )
        for j, each in enumerate(row, 1):
            if is_sequence(each):
                levels = "an array has one level, as in [1, 2], or two, as in [[1, 2], [3, 4]]"
                _refuse(name, f"its entry {i},{j} is a list; {levels}")
    return [
        [_number(each, f"{name}[{i},{j}]") for j, each in enumerate(row, 1)]
        for i, row in enumerate(matrix, 1)
    ]


def _number(x: Any, name: str) -> float:
    try:
        return as_float(x)
    except NotANumberError as error:
        msg = f"the number for {name}: {error}"
        raise NotANumberError(msg) from None


def _refuse(name: str, why: str) -> NoReturn:
    msg = f"the numbers for {name}: {why}"
    raise ExpressionError(msg)
