"""grad, value_and_grad, jvp, vjp, jacobian, hessian, hvp: known derivatives, in every nesting of every two modes."""

import contextlib
import functools
import gc
import inspect
import itertools
import math
import operator
import sys
import threading
import tracemalloc
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, fields, is_dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd_mini as am
from autograd_mini import Value, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp
from autograd_mini.derivatives import transforms
from autograd_mini.errors import NotANumberError
from autograd_mini.nn import MLP

NAN, INF = math.nan, math.inf


class Point(NamedTuple):
    """Two numbers with names."""

    x: float
    y: float


@dataclass
class Spot:
    """The same, as a dataclass that checks what it is made of."""

    x: float
    y: float
    kind: ClassVar[str] = "spot"

    def __post_init__(self):
        assert isinstance(self.x, float), "made from tracers or gradients: it is to be copied instead"


@dataclass(frozen=True, slots=True)
class Sealed:
    """One that cannot be changed."""

    x: float
    rest: tuple


# The derivative of a function of one number, by every transform there is.
MODES = {
    "grad": grad,
    "value_and_grad": lambda f: lambda x: value_and_grad(f)(x)[1],
    "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    "jvp": lambda f: lambda x: jvp(f, (x,), (1.0,))[1],
    "reverse jacobian": lambda f: jacobian(f, mode="reverse"),
    "forward jacobian": lambda f: jacobian(f, mode="forward"),
}
every_mode = pytest.mark.parametrize("d", MODES.values(), ids=MODES)
every_two_modes = pytest.mark.parametrize(
    ("outer", "inner"),
    [*itertools.product(MODES.values(), repeat=2)],
    ids=[f"{outer} of {inner}" for outer, inner in itertools.product(MODES, repeat=2)],
)


def close(expected, relative=1e-12):
    return pytest.approx(expected, rel=relative, abs=relative)


# Known functions


@every_mode
def test_derivative_of_a_known_function(d):
    """∂(x² sin x)/∂x = 2x sin x + x² cos x."""
    x = 1.25

    assert close(2 * x * math.sin(x) + x * x * math.cos(x)) == d(lambda x: x**2 * am.sin(x))(x)


@every_two_modes
def test_second_derivative_by_any_two_modes(outer, inner):
    """∂²(x³)/∂x² = 6x whichever two modes are nested."""
    assert 12.0 == outer(inner(lambda x: x**3))(2.0)


@pytest.mark.parametrize("names", [*itertools.product(["grad", "jvp"], repeat=4)], ids=" of ".join)
def test_fourth_derivative_by_any_four_modes(names):
    """∂⁴(x⁵)/∂x⁴ = 120x, forward and reverse mixed in every way."""
    f = functools.reduce(lambda f, name: MODES[name](f), names, lambda x: x**5)

    assert close(240.0) == f(2.0)


def test_value_and_grad():
    """The value comes with the gradient, from one run of the function."""
    runs = []

    def f(x, y):
        runs.append(1)
        return x * y + x

    assert (8.0, 4.0) == value_and_grad(f)(2.0, 3.0)
    assert (8.0, (4.0, 2.0)) == value_and_grad(f, argnums=(0, 1))(2.0, 3.0)
    assert 2 == len(runs)


def test_hessian_and_hvp():
    """The Hessian of x²y + sin z is [[2y, 2x, 0], [2x, 0, 0], [0, 0, -sin z]], and hvp is it times v."""

    def f(x):
        return x[0] ** 2 * x[1] + am.sin(x[2])

    exact = [[10.0, 6.0, 0.0], [6.0, 0.0, 0.0], [0.0, 0.0, -math.sin(0.5)]]

    assert exact == [close(row) for row in hessian(f)([3.0, 5.0, 0.5])]
    assert [16.0, 6.0, close(-2.0 * math.sin(0.5))] == hvp(f, [3.0, 5.0, 0.5], [1.0, 1.0, 2.0])


