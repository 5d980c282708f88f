"""The cost of each mode, counted."""

from itertools import pairwise

import pytest

from autograd_mini import dot, exp, jacobian, logsumexp, sin, sum, tanh
from autograd_mini.derivatives.cost import cost
from autograd_mini.derivatives.transforms import grad


def test_product_of_three():
    """xyz: two products, then in reverse two products each, of which the seed's are done too."""
    counted = cost(lambda x: x[0] * x[1] * x[2], [2.0, 3.0, 4.0])

    assert (3, 1, 2, 0) == counted[:4]
    assert 4 == counted.reverse_sweeps
    assert 5 == counted.forward_sweeps


def test_forward_is_cheaper_with_few_inputs_and_reverse_with_few_outputs():
    """The lecture's answer comes out of counting: forward for n < m, reverse for n > m."""
    one_to_many = cost(lambda x: [sin(k * x) * x for k in range(2, 12)], 2.0)
    many_to_one = cost(lambda x: tanh(dot(x, x)), [0.1] * 10)

    assert one_to_many.forward < one_to_many.reverse
    assert many_to_one.reverse < many_to_one.forward
    assert "cheaper: forward" in str(one_to_many)
    assert "cheaper: reverse" in str(many_to_one)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: sum([100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x)]),
        lambda x: logsumexp([tanh(dot(x, [0.1 * i] * len(x))) for i in range(8)]),
        lambda x: exp(sum([sin(v) * v for v in x])),
    ],
)
def test_cheap_gradient(f):
    """A gradient costs at most four times the function, in operations, however many inputs there are."""
    for n in (2, 10, 40):
        counted = cost(f, [0.3 + 0.01 * i for i in range(n)])
        assert counted.reverse <= 4 * counted.evaluation


def test_counting_gives_up_nothing():
    """A constant function and one that uses derivatives itself are counted as well."""
    assert (0, 0) == (cost(lambda x: 3.0, 1.0).evaluation, cost(lambda x: 3.0, 1.0).reverse)
    assert cost(lambda x: x * grad(lambda y: x * y * y)(2.0), 3.0).reverse > 0


def test_auto_mode_agrees_with_the_count():
    """jacobian(mode="auto") gives the same numbers as either mode."""

    def f(x):
        return [x[0] * x[1], sin(x[0]), exp(x[1])]

    point = [0.5, 0.25]
    assert jacobian(f, mode="forward")(point) == jacobian(f)(point)
    assert pytest.approx(jacobian(f, mode="reverse")(point)[2]) == jacobian(f)(point)[2]
