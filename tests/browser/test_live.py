"""The rules, sweeps and numbers that a page computes by itself, against those of Python, under its strict policy."""

import itertools
import json
import math
import random
from fractions import Fraction

import pytest
from rule_cases import POWERS, TABLE

import autograd_mini as am
from autograd_mini import Value, parse
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import apply
from autograd_mini.formulas.drawn import Drawn
from autograd_mini.formulas.javascript import key_of, table_of
from autograd_mini.stepping.live import graph_of, program_of
from autograd_mini.viz.document import document

pytestmark = pytest.mark.slow  # a real browser

NAN, INF = math.nan, math.inf
EXACT = {"add", "sub", "mul", "div", "neg", "abs", "floor", "ceil", "floor_divide", "mod", "relu", "heaviside", "sign",
         "maximum", "minimum", "where", "clip", "sum", "dot", "prod", "max", "min", "sqrt", "stop_gradient"}  # fmt: skip
SPECIAL = (
    0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, -0.5, 1 / 3, -2.75, 7.25, 19.5, -19.5, 0.01, -1e-9, 1e-20, 5e-324, -1e-310, 1e9, -1e9,
    709.7, -745.2, 1000.0, 1e16, 1e300, -1e300, 1.7976931348623157e308, INF, -INF, NAN,
)  # fmt: skip

# Numbers go there and back as text, so that nan, infinities and the sign of 0 arrive.
HOOKS = """
const written = x => Object.is(x, -0) ? "-0" : x + "";
window.asked = {
  rules: questions => questions.map(([key, ...inputs]) => {
    const { f, p } = rules[key];
    const numbers = inputs.map(Number);
    const z = f(...numbers);
    return [z, ...p(z, ...numbers)].map(written);
  }),
  graphs: questions => questions.map(([graph, root]) => {
    const sweep = sweepForward(graph);
    const gradients = Array.from(sweepBackward(graph, sweep, root));
    return [sweep[0], gradients].map(xs => xs.map(written));
  }),
  numbers: ([point, ...xs]) => xs.map(x => numberText(+x, point)),
};
"""


@pytest.fixture
def ask(open_anywhere):
    """What the page answers to questions of a kind; applied: the rules of its table."""

    def asked(kind, questions, applied=()):
        html = document(
            "Live", "en", "", [], ["stepping/assets/live.js"], program=f"{table_of(applied)}\n{HOOKS}"
        )
        page = open_anywhere(html)
        return json.loads(page.evaluate(f"JSON.stringify(asked.{kind}({json.dumps(questions)}))"))

    return asked


def text(x):
    return "NaN" if x != x else repr(x).replace("inf", "Infinity")


def points(arity):
    """Special values in all combinations or some, and ordinary ones of all sizes."""
    rng = random.Random(arity)

    def ordinary():
        return rng.choice(
            [rng.uniform(-3, 3), rng.gauss(0, 30), rng.choice([-1, 1]) * 10 ** rng.uniform(-12, 12)]
        )

    some = [tuple([ordinary() for _ in range(arity)]) for _ in range(300)]
    if arity <= 2:
        return some + list(itertools.product(SPECIAL, repeat=arity))
    few = (0.0, -0.0, 1.0, 2.0, -2.0, INF, NAN)
    return some + [tuple(rng.choices(rng.choice([few, SPECIAL]), k=arity)) for _ in range(600)]


def test_every_rule(ask):
    """Value and partials of every primitive are those of the floats: exactly in arithmetic, else to 1e-12."""
    cases = [(rule, at) for rule, arity in [*TABLE, *POWERS] for at in points(arity)]
    questions = [[key_of(rule, len(at)), *map(text, at)] for rule, at in cases]
    answers = ask("rules", questions, [(rule, len(at)) for rule, at in cases])

    faults = []
    for (rule, at), answer in zip(cases, answers, strict=True):
        z = rule.forward(floats, *at)
        expected = [z, *rule.partials(floats, z, *at)]
        found = [float(x) for x in answer]
        if rule.name in EXACT:
            same = list(map(text, map(float, expected))) == list(map(text, found))
        else:  # below 1e-300 numbers lose digits
            same = expected == pytest.approx(found, rel=1e-12, abs=1e-312, nan_ok=True)
        if not same:
            faults.append((rule, at, expected, found))
    assert [] == faults[:20]
    assert len(cases) > 40_000


def random_graph(rng, rules, draw, tame=None):
    """A topological order of nodes made by random rules; tame: the rule taken where numbers would grow."""
    nodes = [Value(draw()) for _ in range(rng.randint(1, 4))]
    for _ in range(rng.randint(1, 12)):
        rule, arity = rng.choice(rules)
        node = apply(rule, rng.choices(nodes, k=arity))
        if tame and not all(abs(x) < 20 for x in (node.data, *node.partials)):
            node = apply(tame, [nodes[-1]])
        nodes.append(node)
    return toposort(nodes[-1])


def swept(order):
    """The values, and the gradients as `backward()` leaves them in every node."""
    order[-1].backward()
    return [node.data for node in order], [node.grad for node in order]


def applied(orders):
    return [(node.rule, len(node.parents)) for order in orders for node in order if node.rule]


