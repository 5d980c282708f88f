"""Lines open to their operations: which these are, where they are shown, and that all views of lines say the same."""

import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from rich.console import Console
from test_random_graphs import inputs, named, programs, run, run_naive

from autograd_mini import parse, steps
from autograd_mini.nn import MLP
from autograd_mini.stepping.film import frame
from autograd_mini.stepping.inside import MOST_LINES
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.page import changes
from autograd_mini.stepping.slides import slides
from autograd_mini.stepping.sweeps import GRADIENTS, VALUES
from autograd_mini.stepping.terminal import view
from autograd_mini.stepping.trees import tree
from autograd_mini.viz.grids import in_rows
from autograd_mini.viz.layout import layout_of

NETWORK = "a = W @ x + b; h = tanh(a); o = V @ h + c; p = softmax(o); loss = -log(p[y])"
NUMBERS = {
    "W": [[0.1, 0.8], [0.4, 0.6]], "x": [1, 1], "b": [0.1, 0.1], "V": [[0.1, 0.2], [0.3, 0.4], [0.5, -0.6]], "c": [0, 0.1, 0.2],
    "y": 2,
}  # fmt: skip
SHAPES = {"W": "[2x2]", "x": "[2]", "b": "[2]", "V": "[3x2]", "c": "[3]", "y": 2}

TRACES = {
    "a network": lambda **how: steps(parse(NETWORK, NUMBERS, data=["x"]), detail="definitions", **how),
    "formulas alone": lambda **how: steps(parse(NETWORK, SHAPES, data=["x"]), detail="definitions", **how),
    "a Jacobian": lambda **how: steps(
        parse("h = tanh(W @ x); s = softmax(h)", W=[[1, 2], [3, 4]], x=[1, 0.2]), detail="definitions", **how
    ),
    "several uses": lambda **how: steps(
        parse("h = a*a + sin(a); f = h*a + h", a=2), detail="definitions", **how
    ),
    "layers": lambda **how: steps(MLP(2, [3, 1], seed=1)([1.0, 2.0]), detail="layers", **how),
}


@pytest.fixture(params=TRACES)
def trace(request):
    return TRACES[request.param]()


def said(trace, name):
    return [step.line for step in trace.inside[trace.place(name)].steps]


# What is inside


def test_the_operations_of_a_line():
    """Those of its text, forward and then backward; the gradient that comes in is the line's own."""
    trace = steps(parse("h = sigmoid(w*x + b); f = (y - h)**2 / 2", w=1, x=2, b=0, y=1), detail="definitions")

    assert [
        "t1 = w × x = 1 × 2 = 2",
        "t2 = t1 + b = 2 + 0 = 2",
        "h = sigmoid(t2) = sigmoid(2) = 0.8808",
        "∂f/∂t2 = ∂sigmoid(t2)/∂t2 · ∂f/∂h = h × (1 − h) · (−0.1192) = 0.105 · (−0.1192) = −0.01252",
        "∂f/∂t1 = ∂(t1 + b)/∂t1 · ∂f/∂t2 = 1 · (−0.01252) = −0.01252",
        "∂f/∂b = ∂(t1 + b)/∂b · ∂f/∂t2 = 1 · (−0.01252) = −0.01252",
        "∂f/∂w = ∂(w × x)/∂w · ∂f/∂t1 = x · (−0.01252) = 2 · (−0.01252) = −0.02503",
        "∂f/∂x = ∂(w × x)/∂x · ∂f/∂t1 = w · (−0.01252) = 1 · (−0.01252) = −0.01252",
    ] == said(trace, "h")


def test_what_comes_from_several_lines_is_named_by_its_path():
    """A part of ∂f/∂a is not called so; the sum is what the line says."""
    lines = said(TRACES["several uses"](), "h")

    assert 3 == sum(line.startswith("via ") for line in lines)
    assert not [line for line in lines if line.startswith("∂f/∂a = ")]


def test_a_line_of_one_operation_has_nothing_inside():
    trace = steps(parse("h = tanh(x); f = 2 * h + h", x=1), detail="definitions")

    assert [trace.place("f")] == [*trace.inside]
    assert trace.about(trace[0]) is None
    assert trace.about(trace[1]) is trace.inside[trace.place("f")]


