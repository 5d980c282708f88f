"""A compiled function is the function: values, gradients, Hessians and directions, to the last bit if exact."""

import itertools
import random
import sys
import threading
import tracemalloc

import pytest
from compiler_cases import SPECIAL, Program, bits, columns, eager, numbers, swept, swept_at_once
from hypothesis import given, settings
from rule_cases import every_rule
from test_random_graphs import derivative, inputs, programs, run, run_naive

from autograd_mini import (
    Value,
    clip,
    compile,
    custom_gradient,
    detect_anomaly,
    dot,
    exp,
    grad,
    hessian,
    jvp,
    log,
    mean,
    no_grad,
    opaque,
    parse,
    primitive,
    relu,
    sqrt,
    stop_gradient,
    tanh,
    value_and_grad,
    where,
)
from autograd_mini.engine.operations import call
from autograd_mini.errors import CompileError, MissingExtraError, UnboundError
from autograd_mini.functions import as_function
from autograd_mini.nn import MLP
from autograd_mini.optim import SGD


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
    compiled, parameters = compile(program, exact=True), program.parameters
    plain = lambda x, y: program(Value(x), Value(y)).data

    assert bits(eager(plain, rows)) == bits(numbers(compiled(*columns(rows))))
    assert bits(swept(program, rows, parameters)) == bits(swept_at_once(compiled, rows, parameters))
    fast = swept_at_once(compile(program), rows, parameters)
    assert within(swept_at_once(compiled, rows, parameters)) == fast
    assert within(numbers(compiled(*columns(rows)))) == numbers(compile(program)(*columns(rows)))
    for f in (
        grad(program, argnums=(0, 1)),
        lambda x, y: jvp(program, (x, y), (1.0, -0.5)),
        lambda x, y: hessian(lambda v: program(*v))([x, y]),
    ):
        plain = lambda *row, f=f: [x.data if isinstance(x, Value) else x for x in flat(f(*row))]
        assert bits(eager(plain, rows)) == bits(numbers(compile(f, exact=True)(*columns(rows))))


def within(x):
    """What is as near as the fast tiers promise; nan is nan."""
    near = lambda y: pytest.approx(y, rel=1e-12, abs=1e-200, nan_ok=True)  # 1e-200: of what cancels
    return type(x)([within(y) if isinstance(y, list) else near(y) for y in x])


def flat(x):
    return [z for y in x for z in flat(y)] if isinstance(x, list | tuple) else [x]


@pytest.mark.parametrize("seed", range(40))
def test_programs(seed):
    """Programs with branches give the engine's numbers to the last bit, gradients and Hessians too."""
    check_program(seed)


@pytest.mark.parametrize("tier", ["tape", "straight", "numpy", "python"])
def test_tiers(tier):
    """What is exact is so whatever tier was asked for."""
    for seed in range(8):
        program = Program(seed)
        rows, parameters = program.rows(5), program.parameters
        compiled = compile(program, exact=True, tier=tier)
        assert bits(swept(program, rows, parameters)) == bits(swept_at_once(compiled, rows, parameters))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 540))
def test_many_programs(seed):
    """The same for five hundred more."""
    check_program(seed)


@settings(max_examples=60)
@given(inputs, programs)
def test_within_rounding(numbers, wanted):
    """Where not to the last bit, values and gradients are right within 1e-12 of the sum of magnitudes."""
    naive, operations = run_naive(numbers, wanted)
    fast = compile(value_and_grad(lambda xs: run(xs, operations)[-1]))
    values, gradients = fast([numbers, numbers])

    assert pytest.approx([naive[-1].number] * 2, rel=1e-12, abs=1e-12) == values.tolist()
    for i, x in enumerate(naive[: len(numbers)]):
        expected, size = derivative(naive[-1], x)
        assert (
            pytest.approx([expected] * 2, rel=1e-12, abs=1e-12 * max(size, 1.0)) == gradients[:, i].tolist()
        )


def test_network():
    """A network and its loss: blocks within rounding, exact to the last bit, frames and layers inside."""
    model = MLP(2, [4, 3, 1], activation="tanh", seed=1)
    rows = [[[0.3, -1.0], 1.0], [[2.0, 0.5], -1.0], [[0.0, 0.0], 1.0]]
    f = lambda x, y: (1.0 - y * model(x)).relu()
    parameters = model.parameters()
    X, y = [x for x, _ in rows], [y for _, y in rows]
    total = mean([f(x, t) for x, t in rows])
    total.backward()
    expected = [total.data, *[p.grad for p in parameters]]
    for exact in (True, False):
        model.zero_grad()
        mean_loss = compile(f, exact=exact).backward(X, y)
        actual = [mean_loss, *[p.grad for p in parameters]]
        assert bits(expected) == bits(actual) if exact else pytest.approx(expected, rel=1e-12) == actual


