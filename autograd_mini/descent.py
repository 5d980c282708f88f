"""Descent: the steps of a training, on Values or, compiled, on arrays. `fit` says when they begin and end.

On Values a step builds the graph of the cost and walks it back. On arrays the cost is traced once, for one example;
the numbers of all parameters lie in one array, and are written back when somebody looks.
"""

from __future__ import annotations

import math
from functools import partial
from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.collector import collector_at_rest
from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, TrainingError, shown
from autograd_mini.optim import Optimizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Batch = Sequence[int] | None  # places in the data; None for all


class Penalty(NamedTuple):
    """A penalty on weights: losses.l1 or losses.l2, with its factor."""

    function: Callable[..., Any]
    weights: list[Value]
    factor: float

    def __call__(self) -> Any:
        return self.function(self.weights, self.factor)


class Task(NamedTuple):
    """What is to be learned: a model with its parameters, data, and what makes the cost."""

    model: Any
    parameters: list[Value]
    X: Sequence[Any]
    y: Sequence[Any]
    loss: Callable[[Any, Any], Any]
    penalties: list[Penalty]
    optimizer: Optimizer

    @property
    def correct(self) -> Callable[[Any, Any], bool] | None:
        return decision_rule(self.loss)

    def costs(self, places: Sequence[int]) -> tuple[Any, list[Any], list[Any]]:
        """The loss of these examples, a Value, with their scores and their targets."""
        targets = [self.y[i] for i in places]
        scores = [self.model(self.X[i]) for i in places]
        cost = self.loss(scores, targets)
        if not isinstance(cost, Value):
            msg = f"the loss gave {shown(cost)}, not a Value; it must be one number made from the model's scores"
            raise TypeError(msg)
        return cost, scores, targets


class Step(NamedTuple):
    """What a step was taken from: the cost, the norm of its gradient, the learning rate, how many examples were right."""

    cost: float
    norm: float
    rate: float
    right: float


class OnValues:
    """Gradient descent on Values, and the parameters after the last whole step."""

    ranked = None  # Python sorts

    def __init__(self, task: Task) -> None:
        self.task = task
        self.learned = [p.data for p in task.parameters]

    def epoch(self, batches: Sequence[Batch], number: int) -> list[Step]:
        """A step for each batch, in the epoch of this number."""
        with collector_at_rest():
            return [self.step(batch, number) for batch in batches]

    def step(self, batch: Batch, epoch: int) -> Step:
        task, parameters = self.task, self.task.parameters
        cost, scores, targets = task.costs(range(len(task.X)) if batch is None else batch)
        cost = sum((penalty() for penalty in task.penalties), cost)
        for p in parameters:
            p.adjoint = None  # forget the last step
        cost.backward()
        gradient = [p.grad for p in parameters]
        check_finite(cost.data, gradient, parameters, epoch)
        rate = task.optimizer.rate()
        task.optimizer.step(parameters)
        self.learned = [p.data for p in parameters]
        right = sum(map(task.correct, scores, targets)) if task.correct else 0
        return Step(cost.data, math.hypot(*gradient), rate, right)

    def back_to_the_last_step(self) -> None:
        """Undo a step that was interrupted."""
        for p, x in zip(self.task.parameters, self.learned, strict=True):
            p.data = x

    def settle(self) -> None:
        """Let the Values hold what was learned. They do."""

    resume = settle


