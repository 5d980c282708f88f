"""Everything a document prints and claims, beside what is computed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.lectures.claims import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd_mini.lectures.documents import Document, Example
    from autograd_mini.lectures.parts import Printed
    from autograd_mini.lectures.running import Run


class Check(NamedTuple):
    """One comparison. computed: the number, or whether a claim is true. is_right: whether it is as the file says:
    a printed number within half of its last digit, an erratum outside of that and its correction within.
    """

    example: str
    what: str
    printed: str
    computed: Any
    erratum: str
    is_right: bool


def half_of_last_digit(text: str) -> float:
    """How far a number may be from one that is printed so.

    >>> half_of_last_digit("0,0065"), half_of_last_digit("12"), half_of_last_digit(".5e-3")
    (5e-05, 0.5, 5e-05)
    """
    digits, _, power = text.lower().replace(",", ".").partition("e")
    return 0.5 * 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


def number_in(text: str) -> float:
    """The number of a printed string, whatever its decimal sign and its minus."""
    return float(text.replace(",", ".").replace("−", "-").replace("\u202f", ""))


def agrees(text: str, x: float) -> bool:
    """Whether a number may be printed so.

    >>> agrees("0,0065", 0.00648), agrees("0.829", 0.2197)
    (True, False)
    """
    room = half_of_last_digit(text)
    return abs(number_in(text) - x) <= room * (1 + 1e-9) + 1e-12


def computed(run: Run, printed: Printed) -> Any:
    """The number that stands beside a printed one."""
    name, *index = re.split(r"[\[\],]+", printed.name.rstrip("]"))
    x = getattr(run, printed.what)[name]
    for i in index:
        x = x[int(i) - 1]
    return x


def checks_of(example: Example, run: Run | None = None) -> Iterator[Check]:
    """All that can be compared in an example."""
    run = run or example.run()
    for each in example.printed:
        x = computed(run, each)
        is_right = agrees(each.text, x)
        if each.erratum:
            is_right = not is_right and bool(each.right) and agrees(each.right, x)
        what = each.name if each.what == "values" else f"∂{each.name}"
        yield Check(example.id, what, each.text, x, each.erratum, is_right)
    for claim in example.claims:
        is_true = holds(claim.claim, example.run)
        yield Check(example.id, claim.claim, "", is_true, claim.erratum, is_true == claim.holds)


def check(document: Document) -> list[Check]:
    """All comparisons of a document."""
    return [each for example in document.examples for each in checks_of(example)]
