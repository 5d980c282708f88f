"""What a page carries so that its numbers can be changed: the graph, its rules, and its formulas with gaps for numbers.

The script (alive.js) fills the gaps with names or with numbers, as mathematics and as words, and makes every step of
the sweeps anew; what it says is what `Trace` would say of the new numbers. A page stays still where a rule has no form
in JavaScript, and where an operation has more inputs than a formula shows.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from autograd_mini.formulas.expressions import repeated, role
from autograd_mini.formulas.javascript import is_printable, key_of, table_of
from autograd_mini.formulas.mathml import Mathml
from autograd_mini.formulas.names import as_written
from autograd_mini.formulas.printing import ATOM, MANY, Formula
from autograd_mini.formulas.text import Text
from autograd_mini.stepping.live import number_of
from autograd_mini.stepping.sweeps import ADDITION, MEANINGS, PRODUCT, SILENT, TANGENTS, TIES
from autograd_mini.stepping.trees import tree
from autograd_mini.viz.layout import layout_of
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd_mini.engine.rule import Rule
    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.printing import Printed
    from autograd_mini.stepping.sweeps import Trace
    from autograd_mini.viz.scene import Scene


class Gap(str):
    """What an operand is made of that is filled in later: its place, or z for the result."""

    __slots__ = ()


class GapsInTrees(Mathml):
    """Mathematics with leaves such as #20: the operand 0, in brackets where it is looser than a sum."""

    def operand(self, x: Any, needs: int = 0) -> Any:
        is_gap = isinstance(x, Formula) and isinstance(x.content, Gap)
        return ("#", f"{needs}{x.content}") if is_gap else super().operand(x, needs)


class GapsInText(Text):
    """Text with such operands between two marks."""

    def operand(self, x: Any, needs: int = 0) -> Any:
        is_gap = isinstance(x, Formula) and isinstance(x.content, Gap)
        return f"\0{needs}{x.content}\0" if is_gap else super().operand(x, needs)


def rules_of(trace: Trace) -> str | None:
    """The script of the rules of a trace; None if its page has to stay still."""
    return None if _stubborn(trace) else table_of(_applied(trace), is_full=True)


def note(trace: Trace) -> str:
    """Why a page stays still."""
    text = message("still", trace.language).format(", ".join(_stubborn(trace)))
    return f"<p>{escape(text)}</p>"


def _applied(trace: Trace) -> list[tuple[Rule, int]]:
    return [(node.rule, len(node.parents)) for node in trace.nodes if node.rule is not None]


def _stubborn(trace: Trace) -> list[str]:
    """The names of those rules that keep a page still."""
    found = [
        rule.name
        for rule, count in dict.fromkeys(_applied(trace))
        if count > MANY or not is_printable(rule, count)
    ]
    return [*dict.fromkeys(found)]


def with_room(scene: Scene, trace: Trace) -> Scene:
    """The scene with a label on every arrow that derivatives flow along, also where their number is not known yet."""
    flowed = {edge for step in trace for edge in step.arrows}
    arrows = [
        replace(arrow, partial=0.0) if i in flowed and arrow.partial is None else arrow
        for i, arrow in enumerate(scene.arrows)
    ]
    return replace(scene, arrows=tuple(arrows))


def try_it(trace: Trace) -> str:
    """The row of the inputs, which the script fills, and the panel of what one can do with them."""

    def word(key: str) -> str:
        return escape(message(key, trace.language))

    sections = {
        "nudge": "<button id=nudge></button><div class=wide><table id=nudged></table></div>",
        "paths": "<ul id=paths></ul><p id=cost></p>",
        "descent": f"<label>{word('rate')} η <input id=rate inputmode=decimal autocomplete=off></label> <button id=descend>{word('descend')}</button>"
        "<svg id=curve role=img viewBox='0 0 300 80' hidden><polyline></polyline></svg><div id=updates role=status></div>",
    }
    if trace.sweep == TANGENTS:
        del sections["descent"]
    body = "".join([f"<section><h2>{word(key)}</h2>{section}</section>" for key, section in sections.items()])
    return (
        f'<div id=inputs role=group aria-label="{word("inputs")}"></div>'
        f"<details id=tryit><summary>{word('try it')}</summary>"
        f"<label>{word('input')} <select id=subject></select></label><div>{body}</div></details>"
    )


