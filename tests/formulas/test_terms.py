"""The simplifier: what it says, and that both sides are equal wherever they are defined."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.rule import RULES
from autograd_mini.formulas.drawn import drawn
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.terms import Term, number, symbol, term, terms
from autograd_mini.formulas.text import text

x, y, h, w = map(symbol, "xyhw")


def said(value, xp=text):
    return str(xp.formula(term(value).read(xp, xp.symbol)))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (h * (1.0 - h), "h (1 − h)"),
        (terms.div(2.0 * (y - h) * -1.0, 2.0), "−(y − h)"),
        (1.0 * x + 0.0, "x"),
        (x * 0.0 + y, "y"),
        (x * terms.div(1.0, y), "x / y"),
        (2.0 * terms.div(x, 2.0), "x"),
        (x * x * y * x, "x^3 y"),
        (x * 3.0 * y * 2.0, "6 x y"),
        (-x * -y, "x y"),
        (terms.div(-x, -y), "x / y"),
        (x + x, "2 x"),
        (x - x + y, "y"),
        (terms.div(x, 3.0) + terms.div(x, 6.0), "x / 2"),
        (terms.div(x, 3.0), "x / 3"),
        (0.1 * x * 3.0, "0.3 x"),
        (terms.div(x, y) * y, "x"),
        (terms.pow(terms.div(2.0 * x, y), 2.0), "4 x^2 / y^2"),
        (terms.div(x, 2.0 * w) * terms.div(1.0, w), "x / (2 w^2)"),
        (-(x + y) * h, "−(x + y) h"),
        (x - (y - h), "x − (y − h)"),
        (terms.exp(-x * x), "exp(−x^2)"),
        (terms.where(x > 0.0, 1.0, 1.0), "1"),
        (terms.sqrt(2.0 * terms.pi) * x, "√(2 π) x"),
        (terms.div(x, 0.0), "x / 0"),
        (number(-1.0, 3.0) * x, "−x / 3"),
    ],
)
def test_what_a_teacher_would_write(value, expected):
    assert said(value) == expected


def test_in_other_arithmetics():
    value = terms.div(h * (1.0 - h) * terms.pow(x, 2.0), 2.0)
    assert said(value, drawn) == "h (1 − h) x² / 2"
    assert said(value, latex) == r"\frac{h\,\left(1 - h\right)\,x^{2}}{2}"
    assert value.read(floats, {"h": 0.25, "x": 2.0}.__getitem__) == 0.375


def test_symbols_of_a_term():
    assert (terms.exp(x * y) + terms.where(h > 0.0, x, 1.0)).symbols == {"x", "y", "h"}


def test_equal_terms_are_one():
    assert (x + y) * h * 1.0 == (x + y) * h
    assert hash((x + y) * h) == hash((x + y) * h)
    assert x != "x"


def test_a_term_has_no_truth():
    with pytest.raises(TypeError, match=r"use xp\.where"):
        bool(x > y)


NUMBERS = {"x": 0.7, "y": 1.3, "h": 0.4, "w": -0.6}


def grow(children):
    two = st.tuples(st.sampled_from(["+", "-", "*", "/"]), children, children)
    one = st.tuples(st.sampled_from(["neg", "exp", "sq", "inv", "cube", "tanh", "sqrt"]), children)
    return two | one


trees = st.recursive(
    st.sampled_from(["x", "y", "h", "w", 0.0, 1.0, 2.0, 0.5, -1.0, 3.0]), grow, max_leaves=14
)


def computed(tree, xp, leaf):
    """A tree in an arithmetic."""
    if not isinstance(tree, tuple):
        return leaf(tree)
    name, *parts = tree
    values = [computed(part, xp, leaf) for part in parts]
    return {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": xp.div,
        "neg": lambda a: -a,
        "exp": xp.exp,
        "tanh": xp.tanh,
        "sq": lambda a: xp.pow(a, 2.0),
        "cube": lambda a: xp.pow(a, 3.0),
        "inv": lambda a: xp.pow(a, -1.0),
        "sqrt": xp.sqrt,
    }[name](*values)


@given(trees)
@settings(max_examples=300)
def test_both_sides_are_equal(tree):
    plain = computed(tree, floats, lambda leaf: NUMBERS.get(leaf, leaf))
    simple = term(computed(tree, terms, lambda leaf: symbol(leaf) if isinstance(leaf, str) else term(leaf)))
    found = simple.read(floats, NUMBERS.__getitem__)
    if math.isfinite(plain) and abs(plain) < 1e100:
        # Where something cancelled, the plain side has lost digits: both are compared to what was added.
        assert found == pytest.approx(plain, rel=1e-6, abs=1e-6 * size(tree))


def size(tree):
    """How large the numbers are that a tree adds."""
    if not isinstance(tree, tuple):
        return 1.0
    value = computed(tree, floats, lambda leaf: NUMBERS.get(leaf, leaf))
    return max([abs(value) if math.isfinite(value) else 1e300, *map(size, tree[1:])])


@pytest.mark.parametrize("name", sorted(RULES))
def test_partials_of_the_table(name):
    """Every partial, as a Term and as floats say it."""
    rule = RULES[name]
    count = rule.arity or (4 if name == "dot" else 3)
    letters = [f"x{i}" for i in range(count)]
    numbers = dict(zip(letters, [0.3, 0.45, 0.6, 0.2], strict=False))
    numbers["z"] = rule.forward(floats, *[numbers[letter] for letter in letters])
    exact = rule.partials(floats, numbers["z"], *[numbers[letter] for letter in letters])
    if not all(map(math.isfinite, exact)):
        numbers |= {letter: x + 1.0 for letter, x in zip(letters, [0.3, 0.45, 0.6, 0.2], strict=False)}
        numbers["z"] = rule.forward(floats, *[numbers[letter] for letter in letters])
        exact = rule.partials(floats, numbers["z"], *[numbers[letter] for letter in letters])
    found = rule.partials(terms, symbol("z"), *map(symbol, letters))
    for one, other in zip(found, exact, strict=True):
        assert isinstance(term(one), Term)
        assert term(one).read(floats, numbers.__getitem__) == pytest.approx(other, rel=1e-12)
