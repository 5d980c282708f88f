"""Formulas in text and LaTeX: brackets follow the graph, names are escaped, a branch is refused."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini import Value, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import RuleError
from autograd_mini.formulas.drawn import drawn
from autograd_mini.formulas.expressions import expression_of
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.mathml import mathml
from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import text

x, y, w = (text.symbol(name) for name in "xyw")


# Brackets, judged by Python's own grammar


class Tree:
    """What an expression does, as a structure: names, and operations on structures."""

    def __init__(self, *parts):
        self.parts = parts

    def __add__(self, other):
        return Tree("+", self, other)

    def __sub__(self, other):
        return Tree("-", self, other)

    def __mul__(self, other):
        return self.of_product("*", other)

    def __truediv__(self, other):
        return self.of_product("/", other)

    def of_product(self, sign, other):
        """-x · y and -(x · y) are the same number to the last bit, and may be written alike."""
        if self.parts[0] == "negative":
            return -self.parts[1].of_product(sign, other)
        return Tree(sign, self, other)

    def __pow__(self, other):
        return Tree("**", self, other)

    def __neg__(self):
        return Tree("negative", self)

    def __abs__(self):
        return Tree("abs", self)

    def __repr__(self):
        return repr(self.parts)


OPERATIONS = {  # the same on structures and on formulas
    "+": (lambda a, b: a + b, lambda a, b: a + b),
    "-": (lambda a, b: a - b, lambda a, b: a - b),
    "×": (lambda a, b: a * b, lambda a, b: a * b),
    "/": (lambda a, b: a / b, text.div),
    "^": (lambda a, b: a**b, text.pow),
    "negative": (lambda a, b: -a, lambda a, b: -a),
    "tanh": (lambda a, b: Tree("tanh", a), lambda a, b: text.tanh(a)),
}
NUMBERS = (2, 0.5, -3)
steps = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 9), st.integers(0, 12)), max_size=7
)


@given(steps)
def test_brackets_follow_the_graph(steps):
    """Read by the rules of Python, a printed expression does the operations it was made from, in their order."""
    trees = [Tree(name) for name in "xyw"]
    formulas = [x, y, w]
    for name, i, j in steps:
        on_trees, on_formulas = OPERATIONS[name]
        left, right = i % len(trees), j % (len(NUMBERS) + len(trees))
        trees.append(on_trees(trees[left], (*NUMBERS, *trees)[right]))
        formulas.append(on_formulas(formulas[left], (*NUMBERS, *formulas)[right]))
    names = {tree.parts[0]: tree for tree in trees[:3]} | {"tanh": lambda tree: Tree("tanh", tree)}
    python = str(formulas[-1]).replace("×", "*").replace("^", "**").replace("−", "-")

    assert repr(trees[-1]) == repr(eval(python, {"__builtins__": {}}, names))


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (x + y + w, "x + y + w"),
        (x + (y + w), "x + (y + w)"),
        (x - (y - w), "x − (y − w)"),
        (x * y * w, "x × y × w"),
        (x * (y * w), "x × (y × w)"),
        ((x + y) * w, "(x + y) × w"),
        (text.div(x, y * w), "x / (y × w)"),
        (text.div(x, y) * w, "x / y × w"),
        (-x * y, "(−x) × y"),
        (-(x * y), "−x × y"),
        (-(x + y), "−(x + y)"),
        (-(-x), "−(−x)"),  # noqa: B002
        (x - -y, "x − (−y)"),
        (x + -2.0, "x + (−2)"),
        (-2.0 * x, "(−2) × x"),
        (2 - x, "2 − x"),
        (text.pow(-x, 2.0), "(−x)^2"),
        (-text.pow(x, 2.0), "−x^2"),
        (text.pow(text.pow(x, y), w), "(x^y)^w"),
        (text.pow(x, text.pow(y, w)), "x^(y^w)"),
        (text.pow(x, -1.0), "x^(−1)"),
        (text.pow(x, 1.0), "x"),
        (text.pow(x + y, 1.0) * w, "(x + y) × w"),
        (abs(x - y) * w, "|x − y| × w"),
        (text.exp(x + y), "exp(x + y)"),
        (text.maximum(x, 0.0), "max(x, 0)"),
        (text.where(x > 0.0, x, -x), "x if x > 0 else −x"),
        (text.where(x > 0.0, 1.0, text.where(x < 0.0, -1.0, 0.0)), "1 if x > 0 else (−1 if x < 0 else 0)"),
        (text.where(x >= y, 1.0, 0.0) * w, "(1 if x ≥ y else 0) × w"),
        (text.equal(x, y + 1), "x = y + 1"),
        (text.sum([x, y, w]), "x + y + w"),
        (text.sum([x, y + w]), "x + (y + w)"),
        (text.sum([]), "0"),
        (text.dot([x, y], [w, 2.0]), "x × w + y × 2"),
        (text.dot([x + y], [w]), "(x + y) × w"),
        (text.max(x, y, w), "max(x, y, w)"),
        (1 / 3 * x, "0.3333 × x"),
        (-4.479e-5 * x, "(−4.479·10⁻⁵) × x"),
        (1e-9 * x, "10⁻⁹ × x"),
        (x * 2e22, "x × (2·10²²)"),
        (text.sqrt(x + y) * w, "√(x + y) × w"),
        (text.pow(text.sqrt(x), 2.0), "(√x)^2"),
        (text.heaviside(x) * y, "1_{x > 0} × y"),
        (text.derivative(x * y, x), "∂(x × y)/∂x"),
        (text.derivative(text.tanh(x), x), "∂tanh(x)/∂x"),
    ],
)
def test_text(formula, shown):
    """A formula in one line has the brackets it needs and no others."""
    assert shown == str(formula) == repr(formula)


@pytest.mark.parametrize("style", [text, latex, mathml], ids=lambda style: type(style).__name__)
@pytest.mark.parametrize("n", [101, 102, 104, 105, 300])
@pytest.mark.parametrize("name", ["sum", "dot", "prod", "max", "min", "norm"])
def test_very_many_operands_are_cut(name, n, style):
    """Of more than a hundred operands the first two and the last are shown; each partial is its own all the same."""
    rule = RULES[name]
    xs = [style.symbol(f"x{i}") for i in range(n)]
    pieces = xs + [style.symbol(f"y{i}") for i in range(n)] if name == "dot" else xs
    f, slopes = style.applied(rule, *pieces), style.slopes(rule, style.symbol("z"), pieces)
    alike = {  # what the partials are, with all operands
        "sum": lambda i: 1.0,
        "dot": lambda i: pieces[(i + n) % (2 * n)],
        "max": lambda i: style.where(style.equal(xs[i], style.symbol("z")), 1.0, 0.0),
        "norm": lambda i: rule.partials(style, style.symbol("z"), xs[i])[0],
    }
    alike["min"] = alike["max"]

    assert len(str(f)) < 500
    assert len(pieces) == len(slopes)
    assert max(len(str(slope)) for slope in slopes) < 800
    if name in alike:
        assert [str(alike[name](i)) for i in range(len(pieces))] == [*map(str, slopes)]
    if style is text:
        shown = {"sum": f"x0 + x1 + … + x{n - 1}", "dot": f"x0 × y0 + x1 × y1 + … + x{n - 1} × y{n - 1}"}
        assert shown.get(name, str(f)) == str(f)
        assert str(text.applied(rule, *pieces[:100])) != str(f)
        assert "…" not in str(text.applied(rule, *pieces[:100]))


def test_the_partials_of_a_long_product():
    """Each names operands near it and never itself."""
    xs = [text.symbol(f"x{i}") for i in range(300)]
    for i, slope in enumerate(text.slopes(RULES["prod"], text.symbol("z"), xs)):
        named = re.findall(r"x\d+", str(slope))
        assert f"x{i}" not in named
        assert {"x0", "x1", "x299"} - {f"x{i}"} <= set(named)
        assert "…" in str(slope)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("t1", "t₁"),
        ("w1[3,2]", "w⁽¹⁾₃,₂"),
        ("rho", "ρ"),
        ("y_hat", "ŷ"),
        ("h_tilde2", "h̃₂"),
        ("w_A", "w_A"),
        ("learning_rate", "learning_rate"),
    ],
)
def test_names_in_pictures(name, shown):
    """Indices are small digits, Greek letters and marks are in place; a long word keeps its underscore."""
    assert shown == str(drawn.symbol(name))
    assert f"{shown}²" == str(drawn.pow(drawn.symbol(name), 2.0))


def test_names_that_look_the_same_get_primes():
    """x1 and x_1 are one symbol in mathematics, as are two variables of one label."""
    labels = ["x1", "x_1", "x[1]", "x1", "x1", "x1", "ρ", "rho"]
    called = names([Value(0.0, label=label) for label in labels])

    assert ["x1", "x_1′", "x[1]′′", "x1′′′", "x1′4", "x1′5", "ρ", "rho′"] == [*called.values()]
    assert len(labels) == len({str(drawn.symbol(name)) for name in called.values()})
    x = Value(1.0, label="t_1")
    assert ["t_1", "t2", "f"] == [*names(toposort(x * x + x)).values()]


def test_examples_of_a_batch_are_told_apart():
    """The inputs x[1], x[2] met again are those of the next example, x⁽²⁾₁; where they do not repeat they get primes."""

    def called(*labels):
        return [str(drawn.symbol(name)) for name in names([Value(0.0, label=x) for x in labels]).values()]

    pair = ["x[1]", "x[2]"]
    assert ["x⁽¹⁾₁", "x⁽¹⁾₂", "x⁽²⁾₁", "x⁽²⁾₂"] == called(*pair, *pair)
    assert ["x₁", "w₁", "x₂", "w′₁"] == called("x[1]", "w[1]", "x[2]", "w[1]")
    assert ["x₁", "x₂", "x′₁"] == called(*pair, "x[1]")
    assert ["x₁", "x′₁", "x₂", "x′₂"] == called("x[1]", "x[1]", "x[2]", "x[2]")
    assert ["x⁽¹⁾₁", "x⁽²⁾₁", "x′⁽²⁾₁"] == called("x[1]", "x[1]", "x2[1]")


def test_pi_stays_pi():
    """The number of the circle is called by its letter, others by their digits."""
    x = Value(2.0, label="x")
    order = toposort(math.pi * x + 3.1416)

    assert {"π", "3.1416"} < {*names(order).values()}
    assert "π × x + 3.1416" == expression_of(math.pi * x + 3.1416)


a, b = latex.symbol("a"), latex.symbol("b")


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ((a + b) * a, r"\left(a + b\right) \times a"),
        (latex.div(a + b, a), r"\frac{a + b}{a}"),
        (latex.div(a, b) * a, r"\frac{a}{b} \times a"),
        (latex.pow(a + b, 2.0), r"\left(a + b\right)^{2}"),
        (latex.pow(latex.div(a, b), 2.0), r"\left(\frac{a}{b}\right)^{2}"),
        (latex.pow(latex.exp(a), b + 1), r"\left(e^{a}\right)^{b + 1}"),
        (latex.sqrt(a + b), r"\sqrt{a + b}"),
        (abs(a), r"\left|a\right|"),
        (latex.log(a), r"\log\left(a\right)"),
        (latex.log1p(a), r"\operatorname{log1p}\left(a\right)"),
        (latex.sigmoid(a), r"\sigma\left(a\right)"),
        (latex.maximum(a, 0.0), r"\max\left(a, 0\right)"),
        (a * 1e-9, r"a \times 10^{-9}"),
        (latex.pow(latex.constant(1e22), 2.0), r"\left(10^{22}\right)^{2}"),
        (latex.constant(float("inf")), r"\infty"),
        (latex.constant(float("-inf")), r"-\infty"),
        (latex.constant(float("nan")), r"\mathrm{nan}"),
        (a * -4.479e-5, r"a \times \left(-4.479 \cdot 10^{-5}\right)"),
        (latex.heaviside(a), "1_{a > 0}"),
        (latex.derivative(a * b, a), r"\frac{\partial \left(a \times b\right)}{\partial a}"),
        (a * -2.0, r"a \times \left(-2\right)"),
    ],
)
def test_latex(formula, shown):
    """A formula for print is LaTeX, with fractions, powers and roots as marks of their own."""
    assert shown == str(formula)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x", "x"),
        ("t1", "t_{1}"),
        ("t_1", "t_{1}"),
        ("w_A", "w_{A}"),
        ("w[1,2]", "w_{1,2}"),
        ("x_max", r"x_{\mathrm{max}}"),
        ("rho", "ρ"),
        ("y_hat[2]", r"\hat{y}_{2}"),
        ("h_tilde", r"\tilde{h}"),
        ("theta_bar1", r"\bar{θ}_{1}"),
        ("x_1′", "x'_{1}"),
        ("learning_rate", r"\mathtt{learning\_rate}"),
        ("loss", r"\mathit{loss}"),
        ("loss2", r"\mathit{loss}_{2}"),
        ("x y", r"\mathtt{x\ y}"),
        ("a%b", r"\mathtt{a\%b}"),
        ("x_i_j", r"\mathtt{x\_i\_j}"),
        ("w[a_b]", r"w_{a\_b}"),
        ("\\input{x}", r"\mathtt{\backslash{}input\{x\}}"),
        ("", r"\mathtt{}"),
    ],
)
def test_names_in_latex(name, shown):
    """Letters with an index become a subscript; of anything else TeX obeys no character."""
    assert shown == str(latex.symbol(name))


@given(st.text("ab1_[],{}\\^~#$%& é", max_size=12))
def test_any_name_is_escaped(name):
    """In a printed name braces are paired, and no sign that TeX obeys is left bare."""
    printed = str(latex.symbol(name))
    bare = re.sub(r"\\[a-z]+|\\.", "", printed)

    assert bare.count("{") == bare.count("}")
    assert not set("#$%&~^\\") & set(bare)


@pytest.mark.parametrize("style", [text, latex])
def test_a_branch_on_a_formula_is_refused(style):
    """Asking whether a formula is true is an error that says what to use in a rule."""
    condition = style.symbol("x") > 0.0
    with pytest.raises(RuleError, match=r"asked whether 'x > 0' is true, .*; use xp\.where"):
        bool(condition)


def test_expression_of_a_node():
    """A node is written down to the nodes with labels; a label above is not looked through."""
    u, v, w = variables("u", "v", "w")
    t = u + v
    f = t * w

    assert "(u + v) × w" == expression_of(f)
    t.label = "t"
    assert "t × w" == expression_of(f)
    assert "u + v" == expression_of(t)
    assert "u" == expression_of(u)
    assert "relu(x1) − 3" == expression_of(Value(0.0).relu() - 3)


def test_a_long_expression_is_cut_at_names():
    """The expression of a deep graph stays short: what is too long is called by its name."""
    total = Value(1.0, label="x")
    for _ in range(10_000):
        total = total + total

    assert len(expression_of(total)) < 250
