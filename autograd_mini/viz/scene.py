"""The scene: what a picture of a graph shows, as plain data taken at one moment.

Every node is a card and every use of a node is an arrow. Names, formulas and numbers are those of one
arithmetic of formulas: text of some language for most pictures, LaTeX for TeX. Nothing here knows of positions
or colours, so the same scene can be drawn, printed, or put on a page that steps through it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.outdated import NOTHING, Outdated, outdated
from autograd_mini.formulas.drawn import Drawn, drawn
from autograd_mini.formulas.expressions import constant, fixed, held, repeated
from autograd_mini.formulas.names import names
from autograd_mini.formulas.printing import PRODUCT
from autograd_mini.formulas.text import Text
from autograd_mini.viz.collapse import boxes, crowds
from autograd_mini.viz.frames import frames
from autograd_mini.viz.grids import in_rows, is_cut, shape_of, size_words
from autograd_mini.viz.lettering import width
from autograd_mini.viz.roots import last_of, roots_of
from autograd_mini.viz.sizes import DERIVATIVE, LABEL_ROOM
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula, Printed
    from autograd_mini.viz.frames import Path
    from autograd_mini.viz.grids import Shape
    from autograd_mini.viz.roots import Roots


@dataclass(frozen=True, slots=True)
class Card:
    """One node. `value` and `gradient` are None as long as they are unknown."""

    id: str
    # "input", "data", "constant", "result", "box" for a neuron or layer, "crowd" for inputs, "output" for a result
    # that nothing uses, or "held" for one that only shifts others or depends on no variable
    kind: str
    name: str
    symbol: str  # of the operation; empty for a leaf
    formula: str  # "u + v"; empty for a leaf
    derivative: str  # "∂f/∂u", the title of its gradient box
    value: (
        float | tuple[Any, ...] | None
    )  # several numbers come out of a box, and those of an array are nested
    gradient: float | tuple[Any, ...] | None
    xp: Printed = field(repr=False)
    is_value_outdated: bool = False  # it no longer follows from the inputs
    is_gradient_outdated: bool = False
    waiting: str = ""  # "1/3 …" as long as only one of three products has come to its gradient
    shape: Shape = ()  # of its value, if it is an array
    gradient_shape: Shape = ()  # that of its value, but of a Jacobian

    @property
    def is_held(self) -> bool:
        """Whether it counts as a constant for the backward pass: it has no gradient box."""
        return self.kind in ("held", "data")

    @property
    def is_leaf(self) -> bool:
        """Whether it is an input, whose name stands inside of a small card."""
        return self.kind in ("input", "data")

    @property
    def is_constant(self) -> bool:
        """Constants are drawn as bare numbers: nobody asks for their gradient."""
        return self.kind == "constant"

    @property
    def is_box(self) -> bool:
        """Whether it stands for many nodes."""
        return self.kind in ("box", "crowd")

    @property
    def caption(self) -> str:
        """The formula, or in a word what the value is; nothing for a constant."""
        word = {"input": "input", "data": "data", "crowd": "inputs"}.get(self.kind)
        size = f" {size_words(self.shape)}" * (self.is_leaf and is_cut(self.shape))
        return f"{self.xp.word(word)}{size}" if word else self.formula

    def number(self, x: Any) -> str:
        """The number or the array in one line; of what comes out of a box the first and the last; nothing if unknown."""
        if isinstance(x, tuple) and self.is_box:
            return _listed([self.number(float(f"{each:.2g}")) for each in x])
        return "" if x is None else str(self.xp.constant(x))

    def filled(self, x: Any) -> str:
        """What stands in its boxes for a number, or in rows for an array, see grids.py."""
        return self.number(x) if self.is_box else in_rows(x, self.xp.constant)

    @property
    def gradient_text(self) -> str:
        """What stands in its gradient box, in one line."""
        return self.number(self.gradient) or self.waiting

    def __str__(self) -> str:
        if self.is_constant:
            return self.name
        line = " = ".join(filter(None, [self.name, self.formula]))
        if self.kind == "crowd":
            line = f"{self.name}: {self.number(self.value)} {self.caption}"
        elif self.is_box:
            line = f"{self.name}: {self.formula}" + (
                f" = {self.number(self.value)}" if self.value is not None else ""
            )
        elif self.value is not None:
            line += f" {'≠' if self.is_value_outdated else '='} {self.number(self.value)}"
        if self.gradient is not None:
            line += f"{self.xp.separator}{self.derivative} = {self.number(self.gradient)}"
        if self.is_held:
            line += f" ({self.xp.word('data' if self.kind == 'data' else 'constant')})"
        return f"{line} ({self.xp.word('outdated')})" if self.is_gradient_outdated else line


@dataclass(frozen=True, slots=True)
class Arrow:
    """One use of a node by another. `partial` is None until the backward pass has been there."""

    id: str
    tail: Card
    head: Card
    derivative: str  # "∂(u + v)/∂u", the title of its local partial
    partial: float | None
    is_outdated: bool = False
    is_short: bool = True  # whether the title has room on the arrow
    is_negative: bool = False  # whether what a step let flow along it is: then the label says so

    @property
    def is_constant(self) -> bool:
        """Whether nothing flows back along it, as one end is a constant or counts as one."""
        return self.tail.is_constant or self.tail.is_held or self.head.is_held

    @property
    def is_labelled(self) -> bool:
        """Whether it has a local partial to show: not from a constant, nor between boxes."""
        return not (self.is_constant or self.tail.is_box or self.head.is_box)

    @property
    def label(self) -> str:
        """The title above the number, if there is room for it."""
        return self.derivative if self.is_short else ""

    @property
    def factor(self) -> str:
        """What stands on it between labelled cards: the number, as a factor where it has no title."""
        return self.number + self._sign if self.is_short else self.short

    @property
    def number(self) -> str:
        """The local partial as the picture writes it; nothing if it is unknown."""
        return self.head.number(self.partial)

    @property
    def short(self) -> str:
        """The local partial in short, as a factor: ×4, ×(−0.534); nothing if it is unknown."""
        if self.partial is None:
            return ""
        xp = self.head.xp
        space = " " if xp.times.isascii() else ""  # which ends a command of TeX
        digits = 2 if -0.1 < self.partial < 0 else 3  # as a minus has brackets, and a small number many zeros
        return f"{xp.times}{space}{xp.operand(float(f'{self.partial:.{digits}g}'), PRODUCT)}{self._sign}"

    @property
    def _sign(self) -> str:
        return " ⊖" * self.is_negative

    def __str__(self) -> str:
        if self.partial is None or not self.derivative:
            return self.derivative or f"{self.tail.name} → {self.head.name}"
        return f"{self.derivative} {'≠' if self.is_outdated else '='} {self.number}"


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
    style: str = "cards"  # the look of its cards: "cards", "compact" or "network"

    @property
    def output(self) -> Card:
        return self.cards[-1]

    @property
    def title(self) -> str:
        """What it is a picture of: its results."""
        return _listed([card.name for card in self.cards if card.kind == "output"] or [self.output.name])

    @property
    def xp(self) -> Printed:
        """The arithmetic it is written in."""
        return self.output.xp

    @property
    def note(self) -> str:
        """What to do if numbers in it are outdated; empty if none is."""
        marks = [card.is_value_outdated or card.is_gradient_outdated for card in self.cards]
        is_marked = any(marks) or any(arrow.is_outdated for arrow in self.arrows)
        return self.xp.word("call forward").format(self.output.name) if is_marked else ""

    def __str__(self) -> str:
        """One line for every node that is not a constant: the picture for those who cannot see it."""
        lines = [str(card) for card in self.cards if not card.is_constant]
        return "\n".join([*lines, self.note] if self.note else lines)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of the nodes of a graph at one moment, in their topological order, and what they are called."""

    names: Mapping[Value, str]
    values: Mapping[Value, float | None]
    gradients: Mapping[Value, float | None]
    partials: Mapping[tuple[Value, int], float | None]  # of each operation with respect to each input
    start: str  # the node whose derivatives they are; empty if that is not known
    is_forward: bool = False  # whether they are derivatives with respect to it
    outdated: Outdated = NOTHING
    held: AbstractSet[Value] = frozenset()  # those that count as constants
    waiting: Mapping[Value, str] = field(
        default_factory=dict
    )  # what stands in a box before all products have come
    negative: AbstractSet[tuple[Value, int]] = (
        frozenset()
    )  # edges along which a negative derivative has flowed

    def derivative(self, xp: Printed, name: Formula) -> Formula:
        """The title of a gradient box: ∂f/∂name, or in forward mode ∂name/∂x."""
        start = xp.symbol(self.start)
        return xp.derivative(name, start) if self.is_forward else xp.derivative(start, name)

    @classmethod
    def now(cls, f: Roots) -> Moment:
        """What the graph of `f` holds now."""
        roots, last = roots_of(f), last_of(f)
        order = toposort(*roots)
        called = names(order)
        values, gradients = ({node: node.known(what) for node in order} for what in ("data", "grad"))
        going = [node for node in order if node.parents and gradients[node] is not None]
        partials = {(node, i): x for node in going for i, x in enumerate(node.partials)}
        # A gradient other than 1 on the output came from a backward pass that began elsewhere.
        begun = [root for root in dict.fromkeys(roots) if root.parents and gradients[root] == 1.0]
        place = {node: i for i, node in enumerate(order)}
        start = max(
            begun, key=place.__getitem__, default=last
        )  # what leads to it may have a derivative of 1 as well
        others = set(begun).difference(toposort(start)) if start is not None and begun else ()
        if start is not None and start.parents and (others or gradients[start] not in (None, 1.0)):
            start = None
        without = (held(order) | fixed(order)) - {start}
        name = "" if start is None else called[start]
        return cls(called, values, gradients, partials, name, outdated=outdated(order), held=without)


