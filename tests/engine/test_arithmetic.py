"""Numbers as they are shown, and the floats. Their functions are held against NumPy in test_rules.py."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.engine.arithmetic import Arithmetic, Floats, floats
from autograd_mini.engine.operations import values
from autograd_mini.engine.rule import RULES
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.text import text
from autograd_mini.words.numbers import number


@pytest.mark.parametrize(
    ("x", "shown"),
    [
        (5.0, "5"),
        (0.0, "0"),
        (-0.0, "0"),
        (-20.0, "-20"),
        (0.5, "0.5"),
        (1 / 3, "0.3333"),
        (2 / 3, "0.6667"),
        (-0.731058, "-0.7311"),
        (81.99505, "81.9951"),
        (99.99996, "100"),
        (1234.5678, "1234.568"),
        (12345.678, "12345.68"),
        (999999.0, "999999"),
        (999999.7, "1000000"),
        (1234567.8, "1.235e+06"),
        (123456789.0, "123456789"),
        (1e9, "1e+09"),
        (0.0001, "0.0001"),
        (1.2e-9, "1.2e-09"),
        (5e-324, "4.941e-324"),
        (1e308, "1e+308"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_have_the_digits_they_need(x, shown):
    """Whole numbers are whole, others have at most four decimals and seven digits, and no zero has a sign."""
    assert shown == number(x)


@given(st.floats(-1e308, 1e308) | st.floats(-1e7, 1e7) | st.floats(999_990, 1_000_010))
def test_a_shown_number_is_near_the_number(x):
    """Reading a shown number gives the number within half a unit of the fourth digit."""
    assert math.isclose(x, float(number(x)), rel_tol=5.001e-4, abs_tol=5e-324)


@given(st.integers(-999_999_999, 999_999_999))
def test_whole_numbers_are_shown_exactly(n):
    """A whole number of up to nine digits is shown as it is."""
    assert str(n) == number(float(n))


@given(st.floats(), st.floats())
def test_floats_never_raise(x, y):
    """No function of one or two floats raises, and each gives a float."""
    for name in ("exp", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh"):
        assert float is type(getattr(floats, name)(x))
    for name in ("div", "pow", "maximum", "minimum"):
        assert float is type(getattr(floats, name)(x, y))


def test_equal_compares_numbers():
    """`equal` is ==: zeros of both signs are equal, and nan is not."""
    assert floats.equal(0.0, -0.0)
    assert not floats.equal(math.nan, math.nan)


def test_where_asks_only_the_condition():
    """`where` takes its first choice for any condition that is not zero."""
    assert [1.0, 1.0, 1.0, 2.0, 2.0] == [floats.where(c, 1.0, 2.0) for c in (True, -3.0, math.nan, 0.0, -0.0)]


@pytest.mark.parametrize("xp", [floats, text, latex, values], ids=lambda xp: type(xp).__name__)
def test_every_defined_word_is_in_every_arithmetic(xp):
    """A primitive that is made from others can be used by name in rules, whatever they are read in."""
    for name in Arithmetic.definitions:
        rule = RULES[name]
        inputs = [xp.symbol(f"x{i}") if hasattr(xp, "symbol") else 1.0 for i in range(rule.arity or 2)]

        assert getattr(xp, name)(*inputs) is not None


def test_a_defined_word_reads_its_definition():
    """floats.sigmoid is the forward rule of sigmoid, read in floats."""
    assert RULES["sigmoid"].forward(floats, 0.3) == floats.sigmoid(0.3) == Floats().sigmoid(0.3)
