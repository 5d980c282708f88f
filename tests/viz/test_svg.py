"""The SVG is read back as XML and compared with the graph it shows."""

import re
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import Value, dot, exp, log, maximum, parse, relu, softmax, sum, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.drawn import drawn
from autograd_mini.formulas.names import names
from autograd_mini.viz import draw
from autograd_mini.words.visible import on_the_line

SVG = "{http://www.w3.org/2000/svg}"
NAMES = [
    "</svg><script>alert(1)</script>",
    'a"b<i>',
    "a&b &lt; &#0;",
    "]]>",
    "<!-- x",
    "\\N \\n \\",
    "%s {0} $x",
    "😀 é ñ 漢字",
    "שלום",
    "' onload='alert(1)",
    "  two  spaces",
]


def read(drawing):
    """The document, its groups by class, and the text in a group by the class of the text."""
    document = ET.fromstring(drawing.svg())
    groups = {}
    for group in document.iter(f"{SVG}g"):
        for kind in group.get("class", "").split():
            groups.setdefault(kind, []).append(group)
    return document, groups


def inner(group, *classes):
    """The text of the element at the end of a path of classes, "" if it has none."""
    for kind in classes:
        group = next(child for child in group if child.get("class") == kind)
    return "".join(group.itertext())


def neuron():
    w1, x1, w2, x2, b, w3 = variables(w1=0.5, x1=2, w2=-1, x2=3, b=4, w3=2)
    return w3 * relu(w1 * x1 + w2 * x2 + b)


def cross_entropy():
    return -log(softmax(variables(s1=2, s2=-1, s3=0.5))[0])


def squares():
    (a,) = variables(a=-1.2345e-101)
    return (a * a + 3) / maximum(a, 1e300) + exp(-a)


@pytest.mark.parametrize("graph", [neuron, cross_entropy, squares])
@pytest.mark.parametrize("after", [False, True])
def test_every_name_value_and_gradient_is_in_its_box(graph, after):
    """Boxes hold what the nodes hold, before and after the backward pass, and in topological order."""
    f = graph()
    if after:
        f.backward()
    order = toposort(f)
    called = names(order)
    name = {
        node: str(drawn.constant(node.data) if node.is_constant else drawn.symbol(called[node]))
        for node in order
    }
    groups = read(draw(f, style="cards"))[1]
    nodes, held = groups["node"], groups.get("held", [])

    assert [name[node] for node in order] == [group.get("data-name") for group in nodes]
    assert [repr(node.data) for node in order] == [group.get("data-value") for group in nodes]
    for node, group in zip(order, nodes, strict=True):
        if node.is_constant:
            assert inner(group, "number") == on_the_line(name[node])
            continue
        assert inner(group, "name") == on_the_line(name[node])
        assert inner(group, "value", "number") == on_the_line(str(drawn.constant(node.data)))
        if group in held:
            assert "constant" == inner(group, "caption")
            continue
        assert inner(group, "gradient", "title").startswith(on_the_line(f"∂f/∂{name[node]}"[:6]))
        assert inner(group, "gradient", "number") == (
            on_the_line(str(drawn.constant(node.grad))) if after else ""
        )
        assert group.get("data-gradient") == (repr(node.grad) if after else None)


def test_the_picture_of_the_lecture():
    """f = (u + v) w with the numbers of the lecture, every box and every edge."""
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    f.backward()
    groups = read(draw(f))[1]
    boxes = [
        (inner(g, "name"), inner(g, "value", "number"), inner(g, "gradient", "number"))
        for g in groups["node"]
    ]
    edges = [(g.get("data-tail"), g.get("data-head"), g.get("data-partial")) for g in groups["edge"]]
    partials = [(inner(g, "title"), inner(g, "number")) for g in groups["partial"]]

    assert boxes == [("u", "2", "4"), ("v", "3", "4"), ("t1", "5", "4"), ("w", "4", "5"), ("f", "20", "1")]
    assert edges == [("n0", "n2", "1.0"), ("n1", "n2", "1.0"), ("n2", "n4", "4.0"), ("n3", "n4", "5.0")]
    assert partials == [
        ("∂(u + v)/∂u", "1"),
        ("∂(u + v)/∂v", "1"),
        ("∂(t1 × w)/∂t1", "4"),
        ("∂(t1 × w)/∂w", "5"),
    ]
    assert [inner(g, "symbol") for g in groups["result"] + groups["output"]] == ["+", "×"]


