"""Expressions: what is read, what it is called, and the error for everything else."""

import builtins
import math
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import ExpressionError, NotANumberError, UnboundError
from autograd_mini.expression import parse, vocabulary
from autograd_mini.expression.text import MAX_LENGTH
from autograd_mini.expression.vocabulary import ALIASES
from autograd_mini.formulas.expressions import expression_of
from autograd_mini.formulas.names import names
from autograd_mini.functions import sum as sum_
from autograd_mini.stepping.steps import steps


def labels(f):
    """What every node is called when it is shown; nothing for a plain number."""
    order = toposort(f)
    called = names(order)
    return ["" if node.is_constant and not node.label else called[node] for node in order]


def refusal(source, **numbers):
    """The message, and the character above the caret, of the error for the source."""
    with pytest.raises(ExpressionError) as caught:
        parse(source, **numbers)
    message = str(caught.value)
    if not message.endswith("^"):
        return message, ""
    message, line, caret = message.rsplit("\n", 2)
    return message, line[len(caret) - 1 :]


# Graphs


def test_lecture_example():
    """f = (u+v)*w has the nodes, values and gradients of the lecture."""
    f = parse("f = (u+v)*w", u=2, v=3, w=4)
    f.backward()

    nodes = [(name, node.data, node.grad) for name, node in zip(labels(f), toposort(f), strict=True)]

    assert nodes == [("u", 2, 4), ("v", 3, 4), ("t1", 5, 4), ("w", 4, 5), ("f", 20, 1)]


def test_unbound_variables():
    """Variables without a number stay unbound until forward gives them one."""
    f = parse("f = (u + v) * w", v=3)

    assert [leaf.label for leaf in f.unbound()] == ["u", "w"]
    with pytest.raises(UnboundError, match="no number for u, w yet"):
        _ = f.data
    assert f.forward(u=2, w=4) == 20


def test_name_is_one_node():
    """The same name is the same node, wherever it stands."""
    f = parse("x * x + x", x=3)
    f.backward()
    (x,) = [node for node in toposort(f) if node.label == "x"]

    assert f.parents[0].parents == (x, x)
    assert f.parents[1] is x
    assert x.grad == 7


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f = (u + v) * w", ["u", "v", "t1", "w", "f"]),
        ("(u + v) * w", ["u", "v", "t1", "w", "f"]),
        ("L = u * v", ["u", "v", "L"]),
        ("f * 2 + 1", ["f", "", "t1", "", "t2"]),
        ("t1 * t3 + x * x", ["t1", "t3", "t2", "x", "t4", "f"]),
        ("w * exp(u + v)", ["w", "u", "v", "t1", "t2", "f"]),
        ("a = x + 1; f = a * a", ["x", "", "a", "f"]),
        ("a = x + 1; a * a", ["x", "", "a", "f"]),
        ("t1 = x; (t1 + y) * 2", ["x", "y", "t1", "", "f"]),
        ("mean(x, y)", ["x", "y", "t1", "", "f"]),
        ("min(x, y, z)", ["x", "y", "z", "f"]),
        ("2 + 3", ["f"]),
        ("-x", ["x", "f"]),
    ],
)
def test_labels(source, expected):
    """Results are named as written, else t1, t2, ... and f, never with a name of the user's."""
    assert labels(parse(source)) == expected


def test_what_is_in_between_has_no_label():
    """Only names of the text are labels; t1, t2, ... are given when something is shown, in order of the text."""
    f = parse("a = x * y + 1; b = x / y - 1; f = b * a")

    assert ["x", "y", "", "", "b", "", "", "a", "f"] == [node.label for node in toposort(f)]
    assert ["x", "y", "t2", "", "b", "t1", "", "a", "f"] == labels(f)


def test_t_is_a_name_like_others():
    """t1 = ... is a label as any other: formulas stop there."""
    f = parse("t1 = u + v; f = t1 * w")

    assert "t1 × w" == expression_of(f)


