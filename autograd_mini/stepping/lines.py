"""The steps of definitions: forward one for every line, backward one for every line and every input.

A line of the backward pass adds the products of all lines that take its node; the derivative of a line is a short
formula, of arrays one of matrices. The numbers are those of the graph below, entry by entry.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property, reduce
from operator import add
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.outdated import outdated
from autograd_mini.errors import shown
from autograd_mini.formulas.definitions import Line, lines_of
from autograd_mini.formulas.names import as_written, names
from autograd_mini.formulas.terms import call, number, symbol, terms, terms_of
from autograd_mini.stepping.inside import Inside, Operations
from autograd_mini.stepping.sweeps import (
    GRADIENTS,
    OPERATION,
    PRODUCT,
    SEED,
    VALUES,
    Application,
    Equations,
    Step,
    Trace,
)
from autograd_mini.stepping.unknown import numbers_of, partials_of
from autograd_mini.viz.roots import roots_of
from autograd_mini.viz.scene import numbers_in
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula, Printed
    from autograd_mini.formulas.terms import Term
    from autograd_mini.viz.roots import Roots


class LineStep(Step):
    """A step of a definition; its result may be nested tuples of numbers."""

    __slots__ = ()

    @property
    def is_chain(self) -> bool:
        said = self.equations
        assert isinstance(said, LineEquations)
        places = (self.node, *self.sources)
        return len(self.edges) == len(said.starts) == 1 and not any(
            said.nodes[place].shape for place in places
        )

    @property
    def size(self) -> float | None:
        """What flows, as one number: of an array its length."""
        if self.result is None:
            return None
        return math.hypot(*numbers_in(self.result)) if isinstance(self.result, tuple) else self.result


class Lines(Trace):
    """The steps of the definitions of a graph, see `Trace`: its nodes are Lines.

    opened: names of definitions that are shown operation by operation, "all" among them for all.
    of: as for `Trace`; if the last result is an array and nothing is said, the derivatives are its Jacobians, with a
    row for every entry of it and a column for every entry of the other.

    Raises ValueError for the name of no definition, and what `Trace` raises.

    >>> from autograd_mini import parse
    >>> for step in Lines(parse("h = sigmoid(w*x + b); f = (y - h)**2 / 2", w=1, x=2, b=0, y=1, data=["x", "y"])):
    ...     print(step.line)
    h = sigmoid(w × x + b) = sigmoid(1 × 2 + 0) = 0.8808
    f = (y − h)^2 / 2 = (1 − 0.8808)^2 / 2 = 0.007105
    ∂f/∂f = 1
    ∂f/∂h = −(y − h) = −(1 − 0.8808) = −0.1192
    ∂f/∂w = ∂h/∂w · ∂f/∂h = h (1 − h) x · (−0.1192) = 0.21 · (−0.1192) = −0.02503
    ∂f/∂b = ∂h/∂b · ∂f/∂h = h (1 − h) · (−0.1192) = 0.105 · (−0.1192) = −0.01252
    """

    nodes: tuple[Line, ...]
    equations: LineEquations

    def __init__(
        self, f: Roots, language: str = "en", of: str | None = None, opened: Collection[str] = ()
    ) -> None:
        roots = roots_of(f, "steps")
        if any(outdated(toposort(*roots))[:2]):
            Trace(f, language, of=of)  # says what is outdated
        lines = lines_of(roots, opened)
        self.order = toposort(*[entry for line in lines for entry in line.unit.entries])
        self.called = names(self.order)
        self.line_of = {entry: line for line in lines for entry in line.unit.entries}
        self.nodes = tuple([self.line_of[line.unit.entries[0]] for line in as_written(lines)])  # type: ignore[attr-defined]
        self.roots = tuple(dict.fromkeys([self.line_of[root] for root in roots]))
        self.language = language
        self.sweep = GRADIENTS
        self.starts = self._starts(f, of)
        self.equations = LineEquations(self)
        self._steps = (*self._values(), *self._line_derivatives())

    def _starts(self, f: Roots, of: str | None) -> tuple[Value, ...]:
        """The entries whose derivatives they are: one, or all of the last array."""
        called = {node: name for node, name in self.called.items() if node in self.line_of and node.rule}
        arrays: dict[str, list[Value]] = {}
        for node in sorted(called, key=lambda node: _index(called[node])):
            arrays.setdefault(called[node].partition("[")[0], []).append(node)
        if of is None:
            last = [*f.values()][-1] if isinstance(f, Mapping) else f
            entries = roots_of(last)
            if len(entries) == 1 or len({called.get(x, "").partition("[")[0] for x in entries}) == 1:
                return entries
        for node, name in called.items():
            if of in (name, node.label):
                return (node,)
        if of in arrays:
            return tuple(arrays[of])
        trouble = (
            "the last results have no name in common"
            if of is None
            else f"no definition is called {shown(of)}"
        )
        msg = f"{trouble}; the gradients are those of one of: {', '.join(arrays)}"
        raise ValueError(msg)

    @property
    def result(self) -> Value:
        return self.line_of[self.starts[-1]]

    @property
    def given(self) -> tuple[Value, ...]:
        """The inputs: no step is spent on their numbers."""
        return tuple([line for line in self.nodes if line.rule is None])

    def place(self, name: str) -> int:
        """The place of a line among the nodes. Raises StopIteration if there is none of that name."""
        return next(i for i, line in enumerate(self.nodes) if line.label == name)

    @cached_property
    def inside(self) -> dict[int, Inside]:
        """The operations of the lines that have several, by their place among the nodes."""
        said = self.equations
        steps = Operations(self.order, self.starts, self.language, said.called, said.scalars)
        return steps.inside(self.nodes)

    def about(self, step: Step) -> Inside | None:
        """What can be opened at a step: of its line, or of the line its derivative goes through."""
        places = [user for user, _ in step.edges] or [step.node]
        return next((self.inside[place] for place in places if place in self.inside), None)

    def _values(self) -> Iterator[Step]:
        """Every line; inputs are given."""
        said = self.equations
        for line in self.nodes:
            if line.rule is not None:
                x = said.numbers[line]
                yield LineStep(VALUES, OPERATION, said.place[line], x, None, x, said)

    def _line_derivatives(self) -> Iterator[Step]:
        """The seed, and from it back every line and every input that it depends on."""
        said = self.equations
        tables = [gradients_of(self.order, entry, said.scalars) for entry in self.starts]
        reached = {*said.ends}
        users: dict[Line, list[tuple[int, int]]] = {}
        for line in reversed(self.nodes):
            if line in reached:
                for position, parent in enumerate(line.parents):
                    if parent not in said.held:
                        reached.add(parent)
                        users.setdefault(parent, []).append((said.place[line], position))
        said.gradients = {line: self._gathered(line, tables) for line in self.nodes if line in reached}
        for start in said.ends:
            seed = said.gradients[start]
            yield LineStep(GRADIENTS, SEED, said.place[start], seed, None, seed, said)
        operations = [
            line for line in reversed(self.nodes) if line.rule is not None and line not in said.ends
        ]
        inputs = [line for line in self.nodes if line.rule is None]
        for line in operations + inputs:
            if edges := users.get(line):
                x = said.gradients[line]
                local, upstream = said.factors(line, edges)
                yield LineStep(
                    GRADIENTS, PRODUCT, said.place[line], x, None, x, said, tuple(edges), local, upstream
                )

    def _gathered(self, line: Line, tables: Sequence[Mapping[Value, float | None]]) -> Any:
        """The gradient of a line, or the Jacobian of the result by it."""
        rows = [[table.get(entry, 0.0) for entry in line.unit.entries] for table in tables]
        if len(self.starts) == 1:
            return line.gathered(rows[0])
        return None if any(None in row for row in rows) else tuple([tuple(row) for row in rows])


def _index(name: str) -> tuple[int, ...]:
    """The index of an entry such as h[2]; nothing for another name."""
    return tuple(map(int, re.findall(r"\d+", name.partition("[")[2])))


def gradients_of(
    order: Sequence[Value], start: Value, numbers: Mapping[Value, Any]
) -> dict[Value, float | None]:
    """The derivative of one node by all below it, None where it is not known; nothing flows to what was not chosen."""
    found: dict[Value, float | None] = {start: 1.0}
    for node in reversed(order):
        if node.rule is None or node not in found:
            continue
        flow = found[node]
        for parent, partial in zip(node.parents, partials_of(node, numbers), strict=True):
            if partial == 0.0 and node.rule.choice:
                continue
            so_far = found.get(parent, 0.0)
            known = not (flow is None or partial is None or so_far is None)
            found[parent] = so_far + partial * flow if known else None
    return found


class LineEquations(Equations):
    """What the steps of definitions say."""

    nodes: Sequence[Line]
    start: Line

    def __init__(self, trace: Lines) -> None:
        self.order = trace.order
        self.line_of = trace.line_of
        self.starts = trace.starts
        self.scalars = numbers_of(trace.order)
        self.called = trace.called
        self.ends = dict.fromkeys(
            [trace.line_of[entry] for entry in trace.starts]
        )  # one, or those of an array
        self.gradients: dict[Line, Any] = {}
        self._flows: dict[Line, Sequence[Term]] = {}
        self._conventions: dict[int, str] = {}
        super().__init__(trace.nodes, trace.line_of[trace.starts[-1]], trace.sweep, trace.language)

    def _names(self) -> dict[Value, str]:
        return {line: line.label for line in self.nodes}

    def _numbers(self) -> dict[Value, Any]:
        known = self.scalars
        return {
            line: line.gathered([known.get(entry, entry.primal) for entry in line.unit.entries])
            for line in self.nodes
        }

    def _all(self, kind: Callable[[Sequence[Value]], set[Value]]) -> set[Value]:
        found = kind(self.order)
        return {line for line in self.nodes if all(entry in found for entry in line.unit.entries)}

    def written_start(self, xp: Printed) -> Formula:
        """What is differentiated: a number, an entry of an array, or a whole one."""
        if len(self.starts) > 1:
            return xp.symbol(self.called[self.starts[0]].partition("[")[0])
        return xp.symbol(self.called[self.starts[0]]) if self.start.shape else self.symbol(xp, self.start)

    def derivative(self, xp: Printed, node: Value) -> Formula:
        return xp.derivative(self.written_start(xp), self.symbol(xp, node))

    def factors(self, target: Line, edges: Sequence[tuple[int, int]]) -> tuple[float | None, float | None]:
        """The two factors of a product of numbers, None each if it is none."""
        user = self.nodes[edges[0][0]]
        if len(edges) > 1 or target.shape or user.shape or len(self.starts) > 1:
            return None, None
        return self._slopes_of(user)[edges[0][1]], self.gradients[user]

    def sides(self, xp: Printed, step: Step) -> list[Formula]:
        node = self.nodes[step.node]
        if step.kind == OPERATION:
            sides = self._line(xp, node)
        elif step.kind == PRODUCT:
            sides = self._products(xp, step)
        else:
            sides = [self.derivative(xp, node)]
            if self.start.shape and len(self.starts) == 1:
                sides.append(xp.unit(self._index(), self.start.shape))
        return sides if step.result is None else [*sides, self.written(xp, step.result)]

    def _index(self) -> Sequence[int]:
        places = [i for i, entry in enumerate(self.start.unit.entries) if entry is self.starts[0]]
        return self.start.unit.index(places[0])  # by identity: == compares numbers

    def _line(self, xp: Printed, line: Line) -> list[Formula]:
        """h, sigmoid(w × x + b), sigmoid(1 × 2 + 0); of arrays only the formula."""
        assert line.rule is not None
        symbols = [self.symbol(xp, parent) for parent in line.parents]
        sides = [self.symbol(xp, line), xp.applied(line.rule, *symbols)]
        if line.shape or any(parent.shape for parent in line.parents):
            return sides
        return [*sides, xp.applied(line.rule, *[self.number(xp, parent) for parent in line.parents])]

    def _products(self, xp: Printed, step: Step) -> list[Formula]:
        """∂f/∂x, ∂h/∂x · ∂f/∂h, w · 2, 3 · 2, and so on for every line that takes x."""
        target = self.nodes[step.node]
        users = [(self.nodes[user], position) for user, position in step.edges]
        if len(self.starts) > 1:
            return [self.derivative(xp, target), self._chain(xp, target, users)]
        if target.shape or any(user.shape for user, _ in users):
            return self._of_arrays(xp, target, users)
        sides = [self.derivative(xp, target)]
        if any(user not in self.ends for user, _ in users):
            sides.append(self._chain(xp, target, users))
        is_known = step.result is not None

        def formula(user: Line, flow: Term) -> Formula:
            return self._times(xp, user, flow.read(xp, self._said(xp)), is_known=is_known)

        sides.append(self._added(xp, users, formula))
        if is_known:
            sides.append(
                self._added(xp, users, lambda user, flow: self._times(xp, user, self._local(xp, user, flow)))
            )
        return sides

    def _chain(self, xp: Printed, target: Line, users: Sequence[tuple[Line, int]]) -> Formula:
        """∂h/∂x · ∂f/∂h + ..., by names."""
        x = self.symbol(xp, target)
        products = []
        for user in dict.fromkeys([user for user, _ in users]):
            if (
                len(self.ends) == 1 and user in self.ends
            ):  # ∂f/∂x is what the box of x holds: here the derivative is that of the expression
                assert user.rule is not None
                expression = xp.applied(user.rule, *[self.symbol(xp, parent) for parent in user.parents])
                products.append(xp.derivative(expression, x))
                continue
            local, upstream = xp.derivative(self.symbol(xp, user), x), self.derivative(xp, user)
            # The rows of a Jacobian are those of the result: its product has the other order.
            products.append(xp.chain(upstream, local) if len(self.starts) > 1 else xp.chain(local, upstream))
        return reduce(add, products)

    def _added(
        self, xp: Printed, users: Sequence[tuple[Line, int]], product: Callable[[Line, Term], Any]
    ) -> Formula:
        return xp.sum(
            [xp.formula(product(user, self._local_terms(user)[position])) for user, position in users]
        )

    def _times(self, xp: Printed, user: Line, factor: Any, *, is_known: bool = True) -> Formula:
        """A derivative of a line times what flows into it; without a factor 1 where the result is not known."""
        if user is self.start:
            return xp.formula(factor)
        upstream = self.gradients[user]
        if upstream == 1.0 and not is_known:
            return xp.formula(factor)
        if upstream is not None:
            return xp.chain(factor, upstream)
        name, said = self.derivative(xp, user), str(xp.formula(factor))
        if said in (str(xp.constant(1.0)), str(xp.constant(-1.0))):  # a factor 1 is not written
            return name if said == str(xp.constant(1.0)) else -name
        return xp.chain(factor, name)

    def _local(self, xp: Printed, user: Line, flow: Term) -> Any:
        """The number of a derivative of a line, its formula if it is not known; of the result with numbers in it."""
        is_told_apart = any(isinstance(key, str) for key in flow.symbols)  # such a name has no number
        if user is self.start and len(flow.symbols) < len(user.parents) + 2 and not is_told_apart:
            return flow.read(xp, lambda key: self.number(xp, key))
        position = next(i for i, each in enumerate(self._local_terms(user)) if each is flow)
        slope = self._slopes_of(user)[position]
        return flow.read(xp, self._said(xp)) if slope is None else slope

    def _slopes_of(self, user: Line) -> Sequence[float | None]:
        """The numbers of the derivatives of a line, None where they are not known."""
        return user.slopes(lambda node: partials_of(node, self.scalars))

    def _local_terms(self, user: Line) -> Sequence[Term]:
        """The derivatives of a line by its inputs, for a seed 1, or for an array what flows into it."""
        if user not in self._flows:
            inputs = [symbol(x, x.shape) for x in user.parents]
            seed: Term = symbol(("flow", user), user.shape) if user.shape else number(1.0)
            if user is self.start and user.shape:
                seed = call("unit", self._index(), user.shape, shape=user.shape)
            self._flows[user] = user.local(inputs, symbol(user, user.shape), seed)
        return self._flows[user]

    def _said(self, xp: Printed) -> Callable[[Any], Formula]:
        """What stands for the symbols of Terms."""

        def said(key: Any) -> Formula:
            if isinstance(key, tuple):
                return self.derivative(xp, key[1])
            return xp.symbol(key) if isinstance(key, str) else self.symbol(xp, key)

        return said

    def _of_arrays(self, xp: Printed, target: Line, users: Sequence[tuple[Line, int]]) -> list[Formula]:
        """∂f/∂W, ∂f/∂a · xᵀ: in matrices."""
        flows = []
        for user, position in users:
            flow = self._local_terms(user)[position]
            is_seeded = user.shape or user is self.start
            flows.append(flow if is_seeded else flow * symbol(("flow", user)))
        whole = reduce(add, flows)
        name = self.derivative(xp, target)
        if len(whole.shape) < len(target.shape):  # the same for all entries, or for all rows
            name = xp.derivative(self.written_start(xp), xp.symbol(f"{target.label}[i]"))
        listed = self._entries_of(xp, whole)
        sides = [name, whole.read(xp, self._said(xp)) if listed is None else listed]
        if (short := self._after_softmax(target, users)) is not None:
            sides.append(short.read(xp, self._said(xp)))
        return sides

    def _entries_of(self, xp: Printed, whole: Term) -> Formula | None:
        """A sum of parts that each go to one entry, as the list of its entries."""
        entries: dict[tuple[int, ...], Term] = {}
        for part in terms_of(whole):
            factors = part.parts[2] if part.head == "product" else ((part, 1.0),)
            units = [
                base for base, n in factors if base.head == "call" and base.parts[0] == "unit" and n == 1.0
            ]
            if len(units) != 1 or len(whole.shape) != 1:
                return None
            index = units[0].parts[1]
            entries[index] = entries.get(index, number(0.0)) + terms.div(part, units[0])
        if len(entries) < 2 or any(each.shape for each in entries.values()):
            return None
        listed = [entries.get((i + 1,), number(0.0)) for i in range(whole.shape[0])]
        return xp.array([xp.formula(each.read(xp, self._said(xp))) for each in listed])

    def _after_softmax(self, target: Line, users: Sequence[tuple[Line, int]]) -> Term | None:
        """The derivative of a cross-entropy by the scores of its softmax: p − onehot(y), or p − y."""
        p = users[0][0]
        takers = [line for line in self.nodes if any(p is each for each in line.parents)]
        if len(users) > 1 or p.rule is None or p.rule.expression.name != "softmax" or len(target.shape) != 1:
            return None
        if len(takers) != 1 or takers[0] is not self.start or p.rule.expression.arguments[0].name != "input":
            return None
        part = symbol(p, p.shape)
        # What flows into p must be −y/p, with a y of sum 1.
        flow = next(
            flow
            for flow, each in zip(self._local_terms(self.start), self.start.parents, strict=True)
            if each is p
        )
        weights = -flow * part
        if weights.head == "call" and weights.parts[0] == "unit":
            return part - weights
        entries = [call("entry", part, (i + 1,), shape=()) for i in range(p.shape[0])]
        for i, each in enumerate(entries):
            if -flow * each == call("unit", (i + 1,), p.shape, shape=p.shape):
                return part - call("unit", (i + 1,), p.shape, shape=p.shape)
        if (
            weights.head == "symbol"
            and isinstance(y := weights.parts[0], Line)
            and self.numbers[y] is not None
        ):
            return part - weights if math.isclose(sum(numbers_in(self.numbers[y])), 1.0) else None
        return None

    def local(self, xp: Printed, step: Step) -> list[Formula]:
        """Of a product of numbers the local partial as its sides: ∂a/∂w, x, 2."""
        (place, position), *_ = step.edges
        user, target = self.nodes[place], self.nodes[step.node]
        name = xp.derivative(self.symbol(xp, user), self.symbol(xp, target))
        sides = [name, xp.formula(self._local_terms(user)[position].read(xp, self._said(xp)))]
        return sides if step.local is None else [*sides, xp.constant(step.local)]

    def remark(self, step: Step) -> str:
        """A convention that one of the operations of its lines follows."""
        node = self.nodes[step.node]
        if step.kind == OPERATION and node in self.shifts:
            return message("shift", self.language).format(self.names[node])
        return next(filter(None, [self._convention(place) for place, _ in step.edges]), "")

    def _convention(self, place: int) -> str:
        """What a line follows where it has no derivative, found out once."""
        if place not in self._conventions:
            said = ""
            for operation in self.nodes[place].body():
                known = Application.of(operation, self.scalars)
                if known.is_tie or known.is_kink:
                    key = "tie" if known.is_tie else "kink in"
                    said = message(key, self.language).format(self.called[operation])
                    break
            self._conventions[place] = said
        return self._conventions[place]

    def meaning(self, step: Step) -> str:
        """See `Step.meaning`."""
        if step.kind == SEED:
            what = " = ".join(map(str, step.sides(self.text)))
            return message("seed", self.language).format(what)
        shapes = [self.nodes[place].shape for place in (step.node, *step.sources)]
        users = [self.nodes[user] for user, _ in step.edges]
        if step.kind == OPERATION:
            key = "line unknown" if step.result is None else "line of arrays" if any(shapes) else "line"
        elif len(users) > 1:
            key = "lines of gradients"
        elif users[0] in self.ends:
            key = "line of the result"
        elif len(self.starts) > 1:
            key = "jacobians"
        else:
            key = "gradients of arrays" if any(shapes) else "line of gradients"
        return message(key, self.language).format(len(step.edges))
