"""NumPy beside Values: arrays as arguments and results, NumPy's functions of Values, and no NumPy without need."""

import math
import numbers
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import autograd_mini as am
from autograd_mini import Value, grad, gradcheck, hessian, hvp, jacobian, jvp, primitive, value_and_grad, vjp
from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import NotANumberError

A = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0], [1.0, 1.0, 4.0]])
B = np.array([1.0, -2.0, 0.5])
X = np.array([0.5, 1.5, -0.25])


def plain(array):
    """An array of Values as an array of floats."""
    return np.array([x.data if isinstance(x, Value) else x for x in np.ravel(array)]).reshape(np.shape(array))


def assert_array(expected, result):
    """An array of float64 of the same shape, equal to 1e-12."""
    assert np.ndarray is type(result)
    assert np.float64 == result.dtype
    assert np.shape(expected) == result.shape
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


# Arrays as arguments and results


def test_gradient_of_a_quadratic_form():
    """∂(xᵀAx + bᵀx)/∂x = (A + Aᵀ)x + b, written with NumPy's own products."""

    def f(x):
        return x @ A @ x + B @ x

    value, gradient = value_and_grad(f)(X)

    assert float is type(value)
    assert pytest.approx(f(X), rel=1e-12) == value
    assert_array((A + A.T) @ X + B, gradient)
    assert_array(A + A.T, hessian(f)(X))
    assert_array((A + A.T) @ B, hvp(f, X, B))
    assert pytest.approx(((A + A.T) @ X + B) @ B, rel=1e-12) == jvp(f, (X,), (B,))[1]


FUNCTIONS = {  # of an array, and its gradient
    "sum": (lambda x: x.sum(), np.ones_like),
    "mean": (lambda x: x.mean(), lambda x: np.full_like(x, 1 / x.size)),
    "np.sum by an axis": (lambda x: np.sum(x, axis=0) @ np.sum(x, axis=0), lambda x: 2 * x.sum(0) + 0 * x),
    "std": (np.std, lambda x: (x - x.mean()) / (x.size * x.std())),
    "norm": (np.linalg.norm, lambda x: x / np.linalg.norm(x)),
    "slices": (lambda x: (x[1:] * x[:-1]).sum(), lambda x: np.vstack([x[1:2], x[:1] + x[2:], x[1:2]])),
    "a mask": (lambda x: x[x > 0].sum(), lambda x: 1.0 * (x > 0)),
    "indices": (lambda x: x[[0, 0], [0, 1]].sum(), lambda x: np.array([[1.0, 1.0], [0, 0], [0, 0]])),
    "broadcasting": (lambda x: (x - x[0]).sum(), lambda x: np.array([[-2.0, -2.0], [1, 1], [1, 1]])),
    "transposed": (lambda x: np.trace(x.T @ x), lambda x: 2 * x),
    "exp": (lambda x: np.exp(x).sum(), np.exp),
    "of ours": (lambda x: am.tanh(x).sum(), lambda x: 1 - np.tanh(x) ** 2),
    "maximum": (lambda x: np.maximum(x, 0.0).sum(), lambda x: 1.0 * (x >= 0)),
    "where": (lambda x: np.where(x > 0, x * x, -x).sum(), lambda x: np.where(x > 0, 2 * x, -1)),
    "concatenate": (lambda x: np.exp(np.concatenate([x, x])).sum(), lambda x: 2 * np.exp(x)),
    "put together": (lambda x: np.array([x[0, 0], x[0, 1] * 2.0]).sum(), lambda x: np.array([[1.0, 2], [0, 0], [0, 0]])),
    "put into": (lambda x: put_into(x).sum(), lambda x: 2 * x),
    "cumulated": (lambda x: np.cumsum(x)[-1], np.ones_like),
    "einsum": (lambda x: np.einsum("ij,ij->", x, x, optimize=False), lambda x: 2 * x),
    "dot of a list": (lambda x: np.dot(B, list(x[:, 0])), lambda x: np.outer(B, [1.0, 0.0])),
    "plain sum of rows": (lambda x: sum(row @ row for row in x), lambda x: 2 * x),
    "package's sum": (lambda x: am.sum(x.ravel()), np.ones_like),
    "power": (lambda x: (x**3.0 + 2.0**x).sum(), lambda x: 3 * x**2 + math.log(2) * 2**x),
    "a quotient": (lambda x: (1 / x - x / 2).sum(), lambda x: -1 / x**2 - 0.5),
    "a constant": (lambda x: 3.0, np.zeros_like),
    "sqrt of maximum": (lambda x: np.sqrt(np.maximum(x, 0.25)).sum(), lambda x: np.where(x > 0.25, 0.5 / np.sqrt(abs(x)), 0)),
    "exp of clip": (lambda x: np.exp(np.clip(x, -1, 1)).sum(), lambda x: np.where(abs(x) < 1, np.exp(x), 0)),
    "exp of where": (lambda x: np.exp(np.where(x > 0, x, 0.0)).sum(), lambda x: np.where(x > 0, np.exp(x), 0)),
    "exp of a stack": (lambda x: np.exp(np.stack([x[0], [1.0, 2.0]])).sum(), lambda x: np.array([np.exp(x[0]), [0, 0], [0, 0]])),
    "max": (lambda x: x.max(), lambda x: 1.0 * (x == x.max())),
    "max by an axis": (lambda x: np.max(x, axis=1).sum(), lambda x: 1.0 * (x == x.max(1, keepdims=True))),
    "maximum with outer": (lambda x: np.maximum.outer(x[0], x[1]).sum(), lambda x: np.array([[0.0, 0], [2, 2], [0, 0]])),
    "a softmax": (lambda x: softmax(x)[0, 0], lambda x: np.vstack([softmax(x)[0, 0] * (np.array([1, 0]) - softmax(x)[0]), np.zeros((2, 2))])),
    "in place": (lambda x: scaled_in_place(x).sum(), lambda x: np.full_like(x, 3.0)),
    "with out": (lambda x: np.multiply(x, x, out=np.empty_like(x)).sum(), lambda x: 2 * x),
}  # fmt: skip


