"""The program as Python: it runs, gives what `evaluate` says, and can be read."""

import math
import types

import numpy as np
import pytest
from compiler.programs import Case, every_operation, mlp, random_case
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini.compiler.lines import WIDTH
from autograd_mini.compiler.program import Block, Listing, evaluate
from autograd_mini.compiler.source import source_of_program

SPECIAL = types.SimpleNamespace(erf=np.vectorize(math.erf), erfc=np.vectorize(math.erfc))


def run(case, text):
    """Results, a row an example, and sums, as the text gives them."""
    namespace = {"np": np, "special": SPECIAL, "functions": case.program.functions}
    exec(text, namespace)
    with np.errstate(all="ignore"):
        found = namespace["program"]([np.array(column) for column in case.columns], np.array(case.parameters))
    has_sums = case.program.sums or case.program.outers
    results, sums = found if has_sums else (found, np.zeros(case.program.parameters))
    if len(case.program.results) == 1 and not has_sums:
        results = (results,)
    return np.array([np.broadcast_to(result, len(case.columns[0])) for result in results]).T, sums


@pytest.mark.parametrize(("name", "case"), every_operation())
def test_operations(name, case):
    """Each is printed as what does the same, at special numbers too."""
    results, _ = run(case, source_of_program(case.program))

    np.testing.assert_allclose(results, case.expected()[0], rtol=1e-13)


@settings(max_examples=100)
@given(st.randoms(use_true_random=False), st.booleans())
def test_random_programs(rng, has_sums):
    """Results and sums, of text that has no line too long to read."""
    case = random_case(rng, sums=has_sums)
    text = source_of_program(case.program)
    results, sums = run(case, text)
    expected, expected_sums = case.expected()

    np.testing.assert_allclose(results, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(sums, expected_sums, rtol=1e-9, atol=1e-9 * max([1.0, *case.size_of_sums()]))
    assert max(map(len, text.splitlines())) <= WIDTH + 60


def test_a_network():
    """Layers are lines: forward, back, and what is summed."""
    case = mlp([2, 4, 3, 1])
    text = source_of_program(case.program, inputs=["u", "v", "y"])
    results, sums = run(case, text)

    np.testing.assert_allclose(results, case.expected()[0], rtol=1e-13)
    np.testing.assert_allclose(sums, case.expected()[1], rtol=1e-12, atol=1e-13)
    assert (
        text
        == """\
def program(x, w):
    u, v, y = x
    h1 = w[0:8].reshape(4, 2) @ np.stack([u, v])
    a1 = np.tanh(h1 + w[8:12, None])
    h2 = w[12:24].reshape(3, 4) @ a1
    a2 = np.tanh(h2 + w[24:27, None])
    h3 = w[27:30].reshape(1, 3) @ a2
    t1 = np.maximum(1.0 - y * (h3[0] + w[30]), 0.0)
    t2 = np.where(0.0 < t1, -y, 0.0)
    h4 = w[27:30].reshape(1, 3).T @ np.stack([t2])
    a3 = h4 * (1.0 - a2 * a2)
    h5 = w[12:24].reshape(3, 4).T @ a3
    a4 = h5 * (1.0 - a1 * a1)
    sums = np.zeros(len(w))
    sums[8:12] += np.sum(a4, axis=1)
    sums[24:27] += np.sum(a3, axis=1)
    sums[30] += np.sum(t2)
    sums[27:30] += (np.stack([t2]) @ a2.T).ravel()
    sums[12:24] += (a3 @ a1.T).ravel()
    sums[0:8] += (a4 @ np.stack([u, v]).T).ravel()
    return (t1,), sums
"""
    )


def labelled(*labels, parameters=("",)):
    """The text of a program that adds inputs with these labels, and a parameter."""
    listing = Listing()
    y = listing.emit("parameter", 0)
    for j in range(len(labels)):
        y = listing.emit("mul", y, listing.emit("input", j))
    program = listing.program(inputs=len(labels), parameters=1, results=[y])
    return source_of_program(program, inputs=labels, parameters=parameters)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["u", "v"], "u, v"),
        (["x", "w"], "x1, w1"),
        (["x[1,2]", "x[1][2]"], "x_1_2, x_1_1"),
        (["a", "a", "a"], "a, a1, a2"),
        (["np", "sums", "lambda", "3d"], "np1, sums1, x_lambda, x_3d"),
        (["α", "ﬁ", "", "!"], "α, fi, x3, x1"),
        (["h1", "t1", "a1"], "h1, t1, a1"),
        (["import os\n", "\\"], "import_os, x1"),
        (["9" * 5000, "9" * 5000], f"x_{'9' * 30}, x_1"),
        (["None", "None"], "x_None, x_None1"),
    ],
)
def test_names(labels, names):
    """Labels become identifiers, all different, whatever they are."""
    text = labelled(*labels, parameters=["w"])
    compile(text, "text", "exec")

    assert text.splitlines()[1].startswith(f"    {names}")


