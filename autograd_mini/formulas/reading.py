"""The check of a rule: it must be possible to read it as a formula, with a partial for every argument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd_mini.errors import RuleError
from autograd_mini.formulas.printing import Formula
from autograd_mini.formulas.text import text

if TYPE_CHECKING:
    from autograd_mini.engine.rule import Rule


def check_rule(rule: Rule) -> None:
    """Read a rule once as formulas: a partial for every argument, and no branch on a number.

    Raises RuleError if the partials do not match the arguments of `forward`, or one of them cannot be read.
    """
    names = [text.symbol(f"x{i + 1}") for i in range(rule.arity or 2)]
    try:
        rule.forward(text, *names)
        partials = rule.partials(text, text.symbol("z"), *names)
        count = len(partials)
        for fact in (rule.domain, rule.kinks):
            if fact is not None:
                fact(text, *names)
    except TypeError as error:
        msg = (
            f"{rule.name!r} cannot be read with {len(names)} inputs ({error}); write"
            f" forward(xp, {', '.join(map(str, names))}), and partials with z after xp that returns a tuple,"
            " both with the functions of xp; a function of numbers alone, such as math.erf, is declared"
            " with opaque(name, function, slope)"
        )
        raise RuleError(msg) from error
    if count != len(names):
        msg = (
            f"{rule.name!r} takes {len(names)} inputs but its partials are {count};"
            " return one partial derivative for every input, 0.0 where there is none"
        )
        raise RuleError(msg)
    for partial in partials:
        if not isinstance(partial, Formula | float | int):
            msg = f"a partial of {rule.name!r} is {partial!r}, not a formula or a number; write 0.0 for none"
            raise RuleError(msg)
