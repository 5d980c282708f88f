"""Sixty digits: right to the last one, IEEE-754 in its corners, and with the branches that floats take."""

import decimal
import itertools
import math
import random
from decimal import Decimal

import mpmath
import pytest
from rule_cases import every_rule

import autograd_mini as am
from autograd_mini import Value, grad, hessian, jvp
from autograd_mini.derivatives.precise import Digits, Precise, digits, exactly, precise, run
from autograd_mini.engine.arithmetic import floats
from autograd_mini.errors import NotANumberError, UnboundError

UNARY = ["exp", "log", "log1p", "sqrt", "sin", "cos", "tan", "tanh"]
CORNERS = [0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, math.inf, -math.inf, math.nan]


def bits(x):
    """A float as text: every bit, and nan is nan."""
    return "nan" if x != x else float(x).hex()


# Elementary functions


@pytest.mark.parametrize("name", UNARY)
def test_functions_are_right_to_sixty_digits(name):
    """At arguments of every size, those of floats and those of sixty digits, the error is half of the last digit."""
    draw = random.Random(name)
    sizes = [draw.uniform(-10, 3) for _ in range(100)] + [draw.uniform(-300, 300) for _ in range(100)]
    with mpmath.workdps(1000):
        for size in sizes:
            x = Decimal(draw.choice([-1, 1]) * 10.0**size) + Decimal(10.0 ** (size - 20))
            x = abs(x) if name in ("log", "sqrt") or x < -1 else x
            if name == "exp" and size > 17:
                continue
            expected = getattr(mpmath, name)(mpmath.mpf(str(x)))
            y = getattr(precise, name)(Digits(x, float(x))).exact

            assert abs(mpmath.mpf(str(y)) / expected - 1) < mpmath.mpf("5.1e-60")


MORE = {  # where mpmath's word is another, and from where on the functions are tried
    "expm1": ("expm1", -60, 3),
    "log2": (lambda x: mpmath.log(x, 2), -300, 300),
    "log10": ("log10", -300, 300),
    "arcsin": ("asin", -60, 0),
    "arccos": ("acos", -60, 0),
    "arctan": ("atan", -70, 70),
    "sinh": ("sinh", -70, 3),
    "cosh": ("cosh", -70, 3),
    "arcsinh": ("asinh", -70, 300),
    "arccosh": ("acosh", 0, 300),
    "arctanh": ("atanh", -70, 0),
    "erf": ("erf", -70, 1.2),
    "erfc": ("erfc", -70, 1.5),
    "floor": ("floor", -3, 40),
}


@pytest.mark.parametrize("name", MORE)
def test_more_functions_are_right(name):
    """Nearly sixty digits, at arguments of every size inside the domain and on both sides of 0."""
    called, low, high = MORE[name]
    function = getattr(mpmath, called) if isinstance(called, str) else called
    draw = random.Random(name)
    with mpmath.workdps(1000):
        for _ in range(60):
            size = draw.uniform(low, high)
            x = Decimal(10.0**size) + Decimal(10.0 ** (size - 20))
            x = -x if draw.random() < 0.5 and not name.startswith("log") and name != "arccosh" else x
            if name in ("arcsin", "arccos", "arctanh") and draw.random() < 0.5 and abs(x) < 1:
                x = (1 - Decimal(10.0 ** draw.uniform(-20, -1))).copy_sign(x)
            expected = function(mpmath.mpf(str(x)))
            y = getattr(precise, name)(Digits(x, float(x))).exact

            assert abs(mpmath.mpf(str(y)) - expected) <= abs(expected) * mpmath.mpf("1e-57"), f"{name}({x})"


