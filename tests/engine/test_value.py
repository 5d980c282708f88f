"""Value: numbers and gradients, lazy evaluation, what mixes with it, copies, and graphs of a million nodes."""

import copy
import gc
import itertools
import math
import operator
import statistics
import subprocess
import sys
import textwrap
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd_mini as am
from autograd_mini import Value, detect_anomaly, no_grad, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Constant
from autograd_mini.errors import AnomalyError, NotANumberError, UnboundError, UnknownVariableError

BINARY = {
    operator.add: (5.0, 1.0, 1.0),  # at 3 and 2: value, ∂/∂left, ∂/∂right
    operator.sub: (1.0, 1.0, -1.0),
    operator.mul: (6.0, 2.0, 3.0),
    operator.truediv: (1.5, 0.5, -0.75),
    operator.pow: (9.0, 6.0, 9.0 * math.log(3.0)),
}
KINDS = [int, float, np.float64, np.float32, np.float16, np.int64, np.uint8]  # and bool, where 1 will do
every_operator = pytest.mark.parametrize("operation", BINARY, ids=lambda operation: operation.__name__)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def lecture():
    """The lecture's f = (u+v)w, with its variables."""
    u, v, w = variables(u=2, v=3, w=4)
    return (u + v) * w, u, v, w


def unbound():
    """The same before the variables have numbers."""
    u, v, w = variables("u", "v", "w")
    return (u + v) * w, u, v, w


# Numbers and gradients


def test_the_lecture_example():
    """f = (u+v)w at 2, 3, 4 is 20, with gradients 4, 4, 5, and 1 for f itself."""
    f, u, v, w = lecture()
    f.backward()

    assert (20.0, 1.0) == (f.data, f.grad)
    assert (4.0, 4.0, 5.0) == (u.grad, v.grad, w.grad)


def test_numbers_are_floats():
    """Data and gradients are plain floats, whatever number was given."""
    for number in (1, True, 1.0, np.float64(1), np.float32(1), np.int8(1), np.bool_(True)):
        x = Value(number)
        y = x * 2
        assert {float} == {type(x.data), type(x.grad), type(y.data), *map(type, y.partials)}
        y.backward()
        assert {float} == {type(x.grad), type(y.grad)}


def test_a_result_knows_how_it_was_made():
    """Parents are an ordered tuple, x·x has two, and each comes with its partial derivative."""
    x, y = Value(3.0), Value(2.0)

    assert (x, y) == (x - y).parents
    assert (y, x) == (y - x).parents
    assert (x, x) == (x * x).parents
    assert (1.0, -1.0) == (x - y).partials
    assert "sub" == (x - y).rule.name
    assert (None, (), ()) == (x.rule, x.parents, x.partials)


@every_operator
def test_operators(operation):
    """Each operator of two Values has the right value and the right gradients on its two sides."""
    x, y = Value(3.0), Value(2.0)
    z = operation(x, y)
    z.backward()

    assert pytest.approx(BINARY[operation], rel=1e-15) == (z.data, x.grad, y.grad)


@every_kind
@every_operator
def test_a_number_on_the_right(operation, kind):
    """x ∘ number gives a Value with the gradient of its left side."""
    x = Value(3.0)
    z = operation(x, kind(2))
    z.backward()

    assert Value is type(z)
    assert pytest.approx(BINARY[operation][:2], rel=1e-15) == (z.data, x.grad)


@every_kind
@every_operator
def test_a_number_on_the_left(operation, kind):
    """number ∘ y gives a Value with the gradient of its right side."""
    y = Value(2.0)
    z = operation(kind(3), y)
    z.backward()

    assert Value is type(z)
    assert pytest.approx(BINARY[operation][::2], rel=1e-15) == (z.data, y.grad)


@pytest.mark.parametrize("true", [True, np.bool_(True)])
@every_operator
def test_a_bool_on_either_side(operation, true):
    """A bool counts as 0 or 1."""
    assert operation(3.0, 1.0) == operation(Value(3.0), true).data
    assert operation(1.0, 3.0) == operation(true, Value(3.0)).data


def test_a_negative_base_has_a_constant_power():
    """x**3 at x = -2 has the gradient 12; a constant exponent takes no logarithm."""
    x = Value(-2.0)
    z = x**3
    z.backward()

    assert (-8.0, 12.0) == (z.data, x.grad)
    assert (x,) == z.parents


