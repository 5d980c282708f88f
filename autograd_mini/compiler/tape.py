"""Tape: an interpreter of programs, compiled once for the process; a program for it is a list of small integers.

Numbers live in slots, of a tile of examples each, and a slot is used again when nobody reads it any more. Every
operation is a function that does its loop over the tile and then calls the next one in tail position, so there
is no loop around them. Parameters and constants are read where they are, as scalars: operations come in variants,
named by v (slot) and s (scalar) for each operand. A product that only a sum reads is one operation with it.
"""

from __future__ import annotations

from array import array
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.compiler import matrices
from autograd_mini.compiler.frame import ARGUMENTS, CALLBACKS, INS, LANES, OUTS, PASSED, driver, kept
from autograd_mini.compiler.matrices import slot, word
from autograd_mini.compiler.native import Code
from autograd_mini.compiler.program import ALPHABET
from autograd_mini.compiler.vectors import definitions
from autograd_mini.compiler.writing import WRITTEN, Function, intrinsics, module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.compiler.program import Instruction, Program

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


def tile(slots: int) -> int:
    """How many examples are worked on at once: 128 while they stay in a cache of 2 MB, else 64.

    Fewer take longer to be told what to do than to do it.
    """
    return 128 if slots * 128 * 8 <= 2**21 else 64


class Tape(NamedTuple):
    """A program as integers: `words`, the constants behind the parameters, and how many slots it takes."""

    words: array[int]
    constants: list[float]
    slots: int


class _Steps:
    """What to do in order, with products and sums in one: names, numbers or parameters, and what is read.

    Three lists, and not one of triples: of so many the garbage collector would look after each.
    A number beyond those of the program is a scalar that was spread into a slot.
    """

    def __init__(self, program: Program, *, exact: bool) -> None:
        self.program = program
        self.exact = exact
        count = len(program.instructions)
        self.places = [-1] * count  # of the scalars, among parameters and constants
        self.constants: list[float] = []
        self.uses = [0] * count
        self.user = [-1] * count
        self.names: list[str] = []
        self.numbers: list[int] = []
        self.reads: list[Sequence[int]] = []
        self.sums: dict[int, int] = {}  # the parameter of a number that is added up
        self.spread: dict[int, int] = {}
        self.count = count
        self._survey()
        self.behind: dict[int, list[tuple[str, int, Sequence[int]]]] = {}  # what follows a number
        self._wanted()
        self._write()

    def _add(self, name: str, number: int, reads: Sequence[int]) -> None:
        self.names.append(name)
        self.numbers.append(number)
        self.reads.append(reads)

    def _survey(self) -> None:
        """Find the scalars, and who reads which number."""
        uses, user, blocks = self.uses, self.user, self.program.blocks
        for i, one in enumerate(self.program.instructions):
            name = one[0]
            if name in ALPHABET:
                for x in one[1:]:
                    uses[x] += 1
                    user[x] = i
            elif name == "parameter":
                self.places[i] = one[1]
            elif name == "constant":
                self.places[i] = self.program.parameters + len(self.constants)
                self.constants.append(one[1])
            elif name == "opaque":
                for x in one[2:]:
                    uses[x] += 2  # a product that is read here is no part of a sum
            elif name == "unit":
                for x in blocks[one[1]].inputs:
                    uses[x] += 2

    def _wanted(self) -> None:
        """What follows a number: sums, results, outer products.

        Exactly, a row's numbers are added before the next row's: all of a parameter in one operation.
        """
        program, uses, behind = self.program, self.uses, self.behind
        of: dict[int, list[int]] = {}
        for k, x in program.sums:
            uses[x] += 1
            if self.exact:
                of.setdefault(k, []).append(x)
            elif x in self.sums:
                behind.setdefault(x, []).append(("sum.v", k, (x,)))
            else:
                self.sums[x] = k
        for k, xs in of.items():
            behind.setdefault(max(xs), []).append(("rows", k, xs))
        for i, x in enumerate(program.results):
            uses[x] += 2
            behind.setdefault(x, []).append(("output.v", i, (x,)))
        for n, outer in enumerate(program.outers):
            both = outer.left + outer.right
            for x in both:
                uses[x] += 2
            behind.setdefault(max(both), []).append(("outer", n, both))

    def _in_slots(self, xs: Sequence[int]) -> Sequence[int]:
        """The numbers of the same in slots."""
        return [self._spread(x) if self.places[x] >= 0 else x for x in xs]

    def _spread(self, x: int) -> int:
        if x not in self.spread:
            self.spread[x] = self.count + len(self.spread)
            self._add("spread", self.spread[x], (x,))
        return self.spread[x]

    def _operation(self, name: str, i: int, reads: Sequence[int]) -> None:
        """The variant for these operands."""
        places = self.places
        for x in reads:
            if places[x] >= 0:
                break
        else:
            self._add(_PLAIN[name], i, reads)
            return
        if name in _COMMUTE and places[reads[0]] >= 0:
            reads = (reads[1], reads[0])
        full = name + "." + "".join(["v" if places[x] < 0 else "s" for x in reads])
        if full not in _KNOWN:
            reads, full = self._in_slots(reads), _PLAIN[name]
        self._add(full, i, reads)

    def _write(self) -> None:
        add, operation, behind, places, sums = self._add, self._operation, self.behind, self.places, self.sums
        fused = not self.exact
        later: set[int] = set()  # products that a sum will compute
        done: set[int] = set()
        for i, one in enumerate(self.program.instructions):
            name = one[0]
            if name in ALPHABET:
                reads = one[1:]
                if name == "mul":
                    if fused and self.uses[i] == 1 and self._is_later(i, one, later):
                        continue
                elif later and name in ("add", "sub"):
                    x, y = reads
                    if y in later:
                        name, reads = "fma" if name == "add" else "fnma", (*self._factors(y), x)
                        if x in later:
                            operation("mul", x, self._factors(x))
                    elif x in later:
                        name, reads = "fma" if name == "add" else "fms", (*self._factors(x), y)
                operation(name, i, reads)
            elif name == "input":
                add(name, i, one[1:])
            elif name == "unit":
                if one[1] not in done:
                    done.add(one[1])
                    add("block", one[1], self._in_slots(self.program.blocks[one[1]].inputs))
            elif name == "opaque":
                add(name, i, self._in_slots(one[2:]))
            if i in sums:
                add("sum.v", sums[i], self._in_slots((i,)))
            if i in behind:
                for name, k, xs in behind[i]:
                    if name == "output.v" and places[i] >= 0:
                        add("output.s", k, xs)
                    else:
                        add(name, k, self._in_slots(xs))
        add("end", 0, ())

    def _is_later(self, i: int, product: Instruction, later: set[int]) -> bool:
        """Whether a product is a part of the one operation that reads it: one of its factors is in a slot."""
        _, x, y = product
        if self.places[x] >= 0 and self.places[y] >= 0:
            return False
        user = self.user[i]
        if user < 0:  # only the sum of a parameter reads it
            x, y = self._factors(i)
            self._add("sum.vv" if self.places[y] < 0 else "sum.vs", self.sums[i], (x, y))
            return True
        if self.program.instructions[user][0] in ("add", "sub"):
            later.add(i)
            return True
        return False

    def _factors(self, i: int) -> tuple[int, int]:
        """The factors of a product, the one in a slot first."""
        _, x, y = self.program.instructions[i]
        return (y, x) if self.places[x] >= 0 else (x, y)


