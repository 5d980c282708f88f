"""One HTML file that needs nothing else: no network, no framework, and a policy that lets nothing in.

The Content-Security-Policy allows one script and one style sheet, each by its hash. So even if a name got
past the escaping, a browser would not run it. Pages that share files (shared.py) may load those beside them, too, by
'self': on a disk Chromium takes neither hashes nor `integrity` for files.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import ascii_letters
from typing import TYPE_CHECKING

from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from autograd_mini.viz.shared import Shared


def document(
    title: str,
    language: str,
    body: str,
    styles: Sequence[str],
    scripts: Sequence[str],
    rules: str = "",
    program: str = "",
    *,
    is_sealed: bool = False,
    shared: Shared | None = None,
) -> str:
    """The page as text; `styles` and `scripts` name files of the package.

    rules: more of style. program: more of script, which comes before that of the files. is_sealed: whether the words of
    the script are its own, so that a console knows none of them. shared: for a page that links to the files which it
    shares with others, and holds only rules and program itself.
    """
    program = program and f'"use strict";{_stripped(program)}\n'
    sheet = code = allowed = ""
    if shared:
        sheet = shared.style(styles, _style_of)
        code = shared.script(scripts, _sealed_of if is_sealed else _script_of)
        style, script, allowed = rules, program, "'self' "
    else:
        script = program + _stripped(_needed(program, _joint(scripts)))
        script = _sealed(script) if is_sealed else script
        script = _joined(_without_elements(_with_short_words(script)))
        style, script = _with_short_names(_style_of(styles) + rules, script)
    policy = (
        f"default-src 'none'; style-src {allowed}'{_hash(style)}'; script-src {allowed}'{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="{language.partition("-")[0]}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
{sheet}<style>{style}</style>
{body}
<script>{script}</script>{code}
</html>
"""


