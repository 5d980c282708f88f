"""The sheet of an exercise: which numbers of a graph are asked, how each follows from others, and what an answer is worth.

A number is judged from the student's own earlier ones: recomputed from what was typed, and from what was typed with the
right ones replaced by exact ones. So rounding on the way is never punished, and a mistake counts once. What is wrong
is compared with what typical mistakes give, see mistakes.py. The page judges the same by stepping/assets/sheet.js.

Numbers are called by keys: "v3" is the value of the node at place 3, "g7,3" the derivative of node 7 by node 3 (in
forward mode of node 3 by node 7), "p5,0" the local partial of node 5 by its first input on the sheet, "p5,0,0" if
it stands for several operations.

>>> from autograd_mini import parse
>>> from autograd_mini.engine.graph import toposort
>>> order = toposort(parse("f = (u + v) * w", u=2, v=3, w=4))
>>> sheet = Sheet(order, asked=[2, 4], starts=[4])
>>> sheet.exact["v4"], sheet.exact["g4,0"], sheet.judged({"v2": "6", "v4": "24", "g4,3": "6"})["v4"].kind
(20.0, 4.0, 'follows')
>>> sheet.judged({"v2": "6"})["v2"].mistakes[0][:2]
('operation', 2)
"""

from __future__ import annotations

import math
import re
from collections import ChainMap
from typing import TYPE_CHECKING, NamedTuple

