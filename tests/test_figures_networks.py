"""The lecture figures that are networks: built from modules, losses and optimizers, every number compared.

COVERED names the entries that are checked here; test_figures.py checks those that expressions can state.
"""

import json
import random
from pathlib import Path

import pytest

from autograd_mini.engine.value import Value
from autograd_mini.functions import dot, mean, sum
from autograd_mini.losses import (
    binary_cross_entropy,
    binary_nll,
    cross_entropy,
    half_squared_error,
    l1,
    l2,
    mse,
    multiclass_hinge,
    nll,
)
from autograd_mini.nn import MLP, Dropout, Layer, Neuron
from autograd_mini.nn.sizes import parameter_count
from autograd_mini.optim import SGD
from autograd_mini.train import fit

FIGURES = json.loads((Path(__file__).parent / "data" / "figures.json").read_text(encoding="utf-8"))


# Numbers in and out of modules


def transposed(matrix):
    return [list(column) for column in zip(*matrix, strict=True)]


def set_layer(layer, weights, biases=None):
    """Give a layer its numbers, a row of weights for each unit; biases as a list or as a column."""
    for i, (neuron, row) in enumerate(zip(layer.neurons, weights, strict=True)):
        for w, number in zip(neuron.w, row, strict=True):
            w.data = number
        if biases is not None:
            neuron.b.data = biases[i][0] if isinstance(biases[i], list) else biases[i]


def network(sizes, activation, *numbers, bias=True, expanded=False):
    """An MLP with (weights, biases) for every layer."""
    model = MLP(sizes[0], sizes[1:], activation=activation, bias=bias, expanded=expanded, seed=0)
    for layer, of_layer in zip(model.layers, numbers, strict=True):
        set_layer(layer, *of_layer)
    return model


def weights(layer, slot="grad"):
    return [[getattr(w, slot) for w in neuron.w] for neuron in layer.neurons]


def biases(layer, slot="grad"):
    return [getattr(neuron.b, slot) for neuron in layer.neurons]


def leaves(numbers):
    """The same nested lists with Values, so that gradients can be asked for."""
    return [leaves(x) for x in numbers] if isinstance(numbers, list) else Value(numbers)


def grads(values):
    return [grads(x) for x in values] if isinstance(values, list) else values.grad


def data(values):
    return [data(x) for x in values] if isinstance(values, list) else values.data


def compare(found, figures, tolerance):
    """Every figure is among what was found, and is close to it."""
    assert figures.keys() == found.keys()
    wrong = {
        name: (found[name], figures[name])
        for name in figures
        if not close(found[name], figures[name], tolerance)
    }
    assert {} == wrong


def close(x, figure, tolerance):
    if isinstance(figure, list):
        return len(x) == len(figure) and all(close(a, b, tolerance) for a, b in zip(x, figure, strict=True))
    if isinstance(figure, dict):
        return x.keys() == figure.keys() and all(close(x[k], figure[k], tolerance) for k in figure)
    return abs(x - figure) <= tolerance * max(1.0, abs(figure))


def inside(layer, x):
    """(w · x + b for every unit, the layer's outputs) of one call: the sums are found in the graph."""
    outputs = layer.fire(x)
    if layer.activation == "linear":
        return outputs, outputs
    if layer.activation == "softmax":
        (total,) = {p for p in outputs[0].parents if p.rule.name == "sum"}
        return [e.parents[0].parents[0] for e in total.parents], outputs
    return [output.parents[0] for output in outputs], outputs


# Each check returns (forward numbers, gradients), named as in the entry


def two_layers(figure, names, activation, target_of, loss):
    """A network of two layers on one example; names: W1, b1, a1, o1, W2, b2, a2, o2, loss."""
    (w1, b1, a1, o1, w2, b2, a2, o2, L) = names
    inputs = figure["inputs"]
    sizes = [len(inputs["x"]), len(inputs[w1]), len(inputs[w2])]
    model = network(sizes, activation, (inputs[w1], inputs[b1]), (inputs[w2], inputs[b2]))
    first, second = model.layers
    x = leaves(inputs["x"])
    sums1, outputs1 = inside(first, x)
    sums2, outputs2 = inside(second, outputs1)
    cost = loss(outputs2, target_of(inputs["y"]))
    cost.backward()
    values = {a1: sums1, o1: outputs1, a2: sums2, o2: outputs2, L: cost}
    gradients = {name: grads(value) for name, value in values.items()} | {"x": grads(x)}
    gradients |= {w1: weights(first), b1: biases(first), w2: weights(second), b2: biases(second)}
    return {name: data(value) for name, value in values.items()}, gradients