def scene_of(
    f: Roots, expand: str | Sequence[str] | None = None, xp: Printed = drawn, moment: Moment | None = None
) -> Scene:
    """What there is to see of the graph of `f`; ids n0, n1, ... and e0, e1, ... follow the walk.

    f: a Value, a nested list of Values, or a mapping of names to such.
    expand: which frames of a network are shown open, see collapse.py. xp: the arithmetic of the formulas.
    moment: what is known, if not what the graph holds now. Linear in nodes plus edges.

    >>> from autograd_mini import variables
    >>> u, v, w = variables(u=2, v=3, w=4)
    >>> f = (u + v) * w
    >>> f.backward()
    >>> print(scene_of(f))
    u = 2, ∂f/∂u = 4
    v = 3, ∂f/∂v = 4
    t₁ = u + v = 5, ∂f/∂t₁ = 4
    w = 4, ∂f/∂w = 5
    f = t₁ × w = 20, ∂f/∂f = 1
    """
    moment = moment or Moment.now(f)
    order = [*moment.names]
    framed = frames(*roots_of(f))
    crowded = crowds(order, moment.names, framed)
    paths = crowded | framed
    box_of = boxes(order, paths, expand)
    inputs: dict[Path, list[Value]] = {}  # those in each crowd
    for node in crowded:
        inputs.setdefault(crowded[node], []).append(node)
    used = {parent for node in order for parent in node.parents}
    results = [node for node in order if node not in used]
    outputs = _outputs(results, order, box_of)
    written, titled = ({node: _name(node, moment, style) for node in order} for style in (xp, drawn))
    cards: dict[Value | Path, Card] = {}
    arrows: dict[object, Arrow] = {}
    for node in order:
        here = box_of.get(node, node)
        # A box begins with its first operation, if it has one.
        if here not in cards and (node.parents or here is node or node in crowded):
            id_ = f"n{len(cards)}"
            if isinstance(here, tuple):
                if node in crowded:
                    cards[here] = _crowd(id_, here, inputs[here], moment, xp)
                else:
                    cards[here] = _box(id_, here, outputs[here], written, moment, xp)
            else:
                cards[here] = _card(id_, node, node not in used, written, moment, xp)
        titles = _titles(node, written, xp)
        short = titles if isinstance(xp, Text) else _titles(node, titled, drawn)
        for position, parent in enumerate(node.parents):
            there = box_of.get(parent, parent)
            edge: object = (there, here)  # one arrow for all edges between two boxes
            title, partial, is_short = "", None, True
            if here is node and there is parent:
                edge = (node, position)
                if not (parent.is_constant or {node, parent} & moment.held):
                    title, partial = titles(position), moment.partials.get((node, position))
                    is_short = width(short(position), DERIVATIVE) <= LABEL_ROOM
            if there is not here and edge not in arrows:
                is_outdated = partial is not None and edge in moment.outdated.partials
                arrows[edge] = Arrow(
                    f"e{len(arrows)}",
                    cards[there],
                    cards[here],
                    title,
                    partial,
                    is_outdated,
                    is_short,
                    edge in moment.negative,
                )
    output = box_of.get(order[-1], order[-1])
    cards[output] = cards.pop(output)
    inside = [
        (card, key[:-1] if isinstance(key, tuple) else paths.get(key, ())) for key, card in cards.items()
    ]
    opened = {
        node.rule.frame.title: node.rule.frame.written(Drawn(xp.language))
        for node in order
        if node.rule is not None and node.rule.name == "definition" and node.rule.frame is not None
    }
    return Scene(tuple(cards.values()), tuple(arrows.values()), _frames(inside, opened, xp))


