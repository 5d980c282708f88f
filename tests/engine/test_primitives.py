"""Every primitive of the table, in every arithmetic: the cases come from RULES, so a new rule is tested too.

Three judges that share no code with the rules: central differences, the computer-algebra derivative of the
formula (sympy), and HIPS autograd. IEEE-754 corner cases are judged by NumPy.
"""

import itertools
import math
import random
import re
import struct

import autograd
import autograd.extend
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
import rule_cases
import sympy
from rule_cases import for_each, has_slope, no_kinks

from autograd_mini.custom import primitive
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.operations import call, values
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES, Rule, declare, define
from autograd_mini.engine.value import Value, data_of
from autograd_mini.errors import RuleError
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.printing import Formula
from autograd_mini.formulas.text import text

NAN, INF = math.nan, math.inf
EXPONENTS = (3.0, 2.0, 1.0, 0.0, -1.0, -2.0, 0.5, -0.5, 2.5)
NUMBERS_OF_INPUTS = (2, 4, 6)  # for rules that take any number; even, as `dot` takes two sequences
MARGIN = 0.25  # how far sampled points stay from the edge of a domain and from kinks


# Every rule with a number of inputs it is tried at.
TABLE = [
    (rule, arity) for rule in RULES.values() for arity in ([rule.arity] if rule.arity else NUMBERS_OF_INPUTS)
]
APPLICATIONS = TABLE + [(power(n), 1) for n in EXPONENTS]


every_application = for_each(APPLICATIONS)
every_slope = for_each(case for case in APPLICATIONS if has_slope(case[0]))


def points(rule, arity, count=10):
    return rule_cases.points(rule, arity, count, MARGIN)


def evaluated(rule, point):
    """The value and the partials at a point."""
    z = rule.forward(floats, *point)
    return z, rule.partials(floats, z, *point)


def close(numbers, relative):
    return pytest.approx(numbers, rel=relative, abs=relative)


# Central differences


def central_difference(f, point, i, h=4e-3):
    """∂f/∂x_i from six points: the error is of order h^6, and 1e-16 / h from rounding."""

    def odd(steps):
        ahead, behind = list(point), list(point)
        ahead[i] += steps * h
        behind[i] -= steps * h
        return f(*ahead) - f(*behind)

    return (45 * odd(1) - 9 * odd(2) + odd(3)) / (60 * h)


@every_slope
def test_partials_are_slopes(rule, arity):
    """Inside the domain the partials are what central differences measure."""

    def f(*point):
        return rule.forward(floats, *point)

    for point in points(rule, arity):
        _, partials = evaluated(rule, point)

        assert close([central_difference(f, point, i) for i in range(arity)], 1e-9) == list(partials)


# Computer algebra


class Floor(sympy.floor):
    """Whose derivative sympy leaves open: 0 between the jumps."""

    def fdiff(self, argindex=1):
        return sympy.S.Zero


class Algebra(Arithmetic):
    """Formulas of sympy. A function that is not listed here is sympy's own of that name."""

    pi = sympy.pi
    arcsin, arccos, arctan, arctan2 = sympy.asin, sympy.acos, sympy.atan, sympy.atan2
    arcsinh, arccosh, arctanh = sympy.asinh, sympy.acosh, sympy.atanh
    expm1 = staticmethod(lambda x: sympy.exp(x) - 1)
    log2 = staticmethod(lambda x: sympy.log(x, 2))
    log10 = staticmethod(lambda x: sympy.log(x, 10))
    hypot = staticmethod(lambda x, y: sympy.sqrt(x**2 + y**2))
    floor = staticmethod(Floor)
    floor_divide = staticmethod(lambda x, y: Floor(x / y))
    mod = staticmethod(lambda x, y: x - y * Floor(x / y))
    div = staticmethod(lambda x, y: x / y)
    pow = staticmethod(lambda x, y: x**y)
    log1p = staticmethod(lambda x: sympy.log(1 + x))
    maximum = staticmethod(sympy.Max)
    minimum = staticmethod(sympy.Min)
    where = staticmethod(lambda condition, x, y: sympy.Piecewise((x, as_condition(condition)), (y, True)))
    equal = staticmethod(sympy.Eq)
    guard = staticmethod(lambda condition, safe, plain: plain)
    sum = staticmethod(lambda xs: sympy.Add(*xs))
    dot = staticmethod(lambda xs, ys: sympy.Add(*[x * y for x, y in zip(xs, ys, strict=True)]))

    def __getattr__(self, name):
        return super().__getattr__(name) if name in self.definitions else getattr(sympy, name)


