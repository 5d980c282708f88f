"""The lecture figures as texts: every entry of figures.json in the notation of the documents, with arrays where they have them.

Names of a text are those of the entry, unless `forward` or `gradients` say otherwise; inputs without a gradient are data.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

FIGURES: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "figures.json").read_text(encoding="utf-8")
)

# What is no text, and why.
NOT_TEXTS = {"dynamic-graph": "a loop whose numbers decide how often it runs"}
# Numbers of an entry that no text has, and why.
NO_NODES = {
    "lazy-evaluation": {
        "grads.twice_without_reset": "two sweeps that add up: a text has one graph and one sweep"
    },
    "forward-vs-reverse-cost": dict.fromkeys(
        ["forward.n", "forward.m", "forward.forward_mode_passes", "forward.reverse_mode_passes"],
        "counts of sweeps",
    ),
}


class Text(NamedTuple):
    """One text. numbers: its inputs where the entry has other names for them. forward: figures by other names, as
    {figure: name}. gradients: by what is differentiated {figure: name}; of an array the rows of a Jacobian.
    """

    text: str
    numbers: Mapping[str, Any] = {}
    forward: Mapping[str, str] = {}
    gradients: Mapping[str, Mapping[str, str]] | None = None


def own(id_: str) -> Text:
    """The entry's node definitions as they are."""
    return Text("\n".join(f"{name} = {said}" for name, said in FIGURES[id_]["graph"].items()))


def entries(*names: str) -> dict[str, str]:
    """{"e1": "e[1]", ...}."""
    return {name: f"{name[:-1]}[{name[-1]}]" for name in names}


GATE = Text("a = w_A * x; b = w_C * x; k = heaviside(b); f = a * k")
POSITIVE = Text("z = w @ x + b; a = tanh(z); L = c * a")
BINARY_NLL = Text("L = -y * log(y_hat) - (1 - y) * log(1 - y_hat)")
TWO_LAYERS = """
    z1 = W1 @ X + b1; a1 = sigmoid(z1)
    z2 = W2 @ a1 + b2; a2 = sigmoid(z2)
    L = 1/2 * sum((a2 - Y)**2)
"""
TWO_UNITS = "h1 = {0}(w1 * x); h2 = {0}(w2 * x); R = v1*h1 + v2*h2; L = 1/2 * (R - y)**2"
TD1 = """
    a_1 = w_1A*A + w_1B*B + b_1; h_1 = sigmoid(a_1)
    a_2 = w_2A*A + w_2B*B + b_2; h_2 = sigmoid(a_2)
    a_3 = w_31*h_1 + w_32*h_2 + b_3; h_3 = tanh(a_3)
    loss = 1/2 * (target - h_3)**2
"""
MASKED = "h1 = {0}(w1 * x); h2 = {0}(w2 * x); R = v1*h1*m1 + v2*h2*m2; loss = 1/2 * (R - y)**2"
CLASSIFIER = """
    ha = X @ W1.T + b1; hs = rect(ha)
    oa = hs @ W2.T + b2; os = softmax(oa)
    l = -sum_cols(onehot(Y, 3) * log(os)); risk = mean(l)
"""
PENALTY = """
    penalty = lambda_[1] * norm1(W1) + lambda_[2] * norm(W1)**2 + lambda_[3] * norm1(W2) + lambda_[4] * norm(W2)**2
    regularised_risk = risk + penalty
"""

