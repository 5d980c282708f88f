"""Arrays in expressions: what they mean, what their entries are called, and what does not fit."""

import copy
import math
import pickle
import re

import numpy as np
import pytest

from autograd_mini import Value, definitions, parse
from autograd_mini.engine.graph import inputs, leaves, toposort
from autograd_mini.errors import ExpressionError, NotANumberError, UnboundError, UnknownVariableError
from autograd_mini.formulas.expressions import expression_of
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.names import names

W, V, x, u = [[1, 2, 3], [4, 5, 6]], [[1, -1], [0, 2]], [1, -2, 3], [0.5, -1]
LAYER = "a = W @ x + b; h = tanh(a); p = softmax(h); loss = -log(p[y])"


def layer(**more):
    return definitions(LAYER, W=W, x=x, b=[0.1, 0.2], y=2, **more)


def flat(result):
    """The entries of a result in one list."""
    return [result] if isinstance(result, Value) else [each for part in result for each in flat(part)]


def numbers(result):
    """A result as numbers in the same nesting."""
    return result.data if isinstance(result, Value) else [numbers(part) for part in result]


def labels(result):
    return [node.label for node in flat(result)]


def refusal(source, **more):
    """The message of the error for the source, and what stands at the caret."""
    with pytest.raises(ExpressionError) as caught:
        parse(source, **more)
    message, *place = str(caught.value).split("\n")
    return (message, place[0][place[1].index("^") :]) if place else (message, "")


# What a text means


def numpy_of(**names):
    return {name: np.array(x, dtype=float) for name, x in names.items()}


ONE_LINERS = [
    ("W @ x", "W @ x"), ("u @ W", "u @ W"), ("W @ W.T", "W @ W.T"), ("u @ u", "u @ u"), ("V.T", "V.T"),
    ("W + x", "W + x"), ("x - W", "x - W"), ("2 * W", "2 * W"), ("x / 4", "x / 4"), ("-W", "-W"), ("+u", "u"),
    ("x**2", "x**2"), ("x^2 + 2^x", "x**2 + 2**x"), ("W * W", "W * W"), ("V / 2 ** V", "V / 2 ** V"),
    ("exp(W)", "np.exp(W)"), ("tanh(u) * 3", "np.tanh(u) * 3"), ("ReLU(x)", "np.maximum(x, 0)"),
    ("maximum(W, x)", "np.maximum(W, x)"), ("maximum(0, x)", "np.maximum(0, x)"), ("|x|", "abs(x)"),
    ("arctan2(W, x)", "np.arctan2(W, x)"), ("clip(W, -1, x)", "np.clip(W, -1, x)"),
    ("where(x, x, 7)", "np.where(x, x, 7)"), ("heaviside(W - 2)", "1.0 * (W > 2)"),
    ("sum(W)", "W.sum()"), ("mean(W)", "W.mean()"), ("prod(x)", "x.prod()"), ("max(W)", "W.max()"),
    ("min(x)", "x.min()"), ("norm(x)", "np.linalg.norm(x)"), ("norm1(W)", "abs(W).sum()"),
    ("logsumexp(W)", "np.log(np.exp(W).sum())"), ("sum(1, 2, sum(x))", "3 + x.sum()"),
    ("softmax(x)", "np.exp(x) / np.exp(x).sum()"),
    ("softmax(W)", "np.exp(W) / np.exp(W).sum(axis=1, keepdims=True)"),
    ("log_softmax(W)", "W - np.log(np.exp(W).sum(axis=1, keepdims=True))"),
    ("sum_rows(W)", "W.sum(axis=0)"), ("sum_cols(W)", "W.sum(axis=1)"),
    ("outer(u, x)", "np.outer(u, x)"), ("onehot(2, 3)", "np.eye(3)[1]"), ("onehot([3, 1], 3)", "np.eye(3)[[2, 0]]"),
    ("W[2,1]", "W[1, 0]"), ("W[2]", "W[1]"), ("W[2][3]", "W[1, 2]"), ("x[3]", "x[2]"), ("(W @ x)[1]", "(W @ x)[0]"),
    ("W.T[3, 2]", "W.T[2, 1]"), ("x[1 + 1]", "x[1]"), ("W[round_, 1]", "W[1, 0]"),
    ("[x[1], 2*x[2], 5]", "np.array([x[0], 2*x[1], 5])"), ("[x, 2*x]", "np.array([x, 2*x])"),
    ("[[1, u[1]], u]", "np.array([[1, u[0]], u])"), ("x @ [1, 0, 1]", "x[0] + x[2]"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), ONE_LINERS)
