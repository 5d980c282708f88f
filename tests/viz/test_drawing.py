"""A Drawing is a snapshot that can be shown, saved, and fail without harm."""

import os
import re
import sys
from base64 import b64decode

import pytest

from autograd_mini import Value, parse, tanh
from autograd_mini.errors import LayoutError, MissingExtraError
from autograd_mini.viz import draw, drawing


@pytest.fixture
def f():
    f = parse("f = (u + v) * w", u=2, v=3, w=4)
    f.backward()
    return f


@pytest.fixture
def no_layout(monkeypatch):
    """A layout engine that fails."""

    def fail(scene, renderer):
        raise LayoutError("the layout engine failed (on purpose)")

    monkeypatch.setattr(drawing, "layout_of", fail)


def test_later_changes_do_not_change_a_drawing(f):
    """A drawing shows the numbers of the moment it was made, even if it is asked for them later."""
    drawn = draw(f)
    f.forward(u=100)
    f.zero_grad()

    assert "t₁ = u + v = 5, ∂f/∂t₁ = 4" in str(drawn)
    assert 'data-value="5.0"' in drawn.svg()
    assert "5\\n∂f/∂t₁ = 4" in drawn.source


def test_a_drawing_after_an_optimizer_step(f):
    """It is drawn, marked in picture, TeX and words; a drawing made before is as it was."""
    before = draw(f)
    f.parents[0].parents[0].data = 100
    bundle = draw(f)._repr_mimebundle_()

    assert "t₁ = u + v ≠ 5" in bundle["text/plain"]
    assert bundle["text/plain"].endswith("call f.forward()")
    assert bundle["image/svg+xml"].count("line-through") == 4
    assert draw(f).tex().split(r"\begin{document}")[1].count(r"\outdated") == 3
    assert draw(f).tex().count(r"\struck{$") == 2
    assert "line-through" not in before.svg()
    assert "5, ∂f/∂t₁ = 4" in str(before)


def test_what_is_saved_is_what_is_shown(f, tmp_path):
    """.svg and .dot hold the texts, .png a picture of twice the size in pixels; the path comes back."""
    drawn = draw(f)
    for name, expected in [("f.svg", drawn.svg()), ("f.dot", drawn.source), ("F.SVG", drawn.svg())]:
        assert drawn.save(tmp_path / name) == tmp_path / name
        assert (tmp_path / name).read_bytes().decode() == expected

    png = drawn.save(str(tmp_path / "f.png")).read_bytes()

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") > 1000


def pixels(png):
    """Width and height of a PNG file."""
    return [int.from_bytes(png[i : i + 4], "big") for i in (16, 20)]


