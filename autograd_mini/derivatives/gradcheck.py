"""gradcheck: are the derivatives right? Each one against differences of the function itself.

The lecture's central difference (f(x+h) - f(x-h)) / 2h is taken in sixty digits wherever the function can be run
on such numbers, else in floats (differences.py). What floats make of the derivative is then set beside it.
"""

from __future__ import annotations

import inspect
import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.derivatives.differences import SMALLEST, float_slopes, precise_slopes, why_not_precise
from autograd_mini.derivatives.precise import digits, exactly, run
from autograd_mini.derivatives.pytree import flatten, paths
from autograd_mini.derivatives.transforms import jacobian, named_outputs
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.value import Value
from autograd_mini.errors import require, shown
from autograd_mini.formulas.expressions import expression_of
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd_mini.derivatives.differences import Slope
    from autograd_mini.derivatives.precise import Digits

    Function = Callable[..., Any]


OK, WRONG, KINK, UNDECIDED = "ok", "wrong", "kink", "undecided"
TOLERANCE = 1e-6  # of the relative error
PRECISION = 1e-6  # a numeric derivative known less well decides nothing
ON_A_KINK = 2.0**-50  # how near to a kink counts as on it, relatively
NEAR_A_KINK = 0.1  # how near the steps of floats may reach over it
ROUNDING = 1e-13  # of floats, times the size of the numbers that a derivative is made from


class Row(NamedTuple):
    """One derivative: analytic and numeric, their relative error, the step, and ok, wrong, kink or undecided."""

    name: str
    analytic: float
    numeric: float
    error: float
    step: float
    verdict: str


class Report:
    """The rows of a check, and notes on what stood in its way; true if every row is ok.

    `str()` of it is a table.
    """

    def __init__(self, rows: Sequence[Row], notes: Sequence[str]) -> None:
        self.rows = tuple(rows)
        self.notes = tuple(notes)

    def __bool__(self) -> bool:
        return all(row.verdict == OK for row in self.rows)

    def __str__(self) -> str:
        head = ("derivative", "analytic", "numeric", "error", "step", "")
        cells = [
            (
                row.name,
                f"{row.analytic:.10g}",
                f"{row.numeric:.10g}",
                f"{row.error:.1e}",
                f"{row.step:.1e}",
                row.verdict,
            )
            for row in self.rows
        ]
        widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
        lines = [
            "  ".join(
                [line[0].ljust(widths[0]), *map(str.rjust, line[1:-1], widths[1:-1]), line[-1]]
            ).rstrip()
            for line in (head, *cells)
        ]
        wrong = sum(row.verdict != OK for row in self.rows)
        verdict = f"{wrong} of {len(self.rows)} failed" if wrong else f"all {len(self.rows)} agree"
        return "\n".join([*lines, *self.notes, verdict])

    __repr__ = __str__


def gradcheck(
    function: Function,
    arguments: Sequence[Any],
    order: int = 1,
    tolerance: float = TOLERANCE,
    names: Sequence[str] = (),
) -> Report:
    """A report of every derivative of `function` at the arguments beside its numeric value.

    arguments: a tuple, one entry for each; each a number or nested lists, tuples and dicts of them.
    The function may return one number or several. order: 1, or 2 to check second derivatives too.
    tolerance: the largest relative error that is ok. names: of the arguments, if not the parameters'.

    A row is "ok", "wrong", "kink" where the slopes to the left and to the right differ, or "undecided" if the
    numeric value does not settle. The report is false unless all are ok. A derivative that is right but rounded
    badly is ok, and a note says how far its float is off.

    Raises ValueError for another order or if there is no derivative to check, TypeError if `arguments` is no tuple or list.

    >>> from autograd_mini import tanh
    >>> report = gradcheck(lambda u, v: u * tanh(v), (1.0, 2.0))
    >>> bool(report), [row.name for row in report.rows]
    (True, ['∂f/∂u', '∂f/∂v'])
    """
    remedy = "give it the function itself, not what it returns"
    require(callable(function), "gradcheck needs a function of numbers", function, remedy)
    tolerance = as_float(tolerance)
    are_names = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    require(are_names, "names needs a list, one for each argument", names, "write names=['x']")
    if not isinstance(order, int) or order not in (1, 2):
        msg = f"order must be 1 or 2, got {shown(order)}"
        raise ValueError(msg)
    if not isinstance(arguments, tuple | list):
        msg = (
            f"gradcheck needs a tuple of arguments, got {type(arguments).__name__}; write gradcheck(f, (x,))"
        )
        raise TypeError(msg)
    if names and len(names) != len(arguments):
        msg = f"there are {len(arguments)} arguments and {len(names)} names; give one name for each"
        raise ValueError(msg)
    numbers, rebuild = flatten(list(arguments))
    at = _plain(numbers)
    names = names or _parameter_names(function, len(arguments))
    inputs = [f"{visible(name)}{path}" for name, x in zip(names, arguments, strict=True) for path in paths(x)]

    def outputs(xs: Sequence[Any]) -> list[Any]:
        return named_outputs(function, function(*rebuild(xs)))[0]

    first = _derivatives(outputs)
    results = outputs([Value(x, label=name) for x, name in zip(at, inputs, strict=True)])
    count = len(results)
    if not inputs or not count:
        msg = f"nothing to check: {len(inputs)} numbers go in and {count} come out"
        raise ValueError(msg)
    kinks = _kinks(results)
    called = ["f"] if count == 1 else [f"f[{k}]" for k in range(count)]
    labels = [f"∂{f}/∂{x}" for f in called for x in inputs]
    size = max(abs(data) for data in _plain(results))
    rows, notes = _checked(outputs, at, labels, tolerance, "f", results, size)
    if order == 2:
        labels = [f"∂²{f}/∂{x}∂{y}" for f in called for x in inputs for y in inputs]
        slopes = [abs(row.analytic) for row in rows]
        size = max(*slopes, size / max(SMALLEST, min(map(abs, at))))
        more_rows, more_notes = _checked(first, at, labels, tolerance, "the derivative of f", results, size)
        rows, notes = rows + more_rows, notes + more_notes
    return Report(rows, kinks + notes)


