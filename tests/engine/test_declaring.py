"""One call of `primitive` is all: the new primitive is computed, differentiated, printed, drawn, stepped and checked."""

import functools
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import autograd_mini as am
from autograd_mini import (
    Value,
    detect_anomaly,
    draw,
    grad,
    gradcheck,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    opaque,
    parse,
    primitive,
    steps,
    vjp,
)
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.operations import values
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import AnomalyError, NotANumberError, RuleError
from autograd_mini.formulas.expressions import expression_of
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.python import source, source_of
from autograd_mini.formulas.text import text


@pytest.fixture
def declare():
    """The function `primitive`, whose primitives are gone again after the test, methods included."""
    kept = [RULES, Arithmetic.definitions, *map(vars, (floats, values, text, latex, source))]
    before = [dict(table) for table in kept]
    attributes = set(vars(Value))
    yield primitive
    for name in set(vars(Value)) - attributes:
        delattr(Value, name)
    for table, earlier in zip(kept, before, strict=True):
        table.clear()
        table.update(earlier)


@pytest.fixture
def gauss(declare):
    """The bell curve exp(-x²): one input."""
    return declare("gauss", lambda xp, x: xp.exp(-x * x), lambda xp, z, x: (-2.0 * x * z,))


@pytest.fixture
def radius(declare):
    """sqrt(x² + y²): two inputs, and a point where it is not smooth."""
    return declare(
        "radius",
        lambda xp, x, y: xp.sqrt(x * x + y * y),
        lambda xp, z, x, y: (xp.div(x, z), xp.div(y, z)),
        domain=lambda xp, x, y: x * x + y * y,
        kinks=lambda xp, x, y: (abs(x) + abs(y),),
        convention="nan at 0, 0",
    )


@pytest.fixture
def product(declare):
    """x1 x2 x3 ...: any number of inputs."""

    def forward(xp, *xs):
        return functools.reduce(lambda total, x: total * x, xs, 1.0)

    return declare(
        "product",
        forward,
        lambda xp, z, *xs: tuple(forward(xp, *xs[:i], *xs[i + 1 :]) for i in range(len(xs))),
    )


X = 0.75
BELL = math.exp(-X * X)
SLOPE, CURVATURE = -2 * X * BELL, (4 * X * X - 2) * BELL


def close(expected):
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_numbers_and_values(gauss):
    """With numbers it gives floats, with a Value a Value; NumPy scalars and ints are numbers."""
    assert (float, BELL) == (type(gauss(X)), gauss(X))
    assert (float, math.exp(-1)) == (type(gauss(1)), gauss(np.float32(1)))
    assert (Value, BELL) == (type(gauss(Value(X))), gauss(Value(X)).data)


def test_backward(gauss):
    """It takes part in backward() like any other."""
    x = Value(X)
    (3 * gauss(x) + x).backward()

    assert close(3 * SLOPE + 1) == x.grad


def test_lazy_evaluation(gauss):
    """On an unbound variable it waits for forward(), and can be evaluated again."""
    f = gauss(Value(label="x")) * 2

    assert f.known("data") is None
    assert [2.0, close(2 * BELL)] == [f.forward(x=0), f.forward(x=X)]


def test_every_transform(gauss):
    """First, second and third derivatives in every mode."""

    def f(x):
        return gauss(x[0])

    third = (12 * X - 8 * X**3) * BELL

    assert close(SLOPE) == grad(gauss)(X)
    assert close((BELL, SLOPE)) == jvp(gauss, (X,), (1.0,))
    assert close(SLOPE) == vjp(gauss, X)[1](1.0)[0]
    assert [close(SLOPE)] * 2 == [jacobian(gauss, mode=mode)(X) for mode in ("forward", "reverse")]
    assert [[close(CURVATURE)]] == hessian(f)([X])
    assert [close(2 * CURVATURE)] == hvp(f, [X], [2.0])
    assert close(third) == grad(grad(grad(gauss)))(X)
    assert close(third) == jvp(grad(grad(gauss)), (X,), (1.0,))[1]


