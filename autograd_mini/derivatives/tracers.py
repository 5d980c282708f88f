"""Numbers one level up: what a function is run on while a transform differentiates it.

A `Dual` carries its tangent along (forward mode; nothing is recorded). A `Node` remembers how it was
made (reverse mode). Both compute with the numbers of the level below, by the same table of rules, and
these may be floats, Values, or Duals and Nodes of an enclosing transform: so any two modes nest. What
was made at a lower level is a constant at a higher one, so derivatives of two levels never mix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.engine import recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.operations import call, install_operators, values
from autograd_mini.engine.value import Value, lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from autograd_mini.engine.recording import Watcher
    from autograd_mini.engine.rule import Rule

    Number = Value | float


def kind_of_results(numbers: Sequence[Number]) -> Callable[[Any], Number]:
    """What a transform of these inputs makes of its results.

    Inside another transform they stay as they are. Else they are floats, or Values if an input is one.
    """
    if recording.in_transform():
        return lambda y: y
    return _as_value if any(isinstance(x, Value) for x in numbers) else float


def _as_value(x: Number) -> Value:
    return x if isinstance(x, Value) else Value(x)


class Boxed(Value):
    """A number one level above its `primal`; `level` tells which call of a transform made it."""

    __slots__ = ("level",)
    level: float

    def __init__(self, primal: Number, level: float) -> None:
        self.primal = primal
        self.adjoint = self.rule = None
        self.label = ""
        self.level = level
        self.parents = self.partials = ()

    def apply(self, rule: Rule, arguments: Sequence[Number]) -> Any:
        """The primitive one level down, and what this kind of box does with its partials."""
        mine = [isinstance(x, Boxed) and x.level == self.level for x in arguments]
        primals = [x.primal if own else x for x, own in zip(arguments, mine)]  # type: ignore[union-attr]
        z = call(rule, primals)
        xp = values if isinstance(z, Value) else floats
        partials = rule.partials(xp, z, *primals)
        result = type(self)(z, self.level)
        result.rule = rule
        result.take([(x, d) for x, d, own in zip(arguments, partials, mine) if own])
        if watcher := recording.watcher():
            result.remember(arguments, partials, mine, watcher)
        return recording.finish(result) if recording.active else result

    def forward(self, /, **bindings: float) -> NoReturn:  # noqa: ARG002
        msg = "forward() was called inside a transform (grad, jvp, ...); use as_function() of the graph there"
        raise TypeError(msg)

    def take(self, edges: list[tuple[Any, Number]]) -> None:
        """Use the boxes that self was made from, each with its partial."""
        raise NotImplementedError

    def remember(
        self,
        arguments: Sequence[Number],
        partials: Sequence[Number],
        mine: Sequence[bool],
        watcher: Watcher,  # noqa: ARG002
    ) -> None:
        """Record all arguments, for the message of an anomaly; those of lower levels as leaves."""
        self.parents = tuple([x if own else _leaf(x) for x, own in zip(arguments, mine)])  # type: ignore[misc]
        self.partials = tuple(partials)  # type: ignore[arg-type]


def _leaf(x: Number) -> Value:
    return Value(float(x), label=x.label) if isinstance(x, Value) and not x.is_constant else lift(float(x))


class Dual(Boxed):
    """A primal and its tangent, the derivative along one direction of the inputs."""

    __slots__ = ("tangent",)
    tangent: Number

    def forget(self) -> None:
        super().forget()
        self.tangent = 0.0

    def take(self, edges: list[tuple[Dual, Number]]) -> None:
        first, *rest = [times(d, x.tangent) for x, d in edges]
        self.tangent = sum(rest, first)

    def remember(
        self, arguments: Sequence[Number], partials: Sequence[Number], mine: Sequence[bool], watcher: Watcher
    ) -> None:
        super().remember(arguments, partials, mine, watcher)
        watcher.number(self)
        for x, d, own in zip(arguments, partials, mine):
            if own:
                watcher.product(d, x.tangent, self)  # type: ignore[union-attr]
        watcher.sum(self.tangent, self)


class Node(Boxed):
    """A primal and the record of its making: parents, and partials that are numbers one level down."""

    __slots__ = ()

    def take(self, edges: list[tuple[Node, Number]]) -> None:
        self.parents = tuple([x for x, _ in edges])
        self.partials = tuple([d for _, d in edges])  # type: ignore[misc]


def dispatch_operators(cls: type[Value]) -> None:
    """Let the operators of a class go by the level of their arguments, as its functions do."""
    install_operators(
        cls,
        unary=lambda rule: lambda self: call(rule, (self,)),
        binary=lambda rule: lambda self, other: call(rule, (self, other)),
        left=lambda number: number,
    )


dispatch_operators(Boxed)


def times(partial: Number, x: Number) -> Number:
    """Partial · x, where a factor of exactly 1.0 makes no new node."""
    if _is_one(partial):
        return x
    return partial if _is_one(x) else partial * x


def _is_one(x: Number) -> bool:
    return x.__class__ is float and x == 1.0


def cotangents(seeds: dict[Value, Number], inputs: Sequence[Value]) -> list[Number]:
    """Reverse sweep: the derivative of Σ seed · output by every input, in numbers one level down.

    The cotangents stay in a table; no node is changed. An input that no output depends on has 0.0.
    """
    table, watcher = dict(seeds), recording.watcher()
    for node in reversed(toposort(*seeds)):
        if node.parents and node in table:
            cotangent = table.pop(node)
            for parent, partial in zip(node.parents, node.partials):
                if not parent.is_constant:
                    part = times(partial, cotangent)
                    if watcher:
                        watcher.product(partial, cotangent, node)
                    table[parent] = table[parent] + part if parent in table else part
                    if watcher:
                        watcher.sum(table[parent], parent)
    return [table.get(x, 0.0) for x in inputs]


def tangents(outputs: Sequence[Value], inputs: Sequence[Value]) -> list[list[Number] | None]:
    """Forward sweep: for every output its derivatives by all inputs; None if it depends on none.

    The sweep carries one tangent per input at once, and only where a node depends on an input.
    """
    count, watcher = len(inputs), recording.watcher()
    table: dict[Value, list[Number]] = {
        x: [1.0 if i == j else 0.0 for j in range(count)] for i, x in enumerate(inputs)
    }
    for node in toposort(*outputs):
        moving = [(table[p], d) for p, d in zip(node.parents, node.partials) if p in table]
        if moving:
            if watcher:
                for tangent, d in moving:
                    for t in tangent:
                        watcher.product(d, t, node)
            first, *rest = [tangent if _is_one(d) else [d * t for t in tangent] for tangent, d in moving]
            for tangent in rest:
                first = [a + t for a, t in zip(first, tangent)]
            if watcher:
                for t in first:
                    watcher.sum(t, node)
            table[node] = first
    return [table.get(y) for y in outputs]
