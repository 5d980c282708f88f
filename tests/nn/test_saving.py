"""Model files: what comes back, what is refused, and that nothing in a file is ever believed."""

import json
import math
import multiprocessing
import pickle
import threading

import pytest

from autograd_mini.engine.value import Value
from autograd_mini.nn import MLP, Dropout, Layer, Module, Neuron


@pytest.mark.parametrize(
    "model",
    [
        MLP(2, [3, 2], activation=["tanh", "softmax"], bias=False, dropout=0.25, name="d", seed=0),
        MLP(3, [1], seed=1),
        Layer(2, 3, "sigmoid", seed=2),
        Neuron(4, "tanh", seed=3),
        Dropout(0.125, rescale=False),
    ],
    ids=repr,
)
def test_a_saved_model_comes_back(model, tmp_path):
    """Numbers come back to the last bit, with sizes, activations and labels."""
    path = model.save(tmp_path / "m.json")
    found = type(model).load(path)

    assert found.state_dict() == model.state_dict()
    assert found.configuration() == model.configuration()
    assert [p.label for p in found.parameters()] == [p.label for p in model.parameters()]


def test_numbers_of_every_size_come_back(tmp_path):
    """The smallest, the largest and the least round float survive the file."""
    model = Neuron(4)
    state = dict(zip(model.state_dict(), [5e-324, -1.7976931348623157e308, 0.1 + 0.2, -0.0, 2], strict=True))
    model.load_state_dict(state)
    found = Neuron.load(model.save(tmp_path / "m.json")).state_dict()

    assert list(map(repr, found.values())) == [
        "5e-324",
        "-1.7976931348623157e+308",
        "0.30000000000000004",
        "-0.0",
        "2.0",
    ]


def test_a_model_with_nan_is_not_saved(tmp_path):
    """An old file is better than one with nan; the error names the parameter."""
    model = Neuron(1, init=0.5)
    path = model.save(tmp_path / "m.json")
    before = path.read_bytes()
    model.w[0].data = math.nan

    with pytest.raises(ValueError, match=r"cannot save .*m.json: w\[0\] is nan; train again"):
        model.save(path)

    assert path.read_bytes() == before


def edited(path, **changes):
    saved = json.loads(path.read_text("utf-8"))
    saved.update({key: change(saved[key]) if callable(change) else change for key, change in changes.items()})
    path.write_text(json.dumps(saved), encoding="utf-8")


def configured(**changes):
    return lambda path: edited(path, configuration=lambda before: before | changes)


def parameters(change):
    return lambda path: edited(path, parameters=lambda state: dict.fromkeys(state, change))


def replaced(old, new):
    return lambda path: path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")


