"""Sweeps: the mean cost of examples and its gradient, again and again over one set of data, as training needs them.

What a step needs lies in arrays that are made once. While all examples take one path, a step is one run of one
program, whose last results say whether they still do; else the batch is split as in any call.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from autograd_mini.compiler.arguments import Batch, numpy
from autograd_mini.compiler.captures import Captures
from autograd_mini.compiler.kernels import Warming
from autograd_mini.compiler.paths import Options, Paths, run
from autograd_mini.errors import UnboundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from autograd_mini.compiler.arguments import Array
    from autograd_mini.compiler.kernel import Kernel
    from autograd_mini.compiler.paths import Path
    from autograd_mini.engine.value import Value


class Sweep:
    """The mean cost of a batch by numbers that move, its gradient, and how many examples are right.

    function: of one example; its result is (cost,) or (cost, is right). data: its arguments, with the examples along
    the first axis. parameters: the Values that move. uses: how many examples will be computed in all, about.

    parameters: sorted; in this order are `numbers`, an array of the caller to change, and `gradient`, which each call
    writes anew. right: how many examples of the last call were right.
    """

    def __init__(
        self, function: Callable[..., Any], data: Sequence[Any], parameters: Sequence[Value], uses: int = 0
    ) -> None:
        np = numpy()
        self.uses = uses
        self.batch = Batch(data, {})
        self.examples = self.batch.examples or 1
        self.data = np.array(self.batch.columns())
        self.captures = Captures(function)
        self.paths = Paths(Options(function, exact=False, tier="auto", threads=1))
        first = self.paths.explore(self.batch, self.data, 0)
        first.program("values", exact=False)  # weights of blocks get their places first
        for p in parameters:
            self.paths.parameters.place(p)
        places = {p: self.paths.parameters[p] for p in parameters}
        self.parameters = sorted(places, key=places.__getitem__)
        start, end = min(places.values()), max(places.values()) + 1
        self._mine: Any = slice(start, end)
        if end - start > len(places):
            self._mine = np.array([places[p] for p in self.parameters])
        self.gradient = np.zeros(len(places))
        self.right = 0.0
        self._last: _Step | None = None
        self.read()
        self._path_of = self._classified()
        is_single = len(self.paths.known) == 1 and not first.open_guards
        self._single = first if is_single or self._path_of is None else None

    def read(self) -> None:
        """Take over the numbers of all Values, as they are now. Raises UnboundError if one has none."""
        values = [*self.paths.parameters]
        numbers = [p.primal for p in values]
        if None in numbers:
            raise UnboundError(values[numbers.index(None)])
        self._store = numpy().array(numbers, dtype=float)
        self._steps: dict[Any, _Step] = {}
        self.numbers = self._store[self._mine]  # a view of the store, if they lie together there

    def __call__(self, places: Array | None = None) -> float:
        """The mean cost of the examples at these places; None for all."""
        if self._mine.__class__ is not slice:
            self._store[self._mine] = self.numbers
        n = self.examples if places is None else len(places)
        noise = self._drawn(n) if self.paths.noise else None
        if self._single is not None:
            key = self._single, n, places is None
            step = self._last = self._steps.get(key) or self._step(key)
            if places is not None:
                self.data.take(places, axis=1, out=step.examples, mode="clip")
            if noise is not None:
                step.noise[:] = noise[: len(step.noise)]
            step.numbers[:] = step.store
            step.run()
            if step.is_on_path():
                self.gradient = step.sums[self._mine]
                self.right = 0.0 if step.right is None else step.right.dot(step.ones)
                return step.costs.dot(step.weights)  # type: ignore[no-any-return]
        return self._split(places, n, noise)

    def mask(self) -> None:
        """Compute the gradient again, such that an input that was not chosen is none: if it is nan, this matters."""
        if (step := self._last) is not None:
            results = step.results[: len(step.path.outputs)].copy()
            sums = run(step.path.kernel("masked"), [*step.inputs], self._store, results, 1.0 / step.n)
            self.gradient = sums[self._mine]

    def _step(self, key: tuple[Path, int, bool]) -> _Step:
        path, n, is_whole = key
        kernel = path.kernel("step")
        if isinstance(kernel, Warming):
            kernel = kernel.warm(self.uses)
        step = self._steps[key] = _Step(path, kernel, n, self._store, len(self.data))
        if is_whole:
            step.examples[:] = self.data
        return step

    def _split(self, places: Array | None, n: int, noise: Array | None) -> float:
        """The same for examples on several paths."""
        np = numpy()
        self._last = None
        columns = [
            *(self.data if places is None else self.data[:, places]),
            *([] if noise is None else noise),
        ]
        cost, self.right, total = 0.0, 0.0, np.zeros(len(self._store))
        taken = set()
        for path, chosen in self._groups(places, columns, n):
            on_path = columns if chosen is None else [column[chosen] for column in columns]
            results = np.empty((len(path.outputs), len(on_path[0]) if on_path else n))
            store = self._numbers()
            sums = run(path.kernel("gradient"), on_path, store, results, 1.0 / n)
            if np.isnan(sums).any():
                sums = run(path.kernel("masked"), on_path, store, results, 1.0 / n)
            cost += results[0].sum()
            self.right += results[1:].sum()
            total[: len(sums)] += sums[: len(total)]
            taken.add(path)
        self._single = taken.pop() if self._path_of is None and len(taken) == 1 else None
        self.gradient = total[self._mine]
        return cost / n

    def _groups(self, places: Array | None, columns: list[Array], n: int) -> Iterator[tuple[Path, Any]]:
        """The paths of a batch, each with the places in it."""
        if self._path_of is None:
            part = copy(self.batch)
            part.examples = n
            yield from self.paths.split(part, columns, self._numbers)
            return
        path_of = self._path_of if places is None else self._path_of[places]
        for i, path in enumerate(self.paths.known):
            chosen = (path_of == i).nonzero()[0]
            if len(chosen):
                yield path, chosen

    def _numbers(self) -> Array:
        """The numbers of all parameters, also of those that a new path has met."""
        new = [*self.paths.parameters][len(self._store) :]
        if new:
            numpy()
            moved = self.numbers
            self.read()
            self.numbers[:] = moved
            if self._mine.__class__ is not slice:
                self._store[self._mine] = moved
        return self._store

    def _classified(self) -> Array | None:
        """For each example its place in the known paths; None if that depends on more than the examples."""
        np, paths = numpy(), self.paths
        found = np.full(self.examples, -1)
        while (found < 0).any():
            i = int((found < 0).argmax())
            path = paths.explore(self.batch, self.data, i)
            if path.open_guards:
                return None
            is_on_it = np.array(True)
            if path.answers:
                still = np.zeros((len(paths.noise), self.examples))
                is_on_it = paths.taken(path, [*self.data, *still], self.examples, self._numbers)
            found[(found < 0) & is_on_it] = paths.known.index(path)
            found[i] = paths.known.index(path)
        return found

    def _drawn(self, n: int) -> Array:
        """Random numbers, drawn for one example after the other."""
        return numpy().array([[generator.random() for generator in self.paths.noise] for _ in range(n)]).T


class _Step:
    """The program of a step on n examples, with views of its arrays."""

    def __init__(self, path: Path, kernel: Kernel, n: int, store: Array, width: int) -> None:
        np = numpy()
        self.path = path
        self.n = n
        self.run = bound = kernel.bound(n)
        count = kernel.program.parameters - 1
        bound.parameters[count] = 1.0 / n
        self.numbers, self.store, self.sums = bound.parameters[:count], store[:count], bound.sums[:count]
        self.inputs, self.results = bound.inputs, bound.results
        self.examples, self.noise = bound.inputs[:width], bound.inputs[width:]
        outputs = len(path.outputs)
        self.costs, self.right = bound.results[0], bound.results[1] if outputs > 1 else None
        self.weights, self.ones = np.full(n, 1.0 / n), np.ones(n)
        self.truths = bound.results[outputs:]
        self.answers = np.array([[answer] for _, answer in path.open_guards])

    def is_on_path(self) -> bool:
        """Whether all examples still are, by what the program itself has found."""
        return not len(self.truths) or bool(((self.truths != 0.0) == self.answers).all())