def test_unary_operators():
    """-x, +x and abs(x) are what they are for floats; +x is x itself."""
    x = Value(-3.0)

    assert (3.0, (-1.0,)) == ((-x).data, (-x).partials)
    assert (3.0, (-1.0,)) == (abs(x).data, abs(x).partials)
    assert x is +x


def test_in_place_operators_make_new_nodes():
    """`+=` and its kin bind the name to a new result, and leave the old node as it was."""
    x = Value(3.0)
    y = x
    y += 1
    y -= Value(2.0)
    y *= x
    y /= 4
    y **= 2
    y.backward()

    assert 3.0 == x.data
    assert 2.25 == y.data  # ((x - 1) x / 4)²
    assert 3.75 == x.grad


def test_sum_of_a_list_has_no_zero():
    """The built-in sum() starts from 0, which does not become a node."""
    x, y, z = Value(1.0), Value(2.0), Value(3.0)
    total = sum([x, y, z])

    assert 6.0 == total.data
    assert [x, y, total.parents[0], z, total] == toposort(total)
    assert x is sum([x])


def test_backward_accumulates_on_leaves():
    """A second backward pass doubles the gradient of leaves and repeats that of other nodes."""
    f, u, v, w = lecture()
    f.backward()
    f.backward()
    t1 = f.parents[0]

    assert (8.0, 8.0, 10.0) == (u.grad, v.grad, w.grad)
    assert (4.0, 1.0) == (t1.grad, f.grad)


def test_second_backward_doubles_to_the_last_bit():
    """Rounding does not spoil the double: 0.1 + 0.2 + 0.3, twice, is 2 (0.1 + 0.2 + 0.3)."""
    x = Value(1.0)
    f = 0.1 * x + 0.2 * x + 0.3 * x
    f.backward()
    once = x.grad
    f.backward()

    assert 2 * once == x.grad


def test_backward_of_two_results_adds_up():
    """Gradients of several results add up on the leaves they share."""
    f, u, v, _ = lecture()
    f.backward()
    (u * 10).backward()

    assert 14.0 == u.grad
    assert 4.0 == v.grad


def test_backward_of_a_leaf():
    """A leaf depends on itself with derivative 1."""
    x = Value(3.0)
    x.backward()

    assert 1.0 == x.grad


def test_backward_from_the_middle():
    """backward() may start at any node; what lies above it is left alone."""
    f, u, v, w = lecture()
    f.parents[0].backward()

    assert (1.0, 1.0) == (u.grad, v.grad)
    assert w.known("grad") is None
    assert f.known("grad") is None


def test_zero_grad_empties():
    """zero_grad forgets the gradients of the whole graph: they read 0.0 and are not known."""
    f, *_ = lecture()
    f.backward()
    f.zero_grad()

    assert {0.0} == {node.grad for node in toposort(f)}
    assert {None} == {node.known("grad") for node in toposort(f)}


def test_a_gradient_can_be_set_by_hand():
    """As micrograd's training loops do: p.grad = 0, and p.data -= step."""
    f, u, v, w = lecture()
    f.backward()
    u.grad = 0
    u.data -= 1
    f.forward()
    f.backward()

    assert (16.0, 4.0, 8.0, 9.0) == (f.data, u.grad, v.grad, w.grad)


def test_known():
    """`known` is None where a number or gradient is not known yet, and else what the attribute is."""
    f, u, *_ = lecture()

    assert (20.0, None) == (f.known("data"), f.known("grad"))
    f.backward()
    assert (2.0, 4.0) == (u.known("data"), u.known("grad"))
    assert Value().known("data") is None


def test_no_other_attributes():
    """A Value has slots only: a misspelt attribute is an error when read and when set."""
    x = Value(1.0)
    with pytest.raises(AttributeError, match="'Value' object has no attribute 'gradient'"):
        x.gradient  # noqa: B018
    with pytest.raises(AttributeError):
        x.gradient = 1.0


def test_variables():
    """variables() gives leaves in the order of their names, bound or not."""
    x, y, z = variables("x", y=2, z=None)

    assert ("x", "y", "z") == (x.label, y.label, z.label)
    assert (None, 2.0, None) == tuple(leaf.known("data") for leaf in (x, y, z))


# Lazy evaluation


