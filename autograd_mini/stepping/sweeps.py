"""Forward and backward sweeps as records: what a lecture writes on the board, one line at a time.

A trace is made from a graph without changing it. Every record is one event: a variable gets its number, an
operation is evaluated, the backward pass is seeded, one edge brings one chain-rule product, or the products of
a node that is used several times are added. What a step says is written when it is asked for, in any arithmetic
of formulas; the views of a trace are the other files of this folder.

One symbol has one meaning: ∂f/∂t is what the gradient box of t holds, a local partial is written on the expression
of its operation, as in ∂(t1 × w)/∂t1, and a product that is only a part of ∂f/∂t is named by its path.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from types import MappingProxyType
from typing import TYPE_CHECKING, overload

from autograd_mini.engine.arithmetic import Floats, floats
from autograd_mini.engine.graph import find_variable, toposort
from autograd_mini.engine.outdated import outdated
from autograd_mini.engine.rule import Pullback, refuse_pullbacks
from autograd_mini.errors import StaleError, require, shown
from autograd_mini.formulas.drawn import Drawn
from autograd_mini.formulas.expressions import constant, fixed, held, repeated, role
from autograd_mini.formulas.latex import Latex
from autograd_mini.formulas.mathml import Mathml
from autograd_mini.formulas.names import as_written, names
from autograd_mini.formulas.printing import Printed
from autograd_mini.formulas.text import Text
from autograd_mini.stepping.unknown import numbers_of, partials_of
from autograd_mini.viz.roots import last_of, roots_of
from autograd_mini.words.messages import message
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula
    from autograd_mini.viz.roots import Roots


MENTIONED, MENTIONED_NAMES = 4, 20  # inputs, and names of nodes, in an error
VALUES, GRADIENTS, TANGENTS = "values", "gradients", "tangents"
VARIABLE, OPERATION, SEED, PRODUCT, ADDITION = "variable", "operation", "seed", "product", "addition"


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a sweep.

    sweep: "values" (the forward pass), "gradients" (reverse mode) or "tangents" (forward mode).
    kind: "variable" or "operation" (of values), "seed", "product" or "addition" (of derivatives).
    node: the place in the trace's nodes of the one it happens to.
    result: the number on the right of its equation, None if it is not known.
    before, after: what stands in the node's box for this sweep, None while it is empty. A product that
    waits for its addition leaves the box alone.
    edges: what a product goes along: places of operations, and which of their inputs.
    local, upstream: the two factors of a product, None where they are not known.
    use, uses: which one of how many products that lead to its node it is, counted from 1; of an addition, how many.
    terms: what an addition adds, each None if it is not known.
    """

    sweep: str
    kind: str
    node: int
    result: float | None
    before: float | None
    after: float | None
    equations: Equations = field(repr=False, compare=False)
    edges: tuple[tuple[int, int], ...] = ()
    local: float | None = None
    upstream: float | None = None
    use: int = 1
    uses: int = 1
    terms: tuple[float | None, ...] = ()

    @property
    def edge(self) -> tuple[int, int] | None:
        """Of a product along a single edge that edge: the place of the operation, and which of its inputs."""
        return self.edges[0] if len(self.edges) == 1 else None

    @property
    def arrows(self) -> list[int]:
        """The numbers of the arrows that it goes along."""
        return [self.equations.edges[edge] for edge in self.edges]

    @property
    def sources(self) -> list[int]:
        """The places of the nodes that a product comes from: the other ends of its edges."""
        said = self.equations
        ends = [
            said.place[said.nodes[user].parents[position]] if self.node == user else user
            for user, position in self.edges
        ]
        return list(dict.fromkeys(ends))

    @property
    def waiting(self) -> str:
        """What stands in the box after a product that is one of several."""
        return waiting(self.use, self.uses) if self.kind == PRODUCT and self.uses > 1 else ""

    @property
    def waited(self) -> str:
        """What stood in the box before a product that is one of several, or before their addition."""
        come = self.use - 1 if self.kind == PRODUCT else self.uses
        return waiting(come, self.uses) if self.uses > 1 else ""

    @property
    def size(self) -> float | None:
        """What flows along the arrows of a product, as one number; None if that is not known."""
        return self.result

    @property
    def is_chain(self) -> bool:
        """Whether a product is written as a local partial times what is known already."""
        return True

    @property
    def is_negative(self) -> bool:
        """Whether what flows is."""
        return self.size is not None and self.size < 0

    @property
    def is_arithmetic(self) -> bool:
        """Whether its result follows from its numbers: not where nothing flows, whatever the factors of a product
        are, and not where a function says itself what comes back.
        """
        if self.local is None or self.upstream is None or self.result is None:
            return True
        product = float(self.local) * self.upstream
        return product == self.result or (math.isnan(product) and math.isnan(self.result))

    def sides(self, xp: Printed) -> list[Formula]:
        """The sides of the equation in an arithmetic, each one only if it says more than the one before."""
        require(
            isinstance(xp, Printed),
            "sides are read in an arithmetic of formulas, such as formulas.text.text",
            xp,
        )
        sides = self.equations.sides(xp, self)
        return [side for i, side in enumerate(sides) if i == 0 or side.content != sides[i - 1].content]

    @property
    def text(self) -> tuple[str, ...]:
        """The equation as its sides, from the name to the number, such as ("t1", "u + v", "2 + 3", "5")."""
        return tuple(map(str, self.sides(self.equations.text)))

    @property
    def latex(self) -> tuple[str, ...]:
        """The sides for TeX."""
        return tuple(map(str, self.sides(self.equations.latex)))

    @property
    def mathml(self) -> tuple[str, ...]:
        """The sides for browsers, without the `<math>` around them."""
        return tuple(map(str, self.sides(self.equations.mathml)))

    @property
    def line(self) -> str:
        """The equation in one line, such as `t1 = u + v = 2 + 3 = 5`, and in brackets what one would not expect."""
        return " = ".join(self.text) + (f" ({self.remark})" if self.remark else "")

    @property
    def remark(self) -> str:
        """What a reader would not expect of it: a convention, or that a node only shifts; else empty."""
        return self.equations.remark(self)

    @property
    def meaning(self) -> str:
        """In a sentence what happens, the remark if there is one."""
        return self.remark or self.equations.meaning(self)