def test_meaning(source, expected):
    """Every operation and function of arrays computes what NumPy says."""
    bound = {"W": W, "V": V, "x": x, "u": u, "round_": 2}
    given = {name: value for name, value in bound.items() if re.search(rf"\b{name}\b", source)}
    wanted = eval(expected, {"np": np, **numpy_of(**bound)})
    result = parse(source, given)

    assert np.shape(numbers(result)) == np.shape(wanted)
    assert np.allclose(numbers(result), wanted, rtol=1e-14, atol=1e-15)


def test_a_product_is_one_node_an_entry():
    """W @ x makes a dot for each entry, of the row and the vector."""
    a = parse("a = W @ x", W=W, x=x)

    assert ["dot", "dot"] == [node.rule.name for node in a]
    assert ["W[2,1]", "W[2,2]", "W[2,3]", "x[1]", "x[2]", "x[3]"] == labels(list(a[1].parents))


def test_gradients_of_a_layer():
    """The softmax network has the gradients of the matrix formulas."""
    found = layer()
    found["loss"].backward()
    grads = {name: np.array([node.grad for node in flat(result)]) for name, result in found.items()}
    p, h = np.array(numbers(found["p"])), np.array(numbers(found["h"]))
    g = (p - [0, 1]) * (1 - h**2)

    assert np.allclose(grads["a"], g)
    assert np.allclose(grads["W"], np.outer(g, x).ravel())
    assert np.allclose(grads["x"], np.array(W).T @ g)


# Names


def test_definitions_are_in_the_order_of_the_text():
    """Inputs stand where they are first used, results where they are complete; parse gives the last."""
    found = layer()

    assert ["W", "x", "b", "a", "h", "p", "y", "loss"] == [*found]
    assert parse(LAYER, W=W, x=x, b=[0.1, 0.2], y=2).data == found["loss"].data


def test_entries_have_labels_with_places():
    """The entries of inputs and definitions are labelled from 1, and know where in the text they stand."""
    found = layer()

    assert ["W[1,1]", "W[1,2]", "W[1,3]", "W[2,1]", "W[2,2]", "W[2,3]"] == labels(found["W"])
    assert ["h[1]", "h[2]"] == labels(found["h"])
    places = {name: {node.label.place for node in flat(result)} for name, result in found.items()}
    assert {name: {i} for i, name in enumerate(found)} == places


def test_what_is_in_between_is_not_labelled():
    """Entries of intermediate arrays have no label."""
    loss = layer()["loss"]

    assert {node.label for node in toposort(loss) if node.rule and node.rule.name in ("dot", "exp")} == {""}


def test_labels_are_text():
    """A label with a place is text like others: in dictionaries, in copies, and in a pickle the plain label."""
    (h,) = [node for node in flat(layer()["h"]) if node.label == "h[1]"]
    twin = copy.deepcopy(h)
    leaf = pickle.loads(pickle.dumps(flat(layer()["x"])[0]))

    assert {"h[1]": 1}[h.label] == 1
    assert twin.label.place == h.label.place == 4
    assert (type(leaf.label), leaf.label, leaf.data) == (str, "x[1]", 1.0)


def test_another_name_of_an_array():
    """After g = h the entries keep their first names, as numbers do; what is new is called anew."""
    found = definitions("h = tanh(x); g = h; k = [h[1], 2 * x[1]]", x=u)

    assert found["g"] is found["h"]
    assert ["h[1]", "k[2]"] == labels(found["k"])


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("W @ x", "f"),
        ("f = W @ x; 2 * f", "t1"),
        ("f = W @ x; exp(2 * f)", "t3"),
        ("W.T", "f"),
        ("a = W @ x; a", "a"),
    ],
)
def test_result_without_a_name(source, name):
    """A nameless last array is called f, or the next t; one that has a name already keeps it."""
    found = definitions(source, W=W, **({"x": x} if "x" in source.replace("exp", "") else {}))
    last = parse(source, W=W, **({"x": x} if "x" in source.replace("exp", "") else {}))

    assert name == [*found][-1]
    assert numbers(last) == numbers(found[name])
    assert labels(found[name])[0] == ("W[1,1]" if source == "W.T" else f"{name}[1]")