def _derivatives(function: Function) -> Function:
    """All derivatives of a function of a list, outputs first, in one list."""
    return lambda xs: flatten(jacobian(exactly(function, xs))(list(xs)))[0]


def _plain(xs: Sequence[Any]) -> list[float]:
    return [x.data if isinstance(x, Value) else x for x in xs]


def _checked(
    function: Function,
    at: list[float],
    labels: list[str],
    tolerance: float,
    name: str,
    results: list[Any],
    scale: float,
) -> tuple[list[Row], list[str]]:
    """A row for every derivative of `function`, outputs first, and notes.

    results: of what is checked, as graphs that know its kinks. scale: of the numbers whose rounding is felt.
    """
    derivatives = _derivatives(function)
    on_a_kink = bool(_kinks(results))
    notes = []
    if reason := why_not_precise(function, at):
        notes.append(f"{name} {reason}; measured in floats instead")
        table = float_slopes(lambda xs: _plain(function([Value(x) for x in xs])), at)
    else:
        table = precise_slopes(function, at)

    @cache
    def followed() -> list[Digits]:
        """The derivatives as the rules have them in sixty digits, where these can be read so."""
        return [] if reason or why_not_precise(derivatives, at) else run(derivatives, [*map(digits, at)])[0]

    slopes = [slope for row in zip(*table, strict=True) for slope in row]
    claims = _plain(derivatives(at))
    scale = max([scale, *[abs(claim) for claim in claims if math.isfinite(claim)]])
    rows = []
    for i, (label, analytic, slope) in enumerate(zip(labels, claims, slopes, strict=True)):
        verdict = _verdict(analytic, slope, tolerance)
        is_open = verdict in (WRONG, UNDECIDED)
        if is_open and followed() and _is_rounding(analytic, followed()[i], slope, tolerance):
            verdict = OK if math.isfinite(analytic) else UNDECIDED
            notes.append(f"{label} is right in sixty digits; floats make it {analytic:.10g}")
        elif is_open and on_a_kink:
            verdict = KINK
        elif verdict == WRONG and reason:
            rounding = ROUNDING * scale / max(SMALLEST, abs(at[i % len(at)]))
            if abs(analytic - slope.number) <= rounding or _kinks(results, NEAR_A_KINK):
                verdict = UNDECIDED  # floats cannot tell: it is lost in rounding, or steps reach over a kink
        size = max(abs(analytic), abs(slope.number))
        error = abs(analytic - slope.number) / size if size else 0.0
        rows.append(Row(label, analytic, slope.number, error, slope.step, verdict))
    return rows, notes


def _verdict(analytic: float, slope: Slope, tolerance: float, residue: float = 0.0) -> str:
    """The verdict on one derivative, given how far the numeric one can be trusted.

    A claim of 0, but for a residue, has no digits to compare: it is enough that the doubt is negligible.
    """
    if slope.kink:
        return KINK
    if not (slope.doubt <= PRECISION * abs(slope.number) or slope.doubt <= slope.negligible):
        return UNDECIDED
    size = max(abs(analytic), abs(slope.number))
    if not abs(analytic - slope.number) <= tolerance * size + 10 * slope.doubt < math.inf:
        return WRONG
    is_zero = abs(analytic) <= max(residue, 1e-30 * slope.negligible)
    return OK if slope.doubt <= PRECISION * size or is_zero else UNDECIDED


def _is_rounding(analytic: float, followed: Digits, slope: Slope, tolerance: float) -> bool:
    """Whether the rules are right in sixty digits, and it is rounding that takes their floats away from there."""
    exact = float(followed.exact)
    is_finite = math.isfinite(analytic)
    residue = (
        1e-30 * abs(analytic - exact) if is_finite else 0.0
    )  # sixty digits round, too, if 1e-44 times less
    slope = slope._replace(doubt=slope.doubt + residue, negligible=slope.negligible + residue)
    if _verdict(exact, slope, tolerance, residue) != OK:
        return False
    if not is_finite:
        return not math.isfinite(followed.float)
    return abs(analytic - followed.float) <= tolerance * abs(followed.float) + abs(followed.float - exact)


def _kinks(results: Sequence[Any], near: float = ON_A_KINK) -> list[str]:
    """A note for every operation that has no derivative at this point, or so near to it."""
    notes = []
    for node in toposort(*[y for y in results if isinstance(y, Value)]):
        if node.rule is None or node.rule.kinks is None:
            continue
        numbers = [parent.data for parent in node.parents]
        terms = node.rule.kinks(floats, *numbers)
        if any(abs(term) <= near * max(map(abs, numbers)) for term in terms):
            notes.append(f"{expression_of(node)} sits on a kink; convention: {node.rule.convention}")
    return notes


def _parameter_names(function: Function, count: int) -> list[str]:
    """What the function calls its arguments; x1, x2, ... where it does not say."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some callables have no signature to read
        parameters = []
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [plain[i] if i < len(plain) else f"x{i + 1}" for i in range(count)]
