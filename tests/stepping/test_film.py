"""The GIF: one frame for each step, as the pictures are, with time to read."""

import re
import sys
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import Value, draw, exp, parse, relu, steps, sum, variables
from autograd_mini.errors import MissingExtraError
from autograd_mini.nn import MLP
from autograd_mini.stepping import film as gif_module
from autograd_mini.stepping.film import LAST, PAUSE, frame, gif
from autograd_mini.stepping.moments import scene_after
from autograd_mini.viz.colours import NOW
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.lettering import width
from autograd_mini.viz.svg import svg_element


def frames(trace):
    layout = layout_of(scene_after(trace))
    return [frame(trace, count, layout) for count in range(len(trace) + 1)]


def numbers(picture):
    """What stands in the boxes."""
    return [text.text for text in picture.iter("text") if text.get("class") == "number"]


def foot(sheet):
    """What is said below a picture: the heading and, letter by letter, the equation."""
    heading, *equation = sheet[2].itertext()
    return heading, "".join(equation)


def test_the_file_is_a_film():
    """Every frame can be read by eye: a second or more, the last longest, and it begins again."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    trace = steps(parse("f = (u + v) * w", u=2, v=3, w=4))
    film = image.open(BytesIO(gif(trace)))
    pauses = []
    for i in range(film.n_frames):
        film.seek(i)
        pauses.append(film.info["duration"])

    assert "GIF" == film.format
    assert [PAUSE] * len(trace) + [LAST] == pauses
    assert 0 == film.info["loop"]
    assert 600 < film.width <= 1600


def test_frames_fill_up():
    """Boxes are empty at first; the last frame has the numbers of the drawing."""
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    first, *_, last = map(numbers, frames(steps(f)))
    f.backward()

    assert {None} == set(first)
    assert numbers(svg_element(draw(f).scene, layout_of(draw(f).scene))) == last


def test_a_frame_marks_its_step_and_says_it():
    """The card and the arrow of a product have thick lines, and the equation stands below."""
    trace = steps(parse("f = (u + v) * w", u=2, v=3, w=4))
    pictures = frames(trace)

    def marked(picture):
        return {
            group.get("id")
            for group in picture.iter("g")
            if any(shape.get("stroke") == NOW.line for shape in group if shape.tag != "g")
        }

    assert set() == marked(pictures[0])
    assert {"n2"} == marked(pictures[4])
    assert {"n0", "e0"} == marked(pictures[9])
    for picture, step in zip(pictures[1:], trace, strict=True):
        assert step.line == picture[2].find(".//title").text


def test_the_equation_is_set_as_mathematics():
    """Below a product stand fractions: three bars, and what is above each is above it."""
    sheet = frames(steps(parse("f = (u + v) * w", u=2, v=3, w=4)))[7]
    equation = sheet[2][1]
    bars = [float(bar.get("y")) for bar in equation.iter("rect")]
    heights = [(text.text, float(text.get("y"))) for text in equation.iter("text")]

    assert 3 == len(bars) == len(set(map(str, bars))) + 2
    assert [("∂", True), ("f", True), ("∂", False), ("t", False), ("1", False), ("=", False)] == [
        (sign, y < bars[0]) for sign, y in heights[:6]
    ]
    assert foot(sheet)[0] == "Backward pass  7/10"


def test_a_long_equation_fits():
    """It is made smaller, and loses its middle if that is not enough; all of it stands in the title."""
    xs = [Value(1.0, f"a_long_name_{i}") for i in range(20)]
    trace = steps(sum(xs))
    for sheet in frames(trace)[1:]:
        group = sheet[2][1]
        left, _, zoom = map(float, re.findall(r"-?[\d.]+", group.get("transform")))
        ends = [
            float(text.get("x")) + width(text.text, 0.9 * float(text.get("font-size")))
            for text in group.iter("text")
        ]

        assert left > 0
        assert left + zoom * max(ends) < 1.05 * float(sheet.get("width"))


@pytest.mark.slow
def test_only_what_changes_is_drawn_anew():
    """Frame by frame the film is what every frame is when it is drawn whole."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    resvg_py = pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    x, y = variables(x=0.5, y=-1.25)
    trace = steps(x * x * y + exp(y) * relu(x - 3.5), "fr")
    film = image.open(BytesIO(gif(trace)))
    for i, sheet in enumerate(frames(trace)):
        film.seek(i)
        size = {"width": f"{film.width}", "height": f"{film.height}"}
        sheet.set("viewBox", f"0 0 {sheet.get('width')} {sheet.get('height')}")
        sheet.attrib.update(size, preserveAspectRatio="xMinYMin")
        svg = ET.tostring(sheet, encoding="unicode")
        whole = image.open(BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg)))).convert("L")
        seen = film.convert("L")
        different = sum(abs(a - b) > 90 for a, b in zip(whole.tobytes(), seen.tobytes(), strict=True))

        assert different < 0.001 * whole.width * whole.height


def test_a_network_has_a_film():
    """A weight in the card of its neuron has no line of its own, and nothing of it is drawn anew."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    trace = steps(MLP(2, [1], activation="tanh", seed=0)([1.0, -2.0]), style="network")

    assert len(trace) + 1 == image.open(BytesIO(gif(trace))).n_frames


def test_french_frames():
    """Words, captions and numbers are French."""
    last = frames(steps(parse("f = u * 0.5", u=3), lang="fr"))[-1]

    assert {"entrée", "1,5", "0,5", "Passe backward (rétropropagation)  4/4"} <= {
        text.text for text in last.iter("text")
    }


def test_names_are_shown_as_they_are():
    """Markup in a name is text in every frame."""
    trace = steps(Value(1.0, label="</svg><script>&\n"), lang="en")
    svg = ET.tostring(frames(trace)[1], encoding="unicode")

    assert "<script" not in svg
    assert "&lt;/svg&gt;&lt;script&gt;&amp;\\n = 1" in svg


@pytest.mark.parametrize("missing", ["PIL", "resvg_py"])
def test_without_its_extra_the_message_names_it(monkeypatch, tmp_path, missing):
    """The command to run is in the message, and no file is left."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r'pip install "autograd-mini\[png\]"'):
        steps(Value(1.0, label="x")).save(tmp_path / "f.gif")

    assert [] == list(tmp_path.iterdir())


def test_too_many_steps_are_refused(monkeypatch):
    """A film without end is not begun."""
    pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    monkeypatch.setattr(gif_module, "MOST_FRAMES", 5)
    with pytest.raises(
        ValueError, match=r"a GIF of 10 steps would last .* is limited to 4 steps; save as \.html"
    ):
        gif(steps(parse("f = (u + v) * w", u=2, v=3, w=4)))
