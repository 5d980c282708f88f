"""Results that students saved on pages of exercises: read as data that anybody may have written, and tabulated.

Nothing signs them: who can open such a file in an editor can write another score into it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.errors import LectureError, shown
from autograd_mini.files import named, strict_json
from autograd_mini.lectures.sheets import harmless
from autograd_mini.words.messages import LANGUAGES, message
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from autograd_mini.lectures.listing import Row

FORMAT, VERSION = "autograd-mini results", 1
LARGEST = 2_000_000  # bytes
NAMED, WIDEST = 4, 60  # numbers that were not found in a row of the table, and letters in a cell
TEXTS = ("language", "exercise", "document", "example", "student", "variant", "date")
COUNTS = ("asked", "found", "at_once", "wrong_tries", "shown")
OUTCOME = {"name": str, "answer": str, "verdict": str, "wrong_tries": int, "hints": int}
HEADINGS = ("student", "document", "example", "found of", "first try", "wrong tries", "answers shown", "date", "not found")  # fmt: skip


class Result(NamedTuple):
    """What one file says. variant: the name that the numbers were drawn for, "" if they are the example's own.

    questions: of every number its name, the last answer, its verdict, how many wrong tries and hints there were.
    """

    path: Path
    language: str
    exercise: str
    document: str
    example: str
    student: str
    variant: str
    date: str
    asked: int
    found: int
    at_once: int
    wrong_tries: int
    shown: int
    questions: tuple[Mapping[str, Any], ...]

    @property
    def missing(self) -> list[str]:
        """The names of the numbers that were not found."""
        return [each["name"] for each in self.questions if each["verdict"] != "right"]


def result_in(path: str | PathLike[str], language: str = "en") -> Result:
    """What a file of results says. Raises LectureError, with one line, for what is none; OSError if it cannot be read."""

    def fail(key: str, *values: object) -> LectureError:
        return LectureError(f"{path}{message('colon', language)}{message(key, language).format(*values)}")

    with named("read", path), Path(path).open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise fail("results too large", LARGEST // 1_000_000)
    try:
        content = strict_json(data.decode("utf-8-sig"))
    except ValueError as error:  # no UTF-8, no JSON, nan and infinity
        raise fail("no json", " ".join(str(error).split())[:100]) from None
    if not isinstance(content, Mapping) or content.get("format") != FORMAT:
        raise fail("no results")
    if content.get("version") != VERSION:
        raise fail("results of another version", shown(content.get("version")), VERSION)
    kinds = dict.fromkeys(TEXTS, str) | dict.fromkeys(COUNTS, int) | {"questions": list}
    if wrong := _wrong(content, kinds):
        raise fail("results wrong", *wrong)
    for i, question in enumerate(questions := content["questions"], 1):
        if not isinstance(question, Mapping):
            raise fail("results wrong", f"questions[{i}]", shown(question))
        if wrong := _wrong(question, OUTCOME):
            raise fail("results wrong", f"questions[{i}].{wrong[0]}", wrong[1])
    try:
        datetime.fromisoformat(content["date"])
    except ValueError:
        raise fail("results wrong", "date", shown(content["date"])) from None
    for key, count in counts(questions).items():
        if content[key] != count:
            raise fail("score wrong", key, content[key], count)
    said = {key: content[key] for key in TEXTS + COUNTS}
    return Result(path=Path(path), questions=tuple(questions), **said)


def _wrong(content: Mapping[str, Any], kinds: Mapping[str, type]) -> tuple[str, str] | None:
    """The first key that is missing or of another kind, and what stands there."""
    for key, kind in kinds.items():
        x: Any = content.get(key)
        if type(x) is not kind or (isinstance(x, int) and x < 0):
            return key, shown(x) if key in content else "–"
    return None


def counts(questions: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The score that the questions give.

    >>> counts([{"verdict": "right", "hints": 0, "wrong_tries": 2}, {"verdict": "given", "hints": 2, "wrong_tries": 0}])
    {'asked': 2, 'found': 1, 'at_once': 0, 'wrong_tries': 2, 'shown': 1}
    """
    found = [each for each in questions if each["verdict"] == "right"]
    return {
        "asked": len(questions),
        "found": len(found),
        "at_once": sum(not each["hints"] and not each["wrong_tries"] for each in found),
        "wrong_tries": sum(each["wrong_tries"] for each in questions),
        "shown": sum(each["verdict"] == "given" for each in questions),
    }


def results_in(
    paths: Iterable[str | PathLike[str]], language: str = ""
) -> tuple[list[Result], list[str], str]:
    """What the files say, by students and examples; a line for each that is none of ours; and the language of the lines.

    paths: files, and folders, of which all files .json are read. language: "" for that of the first result.
    """
    paths = [*paths]
    good: list[Result] = []
    bad: list[str] = []
    for file in dict.fromkeys(file for path in paths for file in _files(Path(path))):
        try:
            good.append(result_in(file, language or "en"))
        except LectureError as error:
            bad.append(str(error))
        except OSError as error:
            bad += getattr(error, "__notes__", [])
    found = next((each.language for each in good if each.language in LANGUAGES), "en")
    if not language and found != "en":
        return results_in(paths, found)
    good.sort(key=lambda each: (each.student.casefold(), each.document, each.example, each.date))
    return good, bad, language or "en"


def _files(path: Path) -> list[Path]:
    """The file, or all results in the folder."""
    return sorted(path.rglob("*.json")) if path.is_dir() else [path]


def table_of(results: Iterable[Result], language: str) -> list[Row]:
    """A row for each result, below a heading."""
    return [tuple(message(key, language) for key in HEADINGS), *map(_row, results)]


def _row(each: Result) -> Row:
    missing = each.missing[:NAMED] + ["…"] * (len(each.missing) > NAMED)
    cells = [
        each.student or "–",
        each.document or "–",
        each.example or each.exercise,
        f"{each.found}/{each.asked}",
        *map(str, (each.at_once, each.wrong_tries, each.shown)),
        datetime.fromisoformat(each.date).strftime("%Y-%m-%d %H:%M"),
        ", ".join(missing),
    ]
    return tuple(visible(cell[:WIDEST]) for cell in cells)


def print_table(rows: Sequence[Row]) -> None:
    """Draw the table in a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*rows[0])
    for row in rows[1:]:
        table.add_row(*map(Text, row))  # of which nothing is markup
    Console().print(table)


def csv_of(results: Iterable[Result], language: str) -> str:
    """The table as CSV that a table program reads as it is meant."""
    keys = ("student", "document", "example", "variant", "date", *COUNTS)
    text = io.StringIO()
    rows = [[*[str(getattr(each, key)) for key in keys], ", ".join(each.missing)] for each in results]
    heading = (*keys, message("not found", language))
    csv.writer(text, lineterminator="\n").writerows([heading, *[map(harmless, row) for row in rows]])
    return "\ufeff" + text.getvalue()
