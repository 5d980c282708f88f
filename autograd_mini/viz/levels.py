"""How much of a graph a picture shows: every operation, or one card for every definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.outdated import Outdated, outdated
from autograd_mini.errors import choose
from autograd_mini.formulas.definitions import lines_of
from autograd_mini.formulas.expressions import fixed, held
from autograd_mini.viz.roots import last_of, roots_of
from autograd_mini.viz.scene import Moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Any

    from autograd_mini.engine.value import Value
    from autograd_mini.formulas.definitions import Line
    from autograd_mini.viz.roots import Roots


# What a page lays out in advance: pictures, operations of a definition, and numbers altogether.
MOST_OPENED, MOST_INSIDE, MOST_NUMBERS = 12, 60, 1000
DETAILS = ("operations", "definitions", "layers")


def is_in_lines(detail: str) -> bool:
    """Whether a level of detail shows definitions. Raises ValueError for a level there is not."""
    choose("detail", detail, DETAILS)
    return detail != "operations"


def opened_by(expand: str | Collection[str] | None) -> Sequence[str]:
    """The names of the definitions to be opened."""
    return [expand] if isinstance(expand, str) else [*(expand or ())]


def open_in(lines: Iterable[Line]) -> list[str]:
    """The names of the definitions that are shown operation by operation."""
    frames = [line.rule.frame for line in lines if line.rule is not None]
    return [*dict.fromkeys([frame.title for frame in frames if frame is not None])]


def worth_opening(lines: Collection[Line]) -> list[str]:
    """The names of the definitions that a reader may open by a click, or close: those with several operations.

    Not if they are too many for a picture; and none where all is too many for so many pictures.
    """
    if sum([len(line.unit.entries) for line in lines]) > MOST_NUMBERS:
        return []
    known = [line for line in lines if line.rule and line.unit.is_known]
    names = [line.label for line in known if 1 < len(line.body()) <= MOST_INSIDE]
    return [*open_in(lines), *names][:MOST_OPENED]


def lines_now(
    f: Roots, expand: str | Collection[str] | None = None
) -> tuple[list[Line], tuple[Line, ...], Moment]:
    """All lines of `f`, those of its results, and what they hold now.

    expand: the names of definitions that are shown operation by operation, "all" for all of them. Raises ValueError
    for the name of no definition.
    """
    roots = roots_of(f)
    lines = lines_of(roots, opened_by(expand))
    line_of = {entry: line for line in lines for entry in line.unit.entries}
    order = toposort(*line_of)
    values: dict[Value, Any] = {line: line.known("data") for line in lines}
    # Nothing flows to the entries that the results do not take, which are there for show.
    there = {*toposort(*roots)}
    gradients: dict[Value, Any] = {
        line: line.gathered([x.known("grad") if x in there else 0.0 for x in line.unit.entries])
        for line in lines
    }
    going = [line for line in lines if line.parents and gradients[line] is not None]
    last = last_of(f)
    is_start = last is not None and (last.known("grad") in (None, 1.0) or not last.parents)
    without = (held(order) | fixed(order)) - {last}
    old = outdated(order)

    def among(nodes: Collection[Value]) -> frozenset[Value]:
        return frozenset(line for line in lines if any(entry in nodes for entry in line.unit.entries))

    moment = Moment(
        {line: line.label for line in lines},
        values,
        gradients,
        {(line, i): slope for line in going for i, slope in enumerate(line.slopes())},
        line_of[last].label if last is not None and is_start else "",
        outdated=Outdated(among(old.values), frozenset(), among(old.gradients)),
        held={line for line in lines if all(entry in without for entry in line.unit.entries)},
    )
    return lines, tuple(dict.fromkeys([line_of[root] for root in roots])), moment
