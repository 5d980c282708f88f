"""Steps as an animated GIF: the picture after each step, with what the step is about marked, and its equation."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.errors import MissingExtraError
from autograd_mini.stepping.moments import scene_after
from autograd_mini.viz.colours import ARROW, FONTS, INK, NOW, PAPER
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.lettering import shortened, width
from autograd_mini.viz.sizes import MARGIN
from autograd_mini.viz.svg import svg_element
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from autograd_mini.stepping.sweeps import Step, Trace
    from autograd_mini.viz.geometry import Layout


PAUSE, LAST = 1200, 4000  # milliseconds for each frame, and for the last one before it starts again
LARGEST = (1600, 1200)  # pixels
MOST_FRAMES = 300
COLOURS = 64  # the palette has few, and their mixtures smooth the edges
LEAST_WIDTH = 480  # points, so that there is room for an equation under a small graph
EQUATION, HEADING = 18, 13  # sizes of type
FOOT = 64  # points below the picture
WIDE = 800  # points: below a wider picture the type is larger, since all of it will be made smaller


def gif(trace: Trace) -> bytes:
    """The steps as a GIF file: the empty graph, then one frame for each step, over and over again.

    Raises MissingExtraError without the extra `png`, ValueError for more than 300 steps, LayoutError if
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
        msg = f"a GIF of {len(trace)} steps would be huge; save as .html, or step through a part of the graph"
        raise ValueError(msg)
    layout = layout_of(scene_after(trace))
    pictures = []
    for count in range(len(trace) + 1):
        svg = frame(trace, count, layout)
        wide, high = (float(svg.get(side, "")) for side in ("width", "height"))
        zoom = min(2.0, LARGEST[0] / wide, LARGEST[1] / high)
        png = resvg_py.svg_to_bytes(svg_string=ET.tostring(svg, encoding="unicode"), zoom=zoom)
        pictures.append(Image.open(BytesIO(bytes(png))).convert("RGB"))
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
    """The picture after so many steps as an `<svg>` element, with a heading and an equation below it."""
    picture = svg_element(scene_after(trace, count), layout)
    own_width, high = (float(picture.get(side, "")) for side in ("width", "height"))
    wide = max(own_width, LEAST_WIDTH)
    picture.set("x", f"{(wide - own_width) / 2}")
    scale = max(1.0, wide / WIDE)
    sheet = ET.Element(
        "svg", xmlns=picture.get("xmlns", ""), width=f"{wide}", height=f"{high + FOOT * scale}"
    )
    sheet.set("font-family", FONTS)
    ET.SubElement(sheet, "rect", width="100%", height="100%", fill=PAPER)
    sheet.append(picture)
    step = trace[max(count - 1, 0)]
    heading = f"{message(step.sweep, trace.language)}  {count}/{len(trace)}"
    _write(sheet, heading, HEADING * scale, high + 12 * scale, ARROW.text)
    if count:
        _mark(picture, trace, step)
        _write(sheet, step.line, EQUATION * scale, high + 40 * scale, INK)
    return sheet


def _mark(picture: ET.Element, trace: Trace, step: Step) -> None:
    """Draw the card of the step, and its arrow, with a thick line."""
    marked = {f"n{step.node}"}
    if step.edge:
        marked.add(f"e{trace.edges[step.edge]}")
    for group in picture.iter("g"):
        if group.get("id") in marked:
            shapes = [part for part in group.iter() if part.tag in ("rect", "path")]
            for shape in shapes[:1]:  # a weight in the card of its neuron has no line of its own
                shape.attrib.update({"stroke": NOW.line, "stroke-width": "5"})
            for head in group.iter("polygon"):
                head.attrib.update({"stroke": NOW.line, "stroke-width": "3", "fill": NOW.line})


def _write(sheet: ET.Element, text: str, size: float, y: float, colour: str) -> None:
    """A line of text in the middle, smaller if it is long, and cut if it is too long even so."""
    wide = float(sheet.get("width", ""))
    room = wide - 2 * MARGIN
    fitting = max(size / 2, min(size, size * room / max(width(text, size), 1)))
    line = ET.SubElement(sheet, "text", x=f"{wide / 2}", y=f"{y}", fill=colour)
    line.attrib.update({"text-anchor": "middle", "font-size": f"{fitting:.1f}"})
    line.text = shortened(text, room + 1, fitting)
