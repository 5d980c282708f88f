"""Layers: numbers that are made side by side, by one operation of others that are side by side.

    tanh(h[0] + b[0]), tanh(h[1] + b[1]), ...      is      tanh(h + b)

A program does not say so; it is seen from what its blocks take. Who has operations on whole arrays does
each layer in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.compiler.program import ALPHABET, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.compiler.program import Program

    Numbers = tuple[int, ...]


class Layer(NamedTuple):
    """Numbers, the operation that makes each of them, and for each of its places what the numbers read there."""

    numbers: Numbers
    name: str
    operands: tuple[Numbers, ...]


def shared(program: Program, own: Sequence[str] = ("input", "unit", "opaque")) -> list[bool]:
    """For each number whether it is the same for all examples: it does not come from what examples have of their own."""
    found: list[bool] = []
    for instruction in program.instructions:
        found.append(instruction[0] not in own and all(found[x] for x in read(program, instruction)))
    return found


def tables(program: Program) -> list[Numbers]:
    """What blocks and outers take: numbers that stand side by side there."""
    return [block.inputs for block in program.blocks] + [xs for o in program.outers for xs in o[1:]]


def layers(program: Program) -> dict[int, Layer]:
    """The layers of a program, each by its last number: what it reads is complete when the program comes there.

    No number is in two layers, and none is read before its layer is made.
    """
    same_for_all = shared(program)
    layer_of: dict[int, Layer] = {}
    waiting = tables(program)
    while waiting:
        numbers = waiting.pop()
        makers = [program.instructions[x] for x in numbers]
        name = makers[0][0]
        if (
            name in ALPHABET
            and 1 < len(numbers) == len(set(numbers))
            and all(maker[0] == name for maker in makers)
            and not any(x in layer_of or same_for_all[x] for x in numbers)
        ):
            layer = Layer(numbers, name, tuple(zip(*[maker[1:] for maker in makers])))
            layer_of |= dict.fromkeys(numbers, layer)
            waiting += layer.operands
    while broken := _read_too_early(program, layer_of):
        for layer in broken:
            for x in layer.numbers:
                layer_of.pop(x, None)
    return {max(layer.numbers): layer for layer in layer_of.values()}


def _read_too_early(program: Program, layer_of: dict[int, Layer]) -> list[Layer]:
    """The layers with a number that is needed before the last of them is made."""
    made = {x: max(layer.numbers) for x, layer in layer_of.items()}
    return [
        layer_of[x]
        for i, instruction in enumerate(program.instructions)
        for x in read(program, instruction)
        if x in made and made[x] >= made.get(i, i)
    ]
