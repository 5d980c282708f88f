"""The picture at one moment of a trace: the boxes hold what the steps so far have put there, the arrows tell what flowed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.stepping.sweeps import TANGENTS, VALUES
from autograd_mini.viz.looks import scene_in_style
from autograd_mini.viz.scene import Moment

if TYPE_CHECKING:
    from autograd_mini.formulas.printing import Printed
    from autograd_mini.stepping.sweeps import Trace
    from autograd_mini.viz.scene import Scene


def scene_after(trace: Trace, count: int | None = None, xp: Printed | None = None) -> Scene:
    """The scene when the first `count` steps are done, or all of them, whatever the graph holds by now.

    A box no step has filled is empty, one that waits for more products says how many have come, and a local partial is known from the product it is a factor of.
    In forward mode the boxes for gradients hold the tangents, and are titled so.
    xp: the arithmetic of the formulas; that of pictures, in the language of the steps, if there is none.

    >>> from autograd_mini import parse, steps
    >>> print(scene_after(steps(parse("f = (u + v) * w", u=2, v=3, w=4)), 7))
    u = 2
    v = 3
    t₁ = u + v = 5, ∂f/∂t₁ = 4
    w = 4
    f = t₁ × w = 20, ∂f/∂f = 1
    """
    nodes, said = trace.nodes, trace.equations
    done = trace[:count]
    numbers = {node: said.numbers[node] for node in trace.given}
    flowed = [((nodes[user], position), step) for step in done for user, position in step.edges]
    moment = Moment(
        said.names,
        numbers | {nodes[step.node]: step.after for step in done if step.sweep == VALUES},
        {nodes[step.node]: step.after for step in done if step.sweep != VALUES},
        {edge: step.local for edge, step in flowed},
        said.names[said.start],
        trace.sweep == TANGENTS,
        held=said.held,
        waiting={nodes[step.node]: step.waiting for step in done if step.sweep != VALUES},
        negative={edge for edge, step in flowed if step.is_negative},
    )
    return scene_in_style(trace.roots, "all", xp or said.drawn, moment, trace.style)


def widths(trace: Trace) -> dict[int, int]:
    """How wide the line of each edge is drawn once a derivative has flowed along it, by the number of the edge.

    From 1 to 5 with the square root of its size, the largest of the trace the widest; negative if the derivative is,
    and 0 where it is not known.

    >>> from autograd_mini import parse, steps
    >>> widths(steps(parse("f = (u - v) * w", u=2, v=3, w=4)))
    {2: 5, 3: -3, 0: 5, 1: -5}
    """
    sizes = {edge: step.size for step in trace for edge in step.arrows}
    most = max([abs(x) for x in sizes.values() if x is not None and math.isfinite(x)], default=0) or 1

    def wide(x: float | None) -> int:
        if x is None:
            return 0
        part = min(abs(x) / most, 1) if math.isfinite(x) else 0
        return (-1 if x < 0 else 1) * (1 + round(4 * math.sqrt(part)))

    return {edge: wide(size) for edge, size in sizes.items()}