class Trace(Sequence[Step]):
    """The steps of the forward and backward sweeps of `f`, and its nodes in topological order.

    Inputs first, then operations, the seed, and one product for every edge from the result back.
    Where several edges meet, their products are followed by one addition: x * x has two products and an
    addition. Numbers and data have no gradient, hence no products; what is computed from these alone, and what only
    shifts, as the largest score in a softmax does, count as such. As in `backward()`, nothing flows along the edge
    of an input that a choice (relu, where, max, ...) did not take. Where numbers are not known there are formulas.

    f: a Value, a nested list of Values, or a mapping of names to such: all of them are computed.
    language: of the words and numbers in the formulas, "en" or "fr".
    by: the name of a variable, for forward mode instead of the backward sweep: the products then carry
    the tangents ∂t/∂x from that variable x to the results.
    of: the name of the node whose gradients they are; the last root of `f`, if that is a single Value.

    Raises StaleError if a variable has been changed since `f` was computed, UnknownVariableError for a variable the
    graph does not have exactly once, ValueError for another language, and for `of` as for `by`.

    >>> from autograd_mini import parse
    >>> for step in Trace(parse("(u + v) * w", u=2, v=3, w=4))[3:7]:
    ...     print(step.line)
    t1 = u + v = 2 + 3 = 5
    f = t1 × w = 5 × 4 = 20
    ∂f/∂f = 1
    ∂f/∂t1 = ∂(t1 × w)/∂t1 · ∂f/∂f = w · 1 = 4 · 1 = 4
    """

    style: str | None = None  # the look of its pictures; None for the usual one
    closing: tuple[
        tuple[str, Sequence[str]], ...
    ] = ()  # what is told after the steps: headings, each with its lines
    origin: Mapping[str, str] = MappingProxyType({})  # where the graph is from, as results of an exercise say

    def __init__(self, f: Roots, language: str = "en", by: str | None = None, of: str | None = None) -> None:
        self.roots = roots_of(f, "steps")
        self.nodes = tuple(toposort(*self.roots))
        self.language = language
        self.sweep = GRADIENTS if by is None else TANGENTS
        start = self._start(f, by, of)
        self.equations = self._equations(start)
        self._refuse_outdated()
        self._steps = (*self._values(), *self._derivatives(start))

    def _start(self, f: Roots, by: str | None, of: str | None) -> Value:
        """The node that the second sweep starts from."""
        if by is not None and of is not None:
            msg = f"forward mode from {shown(by)} has no start {shown(of)} as well; leave out by= or of="
            raise ValueError(msg)
        if by is not None:
            return find_variable(self.nodes, by)
        called = names(self.nodes)
        known = {node: name for node, name in called.items() if not node.is_constant}
        if of is not None:
            found = [node for node, name in known.items() if of in (name, node.label)]
            if len(found) == 1:
                return found[0]
            trouble = f"{len(found)} nodes are" if found else "no node is"
            msg = f"{trouble} called {shown(of)}; the gradients are those of one of: {_listed([*known.values()])}"
            raise ValueError(msg)
        last = last_of(f)
        if last is None:
            several = [known[root] for root in self.roots if root in known]
            example = f"of={several[-1]!r}" if several else "of=..."
            msg = f"the gradients are those of one number, and the last result is an array; write {example}"
            raise ValueError(f"{msg}, or another of: {_listed([*known.values()])}")
        return last

    def _equations(self, start: Value) -> Equations:
        """What its steps say."""
        return Equations(self.nodes, start, self.sweep, self.language)

    @property
    def result(self) -> Value:
        """What it is all about: the node whose gradients they are; in forward mode the last one."""
        return self.equations.start if self.sweep == GRADIENTS else self.nodes[-1]

    @property
    def edges(self) -> Mapping[tuple[int, int], int]:
        """The place of each operation and its inputs by position: the arrows of a picture, counted."""
        return self.equations.edges

    @property
    def given(self) -> Sequence[Value]:
        """The nodes whose numbers are known before the first step."""
        return [node for node in self.nodes if node.is_constant and not node.label]

    @property
    def missing(self) -> list[Value]:
        """The inputs that have no number."""
        numbers = self.equations.numbers
        return [node for node in self.nodes if node.rule is None and numbers[node] is None]

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)

    def _refuse_outdated(self) -> None:
        """Raise StaleError, with the first node whose number or partials no longer follow from its inputs."""
        found = outdated(self.nodes)
        stale = found.values | {node for node, _ in found.partials}
        if not stale:
            return
        said, xp = self.equations, self.equations.text
        node = next(node for node in self.nodes if node in stale)
        changed = [x for x in dict.fromkeys(node.parents) if not x.is_constant]
        inputs = [f"{said.names[x]} = {xp.constant(said.numbers[x])}" for x in changed[:MENTIONED]]
        inputs += ["…"] if len(changed) > MENTIONED else []
        msg = (
            f"{said.names[node]} = {xp.constant(said.numbers[node])} was not computed from what its inputs are"
            f" now ({', '.join(inputs)}); call {said.names[self.nodes[-1]]}.forward() first"
        )
        raise StaleError(msg)

    def _values(self) -> Iterator[Step]:
        """Each input with its number, then each operation, in the order of the text that they come from."""
        said = self.equations
        for node in as_written(self.nodes):
            kind, number = VARIABLE if node.rule is None else OPERATION, said.numbers[node]
            yield Step(VALUES, kind, said.place[node], number, None, number, said)

    def _edges(self, start: Value) -> Iterator[tuple[Value, int, Value, Value]]:
        """The edges the sweep goes along, in its order: user, position, source and target.

        In reverse mode from the result back; in forward mode from the variable on.
        """
        reached = {start}
        for user in reversed(self.nodes) if self.sweep == GRADIENTS else self.nodes:
            for position, parent in enumerate(user.parents):
                source, target = (user, parent) if self.sweep == GRADIENTS else (parent, user)
                if source in reached and target not in self.equations.held:
                    reached.add(target)
                    yield user, position, source, target

    def _derivatives(self, start: Value) -> Iterator[Step]:
        """The seed, then the product of every edge that can be reached from it, and the additions.

        In reverse mode ∂f/∂t for every node t; in forward mode ∂t/∂x.
        """
        place, said, sweep = self.equations.place, self.equations, self.sweep
        found: dict[Value, float | None] = {start: 1.0}
        live = {start}  # without those that are reached only by edges along which nothing flows
        edges = [*self._edges(start)]
        counts = Counter([target for *_, target in edges])
        yield Step(sweep, SEED, place[start], 1.0, None, 1.0, said)
        for user, position, source, target in edges:
            local, upstream, node = said.slopes(user)[position], found[source], place[target]
            if sweep == TANGENTS and local is not None:
                refuse_pullbacks([local])
            product = None if local is None or upstream is None else local * upstream
            if source in live and not said.is_mask(user, position):
                live.add(target)
            elif product is None or math.isnan(product):
                product = 0.0
            so_far, uses = said.products.setdefault(node, []), counts[target]
            edge, use, after = (place[user], position), len(so_far) + 1, product if uses == 1 else None
            step = Step(sweep, PRODUCT, node, product, None, after, said, (edge,), local, upstream, use, uses)
            so_far.append(step)
            yield step
            if use == uses:
                terms = tuple([step.result for step in so_far])
                known = [x for x in terms if x is not None]
                found[target] = total = reduce(add, known) if len(known) == uses else None
                if uses > 1:
                    yield Step(sweep, ADDITION, node, total, None, total, said, uses=uses, terms=terms)


