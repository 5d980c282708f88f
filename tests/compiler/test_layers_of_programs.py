"""Layers: which numbers are made side by side, and which cannot be."""

from compiler.programs import mlp

from autograd_mini.compiler.layers import Layer, layers, shared
from autograd_mini.compiler.program import Block, Listing


def test_a_network():
    """Every layer of a network is found, with all that it is made of, and back as forth."""
    program = mlp([2, 4, 3, 1]).program
    found = layers(program)
    names = [(layer.name, len(layer.numbers)) for layer in found.values()]

    assert sorted(
        [(name, units) for units in (3, 4) for name in ("add", "mul", "mul", "sub", "tanh")]
    ) == sorted(names)
    assert [max(layer.numbers) for layer in found.values()] == [*found]


def of_three(read_between):
    """A layer of three tanh, which a block takes; read_between: whether the first is read before the last is made."""
    listing = Listing()
    h = listing.block(Block(0, (listing.emit("input", 0),), 3))
    first = listing.emit("tanh", h[0])
    early = listing.emit("exp", first) if read_between else first
    rest = [listing.emit("tanh", x) for x in h[1:]]
    [y] = listing.block(Block(0, (first, *rest), 1))
    return listing.program(inputs=1, parameters=3, results=[y, early])


def test_numbers_that_are_read_too_early():
    """What is needed one by one is made one by one."""
    assert [("tanh", ((1, 2, 3),))] == [(one.name, one.operands) for one in layers(of_three(False)).values()]
    assert {} == layers(of_three(True))


def test_numbers_for_all_examples_and_repeated_ones():
    """Numbers that are the same for all examples, or stand twice, are no layer."""
    listing = Listing()
    x, w = listing.emit("input", 0), listing.emit("parameter", 0)
    a = [listing.emit("sin", x), listing.emit("sin", w), listing.emit("sin", x)]
    listing.block(Block(0, (a[0], a[1]), 1))
    y = [*listing.block(Block(0, (a[0], a[2]), 1)), *listing.block(Block(0, (a[0], a[1]), 1))]
    program = listing.program(inputs=1, parameters=2, results=y)

    assert {} == layers(program)
    assert [False, True, False, True, False, False] == shared(program)


def test_one_layer_reads_another():
    """A layer stands at its last number, where what it reads is complete."""
    listing = Listing()
    x = [listing.emit("input", j) for j in range(2)]
    a = [listing.emit("sin", z) for z in x]
    b = [listing.emit("mul", z, z) for z in a]
    [y] = listing.block(Block(0, tuple(b), 1))

    assert {
        3: Layer((2, 3), "sin", ((0, 1),)),
        5: Layer((4, 5), "mul", ((2, 3), (2, 3))),
    } == layers(listing.program(inputs=2, parameters=2, results=[y]))
