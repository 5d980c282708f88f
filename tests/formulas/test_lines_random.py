"""Random texts with arrays: every line of theirs is computed as it is written, closed, opened and without numbers."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograd_mini import definitions
from autograd_mini.expression.arrays import entries
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.sweeps import VALUES, Trace
from tests.expression.test_random_arrays import bound, texts
from tests.figures.evaluated import untrue

OPENED = [(), ("h",), ("g",), ("loss",), ("all",)]


def check(text):
    """The lines at every level, and their numbers beside those of single operations."""
    numbers = bound(text)
    names = definitions(text, numbers)
    operations = Trace(names)
    values = {operations.nodes[step.node]: step.after for step in operations if step.sweep == VALUES}
    slopes = {operations.nodes[step.node]: step.after for step in operations if step.sweep != VALUES}
    for opened in OPENED:
        if opened and opened[0] in names and entries(names[opened[0]])[0].rule is None:
            continue  # h = u is u itself
        lines = Lines(names, opened=opened)
        wrong = untrue(lines, is_strict=False)
        assert wrong == [], f"{text} {opened} {wrong}"
        for step in lines:
            table = values if step.sweep == VALUES else slopes
            for node, number in zip(lines.nodes[step.node].unit.entries, np.ravel(step.result), strict=True):
                assert np.isclose(table.get(node, 0.0), number, rtol=1e-12, atol=1e-12), (text, step.line)


def check_formulas(text):
    """The lines without numbers, beside the engine's; and that they are set in every style of print."""
    numbers = bound(text)
    shapes = {name: str([*np.shape(x)]) for name, x in numbers.items() if np.shape(x)}
    names = [definitions(text, each) for each in (shapes, numbers)]
    assert all(leaf.primal is None for name in numbers for leaf in entries(names[0][name]))
    for opened in OPENED[::4]:
        lines, computed = (Lines(each, opened=opened) for each in names)
        wrong = untrue(lines, computed, is_strict=False)
        assert wrong == [], f"{text} {opened} {wrong}"
        assert all(step.latex and step.mathml and step.meaning for step in lines)


@given(texts())
@settings(max_examples=20)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:divide by zero", "ignore:invalid value")
def test_random_lines_are_true(case):
    check(case[0])


@given(texts())
@settings(max_examples=20)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:divide by zero", "ignore:invalid value")
def test_random_formulas_are_true(case):
    check_formulas(case[0])


@pytest.mark.slow
@given(texts())
@settings(max_examples=400)
@pytest.mark.filterwarnings("ignore:overflow", "ignore:divide by zero", "ignore:invalid value")
def test_many_random_lines_are_true(case):
    check(case[0])
    check_formulas(case[0])
