"""Slides for the lecture: a beamer document with one overlay a step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.formulas.latex import Inline
from autograd_mini.stepping.moments import scene_after, widths
from autograd_mini.stepping.page import heading
from autograd_mini.stepping.sweeps import GRADIENTS, VALUES
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.tex import ascii_maths, plain
from autograd_mini.viz.tikz import Picture, at, lines, nested
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograd_mini.stepping.sweeps import Step, Trace
    from autograd_mini.viz.geometry import Layout, Point


SLIDE = (438, 212)  # points, of 160 by 90 mm, for the picture and the equation below it
EQUATION = 52  # of them, in height, for the equation
READABLE = 0.38  # a graph that must be made smaller than this is shown through a window instead,
WINDOW_ZOOM, LEAST_ZOOM = 0.5, 0.3  # in this size, or smaller if both ends of an arrow can be seen then
DOTS = r"\,\dots"

OVERLAYS = r"""
% on={<2,5>{key}}: the key holds on these overlays.
\tikzset{
  on/.code args={<#1>#2}{\only<#1>{\pgfkeysalso{#2}}},
  current card/.style={draw=nowline, fill=nowfill, line width=4*\zoom pt},
  counter/.style={anchor=south east, font=\scriptsize, arrowtext},
  % In the backward pass heads are at the beginning, and an arrow that nothing has reached yet is pale.
  pale/.style={-, opacity=0.4},
  turned/.style={stealth-},
  flowing/.style 2 args={draw=#1, line width=#2*\zoom pt},
  current arrow/.style={draw=nowline, line width=4*\zoom pt},
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


def slides(trace: Trace) -> str:
    """A beamer document: the empty graph on its first overlay, one more overlay for each step, and the finished graph.

    What a step finds appears and stays, the node and the arrow it is about are marked, and its equation
    stands below. A graph that would be too small to read is shown whole at first and at last, and in between
    through a window that follows the steps. Raises LayoutError if the picture cannot be drawn.
    """
    layout = replace(layout_of(scene_after(trace)), carried={})  # the steps tell gradients, one by one
    picture = Picture(scene_after(trace, xp=Inline(trace.language)), layout)
    cameras = _cameras(trace, layout)
    wide, high = SLIDE
    return lines(
        r"\documentclass[aspectratio=169]{beamer}",
        picture.preamble(equationheight=EQUATION - 12),
        OVERLAYS,
        r"\begin{document}",
        r"\begin{frame}[t]",
        rf"\frametitle{{{_title(trace)}}}",
        r"\begin{tikzpicture}",
        rf"\useasboundingbox (0,0) rectangle ({wide},{high});",
        *_zooms(cameras),
        rf"\begin{{scope}}\clip (-4,-4) rectangle ({wide + 4},{high - EQUATION + 4});",
        r"\begin{scope}[shift={(\camera)}, scale=\zoom, transform shape]",
        *[_seen(cameras, points, drawn) for points, drawn in _parts(trace, picture)],
        r"\end{scope}\end{scope}",
        rf"\node at ({wide / 2},{high - EQUATION / 2}) {{%",
        *[rf"\only<{overlay}>{{\says{{{_equation(step)}}}}}%" for overlay, step in enumerate(trace, 2)],
        "};",
        rf"\node[counter] at ({wide},{high}) {{%",
        *[rf"\only<{i + 1}>{{{i}/{len(trace)}}}%" for i in range(len(trace))],
        rf"\only<{len(trace) + 1}-{len(trace) + 2}>{{{len(trace)}/{len(trace)}}}%",
        "};",
        r"\end{tikzpicture}",
        r"\end{frame}",
        r"\end{document}",
    )


def _title(trace: Trace) -> str:
    """The heading of each sweep, from its first overlay on, and the expression."""
    headings = [(1, VALUES), (_second(trace), trace.sweep)]
    sweeps = _in_turn([(start, plain(message(sweep, trace.language))) for start, sweep in headings])
    expression = ascii_maths(heading(trace, trace.equations.latex))
    return rf"{sweeps}\hfill\fit{{.6\textwidth}}{{\normalsize${expression}$}}"


def _second(trace: Trace) -> int:
    """The overlay on which the second sweep begins."""
    return next(overlay for overlay, step in enumerate(trace, 2) if step.sweep != VALUES)


def _flow(trace: Trace, used: int | None, width: int) -> str:
    """How an arrow looks in the second sweep, if it is used on this overlay, by what flows along it: 0 is not known."""
    second, is_backward = _second(trace), trace.sweep == GRADIENTS
    pale = f"{second}-{used - 1 if used else ''}"
    options = f", on={{<{pale}>{{pale}}}}" * is_backward
    if used:
        colour = "negative" if width < 0 else "gradientline"
        looks = ["turned"] * is_backward + [f"flowing={{{colour}}}{{{abs(width)}}}"] * (width != 0)
        options += f", on={{<{used}->{{{', '.join(looks)}}}}}" if looks else ""
    return options


def _equation(step: Step) -> str:
    remark = rf"\quad\text{{({plain(step.remark)})}}" if step.remark else ""
    return ascii_maths(" = ".join(step.latex)) + remark


def _parts(trace: Trace, picture: Picture) -> Iterator[tuple[Iterable[Point], str]]:
    """Frames, arrows, labels and cards, each with the points that enclose it and what it does on the overlays."""
    scene, layout = picture.scene, picture.layout
    boxes: dict[tuple[int, bool], list[tuple[int, str]]] = defaultdict(lambda: [(1, picture.box(None))])
    said = trace.equations
    for node in trace.given:
        boxes[said.place[node], True] = [(1, picture.box(said.numbers[node]))]
    touched: dict[int, list[int]] = defaultdict(list)
    used: dict[tuple[int, int], int] = {}
    flowing = widths(trace)
    for overlay, step in enumerate(trace, 2):
        touched[step.node].append(overlay)
        if step.after != step.before or step.waiting or step.waited:
            waits = rf"\known{{{step.waiting.replace(' …', DOTS)}}}"
            filled = waits if step.waiting else picture.box(step.after)
            boxes[step.node, step.sweep == VALUES].append((overlay, filled))
        used.update(dict.fromkeys(step.edges, overlay))
    for frame in nested(scene.frames):
        yield layout.frames[frame.id], picture.frame(frame)
    for arrow, edge in zip(scene.arrows, trace.edges, strict=True):
        curve = layout.arrows[arrow.id]
        overlay_of, number = used.get(edge), trace.edges[edge]
        looks = _flow(trace, overlay_of, flowing.get(number, 0)) + _current(
            "arrow", [overlay_of] if overlay_of else []
        )
        yield [*curve.points, curve.tip], picture.arrow(arrow, looks)
    for arrow, edge in zip(scene.arrows, trace.edges, strict=True):
        if edge in used and arrow.partial is not None:
            yield layout.arrows[arrow.id].points, _in_turn([(used[edge], picture.slope(arrow))])
    for words in layout.notes:
        yield [words.place], picture.heading(words)
    for i, card in enumerate(scene.cards):
        value, gradient = (_in_turn(boxes[i, of_value]) for of_value in (True, False))
        gradient = "" if card.is_held else gradient
        yield layout.corners(card.id), picture.card(card, value, gradient, _current("card", touched[i]))


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


def _cameras(trace: Trace, layout: Layout) -> list[_Camera]:
    """One for each overlay: of the whole graph if that can be read, else following the steps."""
    rooms, sides = (SLIDE[0], SLIDE[1] - EQUATION), (layout.width, layout.height)
    names = list(layout.cards)

    def camera(zoom: float, focus: Point) -> _Camera:
        """The focus in the middle, or as near to it as the ends of the graph allow."""
        corner = []
        for x, side, room in zip(focus, sides, rooms, strict=True):
            spare = room - zoom * side
            corner.append(spare / 2 if spare >= 0 else min(0.0, max(spare, room / 2 - zoom * x)))
        return _Camera(zoom, (corner[0], corner[1]))

    def of_step(step: Step) -> _Camera:
        """On the card of the step and on that at the other end of its arrow, if both can be read together."""
        ends = [step.node, *step.sources]
        for shown in (ends, ends[:1]):
            corners = [corner for i in shown for corner in layout.corners(names[i])]
            low, high = (
                [reach(corner[axis] for corner in corners) for axis in (0, 1)] for reach in (min, max)
            )
            fitting = min(room / (b - a) for room, a, b in zip(rooms, low, high, strict=True))
            if fitting >= LEAST_ZOOM:
                break
        return camera(min(zoom, fitting), ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2))

    whole = min(1.0, *[room / side for room, side in zip(rooms, sides, strict=True)])
    if whole >= READABLE:
        return [camera(whole, (0, 0))] * (len(trace) + 2)
    zoom, overview = WINDOW_ZOOM, camera(whole, (0, 0))
    return [overview, *map(of_step, trace), overview]


def _zooms(cameras: list[_Camera]) -> list[str]:
    """For the overlays of each camera, its zoom and where its corner is."""
    overlays: dict[_Camera, list[int]] = defaultdict(list)
    for i, camera in enumerate(cameras, 1):
        overlays[camera].append(i)
    return [
        rf"\only<{_ranges(shown)}>{{\newcommand\zoom{{{zoom:.4f}}}\newcommand\camera{{{at(corner)}}}}}"
        for (zoom, corner), shown in overlays.items()
    ]


def _seen(cameras: list[_Camera], points: Iterable[Point], drawn: str) -> str:
    """The drawing on those overlays only where some of it can be seen: TeX is slow."""
    overlays = [i for i, camera in enumerate(cameras, 1) if camera.sees(points)]
    return drawn if len(overlays) == len(cameras) else rf"\only<{_ranges(overlays)}>{{{drawn}}}"


def _in_turn(contents: list[tuple[int, str]]) -> str:
    r"""Each content from its overlay to the next one's: `\only<3-6>{...}\only<7->{...}`."""
    ends = [f"{overlay - 1}" for overlay, _ in contents[1:]] + [""]
    return "".join([rf"\only<{start}-{end}>{{{text}}}" for (start, text), end in zip(contents, ends)])


def _ranges(overlays: list[int]) -> str:
    """Overlays as beamer counts them: 1-3,7."""
    gaps = [(a, b) for a, b in pairwise(overlays) if b - a > 1]
    starts, ends = [overlays[0], *[b for _, b in gaps]], [*[a for a, _ in gaps], overlays[-1]]
    return ",".join([f"{a}" if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True)])


def _current(what: str, overlays: list[int]) -> str:
    """The option that marks a card or an arrow on these overlays."""
    return f", on={{<{_ranges(overlays)}>{{current {what}}}}}" if overlays else ""
