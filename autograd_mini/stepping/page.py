"""The page that steps: one picture, a list of changes to it, and a few kilobytes of script that plays them.

Formulas travel as trees, never as markup: the script makes each element from its tag and puts names in as
text, so a name has no way to become anything else.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.formulas.names import names
from autograd_mini.formulas.text import Text
from autograd_mini.stepping.blank import blank_picture
from autograd_mini.stepping.moments import edges
from autograd_mini.stepping.sweeps import ADDITION, OPERATION, PRODUCT, SEED, VALUES, VARIABLE
from autograd_mini.viz.document import button, data_block, document, panel
from autograd_mini.formulas.names import visible
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula
    from autograd_mini.stepping.steps import Steps
    from autograd_mini.stepping.sweeps import Step

    Tree = str | list[Any]


KINDS = (VARIABLE, OPERATION, SEED, PRODUCT, ADDITION)
LETTERS = {
    "mi": "i", "mn": "n", "mo": "o", "mtext": "t", "mrow": "r", "mfrac": "f", "msub": "b", "msup": "p", "msqrt": "q", "msubsup": "s",
}  # fmt: skip
SPEEDS = {"½": 2000, "1": 1000, "2": 500, "4": 250}  # milliseconds a step
SIGNS = {"first": "|◂", "previous": "◂", "play": "►", "next": "▸", "last": "▸|"}
LONGEST = 60  # characters of a heading


def page_of(steps: Steps) -> str:
    """The steps as one HTML file that works offline. Raises LayoutError if the picture cannot be drawn."""
    language = steps.language
    sweep = steps[-1].sweep
    words: dict[str, Any] = {key: message(key, language) for key in ("empty", "step", "play", "pause")}
    words["sweeps"] = [message(VALUES, language), message(sweep, language)]
    words["kinds"] = [message(kind, language) for kind in KINDS]
    title = heading(steps)
    body = [
        f'<header><h1>{escape(title)}</h1><b id="phase"></b><span id="what"></span></header>',
        '<div id="line"></div><p id="said" role="status"></p>',
        panel(blank_picture(steps), language),
        _controls(len(steps), language),
        _list(steps),
        data_block("trace", {"words": words, "sweep": sweep, "steps": changes(steps)}),
    ]
    name = f"{title} · {message('steps', language)}"
    styles, scripts = (
        ["viz/assets/picture.css", "stepping/assets/stepper.css"],
        ["viz/assets/picture.js", "stepping/assets/stepper.js"],
    )
    return document(name, language, "\n".join(body), styles, scripts)


def heading(steps: Steps) -> str:
    """The expression, such as f = (u + v) × w; a part of it that would be long is called by its name."""
    xp = Text(steps.language)
    called = names(steps.nodes)
    written: dict[Value, Formula] = {}
    for node in steps.nodes:
        whole = name = xp.constant(node.data) if node.is_constant else xp.symbol(called[node])
        if node.rule is not None:
            whole = xp.applied(node.rule, *[written[parent] for parent in node.parents])
        written[node] = whole if len(whole.text) <= LONGEST else name
    return visible(" = ".join(dict.fromkeys((str(name), str(written[node])))))


def changes(steps: Steps) -> list[list[Any]]:
    """For every step what the script must know, in short.

    [kind, node, its box before, and after, sides of the equation as trees, edges of an operation], and for
    a product [..., its edge, number on the edge, place of the label that shows it, node the gradient comes from].
    """
    xp = Text(steps.language)
    place: dict[tuple[int | None, int | None], int] = {edge: i for i, edge in enumerate(edges(steps))}
    labelled = sorted(place[step.user, step.position] for step in steps if step.kind == PRODUCT)
    number = {node: i for i, node in enumerate(steps.nodes)}

    def shown(x: float | None) -> str:
        return "" if x is None else str(xp.constant(x))

    def change(step: Step) -> list[Any]:
        sides = [tree(side) for side in step.mathml]
        short = [KINDS.index(step.kind), step.node, shown(step.before), shown(step.after), sides]
        if step.kind == OPERATION:
            short.append([place[step.node, i] for i in range(len(steps.nodes[step.node].parents))])
        if step.user is not None and step.position is not None:
            edge = place[step.user, step.position]
            parent = number[steps.nodes[step.user].parents[step.position]]
            source = parent if step.node == step.user else step.user
            short += [[edge], shown(step.local), labelled.index(edge), source]
        return short

    return [change(step) for step in steps]


def tree(mathml: str) -> Tree:
    """A piece of MathML as the script builds it: a leaf is its letter and text, a branch a list, ∂z/∂x is "d".

    >>> tree("<mfrac><mi>u</mi><mrow><mo>-</mo><mn>2</mn></mrow></mfrac>")
    ['f', 'iu', ['r', 'o−', 'n2']]
    """

    def short(element: ET.Element) -> Tree:
        letter = LETTERS[element.tag]
        if len(element) == 0:
            text = element.text or ""
            return letter + ("−" if (letter, text) == ("o", "-") else text)
        match [letter, *map(short, element)]:
            case ["f", ["r", "o∂", above], ["r", "o∂", below]]:
                return ["d", above, below]
            case branch:
                return branch

    return short(ET.fromstring(visible(mathml).replace("&nbsp;", "\xa0")))  # noqa: S314  our own text


def _controls(count: int, language: str) -> str:
    def word(key: str) -> str:
        return escape(message(key, language))

    speeds = "".join(
        f"<option value={wait}{' selected' * (wait == 1000)}>{name}×" for name, wait in SPEEDS.items()
    )
    buttons = "".join(button(name, message(name, language), sign) for name, sign in SIGNS.items())
    return (
        f"<nav>{buttons}"
        f'<input id="scrubber" type="range" max="{count}" aria-label="{word("step")}">'
        f'<output id="count"></output>'
        f'<select id="speed" title="{word("speed")}">{speeds}</select></nav>'
    )


def _list(steps: Steps) -> str:
    """Every step as a line of text, and a link to it."""
    lines = "".join(
        f'<li><a href="#step={i}">{escape(visible(s.line), quote=False)}</a>' for i, s in enumerate(steps, 1)
    )
    return f"<details><summary>{escape(message('all steps', steps.language))}</summary><ol>{lines}</ol></details>"