@pytest.mark.parametrize("separator", ["; ", "\n", "\r\n", "\n\n    # then\n\t  "])
def test_statements(separator):
    """Definitions are separated by semicolons or lines, with comments and any indentation."""
    f = parse(separator.join(["  a = x * y  ", "b = a + x", "f = a * b"]), x=2, y=3)

    assert f.data == 48
    assert [parent.label for parent in f.parents] == ["a", "b"]


def test_definition_nothing_uses():
    """A result that the last line is not made from is read and checked, but is no part of the graph."""
    f = parse("a = x + y; f = x * 2", x=1, y=2)

    assert labels(f) == ["x", "", "f"]


@pytest.mark.parametrize("source", ["x", "f = x", "a = x; a", "f = +x", "x; # and nothing"])
def test_name_alone_makes_no_node(source):
    """A name alone stands for its node, which keeps the name it has."""
    f = parse(source, x=3)

    assert (f.label, f.data, f.parents) == ("x", 3, ())


def test_earlier_result_as_last_line():
    """The last line may name an earlier result."""
    f = parse("a = x * y; b = a + 1; a", x=2, y=3)

    assert (f.label, f.data) == ("a", 6)


def test_number_in_the_text_is_a_variable():
    """`u = 2` gives the variable u its number; it has a gradient and can be bound anew."""
    f = parse("u = 2; v = -3; f = u * v")
    f.backward()

    assert [parent.grad for parent in f.parents] == [-3, 2]
    assert f.forward(u=5) == -15


def test_constants():
    """Numbers are constants, and so is arithmetic of them: computed at once, shown as it was written."""
    f = parse("(2 + -3) * x - 1e-3", x=1)
    constants = [node.data for node in toposort(f) if node.is_constant]

    assert [-1, 0.001] == constants
    assert -1.001 == f.data
    assert "(2 + (−3)) × x − 0.001" == expression_of(f)
    assert (3, "f", False) == (parse("3").data, parse("3").label, parse("3").is_constant)


def test_pi():
    """`pi` is the constant unless the user says otherwise."""
    assert parse("2 * pi").data == 2 * math.pi
    assert parse("2 * pi", pi=3).data == 6
    assert parse("pi = 3; 2 * pi").data == 6
    assert parse("x * cos(-pi)").parents[1].is_constant


@pytest.mark.parametrize("exponent", [2, -1, 0.5, -2, 1, 0, 3])
@pytest.mark.parametrize("form", ["x**{}", "x**({})"])
def test_number_as_exponent(form, exponent):
    """A number as exponent takes the power rule, which is right at negative bases."""
    f = parse(form.format(exponent), x=-2)
    f.backward()
    (x,) = f.parents

    assert f.rule.name == "power"
    assert repr(f.data) == repr(floats.pow(-2.0, exponent))
    assert repr(x.grad) == repr(exponent * floats.pow(-2.0, exponent - 1.0) if exponent else 0.0)


def test_variable_as_exponent():
    """A variable as exponent has a gradient of its own, even if the text gives its number."""
    f = parse("n = 3; x**n", x=2)
    f.backward()

    assert [parent.grad for parent in f.parents] == [12, 8 * math.log(2)]


def test_functions():
    """The functions are the primitives that have a word for a name, those of arrays, and lecture names."""
    operators = {"add", "sub", "mul", "div", "neg", "pow", "dot"}
    of_arrays = {
        "logsumexp",
        "mean",
        "norm1",
        "softmax",
        "log_softmax",
        "onehot",
        "outer",
        "sum_rows",
        "sum_cols",
    }

    assert set(vocabulary.names()) == (set(RULES) - operators) | of_arrays | {"ln", *ALIASES}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("exp(0)", 1), ("log(1)", 0), ("ln(1)", 0), ("log1p(0)", 0), ("sqrt(x)", 2), ("sin(0)", 0), ("cos(0)", 1),
        ("tan(0)", 0), ("tanh(0)", 0), ("sigmoid(0)", 0.5), ("softplus(0)", math.log(2)), ("relu(-x)", 0),
        ("ReLU(x)", 4), ("rect(x)", 4), ("sign(-x)", -1), ("heaviside(x)", 1), ("heaviside(0)", 0),
        ("maximum(1, x)", 4), ("minimum(1, x)", 1), ("where(0, 1, x)", 4), ("where(x, 1, 2)", 1),
        ("clip(x, 0, 3)", 3), ("abs(-x)", 4), ("max(0, x)", 4), ("max(1, x, 3)", 4), ("max(x)", 4),
        ("min(5, x, 6)", 4), ("sum(1, x, 3)", 8), ("sum(x)", 4), ("mean(1, x, 4)", 3),
        ("logsumexp(x, x)", 4 + math.log(2)), ("log(-1)", math.nan), ("1 / 0", math.inf), ("log(0)", -math.inf),
    ],
)  # fmt: skip
def test_function_values(source, expected):
    """Every function has its value, and a graph unless all its arguments are numbers."""
    f = parse(source)
    for leaf in f.unbound():
        leaf.data = 4.0

    assert repr(f.forward()) == repr(float(expected))
    assert bool(f.parents) == bool(re.search(r"\bx\b", source))


