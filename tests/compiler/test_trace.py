"""Paths: what a function asks of its numbers splits a batch, and what only one example could answer is an error."""

import contextlib
import copy
import inspect
import math
import pickle

import numpy as np
import pytest
from compiler_cases import BRANCHES, SPECIAL, bits, columns, eager, numbers, swept, swept_at_once

from autograd_mini import Value, compile, grad, hessian, jvp, maximum, sqrt, where
from autograd_mini.compiler import paths as paths_of_examples
from autograd_mini.compiler import trace
from autograd_mini.errors import CompileError, NotANumberError

NAN, INF = math.nan, math.inf


def compare(f, rows, parameters=()):
    """Values, and gradients of parameters, are those of the engine to the last bit."""
    plain = lambda *row: f(*map(Value, row))
    compiled = compile(f, exact=True)

    assert bits(eager(lambda *row: float_of(plain(*row)), rows)) == bits(numbers(compiled(*columns(rows))))
    if parameters:
        assert bits(swept(f, rows, parameters)) == bits(swept_at_once(compiled, rows, parameters))
    return compiled


def float_of(x):
    return x.data if isinstance(x, Value) else x


# Branches


@pytest.mark.parametrize("branch", BRANCHES)
def test_branches(branch):
    """Every way of Python to ask a number gives each example what it would get alone."""
    w = Value(0.5)
    rows = [[x, y, z] for x in SPECIAL[:8] for y in SPECIAL[2:9:2] for z in (-0.0, 2.0, NAN)]

    compare(lambda x, y, z: branch(x, y, z, w), rows, [w])


def test_truth():
    """bool(x), not x, x in a list, == and != are questions, also of nan."""
    rows = [[0.0], [-0.0], [NAN], [2.0], [3.0]]

    compare(lambda x: x * 2 if bool(x) else x - 1, rows)
    compare(lambda x: 1.0 if not x else 2.0 * x, rows)
    compare(lambda x: x * 5 if x in [3.0, 2] else x, rows)
    compare(lambda x: x * 5 if x != 2 else -x, rows)
    compare(lambda x: x * 5 if x == 2 else -x, rows)
    compare(lambda x: x if x == "text" or x is None else -x, rows)


def test_truths_as_numbers():
    """A comparison that nobody asks about stays open: it can be counted and chosen by."""
    f = lambda x, y: ((x > y) + (x <= 1) + (y == y) + ((x > 0) ^ (y > 1)) + (True ^ (x > 0))) * x

    compiled = compare(f, [[0.0, 1.0], [2.0, 1.0], [2.0, NAN]])
    assert 1 == paths(compiled)
    assert [1.0, 0.0] == compile(lambda x: x > 0)([2.0, -1.0]).tolist()


def paths(compiled):
    """How many paths there are by now."""
    return sum(len(p.known) for state in compiled._states for p in state.paths.values())


def test_where_is_one_path():
    """`where` needs no path of its own, and neither does a chain of them."""
    f = lambda x, y: where((x > 0) & (y > 0) | (x == -1), sqrt(x), where(x < y, y, 1 / x))

    assert 1 == paths(compare(f, [[1.0, 1.0], [-1.0, 1.0], [0.0, -1.0], [4.0, -3.0]]))


def test_arrays_of_questions():
    """An array is compared entry by entry, from either side."""
    edges = np.array([0.0, 2.0])

    compare(lambda x: sum(np.where(edges < x, 1.0, 0.0)) * x, [[1.0], [3.0], [-1.0]])
    compare(lambda x: sum(np.where(x < edges, 1.0, 0.0)) * x, [[1.0], [3.0], [-1.0]])


# Paths


def test_no_example_is_computed_on_the_path_of_another():
    """What is asked behind a question is asked only of those who got there; nan and inf stay with theirs."""
    rows = [[4.0], [-1.0], [0.0], [NAN], [INF], [0.25]]
    w = Value(1.0)

    def f(x):
        if x > 0:
            return sqrt(x) * w if sqrt(x) < 1.5 else x
        return x * w if x <= 0 else w * 0

    compare(f, rows, [w])


