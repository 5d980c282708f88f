"""Steps as an animated GIF: the picture after each step, with what the step is about marked, and its equation."""

from __future__ import annotations

import math
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.errors import MissingExtraError
from autograd_mini.stepping.moments import scene_after, widths
from autograd_mini.stepping.patches import Parts
from autograd_mini.stepping.sweeps import GRADIENTS, VALUES
from autograd_mini.stepping.typeset import svg_of, typeset
from autograd_mini.viz.colours import ARROW, FONTS, INK, NEGATIVE, NOW, PAPER, POSITIVE
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.sizes import MARGIN
from autograd_mini.viz.svg import svg_element
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.stepping.sweeps import Step, Trace
    from autograd_mini.viz.geometry import Layout


PAUSE, LAST = 1200, 4000  # milliseconds for each frame, and for the last one before it starts again
LARGEST = (1600, 1200)  # pixels
MOST_PIXELS = 40_000_000  # of all frames together: some seconds
MOST_FRAMES = 150
COLOURS = 64  # the palette has few, and their mixtures smooth the edges
LEAST_WIDTH = 480  # points, so that there is room for an equation under a small graph
EQUATION, HEADING = 18, 13  # sizes of type
FOOT = 84  # points below the picture
EQUATION_HEIGHT = 56  # of them, for the equation
PALE = "0.4"  # opacity of an arrow that nothing has reached yet
WIDE = 800  # points: below a wider picture the type is larger, since all of it will be made smaller


def gif(trace: Trace) -> bytes:
    """The steps as a GIF file: the empty graph, then one frame for each step, over and over again.

    Raises MissingExtraError without the extra `png`, ValueError for 150 steps or more, LayoutError if
    the picture cannot be drawn.
    """
    try:
        import resvg_py
        from PIL import Image
    except ImportError as error:
        msg = (
            f"a GIF needs resvg-py and Pillow, and {error.name} is not installed; "
            'pip install "autograd-mini[png]", or save as .html'
        )
        raise MissingExtraError(msg) from error
    if len(trace) >= MOST_FRAMES:
        minutes = f"{len(trace) * PAUSE / 60_000:.0f} minutes"
        msg = (
            f"a GIF of {len(trace)} steps would last {minutes} and is limited to {MOST_FRAMES - 1} steps; save as .html,"
            " or step through a part of the graph"
        )
        raise ValueError(msg)
    layout = layout_of(scene_after(trace))
    pictures: list[Any] = []
    before: ET.Element | None = None
    parts = Parts()
    for count in range(len(trace) + 1):
        sheet = frame(trace, count, layout)
        wide, high = (float(sheet.get(side, "")) for side in ("width", "height"))
        shared = math.sqrt(MOST_PIXELS / (len(trace) + 1) / (wide * high))
        zoom = min(2.0, shared, LARGEST[0] / wide, LARGEST[1] / high)
        picture = (
            pictures[-1].copy()
            if pictures
            else Image.new("RGB", (math.floor(zoom * wide), math.floor(zoom * high)))
        )
        for place in [(0.0, 0.0, wide, high)] if before is None else parts.changed(before, sheet):
            # Whole pixels, so that a part is drawn as it is in the whole.
            left, top = (math.floor(zoom * x) for x in place[:2])
            right, bottom = (math.ceil(zoom * x) for x in place[2:])
            part = parts.cut(sheet, (left / zoom, top / zoom, right / zoom, bottom / zoom), zoom)
            png = resvg_py.svg_to_bytes(svg_string=ET.tostring(part, encoding="unicode"))
            picture.paste(Image.open(BytesIO(bytes(png))).convert("RGB"), (left, top))
        pictures.append(picture)
        before = sheet
    # One palette for all frames, from one that has every colour, so that nothing but changes is stored.
    palette = pictures[-1].quantize(COLOURS)
    first, *others = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    file = BytesIO()
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[PAUSE] * (len(pictures) - 1) + [LAST],
        loop=0,
    )
    return file.getvalue()


