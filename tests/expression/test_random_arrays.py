"""Random expressions of arrays: their values by NumPy, their gradients by another system.

An expression is made as its text and, for the other systems, as a function of an array module and the inputs.
"""

import re

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd_mini import Value, definitions, parse

RNG = np.random.default_rng(5)
SHAPES = {"s": (), "u": (2,), "v": (3,), "A": (2, 3), "B": (3, 2), "C": (2, 2), "D": (3, 3)}
INPUTS = {name: RNG.uniform(0.25, 1.5, shape) * RNG.choice([-1, 1], shape) for name, shape in SHAPES.items()}
SIZES = st.sampled_from([2, 3])
ONE = {
    "tanh": lambda xp, x: xp.tanh(x),
    "sin": lambda xp, x: xp.sin(x),
    "sigmoid": lambda xp, x: 0.5 * (1 + xp.tanh(x / 2)),
    "softplus": lambda xp, x: xp.log(1 + xp.exp(x)),
    "-": lambda xp, x: -x,
}
TWO = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y}
ALL = {
    "sum": lambda xp, x: xp.sum(x),
    "mean": lambda xp, x: xp.mean(x),
    "logsumexp": lambda xp, x: xp.log(xp.sum(xp.exp(x))),
}
OF_AN_INPUT = {  # whose entries are all different and not 0, so that there is a derivative
    "max": lambda xp, x: xp.max(x),
    "min": lambda xp, x: xp.min(x),
    "prod": lambda xp, x: xp.prod(x),
    "norm": lambda xp, x: xp.sqrt(xp.sum(x**2)),
    "norm1": lambda xp, x: xp.sum(xp.abs(x)),
}


def softmax(xp, x):
    return xp.exp(x) / xp.sum(xp.exp(x), axis=-1, keepdims=True)


def named(shape):
    """The inputs of that shape."""
    found = [name for name, other in SHAPES.items() if other == shape]
    return st.sampled_from([(name, lambda xp, env, name=name: env[name]) for name in found])


@st.composite
def expression(draw, shape, depth):
    """A text of that shape, and the function that says what it means."""
    if depth == 0 or draw(st.integers(0, 9)) == 0:
        if draw(st.integers(0, 5)) == 0 and len(shape) == 1:
            k = draw(st.integers(1, shape[0]))
            return f"onehot({k}, {shape[0]})", lambda xp, env: xp.eye(shape[0])[k - 1]
        return draw(named(shape))
    part = lambda *shape: draw(expression(shape, depth - 1))
    kinds = {
        0: "one two all best dot entry",
        1: "one two times row softmax sums list",
        2: "one two times T softmax outer list",
    }
    match kind := draw(st.sampled_from(kinds[len(shape)].split())):
        case "one":
            name, (text, x) = draw(st.sampled_from(sorted(ONE))), part(*shape)
            return f"{name}({text})", lambda xp, env: ONE[name](xp, x(xp, env))
        case "two":
            other = draw(st.sampled_from([shape, (), shape[1:]]))
            sign, (left, x), (right, y) = draw(st.sampled_from(sorted(TWO))), part(*shape), part(*other)
            if draw(st.booleans()):
                left, right, x, y = right, left, y, x
            return f"({left} {sign} {right})", lambda xp, env: TWO[sign](x(xp, env), y(xp, env))
        case "all":
            rows = [draw(SIZES) for _ in range(draw(st.integers(1, 2)))]
            name, (text, x) = draw(st.sampled_from(sorted(ALL))), part(*rows)
            return f"{name}({text})", lambda xp, env: ALL[name](xp, x(xp, env))
        case "best":
            name, (text, x) = (
                draw(st.sampled_from(sorted(OF_AN_INPUT))),
                draw(named((draw(SIZES), draw(SIZES)))),
            )
            return f"{name}({text})", lambda xp, env: OF_AN_INPUT[name](xp, x(xp, env))
        case "dot" | "times":
            inner = draw(SIZES)
            rows, columns = shape[:-1] or (), shape[-1:]
            if len(shape) == 1 and draw(st.booleans()):
                rows, columns = shape, ()
            (left, x), (right, y) = part(*rows, inner), part(inner, *columns)
            return f"({left} @ {right})", lambda xp, env: x(xp, env) @ y(xp, env)
        case "entry":
            sizes = [draw(SIZES) for _ in range(draw(st.integers(1, 2)))]
            at, (text, x) = [draw(st.integers(1, n)) for n in sizes], part(*sizes)
            return f"{text}[{','.join(map(str, at))}]", lambda xp, env: x(xp, env)[tuple(i - 1 for i in at)]
        case "row":
            rows = draw(SIZES)
            i, (text, x) = draw(st.integers(1, rows)), part(rows, *shape)
            return f"{text}[{i}]", lambda xp, env: x(xp, env)[i - 1]
        case "softmax":
            name, (text, x) = draw(st.sampled_from(["softmax", "log_softmax"])), part(*shape)
            return (
                f"{name}({text})",
                lambda xp, env: (
                    softmax(xp, x(xp, env)) if name == "softmax" else xp.log(softmax(xp, x(xp, env)))
                ),
            )
        case "sums":
            axis, n = draw(st.integers(0, 1)), draw(SIZES)
            text, x = part(*([n, *shape] if axis == 0 else [*shape, n]))
            return f"{['sum_rows', 'sum_cols'][axis]}({text})", lambda xp, env: xp.sum(x(xp, env), axis=axis)
        case "T":
            text, x = part(*shape[::-1])
            return f"({text}).T", lambda xp, env: x(xp, env).T
        case "outer":
            (left, x), (right, y) = part(shape[0]), part(shape[1])
            return f"outer({left}, {right})", lambda xp, env: xp.outer(x(xp, env), y(xp, env))
        case "list":
            parts = [part(*shape[1:]) for _ in range(shape[0])]
            texts = ", ".join(text for text, _ in parts)
            return f"[{texts}]", lambda xp, env: xp.stack([x(xp, env) for _, x in parts])
    raise AssertionError(kind)


