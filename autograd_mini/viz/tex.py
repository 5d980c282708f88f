r"""Any text as TeX that shows it: plain ASCII, which every engine reads, with nothing in it that TeX obeys.

>>> print(plain("θ_1 < 50%"), ascii_maths(r"\theta \times θ"), sign("×"), sep="\n")
\ensuremath{\theta}\_1 \textless{} 50\%
\theta \times {\theta}
${\times}$
"""

from __future__ import annotations

import unicodedata

from autograd_mini.words.visible import visible

_OBEYED = {c: "\\" + c for c in "{}$&#%_"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",  # for these three the first fonts of TeX have other signs
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}
_COMMANDS = {
    "×": "times", "·": "cdot", "∂": "partial", "≥": "ge", "≤": "le", "≠": "ne", "≈": "approx", "∞": "infty",
    "…": "dots", "√": "surd", "∇": "nabla", "ℓ": "ell", "′": "prime", "←": "leftarrow", "→": "rightarrow",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "ς": "varsigma", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi", "ϕ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi",
    "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "∈": "in", "‖": "Vert", "□": "square", "⋮": "vdots", "⊖": "ominus",
}  # fmt: skip
_ACCENTS = dict(zip("\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327", "`'^~\"rvc", strict=True))
_LETTERS = {
    "−": r"\ensuremath{-}",
    "’": "'",
    "–": "--",
    "—": "---",
    "œ": r"\oe{}",
    "æ": r"\ae{}",
    "ø": r"\o{}",
    "ß": r"\ss{}",
}
_INDICES = {"<sub>": "_", "<super>": "^"}


def plain(text: str) -> str:
    r"""The text for a line of text; a character no font of TeX has is written as [U+4E2D].

    >>> print(plain("Rétropropagation {x}\n"))
    R\'{e}tropropagation \{x\}\textbackslash{}n
    """
    return "".join([_OBEYED.get(c) or _sign(c) for c in visible(text)])


def _sign(c: str) -> str:
    """One character as ASCII."""
    if " " <= c <= "~":
        return c
    if c in _LETTERS:
        return _LETTERS[c]
    if c in _COMMANDS:
        return rf"\ensuremath{{\{_COMMANDS[c]}}}"
    letter, *marks = list(unicodedata.normalize("NFD", c))
    if letter.isascii() and len(marks) == 1 and marks[0] in _ACCENTS:
        return rf"\{_ACCENTS[marks[0]]}{{{letter}}}"
    simpler = unicodedata.normalize("NFKC", c)
    if simpler == c:
        return f"[U+{ord(c):04X}]"
    place = _INDICES.get(unicodedata.decomposition(c).split()[0])
    return rf"\ensuremath{{{{}}{place}{{{plain(simpler)}}}}}" if place else plain(simpler)


def ascii_maths(formula: str) -> str:
    r"""A formula in TeX without the letters of other alphabets, which names may have.

    >>> print(ascii_maths(r"\mathtt{θ é} \times 2"))
    \mathtt{{\theta} \text{\'{e}}} \times 2
    """
    return "".join([c if " " <= c <= "~" else _maths_sign(c) for c in formula])


def sign(symbol: str) -> str:
    """The sign of an operation, a word or one of mathematics."""
    return plain(symbol) if symbol.isalpha() else f"${''.join(map(_maths_sign, symbol))}$"


_HARMLESS = frozenset(" +-/=()[]|<>.,:;!?'*@")


def _maths_sign(c: str) -> str:
    """One character that is not to be obeyed, inside a formula."""
    if c in _COMMANDS:
        return rf"{{\{_COMMANDS[c]}}}"
    return c if c in _HARMLESS or (c.isalnum() and c.isascii()) else rf"\text{{{plain(c)}}}"
