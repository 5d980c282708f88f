"""Kernel: a program ready to run on many examples. Which machine it is for, each maker decides.

machine.py makes kernels of LLVM code, tiles.py of NumPy's functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.compiler.program import Program

    Array = Any  # of NumPy, which is optional


class Bound(Protocol):
    """A kernel with arrays of its own, for a number of examples: fill in, call, read.

    inputs: (program.inputs, n). parameters: (program.parameters,). results: (len(program.results), n).
    sums: (program.parameters,), what all examples add up to; written by each call, not added to.
    All are C-contiguous arrays of float64. One thread at a time.
    """

    inputs: Array
    parameters: Array
    results: Array
    sums: Array

    def __call__(self) -> None:
        """Compute results and sums."""


class Kernel(Protocol):
    """A program in the form that a machine runs. It can be used by many threads at once."""

    program: Program

    @property
    def tier(self) -> str:
        """What runs it: "straight", "tape", "numpy" or "python"."""

    @property
    def memory(self) -> int:
        """How many bytes it works in, beside the arrays of the caller, for each thread that runs it."""

    def run(self, columns: Sequence[Array], parameters: Array, results: Array, sums: Array) -> None:
        """Compute results and sums as for `Bound`.

        columns: for each input a float64 array of one axis with an entry for each example, of any stride.
        The others are C-contiguous float64 arrays of the caller, which no two threads share; but the rows of
        `results` may be those of a part of the examples.
        """

    def bound(self, n: int) -> Bound:
        """The kernel with arrays of its own for n examples, which one thread uses again and again."""