def as_condition(x):
    return sympy.Ne(x, 0) if isinstance(x, sympy.Expr) else x


def algebraic(rule, arity):
    """The symbols and the exact formula of a rule."""
    symbols = sympy.symbols(f"x1:{arity + 1}", real=True)
    formula = sympy.sympify(rule.forward(Algebra(), *symbols))
    return symbols, formula.xreplace({x: sympy.Rational(x) for x in formula.atoms(sympy.Float)})


def at(formula, symbols, point):
    """The number a formula has at a point, worked out with 30 digits."""
    exact = {symbol: sympy.Float(x, 30) for symbol, x in zip(symbols, point, strict=True)}
    return float(formula.subs(exact).evalf(30))


@every_slope
def test_partials_are_the_derivatives_of_the_formula(rule, arity):
    """The value and the partials agree with the rule's formula and its derivatives by computer algebra."""
    symbols, formula = algebraic(rule, arity)
    derivatives = [sympy.diff(formula, symbol) for symbol in symbols]
    for point in points(rule, arity, count=5):
        z, partials = evaluated(rule, point)

        assert close(at(formula, symbols, point), 1e-12) == z
        assert close([at(derivative, symbols, point) for derivative in derivatives], 1e-12) == list(partials)


@every_slope
def test_partials_can_be_differentiated_again(rule, arity):
    """Partials read in `values` are graphs, whose gradients are the second derivatives."""
    symbols, formula = algebraic(rule, arity)
    for (i, j), point in itertools.product(pairs(arity), points(rule, arity, count=3)):
        xs = [Value(x) for x in point]
        partial = rule.partials(values, call(rule, xs), *xs)[i]
        if isinstance(partial, Value):
            partial.backward()
        second = sympy.diff(formula, symbols[i], symbols[j])

        assert close(at(second, symbols, point), 1e-12) == xs[j].grad


def pairs(arity):
    """Indices (i, j) of second derivatives: all of them for few inputs, else of the first and last."""
    indices = range(arity) if arity <= 3 else (0, arity - 1)
    return itertools.product(indices, repeat=2)


def test_second_derivative_of_pow_by_both_inputs_at_exponent_zero():
    """∂²(x^y)/∂x∂y is 1/x at y = 0, where the guard against 0 · inf must not be in the way."""
    x, y = Value(4.0), Value(0.0)
    by_x, _ = RULES["pow"].partials(values, x**y, x, y)
    by_x.backward()

    assert y.grad == 0.25


SIZES = (1e-300, 1e-160, 1e-10, 0.3, 1.0, 3.0, 5.0, 30.0, 40.0, 1e10, 1e160, 1e300)
LOSES_DIGITS = {"tanh", "sigmoid"}  # 1 - z² and z (1 - z) are small beside their terms


