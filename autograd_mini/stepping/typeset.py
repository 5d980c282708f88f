"""Formulas set as mathematics in SVG: fractions with a bar, indices below, roots under their line.

What is set is the tree that mathml.py makes of a formula, so a film shows what a page shows. Widths are those of
DejaVu Sans; other fonts are a little narrower.

>>> from autograd_mini.formulas.mathml import mathml
>>> half = typeset(mathml.div(mathml.symbol("x"), 2).content, 20)
>>> round(half.wide), round(half.above), round(half.below)
(16, 29, 17)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# x, y, attributes, and the text, which is "" for a bar
Drawn = tuple[float, float, dict[str, str], str]

SCRIPT = 0.7  # the size of an index or exponent, of what it stands at
ABOVE, BELOW = 0.76, 0.22  # of its size: how far a letter reaches from the line it stands on
AXIS, BAR = 0.31, 0.06  # the middle of a line of type, and how thick a bar is
GAP = 0.14  # between a bar and what stands there
BETWEEN = 0.8  # between the columns of a table
ADVANCES = {
    character: wide
    for characters, wide in (
        ("\u2009", 0.2), ("ijl", 0.28), (" .,·'|", 0.32), ("fI", 0.35), ("()[]t", 0.4), ("r;:/-", 0.42), ("∂skcvxyz", 0.55),
        ("mM%W", 0.95), ("w+−×=<>≤≥±", 0.83), ("…—", 1.0),
    )
    for character in characters
}  # fmt: skip
SPACED = {
    "=": 0.28,
    "≥": 0.28,
    "≤": 0.28,
    ">": 0.28,
    "<": 0.28,
    "+": 0.2,
    "−": 0.2,
    "-": 0.2,
    "×": 0.2,
    "·": 0.16,
}
SEPARATORS, GROWING = {",", ";"}, {"(", ")", "[", "]", "|"}


class Piece(NamedTuple):
    """Something set, its origin at the left end of its base line: how far it reaches, and what is drawn."""

    wide: float
    above: float
    below: float
    drawn: tuple[Drawn, ...]

    def at(self, x: float, y: float) -> tuple[Drawn, ...]:
        """What is drawn, with its origin there."""
        return tuple([(x + dx, y + dy, looks, text) for dx, dy, looks, text in self.drawn])


def typeset(tree: Sequence[Any], size: float) -> Piece:
    """The piece for a tree such as ("mfrac", ("mi", "u"), ("mn", "2")), in letters of that size."""
    tag, *parts = tree
    match tag, parts:
        case ("mi" | "mn" | "mo" | "mtext", [str(text)]):
            return _text(text, size, is_italic=tag == "mi" and len(text) == 1)
        case "mfrac", [over, under]:
            return _fraction(typeset(over, size), typeset(under, size), size)
        case "msub", [base, index]:
            return _scripts(typeset(base, size), size, below=index)
        case "msup", [base, power]:
            return _scripts(typeset(base, size), size, above=power)
        case "msubsup", [base, index, power]:
            return _scripts(typeset(base, size), size, below=index, above=power)
        case "munder", [base, under]:
            return _under(typeset(base, size), typeset(under, SCRIPT * size), size)
        case "msqrt", inside:
            return _root(_row(inside, size), size)
        case "mtable", rows:
            return _table([[typeset(cell, size) for cell in row[1:]] for row in rows], size)
    return _row(parts, size)


def svg_of(piece: Piece, x: float, y: float, zoom: float = 1.0) -> ET.Element:
    """The piece as a `<g>`, its origin at a point, larger or smaller."""
    group = ET.Element("g", transform=f"translate({x:.2f} {y:.2f}) scale({zoom:.3f})")
    for dx, dy, looks, text in piece.drawn:
        if text:
            element = ET.SubElement(group, "text", looks, x=f"{dx:.2f}", y=f"{dy:.2f}")
            element.text = text
        else:
            ET.SubElement(group, "rect", looks, x=f"{dx:.2f}", y=f"{dy:.2f}")
    return group


def _text(text: str, size: float, *, is_italic: bool) -> Piece:
    looks = {"font-size": f"{size:.2f}"}
    if is_italic:
        looks["font-style"] = "italic"
    text = text.replace("-", "−")
    wide = sum(ADVANCES.get(character, 0.64) for character in text) * size
    return Piece(wide, ABOVE * size, BELOW * size, ((0, 0, looks, text),))


def _bar(x: float, y: float, wide: float, thick: float) -> Drawn:
    return (x, y, {"width": f"{wide:.2f}", "height": f"{thick:.2f}"}, "")


def _row(parts: Sequence[Sequence[Any]], size: float) -> Piece:
    """Side by side; a sign between two parts has room on both sides, one before a part has none.

    Brackets are as high as what is between them.
    """
    pieces = [typeset(part, size) for part in parts]
    above, below = max(piece.above for piece in pieces), max(piece.below for piece in pieces)
    growth = (above + below) / ((ABOVE + BELOW) * size)
    x, drawn = 0.0, list[Drawn]()
    is_open = True  # whether what comes now begins something, so that a minus belongs to it
    for part, piece in zip(parts, pieces, strict=True):
        sign = part[1] if part[0] == "mo" else ""
        if sign in GROWING and growth > 1.1:
            grown = _text(sign, growth * size, is_italic=False)
            drawn += grown.at(x, below - grown.below)
            x += grown.wide
        else:
            room = 0.0 if is_open and sign != "=" else SPACED.get(sign, 0.0) * size
            drawn += piece.at(x + room, 0)
            x += room + piece.wide + (room or (0.15 * size if sign in SEPARATORS else 0.0))
        is_open = sign in {"(", *SEPARATORS} or sign in SPACED
    return Piece(x, above, below, tuple(drawn))


def _fraction(over: Piece, under: Piece, size: float) -> Piece:
    wide = max(over.wide, under.wide) + 0.1 * size
    axis, gap, thick = AXIS * size, GAP * size, BAR * size
    up, down = axis + thick / 2 + gap + over.below, axis - thick / 2 - gap - under.above
    drawn = (
        *over.at((wide - over.wide) / 2, -up),
        *under.at((wide - under.wide) / 2, -down),
        _bar(0, -axis - thick / 2, wide, thick),
    )
    return Piece(wide + 0.06 * size, up + over.above, under.below - down, drawn)


def _scripts(base: Piece, size: float, *, below: Any = None, above: Any = None) -> Piece:
    wide, up, down, drawn = base.wide, base.above, base.below, list(base.drawn)
    for script, shift in ((below, 0.25 * size), (above, 0.4 * size - base.above)):
        if script:
            piece = typeset(script, SCRIPT * size)
            drawn += piece.at(base.wide + 0.04 * size, shift)
            wide = max(wide, base.wide + piece.wide + 0.08 * size)
            up, down = max(up, piece.above - shift), max(down, piece.below + shift)
    return Piece(wide, up, down, tuple(drawn))


def _under(base: Piece, under: Piece, size: float) -> Piece:
    wide, down = max(base.wide, under.wide), base.below + GAP * size + under.above
    drawn = (*base.at((wide - base.wide) / 2, 0), *under.at((wide - under.wide) / 2, down))
    return Piece(wide, base.above, down + under.below, drawn)


def _root(inside: Piece, size: float) -> Piece:
    """The sign is a letter, as high as what is under its line."""
    thick, high = BAR * size, inside.above + inside.below + GAP * size
    sign = {"font-size": f"{high:.2f}"}
    wide, top = 0.64 * high, inside.above + GAP * size
    drawn = (
        (0.0, inside.below, sign, "√"),
        *inside.at(wide, 0),
        _bar(0.62 * high, -top, inside.wide + 0.05 * size, thick),
    )
    return Piece(wide + inside.wide + 0.1 * size, top + thick, inside.below, drawn)


def _table(rows: Sequence[Sequence[Piece]], size: float) -> Piece:
    """Rows one below the other, about the middle of the line, every entry in the middle of its column."""
    count = max(map(len, rows))
    columns = [max(row[k].wide for row in rows if k < len(row)) for k in range(count)]
    room = BETWEEN * size
    high = sum(max(x.above for x in row) + max(x.below for x in row) + GAP * size for row in rows)
    y, drawn = -AXIS * size - high / 2, list[Drawn]()
    for row in rows:
        y += max(piece.above for piece in row)
        x = 0.0
        for piece, wide in zip(row, columns, strict=False):
            drawn += piece.at(x + (wide - piece.wide) / 2, y)
            x += wide + room
        y += max(piece.below for piece in row) + GAP * size
    wide = sum(columns) + (count - 1) * room
    return Piece(wide, AXIS * size + high / 2, high / 2 - AXIS * size, tuple(drawn))