def test_jacobian_of_many_by_many():
    """For m results and n inputs, m lists of n."""

    def f(x):
        return [x[0] * x[1], x[0] + x[2], 7.0, x[1]]

    expected = [[3.0, 2.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    for mode in ("auto", "forward", "reverse"):
        assert expected == jacobian(f, mode=mode)([2.0, 3.0, 4.0])


# Structures of arguments and results


@pytest.mark.parametrize(
    ("argument", "gradient"),
    [
        (2.0, 6.0),
        ([2.0, 3.0], [6.0, 6.0]),
        ((2.0, 3.0), (6.0, 6.0)),
        (Point(2.0, 3.0), Point(6.0, 6.0)),
        ({"a": 2.0, "b": 3.0}, {"a": 6.0, "b": 6.0}),
        ([2.0, {"w": (3.0, [4.0])}], [6.0, {"w": (6.0, [6.0])}]),
        (Spot(2.0, 3.0), Spot(6.0, 6.0)),
        (Sealed(2.0, (3.0,)), Sealed(6.0, (6.0,))),
        (OrderedDict(b=2.0, a=3.0), OrderedDict(b=6.0, a=6.0)),
        (defaultdict(list, a=2.0), defaultdict(list, a=6.0)),
        ([2.0, None, {"kind": "text"}], [6.0, None, {"kind": None}]),
        ([], []),
        ([[], {}], [[], {}]),
    ],
)
def test_gradient_is_shaped_like_the_argument(argument, gradient):
    """The gradient of 6 Σ x has a 6.0 in every place of the argument, in containers of the same types."""
    result = grad(lambda x: 6.0 * total(x))(argument)

    assert gradient == result
    assert type(gradient) is type(result)


def total(structure):
    """The sum of all numbers of a structure."""
    if isinstance(structure, dict):
        structure = structure.values()
    if is_dataclass(structure):
        structure = [getattr(structure, field.name) for field in fields(structure)]
    if structure is None or isinstance(structure, str):
        return 0.0
    return structure if isinstance(structure, Value | float) else sum(map(total, structure))


def test_static_parts_reach_the_function():
    """None and text inside an argument are what the function sees there; a derivative has None in their place."""

    def f(p):
        assert (None, "cube") == (p.rest[1], p.rest[2])
        assert type(p) is Sealed
        return {"z": p.x**3, "note": p.rest[2]}

    p = Sealed(2.0, (1.0, None, "cube"))
    value, tangent = jvp(f, (p,), (Sealed(1.0, (0.0, None, None)),))
    same, pullback = vjp(f, p)

    assert {"z": 8.0, "note": "cube"} == value == same
    assert {"z": 12.0, "note": None} == tangent
    assert (Sealed(12.0, (0.0, None, None)),) == pullback({"z": 1.0, "note": None})
    assert {"z": Sealed(12.0, (0.0, None, None)), "note": None} == jacobian(f)(p)


def test_functions_meet_the_structure_they_were_given():
    """Inside the function a named tuple has its fields and a dict its keys."""

    def f(p, weights):
        assert type(p) is Point
        assert list(weights) == ["u", "v"]
        return p.x * weights["u"] + p.y * weights["v"]

    assert (Point(3.0, 4.0), {"u": 1.0, "v": 2.0}) == grad(f, (0, 1))(Point(1.0, 2.0), {"u": 3.0, "v": 4.0})


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_structures(mode):
    """A Jacobian has the shape of the result, with the shape of the argument in place of each number."""

    def f(p):
        return {"product": p.x * p.y, "both": (p.x, [p.y])}

    expected = {"product": Point(3.0, 2.0), "both": (Point(1.0, 0.0), [Point(0.0, 1.0)])}

    assert expected == jacobian(f, mode=mode)(Point(2.0, 3.0))


def test_jvp_and_vjp_of_structures():
    """Tangents are shaped like the arguments, the pullback takes what is shaped like the value."""

    def f(w, x):
        return {"z": w["a"] * x[0], "s": [x[0] + x[1]]}

    w, x = {"a": 2.0}, (3.0, 4.0)
    value, tangent = jvp(f, (w, x), ({"a": 1.0}, (10.0, 100.0)))
    same, pullback = vjp(f, w, x)

    assert {"z": 6.0, "s": [7.0]} == value == same
    assert {"z": 23.0, "s": [110.0]} == tangent
    assert ({"a": 3.0}, (12.0, 10.0)) == pullback({"z": 1.0, "s": [10.0]})


def test_dicts_are_matched_by_key():
    """A tangent or cotangent dict may list its keys in any order."""
    assert (12.0, 1.0) == jvp(
        lambda d: d["a"] * 10.0 + d["b"], ({"a": 1.0, "b": 2.0},), ({"b": 1.0, "a": 0.0},)
    )
    assert (1.0,) == vjp(lambda x: {"a": x, "b": 2 * x}, 1.0)[1]({"b": 0.0, "a": 1.0})


def test_a_pullback_can_be_called_again():
    """Each call of a pullback starts from nothing."""
    _, pullback = vjp(lambda x, y: x * y, 2.0, 3.0)

    assert [(3.0, 2.0), (6.0, 4.0), (3.0, 2.0)] == [pullback(seed) for seed in (1.0, 2.0, 1.0)]


@pytest.mark.parametrize(
    ("argnums", "gradient"),
    [
        (0, 3.0),
        (1, 2.0),
        (-1, 2.0),
        (-2, 3.0),
        ((0,), (3.0,)),
        ((0, 1), (3.0, 2.0)),
        ((1, 0), (2.0, 3.0)),
        ([1, -2], (2.0, 3.0)),
        (np.int64(1), 2.0),
    ],
)
def test_argnums(argnums, gradient):
    """argnums chooses the arguments as in JAX: an int gives one gradient, several a tuple in that order."""
    assert gradient == grad(lambda x, y: x * y, argnums)(2.0, 3.0)
    assert gradient == jacobian(lambda x, y: x * y, argnums)(2.0, 3.0)
    assert (6.0, gradient) == value_and_grad(lambda x, y: x * y, argnums)(2.0, 3.0)


def test_other_arguments_pass_through_as_they_are():
    """Arguments that are not differentiated, and keyword arguments, may be anything."""

    def f(text, x, *, scale, table=None):
        assert text == "text"
        assert table is None
        return scale["by"] * x ** len(text)

    assert 64.0 == grad(f, 1)("text", 2.0, scale={"by": 2})


def test_transforms_keep_the_name_and_the_signature():
    """A transformed function is called like the function it came from."""

    def area(width, height):
        """Width times height."""
        return width * height

    for transformed in (grad(area), value_and_grad(area), jacobian(area), hessian(area)):
        assert "area" == transformed.__name__
        assert ["width", "height"] == list(inspect.signature(transformed).parameters)


# What a function returns beside its value


def test_aux_comes_back_as_it_was_returned():
    """With has_aux the second of what the function returns is handed on, with its own numbers in it."""
    kept = object()

    def f(x):
        return x * x, {"twice": [2.0 * x], "kept": kept, "n": 3, "name": "f"}

    aux = {"twice": [6.0], "kept": kept, "n": 3, "name": "f"}

    assert (6.0, aux) == grad(f, has_aux=True)(3.0)
    assert ((9.0, aux), 6.0) == value_and_grad(f, has_aux=True)(3.0)
    assert (9.0, 6.0, aux) == jvp(f, (3.0,), (1.0,), has_aux=True)
    assert (6.0, aux) == jacobian(f, has_aux=True)(3.0)
    assert (2.0, aux) == hessian(f, has_aux=True)(3.0)
    value, pullback, given = vjp(f, 3.0, has_aux=True)
    assert (9.0, (6.0,), aux) == (value, pullback(1.0), given)
    assert {float, int} == {type(given["twice"][0]), type(given["n"])}


@every_two_modes
def test_aux_of_an_inner_derivative_is_a_number_of_the_outer_one(outer, inner):
    """d/dx of the aux x y of an inner derivative by y is y: it is lowered by one level, not to a float."""
    for with_aux in (
        lambda f: grad(f, has_aux=True),
        lambda f: lambda y: jvp(f, (y,), (1.0,), has_aux=True)[1:],
    ):
        assert 5.0 == outer(lambda x, d=with_aux: d(lambda y: (y * y, x * y))(5.0)[1])(2.0)
        assert 0.0 == outer(inner(lambda x, d=with_aux: d(lambda y: (y * y, x * y))(5.0)[1]))(2.0)


def test_aux_is_not_copied_where_nothing_is_in_it():
    """An aux without numbers of the transform is the very object that was returned, whatever it holds."""
    circle = [np.float32([1.0])]
    circle.append(circle)

    assert grad(lambda x: (x, circle), has_aux=True)(1.0)[1] is circle


@pytest.mark.parametrize("result", [1.0, (1.0,), [1.0, 2.0], (1.0, 2.0, 3.0)])
def test_has_aux_needs_a_pair(result):
    """A function that returns no pair under has_aux is an error that names it."""

    def f(x):
        return result

    for call in (
        lambda: grad(f, has_aux=True)(1.0),
        lambda: vjp(f, 1.0, has_aux=True),
        lambda: jvp(f, (1.0,), (1.0,), has_aux=True),
    ):
        with pytest.raises(TypeError, match=r"with has_aux f must return a pair \(value, aux\), got"):
            call()


@pytest.mark.parametrize(
    "transform", [grad, value_and_grad, jacobian, hessian, lambda f, has_aux: vjp(f, 1.0, has_aux=has_aux)]
)
def test_has_aux_is_a_bool(transform):
    """Anything else as has_aux, such as the aux itself, is an error."""
    with pytest.raises(TypeError, match=r"has_aux must be True or False, got list \[\]"):
        transform(lambda x: x, has_aux=[])


# Several arguments


def test_hessian_by_several_arguments():
    """As in JAX: the tuple of the gradients, with a tuple by all arguments in place of each number or array."""

    def f(x, y):
        return x**2 * y**3

    assert ((250.0, 300.0), (300.0, 120.0)) == hessian(f, argnums=(0, 1))(2.0, 5.0)
    assert ((120.0, 300.0), (300.0, 250.0)) == hessian(f, argnums=(1, 0))(2.0, 5.0)
    assert ((120.0,),) == hessian(f, argnums=(-1,))(2.0, 5.0)
    assert 120.0 == hessian(f, argnums=1)(2.0, 5.0)
    of_structures = hessian(lambda p, q: f(p["x"], q[0]), argnums=(0, 1))({"x": 2.0}, [5.0])
    assert ({"x": ({"x": 250.0}, [300.0])}, [({"x": 300.0}, [120.0])]) == of_structures


def test_hessian_by_several_arrays():
    """Of arrays, [i][j] has the axes of argument i, then those of argument j."""

    def f(x, y):
        return (x[0] ** 2 + x[1]) * (y * y).sum()

    (xx, xy), (yx, yy) = hessian(f, argnums=(0, 1))(np.array([2.0, 3.0]), np.array([[1.0, 2.0, 3.0]]))

    assert [[28.0, 0.0], [0.0, 0.0]] == xx.tolist()
    assert [[[8.0, 16.0, 24.0]], [[2.0, 4.0, 6.0]]] == xy.tolist()
    assert np.array_equal(xy, np.moveaxis(yx, 2, 0))
    assert ((1, 3, 1, 3), (14.0 * np.eye(3)).tolist()) == (yy.shape, yy[0, :, 0].tolist())


def test_hvp_by_several_arguments():
    """With argnums the arguments are a tuple, and direction and result are shaped like those chosen."""

    def f(x, y):
        return x[0] ** 2 * x[1] * y**3

    at = ([2.0, 3.0], 5.0)

    # The Hessian is [[750, 500, 900], [500, 0, 300], [900, 300, 360]].
    assert ([95_750.0, 30_500.0], 39_900.0) == hvp(f, at, ([1.0, 10.0], 100.0), argnums=(0, 1))
    assert (39_900.0, [95_750.0, 30_500.0]) == hvp(f, at, (100.0, [1.0, 10.0]), argnums=(1, 0))
    assert (
        [5750.0, 500.0] == hvp(f, at, [1.0, 10.0], argnums=0) == hvp(lambda x: f(x, 5.0), at[0], [1.0, 10.0])
    )
    assert 36_000.0 == hvp(f, at, 100.0, argnums=-1)
    with pytest.raises(TypeError, match=r"with argnums hvp needs a tuple of arguments, got float 1\.0"):
        hvp(f, 1.0, 1.0, argnums=0)
    with pytest.raises(ValueError, match="each primal needs a tangent of its shape"):
        hvp(f, at, [1.0, 10.0], argnums=(0, 1))


# Numbers in, numbers out; Values in, Values out


@pytest.mark.parametrize("x", [2, 2.0, True, np.float32(2), np.float64(2), np.int64(2), np.bool_(1)])
@every_mode
def test_derivatives_of_plain_numbers_are_floats(d, x):
    """Ints, floats, bools and NumPy scalars are all numbers, and derivatives by them are exactly floats."""
    for f, slope in ((lambda x: 3 * x * x, 6.0 * x), (lambda x: np.float64(3) * x, 3), (lambda x: 3, 0)):
        result = d(f)(x)

        assert float is type(result)
        assert slope == result
        assert float is type(d(d(f))(x))


def test_all_results_of_plain_numbers_are_floats():
    """Values, tangents, cotangents and entries of matrices are exactly floats for plain numbers."""

    def f(x):
        return 2 * x[0] * x[1] + 1

    value, gradient = value_and_grad(f)([1, 2])
    results = [value, *gradient, *jvp(f, ([1, 2],), ([1, 0],)), *itertools.chain(*hessian(f)([1, 2]))]
    results += [*hvp(f, [1, 2], [0, 1]), vjp(f, [1, 2])[0], *vjp(f, [1, 2])[1](1)[0]]

    assert {float} == {type(x) for x in results}


@every_mode
def test_derivatives_of_values_can_be_differentiated_by_backward(d):
    """For a Value, x.grad of the derivative is the second derivative."""
    x = Value(1.5)
    slope = d(lambda x: x**3 * am.exp(x))(x)
    slope.backward()

    assert close((1.5**3 + 3 * 1.5**2) * math.exp(1.5)) == slope.data
    assert close((1.5**3 + 6 * 1.5**2 + 6 * 1.5) * math.exp(1.5)) == x.grad


@every_mode
@pytest.mark.parametrize("f", [lambda x: 2 * x, lambda x: 3.0, lambda x: True * x])
def test_derivatives_of_values_are_values_even_if_constant(d, f):
    """For a Value the derivative is a Value, also of a linear or constant function: backward() may be called."""
    x = Value(1.5)
    slope = d(f)(x)
    slope.backward()

    assert isinstance(slope, Value)
    assert 0.0 == x.grad


def test_all_results_of_values_are_values():
    """Value, gradient, tangent, cotangent, Jacobian and Hessian of Values are Values."""
    x, y = Value(2.0), Value(3.0)

    def f(x):
        return x[0] * x[0] * x[1]

    value, gradient = value_and_grad(f)([x, y])
    results = [value, *gradient, *jvp(f, ([x, y],), ([1.0, 0.0],)), *itertools.chain(*hessian(f)([x, y]))]
    results += [*hvp(f, [x, y], [1.0, 0.0]), vjp(f, [x, y])[0], *vjp(f, [x, y])[1](1.0)[0]]
    results += itertools.chain(*jacobian(lambda x: [x[0], 5.0])([x, y]))

    assert all(isinstance(result, Value) for result in results)
    assert [12.0, 12.0, 4.0] == [result.data for result in results[:3]]


def test_mixed_values_and_numbers():
    """One Value among the inputs makes the derivatives Values."""
    x = Value(2.0)
    by_x, by_y = grad(lambda x, y: x * x * y, (0, 1))(x, 3.0)
    by_y.backward()

    assert (12.0, 4.0) == (by_x.data, by_y.data)
    assert 4.0 == x.grad


def test_the_gradient_is_recorded_by_the_inputs_own_graph():
    """Values in may be results themselves: the derivative goes on to the leaves they were made from."""
    u = Value(3.0)
    grad(lambda x: x**3)(u * u).backward()  # ∂(3 u⁴)/∂u

    assert 12.0 * 27.0 == u.grad


def test_a_derivative_of_unbound_variables_is_a_lazy_graph():
    """An unbound Value gives an unbound derivative, to be evaluated by forward()."""
    slope = grad(lambda x: x**3)(Value(label="x"))

    assert slope.known("data") is None
    assert [12.0, 27.0] == [slope.forward(x=2), slope.forward(x=3)]


# Against computer algebra

FUNCTIONS = {  # of one or two results before it; the same under sympy
    "sin": (am.sin, sympy.sin),
    "cos": (am.cos, sympy.cos),
    "tanh": (am.tanh, sympy.tanh),
    "exp of sin": (lambda x: am.exp(am.sin(x)), lambda x: sympy.exp(sympy.sin(x))),
    "sigmoid": (am.sigmoid, lambda x: 1 / (1 + sympy.exp(-x))),
    "softplus": (am.softplus, lambda x: sympy.log(1 + sympy.exp(x))),
    "log": (lambda x: am.log(2 + x * x), lambda x: sympy.log(2 + x * x)),
    "sqrt": (lambda x: am.sqrt(1 + x * x), lambda x: sympy.sqrt(1 + x * x)),
    "cube": (lambda x: x**3, lambda x: x**3),
    "over": (lambda x: 1 / (x * x + 3), lambda x: 1 / (x * x + 3)),
    "add": (operator.add, operator.add),
    "sub": (operator.sub, operator.sub),
    "mul": (operator.mul, operator.mul),
    "div": (lambda x, y: x / (y * y + 2), lambda x, y: x / (y * y + 2)),
    "power": (lambda x, y: (x * x + 1) ** y, lambda x, y: (x * x + 1) ** y),
}
UNARY = ("sin", "cos", "tanh", "exp of sin", "sigmoid", "softplus", "log", "sqrt", "cube", "over")
programs = st.lists(
    st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=3,
)
tame = st.integers(-6, 6).map(lambda n: n / 4)


def run(program, xs, which):
    """The last result of a program of operations on earlier results; which: 0 for ours, 1 for sympy's."""
    results = list(xs)
    for name, i, j in program:
        arguments = [results[-1 - i % len(results)], results[j % len(results)]]
        results.append(FUNCTIONS[name][which](*arguments[: 1 if name in UNARY else 2]))
    return results[-1]


def exact(derivative, at):
    """The number of a sympy expression, and the size of the terms it is a sum of, with 30 digits."""
    numbers = [abs(sympy.N(term, 30, subs=at)) for term in sympy.Add.make_args(derivative)]
    return float(sympy.N(derivative, 30, subs=at)), float(sum(numbers))


def assert_exact(derivative, at, ours):
    """1e-12 relative to the terms of the sum, as rounding of those is what a cancelling sum shows."""
    number, size = exact(derivative, at)
    assume(size < 1e6)

    assert abs(number - ours) <= 1e-12 * max(size, 1.0), f"{ours} is not {number}, of terms of size {size}"


@settings(max_examples=60)
@given(programs, tame, st.lists(st.sampled_from(sorted(MODES)), min_size=1, max_size=2))
def test_low_orders_are_those_of_computer_algebra(program, x, modes):
    """First and second derivatives of random compositions are sympy's, in every nesting of modes."""
    assert_order(program, x, modes)


@settings(max_examples=25)
@given(
    programs.filter(lambda p: len(p) <= 2),
    tame,
    st.lists(st.sampled_from(sorted(MODES)), min_size=3, max_size=4),
)
def test_high_orders_are_those_of_computer_algebra(program, x, modes):
    """Third and fourth derivatives too."""
    assert_order(program, x, modes)


def assert_order(program, x, modes):
    symbol = sympy.Symbol("x", real=True)
    derivative = sympy.diff(run(program, [symbol], 1), symbol, len(modes))
    f = functools.reduce(lambda f, name: MODES[name](f), modes, lambda x: run(program, [x], 0))

    assert_exact(derivative, {symbol: sympy.Rational(x)}, f(x))


@settings(max_examples=30)
@given(programs, tame, tame)
def test_gradient_and_hessian_are_those_of_computer_algebra(program, x, y):
    """Gradient and Hessian of random compositions of two variables are sympy's."""
    symbols = sympy.symbols("x y", real=True)
    formula = run(program, symbols, 1)
    at = dict(zip(symbols, map(sympy.Rational, (x, y)), strict=True))

    def f(xs):
        return run(program, xs, 0)

    for symbol, ours, row in zip(symbols, grad(f)([x, y]), hessian(f)([x, y]), strict=True):
        assert_exact(sympy.diff(formula, symbol), at, ours)
        for other, entry in zip(symbols, row, strict=True):
            assert_exact(sympy.diff(formula, symbol, other), at, entry)


# Laws that tie the modes to each other

vectors = st.lists(tame, min_size=3, max_size=3)
several = st.lists(programs, min_size=1, max_size=4)


def vector_function(several):
    return lambda xs: [run(program, xs, 0) for program in several]


def inner(xs, ys):
    return math.fsum(x * y for x, y in zip(xs, ys, strict=True))


def size_of(*matrices):
    return max(1.0, *(abs(x) for matrix in matrices for x in matrix))


@given(several, vectors, vectors, st.lists(tame, min_size=4, max_size=4))
def test_cotangent_times_jvp_is_vjp_times_tangent(several, xs, tangent, cotangent):
    """⟨cotangent, J tangent⟩ = ⟨Jᵀ cotangent, tangent⟩."""
    f, cotangent = vector_function(several), cotangent[: len(several)]
    value, pushed = jvp(f, (xs,), (tangent,))
    same, pullback = vjp(f, xs)
    (pulled,) = pullback(cotangent)

    assert value == same
    scale = size_of(pushed, pulled) * 10
    assert pytest.approx(inner(cotangent, pushed), rel=1e-12, abs=1e-12 * scale) == inner(pulled, tangent)


@given(several, vectors, vectors, vectors, tame)
def test_jvp_and_vjp_are_linear(several, xs, v, w, a):
    """J(a v + w) = a Jv + Jw, and the same for the pullback."""
    f = vector_function(several)

    def push(direction):
        return jvp(f, (xs,), (direction,))[1]

    combined = push([a * x + y for x, y in zip(v, w, strict=True)])
    separate = [a * x + y for x, y in zip(push(v), push(w), strict=True)]
    assert pytest.approx(combined, rel=1e-12, abs=1e-12 * size_of(push(v), push(w)) * 10) == separate

    pullback = vjp(f, xs)[1]
    ones = [1.0] * len(several)
    ramp = [float(k) for k in range(len(several))]
    both = pullback([a * x + y for x, y in zip(ones, ramp, strict=True)])[0]
    apart = [a * x + y for x, y in zip(pullback(ones)[0], pullback(ramp)[0], strict=True)]
    assert pytest.approx(both, rel=1e-12, abs=1e-12 * size_of(*pullback(ones), *pullback(ramp)) * 10) == apart


@given(several, vectors)
def test_jacobians_of_all_modes_agree(several, xs):
    """Forward, reverse and auto give one Jacobian, whose rows are the gradients."""
    f = vector_function(several)
    forward, reverse, auto = (jacobian(f, mode=mode)(xs) for mode in ("forward", "reverse", "auto"))
    gradients = [grad(lambda xs, p=program: run(p, xs, 0))(xs) for program in several]
    for i, row in enumerate(forward):
        tolerance = 1e-12 * size_of(row)
        for other in (reverse, auto, gradients):
            assert pytest.approx(row, rel=1e-12, abs=tolerance) == other[i]


@given(programs, vectors, vectors)
def test_hessian_is_symmetric_and_hvp_is_its_product(program, xs, v):
    """Hᵀ = H, hvp(f, x, v) = H v, and reverse over reverse gives the same Hessian."""

    def f(xs):
        return run(program, xs, 0)

    matrix = hessian(f)(xs)
    tolerance = 1e-12 * size_of(*matrix) * 10
    transposed = [list(column) for column in zip(*matrix, strict=True)]

    assert [pytest.approx(row, rel=1e-12, abs=tolerance) for row in matrix] == transposed
    assert pytest.approx([inner(row, v) for row in matrix], rel=1e-12, abs=tolerance) == hvp(f, xs, v)
    assert [pytest.approx(row, rel=1e-12, abs=tolerance) for row in matrix] == jacobian(grad(f))(xs)


# Perturbation confusion


@every_two_modes
def test_inner_derivative_of_a_sum_with_an_outer_variable(outer, inner):
    """d/dx (x · d/dy (x + y)) = 1, not 2: the inner derivative is 1 whatever x is."""
    assert 1.0 == outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0)


@every_two_modes
def test_inner_derivative_of_a_product_with_an_outer_variable(outer, inner):
    """d/dx (x · d/dy (x y)) = 2x."""
    assert 4.0 == outer(lambda x: x * inner(lambda y: x * y)(1.0))(2.0)


@every_two_modes
def test_inner_derivative_at_the_outer_variable(outer, inner):
    """d/dx (d/dy (x² y³) at y = x) = d/dx 3x⁴ = 12x³."""
    assert 96.0 == outer(lambda x: inner(lambda y: x * x * y**3)(x))(2.0)


@every_two_modes
def test_inner_function_of_outer_variables_only(outer, inner):
    """The inner derivative of what does not depend on its own variable is 0."""
    assert 0.0 == outer(lambda x: x * inner(lambda y: x * x)(3.0))(2.0)
    assert 12.0 == outer(lambda x: x**3 + inner(lambda y: x * x)(x))(2.0)


@every_two_modes
def test_inner_function_of_a_constant(outer, inner):
    """An inner derivative that uses nothing of the outer one is a constant to it."""
    assert 6.0 == outer(lambda x: x * inner(lambda y: y * y)(3.0))(2.0)


@pytest.mark.parametrize("names", [*itertools.product(["grad", "jvp"], repeat=3)], ids=" in ".join)
def test_three_levels(names):
    """d/dx (x · d/dy (y x · d/dz (x y z²))) at x = 2, y = x, z = y: three variables kept apart."""
    d1, d2, d3 = (MODES[name] for name in names)

    def f(x):
        return x * d2(lambda y: y * x * d3(lambda z: x * y * z**2)(y))(x)

    # inside: y x · 2 x y² = 2 x² y³ -> by y: 6 x² y² -> at y = x, times x: 6 x⁵ -> by x: 30 x⁴
    assert close(480.0) == d1(f)(2.0)


@every_two_modes
def test_sums_of_derivatives_of_one_function_at_two_levels(outer, inner):
    """d/dx (f'(x) + f(x) f'(x²)) mixes levels in one sum, and gives what calculus gives."""

    def f(y):
        return y**3

    x = 1.5
    expected = 6 * x + 3 * x**2 * 3 * x**4 + x**3 * 12 * x**3

    assert close(expected) == outer(lambda x: inner(f)(x) + f(x) * inner(f)(x * x))(x)


def test_a_derived_function_may_be_made_outside():
    """A transform made before the outer one began is no less of its own level."""
    slope = grad(lambda y: y**3)

    assert 12.0 == grad(slope)(2.0)
    assert 12.0 == jvp(slope, (2.0,), (1.0,))[1]


def test_differentiating_with_respect_to_a_seed():
    """A pullback is linear in its cotangent: its derivative by the cotangent is the derivative itself."""
    _, pullback = vjp(lambda x: x**3, 2.0)

    assert 12.0 == grad(lambda seed: pullback(seed)[0])(5.0)
    assert 12.0 == grad(lambda v: jvp(lambda x: x**3, (2.0,), (v,))[1])(5.0)
    assert 12.0 == jvp(lambda v: jvp(lambda x: x**3, (2.0,), (v,))[1], (5.0,), (1.0,))[1]


class Weight(Value):
    """A Value of somebody else's, as models have."""

    __slots__ = ()


@every_two_modes
def test_subclasses_of_value_meet_every_level(outer, inner):
    """A captured number of a subclass of Value may stand on either side of any operator."""
    w = Weight(2.0)
    slope = outer(lambda x: inner(lambda y: (w * y) * y + (w - x * y) + w / y + w**y + (y * w - x))(x))(1.5)
    exact_slope = grad(lambda x: grad(lambda y: 2.0 * y * y + (2.0 - x * y) + 2.0 / y + 2.0**y + y * 2.0)(x))(
        1.5
    )

    assert close(exact_slope) == slope


# Values captured from outside


@every_mode
def test_a_captured_value_stays_connected(d):
    """A derivative of a function of a Value from outside is a Value that depends on it."""
    w = Value(3.0, label="w")
    w.grad = 7.0
    slope = d(lambda x: w * x * x + w)(2.0)

    assert 12.0 == slope.data
    assert 7.0 == w.grad
    slope.backward()
    assert 7.0 + 4.0 == w.grad


@every_mode
def test_a_derivative_that_does_not_depend_on_it_is_a_value_too(d):
    """Of what type a derivative is depends on what the function uses, not on the derivative."""
    w = Value(3.0)

    assert isinstance(d(lambda x: x + w)(2.0), Value)
    assert isinstance(d(lambda x: w)(2.0), Value)
    assert float is type(d(lambda x: x + w.data)(2.0))


@pytest.mark.parametrize(
    "transform", [lambda f: lambda t: hessian(lambda xs: f(xs[0]))([t])[0][0], lambda f: grad(grad(f))]
)
def test_a_second_derivative_stays_connected(transform):
    """∂/∂w of d²/dt² w t³ is 6 t."""
    w = Value(2.0)
    second = transform(lambda t: w * t**3)(5.0)
    second.backward()

    assert (60.0, 30.0) == (second.data, w.grad)


def test_the_product_with_a_hessian_stays_connected():
    """hvp of w x² y along (1, 0) is (2 w y, 2 w x)."""
    w = Value(2.0)
    product = hvp(lambda xs: w * xs[0] ** 2 * xs[1], [3.0, 5.0], [1.0, 0.0])
    product[1].backward()

    assert [20.0, 12.0] == [x.data for x in product]
    assert 6.0 == w.grad


def test_a_loss_of_the_derivative_of_a_network():
    """The gradient by every weight of (∂model/∂t - 1)² is that of differences."""
    model = MLP(1, [3, 1], activation="tanh", seed=0)
    loss = lambda: (grad(lambda t: model([t]))(0.5) - 1.0) ** 2
    loss().backward()
    for p in model.parameters():
        at, h = p.data, 1e-5
        p.data = at + h
        above = loss().data
        p.data = at - h
        difference = (above - loss().data) / (2 * h)
        p.data = at

        assert pytest.approx(difference, rel=1e-6, abs=1e-9) == p.grad


@every_mode
def test_a_captured_result_is_left_as_it_was(d):
    """A graph from outside keeps its numbers, gradients and parents."""
    u, v = Value(2.0), Value(3.0)
    product = u * v
    product.backward()
    before = [(x.data, x.grad, x.parents) for x in (u, v, product)]
    d(lambda x: x * product * u)(5.0)

    assert before == [(x.data, x.grad, x.parents) for x in (u, v, product)]


def test_inputs_keep_their_gradients():
    """A transform of Values adds nothing to their .grad."""
    x = Value(2.0)
    grad(lambda x: x * x)(x)
    hessian(lambda x: x[0] ** 3)([x])

    assert x.known("grad") is None


def test_a_function_may_return_its_input_or_a_captured_value():
    """The identity has derivative 1, a captured Value alone 0."""
    w = Value(3.0)

    assert (2.0, 1.0) == value_and_grad(lambda x: x)(2.0)
    assert (3.0, 0.0) == value_and_grad(lambda x: w)(2.0)
    assert (3.0, 0.0) == jvp(lambda x: w, (2.0,), (1.0,))
    assert [[1.0], [0.0], [1.0]] == jacobian(lambda x: [x[0], w, x[0]])([2.0])


# Outputs that do not depend on the input


@pytest.mark.parametrize("constant", [3.0, 3, np.float64(3.0), Value(3.0)])
@every_mode
def test_a_constant_function_has_derivative_zero(d, constant):
    """A function that returns a constant has the derivative 0.0, and is no error."""
    assert 0.0 == d(lambda x: constant)(2.0)
    assert 0.0 == d(d(lambda x: constant))(2.0)


def test_an_input_that_is_not_used_has_gradient_zero():
    """The gradient of an unused argument is 0.0 in every place of it."""
    assert (2.0, {"a": [0.0, 0.0]}) == grad(lambda x, y: 2.0 * x, (0, 1))(1.0, {"a": [1.0, 2.0]})
    assert [[0.0, 0.0], [0.0, 2.0]] == hessian(lambda x: x[1] ** 2)([1.0, 2.0])


# Bad input


@pytest.mark.parametrize(
    ("argnums", "error", "message"),
    [
        (2, ValueError, "argnums = 2, but the function was called with 2 positional arguments, from 0 on"),
        (-3, ValueError, "argnums = -3, but the function was called with 2 positional arguments"),
        ((0, 5), ValueError, "argnums = 5, but the function was called with 2 positional arguments"),
        ((0, 0), ValueError, r"argnums must name one or more different arguments, got \(0, 0\)"),
        ((0, -2), ValueError, r"argnums must name one or more different arguments, got \(0, -2\)"),
        ((), ValueError, r"argnums must name one or more different arguments, got \(\)"),
        ("x", TypeError, "argnums must be an int or several, got str 'x'; 0 is the first argument"),
        (1.0, TypeError, "argnums must be an int or several, got float 1.0"),
        (None, TypeError, "argnums must be an int or several, got NoneType None"),
        (True, TypeError, "argnums must be an int or several, got bool True"),
        ((0, "y"), TypeError, "argnums must be an int or several, got str 'y'"),
    ],
)
@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian])
def test_wrong_argnums(transform, argnums, error, message):
    """argnums that name no argument are an error that says what was given and what there is."""
    with pytest.raises(error, match=message):
        transform(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_arguments_by_keyword_cannot_be_differentiated():
    """Differentiating by an argument that was passed by keyword says that there is no such position."""
    with pytest.raises(
        ValueError, match="argnums = 0, but the function was called with 0 positional arguments"
    ):
        grad(lambda x: x * x)(x=2.0)


@pytest.mark.parametrize(
    ("result", "shown"), [([1.0, 2.0], "list of 2"), ((1.0,), "tuple of 1"), ({"a": 1.0}, "dict of 1")]
)
@pytest.mark.parametrize("transform", [grad, value_and_grad])
def test_grad_needs_one_number(transform, result, shown):
    """A function that returns several numbers has no gradient: the message says what it returned, and jacobian."""

    def loss(x):
        return result

    message = f"needs a function that returns one number; loss returned a {shown}; return one of them, or use jacobian"
    with pytest.raises(TypeError, match=message):
        transform(loss)(1.0)


@pytest.mark.parametrize("result", [None, "1.0", 1j, np.array([1j]), np.ma.array([1.0]), {1.0}])
@pytest.mark.parametrize("transform", [*MODES.values(), lambda f: lambda x: hessian(f)([x])])
def test_results_that_are_no_numbers(transform, result):
    """What is no number, such as the None of a forgotten return, is an error that names the function."""

    def loss(x):
        return result

    with pytest.raises(
        NotANumberError, match=f"loss returned {type(result).__name__} .*: expected a Value or a number"
    ):
        transform(loss)(1.0)


@pytest.mark.parametrize("argument", ["2.0", None, 1j, np.array(["a"]), np.ma.array([1.0]), [1.0, {"a"}]])
@pytest.mark.parametrize("transform", [*MODES.values(), hessian])
def test_arguments_that_are_no_numbers(transform, argument):
    """An argument that is no number is an error that shows it."""
    with pytest.raises(NotANumberError, match="expected a Value or a number"):
        transform(lambda x: 1.0)(argument)


@pytest.mark.parametrize("result", [True, np.bool_(1), [1.0, {"a": False}], np.array([True])])
@pytest.mark.parametrize("transform", [*MODES.values(), lambda f: lambda x: hessian(f)([x])])
def test_a_truth_has_no_derivative(transform, result):
    """A function that returns a bool, such as a comparison, is an error that says what to return."""

    def is_large(x):
        return result

    with pytest.raises(
        NotANumberError, match=r"is_large returned .*: a bool has no derivative; return a number"
    ):
        transform(is_large)(1.0)


def test_an_unknown_mode():
    """A mode that is none is an error when the Jacobian is asked for."""
    with pytest.raises(ValueError, match="mode must be 'auto', 'forward' or 'reverse', got 'fast'"):
        jacobian(lambda x: x, mode="fast")


@pytest.mark.parametrize(
    ("primals", "tangents"), [(1.0, 1.0), ((1.0,), 1.0), (1.0, (1.0,)), ({"x": 1.0}, (1.0,))]
)
def test_jvp_needs_tuples(primals, tangents):
    """Arguments that are not in a tuple are an error that shows how to write them."""
    with pytest.raises(
        TypeError, match=r"jvp needs a tuple of arguments .* jvp\(f, \(x, y\), \(1.0, 0.0\)\)"
    ):
        jvp(lambda x: x, primals, tangents)


@pytest.mark.parametrize(
    ("primals", "tangents"),
    [
        ((1.0, 2.0), (1.0,)),
        ((1.0,), (1.0, 2.0)),
        (([1.0, 2.0], 3.0), (1.0, [2.0, 3.0])),
        (({"a": 1.0},), ({"b": 1.0},)),
        (([1.0],), (1.0,)),
    ],
)
def test_jvp_needs_a_tangent_for_every_number(primals, tangents):
    """Tangents of another shape than the primals are an error, also when their number is the same."""
    with pytest.raises(ValueError, match="each primal needs a tangent of its shape"):
        jvp(lambda *xs: total(xs), primals, tangents)


@pytest.mark.parametrize("cotangent", [1.0, [1.0], [1.0, 2.0, 3.0], {"a": 1.0, "b": 2.0}, [[1.0, 2.0]]])
def test_a_pullback_needs_a_cotangent_for_every_number(cotangent):
    """A cotangent of another shape than the value is an error."""
    _, pullback = vjp(lambda x: [x, 2.0 * x], 1.0)
    with pytest.raises(ValueError, match="the cotangent must be shaped like the value"):
        pullback(cotangent)


@every_mode
def test_backward_inside_a_transform(d):
    """backward() inside a function that is being differentiated is an error that says what to do."""

    def f(x):
        y = x * x
        y.backward()
        return y

    for derivative in (d(f), d(d(f)), d(grad(f))):
        with pytest.raises(
            TypeError, match=r"backward\(\) was called inside a transform .*; return the value instead"
        ):
            derivative(2.0)


# Special numbers


@every_mode
@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (am.exp, 1000.0, INF),
        (am.exp, -INF, 0.0),
        (am.log, 0.0, INF),
        (am.log, NAN, NAN),
        (am.sqrt, 0.0, INF),
        (am.sqrt, -1.0, NAN),
        (am.sin, INF, NAN),
        (am.tanh, INF, 0.0),
        (am.sigmoid, -1000.0, 0.0),
        (am.relu, 0.0, 0.0),
        (abs, 0.0, 0.0),
        (abs, -INF, -1.0),
        (lambda x: x * x, INF, INF),
        (lambda x: x * x, NAN, NAN),
        (lambda x: 1 / x, 0.0, -INF),
        (lambda x: x**0.5, 0.0, INF),
        (lambda x: x - x, INF, 0.0),
        (lambda x: x, NAN, 1.0),
    ],
)
def test_special_inputs_follow_ieee(d, f, x, slope):
    """At nan, infinities and poles the derivative is what IEEE-754 makes of the formula, and no exception."""
    assert pytest.approx(slope, nan_ok=True) == d(f)(x)


