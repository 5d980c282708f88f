"""Frames around neurons and layers, and the boxes that stand for them in large graphs."""

import re
import xml.etree.ElementTree as ET

import pytest

from autograd_mini import Value, dot, draw, sum
from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.drawn import drawn
from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import Text
from autograd_mini.nn import MLP, Neuron
from autograd_mini.viz.collapse import boxes
from autograd_mini.viz.frames import frames
from autograd_mini.viz.scene import scene_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def large():
    """The output of a 2-16-16-1 network after its backward pass."""
    f = MLP(2, [16, 16, 1], seed=0)([1.0, -2.0])
    f.backward()
    return f


def shown(root, expand=None):
    return [card.name for card in scene_of(root, expand).cards]


def test_small_network_is_framed_and_open():
    """Every node of a small network is drawn, inside a frame for its neuron inside one for its layer."""
    f = MLP(2, [2, 1], seed=0)([1.0, -2.0])
    scene = scene_of(f)

    assert len(toposort(f)) == len(scene.cards)
    assert ["layer 1", "layer 2"] == sorted(frame.title for frame in scene.frames)
    layer = next(frame for frame in scene.frames if frame.title == "layer 1")
    assert {"neuron 1", "neuron 2"} == {frame.title for frame in layer.inner}
    assert not layer.cards
    assert {"w⁽¹⁾₁,₁", "w⁽¹⁾₁,₂", "b⁽¹⁾₁"} < {card.name for card in layer.inner[0].cards}


def test_large_network_collapses_into_layers(large):
    """Beyond what one can read, each layer is one box that names what comes out, with values and gradients."""
    scene = scene_of(large)
    layers = {card.name: card for card in scene.cards if card.kind == "box"}
    called, order = names(toposort(large)), toposort(large)
    outputs = {
        f"layer {i}": [
            node for node in order if frames(large).get(node, ("",))[0] == f"layer {i}" and node.rule
        ]
        for i in (1, 2)
    }

    assert ["layer 1", "layer 2", "layer 3"] == list(layers)
    for name in ("layer 1", "layer 2"):
        card, activated = layers[name], [node for node in outputs[name] if node.rule.name == "relu"]
        assert 16 == len(activated)
        assert (
            f"{drawn.symbol(called[activated[0]])}, …, {drawn.symbol(called[activated[-1]])}" == card.formula
        )
        assert tuple(node.data for node in activated) == card.value
        assert tuple(node.grad for node in activated) == card.gradient
    assert ("f", large.data, large.grad) == (
        layers["layer 3"].formula,
        layers["layer 3"].value,
        layers["layer 3"].gradient,
    )
    assert "∂f/∂f" == layers["layer 3"].derivative
    assert 4 == len(scene.arrows)


def test_a_box_names_only_what_can_be_seen(large):
    """Every name in a formula or a title of a collapsed picture stands on a card, alone or among what comes out."""
    scene = scene_of(large**2, "layer 2")
    words = " ".join([f"{card.name} {card.formula}" for card in scene.cards])
    named = {
        name for card in scene.cards for name in re.findall(r"∂f/∂(\w+(?:\[[\d,]+\])?)", card.derivative)
    }

    assert named <= set(re.findall(r"\w+(?:\[[\d,]+\])?", words))


def test_a_crowd_of_inputs_is_one_box():
    """A sum of ten thousand inputs has a picture: their number and the norm of their gradients."""
    w = Value(2.0, "w")
    f = sum([Value(float(i), f"x{i}") for i in range(10_000)]) * w
    f.backward()
    scene = scene_of(f)

    assert [
        "inputs of t1: 10000 inputs, ‖∂f/∂x‖ = 200",
        "t₁ = x₀ + x₁ + … + x₉₉₉₉ = 49995000, ∂f/∂t₁ = 2",
        "w = 2, ∂f/∂w = 49995000",
        "f = t₁ × w = 99990000, ∂f/∂f = 1",
    ] == str(scene).splitlines()
    assert [("n0", "n1"), ("n1", "n3"), ("n2", "n3")] == [(a.tail.id, a.head.id) for a in scene.arrows]
    assert "entrées de t1: 10000 entrées" in str(scene_of(f, xp=Text("fr")))
    assert 4 == draw(f).svg().count('class="node ')


