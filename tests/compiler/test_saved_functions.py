"""Compiled functions in files: they run as before, refuse what they were not traced for, and damage is an error."""

import json
import random
import re
from contextlib import suppress

import numpy as np
import pytest

from autograd_mini import Value, compile, compiler, opaque, tanh, value_and_grad
from autograd_mini.errors import CompileError
from autograd_mini.losses import hinge
from autograd_mini.nn import MLP

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 2))
Y = np.sign(X[:, 0])


def trained_loss(**options):
    model = MLP(2, [4, 1], seed=0)
    loss = compile(lambda x, y: hinge(model(x), y), **options)
    loss(X, Y)
    return loss


def saved(compiled, tmp_path, **options):
    return compiler.load(compiled.save(tmp_path / "f.json"), **options)


@pytest.mark.parametrize("exact", [False, True])
def test_a_network_runs_as_before(exact, tmp_path):
    """Values, gradients and parameters are the same, to the last bit, and so are its views."""
    loss = trained_loss(exact=exact)
    loaded = saved(loss, tmp_path)
    costs = loss.backward(X, Y), loaded.backward(X, Y)

    assert loss(X, Y).tolist() == loaded(X, Y).tolist()
    assert costs[0] == costs[1]
    assert [(p.label, p.data, p.grad) for p in loss.parameters] == [
        (p.label, p.data, p.grad) for p in loaded.parameters
    ]
    assert loss.source() == loaded.source()
    assert loss.report() == loaded.report()


def test_parameters_may_move(tmp_path):
    """The parameters of a loaded function are Values, whose numbers are read at each call."""
    w = Value(2.0, label="w")
    times = compile(lambda x: w * x)
    times([1.0])
    loaded = saved(times, tmp_path)
    [parameter] = loaded.parameters
    parameter.data = 3.0

    assert [3.0, 6.0] == loaded([1.0, 2.0]).tolist()
    assert 2.0 == w.data


@pytest.mark.parametrize("exact", [False, True])
def test_paths(exact, tmp_path):
    """Each example takes its path; one that no path was saved for is an error that says so."""
    w = Value(2.0)

    def f(x):
        if x > 1.0:
            return w * x
        return tanh(x) if x > 0.0 else -w

    compiled = compile(f, exact=exact)
    examples = [2.0, 0.5, 3.0]
    compiled.backward(examples)
    loaded = saved(compiled, tmp_path)
    loaded.backward(examples)

    assert compiled(examples).tolist() == loaded(examples).tolist()
    assert w.grad == loaded.parameters[0].grad
    with pytest.raises(CompileError, match="example 3 takes a path through f that none had taken"):
        loaded([2.0, 0.5, -1.0])


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (
            lambda x: {"a": x[0], "b": [x[1], (x[0] * x[1], 2.0)], "c": None, "d": "text"},
            ([[1.0, 2.0], [3.0, 4.0]],),
        ),
        (value_and_grad(lambda x: tanh(x[0] * x[1])), (np.array([[1.0, 2.0], [3.0, 4.0]]),)),
        (lambda x, scale: [scale * each for each in x], ([[1.0, 2.0]], 3.0)),
        (lambda p: p["w"] * p["x"], ({"w": [1.0, 2.0], "x": [3.0, 4.0]},)),
        (lambda x: 2 * x, (3.0,)),
        (lambda: (1.0, 2.0), ()),
    ],
)
def test_structures(function, args, tmp_path):
    """Arguments and results keep their structure."""
    compiled = compile(function)
    expected = compiled(*args)

    assert repr(expected) == repr(saved(compiled, tmp_path)(*args))


def test_several_structures_in_one_file(tmp_path):
    """Whatever was met before it was saved is there; anything else is an error."""
    double = compile(lambda x: 2 * x if not isinstance(x, list) else x[0])
    double(3.0), double([[1.0], [2.0]])
    loaded = saved(double, tmp_path)

    assert 6.0 == loaded(3.0)
    assert [5.0] == loaded([[5.0]]).tolist()
    with pytest.raises(CompileError, match="was not traced for arguments of this structure"):
        loaded([[1.0, 2.0]])


@pytest.mark.usefixtures("forget")
def test_what_cannot_be_saved(tmp_path):
    """What was never called, draws random numbers, or calls Python is refused, and no file is written."""
    path = tmp_path / "f.json"
    with pytest.raises(CompileError, match="call it with a batch first"):
        compile(lambda x: x).save(path)
    noisy = compile(MLP(2, [4, 1], dropout=0.5, seed=0))
    noisy(X)
    with pytest.raises(CompileError, match=re.escape("model.eval()")):
        noisy.save(path)
    foreign = opaque("foreign", lambda x: 2.0 * x, lambda x: 2.0)
    calling = compile(foreign)
    calling([1.0])
    with pytest.raises(ValueError, match="calls Python functions"):
        calling.save(path)

    assert not path.exists()


def mutants(text, rng):
    """Texts that differ from a file in a place: bytes, and values of the document."""
    while True:
        if rng.random() < 0.5:
            i = rng.randrange(len(text))
            yield (
                text[:i]
                + rng.choice(["", "0", "-", "[", "}", '"', "é", text[rng.randrange(len(text))]])
                + text[i + 1 :]
            )
        else:
            document = json.loads(text)
            part = document["about"]
            for _ in range(rng.randrange(1, 7)):
                inner = [
                    x
                    for x in (part.values() if isinstance(part, dict) else part)
                    if isinstance(x, dict | list) and x
                ]
                if not inner:
                    break
                part = rng.choice(inner)
            key = rng.choice([*part]) if isinstance(part, dict) else rng.randrange(len(part))
            part[key] = rng.choice(
                [None, -1, 0, 1, 2**40, 1.5, "x", [], {}, True, [[1]], {"list": ["number"]}]
            )
            yield json.dumps(document)


def test_damage_is_an_error_or_another_function(tmp_path):
    """Of 600 damaged files each is refused with a ValueError, or can be called without any other error."""
    path = tmp_path / "f.json"
    loss = trained_loss()
    text = loss.save(path).read_text("utf-8")
    refusals, rng = [], random.Random(0)
    for _, mutant in zip(range(600), mutants(text, rng)):
        path.write_text(mutant, "utf-8")
        try:
            loaded = compiler.load(path, tier="numpy")
        except ValueError as error:
            refusals.append(str(error))
            continue
        with suppress(CompileError, TypeError):  # it takes other arguments now, or lacks the path
            loaded(X, Y)

    assert 200 < len(refusals)
    assert all("cannot load" in refusal for refusal in refusals)


def test_no_such_file(tmp_path):
    """A path that leads nowhere is an OSError."""
    with pytest.raises(OSError, match=r"nowhere\.json"):
        compiler.load(tmp_path / "nowhere.json")
