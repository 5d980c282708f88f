"""The object that `steps` gives: its files, and what a notebook shows of it."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from html import unescape

import pytest

from autograd_mini import parse, steps
from autograd_mini.errors import LayoutError
from autograd_mini.viz import layout


@pytest.fixture
def trace():
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4))


@pytest.fixture
def no_layout(monkeypatch):
    """The layout engine is broken."""

    def broken(source):
        msg = "the layout engine failed"
        raise LayoutError(msg)

    monkeypatch.setitem(layout.RENDERERS, "wasm", broken)


def test_save_writes_the_page(trace, tmp_path):
    """f.html holds the page, and save tells its path."""
    path = trace.save(tmp_path / "f.html")

    assert tmp_path / "f.html" == path
    assert trace.html() == path.read_text("utf-8")


def test_save_knows_its_formats(trace, tmp_path):
    """Another suffix is an error that names it and those there are; nothing is written."""
    with pytest.raises(ValueError, match=r"f.pdf'; give it one of these suffixes: .*\.html"):
        trace.save(tmp_path / "f.pdf")

    assert [] == list(tmp_path.iterdir())


def test_exercise_writes_its_page(trace, tmp_path):
    """The file is a page without the page that steps in it."""
    path = trace.exercise(tmp_path / "td1.html")

    assert "<h1>Exercise" in path.read_text("utf-8")
    assert "scrubber" not in path.read_text("utf-8")


def test_a_notebook_gets_the_page_in_a_frame(trace):
    """The page is whole in the frame, which may run scripts and nothing else; without scripts there are the
    picture, as data, and every step in words.
    """
    bundle = trace._repr_mimebundle_()
    frame, still = re.fullmatch(
        r'<style>[^<>]*</style><iframe class="autograd-mini" srcdoc="([^"]*)" sandbox="allow-scripts" [^<>]*></iframe>'
        r"<noscript>(.*)</noscript>",
        bundle["text/html"],
    ).groups()
    data = re.search(r'<img [^<>]* src="data:image/svg\+xml;base64,([^"]*)">', still)[1]

    assert {"text/html", "text/plain", "image/svg+xml"} == set(bundle)
    assert trace.html() == unescape(frame)
    assert bundle["image/svg+xml"] == b64decode(data).decode()
    assert [step.line for step in trace] == re.findall("<li>(.*?)</li>", still)
    assert "run the cell again" in still
    assert str(trace) == bundle["text/plain"]


def test_the_picture_of_a_notebook_is_that_after_the_last_step(trace):
    """Where a notebook cannot show a page it shows the graph with all its numbers."""
    trace.nodes[-1].forward(u=100)
    drawing = ET.fromstring(trace._repr_mimebundle_()["image/svg+xml"])
    gradients = [g.get("data-gradient") for g in drawing.iter() if "node" in g.get("class", "").split()]

    assert ["4.0", "4.0", "4.0", "5.0", "1.0"] == gradients


def test_the_picture_of_a_notebook_is_in_the_language_of_the_steps():
    """Title, captions and numbers are French, as the page beside it."""
    drawing = ET.fromstring(steps(parse("f = u * 0.5", u=3), lang="fr")._repr_mimebundle_()["image/svg+xml"])
    texts = {text.text for text in drawing.iter()}

    assert {"Graphe de calcul de f", "entrée", "0,5", "1,5"} <= texts
    assert "fr" == steps(parse("u * v", u=2, v=3), lang="fr").language


def test_a_notebook_without_a_layout_engine_gets_words(trace, no_layout):
    """If no picture can be made the cell shows the steps, and the reason."""
    bundle = trace._repr_mimebundle_()

    assert {"text/plain"} == set(bundle)
    assert bundle["text/plain"].startswith("Forward pass\n")
    assert "(no picture: the layout engine failed)" in bundle["text/plain"]


def test_a_page_without_a_layout_engine_is_an_error(trace, no_layout, tmp_path):
    """save and exercise raise, and leave no file behind."""
    with pytest.raises(LayoutError):
        trace.save(tmp_path / "f.html")
    with pytest.raises(LayoutError):
        trace.exercise(tmp_path / "td.html")

    assert [] == list(tmp_path.iterdir())
