"""The command line `autograd-mini`: draw, step, check, train, doctor.

Results go to standard output and messages to standard error. Exit codes: 0 done, 1 could not be done,
2 the command was not understood. A user's mistake never shows a traceback.
"""

from __future__ import annotations

import io
import math
import re
import sys
import webbrowser
from contextlib import suppress
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from autograd_mini import plots
from autograd_mini.derivatives.gradcheck import gradcheck
from autograd_mini.doctor import DISTRIBUTION
from autograd_mini.doctor import report as doctors_report
from autograd_mini.engine.graph import inputs, leaves, toposort
from autograd_mini.engine.value import Value
from autograd_mini.errors import AutogradError, ExpressionError, NotANumberError, UnknownVariableError, shown
from autograd_mini.experiments import EXPERIMENTS
from autograd_mini.experiments import run as train_run
from autograd_mini.expression import parse
from autograd_mini.expression.arrays import entries, in_words, shape
from autograd_mini.expression.inputs import SHAPE, as_read
from autograd_mini.expression.signs import in_python
from autograd_mini.files import named
from autograd_mini.functions import as_function
from autograd_mini.lectures.command import add_to as add_lecture
from autograd_mini.stepping.steps import steps as steps_of
from autograd_mini.stepping.terminal import is_interactive, step_through
from autograd_mini.viz.drawing import draw as draw_graph
from autograd_mini.words.messages import message
from autograd_mini.words.visible import READABLE, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    name="autograd-mini",
    epilog="Try: autograd-mini draw 'f=(u+v)*w' u=2 v=3 w=4 -o f.svg",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Draw and step through the gradients of an expression."""
    if version:
        _result(f"{DISTRIBUTION} {installed_version(DISTRIBUTION)}")
        raise typer.Exit


class OfExpression(TyperCommand):
    """A command whose first argument is an expression, which may begin with a minus: -log(p) is no option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options = {name: p for p in self.get_params(ctx) for name in [*p.opts, *p.secondary_opts]}
        words = iter(enumerate(args))
        for i, word in words:
            if word.startswith("-") and word in options:
                if not options[word].is_flag:  # type: ignore[attr-defined]  # what begins with - is an option
                    next(words, None)
            elif word == "--":
                break
            elif not re.fullmatch("--[a-z][a-z-]*(=.*)?", word, re.DOTALL):
                args[i] = f" {word}"  # with a space before it, for typer it is no option
                break
        return super().parse_args(ctx, args)


Expression = Annotated[
    str,
    typer.Argument(help="What to compute, such as 'f = (u + v) * w', in quotes. Names become variables."),
]
Numbers = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME=NUMBER...",
        help="A number for each variable, such as u=2 v=-0.5 w=1e-3 x=2/3; also inf and nan. Arrays are quoted:"
        " x='[1, 2.5]' W='[[1, 2], [3, 4]]', always with a point in numbers and commas between; without numbers"
        " x='[2]' W='[3x2]' (so one entry alone is written '[2.0]').",
    ),
]
Data = Annotated[
    str,
    typer.Option(
        metavar="NAMES", help="Inputs nobody differentiates by, such as 'x,y' or 'y*': no gradients."
    ),
]

Expand = Annotated[
    str,
    typer.Option(
        metavar="NAMES", help="Definitions shown operation by operation all the same, such as 'h,p'; or all."
    ),
]


def _names(listed: str) -> list[str] | None:
    """The names of a list such as "h, p"; None for nothing."""
    return [name.strip() for name in listed.split(",")] if listed else None


