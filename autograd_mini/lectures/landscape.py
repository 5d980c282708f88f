"""Plots of a descent, with the extra `plot`: its path on the contours of the loss, and the loss as a surface."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import LectureError
from autograd_mini.formulas.drawn import drawn
from autograd_mini.lectures.running import part_of
from autograd_mini.lectures.updates import written
from autograd_mini.plots import empty_figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.lectures.parts import Case, Descent

POINTS = 41  # along each side
AROUND = 0.6  # of the longer side of the path, beside it; and at least LEAST
LEAST = 0.5
PATH, START = "#D55E00", "#000000"


def landscape(
    id_: str,
    case: Case,
    descent: Descent,
    path: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, Any],
    point: str = ".",
) -> Any:
    """A Figure of the loss over two parameters, the others held where they start, with the path of the descent.

    The two that move most; where nothing moves, two by which the loss changes. Entries of arrays are parameters of
    their own. point: the decimal sign.

    Raises LectureError for a descent of fewer than two numbers, MissingExtraError without the extra `plot`.
    """
    figure = empty_figure(11, 4.8)
    import numpy as np
    from matplotlib.ticker import FuncFormatter

    way = [
        {name: x for whole in each if whole != descent.of for name, x in _entries(whole, each[whole])}
        for each in path
    ]
    if len(way[0]) < 2:
        msg = f"the descent of {id_} moves fewer than two numbers; there is no plane to plot"
        raise LectureError(msg)
    loss = part_of(case.model({**case.inputs, **numbers}), descent.of)
    first, second = _plane(loss, way)
    xs, ys = ([each[name] for each in way] for name in (first, second))
    room = max(AROUND * max(max(xs) - min(xs), max(ys) - min(ys)), LEAST)
    across, up = (_range(each, room) for each in (xs, ys))

    def height(x: float, y: float) -> float:
        return float(loss.forward(**{first: x, second: y}))

    heights = np.array([[height(x, y) for x in across] for y in up])
    on_it = [
        height(x, y) for x, y in zip(xs, ys, strict=True)
    ]  # the others are held, so it is on the surface
    called = [str(drawn.symbol(name)) for name in (first, second, descent.of)]
    losses = " → ".join([written(float(f"{each[descent.of]:.3g}"), point) for each in path])
    figure.suptitle(f"{called[2]} = {losses}   (η = {written(descent.rate, point)})")
    flat = figure.add_subplot(1, 2, 1)
    lines = flat.contour(across, up, heights, levels=16, cmap="viridis")
    flat.clabel(lines, fontsize=8, fmt=lambda x: written(float(f"{x:.3g}"), point))
    flat.plot(xs, ys, "o-", color=PATH)
    flat.plot(xs[:1], ys[:1], "o", color=START, markersize=9)
    told: set[tuple[float, float]] = set()
    for step, place in enumerate(zip(xs, ys, strict=True)):
        if place not in told:  # what does not move is told once
            flat.annotate(f"{step}", place, xytext=(7, 5), textcoords="offset points", color=START)
        told.add(place)
    flat.set(xlabel=called[0], ylabel=called[1], aspect="equal")
    solid = figure.add_subplot(1, 2, 2, projection="3d")
    solid.plot_surface(*np.meshgrid(across, up), heights, cmap="viridis", alpha=0.8)
    solid.plot(xs, ys, on_it, "o-", color=PATH, zorder=10)
    solid.plot(xs[:1], ys[:1], on_it[:1], "o", color=START, zorder=11)
    solid.set(xlabel=called[0], ylabel=called[1], zlabel=called[2])
    solid.locator_params(nbins=5)
    ticks = FuncFormatter(lambda x, _: written(float(f"{x:.6g}"), point))
    for axis in (flat.xaxis, flat.yaxis, solid.xaxis, solid.yaxis, solid.zaxis):
        axis.set_major_formatter(ticks)
    return figure


def _entries(name: str, x: Any) -> Iterator[tuple[str, float]]:
    """A number by its name, or those of an array by theirs: W[2,1]."""
    if not isinstance(x, list):
        yield name, x
        return
    for i, each in enumerate(x, 1):
        yield from _entries(f"{name[:-1]},{i}]" if name.endswith("]") else f"{name}[{i}]", each)


def _plane(loss: Value, way: Sequence[Mapping[str, float]]) -> tuple[str, str]:
    """The two parameters that moved most, in their order; if none did, two by which the loss is not flat."""
    start = way[0]
    moved = {name: abs(way[-1][name] - x) for name, x in start.items()}
    first, second = sorted(sorted(start, key=lambda name: -moved[name])[:2], key=[*start].index)
    if moved[first] or moved[second]:
        return first, second

    def is_flat(pair: tuple[str, str]) -> bool:
        x, y = pair
        corners = {
            loss.forward(**{x: start[x] + a, y: start[y] + b})
            for a in (-LEAST, LEAST)
            for b in (-LEAST, LEAST)
        }
        loss.forward(**{x: start[x], y: start[y]})
        return len(corners) == 1

    return next((pair for pair in combinations(start, 2) if not is_flat(pair)), (first, second))


def _range(numbers: Sequence[float], room: float) -> list[float]:
    least, most = min(numbers) - room, max(numbers) + room
    return [least + (most - least) * i / (POINTS - 1) for i in range(POINTS)]
