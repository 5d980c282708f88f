"""Pictures of definitions: a card for every line, arrays as arrays, the same in every view; and what opens by a click."""

import itertools
import re
from html import unescape
from random import Random
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping.test_all_views import in_dot, in_film, in_page, in_svg, in_tex

from autograd_mini import Value, draw, exp, log, mean, parse, steps, sum, tanh
from autograd_mini.cli import main
from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.definitions import lines_of
from autograd_mini.formulas.drawn import Drawn, drawn
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.stepping.slides import slides
from autograd_mini.viz.faces import Faces
from autograd_mini.viz.grids import MOST, cells_of, grid_of, in_rows
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.lettering import width
from autograd_mini.viz.scene import numbers_in, scene_of
from autograd_mini.words.visible import on_the_line

SVG = "{http://www.w3.org/2000/svg}"
NETWORK = "a = W @ x + b; h = tanh(a); o = V @ h + c; p = softmax(o); loss = -log(p[y])"
NUMBERS = {
    "W": [[0.1, 0.8], [0.4, 0.6]],
    "x": [1, 1],
    "b": [0.1, 0.1],
    "V": [[0.1, 0.2], [0.3, 0.4], [0.5, -0.6]],
    "c": [0, 0.1, 0.2],
    "y": 2,
}


def network(after=True):
    f = parse(NETWORK, **NUMBERS, data="x")
    if after:
        f.backward()
    return f


def in_boxes(svg):
    """What stands in the boxes of a picture: the texts of their entries, row by row, of each node by its name."""
    found = {}
    for node in ET.fromstring(svg).iter(f"{SVG}g"):
        if "node" in (node.get("class") or "").split():
            boxes = [box for box in node if (box.get("class") or "").split()[:1] in (["value"], ["gradient"])]
            found[node.get("data-name")] = [entries(box[-1]) for box in boxes]
    return found


def entries(text):
    cells = [part for part in text if part.get("x")]
    return ["".join(cell.itertext()) for cell in cells] if cells else ["".join(text.itertext())]


def test_the_network_of_the_lecture_is_a_card_a_line():
    """Arrays are told as in the lines of its steps, and what the loss does not take of p has the gradient 0."""
    lines = str(draw(network(), detail="definitions")).splitlines()

    assert [line.split(" = ")[0] for line in lines] == ["V", "W", "x", "b", "a", "h", "c", "o", "p", "loss"]
    assert "x = [1, 1] (data)" in lines
    assert "a = W x + b = [1, 1.1], ∂loss/∂a = [−0.003151, −0.1139]" in lines
    assert "p = softmax(o) = [0.2956, 0.4464, 0.258], ∂loss/∂p = [0, −2.24, 0]" in lines
    assert lines[-1] == "loss = −log(p₂) = 0.8065, ∂loss/∂loss = 1"


def test_before_the_backward_pass_its_boxes_are_empty():
    """What the loss does not take has no gradient either, as long as the others have none."""
    p = in_boxes(draw(network(after=False), detail="definitions").svg())["p"]

    assert p == [["0.2956", "0.4464", "0.258"], [""]]