def relu_softmax_nll(figure):
    names = ("W1", "b1", "ha", "hs", "W2", "b2", "oa", "os", "L")
    return two_layers(figure, names, ["relu", "softmax"], lambda y: y - 1, nll)


def tanh_softmax_mlp(figure):
    names = ("W_h", "b_h", "h_tilde", "h", "W_y", "b_y", "y_tilde", "y_hat", "loss")
    return two_layers(figure, names, ["tanh", "softmax"], lambda y: y.index(1.0), nll)


def tanh_softmax_mlp_batch(figure):
    inputs = figure["inputs"]
    model = network(
        [2, 3, 2],
        ["tanh", "softmax"],
        (inputs["W_h"], inputs["b_h"]),
        (inputs["W_y"], inputs["b_y"]),
    )
    first, second = model.layers
    X, targets = leaves(inputs["X"]), [y.index(1.0) for y in inputs["Y"]]

    def batch():
        model.zero_grad()
        hidden = [inside(first, x) for x in X]
        outputs = [inside(second, h) for _, h in hidden]
        return [list(part) for part in (*zip(*hidden, strict=True), *zip(*outputs, strict=True))]

    def of_parameters():
        return {
            "W_h": weights(first), "b_h": biases(first), "W_y": weights(second), "b_y": biases(second),
        }  # fmt: skip

    H_tilde, H, Y_tilde, Y_hat = batch()
    each = nll(Y_hat, targets, reduction="none")
    cost = mean(each)
    cost.backward()
    values = {"H_tilde": H_tilde, "H": H, "Y_tilde": Y_tilde, "Y_hat": Y_hat, "l": each, "loss": cost}
    gradients = {name: grads(value) for name, value in values.items()} | of_parameters()
    H_tilde, H, Y_tilde, Y_hat = batch()  # the document's formulas are those of the sum
    nll(Y_hat, targets, reduction="sum").backward()
    of_sum = {"Y_tilde": grads(Y_tilde), "H_tilde": grads(H_tilde)} | of_parameters()
    gradients |= {f"document_sum.{name}": gradient for name, gradient in of_sum.items()}
    return {name: data(value) for name, value in values.items()}, gradients


TD1 = {"w_1A": (0, 0, 0), "w_1B": (0, 0, 1), "w_2A": (0, 1, 0), "w_2B": (0, 1, 1), "w_31": (1, 0, 0),
       "w_32": (1, 0, 1), "b_1": (0, 0), "b_2": (0, 1), "b_3": (1, 0)}  # fmt: skip


def td1_model(inputs):
    model = MLP(2, [2, 1], activation=["sigmoid", "tanh"])
    named = {
        name: model.layers[i].neurons[j].w[k[0]] if k else model.layers[i].neurons[j].b
        for name, (i, j, *k) in TD1.items()
    }
    for name, parameter in named.items():
        parameter.data = inputs[name]
    return model, named


def td1_pass(model, x, target):
    (a_1, a_2), (h_1, h_2) = inside(model.layers[0], x)
    (a_3,), (h_3,) = inside(model.layers[1], [h_1, h_2])
    loss = half_squared_error(h_3, target)
    return {"a_1": a_1, "h_1": h_1, "a_2": a_2, "h_2": h_2, "a_3": a_3, "h_3": h_3, "loss": loss}


def mlp_regression_td1(figure):
    inputs = figure["inputs"]
    model, named = td1_model(inputs)
    x = leaves([inputs["A"], inputs["B"]])
    nodes = td1_pass(model, x, inputs["target"])
    nodes["loss"].backward()
    gradients = {name: value.grad for name, value in {**nodes, **named}.items()}
    return {name: value.data for name, value in nodes.items()}, gradients | {"A": x[0].grad, "B": x[1].grad}


