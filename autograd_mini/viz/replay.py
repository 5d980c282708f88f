"""The picture at one moment of a trace: the boxes hold what the steps so far have put there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autograd_mini.stepping import PRODUCT, TANGENTS, VALUES
from autograd_mini.viz.scene import Scene, scene_of

if TYPE_CHECKING:
    from autograd_mini.viz.steps import Steps


def scene_after(steps: Steps, count: int) -> Scene:
    """The scene when the first `count` steps are done, whatever the graph holds by now.

    Boxes no step has filled are empty; local partials are known from the product that used them on. In
    forward mode the second boxes are those of the tangents, and titled so.

    >>> from autograd_mini import parse, steps
    >>> print(scene_after(steps(parse("f = (u + v) * w", u=2, v=3, w=4)), 7))
    u = 2
    v = 3
    t1 = u + v = 5, ∂f/∂t1 = 4
    w = 4
    f = t1 × w = 20, ∂f/∂f = 1
    """
    done = steps[:count]
    values = {step.node: step.after for step in done if step.sweep == VALUES}
    derivatives = {step.node: step.after for step in done if step.sweep != VALUES}
    partials = {(step.user, step.position): step.local for step in done if step.kind == PRODUCT}

    scene = scene_of(steps.nodes[-1])
    titles = _titles(steps, [card.name for card in scene.cards])
    cards = [
        card
        if card.is_constant
        else replace(card, value=values.get(i), gradient=derivatives.get(i), ratio=titles[i])
        for i, card in enumerate(scene.cards)
    ]
    place = {card.id: i for i, card in enumerate(scene.cards)}
    arrows = [
        replace(
            arrow,
            tail=cards[place[arrow.tail.id]],
            head=cards[place[arrow.head.id]],
            partial=partials.get((place[arrow.head.id], position)),
        )
        for arrow, position in zip(scene.arrows, _positions(steps))
    ]
    return Scene(tuple(cards), tuple(arrows))


def _titles(steps: Steps, names: list[str]) -> list[str]:
    """∂f/∂u for every node u; in forward mode ∂u/∂x, where x is the node of the seed."""
    if steps[-1].sweep == TANGENTS or by is not None:
        return []
    return [f"∂{names[-1]}/∂{name}" for name in names]


def _positions(steps: Steps) -> list[int]:
    """For every arrow of the scene, which input of its operation it is."""
    return [position for node in steps.nodes for position in range(len(node.parents))]
