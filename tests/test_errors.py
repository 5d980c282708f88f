"""What is said of a wrong argument, whatever it is: the helpers, and the doors of public functions."""

import pytest

import autograd_mini as ag
from autograd_mini import Value
from autograd_mini.derivatives.cost import cost
from autograd_mini.errors import UnboundError, choose, require, shown


class RaisesInRepr:
    def __repr__(self):
        raise ZeroDivisionError


def containing_itself():
    circle = [1.0]
    circle.append(circle)
    return circle


def deep(depth):
    nested = 1.0
    for _ in range(depth):
        nested = [nested]
    return nested


def test_anything_is_shown():
    """Whatever an object is, a message shows it in one short line."""
    things = [
        None,
        "x" * 10**6,
        10**400,
        10**5000,
        containing_itself(),
        deep(5000),
        RaisesInRepr(),
        "a\x1b\n\u202e",
    ]

    assert all(len(line := shown(thing)) < 100 and line.isprintable() for thing in things)
    assert "'a\\x1b\\n\\u202e'" == shown(things[-1])


def test_require():
    """What is met passes; else the error says what was needed and what was given."""
    require(True, "a number is needed", "x")
    with pytest.raises(TypeError, match=r"^a number is needed, got str 'x'$"):
        require(False, "a number is needed", "x")


def test_choose():
    """A name that is none is a TypeError, an unknown one of any length a short ValueError."""
    assert "a" == choose("letter", "a", ["a", "b"])
    with pytest.raises(TypeError, match=r"the letter must be a name such as 'a', got list \[\]"):
        choose("letter", [], ["a", "b"])
    with pytest.raises(ValueError, match="no letter is called 'xxx") as caught:
        choose("letter", "x" * 10**6, ["a", "b"])
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Value(label=5), "the label of a Value is text, got int 5"),
        (lambda: Value(deep(5000)), "expected a Value or a number .* got list"),
        (lambda: Value(1.0) + RaisesInRepr(), "expected a Value or a number .* got RaisesInRepr"),
        (lambda: ag.variables(5), "the name of a variable is text, got int 5"),
        (lambda: ag.sum(None), "sum needs a list of numbers, got NoneType None"),
        (lambda: ag.dot([1.0], 2.0), "dot needs a list of numbers, got float 2.0; put what you have in a list"),
        (lambda: ag.mean(Value(1.0)), "mean needs a list of numbers, got Value Value"),
        (lambda: ag.draw(3), "draw needs a Value, a nested list of Values, or a mapping of names to them, got int 3"),
        (lambda: ag.draw(Value(1.0), renderer=[]), "the renderer must be a name such as 'wasm', got list"),
        (lambda: ag.draw(Value(1.0), expand=3), "expand needs the name of a frame or a list of names, got int 3"),
        (lambda: ag.draw(Value(1.0)).save(None), "a file is named by text or by a Path, got NoneType None"),
        (lambda: ag.steps(3), "steps needs a Value, a nested list of Values, or a mapping of names to them, got int 3"),
        (lambda: ag.steps(Value(1.0), lang=3), "the language is 'en' or 'fr', got int 3"),
        (lambda: ag.steps(Value(1.0), by=3), "by needs the name of a variable, got int 3"),
        (lambda: ag.steps(Value(1.0)).save(5), "a file is named by text or by a Path, got int 5"),
        (lambda: ag.steps(Value(1.0)).exercise(5), "a file is named by text or by a Path, got int 5"),
        (lambda: ag.grad(None), "grad needs a function of numbers, got NoneType None"),
        (lambda: ag.value_and_grad("f"), "value_and_grad needs a function of numbers, got str 'f'"),
        (lambda: ag.jacobian(1.0), "jacobian needs a function of numbers, got float 1.0"),
        (lambda: ag.hessian(Value(1.0)), "hessian needs a function of numbers, got Value .* the function itself, not what it returns"),
        (lambda: ag.vjp(None, 1.0), "vjp needs a function of numbers"),
        (lambda: ag.jvp(None, (1.0,), (1.0,)), "jvp needs a function of numbers"),
        (lambda: ag.hvp(None, 1.0, 1.0), "hvp needs a function of numbers"),
        (lambda: ag.gradcheck(None, (1.0,)), "gradcheck needs a function of numbers, got NoneType None"),
        (lambda: ag.gradcheck(abs, (1.0,), tolerance=None), "expected a Value or a number .* got NoneType None"),
        (lambda: ag.gradcheck(abs, (1.0,), names="x"), r"names needs a list, .*, got str 'x'; write names=\['x'\]"),
        (lambda: cost(abs, Value(label="u")), "no number for u yet"),
        (lambda: cost(None, 1.0), "cost needs a function of numbers"),
        (lambda: ag.grad(abs, argnums=None)(1.0), "argnums must be an int or several, got NoneType None"),
        (lambda: ag.primitive("p", lambda xp, x: x, lambda xp, z, x: (1.0,), convention=3), "is said in words, got int 3"),
    ],
)  # fmt: skip
def test_wrong_argument(call, message):
    """A wrong argument is refused at the door, by name and with what was given."""
    with pytest.raises((TypeError, UnboundError), match=message):
        call()


@pytest.mark.parametrize(
    "structure", [containing_itself(), deep(5000), deep(102), [deep(102), 1.0], {"a": deep(5000)}]
)
def test_too_deep_a_structure(structure):
    """A structure that contains itself, or is nested deeper than 100, is refused; 100 is fine."""
    with pytest.raises(ValueError, match="nested more than 100 deep, or a list contains itself"):
        ag.grad(lambda x: 1.0)(structure)
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        ag.vjp(lambda x: x, 1.0)[1](structure)
    with pytest.raises(ValueError, match="nested more than 100 deep"):
        ag.jvp(lambda x: structure, (1.0,), (1.0,))

    assert deep(99) == ag.vjp(lambda x: x, deep(99))[0]


def test_known_takes_two_names():
    """known() is asked for data or grad."""
    with pytest.raises(ValueError, match="no number of a Value is called 'dat'; did you mean data"):
        Value(1.0).known("dat")
