"""`steps(f)`: the trace of a graph as a sequence of records with the views a reader may want."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, overload

from autograd_mini.errors import require, shown
from autograd_mini.files import write_whole
from autograd_mini.stepping.cell import Exercise, cell
from autograd_mini.stepping.film import gif
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import page_of
from autograd_mini.stepping.slides import slides
from autograd_mini.stepping.sweeps import Trace
from autograd_mini.stepping.terminal import listing
from autograd_mini.viz.levels import is_in_lines, opened_by
from autograd_mini.words.visible import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any

    from autograd_mini.viz.roots import Roots


class Steps(Trace):
    """A read-only sequence of steps, values first and then derivatives; in a notebook, a page that steps."""

    def __str__(self) -> str:
        return listing(self)

    __repr__ = __str__

    def print(self) -> None:
        """Write the steps to standard output, one a line."""
        print(readable(str(self)))  # noqa: T201  # this is what the method is for

    def html(self) -> str:
        """The page that steps: one HTML file that works offline. Raises LayoutError if it cannot be drawn."""
        return page_of(self)

    def save(self, path: str | PathLike[str]) -> Path:
        """The path of the file, written whole or not at all, in the format its suffix names.

        path: ends in .html for the page that steps, in .tex for beamer slides, in .gif for a film. Raises
        ValueError for another suffix, LayoutError if the picture cannot be drawn, and for a GIF
        MissingExtraError without the extra `png`.
        """
        writers: dict[str, Callable[[], str | bytes]] = {
            ".html": self.html,
            ".tex": lambda: slides(self),
            ".gif": lambda: gif(self),
        }
        require(isinstance(path, str | PathLike), "a file is named by text or by a Path", path)
        suffix = Path(path).suffix.lower()
        if suffix not in writers:
            msg = f"cannot save steps as {shown(str(path))}; give it one of these suffixes: {', '.join(writers)}"
            raise ValueError(msg)
        return write_whole(path, writers[suffix]())

    @overload
    def exercise(self, path: None = None, ask: str | None = None) -> Exercise: ...

    @overload
    def exercise(self, path: str | PathLike[str], ask: str | None = None) -> Path: ...

    def exercise(self, path: str | PathLike[str] | None = None, ask: str | None = None) -> Exercise | Path:
        """The page that asks for every value and every derivative, and checks the answers; a notebook shows it.

        path: an HTML file to write; its path comes back instead.
        ask: "numbers", or "formulas" of all values and derivatives, which are compared at random points; formulas if no
        input has a number and nothing is said. Wrong numbers are answered with what typical mistakes leave out.

        Printed it is a work sheet with its solution. Raises UnboundError if numbers are asked and an input has none,
        ValueError for another `ask`, LayoutError if the picture cannot be drawn.
        """
        require(
            path is None or isinstance(path, str | PathLike), "a file is named by text or by a Path", path
        )
        require(ask is None or isinstance(ask, str), "ask is 'numbers' or 'formulas'", ask)
        made = Exercise(self, ask)
        return made if path is None else made.save(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        """What a notebook shows: the page in a frame that can reach nothing around it, or plain lines."""
        try:
            return cell(self, self.html(), str(self), [step.line for step in self])
        except Exception as error:  # noqa: BLE001  a cell shows what it can, whatever is wrong with the picture
            return {"text/plain": f"{self}\n(no picture: {error})"}


class LineSteps(Steps, Lines):
    """Steps of definitions."""


def steps(
    f: Roots,
    lang: str = "en",
    by: str | None = None,
    style: str | None = None,
    of: str | None = None,
    detail: str = "operations",
    expand: str | Collection[str] | None = None,
) -> Steps:
    """Every step of the forward and the backward pass of `f`, which is left as it is.

    f: a Value, a nested list of Values, or a mapping of names to such. The gradients are those of its last Value
    alone, from the seed 1, whatever `.grad` holds by now. Where numbers are not known, there are formulas.
    lang: as for `draw`, "en" or "fr". by: the name of a variable, to trace forward mode from it in place of the
    backward pass. style: the look of its pictures, as for `draw`: "cards", "compact" or "network".
    of: the name of another node whose gradients they are; it is needed where the last result is a list and every
    operation a step.
    detail: "operations", a step for each; or "definitions", a line for each named result, or layer of a network, and
    backward one for each of these and each input, with its derivative as a short formula. expand: the names of those
    definitions that are shown operation by operation all the same, "all" for all.

    Raises StaleError if `.data` was set since `f` was computed (`f.forward()` computes it anew),
    UnknownVariableError for an unknown variable, ValueError for another language, style, detail, definition or `of`,
    and for what is no network if that was asked for.

    >>> from autograd_mini import parse
    >>> f = parse("h = tanh(w * x); f = (y - h)**2 / 2", w=1, x=0.5, y=0, data=["x", "y"])
    >>> steps(f)
    Forward pass
       1  w = 1
       2  x = 0.5
       3  y = 0
       4  t1 = w × x = 1 × 0.5 = 0.5
       5  h = tanh(t1) = tanh(0.5) = 0.4621
       6  t2 = y − h = 0 − 0.4621 = −0.4621
       7  t3 = t2^2 = (−0.4621)^2 = 0.2136
       8  f = t3 / 2 = 0.2136 / 2 = 0.1068
    <BLANKLINE>
    Backward pass
       9  ∂f/∂f = 1
      10  ∂f/∂t3 = ∂(t3 / 2)/∂t3 · ∂f/∂f = 1 / 2 · 1 = 0.5 · 1 = 0.5
      11  ∂f/∂t2 = ∂(t2^2)/∂t2 · ∂f/∂t3 = 2 × t2 · 0.5 = (−0.9242) · 0.5 = −0.4621
      12  ∂f/∂h = ∂(y − h)/∂h · ∂f/∂t2 = (−1) · (−0.4621) = 0.4621
      13  ∂f/∂t1 = ∂tanh(t1)/∂t1 · ∂f/∂h = (1 − h × h) · 0.4621 = 0.7864 · 0.4621 = 0.3634
      14  ∂f/∂w = ∂(w × x)/∂w · ∂f/∂t1 = x · 0.3634 = 0.5 · 0.3634 = 0.1817
    >>> steps(f, detail="definitions")
    Forward pass
       1  h = tanh(w × x) = tanh(1 × 0.5) = 0.4621
       2  f = (y − h)^2 / 2 = (0 − 0.4621)^2 / 2 = 0.1068
    <BLANKLINE>
    Backward pass
       3  ∂f/∂f = 1
       4  ∂f/∂h = −(y − h) = −(0 − 0.4621) = 0.4621
       5  ∂f/∂w = ∂h/∂w · ∂f/∂h = (1 − h^2) x · 0.4621 = 0.3932 · 0.4621 = 0.1817
    """
    require(isinstance(lang, str), "the language is 'en' or 'fr'", lang)
    require(by is None or isinstance(by, str), "by needs the name of a variable", by)
    require(of is None or isinstance(of, str), "of needs the name of a node", of)
    require(style is None or isinstance(style, str), "the style is 'cards', 'compact' or 'network'", style)
    require(isinstance(detail, str), "the detail is 'operations', 'definitions' or 'layers'", detail)
    named = expand is None or isinstance(expand, str | list | tuple | set)
    require(named, "expand needs the name of a definition or a list of names", expand)
    if is_in_lines(detail):
        if by is not None:
            msg = f"forward mode from {shown(by)} goes by operations; leave out detail= or by="
            raise ValueError(msg)
        trace: Steps = LineSteps(f, lang, of, opened_by(expand))
    elif expand is not None:
        msg = f"expand={shown(expand)} opens definitions; add detail='definitions'"
        raise ValueError(msg)
    else:
        trace = Steps(f, lang, by, of)
    if style is not None:
        trace.style = style
        scene_after(trace)  # what cannot be drawn so is an error now
    return trace
