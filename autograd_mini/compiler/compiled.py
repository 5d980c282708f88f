"""`compile`: a function of Values, traced once and replayed over batches at the speed of the machine.

>>> from autograd_mini import tanh, value_and_grad
>>> fast = compile(value_and_grad(lambda x: tanh(x[0] * x[1])))
>>> values, gradients = fast([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]])
>>> values.tolist(), gradients.tolist()
([0.0, 0.0, 0.0], [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
"""

from __future__ import annotations

import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, reduce, update_wrapper
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.compiler import views
from autograd_mini.compiler.arguments import Batch, numpy
from autograd_mini.compiler.captures import Captures
from autograd_mini.compiler.kernels import TIERS, Warming
from autograd_mini.compiler.path import Options
from autograd_mini.compiler.paths import Paths, chosen, run
from autograd_mini.compiler.saving import save
from autograd_mini.derivatives.pytree import flatten
from autograd_mini.engine import recording
from autograd_mini.engine.interop import flag, whole
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, UnboundError, choose, require
from autograd_mini.functions import as_function

if TYPE_CHECKING:
    import os
    import pathlib
    from collections.abc import Callable, Iterator, Sequence

    from autograd_mini.compiler.arguments import Array
    from autograd_mini.compiler.kernel import Bound
    from autograd_mini.compiler.path import Path


SMALL = 1024  # examples, up to which arrays are kept from call to call
MOST_STATES = 8  # of what a function captures that are remembered, such as training and not


