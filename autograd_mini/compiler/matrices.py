"""Matrices: the products of blocks as LLVM text, over a tile of examples.

In a tile a number is a row of vectors, so a block is a product of matrices: out (units x examples) = weights
(units x inputs) times in (inputs x examples). A register holds 8 examples; a patch of 4 units by 4 vectors
stays in registers while the inputs go by, so that 8 loads serve 16 multiplications and additions. What a block
adds to the sums is a product over examples, of patches of 4 by 4 numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.compiler.frame import ARGUMENTS, LANES, kept
from autograd_mini.compiler.writing import Function

if TYPE_CHECKING:
    from collections.abc import Sequence

PATCH = 4


def word(f: Function, code: str, index: str | int) -> str:
    """An entry of the tape, as an i64."""
    return f.let(f"sext i32 {f.load(f.at(code, index, 'i32'), 'i32', 4)} to i64")


def slot(f: Function, number: str, slots: str = "%slots", size: str = "%bytes") -> str:
    """The address of a slot."""
    return f.at(slots, f.let(f"mul i64 {number}, {size}"), "i8")


def _patch(f: Function, units: int, vectors: int, get: dict[str, str], u: str, r: str) -> None:
    """Compute `units` outputs from u on for `vectors` vectors from byte r on."""
    sums = [[f.let(f"alloca {f.number}, align 64") for _ in range(vectors)] for _ in range(units)]
    for place in (p for row in sums for p in row):
        f.store("zeroinitializer", place)
    weights = []
    for i in range(units):
        start = f.let(f"mul i64 {f.let(f'add i64 {u}, {i}')}, {get['by unit']}")
        weights.append(f.at(get["weights"], start))
    with f.loop(get["inputs"]) as k:
        source = f.at(slot(f, word(f, get["ins"], k)), r, "i8")
        xs = [f.load(f.at(source, v, f.number)) for v in range(vectors)]
        column = f.let(f"mul i64 {k}, {get['by input']}")
        for row, weight in zip(sums, weights):
            w = f.splat(f.load(f.at(weight, column), "double"))
            for x, place in zip(xs, row):
                f.store(f.operation("fma", w, x, f.load(place)), place)
    for i, row in enumerate(sums):
        target = f.at(slot(f, word(f, get["outs"], f.let(f"add i64 {u}, {i}"))), r, "i8")
        for v, place in enumerate(row):
            f.store(f.load(place), f.at(target, v, f.number))


def _stretches(f: Function, total: str, size: int, step: int = 1) -> Sequence[tuple[str, str, int]]:
    """From 0 to a total in patches, then singly: (first, end, how many at once)."""
    width = size * step
    whole = f.let(f"sub i64 {total}, {f.let(f'srem i64 {total}, {width}')}")
    return [("0", whole, size), (whole, total, 1)]


def block(width: int, after: str) -> str:
    """The operation `block`. Its words: inputs, units, first parameter, between units, between inputs, slots."""
    f = Function(f"define internal void @op.block({ARGUMENTS})", width)
    names = ("inputs", "units", "first", "by unit", "by input")
    get = {name: word(f, "%code", i) for i, name in enumerate(names, 1)}
    get["weights"] = f.at("%scalars", get["first"])
    get["ins"] = f.at("%code", 6, "i32")
    get["outs"] = f.at(get["ins"], get["inputs"], "i32")
    for r0, r1, vectors in _stretches(f, "%bytes", PATCH, 8 * width):
        with f.loop(f.let(f"sub i64 {r1}, {r0}"), 8 * width * vectors) as i:
            r = f.let(f"add i64 {r0}, {i}")
            for u0, u1, units in _stretches(f, get["units"], PATCH):
                with f.loop(f.let(f"sub i64 {u1}, {u0}"), units) as j:
                    _patch(f, units, vectors, get, f.let(f"add i64 {u0}, {j}"), r)
    length = f.let(f"add i64 {get['inputs']}, {get['units']}")
    _next(f, f.let(f"add i64 {length}, 6"), after)
    return _allocas_first(f)


def outer(width: int, after: str) -> str:
    """The operation `outer`. Its words: left, right (how many), first parameter, slots of left and right."""
    f = Function(f"define internal void @op.outer({ARGUMENTS})", width)
    lefts, rights, first = (word(f, "%code", i) for i in (1, 2, 3))
    left = f.at("%code", 4, "i32")
    right = f.at(left, lefts, "i32")
    lanes = f.field("%frame", LANES)
    last = f.let(f"sub i64 %bytes, {8 * width}")
    both = f.let(f"add i64 {lefts}, {rights}")
    partial = f.let(f"icmp slt i64 {lanes}, {width}")
    with f.when(partial), f.loop(both) as i:  # lanes beyond the last example add nothing
        place = f.at(slot(f, word(f, left, i)), last, "i8")
        f.store(kept(f, f.load(place), lanes), place)
    for u0, u1, us in _stretches(f, lefts, PATCH):
        with f.loop(f.let(f"sub i64 {u1}, {u0}"), us) as i:
            u = f.let(f"add i64 {u0}, {i}")
            ups = [slot(f, word(f, left, f.let(f"add i64 {u}, {n}"))) for n in range(us)]
            for k0, k1, ks in _stretches(f, rights, PATCH):
                with f.loop(f.let(f"sub i64 {k1}, {k0}"), ks) as j:
                    k = f.let(f"add i64 {k0}, {j}")
                    downs = [slot(f, word(f, right, f.let(f"add i64 {k}, {n}"))) for n in range(ks)]
                    sums = [[f.let(f"alloca {f.number}, align 64") for _ in range(ks)] for _ in range(us)]
                    for place in (p for row in sums for p in row):
                        f.store("zeroinitializer", place)
                    with f.loop("%bytes", 8 * width) as r:
                        xs = [f.load(f.at(p, r, "i8")) for p in ups]
                        ys = [f.load(f.at(p, r, "i8")) for p in downs]
                        for x, row in zip(xs, sums):
                            for y, place in zip(ys, row):
                                f.store(f.operation("fma", x, y, f.load(place)), place)
                    for n, row in enumerate(sums):
                        line = f.let(f"mul i64 {f.let(f'add i64 {u}, {n}')}, {rights}")
                        line = f.at(f.at("%sums", first), f.let(f"add i64 {line}, {k}"))
                        _add_totals(f, [f.load(place) for place in row], line)
    _next(f, f.let(f"add i64 {both}, 4"), after)
    return _allocas_first(f)


def _add_totals(f: Function, xs: Sequence[str], line: str) -> None:
    """Add the sum of the lanes of each vector to the doubles from `line` on."""
    if len(xs) < PATCH:
        for m, x in enumerate(xs):
            target = f.at(line, m)
            f.store(f.let(f"fadd double {f.total(x)}, {f.load(target, 'double')}"), target, "double")
        return

    def half_as_many(x: str, y: str, lanes: tuple[Sequence[int], Sequence[int]]) -> str:
        """Of two vectors, the sums of lanes that belong together."""
        return f.operation("add", _shuffled(f, x, y, lanes[0]), _shuffled(f, x, y, lanes[1]))

    # Of a, b, c, d: first a₀+a₁, b₀+b₁, a₂+a₃, …, then a₀+…+a₃, b₀+…+b₃, c₀+…+c₃, d₀+…+d₃, a₄+…
    pairs = (0, 8, 2, 10, 4, 12, 6, 14), (1, 9, 3, 11, 5, 13, 7, 15)
    fours = (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)
    a, b, c, d = xs
    both = half_as_many(half_as_many(a, b, pairs), half_as_many(c, d, pairs), fours)
    low, high = (_shuffled(f, both, both, lanes) for lanes in ((0, 1, 2, 3), (4, 5, 6, 7)))
    kind = f"<{PATCH} x double>"
    total = f.let(f"fadd {kind} {low}, {high}")
    f.store(f.let(f"fadd {kind} {total}, {f.load(line, kind)}"), line, kind)


def _shuffled(f: Function, x: str, y: str, lanes: Sequence[int]) -> str:
    """A vector of lanes of x, and of y, whose lanes are counted on."""
    mask = ", ".join(f"i32 {lane}" for lane in lanes)
    return f.let(f"shufflevector {f.number} {x}, {f.number} {y}, <{len(lanes)} x i32> <{mask}>")


def _next(f: Function, length: str, after: str) -> None:
    f.do(f"%onward = getelementptr i32, ptr %code, i64 {length}")
    f.lines += after.split("\n")


def _allocas_first(f: Function) -> str:
    """The text, with room on the stack made once, at the start."""
    room = [line for line in f.lines if " alloca " in line]
    f.lines = room + [line for line in f.lines if " alloca " not in line]
    return str(f)
