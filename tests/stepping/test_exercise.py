"""The page of exercises, read as text: what it asks, what it hints, and what it keeps from the eye."""

import json
import re
from base64 import b64decode

import pytest

from autograd_mini import parse, sigmoid, steps, variables
from autograd_mini.stepping.exercise import exercise_of, hidden


def lecture(language="en", **more):
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4), language, **more)


def block(page, name):
    """The JSON of a block of data."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)[1])


def shown(answers):
    """What was hidden: the other way round, byte by byte."""
    return json.loads(bytes(byte ^ ((31 * i + 7) % 256) for i, byte in enumerate(b64decode(answers))))


def questions(trace):
    return shown(block(exercise_of(trace), "answers"))["questions"]


def test_hiding_is_undone_by_the_same_key():
    """Anything can be hidden and read again, names of any script too."""
    content = {"漢字 </script>": [1, "∂f/∂u", None], "number": "-1.2e-09"}

    assert content == shown(hidden(content))
    assert "</script>" not in hidden(content)


def test_answers_cannot_be_read_in_the_page():
    """No gradient and no value but those that are given stands in the page as text."""
    x, y = variables(x=0.731, y=-1.25)
    f = sigmoid(x * y) * x
    trace = steps(f)
    page = exercise_of(trace)
    f.backward()
    found = [node.data for node in trace.nodes if node.parents] + [x.grad, y.grad]

    assert 5 == len(found)
    assert not [number for number in found if f"{number:.3f}"[:-1] in page]
    assert ["0.731", "−1.25"] == [text for _, text in shown(block(page, "answers"))["given"]]


def test_it_asks_for_every_value_and_every_gradient():
    """Operations in their order, then each gradient once, when it is complete; nothing of constants."""
    asked = questions(lecture())

    assert [(2, ".value"), (4, ".value")] + [(i, ".gradient") for i in (4, 2, 3, 0, 1)] == [
        (question["node"], question["box"]) for question in asked
    ]
    assert ["5.0", "20.0", "1.0", "4.0", "5.0", "4.0", "4.0"] == [question["number"] for question in asked]
    assert 7 == exercise_of(lecture()).count("<input ")


def test_hints_come_in_order():
    """First the local partial, then the line of the chain rule, and no result in either."""
    asked = questions(lecture())
    name = ["b", "it", "n1"]
    t1 = [["d", ["r", "o(", ["r", name, "o×", "iw"], "o)"], name], "iw", "n4"]
    value = [[["b", "it", "n1"], ["r", "iu", "o+", "iv"], ["r", "n2", "o+", "n3"]]]

    assert [[t1], [asked[3]["lines"][0][:-1]]] == asked[3]["hints"]
    assert ["r", "n4", "o·", "n1"] == asked[3]["hints"][1][0][-1]
    assert [[value[0][:2]], value] == asked[0]["hints"]
    assert [] == asked[2]["hints"]


def test_a_node_used_twice_is_one_question():
    """The gradient of x in x * x has two local partials, and a sum at the end of its lines."""
    (x,) = variables(x=3)
    asked = questions(steps(x * x))

    assert ["9.0", "1.0", "6.0"] == [question["number"] for question in asked]
    assert 2 == len(asked[-1]["hints"][0])
    braces = [["u", ["u", "n3", "o⏟"], ["r", "if", f"t,\xa0{place}\xa0factor"]] for place in ("1st", "2nd")]
    assert ["r", braces[0], "o+", braces[1]] == asked[-1]["lines"][-1][1]
    assert [[0, "3"], [1, "3"]] == asked[-1]["partials"]
    assert [0, 1] == asked[-1]["edges"]


def test_forward_mode_asks_for_tangents():
    """With by=u the second half asks for ∂t/∂u, from u on."""
    page = exercise_of(lecture(by="u"))

    assert ["∂u/∂u", "∂t1/∂u", "∂f/∂u"] == re.findall(r'aria-label="(∂[^"]*)"', page)


def test_the_exercise_in_french():
    """Words, captions and numbers are French, the hidden ones too."""
    page = exercise_of(steps(parse("f = 0.5 * x", x=2.5), "fr"))

    assert "<h1>Exercice: " in page
    assert "Indice</button>" in page
    assert '<html lang="fr">' in page
    assert [[1, "2,5"]] == shown(block(page, "answers"))["given"]
    assert "1,25" == shown(block(page, "answers"))["questions"][0]["text"]


@pytest.mark.parametrize("name", ["</script><b>x", '"><img src=x onerror=alert(1)>', "a\nb\0"])
def test_a_name_stays_a_name(name):
    """Markup in a name is text in the labels too."""
    x, y = variables(x=1, y=2)
    x.label = name
    page = exercise_of(steps(x * y))
    plain = exercise_of(steps(y * y))

    assert not re.search(r"<(b|img)\b", page)
    assert plain.count("<script") == page.count("<script")
    assert "\0" not in page
