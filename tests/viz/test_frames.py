"""Frames: which nodes belong to which neuron and layer, as the network says."""

import copy
import pickle
from collections import Counter

import pytest

from autograd_mini.custom import primitive
from autograd_mini.derivatives.anomaly import detect_anomaly
from autograd_mini.derivatives.transforms import grad, jvp
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.operations import values
from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value
from autograd_mini.functions import as_function, sum
from autograd_mini.losses import (
    binary_cross_entropy,
    binary_nll,
    cross_entropy,
    half_squared_error,
    hinge,
    l1,
    l2,
    mse,
    multiclass_hinge,
    nll,
)
from autograd_mini.nn import MLP, Dropout, Layer, Neuron
from autograd_mini.viz.frames import frames

ACTIVATIONS = ["linear", *[name for name, rule in RULES.items() if rule.arity == 1]]
every_way = pytest.mark.parametrize(
    ("bias", "expanded"), [(bias, expanded) for bias in (True, False) for expanded in (True, False)]
)


def counts(framed):
    """How many nodes stand in each frame."""
    return dict(Counter(framed.values()))


def everything_but(f, *labels):
    return {node for node in toposort(f) if node.label not in labels}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@every_way
def test_a_neuron_is_all_that_it_computes(activation, bias, expanded):
    """Whatever the activation, parameters, sums and activation are inside and inputs outside."""
    f = Neuron(2, activation, bias=bias, expanded=expanded, seed=0)([1.0, Value(2.0, "x[2]")])
    framed = frames(f)

    assert everything_but(f, "x[1]", "x[2]") == set(framed)
    assert {("neuron",)} == set(framed.values())
    assert 2 + bias + (3 if expanded else 1) + bias + (activation != "linear") == len(framed)


def test_a_primitive_of_the_user_is_an_activation_like_others():
    """An activation that the table did not have stands in the frame, too."""
    primitive("cube_of", lambda xp, x: x * x * x, lambda xp, z, x: (3.0 * x * x,))
    try:
        f = Neuron(1, "cube_of", seed=0)(2.0)

        assert "cube_of" == f.rule.name
        assert everything_but(f, "x[1]") == set(frames(f))
    finally:
        for table in (RULES, Arithmetic.definitions, vars(floats), vars(values)):
            table.pop("cube_of", None)


@pytest.mark.parametrize(
    "loss",
    [
        lambda f: hinge(f, 1),
        lambda f: hinge(f, 0),
        lambda f: binary_cross_entropy(f, 1),
        lambda f: binary_cross_entropy(f, 0),
        lambda f: binary_cross_entropy(f, 0.3),
        lambda f: binary_nll(f, 1),
        lambda f: mse(f, 1.0),
        lambda f: half_squared_error([f, f], [1.0, 2.0]),
        lambda f: cross_entropy([f, 2.0 * f], 0),
        lambda f: multiclass_hinge([f, 2.0 * f], 0),
        lambda f: nll([f, 1.0 - f], 0),
        lambda f: f + f,
        lambda f: (f * f).relu(),
        lambda f: f * 2.0 + f,
        lambda f: f.tanh(),
        lambda f: f.exp() + 1.0,
        lambda f: sum([f, f]) * f.parents[0],
        lambda f: f + Value(1.0, "b"),
    ],
)
@pytest.mark.parametrize("activation", ["linear", "relu"])
@every_way
def test_what_comes_after_stays_outside(loss, activation, bias, expanded):
    """A loss, or whatever else is made of the output, is in no frame."""
    f = Neuron(2, activation, init=0.25, bias=bias, expanded=expanded)([1.0, 2.0])

    assert frames(f) == frames(loss(f))
    assert f in frames(loss(f))


def test_penalties_stay_outside():
    """A penalty uses weights, but it is no part of the network."""
    layer = Layer(2, 2, seed=0)
    y = layer([1.0, 2.0])
    cost = sum([*y, l1(layer.weights()), l2(layer.weights()), *[w * w for w in layer.weights()]])

    assert frames(*y) == frames(cost)


@pytest.mark.parametrize("expanded", [False, True])
def test_an_mlp(expanded):
    """Each neuron holds its own nodes, and a layer its softmax; inputs stand outside."""
    model = MLP(2, [2, 2], activation=["tanh", "softmax"], seed=0, expanded=expanded)
    y = model([1.0, 2.0])
    sums = 4 if expanded else 2  # two products, two sums; or dot and +
    rules = [node.rule.name for node, path in frames(*y).items() if path == ("layer 2",)]

    assert counts(frames(*y)) == {
        ("layer 1", "neuron 1"): 3 + sums + 1,
        ("layer 1", "neuron 2"): 3 + sums + 1,
        ("layer 2", "neuron 1"): 3 + sums,
        ("layer 2", "neuron 2"): 3 + sums,
        ("layer 2",): 8,
    }
    assert Counter(max=1, shift=2, exp=2, sum=1, div=2) == Counter(rules)
    assert everything_but(sum(y), "x[1]", "x[2]", "") < set(frames(*y))


