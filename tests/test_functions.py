"""The functions: floats in, float out; stable at ±1000; softmax and its kin against NumPy and closed forms."""

import builtins
import inspect
import math
import pydoc
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as am
from autograd_mini import Value
from autograd_mini.engine.graph import leaves, toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.functions import as_function

scores = st.lists(st.floats(-1000, 1000), min_size=1, max_size=6)
LISTS = [am.sum, am.max, am.min, am.prod, am.norm, am.mean, am.logsumexp, am.softmax, am.log_softmax]
REFERENCE = {
    am.sum: np.sum,
    am.max: np.max,
    am.min: np.min,
    am.norm: np.linalg.norm,
    am.mean: np.mean,
    am.logsumexp: np.logaddexp.reduce,
}
every_list_function = pytest.mark.parametrize("function", LISTS, ids=lambda function: function.__name__)


def primitives():
    """The primitives with a fixed number of inputs that are public functions."""
    return [rule for name, rule in RULES.items() if rule.arity and name in am.__all__]


def gradients(f, xs):
    xs = [Value(x) for x in xs]
    f(xs).backward()
    return [x.grad for x in xs]


# Primitives by name


@pytest.mark.parametrize("rule", primitives(), ids=lambda rule: rule.name)
def test_floats_in_float_out(rule):
    """Without a Value among the arguments a function gives a float, and with one the Value of that number."""
    function = getattr(am, rule.name)
    numbers = [0.5, -1.0, 2.0][: rule.arity]
    plain = function(*numbers)

    assert float is type(plain)
    for i in range(rule.arity):
        mixed = function(*numbers[:i], Value(numbers[i]), *numbers[i + 1 :])
        assert Value is type(mixed)
        assert (repr(plain), rule) == (repr(mixed.data), mixed.rule)


@pytest.mark.parametrize("rule", primitives(), ids=lambda rule: rule.name)
def test_ints_bools_and_numpy_scalars_in_float_out(rule):
    """Every kind of number is taken for the float it stands for."""
    function = getattr(am, rule.name)

    for kind in (int, bool, np.float32, np.int64, np.bool_):
        assert function(*[1.0] * rule.arity) == function(*[kind(1)] * rule.arity)
        assert float is type(function(*[kind(1)] * rule.arity))


@pytest.mark.parametrize("rule", primitives(), ids=lambda rule: rule.name)
def test_a_wrong_number_of_arguments(rule):
    """A wrong number of arguments is a TypeError that names the function and what is missing or too much."""
    function, n = getattr(am, rule.name), rule.arity
    with pytest.raises(TypeError, match=rf"^{rule.name}\(\) missing {n} .* '{rule.parameters[-1]}'$"):
        function()
    with pytest.raises(TypeError, match=rf"^{rule.name}\(\) takes {n} .* but {n + 1} were given$"):
        function(*[Value(1.0)] * (n + 1))


@pytest.mark.parametrize("rule", primitives(), ids=lambda rule: rule.name)
def test_help_says_the_partials(rule):
    """The docstring holds one partial for every argument, and the convention if there is one."""
    function = getattr(am, rule.name)

    assert rule.arity == function.__doc__.count("∂z/∂")
    assert rule.convention in function.__doc__
    assert rule.name == function.__name__


@pytest.mark.parametrize("rule", primitives(), ids=lambda rule: rule.name)
def test_parameters_have_the_names_of_the_rule(rule):
    """The signature is that of the formula, and arguments may be given by name."""
    function = getattr(am, rule.name)
    numbers = dict(zip(rule.parameters, [0.5, -1.0, 2.0], strict=False))
    lines = pydoc.render_doc(function, renderer=pydoc.plaintext).splitlines()

    assert (
        f"{rule.name}({', '.join(rule.parameters)})"
        == lines[2]
        == rule.name + str(inspect.signature(function))
    )
    assert repr(function(*numbers.values())) == repr(function(**dict(reversed(numbers.items()))))


def test_help_says_the_formula():
    """What is made from other functions shows its formula, and what is not only its partials."""
    sigmoid, exp = (
        " ".join(pydoc.render_doc(f, renderer=pydoc.plaintext).split()) for f in (am.sigmoid, am.exp)
    )

    assert sigmoid.endswith("else a float. z = 1 / (1 + exp(−x)) ∂z/∂x = z × (1 − z)")
    assert exp.endswith("else a float. ∂z/∂x = z")


