"""The checker is checked: wrong rules fail, right ones pass at every scale, and kinks and doubts are said."""

import itertools
import math
import random
from decimal import Decimal

import pytest
from bench.checking import judge, right_ones, wrong_ones
from bench.checking import opaque as opaque_program
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as am
from autograd_mini import Value, detect_anomaly, grad, gradcheck, no_grad, primitive
from autograd_mini.derivatives.differences import precise_slopes
from autograd_mini.derivatives.precise import precise
from autograd_mini.engine.arithmetic import Arithmetic, Floats, floats
from autograd_mini.engine.operations import call, values
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.errors import NotANumberError

# stop_gradient is nowhere the derivative of its value, and says so: a kink everywhere.
CHECKED = [rule for rule in RULES.values() if rule.name != "stop_gradient"]
TABLE = [(rule, arity) for rule in CHECKED for arity in ([rule.arity] if rule.arity else (2, 4))]
POWERS = [(power(n), 1) for n in (3.0, 2.0, 1.0, 0.0, -1.0, -2.0, 0.5, -0.5, 2.5)]
every_rule = pytest.mark.parametrize(
    ("rule", "arity"),
    [*TABLE, *POWERS],
    ids=[f"{rule.name}{rule.symbol * (rule.name == 'power')}-{arity}" for rule, arity in [*TABLE, *POWERS]],
)


@pytest.fixture
def declare():
    """The function `primitive`, whose primitives are gone again after the test."""
    kept = [RULES, Arithmetic.definitions, vars(floats), vars(values), vars(precise)]
    before = [dict(table) for table in kept]
    yield primitive
    for table, earlier in zip(kept, before, strict=True):
        table.clear()
        table.update(earlier)


def verdicts(report):
    return [row.verdict for row in report.rows]


def points(rule, arity, count=3):
    """Points inside the domain of the rule, away from kinks."""
    draw = random.Random(f"{rule.name} {arity}").uniform
    found = []
    while len(found) < count:
        point = tuple(draw(-3, 3) for _ in range(arity))
        smooth = rule.domain is None or rule.domain(floats, *point) > 0.25
        if smooth and all(abs(term) > 0.25 for term in (rule.kinks or (lambda xp, *xs: ()))(floats, *point)):
            found.append(point)
    return found


# Right rules pass


@every_rule
def test_every_rule_of_the_table_passes(rule, arity):
    """At points inside its domain each rule agrees with differences, to second order."""
    for point in points(rule, arity):
        report = gradcheck(lambda *xs: call(rule, xs), point, order=2)

        assert report, f"{point}\n{report}"
        assert arity + arity**2 == len(report.rows)
        assert all(row.error < 1e-6 for row in report.rows if row.numeric)


@pytest.mark.parametrize("scale", [1e-8, 1e-4, 1.0, 1e4, 1e8])
def test_right_derivatives_pass_at_every_scale(scale):
    """Steps follow the size of the input, and errors are relative to the size of the derivative."""
    assert gradcheck(lambda x: am.sin(x / scale), (0.7 * scale,), order=2)
    assert gradcheck(lambda x: scale * am.sin(x), (0.7,), order=2)
    assert gradcheck(lambda x: x**3, (scale,), order=2)
    assert gradcheck(lambda x, y: x * y, (scale, 1 / scale), order=2)


@pytest.mark.parametrize("offset", [0.0, 1e3, -1e6, 1e8])
def test_right_derivatives_pass_beside_a_large_offset(offset):
    """A large constant takes digits from the differences, which the tolerance allows for."""
    assert gradcheck(lambda x: am.sin(x) + offset, (0.7,))


quarters = st.integers(-12, 12).map(lambda n: n / 4)


@given(quarters, quarters)
def test_ordinary_functions_pass(x, y):
    """No false alarm at any ordinary point."""
    report = gradcheck(lambda x, y: am.sin(x * y) + am.softplus(x - 2 * y) * am.tanh(x) + x**2 * y, (x, y))

    assert report, report


