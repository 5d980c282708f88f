"""Whether a program is one that every machine can run, whoever made it.

>>> check(Program((("input", 0), ("exp", 1)), inputs=1, parameters=0, results=(1,)))
Traceback (most recent call last):
ValueError: instruction 1, ['exp', 1], reads 1 where a number from 0 to 0 is needed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.compiler.program import ALPHABET, Program
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import nearest, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


MOST = (
    10_000_000  # inputs, parameters, or outputs of blocks: a few bytes must not ask for all memory there is
)
ARITY = {name: RULES[name].arity if name in RULES else 2 for name in ALPHABET} | {"select": 3}
LEAVES = {"input": 1, "parameter": 1, "constant": 1, "unit": 2}


def check(program: Program) -> None:
    """Raise ValueError unless a program can be run, and kept in a file.

    Every name is known and reads as many numbers as it needs, all made before; leaves, results, sums and blocks
    stay within the inputs and parameters. Python functions are not allowed.
    """
    for fault in _faults(program):
        raise ValueError(fault)


def _faults(program: Program) -> Iterator[str]:
    """What is wrong; later checks may need that the earlier ones found nothing."""
    if program.functions:
        yield "it calls Python functions, which no file can hold; declare them with primitive(...) instead"
    for name, count in (("inputs", program.inputs), ("parameters", program.parameters)):
        if not _within(count, MOST + 1):
            yield f"it has {shown(count)} {name}, where a number from 0 to {MOST} is expected"
    made = len(program.instructions)
    for block in program.blocks:
        yield from _faults_of_matrix(block.first, block.units, block.inputs, program.parameters, block)
        yield from _out_of(range(made), block.inputs, block)
        if type(block.transposed) is not bool:
            yield f"{_named(block)} is transposed or not, which {shown(block.transposed)} does not say"
    if sum(block.units for block in program.blocks) > MOST:
        yield f"its blocks have more than {MOST} outputs"
    latest = [max(block.inputs) for block in program.blocks]
    for i, instruction in enumerate(program.instructions):
        for fault in _faults_of_instruction(program, latest, i, *instruction):
            yield f"instruction {i}, {shown([*instruction])}, {fault}"
    yield from _out_of(range(made), program.results, "the list of results")
    yield from _out_of(range(program.parameters), [k for k, _ in program.sums], "the list of sums")
    yield from _out_of(range(made), [x for _, x in program.sums], "the list of sums")
    for outer in program.outers:
        yield from _out_of(range(made), (*outer.left, *outer.right), outer)
        yield from _faults_of_matrix(outer.first, len(outer.left), outer.right, program.parameters, outer)


def _faults_of_instruction(
    program: Program, latest: list[int], i: int, name: Any = None, *reads: Any
) -> Iterator[str]:
    known = ARITY | LEAVES
    if not isinstance(name, str) or name not in known:
        hint = nearest(name, known)
        yield "is no operation" + (f"; {hint}" if hint else "")
    elif len(reads) != known[name]:
        yield f"reads {len(reads)} numbers where {known[name]} are needed"
    elif name == "constant":
        if type(reads[0]) is not float:
            yield "is no float"
    elif name == "unit":
        n, u = reads
        if not _within(n, len(program.blocks)) or not _within(u, program.blocks[n].units):
            yield "is no output of a block"
        elif latest[n] >= i:
            yield f"stands before its block's input {latest[n]} is made"
    else:
        end = {"input": program.inputs, "parameter": program.parameters}.get(name, i)
        yield from _out_of(range(end), reads, "")


def _out_of(places: range, numbers: Iterable[Any], reader: object) -> Iterator[str]:
    for x in numbers:
        if not _within(x, len(places)):
            who = f"{_named(reader)} reads" if reader else "reads"
            yield f"{who} {shown(x)} where a number from 0 to {len(places) - 1} is needed"


def _faults_of_matrix(first: Any, rows: Any, columns: Any, parameters: int, reader: object) -> Iterator[str]:
    if not columns or not _within(rows, MOST + 1) or rows == 0:
        yield f"{_named(reader)} has no matrix"
    elif not _within(first, parameters - rows * len(columns) + 1):
        yield f"the matrix of {_named(reader)} does not lie within the {parameters} parameters"


def _within(x: Any, end: int) -> bool:
    return type(x) is int and 0 <= x < end


def _named(reader: object) -> str:
    return reader if isinstance(reader, str) else shown(reader)
