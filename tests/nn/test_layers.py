"""Modules: what they compute, how their parameters begin and are named, and their files."""

import copy
import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_mini.compiler.compiled import compile
from autograd_mini.custom import primitive
from autograd_mini.derivatives.transforms import grad, jvp
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.operations import values
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value
from autograd_mini.functions import dot
from autograd_mini.losses import cross_entropy
from autograd_mini.nn import MLP, Dropout, Layer, Module, Neuron
from autograd_mini.nn.init import INITIALISATIONS
from autograd_mini.nn.sizes import parameter_count


def arrays(layer, slot="data"):
    """(W, b) of a layer."""
    W = np.array([[getattr(w, slot) for w in neuron.w] for neuron in layer.neurons])
    return W, np.array([getattr(neuron.b, slot) for neuron in layer.neurons])


# What a network computes, and the formulas of the lectures, against a few lines of NumPy

shapes = st.lists(st.integers(1, 5), min_size=2, max_size=4)
ACTIVATIONS = {
    "linear": (lambda a: a, np.ones_like),
    "relu": (lambda a: np.maximum(a, 0.0), lambda a: (a > 0.0).astype(float)),
    "tanh": (np.tanh, lambda a: 1.0 - np.tanh(a) ** 2),
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2),
}


def close(x, y):
    return np.allclose(x, y, rtol=1e-12, atol=1e-12)


@given(shapes, st.sampled_from(sorted(ACTIVATIONS)), st.integers(0, 10**6))
def test_backpropagation_through_layers(sizes, activation, seed):
    """g ← g ⊙ f'(a), ∇W = g hᵀ, ∇b = g, g ← Wᵀg at every layer of a random network."""
    model = MLP(sizes[0], sizes[1:], activation=[activation] * (len(sizes) - 1), seed=seed)
    generator = random.Random(seed)
    x = [Value(generator.uniform(-2, 2)) for _ in range(sizes[0])]
    c = [generator.uniform(-2, 2) for _ in range(sizes[-1])]
    outputs = model(x)
    dot(outputs if isinstance(outputs, list) else [outputs], c).backward()

    f, slope = ACTIVATIONS[activation]
    hs, sums = [np.array([v.data for v in x])], []
    for W, b in map(arrays, model.layers):
        sums.append(W @ hs[-1] + b)
        hs.append(f(sums[-1]))
    g = np.array(c)
    for layer, a, h in zip(model.layers[::-1], sums[::-1], hs[-2::-1], strict=True):
        g = g * slope(a)
        by_W, by_b = arrays(layer, "grad")

        assert close(by_W, np.outer(g, h))
        assert close(by_b, g)

        g = arrays(layer)[0].T @ g

    assert close([v.grad for v in x], g)
    assert close([y.data for y in (outputs if isinstance(outputs, list) else [outputs])], hs[-1])


@given(st.integers(1, 4), st.integers(2, 4), st.integers(0, 10**6))
def test_error_of_a_softmax_layer(inputs, classes, seed):
    """With softmax and -log ŷ_y the error is ŷ - y, so ∇W = (ŷ - y) xᵀ; the same from logits."""
    generator = random.Random(seed)
    x, target = [generator.uniform(-2, 2) for _ in range(inputs)], generator.randrange(classes)
    layer = Layer(inputs, classes, "softmax", seed=seed)
    y_hat = layer(x)
    (-y_hat[target].log()).backward()
    error = np.array([y.data for y in y_hat]) - np.eye(classes)[target]

    assert close(arrays(layer, "grad")[0], np.outer(error, x))

    layer.zero_grad()
    layer.activation = "linear"
    cross_entropy(layer(x), target).backward()

    assert close(arrays(layer, "grad")[1], error)


