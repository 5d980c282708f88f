"""Neurons, layers and networks: modules, whose parameters are plain leaf Values.

A neuron is act(w · x + b), a layer is neurons that read the same inputs, and an MLP is layers one after
the other. A module is called with one example; a batch is `[model(x) for x in X]`.

What a module is, and what its parameters are, stands in module.py; how weights begin, in init.py.
The label of a parameter, seen in pictures, is that of the lectures and counts from 1:
`w1[3,2]` belongs to layer 1, unit 3, input 2, and `b1[3]` is that unit's bias. A Layer of its own has
`w[3,2]` and `b[3]`, a Neuron of its own `w[2]` and `b`.

One output or several? A Layer or MLP with one output returns that Value, otherwise a list of Values.

>>> model = MLP(2, [16, 16, 1], activation="relu", seed=0)
>>> score = model([1.0, -2.0])
>>> score.backward()
>>> len(model.parameters()), model.layers[0].neurons[2].w[1].label
(337, 'w1[3,2]')
"""

from __future__ import annotations

from functools import cache, reduce
from typing import TYPE_CHECKING

from autograd_mini.engine import recording
from autograd_mini.engine.interop import as_float, flag, is_sequence, real
from autograd_mini.engine.operations import Operations, values
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value
from autograd_mini.errors import choose, require, shown
from autograd_mini.functions import normalized
from autograd_mini.nn.frame import Frame
from autograd_mini.nn.init import initialisation_named
from autograd_mini.nn.module import Module
from autograd_mini.nn.sizes import checked_sizes
from autograd_mini.rng import generator_of

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence
    from typing import Any

    from autograd_mini.engine.rule import Rule
    from autograd_mini.nn.init import Initialisation
    from autograd_mini.rng import Seed


__all__ = ["MLP", "Dropout", "Layer", "Module", "Neuron"]

ADD, DOT, MUL = RULES["add"], RULES["dot"], RULES["mul"]


class Neuron(Module):
    """act(w · x + b): a weight for every input, a bias, and an activation.

    inputs: how many, 1 or more. activation: "linear" or any primitive of one input ("relu", "tanh",
    "sigmoid", ...). bias: False for none. init: "uniform" (between -1 and 1), "xavier", "he", "zeros",
    a number for all weights, or a function (generator, inputs, outputs) -> float. Biases begin at 0.
    seed: an int, which gives the same numbers on every platform, a random.Random, or None for other
    numbers every time. expanded: see `Module.expand`.

    Called with `inputs` numbers or Values (one may stand alone), it returns a Value. Numbers become
    leaves labelled x[1], x[2], ..., so that pictures show their gradients too.

    Raises ValueError for a size below 1 or beyond reason and for an unknown name, TypeError for settings of
    a wrong type.
    Source of xavier: Glorot and Bengio (2010), U(±√(6 / (inputs + outputs))); of he: He et al. (2015),
    U(±√(6 / inputs)).

    >>> neuron = Neuron(2, "tanh", init=0.5)
    >>> neuron([1.0, -1.0])
    Value(0.0)
    """

    own: Operations  # with its frame

    def __init__(
        self,
        inputs: int,
        activation: str = "relu",
        *,
        bias: bool = True,
        init: Initialisation = "uniform",
        seed: Seed = None,
        expanded: bool = False,
    ) -> None:
        inputs, _ = checked_sizes(inputs, [1])
        if activation_named(activation) == "softmax":
            msg = "softmax needs all units of a layer; use Layer(..., activation='softmax')"
            raise ValueError(msg)
        generator, draw = generator_of(seed), initialisation_named(init)
        self.activation = activation
        self.w = [Value(as_float(draw(generator, inputs, 1))) for _ in range(inputs)]
        self.b = Value(0.0) if flag(bias, "bias") else None
        _place(self, "", None, Frame("neuron"))
        self.expand(expanded)

    def __call__(self, x: Any) -> Value:
        return self.fire(_inputs(self, x))

    def fire(self, x: list[Value]) -> Value:
        """The output for a list of Values, as many as there are weights."""
        if x.__class__ is not list or len(x) != len(self.w):
            raise _wrong_count(self, x)
        own = self.own
        score = reduce(own[ADD], map(own[MUL], self.w, x)) if self.expanded else own[DOT](*self.w, *x)
        if self.b is not None:
            score = own[ADD](score, self.b)
        activation = rule_of(self.activation)
        return own[activation](score) if activation else score  # type: ignore[no-any-return]

    @property
    def inputs(self) -> int:
        return len(self.w)

    def configuration(self) -> dict[str, Any]:
        return {"inputs": self.inputs, "activation": self.activation, "bias": self.b is not None}

    def __repr__(self) -> str:
        return f"Neuron({self.inputs}, {self.activation!r})"