DAMAGE = {
    "cut": (lambda p: p.write_bytes(p.read_bytes()[:-20]), "it is damaged or no model file"),
    "binary": (lambda p: p.write_bytes(b"\xff\xfe\x00\x01"), "it is damaged or no model file"),
    "deep": (lambda p: p.write_text("[" * 100_000), "more than 20 deep"),
    "deep inside": (configured(name=eval("[" * 60 + "]" * 60)), "more than 20 deep"),
    "quotes": (lambda p: p.write_text('"' + r"\"" * 1_000_000), "Unterminated string"),
    "digits": (lambda p: p.write_text("[" + "1" * 1_000_000), "the number '1111.*111' fits no float"),
    "other": (lambda p: p.write_text("[1, 2]"), "it is no model file; give one"),
    "version": (lambda p: edited(p, version=99), "it has version 99 and this package reads 1 to 2"),
    "version 0": (lambda p: edited(p, version=0), "it has version 0 and"),
    "version true": (lambda p: edited(p, version=True), "it has version True and"),
    "version 1.0": (lambda p: edited(p, version=1.0), "it has version 1.0 and"),
    "class": (lambda p: edited(p, **{"class": "Layer"}), "it holds a 'Layer', not a 'MLP'"),
    "part": (lambda p: edited(p, parameters=3), "its parameters is 3 where an object is expected"),
    "list": (lambda p: edited(p, configuration=[]), r"its configuration is \[\] where an object"),
    "no modes": (lambda p: edited(p, modes=None), "its modes is None where an object"),
    "unknown part": (lambda p: edited(p, code="print()"), r"it has unknown parts \['code'\]"),
    "part twice": (replaced('"version"', '"class": "Layer", "version"'), "the name 'class' stands twice"),
    "parameter twice": (replaced('.b"', '.w[0]"'), r"the name 'layers\[0\]\.neurons.*w\[0\]' stands twice"),
    "giant": (configured(inputs=10**6), "no MLP with its 9 parameters .*more than 1018 Values would be made"),
    "giant number": (
        configured(inputs=10**9),
        "the number of inputs must be a whole number of 1 to 10,000,000",
    ),
    "giant layer": (configured(outputs=[10**6, 1]), "more than 1018 Values would be made"),
    "larger": (configured(inputs=3), "the state misses .*: 11 parameters were expected and 9 given"),
    "size": (configured(outputs=[0, 1]), "must be a whole number of 1 or"),
    "size true": (configured(inputs=True), "must be a whole number of 1 or more, got True"),
    "size huge": (replaced('"inputs": 2', f'"inputs": {10**400}'), "the number '100000.*000' fits"),
    "size inf": (replaced('"inputs": 2', '"inputs": 1e999'), "the number '1e999' fits no float"),
    "bias": (configured(bias="no"), "bias must be True or False, got str 'no'"),
    "dropout": (configured(dropout="0.5"), "builds no MLP"),
    "activation": (configured(activation=["rleu", "linear"]), "called 'rleu'; did you mean relu"),
    "activation list": (configured(activation=[["relu"], "linear"]), "builds no MLP"),
    "argument": (configured(colour=1), "unexpected keyword.*colour"),
    "mode": (lambda p: edited(p, modes={"trainig": True}), "it has the mode 'trainig': True"),
    "mode 1": (lambda p: edited(p, modes={"training": 1}), "it has the mode 'training': 1"),
    "mode of nobody": (
        lambda p: edited(p, modes={"training": ["layer"]}),
        "training names 'layer', no module",
    ),
    "mode of a list": (lambda p: edited(p, modes={"training": [[]]}), r"training names \[\], no module"),
    "name": (
        lambda p: edited(p, parameters=lambda s: {f"{k}x": v for k, v in s.items()}),
        "the state misses .* and 8 others: 9 parameters were expected and 9 given",
    ),
    "text": (parameters("1"), "the state has '1' for"),
    "true": (parameters(True), "the state has True for"),
    "nested": (parameters([1.0]), r"the state has \[1.0\] for"),
    "huge": (parameters(10**400), "the number '100000.*000' fits no float"),
    "nan": (parameters(math.nan), "NaN is no finite number"),
    "inf": (parameters(-math.inf), "-Infinity is no finite number"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_files(kind, tmp_path):
    """Whatever is wrong with a file, the error says so and names the file."""
    damage, message = DAMAGE[kind]
    path = MLP(2, [2, 1], seed=0).save(tmp_path / "m.json")
    damage(path)

    with pytest.raises(ValueError, match=f"cannot load .*m.json: .*{message}") as caught:
        MLP.load(path)

    assert len(str(caught.value)) < 500


def test_a_missing_file_is_an_os_error(tmp_path):
    """No file at all is the usual error."""
    with pytest.raises(FileNotFoundError, match=r"m\.json"):
        MLP.load(tmp_path / "m.json")


def test_a_wrong_state_changes_nothing():
    """Every entry is looked at before the first is set."""
    model = MLP(1, [2, 1], seed=0)
    before = model.state_dict()
    for wrong in (
        dict(list(before.items())[:-1]),
        before | {"more": 1.0},
        {**before, "layers[1].neurons[0].b": math.inf},
    ):
        with pytest.raises(ValueError, match="the state"):
            model.load_state_dict(wrong)

    assert model.state_dict() == before


# Modes


def test_modes_come_back(tmp_path):
    """A model at rest stays at rest and an expanded one expanded, module by module."""
    model = MLP(2, [3, 1], dropout=0.5, seed=0).eval()
    model.layers[0].expand()
    model.layers[1].train()
    found = MLP.load(model.save(tmp_path / "m.json"))
    modes = lambda model: [(name, part.training, part.expanded) for name, part in model.named_modules()]

    assert modes(found) == modes(model)
    assert {found([1.0, 2.0]).data} == {model([1.0, 2.0]).data for _ in range(10)}
    assert {False} == {
        part.training for _, part in MLP.load(model.eval().save(tmp_path / "m.json")).named_modules()
    }


def test_a_file_of_version_1_is_read(tmp_path):
    """Files from before the modes were kept are read as they were: in training, not expanded."""
    model = MLP(2, [2, 1], seed=0).eval()
    path = model.save(tmp_path / "m.json")
    saved = json.loads(path.read_text())
    del saved["modes"]
    path.write_text(json.dumps(saved | {"version": 1}))
    found = MLP.load(path)

    assert found.state_dict() == model.state_dict()
    assert {(True, False)} == {(part.training, part.expanded) for _, part in found.named_modules()}


# Modules of a user


class Wide(Module):
    """As many weights as it is told, and a count of how many it made."""

    made = 0

    def __init__(self, n):
        self.w = []
        for _ in range(n):
            self.w.append(Value(0.5))
            Wide.made += 1

    def configuration(self):
        return {"n": len(self.w)}


def test_a_file_cannot_make_us_build_a_giant(tmp_path):
    """A small file that asks for millions of parameters is refused before they are made."""
    path = Wide(3).save(tmp_path / "m.json")
    edited(path, configuration={"n": 3_000_000})
    Wide.made = 0

    with pytest.raises(
        ValueError, match=r"m\.json: .* no Wide with its 3 parameters .*more than 1006 Values"
    ):
        Wide.load(path)

    assert Wide.made == 1006
    assert len(Wide(2000).w) == 2000  # the bound ends with the loading


class Odd(Module):
    """A module whose constructor and configuration do what a test tells them."""

    def __init__(self, says=None, raises=None):
        self.says = says
        if raises:
            raise {"KeyError": KeyError, "RecursionError": RecursionError}[raises]("what")

    def configuration(self):
        return {} if self.says is None else {"says": self.says}


@pytest.mark.parametrize("raises", ["KeyError", "RecursionError"])
def test_whatever_a_constructor_raises_is_told(tmp_path, raises):
    """A constructor that a file brings to fail is an error about the file, with the cause behind it."""
    path = Odd().save(tmp_path / "m.json")
    edited(path, configuration={"raises": raises})

    with pytest.raises(
        ValueError, match=rf"builds no Odd with its 0 parameters \({raises}: '?what'?\)"
    ) as caught:
        Odd.load(path)

    assert type(caught.value.__cause__.__cause__).__name__ == raises


@pytest.mark.parametrize("says", [{1, 2}, math.inf, object(), 1j, eval("[" * 30 + "]" * 30)])
def test_a_configuration_that_is_no_json_is_not_saved(tmp_path, says):
    """The error says what a configuration can be, and no file is left."""
    with pytest.raises(ValueError, match=r"cannot save .*m\.json: its configuration\(\) cannot be saved \("):
        Odd(says).save(tmp_path / "m.json")

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("says", [(1, (2, 3)), {"a": [None, "b"]}, "\u202e", 1e300])
def test_a_configuration_comes_back(tmp_path, says):
    """Tuples come back as lists; everything else that JSON writes as it was."""
    assert json.loads(json.dumps(says)) == Odd.load(Odd(says).save(tmp_path / "m.json")).says


def test_a_deep_file_is_refused_on_a_small_stack(tmp_path):
    """The nesting is bounded before JSON's reader, which recurses in C, sees it."""
    path = tmp_path / "m.json"
    path.write_text('{"a":' * 50_000)
    found = []

    def load():
        try:
            MLP.load(path)
        except ValueError as error:
            found.append(str(error))

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=load)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)

    assert "nested more than 20 deep" in found[0]


