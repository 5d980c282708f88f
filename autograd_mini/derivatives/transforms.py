"""Derivatives of functions: grad, jvp, vjp, jacobian, hessian, hvp, of any order by nesting.

The functions take and return floats, Values, or nested lists, tuples and dicts of them. Numbers in,
numbers out: where only plain numbers are met, the derivatives are floats. Where the arguments are Values, or
the function uses Values from outside, they are Values connected to them, so that `.backward()`
differentiates them again: a loss may be made of derivatives.

>>> grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0)  # the inner derivative is 1: d(x · 1)/dx = 1
1.0
>>> from autograd_mini import Value
>>> x = Value(3.0)
>>> g = grad(lambda x: x**3)(x)
>>> g.backward()
>>> g.data, x.grad
(27.0, 18.0)
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, overload

from autograd_mini.derivatives import operators, tracers
from autograd_mini.derivatives.pytree import flatten, flatten_like
from autograd_mini.derivatives.tracers import Dual, Taped, below, cotangents, uniform
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.recording import one_level_up
from autograd_mini.errors import NotANumberError, require, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Literal, Protocol, TypeVar

    from autograd_mini.engine.value import Value

    Number = Value | float

    Argnums = int | Sequence[int]

    Function = Callable[..., Any]

    X = TypeVar("X")

    class Gradient(Protocol):
        """By the first argument, and shaped like it."""

        @overload
        def __call__(self, x: float, /, *args: Any, **kwargs: Any) -> float: ...
        @overload
        def __call__(self, x: X, /, *args: Any, **kwargs: Any) -> X: ...

    class ValueAndGradient(Protocol):
        @overload
        def __call__(self, x: float, /, *args: Any, **kwargs: Any) -> tuple[float, float]: ...
        @overload
        def __call__(self, x: Value, /, *args: Any, **kwargs: Any) -> tuple[Value, Value]: ...
        @overload
        def __call__(self, x: X, /, *args: Any, **kwargs: Any) -> tuple[Any, X]: ...


operators.install()


class _Recording:
    """One run of a function in reverse mode: its inputs, its tape, and its outputs ready to be swept."""

    def __init__(self, function: Function, arguments: Sequence[Any]) -> None:
        self.numbers, self.shape_arguments = flatten(list(arguments))
        with one_level_up() as (self.level, self.tape):
            self.inputs = [Taped(x, self.level) for x in self.numbers]
            self.result = function(*self.shape_arguments(self.inputs))
        self.outputs, self.shape_result = named_outputs(function, self.result)
        self.primals = [below(y, self.level) for y in self.outputs]

    def results(self, numbers: Sequence[Number], *more: Number) -> list[Number]:
        """The numbers as the transform gives them back."""
        return uniform(numbers, *self.numbers, *self.primals, *more)

    def value(self) -> Any:
        """The result in numbers of the level below."""
        return self.shape_result(self.results(self.primals))

    def pullback(self, seeds: Sequence[Number]) -> list[Any]:
        """The cotangent of every argument, shaped like it, for one seed per output."""
        total: dict[Any, Number] = {}
        for y, seed in zip(self.outputs, seeds, strict=True):
            if isinstance(y, Taped) and y.level == self.level:
                total[y] = total[y] + seed if y in total else seed
        swept = cotangents(total, self.inputs, self.tape)
        return self.shape_arguments(self.results(swept, *seeds))  # type: ignore[no-any-return]

    def reverse_rows(self) -> list[list[Number]]:
        """For every output its derivatives by all inputs, each from a sweep of the nodes it is made from."""
        return [
            cotangents({y: 1.0}, self.inputs, toposort(y))
            if isinstance(y, Taped)
            else [0.0] * len(self.inputs)
            for y in self.outputs
        ]

    def forward_rows(self) -> list[list[Number]]:
        """For every output its derivatives by all inputs, from one forward sweep."""
        table = tracers.tangents(self.inputs, self.tape)
        none = [None] * len(self.inputs)
        return [[0.0 if t is None else t for t in table.get(y, none)] for y in self.outputs]


def named_outputs(function: Function, result: Any) -> tuple[list[Number], Function]:
    """The result flattened; an error says which function returned it."""
    try:
        return flatten(result)
    except NotANumberError as error:
        msg = f"{_name(function)} returned {type(result).__name__} {shown(result)}: {error}"
        raise NotANumberError(msg) from None


def _name(function: Function) -> str:
    return getattr(function, "__name__", shown(function))


def check_function(name: str, function: Function) -> None:
    """Raise TypeError, with the name of the transform, unless the function can be called."""
    remedy = "give it the function itself, not what it returns"
    require(callable(function), f"{name} needs a function of numbers", function, remedy)


def _is_single(argnums: Argnums) -> bool:
    return not isinstance(argnums, list | tuple | range)


def _chosen(argnums: Argnums, count: int) -> list[int]:
    """The positions of the arguments to differentiate by; from the end if negative."""
    chosen: list[Any] = [argnums] if _is_single(argnums) else list(argnums)  # type: ignore[arg-type]
    for i in chosen:
        is_place = not isinstance(i, bool | type) and hasattr(i, "__index__") and not hasattr(i, "__len__")
        require(is_place, "argnums must be an int or several", i, "0 is the first argument")
        if not -count <= i < count:
            msg = f"argnums = {i}, but the function was called with {count} positional arguments, from 0 on"
            raise ValueError(msg)
    if not chosen or len({i % count for i in chosen}) < len(chosen):
        msg = f"argnums must name one or more different arguments, got {shown(argnums)}"
        raise ValueError(msg)
    return [i % count for i in chosen]


def _record(function: Function, argnums: Argnums, args: Sequence[Any], kwargs: dict[str, Any]) -> _Recording:
    """Run the function, recording by the chosen arguments."""
    chosen = _chosen(argnums, len(args))

    @wraps(function, updated=())
    def of_chosen(*new: Any) -> Any:
        full = list(args)
        for i, x in zip(chosen, new, strict=True):
            full[i] = x
        return function(*full, **kwargs)

    return _Recording(of_chosen, [args[i] for i in chosen])


@overload
def value_and_grad(function: Function, argnums: Literal[0] = 0) -> ValueAndGradient: ...
@overload
def value_and_grad(function: Function, argnums: Argnums) -> Function: ...
def value_and_grad(function: Function, argnums: Argnums = 0) -> Any:
    """A function that returns (value, gradient) of `function`, which must return one number.

    argnums: the argument to differentiate by, or several: then the gradient is a tuple. A gradient has
    the shape of its argument. A constant function has gradient 0.0.

    Raises TypeError if `function` returns anything but one number, ValueError for wrong argnums.
    Source: reverse accumulation, Griewank and Walther, Evaluating Derivatives (2008), chapter 3.

    >>> value_and_grad(lambda x, p: p["w"] * x, argnums=(0, 1))(2.0, {"w": 3.0})
    (6.0, (3.0, {'w': 2.0}))
    """
    check_function("value_and_grad", function)

    @wraps(function, updated=())
    def transformed(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = _record(function, argnums, args, kwargs)
        if isinstance(run.result, dict | list | tuple):
            msg = (
                f"grad needs a function that returns one number; {_name(function)} returned a"
                f" {type(run.result).__name__} of {len(run.outputs)}; return one of them, or use jacobian"
            )
            raise TypeError(msg)
        gradients = run.pullback([1.0])
        return run.value(), gradients[0] if _is_single(argnums) else tuple(gradients)

    return transformed


@overload
def grad(function: Function, argnums: Literal[0] = 0) -> Gradient: ...
@overload
def grad(function: Function, argnums: Argnums) -> Function: ...
def grad(function: Function, argnums: Argnums = 0) -> Any:
    """A function that returns the gradient of `function`, in reverse mode.

    Shapes, argnums and errors as in `value_and_grad`.

    >>> from autograd_mini import tanh
    >>> grad(lambda u, v: u * tanh(v), argnums=(0, 1))(2.0, 0.0)
    (0.0, 2.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    check_function("grad", function)

    @wraps(function, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        return value_and_grad(function, argnums)(*args, **kwargs)[1]

    return transformed


def vjp(function: Function, *primals: Any) -> tuple[Any, Function]:
    """(value, pullback) of `function` at the primals, in reverse mode.

    The pullback takes a cotangent shaped like the value and returns a tuple, one cotangent for each
    primal and shaped like it: the vector-Jacobian product. It can be called again and again.

    >>> value, pullback = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> value, pullback([1.0, 0.0])
    ([6.0, 5.0], (3.0, 2.0))
    """
    check_function("vjp", function)
    run = _Recording(function, primals)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = flatten_like(cotangent, run.result, "the cotangent must be shaped like the value")
        return tuple(run.pullback(seeds))

    return run.value(), pullback


def jvp(function: Function, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """(value, tangent) of `function` at the primals along the tangents, in forward mode.

    primals, tangents: one entry for each argument, of the same shape. Nothing is recorded: an
    intermediate number is gone as soon as the function lets go of it.

    Raises ValueError if the shapes differ.
    Source: forward accumulation, Griewank and Walther, Evaluating Derivatives (2008), chapter 3.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    check_function("jvp", function)
    if not (isinstance(primals, list | tuple) and isinstance(tangents, list | tuple)):
        msg = "jvp needs a tuple of arguments and a tuple of their tangents: jvp(f, (x, y), (1.0, 0.0))"
        raise TypeError(msg)
    numbers, shape_arguments = flatten(list(primals))
    directions = flatten_like(tangents, primals, "each primal needs a tangent of its shape")
    with one_level_up() as (level, _):
        inputs = [Dual(x, level, direction) for x, direction in zip(numbers, directions, strict=True)]
        result = function(*shape_arguments(inputs))
    outputs, shape = named_outputs(function, result)
    values = [below(y, level) for y in outputs]
    moving = [y.tangent if isinstance(y, Dual) and y.level == level else None for y in outputs]
    slopes = [0.0 if t is None else t for t in moving]
    met = (*numbers, *directions, *values, *slopes)
    return shape(uniform(values, *met)), shape(uniform(slopes, *met))


def jacobian(function: Function, argnums: Argnums = 0, mode: str = "auto") -> Function:
    """A function that returns all derivatives of `function`: outputs first, then inputs.

    For a list of n numbers to a list of m the result is m lists of n; in general the shape of the
    result, with the shape of the argument in place of each number.
    mode: "reverse" sweeps once for every output, "forward" carries a tangent for every input, "auto"
    takes the cheaper: forward if there are fewer inputs than outputs. `cost` counts both.

    Raises ValueError for an unknown mode or wrong argnums.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    check_function("jacobian", function)
    if not isinstance(mode, str) or mode not in ("auto", "forward", "reverse"):
        msg = f"mode must be 'auto', 'forward' or 'reverse', got {shown(mode)}"
        raise ValueError(msg)

    @wraps(function, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        run = _record(function, argnums, args, kwargs)
        is_forward = mode == "forward" or (mode == "auto" and len(run.inputs) < len(run.outputs))
        rows = run.forward_rows() if is_forward else run.reverse_rows()
        flat = iter(run.results([d for row in rows for d in row]))
        shaped = [run.shape_arguments([next(flat) for _ in row]) for row in rows]
        return run.shape_result([row[0] if _is_single(argnums) else tuple(row) for row in shaped])

    return transformed


def hessian(function: Function) -> Function:
    """A function that returns the second derivatives of `function`, forward over reverse.

    For a list of n numbers, n lists of n. The function must return one number.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """
    check_function("hessian", function)
    return jacobian(grad(function), mode="forward")


def hvp(function: Function, primals: Any, direction: Any) -> Any:
    """The Hessian of `function` times a direction, shaped like the argument; the Hessian is never made.

    Forward over reverse: it costs a small multiple of one gradient.

    >>> hvp(lambda x: x[0] ** 2 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    """
    check_function("hvp", function)
    return jvp(grad(function), (primals,), (direction,))[1]
