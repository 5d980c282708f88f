"""The functions of the package: every primitive of the table by name, and what is built on them.

They take Values, numbers or both. With a Value among the arguments the result is a Value; with numbers
alone it is a float, so the same Python function can be differentiated and simply called.

>>> exp(0.0), maximum(Value(2.0), 3)
(1.0, Value(3.0))
"""

from __future__ import annotations

import builtins
from keyword import iskeyword
from operator import methodcaller
from typing import TYPE_CHECKING, overload

from autograd_mini.engine import arrays, recording
from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import find_inputs, leaves, toposort
from autograd_mini.engine.interop import as_float, is_number
from autograd_mini.engine.native import quick
from autograd_mini.engine.operations import BINARY, Operations, call, operation
from autograd_mini.engine.rule import RULES, Rule
from autograd_mini.engine.value import Value
from autograd_mini.errors import require, shown
from autograd_mini.formulas import eager
from autograd_mini.formulas.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol, TypeVar

    N = TypeVar("N", int, float)

    class Unary(Protocol):
        @overload
        def __call__(self, x: Value) -> Value: ...
        @overload
        def __call__(self, x: float) -> float: ...

    class Binary(Protocol):
        @overload
        def __call__(self, x: Value, y: Value | float) -> Value: ...
        @overload
        def __call__(self, x: float, y: Value) -> Value: ...
        @overload
        def __call__(self, x: float, y: float) -> float: ...

    class Where(Protocol):
        @overload
        def __call__(self, c: Value, x: Value | float, y: Value | float) -> Value: ...
        @overload
        def __call__(self, c: float, x: Value, y: Value | float) -> Value: ...
        @overload
        def __call__(self, c: float, x: float, y: Value) -> Value: ...
        @overload
        def __call__(self, c: float, x: float, y: float) -> float: ...

    class Clip(Protocol):
        @overload
        def __call__(self, x: Value, low: Value | float, high: Value | float) -> Value: ...
        @overload
        def __call__(self, x: float, low: Value, high: Value | float) -> Value: ...
        @overload
        def __call__(self, x: float, low: float, high: Value) -> Value: ...
        @overload
        def __call__(self, x: float, low: float, high: float) -> float: ...


eager.install()
arrays.install()


def function(rule: Rule) -> Any:
    """A primitive as a function of Values and numbers, with the rule's parameters, and its formulas for a docstring."""
    parameters = rule.parameters or ("x1", "x2")
    primitive = _of(rule)
    varnames = primitive.__code__.co_varnames
    if rule.arity == len(varnames) and all(
        name.isidentifier() and not iskeyword(name) for name in parameters
    ):
        varnames = parameters
    primitive.__code__ = primitive.__code__.replace(
        co_name=rule.name, co_qualname=rule.name, co_varnames=varnames
    )
    primitive.__name__ = primitive.__qualname__ = rule.name
    primitive.__doc__ = (
        f"z = {rule.name}({', '.join(parameters)}), a Value if an argument is one, else a float.\n\n"
    )
    primitive.__doc__ += "\n".join(formulas_of(rule))
    return primitive


def _of(rule: Rule) -> Any:
    """The rule as a function whose parameters are called anything."""
    if rule.arity == 1 and not rule.owner:  # the methods of all numbers are quick, and are those of the table
        forward, method = rule.forward, methodcaller(rule.name)
        return lambda x: (
            forward(floats, x)
            if x.__class__ is float
            else method(x)
            if isinstance(x, Value)
            else call(rule, (x,))
        )
    if rule.arity in (1, 2):
        return operation(rule)
    if rule.arity == 3:
        return lambda x, y, z: call(rule, (x, y, z))

    def n_ary(*arguments: Value | float) -> Any:
        if rule.arity not in (None, len(arguments)):
            msg = f"{rule.name}({', '.join(rule.parameters or ())}) needs {rule.arity} arguments, got {len(arguments)}"
            raise TypeError(msg)
        return call(rule, arguments)

    return n_ary


