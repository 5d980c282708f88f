"""What NumPy does with Values: its functions are our primitives, entry by entry.

An array of Values is an array of objects, and NumPy computes with it by the operators of its entries: sums,
products, slices and broadcasting are NumPy's own. For its other functions NumPy asks first, by the two hooks
below, where a Value stands alone or the array is one of ours, as those inside a transform are.
"""

from __future__ import annotations

import operator
import sys
from typing import TYPE_CHECKING

from autograd_mini.engine.interop import as_float, boxed, elementwise, hooks, unboxed
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


def of_ufunc(_: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """What a ufunc makes of Values: by an operator, from their numbers, or by the primitive of its name."""
    numpy, name, rule = sys.modules["numpy"], ufunc.__name__, RULES.get(ufunc.__name__)
    are_scalars = all(isinstance(x, (Value, float, int, numpy.generic)) for x in inputs)
    if name in SCALARS and are_scalars and method == "__call__" and not options:
        return SCALARS[name](*[x if isinstance(x, Value) else as_float(x) for x in inputs])
    if name not in OPERATORS:
        if {"d->?", "dd->?"} & set(ufunc.types):  # a question, such as isnan, looks at numbers
            return getattr(ufunc, method)(*[elementwise(_number, [x]) for x in inputs], **options)
        if rule is None or rule.arity != ufunc.nin:
            anything = f"it with the functions of autograd_mini, or declare primitive({name!r}, ...)"
            msg = f"np.{name} has no derivative for a Value; write {INSTEAD.get(name, anything)}"
            raise TypeError(msg)
        ufunc = numpy.frompyfunc(lambda *xs: call(rule, xs), ufunc.nin, 1, identity=None)
    with numpy.errstate(all="ignore"):  # the arithmetic of Values gives inf and nan, and no warning
        if out := options.get("out"):
            getattr(ufunc, method)(*map(boxed, inputs), **{**options, "out": tuple(map(boxed, out))})
            return out[0]
        return unboxed(getattr(ufunc, method)(*map(boxed, inputs), **options))


def _number(x: Any) -> Any:
    return x.data if isinstance(x, Value) else x


def of_function(_: Any, function: Any, _types: Any, arguments: Sequence[Any], options: dict[str, Any]) -> Any:
    """What another function of NumPy makes of Values: its own result, or the primitive of its name."""
    rule = RULES.get(function.__name__)
    if function.__name__ in CHOICES and rule and rule.arity == len(arguments) and not options:
        return elementwise(lambda *xs: call(rule, xs), arguments)
    return unboxed(function._implementation(*arguments, **options))  # noqa: SLF001  # NumPy's name for it


def install() -> None:
    """Give Value, and the arrays that hold Values, their hooks for NumPy."""
    for hook, name in ((of_ufunc, "__array_ufunc__"), (of_function, "__array_function__")):
        hook.__name__, hook.__qualname__ = name, f"Value.{name}"
    hooks.update(__array_ufunc__=of_ufunc, __array_function__=of_function)
    for name, hook in hooks.items():
        setattr(Value, name, hook)
