"""The picture at one moment of a trace: the boxes hold what the steps so far have put there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autograd_mini.stepping import PRODUCT, SEED, TANGENTS, VALUES
from autograd_mini.viz.scene import Scene, scene_of

if TYPE_CHECKING:
    from autograd_mini.stepping import Step
    from autograd_mini.viz.scene import Card
    from autograd_mini.viz.steps import Steps


def scene_after(steps: Steps, count: int) -> Scene:
    """The scene when the first `count` steps are done, whatever the graph holds by now.

    A box no step has filled is empty, and a local partial is known from the product it is a factor of.
    In forward mode the boxes for gradients hold the tangents, and are titled so.

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

    scene = scene_of(steps.nodes[-1], expand="all")
    seed = next(step for step in steps if step.kind == SEED)
    cards: dict[str, Card] = {}
    for i, card in enumerate(scene.cards):
        ratio = _ratio(seed, scene.cards[seed.node].name, card.name)
        filled = replace(card, value=values.get(i), gradient=derivatives.get(i), ratio=ratio)
        cards[card.id] = card if card.is_constant else filled
    arrows = [
        replace(arrow, tail=cards[arrow.tail.id], head=cards[arrow.head.id], partial=partials.get(edge))
        for arrow, edge in zip(scene.arrows, edges(steps))
    ]
    return Scene(tuple(cards.values()), tuple(arrows), scene.frames)


def edges(steps: Steps) -> list[tuple[int, int]]:
    """For each arrow of the scene, in order: the place of its head, and which input of it the tail is."""
    return [(i, position) for i, node in enumerate(steps.nodes) for position in range(len(node.parents))]


def _ratio(seed: Step, start: str, name: str) -> str:
    """∂f/∂name, from the result f back; in forward mode ∂name/∂x, from the variable x on."""
    return f"∂{name}/∂{start}" if seed.sweep == TANGENTS else f"∂{start}/∂{name}"