def test_paths_flip_between_calls():
    """A batch takes the paths it needs, known or new, and a known path is never traced again."""
    count = iter(range(100))

    @compile
    def f(x):
        next(count)
        if x > 0:
            return x * 2
        return x * 3 if x < -1 else x * 5

    assert [2.0, 4.0] == f([1.0, 2.0]).tolist()
    assert [-6.0, -2.5] == f([-2.0, -0.5]).tolist()
    assert [2.0, -6.0, -2.5, 4.0] == f([1.0, -2.0, -0.5, 2.0]).tolist()
    assert 3 == next(count)
    assert (2.0, -5.0, -6.0, 4.0) == (
        f(1.0),
        f(-1.0),
        f(-2.0),
        f(2.0),
    )  # numbers alone have paths of their own
    assert 7 == next(count)


def test_loops_of_different_length():
    """A while loop that ends after another number of rounds is another path."""

    def f(x):
        while x > 1:
            x = x / 2
        return x

    assert 4 == paths(compare(f, [[8.0], [0.5], [3.0], [9.0], [1.0], [4.0]]))


def test_parameters_decide():
    """A question about parameters, or inputs and parameters, is answered by the numbers of the call."""
    w = Value(1.0, label="w")
    compiled = compile(lambda x: (x * w if w > x else x - w) if w > 0 else -w, exact=True)
    rows = [[0.5], [2.0], [1.0]]
    for number in (1.0, 0.5, -3.0, NAN, 2.0):
        w.data = number
        assert bits(swept(compiled.__wrapped__, rows, [w])) == bits(swept_at_once(compiled, rows, [w]))


def test_questions_inside_transforms():
    """A comparison inside grad, jvp and hessian splits the batch as well, for inputs and for parameters."""
    w = Value(1.5)
    f = lambda x: (x**3 if x > w else x * w) if 0 < x < 4 else maximum(x, w)
    rows = [[2.0], [1.0], [-1.0], [5.0], [1.5]]
    for derivative in (
        grad(f),
        lambda x: jvp(f, (x,), (2.0,))[1],
        hessian(f),
        lambda x: grad(lambda y: f(y) if y < x * x else y)(w),
        lambda x: jvp(lambda y: y * 2 if x > y else y * x, (x / 2,), (1.0,))[1],
    ):
        plain = lambda x, derivative=derivative: float_of(derivative(x))
        assert bits(eager(plain, rows)) == bits(numbers(compile(derivative, exact=True)(*columns(rows))))


def test_too_many_paths(monkeypatch):
    """More paths than there may be are an error that shows where they part, and what to write instead."""

    def f(*xs):
        total = 0.0
        for x in xs:
            if x > 0:  # here
                total = total + x
        return total

    monkeypatch.setattr(paths_of_examples, "MOST_PATHS", 20)
    rows = [[(-1.0) ** (i >> k & 1) for k in range(5)] for i in range(32)]
    with pytest.raises(CompileError, match=r"more than 20 paths through f.*write where\(") as error:
        compile(f)(*columns(rows))

    assert f"line {line_of('here')} of {__file__}" in str(error.value)


def test_endless_loop(monkeypatch):
    """A loop that asks without end is stopped, with its line."""

    def f(x):
        while x > 0:  # endless
            x = x + 1
        return x

    monkeypatch.setattr(trace, "MOST_GUARDS", 1000)
    with pytest.raises(CompileError, match=r"asked 1,000 times for one example; write where") as error:
        compile(f)([1.0])

    assert f"line {line_of('endless')} of {__file__}" in str(error.value)


def test_paths_return_the_same_structure():
    """Two paths that return different containers or texts, or numbers in other places, are an error."""
    for other in (
        lambda x: [x],
        lambda x: (x, x),
        lambda x: {"a": x},
        lambda x: ("b", x),
        lambda x: (None, x),
    ):
        with pytest.raises(CompileError, match="different structure on two paths"):
            compile(lambda x, other=other: ("a", x) if x > 0 else other(x))([1.0, -1.0])


# What only one example could answer


def line_of(comment):
    """The line of this file with that comment."""
    lines = inspect.getsource(inspect.getmodule(line_of)).splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.endswith(f"# {comment}"))