def test_flat_sum_of_a_thousand_terms():
    """A long sum, which is a deep tree, is read."""
    f = parse("+".join(["x"] * 1000), x=1)
    f.backward()

    assert f.data == 1000
    assert len(toposort(f)) == 1000


# Random expressions, against an evaluator of the tree they are printed from

BINARY = {
    "+": (1, lambda x, y: x + y),
    "-": (1, lambda x, y: x - y),
    "*": (2, lambda x, y: x * y),
    "/": (2, floats.div),
}
NUMBERS = {"u": 2.0, "v": -3.0, "w": 0.5}


def _tree(children):
    return st.one_of(
        st.tuples(st.sampled_from(sorted(BINARY)), children, children),
        st.tuples(st.just("neg"), children),
        st.tuples(st.just("**"), children, st.sampled_from([0, 1, 2, 3, -1, 0.5])),
        st.tuples(st.just("tanh"), children),
        st.tuples(st.just("max"), children, children),
        st.tuples(st.just("sum"), children, children, children),
    )


trees = st.recursive(
    st.one_of(st.sampled_from(sorted(NUMBERS)), st.integers(0, 9), st.floats(0, 1e3)), _tree, max_leaves=20
)


def value(tree):
    """The number a tree stands for."""
    match tree:
        case str():
            return NUMBERS[tree]
        case int() | float():
            return float(tree)
        case ("neg", x):
            return -value(x)
        case ("**", x, n):
            return floats.pow(value(x), float(n))
        case ("tanh", x):
            return math.tanh(value(x))
        case ("max", x, y):
            return floats.maximum(value(x), value(y))
        case ("sum", *xs):
            return sum_([value(x) for x in xs])
        case (sign, x, y):
            return BINARY[sign][1](value(x), value(y))
    raise AssertionError(tree)


def printed(tree, strength=0):
    """The tree as text with no more brackets than Python's precedence asks for."""
    match tree:
        case str() | int() | float():
            return repr(tree) if not isinstance(tree, str) else tree
        case ("neg", x):
            text, own = f"-{printed(x, 3)}", 3
        case ("**", x, n):
            text, own = f"{printed(x, 5)}**{n}", 4
        case (("tanh" | "max" | "sum") as name, *xs):
            return f"{name}({', '.join(map(printed, xs))})"
        case (sign, x, y):
            own = BINARY[sign][0]
            text = f"{printed(x, own)} {sign} {printed(y, own + 1)}"
    return f"({text})" if own < strength else text


@given(trees)
@settings(max_examples=300)
def test_precedence(tree):
    """An expression has the value of the tree it was printed from."""
    source = printed(tree)
    names = {name: x for name, x in NUMBERS.items() if name in source.replace("sum", "")}

    assert repr(parse(source, **names).data) == repr(value(tree))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("-2**2", -4),
        ("2**3**2", 512),
        ("2**-1", 0.5),
        ("8/4/2", 1),
        ("8-4-2", 2),
        ("2+3*4", 14),
        ("--2", 2),
        ("-+-2", 2),
    ],
)
def test_precedence_by_hand(source, expected):
    """Signs and powers bind as in Python: -2**2 is -(2**2), and a tower of powers is read from its top."""
    assert parse(source).data == expected