@app.command(cls=OfExpression)
def draw(
    expression: Expression,
    numbers: Numbers = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", help="The file to write; its ending says what: .svg, .png, .html, .tex or .dot."
        ),
    ] = "",
    renderer: Annotated[
        str,
        typer.Option(
            help="Layout engine: 'wasm' (comes with the package) or 'dot' (Graphviz of the system)."
        ),
    ] = "wasm",
    backward: Annotated[
        bool, typer.Option("--backward/--no-backward", help="Fill the gradient boxes, or leave them empty.")
    ] = True,
    lang: Annotated[str, typer.Option(help="Language of words and numbers: en or fr.")] = "en",
    theme: Annotated[str, typer.Option(help="Colours: auto (the reader's), light or dark.")] = "auto",
    style: Annotated[
        str, typer.Option(help="Look: cards, compact or network; else what fits the graph.")
    ] = "",
    data: Data = "",
    detail: Annotated[
        str, typer.Option(help="operations, a card for each; or definitions, a card for each named result.")
    ] = "operations",
    expand: Expand = "",
) -> None:
    """Draw the computation graph of an expression, with a value and a gradient box on every node.

    Without -o the SVG goes to standard output. Variables without a number are drawn empty.
    """
    f = _graph(expression, numbers, data)
    if backward and isinstance(f, Value) and not f.unbound():
        f.backward()
    drawing = draw_graph(f, renderer, _names(expand), lang, theme, style or None, detail=detail)
    if output:
        path = drawing.save(output)
        _say(f"{path}: {shown(f)}")
    else:
        _result(drawing.svg(), is_xml=True)


@app.command(cls=OfExpression)
def step(
    expression: Expression,
    numbers: Numbers = None,
    html: Annotated[
        str, typer.Option(metavar="FILE", help="Write the page that steps: one file, works offline.")
    ] = "",
    exercise: Annotated[
        str, typer.Option(metavar="FILE", help="Write a page on which one finds all numbers oneself.")
    ] = "",
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write a page .html, slides .tex or a film .gif."
        ),
    ] = "",
    open_: Annotated[bool, typer.Option("--open", help="Show the page in a browser.")] = False,
    by: Annotated[
        str,
        typer.Option(metavar="NAME", help="Forward mode from this variable, not backward from the result."),
    ] = "",
    lang: Annotated[str, typer.Option(help="Language of words and numbers: en or fr.")] = "en",
    style: Annotated[
        str, typer.Option(help="Look: cards, compact or network; else what fits the graph.")
    ] = "",
    detail: Annotated[
        str, typer.Option(help="operations, a step for each; or definitions, a line for each named result.")
    ] = "operations",
    expand: Expand = "",
    of: Annotated[
        str, typer.Option(metavar="NAME", help="Whose gradients they are, if not those of the last result.")
    ] = "",
    data: Data = "",
) -> None:
    """Step forward and backward through an expression, one chain-rule product at a time.

    In a terminal: Enter for the next step, b for back, o for the operations of a line, q to leave. Into a file or a
    pipe: a list. Without numbers: formulas.
    """
    f = _graph(expression, numbers, data, lang)
    trace = steps_of(
        f,
        lang=lang,
        by=as_read(by) or None,
        style=style or None,
        of=as_read(of) or None,
        detail=detail,
        expand=_names(expand),
    )
    pages = [trace.save(path) for path in (html, output) if path]
    pages += [trace.exercise(exercise)] if exercise else []
    for page in pages:
        _say(f"{page}: {len(trace)} steps")
        if open_ and not webbrowser.open(page.resolve().as_uri()):
            _say(f"no browser could be started; open {page} yourself")
    if pages:
        return
    if is_interactive():
        step_through(trace)
    else:
        _result(str(trace))


@app.command(cls=OfExpression)
def check(
    expression: Expression,
    numbers: Numbers = None,
    order: Annotated[int, typer.Option(help="1, or 2 to check the second derivatives too.")] = 1,
    data: Data = "",
) -> None:
    """Compare every derivative with central differences: a table, and exit code 1 if one is wrong."""
    f = _bound(expression, numbers, data)
    if not isinstance(f, Value):
        msg = f"check compares the derivatives of one number, and the last result {in_words(shape(f))}: add sum(...)"
        raise ExpressionError(msg)
    variables = leaves(toposort(f))
    names = [x.label for x in variables]
    report = gradcheck(as_function(f, *names), [x.data for x in variables], order=order, names=names)
    _result(str(report))
    raise typer.Exit(0 if report else 1)


