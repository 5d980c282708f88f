"""The page that steps: one picture, a list of changes to it, and a few kilobytes of script that plays them.

Formulas travel as trees, never as markup: the script makes each element from its tag and puts names in as
text, so a name has no way to become anything else.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from autograd_mini.stepping.blank import blank_picture, looks_of
from autograd_mini.stepping.moments import scene_after, widths
from autograd_mini.stepping.sweeps import ADDITION, OPERATION, PRODUCT, SEED, VARIABLE
from autograd_mini.stepping.trees import LETTERS, tree
from autograd_mini.viz.document import button, data_block, document, panel
from autograd_mini.viz.layout import layout_of
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula, Printed
    from autograd_mini.stepping.sweeps import Step, Trace

    Tree = str | list[Any]


KINDS = (VARIABLE, OPERATION, SEED, PRODUCT, ADDITION)
SPEEDS = {"½": 2000, "1": 1000, "2": 500, "4": 250}  # milliseconds a step
SIGNS = {"first": "|◂", "previous": "◂", "play": "►", "next": "▸", "last": "▸|"}
LONGEST = 60  # characters of a heading


def page_of(trace: Trace) -> str:
    """The steps as one HTML file that works offline. Raises LayoutError if the picture cannot be drawn."""
    language = trace.language
    sweep = trace.sweep
    words: dict[str, Any] = {key: message(key, language) for key in ("empty", "play", "pause")}
    words["kinds"] = kinds(trace)
    words["aloud"] = aloud(trace)
    title = heading(trace)
    body = [
        f"<header><h1>{escape(title)}</h1><b id=phase></b><span id=what></span></header>",
        "<div id=line role=img></div><p id=said role=status></p>",
        panel(blank_picture(trace), language, [("flows", "≋")]),
        _controls(len(trace), language),
        _list(trace),
        data_block("trace", {"words": words, "sweep": sweep, "steps": changes(trace)}),
    ]
    name = f"{title} · {message('steps', language)}"
    looks, rules = looks_of(scene_after(trace))
    styles = [*looks, "stepping/assets/stepper.css"]
    scripts = ["viz/assets/picture.js", "stepping/assets/stepper.js"]
    return document(name, language, "\n".join(body), styles, scripts, rules)


def heading(trace: Trace, xp: Printed | None = None) -> str:
    """The expression, such as f = (u + v) × w; a part of it that would be long is called by its name.

    Where not all that networks compute has room, what comes after it is called by its name, too: f = (a⁽²⁾₁ − 1)².
    xp: the arithmetic it is written in, that of pictures if there is none.
    """
    xp = xp or trace.equations.drawn
    written: dict[Value, Formula] = {}
    result, has_room = trace.result, True
    for node in trace.nodes:
        whole = name = trace.equations.symbol(xp, node)
        is_made = node.rule is not None and node.rule.frame is not None
        if node.rule is not None:
            whole = xp.applied(node.rule, *[written[parent] for parent in node.parents])
        is_short = len(str(whole)) <= LONGEST and (has_room or not is_made or node is result)
        has_room = has_room and (is_short or not is_made)
        written[node] = whole if is_short else name
    return " = ".join(dict.fromkeys((str(trace.equations.symbol(xp, result)), str(written[result]))))


def kinds(trace: Trace) -> list[tuple[int, str]]:
    """What the steps of a trace are: their kind, and in a sentence what happens."""
    return list(dict.fromkeys((KINDS.index(step.kind), step.meaning) for step in trace))


def changes(trace: Trace) -> list[list[Any]]:
    """For every step what the script must know, in short.

    [which of the kinds, node, its box before, and after, sides of the equation as trees, edges of an operation], and
    for a product [..., its edges, number on its edge, place of the label that shows it or -1, node the gradient comes
    from, width of the lines, from 1 to 5, negative if what flows is, 0 if that is not known].
    """
    said, xp = trace.equations, trace.equations.drawn
    numbers = {kind: i for i, kind in enumerate(kinds(trace))}
    scene = scene_after(trace)
    used = sorted(edge for step in trace if step.local is not None for edge in step.arrows)
    if scene.style == "network":  # a weight and its neuron have one card, without labels between
        arrows = layout_of(scene).arrows
        used = [edge for edge in used if arrows[f"e{edge}"].label]
    labels = {edge: i for i, edge in enumerate(used)}
    flows = widths(trace)

    def shown(x: float | None) -> str:
        return "" if x is None else str(said.written(xp, x))

    def change(step: Step) -> list[Any]:
        kind = numbers[KINDS.index(step.kind), step.meaning]
        before, after = step.waited or shown(step.before), step.waiting or shown(step.after)
        short = [kind, step.node, before, after, trees(trace, step)]
        if step.kind == OPERATION:
            short.append([trace.edges[step.node, i] for i in range(len(trace.nodes[step.node].parents))])
        if step.edges:
            joined = step.arrows
            arrow = scene.arrows[joined[0]]
            factor = arrow.factor if scene.style == "cards" else arrow.short
            short += [
                joined,
                "" if step.local is None else factor,
                labels.get(joined[0], -1),
                step.source,
                flows[joined[0]],
            ]
        return short

    return [change(step) for step in trace]


def aloud(trace: Trace) -> dict[str, str]:
    """How the signs are called that stand in the lines of the steps: / is "over"."""
    lines = "".join([step.line for step in trace])
    signs = dict(sign.split(" ", 1) for sign in message("aloud", trace.language).split(", "))
    return {sign: word for sign, word in signs.items() if sign in lines}


def trees(trace: Trace, step: Step) -> list[Tree]:
    """The sides of an equation as the script builds them."""
    return [tree(side.content) for side in step.sides(trace.equations.mathml)]


def _controls(count: int, language: str) -> str:
    def word(key: str) -> str:
        return escape(message(key, language))

    speeds = "".join(
        f"<option value={wait}{' selected' * (wait == 1000)}>{name}×" for name, wait in SPEEDS.items()
    )
    buttons = "".join(button(name, message(name, language), sign) for name, sign in SIGNS.items())
    return (
        f"<nav>{buttons}"
        f'<input id=scrubber type=range max={count} aria-label="{word("step")}">'
        f"<span id=count></span>"
        f'<select id=speed title="{word("speed")}">{speeds}</select></nav>'
    )


def _list(trace: Trace) -> str:
    """Every step as a line of text; the script makes it mathematics, and a link to the step."""
    sweeps, start = [], 1
    for sweep, steps in groupby(trace, key=lambda step: step.sweep):
        lines = [f"<li>{escape(step.line, quote=False)}" for step in steps]
        sweeps.append(
            f"<h2>{escape(message(sweep, trace.language))}</h2><ol start={start}>{''.join(lines)}</ol>"
        )
        start += len(lines)
    legend = ["held fixed", *["negative"] * any(width < 0 for width in widths(trace).values())]
    title, *notes = [escape(message(key, trace.language)) for key in ("all steps", *legend)]
    return (
        f"<details id=list><summary>{title}</summary>{''.join(sweeps)}<p>{'<br>'.join(notes)}</p></details>"
    )
