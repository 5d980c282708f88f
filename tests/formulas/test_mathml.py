"""MathML: the formulas of the table as browsers read them."""

import xml.etree.ElementTree as ET

import pytest

from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES
from autograd_mini.formulas.mathml import Mathml, mathml


def text_of(formula):
    return "".join(ET.fromstring(f"<math>{formula}</math>").itertext())


@pytest.mark.parametrize("rule", [*RULES.values(), power(3.0), power(-1.0)], ids=lambda rule: rule.name)
def test_every_rule_can_be_written(rule):
    """The formula and the partials of every rule are well-formed and name their inputs."""
    symbols = [mathml.symbol(f"x{i}") for i in range(1, (rule.arity or 4) + 1)]
    formula = mathml.applied(rule, *symbols)

    assert all(f"x{i}" in text_of(formula) for i in range(1, len(symbols) + 1))
    for partial in rule.partials(mathml, mathml.symbol("z"), *symbols):
        text_of(mathml.formula(partial))


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("t1", "<msub><mi>t</mi><mn>1</mn></msub>"),
        ("w[1,2]", "<msub><mi>w</mi><mn>1,2</mn></msub>"),
        ("w_A", "<msub><mi>w</mi><mi>A</mi></msub>"),
        ("y_hat", "<mi>ŷ</mi>"),
        ("loss", "<mi>loss</mi>"),
        ("</mi><script>", "<mi>&lt;/mi&gt;&lt;script&gt;</mi>"),
    ],
)
def test_names(name, markup):
    """A letter with an index has it below; anything else is shown as it is, escaped."""
    assert markup == str(mathml.symbol(name))


@pytest.mark.parametrize(
    ("x", "shown"),
    [(5.0, "5"), (-0.5, "−0.5"), (1.2e-9, "1.2·10−9"), (float("inf"), "∞"), (float("-inf"), "−∞")],
)
def test_numbers(x, shown):
    """Numbers have the digits they need, powers of ten as such."""
    assert shown == text_of(mathml.constant(x))


def test_french_numbers():
    """In French the decimal point is a comma."""
    assert "0,5" == text_of(Mathml("fr").constant(0.5))


def test_brackets():
    """A sum inside a product, and a negative factor, have brackets."""
    u, v = mathml.symbol("u"), mathml.symbol("v")

    assert "(u+v)×(−v)" == text_of((u + v) * -v)