def test_what_can_be_opened_at_a_step():
    """Forward the line itself; backward the one that the derivative goes through."""
    trace = TRACES["a network"]()
    opened = {step.text[0]: trace.about(step) for step in trace}

    assert opened["h"] is opened["∂loss/∂a"] is trace.inside[trace.place("h")]
    assert opened["∂loss/∂W"] is opened["∂loss/∂b"] is opened["a"]


def test_of_many_operations_the_first_are_said_and_the_others_counted():
    trace = steps(parse("L = sum(tanh(W @ x))", W="[9x5]", x="[5]"), detail="definitions")
    inside = trace.inside[trace.place("L")]
    shown = [step.sweep for step in inside.steps]

    assert (19, MOST_LINES) == (shown.count(VALUES), shown.count(GRADIENTS))
    assert inside.more == 9 + 9 + 2 * 45 + 5 - MOST_LINES
    assert inside.scene() is None
    assert f"… {inside.more} more" in trace.html()


def test_the_picture_of_the_inside():
    """It has the operations and what they take, with the numbers of all steps."""
    inside = TRACES["a network"]().inside
    scenes = [found.scene() for found in inside.values()]

    assert "h₁ = tanh(a₁) = 0.7616, ∂loss/∂h₁ = −0.007504" in str(scenes[1])
    assert ["a₁", "a₂", "h₁", "h₂"] == sorted(card.name for card in scenes[1].cards)
    assert all(card.value is not None for scene in scenes for card in scene.cards)


def test_of_an_array_of_results_there_is_no_backward_pass_inside():
    """Every entry would have its own."""
    trace = TRACES["a Jacobian"]()

    assert {VALUES} == {step.sweep for found in trace.inside.values() for step in found.steps}


@settings(max_examples=25, deadline=None)
@given(inputs, programs)
def test_inside_is_what_single_operations_say(numbers, wanted):
    """Of random graphs, some of whose results have names, every step inside a line is one of the steps of operations."""
    nodes = run(named(numbers), run_naive(numbers, wanted)[1])
    for i, node in enumerate(nodes[len(numbers) :: 3]):
        node.label = node.label or f"d{i}"
    trace, single = steps(nodes[-1], detail="definitions"), steps(nodes[-1])
    known = {step.line for step in single}
    inside = [step.line for found in trace.inside.values() for step in found.steps]

    assert {*inside} <= known
    assert len(inside) <= len(single)
    for step in trace:
        assert step.result == pytest.approx(
            next(
                other.result
                for other in reversed(single)
                if other.after is not None and other.text[0] == step.text[0]
            ),
            rel=1e-9,
            abs=1e-9,
            nan_ok=True,
        )


# All views say the same


def block(page, name):
    return json.loads(
        re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)[1]
    )


def test_a_page_shows_the_lines_and_what_is_inside(trace):
    """Its equations, its boxes, what is given, and for every line its operations."""
    page = trace.html()
    shown, inner = block(page, "trace")["steps"], block(page, "inner")
    assert [[tree(side.content) for side in step.sides(trace.equations.mathml)] for step in trace] == [
        change[4] for change in shown
    ]
    assert [in_rows(step.after, trace.equations.drawn.constant) for step in trace] == [x[3] for x in shown]
    assert [trace.nodes[place].label for place, _ in inner["given"]] == [
        node.label for node in trace.nodes if node.rule is None
    ]
    assert {str(place) for place in trace.inside} == {*inner["within"]}
    assert [len(found.steps) for found in trace.inside.values()] == [*map(len, inner["within"].values())]
    assert (
        len(trace.inside)
        == page.count("<details class=inside>")
        == page.count("<template shadowrootmode=open>")
    )


def test_what_is_given_is_known_before_the_first_step(trace):
    """In the scene that all views begin with."""
    cards = dict(zip(trace.nodes, scene_after(trace, 0).cards, strict=True))
    for node in trace.nodes:
        assert cards[node].value == (trace.equations.numbers[node] if node.rule is None else None)
        assert cards[node].gradient is None