@pytest.mark.parametrize(
    ("text", "badge"),
    [
        ("h = tanh(x)", "tanh"),
        ("h = x * x", "⊙"),
        ("h = softmax(x)", "softmax"),
        ("h = mean(x)", "mean"),
        ("h = norm(x)", "norm"),
        ("h = M @ x", "·"),
        ("h = M @ x + x", "="),
        ("h = -log(x[1])", "="),
        ("h = log(x[1])", "log"),
        ("h = x[1] * x[2] + 1", "="),
    ],
)
def test_the_badge_of_a_line_is_its_one_operation(text, badge):
    """Of several operations none speaks for the line."""
    numbers = {"x": [0.5, 0.25], "M": [[1, 2], [3, 4]]}
    f = parse(text, {name: x for name, x in numbers.items() if name in text})

    assert draw(f, detail="definitions").scene.output.symbol == badge


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("expand", [None, "h", ["a", "p"], "all"])
@pytest.mark.parametrize("style", ["cards", "compact"])
def test_every_view_shows_the_same(tmp_path, style, expand, lang):
    """SVG, TikZ, DOT, page, exercise, film, slides and notebook have the same cards, edges and frames."""
    f = network()
    trace = steps(f, lang, style=style, detail="definitions", expand=expand)
    drawing = draw(f, lang=lang, style=style, detail="definitions", expand=expand)
    nodes, edges, units, titles = shown = in_svg(ET.fromstring(drawing.svg()))
    written = [re.sub(r"\\ensuremath\{\{\}_\{(.*?)\}\}", r"\1", title) for title in in_tex(drawing.tex())[3]]
    views = {
        "unknown": in_svg(
            ET.fromstring(
                draw(network(after=False), lang=lang, style=style, detail="definitions", expand=expand).svg()
            )
        ),
        "page": in_page(trace.html()),
        "exercise": in_page(trace.exercise(tmp_path / "f.html").read_text("utf-8")),
        "film": in_film(trace),
        "notebook": in_svg(ET.fromstring(trace._repr_mimebundle_()["image/svg+xml"])),
    }
    opened = {None: [], "h": ["h = tanh(a)"], "all": None}.get(
        expand if isinstance(expand, str | None) else "", ["a = W x + b", "p = softmax(o)"]
    )

    assert dict.fromkeys(views, shown) == views
    assert (
        (nodes, edges) == in_tex(drawing.tex())[:2] == in_tex(slides(trace))[:2] == in_dot(drawing.source)[:2]
    )
    assert len(written) == len(titles) == len(in_dot(drawing.source)[2])
    assert units == 0
    assert opened is None or opened == titles


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("style", ["cards", "compact"])
def test_every_view_says_the_same_numbers(style, lang):
    """The entries of every array stand in SVG and TikZ row by row, and in words as in the lines of the steps."""
    f = network()
    drawing = draw(f, lang=lang, style=style, detail="definitions")
    boxes, tex, xp = in_boxes(drawing.svg()), drawing.tex(), Drawn(lang)
    for line, card in zip(lines_of([f]), drawing.scene.cards, strict=True):
        assert line.label == card.name
        kinds = ["data"] if card.kind == "data" else ["data", "grad"]
        for kind, box in zip(kinds, boxes[card.name], strict=True):
            known = [
                [0.0, f"{x.grad}", 0.0][0]
                if line.label == "p" and kind == "grad" and x.known("grad") is None
                else x.known(kind)
                for x in line.unit.entries
            ]
            wanted = [str(xp.constant(x)) for x in known]
            rows = cells_of(card.filled(card.value if kind == "data" else card.gradient))

            assert [on_the_line(each) for each in wanted] == box
            assert [each for row in rows for each in row] == wanted
            assert str(xp.constant(card.value)) in str(drawing)
            if len(rows) > 1:
                of_tex = [[each.replace("−", "-").replace(",", "{,}") for each in row] for row in rows]
                assert r" \\ ".join([" & ".join(row) for row in of_tex]) in tex


SHAPES = st.one_of(st.tuples(st.integers(1, 6)), st.tuples(st.integers(1, 6), st.integers(1, 6)))


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.sampled_from(["cards", "compact"]), st.data())
def test_numbers_never_stick_out(shape, style, data):
    """Whatever the numbers, an entry is narrower than its cell, cells lie in their box and boxes in their card."""
    numbers = st.floats(-1e6, 1e6) | st.floats(1e-9, 1e-3) | st.integers(-100, 100)
    rows = [[data.draw(numbers) for _ in range(shape[-1])] for _ in range(shape[0] if len(shape) == 2 else 1)]
    f = parse("L = sum(X * X)", X=rows if len(shape) == 2 else rows[0])
    f.backward()
    scene = draw(f, style=style, detail="definitions").scene
    face = Faces.of_scene(scene).of[scene.cards[0].id]
    for kind, field in face.fields:
        cells = cells_of(
            scene.cards[0].filled(scene.cards[0].value if kind == "value" else scene.cards[0].gradient)
        )
        assert (len(cells), len(cells[0])) == field.grid == grid_of(shape)
        assert 0 < field.x < field.x + field.wide <= face.wide
        assert 0 < field.y < field.y + field.high <= face.high
        if field.grid == (1, 1):
            continue
        size = min(field.number.size(each) for row in cells for each in row)
        places = [[field.cell(i, j) for j in range(len(row))] for i, row in enumerate(cells)]
        for row, line in zip(cells, places, strict=True):
            for each, place in zip(row, line, strict=True):
                assert field.x <= place.x - width(each, size) / 2
                assert place.x + width(each, size) / 2 <= field.x + field.wide
                assert field.y <= place.y - size / 2 < place.y + size / 2 <= field.y + field.high
        assert all(b.x - a.x >= place.room for line in places for a, b, place in zip(line, line[1:], line))
        assert all(b[0].y - a[0].y >= size for a, b in itertools.pairwise(places))


