"""Derivatives of functions: grad, jvp, vjp, jacobian, hessian, hvp, of any order by nesting.

The functions take and return floats, Values, or nested lists, tuples, dicts, dataclasses and NumPy arrays of
them, as SciPy wants them: minimize(value_and_grad(f), x0, jac=True). Numbers in, numbers out: where only
plain numbers are met, the derivatives are floats. Where the arguments are Values, or the function uses Values
from outside, they are Values connected to them, so that `.backward()` differentiates them again: a loss may
be made of derivatives.

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
from autograd_mini.derivatives.pytree import array_of, flatten, flatten_like, is_static, map_values
from autograd_mini.derivatives.tracers import Dual, Taped, below, cotangents, uniform
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.interop import as_float, flag, is_array, is_bool, is_number
from autograd_mini.engine.recording import one_level_up
from autograd_mini.engine.value import Value
from autograd_mini.errors import NotANumberError, require, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Literal, Protocol, TypeVar

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

    def __init__(self, function: Function, arguments: Sequence[Any], has_aux: bool = False) -> None:
        self.numbers, self.shape_arguments = _flattened(arguments)
        with one_level_up() as (self.level, self.tape):
            self.inputs = [Taped(x, self.level) for x in self.numbers]
            result = function(*self.shape_arguments(self.inputs))
        self.result, self.aux = _split(function, result, self.level, has_aux)
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
        return self.shape_arguments(self.results(swept, *seeds), keep=False)  # type: ignore[no-any-return]

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


def _flattened(arguments: Sequence[Any]) -> tuple[list[Number], Function]:
    """The arguments flattened; none of them may be without a number by its kind."""
    for x in arguments:
        if is_static(x):
            as_float(x)
    return flatten(list(arguments))


def _split(function: Function, result: Any, level: float, has_aux: bool) -> tuple[Any, Any]:
    """The result, and what the function returned beside it with its numbers of `level` lowered."""
    aux = None
    if has_aux:
        is_pair = isinstance(result, tuple) and len(result) == 2
        require(is_pair, f"with has_aux {_name(function)} must return a pair (value, aux)", result)
        result, aux = result[0], map_values(lambda y: below(y, level), result[1])
    return result.item() if is_array(result) and not result.ndim else result, aux


def named_outputs(function: Function, result: Any) -> tuple[list[Number], Function]:
    """The result flattened; an error says which function returned it."""
    try:
        if is_static(result):
            as_float(result)
        return flatten(result, _differentiable)
    except NotANumberError as error:
        msg = f"{_name(function)} returned {type(result).__name__} {shown(result)}: {error}"
        raise NotANumberError(msg) from None


def _differentiable(x: Any) -> float:
    """The float of a plain result, which may be a number but no truth."""
    if is_bool(x):
        msg = "a bool has no derivative; return a number, such as where(condition, x, y)"
        raise NotANumberError(msg)
    return as_float(x)


def _name(function: Function) -> str:
    return getattr(function, "__name__", shown(function))


def check_function(name: str, function: Function, has_aux: bool = False) -> None:
    """Raise TypeError, with the name of the transform, unless the function can be called."""
    remedy = "give it the function itself, not what it returns"
    require(callable(function), f"{name} needs a function of numbers", function, remedy)
    flag(has_aux, "has_aux")


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


def _of_chosen(
    function: Function, argnums: Argnums, args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[Function, list[Any]]:
    """The function of the chosen arguments alone, all others as they are, and these arguments."""
    chosen = _chosen(argnums, len(args))

    def of_chosen(*new: Any) -> Any:
        full = list(args)
        for i, x in zip(chosen, new, strict=True):
            full[i] = x
        return function(*full, **kwargs)

    of_chosen.__name__ = _name(function)  # for messages
    return of_chosen, [args[i] for i in chosen]


def _swept(
    function: Function, argnums: Argnums, has_aux: bool, args: Sequence[Any], kwargs: dict[str, Any]
) -> tuple[_Recording, Any]:
    """A run of a function that returns one number, and its gradient by the chosen arguments."""
    run = _Recording(*_of_chosen(function, argnums, args, kwargs), has_aux)
    if not isinstance(run.result, Value) and not is_number(run.result):
        kind = "an array" if is_array(run.result) else f"a {type(run.result).__name__}"
        msg = (
            f"grad needs a function that returns one number; {_name(function)} returned {kind} of"
            f" {len(run.outputs)}; return one of them, or use jacobian"
        )
        raise TypeError(msg)
    gradients = run.pullback([1.0])
    return run, gradients[0] if _is_single(argnums) else tuple(gradients)


@overload
def value_and_grad(function: Function, argnums: Literal[0] = 0) -> ValueAndGradient: ...
@overload
def value_and_grad(function: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function: ...
def value_and_grad(function: Function, argnums: Argnums = 0, has_aux: bool = False) -> Any:
    """A function that returns (value, gradient) of `function`, which must return one number.

    argnums: the argument to differentiate by, or several: then the gradient is a tuple. A gradient has
    the shape of its argument: lists, tuples, dicts, dataclasses and NumPy arrays, nested as you like, with
    None where the argument has None or text. Arrays hold float64; inside the function they hold numbers of
    ours, and all that NumPy does with objects works. A constant function has gradient 0.0.
    has_aux: whether `function` returns (value, aux), with anything as aux; then ((value, aux), gradient).

    Raises TypeError if `function` returns anything but one number, ValueError for wrong argnums.
    Source: reverse accumulation, Griewank and Walther, Evaluating Derivatives (2008), chapter 3.

    >>> value_and_grad(lambda x, p: p["w"] * x, argnums=(0, 1))(2.0, {"w": 3.0})
    (6.0, (3.0, {'w': 2.0}))
    """
    check_function("value_and_grad", function, has_aux)

    @wraps(function, updated=())
    def transformed(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run, gradient = _swept(function, argnums, has_aux, args, kwargs)
        return (run.value(), run.aux) if has_aux else run.value(), gradient

    return transformed


@overload
def grad(function: Function, argnums: Literal[0] = 0) -> Gradient: ...
@overload
def grad(function: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function: ...
def grad(function: Function, argnums: Argnums = 0, has_aux: bool = False) -> Any:
    """A function that returns the gradient of `function`, in reverse mode; (gradient, aux) if it has_aux.

    Shapes, argnums, has_aux and errors as in `value_and_grad`.

    >>> from autograd_mini import tanh
    >>> grad(lambda u, v: u * tanh(v), argnums=(0, 1))(2.0, 0.0)
    (0.0, 2.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    check_function("grad", function, has_aux)

    @wraps(function, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        run, gradient = _swept(function, argnums, has_aux, args, kwargs)
        return (gradient, run.aux) if has_aux else gradient

    return transformed


def vjp(function: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """(value, pullback) of `function` at the primals, in reverse mode; (value, pullback, aux) if it has_aux.

    The pullback takes a cotangent shaped like the value and returns a tuple, one cotangent for each
    primal and shaped like it: the vector-Jacobian product. It can be called again and again.

    >>> value, pullback = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> value, pullback([1.0, 0.0])
    ([6.0, 5.0], (3.0, 2.0))
    """
    check_function("vjp", function, has_aux)
    run = _Recording(function, primals, has_aux)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = flatten_like(cotangent, run.result, "the cotangent must be shaped like the value")
        return tuple(run.pullback(seeds))

    return (run.value(), pullback, run.aux) if has_aux else (run.value(), pullback)


def jvp(
    function: Function, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """(value, tangent) of `function` at the primals along the tangents, in forward mode; and aux if it has_aux.

    primals, tangents: one entry for each argument, of the same shape. Nothing is recorded: an
    intermediate number is gone as soon as the function lets go of it.

    Raises ValueError if the shapes differ.
    Source: forward accumulation, Griewank and Walther, Evaluating Derivatives (2008), chapter 3.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    check_function("jvp", function, has_aux)
    if not (isinstance(primals, list | tuple) and isinstance(tangents, list | tuple)):
        msg = "jvp needs a tuple of arguments and a tuple of their tangents: jvp(f, (x, y), (1.0, 0.0))"
        raise TypeError(msg)
    numbers, shape_arguments = _flattened(primals)
    directions = flatten_like(tangents, primals, "each primal needs a tangent of its shape")
    with one_level_up() as (level, _):
        inputs = [Dual(x, level, direction) for x, direction in zip(numbers, directions, strict=True)]
        result = function(*shape_arguments(inputs))
    result, aux = _split(function, result, level, has_aux)
    outputs, shape = named_outputs(function, result)
    values = [below(y, level) for y in outputs]
    moving = [y.tangent if isinstance(y, Dual) and y.level == level else None for y in outputs]
    slopes = [0.0 if t is None else t for t in moving]
    met = (*numbers, *directions, *values, *slopes)
    value, tangent = shape(uniform(values, *met)), shape(uniform(slopes, *met), keep=False)
    return (value, tangent, aux) if has_aux else (value, tangent)


def jacobian(function: Function, argnums: Argnums = 0, mode: str = "auto", has_aux: bool = False) -> Function:
    """A function that returns all derivatives of `function`: outputs first, then inputs.

    For a list of n numbers to a list of m the result is m lists of n; for arrays one array, its axes those
    of the result, then those of the argument; in general the shape of the result, with the shape of the
    argument in place of each number. With has_aux, as in `value_and_grad`, (derivatives, aux).
    mode: "reverse" sweeps once for every output, "forward" carries a tangent for every input, "auto"
    takes the cheaper: forward if there are fewer inputs than outputs. `cost` counts both.

    Raises ValueError for an unknown mode or wrong argnums.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + x[1]])([2.0, 3.0])
    [[3.0, 2.0], [1.0, 1.0]]
    """
    check_function("jacobian", function, has_aux)
    if not isinstance(mode, str) or mode not in ("auto", "forward", "reverse"):
        msg = f"mode must be 'auto', 'forward' or 'reverse', got {shown(mode)}"
        raise ValueError(msg)

    @wraps(function, updated=())
    def transformed(*args: Any, **kwargs: Any) -> Any:
        run = _Recording(*_of_chosen(function, argnums, args, kwargs), has_aux)
        count = len(run.inputs)
        is_forward = mode == "forward" or (mode == "auto" and count < len(run.outputs))
        rows = run.forward_rows() if is_forward else run.reverse_rows()
        flat = iter(run.results([d for row in rows for d in row]))

        def shaped(rows: list[list[Number]], shape: tuple[int, ...] | None) -> Any:
            """The derivatives of one number, or of one array of this shape: an array of each place's."""
            places = (
                rows[0] if shape is None else [array_of([r[j] for r in rows], shape) for j in range(count)]
            )
            by_argument = run.shape_arguments(places, keep=False)
            return by_argument[0] if _is_single(argnums) else tuple(by_argument)

        derivatives = run.shape_result([[next(flat) for _ in row] for row in rows], keep=False, at=shaped)
        return (derivatives, run.aux) if has_aux else derivatives

    return transformed


def hessian(function: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """A function that returns the second derivatives of `function`, forward over reverse.

    For a list of n numbers, n lists of n; for an array of n, an array n by n. The function must return one
    number. With several argnums, as in JAX, the tuple of gradients, with a tuple by all these arguments in
    place of each number or array: [i][j] by argument i, then by argument j.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    >>> hessian(lambda x, y: x**2 * y, argnums=(0, 1))(3.0, 5.0)
    ((10.0, 6.0), (6.0, 0.0))
    """
    check_function("hessian", function, has_aux)
    return jacobian(grad(function, argnums, has_aux), argnums, "forward", has_aux)


def hvp(function: Function, primals: Any, direction: Any, argnums: Argnums | None = None) -> Any:
    """The Hessian of `function` times a direction, shaped like the argument; the Hessian is never made.

    primals: the argument; with argnums a tuple of all arguments. direction: shaped like the argument;
    with several argnums a tuple, as the result is. Forward over reverse: a small multiple of one gradient.

    >>> hvp(lambda x: x[0] ** 2 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    >>> hvp(lambda x, y: x**2 * y, (3.0, 5.0), (1.0, 0.0), argnums=(0, 1))
    (10.0, 6.0)
    """
    check_function("hvp", function)
    if argnums is None:
        return jvp(grad(function), (primals,), (direction,))[1]
    require(isinstance(primals, list | tuple), "with argnums hvp needs a tuple of arguments", primals)
    slope, chosen = _of_chosen(grad(function, argnums), argnums, primals, {})
    return jvp(slope, chosen, (direction,) if _is_single(argnums) else direction)[1]
