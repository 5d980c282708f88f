"""Random graphs against an engine that is obviously right: textbook formulas, and a sum over all paths.

A program is a list of operations on earlier results. It knows shared nodes, repeated parents, x - x and
constants; hypothesis draws programs and shrinks those that fail.
"""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_mini as am
from autograd_mini import Value
from autograd_mini.engine.graph import toposort

# The naive engine


@dataclass
class Node:
    """A number, and how it changes with each of the nodes it was made from."""

    number: float
    inputs: tuple = ()  # pairs (partial, node)


def derivative(f, x):
    """∂f/∂x, the sum over all paths from f to x of the products of partials, and the sum of their sizes."""
    if f is x:
        return 1.0, 1.0
    below = [(partial, *derivative(node, x)) for partial, node in f.inputs]
    return sum(p * d for p, d, _ in below), sum(abs(p) * size for p, _, size in below)


TEXTBOOK = {  # value; partials
    "add": lambda x, y: (x + y, 1, 1),
    "sub": lambda x, y: (x - y, 1, -1),
    "mul": lambda x, y: (x * y, y, x),
    "div": lambda x, y: (x / y, 1 / y, -x / y**2),
    "neg": lambda x: (-x, -1),
    "abs": lambda x: (abs(x), math.copysign(1, x) if x else 0),
    "pow": lambda x, y: (x**y, y * x ** (y - 1), math.log(x) * x**y),
    "cube": lambda x: (x**3, 3 * x**2),
    "exp": lambda x: (math.exp(x), math.exp(x)),
    "log": lambda x: (math.log(x), 1 / x),
    "sqrt": lambda x: (math.sqrt(x), 1 / (2 * math.sqrt(x))),
    "sin": lambda x: (math.sin(x), math.cos(x)),
    "cos": lambda x: (math.cos(x), -math.sin(x)),
    "tanh": lambda x: (math.tanh(x), 1 / math.cosh(x) ** 2),
    "sigmoid": lambda x: (1 / (1 + math.exp(-x)), math.exp(-x) / (1 + math.exp(-x)) ** 2),
    "softplus": lambda x: (math.log1p(math.exp(x)), 1 / (1 + math.exp(-x))),
    "relu": lambda x: (max(x, 0), int(x > 0)),
    "maximum": lambda x, y: (max(x, y), int(x >= y), int(x < y)),
    "minimum": lambda x, y: (min(x, y), int(x <= y), int(x > y)),
    "plus three": lambda x: (x + 3, 1),
    "two over": lambda x: (2 / x, -2 / x**2),
    "sum": lambda *xs: (sum(xs), *[1 for _ in xs]),
    "dot": lambda a, b, c, d: (a * c + b * d, c, d, a, b),
    "max": lambda *xs: (max(xs), *[int(i == xs.index(max(xs))) for i in range(len(xs))]),
}
OURS = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "abs": abs,
    "pow": lambda x, y: x**y,
    "cube": lambda x: x**3,
    "plus three": lambda x: x + 3,
    "two over": lambda x: 2 / x,
    "sum": lambda *xs: am.sum(xs),
    "dot": lambda a, b, c, d: am.dot([a, b], [c, d]),
    "max": lambda *xs: am.max(xs),
}  # the others are functions of the package under the same name
ARITIES = {name: rule.__code__.co_argcount or 4 for name, rule in TEXTBOOK.items()}
POSITIVE_ONLY = {"log": 0, "sqrt": 0, "pow": 0}  # which argument has to be
NOT_ZERO = {"div": 1, "two over": 0}
TAME = "tanh"  # taken where an operation would leave the numbers below


def in_reach(name, numbers):
    """Whether the operation is well defined here, with a result that rounding cannot spoil."""
    if name in POSITIVE_ONLY and numbers[POSITIVE_ONLY[name]] < 0.1:
        return False
    if name in NOT_ZERO and abs(numbers[NOT_ZERO[name]]) < 0.1:
        return False
    try:
        return abs(TEXTBOOK[name](*numbers)[0]) < 50
    except OverflowError:
        return False


def run_naive(numbers, operations):
    """The nodes of a program, and the operations really taken, always in reach of floats."""
    nodes, taken = [Node(x) for x in numbers], []
    for wanted, picks in operations:
        inputs = [nodes[pick % len(nodes)] for pick in picks[: ARITIES[wanted]]]
        name = wanted if in_reach(wanted, [node.number for node in inputs]) else TAME
        inputs = inputs[: ARITIES[name]]
        number, *partials = TEXTBOOK[name](*[node.number for node in inputs])
        nodes.append(Node(number, tuple(zip(partials, inputs, strict=True))))
        taken.append((name, picks))
    return nodes, taken


def run(leaves, operations):
    """The same program on Values."""
    nodes = list(leaves)
    for name, picks in operations:
        inputs = [nodes[pick % len(nodes)] for pick in picks[: ARITIES[name]]]
        nodes.append((OURS.get(name) or getattr(am, name))(*inputs))
    return nodes