def test_values_in_give_derivatives_that_go_backward(gauss):
    """The derivative by a Value is recorded."""
    x = Value(X)
    grad(gauss)(x).backward()

    assert close(CURVATURE) == x.grad


def test_gradcheck_to_second_order(gauss, radius, product):
    """The partials are right, and so are their own derivatives."""
    assert gradcheck(lambda x: gauss(x) * x, (X,), order=2)
    assert gradcheck(lambda x, y: radius(x, y) ** 3, (3.0, 4.0), order=2)
    assert gradcheck(lambda xs: product(*xs), ([2.0, -3.0, 0.5, 0.0],), order=2)


def test_two_inputs(radius):
    """A primitive of two inputs has a partial for each, and mixes Values with numbers."""
    x, y = Value(3.0), Value(4.0)
    radius(x, y).backward()

    assert (0.6, 0.8) == (x.grad, y.grad)
    assert (5.0, (0.6,)) == (radius(3.0, 4.0), grad(radius, (0,))(3.0, 4))
    assert close(16 / 125) == grad(grad(radius))(3.0, 4.0)


def test_any_number_of_inputs(product):
    """A primitive of any number of inputs takes as many as it is given, the same one twice too."""
    xs = [Value(2.0), Value(3.0), Value(4.0)]
    product(*xs).backward()

    assert [12.0, 8.0, 6.0] == [x.grad for x in xs]
    assert (1.0, 5.0) == (product(), product(5))
    assert 6.0 == grad(lambda x: product(x, x))(3.0)
    assert [[0.0, 4.0, 3.0], [4.0, 0.0, 2.0], [3.0, 2.0, 0.0]] == hessian(lambda xs: product(*xs))(
        [2.0, 3.0, 4.0]
    )


def test_formulas(gauss, radius):
    """In text and in LaTeX it is written by its name, and the expression of a node has it."""
    u, v = am.variables(u=1.0, v=2.0)

    assert "gauss(u + v) × 2" == expression_of(gauss(u + v) * 2)
    assert "radius(u, v)" == str(text.radius(text.symbol("u"), text.symbol("v")))
    assert r"\operatorname{gauss}\left(u\right)" == str(latex.gauss(latex.symbol("u")))


def test_its_own_docstring(gauss, radius):
    """The function says its name, its inputs, its partials and its convention."""
    assert ("gauss", "radius") == (gauss.__name__, radius.__name__)
    assert "z = gauss(x), a Value if an argument is one, else a float." in gauss.__doc__
    assert "∂z/∂x = (−2) × x × z" in gauss.__doc__
    assert "Convention: nan at 0, 0." in radius.__doc__


def test_steps(gauss):
    """Its forward step shows the formula with names and with numbers, its backward step the partial."""
    x = Value(0.5, label="x")
    f = gauss(x)
    f.label = "f"
    lines = [step.line for step in steps(f)]

    assert "f = gauss(x) = gauss(0.5) = 0.7788" in lines
    assert "∂f/∂x = ∂gauss(x)/∂x · ∂f/∂f = (−2) × x × f · 1 = (−0.7788) · 1 = −0.7788" in lines


def test_picture(gauss):
    """The picture shows the primitive by its name, as DOT and as SVG."""
    f = gauss(Value(0.5, label="x"))
    f.backward()
    drawing = draw(f)
    shown = " ".join(ET.fromstring(drawing.svg()).itertext())

    assert "gauss" in drawing.source
    assert re.search(r"\bgauss\b", shown)


def test_parse(gauss, radius, product):
    """Expressions know it by name, with its number of arguments."""
    assert close(2 * BELL) == parse("2 * gauss(x)").forward(x=X)
    assert 5.0 == parse("radius(u, v)", u=3, v=4).data
    assert 24.0 == parse("product(u, v, 4)", u=2, v=3).data
    with pytest.raises(am.errors.ExpressionError, match="gauss"):
        parse("gauss(u, v)")


