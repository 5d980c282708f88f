r"""Pictures for TeX: the still picture of a graph in TikZ, and the parts of it that slides are made from.

A card is one command in the file, `\card`, and an arrow is one `\draw`; how they look is said once, in the
preamble, for those who want to change it. The small TeX of any system can read it: amsmath and TikZ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.errors import LayoutError
from autograd_mini.viz import colours, sizes
from autograd_mini.viz.tex import ascii_maths, plain, sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograd_mini.viz.layout import Layout, Point
    from autograd_mini.viz.scene import Arrow, Card, Frame, Scene

LARGEST = 14000  # points: TeX and readers of PDF give up a little beyond

COLOURS = {"paper": colours.PAPER} | {
    f"{name.lower()}{part}": colour
    for name, role in vars(colours).items()
    if isinstance(role, colours.Role)
    for part, colour in role._asdict().items()
    if colour != "none"
}

LOOKS = r"""
% Text no wider than #1: what is longer is made smaller.
\newsavebox\piece
\newcommand\fit[2]{\sbox\piece{#2}\ifdim\wd\piece>#1\relax\resizebox{#1}{!}{\usebox\piece}\else\usebox\piece\fi}
% As much of #2 as a line half as wide again as #1 has room for, made smaller; TeX breaks it between operators.
\newsavebox\firstline
\newif\iflong
\newcommand\start[2]{\longfalse
  \setbox\piece=\vbox{\hsize=1.5\dimexpr#1\relax \parindent=0pt \leftskip=0pt \rightskip=0pt plus \hsize
    \pretolerance=10000 \hbadness=10000 \hfuzz=\maxdimen
    \noindent#2\par
    \global\setbox\firstline=\lastbox \unskip\unpenalty \setbox\piece=\lastbox
    \loop\ifhbox\piece
      \global\longtrue \global\setbox\firstline=\box\piece \unskip\unpenalty \setbox\piece=\lastbox
    \repeat}%
  \fit{#1}{\unhbox\firstline\iflong$\,\dots$\fi}}
\tikzset{
  x=1pt, y=-1pt, every node/.style={inner sep=0pt, outer sep=0pt},
  card/.style={draw=operationline, fill=operationfill, line width=1.25*\zoom pt, rounded corners=4*\zoom pt,
    minimum width=\cardwidth, minimum height=\cardheight},
  result/.style={}, held/.style={}, box/.style={}, crowd/.style={},
  output/.style={line width=3*\zoom pt},
  input/.style={draw=inputline, fill=inputfill, rounded corners=14*\zoom pt},
  constant/.style={draw=constantline, fill=constantfill, dash pattern=on 2pt off 2pt, text=constanttext,
    minimum height=\fieldheight, font=\LARGE},
  title/.style={anchor=west, font=\LARGE},
  sign/.style={anchor=east, fill=operationline, text=paper, font=\large\bfseries\boldmath, rounded corners=9*\zoom pt,
    minimum width=\signsize, minimum height=\signsize, inner xsep=4pt},
  caption/.style={anchor=west, font=\Large},
  value/.style={draw=valueline, fill=valuefill, text=valuetext},
  gradient/.style={draw=gradientline, fill=gradientfill, text=gradienttext},
  field/.style={draw, fill, line width=\zoom pt, rounded corners=3*\zoom pt,
    minimum width=\fieldwidth, minimum height=\fieldheight, font=\LARGE},
  frame/.style={draw=frameline, line width=\zoom pt, dash pattern=on 6*\zoom pt off 4*\zoom pt,
    rounded corners=10*\zoom pt},
  frame title/.style={caption, text=frametext},
  arrow/.style={draw=arrowline, line width=1.5*\zoom pt, -stealth},
  partial/.style={draw=partialline, fill=partialfill, text=partialtext, line width=\zoom pt, rounded corners=14*\zoom pt,
    minimum width=\slopewidth, minimum height=\slopeheight},
}
\newcommand\unknown{\node[field, dash pattern=on 4*\zoom pt off 3*\zoom pt] {};}
\newcommand\known[1]{\node[field] {\fit{\numberroom}{$#1$}};}
% A number that is outdated.
\newsavebox\old
\newcommand\struck[1]{\sbox\old{#1}\rlap{\usebox\old}\rule[0.6ex]{\wd\old}{0.6pt}}
\newcommand\outdated[1]{\node[field, draw=outdatedline, fill=outdatedfill, text=outdatedtext,
  dash pattern=on 4*\zoom pt off 3*\zoom pt] {\fit{\numberroom}{\struck{$#1$}}};}
% {id}{centre}{kind}{name}{sign}{formula}{value}{title of the gradient}{gradient}
\newcommand\card[9]{\begin{scope}[shift={(#2)}]
  \node[card, #3] (#1) {};
  \node[title] at (\nameplace) {\fit{\nameroom}{$#4$}};
  \if\relax\detokenize{#5}\relax\else\node[sign] at (\signplace) {#5};\fi
  \node[caption] at (\formulaplace) {\start{\captionroom}{$#6$}};
  \begin{scope}[shift={(\valueplace)}, value]#7\end{scope}
  \node[caption, gradienttext] at (\derivativeplace) {\start{\captionroom}{$#8$}};
  \begin{scope}[shift={(\gradientplace)}, gradient]#9\end{scope}
\end{scope}}
% {id}{centre}{width}{number}
\newcommand\constant[4]{\begin{scope}[shift={(#2)}]
  \node[card, constant, minimum width=#3] (#1) {$#4$};
\end{scope}}
% {centre}{title}{local partial}
\newcommand\slope[3]{\begin{scope}[shift={(#1)}]
  \node[partial] {\if\relax\detokenize{#2}\relax\fit{\sloperoom}{\Large$#3$}\else
    \shortstack{\fit{\sloperoom}{\large$#2$}\\[1pt]\fit{\sloperoom}{\Large$#3$}}\fi};
\end{scope}}
"""


def tikz_text(scene: Scene, layout: Layout) -> str:
    """The picture as a document of its own size, to be compiled alone or copied from.

    scene: in LaTeX. layout: of the same scene in text.

    Raises LayoutError if it is larger than TeX can draw.
    """
    largest = max(layout.width, layout.height)
    if largest > LARGEST:
        msg = (
            f"the picture is {largest:.0f} points long and TeX can draw {LARGEST}; "
            "save as .svg, or draw a part of the graph"
        )
        raise LayoutError(msg)
    picture = Picture(scene, layout)
    note = rf"\node[title, outdatedtext] at (0,{layout.height + sizes.NOTE:.2f}) {{\fit{{{layout.width:.2f}pt}}{{{plain(scene.note)}}}}};"
    deep = layout.height + (sizes.NOTE + sizes.MARGIN if scene.note else 0)
    wide, high = (side + 2 * sizes.MARGIN for side in (layout.width, deep))
    return lines(
        r"\documentclass{article}",
        rf"\usepackage[paperwidth={wide:.2f}pt, paperheight={high:.2f}pt, margin={sizes.MARGIN}pt]{{geometry}}",
        picture.preamble(),
        r"\newcommand\zoom{1}",
        r"\pagestyle{empty}",
        r"\begin{document}",
        r"\noindent\begin{tikzpicture}",
        rf"\useasboundingbox (0,0) rectangle ({layout.width:.2f},{deep:.2f});",
        *[picture.frame(frame) for frame in nested(scene.frames)],
        *[picture.arrow(arrow) for arrow in scene.arrows],
        *[picture.slope(arrow) for arrow in scene.arrows if arrow.partial is not None],
        *[picture.card(card, *picture.numbers(card)) for card in scene.cards],
        note if scene.note else "",
        r"\end{tikzpicture}",
        r"\end{document}",
    )


class Picture(NamedTuple):
    """The parts of a picture in TikZ: a scene in LaTeX, and the layout of the same scene in text."""

    scene: Scene
    layout: Layout

    def preamble(self, **more: float) -> str:
        """Packages, colours, sizes, looks; more: lengths that only slides have."""
        room = self.layout.sizes.caption_width
        wide = room + sizes.GAP + sizes.FIELD_WIDTH + 2 * sizes.PAD
        high = 2 * (sizes.PAD + sizes.GAP + sizes.FIELD) + sizes.HEAD
        left, right = sizes.PAD - wide / 2, wide / 2 - sizes.PAD
        top = sizes.PAD + sizes.HEAD / 2 - high / 2
        rows = [high / 2 - sizes.PAD - sizes.FIELD / 2 - k * (sizes.FIELD + sizes.GAP) for k in (1, 0)]
        lengths = {
            "cardwidth": wide,
            "cardheight": high,
            "nameroom": wide - 2 * sizes.PAD - sizes.HEAD - sizes.GAP,
            "signsize": sizes.HEAD,
            "captionroom": room,
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
            "derivativeplace": (left, rows[1]),
            "gradientplace": (right - sizes.FIELD_WIDTH / 2, rows[1]),
        }
        return lines(
            r"\usepackage{amsmath,amssymb}",
            r"\usepackage{tikz}",
            *[rf"\definecolor{{{name}}}{{HTML}}{{{code.strip('#')}}}" for name, code in COLOURS.items()],
            *[rf"\newcommand\{name}{{{length:.2f}pt}}" for name, length in lengths.items()],
            *[rf"\newcommand\{name}{{{at(place)}}}" for name, place in places.items()],
            LOOKS,
        )

    def box(self, x: float | None, *, outdated: bool = False) -> str:
        """A box with its number, or the empty one."""
        if x is None:
            return r"\unknown"
        return rf"\{'outdated' if outdated else 'known'}{{{self.scene.xp.constant(x)}}}"

    def numbers(self, card: Card) -> tuple[str, str]:
        """The two boxes of a card with what it holds."""
        value = self.box(card.value, outdated=card.is_value_outdated)
        return value, "" if card.is_held else self.box(card.gradient, outdated=card.is_gradient_outdated)

    def card(self, card: Card, value: str, gradient: str, more: str = "") -> str:
        r"""\card, or \constant, with the two boxes filled as said."""
        place = f"{{{card.id}}}{{{at(self.layout.cards[card.id])}}}"
        name, formula, derivative = map(ascii_maths, (card.name, card.formula, card.derivative))
        if card.is_constant:
            return rf"\constant{place}{{{self.layout.sizes.boxes[card.id][0]:.2f}pt}}{{{name}}}"
        derivative = rf"\color{{constanttext}}{derivative}" if card.is_held else derivative
        formula = formula or rf"\text{{{plain(card.caption)}}}"
        badge = sign(card.symbol) if card.symbol else ""
        parts = (card.kind + more, name, badge, formula, value, derivative, gradient)
        return rf"\card{place}" + "".join([f"{{{part}}}" for part in parts])

    def frame(self, frame: Frame) -> str:
        """A dashed line around a neuron or a layer, with its title in the corner."""
        corner, other = self.layout.frames[frame.id]
        title = rf"\node[frame title] at ({at((corner[0] + sizes.PAD, corner[1] + sizes.PAD))})"
        return rf"\draw[frame] ({at(corner)}) rectangle ({at(other)}); {title} {{{plain(frame.title)}}};"

    def arrow(self, arrow: Arrow, more: str = "") -> str:
        r"""\draw along the curve of the layout."""
        curve = self.layout.arrows[arrow.id]
        start, *rest = [f"({at(point)})" for point in curve.points]
        pieces = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        path = start + "".join([f" .. controls {a} and {b} .. {end}" for a, b, end in pieces])
        more += ", dash pattern=on 4pt off 3pt" * arrow.is_constant
        return rf"\draw[arrow{more}] {path} -- ({at(curve.tip)});"

    def slope(self, arrow: Arrow) -> str:
        r"""\slope, on the line; nothing where there is no room for it."""
        curve = self.layout.arrows[arrow.id]
        if curve.label is None or not arrow.is_labelled:
            return ""
        number = (
            rf"\text{{\color{{outdatedtext}}\struck{{${arrow.factor}$}}}}"
            if arrow.is_outdated
            else arrow.factor
        )
        return rf"\slope{{{at(curve.at(curve.label[0]))}}}{{{ascii_maths(arrow.label)}}}{{{number}}}"


def nested(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames and those inside them, outer ones first."""
    for frame in frames:
        yield frame
        yield from nested(frame.inner)


def at(point: Point) -> str:
    """A point as TikZ writes it, without its brackets."""
    return f"{point[0]:.2f},{point[1]:.2f}"


def lines(*texts: str) -> str:
    """The texts that are not empty, one below the other."""
    return "\n".join(filter(None, texts)) + "\n"
