"""Every rule over whole batches: read in NumPy, printed as source for NumPy and numba, and under jax.jit.

Nothing is stated again for any of them: the value and the partials come from the table, and have to agree
with the floats at ordinary points, on kinks and at special values.
"""

import itertools
import math
import random
import types
from functools import reduce

import numpy as np
import pytest
from rule_cases import every_rule

from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.formulas.python import source, source_of

NAN, INF = math.nan, math.inf
KINKS = (-1.0, 0.0, 1.0, 2.0)  # their combinations meet every tie and every bound
SPECIAL = (NAN, INF, -INF, -0.0, 1000.0, -1000.0, 0.5)


def points(arity):
    """Ordinary points, points on kinks, and special values."""
    rng = random.Random(arity)
    draw = rng.uniform
    ordinary = [tuple(draw(-3, 3) for _ in range(arity)) for _ in range(40)]
    if arity <= 2:
        return [*ordinary, *itertools.product(KINKS + SPECIAL, repeat=arity)]
    some = [rng.choices(numbers, k=arity) for numbers in (KINKS, KINKS + SPECIAL) for _ in range(150)]
    return ordinary + [tuple(point) for point in some]


def evaluated(rule, point):
    """The value and the partials at a point, in floats."""
    z = rule.forward(floats, *point)
    return z, *rule.partials(floats, z, *point)


def assert_agree(rule, at, results):
    """The results, one batch for the value and for each partial, are those of the floats.

    1e-13 relative: the libraries' own functions differ in the last bits. A sum may cancel, so that bits of
    its terms, which have size 1, show: hence 1e-15 absolute.
    """
    batches = np.stack([np.broadcast_to(np.asarray(result, float), len(at)) for result in results], axis=1)
    for point, batch in zip(at, batches.tolist(), strict=True):
        expected = evaluated(rule, point)

        assert pytest.approx(expected, rel=1e-13, abs=1e-15, nan_ok=True) == tuple(batch), f"{rule}{point}"


def columns(at):
    return np.array(at).T


class Arrays(Arithmetic):
    """The arithmetic of a library of arrays, such as NumPy. A function not listed is its own of that name."""

    def __init__(self, library):
        self.library = library
        self.div = library.true_divide
        self.pow = library.float_power
        self.guard = library.where

    def sum(self, xs):
        return reduce(self.library.add, xs, 0.0)

    def dot(self, xs, ys):
        return self.sum([x * y for x, y in zip(xs, ys, strict=True)])

    def first(self, z, xs):
        stacked = self.library.stack(xs)
        first = self.library.argmax((stacked == z) | self.library.isnan(stacked), axis=0)
        return tuple(self.library.where(first == i, 1.0, 0.0) for i in range(len(xs)))

    def __getattr__(self, name):
        if name in self.definitions:
            return super().__getattr__(name)
        return getattr(special_of(self.library) if name in ("erf", "erfc") else self.library, name)


def special_of(library):
    """Where the library has erf and erfc; SciPy's are not needed for them to be proved."""
    if library is np:
        return types.SimpleNamespace(erf=np.vectorize(math.erf), erfc=np.vectorize(math.erfc))
    import jax.scipy.special

    return jax.scipy.special


def computed(rule, xp, inputs):
    z = rule.forward(xp, *inputs)
    return z, *rule.partials(xp, z, *inputs)


def compiled(rule, arity, library, special=None):
    """The printed source as a function, where `np` is the library and `special` has erf and erfc."""
    namespace = {"np": library, "special": special or special_of(library)}
    exec(source_of(rule, arity, name="f"), namespace)
    return namespace["f"]


@every_rule
def test_read_in_numpy(rule, arity):
    """Value and partials over a batch are those of the floats, point by point."""
    at = points(arity)
    with np.errstate(all="ignore"):
        results = computed(rule, Arrays(np), columns(at))

    assert_agree(rule, at, results)


def in_print(rule, arity):
    """The points where the printed source says the same: all, but nan among the inputs of max and min.

    The floats hand the whole gradient to the nan there; no comparison with it is true, so the source to none.
    """
    return [p for p in points(arity) if rule.name not in ("max", "min") or not any(map(math.isnan, p))]


