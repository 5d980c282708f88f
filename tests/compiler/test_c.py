"""Rules as C: every one is printed or says why not, compiles without a warning, and computes what floats do, to the last bit."""

import ctypes
import math
import random
import shutil
import struct
import subprocess
import sys
import sysconfig

import pytest
from two_engines import SPECIAL

from autograd_mini.compiler import c
from autograd_mini.engine import native
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.primitives import power_slope
from autograd_mini.engine.rule import RULES

COMPILER = shutil.which("cc")
needs_compiler = pytest.mark.skipif(
    COMPILER is None or sys.platform == "win32", reason="no C compiler is called cc here"
)
NOT_PRINTED = {
    "hypot": "Python rounds it otherwise than C does",
    "arctan2": "its partials use hypot",
    "arcsinh": "its partial uses hypot",
    "norm": "it is made from hypot",
    "prod": "its partials are products of all others, which are no word of C",
}
PRINTED = {name: field for name, (_, field) in c.kernels().items()}
CORE = native.SOURCES[0]


def of_table():
    return {name: rule for name, rule in RULES.items() if not rule.owner}


def test_every_rule_is_printed_or_says_why_not():
    """The core computes all primitives but those on the list, and constant powers."""
    assert of_table().keys() - PRINTED.keys() == NOT_PRINTED.keys()
    assert PRINTED.keys() - of_table().keys() == {"power"}


@pytest.mark.parametrize("x", [*SPECIAL, 1 / 3, math.pi])
def test_literals(x):
    """A number in C is that number, its sign and infinities included."""
    text = c.literal(x).strip("()")
    again = {"NAN": math.nan, "INFINITY": math.inf, "-INFINITY": -math.inf}
    assert bits(x) == bits(again[text] if text in again else float(text))
    assert (math.copysign(1.0, x) < 0 and x == x) == c.literal(x).startswith("(-")


# What the compiler makes of it


def bits(x):
    return "nan" if x != x else struct.pack(">d", x)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The kernels as a shared library, with all flags of the build, and every warning an error."""
    build = pytest.importorskip(
        "hatch_build", reason="the flags are in hatch_build.py, which needs hatchling and setuptools"
    )
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernels.h").write_text(c.header())
    functions, _, rest = CORE.read_text().partition('#include "kernels.h"')
    assert rest, "core.c includes the kernels"
    exported = "\n".join(
        f"double out_{name}(const double *x, Py_ssize_t n, double *d) {{ {call(name, field)} }}"
        for name, field in PRINTED.items()
    )
    (folder / "kernels.c").write_text(f'{functions}#include "kernels.h"\n{exported}\n')
    flags = [flag for flag in build.UNIX if not flag.startswith("-fvisibility")]
    warnings = ["-Wall", "-Wextra", "-Wno-unused-variable", "-Werror"]
    include = ["-I", sysconfig.get_path("include"), "-I", str(folder)]
    made = folder / "kernels.so"
    command = [
        COMPILER,
        *flags,
        *warnings,
        *include,
        "-shared",
        "-fPIC",
        str(folder / "kernels.c"),
        "-o",
        str(made),
        "-lm",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)
    return ctypes.CDLL(str(made))


def call(name, field):
    """The kernel, called with x[0], x[1], ..."""
    if field == "many":
        return f"return c_{name}(x, n, d);"
    count = ["one", "two", "three"].index(field) + 1
    return f"(void)n; return c_{name}({', '.join(f'x[{i}]' for i in range(count))}, d);"


def computed(library, name, xs):
    """The value and the partials, by C."""
    function = library[f"out_{name}"]
    function.restype = ctypes.c_double
    x, d = (ctypes.c_double * len(xs))(*xs), (ctypes.c_double * len(xs))()
    z = function(x, ctypes.c_ssize_t(len(xs)), d)
    return [bits(z), *map(bits, d)]


def expected(name, xs):
    """The value and the partials, by Python."""
    if name == "power":
        x, n = xs
        return [bits(floats.pow(x, n)), bits(power_slope(floats, x, n))]
    rule = RULES[name]
    z = rule.forward(floats, *xs)
    return [bits(float(z)), *map(bits, rule.partials(floats, z, *xs))]


def numbers(draw):
    """Half of them special, the others of any size."""
    if draw.random() < 0.5:
        return draw.choice(SPECIAL)
    return draw.choice(
        [
            draw.uniform(-4, 4),
            draw.uniform(-1, 1) * 10.0 ** draw.randint(-300, 300),
            float(draw.randint(-9, 9)),
        ]
    )


def points(name, count):
    field, draw = PRINTED[name], random.Random(name)
    if field == "one":
        return [(x,) for x in SPECIAL] + [(numbers(draw),) for _ in range(count)]
    if field == "two":
        return [(x, y) for x in SPECIAL for y in SPECIAL] + [
            (numbers(draw), numbers(draw)) for _ in range(count)
        ]
    if field == "three":
        return [tuple([numbers(draw) for _ in range(3)]) for _ in range(2 * count)]
    sizes = [1, 2, 3, 4, 5, 6, 7, 64, 65, 100]
    sizes = [n for n in sizes if name != "dot" or n > 1]
    return [tuple([numbers(draw) for _ in range(n)]) for n in sizes for _ in range(count // 10)]


def compared(library, name, count):
    for xs in points(name, count):
        ours = computed(library, name, xs)
        if name == "power":
            if xs[1] == 0.0:  # Python computes these
                continue
            ours = ours[:2]

        assert expected(name, xs) == ours, xs


@needs_compiler
@pytest.mark.parametrize("name", PRINTED)
def test_kernels_compute_what_floats_do(library, name):
    """Value and partials at special and random numbers, to the last bit."""
    compared(library, name, 300)


@needs_compiler
@pytest.mark.slow
@pytest.mark.parametrize("name", PRINTED)
def test_kernels_at_many_points(library, name):
    """The same at 100,000 points."""
    compared(library, name, 100_000)


# The checksum


def test_table_is_that_of_the_core():
    """The header carries the checksum of the sources, and a built core the same."""
    assert f'#define TABLE "{native.table()}"' in c.header()
    assert native.core is None or native.core.TABLE == native.table()


@pytest.mark.parametrize("source", native.SOURCES, ids=lambda source: source.name)
def test_a_changed_source_is_another_table(monkeypatch, tmp_path, source):
    """Whoever changes a rule, the printer or the core gets another checksum, and an old core is not used."""
    changed = tmp_path / source.name
    changed.write_text(source.read_text() + "\n")
    before = native.table()
    monkeypatch.setattr(
        native, "SOURCES", tuple([changed if each is source else each for each in native.SOURCES])
    )

    assert before != native.table()
    if native.core:
        assert native._found() == (
            None,
            "pure Python, as the core was built from other sources; install the package again",
        )


def test_without_sources(monkeypatch, tmp_path):
    """Where the sources are not there, they cannot have changed."""
    monkeypatch.setattr(native, "SOURCES", (tmp_path / "core.c",))

    assert native.table() == ""
