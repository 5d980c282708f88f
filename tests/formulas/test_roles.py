"""What the nodes of networks are called: by layer, unit and example, as a teacher would, and never t37."""

import copy
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd_mini import Value, draw, softmax, steps, sum
from autograd_mini.engine.graph import toposort
from autograd_mini.formulas.drawn import drawn
from autograd_mini.formulas.latex import latex
from autograd_mini.formulas.mathml import mathml
from autograd_mini.formulas.names import indexed, names
from autograd_mini.formulas.text import text
from autograd_mini.losses import hinge, nll
from autograd_mini.nn import MLP, Dropout, Layer, Neuron
from autograd_mini.viz.lettering import runs


def results(*roots):
    """How every operation is called and made, one after the other."""
    order = toposort(*roots)
    called = names(order)
    return [
        f"{called[node]} = {text.applied(node.rule, *[text.symbol(called[x]) for x in node.parents])}"
        for node in order
        if node.rule is not None
    ]


def test_an_mlp_and_its_loss():
    """s is the sum of products, a the sum with the bias, h the activation; what comes after is t1, ..., f."""
    assert [
        "s1[1] = w1[1,1] × x[1] + w1[1,2] × x[2]",
        "a1[1] = s1[1] + b1[1]",
        "h1[1] = tanh(a1[1])",
        "s1[2] = w1[2,1] × x[1] + w1[2,2] × x[2]",
        "a1[2] = s1[2] + b1[2]",
        "h1[2] = tanh(a1[2])",
        "s2[1] = w2[1,1] × h1[1] + w2[1,2] × h1[2]",
        "a2[1] = s2[1] + b2[1]",
        "t1 = a2[1] − 1",
        "f = t1^2",
    ] == results((MLP(2, [2, 1], activation="tanh", seed=0)([1.0, 2.0]) - 1.0) ** 2)


def test_without_a_bias_the_sum_is_what_is_activated():
    """There is no s where nothing is added to it, nor an h where nothing is applied."""
    f = MLP(1, [1, 1], bias=False, seed=0)(1.0)

    assert ["a1[1] = w1[1,1] × x[1]", "h1[1] = relu(a1[1])", "t1 = −a2[1]"] == [
        line for line in results((-f) ** 2) if not line.startswith(("a2", "f"))
    ]


def test_single_operations():
    """s1[1,2] is the second product of s1[1], and S1[1,2] the sum of the first two."""
    assert [
        "s1[1,1] = w1[1,1] × x[1]",
        "s1[1,2] = w1[1,2] × x[2]",
        "S1[1,2] = s1[1,1] + s1[1,2]",
        "s1[1,3] = w1[1,3] × x[3]",
        "s1[1] = S1[1,2] + s1[1,3]",
        "a1[1] = s1[1] + b1[1]",
        "h1[1] = sin(a1[1])",
        "s2[1] = w2[1,1] × h1[1]",
        "a2[1] = s2[1] + b2[1]",
        "f = a2[1]^2",
    ] == results(MLP(3, [1, 1], activation="sin", expanded=True, seed=0)([1.0, 2.0, 3.0]) ** 2)


def test_a_layer_and_a_neuron_of_their_own():
    """Without a layer there is no number of one, and without a unit none of it."""
    layer = results(sum(Layer(1, 2, seed=0)(1.0)))
    neuron = results(Neuron(3, "exp", expanded=True, seed=0)([1.0, 2.0, 3.0]) ** 2)

    assert ["s[1] = w[1,1] × x[1]", "a[1] = s[1] + b[1]", "h[1] = relu(a[1])"] == layer[:3]
    assert ["s = S[2] + s[3]", "a = s + b", "h = exp(a)", "f = h^2"] == neuron[-4:]


def test_a_softmax():
    """m is the largest score, c how far others lie below it, e the exponentials, Z their sum, p what comes out."""
    assert [
        "m = max(a[1], a[2])",
        "c[1] = a[1] − m",
        "e[1] = exp(c[1])",
        "c[2] = a[2] − m",
        "e[2] = exp(c[2])",
        "Z = e[1] + e[2]",
        "p[1] = e[1] / Z",
        "t1 = log(p[1])",
        "f = −t1",
    ] == results(nll(Layer(1, 2, "softmax", seed=0)(1.0), 0))[4:]


