"""Neurons, layers and networks: modules, whose parameters are plain leaf Values.

A neuron is act(w · x + b), a layer is neurons that read the same inputs, and an MLP is layers one after
the other. A module is called with one example; a batch is `[model(x) for x in X]`.

What is a parameter? Every leaf Value among the attributes of a module, also inside lists, tuples, dicts
and other modules. Its name is what you would write behind `model.` to reach it, such as
`layers[0].neurons[2].w[1]`. Its label, seen in pictures, is that of the lectures and counts from 1:
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

import itertools
import json
import math
import random
import re
from difflib import get_close_matches
from functools import cache
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from autograd_mini.files import write_whole
from autograd_mini.functions import dot, function, softmax
from autograd_mini.rules import RULES
from autograd_mini.value import Value

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Seed = int | random.Random | None
    Initialisation = str | float | Callable[[random.Random, int, int], float]

FORMAT = "autograd-mini model"
VERSION = 1


class Module:
    """What has parameters. A subclass puts Values and modules in its attributes and defines `__call__`.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.a, self.b = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.a * x + self.b
    >>> Line().named_parameters()
    [('a', Value(2.0)), ('b', Value(1.0))]
    """

    training = True
    expanded = False

    def named_modules(self) -> list[tuple[str, Module]]:
        """(name, module) for this module, whose name is empty, and every module inside."""
        return [(name, part) for name, part in _parts(self, "", set()) if isinstance(part, Module)]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """(name, Value) for every parameter, each once, in the order the attributes were set."""
        return [(name, part) for name, part in _parts(self, "", set()) if isinstance(part, Value)]

    def parameters(self) -> list[Value]:
        """The parameters, in the order of `named_parameters()`."""
        return [parameter for _, parameter in self.named_parameters()]

    def weights(self) -> list[Value]:
        """The parameters that are not biases, those called `b` or `b[...]`: what a penalty acts on."""
        named = self.named_parameters()
        return [parameter for name, parameter in named if not re.search(r"(^|\.)b(\[|$)", name)]

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter: it reads 0.0."""
        for parameter in self.parameters():
            parameter.adjoint = None

    def train(self, mode: bool = True) -> Self:
        """This module, now with Dropout at work."""
        return self._set("training", mode)

    def eval(self) -> Self:
        """This module, now with Dropout at rest."""
        return self.train(mode=False)

    def expand(self, mode: bool = True) -> Self:
        """This module, now writing every product and sum of a neuron as a node of its own.

        The numbers are those of the single `dot` node, which is what training uses.
        """
        return self._set("expanded", mode)

    def _set(self, attribute: str, mode: bool) -> Self:
        for _, module in self.named_modules():
            setattr(module, attribute, mode)
        return self

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter by its name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Give every parameter the number that stands under its name.

        Raises ValueError if a name is missing or unknown or a number is not finite; nothing changes then.
        """
        named = dict(self.named_parameters())
        for problem, names in (("misses", named.keys() - state.keys()), ("has", state.keys() - named.keys())):
            if names:
                expected = f"{len(named)} parameters were expected and {len(state)} given"
                msg = f"the state {problem} {_some(names)}: {expected}; build the model with the same sizes"
                raise ValueError(msg)
        for name, number in state.items():
            if not isinstance(number, float | int) or isinstance(number, bool) or not _is_finite(number):
                msg = f"the state has {number!r} for {name}; expected a finite number"
                raise ValueError(msg)
        for name, parameter in named.items():
            parameter.data = float(state[name])

    def configuration(self) -> dict[str, Any]:
        """The arguments that build this module again, apart from its numbers; for `save`."""
        return {}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """The path of a JSON file that now holds this module: sizes and numbers, to the last bit.

        The file is written whole or not at all. A module of your own needs `configuration()`, unless it
        is built without arguments.

        Raises ValueError if a parameter is nan or inf, OSError if the file cannot be written.
        """
        state = self.state_dict()
        broken = [name for name, number in state.items() if not math.isfinite(number)]
        if broken:
            msg = (
                f"cannot save {path}: {broken[0]} is {state[broken[0]]}; train again with a smaller"
                " learning rate, or load an older file"
            )
            raise ValueError(msg)
        saved = {
            "format": FORMAT,
            "version": VERSION,
            "class": type(self).__name__,
            "configuration": self.configuration(),
            "parameters": state,
        }
        return write_whole(path, json.dumps(saved, indent=1, allow_nan=False) + "\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The module that `save` wrote.

        Raises ValueError if the file is damaged, of another version, of another class or of sizes that
        do not fit its numbers, OSError if it cannot be read.
        """
        saved = _read(path)
        if saved["class"] != cls.__name__:
            msg = f"cannot load {path}: it holds a {saved['class']}, not a {cls.__name__}; use the class it names"
            raise ValueError(msg)
        configuration, state = saved["configuration"], saved["parameters"]
        try:
            if "inputs" in configuration:  # counted first: a wrong file must not make us build a giant
                _check_count(configuration, len(state))
            module = cls(**configuration)
            module.load_state_dict(state)
        except (TypeError, ValueError) as error:
            msg = f"cannot load {path}: {error}"
            raise ValueError(msg) from error
        return module


