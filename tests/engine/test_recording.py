"""no_grad and detect_anomaly: for one thread, nested, restored after exceptions, alone and inside transforms."""

import asyncio
import contextlib
import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_mini as am
from autograd_mini import (
    Value,
    detect_anomaly,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    parse,
    value_and_grad,
    vjp,
)
from autograd_mini.engine import recording
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import AnomalyError, AutogradError, UnboundError

INF = math.inf


class OopsError(Exception):
    """What a block under test raises."""


@pytest.fixture(autouse=True)
def _nothing_is_left_on():
    """Every test ends with all modes off, or fails."""
    yield
    assert recording.active == 0


def in_thread(work):
    """What a function returns in a thread of its own, started now and ended before we go on."""
    results = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


# no_grad


def test_no_grad_records_nothing():
    """Under no_grad results have their number, no parents and no rule, and gradients stop at them."""
    x = Value(3.0)
    with no_grad():
        y = am.exp(x) * 2 + am.sum([x, x, x])
    z = x * y
    z.backward()

    assert 2 * math.exp(3.0) + 9.0 == y.data
    assert (None, (), ()) == (y.rule, y.parents, y.partials)
    assert y.data == x.grad


@pytest.mark.parametrize(
    "operation", [lambda x: x + 1, lambda x: -x, am.tanh, lambda x: am.max([x, 1, 2]), lambda x: x**3]
)
def test_no_grad_holds_for_every_kind_of_operation(operation):
    """Unary, binary and n-ary primitives and powers are all leaves."""
    with no_grad():
        assert () == operation(Value(0.5)).parents


def test_no_grad_nested():
    """The inner end does not end the outer one."""
    x = Value(2.0)
    with no_grad():
        with no_grad():
            assert () == (x * x).parents
        assert () == (x * x).parents
    assert (x, x) == (x * x).parents


def test_no_grad_ends_with_an_exception():
    """After an exception has left the block, operations record again."""
    x = Value(2.0)
    with pytest.raises(OopsError), no_grad():
        raise OopsError

    assert (x, x) == (x * x).parents


def test_no_grad_as_a_decorator():
    """A decorated function records nothing whenever it is called, and also after it raised."""

    @no_grad()
    def square(x):
        """The square."""
        if x > 10:
            raise OopsError
        return x * x

    x = Value(3.0)
    assert ("square", (), ()) == (square.__name__, square(x).parents, square(x).parents)
    with pytest.raises(OopsError):
        square(Value(11.0))
    assert (x, x) == (x * x).parents


def test_no_grad_holds_for_its_own_thread():
    """Another thread goes on recording."""
    x = Value(2.0)
    with no_grad():
        product = in_thread(lambda: x * x)

    assert (x, x) == product.parents
    assert () == in_thread(no_grad()(lambda: x * x)).parents
    assert (x, x) == (x * x).parents


def test_an_unbound_result_under_no_grad():
    """A lazy operation could never get a number without its record, so it is an error."""
    with no_grad(), pytest.raises(UnboundError, match="no number for u yet"):
        Value(label="u") * 2


def test_backward_under_no_grad():
    """backward() of a graph recorded before works as ever."""
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()

    assert 6.0 == x.grad


@pytest.mark.parametrize(
    "derivative",
    [
        lambda f: grad(f)(3.0),
        lambda f: value_and_grad(f)(3.0)[1],
        lambda f: vjp(f, 3.0)[1](1.0)[0],
        lambda f: jvp(f, (3.0,), (1.0,))[1],
        lambda f: jacobian(f, mode="forward")(3.0),
        lambda f: jacobian(f, mode="reverse")(3.0),
    ],
)
def test_no_grad_is_a_stop_inside_a_function(derivative):
    """What a function computes under no_grad is a constant to every transform around it."""

    def frozen(x):
        with no_grad():
            return x * x

    assert 0.0 == derivative(frozen)
    assert 9.0 == derivative(lambda x: x * frozen(x))
    assert 27.0 == derivative(lambda x: x**3) == derivative(lambda x: frozen(x) * x + 18 * x)


def test_no_grad_is_a_stop_at_every_order():
    """Second derivatives do not pass either, in the Hessian as in its product with a vector."""

    def f(x):
        with no_grad():
            frozen = x[0] * x[0]
        return frozen * x[0] ** 2

    assert [[18.0]] == hessian(f)([3.0])
    assert [18.0] == hvp(f, [3.0], [1.0])