def _outputs(
    results: Sequence[Value], order: Sequence[Value], box_of: Mapping[Value, Path]
) -> dict[Path, list[Value]]:
    """What comes out of each box: its nodes that are used outside, and the results."""
    used = dict.fromkeys(results) | {
        x: None for node in order for x in node.parents if box_of.get(x) != box_of.get(node)
    }
    found: dict[Path, list[Value]] = {}
    for node in order:
        if node in box_of and node in used and node.rule is not None:
            found.setdefault(box_of[node], []).append(node)
    return found


def _frames(inside: Iterable[tuple[Card, Path]], opened: Mapping[str, str], xp: Printed) -> tuple[Frame, ...]:
    """The outermost frames; inside: every card with the frames around it. opened: what the names of definitions say."""
    cards: dict[Path, list[Card]] = {(): []}
    inner: dict[Path, list[Path]] = {(): []}
    for card, path in inside:
        for k in range(len(path)):
            if path[: k + 1] not in cards:
                cards[path[: k + 1]], inner[path[: k + 1]] = [], []
                inner[path[:k]].append(path[: k + 1])
        cards[path].append(card)

    def framed(path: Path) -> Frame:
        frames_inside = tuple([framed(each) for each in inner[path]])
        title = visible(opened[path[-1]]) if path[-1] in opened else _title(path, xp)
        return Frame(f"cluster {' '.join(path)}", title, tuple(cards[path]), frames_inside)

    return tuple([framed(path) for path in inner[()]])