def formulas_of(rule: Rule) -> list[str]:
    """The formula if it is more than the name, ∂z/∂x for every argument, and the convention, each a line."""
    parameters = rule.parameters or ("x1", "x2")
    symbols = [text.symbol(name) for name in parameters]
    name, z = text.call(rule.name, symbols), text.formula(rule.forward(text, *symbols))
    lines = [f"z = {z}"] if str(z) != str(name) else []
    partials = zip(parameters, text.slopes(rule, text.symbol("z"), symbols), strict=True)
    lines += [f"∂z/∂{name} = {text.formula(partial)}" for name, partial in partials]
    return lines + ([f"Convention: {rule.convention}."] if rule.convention else [])


exp: Unary = function(RULES["exp"])
exp2: Unary = function(RULES["exp2"])
expm1: Unary = function(RULES["expm1"])
log: Unary = function(RULES["log"])
log2: Unary = function(RULES["log2"])
log10: Unary = function(RULES["log10"])
log1p: Unary = function(RULES["log1p"])
sqrt: Unary = function(RULES["sqrt"])
sin: Unary = function(RULES["sin"])
cos: Unary = function(RULES["cos"])
tan: Unary = function(RULES["tan"])
arcsin: Unary = function(RULES["arcsin"])
arccos: Unary = function(RULES["arccos"])
arctan: Unary = function(RULES["arctan"])
sinh: Unary = function(RULES["sinh"])
cosh: Unary = function(RULES["cosh"])
tanh: Unary = function(RULES["tanh"])
arcsinh: Unary = function(RULES["arcsinh"])
arccosh: Unary = function(RULES["arccosh"])
arctanh: Unary = function(RULES["arctanh"])
erf: Unary = function(RULES["erf"])
erfc: Unary = function(RULES["erfc"])
floor: Unary = function(RULES["floor"])
ceil: Unary = function(RULES["ceil"])
sigmoid: Unary = function(RULES["sigmoid"])
softplus: Unary = function(RULES["softplus"])
relu: Unary = function(RULES["relu"])
leaky_relu: Unary = function(RULES["leaky_relu"])
elu: Unary = function(RULES["elu"])
silu: Unary = function(RULES["silu"])
gelu: Unary = function(RULES["gelu"])
softsign: Unary = function(RULES["softsign"])
hard_sigmoid: Unary = function(RULES["hard_sigmoid"])
sign: Unary = function(RULES["sign"])
heaviside: Unary = function(RULES["heaviside"])
stop_gradient: Unary = function(RULES["stop_gradient"])
arctan2: Binary = function(RULES["arctan2"])
hypot: Binary = function(RULES["hypot"])
floor_divide: Binary = function(RULES["floor_divide"])
mod: Binary = function(RULES["mod"])
maximum: Binary = function(RULES["maximum"])
minimum: Binary = function(RULES["minimum"])
where: Where = function(RULES["where"])
clip: Clip = function(RULES["clip"])


def _document(cls: type[Value]) -> None:
    """Let help() call the operators and methods made from the table by their names, and say their formulas."""
    own, other = text.symbol("self"), text.symbol("other")
    formulas: dict[str, Any] = {"__divmod__": "(self // other, self % other)"}
    formulas["__rdivmod__"] = "(other // self, other % self)"
    for rule in RULES.values():
        if rule.name in BINARY:
            formulas[f"__{BINARY[rule.name]}__"] = rule.forward(text, own, other)
            formulas[f"__r{BINARY[rule.name]}__"] = rule.forward(text, other, own)
        if rule.arity:
            others = [other] if rule.arity == 2 else map(text.symbol, rule.parameters[1:])  # type: ignore[index]
            name = f"__{rule.name}__" if rule.name in ("neg", "abs") else rule.name
            formulas[name] = rule.forward(text, own, *others)
    for name, made in vars(cls).items():
        if name in formulas:
            made.__name__, made.__qualname__ = name, f"{cls.__name__}.{name}"
            made.__doc__ = f"{formulas[name]}."


_document(Value)


