"""Functions and their derivatives: one example, the price of an option at many points, random graphs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd_mini.bench.work import is_installed, jax_in_doubles, torch_on_one_thread
from autograd_mini.compiler.arguments import numpy
from autograd_mini.compiler.compiled import compile
from autograd_mini.derivatives.transforms import value_and_grad
from autograd_mini.engine.value import Value
from autograd_mini.functions import cos, dot, erf, exp, log, relu, sin, sqrt, tanh
from autograd_mini.rng import generator_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd_mini.bench.work import Task

# One example, from arrays to arrays


def _mlp(x: Sequence[Any], w: Sequence[Any]) -> Any:
    """MLP(2, [16, 16, 1]) of a flat list of weights, biases behind those of each unit."""
    place, a = 0, x
    for units in (16, 16, 1):
        outputs = []
        for _ in range(units):
            score = dot(w[place : place + len(a)], a) + w[place + len(a)]
            outputs.append(relu(score) if units > 1 else score)
            place += len(a) + 1
        a = outputs
    return a[0]


def _one_example() -> tuple[list[float], list[float]]:
    generator = generator_of(0)
    return [0.3, -0.7], [generator.random() - 0.4 for _ in range(337)]


def one_ours() -> Task:
    np = numpy()
    x, w = (np.array([numbers]) for numbers in _one_example())
    fast = compile(value_and_grad(_mlp, argnums=1), tier="straight")
    return lambda: fast(x, w)


def one_bound() -> Task:
    """Arrays of weights and inputs in, the value and the gradient by all weights out, in the order of the weights."""
    np = numpy()
    x, numbers = _one_example()
    weights = [Value(number) for number in numbers]
    network = compile(lambda x: _mlp(x, weights))
    network([x])
    bound = network.bound([x], gradient=True)
    places = {w: place for place, w in enumerate(network.parameters)}
    order = np.array([places[w] for w in weights])
    store = np.empty(len(weights))
    store[order] = numbers
    inputs, parameters, sums = bound.inputs[:, 0], bound.parameters[:-1], bound.sums[:-1]

    def task() -> Any:
        inputs[:] = x
        parameters[:] = store
        bound()
        return bound.results, sums[order]

    return task


def one_eager() -> Task:
    x, w = _one_example()
    slow = value_and_grad(_mlp, argnums=1)
    return lambda: slow(x, w)


def one_jax() -> Task | None:
    jax = jax_in_doubles()
    if jax is None:
        return None
    jnp = jax.numpy

    def f(x: Any, w: Any) -> Any:
        place, a = 0, x
        for units in (16, 16, 1):
            W = w[place : place + units * (len(a) + 1)].reshape(units, -1)
            place += W.size
            a = W[:, :-1] @ a + W[:, -1]
            a = jnp.maximum(a, 0.0) if units > 1 else a
        return a[0]

    fast = jax.jit(jax.value_and_grad(f, argnums=1))
    x, w = map(numpy().array, _one_example())
    return lambda: jax.block_until_ready(fast(x, w))


# The price of an option, and its derivatives by all five inputs


def _price(xp: Any, S: Any, K: Any, T: Any, r: Any, sigma: Any) -> Any:
    """Black and Scholes (1973), the price of a call."""
    root = sigma * xp.sqrt(T)
    d1 = (xp.log(S / K) + (r + 0.5 * sigma * sigma) * T) / root

    def below(x: Any) -> Any:
        return 0.5 * (1.0 + xp.erf(x * math.sqrt(0.5)))

    return S * below(d1) - K * xp.exp(-r * T) * below(d1 - root)


class _OurFunctions:
    exp, log, sqrt, erf = staticmethod(exp), staticmethod(log), staticmethod(sqrt), staticmethod(erf)


def _market() -> list[Any]:
    rng = numpy().random.default_rng(0)
    bounds = ((80.0, 120.0), (80.0, 120.0), (0.2, 2.0), (0.0, 0.1), (0.1, 0.5))
    return [rng.uniform(low, high, 100_000) for low, high in bounds]


def price_ours(threads: int = 1) -> Task:
    fast = compile(
        value_and_grad(lambda *xs: _price(_OurFunctions, *xs), argnums=(0, 1, 2, 3, 4)), threads=threads
    )
    market = _market()
    return lambda: fast(*market)


def price_jax() -> Task | None:
    jax = jax_in_doubles()
    if jax is None:
        return None
    jnp = jax.numpy

    class Functions:
        exp, log, sqrt, erf = map(staticmethod, (jnp.exp, jnp.log, jnp.sqrt, jax.scipy.special.erf))

    f = jax.value_and_grad(lambda *xs: _price(Functions, *xs), argnums=(0, 1, 2, 3, 4))
    fast, market = jax.jit(jax.vmap(f)), [jnp.asarray(x) for x in _market()]
    return lambda: jax.block_until_ready(fast(*market))


def price_torch() -> Task | None:
    torch = torch_on_one_thread()
    if torch is None:
        return None
    market = [torch.tensor(x, requires_grad=True) for x in _market()]

    def task() -> Any:
        z = _price(torch, *market)
        return z.detach().numpy(), tuple(g.numpy() for g in torch.autograd.grad(z.sum(), market))

    return task


def price_casadi() -> Task | None:
    if not is_installed("casadi"):
        return None
    import casadi

    xs = [casadi.SX.sym(name) for name in ("S", "K", "T", "r", "sigma")]
    z = _price(casadi, *xs)
    f = casadi.Function("f", xs, [z, *[casadi.gradient(z, x) for x in xs]]).map(100_000)
    market = _market()

    def task() -> Any:
        z, *slopes = [numpy().asarray(y)[0] for y in f(*[x[None, :] for x in market])]
        return z, tuple(slopes)

    return task


# A random graph


def random_graph(operations: int, inputs: int = 8) -> Callable[..., Any]:
    """A function of so many operations, whose numbers stay near 1: xp has sin, cos, tanh, exp, sigmoid and sqrt."""
    generator = generator_of(operations)

    def near(i: int) -> int:
        """One of the last numbers made."""
        first = max(0, i + inputs - 60)
        return first + int(generator.random() * (i + inputs - first))

    plan = tuple([(int(generator.random() * 8), near(i), near(i)) for i in range(operations - 20)])

    def f(xp: Any, *xs: Any) -> Any:
        made = [*xs]
        for kind, i, j in plan:
            x, y = made[i], made[j]
            if kind < 5:
                made.append(((x + y) * 0.5, x * y + 0.1, (x - y) * 0.9, x * 0.5 + y, y * (1.0 - x))[kind])
            else:
                made.append((xp.sin, xp.tanh, xp.cos)[kind - 5](x))
        total = made[-20]
        for x in made[-19:]:
            total = total + x
        return total

    return f


class _OurGraph:
    sin, cos, tanh = staticmethod(sin), staticmethod(cos), staticmethod(tanh)


def _points(n: int) -> list[Any]:
    return list(numpy().random.default_rng(1).uniform(0.5, 1.0, (8, n)))


def graph_ours() -> Task:
    f, points = random_graph(300), _points(20_000)
    fast = compile(value_and_grad(lambda *xs: f(_OurGraph, *xs), argnums=range(8)))
    return lambda: fast(*points)


def graph_numpy() -> Task:
    f, points, np = random_graph(300), _points(20_000), numpy()
    return lambda: f(np, *points)


def graph_torch() -> Task | None:
    torch = torch_on_one_thread()
    if torch is None:
        return None
    f, points = random_graph(300), [torch.tensor(x, requires_grad=True) for x in _points(20_000)]

    def task() -> Any:
        z = f(torch, *points)
        return z.detach().numpy(), tuple(g.numpy() for g in torch.autograd.grad(z.sum(), points))

    return task


# Large graphs, and new ones

LARGE = 100_000


def _large() -> tuple[Callable[..., Any], list[Value], list[float]]:
    """A loss of 8 weights and 8 inputs, the weights, and an example."""
    f, weights = random_graph(LARGE), [Value(0.5 + 0.05 * i) for i in range(8)]
    return (lambda *xs: f(_OurGraph, *[w * x for w, x in zip(weights, xs)])), weights, [1.0] * 8


def _forgotten(weights: list[Value]) -> None:
    """Forget the gradients of the weights."""
    for w in weights:
        w.adjoint = None


def large_ours() -> Task:
    """The graph replayed, forward and backward."""
    f, weights, example = _large()
    fast = compile(f)

    def task() -> Any:
        _forgotten(weights)
        return fast.backward(*example), [w.grad for w in weights]

    return task


def large_first() -> Task:
    """The first call, which traces it."""
    f, weights, example = _large()

    def task() -> Any:
        _forgotten(weights)
        return compile(f).backward(*example), [w.grad for w in weights]

    return task


def large_eager() -> Task:
    f, weights, example = _large()

    def task() -> Any:
        _forgotten(weights)
        z = f(*map(Value, example))
        z.backward()
        return z.data, [w.grad for w in weights]

    return task


def first_ours() -> Task:
    """The first call of a new program of 1,000 operations."""
    f, points = random_graph(1000), _points(1)
    return lambda: compile(lambda *xs: f(_OurGraph, *xs), tier="tape")(*points)


def first_jax() -> Task | None:
    jax = jax_in_doubles()
    if jax is None:
        return None
    f, points = random_graph(1000), [jax.numpy.asarray(x) for x in _points(1)]
    return lambda: jax.block_until_ready(jax.jit(lambda *xs: f(jax.numpy, *xs))(*points))
