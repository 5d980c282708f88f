"""What the pages of a folder share: scripts, style sheets and the looks of their pictures, each written once.

A page for itself holds all that it needs (document.py). Where hundreds lie beside one another, as in the site of the
lectures, they link to the same few files; a picture then has a class for the looks that it would say of each part.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from autograd_mini.viz.colours import DARK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from xml.etree.ElementTree import Element

LENGTHS = ("rx", "font-size")  # in a style sheet they need a unit
LOOKS = (
    "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "font-family", "font-weight", "text-anchor",
    "text-decoration", *LENGTHS,
)  # fmt: skip
FACTS = ("id", "class", "xmlns")  # and data-...: what the script of a page asks a picture about
PLACES = {"d", "points", "x", "y", "cx", "cy", "width", "height"}
PICTURES = "pictures.css"


class Shared:
    """The files of a folder, and the elements of pages that link to them. place: where it lies, seen from a page.

    >>> shared = Shared("../assets/")
    >>> shared.style(["viz/assets/picture.css", "viz/assets/arrays.css"], lambda names: "svg{margin:auto}")
    '<link rel="stylesheet" href="../assets/picture-arrays.css">'
    >>> shared.files
    {'picture-arrays.css': 'svg{margin:auto}', 'pictures.css': ''}
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self._pictures = f'<link rel="stylesheet" href="{place}{PICTURES}">'
        self._texts: dict[str, str] = {}
        self._looks: dict[str, str] = {}

    @property
    def files(self) -> dict[str, str]:
        """Their texts by name."""
        rules = [f".{name}{{{looks}}}" for looks, name in self._looks.items()]
        return {**self._texts, PICTURES: "\n".join(rules)}

    def style(self, names: Sequence[str], text_of: Callable[[Sequence[str]], str]) -> str:
        """The element of a style sheet that is made of files of the package, once."""
        return f'<link rel="stylesheet" href="{self._made(names, ".css", text_of)}">' if names else ""

    def script(self, names: Sequence[str], text_of: Callable[[Sequence[str]], str]) -> str:
        """Likewise of a script."""
        return f'<script src="{self._made(names, ".js", text_of)}"></script>' if names else ""

    def _made(self, names: Sequence[str], suffix: str, text_of: Callable[[Sequence[str]], str]) -> str:
        name = f"{'-'.join([PurePath(name).stem for name in names])}{suffix}"
        if name not in self._texts:
            self._texts[name] = text_of(names)
        return f"{self.place}{name}"

    def dressed(self, drawing: Element) -> str:
        """The drawing as text, with a class in the place of the looks of each part, and without facts for scripts."""
        for element in drawing.iter():
            looks = [f"{key}:{_value(key, element.attrib[key])}" for key in LOOKS if key in element.attrib]
            element.attrib = {
                key: _rounded(value) if key in PLACES else value
                for key, value in element.items()
                if _is_kept(element.tag, key, value)
            }
            if looks:
                element.set("class", self._looks.setdefault(";".join(looks), f"l{len(self._looks)}"))
        text = ET.tostring(drawing, encoding="unicode").replace(" />", "/>")  # in names > is &gt;
        return self._pictures + text


def _rounded(places: str) -> str:
    """Places to a tenth of a pixel, which no eye can tell."""
    return re.sub(r"\d+\.\d\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), places)


def _is_kept(tag: str, key: str, value: str) -> bool:
    """Whether an attribute says a shape or a place, and not the one that goes without saying."""
    is_usual = key in ("x", "y") and value == "0" and tag != "tspan"
    return key not in (*LOOKS, *FACTS) and not key.startswith("data-") and not is_usual


def _value(key: str, text: str) -> str:
    """The value of an attribute as a style sheet writes it; of a colour that on light and on dark paper."""
    return f"light-dark({text},{DARK[text]})" if text in DARK else text + "px" * (key in LENGTHS)