def mlp_regression_td1_update(figure):
    inputs = figure["inputs"]
    forward = {}
    for case, moving in (("weights_only", "w"), ("weights_and_biases", "wb")):
        model, named = td1_model(inputs)
        x = leaves([inputs["A"], inputs["B"]])
        nodes = td1_pass(model, x, inputs["target"])
        forward["loss_before"] = nodes["loss"].data
        nodes["loss"].backward()
        gradients = {name: parameter.grad for name, parameter in named.items()}
        SGD(lr=inputs["lr"]).step([p for name, p in named.items() if name[0] in moving])
        forward |= {f"{case}.{name}": z.data for name, z in td1_pass(model, x, inputs["target"]).items()}
    return forward | {f"new.{name}": p.data for name, p in named.items()}, gradients


def mlp_layer(figure):
    inputs = figure["inputs"]
    layer = Layer(3, 4, inputs["act"])
    set_layer(layer, inputs["W"], inputs["b"])
    h = leaves(inputs["h"])
    sums, outputs = inside(layer, h)
    L = dot(inputs["c"], outputs)
    L.backward()
    forward = {"a": data(sums), "o": data(outputs), "L": L.data}
    of_nodes = {"L": 1.0, "o": grads(outputs), "a": grads(sums), "h": grads(h)}
    return forward, of_nodes | {"W": weights(layer), "b": biases(layer)}


def two_layer(figure):
    """One or several examples as columns of X; the loss is the sum over them."""
    inputs = figure["inputs"]
    model = network(
        [3, 4, 1],
        ["sigmoid", "sigmoid"],
        (inputs["W1"], inputs["b1"]),
        (inputs["W2"], inputs["b2"]),
    )
    first, second = model.layers
    X = leaves(transposed(inputs["X"]))
    hidden = [inside(first, x) for x in X]
    z1, a1 = map(list, zip(*hidden, strict=True))
    z2, a2 = map(list, zip(*[inside(second, h) for h in a1], strict=True))
    L = half_squared_error(a2, transposed(inputs["Y"]), reduction="sum")
    L.backward()
    columns = {"z1": z1, "a1": a1, "z2": z2, "a2": a2}
    forward = {name: transposed(data(value)) for name, value in columns.items()} | {"L": L.data}
    gradients = {name: transposed(grads(value)) for name, value in columns.items()}
    gradients |= {"W1": weights(first), "W2": weights(second), "X": transposed(grads(X)), "L": L.grad}
    return forward, gradients | {
        f"b{i}": [[b] for b in biases(layer)] for i, layer in enumerate(model.layers, 1)
    }


def sleep_study_model(inputs):
    return network(
        [2, 3, 1],
        ["sigmoid", "sigmoid"],
        (transposed(inputs["W1"]),),
        (transposed(inputs["W2"]),),
        bias=False,
    )


def batch_gradient_sleep_study(figure):
    inputs = figure["inputs"]
    model = sleep_study_model(inputs)
    first, second = model.layers
    hidden = [inside(first, leaves(x)) for x in inputs["X"]]
    z2, a2 = map(list, zip(*hidden, strict=True))
    z3, yhat = map(list, zip(*[inside(second, h) for h in a2], strict=True))
    J = half_squared_error(yhat, inputs["y"], reduction="sum")
    J.backward()
    values = {"z2": z2, "a2": a2, "z3": z3, "yhat": yhat, "J": J}
    gradients = {name: grads(value) for name, value in values.items()}
    gradients |= {"W1": transposed(weights(first)), "W2": transposed(weights(second))}
    for name, layer in (("W1", first), ("W2", second)):
        gradients[f"per_example.{name}"] = each = []
        for x, (y,) in zip(inputs["X"], inputs["y"], strict=True):
            model.zero_grad()
            half_squared_error(model(x), y).backward()
            each.append(transposed(weights(layer)))
    return {name: data(value) for name, value in values.items()}, gradients


def sleep_study_query(figure):
    model = sleep_study_model(figure["inputs"])
    hidden = model.layers[0](figure["inputs"]["x"])
    yhat = model(figure["inputs"]["x"])
    return {"a2": data(hidden), "yhat": [yhat.data], "score": [(100 * yhat).data]}, {}


