"""The page of exercises: the same picture with empty boxes, and a question for every number that goes into one.

An answer is right if it is within 1 % of the number, or if it is the number rounded to the digits that were
written, two significant ones at least: of 1/3 right are 1/3, 0.33 and 0,33, but not 0.3. Hints give the local
partial first, then the line of the chain rule, then the answer.
"""

from __future__ import annotations

import json
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from autograd_mini.errors import UnboundError
from autograd_mini.stepping.blank import blank_picture, looks_of, scripts_of
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import changes, heading, tree
from autograd_mini.stepping.sweeps import OPERATION, PRODUCT, VALUES, VARIABLE
from autograd_mini.viz.document import button, data_block, document, panel
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.stepping.sweeps import Step, Trace


WORDS = ("hint", "answer", "right", "wrong", "imprecise", "unreadable", "given", "score", "without hints")

BUTTONS = {"solution": "solution", "sheet": "print", "again": "again"}  # window.print is a function already


def exercise_of(trace: Trace) -> str:
    """The exercise as one HTML file that works offline.

    Raises UnboundError if an input has no number, LayoutError if the picture cannot be drawn.
    """
    if missing := trace.missing:
        raise UnboundError(trace.result, missing)
    language, xp = trace.language, trace.equations.drawn

    def word(key: str) -> str:
        return escape(message(key, language))

    title = heading(trace)
    asked = _asked(trace)
    shown = changes(trace)
    answers = {
        "given": [
            [step.node, str(trace.equations.written(xp, step.result))]
            for step in trace
            if _is_given(trace, step) and step.result is not None
        ],
        "questions": [_question(trace, group, [shown[i] for i in group]) for group in asked],
    }
    rows = [_row(i, trace[group[-1]], language) for i, group in enumerate(asked)]
    values = sum(trace[group[0]].sweep == VALUES for group in asked)
    body = [
        f"<header><h1>{word('exercise')}: <span>{escape(title)}</span></h1><p>{word('task')}</p>",
        f'<p class="paper">{word("name")}:</p></header>',
        f"<main>{panel(blank_picture(trace), language)}<section>",
        f"<h2>{word(VALUES)}</h2><ol>{''.join(rows[:values])}</ol>",
        f'<h2>{word(trace.sweep)}</h2><p>{word("held fixed")}</p><ol start="{values + 1}">{"".join(rows[values:])}</ol>',
        '<p id="score" role="status"></p><p>',
        *(button(name, message(key, language), word(key)) for name, key in BUTTONS.items()),
        "</p></section></main>",
        data_block("words", {key: message(key, language) for key in WORDS}),
        data_block("answers", hidden(answers)),
    ]
    name = f"{message('exercise', language)}: {title}"
    scene = scene_after(trace)
    looks, rules = looks_of(scene)
    styles = [*looks, "stepping/assets/exercise.css"]
    scripts = [*scripts_of(scene), "stepping/assets/exercise.js"]
    return document(name, language, "\n".join(body), styles, scripts, rules)


def hidden(content: Any) -> str:
    """The content so that no eye meets it by chance. It is no secret: the page can read it, so can a reader."""
    data = json.dumps(content, ensure_ascii=False).encode()
    return b64encode(bytes(byte ^ (31 * i + 7 & 255) for i, byte in enumerate(data))).decode()


def _is_given(trace: Trace, step: Step) -> bool:
    """Whether the page gives its number: an input, and what depends on no variable."""
    return step.kind == VARIABLE or (
        step.kind == OPERATION and trace.nodes[step.node] in trace.equations.fixed
    )


def _asked(trace: Trace) -> list[list[int]]:
    """For each number the steps that lead to it: an operation; the products and additions of a derivative."""
    values = [[i] for i, step in enumerate(trace) if step.kind == OPERATION and not _is_given(trace, step)]
    derivatives: dict[int, list[int]] = {}
    for i, step in enumerate(trace):
        if step.sweep != VALUES:
            derivatives[step.node] = [*derivatives.pop(step.node, []), i]  # in the order they are complete
    return values + list(derivatives.values())


def _question(trace: Trace, group: list[int], shown: list[list[Any]]) -> dict[str, Any]:
    """What the page knows of one number: where it goes, how it is found, and what it is."""
    steps = [trace[i] for i in group]
    last = steps[-1]
    assert last.result is not None
    of_value = last.sweep == VALUES
    lines = [change[4] for change in shown]
    chain = [line[:-1] for line in lines if len(line) > 2]
    local = [_local(trace, step) for step in steps if step.kind == PRODUCT and step.is_arithmetic]
    first = [line[:2] for line in chain] if of_value else local
    return {
        "node": last.node,
        "box": ".value" if of_value else ".gradient",
        "number": repr(last.result),
        "text": str(trace.equations.written(trace.equations.text, last.result)),
        "hints": [hint for hint in ([first] if first == chain else [first, chain]) if hint],
        "lines": lines,
        "edges": [edge for change in shown for edges in change[5:6] for edge in edges],
        "partials": [[change[7], change[6]] for change in shown if len(change) > 7],
    }


def _local(trace: Trace, step: Step) -> list[Any]:
    """The local partial of a product, as sides: ∂(t1 × w)/∂t1 = w = 4."""
    sides = [tree(side.content) for side in trace.equations.local(trace.equations.mathml, step)]
    return [side for i, side in enumerate(sides) if side not in sides[:i]]


def _row(i: int, step: Step, language: str) -> str:
    label = escape(step.text[0])
    return (
        f'<li><label for="q{i}"><math>{step.mathml[0]}</math></label>'
        f'<input id="q{i}" aria-label="{label}" autocomplete="off" spellcheck="false">'
        f"<button>{escape(message('hint', language))}</button>"
        "<output></output><div></div></li>"
    )
