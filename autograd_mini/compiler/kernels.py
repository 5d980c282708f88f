"""Which machine runs a program: LLVM code if llvmlite is there, else NumPy, and plain Python where bits must agree."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

from autograd_mini.compiler import machine, tiles
from autograd_mini.compiler.native import needs_fast
from autograd_mini.compiler.reference import Reference
from autograd_mini.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.compiler.kernel import Bound, Kernel
    from autograd_mini.compiler.program import Program

TIERS = ("auto", "straight", "tape", "numpy", "python")
WARM = 400_000  # examples on the tape, which take about as long as it takes to compile the program
CALL = 16  # examples that a call counts for at least


@cache
def has_machine() -> bool:
    """Whether machine code can be made here."""
    try:
        needs_fast()
    except MissingExtraError:
        return False
    return True


def kernel_of(program: Program, exact: bool, tier: str) -> Kernel:
    """The program, ready to run.

    Raises MissingExtraError if the tier that was asked for needs a package that is not installed.
    """
    if tier == "python" or (exact and not has_machine() and tier in ("auto", "numpy")):
        return Reference(program)  # NumPy's functions are other ones than those of math
    if not exact and (tier == "numpy" or (tier == "auto" and not has_machine())):
        return tiles.kernel(program)
    if tier == "auto" and machine.suits_straight(program):
        return Warming(program, exact=exact)
    return machine.kernel(program, exact=exact, tier="tape" if tier in ("auto", "numpy") else tier)


class Warming:
    """A small program, which runs on the tape at once, and as straight-line code when it has run for a while."""

    def __init__(self, program: Program, *, exact: bool) -> None:
        self.program, self.exact = program, exact
        self.kernel: Kernel = machine.kernel(program, exact=exact, tier="tape")
        self.left = WARM
        self._lock = threading.Lock()

    @property
    def tier(self) -> str:
        return self.kernel.tier

    @property
    def memory(self) -> int:
        return self.kernel.memory

    def run(self, columns: Sequence[Any], parameters: Any, results: Any, sums: Any) -> None:
        self.warm(results.shape[1])
        self.kernel.run(columns, parameters, results, sums)

    def bound(self, n: int) -> Bound:
        return self.kernel.bound(n)

    def warm(self, examples: int) -> Kernel:
        """The kernel to use for so many examples more."""
        if self.left > 0:
            self.left -= max(examples, CALL)
            if self.left <= 0:
                self.straight()
        return self.kernel

    def straight(self) -> Kernel:
        """The kernel of straight-line code, from now on."""
        with self._lock:
            if self.kernel.tier != "straight":
                self.left = 0
                self.kernel = machine.kernel(self.program, exact=self.exact, tier="straight")
            return self.kernel
