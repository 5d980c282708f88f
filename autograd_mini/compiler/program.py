"""Program: a list of operations on numbers, each made once. It is what every machine runs, and holds its own gradient.

A number is the place of the instruction that makes it, so a program is in static single assignment. An instruction
is a name and what it reads:

    ("input", j)  ("parameter", k)  ("constant", x)      where numbers come from
    ("mul", a, b)  ("exp", a)  ("select", c, a, b) ...   an operation of ALPHABET on the numbers a, b, c
    ("unit", n, u)                                       the u-th output of blocks[n], a product with a matrix
    ("opaque", n, a, b, ...)                             functions[n] of numbers, a Python function of floats

Comparisons give 1.0 or 0.0, and `select` takes its first branch wherever c is not 0.0.

>>> listing = Listing()
>>> x, w = listing.emit("input", 0), listing.emit("parameter", 0)
>>> y = listing.emit("tanh", listing.emit("mul", w, x))
>>> program = listing.program(results=[y], inputs=1, parameters=1)
>>> print(program)
0  input 0
1  parameter 0
2  mul 1 0
3  tanh 2
results 3
>>> evaluate(program, [0.5], [0.0])
([0.0], [0.0])
"""

from __future__ import annotations

import operator
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.arithmetic import Floats, floats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Instruction = tuple[Any, ...]


def _truth(compare: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda x, y: 1.0 if compare(x, y) else 0.0


# Every operation as a function of floats; the others are read from the definitions of primitives. Those without
# an operator of Python are the functions that the arithmetic of floats has itself.
ALPHABET: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "neg": operator.neg,
    "abs": operator.abs,
    "less": _truth(operator.lt),
    "less_equal": _truth(operator.le),
    "equal": _truth(operator.eq),
    "select": floats.where,
    **{
        name: getattr(floats, name)
        for name in vars(Floats)
        if not name.startswith("_") and name not in ("pi", "equal", "where", "guard", "sum", "dot", "first")
    },
}
_SIGNED = frozenset({"add", "sub", "neg"})  # what takes a minus sign in
LEAVES = frozenset({"input", "parameter", "constant"})


class Block(NamedTuple):
    """A product with a matrix of parameters, which lie row by row from the parameter `first` on.

    inputs: the numbers it is applied to. units: how many rows the matrix has, each giving one output.
    transposed: whether the matrix has a column for each output instead, and a row for each input.
    """

    first: int
    inputs: tuple[int, ...]
    units: int
    transposed: bool = False


class Outer(NamedTuple):
    """What a block adds to the sums: left[u] · right[k] to the parameter first + u · len(right) + k."""

    first: int
    left: tuple[int, ...]
    right: tuple[int, ...]


class Program(NamedTuple):
    """Instructions in order, and which of their numbers are wanted.

    inputs, parameters: how many there are; an example has its own inputs, all examples share the parameters.
    results: the numbers that are given back for each example.
    sums: (parameter, number) in order: what is added up for that parameter, over all examples.
    outers: the same for the parameters of blocks.
    """

    instructions: tuple[Instruction, ...]
    inputs: int
    parameters: int
    results: tuple[int, ...]
    sums: tuple[tuple[int, int], ...] = ()
    blocks: tuple[Block, ...] = ()
    outers: tuple[Outer, ...] = ()
    functions: tuple[Callable[..., float], ...] = ()

    def __str__(self) -> str:
        lines = [f"{i}  {' '.join(map(str, instruction))}" for i, instruction in enumerate(self.instructions)]
        lines += [f"block {n}: {block}" for n, block in enumerate(self.blocks)]
        lines += [f"results {' '.join(map(str, self.results))}"] if self.results else []
        lines += [f"sum {k}: {x}" for k, x in self.sums] + [str(outer) for outer in self.outers]
        return "\n".join(lines)

    def operations(self) -> int:
        """How many operations it takes for one example: multiplications and additions of blocks count singly."""
        counted: int = sum(one[0] not in LEAVES and one[0] != "unit" for one in self.instructions)
        counted += sum(2 * block.units * len(block.inputs) for block in self.blocks)
        return counted + len(self.sums) + sum(2 * len(o.left) * len(o.right) for o in self.outers)