@given(st.text(max_size=40) | st.text("uvf=+-*/()., ;\n12e#'\"[]{}:<^é√|×·²⁻₁@T", max_size=40))
@settings(max_examples=500)
def test_any_text(source):
    """Any text at all is either read or an ExpressionError."""
    try:
        parse(source)
    except ExpressionError as error:
        assert str(error)  # noqa: PT017 -- no error is as good


# Refusals

HOSTILE = "__import__('os').system('x')"


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("x^2", "x**2"),
        ("u × v · w ÷ x", "u * v * w / x"),
        ("−u − v", "-u - v"),
        ("x² + x³ + x¹²", "x**2 + x**3 + x**12"),
        ("x⁻² × 4.5·10⁻³", "x**-2 * 4.5e-3"),
        ("|u| + |v|·|w|", "abs(u) + abs(v)*abs(w)"),
        ("||u| − 1|", "abs(abs(u) - 1)"),
        ("max(|u|, |v|)", "max(abs(u), abs(v))"),
        ("√x + √(u + v) + √√w", "sqrt(x) + sqrt(u + v) + sqrt(sqrt(w))"),
        ("√exp(x)² × √|u|", "sqrt(exp(x))**2 * sqrt(abs(u))"),
        ("x₁ + σ(x₂)", "x1 + sigmoid(x2)"),
        ("a = |u|; f = a²", "a = abs(u); f = a**2"),
    ],
)
def test_what_is_printed_is_read(printed, typed):
    """The signs of pictures and steps mean what they mean there."""

    def made(source):
        return [(node.label, node.rule and node.rule.name, node.primal) for node in toposort(parse(source))]

    assert made(typed) == made(printed)


def test_what_the_steps_print_is_read_again():
    """The expression of every operation, copied from a line of steps, is that operation."""
    source = "f = sqrt(abs(x) + 1) ** 3 * sigmoid(-x / 2.5) - max(x ** -2, exp(x), 1e-7)"
    for step in steps(parse(source, x=-1.5)):
        if step.kind == "operation":
            numbers = parse(step.text[2])

            assert numbers.data == pytest.approx(step.result, rel=2e-3)