@pytest.mark.parametrize("name", ["arctan2", "hypot", "mod", "floor_divide"])
def test_functions_of_two_numbers(name):
    """In every quadrant they agree with mpmath, or with exact fractions."""
    exactly = {
        "arctan2": mpmath.atan2,
        "hypot": mpmath.hypot,
        "mod": lambda x, y: x - y * mpmath.floor(x / y),
        "floor_divide": lambda x, y: mpmath.floor(x / y),
    }[name]
    draw = random.Random(name).uniform
    with mpmath.workdps(400):
        for _ in range(60):
            x, y = (Decimal(draw(-1, 1) * 10 ** draw(-20, 20)) for _ in range(2))
            expected = exactly(mpmath.mpf(str(x)), mpmath.mpf(str(y)))
            z = getattr(precise, name)(Digits(x, float(x)), Digits(y, float(y))).exact

            assert abs(mpmath.mpf(str(z)) - expected) <= abs(expected) * mpmath.mpf("1e-57")


@pytest.mark.parametrize(
    "x",
    [
        1e8,
        1e22,
        1e300,
        710 * math.pi,
        Decimal("1.5707963267948966192313216916397514420985846996875529104874"),
    ],
)
def test_sine_and_cosine_of_huge_numbers_and_of_quarter_turns(x):
    """As many digits of π are used as the argument asks for."""
    with mpmath.workdps(1000):
        for name in ("sin", "cos", "tan"):
            expected = getattr(mpmath, name)(mpmath.mpf(str(Decimal(x))))
            y = getattr(precise, name)(Digits(Decimal(x), float(x))).exact

            assert abs(mpmath.mpf(str(y)) / expected - 1) < mpmath.mpf("1e-59")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        *[(name, 1) for name in (*UNARY, *MORE)],
        *[(name, 2) for name in ("div", "pow", "arctan2", "hypot", "mod", "floor_divide")],
    ],
)
def test_corners_are_those_of_floats(name, count):
    """At zeros, infinities and nan the decimal is the float of IEEE-754, and no exception is raised."""
    for xs in itertools.product(CORNERS, repeat=count):
        y, expected = getattr(precise, name)(*xs), getattr(floats, name)(*xs)

        assert bits(expected) == bits(y.float)
        assert pytest.approx(expected, nan_ok=True, rel=1e-15) == float(y.exact)
        if name != "pow" or 0 in xs:
            assert math.copysign(1, expected) == math.copysign(1, float(y.exact)) or expected != expected


def test_powers():
    """Negative bases have whole powers only; huge and tiny results are numbers of their own."""
    assert Decimal(-8) == precise.pow(-2.0, 3.0).exact
    assert precise.pow(-2.0, 0.5).exact.is_nan()
    assert precise.pow(2.0**1000, 2.0).exact.adjusted() == 602
    assert math.inf == precise.pow(2.0**1000, 2.0).float
    assert 0 < precise.exp(-1e6).exact < Decimal("1e-400000")
    assert 0.0 == precise.exp(-1e6).float


def test_the_context_of_the_caller_does_not_matter():
    """The caller's precision and traps are neither used nor changed."""
    with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)) as context:
        for trap in context.traps:
            context.traps[trap] = trap is not decimal.FloatOperation
        y = precise.sin(precise.log(0.3) * 0.1 - 1.0) + precise.div(1.0, 0.0) * 0.0
        z = precise.tan(precise.sqrt(2.0) * 100.0)

        assert y.exact.is_nan()
        assert not any(context.flags.values())
    assert z.exact == precise.tan(precise.sqrt(2.0) * 100.0).exact


# Rules and branches


@every_rule
def test_every_rule_can_be_read(rule, arity):
    """Each rule of the table gives the float's bits, and beside them a decimal that agrees with it."""
    draw = random.Random(f"{rule.name} {arity}").uniform
    for _ in range(20):
        point = [draw(-3, 3) for _ in range(arity)]
        z = digits(rule.forward(precise, *map(digits, point)))

        assert bits(rule.forward(floats, *point)) == bits(z.float)
        assert pytest.approx(z.float, rel=1e-14, abs=1e-15, nan_ok=True) == float(z.exact)


def test_a_float_is_exactly_the_number_it_is():
    """0.1 is the float 0.1, not the decimal, and ints and bools are numbers."""
    assert Decimal("0.1000000000000000055511151231257827021181583404541015625") == digits(0.1).exact
    assert [2, 1] == [digits(2).exact, digits(True).exact]


