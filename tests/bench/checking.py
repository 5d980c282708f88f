"""How often gradcheck errs: 2,000 random right functions and 2,000 wrong ones, the same in every run.

    python tests/bench/checking.py [count]

A function is a random program of all primitives at inputs of a scale from 1e-8 to 1e8, some of them very near to
kinks and some beside large cancellations. A wrong one has a fault in one operation that changes a derivative by
at least 0.01 %. Rates are shown by scale and by fault, and again for opaque functions, which only floats can measure.
"""

import collections
import math
import random
import sys
import time
from typing import NamedTuple

import autograd_mini as am
from autograd_mini import gradcheck, jacobian
from autograd_mini.derivatives.precise import digits, exactly, run
from autograd_mini.derivatives.pytree import flatten
from autograd_mini.engine.arithmetic import Floats, floats
from autograd_mini.engine.operations import call
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.engine.value import Value

COUNT = 2000
SCALES = range(-8, 9)  # powers of ten
POWERS = [power(n) for n in (3.0, 2.0, 1.0, 0.0, -1.0, -2.0, 0.5, -0.5, 2.5)]
TABLE = [(rule, rule.arity or count) for rule in RULES.values() for count in (2, 4)] + [
    (n, 1) for n in POWERS
] * 2
FAULTS = ["0.05 % off", "sign flipped", "right at integers", "second order", "read as .data"]
VISIBLE = 1e-4  # the relative change of a derivative that makes a function a wrong one
NOTHING = 1e-40  # a smaller change is rounding in sixty digits
HELD = Rule("held", lambda xp, x: x + 0.0, lambda xp, z, x: (0.0,))


class Operation(NamedTuple):
    """A rule applied to earlier results; or a step aside, which subtracts nearly all of one."""

    rule: Rule
    picks: tuple
    constant: float | None = None  # in place of the last input


class Program(NamedTuple):
    """A function of a list of numbers, its operations, and the point where it is checked."""

    scale: int
    at: list
    operations: list
    factor: float  # of the result
    offset: float
    branch: bool  # whether it looks at .data to choose a branch, as it may

    def __call__(self, xs):
        return self.run(xs)[-1]

    def run(self, xs, fault="", place=-1):
        """Every result, with a fault in one of the operations."""
        nodes = [*xs, *[x * 10.0**-self.scale for x in xs]]
        for i, (rule, picks, constant) in enumerate(self.operations):
            inputs = [nodes[pick] for pick in picks] + ([] if constant is None else [constant])
            if i == place and fault == "read as .data":
                inputs = [plain(x) for x in inputs]
            nodes.append(call(faulty(rule, fault) if i == place else rule, inputs))
        if self.branch and plain(nodes[-1]) > 0:
            nodes.append(nodes[-1] * 2.0)
        return [*nodes, nodes[-1] * self.factor + self.offset]


class Wrong(NamedTuple):
    """A program with a fault in one operation."""

    program: Program
    fault: str
    place: int

    def __call__(self, xs):
        return self.program.run(xs, self.fault, self.place)[-1]

    @property
    def at(self):
        return self.program.at

    @property
    def scale(self):
        return self.program.scale


def plain(x):
    return x.data if isinstance(x, Value) else x


def faulty(rule, fault):
    """The rule with wrong partials."""

    def partials(xp, z, *xs):
        return tuple([wrong(p, xs[i]) for i, p in enumerate(rule.partials(xp, z, *xs))])

    def wrong(p, x):
        if fault == "0.05 % off":
            return p * 1.0005
        if fault == "sign flipped":
            return -p
        if fault == "right at integers":
            return p * (1.0 + 0.1 * am.sin(math.pi * x) ** 2)
        if fault == "second order":
            return call(HELD, (p,)) if isinstance(p, Value) else p
        return p

    return Rule(rule.name, rule.forward, partials, domain=rule.domain, kinks=rule.kinks)


def opaque(program):
    """The same function of primitives that compute with the functions of math, whatever they are read in."""

    def closed(rule):
        def forward(xp, *xs):
            if isinstance(xp, Floats):  # those of sixty digits are of that kind, too
                return rule.forward(floats, *map(float, xs))
            return rule.forward(xp, *xs)

        return Rule(rule.name, forward, rule.partials, domain=rule.domain, kinks=rule.kinks)

    return program._replace(operations=[o._replace(rule=closed(o.rule)) for o in program.operations])


def is_smooth(rule, numbers):
    """Whether a rule is defined here, and not on a kink."""
    try:
        smooth = rule.domain is None or rule.domain(floats, *numbers) > 0
        kinks = rule.kinks(floats, *numbers) if rule.kinks else ()
        z = rule.forward(floats, *numbers)
        sizes = [abs(x) for x in (z, *rule.partials(floats, z, *numbers))]
    except OverflowError:
        return False
    return smooth and all(kinks) and max(sizes) < 1e60


