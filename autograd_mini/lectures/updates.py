"""A descent as steps: of every step each parameter w ← w − η ∂L/∂w with its numbers, and of arrays W beside ΔW."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.words.messages import message
from autograd_mini.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd_mini.lectures.parts import Descent
    from autograd_mini.lectures.running import Run


class Update(NamedTuple):
    """One parameter in one step: what it was, its derivative, the change −η ∂L/∂w, and what it becomes."""

    name: str
    before: Any
    slope: Any
    change: Any
    after: Any


class Move(NamedTuple):
    """One step of a descent: the number of the step, what is differentiated and was so far, the rate, the updates."""

    step: int
    of: str
    loss: float
    rate: float
    updates: tuple[Update, ...]
    is_more: bool = False  # whether they move besides those of a descent before


def moves_of(descents: Sequence[Descent], run: Run) -> list[Move]:
    """All steps of some descents; what two descents have in common is said once.

    >>> from autograd_mini import lectures
    >>> example = lectures.get("saddle-point-nearby")
    >>> move = moves_of(example.descents, example.run())[0]
    >>> move.rate, move.updates[0]
    (0.1, Update(name='x', before=0.5, slope=1.0, change=-0.1, after=0.4))
    """
    found: list[Move] = []
    told: list[tuple[int, float, Update]] = []
    for descent, path, slopes in zip(descents, run.paths, run.slopes, strict=True):
        for step, (now, then, slope) in enumerate(zip(path, path[1:], slopes, strict=False), 1):
            updates = [
                Update(name, now[name], slope[name], scaled(slope[name], -descent.rate), then[name])
                for name in slope
            ]
            new = tuple([each for each in updates if (step, descent.rate, each) not in told])
            told += [(step, descent.rate, each) for each in new]
            if new:
                found.append(
                    Move(step, descent.of, now[descent.of], descent.rate, new, len(new) < len(updates))
                )
    return found


def scaled(x: Any, factor: float) -> Any:
    """A number or a nested list times a factor."""
    return [scaled(each, factor) for each in x] if isinstance(x, list) else factor * x


def closing_of(
    descents: Sequence[Descent], run: Run, language: str, point: str
) -> Iterator[tuple[str, list[str]]]:
    """A heading for each step of a descent, and the lines below it."""
    for move in moves_of(descents, run):
        title = message("update of", language).format(
            move.step, rate=written(move.rate, point), of=move.of, loss=written(move.loss, point)
        )
        yield (
            title + message("as well", language) * move.is_more,
            [line_of(each, move, point) for each in move.updates],
        )


def line_of(update: Update, move: Move, point: str) -> str:
    """The update as one line; of an array with W, its change ΔW and what it becomes side by side below.

    >>> line_of(Update("w", 0.5, -0.25, 0.025, 0.525), Move(1, "L", 2.0, 0.1, ()), ",")
    'w ← w − η ∂L/∂w = 0,5 − 0,1 × (−0,25) = 0,525'
    """
    name = update.name
    rule = f"{name} ← {name} − η ∂{move.of}/∂{name}"
    if isinstance(update.before, list):
        parts = [
            (name, update.before),
            (f"Δ{name}", update.change),
            (f"{name} ← {name} + Δ{name}", update.after),
        ]
        columns = [[title, *written(x, point).split("\n")] for title, x in parts]
        return "\n".join([rule, *beside(columns)])
    slope = written(update.slope, point)
    slope = f"({slope})" if slope.startswith("−") else slope
    return (
        f"{rule} = {written(update.before, point)} − {written(move.rate, point)} × {slope}"
        f" = {written(update.after, point)}"
    )


def beside(columns: Sequence[Sequence[str]], indent: str = "      ") -> list[str]:
    """Columns of as many lines, side by side."""
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return [
        (indent + "   ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]


def written(x: Any, point: str = ".") -> str:
    r"""A number, or an array with its rows on lines of their own.

    >>> written([0.5, 2.0], ","), written([[1.0, 2.0], [3.0, 4.5]])
    ('[0,5 ; 2]', '[1, 2]\n[3, 4.5]')
    """
    if isinstance(x, list) and x and isinstance(x[0], list):
        return "\n".join(written(row, point) for row in x)
    if isinstance(x, list):
        return f"[{(', ' if point == '.' else ' ; ').join(written(each, point) for each in x)}]"
    return "" if x is None else number(x).replace("-", "−").replace(".", point)
