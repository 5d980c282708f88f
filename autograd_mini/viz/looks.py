"""The look that a graph is drawn in: labelled cards, compact ones, or a network layer by layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autograd_mini.errors import choose
from autograd_mini.formulas.drawn import drawn
from autograd_mini.viz.network import network_of
from autograd_mini.viz.scene import Moment, scene_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.formulas.printing import Printed
    from autograd_mini.viz.roots import Roots
    from autograd_mini.viz.scene import Scene


STYLES = ("cards", "compact", "network")
FEW = 10  # nodes that are shown as labelled cards; more are shown as compact ones
MOST = 4000  # nodes of a network that is drawn open


def scene_in_style(
    f: Roots,
    expand: str | Sequence[str] | None = None,
    xp: Printed = drawn,
    moment: Moment | None = None,
    style: str | None = None,
) -> Scene:
    """The scene of a graph in a style: "cards", "compact" or "network".

    By default networks are shown as such, other graphs as labelled cards up to ten nodes and as compact ones
    beyond. Everything else is as for `scene_of`; a network is shown whole, or not as one.

    Raises ValueError for another style, and for what cannot be shown as a network if that was asked for.
    """
    if style is not None:
        choose("style", style, STYLES)
    moment = moment or Moment.now(f)
    is_made = any(node.rule and node.rule.frame and node.rule.frame.kind for node in moment.names)
    if style in (None, "network") and is_made and expand in (None, "all") and len(moment.names) <= MOST:
        whole = replace(scene_of(f, "all", xp, moment), style="network")
        if network_of(whole):
            return whole
    if style == "network":
        msg = (
            "this graph cannot be drawn as a network: that takes neurons in layers, each reading all of the one before, at"
            " most 24 of a model in each or 8 of formulas, all of it open; use style='compact'"
        )
        raise ValueError(msg)
    scene = scene_of(f, expand, xp, moment)
    return replace(scene, style=style or ("cards" if len(scene.cards) <= FEW else "compact"))
