"""The exceptions of the package: one class per cause, each also a builtin one where that fits.

Every message says what happened with the value that did it, what was expected, and what to do.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol

from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def nearest(name: object, known: Iterable[str]) -> str:
    """A question after the known name that comes nearest; empty if none is near.

    >>> nearest("tahn", ["exp", "tanh"]), nearest("xyz", ["exp", "tanh"])
    ('did you mean tanh?', '')
    """
    close = get_close_matches(str(name), known, n=1)
    return f"did you mean {close[0]}?" if close else ""


def choose(kind: str, name: str, known: Iterable[str]) -> str:
    """`name` if it is known; otherwise ValueError, with the nearest name or all of them."""
    known = list(known)
    if name in known:
        return name
    msg = f"no {kind} is called {name!r}; {nearest(name, known) or 'choose one of ' + ', '.join(known)}"
    raise ValueError(msg)


class AutogradError(Exception):
    """Base class: catches everything this package raises on purpose.

    Its messages quote labels and expressions, which come from anywhere: what cannot be shown is written out.
    """

    _keep = ""  # what is shown as it is all the same

    def __str__(self) -> str:
        return visible(str(self.args[0]), keep=self._keep) if self.args else ""


class Unbound(Protocol):
    """What is asked of a node that has no number: which variables it waits for."""

    def unbound(self) -> Sequence[Any]: ...


class UnboundError(AutogradError, ValueError):
    """A number or gradient was asked of a node that has none yet.

    >>> from autograd_mini import Value
    >>> (Value(label="u") + 1).data
    Traceback (most recent call last):
    autograd_mini.errors.UnboundError: no number for u yet; give it one: .forward(u=...)
    """

    def __init__(self, node: Unbound, missing: Sequence[Any] | None = None) -> None:
        super().__init__(node)
        self.node = node
        self.missing = missing

    def __str__(self) -> str:
        # Written only when somebody reads it: building a lazy graph meets this error at every step.
        missing = self.node.unbound() if self.missing is None else self.missing
        unbound = [visible(leaf.label) or "an unnamed Value" for leaf in missing]
        if not unbound:
            return f"{self.node!r} was not evaluated since its variables got numbers; call its .forward()"
        example = ", ".join(f"{name}=..." for name in unbound if name.isidentifier())
        return f"no number for {', '.join(unbound)} yet; give it one: .forward({example})"


class UnknownVariableError(AutogradError, KeyError):
    """`forward()` was given a name that no variable of the graph carries, or that several carry."""


class NotANumberError(AutogradError, TypeError):
    """Something that is not a real number met a Value."""


class StaleError(AutogradError, ValueError):
    """Steps were asked of a graph whose numbers have been changed since it was computed; see `forward()`."""


class AnomalyError(AutogradError, ArithmeticError):
    """Under `detect_anomaly()`, a value or a gradient became nan or inf."""


class TrainingError(AutogradError, ArithmeticError):
    """Training met a loss or a gradient that is nan or inf; the parameters are those before that step."""


class RuleError(AutogradError, ValueError):
    """A primitive was declared with partials that do not fit its arguments."""


class ExpressionError(AutogradError, ValueError):
    """An expression could not be read; the message shows the column."""

    _keep = "\n"


class LayoutError(AutogradError, RuntimeError):
    """The layout engine failed, or gave back a picture with something missing."""


class MissingExtraError(AutogradError, ImportError):
    """An optional dependency is not installed; the message names the extra."""
