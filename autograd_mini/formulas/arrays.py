"""Expressions of whole arrays: W x + b, tanh(a), softmax(o), and the derivatives of such a line.

An Expression is what the entries of an array have in common, read from their graphs by recognition.py. What it is made
of is a primitive, applied entry by entry, or one of the few operations of arrays in `OPERATIONS`, each with what flows
back through it. The derivative of a line is swept back through its Expression with the rules read as Terms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import add, mul
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.value import Constant
from autograd_mini.formulas.printing import Printed
from autograd_mini.formulas.terms import Term, call, number, pi, symbol, term, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd_mini.engine.rule import Rule
    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.terms import Shape


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A piece of a line. name: "input" (the place of one is in `extra`), "numbers" (they are in `extra`), "rule", or an
    operation of arrays, which `extra` may say more of.
    """

    name: str
    arguments: tuple[Expression, ...] = ()
    shape: Shape = ()
    rule: Rule | None = None
    extra: Any = None

    @property
    def symbol(self) -> str:
        """The sign of its one operation, for a badge; of several there is none but "="."""
        if self.name not in ("rule", *SIGNS) or any(x.name in ("rule", *SIGNS) for x in self.arguments):
            return "="
        if self.rule and self.rule.name == "mul" and all(x.shape for x in self.arguments):
            return Printed.odot
        return self.rule.symbol if self.rule else SIGNS[self.name]

    def read(self, xp: Any, inputs: Sequence[Any], numbers: Callable[[Any], Any]) -> Any:
        """The line in an arithmetic, as a formula of its inputs or as what they give. numbers: how its numbers are said."""
        if self.name == "input":
            return inputs[self.extra]
        if self.name == "numbers":
            return numbers(self.extra)
        if self.name == "stack" and isinstance(xp, Printed):
            return xp.symbol(self.extra)  # an array of which the reader sees the entries
        pieces = [x.read(xp, inputs, numbers) for x in self.arguments]
        if self.name == "stack":
            return xp.stack(pieces, self.shape)
        if self.rule is None:
            name = "inner" if self.name == "matmul" and not self.shape else self.name
            return getattr(xp, name)(*pieces, *([] if self.extra is None else [self.extra]))
        if not isinstance(xp, Printed):
            return self.rule.forward(xp, *pieces)
        if self.rule.name == "mul" and self.shape:
            are_arrays = all(x.shape for x in self.arguments)
            return xp.entrywise(pieces) if are_arrays else xp.beside(pieces)
        return xp.applied(self.rule, *pieces)

    def gradients(self, inputs: Sequence[Term], output: Term, seed: Term) -> list[Term]:
        """What flows back to each input, as a Term, from what flows into the line.

        inputs, output: what they are called; the name of the output stands in the partials of the last operation.
        """
        values: dict[Expression, Term] = {}
        order = self._order()
        for each in order:
            values[each] = _value(each, [values[x] for x in each.arguments], inputs)
        named = self.rule is not None and self.rule.name != "div"  # of a quotient one expects its parts
        values[self] = output if named or self.name in NAMED else values[self]
        flows: dict[Expression, Term] = {self: seed}
        result = [number(0.0)] * len(inputs)
        for each in reversed(order):
            if each.name == "input":
                result[each.extra] = result[each.extra] + flows[each]
            elif each in flows and each.name != "numbers":
                arguments = [values[x] for x in each.arguments]
                for x, flow in zip(
                    each.arguments, _pulled(each, arguments, values[each], flows[each]), strict=True
                ):
                    flows[x] = flows[x] + flow if x in flows else flow
        return result

    def _order(self) -> list[Expression]:
        order: list[Expression] = []

        def visit(each: Expression) -> None:
            for x in each.arguments:
                visit(x)
            order.append(each)

        visit(self)
        return [*dict.fromkeys(order)]


def _value(each: Expression, arguments: Sequence[Term], inputs: Sequence[Term]) -> Term:
    """An Expression as a Term of its inputs."""
    if each.name == "input":
        place: int = each.extra
        return inputs[place]
    if each.name == "numbers":
        return call("numbers", each.extra, shape=each.shape) if each.shape else constant_term(each.extra)
    if each.rule is not None:
        applied: Term = term(terms.applied(each.rule, *arguments))
        return applied
    return OPERATIONS[each.name].value(each, *arguments)


def constant_term(node: Value) -> Term:
    """A number of a line, exactly as it was written: 1/3 stays a fraction."""
    if isinstance(node, Constant) and node.written:
        rule, parts = node.written
        return term(rule.forward(terms, *map(constant_term, parts)))
    return pi if node.data == math.pi else number(node.data)


