"""A scene as DOT text: what a layout engine reads, and what any viewer of DOT can show by itself.

Nodes are plain boxes of a fixed size and labels of edges have a fixed length, with room for the
numbers to come. So the layout is the same before and after the backward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.viz.lettering import shortened
from autograd_mini.viz.scene import shown
from autograd_mini.viz.sizes import CAPTION, LABEL_WIDTH, PAD, Sizes

if TYPE_CHECKING:
    from autograd_mini.viz.scene import Card, Scene

INCH = 72  # DOT counts boxes in inches and everything else in points
LONGEST = 11  # characters of a number: -1.234e-100
COURIER = 0.6  # the width of every character of Courier, at font size 1


def dot(scene: Scene) -> str:
    """The scene in the DOT language; the same scene gives the same text."""
    import graphviz

    sizes = Sizes.of(scene)
    graph = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "ranksep": "0.5", "nodesep": "0.3"},
        node_attr={"shape": "box", "fixedsize": "true", "fontname": "Helvetica", "fontsize": str(CAPTION)},
        # In a font of one width for all characters, a padded number is as wide as any other.
        edge_attr={"fontname": "Courier", "fontsize": f"{LABEL_WIDTH / LONGEST / COURIER:g}"},
    )
    for card in scene.cards:
        width, height = sizes.box(card)
        size = {"width": f"{width / INCH:.4g}", "height": f"{height / INCH:.4g}"}
        graph.node(card.id, label=_label(card, width - PAD), **size)
    for arrow in scene.arrows:
        # A line for the title, which needs no width of its own, and a line for the number.
        label = {} if arrow.tail.is_constant else {"label": f" \\n{shown(arrow.partial):^{LONGEST}}"}
        graph.edge(arrow.tail.id, arrow.head.id, id=arrow.id, **label)
    return graph.source


def _label(card: Card, room: float) -> str:
    r"""What the card says, with nothing in it that DOT would obey: no \N, no &lt;, no <b>."""
    import graphviz

    lines = [card.name]
    if not card.is_constant:
        head = f"{card.name} = {card.formula}" if card.formula else card.name
        lines = [head, shown(card.value) or " ", f"{card.ratio} = {shown(card.gradient)}"]
    literal = [shortened(line, room, CAPTION).replace("&", "&amp;").replace("\\", "\\\\") for line in lines]
    return graphviz.nohtml("\\n".join(literal))  # type: ignore[no-any-return]
