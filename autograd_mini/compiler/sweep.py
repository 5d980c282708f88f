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
from autograd_mini.compiler.path import Options
from autograd_mini.compiler.paths import Paths, run
from autograd_mini.errors import UnboundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from autograd_mini.compiler.arguments import Array
    from autograd_mini.compiler.kernel import Kernel
    from autograd_mini.compiler.path import Path
    from autograd_mini.engine.value import Value


class Sweep:
    """The mean cost of a batch, its gradient, and how many of its examples are right, for any numbers of parameters.

    function: of one example; its result is (cost,) or (cost, is right). data: its arguments, with the examples along
    the first axis. uses: how many examples will be computed in all, about.

    parameters: the Values that move, sorted; in this order are the numbers and the gradient, which each call writes
    anew. Other Values of the function keep the number that they have. right: how many of the last call were right.
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
        first.program("values", exact=False)  # the weights of blocks get their places first
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
        is_single = self._path_of is None or len(self.paths.known) == 1
        self._single = first if is_single else None

    def read(self) -> None:
        """Take over the numbers of the Values that do not move, as they are now."""
        self._store = numpy().zeros(0)
        self._steps: dict[Any, _Step] = {}
        self._numbers()

    def __call__(self, numbers: Array, places: Array | None = None) -> float:
        """The mean cost of the examples at these places; None for all."""
        n = self.examples if places is None else len(places)
        noise = self._drawn(n) if self.paths.noise else None
        if self._single is not None:
            key = self._single, n, places is None
            step = self._last = self._steps.get(key) or self._step(key)
            if places is not None:
                self.data.take(places, axis=1, out=step.examples, mode="clip")
            if noise is not None:
                step.noise[:] = noise[: len(step.noise)]
            step.parameters[self._mine] = numbers
            step.run()
            if step.is_on_path():
                self.gradient = step.sums[self._mine]
                cost, *right = step.totals.tolist()
                self.right = right[0] if right else 0.0
                return cost / n  # type: ignore[no-any-return]
        self._store[self._mine] = numbers
        return self._split(places, n, noise)

    def mask(self) -> None:
        """Compute the gradient again, such that an input that was not chosen is none: if it is nan, this matters."""
        if (step := self._last) is not None:
            results = numpy().empty((step.path.count, step.n))
            sums = run(step.path.kernel("masked"), [*step.inputs], step.parameters, results, 1.0 / step.n)
            self.gradient = sums[self._mine]

    def _step(self, key: tuple[Path, int, bool]) -> _Step:
        path, n, is_whole = key
        kernel = path.kernel("step")
        if isinstance(kernel, Warming):
            kernel = kernel.warm(self.uses)
        step = self._steps[key] = _Step(path, kernel, n, self._numbers(), len(self.data))
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
            results = np.empty((path.count, len(on_path[0]) if on_path else n))
            store = self._numbers()
            sums = run(path.kernel("gradient"), on_path, store, results, 1.0 / n)
            if np.isnan(sums).any():
                sums = run(path.kernel("masked"), on_path, store, results, 1.0 / n)
            cost += results[0].sum()
            self.right += float(results[1:].sum())
            total[: len(sums)] += sums[: len(total)]
            taken.add(path)
        self._single = taken.pop() if self._path_of is None and len(taken) == 1 else None
        self.gradient = total[self._mine]
        return float(cost) / n

    def _groups(self, places: Array | None, columns: list[Array], n: int) -> Iterator[tuple[Path, Any]]:
        """The paths of a batch, each with the places in it."""
        if self._path_of is None:
            for p, x in zip(self.parameters, self._store[self._mine].tolist()):
                p.primal = x  # a path that is new is found by what the Values hold
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
        """The numbers of all parameters; of those that are new, as they are now. Raises UnboundError if one has none."""
        new = [*self.paths.parameters][len(self._store) :]
        if new:
            numbers = [p.primal for p in new]
            if None in numbers:
                raise UnboundError(new[numbers.index(None)])
            self._store = numpy().concatenate([self._store, numbers])
        return self._store

    def _classified(self) -> Array | None:
        """For each example its place in the known paths; None if that depends on more than the examples."""
        np, paths = numpy(), self.paths
        found = np.full(self.examples, -1)
        while (found < 0).any():
            i = int((found < 0).argmax())
            path = paths.explore(self.batch, self.data, i)
            if not path.is_data:
                return None
            number, is_on_it = paths.known.index(path), np.array(True)
            if path.answers:
                still = np.zeros((len(paths.noise), self.examples))
                is_on_it = paths.taken(path, [*self.data, *still], self.examples, self._numbers)
            found[(found < 0) & is_on_it] = number
            found[i] = number
        return found

    def _drawn(self, n: int) -> Array:
        """Random numbers, drawn for one example after the other."""
        return numpy().array([[generator.random() for generator in self.paths.noise] for _ in range(n)]).T


class _Step:
    """The program of a step on n examples, with views of its arrays."""

    def __init__(self, path: Path, kernel: Kernel, n: int, store: Array, width: int) -> None:
        self.path = path
        self.n = n
        self.run = bound = kernel.bound(n)
        count = kernel.program.parameters - 1 - path.count
        bound.parameters[:count] = store[:count]
        bound.parameters[count] = 1.0 / n
        self.parameters = bound.parameters[:count]
        self.sums, self.totals = bound.sums[:count], bound.sums[count + 1 :]
        self.inputs, self.examples, self.noise = bound.inputs, bound.inputs[:width], bound.inputs[width:]
        self.truths = bound.results
        self.answers = path.expected

    def is_on_path(self) -> bool:
        """Whether all examples still are, by what the program itself has found."""
        return not len(self.truths) or bool(((self.truths != 0.0) == self.answers).all())
