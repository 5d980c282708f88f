"""Networks placed layer by layer: frames apart, no edge through a card, every node where its neuron is."""

import re
from itertools import combinations, pairwise

import pytest

from autograd_mini import Value, draw, parse, softmax, sum
from autograd_mini.losses import cross_entropy, hinge
from autograd_mini.nn import MLP, Dropout, Layer, Neuron
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.looks import scene_in_style

XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


def loss(*sizes, x=(1.0, -2.0, 0.5), activation="tanh"):
    return (MLP(sizes[0], sizes[1:], activation=activation, seed=0)(x[: sizes[0]]) - 0.5) ** 2


def batch():
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    return sum([(model(x) - y) ** 2 for x, y in zip(*XOR, strict=True)]) / 4


def several():
    """A network of several outputs, each with a square of its own."""
    return sum([y**2 for y in MLP(2, [3, 3], activation="relu", seed=0)([1.0, -2.0])])


NETWORKS = {
    "2-3-1": lambda: loss(2, 3, 1),
    "3-8-4-1": lambda: loss(3, 8, 4, 1),
    "2-16-16-1": lambda: loss(2, 16, 16, 1),
    "a batch of 4": batch,
    "several outputs": several,
    "a neuron": lambda: Neuron(2, "tanh", seed=0)([1.0, 2.0]) ** 2,
    "a layer": lambda: sum(Layer(2, 3, "relu", seed=0)([1.0, 2.0])),
    "without biases": lambda: MLP(2, [2, 1], bias=False, seed=0)([1.0, 2.0]),
    "hinge": lambda: hinge([MLP(2, [2, 1], seed=0)([1.0, 2.0])], [1]),
}
every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


def placed(f):
    f.backward()
    scene = scene_in_style(f)
    assert "network" == scene.style
    return scene, layout_of(scene)


def overlap(one, other):
    """Whether two boxes share more than a line."""
    ((left, top), (right, bottom)), ((left_2, top_2), (right_2, bottom_2)) = one, other
    return left < right_2 - 0.01 and left_2 < right - 0.01 and top < bottom_2 - 0.01 and top_2 < bottom - 0.01


def all_frames(frames):
    return [frame for outer in frames for frame in (outer, *all_frames(outer.inner))]


def shown(scene, layout):
    """The corners of every card that has a size, with the name above it."""
    return {
        card.id: ((left, top - layout.faces.of[card.id].above), (right, bottom))
        for card in scene.cards
        if layout.faces.of[card.id].kind != "hidden"
        for (left, top), (right, bottom) in [layout.corners(card.id)]
    }


@every_network
def test_cards_do_not_overlap_and_stand_in_their_frames(network):
    """Frames are apart unless one is inside the other; a card is inside its own frames and outside all others."""
    scene, layout = placed(network())
    cards, frames = shown(scene, layout), all_frames(scene.frames)
    parents = {inner.id: frame.id for frame in frames for inner in frame.inner}

    for one, other in combinations(cards.values(), 2):
        assert not overlap(one, other)
    for one, other in combinations(frames, 2):
        if other.id in (parents.get(one.id), one.id) or one.id in (parents.get(other.id), other.id):
            continue
        assert not overlap(layout.frames[one.id], layout.frames[other.id])
    for frame in frames:
        inside = {card.id for each in all_frames([frame]) for card in each.cards}
        (left, top), (right, bottom) = layout.frames[frame.id]
        for id_, (corner, other) in cards.items():
            if id_ in inside:
                assert left <= corner[0] < other[0] <= right
                assert top <= corner[1] < other[1] <= bottom
            else:
                assert not overlap((corner, other), layout.frames[frame.id])


def crosses(start, end, box):
    """Whether a straight line runs through a box, by the part of it that is between the box's sides."""
    (left, top), (right, bottom) = box
    first, last = 0.0, 1.0
    for a, b, low, high in ((start[0], end[0], left, right), (start[1], end[1], top, bottom)):
        if abs(b - a) < 1e-9:
            if not low + 0.5 < a < high - 0.5:
                return False
            continue
        near, far = sorted(((low + 0.5 - a) / (b - a), (high - 0.5 - a) / (b - a)))
        first, last = max(first, near), min(last, far)
    return first < last


