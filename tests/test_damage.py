"""Damaged model files, expressions and CSV files: thousands of mutations, and no answer but a right one or ours."""

import json
import random
import threading

import pytest

from autograd_mini import data, parse, steps
from autograd_mini.engine.value import Value
from autograd_mini.errors import AutogradError
from autograd_mini.nn import MLP, Dropout, Layer, Module

COUNT = 2000
HANG = 300  # seconds, for all of them together

pytestmark = pytest.mark.slow


def _kind(model):
    return type(model).__name__


class Line(Module):
    """A module of a user, built from a file."""

    def __init__(self, n=1, init=0.0):
        self.w = [Value(init) for _ in range(n)]

    def configuration(self):
        return {"n": len(self.w)}


MODELS = [
    MLP(2, [3, 1], dropout=0.25, seed=0).eval(),
    Layer(2, 2, "softmax", seed=1).expand(),
    Line(3),
    Dropout(0.5),
]

# Definitions in the manner of the lectures: every function and sign that is read.
EXPRESSIONS = [
    "f=(u+v)*w",
    "a = w1*x1 + w2*x2 + b; h = relu(a)\ny = w3*h + 0.5e-3",
    "z = -log(sigmoid(x)) / (1 - tanh(y)**2); max(z, 0) + where(x, 1., -2)",
    "exp(-(x - 3)**2 / 2) + dot([x, y], [1, 2]) + clip(x, 0, 1)",
    "y1 = softplus(x); y2 = sqrt(abs(y1)) * sum(x, y1, 2)  # a comment\nlogsumexp(y1, y2)",
]

TABLES = [
    "sleep,study,score\r\n3,5,75.5\r\n10,2,93\r\n",
    "1;2e-1;0\n-3.5;+4;1\n\n .5 ; 6. ;1\n",
    '"1","2"\n"3","4"\n',
    f"1,{2**53 + 1}\n2,{10**20}\n",
]

PIECES = [
    "", "\0", "\x1b[2J", "\u202e", "\ud800", "\ufeff", "\n", "\r", '"', "'", "\\", ",", ";", ":", "{", "}", "[", "]",
    "(", ")", "[" * 3000, "(" * 3000, "-" * 3000, "9" * 5000, "1e999", "-1e999", "NaN", "nan", "Infinity", "null",
    "true", "1_0", "0x10", "--1", "1e-400", "1" * 17, "10000000", "3000000", "**", "^", "=", "==", "lambda: 0",
    "__import__('os')", "é", "٣", "½", "∂", '"version": true,', '"n": 3000000,', '"inputs": 1000000000,',
]  # fmt: skip


def mutated(text, generator):
    """The text with one to four of its parts cut, doubled, moved or replaced."""
    for _ in range(generator.choice([1, 1, 2, 4])):
        a, b = sorted(generator.randrange(len(text) + 1) for _ in range(2))
        b = min(b, a + generator.choice([0, 1, 3, 30]))
        c = generator.randrange(len(text) + 1)
        text = generator.choice([
            text[:a] + text[b:],
            text[:b] + text[a:],
            text[:a] + text[b:] + text[a:b] * (c % 3),
            text[:a] + generator.choice(PIECES) + text[b:],
            text[:a] + text[c : c + 9] + text[b:],
            text[:a],
            text[:a] + chr(generator.randrange(0x110000)) + text[b:],
        ])  # fmt: skip
    return text


def mutations(texts, seed):
    generator = random.Random(seed)
    return [mutated(generator.choice(texts), generator) for _ in range(COUNT)]


def within_time(work):
    """What a function returns, run in a thread; a failure if it hangs."""
    results = []
    thread = threading.Thread(target=lambda: results.append(outcome(work, BaseException)), daemon=True)
    thread.start()
    thread.join(HANG)

    assert results, f"still at work after {HANG} s"

    [(result, error)] = results
    if error is not None:
        raise error
    return result


def outcome(call, expected):
    """(what comes back, None), or (None, the error) if it is an expected one."""
    try:
        return call(), None
    except expected as error:
        return None, error


def written(path, text):
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def fit_to_be_shown(error):
    text = str(error)
    return 0 < len(text) < 1000 and not {"\x1b", "\0", "\u202e", "\ud800"} & set(text)


@pytest.mark.parametrize("model", MODELS, ids=_kind)
def test_damaged_model_files(model, tmp_path):
    """A file loads as what it says, or is a ValueError that names it; no module is half loaded."""
    path = tmp_path / "m.json"
    good = model.save(path).read_text("utf-8")
    texts = [good, json.dumps(json.loads(good))]

    def load_all():
        loaded = 0
        for text in mutations(texts, 1)[: COUNT // len(MODELS)]:
            written(path, text)
            target = type(model)(**model.configuration())
            before = target.state_dict()
            found, error = outcome(lambda: type(model).load(path), ValueError)
            if error:
                assert str(error).startswith(f"cannot load {path}: ")
                assert fit_to_be_shown(error)
            else:
                loaded += 1
                said = json.loads(text)
                assert found.state_dict() == said["parameters"]
                assert said["configuration"].items() <= json.loads(json.dumps(found.configuration())).items()
            assert target.state_dict() == before
        return loaded

    assert 0 < within_time(load_all) < COUNT // len(MODELS)


@pytest.mark.parametrize("model", MODELS[:3], ids=_kind)
def test_damaged_states(model):
    """load_state_dict sets all numbers or none."""
    generator = random.Random(2)
    good = model.state_dict()
    before = dict.fromkeys(good, 0.5)

    for _ in range(COUNT // 10):
        model.load_state_dict(before)
        wrong = dict(good)
        name = generator.choice(sorted(good))
        wrong[name] = generator.choice(["1", None, True, 10**400, float("nan"), [1.0], 1j])
        if generator.random() < 0.3:
            wrong = {**good, name + "x": 1.0}
        with pytest.raises(ValueError, match="the state"):
            model.load_state_dict(wrong)

        assert model.state_dict() == before

    model.load_state_dict(good)


def test_damaged_expressions():
    """An expression is read, or is an error of ours; what is read can be stepped through or says why not."""

    def stepped(text):
        f = parse(text)
        if isinstance(f, list):  # an array: its lines, whatever they are
            return str(steps(f, detail="definitions")) if len(text) < 500 else "long"
        f.forward(**{leaf.label: 0.5 for leaf in f.unbound()})
        return str(steps(f)) if len(text) < 500 else "long"

    def read_all():
        answers = [
            outcome(lambda text=text: stepped(text), AutogradError) for text in mutations(EXPRESSIONS, 3)
        ]
        for shown, error in answers:
            assert shown or fit_to_be_shown(error)
        return sum(error is None for _, error in answers)

    assert 0 < within_time(read_all) < COUNT


def test_damaged_tables(tmp_path):
    """A CSV file gives finite numbers in equal lines, or is a ValueError that names it."""
    path = tmp_path / "t.csv"

    def read_all():
        read = 0
        for text in mutations(TABLES, 4):
            written(path, text)
            found, error = outcome(
                lambda text=text: data.read_csv(path, delimiter=max(",;", key=text.count)), ValueError
            )
            if error:
                assert str(path) in str(error)
                assert fit_to_be_shown(error)
            else:
                X, y = found
                read += 1
                assert len(X) == len(y) > 0
                assert 1 == len({len(row) for row in X})
                assert {float} == {type(x) for row in X for x in row}
                assert all(x - x == 0 for row in [*X, y] for x in row)
        return read

    assert 0 < within_time(read_all) < COUNT
