"""One HTML file that needs nothing else: no network, no framework, and a policy that lets nothing in.

The Content-Security-Policy allows one script and one style sheet, each by its hash. So even if a name got
past the escaping, a browser would not run it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from autograd_mini.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable


def document(title: str, language: str, body: str, styles: Iterable[str], scripts: Iterable[str]) -> str:
    """The page as text; `styles` and `scripts` name files in the folder assets."""
    style, script = ("\n".join(map(_asset, names)) for names in (styles, scripts))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return f"""<!DOCTYPE html>
<html lang="{language}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{style}</style>
{body}
<script>{script}</script>
</html>
"""


def data_block(name: str, content: Any) -> str:
    """A `<script>` that holds data and never runs: JSON without a `<`, so that nothing in it can end it."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def button(name: str, label: str, icon: str) -> str:
    """A button with an icon, a path in a square of 16; its label is read out and shown by the mouse."""
    words = f'aria-label="{escape(label)}" title="{escape(label)}"'
    return f'<button id="{name}" {words}><svg viewBox="0 0 16 16"><path d="{icon}"/></svg></button>'


def picture_panel(picture: str, language: str) -> str:
    """The picture in a panel that scrolls, and the buttons that zoom."""

    def zoom(name: str, key: str, icon: str) -> str:
        return button(name, message(key, language), icon)

    return (
        f'<figure><div id="panel">{picture}</div><div id="zoom">'
        + zoom("in", "zoom in", "M7 3h2v4h4v2H9v4H7V9H3V7h4z")
        + zoom("out", "zoom out", "M3 7h10v2H3z")
        + zoom("fit", "fit", "M2 2h5L5 4l2 2-1 1-2-2-2 2zM14 14H9l2-2-2-2 1-1 2 2 2-2z")
        + "</div></figure>"
    )


def _asset(name: str) -> str:
    """A style sheet or script of the folder assets, without indentation and lines of comment."""
    text = files("autograd_mini.viz").joinpath("assets", name).read_text("utf-8")
    text = re.sub(r"^\s*(//.*|/\*.*\*/)$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n\s*", "\n", text).strip()


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
