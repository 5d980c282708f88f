"""Scalar automatic differentiation that can be read, seen, stepped through and checked.

>>> from autograd_mini import variables
>>> u, v, w = variables(u=2, v=3, w=4)
>>> f = (u + v) * w
>>> f.backward()
>>> f.data, u.grad, v.grad, w.grad
(20.0, 4.0, 4.0, 5.0)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograd_mini.custom import custom_gradient, opaque, primitive
from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.value import Value, variables
from autograd_mini.functions import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    ceil,
    clip,
    cos,
    cosh,
    dot,
    elu,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    floor,
    floor_divide,
    gelu,
    hard_sigmoid,
    heaviside,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    log_softmax,
    logsumexp,
    max,
    maximum,
    mean,
    min,
    minimum,
    mod,
    norm,
    prod,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softmax,
    softplus,
    softsign,
    sqrt,
    stop_gradient,
    sum,
    tan,
    tanh,
    where,
)

if TYPE_CHECKING:
    from autograd_mini.compiler.compiled import compile
    from autograd_mini.derivatives.anomaly import detect_anomaly
    from autograd_mini.derivatives.gradcheck import gradcheck
    from autograd_mini.derivatives.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
    from autograd_mini.expression import definitions, parse
    from autograd_mini.formulas.closed import formula
    from autograd_mini.stepping.steps import steps
    from autograd_mini.viz.drawing import draw

__all__ = [
    "Value",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "ceil",
    "clip",
    "compile",
    "cos",
    "cosh",
    "custom_gradient",
    "definitions",
    "detect_anomaly",
    "dot",
    "draw",
    "elu",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "formula",
    "gelu",
    "grad",
    "gradcheck",
    "hard_sigmoid",
    "heaviside",
    "hessian",
    "hvp",
    "hypot",
    "jacobian",
    "jvp",
    "leaky_relu",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logsumexp",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mod",
    "no_grad",
    "norm",
    "opaque",
    "parse",
    "primitive",
    "prod",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "steps",
    "stop_gradient",
    "sum",
    "tan",
    "tanh",
    "value_and_grad",
    "variables",
    "vjp",
    "where",
]

# These bring half of the import time and are often not wanted: they are loaded when first asked for.
_LATER = {
    "compile": "autograd_mini.compiler.compiled",
    "definitions": "autograd_mini.expression",
    "formula": "autograd_mini.formulas.closed",
    "detect_anomaly": "autograd_mini.derivatives.anomaly",
    "draw": "autograd_mini.viz.drawing",
    "gradcheck": "autograd_mini.derivatives.gradcheck",
    "parse": "autograd_mini.expression",
    "steps": "autograd_mini.stepping.steps",
    **dict.fromkeys(
        ("grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"),
        "autograd_mini.derivatives.transforms",
    ),
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found = getattr(import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
