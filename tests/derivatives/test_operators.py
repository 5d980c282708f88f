"""The printed operators of tracers do what `Tracer.apply` does, to the last bit."""

import linecache
import math
import operator

import pytest

from autograd_mini import Value, detect_anomaly, grad, jvp
from autograd_mini.derivatives import operators
from autograd_mini.derivatives.tracers import Dual, Taped
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.rule import RULES

UNARY = [rule.name for rule in RULES.values() if rule.arity == 1 and not rule.choice]
BINARY = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
}
NUMBERS = (0.7, 1.3, 2.5)
DOMAINS = {name: rule.domain for name, rule in RULES.items() if rule.arity == 1 and rule.domain}
FUNCTIONS = {
    **{
        name: lambda x, name=name: getattr(x, f"__{name}__" if name in ("neg", "abs") else name)()
        for name in UNARY
    },
    **{f"x {name} y": lambda x, f=f: f(x, x * 0.5 + 1.0) for name, f in BINARY.items()},
    **{f"x {name} 2.5": lambda x, f=f: f(x, 2.5) for name, f in BINARY.items()},
    **{f"x {name} 2": lambda x, f=f: f(x, 2) for name, f in BINARY.items()},
    **{f"2 {name} x": lambda x, f=f: f(2, x) for name, f in BINARY.items()},
    "sum": lambda x: sum([x, x * x]),
}


def bits(x):
    return x.data.hex() if isinstance(x, Value) else x.hex()


def derivatives(f, x):
    """Values and derivatives of the first and second order in every nesting, to the last bit."""
    along = lambda g: lambda x: jvp(g, (x,), (1.0,))[1]
    results = [jvp(f, (x,), (1.0,))[0], jvp(f, (x,), (0.5,))[1], grad(f)(x), grad(f)(Value(x))]
    results += [outer(inner(f))(x) for outer in (grad, along) for inner in (grad, along)]
    return list(map(bits, results))


@pytest.mark.parametrize(
    ("f", "x"),
    [
        pytest.param(f, x, id=f"{name}-{x}")
        for name, f in FUNCTIONS.items()
        for x in NUMBERS
        if name not in DOMAINS or DOMAINS[name](floats, x) > 0.0
    ],
)
def test_printed_is_applied(f, x):
    """While a watcher looks, every operation goes by `Tracer.apply`; the results are the same."""
    printed = derivatives(f, x)
    with detect_anomaly():
        assert printed == derivatives(f, x)


@pytest.mark.parametrize("kind", [Dual, Taped])
@pytest.mark.parametrize("make", [operators.binary, operators.reflected])
def test_the_printed_text_can_be_read(kind, make):
    """The lines of a printed operator are where tracebacks look for them."""
    function = make(kind, RULES["div"])
    lines = linecache.getlines(function.__code__.co_filename)

    assert lines[0].startswith(f"def {function.__name__}(self, other)")
    assert any("z = div(x, y)" in line for line in lines)


def test_operators_of_a_leaked_number_are_refused():
    """A printed operator, too, refuses a number of a transform that has ended."""
    kept = []
    jvp(lambda x: kept.append(x) or x, (1.0,), (1.0,))
    for use in (lambda x: x * x, lambda x: 2 * x, lambda x: x.exp(), lambda x: x**2):
        with pytest.raises(TypeError, match="from inside a finished transform"):
            use(kept[0])


def test_numbers_are_checked():
    """What is no number is refused, and an int too large for a float too, on either side."""
    for use in (lambda x: x + "1", lambda x: None * x, lambda x: x * 10**400, lambda x: x ** (1j)):
        for transform in (grad, lambda f: lambda x: jvp(f, (x,), (1.0,))):
            with pytest.raises(TypeError, match=r"number|int of"):
                transform(use)(1.0)

    assert math.isinf(grad(lambda x: 1 / x)(0.0))
