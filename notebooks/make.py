"""Run notebooks from top to bottom and store what their cells show; those of the lectures are written first.

    python notebooks/make.py                            the notebooks of the five documents, in both languages
    python notebooks/make.py notebooks/networks.ipynb   another one, as it stands

Needs the extras notebook and plot.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from autograd_mini import lectures
from autograd_mini.lectures.notebook import notebook
from autograd_mini.words.messages import LANGUAGES

HERE = Path(__file__).parent


def written():
    """The notebooks of the lectures, without outputs yet."""
    for language in LANGUAGES:
        (HERE / language).mkdir(exist_ok=True)
        for document in lectures.all():
            path = HERE / language / f"{document.name}.ipynb"
            path.write_text(notebook(document, language), "utf-8")
            yield path


for path in map(Path, sys.argv[1:]) if sys.argv[1:] else [*written()]:
    book = nbformat.read(path, as_version=4)
    about = {key: dict(book.metadata[key]) for key in book.metadata}
    NotebookClient(book, timeout=120, kernel_name="python3", record_timing=False).execute()
    book.metadata = about  # as it was: that of the kernel has the version of whoever ran it
    nbformat.write(book, path)
    print(f"{path}: {path.stat().st_size:,} bytes")
