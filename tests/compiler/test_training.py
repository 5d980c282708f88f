"""fit(compiled=True): the same training as on Values, in every way it can begin, go on and end."""

import math
import random
import sys
from functools import partial

import numpy as np
import pytest

from autograd_mini import data, losses
from autograd_mini.compiler import kernels
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, MissingExtraError
from autograd_mini.functions import mean, where
from autograd_mini.nn import MLP, Module, Neuron
from autograd_mini.optim import SGD, Adam, Optimizer, cosine, exponential, linear
from autograd_mini.train import TrainingError, accuracy, fit

LINE = data.regression(20, seed=0)
MOONS = data.moons(40, seed=0)
SPIRALS = data.spirals(45, classes=3, seed=0)


def digits(n=24, pixels=8, classes=4):
    """Noisy prints of a few figures."""
    generator = random.Random(0)
    prints = [[generator.random() for _ in range(pixels)] for _ in range(classes)]
    y = [i % classes for i in range(n)]
    return [[x + 0.2 * generator.random() for x in prints[t]] for t in y], y


def both(model, points, **settings):
    """The history and the model of a training on Values, and of the same one compiled."""
    trained = []
    for compiled in (False, True):
        learner = model()
        optimizer = settings["optimizer"]()
        history = fit(learner, points, **settings | {"optimizer": optimizer}, compiled=compiled)
        trained.append((history, learner, optimizer))
    return trained


def assert_same(one, other):
    """The histories, the parameters, their gradients and the optimizers agree."""
    (history, model, optimizer), (fast, twin, moved) = one, other
    close = partial(pytest.approx, rel=1e-9, abs=1e-9)

    assert fast.loss == close(history.loss)
    assert fast.gradient_norm == close(history.gradient_norm)
    assert fast.accuracy == history.accuracy
    assert (fast.stopped, fast.interrupted) == (history.stopped, history.interrupted)
    assert [p.data for p in twin.parameters()] == close([p.data for p in model.parameters()])
    assert [p.grad for p in twin.parameters()] == close([p.grad for p in model.parameters()])
    assert moved.steps == optimizer.steps


