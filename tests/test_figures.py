"""The lecture figures that expressions can state: every number of theirs, forward and backward.

`tests/data/figures.json` holds the figures. An entry is stated in one of three ways: its own node
definitions are an expression; WRITTEN holds one for it; or IN_NETWORKS or IN_PYTHON has it, where modules or plain Python say it best.
Arrays are one variable per entry: s1, s2 for a vector s, W11, W12, W21 for a matrix W.
"""

import json
import re
from pathlib import Path

import pytest
from test_figures_networks import COVERED as IN_NETWORKS

from autograd_mini import grad, steps
from autograd_mini.engine.graph import toposort
from autograd_mini.errors import ExpressionError
from autograd_mini.expression import parse

FIGURES = json.loads((Path(__file__).parent / "data" / "figures.json").read_text(encoding="utf-8"))


# How the table below is written


def affine(result, weights, inputs, rows, columns, bias="0"):
    """The lines of result = weights · inputs + bias, row by row; {i} in the bias is the row."""
    for i in range(1, rows + 1):
        products = " + ".join(f"{weights}{i}{j} * {inputs}{j}" for j in range(1, columns + 1))
        yield f"{result}{i} = {products} + {bias.format(i=i)}"


def each(line, n):
    """The line for i = 1 to n."""
    return [line.format(i=i) for i in range(1, n + 1)]


def softmax(result, scores, n, exponentials="e", total="S"):
    """The lines of result = softmax(scores)."""
    return [
        *each(f"{exponentials}{{i}} = exp({scores}{{i}})", n),
        f"{total} = " + " + ".join(each(f"{exponentials}{{i}}", n)),
        *each(f"{result}{{i}} = {exponentials}{{i}} / {total}", n),
    ]


def lines(*parts):
    return "\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts)


HIDDEN_GATE = "a = w_A * x; b = w_C * x; k = heaviside(b); f = a * k"
POSITIVE_INPUTS = "z = w1*x1 + w2*x2 + w3*x3 + w4*x4 + b; a = tanh(z); L = c * a"
BINARY_NLL = "L = -y * log(y_hat) - (1 - y) * log(1 - y_hat)"
TWO_UNITS = "h1 = {0}(w1 * x); h2 = {0}(w2 * x); R = v1 * h1 + v2 * h2; L = (R - y)**2 / 2"
SOFTMAX_3 = softmax("yhat", "s", 3)

