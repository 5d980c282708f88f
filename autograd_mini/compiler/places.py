"""Places: in which row of a table each number of a program lies while it is needed, and all steps in order.

A row is used again when its number has been read for the last time. The numbers of a layer lie in consecutive
rows, and so do those that a product with a matrix takes or gives; what cannot be found so is copied. Numbers
that depend on constants and parameters alone are the same for all examples, and have no row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from autograd_mini.compiler.layers import layers, shared, tables
from autograd_mini.compiler.program import read

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.compiler.layers import Numbers
    from autograd_mini.compiler.program import Program

    Step = tuple[Any, ...]
    Rows = tuple[int, int]  # the first, and how many


class Area:
    """Consecutive rows for some numbers, from the row `first` on, until the instruction `end` is done."""

    __slots__ = ("end", "first", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self.first: int | None = None
        self.end = -1


class Places:
    """Where the numbers of a program lie, and what is done in which order.

    rows: how many rows it takes. row: of each number, None if it is the same for all examples.
    steps: ("input", row, j); (name, number, reads) for an operation; ("opaque", number, n, reads);
    ("layer", name, rows, operands), where an operand is ("rows", rows), ("number", number), or
    ("parameters", first, count); ("block", n, rows of the outputs, of the inputs); ("copy", row, number);
    ("sum", first parameter, rows); ("outer", n, rows of left, of right).
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.rows = 0
        self.row: list[int | None] = [None] * len(program.instructions)
        self.shared = shared(program)
        self.steps: list[Step] = []
        self._layers = layers(program)
        self._made = [*range(len(program.instructions))]  # by which instruction each number is there
        for i, layer in self._layers.items():
            for x in layer.numbers:
                self._made[x] = i
        self._free: dict[int, list[int]] = defaultdict(list)
        self._copies: list[Area] = []  # for one step
        self._place()

    def _place(self) -> None:
        areas, sums, outers = self._areas(), self._sums(), self._outers()
        ended: dict[int, list[Area]] = defaultdict(list)
        for area in {id(area): area for area, _ in areas.values()}.values():
            ended[area.end].append(area)
        for i, instruction in enumerate(self.program.instructions):
            if instruction[0] == "input" and areas[i][0].first is None:
                areas[i][0].first = self._taken(
                    areas[i][0].size
                )  # all are loaded before anything is computed
        for i in range(len(self.program.instructions)):
            if i in areas:
                area, offset = areas[i]
                is_new = area.first is None
                first = area.first = self._taken(area.size) if area.first is None else area.first
                self.row[i] = first + offset
                if i in self._layers:
                    layer = self._layers[i]
                    operands = [self._operand(numbers) for numbers in layer.operands]
                    self.steps.append(("layer", layer.name, self._together(layer.numbers), operands))
                elif self._made[i] == i:
                    self._instruction(i, first + offset, (first, area.size) if is_new else None)
            self.steps += [("sum", k, self._together(numbers)) for k, numbers in sums[i]]
            for n in outers[i]:
                _, left, right = self.program.outers[n]
                self.steps.append(("outer", n, self._together(left), self._together(right)))
            for area in (*ended[i], *self._copies):
                self._free[area.size].append(area.first)  # type: ignore[arg-type]
            self._copies = []

    def _instruction(self, i: int, row: int, block: Rows | None) -> None:
        name, *reads = self.program.instructions[i]
        if name == "unit":
            if block:
                inputs = self._together(self.program.blocks[reads[0]].inputs)
                self.steps.append(("block", reads[0], block, inputs))
        elif name == "input":
            self.steps.append((name, row, reads[0]))
        elif name == "opaque":
            self.steps.append((name, i, reads[0], reads[1:]))
        else:
            self.steps.append((name, i, reads))

    def _areas(self) -> dict[int, tuple[Area, int]]:
        """The area of each number that has a row, and which row of it."""
        program = self.program
        outputs = [Area(block.units) for block in program.blocks]
        areas: dict[int, tuple[Area, int]] = {}
        for i, (name, *reads) in enumerate(program.instructions):
            if name == "unit":
                areas[i] = outputs[reads[0]], reads[1]
        for xs in [layer.numbers for layer in self._layers.values()] + tables(program):
            if len(set(xs)) == len(xs) and not any(x in areas or self.shared[x] for x in xs):
                area = Area(len(xs))
                areas |= {x: (area, offset) for offset, x in enumerate(xs)}
        for i, is_shared in enumerate(self.shared):
            if not is_shared and i not in areas:
                areas[i] = Area(1), 0
        for i, end in enumerate(self._ends()):
            if i in areas:
                areas[i][0].end = max(areas[i][0].end, end)
        return areas

    def _ends(self) -> list[int]:
        """For each number the last instruction that needs its row; one behind all for a result."""
        ends = self._made.copy()
        for i, instruction in enumerate(self.program.instructions):
            for x in read(self.program, instruction):
                ends[x] = max(ends[x], self._made[i])
        for due, outers in self._outers().items():
            for n in outers:
                for x in (*self.program.outers[n].left, *self.program.outers[n].right):
                    ends[x] = max(ends[x], due)
        for x in self.program.results:
            ends[x] = len(ends)
        return ends

    def _outers(self) -> dict[int, list[int]]:
        """The outers by the instruction after which all their numbers are there."""
        due = defaultdict(list)
        for n, outer in enumerate(self.program.outers):
            due[max(self._made[x] for x in (*outer.left, *outer.right))].append(n)
        return due

    def _sums(self) -> dict[int, list[tuple[int, Numbers]]]:
        """Parameters and what is summed for them, a layer at once, by the instruction after which it is there."""
        waiting = dict.fromkeys(self.program.sums)
        due = defaultdict(list)
        for i, layer in self._layers.items():
            for k in [k for k, x in waiting if x == layer.numbers[0]]:
                of_layer = [(k + u, x) for u, x in enumerate(layer.numbers)]
                if all(one in waiting for one in of_layer):
                    due[i].append((k, layer.numbers))
                    for one in of_layer:
                        del waiting[one]
        for k, x in self.program.sums:
            if (k, x) in waiting:
                due[self._made[x]].append((k, (x,)))
        return due

    def _taken(self, size: int) -> int:
        """The first of so many consecutive rows that are free."""
        if self._free[size]:
            return self._free[size].pop()
        self.rows += size
        return self.rows - size

    def _operand(self, numbers: Numbers) -> Step:
        """Where a layer finds what it reads."""
        makers = [self.program.instructions[x] for x in numbers]
        name, first = makers[0][:2]
        if len({*numbers}) == 1:
            return "number", numbers[0]
        if name == "parameter" and makers == [(name, first + u) for u in range(len(makers))]:
            return "parameters", first, len(makers)
        return "rows", self._together(numbers)

    def _together(self, numbers: Numbers) -> Rows:
        """The consecutive rows that hold the numbers; they are copied if they do not."""
        rows = [self.row[x] for x in numbers]
        if rows[0] is None or rows != [*range(rows[0], rows[0] + len(rows))]:
            area = Area(len(numbers))
            area.first = self._taken(area.size)
            self._copies.append(area)
            self.steps += [("copy", area.first + offset, x) for offset, x in enumerate(numbers)]
            return area.first, area.size
        return rows[0], len(rows)