@for_each((rule, 1) for rule in RULES.values() if rule.arity == 1 and rule.name not in LOSES_DIGITS)
def test_the_whole_range(rule, arity):
    """From 1e-300 to 1e300 value and slope are those of the formula; what is too small for a float is 0."""
    (x,), formula = algebraic(rule, 1)
    formulas = [each.replace(Floor, sympy.floor) for each in (formula, sympy.diff(formula, x))]
    exact = sympy.lambdify(x, formulas, "mpmath")
    beyond = 1e10 if formula.has(sympy.erfc) else INF  # mpmath gives up there
    sizes = [size for size in SIZES if size < beyond]
    for number in (*sizes, *[-size for size in sizes]):
        inside = rule.domain is None or rule.domain(floats, number) > 0.0
        if inside and 0.0 not in (rule.kinks or no_kinks)(floats, number):
            z, (partial,) = evaluated(rule, (number,))
            with mpmath.workdps(350):
                expected = [float(mpmath.re(result)) for result in exact(mpmath.mpf(number))]

            assert pytest.approx(expected, rel=1e-12, abs=1e-300) == [z, partial], f"{rule.name}({number})"


# HIPS autograd


def hips_error_functions():
    """erf and erfc, which HIPS autograd takes from SciPy: here from math, with their textbook slopes."""
    for function, sign in ((math.erf, 1), (math.erfc, -1)):
        primitive = autograd.extend.primitive(function)
        slope = sign * 2 / math.sqrt(math.pi)
        autograd.extend.defvjp(primitive, lambda z, x, k=slope: lambda g: g * k * anp.exp(-(x**2)))
        yield primitive


ERROR_FUNCTIONS = hips_error_functions()


class Hips(Arithmetic):
    """Numbers that HIPS autograd follows. A function that is not listed is its NumPy's of that name."""

    erf, erfc = map(staticmethod, ERROR_FUNCTIONS)
    floor_divide = staticmethod(lambda x, y: anp.floor(x / y))
    div = staticmethod(anp.true_divide)
    pow = staticmethod(anp.power)
    guard = staticmethod(lambda condition, safe, plain: plain)
    sum = staticmethod(lambda xs: anp.sum(anp.array(xs)))
    dot = staticmethod(lambda xs, ys: anp.dot(anp.array(xs), anp.array(ys)))

    def __getattr__(self, name):
        return super().__getattr__(name) if name in self.definitions else getattr(anp, name)


@every_slope
def test_partials_agree_with_hips_autograd(rule, arity):
    """HIPS autograd, following the forward rule in its own NumPy, finds the same value and partials."""

    def f(*xs):  # a constant function has to hang on the input for HIPS
        return rule.forward(Hips(), *xs) + 0.0 * sum(xs)

    for point in points(rule, arity, count=3):
        z, partials = evaluated(rule, point)

        assert close(float(f(*point)), 1e-12) == z
        assert close([float(autograd.grad(f, i)(*point)) for i in range(arity)], 1e-12) == list(partials)


# The same line in the arithmetic of graphs


@every_slope
def test_forward_read_as_a_graph_gives_the_same_numbers(rule, arity):
    """The definition recorded as a graph has the value of the floats to the last bit, and their gradient."""
    for point in points(rule, arity):
        z, partials = evaluated(rule, point)
        xs = [Value(x) for x in point]
        graph = rule.forward(values, *xs)
        if isinstance(graph, Value):
            graph.backward()

        assert z == data_of(graph)
        assert close(list(partials), 1e-12) == [x.grad for x in xs]


# The same line in print


class Reader(dict):
    """Names as a reader of a formula understands them: the inputs, and else the functions of floats."""

    def __missing__(self, name):
        return {"abs": abs, "π": math.pi}.get(name) or getattr(floats, name)


def read(formula, inputs):
    """The number that a formula in text stands for, worked out from its characters."""
    python = re.sub(r"\|([^|]*)\|", r"abs(\1)", str(formula))
    python = re.sub(r"√(\w+)", r"sqrt(\1)", python).replace("√(", "sqrt(").replace("2sqrt", "2 * sqrt")
    python = re.sub(r"1_\{(.*?) > 0\}", r"heaviside(\1)", python)
    for sign, operator in {"−": "-", "×": "*", "^": "**", "≥": ">=", "≤": "<=", " = ": " == "}.items():
        python = python.replace(sign, operator)
    return eval(python, {"__builtins__": {}}, Reader(inputs))


