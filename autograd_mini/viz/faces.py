"""The faces of cards: where its name, its sign and its numbers stand on a card of each look.

A face is said once, in points from the top left corner of the card, and drawn by svg.py and tikz.py alike. So a
look has the same parts in every view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.viz import sizes
from autograd_mini.viz.grids import grid_of
from autograd_mini.viz.lettering import width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd_mini.viz.scene import Card, Scene


INSET = 3  # between the entries of an array and the box around them


class Line(NamedTuple):
    """Room for one line of text; `y` is its middle, `x` its beginning, or its middle if it is centred."""

    x: float
    y: float
    room: float
    sizes: Sequence[float]  # the sizes it may have, largest first
    is_centred: bool = True

    def size(self, text: str) -> float:
        """The largest size in which the text fits the room, else the smallest."""
        return next((size for size in self.sizes if width(text, size) <= self.room), self.sizes[-1])


class Field(NamedTuple):
    """The box of a number; with a line around it where it has a title beside it, else a tint."""

    x: float
    y: float
    wide: float
    high: float
    number: Line
    title: Line | None = None
    grid: tuple[int, int] = (1, 1)  # rows and columns of an array; `number` has the room of one entry then

    def cell(self, row: int, column: int) -> Line:
        """Where an entry of an array stands."""
        rows, columns = self.grid
        wide, high = (self.wide - 2 * INSET) / columns, (self.high - 2 * INSET) / rows
        x, y = self.x + INSET + (column + 0.5) * wide, self.y + INSET + (row + 0.5) * high
        return self.number._replace(x=x, y=y)


class Face(NamedTuple):
    """A look of a card. What it lacks is None: a face without a panel stands on the card of a whole neuron."""

    kind: str
    wide: float
    high: float
    radius: float | None  # of its panel
    name: Line | None = None
    sign: tuple[float, float, float] | None = None  # right, middle and height of its badge
    sign_width: float = 0  # if it is the same for all symbols
    sign_type: Sequence[float] = sizes.SIGN
    value: Field | None = None
    gradient: Field | None = None
    above: float = 0  # in height, for a name that stands above it
    wider: float = 0  # by how much the name is wider than the card

    @property
    def fields(self) -> list[tuple[str, Field]]:
        """Its boxes of numbers by what they hold."""
        named = [("value", self.value), ("gradient", self.gradient)]
        return [(kind, field) for kind, field in named if field]

    @property
    def grids(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of its boxes if one of them is for an array, else nothing."""
        grids = tuple([field.grid for _, field in self.fields])
        return grids if any(grid != (1, 1) for grid in grids) else ()

    def heading(self, card: Card) -> str:
        """What stands in the line of the name: the name, or the whole equation where it stands above."""
        joint = ": " if card.is_box else " = "
        return joint.join([card.name, card.formula]) if self.above and card.formula else card.name


@dataclass(frozen=True, slots=True)
class Faces:
    """The face of every card of a scene, by its id."""

    of: dict[str, Face]

    @classmethod
    def of_scene(cls, scene: Scene) -> Faces:
        """Those of a picture of labelled or of compact cards."""
        if scene.style == "cards":
            captions = [caption for card in scene.cards for caption in (card.caption, card.derivative)]
            least, most = sizes.CAPTION_WIDTH
            room = min(max([least, *(width(caption, sizes.CAPTION) for caption in captions)]), most)
            return cls(
                {
                    card.id: constant(card, sizes.FIELD, sizes.NUMBER[0])
                    if card.is_constant
                    else labelled(room, card)
                    for card in scene.cards
                }
            )
        column = name_column(scene.cards)
        return cls(
            {
                card.id: constant(card, sizes.LINE, sizes.COMPACT_NUMBER[1])
                if card.is_constant
                else compact(column, card)
                for card in scene.cards
            }
        )


def constant(card: Card, high: float, size: float) -> Face:
    """A bare number in a dashed box."""
    wide = width(card.name, size) + high - 4
    return Face("constant", wide, high, 3, Line(wide / 2, high / 2, wide, [size]))


