"""Experiments: what `autograd-mini train NAME` trains, each a data set, a network and how it learns.

The table EXPERIMENTS has them all by name; to add one is to add an entry. `run` trains the network of one
and gives it back with its data and its history, which the command line prints, plots and saves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini import data as datasets
from autograd_mini import losses
from autograd_mini.errors import choose
from autograd_mini.nn.layers import MLP
from autograd_mini.optim import SGD, Adam, linear
from autograd_mini.train import fit

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.optim import Optimizer
    from autograd_mini.train import History


class Experiment(NamedTuple):
    """A data set, a network, and how the one learns the other.

    data, model: made from a seed. optimizer: made for a number of epochs, over which its rate may fall.
    l2: the factor of the penalty Σ w². epochs: how many, unless the caller says otherwise.
    """

    data: Callable[[int], datasets.Dataset]
    model: Callable[[int], MLP]
    loss: Callable[..., Any]
    optimizer: Callable[[int], Optimizer]
    l2: float = 0.0
    epochs: int = 100


def _descent(start: float, end: float) -> Callable[[int], Optimizer]:
    return lambda epochs: SGD(lr=linear(start, end, epochs))


EXPERIMENTS: dict[str, Experiment] = {
    # micrograd's demo: an MLP(2, [16, 16, 1]), the SVM loss, L2 and a rate of 1 - 0.9 k / 100
    "moons": Experiment(
        lambda seed: datasets.moons(100, seed=seed),
        lambda seed: MLP(2, [16, 16, 1], seed=seed),
        losses.hinge,
        _descent(1.0, 0.1),
        l2=1e-4,
    ),
    "circles": Experiment(
        lambda seed: datasets.circles(100, seed=seed),
        lambda seed: MLP(2, [8, 1], activation="tanh", seed=seed),
        losses.binary_cross_entropy,
        lambda epochs: Adam(lr=0.1),
    ),
    "xor": Experiment(
        lambda seed: datasets.xor(),
        lambda seed: MLP(2, [4, 1], activation="tanh", seed=seed),
        losses.binary_cross_entropy,
        lambda epochs: Adam(lr=0.1),
    ),
    "spirals": Experiment(
        lambda seed: datasets.spirals(90, classes=3, seed=seed),
        lambda seed: MLP(2, [12, 3], activation="tanh", init="xavier", seed=seed),
        losses.cross_entropy,
        lambda epochs: Adam(lr=0.1),
        epochs=150,
    ),
    "sleep-study": Experiment(
        lambda seed: datasets.sleep_study(),
        lambda seed: MLP(2, [3, 1], activation=["sigmoid", "sigmoid"], seed=seed),
        losses.half_squared_error,
        lambda epochs: Adam(lr=0.1),
        epochs=300,
    ),
    "regression": Experiment(
        lambda seed: datasets.regression(seed=seed),
        lambda seed: MLP(1, [1], seed=seed),
        losses.mse,
        _descent(0.2, 0.2),
    ),
    "logistic": Experiment(
        lambda seed: datasets.logistic(seed=seed),
        lambda seed: MLP(2, [1], seed=seed),
        losses.binary_cross_entropy,
        _descent(1.0, 1.0),
    ),
}


class Trained(NamedTuple):
    """A network that has learned, what it learned from, and how that went."""

    model: MLP
    data: datasets.Dataset
    history: History


def run(
    name: str,
    *,
    seed: int = 0,
    epochs: int | None = None,
    progress: bool | None = None,
    compiled: bool = False,
) -> Trained:
    """The network of the experiment called `name`, trained from this seed.

    seed: of the weights and of the data. epochs: None for those of the experiment.
    progress: show a bar; compiled: train at the speed of the machine; both as in `fit`.

    Raises ValueError for a name that is none of them.

    >>> trained = run("regression")
    >>> len(trained.history), round(trained.history.loss[-1], 4)
    (100, 0.0784)
    """
    experiment = EXPERIMENTS[choose("experiment", name, EXPERIMENTS)]
    epochs = experiment.epochs if epochs is None else epochs
    model, data = experiment.model(seed), experiment.data(seed)
    history = fit(
        model,
        data,
        loss=experiment.loss,
        optimizer=experiment.optimizer(epochs),
        l2=experiment.l2,
        epochs=epochs,
        progress=progress,
        compiled=compiled,
    )
    return Trained(model, data, history)
