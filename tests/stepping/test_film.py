"""The GIF: one frame for each step, as the pictures are, with time to read."""

import sys
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest

from autograd_mini import Value, draw, parse, steps
from autograd_mini.errors import MissingExtraError
from autograd_mini.stepping import film as gif_module
from autograd_mini.stepping.film import LAST, PAUSE, frame, gif
from autograd_mini.stepping.moments import scene_after
from autograd_mini.viz.colours import NOW
from autograd_mini.viz.layout import layout_of
from autograd_mini.viz.svg import svg_element


def frames(trace):
    layout = layout_of(scene_after(trace))
    return [frame(trace, count, layout) for count in range(len(trace) + 1)]


def numbers(picture):
    """What stands in the boxes."""
    return [text.text for text in picture.iter("text") if text.get("class") == "number"]


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
        assert step.line == list(picture)[-1].text


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
    with pytest.raises(ValueError, match=r"a GIF of 10 steps would be huge; save as \.html"):
        gif(steps(parse("f = (u + v) * w", u=2, v=3, w=4)))