def test_outdated_numbers_are_struck_through():
    """Of u v + w after u.data = 5: the boxes and labels that no longer follow, a note below, and no others."""
    f = parse("f = u*v + w", u=2, v=3, w=4)
    f.backward()
    before = read(draw(f))
    f.parents[0].parents[0].data = 5
    document, groups = read(draw(f))
    struck = [
        text.text for text in document.iter(f"{SVG}text") if text.get("text-decoration") == "line-through"
    ]
    heights = [float(picture.get("height")) for picture in (before[0], document)]

    assert "outdated" not in before[1]
    assert struck == [inner(group, "number") for group in groups["outdated"]] == ["2", "2", "6", "10"]
    assert ["partial", "gradient", "value", "value"] == [
        g.get("class").split()[0] for g in groups["outdated"]
    ]
    assert "call f.forward()" in [text.text for text in document.iter(f"{SVG}text")][-1]
    assert heights[0] < heights[1]
    assert before[0].get("width") == document.get("width")


def test_before_forward_and_backward_the_boxes_are_there_and_empty():
    """Unknown is not zero."""
    groups = read(draw(parse("(u + v) * w")))[1]

    assert len(groups["value"]) == len(groups["gradient"]) == 5
    assert {inner(group, "number") for group in groups["value"] + groups["gradient"]} == {""}
    assert "partial" not in groups


def test_nothing_moves_when_numbers_come():
    """Frames, boxes and lines of the picture before are those of the picture after."""

    def shapes(drawing):
        document = read(drawing)[0]
        partials = [
            rect for group in document.iter(f"{SVG}g") if group.get("class") == "partial" for rect in group
        ]
        rects = [e.attrib for e in document.iter(f"{SVG}rect") if e not in partials]
        return [[r.get(k) for k in ("x", "y", "width", "height")] for r in rects], [
            e.get("d") for e in document.iter(f"{SVG}path")
        ]

    f = parse("f = (u + v) * w")
    unbound = shapes(draw(f))
    f.forward(u=2, v=3, w=-1.234e-9)
    bound = shapes(draw(f))
    f.backward()

    assert unbound == bound == shapes(draw(f))


def test_a_node_used_twice_by_one_operation_has_two_edges():
    """a * a shows two arrows, each with its own partial, along different lines."""
    (a,) = variables(a=3)
    f = a * a
    f.backward()
    groups = read(draw(f))[1]
    lines = {path.get("d") for group in groups["edge"] for path in group.iter(f"{SVG}path")}

    assert [(g.get("data-tail"), g.get("data-head"), g.get("data-partial")) for g in groups["edge"]] == [
        ("n0", "n1", "3.0")
    ] * 2
    assert len(lines) == len(groups["partial"]) == 2


def test_a_constant_has_neither_gradient_box_nor_partial():
    """The 3 of 3 x is a bare number."""
    (x,) = variables(x=2)
    f = 3 * x
    f.backward()
    groups = read(draw(f))[1]

    assert len(groups["gradient"]) == 2
    assert [group.get("data-edge") for group in groups["partial"]] == ["e1"]


