"""Training: what fit does in every step, when it ends, what it refuses, and that it learns."""

import gc
import math
import random
from functools import partial

import numpy as np
import pytest

from autograd_mini import data, losses
from autograd_mini.engine.value import Value
from autograd_mini.experiments import EXPERIMENTS, run
from autograd_mini.functions import mean
from autograd_mini.nn import MLP, Dropout, Neuron
from autograd_mini.optim import SGD, Adam, linear
from autograd_mini.train import History, TrainingError, accuracy, evaluating, fit

LINE = data.regression(20, seed=0)


def step_by_hand(model, X, y, loss, lr, penalty=lambda: 0.0):
    cost = loss([model(x) for x in X], y) + penalty()
    model.zero_grad()
    cost.backward()
    norm = math.hypot(*[p.grad for p in model.parameters()])
    for p in model.parameters():
        p.data -= lr * p.grad
    return cost.data, norm


def test_full_batch():
    """One step an epoch over all examples; the loss and the gradient are those before the step."""
    model, twin = MLP(1, [3, 1], seed=0), MLP(1, [3, 1], seed=0)
    history = fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=0.05), epochs=5)
    expected = [step_by_hand(twin, *LINE, losses.mse, 0.05) for _ in range(5)]

    assert list(zip(history.loss, history.gradient_norm, strict=True)) == expected
    assert model.state_dict() == twin.state_dict()
    assert (len(history), history.accuracy, history.interrupted, history.stopped) == (5, [], False, "")


def test_mini_batches():
    """Each epoch shuffles anew by the seed, and steps batch by batch; its loss is their mean by size."""
    model, twin = Neuron(1, "linear", init=0.0), Neuron(1, "linear", init=0.0)
    history = fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=0.1), epochs=3, batch_size=8, seed=7)
    generator, expected, orders = random.Random(7), [], []
    for _ in range(3):
        keys = [generator.random() for _ in range(20)]
        orders.append(sorted(range(20), key=keys.__getitem__))
        total = 0.0
        for batch in (orders[-1][:8], orders[-1][8:16], orders[-1][16:]):
            X, y = [LINE.X[i] for i in batch], [LINE.y[i] for i in batch]
            total += step_by_hand(twin, X, y, losses.mse, 0.1)[0] * len(batch)
        expected.append(total / 20)

    assert history.loss == expected
    assert model.state_dict() == twin.state_dict()
    assert orders[0] != orders[1]


@pytest.mark.parametrize("batch_size", [None, 8, 1, 100])
def test_every_kind_of_descent_finds_the_line(batch_size):
    """Full batch, mini-batches and online learning all come near the least squares solution."""
    model = Neuron(1, "linear", init=0.0)
    rate = linear(0.1, 0.001, 60 if batch_size is None else 60 * math.ceil(20 / batch_size))
    fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=rate), epochs=60, batch_size=batch_size)
    best = np.polyfit([x for (x,) in LINE.X], LINE.y, 1)

    assert [model.w[0].data, model.b.data] == pytest.approx(best, abs=0.05)


def test_penalties_act_on_weights():
    """l1 and l2 are added to the loss, for the weights and not for the biases."""
    model, twin = MLP(1, [2, 1], seed=3), MLP(1, [2, 1], seed=3)

    def penalty():
        return losses.l1(twin.weights(), 0.1) + losses.l2(twin.weights(), 0.2)

    history = fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=0.05), epochs=3, l1=0.1, l2=0.2)
    expected = [step_by_hand(twin, *LINE, losses.mse, 0.05, penalty)[0] for _ in range(3)]

    assert history.loss == pytest.approx(expected, rel=1e-14)
    assert list(model.state_dict().values()) == pytest.approx(list(twin.state_dict().values()), rel=1e-13)


def test_penalties_of_each_layer():
    """A list gives every layer its own factor."""
    model = MLP(1, [2, 1], seed=3)
    (first, last), start = model.layers, losses.mse([model(x) for x in LINE.X], LINE.y).data
    expected = start + losses.l2(first.weights(), 0.5).data + losses.l1(last.weights(), 0.25).data
    history = fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=0.05), epochs=1, l1=[0.0, 0.25], l2=[0.5, 0])

    assert history.loss == [pytest.approx(expected, rel=1e-15)]


