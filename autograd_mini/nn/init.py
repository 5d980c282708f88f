"""How weights begin: initialisations by name, all uniform, with the random numbers of rng.py."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.engine.interop import real
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
    """The function (generator, inputs, outputs) -> weight of that name, of that number for all, or given.

    Raises ValueError for an unknown name, TypeError for what is none of these.

    >>> from autograd_mini.rng import generator_of
    >>> initialisation_named("he")(generator_of(0), 6, 1)
    0.6888437030500962
    """
    if isinstance(init, str):
        return INITIALISATIONS[choose("initialisation", init, INITIALISATIONS)]
    if callable(init):
        return init
    number = real(init, "init must be a name, a finite number, or a function of generator, inputs, outputs")
    return lambda generator, inputs, outputs: number