def put_into(x):
    """x ** 2, written into an array of objects."""
    result = np.empty(x.shape, dtype=object)
    result[:] = x * x
    return result


def softmax(x):
    """As it is written in NumPy: the largest subtracted, each row divided by its sum."""
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def scaled_in_place(x):
    """3 x, by an operator that writes into the array."""
    y = x.copy()
    y *= 3.0
    return y


@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpy_computes_with_arrays_of_numbers(name):
    """What NumPy does with arrays of objects is differentiated: gradients, tangents, and by differences."""
    f, gradient = FUNCTIONS[name]
    x = np.array([[0.5, -1.25], [2.0, 0.75], [-0.5, 1.5]])
    direction = np.array([[1.0, 0.5], [-1.0, 2.0], [0.25, 0.0]])
    value, slope = value_and_grad(f)(x)

    assert float is type(value)
    assert pytest.approx(float(f(x)), rel=1e-12) == value
    assert_array(gradient(x), slope)
    assert (
        pytest.approx((gradient(x) * direction).sum(), rel=1e-12, abs=1e-12) == jvp(f, (x,), (direction,))[1]
    )
    assert gradcheck(f, (x,))


@given(
    arrays.array_shapes(min_dims=0, max_dims=3, max_side=3),
    arrays.array_shapes(min_dims=0, max_dims=2, max_side=3),
    st.sampled_from(["auto", "forward", "reverse"]),
)
def test_jacobians_have_the_axes_of_the_result_then_those_of_the_argument(inputs, outputs, mode):
    """For f(x) = W x, in any shapes, the Jacobian is W."""
    weights = np.arange(1.0, 1 + math.prod(outputs) * math.prod(inputs)).reshape(outputs + inputs)
    f = lambda x: np.tensordot(weights, x, axes=np.ndim(x)) if outputs else np.sum(weights * x)
    result = jacobian(f, mode=mode)(np.ones(inputs))

    assert_array(weights, result)


@pytest.mark.parametrize(
    "f", [np.max, np.min, lambda x: np.maximum(x, 0.0).sum(), lambda x: np.clip(x, 0, 1).sum()]
)
def test_nan_stays_nan(f):
    """Choices hand nan on as NumPy's do for floats, where NumPy's own for objects lose it."""
    x = np.array([math.nan, 1.0])

    assert math.isnan(f(x))
    assert math.isnan(value_and_grad(f)(x)[0])
    assert math.isinf(value_and_grad(lambda x: np.exp(1000.0 * x)[1])(x)[0])