def test_accuracy():
    """Losses with a decision rule give the part classified right, also a partial one; others refuse."""
    points = ([[-1.0], [-0.5], [0.5], [1.0]], [0, 1, 1, 1])
    model = Neuron(1, "linear", init=1.0)
    loss = partial(losses.hinge, margin=0.5)
    history = fit(model, points, loss=loss, optimizer=SGD(lr=1e-9), epochs=1)

    assert history.accuracy == [0.75]
    assert accuracy(model, points, loss) == accuracy(model, points, losses.binary_cross_entropy) == 0.75
    with pytest.raises(ValueError, match="mse has no decision rule; use a loss of classes, such as hinge"):
        accuracy(model, points, losses.mse)


def test_early_stop_and_callback():
    """Training ends when the loss no longer falls, or when the callback says so; the history tells."""
    model = Neuron(1, "linear", init=0.0)
    stopped = fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=0.2), epochs=500, patience=3, tolerance=1e-6)

    assert 10 < len(stopped) < 100
    assert stopped.stopped == f"the loss did not fall in the 3 epochs up to {len(stopped)}"
    assert max(stopped.loss[-4:]) - min(stopped.loss[-4:]) <= 3e-6

    seen = []

    def callback(epoch, history):
        seen.append((epoch, len(history)))
        return epoch == 2

    short = fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=0.2), epochs=9, callback=callback)

    assert seen == [(1, 1), (2, 2)]
    assert short.stopped == "the callback stopped it after epoch 2"


def test_ctrl_c_keeps_what_was_learned():
    """An interrupt in the middle of a step undoes that step and ends quietly."""

    class Interrupted(SGD):
        def direction(self, parameter):
            if self.steps == 3 and parameter is model.b:
                raise KeyboardInterrupt
            return super().direction(parameter)

    model, twin = Neuron(1, "linear", init=0.0), Neuron(1, "linear", init=0.0)
    history = fit(model, LINE, loss=losses.mse, optimizer=Interrupted(lr=0.1), epochs=9)
    fit(twin, LINE, loss=losses.mse, optimizer=SGD(lr=0.1), epochs=2)

    assert (history.interrupted, history.stopped, len(history)) == (True, "interrupted after epoch 2", 2)
    assert model.state_dict() == twin.state_dict()


def test_a_loss_that_is_not_finite():
    """Training stops with the epoch in the message, and the step is not taken."""
    model = Neuron(1, "linear", init=0.0)
    before = []

    def remember(epoch, history):
        before[:] = [model.state_dict()]

    with pytest.raises(
        TrainingError, match=r"epoch \d+: the loss is (inf|nan), so this step was not taken; use a"
    ):
        fit(model, LINE, loss=losses.mse, optimizer=SGD(lr=1e9), epochs=100, callback=remember)

    assert [model.state_dict()] == before

    def broken(scores, targets):
        return mean([(s - s.data).sqrt() for s in scores])

    with pytest.raises(ArithmeticError, match=r"epoch 1: the gradient by w\[1\] is not finite"):
        fit(Neuron(1, "linear", init=0.0), LINE, loss=broken, optimizer=SGD(), epochs=1)


def test_evaluating():
    """Dropout rests inside, and is as it was afterwards, also after an error."""
    model = MLP(1, [2, 1], dropout=0.5)
    model.dropout.eval()
    with evaluating(model):
        assert not model.training
    assert (model.training, model.dropout.training) == (True, False)

    with pytest.raises(ZeroDivisionError), evaluating(model):
        1 / 0  # noqa: B018

    assert (model.training, model.dropout.training) == (True, False)


def test_a_bar_only_for_terminals(capsys):
    """Nothing is printed unless asked for; then the epoch and the loss are, on the standard error."""
    fit(Neuron(1), LINE, loss=losses.mse, optimizer=SGD(), epochs=2)

    assert capsys.readouterr() == ("", "")

    fit(Neuron(1), LINE, loss=losses.mse, optimizer=SGD(), epochs=2, progress=True)
    out, err = capsys.readouterr()

    assert out == ""
    assert "epoch 2, loss" in err