def test_numbers_in_the_text():
    """u = 2 and x = [1, 2] are variables with their numbers; an array computed from numbers alone is data."""
    found = definitions("x = [1, 1/2, -3]; y = onehot(2, 3); z = [1, q]; loss = x @ y + z @ [1, 1]", q=3)

    assert {"x": False, "y": True} == {k: all(node.is_constant for node in found[k]) for k in ("x", "y")}
    assert ["z[1]", "q"] == labels(found["z"])
    assert ["x[1]", "x[2]", "x[3]", "q"] == [leaf.label for leaf in leaves(toposort(found["loss"]))]


# Inputs


@pytest.mark.parametrize(
    "given",
    [
        [[1, 2], [3, 4]],
        ((1, 2), (3, 4)),
        np.array([[1, 2], [3, 4]]),
        [np.array([1.0, 2]), (3, np.float32(4))],
    ],
)
def test_what_arrays_may_be(given):
    """Lists, tuples and NumPy's arrays are read alike."""
    assert [[1, 2], [3, 4]] == numbers(parse("2 * W / 2", W=given))


def test_infinite_entries():
    """Entries may be inf or nan."""
    assert "[inf, nan]" == str(numbers(parse("x + 1", x=[math.inf, math.nan])))


@pytest.mark.parametrize("shape", ["[2]", " [ 2 ] ", "[2,3]", "[2x3]", "[2 × 3]"])
def test_unbound_arrays(shape):
    """An array without numbers is declared by its shape, and is bound entry by entry."""
    f = parse("sum(x)", x=shape)
    unbound = [leaf.label for leaf in f.unbound()]

    assert 2 * (3 if "3" in shape else 1) == len(unbound)
    with pytest.raises(UnboundError, match=re.escape(f".forward(**{{{unbound[0]!r}: ...")):
        _ = f.data
    assert len(unbound) == f.forward(**dict.fromkeys(unbound, 1))
    with pytest.raises(
        UnknownVariableError, match=r"'x' is an array: name its entries one by one, such as 'x\[1"
    ):
        f.forward(x=2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "the numbers for v: it is empty"),
        ([[1], []], "row 2 is empty"),
        ([[1, 2], [3]], "row 1 has 2 entries, row 2 has 1; all rows need as many"),
        ([1, [2]], "entry 2 is a list and entry 1 is none"),
        ([[[1]]], "its entry 1,1 is a list; an array has one level, as in [1, 2], or two"),
        (np.zeros((1, 1, 1)), "its entry 1,1 is a list"),
        ("[0]", "the shape [0] has 0 entries"),
        ("[1000,1000]", "the shape [1000,1000] has 1,000,000 entries, not 1 to 300,000"),
    ],
)
def test_arrays_that_are_none(given, message):
    """What is no array says where it is none."""
    assert message in refusal("v", v=given)[0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2 x", "'2 x' is text"),
        ([1, "a"], r"v\[2\]: .* got str 'a'"),
        ([[1, None]], r"v\[1,2\]: .* got NoneType"),
    ],
)
def test_entries_that_are_no_numbers(given, message):
    """An entry that is no number is named."""
    with pytest.raises(NotANumberError, match=message):
        parse("v", v=given)


def test_numbers_in_a_mapping():
    """What cannot be a keyword is given in a mapping, and both together."""
    assert 12.0 == parse("data * lang * u", {"data": 2, "lang": 3}, u=2).data
    assert "x is given two numbers" in refusal_of({"x": 1}, x=2)


def refusal_of(mapping, **named):
    with pytest.raises(ExpressionError) as caught:
        parse("x", mapping, **named)
    return str(caught.value)


