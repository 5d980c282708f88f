"""Special ways of recording: `no_grad` and `detect_anomaly`, for the thread that asks for them.

Ordinary operations pay one look at `active`, which counts all modes in all threads; only when it is not
zero does an operation ask which of them, if any, is its own.
"""

from __future__ import annotations

import itertools
import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograd_mini.arithmetic import number
from autograd_mini.errors import AnomalyError, UnboundError
from autograd_mini.formula import expression_of, expressions
from autograd_mini.graph import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import _GeneratorContextManager as Context  # also a decorator

    from autograd_mini.value import Value

active = 0
levels = itertools.count(1)  # one for each call of a transform and each no_grad, in the order they begin
_lock = threading.Lock()


class _Thread(threading.local):
    transforms = 0  # how many calls of grad, jvp, ... this thread is inside
    no_grad_below: float = 0  # numbers of a lower level are not recorded
    detect_anomaly: float = 0


_thread = _Thread()


@contextmanager
def _mode(name: str, setting: float) -> Iterator[None]:
    global active
    before = getattr(_thread, name)
    setattr(_thread, name, setting)
    with _lock:
        active += 1
    try:
        yield
    finally:
        setattr(_thread, name, before)
        with _lock:
            active -= 1


@contextmanager
def one_level_up() -> Iterator[int]:
    """The level of a new call of a transform, which this thread is in until it ends."""
    _thread.transforms += 1
    try:
        yield next(levels)
    finally:
        _thread.transforms -= 1


def in_transform() -> bool:
    """Whether this thread is inside a call of a transform."""
    return _thread.transforms > 0


def records() -> bool:
    """Whether this thread records plain Values."""
    return not _thread.no_grad_below


def no_grad() -> Context[None]:
    """A context in which operations compute numbers but record nothing: results are leaves.

    It holds for this thread, can be nested, and ends also when an exception leaves it.

    >>> from autograd_mini import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (9.0, ())
    """
    return _mode("no_grad_below", next(levels))


def detect_anomaly() -> Context[None]:
    """A context in which the first nan or inf, in a value or a gradient, raises AnomalyError.

    The message names the node, its inputs with their numbers, and the expression that led to it.
    It holds for this thread, can be nested, and ends also when an exception leaves it.

    >>> from autograd_mini import Value
    >>> with detect_anomaly():
    ...     Value(0.0, label="x").log()
    Traceback (most recent call last):
    autograd_mini.errors.AnomalyError: log(x) is -inf, where x = 0
    """
    return _mode("detect_anomaly", 1)


def detecting() -> bool:
    """Whether this thread looks for anomalies."""
    return active > 0 and bool(_thread.detect_anomaly)


def finish(node: Value) -> Value:
    """What the modes of this thread make of a new node."""
    check_number(node)
    if node.level < _thread.no_grad_below:
        if node.primal is None:  # without a number or a record it could never become one
            raise UnboundError(node)
        node.forget()
    return node


def check_number(node: Value) -> None:
    """Raise if the number of a node is nan or inf."""
    if _thread.detect_anomaly and node.primal is not None and not math.isfinite(node.data):
        raise AnomalyError(_value_message(node))


def check_gradients(order: Sequence[Value]) -> None:
    """Raise for the first node of a finished backward sweep whose gradient is nan or inf."""
    if not _thread.detect_anomaly:
        return
    for node in reversed(order):
        if not node.is_constant and not math.isfinite(node.grad):
            raise AnomalyError(_gradient_message(node, order))


def check_product(local: float | Value, upstream: float | Value, user: Value) -> None:
    """Raise if one product of a sweep is nan or inf."""
    factors = float(local), float(upstream)
    if _thread.detect_anomaly and not math.isfinite(product := math.prod(factors)):
        message = (
            f"a gradient becomes {number(product)}: through {expression_of(user)} comes the product"
            f" {number(factors[0])} · {number(factors[1])}, {_inputs(user)}"
        )
        raise AnomalyError(message)


def check_sum(total: float | Value, node: Value) -> None:
    """Raise if finite products of a sweep became nan or inf where they were added."""
    if _thread.detect_anomaly and not math.isfinite(float(total)):
        msg = f"a gradient becomes {number(float(total))}: so large are the products that meet at {expression_of(node)}"
        raise AnomalyError(msg)


def _value_message(node: Value) -> str:
    return f"{expression_of(node)} is {number(node.data)}, {_inputs(node)}"


def _gradient_message(node: Value, order: Sequence[Value]) -> str:
    called = names(order)
    root = called[order[-1]]
    message = f"the gradient ∂{root}/∂{called[node]} is {number(node.grad)}"
    for user in reversed(order):
        for parent, partial in zip(user.parents, user.partials):
            if parent is node and not math.isfinite(partial * user.grad):
                return (
                    f"{message}: through {called[user]} = {expression_of(user)} comes the product"
                    f" {number(partial)} · {number(user.grad)}, {_inputs(user)}"
                )
    return message


def _inputs(node: Value) -> str:
    """The inputs with their numbers: `where x = 0, u + v = 5`."""
    written = expressions(node)
    inputs = [parent for parent in dict.fromkeys(node.parents) if not parent.is_constant]
    numbers = [f"{written[parent]} = {number(parent.data)}" for parent in inputs]
    return f"where {', '.join(numbers)}" if numbers else "with no inputs"
