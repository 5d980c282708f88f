"""The picture that a page plays its steps on: laid out once, its boxes empty, with room for what is to come.

It is the drawing of svg.py without its looks, which the style sheet of the page says once for all nodes, in
light and in dark. So a page is small, and a picture is still drawn in one place only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.stepping.moments import last_scene
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.sizes import SIGN
from autograd_mini.viz.svg import svg_text
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from autograd_mini.stepping.steps import Steps


SVG = "{http://www.w3.org/2000/svg}"
# What a page keeps of a drawing: shapes and places. It finds nodes, edges and their labels by their order.
KEPT = {"class", "x", "y", "width", "height", "d", "points", "transform", "viewBox"}
_COORDINATE = re.compile(r"-?\d+\.\d+")
FILLED = ("value", "gradient", "partial")  # groups: a title, a box, and last the number that is to come


def blank_picture(steps: Steps) -> str:
    """The `<svg>` element of a page: all that steps can fill is there and empty.

    Raises LayoutError if the renderer fails.
    """
    scene = last_scene(steps)
    drawing = ET.fromstring(svg_text(scene, layout_of(scene)))  # noqa: S314  our own text
    drawing[:] = drawing[-1:]  # without title, description and paper
    _strip(drawing)
    for group, card in zip(_groups(drawing, "node"), scene.cards, strict=True):
        if any((text.text or "").endswith("…") for text in group.iter("text")):
            full = card.name if card.kind == "input" else f"{card.name} = {card.formula}"
            ET.SubElement(group, "title").text = full
    drawing.attrib = {"viewBox": drawing.get("viewBox", ""), "role": "img"}
    drawing.set("aria-label", message("graph", steps.language).format(scene.output.name))
    return ET.tostring(drawing, encoding="unicode").replace(" />", "/>")  # in names > is &gt;


def _strip(drawing: ET.Element) -> None:
    """Take away what the style sheet says, what the steps will say, and white space."""
    for element in drawing.iter():
        kind, small = element.get("class", ""), element.get("font-size") == f"{SIGN[1]}"
        for title in element.findall(f"{SVG}title"):
            element.remove(title)
        element.tag = element.tag.removeprefix(SVG)
        element.text = element.text if element.tag == "text" else None
        element.tail = None
        element.attrib = {
            name: _COORDINATE.sub(_whole, value)
            for name, value in element.items()
            if name in KEPT and value != "0"
        }
        if kind in FILLED:
            element[-1].text = None
        elif kind == "symbol" and small:
            element.set("font-size", f"{SIGN[1]}")
        elif kind in ("title", "number"):
            del element.attrib["class"]


def _whole(coordinate: re.Match[str]) -> str:
    """Whole points are fine enough, and half as long."""
    return f"{float(coordinate[0]):.0f}"


def _groups(drawing: ET.Element, kind: str) -> list[ET.Element]:
    return [group for group in drawing.iter("g") if kind in group.get("class", "").split()]
