r"""Lines of Python in the making: names that are new, remarks above, and no line too long.

>>> lines = Lines("def f():", taken=["w"])
>>> lines.remark("of a\nmodel")
>>> lines.write(f"{lines.named('w')} = {lines.named('lambda')}")
>>> print(lines, end="")
def f():
    # of a\nmodel
    w1 = x_lambda
"""

from __future__ import annotations

from collections import Counter
from keyword import iskeyword
from re import sub
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable


WIDTH = 100  # letters of a line
LONGEST = 30  # letters of a name that is made of a label


class Lines:
    """The lines of a function, below its first."""

    def __init__(self, first: str, *, taken: Iterable[str]) -> None:
        self._lines = [first]
        self._taken = {*taken}
        self._counts: Counter[str] = Counter()  # of names that differ in a number
        self._remarks: dict[str, None] = {}
        self._remarked: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self._lines)

    def named(self, label: str) -> str:
        """A new name that is like the label, and an identifier."""
        name = sub(r"\W+", "_", normalize("NFKC", label)).strip("_")[:LONGEST] or "x"
        name = name if name.isidentifier() and not iskeyword(name) else f"x_{name}"
        stem = name.rstrip("0123456789")
        while name in self._taken:
            self._counts[stem] += 1
            name = f"{stem}{self._counts[stem]}"
        self._taken.add(name)
        return name

    def remark(self, *remarks: str) -> None:
        """Say something of the next line."""
        self._remarks |= dict.fromkeys(remarks)

    def taken_remarks(self) -> tuple[str, ...]:
        """What was said of the next line, which now is not said of it."""
        remarks, self._remarks = tuple(self._remarks), {}
        return remarks

    def write(self, text: str) -> None:
        """Write a line, below what is said of it; a long one is broken behind commas, which stand in brackets."""
        remarks = self.taken_remarks()
        if remarks and remarks != self._remarked:
            self._lines.append(f"    # {visible('; '.join(remarks))}")
            self._remarked = remarks
        first, *pieces = text.split(", ")
        line = f"    {first}"
        for piece in pieces:
            if len(line) + len(piece) > WIDTH:
                self._lines.append(f"{line},")
                line = f"        {piece}"
            else:
                line += f", {piece}"
        self._lines.append(line)
