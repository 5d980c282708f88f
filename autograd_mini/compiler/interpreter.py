"""Interpreter: what runs a tape, compiled once for the process.

Every operation is a function that does its loop over a tile and then calls the next one in tail position, so there
is no loop around them. Operations come in variants, named by v (slot) and s (scalar) for each operand, so that
parameters and constants are read where they are.
"""

from __future__ import annotations

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
    from collections.abc import Callable

WIDTH = 8
FUNCTIONS = [name for name in ALPHABET if name not in WRITTEN]
ARITY = dict.fromkeys(ALPHABET, 1)
ARITY.update(dict.fromkeys(("add", "sub", "mul", "div", "less", "less_equal", "equal"), 2))
ARITY.update(dict.fromkeys(("pow", "arctan2", "hypot", "mod", "floor_divide", "maximum", "minimum"), 2))
ARITY.update(dict.fromkeys(("select", "fma", "fms", "fnma"), 3))
# The kinds of operands that an operation has a variant for; others are spread into slots first.
VARIANTS = {
    **{name: ("v" * n,) for name, n in ARITY.items()},
    **dict.fromkeys(("add", "mul", "equal"), ("vv", "vs")),
    **dict.fromkeys(("sub", "div", "less", "less_equal"), ("vv", "vs", "sv")),
    **dict.fromkeys(("maximum", "minimum", "pow"), ("vv", "vs")),
    "select": ("vvv", "vvs", "vsv", "vss"),
    **dict.fromkeys(("fma", "fms", "fnma"), ("vvv", "vsv", "vvs", "vss")),
}
COMMUTE = {"add", "mul", "equal"}  # in these a scalar comes second


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


def _operands(f: Function, variant: str) -> Callable[[str], list[str]]:
    """What reads the operands at a byte of the tile: slots there, and scalars, which are read once."""
    places = [
        slot(f, word(f, "%code", i))
        if kind == "v"
        else f.splat(f.load(f.at("%scalars", word(f, "%code", i)), "double"))
        for i, kind in enumerate(variant, 2)
    ]
    return lambda r: [
        f.load(f.at(x, r, "i8"), align=8 * f.width) if kind == "v" else x for kind, x in zip(variant, places)
    ]


def _elementwise(name: str, variant: str, width: int) -> str:
    """An operation on slots and scalars. Its words: where the result goes, then the operands."""
    f = _start(f"{name}.{variant}", width)
    target, operands = slot(f, word(f, "%code", 1)), _operands(f, variant)
    with f.loop("%bytes", 8 * width) as r:
        f.store(f.operation(name, *operands(r)), f.at(target, r, "i8"), align=8 * width)
    return _finish(f, 2 + len(variant))


def _copy(name: str, to: str, of: str, width: int) -> str:
    """A number taken elsewhere. Its words: where to, where from."""
    f = _start(name, width)
    target, source = word(f, "%code", 1), word(f, "%code", 2)
    outs = f.field("%frame", OUTS, "ptr")
    target = slot(f, target) if to == "slot" else f.load(f.at(outs, target, "ptr"), "ptr")
    if of == "scalar":
        x = f.splat(f.load(f.at("%scalars", source), "double"))
    elif of == "in":
        source = f.load(f.at(f.field("%frame", INS, "ptr"), source, "ptr"), "ptr")
    else:
        source = slot(f, source)
    with f.loop("%bytes", 8 * width) as r:
        f.store(x if of == "scalar" else f.load(f.at(source, r, "i8")), f.at(target, r, "i8"))
    return _finish(f, 3)


def _lane_sum(variant: str, width: int) -> str:
    """Add up a number, or the product of two, for one parameter. Its words: the parameter, the operands."""
    f = _start(f"sum.{variant}", width)
    target, operands = f.at("%sums", word(f, "%code", 1)), _operands(f, variant)

    def term(r: str) -> str:
        xs = operands(r)
        return f.operation("mul", *xs) if len(xs) == 2 else xs[0]

    last = f.let(f"sub i64 %bytes, {8 * width}")
    total = f.let(f"alloca {f.number}, align 64")
    f.store(kept(f, term(last), f.field("%frame", LANES)), total)
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
    texts = {"end": end}
    for name, to, of in (
        ("input", "slot", "in"),
        ("output.v", "out", "slot"),
        ("output.s", "out", "scalar"),
        ("spread", "slot", "scalar"),
    ):
        texts[name] = _copy(name, to, of, width)
    for name, variants in VARIANTS.items():
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
