"""The command `autograd-mini lecture`.

Its annotations are not put off: typer reads them when the command is made, and is known only inside `add_to`.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from autograd_mini.errors import LectureError
from autograd_mini.files import write_whole
from autograd_mini.lectures import grade, library, quiz
from autograd_mini.lectures.documents import Document, Example
from autograd_mini.lectures.listing import of_checks, of_document, of_example, overview, table
from autograd_mini.lectures.sheets import students_in, write_sheets
from autograd_mini.lectures.site import write_site
from autograd_mini.plots import save
from autograd_mini.stepping.terminal import is_interactive, step_through
from autograd_mini.words.messages import message

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

    def file(text: str) -> Any:
        return typer.Option(metavar="FILE", help=text)

    @app.command()  # type: ignore[untyped-decorator]
    def lecture(
        words: Annotated[
            list[str] | None,
            typer.Argument(
                metavar="[DOC|FILE [EXAMPLE]] [NAME=NUMBER...]",
                help="A document by its name or a file of your own, an example of it, and other numbers for its inputs.",
                show_default=False,
            ),
        ] = None,
        step: Annotated[bool, typer.Option("--step", help="Step through it, or list the steps.")] = False,
        html: Annotated[str, file("Write the page that steps.")] = "",
        draw: Annotated[str, file("Write its picture: .svg, .png, .html, .tex or .dot.")] = "",
        exercise: Annotated[str, file("Write a page on which one finds all numbers oneself.")] = "",
        slides: Annotated[str, file("Write slides for LaTeX, or a film: .tex or .gif.")] = "",
        plot: Annotated[str, file("Plot its descent on the loss: .png, .svg or .pdf.")] = "",
        student: Annotated[
            str,
            typer.Option(metavar="NAME", help="With this student's own numbers, where the example may vary."),
        ] = "",
        students: Annotated[
            str, file("Write a sheet for each name in this CSV file, into the folder -o.")
        ] = "",
        moodle: Annotated[str, file("Write questions for Moodle, as XML.")] = "",
        gift: Annotated[str, file("Write questions as GIFT.")] = "",
        variants: Annotated[
            int, typer.Option(min=1, max=1000, help="How many variants of each question, with other numbers.")
        ] = 1,
        csv: Annotated[str, file("With grade: write the table as CSV.")] = "",
        output: Annotated[
            str,
            typer.Option("--output", "-o", metavar="FOLDER", help="Where sheets, or the site, are written."),
        ] = "",
        check: Annotated[
            bool,
            typer.Option(
                "--check", help="Compare everything that is printed and claimed with what is computed."
            ),
        ] = False,
        detail: Annotated[
            str, typer.Option(help="operations, or definitions; else what suits the example.")
        ] = "",
        lang: Annotated[str, typer.Option(help="Language: en or fr; else that of the document.")] = "",
    ) -> None:
        """The lectures: documents of a course, their examples, and files of your own (autograd-mini lecture --lang fr: en français).

        Without arguments: the documents. With a document: its examples and questions. With an example: what it
        teaches and asks, every number beside what the document prints, claims and errata.
        """
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
                paths = write_sheets(chosen, students_in(students), output or "sheets")
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
        _show(example, document, pairs, step, html, draw, exercise, slides, plot, student, detail)

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
    ) -> None:
        point = message("decimal point", example.language)
        numbers = example.variant(student) if student else {}
        numbers |= dict(binding(pair, point) for pair in pairs)
        options = {"detail": detail} if detail else {}
        written: list[Path] = []
        if draw:
            written.append(example.draw(numbers, **options).save(draw))
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
