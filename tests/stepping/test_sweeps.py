"""The trace: what it says for the lectures' examples, and that it replays to what the engine computes."""

import re
import xml.etree.ElementTree as ET

import pytest
from engine.test_choices import MASKED
from hypothesis import given
from test_random_graphs import inputs, named, programs, run, run_naive

import autograd_mini as am
from autograd_mini import Value, jvp, parse, variables
from autograd_mini.engine.graph import leaves, toposort
from autograd_mini.errors import StaleError, UnboundError, UnknownVariableError
from autograd_mini.formulas.latex import Inline
from autograd_mini.formulas.mathml import mathml
from autograd_mini.formulas.text import Text
from autograd_mini.functions import as_function
from autograd_mini.stepping.sweeps import (
    GRADIENTS,
    PRODUCT,
    TANGENTS,
    VALUES,
    Trace,
    literal,
)


def lines(f, **options):
    return [step.line for step in Trace(f, **options)]


def test_lecture_example():
    """f = (u + v) w gives the lecture's ten lines, forward and then backward."""
    assert [
        "u = 2",
        "v = 3",
        "w = 4",
        "t1 = u + v = 2 + 3 = 5",
        "f = t1 × w = 5 × 4 = 20",
        "∂f/∂f = 1",
        "∂f/∂t1 = ∂(t1 × w)/∂t1 · ∂f/∂f = w · 1 = 4 · 1 = 4",
        "∂f/∂w = ∂(t1 × w)/∂w · ∂f/∂f = t1 · 1 = 5 · 1 = 5",
        "∂f/∂u = ∂(u + v)/∂u · ∂f/∂t1 = 1 · 4 = 4",
        "∂f/∂v = ∂(u + v)/∂v · ∂f/∂t1 = 1 · 4 = 4",
    ] == lines(parse("f = (u + v) * w", u=2, v=3, w=4))


def test_same_operand_twice_has_two_products_and_an_addition():
    """x * x brings a product through each of its two edges, and adds them."""
    assert [
        "via f, 1st factor: ∂(□ × x)/∂□ · ∂f/∂f = x · 1 = 3 · 1 = 3",
        "via f, 2nd factor: ∂(x × □)/∂□ · ∂f/∂f = x · 1 = 3 · 1 = 3",
        "∂f/∂x = 3 + 3 = 6",
    ] == lines(parse("x * x", x=3))[3:]


def test_constants_have_no_products():
    """A number written in the expression shows in formulas, and no gradient goes there."""
    steps = lines(parse("3 * x + 1", x=2))

    assert "t1 = 3 × x = 3 × 2 = 6" in steps
    assert not [line for line in steps if "∂3" in line or "∂1" in line]


def test_forward_mode():
    """The sigmoid graph in forward mode carries ∂t/∂x from x to the result, and leaves other inputs out."""
    steps = lines(parse("1 / (1 + exp(-a*x))", a=2, x=0), by="x")

    assert "∂x/∂x = 1" in steps
    assert "∂f/∂x = ∂(1 / t4)/∂t4 · ∂t4/∂x = (−f / t4) · (−2) = (−0.25) · (−2) = 0.5" in steps
    assert not [line for line in steps if "/∂a" in line]


@pytest.mark.parametrize("f", MASKED.values(), ids=MASKED)
@pytest.mark.parametrize("x", [-1.0, 0.0, 0.25])
def test_a_branch_not_taken(f, x):
    """Nothing flows to what was not chosen, and no line claims that 0 · inf or 0 · nan is 0."""
    z = f(Value(x, label="x"))
    backward = Trace(z)
    z.backward()
    boxes = replayed(backward.nodes, backward, GRADIENTS)
    shown = {node: box for node, box in zip(backward.nodes, boxes, strict=True) if not node.is_constant}
    forward = Trace(z, by="x")

    assert pytest.approx([node.grad for node in shown], rel=0, abs=0) == [*shown.values()]
    assert pytest.approx(jvp(f, (x,), (1.0,))[1], rel=0) == replayed(forward.nodes, forward, TANGENTS)[-1]
    for step in (*backward, *forward):
        assert not re.search(r"(inf|nan)\)? · 0 = 0|0 · \(?-?(inf|nan)\)? = 0", step.line)


