"""Training: gradient descent over a batch, mini-batches or one example at a time, with its history.

>>> from autograd_mini import data
>>> from autograd_mini.losses import hinge
>>> from autograd_mini.nn import MLP
>>> from autograd_mini.optim import SGD
>>> model = MLP(2, [8, 1], seed=0)
>>> history = fit(model, data.moons(20), loss=hinge, optimizer=SGD(lr=0.5), epochs=20)
>>> history.loss[-1] < history.loss[0]
True

`fit` needs little of a model: that it can be called with an example, and has `parameters()`.
"""

from __future__ import annotations

import math
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograd_mini import losses
from autograd_mini.descent import OnArrays, OnValues, Penalty, Task, check_mean, decision_rule
from autograd_mini.engine.interop import flag, is_sequence, real, whole
from autograd_mini.errors import TrainingError, require, shown  # noqa: F401  # who catches the first finds it here
from autograd_mini.nn.module import Module
from autograd_mini.rng import generator_of, shuffled
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from autograd_mini.descent import Batch, Step
    from autograd_mini.engine.value import Value
    from autograd_mini.optim import Optimizer
    from autograd_mini.rng import Seed

    Factor = float | Sequence[float]


class History:
    """What happened in every epoch: lists with one entry each.

    loss: the cost that was minimized, penalties included; over several batches, their mean by size.
    accuracy: the part of examples classified right, before each step; empty for a loss without classes.
    gradient_norm: the Euclidean norm of the gradient, √Σ g²; over several batches, that of the last.
    rate: the learning rate; over several batches, that of the last.
    interrupted: whether Ctrl-C ended it. stopped: why it ended before the last epoch, else empty.
    """

    def __init__(self) -> None:
        self.loss: list[float] = []
        self.accuracy: list[float] = []
        self.gradient_norm: list[float] = []
        self.rate: list[float] = []
        self.interrupted = False
        self.stopped = ""

    def __len__(self) -> int:
        return len(self.loss)

    def __str__(self) -> str:
        """The last epoch in a line."""
        if not self.loss:
            return "no epoch"
        parts = [f"epoch {len(self)}", f"loss {number(self.loss[-1])}"]
        parts += [f"accuracy {100 * self.accuracy[-1]:.4g} %"] if self.accuracy else []
        return ", ".join([*parts, f"gradient {number(self.gradient_norm[-1])}"])

    def __repr__(self) -> str:
        return f"<History: {self}>"


def fit(
    model: Any,
    data: tuple[Sequence[Any], Sequence[Any]],
    *,
    loss: Callable[[Any, Any], Any],
    optimizer: Optimizer,
    l1: Factor = 0.0,
    l2: Factor = 0.0,
    epochs: int = 100,
    batch_size: int | None = None,
    seed: Seed = 0,
    patience: int | None = None,
    tolerance: float = 0.0,
    callback: Callable[[int, History], Any] | None = None,
    progress: bool | None = None,
    compiled: bool = False,
) -> History:
    """The history of training; the model's parameters are what was learned.

    model: called with one example. data: (X, y), n examples and n targets.
    loss: of a list of scores and a list of targets, such as those of `losses`.
    l1, l2: factors of the penalties Σ |w| and Σ w² on the weights, not on the biases; a list gives one
    factor for each of `model.layers` (the elastic net of the lectures).
    batch_size: examples for each step; None for all, 1 for online learning. With batches, the examples
    are shuffled anew in each epoch by a generator from `seed`, an int or a random.Random.
    patience: stop after so many epochs in which the loss has not fallen by more than `tolerance`.
    callback(epoch, history): called after each epoch, counted from 1; stop if it returns True.
    progress: show a bar on the standard error; None for whenever that is a terminal.
    compiled: trace model and loss for one example, and take the steps on arrays at the speed of the machine: the
    same training within rounding. The loss must be the mean over its examples, as all of `losses` are. It needs the
    extra `fast`, or NumPy alone. `p.data` and `p.grad` of the parameters are written when a callback looks, and at
    the end; other Values of the model keep what they have. An optimizer with a `step` or `direction` of its own is
    used as it is, at its own speed.

    Ctrl-C ends training after the last whole step: the history says `interrupted`.

    Raises ValueError for data or settings that do not fit, TypeError for those of a wrong type,
    TrainingError (an ArithmeticError) if the loss or a gradient is not finite: it names the epoch, and the
    step is not taken. Compiled, CompileError for what cannot be, MissingExtraError without NumPy.
    """
    X, y = examples_of(data)
    epochs = whole(epochs, "epochs")
    batch_size = None if batch_size is None else whole(batch_size, "batch_size")
    patience = None if patience is None else whole(patience, "patience")
    tolerance = real(tolerance, "tolerance must be a finite number")
    require(callable(loss), "fit needs as loss a function of scores and targets, such as losses.mse", loss)
    require(hasattr(optimizer, "step"), "fit needs an optimizer, such as SGD(lr=0.1)", optimizer)
    require(callback is None or callable(callback), "a callback is a function of epoch and history", callback)
    parameters = _parameters(model)
    task = Task(model, parameters, X, y, loss, _penalties(model, l1, l2), optimizer)
    generator, history, plateau = generator_of(seed), History(), _Plateau(tolerance)
    descent = _compiled(task, epochs, batch_size) if flag(compiled, "compiled") else OnValues(task)
    try:
        with _bar(epochs, progress) as show:
            for epoch in range(1, epochs + 1):
                batches = _batches(len(X), batch_size, generator, descent.ranked)
                _record(history, descent.epoch(batches, epoch), batches, task)
                show(history)
                waited = plateau.epochs(history.loss[-1])
                if callback is not None and _asked(callback, epoch, history, descent):
                    history.stopped = f"the callback stopped it after epoch {epoch}"
                elif patience is not None and waited >= patience:
                    history.stopped = f"the loss did not fall in the {patience} epochs up to {epoch}"
                if history.stopped:
                    break
    except KeyboardInterrupt:
        history.interrupted = True
        history.stopped = f"interrupted after epoch {len(history)}"
        descent.back_to_the_last_step()
    finally:
        descent.settle()
    return history


