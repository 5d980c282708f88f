"""Tape: an interpreter of programs, compiled once for the process; a program for it is a list of small integers.

Numbers live in slots, of a tile of examples each, and a slot is used again when nobody reads it any more. Every
operation is a function that does its loop over the tile and then calls the next one in tail position, so there
is no loop around them. Parameters and constants are read where they are, as scalars: operations come in variants,
named by v (slot) and s (scalar) for each operand. A product that only a sum reads is one operation with it.
"""

from __future__ import annotations

from array import array
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.compiler import matrices
from autograd_mini.compiler.frame import ARGUMENTS, CALLBACKS, INS, LANES, OUTS, PASSED, driver, kept
from autograd_mini.compiler.matrices import slot, word
from autograd_mini.compiler.native import Code
from autograd_mini.compiler.program import ALPHABET, read
from autograd_mini.compiler.vectors import definitions
from autograd_mini.compiler.writing import WRITTEN, Function, intrinsics, module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.compiler.program import Program

TILE = 128
WIDTH = 8
FUNCTIONS = [name for name in ALPHABET if name not in WRITTEN]
ARITY = dict.fromkeys(ALPHABET, 1)
ARITY.update(dict.fromkeys(("add", "sub", "mul", "div", "less", "less_equal", "equal"), 2))
ARITY.update(dict.fromkeys(("pow", "arctan2", "hypot", "mod", "floor_divide", "maximum", "minimum"), 2))
ARITY.update(dict.fromkeys(("select", "fma", "fms", "fnma"), 3))
# The kinds of operands that an operation has a variant for; others are spread into slots first.
_VARIANTS = {
    **{name: ("v" * n,) for name, n in ARITY.items()},
    **dict.fromkeys(("add", "mul", "equal"), ("vv", "vs")),
    **dict.fromkeys(("sub", "div", "less", "less_equal"), ("vv", "vs", "sv")),
    **dict.fromkeys(("maximum", "minimum", "pow"), ("vv", "vs")),
    "select": ("vvv", "vvs", "vsv", "vss"),
    **dict.fromkeys(("fma", "fms", "fnma"), ("vvv", "vsv", "vvs", "vss")),
}
_COMMUTE = {"add", "mul", "equal"}  # in these a scalar comes second


# The interpreter


def _dispatch() -> str:
    """The instructions that call the operation at %onward."""
    passed = PASSED.replace("%code", "%onward")
    return "\n".join(
        [
            "  %op = load i32, ptr %onward, align 4",
            "  %op.at = getelementptr ptr, ptr @table, i32 %op",
            "  %op.next = load ptr, ptr %op.at, align 8",
            f"  musttail call void %op.next({passed})",
            "  ret void",
        ]
    )


def _start(name: str, width: int) -> Function:
    return Function(f"define internal void @op.{name}({ARGUMENTS})", width)


def _finish(f: Function, words: int | str) -> str:
    f.do(f"%onward = getelementptr i32, ptr %code, i64 {words}")
    f.lines += _dispatch().split("\n")
    return str(f)


def _scalar(f: Function, at: int) -> str:
    return f.splat(f.load(f.at("%scalars", word(f, "%code", at)), "double"))


def _elementwise(name: str, variant: str, width: int) -> str:
    """An operation on slots and scalars. Its words: where the result goes, then the operands."""
    f = _start(f"{name}.{variant}", width)
    target = slot(f, word(f, "%code", 1))
    operands = [
        slot(f, word(f, "%code", i)) if kind == "v" else _scalar(f, i) for i, kind in enumerate(variant, 2)
    ]
    with f.loop("%bytes", 8 * width) as r:
        xs = [
            f.load(f.at(x, r, "i8"), align=8 * width) if kind == "v" else x
            for kind, x in zip(variant, operands)
        ]
        f.store(f.operation(name, *xs), f.at(target, r, "i8"), align=8 * width)
    return _finish(f, 2 + len(variant))


def _copies(width: int) -> list[str]:
    """input: to, which. output.v, output.s: which, from. spread: to, scalar."""
    texts = []
    for name in ("input", "output.v", "output.s", "spread"):
        f = _start(name, width)
        table = {"input": INS, "spread": None}.get(name, OUTS)
        first, second = word(f, "%code", 1), word(f, "%code", 2)
        if name == "spread":
            target = slot(f, first)
        elif name == "input":
            target, source = slot(f, first), f.load(f.at(f.field("%frame", INS, "ptr"), second, "ptr"), "ptr")
        else:
            target = f.load(f.at(f.field("%frame", OUTS, "ptr"), first, "ptr"), "ptr")
            source = slot(f, second)
        x = f.splat(f.load(f.at("%scalars", second), "double")) if table is None or name.endswith("s") else ""
        with f.loop("%bytes", 8 * width) as r:
            f.store(x or f.load(f.at(source, r, "i8")), f.at(target, r, "i8"))
        texts.append(_finish(f, 3))
    return texts


