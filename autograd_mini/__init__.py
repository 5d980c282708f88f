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

from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.value import Value, variables
from autograd_mini.functions import (
    clip,
    cos,
    dot,
    exp,
    heaviside,
    log,
    log1p,
    log_softmax,
    logsumexp,
    max,
    maximum,
    mean,
    minimum,
    primitive,
    relu,
    sigmoid,
    sign,
    sin,
    softmax,
    softplus,
    sqrt,
    sum,
    tan,
    tanh,
    where,
)

if TYPE_CHECKING:
    from autograd_mini.derivatives.anomaly import detect_anomaly
    from autograd_mini.derivatives.gradcheck import gradcheck
    from autograd_mini.derivatives.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
    from autograd_mini.expression import parse
    from autograd_mini.stepping.steps import steps
    from autograd_mini.viz.drawing import draw

__all__ = [
    "Value",
    "clip",
    "cos",
    "detect_anomaly",
    "dot",
    "draw",
    "exp",
    "grad",
    "gradcheck",
    "heaviside",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "max",
    "maximum",
    "mean",
    "minimum",
    "no_grad",
    "parse",
    "primitive",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "steps",
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
