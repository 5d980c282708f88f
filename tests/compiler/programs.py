"""Random programs with every kind of instruction, and examples on which each of their numbers is near 1."""

import itertools
import math
import random
from typing import NamedTuple

from autograd_mini.compiler.checking import ARITY
from autograd_mini.compiler.program import ALPHABET, Block, Listing, Outer, Program, evaluate

JUMPS = ("less", "less_equal", "equal", "floor", "mod", "floor_divide")  # are given leaves, which are exact
SPECIAL = (math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -1e-310, 1000.0, -1000.0, 1e300)


class Case(NamedTuple):
    """A program, a column of examples for each input, and its parameters."""

    program: Program
    columns: list[list[float]]
    parameters: list[float]

    def expected(self):
        """The results of each example, and the sums over all, as `evaluate` says."""
        rows = [evaluate(self.program, row, self.parameters) for row in zip(*self.columns)]
        return [results for results, _ in rows], [math.fsum(xs) for xs in zip(*[sums for _, sums in rows])]

    def size_of_sums(self):
        """The sum of the magnitudes of what each sum adds up: what its rounding is relative to."""
        rows = [evaluate(self.program, row, self.parameters)[1] for row in zip(*self.columns)]
        return [sum(map(abs, xs)) for xs in zip(*rows)]


def softened(x, y):
    """What the opaque instructions of the programs call."""
    return x / (1.0 + y * y)


