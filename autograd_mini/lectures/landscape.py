"""Plots of a descent, with the extra `plot`: its path on the contours of the loss, and the loss as a surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.errors import LectureError
from autograd_mini.lectures.running import part_of
from autograd_mini.plots import empty_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd_mini.lectures.parts import Case, Descent

POINTS = 41  # along each side
AROUND = 0.6  # of the longer side of the path, beside it; and at least LEAST
LEAST = 0.5
PATH, START = "#D55E00", "#000000"


def landscape(
    id_: str, case: Case, descent: Descent, path: Sequence[Mapping[str, Any]], numbers: Mapping[str, Any]
) -> Any:
    """A Figure of the loss over two parameters, the others held where they start, with the path of the descent.

    Raises LectureError for a descent of fewer than two numbers, MissingExtraError without the extra `plot`.
    """
    names = [name for name, x in path[0].items() if name != descent.of and not isinstance(x, list)]
    if len(names) < 2:
        msg = f"the descent of {id_} moves fewer than two numbers by themselves; there is no plane to plot"
        raise LectureError(msg)
    first, second = _widest(names, path)
    xs, ys = ([each[name] for each in path] for name in (first, second))
    room = max(AROUND * max(max(xs) - min(xs), max(ys) - min(ys)), LEAST)
    across, up = (_range(each, room) for each in (xs, ys))
    given = {**case.inputs, **numbers}
    loss = part_of(case.model(given), descent.of)
    heights = [[loss.forward(**{first: x, second: y}) for x in across] for y in up]
    figure = empty_figure(11, 4.8)
    flat = figure.add_subplot(1, 2, 1)
    lines = flat.contour(across, up, heights, levels=16, cmap="viridis")
    flat.clabel(lines, fontsize=8)
    flat.plot(xs, ys, "o-", color=PATH)
    flat.plot(xs[:1], ys[:1], "o", color=START, markersize=9)
    flat.set(xlabel=first, ylabel=second, title=descent.of, aspect="equal")
    solid = figure.add_subplot(1, 2, 2, projection="3d")
    grid = [[*across] for _ in up], [[y] * len(across) for y in up]
    import numpy as np

    solid.plot_surface(*map(np.array, grid), np.array(heights), cmap="viridis", alpha=0.8)
    solid.plot(xs, ys, [each[descent.of] for each in path], "o-", color=PATH, zorder=10)
    solid.set(xlabel=first, ylabel=second, zlabel=descent.of)
    return figure


def _widest(names: Sequence[str], path: Sequence[Mapping[str, Any]]) -> list[str]:
    """The two parameters that moved most, in their order."""
    moved = {name: abs(path[-1][name] - path[0][name]) for name in names}
    most = sorted(names, key=lambda name: -moved[name])[:2]
    return [name for name in names if name in most]


def _range(numbers: Sequence[float], room: float) -> list[float]:
    least, most = min(numbers) - room, max(numbers) + room
    return [least + (most - least) * i / (POINTS - 1) for i in range(POINTS)]