def test_arrays_inside_structures():
    """Arrays may stand in any container; each is one place in derivatives of derivatives."""

    def f(p):
        return {"y": p["w"] @ np.array([1.0, 2.0]) + p["b"], "n": p["b"]}

    p = {"w": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": 0.5}
    value, pullback = vjp(f, p)
    (cotangent,) = pullback({"y": [1.0, 10.0], "n": 100.0})
    matrix = jacobian(f)(p)

    assert_array([5.5, 11.5], value["y"])
    assert_array([[1.0, 2.0], [10.0, 20.0]], cotangent["w"])
    assert 111.0 == cotangent["b"]
    assert_array([[[1.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 2.0]]], matrix["y"]["w"])
    assert_array([1.0, 1.0], matrix["y"]["b"])
    assert_array(np.zeros((2, 2)), matrix["n"]["w"])
    assert 1.0 == matrix["n"]["b"]


def test_a_list_of_results_has_a_row_for_each():
    """A function of an array that returns a list of numbers has a list of gradients."""
    rows = jacobian(lambda x: [x[0] * x[1], x.sum()])(np.array([2.0, 3.0]))

    assert list is type(rows)
    assert_array([3.0, 2.0], rows[0])
    assert_array([[3.0, 2.0], [1.0, 1.0]], np.array(rows))


@pytest.mark.parametrize("dtype", [int, np.int8, bool, np.float32, np.float16, np.longdouble, object])
def test_every_real_array_is_read_as_float64(dtype):
    """Arrays of ints, bools and other floats are differentiated as float64, which comes out."""
    assert_array([2.0, 0.0, 2.0], grad(lambda x: x @ x)(np.array([1, 0, 1], dtype)))


def test_arrays_of_no_dimension_are_numbers():
    """An array without axes stays one as an argument; as a result it is the float."""
    value, gradient = value_and_grad(lambda x: np.where(x > 0, x * x, 0.0))(np.array(3.0))

    assert (float, 9.0) == (type(value), value)
    assert_array(6.0, gradient)
    assert 6.0 == jacobian(lambda x: np.where(x > 0, x * x, 0.0))(3.0)
    assert (9.0, (6.0,)) == (
        vjp(lambda x: np.array(x * x), 3.0)[0],
        vjp(lambda x: np.array(x * x), 3.0)[1](1.0),
    )


def test_empty_arrays():
    """An array of nothing has a gradient of nothing."""
    assert_array(np.zeros((0, 2)), grad(lambda x: 1.0 + x.sum())(np.zeros((0, 2))))
    assert_array(np.zeros(0), jacobian(lambda x: x[:0])(3.0 * np.ones(2))[:, 0])


def test_arrays_of_values_stay_connected():
    """For an array of Values the derivatives are arrays of Values, whose backward() is the second derivative."""
    x = np.array([Value(1.0), Value(2.0)])
    gradient = grad(lambda x: (x**3).sum())(x)
    gradient[1].backward()

    assert (object, [3.0, 12.0]) == (gradient.dtype, plain(gradient).tolist())
    assert 12.0 == x[1].grad


@pytest.mark.parametrize("outer", [grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1]])
def test_arrays_at_two_levels(outer):
    """d/dt of the inner gradient of t |x|² at x = (t, 1), by its first entry, is d/dt 2t² = 4t."""
    f = lambda t: grad(lambda x: t * (x @ x))(np.array([t, 1.0]))[0]

    assert 12.0 == outer(f)(3.0)


def test_the_array_given_is_left_as_it_was():
    """A function may write into its array; that of the caller keeps its numbers and its type."""

    def f(x):
        x[0] = 5.0 * x[1]
        x *= 2.0
        return x.sum()

    x = np.array([1.0, 2.0])

    assert_array([0.0, 12.0], grad(f)(x))
    assert_array([1.0, 2.0], x)


def test_results_that_are_arrays_have_no_gradient():
    """A function whose result has an axis is an error that says jacobian, even with one entry."""

    def f(x):
        return x[:1]

    with pytest.raises(TypeError, match="f returned an array of 1; return one of them, or use jacobian"):
        grad(f)(np.ones(2))


