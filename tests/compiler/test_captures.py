"""What a function takes from outside: numbers are read at each call, and it is traced again where anything else changes."""

import copy
import functools
import itertools
import sys
import types
from collections import deque
from dataclasses import dataclass, field

import numpy as np
import pytest

from autograd_mini import Value, compile, grad, tanh
from autograd_mini.compiler.captures import Captures
from autograd_mini.nn import MLP, Dropout, Layer, Module

GLOBAL = Value(2.0)
SETTINGS = {"factor": 3.0}


class Counted:
    """A function that counts how often it is run; the count is no part of what it reaches."""

    def __init__(self, function):
        ticks = itertools.count()
        self.ticks = ticks

        @functools.wraps(function)
        def counted(*args, **kwargs):
            next(ticks)
            return function(*args, **kwargs)

        self.compiled = compile(counted)

    def __call__(self, *args):
        return self.compiled(*args)

    @property
    def traces(self):
        return copy.copy(self.ticks).__reduce__()[1][0]


def expect(f, expected, traces):
    """The function gives this at 1.0, and has been traced so many times."""
    assert expected == f(1.0)
    assert traces == f.traces


# Numbers


def test_numbers_are_read_at_each_call():
    """A parameter that gets another number needs no other trace, and has the gradient of the call."""
    w, b = Value(2.0), Value(1.0)
    f = Counted(lambda x: w * w * x + b)
    expect(f, 5.0, 1)
    for number in (3.0, -1.0, 0.5):
        w.data, w.grad = number, None
        expect(f, number**2 + 1, 1)
        f.compiled.backward(2.0)
        assert 4 * number == w.grad


def test_shared_parameters():
    """Two programs add to the gradient of the parameter they share."""
    w = Value(2.0)
    f, g = compile(lambda x: w * x), compile(lambda x: w * w * x)
    f.backward([1.0, 3.0])
    g.backward([1.0])

    assert 6.0 == w.grad


def test_frozen():
    """A number in place of a Value is a constant, another one another trace; no gradient comes there."""
    line = types.SimpleNamespace(w=Value(2.0), b=Value(1.0))
    f = Counted(lambda x: line.w * x + line.b)
    expect(f, 3.0, 1)
    old, line.w = line.w, 5.0
    expect(f, 6.0, 2)
    f.compiled.backward(1.0)
    assert (None, 1.0) == (old.known("grad"), line.b.grad)
    line.w = old
    expect(f, 3.0, 2)


def test_parameters_of_a_step_that_is_not_taken():
    """A parameter that no example of a batch uses gets no gradient but 0."""
    w, v = Value(2.0), Value(3.0)
    f = compile(lambda x: w * x if x > 0 else v * x)
    f.backward([1.0, -1.0])
    f.backward([1.0])

    assert (0.5 + 1.0, -0.5) == (w.grad, v.grad)


# Structure


def test_replaced_in_a_list():
    """Another Value in a list is another parameter, one with the same number too."""
    weights = [Value(2.0), Value(3.0)]
    f = Counted(lambda x: weights[0] * x + weights[1])
    expect(f, 5.0, 1)
    old, weights[0] = weights[0], Value(2.0)
    expect(f, 5.0, 2)
    f.compiled.backward(1.0)
    assert (None, 1.0) == (old.known("grad"), weights[0].grad)
    weights[:] = weights[::-1]
    expect(f, 5.0, 3)
    weights[1] = 2.0
    expect(f, 5.0, 4)
    weights.append(None)
    expect(f, 5.0, 5)
    del weights[0]
    with pytest.raises(TypeError):
        f(1.0)


def test_layers():
    """A network that loses a layer, or gets one, is traced again; numbers alone change nothing."""
    model = MLP(1, [2, 2, 1], activation="tanh", seed=0)
    f = Counted(lambda x: model([x]))
    same = lambda: model([1.0]).data
    expect(f, pytest.approx(same(), rel=1e-14), 1)
    for p in model.parameters():
        p.data += 0.5
    expect(f, pytest.approx(same(), rel=1e-14), 1)
    last = model.layers.pop()
    before = f(1.0)
    assert pytest.approx([x.data for x in model([1.0])], rel=1e-14) == before
    model.layers.append(last)
    expect(f, pytest.approx(same(), rel=1e-14), 2)
    model.layers[1] = Layer(2, 2, "tanh", seed=5)
    expect(f, pytest.approx(same(), rel=1e-14), 3)
    model.layers[1].neurons[0].w[1] = Value(0.0)
    expect(f, pytest.approx(same(), rel=1e-14), 4)


