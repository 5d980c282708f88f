"""The exceptions of the package: one class per cause, each also a builtin one where that fits.

Every message says what happened with the value that did it, what was expected, and what to do.
"""

from __future__ import annotations

from difflib import get_close_matches
from reprlib import Repr
from typing import TYPE_CHECKING

from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, Protocol

    class Unbound(Protocol):
        """What is asked of a node that has no number: which variables it waits for."""

        def unbound(self) -> Sequence[Any]: ...


MENTIONED = 20  # names in a message
_short = Repr()
_short.maxstring = _short.maxother = 60


def shown(x: object) -> str:
    """A value as messages quote it: short, on one line, whatever it is.

    >>> shown(list(range(1000))), shown(10**5000)
    ('[0, 1, 2, 3, 4, 5, ...]', 'an int of 16610 bits')
    """
    try:
        return " ".join(_short.repr(x).split())
    except ValueError:  # Python writes no int of more than 4300 digits
        return f"an int of {int(x).bit_length()} bits" if isinstance(x, int) else f"a {type(x).__name__}"


def nearest(name: object, known: Iterable[str]) -> str:
    """A question after the known name that comes nearest; empty if none is near.

    >>> nearest("tahn", ["exp", "tanh"]), nearest("xyz", ["exp", "tanh"])
    ('did you mean tanh?', '')
    """
    close = get_close_matches(str(name)[:100], known, n=1)
    return f"did you mean {close[0]}?" if close else ""


def choose(kind: str, name: str, known: Iterable[str]) -> str:
    """`name` if it is known; otherwise ValueError, with the nearest name or all of them.

    Raises TypeError for what is no name at all.
    """
    known = list(known)
    require(isinstance(name, str), f"the {kind} must be a name such as {known[0]!r}", name)
    if name in known:
        return name
    msg = f"no {kind} is called {shown(name)}; {nearest(name, known) or 'choose one of ' + ', '.join(known)}"
    raise ValueError(msg)


def require(is_met: bool, needed: str, given: object, remedy: str = "") -> None:
    """Raise TypeError unless a condition on an argument is met: what is needed, what was given, what to do.

    >>> require(callable(3), "grad needs a function", 3, "give it the function itself")
    Traceback (most recent call last):
    TypeError: grad needs a function, got int 3; give it the function itself
    """
    if not is_met:
        msg = f"{needed}, got {type(given).__name__} {shown(given)}" + (f"; {remedy}" if remedy else "")
        raise TypeError(msg)


class AutogradError(Exception):
    """Base class: catches everything this package raises on purpose.

    Its messages quote labels and expressions, which come from anywhere: what cannot be shown is written out.
    """

    _keep = ""  # what is shown as it is all the same

    def __str__(self) -> str:
        return visible(str(self.args[0]), keep=self._keep) if self.args else ""


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
        if len(unbound) > MENTIONED:
            unbound = [*unbound[:MENTIONED], "..."]
        words = [f"{name}=..." for name in unbound if name.isidentifier()]
        entries = [f"{name!r}: ..." for name in unbound if name.endswith("]")]
        words += [f"**{{{', '.join(entries)}}}"] * bool(entries)
        return f"no number for {', '.join(unbound)} yet; give it one: .forward({', '.join(words)})"


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


class CompileError(AutogradError, ValueError):
    """A function cannot be compiled: it does what depends on one example only, or takes too many paths."""


class RuleError(AutogradError, ValueError):
    """A primitive was declared with partials that do not fit its arguments."""


class ExpressionError(AutogradError, ValueError):
    """An expression could not be read; the message shows the column."""

    _keep = "\n"


class LectureError(AutogradError, ValueError):
    """A lecture file could not be read, or has no such example; the message names file, line and key."""

    _keep = "\n"


class LayoutError(AutogradError, RuntimeError):
    """The layout engine failed, or gave back a picture with something missing."""


class MissingExtraError(AutogradError, ImportError):
    """An optional dependency is not installed; the message names the extra."""