@pytest.mark.parametrize(
    "f", [lambda x: 3.0, lambda x: 0.0, lambda x: x - x, lambda x: 0 * x + 1e9, lambda x: Value(5.0)]
)
def test_constant_functions_pass(f):
    """A derivative of 0 that is 0 is right."""
    report = gradcheck(f, (1.5,), order=2)

    assert ["ok", "ok"] == verdicts(report)
    assert 0.0 == report.rows[0].analytic == report.rows[0].numeric


@pytest.mark.parametrize(("f", "x"), [(lambda x: x**2, 0.0), (am.cos, 0.0), (lambda x: (x - 3) ** 2, 3.0)])
def test_extrema_pass(f, x):
    """Where the derivative is 0 and the function is not constant, 0 is right too."""
    assert gradcheck(f, (x,), order=2)


def test_a_derivative_may_itself_be_checked():
    """The function may take derivatives: they are no constants to the checker."""
    assert gradcheck(lambda x: grad(lambda y: x * y**3)(x), (2.0,), order=2)
    assert gradcheck(grad(am.tanh), (0.3,))


# Wrong rules fail


@pytest.mark.parametrize("factor", [1.0005, 0.9995, 1.0 + 1e-5, 2.0, -1.0, 0.0])
def test_a_rule_wrong_by_a_factor_fails(declare, factor):
    """A derivative wrong by 0.05 %, by 0.001 %, or altogether, fails."""
    wrong = declare("wrong", lambda xp, x: xp.sin(x), lambda xp, z, x: (factor * xp.cos(x),))
    report = gradcheck(wrong, (0.7,))

    assert not report
    assert ["wrong"] == verdicts(report)
    assert (
        pytest.approx(abs(factor - 1) / max(factor, 1), rel=1e-4) == min(1, report.rows[0].error)
        or factor < 0
    )


@pytest.mark.parametrize("scale", [1e-8, 1e-4, 1e4, 1e8])
def test_a_rule_wrong_by_half_a_thousandth_fails_at_every_scale(declare, scale):
    """0.05 % is found for tiny and huge inputs and results."""
    wrong = declare("wrong", lambda xp, x: xp.sin(x), lambda xp, z, x: (1.0005 * xp.cos(x),))

    assert ["wrong"] == verdicts(gradcheck(lambda x: wrong(x / scale), (0.7 * scale,)))
    assert ["wrong"] == verdicts(gradcheck(lambda x: scale * wrong(x), (0.7,)))


@pytest.mark.parametrize("offset", [10.0**n for n in range(3, 17)])
def test_a_wrong_rule_beside_a_large_offset_never_passes(declare, offset):
    """Where the offset leaves too few digits to tell, the verdict is a doubt, not ok."""
    wrong = declare("wrong", lambda xp, x: xp.sin(x), lambda xp, z, x: (1.0005 * xp.cos(x),))
    report = gradcheck(lambda x: wrong(x) + offset, (0.7,))

    assert not report
    assert verdicts(report) in (["wrong"], ["undecided"])
    if offset <= 1e8:
        assert ["wrong"] == verdicts(report)


def test_a_partial_that_is_zero_fails(declare):
    """A partial that was forgotten fails in its row, and in that row alone."""
    wrong = declare("wrong", lambda xp, x, y: x * xp.exp(y), lambda xp, z, x, y: (xp.exp(y), 0.0))
    report = gradcheck(wrong, (2.0, 0.5))

    assert [("∂f/∂x", "ok"), ("∂f/∂y", "wrong")] == [(row.name, row.verdict) for row in report.rows]


def test_swapped_partials_fail(declare):
    """Partials in the wrong order fail in both rows."""
    wrong = declare(
        "wrong", lambda xp, x, y: xp.div(x, y), lambda xp, z, x, y: (-xp.div(z, y), xp.div(1.0, y))
    )

    assert ["wrong", "wrong"] == verdicts(gradcheck(wrong, (2.0, 0.5)))