def test_training_is_switched():
    """eval() and train() are two programs, which are both kept."""

    class Net(Module):
        def __init__(self):
            self.w, self.drop = Value(2.0), Dropout(0.5, seed=0)

        def __call__(self, x):
            return self.w * x * (100 if self.training else 1)

    net = Net()
    f = Counted(net.__call__)
    for _ in range(4):
        assert 200.0 == f(1.0)
        net.eval()
        assert 2.0 == f(1.0)
        net.train()

    assert 3 == f.traces  # the first before the module had `training` of its own


def test_globals(monkeypatch):
    """A global name that is bound anew, deleted, or that hides a built-in one from now on, is seen."""
    f = Counted(lambda x: GLOBAL * x + max([x]) + SETTINGS["factor"])
    expect(f, 6.0, 1)
    monkeypatch.setattr(sys.modules[__name__], "GLOBAL", Value(5.0))
    expect(f, 9.0, 2)
    monkeypatch.setitem(SETTINGS, "factor", 4.0)
    expect(f, 10.0, 3)
    monkeypatch.setattr(sys.modules[__name__], "max", lambda xs: 10 * xs[0], raising=False)
    expect(f, 19.0, 4)
    monkeypatch.setattr(sys.modules[__name__], "tanh", None)
    expect(f, 19.0, 4)


def test_modules(monkeypatch):
    """An attribute of a module that the function names is seen, also of a module inside."""
    inner = types.ModuleType("inner")
    outer = types.ModuleType("outer")
    outer.inner, inner.w, inner.other = inner, Value(2.0), 1.0
    monkeypatch.setattr(sys.modules[__name__], "settings", outer, raising=False)
    f = Counted(lambda x: settings.inner.w * x)  # noqa: F821
    expect(f, 2.0, 1)
    inner.other = 7.0
    expect(f, 2.0, 1)
    inner.w = Value(3.0)
    expect(f, 3.0, 2)


def test_defaults():
    """Defaults of arguments are watched, those by keyword too."""

    def f(x, w=Value(2.0), *, b=Value(1.0)):  # noqa: B008
        return w * x + b

    compiled = compile(f)
    assert 3.0 == compiled(1.0)
    f.__defaults__ = (Value(3.0),)
    assert 4.0 == compiled(1.0)
    f.__kwdefaults__["b"] = Value(5.0)
    assert 8.0 == compiled(1.0)
    f.__code__ = (lambda x, w=None, *, b=None: x - w * b).__code__
    assert -14.0 == compiled(1.0)


def test_closures():
    """A variable of the function around it is seen when it is bound anew, deleted, or bound at last."""
    w = Value(2.0)
    f = Counted(lambda x: w * x if x > 0 else late * x)  # noqa: F821  # deleted below
    expect(f, 2.0, 1)
    with pytest.raises(NameError):
        f(-1.0)
    late = Value(7.0)
    assert -7.0 == f(-1.0)
    late = Value(8.0)
    assert -8.0 == f(-1.0)
    w = Value(5.0)
    assert 5.0 == f(1.0)
    del w
    with pytest.raises(NameError):
        f(1.0)


