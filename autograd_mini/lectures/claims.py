"""Claims that a computer can check, such as `∂/w_C == 0 for all w_C in -2, 0.5, 3`.

Two or more sides in the language of expressions, with == != < > <= >= between them. A name is a value of the run, ∂/w
(or d/w) the gradient of w; of arrays a claim is about every entry, and != about one of them at least. After `for all`
stand inputs with the numbers that they take, `1, 2, 3` or `-3 to 3 step 0.5`.
"""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import ExpressionError, shown
from autograd_mini.expression import parse
from autograd_mini.expression.arrays import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autograd_mini.lectures.running import Run

EQUAL = 1e-9  # of the larger, or of 1: what rounding may make of equal numbers
MOST = 10_000  # runs for one claim
SIGN = re.compile(r"(==|!=|<=|>=|<|>)")
NAME = re.compile(r"(∂/|\bd/)?(?<![\w.])([^\W\d]\w*(?:\.[^\W\d]\w*)*)(?!\w*\()")
COMPARED: dict[str, Callable[[float, float, float], bool]] = {
    "==": lambda x, y, room: x == y or abs(x - y) <= room,
    "!=": lambda x, y, room: not abs(x - y) <= room,
    "<": lambda x, y, room: x < y,
    ">": lambda x, y, room: x > y,
    "<=": lambda x, y, room: x <= y + room,
    ">=": lambda x, y, room: x >= y - room,
}


def read_claim(text: str, run: Run) -> tuple[str, dict[str, list[float]]]:
    """The comparison, and the numbers of the inputs it is about. Raises ExpressionError for what is no claim."""
    said, _, ranges = text.partition(" for all ")
    if len(SIGN.split(said)) < 3:
        msg = f"a claim compares, as in ∂/w == 0 or loss_2 < loss_1; there is no comparison in {shown(said)}"
        raise ExpressionError(msg)
    over = dict(_range(part) for part in ranges.split(" and ")) if ranges else {}
    if math.prod(map(len, over.values())) > MOST:
        msg = f"{shown(text)} would take more than {MOST:,} runs; write a wider step"
        raise ExpressionError(msg)
    is_true(said, run)
    return said, over


def holds(text: str, run: Callable[[Mapping[str, Any]], Run]) -> bool:
    """Whether a claim is true, for every run that it is about.

    >>> from autograd_mini import lectures
    >>> holds("∂/w_C == 0 for all w_C in -2 to 2 step 0.5", lectures.get("gate-all-or-nothing-case1").run)
    True
    """
    said, over = read_claim(text, run({}))
    choices = itertools.product(*over.values())
    return all(is_true(said, run(dict(zip(over, numbers, strict=True)))) for numbers in choices)


def _range(text: str) -> tuple[str, list[float]]:
    """A name and its numbers."""
    name, _, numbers = map(str.strip, text.partition(" in "))
    try:
        if found := re.fullmatch(r"(\S+) to (\S+) step (\S+)", numbers):
            least, most, step = map(float, found.groups())
            return name, [least + i * step for i in range(int((most - least) / step + 1e-9) + 1)]
        return name, [float(each) for each in numbers.split(",")]
    except (ValueError, ZeroDivisionError, OverflowError):
        msg = f"cannot read {shown(text)}; write it as in: for all w in -1, 0.5, 2 or: for all w in -3 to 3 step 0.5"
        raise ExpressionError(msg) from None


def is_true(said: str, run: Run) -> bool:
    """Whether a comparison is true of a run."""
    pieces = SIGN.split(said)
    sides = [_side(piece, run) for piece in pieces[::2]]
    return all(_compared(x, sign, y) for x, sign, y in zip(sides, pieces[1::2], sides[1:], strict=False))


def _compared(xs: list[float], sign: str, ys: list[float]) -> bool:
    count = max(len(xs), len(ys))
    if {len(xs), len(ys)} - {1, count}:
        msg = f"{len(xs)} and {len(ys)} numbers cannot be compared; both sides of {sign} need as many, or one"
        raise ExpressionError(msg)
    quantified = any if sign == "!=" else all
    pairs = zip(xs * (count // len(xs)), ys * (count // len(ys)), strict=True)
    return quantified(COMPARED[sign](x, y, EQUAL * max(1.0, abs(x), abs(y))) for x, y in pairs)


def _side(text: str, run: Run) -> list[float]:
    """The numbers of one side."""
    bound: dict[str, Any] = {}

    def known(found: re.Match[str]) -> str:
        sign, name = found.groups()
        if sign == "d/" and "d" in run.values:
            return found[0]
        numbers = run.gradients if sign else run.values
        after = ".T" if name.endswith(".T") and name not in numbers else ""
        name = name.removesuffix(after)
        if name not in numbers:
            if not sign:
                return found[0]
            msg = f"there is no gradient of {shown(name)}; there are: {', '.join(run.gradients) or 'none'}"
            raise ExpressionError(msg)
        word = f"number_{len(bound)}_"
        bound[word] = numbers[name]
        return word + after

    result = parse(NAME.sub(known, text.strip()), bound)
    if any(node.primal is None for node in entries(result)):
        names = ", ".join(dict.fromkeys(leaf.label for node in entries(result) for leaf in node.unbound()))
        msg = f"{names} is no value of this example; there are: {', '.join(run.values)}"
        raise ExpressionError(msg)
    return [node.data for node in entries(result)]