def test_a_wrong_second_derivative_fails_at_order_two(declare):
    """Partials whose numbers are right but which are not differentiable as written fail at order 2 only."""
    wrong = declare(
        "wrong", lambda xp, x: xp.sin(x), lambda xp, z, x: (xp.heaviside(x + 100.0) * helper(xp, x),)
    )

    assert gradcheck(wrong, (0.7,))
    assert ["ok", "wrong"] == verdicts(gradcheck(wrong, (0.7,), order=2))


def helper(xp, x):
    """cos(x) whose own derivative is 0: hidden where only floats are followed."""
    return xp.cos(x) if xp is not values else math.cos(x.data)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.data**2,
        lambda x: x + am.sin(x.data),
        lambda x: x * 1e-6 * x.data + x,
        lambda x: 1e3 + am.relu(x.data - 1.9),
        lambda x: am.relu(x - 1) * x.data,
        lambda x: Value(x.data) * x,
    ],
)
def test_a_derivative_lost_where_data_is_read_fails(f):
    """A function that computes with `.data` has a derivative that nobody follows: wrong, and a note says why."""
    report = gradcheck(f, (2.0,))

    assert ["wrong"] == verdicts(report)
    assert ("f computes with the plain numbers of its Values; measured in floats instead",) == report.notes


@pytest.mark.parametrize("x", [0.3, 1e-9, -1e-9, -2.0])
def test_data_may_be_read_to_choose_a_branch(x):
    """A branch on `.data` loses no derivative, however near it turns."""
    report = gradcheck(lambda x: x**3 if x.data > 0 else am.exp(x), (x,), order=2)

    assert report
    assert () == report.notes


def test_a_constant_read_from_data_that_cancels_loses_nothing():
    """What is subtracted and added again may come from `.data`: the result does not depend on it."""

    def logsumexp(xs):
        largest = max([x.data for x in xs])
        return am.log(am.sum([am.exp(x - largest) for x in xs])) + largest

    assert gradcheck(logsumexp, ([1.0, 2.0, 3.0],), order=2)


def test_one_wrong_output_of_many(declare):
    """Only the row of the wrong derivative is wrong."""
    wrong = declare("wrong", lambda xp, x: xp.exp(x), lambda xp, z, x: (1.0005 * z,))
    report = gradcheck(lambda x: [x[0] * x[1], wrong(x[1]), x[0]], ([1.0, 0.5],))

    assert ["∂f[1]/∂x[1]"] == [row.name for row in report.rows if row.verdict == "wrong"]
    assert 6 == len(report.rows)


def test_tolerance():
    """The tolerance is of the relative error."""

    def lossy(x):
        with no_grad():
            part = 1e-4 * am.sin(x)
        return am.sin(x) + part

    assert not gradcheck(lossy, (0.7,))
    assert gradcheck(lossy, (0.7,), tolerance=1e-3)


# Kinks and doubts


