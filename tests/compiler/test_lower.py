"""Lowering: a trace as operations that hold their gradient; each made once, nothing that nobody needs."""

import pytest
from compiler_cases import bits
from rule_cases import every_rule

from autograd_mini import Value, dot, exp, primitive, relu, tanh
from autograd_mini.compiler.lower import Lowering, Parameters, is_opaque, staged
from autograd_mini.compiler.program import Listing, evaluate
from autograd_mini.compiler.trace import Trace
from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.engine.operations import call
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import lift
from autograd_mini.nn import MLP, Layer


def lowered(function, count, *, exact=False, example=0.5):
    """The function of so many inputs as a lowering, the roots, and the places of its parameters."""
    trace = Trace("f")
    _, roots = trace.run(function, [example] * count, lambda numbers: (numbers, {}))
    parameters = Parameters()
    return Lowering(roots, parameters, count, trace.noise, exact=exact), roots, parameters, trace


def program_of(function, count, **options):
    lowering, roots, _, _ = lowered(function, count, **options)
    return lowering.program(roots)


def gradient_of(function, count, *, exact=False, masked=False):
    """The program of values and gradients; its last parameter is the seed."""
    lowering, roots, parameters, _ = lowered(function, count, exact=exact)
    seed = lowering.listing.emit("parameter", len(parameters))
    sums, outers = lowering.gradient(roots[0], seed, masked=masked)
    return lowering.program(roots, sums, outers, extra=1), parameters


def names(program):
    return [name for name, *_ in program.instructions]


def test_common_subexpressions_are_shared():
    """What is computed twice is one operation, in the value and in the gradient."""
    w = Value(2.0)
    program = program_of(lambda x: exp(w * x) + exp(w * x) * tanh(w * x), 1)

    assert (1, 1, 1) == tuple(names(program).count(name) for name in ("exp", "tanh", "add"))
    gradient, _ = gradient_of(lambda x: exp(w * x), 1)
    assert 1 == names(gradient).count("exp")


def test_constants_are_folded():
    """Operations on constants alone are none; 0.0 and -0.0 stay two constants."""
    one = lift(1.0)
    assert (("constant", 7.0),) == program_of(lambda x: (one + one) * 3 + 1, 1).instructions
    listing = Listing(exact=True)
    zero, minus = listing.constant(0.0), listing.constant(-0.0)

    assert zero != minus
    assert listing.constant(-0.0) == listing.emit("neg", zero) == minus


def test_dead_code_is_dropped():
    """What no result needs is not in the program."""

    def f(x, y):
        exp(y)
        return x * 2

    assert ["input", "constant", "mul"] == names(program_of(f, 2))


@pytest.mark.parametrize("exact", [True, False])
def test_simplified(exact):
    """Multiplications by 1 and -1 vanish always, additions of 0 where bits may differ."""
    f = lambda x: ((x * 1 - 0.0) / 1 + 0.0) * -1

    assert ["input", *(["constant", "add"] if exact else []), "neg"] == sorted(
        names(program_of(f, 1, exact=exact)), key=["input", "constant", "add", "neg"].index
    )


@pytest.mark.parametrize("x", [0.0, -0.0, 3.0, float("inf"), float("nan"), 5e-324])
@pytest.mark.parametrize("y", [0.0, -0.0, 1.0, -1.0, 2.0, float("inf"), float("nan")])
@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow"])
def test_exact_simplifications(name, x, y):
    """With exact every simplification gives the bits of the operation, on either side, behind a minus too."""
    operation = lambda a, b: call(RULES[name], (a, b))
    for f in (
        lambda a: operation(a, y),
        lambda a: operation(y, a),
        lambda a: operation(-a, y),
        lambda a: operation(y, -a),
        lambda a: operation(a, a),
    ):
        expected = f(Value(x)).data
        assert bits(expected) == bits(evaluate(program_of(f, 1, exact=True), [x], [])[0][0])


