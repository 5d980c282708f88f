"""Settings of all tests: hypothesis draws the same examples in every run, and no test watches the clock."""

import pytest
from hypothesis import settings

from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.engine.rule import RULES

settings.register_profile("same every time", derandomize=True, deadline=None, max_examples=150, database=None)
settings.load_profile("same every time")


@pytest.fixture
def forget():
    """What is declared in a test is forgotten after it."""
    tables = [RULES, Arithmetic.definitions]
    kept = [dict(table) for table in tables]
    yield
    for table, old in zip(tables, kept, strict=True):
        table.clear()
        table.update(old)