TEXTS: dict[str, list[Text]] = {
    id_: [own(id_)]
    for id_ in """
        sum-times-w basic-rules-upstream relu-neuron-active relu-neuron-inactive relu-neuron-at-kink fan-out-addition
        fan-out-same-operand gate-sigmoid gate-sigmoid-closed gate-hard-linear gate-hard-saturated-low
        gate-hard-saturated-high saddle-point saddle-point-nearby sigmoid-graph
    """.split()
} | {
    id_: [said] if isinstance(said, Text) else said
    for id_, said in {
        "gate-all-or-nothing-case1": GATE,
        "gate-all-or-nothing-case2": GATE,
        "gate-all-or-nothing-case3": GATE,
        "max-rule": Text("m = max(z); f = c * m"),
        "svm-column1": Text(
            "d2 = s[2] - s[1] + 1; m2 = max(0, d2); d3 = s[3] - s[1] + 1; m3 = max(0, d3); L = m2 + m3"
        ),
        "svm-column2": Text(
            "d1 = s[1] - s[2] + 1; m1 = max(0, d1); d3 = s[3] - s[2] + 1; m3 = max(0, d3); L = m1 + m3"
        ),
        "svm-column3": Text(
            "d1 = s[1] - s[3] + 1; m1 = max(0, d1); d2 = s[2] - s[3] + 1; m2 = max(0, d2); L = m1 + m2"
        ),
        "svm-mean": Text("""
            L1 = max(0, S[1,2] - S[1,1] + 1) + max(0, S[1,3] - S[1,1] + 1)
            L2 = max(0, S[2,1] - S[2,2] + 1) + max(0, S[2,3] - S[2,2] + 1)
            L3 = max(0, S[3,1] - S[3,3] + 1) + max(0, S[3,2] - S[3,3] + 1)
            J = (L1 + L2 + L3) / 3
        """),
        "softmax-jacobian": Text(
            "e = exp(s); S = sum(e); yhat = e / S; sum_yhat = sum(yhat); lse = log(S); max = max(s)",
            gradients={"yhat": {"jacobian": "s"}},
        ),
        "softmax-cross-entropy": Text(
            "e = exp(s); S = sum(e); yhat = e / S; L = -log(yhat[target])",
            forward=entries("e1", "e2", "e3", "yhat1", "yhat2", "yhat3"),
            gradients={
                "L": {"L": "L", "S": "S", "s": "s"} | entries("e1", "e2", "e3", "yhat1", "yhat2", "yhat3")
            },
        ),
        "ce-lse-form": Text("e = exp(z); S = sum(e); lse = log(S); L = -z[target] + lse"),
        "softmax-vjp": Text("e = exp(s); S = sum(e); yhat = e / S; L = g @ yhat"),
        "cross-entropy-asymmetry": Text(
            """
            H_pq = -sum(p * log(q)); H_qp = -sum(q * log(p)); H_pp = -sum(p * log(p)); H_qq = -sum(q * log(q))
            KL_pq = H_pq - H_pp
            y = onehot(2, 3); y_hat = softmax([1.7, 1.4, -1.3])
            H_onehot_yhat = -sum(y * log(y_hat)); H_yhat_onehot = -sum(y_hat * log(y)); naive_0_log_0 = -sum(y * log(y))
            """,
            gradients={"H_pq": {"p": "p", "q": "q"}},
        ),
        "svm-stops-ce-does-not": Text(
            "svm_loss = max(0, s[1] - s[2] + 1) + max(0, s[3] - s[2] + 1); p = softmax(s); ce_loss = -log(p[target])",
            gradients={"svm_loss": {"svm_s": "s"}, "ce_loss": {"ce_s": "s"}},
        ),
        "softmax-mse-saturation": Text(
            "e = exp(z); yhat = e / sum(e); ce = -sum(y * log(yhat)); L = sum((yhat - y)**2)",
            gradients={"L": {"L": "L", "yhat": "yhat", "e": "e", "z": "z"}, "ce": {"ce.z": "z"}},
        ),
        "positive-inputs-sign-plus": POSITIVE,
        "positive-inputs-sign-minus": POSITIVE,
        "positive-inputs-batch-mixed": Text(
            "z = X @ w; a = tanh(z); l = c * a; L = sum(l)",
            gradients={"L": {"batch_w": "w"}, "l": {"per_example_w": "w"}},
        ),
        "mlp-layer-4x3": Text("a = W @ h + b; o = tanh(a); L = c @ o"),
        "mlp-layer-4x3-linear-relu": Text("a = W @ h + b; o = relu(a); L = c @ o"),
        "gradient-check-cubic": Text(
            """
            f = theta**3
            central = ((theta + eps)**3 - (theta - eps)**3) / (2 * eps)
            forward_difference = ((theta + eps)**3 - theta**3) / eps
            """,
            gradients={"f": {"theta": "theta"}},
        ),
        "gradient-check-relu-neuron": Text(
            "f = w3 * ReLU(w1*x1 + w2*x2 + b)",
            numbers=FIGURES["gradient-check-relu-neuron"]["inputs"]["point"],
        ),
        "sigmoid-neuron": Text("z = w @ x + b; a = sigmoid(z)"),
        "two-layer-vectorised": Text(TWO_LAYERS),
        # A column is added to every column of a matrix as the product with a row of ones, b 1ᵀ.
        "two-layer-batch": Text(
            TWO_LAYERS.replace("b1;", "b1 @ [[1, 1, 1]];").replace("b2;", "b2 @ [[1, 1, 1]];")
        ),
        "batch-gradient-sleep-study": Text(
            """
            z2 = X @ W1; a2 = sigmoid(z2)
            z3 = a2 @ W2; yhat = sigmoid(z3)
            j = 1/2 * (y - yhat)**2; J = sum(j)
            """,
            gradients={
                "J": {name: name for name in ("J", "yhat", "z3", "a2", "z2", "W1", "W2")},
                "j": {"per_example.W1": "W1", "per_example.W2": "W2"},
            },
        ),
        "sleep-study-query": Text("a2 = sigmoid(x @ W1); yhat = sigmoid(a2 @ W2); score = 100 * yhat"),
        "rnn-cell": Text(
            "i2h = W_x @ x; h2h = W_h @ prev_h; pre_h = i2h + h2h; next_h = tanh(pre_h); L = sum(next_h)"
        ),
        "lazy-evaluation": [
            Text(
                "t1 = u + v; f = t1 * w",
                dict(zip("uvw", numbers, strict=True)),
                {f"f_{i}": "f"},
                {"f": {f"bind{i}.{name}": name for name in ("u", "v", "w", "t1")}},
            )
            for i, numbers in enumerate(FIGURES["lazy-evaluation"]["inputs"]["bindings"], 1)
        ],
        "composition-chain": Text("f1 = x**2; f2 = sin(f1); yhat = exp(f2)"),
        "angle-output": Text("e_s = s - sin(theta); e_c = c - cos(theta); L = (e_s**2 + e_c**2) / 2"),
        "gaussian-precision": Text("d = y - mu; q = d**2; L = beta * q / 2 - log(beta) / 2"),
        "gaussian-variance": Text("d = y - mu; q = d**2; L = q / (2 * var) + log(var) / 2"),
        # ∂t/∂x of every node t, each by a sweep of its own.
        "sigmoid-forward-mode": own("sigmoid-graph")._replace(
            gradients={
                name: {f"seed_{x}.{name}": x for x in "xa"}
                for name in FIGURES["sigmoid-forward-mode"]["forward"]
            }
        ),
        "forward-vs-reverse-cost": Text(
            "f = [x[1] * x[2] + sin(x[3]), exp(x[1]) * x[3]]",
            gradients={"f": {"jacobian": "x"}},
        ),
        "mlp-regression-td1": Text(TD1),
        "mlp-regression-td1-update": Text(TD1),
        "tanh-softmax-mlp": Text("""
            h_tilde = W_h @ x + b_h; h = tanh(h_tilde)
            y_tilde = W_y @ h + b_y; y_hat = softmax(y_tilde)
            loss = -sum(y * log(y_hat))
        """),
        "tanh-softmax-mlp-batch": Text(
            """
            H_tilde = X @ W_h.T + b_h; H = tanh(H_tilde)
            Y_tilde = H @ W_y.T + b_y; Y_hat = softmax(Y_tilde)
            l = -sum_cols(Y * log(Y_hat)); total = sum(l); loss = mean(l)
            """,
            gradients={
                "loss": {
                    name: name
                    for name in FIGURES["tanh-softmax-mlp-batch"]["grads"]
                    if not name.startswith("document_sum")
                },
                "total": {
                    name: name.partition(".")[2]
                    for name in FIGURES["tanh-softmax-mlp-batch"]["grads"]
                    if name.startswith("document_sum")
                },
            },
        ),
        "ridge-regression": Text(
            "f = X @ w + b; r = f - y; mse = mean(r**2); reg = rho/2 * norm(w)**2; F = mse + reg"
        ),
        "logistic-regression": Text("""
            a = X @ w + b; y_hat = sigmoid(a)
            nll = -y * log(y_hat) - (1 - y) * log(1 - y_hat)
            reg = rho/2 * norm(w)**2; F = mean(nll) + reg
        """),
        "logistic-regression-softplus-form": Text("""
            a = X @ w + b; e = exp(a); softplus = log(1 + e); nll = -y * a + softplus
            reg = rho/2 * norm(w)**2; F = mean(nll) + reg
        """),
        "binary-nll-y1": BINARY_NLL,
        "binary-nll-y0": BINARY_NLL,
        "zero-init-sigmoid": Text(TWO_UNITS.format("sigmoid")),
        "zero-init-tanh": Text(TWO_UNITS.format("tanh")),
        "equal-init-tanh": Text(TWO_UNITS.format("tanh")),
        "zero-init-three-steps": Text(MASKED.format("sigmoid")),
        "dropout-breaks-symmetry": Text(MASKED.format("sigmoid")),
        "dropout-mirrored-masks": Text(MASKED.format("sigmoid")),
        "dropout-useless-when-f0-is-0": Text(MASKED.format("tanh")),
        "linear-collapse": [
            Text(
                "h = W @ x; o = V @ h; L = 1/2 * norm(o - y)**2",
                gradients={"L": {name: name for name in ("L", "o", "h", "W", "V", "x")}},
            ),
            Text(
                "U = V @ W; o = U @ x; L = 1/2 * norm(o - y)**2",
                gradients={"L": {"U": "U", "V": "V", "W": "W"}},
            ),
        ],
        "onehot-nll": [
            Text(
                f"y_hat = softmax(a); onehot_{k} = onehot({k}, C); nll_{k} = -log(y_hat[{k}])",
                gradients={f"nll_{k}": {f"a_for_y{k}": "a"}},
            )
            for k in (1, 2, 3, 4)
        ],
        "sigmoid-tanh-softplus-identities": Text(
            """
            sigmoid = sigmoid(x); half_tanh_half_plus_1 = 1/2 * tanh(1/2 * x) + 1/2
            log_sigmoid = -softplus(-x); minus_softplus_minus_x = -softplus(-x)
            tanh = tanh(x); softplus = softplus(x)
            S = sum(sigmoid); T = sum(tanh); P = sum(softplus)
            """,
            gradients={"S": {"sigmoid": "x"}, "T": {"tanh": "x"}, "P": {"softplus": "x"}},
        ),
        "log-sigmoid-large-arguments": Text(
            "log_sigmoid = -softplus(-x); sigmoid = sigmoid(x); softplus = softplus(x); S = sum(log_sigmoid)",
            gradients={"S": {"log_sigmoid": "x"}},
        ),
        "sign-abs-rect": Text(
            """
            sign = sign(x); sign_from_indicators = 2 * heaviside(x) + (1 - heaviside(|x|)) - 1
            abs = |x|; rect = rect(x); A = sum(abs); R = sum(rect); S = sum(sign)
            """,
            gradients={"A": {"abs": "x"}, "R": {"rect": "x"}, "S": {"sign": "x"}},
        ),
        "l2-norm-gradient": Text("n = norm(x)**2"),
        "l1-norm-gradient": Text("n = norm1(x)"),
        "relu-softmax-nll": Text("""
            ha = W1 @ x + b1; hs = rect(ha)
            oa = W2 @ hs + b2; os = softmax(oa)
            L = -log(os[y])
        """),
        "parameter-count": [
            Text(
                "n = d*d_h + d_h + d_h*m + m", dict(zip(["d", "d_h", "m"], dims, strict=True)), {figure: "n"}
            )
            for dims, figure in zip(
                FIGURES["parameter-count"]["inputs"]["dims"],
                FIGURES["parameter-count"]["forward"],
                strict=True,
            )
        ],
        "batch-gradient-descent": Text(CLASSIFIER),
        "elastic-net-risk": Text(
            CLASSIFIER + PENALTY,
            numbers={"lambda_": FIGURES["elastic-net-risk"]["inputs"]["lambda_11_12_21_22"]},
        ),
    }.items()
}