def test_labels_of_parameters():
    """A parameter with a label has a line; without one it is a place of w."""
    assert "    slope = w[0]\n    return slope * u\n" in labelled("u", parameters=["slope"])
    assert "    return w[0] * u\n" in labelled("u")


def test_comments():
    """What is said stands above the lines it is said of, once, and cannot leave its line."""
    listing = Listing()
    t = listing.emit("exp", listing.emit("sin", listing.emit("input", 0)))
    y = listing.emit("mul", t, t)
    program = listing.program(inputs=1, parameters=0, results=[y, y])
    said = {1: "a.py:1", 2: "a.py:2\nimport os", 3: "b.py:1"}

    assert (
        source_of_program(program, comments=said)
        == """\
def program(x, w):
    x1, = x
    # a.py:1; a.py:2\\nimport os
    t1 = np.exp(np.sin(x1))
    # b.py:1
    t2 = t1 * t1
    return t2, t2
"""
    )


def test_conditions():
    """A comparison is a truth inside np.where, and a number elsewhere."""
    listing = Listing()
    x = listing.emit("input", 0)
    less, equal = listing.emit("less", x, listing.constant(1.0)), listing.emit("equal", x, x)
    y = listing.emit("select", less, listing.emit("neg", x), listing.emit("sub", equal, x))
    program = listing.program(inputs=1, parameters=0, results=[y])

    assert "return np.where(x1 < 1.0, -x1, np.where(x1 == x1, 1.0, 0.0) - x1)" in source_of_program(program)


def test_long_programs():
    """A chain is folded only so far that Python can read the text, and its length takes time in proportion."""
    listing = Listing()
    x = listing.emit("input", 0)
    for _ in range(20_000):
        x = listing.emit("sin", x)
    text = source_of_program(listing.program(inputs=1, parameters=0, results=[x]))
    compile(text, "text", "exec")

    assert max(map(len, text.splitlines())) <= WIDTH


def test_many_inputs():
    """Their names may take several lines."""
    compile(labelled(*["height"] * 100), "text", "exec")


def test_units_out_of_order():
    """Numbers that are not made side by side are gathered, and each is still itself."""
    listing = Listing()
    x = [listing.emit("input", j) for j in range(2)]
    h = listing.block(Block(0, tuple(x), 3))
    a = [listing.emit("tanh", z) for z in h]
    early = listing.emit("mul", a[2], a[0])
    mixed = listing.block(Block(0, (a[1], a[0], early), 2))
    again = listing.block(Block(1, tuple([listing.emit("exp", z) for z in (a[0], early, h[1])]), 1))
    program = listing.program(inputs=2, parameters=6, results=[early, *mixed, *again])
    case = Case(program, [[0.5, -1.0], [2.0, 0.1]], [0.1, -0.2, 0.3, 0.4, 0.5, -0.6])
    results, _ = run(case, source_of_program(program))

    np.testing.assert_allclose(results, case.expected()[0], rtol=1e-14)


def test_a_layer_without_inputs():
    """What has no examples is one column."""
    listing = Listing()
    w = [listing.emit("parameter", k) for k in range(4)]
    h = listing.block(Block(0, (w[0], w[1]), 2))
    a = [listing.emit("add", z, b) for z, b in zip(h, w[2:])]
    [y] = listing.block(Block(2, tuple(a), 1))
    program = listing.program(inputs=0, parameters=4, results=[y])
    results, _ = run(Case(program, [[0.0]], [0.1, -0.2, 0.3, 0.4]), source_of_program(program))

    assert evaluate(program, [], [0.1, -0.2, 0.3, 0.4])[0] == pytest.approx(results[0].tolist())