class Equations:
    """What the steps of a trace say, in any arithmetic of formulas.

    Names and numbers are those of the moment the trace was made, whatever the graph holds by now. fixed: the nodes
    that depend on no variable. held: all without a derivative. products: of each node, by its place, the products that lead to it.
    """

    def __init__(self, nodes: Sequence[Value], start: Value, sweep: str, language: str) -> None:
        self.nodes = nodes
        self.start = start
        self.sweep = sweep
        self.language = language
        self.place = {node: i for i, node in enumerate(nodes)}
        self.edges = {  # the place of each operation and its inputs by position: the arrows of a picture, counted
            edge: i
            for i, edge in enumerate((u, k) for u, x in enumerate(nodes) for k in range(len(x.parents)))
        }
        self.names: Mapping[Value, str] = self._names()
        self.numbers: Mapping[Value, Any] = self._numbers()
        self.shifts = self._all(held)
        self.fixed = self._all(fixed) - {start}
        self.held = (self.shifts | self.fixed) - {start}
        self.products: dict[int, list[Step]] = {}
        self.text, self.drawn = Text(language), Drawn(language)
        self.latex, self.mathml = Latex(language), Mathml(language)
        self._symbols: dict[tuple[Printed, Value], Sequence[Formula]] = {}
        self._slopes: dict[Value, Sequence[Any]] = {}
        self._partials: dict[tuple[Printed, Value], Sequence[Any]] = {}
        self._applications: dict[Value, Application] = {}

    def _names(self) -> Mapping[Value, str]:
        return names(self.nodes)

    def _numbers(self) -> Mapping[Value, Any]:
        return numbers_of(self.nodes)

    def _all(self, kind: Callable[[Sequence[Value]], set[Value]]) -> set[Value]:
        """Those nodes that are of a kind."""
        return kind(self.nodes)

    def symbol(self, xp: Printed, node: Value) -> Formula:
        """The node's name; a constant without a label is its number."""
        is_plain = node.is_constant and not node.label
        return constant(xp, node) if is_plain else xp.symbol(self.names[node])

    def number(self, xp: Printed, node: Value) -> Formula:
        """The node's number, or its name while that is not known."""
        number = self.numbers[node]
        return self.symbol(xp, node) if number is None else self.written(xp, number)

    def written(self, xp: Printed, number: float) -> Formula:
        """A number as steps and boxes show it."""
        return xp.constant(number)

    def slopes(self, user: Value) -> Sequence[Any]:
        """The numbers of the partials of an operation, None where they are not known."""
        if user not in self._slopes:
            self._slopes[user] = partials_of(user, self.numbers)
        return self._slopes[user]

    def is_mask(self, user: Value, position: int) -> bool:
        """Whether the operation is a choice that did not take this input."""
        return user.rule is not None and user.rule.choice and self.slopes(user)[position] == 0.0

    def derivative(self, xp: Printed, node: Value) -> Formula:
        """∂f/∂t in reverse mode, ∂t/∂x in forward mode."""
        start, name = self.symbol(xp, self.start), self.symbol(xp, node)
        return xp.derivative(start, name) if self.sweep == GRADIENTS else xp.derivative(name, start)

    def sides(self, xp: Printed, step: Step) -> list[Formula]:
        """All sides of the equation of a step, from the name to the number."""
        node = self.nodes[step.node]
        if step.kind == VARIABLE:
            sides = [self.symbol(xp, node)]
        elif step.kind == OPERATION:
            sides = self._operation(xp, node)
        elif not step.is_arithmetic:
            return self._arriving(xp, step, [self._given(xp, step)])
        elif step.kind == PRODUCT:
            sides = self._product(xp, step)
        elif step.kind == ADDITION:
            sides = [self.derivative(xp, node), self._sum(xp, step)]
        else:
            sides = [self.derivative(xp, node)]
        return sides if step.result is None else [*sides, self.written(xp, step.result)]

    def _operation(self, xp: Printed, node: Value) -> list[Formula]:
        """t1, u + v, 2 + 3."""
        assert node.rule is not None
        symbols = self._inputs(xp, node)
        numbers = [self.number(xp, parent) for parent in node.parents]
        return [self.symbol(xp, node), xp.applied(node.rule, *symbols), xp.applied(node.rule, *numbers)]

    def _sum(self, xp: Printed, step: Step) -> Formula:
        """What an addition adds, each with its path; a product that is not known as its formula."""
        products = self.products[step.node]
        paths = [self._path(xp, step.node, edge) for product in products for edge in product.edges[:1]]
        terms = [
            self._factors(xp, product)[-1] if product.result is None else product.result
            for product in products
        ]
        return xp.sum_of_paths(terms, paths)

    def source(self, step: Step) -> Value:
        """Where the derivative of a product comes from."""
        return self.nodes[step.sources[0]]

    def _product(self, xp: Printed, step: Step) -> list[Formula]:
        """∂f/∂t1, ∂(t1 × w)/∂t1 · ∂f/∂f, w · 1, 4 · 1."""
        first = xp.chain(self.local(xp, step)[0], self.derivative(xp, self.source(step)))
        return self._arriving(xp, step, [first, *self._factors(xp, step)])

    def _factors(self, xp: Printed, step: Step) -> list[Formula]:
        """The sides of a product after its names: w · 1, 4 · 1; without a factor 1 where the result is not known."""
        source = self.source(step)
        upstream = self.derivative(xp, source) if step.upstream is None else xp.constant(step.upstream)
        known = self.local(xp, step)[1:]
        sides = [xp.chain(factor, upstream) for factor in known]
        if step.result is not None:
            return sides
        if step.upstream == 1.0:
            return [*(sides if source is not self.start else []), known[-1]]
        if step.upstream == -1.0:
            return [*sides, -known[-1]]
        if step.local in (1.0, -1.0):
            return [*sides, upstream if step.local == 1.0 else -upstream]
        return sides

    def local(self, xp: Printed, step: Step) -> list[Formula]:
        """Of a product the local partial as its sides: ∂(t1 × w)/∂t1, w, 4."""
        assert step.edge is not None
        user, position = self.nodes[step.edge[0]], step.edge[1]
        assert user.rule is not None
        is_repeated = position in self._known(user).repeated
        sides = [xp.local_partial(user.rule, self._inputs(xp, user), position, is_repeated=is_repeated)]
        if self._known(user).says(position, step.local):
            formula = xp.formula(self._partials_of(xp, user)[position])
            sides += [formula] * (str(formula) != str(sides[0]))
        return sides if step.local is None else [*sides, xp.constant(step.local)]

    def _arriving(self, xp: Printed, step: Step, sides: list[Formula]) -> list[Formula]:
        """The sides after ∂f/∂t1, or, where they are one part of it, after their path."""
        if step.uses == 1:
            return [self.derivative(xp, self.nodes[step.node]), *sides]
        assert step.edge is not None
        return [xp.by_path(*self._path(xp, step.node, step.edge), sides[0]), *sides[1:]]

    def _path(self, xp: Printed, target: int, edge: tuple[int, int]) -> tuple[Formula, str]:
        """By which node a product comes, and by which of its places if there are several."""
        user, position = self.nodes[edge[0]], edge[1]
        assert user.rule is not None
        other = user.parents[position] if target == edge[0] else user
        is_repeated = position in self._known(user).repeated
        place = f", {role(user.rule, position, len(user.parents), xp)}" if is_repeated else ""
        return self.symbol(xp, other), place

    def _given(self, xp: Printed, step: Step) -> Formula:
        """The result of a product that is none, and why."""
        assert step.edge is not None
        user, position = self.nodes[step.edge[0]], step.edge[1]
        assert user.rule is not None
        if isinstance(step.local, Pullback) and step.result != 0.0:
            return xp.remark(step.result, "given by", xp.symbol(user.rule.name))
        if not self.is_mask(user, position):
            return xp.remark(step.result, "nothing flows", self.symbol(xp, self.source(step)))
        if user.rule.arity == 1:
            return xp.remark(step.result, "nothing flows", self.symbol(xp, user))
        return xp.remark(step.result, "not chosen", self.symbol(xp, user.parents[position]))

    def _partials_of(self, xp: Printed, user: Value) -> Sequence[Any]:
        """The partials of an operation, written once: a sum of thousands has as many edges."""
        if (xp, user) not in self._partials:
            assert user.rule is not None
            self._partials[xp, user] = xp.slopes(user.rule, self.symbol(xp, user), self._inputs(xp, user))
        return self._partials[xp, user]

    def _inputs(self, xp: Printed, user: Value) -> Sequence[Formula]:
        """The symbols of its inputs, made once, too."""
        if (xp, user) not in self._symbols:
            self._symbols[xp, user] = [self.symbol(xp, parent) for parent in user.parents]
        return self._symbols[xp, user]

    def _known(self, user: Value) -> Application:
        """What is found out once about an operation."""
        if user not in self._applications:
            self._applications[user] = Application.of(user, self.numbers)
        return self._applications[user]

    def remark(self, step: Step) -> str:
        """See `Step.remark`."""
        node = self.nodes[step.node]
        if step.kind == OPERATION and node in self.shifts:
            return message("shift", self.language).format(self.names[node])
        if step.edge is None or not step.is_arithmetic:
            return ""
        known = self._known(self.nodes[step.edge[0]])
        if known.is_tie:
            return message("tie", self.language)
        return (
            message("kink", self.language).format(self.text.constant(step.local or 0.0))
            if known.is_kink
            else ""
        )

    def meaning(self, step: Step) -> str:
        """See `Step.meaning`."""
        key, what = step.kind, f"{step.uses}"
        if key == VARIABLE and self.nodes[step.node].is_constant:
            key = "data given" if step.result is not None else "data unknown"
        elif step.sweep == VALUES and step.result is None:
            key = "variable unknown" if key == VARIABLE else "operation unknown"
        elif key == SEED:
            what = " = ".join(map(str, step.sides(self.text)))
        elif key in MEANINGS:
            key = MEANINGS["use" if key == PRODUCT and step.uses > 1 else key][self.sweep == TANGENTS]
        return message(key, self.language).format(what)


