"""Formulas that know their value: what a step prints is computed as it is written, with NumPy."""

from __future__ import annotations

import math
import re
from functools import partial, reduce
from operator import add
from typing import Any

import numpy as np

from autograd_mini.engine.arithmetic import floats
from autograd_mini.formulas.names import names
from autograd_mini.formulas.printing import Formula
from autograd_mini.formulas.text import Text
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.sweeps import OPERATION, Trace


class Valued(Formula):
    """A formula and its value."""

    __slots__ = ("value",)

    def __neg__(self):
        return self.style.known(super().__neg__(), -value_of(self))

    def __abs__(self):
        return self.style.abs(self)


def value_of(x):
    if isinstance(x, Formula):
        return x.value if isinstance(x, Valued) else np.asarray(np.nan)  # □ and …
    return np.asarray(x, float)


def is_scalar(x):
    return np.ndim(value_of(x)) == 0


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def logsumexp(x):
    return x.max() + np.log(np.exp(x - x.max()).sum())


def by_rows(function, x, y):
    """Entry by entry: equal shapes, a number with anything, a vector with every row of a matrix."""
    assert () in (x.shape, y.shape) or y.shape in (x.shape, x.shape[1:]) or x.shape == y.shape[1:], (
        f"{x.shape} and {y.shape}"
    )
    return function(x, y)


plus = partial(by_rows, np.add)


def gathered(function):
    """A function of one array, or of several numbers."""
    return lambda *xs: function(xs[0] if len(xs) == 1 else np.array(xs))


FUNCTIONS = {
    "sum": gathered(np.sum),
    "mean": gathered(np.mean),
    "max": lambda *xs: reduce(partial(by_rows, np.maximum), xs) if len(xs) > 1 else np.max(xs[0]),
    "min": lambda *xs: reduce(partial(by_rows, np.minimum), xs) if len(xs) > 1 else np.min(xs[0]),
    "prod": gathered(np.prod),
    "softmax": softmax,
    "log_softmax": lambda x: np.log(softmax(x)),
    "logsumexp": gathered(logsumexp),
    "sum_rows": lambda x: x.sum(axis=0),
    "sum_cols": lambda x: x.sum(axis=1),
    "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
    "softplus": lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
    "relu": lambda x: np.maximum(x, 0),
    "heaviside": lambda x: np.heaviside(x, 0),
    "norm": gathered(np.linalg.norm),
    "log": np.log,
    "ln": np.log,
    **{
        name: getattr(np, name)
        for name in "exp sin cos tan tanh sinh cosh sqrt sign arctan log1p expm1".split()
    },
}
FUNCTIONS |= {"rect": FUNCTIONS["relu"], "ReLU": FUNCTIONS["relu"]}


def times(x, y):
    """A product as it stands in print: of a number with anything, of matrices and vectors, of a column and a row."""
    if x.ndim == 0 or y.ndim == 0:
        return x * y
    if getattr(y, "turned", False):
        return np.outer(x, np.asarray(y))
    assert x.shape[-1] == y.shape[0], f"{x.shape} times {y.shape}"
    return np.asarray(x) @ np.asarray(y)


class Turned(np.ndarray):
    """A vector written with ᵀ."""

    turned = True


