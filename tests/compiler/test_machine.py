"""Machine code computes what `evaluate` says: exactly to the last bit, fast within rounding."""

import gc
import math
import mmap
import random
import sys
import threading
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy", reason="the extra `fast`")
pytest.importorskip("llvmlite", reason="the extra `fast`")

from autograd_mini.compiler.interpreter import ARITY  # noqa: E402
from autograd_mini.compiler.machine import kernel  # noqa: E402
from autograd_mini.compiler.program import ALPHABET, Block, Listing, Outer, evaluate  # noqa: E402
from autograd_mini.errors import MissingExtraError  # noqa: E402

TIERS = ("tape", "straight")
MODES = [(tier, exact) for tier in TIERS for exact in (False, True)]
both_tiers = pytest.mark.parametrize("tier", TIERS)
every_mode = pytest.mark.parametrize(("tier", "exact"), MODES, ids=str)
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 5e-324, -1e-310, 1e-20, 0.7, -0.3, 40.0, 709.9, -745.2, 1e10]
SPECIAL += [1e300, -1e308, math.inf, -math.inf, math.nan]


def bits(x):
    """The bits of a float, all nan being the same."""
    return "nan" if x != x else float(x).hex()


def run(program, columns, parameters, **options):
    """Results and sums of a program in machine code."""
    n = len(columns[0]) if columns else 3
    made = kernel(program, **options)
    results, sums = np.full((len(program.results), n), 7.0), np.full(program.parameters, 7.0)
    made.run(
        [np.asarray(c, dtype=float) for c in columns], np.asarray(parameters, dtype=float), results, sums
    )
    return results, sums


def expected(program, columns, parameters):
    """What `evaluate` says for all examples, sums added up exactly in the order of an exact kernel."""
    n = len(columns[0]) if columns else 3
    results = [evaluate(program, [c[i] for c in columns], parameters)[0] for i in range(n)]
    return np.array(results, dtype=float).reshape(n, len(program.results)).T


def close(actual, wanted, scale=1.0):
    """Whether both are nan, or the same infinity, or near."""
    if wanted != wanted or math.isinf(wanted):
        return bits(actual) == bits(wanted)
    return abs(actual - wanted) <= 1e-12 * max(scale, abs(wanted), 1e-300)


@every_mode
@pytest.mark.parametrize("name", ALPHABET)
def test_every_operation_at_special_and_random_numbers(name, tier, exact):
    """Each operation of the alphabet gives what its function of floats gives."""
    random.seed(name)
    arity = ARITY[name]
    rows = [[x] * arity for x in SPECIAL] + [random.sample(SPECIAL, arity) for _ in range(200)]
    rows += [[random.gauss(0, 2) for _ in range(arity)] for _ in range(100)]
    listing = Listing(exact=True)
    reads = [listing.emit("input", j) for j in range(arity)]
    program = listing.program(results=[listing.emit(name, *reads)], inputs=arity, parameters=0)
    actual, _ = run(program, list(zip(*rows)), [], tier=tier, exact=exact)
    wanted = [ALPHABET[name](*row) for row in rows]
    if exact:
        wrong = [(row, a, w) for row, a, w in zip(rows, actual[0], wanted) if bits(a) != bits(w)]
    else:
        wrong = [(row, a, w) for row, a, w in zip(rows, actual[0], wanted) if not close(a, w, 0.0)]

    assert [] == wrong