def _lane_sum(variant: str, width: int) -> str:
    """Add up a number, or the product of two, for one parameter. Its words: the parameter, the operands."""
    f = _start(f"sum.{variant}", width)
    target = f.at("%sums", word(f, "%code", 1))
    operands = [
        slot(f, word(f, "%code", i)) if kind == "v" else _scalar(f, i) for i, kind in enumerate(variant, 2)
    ]
    last = f.let(f"sub i64 %bytes, {8 * width}")
    lanes = f.field("%frame", LANES)

    def term(r: str) -> str:
        xs = [
            f.load(f.at(x, r, "i8"), align=8 * width) if kind == "v" else x
            for kind, x in zip(variant, operands)
        ]
        return f.operation("mul", *xs) if len(xs) == 2 else xs[0]

    total = f.let(f"alloca {f.number}, align 64")
    f.store(kept(f, term(last), lanes), total)
    with f.loop(last, 8 * width) as r:
        f.store(f.operation("add", f.load(total), term(r)), total)
    f.store(f.let(f"fadd double {f.total(f.load(total))}, {f.load(target, 'double')}"), target, "double")
    return _finish(f, 2 + len(variant))


def _row_sum() -> str:
    """Add up numbers for one parameter, from the last row to the first. Its words: parameter, how many, slots."""
    f = _start("rows", 1)
    target, many = f.at("%sums", word(f, "%code", 1)), word(f, "%code", 2)
    total = f.let("alloca double")
    f.store(f.load(target), total)
    with f.loop("%bytes", 8) as r:
        row = f.let(f"sub i64 {f.let('sub i64 %bytes, 8')}, {r}")
        with f.loop(many) as i:
            x = f.load(f.at(slot(f, word(f, "%code", f.let(f"add i64 {i}, 3"))), row, "i8"))
            f.store(f.let(f"fadd double {f.load(total)}, {x}"), total)
    f.store(f.load(total), target)
    return _finish(f, f.let(f"add i64 {many}, 3"))


def _opaque(width: int) -> str:
    """Call a Python function for each row. Its words: to, function, how many operands, operands."""
    f = _start("opaque", width)
    target, which, many = slot(f, word(f, "%code", 1)), word(f, "%code", 2), word(f, "%code", 3)
    function = f.load(f.at(f.field("%frame", CALLBACKS, "ptr"), which, "ptr"), "ptr")
    lanes = f.field("%frame", LANES)
    beyond = f.let(f"mul i64 {f.let(f'sub i64 {width}, {lanes}')}, 8")
    arguments = f.let(f"alloca double, i64 {many}")
    with f.loop(f.let(f"sub i64 %bytes, {beyond}"), 8) as r:
        with f.loop(many) as i:
            x = slot(f, word(f, "%code", f.let(f"add i64 {i}, 4")))
            f.store(f.load(f.at(x, r, "i8"), "double"), f.at(arguments, i), "double")
        f.store(f.let(f"call double {function}(ptr {arguments})"), f.at(target, r, "i8"), "double")
    return _finish(f, f.let(f"add i64 {many}, 4"))


def _operations(width: int, *, exact: bool) -> dict[str, str]:
    """The text of every operation, by name; the place of a name is its opcode."""
    end = f"define internal void @op.end({ARGUMENTS}) {{\n  ret void\n}}"
    texts = {"end": end, **dict(zip(("input", "output.v", "output.s", "spread"), _copies(width)))}
    for name, variants in _VARIANTS.items():
        if not (exact and name in ("fma", "fms", "fnma")):
            texts.update({f"{name}.{kind}": _elementwise(name, kind, width) for kind in variants})
    texts["opaque"] = _opaque(width)
    if exact:
        texts["rows"] = _row_sum()
    else:
        texts.update({f"sum.{kind}": _lane_sum(kind, width) for kind in ("v", "vv", "vs")})
        texts |= {"block": matrices.block(width, _dispatch()), "outer": matrices.outer(width, _dispatch())}
    return texts


class Interpreter(NamedTuple):
    """The compiled operations: where it starts, and the opcode of each."""

    code: Code
    run: int
    begin: int
    opcodes: dict[str, int]


