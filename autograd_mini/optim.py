"""Optimizers: how parameters move once their gradients are known. Schedules: how the learning rate does.

An optimizer reads `p.grad` and writes `p.data`; what it must remember about a parameter it keeps itself.
A learning rate is a number, or a schedule: a function from the number of steps done so far to a number.

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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autograd_mini.engine.value import Value

    Schedule = Callable[[int], float]


class Optimizer:
    """Base of optimizers. `steps` counts the steps done, `lr` is the learning rate or schedule."""

    def __init__(self, lr: float | Schedule) -> None:
        if not callable(lr) and not (math.isfinite(lr) and lr > 0.0):
            msg = f"the learning rate must be a positive number or a schedule, got {lr!r}"
            raise ValueError(msg)
        self.lr = lr
        self.steps = 0

    def rate(self) -> float:
        """The learning rate of the next step."""
        return self.lr(self.steps) if callable(self.lr) else self.lr

    def step(self, parameters: Iterable[Value]) -> None:
        """Move every parameter once, by its gradient."""
        rate = self.rate()
        self.steps += 1
        for parameter in parameters:
            parameter.data -= rate * self.direction(parameter)

    def direction(self, parameter: Value) -> float:
        """What is subtracted from a parameter, per unit of learning rate."""
        raise NotImplementedError


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
        if not (math.isfinite(weight_decay) and weight_decay >= 0.0):
            msg = f"weight_decay must be a number of 0 or more, got {weight_decay!r}"
            raise ValueError(msg)
        self.weight_decay = weight_decay
        self._velocity: dict[Value, float] = {}

    def direction(self, parameter: Value) -> float:
        v = parameter.grad + self.weight_decay * parameter.data
        if self.momentum:
            v += self.momentum * self._velocity.get(parameter, 0.0)
            self._velocity[parameter] = v
        return v


class Adam(Optimizer):
    """Adam: p ← p - lr · m̂ / (√v̂ + epsilon), with running means m of g and v of g².

    m ← beta1 m + (1 - beta1) g and v ← beta2 v + (1 - beta2) g², each divided by 1 - betaᵗ after t
    steps, since they begin at 0. lr: above 0, or a schedule. beta1, beta2: in [0, 1). epsilon: above 0.

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
        if not (math.isfinite(epsilon) and epsilon > 0.0):
            msg = f"epsilon must be a positive number, got {epsilon!r}"
            raise ValueError(msg)
        self.epsilon = epsilon
        self._moments: dict[Value, tuple[float, float, int]] = {}

    def direction(self, parameter: Value) -> float:
        m, v, t = self._moments.get(parameter, (0.0, 0.0, 0))
        g, t = parameter.grad, t + 1
        m = self.beta1 * m + (1.0 - self.beta1) * g
        v = self.beta2 * v + (1.0 - self.beta2) * (g * g)
        self._moments[parameter] = m, v, t
        return (m / (1.0 - self.beta1**t)) / (math.sqrt(v / (1.0 - self.beta2**t)) + self.epsilon)


def _part(name: str, x: float) -> float:
    if not 0.0 <= x < 1.0:
        msg = f"{name} must be in [0, 1), got {x!r}"
        raise ValueError(msg)
    return x


# Schedules: functions from the number of steps done so far, 0 before the first, to a learning rate.


def linear(start: float, end: float, steps: int) -> Schedule:
    """A rate that goes from `start` to `end` in equal parts over `steps` steps, and stays there.

    >>> rate = linear(1.0, 0.1, 100)  # micrograd's demo: 1 - 0.9 k / 100
    >>> rate(0), rate(50), rate(100), rate(1000)
    (1.0, 0.55, 0.1, 0.1)
    """
    steps = _steps(steps)
    return lambda k: end if k >= steps else start + (end - start) * k / steps


def exponential(start: float, factor: float) -> Schedule:
    """A rate that is multiplied by `factor` after every step.

    >>> exponential(1.0, 0.5)(3)
    0.125
    """
    return lambda k: start * factor**k


def staircase(start: float, factor: float, every: int) -> Schedule:
    """A rate that is multiplied by `factor` after every `every` steps.

    >>> staircase(1.0, 0.5, every=10)(25)
    0.25
    """
    every = _steps(every)
    return lambda k: start * factor ** (k // every)


def cosine(start: float, end: float, steps: int) -> Schedule:
    """A rate that goes from `start` to `end` along half a cosine wave over `steps` steps, and stays there.

    Source: Loshchilov and Hutter, SGDR (2017), without restarts.

    >>> rate = cosine(1.0, 0.0, 10)
    >>> rate(0), round(rate(5), 12), rate(10)
    (1.0, 0.5, 0.0)
    """
    steps = _steps(steps)
    return lambda k: end if k >= steps else end + (start - end) * (1.0 + math.cos(math.pi * k / steps)) / 2.0


def _steps(steps: int) -> int:
    if not isinstance(steps, int) or steps < 1:
        msg = f"a schedule needs a whole number of steps, 1 or more, got {steps!r}"
        raise ValueError(msg)
    return steps
