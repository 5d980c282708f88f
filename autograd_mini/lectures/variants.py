"""Numbers of a student's own: drawn from a seed, and drawn again where they would be ugly or stand at a kink.

Refused are draws in which a varied number is 0 or 1 or -1, two of few varied numbers are equal, an operation is near its
kink or saturated, an answer is tiny or huge, or rounding on the way moves an answer.
"""

from __future__ import annotations

import math
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import LectureError
from autograd_mini.expression.arrays import entries
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from autograd_mini.engine.value import Value
    from autograd_mini.lectures.parts import Varied
    from autograd_mini.lectures.running import Run

    Runs = Callable[[Mapping[str, Any]], Run]

TRIES = 3000  # for one student
FEW = 6  # varied numbers: of more, two may be equal
NEAR = 0.05  # of a kink, or of a tie
STEEP = {"sigmoid": 3.5, "tanh": 2.0, "softplus": 3.5}  # beyond, hardly anything flows
LEAST, MOST = 0.001, 1000.0  # sizes of answers that are not 0
DIGITS, MOVED = 4, 0.005  # rounding every step to so many digits may move no answer by more
KINKS = {"relu", "abs", "heaviside", "sign", "leaky_relu", "elu"}
TIES = {"max", "maximum", "min", "minimum"}
EXPONENTIALS = {"exp", "log"}


def variant(
    id_: str, vary: Mapping[str, Varied], run: Runs, student: str, language: str = "en"
) -> dict[str, Any]:
    """The inputs of a student of an example, the same every time. language: of errors.

    Raises LectureError if no number of the example may vary, or if no draw is accepted.

    >>> from autograd_mini import lectures
    >>> lectures.get("sum-times-w").variant("alice")
    {'u': 3.0, 'v': -5.0, 'w': -9.0}
    """
    return next(draws(id_, vary, run, student, language))


def variants(
    id_: str, vary: Mapping[str, Varied], run: Runs, students: Iterable[str], language: str = "en"
) -> dict[str, dict[str, Any]]:
    """The inputs of each student; no two have the same answers.

    Raises LectureError if there are too few draws for all, and what `variant` raises.
    """
    found: dict[str, dict[str, Any]] = {}
    seen: set[tuple[float, ...]] = set()
    for student in dict.fromkeys(students):
        for numbers in draws(id_, vary, run, student, language):
            sheet = tuple(round(x, 9) for x in answers(run(numbers)))
            if sheet not in seen:
                break
        else:
            raise LectureError(message("no draw left", language).format(id_, len(found)))
        seen.add(sheet)
        found[student] = numbers
    return found


def draws(
    id_: str, vary: Mapping[str, Varied], run: Runs, student: str, language: str = "en"
) -> Iterator[dict[str, Any]]:
    """The draws of a student that are accepted, one after the other. Raises LectureError if there is none."""
    if not vary:
        raise LectureError(message("nothing varies", language).format(id_))
    start = run({})
    shapes = {name: start.values[name] for name in vary}
    reasons: dict[str, int] = {}
    count = 0
    for i in range(TRIES):
        seed = sha256(f"{id_}\0{student}\0{i}".encode()).digest()
        rng = Random(int.from_bytes(seed, "big"))  # noqa: S311  # no secret: everybody may draw it again
        numbers = {name: _drawn(shapes[name], vary[name], rng) for name in vary}
        why = _why_plain(numbers, language) or why_ugly(run(numbers), language)
        if why:
            reasons[why] = reasons.get(why, 0) + 1
        else:
            count += 1
            yield numbers
    if not count:
        commonest = ", ".join(sorted(reasons, key=lambda why: -reasons[why])[:3])
        raise LectureError(message("no draw", language).format(id_, TRIES, commonest))


def _drawn(shape: Any, varied: Varied, rng: Random) -> Any:
    if isinstance(shape, list):
        return [_drawn(each, varied, rng) for each in shape]
    count = round((varied.most - varied.least) / varied.step)
    return round(varied.least + varied.step * rng.randint(0, count), 6) + 0.0


def flat(x: Any) -> list[float]:
    """The numbers of a nested list."""
    return [number for each in x for number in flat(each)] if isinstance(x, list) else [x]


def _why_plain(numbers: Mapping[str, Any], language: str) -> str:
    """Why the inputs are refused, if they are."""
    xs = [x for each in numbers.values() for x in flat(each)]
    if any(x in (0.0, 1.0, -1.0) for x in xs):
        return message("plain", language)
    if len(xs) <= FEW and len({*xs}) < len(xs):
        return message("equal", language)
    return ""


def answers(run: Run) -> list[float]:
    """What is asked: the values of results and all gradients, as far as the first graph has them."""
    nodes = _nodes(run)
    return [node.data for node in nodes if node.rule is not None and node.label] + [
        node.grad for node in nodes if node.label and not node.is_constant
    ]


def _nodes(run: Run) -> Sequence[Value]:
    return toposort(*[node for each in run.model.values() for node in entries(each)])


def why_ugly(run: Run, language: str = "en") -> str:
    """Why the graph is refused, in words; "" if it is not."""
    nodes = _nodes(run)
    for node in nodes:
        if node.rule is None:
            continue
        name, xs = node.rule.name, [x.data for x in node.parents]
        if name in KINKS and abs(xs[0]) < NEAR:
            return message("near kink", language)
        if name in TIES and len(xs) > 1:
            first, second = sorted(xs, reverse=name.startswith("max"))[:2]
            if abs(first - second) < NEAR:
                return message("near tie", language)
        if name in STEEP and abs(xs[0]) > STEEP[name]:
            return message("saturated", language).format(name)
        if name in EXPONENTIALS and not 0.01 <= (node.data if name == "exp" else xs[0]) <= 100:
            return message("outside", language).format(name)
    if not any(node.grad for node in nodes if node.rule is None and not node.is_constant):
        return message("no flow", language)
    if any(not math.isfinite(x) or (x != 0 and not LEAST <= abs(x) <= MOST) for x in answers(run)):
        return message("size", language)
    return message("moved", language) if _is_moved(nodes) else ""


def rounded(x: float) -> float:
    """The number with as many digits as a student keeps."""
    return float(f"{x:.{DIGITS}g}")


def _is_moved(nodes: Sequence[Value]) -> bool:
    """Whether rounding every step moves an answer."""
    values: dict[Value, float] = {}
    for node in nodes:
        made = (
            node.data if node.rule is None else node.rule.forward(floats, *[values[x] for x in node.parents])
        )
        values[node] = node.data if node.rule is None else rounded(made)
        if node.rule is not None and node.label and not _is_near(values[node], node.data):
            return True
    slopes: dict[Value, float] = {}
    for node in reversed(nodes):
        if node.grad == 1.0 and node.rule is not None and not slopes:
            slopes[node] = 1.0
        if node not in slopes or node.rule is None:
            continue
        partials = node.rule.partials(floats, values[node], *[values[x] for x in node.parents])
        for parent, partial in zip(node.parents, partials, strict=True):
            slopes[parent] = rounded(slopes.get(parent, 0.0) + rounded(partial * slopes[node]))
    return any(
        not _is_near(slopes[node], node.grad) for node in slopes if node.label and not node.is_constant
    )


def _is_near(x: float, y: float) -> bool:
    return abs(x - y) <= MOVED * abs(y) + 1e-12
