"""Module: what has parameters, and the names, numbers and files of them.

A parameter is every leaf Value among the attributes of a module, also inside lists, tuples, dicts and
other modules. Its name is what you would write behind `model.` to reach it, such as
`layers[0].neurons[2].w[1]`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from reprlib import repr as shortened
from typing import TYPE_CHECKING

from autograd_mini.engine import budget
from autograd_mini.engine.interop import flag
from autograd_mini.engine.value import Value
from autograd_mini.errors import require
from autograd_mini.nn import saving
from autograd_mini.words.visible import visible

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any, Self, TypeVar

    M = TypeVar("M", bound="Module")


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
        """The module itself, now with Dropout at work."""
        return self._set("training", mode)

    def eval(self) -> Self:
        """The module itself, now with Dropout at rest."""
        return self.train(mode=False)

    def expand(self, mode: bool = True) -> Self:
        """The module itself, now writing every product and sum of a neuron as a node of its own.

        The numbers are those of the single `dot` node, which is what training uses.
        """
        return self._set("expanded", mode)

    def _set(self, attribute: str, mode: bool) -> Self:
        on = flag(mode, attribute)
        for _, module in self.named_modules():
            setattr(module, attribute, on)
        return self

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter by its name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Give every parameter the number that stands under its name.

        Raises ValueError if a name is missing or unknown or a number is not finite; nothing changes then.
        """
        require(isinstance(state, Mapping), "a state is a dict of numbers by name", state)
        named = dict(self.named_parameters())
        for problem, names in (("misses", named.keys() - state.keys()), ("has", state.keys() - named.keys())):
            if names:
                expected = f"{len(named)} parameters were expected and {len(state)} given"
                msg = f"the state {problem} {_some(names)}: {expected}; build the model with the same sizes"
                raise ValueError(msg)
        _check_numbers(state)
        for name, parameter in named.items():
            parameter.data = float(state[name])

    def configuration(self) -> dict[str, Any]:
        """The arguments that build this module again, apart from its numbers; for `save`."""
        return {}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """The path of a JSON file that now holds this module: sizes, modes, and numbers to the last bit.

        The file is written whole or not at all. A module of your own needs `configuration()`, unless it
        is built without arguments. The modes are those that `train()`, `eval()` and `expand()` set.

        Raises ValueError if a parameter is nan or inf, OSError if the file cannot be written.
        """
        parts = self.named_modules()
        modes: dict[str, bool | list[str]] = {}
        for mode in saving.MODES:
            on = [name for name, module in parts if getattr(module, mode)]
            modes[mode] = on if 0 < len(on) < len(parts) else bool(on)
        contents = saving.Contents(self.configuration(), modes, self.state_dict())
        return saving.save(path, type(self).__name__, contents)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """The module that `save` wrote.

        The file is read as data: it is built by this class, from the configuration in the file, and may
        make about as many Values as the file has numbers, not more.

        Raises ValueError if the file is damaged, of another version, of another class or of sizes that
        do not fit its numbers, OSError if it cannot be read.
        """
        configuration, modes, state = saving.load(path, cls.__name__)
        try:
            _check_numbers(state)
            module = _built(cls, configuration, len(state))
            module.load_state_dict(state)
            _set_modes(module, modes)
        except ValueError as error:
            msg = f"cannot load {visible(str(path))}: {error}"
            raise ValueError(msg) from error
        return module


def _built(cls: type[M], configuration: dict[str, Any], held: int) -> M:
    """The module of a configuration from a file that holds so many parameters.

    Raises ValueError if it cannot be built, or not with twice as many Values and a thousand more, which
    a constructor may make on the way, or if what is built says something else of itself.
    """
    try:
        with budget.at_most(2 * held + 1000):
            module = cls(**configuration)
        says = json.loads(json.dumps(module.configuration()))
    except Exception as error:  # a constructor that meets what it was not written for may raise anything
        why = f"its configuration builds no {cls.__name__} with its {held} parameters"
        msg = f"{why} ({type(error).__name__}: {error}); save the model again"
        raise ValueError(msg) from error
    for name, given in configuration.items():
        if says.get(name, given) != given:
            found = f"its configuration says {name}={shortened(given)}, which builds {name}={shortened(says[name])}"
            msg = f"{found}; save the model again"
            raise ValueError(msg)
    return module


def _set_modes(module: Module, modes: dict[str, Any]) -> None:
    """Set the modes of a module, and of those inside, that are in a file."""
    parts = dict(module.named_modules())
    for mode, on in modes.items():
        names = {True: [*parts], False: []}[on] if isinstance(on, bool) else on
        if mode not in saving.MODES or not isinstance(names, list):
            msg = f"it has the mode {shortened(mode)}: {shortened(on)}; save the model again"
            raise ValueError(msg)
        if unknown := [name for name in names if not isinstance(name, str) or name not in parts]:
            msg = f"the mode {mode} names {shortened(unknown[0])}, no module of this model; save the model again"
            raise ValueError(msg)
        chosen = set(names)
        for name, part in parts.items():
            setattr(part, mode, name in chosen)


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


# Checks and messages


def _check_numbers(state: Mapping[str, float]) -> None:
    """Raise ValueError unless every number is finite."""
    for name, number in state.items():
        if not isinstance(number, float | int) or isinstance(number, bool) or not _is_finite(number):
            msg = f"the state has {shortened(number)} for {shortened(name)}; expected a finite number"
            raise ValueError(msg)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an int that no float can hold
        return False


def _some(names: Iterable[str]) -> str:
    """The first of many names."""
    first, *others = sorted(names)
    return f"{first} and {len(others)} others" if others else first