@app.command()
def train(
    experiment: Annotated[str, typer.Argument(help=f"What to learn: {', '.join(EXPERIMENTS)}.")],
    plot: Annotated[
        str,
        typer.Option(metavar="FILE", help="Plot what was learned and the loss curve: .png, .svg or .pdf."),
    ] = "",
    save: Annotated[str, typer.Option(metavar="FILE", help="Save the network as JSON.")] = "",
    epochs: Annotated[int | None, typer.Option(help="Sweeps over the data, if not the usual ones.")] = None,
    seed: Annotated[
        int, typer.Option(help="Of the data and the first weights: same seed, same numbers.")
    ] = 0,
    compiled: Annotated[
        bool, typer.Option("--compiled", help="Train at the speed of the machine; it needs the extra 'fast'.")
    ] = False,
) -> None:
    """Train a small network, with a progress bar that shows the loss."""
    if plot:
        plots.kind_of(plot)  # a wrong ending is an error now, not after the training
    trained = train_run(experiment, seed=seed, epochs=epochs, compiled=compiled)
    _result(str(trained.history))
    if plot:
        _say(f"{plots.save(plots.training(*trained), plot)}")
    if save:
        _say(f"{trained.model.save(save)}")


@app.command()
def bench(
    only: Annotated[
        str, typer.Option(metavar="TEXT", help="Rows with this in their name, such as 'digits'.")
    ] = "",
    turns: Annotated[int, typer.Option(min=1, help="How often each contender runs.")] = 5,
) -> None:
    """Time compiled functions beside NumPy by hand, JAX, PyTorch and plain Python, as far as these are installed."""
    from autograd_mini.bench.table import report

    for line in report(repetitions=turns, only=only):
        _result(line)


@app.command()
def doctor() -> None:
    """Say which layout engine works here, and which versions and extras are installed."""
    _result(doctors_report())


# What float() reads, less what it reads by surprise, such as 1_0 and the digits of other scripts.
DECIMAL = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NUMBER = re.compile(rf"[+-]?{DECIMAL}(?: */ *{DECIMAL})?|[+-]?inf|nan")


LIST = re.compile(r"\[([^\[\]]*)\]")
LISTS = re.compile(rf"\[\s*{LIST.pattern}(?:\s*,\s*{LIST.pattern})*\s*\]")


def _graph(expression: str, numbers: Sequence[str] | None, data: str, lang: str = "en") -> Any:
    bindings: dict[str, Any] = {}
    for pair in numbers or ():
        name, x = _binding(pair, message("decimal point", lang))
        if name in bindings:
            msg = f"{name} is given two numbers, the second by {shown(pair)}; leave out one of them"
            raise ExpressionError(msg)
        bindings[name] = x
    return parse(expression, bindings, data=data)


def _binding(pair: str, point: str) -> tuple[str, Any]:
    """The name and what it is bound to: the number of u=2, the lists of W=[[1, 2], [3, 4]], the shape of x=[2]."""
    name, _, typed = map(str.strip, pair.partition("="))
    name, typed = (in_python(part)[0] for part in (name, typed))
    if not name.isidentifier():
        msg = f"cannot read {shown(pair)}; write NAME=NUMBER, such as u=2, v=-0.5 or w=2/3"
        raise ExpressionError(msg)
    if not typed.startswith("["):
        return name, _number(name, pair, typed, point)
    if SHAPE.fullmatch(typed) and not re.search(
        r"\d\s*,", typed
    ):  # [3, 2] are two numbers here, [3x2] is a shape
        return name, typed
    if LIST.fullmatch(typed):
        return name, _row(name, pair, typed)
    if LISTS.fullmatch(typed):
        return name, [_row(name, pair, row[0]) for row in LIST.finditer(typed)]
    msg = f"cannot read {shown(pair)}; write {name}='[1, 2]' or, for a matrix, {name}='[[1, 2], [3, 4]]'"
    raise ExpressionError(msg)