@overload
def sum(xs: Iterable[int], /, start: int = 0) -> int: ...
@overload
def sum(xs: Iterable[float], /, start: float = 0) -> float: ...
@overload
def sum(xs: Iterable[Value], /, start: Value | float = 0) -> Value: ...
@overload
def sum(xs: Iterable[float], /, start: Value) -> Value: ...
@overload
def sum(xs: Iterable[Value | float], /, start: Value | float = 0) -> Value | float: ...
@overload
def sum(xs: Iterable[Any], /, start: Any) -> Any: ...
@quick
def sum(xs: Iterable[Any], /, start: Any = 0) -> Any:
    """Start + x1 + x2 + ... as one node.

    Where no entry is a Value or a float, such as for ints or lists, it is the sum of Python.

    >>> x, y = Value(1.0), Value(2.0)
    >>> sum([x, y, 3]), sum([1, 2]), sum([[1], [2]], [])
    (Value(6.0), 3, [1, 2])
    """
    xs = _listed(xs, "sum")
    if not _calculates([start, *xs]):
        return builtins.sum(xs, start)
    is_default = start.__class__ is int and start == 0
    return call(RULES["sum"], xs if is_default else [start, *xs])


@overload
def dot(xs: Iterable[Value], ys: Iterable[Value | float]) -> Value: ...
@overload
def dot(xs: Iterable[float], ys: Iterable[Value]) -> Value: ...
@overload
def dot(xs: Iterable[float], ys: Iterable[float]) -> float: ...
@overload
def dot(xs: Iterable[Value | float], ys: Iterable[Value | float]) -> Value | float: ...
@quick
def dot(xs: Iterable[Any], ys: Iterable[Any]) -> Any:
    """x1 y1 + x2 y2 + ... as one node; 0.0 for nothing.

    Raises ValueError if the lengths differ.

    >>> dot([Value(1.0), Value(2.0)], [3, 4])
    Value(11.0)
    """
    xs, ys = _listed(xs, "dot"), _listed(ys, "dot")
    if len(xs) != len(ys):
        msg = f"dot needs two sequences of one length, got {len(xs)} and {len(ys)}; pad or cut one of them"
        raise ValueError(msg)
    return call(RULES["dot"], xs + ys)


@overload
def prod(xs: Iterable[Value]) -> Value: ...
@overload
def prod(xs: Iterable[float]) -> float: ...
@overload
def prod(xs: Iterable[Value | float]) -> Value | float: ...
def prod(xs: Iterable[Any]) -> Any:
    """x1 · x2 · ... as one node; 1.0 for nothing. Every partial is right where factors are 0, too.

    >>> x, y = Value(0.0), Value(2.0)
    >>> f = prod([x, y, 3])
    >>> f.backward()
    >>> f.data, x.grad, y.grad
    (0.0, 6.0, 0.0)
    """
    return call(RULES["prod"], [*xs])


@overload
def norm(xs: Iterable[Value]) -> Value: ...
@overload
def norm(xs: Iterable[float]) -> float: ...
@overload
def norm(xs: Iterable[Value | float]) -> Value | float: ...
def norm(xs: Iterable[Any]) -> Any:
    """√(x1² + x2² + ...) as one node, of any size without overflow; 0.0 for nothing.

    >>> norm([3e300, Value(4e300)]) < 1e301
    True
    """
    return call(RULES["norm"], [*xs])


_NOTHING: Any = object()  # no default


@overload
def max(x: Value, y: Value | float, /, *more: Value | float) -> Value: ...
@overload
def max(x: float, y: Value, /, *more: Value | float) -> Value: ...
@overload
def max(x: N, y: N, /, *more: N) -> N: ...
@overload
def max(xs: Iterable[N], /) -> N: ...
@overload
def max(xs: Iterable[Value], /) -> Value: ...
@overload
def max(xs: Iterable[Value | float], /) -> Value | float: ...
@overload
def max(*xs: Any, key: Any = ..., default: Any = ...) -> Any: ...
def max(*xs: Any, key: Any = None, default: Any = _NOTHING) -> Any:
    """The largest of the arguments, or of one iterable, as one node; the gradient goes to the first largest.

    With key=, and where no entry is a Value or a float, it is the max of Python, default= included.
    Raises ValueError for nothing, if there is no default.

    >>> max([Value(1.0), Value(3.0), 2]), max(1.0, Value(2.0)), max("b", "a"), max([], default=0)
    (Value(3.0), Value(2.0), 'b', 0)
    """
    return _best("max", xs, key, default)