def labelled(room: float, card: Card) -> Face:
    """A card that says of every number what it is; room: for captions."""
    pad, gap = sizes.PAD, sizes.GAP
    grids = _grids(card)
    wide_field = max(sizes.FIELD_WIDTH, *[columns * sizes.ARRAY_CELL[0] + 2 * INSET for _, columns in grids])
    heights = [_high(grid, sizes.FIELD, sizes.ARRAY_CELL[1]) for grid in grids]
    wide, high = pad + room + gap + wide_field + pad, pad + sizes.HEAD + sum(heights) + 2 * gap + pad
    middle, right = pad + sizes.HEAD / 2, wide - pad
    badge = badge_width(card.symbol, sizes.HEAD, sizes.SIGN) + gap if card.symbol else 0

    def field(grid: tuple[int, int], top: float, height: float) -> Field:
        left, y = pad + room + gap, top + height / 2
        number = Line(left + wide_field / 2, y, wide_field - 2 * gap, sizes.NUMBER)
        if grid != (1, 1):
            number = number._replace(room=sizes.ARRAY_CELL[0] - 2, sizes=sizes.ARRAY_NUMBER)
        title = Line(pad, y, room, [sizes.CAPTION], is_centred=False)
        return Field(left, top, wide_field, height, number, title, grid)

    return Face(
        kind="card",
        wide=wide,
        high=high,
        radius=4 if card.symbol else 14,
        name=Line(pad, middle, right - badge - pad, [sizes.NAME], is_centred=False),
        sign=(right, middle, sizes.HEAD) if card.symbol else None,
        value=field(grids[0], pad + sizes.HEAD + gap, heights[0]),
        gradient=field(grids[1], high - pad - heights[1], heights[1]) if card.kind != "data" else None,
    )


def _grids(card: Card) -> list[tuple[int, int]]:
    """Rows and columns of its two boxes; in that of the gradient of what has none stands a word."""
    return [grid_of(card.shape), grid_of(() if card.is_held else card.gradient_shape)]


def _high(grid: tuple[int, int], one: float, each: float) -> float:
    """The height of a box of so many rows; one: that of a number."""
    return one if grid == (1, 1) else grid[0] * each + 2 * INSET


def compact(column: float, card: Card, *, is_centred: bool = True) -> Face:
    """A small card, the value over the gradient; column: the width of the names of inputs, which stand inside.

    is_centred: whether a name that is wider than the card sticks out on both sides, or only on the right.
    """
    is_inside = card.is_leaf
    grids = _grids(card)
    left, heights = (
        column if is_inside else sizes.COLUMN,
        [_high(grid, sizes.LINE, sizes.COMPACT_ARRAY_CELL[1]) for grid in grids],
    )
    cell = max(sizes.CELL, *[columns * sizes.COMPACT_ARRAY_CELL[0] + 2 * INSET for _, columns in grids])
    high, wide = sum(heights), left + cell
    fields = []
    for grid, top, height in zip(
        grids, (2, heights[0]), heights, strict=True
    ):  # inside of the line around the card
        middle = Line(left + cell / 2, top + height / 2 - 0.5, cell - 4, sizes.COMPACT_NUMBER)
        if grid != (1, 1):
            middle = middle._replace(room=sizes.COMPACT_ARRAY_CELL[0] - 3, sizes=sizes.COMPACT_ARRAY_NUMBER)
        inset = 3 if is_inside else 2  # so that the corners of a tint stay within the round ones of the card
        fields.append(Field(left, top, cell - inset, height - 2, middle, grid=grid))
    if is_inside:
        name = Line(left / 2, high / 2, left - 4, sizes.COMPACT_NAME)
        return Face("leaf", wide, high, 8, name, value=fields[0], gradient=fields[1])
    room = min(max(wide, width(f"{card.name} = {card.formula}", sizes.FORMULA)), sizes.FORMULA_WIDTH)
    return Face(
        kind="compact",
        wide=wide,
        high=high,
        radius=4,
        name=Line(
            (wide - room) / 2 if is_centred else 0,
            -sizes.FORMULA_HEIGHT / 2,
            room,
            [sizes.FORMULA],
            is_centred=False,
        ),
        sign=((left + sizes.CIRCLE) / 2, high / 2, sizes.CIRCLE),
        sign_type=sizes.COMPACT_SIGN,
        value=fields[0],
        gradient=fields[1],
        above=sizes.FORMULA_HEIGHT,
        wider=room - wide,
    )


def of_leaf(card: Card, column: float) -> Face:
    """An input, or a number of its own; column: as for `compact`."""
    return constant(card, sizes.LINE, sizes.COMPACT_NUMBER[1]) if card.is_constant else compact(column, card)


def row_column(cards: Iterable[Card]) -> float:
    """The width of the names of weights and of what stands below neurons."""
    return min(max([20, *(width(card.name, sizes.ROW_NAME[0]) + 8 for card in cards)]), 64)


def name_column(cards: Iterable[Card]) -> float:
    """The width of the names of inputs that stand inside of compact cards."""
    names = [card.name for card in cards if card.is_leaf]
    return min(max([sizes.COLUMN, *(width(name, sizes.COMPACT_NAME[1]) + 8 for name in names)]), 64)


# The nodes of a network stand on the card of their unit: these faces have no panel of their own.
HIDDEN = Face("hidden", 0, 0, None)  # told in words alone