# Data


@pytest.mark.parametrize("data", ["x, y*", ["x", "y*"], ("y2", "x", "y1"), {"x", "y1", "y2"}])
def test_data(data):
    """Names and patterns of inputs: they are labelled constants, which forward binds and nobody differentiates by."""
    f = parse("f = w * x[1] + y1 * x[2] + y2", w=2, x="[2]", data=data)

    assert ["w"] == [leaf.label for leaf in leaves(toposort(f))]
    assert ["w", "x[1]", "y1", "x[2]", "y2"] == [leaf.label for leaf in inputs(toposort(f))]
    assert ["x[1]", "y1", "x[2]", "y2"] == [leaf.label for leaf in f.unbound()]
    assert 2 * 3 + 4 * 5 + 6 == f.forward(y1=4, y2=6, **{"x[1]": 3, "x[2]": 5})


def test_data_as_exponent():
    """Data as an exponent can be bound anew, so it is no part of the rule."""
    f = parse("x ** n", x=2, n=3, data="n")

    assert (8, 16) == (f.data, f.forward(n=4))


def test_data_in_the_text():
    """What the text gives its number can be data, too."""
    f = parse("y = 2; f = y * x", x=3, data="y")

    assert [True, False] == [parent.is_constant for parent in f.parents]


def test_arithmetic_of_data_is_ordinary():
    """2 * x of data is a node as others, since data may change."""
    f = parse("f = w * (2 * x)", w=1, x=3, data="x")

    assert "w × (2 × x)" == expression_of(f)
    assert 8 == f.forward(x=4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("z", "data 'z': no input is called so; the inputs are: w, x"),
        ("h", "'h': h is computed here"),
        (["x", "q*"], "'q*'"),
    ],
)
def test_data_that_is_none(data, message):
    """A name or pattern that no input has is an error."""
    assert message in refusal("h = w * x; f = h + 1", data=data)[0]


def test_an_index_is_data():
    """The y of p[y] stands in definitions as data, and in no graph."""
    found = layer()

    assert (True, 2) == (found["y"].is_constant, found["y"].data)
    assert "y" not in {node.label for node in toposort(found["loss"])}
    assert found["loss"].parents[0].parents[0] is found["p"][1]


def test_classes_are_data():
    """A vector of classes, from the text or from outside, makes the rows of a matrix, in no graph."""
    found = definitions("Y = onehot(y, 3); loss = -sum(Y * log(P))", y=[3, 1], P="[2,3]")

    assert [[0, 0, 1], [1, 0, 0]] == numbers(found["Y"])
    assert {"Y[1,3]", "P[1,3]"} <= {leaf.label for leaf in inputs(toposort(found["loss"]))}
    assert all(node.is_constant for node in flat(found["y"]) + flat(found["Y"]))


# Numbers of the text


@pytest.mark.parametrize(
    ("source", "number", "written"),
    [
        ("1/2 * x", 0.5, "1 / 2 × x"),
        ("x * (1/2)", 0.5, "x × (1 / 2)"),
        ("-3 * x", -3, "(−3) × x"),
        ("2*pi*x", 2 * math.pi, "2 × π × x"),
        ("x / sqrt(2*pi)", math.sqrt(2 * math.pi), "x / √(2 × π)"),
        ("x - (1 - 1/3)^2", 4 / 9, "x − (1 − 1 / 3)^2"),
        ("x + sum([1, 2, 3])", 6, "x + (1 + 2 + 3)"),
        ("x + mean(1, 2)", 1.5, "x + (1 + 2) / 2"),
        ("x + (1+1+1+1+1+1+1+1+1+1+1)", 11, "x + 11"),
        ("x + max(softmax([1, 1]))", 0.5, "x + 0.5"),
    ],
)
def test_numbers_are_computed_at_once(source, number, written):
    """Arithmetic of plain numbers is one constant, without a gradient, and formulas show it as it was written."""
    f = parse(source, x=2)
    (constant,) = [node for node in toposort(f) if node.is_constant]

    assert math.isclose(constant.data, number, rel_tol=1e-15)
    assert (constant.parents, constant.label) == ((), "")
    assert written == expression_of(f)


