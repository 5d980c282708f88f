"""Every view of a graph shows the same nodes, the same edges and the same frames."""

import math
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import draw, parse, steps
from autograd_mini.nn import MLP
from autograd_mini.stepping.film import frame
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import changes
from autograd_mini.stepping.slides import slides
from autograd_mini.viz.colours import NEGATIVE, NOW, POSITIVE
from autograd_mini.viz.layout import layout_of
from autograd_mini.words.visible import on_the_line


def expression(**numbers):
    return parse("f = maximum(u, 0.5)**2 * v / (u + 1.25)", **numbers)


def bound():
    return expression(u=2, v=3)


def network():
    return MLP(2, [2, 1], activation="tanh", seed=0)([1.0, -2.0])


def in_svg(svg):
    """How many nodes, edges and frames there are in an `<svg>` element, and their titles."""
    groups = [(group, (group.get("class") or "").split()) for group in svg.iter() if group.tag.endswith("g")]
    titles = [
        next(on_the_line("".join(part.itertext())) for part in g if part.tag.endswith("text"))
        for g, kinds in groups
        if "frame" in kinds and "unit" not in kinds
    ]
    edges = [group for group, kinds in groups if "edge" in kinds]
    lines = len([edge for edge in edges if len(edge)])  # a weight in its neuron's card needs no line
    units = sum("unit" in kinds for _, kinds in groups)
    return sum("node" in kinds for _, kinds in groups), lines, units, sorted(titles)


def in_page(page):
    return in_svg(ET.fromstring(re.search(r"<svg.*?</svg>", page, re.DOTALL)[0]))


def in_tex(document):
    body = document.split(r"\begin{document}")[1]
    ids = re.findall(r"\\(?!node)(?:\w+)\{(n\d+)\}\{[\d.-]+,", body) + re.findall(
        r"\\coordinate \((n\d+)\)", body
    )
    assert len(ids) == len(set(ids))
    titles = re.findall(r"\\node\[frame title\] at \([^)]*\) \{(.*?)\};", body)
    assert len(titles) == body.count(r"\draw[frame]")
    return len(ids), body.count(r"\draw[arrow"), body.count(r"\draw[unit]"), sorted(titles)


def in_dot(source):
    nodes = re.findall(r"^\t+(n\d+) \[", source, re.MULTILINE)
    titles = re.findall(r'\{\n\t+graph \[fontsize=\d+ label="?([^"\]]*?)"? labeljust', source)
    return len(nodes), source.count("->"), sorted(titles)


def in_film(trace):
    return in_svg(frame(trace, len(trace), layout_of(scene_after(trace))))


STYLES = [
    (bound, "cards"),
    (bound, "compact"),
    (network, "cards"),
    (network, "compact"),
    (network, "network"),
]


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(("graph", "style"), STYLES)
def test_every_view_shows_the_same(tmp_path, graph, style, lang):
    """SVG, TikZ, DOT, page, exercise, film, slides and the notebook's picture have the same parts and titles."""
    f = graph()
    trace, drawing = steps(f, lang, style=style), draw(f, lang=lang, style=style)
    f.backward()
    shown = in_svg(ET.fromstring(drawing.svg()))
    views = {
        "a drawing with gradients": in_svg(ET.fromstring(draw(f, lang=lang, style=style).svg())),
        "TikZ": in_tex(drawing.tex()),
        "page": in_page(trace.html()),
        "exercise": in_page(trace.exercise(tmp_path / "f.html").read_text("utf-8")),
        "film": in_film(trace),
        "slides": in_tex(slides(trace)),
        "notebook": in_svg(ET.fromstring(trace._repr_mimebundle_()["image/svg+xml"])),
    }
    nodes, edges, units, titles = shown
    dots, of_dots, titles_of_dot = in_dot(drawing.source)
    layers = ["layer 1", "layer 2"] if lang == "en" else ["couche 1", "couche 2"]

    assert len(trace.nodes) == nodes == dots
    assert len(trace.edges) == of_dots
    assert dict.fromkeys(views, shown) == views
    if style == "network":  # its neurons are cards, in which parameters need no lines
        assert (len(trace.edges) - len([x for x in trace.nodes if x.label[:1] in ("w", "b")]) - 5, 3) == (
            edges,
            units,
        )
        assert layers == titles
    else:
        assert (len(trace.edges), 0, titles_of_dot) == (edges, units, titles)
        assert graph is bound or set(layers) < set(titles)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_view_says_the_same_numbers(lang):
    """The boxes of SVG, film and DOT hold the same digits, with the point or the comma of the language."""
    f = bound()
    trace = steps(f, lang)
    f.backward()
    drawing = draw(f, lang=lang)
    svg = [text.text for text in ET.fromstring(drawing.svg()).iter() if text.get("class") == "number"]
    film = frame(trace, len(trace), layout_of(scene_after(trace)))

    filmed = [text.text for text in film.iter("text") if text.get("class") == "number"]
    assert Counter(svg) == Counter(str(digits).removesuffix(" ⊖") for digits in filmed)
    assert ("1.25" if lang == "en" else "1,25") in svg
    assert not any(("," if lang == "en" else ".") in digits for digits in svg)
    assert all(digits in drawing.source and digits in str(drawing) for digits in (svg[-1], svg[-2]))


