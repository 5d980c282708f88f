"""What differs between two frames of a film: most of a frame is as it was, and need not be drawn again.

A frame is an `<svg>` of three: the paper, a group with the parts of the picture, and the group of the foot.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.viz.lettering import width

if TYPE_CHECKING:
    from collections.abc import Iterable

    Box = tuple[float, float, float, float]  # left, top, right, bottom

THICK = 8  # points around a shape: a thick line, or the head of an arrow
NOWHERE = (math.inf, math.inf, -math.inf, -math.inf)
_NUMBER = re.compile(r"-?\d+\.?\d*")


class Parts:
    """The parts of the frames of one film, each with the box that encloses it in all of them."""

    def __init__(self) -> None:
        self._boxes: dict[str, Box] = {}

    def changed(self, before: ET.Element, after: ET.Element) -> list[Box]:
        """The boxes of all that is not alike in two frames; none overlaps another."""
        old, new = ({_name(part): part for part in sheet[1]} for sheet in (before, after))
        different = [
            (name, part) for name, part in {**old, **new}.items() if not _alike(old.get(name), new.get(name))
        ]
        boxes = [_union([_enclosing(before[2]), _enclosing(after[2])])]
        for name, part in different:
            box = self._box(name, part, after[1])
            if box[0] == math.inf:  # a weight in the card of its neuron has no line
                continue
            while met := [other for other in boxes if _overlap(box, other)]:
                boxes = [other for other in boxes if other not in met]
                box = _union([box, *met])
            boxes.append(box)
        return boxes

    def cut(self, sheet: ET.Element, box: Box, zoom: float) -> ET.Element:
        """The frame inside a box, in a size of whole pixels, without what cannot be seen there."""
        left, top, right, bottom = box
        size = {"width": f"{zoom * (right - left):.0f}", "height": f"{zoom * (bottom - top):.0f}"}
        piece = ET.Element(
            "svg", {**sheet.attrib, **size}, viewBox=f"{left} {top} {right - left} {bottom - top}"
        )
        piece.append(sheet[0])
        inside = ET.SubElement(piece, "g", sheet[1].attrib)
        inside.extend([part for part in sheet[1] if _overlap(self._box(_name(part), part, sheet[1]), box)])
        piece.append(sheet[2])
        return piece

    def _box(self, name: str, part: ET.Element, group: ET.Element) -> Box:
        if name not in self._boxes:
            (dx, dy), box = _moved(group), _enclosing(part)
            self._boxes[name] = (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)
        return self._boxes[name]


def _name(part: ET.Element) -> str:
    """What tells a part from the others, and is the same in every frame."""
    own = part.get("id") or part.get("data-edge")
    return f"{part.get('class')} {own}" if own else ET.tostring(part, encoding="unicode")


def _alike(one: ET.Element | None, other: ET.Element | None) -> bool:
    if one is None or other is None or one.attrib != other.attrib or one.text != other.text:
        return False
    return len(one) == len(other) and all(map(_alike, one, other))


def _moved(element: ET.Element) -> tuple[float, float]:
    numbers = [float(number) for number in _NUMBER.findall(element.get("transform", "0 0"))]
    return numbers[0], numbers[1]


def _enclosing(element: ET.Element) -> Box:
    """A box around an element and all in it, in the coordinates of what it stands in."""
    values, (dx, dy) = element.attrib, _moved(element)
    boxes = [_enclosing(child) for child in element]
    if element.tag == "rect":
        x, y, wide, high = (float(values.get(side, 0)) for side in ("x", "y", "width", "height"))
        boxes.append((x, y, x + wide, y + high))
    elif element.tag == "text":  # it may begin, end or have its middle there
        x, y, size = (float(values.get(side, 0)) for side in ("x", "y", "font-size"))
        wide = width(element.text or "", size)
        boxes.append((x - wide, y - 1.5 * size, x + wide, y + size / 2))
    elif element.tag in ("path", "polygon"):
        found = [float(x) for x in _NUMBER.findall(values.get("d", "") + values.get("points", ""))]
        boxes.append((min(found[::2]), min(found[1::2]), max(found[::2]), max(found[1::2])))
    left, top, right, bottom = _union(boxes)
    around = THICK if element.tag in ("rect", "path", "polygon") else 0
    return left + dx - around, top + dy - around, right + dx + around, bottom + dy + around


def _union(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(NOWHERE, *boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
