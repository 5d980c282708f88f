"""A kernel in plain Python: what a program means, one example after another. Slow, and right to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.program import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.compiler.program import Program


class Reference:
    """A program that is evaluated in floats; sums go from the last example to the first, as in the engine."""

    tier = "python"

    def __init__(self, program: Program) -> None:
        self.program = program

    @property
    def memory(self) -> int:
        return 8 * len(self.program.instructions)

    def run(self, columns: Sequence[Any], parameters: Any, results: Any, sums: Any) -> None:
        weights, total = parameters.tolist(), [0.0] * self.program.parameters
        for i in reversed(range(results.shape[1])):
            example = [float(column[i]) for column in columns]
            results[:, i], total = evaluate(self.program, example, weights, total)
        sums[:] = total

    def bound(self, n: int) -> BoundReference:
        return BoundReference(self, n)


class BoundReference:
    """See `Bound`."""

    def __init__(self, kernel: Reference, n: int) -> None:
        np, program = numpy(), kernel.program
        self.kernel = kernel
        self.inputs = np.zeros((program.inputs, n))
        self.parameters = np.zeros(program.parameters)
        self.results = np.zeros((len(program.results), n))
        self.sums = np.zeros(program.parameters)

    def __call__(self) -> None:
        self.kernel.run(self.inputs, self.parameters, self.results, self.sums)
