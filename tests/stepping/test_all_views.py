"""Every view of a graph shows the same nodes, the same edges and the same frames."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import draw, parse, steps
from autograd_mini.nn import MLP
from autograd_mini.stepping.film import frame
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.slides import slides
from autograd_mini.viz.layout import layout_of


def expression():
    return parse("f = maximum(u, 0.5)**2 * v / (u + 1.25)", u=2, v=3)


def network():
    return MLP(2, [2, 1], activation="tanh", seed=0)([1.0, -2.0])


def in_svg(svg):
    """How many nodes, edges and frames there are in an `<svg>` element, and their titles."""
    groups = [(group, (group.get("class") or "").split()) for group in svg.iter() if group.tag.endswith("g")]
    titles = [
        next(part.text for part in g if part.tag.endswith("text"))
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
    titles = re.findall(r"\\node\[frame title\] at \([^)]*\) \{([^}]*)\};", body)
    assert len(titles) == body.count(r"\draw[frame]")
    return len(ids), body.count(r"\draw[arrow"), body.count(r"\draw[unit]"), sorted(titles)


def in_dot(source):
    nodes = re.findall(r"^\t+(n\d+) \[", source, re.MULTILINE)
    titles = re.findall(r'\{\n\t+graph \[fontsize=\d+ label="?([^"\]]*?)"? labeljust', source)
    return len(nodes), source.count("->"), sorted(titles)


def in_film(trace):
    return in_svg(frame(trace, len(trace), layout_of(scene_after(trace))))


STYLES = [
    (expression, "cards"),
    (expression, "compact"),
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
        assert graph is expression or set(layers) < set(titles)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_view_says_the_same_numbers(lang):
    """The boxes of SVG, film and DOT hold the same digits, with the point or the comma of the language."""
    f = expression()
    trace = steps(f, lang)
    f.backward()
    drawing = draw(f, lang=lang)
    svg = [text.text for text in ET.fromstring(drawing.svg()).iter() if text.get("class") == "number"]
    film = frame(trace, len(trace), layout_of(scene_after(trace)))

    assert Counter(svg) == Counter(text.text for text in film.iter("text") if text.get("class") == "number")
    assert ("1.25" if lang == "en" else "1,25") in svg
    assert not any(("," if lang == "en" else ".") in digits for digits in svg)
    assert all(digits in drawing.source and digits in str(drawing) for digits in (svg[-1], svg[-2]))
