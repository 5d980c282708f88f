"""The page that steps: one picture, a list of changes to it, and a few kilobytes of script that plays them.

Formulas travel as trees, never as markup: the script makes each element from its tag and puts names in as
text, so a name has no way to become anything else.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from autograd_mini.messages import message
from autograd_mini.stepping import ADDITION, OPERATION, PRODUCT, SEED, VALUES, VARIABLE
from autograd_mini.viz.blank import blank_picture
from autograd_mini.viz.document import data_block, document, picture_panel
from autograd_mini.viz.lettering import visible

if TYPE_CHECKING:
    from autograd_mini.viz.steps import Steps

KINDS = (VARIABLE, OPERATION, SEED, PRODUCT, ADDITION)
LETTERS = {
    "mi": "i", "mn": "n", "mo": "o", "mtext": "t", "mrow": "r", "mfrac": "f", "msub": "b", "msup": "p", "msqrt": "q",
}  # fmt: skip
SPEEDS = {"½": 2000, "1": 1000, "2": 500, "4": 250}  # milliseconds a step
LONGEST_TITLE = 60  # characters


def page_of(steps: Steps) -> str:
    """The steps as one HTML file that works offline. Raises LayoutError if the picture cannot be drawn."""
    language = steps.language
    sweep = steps[-1].sweep
    title = heading(steps)
    words = {key: message(key, language) for key in ("empty", "step", "play", "pause")}
    words["sweeps"] = [message(VALUES, language), message(sweep, language)]
    words["kinds"] = [message(kind, language) for kind in KINDS]
    trace = {"words": words, "steps": changes(steps)}
    body = "\n".join(
        [
            f'<header><h1>{escape(title)}</h1><p id="what"></p></header>',
            '<div id="line"></div><p id="said" role="status"></p>',
            picture_panel(blank_picture(steps), language),
            _controls(len(steps), language),
            _list(steps),
            data_block("trace", trace),
        ]
    )
    name = f"{message('steps', language)}: {title}"
    return document(name, language, body, ["picture.css", "stepper.css"], ["picture.js", "stepper.js"])


def heading(steps: Steps) -> str:
    """F = (u + v) × w, or only f if that would be long."""
    result = visible(steps[-1].text[0])
    return result