def _title(path: Path, xp: Printed) -> str:
    """What a frame is called: neuron 3, or neurone 3 in French."""
    kind, *which = path[-1].split(" ")
    if path[-1].startswith("inputs of "):
        return xp.word("inputs of").format(" ".join(which[1:]))
    return visible(" ".join([xp.word(kind) if kind in ("layer", "neuron") else kind, *which]))


def _titles(node: Value, written: Mapping[Value, Formula], xp: Printed) -> Callable[[int], str]:
    """What the local partials of an operation are called, by the place of the input: ∂(t1 × w)/∂t1."""
    symbols = [_operand(x, written, xp) for x in node.parents]
    places = repeated(node)

    def title(position: int) -> str:
        assert node.rule is not None
        is_repeated = position in places
        return str(xp.local_partial(node.rule, symbols, position, is_repeated=is_repeated))

    return title


def _operand(node: Value, written: Mapping[Value, Formula], xp: Printed) -> Formula:
    """How it stands in a formula: a constant without a name is its number there."""
    return constant(xp, node) if node.is_constant and not node.label else written[node]


def _name(node: Value, moment: Moment, xp: Printed) -> Formula:
    """The name of a node; a constant without one is its number."""
    is_number = node.is_constant and not node.label
    return constant(xp, node) if is_number else xp.symbol(moment.names[node])


