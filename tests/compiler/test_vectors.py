"""Vector functions for LLVM: their errors in units of the last place, their special values, and the C library's."""

import ctypes
import math
import random
import struct

import pytest

from autograd_mini.compiler import vectors
from autograd_mini.engine.arithmetic import floats

mpmath = pytest.importorskip("mpmath", reason="mpmath, which has the true values, is not installed")
llvm = pytest.importorskip("llvmlite.binding", reason="llvmlite, which makes machine code, is not installed")

SPECIAL = [
    0.0,
    5e-324,
    1e-310,
    2.0**-1022,
    1e-300,
    1e-20,
    1e-8,
    0.1,
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    17.0,
    1e5,
    2.0**53,
]
SPECIAL += [1e22, 1.7976931348623157e308, math.inf, math.nan]
SPECIAL += [
    709.782712893384,
    709.7827128933841,
    745.1332191019411,
    745.1332191019412,
]  # where exp over- and underflows
SPECIAL += [-x for x in SPECIAL]


def bits(x):
    """What tells 0.0 from -0.0 and takes every nan for the same."""
    return "nan" if x != x else struct.pack("<d", x)


def machine_code(*texts, cpu=None):
    """An engine that has compiled modules of these texts, for this machine or for any."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name() if cpu is None else cpu,
        features=llvm.get_host_cpu_features().flatten() if cpu is None else "",
        opt=3,
    )
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    for text in texts:
        module = llvm.parse_assembly(text)
        module.verify()
        passes.getModulePassManager().run(module, passes)
        engine.add_module(module)
    engine.finalize_object()
    return engine


def scalar(engine, name):
    """A compiled function of one double."""
    return ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(engine.get_function_address(name))


class Compiled:
    """Functions of lists of floats, made from definitions of that width: each is a loop over an array."""

    def __init__(self, names, width=8, *, exact=False, inline=False, cpu=None):
        self.width = width
        self.arity = {name: vectors.arity(name) for name in names}
        text = vectors.definitions(names, [width], exact=exact, inline=inline)
        self.engine = machine_code("\n".join([text, *map(self.loop, names)]), cpu=cpu)

    def loop(self, name):
        vector = "double" if self.width == 1 else f"<{self.width} x double>"
        inputs = range(self.arity[name])
        pointers = "".join([f"ptr %a{i}, " for i in inputs])
        arguments = ", ".join([f"{vector} %x{i}" for i in inputs])
        loads = [
            f"%p{i} = getelementptr double, ptr %a{i}, i64 %i\n%x{i} = load {vector}, ptr %p{i}, align 8"
            for i in inputs
        ]
        return f"""