def linear_model(inputs, activation="linear"):
    neuron = Neuron(2, activation)
    for w, number in zip(neuron.w, inputs["w"], strict=True):
        w.data = number
    neuron.b.data = inputs["b"]
    return neuron


def ridge_regression(figure):
    inputs = figure["inputs"]
    model = linear_model(inputs)
    f = [model(x) for x in inputs["X"]]
    cost, reg = mse(f, inputs["y"]), l2(model.weights(), inputs["rho"] / 2)
    F = cost + reg
    F.backward()
    total = cost.parents[0]  # of the squares of the errors
    r = [square.parents[0] for square in total.parents]
    values = {"f": f, "r": r, "mse": cost, "reg": reg, "F": F}
    gradients = {name: grads(value) for name, value in values.items()}
    gradients |= {"w": grads(model.w), "b": model.b.grad}
    return {name: data(value) for name, value in values.items()}, gradients


def logistic_regression(figure):
    inputs = figure["inputs"]
    model = linear_model(inputs, "sigmoid")
    y_hat = [model(x) for x in inputs["X"]]
    a = [each.parents[0] for each in y_hat]
    each = binary_nll(y_hat, inputs["y"], reduction="none")
    reg = l2(model.weights(), inputs["rho"] / 2)
    F = mean(each) + reg
    F.backward()
    values = {"a": a, "y_hat": y_hat, "nll": each, "reg": reg, "F": F}
    gradients = {name: grads(value) for name, value in values.items()}
    gradients |= {"w": grads(model.w), "b": model.b.grad}
    return {name: data(value) for name, value in values.items()}, gradients


def logistic_regression_softplus_form(figure):
    """The numbers of the lecture's second form that a loss from logits has: not its exp and log nodes."""
    inputs = figure["inputs"]
    model = linear_model(inputs)
    a = [model(x) for x in inputs["X"]]
    each = binary_cross_entropy(a, inputs["y"], reduction="none")
    reg = l2(model.weights(), inputs["rho"] / 2)
    F = mean(each) + reg
    F.backward()
    values = {"a": a, "nll": each, "reg": reg, "F": F}
    gradients = {name: grads(value) for name, value in values.items()}
    gradients |= {"w": grads(model.w), "b": model.b.grad}
    return {name: data(value) for name, value in values.items()}, gradients


def svm_column(figure):
    s = leaves(figure["inputs"]["s"])
    L = multiclass_hinge(s, figure["inputs"]["target"] - 1)
    L.backward()
    return {"L": L.data}, {"L": L.grad, "s": grads(s)}


def svm_mean(figure):
    S = leaves(figure["inputs"]["S"])
    each = multiclass_hinge(S, [0, 1, 2], reduction="none")
    J = mean(each)
    J.backward()
    forward = {f"L{i}": L.data for i, L in enumerate(each, 1)}
    gradients = {f"L{i}": L.grad for i, L in enumerate(each, 1)}
    assert J.data == multiclass_hinge(S, [0, 1, 2]).data
    return forward | {"J": J.data}, gradients | {"J": J.grad, "S": grads(S)}


def svm_stops_ce_does_not(figure):
    target = figure["inputs"]["target"] - 1
    forward, gradients = {}, {}
    for name, loss in (("svm", multiclass_hinge), ("ce", cross_entropy)):
        s = leaves(figure["inputs"]["s"])
        cost = loss(s, target)
        cost.backward()
        forward[f"{name}_loss"], gradients[f"{name}_s"] = cost.data, grads(s)
    return forward, gradients


class TwoUnits:
    """R = v1 act(w1 x) + v2 act(w2 x): an MLP(1, [2, 1]) without biases, with dropout between if asked."""

    def __init__(self, inputs, dropout=None):
        self.model = MLP(1, [2, 1], activation=[inputs["act"], "linear"], bias=False, init="zeros")
        self.model.dropout = dropout
        hidden, (last,) = self.model.layers[0].neurons, self.model.layers[1].neurons
        self.named = {"w1": hidden[0].w[0], "w2": hidden[1].w[0], "v1": last.w[0], "v2": last.w[1]}

    def numbers(self):
        return {name: p.data for name, p in self.named.items()}


