"""NumPy's tiles: what they give is what `evaluate` says, for every operation and at every kind of number."""

import math
import sys
import threading

import numpy as np
import pytest
from compiler.programs import Case, every_operation, mlp, random_case, with_special
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini.compiler import tiles
from autograd_mini.compiler.program import Block, Listing, Outer
from autograd_mini.errors import MissingExtraError

randoms = st.randoms(use_true_random=False)


def run(case, width=None):
    """Results, a row an example, and sums of a case; width: of the tiles."""
    kernel = tiles.kernel(case.program)
    kernel.width = width or kernel.width
    n = len(case.columns[0])
    results, sums = np.empty((len(case.program.results), n)), np.empty(case.program.parameters)
    kernel.run([np.array(column) for column in case.columns], np.array(case.parameters), results, sums)
    return results.T.tolist(), sums.tolist()


def same(expected, actual, scale=0.0):
    """Whether two floats are nan, infinite, or equal but for rounding; zeros have signs."""
    if expected != expected or math.isinf(expected) or expected == 0.0:
        return repr(expected) == repr(actual) or (expected == 0.0 and abs(actual) <= 1e-12 * scale)
    return abs(expected - actual) <= 1e-12 * max(abs(expected), scale)


@pytest.mark.parametrize(("name", "case"), every_operation())
def test_operations_at_special_numbers(name, case):
    """nan, infinities, subnormals and signs of zero are as Python's floats have them."""
    expected, _ = case.expected()
    actual, _ = run(case)
    wrong = [
        (row, x, y)
        for row, [x], [y] in zip(zip(*case.columns), expected, actual, strict=True)
        if not same(x, y)
    ]

    assert [] == wrong[:5], name


def gradient_of_a_layer():
    """tanh(W x) for 3 inputs, with its gradient: rows in order, twice, and the same for all examples."""
    listing = Listing()
    x = [listing.emit("input", j) for j in range(3)]
    y = [listing.emit("tanh", h) for h in listing.block(Block(0, tuple(x), 2))]
    slopes = tuple([listing.emit("sub", listing.constant(1.0), listing.emit("mul", h, h)) for h in y])
    back = listing.block(Block(0, slopes, 3, transposed=True))
    bias = listing.emit("exp", listing.emit("parameter", 6))
    mixed = listing.block(Block(0, (y[1], bias, y[1]), 2))
    return listing.program(
        inputs=3,
        parameters=12,
        results=[*y, *back, *mixed, bias, bias],
        sums=[(6, bias), (6, y[0])],
        outers=[Outer(0, slopes, tuple(x)), Outer(6, (bias, y[0]), (y[1], y[1], bias))],
    )


LAYER = Case(
    gradient_of_a_layer(),
    [[0.1 * i * j - 0.7 for i in range(11)] for j in range(1, 4)],
    [0.3 * k - 1.5 for k in range(12)],
)


@pytest.mark.parametrize("width", [1, 2, 3, 4, 10, 11, 100])
def test_a_layer(width):
    """Matrix products forward and back, in pieces that do and do not divide the examples."""
    expected, sums = LAYER.expected()
    actual, actual_sums = run(LAYER, width)

    np.testing.assert_allclose(actual, expected, rtol=1e-14)
    np.testing.assert_allclose(actual_sums, sums, rtol=1e-13)


@pytest.mark.parametrize("width", [3, 100])
def test_a_network(width):
    """Each layer is one call of NumPy, forward and back."""
    case = mlp([3, 16, 16, 1], examples=8)
    expected, sums = case.expected()
    actual, actual_sums = run(case, width)

    np.testing.assert_allclose(actual, expected, rtol=1e-13)
    np.testing.assert_allclose(actual_sums, sums, rtol=1e-12, atol=1e-13)
    assert len(tiles.kernel(case.program).places.steps) < 40


def test_no_examples():
    """Of no examples there are no results, and every sum is 0, also of what is infinite."""
    listing = Listing(exact=True)
    w = listing.emit("log", listing.emit("parameter", 0))
    program = listing.program(inputs=1, parameters=1, results=[w], sums=[(0, w)])

    assert ([], [0.0]) == run(Case(program, [[]], [0.0]))
    assert ([[-math.inf]] * 2, [-math.inf]) == run(Case(program, [[1.0, 2.0]], [0.0]))


def test_rows_are_used_again():
    """A long chain takes a few rows, and finds the same rows in every call of a thread."""
    listing = Listing()
    x = listing.emit("input", 0)
    for _ in range(1000):
        x = listing.emit("sin", x)
    kernel = tiles.kernel(listing.program(inputs=1, parameters=0, results=[x]))
    bound = kernel.bound(5)
    bound()
    [tile] = kernel._local.__dict__.values()
    bound()

    assert kernel.places.rows <= 2
    assert [tile] == [*kernel._local.__dict__.values()]