def test_why_nothing_flows():
    """A masked product says which input was not chosen, or what it is that nothing flows through."""
    (x,) = variables(x=-1)
    relu, where = am.sqrt(am.relu(x)), am.where(x > 0, am.sqrt(x), 0.0)

    assert "∂f/∂x = 0 (nothing flows through t1)" == lines(relu)[-1]
    assert "∂f/∂x = 0 (rien ne passe par t1)" == lines(relu, language="fr", by="x")[-1]
    assert "∂f/∂x = 0 (x was not chosen)" == lines(am.sqrt(am.maximum(x, 0)))[-1]
    assert "∂f/∂x = 0 (nothing flows through t1)" == lines(where)[-1]
    assert "∂f/∂x = 0 (t1 n’a pas été choisi)" == lines(where, language="fr", by="x")[-1]
    assert r"0\text{ (nothing flows through }t_{1}\text{)}" == Trace(relu)[-1].latex[-1]
    assert "<mn>0</mn><mtext>\xa0(nothing\xa0flows\xa0through\xa0</mtext><msub>" in Trace(relu)[-1].mathml[-1]
    assert "via t1: 0 (nothing flows through t1)" in lines(relu + x)
    assert "∂f/∂x = 1 + 0 = 1" == lines(relu + x)[-1]


def test_a_mask_under_a_finite_gradient_is_a_product():
    """Where 0 · upstream is 0 the product is shown as it is."""
    assert (
        "∂f/∂x = ∂relu(x)/∂x · ∂f/∂f = 1_{x > 0} · 1 = 0 · 1 = 0"
        == lines(am.relu(Value(-1.0, label="x")))[-1]
    )


def test_a_product_by_zero_that_is_no_choice_keeps_ieee():
    """0 · log(x) at 0 is nan."""
    assert (
        "∂f/∂x = ∂log(x)/∂x · ∂f/∂t1 = 1 / x · 0 = inf · 0 = nan"
        == lines(0.0 * am.log(Value(0.0, label="x")))[-1]
    )


def test_french():
    """In French numbers have a decimal comma, arguments a semicolon, and words are French."""
    steps = lines(parse("maximum(x, 0.5) * x", x=1.5), language="fr")

    assert "t1 = max(x ; 0,5) = max(1,5 ; 0,5) = 1,5" in steps
    assert any("via t1" in line and "(1 si x ≥ 0,5 sinon 0)" in line for line in steps)


def test_a_product_knows_its_edge_and_factors():
    """A product names its operation and input by place, with the local partial and what comes from above."""
    steps = Trace(parse("u * v", u=2, v=3))
    nodes = steps.nodes
    by_v = [step for step in steps if step.kind == PRODUCT][1]

    assert (by_v.edge,) == by_v.edges
    user, position = by_v.edges[0]
    assert ("f", "v") == (nodes[user].label, nodes[user].parents[position].label)
    assert (2.0, 1.0, 2.0) == (by_v.local, by_v.upstream, by_v.result)


def test_trace_leaves_the_graph_as_it_is():
    """Tracing neither sets nor clears gradients."""
    u, v = variables(u=2, v=3)
    f = u * v
    Trace(f)

    assert u.known("grad") is None
    f.backward()
    f.backward()
    Trace(f)
    assert 6.0 == u.grad


def test_a_step_says_what_it_said_when_the_trace_was_made():
    """Formulas are printed when asked for, with the names and numbers of the moment of the trace."""
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    steps = Trace(f)
    f.forward(u=100)
    f.parents[0].parents[0].label = "renamed"

    assert lines(parse("f = (u + v) * w", u=2, v=3, w=4)) == [step.line for step in steps]