def test_a_batch_has_a_row_for_each_example():
    """Where a layer is applied several times the example comes first, also if not all units are used in each."""
    model = MLP(1, [1, 2], activation=["tanh", "softmax"], seed=0)
    lines = results(nll([model(x) for x in (1.0, 2.0)], [0, 1]))

    assert "s1[1,1] = w1[1,1] × x1[1]" in lines
    assert "s1[2,1] = w1[1,1] × x2[1]" in lines
    assert "s2[2,2] = w2[2,1] × h1[2,1]" in lines
    assert "m[2] = max(a2[2,1], a2[2,2])" in lines
    assert "p2[1,1] = e2[1,1] / Z[1]" in lines
    assert "p2[2,2] = e2[2,2] / Z[2]" in lines


def test_a_neuron_that_reads_itself():
    """A recurrent neuron counts its calls, in the order in which they are computed."""
    cell, state = Neuron(2, "tanh", seed=0), Value(0.0, "start")
    for _ in range(3):
        state = cell([1.0, state])

    assert ["s[3] = w[1] × x3[1] + w[2] × h[2]", "a[3] = s[3] + b", "h[3] = tanh(a[3])"] == results(state**2)[
        -4:-1
    ]


def test_examples_of_which_some_are_not_used():
    """What is a result itself, and no input of anything, has its number too."""
    x, y = Value(1.0, "x[1]"), Value(2.0, "x[1]")
    order = toposort(x, y * y)

    assert ["x2[1]", "x1[1]", "f"] == [*names(order).values()]


def test_the_same_input_twice():
    """Two calls with the same inputs are two examples: Dropout may have made them differ."""
    model, x = MLP(1, [2, 1], dropout=0.5, seed=0), Value(1.0, "x")
    made = [line.split(" = ")[0] for line in results(model(x) + model(x))]

    assert len(made) == len(set(made))
    assert {"h1[1,1]", "d1[1,1]", "h1[2,1]", "d1[2,2]", "a2[2,1]"} < set(made)
    assert not [name for name in made if "′" in name]


def test_dropout():
    """What it left is d, with the numbers of what it was given."""
    f = hinge(MLP(2, [3, 1], dropout=0.5, seed=1)([1.0, 2.0]), 1)

    assert ["d1[1] = h1[1] × 2", "d1[2] = h1[2] × 0", "d1[3] = h1[3] × 0"] == [
        line for line in results(f) if line.startswith("d")
    ]
    y = Neuron(1, seed=0)(1.0)
    assert ["d", "d′", "d′′", "d′′′", "d′4"] == [
        line.split()[0] for line in results(*[Dropout(0.5)(y) for _ in range(5)]) if line.startswith("d")
    ]
    assert ["d[1] = u × 2", "d[2] = v × 2"] == results(
        sum(Dropout(0.5, seed=0)([Value(1.0, "u"), Value(2.0, "v")]))
    )[:2]
    assert ["d = u × 2", "f = d^2"] == results(Dropout(0.5, seed=0)(Value(1.0, "u")) ** 2)


def test_networks_with_names():
    """The name of a network stands where it does in the labels of its parameters."""
    f = MLP(1, [1], name="D", seed=0)(MLP(1, [1], name="G", seed=0)(1.0))

    assert "sD1[1] = wD1[1,1] × aG1[1]" in results(f)
    assert "s_gate[1] = w_gate[1,1] × x[1]" in results(Layer(1, 1, name="_gate", seed=0)(1.0))
    assert r"s\n[1] = w\n[1,1] × x[1]" in results(Layer(1, 1, name="\n", seed=0)(1.0))


def test_two_networks_of_one_name():
    """The later one has primes on everything that is its own, parameters included, and the earlier one none."""
    first = MLP(1, [2, 1], seed=0)
    second = copy.deepcopy(first)
    lines = results(second(first(1.0)) ** 2)

    assert "s1[1] = w1[1,1] × x[1]" in lines
    assert "s1[2]′ = w1[2,1]′ × a2[1]" in lines
    assert "a1[2]′ = s1[2]′ + b1[2]′" in lines
    assert "a2[1]′ = s2[1]′ + b2[1]′" in lines


def test_two_neurons_of_their_own():
    """Their biases have no index, and get primes, too; a label that the user gave stays."""
    first, second = Neuron(1, "sin", seed=0), Neuron(1, "sin", seed=0)
    second.w[0].label = "weight"
    lines = results(second(first(1.0)))

    assert ["s′ = weight × h", "a′ = s′ + b′", "f = sin(a′)"] == lines[3:]


