"""Programs under JAX: values, derivatives by our conventions, and a step over many devices."""

import itertools
import json
import math
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from compiler.programs import ARITY, every_operation, mlp, random_case
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini.compiler.alphabet import read_in
from autograd_mini.compiler.program import Listing
from autograd_mini.compiler.xla import columns, to_jax
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.operations import values
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value
from autograd_mini.errors import MissingExtraError

TRUTHS = ("less", "less_equal", "equal")


@pytest.fixture
def jax():
    """JAX, computing in float64."""
    jax = pytest.importorskip("jax", reason="needs the extra `jax`")
    with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
        yield jax


def program_of(name, arity):
    """One operation of inputs."""
    listing = Listing(exact=True)
    z = listing.emit(name, *[listing.emit("input", j) for j in range(arity)])
    return listing.program(inputs=arity, parameters=0, results=[z])


def without_subnormals(case):
    """The case without the examples that XLA takes for others."""
    rows = [row for row in zip(*case.columns) if not any(0.0 < abs(x) < 1e-300 for x in row)]
    return case._replace(columns=[list(column) for column in zip(*rows)])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "case"), every_operation())
def test_operations(name, case, jax):
    """Values at every combination of nan, infinities, zeros and ordinary numbers."""
    case = without_subnormals(case)
    [z] = jax.jit(to_jax(case.program))([], *case.columns)

    np.testing.assert_allclose(z, [row[0] for row in case.expected()[0]], rtol=1e-13, atol=1e-300)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ARITY if name in RULES])
def test_partials(name, jax):
    """Each derivative of each operation is that of its rule, at kinks and ties too."""
    rule, arity = RULES[name], ARITY[name]
    points = [*itertools.product((-1.0, -0.0, 0.0, 0.3, 1.0, 2.0, -2.5), repeat=arity)]
    partials = [rule.partials(floats, rule.forward(floats, *point), *point) for point in points]
    f = to_jax(program_of(name, arity))
    for i in range(arity):
        slope = jax.vmap(jax.grad(lambda *xs: f([], *xs)[0], argnums=i))
        found = jax.jit(slope)(*[np.array(column) for column in zip(*points)])

        np.testing.assert_allclose(
            found, [d[i] for d in partials], rtol=1e-12, atol=1e-15, err_msg=f"{name} {i}"
        )


@pytest.mark.slow
def test_choices(jax):
    """Nothing comes from the condition of a choice, and all from what is chosen; comparisons have no slope."""
    f = to_jax(program_of("select", 3))
    slopes = jax.grad(lambda *xs: f([], *xs)[0], argnums=(0, 1, 2))

    assert (0.0, 1.0, 0.0) == slopes(1.0, 2.0, 3.0) == slopes(math.nan, 2.0, 3.0)
    assert (0.0, 0.0, 1.0) == slopes(0.0, 2.0, 3.0)
    for name in TRUTHS:
        less = to_jax(program_of(name, 2))
        assert (0.0, 0.0) == jax.grad(lambda x, y, f=less: f([], x, y)[0], argnums=(0, 1))(1.0, 1.0)


def powered(listing, x):
    return listing.emit("pow", x, listing.constant(3.0))


def relu(listing, x):
    return listing.emit("maximum", x, listing.constant(0.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "x", "derivatives"),
    [
        (powered, -2.0, (-8.0, 12.0, -12.0, 6.0)),
        (powered, 0.0, (0.0, 0.0, 0.0, 6.0)),
        (relu, 0.0, (0.0, 1.0, 0.0, 0.0)),
        (relu, -0.0, (0.0, 1.0, 0.0, 0.0)),
        (relu, -1.0, (0.0, 0.0, 0.0, 0.0)),
    ],
)
def test_higher_derivatives(build, x, derivatives, jax):
    """In reverse over reverse and forward over reverse, under jit or not."""
    listing = Listing(exact=True)
    program = listing.program(inputs=1, parameters=0, results=[build(listing, listing.emit("input", 0))])
    f = to_jax(program)
    functions = [lambda x: f([], x)[0]]
    for _ in range(3):
        functions.append(jax.grad(functions[-1]))
    hessian = jax.jit(jax.hessian(functions[0]))

    assert derivatives == pytest.approx([float(d(x)) for d in functions])
    assert derivatives == pytest.approx([float(jax.jit(d)(x)) for d in functions])
    assert derivatives[2] == pytest.approx(float(hessian(x)))


