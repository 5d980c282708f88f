"""How weights begin: rules by name, from a seed that gives the same numbers on every platform.

Only `Random.random()` is used, which Python promises never to change, and operations that IEEE-754 rounds
exactly. So there is no normal distribution here: its logarithms differ between mathematical libraries.

>>> from autograd_mini.rng import generator_of
>>> he = initialisation_named("he")
>>> he(generator_of(0), 6, 1)
0.6888437030500962
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.errors import choose
from autograd_mini.rng import between

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Draw = Callable[[random.Random, int, int], float]

    Initialisation = str | float | Draw


INITIALISATIONS: dict[str, Draw] = {
    "uniform": lambda generator, inputs, outputs: between(generator, 1.0),
    "xavier": lambda generator, inputs, outputs: between(generator, math.sqrt(6.0 / (inputs + outputs))),
    "he": lambda generator, inputs, outputs: between(generator, math.sqrt(6.0 / inputs)),
    "zeros": lambda generator, inputs, outputs: 0.0,
}


def initialisation_named(init: Initialisation) -> Draw:
    if isinstance(init, str):
        return INITIALISATIONS[choose("initialisation", init, INITIALISATIONS)]
    return init if callable(init) else lambda generator, inputs, outputs: init
