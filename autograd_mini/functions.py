"""The functions of the package: every primitive of the table by name, and what is built on them.

They take Values, numbers or both. With a Value among the arguments the result is a Value; with numbers
alone it is a float, so the same Python function can be differentiated and simply called.

>>> exp(0.0), maximum(Value(2.0), 3)
(1.0, Value(3.0))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.engine import arrays
from autograd_mini.engine.graph import find_variables, leaves, toposort
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.operations import call
from autograd_mini.engine.rule import RULES, Rule, check_name, define
from autograd_mini.engine.value import Value
from autograd_mini.errors import require, shown
from autograd_mini.formulas.reading import check_rule
from autograd_mini.formulas.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Protocol, overload

    class Unary(Protocol):
        @overload
        def __call__(self, x: Value, /) -> Value: ...
        @overload
        def __call__(self, x: float, /) -> float: ...

    class Binary(Protocol):
        @overload
        def __call__(self, x: Value, y: Value | float, /) -> Value: ...
        @overload
        def __call__(self, x: float, y: Value, /) -> Value: ...
        @overload
        def __call__(self, x: float, y: float, /) -> float: ...


arrays.install()


def function(rule: Rule) -> Any:
    """A primitive as a function of Values and numbers, with its rule for a docstring."""
    count = rule.arity or 2
    parameters = rule.forward.__code__.co_varnames[1 : count + 1] if rule.arity else ("x1", "x2")

    def primitive(*arguments: Value | float) -> Any:
        if rule.arity and len(arguments) != count:
            msg = f"{rule.name}({', '.join(parameters)}) needs {count} arguments, got {len(arguments)}"
            raise TypeError(msg)
        return call(rule, arguments)

    symbols = [text.symbol(name) for name in parameters]
    partials = zip(parameters, rule.partials(text, text.symbol("z"), *symbols), strict=True)
    lines = [f"z = {rule.name}({', '.join(parameters)}), a Value if an argument is one, else a float.", ""]
    lines += [f"∂z/∂{name} = {partial}" for name, partial in partials]
    lines += [f"Convention: {rule.convention}."] if rule.convention else []
    primitive.__name__ = primitive.__qualname__ = rule.name
    primitive.__doc__ = "\n".join(lines)
    return primitive


exp: Unary = function(RULES["exp"])
log: Unary = function(RULES["log"])
log1p: Unary = function(RULES["log1p"])
sqrt: Unary = function(RULES["sqrt"])
sin: Unary = function(RULES["sin"])
cos: Unary = function(RULES["cos"])
tan: Unary = function(RULES["tan"])
tanh: Unary = function(RULES["tanh"])
sigmoid: Unary = function(RULES["sigmoid"])
softplus: Unary = function(RULES["softplus"])
relu: Unary = function(RULES["relu"])
sign: Unary = function(RULES["sign"])
heaviside: Unary = function(RULES["heaviside"])
maximum: Binary = function(RULES["maximum"])
minimum: Binary = function(RULES["minimum"])
where: Callable[[Any, Any, Any], Any] = function(RULES["where"])
clip: Callable[[Any, Any, Any], Any] = function(RULES["clip"])


def primitive(
    name: str,
    forward: Callable[..., Any],
    partials: Callable[..., tuple[Any, ...]],
    *,
    domain: Callable[..., Any] | None = None,
    kinks: Callable[..., tuple[Any, ...]] | None = None,
    convention: str = "",
    choice: bool = False,
) -> Any:
    """A new primitive as a function, declared once and known to every feature from then on.

    name: an identifier that no other primitive has.
    forward(xp, *args): the value, written with + - * and the functions of the arithmetic `xp` for all
    else: xp.div, xp.exp, xp.where(condition, x, y), ..., and every primitive by its name.
    partials(xp, z, *args): a tuple, ∂z/∂x for every argument, where z is the value.
    domain(xp, *args): positive where it is defined and smooth; kinks(xp, *args): terms that are zero
    where the derivative does not exist, and convention: what `partials` says there, in words.
    choice: whether a partial of 0 says that the input was not chosen, so that nothing comes through.

    Raises RuleError if the name is taken, a partial is missing, or either cannot be read as a formula.

    >>> gauss = primitive("gauss", lambda xp, x: xp.exp(-x * x), lambda xp, z, x: (-2.0 * x * z,))
    >>> x = Value(1.0)
    >>> gauss(x).backward()
    >>> round(x.grad, 4)
    -0.7358
    """
    facts: dict[str, Any] = {"domain": domain, "kinks": kinks, "convention": convention, "choice": choice}
    check_name(name)
    require(isinstance(convention, str), "the convention of a primitive is said in words", convention)
    check_rule(Rule(name, forward, partials, **facts))
    return function(define(name, forward, partials, **facts))


def sum(xs: Iterable[Value | float]) -> Any:
    """x1 + x2 + ... as one node; 0.0 for nothing.

    >>> x, y = Value(1.0), Value(2.0)
    >>> sum([x, y, 3])
    Value(6.0)
    """
    return call(RULES["sum"], _listed(xs, "sum"))


def dot(xs: Iterable[Value | float], ys: Iterable[Value | float]) -> Any:
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


def max(xs: Iterable[Value | float]) -> Any:
    """The largest of one or more, as one node; the whole gradient goes to the first that is largest.

    Raises ValueError for nothing.

    >>> max([Value(1.0), Value(3.0), 2])
    Value(3.0)
    """
    return call(RULES["max"], _some(xs, "max"))


def mean(xs: Iterable[Value | float]) -> Any:
    """(x1 + ... + xn) / n, of one or more.

    Raises ValueError for nothing.

    >>> mean([Value(1.0), Value(3.0)])
    Value(2.0)
    """
    xs = _some(xs, "mean")
    return sum(xs) / len(xs)


def logsumexp(xs: Iterable[Value | float]) -> Any:
    """log(exp(x1) + ... + exp(xn)), of one or more, each any size.

    The largest is subtracted first, so that no exp overflows: m + log Σ exp(x - m).
    Raises ValueError for nothing.

    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    largest, total = _shifted(_some(xs, "logsumexp"))[1:]
    return largest + log(total)