def test_an_unbound_graph_gets_numbers_later():
    """A graph built from names gives what was built from numbers, again and again."""
    f, u, v, w = unbound()

    assert 20.0 == f.forward(u=2, v=3, w=4)
    f.backward()
    assert (4.0, 4.0, 5.0) == (u.grad, v.grad, w.grad)
    f.zero_grad()
    assert 32.0 == f.forward(u=5)
    assert 0.0 == f.forward(u=-3, w=np.float32(2.0))
    f.backward()
    assert (2.0, 2.0, 0.0) == (u.grad, v.grad, w.grad)


def test_forward_of_an_eager_graph():
    """An eager graph, too, is computed again with new numbers."""
    f, u, *_ = lecture()

    assert 32.0 == f.forward(u=5)
    assert (5.0, 32.0) == (u.data, f.data)


def test_forward_forgets_gradients_in_between():
    """New numbers make the gradients of results unknown; those of leaves stay, since they add up."""
    f, u, *_ = lecture()
    f.backward()
    f.forward(u=5)

    assert (None, None, 4.0) == (f.known("grad"), f.parents[0].known("grad"), u.grad)


def test_a_number_may_be_set_on_the_variable():
    """Setting .data and calling forward() is the same as binding by name."""
    f, u, v, w = unbound()
    u.data, v.data, w.data = 2.0, 3.0, 4.0
    with pytest.raises(
        UnboundError, match=r"was not evaluated since its variables got numbers; call its .forward\(\)"
    ):
        f.data  # noqa: B018

    assert 20.0 == f.forward()


@pytest.mark.parametrize(
    "ask",
    [
        lambda f: f.data,
        lambda f: f.grad,
        lambda f: f.backward(),
        lambda f: f.forward(),
        bool,
        lambda f: f == 1.0,
        lambda f: f != f,
        lambda f: f"{f:.2f}",
        lambda f: f < 1,
        lambda f: f >= f,
        lambda f: am.max([f, f]).data,
    ],
)
def test_an_unbound_node_says_which_variables_lack_a_number(ask):
    """Whoever asks an unbound node for its number learns the names of the variables, and what to call."""
    f, *_ = unbound()
    with pytest.raises(UnboundError) as caught:
        ask(f)

    assert "no number for u, v, w yet; give it one: .forward(u=..., v=..., w=...)" == str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_only_the_missing_variables_are_named():
    """After some variables got numbers, or in the same call, the message names the others only."""
    f, u, v, _ = unbound()
    v.data = 3.0
    with pytest.raises(UnboundError, match="no number for u, w yet"):
        f.backward()
    with pytest.raises(UnboundError, match="no number for w yet"):
        f.forward(u=2)

    assert u.known("data") is None


def test_an_unnamed_variable_is_called_so():
    """A variable without a label is named as such in the message."""
    with pytest.raises(UnboundError, match="no number for an unnamed Value yet"):
        (Value() + 1).forward()


def test_unbound_operations_of_every_kind():
    """Unary, binary, n-ary operations and numbers on both sides build unbound nodes."""
    x = Value(label="x")
    f = am.sum([x.tanh(), 2 * x, x**2, 3 - x, am.maximum(x, 0), am.dot([x, 1], [x, 2]), -x])

    assert f.known("data") is None
    assert math.tanh(2.0) + 4 + 4 + 1 + 2 + 6 - 2 == pytest.approx(f.forward(x=2), rel=1e-15)


@pytest.mark.parametrize(
    ("bindings", "error", "message"),
    [
        ({"u": 9, "z": 1}, UnknownVariableError, "no variable is called 'z'; this graph has: u, v, w"),
        ({"u": 9, "": 1}, UnknownVariableError, "no variable is called ''; this graph has: u, v, w"),
        ({"u": 9, "v": "3"}, NotANumberError, "got str '3'"),
        ({"u": 9, "v": None}, NotANumberError, "got NoneType None"),
        ({"u": 9, "v": [1]}, NotANumberError, r"got list \[1\]"),
    ],
)
def test_a_refused_binding_changes_nothing(bindings, error, message):
    """An unknown name or something that is no number is an error, and every number stays."""
    f, *leaves = lecture()
    f.backward()
    with pytest.raises(error, match=message):
        f.forward(**bindings)

    assert [2.0, 3.0, 4.0] == [leaf.data for leaf in leaves]
    assert (20.0, 1.0) == (f.data, f.grad)


def test_a_name_that_two_variables_carry():
    """A name that stands for two variables is refused, and the message says how many there are."""
    f = Value(1.0, label="x") + Value(2.0, label="x")
    with pytest.raises(UnknownVariableError, match="2 variables are called 'x'; give them different labels"):
        f.forward(x=3)

    assert 3.0 == f.data