def test_methods_and_objects():
    """Bound methods, objects that can be called, partial and class attributes: what they hold is watched."""

    class Line:
        slope = Value(10.0)
        __slots__ = ("b", "w")

        def __init__(self):
            self.w, self.b = Value(2.0), Value(1.0)

        def at(self, x):
            return self.w * x + self.b

        @property
        def steep(self):
            return self.slope

        def __call__(self, x):
            return self.at(x) + self.steep

    line = Line()
    bound, called = compile(line.at), compile(line)
    partly = compile(functools.partial(Line.at, line))
    assert (3.0, 13.0, 3.0) == (bound(1.0), called(1.0), partly(1.0))
    line.w = Value(4.0)
    assert (5.0, 15.0, 5.0) == (bound(1.0), called(1.0), partly(1.0))
    Line.slope = Value(20.0)
    assert 25.0 == called(1.0)
    Line.at = lambda self, x: self.w - x
    assert (23.0, 5.0) == (called(1.0), bound(1.0))
    called.backward(1.0)
    assert (1.0, 1.0) == (line.w.grad, Line.slope.grad)


@dataclass
class Data:
    w: Value
    more: dict = field(default_factory=dict)


def test_containers():
    """Dicts and their keys, sets, deques, tuples, dataclasses and arrays are watched."""
    w, v = Value(2.0), Value(3.0)
    data, queue, array = Data(w, {"a": w, "b": v}), deque([w]), np.array([1.0, 2.0])
    values, nested = np.array([w, v]), ([w],)

    def f(x):
        return data.w * x + data.more["a"] + queue[0] + array[0] + values[1] + nested[0][0]

    f = Counted(f)
    expect(f, 12.0, 1)
    data.w = v
    expect(f, 13.0, 2)
    data.more = {"b": w, "a": v}
    expect(f, 14.0, 3)
    first, second = data.more.values()
    data.more.clear()
    data.more.update(a=first, b=second)
    expect(f, 13.0, 4)
    queue[0] = v
    expect(f, 14.0, 5)
    array[0] = 5.0
    expect(f, 18.0, 6)
    values[1] = w
    expect(f, 17.0, 7)
    nested[0][0] = v
    expect(f, 18.0, 8)
    expect(f, 18.0, 8)


def test_long_lists():
    """A list of any length is watched."""
    data = [1.0] * 20_000
    f = Counted(lambda x: data[-1] * x)
    expect(f, 1.0, 1)
    data[-1] = 2.0
    expect(f, 2.0, 2)


def test_transforms_and_compiled_functions():
    """What a differentiated or compiled function holds is watched as well."""
    box = [Value(2.0)]
    inner = compile(lambda x: box[0] * x * x)
    slope, outer = Counted(grad(inner)), Counted(lambda x: inner(x) + 1)
    expect(slope, 4.0, 1)
    expect(outer, 3.0, 1)
    box[0] = Value(5.0)
    expect(slope, 10.0, 2)
    expect(outer, 6.0, 2)


def test_graphs_from_outside():
    """A graph that was made outside is replayed from its parameters; constants stay."""
    w = Value(2.0)
    y = tanh(w) * 3 + w
    f = compile(lambda x: y * x, exact=True)
    assert y.data == f(1.0)
    f.backward(1.0)
    gradient, w.grad = w.grad, None
    y.backward()
    assert w.grad == gradient


def test_few_states_are_kept():
    """Of what is captured the last eight states are remembered."""
    box = [None]
    f = Counted(lambda x: box[0] * x)
    numbers = [float(i) for i in range(10)]
    for i in range(10):
        box[0] = numbers[i]
        expect(f, float(i), i + 1)
    box[0] = numbers[9]
    expect(f, 9.0, 10)
    box[0] = numbers[0]
    expect(f, 0.0, 11)


def test_libraries_are_not_walked():
    """Functions of Python and of installed packages are taken as they are: nothing in them is watched."""
    from statistics import NormalDist, mean

    captures = Captures(lambda x: NormalDist().mean + mean([x]) + np.linalg.norm([x]) + tanh(x))

    assert len([*captures._now()]) < 30


def test_a_dict_that_changes_meanwhile():
    """A dict that another thread changes while it is looked at counts as changed."""

    class Changing(dict):
        def values(self):
            return Restless()

    class Restless:
        def __iter__(self):
            yield 1.0
            if self.armed:
                raise RuntimeError("dictionary changed size during iteration")

        armed = False

    changing = Changing(a=1.0)
    captures = Captures(lambda x: changing["a"] * x)
    Restless.armed = True

    assert not captures.same()