def living(trace: Trace, scene: Scene) -> dict[str, Any]:
    """All that the script needs to make the steps, beside the rules.

    graph: see live.py. order: in which the values come. names: of every node as a tree and as text, and of a number
    also how tightly it holds together. forms: of the rules, see `_form`, and `formOf`: which one each node has.
    start, forward, held, shifts: as in `Trace`. roles: how the inputs are called that an operation takes several times.
    drawn: the edges whose labels are drawn; tight: those without room for a title, None for all. data: inputs that
    are no variables. point, sentences: in the language of the page.
    """
    said, nodes = trace.equations, trace.nodes
    styles = (GapsInTrees(trace.language), GapsInText(trace.language))
    forms: dict[str, tuple[int, list[Any]]] = {}
    of: list[int | None] = []
    known: dict[tuple[Rule, int], int] = {}
    for node in nodes:
        if node.rule is None:
            of.append(None)
            continue
        key = (node.rule, len(node.parents))
        if key not in known:
            form = _form(node.rule, len(node.parents), styles)
            known[key] = forms.setdefault(repr(form), (len(forms), form))[0]
        of.append(known[key])
    roles = {
        trace.edges[said.place[node], i]: f", {role(node.rule, i, len(node.parents), styles[0])}"
        for node in nodes
        if node.rule is not None
        for i in sorted(repeated(node))
    }
    flowed = sorted({edge for step in trace for edge in step.arrows})
    if scene.style == "network":  # a weight and its neuron have one card, without labels between
        curves = layout_of(scene).arrows
        flowed = [edge for edge in flowed if curves[f"e{edge}"].label]
    numbers = dict(enumerate(number_of(said.numbers[node]) for node in nodes))
    return {
        "graph": [
            numbers[i] if node.rule is None else [key_of(node.rule, len(node.parents)), *[said.place[x] for x in node.parents]]
            for i, node in enumerate(nodes)
        ],
        "order": [said.place[node] for node in as_written(nodes)],
        "names": [_name(trace, node, styles) for node in nodes],
        "forms": [form for _, form in forms.values()],
        "formOf": of,
        "start": said.place[said.start],
        "forward": int(trace.sweep == TANGENTS),
        "held": sorted([said.place[node] for node in said.held]),
        "shifts": sorted([said.place[node] for node in said.shifts if node.rule is not None]),
        "data": [i for i, node in enumerate(nodes) if node.rule is None and node.is_constant and node.label],
        "roles": roles,
        "drawn": flowed,
        "tight": None if scene.style != "cards" else [i for i, arrow in enumerate(scene.arrows) if not arrow.is_short],
        "point": said.drawn.point,
        "sentences": _words(trace),
    }  # fmt: skip


def _name(trace: Trace, node: Value, styles: Sequence[Printed]) -> list[Any]:
    symbols = [trace.equations.symbol(xp, node) for xp in styles]
    row = [tree(symbols[0].content), str(symbols[1])]
    return [*row, *[symbol.strength for symbol in symbols]] if node.is_constant and not node.label else row


def _form(rule: Rule, count: int, styles: Sequence[Printed]) -> list[Any]:
    """A rule with gaps: [tree, text, how tightly each holds together, its partials likewise, what it is].

    What it is in letters: t if its inputs can tie, k if it has kinks that are spoken of, u if it has one input, o if
    it is one of the user.
    """
    whole, slopes = [], []
    for xp in styles:
        gaps = [Formula(Gap(i), ATOM, xp) for i in range(count)]
        whole.append(xp.applied(rule, *gaps))
        slopes.append([xp.formula(slope) for slope in xp.slopes(rule, Formula(Gap("z"), ATOM, xp), gaps)])
    has_kinks = rule.kinks is not None and rule.name not in SILENT
    traits = "t" * (rule.name in TIES) + "k" * has_kinks + "u" * (rule.arity == 1) + "o" * bool(rule.owner)
    return [*_with_gaps(whole), [_with_gaps(pair) for pair in zip(*slopes, strict=True)], traits]


def _with_gaps(pair: Sequence[Formula]) -> list[Any]:
    as_tree, as_text = (formula.style.operand(formula) for formula in pair)
    return [tree(as_tree), as_text.split("\0"), *[formula.strength for formula in pair]]


def _words(trace: Trace) -> dict[str, str]:
    """The sentences that may be needed."""
    rules = {node.rule.name: node.rule for node in trace.nodes if node.rule is not None}
    kinds = {step.kind for step in trace}
    keys = {
        "alone", "drag", "forward and reverse", "gradient", "more paths", "reset", "variable", "variable unknown", "operation", "operation unknown", "seed", "nothing flows", "via",
        *["data given", "data unknown"] * any(node.is_constant and bool(node.label) for node in trace.nodes),
        *["shift"] * bool(trace.equations.shifts),
        *["tie"] * any(name in TIES for name in rules),
        *["kink"] * any(rule.kinks is not None and name not in SILENT for name, rule in rules.items()),
        *["not chosen"] * any(rule.choice and rule.arity != 1 for rule in rules.values()),
    }  # fmt: skip
    words = {key: message(key, trace.language) for key in sorted(keys)}
    words["nudged by"] = message("nudged by", trace.language)
    words |= {
        key: message(MEANINGS[key][trace.sweep == TANGENTS], trace.language)
        for key in (PRODUCT, "use", ADDITION)
    }
    return (
        words
        if ADDITION in kinds
        else {key: words[key] for key in words if key not in ("use", ADDITION, "via")}
    )
