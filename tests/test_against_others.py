"""Torch and JAX, where they are installed: each primitive and 500 random graphs, first and second order.

Both read the forward rules of the table in their own arithmetic and differentiate them their own way, in
float64. Without them the rules are proved by computer algebra and HIPS autograd, in test_rules.py.
"""

import itertools
import math
import random

import numpy as np
import pytest
from rule_cases import POWERS, TABLE, every_slope, has_slope, points

from autograd_mini import grad, hessian, hvp
from autograd_mini.engine import operations
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.rule import RULES

GRAPHS = 500


class Library(Arithmetic):
    """The arithmetic of a library. A function that is not listed is the library's of that name."""

    pi = math.pi

    def __init__(self, library):
        self.library = library

    def div(self, x, y):
        return x / y

    def pow(self, x, y):
        # With a float for an exponent JAX takes a logarithm, whose second derivative is nan at x = 0.
        return self.number(x) ** (int(y) if isinstance(y, float) and y.is_integer() else y)

    def where(self, condition, x, y):
        return self.library.where(condition, self.number(x), self.number(y))

    def guard(self, condition, safe, plain):
        return plain

    def maximum(self, x, y):
        return self.library.maximum(self.number(x), self.number(y))

    def minimum(self, x, y):
        return self.library.minimum(self.number(x), self.number(y))

    def sum(self, xs):
        return self.library.stack([*map(self.number, xs)]).sum()

    def dot(self, xs, ys):
        return self.library.dot(self.library.stack([*xs]), self.library.stack([*ys]))

    def floor_divide(self, x, y):
        return self.floor(x / y)

    def mod(self, x, y):
        return x - y * self.floor(x / y)

    def __getattr__(self, name):
        if name in self.definitions:
            return super().__getattr__(name)
        function = getattr(self.library, name)
        return lambda *xs: function(*map(self.number, xs))


class Torch:
    """Value, gradient and Hessian by torch."""

    def __init__(self):
        self.torch = pytest.importorskip("torch", reason="torch is not installed; nothing else needs it")

        class TorchArithmetic(Library):
            number = staticmethod(lambda x: self.torch.as_tensor(x, dtype=self.torch.float64))

            def where(self, condition, x, y):  # torch wants a condition that is a bool
                return super().where(self.number(condition) != 0, x, y)

        self.xp = TorchArithmetic(self.torch)

    def derivatives(self, f, point):
        def scalar(xs):  # a constant function has to hang on the input for torch
            return self.xp.number(f(self.xp, list(xs.unbind()))) + 0.0 * xs.sum()

        xs = self.torch.tensor(point, dtype=self.torch.float64, requires_grad=True)
        value = scalar(xs)
        (gradient,) = self.torch.autograd.grad(value, xs)
        return value.item(), gradient.tolist(), self.torch.autograd.functional.hessian(scalar, xs).tolist()


def jax_in_float64(jax):
    """A context in which JAX computes in float64, whichever module its release keeps that in."""
    return (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True)


class Jax:
    """Value, gradient and Hessian by JAX."""

    def __init__(self):
        self.jax = pytest.importorskip("jax", reason="needs the extra `jax`")

        from jax.scipy import special

        class JaxArithmetic(Library):
            number = staticmethod(lambda x: x)
            erf, erfc = map(staticmethod, (special.erf, special.erfc))

        self.xp = JaxArithmetic(self.jax.numpy)

    def derivatives(self, f, point):
        with jax_in_float64(self.jax):

            def scalar(xs):
                return 1.0 * f(self.xp, list(xs)) + 0.0 * xs.sum()

            xs = self.jax.numpy.array(point)
            value, gradient = self.jax.value_and_grad(scalar)(xs)
            return float(value), gradient.tolist(), self.jax.hessian(scalar)(xs).tolist()


@pytest.fixture(scope="module", params=[Torch, pytest.param(Jax, marks=pytest.mark.slow)])
def other(request):
    """One of the other systems; JAX compiles each case, which takes its time."""
    return request.param()


def ours(f, point):
    def scalar(xs):
        return f(operations.values, xs)

    return scalar(point), grad(scalar)(point), hessian(scalar)(point)