def test_help_of_value():
    """Operators and methods are shown by their own names, each with its formula."""
    lines = pydoc.render_doc(Value, renderer=pydoc.plaintext).splitlines()
    shown = "\n".join(line.removeprefix(" |").strip() for line in lines)

    assert not re.search(
        r"lambda|<locals>|\b_(unary|binary)|power_of|\bradd\b|__ = (?!__float__|None|{)", shown
    )
    for name, formula in {
        "__add__": "self + other.",
        "__radd__": "other + self.",
        "__rtruediv__": "other / self.",
        "__pow__": "self^other.",
        "__neg__": "−self.",
        "__divmod__": "(self // other, self % other).",
        "sigmoid": "1 / (1 + exp(−self)).",
        "hypot": "hypot(self, other).",
        "clip": "min(max(self, low), high).",
    }.items():
        assert re.search(rf"^{name}\(self.*\n{re.escape(formula)}$", shown, re.MULTILINE), name


def test_methods_are_the_same_primitives():
    """x.tanh() is tanh(x), and x.clip(0, 1) is clip(x, 0, 1), for every primitive that is no operator."""
    x = Value(0.5)
    for rule in primitives():
        others = [1.5, 2.5][: rule.arity - 1]
        if rule.name != "where":
            assert getattr(am, rule.name)(x, *others).rule is getattr(x, rule.name)(*others).rule is rule


# Functions of lists


@given(scores)
def test_list_functions_agree_with_numpy(xs):
    """sum, max, min, norm, mean and logsumexp are NumPy's, in floats and on Values."""
    for function, reference in REFERENCE.items():
        expected = pytest.approx(float(reference(xs)), rel=1e-12, abs=1e-10)

        assert expected == function(xs)
        assert expected == function([Value(x) for x in xs]).data


@given(scores, scores)
def test_dot_agrees_with_numpy(xs, ys):
    """dot is NumPy's, and its gradients are the other sequence."""
    length = min(len(xs), len(ys))
    xs, ys = xs[:length], ys[:length]

    assert pytest.approx(float(np.dot(xs, ys)), rel=1e-12, abs=1e-6) == am.dot(xs, ys)
    assert ys == gradients(lambda values: am.dot(values, ys), xs)


@given(scores)
def test_softmax_sums_to_one(xs):
    """softmax gives numbers from 0 to 1 of sum 1, in the order of the scores, as NumPy finds them."""
    expected = np.exp(np.array(xs) - max(xs))
    expected /= expected.sum()
    p = am.softmax(xs)

    assert pytest.approx(1.0, rel=1e-14) == sum(p)
    assert all(0 <= x <= 1 for x in p)
    assert pytest.approx(expected.tolist(), rel=1e-12, abs=1e-300) == p
    assert p == [x.data for x in am.softmax([Value(x) for x in xs])]
    assert np.array(p)[np.argsort(xs)].tolist() == sorted(p)


@given(scores)
def test_log_softmax_is_the_log_of_softmax(xs):
    """log_softmax is x - logsumexp(x), finite where softmax itself is 0."""
    expected = pytest.approx([x - float(np.logaddexp.reduce(xs)) for x in xs], rel=1e-12, abs=1e-10)

    assert expected == am.log_softmax(xs)
    assert expected == [x.data for x in am.log_softmax([Value(x) for x in xs])]


@given(scores)
def test_gradients_of_logsumexp_and_softmax(xs):
    """∇logsumexp = p; ∂p_i/∂x_j = p_i (δ_ij - p_j); ∂log p_i/∂x_j = δ_ij - p_j."""
    p = am.softmax(xs)

    assert pytest.approx(p, rel=1e-12, abs=1e-15) == gradients(am.logsumexp, xs)
    for i, p_i in enumerate(p):
        from_log = [(i == j) - p_j for j, p_j in enumerate(p)]
        by_softmax = gradients(lambda values, i=i: am.softmax(values)[i], xs)
        by_log_softmax = gradients(lambda values, i=i: am.log_softmax(values)[i], xs)

        assert pytest.approx([p_i * slope for slope in from_log], rel=1e-11, abs=1e-15) == by_softmax
        assert pytest.approx(from_log, rel=1e-11, abs=1e-14) == by_log_softmax


