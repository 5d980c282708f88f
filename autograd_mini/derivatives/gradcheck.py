"""gradcheck: are the derivatives right? Each one against differences of the function itself.

The numeric derivative is the lecture's central difference (f(x+h) - f(x-h)) / 2h, refined as the step
shrinks until rounding takes over (Ridders' method), which also tells how far it can be trusted.
"""

from __future__ import annotations

import inspect
import math
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.derivatives.pytree import flatten, paths
from autograd_mini.derivatives.transforms import jacobian, named_outputs
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.value import Value, data_of
from autograd_mini.formulas.expressions import expression_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Function = Callable[..., Any]


OK, WRONG, KINK, UNDECIDED = "ok", "wrong", "kink", "undecided"
TOLERANCE = 1e-6  # of the relative error
STARTS = (2e-2, 2e-4, 2e-6)  # first steps to try, times the size of the input
SHRINK = 1.6  # from one step to the next
TRIALS = 12  # steps from each start
SMALLEST = 1e-3  # the size of an input that is smaller, or 0
ON_A_KINK = 1e-8  # how near to a kink counts as on it
EPSILON = 2.0**-52
PRECISION = 1e-5  # a numeric derivative known less well decides nothing
NEGLIGIBLE = 1e-4  # of the largest slope that values of such a size can have over a step


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

    A row is "ok", "wrong", "kink" if they differ where some operation has no derivative (a note names
    it), or "undecided" if the numeric value does not settle. The report is false unless all are ok.

    Raises ValueError for another order or if there is no derivative to check, TypeError if `arguments` is no tuple or list.
    Source: C. J. F. Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering
    Software 4 (1982) 75-76.

    >>> from autograd_mini import tanh
    >>> report = gradcheck(lambda u, v: u * tanh(v), (1.0, 2.0))
    >>> bool(report), [row.name for row in report.rows]
    (True, ['∂f/∂u', '∂f/∂v'])
    """
    if order not in (1, 2):
        msg = f"order must be 1 or 2, got {order!r}"
        raise ValueError(msg)
    if not isinstance(arguments, tuple | list):
        msg = (
            f"gradcheck needs a tuple of arguments, got {type(arguments).__name__}; write gradcheck(f, (x,))"
        )
        raise TypeError(msg)
    numbers, rebuild = flatten(list(arguments))
    at = [data_of(x) for x in numbers]
    called = names or _parameter_names(function, len(arguments))
    inputs = [f"{name}{path}" for name, x in zip(called, arguments, strict=True) for path in paths(x)]

    def outputs(xs: Sequence[Any]) -> list[Any]:
        return named_outputs(function, function(*rebuild(xs)))[0]

    def values(xs: list[float]) -> list[float]:
        with no_grad():
            return [data_of(y) for y in outputs([Value(x) for x in xs])]

    def first(xs: Sequence[Any]) -> list[Any]:
        return flatten(jacobian(outputs)(list(xs)))[0]

    def second(xs: list[float]) -> list[Any]:
        return flatten(jacobian(first)(xs))[0]

    def numbers_of(derivatives: list[Any]) -> list[float]:
        return list(map(data_of, derivatives))

    count = len(values(at))
    if not inputs or not count:
        msg = f"nothing to check: {len(inputs)} numbers go in and {count} come out"
        raise ValueError(msg)
    notes = _kinks(outputs, at, inputs)
    results = ["f"] if count == 1 else [f"f[{k}]" for k in range(count)]
    labels = [f"∂{f}/∂{x}" for f in results for x in inputs]
    rows = _rows(values, numbers_of(first(at)), at, labels, tolerance, bool(notes))
    if order == 2:
        labels = [f"∂²{f}/∂{x}∂{y}" for f in results for x in inputs for y in inputs]
        rows += _rows(
            lambda xs: numbers_of(first(xs)), numbers_of(second(at)), at, labels, tolerance, bool(notes)
        )
    return Report(rows, notes)


def _rows(
    values: Function,
    slopes: list[float],
    at: list[float],
    labels: list[str],
    tolerance: float,
    on_a_kink: bool,
) -> list[Row]:
    """Every derivative of `values`, outputs first, as `slopes` has it and as differences have it."""
    rows = []
    for (k, size), (i, x) in product(enumerate(map(abs, values(at))), enumerate(at)):
        entry = k * len(at) + i
        shifted = _shifted(values, at, i, k)
        starts = [start * max(abs(x), SMALLEST) for start in STARTS]
        span = max(size, abs(shifted(starts[0])), abs(shifted(-starts[0])))
        numeric, noise, step = min(
            (_ridders(shifted, x, start, EPSILON * span) for start in starts), key=itemgetter(1)
        )
        bound = NEGLIGIBLE * span / step
        rows.append(_judged(labels[entry], slopes[entry], numeric, noise, bound, step, tolerance, on_a_kink))
    return rows


def _judged(
    label: str,
    analytic: float,
    numeric: float,
    noise: float,
    bound: float,
    step: float,
    tolerance: float,
    on_a_kink: bool,
) -> Row:
    """The verdict on one derivative, given how far the numeric one can be trusted.

    A claim of 0 has no digits to compare: it is enough that the noise is within the bound.
    """
    difference = abs(analytic - numeric)
    size = max(abs(analytic), abs(numeric))
    is_settled = noise <= PRECISION * size or (abs(analytic) <= 1e-3 * noise and noise <= bound)
    if not math.isfinite(numeric) or not math.isfinite(noise) or not is_settled:
        verdict = UNDECIDED
    else:
        verdict = OK if difference <= tolerance * size + 10 * noise else WRONG
    if verdict != OK and on_a_kink:
        verdict = KINK
    return Row(label, analytic, numeric, difference / size if size else 0.0, step, verdict)


def _shifted(values: Function, at: list[float], i: int, k: int) -> Callable[[float], float]:
    """Output k as a function of a step of input i."""
    return lambda step: values([x + step if j == i else x for j, x in enumerate(at)])[k]


def _ridders(
    shifted: Callable[[float], float], x: float, step: float, rounding: float
) -> tuple[float, float, float]:
    """(derivative, its uncertainty, the step it came from), extrapolated from shrinking steps to 0.

    rounding: of one value of the function. Without it a plateau, where the step is lost in a large value,
    would look like a derivative of 0 known exactly.
    """

    def difference(step: float) -> float:
        return (shifted(step) - shifted(-step)) / ((x + step) - (x - step))

    previous = [difference(step)]
    best = (previous[0], math.inf, step)
    for _ in range(TRIALS):
        step /= SHRINK
        column = [difference(step)]
        for j, other in enumerate(previous):
            ratio = SHRINK ** (2 * (j + 1))
            column.append((column[j] * ratio - other) / (ratio - 1))
            spread = max(abs(column[-1] - column[-2]), abs(column[-1] - other), rounding / step)
            if spread <= best[1]:  # never true of nan
                best = (column[-1], spread, step)
        previous = column
    return best


def _kinks(outputs: Function, at: list[float], inputs: list[str]) -> list[str]:
    """A note for every operation that has no derivative at this point."""
    results = outputs([Value(x, label=name) for x, name in zip(at, inputs, strict=True)])
    notes = []
    for node in toposort(*[y for y in results if isinstance(y, Value)]):
        if node.rule is None or node.rule.kinks is None:
            continue
        numbers = [parent.data for parent in node.parents]
        terms = node.rule.kinks(floats, *numbers)
        if any(abs(term) <= ON_A_KINK * max(1.0, *map(abs, numbers)) for term in terms):
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
