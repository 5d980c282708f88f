"""A static site of all examples: for each a page with its numbers, one that steps and one of exercises, in both languages.

It works offline and asks nothing of a network; links are relative. Scripts, styles and the looks of pictures lie beside
the pages, once for all of them.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.files import named, write_whole
from autograd_mini.lectures.listing import numbers_table
from autograd_mini.lectures.parts import say
from autograd_mini.stepping.exercise import exercise_of
from autograd_mini.stepping.page import page_of
from autograd_mini.viz.document import document as page
from autograd_mini.viz.shared import Shared
from autograd_mini.words.messages import LANGUAGES, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike
    from typing import Any

    from autograd_mini.lectures.documents import Document, Example

STYLES = ["lectures/assets/sheet.css"]
LANGUAGE_NAMES = {"en": "English", "fr": "Français"}


def write_site(documents: Sequence[Document], folder: str | PathLike[str]) -> list[Path]:
    """The files of the site, written into a folder that is made if need be."""
    folder, shared = Path(folder), Shared("../assets/")
    for name in (*LANGUAGES, "assets"):
        with named("make", folder):
            (folder / name).mkdir(parents=True, exist_ok=True)
    return [write_whole(folder / name, text) for name, text in _files(documents, shared)]


def _files(documents: Sequence[Document], shared: Shared) -> Iterator[tuple[str, str]]:
    """Every file with its text, the page that leads to all of them last."""
    for language in LANGUAGES:
        for document in documents:
            for each in document.examples:
                example = each.speaking(language)
                trace, address = example.steps(), f"{language}/{example.id}"
                yield f"{address}-steps.html", page_of(trace, shared)
                yield f"{address}-exercise.html", exercise_of(trace, shared=shared)
                yield f"{address}.html", _page(document, example, shared)
        yield f"{language}/index.html", _index(documents, language, shared)
    yield from [(f"assets/{name}", text) for name, text in shared.files.items()]
    links = [f'<li><a lang="{x}" href="{x}/index.html">{LANGUAGE_NAMES[x]}</a>' for x in reversed(LANGUAGES)]
    home = f"<h1>autograd-mini</h1><ul>{''.join(links)}</ul>"
    yield "index.html", page("autograd-mini", "fr", home, STYLES, ())


def _link(href: str, text: str) -> str:
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def _index(documents: Sequence[Document], language: str, shared: Shared) -> str:
    """All documents with their examples, and the questions that words answer."""
    other = next(x for x in LANGUAGES if x != language)
    title = message("lectures", language)
    parts = [f"<h1>{escape(title)}</h1><nav>{_link(f'../{other}/index.html', LANGUAGE_NAMES[other])}</nav>"]
    for document in documents:
        rows = [f"<li>{_link(f'{each.id}.html', say(each.titles, language))}" for each in document.examples]
        parts.append(
            f"<h2>{escape(say(document.titles, language))}</h2><p>{escape(say(document.abouts, language))}</p>"
            f"<ul>{''.join(rows)}</ul><details><summary>{escape(message('questions', language))}</summary>"
            f"<table>{''.join(_questions(document, language))}</table></details>"
        )
    return page(title, language, "".join(parts), STYLES, (), shared=shared)


def _questions(document: Document, language: str) -> Iterator[str]:
    for question in document.questions:
        answers = [_link(f"{id_}.html", id_) for id_ in question.examples]
        answers += [escape(say(said, language)) for said in (question.answer, question.reason) if said]
        place, asks = say(question.place, language), say(question.asks, language)
        yield f"<tr><td>{escape(place)}<td>{escape(asks)}<td>{'<br>'.join(answers)}"


def _page(document: Document, example: Example, shared: Shared) -> str:
    """The page of an example: what it teaches and asks, its picture, its numbers, claims and errata."""
    language = example.language
    looks: dict[str, Any] = (
        {"style": "network"} if example.is_network else {}
    )  # its graph is on the page that steps
    picture = shared.dressed(example.draw(**looks).element())
    other = next(x for x in LANGUAGES if x != language)
    links = [
        _link("index.html", message("lectures", language)),
        _link(f"{example.id}-steps.html", message("steps", language)),
        _link(f"{example.id}-exercise.html", message("exercise", language)),
        _link(f"../{other}/{example.id}.html", LANGUAGE_NAMES[other]),
    ]
    texts = [
        example.text,
        example.question and f"{message('question', language)}{message('colon', language)}{example.question}",
        example.note,
    ]
    body = [
        f"<nav>{' · '.join(links)}</nav><h1>{escape(example.title)}</h1>",
        f"<p>{escape(say(document.titles, language))}</p>",
        *[f"<p>{escape(text)}</p>" for text in texts if text],
        *[f"<pre>{escape(case.definitions)}</pre>" for case in example.cases[:1]],
        f"<figure>{picture}</figure>",
        *_table(example),
        *_claims(example),
        *_errata(document, example),
    ]
    return page(example.title, language, "".join(body), STYLES, (), shared=shared)


def _table(example: Example) -> Iterator[str]:
    """Every number beside what is printed."""
    rows = numbers_table(example, example.run())
    yield '<div class="wide"><table>'
    for i, row in enumerate(rows):
        cell = "th" if i == 0 else "td"
        cells = [f'<{cell} class="n">{escape(each).replace(chr(10), "<br>")}' for each in row]
        yield f"<tr>{''.join(cells)}"
    yield "</table></div>"


def _claims(example: Example) -> Iterator[str]:
    language = example.language
    if example.claims:
        yield f"<h2>{escape(message('claims', language))}</h2><ul>"
        for claim in example.claims:
            verdict = message("true" if claim.holds else "false", language)
            source = f" ({claim.erratum})" if claim.erratum else ""
            said = f"{verdict}{message('colon', language)}{say(claim.said, language)}{source}"
            yield f"<li>{escape(said)} <code>{escape(claim.claim)}</code>"
        yield "</ul>"


def _errata(document: Document, example: Example) -> Iterator[str]:
    language = example.language
    if example.errata:
        yield f"<h2>{escape(message('errata', language))}</h2><ul>"
        for id_ in example.errata:
            found = document.errata[id_]
            quoted = f" {message('quoted', language).format(found.says)}" if found.says else ""
            said = (
                f"{id_}, {say(found.place, language)}{message('colon', language)}{say(found.right, language)}"
            )
            yield f"<li>{escape(said + quoted)}"
        yield "</ul>"