def test_a_crowd_is_opened_by_name():
    """Then its inputs stand in a frame of that name."""
    f = sum([Value(float(i), f"x{i}") for i in range(130)])
    scene = scene_of(f, "inputs of f")

    assert 131 == len(scene.cards)
    assert [("inputs of f", 130)] == [(frame.title, len(frame.cards)) for frame in scene.frames]
    assert scene == scene_of(f, "all")


def test_what_is_no_crowd():
    """Inputs of a small graph, few inputs, and those that others use too, are drawn one by one."""
    small = sum([Value(1.0, f"x{i}") for i in range(100)])
    few = sum([sum([Value(1.0, f"x{j}{i}") for i in range(50)]) for j in range(4)])
    shared = [Value(1.0, f"x{i}") for i in range(130)]

    for f in (small, few, sum(shared) * dot(shared, shared)):
        assert len(toposort(f)) == len(scene_of(f).cards)


def test_before_backward_the_gradients_are_unknown():
    """A box has no gradients before the backward pass."""
    scene = scene_of(MLP(2, [16, 16, 1], seed=0)([1.0, -2.0]))

    assert {None} == {card.gradient for card in scene.cards}


def test_medium_network_collapses_into_neurons():
    """Where boxes of neurons are few enough to read, they are what is shown."""
    names = shown(MLP(1, [20, 1], seed=0)([1.0]))

    assert 22 == len(names)
    assert 21 == len([name for name in names if name.startswith("neuron")])


def test_expanded_by_name(large):
    """A layer asked for by name shows its neurons, a neuron its nodes, and all others stay boxes."""
    by_layer = shown(large, "layer 2")
    by_neuron = shown(large, ["layer 1 > neuron 3"])

    assert ["layer 1", "layer 3"] == [name for name in by_layer if name.startswith("layer")]
    assert 16 == len([name for name in by_layer if name.startswith("neuron")])
    assert {"w⁽¹⁾₃,₁", "w⁽¹⁾₃,₂", "b⁽¹⁾₃", "neuron 4", "layer 2"} < set(by_neuron)
    assert "neuron 3" not in by_neuron
    assert len(toposort(large)) == len(shown(large, "all"))


def test_unknown_frame_lists_those_there_are(large):
    """A name that no frame has is an error with the names there are."""
    with pytest.raises(
        ValueError, match="no frame is called 'layer 4'; this graph has: layer 1, layer 1 > neuron 1"
    ):
        draw(large, expand=["layer 4"])
    with pytest.raises(ValueError, match="this graph has: none"):
        draw(Value(1.0) * 2, expand=["layer 1"])


def test_picture_of_a_large_network(large):
    """The collapsed picture is drawn with every box, and the frames of what is open around it."""
    root = ET.fromstring(draw(large, expand=["layer 2"]).svg())
    groups = {kind: [g.get("data-name") for g in root.iter(f"{SVG}g") if kind in g.get("class", "").split()]
              for kind in ("node", "frame")}  # fmt: skip

    assert ["layer 2"] == groups["frame"]
    assert 20 == len(groups["node"])


def test_single_neuron_is_one_frame():
    """A neuron of its own has one frame with all its nodes."""
    f = Neuron(2, "tanh", seed=0)([1.0, -2.0])
    (frame,) = scene_of(f).frames

    assert "neuron" == frame.title
    assert len(toposort(f)) - 2 == len(frame.cards)


def test_no_edge_is_lost_between_boxes(large):
    """Two boxes have an arrow exactly when a node of one is an input of a node of the other."""
    order = toposort(large)
    closed = boxes(order, frames(large), None)
    wanted = {(closed.get(p, p), closed.get(n, n)) for n in order for p in n.parents}

    assert len({pair for pair in wanted if pair[0] != pair[1]}) == len(scene_of(large).arrows)
