"""What students type: what is read, how near a number is, and which formulas are the same."""

import math
import random

import pytest

import autograd_mini as am
from autograd_mini import parse
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import ExpressionError
from autograd_mini.stepping.answers import (
    Reading,
    judge_formula,
    judge_number,
    measured,
    reading_program,
    spellings,
    tidy,
)

NAMES = {"h[1]": 0.25, "w[3,1]": -1.5, "y_hat": 2.0, "rho": 0.75, "x": 3.0, "theta_1": 4.0}


def read(answer):
    return Reading(tidy(answer), spellings(NAMES).get).at(NAMES)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["1/3", "(1)/(3)", "1÷3", "1⁄3"], 1 / 3),
        (["0,33", "0.33", ".33", ",33", "00.33", "33e-2", "3,3×10^-1", "3.3·10⁻¹", "3.3*10**(-1)", "3.3x10^-1"], 0.33),
        (["6", "2*3", "2·3", "2 × 3", "2⋅3", "2∙3", "+6", "--6", "√36", "|-6|", "2+2^2", "2+2²"], 6.0),
        (["-0.5", "−0,5", "–.5", "-½", "—½", "1-1.5"], -0.5),
        (["e^5", "e⁵", "exp(5)", "e**5"], math.exp(5)),
        (["x^2", "x²", "x**2", "x·x", "|x|^2", "√x^4"], 9.0),
        (["-x^2", "-x²", "-(x^2)"], -9.0),
        (["2^-1", "2⁻¹", "2^(-1)"], 0.5),
        (["h1", "h_1", "h[1]", "h₁", "h [1]".replace(" ", "")], 0.25),
        (["w31", "w_31", "w[3,1]", "w[3, 1]", "w₃₁", "w_3,1".replace(",", "")], -1.5),
        (["ŷ", "y\u0302", "y_hat", "yhat"], 2.0),
        (["ρ", "rho"], 0.75),
        (["θ1", "θ_1", "θ₁", "theta1", "theta_1"], 4.0),
        (["σ(0)", "sigmoid(0)", "max(0.5, 0.25)", "max(0,5; 0,25)", "where(x; 0,5; 1)"], 0.5),
        (["exp(0,5)", "exp(.5)", "√e"], math.exp(0.5)),
        (["max(1,2)", "max(1, 2)", "max(1 ; 2)", "max(2,1)"], 2.0),
        (["ln(x)", "log(x)", "ln( x )"], math.log(3)),
        (["ch(x)", "cosh(3)"], math.cosh(3)),
        (["2*π", "2pi".replace("p", "*p"), "2·pi"], 2 * math.pi),
        (["∞", "inf"], math.inf),
    ],
)  # fmt: skip
def test_ways_to_type(answers, expected):
    """What mathematics, Python and two languages write is the same number."""
    assert [pytest.approx(expected, rel=1e-15)] * len(answers) == [read(answer) for answer in answers]


@pytest.mark.parametrize(
    ("answer", "message", "place"),
    [
        ("2x", "a product needs its sign", 1),
        ("x(1-x)", "a product needs its sign", 1),
        ("1 + nope", "no name is called nope", 4),
        ("nope(x)", "no function is called nope", 0),
        ("exp(1; 2)", "exp needs 1 argument, got 2", 0),
        ("(x", "( is still open", 2),
        ("x)", "this bracket was not opened", 1),
        ("x = 1", "the sign = is not read here", 2),
        ("1 +", "is missing here", 3),
        ("", "is missing here", 0),
        ("x.real", "the sign . is not read here", 1),
        ("1e999", "too large", 0),
        ("x" * 201, "at most 200 characters", 200),
    ],
)
def test_what_cannot_be_read(answer, message, place):
    """The error says why, and shows the place below the text."""
    with pytest.raises(ExpressionError) as error:
        read(answer)

    assert message in str(error.value)
    assert [f"  {answer}", f"  {' ' * place}^"] == str(error.value).split("\n")[1:]


def test_names_that_could_be_two():
    """w111 may be w[1,11] or w[11,1], so only their own spellings are read."""
    found = spellings(["w[1,11]", "w[11,1]", "t1", "t_1"])

    assert {"w[1,11]", "w[11,1]", "t1", "t_1"} == set(found)


def test_what_was_typed_is_measured():
    """Half a unit of the last digit and the number of digits; whole numbers in an expression are exact."""
    assert (149.41, 0.005, 5) == measured("149.41")
    assert (0.0731, pytest.approx(0.00005), 3) == measured("0,0731")
    assert (149.0, 0.5, 3) == measured("149")
    assert (pytest.approx(4.48e-5), pytest.approx(5e-8), 3) == measured("4,48·10⁻⁵")
    assert (pytest.approx(math.exp(5)), 0.0, math.inf) == measured("e^5")
    assert (2.924, pytest.approx(0.002), 3) == measured("0.731*4")


