"""Frame: what pictures draw around the nodes of one neuron, or of one layer.

A neuron computes with operations of its own: the rules of the table, each with the neuron's frame on it.
So the rule of a node tells whose the node is, for no more than the node costs anyway, and nobody has to
guess it later.
"""

from __future__ import annotations


class Frame:
    """A title, such as "neuron 3", and the frame around this one, if any.

    Frames are compared by identity: two networks whose layers have one title stay two.
    """

    __slots__ = ("outer", "title")

    def __init__(self, title: str, outer: Frame | None = None) -> None:
        self.title = title
        self.outer = outer

    def __repr__(self) -> str:
        return f"{self.outer!r} > {self.title}" if self.outer else self.title
