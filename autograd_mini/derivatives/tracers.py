"""Numbers one level up: what a function is run on while a transform differentiates it.

A `Dual` carries its tangent along (forward mode; nothing is recorded). A `Taped` number stands on the tape
of its level with its parents and partials (reverse mode). Both compute with the numbers of the level below,
by the same table of rules, and these may be floats, Values, or tracers of an enclosing transform: so any two
modes nest. What was made at a lower level is a constant at a higher one, so derivatives of two levels never
mix.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.engine import recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.operations import call, install_operators, values
from autograd_mini.engine.rule import Pullback, refuse_pullbacks
from autograd_mini.engine.value import Value, compared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from autograd_mini.engine.rule import Rule

    Number = Value | float


class Tracer(Value):
    """A number one level above its `primal`; `level` tells which call of a transform made it.

    arguments: what it was made from, kept only while somebody watches.
    """

    __slots__ = ("arguments", "level")
    is_open = False  # whether its number is another one in each run of a compiled program
    level: float
    arguments: Sequence[Number]

    def __init__(self, primal: Number, level: float) -> None:
        self.primal = primal
        self.adjoint = self.rule = None
        self.label = ""
        self.level = level
        self.parents = self.partials = self.arguments = ()

    @property  # type: ignore[misc]  # that of a tracer cannot be set
    def data(self) -> float:
        """The number, below all levels."""
        return self.primal.data if isinstance(self.primal, Value) else self.primal

    def apply(self, rule: Rule, arguments: Sequence[Number]) -> Any:
        """The primitive one level down, and what this kind of tracer does with its partials."""
        if self.level not in recording.tapes:
            msg = (
                f"a number from inside a finished transform (grad, jvp, ...) was given to {rule.name};"
                " return it from the differentiated function instead of keeping it"
            )
            raise TypeError(msg)
        mine = [isinstance(x, Tracer) and x.level == self.level for x in arguments]
        primals: list[Number] = [
            x.primal if own else x if isinstance(x, Value) else as_float(x)  # type: ignore[union-attr]
            for x, own in zip(arguments, mine)
        ]
        z = call(rule, primals)
        xp = values if isinstance(z, Value) else floats
        edges = [(x, d) for x, d, own in zip(arguments, rule.partials(xp, z, *primals), mine) if own]
        if rule.choice:
            edges = [(x, counted) for x, d in edges if (counted := chosen(d)) is not None]
        result = type(self)(z, self.level)
        result.rule = rule
        watcher = recording.watcher()
        if watcher:
            result.arguments = arguments
        result.take(edges, watcher)
        return recording.finish(result) if recording.active else result

    __hash__ = Value.__hash__

    # Comparisons look at the numbers below all levels.

    def __eq__(self, other: object) -> Any:
        return base(self) == base(other)

    def __ne__(self, other: object) -> Any:
        return base(self) != base(other)

    def __lt__(self, other: Any) -> Any:
        return compared(base(self)) < compared(base(other))

    def __le__(self, other: Any) -> Any:
        return compared(base(self)) <= compared(base(other))

    def __gt__(self, other: Any) -> Any:
        return compared(base(self)) > compared(base(other))

    def __ge__(self, other: Any) -> Any:
        return compared(base(self)) >= compared(base(other))

    def __bool__(self) -> bool:
        return bool(compared(base(self)) != 0.0)

    def backward(self, gradient: float = 1.0) -> NoReturn:  # noqa: ARG002
        msg = "backward() was called inside a transform (grad, jvp, ...); return the value instead"
        raise TypeError(msg)

    def forward(self, /, **bindings: float) -> NoReturn:  # noqa: ARG002
        msg = "forward() was called inside a transform (grad, jvp, ...); use as_function() of the graph there"
        raise TypeError(msg)

    def take(self, edges: list[tuple[Any, Number]], watcher: recording.Watcher | None) -> None:
        """Use the tracers that self was made from, each with its partial."""
        raise NotImplementedError


def base(x: Any) -> Any:
    """The number below all levels of transforms: a float, a Value, or one that is open."""
    while isinstance(x, Tracer) and not x.is_open:
        x = x.primal
    return x


class Masked(Tracer):
    """A number that counts where a condition holds, which is open; elsewhere it is 0 whatever it meets.

    It is the partial of a choice in a compiled program, and what comes of it in a sweep: the products by
    the chain rule, and their sums. Elsewhere a product is -0.0, which alone leaves a sum as it is: 0.0 + -0.0
    is 0.0.
    """

    __slots__ = ("mask",)
    mask: Value

    def __init__(self, number: Number, mask: Value) -> None:
        super().__init__(number, math.inf)
        self.mask = mask

    def apply(self, rule: Rule, arguments: Sequence[Number]) -> Any:
        if rule.name not in ("mul", "add"):
            return call(rule, [plain(x) for x in arguments])
        result = call(rule, [x.primal if isinstance(x, Masked) else x for x in arguments])
        masks = [x.mask for x in arguments if isinstance(x, Masked)]
        if rule.name == "mul":
            mask = masks[0] if len(masks) == 1 else values.where(masks[0], masks[1], 0.0)
            return Masked(values.where(mask, result, -0.0), mask)
        return Masked(result, values.where(masks[0], 1.0, masks[1])) if len(masks) == 2 else result


def plain(x: Any) -> Any:
    """The number without its mask, as whatever uses it other than a sweep takes it."""
    return values.where(x.mask, x.primal, 0.0) if isinstance(x, Masked) else x


def chosen(partial: Number) -> Number | None:
    """The partial of a choice if its input was chosen, else None; masked if only a run can tell."""
    is_chosen = compared(base(partial)) != 0.0
    if isinstance(is_chosen, Value):
        return Masked(partial, is_chosen)
    return partial if is_chosen else None


class Dual(Tracer):
    """A primal and its tangent, the derivative along one direction of the inputs; None if it does not move."""

    __slots__ = ("tangent",)
    tangent: Number | None

    def __init__(self, primal: Number, level: float, tangent: Number | None = None) -> None:
        super().__init__(primal, level)
        self.tangent = tangent

    def forget(self) -> None:
        super().forget()
        self.tangent = None

    def take(self, edges: list[tuple[Dual, Number]], watcher: recording.Watcher | None) -> None:
        moving = [(d, x.tangent) for x, d in edges if x.tangent is not None]
        refuse_pullbacks([d for d, _ in moving])
        if watcher:
            watcher.number(self)
            for d, tangent in moving:
                watcher.product(d, tangent, self)
        if moving:
            first, *rest = [times(d, tangent) for d, tangent in moving]
            self.tangent = sum(rest, first)
            if watcher:
                watcher.sum(self.tangent, self)


class Taped(Tracer):
    """A primal and the record of its making: parents, and partials that are numbers one level down."""

    __slots__ = ()

    def take(self, edges: list[tuple[Taped, Number]], watcher: recording.Watcher | None) -> None:  # noqa: ARG002
        self.parents = tuple([x for x, _ in edges])
        self.partials = tuple([d for _, d in edges])  # type: ignore[misc]
        recording.tapes[self.level].append(self)


def dispatch_operators(cls: type[Value]) -> None:
    """Let the operators of a class go by the level of their arguments, as its functions do."""
    install_operators(
        cls,
        unary=lambda rule: lambda self: call(rule, (self,)),
        binary=lambda rule: lambda self, other: call(rule, (self, other)),
        left=lambda number: number,
    )


dispatch_operators(Tracer)


def below(y: Number, level: float) -> Number:
    """A number in terms of the level below, if it belongs to `level`; else as it is."""
    return y.primal if isinstance(y, Tracer) and y.level == level else y


def uniform(numbers: Sequence[Number], *met: Number) -> list[Number]:
    """The results of a transform as it gives them back, where `met` are its inputs and outputs.

    Those of an enclosing transform stay as they are. Else they are floats, or all of them Values if there is
    a Value among those met: then they are connected to what the function used.
    """
    numbers = [plain(x) for x in numbers]
    found = [x for x in (*numbers, *met) if isinstance(x, Value)]
    for x in map(plain, found):
        if isinstance(x, Tracer) and x.level not in recording.tapes:
            msg = (
                "the result depends on a number from inside a finished transform (grad, jvp, ...);"
                " return such numbers from the differentiated function instead of keeping them"
            )
            raise TypeError(msg)
    if not found:
        return [float(x) for x in numbers]
    if any(x.level for x in found):
        return list(numbers)
    return [x if isinstance(x, Value) else Value(x) for x in numbers]


def times(partial: Number, x: Number) -> Number:
    """Partial · x, where a factor of exactly 1.0 makes no new node."""
    if _is_one(partial):
        return x
    return partial if _is_one(x) and partial.__class__ not in (Pullback, Masked) else partial * x


def _is_one(x: Number) -> bool:
    return x.__class__ is float and x == 1.0


def cotangents(seeds: dict[Any, Number], inputs: Sequence[Any], tape: Sequence[Any]) -> list[Number]:
    """Reverse sweep: the derivative of Σ seed · output by every input, in numbers one level down.

    tape: the nodes that the outputs are made from, in order. The cotangents stay in a table; no node is
    changed. An input that no output depends on has 0.0.
    """
    table, watcher = dict(seeds), recording.watcher()
    for node in reversed(tape):
        if node.parents and node in table:
            cotangent = table.pop(node)
            for parent, partial in zip(node.parents, node.partials):
                part = times(partial, cotangent)
                if watcher:
                    watcher.product(partial, cotangent, node)
                table[parent] = table[parent] + part if parent in table else part
                if watcher:
                    watcher.sum(table[parent], parent)
    return [table.get(x, 0.0) for x in inputs]


def tangents(inputs: Sequence[Any], tape: Sequence[Any]) -> dict[Any, list[Number | None]]:
    """Forward sweep: for every node on the tape that depends on an input, its derivatives by all inputs.

    The sweep carries one tangent per input at once: None, not 0, by an input that does not reach the node,
    so that an infinite partial makes no nan of it.
    """
    count, watcher = len(inputs), recording.watcher()
    table: dict[Any, list[Number | None]] = {
        x: [1.0 if i == j else None for j in range(count)] for i, x in enumerate(inputs)
    }
    for node in tape:
        moving = [(table[p], d) for p, d in zip(node.parents, node.partials) if p in table]
        if moving:
            refuse_pullbacks([d for _, d in moving])
            if watcher:
                for tangent, d in moving:
                    for t in tangent:
                        if t is not None:
                            watcher.product(d, t, node)
            total, *rest = [
                tangent if _is_one(d) else [None if t is None else d * t for t in tangent]
                for tangent, d in moving
            ]
            for tangent in rest:
                total = [t if a is None else a if t is None else a + t for a, t in zip(total, tangent)]
            if watcher:
                for t in total:
                    if t is not None:
                        watcher.sum(t, node)
            table[node] = total
    return table
