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

import gc
import math
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from autograd_mini import losses
from autograd_mini.engine.interop import flag, is_sequence, real, whole
from autograd_mini.engine.value import Value
from autograd_mini.errors import TrainingError, require, shown
from autograd_mini.nn.module import Module
from autograd_mini.rng import generator_of, shuffled
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

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

    Ctrl-C ends training after the last whole step: the history says `interrupted`.

    Raises ValueError for data or settings that do not fit, TypeError for those of a wrong type,
    TrainingError (an ArithmeticError) if the loss or a gradient is not finite: it names the epoch, and the
    step is not taken.
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
    descent = _Descent(model, parameters, loss, _penalties(model, l1, l2), optimizer)
    generator, history, plateau = generator_of(seed), History(), _Plateau(tolerance)
    try:
        with _bar(epochs, progress) as show:
            for epoch in range(1, epochs + 1):
                with _collector_at_rest():
                    descent.epoch(X, y, _batches(len(X), batch_size, generator), history)
                show(history)
                waited = plateau.epochs(history.loss[-1])
                if callback is not None and callback(epoch, history) is True:
                    history.stopped = f"the callback stopped it after epoch {epoch}"
                elif patience is not None and waited >= patience:
                    history.stopped = f"the loss did not fall in the {patience} epochs up to {epoch}"
                if history.stopped:
                    break
    except KeyboardInterrupt:
        history.interrupted = True
        history.stopped = f"interrupted after epoch {len(history)}"
        descent.back_to_the_last_step()
    return history


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A context without garbage collections: graphs are freed by counting references, and have no cycles.

    A collection would walk all the nodes of a step again and again and find nothing (17 % of a step of
    MLP(2, [16, 16, 1]) on 100 points, CPython 3.11).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Descent:
    """Gradient descent: what each step needs, and the parameters after the last whole one."""

    def __init__(
        self,
        model: Any,
        parameters: list[Value],
        loss: Callable[[Any, Any], Any],
        penalties: list[Callable[[], Any]],
        optimizer: Optimizer,
    ) -> None:
        self.model = model
        self.parameters = parameters
        self.loss = loss
        self.penalties = penalties
        self.optimizer = optimizer
        self.correct = _correct(loss)
        self.learned = [p.data for p in parameters]

    def epoch(self, X: Sequence[Any], y: Sequence[Any], batches: list[list[int]], history: History) -> None:
        """A step for each batch, a list of places in X and y; the history gets a line."""
        total, norm, rate, right = 0.0, 0.0, 0.0, 0
        for batch in batches:
            targets = [y[i] for i in batch]
            scores = [self.model(X[i]) for i in batch]
            cost = sum((penalty() for penalty in self.penalties), self.loss(scores, targets))
            norm = _differentiated(cost, self.parameters, epoch=len(history) + 1)
            rate = self.optimizer.rate()
            self.optimizer.step(self.parameters)
            self.learned = [p.data for p in self.parameters]
            total += cost.data * len(batch)
            right += sum(map(self.correct, scores, targets)) if self.correct else 0
        history.loss.append(total / len(X))
        history.gradient_norm.append(norm)
        history.rate.append(rate)
        if self.correct:
            history.accuracy.append(right / len(X))

    def back_to_the_last_step(self) -> None:
        """Undo a step that was interrupted."""
        for p, x in zip(self.parameters, self.learned, strict=True):
            p.data = x


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


def _differentiated(cost: Any, parameters: list[Value], epoch: int) -> float:
    """The norm of the gradient, which then stands on the parameters.

    Raises TypeError if the cost is no Value, TrainingError if the next step would have no direction.
    """
    if not isinstance(cost, Value):
        msg = f"the loss gave {shown(cost)}, not a Value; it must be one number made from the model's scores"
        raise TypeError(msg)
    for p in parameters:
        p.adjoint = None  # forget the last step
    cost.backward()
    broken = [p.label or "a parameter" for p in parameters if not math.isfinite(p.grad)]
    if not math.isfinite(cost.data):
        trouble = f"the loss is {cost.data}"
    elif broken:
        trouble = f"the gradient by {broken[0]} is not finite"
    else:
        return math.hypot(*[p.grad for p in parameters])
    msg = (
        f"epoch {epoch}: {trouble}, so this step was not taken; use a smaller learning rate or a loss from"
        " logits, and find the operation with `with detect_anomaly(): ...`"
    )
    raise TrainingError(msg)


def accuracy(model: Any, data: tuple[Sequence[Any], Sequence[Any]], loss: Any) -> float:
    """The part of examples, 0 to 1, that the model classifies right by the decision rule of `loss`.

    Dropout rests meanwhile. Raises ValueError for a loss without such a rule, as those of regression.

    >>> from autograd_mini.losses import hinge
    >>> accuracy(lambda x: x[0], ([[1.0], [-1.0]], [1, 1]), hinge)
    0.5
    """
    correct = _correct(loss)
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


def _batches(n: int, size: int | None, generator: random.Random) -> list[list[int]]:
    """The numbers 0 to n - 1, shuffled and cut into batches; as they are if there is one batch for all."""
    if size is None:
        return [list(range(n))]
    order = shuffled(generator, n)
    return [order[i : i + size] for i in range(0, n, size)]


def _penalties(model: Any, l1: Factor, l2: Factor) -> list[Callable[[], Any]]:
    """Functions that compute the penalties of the moment, one for each factor that is not 0."""
    found: list[Callable[[], Any]] = []
    for penalty, factor in ((losses.l1, l1), (losses.l2, l2)):
        parts = getattr(model, "layers", []) if is_sequence(factor) else [model]
        factors: Any = factor if is_sequence(factor) else [factor]
        if len(factors) != len(parts):
            msg = f"{len(parts)} layers need {len(parts)} factors, got {shown(factor)}"
            raise ValueError(msg)
        for part, each in zip(parts, factors, strict=True):
            number = real(each, "the factor of a penalty must be a number of 0 or more", lambda x: x >= 0.0)
            if number:
                found.append(partial(penalty, part.weights(), number))
    return found


def _correct(loss: Any) -> Callable[[Any, Any], bool] | None:
    """The decision rule of a loss, also of a partial one; None for a loss of regression."""
    return getattr(getattr(loss, "func", loss), "correct", None)


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
