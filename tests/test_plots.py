"""Plots: what is drawn, read back from the figures, and the files."""

import io
import sys
from xml.etree import ElementTree as ET

import pytest

pytest.importorskip("matplotlib", reason='the extra "plot" is not installed')

from autograd_mini import data, plots
from autograd_mini.errors import MissingExtraError
from autograd_mini.experiments import run
from autograd_mini.nn import MLP, Layer, Neuron
from autograd_mini.train import History

PNG = b"\x89PNG\r\n\x1a\n"


def history(accuracy=()):
    h = History()
    h.loss, h.gradient_norm, h.accuracy = [1.0, 0.5, 0.25], [1.0, 1.0, 1.0], list(accuracy)
    return h


def titles(figure):
    return [axes.get_title() for axes in figure.axes if axes.get_title()]


def test_loss_curve():
    """The loss by epoch from 1, and the accuracy on an axis of its own where there is one."""
    (line,) = plots.loss_curve(history()).axes[0].lines
    loss_axes, accuracy_axes = plots.loss_curve(history([0.5, 0.75, 1.0])).axes

    assert [[1, 1.0], [2, 0.5], [3, 0.25]] == line.get_xydata().tolist()
    assert [0.5, 0.75, 1.0] == list(accuracy_axes.lines[0].get_ydata())
    assert ["loss", "accuracy"] == [text.get_text() for text in loss_axes.get_legend().texts]


def test_a_rate_that_falls_is_beside_the_loss():
    """A peak of the loss is read beside the schedule; a rate that stays says nothing and is not drawn."""
    falling, constant = run("moons", epochs=3).history, run("regression", epochs=3).history

    assert [1.0, 0.7, 0.4] == pytest.approx(falling.rate)
    assert [0.2] * 3 == constant.rate
    assert ["loss", "accuracy", "learning rate"] == [
        text.get_text() for text in plots.loss_curve(falling).axes[0].get_legend().texts
    ]
    assert 1 == len(plots.loss_curve(constant).axes)


def test_a_boundary_is_darker_where_the_model_is_surer():
    """From the boundary outwards the shade deepens, on both sides, to the largest lead."""
    pil = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    figure = plots.decision_boundary(lambda x: x[0], ([[-1.0, 0.0], [1.0, 0.0]], [0, 1]), resolution=50)
    axes = figure.axes[0]
    picture = pil.open(io.BytesIO(plots._rendered(figure, "png"))).convert("L")
    places = [
        axes.transData.transform((x, -0.1)) for x in (-1.2, -0.8, -0.4, -0.2, -0.05, 0.05, 0.2, 0.4, 0.8, 1.2)
    ]
    scale = picture.width / figure.bbox.width
    shades = [picture.getpixel((round(x * scale), picture.height - round(y * scale))) for x, y in places]

    assert sorted(shades[:5]) == shades[:5]
    assert sorted(shades[5:], reverse=True) == shades[5:]
    assert shades[4] - shades[0] > 30
    assert shades[5] - shades[-1] > 30


@pytest.mark.parametrize("sign", [0, -1])
def test_decision_boundary(sign):
    """The boundary of a line lies on that line, and every example is drawn with its class."""
    X, y = [[-1.0, 0.0], [1.0, 0.0], [1.0, 1.0]], [sign, 1, 1]
    axes = plots.decision_boundary(lambda x: x[0] - 0.25, (X, y), resolution=20).axes[0]
    boundary = next(c for c in axes.collections if len(c.get_facecolor()) == 0)  # a line, not a region

    assert {0.25} == {round(x, 9) for path in boundary.get_paths() for x, _ in path.vertices}
    assert [[[-1.0, 0.0]], [[1.0, 0.0], [1.0, 1.0]]] == [
        c.get_offsets().tolist() for c in axes.collections if c.get_label().startswith("class")
    ]


def test_regions_of_several_classes():
    """With several scores the class is that of the largest; dropout rests meanwhile, and nothing is recorded."""
    points = data.spirals(9, classes=3)
    model = MLP(2, [4, 3], dropout=0.5, seed=0)
    figure = plots.decision_boundary(model, points, resolution=8)

    assert ["class 0", "class 1", "class 2"] == [
        text.get_text() for text in figure.axes[0].get_legend().texts
    ]
    assert model.training
    assert all(p.known("grad") is None for p in model.parameters())