@given(shapes, st.sampled_from(sorted(ACTIVATIONS)), st.booleans(), st.integers(0, 10**6))
def test_expanded_has_the_same_numbers(sizes, activation, bias, seed):
    """Single products and sums give the numbers of dot nodes to the last bit, and their gradients."""
    model = MLP(sizes[0], sizes[1:], activation=[activation] * (len(sizes) - 1), bias=bias, seed=seed)
    generator = random.Random(seed)
    x = [generator.uniform(-2, 2) for _ in range(sizes[0])]
    found = []
    for expanded in (False, True):
        model.expand(expanded).zero_grad()
        outputs = model(x)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        dot(outputs, outputs).backward()
        names = {node.rule.name for y in outputs for node in toposort(y) if node.rule}
        assert ("dot" in names) is not expanded
        found.append(([y.data for y in outputs], [p.grad for p in model.parameters()]))

    assert found[0][0] == found[1][0]
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-12, abs=1e-14)


def test_expanded_writes_the_sum_of_the_lecture():
    """An expanded neuron is relu(w1 x1 + w2 x2 + b), node by node."""
    neuron = Neuron(2, init=0.5, expanded=True)
    f = neuron([3.0, 4.0])

    assert ["mul", "mul", "add", "add", "relu"] == [node.rule.name for node in toposort(f) if node.rule]


# One output or several, one input or several


def test_one_output_is_a_value_several_are_a_list():
    """A Layer or MLP with one output returns the Value, otherwise a list."""
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    assert [Value, Value] == [type(y) for y in MLP(2, [3, 2])([1.0, 2.0])]
    assert isinstance(MLP(2, [1, 1])([1.0, 2.0]), Value)  # a hidden layer of one unit


def test_inputs():
    """Numbers become leaves x[1], x[2]; Values stay themselves; a single input may stand alone."""
    x = Value(2.0, label="mine")
    neuron = Neuron(2, "linear", init=1.0)

    assert neuron((1, x)).data == neuron(np.array([1.0, 2.0])).data == 3.0
    assert {"x[1]", "mine", "w[1]", "w[2]", "b"} == {
        leaf.label for leaf in toposort(neuron([1.0, x])) if not leaf.rule
    }
    assert Neuron(1, "linear", init=3.0)(2.0).data == Neuron(1, "linear", init=3.0)(x).data == 6.0


def test_a_network_inside_transforms():
    """Gradients by the input come from grad, jvp and backward alike."""
    model = MLP(2, [4, 1], activation="tanh", seed=5)
    x = [Value(0.3), Value(-0.7)]
    model(x).backward()
    by_input = grad(model)([0.3, -0.7])

    assert by_input == pytest.approx([v.grad for v in x], rel=1e-14)
    assert jvp(model, ([0.3, -0.7],), ([1.0, 2.0],))[1] == pytest.approx(
        by_input[0] + 2 * by_input[1], rel=1e-14
    )


def test_any_primitive_of_one_input_is_an_activation():
    """Primitives of the table and of the user serve as activations by their names."""
    primitive("cube_of", lambda xp, x: x * x * x, lambda xp, z, x: (3.0 * x * x,))
    try:
        assert Neuron(1, "cube_of", init=2.0)(1.0).data == 8.0
        assert Neuron(1, "abs", init=-2.0)(1.0).data == 2.0
        assert Neuron(1, "softplus", init=0.0)(1.0).data == math.log(2.0)
    finally:
        for table in (RULES, Arithmetic.definitions, vars(floats), vars(values)):
            table.pop("cube_of", None)


# How it begins


def test_the_same_seed_gives_the_same_numbers():
    """The weights of a seed are these, on every platform and in every release."""
    model = MLP(2, [2, 1], seed=42)

    assert [p.data for p in model.parameters()] == [
        0.2788535969157675, -0.9499784895546661, 0.0, -0.4499413632617615, -0.5535785237023545, 0.0,
        0.4729424283280248, 0.3533989748458226, 0.0,
    ]  # fmt: skip
    assert model.state_dict() == MLP(2, [2, 1], seed=42).state_dict()
    assert model.state_dict() == MLP(2, [2, 1], seed=random.Random(42)).state_dict()
    assert model.state_dict() != MLP(2, [2, 1], seed=43).state_dict()
    assert MLP(2, [2, 1]).state_dict() != MLP(2, [2, 1]).state_dict()


