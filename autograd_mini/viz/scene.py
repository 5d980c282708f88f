"""The scene: what a picture of a graph shows, as plain data taken at one moment.

Every node is a card and every use of a node is an arrow. Nothing here knows of positions or colours,
so the same scene can be drawn, printed, or put on a page that steps through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd_mini.arithmetic import number
from autograd_mini.formula import text
from autograd_mini.graph import names, toposort
from autograd_mini.viz.lettering import visible

if TYPE_CHECKING:
    from autograd_mini.value import Value


@dataclass(frozen=True, slots=True)
class Card:
    """One node. `value` and `gradient` are None as long as they are unknown."""

    id: str
    kind: str  # "input", "constant", "result", or "output": the last result
    name: str
    symbol: str  # of the operation; empty for a leaf
    formula: str  # "u + v"; empty for a leaf
    ratio: str  # "∂f/∂u", the title of its gradient box
    value: float | None
    gradient: float | None

    @property
    def is_constant(self) -> bool:
        """Constants are drawn as bare numbers: nobody asks for their gradient."""
        return self.kind == "constant"

    def __str__(self) -> str:
        if self.is_constant:
            return self.name
        line = " = ".join(filter(None, [self.name, self.formula, shown(self.value)]))
        return line if self.gradient is None else f"{line}, {self.ratio} = {shown(self.gradient)}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """One use of a node by another. `partial` is None until the backward pass has been there."""

    id: str
    tail: Card
    head: Card
    ratio: str  # "∂t1/∂u", the title of its local partial
    partial: float | None

    def __str__(self) -> str:
        return self.ratio if self.partial is None else f"{self.ratio} = {shown(self.partial)}"


@dataclass(frozen=True, slots=True)
class Scene:
    """The cards in topological order, the output last, and the arrows in the order of their heads."""

    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]

    @property
    def output(self) -> Card:
        return self.cards[-1]

    def __str__(self) -> str:
        """One line for every node that is not a constant: the picture for those who cannot see it."""
        return "\n".join(str(card) for card in self.cards if not card.is_constant)


def shown(x: float | None) -> str:
    """The number as pictures write it; nothing if it is unknown."""
    return "" if x is None else number(x)


def scene_of(root: Value) -> Scene:
    """What there is to see of the graph of `root` now; ids n0, n1, ... and e0, e1, ... follow the walk.

    >>> from autograd_mini import variables
    >>> u, v, w = variables(u=2, v=3, w=4)
    >>> f = (u + v) * w
    >>> f.backward()
    >>> print(scene_of(f))
    u = 2, ∂f/∂u = 4
    v = 3, ∂f/∂v = 4
    t1 = u + v = 5, ∂f/∂t1 = 4
    w = 4, ∂f/∂w = 5
    f = t1 × w = 20, ∂f/∂f = 1
    """
    order = toposort(root)
    name = {node: visible(label) for node, label in names(order).items()}
    # A gradient other than 1 on the output came from a backward pass that began elsewhere.
    top = name[root] if root.known("grad") in (None, 1.0) or not root.parents else ""
    cards: dict[Value, Card] = {}
    arrows: list[Arrow] = []
    for node in order:
        card = cards[node] = Card(
            id=f"n{len(cards)}",
            kind=_kind(node, root),
            name=name[node],
            symbol=visible(node.rule.symbol) if node.rule else "",
            formula=_formula(node, name),
            ratio=f"∂{top}/∂{name[node]}",
            value=node.known("data"),
            gradient=node.known("grad"),
        )
        partials = node.partials if card.gradient is not None else [None] * len(node.parents)
        for parent, partial in zip(node.parents, partials):
            ratio = f"∂{name[node]}/∂{name[parent]}"
            arrows.append(Arrow(f"e{len(arrows)}", cards[parent], card, ratio, partial))
    return Scene(tuple(cards.values()), tuple(arrows))


def _kind(node: Value, root: Value) -> str:
    if node.rule is None:
        return "constant" if node.is_constant else "input"
    return "output" if node is root else "result"


def _formula(node: Value, name: dict[Value, str]) -> str:
    if node.rule is None:
        return ""
    operands = [text.constant(p.data) if p.is_constant else text.symbol(name[p]) for p in node.parents]
    return visible(str(node.rule.formula(text, *operands)))
