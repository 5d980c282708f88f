"""Networks that were written as formulas, drawn as students draw them: circles, weights on the edges."""

import pytest

from autograd_mini import draw, lectures, parse
from autograd_mini.expression import definitions
from autograd_mini.expression.arrays import entries
from autograd_mini.viz.diagram import diagram_of
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.neurons import layers_of

# Every network among the examples of the lectures: inputs, units of each layer, examples of a batch.
NETWORKS = {
    "relu-neuron-active": ([2, 1, 1], 1),
    "relu-neuron-inactive": ([2, 1, 1], 1),
    "relu-neuron-at-kink": ([2, 1, 1], 1),
    "positive-inputs-sign-plus": ([4, 1, 1], 1),
    "positive-inputs-sign-minus": ([4, 1, 1], 1),
    "positive-inputs-batch-mixed": ([2, 1], 2),
    "mlp-layer-4x3": ([3, 4], 1),
    "mlp-layer-4x3-linear-relu": ([3, 4], 1),
    "gradient-check-relu-neuron": ([2, 1, 1], 1),
    "sigmoid-neuron": ([3, 1], 1),
    "two-layer-vectorised": ([3, 4, 1], 1),
    "two-layer-batch": ([3, 4, 1], 3),
    "batch-gradient-sleep-study": ([2, 3, 1], 3),
    "sleep-study-query": ([2, 3, 1], 1),
    "rnn-cell": ([5, 3], 1),
    "mlp-regression-td1": ([2, 2, 1], 1),
    "mlp-regression-td1-update": ([2, 2, 1], 1),
    "tanh-softmax-mlp": ([2, 3, 2], 1),
    "tanh-softmax-mlp-batch": ([2, 3, 2], 3),
    "ridge-regression": ([2, 1], 3),
    "logistic-regression": ([2, 1], 3),
    "logistic-regression-softplus-form": ([2, 1], 3),
    "zero-init-sigmoid": ([1, 2, 1], 1),
    "zero-init-tanh": ([1, 2, 1], 1),
    "equal-init-tanh": ([1, 2, 1], 1),
    "zero-init-three-steps": ([1, 2, 1], 1),
    "dropout-breaks-symmetry": ([1, 2, 1], 1),
    "dropout-mirrored-masks": ([1, 2, 1], 1),
    "dropout-useless-when-f0-is-0": ([1, 2, 1], 1),
    "linear-collapse": ([3, 2, 2], 1),
    "relu-softmax-nll": ([2, 3, 3], 1),
    "batch-gradient-descent": ([2, 3, 3], 4),
    "elastic-net-risk": ([2, 3, 3], 4),
}
EXAMPLES = [example for document in lectures.all() for example in document.examples]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_which_examples_are_networks(example):
    """All that are, in their layers, and no other."""
    layers = layers_of(*[node for each in example.model.values() for node in entries(each)])
    found = layers and ([len(layers[0][0].weights), *map(len, layers)], len(layers[0][0].outputs))

    assert NETWORKS.get(example.id, []) == found


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_drawn(name):
    """Each neuron is a circle, each weight is on the edge to it, no two cards meet, all inside of the picture."""
    example = lectures.get(name)
    drawing = example.draw(style="network")
    scene = drawing.scene
    layout = layout_of(scene)
    boxes = {card.id: layout.corners(card.id) for card in scene.cards}

    assert [len(column) for column in scene.columns] == NETWORKS[name][0]
    for column, before in zip(scene.columns[1:], scene.columns, strict=False):
        for circle in column:
            assert layout.faces.of[circle.card.id].radius * 2 == layout.faces.of[circle.card.id].wide
            assert len(circle.weights) == len(before)
    for id_, ((left, top), (right, bottom)) in boxes.items():
        assert min(left, top) >= -0.01
        assert right <= layout.width + 0.01
        assert bottom <= layout.height + 0.01
        for other, ((a, b), (c, d)) in boxes.items():
            assert (
                id_ == other or right <= a + 0.01 or c <= left + 0.01 or bottom <= b + 0.01 or d <= top + 0.01
            )
    assert drawing.svg().count('class="node') == len(scene.cards)