def test_an_input_that_is_read_late():
    """Its row is nobody else's before, where a number that is needed no more had lain."""
    listing = Listing()
    y = listing.emit("input", 0)
    for name in ("exp", "tanh", "sin", "exp"):
        y = listing.emit(name, listing.emit("mul", y, y))
    late = listing.emit("mul", listing.emit("input", 1), y)
    case = Case(listing.program(results=[late], inputs=2, parameters=0), [[0.5, -1.0], [3.0, 7.0]], [])

    assert run(case)[0] == [pytest.approx(row, rel=1e-14) for row in case.expected()[0]]


def test_widths_that_come_and_go_are_forgotten():
    """Tiles of many different widths are not all kept."""
    kernel = tiles.kernel(LAYER.program)
    for n in range(1, 100):
        kernel.bound(n)()

    assert tiles.KEPT == len(kernel._local.__dict__)


def test_columns_of_any_stride():
    """Columns may be views of a table, backwards or all of one number."""
    table = np.array(LAYER.columns).T.copy()
    columns = [table[::-1, 0], table[:, 1], np.broadcast_to(0.5, 11)]
    kernel = tiles.kernel(LAYER.program)
    bound = kernel.bound(11)
    bound.inputs[:], bound.parameters[:] = columns, LAYER.parameters
    bound()
    results, sums = np.empty_like(bound.results), np.empty_like(bound.sums)
    kernel.run(columns, bound.parameters, results, sums)

    np.testing.assert_array_equal(results, bound.results)
    np.testing.assert_array_equal(sums, bound.sums)


def test_threads():
    """Eight threads that use one kernel at once find what one finds."""
    kernel = tiles.kernel(LAYER.program)
    found = {}

    def work(k):
        bound = kernel.bound(11)
        bound.inputs[:], bound.parameters[:] = np.array(LAYER.columns) * k, LAYER.parameters
        for _ in range(200):
            bound()
        found[k] = bound.results.copy(), bound.sums.copy()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for k in range(8):
        results, sums = found[k]
        work(k)
        np.testing.assert_array_equal(found[k][0], results)
        np.testing.assert_array_equal(found[k][1], sums)


def test_an_opaque_function_may_fail_or_call_the_kernel():
    """Its exception comes out and leaves the kernel usable; a call within a call has rows of its own."""
    listing = Listing()
    calls = []

    def function(x):
        calls.append(x)
        if x < 0:
            raise ZeroDivisionError
        if len(calls) == 1:
            inner = kernel.bound(2)
            inner.inputs[:] = 7.0
            inner()
        return 10 * x

    x = listing.emit("input", 0)
    y = listing.emit("add", listing.opaque(function, x), listing.emit("exp", x))
    kernel = tiles.kernel(listing.program(inputs=1, parameters=0, results=[y]))
    bound = kernel.bound(2)
    bound.inputs[:] = [[1.0, 2.0]]
    bound()
    expected = [10.0 + math.exp(1.0), 20.0 + math.exp(2.0)]

    assert expected == pytest.approx(bound.results[0].tolist(), rel=1e-14)

    bound.inputs[:] = -1.0
    with pytest.raises(ZeroDivisionError):
        bound()

    bound.inputs[:] = [[1.0, 2.0]]
    bound()
    assert expected == pytest.approx(bound.results[0].tolist(), rel=1e-14)


def test_erf_without_scipy(monkeypatch):
    """Those of `math` stand in."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    for case in [case for name, case in every_operation() if name in ("erf", "erfc")]:
        expected, _ = case.expected()

        assert repr(expected) == repr(run(case)[0])


def test_without_numpy(monkeypatch):
    """The message names the extra."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(MissingExtraError, match=r"compiled functions need NumPy; .*autograd-mini\[fast\]"):
        tiles.kernel(LAYER.program)


@settings(max_examples=60)
@given(randoms, st.integers(1, 7))
def test_random_programs(rng, width):
    """Results and sums, also in tiles so short that examples fall into many."""
    case = random_case(rng)
    expected, sums = case.expected()
    actual, actual_sums = run(case, width)

    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(actual_sums, sums, rtol=1e-9, atol=1e-9 * max([1.0, *case.size_of_sums()]))


@settings(max_examples=60)
@given(randoms)
def test_random_programs_at_special_numbers(rng):
    """What one example does not meet it does not get: nan and infinities stay in their rows."""
    case = with_special(random_case(rng, sums=False), rng)

    np.testing.assert_allclose(run(case, 3)[0], case.expected()[0], rtol=1e-9, atol=1e-12)