@pytest.mark.parametrize("x", [NAN, INF, -INF, 0.0, -0.0, 1e308, 5e-324])
@pytest.mark.parametrize(
    "name", ["exp", "log", "sqrt", "sin", "tan", "tanh", "sigmoid", "softplus", "relu", "sign"]
)
def test_no_special_input_is_an_error(name, x):
    """Second derivatives of every function at special inputs are floats."""
    f = getattr(am, name)

    for second in (
        hessian(lambda x: f(x[0]))([x]),
        [hvp(lambda x: f(x[0]), [x], [1.0])],
        [[grad(grad(f))(x)]],
    ):
        assert float is type(second[0][0])


def test_comparisons_look_at_numbers():
    """A function may branch on its input at any level."""

    def f(x):
        return x**2 if x > 1 else -x

    for d, second in itertools.product([grad, MODES["jvp"]], repeat=2):
        assert [4.0, -1.0] == [d(f)(2.0), d(f)(0.5)]
        assert [2.0, 0.0] == [second(d(f))(2.0), second(d(f))(0.5)]


# State


class OopsError(Exception):
    """What a function under test raises."""


def fail(x):
    raise OopsError


@pytest.mark.parametrize(
    "call",
    [
        lambda: grad(fail)(1.0),
        lambda: jvp(fail, (1.0,), (1.0,)),
        lambda: vjp(fail, 1.0),
        lambda: jacobian(fail)([1.0]),
        lambda: hessian(fail)([1.0]),
        lambda: hvp(fail, [1.0], [1.0]),
        lambda: grad(lambda x: jvp(lambda y: grad(fail)(x * y), (x,), (1.0,))[1])(1.0),
    ],
)
def test_an_exception_inside_leaves_no_trace(call):
    """After an exception in the function, later calls give plain floats and backward() works."""
    with pytest.raises(OopsError):
        call()

    assert float is type(grad(lambda x: x * x)(3.0))
    assert float is type(jvp(lambda x: x * 2, (3.0,), (1.0,))[1])
    x = Value(3.0)
    (x * x).backward()
    assert 6.0 == x.grad


