"""The parts that a lecture file is made of, as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from autograd_mini.expression import definitions

if TYPE_CHECKING:
    from typing import Any

Said = Mapping[str, str]  # by language


def say(said: Said, language: str) -> str:
    """What is said in a language, or in the other if it is said in one alone."""
    return said.get(language) or next(iter(said.values()), "")


@dataclass(frozen=True)
class Case:
    """One text with its numbers. values: other names of what it computes. gradients: by what is differentiated other names.

    of: the result whose gradients they are, where `gradients` does not say.
    """

    definitions: str
    inputs: Mapping[str, Any]
    data: tuple[str, ...] = ()
    of: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    gradients: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def model(self, inputs: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All names of the text, each a Value or a nested list of Values."""
        return definitions(self.definitions, self.inputs if inputs is None else inputs, data=self.data)


@dataclass(frozen=True)
class Descent:
    """Steps down a gradient: w ← w − rate · ∂of/∂w for every w that `moves` names.

    each: inputs that have another number at every step. The rest are names of what comes out, with {step} and {name}
    in them: costs before each step (a list of all, and of the last, without {step}), moved parameters, first gradients,
    and all results after the last step.
    """

    of: str
    rate: float
    steps: int
    moves: tuple[str, ...]
    each: Mapping[str, list[float]]
    costs: str
    moved: str
    first: str
    after: str

    def is_moved(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.moves)


@dataclass(frozen=True)
class Printed:
    """A number as it stands in the document. erratum: its id if the document is wrong, then `right` is right."""

    what: str  # values or gradients
    name: str
    text: str
    erratum: str = ""
    right: str = ""


@dataclass(frozen=True)
class Claim:
    """Something the document says that can be computed. holds: whether it is true."""

    claim: str
    said: Said
    holds: bool = True
    erratum: str = ""


@dataclass(frozen=True)
class Varied:
    """Which numbers an input may have for students: from `least` to `most` in steps."""

    least: float
    most: float
    step: float


@dataclass(frozen=True)
class Erratum:
    """What the document says, where, and what is right. notes: in words."""

    id: str
    place: Said
    says: str
    right: Said


@dataclass(frozen=True)
class Question:
    """A question of the document by its number, and what answers it: examples, words, or why nothing can."""

    number: str
    place: Said
    kind: str
    asks: Said
    examples: tuple[str, ...]
    answer: Said
    reason: Said
    printed: str
    errata: tuple[str, ...]
