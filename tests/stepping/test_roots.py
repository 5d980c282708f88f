"""Steps and pictures of several results: what their gradients are of, and in what order lines come."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stepping.test_unknown import data
from test_random_graphs import inputs, named, programs, run, run_naive

from autograd_mini import Value, draw, exp, steps, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import UnknownVariableError
from autograd_mini.formulas.names import as_written
from autograd_mini.stepping.exercise import exercise_of
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import changes, heading
from autograd_mini.stepping.slides import slides
from autograd_mini.stepping.sweeps import GRADIENTS, VALUES, Trace


def two():
    """g and h, of u and v and of each other's operations."""
    u, v = variables(u=2, v=3)
    shared = u * v
    g, h = shared + u, exp(shared) * v
    g.label, h.label = "g", "h"
    return {"u": u, "g": g, "h": h}


def by_box(trace):
    return {trace.nodes[step.node].label: step.after for step in trace if step.sweep == GRADIENTS}


def test_a_mapping_starts_from_its_last_value():
    """All of it is computed, once; the gradients are those of the last, or of the one that was named."""
    f = two()
    of_h, of_g = steps(f), steps(f, of="g")
    values = [step.line for step in of_g if step.sweep == VALUES]

    assert values == [step.line for step in of_h if step.sweep == VALUES]
    assert ["u = 2", "v = 3", "t1 = u × v = 2 × 3 = 6", "g = t1 + u = 6 + 2 = 8"] == values[:4]
    f["g"].backward()
    assert f["u"].grad == by_box(of_g)["u"] == 4
    assert "h" in by_box(of_h)
    assert "g" not in by_box(of_h)
    assert "h" not in by_box(of_g)
    assert ("h = exp(u × v) × v", "g = u × v + u") == (heading(of_h), heading(of_g))


def test_lists_need_a_name():
    """The last result is no single number: the error says what to write, and names all there are."""
    f = two()
    message = "the last result is an array; write of='h', or another of: u, v, t1, g, t2, h"
    for several in ([f["g"], f["h"]], {"p": [[f["g"]], [f["h"]]]}):
        with pytest.raises(ValueError, match=re.escape(message)):
            steps(several)
        assert by_box(steps(several, of="g"))["g"] == 1.0
    assert by_box(steps([[f["h"]]]))["h"] == 1.0
    assert "∂g/∂u = ∂(t1 + u)/∂t1 · ∂t1/∂u" not in str(steps([f["g"], f["h"]], by="v"))
    assert "∂h/∂v" in str(steps([f["g"], f["h"]], by="v"))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"of": "q"},
            ValueError,
            "no node is called 'q'; the gradients are those of one of: u, v, t1, g, t2, h",
        ),
        ({"of": "x"}, ValueError, "no node is called 'x'"),
        ({"of": "g", "by": "u"}, ValueError, "forward mode from 'u' has no start 'g' as well"),
        ({"by": "x"}, UnknownVariableError, "no variable is called 'x'"),
        ({"of": 3}, TypeError, "of needs the name of a node"),
    ],
)
def test_what_is_no_start(options, error, message):
    """A name that no node has, or data; both directions at once."""
    f = two()
    with pytest.raises(error, match=message):
        steps([f["g"], f["h"] * data("x", 2.0) if options == {"of": "x"} else f["h"]], **options)


def test_a_name_of_two_nodes():
    """Which of them is meant nobody can say by the label."""
    u = Value(2.0, "u")
    g, h = u * 2, u * 3
    g.label = h.label = "g"
    with pytest.raises(ValueError, match="2 nodes are called 'g'"):
        steps([g, h], of="g")
    assert "∂g/∂u = " in str(steps([g, h], of="g′")).replace("g′", "g")


