"""Expansion: a program without blocks, their products written as single operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.compiler.program import LEAVES, Program

if TYPE_CHECKING:
    from autograd_mini.compiler.program import Block, Instruction


def expanded(program: Program) -> Program:
    """The same program with a multiplication and an addition for each weight of its blocks, in their order."""
    if not program.blocks and not program.outers:
        return program
    new: list[int] = []
    instructions: list[Instruction] = []
    parameters: dict[int, int] = {}

    def emit(*instruction: object) -> int:
        instructions.append(instruction)
        return len(instructions) - 1

    def parameter(k: int) -> int:
        if k not in parameters:
            parameters[k] = emit("parameter", k)
        return parameters[k]

    def unit(block: Block, u: int) -> int:
        total = emit("constant", 0.0)
        for k, x in enumerate(block.inputs):
            place = k * block.units + u if block.transposed else u * len(block.inputs) + k
            total = emit("add", total, emit("mul", new[x], parameter(block.first + place)))
        return total

    for one in program.instructions:
        name, *reads = one
        if name == "parameter":
            new.append(parameter(reads[0]))
        elif name in LEAVES:
            new.append(emit(*one))
        elif name == "unit":
            new.append(unit(program.blocks[reads[0]], reads[1]))
        elif name == "opaque":
            new.append(emit(name, reads[0], *[new[x] for x in reads[1:]]))
        else:
            new.append(emit(name, *[new[x] for x in reads]))
    sums = [(k, new[x]) for k, x in program.sums]
    for outer in program.outers:
        for u, left in enumerate(outer.left):
            for k, right in enumerate(outer.right):
                sums.append((outer.first + u * len(outer.right) + k, emit("mul", new[left], new[right])))
    return program._replace(
        instructions=tuple(instructions),
        results=tuple([new[x] for x in program.results]),
        sums=tuple(sums),
        blocks=(),
        outers=(),
    )