def _pulled(each: Expression, arguments: Sequence[Term], value: Term, flow: Term) -> Sequence[Term]:
    """What flows back to each argument."""
    if each.rule is None:
        flows = OPERATIONS[each.name].pull(each, value, _full(flow, each.shape), *arguments)
        # A vector may be every row of what is made of it.
        is_spread = [len(flow.shape) > len(x.shape) for flow, x in zip(flows, each.arguments, strict=True)]
        return [
            _gathered(flow, each.shape, x.shape) if wide else flow
            for flow, x, wide in zip(flows, each.arguments, is_spread, strict=True)
        ]
    partials = terms.slopes(each.rule, value, arguments)
    return [
        _gathered(flow * partial, each.shape, x.shape)
        for partial, x in zip(partials, each.arguments, strict=True)
    ]


def _gathered(flow: Term, shape: Shape, wanted: Shape) -> Term:
    """What flows to an argument that was broadcast: the sum over all places it went to."""
    if wanted == shape:
        return flow
    if flow.shape == shape:
        return total(flow) if wanted == () else linear("sum_rows", wanted, flow)
    times = math.prod(shape) / math.prod(flow.shape)
    return number(times) * (total(flow) if flow.shape else flow) if wanted == () else number(shape[0]) * flow


def _full(flow: Term, shape: Shape) -> Term:
    """A flow that is the same for all entries, with each of them."""
    return flow if len(flow.shape) == len(shape) else flow * ones(shape)


def ones(shape: Shape) -> Term:
    """1 in every place."""
    return call("ones", shape, shape=shape) if shape else number(1.0)


def linear(name: str, shape: Shape, *factors: Term) -> Term:
    """A function that is linear in each of what it is given: numbers are taken out in front."""
    if any(factor.head == "number" and factor.parts[0] == 0.0 for factor in factors):
        return number(0.0)
    outside, inside = zip(*map(_apart, factors), strict=True)
    scale: Term = reduce(mul, outside)
    return scale * call(name, *inside, shape=shape)


def _apart(x: Term) -> tuple[Term, Term]:
    """What is a number in a product of arrays, and the arrays."""
    outside = number(1.0)
    if x.head == "product" and x.shape:
        above, below, powers = x.parts
        outside = terms.div(number(above), number(below))
        for base, n in powers:
            outside = outside if base.shape else outside * terms.pow(base, n)
    return outside, terms.div(x, outside)


def total(x: Term) -> Term:
    """The sum of all entries; of a product of two vectors their inner product."""
    if not x.shape:
        return x
    factors = x.parts[2] if x.head == "product" else ()
    arrays = [(base, n) for base, n in factors if base.shape]
    if len(arrays) == 2 and all(n == 1.0 and len(base.shape) == 1 for base, n in arrays):
        (u, _), (v, _) = arrays
        return terms.div(x, u * v) * matmul(u, v)
    return linear("total", (), x)


def transpose(x: Term) -> Term:
    """A matrix turned over; of a product the factors are."""
    name, *inside = x.parts if x.head == "call" else ("",)
    if name == "transpose":
        return inside[0]  # type: ignore[no-any-return]
    if name == "matmul":
        return matmul(*map(transpose, inside[::-1]))
    if name == "outer":
        return outer(*inside[::-1])
    return linear("transpose", x.shape[::-1], x)


def matmul(x: Term, y: Term) -> Term:
    """The product of matrices, of a matrix and a vector, or of two vectors."""
    name = "inner" if len(x.shape) == len(y.shape) == 1 else "matmul"
    return linear(name, x.shape[:-1] + y.shape[1:], x, y)


def outer(x: Term, y: Term) -> Term:
    """The matrix of all products of an entry of x and one of y."""
    return linear("outer", x.shape + y.shape, x, y)


def _pull_matmul(each: Expression, _value: Term, flow: Term, x: Term, y: Term) -> tuple[Term, Term]:
    # A vector that is every row of a matrix is spread out: its product is with all of them.
    x, y = (_full(part, each.arguments[i].shape) for i, part in enumerate((x, y)))
    match len(each.arguments[0].shape), len(each.arguments[1].shape):
        case 1, 1:
            return flow * y, flow * x
        case 2, 1:
            return outer(flow, y), matmul(transpose(x), flow)
        case 1, 2:
            return matmul(y, flow), outer(x, flow)
    return matmul(flow, transpose(y)), matmul(transpose(x), flow)


def _pull_softmax(each: Expression, value: Term, flow: Term, _x: Term) -> tuple[Term]:
    if len(each.shape) == 1:
        return (value * (flow - matmul(flow, value)),)
    return (value * (flow - outer(linear("sum_cols", each.shape[:1], flow * value), ones(each.shape[1:]))),)