@pytest.mark.parametrize(
    ("f", "at", "verdict", "note"),
    [
        (lambda u: 1 * abs(u), (0.0,), "kink", "|u| sits on a kink; convention: abs'(0) = 0"),
        (lambda u: am.relu(u) * 1, (0.0,), "kink", "relu(u) sits on a kink; convention: relu'(0) = 0"),
        (lambda u: am.relu(u - 1), (1.0,), "kink", "relu(u − 1) sits on a kink; convention: relu'(0) = 0"),
        (
            lambda u, v: 1 * am.maximum(u, v),
            (2.0, 2.0),
            "kink",
            "max(u, v) sits on a kink; convention: of equal inputs the first takes the whole gradient",
        ),
        (
            lambda u: am.heaviside(u) * 1,
            (0.0,),
            "kink",
            "1_{u > 0} sits on a kink; convention: heaviside(0) = 0 and heaviside'(0) = 0",
        ),
    ],
)
def test_kinks_are_noted(f, at, verdict, note):
    """At a kink a note names the operation and its convention, and every row that it bends is called a kink."""
    report = gradcheck(f, at)

    assert {verdict} == {*verdicts(report)}
    assert (note,) == report.notes
    assert not report


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: x if x > 0 else -x, 0.0),
        (lambda x: 3 * x if x.data > 1 else x + 2, 1.0),
        (lambda x: am.sqrt(x * x), 0.0),
        (lambda x: abs(x.data), 0.0),
        (lambda x: x + abs(x - 1e8), 1e8),
        (lambda x: 1e-8 * am.maximum(x, 2 * x), 0.0),
        (lambda x: am.sum([abs(x), x * x, 1.0]), 0.0),
    ],
)
def test_kinks_that_no_rule_declares_or_that_conventions_hide(f, x):
    """Where the slopes to the left and to the right differ it is a kink, also where a convention is their mean."""
    assert ["kink"] == verdicts(gradcheck(f, (x,)))


def test_a_kink_bends_only_the_rows_that_depend_on_it():
    """A derivative that exists is checked, whatever another input sits on."""
    report = gradcheck(lambda u, v: abs(u) + am.sin(v), (0.0, 1.0))

    assert [("∂f/∂u", "kink"), ("∂f/∂v", "ok")] == [(row.name, row.verdict) for row in report.rows]


def test_a_kink_of_the_first_derivative():
    """x |x| is smooth at 0; its derivative 2|x| is not."""
    assert ["ok", "kink"] == verdicts(gradcheck(lambda x: x * abs(x), (0.0,), order=2))


def test_what_is_smooth_at_a_kink_of_a_part_is_ok():
    """|x|² has a derivative at 0, and a note says that |x| has none."""
    report = gradcheck(lambda x: abs(x) ** 2, (0.0,))

    assert report
    assert ("|x| sits on a kink; convention: abs'(0) = 0",) == report.notes


def test_beside_a_kink_there_is_no_note():
    """A point that is clearly on one side of a kink is checked like any other."""
    for x in (-1.0, 0.1, 1e-3, 1e-12, -1e-300, 5.000000000000001):
        report = gradcheck(lambda x: am.relu(x) + abs(x - 5), (x,), order=2)

        assert report
        assert () == report.notes


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (am.log, -1.0),
        (am.sqrt, 0.0),
        (lambda x: 1 / x, 0.0),
        (am.exp, 1000.0),
        (lambda x: x, math.nan),
        (lambda x: x, math.inf),
        (lambda x: x * 1e308 * 10, 1.0),
    ],
)
def test_what_cannot_be_measured_is_undecided(f, x):
    """Outside a domain, at a pole, at nan and inf the numeric derivative says nothing: undecided, so false."""
    report = gradcheck(f, (x,))

    assert ["undecided"] == verdicts(report)
    assert not report


def test_what_overflows_is_undecided_and_said_to_be_right():
    """Where floats overflow on the way to a number that exists, the rules are right and their floats are not."""
    report = gradcheck(lambda x: am.log(1 + am.exp(x)), (1000.0,))

    assert [("undecided", 1.0)] == [(row.verdict, row.numeric) for row in report.rows]
    assert ("∂f/∂x is right in sixty digits; floats make it nan",) == report.notes


@pytest.mark.parametrize(
    ("f", "x", "exact"),
    [
        (lambda x: (1 - am.cos(x)) / (x * x), 1e-4, -1e-4 / 12),
        (lambda x: ((x + 1e10) - 1e10) ** 2, 0.1, 0.2),
        (lambda x: 0.1 * (0.1 * x) - 0.01 * x, 1.0, 0.1 * 0.1 - 0.01),
    ],
)
def test_what_floats_round_away_is_ok_with_a_note(f, x, exact):
    """The rules are right and rounding is no fault of theirs: ok, and a note says what floats make of it."""
    report = gradcheck(f, (x,))

    assert report
    assert pytest.approx(exact, rel=0.5) == report.rows[0].numeric
    assert report.rows[0].error > 1e-6
    assert f"∂f/∂x is right in sixty digits; floats make it {report.rows[0].analytic:.10g}" == report.notes[0]


