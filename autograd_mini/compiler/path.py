"""Path: one way through a function, with its programs and their kernels, each made when it is first needed."""

from __future__ import annotations

import linecache
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograd_mini.compiler.arguments import numpy, result_builder, structure
from autograd_mini.compiler.kernels import Warming, kernel_of
from autograd_mini.compiler.lower import Lowering, Parameters, staged
from autograd_mini.compiler.program import LEAVES
from autograd_mini.engine.collector import collector_at_rest
from autograd_mini.engine.graph import toposort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.compiler.kernel import Bound, Kernel
    from autograd_mini.compiler.program import Program
    from autograd_mini.compiler.trace import Place, Trace, Traced

    Outputs = Sequence[Traced | float]


MOST_BOUNDS = 8  # kernels with arrays, kept for each thread and path
_SIMPLE = frozenset({"less", "less_equal", "equal", "select", "neg", "abs", "maximum", "minimum"})


class Options:
    """What was asked for when a function was compiled."""

    def __init__(self, function: Callable[..., Any], *, exact: bool, tier: str, threads: int) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        self.exact = exact
        self.tier = tier
        self.threads = threads


class Store:
    """What all paths of a function share: the parameters, in the order of their numbers in an array, and a lock."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.parameters = Parameters()
        self.lock = threading.RLock()


class Path:
    """One way through a function: the kernels of its programs, and when it is taken.

    result: what the function returned, of which only the kinds and names matter; count: how many numbers that is;
    structure: where they stand in it. width: how many inputs an example has. answers: to what was asked on the way;
    groups: how many questions are asked together, the later where the earlier were answered so. places: of the
    questions. draws: the generators of the random numbers of an example.
    """

    asks_simply = False  # whether all questions compare inputs: then every machine has the same answers

    def __init__(self, store: Store, result: Any, count: int, width: int, answers: Sequence[bool]) -> None:
        self.store = store
        self.result = result
        self.count = count
        self.structure = structure(result)
        self.build = result_builder(result)
        self.width = width
        self.answers = [*answers]
        self.expected: Any = numpy().array(self.answers)[:, None]
        self.groups: list[int] = []
        self.parts: dict[str, list[int]] = {}  # of a gradient in parts, whose each result behind the first is
        self.places: list[Place] = []
        self.draws: list[Any] = []
        self.labels: list[str] = []  # of the inputs
        self.is_data = False  # whether the inputs of an example alone say that it is on this path
        self._kernels: dict[str, Kernel] = {}
        self._bounds = threading.local()

    def program(self, role: str, *, exact: bool) -> Program:
        """The program of a role. The last parameter of a gradient is its seed.

        Roles are "values", "gradient", "masked" (where an input that was not chosen is none), these two "in parts"
        (what each example adds to the sums), and "guards" with the number of a group.
        """
        raise NotImplementedError

    def remarks(self, role: str) -> dict[int, str]:  # noqa: ARG002  # a saved path knows none
        """What is said of the numbers of a program: labels, and the lines of the user that made them."""
        return {}

    def questions(self) -> list[str]:
        """What was asked on the way: the line of each question, and the answer of this path."""
        return [
            f"{place.text or place} {'holds' if answer else 'does not hold'}"
            for answer, place in zip(self.answers, self.places)
        ]

    def is_exact(self, role: str) -> bool:
        """Whether the bits of a role matter. A question is answered as the engine would answer it."""
        return self.store.options.exact or role.startswith("guards")

    def kernel(self, role: str) -> Kernel:
        """The kernel of a role."""
        found = self._kernels.get(role)
        if found is None:
            with self.store.lock:  # two threads that need it at once make it once
                found = self._kernels.get(role)
                if found is None:
                    exact = self.is_exact(role)
                    program, tier = self.program(role, exact=exact), self.store.options.tier
                    found = self._kernels[role] = kernel_of(program, exact, tier)
        return found

    def bound(self, role: str, n: int) -> Bound:
        """The kernel of a role with arrays of its own for n examples, which only this thread uses."""
        kept: dict[tuple[str, int], tuple[Kernel, Bound]] = self._bounds.__dict__  # type: ignore[assignment]
        kernel = self.kernel(role)
        if isinstance(kernel, Warming):
            kernel = kernel.warm(n)
        found = kept.get((role, n))
        if found is None or found[0] is not kernel:
            while len(kept) >= MOST_BOUNDS:
                del kept[next(iter(kept))]
            found = kept[role, n] = kernel, kernel.bound(n)
        return found[1]


class TracedPath(Path):
    """A path that was traced: its programs are lowered from the trace.

    It has more roles: values and gradient "and guards", whose last results are the truths that were asked for, and
    "step", a gradient whose results are those truths, if they depend on more than the inputs; its last sums are
    that of the seed, which is 0, and those of the outputs.
    """

    def __init__(self, store: Store, trace: Trace, result: Any, outputs: Outputs, labels: list[str]) -> None:
        super().__init__(store, result, len(outputs), len(labels), [answer for _, answer, _ in trace.guards])
        self.trace = trace
        self.outputs = outputs
        self.guards = staged([truth for truth, _, _ in trace.guards])
        self.groups = [*map(len, self.guards)]
        order = toposort(*[truth for truth, _, _ in trace.guards])
        self.is_data = all(x.leaf is None or x.leaf[0] == "input" for x in order)
        self.places = [place for _, _, place in trace.guards]
        self.draws = [x.leaf[1] for x in trace.noise if x.leaf]
        self.labels = [x.label or label for x, label in zip(trace.inputs, labels, strict=True)]

    @cached_property
    def asks_simply(self) -> bool:  # type: ignore[override]
        guards = [truth for group in self.guards for truth in group]
        with self.store.lock:
            program = self._lowered(guards, exact=True).program(guards)
        return all(one[0] in LEAVES or one[0] in _SIMPLE for one in program.instructions)

    def program(self, role: str, *, exact: bool) -> Program:
        return self._made(role, exact)[1]

    def remarks(self, role: str) -> dict[int, str]:
        lowered, program = self._made(role, self.is_exact(role))
        kept = lowered.listing.kept
        said = {kept[number]: _remark(node) for node, number in lowered.numbers.items() if number in kept}
        return {
            number: text
            for number, text in said.items()
            if text and program.instructions[number][0] not in LEAVES
        }

    def _made(self, role: str, exact: bool) -> tuple[Lowering, Program]:
        """The program of a role, and the listing that it is from."""
        with self.store.lock, collector_at_rest():  # parameters get their places
            if role.startswith("guards"):
                guards = self.guards[int(role.removeprefix("guards"))]
                lowered = self._lowered(guards, exact)
                return lowered, lowered.program(guards)
            role, asking, _ = role.partition(" and guards")
            guards = [truth for group in self.guards for truth in group] if asking else []
            if role == "step":
                guards = [] if self.is_data else [truth for truth, _, _ in self.trace.guards]
            outputs: Outputs = [*self.outputs, *guards]
            lowered = self._lowered(outputs, exact)
            if role == "values":
                return lowered, lowered.program(outputs)
            seed = lowered.listing.emit("parameter", len(self.store.parameters))
            sums, outers = lowered.gradient(self.outputs[0], seed, masked=role.startswith("masked"))
            if role.endswith("in parts"):
                self.parts[role] = [k for k, _ in sums]
                program = lowered.listing.program(
                    inputs=self.width + len(self.trace.noise),
                    parameters=len(self.store.parameters) + 1,
                    results=[*lowered.all(self.outputs), *[x for _, x in sums]],
                )
                return lowered, program
            if role != "step":
                return lowered, lowered.program(outputs, sums, outers, extra=1)
            first = len(self.store.parameters) + 1
            sums += [(first + i, x) for i, x in enumerate(lowered.all(self.outputs))]
            return lowered, lowered.program(guards, sums, outers, extra=1 + len(self.outputs))

    def _lowered(self, roots: Outputs, exact: bool) -> Lowering:
        return Lowering(roots, self.store.parameters, self.width, self.trace.noise, exact=exact)


def _remark(node: Traced) -> str:
    """What a node is called, and the user's line that made it."""
    line = "" if node.leaf else linecache.getline(node.place.code.co_filename, node.place.line).strip()
    return line if node.label in line else f"{node.label}: {line}".removesuffix(": ")
