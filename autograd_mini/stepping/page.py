"""The page that steps: one picture, a list of changes to it, and a few kilobytes of script that plays them.

Formulas travel as trees, never as markup: the script makes each element from its tag and puts names in as
text, so a name has no way to become anything else.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.stepping.alive import living, note, rules_of, try_it, with_room
from autograd_mini.stepping.blank import blank_picture, looks_of, scripts_of
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.moments import scene_after, widths
from autograd_mini.stepping.sweeps import ADDITION, OPERATION, PRODUCT, SEED, VARIABLE
from autograd_mini.stepping.trees import tree
from autograd_mini.viz.colours import DARK
from autograd_mini.viz.document import button, data_block, document, panel
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.svg import svg_element
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Formula, Printed
    from autograd_mini.stepping.inside import Inside
    from autograd_mini.stepping.sweeps import Step, Trace
    from autograd_mini.viz.scene import Scene
    from autograd_mini.viz.shared import Shared

    Tree = str | list[Any]


KINDS = (VARIABLE, OPERATION, SEED, PRODUCT, ADDITION)
SPEEDS = {"½": 2000, "1": 1000, "2": 500, "4": 250}  # milliseconds a step
SIGNS = {"first": "|◂", "previous": "◂", "play": "►", "next": "▸", "last": "▸|"}
LONGEST = 60  # characters of a heading


def page_of(trace: Trace, shared: Shared | None = None) -> str:
    """The steps as one HTML file that works offline, or with files that it shares with others.

    Raises LayoutError if the picture cannot be drawn.
    """
    language = trace.language
    sweep = trace.sweep
    words: dict[str, Any] = {key: message(key, language) for key in ("empty", "play", "pause")}
    title = heading(trace)
    data: dict[str, Any]
    scene, rules = scene_after(trace), None if isinstance(trace, Lines) else rules_of(trace)
    if rules is None:
        words |= {"kinds": kinds(trace), "aloud": aloud(trace)}
        data, controls = {"steps": changes(trace)}, ("" if isinstance(trace, Lines) else note(trace))
    else:
        scene = with_room(scene, trace)
        words["aloud"] = signs_of(language)
        data, controls = {"alive": living(trace, scene)}, try_it(trace)
    body = [
        f"<header><h1>{escape(title)}</h1><b id=phase></b><span id=what></span></header>",
        "<div id=line role=img></div><p id=said role=status></p>",
        panel(blank_picture(trace, scene), language, [("flows", "≋")]),
        _controls(len(trace), language, isinstance(trace, Lines)),
        controls,
        _list(trace, is_alive=rules is not None),
        *_closing(trace),
        *([insides(trace, shared)] if isinstance(trace, Lines) else []),
        data_block("trace", {"words": words, "sweep": sweep, **data}),
    ]
    name = f"{title} · {message('steps', language)}"
    looks, sizes = looks_of(scene)
    parts = ["stepper", *["lines"] * isinstance(trace, Lines), *["tryit"] * (rules is not None)]
    styles = [*looks, *[f"stepping/assets/{part}.css" for part in parts]]
    engine = ["live", "alive"] * (rules is not None)
    scripts = [*scripts_of(scene), *[f"stepping/assets/{part}.js" for part in (*engine, *parts)]]
    return document(name, language, "\n".join(body), styles, scripts, sizes, rules or "", shared=shared)


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
            if node is result and len(str(whole)) > LONGEST:
                whole = xp.applied(
                    node.rule, *[trace.equations.symbol(xp, parent) for parent in node.parents]
                )
        is_short = len(str(whole)) <= LONGEST and (has_room or not is_made or node is result)
        has_room = has_room and (is_short or not is_made)
        written[node] = whole if is_short else name
    return " = ".join(dict.fromkeys((str(trace.equations.symbol(xp, result)), str(written[result]))))


def kinds(trace: Trace) -> list[tuple[int, str]]:
    """What the steps of a trace are: their kind, and in a sentence what happens."""
    return list(dict.fromkeys((_kind(step), step.meaning) for step in trace))


def _kind(step: Step) -> int:
    """The number of its kind; one more for products whose factors are not those of the chain rule, in this order."""
    return len(KINDS) if step.kind == PRODUCT and not step.is_chain else KINDS.index(step.kind)


def changes(trace: Trace) -> list[list[Any]]:
    """For every step what the script must know, in short.

    [which of the kinds, node, its box before, and after, sides of the equation as trees, edges of an operation], and
    for a product [..., its edges, number on its edge, place of the label that shows it or -1, nodes the gradient comes
    from, width of the lines, from 1 to 5, negative if what flows is, 0 if that is not known].
    """
    numbers = {kind: i for i, kind in enumerate(kinds(trace))}
    scene = scene_after(trace)
    used = sorted(edge for step in trace if step.local is not None for edge in step.arrows)
    if scene.style == "network":  # a weight and its neuron have one card, without labels between
        arrows = layout_of(scene).arrows
        used = [edge for edge in used if arrows[f"e{edge}"].label]
    labels = {edge: i for i, edge in enumerate(used)}
    flows = widths(trace)

    def change(step: Step) -> list[Any]:
        kind = numbers[_kind(step), step.meaning]
        card = scene.cards[step.node]
        before, after = step.waited or card.filled(step.before), step.waiting or card.filled(step.after)
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
                step.sources,
                flows[joined[0]],
            ]
        return short

    return [change(step) for step in trace]


def aloud(trace: Trace) -> dict[str, str]:
    """How the signs are called that stand in the lines of the steps: / is "over"."""
    inner = (
        [step for inside in trace.inside.values() for step in inside.steps]
        if isinstance(trace, Lines)
        else []
    )
    lines = "".join([step.line for step in (*trace, *inner)])
    return {sign: word for sign, word in signs_of(trace.language).items() if sign in lines}


def signs_of(language: str) -> dict[str, str]:
    """How all signs are called."""
    return dict(sign.split(" ", 1) for sign in message("aloud", language).split(", "))


def trees(trace: Trace, step: Step) -> list[Tree]:
    """The sides of an equation as the script builds them."""
    return [tree(side.content) for side in step.sides(trace.equations.mathml)]


def insides(trace: Lines, shared: Shared | None = None) -> str:
    """The operations of every line that has several, for the script to show; and as data what it needs for that.

    given: the numbers of inputs, by the places of their nodes. within: by the place of a line, the equations of its
    operations. starts: the step of that line. about: for every step the place of the line that can be opened there.
    """
    scene, found = scene_after(trace), trace.inside
    places = {id(inside): place for place, inside in found.items()}
    begins = {step.node: i for i, step in enumerate(trace) if step.kind == OPERATION}
    data = {
        "given": [
            [trace.equations.place[x], scene.output.filled(trace.equations.numbers[x])] for x in trace.given
        ],
        "within": {place: [trees(trace, step) for step in inside.steps] for place, inside in found.items()},
        "starts": {place: begins[place] for place in found},
        "about": [places.get(id(trace.about(step)), -1) for step in trace],
    }
    boxes = "".join([_inside(trace, place, inside, shared) for place, inside in found.items()])
    close = button("shut", message("close", trace.language), "×")
    return f"<div id=insides>{boxes}</div><dialog id=opened>{close}</dialog>{data_block('inner', data)}"


def _inside(trace: Lines, place: int, inside: Inside, shared: Shared | None) -> str:
    """What can be opened: a line's operations as text, which the script makes mathematics, and their picture."""
    name = trace.equations.symbol(trace.equations.drawn, trace.nodes[place])
    title = message("inside", trace.language).format(name)
    lines, count = "", 1
    for _, group in groupby(inside.steps, key=lambda step: step.sweep):
        items = [f"<li>{escape(step.line, quote=False)}" for step in group]
        lines += f"<ol start={count}>{''.join(items)}</ol>"
        count += len(items)
    more = f"<p>{message('more rows', trace.language).format(inside.more)}</p>" if inside.more else ""
    scene = inside.scene()
    picture = f"<div><template shadowrootmode=open>{_still(scene, shared)}</template></div>" if scene else ""
    return f"<details class=inside><summary>{escape(title)}</summary>{picture}{lines}{more}</details>"


