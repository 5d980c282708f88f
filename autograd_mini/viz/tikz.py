r"""Pictures for TeX: the still picture of a graph in TikZ, and beamer slides with one overlay a step.

A card is one command in the file, `\card`, and an arrow is one `\draw`; how they look is said once, in the
preamble, for those who want to change it. The small TeX of any system can read it: amsmath, TikZ, beamer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.errors import LayoutError
from autograd_mini.formulas.latex import Latex
from autograd_mini.viz import sizes
from autograd_mini.viz.colours import (
    BLUE,
    DARK_GREEN,
    DARK_VERMILLION,
    GREEN,
    GREY,
    INK,
    PALE_BLUE,
    PALE_GREEN,
    PALE_GREY,
    PAPER,
    VERMILLION,
)
from autograd_mini.viz.lettering import shortened
from autograd_mini.viz.tex import ascii_maths, maths, plain

if TYPE_CHECKING:
    from autograd_mini.viz.layout import Layout, Point
    from autograd_mini.viz.scene import Arrow, Card, Scene

LARGEST = 14000  # points: TeX and readers of PDF give up a little beyond

COLOURS = {
    "ink": INK, "grey": GREY, "paper": PAPER, "blue": BLUE, "red": VERMILLION, "green": GREEN, "now": "#E69F00",
    "darkred": DARK_VERMILLION, "darkgreen": DARK_GREEN,
    "paleblue": PALE_BLUE, "palegreen": PALE_GREEN, "palegrey": PALE_GREY, "palenow": "#FFF3D6",
}  # fmt: skip

LOOKS = r"""
% Text no wider than #1: what is longer is made smaller.
\newsavebox\piece
\newcommand\fit[2]{\sbox\piece{#2}\ifdim\wd\piece>#1\relax\resizebox{#1}{!}{\usebox\piece}\else\usebox\piece\fi}
\tikzset{
  x=1pt, y=-1pt, every node/.style={inner sep=0pt, outer sep=0pt},
  card/.style={draw=blue, fill=paleblue, line width=1.25*\zoom pt, rounded corners=4*\zoom pt,
    minimum width=\cardwidth, minimum height=\cardheight},
  result/.style={},
  output/.style={line width=3*\zoom pt},
  input/.style={fill=palegrey, rounded corners=14*\zoom pt},
  constant/.style={draw=grey, fill=paper, dash pattern=on 2pt off 2pt, text=grey,
    minimum height=\fieldheight, font=\LARGE},
  title/.style={anchor=west, font=\LARGE},
  sign/.style={anchor=east, fill=blue, text=paper, font=\large\bfseries\boldmath, rounded corners=9*\zoom pt,
    minimum width=\signsize, minimum height=\signsize, inner xsep=4pt},
  caption/.style={anchor=west, font=\Large},
  value/.style={draw=blue, text=ink},
  gradient/.style={draw=red, text=darkred},
  box/.style={draw, fill=paper, line width=\zoom pt, rounded corners=3*\zoom pt,
    minimum width=\fieldwidth, minimum height=\fieldheight, font=\LARGE},
  arrow/.style={draw=grey, line width=1.5*\zoom pt, -stealth},
  partial/.style={draw=green, fill=palegreen, text=darkgreen, line width=\zoom pt, rounded corners=14*\zoom pt,
    minimum width=\slopewidth, minimum height=\slopeheight},
}
\newcommand\unknown{\node[box, dash pattern=on 4*\zoom pt off 3*\zoom pt] {};}
\newcommand\known[1]{\node[box] {\fit{\numberroom}{$#1$}};}
% {id}{centre}{kind}{name}{sign}{formula}{value}{title of the gradient}{gradient}
\newcommand\card[9]{\begin{scope}[shift={(#2)}]
  \node[card, #3] (#1) {};
  \node[title] at (\nameplace) {\fit{\nameroom}{$#4$}};
  \if\relax\detokenize{#5}\relax\else\node[sign] at (\signplace) {#5};\fi
  \node[caption] at (\formulaplace) {\fit{\captionroom}{$#6$}};
  \begin{scope}[shift={(\valueplace)}, value]#7\end{scope}
  \node[caption, darkred] at (\ratioplace) {\fit{\captionroom}{$#8$}};
  \begin{scope}[shift={(\gradientplace)}, gradient]#9\end{scope}
\end{scope}}
% {id}{centre}{width}{number}
\newcommand\constant[4]{\begin{scope}[shift={(#2)}]
  \node[card, constant, minimum width=#3] (#1) {$#4$};
\end{scope}}
% {centre}{title}{local partial}
\newcommand\slope[3]{\begin{scope}[shift={(#1)}]
  \node[partial] {\shortstack{\fit{\sloperoom}{\large$#2$}\\[1pt]\fit{\sloperoom}{\Large$#3$}}};
\end{scope}}
"""


def tikz_text(scene: Scene, layout: Layout) -> str:
    """The picture as a document of its own size, to be compiled alone or copied from.

    Raises LayoutError if it is larger than TeX can draw.
    """
    largest = max(layout.width, layout.height)
    if largest > LARGEST:
        msg = (
            f"the picture is {largest:.0f} points long and TeX can draw {LARGEST}; "
            "save as .svg, or draw a part of the graph"
        )
        raise LayoutError(msg)
    picture = _Picture(scene, layout, "en")
    wide, high = (side + 2 * sizes.MARGIN for side in (layout.width, layout.height))
    return _lines(
        r"\documentclass{article}",
        rf"\usepackage[paperwidth={wide:.2f}pt, paperheight={high:.2f}pt, margin={sizes.MARGIN}pt]{{geometry}}",
        picture.preamble(),
        r"\newcommand\zoom{1}",
        r"\pagestyle{empty}",
        r"\begin{document}",
        r"\noindent\begin{tikzpicture}",
        rf"\useasboundingbox (0,0) rectangle ({layout.width:.2f},{layout.height:.2f});",
        *[picture.arrow(arrow) for arrow in scene.arrows],
        *[picture.slope(arrow) for arrow in scene.arrows if arrow.partial is not None],
        *[picture.card(card, picture.box(card.value), picture.box(card.gradient)) for card in scene.cards],
        r"\end{tikzpicture}",
        r"\end{document}",
    )


class _Picture(NamedTuple):
    """The parts of a picture in TikZ, with their words in TeX."""

    scene: Scene
    layout: Layout
    language: str

    def preamble(self, **more: float) -> str:
        """Packages, colours, sizes, looks; more: lengths that only slides have."""
        room = sizes.Sizes.of(self.scene)
        wide = room.caption_width + sizes.GAP + sizes.FIELD_WIDTH + 2 * sizes.PAD
        high = 2 * (sizes.PAD + sizes.GAP + sizes.FIELD) + sizes.HEAD
        left, right = sizes.PAD - wide / 2, wide / 2 - sizes.PAD
        top = sizes.PAD + sizes.HEAD / 2 - high / 2
        rows = [high / 2 - sizes.PAD - sizes.FIELD / 2 - k * (sizes.FIELD + sizes.GAP) for k in (1, 0)]
        lengths = {
            "cardwidth": wide,
            "cardheight": high,
            "nameroom": wide - 2 * sizes.PAD - sizes.HEAD - sizes.GAP,
            "signsize": sizes.HEAD,
            "captionroom": room.caption_width,
            "fieldwidth": sizes.FIELD_WIDTH,
            "fieldheight": sizes.FIELD,
            "numberroom": sizes.FIELD_WIDTH - 2 * sizes.GAP,
            "slopewidth": sizes.LABEL_WIDTH,
            "slopeheight": sizes.LABEL_HEIGHT,
            "sloperoom": sizes.LABEL_WIDTH - sizes.LABEL_HEIGHT / 2,
        } | more
        places = {
            "nameplace": (left, top),
            "signplace": (right, top),
            "formulaplace": (left, rows[0]),
            "valueplace": (right - sizes.FIELD_WIDTH / 2, rows[0]),
            "ratioplace": (left, rows[1]),
            "gradientplace": (right - sizes.FIELD_WIDTH / 2, rows[1]),
        }
        return _lines(
            r"\usepackage{amsmath}",
            r"\usepackage{tikz}",
            *[rf"\definecolor{{{name}}}{{HTML}}{{{code.strip('#')}}}" for name, code in COLOURS.items()],
            *[rf"\newcommand\{name}{{{length:.2f}pt}}" for name, length in lengths.items()],
            *[rf"\newcommand\{name}{{{_at(place)}}}" for name, place in places.items()],
            LOOKS,
        )

    def number(self, x: float) -> str:
        return str(Latex(self.language).constant(x))

    def corners(self, card: Card) -> list[Point]:
        (x, y), (wide, high) = self.layout.cards[card.id], sizes.Sizes.of(self.scene).box(card)
        return [(x - wide / 2, y - high / 2), (x + wide / 2, y + high / 2)]

    def box(self, x: float | None) -> str:
        """A box with its number, or the empty one."""
        return r"\unknown" if x is None else rf"\known{{{self.number(x)}}}"

    def card(self, card: Card, value: str, gradient: str, more: str = "") -> str:
        r"""\card, or \constant, with the two boxes filled as said."""
        place = f"{{{card.id}}}{{{_at(self.layout.cards[card.id])}}}"
        room = sizes.Sizes.of(self.scene)
        if card.is_constant:
            return rf"\constant{place}{{{room.box(card)[0]:.2f}pt}}{{{maths(card.name)}}}"
        # The letters of TeX are narrower than those that the room was measured with.
        formula, ratio = (
            maths(shortened(caption, 1.5 * room.caption_width, sizes.CAPTION))
            for caption in (card.formula or card.kind, card.ratio)
        )
        if not card.symbol:
            formula = rf"\text{{{plain(card.formula or card.kind)}}}"
        name = ascii_maths(str(Latex().symbol(card.name)))
        sign = plain(card.symbol) if card.symbol.isalpha() else f"${maths(card.symbol)}$"
        parts = (card.kind + more, name, sign if card.symbol else "", formula, value, ratio, gradient)
        return rf"\card{place}" + "".join([f"{{{part}}}" for part in parts])

    def arrow(self, arrow: Arrow, more: str = "") -> str:
        r"""\draw along the curve of the layout."""
        curve = self.layout.arrows[arrow.id]
        start, *rest = [f"({_at(point)})" for point in curve.points]
        pieces = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        path = start + "".join([f" .. controls {a} and {b} .. {end}" for a, b, end in pieces])
        return rf"\draw[arrow{more}] {path} -- ({_at(curve.tip)});"

    def slope(self, arrow: Arrow) -> str:
        r"""\slope, on the line; nothing where there is no room for it."""
        curve = self.layout.arrows[arrow.id]
        if curve.label is None or arrow.partial is None:
            return ""
        ratio = maths(shortened(arrow.ratio, 1.5 * sizes.LABEL_WIDTH, sizes.RATIO))
        return rf"\slope{{{_at(curve.at(curve.label[0]))}}}{{{ratio}}}{{{self.number(arrow.partial)}}}"


def _at(point: Point) -> str:
    return f"{point[0]:.2f},{point[1]:.2f}"


def _lines(*lines: str) -> str:
    return "\n".join(filter(None, lines)) + "\n"