def test_numbers_of_a_network():
    """Those of the run, with the sums and biases below the neurons and the loss at the end."""
    example = lectures.get("mlp-regression-td1")
    run, scene = example.run(), example.draw(style="network").scene
    hidden = scene.columns[1][0]

    assert (hidden.card.value, hidden.card.gradient) == (run.values["h_1"], run.gradients["h_1"])
    assert [card.name for card in hidden.rows] == ["a₁", "b₁"]
    assert [card.gradient for card in hidden.weights] == [run.gradients["w_1A"], run.gradients["w_1B"]]
    assert (hidden.card.symbol, hidden.card.formula) == ("sigmoid", "sigmoid(a₁)")
    assert scene.result.value == run.values["loss"]
    assert [card.name for card in scene.data] == ["target"]


def test_a_weight_is_on_the_line_it_belongs_to():
    scene = lectures.get("tanh-softmax-mlp").draw(style="network").scene
    layout = layout_of(scene)
    lines = {(arrow.tail.id, arrow.head.id): layout.arrows[arrow.id] for arrow in scene.arrows}
    for before, column in zip(scene.columns, scene.columns[1:], strict=False):
        for circle in column:
            for tail, weight in zip(before, circle.weights, strict=True):
                curve, (x, y) = lines[tail.card.id, circle.card.id], layout.cards[weight.id]
                (x0, y0), (x1, y1) = curve.points[0], curve.tip
                assert y == pytest.approx(y0 + (x - x0) * (y1 - y0) / (x1 - x0))


def test_examples_of_a_batch_are_rows():
    """Below the circle, which has the name that they have in common."""
    scene = lectures.get("tanh-softmax-mlp-batch").draw(style="network").scene
    unit = scene.columns[1][1]

    assert (unit.card.name, unit.card.value) == ("H₂", None)
    assert [row.name for row in unit.rows] == ["b_h[2]", "H₁,₂", "H₂,₂", "H₃,₂"]


def test_a_mask_stands_below_what_it_masks():
    scene = lectures.get("dropout-breaks-symmetry").draw(style="network").scene

    assert [[(row.name, row.value) for row in circle.rows] for circle in scene.columns[1]] == [
        [("m₁", 1.0)],
        [("m₂", 0.0)],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "f = (u + v) * w",
        "f = d*m + m + m*k",  # m would be a weight and an input
        "h = tanh(w1*x + v1*y); f = a*h + b*x",  # past a layer
        "f = tanh(w * x)",  # nothing is added up
        "f = tanh(3*x + 2*y)",  # no weight is a number
        "f = " + " + ".join(f"w{i}*x{i}" for i in range(9)),  # more than fit
    ],
)
def test_what_is_no_network(text):
    f = parse(text)

    assert diagram_of(f) is None
    with pytest.raises(ValueError, match="cannot be drawn as a network"):
        draw(f, style="network")


def test_without_numbers():
    """The boxes are there, and empty."""
    scene = draw(parse("h = tanh(w1*x1 + w2*x2 + b)"), style="network", lang="fr").scene

    assert scene.columns[1][0].card.value is None
    assert "couche 1" in draw(parse("h = tanh(w1*x1 + w2*x2)"), style="network", lang="fr").svg()


def test_which_factor_is_the_weight():
    """Data are none; of two leaves the matrix is, else the left one."""
    for text, weights in {
        "h = tanh(x @ W)": ["W[1,1]", "W[2,1]"],
        "h = tanh(W @ x)": ["W[1,1]", "W[1,2]"],
        "h = tanh(w @ x)": ["w[1]", "w[2]"],
    }.items():
        numbers = {"W": [[1, 2], [3, 4]], "x": [1, 2], "w": [1, 2]}
        model = definitions(text, {name: x for name, x in numbers.items() if name in text})
        layers = layers_of(*entries(model["h"]))
        assert [leaf.label for leaf in layers[0][0].weights] == weights
