"""Special ways of recording: `no_grad`, watchers of every number, and the levels of transforms.

A mode belongs to the context of the code that entered it (contextvars): tasks and threads do not see each
other's. Ordinary operations pay one look at `active`, which counts all modes everywhere; only when it is not
zero does an operation ask which of them, if any, is its own.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from autograd_mini.engine.native import set_active
from autograd_mini.errors import UnboundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import _GeneratorContextManager as Context  # also a decorator
    from typing import Any, NoReturn, Protocol, TypeVar

    class Watcher(Protocol):
        """Looks at everything that is computed while it watches, and may raise."""

        def number(self, node: Any) -> None:
            """The number of a new node."""

        def gradients(self, order: Sequence[Any]) -> None:
            """The gradients of a finished backward sweep over these nodes."""

        def product(self, local: Any, upstream: Any, user: Any) -> None:
            """One product of a sweep, from the partial of the node `user`."""

        def sum(self, total: Any, node: Any) -> None:
            """What has come together at a node, in a sweep."""

    class Trace(Protocol):
        """Follows a function while it is compiled, also what it does with Values from outside."""

        def captured(self, x: Any) -> Any:
            """The traced number that stands for a Value from outside."""

        def refuse(self, x: Any) -> NoReturn:
            """Raise the error of a program that asks for a number which only a run has."""

        def forbid(self, deed: str) -> NoReturn:
            """Raise the error of a program that does something which would be done once and not in each run."""

        def drawn(self, generator: Any) -> Any:
            """The traced number that stands for a random one between 0 and 1, another for every example."""

    class Recorded(Protocol):
        """What a new node must be able to do."""

        level: float

        @property
        def primal(self) -> Any: ...
        def unbound(self) -> Sequence[Any]: ...
        def forget(self) -> None: ...

    R = TypeVar("R", bound=Recorded)


class _Mode:
    """One entry into a mode. `is_on` tells every context that still holds it when it has ended."""

    __slots__ = ("below", "is_on", "trace", "watcher")

    def __init__(self, below: float, watcher: Watcher | None, trace: Trace | None = None) -> None:
        self.below = below  # numbers of a lower level are not recorded
        self.watcher = watcher
        self.trace = trace
        self.is_on = True


active = 0
levels = itertools.count(1)  # one for each call of a transform and each no_grad, in the order they begin
tapes: dict[float, list[Any]] = {}  # what is recorded at each level whose transform runs, in order
modes: ContextVar[tuple[_Mode, ...]] = ContextVar("modes", default=())
_lock = threading.Lock()


def _count(change: int) -> None:
    global active
    with _lock:
        active += change
        set_active(active)


@contextmanager
def _mode(*, records: bool, watcher: Watcher | None = None) -> Iterator[None]:
    mode = _Mode(0.0 if records else next(levels), watcher)
    modes.set((*modes.get(), mode))
    _count(1)
    try:
        yield
    finally:
        # Each takes away its own: they may end in any order, and in another context than they began in,
        # as suspended generators do.
        mode.is_on = False
        modes.set(tuple([other for other in modes.get() if other.is_on]))
        _count(-1)


def watched_by(watcher: Watcher) -> Context[None]:
    """A context in which the watcher looks at every number."""
    forbid("has every number watched")
    return _mode(records=True, watcher=watcher)


def watcher() -> Watcher | None:
    """Who watches here, if anybody does."""
    return next((m.watcher for m in modes.get() if m.is_on and m.watcher), None) if active else None


class traced_by:  # noqa: N801  # a class enters twice as fast as a generator does
    """A context in which a trace follows the program; the modes outside are not on in it."""

    __slots__ = ("_modes", "_outside")

    def __init__(self, trace: Trace) -> None:
        self._modes = (_Mode(0.0, None, trace),)

    def __enter__(self) -> None:
        self._outside = modes.set(self._modes)
        _count(1)

    def __exit__(self, *_: object) -> None:
        modes.reset(self._outside)
        _count(-1)


def trace() -> Trace | None:
    """Who traces the program that runs here, if anybody does."""
    return next((m.trace for m in modes.get() if m.is_on and m.trace), None) if active else None


def trace_alone() -> Trace | None:
    """Who traces the program that runs here, if no other mode is on."""
    here = modes.get()
    return here[0].trace if len(here) == 1 else None


def forbid(deed: str) -> None:
    """Raise CompileError if a function is traced here, as the deed would be no part of the program."""
    if active and (tracing := trace()):
        tracing.forbid(deed)


def no_grad() -> Context[None]:
    """A context in which operations compute numbers but record nothing: results are leaves.

    It belongs to the thread or task that enters it, can be nested, and ends also when an exception leaves
    it. In a generator it holds for the caller too while the generator is suspended inside.

    >>> from autograd_mini import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (9.0, ())
    """
    return _mode(records=False)


@contextmanager
def one_level_up() -> Iterator[tuple[float, list[Any]]]:
    """The level of a new call of a transform, and its tape, which is open until the function has returned.

    A tape is found by its level: a node that held its tape would make a cycle.
    """
    level = next(levels)
    tape = tapes[level] = []
    try:
        yield level, tape
    finally:
        del tapes[level]


def finish(node: R) -> R:
    """What the modes that are on here make of a new node."""
    for mode in modes.get():
        if mode.is_on:
            if mode.watcher is not None:
                mode.watcher.number(node)
            if node.level < mode.below:
                if not node.level and (tracing := trace()):  # its number is another one in each run
                    return tracing.captured(node)  # type: ignore[no-any-return]
                if (
                    not node.level and node.primal is None
                ):  # without a number or a record it could never become one
                    raise UnboundError(node)
                node.forget()
    return node