# detect_anomaly: values


@pytest.mark.parametrize(
    ("expression", "numbers", "message"),
    [
        ("log(x)", {"x": 0}, "log(x) is -inf, where x = 0"),
        ("log(u - v)", {"u": 1, "v": 3}, "log(u − v) is nan, where u − v = -2"),
        ("u / v", {"u": 1, "v": 0}, "u / v is inf, where u = 1, v = 0"),
        ("exp(1000 * x)", {"x": 1.5}, "exp(1000 × x) is inf, where 1000 × x = 1500"),
        ("x ** 0.5", {"x": -2}, "x^0.5 is nan, where x = -2"),
        ("u * v", {"u": 1e200, "v": 1e200}, "u × v is inf, where u = 1e+200, v = 1e+200"),
        ("1 / x", {"x": 0}, "1 / x is inf, where x = 0"),
    ],
)
def test_the_first_value_that_is_no_number(expression, numbers, message):
    """forward() is watched too; the message has the expression down to names, and the inputs with their numbers."""
    with detect_anomaly(), pytest.raises(AnomalyError) as raised:
        parse(expression).forward(**numbers)

    assert message == str(raised.value)


def test_eager_values_say_how_they_were_made():
    """Unlabelled results in between are written out, labelled ones are called by their names."""
    u, v = am.variables(u=2.0, v=-2.0)
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"^log\(u \+ v\) is -inf, where u \+ v = 0$"):
        am.log(u + v)
    total = u + v
    total.label = "total"
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"^log\(total\) is -inf, where total = 0$"):
        am.log(total)
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"^1 / \(u × \(u′ \+ v\)\) is inf, where .* = 0$"),
    ):
        1 / (Value(2.0, label="u") * (u + v))


def test_a_long_expression_is_cut_short():
    """The message of a node at the end of a long chain stays readable."""
    x = Value(0.5, label="x")
    for _ in range(10_000):
        x = x * 1.0 + 0.0
    with detect_anomaly(), pytest.raises(AnomalyError) as raised:
        am.log(x - x)

    assert len(str(raised.value)) < 400


def test_anomalies_are_arithmetic_errors():
    """An AnomalyError can be caught as an ArithmeticError, or with all errors of the package."""
    assert issubclass(AnomalyError, ArithmeticError)
    assert issubclass(AnomalyError, AutogradError)


@pytest.mark.parametrize("x", [math.nan, INF])
def test_a_leaf_may_be_no_number_until_it_is_used(x):
    """What the user puts in is not the engine's; the first operation on it is."""
    with detect_anomaly():
        leaf = Value(x, label="x")
        with pytest.raises(AnomalyError, match=r"x \+ 1 is (nan|inf), where x = (nan|inf)"):
            leaf + 1


# detect_anomaly: gradients


def test_a_gradient_that_is_no_number():
    """backward() names the node, the product it came by, and the inputs of that operation."""
    x, y = am.variables(x=0.0, y=4.0)
    f = am.sqrt(x) * y
    with detect_anomaly(), pytest.raises(AnomalyError) as raised:
        f.backward()

    assert str(raised.value) == (
        "the gradient ∂f/∂x is inf: through t1 = √x comes the product inf · 4, where x = 0"
    )


def test_the_first_bad_gradient_is_named():
    """Of all gradients that are no numbers, the one nearest to the result is named."""
    x = Value(0.0, label="x")
    f = (x * 3.0) ** 0.5 + x
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"comes the product inf · 1, where x × 3 = 0"):
        f.backward()


def test_a_gradient_that_overflows_in_the_sum():
    """A sum of finite products may be infinite: that is found too."""
    x = Value(0.0, label="x")
    f = 1e308 * x + 1e308 * x
    with detect_anomaly(), pytest.raises(AnomalyError, match="the gradient ∂f/∂x is inf"):
        f.backward()


def test_the_gradient_of_a_constant_is_nobodys():
    """0^x has an infinite slope in its base, which is a plain 0.0: no alarm."""
    x = Value(0.5)
    with detect_anomaly():
        (0.0**x).backward()

    assert 0.0 == x.grad


