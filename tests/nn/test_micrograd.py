"""Coming from micrograd: with the import lines changed and one seed, its demo prints its own losses."""

import random

import pytest

import autograd_mini
import autograd_mini.nn
from autograd_mini import data

# What micrograd 0.1.0 prints for `demo` below.
LOSSES = [
    0.8994595527707268, 1.5783251175071542, 0.6957330836640242, 0.7258879216266738, 0.3441482106509966,
    0.2705628293793402, 0.241250992801647, 0.21917282329033366, 0.2021979595378784, 0.22851246866408653,
]  # fmt: skip
ACCURACIES = [50.0, 79.0, 80.0, 82.0, 87.0, 93.0, 94.0, 93.0, 94.0, 92.0]


def demo(Value, MLP):
    """The training loop of micrograd's demo notebook, as it stands there, on our points."""
    random.seed(1337)
    X, y = data.moons(100, seed=0)
    y = [2 * t - 1 for t in y]
    model = MLP(2, [16, 16, 1])

    def loss():
        inputs = [list(map(Value, xrow)) for xrow in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(y, scores)]
        return total_loss, sum(accuracy) / len(accuracy)

    history = []
    for k in range(10):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        history.append((total_loss.data, acc * 100))
    return history


def test_the_demo_prints_the_losses_of_micrograd():
    """The first ten losses agree to 1e-9, and the accuracies exactly."""
    losses, accuracies = zip(*demo(autograd_mini.Value, autograd_mini.nn.MLP), strict=True)

    assert pytest.approx(LOSSES, rel=1e-9) == list(losses)
    assert list(accuracies) == ACCURACIES


@pytest.mark.slow
def test_micrograd_itself_prints_them():
    """The figures above are micrograd's."""
    engine = pytest.importorskip("micrograd.engine", reason="needs the extra `dev`")
    network = pytest.importorskip("micrograd.nn", reason="needs the extra `dev`")
    losses, accuracies = zip(*demo(engine.Value, network.MLP), strict=True)

    assert pytest.approx(LOSSES, rel=1e-12) == list(losses)
    assert list(accuracies) == ACCURACIES


def test_one_seed_for_everything_without_a_seed():
    """random.seed() governs every network and every data set that is given no seed of its own."""

    def drawn():
        random.seed(7)
        network = autograd_mini.nn.MLP(2, [2, 1], dropout=0.5)
        return network.state_dict(), data.moons(4, seed=None), network([1.0, 2.0]).data

    assert drawn() == drawn()