def test_numbers_in_copies_and_pickles():
    """A number that was computed is copied with how it was written, and pickled as the number that it is."""
    constant = parse("x * (1/2)").parents[1]

    assert "1 / 2" == expression_of(copy.copy(constant))
    assert (0.5, None) == ((again := pickle.loads(pickle.dumps(constant))).data, again.written)


# Names as they were typed


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("ReLU(x)", "ReLU(x)"), ("rect(x)", "rect(x)"), ("relu(x)", "relu(x)"), ("ln(x)", "ln(x)"), ("Arctan(x)", "Arctan(x)"),
        ("asin(x)", "asin(x)"), ("σ(x)", "σ(x)"), ("tg(x)", "tg(x)"), ("atan2(x, 2)", "atan2(x, 2)"),
    ],
)  # fmt: skip
def test_functions_come_back_as_typed(source, shown):
    """A function is shown by the word it was typed by."""
    f = parse(source, x=0.5)

    assert shown == expression_of(f)
    assert source.partition("(")[0] in str(latex.applied(f.rule, *map(latex.symbol, "xy"[: len(f.parents)])))


@pytest.mark.parametrize("given", [{"lambda": 3}, {"lambda_": 3}, {}])
def test_lambda_is_a_name(given):
    """`lambda` is read as a name, lambda_, in the text and among the numbers, and shown λ."""
    f = parse("f = lambda * x^2 + lambda_1", given, x=2)
    f.forward(lambda_=3, lambda_1=1)
    order = toposort(f)

    assert 13 == f.data
    assert {"lambda_", "lambda_1", "x"} == {leaf.label for leaf in inputs(order)}
    assert "lambda" in names(order).values()
    assert ("λ", "λ_{1}") == (str(latex.symbol("lambda_")), str(latex.symbol("lambda_1")))


def test_lambda_in_an_array():
    """Its entries are called so, and places in the text stay right."""
    found = definitions("f = sum(lambda) + lambda[2]", {"lambda": [1, 2]})

    assert ["lambda_[1]", "lambda_[2]"] == labels(found["lambda_"])
    assert ("// x", "write /") == (refusal("lambda + lambda // x")[1], refusal("lambda // x")[0][-7:])
    assert refusal("x + (lambda x: 2)")[0].startswith("functions cannot be defined")


# What does not fit


