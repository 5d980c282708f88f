r"""Pictures for TeX: the still picture of a graph in TikZ, and beamer slides with one overlay a step.

A card is one command in the file, `\card`, and an arrow is one `\draw`; how they look is said once, in the
preamble, for those who want to change it. The small TeX of any system can read it: amsmath, TikZ, beamer.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from autograd_mini.formula import Latex
from autograd_mini.messages import message
from autograd_mini.stepping import PRODUCT, VALUES
from autograd_mini.viz import sizes
from autograd_mini.viz.blank import last_scene
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.replay import edges
from autograd_mini.viz.svg import BLUE, DARK_GREEN, DARK_VERMILLION, GREEN, GREY, INK, PAPER, VERMILLION
from autograd_mini.viz.svg import PALE_BLUE, PALE_GREEN, PALE_GREY, _on
from autograd_mini.viz.tex import ascii_maths, maths, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.viz.layout import Curve, Layout, Point
    from autograd_mini.viz.scene import Arrow, Card, Scene
    from autograd_mini.viz.steps import Steps

SLIDE = (438, 212)  # points, of 160 by 90 mm, for the picture and the equation below it
EQUATION = 52  # of them, in height, for the equation
LARGEST = 14000  # points: TeX and readers of PDF give up a little beyond

COLOURS = {
    "ink": INK, "grey": GREY, "paper": PAPER, "blue": BLUE, "red": VERMILLION, "green": GREEN, "now": "#E69F00",
    "darkred": DARK_VERMILLION, "darkgreen": DARK_GREEN,
    "paleblue": PALE_BLUE, "palegreen": PALE_GREEN, "palegrey": PALE_GREY, "palenow": "#FFF3D6",
}  # fmt: skip

PACKAGES = r"""\usepackage{amsmath}
\usepackage{tikz}
"""

LOOKS = r"""
% Text no wider than #1: what is longer is made smaller.
\newsavebox\piece
\newcommand\fit[2]{\sbox\piece{#2}\ifdim\wd\piece>#1\relax\resizebox{#1}{!}{\usebox\piece}\else\usebox\piece\fi}
\tikzset{
  x=1pt, y=-1pt, ink, every node/.style={inner sep=0pt, outer sep=0pt},
  card/.style={draw=blue, fill=paleblue, line width=1.25*\zoom pt, rounded corners=4*\zoom pt,
    minimum width=\cardwidth, minimum height=\cardheight},
  result/.style={},
  output/.style={line width=3*\zoom pt},
  input/.style={fill=palegrey, rounded corners=14*\zoom pt},
  constant/.style={draw=grey, fill=paper, dash pattern=on 2pt off 2pt, text=grey,
    minimum height=\fieldheight, font=\large},
  name/.style={anchor=west, font=\Large\boldmath},
  sign/.style={anchor=east, fill=blue, text=paper, font=\large\bfseries, rounded corners=9*\zoom pt,
    minimum width=\signsize, minimum height=\signsize, inner xsep=4pt},
  caption/.style={anchor=west, font=\large},
  value/.style={draw=blue, text=ink},
  gradient/.style={draw=red, text=darkred},
  box/.style={draw, fill=paper, line width=\zoom pt, rounded corners=3*\zoom pt,
    minimum width=\fieldwidth, minimum height=\fieldheight, font=\Large},
  arrow/.style={draw=grey, line width=1.5*\zoom pt, -stealth},
  partial/.style={draw=green, fill=palegreen, text=darkgreen, line width=\zoom pt, rounded corners=14*\zoom pt,
    minimum width=\labelwidth, minimum height=\labelheight},
}
% A box that is dashed and empty, until #1 covers it with a \known number.
\newcommand\field[1]{\node[box, fill=none, dash pattern=on 4*\zoom pt off 3*\zoom pt] {};#1}
\newcommand\known[1]{\node[box] {\fit{\numberwidth}{$#1$}};}
% {id}{centre}{kind}{name}{sign}{formula}{value}{title of the gradient}{gradient}
\newcommand\card[9]{\begin{scope}[shift={(#2)}, scale=\zoom, transform shape]
  \node[card, #3] (#1) {};
  \node[name] at (\nameplace) {\fit{\namewidth}{$#4$}};
  \if\relax\detokenize{#5}\relax\else\node[sign] at (\signplace) {#5};\fi
  \node[caption] at (\formulaplace) {\fit{\captionwidth}{$#6$}};
  \begin{scope}[shift={(\valueplace)}, value]\field{#7}\end{scope}
  \node[caption, darkred] at (\ratioplace) {\fit{\captionwidth}{$#8$}};
  \begin{scope}[shift={(\gradientplace)}, gradient]\field{#9}\end{scope}
\end{scope}}
% {id}{centre}{width}{number}
\newcommand\constant[4]{\begin{scope}[shift={(#2)}, scale=\zoom, transform shape]
  \node[card, constant, minimum width=#3] (#1) {$#4$};
\end{scope}}
% {centre}{title}{local partial}
\newcommand\slope[3]{\begin{scope}[shift={(#1)}, scale=\zoom, transform shape]
  \node[partial] {\shortstack{\fit{\slopewidth}{\small$#2$}\\[1pt]\fit{\slopewidth}{$#3$}}};
\end{scope}}
"""

OVERLAYS = r"""
% on=<2,5>{key}: the key holds on these overlays.
\tikzset{
  on/.code args={<#1>#2}{\only<#1>{\pgfkeysalso{#2}}},
  current/.style={draw=now, fill=palenow, line width=4*\zoom pt},
  current arrow/.style={draw=now, line width=4*\zoom pt},
}
% {number of the step}{equation}: in one line, or in several if it is long.
\newsavebox\sides
\newcommand\says[2]{%
  \sbox\sides{\Large$\displaystyle#2$}%
  \ifdim\wd\sides>1.4\textwidth\sbox\sides{\parbox{\textwidth}{\centering\small$#2$}}\fi
  \ifdim\ht\sides>.7\equationheight\sbox\sides{\resizebox{!}{\equationheight}{\usebox\sides}}\fi
  \node at (\equationplace) {\fit{\textwidth}{\usebox\sides}};
  \node[anchor=south east, font=\scriptsize, grey] at (\counterplace) {#1};}
\setbeamertemplate{navigation symbols}{}
\setbeamersize{text margin left=8pt, text margin right=8pt}
"""


def tikz_text(scene: Scene, layout: Layout, language: str = "en") -> str:
    """The picture as a document of its own size, to be compiled alone or copied from.

    Larger pictures than TeX can set are made smaller.
    """
    zoom = min(1.0, LARGEST / max(layout.width, layout.height))
    width, height = (side * zoom + 2 * sizes.MARGIN for side in (layout.width, layout.height))
    page = f"paperwidth={_short(width)}pt, paperheight={_short(height)}pt, margin={sizes.MARGIN}pt"
    written = Latex(language).constant
    cards = [
        _card(card, layout, zoom, *(_known(x, written) for x in (card.value, card.gradient)))
        for card in scene.cards
    ]
    arrows = [rf"\draw[arrow] {_path(layout.arrows[arrow.id], zoom)};" for arrow in scene.arrows]
    slopes = [
        _slope(arrow, layout, zoom, str(written(arrow.partial)))
        for arrow in scene.arrows
        if arrow.partial is not None
    ]
    return "\n".join(
        [
            r"\documentclass{article}",
            rf"\usepackage[{page}]{{geometry}}",
            _preamble(scene, zoom),
            r"\pagestyle{empty}",
            r"\setlength\parindent{0pt}",
            r"\begin{document}",
            r"\noindent\begin{tikzpicture}",
            rf"\useasboundingbox (0,0) rectangle {_at((layout.width, layout.height), zoom)};",
            *arrows,
            *filter(None, slopes),
            *cards,
            r"\end{tikzpicture}",
            r"\end{document}",
            "",
        ]
    )


def slides(steps: Steps) -> str:
    """A beamer document with the empty graph on its first overlay and one more overlay for each step.

    What a step finds appears and stays, the node and the arrow it is about are marked, and its equation
    stands below. Raises LayoutError if the picture cannot be drawn.
    """
    scene = last_scene(steps)
    layout = layout_of(scene)
    width, height = SLIDE
    zoom = min(width / layout.width, (height - EQUATION) / layout.height, 1.0)
    written = Latex(steps.language).constant

    found: dict[tuple[int, bool], list[tuple[int, float | None]]] = defaultdict(list)
    current, used = defaultdict(list), {}
    for overlay, step in enumerate(steps, 2):
        if step.before != step.after:
            found[step.node, step.sweep == VALUES].append((overlay, step.after))
        current[step.node].append(overlay)
        if step.kind == PRODUCT:
            used[step.user, step.position] = overlay

    def numbers(i: int, *, is_value: bool) -> str:
        """The number in a box from each step that changes it to the next that does."""
        changes = [*found[i, is_value], (None, None)]
        return "".join([_only(start, end, _known(x, written)) for (start, x), (end, _) in pairwise(changes)])

    cards = [
        _card(card, layout, zoom, numbers(i, is_value=True), numbers(i, is_value=False), current[i])
        for i, card in enumerate(scene.cards)
    ]
    arrows, slopes = [], []
    for arrow, edge in zip(scene.arrows, edges(steps), strict=True):
        overlay = used.get(edge)
        mark = f", on=<{overlay}>{{current arrow}}" if overlay else ""
        arrows.append(rf"\draw[arrow{mark}] {_path(layout.arrows[arrow.id], zoom)};")
        if overlay:
            slopes.append(_only(overlay, None, _slope(arrow, layout, zoom, str(written(arrow.partial)))))
    says = [
        rf"\only<{overlay}>{{\says{{{overlay - 1}/{len(steps)}}}{{{_equation(step.latex)}}}}}"
        for overlay, step in enumerate(steps, 2)
    ]
    first = next(overlay for overlay, step in enumerate(steps, 2) if step.sweep != VALUES)
    title = _only(1, first, plain(message(VALUES, steps.language)))
    title += _only(first, None, plain(message(steps[-1].sweep, steps.language)))
    middle = (width / 2 - layout.width * zoom / 2, (height - EQUATION - layout.height * zoom) / 2)
    return "\n".join(
        [
            r"\documentclass[aspectratio=169]{beamer}",
            _preamble(scene, zoom),
            _lengths(equationheight=EQUATION - 12),
            _places(equationplace=(width / 2, height - EQUATION / 2), counterplace=(width, height)),
            OVERLAYS,
            r"\begin{document}",
            r"\begin{frame}[t]",
            rf"\frametitle{{{title}}}",
            r"\begin{tikzpicture}",
            rf"\useasboundingbox (0,0) rectangle ({width},{height});",
            rf"\begin{{scope}}[shift={{{_at(middle)}}}]",
            *arrows,
            *slopes,
            *cards,
            r"\end{scope}",
            *says,
            r"\end{tikzpicture}",
            r"\end{frame}",
            r"\end{document}",
            "",
        ]
    )
