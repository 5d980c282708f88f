"""Forward and backward sweeps as records: what a lecture writes on the board, one line at a time.

A trace is made from a graph without changing it, and prints nothing; the views are in viz/. Every
record is one event: a variable gets its number, an operation is evaluated, the backward pass is
seeded, one edge brings one chain-rule product, or a product is added to those that came before.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.graph import find_variable, leaves, toposort
from autograd_mini.errors import UnboundError
from autograd_mini.formulas.latex import Latex
from autograd_mini.formulas.mathml import Mathml
from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula, Printed

    Derivative = Callable[[Printed, Value], Formula]


VALUES, GRADIENTS, TANGENTS = "values", "gradients", "tangents"
VARIABLE, OPERATION, SEED, PRODUCT, ADDITION = "variable", "operation", "seed", "product", "addition"


class Step(NamedTuple):
    """One event of a sweep.

    sweep: "values" (the forward pass), "gradients" (reverse mode) or "tangents" (forward mode).
    kind: "variable" or "operation" (of values), "seed", "product" or "addition" (of derivatives).
    node: the place in the trace's nodes of the one it happens to.
    text, latex, mathml: the equation as its sides, from the name to the number, such as
    ("t1", "u + v", "2 + 3", "5").
    result: the number on the right.
    before, after: what stands in the node's box for this sweep, None while it is empty. A product that
    waits for its addition leaves the box alone.
    user, position: the edge of a product: the place of the operation, and which of its inputs.
    local, upstream: the two factors of a product.
    """

    sweep: str
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
    def line(self) -> str:
        """The equation in one line, such as `t1 = u + v = 2 + 3 = 5`."""
        return " = ".join(self.text)


def trace(f: Value, language: str = "en", by: str | None = None) -> tuple[list[Value], list[Step]]:
    """The nodes of `f` in topological order, and the steps of its forward and backward sweeps.

    Variables first, then operations, the seed, and one product for every edge from the result back.
    Where several edges meet, each product after the first is followed by its addition: x * x has two
    products and an addition. Constants have no gradient, hence no products.

    language: of the words and numbers in the formulas, "en" or "fr".
    by: the name of a variable, for forward mode instead of the backward sweep: the products then carry
    the tangents ∂t/∂x from that variable x to the result.

    Raises UnboundError if a variable has no number yet, UnknownVariableError for a name the graph does
    not have exactly once, ValueError for another language.

    >>> from autograd_mini import parse
    >>> nodes, steps = trace(parse("(u + v) * w", u=2, v=3, w=4))
    >>> for step in steps[3:7]:
    ...     print(step.line)
    t1 = u + v = 2 + 3 = 5
    f = t1 × w = 5 × 4 = 20
    ∂f/∂f = 1
    ∂f/∂t1 = ∂f/∂t1 · ∂f/∂f = w · 1 = 4 · 1 = 4
    """
    if f.primal is None:
        raise UnboundError(f)
    order = toposort(f)
    sweep = _Sweep(order, language)
    if by is None:
        return order, [*sweep.values(), *sweep.gradients()]
    return order, [*sweep.values(), *sweep.tangents(find_variable(order, by))]


class _Sweep:
    """The sweeps over one graph, with what they find in tables of their own."""

    def __init__(self, order: list[Value], language: str) -> None:
        self.order = order
        self.place = {node: i for i, node in enumerate(order)}
        self.names = names(order)
        self.styles = (Text(language), Latex(language), Mathml(language))

    def values(self) -> Iterator[Step]:
        """Each variable with its number, then each operation."""
        for node in leaves(self.order):
            yield self.step(VALUES, VARIABLE, node, partial(self.variable, node=node), node.data)
        for node in self.order:
            if node.rule is not None:
                yield self.step(VALUES, OPERATION, node, partial(self.operation, node=node), node.data)

    def gradients(self) -> Iterator[Step]:
        """∂f/∂t for every node t, from the result f back: reverse mode."""
        root = self.order[-1]
        edges = [_Edge(user, i, user, x) for user in reversed(self.order) for i, x in enumerate(user.parents)]

        def gradient(xp: Printed, node: Value) -> Formula:
            return xp.derivative(self.symbol(xp, root), self.symbol(xp, node))

        return self.chain(GRADIENTS, root, edges, gradient)

    def tangents(self, x: Value) -> Iterator[Step]:
        """∂t/∂x for every node t that depends on x, up to the result: forward mode."""
        edges = [_Edge(user, i, x, user) for user in self.order for i, x in enumerate(user.parents)]

        def tangent(xp: Printed, node: Value) -> Formula:
            return xp.derivative(self.symbol(xp, node), self.symbol(xp, x))

        return self.chain(TANGENTS, x, edges, tangent)

    def chain(self, sweep: str, start: Value, edges: list[_Edge], derivative: Derivative) -> Iterator[Step]:
        """The seed, then the product of every edge that can be reached from it, and the additions."""
        reached = {start}
        moving = []
        for edge in edges:
            if edge.source in reached and not edge.target.is_constant:
                reached.add(edge.target)
                moving.append(edge)
        arriving = Counter(edge.target for edge in moving)
        found = {start: 1.0}
        yield self.step(sweep, SEED, start, lambda xp: [derivative(xp, start)], 1.0)
        for edge in moving:
            before, upstream = found.get(edge.target), found[edge.source]
            product = edge.local * upstream
            yield self.step(
                sweep,
                PRODUCT,
                edge.target,
                partial(self.product, edge=edge, upstream=upstream, derivative=derivative, parts=arriving),
                product,
                before,
                after=product if before is None else before,
                user=self.place[edge.user],
                position=edge.position,
                local=edge.local,
                upstream=upstream,
            )
            found[edge.target] = product
            if before is not None:
                found[edge.target] = before + product
                addition = partial(
                    self.addition, node=edge.target, terms=(before, product), derivative=derivative
                )
                yield self.step(sweep, ADDITION, edge.target, addition, before + product, before)

    def step(
        self,
        sweep: str,
        kind: str,
        node: Value,
        sides: Callable[[Printed], list[Formula]],
        result: float,
        before: float | None = None,
        **more: Any,
    ) -> Step:
        """A step whose sides are written in every style, with the result behind them."""

        def equation(xp: Printed) -> tuple[str, ...]:
            return _without_repeats([str(side) for side in (*sides(xp), xp.constant(result))])

        after = more.pop("after", result)
        text, latex, mathml = map(equation, self.styles)
        return Step(sweep, kind, self.place[node], text, latex, mathml, result, before, after, **more)

    def symbol(self, xp: Printed, node: Value) -> Formula:
        """The node's name; a constant is its number."""
        return xp.constant(node.data) if node.is_constant else xp.symbol(self.names[node])

    def variable(self, xp: Printed, node: Value) -> list[Formula]:
        """The left-hand side alone: u."""
        return [self.symbol(xp, node)]

    def operation(self, xp: Printed, node: Value) -> list[Formula]:
        """t1, u + v, 2 + 3."""
        assert node.rule is not None
        symbols = [self.symbol(xp, parent) for parent in node.parents]
        numbers = [xp.constant(parent.data) for parent in node.parents]
        return [self.symbol(xp, node), xp.applied(node.rule, *symbols), xp.applied(node.rule, *numbers)]

    def product(
        self, xp: Printed, edge: _Edge, upstream: float, derivative: Derivative, parts: Counter[Value]
    ) -> list[Formula]:
        """∂f/∂t1, ∂f/∂t1 · ∂f/∂f, w · 1, 4 · 1."""
        user, parent = self.symbol(xp, edge.user), self.symbol(xp, edge.user.parents[edge.position])
        symbols = [self.symbol(xp, each) for each in edge.user.parents]
        assert edge.user.rule is not None
        local = edge.user.rule.partials(xp, user, *symbols)[edge.position]
        target = derivative(xp, edge.target)
        return [
            xp.through(target, self.symbol(xp, edge.source)) if parts[edge.target] > 1 else target,
            xp.chain(xp.derivative(user, parent), derivative(xp, edge.source)),
            xp.chain(local, upstream),
            xp.chain(edge.local, upstream),
        ]

    def addition(
        self, xp: Printed, node: Value, terms: tuple[float, float], derivative: Derivative
    ) -> list[Formula]:
        """∂f/∂x, 12 + 12."""
        before, product = terms
        return [derivative(xp, node), xp.constant(before) + xp.constant(product)]


class _Edge(NamedTuple):
    """One input of one operation, and which way a sweep goes over it."""

    user: Value
    position: int
    source: Value
    target: Value

    @property
    def local(self) -> float:
        return self.user.partials[self.position]


def _without_repeats(sides: list[str]) -> tuple[str, ...]:
    """The sides of an equation, each one only if it says more than the one before."""
    return tuple([side for i, side in enumerate(sides) if i == 0 or side != sides[i - 1]])
