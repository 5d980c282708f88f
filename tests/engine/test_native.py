"""The native core against the pure package, bit by bit: programs, transforms, networks, and what can be seen of both."""

import copy
import inspect
import pickle
import pydoc
import random
import re
import weakref
from collections import Counter
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from two_engines import (
    BY_HAND,
    DEEDS,
    SPECIAL,
    STEPS,
    attempt,
    bits,
    both_say,
    needs_core,
    run,
    seen,
)

import autograd_mini as am
from autograd_mini import Value
from autograd_mini.engine import native
from autograd_mini.engine.value import Constant

pytestmark = needs_core

picks = st.integers(0, 999)
leaves = st.lists(st.tuples(picks, picks, st.sampled_from(["", "x0", "x1", "x2"])), min_size=1, max_size=4)


def programs(names):
    return st.lists(st.tuples(st.sampled_from(names), picks, picks, picks), min_size=1, max_size=14)


def drawn(seed, names):
    """A program without hypothesis, which takes most of the time."""
    draw = random.Random(seed)
    pick = lambda: draw.randrange(1000)
    started = [(pick(), pick(), draw.choice(["", "x0", "x1", "x2"])) for _ in range(draw.randint(1, 4))]
    return started, [(draw.choice(names), pick(), pick(), pick()) for _ in range(draw.randint(1, 16))]


# Programs


@settings(max_examples=500)
@given(leaves, programs(STEPS))
def test_operations(engines, leaves, steps):
    """Numbers, partials, gradients, order, types, errors and messages are those of the pure package."""
    both_say(engines, run, leaves, steps)


@settings(max_examples=500)
@given(leaves, programs(STEPS + DEEDS * 2))
def test_deeds(engines, leaves, steps):
    """The same with sweeps, new numbers, copies and modes in between."""
    both_say(engines, run, leaves, steps)


@settings(max_examples=500)
@given(leaves, programs(STEPS + DEEDS + BY_HAND * 4))
def test_fields_set_by_hand(engines, leaves, steps):
    """The same where somebody sets parents, partials, rules and labels to anything."""
    both_say(engines, run, leaves, steps)


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [STEPS, STEPS + DEEDS, STEPS + DEEDS + BY_HAND * 2], ids=["plain", "deeds", "by hand"]
)
def test_many_programs(engines, names):
    """5,000 programs, about 42,000 operations."""
    for seed in range(5_000):
        both_say(engines, run, *drawn(seed, names))


def pairs(e, name):
    """A binary operation of all pairs of special numbers, and their gradients."""
    found = []
    for x in SPECIAL:
        for y in SPECIAL:
            u, v = e.Value(x), e.Value(y)
            z = e.call(e.RULES[name], (u, v))
            z.backward()
            found.append((bits(z.data), bits(z.partials), bits(u.grad), bits(v.grad)))
    return found


@pytest.mark.parametrize(
    "name", ["add", "sub", "mul", "div", "pow", "mod", "floor_divide", "maximum", "minimum"]
)
def test_all_pairs_of_special_numbers(engines, name):
    """Every operator at every pair of zeros, infinities, nans, subnormals and large numbers."""
    assert len(SPECIAL) ** 2 == len(both_say(engines, pairs, name))


def powers(e):
    found = []
    for n in [*SPECIAL, 2, -3, True, 2**70]:
        for x in SPECIAL:
            u = e.Value(x)
            z = u**n
            z.backward()
            found.append(
                (
                    bits(z.data),
                    bits(z.partials),
                    bits(u.grad),
                    z.rule.symbol,
                    bits(z.forward()),
                    bits(z.partials),
                )
            )
    return found


def test_powers_of_special_numbers(engines):
    """Constant exponents of all kinds at every special number, computed twice."""
    both_say(engines, powers)


def test_one_rule_for_a_power():
    """Nodes of one exponent have one rule, whether C or Python made them."""

    class Sub(Value):
        pass

    assert (Value(2.0) ** 3).rule is (Sub(2.0) ** 3.0).rule


# Transforms, and networks


