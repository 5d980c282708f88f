"""The source of an expression: its statements, and errors that show a place in it."""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from typing import TYPE_CHECKING

from autograd_mini.errors import ExpressionError, require
from autograd_mini.expression.signs import TOKEN, in_python

if TYPE_CHECKING:
    from typing import Any


MAX_LENGTH = 10_000  # characters: thousands of nodes
MAX_OPERATIONS = 300_000  # of numbers, as an array has many: 2 s and 150 MB (CPython 3.11)
# Python's parser recurses in C, and a text that is too deep for the stack ends the process. Of a text within
# these limits it needs at most 350 KiB (CPython 3.11 to 3.13, 64 bit); the smallest usual stack has 512.
MAX_DEPTH = 1000
BRACKET = 5  # a pair of brackets costs the parser as much as so many operations
SHOWN_LENGTH = 72  # characters of a line in an error message
QUOTED_LENGTH = 40  # of a part that is quoted in its words

EXAMPLE = "f = (u + v) * w"


# What may not, and what to write instead

_INSTEAD = "write only + - * / ** and functions such as exp(x)"
_TOO_LARGE = "this number does not fit a float: write one below 1.8e308"
_TOO_DEEP = (
    f"the expression is nested too deeply, at most {MAX_DEPTH:,} operations inside one another"
    f" (a pair of brackets counts as {BRACKET}): name its parts, as in a = ...; {EXAMPLE}"
)
_SEVERAL = "several numbers stand in square brackets, as in f = [u, v]"
_CONDITION = "conditions are not allowed in an expression: use heaviside(x), 1 if x > 0 else 0, or max(x, y)"
_COMPREHENSION = "comprehensions are not allowed in an expression: write x**2 or sum(x) of a whole array x"
REFUSED: dict[type[ast.AST], str] = {
    ast.FloorDiv: "// has no derivative to follow: write /",
    ast.Mod: "% is not allowed in an expression: " + _INSTEAD,
    ast.Attribute: "attributes are not allowed in an expression, but for W.T: " + _INSTEAD,
    ast.Slice: "a range of entries is not read: write each, as in [x[1], x[2]]; W[2] is a whole row",
    ast.Lambda: "functions cannot be defined in an expression: " + _INSTEAD,
    ast.NamedExpr: "definitions stand on their own: write them first, as in a = u + v; f = a * w",
    ast.JoinedStr: "text is not allowed in an expression: " + _INSTEAD,
    ast.Starred: "arguments cannot be unpacked in an expression: write them one by one",
    ast.keyword: "arguments have no names in an expression: write them in order, as in clip(x, 0, 1)",
    **dict.fromkeys([ast.Compare, ast.IfExp, ast.And, ast.Or, ast.Not], _CONDITION),
    **dict.fromkeys([ast.Tuple, ast.Dict, ast.Set], _SEVERAL),
    **dict.fromkeys([ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp], _COMPREHENSION),
}

# Syntax that has its sign after its first part: there the caret is shown under the sign.
INFIX = (
    ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.NamedExpr, ast.Tuple,
    ast.Attribute, ast.Subscript, ast.Call, ast.AugAssign, ast.AnnAssign,
)  # fmt: skip


# Two factors without a sign between them, as in 2x.
UNSIGNED = re.compile(r"(?<![\w.])(\d[\d_]*\.?\d*|\.\d+)([^\W\d_]\w*)")