# Entries whose definitions are prose, powers with ^, or about arrays.
WRITTEN = {
    "gate-all-or-nothing-case1": HIDDEN_GATE,
    "gate-all-or-nothing-case2": HIDDEN_GATE,
    "gate-all-or-nothing-case3": HIDDEN_GATE,
    "max-rule": "m = max(z1, z2, z3); f = c * m",
    "svm-column1": "d2 = s2 - s1 + 1; m2 = max(0, d2); d3 = s3 - s1 + 1; m3 = max(0, d3); L = m2 + m3",
    "svm-column2": "d1 = s1 - s2 + 1; m1 = max(0, d1); d3 = s3 - s2 + 1; m3 = max(0, d3); L = m1 + m3",
    "svm-column3": "d1 = s1 - s3 + 1; m1 = max(0, d1); d2 = s2 - s3 + 1; m2 = max(0, d2); L = m1 + m2",
    "svm-mean": lines(
        "L1 = max(0, S12 - S11 + 1) + max(0, S13 - S11 + 1)",
        "L2 = max(0, S21 - S22 + 1) + max(0, S23 - S22 + 1)",
        "L3 = max(0, S31 - S33 + 1) + max(0, S32 - S33 + 1)",
        "J = mean(L1, L2, L3)",
    ),
    "softmax-jacobian": lines(
        SOFTMAX_3, "sum_yhat = yhat1 + yhat2 + yhat3; lse = log(S); max = max(s1, s2, s3)"
    ),
    "ce-lse-form": lines(each("e{i} = exp(z{i})", 3), "S = sum(e1, e2, e3); lse = log(S); L = -z2 + lse"),
    "softmax-vjp": lines(SOFTMAX_3, "L = g1 * yhat1 + g2 * yhat2 + g3 * yhat3"),
    "cross-entropy-asymmetry": lines(
        "H_pq = -(p1 * log(q1) + p2 * log(q2) + p3 * log(q3))",
        "H_qp = -(q1 * log(p1) + q2 * log(p2) + q3 * log(p3))",
        "H_pp = -(p1 * log(p1) + p2 * log(p2) + p3 * log(p3))",
        "H_qq = -(q1 * log(q1) + q2 * log(q2) + q3 * log(q3))",
        "KL_pq = H_pq - H_pp",
        "H_onehot_yhat = logsumexp(1.7, 1.4, -1.3) - 1.4",
        "H_yhat_onehot = -(0.558 * log(0) + 0.414 * log(1) + 0.028 * log(0))",
        "naive_0_log_0 = -(0 * log(0) + 1 * log(1) + 0 * log(0))",
    ),
    "svm-stops-ce-does-not": lines(
        "svm_loss = max(0, s1 - s2 + 1) + max(0, s3 - s2 + 1)", "ce_loss = logsumexp(s1, s2, s3) - s2"
    ),
    "softmax-mse-saturation": lines(
        softmax("yhat", "z", 3),
        "ce = -log(yhat2)",
        "L = (yhat1 - y1)**2 + (yhat2 - y2)**2 + (yhat3 - y3)**2",
    ),
    "positive-inputs-sign-plus": POSITIVE_INPUTS,
    "positive-inputs-sign-minus": POSITIVE_INPUTS,
    "positive-inputs-batch-mixed": lines(
        affine("z", "X", "w", 2, 2), each("a{i} = tanh(z{i}); L{i} = c{i} * a{i}", 2), "L = L1 + L2"
    ),
    "mlp-layer-4x3": lines(
        affine("a", "W", "h", 4, 3, "b{i}"),
        each("o{i} = tanh(a{i})", 4),
        "L = sum(c1*o1, c2*o2, c3*o3, c4*o4)",
    ),
    "mlp-layer-4x3-linear-relu": lines(
        affine("a", "W", "h", 4, 3, "b{i}"),
        each("o{i} = relu(a{i})", 4),
        "L = sum(c1*o1, c2*o2, c3*o3, c4*o4)",
    ),
    "gradient-check-cubic": lines(
        "f = theta**3",
        "central = ((theta + eps)**3 - (theta - eps)**3) / (2 * eps)",
        "forward_difference = ((theta + eps)**3 - theta**3) / eps",
    ),
    "gradient-check-relu-neuron": "f = w3 * ReLU(w1 * x1 + w2 * x2 + b)",
    "sigmoid-neuron": "z = w1 * x1 + w2 * x2 + w3 * x3 + b; a = sigmoid(z)",
    "sleep-study-query": lines(
        each("a2{i} = sigmoid(x1 * W11{i} + x2 * W12{i})", 3),
        "yhat1 = sigmoid(a21 * W211 + a22 * W221 + a23 * W231)",
        "score1 = 100 * yhat1",
    ),
    "rnn-cell": lines(
        affine("i2h", "W_x", "x", 3, 2),
        affine("h2h", "W_h", "prev_h", 3, 3),
        each("pre_h{i} = i2h{i} + h2h{i}; next_h{i} = tanh(pre_h{i})", 3),
        "L = sum(next_h1, next_h2, next_h3)",
    ),
    "composition-chain": "f1 = x**2; f2 = sin(f1); yhat = exp(f2)",
    "angle-output": "e_s = s - sin(theta); e_c = c - cos(theta); L = (e_s**2 + e_c**2) / 2",
    "gaussian-precision": "d = y - mu; q = d**2; L = beta * q / 2 - log(beta) / 2",
    "gaussian-variance": "d = y - mu; q = d**2; L = q / (2 * var) + log(var) / 2",
    "forward-vs-reverse-cost": "f1 = x1 * x2 + sin(x3); f2 = x3 * exp(x1)",
    "mlp-regression-td1": lines(
        "a_1 = w_1A * A + w_1B * B + b_1; h_1 = sigmoid(a_1)",
        "a_2 = w_2A * A + w_2B * B + b_2; h_2 = sigmoid(a_2)",
        "a_3 = w_31 * h_1 + w_32 * h_2 + b_3; h_3 = tanh(a_3)",
        "loss = 1/2 * (target - h_3)**2",
    ),
    "tanh-softmax-mlp": lines(
        affine("h_tilde", "W_h", "x", 3, 2, "b_h{i}"),
        each("h{i} = tanh(h_tilde{i})", 3),
        affine("y_tilde", "W_y", "h", 2, 3, "b_y{i}"),
        softmax("y_hat", "y_tilde", 2),
        "loss = -(y1 * log(y_hat1) + y2 * log(y_hat2))",
    ),
    "ridge-regression": lines(
        affine("f", "X", "w", 3, 2, "b"),
        each("r{i} = f{i} - y{i}", 3),
        "mse = mean(r1**2, r2**2, r3**2); reg = rho / 2 * (w1**2 + w2**2); F = mse + reg",
    ),
    "logistic-regression": lines(
        affine("a", "X", "w", 3, 2, "b"),
        each("y_hat{i} = sigmoid(a{i}); nll{i} = -y{i} * log(y_hat{i}) - (1 - y{i}) * log(1 - y_hat{i})", 3),
        "reg = rho / 2 * (w1**2 + w2**2); F = mean(nll1, nll2, nll3) + reg",
    ),
    "logistic-regression-softplus-form": lines(
        affine("a", "X", "w", 3, 2, "b"),
        each("e{i} = exp(a{i}); softplus{i} = log(1 + e{i}); nll{i} = -y{i} * a{i} + softplus{i}", 3),
        "reg = rho / 2 * (w1**2 + w2**2); F = mean(nll1, nll2, nll3) + reg",
    ),
    "binary-nll-y1": BINARY_NLL,
    "binary-nll-y0": BINARY_NLL,
    "zero-init-sigmoid": TWO_UNITS.format("sigmoid"),
    "zero-init-tanh": TWO_UNITS.format("tanh"),
    "equal-init-tanh": TWO_UNITS.format("tanh"),
    "linear-collapse": lines(
        affine("h", "W", "x", 2, 3),
        affine("o", "V", "h", 2, 2),
        "L = 1/2 * ((o1 - y1)**2 + (o2 - y2)**2)",
    ),
    "onehot-nll": lines(softmax("y_hat", "a", 4), each("nll_{i} = -log(y_hat{i})", 4)),
    "sigmoid-tanh-softplus-identities": lines(
        each("sigmoid{i} = sigmoid(x{i}); half_tanh_half_plus_1{i} = tanh(x{i} / 2) / 2 + 1/2", 9),
        each("log_sigmoid{i} = log(sigmoid{i}); minus_softplus_minus_x{i} = -softplus(-x{i})", 9),
        each("tanh{i} = tanh(x{i}); softplus{i} = softplus(x{i})", 9),
    ),
    "log-sigmoid-large-arguments": lines(
        each("log_sigmoid{i} = -softplus(-x{i}); sigmoid{i} = sigmoid(x{i}); softplus{i} = softplus(x{i})", 4)
    ),
    "sign-abs-rect": lines(
        each("sign{i} = sign(x{i}); abs{i} = abs(x{i}); rect{i} = rect(x{i})", 5),
        each("sign_from_indicators{i} = 2 * heaviside(x{i}) + (1 - heaviside(abs(x{i}))) - 1", 5),
    ),
    "l2-norm-gradient": "n = x1**2 + x2**2 + x3**2 + x4**2",
    "l1-norm-gradient": "n = abs(x1) + abs(x2) + abs(x3) + abs(x4)",
    "relu-softmax-nll": lines(
        affine("ha", "W1", "x", 3, 2, "b1{i}"),
        each("hs{i} = rect(ha{i})", 3),
        affine("oa", "W2", "hs", 3, 3, "b2{i}"),
        softmax("os", "oa", 3),
        "L = -log(os2)",
    ),
}

