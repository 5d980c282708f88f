"""Writing: the text of LLVM functions, with loops and conditions as blocks of Python.

LLVM reads and compiles text faster than its Python bindings build the same instructions.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def literal(x: float) -> str:
    """A constant by its bits, since LLVM takes no rounded decimals.

    >>> literal(1.0)
    '0x3FF0000000000000'
    """
    return f"0x{struct.unpack('>Q', struct.pack('>d', x))[0]:016X}"


class Function:
    """The text of one function, written instruction by instruction.

    width: how many doubles a number is; `number` is their type. contract: whether a product and a sum may be
    rounded together.
    """

    def __init__(self, head: str, width: int = 1, *, contract: bool = False) -> None:
        self.head, self.width = head, width
        self.number = "double" if width == 1 else f"<{width} x double>"
        self.truth = "i1" if width == 1 else f"<{width} x i1>"
        self.flags = "contract " if contract else ""
        self.lines: list[str] = []
        self.names = 0
        self.block = "entry"

    def __str__(self) -> str:
        return "\n".join([self.head + " {", "entry:", *self.lines, "}"])

    def do(self, line: str) -> None:
        """An instruction without a result."""
        self.lines.append("  " + line)

    def let(self, instruction: str) -> str:
        """The name of what an instruction gives."""
        self.names += 1
        self.lines.append(f"  %t{self.names} = {instruction}")
        return f"%t{self.names}"

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    @contextmanager
    def loop(self, stop: str, step: int = 1) -> Iterator[str]:
        """Instructions for each index from 0 in steps up to `stop`, which is an i64; none if it is 0."""
        index, body, test, after = (self.fresh(stem) for stem in ("%i", "body", "test", "after"))
        self.do(f"br label %{test}")
        before = self.block
        self.label(test)
        mark = len(self.lines)
        more = self.let(f"icmp slt i64 {index}, {stop}")
        self.do(f"br i1 {more}, label %{body}, label %{after}")
        self.label(body)
        yield index
        following = self.let(f"add nuw nsw i64 {index}, {step}")
        self.do(f"br label %{test}")
        self.lines.insert(mark, f"  {index} = phi i64 [ 0, %{before} ], [ {following}, %{self.block} ]")
        self.label(after)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Instructions that are left out unless the i1 is true."""
        inside, after = self.fresh("then"), self.fresh("after")
        self.do(f"br i1 {condition}, label %{inside}, label %{after}")
        self.label(inside)
        yield
        self.do(f"br label %{after}")
        self.label(after)

    def at(self, pointer: str, index: str | int, kind: str = "double") -> str:
        """The address of an entry."""
        return self.let(f"getelementptr {kind}, ptr {pointer}, i64 {index}")

    def load(self, pointer: str, kind: str = "", align: int = 8) -> str:
        return self.let(f"load {kind or self.number}, ptr {pointer}, align {align}")

    def store(self, value: str, pointer: str, kind: str = "", align: int = 8) -> None:
        self.do(f"store {kind or self.number} {value}, ptr {pointer}, align {align}")

    def field(self, frame: str, index: int, kind: str = "i64") -> str:
        """An entry of the frame."""
        return self.load(self.at(frame, index, "i64"), kind)

    def splat(self, x: str) -> str:
        """A double in all lanes."""
        if self.width == 1:
            return x
        one = self.let(f"insertelement {self.number} poison, double {x}, i64 0")
        return self.let(f"shufflevector {self.number} {one}, {self.number} poison, {self.zeros('i32')}")

    def zeros(self, kind: str) -> str:
        return f"<{self.width} x {kind}> zeroinitializer"

    def constant(self, x: float) -> str:
        """An operand, with its type in front left out."""
        if self.width == 1:
            return literal(x)
        return "<" + ", ".join([f"double {literal(x)}"] * self.width) + ">"

    def operation(self, name: str, *xs: str) -> str:
        """An operation of the alphabet on numbers."""
        kind = self.number
        if name in ("add", "sub", "mul", "div"):
            return self.let(f"f{name} {self.flags}{kind} {xs[0]}, {xs[1]}")
        if name == "neg":
            return self.let(f"fneg {kind} {xs[0]}")
        if name == "abs":
            return self.let(f"call {kind} @llvm.fabs.{self.suffix}({kind} {xs[0]})")
        if name in COMPARISONS:
            truth = self.let(f"fcmp {COMPARISONS[name]} {kind} {xs[0]}, {xs[1]}")
            return self.let(
                f"select {self.truth} {truth}, {kind} {self.constant(1.0)}, {kind} {self.constant(0.0)}"
            )
        if name == "select":
            truth = self.let(f"fcmp une {kind} {xs[0]}, {self.constant(0.0)}")
            return self.let(f"select {self.truth} {truth}, {kind} {xs[1]}, {kind} {xs[2]}")
        if name in FUSED:
            a, b, c = xs
            signed = FUSED[name]
            a = self.let(f"fneg {kind} {a}") if signed[0] == "-" else a
            c = self.let(f"fneg {kind} {c}") if signed[1] == "-" else c
            return self.let(f"call {kind} @llvm.fmuladd.{self.suffix}({kind} {a}, {kind} {b}, {kind} {c})")
        arguments = ", ".join(f"{kind} {x}" for x in xs)
        return self.let(f"call {kind} @{name}.v{self.width}({arguments})")

    @property
    def suffix(self) -> str:
        return "f64" if self.width == 1 else f"v{self.width}f64"

    def total(self, x: str) -> str:
        """The sum of the lanes, as a double."""
        if self.width == 1:
            return x
        return self.let(
            f"call reassoc double @llvm.vector.reduce.fadd.{self.suffix}(double {literal(-0.0)}, {self.number} {x})"
        )


COMPARISONS = {"less": "olt", "less_equal": "ole", "equal": "oeq"}
FUSED = {"fma": "++", "fms": "+-", "fnma": "-+"}  # ±(a · b) ± c, rounded once where the processor can
WRITTEN = {"add", "sub", "mul", "div", "neg", "abs", "select", *COMPARISONS, *FUSED}


def intrinsics(width: int) -> list[str]:
    """The declarations of what is called of LLVM's own."""
    f = Function("", width)
    found = [
        f"declare {f.number} @llvm.fabs.{f.suffix}({f.number})",
        f"declare {f.number} @llvm.fmuladd.{f.suffix}({f.number}, {f.number}, {f.number})",
        "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)",
        "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)",
    ]
    if width > 1:
        found.append(f"declare double @llvm.vector.reduce.fadd.{f.suffix}(double, {f.number})")
    return found


def module(*parts: str, declared: Iterable[str] = ()) -> str:
    """The text of a module: the parts, each declaration once."""
    declarations = dict.fromkeys(declared)
    rest: list[str] = []
    for part in parts:
        for line in part.split("\n"):
            if line.startswith("declare "):
                declarations[line] = None
            else:
                rest.append(line)
    return "\n".join([*declarations, *rest, ""])
