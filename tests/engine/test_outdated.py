"""What no longer follows: found exactly, whatever was set, and nothing else is."""

import math

import pytest
from hypothesis import given
from test_random_graphs import inputs, named, programs, run, run_naive

from autograd_mini import (
    Value,
    custom_gradient,
    detect_anomaly,
    dot,
    draw,
    grad,
    jvp,
    max,
    no_grad,
    parse,
    relu,
    sqrt,
    steps,
    variables,
    where,
)
from autograd_mini.engine.graph import leaves, toposort
from autograd_mini.engine.operations import call
from autograd_mini.engine.outdated import NOTHING, outdated
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import StaleError
from autograd_mini.nn import MLP, Dropout


def found(f):
    """The names of the nodes and edges that are outdated."""
    values, partials, gradients = outdated(toposort(f))
    name = lambda node: node.label or node.rule.name
    edges = {f"{name(node)}/{name(node.parents[i])}" for node, i in partials}
    return {*map(name, values)}, edges, {*map(name, gradients)}


@given(inputs, programs)
def test_what_was_just_computed_follows(numbers, wanted):
    """Eager, differentiated, or computed again with other numbers: nothing is outdated."""
    f = run(named(numbers), run_naive(numbers, wanted)[1])[-1]
    order = toposort(f)
    assert outdated(order) is NOTHING
    f.backward()
    assert outdated(order) is NOTHING
    f.forward(**{leaf.label: 0.75 for leaf in leaves(order)})
    assert outdated(order) is NOTHING


@given(inputs, programs)
def test_what_is_outdated_is_what_forward_changes(numbers, wanted):
    """The values and partials found are those that `forward()` then changes, and no others."""
    f = run(named(numbers), run_naive(numbers, wanted)[1])[-1]
    order = toposort(f)
    for leaf in leaves(order):
        leaf.data += 0.5
    held = [(node, node.data, node.partials) for node in order]
    values, partials, gradients = outdated(order)
    f.forward()
    differ = lambda x, y: x != y and not (math.isnan(x) and math.isnan(y))

    assert values == {node for node, before, _ in held if differ(before, node.data)}
    assert partials == {
        (node, i) for node, _, old in held for i, x in enumerate(old) if differ(x, node.partials[i])
    }
    assert not gradients


def test_a_leaf_that_was_set():
    """Of f = u v + w only what u reaches is outdated, of gradients only that of v."""
    f = parse("t1 = u*v; f = t1 + w", u=2, v=3, w=4)
    f.backward()
    f.parents[0].parents[0].data = 5

    assert ({"t1", "f"}, {"t1/v"}, {"v"}) == found(f)
    f.forward()
    assert (set(), set(), set()) == found(f)


def test_a_result_that_was_set():
    """A number written into a result is found, and what was computed from the old one follows still."""
    f = parse("t1 = u + v; f = t1 * w", u=2, v=3, w=4)
    f.parents[0].data = 7

    assert ({"t1"}, set(), set()) == found(f)


def test_a_partial_alone():
    """x² at 2 and at -2 is the same number, its slope is not."""
    (x,) = variables(x=2)
    f = x**2
    f.backward()
    x.data = -2

    assert (set(), {"power/x"}, {"x"}) == found(f)


def test_a_gradient_that_is_zero_anyway_is_not_outdated():
    """Behind a dead relu gradients are 0 whatever the numbers before it are."""
    u, v = variables(u=2, v=3)
    f = relu(u * v - 100)
    f.backward()
    u.data = 5

    assert ({"mul", "sub"}, {"mul/v"}, set()) == found(f)


def test_an_optimizer_step():
    """After a step the values and gradients of a network are outdated, its new parameters are not."""
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    f = model([1.0, 2.0]) ** 2
    f.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    values, partials, gradients = outdated(toposort(f))

    assert f in values
    assert partials
    assert not values & set(model.parameters())
    assert gradients & set(model.parameters())


@pytest.mark.parametrize(
    "f",
    [
        lambda: sqrt(Value(-1.0)) * 0.0,
        lambda: max([Value(math.nan), Value(1.0)]),
        lambda: where(Value(1.0) > 0, Value(2.0), 3.0),
        lambda: dot([Value(1.0), Value(-0.0)], [math.inf, 0.0]),
        lambda: (Value(label="u") + 1) * Value(label="v"),
        lambda: sum(Dropout(0.5, seed=0)([Value(1.0), Value(2.0), Value(3.0)])),
        lambda: grad(lambda x: x**3)(Value(2.0)) * 2,
        lambda: jvp(lambda x: x * Value(3.0), (Value(2.0),), (1.0,))[1],
    ],
)
def test_nothing_is_outdated_in(f):
    """nan follows from nan, the unknown from the unknown; masks of a dropout and derivatives stay as they are."""
    assert outdated(toposort(f())) is NOTHING


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_follows_at_every_number(rule):
    """Computed twice, a rule gives the same bits."""
    for x in (-1.5, 0.0, -0.0, 2.0, math.inf, math.nan):
        f = call(rule, [Value(x) for _ in range(rule.arity or 4)])
        assert outdated(toposort(f)) is NOTHING


def test_a_function_that_refuses_the_new_number():
    """A function of the user may raise: its number then follows from nothing."""

    @custom_gradient
    def strict_root(x):
        z = math.sqrt(x)
        return z, lambda cotangent: 0.5 / z * cotangent

    x = Value(4.0, label="x")
    f = strict_root(x) + 1
    assert outdated(toposort(f)) is NOTHING
    f.backward()
    x.data = -4.0

    assert ({"strict_root", "add"}, {"strict_root/x"}, {"x"}) == found(f)
    assert "strict_root(x) ≠ 2" in str(draw(f))
    with pytest.raises(StaleError, match="t1 = 2"):
        steps(f)


def test_leaves_of_no_grad_and_watched_graphs():
    """What was computed without a record is a number; a watcher changes nothing."""
    (x,) = variables(x=2)
    with no_grad():
        y = x * x
    x.data = 3
    with detect_anomaly():
        z = y * x

    assert outdated(toposort(z)) is NOTHING


def test_unbound_inputs_of_a_number():
    """A result that was given a number before its inputs have any is left alone."""
    t = Value(label="u") + 1
    t.data = 5

    assert outdated(toposort(t * 2)) is NOTHING


def test_inside_a_transform():
    """The numbers of a transform cannot be set, and are not looked at."""
    seen = []
    grad(lambda x: seen.append(outdated(toposort(x * x))) or x * x)(2.0)

    assert [NOTHING] == seen