def test_a_large_png_is_made_smaller(f, monkeypatch):
    """It has no more pixels than are allowed, in the shape of the picture."""
    wide, high = pixels(draw(f).png())
    monkeypatch.setattr(drawing, "MOST_PIXELS", wide * high // 4)
    half = pixels(draw(f).png())

    assert pytest.approx([wide / 2, high / 2], abs=1) == half
    assert half[0] * half[1] <= wide * high // 4 + max(half)


def test_a_png_that_nobody_could_read_is_an_error(f, monkeypatch):
    """The message has the size of the picture and says what to do."""
    monkeypatch.setattr(drawing, "MOST_PIXELS", 10_000)
    with pytest.raises(
        LayoutError, match=r"10000 pixels would be too small to read: .* points; save as \.svg, or"
    ):
        draw(f).png()


@pytest.mark.slow
def test_the_png_of_a_long_chain():
    """Two thousand nodes fit into 20 million pixels; of eight thousand nothing could be read."""
    f = Value(0.5, "x")
    for _ in range(2000):
        f = tanh(f)
    wide, high = pixels(draw(f, style="cards").png())
    assert wide * high < 20_000_000 + wide
    for _ in range(6000):
        f = tanh(f)
    with pytest.raises(LayoutError, match="too small to read"):
        draw(f, style="cards").png()


def test_an_unknown_suffix_lists_the_known_ones(f, tmp_path):
    """Nothing is written then."""
    with pytest.raises(ValueError, match=r"'.*f\.jpg'; give it one of these suffixes: \.dot, \.html, \.png"):
        draw(f).save(tmp_path / "f.jpg")
    with pytest.raises(ValueError, match="suffixes"):
        draw(f).save(tmp_path / "f")

    assert list(tmp_path.iterdir()) == []


def test_png_without_its_extra_names_it(f, tmp_path, monkeypatch):
    """The message holds the command to run, and nothing is written."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtraError, match=r'pip install "autograd-mini\[png\]"'):
        draw(f).save(tmp_path / "f.png")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_layout")
def test_a_failed_layout_leaves_the_older_file(f, tmp_path):
    """The file is replaced by a whole new one or not at all."""
    path = tmp_path / "f.svg"
    path.write_text("older")
    with pytest.raises(LayoutError, match="on purpose"):
        draw(f).save(path)

    assert [path] == list(tmp_path.iterdir())
    assert path.read_text() == "older"


def test_a_notebook_shows_the_picture(f):
    """The bundle has the picture, its words, and for notebooks that are not trusted an image with its data."""
    drawn = draw(f)
    bundle = drawn._repr_mimebundle_()
    data = re.search(
        r'<img [^<>]*alt="Computation graph of f" src="data:image/svg\+xml;base64,([^"]*)">',
        bundle["text/html"],
    )

    assert drawn.svg() == bundle["image/svg+xml"] == b64decode(data[1]).decode()
    assert str(drawn) == bundle["text/plain"]
    assert drawn._repr_mimebundle_(include=None, exclude=None) == drawn._repr_mimebundle_()


@pytest.mark.usefixtures("no_layout")
def test_a_notebook_shows_words_and_the_reason_where_there_is_no_picture(f):
    """A picture that cannot be drawn never breaks a cell."""
    bundle = draw(f)._repr_mimebundle_()

    assert set(bundle) == {"text/plain"}
    assert "w = 4, ∂f/∂w = 5" in bundle["text/plain"]
    assert bundle["text/plain"].endswith("(no picture: the layout engine failed (on purpose))")


@pytest.mark.usefixtures("no_layout")
def test_dot_text_needs_no_layout(f):
    """The source is there whatever happens to the engine."""
    assert draw(f).source.startswith("digraph {")


def test_repr_is_short(f):
    """In lists and logs a drawing takes one line."""
    assert repr(draw(f)) == "<drawing of f: 5 nodes, 4 edges>"


def test_what_is_not_a_value_is_refused():
    """The message says what was given."""
    with pytest.raises(TypeError, match=r"draw needs a Value, a nested list .* got float 2\.0"):
        draw([Value(1.0), [2.0]])
    with pytest.raises(ValueError, match=r"there is none in \[\[\], \[\]\]"):
        draw([[], []])


def test_an_unknown_renderer_is_refused_at_once(f):
    """Not only when the picture is wanted."""
    with pytest.raises(ValueError, match="'neato'; choose one of wasm, dot"):
        draw(f, renderer="neato")


def test_the_picture_can_come_from_the_system(f, monkeypatch, tmp_path):
    """The renderer is passed on to the layout."""
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    with pytest.raises(LayoutError, match="install Graphviz"):
        draw(f, renderer="dot").svg()


def test_html_is_the_svg_in_a_page(tmp_path):
    """Saved as .html the same SVG stands in a page whose policy lets no script run, and no style but the page's."""
    f = parse("u * v", u=2, v=3)
    page = draw(f).save(tmp_path / "f.html").read_text("utf-8")

    assert draw(f, theme="light").svg().replace(">", ' class="auto">', 1) in page
    assert page.count("<style>") == page.count("prefers-color-scheme") == 1
    assert draw(f, theme="dark").svg() in draw(f, theme="dark").html()
    assert "default-src 'none'" in page