def eager(case, row, seeds):
    """The results of one example by Values, and the gradient of their weighted sum by its parameters."""
    program = case.program
    parameters = [Value(w) for w in case.parameters]
    numbers = []
    for name, *reads in program.instructions:
        if name in ("input", "parameter"):
            z = (row if name == "input" else parameters)[reads[0]]
        elif name == "constant":
            z = reads[0]
        elif name == "unit":
            block = program.blocks[reads[0]]
            step, start = (block.units, reads[1]) if block.transposed else (1, reads[1] * len(block.inputs))
            weights = parameters[block.first + start :: step][: len(block.inputs)]
            z = values.dot([Value(0.0) + numbers[x] for x in block.inputs], weights)
        else:
            xp = values if any(isinstance(numbers[x], Value) for x in reads) else floats
            z = read_in(xp, name, *[numbers[x] for x in reads])
            z = float(z) if name in TRUTHS else z
        numbers.append(z)
    results = [Value(0.0) + numbers[x] for x in program.results]
    values.dot([Value(seed) for seed in seeds], results).backward()
    return [z.data for z in results], [w.grad for w in parameters]


@pytest.mark.slow
@settings(max_examples=12)
@given(st.randoms(use_true_random=False))
def test_random_programs(rng):
    """Values and gradients are those that the engine has without JAX."""
    import jax

    case = random_case(rng, operations=40, opaque=False, sums=False, examples=3)
    seeds = [rng.uniform(-1.0, 1.0) for _ in case.program.results]
    with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
        f = to_jax(case.program)

        def weighted(w, row):
            results = f(w, *row)
            return sum(seed * z for seed, z in zip(seeds, results)), results

        rows = np.array(case.columns).T
        differentiated = jax.vmap(jax.grad(weighted, has_aux=True), in_axes=(None, 0))
        gradients, results = differentiated(np.array(case.parameters), rows)
    for k, row in enumerate(rows.tolist()):
        expected, gradient = eager(case, row, seeds)
        np.testing.assert_allclose([z[k] for z in results], expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(gradients[k], gradient, rtol=1e-7, atol=1e-7)


def mean_gradient(case):
    """The mean loss and its gradient, by `evaluate` of the program that has the gradient as sums."""
    results, sums = case.expected()
    return sum(row[0] for row in results) / len(results), [s / len(results) for s in sums]


@pytest.mark.slow
def test_a_network(jax):
    """Each layer is one product; the gradient by jit is that of our own program."""
    case = mlp([3, 40, 40, 1], examples=20)
    f = to_jax(mlp([3, 40, 40, 1], gradient=False).program)
    step = jax.value_and_grad(lambda w, *xs: f(w, *xs)[0].mean())
    arguments = np.array(case.parameters), *map(np.array, case.columns)
    loss, gradient = jax.jit(step)(*arguments)
    expected, slopes = mean_gradient(case)

    assert expected == pytest.approx(float(loss), rel=1e-13)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-11, atol=1e-14)
    assert 3 == str(jax.make_jaxpr(f)(*arguments)).count("dot_general[")
    assert len(str(jax.make_jaxpr(step)(*arguments)).splitlines()) < 300


@pytest.mark.slow
def test_shapes(jax):
    """Numbers, columns, tables, and a mixture of them; one example at a time under vmap."""
    case = mlp([2, 3, 1], gradient=False, examples=6)
    f, w = to_jax(case.program), np.array(case.parameters)
    u, v, y = map(np.array, case.columns)
    [expected] = f(w, u, v, y)
    [mapped] = jax.vmap(f, in_axes=(None, 0, 0, 0))(w, u, v, y)
    [single] = f(w, u[2], float(v[2]), y[2])
    [table] = f(w, *[x.reshape(2, 3) for x in (u, v, y)])
    [mixed] = f(w, u, v[0], y)

    assert (6,) == expected.shape == mixed.shape
    np.testing.assert_allclose(mapped, expected, rtol=1e-14)
    np.testing.assert_allclose(single, expected[2], rtol=1e-14)
    np.testing.assert_allclose(table, expected.reshape(2, 3), rtol=1e-14)
    np.testing.assert_allclose(mixed[0], expected[0], rtol=1e-14)