def test_names_of_results_and_constants_are_not_variables():
    """Only leaves that are variables can be bound: not results, and not numbers in the formula."""
    f, *_ = lecture()
    f.label = "f"
    with pytest.raises(UnknownVariableError, match="no variable is called 'f'"):
        f.forward(f=1)
    with pytest.raises(UnknownVariableError, match="this graph has: none with a name"):
        (Value(2.0) * 3).forward(x=1)


def test_a_variable_may_be_called_self():
    """`self` is a name like any other."""
    assert 6.0 == (Value(label="self") * 2).forward(self=3)


# What is no number


class Shy:
    def __repr__(self):
        return "x" * 1000


@pytest.mark.parametrize(
    ("thing", "shown"),
    [
        ("3", "str '3'"),
        (b"3", "bytes b'3'"),
        (None, "NoneType None"),
        ([1.0], r"list \[1.0\]"),
        ((1.0,), r"tuple \(1.0,\)"),
        (1j, "complex 1j"),
        (np.complex128(1j), "complex(128)? "),
        (np.str_("3"), "str_ "),
        (Decimal(3), r"Decimal Decimal\('3'\)"),
        (Fraction(1, 3), r"Fraction Fraction\(1, 3\)"),
        (10**400, "an int of 1329 bits does not fit a float"),
        (Shy(), r"Shy x+\.\.\.x+;"),
    ],
)
def test_what_is_no_number_is_refused_with_a_look_at_it(thing, shown):
    """Anything but a real number is a TypeError that shows what was given, on either side and in functions."""
    x = Value(2.0)
    attempts = [
        lambda: x + thing,
        lambda: thing + x,
        lambda: x * thing,
        lambda: thing * x,
        lambda: x - thing,
        lambda: x / thing,
        lambda: thing / x,
        lambda: x**thing,
        lambda: x < thing,
        lambda: thing >= x,
        lambda: am.exp(thing),
        lambda: am.maximum(x, thing),
        lambda: am.sum([x, thing]),
    ]
    if not isinstance(thing, Fraction):  # which turns itself into a float on the left of **
        attempts.append(lambda: thing**x)
    if thing is not None:  # which makes an unbound variable
        attempts.append(lambda: Value(thing))
    for attempt in attempts:
        with pytest.raises(NotANumberError, match=shown):
            attempt()

    assert issubclass(NotANumberError, TypeError)


# Being a number


def test_comparisons_look_at_numbers():
    """< <= > >= compare numbers, with Values and plain numbers on both sides, and return bools."""
    x, y, nan = Value(2.0), Value(3.0), math.nan

    assert [True, True, False, False] == [x < y, x <= y, x > y, x >= y]
    assert [True, True, False, False] == [x < 3, x <= 3, x > 3, x >= 3]
    assert [True, True, False, False] == [2 < y, 2 <= y, 2 > y, 2 >= y]
    assert [True, False] == [np.float64(2) < y, np.float64(2) > y]
    assert (x <= x) is True
    assert [False] * 4 == [x < nan, x <= nan, x > nan, x >= nan]


def test_equality_compares_numbers():
    """== and != look at numbers, as on floats, and never at anything that is none."""
    x, y, nan = Value(2.0), Value(2.0), Value(math.nan)

    assert x == y
    assert x == 2
    assert 2.0 == x
    assert np.float32(2.0) == x
    assert x == np.int64(2)
    assert x != Value(3.0)
    assert nan != nan
    assert x != "2.0"
    assert x is not None
    assert (x == None) is False  # noqa: E711
    assert y in [x, 3.0]


def test_the_hash_is_that_of_identity():
    """Two Values of one number are two keys of a dictionary and two members of a set."""
    x, y = Value(2.0), Value(2.0)

    assert {x: "x", y: "y"}[x] == "x"
    assert 2 == len({x, y})
    assert y not in {x, Value(1.0)}


def test_equality_takes_the_branch_of_floats():
    """A function with == has the value and the derivative that it has on floats, in every mode."""
    f = lambda x: 3 * x if x == 2.0 else x
    sinc = lambda x: 1.0 if x == 0 else am.sin(x) / x

    assert (6.0, 3.0) == am.value_and_grad(f)(2.0)
    assert (6.0, 3.0) == am.jvp(f, (2.0,), (1.0,))
    assert 1.0 == am.value_and_grad(sinc)(0.0)[0]


