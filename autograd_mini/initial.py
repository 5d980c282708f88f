"""How weights begin: rules by name, from a seed that gives the same numbers on every platform.

Only `Random.random()` is used, which Python promises never to change, and operations that IEEE-754 rounds
exactly. So there is no normal distribution here: its logarithms differ between mathematical libraries.

>>> he = initialisation_named("he")
>>> he(generator_of(0), 6, 1)
0.6888437030500962
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from autograd_mini.module import choose

if TYPE_CHECKING:
    from collections.abc import Callable

    Seed = int | random.Random | None
    Draw = Callable[[random.Random, int, int], float]
    Initialisation = str | float | Draw


INITIALISATIONS: dict[str, Draw] = {
    "uniform": lambda generator, inputs, outputs: _between(generator, 1.0),
    "xavier": lambda generator, inputs, outputs: _between(generator, math.sqrt(6.0 / (inputs + outputs))),
    "he": lambda generator, inputs, outputs: _between(generator, math.sqrt(6.0 / inputs)),
    "zeros": lambda generator, inputs, outputs: 0.0,
}


def initialisation_named(init: Initialisation) -> Draw:
    if isinstance(init, str):
        return INITIALISATIONS[choose("initialisation", init, INITIALISATIONS)]
    return init if callable(init) else lambda generator, inputs, outputs: init


def _between(generator: random.Random, limit: float) -> float:
    return (2.0 * generator.random() - 1.0) * limit


def generator_of(seed: Seed) -> random.Random:
    """The generator itself, or a new one with the seed; None gives other numbers every time."""
    return seed if isinstance(seed, random.Random) else random.Random(seed)  # noqa: S311  # no secrets