@every_slope
def test_printed_formulas_mean_what_is_computed(rule, arity):
    """The text of the value and of each partial, read as a person reads it, gives the computed number."""
    names = [f"x{i + 1}" for i in range(arity)]
    symbols = [text.symbol(name) for name in names]
    formulas = [rule.forward(text, *symbols), text.applied(rule, *symbols)]
    formulas += rule.partials(text, text.symbol("z"), *symbols)
    for point in points(rule, arity, count=4):
        z, partials = evaluated(rule, point)
        inputs = dict(zip([*names, "z"], [*point, z], strict=True))

        assert close([z, z, *partials], 1e-12) == [read(formula, inputs) for formula in formulas]


@every_application
def test_latex_is_well_formed(rule, arity):
    """Every formula in LaTeX has paired braces, \\left-\\right and \\begin-\\end, and no Unicode sign."""
    symbols = [latex.symbol(f"x{i + 1}") for i in range(arity)]
    formulas = [rule.forward(latex, *symbols), latex.applied(rule, *symbols)]
    formulas += rule.partials(latex, latex.symbol("z"), *symbols)
    for formula in formulas:
        printed = str(latex.write("%s", [formula], needs=0, strength=0))

        assert printed
        assert printed.isascii()
        assert "" == unpaired(printed)


def unpaired(printed):
    """What is left of the brackets after every innermost pair was taken away."""
    brackets = "".join(re.findall(r"\\left|\\right|\\begin|\\end|(?<!\\)[{}]", printed))
    for _ in range(len(brackets)):
        brackets = re.sub(r"{}|\\left\\right|\\begin\\end", "", brackets)
    return brackets


@pytest.mark.parametrize("style", [text, latex])
@every_application
def test_formulas_name_their_inputs(rule, arity, style):
    """The printed value names every input, x^0 too."""
    symbols = [style.symbol(name) for name in "abcdef"[:arity]]
    shown = style.applied(rule, *symbols)

    assert isinstance(shown, Formula)
    for symbol in symbols:
        assert re.search(rf"(?<![a-z]){symbol}(?![a-z])", str(shown))


# Kinks

