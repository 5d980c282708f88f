"""Copies and pickles of Values: of what they hold, never of code."""

import copy
import math
import multiprocessing
import pickle
import pickletools

import pytest

from autograd_mini.derivatives.transforms import grad, jvp
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Constant, Value, variables

every_protocol = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))


def lecture():
    u, v, w = variables(u=2, v=3, w=4)
    return (u + v) * w, u, v, w


def test_copy_is_another_node_on_the_same_inputs():
    """copy.copy gives a node of its own with the same record, numbers and label."""
    f, *_ = lecture()
    f.label = "f"
    twin = copy.copy(f)
    f.backward()

    assert (twin.parents, twin.rule, twin.data, twin.label) == (f.parents, f.rule, f.data, "f")
    assert twin is not f
    assert twin.known("grad") is None
    assert copy.copy(Value(label="u")).known("data") is None


def test_deepcopy_is_a_graph_of_its_own():
    """copy.deepcopy copies the graph with its numbers and gradients, and shared nodes stay shared."""
    x = Value(3.0, label="x")
    y = x * x + 2
    f = y * y
    f.backward()
    twin = copy.deepcopy(f)
    copied = toposort(twin)

    assert len(toposort(f)) == len(copied)
    assert not set(toposort(f)) & set(copied)
    assert [(n.data, n.grad, n.label, type(n)) for n in toposort(f)] == [
        (n.data, n.grad, n.label, type(n)) for n in copied
    ]
    assert 2.0 == twin.forward(x=0) / 2
    assert (121.0, 3.0) == (f.data, x.data)


def test_deepcopy_of_a_list_keeps_shared_nodes_shared():
    """A model and its output copied together still belong together."""
    x = Value(3.0, label="x")
    y, again = copy.deepcopy([x * 2, x])

    assert y.parents[0] is again
    assert again is not x


def held(x):
    return type(x), repr(x.known("data")), repr(x.known("grad")), x.label, x.rule, x.parents, x.partials


def leaf(data, label="", grad=None):
    x = Value(data, label=label)
    x.adjoint = grad
    return x


LEAVES = [
    leaf(0.1 + 0.2), leaf(-0.0, "x", 0.0), leaf(None, "u"), leaf(math.nan, "nan", -1.5), leaf(math.inf),
    leaf(5e-324, "ŷ\x1b", -0.0), Constant(3.0), (Value(2.0) * 7).parents[1],
]  # fmt: skip


@every_protocol
@pytest.mark.parametrize("x", LEAVES, ids=repr)
def test_a_leaf_is_pickled_with_what_it_holds(x, protocol):
    """Number, label, whether it is a constant, and the gradient or that there is none yet."""
    assert held(pickle.loads(pickle.dumps(x, protocol))) == held(x)


@every_protocol
def test_a_leaf_in_two_places_is_one_leaf_in_the_copy(protocol):
    """What was shared is shared again."""
    x = Value(2.0)
    first, second = pickle.loads(pickle.dumps([x, x], protocol))

    assert first is second
    assert first is not x


@every_protocol
def test_a_graph_is_not_pickled(protocol):
    """A Value with a rule cannot be pickled, and the message says what to pickle instead."""
    with pytest.raises(TypeError, match=r"cannot pickle Value\(.*pickle its \.data instead"):
        pickle.dumps([lecture()[0]], protocol)


def test_a_number_inside_a_transform_is_not_pickled():
    """It means nothing outside, although it has no rule."""
    with pytest.raises(TypeError, match=r"cannot pickle .*: a graph refers to rules"):
        jvp(lambda x: pickle.loads(pickle.dumps(x)), (2.0,), (1.0,))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_inside_a_transform_keeps_its_derivative(copied):
    """A number that is being differentiated is its own copy: the derivative of x³ is not lost."""
    cube = lambda x: copied(x * x) * copied(x)

    assert jvp(cube, (2.0,), (1.0,)) == (8.0, 12.0)
    assert grad(grad(cube))(2.0) == 12.0
    assert grad(lambda x: jvp(cube, (x,), (1.0,))[1])(2.0) == 12.0


def test_no_pickle_names_a_rule():
    """What is written names the two classes, and nothing else of ours."""
    loaded = [name for code, name, _ in pickletools.genops(pickle.dumps(LEAVES, 0)) if code.name == "GLOBAL"]

    assert {f"autograd_mini.engine.value {name}" for name in ("Value", "Constant")} == set(loaded)


def doubled(x):
    return leaf(2 * x.data, x.label, grad=2 * x.grad)


def test_leaves_travel_to_a_worker_process():
    """A process that starts from nothing reads a leaf, and its answer comes back."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply_async(doubled, (leaf(1.5, "x", grad=0.25),)).get(timeout=120)

    assert held(leaf(3.0, "x", grad=0.5)) == held(found)
