"""Where things are: the layout of a scene as plain data, whoever made it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd_mini.viz.faces import Faces


Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge: a point and three more for each cubic Bézier piece, then straight on to the tip.

    One without points is implied: a weight stands on the line of the input it is multiplied with.
    """

    points: tuple[Point, ...]
    tip: Point
    label: Point | None = None  # the middle of what is written on it, if there is room

    @property
    def is_implied(self) -> bool:
        return len(self.points) < 4

    def without_head(self) -> Curve:
        """The same line as far as to the tip."""
        return self if self.is_implied else replace(self, points=(*self.points[:-1], self.tip))

    def turned(self) -> Curve:
        """The same line from its tip back, with room for a head of the same length at the end."""
        if self.is_implied:
            return self
        (x, y), (toward_x, toward_y), *_, base = self.points
        part = math.dist(base, self.tip) / (math.dist((x, y), (toward_x, toward_y)) or 1)
        end = x + part * (toward_x - x), y + part * (toward_y - y)
        return replace(self, points=(self.tip, *self.points[-2:0:-1], end), tip=(x, y))

    def nearest(self, place: Point) -> Point:
        """The point of the curve that is nearest to a place, of sixteen on every piece."""
        pieces = [self.points[i : i + 4] for i in range(0, len(self.points) - 1, 3)]

        def point(piece: tuple[Point, ...], t: float) -> Point:
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            x, y = (sum(w * corner[axis] for w, corner in zip(weights, piece)) for axis in (0, 1))
            return x, y

        return min(
            [point(piece, k / 16) for piece in pieces for k in range(17)], key=partial(math.dist, place)
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A few words beside the cards: the title of a column."""

    text: str
    place: Point  # its middle
    size: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are by their ids, in points from the top left corner: the centres of cards, the curves
    of arrows, and two corners of every frame, top left and bottom right; and the faces of cards.
    """

    width: float
    height: float
    cards: dict[str, Point]
    arrows: dict[str, Curve]
    frames: dict[str, tuple[Point, Point]]
    faces: Faces
    notes: tuple[Note, ...] = ()
    panels: frozenset[str] = frozenset()  # the frames that are drawn as one card, without their title
    carried: dict[str, str] = field(
        default_factory=dict
    )  # for arrows that tell a weight's gradient, its card

    def corners(self, card: str) -> tuple[Point, Point]:
        """Two corners of a card, top left and bottom right."""
        (x, y), face = self.cards[card], self.faces.of[card]
        return (x - face.wide / 2, y - face.high / 2), (x + face.wide / 2, y + face.high / 2)


def straight(start: Point, end: Point, *, is_labelled: bool = False) -> Curve:
    """A straight arrow, with its label half way."""
    length = max(((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5, 1)
    part = max(0.0, 1 - 9 / length)  # as far as to the head

    def at(t: float) -> Point:
        return start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])

    label = at(0.5 * part) if is_labelled else None
    return Curve((start, at(part / 3), at(2 * part / 3), at(part)), end, label)