@cache
def interpreter(*, exact: bool) -> Interpreter:
    """The interpreter of this process: with `exact`, one row at a time, and nothing is rounded together."""
    width = 1 if exact else WIDTH
    operations = _operations(width, exact=exact)
    table = ", ".join(f"ptr @op.{name}" for name in operations)
    begin = f"define void @begin({ARGUMENTS}) {{\n  %onward = getelementptr i32, ptr %code, i64 0\n{_dispatch()}\n}}"
    text = module(
        definitions(FUNCTIONS, [width], exact=exact, inline=not exact),
        f"@table = internal constant [{len(operations)} x ptr] [{table}]",
        driver(width),
        begin,
        *operations.values(),
        declared=intrinsics(width),
    )
    code = Code(text)
    return Interpreter(
        code, code.address("run"), code.address("begin"), {name: i for i, name in enumerate(operations)}
    )


# The tape of a program


class Tape(NamedTuple):
    """A program as integers: `words`, the constants behind the parameters, and how many slots it takes."""

    words: array[int]
    constants: list[float]
    slots: int


def encode(program: Program, opcodes: dict[str, int], *, exact: bool) -> Tape:
    """The tape of a program, in time linear in its length."""
    steps, scalars, constants = _steps(program, exact=exact)
    return _allocated(program, steps, scalars, constants, opcodes)


def _steps(
    program: Program, *, exact: bool
) -> tuple[list[tuple[str, int, Sequence[int]]], dict[int, int], list[float]]:
    """What to do in order: (operation, number or parameter, reads), with products and sums in one.

    Also the place of each scalar among parameters and constants, and the constants.
    """
    instructions = program.instructions
    count = len(instructions)
    scalars: dict[int, int] = {}
    constants: list[float] = []
    uses = [0] * count
    user = [-1] * count
    for i, one in enumerate(instructions):
        name = one[0]
        if name == "parameter":
            scalars[i] = one[1]
        elif name == "constant":
            scalars[i] = program.parameters + len(constants)
            constants.append(one[1])
        elif name != "input":
            for x in one[1:] if name in ALPHABET else read(program, one):
                uses[x] += 1
                user[x] = i
    for x in chain(program.results, *((*o.left, *o.right) for o in program.outers)):
        uses[x] += 2  # never part of another operation
    sums = _sums(program, uses, exact=exact)
    outputs: dict[int, list[int]] = {}
    for place, x in enumerate(program.results):
        outputs.setdefault(x, []).append(place)
    outers: dict[int, list[int]] = {}
    for n, outer in enumerate(program.outers):
        outers.setdefault(max(chain(outer.left, outer.right)), []).append(n)

    steps: list[tuple[str, int, Sequence[int]]] = []
    add = steps.append
    later: dict[int, tuple[int, int]] = {}  # products that a sum will compute
    spread: dict[int, int] = {}

    def in_slot(x: int) -> int:
        """The number of the same in a slot."""
        if x not in scalars:
            return x
        if x not in spread:
            spread[x] = count + len(spread)
            add(("spread", spread[x], (x,)))
        return spread[x]

    done: set[int] = set()
    for i, one in enumerate(instructions):
        name = one[0]
        if i in scalars:
            pass
        elif name == "input":
            add((name, i, (one[1],)))
        elif name == "unit":
            n = one[1]
            if n not in done:
                done.add(n)
                add(("block", n, [in_slot(x) for x in program.blocks[n].inputs]))
        elif name == "opaque":
            add((name, i, [in_slot(x) for x in one[2:]]))
        else:
            reads = one[1:]
            if name == "mul" and not exact and uses[i] == 1:
                x, y = reads
                if x in scalars:
                    x, y = y, x
                if x not in scalars:
                    if user[i] < 0:  # only the sum for a parameter reads it
                        add(("sum.vs" if y in scalars else "sum.vv", sums.pop(i)[0][0], (x, y)))
                        continue
                    if instructions[user[i]][0] in ("add", "sub"):
                        later[i] = (x, y)
                        continue
            elif later and name in ("add", "sub"):
                x, y = reads
                if y in later:
                    name, reads = "fma" if name == "add" else "fnma", (*later.pop(y), x)
                    if x in later:
                        add((_named("mul", later[x], scalars), x, later.pop(x)))
                elif x in later:
                    name, reads = "fma" if name == "add" else "fms", (*later.pop(x), y)
            if scalars and not scalars.keys().isdisjoint(reads):
                if name in _COMMUTE and reads[0] in scalars:
                    reads = (reads[1], reads[0])
                full = _named(name, reads, scalars)
                if full not in _KNOWN:
                    reads = tuple([in_slot(x) for x in reads])
                    full = _named(name, reads, scalars)
                add((full, i, reads))
            else:
                add((_PLAIN[name], i, reads))
        for k, xs in sums.get(i, ()):
            add(("rows" if exact else "sum.v", k, [in_slot(x) for x in xs]))
        for place in outputs.get(i, ()):
            add(("output.s" if i in scalars else "output.v", place, (i,)))
        for n in outers.get(i, ()):
            outer = program.outers[n]
            add(("outer", n, [in_slot(x) for x in (*outer.left, *outer.right)]))
    add(("end", 0, ()))
    return steps, scalars, constants


