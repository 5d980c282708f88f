"""What a function takes from outside, and whether it is still the same: then a program of it is still right.

A closure, a global name, a default or an attribute may be bound to something else between two calls: another list of
layers, another Value in a list, `training` switched off. What is watched is what things are, not the numbers of
Values: those are read at each call. Code of the package, of Python's library and of installed packages stays as it is;
only what it is given is watched.
"""

from __future__ import annotations

import dis
import sys
from collections import deque
from functools import lru_cache, partial
from itertools import chain
from operator import is_
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from autograd_mini.engine import recording
from autograd_mini.engine.interop import is_array
from autograd_mini.engine.value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

OURS = __name__.split(".")[0]
# What nothing that may change is reached from.
PLAIN = Value | float | int | complex | str | bytes | ModuleType | BuiltinFunctionType | None


class _OtherError(Exception):
    """A Value was compared with something else, which two lists of the same Values never come to."""


class _Others:
    """Follows a comparison of lists. It takes a fifth of the time that one entry after the other takes."""

    def captured(self, x: Any) -> NoReturn:  # noqa: ARG002
        raise _OtherError

    refuse = forbid = drawn = captured


_OTHERS = _Others()


class Captures:
    """Everything a function reaches: its closure, the globals it names, and what they hold, as it is now."""

    def __init__(self, function: Any) -> None:
        self._views: list[Collection[Any]] = []  # live: what stands in a container now
        self._names: list[tuple[dict[str, Any], str]] = []
        self._cells: list[Any] = []
        self._functions: list[FunctionType] = []
        self._slots: list[tuple[Any, str]] = []
        self._objects: list[Any] = []  # arrays of them
        self._arrays: list[tuple[Any, bytes]] = []
        self._weights: list[tuple[list[Any], list[Value]]] = []  # lists of Values, as most things are
        self._seen: set[int] = set()
        self._kept: list[Any] = []  # so that no identity is given to something else
        waiting = [function]
        while waiting:
            x = waiting.pop()
            if not isinstance(x, PLAIN) and id(x) not in self._seen:
                self._seen.add(id(x))
                self._kept.append(x)
                waiting += self._reached(x)
        self._then = [*self._now()]

    def same(self) -> bool:
        """Whether nothing has been bound to something else."""
        try:
            now, same_weights = [*self._now()], True
            if self._weights:
                with recording.traced_by(_OTHERS):
                    same_weights = all([x == then for x, then in self._weights])  # noqa: C419  # faster
        except (_OtherError, RuntimeError):  # the latter where another thread is changing a dict
            return False
        are_same = same_weights and len(now) == len(self._then) and all(map(is_, now, self._then))
        return are_same and all(array.tobytes() == then for array, then in self._arrays)

    def _now(self) -> Iterator[Any]:
        return chain(
            chain.from_iterable(self._views),
            [names.get(name) for names, name in self._names],
            map(_content, self._cells),
            *[array.flat for array in self._objects],
            *[(f.__code__, f.__defaults__, f.__kwdefaults__) for f in self._functions],
            [getattr(x, name, None) for x, name in self._slots],
        )

    def _watched(self, *views: Collection[Any]) -> list[Any]:
        """What stands in containers, which are watched from now on."""
        self._views += views
        return [*chain.from_iterable(views)]

    def _reached(self, x: Any) -> list[Any]:
        """What an object holds."""
        if isinstance(x, FunctionType):
            return self._function(x)
        if isinstance(x, partial):
            return [x.func, *x.args, *x.keywords.values()]
        if isinstance(x, MethodType | staticmethod | classmethod):
            return [getattr(x, "__self__", None), x.__func__]
        if isinstance(x, property):
            return [x.fget]
        if isinstance(x, type):
            return [] if _is_fixed(x.__module__) else self._watched(vars(x).values())
        if isinstance(x, tuple):
            return [*x]
        if _is_ours(x):
            return [x.__wrapped__] if hasattr(x, "__wrapped__") else []  # a function compiled before
        if isinstance(x, dict):
            return self._watched(x, x.values())
        if type(x) is list and set(map(type, x)) == {Value}:
            self._weights.append((x, x[:]))
            return []
        if isinstance(x, list | set | deque):
            return self._watched(x)
        if is_array(x):
            if x.dtype == object:
                self._objects.append(x)
                return [*x.flat]
            self._arrays.append((x, x.tobytes()))
            return []
        return [*self._attributes(x), *type(x).__mro__]

    def _attributes(self, x: Any) -> list[Any]:
        slots = [name for cls in type(x).__mro__ for name in _slots(cls)]
        self._slots += [(x, name) for name in slots]
        found = [getattr(x, name, None) for name in slots]
        attributes = getattr(x, "__dict__", None)
        return found + self._watched(attributes.values()) if type(attributes) is dict else found

    def _function(self, function: FunctionType) -> list[Any]:
        cells = function.__closure__ or ()
        self._cells += cells
        found = [*map(_content, cells), *(function.__defaults__ or ())]
        if kwdefaults := function.__kwdefaults__:
            found += self._watched(kwdefaults.values())
        if _is_fixed(function.__module__):
            return found
        self._functions.append(function)
        found += self._watched(vars(function).values())
        names, attributes = _names(function.__code__)
        spaces = [(function.__globals__, names)]
        for space, asked in spaces:  # and the modules in them, with the attributes that are asked for
            self._names += [(space, name) for name in asked]
            values = [space.get(name) for name in asked]
            found += values
            spaces += [
                (vars(module), attributes)
                for module in values
                if isinstance(module, ModuleType)
                and not _is_fixed(module.__name__)
                and all(vars(module) is not known for known, _ in spaces)
            ]
        return found


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """The global names that a piece of code uses, also inside what it defines, and the attributes."""
    used: dict[bool, set[str]] = {True: set(), False: set()}
    codes = [code]
    for each in codes:
        codes += [constant for constant in each.co_consts if isinstance(constant, CodeType)]
        for step in dis.get_instructions(each):
            if step.opname.startswith("LOAD_") and isinstance(step.argval, str):
                used[step.opname in ("LOAD_GLOBAL", "LOAD_NAME")].add(step.argval)
    return used[True], used[False]


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty: not assigned yet, or deleted
        return None


def _slots(cls: type) -> tuple[str, ...]:
    slots = vars(cls).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _is_ours(x: Any) -> bool:
    """Whether it is a thing of the package that changes by itself, if at all; a module or data may be changed."""
    cls = type(x)
    is_inside = cls.__module__.split(".")[0] == OURS
    return is_inside and not hasattr(x, "training") and not hasattr(cls, "__dataclass_fields__")


@lru_cache
def _is_fixed(module: str | None) -> bool:
    """Whether this is a module of the package, of Python or of an installed package."""
    if module is None:
        return False
    top = module.split(".")[0]
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return top == OURS or top in sys.stdlib_module_names or "site-packages" in file