def program(rng, scale):
    """A random program that runs smoothly in floats."""
    at = [rng.uniform(-3, 3) * 10.0**scale for _ in range(rng.randint(1, 3))]
    nodes = [*at, *[x * 10.0**-scale for x in at]]
    operations = []
    for _ in range(rng.randint(1, 9)):
        rule, count = rng.choice(TABLE)
        picks = tuple(rng.choice([len(nodes) - 1, rng.randrange(len(nodes))]) for _ in range(count))
        constant = None
        if (
            rng.random() < 0.15
        ):  # near to a kink of what comes next: all but a little of a result is taken away
            rule, picks = RULES["sub"], picks[:1]
            constant = nodes[picks[0]] * (1 + rng.choice([-1, 1]) * 10.0 ** rng.uniform(-12, -2))
        numbers = [nodes[pick] for pick in picks] + ([] if constant is None else [constant])
        if is_smooth(rule, numbers):
            operations.append(Operation(rule, picks, constant))
            nodes.append(rule.forward(floats, *numbers))
    factor = rng.choice([1.0, 10.0 ** rng.uniform(-8, 8)])
    offset = rng.choice([0.0, 0.0, 10.0 ** rng.uniform(-8, 8)])
    return Program(scale, at, operations, factor, offset, rng.random() < 0.05)


def derivatives(f, order):
    """All derivatives of that order of a function of a list to one number."""
    g = lambda xs: flatten(jacobian(exactly(lambda ys: [f(ys)], xs))(list(xs)))[0]
    return g if order == 1 else lambda xs: flatten(jacobian(exactly(g, xs))(list(xs)))[0]


def right_ones(seed, count):
    """Right functions, each with the order to check it to."""
    rng = random.Random(seed)
    while count:
        f = program(rng, rng.choice(SCALES))
        order = rng.choice([1, 2])
        numbers = [f(f.at), *derivatives(f, order)(f.at)]
        if f.operations and all(math.isfinite(plain(x)) for x in numbers):
            yield f, order
            count -= 1


def wrong_ones(seed, count, made=lambda f: f):
    """Wrong functions, each with its order and fault. made: what becomes of its program."""
    for number, (f, _) in enumerate(right_ones(seed, count * 50)):
        rng = random.Random(f"{seed} {number}")
        fault, place = FAULTS[number % len(FAULTS)], rng.randrange(len(f.operations))
        order = 2 if fault == "second order" else 1
        wrong = Wrong(f, fault, place)
        here = [digits(x) for x in f.at]
        pairs = zip(run(derivatives(f, order), here)[0], run(derivatives(wrong, order), here)[0], strict=True)
        changes = [(float(a.exact), float(b.exact)) for a, b in pairs]
        if any(max(VISIBLE * max(abs(a), abs(b)), NOTHING) < abs(a - b) < math.inf for a, b in changes) and (
            fault != "read as .data"
            or any(abs(a - b) * max(map(abs, f.at)) > 1e-9 * abs(f(f.at)) for a, b in changes)
        ):
            yield wrong._replace(program=made(f)), order, fault
            count -= 1
        if not count:
            return


def judge(f, at, order):
    """What a whole report says: right, wrong, kink or undecided."""
    verdicts = {row.verdict for row in gradcheck(f.__call__, (at,), order=order).rows}
    return next((v for v in ("wrong", "undecided", "kink") if v in verdicts), "right")


def table(title, outcomes):
    """One line for each group of outcomes: how many of each kind."""
    print(f"\n{title:24}{'functions':>10}{'right':>8}{'wrong':>8}{'undecided':>11}{'kink':>8}")
    groups = collections.defaultdict(collections.Counter)
    for group, verdict in outcomes:
        groups[group][verdict] += 1
        groups["all"][verdict] += 1
    for group, counts in sorted(groups.items(), key=lambda item: (item[0] == "all", item[0])):
        count = counts.total()
        rates = "".join(
            f"{counts[v]:>{w}}" for v, w in zip(("right", "wrong", "undecided", "kink"), (8, 8, 11, 8))
        )
        print(f"{group!s:24}{count:>10}{rates}")


def timed(cases):
    begin = time.perf_counter()
    outcomes = [(group, judge(f, f.at, order)) for group, f, order in cases]
    print(f"{(time.perf_counter() - begin) / len(cases) * 1000:.1f} ms a check")
    return outcomes


def main(count=COUNT):
    """The rates, of functions that can be read in sixty digits and of opaque ones."""
    right = [(f.scale, f, order) for f, order in right_ones("right", count)]
    table("right ones, by scale", timed(right))
    wrong = list(wrong_ones("wrong", count))
    outcomes = timed([(f, f, order) for f, order, _ in wrong])
    verdicts = [verdict for _, verdict in outcomes]
    table("wrong ones, by scale", [(f.scale, v) for (f, _, _), v in zip(wrong, verdicts, strict=True)])
    table("wrong ones, by fault", [(fault, v) for (_, _, fault), v in zip(wrong, verdicts, strict=True)])
    closed = [("right", opaque(f), 1) for _, f, _ in right[: count // 4]]
    closed += [(fault, f, order) for f, order, fault in wrong_ones("opaque", count // 4, opaque)]
    table("opaque ones", timed(closed))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