def test_an_exception_caught_inside_a_function():
    """A function may catch what an inner derivative raises, and go on at its own level."""

    def f(x):
        with contextlib.suppress(OopsError):
            grad(fail)(x)
        return x**3 + grad(lambda y: x * y * y)(x)

    assert [12.0 + 8.0, 12.0 + 4.0] == [grad(f)(2.0), grad(grad(f))(2.0)]


def test_threads_do_not_meet():
    """Derivatives of four threads at once are all right, and of the right type."""
    wrong, ready = [], threading.Barrier(4)

    def work(number):
        ready.wait()
        for i in range(60):
            x = number + i / 100
            second = MODES["jvp"](grad(lambda x: x**3 * x))(x)
            confused = grad(lambda x: x * MODES["jvp"](lambda y: x + y)(1.0))(x)
            if type(second) is not float or abs(second - 12 * x * x) > 1e-9 or confused != 1.0:
                wrong.append((x, second, confused))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong


def test_transforms_inside_no_grad():
    """no_grad around a transform does not stop what the transform itself records."""
    with no_grad():
        assert [12.0] * len(MODES) == [d(lambda x: x**3)(2.0) for d in MODES.values()]
        assert [12.0] * len(MODES) == [d(grad(lambda x: x**3))(2.0) for d in MODES.values()]
        slope = grad(lambda x: x**3)(Value(2.0))

    assert (12.0, ()) == (slope.data, slope.parents)


