"""Settings and numbers from outside: what is taken, and what is said of anything else."""

import math
import re
from collections import deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from autograd_mini.engine.interop import flag, is_sequence, real, whole
from autograd_mini.errors import choose, shown

itself: list = []
itself.append(itself)
deep: list = []
for _ in range(5000):
    deep = [deep]
NO_NUMBERS = [
    None, "1", "", b"1", 1j, Decimal(1), Fraction(1, 2), np.array(1.0), np.array([1.0, 2.0]), np.array([]), [],
    [[1.0], [1.0, 2.0]], itself, deep, {"a": 1}, {1}, object(), int, (x for x in "ab"), [None],
]  # fmt: skip
every_non_number = pytest.mark.parametrize("thing", NO_NUMBERS, ids=lambda thing: type(thing).__name__)


def test_what_is_taken():
    """Ints, floats, bools and NumPy scalars, as plain Python numbers."""
    assert [2.0, 0.5, 1.0, 0.25] == [real(x, "x") for x in (2, 0.5, True, np.float32(0.25))]
    assert [int, int] == [type(whole(x, "n")) for x in (3, np.int64(3))]
    assert [True, False, True, False] == [flag(x, "on") for x in (True, False, 1, np.bool_(False))]


@every_non_number
def test_no_numbers(thing):
    """Whatever it is, the message says what was wanted and shows a little of what was given."""
    quoted, kind = re.escape(shown(thing)), type(thing).__name__
    with pytest.raises(TypeError, match=f"^x must be a number, got {kind} {quoted}$"):
        real(thing, "x must be a number")
    with pytest.raises(ValueError, match=f"^n must be a whole number of 1 or more, got {quoted}$"):
        whole(thing, "n")
    with pytest.raises(TypeError, match=f"^on must be True or False, got {kind} {quoted}$"):
        flag(thing, "on")
    assert len(shown(thing)) < 90


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf, 10**400, -(10**5000), -1.0], ids=shown)
def test_numbers_that_do_not_fit(x):
    """Numbers must be finite and fit."""
    with pytest.raises(ValueError, match=r"^x must be positive, got "):
        real(x, "x must be positive", lambda x: x > 0.0)


@pytest.mark.parametrize(
    ("n", "limits"), [(0, "2 or more"), (2.0, "2 or more"), (True, "2 or more"), (10**400, "2 to 1,000")]
)
def test_whole_numbers_have_limits(n, limits):
    """The message says the limit that was passed."""
    with pytest.raises(ValueError, match=f"n must be a whole number of {limits}, got"):
        whole(n, "n", 2, 1000)


def test_sequences():
    """Lists, tuples and arrays have an order and a length; text, sets, mappings and scalars are none."""
    assert all(map(is_sequence, [[], (), np.ones(2), range(3), deque([1])]))
    assert not any(map(is_sequence, ["ab", b"ab", {1}, {1: 2}, np.array(1.0), 1.0, None, iter([1])]))


@every_non_number
def test_names(thing):
    """A name is text; an unknown one gets the nearest."""
    with pytest.raises((TypeError, ValueError), match="activation"):
        choose("activation", thing, ["relu"])
    assert choose("activation", "relu", ["relu"]) == "relu"
