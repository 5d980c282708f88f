"""Steps as an animated GIF: the picture after each step, with what the step is about marked, and its equation."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.errors import MissingExtraError
from autograd_mini.messages import message
from autograd_mini.viz.blank import last_scene
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.lettering import shortened, visible, width
from autograd_mini.viz.replay import edges, scene_after
from autograd_mini.viz.scene import Scene
from autograd_mini.viz.sizes import MARGIN
from autograd_mini.viz.svg import FONTS, GREY, INK, PAPER, svg_text

if TYPE_CHECKING:
    from autograd_mini.viz.layout import Layout
    from autograd_mini.viz.steps import Steps

PAUSE, LAST = 1200, 4000  # milliseconds for each frame, and for the last one before it starts again
LARGEST = (1280, 960)  # pixels
MOST_FRAMES = 300
COLOURS = 64  # the palette has few, and their mixtures smooth the edges
LEAST_WIDTH = 480  # points, so that there is room for an equation under a small graph
EQUATION, HEADING = 18, 13  # sizes of type
FOOT = 64  # points below the picture
CURRENT = {"stroke": "#E69F00", "stroke-width": "5"}
SVG = "{http://www.w3.org/2000/svg}"


def gif(steps: Steps) -> bytes:
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
    if len(steps) >= MOST_FRAMES:
        msg = f"a GIF of {len(steps)} steps would be huge; save as .html, or step through a part of the graph"
        raise ValueError(msg)
    layout = layout_of(last_scene(steps))
    pictures = []
    for count in range(len(steps) + 1):
        svg = frame(steps, count, layout)
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


def frame(steps: Steps, count: int, layout: Layout) -> ET.Element:
    """The picture after so many steps as SVG, with a heading and an equation below it."""
    scene = _worded(scene_after(steps, count), last_scene(steps))
    picture = ET.fromstring(svg_text(scene, layout))  # noqa: S314  our own text
    point = message("decimal point", steps.language)
    for text in picture.iter(f"{SVG}text"):
        if text.get("class") == "number" and text.text:
            text.text = text.text.replace(".", point)
    wide = max(float(picture.get("width", "")), LEAST_WIDTH)
    high = float(picture.get("height", ""))
    outer = ET.Element("svg", xmlns=SVG[1:-1], width=f"{wide}", height=f"{high + FOOT}")
    outer.set("font-family", FONTS)
    ET.SubElement(outer, "rect", width="100%", height="100%", fill=PAPER)
    picture.set("x", f"{(wide - float(picture.get('width', ''))) / 2}")
    outer.append(picture)
    step = steps[count - 1] if count else steps[0]
    heading = f"{message(step.sweep, steps.language)}  {count}/{len(steps)}"
    _line(outer, heading, MARGIN, high + 8, HEADING, fill=GREY)
    if count:
        arrow = edges(steps).index((step.user, step.position)) if step.user is not None else -1
        _mark(picture, {f"n{step.node}", f"e{arrow}"})
        size = EQUATION
        equation = visible(step.line)
        while width(equation, size) > wide - 2 * MARGIN and size > EQUATION / 2:
            size -= 1
        _line(outer, shortened(equation, wide - 2 * MARGIN, size), MARGIN, high + 38, size, fill=INK)
    return outer
