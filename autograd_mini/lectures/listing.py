"""Lectures as lines of text: the documents, one of them, an example with all its numbers, and the table of checks."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from autograd_mini.lectures.checks import Check, check, checks_of
from autograd_mini.lectures.parts import say
from autograd_mini.lectures.updates import moves_of, written
from autograd_mini.stepping.sweeps import OPERATION
from autograd_mini.words.messages import message
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from autograd_mini.lectures.documents import Document, Example
    from autograd_mini.lectures.running import Run

WIDTH = 100
Row = tuple[str, ...]


def overview(documents: Iterable[Document], lang: str = "") -> str:
    """The documents and their examples, one line each, in a language or each in its own."""
    blocks = []
    for document in documents:
        language = lang or document.language
        rows = [(f"  {each.number}", say(each.titles, language)) for each in document.examples]
        blocks.append("\n".join([f"{document.name}: {say(document.titles, language)}", *table(rows)]))
    return "\n\n".join([*blocks, message("how to go on", lang or "en")])


def of_document(document: Document, lang: str = "") -> str:
    """A document: its examples, and every question with what answers it."""
    language = lang or document.language
    examples = [
        (f"  {each.number}", say(each.titles, language), each.id if each.id != each.number else "")
        for each in document.examples
    ]
    lines = [f"{document.name}: {say(document.titles, language)}", *wrapped(say(document.abouts, language))]
    lines += ["", message("examples", language), *table(examples)]
    if document.questions:
        lines += ["", message("questions", language)]
        for question in document.questions:
            lines += wrapped(
                f"{say(question.place, language)}{message('colon', language)}{say(question.asks, language)}",
                2,
            )
            if question.examples:
                lines += wrapped(f"→ {', '.join(question.examples)}", 6)
            for said in (question.answer, question.reason):
                lines += wrapped(f"→ {say(said, language)}", 6) if said else []
    return "\n".join(lines)


def of_example(example: Example, numbers: Mapping[str, Any] | None = None) -> str:
    """What an example teaches and asks, every number beside what the document prints, claims and errata."""
    language, document = example.language, example.document
    assert document is not None

    def word(key: str) -> str:
        return message(key, language)

    run = example.run(numbers)
    lines = [f"{document.name} {example.number}: {example.title}", say(document.titles, language), ""]
    lines += wrapped(example.text)
    if example.question:
        lines += ["", *wrapped(f"{word('question')}{word('colon')}{example.question}")]
    lines += ["", *wrapped(example.note)] if example.note else []
    lines += ["", *table(numbers_table(example, run, is_printed=not numbers))]
    for rows in updates_tables(example, run):
        lines += ["", *table(rows)]
    checks = [each for each in checks_of(example) if isinstance(each.computed, bool)]
    if checks and not numbers:
        lines += ["", word("claims")]
        for check_, claim in zip(checks, example.claims, strict=True):
            verdict = word("true" if check_.computed else "false")
            source = f" ({claim.erratum})" if claim.erratum else ""
            lines += wrapped(
                f"{verdict}{word('colon')}{say(claim.said, language)}   [{claim.claim}]{source}", 2
            )
    if example.errata:
        lines += ["", word("errata")]
        for id_ in example.errata:
            found = document.errata[id_]
            quoted = f" {word('quoted').format(found.says)}" if found.says else ""
            lines += wrapped(
                f"{id_}, {say(found.place, language)}{word('colon')}{say(found.right, language)}{quoted}", 2
            )
    if example.is_network:
        lines += ["", *wrapped(word("how to draw a network"))]
    if example.program:
        lines += ["", *wrapped(f"{word('no text')}{word('colon')}{say(example.why, language)}")]
    return "\n".join(lines)


def numbers_table(example: Example, run: Run, *, is_printed: bool = True) -> list[Row]:
    """Every number of a run by name, with its definition and with what the document prints, below a heading."""
    language, document = example.language, example.document
    assert document is not None
    point = example.point

    def word(key: str) -> str:
        return message(key, language)

    printed: dict[str, list[str]] = {}
    for each in (
        example.printed if is_printed else ()
    ):  # with other numbers the document’s stand beside nothing
        name = each.name if each.what == "values" else f"∂{each.name}"
        right = f" ({each.erratum}{word('colon')}{each.right})" if each.erratum else ""
        printed.setdefault(name.partition("[")[0], []).append(f"{each.text}{right}")
    slope = f"∂{example.of}/∂" if example.cases and not example.cases[0].gradients else "∂"
    head = (
        word("name of"),
        word("definition"),
        word("value"),
        word("printed"),
        word("gradient"),
        word("printed"),
    )
    said = formulas(example) | updates(example, point)
    rows = [head]
    names = [*dict.fromkeys([*run.model, *run.values, *run.gradients])]
    for name in names:
        x, g = run.values.get(name), run.gradients.get(name)
        if x is None and g is None and name not in said and name not in example.inputs:
            continue
        rows.append(
            (
                name,
                said.get(
                    name,
                    word("data")
                    if name in _data(example)
                    else word("input")
                    if name in example.inputs
                    else "",
                ),
                written(x, point) if x is not None else "",
                "; ".join(printed.get(name, [])),
                written(g, point) if g is not None else "",
                "; ".join(printed.get(f"∂{name}", [])),
            )
        )
    rows[0] = (*head[:4], f"{head[4]} ({slope}…)", head[5])
    return without_empty(rows)


def updates_tables(example: Example, run: Run) -> Iterator[list[Row]]:
    """For the first step of a descent, and where there is one that moves others, what each parameter becomes."""
    point = example.point
    for move in moves_of(example.descents, run):
        if move.step == 1:
            title = message("update", example.language).format(rate=written(move.rate, point))
            head = (
                title,
                message("value", example.language),
                f"Δ = −η ∂{move.of}/∂…",
                message("becomes", example.language),
            )
            rows = [
                (each.name, *(written(x, point) for x in (each.before, each.change, each.after)))
                for each in move.updates
            ]
            yield [head, *rows]


def _data(example: Example) -> set[str]:
    return {name for case in example.cases for name in case.data}


def formulas(example: Example) -> dict[str, str]:
    """The right side of every definition, as steps write it."""
    if not example.cases:
        return {}
    trace = example.steps(by=None, of=example.of, detail="definitions")
    return {
        trace.nodes[step.node].label: step.text[1]
        for step in trace
        if step.kind == OPERATION and len(step.text) > 1 and len(step.text[1]) < 60
    }


def updates(example: Example, point: str) -> dict[str, str]:
    """How every parameter moves, by the name of what it becomes in the first step."""
    found = {}
    for descent in example.descents:
        rate = "" if descent.rate == 1 else f"{written(descent.rate, point)} × "
        for name in example.cases[0].inputs:
            if descent.moved and descent.is_moved(name):
                found[descent.moved.format(name=name, step=1)] = f"{name} − {rate}∂{descent.of}/∂{name}"
    return found


def without_empty(rows: Sequence[Row]) -> list[Row]:
    """The rows without the columns that are empty below their heading."""
    keep = [any(row[i] for row in rows[1:]) for i in range(len(rows[0]))]
    return [tuple(cell for cell, is_kept in zip(row, keep, strict=True) if is_kept) for row in rows]


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as lines, in columns; a cell may have several lines."""
    cells = [[cell.split("\n") for cell in row] for row in rows]
    widths = [max(len(line) for row in cells for line in row[i]) for i in range(len(rows[0]))] if rows else []
    lines = []
    for row in cells:
        for k in range(max(map(len, row))):
            parts = [cell[k] if k < len(cell) else "" for cell in row]
            lines.append(
                "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()
            )
    return lines


def wrapped(text: str, indent: int = 0) -> list[str]:
    """The text in lines that fit."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2 * bool(indent)),
        break_on_hyphens=False,
    )


def of_checks(documents: Iterable[Document], lang: str = "en") -> tuple[str, bool]:
    """The table of everything printed and claimed beside what is computed, and whether all is as it should be."""
    rows: list[Row] = [
        tuple(message(key, lang) for key in ("example", "name of", "printed", "computed", "verdict"))
    ]
    checks = [(document, each) for document in documents for each in check(document)]
    for document, each in checks:
        rows.append((f"{document.name} {each.example}", *_checked(each, lang)))
    wrong = sum(not each.is_right for _, each in checks)
    known = sum(bool(each.erratum) for _, each in checks)
    total = message("checks", lang).format(len(checks), known, wrong)
    return "\n".join([*table(rows), total]), not wrong


def _checked(each: Check, lang: str) -> Iterator[str]:
    yield each.what
    yield each.printed
    if isinstance(each.computed, bool):
        yield message("true" if each.computed else "false", lang)
    else:
        yield number(each.computed)
    yield ("" if each.is_right else message("differs", lang)) + (each.erratum and f" {each.erratum}")
