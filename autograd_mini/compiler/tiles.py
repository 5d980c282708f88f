"""Tiles: a program run by NumPy, each operation on a piece of the examples at a time, which stays in the cache.

    kernel(program).run(columns, parameters, results, sums)

Where numbers lie in the meantime says places.py.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from threading import local
from typing import TYPE_CHECKING

from autograd_mini.compiler.places import Places
from autograd_mini.compiler.ufuncs import functions
from autograd_mini.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.compiler.kernel import Array
    from autograd_mini.compiler.program import Program


CACHE = 1 << 21  # bytes that all rows of a tile should fit in
NARROWEST, WIDEST = 1024, 8192  # examples of a tile: with fewer, calling NumPy takes longer than computing
KEPT = 8  # tiles of different widths that a thread keeps for its next calls


def kernel(program: Program) -> Tiles:
    """The program in the form that NumPy runs, a Kernel.

    Raises MissingExtraError without NumPy.
    """
    try:
        import numpy as np
    except ImportError as error:
        msg = 'compiled functions need NumPy; install it with: pip install "autograd-mini[fast]"'
        raise MissingExtraError(msg) from error
    return Tiles(program, np)


class Tiles:
    """A Kernel of NumPy's functions. Every thread has tiles of its own."""

    tier = "numpy"

    def __init__(self, program: Program, np: Any) -> None:
        self.program = program
        self.np = np
        self.places = Places(program)
        self.functions = functions(np)
        fitting = CACHE // (8 * max(self.places.rows, 1))
        self.width = min(max(fitting, NARROWEST), WIDEST)
        self._local = local()

    @property
    def memory(self) -> int:
        """See `Kernel`."""
        return 8 * self.places.rows * self.width

    def run(self, columns: Sequence[Array], parameters: Array, results: Array, sums: Array) -> None:
        """See `Kernel`."""
        n = results.shape[1]
        count = max(1, -(-n // self.width))
        bounds = [n * i // count for i in range(count + 1)]
        kept = self._local.__dict__
        # Taken out while in use: a call within this call makes others.
        tiles = {width: kept.pop(width, None) for width in {stop - start for start, stop in pairwise(bounds)}}
        tiles = {width: tile or Tile(self, width) for width, tile in tiles.items()}
        with self.np.errstate(all="ignore"):
            for tile in tiles.values():
                tile.begin(parameters)
            for start, stop in pairwise(bounds):
                tiles[stop - start].run([x[start:stop] for x in columns], results[:, start:stop])
            sums[...] = sum(tile.sums for tile in tiles.values())
        kept.update(tiles)
        for width in [*kept][:-KEPT]:
            del kept[width]

    def bound(self, n: int) -> BoundTiles:
        """See `Kernel`."""
        return BoundTiles(self, n)


class BoundTiles:
    """A Bound."""

    def __init__(self, kernel: Tiles, n: int) -> None:
        zeros, program = kernel.np.zeros, kernel.program
        self.kernel = kernel
        self.inputs = zeros((program.inputs, n))
        self.parameters = zeros(program.parameters)
        self.results = zeros((len(program.results), n))
        self.sums = zeros(program.parameters)

    def __call__(self) -> None:
        """See `Bound`."""
        self.kernel.run(self.inputs, self.parameters, self.results, self.sums)


class Tile:
    """Rows for a number of examples, and the calls of NumPy that fill them."""

    def __init__(self, tiles: Tiles, width: int) -> None:
        np, program, places = tiles.np, tiles.program, tiles.places
        self.np, self.program, self.places = np, program, places
        self.functions = tiles.functions
        self.rows = np.empty((places.rows, width))
        self.parameters = np.empty(program.parameters)
        self.sums = np.empty(program.parameters)
        shared = np.empty(len(program.instructions))
        self.numbers = [shared[i, ...] if row is None else self.rows[row] for i, row in enumerate(places.row)]
        self.once: list[Callable[[], Any]] = []  # for all examples
        for i, (name, *reads) in enumerate(program.instructions):
            if name == "constant":
                self.numbers[i][...] = reads[0]
            elif name == "parameter":
                self.numbers[i] = self.parameters[reads[0], ...]
            elif places.shared[i]:
                self.once.append(self.step(name, i, reads))
        self.inputs = [(self.rows[row : row + len(js)].reshape(-1), js) for row, js in _runs(places)]
        self.each = [self.step(*step) for step in places.steps if step[0] != "input"]

    def begin(self, parameters: Array) -> None:
        """Take parameters; nothing is summed yet."""
        self.parameters[...] = parameters
        self.sums[...] = 0.0
        for step in self.once:
            step()

    def run(self, columns: Sequence[Array], results: Array) -> None:
        """Compute the results of one piece of the examples, and add to the sums."""
        for rows, js in self.inputs:
            self.np.concatenate([columns[j] for j in js], out=rows)
        for step in self.each:
            step()
        for result, number in zip(results, self.program.results):
            result[...] = self.numbers[number]

    def step(self, name: str, *of: Any) -> Callable[[], Any]:
        """A call that carries out one of the steps of `Places`."""
        np, program = self.np, self.program
        if name == "copy":
            return partial(np.copyto, self.rows[of[0]], self.numbers[of[1]])
        if name == "layer":
            operation, rows, operands = of
            reads = [self.operand(*operand) for operand in operands]
            return partial(self.functions[operation], *reads, out=self.table(rows))
        if name == "block":
            block = program.blocks[of[0]]
            out, into = map(self.table, of[1:])
            weights = self.parameters[block.first : block.first + len(out) * len(into)]
            matrix = (
                weights.reshape((-1, len(out))).T if block.transposed else weights.reshape((len(out), -1))
            )
            return partial(np.matmul, matrix, into, out=out)
        if name == "sum":
            table = self.table(of[1])
            return partial(_add_rows, np, table, self.sums[of[0] : of[0] + len(table)])
        if name == "outer":
            left, right = map(self.table, of[1:])
            shape = len(left), len(right)
            first = program.outers[of[0]].first
            total = self.sums[first : first + shape[0] * shape[1]].reshape(shape)
            return partial(_add_product, np, left, right.T, total, np.empty(shape))
        place, *rest, reads = of
        function = partial(_opaque, program.functions[rest[0]], np) if rest else self.functions[name]
        return partial(function, *[self.numbers[x] for x in reads], out=self.numbers[place])

    def table(self, rows: tuple[int, int]) -> Array:
        first, count = rows
        return self.rows[first : first + count]

    def operand(self, kind: str, *of: Any) -> Array:
        if kind == "number":
            return self.numbers[of[0]]
        return self.table(of[0]) if kind == "rows" else self.parameters[of[0] : of[0] + of[1], None]


def _runs(places: Places) -> list[tuple[int, list[int]]]:
    """Inputs that go to consecutive rows: the first of the rows, and which inputs they are."""
    runs: list[tuple[int, list[int]]] = []
    for row, j in [of for name, *of in places.steps if name == "input"]:
        if runs and row == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(j)
        else:
            runs.append((row, [j]))
    return runs


def _add_rows(np: Any, table: Array, total: Array) -> None:
    total += np.add.reduce(table, axis=1)


def _add_product(np: Any, left: Array, right: Array, total: Array, product: Array) -> None:
    np.matmul(left, right, out=product)
    total += product


def _opaque(function: Callable[..., float], np: Any, *columns: Array, out: Array) -> None:
    rows = [np.broadcast_to(x, out.shape).tolist() for x in columns]
    for i in range(len(out)):
        out[i] = function(*[row[i] for row in rows])