def test_a_film_begins_with_what_is_given_and_ends_with_everything(trace):
    layout = layout_of(scene_after(trace))
    numbers = []
    for count in (0, len(trace)):
        groups = frame(trace, count, layout).iter("g")
        fields = [group for group in groups if (group.get("class") or "") in ("value", "gradient")]
        numbers.append(sum(bool("".join(list(field)[-1].itertext())) for field in fields))
    given_ = [node for node in trace.nodes if node.rule is None and trace.equations.numbers[node] is not None]
    results = [step for step in trace if step.result is not None]

    assert numbers[0] >= len(given_)
    assert numbers[1] - numbers[0] >= len(results) - len(given_) or not results


def test_slides_have_one_overlay_for_every_line(trace):
    """With its equation, of matrices as such; what is given stands there on the first."""
    document = slides(trace)

    assert len(trace) == document.count(r"{\says{")
    assert document.count("bmatrix}") % 2 == 0
    if isinstance(trace[0].result, tuple):
        assert r"\known{" in document


def printed(trace, count, width=100, height=40, **how):
    file = io.StringIO()
    console = Console(file=file, width=width, height=height, highlight=False)
    console.print(view(trace, count, console, **how))
    return file.getvalue()


def test_a_terminal_shows_the_lines(trace):
    """Every node, and below the table the equation of the step."""
    for count, step in enumerate(trace, 1):
        lines = printed(trace, count, width=400)
        assert step.line in lines
        assert all(f" {node.label} " in lines for node in trace.nodes if node.label)
        assert ("o operations" in lines) == (trace.about(step) is not None)


def test_a_terminal_opens_a_line(trace):
    """In place of the table there are its operations, those of the sweep first."""
    for count, step in enumerate(trace, 1):
        shown = printed(trace, count, width=400, height=60, is_open=True)
        inside = trace.about(step)
        if inside is None:
            assert shown == printed(trace, count, width=400, height=60)
            continue
        listed = [line.strip() for line in shown.splitlines()[1:-3]]
        assert {each.line for each in inside.steps} == {*listed[: len(inside.steps)]}
        assert "o close" in shown
        if any(each.sweep == step.sweep for each in inside.steps):
            assert listed[0] in [each.line for each in inside.steps if each.sweep == step.sweep]


def test_a_small_terminal_counts_what_it_has_no_room_for():
    shown = printed(TRACES["a network"](), 3, width=80, height=12, is_open=True).splitlines()

    assert len(shown) <= 12
    assert re.search(r"… \d+ more", "\n".join(shown))


def test_expanded_lines_are_steps_everywhere():
    """expand= shows a definition operation by operation in the list, on the page, in slides and films."""
    trace = TRACES["a network"](expand="h")
    assert {"h[1] = tanh(a[1]) = 0.7616", "h[2] = tanh(a[2]) = 0.8005"} <= {step.line for step in trace}
    layout = layout_of(scene_after(trace))
    picture = frame(trace, len(trace), layout)

    assert "h" in [frame_.title.split(" ")[0] for frame_ in scene_after(trace).frames]
    assert "h" in "".join(ET.tostring(picture, encoding="unicode"))
    assert len(trace) == slides(trace).count(r"{\says{") == len(changes(trace))


def test_french():
    trace = steps(parse(NETWORK, NUMBERS, data=["x"]), "fr", detail="definitions")
    page = trace.html()

    assert "h : ses opérations" in page
    assert "Opérations de cette ligne (o)" in page
    assert "une ligne est évaluée, toutes les entrées à la fois" in page
    assert "o opérations" in printed(trace, 1)


def test_pages_of_operations_have_nothing_of_lines():
    page = steps(parse("f = (u + v) * w", u=2, v=3, w=4)).html()

    assert "inside" not in page
    assert "dialog" not in page
    assert "held fixed" in page
    assert "In the derivative of a line" in TRACES["a network"]().html()


def test_signs_of_arrays_are_read_out():
    words = block(TRACES["a network"]().html(), "trace")["words"]["aloud"]

    assert {"ᵀ": "transposed", "⊙": "times by entries"}.items() <= words.items()


def test_a_large_array_is_stepped_through_line_by_line():
    """10,000 entries are one line each way, and the page is small."""
    trace = steps(parse("L = sum(tanh(W @ x))", W=[[0.01] * 100] * 100, x=[0.5] * 100), detail="definitions")

    assert 4 == len(trace)
    assert len(trace.html()) < 150_000