@every_network
def test_no_edge_runs_through_a_card(network):
    """Edges are straight, and meet no card and no card of a neuron but those at their ends."""
    scene, layout = placed(network())
    units = {
        frame.id: layout.frames[frame.id] for frame in all_frames(scene.frames) if frame.id in layout.panels
    }
    drawn = [arrow for arrow in scene.arrows if not layout.arrows[arrow.id].is_implied]
    assert drawn

    for arrow in drawn:
        curve = layout.arrows[arrow.id]
        start, end = curve.points[0], curve.tip
        for box in (*shown(scene, layout).values(), *units.values()):
            assert not crosses(start, end, box), f"{arrow.tail.name} -> {arrow.head.name}"
        for x, y in curve.points[1:]:  # on the line between them
            assert (x - start[0]) * (end[1] - start[1]) == pytest.approx(
                (y - start[1]) * (end[0] - start[0]), abs=1e-6
            )


@every_network
def test_an_edge_touches_what_it_joins(network):
    """It begins and ends at the border of a card, or of the card of a neuron."""
    scene, layout = placed(network())
    unit_of = {
        card.id: frame.id
        for frame in all_frames(scene.frames)
        if frame.id in layout.panels
        for card in frame.cards
    }

    def is_on_border(point, card):
        (left, top), (right, bottom) = (
            layout.frames[unit_of[card]] if card in unit_of else layout.corners(card)
        )
        return left - 0.01 <= point[0] <= right + 0.01 and top - 0.01 <= point[1] <= bottom + 0.01

    for arrow in scene.arrows:
        curve = layout.arrows[arrow.id]
        if not curve.is_implied:
            assert is_on_border(curve.tip, arrow.head.id)
            row = layout.cards[arrow.tail.id][
                1
            ]  # the inputs of a batch share a line, behind the last of them
            beside = [card for card in scene.cards if layout.cards[card.id][1] == row]
            alike = [card for card in beside if card.kind == arrow.tail.kind]
            assert any(is_on_border(curve.points[0], card.id) for card in alike)


