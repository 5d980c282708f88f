"""The picture that steps are played on: laid out once, all boxes empty, with room for what is to come.

It is the drawing of svg.py without its looks, which the style sheet of a page says once for all nodes,
in light and in dark. So a page is small, and a picture is still drawn in one place only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.formula import Text
from autograd_mini.messages import message
from autograd_mini.stepping import OPERATION, PRODUCT, SEED, TANGENTS, VALUES
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.lettering import visible
from autograd_mini.viz.scene import Scene, scene_of
from autograd_mini.viz.sizes import PARTIAL, SIGN
from autograd_mini.viz.svg import svg_text

if TYPE_CHECKING:
    from autograd_mini.stepping import Step
    from autograd_mini.viz.steps import Steps

SVG = "{http://www.w3.org/2000/svg}"
KEPT = {"class", "x", "y", "width", "height", "rx", "d", "points", "transform", "viewBox", "data-edge"}


def last_scene(steps: Steps) -> Scene:
    """What there is to see after the last step, in the words and numbers of the language.

    The numbers are those of the records, whatever the graph holds by now.
    """
    scene = scene_of(steps.nodes[-1])
    start = next((step.node for step in steps if step.sweep == TANGENTS), None)
    number = Text(steps.language).constant
    formulas = {step.node: visible(step.text[1]) for step in steps if step.kind == OPERATION}
    boxes = {(step.sweep == VALUES, step.node): step.after for step in steps}
    partials = {edge_of(steps, step): step.local for step in steps if step.kind == PRODUCT}

    names = [
        str(number(node.data)) if node.is_constant and not node.label else card.name
        for node, card in zip(steps.nodes, scene.cards, strict=True)
    ]
    cards = {}
    for i, card in enumerate(scene.cards):
        above, below = (names[-1], names[i]) if start is None else (names[i], names[start])
        cards[card.id] = replace(
            card,
            name=names[i],
            formula=formulas.get(i, message(card.kind, steps.language)),
            ratio=f"∂{above}/∂{below}",
            value=boxes.get((True, i)),
            gradient=boxes.get((False, i)),
        )
    arrows = [
        replace(arrow, tail=cards[arrow.tail.id], head=cards[arrow.head.id], partial=partials.get(i))
        for i, arrow in enumerate(scene.arrows)
    ]
    return Scene(tuple(cards.values()), tuple(arrows))
