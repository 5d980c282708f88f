"""SciPy's optimisers and root finders with our derivatives, as SciPy's documentation shows them.

The problems, starting points and results are those of the pages of scipy.optimize: minimize, least_squares,
root, root_scalar, curve_fit and the tutorial on optimisation. SciPy's own differences are the comparison.
"""

import numpy as np
import pytest
from scipy import optimize
from scipy.optimize import rosen, rosen_der, rosen_hess, rosen_hess_prod

from autograd_mini import dot, exp, grad, hessian, hvp, jacobian, value_and_grad

START = np.array([1.3, 0.7, 0.8, 1.9, 1.2])  # of the tutorial; the minimum is 0 at (1, 1, 1, 1, 1)


def test_derivatives_of_the_rosenbrock_function():
    """Gradient, Hessian and its products of SciPy's own `rosen` are SciPy's hand-written ones."""
    direction = np.array([1.0, -2.0, 0.5, 0.0, 3.0])
    value, gradient = value_and_grad(rosen)(START)

    assert float is type(value)
    assert pytest.approx(rosen(START), rel=1e-14) == value
    np.testing.assert_allclose(gradient, rosen_der(START), rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(hessian(rosen)(START), rosen_hess(START), rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(
        hvp(rosen, START, direction), rosen_hess_prod(START, direction), rtol=1e-12, atol=1e-10
    )


@pytest.mark.parametrize("method", ["BFGS", "CG", "L-BFGS-B", "SLSQP", "TNC"])
def test_minimize_with_gradients(method):
    """`jac=grad(f)` and `jac=True` go the same way to the minimum, with fewer calls than SciPy's differences."""
    separate = optimize.minimize(rosen, START, jac=grad(rosen), method=method)
    together = optimize.minimize(value_and_grad(rosen), START, jac=True, method=method)
    differences = optimize.minimize(rosen, START, method=method)

    np.testing.assert_allclose(separate.x, np.ones(5), atol=3e-4)
    np.testing.assert_array_equal(separate.x, together.x)
    assert separate.success
    assert separate.fun <= differences.fun
    assert separate.nfev < differences.nfev / 3


@pytest.mark.parametrize(
    "method", ["Newton-CG", "trust-ncg", "trust-krylov", "trust-exact", "trust-constr", "dogleg"]
)
def test_minimize_with_hessians(method):
    """`hess=hessian(f)` takes the very steps of SciPy's hand-written derivatives."""
    start = 1.0 + 0.05 * (START - 1.0) if method == "dogleg" else START  # which needs a convex region
    ours = optimize.minimize(rosen, start, jac=grad(rosen), hess=hessian(rosen), method=method)
    theirs = optimize.minimize(rosen, start, jac=rosen_der, hess=rosen_hess, method=method)

    assert ours.success
    np.testing.assert_allclose(ours.x, np.ones(5), atol=3e-4)
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-6)
    assert ours.nit == theirs.nit


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov"])
def test_minimize_with_products_of_the_hessian(method):
    """`hessp` needs no Hessian: hvp gives its products."""
    found = optimize.minimize(
        rosen, START, jac=grad(rosen), hessp=lambda x, p: hvp(rosen, x, p), method=method
    )

    np.testing.assert_allclose(found.x, np.ones(5), atol=3e-4)


def test_minimize_under_constraints():
    """The tutorial's SLSQP problem: rosen of two variables under three inequalities and one equality."""
    above = lambda x: np.array([1 - x[0] - 2 * x[1], 1 - x[0] ** 2 - x[1], 1 - x[0] ** 2 + x[1]])
    zero = lambda x: np.array([2 * x[0] + x[1] - 1])
    constraints = [
        {"type": "ineq", "fun": above, "jac": jacobian(above)},
        {"type": "eq", "fun": zero, "jac": jacobian(zero)},
    ]
    bounds = optimize.Bounds([0, -0.5], [1.0, 2.0])
    found = optimize.minimize(
        rosen, [0.5, 0.0], jac=grad(rosen), method="SLSQP", constraints=constraints, bounds=bounds
    )

    np.testing.assert_allclose(found.x, [0.41494475, 0.1701105], atol=1e-7)


def test_minimize_a_function_of_more_arguments():
    """`args` are handed on; the gradient is by the first argument alone."""

    def shifted(x, a, b):
        return ((x - a) ** 2).sum() + b

    found = optimize.minimize(value_and_grad(shifted), np.zeros(3), args=(np.arange(3.0), 5.0), jac=True)

    np.testing.assert_allclose(found.x, [0.0, 1.0, 2.0], atol=1e-8)
    assert 5.0 == found.fun


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
def test_least_squares(method):
    """The page's Rosenbrock residuals: (1, 1), and with a bound the vertex it shows."""
    residuals = lambda x: np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])
    found = optimize.least_squares(residuals, [2.0, 2.0], jac=jacobian(residuals), method=method)

    np.testing.assert_allclose(found.x, [1.0, 1.0], atol=1e-12)
    if method != "lm":  # which takes no bounds
        bounds = ([-np.inf, 1.5], np.inf)
        bound = optimize.least_squares(residuals, [2.0, 2.0], jacobian(residuals), bounds, method=method)
        np.testing.assert_allclose(bound.x, [1.22437075, 1.5], atol=1e-6)
        assert pytest.approx(0.025213093946805685, rel=1e-9) == bound.cost


