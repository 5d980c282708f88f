"""Small data sets to learn on: points in the plane, lines, the table of the lecture, and CSV files.

A Dataset is a pair (X, y): a list of examples, each a list of numbers, and a list of targets. Classes are
counted from 0. The same seed gives the same data on every platform: random numbers are those of rng.py, and
coordinates are rounded to 4 decimals, where the sines and cosines of all mathematical libraries agree.

>>> data = moons(4, noise=0.0)
>>> data.X
[[1.0, 0.0], [0.0, 0.5], [-1.0, 0.0], [2.0, 0.5]]
>>> data.y
[0, 1, 0, 1]
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from reprlib import repr as shortened
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.interop import flag, is_sequence, real, whole
from autograd_mini.errors import require
from autograd_mini.files import named
from autograd_mini.rng import generator_of, normal
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    import os
    import random
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.rng import Seed


DIGITS = 4
NO_NUMBER = frozenset(["nan", "inf", "infinity", "na", "n/a", "#n/a", "null", "none"])  # where one should be
MOST = 1_000_000  # points; far more than single numbers can learn from


class Dataset(NamedTuple):
    """Examples and targets: X has n lists of numbers, y has n numbers or classes counted from 0."""

    X: list[list[float]]
    y: list[Any]


# Classes


def moons(n: int = 100, *, noise: float = 0.1, seed: Seed = 0) -> Dataset:
    """Two interleaving half circles; classes 0 and 1 in turn.

    n: 2 or more points. noise: standard deviation, added to both coordinates. Raises ValueError for less.
    Source: the shape of scikit-learn's make_moons.
    """
    upper = lambda part: (math.cos(math.pi * part), math.sin(math.pi * part))
    lower = lambda part: (1.0 - math.cos(math.pi * part), 0.5 - math.sin(math.pi * part))
    return _curves([upper, lower], n, noise, seed)


def circles(n: int = 100, *, noise: float = 0.05, factor: float = 0.5, seed: Seed = 0) -> Dataset:
    """A circle of radius 1, class 0, and one of radius `factor` inside it, class 1.

    n: 2 or more points. noise: standard deviation. Raises ValueError for less.

    >>> circles(4, noise=0.0).X
    [[1.0, 0.0], [0.5, 0.0], [-1.0, 0.0], [-0.5, 0.0]]
    """
    factor = real(factor, "factor must be a number")

    def circle(radius: float) -> Callable[[float], tuple[float, float]]:
        return lambda part: (radius * math.cos(2 * math.pi * part), radius * math.sin(2 * math.pi * part))

    return _curves([circle(1.0), circle(factor)], n, noise, seed, closed=True)


def spirals(
    n: int = 100, *, classes: int = 2, noise: float = 0.02, turns: float = 0.75, seed: Seed = 0
) -> Dataset:
    """As many spirals as classes, from near the middle outwards.

    n: at least one point for each class. noise: standard deviation. Raises ValueError for less.

    >>> sorted(set(spirals(9, classes=3).y))
    [0, 1, 2]
    """
    classes = whole(classes, "classes", most=MOST)
    n = _points(n, classes)
    turns = real(turns, "turns must be a number between -1000 and 1000", lambda x: abs(x) <= 1000)

    def spiral(start: float) -> Callable[[float], tuple[float, float]]:
        def point(part: float) -> tuple[float, float]:
            angle, radius = 2 * math.pi * (start + turns * part), 0.1 + 0.9 * part
            return radius * math.cos(angle), radius * math.sin(angle)

        return point

    return _curves([spiral(k / classes) for k in range(classes)], n, noise, seed)


def xor() -> Dataset:
    """The four points that no line separates.

    >>> xor()
    Dataset(X=[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], y=[0, 1, 1, 0])
    """
    return Dataset([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])


def logistic(
    n: int = 100, *, weights: Sequence[float] = (2.0, -1.0), bias: float = 0.5, seed: Seed = 0
) -> Dataset:
    """Points of the square [-2, 2]², of class 1 with the probability σ(w · x + b).

    n: 1 or more points; the number of weights is that of coordinates. Raises ValueError for less.

    >>> logistic(8).y
    [0, 0, 0, 1, 1, 1, 0, 1]
    """
    generator = generator_of(seed)
    X, logits = _line(generator, n, weights, bias)
    return Dataset(X, [int(generator.random() < floats.sigmoid(z)) for z in logits])


# Numbers


def regression(
    n: int = 20,
    *,
    weights: Sequence[float] = (2.0,),
    bias: float = -1.0,
    noise: float = 0.3,
    seed: Seed = 0,
) -> Dataset:
    """Points of [-2, 2], or of a square or cube, with y = w · x + b and noise.

    n: 1 or more; the number of weights is that of coordinates. Raises ValueError for less.

    >>> regression(2, noise=0.0)
    Dataset(X=[[1.3777], [1.0318]], y=[1.7554, 1.0636])
    """
    generator, noise = generator_of(seed), _deviation(noise)
    X, exact = _line(generator, n, weights, bias)
    return Dataset(X, [round(y + noise * normal(generator), DIGITS) for y in exact])


def sleep_study(*, scaled: bool = True) -> Dataset:
    """Hours of sleep and of study, and the score of the test: the table of the lecture.

    scaled: hours divided by their largest, 10 and 5, and scores by 100.

    >>> sleep_study(scaled=False)
    Dataset(X=[[3.0, 5.0], [5.0, 1.0], [10.0, 2.0]], y=[75.0, 82.0, 93.0])
    """
    hours, scores = [[3.0, 5.0], [5.0, 1.0], [10.0, 2.0]], [75.0, 82.0, 93.0]
    if not flag(scaled, "scaled"):
        return Dataset(hours, scores)
    return Dataset([[sleep / 10.0, study / 5.0] for sleep, study in hours], [y / 100.0 for y in scores])


# Files


def read_csv(path: str | os.PathLike[str], *, target: int = -1, delimiter: str = ",") -> Dataset:
    """The numbers of a CSV file, a line for each example.

    target: the column of y, counted from 0, or from the end if negative. delimiter: one character.
    Empty lines are skipped. A first line of names is a header and is skipped, too: every cell of it has a
    letter, does not begin like a number, and is not nan, inf, NA or the like. Any other first line is an
    example.

    y is a list of ints if all of them are written so, whole however large they are. Everything else is
    floats: a whole number that no float holds, as most beyond 2^53, is an error and not rounded.

    Raises ValueError that names the line for anything that is no finite number, for lines of different
    lengths and for a file without examples; OSError if the file cannot be read.
    """
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        msg = f"the delimiter must be one character such as ';', got {delimiter!r}"
        raise ValueError(msg)
    shown = visible(str(path))
    try:
        with named("read", path), Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read {shown}: it is no text in UTF-8 with columns ({error}); export it as CSV"
        raise ValueError(msg) from error
    width = len(rows[0][1]) if rows else 0
    if rows and all(_is_word(cell) for cell in rows[0][1]):
        rows = rows[1:]
    if not rows:
        msg = f"cannot read {shown}: it has no line with numbers; write one line for each example"
        raise ValueError(msg)
    if not isinstance(target, int) or width < 2 or not -width <= target < width:
        other = next((sign for sign in ";\t," if sign != delimiter and sign in rows[0][1][0]), None)
        hint = f"is the delimiter {other!r}?" if other else "at least one input and the target are needed"
        msg = f"{shown}, line {rows[0][0]}: {width} columns do not have a target in column {target!r}; {hint}"
        raise ValueError(msg)
    is_whole = all(_is_int(row[target]) for _, row in rows if len(row) == width)
    X, y = [], []
    for number, (line, row) in enumerate(rows):
        if len(row) != width:
            msg = f"{shown}, line {line}: {len(row)} columns, where the lines before have {width}; make them equal"
            raise ValueError(msg)
        example: list[Any] = []
        for column, cell in enumerate(row):
            exact = is_whole and column == target % width
            try:
                example.append(_number(cell, whole=exact))
            except ValueError as error:
                hint = "; a header has names only" if number == 0 and any(map(_is_word, row)) else ""
                msg = f"{shown}, line {line}, column {column + 1}: {shortened(cell)} {error}{hint}"
                raise ValueError(msg) from None
        y.append(example.pop(target))
        X.append(example)
    return Dataset(X, y)


def _number(cell: str, *, whole: bool) -> float:
    """The number in a cell. Raises ValueError, to be read behind the cell."""
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in cell:
        msg = "is not a finite number; write it like -1.5"
        raise ValueError(msg)
    if not _is_int(cell):
        return number
    if not whole and int(cell) != number:
        msg = "is a whole number that no float holds, as most beyond 2^53; leave the column out, or scale it"
        raise ValueError(msg)
    return int(cell) if whole else number


def _is_int(cell: str) -> bool:
    return cell.strip().lstrip("+-").isdecimal()


def _is_word(cell: str) -> bool:
    """Whether it is a name, or nothing: no number, no attempt at one, and not what stands for a missing one."""
    cell = cell.strip().lower()
    is_name = any(map(str.isalpha, cell)) and not cell[0].isdigit() and cell[0] not in "+-."
    return not cell or (is_name and cell not in NO_NUMBER)


def _line(
    generator: random.Random, n: int, weights: Sequence[float], bias: float
) -> tuple[list[list[float]], list[float]]:
    """N points with every coordinate between -2 and 2, and w · x + b for each."""
    require(is_sequence(weights), "weights must be a list of numbers, one for each coordinate", weights)
    w = [real(each, "a weight must be a number") for each in weights]
    b = real(bias, "bias must be a number")
    X = [[round(4.0 * generator.random() - 2.0, DIGITS) for _ in w] for _ in range(_points(n))]
    return X, [sum(map(float.__mul__, w, x), b) for x in X]


def _curves(
    curves: Sequence[Callable[[float], tuple[float, float]]],
    n: int,
    noise: float,
    seed: Seed,
    *,
    closed: bool = False,
) -> Dataset:
    """N points taken in turn from curves, each a function of a part from 0 to 1; the class is the curve."""
    n, noise, generator = _points(n, len(curves)), _deviation(noise), generator_of(seed)
    X, y = [], []
    for i in range(n):
        of_curve = len(range(i % len(curves), n, len(curves)))
        part = i // len(curves) / max(1, of_curve if closed else of_curve - 1)
        point = curves[i % len(curves)](part)
        X.append([round(each + noise * normal(generator), DIGITS) + 0.0 for each in point])
        y.append(i % len(curves))
    return Dataset(X, y)


def _points(n: int, least: int = 1) -> int:
    return whole(n, "the number of points", least, MOST)


def _deviation(noise: float) -> float:
    return real(noise, "noise must be a number of 0 or more", lambda x: x >= 0.0)
