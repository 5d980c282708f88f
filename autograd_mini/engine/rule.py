"""A Rule: one primitive, its value and its partial derivatives, said once. RULES is the table of them all."""

from __future__ import annotations

from copy import copy
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.errors import RuleError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self


VARIADIC = 0x04  # the bit of a code object that says *args


class Rule:
    """One primitive: value, partial derivatives and the facts about it.

    name: what it is called; symbol: what its node shows, if not the name.
    forward(xp, *args): the value. partials(xp, z, *args): a tuple, ∂z/∂x for every argument.
    arity: how many arguments, None for any number.
    domain(xp, *args): positive where the value is defined and smooth, None if everywhere.
    kinks(xp, *args): a tuple of terms; where one is zero, the derivative does not exist. None: never.
    convention: what the partials say there.
    choice: whether a partial of 0 says that the input was not chosen: then nothing comes through, not even
    from an infinite derivative beyond, as if that edge did not exist.
    exponent: of a constant power; None for all other rules.
    frame: of the neuron or layer that alone applies it, see `within`; None for the rules of the table.

    Raises RuleError if `forward` is no function written in Python, whose arguments can be counted.
    """

    __slots__ = (
        "arity",
        "choice",
        "convention",
        "domain",
        "exponent",
        "forward",
        "frame",
        "kinks",
        "name",
        "partials",
        "symbol",
    )

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        partials: Callable[..., tuple[Any, ...]],
        *,
        symbol: str = "",
        domain: Callable[..., Any] | None = None,
        kinks: Callable[..., tuple[Any, ...]] | None = None,
        convention: str = "",
        choice: bool = False,
        exponent: float | None = None,
    ) -> None:
        self.name = name
        self.symbol = symbol or name
        self.forward = forward
        self.partials = partials
        self.domain = domain
        self.kinks = kinks
        self.convention = convention
        self.choice = choice
        self.exponent = exponent
        self.frame: Any = None
        code = getattr(forward, "__code__", None)
        if code is None:
            msg = f"{name!r} needs functions written with def or lambda, got {type(forward).__name__} for forward"
            raise RuleError(msg)
        self.arity = None if code.co_flags & VARIADIC else code.co_argcount - 1

    def within(self, frame: Any) -> Self:
        """The same rule for one part of a network: `node.rule.frame` then says whose a node is."""
        twin = copy(self)
        twin.frame = frame
        return twin

    def __repr__(self) -> str:
        return f"<rule {self.name}>"


RULES: dict[str, Rule] = {}


def declare(name: str, forward: Callable[..., Any], partials: Callable[..., Any], **facts: Any) -> Rule:
    """Enter into the table a primitive that every arithmetic has an operator or a function for."""
    if name in RULES:
        msg = f"a primitive {name!r} is declared already; choose another name"
        raise RuleError(msg)
    rule = RULES[name] = Rule(name, forward, partials, **facts)
    return rule


def define(name: str, forward: Callable[..., Any], partials: Callable[..., Any], **facts: Any) -> Rule:
    """Enter a primitive made from simpler functions, and give every arithmetic its name as a word.

    `xp.name` then reads the definition, and formulas write name(x) instead of spelling it out.
    """
    check_name(name)
    rule = declare(name, forward, partials, **facts)
    Arithmetic.definitions[name] = forward
    return rule


def check_name(name: str) -> None:
    """Raise RuleError unless a new primitive can be called so."""
    is_free = (
        isinstance(name, str) and name.isidentifier() and not iskeyword(name) and not hasattr(floats, name)
    )
    if not is_free or name.startswith("_"):
        msg = f"a primitive cannot be called {shown(name)}; choose an identifier that no function of xp has"
        raise RuleError(msg)
