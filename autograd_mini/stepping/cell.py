"""What a cell of a notebook shows of a page: the page, in a frame that can reach nothing around it.

Where a notebook is not trusted yet, frames are taken away, and what is for pages without scripts is left: the picture and
some words.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from autograd_mini.files import write_whole
from autograd_mini.stepping.exercise import exercise_of, to_ask
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import heading
from autograd_mini.viz.document import THEME, image
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.svg import svg_text
from autograd_mini.words.messages import message
from autograd_mini.words.visible import readable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from pathlib import Path
    from typing import Any

    from autograd_mini.stepping.sweeps import Trace


# Pixels: how wide a cell is, what stands around the picture of a page, and how high that may be.
WIDTH, AROUND, LEAST, MOST = 1000, 520, 200, 600


def cell(
    trace: Trace, page: str, text: str, lines: Iterable[str], *, done: int | None = None, allow: str = ""
) -> dict[str, str]:
    """The page, the picture when the first `done` steps are, and the text, each under its kind.

    text: where nothing else is shown. lines: what stands below the picture where no script runs. allow: what the page
    may do besides running its script. Raises LayoutError if the picture cannot be drawn.
    """
    scene = scene_after(trace, done)
    layout = layout_of(scene)
    picture = svg_text(scene, layout)
    zoom = min(1.0, WIDTH / layout.width)
    height = AROUND + min(max(zoom * layout.height, LEAST), MOST)
    frame = (
        f'<iframe class="autograd-mini" srcdoc="{escape(page)}" sandbox="{f"allow-scripts {allow}".strip()}"'
        f' width="100%" height="{height:.0f}" frameborder="0"></iframe>'
    )
    name = message("graph", trace.language).format(scene.title)
    items = "".join([f"<li>{escape(line)}</li>" for line in lines])
    words = f"{f'<ol>{items}</ol>' if items else ''}<p>{escape(message('run again', trace.language))}</p>"
    html = f"{THEME}{frame}<noscript>{image(picture, name)}{words}</noscript>"
    return {"text/html": html, "image/svg+xml": picture, "text/plain": text}


class Exercise:
    """The page that asks for every number of a trace, and checks the answers; in a notebook, the page itself.

    ask: as for `Steps.exercise`, which says what is raised.
    """

    def __init__(self, trace: Trace, ask: str | None = None) -> None:
        self.trace = to_ask(trace, ask)
        self.ask = "formulas" if self.trace.missing else "numbers"

    def html(self) -> str:
        """The page: one HTML file that works offline. Raises LayoutError if it cannot be drawn."""
        return exercise_of(self.trace, self.ask)

    def save(self, path: str | PathLike[str]) -> Path:
        """The path of the file, written whole or not at all. Raises LayoutError if it cannot be drawn."""
        return write_whole(path, self.html())

    def __repr__(self) -> str:
        language = self.trace.language
        return readable(
            f"{message('exercise', language)}{message('colon', language)}{heading(self.trace, self.trace.equations.text)}"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        """What a notebook shows: the page, which may print itself; where no script runs, the picture with empty boxes."""
        try:
            return cell(self.trace, self.html(), repr(self), (), done=0, allow="allow-modals allow-downloads")
        except Exception as error:  # noqa: BLE001  a cell shows what it can, whatever is wrong with the picture
            return {"text/plain": f"{self}\n(no picture: {error})"}
