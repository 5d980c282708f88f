"""The signs of mathematics, as our own pictures and steps print them, written as Python reads them.

Every character of the result knows its place in the text it was made from, so that errors can point there.

>>> in_python("−|y|·√x² ÷ 2·10⁻³")[0]
'-abs(y)*sqrt(x)**2 / 2e-3'
"""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
INDICES = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SIGNS = {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "^": "**"}
NUMBER = r"\d[\d_]*\.?\d*(?:e[+-]?\d+)? | \.\d+"
RAISED = "⁰¹²³⁴-⁹"

# Text and numbers are passed over whole, whatever signs stand in them.
TOKEN = re.compile(
    rf"""(?P<scientific>\d[\d_]*+(?:\.\d*+)?[ ]?[·×⋅][ ]?10[⁻⁺]?[{RAISED}]+)
    | (?P<passed>\#.* | \\\n | {NUMBER}
        | '''(?:[^\\]|\\[\s\S])*?''' | '(?:[^'\\\n]|\\[\s\S])*'
        | \"\"\"(?:[^\\]|\\[\s\S])*?\"\"\" | "(?:[^"\\\n]|\\[\s\S])*")
    | (?P<template>(?:[ft]r?|r[ft])(?=['"]))
    | (?P<word>[^\W\d{RAISED}][^\W{RAISED}]*)
    | (?P<power>[⁻⁺]?[{RAISED}]+)
    | (?P<open>[(\[{{]) | (?P<close>[)\]}}]) | (?P<end>[,;\n])
    | (?P<sign>\*\*|//|\S)""",
    re.IGNORECASE | re.VERBOSE,
)

CALL = re.compile(r"\s*\(")


SPECIAL = re.compile(rf"[×·⋅÷−^|√₀-₉⁻⁺{RAISED}]|\blambda\b")
FUNCTION = re.compile(r"[^;\n#:]*:")  # after lambda: then it is no name, but Python's word for a function


def in_python(text: str) -> tuple[str, Sequence[int], int | None]:
    """The text for Python's parser, the place of each of its characters and of its end, and of a lone bar.

    |x| is abs(x), √ takes what stands next to it, a superscript is a power, and the name lambda, which Python
    does not allow, is lambda_.
    """
    if not SPECIAL.search(text):
        return text, range(len(text) + 1), None
    written: list[str] = []
    places: list[int] = []
    around: list[tuple[str, int]] = []  # what is open, and where: brackets, bars and roots
    lone: list[int] = []
    done, follows = 0, False  # follows: whether a number came last, so that a bar closes

    def put(piece: str, place: int, read: int = 1) -> None:
        """`piece` stands for so many characters of the text; if it has as many, for each of them."""
        written.append(piece)
        places.extend(range(place, place + read) if read == len(piece) else [place] * len(piece))

    for token in TOKEN.finditer(text):
        kind, word, place = token.lastgroup, token[0], token.start()
        put(text[done:place], done, place - done)
        done = token.end()
        is_number = False
        if word == "lambda" and not FUNCTION.match(text, done):
            kind, word = "word", "lambda_"
        if word == "√" or (word == "|" and not follows):
            put("sqrt(" if word == "√" else "abs(", place)
            around.append((word, place))
        elif word == "|" and around and around[-1][0] == "|":
            around.pop()
            put(")", place)
            is_number = True
        elif word == "|":
            put(word, place)
            lone.append(place)
        elif kind == "scientific":
            digits, _, power = re.split("([·×⋅])", word)
            put(f"{digits.strip()}e{power.strip()[2:].translate(POWERS)}", place)
            is_number = True
        elif kind == "power":
            power = word.translate(POWERS)
            put(f"**{power}" if power.isdecimal() else f"**({power})", place)
            follows = True
            continue
        else:
            put(word.translate(INDICES) if kind == "word" else SIGNS.get(word, word), place, len(word))
            if kind == "open":
                around.append((word, place))
            elif kind == "close" and around and around[-1][0] in "([{":
                around.pop()
            is_name = kind == "word" and not keyword.iskeyword(word)
            is_number = kind in ("passed", "close") or (is_name and not CALL.match(text, done))
        while is_number and around and around[-1][0] == "√":
            around.pop()
            put(")", place)
        follows = is_number
    put(text[done:], done, len(text) - done)
    lone += [place for sign, place in around if sign == "|"]
    return "".join(written), [*places, len(text)], min(lone, default=None)