W = Value(2.0, label="w")
ASKED = {
    "data": lambda x: x.data * x,
    "float": lambda x: x * float(x),
    "int": lambda x: x * int(x),
    "round": lambda x: x * round(x, 2),
    "floor": lambda x: x * math.floor(x),
    "format": lambda x: (f"{x:.2f}", x)[1],
    "sin": lambda x: x * math.sin(x),
    "index": lambda x: [1.0, 2.0][x > 0],
    "range": lambda x: sum(range(x)),
    "isnan": lambda x: x if np.isnan(x) else -x,
    "known": lambda x: x.known("data") or x,
    "grad": lambda x: x.grad + x,
    "data of w": lambda x: x * W.data,
    "format of w": lambda x: (f"{W:.2f}", x)[1],
    "isnan of w": lambda x: x if np.isnan(W) else -x,
    "grad of w": lambda x: x * W.grad,
    "partials": lambda x: (x * x).partials[0],
    "sets x": lambda x: setattr(x, "data", 3.0) or x,
    "pickle of w": lambda x: pickle.dumps(W) and x,
    "deepcopy of w": lambda x: copy.deepcopy(W) * x,
    "known of w": lambda x: x * W.known("data"),
    "copy of w": lambda x: x * W.__copy__(),
    "sets w": lambda x: setattr(W, "data", 3.0) or x,
    "sets grad of w": lambda x: setattr(W, "grad", 3.0) or x,
    "backward": lambda x: (W * W).backward() or x,
    "forward": lambda x: (W * W).forward(w=3) * x,
    "zero_grad": lambda x: (W * W).zero_grad() or x,
    "in jvp": lambda x: jvp(lambda y: y * y.data, (x,), (1.0,))[1],
    "in grad": grad(lambda y: y * float(y.data)),
    "in jvp of w": lambda x: jvp(lambda y: y * y.data * x, (W,), (1.0,))[1],
    "in grad of w": lambda x: grad(lambda y: y * y.data * x)(W),
    "in both": grad(lambda y: jvp(lambda z: z * z.data, (y,), (1.0,))[1]),
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_one_example_has(asked):
    """A plain number asked of an input or a parameter is an error that names the line; nothing has changed."""
    f = ASKED[asked]
    with pytest.raises(CompileError, match=r"while <lambda> is compiled, which would") as error:
        compile(f)([1.0, 2.0])

    line = (f.__wrapped__ if asked in ("in grad", "in both") else f).__code__.co_firstlineno
    assert f"line {line} of {__file__}" in str(error.value)
    assert (2.0, None) == (W.data, W.known("grad"))


def test_swallowed_errors():
    """A function that catches the error, and goes on with something else, is refused all the same."""

    def f(x):
        with contextlib.suppress(Exception):
            return x * x.data
        return x

    with pytest.raises(CompileError, match="asks for a plain number"):
        compile(f)([1.0])


def test_names_in_messages():
    """The message says which Value was asked, if it has a name."""
    with pytest.raises(CompileError, match=r"asks for the number of w \(by \.data"):
        compile(lambda x: x * W.data)([1.0])


def test_what_is_no_question():
    """Names, copies, printing and the numbers of constants change nothing and are allowed."""

    def f(x):
        y = (x * W).__copy__()
        y.label = f"{y}{W!r}"
        return y + x.__deepcopy__({}) + x.real - (+x)

    assert [3.0, 6.0] == compile(f)([1.0, 2.0]).tolist()


def test_numpy_functions():
    """np.exp(x) and the like are recorded, of numbers and of arrays, and of parameters."""
    rows = [[0.5], [-2.0]]

    compare(
        lambda x: np.exp(x) + np.sin(W) * np.maximum(x, W) + np.sum(np.tanh(np.array([x, 2 * x]))), rows, [W]
    )
    W.grad = None


def test_numbers_that_are_kept():
    """A number that a function keeps beyond its call says that it has ended."""
    kept = []
    compile(lambda x: kept.append(x) or x)([1.0])
    for use in (lambda: kept[0] + 1, lambda: compile(lambda x: x * kept[0])([1.0])):
        with pytest.raises(
            CompileError, match=r"inside a finished call of <lambda>.*return it from the function"
        ):
            use()


def test_errors_of_the_function_are_its_own():
    """What the function raises comes out as it is."""
    for f, error in (
        (lambda x: 1 / 0, ZeroDivisionError),
        (lambda x: {}[1], KeyError),
        (lambda: 1.0, TypeError),
    ):
        with pytest.raises(error):
            compile(f)([1.0])
    with pytest.raises(NotANumberError, match="<lambda> returned NoneType None"):
        compile(lambda x: None)([1.0])
    with pytest.raises(NotANumberError, match="a bool has no derivative"):
        compile(lambda x: True)([1.0])