@pytest.mark.parametrize(
    ("source", "caret", "message"),
    [
        ("(u + v).real", ".real", "attributes are not allowed"),
        ("x.exp()", ".exp()", "attributes are not allowed"),
        (HOSTILE, ".system('x')", "attributes are not allowed"),
        ("x.__class__.__mro__", ".__mro__", "attributes are not allowed"),
        ("1 + __import__('os')", "__import__('os')", "there is no function '__import__'"),
        ("eval('1')", "eval('1')", "there is no function 'eval'"),
        ("x[0] + 1", "[0] + 1", "x[0]: x is a number; only an array has entries"),
        ("x + y[1:2]", "1:2]", "a range of entries is not read"),
        ("x + y.T(2)", ".T(2)", "attributes are not allowed"),
        ("x + (lambda: 0)()", "lambda: 0)()", "functions cannot be defined"),
        ("1 + [x for x in y]", "[x for x in y]", "comprehensions are not allowed"),
        ("sum(x for x in y)", "(x for x in y)", "comprehensions are not allowed"),
        ("{x for x in y}", "{x for x in y}", "comprehensions are not allowed"),
        ("{x: x for x in y}", "{x: x for x in y}", "comprehensions are not allowed"),
        ("u * 'text'", "'text'", "'text' is not a real number"),
        ("u * b'text'", "b'text'", "b'text' is not a real number"),
        ("u * f'{v}'", "f'{v}'", "text is not allowed"),
        ("True * 2", "True * 2", "True is not a real number"),
        ("2 * None", "None", "None is not a real number"),
        ("2 * ...", "...", "Ellipsis is not a real number"),
        ("2 + 1j", "1j", "1j is not a real number"),
        ("x + " + "9" * 400, "9" * 68 + "…", "does not fit a float"),
        ("x + " + "9" * 5000, "9" * 68 + "…", "does not fit a float"),
        ("x + 1e999", "1e999", "does not fit a float"),
        ("(y := x) + 1", ":= x) + 1", "definitions stand on their own"),
        ("where(x > 0, x, 0)", "> 0, x, 0)", "use heaviside"),
        ("x == 0", "== 0", "use heaviside"),
        ("u and v", "and v", "use heaviside"),
        ("1 + (not u)", "not u)", "use heaviside"),
        ("u if v else w", "if v else w", "use heaviside"),
        ("1if x else 2", "if x else 2", "use heaviside"),
        ("0x1for x in y", "or x in y", "use heaviside"),
        ("u, v", ", v", "in square brackets, as in f = [u, v]"),
        ("f = (u, v)", ", v)", "in square brackets, as in f = [u, v]"),
        ("()", "()", "in square brackets, as in f = [u, v]"),
        ("1 + []", "[]", "[]: an array has one entry or more"),
        ("[*u]", "*u]", "cannot be unpacked"),
        ("{u}", "{u}", "in square brackets, as in f = [u, v]"),
        ("{u: v}", "{u: v}", "in square brackets, as in f = [u, v]"),
        ("await u", "await u", "this is not allowed"),
        ("1 + (yield u)", "yield u)", "this is not allowed"),
        ("(yield from u)", "yield from u)", "this is not allowed"),
        ("u @ v", "@ v", "u @ v: u is a number, v is a number; @ multiplies matrices and vectors"),
        ("u // v", "// v", "write /"),
        ("(u) // (v)", "// (v)", "write /"),
        ("u % v", "% v", "% is not allowed"),
        ("2 | x", "| x", "this bar has no partner: write |x| or abs(x)"),
        ("u + |x", "|x", "this bar has no partner"),
        ("x² + 3(u + 1)", "(u + 1)", "write every product with its *, as in 2*(u + v)"),
        ("u << 2", "<< 2", "this is not allowed"),
        ("~u", "~u", "this is not allowed"),
        ("exp(*u)", "*u)", "cannot be unpacked"),
        ("exp(**u)", "**u)", "have no names"),
        ("exp(x=u)", "x=u)", "have no names"),
        ("exp()", "exp()", "exp needs 1 argument, got 0"),
        ("1 + clip(x, 2)", "clip(x, 2)", "clip needs 3 arguments, got 2"),
        ("max()", "max()", "max needs one or more arguments, got 0"),
        ("Exp(x)", "Exp(x)", "did you mean exp?"),
        ("1 + sigmod(x)", "sigmod(x)", "did you mean sigmoid?"),
        ("u(v + w)", "u(v + w)", "where a product is meant, write its *"),
        ("2(v + w)", "(v + w)", "write every product with its *"),
        ("(u + 1)(v + w)", "(v + w)", "write every product with its *"),
        ("exp * 2", "exp * 2", "exp is a function: write exp(...)"),
        ("f += u", "+= u", "only definitions are allowed"),
        ("f: u = 2", ": u = 2", "only definitions are allowed"),
        ("a = 1; import os", "import os", "only definitions are allowed"),
        ("del u", "del u", "only definitions are allowed"),
        ("if u: v", "if u: v", "only definitions are allowed"),
        ("def f(): pass", "def f(): pass", "only definitions are allowed"),
        ("a = b = u", "b = u", "a definition has one name"),
        ("a, b = u, v", ", b = u, v", "a definition has one name"),
        ("u.data = 3", ".data = 3", "a definition has one name"),
        ("u + 1; v", "u + 1; v", "only the last part may lack a name"),
        ("x = x + 1", "x = x + 1", "'x' is in use already"),
        ("a = 1; a = 2", "a = 2", "'a' is in use already"),
        ("2 * class", "class", "call it class_"),
        ("x # if\n+ in", "in", "call it in_"),
        ("exp(u", "(u", "'(' was never closed"),
        ("exp(u))", ")", "unmatched ')'"),
        ("2u + 1", "u + 1", "a product needs its sign: write 2*u"),
        ("x² - 2.5sin(x)", "sin(x)", "write 2.5*sin"),
        ("u ? v", "? v", "write it as in"),
        ("u +", "", "write it as in"),
        ("√x + |y|·² + x", "² + x", "write it as in"),
        ("x₁² × y.z", ".z", "attributes are not allowed"),
        ("u\0", "\ufffd", "'\\x00' is not allowed"),
        ("u\ud800", "\ufffd", "'\\ud800' is not allowed"),
        ("\x1b[31mu", "\ufffd[31mu", "non-printable character"),
        ("é + 日本.x", ".x", "attributes are not allowed"),
        ("µ + x^2 // y", "// y", "write /"),
        ("a = u\n  b = a.c\nf = b", ".c", "attributes are not allowed"),
        ("(u +\n v //\n w)", "//", "write /"),
        ("u \\\n .real", ".real", "attributes are not allowed"),
    ],
)  # fmt: skip
def test_refusals(source, caret, message):
    """What is not in the language is an error that says what to write, with a caret under the place."""
    said, shown = refusal(source)

    assert message in said
    assert caret == shown


