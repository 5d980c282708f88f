"""What may be written in an expression: its operators and functions, and what each does with arrays."""

from __future__ import annotations

import ast
import math
import operator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.engine.value import Value, apply, lift
from autograd_mini.expression import arrays
from autograd_mini.expression.arrays import elementwise, folding, gathering, is_plain
from autograd_mini.functions import log_softmax, logsumexp, mean, softmax

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.expression.arrays import Operation


def _total(*xs: Any) -> int:
    return sum(map(arrays.size, xs))


def _classes(y: Any, m: Any) -> int:
    count = m.primal if isinstance(m, Value) else None
    return arrays.size(y) * int(count) if count and 0 < count < math.inf else 0


class Function(NamedTuple):
    """An operation on arrays. arity: how many arguments it needs, None: one or more; cost: how many operations it is."""

    arity: int | None
    operation: Operation
    cost: Callable[..., int] = _total


def _power(x: Value, n: Value) -> Value:
    return x ** (n.data if is_plain(n) else n)  # a number as exponent has a rule of its own


def _negative(x: Value) -> Value:
    return lift(-x.data) if is_plain(x) and not x.written else -x  # type: ignore[attr-defined]  # -3 is a number


OPERATORS: dict[type[ast.AST], Function] = {
    ast.Add: Function(2, elementwise(folding(operator.add))),
    ast.Sub: Function(2, elementwise(folding(operator.sub))),
    ast.Mult: Function(2, elementwise(folding(operator.mul))),
    ast.Div: Function(2, elementwise(folding(operator.truediv))),
    ast.Pow: Function(2, elementwise(folding(_power))),
    ast.USub: Function(1, elementwise(folding(_negative))),
    ast.UAdd: Function(1, lambda x: x),
    ast.MatMult: Function(2, arrays.matmul, arrays.products),
}
TRANSPOSE = Function(1, arrays.transpose)
PART = Function(None, arrays.part, lambda *_: 1)
DISPLAY = Function(None, arrays.display)


ALIASES = {  # the names of `math`, and those of lectures, French ones too
    spelling: name
    for name, spellings in {
        "arcsin": "asin Arcsin",
        "arccos": "acos Arccos",
        "arctan": "atan arctg Arctan Arctg",
        "arctan2": "atan2",
        "log": "ln",
        "tan": "tg",
        "sinh": "sh",
        "cosh": "ch",
        "tanh": "th",
        "arcsinh": "asinh argsh Argsh",
        "arccosh": "acosh argch Argch",
        "arctanh": "atanh argth Argth",
        "relu": "ReLU rect",
        "sigmoid": "σ",
    }.items()
    for spelling in spellings.split()
}
NOT_FUNCTIONS = {"add", "sub", "mul", "div", "neg", "pow", "dot"}  # they are written as operators

# Of arrays alone, or of all their entries; what a primitive alone does is in the table.
ON_ARRAYS: dict[str, Function] = {
    "mean": Function(None, gathering("mean", mean)),
    "logsumexp": Function(None, gathering("logsumexp", logsumexp), lambda *xs: 4 * _total(*xs)),
    "norm1": Function(None, gathering("norm1", arrays.norm1), lambda *xs: 2 * _total(*xs)),
    "softmax": Function(1, arrays.by_row("softmax", softmax), lambda x: 5 * _total(x)),
    "log_softmax": Function(1, arrays.by_row("log_softmax", log_softmax), lambda x: 5 * _total(x)),
    "onehot": Function(2, arrays.onehot, _classes),
    "outer": Function(2, arrays.outer, lambda u, v: arrays.size(u) * arrays.size(v)),
    "sum_rows": Function(1, arrays.sum_rows),
    "sum_cols": Function(1, arrays.sum_cols),
}


def names() -> list[str]:
    """The names of all functions, also of primitives declared since."""
    return [name for name in dict.fromkeys([*RULES, *ON_ARRAYS, *ALIASES]) if name not in NOT_FUNCTIONS]


def function(name: str) -> Function:
    """The function of that name. A primitive by another word keeps it in formulas."""
    if name in ON_ARRAYS:
        return ON_ARRAYS[name]
    rule = RULES[ALIASES[name]].spelled(name) if name in ALIASES else RULES[name]
    if rule.arity is None:
        return Function(None, gathering(name, partial(apply, rule)))
    return Function(rule.arity, elementwise(folding(_of(rule))))


def _of(rule: Rule) -> Callable[..., Value]:
    return lambda *xs: apply(rule, xs)