class SourceText:
    """The source: its statements, and errors that show a place in it. A place is an index into `text`.

    python: the text with the signs of mathematics written as Python reads them.
    """

    def __init__(self, source: str) -> None:
        require(isinstance(source, str), f"an expression is text such as {EXAMPLE!r}", source)
        # Indentation means nothing here, so that an indented text in a program can be given as it is.
        self.lines = [line.strip() for line in source.splitlines()]
        self.text = "\n".join(self.lines)
        if len(source) > MAX_LENGTH:
            msg = (
                f"the expression has {len(source):,} characters, at most {MAX_LENGTH:,} are read;"
                " build larger graphs in Python, with variables() and functions"
            )
            raise self.error(msg, min(MAX_LENGTH, len(self.text)))
        if unreadable := re.search("[\0\ud800-\udfff]", self.text):  # Python refuses them without a place
            raise self.error(f"the character {unreadable[0]!r} is not allowed: remove it", unreadable.start())
        self.python, self._places, lone_bar = in_python(self.text)
        if lone_bar is not None:
            msg = "this bar has no partner: write |x| or abs(x), and every product with its *"
            raise self.error(msg, lone_bar)

    def error(self, message: str, place: int | None = None) -> ExpressionError:
        """The error with the message, and below it the line with a caret under the place."""
        if place is None:
            return ExpressionError(message)
        start = self.text.rfind("\n", 0, place) + 1
        line, column = self.text[start:].partition("\n")[0], place - start
        cut = max(0, min(column - SHOWN_LENGTH // 2, len(line) - SHOWN_LENGTH))
        part = "".join(c if c.isprintable() else "\ufffd" for c in line[cut : cut + SHOWN_LENGTH])
        before, after = "…" if cut else "", "…" if cut + SHOWN_LENGTH < len(line) else ""
        caret = " " * (len(before) + column - cut) + "^"
        return ExpressionError(f"{message}\n  {before}{part}{after}\n  {caret}")

    def written(self, part: ast.expr) -> str:
        """How a part was typed, on one line; of a long one its beginning."""
        start = self._index(part.lineno, part.col_offset)
        end = self._index(part.end_lineno or part.lineno, part.end_col_offset or part.col_offset)
        typed = " ".join(self.text[self._places[start] : self._places[end]].split())
        return typed if len(typed) <= QUOTED_LENGTH else typed[:QUOTED_LENGTH] + "…"

    def refusal(self, part: ast.AST) -> ExpressionError:
        """The error for syntax that is not in the allow-list."""
        kind: Any = type(getattr(part, "op", part))
        return self.error(
            REFUSED.get(kind, f"this is not allowed in an expression: {_INSTEAD}"), self.place(part)
        )

    def place(self, part: Any) -> int:
        """Where the caret goes: to the sign of `a // b` or `a.b`, else to where the part begins."""
        inside = [child for child in ast.iter_child_nodes(part) if hasattr(child, "lineno")]
        if not isinstance(part, INFIX) or not inside:
            return self._places[self._index(part.lineno, part.col_offset)]
        first: Any = min(inside, key=lambda child: (child.lineno, child.col_offset))  # type: ignore[attr-defined]
        sign = re.compile(r"[\s)\\]*").match(self.python, self._index(first.end_lineno, first.end_col_offset))
        return self._places[sign.end()] if sign else 0

    def _index(self, line: int, byte: int) -> int:
        """The index into `python` of what Python calls line (from 1) and column (in bytes of UTF-8)."""
        lines = self.python.split("\n")
        before = lines[line - 1].encode()[:byte].decode()
        return sum(len(text) + 1 for text in lines[: line - 1]) + len(before)

    def statements(self) -> list[ast.stmt]:
        """The statements of the source, at least one."""
        self._check_depth()
        try:
            with warnings.catch_warnings():  # such as that of 1if; it would come before our error
                warnings.simplefilter("ignore")
                statements = ast.parse(
                    self.python, filename=""
                ).body  # Python shows errors from the file of that name
        except SyntaxError as error:
            raise self._unreadable(error) from None
        except (RecursionError, MemoryError):  # little was left of the stack
            raise self.error(_TOO_DEEP, 0) from None
        if not statements:
            raise self.error(f"there is no expression: write one such as {EXAMPLE}")
        return statements

    def _check_depth(self) -> None:
        """Raise ExpressionError, with the place, before the text is too deep for Python's parser.

        The depth of a part is at most its operations and the depth of its deepest brackets. In an f-string
        Python 3.11 would begin to count anew, so there is none behind this.
        """
        around: list[tuple[int, int, int, int]] = []  # the same four numbers, for every open bracket
        above = operations = inside = finished = 0
        for token in TOKEN.finditer(self.python):
            match token.lastgroup:
                case "template":
                    raise self.error(REFUSED[ast.JoinedStr], self._places[token.start()])
                case "word" if token[0] == "lambda":  # a comma among its arguments does not end it
                    above, operations = above + operations + 1, 0
                case "word" if keyword.iskeyword(token[0]):
                    operations += 1
                case "sign":
                    operations += 1
                case "open":
                    around.append((above, operations, inside, finished))
                    above, operations, inside, finished = above + operations + BRACKET, 0, 0, 0
                case "close" if around:
                    depth = BRACKET + max(finished, operations + inside)
                    above, operations, inside, finished = around.pop()
                    inside = max(inside, depth)
                case "end" if token[0] == "," or not around:
                    operations, inside, finished = 0, 0, max(finished, operations + inside)
                    above = above if token[0] == "," else 0
            if above + operations + inside > MAX_DEPTH:
                raise self.error(_TOO_DEEP, self._places[token.start()])

    def _unreadable(self, error: SyntaxError) -> ExpressionError:
        """The error for a text that has no syntax tree."""
        lines = self.python.split("\n")
        line = min(error.lineno or 1, len(lines))
        column = min((error.offset or 1) - 1, len(lines[line - 1]))
        place = self._places[self._index(line, 0) + column]
        if "Exceeds the limit" in error.msg:  # Python reads no int so long, and does not say where it is
            longest = max(re.finditer(r"\d+", self.text), key=lambda digits: len(digits[0]))
            return self.error(_TOO_LARGE, longest.start())
        for word in re.finditer(r"#.*|\b[^\W\d]\w*", self.text):  # a comment is no keyword
            if keyword.iskeyword(word[0]):
                return self.error(f"{word[0]} is a reserved word of Python: call it {word[0]}_", word.start())
        factors = UNSIGNED.search(self.text)
        if factors and error.msg == "invalid decimal literal":
            product = f"{factors[1]}*{factors[2]}"
            written = f"write {product}" if len(product) <= SHOWN_LENGTH else "write a * between the two"
            return self.error(f"a product needs its sign: {written}", factors.start(2))
        what = error.msg.partition(". ")[0]  # advice of Python's own follows, about programs
        return self.error(
            f"cannot read this ({what}): write it as in {EXAMPLE}, every product with its *", place
        )

    def definition(self, statement: ast.stmt, *, is_last: bool) -> tuple[ast.Name | None, ast.expr]:
        """The name and the expression of a statement; only the last may lack a name."""
        match statement:
            case ast.Assign(targets=[ast.Name() as name], value=expression):
                return name, expression
            case ast.Expr(value=expression) if is_last:
                return None, expression
            case ast.Expr():
                raise self.error(
                    "only the last part may lack a name: write name = ...", self.place(statement)
                )
            case ast.Assign(targets=[*_, target]):
                raise self.error("a definition has one name: write name = ...", self.place(target))
        raise self.error(f"only definitions are allowed: write {EXAMPLE}", self.place(statement))
