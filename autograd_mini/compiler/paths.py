"""Paths: the ways through a function that examples have taken so far, found as examples come that take others.

A path is known by its guards, the answers to what the function asked on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.path import Path, Store, TracedPath
from autograd_mini.compiler.trace import Trace
from autograd_mini.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograd_mini.compiler.arguments import Array, Batch
    from autograd_mini.compiler.kernel import Kernel
    from autograd_mini.compiler.path import Options


MOST_PATHS = 100


class Paths(Store):
    """The paths of a function for one structure of arguments, found as examples come that take them.

    parameters: the Values that the function takes from outside, in the order of the store of all paths.
    noise: the generators of the random numbers of an example, in the order they are drawn.
    """

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.noise: list[Any] = []
        self.known: list[Path] = []

    def split(
        self, batch: Batch, columns: list[Array], store: Callable[[], Array]
    ) -> Iterator[tuple[Path, Any]]:
        """Each path that examples of the batch take, with the places of these examples; None for all of them.

        columns: those of the batch; random numbers are drawn behind them. store: the numbers of the parameters.
        """
        if not self.known:
            self.explore(batch, columns, 0)
        self._draw(batch, columns)
        rest: Any = None
        tried = 0
        while True:
            first_is_on_it = tried == len(self.known)
            if first_is_on_it:
                path = self.explore(batch, columns, 0 if rest is None else int(rest[0]))
                self._draw(batch, columns)
                tried = self.known.index(path)
            path = self.known[tried]
            tried += 1
            if not path.answers:
                yield path, rest
                return
            count = (batch.examples or 1) if rest is None else len(rest)
            on_path = self.taken(path, chosen(columns, rest), count, store)
            # The trace has the last word: another machine may round to the other side of a question.
            on_path[0] |= first_is_on_it
            if on_path.all():
                yield path, rest
                return
            places = on_path.nonzero()[0]
            others = (~on_path).nonzero()[0]
            if len(places):
                yield path, places if rest is None else rest[places]
            rest = others if rest is None else rest[others]
            tried = max(tried, len(self.known)) if first_is_on_it else tried

    def taken(self, path: Path, columns: Sequence[Array], examples: int, store: Callable[[], Array]) -> Array:
        """For each example whether it is on the path."""
        np = numpy()
        on_path, asked = np.ones(examples, dtype=bool), 0
        for i, count in enumerate(path.groups):
            places = slice(None) if on_path.all() else on_path.nonzero()[0]
            truths = np.empty((count, int(on_path.sum())))
            run(path.kernel(f"guards{i}"), [column[places] for column in columns], store(), truths)
            answers = np.array(path.answers[asked : asked + count])
            on_path[places] = ((truths != 0.0) == answers[:, None]).all(axis=0)
            asked += count
            if not on_path.any():
                break
        return on_path

    def _draw(self, batch: Batch, columns: list[Array]) -> None:
        """Add the random numbers that are still missing, drawn for one example after the other."""
        missing = self.noise[len(columns) - batch.width :]
        if missing:
            drawn = [[generator.random() for generator in missing] for _ in range(batch.examples or 1)]
            columns += list(numpy().array(drawn).T)

    def explore(self, batch: Batch, columns: list[Array], i: int) -> Path:
        """The path that an example takes, traced if need be."""
        with self.lock:
            trace = Trace(self.options.name, [float(column[i]) for column in columns[batch.width :]])
            examples = [float(column[i]) for column in columns[: batch.width]]
            result, outputs = trace.run(self.options.function, examples, batch.shape)
            path = TracedPath(self, trace, result, outputs, batch.labels(self.options.function))
            for other in self.known:
                if other.answers == path.answers:  # what was asked depends on the answers before
                    return other
            self._check(path)
            self.noise += path.draws[len(self.noise) :]
            self.known.append(path)
            return path

    def _check(self, path: Path) -> None:
        """Raise CompileError unless a new path fits the others."""
        name = self.options.name
        if len(self.known) >= MOST_PATHS:
            other = self.known[-1]
            parting = [place for x, y, place in zip(other.answers, path.answers, path.places) if x != y]
            place = [*parting, path.places[-1]][0]
            msg = (
                f"the examples take more than {MOST_PATHS} paths through {name}, which part at {place}; write"
                " where(condition, x, y) in place of if, so that one program serves them all"
            )
            raise CompileError(msg)
        if self.known and path.structure != self.known[0].structure:
            msg = (
                f"{name} returns results of different structure on two paths; let all return the same lists, tuples,"
                " names and texts, with numbers in the same places"
            )
            raise CompileError(msg)
        if any(one is not other for one, other in zip(path.draws, self.noise)):
            msg = f"{name} draws its random numbers from other generators on another path; draw them before it parts"
            raise CompileError(msg)


def chosen(columns: Sequence[Array], places: Any) -> Sequence[Array]:
    """The examples at these places; all of them for None."""
    return columns if places is None else [column[places] for column in columns]


def run(
    kernel: Kernel, columns: Sequence[Array], store: Array, results: Array, seed: float | None = None
) -> Array:
    """The sums of a kernel; the results are written. store: numbers of all parameters; seed: of a gradient."""
    np, program = numpy(), kernel.program
    parameters = np.empty(program.parameters)
    count = program.parameters - (seed is not None)
    parameters[:count] = store[:count]
    if seed is not None:
        parameters[count] = seed
    sums = np.empty(program.parameters)
    kernel.run(columns[: program.inputs], parameters, results, sums)
    return sums[:count]