def test_a_large_array_has_dots():
    """The first rows and the last, the first columns and the last, and how large it is."""
    numbers = tuple([tuple([float(100 * i + j) for j in range(10)]) for i in range(7)])
    f = parse("L = sum(X)", X=[[*row] for row in numbers])
    f.backward()
    drawing = draw(f, detail="definitions")

    assert drawing.scene.cards[0].caption == "input 7 × 10"
    assert in_rows(numbers, drawn.constant) == "0\t1\t…\t9\n100\t101\t…\t109\n⋮\t⋮\t⋮\t⋮\n600\t601\t…\t609"
    assert len(in_boxes(drawing.svg())["X"][0]) == MOST * MOST
    assert r"\vdots" in drawing.tex()


def test_the_layout_depends_on_shapes_alone():
    """Empty, evaluated or differentiated: every card stays where it is."""
    numbers = dict(NUMBERS, W="[2,2]", x="[2]", b="[2]", V="[3,2]", c="[3]")
    unbound = parse(NETWORK, **numbers, data="x")
    layouts = [
        layout_of(draw(f, detail="definitions").scene) for f in (unbound, network(after=False), network())
    ]

    assert layouts[0].cards == layouts[1].cards == layouts[2].cards
    assert layouts[0].arrows == layouts[1].arrows == layouts[2].arrows


FUNCTIONS = [
    lambda x, y: x * y,
    lambda x, y: x + y,
    lambda x, y: tanh(x) - y,
    lambda x, y: exp(x - y),
    lambda x, y: x * x,
]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_random_graphs_with_labels(seed):
    """One card for every line, with its numbers exactly; opening all shows every operation; no two cards overlap."""
    random = Random(seed)
    nodes = [Value(random.uniform(-1, 1), label) for label in ("u", "v", "w")]
    for i in range(random.randrange(1, 9)):
        node = random.choice(FUNCTIONS)(random.choice(nodes), random.choice(nodes[-3:]))
        if random.random() < 0.5:
            node.label = f"h{i}"
        nodes.append(node)
    f = nodes[-1]
    f.backward()
    drawing = draw(f, detail="definitions")
    lines = lines_of([f])
    read = {
        group.get("data-name"): (group.get("data-value"), group.get("data-gradient"))
        for group in ET.fromstring(drawing.svg()).iter(f"{SVG}g")
        if group.get("data-value") is not None
    }

    assert len(drawing.scene.cards) == len(lines) == len(read)
    for line, card in zip(lines, drawing.scene.cards, strict=True):
        x = line.unit.entries[0]
        assert read[card.name][0] == repr(x.data)
        assert card.is_held or read[card.name][1] == repr(x.grad)
    whole = draw(f, detail="definitions", expand="all").scene
    assert len(whole.cards) == len([node for node in toposort(f) if node.label or node.rule])
    places, faces = layout_of(drawing.scene), Faces.of_scene(drawing.scene).of
    boxes = [(*places.cards[card.id], faces[card.id]) for card in drawing.scene.cards]
    for i, (x, y, face) in enumerate(boxes):
        for x2, y2, other in boxes[:i]:
            assert abs(x - x2) >= (face.wide + other.wide) / 2 or abs(y - y2) >= (face.high + other.high) / 2


def sections(page):
    """The sections of a page by their ids: links, picture."""
    main = re.search("<main.*</main>", page, re.DOTALL)[0]
    return {section.get("id"): section for section in ET.fromstring(main).iter("section")}


