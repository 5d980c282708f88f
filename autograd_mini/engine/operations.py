"""The operators of Value, made from the table, and `call`, which applies a primitive to whatever it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from autograd_mini.engine import recording
from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.primitives import power
from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.engine.value import Value, _new, apply, lift

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


_VALUES = {Value}


def call(rule: Rule, arguments: Sequence[Value | float]) -> Any:
    """The rule applied: a Value if any argument is one, else a float."""
    if set(map(type, arguments)) == _VALUES:  # nearly always, and n-ary nodes have many arguments
        return apply(rule, arguments)  # type: ignore[arg-type]
    highest = None
    for x in arguments:
        if isinstance(x, Value) and (highest is None or x.level > highest.level):
            highest = x
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

    # These compare numbers, and choose one of what they are given.
    equal = staticmethod(floats.equal)
    where = guard = staticmethod(floats.where)
    first = staticmethod(floats.first)


values = Values()


# `apply` for one and for two inputs, without the list: they build nearly every graph there is.


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

    _dress(operation, rule.name, f"The primitive `{rule.name}` of this Value.")
    return operation


def _binary(rule: Rule) -> Callable[[Value, Value | float], Value]:
    forward, partials = rule.forward, rule.partials

    def operation(self: Value, other: Value | float) -> Value:
        if other.__class__ is not Value:
            other = lift(other)
            if other.level > self.level:  # a subclass on the left is asked before the higher level
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

    _dress(operation, rule.name, f"self {rule.symbol} other.")
    return operation


def method(rule: Rule) -> Callable[..., Any]:
    """The rule as a method for a Value of any level: `x.clip(0, 1)` is clip(x, 0, 1)."""

    def operation(self: Value, *others: Value | float) -> Any:
        if rule.arity not in (None, 1 + len(others)):
            msg = f"{rule.name} needs {rule.arity} arguments with the Value itself, got {1 + len(others)}"
            raise TypeError(msg)
        return call(rule, (self, *others))

    _dress(operation, rule.name, f"The primitive `{rule.name}` of this Value.")
    return operation


def _dress(function: Callable[..., Any], name: str, docstring: str) -> None:
    function.__name__ = name
    function.__qualname__ = f"Value.{name}"
    function.__doc__ = docstring


def operation(rule: Rule) -> Callable[..., Any]:
    """The rule as a function of Values and numbers; of plain Values it is as quick as their operators."""
    if rule.arity == 1:
        unary = _unary(rule)
        return lambda x: unary(x) if x.__class__ is Value else call(rule, (x,))
    if rule.arity == 2:
        binary = _binary(rule)
        return lambda x, y: binary(x, y) if x.__class__ is Value is y.__class__ else call(rule, (x, y))

    def n_ary(*arguments: Any) -> Any:
        return (apply if set(map(type, arguments)) == _VALUES else call)(rule, arguments)

    return n_ary


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


def install_operators(
    cls: type[Value],
    unary: Callable[[Rule], Callable[[Any], Any]],
    binary: Callable[[Rule], Callable[[Any, Any], Any]],
    left: Callable[[Any], Any],
) -> None:
    """Give a class its operators and methods, made from the table of primitives.

    unary, binary: from a rule to the method; left: what a number to the left of a Value becomes.
    """

    def reflected(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        return lambda self, other: operation(left(other), self)

    for name, operator in BINARY.items():
        operation = binary(RULES[name])
        setattr(cls, f"__{operator}__", operation)
        setattr(cls, f"__r{operator}__", reflected(operation))
    for rule in RULES.values():
        if rule.owner:
            continue  # its method goes by levels, and may be replaced: every class has that of Value
        if rule.arity == 1:
            setattr(cls, f"__{rule.name}__" if rule.name in ("neg", "abs") else rule.name, unary(rule))

        elif rule.arity and rule.name not in NOT_METHODS:
            setattr(cls, rule.name, method(rule))

    add_from_left = reflected(binary(RULES["add"]))
    variable_power = binary(RULES["pow"])

    def radd(self: Any, other: Any) -> Any:
        # The built-in sum() starts from the int 0, which is no part of anybody's formula.
        return self if other.__class__ is int and other == 0 else add_from_left(self, other)

    constant_power = lru_cache(maxsize=1024)(lambda n: unary(power(n)))

    def power_of(self: Any, exponent: Any) -> Any:
        if isinstance(exponent, Value):
            return variable_power(self, exponent)
        return constant_power(as_float(exponent))(self)

    cls.__divmod__ = lambda self, other: (self // other, self % other)  # type: ignore[method-assign]
    cls.__rdivmod__ = lambda self, other: (other // self, other % self)  # type: ignore[method-assign]
    cls.__radd__ = radd  # type: ignore[method-assign]
    cls.__pow__ = power_of  # type: ignore[method-assign]


install_operators(Value, _unary, _binary, lift)
