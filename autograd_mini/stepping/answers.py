"""What a student types, read and judged: a number beside its digits, a formula by its values at random points.

The page does the same without Python, by stepping/assets/reader.js behind live.js, in `document(..., program=...)`
with `reading_program()`:

    judgeNumber(text, exact, [a, b], allRight, slack)       as `judge_number`
    judgeFormula(text, reference, graph, names)             as `judge_formula`; names: places by `spellings`

They throw { kind, at, text } where these raise. Both say of a number, from what was typed, the exact number and those
recomputed from the student's earlier numbers (a: as typed, b: with the right ones made exact):

    right      half a unit of the last digit typed from the exact number, with three digits at least; or the number
    follows    the same for a recomputed number, where an earlier one was wrong (else it is right: rounded on the way)
    imprecise  that near, but with one or two digits
    close      within 1.5 units and 1 %: one more digit has to be kept on the way
    wrong      anything else

Typed are 1/3, 0,33, 2·3, 2×10⁻³, e^5, √2, x², |x|, any minus sign, functions by the names that expressions know, and
names of nodes as mathematics or Python writes them: w_31, w31, w[3,1], y_hat and ŷ. A product needs its sign.

>>> judge_number("149,4", 149.41316, [149.41316])
'right'
>>> judge_number("148.41", 149.41316, [149.41316])
'wrong'
>>> judge_formula("h - y", "-(y - h)", ["h", "y"])
'right'
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING
from unicodedata import normalize

from autograd_mini.engine.arithmetic import floats
from autograd_mini.engine.graph import toposort
from autograd_mini.engine.rule import RULES
from autograd_mini.engine.value import Value
from autograd_mini.errors import ExpressionError
from autograd_mini.expression import parse
from autograd_mini.expression.vocabulary import ALIASES, ON_ARRAYS, function
from autograd_mini.expression.vocabulary import names as functions
from autograd_mini.formulas.javascript import functions_of
from autograd_mini.formulas.names import GREEK, MARKS, indexed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


LONGEST = 200  # characters of an answer
POINTS, DRAWS = 20, 2000  # where formulas are compared, and how many points are tried for that
CONSTANTS = {"e": math.e, "pi": math.pi, "π": math.pi, "inf": math.inf, "nan": math.nan}

# What is typed in place of other signs. Digits are those of ASCII here and in the page.
SAME = str.maketrans({
    **dict.fromkeys("−‐‑‒–—―﹣－", "-"), **dict.fromkeys("×·⋅∙•∗", "*"), **dict.fromkeys("÷⁄∕", "/"),
    **dict.fromkeys("’′", "'"), **{lowered: str(i) for i, lowered in enumerate("₀₁₂₃₄₅₆₇₈₉")}, "∞": "inf",
})  # fmt: skip
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
ON_THE_LINE = str.maketrans(f"{RAISED}⁻⁺", "0123456789-+")
LETTER = rf"[^\W\d_{RAISED}]"
WITH_POINT, WITH_COMMA = r"[0-9]+\.?[0-9]*|\.[0-9]+", r"[0-9]+(?:\.[0-9]*|,[0-9]+)?|[.,][0-9]+"
POWER = r"(?:e[-+]?[0-9]+)?"
ALONE = re.compile(rf" *[-+]? *(?P<digits>{WITH_COMMA})(?P<power>{POWER}) *", re.IGNORECASE)
TIMES_TEN = re.compile(
    rf"( *[-+]? *(?:{WITH_COMMA})) *[*x] *10(?:(?:\^|\*\*) *(?:\(([-+]?[0-9]+)\)|([-+]?[0-9]+))|([⁻⁺]?[{RAISED}]+)) *"
)
# By whether a comma between digits is a decimal point.
TOKEN = {
    comma: re.compile(
        rf"""\ *(?:(?P<number>(?:{digits}){POWER})
        | (?P<name>(?:{LETTER}|_)(?:{LETTER}|[\u0300-\u036f0-9_])*(?:\[(?:{LETTER}|[0-9_,\ ])+\])?'*)
        | (?P<power>[⁻⁺]?[{RAISED}]+) | (?P<sign>\*\*|[-+*/^()|√,;]))""",
        re.IGNORECASE | re.VERBOSE,
    )
    for comma, digits in {True: WITH_COMMA, False: WITH_POINT}.items()
}


def judge_number(
    typed: str, exact: float, others: Sequence[float], *, all_right: bool = True, slack: float = 0.0
) -> str:
    """How near what was typed is to a number: right, follows, imprecise, close or wrong.

    others: the number recomputed from what the student typed before, and from that with right ones made exact.
    all_right: whether all of that was right; else slack is how far its rounding can move the recomputed number.

    Raises ExpressionError, which shows the place, for what is no number.
    """
    x, half, digits = measured(typed)
    targets = [(exact, half), *[(other, half if all_right else half + slack) for other in others]]
    found = [_near(x, y) or (digits > 2 and _near(x, y, room)) for y, room in targets]
    if found[0]:
        return "right"
    if any(found):
        return "right" if all_right else "follows"
    if digits and any(_near(x, y, room) for y, room in targets):
        return "imprecise"
    return "close" if any(abs(x - y) <= min(3 * half, 0.01 * abs(y)) for y, _ in targets) else "wrong"


def measured(typed: str) -> tuple[float, float, float]:
    """The number that was typed, half a unit of its last digit, and how many digits were typed.

    An expression of whole numbers is exact: it has as many as you like. One with decimals moves as these do.

    >>> measured("0,33"), measured("1/3")
    ((0.33, 0.005, 2), (0.3333333333333333, 0.0, inf))
    """
    text = tidy(typed)
    reading = Reading(text, _no_names)
    value = reading.at({})
    alone = ALONE.fullmatch(text)
    half, count = 0.0, math.inf
    for k, literal in enumerate(reading.literals):
        if not alone and literal.isdigit():
            continue
        digits, _, power = literal.lower().replace(",", ".").partition("e")
        step = float(f"5e{int(power or 0) - 1 - len(digits.partition('.')[2])}")
        half += step if alone else abs(Reading(text, _no_names, (k, step)).at({}) - value)
        count = min(count, len(digits.lstrip("0.").replace(".", "")))
    return value, half, count


def _near(x: float, y: float, room: float = 0.0) -> bool:
    if not math.isfinite(y):
        return x == y or (x != x and y != y)
    return abs(x - y) <= room * (1 + 1e-9) + 1e-9 * abs(y) + 1e-12


def judge_formula(
    answer: str, reference: str | Value, names: Mapping[str, Value] | Iterable[str], seed: int = 1
) -> str:
    """Whether a formula is the same function as another: right or wrong, by the values at 20 random points.

    reference: a formula, as text or as an unbound Value whose variables have these names.
    names: what the answer may speak of, either variables, or nodes of one graph by name: then inputs are drawn, and
    what is between has the values that follow, so that both h * (1 - h) and its sigmoids are right.
    seed: of the draws, at least 1.

    Points are inside the domain of every rule, and the reference is finite there. Raises ExpressionError, which shows
    the place, for what is no formula of these names; ValueError if there are too few such points.
    """
    nodes = {**names} if isinstance(names, Mapping) else {name: Value(label=name) for name in names}
    meaning = spellings(nodes)
    order, named = toposort(*nodes.values()), {*nodes.values()}
    given = Reading(tidy(answer), meaning.get)
    wanted = Reading(tidy(reference), meaning.get) if isinstance(reference, str) else reference
    found = 0
    for numbers in draws(order, [node for node in order if node in named and not node.parents], seed):
        if numbers is None:
            continue
        values = {name: numbers[node] for name, node in nodes.items()}
        expected = wanted.at(values) if isinstance(wanted, Reading) else _at(wanted, values)
        if expected is None or not math.isfinite(expected):
            continue
        if not abs(given.at(values) - expected) <= 1e-9 * abs(expected) + 1e-12:
            return "wrong"
        found += 1
        if found == POINTS:
            return "right"
    msg = f"the reference is a number at {found} of {DRAWS:,} random points, and {POINTS} are compared; check its domain"
    raise ValueError(msg)


def draws(
    order: Sequence[Value], varied: Sequence[Value], seed: int = 1
) -> Iterable[dict[Value, float] | None]:
    """Numbers for all nodes at random points, None where one is outside of a domain; in turn all inputs are positive."""
    for i in range(DRAWS):
        drawn = {}
        for node in varied:
            seed = seed * 48271 % 2147483647
            size = 0.05 + 2.95 * (seed / 2147483647) ** 2
            seed = seed * 48271 % 2147483647
            drawn[node] = -size if seed / 2147483647 < 0.5 and i % 2 else size
        yield _computed(order, drawn)


def _computed(order: Sequence[Value], inputs: Mapping[Value, float]) -> dict[Value, float] | None:
    """The numbers of all nodes, None if one is not finite or outside of the domain of its rule."""
    numbers: dict[Value, float] = {}
    for node in order:
        if node.rule is None:
            x = inputs.get(node, node.primal)
        else:
            xs = [numbers[parent] for parent in node.parents]
            x = node.rule.forward(floats, *xs)
            if node.rule.domain is not None and not node.rule.domain(floats, *xs) > 0:
                return None
        if x is None or not math.isfinite(x):
            return None
        numbers[node] = x
    return numbers


def _at(reference: Value, values: Mapping[str, float]) -> float | None:
    """An unbound reference at a point, None outside of its domain."""
    order = toposort(reference)
    numbers = _computed(
        order, {node: values[node.label] for node in order if not node.parents and node.primal is None}
    )
    return None if numbers is None else numbers[reference]


def spellings(names: Iterable[str]) -> dict[str, str]:
    """From ways to type a name to that name: its own, and without brackets and signs between where only one is meant.

    >>> [*spellings(["w[3,1]", "y_hat"])]
    ['w[3,1]', 'y_hat', 'w31', 'yhat', 'ŷ']
    """
    found: dict[str, set[str]] = defaultdict(set)
    names = [*names]
    for name in names:
        for way in (_bare(name), *_ways(name)):
            found[way].add(name)
    own = {_own(name): name for name in names}
    return own | {way: min(meant) for way, meant in found.items() if len(meant) == 1 and way not in own}


def readings(name: str) -> tuple[str, str]:
    """The two ways a typed name is looked up: as it is, and without brackets and signs."""
    return _own(name), _bare(name)


def _own(name: str) -> str:
    return normalize("NFKC", name).replace(" ", "").replace("′", "'")


def _bare(name: str) -> str:
    return re.sub(r"[_\[\],]", "", _own(name))


def _ways(name: str) -> list[str]:
    """With a Greek letter or a mark as itself, and spelled out."""
    if (parts := indexed(name)) is None:
        return []
    letters, *rest = parts
    spelled = {letter: word for word, letter in GREEK.items()}
    plain = "".join([spelled.get(c, c) for c in normalize("NFD", letters) if c not in MARKS.values()])
    marks = [word for word, mark in MARKS.items() if mark in normalize("NFD", letters)]
    return [_bare("".join([letters, *rest])), _bare("".join([plain, *marks, *rest]))]


def _no_names(_: str) -> None:
    return None


def tidy(typed: str) -> str:
    """What was typed with one sign for each meaning.

    >>> tidy("−½×w₃₁"), tidy("4,48·10⁻⁵")
    ('-(1/2)*w31', '4,48e-5')
    """
    text = re.sub("[¼-¾⅐-⅞]", lambda part: f"({normalize('NFKC', part[0])})", normalize("NFC", typed))
    text = re.sub(r"\s", " ", text.translate(SAME))
    if found := TIMES_TEN.fullmatch(text):
        return f"{found[1]}e{(found[2] or found[3] or found[4]).translate(ON_THE_LINE)}"
    return text


class Reading:
    """A text that was typed, as an expression of the package: `at(numbers)` is its number, `literals` those written.

    meaning: from the spelling of a name to the name, None for one that is not known.
    moved: the place of a literal among all, and how much is added to it.

    The signs are looked at one by one, as answers know more of them than expressions, and fewer constructs; the
    expression is then read by `parse`. Raises ExpressionError.
    """

    def __init__(
        self, text: str, meaning: Callable[[str], str | None], moved: tuple[int, float] = (-1, 0.0)
    ) -> None:
        self.text = text
        self.literals: list[str] = []
        self.known: dict[str, str] = {}  # names by the variables of the expression
        self.fixed: dict[str, float] = {}
        pieces = self._pieces(meaning, moved)
        self.variables = dict.fromkeys(self.known, 1.0) | self.fixed
        try:
            self.root = parse("".join(pieces), self.variables)
        except ExpressionError as error:  # what is too deep
            raise self._error(str(error).partition("\n")[0], 0) from None

    def at(self, numbers: Mapping[str, float]) -> float:
        """The number where names have these numbers."""
        return self.root.forward(**{word: numbers[name] for word, name in self.known.items()} | self.fixed)

    def _error(self, message: str, place: int) -> ExpressionError:
        return ExpressionError(f"{message}\n  {self.text}\n  {' ' * place}^")

    def _pieces(self, meaning: Callable[[str], str | None], moved: tuple[int, float]) -> list[str]:
        """The text in the words of expressions, where every name is a variable v0, v1, ..."""
        text, known, pieces = self.text, _arities(), list[str]()
        if len(text) > LONGEST:
            raise self._error(f"an answer has at most {LONGEST} characters", LONGEST)
        # What is open: its sign, whether a comma between digits is a decimal point there, and of a function
        # its name, place and how many arguments have begun.
        around: list[list[Any]] = [["", True]]
        at, wants, after_root, call = 0, True, False, None  # wants: whether an operand has to come
        while text[at:].strip(" "):
            token = TOKEN[around[-1][1]].match(text, at)
            start = len(text) - len(text[at:].lstrip(" "))
            if token is None:
                raise self._error(
                    f"the sign {text[start]} is not read here: write numbers, names and + - * / ^ ( )", start
                )
            kind, sign = token.lastgroup, token[0].strip(" ")
            at = token.end()
            if kind == "number" and sign[0] == "," and not wants:  # a comma behind a number parts arguments
                kind, sign, at = "sign", ",", start + 1
            opens = kind in ("number", "name") or sign in ("(", "√") or (sign == "|" and wants)
            if opens and not wants:
                raise self._error("a product needs its sign: write a * between the two", start)
            if wants and not opens and (sign not in ("+", "-") or after_root):
                raise self._error("a number or a name is missing here", start)
            after_root = sign == "√"
            if kind == "number":
                pieces.append(self._literal(sign, moved, start))
                wants = False
            elif kind == "name":
                follows = text[at:].lstrip(" ").startswith("(")
                if sign in known and follows:
                    call = sign, start
                    pieces.append(sign)
                    continue
                pieces.append(self._variable(sign, meaning, start, is_called=follows and sign not in known))
                wants = False
            elif kind == "power":
                pieces.append(sign)
            elif sign == "(":
                is_open = call is None or known[call[0]] == 1 or ";" in text
                around.append([sign, is_open, call, 1])
                pieces.append(sign)
            elif sign in (",", ";"):
                if around[-1][0] != "(" or around[-1][2] is None:
                    raise self._error(
                        "a comma stands between digits, or between the arguments of a function", start
                    )
                around[-1][3] += 1
                pieces.append(",")
                wants = True
            elif sign == ")" or (sign == "|" and not wants):
                if around[-1][0] != ("(" if sign == ")" else "|"):
                    raise self._error("this bracket was not opened, or another has to be closed first", start)
                _, _, called, given = around.pop() if sign == ")" else (*around.pop(), None, 0)
                needed = known[called[0]] if called else None
                if needed is not None and given != needed:
                    wanted = f"{needed} argument{'s' * (needed > 1)}"
                    raise self._error(f"{called[0]} needs {wanted}, got {given}", called[1])
                pieces.append(sign)
            elif sign == "|":
                around.append([sign, True])
                pieces.append(sign)
            else:
                pieces.append("**" if sign == "^" else sign)
                wants = True
            call = None
        if wants:
            raise self._error("a number or a name is missing here", len(text))
        if len(around) > 1:
            raise self._error(f"{around[-1][0]} is still open", len(text))
        return pieces

    def _literal(self, digits: str, moved: tuple[int, float], place: int) -> str:
        number = float(digits.replace(",", "."))
        if number == math.inf:
            raise self._error("this number is too large: write one below 1.8e308", place)
        if len(self.literals) == moved[0]:
            number += moved[1]
        self.literals.append(digits)
        return repr(number)

    def _variable(
        self, typed: str, meaning: Callable[[str], str | None], place: int, *, is_called: bool
    ) -> str:
        name = next((known for way in readings(typed) if (known := meaning(way))), None)
        if name is None and _own(typed) not in CONSTANTS:
            what = "function" if is_called else "name"
            raise self._error(f"no {what} is called {typed} here", place)
        word = f"v{len(self.known) + len(self.fixed)}"
        if name is None:
            self.fixed[word] = CONSTANTS[_own(typed)]
        else:
            self.known[word] = name
        return word


def _arities() -> dict[str, int | None]:
    """The functions of numbers, and how many arguments each needs, None for one or more."""
    arrays_alone = {name for name in ON_ARRAYS if ON_ARRAYS[name].arity}
    return {name: function(name).arity for name in functions() if name not in arrays_alone}


def reading_program(names: Iterable[str] | None = None) -> str:
    """The script that reader.js needs: the functions of expressions, and what else they are called.

    names: of the functions that answers may use, if not all.

    >>> print(reading_program(["log", "tan"]))
    const functions={log:x=>Math.log(x),tan:x=>Math.tan(x)};
    const aliases={ln:"log",tg:"tan"};
    """
    chosen = {*_arities()} if names is None else {*names}
    rules = [rule for name, rule in RULES.items() if name in chosen and name in _arities()]
    means = {
        "norm1": "(...x)=>x.reduce((s,a)=>s+Math.abs(a),0)",
        "mean": "(...x)=>x.reduce((s,a)=>s+a,0)/x.length",
        "logsumexp": "(...x)=>{const m=Math.max(...x);return Math.abs(m)==Infinity?m:m+Math.log(x.reduce((s,a)=>s+Math.exp(a-m),0))}",
    }
    more = {name: text for name, text in means.items() if name in chosen}
    aliases = [f'{word}:"{name}"' for word, name in ALIASES.items() if name in chosen]
    return f"{functions_of(rules, more)}\nconst aliases={{{','.join(aliases)}}};"
