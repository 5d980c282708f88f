"""A rule as Python on floats: the functions are those of the arithmetic `floats`, called by their names.

>>> from autograd_mini.engine.rule import RULES
>>> inline_of(RULES["div"], "x", "y")
('div(x, y)', ['div(1.0, y)', '-div(z, y)'])
"""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import floats
from autograd_mini.formulas.printing import ATOM, SUM, Formula
from autograd_mini.formulas.python import Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.engine.rule import Rule


class Inline(Source):
    """Python that does what `floats` does, to the last bit."""

    pi = property(lambda self: self.constant(floats.pi))

    def constant(self, x: Any) -> Formula:
        digits = repr(float(x)).replace("inf", "1e999")
        return Formula(digits, SUM if x < 0 else ATOM, self)

    def head(self, name: str) -> str:
        return name

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *pieces: self.call(name, pieces)

    def div(self, x: Any, y: Any) -> Formula:
        return self.call("div", [x, y])

    def raised(self, x: Any, y: Any) -> Formula:
        return self.call("pow", [x, y])

    def where(self, condition: Any, x: Any, y: Any) -> Formula:
        return Formula(f"({self.formula(x)} if {self.formula(condition)} else {self.formula(y)})", ATOM, self)

    guard = where

    def erf(self, x: Any) -> Formula:
        return self.call("erf", [x])

    def erfc(self, x: Any) -> Formula:
        return self.call("erfc", [x])


inline = Inline()

FUNCTION = re.compile(r"(?<![\w.])(?!abs\b)([a-z]\w*)\(")  # abs() of Python serves numbers of any kind


def inline_of(rule: Rule, *names: str) -> tuple[str, list[str]]:
    """The value of a rule of arguments with these names, and its partials, where the value is called z."""
    symbols = [inline.symbol(name) for name in names]
    partials = rule.partials(inline, inline.symbol("z"), *symbols)
    value, *slopes = [str(inline.formula(x)) for x in (rule.forward(inline, *symbols), *partials)]
    return value, slopes


def compiled(text: str, title: str, scope: dict[str, Any]) -> dict[str, Any]:
    """What a printed text defines, where the functions it calls are in the scope, or those of floats.

    The text is entered into `linecache`, so that a traceback shows it.
    """
    file = f"<autograd_mini: {title}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    called = set(FUNCTION.findall(text)) - {*scope, *re.findall(r"def (\w+)", text)}
    names = scope | {name: getattr(floats, name) for name in called}
    exec(compile(text, file, "exec"), names)  # noqa: S102  # our own text, printed from the table
    return names
