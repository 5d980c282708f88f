"""A compiled function is the function: values, gradients, Hessians and directions, to the last bit if exact."""

import itertools
import random

import pytest
from compiler_cases import SPECIAL, Program, bits, columns, eager, numbers, swept, swept_at_once
from rule_cases import every_rule

from autograd_mini import Value, compile, grad, hessian, jvp, value_and_grad
from autograd_mini.engine.operations import call


def points(rule, arity):
    """Rows of numbers: all pairs of special ones, some rows of more, ties among them."""
    if arity <= 2:
        return [list(row) for row in itertools.product(SPECIAL, repeat=arity)]
    draw = random.Random(f"{rule.name} {arity}")
    ties = [[x] * arity for x in SPECIAL]
    return ties + [[draw.choice([*SPECIAL, draw.uniform(-3, 3)]) for _ in range(arity)] for _ in range(60)]


@every_rule
def test_values_of_rules(rule, arity):
    """The value of every primitive is the engine's to the last bit."""
    rows = points(rule, arity)
    f = lambda *xs: call(rule, xs)

    assert bits(eager(f, rows)[0]) == bits(compile(f, exact=True)(*columns(rows)).tolist())


@every_rule
def test_gradients_of_rules(rule, arity):
    """backward() leaves what the engine leaves, for numbers of parameters that change from call to call."""
    parameters = [Value(1.0) for _ in range(arity)]
    compiled = compile(lambda: call(rule, parameters), exact=True)
    wrong = []
    for point in points(rule, arity):
        for p, x in zip(parameters, point, strict=True):
            p.data, p.grad = x, None
        call(rule, parameters).backward()
        expected = [p.grad for p in parameters]
        for p in parameters:
            p.grad = None
        compiled.backward()
        if bits(expected) != bits(actual := [p.grad for p in parameters]):
            wrong.append((point, expected, actual))

    assert [] == wrong


@every_rule
@pytest.mark.parametrize("transform", [
    lambda f, n: value_and_grad(f, argnums=tuple(range(n))),
    lambda f, n: lambda *xs: jvp(f, xs, tuple([1.0, 0.5, -2.0, 0.25][:n])),
    lambda f, n: lambda *xs: hessian(lambda v: f(*v))([*xs]),
], ids=["grad", "jvp", "hessian"])  # fmt: skip
def test_transforms_of_rules(rule, arity, transform):
    """Derivatives of the first and second order, compiled, are those of the transforms to the last bit."""
    rows = points(rule, arity)
    if arity > 1:
        rows = random.Random(0).sample(rows, 40)
    f = transform(lambda *xs: call(rule, xs), arity)
    wrong = [
        (row, a, b)
        for row, a, b in zip(
            rows,
            zip(*eager(f, rows), strict=True),
            zip(*numbers(compile(f, exact=True)(*columns(rows))), strict=True),
            strict=True,
        )
        if bits(list(a)) != bits(list(b))
    ]

    assert [] == wrong


def check_program(seed):
    program = Program(seed)
    rows = program.rows(6)
    for exact in (True,):
        compiled = compile(program, exact=exact)
        of_values = lambda x, y: program(Value(x), Value(y)).data
        assert bits(eager(of_values, rows)) == bits([compiled(*columns(rows)).tolist()])
        assert bits(swept(program, rows, program.parameters)) == bits(
            swept_at_once(compiled, rows, program.parameters)
        )
    for f in (
        grad(program, argnums=(0, 1)),
        lambda x, y: jvp(program, (x, y), (1.0, -0.5)),
        lambda x, y: hessian(lambda v: program(*v))([x, y]),
    ):
        plain = lambda *row: [x.data if isinstance(x, Value) else x for x in flat(f(*row))]
        assert bits(eager(plain, rows)) == bits(numbers(compile(f, exact=True)(*columns(rows))))


def flat(x):
    return [z for y in x for z in flat(y)] if isinstance(x, list | tuple) else [x]


@pytest.mark.parametrize("seed", range(40))
def test_programs(seed):
    """Programs with branches give the engine's numbers to the last bit, gradients and Hessians too."""
    check_program(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 540))
def test_many_programs(seed):
    """The same for five hundred more."""
    check_program(seed)