@every_mode
@pytest.mark.parametrize("name", ALPHABET)
def test_every_operation_on_parameters_and_constants(name, tier, exact):
    """Every operand may be an input, a parameter or a constant, in any mixture."""
    listing = Listing(exact=True)
    leaves = [listing.emit("input", 0), listing.emit("parameter", 1), listing.constant(1.5)]
    results = []
    for code in range(3 ** ARITY[name]):
        reads = [leaves[code // 3**i % 3] for i in range(ARITY[name])]
        results.append(listing.emit(name, *reads))
    program = listing.program(results=results, inputs=1, parameters=2, sums=[(0, x) for x in results])
    columns, parameters = [[0.25, -1.0, 0.75]], [9.0, 0.3]
    actual, _ = run(program, columns, parameters, tier=tier, exact=exact)

    for a, w in zip(actual.flat, expected(program, columns, parameters).flat):
        assert (bits(a) == bits(w)) if exact else close(a, w, 0.0)


SIMPLE = [
    "add",
    "sub",
    "mul",
    "neg",
    "abs",
    "less",
    "less_equal",
    "equal",
    "select",
    "div",
    "maximum",
    "minimum",
]
NAMES = [
    *SIMPLE,
    *SIMPLE,
    "exp",
    "log",
    "tanh",
    "sqrt",
    "sin",
    "erf",
    "log1p",
    "floor",
    "pow",
    "mod",
    "hypot",
]

# What rounding does not throw far: no jumps, and slopes of numbers near 1 that are near 1.
SMOOTH = ["add", "sub", "mul", "neg", "add", "sub", "mul", "abs", "tanh", "sin", "erf", "maximum", "minimum"]


def twice(*xs):
    """A Python function that no machine knows."""
    return 2.0 * sum(xs)


def random_program(choose, *, exact=False, simple=False, size=40):
    """A program with every kind of instruction, some of them summed; `choose(n)` gives a whole number below n."""
    inputs, parameters = 1 + choose(3), 12
    listing = Listing(exact=exact)
    numbers = [listing.emit("input", j) for j in range(inputs)]
    numbers += [listing.emit("parameter", k) for k in range(parameters)] + [listing.constant(-0.5)]

    def some():
        return numbers[choose(len(numbers))]

    names = SMOOTH if simple else NAMES
    for _ in range(1 + choose(size)):
        what = choose(12)
        if what == 0:
            few = tuple(some() for _ in range(1 + choose(3)))
            numbers += listing.block(Block(choose(4), few, 1 + choose(3), bool(choose(2))))
        elif what == 1:
            numbers.append(listing.opaque(twice, *[some() for _ in range(1 + choose(3))]))
        else:
            name = names[choose(len(names))]
            numbers.append(listing.emit(name, *[some() for _ in range(ARITY[name])]))
    return listing.program(
        inputs=inputs,
        parameters=parameters,
        results=[some() for _ in range(choose(4))] + [numbers[-1]],
        sums=[(choose(parameters), some()) for _ in range(choose(6))],
        outers=[
            Outer(
                choose(4),
                tuple(some() for _ in range(1 + choose(3))),
                tuple(some() for _ in range(1 + choose(2))),
            )
            for _ in range(choose(3))
        ],
    )


def sums_in_order(program, columns, parameters):
    """The sums of all examples, added one by one from the last example to the first."""
    sums = [0.0] * program.parameters
    everything = tuple(range(len(program.instructions)))
    for i in reversed(range(len(columns[0]))):
        numbers, _ = evaluate(program._replace(results=everything), [c[i] for c in columns], parameters)
        for k, x in program.sums:
            sums[k] += numbers[x]
        for outer in program.outers:
            for u, left in enumerate(outer.left):
                for k, right in enumerate(outer.right):
                    sums[outer.first + u * len(outer.right) + k] += numbers[left] * numbers[right]
    return sums


@both_tiers
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_exact_code_is_evaluate_bit_for_bit(tier, data):
    """With exact=True results and sums are those of Python floats, whatever the numbers are."""
    program = random_program(lambda n: data.draw(st.integers(0, n - 1)), exact=True)
    floats = st.one_of(st.sampled_from(SPECIAL), st.floats(width=64))
    n = data.draw(st.sampled_from([1, 2, 7, 8, 9]))
    columns = [[data.draw(floats) for _ in range(n)] for _ in range(program.inputs)]
    parameters = [data.draw(floats) for _ in range(program.parameters)]
    results, sums = run(program, columns, parameters, tier=tier, exact=True)

    assert [*map(bits, expected(program, columns, parameters).flat)] == [*map(bits, results.flat)]
    assert [*map(bits, sums_in_order(program, columns, parameters))] == [*map(bits, sums)]


@both_tiers
@pytest.mark.parametrize("n", [1, 7, 8, 9, 100, 127, 128, 129, 1000])
def test_fast_code_is_near_for_any_number_of_examples(tier, n):
    """Results and sums are within 1e-12 of the sum of magnitudes, for full and for broken tiles, any stride."""
    for seed in range(6):
        random.seed(f"{seed} {n}")
        program = random_program(random.randrange, simple=True, size=60)
        columns = [
            np.array([random.gauss(0, 1) for _ in range(3 * n)])[:: (3, 1, -1)[j]][:n]
            for j in range(program.inputs)
        ]
        parameters = [random.gauss(0, 1) for _ in range(program.parameters)]
        results, sums = run(program, columns, parameters, tier=tier)
        wanted = expected(program, columns, parameters)
        everything = expected(
            program._replace(results=tuple(range(len(program.instructions)))), columns, parameters
        )
        scale = max(1.0, np.abs(everything).max()) ** 2

        assert np.abs(results - wanted).max(initial=0) <= 1e-12 * scale
        assert np.abs(sums - sums_in_order(program, columns, parameters)).max() <= 1e-12 * scale * n


@every_mode
def test_lanes_beyond_the_last_example_add_nothing(tier, exact):
    """Not even nan or inf, whatever the program makes of what stands there."""
    listing = Listing()
    x, w = listing.emit("input", 0), listing.emit("parameter", 0)
    y = listing.emit("div", w, x)
    (unit,) = listing.block(Block(0, (y,), 1))
    program = listing.program(
        results=[y, unit],
        inputs=1,
        parameters=4,
        sums=[(1, y), (2, listing.emit("mul", y, x))],
        outers=[Outer(3, (y,), (unit,))],
    )
    for n in (1, 3, 9, 130):
        results, sums = run(program, [[1.0] * (n - 1) + [2.0]], [1.0, 0.0, 0.0, 0.0], tier=tier, exact=exact)

        assert [0.0, n - 0.5, n, n - 0.75] == [*sums]
        assert [[1.0] * (n - 1) + [0.5]] * 2 == results.tolist()


@every_mode
def test_big_blocks(tier, exact):
    """Products with matrices of sizes that are and are not multiples of a patch, both ways, and outer products."""
    for units, k, n in ((4, 4, 32), (5, 3, 33), (9, 7, 100), (8, 12, 128), (1, 1, 1), (3, 9, 8)):
        listing = Listing()
        xs = tuple(listing.emit("input", j) for j in range(k))
        zs = listing.block(Block(2, xs, units))
        back = listing.block(Block(2, tuple(zs), k, True))
        program = listing.program(
            results=[*zs[::2], *back], inputs=k, parameters=units * k + 2, outers=[Outer(2, tuple(zs), xs)]
        )
        rng = np.random.default_rng(1)
        X, w = rng.normal(size=(k, n)), rng.normal(size=units * k + 2)
        W = w[2:].reshape(units, k)
        results, sums = run(program, [*X], w, tier=tier, exact=exact)

        assert np.allclose(results, [*(W @ X)[::2], *(W.T @ (W @ X))], rtol=0, atol=1e-10)
        assert np.allclose(sums, [0, 0, *((W @ X) @ X.T).flat], rtol=0, atol=1e-9)


@every_mode
def test_a_function_of_python(tier, exact):
    """It is called once for each example, and what it raises comes out of the call, once."""
    calls = []

    def once(x, y):
        calls.append(x)
        if x == 3.0:
            raise ZeroDivisionError("three")
        return x + y

    listing = Listing()
    x = listing.emit("input", 0)
    program = listing.program(results=[listing.opaque(once, x, x)], inputs=1, parameters=0)
    results, _ = run(program, [[0.0, 1.0, 2.0]], [], tier=tier, exact=exact)

    assert [0.0, 2.0, 4.0] == [*results[0]]
    assert [0.0, 1.0, 2.0] == sorted(calls)

    bound = kernel(program, tier=tier, exact=exact).bound(2)
    bound.inputs[0] = [3.0, 3.0]
    with pytest.raises(ZeroDivisionError, match="three"):
        bound()
    bound.inputs[0] = [4.0, 5.0]
    bound()

    assert [8.0, 10.0] == [*bound.results[0]]
    assert 1 == calls.count(3.0)


@every_mode
def test_two_threads_at_once(tier, exact):
    """One kernel serves many threads, each with arrays of its own."""
    random.seed(5)
    program = random_program(random.randrange, size=80)
    made = kernel(program, tier=tier, exact=exact)
    bounds = [made.bound(300) for _ in range(4)]
    rng = np.random.default_rng(2)
    for bound in bounds:
        bound.inputs[:] = rng.normal(size=bound.inputs.shape)
        bound.parameters[:] = rng.normal(size=bound.parameters.shape)
    alone = []
    for bound in bounds:
        bound()
        alone.append((bound.results.tobytes(), bound.sums.tobytes()))
        bound.results[:] = bound.sums[:] = 0.0
    threads = [threading.Thread(target=lambda b=b: [b() for _ in range(20)]) for b in bounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert alone == [(bound.results.tobytes(), bound.sums.tobytes()) for bound in bounds]


@both_tiers
def test_parts_of_the_examples(tier):
    """A kernel can be run for a part of the examples, its results written where they belong."""
    listing = Listing()
    x = listing.emit("input", 0)
    program = listing.program(results=[listing.emit("mul", x, x), x], inputs=1, parameters=1, sums=[(0, x)])
    made, column, results = kernel(program, tier=tier), np.arange(50.0), np.zeros((2, 50))
    sums = np.zeros((2, 1))
    for part, at in enumerate((slice(0, 21), slice(21, 50))):
        made.run([column[at]], np.zeros(1), results[:, at], sums[part])

    assert np.array_equal([column**2, column], results)
    assert column.sum() == sums.sum()


@both_tiers
def test_columns_of_one_array(tier):
    """Inputs may be one array with an axis for the inputs and one for the examples, of any order in memory."""
    listing = Listing()
    x, y = listing.emit("input", 0), listing.emit("input", 1)
    program = listing.program(results=[listing.emit("sub", x, y)], inputs=2, parameters=0)
    made, results = kernel(program, tier=tier), np.zeros((1, 70))
    table = np.random.default_rng(3).normal(size=(140, 3))
    for columns in (table[:70, :2].T, table[::2, ::-2].T, np.ascontiguousarray(table[:70, 1:].T)):
        made.run(columns, np.zeros(0), results, np.zeros(0))

        assert np.array_equal(columns[0] - columns[1], results[0])


@both_tiers
def test_no_examples_and_nothing_to_do(tier):
    """Sums of no examples are 0; a program may have no inputs, no results and no instructions."""
    listing = Listing()
    x = listing.emit("input", 0)
    program = listing.program(results=[x], inputs=1, parameters=1, sums=[(0, x)])
    results, sums = run(program, [[]], [1.0], tier=tier)

    assert (1, 0) == results.shape
    assert [0.0] == [*sums]

    results, sums = run(Listing().program(inputs=0, parameters=0), [], [], tier=tier)

    assert (0, 3) == results.shape


def test_the_tier():
    """Small programs are straight, others run on the tape, and another name is refused."""
    listing = Listing()
    x = listing.emit("input", 0)
    small = listing.program(results=[x], inputs=1, parameters=0)
    for i in range(2100):
        x = listing.emit("mul", x, listing.constant(1.0 + i))
    large = listing.program(results=[x], inputs=1, parameters=0)

    assert ("straight", "tape") == (kernel(small).tier, kernel(large).tier)
    with pytest.raises(ValueError, match="no tier is called 'fast'"):
        kernel(small, tier="fast")


@pytest.mark.parametrize("broken", ["numpy", "llvmlite", "llvmlite.binding"])
def test_without_the_extra(broken, monkeypatch):
    """A package that is missing is an error that names the extra."""
    monkeypatch.setitem(sys.modules, broken, None)
    with pytest.raises(MissingExtraError, match=r'pip install "autograd-mini\[fast\]"'):
        kernel(Listing().program(inputs=0, parameters=0))


def test_an_old_llvmlite(monkeypatch):
    """A version without what is used is an error that says so."""
    import llvmlite

    monkeypatch.setattr(llvmlite, "binding", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "llvmlite.binding", llvmlite.binding)
    with pytest.raises(MissingExtraError, match=r"needs llvmlite 0.45 or newer, got .*--upgrade"):
        kernel(Listing().program(inputs=0, parameters=0))


def resident():
    """Memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * mmap.PAGESIZE / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@both_tiers
def test_calls_and_kernels_leave_no_memory_behind(tier):
    """Neither ten thousand calls nor kernels that come and go take memory."""
    random.seed(7)
    program = random_program(random.randrange, size=60)
    column, parameters = np.linspace(0.1, 0.9, 9), np.full(program.parameters, 0.5)

    def used(calls):
        made = kernel(program, tier=tier)
        bound, sums = made.bound(9), np.zeros(program.parameters)
        results = np.zeros((len(program.results), 9))
        for _ in range(calls):
            bound()
            made.run([column] * program.inputs, parameters, results, sums)

    used(100)
    gc.collect()
    before = resident()
    used(10_000)
    for _ in range(20):
        used(1)
    gc.collect()

    assert resident() - before < 8.0


def test_a_python_function_that_runs_its_own_kernel():
    """A kernel can be run again from inside itself."""
    made = []

    def deeper(x):
        if x <= 1.0:
            return x
        results = np.zeros((1, 2))
        made[0].run([np.array([x - 1.0, 0.0])], np.zeros(0), results, np.zeros(0))
        return x + results[0, 0]

    listing = Listing()
    result = listing.opaque(deeper, listing.emit("input", 0))
    made.append(kernel(listing.program(results=[result], inputs=1, parameters=0)))
    results = np.zeros((1, 2))
    made[0].run([np.array([4.0, 3.0])], np.zeros(0), results, np.zeros(0))

    assert [[10.0, 6.0]] == results.tolist()


@both_tiers
def test_a_kernel_is_freed_with_its_last_reference(tier):
    """Code, callbacks and memory need no garbage collector."""
    listing = Listing()
    result = listing.opaque(twice, listing.emit("input", 0))
    made = kernel(listing.program(results=[result], inputs=1, parameters=0), tier=tier)
    made.run([np.ones(3)], np.zeros(0), np.zeros((1, 3)), np.zeros(0))
    bound = made.bound(3)
    bound()
    gone = weakref.ref(made)
    gc.disable()
    try:
        del made, bound

        assert gone() is None
    finally:
        gc.enable()