FIRST = (1.0, 0.0)
CONVENTIONS = {  # rule: inputs at a kink, and the partials there
    "abs": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "relu": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "heaviside": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "sign": [((0.0,), (0.0,)), ((-0.0,), (0.0,))],
    "maximum": [((2.0, 2.0), FIRST), ((0.0, -0.0), FIRST), ((-0.0, 0.0), FIRST)],
    "minimum": [((2.0, 2.0), FIRST), ((0.0, -0.0), FIRST), ((-0.0, 0.0), FIRST)],
    "where": [((0.0, 2.0, 3.0), (0.0, 0.0, 1.0)), ((-0.0, 2.0, 3.0), (0.0, 0.0, 1.0))],
    "arctan2": [
        ((0.0, 0.0), (0.0, 0.0)),
        ((0.0, -2.0), (-0.5, 0.0)),
        ((-0.0, -2.0), (-0.5, 0.0)),
    ],
    "hypot": [((0.0, 0.0), (0.0, 0.0)), ((-0.0, 0.0), (0.0, 0.0))],
    "norm": [((0.0,), (0.0,)), ((0.0, -0.0, 0.0), (0.0, 0.0, 0.0))],
    "floor": [((2.0,), (0.0,)), ((-0.0,), (0.0,))],
    "ceil": [((2.0,), (0.0,)), ((-0.0,), (0.0,))],
    "floor_divide": [((6.0, 3.0), (0.0, 0.0)), ((0.0, -2.0), (0.0, 0.0))],
    "mod": [((6.0, 3.0), (1.0, -2.0)), ((-6.0, 3.0), (1.0, 2.0)), ((0.0, 2.0), (1.0, 0.0))],
    "leaky_relu": [((0.0,), (0.01,)), ((-0.0,), (0.01,))],
    "elu": [((0.0,), (1.0,)), ((-0.0,), (1.0,))],
    "softsign": [((0.0,), (1.0,)), ((-0.0,), (1.0,))],
    "hard_sigmoid": [((3.0,), (0.0,)), ((-3.0,), (0.0,))],
    "stop_gradient": [((2.0,), (0.0,))],
    "clip": [
        ((-1.0, -1.0, 2.0), (0.0, 1.0, 0.0)),
        ((2.0, -1.0, 2.0), (0.0, 0.0, 1.0)),
        ((1.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
        ((0.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
    ],
    "max": [
        ((2.0, 2.0), FIRST),
        ((1.0, 2.0, 2.0), (0.0, 1.0, 0.0)),
        ((2.0, 1.0, 2.0), (1.0, 0.0, 0.0)),
        ((5.0, 5.0, 5.0, 5.0), (1.0, 0.0, 0.0, 0.0)),
    ],
    "min": [
        ((2.0, 2.0), FIRST),
        ((3.0, 2.0, 2.0), (0.0, 1.0, 0.0)),
        ((0.0, -0.0), FIRST),
    ],
    "pow": [
        ((0.0, 2.0), (0.0, 0.0)),
        ((0.0, 1.0), (1.0, 0.0)),
        ((0.0, 0.0), (0.0, 0.0)),
        ((0.0, 0.5), (math.inf, 0.0)),
    ],
}


def test_every_kink_has_a_convention():
    """A rule that is not smooth somewhere says what its partials are there, and is in the table above."""
    kinked = {rule.name for rule in RULES.values() if rule.kinks or rule.convention}

    assert kinked == set(CONVENTIONS)
    assert all(RULES[name].convention for name in kinked)


@pytest.mark.parametrize(
    ("name", "point", "partials"),
    [(name, point, partials) for name, table in CONVENTIONS.items() for point, partials in table],
)
def test_convention_at_a_kink(name, point, partials):
    """At the kink itself the partials are what the convention says, in floats and as a graph."""
    rule = RULES[name]
    xs = [Value(x) for x in point]
    z = call(rule, xs)

    assert partials == evaluated(rule, point)[1]
    assert partials == z.partials
    assert partials == tuple(data_of(partial) for partial in rule.partials(values, z, *xs))
    if rule.kinks:
        assert 0.0 in rule.kinks(floats, *point)


def test_power_at_zero_and_below():
    """A constant exponent needs no logarithm: x^n is right at 0 and at negative x."""
    at_zero = {3.0: (0.0, 0.0), 2.0: (0.0, 0.0), 1.0: (0.0, 1.0), 0.0: (1.0, 0.0)}

    assert at_zero == {n: (evaluated(power(n), (0.0,))[0], *evaluated(power(n), (0.0,))[1]) for n in at_zero}
    assert (-8.0, (12.0,)) == evaluated(power(3.0), (-2.0,))
    assert (0.25, (0.25,)) == evaluated(power(-2.0), (-2.0,))


# IEEE-754

SPECIAL = (NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 1000.0, -1000.0, 1e308, -1e308, 5e-324)
NUMPY = {  # the same function under another name there, or with other arguments
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.float_power,  # np.power takes sqrt for an exponent of 0.5, which is wrong at -inf
    "heaviside": lambda x: np.heaviside(x, 0.0),
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(x, 0.0),
    "sum": lambda *xs: np.sum(xs),
    "dot": lambda *xs: np.sum(np.multiply(*np.split(np.array(xs), 2))),
    "max": lambda *xs: np.max(xs),
    "min": lambda *xs: np.min(xs),
    "prod": lambda *xs: np.multiply.reduce(xs),
    "norm": lambda *xs: np.hypot.reduce(xs, initial=0.0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "hard_sigmoid": lambda x: np.clip((x + 3) / 6, 0, 1),
    "stop_gradient": np.positive,
}
SIGN_OF_ZERO_IS_OPEN = {"maximum", "minimum", "max", "min", "clip", "relu", "elu", "sum", "dot", "sign"}


def special_inputs(arity):
    """All combinations of special inputs, or a sample if there are too many."""
    if arity <= 2:
        return itertools.product(SPECIAL, repeat=arity)
    draw = random.Random(arity)
    return [tuple(draw.choice(SPECIAL) for _ in range(arity)) for _ in range(1000)]


def same_float(x, y, *, open_sign=False):
    """Equal as IEEE-754 results: nan is nan, -0.0 is not 0.0; functions may differ in the last bits."""
    if math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y):
        return struct.pack("d", abs(x)) == struct.pack("d", abs(y)) and (math.isnan(x) or x == y)
    same_sign = open_sign or math.copysign(1, x) == math.copysign(1, y)
    return same_sign and math.isclose(x, y, rel_tol=1e-14, abs_tol=5e-324)


@for_each(case for case in TABLE if case[0].name in NUMPY or case[0].name in dir(np))
def test_special_values_are_those_of_numpy(rule, arity):
    """At nan, infinities, zeros and huge numbers the value is what NumPy gives."""
    numpy_function = NUMPY.get(rule.name) or getattr(np, rule.name)
    for point in special_inputs(arity):
        with np.errstate(all="ignore"):
            expected = float(numpy_function(*map(np.float64, point)))

        assert same_float(
            expected, rule.forward(floats, *point), open_sign=rule.name in SIGN_OF_ZERO_IS_OPEN
        ), f"{rule.name}{point}"


@pytest.mark.parametrize("n", [*EXPONENTS, 1 / 3, -3.0, 1000.0, -1000.0, INF, -INF, NAN])
def test_constant_powers_of_special_values_are_those_of_numpy(n):
    """x^n with a constant n is NumPy's power at nan, infinities, zeros and huge numbers."""
    for x in SPECIAL:
        with np.errstate(all="ignore"):
            expected = float(np.float_power(x, n))

        assert same_float(expected, power(n).forward(floats, x)), f"{x} ^ {n}"


@every_application
def test_no_number_is_an_error(rule, arity):
    """Value and partials are floats at every special input: never an exception, never an int."""
    for point in special_inputs(arity):
        z, partials = evaluated(rule, point)

        assert {float} == {type(z), *map(type, partials)}, f"{rule.name}{point}"


@every_application
def test_no_number_is_an_error_in_a_graph(rule, arity):
    """A graph at special inputs is built, and its partials are recorded again, without an exception."""
    for point in itertools.islice(special_inputs(arity), 250):
        xs = [Value(x) for x in point]
        z = call(rule, xs)
        z.backward()

        assert len(rule.partials(values, z, *xs)) == arity


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("exp(1000.0)", INF),
        ("exp(-1000.0)", 0.0),
        ("log(0.0)", -INF),
        ("log(-0.0)", -INF),
        ("log(-1.0)", NAN),
        ("log1p(-1.0)", -INF),
        ("sqrt(-1.0)", NAN),
        ("sin(INF)", NAN),
        ("cos(-INF)", NAN),
        ("tan(INF)", NAN),
        ("div(1.0, 0.0)", INF),
        ("div(1.0, -0.0)", -INF),
        ("div(-1.0, 0.0)", -INF),
        ("div(0.0, 0.0)", NAN),
        ("div(NAN, 0.0)", NAN),
        ("pow(0.0, -1.0)", INF),
        ("pow(-0.0, -1.0)", -INF),
        ("pow(-8.0, 1 / 3)", NAN),
        ("pow(-10.0, 309.0)", -INF),
        ("pow(NAN, 0.0)", 1.0),
        ("pow(1.0, NAN)", 1.0),
        ("maximum(NAN, 1.0)", NAN),
        ("maximum(1.0, NAN)", NAN),
        ("minimum(NAN, 1.0)", NAN),
        ("minimum(1.0, NAN)", NAN),
        ("sigmoid(-1000.0)", 0.0),
        ("sigmoid(1000.0)", 1.0),
        ("softplus(1000.0)", 1000.0),
        ("softplus(-1000.0)", 0.0),
        ("tanh(1000.0)", 1.0),
        ("sign(NAN)", NAN),
        ("heaviside(NAN)", NAN),
        ("relu(NAN)", NAN),
        ("max(1.0, NAN, 2.0)", NAN),
        ("sum([INF, -INF])", NAN),
    ],
)
def test_ieee_results(formula, value):
    """A few results everybody should know, spelled out."""
    assert same_float(value, eval(f"floats.{formula}"))


@pytest.mark.parametrize(("x", "slope"), [(-1000.0, 0.0), (1000.0, 0.0), (-40.0, math.exp(-40.0))])
def test_sigmoid_slope_far_out(x, slope):
    """The slope of the sigmoid is finite and right far from 0."""
    assert (pytest.approx(slope, rel=1e-12),) == evaluated(RULES["sigmoid"], (x,))[1]


# Declaring


@pytest.fixture
def table():
    """The table of primitives, put back as it was after the test."""
    rules, definitions = dict(RULES), dict(Arithmetic.definitions)
    yield RULES
    for now, before in ((RULES, rules), (Arithmetic.definitions, definitions)):
        now.clear()
        now.update(before)


@pytest.mark.parametrize(
    ("forward", "partials", "complaint"),
    [
        (lambda xp, x, y: x * y, lambda xp, z, x, y: (y,), "takes 2 inputs but its partials are 1"),
        (lambda xp, x: x * x, lambda xp, z, x: (x, x), "takes 1 inputs but its partials are 2"),
        (lambda xp, *xs: xp.sum(xs), lambda xp, z, *xs: (1.0,), "takes 2 inputs but its partials are 1"),
        (lambda xp, x: x * x, lambda xp, z: (1.0,), "takes 2 positional arguments but 3 were given"),
        (lambda xp, x: x * x, lambda xp, z, x: 2.0 * x, "returns a tuple"),
        (lambda xp, x: x * x, lambda xp, z, x: (2.0 if x > 0 else 0.0,), r"asked whether 'x1 > 0' is true"),
        (lambda xp, x: x if x > 0 else 0.0, lambda xp, z, x: (1.0,), r"asked whether 'x1 > 0' is true"),
    ],
)
def test_a_wrong_rule_is_refused(table, forward, partials, complaint):
    """Partials that do not fit the arguments, or a branch on a number, are errors when the rule is declared."""
    with pytest.raises(RuleError, match=complaint):
        primitive("wrong", forward, partials)

    assert "wrong" not in table


def test_a_name_is_declared_once(table):
    """A second primitive of the same name is refused, and the first one stays."""
    first = table["add"]
    with pytest.raises(RuleError, match="'add' is declared already; choose another name"):
        declare("add", lambda xp, x: x, lambda xp, z, x: (1.0,))

    assert table["add"] is first


def test_a_new_primitive_works_at_once(table):
    """One `define` and a function of that name computes, differentiates twice and prints itself."""
    define("square", lambda xp, x: x * x, lambda xp, z, x: (2.0 * x,))
    x = Value(3.0)
    z = call(table["square"], [x])
    z.backward()
    (slope,) = table["square"].partials(values, z, x)

    assert (9.0, 6.0) == (z.data, x.grad)
    assert 9.0 == floats.square(3.0)
    x.zero_grad()
    slope.backward()
    assert 2.0 == x.grad
    assert "square(x)" == str(text.square(text.symbol("x")))
    assert r"\operatorname{square}\left(x\right)" == str(latex.square(latex.symbol("x")))


def test_a_missing_function_is_named():
    """An arithmetic that lacks a function says which, and that no primitive has that name."""
    with pytest.raises(AttributeError, match="Floats has no function 'zeta', and no primitive has that name"):
        floats.zeta(1.0)


def test_rule_repr():
    """A rule shows its name."""
    assert "<rule add>" == repr(RULES["add"])
    assert isinstance(power(2.0), Rule)
    assert "<rule power>" == repr(power(2.0))
