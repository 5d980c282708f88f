"""Scalar automatic differentiation that can be read, seen, stepped through and checked.

>>> from autograd_mini import variables
>>> u, v, w = variables(u=2, v=3, w=4)
>>> f = (u + v) * w
>>> f.backward()
>>> f.data, u.grad, v.grad, w.grad
(20.0, 4.0, 4.0, 5.0)
"""

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
from autograd_mini.modes import detect_anomaly, no_grad
from autograd_mini.value import Value, variables

__all__ = [
    "Value",
    "clip",
    "cos",
    "detect_anomaly",
    "dot",
    "exp",
    "heaviside",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "max",
    "maximum",
    "mean",
    "minimum",
    "no_grad",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "sum",
    "tan",
    "tanh",
    "variables",
    "where",
]
