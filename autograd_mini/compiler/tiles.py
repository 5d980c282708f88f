"""Tiles: a program run by NumPy, each operation on a piece of the examples at a time, which stays in the cache.

    kernel(program).run(columns, parameters, results, sums)

Where numbers lie in the meantime says places.py.
"""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise
from threading import local
from typing import TYPE_CHECKING

from autograd_mini.compiler.places import Places
from autograd_mini.compiler.program import ALPHABET
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
        self.inputs = [(self.numbers[i], reads[0]) for name, i, *reads in places.steps if name == "input"]
        self.each = [self.step(*step) for step in places.steps if step[0] != "input"]

    def begin(self, parameters: Array) -> None:
        """Take parameters; nothing is summed yet."""
        self.parameters[...] = parameters
        self.sums[...] = 0.0
        for step in self.once:
            step()

    def run(self, columns: Sequence[Array], results: Array) -> None:
        """Compute the results of one piece of the examples, and add to the sums."""
        for row, j in self.inputs:
            row[...] = columns[j]
        for step in self.each:
            step()
        for result, number in zip(results, self.program.results):
            result[...] = self.numbers[number]

    def step(self, name: str, place: int, *rest: Any) -> Callable[[], Any]:
        """A call that carries out one of the steps of `Places`."""
        np, rows, sums = self.np, self.rows, self.sums
        if name == "copy":
            return partial(np.copyto, rows[place], self.numbers[rest[0]])
        if name == "sum":
            return partial(_add_up, np, rows[rest[0]], sums[place : place + 1])
        if name == "outer":
            first, left, right = self.program.outers[place]
            shape = len(left), len(right)
            factors = [rows[row : row + size] for row, size in zip(rest, shape)]
            total = sums[first : first + shape[0] * shape[1]].reshape(shape)
            return partial(_add_product, np, factors[0], factors[1].T, total, np.empty(shape))
        if name == "block":
            block = self.program.blocks[place]
            shape = block.units, len(block.inputs)
            weights = self.parameters[block.first : block.first + shape[0] * shape[1]]
            matrix = weights.reshape(shape[::-1]).T if block.transposed else weights.reshape(shape)
            out, into = (rows[row : row + size] for row, size in zip(rest, shape))
            return partial(np.matmul, matrix, into, out=out)
        function = self.functions.get(name)
        if function is None:
            function = partial(_opaque, self.program.functions[rest[0]], np)
        return partial(function, *[self.numbers[x] for x in rest[-1]], out=self.numbers[place])


def functions(np: Any) -> dict[str, Callable[..., Any]]:
    """The operations of ALPHABET on arrays, with `out`: NumPy's own where these do what floats do."""

    def select(c: Array, x: Array, y: Array, out: Array) -> None:
        np.copyto(out, y)
        np.copyto(out, x, where=np.not_equal(c, 0.0))

    def first_of_equals(function: Callable[..., Any]) -> Callable[..., None]:
        def chosen(x: Array, y: Array, out: Array) -> None:
            function(x, y, out=out)
            np.copyto(out, x, where=np.equal(x, y))  # of 0.0 and -0.0 NumPy takes one or the other

        return chosen

    def power(x: Array, y: Array, out: Array) -> None:
        # NumPy takes the root for one exponent 0.5, which differs at -inf and -0.0.
        (np.float_power if y.size == 1 and y == 0.5 else np.power)(x, y, out=out)

    try:
        from scipy import special
    except ImportError:
        erf, erfc = (partial(np.frompyfunc(f, 1, 1), casting="unsafe") for f in (math.erf, math.erfc))
    else:
        erf, erfc = special.erf, special.erfc
    names = {"sub": "subtract", "mul": "multiply", "neg": "negative", "abs": "absolute", "div": "divide"}
    own: dict[str, Callable[..., Any]] = {
        "select": select,
        "maximum": first_of_equals(np.maximum),
        "minimum": first_of_equals(np.minimum),
        "pow": power,
        "erf": erf,
        "erfc": erfc,
    }
    return {name: own.get(name) or getattr(np, names.get(name, name)) for name in ALPHABET}


def _add_up(np: Any, row: Array, total: Array) -> None:
    total += np.add.reduce(row)


def _add_product(np: Any, left: Array, right: Array, total: Array, product: Array) -> None:
    np.matmul(left, right, out=product)
    total += product


def _opaque(function: Callable[..., float], np: Any, *columns: Array, out: Array) -> None:
    rows = [np.broadcast_to(x, out.shape).tolist() for x in columns]
    for i in range(len(out)):
        out[i] = function(*[row[i] for row in rows])