NUMBERS = [
    float, int, complex, round, math.trunc, math.floor, math.ceil, math.sin, math.exp, math.fabs,
    lambda x: math.hypot(x, x), lambda x: round(x, 3), lambda x: math.fsum([x]), lambda x: "%.2f" % x,  # noqa: UP031
    lambda x: np.array([x], dtype=float), lambda x: np.zeros(2).__setitem__(0, x), lambda x: statistics.fmean([x]),
]  # fmt: skip


@pytest.mark.parametrize("become_a_number", NUMBERS)
@pytest.mark.parametrize(
    "transform", [am.grad, lambda f: lambda x: am.jvp(f, (x,), (1.0,)), lambda f: lambda x: f(Value(x))]
)
def test_a_value_never_becomes_a_number_by_itself(become_a_number, transform):
    """What would cut the gradient in silence is an error that says what to write instead."""
    with pytest.raises((TypeError, ValueError), match=r"write autograd_mini\.exp\(x\).*x\.data"):
        transform(become_a_number)(1.0)


def test_conversions():
    """bool() and sorting see the number."""
    x = Value(2.675)

    assert (True, False, False) == (bool(x), bool(Value(0)), bool(Value(-0.0)))
    assert [0.5, 2.675] == [v.data for v in sorted([x, Value(0.5)])]


def test_format():
    """A format specification applies to the number; without one the repr is shown."""
    x = Value(2.5, label="x")

    assert "2.500" == f"{x:.3f}"
    assert "  2.5" == f"{x:5}"
    assert "Value(2.5, label='x')" == f"{x}" == str(x)


@pytest.mark.parametrize(
    "shown",
    [
        "Value(2.5)",
        "Value(2.0, label='u')",
        "Value(label='u')",
        "Value()",
        "Value(-0.0)",
        "Value(1e+300)",
        "Value(float('inf'))",
        "Value(float('-inf'), label='x')",
        "Value(float('nan'))",
        'Value(0.1, label="it\'s")',
        "Constant(3.0)",
    ],
)
def test_repr_can_be_pasted(shown):
    """A repr is the expression that makes such a Value."""
    assert shown == repr(eval(shown))


def test_repr_of_a_result():
    """A result shows its number, or none while it has none."""
    assert "Value(20.0)" == repr(lecture()[0])
    assert "Value()" == repr(unbound()[0])
    assert "Constant(3.0)" == repr((Value(2.0) * 3).parents[1])


# micrograd


def test_what_micrograd_users_look_for():
    """The names of micrograd's Value are there and mean the same."""
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()

    assert "24.7041" == f"{g.data:.4f}"
    assert ("138.8338", "645.5773") == (f"{a.grad:.4f}", f"{b.grad:.4f}")
    assert (e,) == f._prev
    assert ("−", "", "+") == (e._op, a._op, g._op)
    for method in ("relu", "tanh", "exp", "log", "sigmoid"):
        assert getattr(am, method)(2.0) == getattr(b, method)().data


# Size and memory


def run_in_a_fresh_interpreter(script):
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], check=False, capture_output=True, text=True
    )

    assert (0, "") == (run.returncode, run.stderr)


def test_a_chain_of_a_million_operations():
    """A million operations build, go backward and are freed at once, with a low recursion limit and no gc."""
    run_in_a_fresh_interpreter("""
        import gc, sys
        from autograd_mini import Value
        gc.disable()
        sys.setrecursionlimit(100)
        before = sys.getrefcount(Value)  # every Value refers to its class
        x, a, b = Value(1.0), Value(0.999999), Value(1e-6)
        o = x
        for _ in range(500_000):
            o = o * a + b
        assert abs(o.data - 1) < 1e-9, o.data
        assert sys.getrefcount(Value) - before > 900_000
        o.backward()
        assert abs(x.grad - 0.999999 ** 500_000) < 1e-9, x.grad
        del o
        left = sys.getrefcount(Value) - before
        assert left < 10, f"{left} Values were not freed"
    """)


def test_every_sweep_is_free_of_recursion():
    """Lazy building, forward, zero_grad, deepcopy, repr and errors take chains of any length."""
    run_in_a_fresh_interpreter("""
        import copy, sys
        from autograd_mini import Value
        x = f = Value(label="x")
        sys.setrecursionlimit(100)
        for _ in range(30_000):
            f = -f + 1
        try:
            f.data
        except ValueError as error:
            assert "no number for x yet" in str(error)
        assert f.forward(x=3) == 3.0
        f.backward()
        twin = copy.deepcopy(f)
        assert twin.forward(x=4) == 4.0
        assert x.grad == 1.0
        f.zero_grad()
        assert x.known("grad") is None
        del f, twin
    """)


