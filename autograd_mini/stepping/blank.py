"""The picture that a page plays its steps on: laid out once, its boxes empty, with room for what is to come.

It is the drawing of svg.py without its looks, which the style sheet of the page says once for all nodes, in
light and in dark. So a page is small, and a picture is still drawn in one place only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.stepping.moments import scene_after
from autograd_mini.viz.document import data_block
from autograd_mini.viz.dot import runs_downwards
from autograd_mini.viz.faces import Faces
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.sizes import CAPTION, COMPACT_SIGN, NAME, NUMBER, ROW_SIGN, SIGN
from autograd_mini.viz.svg import BASE, svg_element
from autograd_mini.words.visible import LOWERED, RAISED, lowered, raised

if TYPE_CHECKING:
    from autograd_mini.stepping.sweeps import Trace
    from autograd_mini.viz.faces import Line
    from autograd_mini.viz.geometry import Layout
    from autograd_mini.viz.scene import Scene


# What a page keeps of a drawing: shapes and places. It finds nodes, edges and their labels by their order.
KEPT = {"class", "x", "y", "width", "height", "d", "transform", "dy"}
_COORDINATE = re.compile(r"-?\d+\.\d+")
FILLED = ("value", "gradient", "partial")  # groups: a title, a box, and last the number that is to come
SMALL_SIGNS = {f"{size:g}" for size in (*SIGN[1:], *COMPACT_SIGN[1:], *ROW_SIGN[1:])}
# Of both arrowheads the style sheet chooses one: in the backward pass that at the beginning of the line.
HEAD = (
    '<marker id="head" refX="12" refY="5" markerWidth="12" markerHeight="10" markerUnits="userSpaceOnUse"'
    ' orient="auto-start-reverse"><path d="M0,0 12,5 0,10" fill="context-stroke"/></marker>'
)


def scripts_of(scene: Scene) -> list[str]:
    """The scripts of a page with this picture."""
    more = ["arrays"] * _has_arrays(scene) + ["frames"] * _has_frames(scene)
    return ["viz/assets/picture.js", *[f"viz/assets/{name}.js" for name in more]]


def looks_of(scene: Scene) -> tuple[list[str], str]:
    """The style sheets of a page with this picture, and rules of its own: how large its labelled cards are."""
    sheets = ["viz/assets/picture.css", *["viz/assets/compact.css"] * (scene.style != "cards")]
    sheets += ["viz/assets/arrays.css"] * _has_arrays(scene) + ["viz/assets/frames.css"] * _has_frames(scene)
    if scene.style != "cards":
        return sheets, ""
    faces = Faces.of_scene(scene).of.values()
    face = next((face for face in faces if face.gradient and not face.grids), None)

    def rule(what: str, **lengths: float) -> str:
        return f"{what}{{{';'.join([f'{name}:{length:.0f}px' for name, length in lengths.items()])}}}"

    if not face or not face.value or not face.name:
        return sheets, ""
    field, (first, second) = face.value, [field.title for _, field in face.fields if field.title]
    x, y = first.x, first.y + BASE * CAPTION  # the origin of a box is the beginning of its title

    def place(line: Line, size: float, x: float = 0, y: float = 0) -> str:
        return f"{{transform:translate({line.x - x:.0f}px,{line.y + BASE * size - y:.0f}px)}}"

    faces = Faces.of_scene(scene).of.values()
    node, name = ".node", ".name"
    if _has_arrays(scene):  # their cards have sizes of their own
        node += ":not(.array)"
        name = f"{node}>{name}"
    others = ":not(.constant)" if any(card.is_constant for card in scene.cards) else ""
    return sheets, (
        rule(f"{node}{others}>rect:first-child", width=face.wide, height=face.high)
        + f"{name}{place(face.name, NAME)}{node}>g{place(first, CAPTION)}{node}>g+g{place(second, CAPTION)}"
        + rule(f"{node}>g>rect", x=field.x - x, y=field.y - y, width=field.wide, height=field.high)
        + f"{node}>g>:last-child{place(field.number, NUMBER[0], x, y)}"
    )


def _has_frames(scene: Scene) -> bool:
    """Whether it has frames that can be closed: a network layer by layer has none."""
    return bool(scene.frames) and scene.style != "network"


def _has_arrays(scene: Scene) -> bool:
    return any(card.shape or card.gradient_shape for card in scene.cards)


def blank_picture(trace: Trace, scene: Scene | None = None) -> str:
    """The `<svg>` element of a page: all that steps can fill is there and empty; and after it, as data, what changes
    when the graph is turned, to run downwards on a telephone: {attribute: {number of the element: other value}}.

    scene: what it shows, if not all that the steps know. Raises LayoutError if the renderer fails.
    """
    scene = scene or scene_after(trace)
    drawing = _blank(scene, layout_of(scene))
    changes: dict[str, dict[int, str]] = {}
    if scene.style != "network" and not runs_downwards(scene):
        turned = _blank(scene, layout_of(scene, downwards=True))
        for i, (one, other) in enumerate(zip(drawing.iter(), turned.iter(), strict=True)):
            for key in sorted({*one.keys(), *other.keys()}):
                if one.get(key) != other.get(key):
                    changes.setdefault(key, {})[i] = other.get(key, "0")
    picture = ET.tostring(drawing, encoding="unicode").replace(" />", "/>")  # in names > is &gt;
    return picture.replace(">", f">{HEAD}", 1) + data_block("turned", changes)


def _blank(scene: Scene, layout: Layout) -> ET.Element:
    """The drawing without its looks and its numbers."""
    drawing = svg_element(scene, layout)
    looks = {"viewBox": _rounded(drawing.get("viewBox", "")), "role": "img", "class": scene.style}
    looks["aria-label"] = drawing.get("aria-label", "")
    drawing[:] = drawing[-1:]  # without title, description and paper
    for group, arrow in zip(_groups(drawing, "edge"), scene.arrows, strict=True):
        for line in group.iter("path"):  # here a curve goes to the tip, where its head is put
            curve, comma, _ = line.get("d", "").rpartition(" ")
            x, y = layout.arrows[arrow.id].tip
            if comma:
                line.set("d", f"{curve} {x:.0f},{y:.0f}")
    own = {part for group in _groups(drawing, "array") for part in group.iter()}
    _strip(drawing, own, is_labelled=scene.style == "cards")
    drawing.attrib = looks
    for group, card in zip(_groups(drawing, "node"), scene.cards, strict=True):
        texts = ["".join(text.itertext()) for text in group.iter("text")]
        if any(text.endswith("…") for text in texts) or not len(group):
            full = card.name if card.is_leaf else f"{card.name} = {card.formula}"
            ET.SubElement(group, "title").text = full
    return drawing


def _strip(drawing: ET.Element, own: set[ET.Element], *, is_labelled: bool) -> None:
    """Take away what the style sheet says, and what the steps will say. own: what has sizes of its own."""
    for element in drawing.iter():
        is_sized = is_labelled and element not in own  # by the style sheet
        kind, size = element.get("class", ""), element.get("font-size", "")
        for spare in [part for part in element if part.tag in ("title", "polygon")]:
            element.remove(spare)
        if element.tag == "text" and len(element):
            _gather(element)
        element.attrib = {
            name: _rounded(value) for name, value in element.items() if name in KEPT and value != "0"
        }
        if kind.split(" ")[0] in FILLED:
            element[-1].text = None
            element[-1][:] = []
            if kind == "partial":  # its panel: of one size, which the style sheet says, or none
                element[0].attrib = {}
                element[:] = element if is_labelled else element[-1:]
            elif is_sized:
                title, box, number = element
                title.attrib, box.attrib, number.attrib = {"class": "title"}, {}, {"class": "number"}
        elif is_sized and kind.startswith("node") and "constant" not in kind:
            element[0].attrib = {}
        elif is_sized and kind == "name":
            element.attrib = {"class": "name"}
        elif kind == "symbol" and size in SMALL_SIGNS:
            element.set("font-size", size)
        elif kind in ("title", "number"):
            del element.attrib["class"]
        elif element.tag == "tspan" and not size:
            element.set("class", "back")


def _gather(text: ET.Element) -> None:
    """Write indices and powers in Unicode's small digits, which the script sets; not if one is a letter."""
    line = text.text or ""
    for part in text:
        content = part.text or ""
        if part.get("font-size"):
            content = (lowered if float(part.get("dy", 0)) > 0 else raised)(content.replace("−", "-"))
            if not {*content} <= {*RAISED, *LOWERED, ","}:
                return
        line += content
    text.text, text[:] = line, []


def _rounded(place: str) -> str:
    """Whole points are fine enough, and half as long."""
    return _COORDINATE.sub(lambda found: f"{float(found[0]):.0f}", place)


def _groups(drawing: ET.Element, kind: str) -> list[ET.Element]:
    return [group for group in drawing.iter("g") if kind in group.get("class", "").split()]
