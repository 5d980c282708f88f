"""Reading a lecture file: TOML, of which every key is asked for, so that what is left over is an error with its line."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from autograd_mini.errors import ExpressionError, LectureError, NotANumberError, nearest, shown
from autograd_mini.lectures.checks import number_in
from autograd_mini.lectures.claims import read_claim
from autograd_mini.lectures.documents import Document, Example
from autograd_mini.lectures.parts import Case, Claim, Descent, Erratum, Printed, Question, Varied
from autograd_mini.lectures.programs import PROGRAMS
from autograd_mini.words.messages import LANGUAGES, message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import NoReturn

    Path = tuple[str | int, ...]

KINDS = ("number", "formula", "dimensions", "comparison", "code", "text", "not-computable")
_MISSING: Any = object()


def read(source: str | bytes, name: str, *, is_run: bool = True, elsewhere: Collection[str] = ()) -> Document:
    """The document in the text of a file of that name. Raises LectureError for what is wrong in it.

    is_run: whether its examples are run, so that what is wrong in their definitions is found now, and whether questions
    are answered by examples of it or of those `elsewhere`.
    """
    language = "en"
    try:
        text = source if isinstance(source, str) else source.decode()
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1  # type: ignore[arg-type]
        raise LectureError(f"{name}, line {line}: {message('no utf-8', language)}") from None
    if found := re.search(r'^language *= *"(\w+)"', text, re.MULTILINE):
        language = found[1] if found[1] in LANGUAGES else language
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise LectureError(f"{name}: {message('no toml', language)}: {error}") from None
    table = Table(content, File(name, text, language, is_run=is_run), ())
    document = _document(table)
    if is_run:
        _check_answers(table, document, {*elsewhere} | {example.id for example in document.examples})
    return document


def _check_answers(table: Table, document: Document, known: Collection[str]) -> None:
    """Whether the examples are known that answer questions."""
    for i, question in enumerate(document.questions):
        for id_ in question.examples:
            if id_ not in known:
                hint = nearest(id_, known) or ", ".join(example.id for example in document.examples)
                raise table.file.error(
                    ("question", i, "examples"),
                    message("name unknown", table.file.language).format(id_, hint),
                )


class File:
    """Where things stand in a file, for its errors."""

    def __init__(self, name: str, text: str, language: str, *, is_run: bool) -> None:
        self.name = name
        self.is_run = is_run
        self.language = language
        self.lines = dict(_lines(text))

    def line(self, path: Path) -> int:
        """The line of a key, or of what it is in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path, said: str) -> LectureError:
        word = message("line number", self.language).format(self.line(path))
        where = "".join([f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path]).strip(
            "."
        )
        return LectureError(f"{self.name}, {word}{f', {where}' if where else ''}: {said}")


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """The line of every key that begins one, and of every table."""
    table: Path = ()
    counts: dict[Path, int] = {}
    end = ""
    for i, line in enumerate(text.splitlines(), 1):
        if end:
            end = "" if end in line else end
            continue
        if found := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            path: Path = ()
            *above, last = _keys(found[2])
            for key in above:
                path = (*path, key)
                path = (*path, counts[path]) if path in counts else path
            path = (*path, last)
            if found[1] == "[[":
                counts[path] = counts.get(path, -1) + 1
                path = (*path, counts[path])
            elif path in counts:
                path = (*path, counts[path])
            table = path
            yield table, i
        elif found := re.match(
            r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)""", line
        ):
            path = table
            for key in _keys(found[1]):
                path = (*path, key)
                yield path, i
            for quotes in ('"""', "'''"):
                if found[2].count(quotes) == 1:
                    end = quotes


