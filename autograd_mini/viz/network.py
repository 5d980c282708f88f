"""Networks, placed by ourselves: layers from left to right, units from top to bottom in their order.

A unit is one card: a table of its parameters and of what it computes, a row for each node, and an edge ends at the
row of its weight. With more than ten units a layer they are small cards, and the edges tell the gradients of the
weights. Examples of a batch stand side by side in the rows. What follows the network stands in columns of its own.

Only what can be placed without an edge through a card is placed here: `network_of` is None for other graphs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.viz import faces, sizes
from autograd_mini.viz.faces import Face, Faces
from autograd_mini.viz.geometry import Curve, Layout, Note, straight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.viz.geometry import Point
    from autograd_mini.viz.scene import Arrow, Card, Frame, Scene


MOST_ROWS = 10  # weights of a unit, and units of a layer, that are shown as tables
MOST_UNITS = 24  # of a layer
MOST_EXAMPLES = 6
STACKED = 330  # in height, of a column whose tables have the computation below the parameters, and not beside
COLUMN_GAP, TAIL_GAP, UNIT_GAP = 56, 50, 10  # points between columns, and between the units of one
DENSE_GAP = 120
INSET, TITLE = 10, 18  # of the frame of a layer


class Unit(NamedTuple):
    """A neuron: its weights, its bias if it has one, and for each example dot, sum, activation as far as there are."""

    frame: Frame
    weights: tuple[Card, ...]
    biases: tuple[Card, ...]
    chains: tuple[tuple[Card, ...], ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Inputs of each example; layers; and the columns of what is computed from the outputs, with their leaves."""

    inputs: tuple[tuple[Card, ...], ...]
    layers: tuple[tuple[Frame | None, tuple[Unit, ...]], ...]
    tail: tuple[tuple[Card, ...], ...]
    leaves: dict[str, list[Card]]  # of each card of the tail, by its id

    @property
    def is_dense(self) -> bool:
        """Whether its units are small cards."""
        units = [unit for _, layer in self.layers for unit in layer]
        return max(len(unit.weights) for unit in units) > MOST_ROWS or self.widest > MOST_ROWS

    @property
    def widest(self) -> int:
        return max(len(layer) for _, layer in self.layers)


def network_of(scene: Scene) -> Network | None:
    """The network of a scene; None for what cannot be shown as one.

    It is all that neurons compute, layer after layer, from the same inputs, and after it operations of which each
    uses only those of the column before, numbers and inputs of its own.
    """
    into: dict[str, list[Arrow]] = {card.id: [] for card in scene.cards}
    out: dict[str, list[Arrow]] = {card.id: [] for card in scene.cards}
    for arrow in scene.arrows:
        into[arrow.head.id].append(arrow)
        out[arrow.tail.id].append(arrow)
    found = []
    for frame in scene.frames:
        if frame.inner and (frame.cards or any(inner.inner for inner in frame.inner)):
            return None
        units = [_unit(inner, into, out) for inner in frame.inner or (frame,)]
        known = tuple([unit for unit in units if unit])
        if len(known) < len(units):
            return None
        found.append((frame if frame.inner else None, known))
    order = {card.id: i for i, card in enumerate(scene.cards)}
    found.sort(key=lambda layer: order[layer[1][0].chains[0][0].id])
    return _joined(scene, found, into, out) if found else None