def test_refusal_is_shown_whole():
    """The message is what happened and what to do, then the line, then the caret."""
    with pytest.raises(ExpressionError) as caught:
        parse("(u + v).real")

    assert str(caught.value) == (
        "attributes are not allowed in an expression, but for W.T: write only + - * / ** and functions such as exp(x)\n"
        "  (u + v).real\n"
        "         ^"
    )


def test_long_line_is_cut_around_the_caret():
    """Of a long line the neighbourhood of the place is shown."""
    with pytest.raises(ExpressionError) as caught:
        parse("x" * 300 + " + y.z + " + "w" * 300)
    _, line, caret = str(caught.value).split("\n")

    assert line.startswith("  …xxx")
    assert line.endswith("www…")
    assert line[len(caret) - 1 :].startswith(".z + w")
    assert len(line) < 80


@pytest.mark.parametrize("source", ["", "   ", "\n\t\n", "# nothing", ";"])
def test_nothing(source):
    """A source without an expression says what one looks like."""
    assert "f = (u + v) * w" in refusal(source)[0]


@pytest.mark.parametrize("source", [None, 5, b"u + v", ["u"], 2.5])
def test_source_is_no_text(source):
    """What is no str is a TypeError."""
    with pytest.raises(TypeError, match=f"an expression is text .* got {type(source).__name__}"):
        parse(source)


def test_number_for_no_variable():
    """A number for a name that the expression does not have lists the names that it has."""
    assert refusal("alpha * x", alpah=2)[0] == (
        "no variable is called 'alpah'; did you mean alpha?; the expression has: alpha, x"
    )
    assert refusal("f = x; 2 + 3", z=2)[0] == "no variable is called 'z'; the expression has: t1, x"
    assert refusal("pi + x", y=2)[0].endswith("the expression has: x")


@pytest.mark.parametrize("source", ["t = u * v; f = t + u", "t = 3; f = t * u", "t = u; f = t * u"])
def test_number_for_a_result(source):
    """A number for what the expression itself defines is refused."""
    assert refusal(source, t=2) == (
        "t is defined here, so it cannot be given a number too: leave out one of them", source
    )  # fmt: skip


@pytest.mark.parametrize("number", ["2", None, 1j, {2}, 10**400])
def test_number_that_is_none(number):
    """A number that is none is a NotANumberError that names the variable."""
    with pytest.raises(NotANumberError, match="the number for v: "):
        parse("u * v", u=1, v=number)


def test_names_are_those_of_python():
    """Names are compared as Python compares them, so that µ of a keyboard and μ of a font are one."""
    numbers = {"\N{MICRO SIGN}": 3, "source": 2}  # as a command line gives them; Python would rename it
    f = parse("\N{MICRO SIGN} * source", **numbers)

    assert f.data == 6
    assert f.parents[0].label == "\N{GREEK SMALL LETTER MU}"
    numbers = {"\N{MICRO SIGN}": 3, "\N{GREEK SMALL LETTER MU}": 2}
    assert "one in the text" in refusal("µ", **numbers)[0]


# Hostile input