SMOOTH = [
    lambda am, f, x, y: x + y,
    lambda am, f, x, y: x * y,
    lambda am, f, x, y: x - 1.5,
    lambda am, f, x, y: 2.0 / (x * x + 1),
    lambda am, f, x, y: f(x),
    lambda am, f, x, y: x**3,
    lambda am, f, x, y: am.dot([x, y, 2.0], [y, y, x]),
    lambda am, f, x, y: am.maximum(x, y),
    lambda am, f, x, y: abs(x) ** y,
    lambda am, f, x, y: x % 1.75,
    lambda am, f, x, y: am.logsumexp([x, y]),
    lambda am, f, x, y: am.where(x > y, x, y * y),
]


def smooth(am, steps):
    """A program as a function of numbers, which has derivatives nearly everywhere."""
    unary = [am.sin, am.exp, am.tanh, am.sqrt, am.log, am.softplus, am.relu, am.sigmoid]

    def function(*xs):
        nodes = list(xs)
        for name, a, b, c in steps:
            x, y = nodes[a % len(nodes)], nodes[b % len(nodes)]
            nodes.append(SMOOTH[name](am, unary[c % len(unary)], x, y))
        return nodes[-1]

    return function


def transformed(e, numbers, steps):
    f, am = smooth(e.am, steps), e.am
    inner = [e.Value(x, "x") for x in numbers]
    return [
        bits(attempt(made))
        for made in (
            lambda: f(*numbers),
            lambda: am.grad(f)(*numbers),
            lambda: am.grad(f, argnums=tuple(range(len(numbers))))(*numbers),
            lambda: am.grad(am.grad(f))(*numbers),
            lambda: am.jvp(f, numbers, [1.0] * len(numbers)),
            lambda: am.hessian(f, argnums=tuple(range(len(numbers))))(*numbers),
            lambda: am.value_and_grad(f)(*numbers),
            lambda: seen(e, [am.grad(f)(*inner) * inner[0]]),
            lambda: (am.grad(am.grad(f))(*inner) * inner[0]).backward(2.0),
        )
    ] + [seen(e, inner)]


@settings(max_examples=100)
@given(
    st.lists(st.floats(-2, 2) | st.sampled_from([0.0, -0.0, float("inf")]), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 11), picks, picks, picks), min_size=1, max_size=6),
)
def test_transforms(engines, numbers, steps):
    """grad, grad of grad, hessian and jvp, of numbers and of Values of the graph outside."""
    both_say(engines, transformed, numbers, steps)


def trained(e, layers, activation, steps):
    """A network, its loss and gradients over a few steps, and the state of its nodes."""
    nn, optim, losses = (import_module(f"autograd_mini.{name}") for name in ("nn", "optim", "losses"))
    model = nn.MLP(*layers, activation=activation, dropout=0.25, seed=3, expanded=activation == "tanh")
    adam, found = optim.Adam(0.01), []
    rows = [[0.1 * j - 0.3 * i for j in range(layers[0])] for i in range(4)]
    for _ in range(steps):
        outputs = [model(row) for row in rows]
        loss = losses.mse([e.am.sum(y) if isinstance(y, list) else y for y in outputs], [1.0, -1.0, 0.5, 2.0])
        model.zero_grad()
        loss.backward()
        found += [bits(loss.data), bits([p.grad for p in model.parameters()])]
        adam.step(model.parameters())
    with e.am.no_grad():
        y = model(rows[0])
        found.append(seen(e, y if isinstance(y, list) else [y]))
    again = copy.deepcopy(loss)
    again.backward()
    state = bits([*pickle.loads(pickle.dumps(model)).state_dict().values()])
    return [*found, seen(e, [loss]), seen(e, [again]), repr(model), state]


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
@pytest.mark.parametrize("layers", [(2, [4, 1]), (70, [3, 2])], ids=str)
def test_networks(engines, layers, activation):
    """Networks with frames, dropout, few and many inputs: losses, gradients, nodes, copies and pickles."""
    both_say(engines, trained, layers, activation, 3)


# What can be seen


