"""Lettering: how wide a text is, the part of it that fits a given room, and what of it stands above or below the line.

Nobody knows the fonts of the reader, so widths are estimates, generous ones: those of DejaVu Sans,
which is wider than most.
"""

from __future__ import annotations

import re
import unicodedata

from autograd_mini.words.visible import LOWERED, RAISED, on_the_line

_NARROW = frozenset(" !\"'(),-./:;I[]fijlrt|·")
_WIDE = frozenset("%+<=>@MW_mw×−□—…≤≥")
_SMALL = frozenset(RAISED + LOWERED)
_RUN = re.compile(
    rf"""(?P<below> [{LOWERED}]+ (?:,[{LOWERED}]+)*)
    | (?P<above> [{RAISED}]+)
    | (?<=1) _\{{ (?P<condition> [^{{}}]*) \}}
    | (?<![\w\u0300-\u036f]) (?P<letter> [^\W\d_][\u0300-\u036f]*) _ (?P<index> [^\W_]+(?:,[^\W_]+)*) (?!\w)""",
    re.VERBOSE,
)
BELOW, LINE, ABOVE = -1, 0, 1


def runs(text: str) -> list[tuple[str, int]]:
    """The text in pieces, each BELOW, on the LINE or ABOVE it; few fonts have the small digits of Unicode.

    >>> runs("w⁽¹⁾₃,₂ + a_b + 10⁻⁵")
    [('w', 0), ('(1)', 1), ('3,2', -1), (' + a', 0), ('b', -1), (' + 10', 0), ('−5', 1)]
    """
    pieces: list[tuple[str, int]] = []
    end, line = 0, ""
    for found in _RUN.finditer(text):
        line += text[end : found.start()] + (found["letter"] or "")
        small = found["index"] or found["condition"] or on_the_line(found["below"] or found["above"])
        pieces += [(line, LINE)] * bool(line) + [(small, ABOVE if found["above"] else BELOW)]
        end, line = found.end(), ""
    return pieces + [(text[end:], LINE)] * (end < len(text))


def width(text: str, size: float) -> float:
    """About how wide the text is at that font size, in the same unit."""
    return size * sum(map(_advance, text))


def _advance(character: str) -> float:
    if character in _NARROW:
        return 0.42
    if character in _SMALL:
        return 0.7 * 0.68
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
