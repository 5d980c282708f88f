"""`detect_anomaly`: where was a nan or inf born? A watcher that looks at every number and says how it came."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd_mini.derivatives.tracers import Tracer
from autograd_mini.engine import recording
from autograd_mini.engine.value import Value, data_of, lift
from autograd_mini.errors import AnomalyError
from autograd_mini.formulas.expressions import expression_of, expressions
from autograd_mini.formulas.names import names
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import _GeneratorContextManager as Context


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
    return recording.watched_by(Anomalies())


class Anomalies:
    """The watcher: it raises for the first number that is nan or inf."""

    def number(self, node: Value) -> None:
        if node.primal is not None and not math.isfinite(node.data):
            node = _plain(node)
            msg = f"{expression_of(node)} is {number(node.data)}, {_inputs(node)}"
            raise AnomalyError(msg)

    def gradients(self, order: Sequence[Value]) -> None:
        for node in reversed(order):
            if not node.is_constant and not math.isfinite(node.grad):
                raise AnomalyError(_gradient_message(node, order))

    def product(self, local: float | Value, upstream: float | Value, user: Value) -> None:
        factors = data_of(local), data_of(upstream)
        if not math.isfinite(product := math.prod(factors)):
            user = _plain(user)
            message = (
                f"a gradient becomes {number(product)}: through {expression_of(user)} comes the product"
                f" {number(factors[0])} · {number(factors[1])}, {_inputs(user)}"
            )
            raise AnomalyError(message)

    def sum(self, total: float | Value, node: Value) -> None:
        if not math.isfinite(result := data_of(total)):
            place = expression_of(_plain(node))
            msg = f"a gradient becomes {number(result)}: the products that add up at {place} are too large"
            raise AnomalyError(msg)


def _plain(node: Value) -> Value:
    """A graph of plain Values that shows how a tracer was made; a plain Value is shown as it is."""
    made: dict[Any, Value] = {}
    stack: list[Any] = [node]
    while stack:
        tracer = stack[-1]
        if not isinstance(tracer, Tracer):
            made[tracer] = lift(tracer)
        elif missing := [x for x in tracer.arguments if x not in made]:
            stack += missing
            continue
        else:
            made[tracer] = twin = Value(tracer.data, tracer.label)
            twin.rule = tracer.rule if tracer.arguments else None
            twin.parents = tuple([made[x] for x in tracer.arguments])
        stack.pop()
    return made[node]


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