@pytest.mark.parametrize("shift", [-1000.0, 0.0, 1000.0])
def test_softmax_does_not_see_a_shift(shift):
    """A constant added to all scores changes nothing, even where exp alone would be inf or 0."""
    assert pytest.approx(am.softmax([0.0, 1.0, 3.0]), rel=1e-12) == am.softmax([shift, shift + 1, shift + 3])


def test_far_apart_scores():
    """Scores 2000 apart give the limits, and finite gradients."""
    far = [1000.0, -1000.0]

    assert ([1.0, 0.0], [0.0, -2000.0], 1000.0) == (am.softmax(far), am.log_softmax(far), am.logsumexp(far))
    assert [1.0, 0.0] == gradients(am.logsumexp, far)
    assert [0.0, 0.0] == gradients(lambda xs: am.softmax(xs)[1], far)
    assert [-1.0, 1.0] == gradients(lambda xs: am.log_softmax(xs)[1], far)


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([-math.inf], [1.0]),
        ([math.inf], [1.0]),
        ([math.inf, 0.0], [1.0, 0.0]),
        ([-math.inf, 0.0, 0.0], [0.0, 0.5, 0.5]),
        ([1.0, math.inf, -math.inf], [0.0, 1.0, 0.0]),
        ([-math.inf, -math.inf], [0.5, 0.5]),  # no limit; by convention each gets the same part
        ([math.inf, 0.0, math.inf], [0.5, 0.0, 0.5]),
    ],
)
def test_infinite_scores(xs, expected):
    """logsumexp is the largest, softmax its limit, log_softmax the log of that; so are their derivatives."""
    count = range(len(xs))

    assert am.logsumexp(xs) == (max(xs) if math.isinf(max(xs)) else math.log(2.0))
    assert expected == am.softmax(xs) == gradients(am.logsumexp, xs)
    assert [math.log(p) if p else -math.inf for p in expected] == am.log_softmax(xs)
    for i, p in enumerate(expected):
        by_log = gradients(lambda values, i=i: am.log_softmax(values)[i], xs)
        by_softmax = gradients(lambda values, i=i: am.softmax(values)[i], xs)
        assert [(i == j) - expected[j] for j in count] == by_log
        assert [p * ((i == j) - expected[j]) for j in count] == by_softmax
    curvature = [[p * ((i == j) - expected[j]) for j in count] for i, p in enumerate(expected)]
    assert curvature == am.hessian(am.logsumexp)(xs)


def test_nan_among_scores_is_seen():
    """The convention for infinities does not hide a nan."""
    assert all(map(math.isnan, [am.logsumexp([math.nan, 0.0]), *am.softmax([0.0, math.nan])]))


def test_infinite_scores_in_a_graph_that_is_computed_again():
    """The same graph is right at infinite and at finite scores, in any order."""
    x, y = Value(label="x"), Value(label="y")
    f = am.logsumexp([x, y])

    assert [-math.inf, math.log(2.0), math.inf, math.log(2.0)] == [
        f.forward(x=number, y=number) for number in (-math.inf, 0.0, math.inf, 0.0)
    ]


@pytest.mark.parametrize(
    ("function", "x", "value", "slope"),
    [
        (am.sigmoid, -1000.0, 0.0, 0.0),
        (am.sigmoid, 1000.0, 1.0, 0.0),
        (am.softplus, -1000.0, 0.0, 0.0),
        (am.softplus, 1000.0, 1000.0, 1.0),
        (am.tanh, -1000.0, -1.0, 0.0),
        (am.tanh, 1000.0, 1.0, 0.0),
        (am.exp, 1000.0, math.inf, math.inf),
        (am.exp, -1000.0, 0.0, 0.0),
    ],
)
def test_far_from_zero(function, x, value, slope):
    """At ±1000 activations and their slopes are the limits."""
    assert value == function(x)
    assert [slope] == gradients(lambda xs: function(xs[0]), [x])