@pytest.mark.parametrize(
    ("source", "caret", "message"),
    [
        ("a = W @ u", "@ u", "W @ u: W is 2 x 3, u has 2 entries; they need the same inner size"),
        ("x @ W", "@ W", "x @ W: x has 3 entries, W is 2 x 3; they need the same inner size"),
        ("W @ V", "@ V", "W @ V: W is 2 x 3, V is 2 x 2; they need the same inner size"),
        ("x @ u", "@ u", "x @ u: x has 3 entries, u has 2 entries; they need the same inner size"),
        ("2 * (W + 1) @ V", "@ V", "2 * (W + 1) @ V: 2 * (W + 1) is 2 x 3, V is 2 x 2; they need the same inner size"),
        ("W @ 2", "@ 2", "W @ 2: W is 2 x 3; @ multiplies matrices and vectors: a number is multiplied with *"),
        ("x + u", "+ u", "x + u: x has 3 entries, u has 2 entries; they need the same number of entries"),
        ("W + u", "+ u", "W + u: W is 2 x 3, u has 2 entries; they need the same shape; a vector goes with every row"),
        ("W * V", "* V", "W * V: W is 2 x 3, V is 2 x 2; they need the same shape"),
        ("1 + clip(x, 0, u)", "(x, 0, u)", "clip(x, 0, u): x has 3 entries, u has 2 entries"),
        ("x.T", ".T", "x.T: x has 3 entries; .T exchanges the rows and columns of a matrix: u @ v is"),
        ("W[0]", "[0]", "W[0]: there is no row 0: they are counted from 1, as in the labels and the lectures"),
        ("x[0]", "[0]", "x[0]: there is no entry 0: they are counted from 1, as in the labels and the lectures"),
        ("W[2,0]", "[2,0]", "there is no column 0: they are counted from 1"),
        ("x[-1]", "[-1]", "there is no entry -1: they are counted from 1"),
        ("W[3,1]", "[3,1]", "W[3,1]: there is no row 3, the last is 2"),
        ("W[2,4]", "[2,4]", "there is no column 4, the last is 3"),
        ("x[1,1]", "[1,1]", "x has 3 entries; a vector has one index"),
        ("W[1,1,1]", "[1,1,1]", "W is 2 x 3; a matrix has two indices"),
        ("x[1.5]", "[1.5]", "the entry must be a whole number, not 1.5"),
        ("x[k]", "[k]", "k has no number, and the entry is chosen when the text is read"),
        ("i = q + 1; x[i]", "[i]", "the entry would depend on q, a variable"),
        ("x[u]", "[u]", "the entry is a whole number, not an array"),
        ("x[1:2]", "1:2]", "a range of entries is not read"),
        ("q[1]", "[1]", "q[1]: q is a number; only an array has entries"),
        ("softmax(q)", "(q)", "softmax(q): q is a number; softmax needs a vector or a matrix"),
        ("sum(x, u)", "(x, u)", "x has 3 entries, u has 2 entries; sum takes one array, or several numbers"),
        ("max(0, x)", "(0, x)", "max takes one array, or several numbers; entry by entry it is maximum(x, y)"),
        ("sum_rows(x)", "(x)", "x has 3 entries; sum_rows needs a matrix; sum(x) adds all entries"),
        ("outer(W, x)", "(W, x)", "W is 2 x 3, x has 3 entries; outer(u, v) needs two vectors"),
        ("onehot(4, 3)", "(4, 3)", "onehot(4, 3): there is no class 4, the last is 3"),
        ("onehot(W, 3)", "(W, 3)", "onehot(y, m) needs a class, or a vector of them"),
        ("[x, 1]", "[x, 1]", "[x, 1]: entry 2 is a number, entry 1 has 3 entries: all need the same shape"),
        ("[W, W]", "[W, W]", "entry 1 is 2 x 3: arrays have at most two levels"),
        ("x # é\n + |u| ** x²", "** x²", "|u| ** x²: |u| has 2 entries, x² has 3 entries"),
    ],
)  # fmt: skip
def test_refusals(source, caret, message):
    """What does not fit shows the expression, the shapes and the place."""
    bound = {"W": W, "V": V, "x": x, "u": u}
    given = {name: value for name, value in bound.items() if re.search(rf"\b{name}\b", source)}
    said, at = refusal(
        source if "\n" not in source else source.replace("\n", "\\\n").replace("# é", ""), **given
    )

    assert message in said
    assert at == caret


# Bounds


def test_ten_thousand_entries():
    """A matrix of 10,000 entries is read, and so is what is computed with it."""
    f = parse("h = tanh(W @ x); f = sum(h)", W=np.full((100, 100), 0.01), x="[100]", data="x")

    assert 10_000 == len(leaves(toposort(f)))


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ("W @ V", {"W": "[400,400]", "V": "[400,400]"}),
        ("outer(x, x)", {"x": "[1000]"}),
        ("onehot(1, 1e12)", {}),
        ("; ".join(f"a{i} = 2 * x" for i in range(700)) + "; x", {"x": "[1000]"}),
        ("[" + "x, " * 3000 + "]", {"x": "[1000]"}),
        ("W + 1", {"W": np.zeros((600, 600))}),
    ],
)
def test_too_many_operations(source, more):
    """What would make too many nodes is refused before it makes them."""
    assert "operations, at most 300,000 are made" in refusal(source, **more)[0]


@pytest.mark.parametrize(
    "source",
    [
        "x" + "[1]" * 33_000,
        "x" + "[1]" * 3300,
        "[" * 5000 + "]" * 5000,
        "x[" * 3000 + "1" + "]" * 3000,
        "W" + ".T" * 4000,
        "W" + "@W" * 4000,
    ],
)
def test_hostile_arrays(source):
    """What is nested or chained thousands of times is an error."""
    assert re.search("are read|nested too deeply", refusal(source, x=[1], W=[[1]])[0])