def read(program: Program, instruction: Instruction) -> Sequence[int]:
    """The numbers that an instruction reads."""
    name = instruction[0]
    if name in LEAVES:
        return ()
    if name == "unit":
        return program.blocks[instruction[1]].inputs
    return instruction[2:] if name == "opaque" else instruction[1:]


class Listing:
    """A program in the making: `emit` gives the number of an instruction, and never makes one twice.

    What needs no computation is not emitted: operations on constants alone, · 1, and the like. With `exact`
    only those are left out that give the same bits for every number; else 0 + x is x, for -0.0 too.
    """

    def __init__(self, *, exact: bool = False) -> None:
        self.exact = exact
        self.instructions: list[Instruction] = []
        self.known: dict[Any, int] = {}
        self.constants: dict[int, float] = {}
        self.blocks: list[Block] = []
        self.functions: list[Callable[..., float]] = []
        self.kept: dict[int, int] = {}

    def constant(self, x: float) -> int:
        """The number of a constant; 0.0 and -0.0 are two."""
        key = ("constant", x, str(x)[0])
        found: int | None = self.known.get(key)
        if found is None:
            self.known[key] = found = len(self.instructions)
            self.instructions.append(("constant", x))
            self.constants[found] = x
        return found

    def emit(self, name: str, *reads: int) -> int:
        """The number of an operation on numbers, or of a leaf."""
        instruction = (name, *reads)
        found: int | None = self.known.get(instruction)
        if found is None:
            found = self.simpler(instruction) if name in ALPHABET else None
            if found is None:
                found = len(self.instructions)
                self.instructions.append(instruction)
            self.known[instruction] = found
        return found

    def sum(self, numbers: Sequence[int]) -> int:
        """The number of a sum; of nothing it is 0."""
        return reduce(lambda x, y: self.emit("add", x, y), numbers) if numbers else self.constant(0.0)

    def simpler(self, instruction: Instruction) -> int | None:
        """The number of something that is there already, or a simpler operation, with the same result."""
        name: str = instruction[0]
        x: int = instruction[1]
        y: int = instruction[-1]
        a, b = self.constants.get(x), self.constants.get(y)
        if (
            a is None
            and b is None
            and name != "select"
            and (name not in _SIGNED or self.instructions[y][0] != "neg")
        ):
            return None
        reads: list[int] = [*instruction[1:]]
        if a is not None and b is not None:
            values = [self.constants.get(x) for x in reads]
            if None not in values:
                return self.constant(ALPHABET[name](*values))
        if name == "mul":
            if a in (1.0, -1.0):
                x, y, b = y, x, a
            if b == 1.0:
                return x
            return self.emit("neg", x) if b == -1.0 else None
        if name == "div" and b == 1.0:
            return x
        if name == "add":
            if self.instructions[y][0] == "neg":
                return self.emit("sub", x, int(self.instructions[y][1]))
            if not self.exact and 0.0 in (a, b):
                return y if a == 0.0 else x
        if name == "sub":
            if b == 0.0 and str(b) == "0.0":
                return x
            if self.instructions[y][0] == "neg":
                return self.emit("add", x, int(self.instructions[y][1]))
        if name == "neg" and self.instructions[x][0] == "neg":
            return int(self.instructions[x][1])
        if name == "pow" and b == 2.0 and not self.exact:
            return self.emit("mul", x, x)
        if name == "pow" and b == 1.0:
            return x
        if name == "select":
            if a is not None:
                return reads[1] if a != 0.0 else reads[2]
            inner = self.instructions[reads[1]]
            if inner[:2] == ("select", x):
                return self.emit("select", x, inner[2], reads[2])
            return reads[1] if reads[1] == reads[2] else None
        return None

    def block(self, block: Block) -> list[int]:
        """The numbers of its outputs."""
        self.blocks.append(block)
        n = len(self.blocks) - 1
        return [self.emit("unit", n, u) for u in range(block.units)]

    def opaque(self, function: Callable[..., float], *reads: int) -> int:
        """The number of a Python function of floats, which is called for every example."""
        self.functions.append(function)
        return self.emit("opaque", len(self.functions) - 1, *reads)

    def program(
        self,
        *,
        inputs: int,
        parameters: int,
        results: Sequence[int] = (),
        sums: Sequence[tuple[int, int]] = (),
        outers: Sequence[Outer] = (),
    ) -> Program:
        """The program of what is wanted, without all that nobody needs; `kept` says where each number went."""
        draft = Program(
            tuple(self.instructions), inputs, parameters, tuple(results), tuple(sums), tuple(self.blocks)
        )
        wanted = {*results, *(x for _, x in sums), *(x for o in outers for x in (*o.left, *o.right))}
        program, self.kept = _renumbered(draft, _needed(draft, wanted), outers, self.functions)
        return program