def compile(  # the name that the field gives it
    function: Any = None, *, exact: bool = False, tier: str = "auto", threads: int = 1
) -> Any:
    """The function compiled: called with a batch, one example a row, it gives arrays, one result a row.

    function: of Values, as you would write it for one example; also a graph, of its variables in order. Without
    it, a decorator. It is run once for each path that examples take through it, and again if what it takes from
    outside is bound to something else. Leaf Values from outside are parameters: their numbers are read at each
    call, and graphs that were made outside are computed anew from their leaves. All else, such as the time or a
    number drawn by `random`, is what it was when the function was run. Inside another compiled function it is the function itself. See `Compiled` for what it is called with.
    exact: whether results are those of the engine to the last bit; else within rounding, and faster.
    tier: "straight" (machine code of the program), "tape" (which starts at once, for any size), "numpy",
    "python" (slow, for comparison), or "auto". threads: how many share a large batch.

    Raises TypeError for what is no function, ValueError for unknown settings. Calls raise CompileError where the
    function needs the number of one example, does what would happen only once (`backward()` inside), or takes too
    many paths, MissingExtraError without NumPy; what the function itself raises comes out as it is.

    >>> @compile
    ... def larger(x, y):
    ...     return x if x > y else 2 * y
    >>> larger([1.0, 2.0, 3.0], [2.0, 2.0, 2.0]).tolist()
    [4.0, 4.0, 3.0]
    >>> larger(1.0, 2.0)
    4.0
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
    """A compiled function, made by `compile`. `__wrapped__` is the function itself.

    Each argument is a batch, an array or lists with an example a row, or a plain number, which is the same for all
    examples; dicts, dataclasses and named tuples of these are opened, None and text stay. The function is given
    one row: a number, an array or lists. What it returns comes back with arrays in place of numbers, examples
    first; if all arguments are plain numbers, with floats.

    Its programs never change, and many threads may call it at once.

    Raises ValueError for arguments with different numbers of rows, NotANumberError for rows of different lengths
    and what holds no numbers, TypeError for Values.

    >>> f = compile(lambda point, scale: {"sum": scale * (point[0] + point[1]), "twice": [2 * x for x in point]})
    >>> result = f([[1.0, 2.0], [3.0, 4.0]], 10.0)
    >>> result["sum"].tolist(), result["twice"].tolist()
    ([30.0, 70.0], [[2.0, 4.0], [6.0, 8.0]])
    """

    def __init__(self, options: Options) -> None:
        update_wrapper(self, options.function, updated=())
        self.options = options
        self._states: list[_State] = []
        self._last: tuple[Paths, Any] | None = None
        self._lock = threading.Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if recording.trace():  # inside another compiled function
            return self.options.function(*args, **kwargs)
        batch = self._batch(args, kwargs)
        paths = self._paths(batch)
        store = _Store(paths)
        if (quick := self._quick(paths, batch, "values", store)) is not None:
            path, numbers = paths.known[0], quick.results[: paths.known[0].count].copy()
            return _shaped(path, batch, numbers)
        pieces = [
            _Piece(path, places, self._run(path, "values", columns, n, store)[0])
            for path, places, columns, n in _split(paths, batch, store)
        ]
        return _shaped(pieces[0].path, batch, _together(pieces, batch))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method of a class, it would lose `self`."""
        if instance is None:
            return self
        name = self.options.name
        msg = f"the method {name} is compiled without its object; compile it where it is bound: compile(object.{name})"
        raise TypeError(msg)

    def backward(self, *args: Any, **kwargs: Any) -> float:
        """The mean of the results of a batch; its gradient is added to `.grad` of every parameter.

        As `mean([f(x) for x in batch]).backward()` would, for a function that returns one number.

        Raises TypeError if it returns anything else. If anything fails, all gradients are as they were.

        >>> from autograd_mini import Value
        >>> w = Value(3.0)
        >>> compile(lambda x: w * x).backward([1.0, 2.0])
        4.5
        >>> w.grad
        1.5
        """
        recording.forbid("calls backward()")
        batch = self._batch(args, kwargs)
        paths = self._paths(batch)
        total, sums = self.swept(paths, batch, _Store(paths))
        parameters = paths.parameters.listed
        before = [p.adjoint for p in parameters]
        if any(before):
            try:
                earlier = packed(before)
            except struct.error:  # some have none
                earlier = packed([x or 0.0 for x in before])
            with numpy().errstate(all="ignore"):
                sums += earlier[: len(sums)]
        gradient = sums.tolist()
        try:
            for p, g in zip(parameters, gradient):
                p.adjoint = g
        except BaseException:  # Ctrl-C
            for p, earlier in zip(parameters, before):
                p.adjoint = earlier
            raise
        return total / (batch.examples or 1)

    def bound(self, *args: Any, gradient: bool = False, **kwargs: Any) -> Bound:
        """The program with arrays of its own, for loops in which microseconds count: fill `inputs`, call it, read `results`.

        inputs: an array with a row for each number of an example and a column for each example, as many as in this
        batch, whose numbers it holds at first. results: a row for each number of a result. parameters: their numbers,
        in the order of `parameters`. gradient: whether calls also write `sums`, the gradient of the mean by each
        parameter; then the last parameter is the factor of that, 1 divided by the number of examples. One thread at a
        time; nothing is checked.

        Raises CompileError if the function asks questions, so that another example might take another path,
        TypeError if a gradient is wanted of more than one number.

        >>> square = compile(lambda x: x * x).bound([3.0])
        >>> square.inputs[0, 0] = 4.0
        >>> square()
        >>> square.results.tolist()
        [[16.0]]
        """
        batch = self._batch(args, kwargs)
        paths = self._paths(batch)
        columns, store = batch.columns(), _Store(paths)
        path = paths.known[0] if paths.known else paths.explore(batch, columns, 0)
        if path.answers or paths.noise:
            msg = f"{self.options.name} asks questions or draws random numbers, and what is bound takes one path alone"
            raise CompileError(msg)
        if flag(gradient, "gradient"):
            self._require_one_number(path)
        kernel = path.kernel("gradient" if gradient else "values")
        bound = (kernel.straight() if isinstance(kernel, Warming) else kernel).bound(batch.examples or 1)
        for places, numbers in batch.parts:
            bound.inputs[places] = numbers
        bound.parameters[: len(paths.parameters)] = store()
        if gradient:
            bound.parameters[-1] = 1.0 / (batch.examples or 1)
        return bound

    @property
    def parameters(self) -> list[Value]:
        """The Values that the function takes from outside, in the order of `to_jax` and of files."""
        return [*self._current()[0].parameters.listed]

    def source(self, *, gradient: bool = False, lines: bool = False) -> str:
        """The program as readable Python, a function for each path; with the gradient of `backward` if asked for.

        It is that of the last call. x: columns of the inputs; w: the parameters. lines: write above the operations
        the lines of your code that they are from, and the labels of Values.

        >>> from autograd_mini import tanh
        >>> fast = compile(lambda x: tanh(x) * x)
        >>> _ = fast([1.0, 2.0])
        >>> print(fast.source(), end="")
        def program(x, w):
            x1, = x
            return np.tanh(x1) * x1
        """
        role = "gradient" if flag(gradient, "gradient") else "values"
        return views.source(self._current()[0], role, lines=flag(lines, "lines"))

    def llvm(self) -> str:
        """The program as the LLVM text that becomes straight-line code, for eight examples at a time."""
        return views.llvm(self._current()[0])

    def report(self) -> str:
        """How many operations and how much memory the programs of the last call take, by which tier, on which paths."""
        return views.report(self._current()[0])

    def to_jax(self) -> Callable[..., Any]:
        """The same function for JAX: (parameters, *inputs) -> results, of batches as in the last call.

        parameters: an array of their numbers, in the order of `parameters`. It is pure and can be given to jax.jit,
        grad, vmap and sharding; see `compiler.xla.to_jax` for its precision and its derivatives. An example that would
        take another path gives nan.

        Raises CompileError if the last call took several paths, MissingExtraError without JAX.
        """
        return views.to_jax(*self._current())

    def save(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """The path of a JSON file that now holds all that was traced, with the numbers of the parameters.

        `autograd_mini.compiler.load` reads it: structures of arguments and paths that were met before it was saved
        run there as here. The file is written whole or not at all.

        Raises CompileError if nothing was traced yet, or it draws random numbers, ValueError if it calls Python
        functions (`opaque`), OSError if the file cannot be written.
        """
        return save(self.structures(), self.options, path)

    def structures(self) -> dict[Any, Paths]:
        """The paths of every structure of arguments that was met, since what the function captures last changed."""
        current, _ = self._current()
        return next(state.paths for state in self._states if current in state.paths.values())

    def _current(self) -> tuple[Paths, Any]:
        """The paths of the last call, and the structure of its arguments."""
        if self._last is None:
            msg = f"{self.options.name} has no program yet, since it is traced when it is called; call it with a batch first"
            raise CompileError(msg)
        return self._last

    def _quick(
        self, paths: Paths, batch: Batch, role: str, store: Callable[[], Array], seed: float | None = None
    ) -> Bound | None:
        """A small batch that takes the only path there is, in arrays that are there already; None for others."""
        n = batch.examples or 1
        if len(paths.known) != 1 or paths.noise or n > SMALL:
            return None
        path = paths.known[0]
        if path.answers:
            if not path.asks_simply:
                return None
            role += " and guards"
        bound = path.bound(role, n)
        for places, numbers in batch.parts:
            bound.inputs[places] = numbers
        count = len(bound.parameters) - (seed is not None)
        if count:
            bound.parameters[:count] = store()[:count]
        if seed is not None:
            bound.parameters[count] = seed
        bound()
        if path.answers:
            answers = bound.results[path.count :] != 0.0
            if not (answers == path.expected).all():
                return None
        return bound

    def swept(self, paths: Paths, batch: Batch, store: Callable[[], Array]) -> tuple[float, Array]:
        """The sum of the results over a batch, and the gradient of their mean by each parameter."""
        np, seed = numpy(), 1.0 / (batch.examples or 1)
        if (quick := self._quick(paths, batch, "gradient", store, seed)) is not None:
            sums = quick.sums[:-1].copy()
            if paths.known[0].structure == () and not np.isnan(sums).any():
                return reduce(add, quick.results[0].tolist(), 0.0), sums
        pieces: list[_Piece] = []
        swept: list[Array] = []
        for path, places, columns, n in _split(paths, batch, store):
            self._require_one_number(path)
            role = "gradient"
            results, sums = self._run(path, role, columns, n, store, seed)
            if np.isnan(sums).any():  # then it matters that an input that was not chosen is none
                role = "masked"
                results, sums = self._run(path, role, columns, n, store, seed)
            if self.options.exact and places is not None:  # the sums of the engine go from example to example
                results, _ = self._run(path, f"{role} in parts", columns, n, store, seed)
            pieces.append(_Piece(path, places, results, role))
            swept.append(sums)
        is_mixed = self.options.exact and len(pieces) > 1
        total = np.array(_summed(pieces, batch, len(paths.parameters))) if is_mixed else _added(swept)
        results = _together(pieces, batch)[0]
        if self.options.exact:
            return reduce(add, results.tolist(), 0.0), total
        with np.errstate(all="ignore"):
            return float(results.sum()), total

    def _require_one_number(self, path: Path) -> None:
        """Raise TypeError unless there is one result to differentiate."""
        if path.structure != ():
            msg = (
                f"backward needs a function that returns one number; {self.options.name} returned {path.count} in a"
                f" {type(path.result).__name__}; return one of them, or their mean"
            )
            raise TypeError(msg)

    def _batch(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Batch:
        if recording.watcher():
            msg = (
                f"detect_anomaly() looks at every number, and {self.options.name}, which is compiled, shows only its"
                " results; call its __wrapped__ on single examples there"
            )
            raise CompileError(msg)
        return Batch(args, kwargs)

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
        self._last = found, batch.key
        return found

    def _run(
        self,
        path: Path,
        role: str,
        columns: Sequence[Array],
        n: int,
        store: Callable[[], Array],
        seed: float | None = None,
    ) -> tuple[Array, Array]:
        """The results and the sums of a program of a path for n examples."""
        np, kernel, threads = numpy(), path.kernel(role), self.options.threads
        results = np.empty((len(kernel.program.results), n))
        numbers = store()  # a new program may have met new parameters
        is_whole = self.options.exact and seed is not None  # sums depend on where they are cut
        if threads == 1 or n < 64 * threads or is_whole:
            return results, run(kernel, columns, numbers, results, seed)
        ends = [n * i // threads for i in range(threads + 1)]
        parts = [slice(start, end) for start, end in pairwise(ends)]

        def work(part: slice) -> Array:
            return run(kernel, [column[part] for column in columns], numbers, results[:, part], seed)

        return results, _added([*self._pool.map(work, parts)][::-1])

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        """The threads that share large batches. They end with the program, and wait meanwhile."""
        return ThreadPoolExecutor(self.options.threads, thread_name_prefix=f"{self.options.name} compiled")


def _shaped(path: Path, batch: Batch, numbers: Array) -> Any:
    """The results, a row for each number and a column for each example, as what the function returns."""
    if batch.examples is None:
        return flatten(path.result)[1](numbers[:, 0].tolist())
    return path.build(numbers)


class _Store:
    """The numbers of the parameters as an array, read anew for each call of the function."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.numbers: Any = None

    def __call__(self) -> Array:
        parameters = self.paths.parameters.listed
        if self.numbers is None or len(self.numbers) < len(parameters):
            try:
                self.numbers = packed([p.primal for p in parameters])
            except struct.error:
                raise UnboundError(next(p for p in parameters if p.primal is None)) from None
        return self.numbers


def packed(numbers: Sequence[float]) -> Array:
    """Floats as an array, in a third of the time that NumPy takes."""
    array = numpy().empty(len(numbers))
    struct.pack_into(f"{len(numbers)}d", array, 0, *numbers)
    return array


class _Piece(NamedTuple):
    """Some examples of a batch, all on one path, and what their program gave; places: None for the whole batch."""

    path: Path
    places: Any
    numbers: Array
    role: str = "values"


def _split(
    paths: Paths, batch: Batch, store: Callable[[], Array]
) -> Iterator[tuple[Path, Any, Sequence[Array], int]]:
    """Each path of a batch, the places of its examples, their columns and their number."""
    columns = batch.columns()
    for path, places in paths.split(batch, columns, store):
        yield (
            path,
            places,
            chosen(columns, places),
            (batch.examples or 1) if places is None else len(places),
        )


def _together(pieces: Sequence[_Piece], batch: Batch) -> Array:
    """The results of all paths, a row for each number and a column for each example."""
    if pieces[0].places is None:
        return pieces[0].numbers
    count = pieces[0].path.count
    numbers = numpy().empty((count, batch.examples or 1))
    for piece in pieces:
        numbers[:, piece.places] = piece.numbers[:count]
    return numbers


def _added(arrays: Sequence[Any]) -> Array:
    """The sum of arrays, where those of earlier paths, which have met fewer parameters, have zeros behind."""
    np = numpy()
    total = np.zeros(max(map(len, arrays)))
    with np.errstate(all="ignore"):  # as everywhere here: inf and nan, and no warning
        for one in arrays:
            total[: len(one)] += one
    return total


def _summed(pieces: Sequence[_Piece], batch: Batch, parameters: int) -> list[float]:
    """The gradient of each parameter from the parts of all examples, the last example first."""
    total = [0.0] * parameters
    of_example: list[Any] = [None] * (batch.examples or 1)
    for piece in pieces:
        kept = piece.path.parts[f"{piece.role} in parts"]
        for place, numbers in zip(piece.places, piece.numbers[1:].T.tolist()):
            of_example[place] = zip(kept, numbers)
    for parts in reversed(of_example):
        for k, x in parts:
            total[k] += x
    return total


__all__ = ["CompileError", "Compiled", "compile"]
