"""Gradients of your own: a primitive from a formula, from any function of floats, or a way back for a whole function.

>>> from autograd_mini import grad
>>> cubic = primitive("cubic", lambda xp, x: x**3, lambda xp, z, x: (3 * x**2,))
>>> grad(cubic)(2.0)
12.0
"""

from __future__ import annotations

import sys
from contextvars import Context
from functools import wraps
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import Floats, floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float
from autograd_mini.engine.operations import call, method, values
from autograd_mini.engine.rule import Pullback, Rule, check_name, define
from autograd_mini.engine.value import Value, data_of
from autograd_mini.errors import RuleError, UnboundError, require, shown
from autograd_mini.formulas.printing import Printed
from autograd_mini.formulas.python import Source
from autograd_mini.formulas.reading import check_rule
from autograd_mini.functions import function

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from autograd_mini.formulas.printing import Formula


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
    forward(xp, *args): the value, written with + - * /, whole powers x**2 and the functions of the arithmetic
    `xp` for all else: xp.exp, xp.pow, xp.where(condition, x, y), ..., and every primitive by its name.
    partials(xp, z, *args): a tuple, ∂z/∂x for every argument, where z is the value.
    domain(xp, *args): positive where it is defined and smooth; kinks(xp, *args): terms that are zero
    where the derivative does not exist, and convention: what `partials` says there, in words.
    choice: whether a partial of 0 says that the input was not chosen, so that nothing comes through.

    It becomes a method of Value too. Declared again from the same place, such as a cell of a notebook, it
    is replaced. For a function that is no formula there is `opaque`.

    Raises RuleError if the name is taken, a partial is missing, or either cannot be read as a formula.

    >>> gauss = primitive("gauss", lambda xp, x: xp.exp(-x * x), lambda xp, z, x: (-2.0 * x * z,))
    >>> x = Value(1.0)
    >>> gauss(x).backward()
    >>> round(x.grad, 4)
    -0.7358
    """
    facts: dict[str, Any] = {"convention": convention, "choice": choice}
    _check_name(name)
    require(isinstance(convention, str), "the convention of a primitive is said in words", convention)
    rule = Rule(name, forward, partials, domain=domain, kinks=kinks)
    check_rule(rule)
    return _declared(
        name,
        _in_floats(forward),
        _in_floats(partials),
        domain=domain and _in_floats(domain),
        kinks=kinks and _in_floats(kinks),
        **facts,
    )


RESERVED = frozenset(dir(Value))


def _check_name(name: str) -> None:
    check_name(name)
    if name in RESERVED:
        msg = f"a primitive cannot be called {name!r}; choose an identifier that no attribute of Value has"
        raise RuleError(msg)


def _declared(name: str, forward: Callable[..., Any], partials: Callable[..., Any], **facts: Any) -> Any:
    """The new primitive as a function, owned by the code that called the function which calls this."""
    caller = sys._getframe(2)  # noqa: SLF001  # namedtuple and Enum find their module so
    owner = f"{caller.f_globals.get('__name__')}.{caller.f_code.co_qualname}"
    rule = define(name, forward, partials, owner=owner, **facts)
    setattr(Value, name, method(rule))
    return function(rule)


def _in_floats(read: Callable[..., Any]) -> Callable[..., Any]:
    """A part of a rule where / and ** on floats, too, give what IEEE-754 says instead of an exception.

    They raise at single points only: there the part is read once more, on Values, which do not.
    """

    @wraps(read)
    def careful(xp: Any, *args: Any) -> Any:
        try:
            return read(xp, *args)
        except (ZeroDivisionError, OverflowError):
            if xp is not floats:
                raise
            # In a context of its own, so that no mode of the caller's sees these Values.
            result = Context().run(read, values, *map(Value, args))
            return tuple(map(data_of, result)) if isinstance(result, tuple) else data_of(result)

    return careful


# Functions that are no formulas


def opaque(
    name: str,
    function: Callable[..., float],
    *slopes: Callable[..., Any],
    parameters: Sequence[str] = (),
    convention: str = "",
) -> Any:
    """A new primitive from a function of floats and its slopes, one by each input, as a function.

    name: as for `primitive`. function: any function of floats, such as one of math or SciPy, or a table.
    slopes: functions of the same inputs. Written with the functions of autograd_mini they can be
    differentiated again and are printed as formulas; any other function of floats gives the first
    derivative, and formulas show ∂name(x)/∂x in its place.
    parameters: what formulas call the inputs, if not x, or x1, x2, ...

    Raises RuleError if the name is taken or there is no slope. It is raised later where a formula or
    another derivative of a slope is asked for that has none.

    >>> import math
    >>> from autograd_mini import Value, exp
    >>> bell = opaque("bell", lambda x: math.exp(-x * x), lambda x: -2 * x * exp(-x * x))
    >>> x = Value(1.0)
    >>> bell(x).backward()
    >>> round(x.grad, 4)
    -0.7358
    """
    _check_name(name)
    if not slopes or not all(map(callable, (function, *slopes))):
        msg = f"{name!r} needs a function and its slope by each input: opaque({name!r}, math.sin, math.cos)"
        raise RuleError(msg)
    named = isinstance(parameters, list | tuple) and all(isinstance(each, str) for each in parameters)
    require(named, "parameters are a list of names, one for each slope", parameters)
    require(isinstance(convention, str), "the convention of a primitive is said in words", convention)
    names = tuple(parameters) or (("x",) if len(slopes) == 1 else [f"x{i + 1}" for i in range(len(slopes))])
    if len(names) != len(slopes):
        msg = (
            f"{name!r} has {len(slopes)} slopes but {len(names)} parameters; give one slope by each parameter"
        )
        raise RuleError(msg)
    symbols = [Value(label=each) for each in names]
    graphs = [_graph(slope, symbols) for slope in slopes]

    def forward(xp: Any, *xs: Any) -> Any:
        if xp is floats:
            return as_float(function(*xs))
        if isinstance(xp, Printed) and not isinstance(xp, Source):
            return xp.call(name, xs)
        return _unreadable(name, xp)

    def partials(xp: Any, _z: Any, *xs: Any) -> tuple[Any, ...]:
        if xp is floats:
            return tuple([as_float(slope(*xs)) for slope in slopes])
        if xp is values:
            return tuple([_again(name, slope, xs) for slope in slopes])
        z = forward(xp, *xs)
        inputs = dict(zip(symbols, xs))
        return tuple([
            xp.derivative(z, x) if graph is None else _written(xp, graph, inputs)
            for graph, x in zip(graphs, xs)
        ])  # fmt: skip

    return _declared(name, forward, partials, convention=convention, parameters=names)


def _unreadable(name: str, xp: Any) -> NoReturn:
    msg = (
        f"{name!r} is a Python function of floats, which cannot be read in {type(xp).__name__};"
        " declare its formula with primitive(...) to have it there"
    )
    raise RuleError(msg)


def _again(name: str, slope: Callable[..., Any], xs: Sequence[Any]) -> Any:
    """The slope at Values, to be differentiated again."""
    try:
        return slope(*xs)
    except TypeError as error:
        msg = (
            f"a slope of {name!r} is a Python function of floats, so it cannot be differentiated again;"
            " write it with the functions of autograd_mini, exp(x) for math.exp(x)"
        )
        raise RuleError(msg) from error


def _graph(slope: Callable[..., Any], symbols: Sequence[Value]) -> Any:
    """What the slope does with unbound variables; None if it needs floats."""
    try:
        return slope(*symbols)
    except (TypeError, UnboundError):
        return None


def _written(xp: Printed, graph: Any, inputs: dict[Value, Formula]) -> Any:
    """The graph in print."""
    if not isinstance(graph, Value):
        return graph
    written: dict[Value, Any] = dict(inputs)
    for node in toposort(graph):
        if node not in written:
            parts = [written[x] for x in node.parents]
            written[node] = xp.applied(node.rule, *parts) if node.rule else node.data
    return written[graph]


# Whole functions


def custom_gradient(function: Callable[..., tuple[Any, Callable[[Any], Any]]]) -> Callable[..., Any]:
    """The function with a gradient of its own, for reverse mode: `backward()`, grad, vjp.

    function: of numbers; returns its value, one number, and a pullback: what to make of ∂f/∂value for
    ∂f/∂x, or a tuple of them for several inputs. Both may use any Python on numbers; with the functions
    of autograd_mini alone they can be differentiated again. It may be called more than once, so the same
    numbers should give the same results.

    Forward mode needs more than a pullback: jvp, hvp and hessian raise TypeError.
    Source: custom_gradient of TensorFlow; custom_vjp of JAX keeps the two functions apart.

    >>> from autograd_mini import clip, grad
    >>> @custom_gradient
    ... def clipped(x):
    ...     return x, lambda cotangent: clip(cotangent, -1.0, 1.0)
    >>> grad(lambda x: 5 * clipped(x))(2.0)
    1.0
    """
    require(callable(function), "custom_gradient needs a function that returns (value, pullback)", function)

    name = getattr(function, "__name__", type(function).__name__)

    def run(xs: Sequence[Any]) -> tuple[Any, Callable[[Any], Any]]:
        result = function(*xs)
        if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
            msg = f"{name} has a custom_gradient, so it must return (value, pullback); it returned {shown(result)}"
            raise TypeError(msg)
        return result

    def forward(xp: Any, *xs: Any) -> Any:
        if isinstance(xp, Printed):
            return xp.call(name, xs)
        is_of_floats = isinstance(xp, Floats)
        if not is_of_floats and xp is not values:
            _unreadable(name, xp)
        z = run(xs)[0]
        return as_float(data_of(z)) if is_of_floats else z

    def partials(xp: Any, _z: Any, *xs: Any) -> tuple[Any, ...]:
        if isinstance(xp, Printed):
            return tuple([xp.derivative(xp.call(name, xs), x) for x in xs])
        is_of_floats = isinstance(xp, Floats)
        if not is_of_floats and xp is not values:
            _unreadable(name, xp)
        return _pullbacks(name, run(xs)[1], len(xs), floats_only=is_of_floats)

    rule = Rule(name, forward, partials, owner=name)

    @wraps(function)
    def with_gradient(*numbers: Any) -> Any:
        return call(rule, numbers)

    return with_gradient


def _pullbacks(
    name: str, pullback: Callable[[Any], Any], count: int, *, floats_only: bool
) -> tuple[Pullback, ...]:
    """The partial by each input: what it answers to a cotangent. One cotangent is asked of it once."""
    asked: Any = None
    answers: tuple[Any, ...] = ()

    def answer(cotangent: Any, i: int) -> Any:
        nonlocal asked, answers
        if asked is not cotangent:
            found = pullback(cotangent)
            found = found if isinstance(found, tuple) else (found,)
            if len(found) != count:
                msg = f"the pullback of {name} returned {len(found)} numbers for {count} inputs; return one for each"
                raise TypeError(msg)
            asked, answers = cotangent, found
        return as_float(data_of(answers[i])) if floats_only else answers[i]

    def partial(i: int) -> Pullback:
        result = Pullback(data_of(answer(1.0, i)))
        result.name, result.pull = name, lambda cotangent: answer(cotangent, i)
        return result

    return tuple(map(partial, range(count)))