def test_a_history_in_words():
    """The last epoch in a line."""
    history = History()
    assert str(history) == "no epoch"
    history.loss, history.accuracy, history.gradient_norm = [0.5, 0.25], [0.5, 0.875], [1.0, 0.125]

    assert str(history) == "epoch 2, loss 0.25, accuracy 87.5 %, gradient 0.125"
    assert repr(history) == f"<History: {history}>"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"data": ([], [])}, ValueError, "data has 0 examples and 0 targets; give one target each"),
        ({"data": ([[1.0]], [1, 2])}, ValueError, "data has 1 examples and 2 targets"),
        ({"data": 3}, ValueError, r"data must be a pair \(X, y\)"),
        ({"epochs": 0}, ValueError, "epochs must be a whole number of 1 or more, got 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number of 1 or more, got 0"),
        ({"l2": -1.0}, ValueError, "the factor of a penalty must be a number of 0 or more, got -1.0"),
        ({"l2": [1.0]}, ValueError, r"2 layers need 2 factors, got \[1.0\]"),
        ({"model": Dropout()}, ValueError, r"Dropout\(0.5\) has no parameters to train"),
        ({"loss": lambda s, t: 1.0}, TypeError, "the loss gave 1.0, not a Value"),
        ({"loss": partial(losses.mse, reduction="none")}, TypeError, "not a Value"),
        ({"model": None}, TypeError, "fit needs a model that is called .*, got NoneType None"),
        ({"model": MLP}, TypeError, "fit needs a model that is called .*, got type <class"),
        ({"loss": None}, TypeError, "fit needs as loss a function of scores and targets, .* got NoneType"),
        ({"optimizer": 0.1}, TypeError, r"fit needs an optimizer, such as SGD\(lr=0.1\), got float 0.1"),
        ({"callback": 3}, TypeError, "a callback is a function of epoch and history, got int 3"),
        ({"data": ([[1.0]], {1.0})}, ValueError, r"data must be a pair \(X, y\)"),
        ({"data": "ab"}, ValueError, r"data must be a pair \(X, y\) .* got 'ab'"),
        ({"epochs": None}, ValueError, "epochs must be a whole number of 1 or more, got None"),
        ({"epochs": 10**400}, ValueError, "epochs must be a whole number of 1 to 1,000,000,000, got 1000"),
        ({"patience": 0}, ValueError, "patience must be a whole number of 1 or more, got 0"),
        ({"tolerance": math.nan}, ValueError, "tolerance must be a finite number, got nan"),
        ({"l1": "a"}, TypeError, "the factor of a penalty must be a number of 0 or more, got str 'a'"),
        ({"l1": [1.0, None]}, TypeError, "the factor of a penalty must be a number .* got None"),
        ({"model": Neuron(1), "l1": [1.0]}, ValueError, r"0 layers need 0 factors, got \[1.0\]"),
        ({"seed": "a"}, TypeError, "a seed must be an int, a random.Random, or None, got 'a'"),
        ({"progress": "no"}, TypeError, "progress must be True or False, got str 'no'"),
    ],
)
def test_wrong_arguments(arguments, error, message):
    """Each mistake gets its own message."""
    usual = {"model": MLP(1, [2, 1]), "data": LINE, "loss": losses.mse, "optimizer": SGD(), "epochs": 1}
    arguments = usual | arguments
    with pytest.raises(error, match=message):
        fit(arguments.pop("model"), arguments.pop("data"), **arguments)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: accuracy(None, LINE, losses.hinge),
            TypeError,
            "needs a model that is called .* got NoneType None",
        ),
        (lambda: accuracy(MLP(1, [1]), None, losses.hinge), ValueError, "data must be a pair .* got None"),
        (lambda: accuracy(MLP(1, [1]), LINE, None), ValueError, "None has no decision rule"),
    ],
)
def test_wrong_arguments_of_accuracy(call, error, message):
    """Each mistake gets its own message."""
    with pytest.raises(error, match=message):
        call()


def test_a_model_that_is_no_module():
    """Anything that can be called and has parameters() can be trained."""

    class Slope:
        def __init__(self):
            self.a = Value(0.0)

        def __call__(self, x):
            return self.a * x[0]

        def parameters(self):
            return [self.a]

    model = Slope()
    fit(model, ([[1.0], [2.0]], [3.0, 6.0]), loss=losses.mse, optimizer=SGD(lr=0.1), epochs=100)

    assert model.a.data == pytest.approx(3.0, rel=1e-12)


# Learning