@pytest.mark.slow
def test_results_that_no_input_enters(jax):
    """They have the shape of the others."""
    listing = Listing()
    x, w = listing.emit("input", 0), listing.emit("parameter", 0)
    results = [listing.constant(2.0), listing.emit("exp", w), x]
    f = to_jax(listing.program(inputs=1, parameters=1, results=results))

    assert [(4,)] * 3 == [z.shape for z in jax.jit(f)([1.0], np.zeros(4))]
    assert [()] * 3 == [z.shape for z in f([1.0], 1)]


@pytest.mark.slow
def test_precision():
    """What is given in float32 is computed so, and everything is unless JAX is told otherwise."""
    jax = pytest.importorskip("jax", reason="needs the extra `jax`")
    f = to_jax(program_of("exp", 1))

    assert "float32" == f([], 1)[0].dtype == f([], np.ones(3))[0].dtype
    with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
        assert "float64" == f([], 1)[0].dtype
        assert "float32" == f(np.ones(0, np.float32), np.ones(3, np.float32))[0].dtype


@pytest.mark.slow
def test_wrong_arguments(jax):
    """Too few inputs, and parameters of another shape, are errors that say what is expected."""
    f = to_jax(mlp([2, 3, 1], gradient=False).program)
    with pytest.raises(TypeError, match=r"the program has 3 inputs, got 1; give \(parameters, \*inputs\)"):
        f(np.zeros(13), 1.0)
    with pytest.raises(
        ValueError, match=r"the program has 13 parameters in a row, got an array of shape \(12,\)"
    ):
        f(np.zeros(12), 1.0, 1.0, 1.0)


def test_python_functions_are_refused():
    """JAX has no derivative of them."""
    listing = Listing()
    y = listing.opaque(math.gamma, listing.emit("input", 0))
    program = listing.program(inputs=1, parameters=0, results=[y])
    with pytest.raises(ValueError, match=r"JAX cannot differentiate the Python functions .*primitive\(...\)"):
        to_jax(program)


def test_without_jax(monkeypatch):
    """The message names the extra."""
    columns.cache_clear()
    for name in ("jax", "jax.numpy"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"to_jax\(\) needs JAX; .*autograd-mini\[jax\]"):
        to_jax(program_of("exp", 1))


# Many devices

ROOT = Path(__file__).parents[2]


def started(*arguments):
    """sharded.py as a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests/compiler/sharded.py"), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def printed(process):
    """What it printed last; its errors if it failed."""
    out, errors = process.communicate(timeout=300)
    assert 0 == process.returncode, errors
    return json.loads(out.splitlines()[-1])


def expected_step():
    """The mean loss and its gradient on the examples of sharded.py."""
    return mean_gradient(mlp([2, 16, 16, 1], examples=64))


@pytest.mark.slow
def test_eight_devices():
    """The step over a mesh: the gradient of one device, and one exchange between them."""
    pytest.importorskip("jax", reason="needs the extra `jax`")
    loss, gradient, reduces, devices = printed(started("8"))
    alone = printed(started("1"))

    assert (8, 1) == (devices, reduces)
    assert (1, 0) == (alone[3], alone[2])
    np.testing.assert_allclose(gradient, alone[1], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(gradient, expected_step()[1], rtol=1e-12, atol=1e-14)
    assert loss == pytest.approx(alone[0], rel=1e-13)


@pytest.mark.slow
def test_two_processes():
    """The same over two processes that talk over the network: each finds the whole gradient."""
    pytest.importorskip("jax", reason="needs the extra `jax`")
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    processes = [started("2", address, str(rank)) for rank in range(2)]
    try:
        found = [printed(process) for process in processes]
    finally:
        for process in processes:
            process.kill()

    for _, gradient, reduces, devices in found:
        assert (4, 1) == (devices, reduces)
        np.testing.assert_allclose(gradient, expected_step()[1], rtol=1e-12, atol=1e-14)
