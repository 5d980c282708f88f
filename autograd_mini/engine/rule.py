"""A Rule: one primitive, its value and its partial derivatives, said once. RULES is the table of them all."""

from __future__ import annotations

from copy import copy
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from autograd_mini.engine.arithmetic import Arithmetic, floats
from autograd_mini.errors import RuleError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Self


VARIADIC = 0x04  # the bit of a code object that says *args


class Rule:
    """One primitive: value, partial derivatives and the facts about it.

    name: what it is called; symbol: what its node shows, if not the name.
    forward(xp, *args): the value. partials(xp, z, *args): a tuple, ∂z/∂x for every argument.
    parameters: the names of the arguments, None for any number of them; read from `forward` if not given.
    arity: how many they are, None for any number.
    domain(xp, *args): positive where the value is defined and smooth, None if everywhere.
    kinks(xp, *args): a tuple of terms; where one is zero, the derivative does not exist. None: never.
    convention: what the partials say there.
    choice: whether a partial of 0 says that the input was not chosen: then nothing comes through, not even
    from an infinite derivative beyond, as if that edge did not exist.
    exponent: of a constant power; None for all other rules.
    owner: the place in a program that declared it; empty for the rules of the package.
    spelling: the word for it in formulas, if it was typed as another than they say, see `spelled`.
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
        "owner",
        "parameters",
        "partials",
        "spelling",
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
        owner: str = "",
        parameters: Sequence[str] | None = None,
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
        self.owner = owner
        self.parameters = _parameters(name, forward) if parameters is None else tuple(parameters)
        self.arity = None if self.parameters is None else len(self.parameters)
        self.spelling = ""
        self.frame: Any = None

    def within(self, frame: Any) -> Self:
        """The same rule for one part of a network: `node.rule.frame` then says whose a node is."""
        twin = copy(self)
        twin.frame = frame
        return twin

    def spelled(self, word: str) -> Self:
        """The same rule where it was typed by another word, such as ln for log, which formulas then keep."""
        twin = copy(self)
        twin.symbol = twin.spelling = word
        return twin

    def __repr__(self) -> str:
        return f"<rule {self.name}>"


def _parameters(name: str, forward: Callable[..., Any]) -> tuple[str, ...] | None:
    """What `forward(xp, ...)` calls its arguments; None if it takes any number."""
    code = getattr(getattr(forward, "__wrapped__", forward), "__code__", None)
    if code is None:
        msg = (
            f"{name!r} needs functions written with def or lambda, got {type(forward).__name__} for forward;"
            " a function that is no formula is declared with opaque(name, function, slope)"
        )
        raise RuleError(msg)
    return None if code.co_flags & VARIADIC else code.co_varnames[1 : code.co_argcount]


class Pullback(float):
    """A partial that a cotangent is not multiplied by but given to, and that only reverse mode can use.

    `partial * cotangent` is the answer of a function of the user; as a number it is the answer to 1.
    """

    __slots__ = ("name", "pull")
    name: str
    pull: Callable[[Any], Any]

    def __mul__(self, cotangent: Any) -> Any:
        return self.pull(cotangent)

    __rmul__ = __mul__


def refuse_pullbacks(partials: Iterable[Any]) -> None:
    """Raise TypeError if a tangent would meet one: what they answer to is cotangents."""
    for d in partials:
        if d.__class__ is Pullback:
            msg = (
                f"{d.name} has a custom_gradient, which says how a cotangent comes back but not how a tangent goes"
                " on: forward mode (jvp, hvp, hessian) cannot pass; use grad, vjp or jacobian(f, mode='reverse'),"
                " or declare a primitive with its partials"
            )
            raise TypeError(msg)


RULES: dict[str, Rule] = {}


def declare(name: str, forward: Callable[..., Any], partials: Callable[..., Any], **facts: Any) -> Rule:
    """Enter into the table a primitive that every arithmetic has an operator or a function for.

    A primitive of the same name is replaced if the same place declared it, as a cell run again does.
    """
    earlier = RULES.get(name)
    if earlier is not None and earlier.owner != facts.get("owner"):
        place = f" in {earlier.owner}" if earlier.owner else ""
        msg = f"a primitive {name!r} is declared already{place}; choose another name"
        raise RuleError(msg)
    rule = RULES[name] = Rule(name, forward, partials, **facts)
    return rule


def define(name: str, forward: Callable[..., Any], partials: Callable[..., Any], **facts: Any) -> Rule:
    """Enter a primitive made from simpler functions, and give every arithmetic its name as a word.

    `xp.name` then reads the definition, and formulas write name(x) instead of spelling it out.
    """
    rule = declare(name, forward, partials, **facts)
    Arithmetic.definitions[name] = _latest(name) if rule.owner else forward
    return rule


def _latest(name: str) -> Callable[..., Any]:
    """The definition of a primitive that may be replaced, for the arithmetics that keep what they are given."""

    def latest(xp: Any, *args: Any) -> Any:
        return RULES[name].forward(xp, *args)

    return latest


def check_name(name: str) -> None:
    """Raise RuleError unless a primitive of the user can be called so."""
    is_word = isinstance(name, str) and name.isidentifier() and not iskeyword(name) and name[0] != "_"
    if not is_word or (hasattr(floats, name) and not (name in RULES and RULES[name].owner)):
        msg = f"a primitive cannot be called {shown(name)}; choose an identifier that no function of xp has"
        raise RuleError(msg)