def test_the_same_graph_gives_the_same_bytes():
    """Two graphs built alike are drawn alike, whatever was drawn between."""

    def picture():
        f = cross_entropy()
        f.backward()
        return draw(f).svg()

    first = picture()
    draw(neuron()).svg()

    assert first == picture()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_as_it_is_and_runs_nowhere(name):
    """Markup in a name is text; the document has no elements but ours."""
    f = sum([Value(1.5, name), Value(2.0, "v")])
    f.backward()
    document, groups = read(draw(f))
    node = groups["node"][0]
    shown = inner(node, "name").removesuffix("…")

    assert node.get("data-name") == name
    assert name.startswith(shown)
    assert shown
    assert name in node.find(f"{SVG}title").text
    assert {e.tag.removeprefix(SVG) for e in document.iter()} == {
        "svg", "title", "desc", "style", "g", "rect", "path", "polygon", "text",
    }  # fmt: skip
    assert not [key for e in document.iter() for key in e.attrib if key.startswith("on") or "href" in key]


def test_characters_that_cannot_be_shown_are_written_out():
    """A newline, a NUL and a mark that turns the writing are shown as Python writes them."""
    f = Value(1.0, 'a"b\n<i>') + Value(2.0, "nul\0\x1b\ud800") + Value(3.0, "\u202eevil")
    inputs = read(draw(f))[1]["input"]

    assert [inner(group, "name") for group in inputs] == ['a"b\\n<i>', "nul\\x00\\x1b\\ud800", "\\u202eevil"]


def test_a_long_name_is_shortened_and_kept_in_full_beside():
    """Two hundred characters do not fit a card, but its title has them all."""
    name = "x" * 200
    node = read(draw(Value(1.0, name) * 2))[1]["input"][0]

    assert re.fullmatch(r"x{5,30}…", inner(node, "name"))
    assert node.find(f"{SVG}title").text == f"{name} = 1"


def test_readers_of_the_screen_are_told():
    """The picture has a role, a label and a description in words; every node and edge has a title."""
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    f.backward()
    document, groups = read(draw(f))

    assert document.get("role") == "img"
    assert document.get("aria-label") == document.find(f"{SVG}title").text == "Computation graph of f"
    assert "t₁ = u + v = 5, ∂f/∂t₁ = 4" in document.find(f"{SVG}desc").text.splitlines()
    assert groups["edge"][3].find(f"{SVG}title").text == "∂(t₁ × w)/∂w = 5"
    assert all(
        group.find(f"{SVG}title").text for group in groups["node"] + groups["edge"] + groups["partial"]
    )


def test_ids_are_unique():
    """Every node and every edge can be found by its id."""
    ids = [element.get("id") for element in read(draw(cross_entropy()))[0].iter() if element.get("id")]

    assert len(ids) == len(set(ids)) == 14 + 19


def test_the_partial_lies_on_its_line():
    """The middle of a label is a point of the curve, so that no label can be taken for another edge's."""
    f = parse("f = u + v", u=2, v=3)
    f.backward()
    groups = read(draw(f))[1]
    for edge, partial in zip(groups["edge"], groups["partial"], strict=True):
        points = [
            tuple(map(float, p.split(",")))
            for p in re.findall(r"[-\d.]+,[-\d.]+", edge.find(f"{SVG}path").get("d"))
        ]
        x, y = map(float, re.findall(r"[-\d.]+", partial.get("transform")))
        (x0, y0), (x1, y1) = points[0], points[-1]

        assert x0 < x < x1
        assert y == pytest.approx(y0 + (x - x0) * (y1 - y0) / (x1 - x0), abs=3)


def test_coordinates_have_two_decimals_at_most():
    """Files stay small and the same on every machine."""
    f = dot(variables(a=1, b=2, c=3), variables(d=4, e=5, f=6))
    f.backward()
    document = read(draw(f))[0]
    geometry = ("x", "y", "width", "height", "rx", "d", "points", "viewBox", "transform", "font-size")

    assert not [
        v
        for e in document.iter()
        for k, v in e.attrib.items()
        if k in geometry and re.search(r"\.\d{3}|e-", v)
    ]


def test_a_single_leaf_can_be_drawn():
    """A graph may be one node."""
    groups = read(draw(Value(2.0, "u")))[1]

    assert [inner(group, "name") for group in groups["input"]] == ["u"]
    assert inner(groups["node"][0], "gradient", "title") == "∂u/∂u"
