"""The compiler: a function of Values traced once, as a list of operations, and replayed at the speed of the machine.

`compile` makes compiled functions, `load` reads those that were saved.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd_mini.compiler.compiled import Compiled, compile
    from autograd_mini.compiler.loading import load

__all__ = ["Compiled", "compile", "load"]

_LATER = {"Compiled": "compiled", "compile": "compiled", "load": "loading"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    return found