@every_rule
def test_rules_are_read_not_called(rule, arity):
    """Every primitive of the table becomes operations, its partials too: no Python function is called."""
    parameters = [Value(1.5) for _ in range(arity)]
    program, _ = gradient_of(lambda: call(rule, parameters), 0, masked=True)

    assert () == program.functions


def test_blocks():
    """A layer is one product with a matrix, forward and back; its weights lie side by side."""
    model = MLP(3, [4, 2], activation="tanh", seed=0)
    program, parameters = gradient_of(lambda *xs: dot(y := model(xs), y), 3)
    weights = [w for layer in model.layers for neuron in layer.neurons for w in neuron.w]

    assert [4, 2] == [block.units for block in program.blocks if not block.transposed]
    assert [4] == [block.units for block in program.blocks if block.transposed]
    assert [2, 4] == [len(outer.left) for outer in program.outers]
    first = [parameters[w] for w in weights[:12]]
    assert [*range(first[0], first[0] + 12)] == first


def test_layer_that_is_used_twice():
    """A layer that is called twice with the same inputs is one product."""
    layer = Layer(3, 2, "linear", seed=0)
    program, _ = gradient_of(lambda *xs: layer(xs)[0] * layer(xs)[1] + layer(xs)[0], 3)

    assert [2] == [block.units for block in program.blocks]


def test_blocks_and_single_operations_agree():
    """With blocks, values and sums are those of the exact program within rounding; shared weights too."""
    w = [Value(x) for x in (0.5, -1.0, 2.0, 0.25, 1.5, -0.75)]

    def f(x, y):
        a = [dot(w[:2], [x, y]), dot(w[2:4], [x, y]), dot(w[4:], [y, x]), dot(w[:2], [y, x])]
        return relu(a[0] + 1) * a[1] + dot(w[:2], a[2:]) + dot(w[2:4], a[2:])

    results = []
    for exact in (True, False):
        program, parameters = gradient_of(f, 2, exact=exact)
        numbers = [*[p.data for p in parameters], 1.0]
        (value,), sums = evaluate(program, [0.3, -2.0], numbers)
        results.append([value, *[sums[parameters[p]] for p in w]])

    assert () == gradient_of(f, 2, exact=True)[0].blocks
    assert pytest.approx(results[0], rel=1e-13) == results[1]


def test_guards_in_stages():
    """Guards are asked together, but behind a Python function only those who come there."""
    kept = [dict(RULES), dict(Arithmetic.definitions)]
    try:
        from autograd_mini import opaque

        half = opaque("half_of", lambda x: x / 2, lambda x: 0.5)

        def f(x, y):
            if x > 0 and y > 0 and half(x) > 0 and x + y > 0 and half(half(y)) > 0 and half(x) + 1 > 0:
                return x
            return y

        _, _, _, trace = lowered(f, 2)
        groups = staged([truth for truth, _, _ in trace.guards])

        assert [2, 2, 1, 1] == [len(group) for group in groups]
        assert [False, True] == [is_opaque(trace.guards[i][0].parents[-1]) for i in (0, 2)]
    finally:
        for table, old in zip((RULES, Arithmetic.definitions), kept, strict=True):
            table.clear()
            table.update(old)


def test_rules_that_compare():
    """A rule of the user that asks with == or in is no program: it is called, not read wrongly."""
    kept = [dict(RULES), dict(Arithmetic.definitions)]
    try:
        step = primitive(
            "step_at",
            lambda xp, x: xp.where(x == 1.0, 5.0, x),
            lambda xp, z, x: (xp.where(x != 1.0, 1.0, 0.0),),
        )
        program = program_of(step, 1, exact=True)

        assert [5.0] == evaluate(program, [1.0], [])[0]
        assert [0.5] == evaluate(program, [0.5], [])[0]
    finally:
        for table, old in zip((RULES, Arithmetic.definitions), kept, strict=True):
            table.clear()
            table.update(old)
