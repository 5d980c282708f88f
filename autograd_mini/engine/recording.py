"""Special ways of recording: `no_grad`, watchers of every number, and the levels of transforms.

Ordinary operations pay one look at `active`, which counts all modes in all threads; only when it is not
zero does an operation ask which of them, if any, is its own.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from autograd_mini.errors import UnboundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import _GeneratorContextManager as Context  # also a decorator

    from autograd_mini.engine.value import Value

active = 0
levels = itertools.count(1)  # one for each call of a transform and each no_grad, in the order they begin
_lock = threading.Lock()


class Watcher(Protocol):
    """Looks at everything that is computed while it watches, and may raise."""

    def number(self, node: Value) -> None:
        """The number of a new node."""

    def gradients(self, order: Sequence[Value]) -> None:
        """The gradients of a finished backward sweep over these nodes."""

    def product(self, local: float | Value, upstream: float | Value, user: Value) -> None:
        """One product of a sweep, from the partial of the node `user`."""

    def sum(self, total: float | Value, node: Value) -> None:
        """What has come together at a node, in a sweep."""


class _Thread(threading.local):
    transforms = 0  # how many calls of grad, jvp, ... this thread is inside
    no_grad_below: float = 0  # numbers of a lower level are not recorded
    watcher: Watcher | None = None


_thread = _Thread()


@contextmanager
def mode(name: str, setting: Any) -> Iterator[None]:
    """A context in which a mode of this thread has this setting."""
    global active
    before = getattr(_thread, name)
    setattr(_thread, name, setting)
    with _lock:
        active += 1
    try:
        yield
    finally:
        setattr(_thread, name, before)
        with _lock:
            active -= 1


@contextmanager
def one_level_up() -> Iterator[int]:
    """The level of a new call of a transform, which this thread is in until it ends."""
    _thread.transforms += 1
    try:
        yield next(levels)
    finally:
        _thread.transforms -= 1


def in_transform() -> bool:
    """Whether this thread is inside a call of a transform."""
    return _thread.transforms > 0


def records() -> bool:
    """Whether this thread records plain Values."""
    return not _thread.no_grad_below


def no_grad() -> Context[None]:
    """A context in which operations compute numbers but record nothing: results are leaves.

    It holds for this thread, can be nested, and ends also when an exception leaves it.

    >>> from autograd_mini import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.parents
    (9.0, ())
    """
    return mode("no_grad_below", next(levels))


def watcher() -> Watcher | None:
    """Who watches this thread, if anybody does."""
    return _thread.watcher if active else None


def finish(node: Value) -> Value:
    """What the modes of this thread make of a new node."""
    if _thread.watcher is not None:
        _thread.watcher.number(node)
    if node.level < _thread.no_grad_below:
        if node.primal is None:  # without a number or a record it could never become one
            raise UnboundError(node)
        node.forget()
    return node