DEEP = {
    "brackets": lambda n: "(" * n + "x" + ")" * n,
    "open brackets": lambda n: "(" * n,
    "braces": lambda n: "{" * n,
    "signs": lambda n: "-" * n + "x",
    "sum": lambda n: "+".join(["x"] * n),
    "powers": lambda n: "**".join(["x"] * n),
    "negative powers": lambda n: "x**-" * n + "x",
    "calls": lambda n: "exp(" * n + "x" + ")" * n,
    "calls of calls": lambda n: "x" + "()" * n,
    "attributes": lambda n: "x" + ".a" * n,
    "subscripts": lambda n: "x" + "[0]" * n,
    "indices": lambda n: "x[" * n + "1" + "]" * n,
    "lists": lambda n: "[" * n + "1" + "]" * n,
    "products": lambda n: "@".join(["x"] * n),
    "lambdas": lambda n: "lambda:" * n + "x",
    "choices": lambda n: "x if x else " * n + "x",
    "negations": lambda n: "not " * n + "x",
    "comparisons": lambda n: "<".join(["x"] * n),
    "definitions": lambda n: "x=" * n + "1",
    "texts": lambda n: "f'{" * n,
    "conditions": lambda n: "if x:" * n + "x",
}


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
def test_too_deep(deep):
    """What is nested 10,000 deep, or as deep as a text of the longest length can be, is an error."""
    with pytest.raises(ExpressionError, match=r"at most 10,000 are read|nested too deeply"):
        parse(deep(10_000))
    n = MAX_LENGTH // len(deep(1000)) * 1000
    while len(deep(n)) <= MAX_LENGTH:
        n += 1
    try:
        parse(deep(n - 1))
    except ExpressionError as error:
        assert str(error)  # noqa: PT017 -- some Python versions can read some of these


# Runs in a process of its own, as what is tested would end it: reads sources, one a line as Python writes
# them, in a thread with the smallest usual stack, and prints what came of each.
SMALL_THREAD = """
import ast, sys, threading
from autograd_mini import parse
from autograd_mini.errors import ExpressionError

def read():
    for line in sys.stdin:
        try:
            parse(ast.literal_eval(line))
        except ExpressionError as error:
            print(ascii(str(error).partition("\\n")[0]))
        else:
            print("read")

threading.stack_size(512 * 1024)
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""


def read_in_a_small_thread(sources, timeout=60):
    """What came of each source: "read", or the first line of the error."""
    ended = subprocess.run(
        [sys.executable, "-c", SMALL_THREAD],
        input="".join(f"{source!a}\n" for source in sources),
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip

    assert (0, "") == (ended.returncode, ended.stderr)
    return ended.stdout.splitlines()


def test_too_deep_for_a_small_stack():
    """Whatever is nested, a text of any depth leaves Python's parser within the stack of a small thread."""
    sources = [deep(n) for deep in DEEP.values() for n in (100, 200, 450, 950, 2000, 9990)]

    assert len(sources) == len(read_in_a_small_thread(sources))


SEEDS = [
    "f = (u + v) * w", "a = x * y; f = a + exp(a)", "w3 * relu(w1*x1 + w2*x2 + b)", "max(0, x)**-2.5",
    "[x for x in y if x]", "a = W[2,1] @ x.T; [a, 1] + onehot(y, 3)", "lambda * [[1, 2], x]", "lambda x, y=1: x", "x if y else z", "f'{x:{y}}'", "not x and y", "'a' r'b' # c",
]  # fmt: skip
PIECES = [
    *"+-*/()[]{},;:.#'x1=~<@", "**", ".T", "[1]", "\\\n", "\n", " not ", " if ", " else ", "lambda:", "lambda a,:", " for x in ",
    "f'{", "'''", "exp(", "1e5", " and ", "x=", "-(", "(x:=", "await ", " elif x:",
]  # fmt: skip


def mutations(count):
    """Expressions with pieces cut out, added, repeated up to a thousand times and put in brackets."""
    rng = random.Random(0)
    for _ in range(count):
        text = rng.choice(SEEDS)
        for _ in range(rng.randint(1, 4)):
            i, j = sorted(rng.randint(0, len(text)) for _ in range(2))
            times = rng.choice([0, 1, 1, 1, 1, 2, 2, 3, 100, 3000])
            piece = rng.choice([text[i:j], rng.choice(PIECES), rng.choice(PIECES) + rng.choice(PIECES)])
            text = (text[:i] + piece * times + text[rng.choice([i, j]) :])[:MAX_LENGTH]
            if rng.random() < 0.2:
                text = "(" * times + text + ")" * times
        yield text


