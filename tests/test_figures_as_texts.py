"""The lecture figures as texts with arrays: every number of theirs, by backward(), by operations and by definitions; and
every line that is printed on the way is computed as it is written.
"""

import random
from math import prod

import numpy as np
import pytest

from autograd_mini import definitions
from autograd_mini.engine.value import Value
from autograd_mini.expression.arrays import entries, shape
from autograd_mini.stepping.lines import Lines
from autograd_mini.stepping.sweeps import OPERATION, PRODUCT, VALUES, Trace
from tests.figures.evaluated import untrue
from tests.figures.table import table
from tests.figures.texts import FIGURES, NO_NODES, NOT_TEXTS, TEXTS, data, gradients, inputs

EACH = [(id_, k) for id_, texts in TEXTS.items() for k in range(len(texts))]
LEVELS = ["backward", "operations", "definitions"]


def read(id_, said, **numbers):
    """All names of a text of an entry."""
    return definitions(said.text, {**inputs(id_, said), **numbers}, data=data(id_, said))


# The numbers of a text at each level: of every node its value, and by what is differentiated its gradient.


def by_backward(names, of):
    roots = entries(node_of(names, of))
    rows = []
    for root in roots:
        for each in names.values():
            for node in entries(each):
                node.zero_grad()
        root.backward()
        rows.append({node: node.grad for each in names.values() for node in entries(each)})
    return {node: [row[node] for row in rows] for node in rows[0]}


def by_operations(names, of):
    rows = []
    for root in entries(node_of(names, of)):
        trace = Trace(names, of=root.label)
        rows.append({trace.nodes[step.node]: step.after for step in trace if step.sweep != VALUES})
    return {node: [row.get(node, 0.0) for row in rows] for row in rows for node in row}


def by_definitions(names, of):
    found = {}
    for step in (trace := Lines(names, of=of)):
        if step.sweep != VALUES:
            nodes = trace.nodes[step.node].unit.entries
            columns = np.reshape(step.result, (-1, len(nodes))).T
            found |= dict(zip(nodes, columns.tolist(), strict=True))
    return found


GRADIENTS = {"backward": by_backward, "operations": by_operations, "definitions": by_definitions}


def values(names, level):
    """The value of every node."""
    nodes = [node for each in names.values() for node in entries(each)]
    found = {node: node.data for node in nodes if node.rule is None or level == "backward"}
    if level == "operations":
        trace = Trace(names, of=nodes[-1].label)
        found |= {trace.nodes[step.node]: step.result for step in trace if step.kind == OPERATION}
    elif level == "definitions":
        for step in (trace := Lines(names, of=nodes[-1].label)):
            if step.kind == OPERATION:
                found |= zip(trace.nodes[step.node].unit.entries, np.ravel(step.result).tolist(), strict=True)
    return found


def node_of(names, said):
    """W, or its entry W[2,1]."""
    name, _, index = said.partition("[")
    node = names[name]
    for i in index.removesuffix("]").split(",") if index else ():
        node = node[int(i) - 1]
    return node


def numbers(node, found):
    """The numbers of a nested list of nodes, row by row, for each entry of what is differentiated."""
    return np.ravel(
        [found.get(x, 0.0) for x in entries(node)] if isinstance(node, list) else found.get(node, 0.0)
    )


def of_text(id_, said, level, **given):
    """{figure: numbers} of one text, named as in the file."""
    names = read(id_, said, **given)
    found = values(names, level)
    forward = {name: name for name in FIGURES[id_]["forward"] if name in names} | dict(said.forward)
    result = {f"forward.{figure}": numbers(node_of(names, name), found) for figure, name in forward.items()}
    for of, wanted in gradients(id_, said).items():
        slopes = GRADIENTS[level](names, of)
        rows = len(entries(node_of(names, of)))
        for figure, name in wanted.items():
            nodes = entries(node_of(names, name))
            columns = [slopes.get(node, [0.0] * rows) for node in nodes]
            result[f"grads.{figure}"] = np.transpose(columns).ravel()
    return result


# Entries that take steps down a gradient: the text runs several times


def without_prefix(found, prefix):
    return {name.removeprefix(prefix): x for name, x in found.items() if name.startswith(prefix)}


