"""Forward and backward sweeps as records: what a lecture writes on the board, one line at a time.

A trace is made from a graph without changing it, and prints nothing; the views are in viz/. Every
record is one event: a variable gets its number, an operation is evaluated, the backward pass is
seeded, one edge brings one chain-rule product, or a product is added to those that came before.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.errors import UnboundError
from autograd_mini.formula import Formula, Latex, Printed, Text
from autograd_mini.graph import leaves, names, toposort
from autograd_mini.mathml import Mathml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from autograd_mini.value import Value

    Sides = Callable[[Printed], list[Formula]]

VARIABLE, OPERATION, SEED, PRODUCT, ADDITION = "variable", "operation", "seed", "product", "addition"


class Step(NamedTuple):
    """One event of a sweep.

    kind: "variable" or "operation" (forward), "seed", "product" or "addition" (backward).
    node: the place in the trace's nodes of the one it happens to.
    text, latex, mathml: the equation as its sides, from the name to the number, such as
    ("t1", "u + v", "2 + 3", "5").
    result: the number on the right.
    before, after: what stands in the node's box (its value in a forward step, its gradient in a
    backward one), None while it is empty. A product that waits for its addition leaves the box alone.
    user, position: the edge of a product: the place of the node above, and which input of it this is.
    local, upstream: the two factors of a product.
    """

    kind: str
    node: int
    text: tuple[str, ...]
    latex: tuple[str, ...]
    mathml: tuple[str, ...]
    result: float
    before: float | None
    after: float | None
    user: int | None = None
    position: int | None = None
    local: float | None = None
    upstream: float | None = None

    @property
    def is_forward(self) -> bool:
        """Whether the step is about a value, and not about a gradient."""
        return self.kind in (VARIABLE, OPERATION)

    @property
    def line(self) -> str:
        """The equation in one line, such as `t1 = u + v = 2 + 3 = 5`."""
        return " = ".join(self.text)


def trace(f: Value, language: str = "en") -> tuple[list[Value], list[Step]]:
    """The nodes of `f` in topological order, and the steps of its forward and backward sweeps.

    Variables first, then operations, the seed, and one product for every edge from the result back.
    Where several edges meet, each product after the first is followed by its addition: x * x has two
    products and an addition. Constants have no gradient, hence no products.

    language: of the words and numbers in the formulas, "en" or "fr".

    Raises UnboundError if a variable has no number yet, ValueError for another language.

    >>> from autograd_mini import parse
    >>> nodes, steps = trace(parse("(u + v) * w", u=2, v=3, w=4))
    >>> for step in steps[3:7]:
    ...     print(step.line)
    t1 = u + v = 2 + 3 = 5
    f = t1 × w = 5 × 4 = 20
    ∂f/∂f = 1
    ∂f/∂t1 = ∂f/∂t1 · ∂f/∂f = w · 1 = 4 · 1 = 4
    """
    if f.known("data") is None:
        raise UnboundError(f)
    order = toposort(f)
    sweep = _Sweep(order, language)
    return order, [*sweep.forward(), *sweep.backward()]


class _Sweep:
    """Both sweeps over one graph, with the gradients in a table of their own."""

    def __init__(self, order: list[Value], language: str) -> None:
        self.order = order
        self.place = {node: i for i, node in enumerate(order)}
        self.names = names(order)
        self.styles = (Text(language), Latex(language), Mathml(language))

    def forward(self) -> Iterator[Step]:
        for node in leaves(self.order):
            yield self.step(VARIABLE, node, partial(self.variable, node=node), node.data)
        for node in self.order:
            if node.rule is not None:
                yield self.step(OPERATION, node, partial(self.operation, node=node), node.data)

    def backward(self) -> Iterator[Step]:
        root = self.order[-1]
        gradients = {root: 1.0}
        edges = Counter(parent for node in self.order for parent in node.parents)
        yield self.step(SEED, root, lambda xp: [self.gradient(xp, root)], 1.0)
        for user in reversed(self.order):
            for position, node in enumerate(user.parents):
                if node.is_constant:
                    continue
                edge = _Edge(user, position, node, edges[node] > 1, gradients[user])
                before = gradients.get(node)
                yield self.product(edge, before)
                gradients[node] = edge.product
                if before is not None:
                    gradients[node] = before + edge.product
                    yield self.addition(node, before, edge.product)

    def step(
        self, kind: str, node: Value, sides: Sides, result: float, before: float | None = None, **more: Any
    ) -> Step:
        """A step whose sides are written in both styles, with the result behind them."""

        def equation(xp: Printed) -> tuple[str, ...]:
            return _without_repeats([str(side) for side in (*sides(xp), xp.constant(result))])

        after = more.pop("after", result)
        text, latex, mathml = map(equation, self.styles)
        return Step(kind, self.place[node], text, latex, mathml, result, before, after, **more)

    def symbol(self, xp: Printed, node: Value) -> Formula:
        """The node's name; a constant is its number."""
        return xp.constant(node.data) if node.is_constant else xp.symbol(self.names[node])

    def gradient(self, xp: Printed, node: Value) -> Formula:
        """∂f/∂node, for the f at the root."""
        return xp.derivative(self.symbol(xp, self.order[-1]), self.symbol(xp, node))

    def variable(self, xp: Printed, node: Value) -> list[Formula]:
        """The left-hand side alone: u."""
        return [self.symbol(xp, node)]

    def operation(self, xp: Printed, node: Value) -> list[Formula]:
        """t1, u + v, 2 + 3."""
        assert node.rule is not None
        symbols = [self.symbol(xp, parent) for parent in node.parents]
        numbers = [xp.constant(parent.data) for parent in node.parents]
        return [self.symbol(xp, node), node.rule.formula(xp, *symbols), node.rule.formula(xp, *numbers)]

    def product(self, edge: _Edge, before: float | None) -> Step:
        """∂f/∂u, ∂t1/∂u · ∂f/∂t1, w · 4, 5 · 4."""

        def sides(xp: Printed) -> list[Formula]:
            user, node = self.symbol(xp, edge.user), self.symbol(xp, edge.node)
            symbols = [self.symbol(xp, parent) for parent in edge.user.parents]
            assert edge.user.rule is not None
            local = edge.user.rule.partials(xp, user, *symbols)[edge.position]
            gradient = self.gradient(xp, edge.node)
            return [
                xp.through(gradient, user) if edge.is_one_of_many else gradient,
                xp.chain(xp.derivative(user, node), self.gradient(xp, edge.user)),
                xp.chain(local, edge.upstream),
                xp.chain(edge.local, edge.upstream),
            ]

        after = edge.product if before is None else before
        place = self.place[edge.user]
        return self.step(
            PRODUCT, edge.node, sides, edge.product, before,
            after=after, user=place, position=edge.position, local=edge.local, upstream=edge.upstream,
        )  # fmt: skip

    def addition(self, node: Value, before: float, product: float) -> Step:
        """∂f/∂x, 12 + 12."""

        def sides(xp: Printed) -> list[Formula]:
            return [self.gradient(xp, node), xp.constant(before) + xp.constant(product)]

        return self.step(ADDITION, node, sides, before + product, before)


class _Edge(NamedTuple):
    """One input of one operation, with what the chain rule needs there."""

    user: Value
    position: int
    node: Value
    is_one_of_many: bool
    upstream: float

    @property
    def local(self) -> float:
        return self.user.partials[self.position]

    @property
    def product(self) -> float:
        return self.local * self.upstream


def _without_repeats(sides: list[str]) -> tuple[str, ...]:
    """The sides of an equation, each one only if it says more than the one before."""
    return tuple([side for i, side in enumerate(sides) if i == 0 or side != sides[i - 1]])
