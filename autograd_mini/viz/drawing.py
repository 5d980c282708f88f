"""The Drawing of a graph: DOT text, SVG, files, and what a notebook shows."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.errors import LayoutError, MissingExtraError, choose, require, shown
from autograd_mini.files import write_whole
from autograd_mini.formulas.drawn import Drawn
from autograd_mini.formulas.latex import Inline
from autograd_mini.viz.diagram import diagram_of
from autograd_mini.viz.document import THEME, document, image
from autograd_mini.viz.dot import dot_source
from autograd_mini.viz.layout import engine, layout_of
from autograd_mini.viz.levels import is_in_lines, lines_now, open_in, opened_by, worth_opening
from autograd_mini.viz.looks import scene_in_style
from autograd_mini.viz.openings import details_of, page_of
from autograd_mini.viz.roots import roots_of
from autograd_mini.viz.scene import Moment
from autograd_mini.viz.svg import follow_reader, size_of, svg_element, svg_text, text_of
from autograd_mini.viz.tikz import tikz_text
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any
    from xml.etree.ElementTree import Element

    from autograd_mini.formulas.printing import Printed
    from autograd_mini.viz.geometry import Layout
    from autograd_mini.viz.roots import Roots
    from autograd_mini.viz.scene import Scene


THEMES = ("auto", "light", "dark")
ZOOM, LEAST_ZOOM = 2.0, 0.5  # pixels of a PNG for every point
MOST_PIXELS = 20_000_000  # of a PNG: about five seconds


class Drawing:
    """A picture of a graph as it was when it was drawn.

    `str()` of it is the picture in words, one line for every node.
    """

    def __init__(
        self,
        read: Callable[[Printed], Scene],
        language: str = "en",
        renderer: str = "wasm",
        theme: str = "auto",
        *,
        flow: bool = True,
        places: Mapping[str, str] | None = None,
        opened: Collection[str] = (),
        others: Mapping[str, Callable[[str], Drawing]] | None = None,
    ) -> None:
        """read: gives the scene in an arithmetic of formulas. places: of definitions, the ids of their cards by name.

        opened: the definitions that are shown operation by operation. others: for each that a reader may open, or close,
        what makes in a style the drawing in which it is so.
        """
        self.places = places or {}
        self.opened = opened
        self._makers = others or {}
        self.theme = theme
        self.flow = flow
        self.language = language
        self.renderer = renderer
        self.scene = read(Drawn(language))
        self._read = read

    @cached_property
    def _others(self) -> dict[str, Drawing]:
        return {name: make(self.scene.style) for name, make in self._makers.items()}

    @cached_property
    def source(self) -> str:
        """The picture in the DOT language."""
        return dot_source(self.scene)

    def svg(self) -> str:
        """The picture as an SVG document. Raises LayoutError if the renderer fails."""
        return self._svg

    @cached_property
    def _svg(self) -> str:
        return svg_text(self.scene, self._layout, self.theme)

    @cached_property
    def _layout(self) -> Layout:
        layout = layout_of(self.scene, self.renderer)
        return layout if self.flow else replace(layout, carried={})

    def png(self) -> bytes:
        """The picture as a PNG file: 2 pixels for every point, or fewer where it would have over 20 million.

        Raises MissingExtraError without the extra `png`, LayoutError as `svg()` does, or if nobody could read it.
        """
        try:
            import resvg_py
        except ImportError as error:
            msg = 'a PNG needs resvg-py, which is not installed; pip install "autograd-mini[png]", or save as .svg'
            raise MissingExtraError(msg) from error
        wide, high = size_of(self.scene, self._layout)
        zoom = min(ZOOM, (MOST_PIXELS / (wide * high)) ** 0.5)
        if zoom < LEAST_ZOOM:
            msg = (
                f"a PNG of {MOST_PIXELS} pixels would be too small to read: the picture is {wide:.0f} by {high:.0f}"
                " points; save as .svg, or draw a part of the graph"
            )
            raise LayoutError(msg)
        return bytes(resvg_py.svg_to_bytes(svg_string=self.svg(), zoom=zoom))

    def tex(self) -> str:
        """The picture as a LaTeX document of its own size, drawn with TikZ. Raises as `svg()` does."""
        return tikz_text(self._read(Inline(self.language)), self._layout)

    def element(self) -> Element:
        """The picture as a fresh `<svg>` element. Raises LayoutError if the renderer fails."""
        return svg_element(self.scene, self._layout)

    def html(self) -> str:
        """The picture as an HTML page of its own; of definitions, which open by a click. Raises LayoutError if the renderer
        fails.
        """
        if self._others:
            return page_of(self, self._others)
        if self.theme != "auto":
            return document(self.scene.title, self.language, self.svg(), styles=(), scripts=())
        picture = self.element()
        rules = ":root{color-scheme:light dark}" + follow_reader(
            picture
        )  # in a page of its own it needs leave
        return document(self.scene.title, self.language, text_of(picture), (), (), rules)

    def save(self, path: str | PathLike[str]) -> Path:
        """The path of the file, written whole or not at all, in the format its suffix names.

        path: ends in .dot, .html, .png, .svg or .tex. Raises ValueError for another suffix, and what `svg()` and
        `png()` raise.
        """
        writers: dict[str, Callable[[], str | bytes]] = {
            ".dot": lambda: self.source,
            ".html": self.html,
            ".png": self.png,
            ".svg": self.svg,
            ".tex": self.tex,
        }
        require(isinstance(path, str | PathLike), "a file is named by text or by a Path", path)
        suffix = Path(path).suffix.lower()
        if suffix not in writers:
            msg = f"cannot save a drawing as {shown(str(path))}; give it one of these suffixes: {', '.join(writers)}"
            raise ValueError(msg)
        return write_whole(path, writers[suffix]())

    def __str__(self) -> str:
        return str(self.scene)

    def __repr__(self) -> str:
        return (
            f"<drawing of {self.scene.title}: {len(self.scene.cards)} nodes, {len(self.scene.arrows)} edges>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:  # noqa: ARG002
        """What a notebook shows: the picture, or in words if it cannot be drawn."""
        try:
            svg = self.svg()
            html = THEME + image(svg, message("graph", self.language).format(self.scene.title))
            html += details_of(self, self._others)
            return {"text/html": html, "image/svg+xml": svg, "text/plain": str(self)}
        except Exception as error:  # noqa: BLE001  a cell shows what it can, whatever is wrong with the picture
            return {"text/plain": f"{self}\n(no picture: {error})"}


def draw(
    f: Roots,
    renderer: str = "wasm",
    expand: str | Sequence[str] | None = None,
    lang: str = "en",
    theme: str = "auto",
    style: str | None = None,
    flow: bool = True,
    detail: str = "operations",
) -> Drawing:
    """The picture of the graph that `f` is made from: every node with its value and its gradient.

    f: a Value, a nested list of Values, or a mapping of names to such: all of them are shown.
    renderer: who places the nodes: "wasm", Graphviz as it comes with this package, or "dot", the
    Graphviz of the system.
    expand: of a network, which neurons and layers to show open, such as "layer 2" or
    ["layer 2", "layer 2 > neuron 3"], or "all"; the others are one box each. By default everything is
    open up to 120 nodes, and beyond as much as stays readable.
    detail: "operations", a card for each; or "definitions", one for each line of a text, each named result of Python,
    and each layer of a network ("layers" says the same): then expand names those to be opened.
    lang: of words and numbers, "en" or "fr"; "fr-x-point" is French with decimal points, "en-x-comma" the other way.
    theme: "light", "dark", or "auto": that of the reader's screen.
    style: "cards", labelled in full; "compact", small ones; or "network", layer by layer: neurons of a model as tables,
    those of formulas, such as h = tanh(w1*x1 + w2*x2 + b), as circles with weights on the edges. By default models
    are drawn so, other graphs with labelled cards up to ten nodes and with compact ones beyond.
    flow: whether a network of more than ten units in a layer shows gradients of weights as width and colour of lines.

    A drawing does not follow later changes; before `f.backward()` its gradient boxes are empty. Numbers that
    no longer follow from the others, as after `u.data = 5`, are struck through until `f.forward()`. In a
    notebook it shows itself. Raises ValueError for another renderer, language, theme or style, for an unknown name, and for a
    network that cannot be drawn as one.

    >>> from autograd_mini import parse
    >>> draw(parse("f = (u + v) * w", u=2, v=3, w=4))
    <drawing of f: 5 nodes, 4 edges>
    """
    roots_of(f, "draw")  # what is none is an error now
    named = expand is None or isinstance(expand, str | list | tuple | set)
    require(named, "expand needs the name of a frame or a list of names", expand)
    require(isinstance(lang, str), "the language is 'en' or 'fr'", lang)
    require(isinstance(theme, str), "the theme is 'auto', 'light' or 'dark'", theme)
    require(style is None or isinstance(style, str), "the style is 'cards', 'compact' or 'network'", style)
    require(isinstance(flow, bool), "flow is True or False", flow)
    require(isinstance(detail, str), "the detail is 'operations', 'definitions' or 'layers'", detail)
    choose("theme", theme, THEMES)
    engine(renderer)  # a wrong name is an error now, not when the picture is wanted
    if style == "network" and (diagram := diagram_of(f)):
        return Drawing(diagram, lang, renderer, theme)
    if is_in_lines(detail):
        return _of_lines(f, opened_by(expand), lang, renderer, theme, style, flow)
    read = partial(scene_in_style, f, expand, moment=Moment.now(f), style=style)
    return Drawing(read, lang, renderer, theme, flow=flow)


def _of_lines(
    f: Roots, wanted: Collection[str], lang: str, renderer: str, theme: str, style: str | None, flow: bool
) -> Drawing:
    """The picture of definitions, some of which are open."""

    def of(opened: Collection[str], *, is_first: bool) -> Callable[[str | None], Drawing]:
        """What makes the drawing of what is known now, in a style."""
        lines, shown, moment = lines_now(f, opened)
        now, others = open_in(lines), {}
        if is_first:
            others = {
                name: of([x for x in now if x != name] if name in now else [*now, name], is_first=False)
                for name in worth_opening(lines)
            }

        def made(style: str | None) -> Drawing:
            read = partial(scene_in_style, shown, "all", moment=moment, style=style)
            places = {line.label: f"n{i}" for i, line in enumerate(moment.names)}
            return Drawing(read, lang, renderer, theme, flow=flow, places=places, opened=now, others=others)

        return made

    return of(wanted, is_first=True)(style)