def test_sides_in_any_arithmetic():
    """A step gives its sides in the arithmetic that is asked for, and repeats none."""
    product = Trace(parse("f = u / v", u=1, v=2))[-1]

    assert [
        r"\partial f/\partial v",
        r"\partial \left(u / v\right)/\partial v \cdot \partial f/\partial f",
    ] == [str(side) for side in product.sides(Inline())][:2]
    assert 4 == len(product.sides(Text("fr"))) - 1
    assert 2 == len(Trace(parse("u * v", u=2, v=3))[0].sides(mathml))


@pytest.mark.parametrize("operation", [am.sum, lambda xs: am.dot(xs, xs)])
def test_the_partials_of_an_operation_are_written_once(monkeypatch, operation):
    """A sum of many inputs has as many products, and its partials are read once for all of them."""
    read = []
    f = operation([Value(float(i), label=f"x{i}") for i in range(50)])
    partials = f.rule.partials

    def counted(xp, *pieces):
        read.append(xp)
        return partials(xp, *pieces)

    steps = Trace(f)
    monkeypatch.setattr(f.rule, "partials", counted)
    for _ in range(2):
        assert len(steps) == len([step.line for step in steps])

    assert [literal, steps.equations.text] == read


@pytest.mark.parametrize("operation", [am.sum, am.prod, am.max, am.min, am.norm, lambda xs: am.dot(xs, xs)])
def test_ten_thousand_inputs(operation):
    """No line of ten thousand inputs is long, and there is one for each."""
    f = operation([Value(float(i), label=f"x{i}") for i in range(10_000)])
    written = lines(f)

    assert len(written) > 20_000
    assert max(map(len, written)) < 300


def test_a_gradient_of_its_own_is_no_product():
    """What a function with a custom_gradient gives back is said to be given; forward mode cannot pass."""

    @am.custom_gradient
    def clipped(x):
        return x, lambda cotangent: am.clip(cotangent, -1.0, 1.0)

    x = Value(2.0, label="x")

    assert "∂f/∂x = 1 (given by clipped)" == lines(5 * clipped(x))[-1]
    assert "∂f/∂x = 1 (donné par clipped)" == lines(5 * clipped(x), language="fr")[-1]
    assert lines(0.5 * clipped(x))[-1].endswith("= 1 · 0.5 = 0.5")
    with pytest.raises(
        TypeError, match="clipped has a custom_gradient, which says how a cotangent comes back"
    ):
        Trace(5 * clipped(x), by="x")
    assert "∂f/∂y = ∂(t1 + y)/∂y · ∂y/∂y = 1 · 1 = 1" == lines(clipped(x) + Value(1.0, label="y"), by="y")[-1]


def test_a_leaf_alone():
    """A variable alone has its value and its seed."""
    assert ["x = 2", "∂x/∂x = 1"] == lines(Value(2.0, label="x"))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"language": "de"}, ValueError, "no words for the language 'de'; choose one of: en, fr"),
        ({"by": "q"}, UnknownVariableError, "no variable is called 'q'; this graph has: u, v"),
    ],
)
def test_unknown_options(options, error, message):
    """An unknown language or variable is an error that lists the known ones."""
    with pytest.raises(error, match=re.escape(message)):
        Trace(parse("u * v", u=2, v=3), **options)


def test_an_exercise_needs_numbers(tmp_path):
    """A graph with variables that lack a number has steps, but no questions yet: the error names all of them."""
    with pytest.raises(UnboundError, match="no number for v, w yet"):
        am.steps(parse("(u + v) * w", u=2)).exercise(tmp_path / "f.html")


@pytest.mark.parametrize("by", [None, "v"])
def test_numbers_that_no_longer_follow(by):
    """After u.data = 5 there is no line 5 × 3 = 6: the error names the node, its inputs now, and the cure."""
    f = parse("f = u * v + w", u=2, v=3, w=4)
    u = f.parents[0].parents[0]
    Trace(f, by=by)
    u.data = 5
    message = (
        r"t1 = 6 was not computed from what its inputs are now \(u = 5, v = 3\); call f\.forward\(\) first"
    )
    with pytest.raises(StaleError, match=message):
        Trace(f, by=by)
    f.forward()

    assert "t1 = u × v = 5 × 3 = 15" in lines(f, by=by)


