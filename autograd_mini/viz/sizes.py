"""How large everything in a picture is, in points, known before any number is.

One width serves all cards of a picture, so that columns align. It has room for the longest caption, within
reason, and for any number that is still to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd_mini.viz.lettering import width
from autograd_mini.viz.scene import TITLE, TITLE_ROOM

if TYPE_CHECKING:
    from autograd_mini.viz.scene import Card, Scene


# Sizes of type; where there are two, the second is for what would be too long in the first
NAME, CAPTION, NUMBER = 15, 11, (14, 12)
SIGN = (14, 11)  # of an operation
DERIVATIVE, PARTIAL_NUMBER = TITLE, (12, 10)  # the two lines of a label on an arrow

# A card, from top to bottom: the name; the value; the gradient; GAP between all of them
PAD, HEAD, GAP, FIELD = 9, 18, 5, 22
FIELD_WIDTH = 86  # -1.234e-100 as a long number
CAPTION_WIDTH = (46, 110)  # at least, at most

LABEL_HEIGHT = 30  # on an arrow
LABEL_WIDTH = TITLE_ROOM + LABEL_HEIGHT // 2
MARGIN = 16  # around the picture
NOTE = 20  # in height, for the note that numbers are outdated


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes that depend on what is shown: of captions, and width and height of every card by its id."""

    caption_width: float
    boxes: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, scene: Scene) -> Sizes:
        captions = [caption for card in scene.cards for caption in (card.caption, card.derivative)]
        least, most = CAPTION_WIDTH
        room = min(max([least, *(width(caption, CAPTION) for caption in captions)]), most)
        usual = (PAD + room + GAP + FIELD_WIDTH + PAD, PAD + HEAD + 2 * (GAP + FIELD) + PAD)

        def box(card: Card) -> tuple[float, float]:
            return (width(card.name, NUMBER[0]) + 2 * PAD, FIELD) if card.is_constant else usual

        return cls(room, {card.id: box(card) for card in scene.cards})