_KNOWN = {f"{name}.{kinds}" for name, variants in _VARIANTS.items() for kinds in variants}
_PLAIN = {name: f"{name}.{variants[0]}" for name, variants in _VARIANTS.items()}
_ELEMENTWISE = {*_KNOWN, "spread"}
_WITHOUT_RESULT = {"output.v", "output.s", "sum.v", "sum.vv", "sum.vs"}


def encode(program: Program, opcodes: dict[str, int], *, exact: bool) -> Tape:
    """The tape of a program, in time linear in its length.

    A number has a slot from where it is made to where it is last read.
    """
    made = _Steps(program, exact=exact)
    names, numbers, all_reads = made.names, made.numbers, made.reads
    place = made.places + [-1] * len(
        made.spread
    )  # of each number: its slot, or where it is among the scalars
    last = [-1] * len(place)
    for s, reads in enumerate(all_reads):
        if names[s] != "input":
            for x in reads:
                last[x] = s
    for x, at in enumerate(made.places):
        if at >= 0:
            last[x] = -1  # scalars stay where they are
    units = [[-1] * block.units for block in program.blocks]
    for i, one in enumerate(program.instructions):
        if one[0] == "unit":
            units[one[1]][one[2]] = i
    free: list[int] = []
    slots = 0
    words: list[int] = []

    def released(s: int, reads: Sequence[int]) -> None:
        for x in reads:
            if last[x] == s:
                last[x] = -1
                free.append(place[x])

    def taken(x: int) -> int:
        nonlocal slots
        if free:
            at = free.pop()
        else:
            at = slots
            slots += 1
        if x >= 0:
            place[x] = at
        return at

    for s, (name, i, reads) in enumerate(zip(names, numbers, all_reads)):
        code = opcodes[name]
        if name in _ELEMENTWISE:
            words += (code, 0)
            result = len(words) - 1
            for x in reads:
                at = place[x]
                words.append(at)
                if last[x] == s:
                    last[x] = -1
                    free.append(at)
            # The result may lie where an operand is read for the last time.
            words[result] = at = taken(i)
            if last[i] < 0:
                free.append(at)
        elif name == "input":
            words += (code, taken(i), *reads)
        elif name == "end":
            words.append(code)
        elif name in _WITHOUT_RESULT:
            words += (code, i, *[place[x] for x in reads])
            released(s, reads)
        elif name == "rows":
            words += (code, i, len(reads), *[place[x] for x in reads])
            released(s, reads)
        elif name == "outer":
            outer = program.outers[i]
            words += (code, len(outer.left), len(outer.right), outer.first, *[place[x] for x in reads])
            released(s, reads)
        elif name == "block":
            block = program.blocks[i]
            by_unit, by_input = (1, block.units) if block.transposed else (len(block.inputs), 1)
            words += (code, len(reads), block.units, block.first, by_unit, by_input)
            words += [place[x] for x in reads]
            # Outputs may not lie where inputs are: the inputs are read again for each patch of outputs.
            words += [taken(x) for x in units[i]]
            released(s, reads)
            free += [to for x, to in zip(units[i], words[-block.units :]) if x < 0]
        else:  # opaque
            words += (code, taken(i), program.instructions[i][1], len(reads), *[place[x] for x in reads])
            released(s, reads)
    return Tape(array("i", words), made.constants, slots)
