"""Numbers of a student's own: drawn from a seed, and drawn again where they would be ugly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autograd_mini.lectures.parts import Varied
    from autograd_mini.lectures.running import Run


def variant(
    id_: str, vary: Mapping[str, Varied], run: Callable[[Mapping[str, Any]], Run], student: str
) -> dict[str, Any]:
    """The inputs of a student."""
    raise NotImplementedError