@pytest.mark.parametrize(
    ("typed", "exact", "expected"),
    [
        ("149.41", 149.41316, "right"), ("149", 149.41316, "right"), ("148.41", 149.41316, "wrong"), ("150", 149.41316, "close"), ("151", 149.41316, "wrong"), ("e^5+1", 149.4131591, "right"),
        ("0.3333", 1 / 3, "right"), ("1/3", 1 / 3, "right"), ("0.33", 1 / 3, "imprecise"), ("0.3", 1 / 3, "imprecise"), ("0", 1 / 3, "wrong"),
        ("0.334", 1 / 3, "close"), ("0.335", 1 / 3, "wrong"), ("-0.333", 1 / 3, "wrong"),
        ("20", 20.0, "right"), ("20.0", 20.0, "right"), ("21", 20.0, "wrong"), ("20.1", 20.0, "close"), ("2*10", 20.0, "right"), ("2e1", 20.0, "right"),
        ("0.5", 0.5, "right"), (".5", 0.5, "right"), ("1/2", 0.5, "right"), ("0", 0.0, "right"), ("0", 1e-17, "right"), ("0.001", 0.0, "wrong"),
        ("inf", math.inf, "right"), ("-inf", math.inf, "wrong"), ("nan", math.nan, "right"), ("1", math.nan, "wrong"), ("1e308", math.inf, "wrong"),
    ],
)  # fmt: skip
def test_a_number_by_its_digits(typed, exact, expected):
    """Right is what rounds to the digits typed, three at least unless the number is shorter; whole numbers are exact."""
    assert expected == judge_number(typed, exact, [exact])


def test_a_number_that_follows():
    """From a wrong t = 3.2 where 3.1 is right, 4 t is 12.8: that follows; rounding a right number is right."""
    assert "follows" == judge_number("12.8", 12.4, [12.8, 12.4], all_right=False)
    assert "wrong" == judge_number("12.8", 12.4, [12.4, 12.4])
    assert "right" == judge_number("0.0804", 0.08027, [0.0804, 0.08027])
    assert "close" == judge_number("12.9", 12.4, [12.8123, 12.4], all_right=False)
    assert "follows" == judge_number("12.9", 12.4, [12.8123, 12.4], all_right=False, slack=0.05)
    assert "close" == judge_number("12.9", 12.4, [12.8123, 12.4], slack=0.05)


def test_rounding_is_never_wrong():
    """A right number rounded to 3 to 6 digits is right, to 1 or 2 imprecise at worst; so are those that follow."""
    rng = random.Random(1)
    for _ in range(3000):
        exact = rng.choice([-1, 1]) * 10 ** rng.uniform(-4, 4)
        digits = rng.randint(1, 6)
        typed = f"{exact:#.{digits}g}"
        allowed = {"right"} if digits > 2 else {"right", "imprecise"}

        assert judge_number(typed, exact, [exact]) in allowed, (typed, exact)
        assert judge_number(typed, 7.77e5, [exact], all_right=False) in {"follows", "imprecise"}


def test_formulas_over_names():
    """Forms that are the same function are right, whatever stands in them; others are wrong."""
    assert "right" == judge_formula("h − y", "-(y - h)", ["h", "y"])
    assert "wrong" == judge_formula("y - h", "-(y - h)", ["h", "y"])
    assert "right" == judge_formula("√w31·w31", "w[3,1] * sqrt(w[3,1])", ["w[3,1]"])
    assert "wrong" == judge_formula("0", "exp(-x)", ["x"])
    assert "right" == judge_formula("log10(x)·ln(10)", "log(x)", ["x"])
    with pytest.raises(ExpressionError, match="no name is called z"):
        judge_formula("z", "x", ["x"])


def test_formulas_over_a_graph():
    """What is between has the values that follow from the inputs: h (1 - h) may be typed as sigmoids of a, or of w x + b."""
    f = parse("a = w*x + b; h = sigmoid(a); f = (y - h)**2 / 2")
    names = {node.label: node for node in toposort(f) if node.label}
    answers = ["h·(1−h)", "σ(a) − σ(a)²", "σ(w*x+b)*(1-h)", "1/(e^a + 2 + e^-a)", "h", "h·(1+h)"]

    assert ["right"] * 4 + ["wrong"] * 2 == [judge_formula(each, "h * (1 - h)", names) for each in answers]


def test_a_reference_that_is_a_graph():
    """It is compared inside of its domain, at inputs of either sign where it has any."""
    x, y = am.variables("x", "y")

    assert "wrong" == judge_formula("ln(x)*2 + ln(y)", 2 * am.log(abs(x)) + am.log(y), ["x", "y"])
    assert "right" == judge_formula("ln(x²·y)", 2 * am.log(abs(x)) + am.log(y), ["x", "y"])
    with pytest.raises(ValueError, match="at 0 of 2,000 random points"):
        judge_formula("x", am.arccosh(-abs(x)), ["x"])


def test_the_program_of_the_reader():
    """It has every function of expressions that has a form, and no rule twice."""
    script = reading_program()

    assert all(f"{name}:" in script for name in ("exp", "log", "sigmoid", "max", "arctan2", "mean"))
    assert 'ln:"log"' in script
    assert "add:" not in script