def random_case(rng, *, operations=60, examples=5, opaque=True, sums=True):
    """A Case in which every operation can occur; rng: a random.Random."""
    listing = Listing(exact=rng.random() < 0.5)
    inputs, parameters = rng.randint(1, 4), rng.randint(20, 30)
    columns = [
        [rng.uniform(0.3, 2.0) * rng.choice((1, 1, -1)) for _ in range(examples)] for _ in range(inputs)
    ]
    weights = [rng.uniform(-1.5, 1.5) for _ in range(parameters)]
    leaves = [listing.emit("input", j) for j in range(inputs)]
    leaves += [listing.emit("parameter", rng.randrange(parameters)) for _ in range(3)]
    leaves += [listing.constant(rng.choice((0.5, 1.0, -1.0, 2.0, 3.0, -2.5))) for _ in range(2)]
    numbers = leaves.copy()

    def near_1(found):
        """Those of the numbers that are neither large nor tiny in any example, and no nan."""
        draft = listing.program(inputs=inputs, parameters=parameters, results=found)
        rows = [evaluate(draft, row, weights)[0] for row in zip(*columns)]
        return [
            number
            for number, xs in zip(found, zip(*rows))
            if all(x == 0.0 or 1e-3 < abs(x) < 1e3 for x in xs)
        ]

    def picked(count):
        return tuple([rng.choice(numbers) for _ in range(count)])

    def block(inputs):
        units = rng.randint(1, 4)
        first = rng.randint(0, parameters - len(inputs) * units)
        return listing.block(Block(first, inputs, units, rng.random() < 0.5))

    def layer(numbers):
        """An operation on each of the numbers, with parameters, one other number, or the same numbers."""
        name = rng.choice(("tanh", "add", "mul", "maximum", "select", "less", "opaque" if opaque else "sin"))
        first = rng.randrange(parameters - len(numbers))
        biases = [listing.emit("parameter", first + u) for u in range(len(numbers))]
        others = rng.choice((biases, [rng.choice(leaves)] * len(numbers), numbers[::-1]))
        if name == "opaque":
            return [listing.opaque(softened, x, y) for x, y in zip(numbers, others)]
        reads = [numbers, others, biases][: ARITY[name]]
        return [listing.emit(name, *row) for row in zip(*reads)]

    def network():
        """Numbers of a few layers, some of which are also read by themselves."""
        made = block(picked(rng.randint(1, 4)))
        for _ in range(rng.randint(0, 2)):
            made += layer(layer(made[-rng.randint(1, 4) :]))
            made += block(tuple(made[-rng.randint(1, 4) :]))
        return made

    def instruction():
        kind = rng.random()
        if kind < 0.05:
            return network()
        if kind < 0.1 and opaque:
            return [listing.opaque(softened, *picked(2))]
        name = rng.choice([*ALPHABET])
        among = leaves if name in JUMPS else numbers
        return [listing.emit(name, *[rng.choice(among) for _ in range(ARITY[name])])]

    for _ in range(operations // 10):
        numbers += near_1([number for _ in range(10) for number in instruction()])
    numbers = numbers[len(numbers) // 2 :]
    outers = [Outer(rng.randint(0, 8), picked(3), picked(4)) for _ in range(2)] if sums else []
    program = listing.program(
        inputs=inputs,
        parameters=parameters,
        results=[*picked(4), numbers[-1]],
        sums=[(rng.randrange(parameters), number) for number in picked(4)] if sums else [],
        outers=outers,
    )
    return Case(program, columns, weights)


def with_special(case, rng):
    """The case with some of the examples' numbers replaced by nan, infinities, signed and tiny numbers."""
    columns = [[rng.choice(SPECIAL) if rng.random() < 0.3 else x for x in column] for column in case.columns]
    return case._replace(columns=columns)


def every_operation():
    """A list of the operations, each with a program of it alone and every combination of special numbers."""
    numbers = (*SPECIAL, 1.0, -1.0, 0.5, 2.0, -3.0, 2.5)
    cases = []
    for name, arity in ARITY.items():
        listing = Listing(exact=True)
        z = listing.emit(name, *[listing.emit("input", j) for j in range(arity)])
        columns = [list(column) for column in zip(*itertools.product(numbers, repeat=arity))]
        cases.append((name, Case(listing.program(inputs=arity, parameters=0, results=[z]), columns, [])))
    return cases


def mlp(sizes, *, examples=7, gradient=True, seed=0):
    """A Case: max(0, 1 - y · score) of a network of tanh layers, and its gradient as sums.

    The parameters of a layer are its weights, row by row, then its biases; the last input is y.
    """
    rng = random.Random(seed)
    listing = Listing()
    x = [listing.emit("input", j) for j in range(sizes[0])]
    y = listing.emit("input", sizes[0])
    activations, firsts, k = [tuple(x)], [], 0
    for units in sizes[1:]:
        firsts.append(k)
        scores = listing.block(Block(k, activations[-1], units))
        k += units * len(activations[-1])
        biased = [listing.emit("add", h, listing.emit("parameter", k + u)) for u, h in enumerate(scores)]
        k += units
        activations.append(tuple([listing.emit("tanh", h) for h in biased]))
    one, zero = listing.constant(1.0), listing.constant(0.0)
    loss = listing.emit("maximum", listing.emit("sub", one, listing.emit("mul", y, biased[0])), zero)
    back = (listing.emit("select", listing.emit("less", zero, loss), listing.emit("neg", y), zero),)
    sums, outers = [], []
    for i, first in reversed([*enumerate(firsts)] if gradient else []):
        biases = first + len(back) * len(activations[i])
        sums += [(biases + u, number) for u, number in enumerate(back)]
        outers.append(Outer(first, back, activations[i]))
        if i:
            slopes = [listing.emit("sub", one, listing.emit("mul", a, a)) for a in activations[i]]
            through = listing.block(Block(first, back, sizes[i], transposed=True))
            back = tuple([listing.emit("mul", g, slope) for g, slope in zip(through, slopes)])
    program = listing.program(
        inputs=sizes[0] + 1, parameters=k, results=[loss], sums=sorted(sums), outers=outers
    )
    columns = [[rng.gauss(0.0, 1.0) for _ in range(examples)] for _ in range(sizes[0])]
    columns.append([rng.choice((-1.0, 1.0)) for _ in range(examples)])
    return Case(program, columns, [rng.gauss(0.0, 0.5) for _ in range(k)])