TRAININGS = {
    "the demo of micrograd": (
        lambda: MLP(2, [8, 8, 1], seed=0),
        MOONS,
        {"loss": losses.hinge, "optimizer": lambda: SGD(lr=linear(1.0, 0.1, 100)), "l2": 1e-4},
    ),
    "softmax, Adam, batches": (
        lambda: MLP(8, [6, 4], activation="tanh", seed=1),
        digits(),
        {"loss": losses.cross_entropy, "optimizer": lambda: Adam(lr=cosine(0.05, 0.0, 200)), "batch_size": 10},
    ),
    "regression, momentum": (
        lambda: MLP(1, [4, 1], activation="tanh", seed=2),
        LINE,
        {"loss": losses.mse, "optimizer": lambda: SGD(lr=0.05, momentum=0.9, weight_decay=1e-3)},
    ),
    "dropout": (
        lambda: MLP(2, [8, 1], activation="tanh", dropout=0.4, seed=3),
        MOONS,
        {"loss": losses.binary_cross_entropy, "optimizer": lambda: Adam(lr=0.02), "batch_size": 16, "seed": 5},
    ),
    "penalties of each layer": (
        lambda: MLP(1, [4, 1], activation="sigmoid", seed=4),
        LINE,
        {"loss": losses.half_squared_error, "optimizer": lambda: SGD(lr=0.1), "l1": [1e-3, 0.0], "l2": [1e-2, 0.1]},
    ),
    "probabilities": (
        lambda: MLP(2, [4, 3], activation=["tanh", "softmax"], seed=5),
        SPIRALS,
        {"loss": losses.nll, "optimizer": lambda: SGD(lr=exponential(0.5, 0.99), momentum=0.5)},
    ),
    "online": (
        lambda: Neuron(2, "linear", seed=6),
        MOONS,
        {"loss": partial(losses.hinge, margin=0.5), "optimizer": lambda: SGD(lr=0.01), "batch_size": 1, "epochs": 20},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAININGS)
def test_the_same_training(name):
    """Losses, accuracy, gradients and parameters are those on Values, over 100 epochs."""
    model, points, settings = TRAININGS[name]
    assert_same(*both(model, points, **{"epochs": 100} | settings))


@pytest.mark.parametrize("name", TRAININGS)
def test_with_numpy_alone(name, monkeypatch):
    """Without machine code the training is the same."""
    monkeypatch.setattr(kernels, "has_machine", lambda: False)
    model, points, settings = TRAININGS[name]
    assert_same(*both(model, points, **settings | {"epochs": 10}))


def test_without_numpy(monkeypatch):
    """Without arrays nothing is compiled, and the message names the extra."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'autograd-mini\[fast\]'"):
        fit(Neuron(1), LINE, loss=losses.mse, optimizer=SGD(), compiled=True)


# Paths


def leaky(x):
    return x if x > 0.0 else 0.1 * x


class Bent(Module):
    """A model with an `if` on what it computes."""

    def __init__(self):
        self.first, self.last = MLP(2, [3], seed=0), Neuron(3, "linear", seed=1)

    def __call__(self, x):
        return self.last([leaky(y) for y in self.first(x)])


def absolute(scores, targets):
    """A loss with an `if` on the target."""
    return mean(
        [(s - 1.0) ** 2 if t == 1 else 2.0 * (s + 1.0) ** 2 for s, t in zip(scores, targets, strict=True)]
    )


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize(
    ("model", "loss"), [(Bent, losses.mse), (lambda: MLP(2, [3, 1], seed=2), absolute), (Bent, absolute)]
)
def test_examples_that_take_different_paths(model, loss, batch_size):
    """Each example is computed on its own path, also where that changes as the parameters move."""
    assert_same(
        *both(
            model, MOONS, loss=loss, optimizer=lambda: SGD(lr=0.05), epochs=30, batch_size=batch_size, l2=1e-3
        )
    )


def test_examples_that_leave_the_path_of_all():
    """A path that all examples take at first is left when they no longer do."""

    def model():
        class Kinked(Module):
            def __init__(self):
                self.w = Value(1.0)

            def __call__(self, x):
                y = self.w * x[0]
                return y if y > 0.0 else y * y * 3.0

        return Kinked()

    points = [[1.0], [2.0], [0.5]], [-2.0, -3.0, -1.0]
    one, other = both(model, points, loss=losses.mse, optimizer=lambda: SGD(lr=0.2), epochs=15)

    assert one[1].w.data < 0.0
    assert_same(one, other)


# Optimizers


class Signed(Optimizer):
    """A step by the sign of the gradient alone: an optimizer with a direction of its own on Values."""

    def direction(self, parameter):
        return math.copysign(1.0, parameter.grad)


class Clipped(SGD):
    """A step of its own, which looks at all gradients."""

    def step(self, parameters):
        norm = math.hypot(*[p.grad for p in parameters])
        for p in parameters:
            p.grad = p.grad / max(1.0, norm)
        super().step(parameters)


class Bounded(SGD):
    """A direction that is said in an arithmetic."""

    def directed(self, xp, p, g, *memory):
        d, memory = super().directed(xp, p, g, *memory)
        return xp.where(abs(d) > 0.5, 0.5 * xp.sign(d), d), memory


@pytest.mark.parametrize(
    "optimizer",
    [partial(Signed, 0.01), partial(Clipped, 0.1, momentum=0.5), partial(Bounded, 0.1, momentum=0.5)],
)
def test_optimizers_of_the_user(optimizer):
    """An optimizer with code of its own is used as it is."""
    settings = {
        "loss": losses.cross_entropy,
        "optimizer": optimizer,
        "epochs": 20,
        "batch_size": 20,
        "l2": 1e-3,
    }
    assert_same(*both(lambda: MLP(2, [4, 3], activation="tanh", seed=0), SPIRALS, **settings))


def test_a_condition_in_a_direction():
    """A direction that asks for a truth on its way is an error that says what to write."""

    class Choosy(SGD):
        def directed(self, xp, p, g, *memory):
            return (g if g > 0.0 else 2.0 * g), ()

    with pytest.raises(CompileError, match=r"line \d+ of .*test_training.py asks whether .* write xp.where"):
        fit(MLP(1, [1], seed=0), LINE, loss=losses.mse, optimizer=Choosy(), compiled=True)


def test_an_optimizer_goes_on():
    """What it remembers passes from one training to the next, compiled or not."""
    settings = {"loss": losses.mse, "epochs": 5}
    for kind in (partial(SGD, 0.05, momentum=0.9), partial(Adam, 0.05)):
        ends = []
        for order in ([False, False], [False, True], [True, False], [True, True]):
            model, optimizer = MLP(1, [3, 1], seed=0), kind()
            for compiled in order:
                fit(model, LINE, optimizer=optimizer, compiled=compiled, **settings)
            ends.append([p.data for p in model.parameters()])

        assert ends[1:] == [pytest.approx(ends[0], rel=1e-12)] * 3


# Models


def test_parameters_the_loss_does_not_use():
    """Their gradient is 0, and penalties and weight decay move them still."""

    class Spare(Neuron):
        def __init__(self):
            super().__init__(1, "linear", seed=0)
            self.spare = Value(2.0)

    settings = {
        "loss": losses.mse,
        "optimizer": lambda: SGD(lr=0.1, weight_decay=0.1),
        "epochs": 5,
        "l1": 0.01,
    }
    one, other = both(Spare, LINE, **settings)

    assert one[1].spare.data != 2.0
    assert_same(one, other)


def test_values_that_do_not_move():
    """What is no parameter keeps its number, in the model, in the loss and in the penalty."""

    class Head(Module):
        def __init__(self):
            self.body, self.head, self.scale = MLP(1, [3], seed=0), Neuron(3, "linear", seed=1), Value(0.5)
            self.layers = [self.body, self.head]

        def __call__(self, x):
            return self.head(self.body(x)) * self.scale

        def parameters(self):
            return self.head.parameters()

    settings = {"loss": losses.mse, "optimizer": lambda: SGD(lr=0.1), "epochs": 5, "l2": [0.1, 0.2]}
    one, other = both(Head, LINE, **settings)

    assert other[1].body.state_dict() == MLP(1, [3], seed=0).state_dict()
    assert_same(one, other)


def test_a_parameter_that_is_listed_twice():
    """It moves twice in a step, as on Values."""

    class Twice(Neuron):
        def parameters(self):
            return [*self.w, *self.w, self.b]

    settings = {"loss": losses.mse, "optimizer": lambda: SGD(lr=0.05), "epochs": 5}
    (_, model, _), (_, twin, _) = both(lambda: Twice(1, "linear", seed=0), LINE, **settings)

    assert twin.w[0].data == pytest.approx(model.w[0].data, rel=1e-12)


# How it goes and ends


def test_a_callback_sees_and_changes_the_model():
    """In a callback parameters, gradients and memory are those of the moment; what it changes holds from then on."""
    seen = []

    def callback(epoch, history):
        seen[-1].append((model.w[0].data, model.w[0].grad, len(history)))
        if epoch == 3:
            model.w[0].data = 2.0
        if epoch == 4:
            optimizer.momentum = 0.25
        if epoch == 5:
            model.eval()
            optimizer.lr = 0.2
        return epoch == 7

    for compiled in (False, True):
        seen.append([])
        model = MLP(1, [3, 1], dropout=0.5, seed=0)
        model.w = model.layers[0].neurons[0].w
        optimizer = SGD(lr=0.1, momentum=0.5)
        history = fit(model, LINE, loss=losses.mse, optimizer=optimizer, callback=callback, compiled=compiled)

        assert history.stopped == "the callback stopped it after epoch 7"

    assert np.array(seen[1]) == pytest.approx(np.array(seen[0]), rel=1e-12)


def test_an_error_in_a_callback_leaves_what_it_did():
    """Its changes of parameters stay, as nothing was learned since."""

    def callback(epoch, history):
        model.b.data = 7.0
        raise RuntimeError(epoch)

    model = Neuron(1, "linear", init=0.0)
    with pytest.raises(RuntimeError):
        fit(model, LINE, loss=losses.mse, optimizer=SGD(), callback=callback, compiled=True)

    assert model.b.data == 7.0


def test_patience():
    """It ends when the loss no longer falls, after the same epoch."""
    settings = {
        "loss": losses.mse,
        "optimizer": lambda: SGD(lr=0.2),
        "epochs": 500,
        "patience": 3,
        "tolerance": 1e-6,
    }
    one, other = both(lambda: Neuron(1, "linear", init=0.0), LINE, **settings)

    assert one[0].stopped
    assert_same(one, other)


@pytest.mark.parametrize("when", [0, 3])
def test_ctrl_c(when):
    """An interrupt ends training quietly, after the last whole step."""

    def rate(k):
        if k == when:
            raise KeyboardInterrupt
        return 0.1

    one, other = both(
        lambda: Neuron(1, "linear", init=0.0), LINE, loss=losses.mse, optimizer=lambda: SGD(lr=rate)
    )

    assert other[0].interrupted
    assert len(other[0]) == when
    assert_same_but_gradient(one, other)


def assert_same_but_gradient(one, other):
    """That of a step that was not taken is nobody's business."""
    assert one[0].loss == pytest.approx(other[0].loss, rel=1e-12)
    assert [p.data for p in one[1].parameters()] == pytest.approx(
        [p.data for p in other[1].parameters()], rel=1e-12
    )


def test_ctrl_c_in_a_step_of_the_user():
    """A step that an optimizer of the user has half taken is undone."""

    class Interrupted(SGD):
        def direction(self, parameter):
            if self.steps == 3 and parameter is model.b:
                raise KeyboardInterrupt
            return super().direction(parameter)

    model, twin = Neuron(1, "linear", init=0.0), Neuron(1, "linear", init=0.0)
    history = fit(model, LINE, loss=losses.mse, optimizer=Interrupted(lr=0.1), epochs=9, compiled=True)
    fit(twin, LINE, loss=losses.mse, optimizer=SGD(lr=0.1), epochs=2)

    assert (history.interrupted, len(history)) == (True, 2)
    assert list(model.state_dict().values()) == pytest.approx(list(twin.state_dict().values()), rel=1e-12)


def test_numbers_that_are_not_finite():
    """Training stops with the same message and the same parameters."""

    def broken(scores, targets):
        return mean([(s * 0.0).sqrt() for s in scores])

    settings = [
        (losses.mse, SGD(lr=1e9), r"epoch \d+: the loss is (inf|nan), so this step was not taken"),
        (broken, SGD(lr=0.1), r"epoch 1: the gradient by w\[1\] is not finite"),
    ]
    for loss, optimizer, message in settings:
        told, ends = [], []
        for compiled in (False, True):
            model = Neuron(1, "linear", init=1.0)
            optimizer.steps = 0
            with pytest.raises(TrainingError, match=message) as caught:
                fit(model, LINE, loss=loss, optimizer=optimizer, epochs=200, compiled=compiled)
            told.append(str(caught.value))
            ends.append(list(model.state_dict().values()))

        assert told[0] == told[1]
        assert ends[1] == pytest.approx(ends[0], rel=1e-9)


def test_an_input_that_was_not_chosen_is_none():
    """No 0 · inf comes from the branch that an example does not take."""

    class Rooted(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            z = self.w * x[0]
            return where(z > 0.0, z.sqrt(), z)

    points = [[1.0], [0.0], [2.0]], [1.0, 1.0, 1.0]
    one, other = both(Rooted, points, loss=losses.mse, optimizer=lambda: SGD(lr=0.1), epochs=5)

    assert math.isfinite(other[1].w.data)
    assert_same(one, other)


# What is refused


def test_a_loss_that_is_no_mean():
    """A loss that sums, or that knows of other examples, is refused; of one example at a time it may sum."""
    total = partial(losses.mse, reduction="sum")
    with pytest.raises(CompileError, match="a loss must be the mean over its examples: the first 4 have"):
        fit(Neuron(1), LINE, loss=total, optimizer=SGD(), compiled=True)

    fit(Neuron(1), LINE, loss=total, optimizer=SGD(lr=1e-3), batch_size=1, epochs=1, compiled=True)


def test_a_loss_that_is_checked_draws_nothing():
    """The generators are as they were when the first step begins."""
    model = MLP(1, [3, 1], dropout=0.5, seed=0)
    state = model.dropout.generator.getstate()
    with pytest.raises(CompileError):
        fit(model, LINE, loss=partial(losses.mse, reduction="sum"), optimizer=SGD(), compiled=True)

    assert model.dropout.generator.getstate() == state
    assert model.dropout.training


def test_a_number_of_one_example():
    """A loss that looks at the number of a score is an error that names its line."""

    def detached(scores, targets):
        return mean([(s - s.data) ** 2 for s in scores])

    with pytest.raises(CompileError, match=r"line \d+ of .*test_training.py asks for a plain number"):
        fit(Neuron(1), LINE, loss=detached, optimizer=SGD(), compiled=True)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"loss": lambda s, t: 1.0}, TypeError, "the loss gave 1.0, not a Value"),
        ({"loss": partial(losses.mse, reduction="none")}, TypeError, "not a Value"),
        ({"loss": losses.hinge}, ValueError, "hinge needs the target 1, or 0 or -1"),
        ({"compiled": "yes"}, TypeError, "compiled must be True or False, got str 'yes'"),
        ({"data": ([["a"]], [1.0])}, TypeError, "expected a Value or a number"),
    ],
)
def test_wrong_arguments(change, error, message):
    """Each mistake gets its own message."""
    settings = {"data": LINE, "loss": losses.mse, "optimizer": SGD(), "compiled": True} | change
    with pytest.raises(error, match=message):
        fit(MLP(1, [2, 1]), settings.pop("data"), **settings)


def test_it_learns():
    """What was learned classifies."""
    model = MLP(2, [8, 1], activation="tanh", seed=0)
    fit(model, MOONS, loss=losses.binary_cross_entropy, optimizer=Adam(lr=0.05), epochs=300, compiled=True)

    assert accuracy(model, MOONS, losses.binary_cross_entropy) == 1.0
