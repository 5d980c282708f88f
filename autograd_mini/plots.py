"""Plots of training, with the extra `plot`: loss curve, decision boundary, heat maps of a network.

Every function returns a matplotlib Figure, which a notebook shows; `save(figure, "moons.png")` writes it.

    from autograd_mini import data, plots
    plots.save(plots.training(model, data.moons(), history), "moons.png")

Colours are Okabe and Ito's, which the colour-blind can tell apart, and every class has its own marker.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from autograd_mini.engine.interop import is_sequence, real, whole
from autograd_mini.engine.recording import no_grad
from autograd_mini.engine.value import lift
from autograd_mini.errors import MissingExtraError, require, shown
from autograd_mini.files import write_whole
from autograd_mini.nn.layers import MLP, Layer
from autograd_mini.train import History, evaluating, examples_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Table = tuple[list[list[float]], list[float]]

__all__ = ["decision_boundary", "gradients", "kind_of", "loss_curve", "save", "training", "weights"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
MARKERS = "os^Dvp*X"
FORMATS = ("png", "svg", "pdf")
SURE, SHADES = (0.1, 0.25, 0.5), (0.1, 0.2, 0.3, 0.42, 0.42)  # from parts of the largest lead on, how opaque
MARGIN = 0.15  # of the width of the data, around a decision boundary


def loss_curve(history: History) -> Any:
    """A Figure of the loss by epoch; on an axis of its own the accuracy, where there is one, and a learning rate
    that changes, which explains a loss that jumps while the rate is high.
    """
    figure = empty_figure(6.0, 4.0)
    _draw_loss(figure.add_subplot(), history)
    return figure


def decision_boundary(
    model: Any,
    data: tuple[Sequence[Any], Sequence[Any]],
    *,
    threshold: float = 0.0,
    resolution: int = 60,
) -> Any:
    """A Figure of the plane as the model divides it, the darker the surer, with the examples on it.

    How sure it is: by how much the score of a class leads the others, as a part of the largest lead in view.

    model: called with two numbers. data: (X, y) with two coordinates each and classes as targets.
    threshold: with a single score, class 1 is above it; 0.5 for the output of a sigmoid. With several
    scores the class is that of the largest. resolution: points along each side of the grid, 2 to 1,000.

    Raises ValueError for examples that are not points of the plane, TypeError for what are no numbers.
    """
    figure = empty_figure(5.0, 4.5)
    _draw_boundary(figure.add_subplot(), model, _table(data), threshold, resolution)
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
    figure = empty_figure(10.0, 4.5)
    left, right = figure.subplots(1, 2)
    table = _table(data)
    inputs = len(table[0][0])
    if inputs == 2 and all(hasattr(target, "__index__") for target in data[1]):
        _draw_boundary(left, model, table, threshold, resolution)
    elif inputs == 1:
        _draw_line(left, model, table, resolution)
    else:
        _draw_predictions(left, model, table)
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
    kind = kind_of(path)
    require(hasattr(figure, "savefig"), "save needs a Figure, as plots.loss_curve returns", figure)
    return write_whole(path, _rendered(figure, kind))


def kind_of(path: str | os.PathLike[str]) -> str:
    """What `save` would write there: png, svg or pdf. To be asked before a long training.

    Raises ValueError for another ending, MissingExtraError without matplotlib.
    """
    empty_figure(1.0, 1.0)
    require(isinstance(path, str | os.PathLike), "a plot needs a path such as 'moons.png'", path)
    kind = Path(path).suffix.removeprefix(".").lower()
    if kind not in FORMATS:
        msg = f"cannot plot to {path}: the ending {kind!r} is not known; use .png, .svg or .pdf"
        raise ValueError(msg)
    return kind


# Parts


def _draw_loss(axes: Any, history: History) -> None:
    require(isinstance(history, History), "a loss curve needs the History that fit() returns", history)
    epochs = range(1, len(history) + 1)
    axes.plot(epochs, history.loss, color=COLOURS[0], label="loss")
    axes.set(xlabel="epoch", ylabel="loss", title="Training", ylim=(0, None))
    lines = axes.lines[:]
    beside = {
        "accuracy": (history.accuracy, COLOURS[1], "--"),
        "learning rate": (history.rate if len(set(history.rate)) > 1 else [], "#5E5E5E", ":"),
    }
    shown = {name: curve for name, curve in beside.items() if curve[0]}
    if shown:
        other = axes.twinx()
        for name, (values, colour, dashes) in shown.items():
            other.plot(epochs, values, color=colour, linestyle=dashes, label=name)
        highest = max(max(values) for values, _, _ in shown.values())
        other.set(ylabel=", ".join(shown), ylim=(0, 1.05 * max(highest, 1.0 if history.accuracy else 0.0)))
        lines += other.lines[:]
    axes.legend(handles=lines, loc="center right")


def _draw_boundary(axes: Any, model: Any, table: Table, threshold: float, resolution: int) -> None:
    X, y = table
    threshold = real(threshold, "threshold must be a finite number")
    if len(X[0]) != 2:
        msg = f"a decision boundary needs points of the plane, got {len(X[0])} coordinates; use loss_curve"
        raise ValueError(msg)
    across, upward = (_spread([x[i] for x in X], resolution) for i in (0, 1))
    leads = [[_leads(score, threshold) for score in _scores(model, [[a, b] for a in across])] for b in upward]
    classes = range(len(leads[0][0]))
    if any(not (target.is_integer() and -1 <= target < len(classes)) for target in y):
        known = f"the model has scores for {len(classes)} classes"
        msg = f"{known}, the targets go from {min(y):g} to {max(y):g}; count classes from 0"
        raise ValueError(msg)
    for k in classes:
        lead = [[each[k] for each in row] for row in leads]
        highest = max(map(max, lead))
        if highest > 0.0:
            levels = [share * highest for share in (0.0, *SURE, 1.0)]
            colour = COLOURS[k % len(COLOURS)]
            shades = [(colour, alpha) for alpha in SHADES]
            axes.contourf(across, upward, lead, levels=levels, colors=shades, extend="max")
            axes.contour(across, upward, lead, levels=levels[:1], colors="black", linewidths=0.8)
    for k in classes:
        points = [x for x, target in zip(X, y, strict=True) if max(int(target), 0) == k]
        style = {
            "color": COLOURS[k % len(COLOURS)],
            "marker": MARKERS[k % len(MARKERS)],
            "edgecolors": "white",
        }
        axes.scatter([p[0] for p in points], [p[1] for p in points], s=36, label=f"class {k}", **style)
    axes.set(xlabel="x[1]", ylabel="x[2]", title="Decision boundary (the darker, the surer)")
    axes.legend()


def _draw_line(axes: Any, model: Any, table: Table, resolution: int) -> None:
    X, y = table
    across = _spread([x[0] for x in X], resolution)
    scores = _scores(model, [[a] for a in across])
    axes.scatter([x[0] for x in X], y, s=30, color=COLOURS[0], label="data")
    axes.plot(across, [lift(score).data for score in scores], color=COLOURS[1], label="model")
    axes.set(xlabel="x[1]", ylabel="y", title="Fit")
    axes.legend()


def _draw_predictions(axes: Any, model: Any, table: Table) -> None:
    X, y = table
    predictions = [lift(score).data for score in _scores(model, X)]
    ends = [min([*predictions, *y]), max([*predictions, *y])]
    axes.plot(ends, ends, color="#999999", linestyle=":", label="equal")
    axes.scatter(y, predictions, s=36, color=COLOURS[0], label="examples")
    axes.set(xlabel="target", ylabel="prediction", title="Predictions")
    axes.legend()


def _heat_maps(model: MLP | Layer, slot: str, title: str) -> Any:
    require(isinstance(model, MLP | Layer), "heat maps show an MLP or a Layer", model)
    layers = model.layers if isinstance(model, MLP) else [model]
    widths = [layer.inputs + 1 for layer in layers]
    figure = empty_figure(max(4.0, min(14.0, 2.0 * len(layers) + 0.35 * sum(widths))), 4.0)
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


def _table(data: Any) -> Table:
    """The examples and the targets as floats. Raises ValueError or TypeError if they are none."""
    X, y = examples_of(data)
    if not all(map(is_sequence, X)) or len({len(x) for x in X}) != 1:
        msg = f"a plot needs examples that are lists of numbers, all of one length, got {shown(X)}"
        raise ValueError(msg)
    rows = [[real(x, "a coordinate must be a finite number") for x in row] for row in X]
    return rows, [real(target, "a target must be a finite number") for target in y]


def _scores(model: Any, X: Sequence[Any]) -> list[Any]:
    """The outputs for every example, with nothing recorded and Dropout at rest."""
    require(callable(model), "a plot needs a model that is called with an example", model)
    with no_grad(), evaluating(model):
        return [model(x) for x in X]


def _leads(score: Any, threshold: float) -> list[float]:
    """By how much each class leads the best of the others; above 0 for the predicted class alone."""
    numbers = [lift(each).data for each in (score if is_sequence(score) else [score])]
    if len(numbers) == 1:
        return [threshold - numbers[0], numbers[0] - threshold]
    return [x - max(numbers[:k] + numbers[k + 1 :]) for k, x in enumerate(numbers)]


def _spread(xs: list[float], count: int) -> list[float]:
    """`count` numbers at equal distances, from a little below the least to a little above the largest."""
    low, high = min(xs), max(xs)
    margin = MARGIN * (high - low) or 1.0
    step = (high - low + 2 * margin) / (whole(count, "resolution", 2, 1000) - 1)
    return [low - margin + step * i for i in range(count)]


# matplotlib


def empty_figure(width: float, height: float) -> Any:
    """An empty Figure of a size in inches, which no window and no global list of figures holds."""
    try:
        from matplotlib.figure import Figure  # an extra, and a heavy import
    except ImportError as error:
        msg = 'plots need matplotlib; install it with: pip install "autograd-mini[plot]"'
        raise MissingExtraError(msg) from error
    figure: Any = Figure(figsize=(width, height), layout="constrained")
    # Notebooks show only the figures of pyplot by themselves; for this one they ask here.
    figure._repr_png_ = lambda: _rendered(figure, "png", dpi=100)
    return figure


def _rendered(figure: Any, kind: str, dpi: int = 150) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    with mpl.rc_context({"svg.hashsalt": "autograd-mini"}):  # ids in the SVG that do not change
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=dates[kind])
    return buffer.getvalue()


def _diverging() -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("blue-orange", [COLOURS[0], "#FFFFFF", COLOURS[1]])
