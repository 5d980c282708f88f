"""What typical mistakes give, and that no right answer is ever called wrong; mistake_rates.py prints the whole table."""

import re

import pytest
from mistake_rates import (
    FIGURES,
    STATED,
    bound,
    mistakes_of,
    rights_of,
    rounded,
    sheet_of,
    summary,
)

from autograd_mini import parse
from autograd_mini.engine.rule import RULES
from autograd_mini.stepping.mistakes import KINDS, PARTIALS, VALUES
from autograd_mini.stepping.sheet import Marking
from autograd_mini.words.messages import MESSAGES

SOME = ["sum-times-w", "fan-out-same-operand", "relu-neuron-active", "gate-sigmoid", "softmax-cross-entropy", "composition-chain"]  # fmt: skip


def sheet(text, **numbers):
    """The sheet of a text, and keys by names: f for a value, df/dw for a derivative, f:1 for a local partial."""
    root = parse(text, **numbers)
    made = sheet_of(root)
    place = {node.label: i for i, node in enumerate(made.order) if node.label}
    last = len(made.order) - 1
    return made, {name: f"v{i}" for name, i in place.items()} | {
        f"df/d{name}": f"g{last},{i}" for name, i in place.items()
    }


def named(text, key, typed, before=None, **numbers):
    """The mistakes that are named for an answer, and where."""
    made, keys = sheet(text, **numbers)
    found = made.judged({keys[name]: answer for name, answer in {**(before or {}), key: typed}.items()})
    called = {i: node.label for i, node in enumerate(made.order)}
    return [(mistake.kind, called[mistake.place]) for mistake in found[keys[key]].mistakes]


LECTURE = "t = u + v; f = t * w"
AT = {"u": 2, "v": 3, "w": 4}
SQUARE = "y = x * x; z = 3 * x; f = y + z"


@pytest.mark.parametrize(
    ("text", "numbers", "key", "typed", "kind", "place"),
    [
        (LECTURE, AT, "t", "6", "operation", "t"),
        (LECTURE, AT, "t", "-1", "minus", "t"),
        (LECTURE, AT, "f", "-20", "sign of value", "f"),
        (LECTURE, AT, "df/dt", "5", "swap", "f"),
        (LECTURE, AT, "df/du", "1", "upstream", "t"),
        (LECTURE, AT, "df/dw", "20", "value", "f"),
        (SQUARE, {"x": 2}, "df/dx", "4", "path", "z"),
        (SQUARE, {"x": 2}, "df/dx", "3", "only", "z"),
        (SQUARE, {"x": 2}, "df/dx", "12", "paths", "x"),
        ("a = w * x; f = sigmoid(a)", {"w": 0.5, "x": 2}, "df/da", "0.269", "rule", "f"),
        ("a = w * x; h = relu(a); f = h * c", {"w": -0.5, "x": 2, "c": 3}, "df/da", "3", "gate", "h"),
        ("a = w * x; f = exp(a)", {"w": 0.5, "x": 2}, "f", "0.368", "exponent", "f"),
        ("a = w * x; f = log(a)", {"w": 0.5, "x": 5}, "f", "0.398", "log10", "f"),
        ("a = b * c; f = sin(a)", {"b": 0.5, "c": 2.5}, "f", "0.0218", "degrees", "f"),
        ("f = u - v", {"u": 2, "v": 5}, "f", "3", "order", "f"),
        ("a = w_11 * x1 + w_12 * x2; f = a * a", {"w_11": 0.3, "w_12": 0.9, "x1": 2, "x2": 5}, "df/dx2", "3.06", "index", "t2"),
        ("a = w * x; h = tanh(a); f = v * h", {"w": 0.5, "x": 1.2, "v": 0.7}, "df/dv", "0.6", "activation", "f"),
        ("f = w * x", {"w": 2, "x": 3}, "df/df", "6", "seed", "f"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_by_its_number(text, numbers, key, typed, kind, place):
    """The number that a mistake gives is named by its kind, at its place."""
    found = named(text, key, typed, **numbers)

    assert kind in [kind for kind, _ in found]
    assert (kind, place) in found or place.startswith("t2")


def test_numbers_are_judged_from_those_typed_before():
    """A mistake counts once: what follows from it is right from there, and a second one is named from there, too."""
    made, keys = sheet(LECTURE, **AT)
    verdicts = made.judged({keys["t"]: "6", keys["f"]: "24", keys["df/dw"]: "6"})

    assert ["wrong", "follows", "follows"] == [verdicts[keys[name]].kind for name in ("t", "f", "df/dw")]
    assert [("operation", "f")] == named(LECTURE, "f", "10", {"t": "6"}, **AT)


def test_rounding_on_the_way_follows():
    """Rounded at every step, numbers drift away from the exact ones and are right all the same."""
    made, keys = sheet("a = exp(x); b = a * a; c = b * b; f = c * c", x=1.234)
    typed, marking = {}, Marking(made)
    for key in made.keys:
        typed[key] = rounded(made.made(key, made.read, marking.as_typed))
        assert "right" == marking.take(key, typed[key]).kind
    assert abs(float(typed[keys["f"]]) / made.exact[keys["f"]] - 1) > 0.004


def test_close_is_no_mistake():
    """A number next to the right one is close, and no mistake is named for it."""
    made, keys = sheet("f = exp(x)", x=1.234)

    assert ("close", ()) == made.judged({keys["f"]: "3.44"})[keys["f"]]


def test_every_kind_has_its_words():
    """In both languages, as what a number comes out of: never what somebody did."""
    for kind in KINDS:
        words = MESSAGES[KINDS[kind]]
        for clause in words.values():
            assert not re.search(r"\byou|\bvous|\bvotre", clause)
            assert set(re.findall(r"\{(.*?)\}", clause)) <= {"u", "f"}
    assert set(VALUES) | set(PARTIALS) <= set(RULES)


def test_only_known_kinds_are_found():
    """All that comes out has words."""
    kinds = {
        mistake.kind
        for id_ in SOME
        for made in [of(id_)]
        for key in made.keys
        for mistake in made.mistakes(key, made.leaves, made.exact)
    }

    assert kinds <= set(KINDS)
    assert len(kinds) > 15


def of(id_):
    text = STATED[id_]
    return sheet_of(parse(text, **bound(text, FIGURES[id_])))


@pytest.mark.parametrize("id_", SOME)
def test_right_answers_are_never_called_wrong(id_):
    """Rounded at the end or at every step to 2, 3 or 4 digits; with three or more all are right."""
    for digits in (2, 3, 4):
        for way in ("at the end", "at every step"):
            kinds = {*rights_of(of(id_), digits, way)}

            assert kinds <= {"right"} | ({"imprecise", "follows"} if digits == 2 else set())


def test_mistakes_are_told_apart():
    """In a few entries: every mistake that shows is among those named, and mostly first."""
    counts = [mistakes_of(of(id_))[0] for id_ in SOME]
    told, found, first = (sum(count[key] for count in counts) for key in ("told", "named", "first"))

    assert found == told > 300
    assert first / told > 0.8


@pytest.mark.slow  # some minutes
def test_over_all_figures():
    """At least 85 % first, random numbers named in under 2 %, right answers never wrong."""
    found = summary()

    assert found["first"] >= 0.85
    assert found["named"] == 1.0
    assert found["random"] < 0.02
    for (digits, _), kinds in found["rights"].items():
        assert {*kinds} <= {"right"} | ({"imprecise", "follows"} if digits == 2 else set())