def _compiled(task: Task, epochs: int, batch_size: int | None) -> OnArrays:
    with evaluating(task.model):
        check_mean(task, batch_size or len(task.X))
    return OnArrays(task, epochs)


def _asked(
    callback: Callable[[int, History], Any], epoch: int, history: History, descent: OnValues | OnArrays
) -> bool:
    """Whether the callback, which may look at the Values and change them, says to stop."""
    descent.settle()
    stops = callback(epoch, history) is True
    descent.resume()
    return stops


def _record(history: History, steps: Sequence[Step], batches: Sequence[Batch], task: Task) -> None:
    """Add an epoch to the history, which took a step for each batch."""
    n = len(task.X)
    total, right = 0.0, 0.0
    for step, batch in zip(steps, batches):
        total += step.cost * (n if batch is None else len(batch))
        right += step.right
    history.loss.append(total / n)
    history.gradient_norm.append(steps[-1].norm)
    history.rate.append(steps[-1].rate)
    if task.correct:
        history.accuracy.append(right / n)


class _Plateau:
    """How long a loss has not fallen by more than the tolerance below the least so far."""

    def __init__(self, tolerance: float) -> None:
        self.tolerance = tolerance
        self.least = math.inf
        self.waited = 0

    def epochs(self, loss: float) -> int:
        """The number of epochs since it last fell, after one more with this loss."""
        self.waited = 0 if loss < self.least - self.tolerance else self.waited + 1
        self.least = min(self.least, loss)
        return self.waited


def accuracy(model: Any, data: tuple[Sequence[Any], Sequence[Any]], loss: Any) -> float:
    """The part of examples, 0 to 1, that the model classifies right by the decision rule of `loss`.

    Dropout rests meanwhile. Raises ValueError for a loss without such a rule, as those of regression.

    >>> from autograd_mini.losses import hinge
    >>> accuracy(lambda x: x[0], ([[1.0], [-1.0]], [1, 1]), hinge)
    0.5
    """
    correct = decision_rule(loss)
    if correct is None:
        msg = f"{getattr(loss, '__name__', shown(loss))} has no decision rule; use a loss of classes, such as hinge"
        raise ValueError(msg)
    require(callable(model), "accuracy needs a model that is called with an example", model)
    X, y = examples_of(data)
    with evaluating(model):
        return sum(correct(model(x), target) for x, target in zip(X, y, strict=True)) / len(X)


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """A context in which Dropout rests; afterwards every module is as it was."""
    modules = [module for _, module in model.named_modules()] if isinstance(model, Module) else []
    before = [module.training for module in modules]
    for module in modules:
        module.training = False
    try:
        yield
    finally:
        for module, mode in zip(modules, before, strict=True):
            module.training = mode


def examples_of(data: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    """The examples and the targets. Raises ValueError unless they are lists or arrays of one length, 1 or more."""
    if not (is_sequence(data) and len(data) == 2 and all(map(is_sequence, data))):
        msg = f"data must be a pair (X, y) of examples and targets, such as data.moons(), got {shown(data)}"
        raise ValueError(msg)
    X, y = data
    if len(X) != len(y) or not len(X):
        msg = f"data has {len(X)} examples and {len(y)} targets; give one target each, and at least one"
        raise ValueError(msg)
    return X, y


def _parameters(model: Any) -> list[Value]:
    is_model = callable(model) and hasattr(model, "parameters") and not isinstance(model, type)
    require(is_model, "fit needs a model that is called with an example and has parameters()", model)
    parameters: list[Value] = model.parameters()
    if not parameters:
        msg = f"{shown(model)} has no parameters to train; give it Values as attributes"
        raise ValueError(msg)
    return parameters


def _batches(
    n: int, size: int | None, generator: random.Random, ranked: Callable[[list[float]], Any] | None
) -> Sequence[Batch]:
    """The numbers 0 to n - 1, shuffled and cut into batches; None if there is one batch for all."""
    if size is None:
        return [None]
    order = shuffled(generator, n, ranked)
    return [order[i : i + size] for i in range(0, n, size)]


def _penalties(model: Any, l1: Factor, l2: Factor) -> list[Penalty]:
    """The penalties, one for each factor that is not 0."""
    found: list[Penalty] = []
    for penalty, factor in ((losses.l1, l1), (losses.l2, l2)):
        parts = getattr(model, "layers", []) if is_sequence(factor) else [model]
        factors: Any = factor if is_sequence(factor) else [factor]
        if len(factors) != len(parts):
            msg = f"{len(parts)} layers need {len(parts)} factors, got {shown(factor)}"
            raise ValueError(msg)
        for part, each in zip(parts, factors, strict=True):
            number = real(each, "the factor of a penalty must be a number of 0 or more", lambda x: x >= 0.0)
            if number:
                found.append(Penalty(penalty, part.weights(), number))
    return found


@contextmanager
def _bar(epochs: int, progress: bool | None) -> Iterator[Callable[[History], None]]:
    """A progress bar as a function of the history; nothing if the standard error is no terminal."""
    if not (sys.stderr.isatty() if progress is None else flag(progress, "progress")):
        yield lambda history: None
        return
    from rich.console import Console  # a heavy import, only for terminals
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=epochs)
        yield lambda history: bar.update(task, completed=len(history), description=str(history))