class Layer(Module):
    """Neurons that read the same inputs; with "softmax" their outputs are made probabilities.

    inputs, outputs: how many, 1 or more. activation: as for a Neuron, or "softmax", which acts on all
    outputs together. name: what the labels of the parameters carry after w and b. Everything else is as
    for a Neuron; one generator draws all weights, unit by unit.

    Called with `inputs` numbers or Values it returns a list of `outputs` Values, or the Value itself if
    there is one.

    >>> layer = Layer(3, 2, "softmax", init=0.0)
    >>> layer([1.0, 2.0, 3.0])
    [Value(0.5), Value(0.5)]
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: str = "relu",
        *,
        bias: bool = True,
        init: Initialisation = "uniform",
        seed: Seed = None,
        expanded: bool = False,
        name: str = "",
    ) -> None:
        inputs, outputs = checked_sizes(inputs, [outputs])
        name = _checked_name(name)
        if activation_named(activation) == "softmax" and outputs == 1:
            msg = "softmax of one output is always 1; use 'sigmoid', or one output for each class"
            raise ValueError(msg)
        generator, draw = generator_of(seed), initialisation_named(init)

        def drawn(generator: random.Random, inputs: int, _: int) -> float:
            return draw(generator, inputs, outputs)

        self.activation = activation
        self.name = name
        of_each = "linear" if activation == "softmax" else activation
        self.neurons = [
            Neuron(inputs, of_each, bias=bias, init=drawn, seed=generator) for _ in range(outputs)
        ]
        frame = Frame("layer", name)
        self.own = Operations(frame)
        for unit, neuron in enumerate(self.neurons, 1):
            _place(neuron, name, unit, Frame("neuron", f"{unit}", frame))  # a layer knows which unit it is
        self.expand(expanded)

    def __call__(self, x: Any) -> Any:
        return _only(self.fire(_inputs(self, x)))

    def fire(self, x: list[Value]) -> list[Value]:
        """The outputs, always as a list, for a list of Values."""
        outputs = [neuron.fire(x) for neuron in self.neurons]  # the inputs are checked
        return normalized(outputs, self.own) if self.activation == "softmax" else outputs

    @property
    def inputs(self) -> int:
        return self.neurons[0].inputs

    def configuration(self) -> dict[str, Any]:
        own = {"outputs": len(self.neurons), "activation": self.activation, "name": self.name}
        return self.neurons[0].configuration() | own

    def __repr__(self) -> str:
        return f"Layer({self.inputs}, {len(self.neurons)}, {self.activation!r})"


class MLP(Module):
    """A multi-layer perceptron: layers, each reading the outputs of the one before.

    inputs: how many. outputs: the number of units of every layer, the last one's included.
    activation: a name for all layers but the last, which is then linear; or a list, one for each layer.
    dropout: the probability p of a `Dropout` behind every layer but the last, 0.0 for none.
    name: put before the layer's number in the labels of the parameters, to tell two networks apart.
    Everything else is as for a Layer; one generator draws all weights, layer by layer.

    Called with `inputs` numbers or Values it returns a list of Values, or the Value itself if the last
    layer has one unit. For people who come from micrograd: MLP(2, [16, 16, 1]) is theirs.

    >>> model = MLP(2, [3, 2], activation=["relu", "softmax"], seed=1)
    >>> [round(sum(model(x)).data, 12) for x in ([0.0, 1.0], [1.0, 0.0])]
    [1.0, 1.0]
    """

    def __init__(
        self,
        inputs: int,
        outputs: Sequence[int],
        *,
        activation: str | Sequence[str] = "relu",
        bias: bool = True,
        init: Initialisation = "uniform",
        dropout: float = 0.0,
        seed: Seed = None,
        expanded: bool = False,
        name: str = "",
    ) -> None:
        if not isinstance(outputs, list | tuple) or not outputs:
            msg = f"an MLP needs a list with the units of each layer, got {shown(outputs)}; write MLP(2, [16, 1])"
            raise TypeError(msg)
        inputs, *outputs = checked_sizes(inputs, outputs)
        names: Sequence[Any] = activation
        if not is_sequence(activation):
            names = [activation] * (len(outputs) - 1) + ["linear"]
        if len(names) != len(outputs):
            msg = (
                f"{len(outputs)} layers need {len(outputs)} activations, got {len(names)}:"
                f" {shown(activation)}; name one for each layer, or a single one for the hidden layers"
            )
            raise ValueError(msg)
        generator = generator_of(seed)
        dropout = _probability(dropout)
        self.name = _checked_name(name)
        self.layers = [
            Layer(before, after, act, bias=bias, init=init, seed=generator, name=f"{name}{number}")
            for number, (before, after, act) in enumerate(zip([inputs, *outputs], outputs, names), 1)
        ]
        # A generator of its own, so that drawing masks never changes what else is drawn.
        self.dropout = Dropout(dropout, seed=int(generator.random() * 2**53)) if dropout else None
        self.expand(expanded)

    def __call__(self, x: Any) -> Any:
        outputs = _inputs(self, x)
        for layer in self.layers[:-1]:
            outputs = layer.fire(outputs)  # sizes fit by construction
            if self.dropout is not None:
                outputs = self.dropout(outputs)
        return _only(self.layers[-1].fire(outputs))

    @property
    def inputs(self) -> int:
        return self.layers[0].inputs

    def configuration(self) -> dict[str, Any]:
        return {
            "inputs": self.inputs,
            "outputs": [len(layer.neurons) for layer in self.layers],
            "activation": [layer.activation for layer in self.layers],
            "bias": self.layers[0].neurons[0].b is not None,
            "dropout": self.dropout.p if self.dropout else 0.0,
            "name": self.name,
        }

    def __repr__(self) -> str:
        sizes = [len(layer.neurons) for layer in self.layers]
        return f"MLP({self.inputs}, {sizes}, activation={[layer.activation for layer in self.layers]})"


class Dropout(Module):
    """In training every value becomes 0 with probability p; after `eval()` all pass as they are.

    p: in [0, 1). seed: as for a Neuron; the generator is this module's own. rescale: divide what is
    kept by 1 - p, so that the expected value does not change; False as in the lecture.

    Called with a list it returns a list, called with one Value a Value. Compiled, each call draws anew from the
    module's generator, for one example after the other: with the same generator the numbers are those of
    `[model(x) for x in X]`.

    Raises ValueError if p is outside [0, 1), TypeError if it is no number.
    Source: Srivastava et al., Dropout, Journal of Machine Learning Research 15 (2014).

    >>> dropout = Dropout(0.5, seed=3)
    >>> dropout([Value(1.0), Value(2.0), Value(3.0)])
    [Value(0.0), Value(4.0), Value(0.0)]
    >>> dropout.eval()([Value(1.0)])
    [Value(1.0)]
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None, rescale: bool = True) -> None:
        self.p = _probability(p)
        self.rescale = flag(rescale, "rescale")
        self.generator = generator_of(seed)
        self.own = Operations(Frame("dropout"))

    def __call__(self, x: Any) -> Any:
        if not self.training:
            return x
        if isinstance(x, Value):
            return self([x])[0]
        require(is_sequence(x), f"{self!r} takes a Value or a list of them", x)
        kept = 1.0 / (1.0 - self.p) if self.rescale else 1.0
        numbers = [each if isinstance(each, Value) else as_float(each) for each in x]
        trace, generator = recording.trace(), self.generator
        draws = [trace.drawn(generator) if trace else generator.random() for _ in numbers]
        times = self.own[MUL]
        return [times(each, values.where(u >= self.p, kept, 0.0)) for each, u in zip(numbers, draws)]

    def configuration(self) -> dict[str, Any]:
        return {"p": self.p, "rescale": self.rescale}

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


