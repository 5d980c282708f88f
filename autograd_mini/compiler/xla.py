"""Programs for JAX: the lines of source.py, whose functions are JAX's with the derivatives of our rules."""

from __future__ import annotations

from functools import cache, reduce
from operator import add
from typing import TYPE_CHECKING

from autograd_mini.compiler.program import ALPHABET
from autograd_mini.compiler.source import source_of_program
from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.engine.rule import RULES
from autograd_mini.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.compiler.program import Program


def to_jax(program: Program) -> Callable[..., tuple[Any, ...]]:
    """The program as a pure function of JAX: (parameters, *columns) -> a tuple of columns, the results.

    parameters: an array of one axis. Each input is a number or an array, and they are broadcast to one shape,
    which the results have. The function can be given to jax.jit, vmap, grad, jvp and sharded; its derivatives
    are by the rules of this package, so that they are the same where none exists: the slope of maximum(x, 0) is
    0 at 0. Sums of the program are left out, since JAX differentiates itself.

    It computes in the precision of what it is given, and numbers that are no arrays are float32 unless JAX is
    told otherwise: `jax.config.update("jax_enable_x64", True)`. XLA takes subnormal numbers for 0. In reverse
    mode, as ever in JAX, a branch of `select` that is not chosen gives nan where its own derivative is infinite.

    Raises MissingExtraError without JAX, ValueError for a program that calls Python functions.
    """
    if program.functions:
        msg = "JAX cannot differentiate the Python functions of a program; declare them with primitive(...) instead"
        raise ValueError(msg)
    xp = columns()
    jnp = xp.jnp
    namespace: dict[str, Any] = {"np": xp, "special": xp}
    text = source_of_program(program._replace(sums=(), outers=()))
    exec(text, namespace)  # noqa: S102 - our own lines, in which no label of anybody stands
    lines = namespace["program"]

    def function(parameters: Any, *inputs: Any) -> tuple[Any, ...]:
        if len(inputs) != program.inputs:
            msg = f"the program has {program.inputs} inputs, got {len(inputs)}; give (parameters, *inputs)"
            raise TypeError(msg)
        weights, *arrays = [_floating(jnp, x) for x in (parameters, *inputs)]
        if weights.shape != (program.parameters,):
            msg = f"the program has {program.parameters} parameters in a row, got an array of shape {weights.shape}"
            raise ValueError(msg)
        shape = jnp.broadcast_shapes(*[x.shape for x in arrays])
        found = lines([jnp.broadcast_to(x, shape).reshape(-1) for x in arrays], weights)
        results = found if isinstance(found, tuple) else (found,)
        return tuple([jnp.broadcast_to(x, shape) if jnp.ndim(x) == 0 else x.reshape(shape) for x in results])

    return function


def _floating(jnp: Any, x: Any) -> Any:
    """An array of floats: of its own precision if it has one."""
    array = x if hasattr(x, "dtype") else jnp.asarray(x, float)
    return jnp.asarray(array, jnp.result_type(array, float))


class Columns(Arithmetic):
    """The arithmetic of arrays of JAX: what rules are read in, and what the printed lines call by names of NumPy.

    A function that has a rule is JAX's own, and has the partials of the rule.
    """

    def __init__(self, jnp: Any, special: Any) -> None:
        self.jnp = jnp
        self.special = special
        self.div = jnp.true_divide
        self.equal = jnp.equal
        self.guard = self.where
        self.pow = self.float_power = self.differentiable("pow", jnp.power)
        self.maximum = self.differentiable("maximum", lambda x, y: jnp.where((x >= y) | (x != x), x, y))
        self.minimum = self.differentiable("minimum", lambda x, y: jnp.where((x <= y) | (x != x), x, y))
        self.floor_divide = self.differentiable("floor_divide", self._floor_divide)

    def __getattr__(self, name: str) -> Any:
        if name in self.definitions:
            return super().__getattr__(name)
        function = getattr(self.special if name in ("erf", "erfc") else self.jnp, name)
        if name in ALPHABET:
            function = self.differentiable(name, function)
        setattr(self, name, function)
        return function

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return self.jnp.where(self.jnp.not_equal(condition, 0), x, y)

    def _floor_divide(self, x: Any, y: Any) -> Any:
        jnp = self.jnp
        return jnp.where(y == 0.0, x / y, jnp.where(jnp.isinf(x), jnp.nan, jnp.floor_divide(x, y)))

    def differentiable(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with the partials of the rule of that name."""
        import jax
        from jax.custom_derivatives import SymbolicZero

        rule = RULES[name]
        known = jax.custom_jvp(function)

        def tangent(primals: Any, tangents: Any) -> tuple[Any, Any]:
            z = known(*primals)
            partials = rule.partials(self, z, *primals)
            # A constant has no tangent: log(x) of x^3, for its exponent, may be nan.
            terms = [d * t for d, t in zip(partials, tangents) if not isinstance(t, SymbolicZero)]
            return z, self.jnp.broadcast_to(reduce(add, terms), z.shape).astype(z.dtype)

        known.defjvp(tangent, symbolic_zeros=True)
        return known


@cache
def columns() -> Columns:
    """The arithmetic of arrays of JAX.

    Raises MissingExtraError without JAX.
    """
    try:
        import jax.numpy as jnp
        from jax.scipy import special
    except ImportError as error:
        msg = 'to_jax() needs JAX; install it with: pip install "autograd-mini[jax]"'
        raise MissingExtraError(msg) from error
    return Columns(jnp, special)