def test_a_rule_whose_floats_alone_are_wrong_fails(declare):
    """Rounding is no excuse for floats that come out otherwise than the rule, followed in floats, says."""
    wrong = declare(
        "wrong", lambda xp, x: xp.sin(x), lambda xp, z, x: (xp.cos(x) * (1.001 if xp is floats else 1.0),)
    )

    assert ["wrong"] == verdicts(gradcheck(wrong, (0.7,)))


def test_noise_is_undecided():
    """A function too rough for differences gives a doubt."""

    def rough(x):
        return am.sin(x) + (1e-3 * math.sin(1e13 * x.data))

    assert not gradcheck(rough, (0.7,))


# What cannot be read in sixty digits


def opaque(derivative):
    """sin by the function of math, as a primitive with this derivative."""

    def forward(xp, x):
        return math.sin(x) if isinstance(xp, Floats) else xp.sin(x)

    return Rule("opaque", forward, lambda xp, z, x: (derivative(xp, x),))


@pytest.mark.parametrize("x", [0.7, 0.01, 12345.678])
def test_an_opaque_primitive_is_measured_in_floats(x):
    """What only floats can compute is measured in floats, and a note says why; 0.05 % is found there too."""
    right = opaque(lambda xp, x: xp.cos(x))
    wrong = opaque(lambda xp, x: 1.0005 * xp.cos(x))
    report = gradcheck(lambda x: call(right, (x,)), (x,), order=2)

    assert report, report
    assert "f cannot be read in sixty digits (TypeError: must be real number, not Digits)" in report.notes[0]
    assert ["wrong"] == verdicts(gradcheck(lambda x: call(wrong, (x,)), (x,)))


@pytest.mark.parametrize("offset", [10.0**n for n in range(3, 17)])
def test_an_opaque_wrong_rule_beside_a_large_offset_never_passes(offset):
    """In floats an offset leaves too few digits in the end: then it is a doubt."""
    wrong = opaque(lambda xp, x: 1.0005 * xp.cos(x))
    report = gradcheck(lambda x: call(wrong, (x,)) + offset, (0.7,))

    assert verdicts(report) in (["wrong"], ["undecided"])


def test_a_function_that_refuses_other_numbers_is_checked():
    """A check of its argument inside is no reason to doubt, nor to fail."""

    def f(p):
        if not 0 <= p.data <= 1:
            raise OopsError
        return am.log(p)

    assert gradcheck(f, (1.0,))
    assert gradcheck(f, (0.999,), order=2)


def test_a_function_that_differs_from_call_to_call_is_never_ok():
    """Chance inside looks like noise."""
    rng = random.Random(1)

    assert not gradcheck(lambda x: am.sin(x) * (1 + 1e-3 * rng.random()), (0.7,))


# How often it errs


@pytest.mark.slow
def test_rates_of_errors():
    """No right function is called wrong, no wrong one right, and a doubt is rare: of 500 random ones each."""
    right = [judge(f, f.at, order) for f, order in right_ones("rates", 500)]
    wrong = [judge(f, f.at, order) for f, order, _ in wrong_ones("rates", 500)]

    assert 0 == right.count("wrong")
    assert right.count("right") >= 495
    assert 0 == wrong.count("right")
    assert wrong.count("wrong") >= 480