MEANINGS = {  # by the sweep: of gradients, of tangents
    PRODUCT: ("product of gradients", "product of tangents"),
    "use": ("use of gradients", "use of tangents"),
    ADDITION: ("addition of gradients", "addition of tangents"),
}


class Literal(Floats):
    """Floats in which a formula is what it says in print, without the steps around traps."""

    @staticmethod
    def guard(*condition_safe_plain: Any) -> Any:
        return condition_safe_plain[-1]

    @staticmethod
    def first(z: float, xs: Sequence[float]) -> tuple[float, ...]:
        return tuple([float(x == z) for x in xs])


literal = Literal()
TIES = frozenset({"max", "min", "maximum", "minimum"})
SILENT = TIES | {"where", "stop_gradient"}  # these have kinks that no reader asks about


@dataclass(frozen=True, slots=True)
class Application:
    """What is found out once about an operation, however many inputs it has.

    repeated: the places of inputs that it takes more than once. printed: the partials as their formulas say, None
    where numbers are not known, and with them no conventions.
    is_tie: whether several inputs are the largest, or the smallest. is_kink: whether it has no derivative here.
    """

    repeated: set[int]
    printed: Sequence[float] | None
    is_tie: bool
    is_kink: bool

    @classmethod
    def of(cls, user: Value, numbers: Mapping[Value, Any]) -> Application:
        rule, inputs, z = user.rule, [numbers[parent] for parent in user.parents], numbers[user]
        assert rule is not None
        if None in inputs:
            return cls(repeated(user), None, is_tie=False, is_kink=False)
        is_tie = (
            rule.name in TIES and sum(x == z for x in inputs) > 1
        )  # nan ties with nothing, not with itself
        is_kink = rule.kinks is not None and rule.name not in SILENT and not all(rule.kinks(floats, *inputs))
        xp = floats if rule.owner else literal  # a function of the user may be one of floats alone
        return cls(repeated(user), rule.partials(xp, z, *inputs), is_tie, is_kink)

    def says(self, position: int, local: float | None) -> bool:
        """Whether the formula of a partial gives its number: not where a convention does, or a step around a trap."""
        return self.printed is None or (not self.is_tie and float(self.printed[position]) == local)


def waiting(use: int, uses: int) -> str:
    """What stands in a box for which so many of all products have come: 1/3 …; nothing at first."""
    return f"{use}/{uses} …" if use else ""


def _listed(called: Sequence[str]) -> str:
    """Names in an error: as many as one can read."""
    shown = [visible(name) for name in called[:MENTIONED_NAMES]]
    return ", ".join([*shown, "…"] if len(called) > MENTIONED_NAMES else shown)