class Neuron(Module):
    """act(w · x + b): a weight for every input, a bias, and an activation.

    inputs: how many, 1 or more. activation: "linear" or any primitive of one input ("relu", "tanh",
    "sigmoid", ...). bias: False for none. init: "uniform" (between -1 and 1), "xavier", "he", "zeros",
    a number for all weights, or a function (generator, inputs, outputs) -> float. Biases begin at 0.
    seed: an int, a random.Random, or None for other numbers every time. expanded: see `Module.expand`.

    The same seed gives the same numbers on every platform: only `Random.random()`, which Python promises
    never to change, and exactly rounded arithmetic are used.

    Called with `inputs` numbers or Values (one may stand alone), it returns a Value. Numbers become
    leaves labelled x[1], x[2], ..., so that pictures show their gradients too.

    Raises ValueError for a size below 1 and for an unknown name.
    Source of xavier: Glorot and Bengio (2010), U(±√(6 / (inputs + outputs))); of he: He et al. (2015),
    U(±√(6 / inputs)).

    >>> neuron = Neuron(2, "tanh", init=0.5)
    >>> neuron([1.0, -1.0])
    Value(0.0)
    """

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
        _check_size(inputs, "inputs")
        if activation == "softmax":
            msg = "softmax needs all units of a layer; use Layer(..., activation='softmax')"
            raise ValueError(msg)
        activation_named(activation)
        generator, draw = _generator(seed), _initialisation(init)
        self.activation = activation
        self.w = [Value(draw(generator, inputs, 1)) for _ in range(inputs)]
        self.b = Value(0.0) if bias else None
        self._label("", None)
        self.expand(expanded)

    def __call__(self, x: Any) -> Value:
        return self._fire(_inputs(self, x))

    def _fire(self, x: list[Value]) -> Value:
        if self.expanded:
            products = [w * each for w, each in zip(self.w, x, strict=True)]
            score = sum(products[1:], products[0])
        else:
            score = dot(self.w, x)
        if self.b is not None:
            score = score + self.b
        return activation_named(self.activation)(score)  # type: ignore[no-any-return]

    def _label(self, layer: str, unit: int | None) -> None:
        """Label the parameters as the lectures do."""
        row = "" if unit is None else f"{unit},"
        for i, w in enumerate(self.w, 1):
            w.label = f"w{layer}[{row}{i}]"
        if self.b is not None:
            self.b.label = f"b{layer}" if unit is None else f"b{layer}[{unit}]"

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
        _check_size(inputs, "inputs")
        _check_size(outputs, "outputs")
        if activation == "softmax" and outputs == 1:
            msg = "softmax of one output is always 1; use 'sigmoid', or one output for each class"
            raise ValueError(msg)
        generator, draw = _generator(seed), _initialisation(init)

        def drawn(generator: random.Random, inputs: int, _: int) -> float:
            return draw(generator, inputs, outputs)

        self.activation = activation
        self.name = name
        of_each = "linear" if activation == "softmax" else activation
        self.neurons = [
            Neuron(inputs, of_each, bias=bias, init=drawn, seed=generator) for _ in range(outputs)
        ]
        for unit, neuron in enumerate(self.neurons, 1):
            neuron._label(name, unit)  # noqa: SLF001  # a layer knows which unit it is
        self.expand(expanded)

    def __call__(self, x: Any) -> Any:
        return _only(self._fire(_inputs(self, x)))

    def _fire(self, x: list[Value]) -> list[Value]:
        outputs = [neuron._fire(x) for neuron in self.neurons]  # noqa: SLF001  # the inputs are checked
        return softmax(outputs) if self.activation == "softmax" else outputs

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
            msg = f"an MLP needs a list with the units of each layer, got {outputs!r}; write MLP(2, [16, 1])"
            raise TypeError(msg)
        if isinstance(activation, str):
            activation = [activation] * (len(outputs) - 1) + ["linear"]
        if len(activation) != len(outputs):
            msg = (
                f"{len(outputs)} layers need {len(outputs)} activations, got {len(activation)}:"
                f" {list(activation)}; name one for each layer, or a single one for the hidden layers"
            )
            raise ValueError(msg)
        generator = _generator(seed)
        self.name = name
        self.layers = [
            Layer(before, after, act, bias=bias, init=init, seed=generator, name=f"{name}{number}")
            for number, (before, after, act) in enumerate(zip([inputs, *outputs], outputs, activation), 1)
        ]
        # A generator of its own, so that drawing masks never changes what else is drawn.
        self.dropout = Dropout(dropout, seed=int(generator.random() * 2**53)) if dropout else None
        self.expand(expanded)

    def __call__(self, x: Any) -> Any:
        outputs = _inputs(self, x)
        for layer in self.layers[:-1]:
            outputs = layer._fire(outputs)  # noqa: SLF001  # sizes fit by construction
            if self.dropout is not None:
                outputs = self.dropout(outputs)
        return _only(self.layers[-1]._fire(outputs))  # noqa: SLF001

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

    Called with a list it returns a list, called with one Value a Value.
    Raises ValueError if p is outside [0, 1).
    Source: Srivastava et al., Dropout, Journal of Machine Learning Research 15 (2014).

    >>> dropout = Dropout(0.5, seed=3)
    >>> dropout([Value(1.0), Value(2.0), Value(3.0)])
    [Value(0.0), Value(4.0), Value(0.0)]
    >>> dropout.eval()([Value(1.0)])
    [Value(1.0)]
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None, rescale: bool = True) -> None:
        if not 0.0 <= p < 1.0:
            msg = f"dropout needs a probability p with 0 <= p < 1, got {p!r}; p is the part that is dropped"
            raise ValueError(msg)
        self.p = p
        self.rescale = rescale
        self.generator = _generator(seed)

    def __call__(self, x: Any) -> Any:
        if not self.training:
            return x
        if isinstance(x, Value):
            return self([x])[0]
        kept = 1.0 / (1.0 - self.p) if self.rescale else 1.0
        return [each * (kept if self.generator.random() >= self.p else 0.0) for each in x]

    def configuration(self) -> dict[str, Any]:
        return {"p": self.p, "rescale": self.rescale}

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