def test_labels_of_the_user():
    """A label stays on its node, and no node that has none is given its name, nor what looks the same."""
    y = Neuron(1, "sin", seed=0)(Value(1.0, "h"))
    y.parents[0].label = "score"
    h = Value(3.0, "a_1")
    layer = Layer(1, 2, "sin", seed=0)

    assert ["s = w[1] × h", "score = s + b", "h′ = sin(score)", "f = h′^2"] == results(y**2)
    assert "a[1]′ = s[1] + b[1]" in results(sum(layer(h)))
    assert "a[2] = s[2] + b[2]" in results(sum(layer(h)))


def test_the_last_result():
    """A network whose only result it is gives f; of several results each has its own name."""
    layer = Layer(1, 2, seed=0)

    assert results(MLP(1, [1], seed=0)(1.0))[-1] == "f = s1[1] + b1[1]"
    assert [line for line in results(*layer(1.0)) if line.startswith(("h", "f"))] == [
        "h[1] = relu(a[1])",
        "h[2] = relu(a[2])",
    ]


def test_a_softmax_by_hand_is_no_part_of_a_network():
    """Its nodes are t1, t2, ..., as all that a user writes."""
    assert ["f", *[f"t{i}" for i in range(1, 7)]] == sorted(
        {line.split(" = ")[0] for line in results(softmax(Layer(1, 2, "linear", seed=0)(1.0))[0])}
        - {"s[1]", "s[2]", "a[1]", "a[2]"}
    )


@st.composite
def networks(draw):
    """A sum of the results of one or two networks, chained or side by side, for some examples."""

    def network(inputs, outputs):
        sizes = [*draw(st.lists(st.integers(1, 3), max_size=2)), outputs]
        last = draw(
            st.sampled_from(["linear", "tanh", "exp", "softmax"] if outputs > 1 else ["linear", "sin"])
        )
        return MLP(
            inputs,
            sizes,
            activation=[*["relu"] * (len(sizes) - 1), last],
            bias=draw(st.booleans()),
            expanded=draw(st.booleans()),
            dropout=draw(st.sampled_from([0.0, 0.5])),
            name=draw(st.sampled_from(["", "", "G", "net"])),
            seed=0,
        )

    def listed(y):
        return y if isinstance(y, list) else [y]

    size = draw(st.integers(1, 3))
    one, other = network(2, size), draw(st.sampled_from([None, network(size, 1), network(size, 3)]))
    found = []
    for i in range(draw(st.integers(1, 3))):
        y = listed(one([float(i), Value(1.0, draw(st.sampled_from(["x", "h1[1]", "a_1", "t1", ""])))]))
        found += y if other is None else listed(other(y))
    if draw(st.booleans()):
        found[0].label = draw(st.sampled_from(["y", "h2[1]", "a1[1]"]))
    return sum(found) if draw(st.booleans()) else (found[0] + found[-1]) * 2.0


@given(networks())
@settings(max_examples=100)
def test_every_node_of_a_network_has_a_name_of_its_own(f):
    """Never t37; no name twice; letter, layer and index are told apart in every style, and labels stay."""
    order = toposort(f)
    called = names(order)
    variables = [called[node] for node in order if not node.is_constant]
    made = [node for node in order if node.rule is not None and node.rule.frame is not None]

    assert len(variables) == len(set(variables))
    assert made
    for node in made:
        name = called[node]
        letters, layer, index = indexed(name)
        assert not re.fullmatch(r"t\d+|x\d*", name)
        assert not node.label or name.rstrip("′") == node.label
        pieces = "".join(piece for piece, _ in runs(str(drawn.symbol(name))))
        assert f"{letters}{f'({layer})' if layer else ''}{index}" == pieces
        assert "[" not in str(latex.symbol(name)) + str(mathml.symbol(name))


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_pictures_and_steps_follow(lang):
    """Whoever calls nodes by their names says these."""
    f = MLP(1, [1, 1], activation="tanh", seed=0)(1.0) ** 2
    f.backward()

    assert "h⁽¹⁾₁" in str(draw(f, lang=lang))
    assert "h1[1] = tanh(a1[1])" in repr(steps(f, lang=lang))