def test_arithmetic_of_graphs(ask):
    """Over exact rules, choices among them, the page is the engine to the last bit, at infinities and nan too."""
    rng = random.Random(1)
    rules = [case for case in TABLE if case[0].name in EXACT - {"stop_gradient"}]
    numbers = SPECIAL + (2.0, 0.0, 1.5, -0.75) * 8
    orders = [random_graph(rng, rules, lambda: rng.choice(numbers)) for _ in range(3000)]
    answers = ask("graphs", [[graph_of(order), len(order) - 1] for order in orders], applied(orders))

    for order, (values, gradients) in zip(orders, answers, strict=True):
        expected = swept(order)

        assert [list(map(text, part)) for part in expected] == [
            list(map(text, map(float, part))) for part in (values, gradients)
        ], graph_of(order)
    assert sum(any(math.isnan(x) for x in swept(order)[1]) for order in orders) > 100


def test_random_graphs(ask):
    """Over all rules values and gradients agree to 1e-12 of the size of what is added up."""
    rng = random.Random(2)

    def draw():
        return rng.choice([rng.uniform(-3, 3), rng.uniform(-3, 3), rng.choice([0.0, -0.0, 1.0, 2.0, -1.0])])

    orders = [random_graph(rng, [*TABLE, *POWERS], draw, RULES["tanh"]) for _ in range(3000)]
    answers = ask("graphs", [[graph_of(order), len(order) - 1] for order in orders], applied(orders))

    for order, (values, gradients) in zip(orders, answers, strict=True):
        sizes = dict.fromkeys(order, 0.0)
        sizes[order[-1]] = 1.0
        for node in reversed(order):
            for parent, partial in zip(node.parents, node.partials, strict=True):
                sizes[parent] += abs(partial) * sizes[node]
        expected = swept(order)

        assert expected[0] == pytest.approx([float(x) for x in values], rel=1e-12, abs=1e-12)
        for node, ours, theirs in zip(order, expected[1], gradients, strict=True):
            assert abs(ours - float(theirs)) <= 1e-12 * max(1, sizes[node]), graph_of(order)


def test_other_roots_and_unknown_numbers(ask):
    """A sweep may start anywhere: nodes that the root is not made from get nothing; nor does anything that is unknown."""
    order = toposort(parse("a = x * y; b = log(z); f = a + b", x=2, y=3))
    graph = graph_of(order)
    (values, gradients), (known, from_a), (_, all_known) = ask(
        "graphs", [[graph, 5], [graph, 2], [[*graph[:3], 0.5, *graph[4:]], 5]], applied([order])
    )

    assert ["2", "3", "6", "null", "null", "null"] == values == known
    assert ["undefined"] * 6 == gradients
    assert ["3", "2", "1", *["undefined"] * 3] == from_a
    assert ["3", "2", "1", "2", "1", "1"] == all_known


def test_nothing_flows_where_nothing_was_chosen(ask):
    """relu(log x) at x = 0: 0 · inf would be nan, but the path was not chosen."""
    order = toposort(parse("relu(log(x)) + x", x=0))
    ((_, gradients),) = ask("graphs", [[graph_of(order), len(order) - 1]], applied([order]))

    assert ["1", "0", "1", "1"] == gradients


def test_rules_of_users(ask, forget):
    """A primitive made from formulas computes in the page, also one of any number of inputs; an opaque one has no program."""
    gauss = am.primitive("gauss", lambda xp, x: xp.exp(-(x**2)) / 2, lambda xp, z, x: (-2 * x * z,))
    spread = am.primitive(
        "spread", lambda xp, *xs: xp.max(*xs) - xp.min(*xs), lambda xp, z, *xs: tuple(a - b for a, b in zip(xp.first(xp.max(*xs), xs), xp.first(xp.min(*xs), xs)))
    )  # fmt: skip
    bell = am.opaque("bell", lambda x: math.exp(-x * x), lambda x: -2 * x * math.exp(-x * x))
    x, y = am.variables(x=0.5, y=-1.25)
    order = toposort(spread(gauss(x), y, x * y))
    ((values, gradients),) = ask("graphs", [[graph_of(order), len(order) - 1]], applied([order]))

    assert swept(order) == ([float(x) for x in values], [float(x) for x in gradients])
    assert program_of(order) is not None
    assert program_of(toposort(bell(x))) is None


def numbers():
    """Ten thousand: of all sizes, with few digits, exactly between two that are shown, and special ones."""
    rng = random.Random(3)
    sizes = [rng.choice([-1, 1]) * rng.uniform(1, 10) * 10 ** rng.uniform(-20, 20) for _ in range(3000)]
    short = [round(rng.uniform(-2000, 2000), rng.randrange(6)) for _ in range(2500)]
    ties = [rng.choice([-1, 1]) * rng.randrange(1, 4000, 2) / 2 ** rng.randrange(1, 14) for _ in range(2500)]
    large = [float((2 * rng.randrange(500, 9999) + 1) * 5 * 10 ** rng.randrange(5, 18)) for _ in range(1000)]
    edges = [rng.choice([1.0, 0.9999, 9.9995, 99999.5, 999999.5]) * 10.0 ** rng.randrange(-8, 12) * (1 + rng.randrange(-3, 4) * 2**-52) for _ in range(1000)]  # fmt: skip
    return [*SPECIAL, *sizes, *short, *ties, *large, *edges]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_numbers_are_written_as_in_pictures(ask, language):
    """Digits, rounding, true minus, powers of ten and decimal point are those of Python."""
    style, xs = Drawn(language), numbers()

    assert len(xs) > 10_000
    assert [str(style.constant(x)) for x in xs] == ask("numbers", [style.point, *map(text, xs)])
    assert any(Fraction(x) * 10**4 % 1 == Fraction(1, 2) for x in xs if 1 < abs(x) < 1e5)
