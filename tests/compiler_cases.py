"""What the tests of compiled functions compare with: the same function on Values, one example after the other."""

import random
import struct

import numpy as np

import autograd_mini as am
from autograd_mini import Value, mean, where
from autograd_mini.derivatives.pytree import flatten

SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    float("nan"),
    float("inf"),
    -float("inf"),
    5e-324,
    -1e-310,
    2.5,
    -3.0,
    0.5,
    1e200,
]


def bits(x):
    """The floats of a structure as text that differs whenever a bit does; nan is nan."""
    if isinstance(x, np.ndarray):
        return [x.shape, bits(x.ravel().tolist())]
    return [float(y.data if isinstance(y, Value) else y).hex() for y in flatten(x)[0]]


def ulps(x, y):
    """How many floats lie between two."""
    a, b = (struct.unpack("<q", struct.pack("<d", z))[0] for z in (x, y))
    return abs((a if a >= 0 else -(1 << 63) - a) - (b if b >= 0 else -(1 << 63) - b))


def eager(function, rows):
    """The numbers that a function gives for each row, a list of arguments: one list for each number."""
    results = [[float(y) for y in flatten(function(*row))[0]] for row in rows]
    return [list(column) for column in zip(*results, strict=True)]


def columns(rows):
    """The arguments of a batch."""
    return [np.array(column) for column in zip(*rows, strict=True)]


def numbers(result):
    """The numbers of a compiled result: one list of examples for each number."""
    return [column for array in _arrays(result) for column in array.reshape(len(array), -1).T.tolist()]


def _arrays(result):
    if isinstance(result, np.ndarray):
        return [result]
    parts = result.values() if isinstance(result, dict) else result
    return [array for part in parts for array in _arrays(part)]


def swept(function, rows, parameters):
    """The mean of a function over the rows, and what its backward() leaves in each parameter."""
    for p in parameters:
        p.grad = None
    total = mean([function(*map(Value, row)) for row in rows])
    total.backward()
    return total.data, [p.grad for p in parameters]


def swept_at_once(compiled, rows, parameters):
    """The same by a compiled function."""
    for p in parameters:
        p.grad = None
    return compiled.backward(*columns(rows)), [p.grad for p in parameters]


# Random programs with branches

UNARY = [
    "exp",
    "log",
    "tanh",
    "sin",
    "sqrt",
    "relu",
    "abs",
    "neg",
    "sigmoid",
    "softplus",
    "floor",
    "sign",
    "gelu",
    "cube",
]
BINARY = ["add", "sub", "mul", "div", "maximum", "minimum", "hypot", "arctan2", "mod", "pow"]
MANY = ["sum", "dot", "max", "min", "prod", "norm"]
OURS = {
    "abs": abs,
    "neg": lambda x: -x,
    "cube": lambda x: x**3,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "sum": lambda *xs: am.sum(xs),
    "dot": lambda *xs: am.dot(xs[:2], xs[2:]),
    "max": lambda *xs: am.max(xs),
    "min": lambda *xs: am.min(xs),
    "prod": lambda *xs: am.prod(xs),
    "norm": lambda *xs: am.norm(xs),
}


def operation(name):
    return OURS.get(name) or getattr(am, name)


def by_if(a, b, c, d):
    return a * c if a < b else c - d


def by_chain(a, b, c, d):
    return c if a < b < c or not d > 0 else b * d


def by_while(a, b, c, d):
    k = 0
    while abs(a) > 1 and k < 3:
        a, k = a * 0.5 + b * 0.1, k + 1
    return a


def by_python(a, b, c, d):
    return max(a, b) + min(c, d) * 2


def by_order(a, b, c, d):
    first, *_, last = sorted([a, b, c, d])
    return first + 3 * last


def by_truth(a, b, c, d):
    return (a and b) + (c or d)


def by_where(a, b, c, d):
    return where((a > b) & (c != d), a * c, where(d == 0, b, d))


def by_equality(a, b, c, d):
    return a + 1 if a == b or b in (c, 1.0) else d


def by_loop(a, b, c, d):
    total = 0.0
    for x in (a, b, c, d):
        if x <= 0:
            continue
        total = total + x
    return total


BRANCHES = [by_if, by_chain, by_while, by_python, by_order, by_truth, by_where, by_equality, by_loop]


class Program:
    """A random function of two numbers and three parameters, with branches, and rows to give it."""

    def __init__(self, seed):
        draw = self.draw = random.Random(seed)
        self.parameters = [
            Value(x, f"p{i}") for i, x in enumerate(draw.choices([*SPECIAL, 0.3, -0.7, 1.7], k=3))
        ]
        self.steps = []
        for _ in range(draw.randint(2, 7)):
            kind = draw.choice(["unary", "binary", "binary", "many", "branch", "branch"])
            table = {"unary": UNARY, "binary": BINARY, "many": MANY, "branch": BRANCHES}[kind]
            self.steps.append((draw.choice(table), [draw.randrange(100) for _ in range(4)]))

    def __call__(self, x, y):
        nodes = [x, y, *self.parameters]
        for what, picks in self.steps:
            inputs = [nodes[pick % len(nodes)] for pick in picks]
            if callable(what):
                nodes.append(what(*inputs))
            else:
                inputs = inputs[: 1 if what in UNARY else 2 if what in BINARY else 4]
                nodes.append(operation(what)(*inputs))
        return nodes[-1] + 0 * nodes[-2]

    def rows(self, count):
        draw = self.draw
        anything = lambda: draw.choice([draw.uniform(-3, 3), draw.uniform(-3, 3), draw.choice(SPECIAL)])
        return [[anything(), anything()] for _ in range(count)]