def row(card: Card, wide: float = 0) -> Face:
    """A row of a unit's table: name, sign if there is one, value, gradient, the numbers on the right."""
    is_result = bool(card.symbol)
    left, badge = sizes.NAME_COLUMN[is_result], sizes.SIGN_COLUMN if is_result else 0
    wide = wide or left + badge + 2 * sizes.NUMBER_COLUMN
    middle, high, number = sizes.ROW / 2, sizes.ROW, sizes.NUMBER_COLUMN

    def field(x: float) -> Field:
        return Field(
            x, 0.5, number - 1, high - 1, Line(x + number / 2 - 0.5, middle, number - 2, sizes.ROW_NUMBER)
        )

    return Face(
        kind="row" if is_result else "parameter",
        wide=wide,
        high=high,
        radius=None,
        name=Line(3, middle, left - 3, sizes.ROW_NAME, is_centred=False),
        sign=(wide - 2 * number - 2, middle, high - 2) if is_result else None,
        sign_type=sizes.ROW_SIGN,
        sign_width=badge - 3,
        value=field(wide - 2 * number),
        gradient=field(wide - number),
    )


def circle(card: Card, *, is_input: bool, has_numbers: bool) -> Face:
    """A neuron, or what a network reads: its numbers in a circle; those of several examples have rows below it.

    With numbers the name of a neuron stands above, with its formula; its activation is a badge inside.
    """
    wide, left = sizes.NEURON, (sizes.NEURON - sizes.NEURON_CELL) / 2
    number = sizes.NEURON_CELL

    def field(top: float) -> Field:
        middle = Line(wide / 2, top + sizes.LINE / 2 - 0.5, number - 3, sizes.NEURON_NUMBER)
        return Field(left, top, number, sizes.LINE - 1.5, middle)

    value, gradient = (field(wide * 0.33), field(wide * 0.33 + sizes.LINE)) if has_numbers else (None, None)
    is_long = width(card.name, sizes.COMPACT_NAME[-1]) > number - 6
    is_above = has_numbers and (is_long or not is_input)
    room = sizes.HEADING_WIDTH if is_above else number - 6
    return Face(
        kind="source" if is_input else "neuron",
        wide=wide,
        high=wide,
        radius=wide / 2,
        name=Line(wide / 2, -sizes.FORMULA_HEIGHT / 2, room, [sizes.FORMULA])
        if is_above
        else Line(wide / 2, wide * (0.2 if has_numbers else 0.5), room, sizes.COMPACT_NAME),
        sign=(wide / 2 + sizes.NEURON_SIGN / 2, wide * (0.2 if has_numbers else 0.8), sizes.ROW - 1)
        if card.symbol
        else None,
        sign_type=sizes.ROW_SIGN,
        sign_width=sizes.NEURON_SIGN,
        value=value,
        gradient=gradient,
        above=sizes.FORMULA_HEIGHT if is_above else 0,
    )


def beside(card: Card, left: float, *, is_on_edge: bool) -> Face:
    """A row below a neuron, or the label of a weight on its edge: name, value, gradient. left: the room of the name."""
    face = row(card, left + 2 * sizes.NUMBER_COLUMN)
    name = Line(3, sizes.ROW / 2, left - 3, sizes.ROW_NAME, is_centred=False)
    return face._replace(name=name, kind="weight", radius=3) if is_on_edge else face._replace(name=name)


def cell(*, has_sign: bool, radius: float | None = None) -> Face:
    """One example in the row of a batch: name, value, gradient, one below the other."""
    left = sizes.SIGN_COLUMN if has_sign else 0
    wide, high = sizes.BATCH_CELL
    line = high / 3

    def field(top: float) -> Field:
        middle = Line(left + wide / 2, top + line / 2, wide - 3, sizes.ROW_NUMBER)
        return Field(left + 1, top, wide - 2, line - 0.5, middle)

    return Face(
        kind="first" if has_sign else "cell" if radius is None else "example",
        wide=left + wide,
        high=high,
        radius=radius,
        name=Line(left + wide / 2, line / 2, wide - 3, sizes.ROW_NAME[1:]),
        sign=(left - 1, high / 2, sizes.ROW - 1) if has_sign else None,
        sign_type=sizes.ROW_SIGN,
        sign_width=left - 3,
        value=field(line),
        gradient=field(2 * line - 1),
    )


def dense(card: Card) -> Face:
    """A small card with nothing but two numbers; an input has a line of its own around it."""
    (wide, high), inset = sizes.DENSE, 2

    def field(top: float) -> Field:
        middle = Line(wide / 2, top + high / 4, wide - 4, sizes.DENSE_NUMBER)
        return Field(inset, top + inset / 2, wide - 2 * inset, high / 2 - inset, middle)

    is_own = not card.symbol
    return Face(
        "small" if is_own else "unit",
        wide,
        high,
        6 if is_own else None,
        value=field(0),
        gradient=field(high / 2),
    )


def badge_width(symbol: str, high: float, sizes_: Sequence[float]) -> float:
    """How wide the badge of an operation is: round for one letter, and as long as a word."""
    if len(symbol) == 1 or high == sizes.CIRCLE:
        return high
    return width(symbol, Line(0, 0, high, sizes_).size(symbol)) + sizes.PAD
