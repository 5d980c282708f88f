"""What is inside a line: the steps of its single operations, and a picture of them.

>>> from autograd_mini import parse
>>> from autograd_mini.stepping.lines import Lines
>>> trace = Lines(parse("h = tanh(w * x); f = h * h", w=1, x=0.5, data="x"))
>>> for step in trace.inside[trace.place("h")].steps:
...     print(step.line)
t1 = w × x = 1 × 0.5 = 0.5
h = tanh(t1) = tanh(0.5) = 0.4621
∂f/∂t1 = ∂tanh(t1)/∂t1 · ∂f/∂h = (1 − h × h) · 0.9242 = 0.7864 · 0.9242 = 0.7269
∂f/∂w = ∂(w × x)/∂w · ∂f/∂t1 = x · 0.7269 = 0.5 · 0.7269 = 0.3634
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.formulas.definitions import Line
from autograd_mini.formulas.recognition import Unit
from autograd_mini.stepping.sweeps import ADDITION, GRADIENTS, OPERATION, VALUES, Equations, Trace
from autograd_mini.viz.looks import scene_in_style
from autograd_mini.viz.scene import Moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.stepping.sweeps import Step
    from autograd_mini.viz.scene import Scene


MOST_LINES = 20  # of each sweep that are shown of an opened line
MOST_CARDS = 40  # of a picture of it


class Inside(NamedTuple):
    """The steps of the operations of a line, of both sweeps; of very many the first, and how many more there are."""

    steps: tuple[Step, ...]
    more: int
    body: tuple[Value, ...]
    operations: Operations

    def scene(self) -> Scene | None:
        """The picture of the operations and what they take; None if there are too many."""
        taken = dict.fromkeys([x for node in self.body for x in node.parents if x not in {*self.body}])
        if len(taken) + len(self.body) > MOST_CARDS:
            return None
        said, called = self.operations.equations, self.operations.equations.names
        cards: dict[Value, Line] = {}
        for node in (*taken, *self.body):
            rule, parents = (None, []) if node in taken else (node.rule, [cards[x] for x in node.parents])
            # A card of an operation is a line that is nothing else.
            cards[node] = Line(Unit(node.label and called[node], (node,)), rule, parents)  # type: ignore[arg-type]
        done = [step for step in self.operations if step.sweep != VALUES]
        gradients = {said.nodes[step.node]: step.after for step in done if step.after is not None}
        flowed = [((said.nodes[user], position), step) for step in done for user, position in step.edges]
        edges = {
            (cards[user], position): step
            for (user, position), step in flowed
            if user in cards and cards[user].rule is not None
        }
        moment = Moment(
            {card: called[node] for node, card in cards.items()},
            {card: said.numbers[node] for node, card in cards.items()},
            {card: gradients.get(node) for node, card in cards.items()},
            {edge: step.local for edge, step in edges.items()},
            said.names[said.start],
            held={card for node, card in cards.items() if node in said.held},
            negative={edge for edge, step in edges.items() if step.is_negative},
        )
        used = {parent for card in cards.values() for parent in card.parents}
        roots = [card for card in cards.values() if card not in used]
        return scene_in_style(roots, "all", said.drawn, moment, "compact")


class OperationEquations(Equations):
    """What the steps of operations say: with the names and numbers that are known already."""

    def __init__(
        self,
        nodes: Sequence[Value],
        start: Value,
        language: str,
        called: Mapping[Value, str],
        numbers: Mapping[Value, Any],
    ) -> None:
        self._known_names, self._known_numbers = called, numbers
        super().__init__(nodes, start, GRADIENTS, language)

    def _names(self) -> Mapping[Value, str]:
        return self._known_names

    def _numbers(self) -> Mapping[Value, Any]:
        return self._known_numbers


class Operations(Trace):
    """The steps of all single operations below some lines.

    starts: whose gradients they are; of several there is no backward pass. called, numbers: of all nodes.
    """

    def __init__(
        self,
        order: Sequence[Value],
        starts: Sequence[Value],
        language: str,
        called: Mapping[Value, str],
        numbers: Mapping[Value, Any],
    ) -> None:
        self.nodes = tuple(order)
        self.language = language
        self.sweep = GRADIENTS
        self.roots = tuple(starts)
        self.equations = OperationEquations(self.nodes, starts[0], language, called, numbers)
        backward = self._derivatives(starts[0]) if len(starts) == 1 else ()
        self._steps = (*self._values(), *backward)

    def inside(self, lines: Sequence[Line]) -> dict[int, Inside]:
        """What is inside each line that has more than one operation, by its place."""
        bodies = {i: line.body() for i, line in enumerate(lines) if line.rule is not None}
        owner = {node: i for i, body in bodies.items() for node in body}
        users: dict[Value, set[int]] = {}
        for node, i in owner.items():
            for parent in node.parents:
                users.setdefault(parent, set()).add(i)
        found: dict[tuple[int, str], list[Step]] = {}
        for step in self:
            place = self._owner(step, owner, users)
            if place is not None:
                found.setdefault((place, step.sweep), []).append(step)
        result = {}
        for i, body in bodies.items():
            if len(body) > 1:
                sweeps = [found.get((i, sweep), []) for sweep in (VALUES, GRADIENTS)]
                shown = [step for steps in sweeps for step in steps[:MOST_LINES]]
                result[i] = Inside(tuple(shown), sum(map(len, sweeps)) - len(shown), tuple(body), self)
        return result

    def _owner(self, step: Step, owner: Mapping[Value, int], users: Mapping[Value, set[int]]) -> int | None:
        """The line a step is a part of: of a sum that of all its terms, if they have one in common."""
        if step.kind == OPERATION:
            return owner.get(self.nodes[step.node])
        if step.kind == ADDITION:
            places = users[self.nodes[step.node]]
            return next(iter(places)) if len(places) == 1 else None
        return owner[self.nodes[step.edges[0][0]]] if step.edges else None