# Which results are differentiated where it is not the last one by everything: {result: {gradient: variable}}.
OUTPUTS = {
    "softmax-jacobian": {f"yhat{i}": {f"jacobian{i}": "s"} for i in (1, 2, 3)},
    "cross-entropy-asymmetry": {"H_pq": {"p": "p", "q": "q"}},
    "svm-stops-ce-does-not": {"svm_loss": {"svm_s": "s"}, "ce_loss": {"ce_s": "s"}},
    "softmax-mse-saturation": {"L": {"L": "L", "yhat": "yhat", "e": "e", "z": "z"}, "ce": {"ce.z": "z"}},
    "positive-inputs-batch-mixed": {
        "L": {"batch_w": "w"}, "L1": {"per_example_w1": "w"}, "L2": {"per_example_w2": "w"},
    },
    "gradient-check-cubic": {"f": {"theta": "theta"}},
    "forward-vs-reverse-cost": {f"f{i}": {f"jacobian{i}": "x"} for i in (1, 2)},
    "onehot-nll": {f"nll_{k}": {f"a_for_y{k}": "a"} for k in (1, 2, 3, 4)},
    "sigmoid-tanh-softplus-identities": {
        f"{name}{i}": {f"{name}{i}": f"x{i}"} for name in ("sigmoid", "tanh", "softplus") for i in range(1, 10)
    },
    "log-sigmoid-large-arguments": {f"log_sigmoid{i}": {f"log_sigmoid{i}": f"x{i}"} for i in (1, 2, 3, 4)},
    "sign-abs-rect": {
        f"{name}{i}": {f"{name}{i}": f"x{i}"} for name in ("sign", "abs", "rect") for i in range(1, 6)
    },
}  # fmt: skip

