"""The types that a user's checker sees: Values in, Value out; floats in, float out; both, one of them."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy", reason="mypy comes with the extra dev, not with test")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
TYPED = """\
from typing import Any, assert_type

import autograd_mini as am
from autograd_mini import Value
from autograd_mini.nn import Neuron


def of_numbers(x: Value, u: Value | float, unknown: Any) -> None:
    assert_type(am.exp(x), Value)
    assert_type(am.exp(0.5), float)
    assert_type(am.exp(u), Value | float)
    assert_type(am.exp(unknown), Any)
    assert_type(am.maximum(x, 0), Value)
    assert_type(am.maximum(0, x), Value)
    assert_type(am.maximum(x=0, y=1), float)
    assert_type(am.arctan2(y=x, x=1), Value)
    assert_type(am.where(x > 0, x, 0.0), Value)
    assert_type(am.where(x, 1.0, 0.0), Value)
    assert_type(am.where(c=True, x=1.0, y=x), Value)
    assert_type(am.where(True, 1.0, 0.0), float)
    assert_type(am.clip(x, 0, 1), Value)
    assert_type(am.clip(0.5, low=0, high=x), Value)
    assert_type(am.clip(0.5, low=0, high=1), float)
    assert_type(2 * x + x**2 - 1 / x, Value)
    assert_type(x.clip(0, 1).tanh().data, float)


def of_lists(values: list[Value], floats: list[float], mixed: list[Value | float], unknown: list[Any]) -> None:
    x = values[0]
    assert_type(am.sum(values), Value)
    assert_type(am.sum(v * v for v in values), Value)
    assert_type(am.sum(values, 0.5), Value)
    assert_type(am.sum(floats, x), Value)
    assert_type(am.sum(floats), float)
    assert_type(am.sum([1, 2]), int)
    assert_type(am.sum(mixed), Value | float)
    assert_type(am.sum([x, 3]), Value | float)
    assert_type(am.sum([[1], [2]], []), Any)
    assert_type(am.dot(values, floats), Value)
    assert_type(am.dot(floats, values), Value)
    assert_type(am.dot(values, mixed), Value)
    assert_type(am.dot(floats, floats), float)
    assert_type(am.dot(mixed, mixed), Value | float)
    for reduced in (am.prod(values), am.norm(values), am.mean(values), am.logsumexp(values)):
        assert_type(reduced, Value)
    for number in (am.prod(floats), am.norm(floats), am.mean(floats), am.logsumexp(floats)):
        assert_type(number, float)
    assert_type(am.prod([x, 2]), Value | float)
    assert_type(am.mean(unknown), Any)
    assert_type(am.softmax(values), list[Value])
    assert_type(am.log_softmax(floats), list[float])
    for f in (am.max, am.min):
        assert_type(f(values), Value)
        assert_type(f(floats), float)
        assert_type(f(range(3)), int)
        assert_type(f(mixed), Value | float)
        assert_type(f(x, 0), Value)
        assert_type(f(0.0, x), Value)
        assert_type(f(2, 3), int)
        assert_type(f("a", "b"), Any)


def square(x: Value) -> Value:
    return x * x


def of_texts() -> None:
    assert_type(am.parse("u * v", {"data": 1}, u=2, data=["v"]), Value | Any)
    assert_type(am.parse("u * v").data, float | Any)
    assert_type(am.definitions("W @ x", W="[2,2]", x=[1, 2], data="x"), dict[str, Value | Any])


def of_functions(x: Value, values: list[Value]) -> None:
    assert_type(am.grad(square)(x), Value)
    assert_type(am.grad(lambda x: x**3)(2.0), float)
    assert_type(am.grad(am.grad(lambda x: x**3))(2), float)
    assert_type(am.grad(am.logsumexp)(values), list[Value])
    assert_type(am.grad(lambda p: p["w"] * 2)({"w": 1.0}), dict[str, float])
    assert_type(am.grad(lambda x, y: x * y, argnums=(0, 1))(1.0, 2.0), Any)
    assert_type(am.value_and_grad(square)(x), tuple[Value, Value])
    assert_type(am.value_and_grad(square)(2.0), tuple[float, float])
    assert_type(am.value_and_grad(am.logsumexp)(values), tuple[Any, list[Value]])


def of_models(x: Value) -> None:
    assert_type(Neuron(2)([x, 1.0]), Value)
"""
WRONG = """\
import autograd_mini as am

am.exp("1")
am.dot([1.0], 2.0)
am.clip(1.0, 0.0)
am.mean([1.0]).backward()
"""


def errors(source, tmp_path):
    """What mypy, as strict as it can be, says of a program."""
    program = tmp_path / "program.py"
    program.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--hide-error-context", "--no-error-summary"]
    command += [f"--config-file={ROOT / 'pyproject.toml'}", f"--cache-dir={tmp_path / 'cache'}", program]
    run = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=600)

    assert "" == run.stderr
    return [line.split("error: ")[1] for line in run.stdout.splitlines() if "error: " in line]


def test_types(tmp_path):
    """Every function gives the type that its arguments say."""
    assert [] == errors(TYPED, tmp_path)


def test_wrong_types(tmp_path):
    """Text, a number for a list, a missing bound and the gradient of a float are found before the program runs."""
    found = errors(WRONG, tmp_path)

    assert ["call-overload", "call-overload", "call-overload", "attr-defined"] == [
        line.split("[")[-1].rstrip("]") for line in found
    ]
