"""The arithmetic whose numbers are formulas: a rule read in it prints itself.

So a formula on a slide is the very line that computes. This is what all styles of print share; text.py is for
terminals and pictures, latex.py and mathml.py set mathematics, python.py writes programs.

>>> from autograd_mini.formulas.text import text
>>> x, y = text.symbol("x"), text.symbol("y")
>>> print((x + 1) * -y, text.div(x, y - x), sep="; ")
(x + 1) × (−y); x / (y − x)

Brackets follow the graph: floating-point sums do not associate, so `a + (b + c)` keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import Arithmetic
from autograd_mini.errors import RuleError
from autograd_mini.words.messages import message
from autograd_mini.words.numbers import number
from autograd_mini.words.visible import raised

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd_mini.engine.rule import Rule


MANY = 100  # operands; of more, a formula shows the first two and the last
MOST_ENTRIES = 6  # of an array that are written in a row
FEW = 5  # terms: so many, and no more, have their names written below them
BLOCK = (
    4  # operands have their partials written at a time, and these name no others but the first and the last
)

# How tightly a formula holds together: an operand that is looser than its place gets brackets.
CHOICE, RELATION, SUM, PRODUCT, FRACTION, POWER, ATOM = range(7)


class Formula:
    """A piece of formula: what it is made of, how tightly it holds together, and the style it is written in."""

    __slots__ = ("content", "strength", "style")

    def __init__(self, content: Any, strength: int, style: Printed) -> None:
        self.content = content
        self.strength = strength
        self.style = style

    def __str__(self) -> str:
        return self.style.printed(self.content)

    __repr__ = __str__

    def __add__(self, other: Any) -> Formula:
        return self.style.infix(self, "+", other, SUM)

    def __radd__(self, other: Any) -> Formula:
        return self.style.infix(other, "+", self, SUM)

    def __sub__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.minus, other, SUM)

    def __rsub__(self, other: Any) -> Formula:
        return self.style.infix(other, self.style.minus, self, SUM)

    def __mul__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.times, other, PRODUCT)

    def __rmul__(self, other: Any) -> Formula:
        return self.style.infix(other, self.style.times, self, PRODUCT)

    def __truediv__(self, other: Any) -> Formula:
        return self.style.div(self, other)

    def __rtruediv__(self, other: Any) -> Formula:
        return self.style.div(other, self)

    def __pow__(self, exponent: Any) -> Formula:
        if isinstance(exponent, int | float) and float(exponent).is_integer():
            return self.style.pow(self, exponent)  # type: ignore[no-any-return]
        msg = (
            f"a rule raised {self!s} to the power {exponent} with **, which on floats makes complex numbers;"
            " use xp.pow(x, y), or xp.sqrt(x)"
        )
        raise RuleError(msg)

    def __neg__(self) -> Formula:
        return Formula(self.style.negated(self.style.operand(self, PRODUCT)), SUM, self.style)

    def __abs__(self) -> Formula:
        return self.style.abs(self)

    def __gt__(self, other: Any) -> Formula:
        return self.style.infix(self, ">", other, RELATION)

    def __lt__(self, other: Any) -> Formula:
        return self.style.infix(self, "<", other, RELATION)

    def __ge__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.at_least, other, RELATION)

    def __le__(self, other: Any) -> Formula:
        return self.style.infix(self, self.style.at_most, other, RELATION)

    def __bool__(self) -> bool:
        msg = (
            f"a rule asked whether {str(self)!r} is true, but it must also be read as a formula; use xp.where"
        )
        raise RuleError(msg)


class Printed(Arithmetic):
    """What the styles share: which pieces stand together, and which of them need brackets."""

    minus = "−"
    times: str
    cdot: str
    odot = "⊙"
    placeholder: Any = "□"  # an operand that an operation takes in other places, too
    infinity: Any = "inf"
    at_least: str
    at_most: str
    dots: Any = "…"
    abs: Callable[[Any], Formula]
    div: Callable[[Any, Any], Formula]
    raised: Callable[[Any, Any], Formula]
    where: Callable[[Any, Any, Any], Formula]

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self.separator = self.word("between arguments")
        self.point = self.word("decimal point")
        self._dots = Formula(self.dots, ATOM, self)

    def word(self, key: str) -> str:
        return message(key, self.language)

    def localised(self, digits: str) -> str:
        """A written number with the decimal point of the language."""
        return digits.replace(".", self.point)

    @property
    def pi(self) -> Formula:
        return self.symbol("π")

    def symbol(self, name: str) -> Formula:
        """The name of a node, as an atom."""
        return Formula(name, ATOM, self)

    def constant(self, x: float | Sequence[Any]) -> Formula:
        """A number with the digits it needs; a negative one is bracketed inside a product."""
        if isinstance(x, Sequence):
            return self.array(x)
        digits, _, power = number(abs(float(x))).partition("e")
        content, strength = self.infinity if digits == "inf" else self.written_digits(digits), ATOM
        if power:
            ten = self.power_of_ten(int(power))
            content, strength = (ten, POWER) if digits == "1" else (self.times_power(content, ten), PRODUCT)
        return Formula(self.negated(content), SUM, self) if x < 0 else Formula(content, strength, self)

    def formula(self, x: Any) -> Formula:
        """What a rule gave: a formula as it is, a number written."""
        return x if isinstance(x, Formula) else self.constant(x)

    def operand(self, x: Any, needs: int = CHOICE) -> Any:
        """What x is made of, in brackets if it holds together more loosely than its place needs."""
        formula = self.formula(x)
        return self.bracketed(formula.content) if formula.strength < needs else formula.content

    # How contents are put together: here strings, in MathML trees.

    def printed(self, content: Any) -> str:
        return content  # type: ignore[no-any-return]

    def bracketed(self, content: Any) -> Any:
        return f"({content})"

    def negated(self, content: Any) -> Any:
        return f"{self.minus}{content}"

    def written_digits(self, digits: str) -> Any:
        return self.localised(digits)

    def power_of_ten(self, exponent: int) -> Any:
        return f"10{raised(f'{exponent}')}"

    def times_power(self, digits: Any, power_of_ten: Any) -> Any:
        return f"{digits}{self.cdot}{power_of_ten}"

    def side_by_side(self, *contents: Any) -> Any:
        return "".join(contents)

    def joined(self, contents: Sequence[Any], sign: str) -> Any:
        return f" {sign} ".join(contents)

    def applied_to(self, name: str, contents: Sequence[Any]) -> Any:
        return self.head(name) + self.bracketed(self.separator.join(contents))

    def head(self, name: str) -> str:
        return name

    def in_words(self, pieces: Sequence[Any]) -> Any:
        """Words, and contents of formulas between them: every other piece is one."""
        return "".join(pieces)

    def named_below(self, content: Any, name: Any) -> Any:  # noqa: ARG002  one line has no room below it
        return content

    def quotient(self, z: Any, x: Any) -> Any:
        """∂z/∂x."""
        return f"∂{z}/∂{x}"

    def write(self, template: str, pieces: Sequence[Any], needs: int, strength: int) -> Formula:
        """The %-template filled with the pieces, each in brackets if looser than `needs`."""
        return Formula(template % tuple([self.operand(piece, needs) for piece in pieces]), strength, self)

    # What rules are read with

    def infix(self, left: Any, sign: str, right: Any, strength: int) -> Formula:
        contents = [self.operand(left, strength), self.operand(right, strength + 1)]
        return Formula(self.joined(contents, sign), strength, self)

    def call(self, name: str, pieces: Sequence[Any]) -> Formula:
        """name(piece, piece, ...)."""
        return Formula(self.applied_to(name, [self.operand(piece) for piece in pieces]), ATOM, self)

    def applied(self, rule: Rule, *pieces: Any) -> Formula:
        """How an application is shown: the forward rule, or name(pieces) if the primitive has a word."""
        return self._written(rule, self._shown(rule, pieces))

    def local_partial(
        self, rule: Rule, pieces: Sequence[Any], position: int, *, is_repeated: bool
    ) -> Formula:
        """∂(t1 × w)/∂t1, on the expression of an application.

        is_repeated: whether the operand stands in other places, too; in this one there is then a box: ∂(□ × a)/∂□.
        """
        if rule.name == "definition":
            return self.derivative(self.symbol(rule.title), pieces[position])  # type: ignore[attr-defined]
        name = Formula(self.placeholder, ATOM, self) if is_repeated else pieces[position]
        return self.derivative(self._written(rule, self._shown(rule, pieces, {position: name})), name)

    def _written(self, rule: Rule, pieces: Sequence[Any]) -> Formula:
        if rule.spelling:
            return self.call(rule.spelling, pieces)
        if rule.name in self.definitions:
            return getattr(self, rule.name)(*pieces)  # type: ignore[no-any-return]
        return self.formula(rule.forward(self, *pieces))

    def _shown(
        self, rule: Rule, pieces: Sequence[Any], marked: dict[int, Any] | None = None
    ) -> Sequence[Any]:
        """The operands, of very many some; marked: what stands in some places instead, which are then shown."""
        marked = marked or {}
        if rule.arity is None and len(pieces) > MANY:
            count = len(pieces) // _row_count(rule)
            return self._cut(rule, pieces, {0, 1, count - 1, *[k % count for k in marked]}, marked)
        return [marked.get(k, piece) for k, piece in enumerate(pieces)]

    def slopes(self, rule: Rule, z: Any, pieces: Sequence[Any]) -> Sequence[Any]:
        """The partials of an application, for each of the pieces."""
        if rule.name == "sqrt" and not rule.owner:
            return (self.div(1.0, self.beside_two(self.sqrt(*pieces))),)  # 1/2 · 1/z is the same, and quicker
        if rule.arity is not None or len(pieces) <= MANY:
            return rule.partials(self, z, *pieces)
        row_count = _row_count(rule)
        count = len(pieces) // row_count
        slopes: list[list[Any]] = [[] for _ in range(row_count)]
        for start in range(0, count, BLOCK):
            block = range(start, min(start + BLOCK, count))
            places = sorted({0, 1, *block, count - 1})
            found = rule.partials(self, z, *self._cut(rule, pieces, {*places}))
            for i, row in enumerate(slopes):
                of_row = found[i * (len(places) + 1) :]
                row += [of_row[place + (k == count - 1)] for place, k in enumerate(places) if k in block]
        return [slope for row in slopes for slope in row]

    def _cut(
        self, rule: Rule, pieces: Sequence[Any], places: set[int], marked: dict[int, Any] | None = None
    ) -> list[Any]:
        """Some pieces of each row, with dots where others are left out: x1, x2, …, x10000.

        marked: what stands in some places instead; None for dots before the last piece of a row alone.
        """
        count = len(pieces) // _row_count(rule)
        cut: list[Any] = []
        for start in range(0, len(pieces), count):
            before = -1
            for k in sorted(places):
                if k == count - 1 if marked is None else k - before > 1:
                    cut.append(self._dots)
                cut.append((marked or {}).get(start + k, pieces[start + k]))
                before = k
        return cut

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *pieces: self.call(name, pieces)

    def equal(self, x: Any, y: Any) -> Formula:
        return self.infix(x, "=", y, RELATION)

    def sum(self, xs: Sequence[Any]) -> Formula:
        if not xs:
            return self.constant(0.0)
        first, *others = xs
        contents = [self.operand(first, SUM), *[self.operand(x, PRODUCT) for x in others]]
        return Formula(self.joined(contents, "+"), SUM, self) if others else self.formula(first)

    def dot(self, xs: Sequence[Any], ys: Sequence[Any]) -> Formula:
        return self.sum(
            [
                x if x is self._dots else self.infix(x, self.times, y, PRODUCT)
                for x, y in zip(xs, ys, strict=True)
            ]
        )

    def maximum(self, x: Any, y: Any) -> Formula:
        return self.call("max", [x, y])

    def minimum(self, x: Any, y: Any) -> Formula:
        return self.call("min", [x, y])

    def pow(self, x: Any, y: Any) -> Any:
        """The power x^y, where a first power is x itself."""
        return x if y == 1.0 else self.raised(x, y)

    def beside_two(self, x: Any) -> Formula:
        """2x, without a sign."""
        return Formula(self.side_by_side(self.written_digits("2"), self.operand(x, POWER)), PRODUCT, self)

    def beside(self, pieces: Sequence[Any]) -> Formula:
        """Factors side by side, as in h (1 − h); a dot before what begins with a digit, and around a derivative."""
        content, *others = [self.operand(piece, POWER) for piece in pieces]
        for other in others:
            content = self._next_to(content, other)
        return Formula(content, PRODUCT, self) if others else self.formula(pieces[0])

    def _next_to(self, content: Any, other: Any) -> Any:
        left, right = (str(Formula(each, ATOM, self)) for each in (content, other))
        is_apart = re.match(r"(<m\w+>)*\d", right) or any(each in left + right for each in ("∂", r"\partial"))
        return self.joined([content, other], self.cdot) if is_apart else self.spaced(content, other)

    def spaced(self, *contents: Any) -> Any:
        return " ".join(contents)

    # Whole arrays

    def array(self, x: Sequence[Any]) -> Formula:
        """The numbers of an array; of many the first and the last."""
        rows = _some(x, MOST_ENTRIES, None)
        if any(isinstance(row, Sequence) for row in rows):
            return Formula(self.matrix([self._entries(row) for row in rows]), ATOM, self)
        return Formula(self.listed(self._entries(x)), ATOM, self)

    def _entries(self, row: Sequence[Any] | None) -> list[Any]:
        if row is None:
            return [self.dots]
        return [self.dots if x is None else self.operand(x) for x in _some(row, MOST_ENTRIES, None)]

    def listed(self, contents: Sequence[Any]) -> Any:
        return f"[{self.separator.join(contents)}]"

    def matrix(self, rows: Sequence[Sequence[Any]]) -> Any:
        return self.listed(
            [row[0] if row[0] == self.dots and len(row) == 1 else self.listed(row) for row in rows]
        )

    def numbers(self, nodes: Sequence[Any]) -> Formula:
        """Numbers that stand in a formula as an array."""
        return self.array(
            [[x.data for x in each] if isinstance(each, tuple) else each.data for each in nodes]
        )

    def entrywise(self, pieces: Sequence[Any]) -> Formula:
        """The product entry by entry."""
        contents = [self.operand(piece, POWER) for piece in pieces]
        return (
            Formula(self.joined(contents, self.odot), PRODUCT, self)
            if len(pieces) > 1
            else self.formula(pieces[0])
        )

    def matmul(self, x: Any, y: Any) -> Formula:
        """The product of matrices."""
        return self.beside([x, y])

    def inner(self, x: Any, y: Any) -> Formula:
        """The product of two vectors."""
        return self.infix(x, self.cdot, y, PRODUCT)

    def outer(self, x: Any, y: Any) -> Formula:
        return self.beside([x, self.transpose(y)])

    def transpose(self, x: Any) -> Formula:
        is_derivative = any(each in str(self.formula(x)) for each in ("∂", r"\partial"))
        content = self.bracketed(self.operand(x)) if is_derivative else self.operand(x, ATOM)
        return Formula(self.turned(content), POWER, self)

    def turned(self, content: Any) -> Any:
        return f"{content}ᵀ"

    def entry(self, x: Any, index: Sequence[int]) -> Formula:
        """One entry of an array, or one row."""
        return Formula(self.placed(self.operand(x, ATOM), ",".join(map(str, index))), ATOM, self)

    def placed(self, content: Any, index: str) -> Any:
        return f"{content}[{index}]"

    def unit(self, index: Sequence[int], shape: Sequence[int]) -> Formula:  # noqa: ARG002
        """1 in one place, 0 in all others."""
        return Formula(self.applied_to("onehot", [self.operand(float(i)) for i in index]), ATOM, self)

    def ones(self, shape: Sequence[int]) -> Formula:  # noqa: ARG002  as the lectures write 1 bᵀ
        return self.constant(1.0)

    def length(self, x: Any) -> Formula:
        """The norm."""
        return Formula(self.between_bars(self.operand(x), ""), ATOM, self)

    def length1(self, x: Any) -> Formula:
        """The norm that adds sizes."""
        return Formula(self.between_bars(self.operand(x), "1"), ATOM, self)

    def between_bars(self, content: Any, index: str) -> Any:
        return f"‖{content}‖{'₁' if index else ''}"

    def total(self, x: Any) -> Formula:
        return self.call("sum", [x])

    def largest(self, x: Any) -> Formula:
        return self.call("max", [x])

    def smallest(self, x: Any) -> Formula:
        return self.call("min", [x])

    def derivative(self, z: Any, x: Any) -> Formula:
        """∂z/∂x, as an atom; where z is more than a name, it is in brackets."""
        return Formula(self.quotient(self.operand(z, ATOM), self.operand(x)), ATOM, self)

    def chain(self, local: Any, upstream: Any) -> Formula:
        """One product of the chain rule: local partial · upstream gradient."""
        return self.infix(local, self.cdot, upstream, PRODUCT)

    def remark(self, x: Any, key: str, name: Any) -> Formula:
        """x, and in brackets the message of that key about a name."""
        before, after = self.word(key).split("{}")
        pieces = ["", self.operand(x), f" ({before}", self.operand(name), f"{after})"]
        return Formula(self.in_words(pieces), CHOICE, self)

    def by_path(self, name: Any, place: str, x: Any) -> Formula:
        """x, after the path it came by: a node, and its place there if there are several."""
        before, after = self.word("via").split("{}")
        pieces = [before, self.operand(name), f"{place}{after}", self.operand(x)]
        return Formula(self.in_words(pieces), CHOICE, self)

    def sum_of_paths(self, terms: Sequence[Any], names: Sequence[tuple[Any, str]]) -> Formula:
        """The sum of some numbers or formulas, each with its path written below, where there is room for it."""
        contents = [self.operand(term, PRODUCT if i else SUM) for i, term in enumerate(terms)]
        if len(terms) <= FEW:
            paths = [self.in_words(["", self.operand(name), place]) for name, place in names]
            contents = [self.named_below(*each) for each in zip(contents, paths, strict=True)]
        elif len(terms) > MANY:
            contents = [*contents[:2], self.dots, contents[-1]]
        return Formula(self.joined(contents, "+"), SUM, self)

    def guard(self, *condition_safe_plain: Any) -> Any:
        return condition_safe_plain[-1]

    def first(self, z: Any, xs: Sequence[Any]) -> tuple[Formula, ...]:
        return tuple([self.where(self.equal(x, z), 1.0, 0.0) for x in xs])


def _some(xs: Sequence[Any], most: int, dots: Any) -> list[Any]:
    """All of a few, of many the first and the last ones with dots between."""
    return [*xs] if len(xs) <= most else [*xs[: most // 2], dots, *xs[-(most // 2) + 1 :]]


def _row_count(rule: Rule) -> int:
    """How many rows the operands are: for a dot two, which are multiplied."""
    return 2 if rule.name == "dot" else 1
