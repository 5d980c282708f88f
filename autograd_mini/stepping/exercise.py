"""The page of exercises: the same picture with empty boxes, and a question for every number that goes into one.

Values are asked, local partials (they can be left out) and derivatives, of arrays every entry. Answers are judged from
the student's own earlier ones, see sheet.py; a wrong one that typical mistakes give is answered with what they leave
out. Hints give the local partial first, then the line of the chain rule, then the answer. In definitions the reader can
ask for the operations inside. Where inputs have no numbers, formulas are asked, and compared at random points.

The page computes the numbers itself: no list of them is in it. Its formulas have references in their places.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING

from autograd_mini.engine.value import Constant, Value, apply
from autograd_mini.errors import UnboundError, choose
from autograd_mini.formulas.expressions import fixed, held
from autograd_mini.formulas.javascript import is_printable, javascript, key_of, table_of, together
from autograd_mini.formulas.names import names
from autograd_mini.stepping.answers import reading_program, spellings
from autograd_mini.stepping.blank import blank_picture, looks_of, scripts_of
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.live import graph_of
from autograd_mini.stepping.mistakes import KINDS, mistakes_program
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import changes, heading
from autograd_mini.stepping.sheet import Sheet
from autograd_mini.stepping.sweeps import OPERATION, PRODUCT, TANGENTS, VALUES
from autograd_mini.stepping.trees import tree
from autograd_mini.viz.document import button, data_block, document, panel
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule
    from autograd_mini.stepping.sweeps import Step, Trace
    from autograd_mini.viz.shared import Shared

    Question = dict[str, Any]


WORDS = (
    "hint", "answer", "right", "follows", "nearly", "wrong", "imprecise", "unreadable", "unreadable formula", "given",
    "score", "at once", "tries", "shown", "comes out", "or", "solution",
)  # fmt: skip
BUTTONS = {
    "locals": "local partials",
    "solution": "solution",
    "sheet": "print",
    "again": "again",
    "save": "save",
}
FUNCTIONS = (
    "exp",
    "log",
    "log2",
    "log10",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "relu",
    "softplus",
    "max",
)
MOST_INSIDE = 300  # questions about the operations inside of definitions
PLAIN = {"0", "1"}  # numbers that formulas have anyway


def to_ask(trace: Trace, ask: str | None = None) -> Trace:
    """The trace whose numbers or formulas are asked.

    ask: as for `Steps.exercise`, which says what is raised.
    """
    inputs = [node for node in trace.nodes if node.rule is None and (node.label or not node.is_constant)]
    missing = trace.missing
    ask = ask or ("formulas" if missing and len(missing) == len(inputs) else "numbers")
    choose("ask", ask, ("numbers", "formulas"))
    if ask == "numbers" and missing:
        raise UnboundError(trace.result, missing)
    return without_numbers(trace) if ask == "formulas" and not missing else trace


def exercise_of(trace: Trace, ask: str | None = None, shared: Shared | None = None) -> str:
    """The exercise as one HTML file that works offline, or with files that it shares with others.

    ask: as for `Steps.exercise`, which says what is raised.
    """
    trace = to_ask(trace, ask)
    language = trace.language

    def word(key: str) -> str:
        return escape(message(key, language))

    title = heading(trace)
    asked = Asked(trace)
    questions = asked.questions
    content = asked.content()
    task = "task of formulas" if asked.is_formal else "task"
    is_value = [question["b"] == 0 for question in questions]
    count = is_value.index(False) if False in is_value else len(is_value)
    rows = [_row(i, question, language, is_formal=asked.is_formal) for i, question in enumerate(questions)]
    chosen = {name: key for name, key in BUTTONS.items() if name != "locals" or asked.has_locals}
    said = json.dumps(_words(language, every=not asked.is_formal or bool(shared)), ensure_ascii=False)
    words = f"const words={said};\n"
    program = asked.program() if shared else words + asked.program()
    body = [
        f"<header><h1>{word('exercise')}{word('colon')}<span>{escape(title)}</span></h1><p>{word(task)}</p>",
        f'<p class="paper">{word("name")}{word("colon")}</p></header>',
        f"<main>{panel(blank_picture(trace), language)}<section>",
        f"<h2>{word(VALUES)}</h2><ol>{''.join(rows[:count])}</ol>",
        f"<h2>{word(trace.sweep)}</h2><p>{word('held fixed')}</p><ol>{''.join(rows[count:])}</ol>",
        '<p id="score" role="status"></p><p>',
        *(button(name, message(key, language), word(key)) for name, key in chosen.items()),
        f'</p><p><label for="student">{word("name")}</label><input id="student"></p></section></main>',
        shared.script([f"words-{language}"], lambda _: words) if shared else "",
        data_block("answers", content),
    ]
    name = f"{message('exercise', language)}{message('colon', language)}{title}"
    scene = scene_after(trace)
    looks, rules = looks_of(scene)
    styles = [*looks, "stepping/assets/exercise.css"]
    parts = ("live", "reader", "sheet", "formulas" if asked.is_formal else "mistakes", "exercise")
    scripts = [*scripts_of(scene), *[f"stepping/assets/{part}.js" for part in parts]]
    return document(name, language, "\n".join(body), styles, scripts, rules, program, is_sealed=True, shared=shared)  # fmt: skip


def without_numbers(trace: Trace) -> Trace:
    """The steps of the same graph whose inputs have no numbers."""
    copies: dict[Value, Value] = {}
    order = trace.order if isinstance(trace, Lines) else trace.nodes
    for node in order:
        if node.rule is not None:
            copies[node] = apply(node.rule, [copies[x] for x in node.parents])
            copies[node].label = node.label
        elif node.is_constant and not node.label:
            copies[node] = node
        else:
            copies[node] = Constant(0.0, node.label) if node.is_constant else Value(label=node.label)
            copies[node].primal = None
    opened = [
        node.rule.frame.title
        for node in trace.nodes
        if isinstance(trace, Lines) and node.rule is not None and node.rule.frame is not None
    ]
    return _again(trace, copies, opened)


def _again(trace: Trace, copies: dict[Value, Value], opened: Sequence[str]) -> Trace:
    """The trace of a graph anew, of its copy or with other definitions opened."""
    if not isinstance(trace, Lines):
        start = trace.equations.names[trace.equations.start]
        which = {"by": start} if trace.sweep == TANGENTS else {"of": start}
        again = type(trace)([copies[root] for root in trace.roots], trace.language, **which)
    else:
        called = trace.called
        line = trace.line_of[trace.starts[0]]
        start = called[trace.starts[0]] if len(trace.starts) == 1 else line.label
        roots = [copies[entry] for root in trace.roots for entry in root.unit.entries]  # type: ignore[attr-defined]
        again = type(trace)(roots, trace.language, start, opened)
    again.style, again.origin = trace.style, trace.origin
    return again


class Asked:
    """What is asked about a trace, as the page knows it.

    A question is a row: k keys of its numbers (see sheet.py), w how many stand side by side, n the node whose box they
    fill or -1, r how many stand side by side in that, b which: 0 its value, 1 its derivative, 2 none, as it is a local partial; x labels on edges it fills;
    e edges that are marked; h hints, see `_begun`, and l lines of the solution, as trees; d the definition it is inside of, or -1;
    c for a local partial of a definition its number, as it is asked while that is closed; o what can be opened.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.said = trace.equations
        self.is_formal = bool(trace.missing)
        self.lines = trace if isinstance(trace, Lines) else None
        self.order: Sequence[Value] = self.lines.order if self.lines else trace.nodes
        self.place = {node: i for i, node in enumerate(self.order)}
        starts: Sequence[Value] = self.lines.starts if self.lines else [self.said.start]
        self.starts = [self.place[node] for node in starts]
        self.called = names(self.order)
        without = (held(self.order) | fixed(self.order)) - {*starts}
        self.held = [i for i, node in enumerate(self.order) if node in without]
        self.asked = sorted(
            {self.place[x] for node in trace.nodes if node.rule is not None for x in self._entries(node)}
        )
        self.opaque = self._opaque()
        self.definitions: list[str] = []
        self.inner: list[list[int]] = []
        self.known: dict[str, str] = {}
        steps = [step for step in trace if step.sweep != VALUES]
        self.wanted = sorted({self.place[x] for step in steps for x in self._entries(trace.nodes[step.node])})
        is_forward = trace.sweep == TANGENTS
        self.read = self._read()
        self.sheet = Sheet(self.order, self.asked, self.starts, self.held, is_forward=is_forward, wanted=self.wanted, read=self.read)  # fmt: skip
        self.opened = self.sheet  # with the operations inside of definitions
        self._learn(self.sheet)
        self.questions = [*self._questions()]
        self.has_locals = any(question["b"] == 2 for question in self.questions)

    def _entries(self, node: Value) -> tuple[Value, ...]:
        return node.unit.entries if self.lines else (node,)  # type: ignore[attr-defined]

    def _read(self) -> dict[int, float]:
        """The numbers of inputs that are shown shorter than they are."""
        shown = {
            i: float(f"{node.primal:.4g}")
            for i, node in enumerate(self.order)
            if node.rule is None and node.primal is not None and math.isfinite(node.primal)
        }
        return {
            i: x for i, x in shown.items()
            if x != self.order[i].primal and str(self.said.text.constant(x)) == str(self.said.text.constant(self.order[i].data))
        }  # fmt: skip

    def _learn(self, sheet: Sheet) -> None:
        """Which number is written how: formulas then have the key instead."""
        for key, x in sheet.exact.items():
            digits = _digits(str(self.said.drawn.constant(x)))
            if digits not in PLAIN:
                self.known.setdefault(digits, key)

    def hidden(self, part: Any) -> Any:
        """A tree of a formula with keys in the places of numbers that are asked."""
        if part and part[0] in ("b", "s", "p"):  # an index, or a power, is none
            return [part[0], self.hidden(part[1]), *part[2:]]
        if isinstance(part, str):
            return f"#{self.known[part[1:]]}" if part[:1] == "n" and part[1:] in self.known else part
        return [self.hidden(each) for each in part]

    # Rows

    def _questions(self) -> Iterator[Question]:
        trace = self.trace
        inside = self._inside()
        done = changes(trace)
        last = {step.node: i for i, step in enumerate(trace) if step.sweep != VALUES}
        groups: dict[int, list[int]] = {}
        for i, step in enumerate(trace):
            if trace.nodes[step.node] in self.said.fixed:
                continue
            if step.kind == OPERATION:
                yield self._value(trace, step, done[i])
                name = trace.nodes[step.node].label
                yield from inside.get((name, True), ())
            elif step.sweep != VALUES:
                groups.setdefault(step.node, []).append(i)
                if last[step.node] == i:
                    yield from self._derivative(trace, groups[step.node], done)
                    yield from inside.get((trace.nodes[step.node].label, False), ())

    def _inside(self) -> dict[tuple[str, bool], list[Question]]:
        """The rows of the operations inside of definitions, by their names, values and derivatives."""
        found: dict[tuple[str, bool], list[Question]] = {}
        if self.lines is None or len(self.starts) > 1:
            return found
        opened = _again(self.lines, {x: x for x in self.order}, ["all"])
        assert isinstance(opened, Lines)
        outer = {self.order[i] for i in self.asked}
        frames = {
            node: node.rule.frame.title
            for node in opened.nodes
            if node.rule is not None and node.rule.frame is not None and node.unit.entries[0] not in outer
        }
        if not 0 < len(frames) <= MOST_INSIDE:
            return found
        self.definitions = [*dict.fromkeys(frames.values())]
        for name in self.definitions:
            entries = [node.unit.entries[0] for node, frame in frames.items() if frame == name]
            self.inner.append([self.place[entry] for entry in entries if entry in self.place])
        more = [*self.asked, *[i for places in self.inner for i in places]]
        self.opened = Sheet(self.order, more, self.starts, self.held, wanted=self.wanted)
        self._learn(self.opened)
        for step in opened:
            node = opened.nodes[step.node]
            if node not in frames or node.unit.entries[0] not in self.place or node in opened.equations.fixed:
                continue
            rows = found.setdefault((frames[node], step.sweep == VALUES), [])
            d = self.definitions.index(frames[node])
            if step.kind == OPERATION:
                rows.append(self._value(opened, step, None) | {"d": d})
            elif step.kind == PRODUCT:
                rows += [row | {"d": d} for row in self._derivative(opened, [[*opened].index(step)], None)]
        return found

    def _value(self, trace: Trace, step: Step, change: list[Any] | None) -> Question:
        """What the page knows of a value."""
        sides = self._trees(trace, step)
        node = trace.nodes[step.node]
        keys = [f"v{self.place[x]}" for x in self._entries_in(trace, node)]
        chain = sides[:-1] if len(sides) > 2 and not self.is_formal else []
        short = [[sides[:2]], [chain]] if len(chain) > 2 else [[chain]]
        own = change is not None
        opens = own and node.label in self.definitions
        return self._question(
            keys, step, 0, sides[0],
            n=step.node if own else -1,
            w=_width(node),
            **({"r": 1} if len(getattr(node, "shape", ())) == 1 else {}),
            h=[hint for hint in short if hint != [[]]],
            l=[sides],
            e=change[5] if change else [],
            **({"o": self.definitions.index(node.label)} if opens else {}),
        )  # fmt: skip

    def _derivative(self, trace: Trace, group: list[int], done: list[list[Any]] | None) -> Iterator[Question]:
        """The local partials of a derivative, and the derivative."""
        steps = [trace[i] for i in group]
        last, node = steps[-1], trace.nodes[steps[-1].node]
        products = [step for step in steps if step.kind == PRODUCT]
        locals_ = [
            self._trees_of(trace.equations.local(trace.equations.mathml, step))
            for step in products
            if self._has_local(trace, step)
        ]
        labels = [
            self._label(trace, step, done[i])
            for i, step in zip(group, steps, strict=True)
            if done and len(done[i]) > 7
        ]
        labels = [label for label in labels if label]
        for step in products:
            yield from self._locals(trace, step, labels, is_inside=done is None)
        lines = [self._trees(trace, step) for step in steps]
        short = -1 if not self.is_formal else None
        chain = [line[:short] for line in lines if len(line) > 2]
        if self.is_formal:
            chain = [line[:-1] for line in chain]
        hints = [hint for hint in ([locals_] if locals_ == chain else [locals_, chain]) if hint]
        edges = [edge for i in group for edges in (done[i][5:6] if done else []) for edge in edges]
        entries = self._entries_in(trace, node)
        yield self._question(
            [f"g{start},{self.place[x]}" for start in self.starts for x in entries], last, 1, lines[-1][0],
            n=last.node if done else -1,
            w=len(entries) if len(self.starts) > 1 else _width(node),
            h=hints, l=lines, e=edges, x=labels,
            **({"r": 1} if len(getattr(node, "shape", ())) == 1 and len(self.starts) == 1 else {}),
        )  # fmt: skip

    def _has_local(self, trace: Trace, step: Step) -> bool:
        """Whether a product has one local partial of numbers to speak of."""
        if isinstance(trace, Lines):
            users = {trace.nodes[user] for user, _ in step.edges}
            ends = [*users, trace.nodes[step.node]]
            return (
                not any(end.shape for end in ends)
                and len(users) == 1
                and trace.result not in users
                and len(self.starts) == 1
            )
        return step.is_arithmetic

    def _locals(self, trace: Trace, step: Step, labels: list[Any], *, is_inside: bool) -> Iterator[Question]:
        """A row for the local partial of every edge of a product."""
        if isinstance(trace, Lines):
            if not self._has_local(trace, step):
                return
            (user, _), *_ = step.edges
            u = self.place[trace.nodes[user].unit.entries[0]]
            x = self.place[trace.nodes[step.node].unit.entries[0]]
            sheet = self.sheet if trace is self.lines else self.opened
            keys = [sheet.slope(u, sheet.units[u].inputs.index(x))]
            name = trace.nodes[user].label
        elif step.edge is not None:
            user, position = step.edge
            keys, name = [f"p{user},{position}"], ""
        sides = self._trees_of(trace.equations.local(trace.equations.mathml, step))
        more = {"c": self.definitions.index(name)} if not is_inside and name in self.definitions else {}
        yield self._question(
            keys, step, 2, sides[0], n=-1 if is_inside else step.node, w=1,
            h=[[sides[:-1]]] if len(sides) > 2 else [], l=[sides],
            e=[] if is_inside else step.arrows, x=[label for label in labels if label[3] == keys[0]], **more,
        )  # fmt: skip

    def _label(self, trace: Trace, step: Step, change: list[Any]) -> list[Any]:
        """What to write on an edge: which label, the text with # for the number, its digits, and the key."""
        if step.local is None or change[7] < 0:
            return []
        xp, digits = self.said.drawn, 17
        text, number = change[6], str(xp.constant(abs(step.local)))
        if number not in text:
            digits = 2 if -0.1 < step.local < 0 else 3
            number = str(xp.constant(float(f"{abs(step.local):.{digits}g}")))
        number = ("−" if "−" in text else "") + number
        if isinstance(trace, Lines):
            (user, _), *_ = step.edges
            u, x = (self.place[trace.nodes[i].unit.entries[0]] for i in (user, step.node))
            key = self.sheet.slope(u, self.sheet.units[u].inputs.index(x))
        else:
            key = f"p{step.edges[0][0]},{step.edges[0][1]}"
        return [change[7], text.replace(number, "#"), digits, key]

    def _question(self, keys: list[str], step: Step, box: int, label: Any, **more: Any) -> Question:
        if "h" in more:
            more["h"] = [[_begun(line, more["l"]) for line in hint] for hint in more["h"]]
        kept = {name: part for name, part in more.items() if part not in ([], None)}
        return {"k": keys, "b": box, "label": label, "step": step, "entries": self._named(keys), **kept}

    def _named(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """What the entries of an array are called, in short and in full: W₂,₁ and ∂f/∂W₂,₁."""
        xp = self.said.drawn
        places = [[int(part) for part in key[1:].split(",")] for key in keys if key[0] != "p"]
        called = [[xp.symbol(self.called[self.order[i]]) for i in each] for each in places]
        whole = [str(xp.derivative(*each) if len(each) > 1 else each[0]) for each in called]
        short = whole if len(self.starts) > 1 else [str(each[-1]) for each in called]
        return [*zip(short, whole, strict=True)]

    def _entries_in(self, trace: Trace, node: Value) -> tuple[Value, ...]:
        return node.unit.entries if isinstance(trace, Lines) else (node,)  # type: ignore[attr-defined]

    def _trees(self, trace: Trace, step: Step) -> list[Any]:
        return self._trees_of(step.sides(trace.equations.mathml))

    def _trees_of(self, sides: Sequence[Any]) -> list[Any]:
        trees = [self.hidden(tree(side.content)) for side in sides]
        return [side for i, side in enumerate(trees) if side not in trees[:i]]

    # What goes into the page

    def content(self) -> dict[str, Any]:
        """The data of the page."""
        xp, graph = self.said.drawn, self._graph()
        leaves = [i for i, node in enumerate(self.order) if node.rule is None]
        spoken = {
            **self.asked_names(),
            **{i: self.called[self.order[i]] for i in leaves if self.order[i].label},
        }
        rows = [
            {k: part for k, part in question.items() if k not in ("label", "step", "entries")}
            for question in self.questions
        ]
        cards, numbers = scene_after(self.trace).cards, self.said.numbers
        given = [
            [i, cards[i].filled(numbers[node])]
            for i, node in enumerate(self.trace.nodes)
            if (node.rule is None and (node.label or not node.is_constant))
            or (node.rule is not None and node in self.said.fixed)
            if numbers[node] is not None
        ]
        content: dict[str, Any] = {
            "graph": graph, "asked": self.asked, "starts": self.starts, "held": self.held, "wanted": self.wanted,
            "forward": int(self.trace.sweep == TANGENTS),
            "names": {i: "" if self.order[i].is_constant and not self.order[i].label else self.order[i].label or "?" for i in leaves},
            "read": self.read, "called": {i: str(xp.symbol(name)) for i, name in spoken.items()},
            "point": xp.point, "about": dict(self.trace.origin), "given": given, "inner": self.inner,
            "questions": hidden(rows) if self.is_formal else rows,
        }  # fmt: skip
        if self.is_formal:
            known = {
                self.called[node]: i
                for i, node in enumerate(self.order)
                if not (node.is_constant and not node.label)
            }
            content["formal"] = {way: known[name] for way, name in spellings(known).items()}
        return content

    def asked_names(self) -> dict[int, str]:
        """The names of all places that questions are about."""
        places = [*self.asked, *[i for inner in self.inner for i in inner]]
        return {i: self.called[self.order[i]] for i in places}

    def _opaque(self) -> dict[int, str]:
        """Places of operations without a formula, and the names of their rules in the page: they are what they are here."""
        applied = {(node.rule, len(node.parents)): node.rule for node in self.order if node.rule is not None}
        printable = {each: is_printable(rule, each[1]) for each, rule in applied.items()}
        return {
            i: f"{node.rule.name}@{i}"
            for i, node in enumerate(self.order)
            if node.rule is not None and not printable[node.rule, len(node.parents)]
        }

    def _graph(self) -> list[Any]:
        """As `graph_of`, where some rules have a name of their own."""
        return [
            [
                self.opaque.get(i) or key_of(node.rule, len(node.parents)),
                *[self.place[x] for x in node.parents],
            ]
            if node.rule is not None
            else graph_of([node])[0]
            for i, node in enumerate(self.order)
        ]

    def program(self) -> str:
        """The scripts of the rules, of what mistakes make of them, and of the functions of answers."""
        opaque = self.opaque
        applied: dict[tuple[Rule, int], None] = {
            (node.rule, len(node.parents)): None
            for i, node in enumerate(self.order)
            if node.rule is not None and i not in opaque
        }
        xp = self.said.drawn

        def said(rule: Rule, count: int) -> str:
            pieces = [xp.symbol(name) for name in ("x", "y", "z")[:count]]
            return str(xp.applied(rule, *pieces)) if count < 3 else rule.symbol

        used = {rule.name for rule, _ in applied} if self.is_formal else set[str]()
        tables = [table_of(applied), reading_program({*FUNCTIONS, *used})]
        if not self.is_formal:
            tables.append(mistakes_program(applied, said))
        for i, name in opaque.items():  # they are what they are here
            node, key = self.order[i], json.dumps(name)
            partials = ",".join([str(javascript.constant(float(p))) for p in node.partials])
            tables.append(f"rules[{key}]={{f:()=>{javascript.constant(node.data)},p:()=>[{partials}]}};")
            tables.append(f"slips[{key}]={{n:{key}}};" * (not self.is_formal))
        return together(*tables)


def _begun(hint: list[Any], lines: list[list[Any]]) -> list[Any]:
    """A line of a hint; [i, n] if it is the first n sides of the line i of the solution."""
    return next(([i, len(hint)] for i, line in enumerate(lines) if line[: len(hint)] == hint), hint)


def _width(node: Value) -> int:
    """How many numbers stand side by side: the columns of an array."""
    shape = getattr(node, "shape", ())
    return shape[-1] if shape else 1


def _digits(text: str) -> str:
    """The digits of a number as a formula has them: without its sign and power of ten."""
    return text.removeprefix("−").partition("·")[0]


def hidden(content: Any) -> str:
    """The content so that no eye meets it by chance. It is no secret: the page can read it, so can a reader."""
    data = json.dumps(content, ensure_ascii=False).encode()
    return b64encode(bytes(byte ^ (31 * i + 7 & 255) for i, byte in enumerate(data))).decode()


def _words(language: str, *, every: bool) -> dict[str, str]:
    """All that the page may say; every: also of mistakes with numbers."""
    said = {key: message(key, language) for key in (*WORDS, *[*KINDS.values()] * every)}
    return said | {"close": said.pop("nearly")}


def _row(i: int, question: Question, language: str, *, is_formal: bool) -> str:
    """One question: its name, a field for every number, and room for what is said about it."""
    step, keys = question["step"], question["k"]
    math = step.equations.mathml
    content = step.sides(math)[0] if question["b"] < 2 else step.equations.local(math, step)[0]
    plain = (
        step.sides(step.equations.text)[0]
        if question["b"] < 2
        else step.equations.local(step.equations.text, step)[0]
    )
    label, kind = escape(str(plain)), ("value", "derivative", "local")[question["b"]]
    entries = question["entries"] if len(keys) > 1 else [("", "")]
    places = [f"q{i}", *[f"q{i}-{j}" for j in range(1, len(keys))]]
    fields = "".join(
        f'<input id="{place}" aria-label="{escape(full)}" placeholder="{escape(short)}">'
        if full
        else f'<input id="{place}" aria-label="{label}">'
        for place, (short, full) in zip(places, entries, strict=True)
    )
    title = escape(message("operations inside", language))
    inside = (
        f'<button class="open" title="{title}" aria-expanded="false">⊞</button>' if "o" in question else ""
    )
    looks = [kind, *["inner"] * ("d" in question), *["wide"] * is_formal]
    return (
        f'<li class="{" ".join(looks)}"><label for="q{i}"><math>{content}</math></label>'
        f"<span>{fields}</span><button></button>{inside}"
        "<output></output><div></div></li>"
    )
