"""`steps(f)`: the trace of a graph as a sequence of records with the views a reader may want."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

from autograd_mini.stepping import Step, trace
from autograd_mini.viz.terminal import listing

if TYPE_CHECKING:
    from autograd_mini.value import Value


class Steps(Sequence[Step]):
    """A read-only sequence of steps, values first and then derivatives; `print()` writes it out."""

    def __init__(self, nodes: list[Value], records: list[Step], language: str) -> None:
        self.nodes = tuple(nodes)
        self.language = language
        self._records = tuple(records)

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, index: int | slice) -> Step | tuple[Step, ...]:
        return self._records[index]

    def __len__(self) -> int:
        return len(self._records)

    def __str__(self) -> str:
        return listing(self, self.language)

    __repr__ = __str__

    def print(self) -> None:
        """Write the steps to standard output, one a line."""
        print(self)  # noqa: T201  # this is what the method is for


def steps(f: Value, lang: str = "en", by: str | None = None) -> Steps:
    """Every step of the forward and the backward pass of `f`, which is left as it is.

    The gradients are those of `f` alone, from the seed 1, whatever `.grad` holds by now.
    lang: "en" or "fr". by: the name of a variable, to trace forward mode from it in place of the
    backward pass.

    Raises UnboundError if a variable has no number yet, UnknownVariableError for an unknown name,
    ValueError for another language.

    >>> from autograd_mini import parse
    >>> steps(parse("f = (u + v) * w", u=2, v=3, w=4))
    Forward
       1  u = 2
       2  v = 3
       3  w = 4
       4  t1 = u + v = 2 + 3 = 5
       5  f = t1 × w = 5 × 4 = 20
    <BLANKLINE>
    Backward
       6  ∂f/∂f = 1
       7  ∂f/∂t1 = ∂f/∂t1 · ∂f/∂f = w · 1 = 4 · 1 = 4
       8  ∂f/∂w = ∂f/∂w · ∂f/∂f = t1 · 1 = 5 · 1 = 5
       9  ∂f/∂u = ∂t1/∂u · ∂f/∂t1 = 1 · 4 = 4
      10  ∂f/∂v = ∂t1/∂v · ∂f/∂t1 = 1 · 4 = 4
    """
    return Steps(*trace(f, lang, by), lang)