# Gradients


def test_gradients_add_up():
    """A second backward doubles what leaves have, and one that fails leaves all as it was."""
    w, v = Value(2.0), Value(3.0)
    f = compile(lambda x: w * x + (v * x if x > 0 else Value(label="q") * x))
    f.backward([1.0, 2.0])
    f.backward([1.0, 2.0])
    with pytest.raises(UnboundError, match="no number for q"):
        f.backward([1.0, -2.0])

    assert (3.0, 3.0) == (w.grad, v.grad)


def test_result_that_is_a_parameter():
    """A function that returns a parameter has the gradient 1, one that returns an input or a number has none."""
    w = Value(2.0)

    assert 2.0 == compile(lambda x: w).backward([1.0, 5.0])
    assert 1.0 == w.grad
    assert 3.0 == compile(lambda x: x).backward([1.0, 5.0])
    assert 7.0 == compile(lambda x: 7.0).backward([1.0, 5.0])
    assert 1.0 == w.grad


def test_unused_inputs_have_gradient_zero():
    """An input that the result does not use has the gradient 0."""
    gradient = compile(grad(lambda x: x[0] * 3))([[1.0, 2.0], [5.0, float("inf")]])

    assert [[3.0, 0.0], [3.0, 0.0]] == gradient.tolist()


def test_backward_of_more_than_a_number():
    """backward of a function that returns no single number says what it returned."""

    @compile
    def f(x):
        return [x, x]

    with pytest.raises(TypeError, match="f returned 2 in a list; return one of them, or their mean"):
        f.backward([1.0])


def test_choices_block_infinite_slopes():
    """An input that is not chosen is none: no 0 · inf comes through, as in the engine."""
    w = Value(0.0)
    for f in (
        lambda x: where(x > 0, sqrt(w) * 0 + x, w * 3),
        lambda x: relu(sqrt(w) - 1) + w,
        lambda x: relu(log(w)),
    ):
        expected = swept(f, [[-1.0], [-2.0]], [w])
        assert bits(expected) == bits(swept_at_once(compile(f, exact=True), [[-1.0], [-2.0]], [w]))
    plain = grad(lambda x: where(x > 0, sqrt(x), x) + relu(sqrt(x) - 1))
    assert bits(eager(plain, [[0.0], [-1.0], [4.0]])) == bits(numbers(compile(plain)([0.0, -1.0, 4.0])))


def test_sums_over_paths_are_exact():
    """Where a batch takes several paths, exact sums go from example to example as in the engine."""
    w = Value(1.1)
    f = lambda x: w * x if x > 0 else w * w * x
    rows = [[0.1], [-1e16], [0.3], [1e16], [-0.7], [1e-5]]

    assert bits(swept(f, rows, [w])) == bits(swept_at_once(compile(f, exact=True), rows, [w]))
    assert pytest.approx(swept(f, rows, [w])[1]) == swept_at_once(compile(f), rows, [w])[1]


@pytest.mark.parametrize("exact", [True, False])
def test_infinities_add_up(exact):
    """inf and -inf of different examples, and of different paths, add up to nan without a warning."""
    w = Value(float("inf"))
    for f in (lambda x: w * x, lambda x: w * x if x > 0 else x * w):
        rows = [[1.0], [-2.0]] * 70
        mean_of_all, (gradient,) = swept_at_once(compile(f, exact=exact, threads=2), rows, [w])
        assert mean_of_all != mean_of_all
        assert pytest.approx(-0.5) == gradient


def test_exact_with_threads():
    """Threads change no bit of exact results."""
    w, draw = Value(0.7), random.Random(0)
    rows = [[draw.uniform(-1, 1) * 10 ** draw.randint(-9, 9)] for _ in range(200)]
    f = lambda x: tanh(w * x) / w
    one, two = (swept_at_once(compile(f, exact=True, threads=n), rows, [w]) for n in (1, 2))

    assert bits(swept(f, rows, [w])) == bits(one) == bits(two)


# Modes


def test_no_grad_and_stop_gradient():
    """Where nothing is recorded no gradient comes, but the numbers are those of each call."""
    w = Value(2.0)

    def f(x):
        with no_grad():
            y, z = w * x, w * w
        return y * w + z + stop_gradient(w) * x

    compiled = compile(f, exact=True)
    for number in (2.0, 5.0):
        w.data = number
        assert bits(swept(f, [[1.0], [3.0]], [w])) == bits(swept_at_once(compiled, [[1.0], [3.0]], [w]))
    with no_grad():  # around, it makes no difference to numbers
        assert [50.0 + 25.0 + 10.0] == compiled([2.0]).tolist()


