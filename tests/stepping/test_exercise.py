"""The page of exercises, read as text: what it asks, what it hints, and what it keeps from the eye."""

import json
import re
from base64 import b64decode

import pytest
from test_figures_as_texts import TEXTS, read

import autograd_mini as am
from autograd_mini import Value, parse, sigmoid, steps, variables
from autograd_mini.errors import UnboundError
from autograd_mini.nn import MLP
from autograd_mini.stepping.exercise import Asked, exercise_of, hidden, without_numbers
from autograd_mini.viz.roots import last_of

NETWORK = "a = W @ x + b; h = tanh(a); o = V @ h + c; p = softmax(o); loss = -log(p[y])"
NUMBERS = {
    "W": [[0.1, 0.8], [0.4, 0.6]], "x": [1, 1], "b": [0.1, 0.1], "V": [[0.1, 0.2], [0.3, 0.4], [0.5, -0.6]],
    "c": [0, 0.1, 0.2], "y": 2,
}  # fmt: skip
NEURON = "h = sigmoid(w*x + b); f = (y - h)**2 / 2"


def lecture(language="en", **more):
    return steps(parse("f = (u + v) * w", u=2, v=3, w=4), language, **more)


def neuron(**more):
    return steps(parse(NEURON, w=1, x=2, b=0, y=1, data=["x", "y"]), detail="definitions", **more)


def network(**more):
    return steps(parse(NETWORK, **NUMBERS, data="x"), detail="definitions", **more)


def block(page, name):
    """The JSON of a block of data."""
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page)[1])


def shown(answers):
    """What was hidden: the other way round, byte by byte."""
    return json.loads(bytes(byte ^ ((31 * i + 7) % 256) for i, byte in enumerate(b64decode(answers))))


def questions(trace):
    """The rows of an exercise as the page has them."""
    rows = block(exercise_of(trace), "answers")["questions"]
    rows = shown(rows) if isinstance(rows, str) else rows
    for row in rows:
        for hint in row.get("h", []):
            hint[:] = [row["l"][line[0]][: line[1]] if isinstance(line[0], int) else line for line in hint]
    return rows


def keys(trace, box=None):
    """The keys of the numbers that are asked."""
    return [key for row in questions(trace) for key in row["k"] if box in (None, row["b"])]


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
    assert ["0.731", "−1.25"] == [text for _, text in block(page, "answers")["given"]]


def test_it_asks_for_every_value_local_partial_and_gradient():
    """Operations in their order, then each gradient once, after the local partials it is made from."""
    assert ["v2", "v4"] == keys(lecture(), 0)
    assert ["g4,4", "g4,2", "g4,3", "g4,0", "g4,1"] == keys(lecture(), 1)
    assert ["p4,0", "p4,1", "p2,0", "p2,1"] == keys(lecture(), 2)
    assert 11 == exercise_of(lecture()).count('<input id="q')
    assert [4, 2, 2, 3, 3, 0, 0, 1, 1] == [row["n"] for row in questions(lecture()) if row["b"]]


def test_every_number_of_the_sheet_is_that_of_the_steps():
    """What the page will find for itself is what the steps say, at both levels."""
    for trace in (lecture(), neuron(), network(), lecture(by="v")):
        asked = Asked(trace)
        for row in asked.questions:
            if row["b"] == 2 or "d" in row:
                continue
            step = row["step"]
            flat = [step.result] if not isinstance(step.result, tuple) else [*flattened(step.result)]

            assert flat == pytest.approx([asked.sheet.exact[key] for key in row["k"]], rel=1e-12, abs=1e-15)


def flattened(numbers):
    for x in numbers:
        yield from flattened(x) if isinstance(x, tuple) else (x,)


def test_hints_come_in_order():
    """First the local partial, then the line of the chain rule, and no result in either: keys stand for numbers."""
    value, _, seed, local, derivative, *_ = questions(lecture())
    name = ["b", "it", "n1"]
    partial = ["d", ["r", "o(", ["r", name, "o×", "iw"], "o)"], name]

    assert [[[partial, "iw"]]] == local["h"]
    assert [[[partial, "iw", "#p4,0"]], [derivative["l"][0][:-1]]] == derivative["h"]
    assert ["r", "#p4,0", "o·", "n1"] == derivative["h"][1][0][-1]
    line = [name, ["r", "iu", "o+", "iv"], ["r", "n2", "o+", "n3"]]
    assert [[line[:2]], [line]] == value["h"]
    assert "h" not in seed


