"""What a picture or a trace is made from: a Value, a nested list of Values, or a mapping of names to such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from autograd_mini.engine.value import Value
from autograd_mini.errors import require, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Roots = Value | list[Any] | tuple[Any, ...] | Mapping[str, Any]

DEEPEST = 8  # lists in lists


def roots_of(f: Roots, caller: str = "this") -> tuple[Value, ...]:
    """All Values of a nested list, or of what a mapping holds, in order; of a Value itself alone.

    caller: who asks, for messages. Raises TypeError for what is none of these, ValueError if there is no Value in it.

    >>> u, v, w = Value(2.0), Value(3.0), Value(4.0)
    >>> roots_of({"h": [u, v], "f": w}) == (u, v, w)
    True
    """
    needed = f"{caller} needs a Value, a nested list of Values, or a mapping of names to them"

    def values_in(x: Any, depth: int = 0) -> Iterator[Value]:
        if isinstance(x, Mapping | list | tuple) and depth < DEEPEST:  # no deeper, as a list may be in itself
            for each in x.values() if isinstance(x, Mapping) else x:
                yield from values_in(each, depth + 1)
        else:
            require(isinstance(x, Value), needed, x)
            yield x

    found = tuple(values_in(f))
    if not found:
        msg = f"{caller} needs a Value, and there is none in {shown(f)}; give it at least one"
        raise ValueError(msg)
    return found


def last_of(f: Roots) -> Value | None:
    """The last root if it is a single Value; None if it is a list."""
    last = [*f.values()][-1] if isinstance(f, Mapping) and f else f
    if isinstance(last, Value):
        return last
    roots = roots_of(last)
    return roots[0] if len(roots) == 1 else None