def _keys(dotted: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'""", dotted)]


class Table:
    """A table of the file. Each method reads one key and complains about it; `end` complains about those not read."""

    def __init__(self, content: Mapping[str, Any], file: File, path: Path) -> None:
        self.content = content
        self.file = file
        self.path = path
        self.known: list[str] = []

    def fail(self, key: str, said: str, *values: object) -> NoReturn:
        raise self.file.error(
            (*self.path, key) if key else self.path, message(said, self.file.language).format(*values)
        )

    def has(self, key: str) -> bool:
        return key in self.content

    def take(self, key: str, kind: type | tuple[type, ...], needed: str, default: Any = _MISSING) -> Any:
        """What stands under a key, if it is of a kind."""
        self.known.append(key)
        if key not in self.content:
            if default is _MISSING:
                self.fail("", "key missing", key)
            return default
        x = self.content[key]
        if not isinstance(x, kind) or (isinstance(x, bool) and kind is not bool):
            self.fail(key, needed, shown(x))
        return x

    def text(self, key: str, default: Any = _MISSING) -> str:
        return self.take(key, str, "text needed", default)  # type: ignore[no-any-return]

    def said(self, key: str, default: Any = _MISSING) -> dict[str, str]:
        """A text in both languages, {fr = "...", en = "..."}, or in one for both."""
        x = self.take(key, (str, dict), "said needed", default)
        if default is _MISSING and not (x.strip() if isinstance(x, str) else x):
            self.fail(key, "empty text")
        if isinstance(x, str):
            return {self.file.language: x.strip()}
        for language, each in x.items():
            if language not in LANGUAGES or not isinstance(each, str):
                self.fail(key, "said needed", f"{language} = {shown(each)}")
        return {language: each.strip() for language, each in x.items()}

    def number(self, key: str, default: Any = _MISSING) -> float:
        return float(self.take(key, (int, float), "number needed", default))

    def printed(self, key: str) -> str:
        """A number as a document prints it."""
        text = self.text(key)
        try:
            is_number = math.isfinite(number_in(text))
        except ValueError:
            is_number = False
        if not is_number:
            self.fail(key, "number in text needed", shown(text))
        return text

    def flag(self, key: str, default: bool) -> bool:
        return self.take(key, bool, "flag needed", default)  # type: ignore[no-any-return]

    def count(self, key: str) -> int:
        x = self.take(key, int, "count needed")
        if not 1 <= x <= 1000:
            self.fail(key, "count needed", shown(x))
        return x  # type: ignore[no-any-return]

    def names(self, key: str) -> tuple[str, ...]:
        x = self.take(key, list, "names needed", [])
        for each in x:
            if not isinstance(each, str):
                self.fail(key, "names needed", shown(each))
        return tuple(x)

    def texts(self, key: str) -> dict[str, str]:
        x = self.take(key, dict, "texts needed", {})
        for name, each in x.items():
            if not isinstance(each, str):
                self.fail(key, "texts needed", f"{name} = {shown(each)}")
        return dict(x)

    def table(self, key: str) -> Table:
        return Table(self.take(key, dict, "table needed", {}), self.file, (*self.path, key))

    def tables(self, key: str) -> list[Table]:
        x = self.take(key, list, "tables needed", [])
        for each in x:
            if not isinstance(each, dict):
                self.fail(key, "tables needed", shown(each))
        return [Table(each, self.file, (*self.path, key, i)) for i, each in enumerate(x)]

    def end(self) -> None:
        for key in self.content:
            if key not in self.known:
                hint = nearest(key, self.known)
                self.fail(
                    key, "key unknown", hint if self.file.language == "en" and hint else ", ".join(self.known)
                )


def _document(table: Table) -> Document:
    language = table.text("language", "en")
    if language not in LANGUAGES:
        table.fail("language", "language needed", shown(language))
    point = table.text("decimal", message("decimal point", language))
    if point not in (".", ","):
        table.fail("decimal", "decimal needed", shown(point))
    titles, abouts, source = table.said("title"), table.said("about", {}), table.text("source", "")
    errata = {each.id: each for each in map(_erratum, table.tables("erratum"))}
    examples = [_example(each, language, errata) for each in table.tables("example")]
    if not examples:
        table.fail("", "key missing", "[[example]]")
    questions = [_question(each, errata) for each in table.tables("question")]
    table.end()
    for kind, each in (("example", "id"), ("example", "number"), ("question", "number"), ("erratum", "id")):
        _check_unique(table, kind, each)
    stem = re.split(r"[/\\]", table.file.name)[-1].removesuffix(".toml")
    document = Document(
        stem, source, titles, abouts, language, point, tuple(examples), tuple(questions), errata
    )
    for example in examples:
        object.__setattr__(example, "document", document)  # each knows the other; nothing changes afterwards
    return document


def _check_unique(table: Table, kind: str, key: str) -> None:
    seen: set[str] = set()
    for i, each in enumerate(table.content.get(kind, [])):
        if each.get(key) in seen:
            Table(each, table.file, (kind, i)).fail(key, "given twice", each[key])
        seen |= {each[key]} if key in each else set()


def _erratum(table: Table) -> Erratum:
    found = Erratum(table.text("id"), table.said("place"), table.text("says"), table.said("right"))
    table.end()
    return found


def _errata(table: Table, known: Mapping[str, Erratum]) -> tuple[str, ...]:
    for each in (ids := table.names("errata")):
        _check_erratum(table, "errata", each, known)
    return ids


def _check_erratum(table: Table, key: str, id_: str, known: Mapping[str, Erratum]) -> None:
    if id_ and id_ not in known:
        table.fail(key, "erratum unknown", id_, ", ".join(known) or "–")


def _question(table: Table, errata: Mapping[str, Erratum]) -> Question:
    kind = table.text("kind", "number")
    if kind not in KINDS:
        table.fail("kind", "kind needed", shown(kind), ", ".join(KINDS))
    number = table.text("number")
    found = Question(
        number,
        table.said("place", {"en": number}),
        kind,
        table.said("asks"),
        table.names("examples"),
        table.said("answer", {}),
        table.said("reason", {}),
        table.text("printed", ""),
        _errata(table, errata),
    )
    if not (found.examples or found.answer or found.reason):
        table.fail("", "question unanswered")
    if kind == "not-computable" and not found.reason:
        table.fail("", "key missing", "reason")
    table.end()
    return found


def _example(table: Table, language: str, errata: Mapping[str, Erratum]) -> Example:
    id_ = table.text("id")
    if not re.fullmatch(r"[\w.-]+", id_):
        table.fail("id", "id needed", shown(id_))
    program = table.text("program", "")
    if program and program not in PROGRAMS:
        table.fail("program", "program unknown", shown(program), ", ".join(PROGRAMS))
    why = table.said("why") if program else {}
    cases = _cases(table, is_needed=not program)
    vary = table.table("vary")
    example = Example(
        id_,
        table.text("number", id_),
        language,
        table.said("title"),
        table.said("text", {}),
        table.said("question", {}),
        table.said("note", {}),
        cases,
        tuple([_descent(each, cases) for each in table.tables("descent")]),
        tuple(_printed(table.table("printed"), errata)),
        tuple([_claim(each, errata) for each in table.tables("claim")]),
        {},
        _errata(table, errata),
        table.text("by", ""),
        program,
        why,
        table.text("detail", ""),
        table.content.get("inputs", {}) if not cases else {},
    )
    if example.level not in ("", "operations", "definitions"):
        table.fail("detail", "detail needed", shown(example.level))
    table.end()
    example = replace(example, vary=_vary(vary, cases))  # now that all keys are known: inputs may be misspelt
    if table.file.is_run:
        _check_run(table, example)
    return example


def _check_run(table: Table, example: Example) -> None:
    """Run the example, and read what is said about its results."""
    run = _runs(table, example)
    if example.by and example.by not in example.inputs:
        table.fail("by", "name unknown", shown(example.by), ", ".join(example.inputs))
    for each in example.printed:
        if each.name.partition("[")[0] not in (found := getattr(run, each.what)):
            Table({}, table.file, (*table.path, "printed", each.what)).fail(
                each.name, "name unknown", each.name, nearest(each.name, found) or ", ".join(found)
            )
    for i, claim in enumerate(example.claims):
        try:
            read_claim(claim.claim, run)
        except ExpressionError as error:
            Table({}, table.file, (*table.path, "claim", i)).fail("claim", "passed on", error)


def _runs(table: Table, example: Example) -> Any:
    """The run of the example, so that what is wrong in its text is an error of the file."""
    try:
        return example.run()
    except (ExpressionError, NotANumberError) as error:
        key = "inputs" if isinstance(error, NotANumberError) else "definitions"
        table.fail(key if table.has(key) else "case", "passed on", error)


def _cases(table: Table, *, is_needed: bool) -> tuple[Case, ...]:
    """The text with its numbers, or several; what a case does not say it has from the example."""
    first = _case(table, None)
    more = table.tables("case")
    if is_needed and not first.definitions and not more:
        table.fail("", "key missing", "definitions")
    cases = [_case(each, first) for each in more]
    for each in more:
        each.end()
    return tuple(cases) or ((first,) if first.definitions else ())


def _case(table: Table, first: Case | None) -> Case:
    text = table.text("definitions", first.definitions if first else "")
    inputs = table.take("inputs", dict, "numbers needed", dict(first.inputs) if first else {})
    data = table.names("data") or (first.data if first else ())
    of = table.text("of", first.of if first else "")
    values = table.texts("values")
    slopes = table.take("gradients", dict, "gradients needed", {})
    for root, names in slopes.items():
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
            table.fail("gradients", "gradients needed", f"{root} = {shown(names)}")
    return Case(text.strip(), inputs, data, of, values, slopes)


def _descent(table: Table, cases: Sequence[Case]) -> Descent:
    if not cases:
        table.fail("", "key missing", "definitions")
    found = Descent(
        table.text("of"),
        table.number("rate"),
        table.count("steps"),
        table.names("moves"),
        table.take("each", dict, "numbers needed", {}),
        table.text("costs", ""),
        table.text("moved", ""),
        table.text("first", ""),
        table.text("after", ""),
    )
    inputs = cases[0].inputs
    for name, numbers in found.each.items():
        if name not in inputs:
            table.fail("each", "name unknown", name, ", ".join(inputs))
        if not isinstance(numbers, list) or len(numbers) != found.steps:
            table.fail("each", "one for each step", name, found.steps)
    moving = [name for name in inputs if found.is_moved(name)]
    if not moving or any(fnmatchcase(name, pattern) for name in moving for pattern in cases[0].data):
        table.fail("moves", "nothing moves", ", ".join(inputs))
    table.end()
    return found


def _printed(table: Table, errata: Mapping[str, Erratum]) -> Iterator[Printed]:
    for what in ("values", "gradients"):
        part = table.table(what)
        for name, x in part.content.items():
            if isinstance(x, str):
                yield Printed(what, name, part.printed(name))
                continue
            if not isinstance(x, dict):
                part.fail(name, "printed needed", shown(x))
            row = Table(x, part.file, (*part.path, name))
            found = Printed(what, name, row.printed("text"), row.text("erratum"), row.printed("right"))
            _check_erratum(row, "erratum", found.erratum, errata)
            row.end()
            yield found
    table.end()


def _claim(table: Table, errata: Mapping[str, Erratum]) -> Claim:
    found = Claim(
        table.text("claim"), table.said("said"), table.flag("holds", True), table.text("erratum", "")
    )
    _check_erratum(table, "erratum", found.erratum, errata)
    table.end()
    return found


def _vary(table: Table, cases: Sequence[Case]) -> dict[str, Varied]:
    found = {}
    inputs = [name for case in cases for name in case.inputs]
    for name in table.content:
        if name not in inputs:
            table.fail(name, "name unknown", name, nearest(name, inputs) or ", ".join(inputs) or "–")
        row = table.table(name)
        each = Varied(row.number("from"), row.number("to"), row.number("step"))
        if not (each.least < each.most < math.inf and 0 < each.step <= each.most - each.least < math.inf):
            row.fail("", "range needed")
        row.end()
        found[name] = each
    return found