@every_rule
def test_printed_source_in_numpy(rule, arity):
    """The printed source, run by NumPy over a batch, gives what the floats give."""
    at = in_print(rule, arity)
    with np.errstate(all="ignore"):
        results = compiled(rule, arity, np)(*columns(at))

    assert_agree(rule, at, results)


@pytest.mark.slow
@every_rule
def test_printed_source_in_numba(rule, arity):
    """The printed source, compiled by numba and called point by point, gives what the floats give."""
    numba = pytest.importorskip("numba", reason="needs the extra `fast`")
    at = in_print(rule, arity)
    if rule.name in (
        "floor_divide",
        "mod",
    ):  # numba's own floor_divide(-1, inf) is -0.0, that of (inf, -1) -inf
        at = [point for point in at if not any(map(math.isinf, point))]
    f = numba.njit(error_model="numpy")(compiled(rule, arity, np, math))
    results = [[float(result) for result in f(*point)] for point in at]

    assert_agree(rule, at, zip(*results, strict=True))


@pytest.fixture
def jax_numpy():
    """jax.numpy in float64, which is switched on for this test alone."""
    jax = pytest.importorskip("jax", reason="needs the extra `jax`")
    with (jax if hasattr(jax, "enable_x64") else jax.experimental).enable_x64(True):
        yield jax.numpy


@pytest.mark.slow
@every_rule
def test_under_jit(jax_numpy, rule, arity):
    """The rule read in jax.numpy, and its printed source, give what the floats give under jax.jit."""
    import jax

    at = points(arity)
    assert_agree(rule, at, jax.jit(lambda *xs: computed(rule, Arrays(jax_numpy), xs))(*columns(at)))
    at = in_print(rule, arity)
    assert_agree(rule, at, jax.jit(compiled(rule, arity, jax_numpy))(*columns(at)))


def test_printed_source_beside_scipy():
    """With scipy.special for `special` the source of a rule that needs erfc computes whole batches."""
    special = pytest.importorskip("scipy.special", reason="SciPy is not installed; nothing else needs it")
    at = points(1)

    with np.errstate(all="ignore"):
        results = compiled(RULES["gelu"], 1, np, special)(*columns(at))

    assert_agree(RULES["gelu"], at, results)


# The source itself


def test_source_is_readable():
    """The printed function names its inputs as the rule does, and computes the value once."""
    assert source_of(RULES["tanh"]) == "def tanh(x):\n    z = np.tanh(x)\n    return z, 1.0 - z * z\n"
    assert source_of(RULES["dot"], 4, name="dot2") == (
        "def dot2(x1, x2, x3, x4):\n    z = x1 * x3 + x2 * x4\n    return z, x3, x4, x1, x2\n"
    )
    assert source_of(RULES["sum"], 0) == "def sum():\n    z = 0.0\n    return z,\n"


def test_brackets_of_the_source_follow_the_graph():
    """Floating-point operations do not associate, so a right operand keeps its brackets."""
    a, b, c = map(source.symbol, "abc")

    assert "a + (b + c)" == str(a + (b + c))
    assert "a + b + c" == str((a + b) + c)
    assert "a * (b / c)" == str(a * source.div(b, c))
    assert "a - (-b)" == str(a - -b)
    assert "(-a) * b" == str(-a * b)


@pytest.mark.parametrize("x", [0.1, 1 / 3, 1e300, 5e-324, -2.5, 3, INF, -INF, NAN])
def test_numbers_keep_all_their_digits(x):
    """A constant is read back as the same float."""
    again = eval(str(source.constant(x)), {"np": np})

    assert float(x).hex() == float(again).hex()


def test_inputs_called_like_the_source_itself():
    """Inputs that a rule calls z or np are renamed, as the source needs these names."""
    clash = Rule("clash", lambda xp, z, np: z * np, lambda xp, out, z, np: (np, z))

    assert source_of(clash) == "def clash(x1, x2):\n    z = x1 * x2\n    return z, x2, x1\n"


@pytest.mark.parametrize(("name", "arity", "takes"), [("sum", None, "any number of"), ("mul", 3, "2")])
def test_arity_of_the_source(name, arity, takes):
    """A number of inputs that is missing or wrong is an error that says what the rule takes."""
    with pytest.raises(ValueError, match=f"'{name}' takes {takes} inputs, got arity = {arity}; say how many"):
        source_of(RULES[name], arity)