@overload
def min(x: Value, y: Value | float, /, *more: Value | float) -> Value: ...
@overload
def min(x: float, y: Value, /, *more: Value | float) -> Value: ...
@overload
def min(x: N, y: N, /, *more: N) -> N: ...
@overload
def min(xs: Iterable[N], /) -> N: ...
@overload
def min(xs: Iterable[Value], /) -> Value: ...
@overload
def min(xs: Iterable[Value | float], /) -> Value | float: ...
@overload
def min(*xs: Any, key: Any = ..., default: Any = ...) -> Any: ...
def min(*xs: Any, key: Any = None, default: Any = _NOTHING) -> Any:
    """The smallest of the arguments, or of one iterable, as one node; all else as `max`.

    >>> min([Value(1.0), Value(3.0), 2]), min(2, 3), min([Value(-3.0), Value(2.0)], key=abs)
    (Value(1.0), 2, Value(2.0))
    """
    return _best("min", xs, key, default)


def _best(name: str, xs: tuple[Any, ...], key: Any, default: Any) -> Any:
    entries = _listed(xs[0], name) if len(xs) == 1 else [*xs]
    if len(xs) > 1 and default is not _NOTHING:
        msg = f"{name} of several arguments has no use for a default; give it one list, or leave default out"
        raise TypeError(msg)
    if not entries:
        if default is _NOTHING or not xs:
            raise ValueError(_UNDEFINED % name)
        return default
    if key is None and _calculates(entries):
        return call(RULES[name], entries)
    require(key is None or callable(key), f"key of {name} is a function of an entry", key)
    try:
        return getattr(builtins, name)(entries, key=key)
    except TypeError as error:
        msg = f"{name} needs entries that can be compared, got {shown(entries)}: {error}"
        raise TypeError(msg) from error


def _calculates(entries: Sequence[Any]) -> bool:
    """Whether one of them is a Value or a number with a point; else the functions of Python do as well."""
    return any(isinstance(x, Value) or (is_number(x) and not isinstance(x, int)) for x in entries)


@overload
def mean(xs: Iterable[Value]) -> Value: ...
@overload
def mean(xs: Iterable[float]) -> float: ...
@overload
def mean(xs: Iterable[Value | float]) -> Value | float: ...
def mean(xs: Iterable[Any]) -> Any:
    """(x1 + ... + xn) / n, of one or more.

    Raises ValueError for nothing.

    >>> mean([Value(1.0), Value(3.0)])
    Value(2.0)
    """
    xs = _some(xs, "mean")
    return sum(xs) / len(xs)


@overload
def logsumexp(xs: Iterable[Value]) -> Value: ...
@overload
def logsumexp(xs: Iterable[float]) -> float: ...
@overload
def logsumexp(xs: Iterable[Value | float]) -> Value | float: ...
def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp(x1) + ... + exp(xn)), of one or more, each any size.

    The largest is subtracted first, so that no exp overflows: m + log Σ exp(x - m). With inf it is inf, of
    -inf alone it is -inf. Its gradient is the softmax. Raises ValueError for nothing.

    >>> logsumexp([1000.0, 1000.0]), logsumexp([float("-inf")])
    (1000.6931471805599, -inf)
    """
    largest, _, _, total = _shifted(_some(xs, "logsumexp"), _plain)
    return largest + log(total)


@overload
def softmax(xs: Iterable[Value]) -> list[Value]: ...
@overload
def softmax(xs: Iterable[float]) -> list[float]: ...
@overload
def softmax(xs: Iterable[Value | float]) -> list[Value | float]: ...
def softmax(xs: Iterable[Any]) -> list[Any]:
    """exp(xi) / Σ exp(xj) for every i: positive and of sum 1.

    xs: one or more scores (logits), each any size; of infinite ones that are the largest, each gets the
    same part. Raises ValueError for nothing.

    >>> softmax([1000.0, 1000.0]), softmax([float("inf"), 0.0])
    ([0.5, 0.5], [1.0, 0.0])
    """
    return normalized(_some(xs, "softmax"), _plain)


def normalized(xs: Sequence[Value | float], operations: Operations) -> list[Any]:
    """The softmax of one or more scores, made by these operations, such as those of a layer."""
    _, _, exponentials, total = _shifted(xs, operations)
    return [operations[RULES["div"]](e, total) for e in exponentials]


@overload
def log_softmax(xs: Iterable[Value]) -> list[Value]: ...
@overload
def log_softmax(xs: Iterable[float]) -> list[float]: ...
@overload
def log_softmax(xs: Iterable[Value | float]) -> list[Value | float]: ...
def log_softmax(xs: Iterable[Any]) -> list[Any]:
    """log(softmax(xs)), exact where softmax itself would round to 0.

    xs: one or more scores (logits), each any size. Raises ValueError for nothing.

    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    _, lower, _, total = _shifted(_some(xs, "log_softmax"), _plain)
    rest = log(total)
    return [x - rest for x in lower]