def test_a_partial_that_no_longer_follows():
    """x² at 2 and -2 has one value and two slopes."""
    x = Value(2.0, label="x")
    f = x**2
    x.data = -2
    with pytest.raises(StaleError, match=r"f = 4 was not computed from .* \(x = −2\)"):
        Trace(f)


def test_a_short_error_for_a_sum_of_many():
    """Only some of the inputs are named."""
    xs = variables(**{f"x{i}": i for i in range(1000)})
    f = am.sum(xs)
    xs[0].data = 1
    with pytest.raises(StaleError, match=r"\(x0 = 1, x1 = 1, x2 = 2, x3 = 3, …\)"):
        Trace(f)


def replayed(nodes, steps, sweep):
    """What stands in the boxes of one sweep after its steps, checking every `before` on the way."""
    boxes = [None] * len(nodes)
    for step in steps:
        if step.sweep == sweep:
            assert boxes[step.node] == step.before
            boxes[step.node] = step.after
    return boxes


def undone(boxes, steps, sweep):
    boxes = list(boxes)
    for step in reversed(steps):
        if step.sweep == sweep:
            assert boxes[step.node] == step.after
            boxes[step.node] = step.before
    return boxes


@given(inputs, programs)
def test_replay_gives_what_the_engine_computes(numbers, wanted):
    """From empty boxes the steps give every value and gradient exactly, and undoing them empties all."""
    f = run(named(numbers), run_naive(numbers, wanted)[1])[-1]
    steps = Trace(f)
    nodes = steps.nodes
    f.backward()
    variable = [(i, node) for i, node in enumerate(nodes) if not node.is_constant]
    values, gradients = (replayed(nodes, steps, sweep) for sweep in (VALUES, GRADIENTS))

    assert [node.data for _, node in variable] == [values[i] for i, _ in variable]
    assert [node.grad for _, node in variable] == [gradients[i] for i, _ in variable]
    assert {None} == set(undone(values, steps, VALUES)) == set(undone(gradients, steps, GRADIENTS))


@given(inputs, programs)
def test_forward_mode_ends_in_the_tangent(numbers, wanted):
    """Traced in forward mode, the last box holds what jvp computes along that variable."""
    f = run(named(numbers), run_naive(numbers, wanted)[1])[-1]
    order = toposort(f)
    variables_ = leaves(order)
    for x in variables_:
        steps = Trace(f, by=x.label)
        nodes = steps.nodes
        tangents = [1.0 if x is y else 0.0 for y in variables_]
        replay = as_function(f, *[y.label for y in variables_])
        expected = jvp(replay, [y.data for y in variables_], tangents)[1]

        assert pytest.approx(expected, rel=1e-12, abs=1e-300) == replayed(nodes, steps, TANGENTS)[-1]


@given(inputs, programs)
def test_every_formula_is_well_formed(numbers, wanted):
    """MathML parses as XML, and in LaTeX every brace and every \\left has its partner."""
    for language in ("en", "fr"):
        for step in Trace(run(named(numbers), run_naive(numbers, wanted)[1])[-1], language):
            for side in step.mathml:
                ET.fromstring(f"<math>{side}</math>")
            for side in step.latex:
                assert side.count("{") == side.count("}")
                assert side.count(r"\left") == side.count(r"\right")


def test_hostile_names_stay_names():
    """A label with markup in it is text in MathML, and shown letter by letter in LaTeX."""
    steps = Trace(Value(1.0, label="<script>$x_1\\</script>") * 2)
    mathml = "".join(side for step in steps for side in step.mathml)

    assert "<script>" not in mathml
    assert "<mi>&lt;script&gt;$x_1\\&lt;/script&gt;</mi>" in mathml
    assert r"\mathtt{<script>\$x\_1\backslash{}</script>}" == steps[0].latex[0]
