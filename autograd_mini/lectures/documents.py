"""Documents and their examples: what users hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from autograd_mini.engine.graph import toposort
from autograd_mini.engine.value import Value
from autograd_mini.errors import LectureError, nearest, require, shown
from autograd_mini.expression.arrays import entries
from autograd_mini.lectures.landscape import landscape
from autograd_mini.lectures.parts import Case, Claim, Descent, Erratum, Printed, Question, Said, Varied, say
from autograd_mini.lectures.running import Run, root_of, run_of
from autograd_mini.lectures.updates import closing_of
from autograd_mini.lectures.variants import variant
from autograd_mini.stepping.steps import steps
from autograd_mini.viz.drawing import draw
from autograd_mini.viz.neurons import layers_of
from autograd_mini.viz.roots import roots_of
from autograd_mini.words.messages import message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike
    from pathlib import Path

    from autograd_mini.stepping.cell import Exercise
    from autograd_mini.stepping.steps import Steps
    from autograd_mini.viz.drawing import Drawing

MANY = 16  # nodes: beyond, a picture shows a card for each definition


@dataclass(frozen=True, eq=False)
class Example:
    """An example of a document, in a language.

    number: what one types for it, such as "ex2". chosen: where its numbers come from, if the document prints none.
    """

    id: str
    number: str
    language: str
    titles: Said
    texts: Said
    questions: Said
    notes: Said
    cases: tuple[Case, ...]
    descents: tuple[Descent, ...] = ()
    printed: tuple[Printed, ...] = ()
    claims: tuple[Claim, ...] = ()
    vary: Mapping[str, Varied] = field(default_factory=dict)
    errata: tuple[str, ...] = ()
    by: str = ""
    program: str = ""
    why: Said = field(default_factory=dict)
    level: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    document: Document | None = field(default=None, repr=False)

    def speaking(self, language: str) -> Example:
        """The same example in another language; "" leaves it as it is."""
        return replace(self, language=language) if language else self

    @property
    def locale(self) -> str:
        """The language of its numbers and pictures: in that of the document with the document's decimal sign."""
        document = self.document
        if document is None or self.language != document.language:
            return self.language
        usual = message("decimal point", self.language) == document.point
        return (
            self.language if usual else f"{self.language}-x-{'point' if document.point == '.' else 'comma'}"
        )

    @property
    def title(self) -> str:
        return say(self.titles, self.language)

    @property
    def text(self) -> str:
        """What it teaches."""
        return say(self.texts, self.language)

    @property
    def question(self) -> str:
        """What is asked."""
        return say(self.questions, self.language)

    @property
    def note(self) -> str:
        return say(self.notes, self.language)

    @property
    def inputs(self) -> dict[str, Any]:
        """The numbers that go in."""
        return {**self.given, **{name: x for case in reversed(self.cases) for name, x in case.inputs.items()}}

    def run(self, numbers: Mapping[str, Any] | None = None, /, **inputs: Any) -> Run:
        """All values and gradients by name, with other numbers for some inputs.

        Raises ExpressionError for an input it does not have, and what `definitions` raises.
        """
        return run_of(
            self.id, self.inputs, self.cases, self.descents, self.program, {**(numbers or {}), **inputs}
        )

    @cached_property
    def model(self) -> dict[str, Any]:
        """The parsed graph: all names of the text in order, each a Value or a nested list of Values."""
        return self.run().model

    @cached_property
    def of(self) -> str:
        """The result whose gradients are shown."""
        return root_of(self.cases[0], self.model) if self.cases else [*self.model][-1]

    @cached_property
    def detail(self) -> str:
        """How pictures and steps show it: "operations" where it is small, else "definitions"."""
        if self.level:
            return self.level
        nodes = toposort(*[node for each in self.model.values() for node in entries(each)])
        return "operations" if len(nodes) <= MANY else "definitions"

    @property
    def point(self) -> str:
        """The decimal sign: that of the document, in English a point."""
        return self.document.point if self.document and self.language != "en" else "."

    @cached_property
    def is_network(self) -> bool:
        """Whether its graph can be drawn as a network, with style="network"."""
        return bool(self.model) and bool(layers_of(*roots_of(self.model)))

    def draw(self, numbers: Mapping[str, Any] | None = None, **options: Any) -> Drawing:
        """The picture of its graph, with gradients; options as for `draw`."""
        model = self.run(numbers).model
        return draw(model, **({"lang": self.locale, "detail": self.detail} | options))

    def steps(self, numbers: Mapping[str, Any] | None = None, **options: Any) -> Steps:
        """Its steps, forward and backward, and after them those of a descent; options as for `steps`."""
        run = self.run(numbers)
        model = run.model
        chosen: dict[str, Any] = {"lang": self.locale}
        if self.by:
            chosen |= {"by": self.by}
        else:
            is_number = isinstance(model[self.of], Value)
            chosen |= {"detail": self.detail if is_number else "definitions", "of": self.of}
        trace = steps(model, **(chosen | options))
        trace.closing = tuple(closing_of(self.descents, run, self.language, self.point))
        trace.origin = {"document": self.document.name if self.document else "", "example": self.id}
        return trace

    def plot(self, numbers: Mapping[str, Any] | None = None) -> Any:
        """A matplotlib Figure of its descent: the path on the contours of the loss, and the loss as a surface.

        Raises LectureError if it makes none, and what `landscape` raises.
        """
        if not self.descents:
            raise LectureError(message("no descent", self.language).format(self.id))
        paths = self.run(numbers).paths
        return landscape(self.id, self.cases[0], self.descents[-1], paths[-1], numbers or {}, self.point)

    def variant(self, student: str) -> dict[str, Any]:
        """The inputs of a student: numbers of their own, the same every time. Raises LectureError if none may vary."""
        return variant(self.id, self.vary, self.run, student, self.language)

    @overload
    def exercise(self, path: None = None, *, student: str = "", **options: Any) -> Exercise: ...

    @overload
    def exercise(self, path: str | PathLike[str], *, student: str = "", **options: Any) -> Path: ...

    def exercise(
        self, path: str | PathLike[str] | None = None, *, student: str = "", **options: Any
    ) -> Exercise | Path:
        """The page on which one finds its numbers oneself, which a notebook shows; of a student, with numbers of their own.

        path: an HTML file to write; its path comes back instead.
        """
        trace = self.steps(self.variant(student) if student else None, **options)
        trace.origin = {**trace.origin, "variant": student}
        return trace.exercise(path)


@dataclass(frozen=True, eq=False)
class Document:
    """A document: its examples, questions and errata, in their order. point: its decimal sign."""

    name: str
    source: str
    titles: Said
    abouts: Said
    language: str
    point: str
    examples: tuple[Example, ...]
    questions: tuple[Question, ...]
    errata: Mapping[str, Erratum]

    def __getitem__(self, id_: str) -> Example:
        """The example of that id. Raises LectureError if there is none.

        >>> from autograd_mini import lectures
        >>> lectures.all()[1]["mlp-regression-td1"].number
        'ex2'
        """
        require(isinstance(id_, str), "an example is named by text", id_)
        for example in self.examples:
            if example.id == id_:
                return example
        known = [example.id for example in self.examples]
        msg = (
            f"{self.name} has no example {shown(id_)}; {nearest(id_, known) or 'it has: ' + ', '.join(known)}"
        )
        raise LectureError(msg)

    def __repr__(self) -> str:
        return f"<lecture {self.name}: {len(self.examples)} examples>"