def _card(
    id_: str, node: Value, is_output: bool, written: Mapping[Value, Formula], moment: Moment, xp: Printed
) -> Card:
    """The card of one node."""
    formula, kind = "", "input" if not node.is_constant else "data" if node.label else "constant"
    if node.rule is not None:
        operands = [_operand(x, written, xp) for x in node.parents]
        kind = "held" if node in moment.held else "output" if is_output else "result"
        formula = str(xp.applied(node.rule, *operands))
    word = {"held": "constant", "data": "data"}.get(kind)
    gradient = None if word else moment.gradients.get(node)
    shape = getattr(node, "shape", ())
    return Card(
        id=id_,
        kind=kind,
        name=str(written[node]),
        symbol=visible(node.rule.symbol) if node.rule else "",
        formula=formula,
        derivative=xp.in_words([xp.word(word)]) if word else str(moment.derivative(xp, written[node])),
        value=moment.values.get(node),
        gradient=gradient,
        xp=xp,
        is_value_outdated=node in moment.outdated.values,
        is_gradient_outdated=node in moment.outdated.gradients and not word,
        waiting=moment.waiting.get(node, ""),
        shape=shape,
        gradient_shape=shape if gradient is None else shape_of(gradient),
    )


def _box(
    id_: str,
    path: Path,
    outputs: Sequence[Value],
    written: Mapping[Value, Formula],
    moment: Moment,
    xp: Printed,
) -> Card:
    """The card of a whole neuron or layer: what comes out of it, named, with values and gradients."""
    title = _title(path, xp)
    derivatives = [str(moment.derivative(xp, written[node])) for node in outputs]
    return Card(
        id=id_,
        kind="box",
        name=str(xp.symbol(title)),
        symbol=title.split()[0],
        formula=_listed([str(written[node]) for node in outputs]),
        derivative=derivatives[0] if len(derivatives) == 1 else f"{derivatives[0]}, …",
        value=_several([moment.values.get(node) for node in outputs]),
        gradient=_several([moment.gradients.get(node) for node in outputs]),
        xp=xp,
        is_value_outdated=not moment.outdated.values.isdisjoint(outputs),
        is_gradient_outdated=not moment.outdated.gradients.isdisjoint(outputs),
    )


def _crowd(id_: str, path: Path, inputs: Sequence[Value], moment: Moment, xp: Printed) -> Card:
    """The card of many inputs: how many they are, and the norm of their gradients."""
    gradients = [moment.gradients.get(node) for node in inputs]
    known = [gradient for gradient in gradients if gradient is not None]
    return Card(
        id=id_,
        kind="crowd",
        name=str(xp.symbol(_title(path, xp))),
        symbol="…",
        formula="",
        derivative=f"‖{moment.derivative(xp, xp.symbol('x'))}‖",
        value=float(len(gradients)),
        gradient=math.hypot(*known) if len(known) == len(gradients) else None,
        xp=xp,
        is_gradient_outdated=not moment.outdated.gradients.isdisjoint(inputs),
    )


def _several(numbers: Sequence[float | None]) -> float | tuple[float, ...] | None:
    """The numbers, or the number if there is one; None if one is unknown."""
    known = tuple([x for x in numbers if x is not None])
    return None if len(known) < len(numbers) else known[0] if len(known) == 1 else known


def numbers_in(x: float | tuple[Any, ...]) -> list[float]:
    """All numbers of a nested tuple, or the number alone."""
    return [each for part in x for each in numbers_in(part)] if isinstance(x, tuple) else [x]


def _listed(parts: Sequence[str]) -> str:
    """The parts, with what is between the first and the last left out."""
    return ", ".join(parts if len(parts) < 3 else [parts[0], "…", parts[-1]])