# Numbers of a stated entry that are not those of a node, and why.
NOT_NODES = {
    "forward-vs-reverse-cost": r"n|m|\w+_mode_passes",  # counts of inputs, outputs and sweeps
    "linear-collapse": r"U\d\d",  # gradient of the product V W, which is no node
    "onehot-nll": r"onehot_\d\d",  # indices, not computed
}

# Entries that are more than expressions, and what they need.
IN_PYTHON = {"lazy-evaluation", "sigmoid-forward-mode", "dynamic-graph"}  # tests of their own, below


def flat(name, value):
    """{name: number} for a number, {name1: number, ...} for a list; what is neither is left out."""
    if isinstance(value, str):
        return {name: float(value)} if value in ("inf", "-inf", "nan") else {}
    if isinstance(value, list):
        return {k: x for i, part in enumerate(value, 1) for k, x in flat(f"{name}{i}", part).items()}
    if isinstance(value, dict):
        return {k: x for key, part in value.items() for k, x in flat(key, part).items()}
    return {name: value}


def bound(text, entry):
    """The numbers that the entry has for the variables of the text."""
    inputs = flat("", entry["inputs"])
    defined = set(re.findall(r"(\w+) = ", text))
    return {name: inputs[name] for name in set(re.findall(r"[^\W\d]\w*", text)) - defined if name in inputs}


def own_definitions(entry):
    """The entry's own node definitions as an expression, or None if they are none."""
    text = "\n".join(f"{name} = {definition}" for name, definition in entry["graph"].items())
    try:
        complete = not parse(text, **bound(text, entry)).unbound()
    except ExpressionError:
        return None
    return text if complete else None


STATED = {id_: text for id_, entry in FIGURES.items() if (text := own_definitions(entry))} | WRITTEN


def is_close(x, figure, tolerance):
    if figure != figure or abs(figure) == float("inf"):
        return repr(x) == repr(float(figure))
    return abs(x - figure) <= tolerance * max(1.0, abs(figure))


def test_every_figure_is_stated_or_listed():
    """Every entry of the file is stated exactly once, or listed with the reason why it is not."""
    own = set(STATED) - set(WRITTEN)

    assert set(FIGURES) == own | set(WRITTEN) | IN_NETWORKS | IN_PYTHON
    assert not own & set(WRITTEN)
    assert "sum-times-w" in own
    assert set(OUTPUTS) | set(NOT_NODES) <= set(WRITTEN)


