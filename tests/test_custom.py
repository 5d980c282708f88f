"""custom_gradient, stop_gradient and the seed of backward(): what comes back is what was asked for."""

import math

import pytest

import autograd_mini as am
from autograd_mini import (
    Value,
    custom_gradient,
    draw,
    grad,
    gradcheck,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    steps,
    stop_gradient,
    value_and_grad,
    vjp,
)
from autograd_mini.errors import NotANumberError


@custom_gradient
def clipped(x):
    """The number itself; what comes back is cut to [-1, 1]."""
    return x, lambda cotangent: am.clip(cotangent, -1.0, 1.0)


@custom_gradient
def root(a):
    """The x with x² = a by Newton's method, differentiated as the solution and not as the way to it."""
    x = 1.0
    for _ in range(60):
        x = 0.5 * (x + (a.data if isinstance(a, Value) else a) / x)
    solution = x + (a - x * x) / (2.0 * x)  # one step that derivatives of higher order see
    return solution, lambda cotangent: cotangent / (2.0 * solution)


@custom_gradient
def product(*xs):
    return math.prod(xs), lambda cotangent: tuple(
        [cotangent * math.prod(xs[:i] + xs[i + 1 :]) for i in range(len(xs))]
    )


def backward(f, *numbers):
    xs = [Value(x) for x in numbers]
    f(*xs).backward()
    return [x.grad for x in xs]


# custom_gradient


def test_what_comes_back_is_the_answer_of_the_pullback():
    """It gets the whole cotangent, so that it may cut it, in backward() and in every reverse transform."""
    f = lambda x: 5 * clipped(x) + 0.5 * clipped(-x)

    assert [0.5] == backward(f, 2.0)
    assert 0.5 == grad(f)(2.0) == vjp(f, 2.0)[1](1.0)[0] == jacobian(f, mode="reverse")(2.0)
    assert (9.0, 0.5) == value_and_grad(f)(2.0)
    assert 1.0 == grad(lambda x: clipped(x) * 3 + 0 * x)(2.0)
    assert 2.0 == clipped(2.0)


def test_several_inputs():
    """A tuple answers for all of them, and for the same input twice."""
    assert [20.0, 10.0, 8.0] == [*map(float, backward(product, 2.0, 4.0, 5.0))]
    assert 3 * 4.0 == grad(lambda x: product(x, x, x))(2.0)
    assert (20.0, 8.0) == grad(lambda x, y: product(x, 4, y), (0, 1))(2.0, 5.0)


def test_a_cotangent_is_asked_about_once():
    """For all inputs of an operation the pullback is called once, besides its answer to 1."""
    asked = []

    @custom_gradient
    def logged(x, y):
        return x + y, lambda cotangent: asked.append(cotangent) or (cotangent, cotangent)

    assert [7.0, 7.0] == backward(lambda x, y: 7 * logged(x, y), 2.0, 3.0)
    assert [1.0, 7.0] == asked


def test_higher_orders_in_reverse():
    """Written with the functions of the package it is differentiated again, reverse over reverse."""
    assert pytest.approx(0.25) == grad(root)(4.0)
    assert pytest.approx(-1 / 32) == grad(grad(root))(4.0)
    x = Value(4.0)
    grad(root)(x).backward()
    assert pytest.approx(-1 / 32) == x.grad
    assert 12.0 == grad(grad(lambda x: product(x, x, x)))(2.0)


def test_forward_mode_is_refused():
    """A pullback says nothing of tangents: the error names the function and what to use."""
    for transform in (
        lambda: jvp(clipped, (1.0,), (1.0,)),
        lambda: hvp(lambda xs: clipped(xs[0]), [1.0], [1.0]),
        lambda: hessian(lambda xs: clipped(xs[0]))([1.0]),
        lambda: jacobian(lambda x: [clipped(x), x], mode="forward")(1.0),
    ):
        with pytest.raises(TypeError, match=r"clipped has a custom_gradient.*forward mode.*use grad, vjp"):
            transform()
    assert (2.0, 0.0) == jvp(lambda x: clipped(2.0), (1.0,), (1.0,))  # nothing moves there


def test_lazily_and_without_recording():
    """On unbound variables it waits for numbers, again and again; no_grad records nothing."""
    f = 5 * clipped(Value(label="x"))

    assert [10.0, 15.0] == [f.forward(x=2), f.forward(x=3)]
    f.backward()
    assert 1.0 == f.parents[1].parents[0].grad
    with no_grad():
        assert () == clipped(Value(1.0)).parents


def test_in_print():
    """It is drawn and stepped by its name."""
    x = Value(2.0, label="x")
    f = 5 * clipped(x)
    f.backward()
    lines = [step.line for step in steps(f)]

    assert "clipped" in draw(f).source
    assert "t1 = clipped(x) = clipped(2) = 2" in lines
    assert "∂f/∂x = 1 (given by clipped)" == lines[-1]
    with pytest.raises(TypeError, match=r"clipped has a custom_gradient.*forward mode"):
        steps(f, by="x")


def test_what_does_not_fit():
    """A function without a pullback, and a pullback that forgets an input."""
    with pytest.raises(TypeError, match=r"must return \(value, pullback\); it returned 1.0"):
        custom_gradient(lambda x: x)(1.0)
    wrong = custom_gradient(lambda x, y: (x + y, lambda cotangent: cotangent))
    with pytest.raises(TypeError, match="returned 1 numbers for 2 inputs"):
        wrong(Value(1.0), 2.0)


# stop_gradient


def test_stop_gradient_is_a_constant_for_every_derivative():
    """Nothing comes through, in any mode and of any order, not even from an infinite slope."""
    f = lambda x: x * stop_gradient(x)

    assert [3.0] == backward(f, 3.0)
    assert 3.0 == grad(f)(3.0) == jvp(f, (3.0,), (1.0,))[1]
    assert 0.0 == grad(grad(f))(3.0)
    assert [0.0] == backward(lambda x: am.sqrt(stop_gradient(x)), 0.0)
    assert 0.0 == grad(lambda x: am.log(stop_gradient(x)))(0.0)
    assert 3.0 == stop_gradient(3)
    assert Value(3.0).stop_gradient().data == 3.0


def test_gradcheck_names_stop_gradient():
    """A difference sees what the derivative does not: a note says where."""
    report = gradcheck(lambda x: x * stop_gradient(x), (3.0,))

    assert not report
    assert ("stop_gradient(x) sits on a kink; convention: a constant for every derivative",) == report.notes


# The seed of backward()


def test_backward_from_another_seed():
    """All gradients are those times the seed, and add up."""
    x, y = Value(3.0), Value(4.0)
    f = x * y
    f.backward(gradient=2.0)
    assert (8.0, 6.0, 2.0) == (x.grad, y.grad, f.grad)
    f.backward(-1)
    assert (4.0, 3.0) == (x.grad, y.grad)


def test_the_seed_where_a_choice_is_taken():
    """The careful sweep around an infinite slope starts from the seed too."""
    x = Value(-1.0)
    (am.sqrt(am.relu(x)) + 3 * x).backward(gradient=2.0)

    assert 6.0 == x.grad


@pytest.mark.parametrize("seed", ["2", None, [1.0], Value(2.0)])
def test_a_seed_that_is_no_number(seed):
    """Nothing is changed by an error."""
    x = Value(3.0)
    with pytest.raises(NotANumberError, match="expected a Value or a number"):
        (x * x).backward(gradient=seed)

    assert x.known("grad") is None
