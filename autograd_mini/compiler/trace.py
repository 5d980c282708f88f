"""Trace: one run of a function on one example, as a graph of rules with the decisions that led through it.

The function meets `Traced` numbers. Operations on them are recorded; a comparison gives a traced truth, and where
the program asks whether it is true (`if`, `while`, `max`) the answer of this example becomes a guard: another
example is on this path only if it answers all guards alike. What the function takes from outside, leaf Values,
are parameters.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from autograd_mini.derivatives.tracers import Tracer
from autograd_mini.derivatives.transforms import named_outputs
from autograd_mini.engine import recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float, is_number
from autograd_mini.engine.rule import Rule
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, UnboundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    Number = Value | float

# Where code comes from that is not the user's: the package, what it prints, Python, installed packages.
PACKAGES = (
    str(Path(__file__).parents[1]) + os.sep,
    "<autograd_mini",
    str(Path(os.__file__).parent) + os.sep,
    "<frozen",
)
MOST_GUARDS = 10_000  # on one path


def _truth(name: str, compare: Callable[[Any, Any, Any], Any]) -> Rule:
    """A rule for a comparison, which gives 1.0 or 0.0 and has no derivative."""
    return Rule(name, compare, lambda xp, z, x, y: (0.0, 0.0), choice=True)


LESS = _truth("less", lambda xp, x, y: x < y)
LESS_EQUAL = _truth("less_equal", lambda xp, x, y: x <= y)
EQUAL = _truth("equal", lambda xp, x, y: xp.equal(x, y))
UNEQUAL = _truth("unequal", lambda xp, x, y: xp.where(xp.equal(x, y), 0.0, 1.0))
BOTH = _truth("both", lambda xp, x, y: xp.where(x, xp.where(y, 1.0, 0.0), 0.0))
EITHER = _truth("either", lambda xp, x, y: xp.where(x, 1.0, xp.where(y, 1.0, 0.0)))


class Place(NamedTuple):
    """Where in a program something was done."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line} of {self.file}"


def _asks(rule: Rule, *, swapped: bool = False) -> Any:
    """The comparison as an operator; an array is asked instead, with each of its entries."""

    def comparison(self: Traced, other: Any) -> Any:
        if not isinstance(other, Value) and not is_number(other):
            return NotImplemented
        return self.trace.record(rule, (other, self) if swapped else (self, other))

    return comparison


class Traced(Tracer):
    """A number of a trace. `example` is what it is for the example that is run, and nobody else's business.

    leaf: what it is, if nothing made it: ("input", j), ("parameter", Value) or ("noise", generator).
    is_cut: whether no derivative passes, since it was made under no_grad.
    """

    __slots__ = ("example", "is_cut", "leaf", "place", "trace")
    arguments: Sequence[Traced | float]
    parents: tuple[Traced, ...]
    example: float
    is_cut: bool
    leaf: tuple[str, Any] | None
    place: Place | None
    trace: Trace
    is_open = True

    def __init__(self, trace: Trace, example: float) -> None:
        self.trace = trace
        self.level = trace.level
        self.example = example
        self.adjoint = self.rule = self.leaf = self.place = None
        self.label = ""
        self.parents = self.arguments = ()
        self.is_cut = False

    @property
    def primal(self) -> Any:  # whoever asks gets an error
        self.trace.refuse(self)

    @primal.setter
    def primal(self, number: Any) -> None:  # noqa: ARG002
        self.trace.forbid("sets the number of a Value")

    data = partials = primal

    def apply(self, rule: Rule, arguments: Sequence[Number]) -> Any:
        return self.trace.record(rule, arguments)

    def forget(self) -> None:
        self.is_cut = True

    __hash__ = Value.__hash__

    __eq__ = _asks(EQUAL)
    __ne__ = _asks(UNEQUAL)
    __lt__ = _asks(LESS)
    __le__ = _asks(LESS_EQUAL)
    __gt__ = _asks(LESS, swapped=True)
    __ge__ = _asks(LESS_EQUAL, swapped=True)

    def __and__(self, other: Any) -> Any:
        return self.trace.record(BOTH, (self, other))

    def __or__(self, other: Any) -> Any:
        return self.trace.record(EITHER, (self, other))

    def __xor__(self, other: Any) -> Any:
        return self.trace.record(UNEQUAL, (self, other))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __bool__(self) -> bool:
        return self.trace.decided(self)

    def __float__(self) -> NoReturn:
        self.trace.refuse(self)

    __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __index__ = __float__

    def __round__(self, digits: int | None = None) -> NoReturn:
        self.trace.refuse(self)

    def __format__(self, specification: str) -> str:
        return self.__float__() if specification else repr(self)

    def __repr__(self) -> str:
        return f"Traced({self.label!r})" if self.label else "Traced()"


