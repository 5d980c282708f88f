"""What NumPy does with a Value: its functions of one, and its operators of an array and one.

An array of Values is an array of objects, and NumPy computes with it by the operators and methods of its
entries. Where a Value stands alone NumPy asks the Value first, by the two hooks below.
"""

from __future__ import annotations

import operator
import sys
from typing import TYPE_CHECKING

from autograd_mini.engine.interop import as_float, boxed, elementwise, is_array
from autograd_mini.engine.operations import call
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# What NumPy scalars are asked for most, without the way through arrays: five times faster (CPython 3.11).
SCALARS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": operator.pow, "equal": operator.eq, "not_equal": operator.ne, "less": operator.lt,
    "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
}  # fmt: skip
# What NumPy computes with objects by Python's own operators.
OPERATORS = {
    *SCALARS, "absolute", "conjugate", "divmod", "floor_divide", "matmul", "negative", "positive", "reciprocal",
    "remainder", "square",
}  # fmt: skip
CHOICES = {"where", "clip"}  # no ufuncs, and primitives here
INSTEAD = {
    "cbrt": "x ** (1 / 3) for positive x",
    "fabs": "abs(x)",
    "float_power": "x ** y",
    "fmax": "maximum(x, y)",
    "fmin": "minimum(x, y)",
    "heaviside": "autograd_mini.heaviside(x)",
    "logaddexp": "logsumexp([x, y])",
}


def of_ufunc(_: Value, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """What a ufunc makes of Values: by an operator, from their numbers, or by the primitive of its name."""
    name, rule = ufunc.__name__, RULES.get(ufunc.__name__)
    are_scalars = all(isinstance(x, (Value, float, int, sys.modules["numpy"].generic)) for x in inputs)
    if name in SCALARS and are_scalars and method == "__call__" and not options:
        return SCALARS[name](*[x if isinstance(x, Value) else as_float(x) for x in inputs])
    if name in OPERATORS:
        return getattr(ufunc, method)(*map(boxed, inputs), **options)
    if {"d->?", "dd->?"} & set(ufunc.types):  # a question, as isnan is: it looks at numbers
        return getattr(ufunc, method)(*[x.data if isinstance(x, Value) else x for x in inputs], **options)
    if rule is None or rule.arity != len(inputs) or method != "__call__" or options:
        called = f"np.{name}" if method == "__call__" else f"np.{name}.{method}"
        given = f" with {', '.join(options)}" if options else ""
        instead = INSTEAD.get(
            name, f"it with the functions of autograd_mini, or declare primitive({name!r}, ...)"
        )
        msg = f"{called}{given} has no derivative for a Value; write {instead}"
        raise TypeError(msg)
    return elementwise(lambda *xs: call(rule, xs), inputs)


def of_function(
    _: Value, function: Any, _types: Any, arguments: Sequence[Any], options: dict[str, Any]
) -> Any:
    """What another function of NumPy makes of Values: its own result, or the Value in it where it is one."""
    rule = RULES.get(function.__name__)
    if function.__name__ in CHOICES and rule and rule.arity == len(arguments) and not options:
        return elementwise(lambda *xs: call(rule, xs), arguments)
    result = function._implementation(*arguments, **options)  # noqa: SLF001  # NumPy's own name for this
    return result.item() if is_array(result) and result.dtype == object and not result.ndim else result


def install() -> None:
    """Give Value its hooks for NumPy."""
    Value.__array_ufunc__ = of_ufunc  # type: ignore[attr-defined]
    Value.__array_function__ = of_function  # type: ignore[attr-defined]
