"""A scene and its layout as SVG, drawn by us: nothing in it but shapes, text and facts about the graph.

Every card is a `<g class="node">` and every arrow a `<g class="edge">`; their numbers stand as Python writes
them in `data-value`, `data-gradient` and `data-partial`, which are absent while unknown. Looks are said in
attributes, without a style sheet and without references, since one page may hold many pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from autograd_mini.viz.lettering import fitting, shortened, width
from autograd_mini.viz.scene import shown
from autograd_mini.viz.sizes import (
    CAPTION,
    FIELD,
    FIELD_WIDTH,
    GAP,
    HEAD,
    LABEL_HEIGHT,
    LABEL_WIDTH,
    MARGIN,
    NAME,
    NUMBER,
    PAD,
    PARTIAL,
    RATIO,
    SIGN,
    Sizes,
)  # fmt: skip

if TYPE_CHECKING:
    from autograd_mini.viz.layout import Curve, Layout, Point
    from autograd_mini.viz.scene import Arrow, Card, Scene

# The palette of Okabe and Ito, which readers of every colour vision tell apart; tints and shades of it.
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
PALE_BLUE, PALE_GREY, PALE_GREEN = "#EAF3F9", "#F4F4F4", "#EDF8F4"
DARK_VERMILLION, DARK_GREEN = "#A34700", "#00664A"
INK, GREY, PAPER = "#1A1A1A", "#5E5E5E", "#FFFFFF"
FONTS = "'DejaVu Sans', 'Segoe UI', system-ui, sans-serif"


def svg_text(scene: Scene, layout: Layout) -> str:
    """The picture as an SVG document; the same scene and layout give the same text."""
    wide, high = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    title = f"Computation graph of {scene.output.name}"
    document = _element(
        None, "svg", xmlns="http://www.w3.org/2000/svg", width=wide, height=high,
        viewBox=f"0 0 {_short(wide)} {_short(high)}", role="img", aria_label=title, font_family=FONTS, fill=INK,
    )  # fmt: skip
    _element(document, "title", title)
    _element(document, "desc", str(scene))
    _element(document, "rect", class_="paper", width=wide, height=high, rx=8, fill=PAPER)
    picture = _element(document, "g", transform=f"translate({MARGIN} {MARGIN})")
    sizes = Sizes.of(scene)
    for arrow in scene.arrows:
        _draw_arrow(picture, arrow, layout.arrows[arrow.id])
    for arrow in scene.arrows:  # above all lines, so that none runs through a number
        _draw_partial(picture, arrow, layout.arrows[arrow.id])
    for card in scene.cards:
        draw = _draw_constant if card.is_constant else _draw_card
        draw(picture, card, layout.cards[card.id], sizes)
    ET.indent(document, " ")
    return ET.tostring(document, encoding="unicode") + "\n"


def _draw_card(parent: ET.Element, card: Card, centre: Point, sizes: Sizes) -> None:
    """A panel with the name, the sign of the operation, and two boxes for numbers."""
    wide, high = sizes.box(card)
    group = _group(parent, card, centre, wide, high)
    if card.symbol:
        border = 3 if card.kind == "output" else 1.25
        _element(
            group, "rect", width=wide, height=high, rx=4, fill=PALE_BLUE, stroke=BLUE, stroke_width=border
        )
        size = fitting(card.symbol, HEAD, SIGN)
        badge = HEAD if len(card.symbol) == 1 else width(card.symbol, size) + PAD
        left = wide - PAD - badge
        _element(group, "rect", x=left, y=PAD, width=badge, height=HEAD, rx=HEAD / 2, fill=BLUE)
        _text(
            group,
            "symbol",
            card.symbol,
            (left + badge / 2, PAD + HEAD / 2),
            size,
            fill=PAPER,
            font_weight="bold",
        )
    else:
        _element(
            group, "rect", width=wide, height=high, rx=14, fill=PALE_GREY, stroke=BLUE, stroke_width=1.25
        )
        left = wide - PAD
    name = shortened(card.name, left - PAD - GAP, NAME)
    _text(group, "name", name, (PAD, PAD + HEAD / 2), NAME, text_anchor="start", font_weight="bold")

    value, gradient = PAD + HEAD + GAP, PAD + HEAD + GAP + FIELD + GAP
    _draw_field(group, "value", card.formula or card.kind, card.value, value, sizes, (BLUE, INK))
    _draw_field(group, "gradient", card.ratio, card.gradient, gradient, sizes, (VERMILLION, DARK_VERMILLION))


def _draw_field(
    parent: ET.Element,
    kind: str,
    title: str,
    x: float | None,
    top: float,
    sizes: Sizes,
    colours: tuple[str, str],
) -> None:
    """A title and a box for a number, dashed while it is unknown."""
    light, dark = colours
    group = _element(parent, "g", class_=kind)
    left, middle = PAD + sizes.caption_width + GAP, top + FIELD / 2
    title = shortened(title, sizes.caption_width, CAPTION)
    _text(group, "title", title, (PAD, middle), CAPTION, text_anchor="start", fill=dark)
    dashes = "4 3" if x is None else None
    _element(
        group, "rect", x=left, y=top, width=FIELD_WIDTH, height=FIELD, rx=3, fill=PAPER, stroke=light,
        stroke_dasharray=dashes,
    )  # fmt: skip
    size = fitting(shown(x), FIELD_WIDTH - 2 * GAP, NUMBER)
    _text(group, "number", shown(x), (left + FIELD_WIDTH / 2, middle), size, fill=dark, font_weight="bold")


def _draw_constant(parent: ET.Element, card: Card, centre: Point, sizes: Sizes) -> None:
    """A number of the formula: a small plain box."""
    wide, high = sizes.box(card)
    group = _group(parent, card, centre, wide, high)
    _element(group, "rect", width=wide, height=high, rx=3, fill=PAPER, stroke=GREY, stroke_dasharray="2 2")
    _text(group, "number", card.name, (wide / 2, high / 2), NUMBER[0], fill=GREY)


def _group(parent: ET.Element, card: Card, centre: Point, wide: float, high: float) -> ET.Element:
    """The group of a card, its origin in the top left corner, with what machines and mice read."""
    x, y = centre[0] - wide / 2, centre[1] - high / 2
    group = _element(
        parent, "g", id=card.id, class_=f"node {card.kind}", transform=f"translate({_short(x)} {_short(y)})",
        data_name=card.name, data_value=_exact(card.value), data_gradient=_exact(card.gradient),
    )  # fmt: skip
    _element(group, "title", str(card))
    return group


def _draw_arrow(parent: ET.Element, arrow: Arrow, curve: Curve) -> None:
    """The line and its head."""
    group = _element(
        parent, "g", id=arrow.id, class_="edge", data_tail=arrow.tail.id, data_head=arrow.head.id,
        data_partial=_exact(arrow.partial),
    )  # fmt: skip
    _element(group, "title", str(arrow))
    start, *rest = curve.points
    path = f"M{_at(start)}C{' '.join(map(_at, rest))}"
    _element(group, "path", d=path, fill="none", stroke=GREY, stroke_width=1.5)
    _element(group, "polygon", points=" ".join(map(_at, _arrowhead(rest[-1], curve.tip))), fill=GREY)


def _draw_partial(parent: ET.Element, arrow: Arrow, curve: Curve) -> None:
    """The local partial, on the line, once it is known."""
    if arrow.partial is None or curve.label is None:
        return
    x, y = _on(curve, curve.label[0])
    group = _element(parent, "g", class_="partial", data_edge=arrow.id)
    _element(group, "title", str(arrow))
    _element(
        group, "rect", x=x - LABEL_WIDTH / 2, y=y - LABEL_HEIGHT / 2, width=LABEL_WIDTH, height=LABEL_HEIGHT,
        rx=LABEL_HEIGHT / 2, fill=PALE_GREEN, stroke=GREEN,
    )  # fmt: skip
    room = LABEL_WIDTH - LABEL_HEIGHT / 2
    _text(group, "title", shortened(arrow.ratio, room, RATIO), (x, y - 6.5), RATIO, fill=DARK_GREEN)
    number = shown(arrow.partial)
    _text(
        group,
        "number",
        number,
        (x, y + 6.5),
        fitting(number, room, PARTIAL),
        fill=DARK_GREEN,
        font_weight="bold",
    )


def _on(curve: Curve, x: float) -> Point:
    """The point of the curve that has this x: arrows run from left to right, so there is one."""
    points = curve.points
    for i in range(0, len(points) - 1, 3):
        piece = points[i : i + 4]
        if x <= piece[3][0]:
            break
    low, high = 0.0, 1.0
    for _ in range(20):
        t = (low + high) / 2
        weights = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
        at_x, at_y = (sum(weight * point[axis] for weight, point in zip(weights, piece)) for axis in (0, 1))
        low, high = (t, high) if at_x < x else (low, t)
    return at_x, at_y


def _arrowhead(base: Point, tip: Point) -> list[Point]:
    (x, y), (tip_x, tip_y) = base, tip
    across_x, across_y = (tip_y - y) * 0.4, (x - tip_x) * 0.4
    return [tip, (x + across_x, y + across_y), (x - across_x, y - across_y)]


def _text(parent: ET.Element, kind: str, content: str, middle: Point, size: float, **looks: Any) -> None:
    """One line of text centred on a point; with text_anchor="start" it begins there."""
    x, y = middle
    # A third of its size below: half the height of capitals and digits in nearly every font.
    looks = {"text_anchor": "middle", **looks}
    _element(parent, "text", content, class_=kind, x=x, y=y + 0.36 * size, font_size=size, **looks)


def _element(parent: ET.Element | None, tag: str, content: str = "", **attributes: Any) -> ET.Element:
    """A new element in `parent`: class_ and stroke_width are written class and stroke-width, None is left out."""
    written = {
        name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else _short(value)
        for name, value in attributes.items()
        if value is not None
    }
    element = ET.Element(tag, written) if parent is None else ET.SubElement(parent, tag, written)
    element.text = content or None
    return element


def _at(point: Point) -> str:
    return f"{_short(point[0])},{_short(point[1])}"


def _short(x: float) -> str:
    """A coordinate with at most two digits after the point."""
    return f"{x:.2f}".rstrip("0").rstrip(".")


def _exact(x: float | None) -> str | None:
    return None if x is None else repr(x)