def test_modes(gauss, radius):
    """no_grad stops it, and detect_anomaly writes it with its inputs."""
    with no_grad():
        assert () == gauss(Value(X)).parents
    x = Value(0.0, label="x")
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"radius\(x, x × 2\).* nan .*, where x = 0, x × 2 = 0"),
    ):
        radius(x, x * 2).backward()
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"radius\(x1, 0\).* nan"):
        jvp(lambda x: radius(x, 0.0), (0.0,), (1.0,))


def test_kinks_are_known_to_gradcheck(radius):
    """Where it says it is not smooth, the check says so with its convention."""
    report = gradcheck(lambda u, v: radius(u, v) * 1, (0.0, 0.0))

    assert not report
    assert ("radius(u, v) sits on a kink; convention: nan at 0, 0",) == report.notes


def test_rules_may_use_it(declare, gauss):
    """Another primitive may be made from it, with xp.gauss."""

    def partials(xp, z, x):
        inner = xp.gauss(x)
        return (4.0 * x * inner * inner * z,)

    twice = declare("twice", lambda xp, x: xp.gauss(xp.gauss(x)), partials)

    assert gradcheck(lambda x: twice(x) * x, (X,), order=2)
    assert "twice(x)" == expression_of(twice(Value(X, label="x")))


def test_printed_source(gauss, product):
    """Its program is there at once."""
    namespace = {"np": np}
    exec(source_of(RULES["gauss"]), namespace)
    exec(source_of(RULES["product"], 2), namespace)

    assert [close(BELL), close(SLOPE)] == [*namespace["gauss"](X)]
    assert (6.0, 3.0, 2.0) == namespace["product"](2.0, 3.0)


def test_a_def_with_a_local_variable(declare):
    """Value and partials may be functions with several lines."""

    def forward(xp, x):
        inner = 1.0 + x * x
        return xp.log(inner)

    def partials(xp, z, x):
        return (xp.div(2.0 * x, 1.0 + x * x),)

    lorentz = declare("lorentz", forward, partials)

    assert gradcheck(lambda x: lorentz(x) + x, (X,), order=2)
    assert "z = lorentz(x)" in lorentz.__doc__


# Operators of Python, methods, and declaring again


def test_operators_of_python(declare):
    """1/x and x**2 in a rule follow IEEE-754 in floats, and are read in every other arithmetic."""
    inverse = declare("inverse", lambda xp, x: 1 / x, lambda xp, z, x: (-1 / x**2,))
    x = Value(0.0)
    inverse(x).backward()

    assert [math.inf, -math.inf, 0.5] == [inverse(0.0), inverse(-0.0), inverse(2)]
    assert -math.inf == x.grad
    assert -math.inf == grad(inverse)(0.0)
    assert gradcheck(lambda x: inverse(x) * x * x, (X,), order=2)
    assert "∂z/∂x = (−1) / x^2" in inverse.__doc__
    namespace = {"np": np}
    exec(source_of(RULES["inverse"]), namespace)
    assert (0.5, -0.25) == namespace["inverse"](2.0)


def test_huge_powers(declare):
    """A power that overflows is inf, where Python's own float raises."""
    fourth = declare("fourth", lambda xp, x: x**2 * x**2, lambda xp, z, x: (4 * x**3,))

    assert (math.inf, math.inf) == (fourth(1e200), grad(fourth)(1e200))


def test_a_mode_does_not_see_how_a_singular_point_is_read(declare):
    """The second reading records nothing, and no watcher takes its numbers for those of the program."""
    ratio = declare("ratio", lambda xp, x: 1 / (1 + 1 / x), lambda xp, z, x: (1 / (1 + x) ** 2,))
    with detect_anomaly():
        assert 0.0 == ratio(Value(0.0)).data
    with no_grad():
        assert 0.0 == ratio(0.0)


