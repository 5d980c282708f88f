"""The picture that a page plays its steps on: laid out once, its boxes empty, with room for what is to come.

It is the drawing of svg.py without its looks, which the style sheet of the page says once for all nodes, in
light and in dark. So a page is small, and a picture is still drawn in one place only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.stepping.moments import scene_after
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.sizes import SIGN
from autograd_mini.viz.svg import svg_element

if TYPE_CHECKING:
    from autograd_mini.stepping.sweeps import Trace


# What a page keeps of a drawing: shapes and places. It finds nodes, edges and their labels by their order.
KEPT = {"class", "x", "y", "width", "height", "d", "points", "transform", "dy"}
_COORDINATE = re.compile(r"-?\d+\.\d+")
FILLED = ("value", "gradient", "partial")  # groups: a title, a box, and last the number that is to come


def blank_picture(trace: Trace) -> str:
    """The `<svg>` element of a page: all that steps can fill is there and empty.

    Raises LayoutError if the renderer fails.
    """
    scene = scene_after(trace)
    drawing = svg_element(scene, layout_of(scene))
    looks = {"viewBox": _rounded(drawing.get("viewBox", "")), "role": "img"}
    looks["aria-label"] = drawing.get("aria-label", "")
    drawing[:] = drawing[-1:]  # without title, description and paper
    _strip(drawing)
    drawing.attrib = looks
    for group, card in zip(_groups(drawing, "node"), scene.cards, strict=True):
        if any("".join(text.itertext()).endswith("…") for text in group.iter("text")):
            full = card.name if card.kind == "input" else f"{card.name} = {card.formula}"
            ET.SubElement(group, "title").text = full
    return ET.tostring(drawing, encoding="unicode").replace(" />", "/>")  # in names > is &gt;


def _strip(drawing: ET.Element) -> None:
    """Take away what the style sheet says, and what the steps will say."""
    for element in drawing.iter():
        kind, size = element.get("class", ""), element.get("font-size")
        for title in element.findall("title"):
            element.remove(title)
        element.attrib = {
            name: _rounded(value) for name, value in element.items() if name in KEPT and value != "0"
        }
        if kind in FILLED:
            element[-1].text = None
            element[-1][:] = []
        elif kind == "symbol" and size == f"{SIGN[1]}":
            element.set("font-size", f"{SIGN[1]}")
        elif kind in ("title", "number"):
            del element.attrib["class"]
        elif element.tag == "tspan" and not size:
            element.set("class", "back")


def _rounded(place: str) -> str:
    """Whole points are fine enough, and half as long."""
    return _COORDINATE.sub(lambda found: f"{float(found[0]):.0f}", place)


def _groups(drawing: ET.Element, kind: str) -> list[ET.Element]:
    return [group for group in drawing.iter("g") if kind in group.get("class", "").split()]