@st.composite
def texts(draw):
    """Two definitions, of which the second may be made from the first as well, and their loss; and its function."""
    shape = draw(st.sampled_from([shape for shape in SHAPES.values() if shape]))
    (first, h), (second, g) = (draw(expression(shape, 3)) for _ in range(2))
    other = draw(st.sampled_from(sorted(TWO)))
    text = f"h = {first}; g = tanh(h {other} {second}); loss = sum(g) + mean(h)"

    def loss(xp, env):
        value = h(xp, env)
        return xp.sum(xp.tanh(TWO[other](value, g(xp, env)))) + xp.mean(value)

    return text, loss


def flat(x):
    return [x] if isinstance(x, Value) else [each for part in x for each in flat(part)]


def bound(text):
    """The inputs that the text has."""
    found = {name: x for name, x in INPUTS.items() if re.search(rf"\b{name}\b", text)}
    assume(found)
    return found


def check(text, loss, gradient):
    """Values by NumPy, gradients by another system."""
    given = bound(text)
    found = definitions(text, given)
    found["loss"].backward()
    wanted = gradient(loss, given)

    assert np.isclose(found["loss"].data, loss(np, given), rtol=1e-12, atol=1e-12)
    for name in given:
        ours = [leaf.grad for leaf in flat(found[name])]
        assert np.allclose(ours, np.ravel(wanted[name]), rtol=1e-9, atol=1e-10), name


def by_autograd(loss, given):
    return autograd.grad(lambda env: loss(anp, env))(given)


@given(texts())
@settings(max_examples=60, deadline=None)
def test_random_texts(case):
    """Random texts with arrays have the values of NumPy and the gradients of HIPS autograd."""
    check(*case, by_autograd)


@given(texts())
@settings(max_examples=60, deadline=None)
def test_data_and_shapes(case):
    """With every input data and unbound, entries bound later give the same values, and nothing has a gradient."""
    text, loss = case
    given = bound(text)
    shapes = {name: f"[{','.join(map(str, np.shape(x)))}]" for name, x in given.items() if np.shape(x)}
    f = parse(text, shapes, data="*")
    entries = {
        label: x for label, x in labelled(given).items() if label in {leaf.label for leaf in f.unbound()}
    }

    assert all(leaf.is_constant for leaf in f.unbound())
    assert np.isclose(f.forward(**entries), loss(np, given), rtol=1e-12, atol=1e-12)


def labelled(given):
    """Every number by the label of its entry."""
    return {
        name + (f"[{','.join(str(i + 1) for i in index)}]" if index else ""): float(x[index])
        for name, x in given.items()
        for index in np.ndindex(np.shape(x))
    }


@pytest.mark.slow
@given(texts())
@settings(max_examples=400, deadline=None)
def test_many_random_texts(case):
    """The same, many times."""
    check(*case, by_autograd)


@pytest.mark.slow
def test_random_texts_by_jax():
    """Random texts with arrays have the gradients of JAX."""
    jax = pytest.importorskip("jax", reason="needs the extra `jax`")

    def by_jax(loss, given):
        with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
            return jax.grad(lambda env: loss(jax.numpy, env))(
                {name: jax.numpy.asarray(x) for name, x in given.items()}
            )

    @given(texts())
    @settings(max_examples=60, deadline=None)
    def compare(case):
        check(*case, by_jax)

    compare()
