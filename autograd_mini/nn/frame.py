"""Frame: whose the nodes of a network are; pictures draw it around them, and names tell it.

A neuron computes with operations of its own: the rules of the table, each with the neuron's frame on it.
So the rule of a node tells whose the node is, for no more than the node costs anyway, and nobody has to
guess it later.
"""

from __future__ import annotations


class Frame:
    """A kind, "neuron", "layer" or "dropout", the name of this one, and the frame around it, if any.

    Frames are compared by identity: two networks whose layers have one title stay two.
    """

    __slots__ = ("kind", "name", "outer")

    def __init__(self, kind: str, name: str = "", outer: Frame | None = None) -> None:
        self.kind = kind
        self.name = name
        self.outer = outer

    @property
    def title(self) -> str:
        """What stands above it, such as "neuron 3"."""
        return f"{self.kind} {self.name}".strip()

    def __repr__(self) -> str:
        return f"{self.outer!r} > {self.title}" if self.outer else self.title