def td1_twice(id_, level):
    said = TEXTS[id_][0]._replace(forward={name: name for name in FIGURES["mlp-regression-td1"]["forward"]})
    start = FIGURES[id_]["inputs"]
    first = of_text(id_, said, level)
    slopes = without_prefix(first, "grads.")
    new = {name: start[name] - start["lr"] * float(g[0]) for name, g in slopes.items()}
    weights = {name: x for name, x in new.items() if name.startswith("w")}
    result = {f"grads.{name}": g for name, g in slopes.items()}
    result |= {"forward.loss_before": first["forward.loss"]} | {
        f"forward.new.{name}": x for name, x in new.items()
    }
    for case, moved in {"weights_only": weights, "weights_and_biases": new}.items():
        second = without_prefix(of_text(id_, said, level, **moved), "forward.")
        result |= {f"forward.{case}.{name}": x for name, x in second.items()}
    return result


def masked(id_, level):
    given = FIGURES[id_]["inputs"]
    now, result = dict(given["init"]), {}
    said = TEXTS[id_][0]._replace(forward={"loss": "loss"}, gradients={"loss": {name: name for name in now}})
    for k, (m1, m2) in enumerate(given["masks"], 1):
        found = of_text(id_, said, level, **now, m1=m1, m2=m2)
        now = {name: x - given["lr"] * float(found[f"grads.{name}"][0]) for name, x in now.items()}
        result[f"forward.loss_{k}"] = found["forward.loss"]
        result |= {f"forward.after_step_{k}.{name}": x for name, x in now.items()}
    return result


def batches(id_, level):
    given = FIGURES[id_]["inputs"]
    now = {name: np.array(given[name]) for name in ("W1", "b1", "W2", "b2")}
    said = TEXTS[id_][0]._replace(forward={"risk": "risk"}, gradients={"risk": {name: name for name in now}})
    result, risks = {}, []
    for epoch in range(given["epochs"] + 1):
        found = of_text(id_, said, level, **now)
        risks.append(float(found["forward.risk"][0]))
        if epoch == 0:
            result |= {f"grads.epoch0.{name}": found[f"grads.{name}"] for name in now}
        if epoch < given["epochs"]:
            now = {
                name: x - given["eta"] * found[f"grads.{name}"].reshape(x.shape) for name, x in now.items()
            }
    return result | {"forward.risk": risks} | {f"forward.final.{name}": x for name, x in now.items()}


DESCENTS = {
    "mlp-regression-td1-update": td1_twice,
    "batch-gradient-descent": batches,
    **dict.fromkeys(
        [
            "zero-init-three-steps",
            "dropout-breaks-symmetry",
            "dropout-mirrored-masks",
            "dropout-useless-when-f0-is-0",
        ],
        masked,
    ),
}


# The figures


def figures(id_):
    """{figure: numbers} of the file, with names such as forward.after_step_1.w1."""
    result = {}
    for what in ("forward", "grads"):
        for name, x in FIGURES[id_][what].items():
            parts = {f".{key}": part for key, part in x.items()} if isinstance(x, dict) else {"": x}
            result |= {f"{what}.{name}{key}": np.array(part, float) for key, part in parts.items()}
    return {
        name: x
        for name, x in result.items()
        if not any(name.startswith(each) for each in NO_NODES.get(id_, {}))
    }


def is_close(name, x, figure, entry):
    """By the rules of the file: relative above 1 and absolute below, or as `rel_tol` has it; and what floats give."""
    if not np.isfinite(figure):
        return repr(float(x)) == repr(float(figure))
    allowed = [figure, entry.get("float", {}).get(name, figure)]
    limit = entry.get("rel_tol", {}).get(name)
    return any(
        abs(x - y) <= (entry["tolerance"] * max(1.0, abs(y)) if limit is None else limit * abs(y))
        for y in allowed
    )


def test_every_entry_is_a_text():
    assert TEXTS.keys() | NOT_TEXTS.keys() == FIGURES.keys()
    assert not TEXTS.keys() & NOT_TEXTS.keys()
    assert len(TEXTS) == 77


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("id_", TEXTS)
def test_every_number(id_, level):
    """Every value and every gradient of the file, none left out, from texts alone."""
    found = {}
    if id_ in DESCENTS:
        found = DESCENTS[id_](id_, level)
    else:
        for said in TEXTS[id_]:
            found |= of_text(id_, said, level)
    wanted = figures(id_)

    assert found.keys() == wanted.keys()
    for name, expected in wanted.items():
        actual = np.ravel(found[name])
        assert actual.shape == (expected.size,), name
        for i, (x, figure) in enumerate(zip(actual, expected.ravel(), strict=True)):
            full = f"{name}[{i}]" if expected.shape else name
            assert is_close(full, x, figure, FIGURES[id_]), (full, x, figure)


# The lines


def traces(id_, said, names, opened):
    """The lines of a text for each result that is differentiated."""
    wanted = [*gradients(id_, said)] or [None]
    for of in wanted:
        yield Lines(names, of=of, opened=opened)