def _still(scene: Scene, shared: Shared | None) -> str:
    """A picture that does not change, in the colours of the page, light and dark."""
    drawing = svg_element(scene, layout_of(scene))
    drawing.set("part", "picture")
    for element in drawing.iter():
        for spare in [part for part in element if part.tag in ("title", "desc")]:
            element.remove(spare)
    if shared:
        return shared.dressed(drawing)
    for element in drawing.iter():
        for key in [key for key in element.keys() if key == "class" or key.startswith("data-")]:  # noqa: SIM118
            del element.attrib[key]
        for key in ("fill", "stroke"):
            if (light := element.get(key, "")) in DARK:
                element.set(key, f"light-dark({light},{DARK[light]})")
    return ET.tostring(drawing, encoding="unicode")


def _controls(count: int, language: str, opens: bool) -> str:
    def word(key: str) -> str:
        return escape(message(key, language))

    speeds = "".join(
        f"<option value={wait}{' selected' * (wait == 1000)}>{name}×" for name, wait in SPEEDS.items()
    )
    signs = SIGNS | ({"into": "⊞"} if opens else {})
    buttons = "".join(button(name, message(name, language), sign) for name, sign in signs.items())
    return (
        f"<nav>{buttons}"
        f'<input id=scrubber type=range max={count} aria-label="{word("step")}">'
        f"<span id=count></span>"
        f'<select id=speed title="{word("speed")}">{speeds}</select></nav>'
    )


def _closing(trace: Trace) -> Iterator[str]:
    """What is told after the steps: lines of text, numbered as the steps are."""
    start = len(trace) + 1
    if trace.closing:
        yield "<section id=closing>"
        for title, lines in trace.closing:
            items = "".join([f"<li>{escape(line, quote=False)}" for line in lines])
            yield f"<h2>{escape(title)}</h2><ol start={start}>{items}</ol>"
            start += len(lines)
        yield "</section>"


def _list(trace: Trace, *, is_alive: bool) -> str:
    """Every step as a line of text; the script makes it mathematics, and a link to the step.

    is_alive: whether numbers can change, and so what the legend has to say.
    """
    sweeps, start = [], 1
    for sweep, steps in groupby(trace, key=lambda step: step.sweep):
        lines = [f"<li>{escape(step.line, quote=False)}" for step in steps]
        sweeps.append(
            f"<h2>{escape(message(sweep, trace.language))}</h2><ol start={start}>{''.join(lines)}</ol>"
        )
        start += len(lines)
    held = "held fixed in lines" if isinstance(trace, Lines) else "held fixed"
    tables = ["rows and columns"] * (isinstance(trace, Lines) and len(trace.starts) > 1)
    is_negative = any(width < 0 for width in widths(trace).values())
    legend = [held, *tables, *["negative"] * (is_negative or is_alive)]
    title, *notes = [escape(message(key, trace.language)) for key in ("all steps", *legend)]
    if is_alive:
        notes[-1] = f"<span id=negative{' hidden' * (not is_negative)}>{notes[-1]}</span>"
    return (
        f"<details id=list><summary>{title}</summary>{''.join(sweeps)}<p>{'<br>'.join(notes)}</p></details>"
    )