@every_two_modes
def test_no_grad_inside_is_a_stop(outer, inner):
    """What is computed under no_grad inside a function is a constant, in all modes and orders."""

    def f(x):
        with no_grad():
            frozen = x * x
        return frozen * x**2

    assert 54.0 == inner(f)(3.0)
    assert 18.0 == outer(inner(f))(3.0)


def test_an_inner_derivative_under_no_grad():
    """Inside a function, a derivative taken under no_grad is a right number that has no derivative itself."""

    def f(x):
        with no_grad():
            slope = grad(lambda y: x * y**3)(2.0)
        return slope * x

    assert (108.0, 36.0) == value_and_grad(f)(3.0) == jvp(f, (3.0,), (1.0,))


# Size


def chain(x, length):
    """An operation on the result of the one before, many times; the derivative is 1.0 throughout."""
    for _ in range(length):
        x = x + 1.0
    return x


@every_mode
def test_long_chains_need_no_recursion(d):
    """A chain of 100,000 operations is differentiated within the usual recursion limit."""
    assert sys.getrecursionlimit() <= 10_000
    assert 1.0 == d(lambda x: chain(x, 100_000))(0.5)


def test_long_chains_need_no_recursion_at_order_two():
    """A second derivative of a chain of 20,000 operations neither."""
    assert [2.0] == hvp(lambda x: chain(x[0], 20_000) * x[0], [0.5], [1.0])


