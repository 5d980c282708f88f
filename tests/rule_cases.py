"""Every rule of the table, as cases for tests: n-ary ones with several counts of inputs, and some powers."""

import pytest

from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES

TABLE = [(rule, arity) for rule in RULES.values() for arity in ([rule.arity] if rule.arity else (1, 2, 4))]
TABLE = [
    (rule, arity) for rule, arity in TABLE if (rule.name, arity) != ("dot", 1)
]  # dot takes two sequences
POWERS = [(power(n), 1) for n in (3.0, 2.0, 1.0, 0.0, -1.0, -2.0, 0.5, -0.5, 2.5)]
every_rule = pytest.mark.parametrize(
    ("rule", "arity"),
    [*TABLE, *POWERS],
    ids=[f"{rule.name}{rule.symbol * (rule.name == 'power')}-{arity}" for rule, arity in [*TABLE, *POWERS]],
)
