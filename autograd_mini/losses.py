"""Losses: how far scores are from their targets, for one example or for a batch; and penalties.

Every loss below is written for one example. It also takes a batch: lists of scores and of targets, one
entry for each example. What one example looks like:

    mse, half_squared_error                a number, or a list of outputs; in a batch, [1, 2] is two examples
    hinge, binary_cross_entropy, binary_nll    a number
    multiclass_hinge, cross_entropy, nll       a list with one entry for each class

Scores are numbers or Values; a plain number comes back if there is no Value among them. `reduction`
says what a batch gives: "mean" (the cost), "sum", or "none" for the list of the losses per example.

Class targets are counted from 0; lectures that count from 1 need `target - 1`. Of two classes, 1 is the
positive one. A loss of classes has a decision rule: its attribute `correct(scores, target)` says whether the
scores stand for that class, and accuracy is made from it.

In a compiled function scores and targets are numbers that differ from run to run. What is asked of them here is
then one question for valid examples, so that all of them take one path, and a choice by a target stays open.
"""

from __future__ import annotations

import math
from functools import reduce, wraps
from operator import or_
from typing import TYPE_CHECKING

from autograd_mini.engine import recording
from autograd_mini.engine.interop import as_float, is_sequence
from autograd_mini.engine.operations import values
from autograd_mini.engine.value import Value, data_of, lift
from autograd_mini.errors import NotANumberError, require, shown
from autograd_mini.functions import dot, entry, floor, log, mean, relu, softplus, sum, surprisal, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    Loss = Callable[..., Any]


ROUNDING = 1e-6  # by which a probability, computed somehow, may be above 1


def over_examples(of_list: bool, correct: Callable[[Any, Any], bool] | None = None) -> Callable[[Loss], Loss]:
    """A decorator: a loss of one example becomes one of an example or of a batch.

    of_list: whether the scores of one example are a list of numbers, not a number.
    correct(scores, target): the decision rule, whether scores stand for that class; None for regression.
    """

    def decorate(example: Loss) -> Loss:
        require(callable(example), "a loss is made from a function of scores and a target", example)

        @wraps(example)
        def loss(scores: Any, target: Any, *, reduction: str = "mean", **options: Any) -> Any:
            if not isinstance(reduction, str) or reduction not in ("mean", "sum", "none"):
                msg = f"reduction must be 'mean', 'sum' or 'none', got {shown(reduction)}"
                raise ValueError(msg)
            if _is_one(scores, of_list):
                return example(scores, target, **options)
            name = example.__name__
            if not is_sequence(target) or len(scores) != len(target):
                given = f"{len(target)} targets" if is_sequence(target) else f"the target {shown(target)}"
                msg = f"{name} got scores of {len(scores)} examples and {given}; give one target each"
                raise ValueError(msg)
            if not len(scores):
                msg = f"{name} of an empty batch is not defined; give at least one example"
                raise ValueError(msg)
            each = [example(score, t, **options) for score, t in zip(scores, target)]
            return each if reduction == "none" else mean(each) if reduction == "mean" else sum(each)

        loss.correct = correct  # type: ignore[attr-defined]
        return loss

    return decorate


def _is_one(scores: Any, of_list: bool) -> bool:
    """Whether these are the scores of one example, not of a batch."""
    if not is_sequence(scores):
        return True
    return of_list and len(scores) > 0 and not is_sequence(scores[0])


def _number(x: Any) -> Any:
    """A Value as it is, and any other number as a float; else NotANumberError, a TypeError."""
    return x if isinstance(x, Value) else as_float(x)


# Regression


