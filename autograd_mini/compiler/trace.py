"""Trace: one run of a function on one example, as a graph of rules with the decisions that led through it.

The function meets `Traced` numbers. Operations on them are recorded; a comparison gives a traced truth, and where
the program asks whether it is true (`if`, `while`, `max`) the answer of this example becomes a guard: another
example is on this path only if it answers all guards alike. What the function takes from outside, leaf Values,
are parameters.
"""

from __future__ import annotations

import linecache
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from autograd_mini.derivatives.tracers import Tracer
from autograd_mini.derivatives.transforms import named_outputs
from autograd_mini.engine import recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.collector import collector_at_rest
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float, is_number
from autograd_mini.engine.operations import call, install_operators
from autograd_mini.engine.rule import Rule
from autograd_mini.engine.value import Value
from autograd_mini.errors import CompileError, UnboundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

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
    """Where in a program something was done; the line is looked up when somebody asks, as it takes long."""

    code: CodeType
    instruction: int

    @property
    def line(self) -> int:
        lines = [
            line for start, end, line in self.code.co_lines() if start <= self.instruction < end and line
        ]
        return lines[0] if lines else self.code.co_firstlineno

    @property
    def text(self) -> str:
        """The line as it is written, with its number; empty where there is no source."""
        text = linecache.getline(self.code.co_filename, self.line).strip()
        return f"line {self.line}, `{text}`," if text else ""

    def __str__(self) -> str:
        return f"line {self.line} of {self.code.co_filename}"


def _asks(rule: Rule, *, swapped: bool = False) -> Any:
    """The comparison as an operator; an array is asked instead, with each of its entries."""

    def comparison(self: Traced, other: Any) -> Any:
        if not isinstance(other, Value) and not is_number(other):
            return NotImplemented
        return self.trace.record(rule, (other, self) if swapped else (self, other))

    return comparison


class Traced(Tracer):
    """A number of a trace. `example` is what it is for the example that is run, and nobody else's business."""

    __slots__ = ("example", "place", "trace")
    arguments: Sequence[Traced | float]
    parents: tuple[Traced, ...]
    example: float
    place: Place
    trace: Trace
    leaf: tuple[str, Any] | None = None  # what it is, if nothing made it
    is_open = True
    is_cut = False  # whether no derivative passes, since it was made under no_grad

    def __init__(
        self, trace: Trace, example: float, rule: Rule | None, arguments: Sequence[Traced | float]
    ) -> None:
        self.trace = trace
        self.level = trace.level
        self.example = example
        self.rule = rule
        self.arguments = arguments
        self.label = ""
        # Of two traced numbers, the commonest case, the arguments are the parents.
        if len(arguments) == 2 and arguments[0].__class__ is not float is not arguments[1].__class__:
            self.parents = arguments  # type: ignore[assignment]
        else:
            self.parents = tuple([x for x in arguments if x.__class__ is not float])  # type: ignore[misc]

    @property
    def primal(self) -> Any:  # whoever asks gets an error
        self.trace.refuse(self)

    @primal.setter
    def primal(self, number: Any) -> None:  # noqa: ARG002
        self.trace.forbid("sets the number of a Value")

    data = partials = primal

    @property
    def is_data(self) -> bool:  # type: ignore[override]
        """Whether it is made of inputs alone: outside a trace it would be a plain number."""
        return all(x.leaf is None or x.leaf[0] == "input" for x in toposort(self))

    def apply(self, rule: Rule, arguments: Sequence[Number]) -> Any:
        return self.trace.record(rule, arguments)

    def forget(self) -> None:
        self.__class__ = Cut

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
        return (
            f"Traced({self.example!r}, label={self.label!r})" if self.label else f"Traced({self.example!r})"
        )


class Cut(Traced):
    """A number that no derivative passes."""

    __slots__ = ()
    is_cut = True


class Leaf(Traced):
    """A number that nothing made: ("input", j), ("parameter", Value) or ("noise", generator)."""

    __slots__ = ("leaf",)

    def __init__(self, trace: Trace, example: float, kind: str, what: Any, label: str = "") -> None:
        super().__init__(trace, example, None, ())
        self.leaf = (kind, what)
        self.label = label


def _unary(rule: Rule) -> Callable[[Any], Any]:
    forward = rule.forward

    def operation(self: Traced) -> Any:
        trace = self.trace
        if recording.trace_alone() is trace:
            return trace.made(rule, (self,), forward(floats, self.example))
        return call(rule, (self,))

    return operation


def _binary(rule: Rule) -> Callable[[Any, Any], Any]:
    forward = rule.forward

    def operation(self: Any, other: Any) -> Any:
        trace: Trace = self.trace if isinstance(self, Traced) else other.trace
        if recording.trace_alone() is trace:
            a = self.example if isinstance(self, Traced) and self.trace is trace else self
            b = other.example if isinstance(other, Traced) and other.trace is trace else other
            if a.__class__ is float is b.__class__:
                return trace.made(rule, (self, other), forward(floats, a, b))
        return call(rule, (self, other))

    return operation


# What `call` does for numbers of any kind, for the commonest: a trace of 100,000 operations should not take long.
install_operators(Traced, _unary, _binary, left=lambda number: number)


class Trace:
    """What is recorded of one run, while `running`.

    guards: the traced truths that were asked for, each with its answer and the place of the question.
    parameters: the Values from outside. noise: random numbers that are drawn anew for each example.
    """

    def __init__(self, name: str, draws: Sequence[float] = ()) -> None:
        self.name = name
        self.draws = draws  # the random numbers of the example, as far as they are known
        self.level = 0.0
        self.guards: list[tuple[Traced, bool, Place]] = []
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
        with collector_at_rest(), recording.one_level_up() as (self.level, _), recording.traced_by(self):
            self.inputs = [Leaf(self, x, "input", j) for j, x in enumerate(examples)]
            args, kwargs = shape(self.inputs)
            result = function(*args, **kwargs)
            if self.refused:
                raise self.refused
            return result, [self.captured(x) for x in named_outputs(function, result)[0]]

    def made(self, rule: Rule, arguments: Sequence[Traced | float], z: float) -> Traced:
        """A new node, with the place of the user's code that made it."""
        node = Traced(self, z, rule, arguments)
        node.place = place_of_the_user()
        return node

    def record(self, rule: Rule, arguments: Sequence[Any]) -> Any:
        """The traced number that a rule makes of numbers; a float if all of them are."""
        taken = [self.captured(x) for x in arguments]
        z = rule.forward(floats, *[x.example if isinstance(x, Traced) else x for x in taken])
        if not any(isinstance(x, Traced) for x in taken):
            return z
        return recording.finish(self.made(rule, tuple(taken), float(z)))

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
        self.parameters[node] = traced = Leaf(self, node.primal, "parameter", node, node.label)
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
        noise = Leaf(self, self.draws[k] if k < len(self.draws) else 0.5, "noise", generator)
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
        return str(place_of_the_user())


class _Packaged(dict[str, bool]):
    """For each file whether it is of a package, Python's own and those that are installed included."""

    def __missing__(self, file: str) -> bool:
        self[file] = file.startswith(PACKAGES) or "site-packages" in file
        return self[file]


_packaged = _Packaged()


def place_of_the_user() -> Place:
    """The line outside all packages that is being run."""
    frame = sys._getframe(1)  # noqa: SLF001  # as warnings.warn does
    while frame.f_back is not None and _packaged[frame.f_code.co_filename]:
        frame = frame.f_back
    return Place(frame.f_code, frame.f_lasti)