def links_in(section):
    return [part for part in section.iter() if part.tag in ("a", f"{SVG}a")]


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_page_opens_definitions_without_a_script(lang, theme):
    """Every definition has its picture, the card leads to it and the frame back; no id is given twice."""
    page = draw(network(), detail="definitions", lang=lang, theme=theme).html()
    found = sections(page)
    ids = re.findall(r' id="([^"]+)"', page)

    assert [*found] == ["open-a", "open-h", "open-o", "open-p", "open-loss", "closed"]
    assert len(ids) == len({*ids})
    assert re.search(r"<script>(.*?)</script>", page)[1] == ""
    for name, section in found.items():
        links = [link.get("href") for link in links_in(section)]
        assert {link.removeprefix("#") for link in links} <= {*found}
        frames = [g for g in section.iter(f"{SVG}g") if "frame" in (g.get("class") or "")]
        assert len(frames) == (name != "closed")
        if frames:
            back = next(link for link in links_in(section) if frames[0] in [*link])
            assert back.get("href") == "#closed"
            assert frames[0].get("data-name").startswith(f"{name.removeprefix('open-')} = ")
    cards = {link[0].get("data-name"): link.get("href") for link in links_in(found["closed"]) if len(link)}
    assert cards == {name: f"#open-{name}" for name in "ahop"} | {"loss": "#open-loss"}


def test_what_is_open_can_be_closed():
    """With expand= the page begins with it, and closing it is one of the pictures."""
    found = sections(draw(network(), detail="definitions", expand="h").html())
    frames = {
        name: [g.get("data-name") for g in section.iter(f"{SVG}g") if g.get("class") == "frame"]
        for name, section in found.items()
    }

    assert frames["closed"] == ["h = tanh(a)"]
    assert frames["open-h"] == []
    assert sorted(frames["open-a"]) == ["a = W x + b", "h = tanh(a)"]


def test_names_cannot_leave_their_place_on_a_page():
    """A name with quotes and tags is text, in links and in titles."""
    u = Value(2.0, "u")
    f = tanh(u * u) + 1
    f.label = '"><script>alert(1)</script>'
    page = draw(f, detail="definitions").html()

    assert "<script>alert" not in page
    assert 'href="#open-%22%3E%3Cscript%3E' in page
    assert len(sections(page)) == 2


def test_a_notebook_opens_definitions_too():
    """Below the picture stands a line for each, with its picture inside; nothing of it is a script."""
    html = draw(network(), detail="definitions")._repr_mimebundle_()["text/html"]

    assert re.findall("<summary>(.*?)</summary>", unescape(html)) == [
        "a = W x + b", "h = tanh(a)", "o = V h + c", "p = softmax(o)", "loss = −log(p₂)",
    ]  # fmt: skip
    assert html.count("<img ") == 6
    assert "<script" not in html
    assert "<details" not in draw(network())._repr_mimebundle_()["text/html"]


def test_a_drawing_with_what_opens_is_of_its_moment():
    """Pictures that are laid out later show the numbers of the time when it was drawn."""
    f = network()
    drawing = draw(f, detail="definitions")
    f.forward(**{"W[1,1]": 9.0})

    assert "0.7616" in drawing.html()
    assert "0.7616" not in draw(f, detail="definitions").html()


def test_what_is_too_large_does_not_open():
    """A product of ten thousand numbers is no picture of operations."""
    f = parse("h = W @ x; L = sum(h)", W="[60,40]", x="[40]")

    assert "<section" not in draw(f, detail="definitions").html()


@pytest.mark.parametrize("expand", ["q", ["h", "q"]])
def test_opening_what_there_is_not(expand):
    """The message names what there is, in the order of the text."""
    with pytest.raises(ValueError, match=r"no definition is called 'q'; this graph has: a, h, o, p, loss"):
        draw(network(), detail="definitions", expand=expand)


def test_the_command_line(tmp_path, capsys):
    """Definitions are drawn and opened; what is no definition is an error with the names there are."""
    path = tmp_path / "f.svg"
    words = [
        "draw",
        "h = tanh(w*x + b); f = (y - h)**2 / 2",
        "w=1",
        "x=2",
        "b=0",
        "y=1",
        "--detail",
        "definitions",
    ]

    assert main([*words, "-o", str(path)]) == 0
    assert path.read_text("utf-8").count('class="node') == 6
    assert main([*words, "--expand", "h,f", "-o", str(path)]) == 0
    assert re.findall('class="frame" data-name="(.*?) =', path.read_text("utf-8")) == ["h", "f"]
    capsys.readouterr()
    assert main([*words, "--expand", "g"]) == 2
    assert "no definition is called 'g'; this graph has: h, f" in capsys.readouterr().err
    assert main([*words[:-1], "lines"]) == 2