@pytest.mark.slow
def test_rates_of_errors_in_floats():
    """Of opaque functions, which only floats can measure, none is judged falsely; doubts are many."""
    right = [judge(opaque_program(f), f.at, order) for f, order in right_ones("floats", 200)]
    wrong = [judge(f, f.at, order) for f, order, _ in wrong_ones("floats", 200, opaque_program)]

    assert 0 == right.count("wrong")
    assert right.count("right") >= 140
    assert 0 == wrong.count("right")


def test_a_slope_that_is_never_confirmed_is_a_doubt():
    """On a plateau far smaller than the steps that settle, nothing is known, and the search ends."""

    def plateau(xs):
        is_there = abs(xs[0].exact - Decimal("0.25")) < Decimal("1e-33")
        return [xs[0] * 0.0 + 0.25 if is_there else xs[0]]

    ((slope,),) = precise_slopes(plateau, [0.25])

    assert math.inf == slope.doubt


def test_a_stair_of_a_remainder_is_right():
    """Over steps larger than its stairs floor(x / y) looks like a slope; smaller ones see that it is none."""
    assert gradcheck(lambda x: x // (x - 0.99999999), (1.0,))


def test_an_infinite_claim_is_wrong_in_floats_too():
    """Rounding excuses small differences only: a derivative that is claimed to be infinite is wrong."""
    rule = Rule(
        "closed",
        lambda xp, x: x * x if not isinstance(xp, Floats) else floats.exp(0.0) * float(x) * float(x),
        lambda xp, z, x: (math.inf,),
    )

    assert ["wrong"] == verdicts(gradcheck(lambda x: call(rule, (x,)), (0.7,)))


# Structures and names


def test_names_of_nested_arguments():
    """Each number is named as it would be written: a place behind the parameter's name."""

    def f(x, weights, *rest):
        return x * weights["w"][0] + weights["b"] * rest[0]

    report = gradcheck(f, (1.0, {"w": [2.0, 3.0], "b": 4.0}, 5.0))

    assert report
    assert ["∂f/∂x", "∂f/∂weights['w'][0]", "∂f/∂weights['w'][1]", "∂f/∂weights['b']", "∂f/∂x3"] == [
        row.name for row in report.rows
    ]


def test_names_of_several_outputs_and_second_derivatives():
    """Outputs are f[0], f[1], ...; second derivatives are ∂²f/∂u∂v."""
    report = gradcheck(lambda u, v: {"a": u * v, "b": v}, (1.0, 2.0))
    second = gradcheck(lambda u, v: u * v**2, (1.0, 2.0), order=2)

    assert ["∂f[0]/∂u", "∂f[0]/∂v", "∂f[1]/∂u", "∂f[1]/∂v"] == [row.name for row in report.rows]
    assert [0.0, 4.0, 4.0, 2.0] == [row.analytic for row in second.rows[2:]]
    assert ["∂²f/∂u∂u", "∂²f/∂u∂v", "∂²f/∂v∂u", "∂²f/∂v∂v"] == [row.name for row in second.rows[2:]]


def test_names_can_be_given():
    """The caller's names of the arguments go before the parameters'."""
    report = gradcheck(lambda x, y: x * y, (1.0, 2.0), names=["mass", "speed"])

    assert ["∂f/∂mass", "∂f/∂speed"] == [row.name for row in report.rows]


def test_arguments_may_be_values_and_integers():
    """Values count with their numbers and are left alone; ints and bools are numbers."""
    x = Value(2.0)

    assert gradcheck(lambda x, n: x**3 * n, (x, 2))
    assert x.known("grad") is None


def test_captured_values_keep_their_gradients():
    """A Value from outside is a constant."""
    w = Value(3.0)
    w.grad = 7.0

    assert gradcheck(lambda x: w * x * x, (2.0,))
    assert 7.0 == w.grad


def test_gradcheck_under_other_modes():
    """The checker works under no_grad and under detect_anomaly."""
    with no_grad():
        assert gradcheck(lambda x: am.sin(x) * x, (0.7,), order=2)
    with detect_anomaly():
        assert gradcheck(lambda x: am.sin(x) * x, (0.7,), order=2)


# The report


def test_table_of_a_report(declare):
    """The table has a head, a row for each derivative with its columns in line, notes, and the count."""
    wrong = declare("wrong", lambda xp, x, y: x * x * y, lambda xp, z, x, y: (2.0 * x * y, 0.0))
    report = gradcheck(lambda weight, y: wrong(weight, y) + am.relu(weight - 3), (3.0, 1000.0))
    head, *rows, note, verdict = str(report).splitlines()

    assert ["derivative", "analytic", "numeric", "error", "step"] == head.split()
    assert ["∂f/∂weight", "6000", "6000.5"] == rows[0].split()[:3]
    assert ["∂f/∂y", "0", "9", "1.0e+00"] == rows[1].split()[:4]
    assert "relu(weight − 3) sits on a kink; convention: relu'(0) = 0" == note
    assert "2 of 2 failed" == verdict
    for column in ("analytic", "numeric", "error", "step"):
        end = head.index(column) + len(column)
        for row in rows:
            assert row[end - 1] != " "
            assert row[end : end + 2].strip() == ""
    assert len({row.index(row.split()[-1]) for row in rows}) == 1
    assert repr(report) == str(report)


def test_table_of_a_good_report():
    """A good report ends by saying so, and shows at most ten digits."""
    lines = str(gradcheck(am.exp, (1.0,))).splitlines()

    assert "all 1 agree" == lines[-1]
    assert ["∂f/∂x", "2.718281828", "2.718281828"] == lines[1].split()[:3]


def test_truth_of_a_report():
    """A report is true only if every row is ok: a kink or a doubt is false too."""
    assert bool(gradcheck(am.sin, (1.0,))) is True
    assert bool(gradcheck(am.relu, (0.0,))) is False
    assert bool(gradcheck(am.log, (-1.0,))) is False


def test_the_step_is_told():
    """The step of each row is within what was tried: at most 2 % of the input's size."""
    for x, row in itertools.chain.from_iterable(
        [(x, row) for row in gradcheck(am.sin, (x,)).rows] for x in (0.5, 50.0, 1e-5)
    ):
        assert 0 < row.step <= 2e-2 * max(abs(x), 1e-3)


# Bad input


@pytest.mark.parametrize("order", [0, 3, "1", None])
def test_wrong_order(order):
    """Another order than 1 or 2 is an error."""
    with pytest.raises(ValueError, match=f"order must be 1 or 2, got {order!r}"):
        gradcheck(am.sin, (1.0,), order=order)


@pytest.mark.parametrize("arguments", [1.0, {"x": 1.0}, None, Value(1.0)])
def test_arguments_must_be_a_tuple(arguments):
    """A single number in place of a tuple is an error that shows how to write it."""
    with pytest.raises(
        TypeError, match=rf"needs a tuple of arguments, got {type(arguments).__name__}.*\(f, \(x,\)\)"
    ):
        gradcheck(am.sin, arguments)


def test_arguments_must_be_numbers():
    """What is no number is an error."""
    with pytest.raises(NotANumberError, match="expected a Value or a number"):
        gradcheck(am.sin, ("1.0",))


def test_results_must_be_numbers():
    """A function that forgot its return is named."""

    def loss(x):
        x * x

    with pytest.raises(NotANumberError, match="loss returned NoneType None: expected a Value or a number"):
        gradcheck(loss, (1.0,))


class OopsError(Exception):
    """What a function under test raises."""


def test_an_exception_inside_leaves_no_trace():
    """An exception of the function is handed on, and all modes are as before."""

    def fail(x):
        raise OopsError

    with pytest.raises(OopsError):
        gradcheck(fail, (1.0,))
    x = Value(2.0)
    assert (x, x) == (x * x).parents
    assert float is type(grad(lambda x: x * x)(1.0))
