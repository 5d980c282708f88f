"""A document as a notebook: for each example its question, a cell to try, and then the answer, folded, and a picture.

The five documents have short texts for it, notebooks/NAME.toml, both languages side by side, and cells of their own; a
file of one's own needs neither. The notebook is written without outputs: who opens it runs it.

A text is a list of parts, in the order in which they are taught, of which each may have

    chapter, title, say     a heading, the part's own, and what comes before the question
    example                 the id of an example, which brings a title, a question, definitions, numbers and an answer
    ask, answer             another question, and another answer in words
    try, then               cells of code before and after the answer; they speak French, "fr", and their twins English
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from autograd_mini.lectures.listing import numbers_table
from autograd_mini.lectures.parts import say
from autograd_mini.lectures.sheets import floats_in
from autograd_mini.lectures.updates import written
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from autograd_mini.lectures.documents import Document, Example

TRY, THEN = ("ex.exercise()",), ("ex.draw()",)
ABOUT = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(document: Document, language: str = "", *, file: str = "") -> str:
    """The notebook as text: JSON in the format 4.5 of Jupyter. Raises ValueError for a language without words.

    file: where the document's file is, from the notebook; "" for a document of the package.
    """
    language = language or document.language
    cells: list[dict[str, Any]] = []
    for kind, source in Book(document, language, file).cells():
        code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
        name = f"cell-{len(cells)}"
        cells.append(
            {"cell_type": kind, "id": name, "metadata": {}, "source": source.splitlines(True)} | code
        )
    book = {"cells": cells, "metadata": ABOUT, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@dataclass(frozen=True)
class Book:
    """What stands in a notebook."""

    document: Document
    language: str
    file: str

    @cached_property
    def text(self) -> dict[str, Any]:
        """The text of a document of the package; of another, its examples in their order."""
        path = files("autograd_mini").joinpath("lectures", "notebooks", f"{self.document.name}.toml")
        if not self.file and path.is_file():
            return tomllib.loads(path.read_text("utf-8"))
        return {"part": [{"example": example.id} for example in self.document.examples]}

    def word(self, key: str) -> str:
        return message(key, self.language)

    def cells(self) -> Iterator[tuple[str, str]]:
        """The kind and the source of every cell."""
        first = [
            f"# {_plain(say(self.document.titles, self.language))}",
            _plain(say(self.document.abouts, self.language)),
            say(self.text.get("about", {}), self.language),
            self.word("how to read"),
        ]
        yield "markdown", _paragraphs(first)
        yield "code", "\n".join(self.imports())
        for part in self.text["part"]:
            yield from self.part(part)

    def imports(self) -> Iterator[str]:
        yield "from autograd_mini import lectures"
        if self.file:
            yield f"\ncourse = lectures.load({json.dumps(self.file, ensure_ascii=False)})"

    def part(self, part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """The cells of one part."""
        example = self.document[part["example"]].speaking(self.language) if "example" in part else None

        def said(key: str, default: str = "") -> str:
            return say(part.get(key, {}), self.language) or default

        title = said("title", _plain(example.title) if example else "")
        question = said("ask", _plain(example.question) if example else "")
        yield (
            "markdown",
            _paragraphs(
                [
                    f"## {said('chapter')}" if "chapter" in part else "",
                    f"### {title}" if title else "",
                    said("say"),
                    f"**{self.word('question')}{self.word('colon').rstrip()}** {question}"
                    if question
                    else "",
                    _given(example) if example else "",
                ]
            ),
        )
        codes = [part.get(key, default if example else ()) for key, default in (("try", TRY), ("then", THEN))]
        known = example is None
        for i, cells in enumerate(codes):
            for cell in cells:
                code = cell.strip().replace('"fr"', f'"{self.language}"')
                if example and not known and re.search(r"\bex\b", code):
                    code, known = f"{self.call(example)}\n{code}", True
                yield "code", code
            if i == 0 and (example or "answer" in part):
                yield "markdown", self.fold(said("answer", example.text if example else ""), example)

    def call(self, example: Example) -> str:
        """The line of code that gets an example."""
        is_own = self.language == self.document.language
        if self.file:
            return f'ex = course["{example.id}"]' + ("" if is_own else f'.speaking("{self.language}")')
        return f'ex = lectures.get("{example.id}"' + (")" if is_own else f', "{self.language}")')

    def fold(self, answer: str, example: Example | None) -> str:
        """The answer in a fold, without an empty line: so Markdown leaves it as it is."""
        parts = [f"<p>{_html(answer)}</p>" if answer else "", *(_found(example) if example else ())]
        body = "\n".join(filter(None, parts))
        return f"<details><summary><b>{self.word('answer')}</b></summary>\n{body}\n</details>"


def _paragraphs(texts: list[str]) -> str:
    return "\n\n".join(filter(None, texts))


def _html(text: str) -> str:
    """Text in HTML, on one line, with `code` as such."""
    return re.sub(r"`(.+?)`", r"<code>\1</code>", escape(text, quote=False)).replace("\n", "<br>")


def _plain(text: str) -> str:
    r"""Text in Markdown, on one line, where nothing of it is markup.

    >>> print(_plain("w_1 * w_2 <b>"))
    w\_1 \* w\_2 \<b\>
    """
    return re.sub(r"([\\`*_<>$\[\]&#|~])", r"\\\1", re.sub(r"[ \t\r\n]+", " ", text))


def _given(example: Example) -> str:
    """The definitions and the numbers that go in."""
    point = message("decimal point", example.language)
    given = [
        f"{name} = {written(floats_in(x), point).replace(chr(10), ' ')}" for name, x in example.inputs.items()
    ]
    definitions = example.cases[0].definitions.strip() if example.cases else ""
    between = ", " if point == "." else " ; "
    return _paragraphs(
        [
            f"```\n{definitions}\n```" if definitions else "",
            f"<p>{_html(between.join(given))}</p>" if given else "",
        ]
    )


def _found(example: Example) -> Iterator[str]:
    """Every number, what the document claims, and its errata, each as a line of HTML."""
    language, document = example.language, example.document
    colon = message("colon", language)
    head, *rows = [[_html(cell) for cell in row] for row in numbers_table(example, example.run())]
    lines = [f"<tr>{''.join([f'<td>{cell}</td>' for cell in row])}</tr>" for row in rows]
    yield f"<table><tr>{''.join([f'<th>{cell}</th>' for cell in head])}</tr>"
    yield from lines
    yield "</table>"
    if example.claims:
        yield f"<p>{message('claims', language)}{colon}</p><ul>"
        for claim in example.claims:
            verdict = message("true" if claim.holds else "false", language)
            yield f"<li>{_html(f'{verdict}{colon}{say(claim.said, language)}')}</li>"
        yield "</ul>"
    if example.errata and document:
        yield f"<p>{message('errata', language)}{colon}</p><ul>"
        for id_ in example.errata:
            found = document.errata[id_]
            quoted = f" {message('quoted', language).format(found.says)}" if found.says else ""
            right = f"{say(found.place, language)}{colon}{say(found.right, language)}{quoted}"
            yield f"<li>{_html(right)}</li>"
        yield "</ul>"
    if example.note:
        yield f"<p>{_html(example.note)}</p>"