def said(f):
    f.backward()
    return [
        line.split(" = ")[0] + " = " + line.split(" = ")[1]
        for line in str(draw(f, detail="layers")).splitlines()
        if "ᵀ" in line or ("∂" in line and re.match(r"[^=]+ = [a-zσ−]|.*mean", line))
    ]


def test_layers_read_as_in_the_lecture():
    """A line a layer: of one neuron or many, of an example or a batch, with softmax, for a Layer and a Neuron alone."""
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    batch = [model(x) for x in ([1.0, 2.0], [0.0, 1.0], [-1.0, 0.5], [2.0, 2.0])]
    loss = mean([(a - t) ** 2 for a, t in zip(batch, [1, 0, 1, 0], strict=True)])
    classes = MLP(2, [3, 3], activation=["tanh", "softmax"], seed=1)

    assert said(model([1.0, 2.0])) == ["a₁ = w₁ x + b₁", "h₁ = tanh(a₁)", "f = w₂ · h₁ + b₂"]
    assert said(loss) == [
        "a₁ = x w₁ᵀ + b₁",
        "h₁ = tanh(a₁)",
        "a₂ = h₁ w₂ + b₂",
        "f = mean((a₂ − [1, 0, 1, 0])²)",
    ]
    assert said(-log(classes([1.0, 2.0])[1]))[-3:] == [
        "a₂ = w₂ h₁ + b₂",
        "p₂ = softmax(a₂)",
        "f = −log(p⁽²⁾₂)",
    ]
    assert said(sum(Layer(3, 2, "tanh", seed=2)([1.0, 2.0, 3.0]))) == [
        "a = w x + b",
        "h = tanh(a)",
        "f = sum(h)",
    ]
    assert said(Neuron(3, "sigmoid", seed=2)([1.0, 2.0, 3.0])) == ["a = w · x + b", "f = sigmoid(a)"]


def test_layers_of_one_neuron_have_numbers_for_parameters():
    """w₃ × h₂ + b₃, and not the entry [1, 1] of a matrix."""
    f = MLP(2, [2, 1, 1], activation=["tanh", "tanh", "linear"], seed=1)([1.0, 2.0])

    assert said(f)[2:] == ["a₂ = w₂ · h₁ + b₂", "h₂ = tanh(a₂)", "f = w₃ × h₂ + b₃"]


def test_an_array_of_ten_thousand_is_one_card():
    """Of definitions and of operations alike: it has a picture, and the file is small."""
    f = parse("L = sum(W @ x)", W=[[1.0] * 100] * 100, x=[1.0] * 100)
    f.backward()
    lines, operations = draw(f, detail="definitions"), draw(f)

    assert len(lines.scene.cards) == 3
    assert len(lines.svg()) < 20_000
    assert [card.name for card in operations.scene.cards if card.is_box] == ["W", "x"]
    assert len(operations.scene.cards) == 103
    assert "W: 10000 inputs" in str(operations)
    assert len(draw(parse("s = sum(x)", x="[10000]"), detail="definitions").scene.cards) == 2


def test_many_inputs_of_a_layer():
    """Its weights are in its frame, and its inputs are one box."""
    f = MLP(60, [3, 1], seed=1)([1.0] * 60)

    assert [card.name for card in scene_of(f).cards] == ["x", "layer 1", "layer 2"]


def test_jacobians_have_the_size_of_their_table():
    """Of an array result the boxes of a page have a row for each entry of it, a column for each of the other."""
    trace = steps(parse("h = tanh(W @ x)", W=[[1, 2], [3, 4]], x=[0.1, 0.2]), detail="definitions")
    svg = trace._repr_mimebundle_()["image/svg+xml"]

    assert [len(box) for box in in_boxes(svg)["W"]] == [4, 8]
    assert len(numbers_in(tuple([step.result for step in trace][-1]))) == 4