def test_a_name_that_could_disturb_a_terminal_is_shown_written_out(tmp_path):
    """The name of the file in an error cannot clear a terminal or turn the writing."""
    path = tmp_path / "m\x1b[2J\u202e.json"
    path.write_text("[]")

    with pytest.raises(ValueError, match=r"m\\x1b\[2J\\u202e\.json: it is no model file"):
        MLP.load(path)


# Pickles and copies


def trained(model, x):
    """What a worker process does with a model: its output, and itself with the gradients."""
    y = model(x)
    y.backward()
    return y.data, model


def test_a_model_travels_to_a_worker_process_and_back():
    """A process that starts from nothing computes the same, and its gradients come back."""
    model = MLP(2, [3, 1], activation="tanh", dropout=0.5, seed=0).eval()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found, twin = pool.apply_async(trained, (model, [1.0, 2.0])).get(timeout=120)
    expected, _ = trained(model, [1.0, 2.0])

    assert found == expected
    assert [p.grad for p in twin.parameters()] == [p.grad for p in model.parameters()]
    assert [p.label for p in twin.parameters()] == [p.label for p in model.parameters()]
    assert {False} == {part.training for _, part in twin.named_modules()}


class Tied(Module):
    """One weight used in two places, and a number that is no parameter."""

    def __init__(self):
        self.a = Value(2.0, label="a")
        self.parts = {"again": [self.a], "two": 2.0 * Neuron(1).w[0].data}
        self.shift = (self.a * 3.0).parents[1]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_a_module_shares_stays_shared(protocol):
    """A parameter in two places is one parameter in the copy, and constants stay constants."""
    twin = pickle.loads(pickle.dumps(Tied(), protocol))

    assert twin.parts["again"][0] is twin.a
    assert twin.shift.is_constant
    assert [("a", 2.0)] == [(name, p.data) for name, p in twin.named_parameters()]


def test_masks_go_on_where_they_were():
    """The generator of a Dropout travels with it, and each copy then draws alone."""
    dropout = Dropout(0.5, seed=3)
    dropout([Value(1.0)] * 5)
    twin = pickle.loads(pickle.dumps(dropout))
    masks = [[y.data for y in each([Value(1.0)] * 50)] for each in (dropout, twin)]

    assert masks[0] == masks[1]


def test_a_module_that_keeps_a_result_is_not_pickled():
    """A graph is code; the error says what to do."""
    model = Tied()
    model.result = model.a * 2

    with pytest.raises(TypeError, match=r"cannot pickle Value\(4\.0\): a graph refers to rules"):
        pickle.dumps(model)
