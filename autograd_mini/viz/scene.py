"""The scene: what a picture of a graph shows, as plain data taken at one moment.

Every node is a card and every use of a node is an arrow. Nothing here knows of positions or colours,
so the same scene can be drawn, printed, or put on a page that steps through it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import text
from autograd_mini.viz.collapse import boxes
from autograd_mini.viz.frames import frames
from autograd_mini.viz.lettering import visible
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.viz.frames import Path


@dataclass(frozen=True, slots=True)
class Card:
    """One node. `value` and `gradient` are None as long as they are unknown."""

    id: str
    kind: str  # "input", "constant", "result", "box" for a whole neuron or layer, or "output": the last
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
        if self.kind == "box":
            line = f"{self.name}: {shown(self.value)} {self.formula}"
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
class Frame:
    """What is drawn around the cards of a neuron or a layer. `inner` are the frames inside it."""

    id: str
    title: str
    cards: tuple[Card, ...]  # those that are in no inner frame
    inner: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """The cards in topological order, the output last, and the arrows in the order of their heads."""

    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...] = ()

    @property
    def output(self) -> Card:
        return self.cards[-1]

    def __str__(self) -> str:
        """One line for every node that is not a constant: the picture for those who cannot see it."""
        return "\n".join(str(card) for card in self.cards if not card.is_constant)


def shown(x: float | None) -> str:
    """The number as pictures write it; nothing if it is unknown."""
    return "" if x is None else number(x)


def scene_of(root: Value, expand: str | Sequence[str] | None = None) -> Scene:
    """What there is to see of the graph of `root` now; ids n0, n1, ... and e0, e1, ... follow the walk.

    expand: which frames of a network are shown open, see collapse.py.

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
    paths = frames(root)
    box_of = boxes(order, paths, expand)
    # A gradient other than 1 on the output came from a backward pass that began elsewhere.
    top = name[root] if root.known("grad") in (None, 1.0) or not root.parents else ""
    cards: dict[Value | Path, Card] = {}
    arrows: dict[object, Arrow] = {}
    for node in order:
        here = box_of.get(node, node)
        if here not in cards and (node.parents or here is node):  # a box begins with its first operation
            id_ = f"n{len(cards)}"
            if isinstance(here, tuple):
                cards[here] = _box(id_, here, box_of, top)
            else:
                cards[here] = _card(id_, node, root, name, top)
        for position, parent in enumerate(node.parents):
            there = box_of.get(parent, parent)
            if here is node and there is parent:
                edge: object = (node, position)
                ratio = f"∂{name[node]}/∂{name[parent]}"
                partial = None if node.known("grad") is None else node.partials[position]
            else:  # one arrow for all edges between two boxes
                edge, ratio, partial = (there, here), f"{cards[there].name} → {cards[here].name}", None
            if there is not here and edge not in arrows:
                arrows[edge] = Arrow(f"e{len(arrows)}", cards[there], cards[here], ratio, partial)
    output = cards.pop(box_of.get(root, root))
    inside = {card: key if isinstance(key, tuple) else paths.get(key, ()) for key, card in cards.items()}
    inside[output] = box_of.get(root, paths.get(root, ()))
    where = {card: path[:-1] if path in box_of.values() else path for card, path in inside.items()}
    return Scene((*cards.values(), output), tuple(arrows.values()), _frames(where, ()))


def _frames(where: dict[Card, Path], outer: Path) -> tuple[Frame, ...]:
    """The frames directly inside a frame; where: the frames around each card."""
    depth = len(outer)
    inner = dict.fromkeys(
        path[: depth + 1] for path in where.values() if path[:depth] == outer and path[depth:]
    )
    return tuple(
        Frame(
            id=f"cluster {' '.join(path)}",
            title=visible(path[-1]),
            cards=tuple(card for card, around in where.items() if around == path),
            inner=_frames(where, path),
        )
        for path in inner
    )


def _card(id_: str, node: Value, root: Value, name: dict[Value, str], top: str) -> Card:
    """The card of one node."""
    return Card(
        id=id_,
        kind=_kind(node, root),
        name=name[node],
        symbol=visible(node.rule.symbol) if node.rule else "",
        formula=_formula(node, name),
        ratio=f"∂{top}/∂{name[node]}",
        value=node.known("data"),
        gradient=node.known("grad"),
    )


def _box(id_: str, path: Path, box_of: dict[Value, Path], top: str) -> Card:
    """The card of a whole neuron or layer: how many parameters it has, and the norm of their gradients."""
    gradients = [node.known("grad") for node, box in box_of.items() if box == path and node.rule is None]
    known = [gradient for gradient in gradients if gradient is not None]
    return Card(
        id=id_,
        kind="box",
        name=path[-1],
        symbol=path[-1].split()[0],
        formula="parameters",
        ratio=f"‖∂{top}/∂w‖",
        value=float(len(gradients)),
        gradient=math.hypot(*known) if len(known) == len(gradients) else None,
    )


def _kind(node: Value, root: Value) -> str:
    if node.rule is None:
        return "constant" if node.is_constant else "input"
    return "output" if node is root else "result"


def _formula(node: Value, name: dict[Value, str]) -> str:
    if node.rule is None:
        return ""
    operands = [text.constant(p.data) if p.is_constant else text.symbol(name[p]) for p in node.parents]
    return visible(str(text.applied(node.rule, *operands)))
