"""A network as students draw it: neurons as circles, weights on the edges, layers from left to right.

It is made of the graph of a text, in which neurons.py finds the neurons. A circle holds what comes out of a neuron
and its gradient; below stand its sum, its bias and its mask, and of a batch every example in a row. What the outputs
lead to is one card. The labels of weights stand where the edges are farthest apart.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograd_mini.viz import faces, sizes
from autograd_mini.viz.faces import Face, Faces
from autograd_mini.viz.geometry import Curve, Layout, Note, straight
from autograd_mini.viz.lettering import width
from autograd_mini.viz.levels import lines_now
from autograd_mini.viz.neurons import layers_of
from autograd_mini.viz.roots import roots_of
from autograd_mini.viz.scene import Arrow, Card, Moment, Scene, scene_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.definitions import Line
    from autograd_mini.formulas.printing import Printed
    from autograd_mini.viz.geometry import Point
    from autograd_mini.viz.neurons import Neuron
    from autograd_mini.viz.roots import Roots


@dataclass(frozen=True, slots=True)
class Edge(Arrow):
    """An edge with a weight: something flows to that, even if what it comes from is data."""

    @property
    def is_constant(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Circle:
    """A neuron or an input: its card, the rows below it, and the labels on the edges that come in."""

    card: Card
    rows: tuple[Card, ...]
    weights: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram(Scene):
    """The scene of a network: its columns of circles, inputs first, then what its outputs lead to with data of its own."""

    columns: tuple[tuple[Circle, ...], ...] = ()
    result: Card | None = None
    data: tuple[Card, ...] = ()
    is_batch: bool = False


def diagram_of(f: Roots) -> Callable[[Printed], Diagram] | None:
    """What reads the diagram of a graph that was written as formulas, as it is now; None for what is no network."""
    layers = layers_of(*roots_of(f))
    if not layers:
        return None
    moment, lines = Moment.now(f), lines_now(f)
    return lambda xp: _Reading(f, layers, xp, moment, lines).diagram()


class _Reading:
    """Makes the cards of a diagram from those of the graph."""

    def __init__(
        self,
        f: Roots,
        layers: list[list[Neuron]],
        xp: Printed,
        moment: Moment,
        lines: tuple[list[Line], tuple[Line, ...], Moment],
    ) -> None:
        self.layers, self.xp, self.moment, self.lines = layers, xp, moment, lines
        cards = {card.id: card for card in scene_of(f, "all", xp, moment).cards}
        self.cards = {node: cards[f"n{i}"] for i, node in enumerate(moment.names)}
        self.is_batch = len(layers[0][0].outputs) > 1
        self.masks: dict[Value, list[Value]] = {}
        for neuron in [neuron for layer in layers for neuron in layer]:
            for reads in neuron.reads:
                for read, masks in zip(reads, neuron.masks, strict=True):
                    self.masks.setdefault(read, []).extend(masks)

    def diagram(self) -> Diagram:
        first, (result, data) = self.layers[0][0], self._result()
        inputs = [self._circle([reads[i] for reads in first.reads]) for i in range(len(first.weights))]
        columns = [
            inputs,
            *[[self._neuron(each, is_last=not result) for each in layer] for layer in self.layers],
        ]
        place = {each: i for i, each in enumerate(first.reads[0])}
        ends: list[tuple[type[Arrow], Card, Card]] = []
        for before, layer, circles in zip(columns, self.layers, columns[1:], strict=False):
            for neuron, circle in zip(layer, circles, strict=True):
                ends += [(Edge, before[place[read]].card, circle.card) for read in neuron.reads[0]]
                ends += [(Arrow, card, circle.card) for card in (*circle.weights, *circle.rows)]
            place = {neuron.outputs[0]: i for i, neuron in enumerate(layer)}
        if result:
            ends += [(Arrow, card, result) for card in (*[circle.card for circle in columns[-1]], *data)]
        parts = [[*c.weights, *c.rows, c.card] for column in columns for c in column]
        cards = [card for part in parts for card in part] + [*data, *([result] if result else [])]
        return Diagram(
            tuple(cards),
            tuple([kind(f"e{i}", tail, head, "", None) for i, (kind, tail, head) in enumerate(ends)]),
            style="network",
            columns=tuple([tuple(column) for column in columns]),
            result=result,
            data=tuple(data),
            is_batch=self.is_batch,
        )

    def _circle(self, nodes: Sequence[Value]) -> Circle:
        """What stands for a node, or for the nodes of several examples, which are rows then."""
        card = self.cards[nodes[0]]
        masks = [self.cards[mask] for mask in dict.fromkeys(self.masks.get(nodes[0], ()))]
        if not self.is_batch:
            return Circle(card, tuple(masks))
        rows = tuple([replace(self.cards[node], symbol="") for node in dict.fromkeys(nodes)])
        name = str(self.xp.symbol(_common([self.moment.names[node] for node in nodes])))
        alone = replace(card, id=f"{card.id}all", name=name, formula="", value=None, gradient=None, shape=())
        return Circle(replace(alone, derivative=""), rows)

    def _neuron(self, neuron: Neuron, *, is_last: bool) -> Circle:
        circle, rule = self._circle(neuron.outputs), neuron.outputs[0].rule
        assert rule is not None
        is_sum = neuron.outputs[0] is neuron.sums[0]
        symbol, formula = rule.symbol, circle.card.formula
        if is_sum or rule.name == "div":  # a sum alone, or a softmax
            symbol, formula = "Σ" if is_sum else "softmax", ""
        rows = [self.cards[bias] for bias in neuron.biases]
        if neuron.sums[0].label and not is_sum and not self.is_batch:
            rows.insert(0, replace(self.cards[neuron.sums[0]], symbol=""))
        weights = tuple([self.cards[weight] for weight in neuron.weights])
        kind = circle.card.kind if is_last else "result"
        return Circle(
            replace(circle.card, kind=kind, symbol=symbol, formula=formula), (*rows, *circle.rows), weights
        )

    def _result(self) -> tuple[Card | None, list[Card]]:
        """What was differentiated, as one card, and the data that it needs besides; nothing if it is a neuron's."""
        lines, shown, moment = self.lines
        outputs = {
            node for layer in self.layers for neuron in layer for node in (*neuron.outputs, *neuron.sums)
        }
        names = {self.moment.names[node] for node in outputs}
        start = next((line for line in lines if line.label == self.moment.start), None)
        if start is None or self.moment.start in names:
            return None, []
        cards = {card.id: card for card in scene_of(shown, "all", self.xp, moment).cards}
        card_of = {
            line: replace(card, id=f"l{i}") for i, line in enumerate(moment.names) if (card := cards[f"n{i}"])
        }
        own = {leaf for layer in self.layers for n in layer for leaf in (*n.weights, *n.biases, *n.reads[0])}
        seen, todo, data = {start}, [start], []
        while todo:
            for line in todo.pop().parents:
                if line in seen or outputs.intersection(line.unit.entries):
                    continue
                seen.add(line)
                todo.append(line)
                if not (line.parents or own.intersection(line.unit.entries)) and line.label:
                    data.append(card_of[line])
        return card_of[start], data


