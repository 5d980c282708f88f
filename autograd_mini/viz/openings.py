"""Definitions that a reader opens by a click, without a script: each picture is laid out in advance, and links lead on.

A page holds the picture that was asked for and, for each definition with several operations, the one in which it is
open, or closed if it was open. Of these one is shown, that of the address: page.html#open-h.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from autograd_mini.viz.document import document, image
from autograd_mini.viz.svg import darkened, follow_reader, text_of
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Protocol

    from autograd_mini.viz.scene import Scene

    class Picture(Protocol):
        """What is asked of a drawing here."""

        scene: Scene
        language: str
        theme: str
        opened: Collection[str]
        places: Mapping[str, str]

        def element(self) -> ET.Element: ...
        def svg(self) -> str: ...


RULES = (
    "body{font:1rem/1.5 system-ui,sans-serif}section{display:none}section:target,#closed{display:block}"
    "section:target~#closed{display:none}p a{color:inherit;margin-right:1em}svg a:hover .name{text-decoration:underline}"
)


def page_of(drawing: Picture, opened: Mapping[str, Picture]) -> str:
    """The page of a drawing and of those in which one more definition is open, or one less, by its name.

    Raises LayoutError if the renderer fails.
    """
    titles = {name: _title(name, each, drawing) for name, each in opened.items()}
    addresses = {name: f"open-{quote(name, safe='')}" for name in opened}
    root = ET.Element("main")
    for name, each in [*opened.items(), ("", drawing)]:
        section = ET.SubElement(root, "section", id=addresses.get(name, "closed"))
        paragraph = ET.SubElement(section, "p")
        element = each.element()
        for number, other in enumerate(opened):
            is_here = other == name
            is_open = (other in drawing.opened) != is_here
            address = "#closed" if is_here else f"#{addresses[other]}"
            key = "close definition" if is_open else "open definition"
            link = ET.SubElement(paragraph, "a", href=address)
            link.set("aria-label", message(key, drawing.language).format(titles[other]))
            link.text = f"{'⊟' if is_open else '⊞'} {titles[other]}"
            _link(element, each, other, address)
            if is_here:
                _rename(element, f"{number}-")
        section.append(element)
    if drawing.theme == "dark":
        darkened(root)
    rules = ":root{color-scheme:light dark}" + follow_reader(root) if drawing.theme == "auto" else ""
    return document(drawing.scene.title, drawing.language, text_of(root), (), (), RULES + rules)


def details_of(drawing: Picture, opened: Mapping[str, Picture]) -> str:
    """What a notebook shows below a picture, trusted or not: a line for each definition, and below it, once it is opened,
    the picture in which it is open.
    """
    items = []
    for name, each in opened.items():
        title = _title(name, each, drawing)
        items.append(f"<details><summary>{escape(title)}</summary>{image(each.svg(), title)}</details>")
    return "".join(items)


def _title(name: str, one: Picture, other: Picture) -> str:
    """What stands on the frame of a definition, in the drawing in which it is open."""
    frames = [*one.scene.frames, *other.scene.frames]
    return next(frame.title for frame in frames if frame.id == f"cluster {name}")


def _link(element: ET.Element, drawing: Picture, name: str, address: str) -> None:
    """Make the card of a definition, or its frame, a link."""
    groups = element[-1]
    framed = [group for group in groups if "frame" in group.get("class", "").split()]
    found = [group for frame, group in zip(drawing.scene.frames, framed) if frame.id == f"cluster {name}"]
    found = found or [group for group in groups if group.get("id") == drawing.places.get(name)]
    for group in found:
        place = [*groups].index(group)
        link = ET.Element("a", href=address)
        link.append(group)
        groups[place] = link


def _rename(element: ET.Element, prefix: str) -> None:
    """Give the parts of a picture names of their own in the page."""
    for part in element.iter():
        for key in ("id", "data-tail", "data-head", "data-edge"):
            if key in part.attrib:
                part.set(key, prefix + part.attrib[key])