def test_graphs_have_no_reference_cycles():
    """A graph is freed when its last reference goes: the garbage collector finds nothing."""
    gc.collect()
    gc.disable()
    try:
        f, u, v, w = lecture()
        g = am.logsumexp([f, u**2, -v, 3]) + am.softmax([u, w])[0].relu()
        g.backward()
        g.forward(u=1)
        g.zero_grad()
        with no_grad():
            u * w
        lazy = unbound()[0]
        lazy.forward(u=1, v=2, w=3)
        copied = copy.deepcopy(g)
        del f, g, u, v, w, lazy, copied

        assert 0 == gc.collect()
    finally:
        gc.enable()


def test_unbound_errors_leave_no_cycles():
    """Building a lazy graph meets an exception at every step and leaves nothing behind."""
    gc.collect()
    gc.disable()
    try:
        f = unbound()[0]
        del f

        assert 0 == gc.collect()
    finally:
        gc.enable()


def test_constants_are_values_without_a_name():
    """A number in a formula becomes a Constant, one for each place."""
    f = Value(2.0) * 3 + 3
    three, other = f.parents[0].parents[1], f.parents[1]

    assert Constant is type(three) is type(other)
    assert three is not other
    assert isinstance(three, Value)


# All or nothing


class StruckError(Exception):
    """What an interruption at a bad moment raises."""


@pytest.fixture
def strike(monkeypatch):
    """A function that makes the n-th application of a rule fail, counted from now."""

    def at(rule, which, n):
        original, left = getattr(rule, which), itertools.count(n, -1)

        def struck(*arguments):
            if next(left) == 0:
                raise StruckError
            return original(*arguments)

        monkeypatch.setattr(rule, which, struck)

    return at


@pytest.mark.parametrize("n", range(3))
@pytest.mark.parametrize("which", ["forward", "partials"])
def test_a_forward_that_fails_midway_changes_nothing(strike, forget, which, n):
    """Numbers, partials and gradients are those of before, at whatever node it fails."""
    wave = am.primitive("wave", lambda xp, x: xp.sin(x), lambda xp, z, x: (xp.cos(x),))
    x, y = variables(x=2.0, y=3.0)
    f = wave(wave(wave(x * y) * y) + x)
    f.backward()
    nodes = toposort(f)
    before = [(node.data, node.partials, node.grad) for node in nodes]
    strike(RULES["wave"], which, n)
    with pytest.raises(StruckError):
        f.forward(x=5.0, y=7.0)

    assert before == [(node.data, node.partials, node.grad) for node in nodes]


class Interrupting(float):
    """A partial in whose product Ctrl-C strikes."""

    def __mul__(self, other):
        raise KeyboardInterrupt


def test_an_interrupted_backward_loses_no_gradient():
    """What leaves have gathered is still there, and in between nothing is half new."""
    x, y = variables(x=2.0, y=3.0)
    t = x * y
    f = t * x + y
    f.backward()
    nodes = toposort(f)
    before = [node.known("grad") for node in nodes]
    t.partials = (Interrupting(3.0), 2.0)
    with pytest.raises(KeyboardInterrupt):
        f.backward()

    assert before == [node.known("grad") for node in nodes]


def test_a_watched_backward_that_raises_changes_no_gradient():
    """An anomaly in a gradient is told, and the gradients are those of before."""
    x = Value(0.0, label="x")
    f = am.sqrt(x)
    x.grad = 5.0
    with detect_anomaly(), pytest.raises(AnomalyError):
        f.backward()

    assert (5.0, None) == (x.grad, f.known("grad"))


def test_many_names_are_bound_at_once():
    """forward() looks at the variables once, however many names it is given: 20,000 are no work."""
    xs = [Value(label=f"x{i}") for i in range(20_000)]
    f = am.sum(xs)

    assert 20_000.0 == f.forward(**{x.label: 1.0 for x in xs})
    with pytest.raises(UnknownVariableError, match="no variable is called 'y'"):
        f.forward(**{x.label: 2.0 for x in xs}, y=1.0)
    assert 20_000.0 == f.data
