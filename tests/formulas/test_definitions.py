"""Lines of a graph: what is recognised, what it is called, and that every line and its derivative is true.

The oracle of a line is the scalar graph itself: both sides are computed with NumPy, and the derivatives by the engine.
"""

from __future__ import annotations

import math
from functools import reduce
from operator import mul

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import Value, exp, functions, log, log_softmax, logsumexp, parse, sigmoid, softmax, tanh
from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.formulas.definitions import Line, lines_of
from autograd_mini.formulas.terms import symbol
from autograd_mini.formulas.text import text


class Numeric(Arithmetic):
    """NumPy arrays with the operations of lines."""

    pi = np.pi
    div = staticmethod(lambda x, y: x / y)
    equal = staticmethod(lambda x, y: x == y)
    where = staticmethod(np.where)
    guard = staticmethod(lambda *condition_safe_plain: condition_safe_plain[-1])
    matmul = inner = staticmethod(lambda x, y: x @ y)
    outer = staticmethod(np.outer)
    transpose = staticmethod(np.transpose)
    total = staticmethod(np.sum)
    mean = staticmethod(np.mean)
    sum_rows = staticmethod(lambda x: x.sum(axis=0))
    sum_cols = staticmethod(lambda x: x.sum(axis=1))
    length = staticmethod(np.linalg.norm)
    length1 = staticmethod(lambda x: np.abs(x).sum())
    largest = staticmethod(np.max)
    smallest = staticmethod(np.min)
    ones = staticmethod(np.ones)

    def __getattr__(self, name):
        return getattr(np, name) if hasattr(np, name) and name != "sign" else super().__getattr__(name)

    @staticmethod
    def pow(x, y):
        return np.float_power(x, y)

    @staticmethod
    def sum(xs):
        return reduce(lambda x, y: x + y, xs)

    @staticmethod
    def dot(xs, ys):
        return reduce(lambda x, y: x + y, map(mul, xs, ys))

    @staticmethod
    def softmax(x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def log_softmax(self, x):
        return np.log(self.softmax(x))

    @staticmethod
    def logsumexp(x):
        return np.log(np.exp(x).sum())

    @staticmethod
    def entry(x, index):
        return x[tuple(i - 1 for i in index)]

    @staticmethod
    def unit(index, shape):
        result = np.zeros(shape)
        result[tuple(i - 1 for i in index)] = 1.0
        return result

    @staticmethod
    def stack(entries, shape):
        return np.reshape(entries, shape)

    @staticmethod
    def numbers(nodes):
        return np.array([[x.data for x in each] if isinstance(each, tuple) else each.data for each in nodes])


numeric = Numeric()


def array(name, shape):
    """A nested list of Values with labels."""
    rng = np.random.default_rng(len(name) + sum(shape) + ord(name[0]))
    numbers = rng.uniform(0.3, 1.7, shape)
    if len(shape) == 1:
        return [Value(x, f"{name}[{i}]") for i, x in enumerate(numbers, 1)]
    return [[Value(x, f"{name}[{i},{j}]") for j, x in enumerate(row, 1)] for i, row in enumerate(numbers, 1)]


def called(name, nodes):
    """The nodes, with labels."""
    if isinstance(nodes, Value):
        nodes.label = name
        return nodes
    for i, row in enumerate(nodes, 1):
        for j, node in enumerate(row, 1) if isinstance(row, list) else [(0, row)]:
            node.label = f"{name}[{i},{j}]" if j else f"{name}[{i}]"
    return nodes


def product(W, x):
    return [functions.dot(row, x) for row in W]


def plus(xs, ys):
    return [x + y for x, y in zip(xs, ys, strict=True)]


def written(line, xp=text):
    """The right side of a line."""
    return str(line.rule.forward(xp, *[xp.symbol(x.label) for x in line.parents]))


def derivatives(line):
    """What flows back to each of its inputs, as text; g is what flows into the line."""
    inputs = [symbol(x.label, x.shape) for x in line.parents]
    flows = line.local(inputs, symbol(line.label, line.shape), symbol("g", line.shape))
    return {
        x.label: str(text.formula(flow.read(text, text.symbol)))
        for x, flow in zip(line.parents, flows, strict=True)
    }


def of(*roots, opened=()):
    return {line.label: line for line in lines_of(roots, opened)}


def flat(x):
    return np.asarray(x, float).ravel()


def check(roots, opened=()):
    """Every line of a graph computed by itself, and what flows back through it beside the engine's gradients."""
    rng = np.random.default_rng(1)
    for line in lines_of(roots, opened):
        if line.rule is None:
            continue
        inputs = [np.asarray(x.data) for x in line.parents]
        value = line.rule.forward(numeric, *inputs)
        np.testing.assert_allclose(flat(value), flat(line.data), rtol=1e-12, atol=1e-12)
        seed = rng.uniform(-1, 1, line.shape)
        keys = [symbol(i, x.shape) for i, x in enumerate(line.parents)]
        flows = line.local(keys, symbol("z", line.shape), symbol("g", line.shape))
        numbers = {**dict(enumerate(inputs)), "z": np.asarray(line.data), "g": seed}
        numbers |= {x.label.partition("[")[0]: stacked(line, x.label) for x in line.parents}
        expected = {entry: 0.0 for x in line.parents for entry in x.unit.entries}
        for entry, weight in zip(line.unit.entries, flat(seed), strict=True):
            below(entry, expected, weight)
        for x, flow in zip(line.parents, flows, strict=True):
            found = np.broadcast_to(flow.read(numeric, numbers.__getitem__), x.shape)
            np.testing.assert_allclose(
                flat(found), [expected[e] for e in x.unit.entries], rtol=1e-9, atol=1e-12, err_msg=line.label
            )


def stacked(line, label):
    """The numbers of an array that is shown entry by entry."""
    name = label.partition("[")[0]
    same = {x.label: x.data for x in line.parents if x.label.startswith(name + "[") and not x.shape}
    places = [tuple(map(int, label.partition("[")[2][:-1].split(","))) for label in same]
    shape = tuple(map(max, zip(*places, strict=True))) if same else ()
    return np.reshape([*same.values()], shape) if same and len(same) == np.prod(shape) else None


def below(entry, expected, weight):
    """Add the derivative of a node by the inputs of its line, along all paths that stay inside it."""
    todo = [(parent, partial * weight) for parent, partial in zip(entry.parents, entry.partials, strict=True)]
    while todo:
        node, flow = todo.pop()
        if node in expected:
            expected[node] += flow
        else:
            todo += [(x, flow * partial) for x, partial in zip(node.parents, node.partials, strict=True)]


def network():
    """a = W x + b, h = tanh(a), o = V h + c, p = softmax(o), loss = -log(p[2])."""
    W, x, b, V, c = (
        array("W", (2, 2)),
        array("x", (2,)),
        array("b", (2,)),
        array("V", (3, 2)),
        array("c", (3,)),
    )
    a = called("a", plus(product(W, x), b))
    h = called("h", [tanh(t) for t in a])
    o = called("o", plus(product(V, h), c))
    p = called("p", softmax(o))
    return called("loss", -log(p[1]))


def batch():
    """A = X Wᵀ + b, H = tanh(A), P = softmax of the rows, l = -sum of the columns of Y log P, L = mean(l)."""
    W, X, b, Y = array("W", (2, 3)), array("X", (4, 3)), array("b", (2,)), array("Y", (4, 2))
    A = called("A", [plus(product(W, row), b) for row in X])
    H = called("H", [[tanh(t) for t in row] for row in A])
    P = called("P", [softmax(row) for row in H])
    losses = [
        -functions.sum([y * log(p) for y, p in zip(*rows, strict=True)]) for rows in zip(Y, P, strict=True)
    ]
    return called("L", functions.mean(called("l", losses)))


def test_lines_of_a_network():
    lines = of(network())
    assert {name: written(line) for name, line in lines.items() if line.rule} == {
        "a": "W x + b",
        "h": "tanh(a)",
        "o": "V h + c",
        "p": "softmax(o)",
        "loss": "−log(p[2])",
    }
    assert derivatives(lines["a"]) == {"W": "g xᵀ", "x": "Wᵀ g", "b": "g"}
    assert derivatives(lines["h"]) == {"a": "g ⊙ (1 − h^2)"}
    assert derivatives(lines["p"]) == {"o": "p ⊙ (g − g · p)"}
    assert lines["p"].shape == (3,)  # also those entries that the loss does not take


def test_lines_of_a_batch():
    lines = of(batch())
    assert {name: written(line) for name, line in lines.items() if line.rule} == {
        "A": "X Wᵀ + b",
        "H": "tanh(A)",
        "P": "softmax(H)",
        "l": "−sum_cols(Y ⊙ log(P))",
        "L": "mean(l)",
    }
    assert derivatives(lines["A"]) == {"X": "g W", "W": "gᵀ X", "b": "sum_rows(g)"}
    assert derivatives(lines["L"]) == {"l": "g / 4"}


@pytest.mark.parametrize("opened", [(), ("h",), ("a", "h"), ("p",), ("loss",), ("a", "h", "o", "p", "loss")])
def test_every_line_of_a_network_is_true(opened):
    check([network()], opened)


def test_every_line_of_a_batch_is_true():
    check([batch()])
    check([batch()], ["P"])


W, V, x, y, b = array("W", (2, 3)), array("V", (3, 2)), array("x", (3,)), array("y", (3,)), array("b", (2,))


@pytest.mark.parametrize(
    ("make", "right", "flows"),
    [
        (lambda: functions.sum(x), "sum(x)", {"x": "g"}),
        (lambda: functions.mean(x), "mean(x)", {"x": "g / 3"}),
        (lambda: functions.norm(x), "‖x‖", {"x": "g x / z"}),
        (lambda: functions.norm(x) ** 2, "‖x‖^2", {"x": "2 g x"}),
        (lambda: functions.sum([abs(t) for t in x]), "‖x‖₁", {"x": "g sign(x)"}),
        (lambda: functions.max(x), "max(x)", {"x": "g (1 if x = z else 0)"}),
        (lambda: functions.dot(x, y), "x · y", {"x": "g y", "y": "g x"}),
        (lambda: logsumexp(x), "logsumexp(x)", {"x": "g softmax(x)"}),
        (lambda: log_softmax(x)[1], "log_softmax(x)[2]", None),
        (lambda: log_softmax(x), "log_softmax(x)", {"x": "g − sum(g) softmax(x)"}),
        (lambda: functions.surprisal(x, 0), "logsumexp(x) − x[1]", {"x": "−g onehot(1) + g softmax(x)"}),
        (lambda: functions.sum([t for row in W for t in row]), "sum(W)", {"W": "g"}),
        (lambda: [functions.sum(row) for row in W], "sum_cols(W)", {"W": "g · 1ᵀ"}),
        (lambda: [functions.sum(column) for column in zip(*W, strict=True)], "sum_rows(W)", {"W": "g"}),
        (lambda: [[s * t for t in x] for s in b], "b xᵀ", {"b": "g x", "x": "gᵀ b"}),
        (lambda: [functions.dot(b, column) for column in zip(*W, strict=True)], "b W", {"b": "W g", "W": "b gᵀ"}),
        (
            lambda: [[functions.dot(row, column) for column in zip(*V, strict=True)] for row in W],
            "W V",
            {"W": "g Vᵀ", "V": "Wᵀ g"},
        ),
        (lambda: [(s - t) ** 2 / 2 for s, t in zip(x, y, strict=True)], "(x − y)^2 / 2", {"x": "g ⊙ (x − y)", "y": "−g ⊙ (x − y)"}),
        (lambda: [2 * s * t for s, t in zip(x, y, strict=True)], "(2 x) ⊙ y", {"x": "2 (g ⊙ y)", "y": "2 (g ⊙ x)"}),
        (lambda: [t + b[0] for t in x], "x + b[1]", {"x": "g", "b[1]": "sum(g)"}),
        (lambda: functions.dot(W[1], x), "W[2] · x", {"W[2]": "g x", "x": "g W[2]"}),
        (lambda: [t * t for t in x], "x ⊙ x", {"x": "2 (g ⊙ x)"}),
        (lambda: [sigmoid(t) for t in W[0]], "sigmoid(W[1])", None),
        (lambda: x[0] * x[1] + functions.sin(x[2]), "x[1] × x[2] + sin(x[3])", None),
    ],
)  # fmt: skip
def test_what_is_recognised(make, right, flows):
    line = lines_of(roots := np.ravel(np.array(called("z", make()), dtype=object)).tolist())[-1]
    assert (line.label, written(line)) == ("z", right)
    if flows is not None:
        assert derivatives(line) == flows
    check(roots)


def test_a_line_alone_speaks_of_its_own_name():
    w, x, b = (Value(0.5, name) for name in "wxb")
    lines = of(called("f", called("h", sigmoid(w * x + b)) ** 2 / 2))
    assert derivatives(lines["h"]) == {"w": "g h (1 − h) x", "x": "g h (1 − h) w", "b": "g h (1 − h)"}
    assert derivatives(lines["f"]) == {"h": "g h"}


def test_entries_that_need_one_another_are_lines_of_their_own():
    h = [Value(0.5, "h[1]")]
    for i in range(2, 5):
        h.append(called(f"h[{i}]", tanh(h[-1] * 0.5)))
    assert [line.label for line in lines_of([h[-1]])] == ["h[1]", "h[2]", "h[3]", "h[4]"]
    check([h[-1]])


def test_entries_that_have_little_in_common_are_lines_of_their_own():
    x = array("x", (2,))
    f = called("f", [x[0] * x[1], exp(x[0])])
    assert [line.label for line in lines_of(f)] == ["x", "f[1]", "f[2]"]
    check(f)


def test_what_several_lines_take_is_a_line():
    u, v = Value(2.0, "u"), Value(3.0, "v")
    shared = u * v
    f = called("a", shared + 1) * called("b", exp(shared))
    assert [(line.label, written(line)) for line in lines_of([f])[2:]] == [
        ("t1", "u × v"),
        ("a", "t1 + 1"),
        ("b", "exp(t1)"),
        ("f", "a × b"),
    ]


@pytest.mark.parametrize("deep", [100, 20_000])
def test_long_graphs_without_names_are_cut_into_lines(deep):
    x = Value(0.5, "x")
    f = x
    for _ in range(deep):
        f = f * 0.5 + x
    lines = lines_of([f])
    assert max(len(written(line)) for line in lines if line.rule) < 400
    assert len(lines) >= deep // 20
    shared = x
    for _ in range(60):  # written out it would have 2^60 factors
        shared = shared * shared
    assert len(lines_of([shared])) > 10


def test_unbound_lines_have_no_numbers():
    lines = lines_of([parse("h = tanh(w*x); f = h*h", w=2)])
    assert [line.known("data") for line in lines] == [2.0, None, None, None]


def test_opening_what_is_no_definition():
    with pytest.raises(ValueError, match=r"no definition is called 'q'; this graph has: a, h, o, p, loss"):
        lines_of([network()], ["q"])


operations = st.sampled_from(["+", "-", "*", "/", "tanh", "exp", "sigmoid", "square", "half", "neg", "log"])


@given(
    st.lists(
        st.tuples(operations, st.integers(0, 20), st.integers(0, 20), st.booleans()), min_size=1, max_size=14
    )
)
@settings(max_examples=60)
def test_random_graphs(steps):
    nodes = [Value(0.7, "u"), Value(1.3, "v"), Value(0.4, "w")]
    for k, (name, i, j, is_named) in enumerate(steps):
        s, t = nodes[i % len(nodes)], nodes[j % len(nodes)]
        made = {
            "+": lambda s, t: s + t,
            "-": lambda s, t: s - 2 * t,
            "*": lambda s, t: s * t,
            "/": lambda s, t: s / (t * t + 1),
            "tanh": lambda s, _: tanh(s),
            "exp": lambda s, _: exp(-s * s),
            "sigmoid": lambda s, _: sigmoid(s),
            "square": lambda s, _: s**2,
            "half": lambda s, _: s / 2,
            "neg": lambda s, _: -s,
            "log": lambda s, _: log(s * s + 1),
        }[name](s, t)
        if is_named:
            made.label = f"n{k}"
        nodes.append(made)
    assert math.isfinite(nodes[-1].data)
    check([nodes[-1]])
    assert all(isinstance(line, Line) for line in lines_of([nodes[-1]]))