@pytest.mark.parametrize("name", ["2-3-1", "3-8-4-1", "a batch of 4"])
def test_an_edge_ends_at_the_row_of_its_weight(name):
    """So one sees which weight a value is multiplied with."""
    scene, layout = placed(NETWORKS[name]())
    seen = 0
    for arrow in scene.arrows:
        curve = layout.arrows[arrow.id]
        if arrow.head.symbol != "·" or curve.is_implied:
            continue
        factors = [a.tail for a in scene.arrows if a.head is arrow.head]
        weight = factors[factors.index(arrow.tail) - len(factors) // 2]
        assert layout.cards[weight.id][1] == pytest.approx(curve.tip[1])
        seen += 1
    assert seen


@every_network
def test_layers_go_to_the_right_and_units_downwards(network):
    """Columns follow each other, and units stand in their order, evenly."""
    scene, layout = placed(network())
    layers = [frame for frame in scene.frames if frame.inner]
    for one, other in pairwise(sorted(layers, key=lambda frame: frame.title)):
        assert layout.frames[one.id][1][0] < layout.frames[other.id][0][0]
    for layer in layers:
        tops = [
            layout.frames[unit.id][0][1]
            for unit in sorted(layer.inner, key=lambda unit: int(unit.title.split()[1]))
        ]
        steps = [b - a for a, b in pairwise(tops)]
        assert tops == sorted(tops)
        assert not steps or max(steps) == pytest.approx(min(steps))


@every_network
def test_everything_is_on_the_paper(network):
    """Cards, frames and words lie between 0 and the size of the picture."""
    scene, layout = placed(network())
    points = [point for box in (*shown(scene, layout).values(), *layout.frames.values()) for point in box]
    points += [note.place for note in layout.notes]

    assert all(-0.01 <= x <= layout.width + 0.01 and -0.01 <= y <= layout.height + 0.01 for x, y in points)


@pytest.mark.parametrize(
    ("name", "wide", "high"),
    [("2-3-1", 876, 340), ("3-8-4-1", 1430, 646), ("2-16-16-1", 940, 574), ("a batch of 4", 1718, 430)],
)
def test_pictures_are_small(name, wide, high):
    """They fit a screen: what four pictures take, in points."""
    _, layout = placed(NETWORKS[name]())

    assert layout.width + 32 <= wide
    assert layout.height + 32 <= high


def test_examples_of_a_batch_are_told_apart():
    """Their columns are numbered, over the inputs and over every layer; each value is there, parameters once."""
    scene, layout = placed(batch())
    words = [note.text for note in layout.notes]

    assert [f"({i})" for i in range(1, 5)] == sorted(set(words) - {"inputs"})
    assert 2 + 2 == words.count("(3)")  # two inputs, two layers
    leaves = [card for card in scene.cards if card.kind == "input"]
    inputs = [card for card in leaves if layout.faces.of[card.id].kind == "example"]
    assert 8 == len(inputs) == len({layout.cards[card.id] for card in inputs})
    assert 2 * 3 + 3 + 3 + 1 == len(leaves) - len(inputs)


def test_large_networks_show_gradients_as_lines():
    """Of 2-16-16-1 every edge is as wide and as coloured as the gradient of its weight, which its title has."""
    f = loss(2, 16, 16, 1)
    f.backward()
    drawing = draw(f)
    svg = drawing.svg()
    carried = set(layout_of(drawing.scene).carried.values())
    weights = [card for card in drawing.scene.cards if card.id in carried]

    assert 2 * 16 + 16 * 16 + 16 == len(weights) == svg.count("stroke-opacity")
    assert len([w for w in weights if w.gradient > 0]) == svg.count('stroke="#D55E00" stroke-width')
    assert len([w for w in weights if w.gradient < 0]) == svg.count('stroke="#7B3294" stroke-width')
    assert all(f"<title>{card}</title>" in svg for card in weights)


def test_lines_that_tell_gradients_can_be_switched_off():
    """Then they are arrows like others; no card moves."""
    f = loss(2, 16, 16, 1)
    f.backward()
    told, plain = draw(f).svg(), draw(f, flow=False).svg()
    heads = len([arrow for arrow in draw(f).scene.arrows if arrow.head.symbol == "·"]) // 2

    assert "stroke-opacity" not in plain
    assert heads == plain.count("<polygon") - told.count("<polygon")
    assert re.findall("translate.*?>", told) == re.findall("translate.*?>", plain)
    with pytest.raises(TypeError, match="flow is True or False, got int 1"):
        draw(f, flow=1)


@pytest.mark.parametrize(
    "f",
    [
        lambda: parse("f = (u + v) * w", u=2, v=3, w=4),
        lambda: MLP(2, [2, 1], expanded=True, seed=0)([1.0, 2.0]),
        lambda: softmax(MLP(2, [2, 2], seed=0)([1.0, 2.0]))[0],
        lambda: cross_entropy([MLP(2, [3, 2], seed=0)([1.0, 2.0])], [1]),
        lambda: MLP(2, [30, 1], seed=0)([1.0, 2.0]),
        lambda: MLP(1, [2, 1], seed=0)([Value(1.0, "a") * 2]),
        lambda: (
            sum(Dropout(0.5, seed=0)(MLP(2, [3, 3], seed=0)([1.0, 2.0]))) * MLP(2, [2, 1], seed=1)([1.0, 2.0])
        ),
    ],
)
def test_what_cannot_be_placed_so_is_drawn_as_cards(f):
    """By default in another style; asked for by name it is an error that says what a network takes."""
    f = f()

    assert scene_in_style(f).style in ("cards", "compact")
    assert "<svg" in draw(f).svg()
    with pytest.raises(ValueError, match=r"cannot be drawn as a network: .* use style='compact'"):
        draw(f, style="network")
