"""The steps of a graph as plain lines of text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from autograd_mini.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.stepping import Step


def listing(steps: Iterable[Step], language: str = "en") -> str:
    """All steps, numbered, with a heading for each sweep."""
    sweeps = [
        "\n".join([message(sweep, language), *(f"{i:4}  {step.line}" for i, step in group)])
        for sweep, group in groupby(enumerate(steps, 1), key=lambda numbered: numbered[1].sweep)
    ]
    return "\n\n".join(sweeps)
