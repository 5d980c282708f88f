"""The lines of a graph: a definition is a named node and the nameless operations below it, down to other named nodes.

Names that differ in their index alone, as h[1] and h[2] do, are one array, and their definitions one line. Texts and
graphs made in Python are alike here: only labels and the graph count.

>>> from autograd_mini import Value, tanh, variables
>>> from autograd_mini.formulas.text import text
>>> w, x, b = variables(w=1, x=2, b=0)
>>> h = tanh(w * x + b)
>>> h.label = "h"
>>> for line in lines_of([h * h]):
...     if line.rule:
...         print(line.label, "=", line.rule.forward(text, *[text.symbol(x.label) for x in line.parents]))
h = tanh(w × x + b)
f = h × h
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import Rule
from autograd_mini.engine.value import Value, apply
from autograd_mini.errors import UnboundError, shown
from autograd_mini.formulas.expressions import constant
from autograd_mini.formulas.names import Name, examples_of, names
from autograd_mini.formulas.printing import Printed
from autograd_mini.formulas.recognition import NoLineError, Reader, Unit, places_in
from autograd_mini.formulas.roles import parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence

    from autograd_mini.formulas.arrays import Expression
    from autograd_mini.formulas.terms import Shape, Term


LAYER = frozenset("ahpd")  # the letters of lines of a network: see roles.py
DEEPEST = 30  # operations inside one another in a line
_ENTRY = re.compile(r"(.+)\[(\d+)(?:,(\d+))?\]", re.DOTALL)


class Frame:
    """What is drawn around the operations of an opened definition. title: its name."""

    kind = ""
    outer = None

    def __init__(self, title: str, line: tuple[Expression, Sequence[Unit]] | None) -> None:
        """line: its expression and what that is of, if it is one."""
        self.title = title
        self._line = line

    def written(self, xp: Printed) -> str:
        """What stands above it: h = tanh(a)."""
        name = xp.symbol(self.title)
        if self._line is None:
            return str(name)
        expression, inputs = self._line
        return f"{name} = {expression.read(xp, [xp.symbol(x.name) for x in inputs], partial(_written, xp))}"


class DefinitionRule(Rule):
    """A line as if it were a primitive: its expression in any arithmetic of formulas.

    name is that of every such rule; what the line is called stands in `title`.
    """

    __slots__ = ("expression", "title")

    def __init__(
        self, title: str, symbol: str, expression: Expression, count: int, frame: Any = None
    ) -> None:
        def forward(xp: Any, *inputs: Any) -> Any:
            return expression.read(xp, inputs, partial(_written, xp))

        super().__init__(
            "definition", forward, forward, symbol=symbol, parameters=[f"x{i}" for i in range(count)]
        )
        self.title = title
        self.expression = expression
        self.frame = frame


def _written(xp: Any, numbers: Any) -> Any:
    """Numbers that stand in a line: one, or those of an array."""
    if isinstance(numbers, tuple):
        return xp.numbers(numbers)
    return constant(xp, numbers) if isinstance(xp, Printed) else numbers.data


class Line(Value):
    """A definition, an input or an array as one node: its number is that of a Value, or nested tuples of numbers.

    unit: its name and its entries in the graph. rule: None for an input, else the expression of the line.
    """

    __slots__ = ("is_constant", "unit")
    unit: Unit
    rule: DefinitionRule | None
    parents: tuple[Line, ...]

    def __init__(self, unit: Unit, rule: DefinitionRule | None, parents: Sequence[Line]) -> None:
        place = getattr(unit.entries[0].label, "place", None)  # in the text
        super().__init__(None, unit.name if place is None else Name(unit.name, place))
        self.unit = unit
        self.is_constant = unit.entries[0].is_constant  # nobody differentiates by data
        self.rule = rule
        self.parents = tuple(parents)
        self.primal = self.gathered([entry.primal for entry in unit.entries])

    def gathered(self, numbers: Sequence[float | None]) -> Any:
        """The numbers of its entries as its own: nested tuples, None if one is unknown."""
        if any(x is None for x in numbers):
            return None
        return _nested([float(x) for x in numbers if x is not None], self.unit.shape)

    @property  # type: ignore[misc]
    def data(self) -> Any:
        """The number, or nested tuples of them."""
        if self.primal is None:
            raise UnboundError(self)
        return self.primal

    def known(self, what: str) -> Any:
        """`data` or `grad` of all its entries if they are known by now, else None."""
        return self.gathered([entry.known(what) for entry in self.unit.entries])

    @property
    def shape(self) -> Shape:
        return self.unit.shape

    def slopes(
        self, partials_of: Callable[[Value], Sequence[float | None]] | None = None
    ) -> list[float | None]:
        """The derivative by each of its inputs, None by an array, of an array, or where numbers are not known.

        partials_of: the partials of an operation, None where they are not known; else those of the graph.
        """
        partials_of = partials_of or _partials_of
        if self.shape:
            return [None] * len(self.parents)
        ends: dict[Value, float | None] = {x.unit.entries[0]: 0.0 for x in self.parents if not x.shape}
        stops = {entry for x in self.parents for entry in x.unit.entries}
        flows: dict[Value, float | None] = {self.unit.entries[0]: 1.0}
        for node in reversed(self.body(stops)):
            for parent, slope in zip(node.parents, partials_of(node), strict=True):
                flow, table = flows[node], ends if parent in ends else flows
                so_far = table.get(parent, 0.0)
                known = not (flow is None or slope is None or so_far is None)
                table[parent] = so_far + flow * slope if known else None  # type: ignore[operator]
        return [None if x.shape else ends[x.unit.entries[0]] for x in self.parents]

    def body(self, stops: Container[Value] | None = None) -> list[Value]:
        """The operations of the graph that it stands for, inputs before users."""
        inside = stops if stops is not None else {entry for x in self.parents for entry in x.unit.entries}
        order: dict[Value, None] = {}
        stack = [*self.unit.entries[::-1]]
        while stack:
            node = stack[-1]
            waiting = [x for x in node.parents if x.rule is not None and x not in inside and x not in order]
            if waiting:
                stack += waiting[::-1]
            else:
                order.setdefault(stack.pop())
        return [*order]

    def local(self, inputs: Sequence[Term], output: Term, seed: Term) -> list[Term]:
        """What flows back to each of its inputs, see `Expression.gradients`."""
        assert isinstance(self.rule, DefinitionRule)
        return self.rule.expression.gradients(inputs, output, seed)


def _partials_of(node: Value) -> Sequence[float | None]:
    return node.partials or (None,) * len(node.parents)


def _nested(numbers: Sequence[float], shape: Shape) -> Any:
    if not shape:
        return numbers[0]
    if len(shape) == 1:
        return tuple(numbers)
    return tuple([tuple(numbers[i : i + shape[1]]) for i in range(0, len(numbers), shape[1])])


def lines_of(roots: Sequence[Value], opened: Collection[str] = ()) -> list[Line]:
    """The lines of the graph below some nodes, inputs before users.

    opened: names of definitions that are shown operation by operation, "all" among them for all.

    Raises ValueError for the name of no definition.
    """
    order = toposort(*roots)
    called = names(order)
    if more := _left_out(order, called):
        order[-1:-1] = more
        called = names(order)
    units = _units(order, called, roots)
    place = {node: i for i, node in enumerate(order)}
    known = [
        unit.name
        for unit in sorted(units, key=lambda unit: place[unit.entries[-1]])
        if unit.entries[0].parents
    ]
    opened = known if "all" in opened else opened
    for name in opened:
        if name not in known and name not in map(_whole, known):
            msg = f"no definition is called {shown(name)}; this graph has: {', '.join(known)}"
            raise ValueError(msg)
    while True:
        lines = _Lines(order, called, units, opened)
        if not lines.failed:
            return lines.made()
        # Arrays whose entries have too little in common are told apart, and all is read anew.
        units = [
            part for unit in units for part in (_entries(unit, called) if unit in lines.failed else [unit])
        ]


def _whole(name: str) -> str:
    """The name of the array that an entry or a row is of."""
    return name.partition("[")[0]


def _left_out(order: Sequence[Value], called: Mapping[Value, str]) -> list[Value]:
    """The other entries of a softmax p of which a graph takes p[2] alone: a line shows them all."""
    labels = {*called.values()}
    more: list[Value] = []
    seen: set[tuple[str, Value]] = set()  # the other entries of a softmax say nothing new
    for node in order:
        found = _ENTRY.fullmatch(called[node]) if node.rule is not None and node.rule.name == "div" else None
        if found is None or node.rule is None or (found[1], node.parents[1]) in seen:
            continue
        exponential, total = node.parents
        seen.add((found[1], total))
        if exponential not in places_in(total, {}):
            continue
        row = f"{found[2]}," if found[3] else ""
        for i, each in enumerate(total.parents, 1):
            if (label := f"{found[1]}[{row}{i}]") not in labels:
                labels.add(label)
                sibling = apply(node.rule, (each, total))
                sibling.label = label
                more.append(sibling)
    return more


def _entries(unit: Unit, called: Mapping[Value, str]) -> list[Unit]:
    return [Unit(called[entry], (entry,)) for entry in unit.entries]


def _units(order: Sequence[Value], called: Mapping[Value, str], roots: Iterable[Value]) -> list[Unit]:
    """What has a name: numbers, and arrays whose entries are all there and do not need one another."""
    entries: dict[tuple[str, str], dict[tuple[int, ...], Value]] = {}
    single: dict[Value, str] = {}
    ends = {*roots}
    examples = {  # the inputs of several examples are the rows of x
        node: f"x[{example}" + entry.replace("[", ",")
        for node, name in examples_of(order).items()
        for example, entry in [re.findall(r"^x(\d+)(\[\d+\])$", name)[0]]
    }
    for node in order:
        is_leaf = not node.parents
        if node.is_constant and not node.label:
            continue
        is_named = bool(node.label) or _is_in_layer(node, called)
        if not (is_named or is_leaf or node in ends):
            continue
        found = _ENTRY.fullmatch(examples.get(node, called[node])) if is_named else None
        if found:
            index = tuple([int(part) for part in found.groups()[1:] if part])
            kind = "data" if node.is_constant else "input" if is_leaf else "result"
            entries.setdefault((found[1], kind), {})[index] = node
        else:
            single[node] = called[node]
    units = [Unit(name, (node,)) for node, name in single.items()]
    arrays = []
    names_taken = {*single.values()}
    networks = _made_by_networks(order)
    for (name, kind), found_members in entries.items():
        members = (
            _of_one_neuron(found_members, kind)
            if networks.issuperset(found_members.values())
            else found_members
        )
        if [*members] == [()] and name not in names_taken:
            units.append(Unit(name, (members[()],)))
            continue
        shape = _shape_of(members)
        kinds = sum(1 for other, _ in entries if other == name)
        if shape and name not in names_taken and kinds == 1 and len(members) > 1:
            arrays.append(Unit(name, tuple([members[index] for index in sorted(members)]), shape))
        else:
            units += [Unit(called[node], (node,)) for node in _without_rows(name, members, arrays)]
    entangled = _entangled(order, arrays)
    for unit in arrays:
        units += [Unit(called[node], (node,)) for node in unit.entries] if unit in entangled else [unit]
    return [replace(unit, is_known=True) for unit in units]


def _made_by_networks(order: Sequence[Value]) -> set[Value]:
    """What neurons have made, and their parameters."""
    made: set[Value] = set()
    for node in order:
        frame = node.rule.frame if node.rule is not None else None
        if frame is not None and frame.kind:
            made |= {node, *(parameters(node) if frame.kind != "dropout" else ())}
    return made


def _of_one_neuron(members: dict[tuple[int, ...], Value], kind: str) -> dict[tuple[int, ...], Value]:
    """The entries of an array of a layer, without the number of the neuron if there is but one: () for a number."""
    while all(members) and {index[0 if kind == "input" else -1] for index in members} == {1}:
        members = {index[1:] if kind == "input" else index[:-1]: node for index, node in members.items()}
    return members


def _is_in_layer(node: Value, called: Mapping[Value, str]) -> bool:
    """Whether it is what a neuron hands on, or what its activation is applied to: a1[2], h1[2]."""
    return node.rule is not None and getattr(node.rule.frame, "kind", "") != "" and called[node][0] in LAYER


def _without_rows(name: str, members: Mapping[tuple[int, ...], Value], arrays: list[Unit]) -> list[Value]:
    """The entries of an array that is not all there, less the whole rows, which are added to the arrays."""
    rows: dict[int, dict[tuple[int, ...], Value]] = {}
    for index, node in members.items():
        rows.setdefault(index[0] if len(index) == 2 else 0, {})[index[-1:]] = node
    left: list[Value] = []
    for row, entries in rows.items():
        shape = _shape_of(entries) if row and len(entries) > 1 else None
        if shape:
            arrays.append(Unit(f"{name}[{row}]", tuple([entries[index] for index in sorted(entries)]), shape))
        else:
            left += entries.values()
    return left


def _shape_of(members: Mapping[tuple[int, ...], Value]) -> Shape | None:
    """The shape of an array with entries at these places, None if some are missing."""
    lengths = {len(index) for index in members}
    if len(lengths) != 1:
        return None
    shape = tuple(map(max, zip(*members, strict=True)))
    count = shape[0] * (shape[1] if len(shape) == 2 else 1)
    return shape if count == len(members) and min(map(min, members)) == 1 else None


def _entangled(order: Sequence[Value], arrays: Sequence[Unit]) -> list[Unit]:
    """The arrays of which an entry is made from another one."""
    bit = {node: 1 << i for i, unit in enumerate(arrays) for node in unit.entries}
    below: dict[Value, int] = {}
    found = 0
    for node in order:
        seen = 0
        for parent in node.parents:
            seen |= below[parent] | bit.get(parent, 0)
        below[node] = seen
        found |= seen & bit.get(node, 0)
    return [unit for i, unit in enumerate(arrays) if found >> i & 1]


class _Lines:
    """The reading of all units. failed: arrays that are no line."""

    def __init__(
        self,
        order: Sequence[Value],
        called: Mapping[Value, str],
        units: Sequence[Unit],
        opened: Collection[str],
    ) -> None:
        self.order = order
        self.called = called
        self.unit_of = {node: (unit, place) for unit in units for place, node in enumerate(unit.entries)}
        self.frames: dict[Value, Frame] = {}
        self.failed: list[Unit] = []
        computed = [unit for unit in units if unit.entries[0].parents]
        self.opened = [unit for unit in computed if unit.name in opened or _whole(unit.name) in opened]
        frames = [Frame(unit.name, self._line_of(unit)) for unit in self.opened]
        for unit, frame in zip(self.opened, frames, strict=True):
            self._open(unit, frame)
        self._add_shared()
        self.expressions: dict[Unit, tuple[Expression, list[Unit]]] = {}
        todo = [*dict.fromkeys([self.unit_of[node][0] for node in order if node in self.unit_of])]
        while todo:
            unit = todo.pop()
            if unit.entries[0].parents:
                todo += self._read(unit)

    def _name(self, node: Value) -> Unit:
        """A node that no other line may read through."""
        unit = Unit(self.called[node], (node,))
        self.unit_of[node] = (unit, 0)
        return unit

    def _line_of(self, unit: Unit) -> tuple[Expression, Sequence[Unit]] | None:
        """What a unit is as one line, None if it is none."""
        reader = Reader(self.unit_of)
        try:
            return reader.line(unit), reader.inputs
        except NoLineError:
            return None

    def _open(self, unit: Unit, frame: Frame) -> None:
        """Every operation of the unit becomes a line, in a frame of its name."""
        todo = [*unit.entries]
        for entry in unit.entries:
            self._name(entry)
        while todo:
            node = todo.pop()
            self.frames[node] = frame
            for parent in node.parents:
                if parent.parents and parent not in self.unit_of:
                    self._name(parent)
                    todo.append(parent)

    def _add_shared(self) -> None:
        """Nameless nodes that several lines take, or that lie too deep, become lines of their own."""
        owner: dict[Value, Unit | None] = {}  # None: several
        for node in reversed(self.order):
            if node in self.unit_of:
                mine: Unit | None = self.unit_of[node][0]
            elif node.parents and owner[node] is None:
                mine = self._name(node)
            elif node.parents:
                mine = owner[node]
            else:
                continue
            for parent in node.parents:
                owner[parent] = mine if owner.get(parent, mine) is mine else None
        depth: dict[Value, int] = {}
        for node in self.order:
            inside = [depth[x] for x in node.parents if x not in self.unit_of]
            depth[node] = max(inside, default=0) + 1 if node.parents else 0
            if depth[node] > DEEPEST and node not in self.unit_of:
                self._name(node)

    def _read(self, unit: Unit) -> list[Unit]:
        """Read a unit; what it gives are the units that it had to be cut into."""
        parts = []
        reader = Reader(self.unit_of, self.opened)
        try:
            expression = reader.line(unit)
        except NoLineError:
            if unit.shape:
                self.failed.append(unit)
                return []
            parts = [
                self._name(x)
                for x in dict.fromkeys(unit.entries[0].parents)
                if x.parents and x not in self.unit_of
            ]
            reader = Reader(self.unit_of, self.opened, None)
            expression = reader.line(unit)
        self.expressions[unit] = expression, reader.inputs
        return parts

    def made(self) -> list[Line]:
        """The lines, inputs before users."""
        lines: dict[Unit, Line] = {}
        for unit in self._sorted():
            if unit not in self.expressions:
                lines[unit] = Line(unit, None, [])
                continue
            expression, inputs = self.expressions[unit]
            frame = self.frames.get(unit.entries[0])
            definition = DefinitionRule(unit.name, expression.symbol, expression, len(inputs), frame)
            lines[unit] = Line(unit, definition, [lines[x] for x in inputs])
        return [*lines.values()]

    def _sorted(self) -> list[Unit]:
        """Depth-first, as nodes are; the roots come last in `order`."""
        result: dict[Unit, None] = {}
        for start in [*dict.fromkeys([self.unit_of[node][0] for node in self.order if node in self.unit_of])]:
            stack = [start]
            while stack:
                unit = stack[-1]
                waiting = [x for x in self.expressions.get(unit, (None, []))[1] if x not in result]
                if waiting:
                    stack += waiting[::-1]
                else:
                    result.setdefault(unit)
                    stack.pop()
        return [*result]
