"""Lowering: from the rules of a trace to operations. Each rule is read in a recording arithmetic, forward and partials.

So the program of a gradient is the forward pass and, in reverse order, partial times cotangent: there are no
backward operations. Dots of the same inputs with parameters as weights become products with a matrix (blocks).
"""

from __future__ import annotations

from functools import lru_cache, reduce
from itertools import chain
from operator import add, mul
from typing import TYPE_CHECKING, Any

from autograd_mini.compiler.program import ALPHABET, Block, Listing, Outer, Program
from autograd_mini.compiler.trace import Traced
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.operations import one_hot
from autograd_mini.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.compiler.program import Instruction
    from autograd_mini.engine.rule import Rule

    Operand = Traced | float


# A rule, read once


class Symbol:
    """A number of a template: the place of what makes it."""

    __slots__ = ("place", "xp")

    def __init__(self, xp: Recording, place: int) -> None:
        self.xp = xp
        self.place = place

    def __add__(self, other: Any) -> Symbol:
        return self.xp.emit("add", self, other)

    def __radd__(self, other: Any) -> Symbol:
        return self.xp.emit("add", other, self)

    def __sub__(self, other: Any) -> Symbol:
        return self.xp.emit("sub", self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return self.xp.emit("sub", other, self)

    def __mul__(self, other: Any) -> Symbol:
        return self.xp.emit("mul", self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return self.xp.emit("mul", other, self)

    def __truediv__(self, other: Any) -> Symbol:
        return self.xp.emit("div", self, other)

    def __rtruediv__(self, other: Any) -> Symbol:
        return self.xp.emit("div", other, self)

    def __pow__(self, exponent: Any) -> Symbol:
        return self.xp.emit("pow", self, exponent)

    def __neg__(self) -> Symbol:
        return self.xp.emit("neg", self)

    def __abs__(self) -> Symbol:
        return self.xp.emit("abs", self)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Any:
        return self.xp.equal(self, other)

    def __ne__(self, other: object) -> Any:
        return self.xp.where(self.xp.equal(self, other), 0.0, 1.0)

    def __lt__(self, other: Any) -> Symbol:
        return self.xp.emit("less", self, other)

    def __gt__(self, other: Any) -> Symbol:
        return self.xp.emit("less", other, self)

    def __le__(self, other: Any) -> Symbol:
        return self.xp.emit("less_equal", self, other)

    def __ge__(self, other: Any) -> Symbol:
        return self.xp.emit("less_equal", other, self)

    def __bool__(self) -> bool:
        msg = "a rule asked whether a number is true, but it must also be read as a program; use xp.where"
        raise RuleError(msg)


class Recording(Arithmetic):
    """The arithmetic that records what a rule does, in `instructions`; the first places are the arguments."""

    pi = floats.pi

    def __init__(self, count: int) -> None:
        self.instructions: list[Instruction] = []
        self.arguments = [Symbol(self, place) for place in range(count)]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in ALPHABET:
            return lambda *xs: self.emit(name, *xs)
        return super().__getattr__(name)

    def emit(self, name: str, *xs: Any) -> Symbol:
        places = [self.placed(x) for x in xs]
        self.instructions.append((name, *places))
        return Symbol(self, len(self.arguments) + len(self.instructions) - 1)

    def placed(self, x: Any) -> int:
        """The place of a symbol, or of a new constant."""
        if isinstance(x, Symbol):
            return x.place
        self.instructions.append(("constant", as_float(x)))
        return len(self.arguments) + len(self.instructions) - 1

    def equal(self, x: Any, y: Any) -> Symbol:
        return self.emit("equal", x, y)

    def where(self, condition: Any, x: Any, y: Any) -> Symbol:
        return self.emit("select", condition, x, y)

    guard = where

    def sum(self, xs: Sequence[Any]) -> Any:
        return reduce(add, xs, 0.0)

    def dot(self, xs: Sequence[Any], ys: Sequence[Any]) -> Any:
        return reduce(add, map(mul, xs, ys), 0.0)

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
        return one_hot(self, z, xs)


Template = tuple["tuple[Instruction, ...]", "tuple[int, ...]"]


def _forward(rule: Rule, count: int) -> Template | None:
    """What the value of a rule takes, and the place of the value; None for a function of floats alone."""
    return _reader(rule)(_value_of, rule.forward, count)


def _partials(rule: Rule, count: int) -> Template | None:
    """What the partials take, where the value is the argument behind the others, and their places."""
    return _reader(rule)(_slopes_of, rule.partials, count + 1)


def _reader(rule: Rule) -> Callable[..., Template | None]:
    return _read if rule.owner else _template  # what a user declares may use what is declared again


def _read(reading: Callable[..., tuple[Any, ...]], part: Callable[..., Any], count: int) -> Template | None:
    xp = Recording(count)
    try:
        places = tuple([xp.placed(x) for x in reading(xp, part)])
    except RuleError:
        return None
    return tuple(xp.instructions), places


# By functions and not by rules: each neuron has rules of its own, with the same functions.
_template = lru_cache(maxsize=4096)(_read)


def _value_of(xp: Recording, forward: Callable[..., Any]) -> tuple[Any, ...]:
    return (forward(xp, *xp.arguments),)


def _slopes_of(xp: Recording, partials: Callable[..., Any]) -> tuple[Any, ...]:
    found: tuple[Any, ...] = partials(xp, xp.arguments[-1], *xp.arguments[:-1])
    return found


def is_opaque(node: Traced) -> bool:
    """Whether its value is that of a Python function, which has to be called."""
    return node.rule is not None and _forward(node.rule, len(node.arguments)) is None


def _emitted(listing: Listing, template: Template, arguments: Sequence[int]) -> list[int]:
    """The numbers that a template makes of arguments."""
    instructions, results = template
    places = [*arguments]
    for name, *reads in instructions:
        if name == "constant":
            places.append(listing.constant(reads[0]))
        else:
            places.append(listing.emit(name, *[places[i] for i in reads]))
    return [places[i] for i in results]


def lowered(rule: Rule, count: int) -> Program:
    """The program of one rule of so many inputs: its results are the value and the partials, exact to the last bit.

    Raises RuleError if it cannot be read as a program.
    """
    forward, partials = _forward(rule, count), _partials(rule, count)
    if forward is None or partials is None:
        msg = f"{rule.name} cannot be read as a program of {count} inputs"
        raise RuleError(msg)
    listing = Listing(exact=True)
    inputs = [listing.emit("input", i) for i in range(count)]
    (z,) = _emitted(listing, forward, inputs)
    slopes = _emitted(listing, partials, [*inputs, z])
    return listing.program(inputs=count, parameters=0, results=[z, *slopes])


# A graph, rule by rule


class Parameters(dict[Any, int]):
    """Every parameter of a compiled function with its place in the store, in the order they were met."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: list[Any] = []

    def place(self, parameter: Any) -> int:
        if parameter not in self:
            self[parameter] = len(self)
            self.listed.append(parameter)
        return self[parameter]


class Lowering:
    """The listing of a graph: values when they are asked for, then what derivatives they need.

    parameters: the places of the Values, which grow. exact: whether results are those of the engine to the last bit;
    then there are no blocks. inputs: how many an example has, before its random numbers.
    """

    def __init__(
        self,
        roots: Sequence[Operand],
        parameters: Parameters,
        inputs: int,
        noise: Sequence[Traced],
        *,
        exact: bool,
    ) -> None:
        self.order = toposort(*[x for x in roots if isinstance(x, Traced)])
        self.listing = Listing(exact=exact)
        self.parameters = parameters
        self.inputs = inputs
        self.noise = {x: inputs + i for i, x in enumerate(noise)}
        self.numbers: dict[Traced, int] = {}
        self.groups = {} if exact else groups_of_dots(self.order, parameters)
        for node in self.order:
            if node not in self.numbers:
                self.numbers[node] = self._value(node)

    def number(self, x: Operand) -> int:
        return self.numbers[x] if isinstance(x, Traced) else self.listing.constant(x)

    def _value(self, node: Traced) -> int:
        listing = self.listing
        if node.leaf is not None:
            kind, what = node.leaf
            if kind == "parameter":
                return listing.emit("parameter", self.parameters.place(what))
            return listing.emit("input", what if kind == "input" else self.noise[node])
        if group := self.groups.get(node):
            outputs = listing.block(Block(group.first, self.all(group.inputs), len(group.units)))
            for dots, output in zip(group.units.values(), outputs):
                self.numbers.update(dict.fromkeys(dots, output))
            return self.numbers[node]
        rule, arguments = node.rule, self.all(node.arguments)
        assert rule is not None
        template = _forward(rule, len(arguments))
        if template is None:
            return listing.opaque(lambda *xs: as_float(rule.forward(floats, *xs)), *arguments)
        return _emitted(listing, template, arguments)[0]

    def all(self, xs: Sequence[Operand]) -> tuple[int, ...]:
        numbers, constant = self.numbers, self.listing.constant
        return tuple([constant(x) if x.__class__ is float else numbers[x] for x in xs])  # type: ignore[index]

    def slopes(self, node: Traced, upstream: int) -> list[tuple[int, int]]:
        """The partials of a node by each of its arguments, and each times the cotangent `upstream`."""
        rule, listing = node.rule, self.listing
        assert rule is not None
        arguments = [*self.all(node.arguments), self.numbers[node]]
        template = _partials(rule, len(node.arguments))
        if template is not None:
            return [
                (slope, listing.emit("mul", slope, upstream))
                for slope in _emitted(listing, template, arguments)
            ]
        one, count = listing.constant(1.0), range(len(node.arguments))
        parts = [_part(rule, i) for i in count]
        return [(listing.opaque(f, *arguments, one), listing.opaque(f, *arguments, upstream)) for f in parts]

    def gradient(
        self, root: Operand, seed: int, *, masked: bool
    ) -> tuple[list[tuple[int, int]], list[Outer]]:
        """What seed · ∂root/∂parameter adds to the sums of the parameters.

        masked: whether an input that was not chosen is no input, so that no 0 · inf reaches it. Only where a
        gradient is nan does it matter, as in the engine.
        """
        listing, sums, outers = self.listing, [], []
        if not isinstance(root, Traced):
            return [], []
        order = toposort(root)
        moves = self._moving(order)
        leaders: dict[Group, Traced] = {}
        for node in order:
            if node in self.groups:
                leaders.setdefault(self.groups[node], node)
        if root.leaf is not None:
            return [(self.parameters[root.leaf[1]], seed)] if root in moves else [], []
        zero = listing.constant(0.0)
        cotangents: dict[Traced, int] = {root: seed}
        reached: dict[Traced, int | None] = {root: None}  # None: always

        def add_to(parent: Traced, part: int, mask: int | None) -> None:
            if parent.leaf is not None:
                sums.append((self.parameters[parent.leaf[1]], part))
            elif parent in cotangents:
                cotangents[parent] = listing.emit("add", cotangents[parent], part)
                before = reached[parent]
                if before is not None:
                    reached[parent] = None if mask is None else listing.emit("select", before, before, mask)
            else:  # the sums of the engine begin at 0, which makes 0.0 of -0.0
                cotangents[parent] = listing.emit("add", zero, part) if listing.exact else part
                reached[parent] = mask

        for node in reversed(order):
            if not masked and node in self.groups:
                group = self.groups[node]
                if leaders[group] is not node:
                    continue  # its cotangent is used with those of the whole group
                left = tuple([
                    listing.sum([cotangents[dot] for dot in dots if dot in cotangents])
                    for dots in group.units.values()
                ])  # fmt: skip
                outers.append(Outer(group.first, left, self.all(group.inputs)))
                if any(x in moves for x in group.inputs):
                    back = listing.block(Block(group.first, left, len(group.inputs), transposed=True))
                    for x, part in zip(group.inputs, back):
                        if isinstance(x, Traced) and x in moves:
                            add_to(x, part, None)
                continue
            if node not in cotangents or node not in moves or node.is_cut or node.rule is None:
                continue
            upstream, mask = cotangents[node], reached[node]
            for parent, (slope, product) in zip(node.arguments, self.slopes(node, upstream)):
                if not isinstance(parent, Traced) or parent not in moves:
                    continue
                part, of_edge = product, mask
                if node.rule.choice:
                    value = listing.constants.get(slope)
                    if value == 0.0:
                        continue
                    if masked and value is None:
                        chosen = listing.emit("select", slope, listing.constant(1.0), zero)
                        of_edge = chosen if mask is None else listing.emit("select", mask, chosen, zero)
                if masked and of_edge is not None:
                    part = listing.emit("select", of_edge, part, zero)
                add_to(parent, part, of_edge)
        return sums, outers

    def _moving(self, order: Sequence[Traced]) -> set[Traced]:
        """The nodes that depend on a parameter, through nodes that derivatives pass."""
        moving: set[Traced] = set()
        for node in order:
            if node.leaf is not None:
                if node.leaf[0] == "parameter":
                    moving.add(node)
            elif not node.is_cut and any(parent in moving for parent in node.parents):
                moving.add(node)
        return moving

    def program(
        self,
        results: Sequence[Operand],
        sums: Sequence[tuple[int, int]] = (),
        outers: Sequence[Outer] = (),
        extra: int = 0,
    ) -> Program:
        """The program of these results and sums. extra: parameters behind those of the function, such as a seed."""
        return self.listing.program(
            inputs=self.inputs + len(self.noise),
            parameters=len(self.parameters) + extra,
            results=self.all(results),
            sums=sums,
            outers=outers,
        )


def _part(rule: Rule, i: int) -> Callable[..., float]:
    """What comes back to one argument as a function of floats: of the arguments, the value and a cotangent.

    The partial is asked to multiply, since that of a custom_gradient answers to a cotangent.
    """
    return lambda *xs: as_float(rule.partials(floats, xs[-2], *xs[:-2])[i] * xs[-1])


def staged(guards: Sequence[Traced]) -> list[list[Traced]]:
    """The guards in groups, each to be asked only of examples that are on the path so far.

    A group begins where a Python function is called: it may raise for examples that never come there.
    """
    seen: set[Traced] = set()
    groups: list[list[Traced]] = [[]]
    for guard in guards:
        stack, calls = [guard], False
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                calls = calls or is_opaque(node)
                stack += node.parents
        if calls and groups[-1]:
            groups.append([])
        groups[-1].append(guard)
    return groups


# Products with matrices


class Group:
    """Dots of the same inputs with rows of weights, which lie one after the other from `first` on.

    units: for each row the dots with these weights; a function may compute one twice.
    """

    def __init__(self, inputs: Sequence[Operand]) -> None:
        self.inputs = inputs
        self.units: dict[tuple[Any, ...], list[Traced]] = {}
        self.first = 0

    @property
    def dots(self) -> list[Traced]:
        return [*chain.from_iterable(self.units.values())]


def groups_of_dots(order: Sequence[Traced], parameters: Parameters) -> dict[Traced, Group]:
    """The group of each dot that is in one. New parameters get their places here, row by row."""
    found: dict[tuple[int, ...], Group] = {}
    for node in order:
        if node.rule is None or node.rule.name != "dot" or node.is_cut or not node.arguments:
            continue
        half = len(node.arguments) // 2
        for weights, inputs in (
            (node.arguments[:half], node.arguments[half:]),
            (node.arguments[half:], node.arguments[:half]),
        ):
            if all(_is_parameter(w) for w in weights) and all(
                isinstance(x, Traced) and not _is_parameter(x) for x in inputs
            ):
                group = found.setdefault(tuple(map(id, inputs)), Group(inputs))
                row = tuple([w.leaf[1] for w in weights])  # type: ignore[union-attr,index]
                group.units.setdefault(row, []).append(node)
                break
    groups: dict[Traced, Group] = {}
    for group in found.values():
        if len(group.units) * len(group.inputs) >= 4 and _lies_together(group, parameters):
            groups.update(dict.fromkeys(group.dots, group))
    return groups


def _is_parameter(x: Operand) -> bool:
    return isinstance(x, Traced) and x.leaf is not None and x.leaf[0] == "parameter"


def _lies_together(group: Group, parameters: Parameters) -> bool:
    """Whether the weights are different parameters in consecutive places; new ones are put so."""
    weights = [*chain.from_iterable(group.units)]
    if len({*map(id, weights)}) < len(weights):
        return False
    if not any(w in parameters for w in weights):
        for w in weights:
            parameters.place(w)
    group.first = parameters.get(weights[0], 0)
    return [parameters.get(w) for w in weights] == [*range(group.first, group.first + len(weights))]
