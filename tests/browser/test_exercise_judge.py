"""Answers judged by the page as Python judges them: verdicts and every mistake, on random graphs and random answers."""

import json
import random

import pytest
from rule_cases import POWERS, TABLE

import autograd_mini as am
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.formulas.expressions import fixed, held
from autograd_mini.formulas.javascript import table_of, together
from autograd_mini.stepping.answers import reading_program, spellings
from autograd_mini.stepping.live import graph_of
from autograd_mini.stepping.mistakes import mistakes_program
from autograd_mini.stepping.sheet import Marking, Sheet
from autograd_mini.viz.document import document
from browser.test_live import random_graph

pytestmark = pytest.mark.slow  # a real browser

HOOKS = """
const opened = ([graph, asked, starts, held, forward, wanted, names, read]) => makeSheet(graph, asked, starts, held, forward, wanted, names, read);
const shown = (x) => (Array.isArray(x) ? x.map(shown) : typeof x === "number" ? x + "" : x);
window.asked = {
  sheets: (sheets) => sheets.map((sheet) => opened(sheet)).map((sheet) => sheet.keys.map((key) => [key, sheet.exact[key] + ""])),
  mistakes: (sheets) => sheets.map((each) => {
    const sheet = opened(each);
    return sheet.keys.map((key) => shown(mistakesAt(sheet, key, sheet.leaves, sheet.exact)));
  }),
  judged: (questions) => questions.map(([sheet, typed, given]) => shown(Object.entries(judgeAll(opened(sheet), typed, given)).map(([key, verdict]) => [key, ...verdict]))),
  formulas: (questions) => questions.map(([sheet, names, key, text]) => judgeKey(opened(sheet), names, key, text)),
};
"""


def page_of(ask_for, orders):
    applied = {(node.rule, len(node.parents)): None for order in orders for node in order if node.rule}
    tables = [table_of(applied), mistakes_program(applied, lambda rule, _: rule.name), reading_program()]
    scripts = [f"stepping/assets/{name}.js" for name in ("live", "reader", "sheet", "mistakes", "formulas")]
    return document("Judge", "en", "", [], scripts, program=f"{together(*tables)}\n{HOOKS}")


@pytest.fixture
def ask(open_page):
    def asked(kind, questions, orders):
        page = open_page(page_of(kind, orders))
        return json.loads(page.evaluate(f"JSON.stringify(asked.{kind}({json.dumps(questions)}))"))

    return asked


def sheet_of(order, rng, *, is_forward=False):
    """A sheet of the graph on which some operations are inside of others."""
    root = order[-1]
    place = {node: i for i, node in enumerate(order)}
    without = [place[node] for node in (held(order) | fixed(order)) - {root}]
    operations = [i for i, node in enumerate(order) if node.rule]
    asked = [i for i in operations if rng.random() < 0.7 or i == len(order) - 1]
    leaves = [i for i, node in enumerate(order) if node.rule is None and not node.is_constant]
    starts = [rng.choice(leaves) if is_forward else len(order) - 1]
    return Sheet(order, asked, starts, without, is_forward=is_forward, wanted=asked if not is_forward else ())


def sent(sheet):
    """The sheet as the page is told of it."""
    names = {
        i: "" if node.is_constant and not node.label else node.label or "?"
        for i, node in enumerate(sheet.order)
        if node.rule is None
    }
    return [graph_of(sheet.order), sorted(sheet.asked), sheet.starts, sorted(sheet.held), sheet.is_forward, sorted(sheet.wanted), names, {}]  # fmt: skip


def sheets(seed, count):
    rng = random.Random(seed)
    found = []
    while len(found) < count:
        order = random_graph(rng, [*TABLE, *POWERS], lambda: round(rng.uniform(-2, 2), 2), RULES["tanh"])
        if order[-1].rule is None:
            continue
        leaves = [node for node in order if node.rule is None]
        for i, leaf in enumerate(leaves):
            leaf.label = rng.choice(["w_12", "w_21", "w_11", "x", "b_1", f"a{i}"]) if i else f"w_{i}3"
        labels = [leaf.label for leaf in leaves]
        if len({*labels}) == len(labels):
            found.append(sheet_of(order, rng, is_forward=rng.random() < 0.2))
    return found


def same(x, y):
    x, y = float(x), float(y)
    return x == pytest.approx(y, rel=1e-9, abs=1e-9, nan_ok=True)


def test_every_number(ask):
    """Keys and exact numbers of a sheet are those of Python."""
    some = sheets(1, 300)
    answers = ask("sheets", [*map(sent, some)], [sheet.order for sheet in some])

    for sheet, answer in zip(some, answers, strict=True):
        assert [*sheet.keys] == [key for key, _ in answer]
        assert all(same(sheet.exact[key], x) for key, x in answer)