from autograd_mini.engine.arithmetic import floats
from autograd_mini.errors import ExpressionError
from autograd_mini.stepping.answers import POINTS, Reading, draws, judge_number, measured, readings, tidy
from autograd_mini.stepping.mistakes import (
    FUNCTIONS,
    PRODUCTS,
    RATES,
    Mistake,
    of_partials,
    of_values,
    slopes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from autograd_mini.engine.value import Value

    Numbers = Mapping[str, float]


_NAME = r"((?:[^\W\d]|_)[\w\u0300-\u036f]*(?:\[[\w, ]+\])?'*)"
_QUOTIENT = re.compile(rf"(^|[^\w])[∂d]{_NAME} */ *[∂d]{_NAME}")
_DERIVATIVE = re.compile(r"ð\d+_\d+")


class Verdict(NamedTuple):
    """What an answer is worth: right, follows, imprecise, close, wrong or unreadable, and mistakes that give it."""

    kind: str
    mistakes: tuple[Mistake, ...] = ()


class Unit(NamedTuple):
    """A value that is asked: the places it is made from, and of the operations in between, its own the last."""

    place: int
    inputs: tuple[int, ...]
    body: tuple[int, ...]


class Sheet:
    """What is asked of a graph, a topological order of nodes.

    asked: places of operations whose values are asked. starts: places of nodes whose derivatives are; in forward mode
    the one variable. held: places of nodes without a derivative. wanted: of those that have one, be it 0 as they are not
    reached. read: numbers of inputs as the student reads them.

    keys: of all numbers, each after those that it is made from. exact: all numbers; none where an input has no number.
    """

    def __init__(
        self,
        order: Sequence[Value],
        asked: Collection[int],
        starts: Sequence[int],
        held: Collection[int] = (),
        *,
        is_forward: bool = False,
        wanted: Collection[int] = (),
        read: Mapping[int, float] | None = None,
    ) -> None:
        self.order = order
        self.starts = starts
        self.is_forward = is_forward
        place = {node: i for i, node in enumerate(order)}
        self.parents = [tuple([place[x] for x in node.parents]) for node in order]
        self.asked = {*asked}
        self.wanted = {*wanted}
        self.held = {*held} | {i for i, node in enumerate(order) if node.is_constant}
        self.units = {i: self._unit(i) for i in sorted(self.asked)}
        numbers = {i: node.primal for i, node in enumerate(order) if node.rule is None}
        self.leaves = {i: x for i, x in numbers.items() if x is not None}
        self.read = self.leaves | dict(read or {})
        self.users: dict[int, list[tuple[int, int]]] = {}
        for unit in reversed(self.units.values()):
            for k, x in enumerate(unit.inputs):
                self.users.setdefault(x, []).append((unit.place, k))
        self.terms = {start: self._terms(start) for start in starts}
        self.keys = [*self._keys()]
        self.exact: dict[str, float] = {}
        known: dict[int, Sequence[float]] = {}
        for key in self.keys if len(self.leaves) == len(numbers) else ():
            self.exact[key] = self.made(key, self.leaves, self.exact, known)

    def _unit(self, place: int) -> Unit:
        """The operations of a value down to inputs and other values that are asked."""
        body, stack = {place}, [place]
        while stack:
            for x in self.parents[stack.pop()]:
                if x not in self.asked and x not in body and self.parents[x]:
                    body.add(x)
                    stack.append(x)
        if len(body) == 1:
            return Unit(place, self.parents[place], (place,))
        inputs = dict.fromkeys(
            x
            for i in sorted(body)
            for x in self.parents[i]
            if x not in body and not (self.order[x].is_constant and not self.order[x].label)
        )
        return Unit(place, tuple(inputs), tuple(sorted(body)))

    def _terms(self, start: int) -> dict[int, list[tuple[int, int, int]]]:
        """For every node with a derivative, in the order of the sweep: units, inputs of theirs, and where it comes from."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        for x in range(len(self.order)) if self.is_forward else reversed(range(len(self.order))):
            if self.is_forward:
                here = (
                    [(x, k, y) for k, y in enumerate(self.units[x].inputs) if y in found]
                    if x in self.units
                    else []
                )
            else:
                here = [(u, k, u) for u, k in self.users.get(x, []) if u in found]
            if x == start or (x not in self.held and (here or x in self.wanted)):
                found[x] = here if x != start else []
        return found

    def slope(self, u: int, k: int) -> str:
        """The key of a local partial; that of a definition is another one than that of its last operation."""
        return f"p{u},{k}{',0' * (len(self.units[u].body) > 1)}"

    def _keys(self) -> Iterator[str]:
        """All numbers, each after those that it is made from."""
        yield from (f"v{i}" for i in self.units)
        known = set[tuple[int, int]]()  # several starts share local partials
        for start, terms in self.terms.items():
            for x, uses in terms.items():
                yield from (self.slope(u, k) for u, k, _ in uses if (u, k) not in known)
                known |= {(u, k) for u, k, _ in uses}
                yield f"g{start},{x}"

    def made(
        self,
        key: str,
        leaves: Mapping[int, float],
        numbers: Numbers,
        known: dict[int, Sequence[float]] | None = None,
    ) -> float:
        """A number from earlier ones. known: partials by units, kept from one key to the next while values stay."""
        at = _at(leaves, numbers)
        kind, (first, *rest) = key[0], [int(part) for part in key[1:].split(",")]
        if kind == "v":
            return self.value(self.units[first], at)
        if kind == "p":
            known = {} if known is None else known
            if first not in known:
                known[first] = self.partials(self.units[first], at)
            return known[first][rest[0]]
        return math.fsum(self.products(first, rest[0], numbers)) if first != rest[0] else 1.0

    def products(self, start: int, x: int, numbers: Numbers) -> list[float]:
        """What is added in a derivative."""
        return [
            _times(numbers[self.slope(u, k)], numbers[f"g{start},{source}"])
            for u, k, source in self.terms[start][x]
        ]

    def needs(self, key: str) -> list[str]:
        """The keys of the numbers that this one is made from."""
        kind, (first, *rest) = key[0], [int(part) for part in key[1:].split(",")]
        if kind == "g":
            return [
                need for u, k, x in self.terms[first][rest[0]] for need in (self.slope(u, k), f"g{first},{x}")
            ]
        of_inputs = [f"v{x}" for x in dict.fromkeys(self.units[first].inputs) if x in self.units]
        return of_inputs if kind == "v" else [*of_inputs, f"v{first}"]

    def value(
        self,
        unit: Unit,
        at: Callable[[int], float],
        changed: Callable[[int, list[float]], float] | None = None,
    ) -> float:
        """The value of a unit from those of its inputs. changed: what an operation is to give, by its place and inputs."""
        return self._inside(unit, at, changed)[unit.place]

    def _inside(
        self,
        unit: Unit,
        at: Callable[[int], float],
        changed: Callable[[int, list[float]], float] | None = None,
    ) -> dict[int, float]:
        values: dict[int, float] = {}
        for i in unit.body:
            xs = [values[x] if x in values else at(x) for x in self.parents[i]]
            rule = self.order[i].rule
            assert rule is not None
            values[i] = changed(i, xs) if changed else rule.forward(floats, *xs)
        return values

    def partials(
        self,
        unit: Unit,
        at: Callable[[int], float],
        changed: tuple[int, int, float] | None = None,
    ) -> list[float]:
        """The derivatives of a unit by its inputs. changed: an operation, its input and the partial there."""
        values = self._inside(unit, at) | {unit.place: at(unit.place)}
        if len(unit.body) == 1:
            found = self._slopes(unit.place, values, at)
            return [changed[2] if changed and k == changed[1] else p for k, p in enumerate(found)]
        flows = {unit.place: 1.0}
        for i in reversed(unit.body):
            for k, (x, p) in enumerate(zip(self.parents[i], self._slopes(i, values, at), strict=True)):
                slope = changed[2] if changed and changed[:2] == (i, k) else p
                flows[x] = flows.get(x, 0.0) + _times(slope, flows.get(i, 0.0))
        return [flows.get(x, 0.0) for x in unit.inputs]

    def _slopes(self, i: int, values: Mapping[int, float], at: Callable[[int], float]) -> Sequence[float]:
        rule, xs = self.order[i].rule, [values[x] if x in values else at(x) for x in self.parents[i]]
        assert rule is not None
        return slopes(rule, values[i], xs)

    def judged(self, typed: Mapping[str, str], shown: Collection[str] = ()) -> dict[str, Verdict]:
        """A verdict for every answer, by its key. shown: those that were given away, which are right."""
        marking = Marking(self)
        return {
            key: verdict
            for key in self.keys
            if (verdict := marking.take(key, typed.get(key), is_shown=key in shown)) is not None
        }

    def judged_formula(self, key: str, text: str, names: Mapping[str, int]) -> str:
        """right, wrong or unreadable: whether a formula gives a number of the sheet at 20 random points.

        names: places by the spellings of names. It may speak of inputs and of what is asked before: of values by their
        names, of derivatives as ∂f/∂h or df/dh.
        """
        keys = self.keys
        before = {*keys[: keys.index(key)]}

        def derivative(found: re.Match[str]) -> str:
            start, x = (meaning(found[i]) for i in (2, 3))
            return f"{found[1]}ð{start}_{x}" if f"g{start},{x}" in before else found[0]

        def meaning(name: str) -> int | None:
            return next((names[way] for way in readings(name) if way in names), None)

        def known(name: str) -> str | None:
            if (place := names.get(name)) is None:
                return name if _DERIVATIVE.fullmatch(name) else None
            return f"v{place}" if not self.parents[place] or f"v{place}" in before else None

        try:
            given = Reading(_QUOTIENT.sub(derivative, tidy(text)), known)
        except ExpressionError:
            return "unreadable"
        varied = [node for i, node in enumerate(self.order) if not self.parents[i] and i not in self.leaves]
        found = 0
        for drawn in draws(self.order, varied):
            if drawn is None:
                continue
            leaves = {i: drawn[node] for i, node in enumerate(self.order) if not self.parents[i]}
            numbers: dict[str, float] = {}
            partials: dict[int, Sequence[float]] = {}
            for each in keys:
                numbers[each] = self.made(each, leaves, numbers, partials)
            if not all(map(math.isfinite, numbers.values())):
                continue
            spoken = numbers | {f"v{i}": x for i, x in leaves.items()}
            spoken |= {f"ð{key[1:].replace(',', '_')}": x for key, x in numbers.items() if key[0] == "g"}
            if not abs(given.at(spoken) - numbers[key]) <= 1e-9 * abs(numbers[key]) + 1e-12:
                return "wrong"
            found += 1
            if found == POINTS:
                return "right"
        return "wrong"

    def mistakes(self, key: str, leaves: Mapping[int, float], numbers: Numbers) -> Iterator[Mistake]:
        """What single mistakes put in the place of this number, commonest first."""
        at = _at(leaves, numbers)
        kind, (first, *rest) = key[0], [int(part) for part in key[1:].split(",")]
        if kind == "v":
            yield from self._of_value(self.units[first], at)
        elif kind == "p":
            yield from self._of_partial(first, rest[0], at, numbers)
            for start in self.starts:
                for u, k, source in [use for uses in self.terms[start].values() for use in uses]:
                    flow = numbers.get(f"g{start},{source}")
                    if (u, k) == (first, rest[0]) and flow is not None:
                        yield Mistake("product", first, _times(self.partials(self.units[u], at)[k], flow), -1)
        else:
            yield from self._of_derivative(first, rest[0], at, numbers)

    def _of_value(self, unit: Unit, at: Callable[[int], float]) -> Iterator[Mistake]:
        values = self._inside(unit, at)
        for i in unit.body:
            rule, xs = self.order[i].rule, [values[x] if x in values else at(x) for x in self.parents[i]]
            assert rule is not None
            for kind, number in of_values(rule, xs):
                yield Mistake(kind, unit.place, self._with(unit, at, i, number), i)
        for x in dict.fromkeys(unit.inputs):
            for other in self._like(x):
                number = self.value(unit, _exchanged(at, x, at(other)))
                yield Mistake("index", unit.place, number, -1)

    def _with(self, unit: Unit, at: Callable[[int], float], i: int, number: float) -> float:
        def changed(place: int, xs: list[float]) -> float:
            rule = self.order[place].rule
            assert rule is not None
            return number if place == i else rule.forward(floats, *xs)

        return self.value(unit, at, changed)

    def _of_partial(self, u: int, k: int, at: Callable[[int], float], numbers: Numbers) -> Iterator[Mistake]:
        """What mistakes make of a local partial."""
        unit = self.units[u]
        values = self._inside(unit, at) | {u: at(u)}
        right = self.partials(unit, at)[k]
        for i in reversed(unit.body):
            rule, xs = self.order[i].rule, [values[x] if x in values else at(x) for x in self.parents[i]]
            assert rule is not None
            for j, p in enumerate(self._slopes(i, values, at)):
                if len(unit.body) == 1 and j != k:
                    continue
                if len(unit.body) > 1:
                    yield Mistake("inner", u, self.partials(unit, at, (i, j, 1.0))[k], i)
                for kind, number in of_partials(rule, values[i], xs, j, p):
                    yield Mistake(kind, u, self.partials(unit, at, (i, j, number))[k], i)
        if len(unit.body) > 1:
            yield Mistake("sign", u, -right, u)
            yield Mistake("value", u, at(u), u)
            yield Mistake("value", u, at(unit.inputs[k]), u)
            return
        rule = self.order[u].rule
        assert rule is not None
        if rule.name not in PRODUCTS or rule.owner:
            return
        n = len(unit.inputs)
        factor = unit.inputs[1 - k if n == 2 else (k + n // 2) % n]
        for other in self._around(factor):
            yield Mistake("activation", u, at(other), max(factor, other))
        for other in self._like(factor):
            yield Mistake("index", u, at(other), -1)
        for start in self.starts:
            uses = self.terms[start].get(factor, [])
            if (
                factor in self.leaves
                and uses
                and all(self.slope(v, j) in numbers for v, j, _ in uses)
                and not self.is_forward
            ):
                for rate in RATES:
                    yield Mistake(
                        "update",
                        factor,
                        at(factor) - rate * math.fsum(self.products(start, factor, numbers)),
                        -1,
                    )

    def _around(self, place: int) -> Iterator[int]:
        """A value before or after its function."""
        rule = self.order[place].rule
        if rule is not None and rule.name in FUNCTIONS and not rule.owner:
            yield self.parents[place][0]
        for u, _ in self.users.get(place, []):
            rule = self.order[u].rule
            if (
                rule is not None
                and rule.name in FUNCTIONS
                and not rule.owner
                and len(self.units[u].body) == 1
            ):
                yield u

    def _like(self, place: int) -> Iterator[int]:
        """Inputs with the transposed index, then those with one other digit."""
        name = self.order[place].label
        if self.parents[place] or not any(c.isdigit() for c in name):
            return
        others = {self.order[i].label: i for i in self.leaves if i != place}
        digits = [i for i, c in enumerate(name) if c.isdigit()]
        if len(digits) == 2:
            i, j = digits
            turned = name[:i] + name[j] + name[i + 1 : j] + name[i] + name[j + 1 :]
            if turned in others:
                yield others.pop(turned)
        for other, i in others.items():
            if len(other) == len(name):
                apart = [(a, b) for a, b in zip(name, other, strict=True) if a != b]
                if len(apart) == 1 and all(c.isdigit() for c in apart[0]):
                    yield i

    def _of_derivative(
        self, start: int, x: int, at: Callable[[int], float], numbers: Numbers
    ) -> Iterator[Mistake]:
        """What mistakes make of a derivative: one term, or the sum of them."""
        uses = self.terms[start][x]
        if start == x:
            yield Mistake("seed", x, 0.0, -1)
            yield Mistake("seed", x, at(x), -1)
            return
        factors = [(numbers[self.slope(u, k)], numbers[f"g{start},{source}"]) for u, k, source in uses]
        products = self.products(start, x, numbers)
        total = math.fsum(products)

        def instead(i: int, term: float) -> float:
            return math.fsum([*products[:i], term, *products[i + 1 :]])

        if len(uses) > 1:
            for i, (u, _, source) in enumerate(uses):
                yield Mistake("path", self._by(u, source), instead(i, 0.0), -1)
        for i, ((u, _, source), (p, g)) in enumerate(zip(uses, factors, strict=True)):
            yield Mistake("upstream", source, instead(i, p), -1)
            yield Mistake("partial", u, instead(i, g), -1)
            yield Mistake("sign", u, instead(i, -products[i]), u)
            yield Mistake("added", u, instead(i, p + g), -1)
            for v in self._beyond(start, source):  # beside the start that is the one above
                yield Mistake("skipped", source, instead(i, _times(p, numbers[f"g{start},{v}"])), -1)
        for i, ((u, k, _), (_, g)) in enumerate(zip(uses, factors, strict=True)):
            for kind, place, p, function in self._of_partial(u, k, at, numbers):
                yield Mistake(kind, place, instead(i, _times(p, g)), function)
        if len(uses) > 1:
            yield Mistake("sign", x, -total, -1)
            for i, (u, _, source) in enumerate(uses):
                yield Mistake("only", self._by(u, source), products[i], -1)
                yield Mistake("twice", self._by(u, source), math.fsum([*products, products[i]]), -1)
            yield Mistake("paths", x, math.prod(products), -1)
            yield Mistake("paths", x, total / len(uses), -1)

    def _by(self, u: int, source: int) -> int:
        return source if self.is_forward else u

    def _beyond(self, start: int, source: int) -> list[int]:
        """The nodes that the derivative of a source comes from."""
        return [*dict.fromkeys(x for _, _, x in self.terms[start][source] if x != start)]


class Marking:
    """Answers read one after the other, in the order of the sheet's keys.

    as_typed: all numbers so far from what was typed. corrected: the same with right ones replaced by exact ones.
    is_right: whether all before is right. halves: how far rounding can have moved each, half a unit if it was typed.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.as_typed: dict[str, float] = {}
        self.corrected: dict[str, float] = {}
        self.is_right: dict[str, bool] = {}
        self.halves: dict[str, float] = {}
        self.known: tuple[dict[int, Sequence[float]], ...] = {}, {}

    def take(self, key: str, text: str | None, *, is_shown: bool = False) -> Verdict | None:
        """The verdict on the answer to the next question, None if there is none yet."""
        sheet = self.sheet
        verdict = None if text is None else self.verdict(key, text, is_shown=is_shown)
        if text is not None and verdict is not None and verdict.kind != "unreadable":
            is_right = verdict.kind == "right"
            x, half, digits = measured(text)
            targets = sheet.exact[key], *self._made(key)
            # What was typed as it is, or as a short whole number, was not rounded.
            is_exact = (digits < 3 and half == 0.5) or any(_near(x, y, 0.0) for y in targets)
            found = x, sheet.exact[key] if is_right else x, is_right, 0.0 if is_exact else half
        else:
            is_right = all(self.is_right[need] for need in sheet.needs(key))
            found = *self._made(key), is_right, 0.0 if is_right else self._slack(key)
        self.as_typed[key], self.corrected[key], self.is_right[key], self.halves[key] = found
        return verdict

    def verdict(self, key: str, text: str, *, is_shown: bool = False) -> Verdict:
        """What an answer to the next question is worth."""
        sheet = self.sheet
        try:
            x, half, digits = measured(text)
        except ExpressionError:
            return Verdict("unreadable")
        if is_shown:
            return Verdict("right")
        is_right = all(self.is_right[need] for need in sheet.needs(key))
        slack = 0.0 if is_right else self._slack(key)
        kind = judge_number(text, sheet.exact[key], self._made(key), all_right=is_right, slack=slack)
        return Verdict(kind, self.named(key, x, half if digits > 2 else 0.0) if kind == "wrong" else ())

    def _made(self, key: str) -> tuple[float, float]:
        """The number from what was typed, and from that with right ones made exact."""
        sheet = self.sheet
        typed, exact = self.known
        return (
            sheet.made(key, sheet.read, self.as_typed, typed),
            sheet.made(key, sheet.leaves, self.corrected, exact),
        )

    def _slack(self, key: str) -> float:
        """How far half a unit in each number before can move this one."""
        made, read, numbers = self.sheet.made, self.sheet.read, self.as_typed
        before = made(key, read, numbers)
        moves = [
            abs(made(key, read, ChainMap({need: numbers[need] + self.halves[need]}, numbers)) - before)
            for need in self.sheet.needs(key)
            if self.halves[need]
        ]
        return math.fsum(move for move in moves if math.isfinite(move))

    def named(self, key: str, x: float, half: float) -> tuple[Mistake, ...]:
        """The mistakes that give this number, each kind at a place once, commonest first."""
        sheet, found = self.sheet, dict[tuple[str, int, int], Mistake]()
        states = [(sheet.read, self.as_typed), (sheet.leaves, self.corrected)]
        if states[0] == states[1]:
            states.pop()
        for leaves, numbers in states:
            for mistake in sheet.mistakes(key, leaves, numbers):
                if _near(x, mistake.number, half):
                    found.setdefault((mistake.kind, mistake.place, mistake.function), mistake)
        return tuple(found.values())


def _at(leaves: Mapping[int, float], numbers: Numbers) -> Callable[[int], float]:
    def at(place: int) -> float:
        return numbers[key] if (key := f"v{place}") in numbers else leaves[place]

    return at


def _exchanged(at: Callable[[int], float], place: int, number: float) -> Callable[[int], float]:
    """The numbers of places, another one at this place."""
    return lambda i: number if i == place else at(i)


def _times(p: float, g: float) -> float:
    """Nothing flows where a partial is 0, whatever comes."""
    return 0.0 if p == 0.0 else p * g


def _near(x: float, y: float, room: float) -> bool:
    return math.isfinite(y) and abs(x - y) <= room * (1 + 1e-9) + 1e-9 * abs(y) + 1e-12
