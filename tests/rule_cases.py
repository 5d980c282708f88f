"""Every rule of the table, as cases for tests: n-ary ones with several counts of inputs, and some powers."""

import random

import pytest

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES

TABLE = [
    (rule, arity)
    for rule in RULES.values()
    for arity in ([rule.arity] if rule.arity else (1, 2, 4))
    if (rule.name, arity) != ("dot", 1)  # it takes two sequences
]
POWERS = [(power(n), 1) for n in (3.0, 2.0, 1.0, 0.0, -1.0, -2.0, 0.5, -0.5, 2.5)]


def has_slope(rule):
    """Whether its partials are derivatives: those of stop_gradient are none, as is its purpose."""
    return rule.name != "stop_gradient"


def for_each(cases):
    """A test for every (rule, number of inputs)."""
    cases = [*cases]
    ids = [f"{rule.name}{rule.symbol * (rule.name == 'power')}-{arity}" for rule, arity in cases]
    return pytest.mark.parametrize(("rule", "arity"), cases, ids=ids)


every_rule = for_each([*TABLE, *POWERS])
every_slope = for_each(case for case in [*TABLE, *POWERS] if has_slope(case[0]))


def no_kinks(xp, *args):
    return ()


def is_smooth(rule, point, margin):
    """Whether the rule is smooth there, and stays so within the margin."""
    inside = rule.domain is None or rule.domain(floats, *point) > margin
    return inside and all(abs(term) > margin for term in (rule.kinks or no_kinks)(floats, *point))


def points(rule, arity, count, margin):
    """So many points of [-3, 3]^arity where the rule is smooth within the margin."""
    draw = random.Random(f"{rule.name} {arity}").uniform
    drawn = [tuple([draw(-3, 3) for _ in range(arity)]) for _ in range(1000)]
    found = [point for point in drawn if is_smooth(rule, point, margin)][:count]
    assert len(found) == count, f"too few points of [-3, 3]^{arity} are inside the domain of {rule.name!r}"
    return found