def test_anomalies_are_looked_for_outside():
    """Under detect_anomaly, around or inside, an error says where numbers can be looked at."""
    f = compile(log)
    with detect_anomaly():
        with pytest.raises(CompileError, match=r"detect_anomaly.* call its __wrapped__ on single examples"):
            f([0.0])
        with pytest.raises(CompileError, match="detect_anomaly"):
            f.backward([0.0])

    @compile
    def watched(x):
        with detect_anomaly():
            return log(x)

    with pytest.raises(CompileError, match="has every number watched while watched is compiled"):
        watched([1.0])


# Rules of the user


@pytest.mark.usefixtures("forget")
def test_primitives_of_the_user():
    """A primitive compiles, one that is declared again too, and in a primitive that uses it."""

    def declare(factor):
        return primitive(
            "bump", lambda xp, x: xp.exp(-factor * x * x), lambda xp, z, x: (-2.0 * factor * x * z,)
        )

    outer = None
    w = Value(0.5)
    for factor in (1.0, 3.0):
        bell = declare(factor)
        outer = outer or primitive(
            "outer", lambda xp, x: xp.bump(x) + x, lambda xp, z, x: (1.0 - 2.0 * x * (z - x),)
        )
        for each in (bell, outer):
            f = lambda x, each=each: each(w * x)
            compiled = compile(f, exact=True)
            assert bits(swept(f, [[1.0], [2.0]], [w])) == bits(swept_at_once(compiled, [[1.0], [2.0]], [w]))
        second = grad(grad(bell))
        assert bits(eager(second, [[0.3], [-2.0]])) == bits(numbers(compile(second, exact=True)([0.3, -2.0])))


@pytest.mark.usefixtures("forget")
def test_functions_of_floats():
    """An opaque function is called with floats, on examples of its own path only."""
    import math

    root = opaque("root", math.sqrt, lambda x: 0.5 / sqrt(x))
    w = Value(2.0)
    f = lambda x: (root(w * x) if root(x) > 1 else w * x) if x > 0 else -w * x
    rows = [[4.0], [-1.0], [0.25], [9.0], [-3.0]]
    compiled = compile(f, exact=True)

    assert bits(eager(lambda x: f(x).data, rows)) == bits(numbers(compiled(*columns(rows))))
    assert bits(swept(f, rows, [w])) == bits(swept_at_once(compiled, rows, [w]))
    assert bits(eager(grad(root), [[4.0]])) == bits(numbers(compile(grad(root), exact=True)([4.0])))


def test_gradients_of_the_user():
    """custom_gradient compiles: backward asks the pullback for each example, grad too, jvp refuses as ever."""

    @custom_gradient
    def clipped(x):
        return exp(x) if x < 3 else x, lambda cotangent: clip(cotangent, -0.1, 0.2)

    w = Value(0.5)
    f = lambda x: 5 * clipped(w * x) * x
    rows = [[1.0], [-2.0], [8.0]]

    assert bits(swept(f, rows, [w])) == bits(swept_at_once(compile(f, exact=True), rows, [w]))
    assert bits(eager(grad(lambda x: 5 * clipped(x)), rows)) == bits(
        numbers(compile(grad(lambda x: 5 * clipped(x)), exact=True)(*columns(rows)))
    )
    with pytest.raises(TypeError, match="clipped has a custom_gradient"):
        compile(lambda x: jvp(clipped, (x,), (1.0,)))([1.0])


# Graphs


def test_graphs():
    """A graph compiles as a function of its variables, bound or not, constants inside."""
    for bound in ({}, {"u": 1.0, "v": 2.0, "w": 3.0}):
        fast = compile(parse("f = (u + v) * w / 2", **bound))
        assert [4.0, 6.0] == fast([1.0, 2.0], [3.0, 4.0], 2.0).tolist()
        assert [[1.0], [1.0], [2.0]] == [
            g.tolist() for g in compile(grad(fast.__wrapped__, argnums=(0, 1, 2)))([1.0], [3.0], 2.0)
        ]


def test_graphs_of_some_variables():
    """Variables that a graph is no function of keep the numbers they have at each call, and get no gradient."""
    f = parse("a * b + 2", a=1.0, b=3.0)
    b = f.parents[0].parents[1]
    fast = compile(as_function(f, "a"))
    assert [5.0, 8.0] == fast([1.0, 2.0]).tolist()
    b.data = 10.0
    assert [12.0, 22.0] == fast([1.0, 2.0]).tolist()
    fast.backward([1.0])
    assert 0.0 == b.grad


