"""What derivatives cost: gradients in operations and in time, and a Hessian beside numerical gradients.

    python tests/bench/derivatives.py

The gradient is set against the evaluation of the same recorded graph in plain floats. The Hessian of 50
variables, forward over reverse, is set against 50 numerical gradients by central differences, each row the
difference of two, of the same Python function called with plain floats.
"""

from itertools import pairwise

from core import machine, take_turns, verdict

from autograd_mini import (
    Value,
    dot,
    exp,
    grad,
    hessian,
    hvp,
    jvp,
    log,
    logsumexp,
    sigmoid,
    sin,
    softplus,
    sum,
    tanh,
)
from autograd_mini.derivatives.cost import cost

REPETITIONS = 15
POINT = [0.3 + 0.02 * i for i in range(50)]


def rosenbrock(x):
    return sum([100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x)])


def product_of_sines(x):
    total = 1.0
    for v in x:
        total = total * (1 + 0.1 * sin(v))
    return total


def network(x):
    hidden = [tanh(dot(x, [((i * j) % 7 - 3) / 50 for j in range(len(x))])) for i in range(10)]
    return softplus(sum(hidden))


def mixture(x):
    return logsumexp([-(v - 0.1 * i) * (v - 0.1 * i) for i, v in enumerate(x)])


def likelihood(x):
    return -sum([log(sigmoid(v)) + 0.01 * exp(-v) * v for v in x])


FUNCTIONS = [rosenbrock, product_of_sines, network, mixture, likelihood]


def gradients() -> None:
    print("\nGradient of 50 variables by reverse mode against the evaluation of the same recorded graph")
    for f in FUNCTIONS:
        counted = cost(f, POINT)
        root = f([Value(x) for x in POINT])
        times = take_turns({"value": root.forward, "gradient": root.backward}, REPETITIONS, 20)
        ratio = counted.reverse / counted.evaluation
        in_time = 1 + times["gradient"].median / times["value"].median
        print(
            f"  {f.__name__:17} operations {counted.evaluation:5} and {counted.reverse:5}: {ratio:4.2f} x"
            f"   {verdict(ratio, 4, at_least=False)};   time: {in_time:4.2f} x"
        )


def numerical_gradient(f, x, step):
    """Central differences: two values of the function for every variable."""
    slopes = []
    for i, v in enumerate(x):
        at = list(x)
        at[i] = v + step
        above = f(at)
        at[i] = v - step
        slopes.append((above - f(at)) / (2 * step))
    return slopes


def numerical_hessian(f, x, step=1e-4):
    """Row i is the difference between the numerical gradients at x and at x + h e_i: 50 gradients and one."""
    here = numerical_gradient(f, x, step)
    rows = []
    for i, v in enumerate(x):
        there = numerical_gradient(f, [*x[:i], v + step, *x[i + 1 :]], step)
        rows.append([(b - a) / step for a, b in zip(here, there, strict=True)])
    return rows


def error(rows, exact) -> float:
    """The largest difference, relative to the largest entry."""
    size = max(abs(e) for row in exact for e in row)
    return (
        max(abs(a - e) for row, best in zip(rows, exact, strict=True) for a, e in zip(row, best, strict=True))
        / size
    )


def hessians() -> None:
    print("\nHessian of 50 variables, forward over reverse, against 50 numerical gradients of plain floats")
    print("(the numerical one is never as accurate, whatever the step: its relative error is shown)")
    for f in FUNCTIONS:
        ours, theirs = (lambda f=f: hessian(f)(POINT)), (lambda f=f: numerical_hessian(f, POINT))
        times = take_turns({"ours": ours, "numerical": theirs}, 5, 1)
        ratio = times["numerical"].median / times["ours"].median
        print(
            f"  {f.__name__:17} {times['ours'].shown(1e-3)} ms, numerical {times['numerical'].shown(1e-3)} ms,"
            f" error {error(theirs(), ours()):.0e}: {ratio:6.1f} x   {verdict(ratio, 5, at_least=True)}"
        )


def orbit(k, steps=1000, h=0.01):
    """A damped spring of stiffness k, by the classical method of Runge and Kutta."""

    def pull(x, v):
        return -k * x - 0.1 * v

    x, v = 1.0, 0.0
    for _ in range(steps):
        x1, v1 = v, pull(x, v)
        x2, v2 = v + h / 2 * v1, pull(x + h / 2 * x1, v + h / 2 * v1)
        x3, v3 = v + h / 2 * v2, pull(x + h / 2 * x2, v + h / 2 * v2)
        x4, v4 = v + h * v3, pull(x + h * x3, v + h * v3)
        x = x + h / 6 * (x1 + 2 * x2 + 2 * x3 + x4)
        v = v + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
    return x


class HandWritten:
    """A dual number in a dozen lines, for comparison: what nobody would call slow."""

    __slots__ = ("dx", "x")

    def __init__(self, x, dx):
        self.x, self.dx = x, dx

    def __add__(self, other):
        if isinstance(other, HandWritten):
            return HandWritten(self.x + other.x, self.dx + other.dx)
        return HandWritten(self.x + other, self.dx)

    __radd__ = __add__

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return HandWritten(-self.x, -self.dx)

    def __mul__(self, other):
        if isinstance(other, HandWritten):
            return HandWritten(self.x * other.x, self.dx * other.x + self.x * other.dx)
        return HandWritten(self.x * other, self.dx * other)

    __rmul__ = __mul__


def chained(x):
    return sum([(b - a * a) ** 2 * sin(a) for a, b in pairwise(x)])


def transforms() -> None:
    print(
        "\nTransforms of plain Python, in multiples of the same code on plain floats, which takes turns with them"
    )
    of_orbit = {
        "jvp": lambda: jvp(orbit, (2.0,), (1.0,))[1],
        "grad": lambda: grad(orbit)(2.0),
        "a dual number by hand": lambda: orbit(HandWritten(2.0, 1.0)).dx,
        "Value.backward": lambda: backward(orbit, 2.0),
    }
    slopes = [f() for f in of_orbit.values()]
    assert max(slopes) - min(slopes) < 1e-12, slopes
    compare("RK4, 1,000 steps", lambda: orbit(2.0), of_orbit, {"jvp": 25, "grad": 80})
    short = lambda p: orbit(p[0], 100)
    of_short = {"hvp": lambda: hvp(short, [2.0], [1.0])}
    compare("RK4, 100 steps", lambda: short([2.0]), of_short, {"hvp": 120})
    x = POINT[:20]
    compare("20 inputs", lambda: chained(x), {"hessian": lambda: hessian(chained)(x)}, {"hessian": 450})


def backward(f, x):
    x = Value(x)
    f(x).backward()
    return x.grad


def compare(title, plain, ours, targets) -> None:
    times = take_turns({"floats": plain} | ours, REPETITIONS, 1)
    print(f"  {title}: floats {times['floats'].shown(1e-3)} ms")
    for name in ours:
        ratio = times[name].median / times["floats"].median
        target = verdict(ratio, targets[name], at_least=False) if name in targets else ""
        print(f"    {name:22} {ratio:6.1f} x   {target}")


if __name__ == "__main__":
    machine()
    gradients()
    hessians()
    transforms()