def _unit(frame: Frame, into: dict[str, list[Arrow]], out: dict[str, list[Arrow]]) -> Unit | None:
    """The neuron in this frame, if it is one that adds up its products at once."""
    own = {card.id for card in frame.cards}
    chains, weights, biases = [], [], []
    for dot in [card for card in frame.cards if card.symbol == "·"]:
        tails = [arrow.tail for arrow in into[dot.id]]
        weights.append(tuple(tails[: len(tails) // 2]))
        chain = [dot]
        while nexts := {arrow.head.id: arrow.head for arrow in out[chain[-1].id] if arrow.head.id in own}:
            if len(nexts) > 1:
                return None
            chain += nexts.values()
        biases.append(tuple([a.tail for card in chain[1:] for a in into[card.id] if a.tail.kind == "input"]))
        chains.append(tuple(chain))
    members = [card.id for group in (*chains, *weights[:1], *biases[:1]) for card in group]
    if not chains or len(set(weights)) > 1 or len(set(biases)) > 1 or sorted(members) != sorted(own):
        return None
    return Unit(frame, weights[0], biases[0], tuple(chains))


def _joined(
    scene: Scene,
    found: Sequence[tuple[Frame | None, tuple[Unit, ...]]],
    into: dict[str, list[Arrow]],
    out: dict[str, list[Arrow]],
) -> Network | None:
    """The layers, if each reads the one before, and what comes after them."""

    def read_by(unit: Unit) -> tuple[tuple[Card, ...], ...]:
        return tuple(
            [tuple([a.tail for a in into[chain[0].id][len(unit.weights) :]]) for chain in unit.chains]
        )

    layers: list[tuple[Frame | None, tuple[Unit, ...]]] = []
    examples = len(found[0][1][0].chains)
    inputs = before = read_by(found[0][1][0])
    for frame, units in found:
        if {read_by(unit) for unit in units} != {before} or {len(unit.chains) for unit in units} != {
            examples
        }:
            return None
        layers.append((frame, units))
        before = tuple([tuple([unit.chains[e][-1] for unit in units]) for e in range(examples)])
    first = [card.id for example in inputs for card in example]
    framed = {card.id for _, units in layers for unit in units for card in unit.frame.cards}
    is_fit = (
        len(set(first)) == len(first)
        and framed.isdisjoint(first)
        and not any(into[id_] for id_ in first)
        and examples <= MOST_EXAMPLES
        and max(len(inputs[0]), *(len(units) for _, units in layers)) <= MOST_UNITS
    )
    tail = _tail(scene, {*first, *framed}, {card.id for example in before for card in example}, into, out)
    network = Network(inputs, tuple(layers), *tail) if is_fit and tail else None
    return None if network and network.is_dense and examples > 1 else network


def _tail(
    scene: Scene,
    network: set[str],
    outputs: set[str],
    into: dict[str, list[Arrow]],
    out: dict[str, list[Arrow]],
) -> tuple[tuple[tuple[Card, ...], ...], dict[str, list[Card]]] | None:
    """The operations after the network by column, and the leaves each has to itself; None if edges skip a column."""
    column = dict.fromkeys(outputs, 0)
    columns: dict[int, list[Card]] = {}
    leaves: dict[str, list[Card]] = {}
    for card in scene.cards:
        if card.id in network:
            if any(a.head.id not in network for a in out[card.id]) and card.id not in outputs:
                return None
            continue
        if not into[card.id]:
            users = {arrow.head.id for arrow in out[card.id]}
            if len(users) != 1 or users & network:
                return None
            leaves.setdefault(users.pop(), []).append(card)
            continue
        places = {column[a.tail.id] for a in into[card.id] if into[a.tail.id]}
        if len(places) != 1 or card.is_box:
            return None
        column[card.id] = places.pop() + 1
        columns.setdefault(column[card.id], []).append(card)
    return tuple([tuple(columns[k]) for k in sorted(columns)]), leaves


def network_layout(scene: Scene, network: Network) -> Layout:
    """Where everything of a network goes; it needs no engine."""
    return _Placing(scene, network).layout()


class _Placing:
    """Fills columns from left to right; then all of them are centred on one line."""

    def __init__(self, scene: Scene, network: Network) -> None:
        self.scene, self.network = scene, network
        self.faces: dict[str, Face] = {}
        self.cards: dict[str, Point] = {}
        self.frames: dict[str, tuple[Point, Point]] = {}
        self.notes: list[Note] = []
        self.x = 0.0
        named = [*network.inputs[0], *[leaf for found in network.leaves.values() for leaf in found]]
        self.column = faces.name_column(named)
        self.unit_gap = 6 if network.is_dense else UNIT_GAP
        self.examples = len(network.inputs)
        pitch = [
            self._unit_height(unit, stacked=True) + UNIT_GAP
            for _, layer in network.layers
            for unit in layer[:1]
        ]
        tallest = max([high * len(layer) for high, (_, layer) in zip(pitch, network.layers)])
        self.is_stacked = self.examples == 1 and tallest <= STACKED
        columns = [
            (len(network.inputs[0]), self._input_height()),
            *[
                (len(layer), self._unit_height(layer[0], stacked=self.is_stacked))
                for _, layer in network.layers
            ],
            *[(len(column), self._tail_height(column)) for column in network.tail],
        ]
        self.height = max([count * (high + self.unit_gap) - self.unit_gap for count, high in columns])

    def layout(self) -> Layout:
        self._place_inputs()
        for frame, units in self.network.layers:
            self.x += DENSE_GAP - INSET if self.network.is_dense else COLUMN_GAP
            self._place_layer(frame, units)
        for i, column in enumerate(self.network.tail):
            self.x += TAIL_GAP + INSET * (i == 0)
            self._place_tail(column)
        framed = [point for corners in self.frames.values() for point in corners]
        top = min([0.0, *[y for _, y in framed], *[note.place[1] - note.size / 2 for note in self.notes]])
        bottom = max([self.height, *[y for _, y in framed]])
        self._move(top)
        return Layout(
            width=self.x,
            height=bottom - top,
            cards=self.cards,
            arrows=self._arrows(),
            frames=self.frames,
            faces=Faces(self.faces),
            notes=tuple(self.notes),
            panels=frozenset(unit.frame.id for _, layer in self.network.layers for unit in layer),
            carried=self._carried() if self.network.is_dense else {},
        )

    def _move(self, top: float) -> None:
        """Move everything down, so that the picture begins at 0."""
        self.cards = {id_: (x, y - top) for id_, (x, y) in self.cards.items()}
        self.frames = {
            id_: ((left, y - top), (right, low - top))
            for id_, ((left, y), (right, low)) in self.frames.items()
        }
        self.notes = [Note(note.text, (note.place[0], note.place[1] - top), note.size) for note in self.notes]

    # Heights, which decide where the columns begin.

    def _unit_height(self, unit: Unit, *, stacked: bool) -> float:
        if self.network.is_dense:
            return sizes.DENSE[1]
        parameters = (len(unit.weights) + len(unit.biases)) * sizes.ROW
        results = len(unit.chains[0]) * (sizes.ROW if self.examples == 1 else sizes.BATCH_CELL[1])
        return 4 + (parameters + results if stacked else max(parameters, results))

    def _input_height(self) -> float:
        if self._has_small_inputs():
            return sizes.DENSE[1]
        return 2 * sizes.LINE if self.examples == 1 else sizes.BATCH_CELL[1]

    def _has_small_inputs(self) -> bool:
        return self.network.is_dense and len(self.network.inputs[0]) > MOST_ROWS

    def _tail_height(self, column: Sequence[Card]) -> float:
        below = max([self._below(card) for card in column])
        return 2 * sizes.LINE + sizes.FORMULA_HEIGHT + below

    def _below(self, card: Card) -> float:
        """Room for the leaves below a card."""
        leaves = self.network.leaves.get(card.id, [])
        return 16 + max([faces.of_leaf(leaf, self.column).high for leaf in leaves]) if leaves else 0

    def _middles(self, count: int) -> list[float]:
        """The middles of so many units, evenly spread over the height of the columns."""
        return [self.height * (i + 0.5) / count for i in range(count)]

    # The columns themselves.

    def _put(self, card: Card, face: Face, left: float, top: float) -> None:
        self.faces[card.id] = face
        self.cards[card.id] = (left + face.wide / 2, top + face.high / 2)

    def _place_inputs(self) -> None:
        examples = self.network.inputs
        widest = 0.0
        for i, y in enumerate(self._middles(len(examples[0]))):
            left = 0.0
            for e, example in enumerate(examples):
                card = example[i]
                face = self._input_face(card)
                self._put(card, face, left, y - face.high / 2)
                if self.examples > 1:
                    self.notes.append(Note(f"({e + 1})", (left + face.wide / 2, y - face.high / 2 - 7), 9))
                left += face.wide
            widest = max(widest, left)
        top = sizes.PAD - TITLE - 4 - (12 if self.examples > 1 else 0)
        if any(frame for frame, _ in self.network.layers):
            self.notes.append(Note(self.scene.xp.word("inputs"), (widest / 2, top), sizes.CAPTION))
        self.x = widest

    def _input_face(self, card: Card) -> Face:
        if self._has_small_inputs():
            return faces.dense(card)
        return (
            faces.of_leaf(card, self.column) if self.examples == 1 else faces.cell(has_sign=False, radius=4)
        )

    def _place_layer(self, frame: Frame | None, units: Sequence[Unit]) -> None:
        left = self.x + (INSET if frame else 0)
        right = left
        tops = []
        for unit, y in zip(units, self._middles(len(units))):
            high = self._unit_height(unit, stacked=self.is_stacked)
            tops.append(y - high / 2)
            end = self._place_unit(unit, left, y - high / 2, is_first=unit is units[0])
            self.frames[unit.frame.id] = ((left, y - high / 2), (end, y + high / 2))
            right = max(right, end)
        self.x = right
        if frame:
            heads = 12 if self.examples > 1 else 0
            bottom = tops[-1] + self._unit_height(units[-1], stacked=self.is_stacked)
            self.frames[frame.id] = (
                (left - INSET, tops[0] - TITLE - heads - 4),
                (right + INSET, bottom + INSET),
            )
            self.x += INSET

    def _place_unit(self, unit: Unit, left: float, top: float, *, is_first: bool) -> float:
        """Its rows, or its one small card, in the order in which they are computed; where it ends on the right."""
        if self.network.is_dense:
            *inner, last = unit.chains[0]
            self._put(last, faces.dense(last), left, top)
            for card in (*unit.weights, *unit.biases, *inner):
                self._put(card, faces.HIDDEN, left, top + sizes.DENSE[1] / 2)
            return left + sizes.DENSE[0]
        y = top + 2
        rows, row = [*unit.weights, *unit.biases], faces.row(unit.weights[0])
        if self.is_stacked:
            first, *others = unit.chains[0]
            rows, row = [*unit.weights, first, *unit.biases, *others], faces.row(first)
        for card in rows:
            self._put(card, faces.row(card, row.wide), left + 2, y)
            y += sizes.ROW
        if self.is_stacked:
            return left + row.wide + 4
        start, right = left + row.wide + 6, left
        for e, chain in enumerate(unit.chains):
            y, x = top + 2, start
            for card in chain:
                face = faces.row(card) if self.examples == 1 else faces.cell(has_sign=e == 0)
                self._put(card, face, x, y)
                y, right = y + face.high, x + face.wide
            if self.examples > 1 and is_first:
                self.notes.append(Note(f"({e + 1})", (right - sizes.BATCH_CELL[0] / 2, top - 6), 9))
            start = right
        return right + 2

    def _place_tail(self, column: Sequence[Card]) -> None:
        right = self.x
        for card, y in zip(column, self._middles(len(column))):
            below, face = self._below(card), faces.compact(sizes.COLUMN, card, is_centred=False)
            self._put(
                card,
                face,
                self.x,
                y - face.high / 2 if len(column) == 1 else y - (face.high + below - face.above) / 2,
            )
            x, bottom = self.cards[card.id][0], self.cards[card.id][1] + face.high / 2
            leaves = [
                (leaf, faces.of_leaf(leaf, self.column)) for leaf in self.network.leaves.get(card.id, [])
            ]
            x -= sum([leaf_face.wide for _, leaf_face in leaves]) / 2 + 4 * (len(leaves) - 1)
            for leaf, leaf_face in leaves:
                self._put(leaf, leaf_face, x, bottom + 16)
                x += leaf_face.wide + 8
            right = max(right, self.x + face.wide + face.wider, x)
        self.x = right

    # The edges.

    def _carried(self) -> dict[str, str]:
        """For every edge from unit to unit the weight on it."""
        units = {
            chain[0].id: unit for _, layer in self.network.layers for unit in layer for chain in unit.chains
        }
        met: dict[str, int] = {}
        carried = {}
        for arrow in self.scene.arrows:
            if arrow.head.id in units:
                i = met[arrow.head.id] = met.get(arrow.head.id, -1) + 1
                weights = units[arrow.head.id].weights
                if i >= len(weights):
                    carried[arrow.id] = weights[i - len(weights)].id
        return carried

    def _arrows(self) -> dict[str, Curve]:
        unit_of = {
            card.id: unit for _, layer in self.network.layers for unit in layer for card in unit.frame.cards
        }
        leaves = {leaf.id for found in self.network.leaves.values() for leaf in found}
        carried = self._carried()
        arrows = {}
        for arrow in self.scene.arrows:
            tail, head = arrow.tail.id, arrow.head.id
            unit = unit_of.get(head)
            if unit and unit_of.get(tail) is unit:
                arrows[arrow.id] = Curve((self.cards[tail],), self.cards[head])
                continue
            if tail in leaves:
                (x, y), face = self.cards[tail], self.faces[tail]
                start, end = (x, y - face.high / 2), (x, self.cards[head][1] + self.faces[head].high / 2)
                arrows[arrow.id] = straight(start, end, is_labelled=False)
                continue
            start = self._right(tail, unit_of.get(tail))
            end = self._left(carried.get(arrow.id, head), head, unit)
            arrows[arrow.id] = straight(start, end, is_labelled=arrow.is_labelled and not unit)
        return arrows

    def _right(self, card: str, unit: Unit | None) -> Point:
        """Where an edge begins: at the height of its card, on the right of the unit it is part of."""
        x, y = self.cards[card]
        if unit:
            return self.frames[unit.frame.id][1][0], y
        rows = [example for example in self.network.inputs if any(each.id == card for each in example)]
        if rows and self.examples > 1:  # behind the last example
            i = [each.id for each in rows[0]].index(card)
            card = self.network.inputs[-1][i].id
            x = self.cards[card][0]
        return x + self.faces[card].wide / 2, y

    def _left(self, row: str, head: str, unit: Unit | None) -> Point:
        """Where an edge ends: at the row of its weight, or at its card."""
        if unit:
            (left, top), (_, bottom) = self.frames[unit.frame.id]
            return left, (top + bottom) / 2 if self.network.is_dense else self.cards[row][1]
        return self.cards[head][0] - self.faces[head].wide / 2, self.cards[head][1]