# Arrays whose entries are lines of their own, and why.
TOLD_APART = {
    "forward-vs-reverse-cost": "they have nothing in common",
}


@pytest.mark.parametrize("opened", [(), ("all",)], ids=["lines", "opened"])
@pytest.mark.parametrize(("id_", "k"), EACH)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_line_is_true(id_, k, opened):
    """Both sides of every = of every line, closed and opened."""
    said = TEXTS[id_][k]
    names = read(id_, said)
    for trace in traces(id_, said, names, opened):
        assert untrue(trace) == []
        if not opened and id_ not in TOLD_APART:
            forward = [step for step in trace if step.kind == OPERATION]
            assert len(forward) == sum(1 for each in names.values() if entries(each)[0].rule)


@pytest.mark.slow
@pytest.mark.parametrize(("id_", "k"), EACH)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_opened_definition_is_true(id_, k):
    """One definition after the other is opened."""
    said = TEXTS[id_][k]
    names = read(id_, said)
    for name, node in names.items():
        if entries(node)[0].rule:
            for trace in traces(id_, said, names, (name,)):
                assert untrue(trace, is_strict=id_ not in TOLD_APART) == []


@pytest.mark.slow
@pytest.mark.parametrize(("id_", "k"), EACH)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_every_operation_is_true(id_, k):
    """The steps of single operations."""
    said = TEXTS[id_][k]
    names = read(id_, said)
    for of in gradients(id_, said):
        for root in entries(node_of(names, of))[-1:]:
            assert untrue(Trace(names, of=root.label)) == []


KNOWN = {"target", "C", "Y"}  # numbers without which no graph can be made: classes


def unbound(id_, said, rng):
    """A text without numbers, and with random ones."""
    given = inputs(id_, said)
    must = {name for name in given if name in KNOWN or (name == "y" and "[y]" in said.text)}
    must -= {"Y"} if "onehot(Y" not in said.text else set()
    shapes, drawn = {}, {}
    for name, x in given.items():
        size = np.shape(x)
        drawn[name] = (
            x if name in must else np.reshape([rng.uniform(0.2, 0.9) for _ in range(prod(size))], size)
        )
        shapes[name] = x if name in must else str([*size]) if size else None
    shapes = {name: x for name, x in shapes.items() if x is not None}
    return [definitions(said.text, numbers, data=data(id_, said)) for numbers in (shapes, drawn)]


@pytest.mark.parametrize(
    "level",
    [
        "definitions",
        pytest.param("operations", marks=pytest.mark.slow),
        pytest.param("opened", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(("id_", "k"), EACH)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_formulas_alone(id_, k, level):
    """Without numbers every step has a formula, and with random numbers all its sides are what the engine computes."""
    said = TEXTS[id_][k]
    names, bound = unbound(id_, said, random.Random(1))
    for of in gradients(id_, said):
        if isinstance(node_of(names, of), list) and level != "definitions":
            continue
        if level == "operations":
            trace, numbers = Trace(names, of=of), Trace(bound, of=of)
        else:
            opened = ("all",) if level == "opened" else ()
            trace, numbers = (Lines(each, of=of, opened=opened) for each in (names, bound))
        assert len(trace) == len(numbers)
        assert untrue(trace, numbers) == []
        for step in trace:
            if step.kind == PRODUCT or (step.kind == OPERATION and step.result is None):
                assert len(step.text) > 1, step.line


# How many there are


def test_how_many_lines():
    """What a sheet of the course has: 7 lines forward and 16 backward; of the softmax network 5 and 19."""
    counts = {id_: rest for id_, *rest in table()}

    assert counts["mlp-regression-td1"] == [7, 25, 63]
    assert counts.keys() == TEXTS.keys()
    td1 = TEXTS["mlp-regression-td1"][0]
    trace = Lines(definitions(td1.text, inputs("mlp-regression-td1", td1), data="A, B, target"))
    assert len(trace) <= 23
    assert counts["tanh-softmax-mlp"][1] <= 24


def test_names_of_a_text_are_values():
    """What the checks above compare are nodes of the text, one for every entry of an array."""
    names = read("tanh-softmax-mlp", TEXTS["tanh-softmax-mlp"][0])

    assert [*names] == ["W_h", "x", "b_h", "h_tilde", "h", "W_y", "b_y", "y_tilde", "y_hat", "y", "loss"]
    assert shape(names["W_h"]) == (3, 2)
    assert all(isinstance(x, Value) for each in names.values() for x in entries(each))