@pytest.mark.parametrize(
    ("init", "limit"),
    [("uniform", 1.0), ("xavier", math.sqrt(6 / 60)), ("he", math.sqrt(6 / 40)), ("zeros", 0.0)],
)
def test_initialisations(init, limit):
    """Weights spread over (-limit, limit) by the rule of the name; biases are 0."""
    layer = Layer(40, 20, init=init, seed=1)
    W, b = arrays(layer)

    assert np.abs(W).max() <= limit
    assert np.abs(W).max() >= 0.98 * limit
    assert abs(W.mean()) <= 0.1 * limit
    assert not b.any()
    assert init in INITIALISATIONS


def test_initialisation_by_number_or_function():
    """A number fills all weights; a function is told the generator and the sizes of the layer."""
    asked = []

    def rule(generator, inputs, outputs):
        asked.append((inputs, outputs))
        return 0.25

    assert [0.5, 0.5, 0.0] == [p.data for p in Neuron(2, init=0.5).parameters()]
    assert [0.25, 0.0] * 2 + [0.25, 0.25, 0.0] == [p.data for p in MLP(1, [2, 1], init=rule).parameters()]
    assert [(1, 2), (1, 2), (2, 1), (2, 1)] == asked


# Parameters, their names and labels


def test_names_lead_to_the_parameters():
    """A name is what one writes behind the model to reach the parameter."""
    model = MLP(2, [3, 1], seed=0)

    assert len(model.named_parameters()) == parameter_count(2, [3, 1]) == 13
    for name, parameter in model.named_parameters():
        assert eval(f"model.{name}", {"model": model}) is parameter


def test_labels_are_those_of_the_lectures():
    """Labels count from 1: layer, unit, input."""
    assert ["w[1]", "w[2]", "b"] == [p.label for p in Neuron(2).parameters()]
    assert ["w[1,1]", "b[1]", "w[2,1]", "b[2]"] == [p.label for p in Layer(1, 2).parameters()]
    assert ["w1[1,1]", "b1[1]", "w2[1,1]", "b2[1]"] == [p.label for p in MLP(1, [1, 1]).parameters()]
    assert ["wd1[1,1]", "bd1[1]"] == [p.label for p in MLP(1, [1], name="d").parameters()]


class Shared(Module):
    """Parameters in every kind of place, one of them twice."""

    def __init__(self):
        self.a = Value(1.0)
        self.b = [Value(2.0), {"c": self.a}]
        self.parts = {"in": Neuron(1), "out": (Layer(1, 1, bias=False),)}
        self.result = self.a * 2.0
        self.name = "not a parameter"
        self.owner = self


def test_a_module_of_your_own():
    """Every leaf Value among the attributes is a parameter, once; results are not."""
    names = ["a", "b[0]", "parts['in'].w[0]", "parts['in'].b", "parts['out'][0].neurons[0].w[0]"]

    assert names == [name for name, _ in Shared().named_parameters()]
    assert ["", "parts['in']", "parts['out'][0]", "parts['out'][0].neurons[0]"] == [
        name for name, _ in Shared().named_modules()
    ]


def test_weights_are_the_parameters_that_are_not_biases():
    """Penalties leave out what is called b."""
    assert ["w1[1,1]", "w2[1,1]"] == [w.label for w in MLP(1, [1, 1]).weights()]
    assert 3 == len(Shared().weights())


def test_zero_grad():
    """Gradients of parameters are forgotten: 0.0, and nothing to show."""
    model = MLP(2, [2, 1], seed=0)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()

    assert {(0.0, None)} == {(p.grad, p.known("grad")) for p in model.parameters()}


def test_a_deep_copy_is_another_model():
    """A copy has the same numbers, and lives its own life."""
    model = MLP(2, [2, 1], seed=0)
    twin = copy.deepcopy(model)
    twin.parameters()[0].data += 1.0

    assert twin([1.0, 2.0]).data != model([1.0, 2.0]).data
    assert [p.label for p in twin.parameters()] == [p.label for p in model.parameters()]


