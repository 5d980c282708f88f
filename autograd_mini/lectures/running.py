"""Running an example: every value and every gradient by name, for the numbers of the file or for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd_mini.engine.graph import inputs as inputs_of
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Value
from autograd_mini.errors import ExpressionError, nearest, shown
from autograd_mini.expression.arrays import entries
from autograd_mini.lectures.programs import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd_mini.lectures.parts import Case, Descent


class Run(NamedTuple):
    """What came out, floats or nested lists of floats by name. paths: of each descent parameters and cost before each step, and after the last. slopes: the derivatives at each.

    model: the graph of the first case, after its backward pass.
    """

    values: dict[str, Any]
    gradients: dict[str, Any]
    model: dict[str, Any]
    paths: tuple[list[dict[str, Any]], ...] = ()
    slopes: tuple[list[dict[str, Any]], ...] = ()


def run_of(
    id_: str,
    known: Mapping[str, Any],
    cases: Sequence[Case],
    descents: Sequence[Descent],
    program: str,
    changed: Mapping[str, Any],
) -> Run:
    """The example computed, with some inputs changed. Raises ExpressionError for an input that it does not have."""
    for name in changed:
        if name not in known:
            hint = nearest(name, known) or f"its inputs are: {', '.join(known) or 'none'}"
            msg = f"no input of {id_} is called {shown(name)}; {hint}"
            raise ExpressionError(msg)
    values: dict[str, Any] = {}
    gradients: dict[str, Any] = {}
    model: dict[str, Any] = {}
    for case in reversed(cases):  # where two cases know a name, the first one's is shown
        given = {name: changed.get(name, x) for name, x in case.inputs.items()}
        model = case.model(given)
        values |= values_in(case, model)
        gradients |= gradients_in(case, model)
    paths, steps = [], []
    for descent in descents:
        found, first, path, slopes = _descend(cases[0], descent, changed)
        values |= found
        gradients |= first
        paths.append(path)
        steps.append(slopes)
    if program:
        made = PROGRAMS[program]({**known, **changed})
        values |= made.values
        gradients |= made.gradients
        model = model or made.model
    return Run(values, gradients, model, tuple(paths), tuple(steps))


def numbers_of(node: Any, attribute: str = "data") -> Any:
    """The floats of a Value or of a nested list; None for what has no number."""
    if isinstance(node, list):
        return [numbers_of(each, attribute) for each in node]
    return node.primal if attribute == "data" else node.grad


def part_of(model: Mapping[str, Any], name: str) -> Any:
    """W, or its row W[2] or its entry W[2,1]. Raises ExpressionError if there is none."""
    whole, _, index = name.partition("[")
    node = model.get(whole)
    for i in index.removesuffix("]").split(",") if index else ():
        isin = isinstance(node, list) and i.strip().isdecimal() and 0 < int(i) <= len(node)
        node = node[int(i) - 1] if isin and node else None
    if node is None:
        msg = f"the text has no {shown(name)}; {nearest(name, model) or 'it has: ' + ', '.join(model)}"
        raise ExpressionError(msg)
    return node


def values_in(case: Case, model: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every name, and of those that the case calls otherwise."""
    found = {name: numbers_of(node) for name, node in model.items()}
    return found | {other: numbers_of(part_of(model, name)) for other, name in case.values.items()}


def root_of(case: Case, model: Mapping[str, Any]) -> str:
    """The name of the result whose gradients they are: the one that is said, or the last definition."""
    return case.of or next(iter(case.gradients), "") or [*model][-1]


def scalar_of(case: Case, model: Mapping[str, Any]) -> str:
    """The same if it is a number, whose gradients fill the boxes of pictures."""
    node = part_of(model, name := root_of(case, model))
    return name if isinstance(node, Value) and node.rule is not None else ""


def gradients_in(case: Case, model: Mapping[str, Any]) -> dict[str, Any]:
    """The gradients by name; those of an array are a list with one for each of its entries."""
    own = scalar_of(case, model)
    wanted = case.gradients or ({own: {name: name for name in model}} if own else {})
    found: dict[str, Any] = {}
    leaves = inputs_of(toposort(*[node for each in model.values() for node in entries(each)]))
    if any(leaf.primal is None for leaf in leaves):
        return found
    for of, names in wanted.items():
        root = part_of(model, of)
        rows = [_by(entry, model, names) for entry in entries(root)]
        found |= (
            rows[0] if isinstance(root, Value) else {name: [row[name] for row in rows] for name in rows[0]}
        )
    if own:
        _by(part_of(model, own), model, {})  # pictures show these
    return found


def _by(root: Value, model: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The gradients of one number."""
    for each in model.values():
        for node in entries(each):
            node.zero_grad()
    if root.rule is not None:
        root.backward()
    found = {other: part_of(model, name) for other, name in names.items()}
    return {
        name: numbers_of(node, "grad")
        for name, node in found.items()
        if not any(entry.is_constant for entry in entries(node))
    }


def _descend(
    case: Case, descent: Descent, changed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    """What a descent gives by name, the first gradients by theirs, the way it went, and the gradients on it."""
    now = {name: changed.get(name, x) for name, x in case.inputs.items()}
    moving = [name for name in now if descent.is_moved(name)]
    values: dict[str, Any] = {}
    first: dict[str, Any] = {}
    path: list[dict[str, Any]] = []
    ways: list[dict[str, Any]] = []
    for step in range(1, descent.steps + 2):
        given = now | {name: xs[min(step, descent.steps) - 1] for name, xs in descent.each.items()}
        model = case.model(given)
        root = part_of(model, descent.of)
        path.append({name: now[name] for name in moving} | {descent.of: root.data})
        slopes = _by(root, model, {name: name for name in moving})
        ways.append(slopes)
        if step > descent.steps:
            if descent.after:
                results = {name: node for name, node in model.items() if name not in now}
                values |= {
                    descent.after.format(name=name, step=step - 1): numbers_of(node)
                    for name, node in results.items()
                }
            break
        if step == 1 and descent.first:
            first = {descent.first.format(name=name): slope for name, slope in slopes.items()}
        now |= {name: _moved(now[name], slope, descent.rate) for name, slope in slopes.items()}
        if "{step}" in descent.costs:
            values[descent.costs.format(step=step)] = root.data
        if "{step}" in descent.moved or step == descent.steps:
            values |= {
                descent.moved.format(name=name, step=step): now[name] for name in moving if descent.moved
            }
    if descent.costs and "{step}" not in descent.costs:
        values[descent.costs] = [each[descent.of] for each in path]
    return values, first, path, ways


def _moved(x: Any, slope: Any, rate: float) -> Any:
    if isinstance(slope, list):
        return [_moved(each, part, rate) for each, part in zip(x, slope, strict=True)]
    return x - rate * slope
