"""Losses: their formulas, gradients, stability, batches, and what they say to wrong arguments."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.compiler.compiled import compile
from autograd_mini.derivatives.gradcheck import gradcheck
from autograd_mini.derivatives.transforms import grad, value_and_grad
from autograd_mini.engine.value import Value
from autograd_mini.losses import (
    binary_cross_entropy,
    binary_nll,
    cross_entropy,
    half_squared_error,
    hinge,
    l1,
    l2,
    mse,
    multiclass_hinge,
    nll,
)
from autograd_mini.nn import MLP

numbers = st.floats(-5.0, 5.0)
scores_and_class = st.lists(numbers, min_size=2, max_size=6).flatmap(
    lambda scores: st.tuples(st.just(scores), st.integers(0, len(scores) - 1))
)


def gradient(loss, scores, target, **options):
    """(loss, gradient by the scores)."""
    values = [Value(x) for x in scores] if isinstance(scores, list) else Value(scores)
    result = loss(values, target, **options)
    result.backward()
    return result.data, [v.grad for v in values] if isinstance(values, list) else values.grad


def deep(depth):
    """[[[...]]]"""
    nested = []
    for _ in range(depth):
        nested = [nested]
    return nested


def softmax(z):
    e = np.exp(np.array(z) - max(z))
    return e / e.sum()


# The gradients the lectures derive, against a few lines of NumPy


@given(scores_and_class)
def test_cross_entropy_is_prediction_minus_onehot(example):
    """The gradient by the logits is ŷ - onehot(y), and the loss -log ŷ_y."""
    logits, y = example
    found, slopes = gradient(cross_entropy, logits, y)

    assert found == pytest.approx(-np.log(softmax(logits)[y]), rel=1e-12, abs=1e-12)
    assert slopes == pytest.approx(softmax(logits) - np.eye(len(logits))[y], rel=1e-12, abs=1e-12)


@given(scores_and_class)
def test_nll_moves_only_the_target(example):
    """The gradient by the probabilities is -1 / p_y for the class, 0 elsewhere."""
    logits, y = example
    p = softmax(logits)
    found, slopes = gradient(nll, p.tolist(), y)

    assert found == pytest.approx(-math.log(p[y]), rel=1e-12)
    assert slopes == pytest.approx(-np.eye(len(logits))[y] / p, rel=1e-12)


@given(scores_and_class, st.sampled_from([0.5, 1.0, 2.0]))
def test_multiclass_hinge_counts_what_comes_too_near(example, margin):
    """The loss is Σ max(0, s_j - s_y + margin), and its gradient counts the terms above 0."""
    s, y = np.array(example[0]), example[1]
    terms = np.where(np.arange(len(s)) == y, 0.0, np.maximum(0.0, s - s[y] + margin))
    found, slopes = gradient(multiclass_hinge, s.tolist(), y, margin=margin)

    assert found == pytest.approx(terms.sum(), rel=1e-12, abs=1e-12)
    assert slopes == list((terms > 0) - (terms > 0).sum() * np.eye(len(s))[y])


@given(numbers, st.sampled_from([1, 0, -1]))
def test_hinge(score, target):
    """The loss is max(0, 1 - t s); a target of 0 is that of -1."""
    t = 1 if target == 1 else -1
    found, slope = gradient(hinge, score, target)

    assert found == max(0.0, 1.0 - t * score)
    assert slope == (-t if 1.0 - t * score > 0 else 0.0)


@given(numbers, st.floats(0.0, 1.0) | st.sampled_from([0, 1]))
def test_binary_cross_entropy_is_prediction_minus_target(logit, y):
    """The gradient by the logit is σ(z) - y."""
    sigma = 1.0 / (1.0 + math.exp(-logit))
    found, slope = gradient(binary_cross_entropy, logit, y)

    assert found == pytest.approx(-y * math.log(sigma) - (1 - y) * math.log(1 - sigma), rel=1e-11, abs=1e-12)
    assert slope == pytest.approx(sigma - y, rel=1e-12, abs=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.0, 1.0) | st.sampled_from([0, 1]))
def test_binary_nll(p, y):
    """The gradient by the probability is -y / p + (1 - y) / (1 - p)."""
    found, slope = gradient(binary_nll, p, y)

    assert found == pytest.approx(-y * math.log(p) - (1 - y) * math.log(1 - p), rel=1e-12, abs=1e-12)
    assert slope == pytest.approx(-y / p + (1 - y) / (1 - p), rel=1e-12, abs=1e-12)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=5))
def test_squared_errors(pairs):
    """mse is the mean of (ŷ - y)² with the gradient 2 (ŷ - y) / n; half_squared_error has the sum of halves."""
    y_hat, y = map(np.array, zip(*pairs, strict=True))
    found, slopes = gradient(mse, y_hat.tolist(), y.tolist())
    half, half_slopes = gradient(lambda p, t: half_squared_error([p], [t]), y_hat.tolist(), y.tolist())

    assert found == pytest.approx(((y_hat - y) ** 2).mean(), rel=1e-12)
    assert slopes == pytest.approx(2 * (y_hat - y) / len(y), rel=1e-12)
    assert half == pytest.approx(((y_hat - y) ** 2).sum() / 2, rel=1e-12)
    assert half_slopes == pytest.approx(y_hat - y, rel=1e-12)


def test_penalties():
    """l1 pulls by the sign, with 0 at 0; l2 in proportion."""
    ws = [Value(-0.5), Value(0.0), Value(2.0)]
    (l1(ws, 0.01) + l2(ws, 0.02)).backward()

    assert l1(ws, 0.01).data == 0.025
    assert l2(ws, 0.02).data == 0.085
    assert [w.grad for w in ws] == [-0.03, 0.0, pytest.approx(0.09, rel=1e-15)]
    assert l1([]) == l2([]) == 0.0


@pytest.mark.parametrize(
    ("loss", "scores", "target"),
    [
        (cross_entropy, [0.3, -1.2, 0.8], 2),
        (nll, [0.2, 0.5, 0.3], 0),
        (multiclass_hinge, [0.3, -1.2, 0.8], 1),
        (mse, [0.3, -1.2], [1.0, 2.0]),
        (half_squared_error, [0.3, -1.2], [1.0, 2.0]),
        (hinge, [0.3, -0.2], [1, -1]),
        (binary_cross_entropy, [0.3, -0.2], [1, 0.25]),
        (binary_nll, [0.3, 0.2], [1, 0.25]),
    ],
)
def test_second_order(loss, scores, target):
    """First and second derivatives agree with differences."""
    assert gradcheck(lambda s: loss(s, target), (scores,), order=2)


# Far away


@pytest.mark.parametrize("z", [1000.0, -1000.0, 800.0, 40.0])
def test_losses_from_logits_are_stable(z):
    """At ±1000 the losses and their gradients are the limits, not nan or inf."""
    for y in (0, 1):
        right = (z > 0) == (y == 1)
        expected = (math.exp(-abs(z)) if abs(z) < 700 else 0.0) if right else abs(z)
        pair = [0.0, z]

        assert gradient(binary_cross_entropy, z, y)[0] == pytest.approx(expected, rel=1e-12)
        assert gradient(binary_cross_entropy, z, y)[1] == pytest.approx((z > 0) - y, abs=1e-15)
        assert gradient(cross_entropy, pair, y)[0] == pytest.approx(expected, abs=1e-15)
        assert gradient(cross_entropy, pair, y)[1] == pytest.approx([y - (z > 0), (z > 0) - y], abs=1e-15)


def test_a_certain_mistake_is_infinite():
    """From probabilities, log 0 is -inf, never an exception."""
    assert nll([0.0, 1.0], 0) == math.inf
    assert binary_nll(0.0, 1) == math.inf
    assert binary_nll(1.0, 1) == 0.0


def test_infinite_and_huge_logits():
    """A certain class costs nothing, its opposite inf; at 1e17 the logarithm of the others is not lost."""
    inf = math.inf

    assert gradient(cross_entropy, [inf, 0.0], 0) == (0.0, [0.0, 0.0])
    assert gradient(cross_entropy, [inf, 0.0], 1) == (inf, [1.0, -1.0])
    assert gradient(cross_entropy, [-inf, 0.0], 0) == (inf, [-1.0, 1.0])
    assert gradient(cross_entropy, [-inf], 0) == (0.0, [0.0])
    assert cross_entropy([1e17, 1e17], 0) == math.log(2.0)
    assert gradient(binary_cross_entropy, inf, 1) == (0.0, 0.0)
    assert gradient(binary_cross_entropy, inf, 0) == (inf, 1.0)
    assert mse(1e200, 0.0) == half_squared_error([1e200], [0.0]) == inf


@pytest.mark.parametrize("loss", [binary_cross_entropy, binary_nll])
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_a_target_keeps_its_gradient(loss, target):
    """A target that is a Value is differentiated like the score, also at 0 and at 1."""
    y = Value(target)
    loss(Value(0.8), y).backward()
    slope = -0.8 if loss is binary_cross_entropy else math.log(0.2) - math.log(0.8)

    assert y.grad == pytest.approx(slope, rel=1e-12)
    assert loss(0.8, y).data == pytest.approx(loss(0.8, target), rel=1e-15)


def test_unbound_scores():
    """A loss can be written before its numbers are known."""
    p = Value(label="p")

    assert nll([p, 1.0 - p], 0).forward(p=0.5) == pytest.approx(math.log(2.0))
    assert cross_entropy([p, 0.0], 0).forward(p=0.0) == math.log(2.0)


def test_rounding_above_one_is_a_probability():
    """What was computed as 1 and rounded up is accepted."""
    assert nll([1.0 + 1e-12, 0.0], 0) == pytest.approx(0.0, abs=1e-11)


# One example, or a batch


@pytest.mark.parametrize(
    ("loss", "scores", "targets"),
    [
        (mse, [[1.0, 2.0], [3.0, 5.0]], [[0.0, 2.0], [3.0, 1.0]]),
        (half_squared_error, [[1.0, 2.0], [3.0, 5.0]], [[0.0, 2.0], [3.0, 1.0]]),
        (half_squared_error, [1.0, 2.0, 4.0], [0.0, 2.0, 3.0]),
        (hinge, [0.5, -2.0, 0.1], [1, -1, 0]),
        (binary_cross_entropy, [0.5, -2.0, 0.1], [1, 0, 0.5]),
        (binary_nll, [0.5, 0.2, 0.1], [1, 0, 0.5]),
        (multiclass_hinge, [[1.0, 2.0, 1.5], [3.0, 1.0, 2.5]], [0, 2]),
        (cross_entropy, [[1.0, 2.0, 1.5], [3.0, 1.0, 2.5]], [0, 2]),
        (nll, [[0.2, 0.5, 0.3], [0.1, 0.6, 0.3]], [0, 2]),
    ],
)
@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_a_batch_is_the_mean_of_its_examples(loss, scores, targets, kind):
    """A batch gives the mean, the sum or the list of the losses of its examples, whatever holds them."""
    each = [loss([score], [target]) for score, target in zip(scores, targets, strict=True)]
    batch = kind(scores), kind(targets)

    assert loss(*batch, reduction="none") == each
    assert loss(*batch, reduction="sum") == pytest.approx(math.fsum(each), rel=1e-15)
    assert loss(*batch) == pytest.approx(math.fsum(each) / len(each), rel=1e-15)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mse([], []), ValueError, "mse of an empty batch is not defined; give at least one example"),
        (lambda: nll([], []), ValueError, "nll of an empty batch"),
        (
            lambda: hinge([1.0, 2.0], [1]),
            ValueError,
            "hinge got scores of 2 examples and 1 targets; give one",
        ),
        (lambda: hinge([1.0, 2.0], 1), ValueError, "hinge got scores of 2 examples and the target 1"),
        (
            lambda: hinge(1.0, 2),
            ValueError,
            "hinge needs the target 1, or 0 or -1 for the other class, got 2",
        ),
        (lambda: hinge([[1.0, 2.0]], [1]), ValueError, "hinge needs one score for each example, got 2"),
        (lambda: binary_cross_entropy(1.0, -1), ValueError, "must be 0 or 1 .* got -1; write"),
        (lambda: binary_nll(0.5, 1.5), ValueError, "got 1.5"),
        (lambda: mse([[1.0, 2.0]], [[1.0]]), ValueError, "an example has 2 outputs and 1 targets"),
        (
            lambda: cross_entropy([1.0, 2.0], 2),
            IndexError,
            "class 2 is not among the 2 scores; .* from 0 to 1",
        ),
        (lambda: nll([0.5, 0.5], -1), IndexError, "class -1 is not among the 2 scores"),
        (lambda: cross_entropy([1.0, 2.0], [0.0, 1.0]), TypeError, "a class must be a whole number"),
        (lambda: cross_entropy([1.0, 2.0], 0.5), TypeError, "counted from 0, got 0.5"),
        (lambda: cross_entropy([1.0, 2.0], "a"), TypeError, "got 'a'"),
        (lambda: cross_entropy(1.0, 0), TypeError, "needs a list with one score for each class, got 1.0"),
        (lambda: mse([1.0], [1.0], reduction="avg"), ValueError, "'mean', 'sum' or 'none', got 'avg'"),
        (lambda: mse(1.0, 1.0, reduction="avg"), ValueError, "'mean', 'sum' or 'none', got 'avg'"),
        (lambda: mse(1.0, 1.0, reduction=np.ones(2)), ValueError, "'mean', 'sum' or 'none', got array"),
        (lambda: mse(None, 1), TypeError, "expected a Value or a number .* got NoneType None"),
        (lambda: mse("12", "12"), TypeError, "got str '12'"),
        (lambda: mse(deep(5000), deep(5000)), TypeError, r"got list \[\["),
        (lambda: mse(deep(5000), 1.0), ValueError, "1 examples and the target 1.0"),
        (lambda: mse(1.0, 10**400), TypeError, "an int of 1329 bits does not fit a float"),
        (lambda: hinge(1.0, "1"), TypeError, "got str '1'"),
        (lambda: hinge({1.0}, 1), TypeError, "got set"),
        (lambda: hinge(np.array(1.0), 1), TypeError, "got ndarray"),
        (lambda: hinge(1.0, 1, margin=None), TypeError, "got NoneType"),
        (lambda: binary_cross_entropy(1.0, "1"), TypeError, "got str '1'"),
        (lambda: binary_cross_entropy(1.0, Value(label="y")), ValueError, "no number for y yet"),
        (lambda: binary_cross_entropy(1.0, math.nan), ValueError, "must be 0 or 1 .* got nan"),
        (lambda: binary_nll(-0.1, 1), ValueError, r"must be in \[0, 1\], got -0.1; of logits, use"),
        (lambda: nll([0.5, 1.5], 0), ValueError, r"must be in \[0, 1\], got 1.5"),
        (lambda: nll([-0.5, 1.0], 1), ValueError, r"must be in \[0, 1\], got -0.5"),
        (lambda: cross_entropy([1.0, None], 0), TypeError, "got NoneType"),
        (lambda: cross_entropy([1.0, 2.0], math.inf), TypeError, "counted from 0, got inf"),
        (lambda: cross_entropy([1.0, 2.0], 10**400), TypeError, "counted from 0, got 1000"),
        (lambda: cross_entropy("ab", 0), TypeError, "needs a list with one score for each class, got 'ab'"),
        (lambda: hinge.correct(None, 1), TypeError, "got NoneType"),
        (lambda: cross_entropy.correct([], 0), IndexError, "class 0 is not among the 0 scores"),
        (lambda: l1(None), TypeError, "l1 needs the parameters, such as model.weights.., got None"),
        (lambda: l2([Value(1.0), "a"]), TypeError, "got str 'a'"),
        (lambda: l2([Value(1.0)], "a"), TypeError, "got str 'a'"),
    ],
)
def test_wrong_arguments(call, error, message):
    """Each mistake gets its own message, with the value and what to do."""
    with pytest.raises(error, match=message):
        call()


def test_decisions():
    """A loss of classes has a decision rule; those of regression have none."""
    assert hinge.correct(0.1, 1)
    assert hinge.correct(-0.1, -1)
    assert not hinge.correct(0.0, 1)
    assert binary_nll.correct(0.6, 1)
    assert not binary_nll.correct(0.4, 1)
    assert cross_entropy.correct([0.1, 0.9, 0.9], 1)
    assert not cross_entropy.correct([Value(0.1), Value(0.9)], 0)
    assert mse.correct is None


# Compiled: targets are inputs, and valid examples take one path

INF = math.inf
TWO_CLASSES = [0.3, -0.7, 1.0, 0.0, -0.0, 2.5, -INF, INF, math.nan, 0.25]
PROBABILITIES = [0.3, 0.7, 1.0, 0.0, 1.0 + 1e-9, 0.5, 0.0, 1.0, math.nan, 0.25]
SIGNS = [1, -1, 0, 1, 0, -1, 0, 1, 1, 0]
PARTS = [1, 0.25, 1, 0, 0, 0.5, 0, 1, 0.5, 1]
CLASSES = [[0.1, 2.0, -1.0], [3.0, 3.0, 0.0], [-1.0, 0.0, -0.0], [1000.0, -1000.0, 1.0], [0.0, INF, 1.0]]
CERTAIN = [[0.1, 0.9, 0.0], [1.0, 0.0, 0.0], [0.2, 0.3, 0.5], [0.0, 1.0, 0.0], [0.25, 0.5, 0.25]]


def of_one(loss):
    """The loss of one example with several outputs, which would be a batch."""
    return lambda scores, target: loss([scores], [target])


COMPILED = [
    (mse, TWO_CLASSES, SIGNS),
    (of_one(mse), CLASSES, CERTAIN),
    (half_squared_error, TWO_CLASSES, PARTS),
    (of_one(half_squared_error), CLASSES, CERTAIN),
    (hinge, TWO_CLASSES, SIGNS),
    (partial(hinge, margin=0.3), TWO_CLASSES, SIGNS),
    (binary_cross_entropy, TWO_CLASSES, PARTS),
    (binary_nll, PROBABILITIES, PARTS),
    (multiclass_hinge, CLASSES, [0, 1, 2, 1, 0]),
    (cross_entropy, CLASSES, [0, 1, 2, 1, 0]),
    (nll, CERTAIN, [0, 0, 2, 1, 1]),
]
of_each_loss = pytest.mark.parametrize(("loss", "scores", "targets"), COMPILED)


def paths_of(fast):
    """The paths that examples have taken through a compiled function of one structure."""
    [state] = fast._states
    [paths] = state.paths.values()
    return paths.known


def bits(numbers):
    """Numbers as text, so that nan is nan; -0.0 counts as 0.0."""
    return [repr(x + 0.0) for x in np.ravel(numbers).tolist()]


@of_each_loss
def test_compiled_losses_are_the_eager_ones(loss, scores, targets):
    """Value and gradient of a batch are those of its examples to the last bit, on one path for all of them."""
    fast = compile(value_and_grad(loss), exact=True, tier="python")
    found = fast(scores, targets)
    expected = [value_and_grad(loss)(s, t) for s, t in zip(scores, targets, strict=True)]

    assert [bits(part) for part in found] == [bits([each[i] for each in expected]) for i in (0, 1)]
    assert len(paths_of(fast)) == 1


@of_each_loss
def test_compiled_decisions_are_the_eager_ones(loss, scores, targets):
    """Whether an example is right is a number of a program too."""
    correct = getattr(getattr(loss, "func", loss), "correct", None)
    if correct is None:
        return
    fast = compile(correct, tier="python")

    assert fast(scores, targets).tolist() == [correct(s, t) for s, t in zip(scores, targets, strict=True)]
    assert len(paths_of(fast)) == 1


@pytest.mark.parametrize(
    ("loss", "scores", "targets", "error", "message"),
    [
        (hinge, [1.0, 1.0], [1, 2], ValueError, "hinge needs the target 1, or 0 or -1 .* got Traced.2.0"),
        (binary_cross_entropy, [1.0, 1.0], [1, -1], ValueError, "the target must be 0 or 1 .* got Traced.-1.0"),
        (binary_nll, [0.5, 0.5], [1, math.nan], ValueError, "the target must be 0 or 1 .* got Traced.nan"),
        (binary_nll, [0.5, 1.5], [1, 1], ValueError, r"a probability must be in \[0, 1\], got Traced.1.5"),
        (cross_entropy, [[0.0, 1.0]] * 2, [1, 2], IndexError, "class Traced.2.0. is not among the 2 scores"),
        (multiclass_hinge, [[0.0, 1.0]] * 2, [1, 0.5], TypeError, "a class must be a whole number .* got Traced.0.5"),
        (nll, [[0.0, 1.0]] * 2, [1, math.inf], TypeError, "a class must be a whole number .* got Traced.inf"),
        (nll, [[0.5, 0.5], [-0.5, 0.5]], [1, 1], ValueError, r"a probability must be in \[0, 1\], got Traced.-0.5"),
    ],
)  # fmt: skip
def test_an_invalid_example_in_a_compiled_batch(loss, scores, targets, error, message):
    """The error is that of the engine, and the batch has no result."""
    with pytest.raises(error, match=message):
        compile(loss, tier="python")(scores, targets)


@pytest.mark.parametrize("y", [0.0, 1.0, 0.25])
@pytest.mark.parametrize(("loss", "score"), [(binary_cross_entropy, 0.5), (binary_nll, 0.75)])
def test_a_target_that_moves_has_its_gradient(loss, score, y):
    """A target that is differentiated by, or made from parameters, gives the gradient by itself, also at 0 and 1."""
    w = Value(y)
    fast = compile(lambda s: loss(s, w), tier="python")
    fast.backward([score])
    slope = grad(lambda t: loss(score, t))(y)

    assert w.grad == slope != 0.0
    assert compile(grad(lambda t, s: loss(s, t)), tier="python")([y], [score]).tolist() == [slope]


def test_a_network_and_its_loss_compiled():
    """The gradient of the mean loss, by class targets that differ from example to example, is the eager one."""
    model = MLP(2, [3, 3], activation="tanh", seed=1)
    X, y = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0]], [2, 0, 1]
    cross_entropy([model(x) for x in X], y).backward()
    expected = [p.grad for p in model.parameters()]
    model.zero_grad()
    compile(lambda x, t: cross_entropy(model(x), t), tier="python").backward(X, y)

    assert [p.grad for p in model.parameters()] == pytest.approx(expected, rel=1e-13, abs=1e-15)
