"""A branch not taken: nothing flows to an input that was not chosen, whatever stands upstream."""

import math

import pytest

import autograd_mini as am
from autograd_mini import Value, detect_anomaly, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd_mini.engine.rule import RULES

MASKED = {
    "sqrt(relu(x))": lambda x: am.sqrt(am.relu(x)),
    "sqrt(where(x > 0, x, 0))": lambda x: am.sqrt(am.where(x > 0, x, 0.0)),
    "log(relu(x))": lambda x: am.log(am.relu(x)),
    "sqrt(max([x, 0]))": lambda x: am.sqrt(am.max([x, 0.0])),
    "sqrt(maximum(0, x))": lambda x: am.sqrt(am.maximum(0.0, x)),
    "sqrt(-minimum(-x, 0))": lambda x: am.sqrt(-am.minimum(-x, 0.0)),
    "sqrt(clip(x, 0, 1))": lambda x: am.sqrt(am.clip(x, 0.0, 1.0)),
    "sqrt(heaviside(x))": lambda x: am.sqrt(am.heaviside(x)),
    "1 / (1 + sign(x))": lambda x: 1.0 / (1.0 + am.sign(x)),
    "where(x > 0, sqrt(x), 0)": lambda x: am.where(x > 0, am.sqrt(x), 0.0),
    "relu(x) ** 0.5": lambda x: am.relu(x) ** 0.5,
    "sqrt(relu(relu(x)))": lambda x: am.sqrt(am.relu(am.relu(x * 1.0) + 0.0)),
}
every_masked = pytest.mark.parametrize("f", MASKED.values(), ids=MASKED)


def backward(f, x):
    x = Value(x)
    f(x).backward()
    return x.grad


FIRST_ORDER = {
    "backward": backward,
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "forward jacobian": lambda f, x: jacobian(f, mode="forward")(x),
    "reverse jacobian": lambda f, x: jacobian(f, mode="reverse")(x),
    "grad of a Value": lambda f, x: grad(f)(Value(x)).data,
}


@every_masked
@pytest.mark.parametrize("d", FIRST_ORDER.values(), ids=FIRST_ORDER)
def test_nothing_flows_to_what_was_not_chosen(f, d):
    """At x = -1 the derivative is 0, where 0 · inf would be nan."""
    assert 0.0 == d(f, -1.0)


@every_masked
def test_nothing_flows_in_second_order(f):
    """The second derivative at x = -1 is 0 too, in every nesting of modes."""
    along = lambda g: lambda x: jvp(g, (x,), (1.0,))[1]
    for first in (grad, along):
        for second in (grad, along):
            assert 0.0 == second(first(f))(-1.0)

    assert [[0.0]] == hessian(lambda xs: f(xs[0]))([-1.0])
    assert [0.0] == hvp(lambda xs: f(xs[0]), [-1.0], [1.0])


@every_masked
def test_what_was_chosen_has_its_derivative(f):
    """At x = 0.25 every mode gives one and the same derivative, that of backward()."""
    expected = backward(f, 0.25)
    for d in FIRST_ORDER.values():
        assert pytest.approx(expected, rel=1e-14) == d(f, 0.25)


def test_a_true_product_by_zero_keeps_ieee():
    """0 · log(x) at 0 and sqrt(x · x) at 0 are nan, and abs is no choice."""
    for f in (lambda x: 0.0 * am.log(x), lambda x: am.sqrt(x * x), lambda x: am.sqrt(abs(x))):
        for d in FIRST_ORDER.values():
            assert math.isnan(d(f, 0.0))


def test_an_input_that_does_not_reach_an_output_has_derivative_zero():
    """An infinite partial makes no nan of the inputs it does not meet, in either mode."""
    f = lambda xs: [am.sqrt(xs[0]), xs[1]]
    for mode in ("forward", "reverse"):
        assert [[math.inf, 0.0], [0.0, 1.0]] == jacobian(f, mode=mode)([0.0, 1.0])


@pytest.mark.parametrize("x", [-1.0, 0.5])
def test_the_same_under_a_watcher(x):
    """detect_anomaly changes no bit of a derivative, a masked one included."""
    f = lambda x: am.sqrt(am.relu(x) + 1.0) * am.where(x > 0.0, am.sin(x), x)
    second = lambda: hessian(lambda xs: f(xs[0]) * xs[0])([x])
    plain = (grad(f)(x), jvp(f, (x,), (1.0,)), second(), backward(f, x))
    with detect_anomaly():
        assert plain == (grad(f)(x), jvp(f, (x,), (1.0,)), second(), backward(f, x))


def test_which_rules_are_choices():
    """Where a choice has a slope of 0, its input was not chosen; no other rule of the table is one."""
    choices = {"relu", "heaviside", "sign", "maximum", "minimum", "where", "clip", "max", "min"}
    choices |= {"floor", "ceil", "floor_divide", "mod", "hard_sigmoid", "stop_gradient"}

    assert choices == {rule.name for rule in RULES.values() if rule.choice}


def test_a_batch_with_a_dead_branch_trains():
    """Of a sum over examples only those count whose branch was taken."""
    xs = [Value(x) for x in (-1.0, 4.0)]
    am.sum([am.sqrt(am.relu(x)) for x in xs]).backward()

    assert [0.0, 0.25] == [x.grad for x in xs]
