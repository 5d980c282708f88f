r"""Any text as TeX that shows it: plain ASCII that every engine reads and no character of which is obeyed.

>>> print(plain("θ_1 < 50%"), maths("∂f/∂t1"), maths("max(0, x)^2 × θ"), sep="\n")
{\ensuremath{\theta}}\_1 \textless{} 50\%
\partial f/\partial t_{1}
\operatorname{max}(0, x)^{2} \times {\ensuremath{\theta}}
"""

from __future__ import annotations

_COMMANDS = {"{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_"} | {
    character: rf"\text{name}{{}}"
    for character, name in {
        "\\": "backslash",
        "^": "asciicircum",
        "~": "asciitilde",
        "<": "less",
        ">": "greater",
        "|": "bar",
        '"': "quotedbl",
    }.items()
}
_LETTERS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "o", "pi", "rho", "varsigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"]
_SIGNS = {"×": "times", "·": "cdot", "∂": "partial", "≥": "ge", "≤": "le", "∞": "infty", "…": "dots", "√": "surd"} | {
    "−": "-", "∇": "nabla", "∑": "Sigma", "ℓ": "ell", "ϕ": "varphi", "ϵ": "varepsilon", "′": "prime", "≠": "ne"
}
