"""How large everything in a picture is, in points, known before any number is.

One width serves all cards of a picture, so that columns align. It has room for the longest caption, within
reason, and for any number that is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd_mini.viz.lettering import width

if TYPE_CHECKING:
    from autograd_mini.viz.scene import Card, Scene


# Sizes of type; where there are two, the second is for what would be too long in the first
NAME, CAPTION, NUMBER = 15, 11, (14, 12)
SIGN = (14, 11)  # of an operation
RATIO, PARTIAL = 10, (12, 10)  # the two lines of a label on an arrow

# A card, from top to bottom: the name; the value; the gradient; GAP between all of them
PAD, HEAD, GAP, FIELD = 9, 18, 5, 22
FIELD_WIDTH = 86  # -1.234e-100 as a long number
CAPTION_WIDTH = (46, 110)  # at least, at most

LABEL_WIDTH, LABEL_HEIGHT = 76, 30  # on an arrow
MARGIN = 16  # around the picture


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes that depend on what is shown."""

    caption_width: float

    @classmethod
    def of(cls, scene: Scene) -> Sizes:
        captions = [caption for card in scene.cards for caption in (card.formula, card.ratio)]
        least, most = CAPTION_WIDTH
        return cls(min(max([least, *(width(caption, CAPTION) for caption in captions)]), most))

    def box(self, card: Card) -> tuple[float, float]:
        """Width and height of a card."""
        if card.is_constant:
            return width(card.name, NUMBER[0]) + 2 * PAD, FIELD
        return PAD + self.caption_width + GAP + FIELD_WIDTH + PAD, PAD + HEAD + 2 * (GAP + FIELD) + PAD
