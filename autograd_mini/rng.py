"""Random numbers that are the same on every platform and in every release of Python: the package has no others.

Only `Random.random()` is used, which Python promises never to change, and operations that IEEE-754 rounds
exactly. So there is no logarithm or cosine here, as in the usual normal distribution: those differ between
mathematical libraries.

>>> generator = generator_of(0)
>>> between(generator, 1.0), shuffled(generator, 5)
(0.6888437030500962, [2, 4, 1, 3, 0])
"""

from __future__ import annotations

import random
from operator import index
from typing import TYPE_CHECKING

from autograd_mini.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

Seed = int | random.Random | None


class _Everybodys(random.Random):
    """Python's own generator, which `random.seed()` seeds and all programs share."""

    def random(self) -> float:
        return random.random()  # noqa: S311  # no secrets

    def __reduce__(self) -> str:
        return "everybodys"  # a copy is itself, in another process too


everybodys = _Everybodys()


def generator_of(seed: Seed) -> random.Random:
    """The generator itself, or a new one with the seed; None stands for Python's own, as `random.random()` uses it.

    Raises TypeError for a seed that is no int.
    """
    if seed is None:
        return everybodys
    if isinstance(seed, random.Random):
        return seed
    try:
        return random.Random(index(seed))  # noqa: S311  # no secrets
    except TypeError:
        msg = f"a seed must be an int, a random.Random, or None, got {shown(seed)}"
        raise TypeError(msg) from None


def between(generator: random.Random, limit: float) -> float:
    """A number between -limit and limit, each as likely as any other."""
    return (2.0 * generator.random() - 1.0) * limit


def normal(generator: random.Random) -> float:
    """A number of mean 0 and variance 1, between -6 and 6: twelve uniform ones added up, nearly normal."""
    return sum(generator.random() for _ in range(12)) - 6.0


def shuffled(
    generator: random.Random, n: int, ranked: Callable[[list[float]], Any] | None = None
) -> Sequence[int]:
    """The numbers 0 to n - 1 in some order; `Random.shuffle` may give another in the next release.

    ranked: what gives the places of numbers in ascending order, such as the argsort of NumPy.
    """
    keys = [generator.random() for _ in range(n)]
    return ranked(keys) if ranked else sorted(range(n), key=keys.__getitem__)
