"""Sheets for students, each with numbers of their own, to be printed; and the key for the teacher."""

from __future__ import annotations

import csv
import io
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import LectureError
from autograd_mini.files import named, write_whole
from autograd_mini.lectures.parts import say
from autograd_mini.lectures.questions import numbers_of, plain
from autograd_mini.lectures.updates import written
from autograd_mini.lectures.variants import variants
from autograd_mini.stepping.sweeps import OPERATION, VALUES
from autograd_mini.viz.document import document as page
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from autograd_mini.lectures.documents import Document, Example
    from autograd_mini.stepping.steps import Steps

HEADINGS = {"name", "nom", "student", "students", "étudiant", "étudiante", "étudiants"}


def students_in(path: str | PathLike[str], language: str = "en") -> list[str]:
    """The names in the first column of a CSV file, with or without a heading. language: of errors.

    Raises LectureError if there is none, or if one stands there twice.
    """
    with named("read", path):
        text = Path(path).read_bytes().decode("utf-8-sig", errors="replace")
    separator = ";" if text.count(";") > text.count(",") else ","
    names = [
        row[0].strip() for row in csv.reader(io.StringIO(text), delimiter=separator) if row and row[0].strip()
    ]
    names = names[1:] if names and names[0].lower() in HEADINGS else names
    twice = sorted({name for name in names if names.count(name) > 1})
    if not names or twice:
        said = message("student twice" if twice else "no student", language)
        raise LectureError(said.format(path, ", ".join(twice)))
    return names


def write_sheets(
    examples: Sequence[Example], students: Sequence[str], folder: str | PathLike[str]
) -> list[Path]:
    """The files that were written: a sheet for each student, key.csv and key.html.

    Raises LectureError if no example varies, or if two students would have one sheet.
    """
    language = examples[0].language
    varying = [example for example in examples if example.vary]
    if not varying:
        raise LectureError(
            message("nothing varies", language).format(", ".join(each.id for each in examples))
        )
    drawn = {each.id: variants(each.id, each.vary, each.run, students, language) for each in varying}
    folder = Path(folder)
    with named("make", folder):
        folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    rows: list[tuple[str, str, str, str]] = []
    keys: list[str] = []
    for student in students:
        traces = [
            (example, numbers := drawn[example.id][student], example.steps(numbers)) for example in varying
        ]
        body = "".join([_section(example, numbers, trace, student) for example, numbers, trace in traces])
        file = folder / f"{_file_name(student, [path.stem for path in paths])}.html"
        paths.append(write_whole(file, page(student, language, body, ["lectures/assets/sheet.css"], ())))
        cells = []
        for example, _, trace in traces:
            numbers_asked = [*numbers_of(trace)]
            rows += [(student, example.id, each.name, plain(each.exact)) for each in numbers_asked]
            cells.append(_key(example, numbers_asked))
        keys.append(f"<section><h1>{escape(student)}</h1>{''.join(cells)}</section>")
    heading = tuple(message(key, language) for key in ("student", "example", "name of", "value"))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([heading, *[tuple(map(harmless, row)) for row in rows]])
    paths.append(write_whole(folder / "key.csv", "\ufeff" + table.getvalue()))
    title = message("key", language)
    keys = [f"<h1>{escape(title)}</h1>", *keys]
    paths.append(
        write_whole(
            folder / "key.html", page(title, language, "".join(keys), ["lectures/assets/sheet.css"], ())
        )
    )
    return paths


def harmless(cell: str) -> str:
    """A cell that no table program takes for a formula.

    >>> harmless("=1+1"), harmless("-0.5")
    ("'=1+1", '-0.5')
    """
    return f"'{cell}" if re.match(r"[=@+\t\r]|-(?![\d.])", cell) else cell


def _file_name(student: str, taken: Sequence[str]) -> str:
    """A name that every system takes, and that is still free."""
    name = stem = re.sub(r"[^\w.-]+", "-", student).strip("-.") or "student"
    count = 1
    while name.lower() in [*map(str.lower, taken), "key"]:
        count += 1
        name = f"{stem}-{count}"
    return name


def given(example: Example, numbers: Mapping[str, Any]) -> str:
    """The inputs with their numbers."""
    point = message("decimal point", example.locale)
    cells = [
        f"<span>{escape(name)} = <span>{escape(written(floats_in(x), point)).replace(chr(10), '<br>')}</span></span>"
        for name, x in {**example.inputs, **numbers}.items()
    ]
    return f'<div class="given">{"".join(cells)}</div>'


def floats_in(x: Any) -> Any:
    """The same numbers as floats."""
    return [floats_in(each) for each in x] if isinstance(x, list) else float(x)


def _section(example: Example, numbers: Mapping[str, Any], trace: Steps, student: str) -> str:
    """One page: the question, the numbers, and a line for every answer."""
    document: Document | None = example.document
    source = say(document.titles, example.language) if document else ""
    values, slopes = [], {}
    for step in trace:
        if step.kind == OPERATION:
            sides = step.mathml[:2] if len(step.mathml) > 2 else step.mathml[:1]
            values.append(f"<li><math>{'<mo>=</mo>'.join(sides)}<mo>=</mo></math><i></i>")
        elif step.sweep != VALUES:
            slopes[step.node] = f'<li><math displaystyle="true">{step.mathml[0]}<mo>=</mo></math><i></i>'
    kind = ' class="wide"' if any(len(value) > 700 for value in values) else ""
    return (
        f'<section><p class="name">{escape(student)}</p><h1>{escape(example.title)}</h1><p>{escape(source)}</p>'
        f"<p>{escape(example.question)}</p>{given(example, numbers)}"
        f"<h2>{escape(message('values', example.language))}</h2><ol{kind}>{''.join(values)}</ol>"
        f"<h2>{escape(message(trace.sweep, example.language))}</h2><ol>{''.join(slopes.values())}</ol></section>"
    )


def _key(example: Example, numbers: Sequence[Any]) -> str:
    point = message("decimal point", example.locale)
    cells = [f"<tr><td>{escape(each.name)}<td>{escape(written(each.exact, point))}" for each in numbers]
    third = -(-len(cells) // 3)
    tables = [f"<table>{''.join(cells[i : i + third])}</table>" for i in range(0, len(cells), third or 1)]
    return f'<h2>{escape(example.title)}</h2><div class="key">{"".join(tables)}</div>'