def assert_same(theirs, mine, size=1.0):
    """1e-12 relative to the largest number at work, since entries that cancel show its last bits."""
    for their, my in zip(theirs, mine, strict=True):
        largest = max(size, float(np.max(np.abs(their), initial=0.0)))
        np.testing.assert_allclose(my, their, rtol=1e-12, atol=1e-12 * largest)


@every_slope
def test_every_rule(other, rule, arity):
    """Value, gradient and Hessian of each primitive at several points of its domain."""

    def f(xp, xs):
        return operations.call(rule, xs) if xp is operations.values else rule.forward(xp, *xs)

    for point in points(rule, arity, count=3, margin=0.1):
        assert_same(other.derivatives(f, point), ours(f, point))


# Random graphs


OPERATIONS = [(rule, arity) for rule, arity in TABLE if has_slope(rule)] + POWERS[:3]
LARGEST = 20.0  # of any number in a graph: beyond it rounding errors would be compared


def random_graph(number):
    """A program of up to ten operations on earlier results, and a point where all of it is smooth."""
    rng = random.Random(number)
    point = [rng.uniform(-2, 2) for _ in range(rng.randint(1, 4))]
    results, program = list(point), []
    for _ in range(rng.randint(3, 10)):
        for _ in range(50):
            rule, arity = rng.choice(OPERATIONS)
            places = [
                len(results) - 1 - min(int(rng.expovariate(0.5)), len(results) - 1) for _ in range(arity)
            ]
            inputs = [results[place] for place in places]
            if in_reach(rule, inputs):
                program.append((rule, places))
                results.append(rule.forward(floats, *inputs))
                break
    return program, point


def in_reach(rule, inputs):
    """Whether the operation is well inside its domain here, away from kinks, and of moderate size."""
    if rule.domain is not None and not rule.domain(floats, *inputs) > 0.2:
        return False
    if rule.kinks is not None and any(abs(term) < 0.05 for term in rule.kinks(floats, *inputs)):
        return False
    z = rule.forward(floats, *inputs)
    return abs(z) < LARGEST and all(abs(d) < LARGEST for d in rule.partials(floats, z, *inputs))


def run(program):
    """The program as a function of an arithmetic and a list of numbers; its result sums all ends."""

    def f(xp, xs):
        results = list(xs)
        for rule, places in program:
            inputs = [results[place] for place in places]
            own = xp is operations.values
            results.append(operations.call(rule, inputs) if own else rule.forward(xp, *inputs))
        used = set(itertools.chain.from_iterable(places for _, places in program))
        ends = [result for i, result in enumerate(results) if i not in used]
        return sum(ends[1:], ends[0])

    return f


def compare(other, number):
    program, point = random_graph(number)
    f = run(program)
    theirs, mine = other.derivatives(f, point), ours(f, point)
    size = max(1.0, float(np.max(np.abs(theirs[2]), initial=0.0)))

    assert all(math.isfinite(x) for x in theirs[1])
    assert_same(theirs, mine, size)
    direction = [math.cos(number + i) for i in range(len(point))]
    product = hvp(lambda xs: f(operations.values, xs), point, direction)
    np.testing.assert_allclose(product, np.array(theirs[2]) @ direction, rtol=1e-12, atol=1e-12 * size)


@pytest.mark.parametrize("number", range(10))
def test_random_graphs(other, number):
    """Value, gradient, Hessian and its product with a direction, of the first ten graphs."""
    compare(other, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(10, GRAPHS))
def test_many_random_graphs(other, number):
    """The same of all others."""
    compare(other, number)


def test_random_graphs_are_worth_comparing():
    """The graphs reach every primitive, share nodes, repeat parents, and depend on their inputs."""
    graphs = [random_graph(number) for number in range(GRAPHS)]
    steps = [(rule.name, places) for program, _ in graphs for rule, places in program]
    moving = [any(ours(run(program), point)[1]) for program, point in graphs]

    assert {name for name, _ in steps} == {
        *(rule.name for rule in RULES.values() if has_slope(rule)),
        "power",
    }
    assert sum(len(set(places)) < len(places) for _, places in steps) > GRAPHS / 2
    assert sum(moving) > 0.95 * GRAPHS
    assert sum(len(program) >= 5 for program, _ in graphs) > GRAPHS / 2