@pytest.mark.slow
def test_mutations_in_a_small_thread():
    """Of 30,000 damaged expressions each is read or is an ExpressionError, in the stack of a small thread."""
    ended = read_in_a_small_thread(mutations(30_000), timeout=600)

    assert 30_000 == len(ended)
    assert 500 < ended.count("read")
    assert 500 < sum("nested too deeply" in line for line in ended)


@pytest.mark.parametrize("name", ["<unknown>", "<string>"])
def test_no_file_is_opened(name, tmp_path):
    """A pipe with the name that Python gives to texts does not stop a faulty expression from being shown."""
    os.mkfifo(tmp_path / name)
    code = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from autograd_mini import parse; parse('u +* v')"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert "ExpressionError: cannot read this (invalid syntax)" in ended.stderr


@pytest.mark.parametrize(
    ("source", "is_read"),
    [
        ("+".join(["x"] * 1001), True), ("+".join(["x"] * 1002), False),
        ("(" * 200 + "x" + ")" * 200, True), ("(" * 201 + "x" + ")" * 201, False),
        ("(" * 199 + "-----x" + ")" * 199, True), ("(" * 199 + "------x" + ")" * 199, False),
        ("(-x)" + "+(-x)" * 900, True), ("max(" + "-x," * 2000 + "x)", True),
        ("f = x # " + "(" * 300 + "\n", True), ("x\n" + "# -" * 1500, True),
    ],
)  # fmt: skip
def test_limit_of_depth(source, is_read):
    """Operations inside one another count, a pair of brackets as five; what stands side by side does not add up."""
    if is_read:
        parse(source)
    else:
        assert "nested too deeply, at most 1,000 operations" in refusal(source)[0]


def test_depth_within_reach():
    """Two hundred signs, a tower of powers and 150 brackets are read."""
    assert parse("-" * 200 + "x", x=2).data == 2
    assert parse("**".join(["x"] * 200), x=1).data == 1
    assert parse("(" * 150 + "x" + ")" * 150, x=2).data == 2
    assert parse("tanh(" * 150 + "x" + ")" * 150, x=0).data == 0


def test_too_long():
    """A text of 100,000 characters is refused by its length alone."""
    message, _ = refusal("x + " * 25_000 + "x")

    assert "the expression has 100,001 characters, at most 10,000 are read" in message
    assert len(message) < 200


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("source", ["1if x else 2", "0x1for x in y", r"'\d'", "(1)(2)", "1 is 1"])
def test_no_warnings(source, recwarn):
    """Python's advice on programs does not leak out."""
    refusal(source)

    assert recwarn.list == []


def test_nothing_is_executed(monkeypatch):
    """No text is evaluated, executed, imported or printed, whether it is read or refused."""

    def fail(*arguments, **options):
        raise AssertionError(arguments)

    with monkeypatch.context() as patched:
        for name in ("eval", "exec", "open", "print", "input", "breakpoint", "__import__"):
            patched.setattr(builtins, name, fail)
        f = parse("f = (u + v) * w", u=2, v=3, w=4)
        errors = []
        for source in (
            HOSTILE,
            "eval('1')",
            "exec('1')",
            "open('x')",
            "print(1)",
            "import os",
            "breakpoint()",
        ):
            try:
                parse(source)
            except ExpressionError as error:
                errors.append(error)

    assert f.data == 20
    assert len(errors) == 7


@pytest.mark.parametrize(
    ("source", "under"),
    [("x+" * 50_000 + "x", "x"), ("(" * 4000 + "x" + ")" * 4000, "("), ("-" * 9000 + "x", "-")],
)
def test_too_long_and_too_deep_show_a_column(source, under):
    """The caret stands where reading stops, at the deepest bracket, or where the text begins."""
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    line, caret = str(caught.value).splitlines()[1:]

    assert under == line[caret.index("^")]
