"""A scene and its layout as SVG, drawn by us: nothing in it but shapes, text and facts about the graph.

Every card is a `<g class="node">` and every arrow a `<g class="edge">`; their numbers stand as Python writes
them in `data-value`, `data-gradient` and `data-partial`, which are absent while unknown, and for arrays of over a hundred. Looks are said in
attributes, without a style sheet and without references, since one page may hold many pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.viz import colours
from autograd_mini.viz.faces import Line, badge_width
from autograd_mini.viz.flows import flows
from autograd_mini.viz.grids import cells_of
from autograd_mini.viz.lettering import ABOVE, BELOW, LINE, runs, shortened, width
from autograd_mini.viz.scene import numbers_in
from autograd_mini.viz.sizes import (
    CAPTION,
    DERIVATIVE,
    FACTOR,
    FACTOR_HEIGHT,
    FACTOR_WIDTH,
    LABEL_HEIGHT,
    LABEL_ROOM,
    LABEL_WIDTH,
    MARGIN,
    NOTE,
    PAD,
    PARTIAL_NUMBER,
)

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.viz.colours import Role
    from autograd_mini.viz.faces import Face, Field
    from autograd_mini.viz.geometry import Curve, Layout, Point
    from autograd_mini.viz.scene import Arrow, Card, Frame, Scene


BASE = 0.36  # of its size: how far below its middle a line of text stands, half the height of capitals and digits
SMALL, HEIGHTS = 0.7, {BELOW: 0.2, LINE: 0.0, ABOVE: -0.36}  # indices and powers, against the size of type
MANY = 100  # numbers that are given exactly
STRUCK = {"text_decoration": "line-through"}  # a number that is outdated


def svg_text(scene: Scene, layout: Layout, theme: str = "auto") -> str:
    """The picture as an SVG document; the same scene and layout give the same text.

    theme: "light", "dark", or "auto" for that of the reader: what does not know of it shows the light one.
    """
    document = svg_element(scene, layout)
    if theme == "auto":
        style = ET.Element("style")
        style.text = follow_reader(document)
        document.insert(2, style)
    if theme == "dark":
        darkened(document)
    return text_of(document)


def darkened(document: ET.Element) -> None:
    """Give all that is in it the colours for dark paper."""
    for element in document.iter():
        for key in ("fill", "stroke"):
            if (light := element.get(key)) in colours.DARK:
                element.set(key, colours.DARK[light])


def text_of(document: ET.Element) -> str:
    """The element as text, one line for each part."""
    ET.indent(document, " ")
    for line in document.iter("text"):  # a space between its parts would be seen
        for part in line.iter():
            if part is not line:
                part.tail = None
            part.text = part.text and part.text.rstrip("\n ")
    return ET.tostring(document, encoding="unicode") + "\n"


def follow_reader(document: ET.Element) -> str:
    """The style sheet that makes this drawing dark for a reader whose screen is: a rule for each colour in it."""
    document.set("class", "auto")
    used = {(key, element.get(key)) for element in document.iter() for key in ("fill", "stroke")}
    rules = [
        f'.auto[{key}="{light}"],.auto [{key}="{light}"]{{{key}:{dark}}}'
        for light, dark in colours.DARK.items()
        for key in ("fill", "stroke")
        if (key, light) in used
    ]
    return f"@media(prefers-color-scheme:dark){{{''.join(rules)}}}"


def size_of(scene: Scene, layout: Layout) -> tuple[float, float]:
    """Width and height of the picture, with its margins and the note below it."""
    wide = max(layout.width, width(scene.note, CAPTION)) + 2 * MARGIN
    return wide, layout.height + 2 * MARGIN + (NOTE if scene.note else 0)


def svg_element(scene: Scene, layout: Layout) -> ET.Element:
    """The picture as an `<svg>` element: its title, its description, the paper, and last what is on it."""
    note = scene.note
    wide, high = size_of(scene, layout)
    title = scene.xp.word("graph").format(scene.title)
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
    told = flows(scene, layout)
    for arrow in scene.arrows:
        _draw_arrow(picture, arrow, layout.arrows[arrow.id], told.get(arrow.id))
    for arrow in scene.arrows:  # above all lines, so that none runs through a number
        _draw_partial(picture, arrow, layout.arrows[arrow.id], scene.style)
    for card in scene.cards:
        _draw_card(picture, card, layout)
    for words in layout.notes:
        _text(picture, "heading", words.text, words.place, words.size, fill=colours.FRAME.text)
    if note:
        place = (0, layout.height + NOTE)
        _text(picture, "note", note, place, CAPTION, text_anchor="start", fill=colours.OUTDATED.text)
    return document


def _draw_frame(parent: ET.Element, frame: Frame, layout: Layout) -> None:
    """A dashed line around a neuron or a layer, its title in the corner, then the frames inside."""
    (left, top), (right, bottom) = layout.frames[frame.id]
    group, role = _element(parent, "g", class_="frame", data_name=frame.title), colours.FRAME
    if frame.id in layout.panels:
        group.set("class", "frame unit")
        _element(group, "title", frame.title)
        role = colours.OPERATION._replace(fill=colours.PAPER)
        _panel(group, left, top, right - left, bottom - top, 4, role, stroke_width=1.25)
        return
    _panel(group, left, top, right - left, bottom - top, 10, role, stroke_dasharray="6 4")
    _text(group, "title", frame.title, (left + PAD, top + PAD), CAPTION, text_anchor="start", fill=role.text)
    for inner in frame.inner:
        _draw_frame(parent, inner, layout)


def _draw_card(parent: ET.Element, card: Card, layout: Layout) -> None:
    """The group of a node, its origin in the top left corner, with what machines and mice read."""
    face, (corner, _) = layout.faces.of[card.id], layout.corners(card.id)
    place = f"translate({_short(corner[0])} {_short(corner[1])})"
    looks = "" if face.kind in ("card", "constant") else f" {face.kind}"
    kind = "input data" if card.kind == "data" else card.kind
    kind += " array" * bool(face.grids)
    group = _element(parent, "g", id=card.id, class_=f"node {kind}{looks}", transform=place)
    _set(group, data_name=card.name, data_value=_exact(card.value), data_gradient=_exact(card.gradient))
    _element(group, "title", str(card))
    if card.is_constant and face.name:
        _panel(group, 0, 0, face.wide, face.high, 3, colours.CONSTANT, stroke_dasharray="2 2")
        _line(group, "number", card.name, face.name, fill=colours.CONSTANT.text)
        return
    if face.radius is not None:
        role = colours.OPERATION if card.symbol else colours.INPUT
        if face.kind != "card":
            role = role._replace(fill=colours.PAPER, line=role.line if card.symbol else colours.GREY)
        border = 3 if card.kind == "output" else 1.25
        _panel(group, 0, 0, face.wide, face.high, face.radius, role, stroke_width=border)
    if face.sign:
        _draw_sign(group, card.symbol, *face.sign, face)
    if face.name:
        weight = "bold" if face.kind in ("card", "leaf") else None
        _line(group, "name", face.heading(card), face.name, font_weight=weight)
    if card.is_held and face.gradient:
        line = face.gradient.title or face.gradient.number._replace(sizes=[FACTOR[1]])
        _line(group, "caption", card.derivative, line, fill=colours.CONSTANT.text)
    for kind, field in face.fields:
        if kind == "value" or not card.is_held:
            _draw_field(group, kind, card, field)


def _draw_sign(group: ET.Element, symbol: str, right: float, middle: float, high: float, face: Face) -> None:
    """The badge of the operation."""
    wide = face.sign_width or badge_width(symbol, high, face.sign_type)
    _box(group, right - wide, middle - high / 2, wide, high, radius=high / 2, fill=colours.OPERATION.line)
    line = Line(right - wide / 2, middle, face.sign_width - 3 if face.sign_width else high, face.sign_type)
    if wide == line.room:  # it is a circle, with room for the beginning of a long name
        while width(symbol, line.size(symbol)) > wide:
            symbol = symbol[:-1]
    _line(group, "symbol", symbol, line, fill=colours.PAPER, font_weight="bold")


def _draw_field(parent: ET.Element, kind: str, card: Card, field: Field) -> None:
    """A box for a number, with its title if it has one: dashed while the number is unknown, or outdated."""
    is_value = kind == "value"
    outdated = card.is_value_outdated if is_value else card.is_gradient_outdated
    number = card.filled(card.value) if is_value else card.filled(card.gradient) or card.waiting
    group = _element(parent, "g", class_=f"{kind} outdated" if outdated else kind)
    if field.title:
        role, title = (colours.VALUE, card.caption) if is_value else (colours.GRADIENT, card.derivative)
        _line(group, "title", title, field.title, fill=role.text)
    else:
        role = colours.VALUE_TINT if is_value else colours.GRADIENT_TINT
    dashes, looks = "4 3" if outdated or not number else None, {"font_weight": "bold"}
    if outdated:
        role, looks = colours.OUTDATED, STRUCK
    if field.title:
        _panel(group, field.x, field.y, field.wide, field.high, 3, role, stroke_dasharray=dashes)
    else:
        _box(group, field.x, field.y, field.wide, field.high, 2, fill=role.fill)
    if field.grid == (1, 1):
        _line(group, "number", number, field.number, fill=role.text, **looks)
    else:
        _draw_entries(group, cells_of(number), field, fill=role.text, **looks)


def _draw_entries(parent: ET.Element, cells: list[list[str]], field: Field, **looks: Any) -> None:
    """The entries of an array as one text, in the largest type that all of them have room in."""
    size = min([field.number.size(entry) for row in cells for entry in row])
    x, y = field.number.x, field.number.y + BASE * size
    entries = _element(
        parent, "text", class_="number", x=x, y=y, font_size=size, text_anchor="middle", **looks
    )
    for i, row in enumerate(cells):
        for j, entry in enumerate(row):
            place = field.cell(i, j)
            line = _element(entries, "tspan", x=place.x, y=place.y + BASE * size)
            _write(line, entry, size)


def _draw_arrow(parent: ET.Element, arrow: Arrow, curve: Curve, flow: tuple[str, float] | None) -> None:
    """The line and its head; one that tells a gradient has no head."""
    ends: dict[str, Any] = {
        "data_tail": arrow.tail.id,
        "data_head": arrow.head.id,
        "data_partial": _exact(arrow.partial),
    }
    is_constant = arrow.is_constant
    group = _element(parent, "g", id=arrow.id, class_="edge constant" if is_constant else "edge", **ends)
    if curve.is_implied:  # a weight stands on the line it is a factor of
        return
    _element(group, "title", str(arrow))
    start, *rest = curve.points
    path = f"M{_at(start)}C{' '.join(map(_at, rest))}"
    if flow:
        path = f"M{_at(start)}L{_at(curve.tip)}"
        _element(group, "path", d=path, fill="none", stroke=flow[0], stroke_width=flow[1], stroke_opacity=0.6)
        return
    line = _element(group, "path", d=path, fill="none", stroke=colours.ARROW.line, stroke_width=1.5)
    _set(line, stroke_dasharray="4 3" if is_constant else None)
    head = " ".join(map(_at, arrowhead(rest[-1], curve.tip)))
    _element(group, "polygon", points=head, fill=colours.ARROW.fill)


def _draw_partial(parent: ET.Element, arrow: Arrow, curve: Curve, style: str) -> None:
    """The local partial, on the line, once it is known; the origin of its group is its middle."""
    if arrow.partial is None or curve.label is None or not arrow.is_labelled:
        return
    role, kind, looks = colours.PARTIAL, "partial", {"font_weight": "bold"}
    if arrow.is_outdated:
        kind, role, looks = "partial outdated", colours.OUTDATED, STRUCK
    place = f"translate({_short(curve.label[0])} {_short(curve.label[1])})"
    group = _element(parent, "g", class_=kind, transform=place, data_edge=arrow.id, fill=role.text)
    _element(group, "title", str(arrow))
    if style != "cards":
        line = Line(0, 0, FACTOR_WIDTH, FACTOR)
        wide = min(width(arrow.short, line.size(arrow.short)), FACTOR_WIDTH) + 2
        _box(group, -wide / 2, -FACTOR_HEIGHT / 2, wide, FACTOR_HEIGHT, 2, fill=colours.PAPER)
        if arrow.partial == 1 and not arrow.is_outdated:  # that it changes nothing is grey
            looks["fill"] = colours.GREY
        _line(group, "number", arrow.short, line, **looks | {"font_weight": None})
        return
    _panel(group, -LABEL_WIDTH / 2, -LABEL_HEIGHT / 2, LABEL_WIDTH, LABEL_HEIGHT, LABEL_HEIGHT / 2, role)
    half = 0.21 * LABEL_HEIGHT if arrow.label else 0
    if arrow.label:
        _line(group, "title", arrow.label, Line(0, -half, LABEL_ROOM, [DERIVATIVE]))
    _line(group, "number", arrow.factor, Line(0, half, LABEL_ROOM, PARTIAL_NUMBER), **looks)


def _line(parent: ET.Element, kind: str, content: str, line: Line, **looks: Any) -> None:
    """A text in its room, shortened if it is too long even in the smallest type."""
    size = line.size(content)
    anchor = {} if line.is_centred else {"text_anchor": "start"}
    if kind not in ("number", "symbol"):
        content = shortened(content, line.room, size)
    _text(parent, kind, content, (line.x, line.y), size, **anchor, **looks)


def arrowhead(base: Point, tip: Point) -> list[Point]:
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
    _write(
        _element(parent, "text", class_=kind, x=x, y=y + BASE * size, font_size=size, **looks), content, size
    )


def _write(element: ET.Element, content: str, size: float) -> None:
    """Put a line of text into an element, with indices and powers as parts of their own."""
    pieces = runs(content)
    if pieces and pieces[0][1] == LINE:
        element.text = pieces.pop(0)[0]
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


def _exact(x: float | tuple[float, ...] | None) -> str | None:
    if isinstance(x, tuple):
        numbers = numbers_in(x)
        return " ".join([repr(float(each)) for each in numbers]) if len(numbers) <= MANY else None
    return None if x is None else repr(float(x))  # .data may have been set to a NumPy scalar
