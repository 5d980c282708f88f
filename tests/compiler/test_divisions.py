"""Shared reciprocals: the same quotients, whatever is divided."""

import math
import random

from autograd_mini.compiler.divisions import with_reciprocals
from autograd_mini.compiler.program import Listing, evaluate

SPECIAL = [
    0.0,
    1.0,
    3.0,
    5e-324,
    1e-310,
    2.0**-1022,
    1e-300,
    1e-20,
    1e20,
    1e300,
    2.0**1023,
    1.7e308,
    math.inf,
]
SPECIAL = [*SPECIAL, *[-x for x in SPECIAL], math.nan]


def quotients(divisor=None):
    """A program of x / y and 1 / y, of a variable or a constant divisor y."""
    listing = Listing()
    x = listing.emit("input", 0)
    y = listing.emit("input", 1) if divisor is None else listing.constant(divisor)
    results = [listing.emit("div", x, y), listing.emit("div", listing.constant(1.0), y)]
    return listing.program(results=results, inputs=2, parameters=0)


def names(program):
    return [instruction[0] for instruction in program.instructions]


def test_quotients_by_the_same_number():
    """They are those of divisions to 2 ulp, at zeros, infinities, nan, and numbers whose reciprocal is no number."""
    plain = quotients()
    shared = with_reciprocals(plain)

    assert (2, 1) == (names(plain).count("div"), names(shared).count("div"))

    random.seed(0)
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    pairs += [
        (random.gauss(0, 1), random.gauss(0, 1) * 10.0 ** random.randint(-300, 300)) for _ in range(500)
    ]
    for x, y in pairs:
        for wanted, actual in zip(evaluate(plain, [x, y], [])[0], evaluate(shared, [x, y], [])[0]):
            same = math.isnan(wanted) and math.isnan(actual)

            assert same or wanted == actual or abs(wanted - actual) <= max(2e-15 * abs(wanted), 1e-323), (
                x,
                y,
            )
            assert same or math.copysign(1.0, wanted) == math.copysign(1.0, actual)


def test_quotients_by_a_constant():
    """They are products with its reciprocal, if that is a normal number; else they stay."""
    assert "div" not in names(with_reciprocals(quotients(3.0)))
    for divisor in (1e-310, 1.7e308, math.inf, math.nan):
        plain = quotients(divisor)

        assert names(plain).count("div") <= names(with_reciprocals(plain)).count("div") + 1
        for x in SPECIAL:
            wanted, actual = (
                evaluate(plain, [x, 0.0], [])[0],
                evaluate(with_reciprocals(plain), [x, 0.0], [])[0],
            )

            assert repr(wanted) == repr(actual)


def test_quotients_that_are_rounded_or_compared():
    """They stay quotients: a product with 1 / 49 would round 49 / 49 down to 0."""
    listing = Listing()
    x = listing.emit("input", 0)
    results = [listing.emit("floor", listing.emit("div", x, listing.constant(49.0)))]
    results.append(listing.emit("less", listing.emit("div", x, x), listing.constant(1.0)))
    program = with_reciprocals(listing.program(results=results, inputs=1, parameters=0))

    assert ([1.0, 0.0], []) == evaluate(program, [49.0], [])
