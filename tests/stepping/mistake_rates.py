"""How well mistakes can be told apart: simulated students over the figures of the lectures, as a table.

    python tests/stepping/mistake_rates.py

A student makes one mistake of those the detective knows, at one number, and rounds every number that is typed. So the
rates say how often the mistake is named first, not how often students make it.
"""

import random
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from test_figures import FIGURES, STATED, bound

from autograd_mini.engine.graph import toposort
from autograd_mini.expression import parse
from autograd_mini.formulas.expressions import fixed, held
from autograd_mini.stepping.sheet import Marking, Sheet


def sheet_of(root):
    """Every value and every derivative of a graph."""
    order = toposort(root)
    place = {node: i for i, node in enumerate(order)}
    without = [place[node] for node in (held(order) | fixed(order)) - {root}]
    return Sheet(order, [i for i, node in enumerate(order) if node.rule], [len(order) - 1], without)


def sheets():
    for id_, text in STATED.items():
        yield id_, sheet_of(parse(text, **bound(text, FIGURES[id_])))


def rounded(x, digits=3):
    return f"{x:.{digits - 1}e}" if x == x and abs(x) != float("inf") else repr(x)


def mistakes_of(sheet, digits=3):
    """What happens to every single mistake at every number: counts."""
    counts, missed, marking = Counter(), Counter(), Marking(sheet)
    for key in sheet.keys():
        tried = set()
        for mistake in sheet.mistakes(key, sheet.read, marking.as_typed):
            name = mistake.kind, mistake.place
            text = rounded(mistake.number, digits)
            if (name, text) in tried or mistake.number != mistake.number:
                continue
            tried.add((name, text))
            verdict = marking.verdict(key, text)
            if verdict.kind != "wrong":
                counts["silent"] += 1
                continue
            named = [found[:2] for found in verdict.mistakes]
            counts["told"] += 1
            counts["named"] += name in named
            counts["first"] += name == named[0] if named else 0
            counts["among two"] += name in named[:2]
            counts["alone"] += named == [name]
            if named and name != named[0]:
                missed[mistake.kind, named[0][0]] += 1
        right = sheet.made(key, sheet.read, marking.as_typed)
        marking.take(key, rounded(right, digits))
    return counts, missed


def rights_of(sheet, digits, way):
    """The verdicts on right answers: exact numbers rounded at the end, or rounded at every step."""
    typed, counts = {}, Counter()
    marking = Marking(sheet)
    for key in sheet.keys():
        x = sheet.exact[key] if way == "at the end" else sheet.made(key, sheet.read, marking.as_typed)
        counts[marking.take(key, rounded(x, digits)).kind] += 1
    return counts


def random_of(sheet, rng, times=20):
    """How many wrong numbers of the size of the right one, three digits each, get a name."""
    named, wrong, marking = 0, 0, Marking(sheet)
    for key in sheet.keys():
        for _ in range(times):
            x = sheet.exact[key] or 1.0
            text = rounded(x * rng.choice([-1, 1]) * 10 ** rng.uniform(-1, 1))
            verdict = marking.verdict(key, text)
            wrong += verdict.kind == "wrong"
            named += bool(verdict.mistakes)
        marking.take(key, rounded(sheet.exact[key]))
    return named, wrong


def main():
    all_counts, all_missed = Counter(), Counter()
    rights = {(digits, way): Counter() for digits in (2, 3, 4) for way in ("at the end", "at every step")}
    numbers, named, wrong, rng = 0, 0, 0, random.Random(1)
    print(f"{'entry':36}{'asked':>7}{'told':>7}{'named':>8}{'first':>8}{'in two':>8}{'alone':>8}")
    for id_, sheet in sheets():
        counts, missed = mistakes_of(sheet)
        numbers += len(sheet.exact)
        all_counts += counts
        all_missed += missed
        for key, found in rights.items():
            found += rights_of(sheet, *key)
        one = random_of(sheet, rng)
        named, wrong = named + one[0], wrong + one[1]
        print(line(id_, len(sheet.exact), counts))
    print(line("all", numbers, all_counts), f"\nmistakes that change nothing: {all_counts['silent']}")
    for (digits, way), found in rights.items():
        print(f"right answers rounded {way} to {digits} digits: {dict(found)}")
    print(f"random wrong numbers that get a name: {named} of {wrong}, {named / wrong:.2%}")
    print("named otherwise first:", all_missed.most_common(25))


def line(id_, asked, counts):
    told = counts["told"] or 1
    shares = "".join([f"{counts[key] / told:8.1%}" for key in ("named", "first", "among two", "alone")])
    return f"{id_:36}{asked:7}{counts['told']:7}{shares}"


if __name__ == "__main__":
    main()
