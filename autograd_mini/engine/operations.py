"""The operators of Value, made from the table, and `call`, which applies a primitive to whatever it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from autograd_mini.engine import native, recording
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.interop import as_float, elementwise, is_array
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.engine.value import Value, _new, apply, lift
from autograd_mini.errors import NotANumberError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


_VALUES = {Value}
_power = lru_cache(maxsize=1024)(power)

if native.core:
    native.core.know(RULES, floats, _power)


@native.quick
def call(rule: Rule, arguments: Sequence[Value | float]) -> Any:
    """The rule applied: a Value if any argument is one, else a float; of arrays the array of these."""
    if set(map(type, arguments)) == _VALUES:  # nearly always, and n-ary nodes have many arguments
        return apply(rule, arguments)  # type: ignore[arg-type]
    highest = None
    for x in arguments:
        if isinstance(x, Value):
            if highest is None or x.level > highest.level:
                highest = x
        elif x.__class__ is not float and rule.arity and is_array(x):
            return elementwise(lambda *xs: call(rule, xs), arguments)
    if highest is None:
        return rule.forward(floats, *[as_float(x) for x in arguments])
    return highest.apply(rule, arguments)


class Values(Arithmetic):
    """The arithmetic of graphs: a rule read in it records Values, which can be differentiated again.

    Conditions look at the numbers of the moment, so of a choice only the branch taken is recorded.
    """

    pi = floats.pi

    def __getattr__(self, name: str) -> Any:
        if name not in RULES:
            return super().__getattr__(name)
        setattr(self, name, lambda *arguments: call(RULES[name], arguments))
        return getattr(self, name)

    @staticmethod
    def sum(xs: Sequence[Any]) -> Any:
        return call(RULES["sum"], xs)

    @staticmethod
    def dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
        return call(RULES["dot"], [*xs, *ys])

    @staticmethod
    def pow(x: Any, y: Any) -> Any:
        return x**y if isinstance(x, Value) or isinstance(y, Value) else floats.pow(x, y)

    # These compare numbers, and choose one of what they are given; in a trace a choice stays open.
    equal = staticmethod(floats.equal)

    @staticmethod
    def where(condition: Any, x: Any, y: Any) -> Any:
        if isinstance(condition, Value) and recording.trace():
            return call(RULES["where"], (condition, x, y))
        return x if condition else y

    guard = where

    @staticmethod
    def first(z: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
        return one_hot(values, z, xs) if recording.trace() else floats.first(z, xs)


def one_hot(xp: Any, z: Any, xs: Sequence[Any]) -> tuple[Any, ...]:
    """`xp.first` for an arithmetic without truths: 1 for the first of xs that is z, or is nan, 0 for all others."""
    rest, found = 1.0, []
    for x in xs:
        hit = xp.where(xp.equal(x, z), rest, xp.where(xp.equal(x, x), 0.0, rest))
        rest = rest - hit
        found.append(hit)
    return tuple(found)


values = Values()


# `apply` for one and for two inputs, without the list: they build nearly every graph there is.


_printed: Callable[[Rule], Callable[..., Any] | None] = lambda rule: None


def _unary(rule: Rule) -> Callable[[Value], Value]:
    forward, partials = rule.forward, rule.partials

    def operation(self: Value) -> Value:
        x = self.primal
        if x is None:
            return apply(rule, (self,))
        node = _new(Value)
        node.adjoint = None
        node.label = ""
        node.rule = rule
        node.parents = (self,)
        node.primal = z = forward(floats, x)
        node.partials = partials(floats, z, x)
        return recording.finish(node) if recording.active else node

    return native.operation(
        rule,
        _dressed(_printed(rule) or operation, rule.name, f"The primitive `{rule.name}` of this Value."),
    )


def beside(x: Any) -> Any:
    """The other operand of an operator as a Value; NotImplemented for an array, which is asked instead."""
    return lift(x) if x.__class__ is float or not is_array(x) else NotImplemented


def _binary(rule: Rule) -> Callable[[Value, Value | float], Value]:
    forward, partials = rule.forward, rule.partials

    def operation(self: Value, other: Any) -> Value:
        if other.__class__ is not Value:
            other = beside(other)
            # A subclass on the left is asked before the higher level; an array comes back with each entry.
            if other is NotImplemented or other.level > self.level:
                return NotImplemented  # type: ignore[no-any-return]
        x = self.primal
        y = other.primal
        if x is None or y is None:
            return apply(rule, (self, other))
        node = _new(Value)
        node.adjoint = None
        node.label = ""
        node.rule = rule
        node.parents = (self, other)
        node.primal = z = forward(floats, x, y)
        node.partials = partials(floats, z, x, y)
        return recording.finish(node) if recording.active else node

    return native.operation(
        rule, _dressed(_printed(rule) or operation, rule.name, f"self {rule.symbol} other.")
    )


def method(rule: Rule) -> Callable[..., Any]:
    """The rule as a method for a Value of any level: `x.clip(0, 1)` is clip(x, 0, 1)."""

    def operation(self: Value, *others: Value | float) -> Any:
        if rule.arity not in (None, 1 + len(others)):
            msg = f"{rule.name} needs {rule.arity} arguments with the Value itself, got {1 + len(others)}"
            raise TypeError(msg)
        return call(rule, (self, *others))

    return _dressed(operation, rule.name, f"The primitive `{rule.name}` of this Value.")


def _dressed(function: Callable[..., Any], name: str, docstring: str) -> Callable[..., Any]:
    function.__name__ = name
    function.__qualname__ = f"Value.{name}"
    function.__doc__ = docstring
    return function


def operation(rule: Rule) -> Callable[..., Any]:
    """The rule as a function of Values and numbers; of plain Values it is as quick as their operators."""
    if rule.arity == 1:
        unary = _unary(rule)
        return native.operation(rule, lambda x: unary(x) if x.__class__ is Value else call(rule, (x,)))
    if rule.arity == 2:
        binary = _binary(rule)
        return native.operation(
            rule,
            lambda x, y: (
                binary(x, y)
                if x.__class__ is Value and (y.__class__ is Value or y.__class__ is float)
                else call(rule, (x, y))
            ),
        )

    def n_ary(*arguments: Any) -> Any:
        return (apply if set(map(type, arguments)) == _VALUES else call)(rule, arguments)

    return native.operation(rule, n_ary)


class Operations(dict[Rule, "Callable[..., Any]"]):
    """Rules as functions, `operations[rule](x, y)`, each made when it is first asked for.

    frame: that of one neuron or layer, whose nodes then carry it as `node.rule.frame`; None for none.
    Copies and pickles hold the frame alone, since rules are code.
    """

    def __init__(self, frame: Any = None) -> None:
        self.frame = frame

    def __missing__(self, rule: Rule) -> Callable[..., Any]:
        self[rule] = operation(rule if self.frame is None else rule.within(self.frame))
        return self[rule]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.frame,)


BINARY = {
    "add": "add",
    "sub": "sub",
    "mul": "mul",
    "div": "truediv",
    "pow": "pow",
    "mod": "mod",
    "floor_divide": "floordiv",
}


NOT_METHODS = {"add", "sub", "mul", "div", "pow", "where"}  # operators, and what begins with a condition


def _from_left(
    operation: Callable[[Any, Any], Any], left: Callable[[Any], Any], rule: Rule
) -> Callable[[Any, Any], Any]:
    """The operator for a number on the left of a Value."""

    def reflected(self: Any, other: Any) -> Any:
        return operation(left(other), self)

    def added(self: Any, other: Any) -> Any:
        # The built-in sum() starts from the int 0, which is no part of anybody's formula.
        return self if other.__class__ is int and other == 0 else operation(left(other), self)

    function = added if rule.name == "add" else reflected
    return _dressed(function, f"r{rule.name}", f"other {rule.symbol} self.")


def install_operators(
    cls: type[Value],
    unary: Callable[[Rule], Callable[[Any], Any]],
    binary: Callable[[Rule], Callable[[Any, Any], Any]],
    left: Callable[[Any], Any],
) -> None:
    """Give a class its operators and methods, made from the table of primitives.

    unary, binary: from a rule to the method; left: what a number to the left of a Value becomes.
    """
    for name, spelling in BINARY.items():
        setattr(cls, f"__{spelling}__", binary(RULES[name]))
        setattr(cls, f"__r{spelling}__", _from_left(binary(RULES[name]), left, RULES[name]))
    for rule in RULES.values():
        if rule.owner:
            continue  # its method goes by levels, and may be replaced: every class has that of Value
        if rule.arity == 1:
            setattr(cls, f"__{rule.name}__" if rule.name in ("neg", "abs") else rule.name, unary(rule))
        elif rule.arity and rule.name not in NOT_METHODS:
            setattr(cls, rule.name, method(rule))

    variable_power = binary(RULES["pow"])
    constant_power = lru_cache(maxsize=1024)(lambda n: unary(_power(n)))

    def power_of(self: Any, exponent: Any) -> Any:
        if isinstance(exponent, Value):
            return variable_power(self, exponent)
        try:
            n = as_float(exponent)
        except NotANumberError:
            if is_array(exponent):
                return NotImplemented
            raise
        return constant_power(n or 0.0)(self)  # one rule for 0.0 and -0.0, whichever came first

    cls.__divmod__ = lambda self, other: (self // other, self % other)  # type: ignore[method-assign]
    cls.__rdivmod__ = lambda self, other: (other // self, other % self)  # type: ignore[method-assign]
    cls.__pow__ = power_of  # type: ignore[method-assign]


install_operators(Value, _unary, _binary, lift)
if native.core:
    native.core.operate()


def print_with(printer: Callable[[Rule], Callable[..., Any] | None]) -> None:
    """Without a native core, let a printer make the operators of Value from now on, each when it is used for the first time.

    printer: from a rule to a function that does what `_unary` and `_binary` do, and faster; None if it has none.
    """
    global _printed
    if native.core:
        return
    _printed = printer

    def later(name: str, make: Callable[[Rule], Callable[..., Any]], rule: Rule) -> None:
        def made() -> Callable[..., Any]:
            function = make(rule)
            function.__name__, function.__qualname__ = first.__name__, first.__qualname__
            function.__doc__ = first.__doc__
            setattr(Value, name, function)
            return function

        def of_one(self: Any) -> Any:
            return made()(self)

        def of_two(self: Any, other: Any) -> Any:
            return made()(self, other)

        first = of_one if rule.arity == 1 else of_two
        setattr(Value, name, _dressed(first, rule.name, getattr(Value, name).__doc__))

    for name, spelling in BINARY.items():
        if name != "pow":
            later(f"__{spelling}__", _binary, RULES[name])
            later(f"__r{spelling}__", lambda rule: _from_left(_binary(rule), lift, rule), RULES[name])
    for rule in RULES.values():
        if rule.arity == 1 and not rule.owner:
            later(f"__{rule.name}__" if rule.name in ("neg", "abs") else rule.name, _unary, rule)
