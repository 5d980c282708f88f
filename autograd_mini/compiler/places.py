"""Places: in which row of a table each number of a program lies while it is needed, and all steps in order.

A row is used again when its number has been read for the last time. The numbers that a product with a matrix
takes or gives lie in consecutive rows, where it finds them; those that it cannot find there are copied. Numbers
that depend on constants and parameters alone are the same for all examples, and have no row.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from autograd_mini.compiler.layers import shared, tables
from autograd_mini.compiler.program import read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.compiler.program import Program

    Step = tuple[Any, ...]


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
    steps: (name, number, reads) for an operation, ("input", number, j), ("opaque", number, n, reads),
    ("copy", row, number), ("block", n, first row of the outputs, of the inputs), ("sum", k, row),
    ("outer", n, first row of left, of right).
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.rows = 0
        self.steps: list[Step] = []
        self.shared = shared(program)
        self._free: dict[int, list[int]] = defaultdict(list)
        self._due: dict[int, list[int]] = defaultdict(list)  # outers, by their last number
        for n, outer in enumerate(program.outers):
            self._due[max((*outer.left, *outer.right))].append(n)
        self.row: list[int | None] = [None] * len(program.instructions)
        self._place()

    def _place(self) -> None:
        program = self.program
        areas = self._areas()
        ended: dict[int, list[Area]] = defaultdict(list)
        for area in {id(area): area for area, _ in areas.values()}.values():
            ended[area.end].append(area)
        sums = defaultdict(list)
        for k, number in program.sums:
            sums[number].append(k)
        for i, (name, *reads) in enumerate(program.instructions):
            copies: list[Area] = []
            if i in areas:
                area, offset = areas[i]
                begins = area.first is None
                if area.first is None:
                    area.first = self._taken(area.size)
                self.row[i] = area.first + offset
                if name == "unit":
                    if begins:
                        inputs = self._together(program.blocks[reads[0]].inputs, copies)
                        self.steps.append(("block", reads[0], area.first, inputs))
                elif name in ("input", "opaque"):
                    self.steps.append((name, i, reads[0], tuple(reads[1:])))
                else:
                    self.steps.append((name, i, tuple(reads)))
            for k in sums[i]:
                self.steps.append(("sum", k, self._together((i,), copies)))
            for n in self._due[i]:
                left, right = (self._together(xs, copies) for xs in program.outers[n][1:])
                self.steps.append(("outer", n, left, right))
            for area in (*ended[i], *copies):
                self._free[area.size].append(area.first)  # type: ignore[arg-type]

    def _areas(self) -> dict[int, tuple[Area, int]]:
        """The area of each number that has a row, and which row of it."""
        program = self.program
        outputs = [Area(block.units) for block in program.blocks]
        areas: dict[int, tuple[Area, int]] = {}
        for i, (name, *reads) in enumerate(program.instructions):
            if name == "unit":
                areas[i] = outputs[reads[0]], reads[1]
        for xs in tables(program):
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
        program = self.program
        ends = [*range(len(program.instructions))]
        for i, instruction in enumerate(program.instructions):
            for x in read(program, instruction):
                ends[x] = i
        for due, outers in self._due.items():
            for n in outers:
                for x in (*program.outers[n].left, *program.outers[n].right):
                    ends[x] = max(ends[x], due)
        for x in program.results:
            ends[x] = len(ends)
        return ends

    def _taken(self, size: int) -> int:
        """The first of so many consecutive rows that are free."""
        if self._free[size]:
            return self._free[size].pop()
        self.rows += size
        return self.rows - size

    def _together(self, numbers: Sequence[int], copies: list[Area]) -> int:
        """The first of the consecutive rows that hold the numbers; they are copied if they do not."""
        rows = [self.row[x] for x in numbers]
        if rows[0] is not None and rows == [*range(rows[0], rows[0] + len(rows))]:
            return rows[0]
        area = Area(len(numbers))
        area.first = self._taken(area.size)
        copies.append(area)
        self.steps += [("copy", area.first + offset, x) for offset, x in enumerate(numbers)]
        return area.first