def _named(name: str, reads: Sequence[int], scalars: dict[int, int]) -> str:
    """The variant of an operation for operands of these kinds."""
    return name + "." + "".join(["s" if x in scalars else "v" for x in reads])


_KNOWN = {f"{name}.{kinds}" for name, variants in _VARIANTS.items() for kinds in variants}
_PLAIN = {name: f"{name}.{variants[0]}" for name, variants in _VARIANTS.items()}


def _sums(program: Program, uses: list[int], *, exact: bool) -> dict[int, list[tuple[int, Sequence[int]]]]:
    """Behind which number which parameter gets a sum of which numbers.

    Exactly, a row's are added before the next row's: all that one parameter gets in one operation.
    """
    found: dict[int, list[tuple[int, Sequence[int]]]] = {}
    for _, x in program.sums:
        uses[x] += 1
    if exact:
        of: dict[int, list[int]] = {}
        for k, x in program.sums:
            of.setdefault(k, []).append(x)
        for k, xs in of.items():
            found.setdefault(max(xs), []).append((k, xs))
    else:
        for k, x in program.sums:
            found.setdefault(x, []).append((k, (x,)))
    return found


# What else than slots the reads of an operation are
_UNSLOTTED = frozenset({"input", "spread", "output.s"})


def _allocated(
    program: Program,
    steps: list[tuple[str, int, Sequence[int]]],
    scalars: dict[int, int],
    constants: list[float],
    opcodes: dict[str, int],
) -> Tape:
    """The words of the steps, with a slot for each number from where it is made to where it is last read."""
    last: dict[int, int] = {}
    for s, (name, _, reads) in enumerate(steps):
        if name != "input":
            for x in reads:
                last[x] = s
    units: list[list[int]] = [[-1] * block.units for block in program.blocks]
    for i, one in enumerate(program.instructions):
        if one[0] == "unit":
            units[one[1]][one[2]] = i
    place = dict(scalars)  # of each number: its slot, or where it is among the scalars
    free: list[int] = []
    slots = 0
    words: list[int] = []

    for s, (name, i, reads) in enumerate(steps):
        code = opcodes[name]
        at = [reads[0]] if name == "input" else [place[x] for x in reads]
        outs: Sequence[int] = ()
        if name == "block":
            block = program.blocks[i]
            by_unit, by_input = (1, block.units) if block.transposed else (len(block.inputs), 1)
            words += (code, len(at), block.units, block.first, by_unit, by_input, *at)
            outs = units[i]
        elif name == "outer":
            outer = program.outers[i]
            words += (code, len(outer.left), len(outer.right), outer.first, *at)
        elif name == "rows":
            words += (code, i, len(at), *at)
        elif name[:3] == "sum" or name[:6] == "output":
            words += (code, i, *at)
        elif name == "end":
            words.append(code)
        else:
            outs = (i,)
        if name not in {"block", "input"}:  # the outputs of a block may not lie where its inputs are
            for x in reads:
                if last[x] == s and x not in scalars:
                    last[x] = -1
                    free.append(place[x])
        made = []
        for x in outs:
            if free:
                made.append(free.pop())
            else:
                made.append(slots)
                slots += 1
            if x in last:
                place[x] = made[-1]
        if name == "block":
            words += made
            free += [slot for x, slot in zip(outs, made) if x < 0]
            for x in reads:
                if last[x] == s:
                    last[x] = -1
                    free.append(place[x])
        elif outs:
            if name == "opaque":
                words += (code, made[0], program.instructions[i][1], len(at), *at)
            else:
                words += (code, made[0], *at)
            if i not in last:
                free.append(made[0])
    return Tape(array("i", words), constants, slots)
