"""The three looks of a picture, light and dark: which one is taken, how large it is, and what stays readable in it."""

import re
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import draw, log, parse, sin, softmax, steps, tanh, variables
from autograd_mini.nn import MLP
from autograd_mini.viz import colours
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.looks import scene_in_style
from autograd_mini.viz.sizes import FORMULA_HEIGHT

SVG = "{http://www.w3.org/2000/svg}"


def lecture():
    return parse("f = (u + v) * w", u=2, v=3, w=4)


def sigmoid_by_operations():
    return parse("f = 1 / (1 + exp(-(w * x + b)))", w=2, x=-1, b=3)


def cross_entropy():
    return -log(softmax(variables(z1=1.7, z2=1.4, z3=-1.3))[1])


def forty():
    x, y = variables(x=0.5, y=-1.2)
    a, b = x * y, y + x
    for _ in range(5):
        a, b = tanh(a + x), sin(b) * y + 0.5
        a, b = a * b, b + a
    return a * b


def network():
    return MLP(2, [3, 1], activation="tanh", seed=0)([1.0, -2.0]) ** 2


@pytest.mark.parametrize(
    ("f", "style"),
    [
        (lecture, "cards"),
        (sigmoid_by_operations, "compact"),
        (cross_entropy, "compact"),
        (forty, "compact"),
        (network, "network"),
    ],
)
def test_the_look_that_is_taken(f, style):
    """Labelled cards up to ten nodes, compact ones beyond, networks as such; any of them can be asked for."""
    assert style == scene_in_style(f()).style == draw(f()).scene.style
    for asked in ("cards", "compact"):
        assert asked == draw(f(), style=asked).scene.style
        assert f'class="{asked}"' in steps(f(), style=asked).html()


@pytest.mark.parametrize("function", [draw, steps])
def test_wrong_looks_are_refused(function):
    """Another name, another type, or a network where there is none."""
    with pytest.raises(ValueError, match="no style is called 'tiny'; choose one of cards, compact, network"):
        function(lecture(), style="tiny")
    with pytest.raises(TypeError, match="the style is 'cards', 'compact' or 'network', got int 3"):
        function(lecture(), style=3)
    with pytest.raises(ValueError, match="cannot be drawn as a network"):
        function(lecture(), style="network")
    with pytest.raises(ValueError, match="no theme is called 'pink'; choose one of auto, light, dark"):
        draw(lecture(), theme="pink")


@pytest.mark.parametrize(
    ("f", "right", "down"),
    [(lecture, 395, (260, 215)), (sigmoid_by_operations, 945, (260, 533)), (cross_entropy, 1140, (340, 613))],
)
def test_compact_cards_take_little_room(f, right, down):
    """How wide they are from left to right, and how wide and high downwards, with margins, in points."""
    scene = scene_in_style(f(), style="compact")
    lengthwise, downwards = (layout_of(scene, downwards=way) for way in (False, True))

    assert lengthwise.width + 32 <= right
    assert downwards.width + 32 <= down[0]
    assert downwards.height + 32 <= down[1]


def test_a_graph_of_many_columns_runs_downwards():
    """So that forty nodes can be read on a laptop, whose window scrolls in that direction."""
    layout = layout_of(scene_in_style(forty()))

    assert layout.width < 660
    assert layout.height > layout.width


@pytest.mark.parametrize("f", [sigmoid_by_operations, cross_entropy, forty])
@pytest.mark.parametrize("downwards", [False, True])
def test_no_arrow_crosses_a_card_or_a_name(f, downwards):
    """Along every arrow no point is inside a card, or in the line of its own head's or tail's name."""
    scene = scene_in_style(f(), style="compact")
    layout = layout_of(scene, downwards=downwards)
    for arrow in scene.arrows:
        points = layout.arrows[arrow.id].points
        pieces = [points[i : i + 4] for i in range(0, len(points) - 1, 3)]
        ends = {arrow.tail.id, arrow.head.id}
        for piece in pieces:
            for k in range(21):
                t = k / 20
                weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
                x, y = (
                    sum(w * corner[axis] for w, corner in zip(weights, piece, strict=True)) for axis in (0, 1)
                )
                for card in scene.cards:
                    (left, top), (right, bottom) = layout.corners(card.id)
                    name = (
                        FORMULA_HEIGHT - 3
                        if layout.faces.of[card.id].above and card.id in ends and not downwards
                        else 0
                    )
                    assert not (left + 2 < x < right - 2 and top + 2 - name < y < bottom - 2), (
                        arrow.id,
                        card.name,
                    )


@pytest.mark.parametrize("f", [sigmoid_by_operations, cross_entropy, forty])
@pytest.mark.parametrize("downwards", [False, True])
def test_labels_lie_on_no_card_and_on_no_other_label(f, downwards):
    """A factor can be read: nothing else is where it stands."""
    f = f()
    f.backward()
    scene = scene_in_style(f, style="compact")
    layout = layout_of(scene, downwards=downwards)
    labels = [layout.arrows[arrow.id].label for arrow in scene.arrows if arrow.is_labelled]
    for i, (x, y) in enumerate(labels):
        for card in scene.cards:
            (left, top), (right, bottom) = layout.corners(card.id)
            assert not (left < x < right and top < y < bottom)
        assert all(abs(x - x2) > 18 or abs(y - y2) > 9 for x2, y2 in labels[:i])


def test_a_factor_is_short():
    """×4, ×(−0.534), three digits; nothing before the backward pass; grey if it changes nothing."""
    f = sigmoid_by_operations()
    drawing = draw(f, style="compact")
    assert {""} == {arrow.short for arrow in drawing.scene.arrows}

    f.backward()
    drawing = draw(f, style="compact")
    labels = [g for g in ET.fromstring(drawing.svg()).iter(f"{SVG}g") if g.get("class") == "partial"]
    factors = [label[-1].text for label in labels]

    assert ["×(−1)", "×2", "×1", "×1", "×(−1)", "×0.368", "×1", "×(−0.534)"] == factors
    assert {"×1"} == {label[-1].text for label in labels if label[-1].get("fill") == colours.GREY}


def rules(svg):
    """The style sheet of a drawing."""
    return "".join(element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}style"))


@pytest.mark.parametrize("f", [lecture, cross_entropy, network])
def test_a_drawing_follows_the_colours_of_its_reader(f):
    """Its own colours are the light ones, in attributes; every one of them has a rule for dark screens."""
    f = f()
    f.backward()
    auto, light, dark = (draw(f, theme=theme).svg() for theme in ("auto", "light", "dark"))
    used = set(re.findall(r'(?:fill|stroke)="(#\w+)"', light))

    assert rules(auto).startswith("@media(prefers-color-scheme:dark)")
    assert "" == rules(light) == rules(dark)
    assert "var(" not in auto + light + dark
    for colour in used - {colours.POSITIVE, "#009E73"}:
        assert f'="{colour}"]' in rules(auto), colour
    assert colours.PAPER not in dark
    assert colours.INK not in dark
    assert re.sub(r"<style>.*</style>\s*", "", auto, flags=re.DOTALL).replace(' class="auto"', "") == light


def brightness(colour):
    return sum(int(colour[i : i + 2], 16) for i in (1, 3, 5)) / 765


def test_dark_colours_stand_out():
    """Ink on dark paper as ink on white, in every role."""
    for role in vars(colours).values():
        if isinstance(role, colours.Role) and role.fill != "none" and role is not colours.ARROW:
            text, fill = (colours.DARK.get(colour, colour) for colour in (role.text, role.fill))
            assert brightness(text) - brightness(fill) > 0.3, role