TRANSFORMS = {
    "grad": lambda f: grad(f)(0.0),
    "value_and_grad": lambda f: value_and_grad(f)(0.0),
    "vjp": lambda f: vjp(f, 0.0)[1](1.0),
    "jvp": lambda f: jvp(f, (0.0,), (1.0,)),
    "reverse jacobian": lambda f: jacobian(lambda x: [f(x[0]), x[1]], mode="reverse")([0.0, 1.0]),
    "forward jacobian": lambda f: jacobian(lambda x: [f(x[0]), x[1]], mode="forward")([0.0, 1.0]),
    "hessian": lambda f: hessian(lambda x: f(x[0]))([0.0]),
    "hvp": lambda f: hvp(lambda x: f(x[0]), [0.0], [1.0]),
    "grad of grad": lambda f: grad(grad(f))(0.0),
    "jvp of jvp": lambda f: jvp(lambda x: jvp(f, (x,), (1.0,))[1], (0.0,), (1.0,)),
    "grad of a Value": lambda f: grad(f)(Value(0.0)),
}
every_transform = pytest.mark.parametrize("transform", TRANSFORMS.values(), ids=TRANSFORMS)


@every_transform
def test_values_inside_a_transform(transform):
    """A value that is no number is found in every mode, and its operation is written with its inputs."""
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"^log\((2 × )?\w+\) is -inf, where (2 × )?\w+ = 0$"),
    ):
        transform(lambda x: am.log(2 * x))


@every_transform
def test_gradients_inside_a_transform(transform):
    """An infinite derivative of a finite value is found in every mode, with the operation it came through."""
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"√x1.*= 0"):
        transform(lambda x: am.sqrt(x) + 1)


@pytest.mark.parametrize("name", ["hessian", "hvp", "grad of grad", "jvp of jvp"])
def test_second_derivatives_inside_a_transform(name):
    """x^1.5 has a slope at 0, but an infinite second derivative."""
    with detect_anomaly():
        assert 0.0 == grad(lambda x: x**1.5)(0.0)
        with pytest.raises(AnomalyError, match=r"\^0\.5.* = 0"):
            TRANSFORMS[name](lambda x: x**1.5)


@pytest.mark.parametrize("name", ["grad", "vjp", "jvp", "reverse jacobian", "forward jacobian"])
def test_sums_that_overflow_inside_a_transform(name):
    """Products may be finite and their sum not: found in every sweep."""
    with detect_anomaly(), pytest.raises(AnomalyError, match="inf"):
        TRANSFORMS[name](lambda x: 1e308 * x + 1e308 * x)


def test_labels_of_captured_values_are_in_the_message():
    """A captured Value is called by its label also where a box met it."""
    rate = Value(0.0, label="rate")
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"/ rate is inf, where .*rate = 0"):
        jvp(lambda x: x / rate, (1.0,), (1.0,))


# detect_anomaly: good graphs, threads, nesting


@given(st.floats(-3, 3), st.floats(0.5, 3))
def test_good_graphs_are_left_alone(x, y):
    """Where all is finite nothing is raised, and numbers and derivatives are the same to the last bit."""

    def f(v):
        x, y = v
        return am.softplus(x * y) + am.log(y) * am.tanh(x) - am.sqrt(y + x * x) / y**x + am.max([x, y, x * y])

    plain = [f([x, y]), grad(f)([x, y]), hessian(f)([x, y]), jvp(f, ([x, y],), ([1.0, 2.0],))]
    with detect_anomaly():
        same = [f([x, y]), grad(f)([x, y]), hessian(f)([x, y]), jvp(f, ([x, y],), ([1.0, 2.0],))]
        u, v = Value(x), Value(y)
        f([u, v]).backward()

    assert plain == same
    assert pytest.approx(plain[1], rel=1e-12, abs=1e-12) == [u.grad, v.grad]


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.arity == 1], ids=lambda rule: rule.name
)
def test_every_function_at_an_ordinary_point(rule):
    """No function is suspected at 0.5, arccosh at 1.5, of first or second order."""
    with detect_anomaly():
        hessian(lambda x: x[0].apply(rule, [x[0]]))([1.5 if rule.name == "arccosh" else 0.5])


def test_detect_anomaly_nested_and_after_an_exception():
    """The inner end does not end the outer one, and after an exception all is as before."""
    with detect_anomaly():
        with detect_anomaly():
            pass
        with pytest.raises(AnomalyError):
            am.log(Value(0.0))
    with pytest.raises(OopsError), detect_anomaly():
        raise OopsError

    assert -INF == am.log(Value(0.0)).data


def test_detect_anomaly_after_its_own_error():
    """The error that leaves the block ends it."""
    with pytest.raises(AnomalyError), detect_anomaly():
        am.log(Value(0.0))

    assert -INF == am.log(Value(0.0)).data


