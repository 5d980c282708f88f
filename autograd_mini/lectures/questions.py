"""What an example asks of a student: every number in the order in which it is found, with what typical mistakes make of it."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.stepping.exercise import Asked
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd_mini.stepping.steps import Steps

DIGITS = 3  # of an answer
MOST_MISTAKES = 4  # told apart in one question


class Number(NamedTuple):
    """A number that is asked. room: how far an answer may be from it. wrong: what mistakes give, with what is said then."""

    name: str
    exact: float
    room: float
    wrong: tuple[tuple[float, str], ...]


def room_of(x: float) -> float:
    """Half a unit of the last digit that is asked.

    >>> room_of(0.7310585), room_of(20.0)
    (0.0005, 0.05)
    """
    return 0.5 * 10.0 ** ((math.floor(math.log10(abs(x))) if x else 0) - DIGITS + 1)


def plain(x: float) -> str:
    """A number with a point and without an exponent, as course sites read it.

    >>> plain(0.1), plain(-2.5e-05)
    ('0.1', '-0.000025')
    """
    return format(Decimal(f"{x:.10g}"), "f")


def numbers_of(trace: Steps) -> Iterator[Number]:
    """Every value and every gradient that is asked, but for that of the result by itself."""
    asked = Asked(trace)
    sheet, called = asked.sheet, asked.called
    for key in sheet.keys:  # a list of its own
        kind, *places = key[0], *map(int, key[1:].split(","))
        if kind == "p" or (kind == "g" and places[0] == places[1]):
            continue
        name = called[sheet.order[places[-1]]]
        if kind == "g":
            name = f"∂{called[sheet.order[places[0]]]}/∂{name}"
        x = sheet.exact[key]
        if math.isfinite(x):
            yield Number(name, x, room_of(x), tuple(_wrong(asked, key, x, trace.language)))


def _wrong(asked: Asked, key: str, x: float, language: str) -> Iterator[tuple[float, str]]:
    """The numbers of mistakes that can be told from the right one and from one another."""
    taken = [x]
    for mistake in asked.sheet.mistakes(key, asked.sheet.leaves, asked.sheet.exact):
        number = mistake.number
        if not math.isfinite(number) or len(taken) > MOST_MISTAKES:
            continue
        if all(abs(number - other) > 2 * (room_of(number) + room_of(other)) for other in taken):
            taken.append(number)
            yield number, _said(asked, mistake.kind, mistake.place, mistake.function, language)


def _said(asked: Asked, kind: str, place: int, function: int, language: str) -> str:
    order, called = asked.sheet.order, asked.called
    rule = order[function].rule if function >= 0 else None
    words = message(f"mistake {kind}", language)
    return message("comes out", language).format(
        words.format(u=called[order[place]], f=rule.name if rule else "")
    )
