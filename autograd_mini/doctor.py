"""What `autograd-mini doctor` says: which versions, layout engines and extras are here and work."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, metadata, version

from autograd_mini.compiler.compiled import compile
from autograd_mini.engine import native
from autograd_mini.errors import LayoutError, MissingExtraError
from autograd_mini.expression.nodes import parse
from autograd_mini.viz.drawing import draw
from autograd_mini.viz.layout import RENDERERS

DISTRIBUTION = "autograd-mini"


def report() -> str:
    """The findings, a line each, under the headings Versions, Engine, Renderers, Compiler and Extras.

    A renderer is tried on a small graph, the compiler on a small program; an extra lists its packages with their
    versions.
    """
    sections = {
        "Versions": _versions(),
        "Engine": [f"native core  {native.status}"],
        "Renderers": _renderers(),
        "Compiler": _compiler(),
        "Extras": _extras(),
    }
    return "\n\n".join(
        "\n".join([title, *(f"  {line}" for line in lines)]) for title, lines in sections.items()
    )


def _versions() -> list[str]:
    system = f"{platform.system()} {platform.machine()}"
    return [f"{DISTRIBUTION} {version(DISTRIBUTION)}", f"Python {platform.python_version()} on {system}"]


def _renderers() -> list[str]:
    return [f"{name:<6} {_trial(name)}" for name in RENDERERS]


def _trial(renderer: str) -> str:
    """Whether a renderer can draw a graph of three nodes."""
    try:
        draw(parse("x + y"), renderer=renderer).svg()
    except LayoutError as error:
        return f"no: {error}"
    return "works" + (", used unless you ask for another" if renderer == next(iter(RENDERERS)) else "")


def _compiler() -> list[str]:
    """Whether each tier of `compile` works, or why not."""
    lines, is_first = [], True
    for tier, what in (("straight", "machine code"), ("numpy", "NumPy")):
        try:
            compile(lambda x: x * x, tier=tier)([3.0])
        except MissingExtraError as error:
            lines.append(f"{what:<13} no: {error}")
        else:
            lines.append(f"{what:<13} works{', used unless you ask for another' if is_first else ''}")
            is_first = False
    return lines


def _extras() -> list[str]:
    """Every extra of the distribution: its packages with versions, or how to install it."""
    wanted: dict[str, list[str]] = {}
    about = metadata(DISTRIBUTION)
    for requirement in about.get_all("Requires-Dist") or ():
        package, _, extra = requirement.partition("extra ==")
        if extra:
            wanted.setdefault(extra.strip(" '\""), []).append(_name_of(package))
    return [f"{extra:<9} {_extra(extra, packages)}" for extra, packages in sorted(wanted.items())]


def _extra(extra: str, packages: list[str]) -> str:
    found = {package: _installed(package) for package in packages}
    if None in found.values():
        return f'no: pip install "{DISTRIBUTION}[{extra}]"'
    return ", ".join(f"{package} {number}" for package, number in found.items())


def _name_of(requirement: str) -> str:
    """The package of a requirement such as `numpy>=1.26; extra == 'fast'`."""
    for end in "[<>=!~; ":
        requirement = requirement.partition(end)[0]
    return requirement


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
