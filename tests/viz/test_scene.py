"""The scene says everything a picture shows, at the moment it was taken."""

import sys
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from autograd_mini import parse, sum, variables
from autograd_mini.engine.graph import toposort
from autograd_mini.expression import definitions
from autograd_mini.formulas.latex import Inline
from autograd_mini.formulas.names import visible
from autograd_mini.formulas.text import Text
from autograd_mini.nn import MLP
from autograd_mini.viz.frames import frames
from autograd_mini.viz.lettering import fitting, shortened, width
from autograd_mini.viz.scene import Moment, scene_of


def test_gradients_of_another_output_are_not_called_the_gradients_of_this_one():
    """After f.backward() a picture of t1 does not claim that u.grad is ∂t1/∂u."""
    f = parse("t1 = u + v; f = t1 * w", u=2, v=3, w=4)
    f.backward()

    assert {card.derivative for card in scene_of(f.parents[0]).cards} == {"∂/∂u", "∂/∂v", "∂/∂t₁"}


def test_the_title_names_the_output_after_two_passes():
    """Leaves accumulate, so the gradient of the output itself tells whose gradients they are."""
    f = parse("f = u * u", u=3)
    f.backward()
    f.backward()

    assert [str(card) for card in scene_of(f).cards] == ["u = 3, ∂f/∂u = 12", "f = u × u = 9, ∂f/∂f = 1"]


def test_what_no_longer_follows_is_said():
    """After u.data = 5 nothing says u × v = 6, and the last line says what to do; forward() mends it."""
    f = parse("f = u*v + w", u=2, v=3, w=4)
    f.backward()
    f.parents[0].parents[0].data = 5
    scene = scene_of(f)

    assert str(scene).splitlines() == [
        "u = 5, ∂f/∂u = 3",
        "v = 3, ∂f/∂v = 2 (outdated)",
        "t₁ = u × v ≠ 6, ∂f/∂t₁ = 1",
        "w = 4, ∂f/∂w = 1",
        "f = t₁ + w ≠ 10, ∂f/∂f = 1",
        "Some numbers are outdated, as others have changed since: call f.forward()",
    ]
    assert [str(arrow) for arrow in scene.arrows][:2] == ["∂(u × v)/∂u = 3", "∂(u × v)/∂v ≠ 2"]
    assert str(scene_of(f, xp=Text("fr"))).splitlines()[1:6:4] == [
        "v = 3 ; ∂f/∂v = 2 (périmé)",
        "Des nombres sont périmés, car d’autres ont changé depuis : appelez f.forward()",
    ]
    f.forward()
    assert str(scene_of(f)).splitlines()[2:] == ["t₁ = u × v = 15", "w = 4, ∂f/∂w = 1", "f = t₁ + w = 19"]


def test_a_box_of_outdated_gradients():
    """The gradients that come out of a layer are outdated when those of its parameters are."""
    model = MLP(2, [16, 16, 1], seed=0)
    f = model([1.0, -2.0]) ** 2
    f.backward()
    before = str(scene_of(f))
    for p in model.parameters():
        p.data *= 0.5
    layers = [card for card in scene_of(f).cards if card.kind == "box"]

    assert "outdated" not in before
    assert [True, True, True] == [card.is_gradient_outdated for card in layers]
    assert {"layer 1: h⁽¹⁾₁"} == {str(card).split(",")[0] for card in layers if card.name == "layer 1"}


def test_partials_are_unknown_until_the_backward_pass():
    """An arrow carries its number only once the chain rule has used it."""
    f = parse("f = u * v", u=2, v=3)
    before = [arrow.partial for arrow in scene_of(f).arrows]
    f.backward()

    assert before == [None, None]
    assert [arrow.partial for arrow in scene_of(f).arrows] == [3.0, 2.0]


def test_partials_are_unknown_again_after_a_new_forward_pass():
    """New numbers make the old gradients of results unknown, and the old partials with them."""
    f = parse("f = u * v", u=2, v=3)
    f.backward()
    f.forward(u=5)

    assert [arrow.partial for arrow in scene_of(f).arrows] == [None, None]


def test_a_scene_is_read_in_an_arithmetic():
    """Names, formulas, titles and numbers are those of the arithmetic: French text, or LaTeX of one line."""
    f = parse("f = t1 / 0.5 + w", t1=3, w=1)
    f.backward()

    assert str(scene_of(f, xp=Text("fr"))).splitlines()[:3] == [
        "t1 = 3 ; ∂f/∂t1 = 2",
        "t2 = t1 / 0,5 = 6 ; ∂f/∂t2 = 1",
        "w = 1 ; ∂f/∂w = 1",
    ]
    card = scene_of(f, xp=Inline("fr")).cards[2]
    assert [card.name, card.formula, card.derivative] == [
        "t_{2}",
        "t_{1} / 0{,}5",
        r"\partial f/\partial t_{2}",
    ]


def test_the_scene_of_a_batch_reads_every_card_once(monkeypatch):
    """The work grows with the graph: formulas are written once for every operation, frames found in one pass."""
    written = []
    applied = Text.applied
    monkeypatch.setattr(Text, "applied", lambda xp, rule, *x: written.append(rule) or applied(xp, rule, *x))
    model = MLP(2, [3, 1], seed=0)
    f = sum([model([float(i), 1.0]) for i in range(40)])
    scene = scene_of(f, "all")

    def inside(frame):
        return [*frame.cards, *(card for inner in frame.inner for card in inside(inner))]

    framed = [card.id for frame in scene.frames for card in inside(frame)]
    assert len(written) == len([node for node in toposort(f) if node.parents])
    assert sorted(framed) == sorted(set(framed))
    assert len(framed) == len(frames(f))


def test_kinds_of_cards():
    """Inputs, constants, results and the output are told apart."""
    (x,) = variables(x=2)
    f = 3 * x + 1

    assert [(card.kind, card.name) for card in scene_of(f).cards] == [
        ("constant", "3"),
        ("input", "x"),
        ("result", "t₁"),
        ("constant", "1"),
        ("output", "f"),
    ]


def test_a_negative_constant_has_brackets_in_a_formula():
    """The 3 of x × (−3) is written as text writes it."""
    (x,) = variables(x=2)

    assert scene_of(x * -3).output.formula == "x × (−3)"


def test_every_character_becomes_one_that_xml_allows():
    """A name made of all characters there are is read back from a document as it was shown."""
    shown = visible("".join(map(chr, range(sys.maxunicode + 1))))

    assert ET.fromstring(f"<name>{escape(shown)}</name>").text == shown
    assert not set(shown) & set("\0\x1b\n\r\t\x7f\x85\u2028\u202e\u2066\ud800\udfff\ufffe\uffff")


def test_a_name_that_fits_is_left_alone_and_one_that_does_not_ends_in_an_ellipsis():
    """What is shown of a long name is as much of its beginning as fits."""
    short = shortened("x" * 200, 100, 10)

    assert shortened("abc", 100, 10) == "abc"
    assert short == "x" * (len(short) - 1) + "…"
    assert width(short, 10) <= 100 < width(short + "x", 10)


def test_a_long_number_gets_the_smaller_type():
    """Of two font sizes the larger is taken where there is room."""
    assert fitting("5", 60, (14, 11)) == 14
    assert fitting("-1.234e-100", 60, (14, 11)) == 11


def test_derivatives_are_those_of_the_last_that_has_1():
    """A result that is added to another has the derivative 1 as well, and is not what was differentiated."""
    names = definitions("a = u * v; b = u + v; f = a + b; g = 2 * a", {"u": 2, "v": 3})
    names["f"].backward()

    assert Moment.now(names).start == "f"