def test_methods(gauss, radius, product):
    """A new primitive is a method of Values, in transforms too."""
    x = Value(3.0)
    gauss(x).backward()
    slope = x.grad

    assert x.gauss().rule is RULES["gauss"]
    assert (5.0, 24.0) == (x.radius(4).data, x.product(2, Value(4.0)).data)
    assert slope == grad(lambda x: x.gauss())(3.0) == jvp(lambda x: x.gauss(), (3.0,), (1.0,))[1]
    with pytest.raises(TypeError, match="radius needs 2 arguments with the Value itself, got 1"):
        x.radius()


def test_declared_again_from_the_same_place(declare):
    """As when a cell of a notebook is run again: the new one holds, old results keep the old one."""

    def cell(factor):
        return declare("scaled", lambda xp, x: factor * x, lambda xp, z, x: (factor,))

    cell(2.0)
    user = declare("user", lambda xp, x: xp.scaled(x) + 1.0, lambda xp, z, x: (xp.scaled(1.0),))
    old = Value(label="x").scaled()
    before = user(3.0), values.scaled(3.0)
    scaled = cell(5.0)

    assert (7.0, 6.0) == before
    assert (15.0, 15.0, 16.0) == (scaled(3.0), Value(3.0).scaled().data, user(3.0))
    assert (15.0, 5.0) == (values.scaled(3.0), grad(lambda x: x.scaled())(3.0))
    assert 15.0 == parse("scaled(x)", x=3).data
    assert 6.0 == old.forward(x=3)


def test_declared_again_from_another_place(declare, gauss):
    """The message says who has the name."""
    with pytest.raises(RuleError, match=r"'gauss' is declared already in .*test_declaring\.gauss; choose"):
        declare("gauss", lambda xp, x: x * x, lambda xp, z, x: (2.0 * x,))


# Functions that are no formulas


@pytest.fixture
def table(declare):
    """A table look-up with straight lines between its entries: floats alone can be looked up."""
    ys = [0.0, 1.0, 4.0, 9.0]
    return opaque(
        "table",
        lambda x: ys[int(x)] + (x - int(x)) * (ys[int(x) + 1] - ys[int(x)]),
        lambda x: ys[int(x) + 1] - ys[int(x)],
    )


@pytest.fixture
def bell(declare):
    """math.exp for the value, and a slope that can be differentiated again."""
    return opaque("bell", lambda x: math.exp(-x * x), lambda x: -2 * x * am.exp(-(x**2)))


def test_opaque_numbers_and_gradients(table):
    """First derivatives in every mode, lazily too; the check agrees."""
    x = Value(1.5)
    (2 * table(x)).backward()

    assert (2.5, 6.0) == (table(1.5), x.grad)
    assert (3.0, (2.5, 3.0)) == (grad(table)(1.5), jvp(table, (1.5,), (1.0,)))
    assert 6.5 == Value(label="x").table().forward(x=2.5)
    assert 2.5 == parse("table(x)", x=1.5).data
    assert gradcheck(table, (1.5,))


def test_opaque_in_print(table, bell):
    """The primitive goes by its name, a slope by its formula, or by what it is."""
    x = Value(1.5, label="x")
    lines = [step.line for step in steps(2 * table(x))]

    assert "table" in draw(table(x)).source
    assert "t1 = table(x) = table(1.5) = 2.5" in lines
    assert "∂f/∂x = ∂table(x)/∂x · ∂f/∂t1 = 3 · 2 = 6" in lines
    assert "∂z/∂x = (−2) × x × exp(−x^2)" in bell.__doc__
    assert r"\frac{\partial \operatorname{table}" in str(
        RULES["table"].partials(latex, None, latex.symbol("x"))[0]
    )
    with pytest.raises(RuleError, match=r"'table' is a Python function of floats.*cannot be read in Source"):
        source_of(RULES["table"])


