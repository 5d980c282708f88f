"""Formulas as a page carries them: trees of short tags, never markup, which the script builds element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    Tree = str | list[Any]


LETTERS = {
    "mi": "i", "mn": "n", "mo": "o", "mtext": "t", "mrow": "r", "mfrac": "f", "msub": "b", "msup": "p", "msqrt": "q", "msubsup": "s",
    "munder": "u", "mtable": "w", "mtr": "y", "mtd": "z",
}  # fmt: skip


def tree(content: tuple[Any, ...]) -> Tree:
    """A piece of MathML in short: a leaf is its letter and text, a branch a list, ∂z/∂x is "d".

    >>> tree(("mfrac", ("mi", "u"), ("mrow", ("mo", "−"), ("mn", "2"))))
    ['f', 'iu', ['r', 'o−', 'n2']]
    """
    tag, *parts = content
    if isinstance(parts[0], str):
        return f"{LETTERS.get(tag, tag)}{parts[0]}"
    match [LETTERS[tag], *map(tree, parts)]:
        case ["f", ["r", "i∂", above], ["r", "i∂", below]]:
            return ["d", above, below]
        case branch:
            return branch