def test_a_notebook_of_micrograd():
    """What micrograd's demo does with a model works."""
    model = MLP(2, [16, 16, 1])
    scores = list(map(model, [list(map(Value, row)) for row in [[1.0, 2.0], [0.5, -1.0]]]))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip([1, -1], scores, strict=True)]
    total = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
    model.zero_grad()
    total.backward()
    for p in model.parameters():
        p.data -= 0.1 * p.grad

    assert 337 == len(model.parameters())
    assert "MLP(2, [16, 16, 1], activation=['relu', 'relu', 'linear'])" == repr(model)


# Dropout


def test_dropout():
    """In training a part p becomes 0 and the rest is scaled up; in evaluation nothing happens."""
    x = [Value(1.0) for _ in range(1000)]
    dropout = Dropout(0.25, seed=0)
    kept = [y.data for y in dropout(x)]

    assert {0.0, 1.0 / 0.75} == set(kept)
    assert 700 < sum(map(bool, kept)) < 800
    assert kept == [y.data for y in Dropout(0.25, seed=0)(x)]
    assert {0.0, 1.0} == {y.data for y in Dropout(0.25, seed=0, rescale=False)(x)}
    assert dropout.eval()(x) is x
    assert isinstance(dropout.train()(x[0]), Value)


def test_dropout_in_a_network():
    """An MLP drops hidden units in training, and has a generator of its own for it."""
    model = MLP(2, [20, 1], dropout=0.5, seed=0)
    different = {model([1.0, 2.0]).data for _ in range(10)}
    model.eval()

    assert len(different) > 5
    assert {MLP(2, [20, 1], seed=0)([1.0, 2.0]).data} == {model([1.0, 2.0]).data for _ in range(10)}
    assert [] == [module for _, module in model.named_modules() if module.training]


