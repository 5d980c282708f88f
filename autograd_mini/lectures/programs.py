"""What no text can say: the few examples that are programs, by the name under which a file asks for them."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.engine.graph import inputs as inputs_of
from autograd_mini.engine.graph import toposort
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


def shares_of_minima(_: Mapping[str, Any]) -> Made:
    """Of random symmetric matrices, Gaussian as random Hessians may be, the share of those of minima, by size from 1 to 4."""
    return Made({f"minima_{n}": share for n, share in _shares().items()}, {}, {})


@cache
def _shares() -> dict[int, float]:
    generator = random.Random(4)  # noqa: S311  # no secrets

    def is_minimum(n: int) -> bool:
        h = [[generator.gauss(0, 1 if i == j else 0.5**0.5) for j in range(n)] for i in range(n)]
        for k in range(n):  # all pivots of elimination are positive, and so all eigenvalues are
            if h[k][k] <= 0:
                return False
            for i in range(k + 1, n):
                for j in range(k + 1, i + 1):
                    h[i][j] -= h[i][k] * h[j][k] / h[k][k]
        return True

    return {n: sum(is_minimum(n) for _ in range(DRAWS)) / DRAWS for n in (1, 2, 3, 4)}


def passes(inputs: Mapping[str, Any]) -> Made:
    """How many passes a whole Jacobian takes: forward one for each input, backward one for each output.

    As well for more outputs than inputs, and for as many.
    """
    counts: dict[str, int] = {}
    for kind, text in JACOBIANS.items():
        f = parse(text, x=inputs["x"])
        n, m = len(inputs_of(toposort(*entries(f)))), len(entries(f))
        counts |= {f"{kind}forward_mode_passes": n, f"{kind}reverse_mode_passes": m}
        counts |= {} if kind else {"n": n, "m": m}
    return Made({name: float(count) for name, count in counts.items()}, {}, {})


DRAWS = 10_000  # of each size
JACOBIANS = {
    "": "f = [x[1] * x[2] + sin(x[3]), exp(x[1]) * x[3]]",
    "tall.": "f = [sin(x[1]), x[1]**2, 2 * x[1]]",
    "square.": "f = [x[1] * x[2], x[1] + x[2]]",
}

PROGRAMS: dict[str, Callable[[Mapping[str, Any]], Made]] = {
    "dynamic graph": dynamic_graph,
    "two backward passes": twice_without_reset,
    "passes of a Jacobian": passes,
    "random Hessians": shares_of_minima,
}
