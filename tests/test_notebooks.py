"""The notebooks run from top to bottom in a real kernel, and show what they were saved with."""

from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def shown(book):
    """The words and the kinds of pictures below every cell."""
    outputs = [output.get("data", {}) for cell in book.cells for output in cell.get("outputs", [])]
    return [(sorted(data), data.get("text/plain")) for data in outputs]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # the kernel's own packages warn of one another
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path):
    """Every cell runs, and shows the same words and kinds of pictures as in the saved file."""
    nbformat = pytest.importorskip("nbformat", reason='needs pip install "autograd-mini[notebook]"')
    nbclient = pytest.importorskip("nbclient", reason='needs pip install "autograd-mini[notebook]"')
    pytest.importorskip("matplotlib", reason='needs pip install "autograd-mini[plot]"')
    book = nbformat.read(path, as_version=4)
    saved = shown(book)
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()

    assert saved == shown(book)
    assert saved