class Evaluated(Text):
    """Text whose formulas know their value. symbols, derivatives: the values of names, and of ∂z/∂x as it is written."""

    def __init__(self, symbols, derivatives, is_jacobian=False):
        super().__init__()
        self.symbols = symbols
        self.derivatives = derivatives
        self.is_jacobian = is_jacobian

    def known(self, formula, value):
        result = Valued(formula.content, formula.strength, self)
        result.value = np.asanyarray(value, float)
        return result

    @property
    def pi(self):
        return self.known(super().symbol("π"), math.pi)

    def symbol(self, name):
        return self.known(super().symbol(name), self.symbols[name] if name in self.symbols else np.nan)

    def constant(self, x):
        if isinstance(x, (list, tuple)):
            return self.array(x)
        return self.known(super().constant(x), x)

    def array(self, x):
        numbers = [
            [float(value_of(each)) for each in row]
            if isinstance(row, (list, tuple))
            else float(value_of(row))
            for row in x
        ]
        return self.known(super().array(x), numbers)

    def infix(self, left, sign, right, strength):
        x, y = value_of(left), value_of(right)
        made = super().infix(left, sign, right, strength)
        match sign:
            case "+":
                value = plus(x, y)
            case self.minus:
                value = plus(x, -y)
            case self.times:
                value = x * y
            case "·":
                value = times(x, y)
            case "/":
                value = by_rows(np.divide, x, y)
            case "=":
                value = x == y
            case ">":
                value = x > y
            case "<":
                value = x < y
            case self.at_least:
                value = x >= y
            case self.at_most:
                value = x <= y
        return self.known(made, value)

    def chain(self, local, upstream):
        x, y = value_of(local), value_of(upstream)
        if self.is_jacobian:
            return self.known(super().infix(local, "·", upstream, 3), np.atleast_2d(x) @ np.atleast_2d(y))
        made = super().chain(local, upstream)
        assert x.ndim == 0 or y.ndim == 0
        return self.known(made, x * y)

    def call(self, name, pieces):
        if name == "norm1":
            return self.length1(*pieces)
        return self.known(super().call(name, pieces), FUNCTIONS[name](*map(value_of, pieces)))

    def raised(self, x, y):
        return self.known(super().raised(x, y), np.float_power(value_of(x), value_of(y)))

    def abs(self, x):
        return self.known(super().abs(x), np.abs(value_of(x)))

    def where(self, condition, x, y):
        return self.known(
            super().where(condition, x, y), np.where(value_of(condition), value_of(x), value_of(y))
        )

    def sqrt(self, x):
        return self.known(super().sqrt(x), np.sqrt(value_of(x)))

    def heaviside(self, x):
        return self.known(super().heaviside(x), np.heaviside(value_of(x), 0))

    def sum(self, xs):
        made = super().sum(xs)
        return self.known(made, reduce(plus, map(value_of, xs)))

    def dot(self, xs, ys):
        pairs = zip(map(value_of, xs), map(value_of, ys), strict=True)
        return self.known(super().dot(xs, ys), reduce(plus, [by_rows(np.multiply, *pair) for pair in pairs]))

    def maximum(self, x, y):
        return self.known(super().call("max", [x, y]), np.maximum(value_of(x), value_of(y)))

    def minimum(self, x, y):
        return self.known(super().call("min", [x, y]), np.minimum(value_of(x), value_of(y)))

    def pow(self, x, y):
        return x if isinstance(y, float) and y == 1.0 else self.raised(x, y)

    def beside_two(self, x):
        return self.known(super().beside_two(x), 2 * value_of(x))

    def beside(self, pieces):
        return self.known(super().beside(pieces), reduce(times, map(value_of, pieces)))

    def entrywise(self, pieces):
        return self.known(
            super().entrywise(pieces), reduce(partial(by_rows, np.multiply), map(value_of, pieces))
        )

    def matmul(self, x, y):
        return self.known(super().matmul(x, y), times(value_of(x), value_of(y)))

    def inner(self, x, y):
        assert np.ndim(value_of(x)) == np.ndim(value_of(y)) == 1
        return self.known(super().infix(x, "·", y, 3), value_of(x) @ value_of(y))

    def transpose(self, x):
        value = value_of(x)
        value = np.asarray(value).T if value.ndim == 2 else value.view(Turned)
        return self.known(super().transpose(x), value)

    def entry(self, x, index):
        return self.known(super().entry(x, index), value_of(x)[tuple(i - 1 for i in index)])

    def unit(self, index, shape):
        value = np.zeros(shape)
        value[tuple(i - 1 for i in index)] = 1.0
        return self.known(super().unit(index, shape), value)

    def ones(self, shape):
        return self.known(super().ones(shape), np.ones(shape))

    def length(self, x):
        return self.known(super().length(x), np.linalg.norm(value_of(x)))

    def length1(self, x):
        return self.known(super().length1(x), np.abs(value_of(x)).sum())

    def total(self, x):
        return self.known(super().total(x), value_of(x).sum())

    def largest(self, x):
        return self.known(super().largest(x), value_of(x).max())

    def smallest(self, x):
        return self.known(super().smallest(x), value_of(x).min())

    def derivative(self, z, x):
        made = super().derivative(z, x)
        return self.known(made, self.derivatives.get(str(made), np.nan))

    def local_partial(self, rule, pieces, position, *, is_repeated):
        made = super().local_partial(rule, pieces, position, is_repeated=is_repeated)
        numbers = [float(value_of(x)) for x in pieces]
        return self.known(made, rule.partials(floats, rule.forward(floats, *numbers), *numbers)[position])

    def remark(self, x, key, name):
        return self.known(super().remark(x, key, name), value_of(x))

    def by_path(self, name, place, x):
        return self.known(super().by_path(name, place, x), value_of(x))

    def sum_of_paths(self, terms, names):
        return self.known(super().sum_of_paths(terms, names), reduce(add, map(value_of, terms)))


# What the names of a trace stand for


def backward(order, start, inside=None):
    """The derivative of one node by all others. inside: nodes that the sweep does not go below."""
    flows = {start: 1.0}
    for node in reversed(order):
        if node in flows and node.rule is not None and not (inside and node in inside and node is not start):
            for parent, partial in zip(node.parents, node.partials, strict=True):
                if partial == 0.0 and node.rule.choice:
                    continue
                flows[parent] = flows.get(parent, 0.0) + flows[node] * partial
    return flows


