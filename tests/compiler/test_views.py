"""What is shown of a compiled function: its source with the lines it is from, its report, LLVM, and JAX."""

import numpy as np
import pytest

from autograd_mini import Value, compile, sigmoid, softmax, tanh
from autograd_mini.compiler import machine
from autograd_mini.errors import CompileError, MissingExtraError


@pytest.fixture
def branching():
    w = Value(0.5, label="w")

    @compile
    def f(u, v):
        a = w * u * v + 1.0
        b = sigmoid(a)
        b.label = "second"
        return tanh(b) if u > 0.5 else softmax([a, b])[0]

    f([1.0, 0.0], [2.0, 3.0])
    return f


def test_source_of_every_path(branching):
    """Each path is a function of its own, below the question that leads to it; inputs have their names."""
    first, second = branching.source().split("\n\n")

    assert "`return tanh(b) if u > 0.5 else softmax([a, b])[0]`, holds" in first
    assert "does not hold" in second
    assert "    u, v = x\n" in first
    assert "w[0]" in first


def test_source_with_its_lines(branching):
    """Above the operations stand the lines that they are from, and labels that these do not have."""
    text = branching.source(lines=True)

    assert "    # a = w * u * v + 1.0\n" in text
    assert "second: b = sigmoid(a)" in text


def test_source_of_a_gradient():
    """It returns the values, and the sums of the parameters."""
    w = Value(2.0, label="w")
    f = compile(lambda x: tanh(w * x))
    f.backward([1.0])

    assert "sums[0] +=" in f.source(gradient=True)


def test_before_the_first_call():
    """There is nothing to show, and it says what to do."""
    f = compile(lambda x: x)
    for view in (f.source, f.report, f.llvm, f.to_jax, lambda: f.parameters):
        with pytest.raises(CompileError, match="call it with a batch first"):
            view()


def test_report(branching):
    """Paths with their questions, operations, and the tier that runs them."""
    report = branching.report()

    assert "f: 2 paths, 1 parameters" in report.splitlines()[0]
    assert "path 2" in report
    assert "values and gradient: for each example" in report


def test_bound_to_arrays():
    """What is bound computes from its arrays into its arrays, and is the function in other clothes."""
    w = [Value(0.5), Value(-1.5)]
    f = compile(lambda x: tanh(w[0] * x[0] + w[1] * x[1]))
    X = np.random.default_rng(0).normal(size=(5, 2))
    cost = f.backward(X)
    bound = f.bound(np.zeros((5, 2)), gradient=True)
    bound.inputs[:] = X.T
    bound()

    np.testing.assert_allclose(bound.results[0], f(X), rtol=1e-14)
    np.testing.assert_allclose(bound.sums[:-1], [p.grad for p in f.parameters], rtol=1e-13)
    assert abs(cost - bound.results.mean()) < 1e-15
    w[0].data = 3.0
    bound.parameters[:-1] = [p.data for p in f.parameters]
    bound()
    np.testing.assert_allclose(bound.results[0], f(X), rtol=1e-14)


def test_what_cannot_be_bound(branching):
    """Questions and several results are refused, with what they are."""
    with pytest.raises(CompileError, match="asks questions"):
        branching.bound([1.0], [2.0])
    with pytest.raises(TypeError, match="returned 2 in a list"):
        compile(lambda x: [x, x]).bound([1.0], gradient=True)


def test_llvm():
    """The text has the operations on vectors."""
    pytest.importorskip("llvmlite", reason="needs the extra `fast`")
    f = compile(lambda x, y: x * y)
    f([1.0], [2.0])

    assert "fmul contract <8 x double>" in f.llvm()


def test_without_llvmlite_the_machine_says_what_to_install(monkeypatch):
    """The tiers of the machine name the extra; `auto` runs on NumPy."""
    monkeypatch.setitem(__import__("sys").modules, "llvmlite", None)
    f = compile(lambda x: 2 * x, tier="tape")
    with pytest.raises(MissingExtraError, match=r"autograd-mini\[fast\]"):
        f([1.0])
    with pytest.raises(MissingExtraError, match=r"autograd-mini\[fast\]"):
        machine.kernel(None)


@pytest.mark.slow
def test_jax_has_the_same_numbers():
    """Values and gradients of to_jax are those of the compiled function; another path is nan."""
    jax = pytest.importorskip("jax", reason="needs the extra `jax`")
    with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
        agrees_with_jax(jax)


def agrees_with_jax(jax):
    w = [Value(0.5), Value(-1.5)]

    @compile
    def f(x, scale):
        if x[0] > 10.0:
            raise ValueError
        return {"a": scale * tanh(w[0] * x[0] + w[1] * x[1]), "b": [x[0] * w[0], (x[1],)]}

    X = np.random.default_rng(0).normal(size=(7, 2))
    expected = f(X, 3.0)
    of_jax = jax.jit(f.to_jax())
    found = of_jax(np.array([p.data for p in f.parameters]), X, 3.0)
    cost = compile(lambda x: tanh(w[0] * x[0] + w[1] * x[1]))
    cost.backward(X)
    slope = jax.grad(lambda p: cost.to_jax()(p, X).mean())(np.array([p.data for p in cost.parameters]))

    np.testing.assert_allclose(found["a"], expected["a"], rtol=1e-13)
    np.testing.assert_allclose(found["b"][0], expected["b"][0], rtol=1e-13)
    np.testing.assert_allclose(found["b"][1][0], expected["b"][1][0], rtol=1e-13)
    np.testing.assert_allclose([p.grad for p in cost.parameters], slope, rtol=1e-12)
    assert np.isnan(of_jax(np.array([0.5, -1.5]), X + 100.0, 3.0)["a"]).all()
    with pytest.raises(ValueError, match="had the shape"):
        of_jax(np.array([0.5, -1.5]), X[:, :1], 3.0)