def test_without_numpy(monkeypatch):
    """Without NumPy a call says which extra has it."""
    f = compile(tanh)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtraError, match=r"install them: pip install 'autograd-mini\[fast\]'"):
        f([1.0])


def test_unbound_parameters():
    """A Value without a number is missed at the first call, or at the call after it lost its number."""
    q = Value(label="q")
    f = compile(lambda x: q * x)
    with pytest.raises(UnboundError, match=r"no number for q yet"):
        f([1.0])
    q.data = 2.0

    assert [2.0] == f([1.0]).tolist()


# Many calls


def test_compiled_inside():
    """A compiled function is the function it was made from inside another one; outside, transforms end there."""
    inner = compile(lambda x: x * x)

    assert [4.0, 9.0] == compile(inner)([2.0, 3.0]).tolist()
    assert [5.0, 7.0] == compile(lambda x: grad(inner)(x) + 1)([2.0, 3.0]).tolist()
    for argument in (2.0, [2.0]):
        with pytest.raises(
            TypeError, match=r"compile the whole: compile\(grad\(f\)\), not grad\(compile\(f\)\)"
        ):
            grad(inner)(argument)
    w = Value(1.0)
    with pytest.raises(TypeError, match="has a Value, whose graph would end there"):
        inner([w, w])


def test_numbers_of_a_transform_around():
    """A compiled function that captures a number of a transform around it says to compile the whole."""
    with pytest.raises(CompileError, match=r"compile\(grad\(f\)\)"):
        grad(lambda w: w * float(compile(lambda x: w * x)(2.0)))(1.0)


def test_threads_are_one():
    """Eight threads at once have the results, and the errors, of one."""
    w = Value(2.0)

    @compile
    def f(x, y):
        while y > 1:
            y = y / 2
        if x > 1:
            return tanh(w * x * y)
        if x > -1:
            return x * y
        return Value(label="q") if x < -5 else -x

    draw = random.Random(3)
    batches = [
        [[draw.uniform(-4, 4) for _ in range(6)], [draw.uniform(-4, 9) for _ in range(6)]] for _ in range(24)
    ]
    expected = [compile(f.__wrapped__)(*batch).tolist() for batch in batches]
    found, errors = {}, []

    def work(k):
        for i in range(k, len(batches) * 2, 8):
            found[i] = f(*batches[i % len(batches)]).tolist()
        try:
            f([-6.0], [0.0])
        except UnboundError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert expected * 2 == [found[i] for i in range(len(batches) * 2)]
    assert ["no number for q yet; give it one: .forward(q=...)"] * 8 == errors


@pytest.mark.parametrize("more", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow(more):
    """After many calls no more memory is held than after the first."""
    w = Value(2.0)
    f = compile(lambda x, y: relu(w * x) if x > y else dot([x, y], [w, w]))

    def calls(count):
        for i in range(count):
            f([1.0, -1.0], [0.5, float(i)])
            f.backward([1.0, -1.0], 0.0)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = calls(50)
        after = calls(more)
    finally:
        tracemalloc.stop()

    assert after - before < 10_000


def test_training_step_by_step():
    """Training through backward and an optimizer is that of the engine to the last bit."""
    runs = []
    for compiled in (False, True):
        model, optimizer = MLP(2, [3, 1], seed=0), SGD(0.1)
        loss = lambda x, y, model=model: (model(x) - y) ** 2
        fast = compile(loss, exact=True)
        X, Y = [[0.0, 1.0], [1.0, 1.0], [-1.0, 0.5]], [1.0, -1.0, 0.5]
        for _ in range(5):
            model.zero_grad()
            if compiled:
                fast.backward(X, Y)
            else:
                mean([loss(x, y) for x, y in zip(X, Y, strict=True)]).backward()
            optimizer.step(model.parameters())
        runs.append([p.data for p in model.parameters()])

    assert bits(runs[0]) == bits(runs[1])


def test_settings():
    """Settings that make no sense say so."""
    for options, message in (
        ({"tier": "fast"}, "no tier is called 'fast'"),
        ({"threads": 0}, "threads must be a whole number of 1 or more"),
        ({"exact": "yes"}, "exact must be True or False"),
    ):
        with pytest.raises((ValueError, TypeError), match=message):
            compile(exp, **options)
    with pytest.raises(TypeError, match="compile needs a function of numbers, got int 3"):
        compile(3)

    class Model:
        @compile
        def score(self, x):
            return x

    with pytest.raises(TypeError, match=r"score is compiled without its object.*compile\(object.score\)"):
        Model().score([1.0])
