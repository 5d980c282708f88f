"""A language model in scalars: one training step of a small transformer, on our Values and on those of a plain class.

The model is that of GPT-2 with one layer, in the fewest lines that compute it: characters become vectors, each looks
back at those before it (attention), a network of two layers follows, and the loss is the surprise at the next
character. Source: Radford et al., Language models are unsupervised multitask learners (2019), with RMSNorm.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd_mini import functions
from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.compiled import compile
from autograd_mini.engine.value import Value
from autograd_mini.rng import generator_of, normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.bench.work import Task

WIDTH, HEADS, CHARACTERS, LENGTH = 16, 4, 27, 8


class Plain:
    """A scalar with a record of its making: what a Value is in the fewest lines of Python."""

    __slots__ = ("data", "grad", "parents", "slopes")

    def __init__(self, data: float, parents: tuple[Plain, ...] = (), slopes: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.slopes = slopes

    def __add__(self, other: Any) -> Plain:
        other = other if isinstance(other, Plain) else Plain(other)
        return Plain(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> Plain:
        other = other if isinstance(other, Plain) else Plain(other)
        return Plain(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> Plain:
        return Plain(self.data**n, (self,), (n * self.data ** (n - 1.0),))

    def exp(self) -> Plain:
        z = math.exp(self.data)
        return Plain(z, (self,), (z,))

    def log(self) -> Plain:
        return Plain(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self) -> Plain:
        return Plain(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        order: list[Plain] = []
        seen: set[Plain] = set()
        stack: list[tuple[Plain, bool]] = [(self, False)]
        while stack:
            node, is_done = stack.pop()
            if is_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents]
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes):
                parent.grad += slope * node.grad


class Model:
    """The parameters, as scalars of one class, and the loss of a document."""

    def __init__(self, scalar: Any, dot: Any, total: Any) -> None:
        generator = generator_of(1)

        def matrix(rows: int, columns: int) -> list[list[Any]]:
            return [[scalar(0.08 * normal(generator)) for _ in range(columns)] for _ in range(rows)]

        self.dot, self.total = dot, total
        self.characters, self.places = matrix(WIDTH, CHARACTERS), matrix(LENGTH, WIDTH)
        self.q, self.k, self.v, self.o = (matrix(WIDTH, WIDTH) for _ in "qkvo")
        self.up, self.down, self.head = (
            matrix(4 * WIDTH, WIDTH),
            matrix(WIDTH, 4 * WIDTH),
            matrix(CHARACTERS, WIDTH),
        )

    def parameters(self) -> list[Any]:
        return [
            w for matrix in vars(self).values() if isinstance(matrix, list) for row in matrix for w in row
        ]

    def times(self, matrix: list[list[Any]], x: Sequence[Any]) -> list[Any]:
        return [self.dot(row, x) for row in matrix]

    def normed(self, x: Sequence[Any]) -> list[Any]:
        scale = (self.dot(x, x) * (1.0 / len(x)) + 1e-5) ** -0.5
        return [a * scale for a in x]

    def softmax(self, x: Sequence[Any]) -> list[Any]:
        e = [a.exp() for a in x]
        scale = self.total(e) ** -1.0
        return [a * scale for a in e]

    def loss(self, read: Sequence[Sequence[float]], wanted: Sequence[Sequence[float]]) -> Any:
        """The mean surprise at the wanted characters; each is a row of 0 and one 1."""
        keys: list[Any] = []
        values: list[Any] = []
        losses = []
        for place, (one, target) in enumerate(zip(read, wanted)):
            x = self.normed([a + b for a, b in zip(self.times(self.characters, one), self.places[place])])
            n = self.normed(x)
            q = self.times(self.q, n)
            keys.append(self.times(self.k, n))
            values.append(self.times(self.v, n))
            attended = []
            for h in range(0, WIDTH, WIDTH // HEADS):
                part = slice(h, h + WIDTH // HEADS)
                scores = [self.dot(q[part], k[part]) * (WIDTH / HEADS) ** -0.5 for k in keys]
                weights = self.softmax(scores)
                attended += [self.dot(weights, [v[i] for v in values]) for i in range(part.start, part.stop)]
            x = [a + b for a, b in zip(x, self.times(self.o, attended))]
            hidden = [a.relu() for a in self.times(self.up, self.normed(x))]
            x = [a + b for a, b in zip(x, self.times(self.down, hidden))]
            probabilities = self.softmax(self.times(self.head, x))
            losses.append(self.dot(probabilities, target).log() * -1.0)
        return self.total(losses) * (1.0 / len(losses))


def _document() -> tuple[list[list[float]], list[list[float]]]:
    """Eight characters and those that follow them, each as a row of 0 and one 1."""
    generator = generator_of(2)
    text = [int(generator.random() * CHARACTERS) for _ in range(LENGTH + 1)]
    rows = [[float(i == c) for i in range(CHARACTERS)] for c in text]
    return rows[:-1], rows[1:]


def ours() -> Task:
    model = Model(Value, functions.dot, functions.sum)
    read, wanted = _document()
    fast = compile(model.loss)
    parameters, np = model.parameters(), numpy()
    X, Y = np.array([read]), np.array([wanted])

    def task() -> Any:
        for p in parameters:
            p.adjoint = None
        return fast.backward(X, Y)

    return task


def plain() -> Task:
    def dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
        return total([x * y for x, y in zip(xs, ys)])

    def total(xs: Sequence[Any]) -> Any:
        result = xs[0]
        for x in xs[1:]:
            result = result + x
        return result

    model = Model(Plain, dot, total)
    parameters, (read, wanted) = model.parameters(), _document()

    def task() -> Any:
        for p in parameters:
            p.grad = 0.0
        cost = model.loss(read, wanted)
        cost.backward()
        return cost.data

    return task
