"""Frames: which nodes belong to which neuron, read off the graph."""

from collections import Counter

import pytest

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Value
from autograd_mini.functions import sum
from autograd_mini.losses import binary_cross_entropy, cross_entropy, hinge, l2
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.viz.frames import frames


def counts(framed):
    """How many nodes stand in each frame."""
    return dict(Counter(framed.values()))


@pytest.mark.parametrize("expanded", [False, True])
def test_an_mlp(expanded):
    """Each neuron holds its weights, bias, sum and activation; inputs stand outside."""
    model = MLP(2, [2, 1], activation="tanh", seed=0, expanded=expanded)
    f = model([1.0, 2.0])
    sums = 4 if expanded else 2  # two products, two sums; or dot and +

    assert counts(frames(f)) == {
        ("layer 1", "neuron 1"): 3 + sums + 1,
        ("layer 1", "neuron 2"): 3 + sums + 1,
        ("layer 2", "neuron 1"): 3 + sums,
    }
    assert {"x[1]", "x[2]"} == {node.label for node in toposort(f) if node not in frames(f)}


@pytest.mark.parametrize("expanded", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_a_batch_shares_the_frames(expanded, bias):
    """Called on several examples, a neuron keeps one frame, and sums over examples stay outside."""
    model = MLP(1, [1, 1], seed=0, expanded=expanded, bias=bias)
    scores = [model(x) for x in (1.0, 2.0, 3.0)]
    of_each = [set(frames(score)) for score in scores]

    assert set.union(*of_each) == set(frames(scores[0] + scores[1] + scores[2]))
    assert set.union(*of_each) == set(frames(sum(scores)))
    assert set.union(*of_each) == set(frames(*scores))


@pytest.mark.parametrize(
    "loss",
    [
        lambda f: hinge(f, 1),
        lambda f: binary_cross_entropy(f, 1),
        lambda f: f + f,
        lambda f: (f * f).relu(),
        lambda f: f * 2.0 + f,
        lambda f: f.exp() + 1.0,
    ],
)
@pytest.mark.parametrize("expanded", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_what_comes_after_stays_outside(loss, expanded, bias):
    """A loss on the output of a linear neuron is in no frame."""
    f = Neuron(2, "linear", seed=0, expanded=expanded, bias=bias)([1.0, 2.0])

    assert set(frames(loss(f))) == set(frames(f))
    assert f in frames(f)


def test_penalties_and_softmax_stay_outside():
    """A penalty uses weights and a softmax scores, but neither is part of a neuron."""
    layer = Layer(2, 2, "softmax", seed=0)
    y = layer([1.0, 2.0])
    cost = l2(layer.weights()) + sum([w * w for w in layer.weights()]) - y[0].log()
    rules = Counter(node.rule.name for node in frames(cost) if node.rule)

    assert {"dot": 2, "add": 2} == rules
    assert {("layer", "neuron 1"): 5, ("layer", "neuron 2"): 5} == counts(frames(cost))


def test_two_networks_are_told_apart_by_their_names():
    """The name of an MLP is part of its frames."""
    encoder, decoder = MLP(1, [1], name="e"), MLP(1, [1], name="d")

    assert {("layer e1", "neuron 1"): 4, ("layer d1", "neuron 1"): 4} == counts(frames(decoder(encoder(1.0))))


def test_a_graph_written_by_hand():
    """Labels as in the lectures are enough; other graphs have no frames."""
    w, b, x, y = Value(2.0, "w[1]"), Value(1.0, "b"), Value(3.0, "x"), Value(0.0, "weight")
    f = (x * w + b).sigmoid()

    assert {("neuron",)} == set(frames(f * y).values())
    assert {w, b, f} < set(frames(f * y))
    assert {} == frames((x * y + b).relu())


def test_order_and_size():
    """Nodes come in topological order, in a deep network as in a small one."""
    model = MLP(2, [4] * 50 + [3], seed=0)
    cost = cross_entropy(model([1.0, 2.0]), 0)
    framed = frames(cost)

    assert list(framed) == [node for node in toposort(cost) if node in framed]
    assert 203 == len(set(framed.values()))
