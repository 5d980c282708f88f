"""The documents that come with the package, and files of one's own."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.errors import LectureError, nearest, require, shown
from autograd_mini.files import named
from autograd_mini.lectures.loader import read
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from os import PathLike

    from autograd_mini.lectures.documents import Document, Example

NAMES = ("glo4030", "td1", "tp34", "exercices", "tp2")  # in the order in which they build on one another


def all() -> tuple[Document, ...]:
    """The five documents of the package.

    >>> all()[1]
    <lecture td1: 5 examples>
    """
    return _documents()


@cache
def _documents() -> tuple[Document, ...]:
    folder = files("autograd_mini") / "lectures"
    texts = {name: (folder / f"{name}.toml").read_text("utf-8") for name in NAMES}
    return tuple([read(text, f"{name}.toml", is_run=False) for name, text in texts.items()])


def load(path: str | PathLike[str]) -> Document:
    """The document in a file of one's own. Raises LectureError, with file, line and key, for what is wrong in it."""
    with named("read", path):
        data = Path(path).read_bytes()
    return read(data, str(path), elsewhere=[each.id for other in all() for each in other.examples])


def get(id: str, lang: str = "") -> Example:  # noqa: A002  # that is what it is
    """The example of that id, in the language of its document or in another.

    Raises LectureError if there is none, ValueError for a language without words.

    >>> get("sum-times-w", "en").question
    'What are the value and the gradient of every node of (u + v) w at u = 2, v = 3, w = 4?'
    """
    require(isinstance(id, str), "an example is named by text", id)
    require(isinstance(lang, str), "the language is 'en' or 'fr'", lang)
    message("if", lang or "en")
    for document in all():
        for example in document.examples:
            if example.id == id:
                return example.speaking(lang)
    known = [example.id for document in all() for example in document.examples]
    msg = f"no example is called {shown(id)}; {nearest(id, known) or 'autograd-mini lecture lists them'}"
    raise LectureError(msg)


def document_of(name: str, lang: str = "en") -> Document:
    """The document of that name, or in the file at that path. Raises LectureError if there is neither."""
    for document in all():
        if document.name == name.lower():
            return document
    if name.endswith(".toml") or re.search(r"[/\\]", name) or Path(name).is_file():
        return load(name)
    known = [document.name for document in all()]
    raise LectureError(message("no lecture", lang).format(shown(name), ", ".join(known)))


def find(document: Document, name: str, lang: str = "en") -> Example:
    """The example of a document by its number, its id, or a question that it answers.

    Raises LectureError if there is none, or if several would do.
    """
    wanted = plainly(name)
    for example in document.examples:
        if wanted in (plainly(example.number), plainly(example.id)):
            return example
    found = [id_ for each in document.questions if plainly(each.number) == wanted for id_ in each.examples]
    found = found or [each.id for each in document.examples if plainly(each.number).startswith(f"{wanted} ")]
    known = {each.id: each for other in (document, *all()) for each in reversed(other.examples)}
    if len(found) == 1:
        return known[found[0]]
    if found:
        raise LectureError(message("several examples", lang).format(shown(name), ", ".join(found)))
    listed = ", ".join(example.number for example in document.examples)
    raise LectureError(message("no example", lang).format(document.name, shown(name), listed))


def plainly(number: str) -> str:
    """A number as one may type it.

    >>> plainly("Ex2 Q1"), plainly("ex2-q1"), plainly("slide: max rule")
    ('ex2 q1', 'ex2 q1', 'slide max rule')
    """
    return " ".join(re.findall(r"[\w.]+", number.lower().replace("_", " ")))