@over_examples(of_list=False)
def mse(prediction: Any, target: Any) -> Any:
    """(1/K) Σ (ŷ - y)² over the K outputs of an example, 0 or more; the mean of it over a batch.

    prediction, target: any real numbers; their lists have one length, else ValueError.
    Gradient: ∂/∂ŷ = 2 (ŷ - y) / K, so that of one output is twice the error.
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 5.1.4.

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    squares = _squares(prediction, target)
    return squares[0] if len(squares) == 1 else mean(squares)


@over_examples(of_list=False)
def half_squared_error(prediction: Any, target: Any) -> Any:
    """½ Σ (ŷ - y)² over the outputs of an example, 0 or more; the mean of it over a batch.

    prediction, target: any real numbers; their lists have one length, else ValueError. A batch of
    examples with several outputs each is a list of lists.
    Gradient: ∂/∂ŷ = ŷ - y, the reason for the half.
    Source: Rumelhart, Hinton, Williams, Nature 323 (1986) 533-536.

    >>> half_squared_error(1.0, 4.0), half_squared_error([[1.0, 2.0]], [[4.0, 2.0]])
    (4.5, 4.5)
    """
    squares = _squares(prediction, target)
    return (squares[0] if len(squares) == 1 else sum(squares)) / 2


def _squares(prediction: Any, target: Any) -> list[Any]:
    """(ŷ - y)² for every output."""
    outputs = prediction if is_sequence(prediction) else [prediction]
    targets = target if is_sequence(target) else [target]
    if len(outputs) != len(targets) or not len(outputs):
        msg = f"an example has {len(outputs)} outputs and {len(targets)} targets; give one target for each"
        raise ValueError(msg)
    return [_square(_number(y_hat) - _number(y)) for y_hat, y in zip(outputs, targets)]


def _square(x: Any) -> Any:
    return x**2 if isinstance(x, Value) else x * x  # of floats, ** raises where * is inf


# Two classes


def _sign_correct(score: Any, target: Any) -> Any:
    return (_number(score) > 0.0) == (_number(target) > 0.0)


def _half_correct(probability: Any, target: Any) -> Any:
    return (_number(probability) > 0.5) == (_number(target) > 0.5)


@over_examples(of_list=False, correct=_sign_correct)
def hinge(score: Any, target: Any, *, margin: float = 1.0) -> Any:
    """max(0, margin - t s), where t is +1 for class 1 and -1 for class 0; 0 or more, and 0 beyond the margin.

    score: any real number; positive means class 1. target: 1, or 0, or -1, which means 0.
    Raises ValueError for another target.
    Gradient: ∂/∂s = -t if t s < margin, else 0 (also at the kink).
    Source: Cortes and Vapnik, Support-vector networks, Machine Learning 20 (1995) 273-297.

    >>> hinge(0.25, 1), hinge([0.25, -3.0], [-1, 0])
    (0.75, 0.625)
    """
    score, t, space = _single("hinge", score), _number(target), _number(margin)
    is_positive = t == 1.0
    if not (is_positive | (t == 0.0) | (t == -1.0)):
        msg = f"hinge needs the target 1, or 0 or -1 for the other class, got {shown(target)}"
        raise ValueError(msg)
    if isinstance(is_positive, Value):
        return relu(space - where(is_positive, 1.0, -1.0) * score)
    return relu(space - score if is_positive else space + score)


@over_examples(of_list=False, correct=_sign_correct)
def binary_cross_entropy(logit: Any, target: Any) -> Any:
    """-y log σ(z) - (1 - y) log(1 - σ(z)) from the logit z, in nats, 0 or more.

    logit: any real number, ±1000 is safe: it is computed as y softplus(-z) + (1 - y) softplus(z).
    target: y in [0, 1], 0 or 1 for a class; else ValueError. It may be a Value.
    Gradient: ∂/∂z = σ(z) - y, that is ŷ - y; ∂/∂y = -z.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.

    >>> binary_cross_entropy(1000.0, 1), binary_cross_entropy(1000.0, 0)
    (0.0, 1000.0)
    """
    logit, y = _single("binary_cross_entropy", logit), _soft_target(target)
    return _by_target(
        y,
        lambda: softplus(-logit),
        lambda: softplus(logit),
        lambda: y * softplus(-logit) + (1.0 - y) * softplus(logit),
    )


@over_examples(of_list=False, correct=_half_correct)
def binary_nll(probability: Any, target: Any) -> Any:
    """-y log ŷ - (1 - y) log(1 - ŷ) from the probability ŷ of class 1, in nats, 0 or more.

    probability: ŷ in [0, 1], else ValueError; the loss of a certain mistake is inf, so prefer
    `binary_cross_entropy`, from logits. target: y in [0, 1], else ValueError; for a class, 0 or 1, only the
    term that counts is computed. It may be a Value.
    Gradient: ∂/∂ŷ = -y / ŷ + (1 - y) / (1 - ŷ); ∂/∂y = log(1 - ŷ) - log ŷ.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90.

    >>> round(binary_nll(0.8, 1), 4)
    0.2231
    """
    [p], y = _probabilities([_single("binary_nll", probability)]), _soft_target(target)
    return _by_target(
        y, lambda: -log(p), lambda: -log(1.0 - p), lambda: -y * log(p) - (1.0 - y) * log(1.0 - p)
    )


def _single(name: str, score: Any) -> Any:
    if is_sequence(score):
        msg = f"{name} needs one score for each example, got {len(score)}; use the loss for several classes"
        raise ValueError(msg)
    return _number(score)


def _soft_target(target: Any) -> Any:
    y = _number(target)
    if not ((y >= 0.0) & (y <= 1.0)):
        msg = f"the target must be 0 or 1 (or a probability between), got {shown(target)}; write (t + 1) / 2 for ±1"
        raise ValueError(msg)
    return y


def _by_target(y: Any, one: Callable[[], Any], other: Callable[[], Any], between: Callable[[], Any]) -> Any:
    """What a target of 1, of 0, and any other gives; of a class only the term that counts, as the other may be inf."""
    if not isinstance(y, Value):
        return one() if y == 1.0 else other() if y == 0.0 else between()
    return where(y == 1.0, one(), where(y == 0.0, other(), between())) if y.is_data else between()


def _probabilities(xs: Iterable[Any]) -> list[Any]:
    """What a network gives as probabilities. nan is left for `fit` to report."""
    ps = [_number(x) for x in xs]
    known = ps if recording.trace() else [data_of(p) for p in ps]  # None if unbound
    outside = [p is not None and (p < 0.0) | (p > 1.0 + ROUNDING) for p in known]
    if reduce(or_, outside, False):
        wrong = next(p for p, is_outside in zip(ps, outside) if is_outside)
        msg = f"a probability must be in [0, 1], got {shown(wrong)}; of logits, use a cross-entropy"
        raise ValueError(msg)
    return ps


# Several classes


def _largest_correct(scores: Any, target: Any) -> Any:
    y = _class(scores, target)
    numbers = scores if recording.trace() else [lift(score).data for score in scores]
    largest, place = numbers[0], 0
    for j, x in enumerate(numbers[1:], 1):
        is_larger = x > largest
        largest, place = values.where(is_larger, x, largest), values.where(is_larger, j, place)
    return place == y


@over_examples(of_list=True, correct=_largest_correct)
def multiclass_hinge(scores: Any, target: Any, *, margin: float = 1.0) -> Any:
    """Σ max(0, s_j - s_y + margin) over the classes j other than y; 0 or more.

    scores: n real numbers. target: y, an int in [0, n); else IndexError, or TypeError if no int.
    Gradient: 1 for every class j that comes too near, and minus their number for y.
    Source: Weston and Watkins, Support vector machines for multi-class pattern recognition (1999).

    >>> multiclass_hinge([2.0, 4.0, -2.0], 0)
    3.0
    """
    y, space, numbers = _class(scores, target), _number(margin), [_number(score) for score in scores]
    of_class = entry(numbers, y)
    if isinstance(y, Value):
        return sum([where(y == j, 0.0, relu(x - of_class + space)) for j, x in enumerate(numbers)])
    return sum([relu(x - of_class + space) for j, x in enumerate(numbers) if j != y])


@over_examples(of_list=True, correct=_largest_correct)
def cross_entropy(logits: Any, target: Any) -> Any:
    """-log softmax(z)_y from the logits z, in nats, 0 or more.

    logits: n real numbers, ±1000 is safe: it is computed from z - max(z).
    target: y, an int in [0, n); else IndexError, or TypeError if no int.
    Gradient: ∂/∂z = ŷ - onehot(y), where ŷ = softmax(z).
    Source: Goodfellow, Bengio, Courville, Deep Learning (2016), section 6.2.2.3.

    >>> round(cross_entropy([0.0, 0.0], 1), 4), cross_entropy([1000.0, 0.0], 1)
    (0.6931, 1000.0)
    """
    return surprisal(logits, _class(logits, target))


@over_examples(of_list=True, correct=_largest_correct)
def nll(probabilities: Any, target: Any) -> Any:
    """-log p_y from the probabilities p, as a softmax gives them, in nats, 0 or more.

    probabilities: n numbers in [0, 1], else ValueError; the loss of a certain mistake is inf, so prefer
    `cross_entropy`, from logits. target: y, an int in [0, n); else IndexError, or TypeError if no int.
    Gradient: -1 / p_y for the class y, 0 for all others; through a softmax it becomes ŷ - onehot(y).
    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.4.

    >>> round(nll([0.2, 0.8], 1), 4)
    0.2231
    """
    y = _class(probabilities, target)
    return -log(entry(_probabilities(probabilities), y))


def _class(scores: Sequence[Any], target: Any) -> Any:
    """The target as an index of the scores; in a trace a traced number."""
    if not is_sequence(scores):
        msg = f"a loss over classes needs a list with one score for each class, got {shown(scores)}"
        raise TypeError(msg)
    try:
        y = _number(target)
    except NotANumberError:
        y = math.nan
    if isinstance(y, Value) and not recording.trace():
        y = y.data
    is_whole = (floor(y) == y) & (abs(y) < math.inf)
    if is_whole & (y >= 0.0) & (y < len(scores)):
        return y if isinstance(y, Value) else int(y)
    if is_whole:
        msg = (
            f"class {int(y) if y.__class__ is float else shown(y)} is not among the {len(scores)} scores; classes"
            f" are counted from 0 to {len(scores) - 1}, so subtract 1 if yours begin at 1"
        )
        raise IndexError(msg)
    msg = f"a class must be a whole number counted from 0, got {shown(target)}; of one-hot, give the place of the 1"
    raise TypeError(msg)


# Penalties


def l1(parameters: Iterable[Value | float], factor: float = 1.0) -> Any:
    """The factor times Σ |w|, 0 or more: it pulls every weight to 0 by the same amount.

    parameters: any number of Values; `model.weights()` are those without the biases.
    Gradient: factor · sign(w), 0 at w = 0.
    Source: Tibshirani, Regression shrinkage and selection via the lasso (1996).

    >>> l1([1.0, -3.0], 0.5)
    2.0
    """
    return _number(factor) * sum([abs(w) for w in _numbers("l1", parameters)])


def l2(parameters: Iterable[Value | float], factor: float = 1.0) -> Any:
    """The factor times Σ w², 0 or more: it pulls every weight to 0 in proportion; ρ/2 ‖w‖² has the factor ρ/2.

    parameters: any number of Values; `model.weights()` are those without the biases.
    Gradient: 2 · factor · w.
    Source: Hoerl and Kennard, Ridge regression, Technometrics 12 (1970) 55-67.

    >>> l2([1.0, -3.0], 0.5)
    5.0
    """
    ws = _numbers("l2", parameters)
    return _number(factor) * dot(ws, ws)


def _numbers(name: str, parameters: Any) -> list[Any]:
    try:
        parameters = [*parameters]
    except TypeError:
        msg = f"{name} needs the parameters, such as model.weights(), got {shown(parameters)}"
        raise TypeError(msg) from None
    return [_number(w) for w in parameters]
