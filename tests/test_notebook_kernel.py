"""Steps in a notebook: run by a kernel, and shown by nbconvert to people who have neither."""

import re
from html import unescape

import pytest

from autograd_mini import parse, steps

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


@pytest.mark.slow
def test_a_kernel_shows_it():
    """A cell that ends with steps(f) has the page, the picture and the words as its result."""
    nbclient = pytest.importorskip("nbclient", reason="needs the extra notebook")
    pytest.importorskip("ipykernel", reason="needs the extra notebook")
    asked = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    nbclient.NotebookClient(asked, timeout=60, kernel_name="python3").execute()
    shown = asked.cells[0].outputs[0].data

    assert lecture()._repr_mimebundle_() == {kind: "".join(text) for kind, text in shown.items()}