def test_a_node_used_twice_is_one_question():
    """The gradient of x in x * x has two local partials, and a sum at the end of its lines."""
    (x,) = variables(x=3)
    rows = questions(steps(x * x))

    assert [["v1"], ["g1,1"], ["p1,0"], ["p1,1"], ["g1,0"]] == [row["k"] for row in rows]
    assert 2 == len(rows[-1]["h"][0])
    braces = [
        ["u", ["u", "#p1,0", "o⏟"], ["r", "if", f"t,\xa0{place}\xa0factor"]] for place in ("1st", "2nd")
    ]
    assert ["r", braces[0], "o+", braces[1]] == rows[-1]["l"][-1][1]
    assert [[0, "#", 17, "p1,0"], [1, "#", 17, "p1,1"]] == rows[-1]["x"]
    assert [0, 1] == rows[-1]["e"]


def test_forward_mode_asks_for_tangents():
    """With by=u the second half asks for ∂t/∂u, from u on."""
    page = exercise_of(lecture(by="u"))

    assert ["∂u/∂u", "∂(u + v)/∂u", "∂t1/∂u", "∂(t1 × w)/∂t1", "∂f/∂u"] == re.findall(
        r'aria-label="(∂[^"]*)"', page
    )


def test_definitions_ask_for_lines_and_no_data():
    """A value and a derivative for every definition, a derivative for every input, none for data."""
    trace = neuron()
    called = {key: row["label"] for row in Asked(trace).questions for key in row["k"]}

    assert 2 == len([row for row in questions(trace) if row["b"] == 0 and "d" not in row])
    assert ["f", "h", "w", "b"] == [
        derivative(row["label"]) for row in Asked(trace).questions if row["b"] == 1 and "d" not in row
    ]
    assert len(called) == len(keys(trace))


def derivative(label):
    """What is below the line of a derivative."""
    return label[2].removeprefix("i")


def test_operations_inside_of_definitions_can_be_asked():
    """Those rows are there, closed: what opens them is the row of the definition."""
    trace = neuron()
    inner = [row for row in questions(trace) if "d" in row]

    assert [2, 2] == [sum(row["d"] == d and row["b"] == 0 for row in inner) for d in (0, 1)]
    assert [0, 1] == [row["o"] for row in questions(trace) if "o" in row]
    assert [2, 2] == [len(places) for places in block(exercise_of(trace), "answers")["inner"]]
    assert {0} == {row["c"] for row in questions(trace) if "c" in row}  # ∂h/∂w is asked while h is closed
    assert 2 == exercise_of(trace).count('class="open"')
    assert not [row for row in questions(neuron(expand="all")) if "d" in row]


def test_arrays_ask_entry_by_entry():
    """A field for every entry, side by side as in the array; entries that nothing reaches are 0."""
    trace = network()
    rows = {tuple(row["k"]): row for row in questions(trace) if "d" not in row}
    counts = [(len(row["k"]), row["w"]) for row in questions(trace) if "d" not in row and row["b"] < 2]

    assert [(2, 2), (2, 2), (3, 3), (3, 3), (1, 1)] == counts[:5]
    assert (6, 2) in counts
    assert sum(map(len, rows)) == exercise_of(network(expand=[])).count('<input id="q') - sum(
        len(row["k"]) for row in questions(trace) if "d" in row
    )
    assert [0.0, 0.0] == [x for key, x in Asked(trace).sheet.exact.items() if key[0] == "g" and x == 0.0]


def test_jacobians_have_a_row_for_every_result():
    """The derivatives of an array are asked by its entries."""
    trace = steps(parse("h = tanh(W @ x)", W=[[1, 2], [3, 4]], x=[1, 0.2]), detail="definitions")
    counts = [(len(row["k"]), row["w"]) for row in questions(trace) if row["b"] == 1]

    assert [(4, 2), (8, 4), (4, 2)] == counts