def test_opaque_of_second_order(table, bell):
    """A slope of package functions is differentiated again; of one that needs floats this is said."""
    assert close(CURVATURE) == grad(grad(bell))(X) == hessian(lambda x: bell(x[0]))([X])[0][0]
    assert gradcheck(lambda x: bell(x) * x, (X,), order=2)
    for again in (lambda: grad(grad(table))(1.5), lambda: jvp(grad(table), (1.5,), (1.0,))):
        with pytest.raises(
            RuleError, match=r"a slope of 'table' .* cannot be differentiated again; write it"
        ):
            again()


def test_opaque_of_several_inputs(declare):
    """One slope for each input, with the names that are given; NumPy scalars are numbers."""
    power = opaque(
        "raised",
        lambda x, y: np.float64(x) ** y,
        lambda x, y: y * x ** (y - 1),
        lambda x, y: am.log(x) * x**y,
        parameters=("base", "exponent"),
    )

    assert (8.0, (12.0, 8 * math.log(2.0))) == (power(2.0, 3), grad(power, (0, 1))(2.0, 3.0))
    assert "∂z/∂base = exponent × base^(exponent − 1)" in power.__doc__
    assert gradcheck(power, (2.0, 3.0), order=2)


def test_opaque_declarations_that_do_not_fit(declare):
    """No slope, names that do not match, a name that is taken."""
    with pytest.raises(RuleError, match=r"needs a function and its slope by each input: opaque\('new', math"):
        opaque("new", math.erf)
    with pytest.raises(RuleError, match="has 1 slopes but 2 parameters"):
        opaque("new", math.erf, math.exp, parameters=("x", "y"))
    with pytest.raises(RuleError, match="cannot be called 'erf'"):
        opaque("erf", math.erf, math.exp)
    with pytest.raises(NotANumberError, match="got str 'no'"):
        opaque("new", lambda x: "no", math.exp)(1.0)


# What is refused


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "sigmoid",
        "div",
        "where",
        "definitions",
        "floor_divide",
        "sum",
        "guard",
        "a b",
        "2x",
        "",
        "_x",
        "lambda",
        "x.y",
        3,
        None,
    ],
)
def test_names_that_cannot_be(declare, name):
    """A name that is taken by the arithmetics, or is no identifier, is refused."""
    message = f"a primitive cannot be called {name!r}; choose an identifier that no function of xp has"
    with pytest.raises(RuleError, match=re.escape(message)):
        declare(name, lambda xp, x: x * x, lambda xp, z, x: (2.0 * x,))


@pytest.mark.parametrize("name", ["backward", "data", "grad", "level"])
def test_names_of_what_a_value_has(declare, name):
    """A method would hide what every Value needs."""
    with pytest.raises(RuleError, match=f"cannot be called '{name}'; .* no attribute of Value has"):
        declare(name, lambda xp, x: x * x, lambda xp, z, x: (2.0 * x,))


@pytest.mark.parametrize("name", ["add", "mul", "neg", "gauss"])
def test_names_that_are_taken(declare, gauss, name):
    """A second primitive of a name is refused, and the first one stays as it was."""
    rule = RULES[name]
    with pytest.raises(RuleError, match="choose"):
        declare(name, lambda xp, x: x * x, lambda xp, z, x: (2.0 * x,))

    assert RULES[name] is rule
    assert close(BELL) == gauss(X)