define void @loop_{name}({pointers}ptr %b, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  {" ".join(loads)}
  %z = call {vector} {vectors.symbol(name, self.width)}({arguments})
  %q = getelementptr double, ptr %b, i64 %i
  store {vector} %z, ptr %q, align 8
  %next = add i64 %i, {self.width}
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""

    def __call__(self, name, *columns):
        count = max(1, -(-len(columns[0]) // self.width)) * self.width  # the loop runs at least once
        array = ctypes.c_double * count
        arguments = [array(*column) for column in columns] + [array()]
        kinds = [ctypes.c_void_p] * len(arguments)
        function = ctypes.CFUNCTYPE(None, *kinds, ctypes.c_int64)(
            self.engine.get_function_address(f"loop_{name}")
        )
        function(*map(ctypes.addressof, arguments), count)
        return list(arguments[-1])[: len(columns[0])]


@pytest.fixture(scope="module")
def fast():
    return Compiled([*vectors.ARITHMETIC, *vectors.FAST])


@pytest.fixture(scope="module")
def exact():
    return Compiled([*vectors.ARITHMETIC, *vectors.LIBM], exact=True)


# name: the true value, the range that is met most, and the greatest error in units of the last place
ACCURACY = {
    "exp": (mpmath.exp, (-746.0, 710.0), 1.05),
    "expm1": (mpmath.expm1, (-40.0, 710.0), 1.0),
    "log": (mpmath.log, (0.0, 10.0), 0.9),
    "log1p": (mpmath.log1p, (-1.0, 10.0), 0.9),
    "log2": (lambda x: mpmath.log(x) / mpmath.log(2), (0.0, 10.0), 1.15),
    "log10": (mpmath.log10, (0.0, 10.0), 1.15),
    "pow": (mpmath.power, (0.0, 10.0), 1.0),
    "tanh": (mpmath.tanh, (-20.0, 20.0), 0.9),
    "sinh": (mpmath.sinh, (-711.0, 711.0), 1.7),
    "cosh": (mpmath.cosh, (-711.0, 711.0), 1.5),
    "sin": (mpmath.sin, (-1e6, 1e6), 0.9),
    "cos": (mpmath.cos, (-1e6, 1e6), 0.9),
    "tan": (mpmath.tan, (-1e6, 1e6), 1.1),
    "arctan": (mpmath.atan, (-10.0, 10.0), 0.9),
    "erf": (mpmath.erf, (-6.0, 6.0), 1.4),
    "erfc": (mpmath.erfc, (-6.0, 27.3), 1.3),
}
FUNCTIONS = [name for name in ACCURACY if vectors.arity(name) == 1]
every_fast_function = pytest.mark.parametrize("name", FUNCTIONS)


def points(rng, low, high, count):
    """Of the whole range, of what is near 0 and 1, and of every exponent."""
    for _ in range(count // 4):
        yield rng.uniform(low, high)
        yield rng.uniform(max(low, -1.5), min(high, 2.5))
        yield math.copysign(10.0 ** rng.uniform(-8.0, 2.0), rng.uniform(-1.0, 1.0))
        yield math.copysign(10.0 ** rng.uniform(-323.0, 308.0), rng.uniform(-1.0, 1.0))


def error(true, xs, y):
    """How far y is from the true value at xs, in units of the last place of that value."""
    with mpmath.workprec(200):
        exactly = true(*map(mpmath.mpf, xs))
        return abs(float((exactly - mpmath.mpf(y)) / math.ulp(float(exactly))))


def assert_accurate(fast, name, *columns, most=None):
    """Where a number is inf, nan or 0, the result is that of Floats, sign included; elsewhere the error is small."""
    true, _, stated = ACCURACY[name]
    worst = 0.0
    for row, y in zip(zip(*columns), fast(name, *columns)):
        expected = getattr(floats, name)(*row)
        if expected == 0.0 or not all(map(math.isfinite, [*row, expected])):
            assert (name, row, bits(expected)) == (name, row, bits(y))
        else:
            worst = max(worst, error(true, row, y))
    assert worst <= (most or stated)


@every_fast_function
def test_vector_functions_are_accurate(fast, name):
    """A few thousand points of all exponents are within the stated error."""
    assert_accurate(fast, name, list(points(random.Random(3), *ACCURACY[name][1], 4000)))


@every_fast_function
def test_vector_functions_are_accurate_on_any_machine(name):
    """Without the multiply-add of newer processors, too, results are within 2 ulp."""
    slow = Compiled([name], cpu="")
    assert_accurate(slow, name, list(points(random.Random(3), *ACCURACY[name][1], 1000)) + SPECIAL, most=2.0)


@every_fast_function
def test_vector_functions_at_special_points(fast, name):
    """Zeros, infinities, nan, subnormal numbers, and where results overflow."""
    assert_accurate(fast, name, SPECIAL)


@pytest.mark.slow
@every_fast_function
def test_a_hundred_thousand_points_are_accurate(fast, name):
    """The stated error holds where the few thousand points did not fall."""
    assert_accurate(fast, name, list(points(random.Random(4), *ACCURACY[name][1], 100_000)))


@pytest.mark.slow
@every_fast_function
def test_a_million_points_are_near_those_of_the_library(fast, name):
    """Where the C library is 2 ulp away, and with erfc it is up to 4, mpmath says who is right."""
    xs = list(points(random.Random(8), *ACCURACY[name][1], 1_000_000))
    rows = zip(xs, map(getattr(floats, name), xs), fast(name, xs))
    far = [x for x, y, z in rows if bits(y) != bits(z) and not abs(y - z) < 2 * math.ulp(y)]

    assert len(far) < 10_000
    assert_accurate(fast, name, far)


@pytest.mark.slow
def test_hypot_is_that_of_math_for_a_million_pairs(fast):
    """Lengths of all sizes, subnormal ones too, bit for bit."""
    rng = random.Random(9)
    scales = [10.0 ** rng.uniform(-323.0, 308.0) for _ in range(500_000)] + [1.0] * 500_000
    xs, ys = [[scale * rng.gauss(0.0, 1.0) for scale in scales] for _ in range(2)]

    assert_bit_equal(fast, "hypot", xs, ys)


def of_square(function):
    """A function of x as one of z = x²."""
    return lambda z: function(mpmath.sqrt(z), z)


def scaled_erfc(q):
    """P(q) of the tail, from its definition."""
    x, t = 4 * (1 + q) / (1 - q), (1 + q) / 2
    return ((1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x) - 1) / t


FITS = {  # of each polynomial: the function, and the interval
    "EXP": (lambda r: (mpmath.expm1(r) - r) / r**2 if r else mpmath.mpf(0.5), (-0.35, 0.35)),
    "LOG": (of_square(lambda s, z: (2 * mpmath.atanh(s) / s - 2) / z), (0, 0.03)),
    "SINH": (of_square(lambda x, z: (mpmath.sinh(x) / x - 1) / z), (0, 1)),
    "SIN": (of_square(lambda x, z: (mpmath.sin(x) / x - 1) / z), (0, 0.62)),
    "COS": (of_square(lambda x, z: (mpmath.cos(x) - 1 + z / 2) / z**2), (0, 0.62)),
    "ARCTAN": (of_square(lambda x, z: (mpmath.atan(x) / x - 1) / z), (0, 0.4375**2)),
    "POW": (of_square(lambda s, z: ((2 * mpmath.atanh(s) / s - 2) / z - mpmath.mpf(2) / 3) / z), (0, 0.03)),
    "ERF": (of_square(lambda x, z: mpmath.erf(x) / x - 1), (0, 1)),
    "TAIL": (
        lambda v: mpmath.exp((1 / v - 2) ** 2) * mpmath.erfc(1 / v - 2),
        (1 / mpmath.mpf(8), 1 / mpmath.mpf(3)),
    ),
    "ERFC": (scaled_erfc, (-1, 0.75)),
}


@pytest.mark.parametrize("name", FITS)
def test_coefficients_are_computed(name):
    """Those in the source are what mpmath's Chebyshev interpolation gives, rounded."""
    function, interval = FITS[name]
    coefficients = getattr(vectors, name)
    with mpmath.workdps(60):
        fit = mpmath.chebyfit(function, interval, len(coefficients))

    assert coefficients == tuple(map(float, reversed(fit)))


def test_powers_are_accurate(fast):
    """Bases of all sizes and next to 1, exponents of all sizes, and all pairs of special values."""
    rng = random.Random(12)
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    for _ in range(1000):
        pairs += [
            (rng.uniform(0.0, 10.0), rng.uniform(-10.0, 10.0)),
            (rng.uniform(-4.0, 4.0), rng.randrange(-9, 9)),
        ]
        pairs += [
            (10.0 ** rng.uniform(-323.0, 308.0), rng.gauss(0.0, 1.0)),
            (rng.uniform(0.5, 2.0), rng.uniform(-1e3, 1e3)),
        ]
        pairs += [(1.0 + 10.0 ** rng.uniform(-16.0, -1.0), 10.0 ** rng.uniform(-3.0, 17.0))]
    assert_accurate(fast, "pow", *map(list, zip(*pairs)))


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_angles_next_to_quarter_turns(fast, name):
    """Where nearly all digits of x cancel, up to the last angle before the C library is asked."""
    rng = random.Random(11)
    turns = [float(rng.randrange(1, 2 ** rng.randrange(1, 30))) for _ in range(2000)]
    xs = [float(turn * mpmath.pi / 2) for turn in turns] + [2.0**30]
    assert_accurate(fast, name, xs + [-x for x in xs])


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_large_angles_are_those_of_the_library(fast, name):
    """Lane by lane: a large angle does not change the result of its neighbours."""
    xs = [1.0, 2.0**31, 2.0, 1e22, -3.0, -math.inf, math.nan, 1.7976931348623157e308]
    zs = fast(name, xs)

    for x, z in zip(xs, zs):
        assert bits(z) == bits(getattr(floats, name)(x) if abs(x) > 2.0**30 else fast(name, [x])[0])


def test_logarithms_of_powers_are_whole(fast):
    """Logarithms to the base 2 and 10 are exact where they can be."""
    twos, tens = [2.0**k for k in range(-1074, 1024)], [float(f"1e{k}") for k in range(23)]

    assert [math.log2(x) for x in twos] == fast("log2", twos)
    assert list(map(float, range(23))) == fast("log10", tens)


def test_the_table_of_accuracy_has_every_function():
    """No vector function stands without its error."""
    assert set(vectors.FAST) == set(ACCURACY)


def assert_bit_equal(compiled, name, *columns):
    expected = [bits(getattr(floats, name)(*row)) for row in zip(*columns)]
    rows = zip(zip(*columns), expected, map(bits, compiled(name, *columns)))
    assert [] == [(name, *row) for row in rows if row[1] != row[2]][:5]


def two_columns(rng, count):
    """All pairs of special values, and random ones: ratios of all sizes, multiples, neighbours."""
    pairs = [(x, y) for x in SPECIAL for y in SPECIAL]
    for _ in range(count):
        x, y = rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)
        scale = 10.0 ** rng.uniform(-10.0, 10.0)
        whole = float(rng.randrange(-20, 20))
        pairs += [
            (x, y),
            (x * scale, y),
            (whole * y, y),
            (x, math.nextafter(x, y)),
            (whole, float(rng.randrange(-5, 5))),
        ]
    return list(map(list, zip(*pairs)))


@pytest.mark.parametrize("name", [*vectors.ARITHMETIC, *vectors.LIBM])
def test_exact_functions_are_those_of_floats(exact, name):
    """With exact=True every function is bit for bit what eager code computes."""
    columns = two_columns(random.Random(5), 1000)
    assert_bit_equal(exact, name, *columns[: vectors.arity(name)])


@pytest.mark.parametrize("name", vectors.ARITHMETIC)
def test_arithmetic_is_exact_in_fast_programs_too(fast, name):
    """Remainders, choices and quotients have no fast form of their own."""
    assert_bit_equal(fast, name, *two_columns(random.Random(6), 1000)[: vectors.arity(name)])


@pytest.mark.parametrize("width", [1, 2, 4, 16])
def test_results_do_not_depend_on_the_width(fast, width):
    """One double at a time, or sixteen: the same bits."""
    names = [*vectors.ARITHMETIC, *vectors.FAST]
    other = Compiled(names, width, inline=True)
    columns = two_columns(random.Random(7), 50)
    for name in names:
        inputs = columns[: vectors.arity(name)]
        assert (name, list(map(bits, fast(name, *inputs)))) == (name, list(map(bits, other(name, *inputs))))


def test_shared_functions_are_called_from_other_modules():
    """A module can hold the functions, and another one call them."""
    text = vectors.definitions(["tanh"], [1], shared=True)
    caller = "declare double @tanh.v1(double)\ndefine double @twice(double %x) {\n"
    caller += (
        "  %y = call double @tanh.v1(double %x)\n  %z = call double @tanh.v1(double %y)\n  ret double %z\n}"
    )
    engine = machine_code(text, caller)  # kept, since the code goes when the engine does
    twice = scalar(engine, "twice")

    assert twice(0.5) == pytest.approx(math.tanh(math.tanh(0.5)), rel=1e-15)


def test_an_unknown_function_is_an_error():
    """A name that is neither ours nor the library's."""
    with pytest.raises(KeyError, match="gamma"):
        vectors.definitions(["gamma"])


def test_the_library_is_called_as_it_is():
    """LLVM does not replace pow(x, 2.0) by x * x, which differs in the last bit once in a thousand times."""
    text = vectors.definitions(["pow"], [1], exact=True, inline=True)
    text += "\ndefine double @square(double %x) {\n  %z = call double @pow.v1(double %x, double 2.0)\n  ret double %z\n}"
    engine = machine_code(text)
    square = scalar(engine, "square")
    rng = random.Random(13)
    xs = [rng.uniform(0.5, 2.0) for _ in range(20_000)]

    assert any(x * x != math.pow(x, 2.0) for x in xs)
    assert [] == [x for x in xs if square(x) != math.pow(x, 2.0)][:5]