def test_formulas_are_asked_where_there_are_no_numbers(tmp_path):
    """Of a graph without numbers, or if they are wanted; and what is bound in part needs a word."""
    unbound = steps(parse(NEURON, data=["x", "y"]), detail="definitions")
    page = unbound.exercise(tmp_path / "a.html").read_text("utf-8")
    same = neuron().exercise(tmp_path / "b.html", ask="formulas").read_text("utf-8")

    assert block(page, "answers")["formal"] == block(same, "answers")["formal"]
    assert shown(block(page, "answers")["questions"]) == shown(block(same, "answers")["questions"])
    assert None in block(page, "answers")["graph"]
    assert "sigmoid(w" not in page.partition("</style>")[2].partition("<script>")[0].partition("<section>")[2]
    partly = steps(parse("(u + v) * w", u=2))
    with pytest.raises(UnboundError, match="no number for v, w yet"):
        partly.exercise(tmp_path / "c.html")
    assert partly.exercise(tmp_path / "c.html", ask="formulas").exists()
    with pytest.raises(ValueError, match="letters"):
        neuron().exercise(tmp_path / "d.html", ask="letters")


def test_a_graph_loses_its_numbers_in_a_copy():
    """Its structure, names and data stay; the graph itself keeps its numbers."""
    trace = neuron()
    bare = without_numbers(trace)

    assert [node.label for node in trace.nodes] == [node.label for node in bare.nodes]
    assert trace.nodes[0].known("data") is not None
    assert {None} == {node.known("data") for node in bare.nodes}
    assert len(trace) == len(bare)


def test_an_opaque_primitive_is_frozen(forget):
    """What has no formula keeps its number in the page, and everything else computes."""
    bell = am.opaque("bell", lambda x: 0.25 * x, lambda _: 0.25)
    page = exercise_of(steps(bell(Value(2.0, "x")) * 3))

    assert '["bell@1"]={f:()=>.5,p:()=>[.25]}' in page


def test_the_exercise_in_french():
    """Words, captions and numbers are French."""
    page = exercise_of(steps(parse("f = 0.5 * x", x=2.5), "fr"))

    assert "<h1>Exercice\u00a0: " in page
    assert '"hint":"Indice"' in page
    assert '<html lang="fr">' in page
    assert [[1, "2,5"]] == block(page, "answers")["given"]
    assert "," == block(page, "answers")["point"]


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


@pytest.mark.slow  # a minute
@pytest.mark.parametrize("detail", ["operations", "definitions"])
def test_every_number_of_the_figures(detail):
    """For every text of the lectures' figures the sheet finds what the steps say, and the page can be written."""
    count = 0
    for id_, texts in TEXTS.items():
        for said in texts:
            f = read(id_, said)
            if detail == "operations" and last_of(f) is None:
                continue  # several results: whose gradients would they be?
            trace = steps(f, detail=detail)
            asked = Asked(trace)
            for row in asked.questions:
                if row["b"] < 2 and "d" not in row:
                    result = row["step"].result
                    flat = [*flattened(result)] if isinstance(result, tuple) else [result]
                    found = [asked.sheet.exact[key] for key in row["k"]]

                    assert flat == pytest.approx(found, rel=1e-9, abs=1e-9, nan_ok=True), (
                        id_,
                        row["step"].line,
                    )
                    count += len(flat)
            assert exercise_of(trace)
            if len(trace) <= 60:
                assert exercise_of(without_numbers(trace))
    assert count > 1500


def test_networks_have_exercises():
    """Networks of modules, drawn layer by layer, at the level of layers too."""
    net = MLP(2, [3, 1], seed=1)
    y = net([1.0, -2.0])
    y = y if isinstance(y, Value) else y[0]
    for trace in (steps(y), steps(y, style="network"), steps(y, detail="layers")):
        assert keys(trace)
    assert 3 == len([row for row in questions(steps(y, detail="layers")) if row["b"] == 0 and "d" not in row])
