"""A scene and its layout as SVG, drawn by us: nothing in it but shapes, text and facts about the graph.

Every card is a `<g class="node">` and every arrow a `<g class="edge">`; their numbers stand as Python writes
them in `data-value`, `data-gradient` and `data-partial`, which are absent while unknown. Looks are said in
attributes, without a style sheet and without references, since one page may hold many pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.viz import colours
from autograd_mini.viz.lettering import ABOVE, BELOW, LINE, fitting, runs, shortened, width
from autograd_mini.viz.sizes import (
    CAPTION,
    DERIVATIVE,
    FIELD,
    FIELD_WIDTH,
    GAP,
    HEAD,
    LABEL_HEIGHT,
    LABEL_WIDTH,
    MARGIN,
    NAME,
    NOTE,
    NUMBER,
    PAD,
    PARTIAL_NUMBER,
    SIGN,
)

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.viz.colours import Role
    from autograd_mini.viz.layout import Curve, Layout, Point
    from autograd_mini.viz.scene import Arrow, Card, Frame, Scene


SMALL, HEIGHTS = 0.7, {BELOW: 0.2, LINE: 0.0, ABOVE: -0.36}  # indices and powers, against the size of type
STRUCK = {"text_decoration": "line-through"}  # a number that is outdated


def svg_text(scene: Scene, layout: Layout) -> str:
    """The picture as an SVG document; the same scene and layout give the same text."""
    document = svg_element(scene, layout)
    ET.indent(document, " ")
    for line in document.iter("text"):  # a space between its parts would be seen
        for part in line:
            part.tail = None
        line.text = line.text and line.text.rstrip("\n ")
    return ET.tostring(document, encoding="unicode") + "\n"


def size_of(scene: Scene, layout: Layout) -> tuple[float, float]:
    """Width and height of the picture, with its margins and the note below it."""
    wide = max(layout.width, width(scene.note, CAPTION)) + 2 * MARGIN
    return wide, layout.height + 2 * MARGIN + (NOTE if scene.note else 0)


def svg_element(scene: Scene, layout: Layout) -> ET.Element:
    """The picture as an `<svg>` element: its title, its description, the paper, and last what is on it."""
    note = scene.note
    wide, high = size_of(scene, layout)
    title = scene.xp.word("graph").format(scene.output.name)
    view = f"0 0 {_short(wide)} {_short(high)}"
    document = _element(
        None, "svg", xmlns="http://www.w3.org/2000/svg", width=wide, height=high, viewBox=view
    )
    _set(document, role="img", aria_label=title, font_family=colours.FONTS, fill=colours.INK)
    _element(document, "title", title)
    _element(document, "desc", str(scene))
    _box(document, 0, 0, wide, high, radius=8, fill=colours.PAPER, class_="paper")
    picture = _element(document, "g", transform=f"translate({MARGIN} {MARGIN})")
    for frame in scene.frames:
        _draw_frame(picture, frame, layout)
    for arrow in scene.arrows:
        _draw_arrow(picture, arrow, layout.arrows[arrow.id])
    for arrow in scene.arrows:  # above all lines, so that none runs through a number
        _draw_partial(picture, arrow, layout.arrows[arrow.id])
    for card in scene.cards:
        _draw_card(picture, card, layout)
    if note:
        place = (0, layout.height + NOTE)
        _text(picture, "note", note, place, CAPTION, text_anchor="start", fill=colours.OUTDATED.text)
    return document


def _draw_frame(parent: ET.Element, frame: Frame, layout: Layout) -> None:
    """A dashed line around a neuron or a layer, its title in the corner, then the frames inside."""
    (left, top), (right, bottom) = layout.frames[frame.id]
    group, role = _element(parent, "g", class_="frame", data_name=frame.title), colours.FRAME
    _panel(group, left, top, right - left, bottom - top, 10, role, stroke_dasharray="6 4")
    _text(group, "title", frame.title, (left + PAD, top + PAD), CAPTION, text_anchor="start", fill=role.text)
    for inner in frame.inner:
        _draw_frame(parent, inner, layout)


def _draw_card(parent: ET.Element, card: Card, layout: Layout) -> None:
    """The group of a node, its origin in the top left corner, with what machines and mice read."""
    (wide, high), (corner, _) = layout.sizes.boxes[card.id], layout.corners(card.id)
    place = f"translate({_short(corner[0])} {_short(corner[1])})"
    group = _element(parent, "g", id=card.id, class_=f"node {card.kind}", transform=place)
    _set(group, data_name=card.name, data_value=_exact(card.value), data_gradient=_exact(card.gradient))
    _element(group, "title", str(card))
    if card.is_constant:
        role, middle = colours.CONSTANT, (wide / 2, high / 2)
        _panel(group, 0, 0, wide, high, 3, role, stroke_dasharray="2 2")
        _text(group, "number", card.name, middle, NUMBER[0], fill=role.text)
        return
    _draw_head(group, card, wide, high)
    room = layout.sizes.caption_width
    value, gradient = card.number(card.value), card.gradient_text
    top, bottom = PAD + HEAD + GAP, high - PAD - FIELD
    if card.is_held:
        looks = {"text_anchor": "start", "fill": colours.CONSTANT.text}
        _text(group, "caption", card.derivative, (PAD, bottom + FIELD / 2), CAPTION, **looks)
    _draw_field(group, "value", card.caption, value, top, room, outdated=card.is_value_outdated)
    if not card.is_held:
        outdated = card.is_gradient_outdated
        _draw_field(group, "gradient", card.derivative, gradient, bottom, room, outdated=outdated)


def _draw_head(group: ET.Element, card: Card, wide: float, high: float) -> None:
    """The panel, the name, and the sign of the operation; inputs are grey, and rounder."""
    middle, right, role = PAD + HEAD / 2, wide - PAD, colours.OPERATION
    if card.symbol:
        _panel(group, 0, 0, wide, high, 4, role, stroke_width=3 if card.kind == "output" else 1.25)
        size = fitting(card.symbol, HEAD, SIGN)
        badge = HEAD if len(card.symbol) == 1 else width(card.symbol, size) + PAD
        right -= badge
        _box(group, right, PAD, badge, HEAD, radius=HEAD / 2, fill=role.line)
        place, looks = (right + badge / 2, middle), {"fill": colours.PAPER, "font_weight": "bold"}
        _text(group, "symbol", card.symbol, place, size, **looks)
        right -= GAP
    else:
        _panel(group, 0, 0, wide, high, 14, colours.INPUT, stroke_width=1.25)
    name = shortened(card.name, right - PAD, NAME)
    _text(group, "name", name, (PAD, middle), NAME, text_anchor="start", font_weight="bold")


def _draw_field(
    parent: ET.Element, kind: str, title: str, number: str, top: float, room: float, *, outdated: bool
) -> None:
    """A title and a box for a number, dashed while it is unknown, or outdated."""
    role = colours.VALUE if kind == "value" else colours.GRADIENT
    group = _element(parent, "g", class_=f"{kind} outdated" if outdated else kind)
    left, middle = PAD + room + GAP, top + FIELD / 2
    title = shortened(title, room, CAPTION)
    _text(group, "title", title, (PAD, middle), CAPTION, text_anchor="start", fill=role.text)
    dashes, looks = "4 3" if outdated or not number else None, {"font_weight": "bold"}
    if outdated:
        role, looks = colours.OUTDATED, STRUCK
    _panel(group, left, top, FIELD_WIDTH, FIELD, 3, role, stroke_dasharray=dashes)
    size = fitting(number, FIELD_WIDTH - 2 * GAP, NUMBER)
    _text(group, "number", number, (left + FIELD_WIDTH / 2, middle), size, fill=role.text, **looks)


def _draw_arrow(parent: ET.Element, arrow: Arrow, curve: Curve) -> None:
    """The line and its head."""
    ends: dict[str, Any] = {
        "data_tail": arrow.tail.id,
        "data_head": arrow.head.id,
        "data_partial": _exact(arrow.partial),
    }
    group = _element(
        parent, "g", id=arrow.id, class_="edge constant" if arrow.is_constant else "edge", **ends
    )
    _element(group, "title", str(arrow))
    start, *rest = curve.points
    path = f"M{_at(start)}C{' '.join(map(_at, rest))}"
    dashes = "4 3" if arrow.is_constant else None
    _element(
        group,
        "path",
        d=path,
        fill="none",
        stroke=colours.ARROW.line,
        stroke_width=1.5,
        stroke_dasharray=dashes,
    )
    head = " ".join(map(_at, _arrowhead(rest[-1], curve.tip)))
    _element(group, "polygon", points=head, fill=colours.ARROW.fill)


def _draw_partial(parent: ET.Element, arrow: Arrow, curve: Curve) -> None:
    """The local partial, on the line, once it is known."""
    if arrow.partial is None or curve.label is None or not arrow.is_labelled:
        return
    (x, y), role = curve.at(curve.label[0]), colours.PARTIAL
    kind, looks = "partial", {"font_weight": "bold"}
    if arrow.is_outdated:
        kind, role, looks = "partial outdated", colours.OUTDATED, STRUCK
    group = _element(parent, "g", class_=kind, data_edge=arrow.id, fill=role.text)
    _element(group, "title", str(arrow))
    left, top = x - LABEL_WIDTH / 2, y - LABEL_HEIGHT / 2
    _panel(group, left, top, LABEL_WIDTH, LABEL_HEIGHT, LABEL_HEIGHT / 2, role)
    room, line = LABEL_WIDTH - LABEL_HEIGHT / 2, 0.21 * LABEL_HEIGHT
    if arrow.label:
        _text(group, "title", arrow.label, (x, y - line), DERIVATIVE)
    size = fitting(arrow.factor, room, PARTIAL_NUMBER)
    _text(group, "number", arrow.factor, (x, y + line * bool(arrow.label)), size, **looks)


def _arrowhead(base: Point, tip: Point) -> list[Point]:
    (x, y), (tip_x, tip_y) = base, tip
    across_x, across_y = (tip_y - y) * 0.4, (x - tip_x) * 0.4
    return [tip, (x + across_x, y + across_y), (x - across_x, y - across_y)]


def _box(
    parent: ET.Element, x: float, y: float, wide: float, high: float, radius: float, **looks: Any
) -> None:
    _element(parent, "rect", x=x, y=y, width=wide, height=high, rx=radius, **looks)


def _panel(
    parent: ET.Element, x: float, y: float, wide: float, high: float, radius: float, role: Role, **looks: Any
) -> None:
    """A box in the colours of its role."""
    _box(parent, x, y, wide, high, radius, fill=role.fill, stroke=role.line, **looks)


def _text(parent: ET.Element, kind: str, content: str, middle: Point, size: float, **looks: Any) -> None:
    """One line of text centred on a point, its indices set below and its powers above the line.

    With text_anchor="start" it begins at the point.
    """
    x, y = middle
    looks = {"text_anchor": "middle"} | looks
    # The base line is lower by half the height of capitals and digits, in nearly every font.
    pieces = runs(content)
    first = pieces.pop(0)[0] if pieces and pieces[0][1] == LINE else ""
    element = _element(parent, "text", first, class_=kind, x=x, y=y + 0.36 * size, font_size=size, **looks)
    height = 0.0
    for piece, place in pieces:
        small = None if place == LINE else SMALL * size
        _element(element, "tspan", piece, dy=HEIGHTS[place] * size - height, font_size=small)
        height = HEIGHTS[place] * size


def _element(parent: ET.Element | None, tag: str, content: str = "", **attributes: Any) -> ET.Element:
    element = ET.Element(tag) if parent is None else ET.SubElement(parent, tag)
    element.text = content or None
    _set(element, **attributes)
    return element


def _set(element: ET.Element, **attributes: Any) -> None:
    """Give the element these attributes: class_ and stroke_width mean class and stroke-width; None is left out."""
    for name, value in attributes.items():
        if value is not None:
            written = value if isinstance(value, str) else _short(value)
            element.set(name.rstrip("_").replace("_", "-"), written)


def _at(point: Point) -> str:
    return f"{_short(point[0])},{_short(point[1])}"


def _short(x: float) -> str:
    """A coordinate with at most two digits after the point."""
    return f"{x:.2f}".rstrip("0").rstrip(".")


def _exact(x: float | None) -> str | None:
    return None if x is None else repr(float(x))  # .data may have been set to a NumPy scalar