def test_every_mistake(ask):
    """What typical mistakes give is the same in the page: kinds, places, numbers and their order."""
    some = sheets(2, 400)
    answers = ask("mistakes", [*map(sent, some)], [sheet.order for sheet in some])
    count, kinds = 0, set()
    for sheet, answer in zip(some, answers, strict=True):
        for key, found in zip(sheet.keys, answer, strict=True):
            expected = [*sheet.mistakes(key, sheet.leaves, sheet.exact)]

            assert [(m.kind, m.place, m.function) for m in expected] == [
                (m[0], int(m[1]), int(m[3])) for m in found
            ]
            for mistake, (_, _, number, _) in zip(expected, found, strict=True):
                assert same(mistake.number, number), (mistake, number)
            count += len(expected)
            kinds |= {mistake.kind for mistake in expected}
    assert count > 20_000
    assert len(kinds) > 20


def answers_on(sheet, rng):
    """What a student may type: right numbers, rounded ones, mistakes, and nothing at all."""
    typed, marking, given = {}, Marking(sheet), set()
    for key in sheet.keys:
        x = sheet.exact[key]
        way = rng.random()
        if way < 0.15:
            x = None
        elif way < 0.4:
            x = rng.choice([*(m.number for m in sheet.mistakes(key, sheet.read, marking.as_typed)), x])
        elif way < 0.6:
            x = sheet.made(key, sheet.read, marking.as_typed)
        elif way < 0.7:
            x = rng.uniform(-3, 3)
        text = (
            None
            if x is None or x != x or abs(x) == float("inf")
            else rng.choice([f"{x:.2e}", f"{x:.3f}", f"{x:.1f}", repr(x)])
        )
        if text is not None:
            typed[key] = text
        if text is not None and way > 0.97:
            given.add(key)
        marking.take(key, text, is_shown=key in given)
    return typed, sorted(given)


def test_every_verdict(ask):
    """Right, follows, close, imprecise or wrong, and the names of mistakes: the same on sheets that are filled in at random."""
    rng, some = random.Random(3), sheets(3, 400)
    questions = [(sheet, *answers_on(sheet, rng)) for sheet in some]
    found = ask(
        "judged", [[sent(sheet), *more] for sheet, *more in questions], [sheet.order for sheet in some]
    )
    kinds = set()
    for (sheet, typed, given), answer in zip(questions, found, strict=True):
        expected = sheet.judged(typed, given)

        assert [*expected] == [key for key, *_ in answer]
        for key, kind, mistakes in answer:
            assert expected[key].kind == kind, (key, typed[key], expected[key], kind)
            assert [m[:2] for m in expected[key].mistakes] == [(m[0], int(m[1])) for m in mistakes]
            kinds.add(kind)
    assert {"right", "follows", "wrong", "close", "imprecise"} <= kinds


FORMULAS = [
    ("h = sigmoid(w*x + b); f = (y - h)**2 / 2", ["h"], "f", [
        ("v:h", "sigmoid(w*x+b)", "right"), ("v:h", "1/(1+e^(-w x))", "unreadable"), ("v:h", "1/(1+e^-(x*w+b))", "right"),
        ("v:h", "h", "unreadable"), ("v:h", "tanh(w*x+b)", "wrong"), ("v:f", "(h-y)^2/2", "right"), ("v:f", "½(y-h)²", "unreadable"),
        ("g:h", "h-y", "right"), ("g:h", "-(y-h)", "right"), ("g:h", "y-h", "wrong"), ("g:h", "df/dh", "unreadable"),
        ("g:w", "∂f/∂h*h*(1-h)*x", "right"), ("g:w", "(h-y)*h*(1-h)*x", "right"), ("g:w", "df/dh * h (1-h) x", "unreadable"),
        ("g:w", "df / dh · h·(1−h)·x", "right"), ("g:w", "df/dh*x", "wrong"), ("g:w", "df/db*x", "right"), ("g:b", "df/dw/x", "unreadable"),
    ]),
    ("a = x1 * log(x2); f = a * a", ["a"], "f", [
        ("v:a", "x1*ln(x2)", "right"), ("v:a", "x_1·log(x₂)", "right"), ("v:a", "log(x2^x1)", "right"), ("v:a", "x1*log(x1)", "wrong"),
        ("v:f", "a^2", "right"), ("v:f", "(x1 ln x2)^2", "unreadable"), ("g:a", "2a", "unreadable"), ("g:a", "2*a", "right"),
        ("g:x2", "2*a*x1/x2", "right"), ("g:x2", "∂f/∂a*x1/x2", "right"), ("g:x1", "∂f/∂a·∂a/∂x1", "unreadable"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "between", "root", "cases"), FORMULAS)
def test_formulas(ask, text, between, root, cases):
    """Formulas of what is asked before are right or wrong by their values at random points, here and in the page."""
    order = toposort(am.parse(text))
    place = {node.label: i for i, node in enumerate(order) if node.label}
    sheet = Sheet(order, [place[name] for name in (*between, root)], [place[root]])
    names = {way: place[name] for way, name in spellings(place).items()}
    keys = {f"v:{name}": f"v{i}" for name, i in place.items()} | {
        f"g:{name}": f"g{place[root]},{i}" for name, i in place.items()
    }
    expected = [verdict for *_, verdict in cases]

    assert expected == [sheet.judged_formula(keys[key], typed, names) for key, typed, _ in cases]
    assert expected == ask(
        "formulas", [[sent(sheet), names, keys[key], typed] for key, typed, _ in cases], [order]
    )
