"""Plots of training, with the extra `plot`: loss curve, decision boundary, heat maps of a network.

Every function returns a matplotlib Figure, which a notebook shows; `save(figure, "moons.png")` writes it.

    from autograd_mini import data, plots
    plots.save(plots.training(model, data.moons(), history), "moons.png")

Colours are Okabe and Ito's, which the colour-blind can tell apart, and every class has its own marker.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.value import data_of
from autograd_mini.errors import MissingExtraError
from autograd_mini.files import write_whole
from autograd_mini.nn.layers import MLP
from autograd_mini.train import evaluating

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.nn.layers import Layer
    from autograd_mini.train import History


COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = "os^Dvp*X"
FORMATS = ("png", "svg", "pdf")
MARGIN = 0.15  # of the width of the data, around a decision boundary


def loss_curve(history: History) -> Any:
    """A Figure of the loss by epoch, and of the accuracy where there is one, on an axis of its own."""
    figure = _figure(6.0, 4.0)
    _draw_loss(figure.add_subplot(), history)
    return figure


def decision_boundary(
    model: Any,
    data: tuple[Sequence[Any], Sequence[Any]],
    *,
    threshold: float = 0.0,
    resolution: int = 60,
) -> Any:
    """A Figure of the plane as the model divides it, with the examples on it.

    model: called with two numbers. data: (X, y) with two coordinates each and classes as targets.
    threshold: with a single score, class 1 is above it; 0.5 for the output of a sigmoid. With several
    scores the class is that of the largest. resolution: points along each side of the grid.

    Raises ValueError for examples that are not points of the plane.
    """
    figure = _figure(5.0, 4.5)
    _draw_boundary(figure.add_subplot(), model, data, threshold, resolution)
    return figure


def training(
    model: Any,
    data: tuple[Sequence[Any], Sequence[Any]],
    history: History,
    *,
    threshold: float = 0.0,
    resolution: int = 60,
) -> Any:
    """A Figure of what was learned beside the loss curve.

    What was learned is the decision boundary for points of the plane with classes, the line through
    the data for a single input, and targets against predictions for anything else.
    """
    figure = _figure(10.0, 4.5)
    left, right = figure.subplots(1, 2)
    X, y = data
    if len(X[0]) == 2 and all(isinstance(target, int) for target in y):
        _draw_boundary(left, model, data, threshold, resolution)
    elif len(X[0]) == 1:
        _draw_line(left, model, data, resolution)
    else:
        _draw_predictions(left, model, data)
    _draw_loss(right, history)
    return figure


def weights(model: MLP | Layer) -> Any:
    """A Figure with a heat map of every layer: its weights, a row for each unit, and its biases."""
    return _heat_maps(model, "data", "weights and biases")


def gradients(model: MLP | Layer) -> Any:
    """A Figure with a heat map of every layer: the gradients of what `weights` shows."""
    return _heat_maps(model, "grad", "gradients of weights and biases")


def save(figure: Any, path: str | os.PathLike[str]) -> Path:
    """The path of a file that now holds the figure; its ending says what: .png, .svg or .pdf.

    The file is written whole or not at all, and the same figure gives the same bytes.
    Raises ValueError for another ending, OSError if the file cannot be written.
    """
    return write_whole(path, _rendered(figure, kind_of(path)))


def kind_of(path: str | os.PathLike[str]) -> str:
    """What `save` would write there: png, svg or pdf. To be asked before a long training.

    Raises ValueError for another ending, MissingExtraError without matplotlib.
    """
    _figure(1.0, 1.0)
    kind = Path(path).suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        msg = f"cannot plot to {path}: the ending {kind!r} is not known; use .png, .svg or .pdf"
        raise ValueError(msg)
    return kind


# Parts


def _draw_loss(axes: Any, history: History) -> None:
    epochs = range(1, len(history) + 1)
    axes.plot(epochs, history.loss, color=COLOURS[0], label="loss")
    axes.set(xlabel="epoch", ylabel="loss", title="Training", ylim=(0, None))
    lines = axes.lines[:]
    if history.accuracy:
        other = axes.twinx()
        other.plot(epochs, history.accuracy, color=COLOURS[1], linestyle="--", label="accuracy")
        other.set(ylabel="accuracy", ylim=(0, 1.05))
        lines += other.lines[:]
    axes.legend(handles=lines, loc="center right")


def _draw_boundary(
    axes: Any, model: Any, data: tuple[Sequence[Any], Sequence[Any]], threshold: float, resolution: int
) -> None:
    X, y = data
    if any(len(x) != 2 for x in X):
        msg = f"a decision boundary needs points of the plane, got {len(X[0])} coordinates; use loss_curve"
        raise ValueError(msg)
    across, upward = (_spread([x[i] for x in X], resolution) for i in (0, 1))
    leads = [[_leads(score, threshold) for score in _scores(model, [[a, b] for a in across])] for b in upward]
    classes = range(len(leads[0][0]))
    if any(not -1 <= target < len(classes) for target in y):
        msg = f"the model has scores for {len(classes)} classes, the targets go from {min(y)} to {max(y)}"
        raise ValueError(msg)
    for k in classes:
        lead = [[each[k] for each in row] for row in leads]
        highest = max(map(max, lead))
        if highest > 0.0:
            levels = [0.0, highest + 1.0]
            axes.contourf(across, upward, lead, levels=levels, colors=[COLOURS[k % len(COLOURS)]], alpha=0.25)
            axes.contour(across, upward, lead, levels=levels[:1], colors="black", linewidths=0.8)
    for k in classes:
        points = [x for x, target in zip(X, y, strict=True) if max(int(target), 0) == k]
        style = {
            "color": COLOURS[k % len(COLOURS)],
            "marker": MARKERS[k % len(MARKERS)],
            "edgecolors": "white",
        }
        axes.scatter([p[0] for p in points], [p[1] for p in points], s=36, label=f"class {k}", **style)
    axes.set(xlabel="x[1]", ylabel="x[2]", title="Decision boundary")
    axes.legend()


def _draw_line(axes: Any, model: Any, data: tuple[Sequence[Any], Sequence[Any]], resolution: int) -> None:
    X, y = data
    across = _spread([x[0] for x in X], resolution)
    scores = _scores(model, [[a] for a in across])
    axes.scatter([x[0] for x in X], y, s=30, color=COLOURS[0], label="data")
    axes.plot(across, [data_of(score) for score in scores], color=COLOURS[1], label="model")
    axes.set(xlabel="x[1]", ylabel="y", title="Fit")
    axes.legend()


def _draw_predictions(axes: Any, model: Any, data: tuple[Sequence[Any], Sequence[Any]]) -> None:
    X, y = data
    predictions = [data_of(score) for score in _scores(model, X)]
    ends = [min([*predictions, *y]), max([*predictions, *y])]
    axes.plot(ends, ends, color="#999999", linestyle=":", label="equal")
    axes.scatter(y, predictions, s=36, color=COLOURS[0], label="examples")
    axes.set(xlabel="target", ylabel="prediction", title="Predictions")
    axes.legend()


def _heat_maps(model: MLP | Layer, slot: str, title: str) -> Any:
    layers = model.layers if isinstance(model, MLP) else [model]
    widths = [layer.inputs + 1 for layer in layers]
    figure = _figure(max(4.0, min(14.0, 2.0 * len(layers) + 0.35 * sum(widths))), 4.0)
    figure.suptitle(title.capitalize())
    for number, (axes, layer) in enumerate(zip(figure.subplots(1, len(layers), squeeze=False)[0], layers), 1):
        rows = [
            [getattr(p, slot) for p in neuron.w] + ([getattr(neuron.b, slot)] if neuron.b is not None else [])
            for neuron in layer.neurons
        ]
        largest = max(abs(x) for row in rows for x in row) or 1.0
        # One scale with 0 in the middle: orange is positive, blue negative, white nothing.
        image = axes.imshow(rows, cmap=_diverging(), vmin=-largest, vmax=largest, aspect="auto")
        columns = [str(i + 1) for i in range(layer.inputs)] + ["b"] * (len(rows[0]) > layer.inputs)
        axes.set_xticks(range(len(columns)), columns)
        axes.set_yticks(range(len(rows)), [str(i + 1) for i in range(len(rows))])
        axes.tick_params(labelsize=7)
        axes.set(xlabel="input", ylabel="unit", title=f"layer {number}")
        figure.colorbar(image, ax=axes)
    return figure


# Numbers


def _scores(model: Any, X: Sequence[Any]) -> list[Any]:
    """The outputs for every example, with nothing recorded and Dropout at rest."""
    with no_grad(), evaluating(model):
        return [model(x) for x in X]


def _leads(score: Any, threshold: float) -> list[float]:
    """By how much each class leads the best of the others; above 0 for the predicted class alone."""
    if not isinstance(score, list):
        return [threshold - data_of(score), data_of(score) - threshold]
    numbers = [data_of(each) for each in score]
    return [x - max(numbers[:k] + numbers[k + 1 :]) for k, x in enumerate(numbers)]


def _spread(xs: list[float], count: int) -> list[float]:
    """`count` numbers at equal distances, from a little below the least to a little above the largest."""
    low, high = min(xs), max(xs)
    margin = MARGIN * (high - low) or 1.0
    step = (high - low + 2 * margin) / (count - 1)
    return [low - margin + step * i for i in range(count)]


# matplotlib


def _figure(width: float, height: float) -> Any:
    """An empty Figure of a size in inches, which no window and no global list of figures holds."""
    try:
        from matplotlib.figure import Figure  # an extra, and a heavy import
    except ImportError as error:
        msg = 'plots need matplotlib; install it with: pip install "autograd-mini[plot]"'
        raise MissingExtraError(msg) from error
    figure: Any = Figure(figsize=(width, height), layout="constrained")
    # Notebooks show only the figures of pyplot by themselves; for this one they ask here.
    figure._repr_png_ = lambda: _rendered(figure, "png")
    return figure


def _rendered(figure: Any, kind: str) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with mpl.rc_context({"svg.hashsalt": "autograd-mini"}):  # ids in the SVG that do not change
        figure.savefig(buffer, format=kind, dpi=150, metadata=dates[kind])
    return buffer.getvalue()


def _diverging() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("blue-orange", [COLOURS[0], "#FFFFFF", COLOURS[1]])