class Trace:
    """What is recorded of one run, while `running`.

    guards: the traced truths that were asked for, each with its answer and the place of the question.
    parameters: the Values from outside. noise: random numbers that are drawn anew for each example.
    """

    def __init__(self, name: str, draws: Sequence[float] = ()) -> None:
        self.name = name
        self.draws = draws  # the random numbers of the example, as far as they are known
        self.level = 0.0
        self.guards: list[tuple[Traced, bool, Place | None]] = []
        self.inputs: list[Traced] = []
        self.parameters: dict[Value, Traced] = {}
        self.noise: list[Traced] = []
        self.refused: CompileError | None = None
        self._taken: dict[Value, Traced | float] = {}
        self._answers: dict[Any, bool] = {}

    def run(
        self, function: Callable[..., Any], examples: Sequence[float], shape: Callable[..., Any]
    ) -> tuple[Any, list[Traced | float]]:
        """What the function returns for an example, whose numbers `shape` puts into the arguments; and its numbers."""
        with recording.one_level_up() as (self.level, _), recording.traced_by(self):
            self.inputs = [self.leaf("input", j, x) for j, x in enumerate(examples)]
            args, kwargs = shape(self.inputs)
            result = function(*args, **kwargs)
            if self.refused:
                raise self.refused
            return result, [self.captured(x) for x in named_outputs(function, result)[0]]

    def leaf(self, kind: str, what: Any, example: float) -> Traced:
        """A traced number that nothing made."""
        traced = Traced(self, example)
        traced.leaf = (kind, what)
        return traced

    def record(self, rule: Rule, arguments: Sequence[Any]) -> Any:
        """The traced number that a rule makes of numbers; a float if all of them are."""
        taken = [self.captured(x) for x in arguments]
        numbers = [x.example if isinstance(x, Traced) else x for x in taken]
        z = rule.forward(floats, *numbers)
        parents = tuple([x for x in taken if isinstance(x, Traced)])
        if not parents:
            return z
        node = Traced(self, float(z))
        node.rule = rule
        node.arguments = taken
        node.parents = parents
        node.place = place_of_the_user()
        return recording.finish(node)

    def captured(self, x: Any) -> Traced | float:
        """A number as the trace records it: a traced one, or a float."""
        if x.__class__ is float:
            return x
        if isinstance(x, Traced):
            if x.trace is not self or self.level not in recording.tapes:
                msg = (
                    f"a number from inside a finished call of {x.trace.name}, which is compiled, was kept and used"
                    " again; return it from the function instead"
                )
                raise CompileError(msg)
            return x
        if not isinstance(x, Value):
            return as_float(x)
        if x.level:
            if x.level > self.level:  # of a transform inside: a comparison looks below it
                return self.captured(x.primal)
            msg = (
                f"{self.name} is compiled and uses a number of an enclosing transform (grad, jvp, ...);"
                " compile the whole: compile(grad(f)), not grad(compile(f))"
            )
            raise CompileError(msg)
        if x not in self._taken:
            for node in toposort(x):
                if node not in self._taken:
                    self._taken[node] = self._adopted(node)
        return self._taken[x]

    def _adopted(self, node: Value) -> Any:
        """What stands for a node of a graph from outside, whose inputs are taken already."""
        if node.rule is not None:
            return self.record(node.rule, [self._taken[parent] for parent in node.parents])
        if node.primal is None:
            raise UnboundError(node)
        if node.is_constant:
            return node.primal
        traced = self.parameters[node] = self.leaf("parameter", node, node.primal)
        traced.label = node.label
        return traced

    def decided(self, x: Traced) -> bool:
        """Whether it is true for this example, which all other examples on this path must answer alike."""
        key = (x.rule, *[str(y) if y.__class__ is float else id(y) for y in x.arguments]) if x.rule else id(x)
        if key not in self._answers:
            if len(self.guards) == MOST_GUARDS:
                msg = f"{self._here()} has been asked {MOST_GUARDS:,} times for one example; write where(...) in place of if"
                raise CompileError(msg)
            self._answers[key] = x.example != 0.0
            self.guards.append((x, x.example != 0.0, place_of_the_user()))
        return self._answers[key]

    def drawn(self, generator: Any) -> Traced:
        """A number between 0 and 1, which the generator gives for each example in each call."""
        k = len(self.noise)
        noise = self.leaf("noise", generator, self.draws[k] if k < len(self.draws) else 0.5)
        self.noise.append(noise)
        return noise

    def refuse(self, x: Value) -> NoReturn:
        """Raise CompileError: the number of a Value was asked for, and it is another one in each run."""
        named = f"the number of {x.label}" if x.label else "a plain number"
        msg = (
            f"{self._here()} asks for {named} (by .data, float() or the like) while {self.name} is compiled, which"
            " would keep that of one example for all; compute with the Values themselves, and return what you want"
        )
        raise self._refused(msg)

    def forbid(self, deed: str) -> NoReturn:
        """Raise CompileError: the program does what would happen when it is traced, and never again."""
        msg = (
            f"{self._here()} {deed} while {self.name} is compiled, which would happen once and not in each call;"
            " do it outside the function"
        )
        raise self._refused(msg)

    def _refused(self, message: str) -> CompileError:
        """The error, kept: a function that goes on after it would be another one than without the trace."""
        self.refused = CompileError(message)
        return self.refused

    def _here(self) -> str:
        place = place_of_the_user()
        return str(place) if place else self.name


@lru_cache(maxsize=4096)
def _is_of_package(file: str) -> bool:
    return file.startswith(PACKAGES) or "site-packages" in file


def place_of_the_user() -> Place | None:
    """The line outside all packages that is being run."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001  # as warnings.warn does
    while frame is not None and _is_of_package(frame.f_code.co_filename):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno) if frame else None
