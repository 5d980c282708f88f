"""What flows along the arrows: the size of a gradient as the width of a line, its sign as the colour."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.viz import colours

if TYPE_CHECKING:
    from autograd_mini.viz.geometry import Layout
    from autograd_mini.viz.scene import Scene


def flows(scene: Scene, layout: Layout) -> dict[str, tuple[str, float]]:
    """Colour and width of every line that tells the gradient of its weight: its sign, and its size among them all."""
    known = {card.id: card.gradient for card in scene.cards if isinstance(card.gradient, float)}
    gradients = {arrow: known.get(weight, 0.0) for arrow, weight in layout.carried.items()}
    most = max([abs(x) for x in gradients.values() if math.isfinite(x)], default=0.0)
    return {arrow: flow(x, most) for arrow, x in gradients.items()}


def flow(x: float, most: float) -> tuple[str, float]:
    """Colour and width of a line along which the gradient x flows; most: the largest of the picture."""
    part = min(abs(x) / most, 1) if most and x == x else 0  # nan shows nothing
    return colours.POSITIVE if x > 0 else colours.NEGATIVE if x < 0 else colours.GREY, 0.4 + 4 * part**0.5