def softmax(xs: Iterable[Value | float]) -> list[Any]:
    """exp(xi) / Σ exp(xj) for every i: positive and of sum 1.

    xs: one or more scores (logits), each any size. Raises ValueError for nothing.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    exponentials, _, total = _shifted(_some(xs, "softmax"))
    return [_div(e, total) for e in exponentials]


def log_softmax(xs: Iterable[Value | float]) -> list[Any]:
    """log(softmax(xs)), exact where softmax itself would round to 0.

    xs: one or more scores (logits), each any size. Raises ValueError for nothing.

    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    xs = _some(xs, "log_softmax")
    _, largest, total = _shifted(xs)
    rest = log(total)
    return [(x - largest) - rest for x in xs]


def _shifted(xs: list[Value | float]) -> tuple[list[Any], Any, Any]:
    """exp(x - m) for every x, the largest m, and the sum of the first."""
    largest = max(xs)
    exponentials = [exp(x - largest) for x in xs]
    return exponentials, largest, sum(exponentials)


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
        msg = f"{name} of nothing is not defined; give it at least one number"
        raise ValueError(msg)
    return xs


_div: Binary = function(RULES["div"])


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
    inputs = find_variables(order, names) if names else leaves(order)

    def replay(*arguments: Value | float) -> Any:
        if len(arguments) != len(inputs):
            msg = f"this graph takes {len(inputs)} arguments ({', '.join(x.label for x in inputs)}), got {len(arguments)}"
            raise TypeError(msg)
        table: dict[Value, Any] = dict(zip(inputs, arguments, strict=True))
        for node in order:
            if node not in table:
                table[node] = call(node.rule, [table[x] for x in node.parents]) if node.rule else node.data
        return table[f]

    return replay
