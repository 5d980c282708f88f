"""Steps in a terminal: as plain lines, or one at a time with what every node holds by then."""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack, contextmanager, suppress
from itertools import groupby
from typing import TYPE_CHECKING

from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.moments import scene_after
from autograd_mini.stepping.sweeps import TANGENTS, VALUES
from autograd_mini.viz.scene import numbers_in
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from rich.console import Console, Group, RenderableType
    from rich.table import Table
    from rich.text import Text as Line

    from autograd_mini.stepping.inside import Inside
    from autograd_mini.stepping.sweeps import Trace
    from autograd_mini.viz.scene import Card


NEXT, BACK, FIRST, LAST, OPEN, QUIT = "next", "back", "first", "last", "open", "quit"
ESCAPE = "\x1b"
KEYS = {
    NEXT: ["\r", "\n", " ", "n", f"{ESCAPE}[C", f"{ESCAPE}OC", "\xe0M"],
    BACK: ["b", "p", "\x7f", "\b", f"{ESCAPE}[D", f"{ESCAPE}OD", "\xe0K"],
    FIRST: ["g", f"{ESCAPE}[H", f"{ESCAPE}OH", f"{ESCAPE}[1~", "\xe0G"],
    LAST: ["G", f"{ESCAPE}[F", f"{ESCAPE}OF", f"{ESCAPE}[4~", "\xe0O"],
    OPEN: ["o"],
    QUIT: ["q", "Q", "\x03", "\x04"],
}
MEANING = {key: command for command, keys in KEYS.items() for key in keys}
KEY = re.compile(rf"{ESCAPE}[\[O][\d;]*[A-Za-z~]|[\0\xe0].|.", re.DOTALL)
GLANCE = 0.25  # seconds between two looks at the size of the terminal
NARROW = 52  # columns; below, formulas are left out of the table
NUMBER = 10  # columns that a number may always have
COUNTED = 5  # rows; with fewer, all are for nodes
RESERVED = 4  # lines for everything that is neither a node nor the equation


def listing(trace: Trace) -> str:
    """All steps, numbered, with a heading for each sweep."""
    sweeps = [
        "\n".join([message(sweep, trace.language), *(f"{i:4}  {step.line}" for i, step in group)])
        for sweep, group in groupby(enumerate(trace, 1), key=lambda numbered: numbered[1].sweep)
    ]
    return "\n\n".join(sweeps + closing(trace))


def closing(trace: Trace) -> list[str]:
    """What is told after the steps, numbered as they are, with a heading for each part."""
    parts, count = [], len(trace)
    for title, lines in trace.closing:
        parts.append("\n".join([title, *(f"{i:4}  {line}" for i, line in enumerate(lines, count + 1))]))
        count += len(lines)
    return parts


