"""A whole graph as one formula, and its derivatives, beside what the engine computes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import Value, formula, parse, sigmoid, tanh
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import UnknownVariableError
from autograd_mini.formulas.text import Text
from autograd_mini.nn import MLP


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("(u + v) * w", None, "f = (u + v) × w"),
        ("(u + v) * w", "u", "∂f/∂u = w"),
        ("(u + v) * w", "w", "∂f/∂w = u + v"),
        ("f = w3 * relu(w1*x1 + w2*x2 + b)", None, "f = w3 × relu(w1 × x1 + w2 × x2 + b)"),
        ("f = w3 * relu(w1*x1 + w2*x2 + b)", "w1", "∂f/∂w1 = w3 · 1_{w1 x1 + w2 x2 + b > 0} x1"),
        ("1/2 * (y - h)**2", None, "f = 1 / 2 × (y − h)^2"),
        ("1/2 * (y - h)**2", "h", "∂f/∂h = −(y − h)"),
        ("(y - h)**2 / 2", "y", "∂f/∂y = y − h"),
        ("sigmoid(a)", "a", "∂f/∂a = sigmoid(a) (1 − sigmoid(a))"),
        ("x*x*x", "x", "∂f/∂x = 3 x^2"),
        ("u/v", "v", "∂f/∂v = −u / v^2"),
        ("sqrt(x)", "x", "∂f/∂x = 1 / (2 √x)"),
        ("x + 3", "x", "∂f/∂x = 1"),
        ("y*0 + x - x", "x", "∂f/∂x = 0"),
        ("u*0 + 2*pi*r", "r", "∂f/∂r = 2 π"),
        ("2*pi*r", "r", "∂f/∂r = 2 π"),
        ("a = x*y; f = a + exp(a)", "x", "∂f/∂x = (1 + exp(x y)) y"),
    ],
)
def test_what_it_says(text, by, expected):
    assert repr(formula(parse(text), by)) == expected


def test_in_other_styles():
    slope = formula(parse("f = u/v"), by="v")
    assert str(slope) == "−u / v^2"
    assert slope.latex == r"-\frac{u}{v^{2}}"
    assert slope.mathml.startswith("<math><mrow><mo>−</mo><mfrac>")
    assert slope._repr_latex_() == r"$\frac{\partial f}{\partial v} = -\frac{u}{v^{2}}$"
    assert str(formula(parse("max(x, 1.5)"), lang="fr")) == "max(x ; 1,5)"


def test_numbers_are_not_needed_nor_shown():
    u = Value(2.0, "u")
    assert str(formula(tanh(u) * 3)) == "tanh(u) × 3"
    assert str(formula(tanh(Value(label="u")) * 3, by="u")) == "3 (1 − tanh(u)^2)"


def test_a_graph_that_would_be_too_long():
    x = Value(0.5, "x")
    f = x
    for _ in range(50):
        f = f * f
    with pytest.raises(ValueError, match=r"more than 1000 names and numbers; look at steps"):
        formula(f)
    with pytest.raises(ValueError, match=r"more than 1000"):
        formula(f, by="x")
    deep = x
    for _ in range(300):
        deep = sigmoid(deep * 0.5 + 0.1)
    assert str(formula(deep)).count("sigmoid") == 300
    with pytest.raises(ValueError, match=r"the derivative of 'f' would be a formula of more than 1000"):
        formula(deep, by="x")


def test_what_is_asked_wrongly():
    with pytest.raises(TypeError, match=r"for a list, one entry"):
        formula([Value(1.0)])
    with pytest.raises(UnknownVariableError, match=r"no variable is called 'q'"):
        formula(parse("u*v"), by="q")
    with pytest.raises(ValueError, match=r"no words for the language 'xx'"):
        formula(parse("u*v"), lang="xx")


def test_a_small_network():
    f = MLP(2, [2, 1], activation="tanh", seed=1)([1.0, 2.0])
    assert "tanh" in str(formula(f))
    assert str(formula(f, by="w1[1,1]"))


pieces = st.sampled_from(
    ["u", "v", "(u + v)", "tanh(u)", "sigmoid(v)", "2", "0.5", "u*v", "exp(-u)", "(v - 1)", "v**2"]
)
texts = st.lists(st.tuples(st.sampled_from("+-*/"), pieces), min_size=1, max_size=6)


@given(texts, st.floats(0.2, 1.8), st.floats(0.2, 1.8))
@settings(max_examples=80)
def test_the_formula_read_again_is_the_derivative(text, u, v):
    source = "u + 0*v" + "".join(
        [sign + ("(" + piece + "*u + 3)" if sign == "/" else piece) for sign, piece in text]
    )
    f = parse(source, u=u, v=v)
    f.backward()
    variables = [x for x in toposort(f) if x.rule is None and x.label]
    for x in variables:
        again = parse("0*u + 0*v + " + str(formula(f, by=x.label).written(Starred())), u=u, v=v)
        if math.isfinite(x.grad):
            assert again.data == pytest.approx(x.grad, rel=1e-9, abs=1e-9)


class Starred(Text):
    """Text in which every product has its sign, so that it can be parsed."""

    def spaced(self, *contents):
        return " * ".join(contents)