@pytest.mark.parametrize("function", [am.max, am.min, am.mean, am.logsumexp, am.softmax, am.log_softmax])
def test_nothing_is_refused(function):
    """What has no meaning for an empty list is a ValueError with the name of the function."""
    for nothing in ([], (), iter([])):
        with pytest.raises(
            ValueError, match=rf"^{function.__name__} of nothing is not defined; give it at least one"
        ):
            function(nothing)


def test_empty_sums_are_zero():
    """The dot product and the norm of nothing are 0.0, its product is 1.0; the sum is Python's own."""
    assert (0.0, 0.0, 1.0) == (am.dot([], []), am.norm([]), am.prod([]))
    assert {float} == {type(am.dot([], [])), type(am.norm([])), type(am.prod([]))}
    assert (0, int) == (am.sum([]), type(am.sum([])))


def test_dot_of_two_lengths():
    """Sequences of two lengths are refused, and both lengths are shown."""
    with pytest.raises(ValueError, match="dot needs two sequences of one length, got 2 and 3"):
        am.dot([Value(1.0), 2], [1, 2, 3])


@every_list_function
def test_lists_of_one(function):
    """A list of one number works like any other."""
    expected = {am.softmax: [1.0], am.log_softmax: [0.0]}.get(function, 7.0)
    on_value = function([Value(7.0)])

    assert expected == function([7])
    assert expected == ([x.data for x in on_value] if isinstance(on_value, list) else on_value.data)


@every_list_function
def test_iterators_will_do(function):
    """Any iterable is taken, also one that can be read only once, and Values may be mixed with numbers."""
    xs = [1.0, 2.0, 4.0]
    mixed = function(x if x == 2.0 else Value(x) for x in xs)

    assert function(xs) == function(iter(xs))
    if isinstance(mixed, list):
        assert function(xs) == [x.data for x in mixed]
    else:
        assert function(xs) == mixed.data


@every_list_function
def test_numpy_arrays_will_do(function):
    """A one-dimensional array of NumPy is a sequence of numbers, and gives plain floats."""
    result = function(np.array([1.0, 2.0, 4.0]))

    assert result == function([1.0, 2.0, 4.0])
    assert {float} == {type(x) for x in (result if isinstance(result, list) else [result])}


# The names of Python's own functions


PLAIN = [  # as Python's own functions take and give them
    ("sum", ([1, 2, 3],), {}),
    ("sum", ([[1], [2]], []), {}),
    ("sum", ((x for x in (1, 2)),), {"start": 10}),
    ("sum", ([],), {}),
    ("max", (2, 1, 3), {}),
    ("max", ([2, 1, 3],), {}),
    ("max", ("b", "a"), {}),
    ("max", ("hello",), {}),
    ("max", (["aa", "b"],), {"key": len}),
    ("max", ([],), {"default": None}),
    ("max", ([2.0, -3.0],), {"key": abs}),
    ("max", ([2.0, 3.0],), {"default": 0}),
    ("max", (2.0, 3.0), {}),
    ("max", ({1: "x", 2: "y"},), {}),
]


@pytest.mark.parametrize(("name", "args", "options"), PLAIN)
def test_python_as_it_was(name, args, options):
    """With sum, max and min of the package in their places, programs without Values go on as before."""
    for called in {name, "min" if name == "max" else name}:
        args = [[*x] if hasattr(x, "__next__") else x for x in args]
        expected = getattr(builtins, called)(*args, **options)

        assert expected == getattr(am, called)(*args, **options)
        assert type(expected) is type(getattr(am, called)(*args, **options))


def test_python_refuses_as_it_did():
    """What Python refuses is refused."""
    for name in ("max", "min"):
        function = getattr(am, name)
        for args, options in (((1, 2), {"default": 3}), ((1.0, 2.0), {"default": 3}), ((1, "a"), {})):
            with pytest.raises(TypeError):
                function(*args, **options)
        with pytest.raises(TypeError):
            function(Value(1.0))


def test_max_and_min_of_values():
    """Of arguments or of a list they are one node; a key chooses one of the Values."""
    x, y = Value(-3.0), Value(2.0)

    assert (y.data, x.data) == (am.max(x, y).data, am.min([x, y]).data)
    assert (x, y, 1.0) == am.max(x, y, 1.0).parents[:3]
    assert am.max([x, y], key=abs) is x
    assert am.min(x, y, key=lambda v: v * v) is y
    assert [1.0, 0.0] == gradients(am.min, [2.0, 2.0])
    assert 5.0 == am.max([Value(5.0)], default=0).data