@pytest.mark.parametrize("id_", STATED)
def test_forward_values(id_):
    """Every node has the value of the figure."""
    entry, text = FIGURES[id_], STATED[id_]
    figures = {
        name: x
        for name, x in flat("", entry["forward"]).items()
        if not re.fullmatch(NOT_NODES.get(id_, ""), name)
    }
    defined = re.findall(r"(\w+) = ", text)

    values = {
        name: parse(f"{text}\n{name}", **bound(text, entry)).data for name in figures if name in defined
    }

    assert figures
    assert values.keys() == figures.keys()
    assert {
        name: (x, figures[name])
        for name, x in values.items()
        if not is_close(x, figures[name], entry["tolerance"])
    } == {}


@pytest.mark.parametrize("id_", [id_ for id_ in STATED if FIGURES[id_]["grads"]])
def test_gradients(id_):
    """Every node and every input has the gradient of the figure."""
    entry, text = FIGURES[id_], STATED[id_]
    left = {
        name: x
        for name, x in flat("", entry["grads"]).items()
        if not re.fullmatch(NOT_NODES.get(id_, ""), name)
    }
    last = re.findall(r"(\w+) = ", text)[-1]

    wrong = {}
    for output, gradients in OUTPUTS.get(id_, {last: {name: name for name in left}}).items():
        root = parse(f"{text}\n{output}", **bound(text, entry))
        root.backward()
        nodes = {node.label: node.grad for node in toposort(root)}
        for gradient, variable in gradients.items():
            found = [name for name in left if re.fullmatch(re.escape(gradient) + r"\d*", name)]
            for name in found if id_ in OUTPUTS else [gradient]:
                node = variable + name.removeprefix(gradient)
                assert re.search(rf"\b{node}\b", text)
                figure = left.pop(name)
                x = nodes.get(node, 0.0)  # what the output is not made from
                if not is_close(x, figure, entry["tolerance"]):
                    wrong[output, name] = x, figure

    assert wrong == {}
    assert left == {}


def test_lazy_evaluation():
    """One graph of unbound variables is evaluated with one binding after another."""
    entry = FIGURES["lazy-evaluation"]
    f = parse("t1 = u + v; f = t1 * w")
    nodes = {node.label: node for node in toposort(f)}

    for i, (u, v, w) in enumerate(entry["inputs"]["bindings"], 1):
        f.zero_grad()

        assert f.forward(u=u, v=v, w=w) == entry["forward"][f"f_{i}"]

        f.backward()

        assert {name: nodes[name].grad for name in ("u", "v", "w", "t1")} == entry["grads"][f"bind{i}"]

    f.zero_grad()
    f.forward(u=2.0, v=3.0, w=4.0)
    f.backward()
    f.backward()

    assert {name: nodes[name].grad for name in ("u", "v", "w")} == entry["grads"]["twice_without_reset"]


@pytest.mark.parametrize("x", ["x", "a"])
def test_forward_mode(x):
    """The sigmoid graph carries the lecture's tangents from either variable, node by node."""
    entry = FIGURES["sigmoid-forward-mode"]
    y = parse("t1 = a * x; t2 = -t1; t3 = exp(t2); t4 = 1 + t3; y = 1 / t4", **entry["inputs"])
    trace = steps(y, by=x)
    tangents = {trace.nodes[step.node].label: step.after for step in trace if step.sweep == "tangents"}

    assert entry["grads"][f"seed_{x}"] | {x: 1.0} == pytest.approx(tangents, rel=1e-12)


def test_dynamic_graph():
    """A loop that runs as long as the number asks gives each point its own graph, and its gradients."""
    entry = FIGURES["dynamic-graph"]

    def doubled(x, w):
        y, taken = x, 0
        while y < 10:
            y, taken = y * w, taken + 1
        counts.append(taken)
        return y

    for (x, w), point in zip(entry["inputs"]["points"], entry["forward"], strict=True):
        counts = []

        assert entry["forward"][point] == {"y": doubled(x, w), "steps": counts[0]}
        assert tuple(entry["grads"][point].values()) == grad(doubled, argnums=(0, 1))(x, w)