numbers = st.floats(-3, 3, allow_subnormal=False) | st.sampled_from([0.0, -0.0, 1.0, -2.0])
operation = st.tuples(st.sampled_from(sorted(TEXTBOOK)), st.tuples(*[st.integers(0, 11)] * 4))
inputs = st.lists(numbers, min_size=1, max_size=3)
programs = st.lists(operation, min_size=1, max_size=9)


def named(numbers):
    return [Value(x, label=f"x{i}") for i, x in enumerate(numbers)]


def bits(xs):
    """Floats as text that differs whenever a bit does; None where there is no number yet."""
    return [x if x is None else x.hex() for x in xs]


def known_gradients(nodes):
    return bits([node.known("grad") for node in nodes])


@settings(max_examples=500)
@given(inputs, programs)
def test_numbers_and_gradients_are_those_of_the_naive_engine(numbers, wanted):
    """Every node has the naive engine's number, and every gradient is the sum over all paths."""
    naive, operations = run_naive(numbers, wanted)
    nodes = run(named(numbers), operations)
    nodes[-1].backward()
    for node, twin in zip(nodes, naive, strict=True):
        gradient, size = derivative(naive[-1], twin)

        assert pytest.approx(twin.number, rel=1e-12, abs=1e-12) == node.data
        assert pytest.approx(gradient, rel=1e-12, abs=1e-12 * max(size, 1.0)) == node.grad


@given(inputs, programs)
def test_second_backward_doubles(numbers, wanted):
    """A second backward pass gives exactly twice the gradient of leaves, and the same in between."""
    nodes = run(named(numbers), run_naive(numbers, wanted)[1])
    leaves, between = nodes[: len(numbers)], nodes[len(numbers) :]
    nodes[-1].backward()
    once, inside = [x.grad for x in leaves], known_gradients(between)
    nodes[-1].backward()

    assert bits([2 * gradient for gradient in once]) == bits([x.grad for x in leaves])
    assert inside == known_gradients(between)


@given(inputs, programs)
def test_zero_grad_forgets(numbers, wanted):
    """After zero_grad no node of the graph has a gradient, and backward gives the first one again."""
    nodes = run(named(numbers), run_naive(numbers, wanted)[1])
    nodes[-1].backward()
    first = known_gradients(nodes)
    nodes[-1].zero_grad()

    assert [None] * len(nodes) == known_gradients(nodes)
    nodes[-1].backward()
    assert first == known_gradients(nodes)


@given(inputs, st.lists(numbers, min_size=3, max_size=3), programs)
def test_forward_is_the_same_as_building_anew(numbers, others, wanted):
    """forward() with new numbers gives, to the last bit, what the program built with them gives."""
    operations = run_naive(numbers, wanted)[1]
    nodes = run(named(numbers), operations)
    nodes[-1].backward()
    nodes[-1].zero_grad()
    used_nodes = set(toposort(nodes[-1]))
    kept = [node for node in nodes if node in used_nodes]
    anew = run(named(others[: len(numbers)]), operations)
    twins = [twin for node, twin in zip(nodes, anew, strict=True) if node in used_nodes]
    used = {x.label: new.data for x, new in zip(nodes, anew, strict=True) if x.label and x in used_nodes}
    nodes[-1].forward(**used)
    nodes[-1].backward()
    anew[-1].backward()

    assert bits([twin.data for twin in twins]) == bits([node.data for node in kept])
    assert known_gradients(twins) == known_gradients(kept)


@given(inputs, programs)
def test_lazy_is_the_same_as_eager(numbers, wanted):
    """A graph built before its variables have numbers gives, to the last bit, what an eager one gives."""
    operations = run_naive(numbers, wanted)[1]
    eager = run(named(numbers), operations)
    lazy = run([Value(label=x.label) for x in eager[: len(numbers)]], operations)
    used = set(toposort(lazy[-1]))
    lazy[-1].forward(**{x.label: x0.data for x, x0 in zip(lazy, eager, strict=True) if x.label and x in used})
    lazy[-1].backward()
    eager[-1].backward()

    pairs = [(node, twin) for node, twin in zip(lazy, eager, strict=True) if node in used]
    assert bits([twin.data for _, twin in pairs]) == bits([node.data for node, _ in pairs])
    assert known_gradients([twin for _, twin in pairs]) == known_gradients([node for node, _ in pairs])


@pytest.mark.parametrize(
    ("operations", "gradient"),
    [
        ([("mul", (0, 0))], 6.0),  # x·x
        ([("sub", (0, 0))], 0.0),  # x - x
        ([("div", (0, 0))], 0.0),
        ([("max", (0, 0, 0, 0))], 1.0),
        ([("dot", (0, 0, 0, 0))], 12.0),
        ([("mul", (0, 0)), ("mul", (1, 1)), ("mul", (2, 2))], 8 * 3.0**7),
    ],
)
def test_repeated_parents(operations, gradient):
    """A node that is several inputs of one operation gets the gradient of each place."""
    x = Value(3.0)
    run([x], operations)[-1].backward()

    assert gradient == x.grad