def entry(xs: Sequence[Value | float], i: int | Value) -> Any:
    """xs[i]; for an i that differs from run to run of a compiled program, the sum of all xs where those at other places are 0."""
    if not isinstance(i, Value):
        return xs[i]
    return sum([where(i == j, x, 0.0) for j, x in enumerate(xs)])


def surprisal(xs: Iterable[Value | float], i: int | Value) -> Any:
    """-log(softmax(xs)[i]), 0 or more, without the other entries."""
    _, lower, _, total = _shifted(_some(xs, "surprisal"), _plain)
    return log(total) - entry(lower, i)


# How far x lies below the largest, m. Only here is inf - inf known: the largest lies 0 below itself.
SHIFT = Rule(
    "shift",
    lambda xp, x, m: xp.guard(xp.equal(x, m), 0.0, x - m),
    lambda xp, z, x, m: (1.0, -1.0),
    symbol="−",
    convention="inf - inf = 0",
)

_plain = Operations()


def _shifted(xs: Sequence[Value | float], operations: Operations) -> tuple[Any, list[Any], list[Any], Any]:
    """The largest m, x - m and exp(x - m) for every x, and the sum of these exponentials."""
    exp, total = operations[RULES["exp"]], operations[RULES["sum"]]
    largest = operations[RULES["max"]](*xs)
    lower = [operations[SHIFT](x, largest) for x in xs]
    exponentials = [exp(x) for x in lower]
    return largest, lower, exponentials, total(*exponentials)


def _listed(xs: Iterable[Value | float], name: str) -> list[Value | float]:
    try:
        numbers = iter(xs)
    except TypeError:
        msg = f"{name} needs a list of numbers, got {type(xs).__name__} {shown(xs)}; put what you have in a list"
        raise TypeError(msg) from None
    return list(numbers)


def _some(xs: Iterable[Value | float], name: str) -> list[Value | float]:
    xs = [x if isinstance(x, Value) else as_float(x) for x in _listed(xs, name)]
    if not xs:
        raise ValueError(_UNDEFINED % name)
    return xs


_UNDEFINED = "%s of nothing is not defined; give it at least one number"


def as_function(f: Value, *names: str) -> Callable[..., Any]:
    """The graph of `f` as a Python function of the variables with these names, in this order.

    It replays the graph with whatever it is given, numbers or Values, so it can be differentiated. With
    no names it takes all variables in the order of the graph; the others keep the numbers they have.

    Raises UnknownVariableError for a name that the graph does not have exactly once.

    >>> from autograd_mini import parse
    >>> as_function(parse("(u + v) * w"), "u", "v", "w")(2.0, 3.0, 4.0)
    20.0
    """
    order = toposort(f)
    inputs = find_inputs(order, names) if names else leaves(order)

    def replay(*arguments: Value | float) -> Any:
        if len(arguments) != len(inputs):
            msg = f"this graph takes {len(inputs)} arguments ({', '.join(x.label for x in inputs)}), got {len(arguments)}"
            raise TypeError(msg)
        table: dict[Value, Any] = dict(zip(inputs, arguments, strict=True))
        for node in order:
            if node not in table:
                table[node] = (
                    call(node.rule, [table[x] for x in node.parents]) if node.rule else _number_of(node)
                )
        return table[f]

    return replay


def _number_of(leaf: Value) -> Any:
    """The number that a leaf has; in a trace that of each run, and as little connected as a number."""
    return stop_gradient(leaf) if recording.trace() and not leaf.is_constant else leaf.data