def zero_init(figure):
    inputs = figure["inputs"]
    units = TwoUnits(inputs)
    for name, p in units.named.items():
        p.data = inputs[name]
    h = units.model.layers[0].fire([Value(inputs["x"])])
    (R,) = units.model.layers[1].fire(h)
    L = half_squared_error(R, inputs["y"])
    L.backward()
    values = {"h1": h[0], "h2": h[1], "R": R, "L": L}
    gradients = {name: value.grad for name, value in {**values, **units.named}.items()}
    return {name: value.data for name, value in values.items()}, gradients


class Scripted(random.Random):
    """A generator that makes a Dropout draw the masks of the lecture."""

    def __init__(self, masks):
        super().__init__()
        self.numbers = [0.99 if kept else 0.0 for mask in masks for kept in mask]

    def random(self):
        return self.numbers.pop(0)


def steps_from_zero(figure):
    inputs = figure["inputs"]
    dropout = Dropout(0.5, seed=Scripted(inputs["masks"]), rescale=False)
    units = TwoUnits(inputs, dropout)
    after = []
    history = fit(
        units.model,
        ([[inputs["x"]]], [inputs["y"]]),
        loss=half_squared_error,
        optimizer=SGD(lr=inputs["lr"]),
        epochs=3,
        callback=lambda epoch, history: after.append(units.numbers()),
    )
    symmetric = all(now["w1"] == now["w2"] and now["v1"] == now["v2"] for now in after[-1:])
    assert symmetric == inputs["expect_symmetric"]
    forward = {f"after_step_{i}": now for i, now in enumerate(after, 1)}
    return forward | {f"loss_{i}": loss for i, loss in enumerate(history.loss, 1)}, {}


def risk_model(inputs):
    return network([2, 3, 3], ["relu", "softmax"], (inputs["W1"], inputs["b1"]), (inputs["W2"], inputs["b2"]))


def batch_gradient_descent(figure):
    inputs = figure["inputs"]
    model = risk_model(inputs)
    batch = inputs["X"], [y - 1 for y in inputs["Y"]]
    gradients = {}

    def first_gradients(epoch, history):
        if epoch == 1:
            for i, layer in enumerate(model.layers, 1):
                gradients.update({f"epoch0.W{i}": weights(layer), f"epoch0.b{i}": biases(layer)})

    history = fit(
        model,
        batch,
        loss=nll,
        optimizer=SGD(lr=inputs["eta"]),
        epochs=inputs["epochs"],
        callback=first_gradients,
    )
    last = nll([model(x) for x in batch[0]], batch[1])
    forward = {"risk": [*history.loss, last.data]}
    for i, layer in enumerate(model.layers, 1):
        forward |= {f"final.W{i}": weights(layer, "data"), f"final.b{i}": biases(layer, "data")}
    return forward, gradients


def elastic_net_risk(figure):
    inputs = figure["inputs"]
    model = risk_model(inputs)
    first, second = model.layers
    l11, l12, l21, l22 = inputs["lambda_11_12_21_22"]
    risk = nll([model(x) for x in inputs["X"]], [y - 1 for y in inputs["Y"]])
    penalty = sum(
        [
            l1(first.weights(), l11),
            l2(first.weights(), l12),
            l1(second.weights(), l21),
            l2(second.weights(), l22),
        ]
    )
    cost = risk + penalty
    cost.backward()
    gradients = {"W1": weights(first), "b1": biases(first), "W2": weights(second), "b2": biases(second)}
    forward = {"risk": risk.data, "penalty": penalty.data, "regularised_risk": cost.data}
    # `fit` with a factor for each layer minimizes the same cost
    batch = inputs["X"], [y - 1 for y in inputs["Y"]]
    history = fit(model, batch, loss=nll, optimizer=SGD(lr=0.1), l1=[l11, l21], l2=[l12, l22], epochs=1)
    assert history.loss == [pytest.approx(cost.data, rel=1e-15)]
    return forward, gradients


def count(figure):
    forward = {f"d={d},dh={dh},m={m}": parameter_count(d, [dh, m]) for d, dh, m in figure["inputs"]["dims"]}
    d, dh, m = figure["inputs"]["dims"][0]
    assert len(MLP(d, [dh, m]).parameters()) == forward[f"d={d},dh={dh},m={m}"]
    return forward, {}


