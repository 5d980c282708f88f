"""The colours and fonts of all pictures, by the part they play.

To change the colour of gradients, in SVG and in TeX, change the line GRADIENT. Pages have the same parts in
assets/picture.css, for light and for dark.
"""

from __future__ import annotations

from typing import NamedTuple

# The palette of Okabe and Ito, which readers of every colour vision tell apart; tints and shades of it.
INK, GREY, PAPER = "#1A1A1A", "#5E5E5E", "#FFFFFF"
FONTS = "'DejaVu Sans', 'Segoe UI', system-ui, sans-serif"


class Role(NamedTuple):
    """The colours of one part of a picture."""

    line: str
    text: str
    fill: str


VALUE = Role("#0072B2", INK, PAPER)  # the box of a value
GRADIENT = Role("#D55E00", "#A34700", PAPER)  # the box of a gradient
PARTIAL = Role("#009E73", "#00664A", "#EDF8F4")  # the label of a local partial
OPERATION = Role("#0072B2", INK, "#EAF3F9")  # the card of a result
INPUT = Role("#0072B2", INK, "#F4F4F4")  # the card of an input
OUTDATED = Role(GREY, GREY, PAPER)  # a number that no longer follows from the others
VALUE_TINT = Role("none", "#004B76", "#EAF3F9")  # the same without a line around it
GRADIENT_TINT = Role("none", "#A34700", "#FDF1E8")
CONSTANT = Role(GREY, GREY, PAPER)
ARROW = Role(GREY, GREY, GREY)
FRAME = Role(GREY, GREY, "none")  # around a neuron or a layer
NOW = Role("#E69F00", INK, "#FFF3D6")  # what a step is about, and nothing else
POSITIVE, NEGATIVE = "#D55E00", "#7B3294"  # the sign of a gradient that flows along an arrow

# The same on dark paper.
DARK = {
    INK: "#E6E9EC", GREY: "#A7B0BA", PAPER: "#1C2127",
    VALUE.line: "#56B4E9", GRADIENT.line: "#E08A4A", GRADIENT.text: "#F5B183", PARTIAL.line: "#3FBF95",
    PARTIAL.text: "#7FDCC2", PARTIAL.fill: "#17332B", OPERATION.fill: "#1D2F3C", INPUT.fill: "#262D35",
    VALUE_TINT.text: "#9CD3F5", GRADIENT_TINT.fill: "#3A281B", NOW.line: "#F0B840", NOW.fill: "#4A3A14",
    NEGATIVE: "#C79BD9",
}  # fmt: skip