@pytest.mark.parametrize(
    ("forward", "partials", "message"),
    [
        (lambda xp, x, y: x * y, lambda xp, z, x, y: (y,), "takes 2 inputs but its partials are 1"),
        (lambda xp, x: x * x, lambda xp, z, x: (), "takes 1 inputs but its partials are 0"),
        (lambda xp, x: x * x, lambda xp, z, x: (x, x), "takes 1 inputs but its partials are 2"),
        (lambda xp, *xs: xp.sum(xs), lambda xp, z, *xs: (1.0,), "takes 2 inputs but its partials are 1"),
        (lambda xp, x: x * x, lambda xp, x: (2.0 * x,), "cannot be read with 1 inputs"),
        (lambda xp, x: x * x, lambda xp, z, x, y: (2.0 * x,), "cannot be read with 1 inputs"),
        (lambda xp, x: x * x, lambda xp, z, x: 2.0 * x, "returns a tuple"),
        (lambda xp, x: x * x, lambda xp, z, x: (None,), "a partial of 'new' is None"),
        (lambda xp, x: x * x, lambda xp, z, x: ("2x",), "a partial of 'new' is '2x'"),
        (
            lambda xp, x: math.exp(x),
            lambda xp, z, x: (z,),
            r"must be real number, not Formula.*opaque\(name, function, slope\)",
        ),
        (lambda xp, x: x**0.5, lambda xp, z, x: (z,), r"raised x1 to the power 0.5 with \*\*.*xp.pow"),
        (lambda xp, x, y: x**y, lambda xp, z, x, y: (z, z), r"raised x1 to the power x2 with \*\*"),
        (
            lambda xp, x: x if x > 0 else -x,
            lambda xp, z, x: (1.0,),
            "asked whether 'x1 > 0' is true.*use xp.where",
        ),
        (lambda xp: 1.0, lambda xp, z: (), "'new' cannot be read"),
        (
            functools.partial(lambda n, xp, x: x, 1),
            lambda xp, z, x: (1.0,),
            "written with def or lambda, got partial.*opaque",
        ),
        (
            math.exp,
            lambda xp, z, x: (z,),
            r"written with def or lambda, got builtin_function_or_method.*opaque\(name, function, slope\)",
        ),
    ],
)
def test_rules_that_do_not_fit(declare, forward, partials, message):
    """A wrong arity, a partial missing, too many or none at all: errors at the declaration, and nothing is declared."""
    with pytest.raises(RuleError, match=message):
        declare("new", forward, partials)

    assert "new" not in RULES
    assert "new" not in Arithmetic.definitions


@pytest.mark.parametrize("fact", ["domain", "kinks"])
def test_facts_that_do_not_fit(declare, fact):
    """A domain or kinks for another number of inputs is an error at the declaration too."""
    with pytest.raises(RuleError, match="cannot be read with 2 inputs"):
        declare("new", lambda xp, x, y: x * y, lambda xp, z, x, y: (y, x), **{fact: lambda xp, x: (x,)})

    assert "new" not in RULES


def test_a_refused_name_can_be_used_afterwards(declare):
    """After an error the same name is free."""
    with pytest.raises(RuleError):
        declare("again", lambda xp, x: x * x, lambda xp, z, x: ())

    assert 9.0 == declare("again", lambda xp, x: x * x, lambda xp, z, x: (2.0 * x,))(3.0)


@pytest.mark.parametrize("arguments", [(), (1.0, 2.0)])
def test_a_wrong_number_of_arguments(gauss, arguments):
    """A call with too few or too many arguments names the primitive, and what is missing or how many there were."""
    with pytest.raises(
        TypeError, match=rf"gauss\(\) (missing|takes) 1 .* argument.*({len(arguments)} were given|'x')"
    ):
        gauss(*arguments)


@pytest.mark.parametrize("x", ["1", None, [1.0]])
def test_arguments_that_are_no_numbers(gauss, x):
    """What is no number is an error."""
    with pytest.raises(NotANumberError, match="expected a Value or a number"):
        gauss(x)


def test_a_function_no_arithmetic_has(declare):
    """A misspelt function of xp is named at the first call."""
    new = declare("new", lambda xp, x: xp.expp(x), lambda xp, z, x: (z,))

    with pytest.raises(AttributeError, match="Floats has no function 'expp', and no primitive has that name"):
        new(1.0)


def test_the_fixture_leaves_nothing():
    """After a test its primitives are gone from every table."""
    assert not {"gauss", "radius", "product", "twice", "lorentz", "new"} & {*RULES, *Arithmetic.definitions}
    assert not hasattr(floats, "gauss")