def count_values():
    """How many Values there are; asked by type, as isinstance wakes the lazy objects of other libraries."""
    return sum(issubclass(type(found), Value) for found in gc.get_objects())


def test_jvp_keeps_nothing():
    """In forward mode an intermediate number is gone as soon as the function lets go of it."""
    alive = []

    def f(x):
        y = chain(x, 200_000)
        alive.append(count_values())
        return y

    before = count_values()
    jvp(f, (0.5,), (1.0,))

    assert alive[0] - before <= 10


def test_forward_mode_needs_no_reverse_memory():
    """The peak of memory of a jvp is a small part of that of a vjp, and does not grow with the chain."""

    def peak(length):
        tracemalloc.reset_peak()
        start = tracemalloc.get_traced_memory()[0]
        jvp(lambda x: chain(x, length), (0.5,), (1.0,))
        forward = tracemalloc.get_traced_memory()[1] - start
        tracemalloc.reset_peak()
        vjp(lambda x: chain(x, length), 0.5)
        return forward, tracemalloc.get_traced_memory()[1] - start

    tracemalloc.start()
    try:
        peak(10)  # what is made once only
        (short, _), (long, reverse) = peak(100), peak(5_000)
    finally:
        tracemalloc.stop()

    assert long <= short + 4_000
    assert long < reverse / 20


def test_recordings_are_freed_without_the_collector():
    """A gradient leaves nothing behind: no node is in a cycle."""
    gc.collect()
    gc.disable()
    try:
        before = count_values()
        for d in MODES.values():
            d(d(lambda x: chain(x, 50) * x))(2.0)
        after = count_values()
    finally:
        gc.enable()

    assert before == after


def test_a_row_of_a_reverse_jacobian_sweeps_its_own_nodes(monkeypatch):
    """Of n outputs that share nothing each row goes over the nodes of its own output only."""
    swept = []
    cotangents = transforms.cotangents
    monkeypatch.setattr(
        transforms, "cotangents", lambda *arguments: swept.append(len(arguments[2])) or cotangents(*arguments)
    )
    rows = jacobian(lambda xs: [am.sin(x) * x for x in xs], mode="reverse")([1.0] * 50)
    slope = math.cos(1.0) + math.sin(1.0)

    assert [3] * 50 == swept
    assert [[slope if i == j else 0.0 for j in range(50)] for i in range(50)] == rows
