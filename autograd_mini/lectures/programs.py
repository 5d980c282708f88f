"""What no text can say: the few examples that are programs, by the name under which a file asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.engine.value import variables
from autograd_mini.expression import definitions, parse
from autograd_mini.expression.arrays import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Made(NamedTuple):
    """What a program gives: numbers by name, and a graph to look at."""

    values: dict[str, Any]
    gradients: dict[str, Any]
    model: dict[str, Any]


def dynamic_graph(inputs: Mapping[str, Any]) -> Made:
    """Multiplies: y = x; while |y| < 10: y = y · w. How many operations the graph has depends on the numbers."""
    made = Made({}, {}, {})
    for point in reversed(inputs["points"]):
        x, w = variables(x=point[0], w=point[1])
        y, steps = x, 0
        while abs(y.data) < 10 and steps < 1000:
            y, steps = y * w, steps + 1
        case = f"x={point[0]:g},w={point[1]:g}"
        made.values[f"{case}.y"], made.values[f"{case}.steps"] = y.data, steps
        y.backward()
        made.gradients[f"{case}.x"], made.gradients[f"{case}.w"] = x.grad, w.grad
        if steps:
            y.label = "y"
            made = made._replace(model={"x": x, "w": w, "y": y})
    return made


def twice_without_reset(inputs: Mapping[str, Any]) -> Made:
    """Two backward passes of (u + v) w: gradients of variables add up until they are set to 0."""
    names = definitions("t1 = u + v; f = t1 * w", {name: inputs[name] for name in "uvw"})
    names["f"].backward()
    names["f"].backward()
    return Made({}, {f"twice_without_reset.{name}": names[name].grad for name in "uvw"}, names)


def passes(inputs: Mapping[str, Any]) -> Made:
    """How many passes a whole Jacobian takes: forward one for each input, backward one for each output."""
    n, m = (
        len(inputs["x"]),
        len(entries(parse("f = [x[1] * x[2] + sin(x[3]), exp(x[1]) * x[3]]", x=inputs["x"]))),
    )
    counts = {"n": n, "m": m, "forward_mode_passes": n, "reverse_mode_passes": m}
    return Made({name: float(count) for name, count in counts.items()}, {}, {})


PROGRAMS: dict[str, Callable[[Mapping[str, Any]], Made]] = {
    "dynamic graph": dynamic_graph,
    "two backward passes": twice_without_reset,
    "passes of a Jacobian": passes,
}
