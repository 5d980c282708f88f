"""Training networks: a step of gradient descent inside `fit`, beside the same step on arrays of others."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd_mini.bench.work import Measured, jax_in_doubles, torch_on_one_thread, total
from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.compiled import compile
from autograd_mini.data import moons
from autograd_mini.engine.value import lift
from autograd_mini.losses import cross_entropy, hinge
from autograd_mini.nn.layers import MLP
from autograd_mini.optim import SGD
from autograd_mini.train import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.bench.work import Task


class Network:
    """An MLP with its data and one rate, and the step of gradient descent that others do on arrays."""

    def __init__(self, sizes: Sequence[int], activation: str, loss: Any, X: Any, y: Any, l2: float) -> None:
        self.make: Callable[[], MLP] = lambda: MLP(
            sizes[0], [*sizes[1:]], activation=activation, seed=1, init="xavier"
        )
        self.activation, self.loss, self.X, self.y, self.l2 = activation, loss, X, y, l2
        self.rate, self.epochs = 0.05, 2000

    def arrays(self) -> list[tuple[Any, Any]]:
        """Weights and biases of each layer."""
        np = numpy()
        return [
            (
                np.array([[w.data for w in n.w] for n in layer.neurons]),
                np.array([lift(0.0 if n.b is None else n.b).data for n in layer.neurons]),
            )
            for layer in self.make().layers
        ]

    def targets(self) -> Any:
        """±1 for the hinge, one row of 0 and 1 for each example of several classes."""
        np, y = numpy(), numpy().asarray(self.y)
        return np.where(y == 1, 1.0, -1.0) if self.loss is hinge else np.eye(10)[y.astype(int)]

    def ours(self) -> Task:
        """A step of `fit`: the middle of a training, by the clock of its schedule, so that the start is not in it."""

        def task() -> Measured:
            times: list[float] = []

            def rate(k: int) -> float:  # noqa: ARG001
                times.append(time.perf_counter())
                return self.rate

            history = fit(
                self.make(),
                (self.X, self.y),
                loss=self.loss,
                optimizer=SGD(rate),
                l2=self.l2,
                epochs=self.epochs,
                compiled=True,
                progress=False,
            )
            steps = [after - before for before, after in pairwise(times)]
            return Measured(sorted(steps)[len(steps) // 4], history.loss[:1])

        return task

    def numpy(self) -> Task:
        np = numpy()
        layers, X, T, n = self.arrays(), np.asarray(self.X, dtype=float), self.targets(), len(self.X)
        is_hinge, is_relu = self.loss is hinge, self.activation == "relu"

        def step() -> float:
            inputs, a = [], X
            for i, (W, b) in enumerate(layers):
                inputs.append(a)
                a = a @ W.T + b
                if i < len(layers) - 1:
                    a = np.maximum(a, 0.0) if is_relu else np.tanh(a)
            if is_hinge:
                margins = 1.0 - T * a[:, 0]
                loss = np.maximum(margins, 0.0).mean()
                g = np.where(margins > 0.0, -T / n, 0.0)[:, None]
            else:
                shifted = a - a.max(axis=1, keepdims=True)
                e = np.exp(shifted)
                sums = e.sum(axis=1, keepdims=True)
                loss = (np.log(sums) - (shifted * T).sum(axis=1, keepdims=True)).mean()
                g = (e / sums - T) / n
            loss += self.l2 * total((W * W).sum() for W, _ in layers)
            for i in range(len(layers) - 1, -1, -1):
                W, b = layers[i]
                back = g @ W if i else None
                dW, db = g.T @ inputs[i] + 2.0 * self.l2 * W, g.sum(axis=0)
                W -= self.rate * dW
                b -= self.rate * db
                if back is not None:
                    g = np.where(inputs[i] > 0.0, back, 0.0) if is_relu else back * (1.0 - inputs[i] ** 2)
            return float(loss)

        return step

    def jax(self) -> Task | None:
        jax = jax_in_doubles()
        if jax is None:
            return None
        jnp = jax.numpy
        np = numpy()
        X, T = jnp.asarray(np.asarray(self.X, dtype=float)), jnp.asarray(self.targets())

        def cost(layers: Any) -> Any:
            a = X
            for i, (W, b) in enumerate(layers):
                a = a @ W.T + b
                if i < len(layers) - 1:
                    a = jnp.maximum(a, 0.0) if self.activation == "relu" else jnp.tanh(a)
            if self.loss is hinge:
                loss = jnp.maximum(1.0 - T * a[:, 0], 0.0).mean()
            else:
                loss = -(jax.nn.log_softmax(a) * T).sum(axis=1).mean()
            return loss + self.l2 * total((W * W).sum() for W, _ in layers)

        @jax.jit  # type: ignore[untyped-decorator]
        def update(layers: Any) -> Any:
            loss, g = jax.value_and_grad(cost)(layers)
            return loss, jax.tree.map(lambda p, d: p - self.rate * d, layers, g)

        state = [[(jnp.asarray(W), jnp.asarray(b)) for W, b in self.arrays()]]

        def step() -> float:
            loss, state[0] = update(state[0])
            return float(jax.block_until_ready((loss, state[0]))[0])

        return step

    def torch(self) -> Task | None:
        torch = torch_on_one_thread()
        if torch is None:
            return None
        np = numpy()
        layers = [tuple(torch.tensor(a, requires_grad=True) for a in pair) for pair in self.arrays()]
        X, T = torch.tensor(np.asarray(self.X, dtype=float)), torch.tensor(self.targets())
        optimizer = torch.optim.SGD([p for pair in layers for p in pair], lr=self.rate)

        def step() -> float:
            a = X
            for i, (W, b) in enumerate(layers):
                a = a @ W.T + b
                if i < len(layers) - 1:
                    a = torch.relu(a) if self.activation == "relu" else torch.tanh(a)
            if self.loss is hinge:
                loss = torch.relu(1.0 - T * a[:, 0]).mean()
            else:
                loss = -(torch.log_softmax(a, 1) * T).sum(1).mean()
            loss = loss + self.l2 * total((W * W).sum() for W, _ in layers)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return float(loss.detach())

        return step


def demo() -> Network:
    """The demo of micrograd: two moons of 100 points, MLP(2, [16, 16, 1]), hinge and L2."""
    points = moons(100, seed=1)
    return Network([2, 16, 16, 1], "relu", hinge, points.X, points.y, 1e-4)


def digits() -> Network:
    """A network for pictures of 8 by 8 points in ten classes, 256 of them."""
    np = numpy()
    rng = np.random.default_rng(0)
    X, y = rng.uniform(size=(256, 64)), rng.integers(0, 10, 256)
    return Network([64, 32, 10], "tanh", cross_entropy, X.tolist(), y.tolist(), 0.0)


# The loss of the demo from Python, with the gradients on the parameters


def backward_ours() -> Task:
    network = demo()
    model, np = network.make(), numpy()
    X, y = np.asarray(network.X, dtype=float), np.asarray(network.y, dtype=float)

    @compile
    def loss(x: Any, y: Any) -> Any:
        return hinge(model(x), y)

    return lambda: loss.backward(X, y)


def backward_numpy() -> Task:
    network = demo()
    network.rate, network.l2 = 0.0, 0.0
    return network.numpy()