def is_interactive() -> bool:
    """Whether there is somebody at a terminal that can be written to and read from."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def step_through(trace: Trace) -> None:
    """Show the steps one at a time, forward and back, as the keys say, and leave the last view behind.

    Enter, space, n and → go on; b, p and ← go back; g and Home, G and End go to the ends; o opens a line of
    several operations, and closes it; q, Ctrl-C and Ctrl-D leave. Where single keys cannot be read, lines are: each key is then followed by Enter.
    """
    from rich.console import Console

    console = Console(highlight=False)
    count, is_open = 0, False
    with suppress(KeyboardInterrupt), _screen(console) as (show, read):
        show(view(trace, count, console))
        for command in _commands(read):
            if command == QUIT:
                break
            moved = {NEXT: count + 1, BACK: count - 1, FIRST: 0, LAST: len(trace)}.get(command, count)
            is_open = not is_open if command == OPEN else is_open and moved == count
            count = max(0, min(moved, len(trace)))
            show(view(trace, count, console, is_open=is_open))
    console.print(view(trace, count, console, help_line=False))
    if count == len(trace):
        console.print(
            "\n\n".join(["", *closing(trace)]) if trace.closing else "", markup=False, soft_wrap=True
        )


def _commands(read: Callable[[], str | None]) -> Iterator[str]:
    """What the keys mean, until there are no more; "" for a key without meaning, or for a new size."""
    while (keys := read()) != "":
        for key in KEY.findall(keys) if keys else [""]:
            yield MEANING.get(key, "")


@contextmanager
def _screen(console: Console) -> Iterator[tuple[Callable[[Group], None], Callable[[], str | None]]]:
    """How to show a view and how to read keys; on the way out the terminal is again what it was.

    The second function returns the keys that were pressed, "" if there will be no more, and None if the
    terminal has another size.
    """
    from rich.live import Live

    with ExitStack() as stack:
        try:
            read = stack.enter_context(_windows_keys() if sys.platform == "win32" else _posix_keys(console))
        except OSError:
            yield console.print, _line
            return
        live = stack.enter_context(Live(console=console, screen=True, auto_refresh=False))
        yield lambda shown: live.update(shown, refresh=True), read


@contextmanager
def _posix_keys(console: Console) -> Iterator[Callable[[], str | None]]:
    """Reads keys as they are pressed. Raises OSError where that cannot be had."""
    import select
    import termios
    import tty

    terminal = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(terminal)
    except termios.error as error:
        raise OSError(*error.args) from error

    size = console.size  # kept from one reading to the next: it may change while a view is drawn

    def read() -> str | None:
        nonlocal size
        while not select.select([terminal], [], [], GLANCE)[0]:
            if console.size != size:
                size = console.size
                return None
        return os.read(terminal, 64).decode(errors="replace")

    try:
        tty.setcbreak(terminal)
        # Ctrl-C comes as a key, too: as a signal it could strike in the middle of drawing.
        mode = termios.tcgetattr(terminal)
        mode[3] &= ~termios.ISIG
        termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
        yield read
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextmanager
def _windows_keys() -> Iterator[Callable[[], str | None]]:
    """Reads keys as they are pressed."""
    import msvcrt

    def read() -> str:
        key: str = msvcrt.getwch()  # type: ignore[attr-defined]
        return key + msvcrt.getwch() if key in "\0\xe0" else key  # type: ignore[attr-defined]

    yield read


def _line() -> str:
    """A line without its end, but an empty line as its end, and "" when there are no more lines."""
    line = sys.stdin.readline()
    return line.strip() or line[:1]


def view(
    trace: Trace, count: int, console: Console, *, help_line: bool = True, is_open: bool = False
) -> Group:
    """What is known after so many steps, fitted to the terminal: a table of the nodes, and the last equation.

    The step's node has a pointer before it, and the box that the step filled is shown in reverse.
    is_open: in place of the table the operations of the line are listed, if it has several.
    """
    from rich.console import Group
    from rich.text import Text as Line

    language = trace.language
    step = trace[count - 1] if count else None
    sweep = message(step.sweep if step else VALUES, language)
    room = console.height - RESERVED
    equation = Line(step.line if step else message("empty", language), style="bold")
    if step and len(equation.wrap(console, console.width)) > room // 2:
        equation = Line(f"{step.text[0]} = … = {step.text[-1]}", style="bold")
    rows = max(1, room - len(equation.wrap(console, console.width)))
    inside = trace.about(step) if step and isinstance(trace, Lines) else None
    if step and inside and is_open:
        shown: RenderableType = _operations(inside, step.sweep, console, rows)
    else:
        shown = _table(trace, count, console, rows)
    parts: list[RenderableType] = [Line(f"{sweep}  {count}/{len(trace)}"), shown, Line(), equation]
    if help_line:
        keys = _keys(language, console.width, ("close line" if is_open else "open line") if inside else "")
        parts.append(Line(keys, style="dim", no_wrap=True, overflow="ellipsis"))
    return Group(*parts)


def _operations(inside: Inside, sweep: str, console: Console, rows: int) -> Line:
    """The steps of the operations of a line, those of a sweep first, as many as there is room for; the others are
    counted.
    """
    from rich.text import Text as Line

    in_turn = sorted(inside.steps, key=lambda step: step.sweep != sweep)
    lines = [Line(f"  {step.line}") for step in in_turn]
    heights = [len(line.wrap(console, console.width)) for line in lines]
    left_out = inside.more
    while lines and sum(heights) + bool(left_out) > rows:
        lines.pop()
        heights.pop()
        left_out += 1
    if left_out:
        language = inside.operations.language
        lines.append(Line(f"  {message('more rows', language).format(left_out)}", style="dim"))
    return Line("\n").join(lines)


def _keys(language: str, width: int, more: str = "") -> str:
    """What the keys do, as many as there is room for; the last is how to leave. more: the key of another one."""
    keys = message("keys", language).split(" · ")
    if more:
        keys.insert(1, message(more, language))
    while len(keys) > 1 and len(" · ".join(keys)) > width:
        del keys[-2]
    return " · ".join(keys)


def _table(trace: Trace, count: int, console: Console, rows: int) -> Table:
    """A row for every node that is not a constant; if they are too many, for those around the step's node.

    Rows that are left out are counted where they would stand, if there is room for that.
    """
    from rich.table import Table
    from rich.text import Text as Line

    language = trace.language
    step = trace[count - 1] if count else None
    is_narrow = console.width < NARROW
    table = Table(box=None, pad_edge=False, header_style="underline")
    table.add_column(f"  {message('node', language)}", no_wrap=True, min_width=4)
    if not is_narrow:
        table.add_column(message("formula", language), no_wrap=True)
    derivative = "tangent" if trace.sweep == TANGENTS else "gradient"
    for title in ("value", derivative):
        table.add_column(
            message(title, language), justify="right", no_wrap=True, min_width=min(NUMBER, console.width // 3)
        )

    cards = scene_after(trace, count, trace.equations.text).cards
    shown = [i for i, card in enumerate(cards) if not card.is_constant]
    middle = shown.index(step.node) if step else 0
    start = max(0, min(middle - rows // 2, len(shown) - rows))
    stop = min(start + rows, len(shown))
    if rows >= COUNTED:
        start, stop = start + (start > 0), stop - (stop < len(shown))

    def count_left_out(number: int) -> None:
        if number and rows >= COUNTED:
            table.add_row(Line(f"  {message('more rows', language).format(number)}", style="dim"))

    count_left_out(start)
    for i in shown[start:stop]:
        card = cards[i]
        is_current = step is not None and step.node == i
        cells = [Line(f"▶ {card.name}", style="bold") if is_current else Line(f"  {card.name}")]
        if not is_narrow:
            cells.append(Line(card.caption))
        for is_value, shown_number in (
            (True, _short(card, card.value)),
            (False, _short(card, card.gradient) or card.waiting),
        ):
            is_new = is_current and step is not None and is_value == (step.sweep == VALUES)
            cells.append(Line(f" {shown_number} ", style="reverse bold" if is_new else ""))
        table.add_row(*cells)
    count_left_out(len(shown) - stop)
    return table


def _short(card: Card, x: Any) -> str:
    """What stands in a box in few columns: of an array the first number and the last."""
    if isinstance(x, tuple) and len(found := numbers_in(x)) > 2:
        return f"[{card.number(found[0])}, …, {card.number(found[-1])}]"
    return card.number(x)
