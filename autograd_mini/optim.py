"""Optimizers: how parameters move once their gradients are known. Schedules: how the learning rate does.

An optimizer reads `p.grad` and writes `p.data`; what it must remember about a parameter it keeps itself.
A learning rate is a number, or a schedule: a function from the number of steps done so far to a number.
How it moves is said once, to be read in floats or as a program for all parameters at once: `directed`.

>>> from autograd_mini import Value
>>> p, optimizer = Value(1.0), SGD(lr=0.25)
>>> for _ in range(3):
...     p.zero_grad()
...     (p * p).backward()
...     optimizer.step([p])
>>> p
Value(0.125)
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.interop import real, whole
from autograd_mini.engine.value import Value
from autograd_mini.errors import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Schedule = Callable[[int], float]


class Optimizer:
    """Base of optimizers. `steps` counts the steps done, `lr` is the learning rate or schedule.

    memory: what is remembered of each parameter.
    """

    def __init__(self, lr: float | Schedule) -> None:
        wanted = "the learning rate must be a positive number or a schedule"
        self.lr = lr if callable(lr) else real(lr, wanted, lambda x: x > 0.0)
        self.steps = 0
        self.memory: dict[Value, tuple[float, ...]] = {}

    def rate(self) -> float:
        """The learning rate of the next step. Raises ValueError if a schedule gives no finite number."""
        if not callable(self.lr):
            return self.lr
        rate = self.lr(self.steps)
        if rate.__class__ is float and math.isfinite(rate):  # nearly always
            return rate
        return real(rate, f"the rate of step {self.steps + 1} must be a finite number")

    def step(self, parameters: Iterable[Value]) -> None:
        """Move every parameter once, by its gradient. Raises TypeError for what are no Values; none moves then."""
        moved, rate = _values(parameters), self.rate()
        self.steps += 1
        for parameter in moved:
            parameter.data -= rate * self.direction(parameter)

    def direction(self, parameter: Value) -> float:
        """What is subtracted from a parameter, per unit of learning rate."""
        remembered = self.memory.get(parameter, ())
        direction, new = self.directed(floats, parameter.data, parameter.grad, *remembered)
        if new:
            self.memory[parameter] = new
        return float(direction)

    def directed(self, xp: Any, p: Any, g: Any, *memory: Any) -> tuple[Any, tuple[Any, ...]]:
        """The direction of a parameter p with the gradient g, and what to remember: the memory of the next step.

        xp: the arithmetic in which it is read, such as floats; conditions are `xp.where`. memory: nothing in
        the first step, where all that is remembered is 0.
        """
        msg = f"{type(self).__name__} does not say how a parameter moves; define its direction(parameter)"
        raise NotImplementedError(msg)


class SGD(Optimizer):
    """Gradient descent: v ← momentum · v + g + weight_decay · p, then p ← p - lr · v.

    lr: above 0, or a schedule. momentum: in [0, 1). weight_decay: 0 or more; ρ is the gradient of
    ρ/2 ‖p‖², and acts on every parameter, biases too. "Stochastic" is whoever chooses the batch.

    Raises ValueError outside these ranges.
    Source: Sutskever et al., On the importance of initialization and momentum in deep learning (2013),
    with the learning rate outside of v.

    >>> from autograd_mini import Value
    >>> p = Value(1.0)
    >>> (3.0 * p).backward()
    >>> SGD(lr=0.5).step([p])
    >>> p
    Value(-0.5)
    """

    def __init__(
        self, lr: float | Schedule = 0.1, *, momentum: float = 0.0, weight_decay: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.momentum = _part("momentum", momentum)
        wanted = "weight_decay must be a number of 0 or more"
        self.weight_decay = real(weight_decay, wanted, lambda x: x >= 0.0)

    def directed(self, xp: Any, p: Any, g: Any, v: Any = 0.0) -> tuple[Any, tuple[Any, ...]]:  # noqa: ARG002
        if self.weight_decay:
            g = g + self.weight_decay * p
        if not self.momentum:
            return g, ()
        v = g + self.momentum * v
        return v, (v,)


class Adam(Optimizer):
    """Adam: p ← p - lr · m̂ / (√v̂ + epsilon), with running means m of g and v of g².

    m ← beta1 m + (1 - beta1) g and v ← beta2 v + (1 - beta2) g². As they begin at 0, each is divided by the
    same mean of ones, which is 1 - betaᵗ after t steps. lr: above 0, or a schedule. beta1, beta2: in [0, 1). epsilon: above 0.

    Raises ValueError outside these ranges.
    Source: Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1.

    >>> from autograd_mini import Value
    >>> p = Value(1.0)
    >>> (3.0 * p).backward()
    >>> Adam(lr=0.5).step([p])
    >>> round(p.data, 6)
    0.5
    """

    def __init__(
        self,
        lr: float | Schedule = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(lr)
        self.beta1, self.beta2 = _part("beta1", beta1), _part("beta2", beta2)
        self.epsilon = real(epsilon, "epsilon must be a positive number", lambda x: x > 0.0)

    def directed(
        self,
        xp: Any,
        p: Any,  # noqa: ARG002
        g: Any,
        m: Any = 0.0,
        v: Any = 0.0,
        m1: Any = 0.0,
        v1: Any = 0.0,
    ) -> tuple[Any, tuple[Any, ...]]:
        m, m1 = _mean(self.beta1, m, g), _mean(self.beta1, m1, 1.0)
        v, v1 = _mean(self.beta2, v, g * g), _mean(self.beta2, v1, 1.0)
        return xp.div(xp.div(m, m1), xp.sqrt(xp.div(v, v1)) + self.epsilon), (m, v, m1, v1)


def _mean(beta: float, mean: Any, x: Any) -> Any:
    return beta * mean + (1.0 - beta) * x


def _part(name: str, x: float) -> float:
    return real(x, f"{name} must be in [0, 1)", lambda x: 0.0 <= x < 1.0)


def _values(parameters: Any) -> list[Value]:
    try:
        values = [*parameters]
    except TypeError:
        values = [parameters]
    for x in values:
        require(isinstance(x, Value), "a step moves a list of Values, such as model.parameters()", x)
    return values


# Schedules: functions from the number of steps done so far, 0 before the first, to a learning rate. Numbers are
# finite and steps whole and 1 or more, else ValueError (TypeError for what is no number).


def linear(start: float, end: float, steps: int) -> Schedule:
    """A rate that goes from `start` to `end` in equal parts over `steps` steps, and stays there.

    >>> rate = linear(1.0, 0.1, 100)  # micrograd's demo: 1 - 0.9 k / 100
    >>> rate(0), rate(50), rate(100), rate(1000)
    (1.0, 0.55, 0.1, 0.1)
    """
    start, end, steps = _rate(start), _rate(end), whole(steps, "steps")
    return _of_step(lambda k: end if k >= steps else start + (end - start) * k / steps)


def exponential(start: float, factor: float) -> Schedule:
    """A rate that is multiplied by `factor` after every step.

    >>> exponential(1.0, 0.5)(3)
    0.125
    """
    start, factor = _rate(start), _rate(factor)
    return _of_step(lambda k: start * floats.pow(factor, k))


def staircase(start: float, factor: float, every: int) -> Schedule:
    """A rate that is multiplied by `factor` after every `every` steps.

    >>> staircase(1.0, 0.5, every=10)(25)
    0.25
    """
    start, factor, every = _rate(start), _rate(factor), whole(every, "every")
    return _of_step(lambda k: start * floats.pow(factor, k // every))


def cosine(start: float, end: float, steps: int) -> Schedule:
    """A rate that goes from `start` to `end` along half a cosine wave over `steps` steps, and stays there.

    Source: Loshchilov and Hutter, SGDR (2017), without restarts.

    >>> rate = cosine(1.0, 0.0, 10)
    >>> rate(0), round(rate(5), 12), rate(10)
    (1.0, 0.5, 0.0)
    """
    start, end, steps = _rate(start), _rate(end), whole(steps, "steps")
    half = (start - end) / 2.0
    return _of_step(lambda k: end if k >= steps else end + half * (1.0 + math.cos(math.pi * k / steps)))


def _of_step(rate: Schedule) -> Schedule:
    return lambda k: rate(whole(k, "the number of steps done", 0))


def _rate(x: float) -> float:
    return real(x, "a schedule is made of finite numbers")
