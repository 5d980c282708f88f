"""Derivatives from values alone: central differences in sixty digits, or in floats above the noise of the function.

A slope is (f(x+h) - f(x-h)) / 2h. In sixty digits h is tiny, and two such steps agree to all digits of a float.
In floats rounding drowns small steps: how much is measured first (Moré and Wild), then three steps must agree.
Either way the slopes to the left and to the right, which differ at a kink however small the step, are compared.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.derivatives.decimals import CONTEXT
from autograd_mini.derivatives.precise import Digits, digits, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Function = Callable[[list[Any]], Sequence[Any]]  # from a list of numbers to several


SMALLEST = 1e-3  # the size of an input that is smaller, or 0
SAME = 1e-6  # slopes that differ by less, relatively, are no kink

# In sixty digits
FIRST, SHRINK = Decimal("1e-13"), Decimal("1e-2")  # the first step, times the size of the input; the next
LEAST, NEAR = (
    Decimal("1e-36"),
    Decimal("1e8"),
)  # the step that must confirm the slope; else go on near to it
STEPS = 13  # at least, where slopes do not settle
NEIGHBOUR = 1e-17  # times the input: floats lie farther apart, and so do kinks, poles and ends of domains
LEAP = 1e-40  # of a value, where it is no rounding
STAYS = 1e-3  # a jump that changes by less, relatively, from one step to the next
SETTLED = 1e-10  # between two steps, relatively
ROUNDING = 1e-59  # of one value
NOTHING = 1e-15  # the size of a value that is smaller, or 0

# In floats
EPSILON = 2.0**-52
HALVINGS = range(3, 40)  # steps are these powers of 1/2, times the size of the input
SPACINGS = (2.0**-46, 2.0**-40, 2.0**-33, 2.0**-26)  # of the points where noise is measured, times the size
POINTS = 8

NUDGES = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14)  # of the floats beside the digits, relatively
BESIDE = 1e-15  # relatively


class Slope(NamedTuple):
    """A derivative as differences have it.

    doubt: how far it may be off; negligible: a doubt as good as none here. kink: whether left and right differ.
    """

    number: float
    doubt: float
    step: float
    negligible: float
    kink: bool


UNKNOWN = Slope(math.nan, math.inf, math.nan, 0.0, kink=False)


class Sides(NamedTuple):
    """The slopes of one output to the left and to the right of a point, over a step; and the size of its values."""

    left: float
    right: float
    step: float
    size: float

    @property
    def central(self) -> float:
        return (self.left + self.right) / 2

    @property
    def jump(self) -> float:
        return abs(self.right - self.left)

    def bends(self, noise: float) -> bool:
        """Whether left and right differ by more than the noise of a value can make them."""
        return self.jump > SAME * max(abs(self.left), abs(self.right)) + 4 * noise / self.step


def precise_slopes(function: Function, at: Sequence[float]) -> list[list[Slope]]:
    """For every input the slopes of all outputs, from differences in sixty digits."""
    here = [digits(x) for x in at]
    values = [y.exact for y in run(function, here)[0]]

    def shifted(i: int, step: Decimal) -> list[Decimal]:
        there = list(here)
        there[i] = Digits(CONTEXT.add(here[i].exact, step), at[i])
        return [y.exact for y in run(function, there)[0]]

    def sides(y: Decimal, up: Decimal, down: Decimal, step: Decimal) -> Sides:
        left = CONTEXT.divide(CONTEXT.subtract(y, down), step)
        right = CONTEXT.divide(CONTEXT.subtract(up, y), step)
        return Sides(float(left), float(right), float(step), max(abs(float(v)) for v in (y, up, down)))

    table = []
    for i, x in enumerate(at):
        size = max(abs(x), SMALLEST)
        step = CONTEXT.multiply(digits(size).exact, FIRST)
        best = [UNKNOWN] * len(values)
        tried: list[list[Sides]] = []
        while math.isfinite(x) and (len(tried) < STEPS or float(step) > NEIGHBOUR * (abs(x) or math.inf)):
            columns = zip(values, shifted(i, step), shifted(i, step.copy_negate()), strict=True)
            tried.append([sides(*column, step) for column in columns])
            best = [_chosen(column, size) for column in zip(*tried, strict=True)]
            if all(map(_is_settled, best)):
                least = CONTEXT.multiply(digits(size).exact, LEAST)
                near_it = CONTEXT.multiply(least, NEAR)
                columns = zip(values, shifted(i, least), shifted(i, least.copy_negate()), strict=True)
                confirmed = list(map(_confirms, [sides(*column, least) for column in columns], best))
                if all(confirmed):
                    break
                if step < near_it:  # even so near to it the slope is another one: nothing is known
                    best = [slope if sure else UNKNOWN for slope, sure in zip(best, confirmed, strict=True)]
                    break
                tried.clear()
                step = near_it
            step = CONTEXT.multiply(step, SHRINK)
        table.append(best)
    return table


def _chosen(tried: Sequence[Sides], size: float) -> Slope:
    """The slope that two steps agree on best, until rounding makes smaller ones worse; no kink if any is smooth."""
    best = UNKNOWN
    for large, small in pairwise(tried):
        slope = _between(large, small, size)
        if _is_settled(slope):
            return slope
        if not best.kink and best.doubt < min(1e-3 * abs(best.number), slope.doubt):
            return best
        if slope.kink or slope.doubt < best.doubt:
            best = slope
    return best


def _between(large: Sides, small: Sides, size: float) -> Slope:
    """The slope that two steps agree on."""
    noise = ROUNDING * small.size
    doubt = abs(small.central - large.central) + noise / small.step
    # A kink is a jump that stays however small the step: of the slope, or of the value and then the slope grows.
    of_value = small.jump * small.step
    stays = abs(small.jump - large.jump) < STAYS * small.jump
    stays = stays or (of_value > LEAP and abs(of_value - large.jump * large.step) < STAYS * of_value)
    number = small.central if abs(small.central) < math.inf else math.nan
    return Slope(
        number, doubt, small.step, 1e-20 * max(small.size, NOTHING) / size, stays and small.bends(noise)
    )


def _confirms(least: Sides, slope: Slope) -> bool:
    """Whether a far smaller step has about that slope: over larger ones a stair of floor(x / y) looks smooth."""
    noise = 10 * ROUNDING * least.size / least.step
    return not abs(least.central - slope.number) > STAYS * abs(slope.number) + noise + slope.negligible


def _is_settled(slope: Slope) -> bool:
    """Whether smaller steps need not be tried."""
    return not slope.kink and slope.doubt <= (SETTLED * abs(slope.number) or slope.negligible)


def why_not_precise(function: Function, at: Sequence[float]) -> str:
    """Why sixty digits do not show all that a function computes; "" if they do.

    The floats beside the digits are moved, the digits are not, and every comparison comes out as before. If the
    digits of the results move all the same, something inside has read the floats and computed with them.
    The digits lie beside the point, where two branches that meet at it differ.
    """
    here = [Digits(CONTEXT.add(digits(x).exact, digits((x or 1.0) * BESIDE).exact), x) for x in at]
    try:
        results, branches = run(function, here)
    except Exception as error:  # noqa: BLE001 (handed on in the report: on floats the function runs)
        return f"cannot be read in sixty digits ({type(error).__name__}: {error})"

    def moved(nudge: float) -> list[Digits]:
        factors = [1 + nudge / (1 + i / 3) for i in range(len(at))]
        floats = [x * k or k - 1 for x, k in zip(at, factors)]
        return run(function, [Digits(x.exact, y) for x, y in zip(here, floats)], branches)[0]

    for nudge in NUDGES:
        unmoved = 0
        for direction in (nudge, -nudge):
            try:
                far = moved(direction)
                near = moved(0.9 * direction) if not all(map(_are_close, results, far)) else results
            except Exception:  # noqa: BLE001, S112 (it may refuse other numbers than those it was given)
                continue
            # A branch on plain numbers may turn between the point and both others, which are then alike: nothing is
            # lost, unless it turns at the point itself.
            is_here = nudge == NUDGES[-1]
            for x, y, z in zip(results, far, near):
                if not _are_close(x, y) and (is_here or not _are_close(y, z)):
                    return "computes with the plain numbers of its Values"
            unmoved += near is results
        if unmoved == 2:
            break
    return ""


def _are_close(x: Digits, y: Digits) -> bool:
    """Whether two results are the same, but for rounding in sixty digits; nan is nan."""
    difference = CONTEXT.subtract(x.exact, y.exact).copy_abs()
    scale = CONTEXT.multiply(x.exact.copy_abs(), Decimal("1e-30"))
    return str(x.exact) == str(y.exact) or float(CONTEXT.compare(difference, scale)) <= 0


def float_slopes(function: Callable[[list[float]], list[float]], at: Sequence[float]) -> list[list[Slope]]:
    """For every input the slopes of all outputs, from differences in floats and the noise of the function."""
    values = function(list(at))
    table = []
    for i, x in enumerate(at):
        size = 2.0 ** math.frexp(max(abs(x), SMALLEST))[1] if math.isfinite(x) else 1.0

        @cache
        def shifted(step: float, i: int = i, x: float = x) -> list[float]:
            return function([x + step if j == i else other for j, other in enumerate(at)])

        row = []
        for k, y in enumerate(values):
            noise = max(_noise(shifted, k, size), EPSILON * abs(y))
            row.append(
                _agreed([_float_sides(shifted, k, y, x, size * 0.5**n) for n in HALVINGS], noise, size)
            )
        table.append(row)
    return table


def _float_sides(shifted: Callable[[float], list[float]], k: int, y: float, x: float, step: float) -> Sides:
    up, down = shifted(step)[k], shifted(-step)[k]
    right, left = (x + step) - x or step, x - (x - step) or step
    return Sides((y - down) / left, (up - y) / right, step, max(abs(y), abs(up), abs(down)))


def _agreed(tried: list[Sides], noise: float, size: float) -> Slope:
    """The slope on which three steps agree best, each step extrapolated from three (Richardson)."""
    slopes = [sides.central for sides in tried]
    for factor in (4, 16):
        slopes = [(factor * b - a) / (factor - 1) for a, b in pairwise(slopes)]
    best = UNKNOWN
    for j in range(len(slopes) - 2):
        window, large, small = slopes[j : j + 3], tried[j + 2], tried[j + 4]
        scale = max(small.size, NOTHING)
        moved = size * max(abs(small.left), abs(small.right))  # a value, by rounding the input
        rounding = max(noise, EPSILON * scale, EPSILON * moved)
        doubt = max(window) - min(window) + rounding / small.step
        stays = small.bends(rounding) and small.jump > 0.7 * large.jump
        kink = stays and small.jump < 1.4 * large.jump
        if math.isfinite(sum(window)) and doubt < best.doubt and (kink or not stays):
            best = Slope(window[1], doubt, small.step, 1e-12 * scale / size, kink)
    return best


def _noise(shifted: Callable[[float], list[float]], k: int, size: float) -> float:
    """The noise of output k: how far one value may be off, as a standard deviation.

    Values at neighbouring points are differenced again and again: what is smooth in them vanishes, noise does not.
    Source: J. J. Moré and S. M. Wild, Estimating Computational Noise, SIAM J. Sci. Comput. 33 (2011) 1292-1314.
    """
    noise = 0.0
    for spacing in SPACINGS:
        column = [shifted(n * spacing * size)[k] for n in range(POINTS)]
        if not math.isfinite(sum(column)):
            continue
        gamma, levels, changes = 1.0, [], []
        for n in range(1, POINTS):
            column = [b - a for a, b in pairwise(column)]
            gamma *= n / (2 * (2 * n - 1))
            levels.append(math.sqrt(gamma * sum(d * d for d in column) / len(column)))
            changes.append(min(column) < 0 < max(column))
        for n in range(len(levels) - 2):  # the first three levels that agree, of differences that are noise
            if changes[n] and max(levels[n : n + 3]) <= 4 * min(levels[n : n + 3]):
                noise = max(noise, levels[n])
                break
    return noise