def about(x):
    """What a reader asks of a function or a class."""
    asked = {
        "parameters": lambda: list(inspect.signature(x).parameters),
        "doc": lambda: inspect.getdoc(x),
        "name": lambda: (x.__name__, x.__qualname__),
        "module": lambda: x.__module__ or "autograd_mini.engine.operations",  # a printed function has none
        "repr": lambda: repr(x),
        "pickle": lambda: pickle.loads(pickle.dumps(x)) is x,
        "copies": lambda: (copy.copy(x) is x, copy.deepcopy(x) is x),
        "kind": lambda: (callable(x), inspect.isroutine(x), inspect.isclass(x)),
        "weak": lambda: weakref.ref(x)() is x,
        "settable": lambda: (setattr(x, "note", 1), x.note, delattr(x, "note"))[1],
    }
    return {name: re.sub(" at 0x[0-9a-f]+", "", str(attempt(ask))) for name, ask in asked.items()}


def surface(e, names):
    e.am.exp, e.am.compile  # noqa: B018  # what is imported late
    public = {name: about(getattr(e.am, name)) for name in e.am.__all__ if name != "Value"}
    of_class = {
        f"Value.{name}": about(getattr(e.Value, name))
        for name in names
        if name
        not in (*native.FIELDS, "__class__", "__slots__", "__dict__", "__subclasshook__", "__init_subclass__")
        and not name.startswith("own_")
    }
    return (
        public
        | of_class
        | {name: about(getattr(e, name)) for name in ("toposort", "inputs", "apply", "lift", "call")}
    )


def test_functions_and_methods_look_the_same(engines):
    """Parameters, docstrings, names, pickles and copies of all that is public are those of the pure package."""
    names = engines[1].run(lambda e: dir(e.Value))  # ours has those of other tests' primitives, too

    assert len(both_say(engines, surface, names)) > 150


def explained(e):
    """The docstrings in help(Value)."""
    text = pydoc.plain(pydoc.render_doc(e.Value)).splitlines()
    return [
        line for line in text if line.startswith(" |      ") and "own_" not in line and "_core" not in line
    ]


def test_help(engines):
    """help(Value) explains every method as the pure one does."""
    ours, pure = (Counter(engine.run(explained)) for engine in engines)

    assert pure <= ours


def test_what_a_value_is_not():
    """It has no dictionary, takes no weak reference, and keeps its identity as its hash."""
    x = Value(1.0)
    with pytest.raises(AttributeError, match="'Value' object has no attribute 'note'"):
        x.note = 1
    with pytest.raises(TypeError, match="cannot create weak reference to 'Value' object"):
        weakref.ref(x)
    assert object.__hash__(x) == hash(x)
    assert {x: 1}[x] == 1
    assert isinstance(x, Value)
    assert not hasattr(x, "__dict__")


def test_a_field_cannot_be_deleted():
    """Every field of a node always holds something."""
    for name in native.FIELDS:
        with pytest.raises(AttributeError, match="cannot be deleted"):
            delattr(Value(1.0), name)


# Faults that once were


def test_inputs_that_do_not_fit_the_rule():
    """A rule of two inputs on a node that was left one is an error of Python's, and no read beyond its numbers."""
    x = Value(label="x")
    y = x + x
    y.parents = (x,)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        y.forward(x=1.0)
    z = am.where(Value(label="c"), x, x)
    z.parents = (x,)
    with pytest.raises(TypeError, match="missing 2 required positional arguments"):
        z.forward(x=1.0)


def test_a_subclass_that_declines_is_asked_once():
    """Where the left operand declines, the Value on the right is asked."""
    asked = []

    class Declines(Value):
        def __add__(self, other):
            asked.append(other)
            return NotImplemented

    assert (Declines(2.0) + Value(3.0)).data == 5.0
    assert len(asked) == 1


def test_gradients_stay_where_a_rule_is_none():
    """A thing without the facts of a rule makes backward() fail, and all gradients are as they were."""
    x, nan = Value(0.0), Value(float("nan"))
    z = am.log(x) * 0.0
    z.rule = object()
    y = z * nan
    with pytest.raises(AttributeError, match="'choice'"):
        y.backward()

    assert [None] * 4 == [node.adjoint for node in (x, z, nan, y)]


def test_numbers_of_an_empty_constant():
    """A constant without a number is no zero."""
    z = Constant() * Value(2.0, label="x")
    with pytest.raises(TypeError, match="NoneType"):
        z.forward(x=3.0)
