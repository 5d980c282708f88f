"""Batches: an example a row, in whatever holds numbers, and results in whatever the function returns."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from autograd_mini import Value, compile, mean, sum, value_and_grad
from autograd_mini.errors import CompileError, NotANumberError

Pair = namedtuple("Pair", "left right")  # noqa: PYI024


@dataclass
class Point:
    x: object
    y: object = None


ROWS = [[1.0, 2.0], [3.0, -4.0], [0.0, 0.5]]


# Batches


@pytest.mark.parametrize(
    "batch",
    [
        ROWS,
        [tuple(row) for row in ROWS],
        tuple(ROWS),
        [np.array(row) for row in ROWS],
        np.array(ROWS),
        np.array(ROWS, dtype=np.float32),
        np.asfortranarray(ROWS),
        np.array([[9.0, 9.0], *ROWS, [9.0, 9.0]])[1:4],
        np.repeat(ROWS, 2, axis=1)[:, ::2],
        np.array(ROWS[::-1])[::-1],
        [[1, 2.0], [np.float32(3), -4], [False, 0.5]],
    ],
)
def test_kinds_of_batches(batch):
    """Lists, tuples and arrays of any order, stride and type of numbers are one example a row."""
    assert [3.0, -1.0, 0.5] == compile(lambda row: row[0] + row[1])(batch).tolist()


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "longdouble", "int8", "uint64", "int64", "bool"]
)
def test_types_of_numbers(dtype):
    """Every type of real numbers is taken as float64."""
    result = compile(lambda x: x / 3)(np.array([0, 1, 1], dtype=dtype))

    assert ("float64", [0.0, 1 / 3, 1 / 3]) == (result.dtype, result.tolist())


def test_read_only_and_untouched():
    """Arguments are not written, and results share no memory with them or with each other."""
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    f = compile(lambda x: [x, x, {"a": x}])
    first, again = f(x), f(x)
    for part in (first[0], first[2]["a"], f(x)[1]):
        part[:] = 5

    assert [1.0, 2.0] == x.tolist() == again[0].tolist() == again[2]["a"].tolist()
    assert [[1.0, 1.0], [2.0, 2.0]] == compile(lambda x: [x, x])(x).tolist()


def test_rows_are_what_they_hold():
    """In the function a row of an array is an array, one of lists is a list, and a list of arrays has arrays."""
    kinds = []
    f = compile(lambda row: kinds.append(type(row) is list) or sum([*row]))

    assert [3.0, -1.0, 0.5] == f(ROWS).tolist() == f(np.array(ROWS)).tolist()
    assert [True, False] == kinds
    assert [[2.0, 4.0]] == compile(lambda row: row * 2)([np.array([1.0, 2.0])]).tolist()
    assert [10.0] == compile(lambda row: sum([(inner * 2)[1] for inner in row]))(
        [[np.array([1.0, 2.0]), np.array([0.0, 3.0])]]
    ).tolist()


def test_nested_rows():
    """Rows have any number of axes, and results too."""
    cube = np.arange(12.0).reshape(2, 3, 2)

    assert (
        cube.tolist()
        == compile(lambda row: row)(cube).tolist()
        == compile(lambda row: row)(cube.tolist()).tolist()
    )
    assert cube.sum((1, 2)).tolist() == compile(lambda row: row.sum())(cube).tolist()


def test_structures():
    """Dicts, dataclasses and named tuples are opened, None and text stay, keywords are arguments like others."""

    def f(a, b, *, c, scale=1.0):
        return (
            a["x"] * b.left.x + b.right[0] * c * scale if a["kind"] == "sum" and b.left.y is None else a["x"]
        )

    batch = {"x": np.array([1.0, 2.0]), "kind": "sum"}, Pair(Point([3.0, 4.0]), [[5.0], [6.0]])
    compiled = compile(f)

    assert [8.0, 14.0] == compiled(*batch, c=1.0).tolist()
    assert [8.0, 14.0] == compiled(*batch, c=[1.0, 1.0]).tolist()
    assert [13.0, 20.0] == compiled(*batch, scale=2, c=np.float32(1)).tolist()
    batch[0]["kind"] = "first"
    assert [1.0, 2.0] == compiled(*batch, c=1.0).tolist()


def test_numbers_alone():
    """Where all arguments are plain numbers the result is one of numbers; beside a batch they are for all examples."""
    f = compile(lambda x, y: [x + y, (x, None)])

    assert [3.0, (1.0, None)] == f(1, 2.0) == f(np.float64(1), True + 1)
    assert [3.0, 5.0] == f([1.0, 3.0], 2)[0].tolist()
    assert 5.0 == compile(lambda: Value(2.0) + 3)()
    assert isinstance(compile(lambda x: x)(1), float)


def test_no_inputs():
    """Rows without numbers are examples as well."""
    w = Value(2.0)

    assert [2.0] * 3 == compile(lambda row: w)(np.zeros((3, 0))).tolist()
    assert 2.0 == compile(lambda row: w if w > 0 else -w).backward([[], [], []])
    assert 1.0 == w.grad


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            ([1.0, 2.0], [3.0]),
            ValueError,
            "argument 1 has 2 examples and argument 2 has 1; give one row each",
        ),
        (([],), ValueError, "argument 1 has no example; give one row or more"),
        ((np.zeros((0, 2)),), ValueError, "argument 1 has no example"),
        ((np.array(1.0),), ValueError, "argument 1 is an array without an axis"),
        (
            ([[1.0], [2.0, 3.0]],),
            NotANumberError,
            r"must hold numbers, in rows of one length, got list \[\[1.0\], \[2",
        ),
        (([10**400],), NotANumberError, "argument 1 must hold numbers"),
        ((10**400,), NotANumberError, "an int of 1329 bits does not fit a float"),
        ((["a"],), NotANumberError, "argument 1 must hold numbers"),
        (([None],), NotANumberError, "argument 1 must hold numbers"),
        ((np.array([1.0, None]),), NotANumberError, "argument 1 must hold numbers"),
        (([1j],), NotANumberError, "argument 1 must hold numbers"),
        (([Fraction(1, 3)],), NotANumberError, "argument 1 must hold numbers"),
        ((np.array(["2020-01-01"], dtype="M8[D]"),), NotANumberError, "argument 1 must hold numbers"),
        ((1j,), NotANumberError, "argument 1 of a compiled function must be a batch"),
        (({1.0},), NotANumberError, "argument 1 of a compiled function must be a batch"),
        ((np.ma.array([1.0]),), NotANumberError, "argument 1 of a compiled function must be a batch"),
        ((Value(0.0),), TypeError, r"argument 1 of a compiled function has a Value.*x\.data"),
        (([Value(0.0), 1.0],), TypeError, r"argument 1 of a compiled function has a Value.*x\.data"),
        ((np.array([Value(0.0)]),), TypeError, "argument 1 of a compiled function has a Value"),
        (({"a": Value(0.0)},), TypeError, "argument 1 of a compiled function has a Value"),
    ],
)
def test_what_is_no_batch(arguments, error, message):
    """What is no batch, or no numbers, is an error that says which argument it was and what to do."""
    with pytest.raises(error, match=message):
        compile(lambda *xs: xs[0])(*arguments)


def test_keywords_in_messages():
    """An argument by keyword is called by its name."""
    with pytest.raises(ValueError, match="argument 1 has 2 examples and weight has 3"):
        compile(lambda x, weight: x)([1.0, 2.0], weight=[1.0, 2.0, 3.0])


def test_containers_inside_themselves():
    """A dict inside itself, or too many lists inside each other, ends in an error that says so."""
    circle = {}
    circle["a"] = circle
    deep = 1.0
    for _ in range(500):
        deep = {"a": deep}
    for x in (circle, deep):
        with pytest.raises(ValueError, match="nested more than 100 deep"):
            compile(lambda x: 1.0)(x)


# Results


def test_structures_of_results():
    """The result is what the function returns, with arrays of the examples in place of numbers and lists."""
    f = compile(
        lambda x: (
            x,
            [x, 2.0],
            {"a": [[x, x], [1, x]], "b": None, "c": "text"},
            Pair(x, np.array([x, 3 * x])),
            Point([x, (x, 1.0)], OrderedDict(z=x)),
            [],
            np.array([[1.0, 2.0]]),
        )
    )
    number, pair, mapping, named, point, nothing, constant = f([1.0, -2.0])

    assert [1.0, -2.0] == number.tolist()
    assert [[1.0, 2.0], [-2.0, 2.0]] == pair.tolist()
    assert [[[1.0, 1.0], [1.0, 1.0]], [[-2.0, -2.0], [1.0, -2.0]]] == mapping["a"].tolist()
    assert (None, "text") == (mapping["b"], mapping["c"])
    assert (Pair, [[1.0, 3.0], [-2.0, -6.0]]) == (type(named), named.right.tolist())
    assert [[1.0, -2.0], [1.0, -2.0], [1.0, 1.0]] == [point.x[0].tolist(), *[x.tolist() for x in point.x[1]]]
    assert (OrderedDict, [1.0, -2.0]) == (type(point.y), point.y["z"].tolist())
    assert ([], [[[1.0, 2.0]]] * 2) == (nothing, constant.tolist())


def test_empty_results():
    """An empty array has the examples as its first axis too."""
    assert (2, 0, 3) == compile(lambda x: np.zeros((0, 3)))([1.0, 2.0]).shape


def test_gradients_are_shaped_like_arguments():
    """A gradient has the shape of its argument, an example a row."""
    value, gradient = compile(value_and_grad(lambda p, x: p["w"] * x[0] + mean([*p["v"]]) * x[1]))(
        {"w": [1.0, 2.0], "v": np.ones((2, 3))}, np.array([[1.0, 3.0], [2.0, 6.0]])
    )

    assert [4.0, 10.0] == value.tolist()
    assert [1.0, 2.0] == gradient["w"].tolist()
    assert pytest.approx(np.array([[1.0] * 3, [2.0] * 3])) == gradient["v"]


def test_structures_of_paths():
    """Examples of several paths come together in one result, in their places."""
    f = compile(lambda x: {"y": [x, 0.0]} if x > 0 else {"y": np.array([1.0, -x])})

    assert [[1.0, 0.0], [1.0, 2.0], [3.0, 0.0]] == f([1.0, -2.0, 3.0])["y"].tolist()
    with pytest.raises(CompileError, match="different structure"):
        compile(lambda x: {"y": x} if x > 0 else {"z": x})([1.0, -1.0])
