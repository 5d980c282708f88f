"""`compile`: a function of Values, traced once and replayed over batches at the speed of the machine.

>>> from autograd_mini import tanh, value_and_grad
>>> fast = compile(value_and_grad(lambda x: tanh(x[0] * x[1])))
>>> values, gradients = fast([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]])
>>> values.tolist(), gradients.tolist()
([0.0, 0.0, 0.0], [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import reduce, update_wrapper
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, Any

from autograd_mini.compiler.arguments import batch_of, numpy, result_builder
from autograd_mini.compiler.captures import Captures
from autograd_mini.compiler.kernels import TIERS
from autograd_mini.compiler.paths import Options, Paths, run
from autograd_mini.derivatives.pytree import flatten
from autograd_mini.engine import recording
from autograd_mini.engine.interop import flag, whole
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, UnboundError, choose, require
from autograd_mini.functions import as_function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.compiler.arguments import Array, Batch
    from autograd_mini.compiler.paths import Path


MOST_STATES = 8  # of what a function captures that are remembered, such as training and not


def compile(  # the name that the field gives it
    function: Any = None, *, exact: bool = False, tier: str = "auto", threads: int = 1
) -> Any:
    """The function compiled: called with a batch, one example a row, it gives arrays, one result a row.

    function: of Values, as you would write it for one example; also a graph, of its variables in order. Without
    it, a decorator. It is run once for each path that examples take through it. What it takes from outside as
    leaf Values are parameters: their numbers are read at each call.
    exact: whether results are those of the engine to the last bit; else within rounding, and faster.
    tier: "straight" (machine code of the program), "tape" (which starts at once, for any size), "numpy",
    "python" (slow, for comparison), or "auto". threads: how many share a large batch.

    Raises TypeError for what is no function, ValueError for unknown settings. Calls raise CompileError where the
    function needs the number of one example, or takes too many paths, MissingExtraError without NumPy.

    >>> @compile
    ... def larger(x, y):
    ...     return x if x > y else 2 * y
    >>> larger([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]).tolist()
    [4.0, 4.0, 3.0]
    """
    exact, threads = flag(exact, "exact"), whole(threads, "threads", most=1024)
    tier = choose("tier", tier, TIERS)
    if function is None:
        return lambda function: compile(function, exact=exact, tier=tier, threads=threads)
    if isinstance(function, Value):
        function = as_function(function)
    require(
        callable(function), "compile needs a function of numbers", function, "give it the function itself"
    )
    return Compiled(Options(function, exact=exact, tier=tier, threads=threads))


class _State:
    """The programs for what the function captures, as it was when they were made."""

    def __init__(self, function: Any) -> None:
        self.captures = Captures(function)
        self.paths: dict[Any, Paths] = {}


class Compiled:
    """A compiled function; see `compile`. Its programs never change, and many threads may call it at once."""

    def __init__(self, options: Options) -> None:
        update_wrapper(self, options.function, updated=())
        self.options = options
        self._states: list[_State] = []
        self._lock = threading.Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if recording.trace():  # inside another compiled function
            return self.options.function(*args, **kwargs)
        np, batch = numpy(), batch_of(args, kwargs)
        paths = self._paths(batch)
        columns, store = [*batch.columns], _Store(paths)
        pieces = []
        for path, places in paths.split(batch, columns, store):
            chosen = _chosen(columns, places)
            results = np.empty((len(path.outputs), _length(chosen)))
            self._run(path, "values", chosen, store, results)
            pieces.append((path, places, results))
        return _shaped(batch, pieces)

    def backward(self, *args: Any, **kwargs: Any) -> float:
        """The mean of the results of a batch; its gradient is added to `.grad` of every parameter.

        As `mean([f(x) for x in batch]).backward()` would, for a function that returns one number.

        Raises TypeError if it returns anything else. If anything fails, all gradients are as they were.
        """
        batch = batch_of(args, kwargs)
        paths = self._paths(batch)
        store = _Store(paths)
        total, sums = self.swept(paths, batch, store)
        for p, g in zip([*paths.parameters], sums.tolist()):
            p.adjoint = g + (p.adjoint or 0.0)
        return total / (batch.examples or 1)

    def swept(self, paths: Paths, batch: Batch, store: Callable[[], Array]) -> tuple[float, Array]:
        """The sum of the results over a batch, and the gradient of their mean by each parameter."""
        np, n = numpy(), batch.examples or 1
        columns = [*batch.columns]
        pieces: list[tuple[Array, Array]] = []
        for path, places in paths.split(batch, columns, store):
            if len(path.outputs) != 1 or path.structure != [""]:
                msg = (
                    f"backward needs a function that returns one number; {self.options.name} returned"
                    f" {len(path.outputs)} in a {type(path.result).__name__}; return one of them, or their mean"
                )
                raise TypeError(msg)
            chosen = _chosen(columns, places)
            results = np.empty((1, _length(chosen)))
            sums = self._run(path, "gradient", chosen, store, results, seed=1.0 / n)
            if np.isnan(sums).any():  # then it matters that an input that was not chosen is none
                sums = self._run(path, "masked", chosen, store, results, seed=1.0 / n)
            pieces.append((results, sums))
        total = np.zeros(len(paths.parameters))
        for _, sums in pieces:
            total[: len(sums)] += sums
        numbers = [results for results, _ in pieces]
        if self.options.exact:
            return reduce(add, np.concatenate(numbers, axis=1)[0].tolist(), 0.0), total
        return float(sum(results.sum() for results in numbers)), total

    def _paths(self, batch: Batch) -> Paths:
        """The paths for the structure of a batch, and for what the function captures now."""
        for state in self._states:
            if state.captures.same():
                break
        else:
            state = _State(self.options.function)
            with self._lock:
                self._states = [state, *self._states][:MOST_STATES]
        found = state.paths.get(batch.key)
        if found is None:
            found = state.paths.setdefault(batch.key, Paths(self.options))
        return found

    def _run(
        self,
        path: Path,
        role: str,
        columns: Sequence[Array],
        store: Array,
        results: Array,
        seed: float | None = None,
    ) -> Array:
        """The sums of a program of a path; the results are written."""
        kernel, threads, n = path.kernel(role), self.options.threads, results.shape[1]
        numbers = store()  # a new program may have met new parameters
        if threads == 1 or n < 64 * threads:
            return run(kernel, columns, numbers, results, seed)
        np = numpy()
        ends = [n * i // threads for i in range(threads + 1)]
        parts = [slice(start, end) for start, end in pairwise(ends)]

        def work(part: slice) -> tuple[Array, Array]:
            piece = np.empty((len(results), part.stop - part.start))
            return piece, run(kernel, [column[part] for column in columns], numbers, piece, seed)

        with ThreadPoolExecutor(threads) as pool:
            done = [*pool.map(work, parts)]
        for part, (piece, _) in zip(parts, done):
            results[:, part] = piece
        return sum(sums for _, sums in reversed(done))


class _Store:
    """The numbers of the parameters as an array, read anew for each call of the function."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.numbers: Any = None

    def __call__(self) -> Array:
        if self.numbers is None or len(self.numbers) < len(self.paths.parameters):
            numbers = [p.primal for p in [*self.paths.parameters]]
            if None in numbers:
                raise UnboundError([*self.paths.parameters][numbers.index(None)])
            self.numbers = numpy().array(numbers, dtype=float)
        return self.numbers


def _length(columns: Sequence[Array]) -> int:
    return len(columns[0]) if columns else 1


def _chosen(columns: Sequence[Array], places: Any) -> Sequence[Array]:
    return columns if places is None else [column[places] for column in columns]


def _shaped(batch: Batch, pieces: Sequence[tuple[Path, Any, Array]]) -> Any:
    """The results of all paths, as one of the kind that the function returns."""
    path, places, results = pieces[0]
    if places is not None:
        together = numpy().empty((len(path.outputs), batch.examples))
        for _, places, results in pieces:
            together[:, places] = results
        results = together
    if batch.examples is None:
        return flatten(path.result)[1](results[:, 0].tolist())
    return result_builder(path.result)(results)


__all__ = ["CompileError", "Compiled", "compile"]