# What the texts are given


def defined(text: str) -> list[str]:
    """The names that a text defines."""
    return [each.partition(" = ")[0].strip() for each in text.replace("\n", ";").split(";") if " = " in each]


def inputs(id_: str, said: Text) -> dict[str, Any]:
    """The numbers of a text."""
    own = FIGURES[id_]["inputs"]
    given = {
        **own,
        **own.get("init", {}),
        **dict(zip(("m1", "m2"), own.get("masks", [[]])[0])),
        **said.numbers,
    }
    read = "\n".join(
        part.strip() for part in said.text.replace(";", "\n").replace("|x|", "abs(x)").splitlines()
    )
    names = {each.id for each in ast.walk(ast.parse(read)) if isinstance(each, ast.Name)}
    return {name: x for name, x in given.items() if name in names and name not in defined(said.text)}


def gradients(id_: str, said: Text) -> Mapping[str, Mapping[str, str]]:
    """Which gradients of the entry the text has: {what is differentiated: {figure: name}}."""
    if said.gradients is not None:
        return said.gradients
    found = {name: name for name in FIGURES[id_]["grads"]}
    return {defined(said.text)[-1]: found} if found else {}


def data(id_: str, said: Text) -> list[str]:
    """The inputs whose gradient no figure shows."""
    wanted = {name.partition("[")[0] for each in gradients(id_, said).values() for name in each.values()}
    given = inputs(id_, said)
    return [name for name in given if name not in wanted] if wanted else []
