"""Divisions: a program in which numbers that are divided by the same one share its reciprocal.

A division takes as long as ten multiplications, and a quotient and its partials divide by the same number three
times. The quotient x / y is (x s) (1 / (y s)), within 2 ulp. Near the ends of the range, where 1 / y would be
infinite or subnormal, s is a power of two that takes y to the middle; elsewhere it is 1. A quotient that is
compared or rounded stays as it is: 49 · (1 / 49) is below 1.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd_mini.compiler.program import Instruction, Program

_SMALL, _LARGE = 2.0**-1000, 2.0**1000
_JUMPING = {"less", "less_equal", "equal", "floor", "mod", "floor_divide"}
_UP, _DOWN = 2.0**100, 2.0**-100


def with_reciprocals(program: Program) -> Program:
    """The same program without blocks, up to rounding, with fewer divisions.

    >>> from autograd_mini.compiler.program import Listing
    >>> listing = Listing()
    >>> half = listing.emit("div", listing.emit("input", 0), listing.constant(2.0))
    >>> print(with_reciprocals(listing.program(results=[half], inputs=1, parameters=0)))
    0  input 0
    1  constant 2.0
    2  constant 0.5
    3  mul 0 2
    results 3
    """
    instructions = program.instructions
    kept = {x for one in instructions if one[0] in _JUMPING for x in one[1:]}
    divided = Counter(one[2] for i, one in enumerate(instructions) if one[0] == "div" and i not in kept)
    if not divided:
        return program
    made: list[Instruction] = []
    new: list[int] = []

    def emit(*instruction: object) -> int:
        made.append(instruction)
        return len(made) - 1

    def scaled_reciprocal(y: int) -> tuple[int, int]:
        """The numbers s and 1 / (y s)."""
        size = emit("abs", y)
        one = emit("constant", 1.0)
        s = emit("select", emit("less", emit("constant", _LARGE), size), emit("constant", _DOWN), one)
        s = emit("select", emit("less", size, emit("constant", _SMALL)), emit("constant", _UP), s)
        return s, emit("div", one, emit("mul", y, s))

    shared: dict[int, tuple[int, int]] = {}
    for i, one in enumerate(instructions):
        name, *reads = one
        if name == "div" and i not in kept:
            x, y = reads
            constant = instructions[y][1] if instructions[y][0] == "constant" else 0.0
            if constant and sys.float_info.min <= abs(1.0 / constant) < math.inf:
                new.append(emit("mul", new[x], emit("constant", 1.0 / constant)))
                continue
            if divided[y] > 1:
                if y not in shared:
                    shared[y] = scaled_reciprocal(new[y])
                s, r = shared[y]
                new.append(emit("mul", emit("mul", new[x], s), r))
                continue
        if name in ("input", "parameter", "constant"):
            new.append(emit(*one))
        elif name == "opaque":
            new.append(emit(name, reads[0], *[new[x] for x in reads[1:]]))
        else:
            new.append(emit(name, *[new[x] for x in reads]))
    return program._replace(
        instructions=tuple(made),
        results=tuple([new[x] for x in program.results]),
        sums=tuple([(k, new[x]) for k, x in program.sums]),
    )
