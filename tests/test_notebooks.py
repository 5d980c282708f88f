"""Notebooks: ours run from top to bottom in a real kernel, and steps are shown in a cell and by nbconvert."""

import re
from html import unescape
from pathlib import Path

import pytest

from autograd_mini import parse, steps
from autograd_mini.errors import LayoutError
from autograd_mini.stepping.exercise import exercise_of

nbformat = pytest.importorskip("nbformat", reason="needs the extra notebook")
nbconvert = pytest.importorskip("nbconvert", reason="needs the extra notebook")

CELL = """from autograd_mini import parse, steps
steps(parse("f = (u + v) * w", u=2, v=3, w=4), "fr")"""


def lecture():
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4), "fr")


def notebook(bundle):
    """A notebook whose one cell shows what the bundle says."""
    cell = nbformat.v4.new_code_cell(CELL, execution_count=1)
    cell.outputs = [nbformat.v4.new_output("execute_result", data=bundle, execution_count=1)]
    return nbformat.v4.new_notebook(cells=[cell])


def test_as_html_it_is_the_page():
    """nbconvert's HTML has the frame, whole, with the page in it."""
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook(lecture()._repr_mimebundle_()))
    frame = re.search(r'<iframe[^>]* srcdoc="([^"]*)"[^>]*>', html)

    assert lecture().html() == unescape(frame[1])
    assert 'sandbox="allow-scripts"' in frame[0]


def test_where_frames_are_taken_away_it_says_what_to_do():
    """A viewer that does not trust the notebook leaves the words in the frame."""
    exporter = nbconvert.HTMLExporter(sanitize_html=True)
    html, _ = exporter.from_notebook_node(notebook(lecture()._repr_mimebundle_()))

    assert "<iframe" not in html
    assert "exécutez de nouveau la cellule" in html


def test_an_exercise_without_a_path_is_shown():
    """Without a path an exercise is an object that a cell shows: the page of the file, in a frame that may print."""
    exercise = lecture().exercise()
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook(exercise._repr_mimebundle_()))
    frame = re.search(r'<iframe[^>]* srcdoc="([^"]*)"[^>]*>', html)

    assert exercise_of(lecture()) == unescape(frame[1]) == exercise.html()
    assert 'sandbox="allow-scripts allow-modals allow-downloads"' in frame[0]
    assert "Exercice\u00a0: f = (u + v) × w" == repr(exercise)


def test_an_exercise_keeps_its_numbers_where_nothing_is_trusted():
    """Then it is a picture whose boxes are empty: neither 20 nor a gradient of 5 is in it."""
    bundle = lecture().exercise()._repr_mimebundle_()

    assert re.findall(r">(20|5)<", lecture()._repr_mimebundle_()["image/svg+xml"])
    assert [] == re.findall(r">(20|5)<", bundle["image/svg+xml"])


def test_an_exercise_that_cannot_be_drawn_is_words(monkeypatch):
    def broken(scene):
        raise LayoutError("no room")

    monkeypatch.setattr("autograd_mini.stepping.cell.layout_of", broken)
    bundle = lecture().exercise()._repr_mimebundle_()

    assert ["text/plain"] == [*bundle]
    assert "(no picture: no room)" in bundle["text/plain"]


@pytest.mark.slow
def test_a_kernel_shows_it():
    """A cell that ends with steps(f) has the page, the picture and the words as its result."""
    nbclient = pytest.importorskip("nbclient", reason="needs the extra notebook")
    pytest.importorskip("ipykernel", reason="needs the extra notebook")
    asked = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    nbclient.NotebookClient(asked, timeout=60, kernel_name="python3").execute()
    shown = asked.cells[0].outputs[0].data

    assert lecture()._repr_mimebundle_() == {kind: "".join(text) for kind, text in shown.items()}


# The notebooks of the project

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").rglob("*.ipynb"))


def shown(book):
    """The words and the kinds of pictures below every cell. What is printed may come in one piece or in several."""
    outputs = [output for cell in book.cells for output in cell.get("outputs", []) if "data" in output]
    return [(sorted(output["data"]), output["data"].get("text/plain")) for output in outputs]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # the kernel's own packages warn of one another
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_notebook_runs(path):
    """Every cell runs, and shows the same words and kinds of pictures as in the saved file."""
    nbclient = pytest.importorskip("nbclient", reason='needs pip install "autograd-mini[notebook]"')
    pytest.importorskip("matplotlib", reason='needs pip install "autograd-mini[plot]"')
    book = nbformat.read(path, as_version=4)
    saved = shown(book)
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()

    assert saved == shown(book)
    assert saved
