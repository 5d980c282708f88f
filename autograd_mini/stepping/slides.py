"""Slides for the lecture: a beamer document with one overlay a step."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.stepping.moments import edges, last_scene
from autograd_mini.stepping.sweeps import PRODUCT, VALUES
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.tex import ascii_maths, plain
from autograd_mini.viz.tikz import _at, _lines, _Picture
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.stepping.steps import Steps
    from autograd_mini.stepping.sweeps import Step
    from autograd_mini.viz.layout import Layout, Point


SLIDE = (438, 212)  # points, of 160 by 90 mm, for the picture and the equation below it
EQUATION = 52  # of them, in height, for the equation
READABLE = 0.38  # a graph that must be made smaller than this is shown through a window instead,
WINDOW_ZOOM = 0.5  # in this size

OVERLAYS = r"""
% on={<2,5>{key}}: the key holds on these overlays.
\tikzset{
  on/.code args={<#1>#2}{\only<#1>{\pgfkeysalso{#2}}},
  current card/.style={draw=now, fill=palenow, line width=4*\zoom pt},
  counter/.style={anchor=south east, font=\scriptsize, grey},
  current arrow/.style={draw=now, line width=4*\zoom pt},
}
% An equation in one line, or in several if it is long.
\newsavebox\sides
\newcommand\says[1]{%
  \sbox\sides{\Large$\displaystyle#1$}%
  \ifdim\wd\sides>1.4\textwidth\sbox\sides{\parbox{\textwidth}{\centering\small$#1$}}\fi
  \ifdim\dimexpr\ht\sides+\dp\sides\relax>\equationheight
    \sbox\sides{\resizebox*{!}{\equationheight}{\usebox\sides}}\fi
  \fit{\textwidth}{\usebox\sides}}
\setbeamertemplate{navigation symbols}{}
\setbeamersize{text margin left=8pt, text margin right=8pt}
"""


def slides(steps: Steps) -> str:
    """A beamer document: the empty graph on its first overlay, and one more overlay for each step.

    What a step finds appears and stays, the node and the arrow it is about are marked, and its equation
    stands below. A graph that would be too small to read is shown whole at first, and then through a window
    that follows the steps. Raises LayoutError if the picture cannot be drawn.
    """
    scene = last_scene(steps)
    layout = layout_of(scene)
    picture = _Picture(scene, layout, steps.language)
    boxes: dict[tuple[int, bool], list[tuple[int, str]]] = defaultdict(lambda: [(1, picture.box(None))])
    touched: dict[int, list[int]] = defaultdict(list)
    used: dict[tuple[int | None, int | None], int] = {}
    for overlay, step in enumerate(steps, 2):
        touched[step.node].append(overlay)
        if step.after != step.before:
            boxes[step.node, step.sweep == VALUES].append((overlay, picture.box(step.after)))
        if step.kind == PRODUCT:
            used[step.user, step.position] = overlay

    cameras = _cameras(steps, layout)
    arrows, slopes = [], []
    for arrow, edge in zip(scene.arrows, edges(steps), strict=True):
        curve = layout.arrows[arrow.id]
        overlays = [used[edge]] if edge in used else []
        drawn = picture.arrow(arrow, _current("arrow", overlays))
        arrows.append(_seen(cameras, [*curve.points, curve.tip], drawn))
        slopes += [_seen(cameras, curve.points, _in_turn([(i, picture.slope(arrow))])) for i in overlays]
    cards = []
    for i, card in enumerate(scene.cards):
        drawn = picture.card(
            card, _in_turn(boxes[i, True]), _in_turn(boxes[i, False]), _current("card", touched[i])
        )
        cards.append(_seen(cameras, picture.corners(card), drawn))
    second = next(overlay for overlay, step in enumerate(steps, 2) if step.sweep != VALUES)
    headings = [(1, VALUES), (second, steps[-1].sweep)]
    title = _in_turn([(start, plain(message(sweep, steps.language))) for start, sweep in headings])
    equations = [ascii_maths(" = ".join(step.latex)) for step in steps]
    wide, high = SLIDE
    return _lines(
        r"\documentclass[aspectratio=169]{beamer}",
        picture.preamble(equationheight=EQUATION - 12),
        OVERLAYS,
        r"\begin{document}",
        r"\begin{frame}[t]",
        rf"\frametitle{{{title}}}",
        r"\begin{tikzpicture}",
        rf"\useasboundingbox (0,0) rectangle ({wide},{high});",
        *[
            rf"\only<{_ranges(overlays)}>{{\newcommand\zoom{{{zoom:.4f}}}\newcommand\camera{{{_at(corner)}}}}}"
            for (zoom, corner), overlays in _grouped(cameras).items()
        ],
        rf"\begin{{scope}}\clip (-4,-4) rectangle ({wide + 4},{high - EQUATION + 4});",
        r"\begin{scope}[shift={(\camera)}, scale=\zoom, transform shape]",
        *arrows,
        *slopes,
        *cards,
        r"\end{scope}\end{scope}",
        rf"\node at ({wide / 2},{high - EQUATION / 2}) {{%",
        *[rf"\only<{overlay}>{{\says{{{equation}}}}}%" for overlay, equation in enumerate(equations, 2)],
        "};",
        rf"\node[counter] at ({wide},{high}) {{%",
        *[rf"\only<{i + 1}>{{{i}/{len(steps)}}}%" for i in range(len(steps) + 1)],
        "};",
        r"\end{tikzpicture}",
        r"\end{frame}",
        r"\end{document}",
    )


class _Camera(NamedTuple):
    """How large the graph is on an overlay, and where its corner is."""

    zoom: float
    corner: Point

    def sees(self, points: Iterable[Point]) -> bool:
        """Whether some of what these points enclose is on the slide."""
        for axis, room in enumerate((SLIDE[0], SLIDE[1] - EQUATION)):
            places = [self.corner[axis] + self.zoom * point[axis] for point in points]
            if max(places) < 0 or min(places) > room:
                return False
        return True


def _cameras(steps: Steps, layout: Layout) -> list[_Camera]:
    """One for each overlay: of the whole graph if that can be read, else following the steps."""
    rooms, sides = (SLIDE[0], SLIDE[1] - EQUATION), (layout.width, layout.height)
    centres = list(layout.cards.values())
    place = {node: i for i, node in enumerate(steps.nodes)}

    def camera(zoom: float, focus: Point) -> _Camera:
        """The focus in the middle, or as near to it as the ends of the graph allow."""
        corner = []
        for x, side, room in zip(focus, sides, rooms, strict=True):
            spare = room - zoom * side
            corner.append(spare / 2 if spare >= 0 else min(0.0, max(spare, room / 2 - zoom * x)))
        return _Camera(zoom, (corner[0], corner[1]))

    def focus(step: Step) -> Point:
        """The card of the step, or the middle of its arrow if the cards at both ends are in view then."""
        here = centres[step.node]
        if step.user is None or step.position is None:
            return here
        (x, y), (other_x, other_y) = (
            centres[step.user],
            centres[place[steps.nodes[step.user].parents[step.position]]],
        )
        near = zoom * abs(x - other_x) < rooms[0] / 2 and zoom * abs(y - other_y) < rooms[1] / 2
        return ((x + other_x) / 2, (y + other_y) / 2) if near else here

    whole = min(1.0, *[room / side for room, side in zip(rooms, sides, strict=True)])
    zoom = whole if whole >= READABLE else WINDOW_ZOOM
    return [camera(whole, centres[0]), *[camera(zoom, focus(step)) for step in steps]]


def _seen(cameras: list[_Camera], points: Iterable[Point], drawn: str) -> str:
    """The drawing on those overlays only where some of it can be seen: TeX is slow."""
    overlays = [i for i, camera in enumerate(cameras, 1) if camera.sees(points)]
    return drawn if len(overlays) == len(cameras) else rf"\only<{_ranges(overlays)}>{{{drawn}}}"


def _in_turn(contents: list[tuple[int, str]]) -> str:
    r"""Each content from its overlay to the next one's: `\only<3-6>{...}\only<7->{...}`."""
    ends = [f"{overlay - 1}" for overlay, _ in contents[1:]] + [""]
    return "".join([rf"\only<{start}-{end}>{{{text}}}" for (start, text), end in zip(contents, ends)])


def _grouped(cameras: list[_Camera]) -> dict[_Camera, list[int]]:
    """The overlays of each camera."""
    overlays: dict[_Camera, list[int]] = defaultdict(list)
    for i, camera in enumerate(cameras, 1):
        overlays[camera].append(i)
    return overlays


def _ranges(overlays: list[int]) -> str:
    """Overlays as beamer counts them: 1-3,7."""
    starts = [i for i in overlays if i - 1 not in overlays]
    ends = [i for i in overlays if i + 1 not in overlays]
    return ",".join([f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)])


def _current(what: str, overlays: list[int]) -> str:
    """The option that marks a card or an arrow on these overlays."""
    return f", on={{<{_ranges(overlays)}>{{current {what}}}}}" if overlays else ""