def test_a_curve_is_fitted():
    """The page's a + b exp(c t), with a robust loss and outliers, comes out as with SciPy's differences."""
    t = np.linspace(0, 3, 15)
    y = 0.5 + 2.0 * np.exp(-t) + 0.05 * np.cos(37 * t)
    y[[3, 9]] += 2.0
    residuals = lambda p: p[0] + p[1] * exp(p[2] * t) - y
    ours = optimize.least_squares(residuals, np.ones(3), jac=jacobian(residuals), loss="soft_l1", f_scale=0.1)
    theirs = optimize.least_squares(residuals, np.ones(3), jac="3-point", loss="soft_l1", f_scale=0.1)

    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-5)
    np.testing.assert_allclose(ours.x, [0.5, 2.0, -1.0], atol=0.15)


def test_curve_fit():
    """The page's a exp(-b x) + c; the Jacobian by three arguments is put side by side."""
    model = lambda x, a, b, c: a * np.exp(-b * x) + c
    by_all = jacobian(model, argnums=(1, 2, 3))
    x = np.linspace(0, 4, 50)
    found, _ = optimize.curve_fit(
        model, x, model(x, 2.5, 1.3, 0.5), jac=lambda *at: np.stack(by_all(*at), axis=-1)
    )

    np.testing.assert_allclose(found, [2.5, 1.3, 0.5], rtol=1e-7)


def system(x):
    """The system of the page of `root`."""
    return [x[0] + 0.5 * (x[0] - x[1]) ** 3 - 1.0, 0.5 * (x[1] - x[0]) ** 3 + x[1]]


@pytest.mark.parametrize("method", ["hybr", "lm"])
def test_root_of_a_system(method):
    """The page's result, from a function that returns a list, as it does there."""
    found = optimize.root(system, [0, 0], jac=jacobian(system), method=method)

    assert found.success
    np.testing.assert_allclose(found.x, [0.8411639, 0.1588361], atol=1e-7)


def test_root_with_fewer_calls():
    """With the Jacobian Powell's method needs fewer values of the function than with differences."""
    exact = optimize.root(system, [0.0, 0.0], jac=jacobian(system))
    differences = optimize.root(system, [0.0, 0.0])

    np.testing.assert_allclose(exact.x, differences.x, atol=1e-8)
    assert exact.nfev < differences.nfev


@pytest.mark.parametrize("method", ["newton", "halley"])
def test_root_of_one_variable(method):
    """The page's x³ - 1 with its first two derivatives, and an equation with an exponential."""
    for f, start, expected in (
        (lambda x: x**3 - 1, 0.2, 1.0),
        (lambda x: x * np.exp(x) - 1, 0.2, 0.5671432904097838),
    ):
        found = optimize.root_scalar(f, x0=start, fprime=grad(f), fprime2=grad(grad(f)), method=method)

        assert pytest.approx(expected, rel=1e-12) == found.root


def test_a_network_is_trained_by_scipy():
    """Functions of the package on rows of an array: logistic regression reaches a gradient of zero."""
    x = np.array([[0.0, 1.0], [1.0, 0.5], [2.0, -1.0], [0.5, 2.0], [1.5, 1.5], [3.0, 0.0]])
    y = np.array([1.0, -1.0, -1.0, 1.0, -1.0, 1.0])

    def loss(w):
        margins = [sign * (dot(row, w[:2]) + w[2]) for row, sign in zip(x, y, strict=True)]
        return np.mean([np.log1p(exp(-m)) for m in margins]) + 0.01 * (w @ w)

    found = optimize.minimize(value_and_grad(loss), np.zeros(3), jac=True)

    assert found.success
    assert max(abs(grad(loss)(found.x))) < 1e-5
