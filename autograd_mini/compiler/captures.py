"""What a function takes from outside, and whether it is still the same: then a program of it is still right.

A closure, a global name or an attribute may be bound to something else between two calls: another list of layers,
another Value in a list, `training` switched off. What is watched is what things are, not the numbers of Values:
those are read at each call.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from operator import is_
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

OURS = __name__.split(".")[0]
MOST = 10_000  # entries of a list that is watched one by one: longer ones are data


class Captures:
    """Everything a function reaches: its closure, the globals it names, and what they hold, as it is now."""

    def __init__(self, function: Any) -> None:
        self._views: list[Collection[Any]] = []  # live: what stands in a container now
        self._names: list[tuple[dict[str, Any], str]] = []
        self._cells: list[Any] = []
        self._seen: set[int] = set()
        self._kept: list[Any] = []  # so that no identity is given to something else
        waiting = [function]
        while waiting:
            x = waiting.pop()
            if id(x) not in self._seen and not _is_plain(x):
                self._seen.add(id(x))
                self._kept.append(x)
                waiting += self._reached(x)
        self._then = [*self._now()]

    def same(self) -> bool:
        """Whether nothing has been bound to something else."""
        now = [*self._now()]
        return len(now) == len(self._then) and all(map(is_, now, self._then))

    def _now(self) -> Iterator[Any]:
        return chain(
            chain.from_iterable(self._views),
            [names.get(name) for names, name in self._names],
            [cell.cell_contents for cell in self._cells],
        )

    def _reached(self, x: Any) -> list[Any]:
        """What an object holds; its containers are watched from now on."""
        if isinstance(x, partial):
            return [x.func, *x.args, *x.keywords.values()]
        if isinstance(x, MethodType):
            return [x.__self__, x.__func__]
        if isinstance(x, FunctionType):
            return self._function(x)
        if _is_ours(type(x)) and not hasattr(x, "training"):
            return []
        if isinstance(x, list | tuple | dict):
            if len(x) > MOST:
                return []
            view = x.values() if isinstance(x, dict) else x
            self._views.append(view)
            return [*view]
        attributes = getattr(x, "__dict__", None)
        if type(attributes) is not dict:
            return []
        self._views.append(attributes.values())
        return [*attributes.values(), getattr(type(x), "__call__", None)]  # noqa: B004  # how, not whether

    def _function(self, function: FunctionType) -> list[Any]:
        cells = [cell for cell in function.__closure__ or () if _is_filled(cell)]
        self._cells += cells
        found = [cell.cell_contents for cell in cells]
        found += [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        if not _is_ours(function):
            names = function.__globals__
            used = [name for name in _names(function.__code__) if name in names]
            self._names += [(names, name) for name in used]
            found += [names[name] for name in used]
        return found


def _names(code: CodeType) -> set[str]:
    """The global names, and others, that a piece of code uses, also inside what it defines."""
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*inner)


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # asks
    except ValueError:
        return False
    return True


def _is_plain(x: Any) -> bool:
    """Whether nothing that can change is reached from here."""
    return isinstance(x, Value | float | int | str | bytes | type | ModuleType | BuiltinFunctionType | None)


def _is_ours(x: Any) -> bool:
    return (getattr(x, "__module__", None) or "").split(".")[0] == OURS