@every_way
def test_a_batch_shares_the_frames(bias, expanded):
    """Called on several examples, a neuron keeps one frame, and sums over examples stay outside."""
    model = MLP(1, [1, 1], seed=0, expanded=expanded, bias=bias)
    scores = [model(x) for x in (1.0, 2.0, 3.0)]
    of_each = [set(frames(score)) for score in scores]

    assert set.union(*of_each) == set(frames(scores[0] + scores[1] + scores[2]))
    assert set.union(*of_each) == set(frames(sum(scores)))
    assert set.union(*of_each) == set(frames(*scores))
    assert {("layer 1", "neuron 1"), ("layer 2", "neuron 1")} == set(frames(*scores).values())


def test_dropout_stays_outside():
    """What Dropout does between two layers belongs to neither."""
    model = MLP(2, [3, 1], dropout=0.5, seed=0)
    f = model([1.0, 2.0])
    masks = [node for node in toposort(f) if any(parent.is_constant for parent in node.parents)]

    assert 3 == len(masks)
    assert not set(masks) & set(frames(f))
    assert frames(Dropout(0.0)(f)) == frames(f)


def test_networks_with_names():
    """The name of an MLP is part of its frames."""
    encoder, decoder = MLP(1, [1], name="e"), MLP(1, [1], name="d")

    assert {("layer e1", "neuron 1"): 4, ("layer d1", "neuron 1"): 4} == counts(frames(decoder(encoder(1.0))))


def test_networks_without_names_are_told_apart():
    """Two layers with one title are two frames, the later one with a number, also if one is a copy."""
    first = MLP(1, [2, 1], seed=0)
    second = copy.deepcopy(first)
    x = Value(1.0)
    f = second(first(x))

    assert counts(frames(f)) == {
        ("layer 1", "neuron 1"): 5,
        ("layer 1", "neuron 2"): 5,
        ("layer 2", "neuron 1"): 5,
        ("layer 1 (2)", "neuron 1"): 5,
        ("layer 1 (2)", "neuron 2"): 5,
        ("layer 2 (2)", "neuron 1"): 5,
    }
    assert {"layer 1", "layer 2"} == {frames(f)[p][0] for p in first.parameters()}
    assert {("neuron",): 5, ("neuron (2)",): 5} == counts(frames(Neuron(1)(x) + Neuron(1)(x)))


def test_a_network_that_was_sent_elsewhere():
    """A pickled network comes back with its frames: titles are state, rules are code."""
    model = MLP(2, [2, 2], activation=["sin", "softmax"], seed=0)
    before = counts(frames(*model([1.0, 2.0])))

    assert before == counts(frames(*pickle.loads(pickle.dumps(model))([1.0, 2.0])))
    assert before == counts(frames(*copy.copy(model)([1.0, 2.0])))


def test_a_graph_written_by_hand():
    """Without a network there is no frame, whatever the labels say; nor does no_grad leave one."""
    w, b, x = Value(2.0, "w[1]"), Value(1.0, "b"), Value(3.0, "x")
    f = (w * x + b).sigmoid()
    with no_grad():
        y = Neuron(2, seed=0)([1.0, 2.0])

    assert {} == frames(f) == frames(y)


def test_the_same_graph_computed_again_keeps_its_frames():
    """Frames belong to the graph: another forward pass, a replay or a watcher changes nothing."""
    neuron, x = Neuron(1, "tanh", init=1.0), Value(label="x")
    f = neuron(x)
    before = frames(f)
    f.forward(x=2.0)
    with detect_anomaly():
        watched = neuron(x)
    replayed = as_function(f, "x")(Value(3.0))

    assert 5 == len(before)
    assert before == frames(f)
    assert 5 == len(frames(watched)) == len(frames(replayed))


@every_way
def test_the_table_holds_no_rule_of_a_neuron(bias, expanded):
    """A neuron applies copies of the rules, and inside transforms they do what the table's do."""
    neuron = Neuron(2, "sin", bias=bias, expanded=expanded, init=0.5)
    (by_first, by_second), point = grad(neuron)([1.0, 2.0]), ([1.0, 2.0],)
    tangent = jvp(neuron, point, ([1.0, 1.0],))[1]

    assert {None} == {rule.frame for rule in RULES.values()}
    assert tangent == pytest.approx(by_first + by_second, rel=1e-15)
    assert tangent == pytest.approx(floats.cos(1.5), rel=1e-15)


def test_order_and_size():
    """Nodes come in topological order, in a deep network as in a small one."""
    model = MLP(2, [4] * 50 + [3], seed=0)
    cost = cross_entropy(model([1.0, 2.0]), 0)
    framed = frames(cost)

    assert list(framed) == [node for node in toposort(cost) if node in framed]
    assert 203 == len(set(framed.values()))
