"""When is forward mode cheaper? Count the operations that each mode really does.

The function is run, and its derivatives swept, on numbers that count: every primitive that is applied to
them adds one (a sum of n adds n - 1), in the values, in the partials and in the sweeps alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.derivatives.pytree import flatten
from autograd_mini.derivatives.tracers import Taped, cotangents, dispatch_operators, tangents
from autograd_mini.derivatives.transforms import check_function
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.recording import one_level_up
from autograd_mini.engine.value import Value, data_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule


class Cost(NamedTuple):
    """Operations of a function with `inputs` numbers in and `outputs` numbers out.

    evaluation: of the function alone. partials: of all local partial derivatives.
    forward_sweeps: of one tangent sweep for every input. reverse_sweeps: of one for every output.
    """

    inputs: int
    outputs: int
    evaluation: int
    partials: int
    forward_sweeps: int
    reverse_sweeps: int

    @property
    def forward(self) -> int:
        """Operations of the value and the whole Jacobian in forward mode."""
        return self.evaluation + self.partials + self.forward_sweeps

    @property
    def reverse(self) -> int:
        """Operations of the value and the whole Jacobian in reverse mode."""
        return self.evaluation + self.partials + self.reverse_sweeps

    def __str__(self) -> str:
        cheaper = "forward" if self.forward < self.reverse else "reverse"
        if self.forward == self.reverse:
            cheaper = "neither"
        return (
            f"{self.inputs} inputs, {self.outputs} outputs: value {self.evaluation} operations,"
            f" Jacobian {self.forward} forward, {self.reverse} reverse; cheaper: {cheaper}"
        )


class Counted(Value):
    """A number that counts the operations done with it, in the `tally` it shares with its kin."""

    __slots__ = ("tally",)
    tally: list[int]
    level = 0.5  # above captured Values, below every transform

    def apply(self, rule: Rule, arguments: Sequence[Any]) -> Counted:
        self.tally[0] += max(1, len(arguments) - 1)
        result = Counted(rule.forward(floats, *[data_of(x) for x in arguments]))
        result.tally = self.tally
        return result


def cost(function: Callable[..., Any], *arguments: Any) -> Cost:
    """The operations of the value and of the Jacobian of `function` at the arguments, in each mode.

    Multiplications by a partial that is the constant 1 are not done, so not counted.
    Source of the question: forward mode for few inputs, reverse mode for few outputs; Griewank and
    Walther, Evaluating Derivatives (2008), chapters 3 and 4.

    >>> print(cost(lambda x: x[0] * x[1] * x[2], [2.0, 3.0, 4.0]))
    3 inputs, 1 outputs: value 2 operations, Jacobian 7 forward, 6 reverse; cheaper: reverse
    """
    check_function("cost", function)
    numbers, rebuild = flatten(list(arguments))
    tally = [0]

    def spent() -> int:
        """The operations since it was asked last."""
        operations, tally[0] = tally[0], 0
        return operations

    counted = [_counted(x.data if isinstance(x, Value) else x, tally) for x in numbers]
    flatten(function(*rebuild(counted)))
    evaluation = spent()
    with one_level_up() as (level, tape):
        inputs = [Taped(x, level) for x in counted]
        outputs = flatten(function(*rebuild(inputs)))[0]
        partials = spent() - evaluation
        tangents(inputs, tape)
        forward = spent()
        for y in outputs:
            if isinstance(y, Taped) and y.level == level:
                cotangents({y: _counted(1.0, tally)}, inputs, toposort(y))
    return Cost(len(inputs), len(outputs), evaluation, partials, forward, spent())


def _counted(x: float, tally: list[int]) -> Counted:
    number = Counted(x)
    number.tally = tally
    return number


dispatch_operators(Counted)