def test_every_view_has_all_results(tmp_path):
    """All cards, in the order of the nodes; results that nothing uses have the thick line."""
    f = two()
    trace = steps(f, of="g", style="cards")
    drawing = draw(f, style="cards")
    cards = scene_after(trace).cards

    assert ["u", "v", "t₁", "g", "t₂", "h"] == [card.name for card in cards]
    assert ["g", "h"] == [card.name for card in cards if card.kind == "output"]
    assert 2 == drawing.svg().count('stroke-width="3"') == drawing.tex().count("{output}")
    assert "Computation graph of g, h" in drawing.svg()
    assert 6 == slides(trace).count(r"\card{n") == exercise_of(trace).count('class="node')
    assert len(trace) == len(changes(trace))
    assert "h = t₂ × v" in str(draw([[f["g"]], [f["h"]]]))
    trace.save(tmp_path / "f.html")


def test_a_drawing_names_what_was_differentiated():
    """The title of the gradient boxes: of the last result, of the one whose backward pass it was, or of none."""
    f = two()
    assert "∂h/∂u" in draw(f).source
    assert "∂g/∂u" not in draw(f).source
    f["g"].backward()
    assert "∂g/∂u = 4" in draw(f).source
    f["h"].backward()
    assert "∂g/∂u" not in draw(f).source
    assert "∂h/∂u" not in draw(f).source
    assert "∂/∂u" in draw([f["g"], f["h"]]).source


@given(inputs, programs)
def test_gradients_of_any_node(numbers, wanted):
    """Of every operation of a random graph with all its nodes as roots: those of backward() from there."""
    nodes = run(named(numbers), run_naive(numbers, wanted)[1])
    for node in nodes[len(numbers) :][-2:]:
        node.label = "start"
        trace = Trace(nodes, of="start")
        for each in nodes:
            each.zero_grad()
        node.backward()
        reached = {trace.nodes[step.node]: step.after for step in trace if step.sweep == GRADIENTS}

        assert pytest.approx([*reached.values()], rel=1e-9, abs=1e-9) == [each.grad for each in reached]
        assert {each for each in nodes if each.known("grad")} <= reached.keys() | trace.equations.held
        node.label = ""


class Placed(str):
    """A label that knows its place in a text."""

    __slots__ = ("place",)

    def __new__(cls, name, place):
        label = super().__new__(cls, name)
        label.place = place
        return label


def test_the_order_of_the_text():
    """Inputs by their places, entries of an array by their indices, then definitions with their operations."""
    w, x, b, y = [Value(1.0, Placed(name, i)) for i, name in enumerate(["w[2]", "x", "b", "y"], 1)]
    v = Value(1.0, Placed("w[1]", 1))
    c = data(Placed("c", 0), 2.0)
    a = (x * w + b) * v
    a.label = Placed("a", 5)
    g = y + c
    g.label = Placed("g", 6)
    f = g * 2 * a
    f.label = Placed("f", 7)
    lines = [step.text for step in steps(f) if step.sweep == VALUES]

    assert ["c", "w[1]", "w[2]", "x", "b", "y", "t1", "t2", "a", "g", "t3", "f"] == [
        line[0] for line in lines
    ]
    assert ["x", "w[2]", "b", "w[1]", "y", "c"] == [
        node.label for node in toposort(a, g) if node.rule is None
    ]


@given(inputs, programs, st.lists(st.none() | st.integers(0, 9), min_size=12, max_size=12))
def test_any_order_is_topological(numbers, wanted, places):
    """Wherever labels say they stand, whatever is made comes after what it is made from, and nothing is lost."""
    nodes = run(named(numbers), run_naive(numbers, wanted)[1])
    for i, (node, place) in enumerate(zip(nodes, places, strict=False)):
        if place is not None:
            node.label = Placed(f"n{i}", place)
    order = toposort(nodes[-1])
    found = as_written(order)
    position = {node: i for i, node in enumerate(found)}

    assert {*found} == {node for node in order if node.label or not node.is_constant}
    assert len(position) == len(found)
    assert all(position[x] < i for node, i in position.items() for x in node.parents if x in position)
    inputs_ = [node.label.place for node in found if node.rule is None and isinstance(node.label, Placed)]
    assert all(a <= b for a, b in pairwise(inputs_))
    if not any(isinstance(node.label, Placed) for node in order):
        assert [node for node in order if node.rule is not None] == [
            node for node in found if node.rule is not None
        ]
