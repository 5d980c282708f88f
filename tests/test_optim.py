"""Optimizers and schedules, step by step, against their formulas written out and against torch."""

import math

import pytest

from autograd_mini.engine.value import Value
from autograd_mini.optim import SGD, Adam, Optimizer, cosine, exponential, linear, staircase


def descend(optimizer, start, gradient, steps):
    """The parameter after every step, when its gradient is a function of it."""
    p = Value(start)
    path = []
    for _ in range(steps):
        p.grad = gradient(p.data)
        optimizer.step([p])
        path.append(p.data)
    return path


def test_sgd():
    """Plain descent subtracts the rate times the gradient."""
    assert [0.5, 0.25, 0.125] == descend(SGD(lr=0.25), 1.0, lambda x: 2 * x, 3)


def test_sgd_with_momentum_and_weight_decay():
    """The velocity is μ v + g + ρ p, one for each parameter."""
    optimizer = SGD(lr=0.1, momentum=0.9, weight_decay=0.5)
    p, q = Value(1.0), Value(-2.0)
    expected = {p: (1.0, 0.0), q: (-2.0, 0.0)}
    for k in range(4):
        for each, g in ((p, 1.0 + k), (q, -3.0)):
            x, v = expected[each]
            v = 0.9 * v + g + 0.5 * x
            expected[each] = x - 0.1 * v, v
            each.grad = g
        optimizer.step([p, q])

        assert p.data == pytest.approx(expected[p][0], rel=1e-15)
        assert q.data == pytest.approx(expected[q][0], rel=1e-15)


def test_adam():
    """Adam's first step is the learning rate, whatever the gradient; later ones follow its algorithm 1."""
    m = v = 0.0
    x, path = 1.0, []
    for t in range(1, 6):
        g = 4 * x**3 - 1
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g * g
        x -= 0.3 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.9**t)) + 1e-8)
        path.append(x)

    assert descend(Adam(lr=0.3, beta1=0.8, beta2=0.9), 1.0, lambda x: 4 * x**3 - 1, 5) == pytest.approx(
        path, rel=1e-14
    )
    assert descend(Adam(lr=0.5), 1.0, lambda x: 1e-3, 1) == [pytest.approx(0.5, abs=1e-4)]


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_against_torch(kind):
    """The same steps as torch's optimizers, where it is installed."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    ours, theirs = {
        "sgd": (SGD(lr=0.05, momentum=0.9, weight_decay=0.1), lambda ps: torch.optim.SGD(ps, 0.05, 0.9, weight_decay=0.1)),
        "adam": (Adam(lr=0.05), lambda ps: torch.optim.Adam(ps, 0.05)),
    }[kind]  # fmt: skip
    p = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    optimizer, path = theirs([p]), []
    for _ in range(20):
        optimizer.zero_grad()
        (p**4 - p).backward()
        optimizer.step()
        path.append(p.item())

    assert descend(ours, 1.5, lambda x: 4 * x**3 - 1, 20) == pytest.approx(path, rel=1e-12)


def test_a_schedule_sees_the_steps_done():
    """The rate of a step is the schedule at the number of steps before it."""
    seen = []
    descend(SGD(lr=lambda k: seen.append(k) or 0.1), 1.0, lambda x: x, 3)

    assert [0, 1, 2] == seen
    assert [1.0, 0.91, 0.82] == [pytest.approx(linear(1.0, 0.1, 10)(k), rel=1e-15) for k in (0, 1, 2)]
    assert [0.1, 0.1] == [linear(1.0, 0.1, 10)(k) for k in (10, 11)]
    assert [1.0, 1.0, 0.5] == [staircase(1.0, 0.5, every=2)(k) for k in (0, 1, 2)]
    assert [2.0, 1.0] == [exponential(2.0, 0.5)(k) for k in (0, 1)]
    assert [1.0, 0.75, 0.0, 0.0] == [pytest.approx(cosine(1.0, 0.0, 3)(k), abs=1e-15) for k in (0, 1, 3, 9)]


def test_nothing_lives_on_the_parameters():
    """Moments stay in the optimizer: two optimizers do not meet in a parameter."""
    one, other = SGD(momentum=0.5), SGD(momentum=0.5)
    p = Value(1.0)
    p.grad = 1.0
    one.step([p])

    assert other.direction(p) == 1.0
    assert one.direction(p) == 1.5
    assert (one.steps, other.steps) == (1, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SGD(lr=0.0), "the learning rate must be a positive number or a schedule, got 0.0"),
        (lambda: SGD(lr=math.nan), "got nan"),
        (lambda: SGD(momentum=1.0), r"momentum must be in \[0, 1\), got 1.0"),
        (lambda: SGD(weight_decay=-1.0), "weight_decay must be a number of 0 or more, got -1.0"),
        (lambda: Adam(beta2=1.5), r"beta2 must be in \[0, 1\), got 1.5"),
        (lambda: Adam(epsilon=0.0), "epsilon must be a positive number, got 0.0"),
        (lambda: linear(1.0, 0.0, 0), "steps must be a whole number of 1 or more, got 0"),
    ],
)
def test_wrong_arguments(call, message):
    """Each mistake gets its own message."""
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize("parameters", [None, 1.0, [1.0], ["a"], [[Value(1.0)]]])
def test_only_values_can_be_moved(kind, parameters):
    """Anything else is refused before anything moves."""
    p, optimizer = Value(1.0), kind()
    p.grad = 1.0
    for given in (parameters, [p, parameters]):
        with pytest.raises(
            TypeError, match=r"a step moves a list of Values, such as model.parameters\(\), got"
        ):
            optimizer.step(given)

    assert (p.data, optimizer.steps) == (1.0, 0)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_no_gradient(kind):
    """As in torch, None says that there is no gradient; it reads 0.0 and moves nothing."""
    p = Value(1.0)
    (3.0 * p).backward()
    p.grad = None
    kind().step([p])

    assert (p.grad, p.known("grad"), p.data) == (0.0, None, 1.0)


@pytest.mark.parametrize("rate", [math.nan, math.inf, None, "0.1"])
def test_a_schedule_gives_numbers(rate):
    """A rate that is none is an error of that step, and nothing moves."""
    p = Value(1.0)
    p.grad = 1.0
    with pytest.raises((ValueError, TypeError), match="the rate of step 1 must be a finite number, got"):
        SGD(lr=lambda k: rate).step([p])

    assert p.data == 1.0


@pytest.mark.parametrize("schedule", [linear, exponential, staircase, cosine])
def test_schedules_are_made_of_numbers(schedule):
    """Text and nan are refused when the schedule is made."""
    more = {linear: (10,), staircase: (10,), cosine: (10,), exponential: ()}[schedule]
    for start, end in ((None, 1.0), (1.0, "a"), (math.nan, 1.0), (1.0, [2.0])):
        with pytest.raises((ValueError, TypeError), match="a schedule is made of finite numbers, got"):
            schedule(start, end, *more)

    assert exponential(1.0, 2.0)(5000) == math.inf
    for k in (-1, 0.5, None):
        with pytest.raises(ValueError, match="the number of steps done must be a whole number of 0 or more"):
            schedule(1.0, 0.5, *more)(k)


def test_an_optimizer_of_your_own():
    """A subclass says the direction, and the rest is there."""

    class Sign(Optimizer):
        def direction(self, parameter):
            return math.copysign(1.0, parameter.grad)

    assert [0.5, 0.0] == descend(Sign(lr=0.5), 1.0, lambda x: 100 * x, 2)
