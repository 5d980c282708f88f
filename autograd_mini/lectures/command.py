"""The command `autograd-mini lecture`.

Its annotations are not put off: typer reads them when the command is made, and is known only inside `add_to`.
"""

import re
import sys
from collections.abc import Callable
from os.path import relpath
from typing import TYPE_CHECKING, Annotated, Any

from autograd_mini.errors import ExpressionError, LectureError, shown
from autograd_mini.files import write_whole
from autograd_mini.lectures import grade, library, quiz
from autograd_mini.lectures.documents import Document, Example
from autograd_mini.lectures.listing import of_checks, of_document, of_example, overview, table
from autograd_mini.lectures.notebook import notebook as notebook_of
from autograd_mini.lectures.sheets import students_in, write_sheets
from autograd_mini.lectures.site import write_site
from autograd_mini.plots import save
from autograd_mini.stepping.terminal import is_interactive, step_through
from autograd_mini.words.messages import LANGUAGES, message

if TYPE_CHECKING:
    from pathlib import Path


def add_to(
    app: Any,
    binding: Callable[[str, str], tuple[str, Any]],
    result: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    """Add the command to an app. binding: reads NAME=NUMBER with a decimal sign. result, say: write to the two outputs."""
    import typer
    from typer.core import TyperCommand

    file = typer.Option(metavar="FILE")

    class InLanguage(TyperCommand):
        """A command whose help is in the language of --lang."""

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            found = re.search(r"(?:^| )--lang[ =](\S+)", " ".join(args))
            language = found[1] if found and found[1] in LANGUAGES else "en"
            self.help = message("help lecture", language)
            for parameter in self.get_params(ctx):
                parameter.help = message(f"help {parameter.name}", language)  # type: ignore[attr-defined]
            return super().parse_args(ctx, args)

    @app.command(cls=InLanguage, help=message("help lecture"))  # type: ignore[untyped-decorator]
    def lecture(
        words: Annotated[
            list[str] | None,
            typer.Argument(metavar="[DOC|FILE [EXAMPLE]] [NAME=NUMBER...]", show_default=False),
        ] = None,
        step: Annotated[bool, typer.Option("--step")] = False,
        html: Annotated[str, file] = "",
        draw: Annotated[str, file] = "",
        exercise: Annotated[str, file] = "",
        slides: Annotated[str, file] = "",
        plot: Annotated[str, file] = "",
        student: Annotated[str, typer.Option(metavar="NAME")] = "",
        students: Annotated[str, file] = "",
        moodle: Annotated[str, file] = "",
        gift: Annotated[str, file] = "",
        notebook: Annotated[str, file] = "",
        variants: Annotated[int, typer.Option(min=1, max=1000)] = 1,
        csv: Annotated[str, file] = "",
        output: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER")] = "",
        check: Annotated[bool, typer.Option("--check")] = False,
        detail: Annotated[str, typer.Option()] = "",
        style: Annotated[str, typer.Option()] = "",
        lang: Annotated[str, typer.Option()] = "",
    ) -> None:
        message("if", lang or "en")  # a wrong language is an error now
        names = [word for word in words or () if "=" not in word]
        pairs = [word for word in words or () if "=" in word]
        if check:
            documents = [library.document_of(name, lang or "en") for name in names] or [*library.all()]
            lines, is_right = of_checks(documents, lang or "en")
            result(lines)
            raise typer.Exit(0 if is_right else 1)
        if not names:
            result(overview(library.all(), lang))
            return
        if names[0] == "grade":
            raise typer.Exit(_grade((words or [])[1:], csv, lang))
        if names == ["site"]:
            paths = write_site(library.all(), output or "public")
            say(f"{paths[-1]}: {len(paths)}")
            return
        document = library.document_of(names[0], lang or "en")
        if students or moodle or gift:
            found = [library.find(document, name, lang or document.language) for name in names[1:2]]
            chosen = [example.speaking(lang) for example in found or document.examples]
            if students:
                paths = write_sheets(chosen, students_in(students, chosen[0].language), output or "sheets")
                say(f"{paths[-1].parent}: {len(paths)}")
            asked = [example for example in chosen if example.cases and (found or example.vary)]
            if not asked and (moodle or gift):
                raise LectureError(
                    message("nothing asked", lang or document.language).format(" ".join(names))
                )
            for path, made in ((moodle, quiz.moodle), (gift, quiz.gift)):
                if path:
                    say(f"{write_whole(path, made(asked, variants))}: {len(asked)} × {variants}")
            return
        if notebook:
            if extra := [*names[1:], *pairs]:
                raise LectureError(
                    message("too many words", lang or document.language).format(" ".join(extra))
                )
            there = "" if document in library.all() else relpath(names[0], f"{notebook}/..")
            say(f"{write_whole(notebook, notebook_of(document, lang, file=there))}: {document.name}")
            return
        if len(names) == 1:
            if pairs or step or html or draw or exercise or slides or plot:
                raise LectureError(
                    message("example missing", lang or document.language).format(document.name)
                )
            result(of_document(document, lang))
            return
        if len(names) > 2:
            raise LectureError(
                message("too many words", lang or document.language).format(" ".join(names[2:]))
            )
        example = library.find(document, names[1], lang or document.language).speaking(lang)
        _show(example, document, pairs, step, html, draw, exercise, slides, plot, student, detail, style)

    def _grade(paths: list[str], csv: str, lang: str) -> int:
        """Tabulate results; the exit code."""
        if not paths:
            raise LectureError(message("results missing", lang or "en"))
        results, complaints, language = grade.results_in(paths, lang)
        rows = grade.table_of(results, language)
        if results and sys.stdout.isatty():
            grade.print_table(rows)
        elif results:
            result("\n".join(table(rows)))
        if csv:
            say(f"{write_whole(csv, grade.csv_of(results, language))}: {len(results)}")
        for complaint in [*complaints, *[message("unsigned", language)] * bool(results)]:
            say(complaint)
        return 1 if complaints else 0

    def _show(
        example: Example,
        document: Document,
        pairs: list[str],
        step: bool,
        html: str,
        draw: str,
        exercise: str,
        slides: str,
        plot: str,
        student: str,
        detail: str,
        style: str,
    ) -> None:
        point = message("decimal point", example.language)
        numbers = example.variant(student) if student else {}
        try:
            numbers |= dict(binding(pair, point) for pair in pairs)
        except ExpressionError as error:
            raise LectureError(message("passed on", example.language).format(error)) from error
        for name in numbers:
            if name not in example.inputs:
                known = ", ".join(example.inputs) or "–"
                raise LectureError(
                    message("no input", example.language).format(example.number, shown(name), known)
                )
        options = {"detail": detail} if detail else {}
        written: list[Path] = []
        if draw:
            looks = {"style": style} if style else {}
            written.append(example.draw(numbers, **options, **looks).save(draw))
        if plot:
            written.append(save(example.plot(numbers), plot))
        if step or html or exercise or slides:
            trace = example.steps(numbers, **options)
            trace.origin = {**trace.origin, "variant": student}
            written += [trace.save(path) for path in (html, slides) if path]
            written += [trace.exercise(exercise)] if exercise else []
            if step and is_interactive():
                step_through(trace)
            elif step:
                result(str(trace))
        for path in written:
            say(f"{path}: {document.name} {example.number}")
        if not (written or step):
            result(of_example(example, numbers))