def data_block(name: str, content: Any) -> str:
    """A `<script>` that holds data and never runs: JSON without a `<`, so that nothing in it can end it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def button(name: str, label: str, sign: str) -> str:
    """A button with a sign on it; its title is read out, and shown by the mouse."""
    return f'<button id={name} title="{escape(label)}">{sign}</button>'


def panel(picture: str, language: str, more: Iterable[tuple[str, str]] = ()) -> str:
    """The picture, in a panel that scrolls, the buttons that zoom, and more of them: names and signs."""
    signs = {"larger": "+", "smaller": "−", "whole": "⤢"} | dict(more)
    buttons = "".join(button(name, message(name, language), sign) for name, sign in signs.items())
    return f"<figure><div id=panel>{picture}</div><p>{buttons}</p></figure>"


# A notebook says by its theme what is dark; where nothing is trusted this is taken away, and the system decides.
THEME = (
    "<style>.autograd-mini{max-width:100%}[data-jp-theme-light=true] .autograd-mini{color-scheme:light}"
    "[data-jp-theme-light=false] .autograd-mini{color-scheme:dark}</style>"
)


def image(svg: str, label: str) -> str:
    """The picture as an `<img>` with its data inside, which also a notebook shows that is not trusted."""
    data = b64encode(svg.encode()).decode()
    return f'<img class="autograd-mini" alt="{escape(label)}" src="data:image/svg+xml;base64,{data}">'


# Strings and regular expressions of a script, or the white space that can go; a script of ours ends every
# statement with a semicolon.
_SPARE = re.compile(r"""("[^"\n]*"|`[^`]*`|/\^.*?/)|\s*([^\w\s$"`/])\s*""")

# A constant, and after it another; not what counts through a loop.
_NEXT_CONSTANT = re.compile(r"(\bconst(?: |(?=\[))(?:(?!\bof\b)[^;{}])*);const(?: |(?=\[))")


def _joint(names: Iterable[str]) -> str:
    """Files of the package without their comments, as one text."""
    return "\n".join(map(_text, names))


def _style_of(names: Iterable[str]) -> str:
    return _stripped_style(_joint(names))


def _script_of(names: Iterable[str]) -> str:
    return _without_elements(_stripped(_joint(names)))


def _sealed_of(names: Iterable[str]) -> str:
    return _sealed(_script_of(names))


def _sealed(script: str) -> str:
    """The script as a function of its own."""
    return f'"use strict";(()=>{{{script}\n}})();'


def _text(name: str) -> str:
    """A file of the package without its comments."""
    text = files("autograd_mini").joinpath(name).read_text("utf-8")
    return re.sub(r"^\s*(//.*|/\*.*\*/)\n", "", text, flags=re.MULTILINE).strip()


def _needed(program: str, script: str) -> str:
    """The script without those functions that nothing calls."""
    for function in re.finditer(r"^function (\w+)\(.*?^}\n", script, re.MULTILINE | re.DOTALL):
        if len(re.findall(rf"\b{function[1]}\b", program + script)) == 1:
            script = script.replace(function[0], "")
    return script


def _stripped_style(text: str) -> str:
    """A style sheet without spare white space."""
    return re.sub(r"\s*([{};,>+])\s*|(:) ", r"\1\2", text).replace(";}", "}")


def _stripped(text: str) -> str:
    """A script without spare white space."""
    text = _SPARE.sub(lambda found: found[1] or found[2], text)
    return re.sub(r"\((\w+)\)(?==>)", r"\1", text).replace(";}", "}")


def _without_elements(script: str) -> str:
    """The script without constants for elements: those with an id have that name already."""
    return re.sub(r"const\{[\w,]+\}=window;", "", script)


def _joined(text: str) -> str:
    """The script with one declaration for constants that follow one another."""
    while text != (text := _NEXT_CONSTANT.sub(r"\1,", text)):
        pass
    return text


def _with_short_names(style: str, script: str) -> tuple[str, str]:
    """Both with one letter for the name of each property that the style sheet makes up, such as --paper."""
    names = dict.fromkeys(re.findall(r"--[a-z]+", style))
    short = {name: f"--{letter}" for name, letter in zip(names, ascii_letters)}
    first, second = (
        re.sub(r"--[a-z]+", lambda found: short.get(found[0], found[0]), text) for text in (style, script)
    )
    return first, second


# How a script declares words: as names of functions and variables, and as parameters; and which have to stay, as
# properties are called so, or a template.
_DECLARED = re.compile(
    r"function (\w+)\(([^)]*)\)|(?:const|let) ([\w,]+)|const\[([^;]*?)\](?:=|of )|\(([\w,]+)\)=>|\b(\w+)=>"
)
_FIXED = re.compile(r"(?<!\.)\.(\w+)|[{,](\w+):|\{([\w,]+)\}\)?=|(`[^`]*`)")


def _with_short_words(script: str) -> str:
    """The script with one letter, or two, for each word that it declares."""

    def words(pattern: re.Pattern[str], code: str) -> list[str]:
        return [
            word
            for found in pattern.finditer(code)
            for word in re.findall(r"\w+", " ".join(filter(None, found.groups())))
        ]

    pieces = re.split(r"""("[^"\n]*"|`[^`]*`|/\^.*?/)""", script)
    code = " ".join(pieces[::2])
    counts = Counter(re.findall(r"\w+", code))
    declared = {*words(_DECLARED, code)} - {*words(_FIXED, script)}
    longest_first = sorted(
        [word for word in declared if len(word) > 1], key=lambda word: (-counts[word], word)
    )
    free = [
        letters
        for prefix in ("", *"_$ABC")
        for letter in ascii_letters
        if (letters := prefix + letter) not in counts
    ]
    short = dict(zip(longest_first, free, strict=False))
    for i in range(0, len(pieces), 2):
        pieces[i] = re.sub(
            r"(?<![\w#])(?<!(?<!\.)\.)[a-z]\w*", lambda found: short.get(found[0], found[0]), pieces[i]
        )
    return "".join(pieces)


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
