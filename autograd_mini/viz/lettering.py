"""Lettering: how wide a text is, and the part of it that fits a given room.

Nobody knows the fonts of the reader, so widths are estimates, generous ones: those of DejaVu Sans,
which is wider than most.
"""

from __future__ import annotations

import unicodedata

_NARROW = frozenset(" !\"'(),-./:;I[]fijlrt|·")
_WIDE = frozenset("%+<=>@MW_mw×—…≤≥")


def width(text: str, size: float) -> float:
    """About how wide the text is at that font size, in the same unit."""
    return size * sum(map(_advance, text))


def _advance(character: str) -> float:
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 0.95
    if character < "\u0300" or character == "∂":
        return 0.68
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):  # drawn over the character before
        return 0.0
    return 1.3 if unicodedata.east_asian_width(character) in "WF" else 0.75


def fitting(text: str, room: float, sizes: tuple[float, float]) -> float:
    """The first of two font sizes if the text fits the room in it, else the second."""
    large, small = sizes
    return large if width(text, large) <= room else small


def shortened(text: str, room: float, size: float) -> str:
    """The text, or as much of its beginning as fits the room, and an ellipsis.

    >>> shortened("a_very_long_name", room=60, size=10)
    'a_very_…'
    """
    if width(text, size) <= room:
        return text
    left = room - width("…", size)
    for i, character in enumerate(text):
        left -= size * _advance(character)
        if left < 0:
            return text[:i].rstrip() + "…"
    return text