def test_tangents_and_cotangents_of_another_shape():
    """They must have the shape of the array; nested lists of that shape will do."""
    f = lambda x: x * x
    x = np.array([[1.0, 2.0]])

    assert_array([[2.0, 0.0]], jvp(f, (x,), ([[1.0, 0.0]],))[1])
    for wrong in (np.ones(2), np.ones((2, 1)), 1.0, None):
        with pytest.raises(ValueError, match="each primal needs a tangent of its shape"):
            jvp(f, (x,), (wrong,))
        with pytest.raises(ValueError, match="the cotangent must be shaped like the value"):
            vjp(f, x)[1](wrong)


@pytest.mark.parametrize(
    "x", [np.array([1j]), np.array(["1"]), np.array([None]), np.ma.array([1.0]), np.array(["2020"], "M8[D]")]
)
def test_arrays_of_anything_else_are_refused(x):
    """Complex numbers, text, dates, objects, and arrays whose operators mean something else are errors."""
    with pytest.raises(NotANumberError, match="expected a Value or a number"):
        grad(lambda x: 1.0)(x)


# NumPy's functions of Values

SHARED = [rule for rule in RULES.values() if isinstance(getattr(np, rule.name, None), np.ufunc)]


@pytest.mark.parametrize("rule", [r for r in SHARED if r.arity == getattr(np, r.name).nin], ids=repr)
def test_every_primitive_that_numpy_has_too(rule):
    """A ufunc with the name of a primitive is that primitive, for a Value and beside arrays."""
    at = [1.5 if rule.name == "arccosh" else 0.75, 0.5][: rule.arity]
    v = Value(at[0])
    y = getattr(np, rule.name)(v, *at[1:])

    assert y.rule.name == {"pow": "power"}.get(rule.name, rule.name)  # x^0.5 has a rule of its own
    assert pytest.approx(getattr(np, rule.name)(*at), rel=1e-12) == y.data
    entries = getattr(np, rule.name)(v, *[np.array([0.5, 0.25]) for _ in at[1:]])
    assert ([2] if at[1:] else []) == [*np.shape(entries)]


OPERATIONS = {
    "v * a": lambda v, a: v * a,
    "a * v": lambda v, a: a * v,
    "v - a": lambda v, a: v - a,
    "a - v": lambda v, a: a - v,
    "v / a": lambda v, a: v / a,
    "a / v": lambda v, a: a / v,
    "v ** a": lambda v, a: v**a,
    "a ** v": lambda v, a: a**v,
    "maximum": np.maximum,
    "minimum": lambda v, a: np.minimum(a, v),
    "absolute": lambda v, a: np.abs(v),
    "square": lambda v, a: np.square(v),
    "reciprocal": lambda v, a: np.reciprocal(v),
    "negative": lambda v, a: np.negative(v),
    "outer": np.multiply.outer,
    "maximum with outer": np.maximum.outer,
    "clip": lambda v, a: np.clip(v, 0.0, 1.0),
    "where": lambda v, a: np.where(v > 0, v * a, a),
    "sum": lambda v, a: np.sum([v, v, 2.0]),
    "sum of one": lambda v, a: np.sum(v),
    "mean": lambda v, a: np.mean([v, 3.0 * v]),
    "dot": lambda v, a: np.dot(a, [v, v]),
    "stack": lambda v, a: np.stack([v, v]),
    "a scalar": lambda v, a: a[0] * v - a[1] / v + v ** a[1] + a[1] ** v,
    "an array of one": lambda v, a: v * np.array(2.0) + np.array(3.0) / v,
    "of a list": lambda v, a: np.multiply([1.0, 2.0], v),
    "ours": lambda v, a: am.maximum(v, a) + am.exp(v * a),
}