def parameter_count(inputs: int, outputs: Sequence[int], bias: bool = True) -> int:
    """How many parameters MLP(inputs, outputs) has, without building it.

    >>> parameter_count(784, [100, 10])
    79510
    """
    pairs = itertools.pairwise([inputs, *outputs])
    return sum((before + bias) * after for before, after in pairs)


# Names

INITIALISATIONS: dict[str, Callable[[random.Random, int, int], float]] = {
    "uniform": lambda generator, inputs, outputs: _between(generator, 1.0),
    "xavier": lambda generator, inputs, outputs: _between(generator, math.sqrt(6.0 / (inputs + outputs))),
    "he": lambda generator, inputs, outputs: _between(generator, math.sqrt(6.0 / inputs)),
    "zeros": lambda generator, inputs, outputs: 0.0,
}


@cache
def activation_named(name: str) -> Callable[[Any], Any]:
    """The function z -> act(z); "linear" changes nothing.

    Raises ValueError for a name that no primitive of one input has.
    """
    if name == "linear":
        return lambda z: z
    unary = [rule.name for rule in RULES.values() if rule.arity == 1]
    rule = RULES[choose("activation", name, ["linear", "softmax", *unary])]
    return methodcaller(name) if hasattr(Value, name) else function(rule)  # type: ignore[no-any-return]


