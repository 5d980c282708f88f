"""The colours and fonts of all pictures, by the part they play."""

from __future__ import annotations

# The palette of Okabe and Ito, which readers of every colour vision tell apart; tints and shades of it.
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
PALE_BLUE, PALE_GREY, PALE_GREEN = "#EAF3F9", "#F4F4F4", "#EDF8F4"
DARK_VERMILLION, DARK_GREEN = "#A34700", "#00664A"
INK, GREY, PAPER = "#1A1A1A", "#5E5E5E", "#FFFFFF"
FONTS = "'DejaVu Sans', 'Segoe UI', system-ui, sans-serif"