def _common(names: Sequence[str]) -> str:
    """What names of a batch have in common: h[2] of h[1,2] and h[3,2], and a of a[1] and a[2]."""
    first, *others = [re.findall(r"^[^\[]*|[^\[\],]+", name) for name in names]
    kept = [part for part, *rest in zip(first, *others, strict=False) if {*rest} <= {part}]
    if not others or not kept or kept[0] != first[0]:
        return names[0]
    return f"{kept[0]}[{','.join(kept[1:])}]" if kept[1:] else kept[0]


def diagram_layout(diagram: Diagram) -> Layout:
    """Where everything of a network goes; it needs no engine."""
    return _Placing(diagram).layout()


class _Placing:
    """Columns of one height, in which circles are evenly spread."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.faces: dict[str, Face] = {}
        self.cards: dict[str, Point] = {}
        self.notes: list[Note] = []
        columns = diagram.columns
        names = [faces.row_column([card for c in column for card in c.rows]) for column in columns]
        weights = faces.row_column([card for column in columns for c in column for card in c.weights])
        for i, column in enumerate(columns):
            for circle in column:
                self.faces[circle.card.id] = faces.circle(
                    circle.card, is_input=i == 0, has_numbers=not diagram.is_batch
                )
                for card in circle.rows:
                    self.faces[card.id] = faces.beside(card, names[i], is_on_edge=False)
                for card in circle.weights:
                    self.faces[card.id] = faces.beside(card, weights, is_on_edge=True)
        pitches = [max(map(self._high, column)) + sizes.NEURON_GAP for column in columns]
        spread = [len(column) * pitch for column, pitch in zip(columns, pitches, strict=True)]
        labels = [_room(len(tails), len(heads)) for tails, heads in itertools.pairwise(columns)]
        self.height = max(spread + labels)

    def layout(self) -> Layout:
        diagram, x = self.diagram, 0.0
        for i, column in enumerate(diagram.columns):
            wide = self._wide(column)
            word = diagram.xp.word("inputs" if i == 0 else "layer")
            if i:
                x += self._gap(diagram.columns[i - 1], column) - (wide - sizes.NEURON) / 2
            self.notes.append(Note(word if i == 0 else f"{word} {i}", (x + wide / 2, -12), sizes.CAPTION))
            for circle, y in zip(column, self._middles(len(column)), strict=True):
                self._place(circle, x + wide / 2, y)
            x += (wide + sizes.NEURON) / 2  # as far as to the right of the circles
        for before, column in zip(diagram.columns, diagram.columns[1:], strict=False):
            self._place_weights(before, column)
        x += (wide - sizes.NEURON) / 2
        if diagram.result:  # so far away that no arrow runs through a row
            ys = [self.cards[circle.card.id][1] for circle in diagram.columns[-1]]
            x = self._place_result(x + max(34, (max(ys) - min(ys)) / 2 - (wide - sizes.NEURON) / 2))
        top = -12 - sizes.CAPTION
        self.cards = {id_: (a, b - top) for id_, (a, b) in self.cards.items()}
        self.notes = [Note(n.text, (n.place[0], n.place[1] - top), n.size) for n in self.notes]
        return Layout(
            width=x,
            height=self.height - top,
            cards=self.cards,
            arrows={arrow.id: self._arrow(arrow) for arrow in diagram.arrows},
            frames={},
            faces=Faces(self.faces),
            notes=tuple(self.notes),
        )

    def _high(self, circle: Circle) -> float:
        face = self.faces[circle.card.id]
        return face.above + face.high + 2 + len(circle.rows) * sizes.ROW

    def _wide(self, column: Sequence[Circle]) -> float:
        """With the rows and the headings of its circles."""
        cards = [card for circle in column for card in (circle.card, *circle.rows)]
        heads = [circle.card for circle in column if self.faces[circle.card.id].above]
        headings = [width(self.faces[card.id].heading(card), sizes.FORMULA) for card in heads]
        return max(
            [self.faces[card.id].wide for card in cards] + [min(x, sizes.HEADING_WIDTH) for x in headings]
        )

    def _gap(self, tails: Sequence[Circle], heads: Sequence[Circle]) -> float:
        """Between the circles of two layers: room for the labels beside what stands below the circles."""
        part = _part(len(tails), len(heads))
        half = self.faces[heads[0].weights[0].id].wide / 2
        before, behind = (half + 12 + (self._wide(column) - sizes.NEURON) / 2 for column in (tails, heads))
        return max(before / part, behind / (1 - part))

    def _middles(self, count: int) -> list[float]:
        return [self.height * (i + 0.5) / count for i in range(count)]

    def _place(self, circle: Circle, x: float, y: float) -> None:
        """A circle in the middle of its place, without regard to what is below it, so that edges keep apart."""
        face = self.faces[circle.card.id]
        y -= (self._high(circle) - face.above - face.high) / 2 - face.above / 2
        self.cards[circle.card.id] = (x, y)
        y += face.high / 2 + 2 + sizes.ROW / 2
        for card in circle.rows:
            self.cards[card.id] = (x, y)
            y += sizes.ROW

    def _place_weights(self, before: Sequence[Circle], column: Sequence[Circle]) -> None:
        part = _part(len(before), len(column))
        arrows = {(arrow.tail.id, arrow.head.id): i for i, arrow in enumerate(self.diagram.arrows)}
        for circle in column:
            tails = sorted(before, key=lambda each, head=circle: arrows[each.card.id, head.card.id])  # type: ignore[misc]
            for tail, card in zip(tails, circle.weights, strict=True):
                (x, y), (right, low) = self._right(tail.card), self._left(circle.card)
                self.cards[card.id] = (x + part * (right - x), y + part * (low - y))

    def _place_result(self, x: float) -> float:
        """The card of the result, and below it the data that it needs; where it ends on the right."""
        diagram = self.diagram
        assert diagram.result is not None
        face = faces.compact(sizes.COLUMN, diagram.result, is_centred=False)
        assert face.name is not None
        room = max(face.wide, width(face.heading(diagram.result), sizes.FORMULA))
        room = min(room, sizes.RESULT_WIDTH)
        name = faces.Line(0, face.name.y, room, [sizes.FORMULA], is_centred=False)
        self.faces[diagram.result.id] = face._replace(name=name, wider=room - face.wide)
        y = sum([self.cards[circle.card.id][1] for circle in diagram.columns[-1]]) / len(diagram.columns[-1])
        self.cards[diagram.result.id] = (x + face.wide / 2, y)
        left, top = x, y + face.high / 2 + 24
        column = faces.name_column(diagram.data)
        for card in diagram.data:
            leaf = self.faces[card.id] = faces.of_leaf(card, column)
            self.cards[card.id] = (left + leaf.wide / 2, top + leaf.high / 2)
            left += leaf.wide + 8
            self.height = max(self.height, top + leaf.high)
        return max(x + room, left - 8)

    def _right(self, card: Card) -> Point:
        x, y = self.cards[card.id]
        return x + self.faces[card.id].wide / 2, y

    def _left(self, card: Card) -> Point:
        x, y = self.cards[card.id]
        return x - self.faces[card.id].wide / 2, y

    def _arrow(self, arrow: Arrow) -> Curve:
        result = self.diagram.result
        circles = {circle.card.id for column in self.diagram.columns for circle in column}
        if arrow.tail.id in circles:
            return straight(self._right(arrow.tail), self._left(arrow.head))
        if result and arrow.head.id == result.id:
            (x, y), (head, low) = self.cards[arrow.tail.id], self.cards[result.id]
            start = (x, y - self.faces[arrow.tail.id].high / 2)
            half = self.faces[result.id].wide / 2 - 8
            return straight(
                start, (min(max(x, head - half), head + half), low + self.faces[result.id].high / 2)
            )
        return Curve((self.cards[arrow.tail.id],), self.cards[arrow.head.id])


def _part(tails: int, heads: int) -> float:
    """How far along the edges the labels of weights stand: there all are equally far apart."""
    return heads / (heads + 1) if heads <= tails else 1 / (tails + 1)


def _room(tails: int, heads: int) -> float:
    """The height that the labels between two layers need."""
    fewer, more = sorted((tails, heads))
    return (sizes.ROW + sizes.WEIGHT_GAP) * more * (fewer + 1)