def test_comparisons_look_at_the_floats_first():
    """Branches are those of the floats; only where floats are equal do the decimals decide."""
    small, large = Digits(Decimal(1), 2.0), Digits(Decimal(2), 1.0)

    assert small > large
    assert small >= large
    assert small != large
    assert not small < large
    assert not small <= large
    above = Digits(Decimal("1e-30"), 0.0)
    assert above > 0.0
    assert above != 0.0
    assert bool(above)
    assert not abs(-above) < 0.0
    assert not above < digits(math.nan)
    assert above != digits(math.nan)


@pytest.mark.parametrize("wrap", [lambda x: x, Precise])
def test_values_compare_as_their_digits_do(wrap):
    """Precise compares as Digits do, also with numbers and with other Values; it stays a key by identity."""
    x = Precise(Digits(Decimal("1e-30"), 0.0))

    assert x > 0
    assert x >= Value(0.0)
    assert x < 1
    assert x <= Precise(digits(2.0))
    assert x == Precise(Digits(Decimal("1e-30"), 0.0))
    assert x != 0.0
    assert x != "x"
    assert bool(x)
    assert {x: 1}[x] == 1


def test_digits_do_not_become_floats():
    """A primitive that computes with functions of math cannot do so on digits: it is an error, not a loss."""
    with pytest.raises(TypeError, match="must be real number, not Digits"):
        math.sin(digits(1.0))


def test_run_tells_branches_and_takes_those_it_is_given():
    """The outcome of each comparison is told, and can be prescribed."""
    f = lambda xs: [xs[0] if xs[0] > 1 else xs[0] * 10]
    results, branches = run(f, [digits(2.0)])

    assert [Decimal(2)] == [y.exact for y in results]
    assert [True] == branches
    assert [Decimal(20)] == [y.exact for y in run(f, [digits(2.0)], [False])[0]]


def test_results_may_be_plain_numbers():
    """Constants and captured Values count with their numbers."""
    w = Value(3.0)
    results, _ = run(lambda xs: [1, 2.5, w, xs[0] * w], [digits(2.0)])

    assert [1, 2.5, 3, 6] == [y.exact for y in results]
    with pytest.raises(NotANumberError):
        run(lambda xs: ["x"], [])
    with pytest.raises(UnboundError):
        run(lambda xs: [xs[0] * Value(label="u")], [digits(1.0)])


# Derivatives


def test_transforms_run_on_sixty_digits():
    """grad, jvp and hessian of the package give sixty digits."""
    third = digits(1.0) * precise.div(1.0, 3.0)

    def cube(x):
        return x * x * x

    def derivatives(xs):
        x = xs[0]
        return [grad(cube)(x), jvp(cube, (x,), (1.0,))[1], hessian(cube)(x), grad(grad(am.tanh))(x)]

    first, again, second, of_tanh = [y.exact for y in run(derivatives, [third])[0]]
    assert abs(first - Decimal(1) / 3) < Decimal("1e-27")
    with decimal.localcontext(decimal.Context(prec=70)):
        assert abs(first - Decimal(1) / 3) < Decimal("1e-59")
        assert first == again
        assert abs(second - 2) < Decimal("1e-58")
    with mpmath.workdps(70):
        t = mpmath.tanh(mpmath.mpf(1) / 3)
        assert abs(mpmath.mpf(str(of_tanh)) + 2 * t * (1 - t * t)) < mpmath.mpf("1e-58")


def test_products_of_constants_are_exact():
    """A sweep multiplies constants as floats; with factors of sixty digits it does not."""
    f = lambda xs: [0.1 * (0.1 * xs[0]) - 0.01 * xs[0]]

    def slope(xs):
        return [am.jacobian(exactly(f, xs))(xs)[0][0]]

    tenth, hundredth = digits(0.1), digits(0.01)
    assert (tenth * tenth - hundredth).exact == run(slope, [digits(1.0)])[0][0].exact
    assert exactly(f, [1.0]) is f
