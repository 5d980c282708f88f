r"""Pictures for TeX: the still picture of a graph in TikZ, and the parts of it that slides are made from.

A card is one command in the file, `\card`, and an arrow is one `\draw`; how they look is said once, in the
preamble, for those who want to change it. The small TeX of any system can read it: amsmath and TikZ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.errors import LayoutError
from autograd_mini.viz import colours, sizes
from autograd_mini.viz.faces import INSET
from autograd_mini.viz.flows import flows
from autograd_mini.viz.grids import cells_of
from autograd_mini.viz.tex import ascii_maths, plain, sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from autograd_mini.viz.faces import Face, Line
    from autograd_mini.viz.geometry import Layout, Note, Point
    from autograd_mini.viz.scene import Arrow, Card, Frame, Scene

LARGEST = 14000  # points: TeX and readers of PDF give up a little beyond

FONTS = (r"\small", r"\normalsize")  # of what is small, and of what is very small
COLOURS = {"paper": colours.PAPER, "negative": colours.NEGATIVE} | {
    f"{name.lower().replace('_', '')}{part}": colour
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
  panel/.style={draw=operationline, fill=operationfill, line width=1.25*\zoom pt},
  small panel/.style={fill=paper, rounded corners=4*\zoom pt},
  unit/.style={panel, small panel},
  flow/.style={opacity=0.6},
  result/.style={}, held/.style={}, box/.style={}, crowd/.style={},
  output/.style={line width=3*\zoom pt},
  input/.style={draw=inputline, fill=inputfill, rounded corners=14*\zoom pt},
  data/.style={input},
  constant/.style={draw=constantline, fill=constantfill, dash pattern=on 2pt off 2pt, text=constanttext},
  title/.style={anchor=west, font=\LARGE},
  sign/.style={anchor=east, fill=operationline, text=paper},
  badge/.style={sign, inner xsep=4pt},
  caption/.style={anchor=west, font=\Large},
  value/.style={draw=valueline, fill=valuefill, text=valuetext},
  gradient/.style={draw=gradientline, fill=gradientfill, text=gradienttext},
  value tint/.style={fill=valuetintfill, text=valuetinttext},
  gradient tint/.style={fill=gradienttintfill, text=gradienttinttext},
  field/.style={draw, fill, line width=\zoom pt, rounded corners=3*\zoom pt,
    minimum width=\fieldwidth, minimum height=\fieldheight, font=\LARGE},
  tinted/.style={field/.style={fill, minimum width=\fieldwidth, minimum height=\fieldheight, font=#1}},
  frame/.style={draw=frameline, line width=\zoom pt, dash pattern=on 6*\zoom pt off 4*\zoom pt,
    rounded corners=10*\zoom pt},
  frame title/.style={caption, text=frametext},
  arrow/.style={draw=arrowline, line width=1.5*\zoom pt, -stealth},
  partial/.style={draw=partialline, fill=partialfill, text=partialtext, line width=\zoom pt, rounded corners=14*\zoom pt,
    minimum width=\slopewidth, minimum height=\slopeheight},
}
\newcommand\unknown{\node[field, dash pattern=on 4*\zoom pt off 3*\zoom pt] {};}
\newcommand\known[1]{\node[field] {\fit{\numberroom}{$#1$}};}
% An array: #1 its columns, #2 its rows.
\newcommand\entries[2]{\vcenter{\hbox{\entryfont$\setlength\arraycolsep{3pt}\begin{array}{@{}#1@{}}#2\end{array}$}}}
% A number that is outdated.
\newsavebox\old
\newcommand\struck[1]{\sbox\old{#1}\rlap{\usebox\old}\rule[0.6ex]{\wd\old}{0.6pt}}
\newcommand\outdated[1]{\node[field, draw=outdatedline, fill=outdatedfill, text=outdatedtext,
  dash pattern=on 4*\zoom pt off 3*\zoom pt] {\fit{\numberroom}{\struck{$#1$}}};}
% {id}{centre}{width}{number}
\newcommand\constant[4]{\begin{scope}[shift={(#2)}]
  \node[constant, minimum width=#3, minimum height=\constantheight, font=\constantfont] (#1) {$#4$};
\end{scope}}
% {centre}{title}{local partial}
\newcommand\slope[3]{\begin{scope}[shift={(#1)}]
  \node[partial] {\if\relax\detokenize{#2}\relax\fit{\sloperoom}{\Large$#3$}\else
    \shortstack{\fit{\sloperoom}{\large$#2$}\\[1pt]\fit{\sloperoom}{\Large$#3$}}\fi};
\end{scope}}
% {centre}{local partial}
\newcommand\factor[2]{\begin{scope}[shift={(#1)}]
  \node[fill=paper, text=partialtext, inner xsep=1pt] {\fit{\factorroom}{\normalsize$#2$}};
\end{scope}}
% Cards: {id}{centre}{kind}{name}{sign}{formula}{value}{title of the gradient}{gradient}
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
        *[picture.heading(words) for words in layout.notes],
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
        signed = sorted(self.layout.faces.of.values(), key=lambda face: face.sign is not None)
        faces = {
            _macro(face): face for face in signed if face.kind != "hidden"
        }  # of each kind one that has all there can be
        bare = faces.pop("constant", None)
        lengths = {
            "constantheight": bare.high if bare else sizes.FIELD,
            "slopewidth": sizes.LABEL_WIDTH,
            "slopeheight": sizes.LABEL_HEIGHT,
            "sloperoom": sizes.LABEL_ROOM,
            "factorroom": sizes.FACTOR_WIDTH,
        } | more
        return lines(
            r"\usepackage{amsmath,amssymb}",
            r"\usepackage{tikz}",
            *[rf"\definecolor{{{name}}}{{HTML}}{{{code.strip('#')}}}" for name, code in COLOURS.items()],
            *[rf"\newcommand\{name}{{{length:.2f}pt}}" for name, length in lengths.items()],
            r"\newcommand\entryfont"
            + (r"{\normalsize}" if self.scene.style == "cards" else r"{\footnotesize}"),
            r"\newcommand\constantfont" + (r"{\LARGE}" if self.scene.style == "cards" else r"{\normalsize}"),
            LOOKS,
            *[_command(face) for face in faces.values()],
        )

    @property
    def flows(self) -> dict[str, tuple[str, float]]:
        """Colour, by its name here, and width of the lines that tell gradients."""
        named = {colours.POSITIVE: "gradientline", colours.NEGATIVE: "negative", colours.GREY: "arrowline"}
        return {id_: (named[colour], wide) for id_, (colour, wide) in flows(self.scene, self.layout).items()}

    def box(
        self, x: float | tuple[Any, ...] | None, *, outdated: bool = False, card: Card | None = None
    ) -> str:
        """A box with its number or its array, or the empty one; card: whose box it is, if that may be a neuron or a layer."""
        card = card or self.scene.output
        if x is None:
            return r"\unknown"
        return rf"\{'outdated' if outdated else 'known'}{{{_entries(card.filled(x))}}}"

    def numbers(self, card: Card) -> tuple[str, str]:
        """The two boxes of a card with what it holds."""
        value = self.box(card.value, outdated=card.is_value_outdated, card=card)
        return value, "" if card.is_held else self.box(
            card.gradient, outdated=card.is_gradient_outdated, card=card
        )

    def card(self, card: Card, value: str, gradient: str, more: str = "") -> str:
        r"""\card, or \constant, with the two boxes filled as said."""
        place = f"{{{card.id}}}{{{at(self.layout.cards[card.id])}}}"
        if self.layout.faces.of[card.id].kind == "hidden":
            return rf"\coordinate ({card.id}) at ({at(self.layout.cards[card.id])});"
        name, formula, derivative = map(ascii_maths, (card.name, card.formula, card.derivative))
        face = self.layout.faces.of[card.id]
        if card.is_constant:
            return rf"\constant{place}{{{face.wide:.2f}pt}}{{{name}}}"
        if card.is_held:
            derivative = rf"\color{{constanttext}}{derivative}"
            if not face.gradient:
                derivative = r"\relax"
            elif not face.gradient.title:
                gradient = rf"\node[font=\small] {{${derivative}$}};"
        formula = formula or rf"\text{{{plain(card.caption)}}}"
        badge = sign(card.symbol) if card.symbol else ""
        heading = ascii_maths(face.heading(card))
        parts = (card.kind + more, heading, badge, formula, value, derivative, gradient)
        return rf"\{_macro(face)}{place}" + "".join([f"{{{part}}}" for part in parts])

    def heading(self, words: Note) -> str:
        """A few words beside the cards."""
        font = r"\Large" if words.size >= sizes.CAPTION else r"\normalsize"
        return rf"\node[text=frametext, font={font}] at ({at(words.place)}) {{{plain(words.text)}}};"

    def frame(self, frame: Frame) -> str:
        """A dashed line around a neuron or a layer, with its title in the corner."""
        corner, other = self.layout.frames[frame.id]
        if frame.id in self.layout.panels:
            return rf"\draw[unit] ({at(corner)}) rectangle ({at(other)});"
        title = rf"\node[frame title] at ({at((corner[0] + sizes.PAD, corner[1] + sizes.PAD))})"
        return rf"\draw[frame] ({at(corner)}) rectangle ({at(other)}); {title} {{{plain(frame.title)}}};"

    def arrow(self, arrow: Arrow, more: str = "") -> str:
        r"""\draw along the curve of the layout."""
        curve = self.layout.arrows[arrow.id]
        if curve.is_implied:
            return ""
        start, *rest = [f"({at(point)})" for point in curve.points]
        pieces = zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        path = start + "".join([f" .. controls {a} and {b} .. {end}" for a, b, end in pieces])
        more += ", dash pattern=on 4pt off 3pt" * arrow.is_constant
        if arrow.id in self.flows:
            colour, wide = self.flows[arrow.id]
            more = f", -, flow, {colour}, line width={wide:.2f}*\\zoom pt{more}"
        return rf"\draw[arrow{more}] {path} -- ({at(curve.tip)});"

    def slope(self, arrow: Arrow) -> str:
        r"""\slope, on the line; nothing where there is no room for it."""
        curve = self.layout.arrows[arrow.id]
        if curve.label is None or not arrow.is_labelled:
            return ""
        if self.scene.style != "cards":
            return rf"\factor{{{at(curve.label)}}}{{{_old(arrow.short, arrow.is_outdated)}}}"
        title = ascii_maths(arrow.label)
        return rf"\slope{{{at(curve.label)}}}{{{title}}}{{{_old(arrow.factor, arrow.is_outdated)}}}"


def _entries(filled: str) -> str:
    """A number, or the rows of an array."""
    cells = cells_of(filled)
    if len(cells) == len(cells[0]) == 1:
        return ascii_maths(filled)
    rows = r" \\ ".join([" & ".join(map(ascii_maths, row)) for row in cells])
    return rf"\entries{{{'c' * len(cells[0])}}}{{{rows}}}"


def _old(number: str, is_outdated: bool) -> str:
    """The number, struck through if it is outdated."""
    number = ascii_maths(number)
    return rf"\text{{\color{{outdatedtext}}\struck{{${number}$}}}}" if is_outdated else number


def _font(line: Line) -> str:
    """The type of a name in TeX."""
    types = [(sizes.NAME, r"\LARGE"), (sizes.COMPACT_NAME[0], r"\large"), (sizes.FORMULA, r"\normalsize")]
    return "font=" + next((font for least, font in types if line.sizes[0] >= least), r"\scriptsize")


def _macro(face: Face) -> str:
    r"""What the command is called that draws cards of this face: \card, \compact, \first; beamer has an \example.

    Where a box is for an array its rows and columns follow, as letters: \cardBABA for two columns of two entries.
    """
    size = "".join(["ABCD"[count - 1] for grid in face.grids for count in grid])
    return ("inputs" if face.kind == "example" else face.kind) + size


def _command(face: Face) -> str:
    r"""The command that draws cards of this face, \card or \compact: 1 its id, 2 its centre, 3 its kind, and so on."""

    def place(x: float, y: float) -> str:
        return at((x - face.wide / 2, y - face.high / 2))

    is_large = face.kind == "card"
    drawn = []
    if face.radius is not None:
        looks = "#3" if is_large else "#3, small panel"
        if 2 * face.radius == face.wide:
            looks += rf", rounded corners={face.radius}*\zoom pt"  # a circle stays one
        drawn.append(
            rf"\node[panel, rounded corners={face.radius}*\zoom pt, {looks},"
            rf" minimum width={face.wide:.2f}pt, minimum height={face.high:.2f}pt] (#1) {{}};"
        )
    else:  # only what marks it for a moment is drawn behind it
        drawn.append(
            r"\begin{scope}[input/.style={}, output/.style={}, rounded corners=2*\zoom pt]"
            rf"\node[#3, minimum width={face.wide:.2f}pt, minimum height={face.high:.2f}pt] (#1) {{}};\end{{scope}}"
        )
    for kind, field in face.fields:
        number = field.number
        room = number.room if field.grid == (1, 1) else field.wide - 2 * INSET
        tint = "" if field.title else f" tint, tinted={{{FONTS[number.sizes[0] > sizes.ROW_NUMBER[0] + 1]}}}"
        body, title = ("#7", "#6") if kind == "value" else ("#9", "#8")
        if field.title:
            style = "caption" if kind == "value" else "caption, text=gradienttext"
            where = place(field.title.x, field.title.y)
            drawn.append(rf"\node[{style}] at ({where}) {{\start{{{field.title.room:.2f}pt}}{{${title}$}}}};")
        middle = place(field.x + field.wide / 2, field.y + field.high / 2)
        drawn.append(
            rf"\begin{{scope}}[shift={{({middle})}}, {kind}{tint}]\def\fieldwidth{{{field.wide:.2f}pt}}"
            rf"\def\fieldheight{{{field.high:.2f}pt}}\def\numberroom{{{room:.2f}pt}}{body}\end{{scope}}"
        )
    if face.name:
        anchor, where = "center" if face.name.is_centred else "west", place(face.name.x, face.name.y)
        drawn.append(
            rf"\node[title, anchor={anchor}, {_font(face.name)}] at ({where}) {{\fit{{{face.name.room:.2f}pt}}{{$#4$}}}};"
        )
    if face.sign:
        right, centre, high = face.sign
        wide = face.sign_width or high
        style, inside = ("badge", "#5") if is_large else ("sign", rf"\fit{{{wide - 3}pt}}{{#5}}")
        font = r"\large" if is_large else r"\footnotesize"
        drawn.append(
            rf"\if\relax\detokenize{{#5}}\relax\else\node[{style}, minimum width={wide}pt, minimum height={high}pt,"
            rf" rounded corners={high / 2}*\zoom pt, font={font}\bfseries\boldmath] at ({place(right, centre)}) {{{inside}}};\fi"
        )
    body = "\n  ".join(drawn)
    return (
        rf"\newcommand\{_macro(face)}[9]{{\begin{{scope}}[shift={{(#2)}}]" + f"\n  {body}\n" + r"\end{scope}}"
    )


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