def flow_in_page(trace, count):
    """Of each arrow: at which end its head is, whether it is pale, and its width, negative with the colour of that.

    It is what the script and the style sheet make of the data, as the tests in browsers see.
    """
    done = [change for change in changes(trace)[:count] if len(change) > 6]
    widths = {edge: change[9] or None for change in done for edge in change[5]}  # 0 is not known
    in_second = count and trace[count - 1].sweep != "values"
    is_backward = in_second and trace.sweep == "gradients"
    return [
        ("start" if is_backward else "end", False, widths[edge])
        if in_second and edge in widths
        else (None, True, None)
        if is_backward
        else ("end", False, None)
        for edge in range(len(trace.edges))
    ]


def flow_in_film(trace, count):
    layout = layout_of(scene_after(trace))
    found = []
    for group in frame(trace, count, layout).iter("g"):
        if "edge" not in (group.get("class") or "").split():
            continue
        line, head = group.find("path"), group.find("polygon")
        curve, where = layout.arrows[group.get("id")], None
        if head is not None:
            x, y = map(float, re.findall(r"[\d.-]+", head.get("points"))[:2])
            where = min(
                [("start", curve.points[0]), ("end", curve.tip)], key=lambda end: math.dist(end[1], (x, y))
            )[0]
        sign = {POSITIVE: 1, NEGATIVE: -1, NOW.line: 0}.get(line.get("stroke"))
        wide = None if sign is None else sign * int(line.get("stroke-width"))
        found.append((where, "opacity" in line.attrib, wide))
    return found


def flow_in_slides(trace, count):
    found = []
    for options in re.findall(r"\\draw\[arrow(.*?)\] \(", slides(trace)):
        where, pale, wide = "end", False, None
        for first, to, last, keys in re.findall(r"on=\{<(\d+)(-?)(\d*)>\{(.*?)\}\}(?=,|$)", options):
            if not int(first) <= count + 1 <= (int(last or 10**6) if to else int(first)):
                continue
            if keys == "pale":
                where, pale = None, True
            if "turned" in keys:
                where = "start"
            if flowing := re.search(r"flowing=\{(\w+)\}\{(\d)", keys):
                wide = int(flowing[2]) * (-1 if flowing[1] == "negative" else 1)
            if keys == "current arrow":
                wide = 0
        found.append((where, pale, wide))
    return found


@pytest.mark.parametrize("style", ["cards", "compact"])
@pytest.mark.parametrize("by", [None, "u"])
@pytest.mark.parametrize("numbers", [{"u": 2, "v": 3}, {"v": 3}])
def test_every_view_tells_what_flows(style, by, numbers):
    """In the backward pass heads change ends, what nothing has reached is pale, width and colour tell size and sign.

    In forward mode heads stay. The arrow of the step itself is marked in film and slides, by a colour of its own.
    What flows is not known without numbers: then width and colour stay.
    """
    trace = steps(expression(**numbers), by=by, style=style)
    seen = set()
    for count, step in enumerate([None, *trace]):
        page = flow_in_page(trace, count)
        now = trace.edges[step.edge] if step and step.edge else None
        expected = [(head, pale, 0 if edge == now else wide) for edge, (head, pale, wide) in enumerate(page)]

        assert expected == flow_in_film(trace, count)
        assert expected == flow_in_slides(trace, count)
        seen |= {(head, wide and wide > 0) for head, _, wide in expected if wide != 0}
    heads = {("end", None), ("end", True), ("end", False)}
    known = "u" in numbers
    backward = {
        ("end", None),
        (None, None),
        *([("start", True), ("start", False)] if known else [("start", None)]),
    }
    assert (heads if by and known else {("end", None), ("end", True)} if by else backward) == seen


@pytest.mark.parametrize("style", ["cards", "compact"])
def test_every_view_marks_what_is_negative(style):
    """Never by colour alone: ⊖ stands in the label of an arrow along which a negative gradient has flowed."""
    trace = steps(bound(), style=style)
    negative = len([step for step in trace if step.edge and step.result < 0])
    film = frame(trace, len(trace), layout_of(scene_after(trace)))
    labels = [
        text.text or "" for g in film.iter("g") if g.get("class") == "partial" for text in g.iter("text")
    ]

    assert 0 < negative < len(labels)
    assert negative == len([label for label in labels if label.endswith("⊖")])
    assert negative == len(
        [change for change in changes(trace) if len(change) > 6 and change[6].endswith("⊖")]
    )
    assert negative == slides(trace).count(r"\ominus")
    assert "⊖" not in draw(bound()).svg()