class OnArrays:
    """Gradient descent on arrays, by the compiled gradient of one example.

    The loss is the mean over its examples, as `check_mean` ensures. epochs: how many there will be, about.

    Raises CompileError for a model or a loss that cannot be compiled, MissingExtraError without NumPy.
    """

    def __init__(self, task: Task, epochs: int) -> None:
        self.task = task
        self.epochs = epochs
        self._compile()

    def _compile(self) -> None:
        from autograd_mini.compiler.arguments import numpy
        from autograd_mini.compiler.sweep import Sweep

        self.ranked = partial(numpy().argsort, kind="stable")

        model, loss, correct = self.task.model, self.task.loss, self.task.correct

        def example(x: Any, target: Any) -> tuple[Any, ...]:
            score = model(x)
            cost = loss([score], [target])
            return (cost, correct(score, target)) if correct else (cost,)

        data = (self.task.X, self.task.y)
        self.sweep = Sweep(example, data, self.task.parameters, self.epochs * len(self.task.X))
        self._direct()

    def _direct(self) -> None:
        """Make what moves the parameters, as the optimizer and the penalties say."""
        from autograd_mini.compiler.motion import Motion

        optimizer, moved = self.task.optimizer, self.sweep.parameters
        self.settings = _settings(optimizer)
        # What moves twice, or by code of its own, moves as a Value.
        is_directed = len(moved) == len(self.task.parameters) and _is_directed(optimizer)
        self.directed = optimizer.directed if is_directed else None
        place = {p: i for i, p in enumerate(moved)}
        factors: dict[Any, list[float]] = {}
        self.fixed = 0.0  # the penalty of weights that do not move
        for function, weights, factor in self.task.penalties:
            of_all = factors.setdefault(function, [0.0] * len(moved))
            for w in weights:
                if w in place:
                    of_all[place[w]] += factor
                else:
                    self.fixed += function([w.data], factor)
        self.motion = Motion(len(moved), self.directed, [*factors.items()], self.epochs * len(moved))
        self._read()

    def _read(self) -> None:
        """Take over what the Values hold now, and what the optimizer remembers."""
        motion, memory = self.motion, self.task.optimizer.memory if self.directed else {}
        motion.numbers[:] = [p.data for p in self.sweep.parameters]
        for row, p in enumerate(self.sweep.parameters):
            if p in memory:
                motion.memory[:, row] = memory[p]
        self.is_settled = True

    def epoch(self, batches: Sequence[Batch], number: int) -> list[Step]:
        """A step for each batch, in the epoch of this number."""
        self.is_settled = False
        return [self.step(batch, number) for batch in batches]

    def step(self, batch: Batch, epoch: int) -> Step:
        sweep, motion, optimizer = self.sweep, self.motion, self.task.optimizer
        rate = optimizer.rate()
        cost = sweep(motion.numbers, batch)
        square, penalty = motion.look(sweep.gradient, rate)
        if square + abs(cost + penalty) < math.inf:
            norm = math.sqrt(square)
        else:
            if math.isnan(square):
                sweep.mask()
                _, penalty = motion.look(sweep.gradient, rate)
            norm = self._checked(cost + penalty, epoch)
        if self.directed:
            optimizer.steps += 1
            motion.move()
        else:
            self._write()
            optimizer.step(self.task.parameters)
            motion.numbers[:] = [p.data for p in sweep.parameters]
        return Step(cost + penalty + self.fixed, norm, rate, sweep.right)

    def _checked(self, cost: float, epoch: int) -> float:
        """The norm of the gradient that was looked at. Raises TrainingError if it is no direction."""
        gradient = dict(zip(self.sweep.parameters, self.motion.gradient.tolist()))
        parameters = self.task.parameters
        check_finite(cost, [gradient[p] for p in parameters], parameters, epoch)
        return math.hypot(*gradient.values())

    def _write(self) -> None:
        """Let the Values hold the numbers of the moment, and the gradient of the last step."""
        numbers, gradient = self.motion.numbers.tolist(), self.motion.gradient.tolist()
        for p, x, g in zip(self.sweep.parameters, numbers, gradient):
            p.primal, p.adjoint = x, g

    def settle(self) -> None:
        """Let the Values hold what was learned, and the optimizer remember."""
        if not self.is_settled:
            self._write()
            if self.directed:
                remembered = zip(*self.motion.memory.tolist())
                self.task.optimizer.memory.update(zip(self.sweep.parameters, remembered))
            self.is_settled = True

    def resume(self) -> None:
        """Go on with what the Values hold now, and the model and the loss as they are now."""
        if not self.sweep.captures.same():
            self._compile()
        else:
            self.sweep.read()
            now = _settings(self.task.optimizer)
            is_same = len(now) == len(self.settings) and all(map(is_, now, self.settings))
            (self._read if is_same else self._direct)()

    def back_to_the_last_step(self) -> None:
        """Undo a step that was interrupted: the numbers are written in one go, so there is none."""


def _is_directed(optimizer: Any) -> bool:
    """Whether a step of this optimizer is what its `directed` says, and no code of its own on Values."""
    kind = type(optimizer)
    own = [getattr(kind, name, None) for name in ("step", "direction")]
    return own == [Optimizer.step, Optimizer.direction]


def _settings(optimizer: Any) -> list[Any]:
    """What an optimizer is, apart from what each step changes: its numbers are constants of a program."""
    attributes = getattr(optimizer, "__dict__", {})
    return [x for name, x in attributes.items() if name not in ("lr", "steps", "memory")]


def decision_rule(loss: Any) -> Callable[[Any, Any], bool] | None:
    """The decision rule of a loss, also of a partial one; None for a loss of regression."""
    return getattr(getattr(loss, "func", loss), "correct", None)


def check_finite(cost: float, gradient: Sequence[float], parameters: Sequence[Value], epoch: int) -> None:
    """Raise TrainingError if the next step would have no direction."""
    broken = [p.label or "a parameter" for p, g in zip(parameters, gradient) if not math.isfinite(g)]
    if not math.isfinite(cost):
        trouble = f"the loss is {cost}"
    elif broken:
        trouble = f"the gradient by {broken[0]} is not finite"
    else:
        return
    msg = (
        f"epoch {epoch}: {trouble}, so this step was not taken; use a smaller learning rate or a loss from"
        " logits, and find the operation with `with detect_anomaly(): ...`"
    )
    raise TrainingError(msg)


def check_mean(task: Task, most: int) -> None:
    """Raise CompileError unless the loss of the first examples, so many at most, is the mean of theirs."""
    n = min(most, len(task.X), 4)
    with no_grad():
        cost, scores, targets = task.costs(range(n))
        each = [task.loss([score], [target]).data for score, target in zip(scores, targets)]
    mean = sum(each) / n
    if math.isfinite(mean) and not math.isclose(cost.data, mean, rel_tol=1e-9, abs_tol=1e-12):
        msg = (
            f"to be compiled, a loss must be the mean over its examples: the first {n} have {shown(each)}, of which the"
            f" mean is {mean}, and together they have {cost.data}; use such a loss, or compiled=False"
        )
        raise CompileError(msg)