def _needed(program: Program, wanted: Iterable[int]) -> list[bool]:
    """For each instruction whether it is wanted, or read by what is needed."""
    needed = [False] * len(program.instructions)
    for i in wanted:
        needed[i] = True
    for i in range(len(needed) - 1, -1, -1):
        if needed[i]:
            instruction = program.instructions[i]
            for x in instruction[1:] if instruction[0] in ALPHABET else read(program, instruction):
                needed[x] = True
    return needed


def _renumbered(
    draft: Program, needed: list[bool], outers: Sequence[Outer], functions: Sequence[Callable[..., float]]
) -> tuple[Program, dict[int, int]]:
    """The needed instructions alone, numbered from 0, blocks and functions too; and the new number of each."""
    new: dict[int, int] = {}
    blocks: dict[int, int] = {}
    called: dict[int, int] = {}
    kept: list[Instruction] = []
    for i, (name, *reads) in enumerate(draft.instructions):
        if not needed[i]:
            continue
        if name == "unit":
            reads[0] = blocks.setdefault(reads[0], len(blocks))
        elif name == "opaque":
            reads[:] = [called.setdefault(reads[0], len(called)), *[new[x] for x in reads[1:]]]
        elif name not in LEAVES:
            reads[:] = [new[x] for x in reads]
        new[i] = len(kept)
        kept.append((name, *reads))

    def moved(numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([new[x] for x in numbers])

    program = Program(
        tuple(kept),
        draft.inputs,
        draft.parameters,
        moved(draft.results),
        tuple([(k, new[x]) for k, x in draft.sums]),
        tuple([draft.blocks[n]._replace(inputs=moved(draft.blocks[n].inputs)) for n in blocks]),
        tuple(
            [
                Outer(o.first, tuple(map(new.__getitem__, o.left)), tuple(map(new.__getitem__, o.right)))
                for o in outers
            ]
        ),
        tuple([functions[n] for n in called]),
    )
    return program, new


def evaluate(
    program: Program,
    inputs: Sequence[float],
    parameters: Sequence[float],
    before: Sequence[float] | None = None,
) -> tuple[list[float], list[float]]:
    """The results of one example in Python floats, and the sum of each parameter.

    before: the sums over other examples, to which this one adds; zeros if None.

    This says what a program means; it is slow. Operations are done in their order, with those of
    `floats`: of an exact program the results are those of the engine to the last bit.
    """
    numbers: list[float] = []
    for instruction in program.instructions:
        name, *reads = instruction
        if name == "input":
            x = inputs[reads[0]]
        elif name == "parameter":
            x = parameters[reads[0]]
        elif name == "constant":
            x = reads[0]
        elif name == "unit":
            x = _unit(program.blocks[reads[0]], reads[1], numbers, parameters)
        elif name == "opaque":
            x = program.functions[reads[0]](*[numbers[i] for i in reads[1:]])
        else:
            x = ALPHABET[name](*[numbers[i] for i in reads])
        numbers.append(x)
    sums = [0.0] * program.parameters if before is None else [*before]
    for k, i in program.sums:
        sums[k] += numbers[i]
    for outer in program.outers:
        for u, left in enumerate(outer.left):
            for k, right in enumerate(outer.right):
                sums[outer.first + u * len(outer.right) + k] += numbers[left] * numbers[right]
    return [numbers[i] for i in program.results], sums


def _unit(block: Block, u: int, numbers: Sequence[float], parameters: Sequence[float]) -> float:
    width = block.units if block.transposed else len(block.inputs)
    places = (
        range(u, len(block.inputs) * width, width) if block.transposed else range(u * width, (u + 1) * width)
    )
    return floats.dot(
        [numbers[i] for i in block.inputs], [parameters[block.first + place] for place in places]
    )