def activation_named(name: str) -> str:
    """The name, if it is "linear", "softmax" or a primitive of one input; else ValueError."""
    unary = [rule.name for rule in RULES.values() if rule.arity == 1]
    return choose("activation", name, ["linear", "softmax", *unary])


@cache
def rule_of(activation: str) -> Rule | None:
    """The primitive of that name; None for "linear", which changes nothing."""
    return None if activation_named(activation) == "linear" else RULES[activation]


def _place(neuron: Neuron, layer: str, unit: int | None, frame: Frame) -> None:
    """Label the parameters as the lectures do, and let the nodes carry this frame from now on."""
    neuron.own = Operations(frame)
    row = "" if unit is None else f"{unit},"
    for i, w in enumerate(neuron.w, 1):
        w.label = f"w{layer}[{row}{i}]"
    if neuron.b is not None:
        neuron.b.label = f"b{layer}" if unit is None else f"b{layer}[{unit}]"


def _checked_name(name: str) -> str:
    require(isinstance(name, str), "the name of a network must be text", name)
    return name


def _probability(p: float) -> float:
    return real(p, "dropout needs the part p that is dropped, 0 <= p < 1", lambda p: 0.0 <= p < 1.0)


def _inputs(module: Neuron | Layer | MLP, x: Any) -> list[Value]:
    """One example as Values, as many as the module reads."""
    is_unordered = isinstance(x, str | bytes | set | frozenset | dict)
    require(not is_unordered, f"{module!r} takes a list of numbers or Values", x)
    try:
        given = list(x)
    except TypeError:  # a number, or a Value
        given = [x]
    if any(map(is_sequence, given)):
        msg = f"{module!r} takes one example at a time, got nested lists; write [model(x) for x in X]"
        raise TypeError(msg)
    if len(given) != module.inputs:
        raise _wrong_count(module, given)
    return [each if isinstance(each, Value) else Value(each, f"x[{i}]") for i, each in enumerate(given, 1)]


def _wrong_count(module: Neuron | Layer | MLP, given: Any) -> ValueError:
    got = f"{len(given)}: {shown(given)}" if is_sequence(given) else shown(given)
    return ValueError(f"{module!r} takes {module.inputs} inputs, got {got}")


def _only(outputs: list[Value]) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs
