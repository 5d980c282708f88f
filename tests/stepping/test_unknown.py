"""Steps of graphs of which some numbers are unknown, or data: formulas that hold, and every number that can be known."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from stepping.test_exercise import block, questions
from test_random_graphs import inputs, programs, run, run_naive

from autograd_mini import Value, draw, floor, maximum, parse, relu, sqrt, steps, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Constant
from autograd_mini.formulas.expressions import fixed
from autograd_mini.formulas.inline import Inline, compiled
from autograd_mini.stepping.exercise import exercise_of
from autograd_mini.stepping.film import frame
from autograd_mini.stepping.moments import scene_after, widths
from autograd_mini.stepping.page import changes
from autograd_mini.stepping.slides import slides
from autograd_mini.stepping.sweeps import ADDITION, OPERATION, PRODUCT, VALUES, Trace
from autograd_mini.stepping.terminal import view
from autograd_mini.viz.layout import layout_of


def data(name, number=None):
    """A labelled constant, which may be without a number."""
    constant = Constant(number)
    constant.label = name
    return constant


class Readable(Inline):
    """Sides of equations as Python: the gradient of t1 is d_t1, the local partial of a product is local."""

    cdot = "*"

    def __init__(self, by):
        super().__init__()
        self.by = by  # of forward mode: the derivatives are those of all nodes by this one

    def derivative(self, z, x):
        return self.symbol(f"d_{z if self.by else x}")

    def local_partial(self, rule, pieces, position, *, is_repeated):
        return self.symbol("local")

    def by_path(self, name, place, x):
        return self.formula(x)

    def sum_of_paths(self, terms, names):
        return self.sum(terms)

    def remark(self, x, key, name):
        return self.constant(x)


def evaluated(side, scope):
    return compiled(f"result = {side}", "a side", dict(scope))["result"]


KINDS = st.sampled_from(["variable", "unbound", "data", "unbound data"])


def leaf(kind, number, name):
    number = None if kind.startswith("unbound") else number
    return data(name, number) if kind.endswith("data") else Value(number, name)


@settings(max_examples=200)
@given(inputs, programs, st.lists(KINDS, min_size=3, max_size=3), st.booleans())
def test_every_side_holds_at_the_numbers_that_are_not_said(numbers, wanted, kinds, forwards):
    """Whatever is unbound or data: a side has the number that the whole graph has there, and numbers are the same."""
    operations = run_naive(numbers, wanted)[1]
    names = [f"x{i}" for i in range(len(numbers))]
    partly = run([*map(leaf, kinds, numbers, names)], operations)
    bound = [kind.removeprefix("unbound").strip() or "variable" for kind in kinds]
    whole = run([*map(leaf, bound, numbers, names)], operations)
    f = whole[-1]
    order = toposort(f)
    starts = [x.label for x in order if x.rule is None and x.label and not x.is_constant]
    by = starts[0] if starts and forwards else None
    said, expected = Trace(partly[-1], by=by), Trace(f, by=by)
    known = {
        expected.equations.names[expected.nodes[step.node]]: step.after
        for step in expected
        if step.sweep == VALUES
    }
    gradients = {
        f"d_{expected.equations.names[expected.nodes[step.node]]}": step.after
        for step in expected
        if step.sweep != VALUES
    }
    assert len(said) == len(expected)
    for step, full in zip(said, expected, strict=True):
        assert (step.kind, step.node, step.edges, step.uses) == (
            full.kind,
            full.node,
            full.edges,
            full.uses,
        )
        pairs = [(step.result, full.result), (step.local, full.local), (step.upstream, full.upstream)]
        pairs += [*zip(step.terms, full.terms, strict=True), (step.after, full.after)]
        assert all(x is None or x == y or abs(x - y) < 1e-12 for x, y in pairs)
        if full.remark or not full.is_arithmetic:  # a formula does not know of conventions
            continue
        scope = known | gradients | {"local": full.local}
        for side in step.sides(Readable(by)):
            assert pytest.approx(full.result, rel=1e-9, abs=1e-9) == evaluated(side, scope)


@given(inputs, programs, st.lists(KINDS, min_size=3, max_size=3))
def test_a_number_is_known_where_nothing_unknown_is_below(numbers, wanted, kinds):
    """Of a node, if all its inputs have numbers; of a graph without unknown ones, everything."""
    names = [f"x{i}" for i in range(len(numbers))]
    nodes = run([*map(leaf, kinds, numbers, names)], run_naive(numbers, wanted)[1])
    trace = Trace(nodes[-1])
    for step in trace:
        node = trace.nodes[step.node]
        unknown = [x for x in toposort(node) if x.rule is None and x.known("data") is None]
        if step.sweep == VALUES:
            assert (step.result is None) == bool(unknown)
        assert step.sweep == VALUES or node not in trace.equations.held
    if not trace.missing:
        assert None not in [step.result for step in trace]
    assert not re.search(r"None|unknown", str(trace))
    asked = {step.node for step in trace if step.sweep != VALUES}
    assert not asked & {trace.equations.place[node] for node in fixed(trace.nodes) - {trace.equations.start}}


def test_formulas_alone():
    """The lines of the lecture without numbers; a factor 1 from the seed is not written, a derivative 1 is."""
    lines = [step.line for step in steps(parse("f = w3 * relu(w1*x1 + b)"))]

    assert [
        *["w3", "w1", "x1", "b", "t1 = w1 × x1", "t2 = t1 + b", "t3 = relu(t2)", "f = w3 × t3"],
        "∂f/∂f = 1",
        "∂f/∂w3 = ∂(w3 × t3)/∂w3 · ∂f/∂f = t3",
        "∂f/∂t3 = ∂(w3 × t3)/∂t3 · ∂f/∂f = w3",
        "∂f/∂t2 = ∂relu(t2)/∂t2 · ∂f/∂t3 = 1_{t2 > 0} · ∂f/∂t3",
        "∂f/∂t1 = ∂(t1 + b)/∂t1 · ∂f/∂t2 = 1 · ∂f/∂t2 = ∂f/∂t2",
        "∂f/∂b = ∂(t1 + b)/∂b · ∂f/∂t2 = 1 · ∂f/∂t2 = ∂f/∂t2",
        "∂f/∂w1 = ∂(w1 × x1)/∂w1 · ∂f/∂t1 = x1 · ∂f/∂t1",
        "∂f/∂x1 = ∂(w1 × x1)/∂x1 · ∂f/∂t1 = w1 · ∂f/∂t1",
    ] == lines


def test_some_numbers():
    """A side shows those that are known; a sum adds formulas, each with its path."""
    u, v = variables("u", v=2)
    trace = steps((u - v) * u * v, "fr")

    assert [
        *["u", "v = 2", "t1 = u − v = u − 2", "t2 = t1 × u", "f = t2 × v = t2 × 2", "∂f/∂f = 1"],
        "∂f/∂t2 = ∂(t2 × v)/∂t2 · ∂f/∂f = v · 1 = 2 · 1 = 2",
        "via f : ∂(t2 × v)/∂v · ∂f/∂f = t2",
        "∂f/∂t1 = ∂(t1 × u)/∂t1 · ∂f/∂t2 = u · 2",
        "via t2 : ∂(t1 × u)/∂u · ∂f/∂t2 = t1 · 2",
        "via t1 : ∂(u − v)/∂u · ∂f/∂t1 = 1 · ∂f/∂t1 = ∂f/∂t1",
        "∂f/∂u = t1 · 2 + ∂f/∂t1",
        "via t1 : ∂(u − v)/∂v · ∂f/∂t1 = (−1) · ∂f/∂t1 = −∂f/∂t1",
        "∂f/∂v = t2 + (−∂f/∂t1)",
    ] == [step.line for step in trace]
    sums = [step for step in trace if step.kind == ADDITION]
    assert [(None, None, (None, None))] * 2 == [(step.result, step.after, step.terms) for step in sums]


def test_what_is_known_without_its_inputs():
    """Where nothing flows is 0 whatever stands above; conventions are told of numbers only."""
    (u,) = variables("u")
    lines = [step.line for step in Trace(floor(u) * u + maximum(u, 2.0))]

    assert "via t1: ∂floor(u)/∂u · ∂f/∂t1 = 0 · ∂f/∂t1 = 0" in lines
    assert "∂f/∂t3 = (1 if u ≥ 2 else 0) · 1 = 1 if u ≥ 2 else 0" in " ".join(lines)
    assert not [line for line in lines if "tie" in line or "convention" in line]
    assert "(no derivative here" in str(steps(relu(Value(0.0, "x"))))


def test_numbers_given_since_the_graph_was_made():
    """What follows from them is computed for the steps, and the graph is left as it is."""
    u, v = variables("u", "v")
    half = sqrt(u)
    f = half * v
    u.data = 4.0
    lines = [step.line for step in Trace(f)]

    assert "t1 = √u = √4 = 2" in lines
    assert "∂f/∂v = ∂(t1 × v)/∂v · ∂f/∂f = t1 · 1 = 2 · 1 = 2" in lines
    assert half.known("data") is None


def test_forward_mode_without_numbers():
    """The tangents of a graph as formulas."""
    assert "∂f/∂u = ∂(t1 × w)/∂t1 · ∂t1/∂u = w" in str(steps(parse("f = (u + v) * w"), by="u"))


def graph():
    """A number, data with and without a number, what depends on these alone, and variables with and without."""
    u, v = variables("u", v=3)
    f = (u + v) * (data("x", 2.0) * 5) - v * data("y")
    f.label = "f"
    return f


def boxes(svg):
    """How many boxes for values and for gradients there are in a picture, and what stands beside."""
    groups = [(group.get("class") or "").split()[:1] for group in svg.iter() if group.tag.endswith("g")]
    return groups.count(["value"]), groups.count(["gradient"])


@pytest.mark.parametrize("style", ["cards", "compact"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_view_of_data_and_unknown_numbers(style, lang):
    """Six of ten nodes have a gradient box, in every view; data is called so; nothing is asked of numbers."""
    f = graph()
    trace, drawing = steps(f, lang, style=style), draw(f, lang=lang, style=style)
    word, constant = ("data", "constant") if lang == "en" else ("donnée", "constante")
    layout = layout_of(scene_after(trace))
    svg, film = ET.fromstring(drawing.svg()), frame(trace, len(trace), layout)
    page = ET.fromstring(re.search(r"<svg.*?</svg>", trace.html(), re.DOTALL)[0])
    cards = scene_after(trace).cards
    kinds = [card.kind for card in cards]

    assert {"input": 2, "data": 2, "held": 1, "result": 3, "constant": 1, "output": 1} == {
        kind: kinds.count(kind) for kind in dict.fromkeys(kinds)
    }
    assert {(9, 6)} == {boxes(svg), boxes(film), boxes(page)}
    assert 2 == str(drawing).count(f"({word})") == str(drawing).count(word)
    assert 1 == str(drawing).count(f"({constant})")
    assert 2 == drawing.source.count(f"\\n{word}")
    assert 2 == len(re.findall(r"\\(?:card|leaf)\{n\d\}\{[\d.,]+\}\{data\}", drawing.tex()))
    assert len(trace.nodes) == len(re.findall(r"\{n\d\}\{[\d.]+,", slides(trace)))
    console = Console(width=90, height=40)
    with console.capture() as shown:
        console.print(view(trace, len(trace), console))
    assert 2 == shown.get().count(word)

    nodes = [trace.nodes[step.node] for step in trace if step.sweep != VALUES]
    assert not [node for node in nodes if node in fixed(trace.nodes)]
    labels = {i for change in changes(trace) if len(change) > 8 for i in [change[7]] if i >= 0}
    partials = [group for group in page.iter() if (group.get("class") or "").startswith("partial")]
    assert len(partials) == len(
        {edge for step in trace for edge in step.arrows}
    )  # a number may still be given
    assert len(labels) == len({edge for step in trace if step.local is not None for edge in step.arrows})
    unlabelled = [arrow for arrow in scene_after(trace).arrows if not arrow.is_labelled]
    assert {("x", "5", "t₂", "y")} == {tuple([arrow.tail.name for arrow in unlabelled])}


def test_an_exercise_does_not_ask_of_data():
    """What depends on no variable is given: neither its value nor a gradient is asked for."""
    (u,) = variables(u=2)
    trace = steps(u * (data("x", 2.0) * data("y", 3.0)))
    given = block(exercise_of(trace), "answers")["given"]
    assert [(0, "2"), (1, "2"), (2, "3"), (3, "6")] == sorted(map(tuple, given))
    assert [(4, 0), (4, 1), (0, 2), (0, 1)] == [(row["n"], row["b"]) for row in questions(trace)]


def test_an_unknown_flow_has_no_colour():
    """An arrow along which something flows that is not known changes its end, and neither colour nor width."""
    trace = steps(parse("f = (u - 1) * v * w", w=2), style="cards")
    flowing = widths(trace)
    last = frame(trace, len(trace), layout_of(scene_after(trace)))
    lines = {g.get("id"): g.find("path") for g in last.iter("g") if g.find("polygon") is not None}

    assert 0 in flowing.values()
    assert {0, 5} <= {*flowing.values()}
    unknown = [f"e{edge}" for edge, width in flowing.items() if not width]
    before = frame(trace, 0, layout_of(scene_after(trace)))
    still = {g.get("id"): g.find("path") for g in before.iter("g") if g.get("id")}
    for edge in unknown:
        assert lines[edge].get("stroke") in (still[edge].get("stroke"), "#E69F00")
    assert "turned}" in slides(trace)


def test_only_constants():
    """A graph without variables still has a derivative by itself, and pictures."""
    f = data("x", 2.0) * 3
    trace = steps(f)

    assert "∂f/∂f = 1" in str(trace)
    assert 1 == boxes(ET.fromstring(draw(f).svg()))[1]
    assert trace.html()
    assert draw(data("x", 2.0)).svg()
    assert steps(data("x", 2.0)).html()


def test_kinds_of_steps_have_words():
    """What a step of an unknown number means is said in both languages."""
    f = graph()
    assert {"a variable without a number", "data: nobody differentiates by it", "data without a number"} <= {
        step.meaning for step in Trace(f)
    }
    french = [step.meaning for step in Trace(f, "fr") if step.kind == OPERATION]
    assert {"une opération, en formule", "une opération est évaluée"} == {*french}
    assert all(step.text for step in Trace(f) if step.kind == PRODUCT)