def choose(kind: str, name: str, known: Iterable[str]) -> str:
    """`name` if it is known; otherwise ValueError, with the nearest name or all of them."""
    known = list(known)
    if name in known:
        return name
    close = get_close_matches(str(name), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"choose one of {', '.join(known)}"
    msg = f"no {kind} is called {name!r}; {hint}"
    raise ValueError(msg)


def _initialisation(init: Initialisation) -> Callable[[random.Random, int, int], float]:
    if isinstance(init, str):
        return INITIALISATIONS[choose("initialisation", init, INITIALISATIONS)]
    return init if callable(init) else lambda generator, inputs, outputs: init


def _between(generator: random.Random, limit: float) -> float:
    return (2.0 * generator.random() - 1.0) * limit


def _generator(seed: Seed) -> random.Random:
    return seed if isinstance(seed, random.Random) else random.Random(seed)  # noqa: S311  # no secrets


# Checks and helpers


def _parts(thing: Any, name: str, seen: set[int]) -> Iterator[tuple[str, Module | Value]]:
    """(name, part) for every module and every leaf Value inside, each once."""
    if id(thing) in seen:
        return
    if isinstance(thing, Value):
        if thing.rule is None and not thing.is_constant:
            seen.add(id(thing))
            yield name, thing
    elif isinstance(thing, Module):
        seen.add(id(thing))
        yield name, thing
        for attribute, part in vars(thing).items():
            yield from _parts(part, f"{name}.{attribute}" if name else attribute, seen)
    elif isinstance(thing, list | tuple):
        for i, part in enumerate(thing):
            yield from _parts(part, f"{name}[{i}]", seen)
    elif isinstance(thing, dict):
        for key, part in thing.items():
            yield from _parts(part, f"{name}[{key!r}]", seen)


def _inputs(module: Neuron | Layer | MLP, x: Any) -> list[Value]:
    """One example as Values, as many as the module reads."""
    try:
        given = list(x)
    except TypeError:  # a number, or a Value
        given = [x]
    if any(isinstance(each, list | tuple) for each in given):
        msg = f"{module!r} takes one example at a time, got nested lists; write [model(x) for x in X]"
        raise TypeError(msg)
    if len(given) != module.inputs:
        msg = f"{module!r} takes {module.inputs} inputs, got {len(given)}: {_shown(given)}"
        raise ValueError(msg)
    return [each if isinstance(each, Value) else Value(each, f"x[{i}]") for i, each in enumerate(given, 1)]


def _only(outputs: list[Value]) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs


def _check_size(size: Any, what: str) -> None:
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        msg = f"the number of {what} must be a whole number of 1 or more, got {size!r}"
        raise ValueError(msg)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an int that no float can hold
        return False


def _shown(given: list[Any]) -> str:
    return repr(given) if len(repr(given)) < 80 else f"{repr(given)[:77]}..."


def _some(names: Iterable[str]) -> str:
    """The first of many names."""
    first, *others = sorted(names)
    return f"{first} and {len(others)} others" if others else first


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a model file, with its parts of the right kind."""
    try:
        saved = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        msg = f"cannot load {path}: it is damaged or no model file ({error}); save the model again"
        raise ValueError(msg) from error
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        msg = f"cannot load {path}: it is no model file; give one that model.save() wrote"
        raise ValueError(msg)
    if saved.get("version") != VERSION:
        msg = (
            f"cannot load {path}: it has version {saved.get('version')!r} and this package reads {VERSION};"
            " save it again with this release, or install a newer one"
        )
        raise ValueError(msg)
    for part, kind in (("class", str), ("configuration", dict), ("parameters", dict)):
        if not isinstance(saved.get(part), kind):
            msg = f"cannot load {path}: its {part!r} is missing or damaged; save the model again"
            raise ValueError(msg)
    return saved


def _check_count(configuration: dict[str, Any], given: int) -> None:
    """Raise ValueError unless a network of these sizes has `given` parameters."""
    outputs = configuration.get("outputs", 1)
    sizes = [configuration["inputs"], *(outputs if isinstance(outputs, list) else [outputs])]
    for size in sizes:
        _check_size(size, "units")
    expected = parameter_count(sizes[0], sizes[1:], bool(configuration.get("bias", True)))
    if expected != given:
        msg = f"its sizes {sizes} need {expected} parameters, but it has {given}; save the model again"
        raise ValueError(msg)