def _row(name: str, pair: str, typed: str) -> list[float]:
    """The numbers between brackets, which have a point in every language, as commas stand between them."""
    entries = typed.strip("[]").split(",")
    if entries == [""]:
        return []
    for each in entries:
        if not NUMBER.fullmatch(each.strip()):
            what = f"the entry {shown(each.strip())} is no number" if each.strip() else "a number is missing"
            msg = (
                f"cannot read {shown(pair)}: {what}; in lists numbers have a point, in every language, and commas"
                f" stand between them, as in {name}='[1.5, 2]'"
            )
            raise ExpressionError(msg)
    return [_number(name, pair, each.strip(), ".") for each in entries]


def _number(name: str, pair: str, typed: str, point: str) -> float:
    """The number of NAME=NUMBER, such as u=2, u=-0.5, u=2/3, or u=2,5 where the point is a comma."""
    digits = typed.replace(point, ".")
    if not NUMBER.fullmatch(digits):
        plain = _plainly(typed)
        hint = f"{name}={plain}" if plain else "NAME=NUMBER, such as u=2, v=-0.5 or w=2/3"
        msg = f"cannot read {shown(pair)}; write {hint}"
        raise ExpressionError(msg)
    over, _, under = digits.partition("/")
    x, divisor = float(over), float(under or 1)
    if divisor == 0:
        msg = f"{shown(pair)} divides by 0; write a number, such as {name}=0.5, or {name}=inf"
        raise ExpressionError(msg)
    if math.isinf(x / divisor) and not digits.endswith("inf"):
        msg = f"{shown(pair)} is too large for a float; write one below 1.8e308, or {name}={x / divisor}"
        raise ExpressionError(msg)
    return x / divisor


def _plainly(digits: str) -> str:
    """In plain digits what Python or a reader takes for a number, such as 1_0, 0x10 or 1,5; else nothing."""
    for read in (float, lambda text: float(int(text, 0))):
        with suppress(ValueError, OverflowError):
            return repr(read(digits.replace(",", ".").replace("−", "-"))).removesuffix(".0")
    return ""


def _bound(expression: str, numbers: Sequence[str] | None, data: str, lang: str = "en") -> Any:
    """The graph of the expression, where every variable must have a number."""
    f = _graph(expression, numbers, data, lang)
    unbound = [leaf for leaf in inputs(toposort(*entries(f))) if leaf.primal is None]
    if missing := [*dict.fromkeys(leaf.label.partition("[")[0] for leaf in unbound)]:
        msg = f"no number for {', '.join(missing)}; add {' '.join(f'{name}=...' for name in missing)}"
        raise ExpressionError(msg)
    return f


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of a run with the arguments `argv` (those of the process if None)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what the terminal cannot write becomes ASCII, no error
            stream.reconfigure(errors=READABLE)
    try:
        app(args=list(argv) if argv is not None else None)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except (ValueError, NotANumberError, UnknownVariableError) as error:  # ours are about what was asked for
        return _fail(str(error), 2)
    except AutogradError as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(" ".join(getattr(error, "__notes__", [])) or str(error), 1)
    except KeyboardInterrupt:
        return 130
    return 0


def _fail(message: str, code: int) -> int:
    _say(f"autograd-mini: {message}", keep="\n")  # the column of an expression is shown on lines of its own
    return code


def _say(message: str, keep: str = "") -> None:
    """Write a message to standard error."""
    print(visible(message, keep=keep), file=sys.stderr)  # noqa: T201  # this is what a command line does


def _result(text: str, *, is_xml: bool = False) -> None:
    """Write what was asked for to standard output."""
    if is_xml and sys.stdout.encoding.lower() != "utf-8":  # as XML is, if it does not say otherwise
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    with named("write", "standard output"):
        print(text, flush=True)  # noqa: T201


add_lecture(app, _binding, _result, _say)
