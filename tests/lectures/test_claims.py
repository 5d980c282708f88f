"""Claims: comparisons of values and gradients of a run, for some inputs or for many."""

import pytest

from autograd_mini import lectures
from autograd_mini.errors import ExpressionError
from autograd_mini.lectures.checks import agrees, half_of_last_digit
from autograd_mini.lectures.claims import holds, read_claim

PRODUCT = lectures.get("sum-times-w")  # u = 2, v = 3, w = 4
LAYER = lectures.get("mlp-layer-4x3")
STEPS = lectures.get("zero-init-three-steps")


@pytest.mark.parametrize(
    ("claim", "is_true"),
    [
        ("f == 20", True),
        ("f == 20 + 1e-7", False),
        ("f != 20", False),
        ("f < 20", False),
        ("f <= 20 < 21", True),
        ("21 > f >= 20", True),
        ("∂/u == w", True),
        ("d/u == ∂/v", True),
        ("∂/w == u + v for all u in -1, 0, 2.5", True),
        ("f > 0 for all w in -1 to 1 step 0.5", False),
        ("f == (u + v) * w for all w in -1 to 1 step 1 and u in 1, 2", True),
        ("abs(f - 20) < 1e-9", True),
    ],
)
def test_of_numbers(claim, is_true):
    assert holds(claim, PRODUCT.run) == is_true


@pytest.mark.parametrize(
    ("claim", "is_true"),
    [
        ("∂/W == outer(∂/a, h)", True),
        ("∂/W.T == outer(h, ∂/a)", True),
        ("∂/h == W.T @ ∂/a", True),
        ("h > 0", False),
        ("h != 0", True),
        ("h != h", False),
        ("∂/W[2,1] == ∂/a[2] * h[1]", True),
    ],
)
def test_of_arrays(claim, is_true):
    """About every entry; != about one at least."""
    assert holds(claim, LAYER.run) == is_true


def test_of_a_descent():
    assert holds("after_step_3.w1 == after_step_3.w2", STEPS.run)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("f", "a claim compares"),
        ("f == q", "q is no value of this example; there are: u, v, t1, w, f"),
        ("∂/q == 0", "there is no gradient of 'q'"),
        ("f == (u", "cannot read this"),
        ("f == 1 for all w in one", "cannot read 'w in one'"),
        ("f == 1 for all w in 0 to 1 step 0", "cannot read"),
        ("f == 1 for all w in 0 to 1 step 0.00001", "more than 10,000 runs"),
        ("f == __import__('os')", "there is no function '__import__'"),
    ],
)
def test_what_is_no_claim(claim, said):
    with pytest.raises(ExpressionError, match=said):
        read_claim(claim, PRODUCT.run())


def test_numbers_of_a_claim_are_inputs():
    with pytest.raises(ExpressionError, match="no input of sum-times-w is called 'q'"):
        holds("f == 1 for all q in 1, 2", PRODUCT.run)
    with pytest.raises(ExpressionError, match="4 and 3 numbers cannot be compared"):
        holds("a == h", LAYER.run)


@pytest.mark.parametrize(
    ("text", "x", "is_right"),
    [
        ("0,0065", 0.00645, True), ("0,0065", 0.006449, False), (".558", 0.5584, True), ("-2.7", -2.72, True),
        ("−2.7", -2.76, False), ("0", 0.4, True), ("1e-3", 0.0014, True), ("79 510", 79510, False),
    ],
)  # fmt: skip
def test_half_of_the_last_digit(text, x, is_right):
    if " " in text:
        text = text.replace(" ", "\u202f")
        is_right = True
    assert agrees(text, x) == is_right
    assert half_of_last_digit("0,0065") == 5e-05
