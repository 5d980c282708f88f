"""The native core, if there is one: Values stored in C, and the same functions in C before those of Python.

It is built when the package is installed where there is a C compiler, from core.c and from the table of
primitives (compiler/c.py). Python says what everything means; the core does it for plain numbers, and leaves the
rest to Python. AUTOGRAD_MINI_PURE=1 in the environment leaves all of it to Python.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd_mini.engine.rule import Rule

    F = TypeVar("F", bound=Callable[..., Any])

PURE = "AUTOGRAD_MINI_PURE"
FIELDS = ("adjoint", "label", "parents", "partials", "primal", "rule")
_HERE = Path(__file__).parent
SOURCES = (
    _HERE / "core.c",
    _HERE / "primitives.py",
    _HERE / "arithmetic.py",
    _HERE.parent / "compiler" / "c.py",
)


def table() -> str:
    """A checksum of what a core is made from; empty where the sources are not there, and so cannot have changed."""
    try:
        return f"{zlib.crc32(b''.join([source.read_bytes() for source in SOURCES])):08x}"
    except OSError:
        return ""


def _found() -> tuple[Any, str]:
    """The core, or None and why there is none."""
    if os.environ.get(PURE, "0") not in ("", "0"):
        return None, f"pure Python, as {PURE} is set"
    try:
        from autograd_mini.engine import _core  # type: ignore[attr-defined]
    except ImportError as error:
        is_there = any(_HERE.glob("_core.*.so")) or any(_HERE.glob("_core.*.pyd"))
        return None, f"pure Python: {error}" if is_there else "pure Python: it was not built here"
    if table() not in ("", _core.TABLE):
        return None, "pure Python, as the core was built from other sources; install the package again"
    return _core, "works"


core, status = _found()
if TYPE_CHECKING:
    Node = object
else:
    Node = core.Node if core else object


def quick(function: F) -> F:
    """The function of that name in C, before this one; where there is no core, this one."""
    return core.quick(function) if core else function


def operation(rule: Rule, function: F) -> F:
    """What a rule makes of plain Values in C, before the function that does it for all others."""
    return core.operation(rule, function) if core else function


def set_active(count: int) -> None:
    """Tell the core how many modes are on."""
    if core:
        core.set_active(count)
