"""The steps of a graph as plain lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd_mini.stepping import Step


def listing(steps: Iterable[Step]) -> str:
    """All steps, numbered, under the headings Forward and Backward."""
    lines: list[str] = []
    forward = None
    for i, step in enumerate(steps, 1):
        if step.is_forward is not forward:
            forward = step.is_forward
            lines += ["Forward"] if forward else ["", "Backward"]
        lines.append(f"{i:4}  {step.line}")
    return "\n".join(lines)
