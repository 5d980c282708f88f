"""Straight: a program as one stretch of machine code, in a loop over vectors of examples.

Numbers are registers, or the stack where there are too many. Every parameter has a sum for each lane, in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.compiler.frame import ARGUMENTS, CALLBACKS, INS, LANES, OUTS
from autograd_mini.compiler.interpreter import FUNCTIONS, WIDTH
from autograd_mini.compiler.native import Code
from autograd_mini.compiler.vectors import definitions
from autograd_mini.compiler.writing import Function, intrinsics, module

if TYPE_CHECKING:
    from autograd_mini.compiler.program import Program

INLINE_UP_TO = 40  # calls of elementary functions, whose bodies are then put where they are called


def compiled(program: Program, *, exact: bool) -> Code:
    """The machine code of a program without blocks; its body is `body`."""
    return Code(printed(program, exact=exact), level=1)


def printed(program: Program, *, exact: bool) -> str:
    """The LLVM text of a program without blocks."""
    width = 1 if exact else WIDTH
    called = [one[0] for one in program.instructions if one[0] in FUNCTIONS]
    return module(
        definitions(sorted(set(called)), [width], exact=exact, inline=len(called) <= INLINE_UP_TO),
        _body(program, width),
        declared=intrinsics(width),
    )


def _body(program: Program, width: int) -> str:
    f = Function(f"define void @body({ARGUMENTS})", width, contract=width > 1)
    align = 8 if width == 1 else 64
    ins, outs = f.field("%frame", INS, "ptr"), f.field("%frame", OUTS, "ptr")
    callbacks = f.field("%frame", CALLBACKS, "ptr")
    sources = {
        one[1]: f.load(f.at(ins, one[1], "ptr"), "ptr") for one in program.instructions if one[0] == "input"
    }
    targets = [f.load(f.at(outs, i, "ptr"), "ptr") for i in range(len(program.results))]
    arity = max((len(one) - 2 for one in program.instructions if one[0] == "opaque"), default=0)
    arguments = f.let(f"alloca double, i64 {arity or 1}")
    lane_result = f.let(f"alloca {f.number}, align 64")
    summed: dict[int, list[int]] = {}  # parameters by numbers: added up where they are made
    in_order: dict[int, list[int]] = {}  # numbers by parameters: exactly, in their order, at the end
    for k, x in program.sums:
        if width == 1:
            in_order.setdefault(k, []).append(x)
        else:
            summed.setdefault(x, []).append(k)

    def add(k: int, x: str) -> None:
        place = f.at("%sums", k, f.number)
        f.store(f.operation("add", f.load(place, align=align), x), place, align=align)

    with f.loop("%bytes", 8 * width) as forward:
        # from the last row to the first
        r = f.let(f"sub i64 {f.let(f'sub i64 %bytes, {8 * width}')}, {forward}")
        numbers: list[str] = []
        scalars = {
            i: one for i, one in enumerate(program.instructions) if one[0] in ("parameter", "constant")
        }

        def operand(i: int) -> str:
            if i in scalars:
                name, x = scalars[i]
                return f.constant(x) if name == "constant" else f.splat(f.load(f.at("%scalars", x), "double"))
            return numbers[i]

        for i, (name, *reads) in enumerate(program.instructions):
            if i in scalars:
                numbers.append("")
            elif name == "input":
                numbers.append(f.load(f.at(sources[reads[0]], r, "i8")))
            elif name == "opaque":
                numbers.append(
                    _opaque(f, callbacks, arguments, lane_result, reads[0], [operand(x) for x in reads[1:]])
                )
            else:
                numbers.append(f.operation(name, *map(operand, reads)))
            for k in summed.get(i, ()):
                add(k, operand(i))
        for target, x in zip(targets, program.results):
            f.store(operand(x), f.at(target, r, "i8"))
        for k, xs in in_order.items():
            place = f.at("%sums", k)
            total = f.load(place)
            for x in xs:
                total = f.operation("add", total, operand(x))
            f.store(total, place)
    f.do("ret void")
    return str(f)


def _opaque(f: Function, callbacks: str, arguments: str, result: str, n: int, xs: list[str]) -> str:
    """Call a Python function for each lane that holds an example."""
    function = f.load(f.at(callbacks, n, "ptr"), "ptr")
    with f.loop(f.field("%frame", LANES)) as lane:
        for i, x in enumerate(xs):
            one = x if f.width == 1 else f.let(f"extractelement {f.number} {x}, i64 {lane}")
            f.store(one, f.at(arguments, i), "double")
        f.store(f.let(f"call double {function}(ptr {arguments})"), f.at(result, lane), "double")
    return f.load(result)