def evaluated(trace: Trace, bound: Trace) -> Evaluated:
    """The arithmetic for the steps of a trace; the numbers are those of another trace of the same text."""
    return of_definitions(trace, bound) if isinstance(trace, Lines) else of_operations(trace, bound)


def of_operations(trace: Trace, bound: Trace) -> Evaluated:
    """Every node by its name, and its gradient."""
    said, written = trace.equations, Text()
    position = {node: i for i, node in enumerate(trace.nodes)}
    table = backward(bound.nodes, bound.nodes[position[said.start]])
    symbols = {said.names[node]: bound.nodes[i].data for node, i in position.items()}
    derivatives = {
        str(said.derivative(written, node)): table.get(bound.nodes[i], 0.0) for node, i in position.items()
    }
    return Evaluated(symbols, derivatives)


def of_definitions(trace: Lines, bound: Lines) -> Evaluated:
    """Every line by its name, also arrays that are told apart; and every derivative that a line may speak of."""
    order, said = bound.order, trace.equations
    called = names(order)
    symbols: dict[str, Any] = {called[node]: node.data for node in order}
    position = {node: i for i, node in enumerate(trace.order)}
    starts = [order[position[start]] for start in trace.starts]
    tables = [backward(order, start) for start in starts]
    is_jacobian = len(starts) > 1
    derivatives: dict[str, Any] = {}
    written = Text()
    start = said.written_start(written)

    def name(z, x):
        return str(written.derivative(z, x))

    for line, other in zip(trace.nodes, bound.nodes, strict=True):
        entries, shape = other.unit.entries, other.shape
        symbols[line.label] = np.array([entry.data for entry in entries]).reshape(shape)
        rows = [[table.get(entry, 0.0) for entry in entries] for table in tables]
        x = written.symbol(line.label)
        derivatives[name(start, x)] = np.array(rows) if is_jacobian else np.array(rows[0]).reshape(shape)
        if shape and not is_jacobian:
            derivatives[name(start, written.symbol(f"{line.label}[i]"))] = np.array(rows[0]).reshape(shape)
        if line.rule is None:
            continue
        inside = {entry for parent in other.parents for entry in parent.unit.entries}
        own = [backward(order, entry, inside) for entry in entries]
        for parent, other_parent in zip(line.parents, other.parents, strict=True):
            local = np.array(
                [[flows.get(entry, 0.0) for entry in other_parent.unit.entries] for flows in own]
            )
            expression = written.applied(line.rule, *[written.symbol(each.label) for each in line.parents])
            for z in (written.symbol(line.label), expression):
                key = name(z, written.symbol(parent.label))
                if is_jacobian:
                    if key not in derivatives:
                        derivatives[key] = local
                elif not shape and not parent.shape and (z is expression or key not in derivatives):
                    derivatives[key] = local[0, 0]
    arrays: dict[str, dict[tuple[int, ...], float]] = {}
    for label, number in list(symbols.items()):
        if found := re.fullmatch(r"(.+)\[([\d,]+)\]", label):
            place = tuple(map(int, found[2].split(",")))
            if np.ndim(number) == 0:
                arrays.setdefault(found[1], {})[place] = number
    for label, parts in arrays.items():
        shape = tuple(map(max, zip(*parts, strict=True)))
        if label not in symbols and math.prod(shape) == len(parts):
            symbols[label] = np.array([parts[place] for place in sorted(parts)]).reshape(shape)
    return Evaluated(symbols, derivatives, is_jacobian)


def untrue(
    trace: Trace, bound: Trace | None = None, rel: float = 1e-9, *, is_strict: bool = True
) -> list[str]:
    """The steps whose sides are not all equal, as text with the values. is_strict: shapes have to be equal in lines forward, too."""
    bound = bound or trace
    xp = evaluated(trace, bound)
    wrong = []
    for step in trace:
        try:
            values = [side.value for side in step.sides(xp)]
        except (AssertionError, KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
            wrong.append(f"{step.line}   {type(error).__name__}: {error}")
            continue
        if xp.is_jacobian:
            values = [np.atleast_2d(value) if step.sweep == "gradients" else value for value in values]
        same_shapes = len({value.shape for value in values}) == 1 or "[i]" in step.text[0]
        same_shapes |= step.kind == OPERATION and not is_strict
        if not same_shapes or not all(close(values[0], value, rel) for value in values[1:]):
            wrong.append(f"{step.line}   {[value.tolist() for value in values]}")
    return wrong


def close(x, y, rel):
    try:
        x, y = np.broadcast_arrays(x, y)
    except ValueError:
        return False
    return bool(np.all(np.isclose(x, y, rtol=rel, atol=1e-12, equal_nan=True)))