CHECKS = {
    "relu-softmax-nll": relu_softmax_nll,
    "tanh-softmax-mlp": tanh_softmax_mlp,
    "tanh-softmax-mlp-batch": tanh_softmax_mlp_batch,
    "mlp-regression-td1": mlp_regression_td1,
    "mlp-regression-td1-update": mlp_regression_td1_update,
    "mlp-layer-4x3": mlp_layer,
    "mlp-layer-4x3-linear-relu": mlp_layer,
    "two-layer-vectorised": two_layer,
    "two-layer-batch": two_layer,
    "batch-gradient-sleep-study": batch_gradient_sleep_study,
    "sleep-study-query": sleep_study_query,
    "ridge-regression": ridge_regression,
    "logistic-regression": logistic_regression,
    "logistic-regression-softplus-form": logistic_regression_softplus_form,
    "svm-column1": svm_column,
    "svm-column2": svm_column,
    "svm-column3": svm_column,
    "svm-mean": svm_mean,
    "svm-stops-ce-does-not": svm_stops_ce_does_not,
    "zero-init-sigmoid": zero_init,
    "zero-init-tanh": zero_init,
    "equal-init-tanh": zero_init,
    "zero-init-three-steps": steps_from_zero,
    "dropout-breaks-symmetry": steps_from_zero,
    "dropout-mirrored-masks": steps_from_zero,
    "dropout-useless-when-f0-is-0": steps_from_zero,
    "batch-gradient-descent": batch_gradient_descent,
    "parameter-count": count,
    "elastic-net-risk": elastic_net_risk,
}
COVERED = frozenset(CHECKS)

# Numbers of an entry that are nodes of the lecture's own formula, and not of the loss used here.
OTHER_NODES = {
    "svm-column1": {"d2", "m2", "d3", "m3"},
    "svm-column2": {"d1", "m1", "d3", "m3"},
    "svm-column3": {"d1", "m1", "d2", "m2"},
    "logistic-regression-softplus-form": {"e", "softplus"},
}


@pytest.mark.parametrize("id_", CHECKS)
def test_numbers_of_the_lecture(id_):
    """Every value and every gradient of the network is that of the lecture."""
    figure = FIGURES[id_]
    forward, gradients = CHECKS[id_](figure)
    others = OTHER_NODES.get(id_, set())

    compare(forward, {k: x for k, x in figure["forward"].items() if k not in others}, figure["tolerance"])
    compare(gradients, {k: x for k, x in figure["grads"].items() if k not in others}, figure["tolerance"])


@pytest.mark.parametrize("id_", ["relu-softmax-nll", "tanh-softmax-mlp"])
def test_from_logits(id_):
    """Cross entropy from logits has the loss and the gradients of softmax followed by nll."""
    figure = FIGURES[id_]
    inputs = figure["inputs"]
    names = ("W1", "b1", "W2", "b2") if "W1" in inputs else ("W_h", "b_h", "W_y", "b_y")
    w1, b1, w2, b2 = (inputs[name] for name in names)
    target = inputs["y"] - 1 if isinstance(inputs["y"], int) else inputs["y"].index(1.0)
    act = id_.partition("-")[0]
    model = network([len(inputs["x"]), len(w1), len(w2)], [act, "linear"], (w1, b1), (w2, b2))
    cost = cross_entropy(model(inputs["x"]), target)
    cost.backward()
    first, second = model.layers
    found = dict(zip(names, (weights(first), biases(first), weights(second), biases(second)), strict=True))

    assert close(cost.data, figure["forward"]["L" if act == "relu" else "loss"], 1e-12)
    compare(found, {name: figure["grads"][name] for name in names}, 1e-12)


def test_error_of_a_softmax_is_prediction_minus_onehot():
    """The gradient by the scores is ŷ - onehot(y)."""
    figure = FIGURES["relu-softmax-nll"]
    y_hat = figure["forward"]["os"]
    logits = leaves(figure["forward"]["oa"])
    cross_entropy(logits, 1).backward()

    assert close(grads(logits), [y_hat[0], y_hat[1] - 1.0, y_hat[2]], 1e-15)