def test_detect_anomaly_as_a_decorator():
    """A decorated function is watched whenever it is called."""
    watched = detect_anomaly()(am.log)

    for _ in range(2):
        with pytest.raises(AnomalyError):
            watched(Value(0.0))
    assert -INF == am.log(Value(0.0)).data


def test_detect_anomaly_holds_for_its_own_thread():
    """Another thread may have its infinities, forward and backward, and each may watch for itself."""

    def infinite():
        x = Value(0.0)
        am.sqrt(x).backward()
        return x.grad, am.log(x).data, jvp(am.sqrt, (0.0,), (1.0,))[1], grad(am.sqrt)(0.0)

    with detect_anomaly():
        assert (INF, -INF, INF, INF) == in_thread(infinite)

    def watched():
        with detect_anomaly(), pytest.raises(AnomalyError):
            infinite()
        return "raised"

    assert "raised" == in_thread(watched)


def test_both_modes_at_once():
    """Under both, values are checked and not recorded."""
    x = Value(2.0)
    with detect_anomaly(), no_grad():
        assert (4.0, ()) == ((x * x).data, (x * x).parents)
        with pytest.raises(AnomalyError, match=r"^log\(x1\) is -inf, where x1 = 0$"):
            am.log(x - 2)
    with no_grad(), detect_anomaly():
        assert 12.0 == hessian(lambda x: x[0] ** 3)([2.0])[0][0]


def test_many_threads_switch_modes():
    """The count of modes is right after many threads have entered and left them at once."""
    ready, wrong = threading.Barrier(4), []

    def work():
        x = Value(2.0)
        ready.wait()
        for _ in range(300):
            with no_grad():
                inside = (x * x).parents
            if inside != () or (x * x).parents != (x, x):
                wrong.append(inside)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong
    assert 0 == recording.active


# Modes belong to the context that entered them


def test_tasks_do_not_see_each_others_modes():
    """Two tasks, one of them under no_grad while both run, record as if they were alone."""

    async def recorded(mode):
        with mode:
            await asyncio.sleep(0)
            y = Value(1.0) * 2.0
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return bool(y.parents), bool((Value(1.0) * 2.0).parents)

    async def both():
        return await asyncio.gather(
            recorded(no_grad()), recorded(contextlib.nullcontext()), recorded(no_grad())
        )

    with ThreadPoolExecutor(1) as pool:  # where no loop runs, whatever other tests have left running here
        recordings = pool.submit(lambda: asyncio.run(both())).result()

    assert [(False, True), (True, True), (False, True)] == recordings


def test_overlapping_exits_end_their_own():
    """Modes that end in another order than that of their beginnings leave nothing behind."""
    first, second = no_grad(), no_grad()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)

    assert () == (Value(1.0) * 2.0).parents
    second.__exit__(None, None, None)

    assert (Value(1.0) * 2.0).parents


def suspended():
    with no_grad():
        yield
        yield


def test_a_suspended_generator_holds_its_mode_until_it_ends():
    """As documented: the mode of a generator is on for its caller while the generator waits inside."""
    generator = suspended()
    next(generator)

    assert () == (Value(1.0) * 2.0).parents
    generator.close()

    assert (Value(1.0) * 2.0).parents


def test_a_generator_that_ends_in_another_context_leaves_nothing_behind():
    """A thread is not stuck in a mode whose generator was ended by another thread."""
    generator = suspended()
    next(generator)
    thread = threading.Thread(target=generator.close)
    thread.start()
    thread.join()

    assert (Value(1.0) * 2.0).parents


def test_a_transform_in_a_worker_thread():
    """A derivative taken in another thread, inside a differentiated function, is followed: d/dx x · 2x = 4x."""

    def f(x):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: grad(lambda y: x * y * y)(x)).result()

    assert 4.0 == grad(f)(1.0)
    assert 4.0 == jvp(f, (1.0,), (1.0,))[1]


def test_a_leaked_tracer_is_an_error():
    """A number kept from inside a transform is refused outside, by name of the operation."""
    kept = []
    grad(lambda x: kept.append(x) or x * x)(3.0)
    with pytest.raises(TypeError, match=r"from inside a finished transform .* was given to mul"):
        kept[0] * 2.0
    with pytest.raises(TypeError, match="the result depends on a number from inside a finished transform"):
        grad(lambda x: kept[0])(1.0)
