"""The picture at one moment of a trace: the boxes hold what the steps so far have put there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autograd_mini.formulas.text import Text
from autograd_mini.stepping.sweeps import OPERATION, PRODUCT, SEED, TANGENTS, VALUES
from autograd_mini.formulas.names import visible
from autograd_mini.viz.scene import Scene, scene_of
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from autograd_mini.stepping.steps import Steps
    from autograd_mini.stepping.sweeps import Step
    from autograd_mini.viz.scene import Card


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


def last_scene(steps: Steps) -> Scene:
    """What there is to see after the last step, with words and numbers in the language of the steps."""
    scene = scene_after(steps, len(steps))
    xp = Text(steps.language)
    formulas = {step.node: visible(step.text[1]) for step in steps if step.kind == OPERATION}

    def worded(i: int, card: Card) -> Card:
        node = steps.nodes[i]
        if not card.is_constant:
            return replace(card, formula=formulas.get(i) or message("input", steps.language))
        return card if node.label else replace(card, name=str(xp.constant(node.data)))

    cards = {card.id: worded(i, card) for i, card in enumerate(scene.cards)}
    arrows = [replace(a, tail=cards[a.tail.id], head=cards[a.head.id]) for a in scene.arrows]
    return replace(scene, cards=tuple(cards.values()), arrows=tuple(arrows))
