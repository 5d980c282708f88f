"""Numbers of which some are not known: a rule read with them says what is known all the same.

>>> from autograd_mini.engine.rule import RULES
>>> RULES["mul"].partials(partly, UNKNOWN, 3.0, UNKNOWN), RULES["add"].partials(partly, UNKNOWN, 3.0, UNKNOWN)
((unknown, 3.0), (1.0, 1.0))
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import Arithmetic, floats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from autograd_mini.engine.value import Value


class Unknown:
    """The number that nobody knows: what is computed with it is not known either."""

    __slots__ = ()

    def _unknown(self, *_others: Any) -> Unknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __neg__ = __abs__ = _unknown
    __gt__ = __lt__ = __ge__ = __le__ = _unknown

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()


class Partly(Arithmetic):
    """Floats, where what depends on an unknown number is unknown."""

    pi = math.pi

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in self.definitions:
            return super().__getattr__(name)
        function: Callable[..., Any] = getattr(floats, name)
        return lambda *inputs: UNKNOWN if any(map(_is_unknown, inputs)) else function(*inputs)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return UNKNOWN if condition is UNKNOWN else x if condition else y

    guard = where

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
        return (UNKNOWN,) * len(xs) if _is_unknown([z, *xs]) else floats.first(z, xs)


partly = Partly()


def _is_unknown(x: Any) -> bool:
    return x is UNKNOWN or (isinstance(x, list | tuple) and any(each is UNKNOWN for each in x))


def numbers_of(nodes: Sequence[Value]) -> dict[Value, Any]:
    """The number of every node of a topological order, None where an input it depends on has none."""
    numbers: dict[Value, Any] = {}
    for node in nodes:
        inputs = [numbers[parent] for parent in node.parents]
        if node.primal is not None:
            numbers[node] = node.data
        elif node.rule is None or None in inputs:
            numbers[node] = None
        else:  # its inputs have got their numbers since it was made
            numbers[node] = node.rule.forward(floats, *inputs)
    return numbers


def partials_of(node: Value, numbers: Mapping[Value, Any]) -> Sequence[Any]:
    """The partials of an operation, None where they are not known."""
    if node.primal is not None or node.rule is None:
        return node.partials
    inputs = [numbers[parent] for parent in node.parents]
    if None not in inputs:
        return node.rule.partials(floats, numbers[node], *inputs)
    if node.rule.owner:  # a function of the user may be one of floats alone
        return (None,) * len(inputs)
    known = [UNKNOWN if x is None else x for x in inputs]
    return tuple([None if x is UNKNOWN else float(x) for x in node.rule.partials(partly, UNKNOWN, *known)])