@pytest.mark.parametrize("kind", ["Value", "jvp", "grad"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_arrays_and_single_values(name, kind):
    """Operators and functions of an array and one Value, or tracer, give NumPy's numbers, and right derivatives."""
    f = OPERATIONS[name]
    a = np.array([0.5, 2.0])
    x, h = 1.25, 1e-6
    exact = np.sum(f(x, a))
    slope = (np.sum(f(x + h, a)) - np.sum(f(x - h, a))) / (2 * h)
    if kind == "Value":
        v = Value(x)
        result = f(v, a)
        assert all(isinstance(entry, Value) for entry in np.ravel(result))
        assert np.shape(f(x, a)) == np.shape(result)
        y = np.sum(result)
        y.backward()
        value, derivative = y.data, v.grad
    elif kind == "jvp":
        value, derivative = jvp(lambda v: np.sum(f(v, a)), (x,), (1.0,))
    else:
        value, derivative = value_and_grad(lambda v: np.sum(f(v, a)))(x)

    assert pytest.approx(exact, rel=1e-12) == value
    assert pytest.approx(slope, rel=1e-6, abs=1e-8) == derivative


def test_functions_of_the_package_take_arrays():
    """A primitive of an array is that of each entry: float64 of numbers, objects where there is a Value."""
    v = Value(2.0)

    assert_array(np.exp(X), am.exp(X))
    assert_array(np.maximum(X, 0.0), am.maximum(X, 0))
    assert_array([[0.5, 2.0], [0.25, 2.0]], am.where(np.array([1, 0]), np.array([[0.5], [0.25]]), 2.0))
    mixed = am.exp(np.array([v, 1.0], dtype=object))
    assert (object, [math.exp(2.0), math.exp(1.0)]) == (mixed.dtype, plain(mixed).tolist())
    assert [Value, float] == [type(x) for x in mixed]
    with pytest.raises(NotANumberError, match="expected a Value or a number"):
        am.dot(A, A)  # a matrix product is @


def test_comparisons_with_arrays_are_arrays_of_bools():
    """< <= > >= == != go through an array entry by entry, on either side."""
    v, a = Value(2.0), np.array([1.0, 2.0, 3.0])
    compared = [v < a, v <= a, v > a, v >= a, v == a, v != a]
    reflected = [a > v, a >= v, a < v, a <= v, a == v, a != v]
    on_floats = [2.0 < a, 2.0 <= a, 2.0 > a, 2.0 >= a, 2.0 == a, 2.0 != a]

    for ours, theirs, exact in zip(compared, reflected, on_floats, strict=True):
        assert bool is ours.dtype.type or np.bool_ is ours.dtype.type
        np.testing.assert_array_equal(exact, ours)
        np.testing.assert_array_equal(exact, theirs)
    np.testing.assert_array_equal([False, True], np.array([Value(1.0), 2.0]) == v)


def test_questions_of_numpy_look_at_the_number():
    """isnan, isfinite, isinf, signbit and isclose answer as for floats."""
    v, bad = Value(-2.0), Value(math.nan)

    assert [False, True, True, False] == [np.isnan(v), np.isnan(bad), np.isfinite(v), np.isfinite(bad)]
    assert [False, True, True, True] == [
        np.isinf(v),
        np.signbit(v),
        np.isclose(v.data, -2.0),
        np.isclose(v, -2.0),
    ]

    def f(x):
        assert [[False, True], [True, False]] == [np.isnan(x).tolist(), np.isfinite(x).tolist()]
        assert np.allclose(x[:1], 1.0)
        return x[0]

    assert 1.0 == grad(f)(np.array([1.0, math.nan]))[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (np.cbrt, r"np\.cbrt has no derivative for a Value; write x \*\* \(1 / 3\)"),
        (np.fabs, r"np\.fabs has no derivative for a Value; write abs\(x\)"),
        (lambda v: np.fmax(v, 0.0), r"np\.fmax .*; write maximum\(x, y\)"),
        (lambda v: np.heaviside(v, 0.5), r"np\.heaviside .*; write autograd_mini\.heaviside\(x\)"),
        (np.spacing, r"np\.spacing .*; write it with the functions of autograd_mini, or declare primitive\('spacing'"),
        (lambda v: np.cbrt(np.array([1.0]) * v), r"np\.cbrt has no derivative for a Value"),
        (lambda v: np.rint(np.array([1.0]) * v), r"np\.rint has no derivative for a Value"),
        (lambda v: np.sum(np.array([1.0]) * v, dtype=float), "a Value does not become a plain number"),
    ],
)  # fmt: skip
def test_ufuncs_without_a_rule_say_what_to_write(call, message):
    """A function that is no primitive is a TypeError, never a number without its gradient."""
    for kind in (call, grad(call)):
        with pytest.raises(TypeError, match=message):
            kind(Value(1.0))


def test_a_primitive_of_ones_own_is_found_by_its_name():
    """A ufunc works as soon as a primitive has its name."""
    primitive("cbrt", lambda xp, x: xp.pow(x, 1 / 3), lambda xp, z, x: (xp.div(z, 3.0 * x),))
    try:
        assert pytest.approx(1 / 12) == grad(np.cbrt)(8.0)
    finally:
        del RULES["cbrt"], Arithmetic.definitions["cbrt"]


@pytest.mark.parametrize(
    "write", [lambda a, v: a.__imul__(v), lambda a, v: a.__setitem__(0, v), lambda a, v: a.fill(v)]
)
def test_values_do_not_get_into_arrays_of_floats(write):
    """Writing a Value into an array of floats is an error, as it would cut the gradient."""
    with pytest.raises(TypeError, match=r"Cannot cast|a Value does not become a plain number"):
        write(np.array([1.0, 2.0]), Value(2.0))
    with pytest.raises(TypeError, match="a Value does not become a plain number"):
        np.array([Value(1.0)], dtype=float)


# Being a number


def test_values_are_near_to_what_they_are_near_to():
    """pytest.approx compares the number of a Value, alone and in lists."""
    v = Value(2.0)

    assert v == pytest.approx(2.0 + 1e-9)
    assert pytest.approx(2.0 + 1e-9) == v
    assert v != pytest.approx(2.1)
    assert [v, v] == pytest.approx([2.0, 2.0 + 1e-9])
    assert [v] != pytest.approx([2.1])


def test_what_a_value_is_near_to_is_written_with_its_number():
    """approx(v) needs a tolerance, a plain number made of v: that is an error, not a false."""
    with pytest.raises(TypeError, match=r"x\.data where the number alone is meant"):
        assert pytest.approx(Value(2.0)) == 2.0 + 1e-9
    assert pytest.approx(Value(2.0).data) == 2.0 + 1e-9


def test_values_are_real_numbers():
    """Code that asks for a number takes a Value, which has what numbers have."""
    v = Value(2.0)

    assert isinstance(v, numbers.Real)
    assert np.isscalar(v)
    assert (v, v, 0.0) == (v.real, v.conjugate(), v.imag)
    assert v.conjugate() is v.real is v


@pytest.mark.parametrize("other", [None, "2.0", [2.0], (2.0,), object(), 1j])
def test_nothing_else_is_equal(other):
    """Equality with what is no number is False, of an unbound variable too."""
    assert [False, True] == [Value(2.0) == other, Value(2.0) != other]
    assert [False, True] == [Value(label="x") == other, Value(label="x") != other]


# Without NumPy


@pytest.mark.parametrize("hidden", [False, True])
def test_numpy_is_not_imported_without_need(hidden):
    """All transforms work without NumPy, and do not import it where it is installed."""
    script = f"""
import sys
if {hidden}:
    sys.modules["numpy"] = None  # as if it were not installed
import autograd_mini as am
from dataclasses import dataclass
@dataclass
class P:
    x: float
    name: str
f = lambda p: am.exp(p.x) * p.x + am.maximum(p.x, 2)
assert am.grad(f)(P(1.0, "p")).x > 5 and am.hessian(f)(P(1.0, "p")).x.x > 5
assert am.jacobian(lambda x: [x, None, "text"])(1.0) == [1.0, None, None]
assert am.hvp(lambda x: x ** 3, 1.0, 1.0) == 6.0 and am.jvp(f, (P(1.0, ""),), (P(1.0, ""),))[0] > 2
assert am.gradcheck(lambda x, y: x * y, (1.0, 2.0))
assert am.Value(1.0) != "text" and am.Value(1.0) < 2 and am.grad(lambda x: (x, []), has_aux=True)(1.0) == (1.0, [])
try:
    am.grad(lambda x: {{x}})(1.0)
except TypeError:
    print(sys.modules.get("numpy"))
"""
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert "None" == run.stdout.strip()
