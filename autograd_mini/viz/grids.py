"""The numbers of an array as a picture shows them: a vector is a column, a matrix has its rows, and of many there are dots.

Faces make room for a grid by its shape alone, so that a picture stays as it is while numbers come. What is written into
a field travels as one text: rows are apart by line breaks and entries by tabs. So do the drawings of svg.py and
tikz.py, and so a page writes into its boxes, where picture.js puts every entry in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Shape = tuple[int, ...]


MOST = 4  # rows, and columns, that are shown
DOTS, DOTS_BELOW = "…", "⋮"  # for columns, and for rows, that are left out


def grid_of(shape: Shape) -> tuple[int, int]:
    """How many rows and columns the grid of such an array has; those of a number are 1 and 1.

    >>> grid_of(()), grid_of((2,)), grid_of((3, 2)), grid_of((3, 100))
    ((1, 1), (2, 1), (3, 2), (3, 4))
    """
    rows, columns = (*shape, 1, 1)[:2]
    return min(rows, MOST), min(columns, MOST)


def shape_of(x: Any) -> Shape:
    """The shape of nested tuples of numbers; that of a number, or of None, is ().

    >>> shape_of(((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))), shape_of((1.0, 2.0)), shape_of(1.0)
    ((3, 2), (2,), ())
    """
    return (len(x), *shape_of(x[0])) if isinstance(x, tuple) else ()


def in_rows(x: Any, written: Callable[[float], object]) -> str:
    r"""What stands in the field of an array: rows apart by line breaks, entries by tabs; of a number itself alone.

    written: gives a number as the picture shows it. Nothing if x is None.

    >>> in_rows(((1.0, 2.0), (3.0, 4.0)), str), in_rows((1.0, 2.0), str), in_rows(1.0, str), in_rows(None, str)
    ('1.0\t2.0\n3.0\t4.0', '1.0\n2.0', '1.0', '')
    >>> in_rows(tuple(map(float, range(100))), str)
    '0.0\n1.0\n⋮\n99.0'
    """
    if x is None:
        return ""
    if not isinstance(x, tuple):
        return str(written(x))
    rows = [row if row is None or isinstance(row, tuple) else (row,) for row in _some(x)]
    wide = next(len(_some(row)) for row in rows if row is not None)
    return "\n".join(
        [
            "\t".join(
                [DOTS_BELOW] * wide
                if row is None
                else [DOTS if each is None else str(written(each)) for each in _some(row)]
            )
            for row in rows
        ]
    )


def cells_of(text: str) -> list[list[str]]:
    """The entries, row by row, of a text that `in_rows` made."""
    return [row.split("\t") for row in text.split("\n")]


def size_words(shape: Shape) -> str:
    """How large an array is: 3 × 100, or of a vector how many there are.

    >>> size_words((3, 100)), size_words((100,))
    ('3 × 100', '100')
    """
    return " × ".join(map(str, shape))


def is_cut(shape: Shape) -> bool:
    """Whether some of such an array is left out of its grid."""
    return max((*shape, 0)) > MOST


def _some(xs: Sequence[Any]) -> list[Any]:
    """All, or the first two and the last with None between."""
    return [*xs] if len(xs) <= MOST else [*xs[:2], None, xs[-1]]