def test_sum_from_a_start():
    """A start that is not the int 0 is the first term, of one node."""
    x = Value(2.0)

    assert (x, 1.5) == (am.sum([x]).parents[0], am.sum([0.5], 1.0))
    assert 1 == len(am.sum([x]).parents)
    assert [3.0, 2.0] == [y.data for y in am.sum([x], start=3).parents]
    assert (10.0, 2) == (am.sum([1.0], start=Value(9.0)).data, len(am.sum([1.0], Value(9.0)).parents))


# Products and lengths


def test_gradients_of_a_product_with_zeros():
    """Every partial is the product of the others: nothing is divided."""
    assert [12.0, 0.0, 0.0] == gradients(am.prod, [0.0, 3.0, 4.0])
    assert [0.0, 0.0, 0.0] == gradients(am.prod, [0.0, 0.0, 4.0])
    assert [1.0] == gradients(am.prod, [0.0])
    assert [6.0, 3.0, 2.0] == gradients(am.prod, [1.0, 2.0, 3.0])


def test_norm_of_any_size():
    """The length and its slopes neither overflow nor vanish; at 0 they are 0."""
    for size in (1e-300, 1.0, 1e300):
        assert pytest.approx(5 * size) == am.norm([3 * size, 4 * size])
        assert pytest.approx([0.6, 0.8]) == gradients(am.norm, [3 * size, 4 * size])
        assert pytest.approx([0.6, 0.8]) == gradients(lambda xs: am.hypot(*xs), [3 * size, 4 * size])
    assert [0.0, 0.0] == gradients(am.norm, [0.0, 0.0])


def test_remainders_are_those_of_python():
    """%, // and divmod on Values give the numbers of floats, on either side."""
    for x in (7.5, -7.5, 0.3):
        for y in (2.0, -2.0, 0.1):
            for left, right in ((Value(x), y), (x, Value(y)), (Value(x), Value(y))):
                assert divmod(x, y) == tuple([part.data for part in divmod(left, right)])
                assert (x % y, x // y) == ((left % right).data, (left // right).data)
    assert pytest.approx([1.0, 3.0]) == gradients(lambda xs: xs[0] % xs[1], [-5.0, 2.0])
    assert [0.0, 0.0] == gradients(lambda xs: xs[0] // xs[1], [-5.0, 2.0])
    assert (1.0, 3.0) == am.grad(lambda x, y: x % y, (0, 1))(-5.0, 2.0)
    assert 0.0 == am.jvp(lambda x: x // 2, (5.0,), (1.0,))[1]


def test_sum_and_dot_are_one_node():
    """sum and dot record one node, however many inputs they have."""
    xs, ys = [Value(1.0) for _ in range(50)], [Value(2.0) for _ in range(50)]

    assert 51 == len(toposort(am.sum(xs)))
    assert 101 == len(toposort(am.dot(xs, ys)))
    assert (*xs, *ys) == am.dot(xs, ys).parents


def test_max_gives_its_gradient_to_the_first():
    """Of equal largest numbers the first takes the whole gradient."""
    assert [0.0, 1.0, 0.0] == gradients(am.max, [1.0, 2.0, 2.0])


def test_softmax_gradients_at_a_tie():
    """The largest score is shared, and no gradient is lost or counted twice through the shift."""
    assert pytest.approx([0.25, -0.25], rel=1e-14) == gradients(lambda xs: am.softmax(xs)[0], [3.0, 3.0])
    assert pytest.approx([0.5, 0.5], rel=1e-14) == gradients(am.logsumexp, [3.0, 3.0])


def test_the_function_of_a_graph_compiles():
    """A variable that is not given has in each call the number of the moment, and no gradient, as in the engine."""
    f = am.parse("(u + v) * w", v=1.0, w=2.0)
    _, v, _ = leaves(toposort(f))
    fast = am.compile(as_function(f, "u"), tier="python")
    before = fast([1.0, 2.0]).tolist()
    v.data = 10.0

    assert (before, fast([1.0, 2.0]).tolist()) == ([4.0, 6.0], [22.0, 24.0])
    fast.backward([1.0])
    assert v.grad == 0.0