def _pull_log_softmax(each: Expression, _value: Term, flow: Term, x: Term) -> tuple[Term]:
    parts = call("softmax", x)
    if len(each.shape) == 1:
        return (flow - total(flow) * parts,)
    return (flow - outer(linear("sum_cols", each.shape[:1], flow), ones(each.shape[1:])) * parts,)


def _pull_extreme(_each: Expression, value: Term, flow: Term, x: Term) -> tuple[Term]:
    return (flow * terms.where(terms.equal(x, value), number(1.0), number(0.0)),)


def entry(x: Term, index: tuple[int, ...], shape: Shape = ()) -> Term:
    """One entry of an array, or one row: of a sum, a product or a function entry by entry that of what is inside."""
    outside, inside = _apart(x)
    if x.head == "number":  # nothing flows
        return x

    def part(y: Term) -> Term:
        if len(y.shape) == len(inside.shape):
            return entry(y, index, shape)
        return entry(y, index[-1:]) if y.shape and not shape else y  # a vector is every row

    if inside.head == "sum":
        return outside * reduce(add, map(part, inside.parts))
    if inside.head == "product":
        return outside * reduce(mul, [terms.pow(part(base), n) for base, n in inside.parts[2]])
    if inside.head == "call" and inside.parts[0] == "ones":
        return outside * ones(shape)
    if inside.head == "call" and inside.parts[0] not in WHOLE:
        name, *arguments = inside.parts
        return outside * call(name, *[part(y) if isinstance(y, Term) else y for y in arguments], shape=shape)
    return outside * call("entry", inside, index, shape=shape)


def _pull_entry(each: Expression, _value: Term, flow: Term, x: Term) -> tuple[Term]:
    shape = x.shape[: len(each.extra)]
    unit = call("unit", each.extra, shape, shape=shape)
    return (outer(unit, flow) if each.shape else flow * unit,)


def places(shape: Shape) -> list[tuple[int, ...]]:
    """Where the entries of an array stand, row by row, counted from 1."""
    return [tuple([i + 1 for i in index]) for index in product(*map(range, shape))]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of arrays: as a Term, and what flows back to each argument.

    pull: from the Expression, its value, what flows into it and its arguments.
    """

    value: Callable[..., Term]
    pull: Callable[..., Sequence[Term]]


def _reduced(name: str, pull: Callable[..., Sequence[Term]]) -> Operation:
    return Operation(lambda each, x: call(name, x, shape=each.shape), pull)


OPERATIONS: Mapping[str, Operation] = {
    "matmul": Operation(lambda _, x, y: matmul(x, y), _pull_matmul),
    "transpose": Operation(lambda _, x: transpose(x), lambda _, __, flow, x: (transpose(flow),)),
    "outer": Operation(
        lambda _, x, y: outer(x, y),
        lambda each, _, flow, x, y: (
            matmul(flow, _full(y, each.shape[1:])),
            matmul(transpose(flow), _full(x, each.shape[:1])),
        ),
    ),
    "total": _reduced("total", lambda _, __, flow, x: (flow,)),
    "mean": _reduced("mean", lambda each, _, flow, x: (terms.div(flow, float(math.prod(x.shape))),)),
    "sum_rows": _reduced("sum_rows", lambda _, __, flow, x: (flow,)),
    "sum_cols": _reduced("sum_cols", lambda _, __, flow, x: (outer(flow, ones(x.shape[1:])),)),
    "length": _reduced("length", lambda _, value, flow, x: (flow * terms.div(x, value),)),
    "length1": _reduced("length1", lambda _, __, flow, x: (flow * terms.sign(x),)),
    "largest": _reduced("largest", _pull_extreme),
    "smallest": _reduced("smallest", _pull_extreme),
    "softmax": _reduced("softmax", _pull_softmax),
    "log_softmax": _reduced("log_softmax", _pull_log_softmax),
    "logsumexp": _reduced("logsumexp", lambda _, __, flow, x: (flow * call("softmax", x),)),
    "entry": Operation(lambda each, x: entry(x, each.extra, each.shape), _pull_entry),
    "stack": Operation(
        lambda each, *_: symbol(each.extra, each.shape),
        lambda each, _, flow, *xs: [entry(flow, place) for place in places(each.shape)],
    ),
}
# What stands for an operation on a badge; the others are no more than a way to say what a line is of.
SIGNS = {
    "matmul": "·", "outer": "outer", "total": "sum", "mean": "mean", "sum_rows": "sum", "sum_cols": "sum", "length": "norm",
    "length1": "norm", "largest": "max", "smallest": "min", "softmax": "softmax", "log_softmax": "log softmax",
    "logsumexp": "logsumexp",
}  # fmt: skip
WHOLE = frozenset({*OPERATIONS, "inner", "unit", "numbers"})  # what is no function entry by entry
# Operations whose derivative is said with their result.
NAMED = frozenset({"softmax", "length", "largest", "smallest"})
