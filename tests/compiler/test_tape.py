"""A tape is short, uses slots again, and is made in time linear in the program."""

import pytest

pytest.importorskip("numpy", reason="numpy is not installed")
pytest.importorskip("llvmlite", reason="llvmlite, which makes machine code, is not installed")

from autograd_mini.compiler.interpreter import interpreter
from autograd_mini.compiler.program import Listing
from autograd_mini.compiler.tape import encode, tile


def operations(program, *, exact=False):
    """The names of the operations on the tape, and the tape; for operations of up to three operands alone."""
    opcodes = interpreter(exact=exact).opcodes
    lengths = {"end": 1, "input": 3, "output.v": 3, "output.s": 3, "spread": 3}
    tape = encode(program, opcodes, exact=exact)
    names, at = [], 0
    by_code = {code: name for name, code in opcodes.items()}
    while at < len(tape.words):
        name = by_code[tape.words[at]]
        names.append(name)
        kinds = name.rpartition(".")[2]
        at += lengths.get(name) or len(kinds) + 2
    return names, tape


def test_a_chain_takes_one_slot():
    """The slot of a number that is read for the last time is that of the result."""
    listing = Listing()
    x = listing.emit("input", 0)
    for _ in range(1000):
        x = listing.emit("sin", x)
    names, tape = operations(listing.program(results=[x], inputs=1, parameters=0))

    assert ["input", *["sin.v"] * 1000, "output.v", "end"] == names
    assert 1 == tape.slots


def test_products_are_part_of_the_sums_that_read_them():
    """w x + b takes one operation, with parameters read where they are; so does what a parameter's sum adds."""
    listing = Listing()
    x, y = listing.emit("input", 0), listing.emit("input", 1)
    w, b = listing.emit("parameter", 0), listing.emit("parameter", 1)
    line = listing.emit("add", listing.emit("mul", w, x), b)
    difference = listing.emit("sub", line, listing.emit("mul", x, y))
    program = listing.program(
        results=[difference], inputs=2, parameters=2, sums=[(0, listing.emit("mul", x, line)), (1, line)]
    )
    names, _ = operations(program)

    assert ["input", "input", "fma.vss", "sum.v", "fnma.vvv", "output.v", "sum.vv", "end"] == names


def test_exactly_every_operation_is_rounded():
    """Nothing is rounded together in an exact tape."""
    listing = Listing(exact=True)
    x, w = listing.emit("input", 0), listing.emit("parameter", 0)
    y = listing.emit("add", listing.emit("mul", w, x), x)
    names, _ = operations(listing.program(results=[y], inputs=1, parameters=1), exact=True)

    assert ["input", "mul.vs", "add.vv", "output.v", "end"] == names


def test_a_product_that_two_read_is_computed_once():
    """It has a slot of its own."""
    listing = Listing()
    x = listing.emit("input", 0)
    square = listing.emit("mul", x, x)
    results = [listing.emit("add", square, x), listing.emit("sub", square, x)]
    names, _ = operations(listing.program(results=results, inputs=1, parameters=0))

    assert ["input", "mul.vv", "add.vv", "output.v", "sub.vv", "output.v", "end"] == names


def test_operands_that_have_no_variant_are_spread_once():
    """A parameter that a function takes alone is put into a slot first, for all that need it there."""
    listing = Listing()
    x, w = listing.emit("input", 0), listing.emit("parameter", 0)
    results = [listing.emit("exp", w), listing.emit("arctan2", x, w)]
    names, tape = operations(listing.program(results=results, inputs=1, parameters=1))

    assert ["input", "spread", "exp.v", "output.v", "arctan2.vv", "output.v", "end"] == names
    assert 3 >= tape.slots


def test_tapes_grow_with_programs():
    """Words and slots of a program twice as long are twice as many."""
    sizes = []
    for count in (1000, 2000):
        listing = Listing()
        xs = [listing.emit("input", 0)]
        xs += [listing.emit("mul", xs[0], listing.constant(2.5 + i)) for i in range(count)]
        total = xs[0]
        for x in xs[:0:-1]:
            total = listing.emit("maximum", total, x)
        _, tape = operations(listing.program(results=[total], inputs=1, parameters=0))
        sizes.append((len(tape.words) - 7, tape.slots - 1))

    assert [(8000, 1000), (16000, 2000)] == sizes


def test_tiles():
    """Programs with many slots work on fewer examples at a time."""
    assert (128, 64) == (tile(10), tile(100_000))
