"""Claims: comparisons of values and gradients of a run, for some inputs or for many."""

import math

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


@pytest.mark.parametrize(
    ("id_", "claim", "is_true"),
    [
        ("gate-all-or-nothing-case1", "∂/w_C == 0", True),  # this network will never learn
        ("gate-sigmoid", "∂/w_C != 0", True),  # and this one does
        ("zero-init-three-steps", "after_step_3.w1 == after_step_3.w2", True),  # symmetry
        ("zero-init-tanh", "∂/v1 == 0", True),
        ("dropout-breaks-symmetry", "after_step_3.w1 != after_step_3.w2", True),
        ("dropout-mirrored-masks", "after_step_3.w1 != after_step_3.w2", False),
        ("positive-inputs-sign-plus", "∂/w > 0", True),
        ("positive-inputs-batch-mixed", "max(∂/batch_w) * min(∂/batch_w) >= 0", False),
        ("linear-collapse", "o == U @ x", True),
        ("linear-collapse", "V @ tanh(W @ x) == U @ x", False),
        ("sigmoid-neuron", "∂/b < 0.001", True),  # saturation
        ("sigmoid-neuron", "∂/b < 0.001", False),
        ("softmax-mse-saturation", "10 * max(abs(∂/z)) < max(abs(∂/ce.z))", True),
        ("svm-stops-ce-does-not", "softmax([40, 0])[1] < 1", False),  # E-004-6
        ("forward-vs-reverse-cost", "reverse_mode_passes < forward_mode_passes", True),
        ("forward-vs-reverse-cost", "square.reverse_mode_passes < square.forward_mode_passes", False),
        ("saddle-point", "minima_1 > 3 * minima_2 > 12 * minima_3 > 60 * minima_4", True),  # E-004-13
        ("saddle-point-nearby", "abs(y_3) > abs(y)", True),  # paths of descent
        ("saddle-point-nearby", "abs(y_3) > abs(y)", False),
    ],
)
def test_what_the_documents_claim_is_run(id_, claim, is_true):
    """And where it stops being true, that is shown too."""
    claims = {(each.claim.partition(" for all ")[0], each.holds) for each in lectures.get(id_).claims}

    assert (claim, is_true) in claims


def test_shares_of_minima():
    """Those of random Hessians are near the exact ones, (2 − √2)/4 and (π − 2√2)/(4π), the same each time."""
    values = lectures.get("saddle-point").run().values

    assert values["minima_1"] == pytest.approx(1 / 2, abs=0.015)
    assert values["minima_2"] == pytest.approx((2 - math.sqrt(2)) / 4, abs=0.01)
    assert values["minima_3"] == pytest.approx((math.pi - 2 * math.sqrt(2)) / (4 * math.pi), abs=0.005)
    assert values == lectures.get("saddle-point").run(x=1).values | {"x": 0, "t1": 0, "f": 0}
