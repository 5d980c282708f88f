"""What the entries of an array have in common, as one expression of whole arrays: W x + b of scalar graphs.

Nothing is stored when a graph is made: that a row of dots is a product with a matrix is seen from who their inputs are.
What is not recognised is read entry by entry.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from autograd_mini.errors import AutogradError
from autograd_mini.formulas.arrays import Expression

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.terms import Shape


LONGEST = 40  # operations and inputs: a line that is longer is no line


class NoLineError(AutogradError):
    """These nodes are not one line: they have too little in common, or it would be too long."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A number or an array that has a name: its entries, row by row. is_known: whether one may ask for it by its name."""

    name: str
    entries: tuple[Value, ...]
    shape: Shape = ()
    is_known: bool = False

    def index(self, place: int) -> tuple[int, ...]:
        """Where an entry stands, counted from 1."""
        return (
            (place + 1,) if len(self.shape) == 1 else (place // self.shape[1] + 1, place % self.shape[1] + 1)
        )


class Reader:
    """Reads one line. unit_of: what has a name, with the place of each entry. inputs: those it has met, in order.

    opened: the arrays whose entries are shown one by one. longest: operations and inputs of a line, None for any number.
    """

    def __init__(
        self,
        unit_of: Mapping[Value, tuple[Unit, int]],
        opened: Sequence[Unit] = (),
        longest: int | None = LONGEST,
    ) -> None:
        self.unit_of = unit_of
        self.opened = opened
        self.longest = longest
        self.inputs: list[Unit] = []
        self._places: dict[Unit, int] = {}
        self._size = 0
        self._totals: dict[Value, Mapping[Value, int]] = {}

    def line(self, unit: Unit) -> Expression:
        """The expression of a unit. Raises NoLineError if there is none."""
        found = self._operation(unit.entries, unit.shape)
        if found.shape != unit.shape:
            raise NoLineError
        return found

    # A group of nodes, row by row in a shape

    def _read(self, nodes: Sequence[Value], shape: Shape) -> Expression:
        first = nodes[0]
        if all(_alike(node, first) for node in nodes):
            return self._single(first)
        if first in self.unit_of:
            return self._whole(nodes, shape)
        if all(node.is_constant and not node.label for node in nodes):
            return _numbers(nodes, shape)
        if _is_row_for_all(nodes, shape):
            return self._read(nodes[: shape[1]], shape[1:])
        if any(node in self.unit_of or node.rule is None for node in nodes):
            raise NoLineError
        return self._operation(nodes, shape)

    def _single(self, node: Value) -> Expression:
        """One number, the same for all places."""
        if node in self.unit_of:
            unit, place = self.unit_of[node]
            whole = self._input(unit)
            return Expression("entry", (whole,), (), extra=unit.index(place)) if unit.shape else whole
        if node.rule is None:
            return Expression("numbers", extra=node)
        return self._operation([node], ())

    def _whole(self, nodes: Sequence[Value], shape: Shape) -> Expression:
        """An array, turned over, or one of its rows or columns, perhaps for every row."""
        for array in self.opened:
            if array.shape == shape and _same(nodes, array.entries):
                entries = [self._input(self.unit_of[node][0]) for node in nodes]
                return Expression("stack", tuple(entries), shape, extra=array.name)
        unit, start = self.unit_of[nodes[0]]
        place = [
            self.unit_of[node][1] if self.unit_of.get(node, (None,))[0] is unit else -1 for node in nodes
        ]
        count = len(nodes)
        if unit.shape == shape and place == [*range(count)]:
            return self._input(unit)
        if len(unit.shape) == 2:
            rows, columns = unit.shape
            turned = [i * columns + j for j in range(columns) for i in range(rows)]
            if shape == (columns, rows) and place == turned:
                return Expression("transpose", (self._input(unit),), shape)
            if (
                len(shape) == 1
                and place == [*range(start, start + count)]
                and start % columns == 0
                and count == columns
            ):
                row = (start // columns + 1,)
                return Expression("entry", (self._input(unit),), shape, extra=row)
            if len(shape) == 1 and count == rows and place == [*range(start, rows * columns, columns)]:
                turned_over = Expression("transpose", (self._input(unit),), (columns, rows))
                return Expression("entry", (turned_over,), shape, extra=(start + 1,))
        if _is_row_for_all(nodes, shape):
            return self._whole(nodes[: shape[1]], shape[1:])
        raise NoLineError

    def _input(self, unit: Unit) -> Expression:
        if unit not in self._places:
            self._places[unit] = len(self.inputs)
            self.inputs.append(unit)
            self._spend()
        return Expression("input", shape=unit.shape, extra=self._places[unit])

    def _spend(self, count: int = 1) -> None:
        self._size += count
        if self.longest is not None and self._size > self.longest:
            raise NoLineError

    # Operations

    def _operation(self, nodes: Sequence[Value], shape: Shape) -> Expression:
        first = nodes[0].rule
        assert first is not None
        self._spend()
        kinds = {(node.rule.name, node.rule.exponent, len(node.parents)) for node in nodes if node.rule}
        if len(kinds) > 1 or any(node.rule is None for node in nodes):
            raise NoLineError
        if found := self._of_softmax(nodes, shape):
            return found
        if first.name in REDUCTIONS and not first.owner:
            before = self._size, self.inputs[:], dict(self._places)
            try:
                return self._reduction(nodes, shape)
            except NoLineError:
                self._size, self.inputs, self._places = before
        count = len(nodes[0].parents)
        if first.name == "mul" and len(shape) == 2 and (found := self._outer(nodes, shape)):
            return found
        self._spend(max(count - 2, 0))
        arguments = [self._read([node.parents[k] for node in nodes], shape) for k in range(count)]
        if first.name == "div" and self._is_mean(nodes, arguments):
            return Expression("mean", arguments[0].arguments, shape)
        own = max([x.shape for x in arguments], key=len, default=())  # a row that stands for all is a row
        return Expression("rule", tuple(arguments), own, first)

    def _outer(self, nodes: Sequence[Value], shape: Shape) -> Expression | None:
        """Every entry of one vector by every entry of another."""
        rows, columns = shape
        lefts, rights = (
            [node.parents[0] for node in nodes[::columns]],
            [node.parents[1] for node in nodes[:columns]],
        )
        if not all(
            node.parents[0] is lefts[k // columns] and node.parents[1] is rights[k % columns]
            for k, node in enumerate(nodes)
        ):
            return None
        left, right = self._read(lefts, (rows,)), self._read(rights, (columns,))
        return Expression("outer", (left, right), shape) if left.shape and right.shape else None

    @staticmethod
    def _is_mean(nodes: Sequence[Value], arguments: Sequence[Expression]) -> bool:
        above, below = arguments
        if above.name != "total" or below.name != "numbers" or below.shape:
            return False
        return bool(below.extra.data == prod(above.arguments[0].shape)) and len(nodes) == 1

    def _reduction(self, nodes: Sequence[Value], shape: Shape) -> Expression:
        """What takes whole arrays: products of matrices, and sums and the like of all entries, of rows or columns."""
        name = nodes[0].rule.name if nodes[0].rule else ""
        count = len(nodes[0].parents)
        if count < 2:
            raise NoLineError
        if name == "dot":
            return self._product(nodes, shape, count // 2)
        inside = [x for node in nodes for x in node.parents]
        if shape == ():
            array = self._array(inside)
            if name == "sum" and array.rule is not None and array.rule.name == "abs":
                return Expression("length1", array.arguments)
            return Expression(REDUCTIONS[name], (array,))
        if name != "sum" or len(shape) != 1:
            raise NoLineError
        rows = self._read(inside, (shape[0], count))
        if rows.name == "transpose":
            return Expression("sum_rows", rows.arguments, shape)
        if rows.shape == (shape[0], count):
            return Expression("sum_cols", (rows,), shape)
        raise NoLineError

    def _array(self, nodes: Sequence[Value]) -> Expression:
        """All entries of an array, of whatever shape the arrays it is made of have."""
        shapes = [(len(nodes),), *_shapes_below(nodes[0], self.unit_of)]
        for shape in dict.fromkeys(shapes[::-1]):
            if prod(shape) == len(nodes):
                before = self._size, self.inputs[:], dict(self._places)
                try:
                    found = self._read(nodes, shape)
                except NoLineError:
                    self._size, self.inputs, self._places = before
                else:
                    if found.shape == shape:
                        return found
                    self._size, self.inputs, self._places = before
        raise NoLineError

    def _product(self, nodes: Sequence[Value], shape: Shape, count: int) -> Expression:
        """A product with a matrix, or of two vectors, whichever of its two factors is written first in each dot."""
        sides = [node.parents[:count] for node in nodes], [node.parents[count:] for node in nodes]
        if shape == ():
            left, right = (self._read(side[0], (count,)) for side in sides)
            return self._matmul(left, right, shape, (count,), (count,))
        if len(shape) == 1:
            for rows, vector in (sides, sides[::-1]):
                if all(_same(each, vector[0]) for each in vector):
                    return self._with_vector(rows, vector[0], shape)
            raise NoLineError
        wide = shape[1]
        for lefts, rights in (sides, sides[::-1]):
            rows, columns = lefts[::wide], rights[:wide]
            if all(
                _same(lefts[k], rows[k // wide]) and _same(rights[k], columns[k % wide])
                for k in range(len(nodes))
            ):
                left = self._factor(_flat(rows), (shape[0], count))
                right = self._turned(self._factor(_flat(columns), (wide, count)))
                return self._matmul(left, right, shape, (shape[0], count), (count, wide))
        raise NoLineError

    def _factor(self, nodes: Sequence[Value], shape: Shape) -> Expression:
        """A factor of a product, which is an array also where all its numbers are alike, as in b @ [[1, 1, 1]]."""
        found = self._read(nodes, shape)
        return _numbers(nodes, shape) if found.name == "numbers" and found.shape == () else found

    def _with_vector(
        self, rows: Sequence[Sequence[Value]], vector: Sequence[Value], shape: Shape
    ) -> Expression:
        """W x, or x W where the rows are columns of W."""
        count = len(vector)
        matrix = self._read(_flat(rows), (shape[0], count))
        if matrix.name == "transpose":
            turned = matrix.arguments[0]
            return self._matmul(self._read(vector, (count,)), turned, shape, (count,), (count, shape[0]))
        return self._matmul(matrix, self._read(vector, (count,)), shape, (shape[0], count), (count,))

    @staticmethod
    def _matmul(left: Expression, right: Expression, shape: Shape, *shapes: Shape) -> Expression:
        if (left.shape, right.shape) != shapes:
            raise NoLineError
        return Expression("matmul", (left, right), shape)

    @staticmethod
    def _turned(matrix: Expression) -> Expression:
        if matrix.name == "transpose":
            return matrix.arguments[0]
        if matrix.name == "numbers" and len(matrix.shape) == 2:
            return _numbers(_flat([*zip(*matrix.extra, strict=True)]), matrix.shape[::-1])
        return Expression("transpose", (matrix,), matrix.shape[::-1])

    # What functions.py makes of scores

    def _of_softmax(self, nodes: Sequence[Value], shape: Shape) -> Expression | None:
        """softmax, log_softmax or logsumexp, or an entry of the first two, if it is one; of a matrix row by row."""
        wide = shape[-1] if shape else 1
        rows = [nodes[i : i + wide] for i in range(0, len(nodes), wide)]
        name = nodes[0].rule.name if nodes[0].rule else ""
        if name not in ("div", "sub", "add"):
            return None
        scores: list[Value] = []
        places: list[list[int]] = []
        word = ""
        for row in rows:
            seen = [self._score_of(node) for node in row]
            kinds = {(kind, id(total)) for kind, total, _ in seen}
            word, all_exponentials, _ = seen[0]
            if len(kinds) != 1 or not word or all_exponentials is None:
                return None
            scores += [each.parents[0].parents[0] for each in all_exponentials.parents]
            places.append([place for _, _, place in seen])
        every = [*range(len(scores) // len(rows))]
        if word == "logsumexp":
            return None if shape else Expression(word, (self._scores(scores),))
        if word == "surprisal":
            if shape:
                return None
            array = self._scores(scores)
            whole = Expression("logsumexp", (array,))
            entry = Expression("entry", (array,), (), extra=(places[0][0] + 1,))
            return Expression("rule", (whole, entry), (), nodes[0].rule)
        if shape and all(row == every for row in places):
            return Expression(word, (self._scores(scores, shape),), shape)
        if shape == ():
            array = Expression(word, (self._scores(scores),), (len(scores),))
            return Expression("entry", (array,), (), extra=(places[0][0] + 1,))
        return None

    def _scores(self, scores: Sequence[Value], shape: Shape | None = None) -> Expression:
        """What a softmax is of: an array, and no number or row that stands for all of it."""
        shape = shape or (len(scores),)
        found = self._read(scores, shape)
        if found.shape != shape:
            raise NoLineError
        return found

    def _score_of(self, node: Value) -> tuple[str, Value | None, int]:
        """What a node is of a softmax: by which word, the sum of exponentials, and which of them it belongs to."""
        rule = node.rule.name if node.rule else ""
        if len(node.parents) != 2:
            return "", None, 0
        left, right = node.parents
        if (
            rule == "div"
            and left not in self.unit_of
            and (place := self._places_in(right).get(left)) is not None
        ):
            return "softmax", right, place
        for word, log, other in (
            ("log_softmax", right, left),
            ("surprisal", left, right),
            ("logsumexp", right, left),
        ):
            if log.rule is None or log.rule.name != "log" or log in self.unit_of:
                continue
            total = log.parents[0]
            if not (places := self._places_in(total)):
                continue
            if word == "logsumexp" and rule == "add" and other is total.parents[0].parents[0].parents[1]:
                return word, total, 0
            if word != "logsumexp" and rule == "sub" and (place := places.get(other)) is not None:
                return word, total, place
        return "", None, 0

    def _places_in(self, total: Value) -> Mapping[Value, int]:
        """Where exponentials, and what they are of, stand in a sum of a softmax; nothing for another node."""
        if total not in self._totals:
            self._totals[total] = places_in(total, self.unit_of)
        return self._totals[total]


def places_in(total: Value, named: Container[Value]) -> Mapping[Value, int]:
    """Where the exponentials of scores below their largest, and these scores, stand in their sum.

    named: what is known by a name, and so not looked into. Nothing for a node that is no such sum.
    """
    places: dict[Value, int] = {}
    if not _is(total, "sum", named):
        return places
    for i, each in enumerate(total.parents):
        if not (_is(each, "exp", named) and _is(each.parents[0], "shift", named)):
            return {}
        places.setdefault(each, i)
        places.setdefault(each.parents[0], i)
    return places


def _is(node: Value, name: str, named: Container[Value]) -> bool:
    return node.rule is not None and node.rule.name == name and node not in named


# The primitives of any number of inputs that have a name for arrays.
REDUCTIONS = {"dot": "matmul", "sum": "total", "norm": "length", "max": "largest", "min": "smallest"}


def _is_row_for_all(nodes: Sequence[Value], shape: Shape) -> bool:
    """Whether all rows of a matrix are one."""
    is_matrix = len(shape) == 2 and shape[0] > 1
    return is_matrix and all(node is nodes[i % shape[1]] for i, node in enumerate(nodes))


def _alike(node: Value, other: Value) -> bool:
    """Whether two nodes are one, or the same number."""
    if node is other:
        return True
    plain = node.is_constant and other.is_constant and not (node.label or other.label)
    return plain and node.primal == other.primal


def _same(some: Sequence[Value], others: Sequence[Value]) -> bool:
    return len(some) == len(others) and all(x is y for x, y in zip(some, others, strict=True))


def _numbers(nodes: Sequence[Value], shape: Shape) -> Expression:
    """Plain numbers as an array."""
    wide = shape[-1]
    rows = [tuple(nodes[i : i + wide]) for i in range(0, len(nodes), wide)]
    return Expression("numbers", shape=shape, extra=tuple(rows) if len(shape) == 2 else rows[0])


def _flat(rows: Sequence[Sequence[Value]]) -> list[Value]:
    return [x for row in rows for x in row]


def _shapes_below(node: Value, unit_of: Mapping[Value, tuple[Unit, int]]) -> list[Shape]:
    """The shapes of the arrays that a node is made of."""
    found: Counter[Shape] = Counter()
    todo, seen = [node], 0
    while todo and seen < LONGEST:
        each, seen = todo.pop(), seen + 1
        if each in unit_of:
            found[unit_of[each][0].shape] += 1
        else:
            todo += each.parents
    return [shape for shape in found if shape]
