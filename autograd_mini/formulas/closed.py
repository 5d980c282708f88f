"""A whole graph, or a derivative of it, as one formula of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd_mini.engine.graph import find_variable, toposort
from autograd_mini.engine.value import Value
from autograd_mini.errors import require, shown
from autograd_mini.formulas.arrays import constant_term
from autograd_mini.formulas.expressions import constant
from autograd_mini.formulas.latex import Latex
from autograd_mini.formulas.mathml import Mathml
from autograd_mini.formulas.names import names
from autograd_mini.formulas.terms import Term, number, symbol, term, terms
from autograd_mini.formulas.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd_mini.formulas.printing import Formula, Printed


LONGEST = 1000  # names and numbers in a formula


class ClosedFormula:
    """A formula: `str()` of it is text; `.latex`, `.mathml`; in a notebook it shows itself as mathematics.

    name, written: what it is called, and the formula itself, in any arithmetic of formulas.
    """

    def __init__(
        self, name: Callable[[Printed], Formula], written: Callable[[Printed], Formula], lang: str = "en"
    ) -> None:
        self.name = name
        self.written = written
        self.lang = lang

    def __str__(self) -> str:
        return str(self.written(Text(self.lang)))

    def __repr__(self) -> str:
        return str(self._equation(Text(self.lang)))

    @property
    def latex(self) -> str:
        """The formula for TeX."""
        return str(self.written(Latex(self.lang)))

    @property
    def mathml(self) -> str:
        """The formula for browsers, with the `<math>` around it."""
        return f"<math>{self.written(Mathml(self.lang))}</math>"

    def _equation(self, xp: Printed) -> Formula:
        return xp.equal(self.name(xp), self.written(xp))

    def _repr_latex_(self) -> str:
        return f"${self._equation(Latex(self.lang))}$"


def formula(f: Value, by: str | None = None, lang: str = "en") -> ClosedFormula:
    r"""The graph of `f` as one formula of its variables; with `by`, its derivative by the variable of that name.

    Numbers are not needed. A derivative is simplified no further than a teacher would without a word: factors 1
    and terms 0 are gone, signs gathered, equal factors are powers. lang: "en" or "fr", of numbers and words.

    Raises TypeError if `f` is no Value, ValueError if the formula would have more than 1,000 names and numbers,
    UnknownVariableError for a variable that the graph does not have exactly once.

    >>> from autograd_mini import parse
    >>> f = parse("h = sigmoid(w*x + b); loss = (y - h)**2 / 2")
    >>> formula(f)
    loss = (y − sigmoid(w × x + b))^2 / 2
    >>> formula(parse("x**2 * sin(x)"), by="x")
    ∂f/∂x = x^2 cos(x) + 2 sin(x) x
    >>> print(formula(parse("u/v"), by="v").latex)
    -\frac{u}{v^{2}}
    """
    require(isinstance(f, Value), "formula needs the Value whose graph to write", f, "for a list, one entry")
    require(by is None or isinstance(by, str), "by needs the name of a variable", by)
    Text(lang)  # a wrong language is an error now
    order = toposort(f)
    called = names(order)
    variable = None if by is None else find_variable(order, by)
    _check_size(order, called)
    if variable is None:
        return ClosedFormula(lambda xp: xp.symbol(called[f]), lambda xp: _whole(order, called, xp), lang)
    slope = _derivative(order, called, variable)
    if _size(slope) > LONGEST:
        raise ValueError(_TOO_LONG % (f"the derivative of {shown(called[f])}", LONGEST))
    return ClosedFormula(
        lambda xp: xp.derivative(xp.symbol(called[f]), xp.symbol(called[variable])),
        lambda xp: xp.formula(slope.read(xp, xp.symbol)),
        lang,
    )


_TOO_LONG = (
    "%s would be a formula of more than %d names and numbers; look at steps(f), or at"
    " steps(f, detail='definitions'), where every part keeps its name"
)


def _check_size(order: Sequence[Value], called: Mapping[Value, str]) -> None:
    """Raise ValueError if the formula of the last node would be too long: what is shared is written each time."""
    sizes: dict[Value, int] = {}
    for node in order:
        sizes[node] = sum(sizes[parent] for parent in node.parents) or 1
    if sizes[order[-1]] > LONGEST:
        raise ValueError(_TOO_LONG % (shown(called[order[-1]]), LONGEST))


def _size(whole: Term) -> int:
    """How many names and numbers a Term has, counted up to the limit."""
    count, todo = 0, [whole]
    while todo and count <= LONGEST:
        each = todo.pop()
        inside = _parts(each)
        count += not inside
        todo += inside
    return count


def _parts(x: Term) -> list[Term]:
    if x.head == "product":
        return [base for base, _ in x.parts[2]]
    return [part for part in x.parts if isinstance(part, Term)]


def _whole(order: Sequence[Value], called: Mapping[Value, str], xp: Printed) -> Formula:
    written: dict[Value, Any] = {}
    for node in order:
        if node.rule is not None:
            written[node] = xp.applied(node.rule, *[written[parent] for parent in node.parents])
        elif node.is_constant and not node.label:
            written[node] = constant(xp, node)
        else:
            written[node] = xp.symbol(called[node])
    return xp.formula(written[order[-1]])


def _derivative(order: Sequence[Value], called: Mapping[Value, str], variable: Value) -> Term:
    """∂f/∂x as a Term of the variables, by the rules read in Terms, in reverse order."""
    values: dict[Value, Term] = {}
    for node in order:
        if node.rule is not None:
            values[node] = term(terms.applied(node.rule, *[values[parent] for parent in node.parents]))
        elif node.is_constant and not node.label:
            values[node] = constant_term(node)
        else:
            values[node] = symbol(called[node])
    below = {variable}
    for node in order:
        if not below.isdisjoint(node.parents):
            below.add(node)
    flows = {order[-1]: number(1.0)}
    for node in reversed(order):
        if node not in flows or node.rule is None:
            continue
        slopes = terms.slopes(node.rule, values[node], [values[parent] for parent in node.parents])
        for parent, slope in zip(node.parents, slopes, strict=True):
            if parent in below:
                flow = flows[node] * slope
                flows[parent] = flows[parent] + flow if parent in flows else flow
    return flows.get(variable, number(0.0))