@pytest.mark.parametrize("name", sorted(set(EXPERIMENTS) - {"moons", "spirals"}))
def test_experiments(name):
    """Every experiment of the command line learns its data."""
    model, points, history = run(name)

    assert history.loss[-1] < 0.6 * history.loss[0]
    assert history.stopped == ""
    if name in ("circles", "xor"):
        assert accuracy(model, points, EXPERIMENTS[name].loss) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moons", "spirals"])
def test_larger_experiments(name):
    """The larger experiments classify every training example right."""
    model, points, _ = run(name)

    assert accuracy(model, points, EXPERIMENTS[name].loss) == 1.0


def test_an_unknown_experiment():
    """A misspelt name gets the nearest one."""
    with pytest.raises(ValueError, match="no experiment is called 'moon'; did you mean moons"):
        run("moon")


@pytest.mark.slow
def test_the_demo_of_micrograd():
    """MLP(2, [16, 16, 1]), SVM loss, L2 1e-4 on all parameters, rate 1 - 0.9 k / 100: 100 % in 100 steps."""
    X, y = data.moons(100, seed=1337)
    signs = [2 * target - 1 for target in y]
    model = MLP(2, [16, 16, 1], seed=1337)
    for k in range(100):
        scores = list(map(model, X))
        each = [(1 + -yi * score).relu() for yi, score in zip(signs, scores, strict=True)]
        total = sum(each) * (1.0 / len(each)) + 1e-4 * sum(p * p for p in model.parameters())
        right = [(yi > 0) == (score.data > 0) for yi, score in zip(signs, scores, strict=True)]
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad

    assert all(right)
    assert total.data < 0.05


# Against scikit-learn, where it is installed


@pytest.mark.filterwarnings("ignore")  # of scikit-learn and SciPy, about their own future
def test_ridge_is_that_of_scikit_learn():
    """Descent on mse + ρ/2 ‖w‖² reaches scikit-learn's ridge regression."""
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    X, y = data.regression(40, weights=(2.0, -1.0, 0.5), bias=0.3, seed=2)
    rho = 0.3
    theirs = linear_model.Ridge(alpha=rho / 2 * len(y), tol=1e-14).fit(
        X, y
    )  # it penalizes the sum, not the mean
    model = Neuron(3, "linear", init=0.0)
    fit(model, (X, y), loss=losses.mse, optimizer=SGD(lr=0.2), l2=rho / 2, epochs=120)

    assert [w.data for w in model.w] == pytest.approx(theirs.coef_, abs=1e-6)
    assert model.b.data == pytest.approx(theirs.intercept_, abs=1e-6)


@pytest.mark.filterwarnings("ignore")  # of scikit-learn and SciPy, about their own future
def test_logistic_regression_is_that_of_scikit_learn():
    """Descent on the mean nll + ρ/2 ‖w‖² reaches scikit-learn's logistic regression."""
    linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    X, y = data.logistic(60, seed=5)
    rho = 0.1
    theirs = linear_model.LogisticRegression(C=1 / (rho * len(y)), tol=1e-12, max_iter=10_000).fit(X, y)
    model = Neuron(2, "linear", init=0.0)
    optimizer = SGD(lr=1.0, momentum=0.5)
    fit(model, (X, y), loss=losses.binary_cross_entropy, optimizer=optimizer, l2=rho / 2, epochs=150)

    assert [w.data for w in model.w] == pytest.approx(theirs.coef_[0], abs=1e-6)
    assert model.b.data == pytest.approx(theirs.intercept_[0], abs=1e-6)


def test_adam_learns_what_descent_learns():
    """Adam finds the least squares line too."""
    model = Neuron(1, "linear", init=0.0)
    fit(model, LINE, loss=losses.mse, optimizer=Adam(lr=linear(0.3, 0.0, 200)), epochs=200)

    assert [model.w[0].data, model.b.data] == pytest.approx(
        np.polyfit([x for (x,) in LINE.X], LINE.y, 1), abs=1e-4
    )


def test_the_collector_rests_in_an_epoch_only():
    """While a loss is computed there are no garbage collections; a callback, and who comes after, has them again."""
    seen = []

    def watched(scores, targets):
        seen.append(gc.isenabled())
        return losses.mse(scores, targets)

    fit(
        MLP(1, [1], seed=0),
        ([[1.0]], [1.0]),
        loss=watched,
        optimizer=SGD(),
        epochs=2,
        callback=lambda *_: seen.append(gc.isenabled()),
    )

    assert [False, True, False, True] == seen
    assert gc.isenabled()