def test_training_shows_what_fits_the_data():
    """A boundary for classes in the plane, a line for one input, predictions for the rest."""
    for name, expected in (
        ("xor", "Decision boundary (the darker, the surer)"),
        ("regression", "Fit"),
        ("sleep-study", "Predictions"),
    ):
        trained = run(name, epochs=3)

        assert [expected, "Training"] == titles(plots.training(*trained, resolution=5))


@pytest.mark.parametrize(
    "model", [MLP(2, [3, 1], seed=0), MLP(2, [3, 1], bias=False, seed=0), Layer(2, 2, seed=0)]
)
def test_heat_maps(model):
    """Each layer has a map of its numbers, a row for each unit, the bias in the last column."""
    out = model([1.0, -1.0])
    (out if not isinstance(out, list) else out[0] + out[1]).backward()
    layers = model.layers if isinstance(model, MLP) else [model]
    for figure, slot in ((plots.weights(model), "data"), (plots.gradients(model), "grad")):
        maps = [axes.images[0] for axes in figure.axes if axes.images]

        assert len(maps) == len(layers)
        for image, layer in zip(maps, layers, strict=True):
            assert image.get_array().tolist() == [
                [getattr(p, slot) for p in neuron.parameters()] for neuron in layer.neurons
            ]
            assert image.norm.vmin == -image.norm.vmax


def test_files(tmp_path):
    """The ending says what is written; the same figure gives the same bytes; notebooks get a PNG."""
    figure = plots.loss_curve(history())

    assert plots.save(figure, tmp_path / "a.png").read_bytes().startswith(PNG)
    assert plots.save(figure, tmp_path / "a.PDF").read_bytes().startswith(b"%PDF")
    assert ET.parse(plots.save(figure, tmp_path / "a.svg")).getroot().tag.endswith("svg")
    assert figure._repr_png_().startswith(PNG)
    for kind in plots.FORMATS:
        one, other = (plots.save(plots.loss_curve(history()), tmp_path / f"{k}.{kind}") for k in "bc")
        assert one.read_bytes() == other.read_bytes()
    with pytest.raises(ValueError, match=r"cannot plot to .*a\.gif: the ending 'gif' is not known; use .png"):
        plots.save(figure, tmp_path / "a.gif")


def test_no_window_and_no_global_state():
    """A figure belongs to nobody else: no window manager keeps it or asks for a display."""
    assert plots.loss_curve(history()).canvas.manager is None


def test_without_matplotlib(monkeypatch):
    """The message names the extra."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "autograd-mini\[plot\]"'):
        plots.loss_curve(history())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: plots.decision_boundary(MLP(3, [1]), ([[1.0] * 3], [0])),
            "points of the plane, got 3 coord",
        ),
        (
            lambda: plots.decision_boundary(MLP(2, [1]), ([[1.0, 2.0]], [2])),
            "scores for 2 classes, the targets go",
        ),
        (lambda: plots.decision_boundary(MLP(2, [1]), ([[1.0, 2.0]], [0.5])), "go from 0.5 to 0.5"),
        (lambda: plots.decision_boundary(MLP(2, [1]), None), "data must be a pair .* got None"),
        (
            lambda: plots.decision_boundary(None, ([[1.0, 2.0]], [0])),
            "needs a model that is called .* got NoneType",
        ),
        (lambda: plots.decision_boundary(MLP(2, [1]), ([[1.0, 2.0], [1.0]], [0, 1])), "all of one length"),
        (
            lambda: plots.decision_boundary(MLP(2, [1]), ([["a", 2.0]], [0])),
            "must be a finite number, got str 'a'",
        ),
        (
            lambda: plots.decision_boundary(MLP(2, [1]), ([[1.0, 2.0]], [0]), resolution=1),
            "resolution must be a whole number of 2 or more, got 1",
        ),
        (
            lambda: plots.decision_boundary(MLP(2, [1]), ([[1.0, 2.0]], [0]), threshold="a"),
            "threshold must be a finite number, got str 'a'",
        ),
        (lambda: plots.decision_boundary(lambda x: None, ([[1.0, 2.0]], [0])), "got NoneType None"),
        (lambda: plots.loss_curve(None), r"needs the History that fit\(\) returns, got None"),
        (lambda: plots.weights(Neuron(2)), "heat maps show an MLP or a Layer, got Neuron"),
        (lambda: plots.save(None, "a.png"), "save needs a Figure, as plots.loss_curve returns, got NoneType"),
        (lambda: plots.kind_of(None), "a plot needs a path such as 'moons.png', got None"),
    ],
)
def test_wrong_arguments(call, message):
    """Each mistake gets its own message."""
    with pytest.raises((ValueError, TypeError), match=message):
        call()