# Mistakes


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Layer(2, 3)([1.0]), ValueError, r"Layer\(2, 3, 'relu'\) takes 2 inputs, got 1: \[1.0\]"),
        (lambda: MLP(2, [1])([[1.0, 2.0]]), TypeError, r"one example at a time.*\[model\(x\) for x in X\]"),
        (lambda: MLP(2, [1])(np.ones((2, 2))), TypeError, "takes one example at a time"),
        (lambda: Neuron(1)("a"), TypeError, "got str 'a'"),
        (lambda: Neuron(0), ValueError, "the number of inputs must be a whole number of 1 or more, got 0"),
        (lambda: Layer(2, -1), ValueError, "the number of outputs must be a whole number .*, got -1"),
        (lambda: MLP(2, [2.5]), ValueError, "got 2.5"),
        (lambda: Neuron(True), ValueError, "got True"),
        (
            lambda: MLP(2, 3),
            TypeError,
            r"a list with the units of each layer, got 3; write MLP\(2, \[16, 1\]\)",
        ),
        (lambda: MLP(2, []), TypeError, r"got \[\]"),
        (lambda: MLP(2, [2, 1], activation=["relu"]), ValueError, "2 layers need 2 activations, got 1"),
        (lambda: Neuron(2, "rleu"), ValueError, "no activation is called 'rleu'; did you mean relu"),
        (
            lambda: Neuron(2, "zzz"),
            ValueError,
            "no activation is called 'zzz'; choose one of linear, softmax",
        ),
        (lambda: Neuron(2, "mul"), ValueError, "no activation is called 'mul'"),
        (lambda: Neuron(2, "softmax"), ValueError, "softmax needs all units of a layer"),
        (lambda: Layer(2, 1, "softmax"), ValueError, "softmax of one output is always 1; use 'sigmoid'"),
        (
            lambda: Neuron(2, init="xaver"),
            ValueError,
            "no initialisation is called 'xaver'; did you mean xavier",
        ),
        (lambda: Dropout(1.0), ValueError, "0 <= p < 1, got 1.0"),
        (lambda: Dropout("a"), TypeError, "0 <= p < 1, got str 'a'"),
        (
            lambda: Dropout(0.5)(3.0),
            TypeError,
            r"Dropout\(0.5\) takes a Value or a list of them, got float 3.0",
        ),
        (lambda: Dropout(0.5)([None]), TypeError, "got NoneType None"),
        (lambda: MLP(2, [1], dropout=[]), TypeError, r"0 <= p < 1, got list \[\]"),
        (lambda: MLP(2, [10**400]), ValueError, "the number of outputs must be .* 1 to 10,000,000, got 1000"),
        (lambda: MLP(10**6, [10**6]), ValueError, "need 1,000,001,000,000 parameters; at most 10,000,000"),
        (lambda: Neuron(2, None), TypeError, "the activation must be a name such as 'linear', got None"),
        (lambda: MLP(2, [2, 1], activation=None), TypeError, "the activation must be a name"),
        (lambda: MLP(2, [2, 1], activation=[["relu"], "relu"]), TypeError, r"got list \['relu'\]"),
        (lambda: Layer(2, 2, init=[1.0]), TypeError, r"init must be a name, .* got list \[1.0\]"),
        (lambda: Layer(2, 2, init=math.nan), ValueError, "init must be a name, a finite number, .* got nan"),
        (lambda: Neuron(2, init=lambda *_: None), TypeError, "expected a Value or a number .* got NoneType"),
        (lambda: Neuron(2, seed="a"), TypeError, "a seed must be an int, a random.Random, or None, got 'a'"),
        (lambda: MLP(2, [1], name=3), TypeError, "the name of a network must be text, got int 3"),
        (lambda: Neuron(2, bias="no"), TypeError, "bias must be True or False, got str 'no'"),
        (lambda: Neuron(2).train("no"), TypeError, "training must be True or False, got str 'no'"),
        (lambda: Neuron(2)({1.0, 2.0}), TypeError, "takes a list of numbers or Values, got set"),
        (lambda: Neuron(3)("abc"), TypeError, "takes a list of numbers or Values, got str 'abc'"),
        (lambda: Neuron(1).fire([Value(1.0)] * 3), ValueError, "takes 1 inputs, got 3"),
        (lambda: Layer(2, 1).fire(None), ValueError, "takes 2 inputs, got None"),
    ],
)
def test_wrong_arguments(call, error, message):
    """Each mistake gets its own message, with the value and what to do."""
    with pytest.raises(error, match=message):
        call()


# Compiled

POINTS = [[0.5, -1.0], [1.5, 0.25], [-0.75, 2.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    "model",
    [
        Neuron(2, "tanh", seed=1),
        Layer(2, 3, "sigmoid", seed=2),
        Layer(2, 3, "softmax", seed=3),
        MLP(2, [3, 1], seed=4),
        MLP(2, [3, 2], activation=["tanh", "softmax"], bias=False, seed=5),
        MLP(2, [3, 2], activation="gelu", seed=6, expanded=True),
        MLP(2, [3, 2], dropout=0.5, seed=7),
    ],
    ids=repr,
)
def test_modules_compile(model):
    """A compiled module gives the bits of the module; Dropout draws the same numbers in the same order."""
    twin = copy.deepcopy(model)
    expected = [model(x) for x in POINTS + POINTS]
    fast = compile(twin, exact=True, tier="python")
    found = [fast(POINTS), fast(POINTS)]
    outputs = [[y.data for y in ys] if isinstance(ys, list) else ys.data for ys in expected]

    assert np.concatenate(found).tolist() == outputs


def test_dropout_draws_for_each_example_and_call():
    """Each example has a mask of its own, another in the next call; after eval() all pass."""
    model = MLP(1, [40, 1], init=1.0, bias=False, dropout=0.5, seed=0)
    fast = compile(model, tier="python")
    first, second = fast([[1.0]] * 6), fast([[1.0]] * 6)
    model.eval()

    assert len({*first, *second}) > 6
    assert fast([[1.0]] * 2).tolist() == [40.0, 40.0]