def frame(trace: Trace, count: int, layout: Layout) -> ET.Element:
    """An `<svg>` element of three: the paper, the picture after so many steps, and what is said below it."""
    picture = _picture(trace, count, layout)
    own_width, high = (float(picture.get(side, "")) for side in ("width", "height"))
    wide = max(own_width, LEAST_WIDTH)
    scale = max(1.0, wide / WIDE)
    size = {"width": f"{wide}", "height": f"{high + FOOT * scale}"}
    sheet = ET.Element("svg", size, xmlns=picture.get("xmlns", ""), fill=INK)
    sheet.set("font-family", FONTS)
    ET.SubElement(sheet, "rect", size, fill=PAPER)
    step = trace[max(count - 1, 0)]
    if count:
        _mark(picture, step)
    sheet.append(picture[-1])
    sheet[-1].set("transform", f"translate({(wide - own_width) / 2 + MARGIN} {MARGIN})")
    foot = ET.SubElement(sheet, "g")
    heading = ET.SubElement(foot, "text", x=f"{wide / 2}", y=f"{high + 12 * scale}", fill=ARROW.text)
    heading.attrib.update({"text-anchor": "middle", "font-size": f"{HEADING * scale}"})
    heading.text = f"{message(step.sweep, trace.language)}  {count}/{len(trace)}"
    if count:
        foot.append(_equation(trace, step, wide, high + 50 * scale, scale))
    return sheet


def _picture(trace: Trace, count: int, layout: Layout) -> ET.Element:
    """The picture after so many steps: once derivatives flow, arrows tell their size and sign by width and colour.

    In the backward pass heads are at the beginning of the arrows, and those that nothing has reached yet are pale.
    """
    sweep, flowing, used = trace[max(count - 1, 0)].sweep, widths(trace), set[int]()
    if count and sweep != VALUES:
        used = {edge for step in trace[:count] for edge in step.arrows}
    reached, is_backward = {f"e{edge}": flowing[edge] for edge in used}, count and sweep == GRADIENTS
    curves = layout.arrows
    if is_backward:
        curves = {
            id_: curve.turned() if id_ in reached else curve.without_head() for id_, curve in curves.items()
        }
    picture = svg_element(scene_after(trace, count), replace(layout, arrows=curves, carried={}))
    for group in picture.iter("g"):
        id_, line, head = group.get("id", ""), group.find("path"), group.find("polygon")
        if id_ not in curves or line is None or head is None:
            continue
        if reached.get(id_):
            colour, wide = NEGATIVE if reached[id_] < 0 else POSITIVE, abs(reached[id_])
            line.attrib.update({"stroke": colour, "stroke-width": f"{wide}"})
            head.set("fill", colour)
        elif is_backward and id_ not in reached:
            line.set("opacity", PALE)
            group.remove(head)
    return picture


def _equation(trace: Trace, step: Step, wide: float, middle: float, scale: float) -> ET.Element:
    """The equation of the step in the middle, smaller if it is long, without its middle if that is not enough."""
    sides = [side.content for side in step.sides(trace.equations.mathml)]
    room = wide - 2 * MARGIN
    for shown in (sides, [sides[0], ("mo", "…"), sides[-1]]):
        row = ("mrow", *[part for side in shown for part in (("mo", "="), side)][1:])
        piece = typeset(row, EQUATION * scale)
        if room / piece.wide > 0.5:
            break
    zoom = min(1.0, room / piece.wide, EQUATION_HEIGHT * scale / (piece.above + piece.below))
    group = svg_of(
        piece, (wide - zoom * piece.wide) / 2, middle + zoom * (piece.above - piece.below) / 2, zoom
    )
    ET.SubElement(group, "title").text = step.line
    return group


def _mark(picture: ET.Element, step: Step) -> None:
    """Draw the card of the step, and its arrow, with a thick line."""
    marked = {f"n{step.node}"}
    marked.update([f"e{edge}" for edge in step.arrows])
    for group in picture.iter("g"):
        if group.get("id") in marked:
            shapes = [part for part in group.iter() if part.tag in ("rect", "path")]
            for shape in shapes[:1]:  # a weight in the card of its neuron has no line of its own
                shape.attrib.update({"stroke": NOW.line, "stroke-width": "5"})
            for head in group.iter("polygon"):
                head.attrib.update({"stroke": NOW.line, "stroke-width": "3", "fill": NOW.line})
